/* conv.h: direct 2-D convolution, any kernel, stride and layout, with activation and pooling.
 *
 * A tile is some output rows: its input rows are copied with their zero border to scratch, channels
 * last. There a row of the kernel at all places along the width is a matrix whose rows overlap, and
 * the convolution a sum of products; where these would be short, the rows of the kernel are joined
 * by one more copy. */
#ifndef CPU_CONV_H
#define CPU_CONV_H

#include "gemm.h"

/* x[b, h, w, c] with strides (elements); y of rows oh, columns ow after pooling by th x tw. */
typedef struct Conv {
	int b, h, w, c, o, kh, kw, sh, sw, ph, pw;
	int64_t xb, xh, xw, xc, yb, yh, yw, yc;
	int oh, ow, th, tw;
	bool relu;
	bool max; /* of a tile, else its mean */
	bool far; /* y is larger than the caches and written past them; channels last, o % 16 = 0 */
	int rows; /* pooled output rows of a tile */
} Conv;

INLINE int conv_tiles(const Conv s)
{
	return s.b * ((s.oh + s.rows - 1) / s.rows);
}

/* Input rows first .. first + n - 1 and their border to v[n, w + 2 pw, c] */
INLINE void conv_fill(const Conv s, const float *x, int first, int n, float *v)
{
	const int64_t width = (int64_t)(s.w + 2 * s.pw) * s.c;
	memset(v, 0, (size_t)(n * width) * sizeof *v);
	for (int i = 0; i < n; i++) {
		if (first + i < 0 || first + i >= s.h)
			continue;
		const float *from = x + (first + i) * s.xh;
		float *to = v + i * width + s.pw * s.c;
		if (s.xc == 1 && s.xw == s.c) {
			memcpy(to, from, (size_t)s.w * (size_t)s.c * sizeof *to);
			continue;
		}
		for (int c = 0; c < s.c; c++)
			for (int j = 0; j < s.w; j++)
				to[j * s.c + c] = from[c * s.xc + j * s.xw];
	}
}

/* Pooled means or maxima of th convolution rows times scale plus shift, n channels, to y; m: the
 * products, `row` and `column` from one to the next, readable to the end of the last vector */
INLINE void conv_drain(const Conv s, const float *m, int64_t row, int column, const float *scale,
		       const float *shift, float *y, int n)
{
	for (int j = 0; j < s.ow; j++)
		for (int l = 0; l < n; l += VL) {
			const Vf times = scale ? vload_some(scale + l, 1, n - l) : vset(1.0f);
			const Vf plus = shift ? vload_some(shift + l, 1, n - l) : (Vf){0};
			Vf sum = vset(s.max ? -INFINITY : 0);
			for (int p = 0; p < s.th; p++)
				for (int q = 0; q < s.tw; q++) {
					const float *at =
					    m + p * row + (int64_t)(j * s.tw + q) * column + l;
					const Vf v = vload(at) * times + plus;
					const Vf r = s.relu ? vrelu(v) : v;
					sum = s.max ? vmax_nan(sum, r) : sum + r;
				}
			if (!s.max && s.th * s.tw > 1)
				sum *= 1.0f / (float)(s.th * s.tw);
			if (s.yc == 1 && s.far)
				vstream(y + j * s.yw + l, sum);
			else if (s.yc == 1)
				vstore_some(y + j * s.yw + l, sum, n - l);
			for (int i = 0; s.yc != 1 && i < VL && l + i < n; i++)
				y[j * s.yw + (l + i) * s.yc] = sum[i];
		}
}

/* Matrix [wide][kh * kw * c] of what the outputs of one row see, from padded rows v */
INLINE void conv_join(const Conv s, const float *v, int64_t width, int wide, float *to)
{
	const int64_t n = (int64_t)s.kw * s.c;
	for (int j = 0; j < wide; j++)
		for (int p = 0; p < s.kh; p++, to += n)
			memcpy(to, v + p * width + (int64_t)j * s.sw * s.c, (size_t)n * sizeof *to);
}

/* m[wide][NR] = one row of outputs for one panel of weights; rows: padded input, or joined */
INLINE void conv_row(const Conv s, bool joined, const float *rows, int64_t width, int wide,
		     const float *w, float *m)
{
	const int k = s.kw * s.c;
	if (joined) {
		gemm_block(wide, rows, s.kh * k, s.kh * k, w, m, NR, false);
		return;
	}
	for (int p = 0; p < s.kh; p++)
		gemm_block(wide, rows + p * width, s.sw * s.c, k, w + (int64_t)p * k * NR, m, NR,
			   p > 0);
}

/* Padded input rows, th rows of outputs of one panel, and their joined inputs. */
INLINE int64_t conv_scratch(const Conv s)
{
	const int64_t rows = (s.rows * s.th - 1) * s.sh + s.kh, wide = (int64_t)s.ow * s.tw;
	return rows * (s.w + 2 * s.pw) * s.c + s.th * wide * (NR + s.kh * s.kw * s.c);
}

/* w: panels of [o, kh * kw * c] (conv_pack); scale, shift[o] or NULL */
INLINE void conv_tile(const Conv s, const float *x, const float *w, const float *scale,
		      const float *shift, float *y, int tile, float *scratch)
{
	const int b = tile % s.b, y0 = tile / s.b * s.rows, wide = s.ow * s.tw,
		  k = s.kh * s.kw * s.c;
	const int rows = s.oh - y0 < s.rows ? s.oh - y0 : s.rows;
	const int64_t width = (int64_t)(s.w + 2 * s.pw) * s.c;
	const int height = (rows * s.th - 1) * s.sh + s.kh;
	const bool join = s.kw * s.c < KCHUNK && s.kh > 1;
	float *m = scratch + height * width, *joined = m + (int64_t)s.th * wide * NR;
	conv_fill(s, x + b * s.xb, y0 * s.th * s.sh - s.ph, height, scratch);
	for (int r = 0; r < rows; r++) {
		const float *v = scratch + (int64_t)r * s.th * s.sh * width;
		for (int p = 0; join && p < s.th; p++)
			conv_join(s, v + p * s.sh * width, width, wide,
				  joined + (int64_t)p * wide * k);
		for (int o = 0; o < s.o; o += NR) {
			for (int p = 0; p < s.th; p++)
				conv_row(
				    s, join,
				    join ? joined + (int64_t)p * wide * k : v + p * s.sh * width,
				    width, wide, w + (int64_t)o * k, m + (int64_t)p * wide * NR);
			conv_drain(s, m, (int64_t)wide * NR, NR, scale ? scale + o : NULL,
				   shift ? shift + o : NULL,
				   y + b * s.yb + (y0 + r) * s.yh + o * s.yc,
				   s.o - o < NR ? s.o - o : NR);
		}
	}
	if (s.far)
		vstream_end();
}

/* w[o, c, kh, kw] in panels of [o, (kh, kw, c)] */
OUTLINE void conv_pack(float *to, const float *w, int o, int c, int kh, int kw, int threads)
{
	const int64_t k = (int64_t)kh * kw * c, panels = (o + PANEL - 1) / PANEL * PANEL;
#pragma omp parallel for num_threads(threads)
	for (int64_t i = 0; i < panels; i++)
		for (int64_t j = 0; j < k; j++) {
			const int64_t at = j % (kh * kw) * c + j / (kh * kw);
			to[(i / NR * k + at) * NR + i % NR] = i < o ? w[i * k + j] : 0;
		}
}

#endif /* CPU_CONV_H */
