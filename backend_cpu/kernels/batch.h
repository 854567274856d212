/* batch.h: normalisation by the statistics of the batch, with activation and pooling, and its
 * gradients.
 *
 * Sums are in double precision, of a fixed number of parts of the rows, which are added in order;
 * those of squares are of distances from the channel's first element, so that nothing cancels. */
#ifndef CPU_BATCH_H
#define CPU_BATCH_H

#include "vec.h"

/* x[b, h, w, c] and pooled y[b, oh, ow, c] with strides; tiles of th x tw. parts: of the b h rows;
 * rows: of x or of y in a tile. */
typedef struct Batch {
	int b, h, w, c, oh, ow, th, tw;
	int64_t xb, xh, xw, xc, yb, yh, yw, yc;
	bool relu;
	int parts, rows;
} Batch;

INLINE const float *batch_row(const Batch s, const float *x, int64_t r)
{
	return x + r / s.h * s.xb + r % s.h * s.xh;
}

/* Adds to sum[c] and square[c] the distances of one row from the channels' first elements. */
INLINE void batch_row_sums(const Batch s, const float *first, const float *x, double *sum,
			   double *square)
{
	if (s.xc == 1) {
		for (int j = 0; j < s.w; j++)
			for (int c = 0; c < s.c; c++) {
				const double d = (double)x[j * s.xw + c] - first[c];
				sum[c] += d;
				square[c] += d * d;
			}
		return;
	}
	for (int c = 0; c < s.c; c++) {
		const float *at = x + c * s.xc, shift = first[c * s.xc];
		double a = 0, q = 0;
#pragma omp simd reduction(+ : a, q)
		for (int j = 0; j < s.w; j++) {
			const double d = (double)at[j * s.xw] - shift;
			a += d;
			q += d * d;
		}
		sum[c] += a;
		square[c] += q;
	}
}

/* work[parts][2][c]; a tile is one part. */
INLINE void batch_sums_tile(const Batch s, const float *x, double *work, int tile)
{
	const int64_t rows = (int64_t)s.b * s.h;
	double *const sum = work + (int64_t)tile * 2 * s.c;
	memset(sum, 0, 2 * (size_t)s.c * sizeof *sum);
	for (int64_t r = rows * tile / s.parts; r < rows * (tile + 1) / s.parts; r++)
		batch_row_sums(s, x, batch_row(s, x, r), sum, sum + s.c);
}

/* Element `at` of all parts */
INLINE double batch_total(const Batch s, const double *work, int at)
{
	double sum = 0;
	for (int p = 0; p < s.parts; p++)
		sum += work[(int64_t)p * 2 * s.c + at];
	return sum;
}

INLINE void batch_statistics(const Batch s, double eps, double momentum, const float *x,
			     const double *work, const float *running_mean,
			     const float *running_var, float *mean, float *rstd, float *new_mean,
			     float *new_var)
{
	const double count = (double)s.b * s.h * s.w;
	for (int c = 0; c < s.c; c++) {
		const double m = batch_total(s, work, c) / count;
		const double v = batch_total(s, work, s.c + c) / count - m * m, var = v < 0 ? 0 : v;
		const double centre = x[c * s.xc] + m;
		mean[c] = (float)centre;
		rstd[c] = (float)(1 / sqrt(var + eps));
		new_mean[c] = (float)((1 - momentum) * running_mean[c] + momentum * centre);
		new_var[c] =
		    (float)((1 - momentum) * running_var[c] + momentum * var * count / (count - 1));
	}
}

/* Activation of one element, scale = rstd weight */
INLINE float batch_value(const Batch s, float x, float mean, float scale, float bias)
{
	const float v = (x - mean) * scale + bias;
	return s.relu && v < 0 ? 0 : v;
}

/* One pooled row: y of rows x */
INLINE void batch_out_row(const Batch s, const float *x, const float *mean, const float *rstd,
			  const float *weight, const float *bias, float *y)
{
	const int taps = s.th * s.tw;
	const float part = 1.0f / (float)taps;
	const int outer = s.xc == 1 ? s.ow : s.c, inner = s.xc == 1 ? s.c : s.ow;
	for (int a = 0; a < outer; a++)
#pragma omp simd
		for (int i = 0; i < inner; i++) {
			const int j = s.xc == 1 ? a : i, c = s.xc == 1 ? i : a;
			const float *at = x + j * s.tw * s.xw + c * s.xc;
			const float scale = rstd[c] * weight[c];
			float sum = 0;
			for (int t = 0; t < taps; t++)
				sum += batch_value(s, at[t / s.tw * s.xh + t % s.tw * s.xw],
						   mean[c], scale, bias[c]);
			y[j * s.yw + c * s.yc] = taps > 1 ? sum * part : sum;
		}
}

