/* gemm.h: the inner block of every product and convolution: c[rows, NR] = a[rows, k] b[k, NR].
 *
 * b is packed in panels of NR columns, k by k. Sums run over k in order, a part of KCHUNK at a time
 * in registers, the parts then one after another: the result depends on nothing but k. */
#ifndef CPU_GEMM_H
#define CPU_GEMM_H

#include "vec.h"

/* PANEL is what weights are padded to, whatever the width of the vectors. */
enum { NR = 2 * VL, KCHUNK = 64, PANEL = 32 };

/* Element (i, j) of a is a[i * row + j * col]. A row may come in `parts` of k elements, `part`
 * apart. */
typedef struct Rows {
	const float *a;
	int64_t row, col, part;
	int parts;
} Rows;

/* c += or = all parts of x, k elements each, times b */
INLINE void gemm_rows(int mr, Rows x, int k, const float *b, float *c, int64_t ldc, bool add)
{
	Vf acc[GEMM_ROWS][2];
#pragma GCC unroll 16
	for (int i = 0; i < mr; i++)
		acc[i][0] = acc[i][1] = (Vf){0};
	for (int p = 0; p < x.parts; p++) {
		const float *a = x.a + p * x.part;
		for (int j = 0; j < k; j++, a += x.col, b += NR) {
			const Vf b0 = vload(b), b1 = vload(b + VL);
			__builtin_prefetch(b + KCHUNK * NR);
			__builtin_prefetch(b + KCHUNK * NR + VL);
#pragma GCC unroll 16
			for (int i = 0; i < mr; i++) {
				const Vf s = vset(a[i * x.row]);
				acc[i][0] += s * b0;
				acc[i][1] += s * b1;
			}
		}
	}
#pragma GCC unroll 16
	for (int i = 0; i < mr; i++) {
		float *p = c + i * ldc;
		vstore(p, add ? vload(p) + acc[i][0] : acc[i][0]);
		vstore(p + VL, add ? vload(p + VL) + acc[i][1] : acc[i][1]);
	}
}

#define GEMM_CASE(n) \
	case n: \
		gemm_rows(n, x, k, b, c, ldc, add); \
		break

/* rows <= GEMM_ROWS; one copy of the code for each number of rows */
OUTLINE void gemm_few(int rows, Rows x, int k, const float *b, float *c, int64_t ldc, bool add)
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

/* Rows in groups of nearly equal size, which share the weights while they are in the cache. */
INLINE void gemm_groups(int rows, Rows x, int k, const float *b, float *c, int64_t ldc, bool add)
{
	const int groups = (rows + GEMM_ROWS - 1) / GEMM_ROWS;
	const float *a = x.a;
	for (int g = 0; g < groups; g++) {
		const int r0 = rows * g / groups, r1 = rows * (g + 1) / groups;
		x.a = a + r0 * x.row;
		gemm_few(r1 - r0, x, k, b, c + r0 * ldc, ldc, add);
	}
}

/* c[rows, NR] = x times one panel. Parts shorter than KCHUNK are summed together. */
INLINE void gemm_block(int rows, Rows x, int k, const float *b, float *c, int64_t ldc)
{
	if (k < KCHUNK) {
		gemm_groups(rows, x, k, b, c, ldc, false);
		return;
	}
	Rows r = {x.a, x.row, x.col, 0, 1};
	for (int p = 0; p < x.parts; p++)
		for (int j = 0; j < k; j += KCHUNK) {
			const int n = k - j < KCHUNK ? k - j : KCHUNK;
			r.a = x.a + p * x.part + j * x.col;
			gemm_groups(rows, r, n, b, c, ldc, p + j > 0);
			b += n * NR;
		}
}

/* Panels of w[n, k], element (i, j) at w[i * row + j * col]; columns past n are zero. One panel
 * takes NR * k floats; n is rounded up to a multiple of PANEL. */
OUTLINE void gemm_pack(float *to, const float *w, int64_t n, int64_t k, int64_t row, int64_t col,
                       int threads)
{
	const int64_t panels = (n + PANEL - 1) / PANEL * (PANEL / NR);
#pragma omp parallel for num_threads(threads)
	for (int64_t p = 0; p < panels; p++)
		for (int64_t j = 0; j < k; j++)
			for (int64_t l = 0; l < NR; l++) {
				const int64_t i = p * NR + l;
				to[(p * k + j) * NR + l] = i < n ? w[i * row + j * col] : 0;
			}
}

#endif /* CPU_GEMM_H */
