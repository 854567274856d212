/* linear.h: products. linear: x[batch, rows, k] times packed weights; matmul: a[m, k] b[k, n] of
 * run-time operands, b packed tile by tile. Both write dense y. */
#ifndef CPU_LINEAR_H
#define CPU_LINEAR_H

#include "gemm.h"

/* Strides of x in elements; a tile is `cols` columns (a multiple of PANEL) of `block` rows. */
typedef struct Linear {
	int batch, rows, n, k;
	int64_t xbatch, xrow, xcol;
	int block, cols;
} Linear;

INLINE int linear_tiles(const Linear s)
{
	return s.batch * ((s.rows + s.block - 1) / s.block) * ((s.n + s.cols - 1) / s.cols);
}

/* y[rows, 0..width) of a row length n = columns of one panel, plus bias[width] or NULL */
INLINE void panel_product(const float *a, int64_t lda, int rows, int k, const float *w,
			  const float *bias, float *y, int64_t n, int width, float *scratch)
{
	const bool whole = width >= NR;
	float *c = whole ? y : scratch;
	const int64_t ldc = whole ? n : NR;
	gemm_block(rows, a, lda, k, w, c, ldc, false);
	if (!whole)
		for (int i = 0; i < rows; i++)
			memcpy(y + i * n, c + i * ldc, (size_t)width * sizeof *y);
	for (int i = 0; bias && i < rows; i++)
		for (int j = 0; j < (whole ? NR : width); j++)
			y[i * n + j] += bias[j];
}

/* scratch: block * NR floats, and block * k where xcol is not 1 */
INLINE void linear_tile(const Linear s, const float *x, const float *w, const float *bias, float *y,
			int tile, float *scratch)
{
	const int blocks = (s.rows + s.block - 1) / s.block;
	const int batch = tile % s.batch, r0 = tile / s.batch % blocks * s.block;
	const int c0 = tile / s.batch / blocks * s.cols;
	const int rows = s.rows - r0 < s.block ? s.rows - r0 : s.block;
	const float *a = x + batch * s.xbatch + r0 * s.xrow;
	float *out = y + ((int64_t)batch * s.rows + r0) * s.n;
	if (s.xcol != 1) {
		gemm_gather(a, s.xrow, s.xcol, rows, s.k, scratch + s.block * NR);
		a = scratch + s.block * NR;
	}
	for (int c = c0; c < c0 + s.cols && c < s.n; c += NR)
		panel_product(a, s.xcol != 1 ? s.k : s.xrow, rows, s.k, w + (int64_t)c * s.k,
			      bias ? bias + c : NULL, out + c, s.n, s.n - c, scratch);
}

/* Row and column strides of a[m, k] and b[k, n]; a tile is PANEL columns. */
typedef struct Matmul {
	int m, k, n;
	int64_t arow, acol, brow, bcol;
} Matmul;

/* y[m, n]; scratch: (k + m) * NR floats, and m * k where acol is not 1 */
INLINE void matmul_tile(const Matmul s, const float *a, const float *b, float *y, int tile,
			float *scratch)
{
	float *const panel = scratch, *part = panel + (int64_t)s.k * NR, *dense = part + s.m * NR;
	if (s.acol != 1) {
		gemm_gather(a, s.arow, s.acol, s.m, s.k, dense);
		a = dense;
	}
	for (int c = tile * PANEL; c < (tile + 1) * PANEL && c < s.n; c += NR) {
		const int width = s.n - c < NR ? s.n - c : NR;
		for (int j = 0; j < s.k; j++)
			for (int l = 0; l < NR; l++)
				panel[j * NR + l] =
				    l < width ? b[j * s.brow + (c + l) * s.bcol] : 0;
		panel_product(a, s.acol != 1 ? s.k : s.arow, s.m, s.k, panel, NULL, y + c, s.n,
			      width, part);
	}
}

#endif /* CPU_LINEAR_H */
