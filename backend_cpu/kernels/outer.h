/* outer.h: gradients by the weights of products and convolutions: over all rows, or pixels and
 * taps, the sum of outer products of g and x.
 *
 * Pixels are taken KCHUNK at a time, copied so that rows of x and g lie one after another; a
 * chunk's sum is made in registers, chunks are added in order, and so are the fixed parts that the
 * pixels are cut into. */
#ifndef CPU_OUTER_H
#define CPU_OUTER_H

#include "gemm.h"

enum { OUTER_ROWS = 112, OUTER_COLS = 128 };

/* x[b, h, w, c] and g[b, oh, ow, o] with strides; `cols`: kh kw c rounded up to PANEL. A tile is
 * OUTER_ROWS of o by OUTER_COLS of (kh, kw, c), over one of `parts` of the pixels. */
typedef struct Outer {
	int b, h, w, c, o, kh, kw, sh, sw, ph, pw, oh, ow;
	int64_t xb, xh, xw, xc, gb, gh, gw, gc;
	int cols, parts;
} Outer;

/* c[mr][NR] += over n rows the sum of g[mr] x[NR] */
INLINE void outer_rows(int mr, const float *g, int n, const float *x, float *c, int64_t ldc)
{
	Vf acc[GEMM_ROWS][2];
#pragma GCC unroll 16
	for (int i = 0; i < mr; i++)
		acc[i][0] = acc[i][1] = (Vf){0};
	for (int j = 0; j < n; j++) {
		const Vf b0 = vload(x + j * OUTER_COLS), b1 = vload(x + j * OUTER_COLS + VL);
#pragma GCC unroll 16
		for (int i = 0; i < mr; i++) {
			const Vf s = vset(g[j * OUTER_ROWS + i]);
			acc[i][0] += s * b0;
			acc[i][1] += s * b1;
		}
	}
#pragma GCC unroll 16
	for (int i = 0; i < mr; i++) {
		vstore(c + i * ldc, vload(c + i * ldc) + acc[i][0]);
		vstore(c + i * ldc + VL, vload(c + i * ldc + VL) + acc[i][1]);
	}
}

#define OUTER_CASE(k)                                                                              \
	case k:                                                                                    \
		outer_rows(k, g, n, x, c, ldc);                                                    \
		break

/* rows <= GEMM_ROWS; one copy of the code for each number of rows */
OUTLINE void outer_few(int rows, const float *g, int n, const float *x, float *c, int64_t ldc)
{
	switch (rows) {
		OUTER_CASE(1);
		OUTER_CASE(2);
		OUTER_CASE(3);
		OUTER_CASE(4);
		OUTER_CASE(5);
		OUTER_CASE(6);
#if defined(__AVX512F__)
		OUTER_CASE(7);
		OUTER_CASE(8);
		OUTER_CASE(9);
		OUTER_CASE(10);
		OUTER_CASE(11);
		OUTER_CASE(12);
		OUTER_CASE(13);
		OUTER_CASE(14);
#endif
	}
}

/* n elements `step` apart, or zeros where `from` is NULL */
INLINE void outer_copy(const float *from, int64_t step, int n, float *to)
{
	if (!from)
		memset(to, 0, (size_t)n * sizeof *to);
	else if (step == 1)
		memcpy(to, from, (size_t)n * sizeof *to);
	else
		for (int i = 0; i < n; i++)
			to[i] = from[i * step];
}

/* What columns c0 .. c1 - 1 of the weights see at pixel (y, x) of one image */
INLINE void outer_taps(const Outer s, const float *image, int y, int x, int c0, int c1, float *to)
{
	for (int j = c0; j < c1;) {
		const int tap = j / s.c, c = j % s.c, n = c1 - j < s.c - c ? c1 - j : s.c - c;
		const int h = y * s.sh + tap / s.kw - s.ph, w = x * s.sw + tap % s.kw - s.pw;
		const bool in = h >= 0 && h < s.h && w >= 0 && w < s.w;
		outer_copy(in ? image + h * s.xh + w * s.xw + c * s.xc : NULL, s.xc, n, to);
		j += n;
		to += n;
	}
}

/* sums[rows][..] += of n pixels from `first` on; scratch as for outer_tile */
INLINE void outer_chunk(const Outer s, const float *x, const float *g, int64_t first, int n, int o0,
			int rows, int c0, int c1, float *sums, float *scratch)
{
	float *const gs = scratch, *const xs = scratch + KCHUNK * OUTER_ROWS;
	const int groups = (rows + GEMM_ROWS - 1) / GEMM_ROWS;
	for (int i = 0; i < n; i++) {
		const int64_t p = first + i, b = p / (s.oh * s.ow);
		const int at = (int)(p % (s.oh * s.ow)), h = at / s.ow, w = at % s.ow;
		outer_taps(s, x + b * s.xb, h, w, c0, c1, xs + i * OUTER_COLS);
		outer_copy(g + b * s.gb + h * s.gh + w * s.gw + o0 * s.gc, s.gc, rows,
			   gs + i * OUTER_ROWS);
	}
	for (int c = c0; c < c1; c += NR)
		for (int k = 0; k < groups; k++) {
			const int r0 = rows * k / groups, r1 = rows * (k + 1) / groups;
			outer_few(r1 - r0, gs + r0, n, xs + c - c0,
				  sums + (int64_t)r0 * s.cols + c, s.cols);
		}
}

/* work[parts][o][cols]; scratch: KCHUNK * (OUTER_ROWS + OUTER_COLS) floats */
INLINE void outer_tile(const Outer s, const float *x, const float *g, float *work, int tile,
		       float *scratch)
{
	const int blocks = (s.o + OUTER_ROWS - 1) / OUTER_ROWS, k = s.kh * s.kw * s.c;
	const int part = tile % s.parts, o0 = tile / s.parts % blocks * OUTER_ROWS;
	const int c0 = tile / s.parts / blocks * OUTER_COLS;
	const int c1 = c0 + OUTER_COLS < k ? c0 + OUTER_COLS : k;
	const int rows = s.o - o0 < OUTER_ROWS ? s.o - o0 : OUTER_ROWS;
	const int64_t pixels = (int64_t)s.b * s.oh * s.ow, chunks = (pixels + KCHUNK - 1) / KCHUNK;
	float *const sums = work + ((int64_t)part * s.o + o0) * s.cols;
	memset(scratch, 0, KCHUNK * (OUTER_ROWS + OUTER_COLS) * sizeof *scratch);
	for (int i = 0; i < rows; i++)
		memset(sums + (int64_t)i * s.cols + c0, 0,
		       (size_t)((c1 - c0 + PANEL - 1) / PANEL * PANEL) * sizeof *sums);
	for (int64_t i = chunks * part / s.parts; i < chunks * (part + 1) / s.parts; i++) {
		const int64_t first = i * KCHUNK;
		outer_chunk(s, x, g, first,
			    (int)(pixels - first < KCHUNK ? pixels - first : KCHUNK), o0, rows, c0,
			    c1, sums, scratch);
	}
}

/* dw[o, c, kh, kw] from the parts; a tile is one of o. */
INLINE void outer_sum(const Outer s, const float *work, float *dw, int tile)
{
	const int taps = s.kh * s.kw;
	for (int c = 0; c < s.c; c++)
		for (int t = 0; t < taps; t++) {
			double sum = 0;
			for (int p = 0; p < s.parts; p++)
				sum += work[((int64_t)p * s.o + tile) * s.cols + t * s.c + c];
			dw[((int64_t)tile * s.c + c) * taps + t] = (float)sum;
		}
}

#endif /* CPU_OUTER_H */
