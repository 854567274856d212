/* render.c: a scene to four channels. Sounds go through the response of their place: early images
 * at every place they pass, cross-faded over 100 ms from the middle of one label frame to the next,
 * and a diffuse tail that does not depend on the place. Then ambience, isotropic, at the wanted
 * ratio. */
#include "synth.h"

#include <math.h>
#include <samplerate.h>
#include <stdlib.h>
#include <string.h>

enum {
	LARGE = 65536,
	TAILS = 3,
	AMBIENCE_FADE = 4096,
	AMBIENCE_HOP = LARGE - AMBIENCE_FADE,
	JOIN = 240, /* samples of the fade between clips, and at the ends of an event */
};

/* What is made once a mixture. */
typedef struct Mix {
	Renderer *r;
	const Mixture *m;
	const Room *room;
	const Listener *listener;
	int64_t n;   /* samples a channel */
	float *x;    /* [4][n] */
	int taps;    /* of a whole response */
	float *tail; /* [4][taps] */
	Filter tails[TAILS], still;
} Mix;

RtStatus renderer_open(Renderer *r, const SynthOptions *o, const Bank *b, const Kernels *k,
		       RtError *err)
{
	*r = (Renderer){.o = o, .bank = b, .kernels = k};
	const int small = kiss_fftr_next_fast_size_real(2 * SYNTH_FRAME + EARLY_TAPS);
	r->early = rt_alloc(SYNTH_CHANNELS * EARLY_TAPS, sizeof *r->early);
	const bool ok = r->early && fft_open(&r->large, LARGE) && fft_open(&r->small, small) &&
			filter_open(&r->near, &r->small, EARLY_TAPS);
	return ok ? RT_OK : rt_no_memory(err);
}

void renderer_release(Renderer *r)
{
	fft_release(&r->large);
	fft_release(&r->small);
	filter_release(&r->near);
	free(r->early);
	*r = (Renderer){0};
}

/* ---- sounds ------------------------------------------------------------------------------ */

/* n samples of a clip at most, played faster by 2^(semitones/12): pitch and length change together.
 * out [n]; returns how many it wrote, 0 if it cannot. */
static int64_t play_clip(const Clip *c, double semitones, float *out, int64_t n)
{
	if (semitones == 0) {
		n = n < c->n ? n : c->n;
		memcpy(out, c->x, sizeof *out * (size_t)n);
		return n;
	}
	const double ratio = pow(2, -semitones / 12);
	const double need = ceil((double)n / ratio) + 64; /* the filter looks ahead */
	SRC_DATA d = {.data_in = c->x,
		      .data_out = out,
		      .input_frames = (long)fmin(need, (double)c->n),
		      .output_frames = (long)n,
		      .src_ratio = ratio};
	return src_simple(&d, SRC_SINC_FASTEST, 1) ? 0 : d.output_frames_gen;
}

/* Turns the sound's balance: `db` more above about hz, and as much less below. */
static void tilt_tone(float *x, int64_t n, double hz, double db)
{
	const double above = pow(10, db / 40), below = 1 / above;
	const double a = 1 - exp(-2 * 3.14159265358979323846 * hz / SYNTH_RATE);
	double low = 0;
	for (int64_t i = 0; i < n; i++) {
		low += a * (x[i] - low);
		x[i] = (float)(below * low + above * (x[i] - low));
	}
}

/* Clips of the event's class, one after the other until its end. x [n], w [n] to work in. */
static bool fill_event(const SynthOptions *o, const Bank *b, const Event *e, Draw *d, float *x,
		       float *w, int64_t n)
{
	const int first = b->first[e->class], count = b->first[e->class + 1] - first;
	const double level = pow(10, draw_between(d, -6, 6) / 20);
	for (int64_t at = 0; at < n;) {
		const Clip *const c = &b->at[first + draw_index(d, count)];
		const double semitones = o->speed > 0 ? draw_between(d, -o->speed, o->speed) : 0;
		const int64_t now = play_clip(c, semitones, w, n - at);
		if (now <= 0)
			return false;
		for (int64_t i = 0; i < now; i++) {
			const int64_t edge = i < now - 1 - i ? i : now - 1 - i;
			const double fade = edge < JOIN ? (double)(edge + 1) / JOIN : 1;
			x[at + i] += (float)(level * fade) * w[i];
		}
		at += now > 2 * JOIN ? now - JOIN : now;
	}
	if (o->tone > 0) {
		const double hz = 300 * pow(10, draw_unit(d));
		tilt_tone(x, n, hz, draw_between(d, -o->tone, o->tone));
	}
	return true;
}

static bool same_place(const Place *a, const Place *b)
{
	return a->azimuth == b->azimuth && a->elevation == b->elevation && a->metres == b->metres;
}

/* The last frame from `a` on with the same place. */
static int64_t run_end(const Event *e, int64_t a)
{
	while (a + 1 < e->n && same_place(&e->place[a], &e->place[a + 1]))
		a++;
	return a;
}

