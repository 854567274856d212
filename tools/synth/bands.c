/* bands.c: impulses at fractional delays whose gain depends on frequency.
 *
 * The gain between octave centres is a cosine of log frequency between the gains at them. It is
 * written as the top gain plus steps down: g6 + sum_b (g_b - g_b+1) low_b, so that equal gains are
 * exactly a delay, and low-passes need the fewer taps the higher they are. */
#include "synth.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double pi = 3.14159265358979323846;
enum { TABLE = 1024 }; /* samples of the period in which low-passes are made */

double band_low(int band, double hz)
{
	const double octaves = log2(fmax(hz, 1e-9) / (125 << band));
	if (octaves <= 0)
		return 1;
	return octaves >= 1 ? 0 : 0.5 + 0.5 * cos(pi * octaves);
}

/* Sinc under a Kaiser window (beta 9), t in samples from the centre. */
static double bessel0(double x)
{
	double term = 1, sum = 1;
	for (int k = 1; k < 40; k++) {
		term *= x * x / (4.0 * k * k);
		sum += term;
	}
	return sum;
}

static double sinc(double t)
{
	const double half = SINC_TAPS / 2, u = t / half;
	if (fabs(u) >= 1)
		return 0;
	const double window = bessel0(9 * sqrt(1 - u * u)) / bessel0(9);
	return window * (fabs(t) < 1e-12 ? 1 : sin(pi * t) / (pi * t));
}

/* Tap i stands SINC_TAPS / 2 - 1 before the impulse's whole sample. */
static void make_sinc(Kernels *k)
{
	for (int p = 0; p < SINC_PHASES + 2; p++)
		for (int i = 0; i < SINC_TAPS; i++)
			k->sinc[p][i] =
			    (float)sinc(i - (SINC_TAPS / 2 - 1) - (double)p / SINC_PHASES);
}

/* The low-pass at LOW_PHASES points a sample, by one inverse transform. */
static void make_low(Kernels *k, int band, Fft *f)
{
	const int taps = LOW_TAPS >> band;
	memset(f->product, 0, sizeof *f->product * ((size_t)f->n / 2 + 1));
	for (int i = 0; i <= TABLE / 2; i++)
		f->product[i].r = (float)(band_low(band, (double)i * SYNTH_RATE / TABLE) / TABLE);
	kiss_fftri(f->inverse, f->product, f->time);
	for (int p = 0; p <= LOW_PHASES; p++)
		for (int i = 0; i < taps; i++) {
			const int at = (i - taps / 2) * LOW_PHASES - p;
			const double u = (double)at / LOW_PHASES / (taps / 2);
			const double window = fabs(u) < 1 ? 0.5 + 0.5 * cos(pi * u) : 0;
			k->low[band][p * taps + i] = (float)(window * f->time[(at + f->n) % f->n]);
		}
}

RtStatus kernels_open(Kernels **out, RtError *err)
{
	Kernels *const k = *out = rt_alloc(1, sizeof *k);
	Fft f = {0};
	bool ok = k && fft_open(&f, TABLE * LOW_PHASES);
	for (int b = 0; ok && b < SYNTH_BANDS - 1; b++) {
		k->low[b] = rt_alloc((LOW_PHASES + 1) * (LOW_TAPS >> b), sizeof(float));
		ok = k->low[b] != NULL;
		if (ok)
			make_low(k, b, &f);
	}
	fft_release(&f);
	if (!ok)
		return rt_no_memory(err);
	make_sinc(k);
	return RT_OK;
}

void kernels_release(Kernels *k)
{
	for (int b = 0; k && b < SYNTH_BANDS - 1; b++)
		free(k->low[b]);
	free(k);
}

static void add_scaled(float *restrict to, const float *restrict x, float scale, int n)
{
#pragma omp simd
	for (int i = 0; i < n; i++)
		to[i] += scale * x[i];
}

static void add_sinc(const Kernels *k, float *to, double fraction, float gain)
{
	const double p = fraction * SINC_PHASES;
	const int phase = (int)p;
	const float part = (float)(p - phase);
	add_scaled(to, k->sinc[phase], gain * (1 - part), SINC_TAPS);
	add_scaled(to, k->sinc[phase + 1], gain * part, SINC_TAPS);
}

void kernels_add(const Kernels *k, float *x, double delay, const double gain[SYNTH_BANDS],
		 const double enc[SYNTH_CHANNELS])
{
	const int whole = (int)floor(delay), centre = LOW_TAPS / 2;
	const int phase = (int)((delay - whole) * LOW_PHASES + 0.5);
	float sum[LOW_TAPS] = {0};
	int half = SINC_TAPS / 2; /* of what is used of sum */
	add_sinc(k, sum + centre - (SINC_TAPS / 2 - 1), delay - whole,
		 (float)gain[SYNTH_BANDS - 1]);
	for (int b = SYNTH_BANDS - 2; b >= 0; b--) {
		const int taps = LOW_TAPS >> b;
		const float step = (float)(gain[b] - gain[b + 1]);
		if (step == 0)
			continue;
		add_scaled(sum + centre - taps / 2, k->low[b] + phase * taps, step, taps);
		half = taps / 2 > half ? taps / 2 : half;
	}
	for (int c = 0; c < SYNTH_CHANNELS; c++)
		add_scaled(x + c * EARLY_TAPS + EARLY_PRE + whole - half, sum + centre - half,
			   (float)enc[c], 2 * half);
}
