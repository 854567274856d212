/* fft.c: convolution of one channel with four responses, by blocks (overlap and add). */
#include "synth.h"

#include <stdlib.h>
#include <string.h>

bool fft_open(Fft *f, int n)
{
	*f = (Fft){
	    .n = n,
	    .forward = kiss_fftr_alloc(n, 0, NULL, NULL),
	    .inverse = kiss_fftr_alloc(n, 1, NULL, NULL),
	    .time = rt_alloc((uint64_t)n, sizeof(float)),
	    .bins = rt_alloc((uint64_t)n / 2 + 1, sizeof(kiss_fft_cpx)),
	    .product = rt_alloc((uint64_t)n / 2 + 1, sizeof(kiss_fft_cpx)),
	};
	return f->forward && f->inverse && f->time && f->bins && f->product;
}

void fft_release(Fft *f)
{
	kiss_fftr_free(f->forward);
	kiss_fftr_free(f->inverse);
	free(f->time);
	free(f->bins);
	free(f->product);
	*f = (Fft){0};
}

void fft_spectrum(Fft *f, const float *x, int n, kiss_fft_cpx *out)
{
	memcpy(f->time, x, sizeof *x * (size_t)n);
	memset(f->time + n, 0, sizeof *x * (size_t)(f->n - n));
	kiss_fftr(f->forward, f->time, out);
}

bool filter_open(Filter *r, const Fft *f, int taps)
{
	*r = (Filter){.taps = taps, .n = f->n};
	bool ok = true;
	for (int c = 0; c < SYNTH_CHANNELS; c++) {
		r->h[c] = rt_alloc((uint64_t)f->n / 2 + 1, sizeof(kiss_fft_cpx));
		ok = ok && r->h[c];
	}
	return ok;
}

void filter_release(Filter *r)
{
	for (int c = 0; c < SYNTH_CHANNELS; c++)
		free(r->h[c]);
	*r = (Filter){0};
}

void filter_add(Filter *r, Fft *f, const float *x, int n, int stride)
{
	const float scale = 1 / (float)f->n;
	for (int c = 0; c < SYNTH_CHANNELS; c++) {
		fft_spectrum(f, x + (size_t)c * (size_t)stride, n, f->bins);
		for (int k = 0; k <= f->n / 2; k++) {
			r->h[c][k].r += scale * f->bins[k].r;
			r->h[c][k].i += scale * f->bins[k].i;
		}
	}
}

void filter_set(Filter *r, Fft *f, const float *x, int stride)
{
	for (int c = 0; c < SYNTH_CHANNELS; c++)
		memset(r->h[c], 0, sizeof *r->h[c] * ((size_t)f->n / 2 + 1));
	filter_add(r, f, x, r->taps, stride);
}

static void multiply(const kiss_fft_cpx *a, const kiss_fft_cpx *b, kiss_fft_cpx *out, int n)
{
#pragma omp simd
	for (int k = 0; k < n; k++) {
		out[k].r = a[k].r * b[k].r - a[k].i * b[k].i;
		out[k].i = a[k].r * b[k].i + a[k].i * b[k].r;
	}
}

/* Adds x [n] to mix from sample `at` on, where it has room. */
static void add_clipped(const float *x, int64_t n, float *mix, int64_t total, int64_t at)
{
	const int64_t from = at < 0 ? -at : 0, to = total - at < n ? total - at : n;
#pragma omp simd
	for (int64_t i = from; i < to; i++)
		mix[at + i] += x[i];
}

void filter_run(const Filter *r, Fft *f, const float *x, int64_t n, float *mix, int64_t total,
		int64_t at)
{
	const int64_t block = f->n - r->taps + 1;
	for (int64_t first = 0; first < n; first += block) {
		const int64_t now = n - first < block ? n - first : block;
		fft_spectrum(f, x + first, (int)now, f->bins);
		for (int c = 0; c < SYNTH_CHANNELS; c++) {
			multiply(f->bins, r->h[c], f->product, f->n / 2 + 1);
			kiss_fftri(f->inverse, f->product, f->time);
			add_clipped(f->time, now + r->taps - 1, mix + c * total, total, at + first);
		}
	}
}
