/* norm.h: normalisations and softmax. Statistics are summed in double precision, in order. */
#ifndef CPU_NORM_H
#define CPU_NORM_H

#include "math.h"

enum { NORM_ROWS = 8 };

/* x[rows, n], rows `row` apart, to dense y[rows, n]; a tile is NORM_ROWS rows. */
typedef struct RowNorm {
	int64_t rows, n, row;
	float eps;
	bool centre; /* subtract the mean: layer_norm, else rms_norm */
} RowNorm;

INLINE int64_t row_norm_tiles(const RowNorm s)
{
	return (s.rows + NORM_ROWS - 1) / NORM_ROWS;
}

/* Sum of (x[i] - mean)^power for power 1 and 2, by lanes, then over the lanes */
INLINE double norm_sum(const float *x, int64_t n, double mean, bool squared)
{
	double lane[8] = {0}, sum = 0;
	int64_t i = 0;
	for (; i + 8 <= n; i += 8)
		for (int l = 0; l < 8; l++) {
			const double v = x[i + l] - mean;
			lane[l] += squared ? v * v : v;
		}
	for (; i < n; i++)
		sum += squared ? (x[i] - mean) * (x[i] - mean) : x[i] - mean;
	for (int l = 0; l < 8; l++)
		sum += lane[l];
	return sum;
}

/* bias: NULL for rms_norm */
INLINE void row_norm_tile(const RowNorm s, const float *x, const float *weight, const float *bias,
			  float *y, int64_t tile)
{
	for (int64_t r = tile * NORM_ROWS; r < (tile + 1) * NORM_ROWS && r < s.rows; r++) {
		const float *in = x + r * s.row;
		float *out = y + r * s.n;
		const double mean = s.centre ? norm_sum(in, s.n, 0, false) / (double)s.n : 0;
		const double var = norm_sum(in, s.n, mean, true) / (double)s.n;
		const float scale = (float)(1 / sqrt(var + s.eps)), shift = (float)mean;
		for (int64_t i = 0; i < s.n; i++)
			out[i] = (in[i] - shift) * scale * weight[i] + (bias ? bias[i] : 0);
	}
}

/* x[outer, c, inner]; a tile is one of `outer`. */
typedef struct BatchNorm {
	int64_t outer, c, inner;
	float eps;
} BatchNorm;

INLINE void batch_norm_tile(const BatchNorm s, const float *x, const float *weight,
			    const float *bias, const float *mean, const float *var, float *y,
			    int64_t tile)
{
	for (int64_t c = 0; c < s.c; c++) {
		const int64_t at = (tile * s.c + c) * s.inner;
		const float scale = weight[c] / sqrtf(var[c] + s.eps);
		for (int64_t i = 0; i < s.inner; i++)
			y[at + i] = (x[at + i] - mean[c]) * scale + bias[c];
	}
}

/* x[outer, n, inner] over n; a tile is one of `outer`. */
typedef struct Softmax {
	int64_t outer, n, inner;
} Softmax;

INLINE void softmax_tile(const Softmax s, const float *x, float *y, int64_t tile)
{
	for (int64_t i = 0; i < s.inner; i++) {
		const float *in = x + tile * s.n * s.inner + i;
		float *out = y + tile * s.n * s.inner + i, top = -INFINITY;
		double sum = 0;
		for (int64_t j = 0; j < s.n; j++)
			top = in[j * s.inner] > top ? in[j * s.inner] : top;
		for (int64_t j = 0; j < s.n; j++)
			out[j * s.inner] = m_exp(in[j * s.inner] - top);
		for (int64_t j = 0; j < s.n; j++)
			sum += out[j * s.inner];
		const float scale = (float)(1 / sum);
		for (int64_t j = 0; j < s.n; j++)
			out[j * s.inner] *= scale;
	}
}

#endif /* CPU_NORM_H */