static void early_at(const Mix *m, const Place *p)
{
	room_early(m->room, m->r->kernels, m->listener, p, m->r->early);
}

/* Sound x [e->n frames] while at the place of frames a..b: fades in from the middle of frame a-1 to
 * that of a, and out likewise. */
static void run_piece(Mix *m, const Event *e, const float *x, int64_t a, int64_t b, float *piece)
{
	const int64_t half = SYNTH_FRAME / 2, end = e->n * SYNTH_FRAME;
	const int64_t from = a == 0 ? 0 : a * SYNTH_FRAME - half;
	const int64_t to = b == e->n - 1 ? end : (b + 1) * SYNTH_FRAME + half;
	for (int64_t i = from; i < to; i++) {
		const double in = a == 0 ? 1 : (double)(i - from) / SYNTH_FRAME;
		const double out = b == e->n - 1 ? 1 : (double)(to - i) / SYNTH_FRAME;
		piece[i - from] = (float)fmin(fmin(in, out), 1) * x[i];
	}
	early_at(m, &e->place[a]);
	filter_set(&m->r->near, &m->r->small, m->r->early, EARLY_TAPS);
	filter_run(&m->r->near, &m->r->small, piece, to - from, m->x, m->n,
		   e->first * SYNTH_FRAME + from - EARLY_PRE);
}

static void add_moving(Mix *m, const Event *e, const float *x, float *piece, const Filter *tail)
{
	for (int64_t a = 0, b; a < e->n; a = b + 1) {
		b = run_end(e, a);
		run_piece(m, e, x, a, b, piece);
	}
	if (m->room->mixing > 0)
		filter_run(tail, &m->r->large, x, e->n * SYNTH_FRAME, m->x, m->n,
			   e->first * SYNTH_FRAME - EARLY_PRE);
}

static void add_still(Mix *m, const Event *e, const float *x, const Filter *tail)
{
	early_at(m, &e->place[0]);
	for (int c = 0; c < SYNTH_CHANNELS; c++)
		memcpy(m->still.h[c], tail->h[c], sizeof *tail->h[c] * (LARGE / 2 + 1));
	filter_add(&m->still, &m->r->large, m->r->early, EARLY_TAPS, EARLY_TAPS);
	filter_run(&m->still, &m->r->large, x, e->n * SYNTH_FRAME, m->x, m->n,
		   e->first * SYNTH_FRAME - EARLY_PRE);
}

static RtStatus add_event(Mix *m, const Event *e, int index, RtError *err)
{
	const int64_t n = e->n * SYNTH_FRAME;
	float *const x = rt_alloc((uint64_t)n, sizeof *x);
	float *const piece = rt_alloc((uint64_t)n + SYNTH_FRAME, sizeof *piece);
	RtStatus s = x && piece ? RT_OK : rt_no_memory(err);
	if (!s) {
		Draw d = draw_open(m->r->o->seed, "sounds/%d/%d", m->m->index, index);
		const Filter *const tail = &m->tails[draw_index(&d, TAILS)];
		if (!fill_event(m->r->o, m->r->bank, e, &d, x, piece, n))
			s = rt_fail(err, RT_BUG, "a sound of class %d cannot be resampled",
				    e->class);
		else if (run_end(e, 0) == e->n - 1)
			add_still(m, e, x, tail);
		else
			add_moving(m, e, x, piece, tail);
	}
	free(x);
	free(piece);
	return s;
}

/* ---- ambience ---------------------------------------------------------------------------- */

/* Gains [f->n / 2 + 1] of noise with amplitude 1 / f^slope above 50 Hz and variance 1, for bins
 * whose parts are uniform in (-1, 1). */
static void noise_shape(const Fft *f, double slope, float *shape)
{
	const int bins = f->n / 2 + 1;
	double power = 0;
	for (int k = 0; k < bins; k++) {
		const double hz = (double)k * SYNTH_RATE / f->n;
		const double g = hz < 20 || k == bins - 1 ? 0 : pow(fmax(hz, 50), -slope);
		power += 2 * g * g * (2.0 / 3);
		shape[k] = (float)g;
	}
	for (int k = 0; k < bins; k++)
		shape[k] *= (float)(1 / sqrt(power));
}

/* What the ambience needs while it is made. */
typedef struct Noise {
	float shape[LARGE / 2 + 1];
	double random[LARGE + 2];
} Noise;

/* One block into f->time. */
static void noise_block(Fft *f, uint64_t seed, const char *name, int64_t block, Noise *w)
{
	const int bins = f->n / 2 + 1;
	rt_random_uniform(seed, name, (uint64_t)block * (uint64_t)f->n * 2, (uint64_t)bins * 2,
			  w->random);
	for (int k = 0; k < bins; k++) {
		f->product[k].r = w->shape[k] * (float)(2 * w->random[2 * k] - 1);
		f->product[k].i = w->shape[k] * (float)(2 * w->random[2 * k + 1] - 1);
	}
	kiss_fftri(f->inverse, f->product, f->time);
}

