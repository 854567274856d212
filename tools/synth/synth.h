/* synth.h: what the files of `seldc synth` share. Mixtures are first-order ambisonics, ACN order
 * (W, Y, Z, X), SN3D gains, 24 kHz; a source of amplitude 1 at 1 m gives 1 on W.
 *
 * Everything random is a function of the seed and a name, so that neither threads nor order matter.
 * Axes: x front, y left, z up. Functions follow runtime/core/core.h: RtStatus and RtError. */
#ifndef SELDC_SYNTH_H
#define SELDC_SYNTH_H

#include "runtime/events/events.h"

#include <kissfft/kiss_fftr.h>

enum {
	SYNTH_RATE = 24000,
	SYNTH_FRAME = 2400, /* samples of a label frame: 100 ms */
	SYNTH_CLASSES = SCORE_CLASSES,
	SYNTH_CHANNELS = 4,
	SYNTH_BANDS = 7, /* octaves, 125 Hz to 8 kHz */
};

#include "../tools.h" /* synth_main */

/* ---- draw.c: random numbers by name ------------------------------------------------------ */

typedef struct Draw {
	uint64_t seed, next;
	char name[64];
} Draw;

Draw draw_open(uint64_t seed, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
double draw_unit(Draw *d);
double draw_between(Draw *d, double low, double high);
int draw_index(Draw *d, int n);
bool draw_chance(Draw *d, double p);

/* ---- fft.c ------------------------------------------------------------------------------- */

typedef struct Fft {
	int n; /* real samples; n / 2 + 1 bins */
	kiss_fftr_cfg forward, inverse;
	float *time;
	kiss_fft_cpx *bins, *product;
} Fft;

bool fft_open(Fft *f, int n);
void fft_release(Fft *f);
/* Spectrum of n samples, padded with zeros. */
void fft_spectrum(Fft *f, const float *x, int n, kiss_fft_cpx *out);

/* Four responses of `taps` samples, as spectra of f->n real samples; already divided by f->n. */
typedef struct Filter {
	int taps, n;
	kiss_fft_cpx *h[SYNTH_CHANNELS];
} Filter;

bool filter_open(Filter *r, const Fft *f, int taps);
void filter_release(Filter *r);
/* From responses [4][taps], laid out `stride` apart. */
void filter_set(Filter *r, Fft *f, const float *x, int stride);
/* As filter_set, on top of what is there; x may be shorter than r->taps. */
void filter_add(Filter *r, Fft *f, const float *x, int n, int stride);

/* Adds x [n] through the filter to mix [4][total] from sample `at` on (may be negative). */
void filter_run(const Filter *r, Fft *f, const float *x, int64_t n, float *mix, int64_t total,
		int64_t at);

/* ---- bands.c: sounds through gains at octaves --------------------------------------------- */

enum {
	EARLY_PRE = 384,   /* samples before time zero, as filters ring both ways */
	EARLY_TAPS = 2688, /* responses up to 80 ms */
	SINC_TAPS = 32,
	SINC_PHASES = 256,
	LOW_PHASES = 64,
	LOW_TAPS = 768,
};

/* Fractional delays, and low-passes between octaves at fractional delays. Constant once made. */
typedef struct Kernels {
	float sinc[SINC_PHASES + 2][SINC_TAPS];
	float *low[SYNTH_BANDS - 1]; /* [LOW_PHASES + 1][LOW_TAPS >> band] */
} Kernels;

RtStatus kernels_open(Kernels **out, RtError *err);
void kernels_release(Kernels *k);
/* 1 below octave `band`, 0 above the next one, a cosine of log frequency between. */
double band_low(int band, double hz);
/* Adds an impulse at `delay` samples with gains at the octaves, each channel scaled by enc, to
 * x [4][EARLY_TAPS], whose time zero is EARLY_PRE. */
void kernels_add(const Kernels *k, float *x, double delay, const double gain[SYNTH_BANDS],
		 const double enc[SYNTH_CHANNELS]);

/* ---- room.c: shoebox rooms --------------------------------------------------------------- */

typedef struct Room {
	double size[3];           /* metres */
	double rt60[SYNTH_BANDS]; /* seconds; 0: no reflections */
	double loss[6]
		   [SYNTH_BANDS]; /* -ln of the reflection factor of walls x=0, x=size, y=0, ... */
	double mixing;            /* seconds: images before, diffuse tail after */
} Room;

typedef struct Listener {
	double at[3], yaw; /* metres in the room; radians, front to x axis */
} Listener;

/* Azimuth, elevation in degrees, metres. */
typedef struct Place {
	double azimuth, elevation, metres;
} Place;

/* rt60 at 1 kHz; other octaves follow `tilt` (seconds are multiplied by 2^(-tilt) an octave); the
 * walls differ by the factors in `walls` (mean weighted by area is made 1). */
void room_set(Room *r, const double size[3], double rt60, double tilt, const double walls[6]);
void room_draw(Room *r, Draw *d, const double rt60[2]);
void room_listener(const Room *r, Draw *d, Listener *l);
/* Metres that a source in this direction can be away. */
double room_reach(const Room *r, const Listener *l, double azimuth, double elevation);
/* Direct sound and images until the mixing time, into x [4][EARLY_TAPS]. */
void room_early(const Room *r, const Kernels *k, const Listener *l, const Place *p, float *x);
/* Samples of a response, EARLY_PRE included. */
int room_taps(const Room *r);
/* Diffuse tail into x [4][room_taps()]: Gaussian, isotropic, decaying as the octaves say, and as
 * loud as the images that it stands for. */
RtStatus room_tail(const Room *r, uint64_t seed, const char *name, float *x, RtError *err);

/* ---- bank.c, sounds.c: mono sounds by class ---------------------------------------------- */

typedef struct Clip {
	int class;
	float *x; /* RMS 1 */
	int64_t n;
	char *name;
} Clip;

typedef struct Bank {
	Clip *at; /* by class, then name */
	int n, cap;
	int first[SYNTH_CLASSES + 1]; /* clips of class c: first[c] .. first[c+1]-1 */
} Bank;

extern const char *const synth_classes[SYNTH_CLASSES];

/* `dir` holds a folder for each class, by name or number; events.csv there may tell the split.
 * Warnings go to stderr unless quiet. */
RtStatus bank_open(Bank *b, const char *dir, const char *split, bool quiet, RtError *err);
/* Takes x over; bank_sort ends the filling. */
RtStatus bank_add(Bank *b, int class, const char *name, float *x, int64_t n, RtError *err);
void bank_sort(Bank *b);
void bank_release(Bank *b);
/* Sounds made by rule, one kind for each class: what is used without recordings. */
RtStatus sounds_make(Bank *b, uint64_t seed, RtError *err);

/* ---- scene.c: what happens in a mixture -------------------------------------------------- */

typedef struct SynthOptions {
	const char *out, *events, *split, *name, *response;
	const char *annotations[16];
	int nannotations, polyphony, rooms, fold, threads;
	double hours, length, moving, snr[2], peak[2], rt60[2], tilt;
	double even, turn, speed, tone; /* share; degrees; semitones; dB */
	double room[3], source[3], receiver[3];
	bool has_receiver, quiet;
	uint64_t seed;
} SynthOptions;

typedef struct Event {
	int class, annotated;          /* what sounds; what the annotation calls it */
	int64_t source, first, n, cap; /* frames */
	Place *place;                  /* each frame */
} Event;

typedef struct Scene {
	Event *at;
	int n, cap;
} Scene;

/* A mixture to make: drawn, or frames first.. of an annotated recording. */
typedef struct Mixture {
	int index, fold, room, number;
	int64_t frames, first;
	const ScoreFile *file; /* NULL: drawn */
} Mixture;

typedef struct Plan {
	Mixture *at;
	int n, cap;
	ScoreSet *sets;
	int nsets;
} Plan;

RtStatus plan_open(Plan *p, const SynthOptions *o, RtError *err);
void plan_release(Plan *p);
/* Events that the bank has sounds for. */
RtStatus scene_make(Scene *s, const Mixture *m, const SynthOptions *o, const Bank *b, const Room *r,
		    const Listener *l, RtError *err);
void scene_release(Scene *s);
/* Degrees in [-180, 180). */
double wrap_degrees(double azimuth);

/* ---- render.c: scenes to sound ----------------------------------------------------------- */

typedef struct Renderer {
	const SynthOptions *o;
	const Bank *bank;
	const Kernels *kernels;
	Fft large, small;
	float *early; /* [4][EARLY_TAPS] */
	Filter near;  /* early part, for small */
} Renderer;

RtStatus renderer_open(Renderer *r, const SynthOptions *o, const Bank *b, const Kernels *k,
		       RtError *err);
void renderer_release(Renderer *r);
/* Sound [4][frames * SYNTH_FRAME] of a mixture, which the caller frees. */
RtStatus render(Renderer *r, const Mixture *m, const Scene *s, const Room *room, const Listener *l,
		float **out, RtError *err);

/* ---- output.c ---------------------------------------------------------------------------- */

RtStatus output_wav(const char *path, const float *x, int64_t n, RtError *err);
RtStatus output_csv(const char *path, const Scene *s, RtError *err);
/* 32-bit float, [4][n]. */
RtStatus output_response(const char *path, const float *x, int64_t n, RtError *err);

#endif
