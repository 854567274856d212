/* gemm.h: the inner block of every product and convolution: c[rows, NR] = a[rows, k] b[k, NR].
 *
 * b is packed in panels of NR columns, k by k. Sums run over k in order, a part of KCHUNK at a time
 * in registers, the parts then one after another: the result depends on nothing but k. */
#ifndef CPU_GEMM_H
#define CPU_GEMM_H

#include "vec.h"

/* PANEL is what weights are padded to, whatever the width of the vectors. */
enum { NR = 2 * VL, KCHUNK = 64, PANEL = 32 };

/* Weights that the next call reads, fetched on the way, `step` floats for each row of b. In even
 * steps: a burst of misses fills the core's buffers, and the products wait. */
typedef struct GemmAhead {
	const float *at;
	int step;
} GemmAhead;

/* c += or = a[mr, k] b[k, NR]; rows of a are lda apart */
INLINE void gemm_rows(int mr, const float *a, int64_t lda, int k, const float *b, float *c,
		      int64_t ldc, bool add, const GemmAhead next)
{
	Vf acc[GEMM_ROWS][2];
#pragma GCC unroll 16
	for (int i = 0; i < mr; i++)
		acc[i][0] = acc[i][1] = (Vf){0};
	for (int j = 0; j < k; j++, b += NR) {
		const Vf b0 = vload(b), b1 = vload(b + VL);
		__builtin_prefetch(next.at + (int64_t)j * next.step);
#pragma GCC unroll 16
		for (int i = 0; i < mr; i++) {
			const Vf s = vset(a[i * lda + j]);
			acc[i][0] += s * b0;
			acc[i][1] += s * b1;
		}
	}
#pragma GCC unroll 16
	for (int i = 0; i < mr; i++) {
		float *p = c + i * ldc;
		vstore(p, add ? vload(p) + acc[i][0] : acc[i][0]);
		vstore(p + VL, add ? vload(p + VL) + acc[i][1] : acc[i][1]);
	}
}

#define GEMM_CASE(n)                                                                               \
	case n:                                                                                    \
		gemm_rows(n, a, lda, k, b, c, ldc, add, next);                                     \
		break

/* rows <= GEMM_ROWS; one copy of the code for each number of rows */
OUTLINE void gemm_few(int rows, const float *a, int64_t lda, int k, const float *b, float *c,
		      int64_t ldc, bool add, const GemmAhead next)
{
	switch (rows) {
		GEMM_CASE(1);
		GEMM_CASE(2);
		GEMM_CASE(3);
		GEMM_CASE(4);
		GEMM_CASE(5);
		GEMM_CASE(6);
#if defined(__AVX512F__)
		GEMM_CASE(7);
		GEMM_CASE(8);
		GEMM_CASE(9);
		GEMM_CASE(10);
		GEMM_CASE(11);
		GEMM_CASE(12);
		GEMM_CASE(13);
		GEMM_CASE(14);
#endif
	}
}

/* c[rows, NR] (+)= a[rows, k] times one panel. Rows come in groups of nearly equal size, which
 * share a part of the weights while it is in the cache, and fetching the part behind it. */
INLINE void gemm_block(int rows, const float *a, int64_t lda, int k, const float *b, float *c,
		       int64_t ldc, bool add)
{
	const int groups = (rows + GEMM_ROWS - 1) / GEMM_ROWS, pairs = (rows + 1) / 2;
	for (int j = 0; j < k; j += KCHUNK) {
		const int n = k - j < KCHUNK ? k - j : KCHUNK;
		for (int g = 0; g < groups; g++) {
			const int r0 = pairs * g / groups * 2, end = pairs * (g + 1) / groups * 2;
			const int r1 = end < rows ? end : rows;
			const GemmAhead next = {b + (int64_t)(j + n) * NR + n * NR * g / groups,
						NR / groups};
			gemm_few(r1 - r0, a + r0 * lda + j, lda, n, b + (int64_t)j * NR,
				 c + r0 * ldc, ldc, add || j > 0, next);
		}
	}
}

/* Dense copy of a[rows, k], element (i, j) at a[i * row + j * col] */
INLINE void gemm_gather(const float *a, int64_t row, int64_t col, int rows, int k, float *to)
{
	for (int i = 0; i < rows; i++)
		for (int j = 0; j < k; j++)
			to[(int64_t)i * k + j] = a[i * row + j * col];
}

/* The panel of w[n, k], element (i, j) at w[i * row + j * col], from i = first on; zeros past n. */
INLINE void gemm_pack_panel(float *to, const float *w, int64_t first, int64_t n, int64_t k,
			    int64_t row, int64_t col)
{
	for (int64_t j = 0; j < k; j++)
		for (int64_t i = first; i < first + NR; i++)
			*to++ = i < n ? w[i * row + j * col] : 0;
}

/* All panels of w[n, k]. One takes NR * k floats; n is rounded up to a multiple of PANEL. */
OUTLINE void gemm_pack(float *to, const float *w, int64_t n, int64_t k, int64_t row, int64_t col,
		       int threads)
{
	const int64_t panels = (n + PANEL - 1) / PANEL * (PANEL / NR);
#pragma omp parallel for num_threads(threads)
	for (int64_t p = 0; p < panels; p++)
		gemm_pack_panel(to + p * k * NR, w, p * NR, n, k, row, col);
}

#endif /* CPU_GEMM_H */