/* Blocks overlap under a fade that keeps the power. */
static void add_noise(Mix *m, const char *name, double gain, float *x, Noise *w)
{
	Fft *const f = &m->r->large;
	for (int64_t block = 0; block * AMBIENCE_HOP < m->n; block++) {
		noise_block(f, m->r->o->seed, name, block, w);
		for (int i = 0; i < AMBIENCE_FADE; i++) {
			const float fade =
			    (float)sin(1.5707963267948966 * (i + 0.5) / AMBIENCE_FADE);
			f->time[i] *= fade;
			f->time[LARGE - 1 - i] *= fade;
		}
		const int64_t first = block * AMBIENCE_HOP - AMBIENCE_FADE;
		const int64_t end = m->n - first < LARGE ? m->n - first : LARGE;
		for (int64_t i = first < 0 ? -first : 0; i < end; i++)
			x[first + i] += (float)gain * f->time[i];
	}
}

/* Mean power of W in the frames with events; 1 where there are none. */
static double event_power(const Mix *m, const Scene *s)
{
	double power = 0;
	int64_t n = 0;
	for (int i = 0; i < s->n; i++) {
		const int64_t first = s->at[i].first * SYNTH_FRAME;
		for (int64_t k = 0; k < s->at[i].n * SYNTH_FRAME; k++, n++)
			power += (double)m->x[first + k] * m->x[first + k];
	}
	return n ? power / (double)n : 1;
}

static RtStatus add_ambience(Mix *m, const Scene *s, Draw *d, RtError *err)
{
	Noise *const noise = rt_alloc(1, sizeof *noise);
	if (!noise)
		return rt_no_memory(err);
	const double snr = draw_between(d, m->r->o->snr[0], m->r->o->snr[1]);
	const double gain = sqrt(event_power(m, s) * pow(10, -snr / 10));
	noise_shape(&m->r->large, draw_between(d, 0.3, 1), noise->shape);
	for (int c = 0; c < SYNTH_CHANNELS; c++) {
		char name[64];
		snprintf(name, sizeof name, "ambience/%d/%d", m->m->index, c);
		add_noise(m, name, c ? gain / sqrt(3) : gain, m->x + c * m->n, noise);
	}
	free(noise);
	return RT_OK;
}

/* ---- mixtures ---------------------------------------------------------------------------- */

static RtStatus make_tails(Mix *m, RtError *err)
{
	RtStatus s = RT_OK;
	for (int i = 0; !s && i < TAILS; i++) {
		char name[64];
		snprintf(name, sizeof name, "tail/%d/%d", m->m->index, i);
		if (!filter_open(&m->tails[i], &m->r->large, m->taps))
			return rt_no_memory(err);
		if (m->room->mixing <= 0)
			continue;
		s = room_tail(m->room, m->r->o->seed, name, m->tail, err);
		if (!s)
			filter_set(&m->tails[i], &m->r->large, m->tail, m->taps);
	}
	return s;
}

static RtStatus mix_open(Mix *m, RtError *err)
{
	m->n = m->m->frames * SYNTH_FRAME;
	m->taps = room_taps(m->room);
	m->x = rt_alloc(SYNTH_CHANNELS * (uint64_t)m->n, sizeof *m->x);
	m->tail = rt_alloc(SYNTH_CHANNELS * (uint64_t)m->taps, sizeof *m->tail);
	if (!m->x || !m->tail || !filter_open(&m->still, &m->r->large, m->taps))
		return rt_no_memory(err);
	return make_tails(m, err);
}

static void mix_release(Mix *m)
{
	for (int i = 0; i < TAILS; i++)
		filter_release(&m->tails[i]);
	filter_release(&m->still);
	free(m->tail);
}

/* The level of the loudest sample is drawn. */
static void set_level(Mix *m, Draw *d)
{
	float peak = 1e-9f;
	for (int64_t i = 0; i < SYNTH_CHANNELS * m->n; i++)
		peak = fabsf(m->x[i]) > peak ? fabsf(m->x[i]) : peak;
	const double *const range = m->r->o->peak;
	const float scale = (float)pow(10, draw_between(d, range[0], range[1]) / 20) / peak;
	for (int64_t i = 0; i < SYNTH_CHANNELS * m->n; i++)
		m->x[i] *= scale;
}

RtStatus render(Renderer *r, const Mixture *mixture, const Scene *scene, const Room *room,
		const Listener *l, float **out, RtError *err)
{
	Mix m = {.r = r, .m = mixture, .room = room, .listener = l};
	Draw d = draw_open(r->o->seed, "mix/%d", mixture->index);
	RtStatus s = mix_open(&m, err);
	for (int i = 0; !s && i < scene->n; i++)
		s = add_event(&m, &scene->at[i], i, err);
	if (!s)
		s = add_ambience(&m, scene, &d, err);
	if (!s)
		set_level(&m, &d);
	mix_release(&m);
	if (s)
		free(m.x);
	else
		*out = m.x;
	return s;
}
