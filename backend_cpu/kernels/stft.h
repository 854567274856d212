/* stft.h: short-time Fourier transform in double precision, so that features carry no more error
 * than their input and output formats.
 *
 * A power of two is transformed by Stockham's self-sorting radix-2 algorithm, two real frames at a
 * time as one complex signal; any other size by the defining sum. */
#ifndef CPU_STFT_H
#define CPU_STFT_H

#include <math.h>
#include <string.h>

#include "vec.h"

/* x[signals, samples], `row` apart, to y[signals, frames, n / 2 + 1, 2]. A tile is one pair of
 * frames. */
typedef struct Stft {
	int signals, frames, n, win, hop;
	int64_t samples, row;
	bool centre, reflect;
} Stft;

INLINE int stft_tiles(const Stft s)
{
	return s.signals * ((s.frames + 1) / 2);
}

/* window[n], then cos and sin of 2 pi k / n */
INLINE int64_t stft_table_doubles(int n)
{
	return 3 * (int64_t)n;
}

/* Periodic Hann window of `win` samples in the middle of n. */
static void stft_tables(double *table, int n, int win)
{
	const double pi = 3.14159265358979323846;
	memset(table, 0, (size_t)n * sizeof *table);
	for (int i = 0; i < win; i++)
		table[(n - win) / 2 + i] = 0.5 - 0.5 * cos(2 * pi * i / win);
	for (int k = 0; k < n; k++) {
		table[n + k] = cos(2 * pi * k / n);
		table[2 * n + k] = sin(2 * pi * k / n);
	}
}

/* Sample i, mirrored at the edges without repeating the edge sample, or zero outside. */
INLINE double stft_sample(const Stft s, const float *x, int64_t i)
{
	if (i >= 0 && i < s.samples)
		return x[i];
	return s.reflect ? x[i < 0 ? -i : 2 * (s.samples - 1) - i] : 0;
}

INLINE void stft_frame(const Stft s, const float *x, const double *window, int frame, double *v)
{
	if (frame >= s.frames) {
		memset(v, 0, (size_t)s.n * sizeof *v);
		return;
	}
	const int64_t first = (int64_t)frame * s.hop - (s.centre ? s.n / 2 : 0);
	for (int i = 0; i < s.n; i++)
		v[i] = window[i] * stft_sample(s, x, first + i);
}

/* One radix-2 pass over `half` groups of `step`: from (re, im) to (tr, ti) */
INLINE void stft_pass(int n, int step, const double *table, const double *re, const double *im,
		      double *tr, double *ti)
{
	const int half = n / step / 2;
	for (int p = 0; p < half; p++) {
		const double c = table[n + p * step], sn = table[2 * n + p * step];
		const double *a = re + p * step, *b = im + p * step;
		double *u = tr + 2 * p * step, *v = ti + 2 * p * step;
		for (int q = 0; q < step; q++) {
			const double dr = a[q] - a[q + half * step], di = b[q] - b[q + half * step];
			u[q] = a[q] + a[q + half * step];
			v[q] = b[q] + b[q + half * step];
			u[q + step] = dr * c + di * sn;
			v[q + step] = di * c - dr * sn;
		}
	}
}

/* re, im[n] are replaced by their transform; tr, ti are as large. */
INLINE void stft_fft(int n, const double *table, double *re, double *im, double *tr, double *ti)
{
	double *a = re, *b = im, *c = tr, *d = ti;
	for (int step = 1; step < n; step *= 2) {
		stft_pass(n, step, table, a, b, c, d);
		double *const r = a, *const i = b;
		a = c;
		b = d;
		c = r;
		d = i;
	}
	if (a != re) {
		memcpy(re, a, (size_t)n * sizeof *re);
		memcpy(im, b, (size_t)n * sizeof *im);
	}
}

INLINE void stft_dft(int n, const double *table, double *re, double *im, double *tr, double *ti)
{
	for (int k = 0; k < n; k++) {
		tr[k] = ti[k] = 0;
		for (int i = 0; i < n; i++) {
			const int at = (int)((int64_t)i * k % n);
			const double c = table[n + at], sn = table[2 * n + at];
			tr[k] += re[i] * c + im[i] * sn;
			ti[k] += im[i] * c - re[i] * sn;
		}
	}
	memcpy(re, tr, (size_t)n * sizeof *re);
	memcpy(im, ti, (size_t)n * sizeof *im);
}

/* scratch: 4 n doubles */
INLINE void stft_tile(const Stft s, const float *x, const double *table, float *y, int tile,
		      double *scratch)
{
	const int pairs = (s.frames + 1) / 2, bins = s.n / 2 + 1, frame = tile % pairs * 2;
	double *re = scratch, *im = re + s.n, *tr = im + s.n, *ti = tr + s.n;
	x += tile / pairs * s.row;
	stft_frame(s, x, table, frame, re);
	stft_frame(s, x, table, frame + 1, im);
	if ((s.n & (s.n - 1)) == 0)
		stft_fft(s.n, table, re, im, tr, ti);
	else
		stft_dft(s.n, table, re, im, tr, ti);
	/* The transforms of the two frames are the even and the odd part of that of their sum. */
	y += 2 * ((int64_t)(tile / pairs) * s.frames + frame) * bins;
	for (int k = 0; k < bins; k++) {
		const int m = k ? s.n - k : 0;
		y[2 * k] = (float)((re[k] + re[m]) / 2);
		y[2 * k + 1] = (float)((im[k] - im[m]) / 2);
		if (frame + 1 >= s.frames)
			continue;
		y[2 * (bins + k)] = (float)((im[k] + im[m]) / 2);
		y[2 * (bins + k) + 1] = (float)((re[m] - re[k]) / 2);
	}
}

#endif /* CPU_STFT_H */
