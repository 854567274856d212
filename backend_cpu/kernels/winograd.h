/* winograd.h: 3x3 convolution with stride 1 and padding 1 by Winograd's F(4x4, 3x3): 36 products
 * for 16 outputs instead of 144 (Lavin and Gray, arXiv 1509.09308).
 *
 * The interpolation points are 0, +-2/3, +-3/2 and infinity: with these and sums of at most KCHUNK
 * products in a row the error is that of a direct convolution (the usual +-1, +-2 lose a digit).
 * All channels-last; pooling is done on the 4x4 outputs while they are in registers. */
#ifndef CPU_WINOGRAD_H
#define CPU_WINOGRAD_H

#include "gemm.h"

/* x[b, h, w, c] to y[b, oh, ow, o] after pooling by th x tw (1 or 2). c is a multiple of 16, o of
 * `cols`. A tile is `tiles` squares of 4x4 outputs by `span` output channels, `cols` at a time. */
typedef struct Winograd {
	int b, h, w, c, o, oh, ow, th, tw;
	bool relu;
	bool taps; /* weights are kept as 9 taps and transformed where they are used: see wino_taps
		    */
	int tiles, cols, span;
} Winograd;

#define WINO_A (2.0f / 3)
#define WINO_B 1.5f /* 1 / A */
#define WINO_A2 (WINO_A * WINO_A)
#define WINO_B2 (WINO_B * WINO_B)

INLINE int wino_across(const Winograd s)
{
	return (s.ow * s.tw + 3) / 4;
}

INLINE int wino_down(const Winograd s)
{
	return (s.oh * s.th + 3) / 4;
}

INLINE int wino_tiles(const Winograd s)
{
	const int squares = s.b * wino_across(s) * wino_down(s);
	return (squares + s.tiles - 1) / s.tiles * (s.o / s.span);
}

/* Transformed input v[36][tiles][c] and products m[36][tiles][cols]; rows and planes are padded so
 * that they do not share cache sets. */
INLINE int64_t wino_row(int n)
{
	return n + 16;
}

INLINE int64_t wino_plane(const Winograd s, int n)
{
	return s.tiles * wino_row(n) + 16;
}

INLINE int64_t wino_scratch(const Winograd s)
{
	return 36 * (wino_plane(s, s.c) + wino_plane(s, s.cols)) + s.c;
}

/* r = B^T d for six values; r[i * step] */
INLINE void wino_input6(const Vf *d, Vf *r, int step)
{
	r[0] = d[0] - (WINO_A2 + WINO_B2) * d[2] + d[4];
	r[5 * step] = d[1] - (WINO_A2 + WINO_B2) * d[3] + d[5];
	const Vf even1 = d[4] - WINO_B2 * d[2], odd1 = d[3] - WINO_B2 * d[1];
	const Vf even2 = d[4] - WINO_A2 * d[2], odd2 = d[3] - WINO_A2 * d[1];
	r[1 * step] = even1 + WINO_A * odd1;
	r[2 * step] = even1 - WINO_A * odd1;
	r[3 * step] = even2 + WINO_B * odd2;
	r[4 * step] = even2 - WINO_B * odd2;
}

/* y = A^T m for six values; y[i * step], i < 4 */
INLINE void wino_output6(const Vf *m, Vf *y, int step)
{
	const Vf sum1 = m[1] + m[2], diff1 = m[1] - m[2], sum2 = m[3] + m[4], diff2 = m[3] - m[4];
	y[0] = m[0] + sum1 + sum2;
	y[1 * step] = WINO_A * diff1 + WINO_B * diff2;
	y[2 * step] = WINO_A2 * sum1 + WINO_B2 * sum2;
	y[3 * step] = WINO_A2 * WINO_A * diff1 + WINO_B2 * WINO_B * diff2 + m[5];
}

/* What the square of outputs at row 4 i, column 4 j needs of x[height, width, channels]; zeros[c]
 * are zero. Point xi goes to v + xi * plane. */
