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

INLINE void gemm_store(int mr, Vf acc[][2], float *c, int64_t ldc, bool add)
{
#pragma GCC unroll 16
	for (int i = 0; i < mr; i++) {
		float *p = c + i * ldc;
		vstore(p, add ? vload(p) + acc[i][0] : acc[i][0]);
		vstore(p + VL, add ? vload(p + VL) + acc[i][1] : acc[i][1]);
		acc[i][0] = acc[i][1] = (Vf){0};
	}
}

INLINE void gemm_rows(int mr, Rows x, int k, const float *b, float *c, int64_t ldc)
{
	Vf acc[GEMM_ROWS][2];
#pragma GCC unroll 16
	for (int i = 0; i < mr; i++)
		acc[i][0] = acc[i][1] = (Vf){0};
	bool add = false;
	for (int p = 0; p < x.parts; p++) {
		const float *a = x.a + p * x.part;
		for (int j0 = 0; j0 < k; j0 += KCHUNK) {
			const int j1 = j0 + KCHUNK < k ? j0 + KCHUNK : k;
			for (int j = j0; j < j1; j++, a += x.col, b += NR) {
				const Vf b0 = vload(b), b1 = vload(b + VL);
#pragma GCC unroll 16
				for (int i = 0; i < mr; i++) {
					const Vf s = vset(a[i * x.row]);
					acc[i][0] += s * b0;
					acc[i][1] += s * b1;
				}
			}
			/* short parts are summed together */
			if (k < KCHUNK && p + 1 < x.parts)
				continue;
			gemm_store(mr, acc, c, ldc, add);
			add = true;
		}
	}
}

#define GEMM_CASE(n) \
	case n: \
		gemm_rows(n, x, k, b, c, ldc); \
		break

/* rows <= GEMM_ROWS; one copy of the code for each number of rows */
OUTLINE void gemm_few(int rows, Rows x, int k, const float *b, float *c, int64_t ldc)
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

/* Any number of rows, in groups of nearly equal size. */
INLINE void gemm_block(int rows, Rows x, int k, const float *b, float *c, int64_t ldc)
{
	const int groups = (rows + GEMM_ROWS - 1) / GEMM_ROWS;
	const float *a = x.a;
	for (int g = 0; g < groups; g++) {
		const int r0 = rows * g / groups, r1 = rows * (g + 1) / groups;
		x.a = a + r0 * x.row;
		gemm_few(r1 - r0, x, k, b, c + r0 * ldc, ldc);
	}
}

/* Panels of w[n, k], element (i, j) at w[i * row + j * col]; columns past n are zero. One panel
 * takes NR * k floats; n is rounded up to a multiple of PANEL. */
OUTLINE void gemm_pack(float *to, const float *w, int64_t n, int64_t k, int64_t row, int64_t col)
{
	const int64_t panels = (n + PANEL - 1) / PANEL * (PANEL / NR);
#pragma omp parallel for
	for (int64_t p = 0; p < panels; p++)
		for (int64_t j = 0; j < k; j++)
			for (int64_t l = 0; l < NR; l++) {
				const int64_t i = p * NR + l;
				to[(p * k + j) * NR + l] = i < n ? w[i * row + j * col] : 0;
			}
}

#endif /* CPU_GEMM_H */
