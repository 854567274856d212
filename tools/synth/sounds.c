/* sounds.c: sounds made by rule where there are no recordings: harmonic tones and noise bands, each
 * class with its own pitch, colour and rhythm. They stand for the classes, and sound like none. */
#include "synth.h"

#include <math.h>

enum { VARIANTS = 12 };
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
	return (Band){.a1 = 2 * radius * cos(2 * pi * centre / SYNTH_RATE), .a2 = -radius * radius,
	              .gain = sqrt(1 - radius * radius)};
}

static double band_next(Band *b, double noise)
{
	const double y = b->gain * noise + b->a1 * b->y1 + b->a2 * b->y2;
	b->y2 = b->y1;
	b->y1 = y;
	return y;
}

static double harmonics(const Recipe *r, double phase)
{
	double sum = 0;
	for (int h = 1; h <= r->harmonics; h++)
		sum += sin(h * phase) / h;
	return sum;
}

static void make(const Recipe *base, Draw *d, float *x, int64_t n)
{
	Recipe r = *base;
	const double shift = exp2(draw_between(d, -0.25, 0.25));
	r.pitch *= shift;
	r.centre *= shift;
	r.rate *= draw_between(d, 0.8, 1.25);
	Band band = band_open(fmin(r.centre, 10000), r.width);
	double phase = 0, stroke = 0;
	for (int64_t i = 0; i < n; i++) {
		const double t = (double)i / SYNTH_RATE;
		stroke = fmod(t * r.rate, 1) / r.rate;
		phase += 2 * pi * r.pitch * (1 + r.glide * sin(2 * pi * 0.7 * r.rate * t)) / SYNTH_RATE;
		const double envelope = fmin(stroke / 0.003, 1) * exp(-stroke / r.decay);
		const double noise = band_next(&band, draw_between(d, -1, 1));
		x[i] = (float)(envelope * (r.tone * harmonics(&r, phase) + (1 - r.tone) * 2 * noise +
		                           0.02 * noise));
	}
}

RtStatus sounds_make(Bank *b, uint64_t seed, RtError *err)
{
	*b = (Bank){0};
	RtStatus s = RT_OK;
	for (int i = 0; !s && i < SYNTH_CLASSES * VARIANTS; i++) {
		char name[64];
		snprintf(name, sizeof name, "sound/%d/%02d", i / VARIANTS, i % VARIANTS);
		Draw d = draw_open(seed, "%s", name);
		const int64_t n = (int64_t)(SYNTH_RATE * draw_between(&d, 1.5, 4));
		float *const x = rt_alloc((uint64_t)n, sizeof *x);
		if (!x)
			return rt_no_memory(err);
		make(&recipes[i / VARIANTS], &d, x, n);
		s = bank_add(b, i / VARIANTS, name, x, n, err);
	}
	bank_sort(b);
	return s;
}