OUTLINE void wino_input(const float *x, int height, int width, int channels, int i, int j,
			const float *zeros, float *v, int64_t plane)
{
	const float *at[6][6];
	for (int p = 0; p < 6; p++)
		for (int q = 0; q < 6; q++) {
			const int h = 4 * i - 1 + p, w = 4 * j - 1 + q;
			const bool in = h >= 0 && h < height && w >= 0 && w < width;
			at[p][q] = in ? x + ((int64_t)h * width + w) * channels : zeros;
		}
	for (int c = 0; c < channels; c += VL) {
		Vf t[6][6];
		/* the columns that the next square adds */
#pragma GCC unroll 6
		for (int p = 0; p < 6; p++)
#pragma GCC unroll 4
			for (int q = 2; q < 6; q++)
				__builtin_prefetch(at[p][q] + 4 * channels + c);
#pragma GCC unroll 6
		for (int q = 0; q < 6; q++) {
			const Vf d[6] = {vload(at[0][q] + c), vload(at[1][q] + c),
					 vload(at[2][q] + c), vload(at[3][q] + c),
					 vload(at[4][q] + c), vload(at[5][q] + c)};
			wino_input6(d, &t[0][q], 6);
		}
#pragma GCC unroll 6
		for (int p = 0; p < 6; p++) {
			Vf r[6];
			wino_input6(t[p], r, 1);
#pragma GCC unroll 6
			for (int q = 0; q < 6; q++)
				vstore(v + (p * 6 + q) * plane + c, r[q]);
		}
	}
}

/* Sums or means of neighbours in r[4][4], th x tw of them, to y; only the first `down` rows and
 * `across` columns of results exist. */
INLINE void wino_store(int th, int tw, Vf r[4][4], float *y, int64_t row, int64_t column, int down,
		       int across)
{
#pragma GCC unroll 4
	for (int p = 0; p < 4 / th; p++)
#pragma GCC unroll 4
		for (int q = 0; q < 4 / tw; q++) {
			Vf v = r[p * th][q * tw];
			if (tw > 1)
				v += r[p * th][q * tw + 1];
			if (th > 1)
				v += r[p * th + 1][q * tw];
			if (th > 1 && tw > 1)
				v += r[p * th + 1][q * tw + 1];
			if (th * tw > 1)
				v *= 1.0f / (float)(th * tw);
			if (p < down && q < across)
				vstore(y + p * row + q * column, v);
		}
}

/* y[4][4] = A^T m A of one vector of channels; point xi at m + xi * plane */
INLINE void wino_square(const float *m, int64_t plane, Vf y[4][4])
{
	Vf t[4][6];
#pragma GCC unroll 6
	for (int q = 0; q < 6; q++) {
		const float *a = m + q * plane;
		const Vf d[6] = {vload(a),
				 vload(a + 6 * plane),
				 vload(a + 12 * plane),
				 vload(a + 18 * plane),
				 vload(a + 24 * plane),
				 vload(a + 30 * plane)};
		wino_output6(d, &t[0][q], 6);
	}
#pragma GCC unroll 4
	for (int p = 0; p < 4; p++)
		wino_output6(t[p], y[p], 1);
}

/* m[36][..] times scale plus shift to y[oh, ow, o] of one square; y, scale and shift at the first
 * of the `cols` channels, the latter two NULL for 1 and 0 */
OUTLINE void wino_output(const Winograd *s, const float *m, const float *scale, const float *shift,
			 float *y, int i, int j)
{
	const int64_t plane = wino_plane(*s, s->cols), column = s->o, row = s->ow * column;
	const int down = s->oh - i * (4 / s->th), across = s->ow - j * (4 / s->tw);
	y += i * (4 / s->th) * row + j * (4 / s->tw) * column;
	for (int o = 0; o < s->cols; o += VL) {
		const Vf times = scale ? vload(scale + o) : vset(1.0f);
		const Vf plus = shift ? vload(shift + o) : (Vf){0};
		Vf r[4][4];
		wino_square(m + o, plane, r);
#pragma GCC unroll 16
		for (int k = 0; k < 16; k++) {
			const Vf v = r[k / 4][k % 4] * times + plus;
			r[k / 4][k % 4] = s->relu ? vrelu(v) : v;
		}
		if (s->th == 2 && s->tw == 2)
			wino_store(2, 2, r, y + o, row, column, down, across);
		else if (s->th == 2)
			wino_store(2, 1, r, y + o, row, column, down, across);
		else if (s->tw == 2)
			wino_store(1, 2, r, y + o, row, column, down, across);
		else
			wino_store(1, 1, r, y + o, row, column, down, across);
	}
}

