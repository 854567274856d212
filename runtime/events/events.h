/* events.h: what DCASE means: events out of a network's outputs, as CSV and pictures, and the
 * scores of 2024. */
#ifndef SELDRT_EVENTS_H
#define SELDRT_EVENTS_H

#include "runtime/core/core.h"

/* ---- decode.c --------------------------------------------------------------------------- */

typedef struct RtEvent {
	int64_t frame;
	int class;
	double azimuth, elevation; /* degrees, counter-clockwise from the front; up */
	double metres;
} RtEvent;

typedef struct RtEvents {
	RtEvent *at;
	int64_t n, cap;
} RtEvents;

/* Adds the events of one segment. sed, doa, sde: its outputs, [frames, tracks, classes],
 * [frames, tracks, 3], [frames, tracks]; kind "accddoa": sed alone, [frames, tracks, 4, classes].
 * The first of `frames` is label frame `first` of the clip. */
RtStatus rt_decode(const RtDecode *d, const float *sed, const float *doa, const float *sde,
		   int64_t frames, int64_t first, RtEvents *events, RtError *err);
/* The same of what rt_session_main or _infer left for example `index` of the batch, a segment of a
 * recording of `samples`. */
RtStatus rt_session_decode(const RtSession *s, const RtDecode *d, int64_t index, int64_t segment,
			   int64_t samples, RtEvents *events, RtError *err);
void rt_events_release(RtEvents *e);
/* DCASE lines: frame,class,0,azimuth,elevation,distance. */
void rt_events_write(RtOut *f, const RtEvents *e);

/* ---- spans.c ---------------------------------------------------------------------------- */

/* Events of one class that follow each other in time and direction. */
typedef struct RtSpan {
	int class;
	int64_t first, last;               /* label frames */
	double azimuth, elevation, metres; /* means */
	int64_t *events;                   /* indices into the events, in time order */
	int64_t n, cap;
	double sum[3], sum_metres;
} RtSpan;

typedef struct RtSpans {
	RtSpan *at;
	int64_t n, cap;
} RtSpans;

RtStatus rt_spans_make(RtSpans *s, const RtEvents *e, RtError *err);
void rt_spans_release(RtSpans *s);
/* Name of a class: the model's, or "class 3" written to buf. */
const char *rt_class_name(const RtDecode *d, int class, char buf[32]);
void rt_spans_print(RtOut *f, const RtModel *m, const char *clip, const RtSpans *s);

/* ---- picture.c -------------------------------------------------------------------------- */

/* Spectrogram of a clip being gathered: [columns, bins] of the first feature channel. Empty where
 * the model has no such features. */
typedef struct RtSpectrogram {
	float *x;
	int64_t bins, columns, per_segment;
	int output;    /* of the features graph */
	uint64_t each; /* values of that output for a segment */
} RtSpectrogram;

RtStatus rt_spectrogram_open(RtSpectrogram *g, const RtModel *m, int64_t segments, RtError *err);
/* What s->fio holds for example `index` of the batch. */
void rt_spectrogram_add(RtSpectrogram *g, const RtSession *s, int64_t segment, int64_t index);
void rt_spectrogram_release(RtSpectrogram *g);
/* A picture of a clip of `clip_frames` samples: spectrogram, azimuth and elevation over time. */
RtStatus rt_picture_write(RtOut *f, const RtModel *m, const char *title, int64_t clip_frames,
			  const RtSpectrogram *g, const RtEvents *e, const RtSpans *s,
			  RtError *err);

/* ---- png.c ------------------------------------------------------------------------------ */

/* A PNG image of `w` x `h` palette indices, as base64 text. */
RtStatus rt_png_base64(RtOut *f, int w, int h, const unsigned char *pixels,
		       const unsigned char palette[256][3], RtError *err);

/* The DCASE2024 metrics: frame based, an event found when its direction is within 20
 * degrees and its distance within 100 % of the reference's. For `seldc score` and the verb `eval`.
 *
 * A set is opened on a folder of references, gets predictions (from a folder, or in memory), and is
 * scored: macro (mean of the classes) or micro (counts of all classes together). */
enum { SCORE_CLASSES = 13, SCORE_MAX_CLASSES = 64 };

/* ---- score.c: counts and scores ---------------------------------------------------------- */

typedef struct ScoreRow {
	int64_t frame, order; /* order: place in the file */
	int64_t source;       /* number of the instance; 0 where the file has none */
	int64_t line;         /* number, from 1; 0: not from a file */
	int class;
	double v[3];   /* direction */
	double metres; /* NaN: the file does not say */
} ScoreRow;

typedef struct ScoreRows {
	ScoreRow *at;
	int64_t n, cap;
} ScoreRows;

/* What was counted for one class. */
typedef struct ScoreCount {
	double nref, tp, far_fp, fp, fn; /* far_fp: paired, but beyond a threshold */
	double pairs, angle;             /* degrees, summed over pairs */
	double distances, metres,
	    relative; /* pairs whose distances are known, and sums over them */
} ScoreCount;

typedef struct ScoreCounts {
	ScoreCount class[SCORE_MAX_CLASSES];
	double substitutions, deletions, insertions;
} ScoreCounts;

