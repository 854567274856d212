/* gru.h: a layer of gated recurrent units in one direction.
 *
 * The products with the input are made for `steps` frames at once; those with the state, frame by
 * frame, read packed weights from the cache, for `rows` batch entries together. */
#ifndef CPU_GRU_H
#define CPU_GRU_H

#include "gemm.h"
#include "math.h"

/* x[b, l, in] with strides; weights packed [3h, in] and [3h, h], y[b, l, h] dense. A tile is `rows`
 * batch entries. */
typedef struct Gru {
	int b, l, in, h;
	int64_t xb, xl, xc;
	int rows, steps;
} Gru;

INLINE int gru_tiles(const Gru s)
{
	return (s.b + s.rows - 1) / s.rows;
}

INLINE int64_t gru_width(const Gru s)
{
	return (3 * (int64_t)s.h + PANEL - 1) / PANEL * PANEL;
}

/* gates of the input and of the state, the state, and x[steps, in] if xc is not 1 */
INLINE int64_t gru_scratch(const Gru s)
{
	return s.rows * ((s.steps + 1) * gru_width(s) + s.h) +
	       (s.xc != 1 ? (int64_t)s.steps * s.in : 0);
}

/* c[n * NR] += a[k] times n panels that lie `apart` floats from each other; sums as gemm_block's */
INLINE void gru_panels(int n, const float *a, int k, const float *w, int64_t apart, float *c,
                       bool add)
{
	Vf acc[4][2];
#pragma GCC unroll 4
	for (int p = 0; p < n; p++)
		acc[p][0] = acc[p][1] = (Vf){0};
	for (int j = 0; j < k; j++) {
		const Vf v = vset(a[j]);
#pragma GCC unroll 4
		for (int p = 0; p < n; p++) {
			acc[p][0] += v * vload(w + p * apart + (int64_t)j * NR);
			acc[p][1] += v * vload(w + p * apart + (int64_t)j * NR + VL);
		}
	}
#pragma GCC unroll 4
	for (int p = 0; p < n; p++)
		for (int i = 0; i < 2; i++) {
			float *const to = c + p * NR + i * VL;
			vstore(to, add ? vload(to) + acc[p][i] : acc[p][i]);
		}
}

/* c[width] = or += a[k] w for one row, four panels at a time: one alone would wait for its own
 * sums */
INLINE void gru_row(const float *a, int k, const float *w, float *c, int64_t width, bool add)
{
	const int64_t apart = (int64_t)k * NR;
	for (int j = 0; j < k; j += KCHUNK) {
		const int n = k - j < KCHUNK ? k - j : KCHUNK;
		int64_t i = 0;
		for (; i + 4 * NR <= width; i += 4 * NR)
			gru_panels(4, a + j, n, w + i * k + (int64_t)j * NR, apart, c + i,
			           add || j > 0);
		for (; i < width; i += NR)
			gru_panels(1, a + j, n, w + i * k + (int64_t)j * NR, apart, c + i,
			           add || j > 0);
	}
}

/* c[rows, width] = or += a[rows, k] w; rows of a are lda apart */
INLINE void gru_product(int rows, const float *a, int64_t lda, int k, const float *w, float *c,
                        int64_t width, bool add)
{
	if (rows == 1) {
		gru_row(a, k, w, c, width, add);
		return;
	}
	for (int64_t i = 0; i < width; i += NR)
		gemm_block(rows, a, lda, k, w + i * k, c + i, width, add);
}

/* The next state from the gates of the input and of the state, without their biases */
INLINE void gru_cell(int h, const float *restrict in, const float *restrict st,
                     const float *restrict bi, const float *restrict bs, float *restrict state,
                     float *restrict y)
{
#pragma omp simd
	for (int j = 0; j < h; j++) {
		const float r = m_sigmoid(in[j] + bi[j] + st[j] + bs[j]);
		const float z = m_sigmoid(in[h + j] + bi[h + j] + st[h + j] + bs[h + j]);
		const float a = in[2 * h + j] + bi[2 * h + j], b = st[2 * h + j] + bs[2 * h + j];
		y[j] = state[j] = (1.0f - z) * m_tanh(a + r * b) + z * state[j];
	}
}

/* gates[n, width] of frames x[0..n) */
INLINE void gru_inputs(const Gru s, const float *x, int n, const float *w, float *gates,
                       float *dense)
{
	int64_t row = s.xl;
	if (s.xc != 1) {
		gemm_gather(x, s.xl, s.xc, n, s.in, dense);
		x = dense;
		row = s.in;
	}
	for (int64_t i = 0; i < gru_width(s); i += NR)
		gemm_block(n, x, row, s.in, w + i * s.in, gates + i, gru_width(s), false);
}

/* `rows` batch entries */
INLINE void gru_rows(const Gru s, bool reverse, int rows, const float *x, const float *w_in,
                     const float *w_state, const float *b_in, const float *b_state, float *y,
                     float *scratch)
{
	const int64_t width = gru_width(s);
	float *const in = scratch, *const st = in + rows * s.steps * width;
	float *const state = st + rows * width, *const dense = state + rows * s.h;
	memset(state, 0, (size_t)rows * s.h * sizeof *state);
	for (int first = 0; first < s.l; first += s.steps) {
		const int n = s.l - first < s.steps ? s.l - first : s.steps;
		const int t0 = reverse ? s.l - first - n : first;
		for (int i = 0; i < rows; i++)
			gru_inputs(s, x + i * s.xb + t0 * s.xl, n, w_in, in + i * s.steps * width, dense);
		for (int step = 0; step < n; step++) {
			const int t = reverse ? n - 1 - step : step;
			gru_product(rows, state, s.h, s.h, w_state, st, width, false);
			for (int i = 0; i < rows; i++)
				gru_cell(s.h, in + (i * s.steps + t) * width, st + i * width, b_in, b_state,
				         state + i * s.h, y + ((int64_t)i * s.l + t0 + t) * s.h);
		}
	}
}

INLINE void gru_tile(const Gru s, bool reverse, const float *x, const float *w_in,
                     const float *w_state, const float *b_in, const float *b_state, float *y,
                     int tile, float *scratch)
{
	const int b0 = tile * s.rows, rows = s.b - b0 < s.rows ? s.b - b0 : s.rows;
	gru_rows(s, reverse, rows, x + b0 * s.xb, w_in, w_state, b_in, b_state,
	         y + (int64_t)b0 * s.l * s.h, scratch);
}

#endif /* CPU_GRU_H */
