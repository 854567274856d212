/* rows_grad.h: gradients of norms over the last axis. Sums over a row, and over the rows by
 * weight and bias, are in double precision; the rows come in a fixed number of parts, which are
 * added in order. */
#ifndef CPU_ROWS_GRAD_H
#define CPU_ROWS_GRAD_H

#include "norm.h"

/* Dense x, g, dx[rows, n]; a tile is one of `parts` of the rows. */
typedef struct RowsGrad {
	int64_t rows, n;
	double eps;
	bool centre;
	int parts;
} RowsGrad;

/* dweight, dbias[n] += of one row; dbias NULL for rms_norm */
INLINE void row_grad(const RowsGrad s, const float *x, const float *weight, const float *g,
		     float *dx, double *dweight, double *dbias)
{
	const double n = (double)s.n;
	const double mean = s.centre ? norm_sum(x, s.n, 0, false) / n : 0;
	const double r = 1 / sqrt(norm_sum(x, s.n, mean, true) / n + s.eps);
	double h_sum = 0, h_xn = 0;
#pragma omp simd reduction(+ : h_sum, h_xn)
	for (int64_t i = 0; i < s.n; i++) {
		const double xn = (x[i] - mean) * r, h = (double)g[i] * weight[i];
		h_sum += h;
		h_xn += h * xn;
		dweight[i] += g[i] * xn;
	}
	for (int64_t i = 0; s.centre && i < s.n; i++)
		dbias[i] += g[i];
	const double h_mean = s.centre ? h_sum / n : 0;
	h_xn /= n;
	for (int64_t i = 0; i < s.n; i++)
		dx[i] = (float)(r * ((double)g[i] * weight[i] - h_mean - (x[i] - mean) * r * h_xn));
}

/* work[parts][2][n] */
INLINE void rows_grad_tile(const RowsGrad s, const float *x, const float *weight, const float *g,
			   float *dx, double *work, int tile)
{
	double *const sums = work + tile * 2 * s.n;
	memset(sums, 0, 2 * (size_t)s.n * sizeof *sums);
	for (int64_t r = s.rows * tile / s.parts; r < s.rows * (tile + 1) / s.parts; r++)
		row_grad(s, x + r * s.n, weight, g + r * s.n, dx + r * s.n, sums, sums + s.n);
}

INLINE void rows_grad_sum(const RowsGrad s, const double *work, float *dweight, float *dbias)
{
	for (int64_t i = 0; i < s.n; i++) {
		double w = 0, b = 0;
		for (int p = 0; p < s.parts; p++) {
			w += work[p * 2 * s.n + i];
			b += work[p * 2 * s.n + s.n + i];
		}
		dweight[i] = (float)w;
		if (dbias)
			dbias[i] = (float)b;
	}
}

#endif /* CPU_ROWS_GRAD_H */