/* m = v times `cols` columns of the weights, for n squares */
INLINE void wino_products(const Winograd s, const float *v, const float *u, int n, float *m)
{
	for (int xi = 0; xi < 36; xi++)
		for (int c = 0; c < s.cols; c += NR)
			gemm_block(n, v + xi * wino_plane(s, s.c), wino_row(s.c), s.c,
				   u + ((int64_t)xi * s.cols + c) * s.c,
				   m + xi * wino_plane(s, s.cols) + c, wino_row(s.cols), false);
}

/* r[6 steps] = G (a, b, c) */
INLINE void wino_filter6(Vf a, Vf b, Vf c, Vf *r, int step)
{
	const float na = 1 / (2 * WINO_A2 * (WINO_A2 - WINO_B2));
	const float nb = 1 / (2 * WINO_B2 * (WINO_B2 - WINO_A2));
	const Vf ea = (a + c * WINO_A2) * na, oa = b * (na * WINO_A);
	const Vf eb = (a + c * WINO_B2) * nb, ob = b * (nb * WINO_B);
	r[0] = a;
	r[step] = ea + oa;
	r[2 * step] = ea - oa;
	r[3 * step] = eb + ob;
	r[4 * step] = eb - ob;
	r[5 * step] = c;
}

/* Taps k[n][9][NR] of one panel, transformed, to u[36][..][n][NR] with `plane` between points. */
OUTLINE void wino_weights(const float *k, int n, float *u, int64_t plane)
{
	for (int i = 0; i < n * NR; i += VL) {
		const float *at = k + i / NR * 9 * NR + i % NR;
		Vf t[6][3];
#pragma GCC unroll 3
		for (int q = 0; q < 3; q++)
			wino_filter6(vload(at + q * NR), vload(at + (3 + q) * NR),
				     vload(at + (6 + q) * NR), &t[0][q], 3);
#pragma GCC unroll 6
		for (int p = 0; p < 6; p++) {
			Vf r[6];
			wino_filter6(t[p][0], t[p][1], t[p][2], r, 1);
#pragma GCC unroll 6
			for (int q = 0; q < 6; q++)
				vstore(u + (p * 6 + q) * plane + i, r[q]);
		}
	}
}

/* As wino_products with the weights as taps w[o / NR][c][9][NR] from the first of `cols` on. Taps
 * weigh a quarter of transformed weights, so where few squares share them, transforming a part of
 * KCHUNK channels at a time is cheaper than fetching the whole from memory. */
INLINE void wino_taps(const Winograd s, const float *v, const float *w, int n, float *m, float *u)
{
	for (int j = 0; j < s.c; j += KCHUNK) {
		const int chunk = s.c - j < KCHUNK ? s.c - j : KCHUNK;
		const int64_t plane = (int64_t)s.cols * KCHUNK;
		for (int c = 0; c < s.cols; c += NR)
			wino_weights(w + ((int64_t)c * s.c + (int64_t)j * NR) * 9, chunk,
				     u + (int64_t)c * KCHUNK, plane);
		for (int xi = 0; xi < 36; xi++)
			for (int c = 0; c < s.cols; c += NR)
				gemm_block(n, v + xi * wino_plane(s, s.c) + j, wino_row(s.c), chunk,
					   u + xi * plane + (int64_t)c * KCHUNK,
					   m + xi * wino_plane(s, s.cols) + c, wino_row(s.cols),
					   j > 0);
	}
}

