/* winograd.h: 3x3 convolution with stride 1 and padding 1 by Winograd's F(4x4, 3x3): 36 products
 * for 16 outputs instead of 144 (Lavin and Gray, arXiv 1509.09308).
 *
 * The interpolation points are 0, +-2/3, +-3/2 and infinity: with these and sums of at most KCHUNK
 * products in a row the error is that of a direct convolution (the usual +-1, +-2 lose a digit).
 * All channels-last; pooling is done on the 4x4 outputs while they are in registers. */
#ifndef CPU_WINOGRAD_H
#define CPU_WINOGRAD_H

#include "gemm.h"

/* x[b, h, w, c] to y[b, oh, ow, o] after pooling by th x tw (1, 2 or 4). c is a multiple of 16, o
 * of `cols`. A tile is `tiles` squares of 4x4 outputs by `span` output channels, `cols` at a time.
 *
 * taps: the weights are kept as 9 taps and transformed where they are used, KCHUNK channels and a
 * row of points at a time: they weigh a quarter, so where few squares share them that is cheaper
 * than fetching them transformed. Then span is `cols`, and of the input, too, only as many channels
 * are transformed at a time: all of it stays in the second-level cache. max: of a tile, else its
 * mean. far: y is larger than the caches and written past them. */
typedef struct Winograd {
	int b, h, w, c, o, oh, ow, th, tw;
	bool relu, max, taps, far;
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

/* Input channels that are transformed at a time */
INLINE int wino_depth(const Winograd s)
{
	return s.taps && s.c > KCHUNK ? KCHUNK : s.c;
}

/* Transformed input v[36][tiles][depth] and products m[36][tiles][cols]; rows and planes are padded
 * so that they do not share cache sets. */
INLINE int64_t wino_row(int n)
{
	return n + 16;
}

INLINE int64_t wino_plane(const Winograd s, int n)
{
	return s.tiles * wino_row(n) + 16;
}

/* v, m, zeros for what is outside x, and a row of points of transformed weights */
INLINE int64_t wino_scratch(const Winograd s)
{
	const int64_t depth = wino_depth(s);
	return 36 * (wino_plane(s, depth) + wino_plane(s, s.cols)) + depth +
	       (s.taps ? 6 * NR * depth : 0);
}

/* Two of the six values of B^T d, as they come in pairs: 0 and 5, 1 and 2, 3 and 4; d[i * step] */
INLINE void wino_input2(int pair, const Vf *d, int step, Vf *r0, Vf *r1)
{
	const float square = pair == 1 ? WINO_B2 : WINO_A2, root = pair == 1 ? WINO_A : WINO_B;
	if (pair == 0) {
		*r0 = d[0] - (WINO_A2 + WINO_B2) * d[2 * step] + d[4 * step];
		*r1 = d[step] - (WINO_A2 + WINO_B2) * d[3 * step] + d[5 * step];
	} else {
		const Vf even = d[4 * step] - square * d[2 * step];
		const Vf odd = d[3 * step] - square * d[step];
		*r0 = even + root * odd;
		*r1 = even - root * odd;
	}
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

/* The same pointer, of which the compiler knows nothing: it would keep the addresses of all 36
 * points, in memory for want of registers, where one addition a row makes them. */
INLINE const float *wino_base(const float *p)
{
	__asm__("" : "+r"(p));
	return p;
}

/* v = B^T x B for the 6x6 inputs of a square, x at the first of them; point xi goes to
 * v + xi * plane. Two columns of points at a time: more would not fit the registers. */
OUTLINE void wino_input(const float *x, int64_t row, int64_t column, int channels, float *v,
			int64_t plane)
{
	static const int points[3][2] = {{0, 5}, {1, 2}, {3, 4}};
	for (int c = 0; c < channels; c += VL) {
#pragma GCC unroll 3
		for (int pair = 0; pair < 3; pair++) {
			const float *from = x + c;
			Vf t[6][2];
#pragma GCC unroll 6
			for (int p = 0; p < 6; p++, from = wino_base(from + row)) {
				Vf d[6];
#pragma GCC unroll 6
				for (int q = 0; q < 6; q++)
					d[q] = vload(from + q * column);
				wino_input2(pair, d, 1, &t[p][0], &t[p][1]);
			}
#pragma GCC unroll 2
			for (int k = 0; k < 2; k++) {
				const int q = points[pair][k];
				float *to = (float *)wino_base(v + c + q * plane);
#pragma GCC unroll 3
				for (int other = 0; other < 3; other++) {
					const int p0 = points[other][0], p1 = points[other][1];
					Vf r0, r1;
					wino_input2(other, &t[0][k], 2, &r0, &r1);
					vstore(to + 6 * p0 * plane, r0);
					vstore(to + 6 * p1 * plane, r1);
				}
			}
		}
	}
}

/* Six values of B^T d; d[i], r[i * step] */
INLINE void wino_input6(const Vf *d, Vf *r, int step)
{
	wino_input2(0, d, 1, &r[0], &r[5 * step]);
	wino_input2(1, d, 1, &r[step], &r[2 * step]);
	wino_input2(2, d, 1, &r[3 * step], &r[4 * step]);
}

/* As wino_input where inputs are missing or lie so that they share cache sets: each is read once.
 * The first of the 6x6 is at row h, column w of x[height, width, channels]; n channels. */
OUTLINE void wino_border(const float *x, int height, int width, int channels, int h, int w, int n,
			 const float *zeros, float *v, int64_t plane)
{
	const float *at[6][6];
	for (int p = 0; p < 6; p++)
		for (int q = 0; q < 6; q++) {
			const bool in = h + p >= 0 && h + p < height && w + q >= 0 && w + q < width;
			at[q][p] = in ? x + ((int64_t)(h + p) * width + w + q) * channels : zeros;
		}
	for (int c = 0; c < n; c += VL) {
		Vf t[6][6];
		for (int q = 0; q < 6; q++) {
			Vf d[6];
#pragma GCC unroll 6
			for (int p = 0; p < 6; p++)
				d[p] = vload(at[q][p] + c);
			wino_input6(d, &t[0][q], 6);
		}
		for (int p = 0; p < 6; p++) {
			Vf r[6];
			wino_input6(t[p], r, 1);
#pragma GCC unroll 6
			for (int q = 0; q < 6; q++)
				vstore(v + (p * 6 + q) * plane + c, r[q]);
		}
	}
}

/* Transforms n channels from x on for `squares` squares from `first` on. */
INLINE void wino_inputs(const Winograd s, const float *x, int first, int squares, int n, float *v,
			const float *zeros)
{
	const int across = wino_across(s), image = across * wino_down(s);
	const int64_t plane = wino_plane(s, wino_depth(s)), row = wino_row(wino_depth(s));
	for (int t = 0; t < squares; t++, v += row) {
		const int at = (first + t) % image, h = at / across * 4 - 1,
			  w = at % across * 4 - 1;
		const float *from = x + (int64_t)((first + t) / image) * s.h * s.w * s.c;
		if (!s.taps && h >= 0 && h + 6 <= s.h && w >= 0 && w + 6 <= s.w) {
			wino_input(from + ((int64_t)h * s.w + w) * s.c, (int64_t)s.w * s.c, s.c, n,
				   v, plane);
		} else {
			wino_border(from, s.h, s.w, s.c, h, w, n, zeros, v, plane);
		}
	}
}

/* Means or maxima of th x tw neighbours in r[4][4] to y */
INLINE void wino_store(int th, int tw, bool max, bool far, Vf r[4][4], float *y, int64_t row,
		       int64_t column)
{
#pragma GCC unroll 4
	for (int p = 0; p < 4 / th; p++)
#pragma GCC unroll 4
		for (int q = 0; q < 4 / tw; q++) {
			Vf v = r[p * th][q * tw];
#pragma GCC unroll 16
			for (int k = 1; k < th * tw; k++) {
				const Vf next = r[p * th + k / tw][q * tw + k % tw];
				v = max ? vmax_nan(v, next) : v + next;
			}
			if (!max && th * tw > 1)
				v *= 1.0f / (float)(th * tw);
			if (far)
				vstream(y + p * row + q * column, v);
			else
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
INLINE void wino_output(const Winograd s, const float *m, const float *scale, const float *shift,
			float *y, int i, int j)
{
	const int64_t plane = wino_plane(s, s.cols), column = s.o, row = s.ow * column;
	const int high = 4 / s.th, wide = 4 / s.tw;
	const int down = s.oh - i * high, across = s.ow - j * wide;
	y += i * high * row + j * wide * column;
	for (int o = 0; o < s.cols; o += VL) {
		const Vf times = scale ? vload(scale + o) : vset(1.0f);
		const Vf plus = shift ? vload(shift + o) : (Vf){0};
		Vf r[4][4];
		wino_square(m + o, plane, r);
#pragma GCC unroll 16
		for (int k = 0; k < 16; k++) {
			const Vf v = r[k / 4][k % 4] * times + plus;
			r[k / 4][k % 4] = s.relu ? vrelu(v) : v;
		}
		if (down >= high && across >= wide) {
			wino_store(s.th, s.tw, s.max, s.far, r, y + o, row, column);
			continue;
		}
		float some[4 * 4 * VL];
		wino_store(s.th, s.tw, s.max, false, r, some, wide * VL, VL);
		for (int p = 0; p < high && p < down; p++)
			for (int q = 0; q < wide && q < across; q++)
				vstore(y + o + p * row + q * column,
				       vload(some + (p * wide + q) * VL));
	}
}

/* `cols` channels from y on of `squares` squares from `first` on */
INLINE void wino_outputs(const Winograd s, const float *m, const float *scale, const float *shift,
			 float *y, int first, int squares)
{
	const int across = wino_across(s), image = across * wino_down(s);
	for (int t = 0; t < squares; t++) {
		const int at = (first + t) % image;
		wino_output(s, m + t * wino_row(s.cols), scale, shift,
			    y + (int64_t)((first + t) / image) * s.oh * s.ow * s.o, at / across,
			    at % across);
	}
}

/* m = v u for `squares` squares */
INLINE void wino_products(const Winograd s, const float *v, const float *u, int squares, float *m)
{
	for (int xi = 0; xi < 36; xi++)
		for (int c = 0; c < s.cols; c += NR)
			gemm_block(squares, v + xi * wino_plane(s, s.c), wino_row(s.c), s.c,
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

/* Row p of the points of taps k[n][9][NR] of one panel, transformed, to u[6][n][NR] */
OUTLINE void wino_weights(const float *k, int n, int p, float *u)
{
	const float na = 1 / (2 * WINO_A2 * (WINO_A2 - WINO_B2));
	const float nb = 1 / (2 * WINO_B2 * (WINO_B2 - WINO_A2));
	const float g[6][3] = {{1, 0, 0},
			       {na, na * WINO_A, na * WINO_A2},
			       {na, -na * WINO_A, na * WINO_A2},
			       {nb, nb * WINO_B, nb * WINO_B2},
			       {nb, -nb * WINO_B, nb * WINO_B2},
			       {0, 0, 1}};
	const Vf g0 = vset(g[p][0]), g1 = vset(g[p][1]), g2 = vset(g[p][2]);
	for (int i = 0; i < n * NR; i += VL) {
		const float *at = k + i / NR * 9 * NR + i % NR;
		Vf t[3], r[6];
#pragma GCC unroll 3
		for (int q = 0; q < 3; q++)
			t[q] = vload(at + q * NR) * g0 + vload(at + (3 + q) * NR) * g1 +
			       vload(at + (6 + q) * NR) * g2;
		wino_filter6(t[0], t[1], t[2], r, 1);
#pragma GCC unroll 6
		for (int q = 0; q < 6; q++)
			vstore(u + (int64_t)q * n * NR + i, r[q]);
	}
}

/* As wino_products, of the taps of n channels: u[6][n][NR] is transformed and used panel by panel,
 * row by row of the points */
INLINE void wino_taps(const Winograd s, const float *v, const float *taps, int squares, int n,
		      float *m, bool add, float *u)
{
	const int64_t depth = wino_depth(s);
	for (int c = 0; c < s.cols; c += NR)
		for (int p = 0; p < 6; p++) {
			wino_weights(taps + (int64_t)c * n * 9, n, p, u);
			for (int q = 0; q < 6; q++) {
				const int xi = p * 6 + q;
				gemm_block(squares, v + xi * wino_plane(s, depth), wino_row(depth),
					   n, u + q * n * NR, m + xi * wino_plane(s, s.cols) + c,
					   wino_row(s.cols), add);
			}
		}
}

/* u: wino_pack, or wino_pack_taps; scale, shift[o] or NULL */
INLINE void wino_tile(const Winograd s, const float *x, const float *u, const float *scale,
		      const float *shift, float *y, int tile, float *scratch)
{
	const int squares = s.b * wino_across(s) * wino_down(s), depth = wino_depth(s);
	const int first = tile / (s.o / s.span) * s.tiles, o0 = tile % (s.o / s.span) * s.span;
	const int n = squares - first < s.tiles ? squares - first : s.tiles;
	float *v = scratch, *m = v + 36 * wino_plane(s, depth),
	      *zeros = m + 36 * wino_plane(s, s.cols), *part = zeros + depth;
	memset(zeros, 0, (size_t)depth * sizeof *zeros);
	if (!s.taps)
		wino_inputs(s, x, first, n, s.c, v, zeros);
	for (int o = o0; o < o0 + s.span; o += s.cols) {
		if (!s.taps)
			wino_products(s, v, u + (int64_t)o * 36 * s.c, n, m);
		for (int j = 0; s.taps && j < s.c; j += depth) {
			const int channels = s.c - j < depth ? s.c - j : depth;
			wino_inputs(s, x + j, first, n, channels, v, zeros);
			wino_taps(s, v, u + ((int64_t)o * s.c + (int64_t)j * s.cols) * 9, n,
				  channels, m, j > 0, part);
		}
		wino_outputs(s, m, scale ? scale + o : NULL, shift ? shift + o : NULL, y + o, first,
			     n);
	}
	if (s.far)
		vstream_end();
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

/* w[o, c, 3, 3] to taps in the order of their use: [o / cols][c / KCHUNK][cols / NR][KCHUNK][9][NR]
 */
OUTLINE void wino_pack_taps(float *taps, const float *w, int o, int c, int cols, int threads)
{
#pragma omp parallel for num_threads(threads)
	for (int64_t first = 0; first < o; first += NR)
		for (int64_t j = 0; j < c; j++) {
			const int64_t part = j / KCHUNK * KCHUNK;
			const int64_t depth = c - part < KCHUNK ? c - part : KCHUNK;
			float *to = taps + 9 * (first / cols * cols * c + part * cols +
						first % cols * depth + (j - part) * NR);
			for (int64_t tap = 0; tap < 9; tap++)
				for (int64_t l = 0; l < NR; l++)
					*to++ = w[((first + l) * c + j) * 9 + tap];
		}
}

#endif /* CPU_WINOGRAD_H */