/* Order of the rows in tables and JSON. F, ER, LR are fractions, DOAE degrees, DistE metres. */
typedef enum ScoreKind {
	SCORE_ER,
	SCORE_F,
	SCORE_DOAE,
	SCORE_DistE,
	SCORE_RDE,
	SCORE_LR,
	SCORE_SELD,
	SCORE_KINDS
} ScoreKind;

/* NaN: undefined. */
typedef struct Scores {
	double all[SCORE_KINDS];
	double class[SCORE_KINDS][SCORE_MAX_CLASSES];
} Scores;

/* Jackknife estimate over files, with a 95 % interval. */
typedef struct ScoreInterval {
	double estimate, bias, std_err, low, high;
} ScoreInterval;

typedef struct ScoreIntervals {
	ScoreInterval all[SCORE_KINDS];
	ScoreInterval class[SCORE_KINDS][SCORE_MAX_CLASSES];
} ScoreIntervals;

/* Sorts rows by frame and class, in file order within. */
void score_sort(ScoreRows *r);
/* Counts of one recording; both lists sorted. Frames from the last one annotated on are left out,
 * as the official scorer does. */
void score_count(ScoreCounts *c, const ScoreRows *ref, const ScoreRows *pred);
void score_from_counts(Scores *s, const ScoreCounts *c, int classes, bool micro);
/* Pairs rows and columns with the least sum: column of each row in `column`, -1 for rows left over.
 * cost is [rows, columns]; ties fall as in SciPy's linear_sum_assignment. */
enum { SCORE_MAX_SAME = 64 }; /* rows and columns at most */
void score_assign(int rows, int columns, const double *cost, int *column);
/* Two-sided 95 % quantile of Student's t; NaN for freedom < 1. */
double score_t_quantile(int64_t freedom);

/* ---- score_files.c: folders of CSV files ------------------------------------------------- */

typedef struct ScoreFile {
	char *stem, *ref_path, *pred_path; /* pred_path NULL: no predictions */
	ScoreRows ref, pred;
} ScoreFile;

/* Kinds of values that can be read, but hardly mean what they are taken for. */
typedef enum ScoreDoubt {
	SCORE_CARTESIAN,   /* x, y, z for azimuth, elevation and distance */
	SCORE_ONSCREEN,    /* a flag for a distance */
	SCORE_METRES,      /* where centimetres are due */
	SCORE_CENTIMETRES, /* where metres are due */
	SCORE_ZERO,
	SCORE_NEGATIVE,
	SCORE_AZIMUTH,  /* beyond 180 degrees */
	SCORE_REPEATED, /* frame, class and source of an earlier row; references only */
	SCORE_DOUBTS
} ScoreDoubt;

/* By kind, of one file: rows, and the line of the first one. */
typedef struct ScoreDoubts {
	int64_t rows[SCORE_DOUBTS], line[SCORE_DOUBTS];
} ScoreDoubts;

enum { SCORE_DOUBT_TEXT = 4096 + 256 };

/* Of several files: the first one, and how many. */
typedef struct ScoreDoubtsAll {
	int64_t rows[SCORE_DOUBTS], line[SCORE_DOUBTS], files[SCORE_DOUBTS];
	char path[SCORE_DOUBTS][4096];
} ScoreDoubtsAll;

typedef struct ScoreSet {
	int classes, n;
	ScoreDoubtsAll doubts;
	ScoreFile *at;                /* by stem */
	bool quiet;                   /* no warnings; set before score_open, which reads it */
	int nerrors, nwarnings, nbad; /* nbad: files with errors */
	char *log;                    /* diagnostics, lines "file:line:column: error: ..." */
	size_t log_n, log_cap;
} ScoreSet;

/* Reads and checks every .csv below `refs`, and unless it is NULL below `preds`; they belong
 * together by name. Everything found wrong is in s->log, also on success (warnings). Release s in
 * any case. References are in centimetres, predictions in metres. */
RtStatus score_open(ScoreSet *s, const char *refs, const char *preds, int classes, RtError *err);
/* Rows of one file, sorted; what is wrong goes to s->log and s->nerrors, what is doubtful to found.
 */
RtStatus score_read_rows(ScoreSet *s, ScoreRows *out, const char *path, bool centimetres,
			 ScoreDoubts *found, RtError *err);
void score_doubts_add(ScoreDoubtsAll *all, const char *path, const ScoreDoubts *d);
/* A warning of that kind with the place of the first row and counts; NULL: there is none. */
const char *score_doubts_text(const ScoreDoubtsAll *all, int kind, char *out, size_t size);
/* Sets the predictions for a recording, copied from memory; RT_INPUT if it has no reference. */
RtStatus score_set_events(ScoreSet *s, const char *stem, const RtEvents *e, RtError *err);
void score_release(ScoreSet *s);
RtStatus score_compute(const ScoreSet *s, bool micro, Scores *out, RtError *err);
/* At least two files. */
RtStatus score_jackknife(const ScoreSet *s, bool micro, ScoreIntervals *out, RtError *err);

/* ---- score_print.c ----------------------------------------------------------------------- */

typedef struct ScoreReport {
	const ScoreSet *set;
	const Scores *scores;
	const ScoreIntervals *intervals; /* or NULL */
	bool micro;
	const char *const *names; /* of classes; NULL: those of DCASE where there are 13 */
} ScoreReport;

/* To standard output, as a table or as JSON. */
RtStatus score_print(const ScoreReport *r, bool json, RtError *err);

#endif