/* u: wino_pack, or wino_pack_taps; scale, shift[o] or NULL */
INLINE void wino_tile(const Winograd s, const float *x, const float *u, const float *scale,
		      const float *shift, float *y, int tile, float *scratch)
{
	const int across = wino_across(s), plane = across * wino_down(s);
	const int first = tile / (s.o / s.span) * s.tiles, o0 = tile % (s.o / s.span) * s.span;
	const int n = s.b * plane - first < s.tiles ? s.b * plane - first : s.tiles;
	float *v = scratch, *m = v + 36 * wino_plane(s, s.c),
	      *zeros = m + 36 * wino_plane(s, s.cols), *part = zeros + s.c;
	memset(zeros, 0, (size_t)s.c * sizeof *zeros);
	for (int t = 0; t < n; t++) {
		const int b = (first + t) / plane, at = (first + t) % plane;
		wino_input(x + (int64_t)b * s.h * s.w * s.c, s.h, s.w, s.c, at / across,
			   at % across, zeros, v + t * wino_row(s.c), wino_plane(s, s.c));
	}
	for (int o = o0; o < o0 + s.span; o += s.cols) {
		if (s.taps)
			wino_taps(s, v, u + (int64_t)o * 9 * s.c, n, m, part);
		else
			wino_products(s, v, u + (int64_t)o * 36 * s.c, n, m);
		for (int t = 0; t < n; t++) {
			const int b = (first + t) / plane, at = (first + t) % plane;
			wino_output(&s, m + t * wino_row(s.cols), scale ? scale + o : NULL,
				    shift ? shift + o : NULL,
				    y + (int64_t)b * s.oh * s.ow * s.o + o, at / across,
				    at % across);
		}
	}
}

/* G k G^T of one 3x3 kernel: point p, q at u[(p * 6 + q) * step] */
INLINE void wino_kernel(const float *k, float *u, int64_t step)
{
	const double a = 2.0 / 3, b = 1.5;
	const double na = 1 / (2 * a * a * (a * a - b * b)), nb = 1 / (2 * b * b * (b * b - a * a));
	const double g[6][3] = {{1, 0, 0},
				{na, na * a, na * a * a},
				{na, -na * a, na * a * a},
				{nb, nb * b, nb * b * b},
				{nb, -nb * b, nb * b * b},
				{0, 0, 1}};
	double t[6][3];
	for (int p = 0; p < 6; p++)
		for (int j = 0; j < 3; j++)
			t[p][j] = g[p][0] * k[j] + g[p][1] * k[3 + j] + g[p][2] * k[6 + j];
	for (int p = 0; p < 6; p++)
		for (int q = 0; q < 6; q++)
			u[(p * 6 + q) * step] =
			    (float)(t[p][0] * g[q][0] + t[p][1] * g[q][1] + t[p][2] * g[q][2]);
}

/* w[o, c, 3, 3], transformed, to u[o / cols][36][cols / NR][c][NR] */
OUTLINE void wino_pack(float *u, const float *w, int o, int c, int cols, int threads)
{
#pragma omp parallel for num_threads(threads)
	for (int64_t panel = 0; panel < o / NR; panel++)
		for (int64_t j = 0; j < c; j++) {
			const int64_t first = panel * NR / cols * cols, at = panel * NR % cols;
			float t[36][NR];
			for (int l = 0; l < NR; l++)
				wino_kernel(w + ((panel * NR + l) * c + j) * 9, &t[0][l], NR);
			for (int xi = 0; xi < 36; xi++)
				memcpy(u + (first * 36 + xi * cols + at) * c + j * NR, t[xi],
				       sizeof t[xi]);
		}
}

/* w[o, c, 3, 3] to taps[o / NR][c][9][NR] */
OUTLINE void wino_pack_taps(float *taps, const float *w, int o, int c, int threads)
{
#pragma omp parallel for num_threads(threads)
	for (int64_t panel = 0; panel < o / NR; panel++)
		for (int64_t j = 0; j < (int64_t)c * 9; j++)
			for (int64_t l = 0; l < NR; l++)
				taps[(panel * c * 9 + j) * NR + l] =
				    w[(panel * NR + l) * c * 9 + j];
}

#endif /* CPU_WINOGRAD_H */
