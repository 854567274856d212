/* sounds.c: sounds made by rule where there are no recordings: harmonic tones and noise bands, each
 * class with its own pitch, colour and rhythm. They stand for the classes, and sound like none. */
#include "synth.h"

#include <math.h>
#include <stdlib.h>

enum { VARIANTS = 8, PERIOD = 4096 };
static const double pi = 3.14159265358979323846;

/* Hz, except: tone (share of the harmonic part), width (of the noise band, over its centre),
 * rate (strokes a second), decay (seconds of a stroke). */
typedef struct Recipe {
	double pitch, glide, tone, centre, width, rate, decay;
	int harmonics;
} Recipe;

static const Recipe recipes[SYNTH_CLASSES] = {
    {210, 0.15, 0.9, 2500, 1.0, 4, 0.20, 12}, {110, 0.15, 0.9, 1800, 1.0, 4, 0.20, 16},
    {0, 0, 0.0, 1500, 1.5, 5, 0.03, 0},       {950, 0.0, 1.0, 3000, 0.2, 12, 0.10, 3},
    {300, 0.3, 0.7, 2200, 1.0, 6, 0.08, 8},   {60, 0.0, 0.3, 500, 2.0, 0.2, 9.0, 20},
    {0, 0, 0.0, 350, 1.2, 1.8, 0.05, 0},      {150, 0.6, 0.3, 900, 1.5, 0.6, 0.60, 10},
    {262, 0.0, 0.8, 120, 0.5, 2, 0.35, 6},    {440, 0.0, 1.0, 4000, 0.3, 0.8, 0.90, 8},
    {0, 0, 0.0, 5000, 1.2, 0.3, 6.0, 0},      {700, 0.0, 1.0, 6000, 0.3, 0.5, 1.40, 5},
    {0, 0, 0.1, 700, 0.6, 3.5, 0.02, 0},
};

/* Two-pole band-pass over noise. */
typedef struct Band {
	double a1, a2, gain, y1, y2;
} Band;

static Band band_open(double centre, double width)
{
	const double radius = exp(-pi * fmin(centre * width, 9000) / SYNTH_RATE);
	return (Band){.a1 = 2 * radius * cos(2 * pi * centre / SYNTH_RATE),
		      .a2 = -radius * radius,
		      .gain = sqrt(1 - radius * radius)};
}

static double band_next(Band *b, double noise)
{
	const double y = b->gain * noise + b->a1 * b->y1 + b->a2 * b->y2;
	b->y2 = b->y1;
	b->y1 = y;
	return y;
}

/* One period of the harmonic part. */
static void make_period(const Recipe *r, float period[PERIOD])
{
	for (int i = 0; i < PERIOD; i++) {
		double sum = 0;
		for (int h = 1; h <= r->harmonics; h++)
			sum += sin(2 * pi * h * i / PERIOD) / h;
		period[i] = (float)sum;
	}
}

/* random [n]: uniform in (0, 1) */
static void make(const Recipe *base, const float period[PERIOD], Draw *d, const double *random,
		 float *x, int64_t n)
{
	Recipe r = *base;
	const double shift = exp2(draw_between(d, -0.25, 0.25));
	r.pitch *= shift;
	r.centre *= shift;
	r.rate *= draw_between(d, 0.8, 1.25);
	Band band = band_open(fmin(r.centre, 10000), r.width);
	const double step = r.pitch / SYNTH_RATE, fall = exp(-1 / (r.decay * SYNTH_RATE));
	const int64_t stroke = (int64_t)(SYNTH_RATE / r.rate), rise = 72;
	double phase = 0, envelope = 0, bend = 1;
	for (int64_t i = 0; i < n; i++) {
		const int64_t since = i % stroke;
		envelope = since < rise ? (double)since / (double)rise : envelope * fall;
		if (i % 256 == 0)
			bend = 1 + r.glide * sin(2 * pi * 0.7 * r.rate * (double)i / SYNTH_RATE);
		phase += step * bend;
		phase -= floor(phase);
		const double tone = period[(int)(phase * PERIOD) % PERIOD];
		const double noise = 2 * band_next(&band, 2 * random[i] - 1);
		x[i] = (float)(envelope * (r.tone * tone + (1.01 - r.tone) * noise));
	}
}

static RtStatus make_variant(Bank *b, int class, const float period[PERIOD], const char *name,
			     uint64_t seed, RtError *err)
{
	Draw d = draw_open(seed, "%s", name);
	const int64_t n = (int64_t)(SYNTH_RATE * draw_between(&d, 1.5, 4));
	float *const x = rt_alloc((uint64_t)n, sizeof *x);
	double *const random = rt_alloc((uint64_t)n, sizeof *random);
	if (!x || !random) {
		free(x);
		free(random);
		return rt_no_memory(err);
	}
	rt_random_uniform(seed, name, 1 << 20, (uint64_t)n, random);
	make(&recipes[class], period, &d, random, x, n);
	free(random);
	return bank_add(b, class, name, x, n, err);
}

RtStatus sounds_make(Bank *b, uint64_t seed, RtError *err)
{
	*b = (Bank){0};
	RtStatus s = RT_OK;
	for (int class = 0; !s && class < SYNTH_CLASSES; class ++) {
		float period[PERIOD];
		make_period(&recipes[class], period);
		for (int i = 0; !s && i < VARIANTS; i++) {
			char name[64];
			snprintf(name, sizeof name, "sound/%d/%02d", class, i);
			s = make_variant(b, class, period, name, seed, err);
		}
	}
	bank_sort(b);
	return s;
}