/* A tile is `rows` rows of y. */
INLINE void batch_out_tile(const Batch s, const float *x, const float *mean, const float *rstd,
			   const float *weight, const float *bias, float *y, int tile)
{
	const int64_t end = (int64_t)s.b * s.oh, r0 = (int64_t)tile * s.rows;
	for (int64_t r = r0; r < r0 + s.rows && r < end; r++)
		batch_out_row(s, x + r / s.oh * s.xb + r % s.oh * s.th * s.xh, mean, rstd, weight,
			      bias, y + r / s.oh * s.yb + r % s.oh * s.yh);
}

/* Gradient by one normalised element before activation and pooling; dy that of its tile */
INLINE float batch_dy(const Batch s, float x, float mean, float rstd, float weight, float bias,
		      float dy)
{
	const float g = s.th * s.tw > 1 ? dy * (1.0f / (float)(s.th * s.tw)) : dy;
	return s.relu && (x - mean) * (rstd * weight) + bias <= 0 ? 0 : g;
}

/* The row of dy that row r of x is in, or NULL in an incomplete tile */
INLINE const float *batch_dy_row(const Batch s, const float *dy, int64_t r)
{
	const int64_t h = r % s.h / s.th;
	return h < s.oh ? dy + r / s.h * s.yb + h * s.yh : NULL;
}

/* work[parts][2][c]: sums of g and of g (x - mean) rstd. bias NULL without activation. */
INLINE void batch_grad_tile(const Batch s, const float *x, const float *weight, const float *mean,
			    const float *rstd, const float *dy, const float *bias, double *work,
			    int tile)
{
	const int64_t rows = (int64_t)s.b * s.h;
	double *const sum = work + (int64_t)tile * 2 * s.c, *const product = sum + s.c;
	const int outer = s.xc == 1 ? s.ow * s.tw : s.c, inner = s.xc == 1 ? s.c : s.ow * s.tw;
	memset(sum, 0, 2 * (size_t)s.c * sizeof *sum);
	for (int64_t r = rows * tile / s.parts; r < rows * (tile + 1) / s.parts; r++) {
		const float *const in = batch_row(s, x, r), *const from = batch_dy_row(s, dy, r);
		for (int a = 0; from && a < outer; a++) {
			double one = 0, two = 0;
			for (int i = 0; i < inner; i++) {
				const int j = s.xc == 1 ? a : i, c = s.xc == 1 ? i : a;
				const float v = in[j * s.xw + c * s.xc];
				const float g =
				    batch_dy(s, v, mean[c], rstd[c], weight[c], bias ? bias[c] : 0,
					     from[j / s.tw * s.yw + c * s.yc]);
				const double xn = ((double)v - mean[c]) * rstd[c];
				if (s.xc == 1) {
					sum[c] += g;
					product[c] += g * xn;
				} else {
					one += g;
					two += g * xn;
				}
			}
			if (s.xc != 1) {
				sum[a] += one;
				product[a] += two;
			}
		}
	}
}

INLINE void batch_grad_sums(const Batch s, const double *work, float *dweight, float *dbias)
{
	for (int c = 0; c < s.c; c++) {
		dbias[c] = (float)batch_total(s, work, c);
		dweight[c] = (float)batch_total(s, work, s.c + c);
	}
}

/* A tile is `rows` rows of x, dx with its strides. */
INLINE void batch_dx_tile(const Batch s, const float *x, const float *weight, const float *mean,
			  const float *rstd, const float *dy, const float *bias,
			  const float *dweight, const float *dbias, float *dx, int tile)
{
	const int64_t end = (int64_t)s.b * s.h, r0 = (int64_t)tile * s.rows;
	const float part = (float)(1 / ((double)end * s.w));
	const int outer = s.xc == 1 ? s.w : s.c, inner = s.xc == 1 ? s.c : s.w;
	for (int64_t r = r0; r < r0 + s.rows && r < end; r++) {
		const float *const in = batch_row(s, x, r), *const from = batch_dy_row(s, dy, r);
		float *const to = dx + (in - x);
		for (int a = 0; a < outer; a++)
			for (int i = 0; i < inner; i++) {
				const int j = s.xc == 1 ? a : i, c = s.xc == 1 ? i : a;
				const float v = in[j * s.xw + c * s.xc];
				const bool tiled = from && j < s.ow * s.tw;
				const float g =
				    tiled ? batch_dy(s, v, mean[c], rstd[c], weight[c],
						     bias ? bias[c] : 0,
						     from[j / s.tw * s.yw + c * s.yc])
					  : 0;
				const float xn = (v - mean[c]) * rstd[c];
				to[j * s.xw + c * s.xc] =
				    weight[c] * rstd[c] *
				    (g - (dbias[c] + xn * dweight[c]) * part);
			}
	}
}

#endif /* CPU_BATCH_H */
