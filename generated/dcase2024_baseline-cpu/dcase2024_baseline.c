/* dcase2024_baseline: Audio baseline of DCASE2024 task 3 (FOA, Multi-ACCDDOA): convolutions,
 * bidirectional GRU, attention; 3 tracks. C for the CPU, written by seldc; not for editing. Above
 * each function stands the IR that it implements, with the place in the model file that it comes
 * from. */
#include "seldrt.h"

#include <omp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* memory.h: how functions are compiled; large blocks of floats, on huge pages where the system has
 * them. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* INLINE functions take shapes as literals, which then cost nothing at run time. OUTLINE ones, the
 * large kernels and those of the nodes, exist once in a program. noipa keeps from the callers what
 * the compiler finds out about them: after its choice of induction variables GCC 12 can take a
 * function that writes through a pointer for one without effects, and drop the call. */
#define INLINE static inline __attribute__((always_inline, unused))
#if defined(__clang__)
#define OUTLINE static __attribute__((noinline, unused))
#else
#define OUTLINE static __attribute__((noipa, unused))
#endif

enum { MEMORY_PAGE = 2 << 20 };

/* n floats that start at a page; NULL if there is no memory. free() releases it. */
static float *memory_new(int64_t n)
{
	const size_t bytes = ((size_t)n * sizeof(float) / MEMORY_PAGE + 1) * MEMORY_PAGE;
	void *p = aligned_alloc(MEMORY_PAGE, bytes);
	if (p)
		madvise(p, bytes, MADV_HUGEPAGE);
	return p;
}

/* to NULL: nothing is copied */
OUTLINE void memory_copy(float *to, const float *from, int64_t n)
{
	if (to)
		memcpy(to, from, (size_t)n * sizeof *to);
}

/* Every byte 0xff: NaN, so that whoever reads it shows. */
OUTLINE void memory_poison(float *p, int64_t n)
{
	memset(p, 0xff, (size_t)n * sizeof *p);
}


/* vec.h: vectors of floats by GCC's vector extension, as wide as the target's registers.
 *
 * All arithmetic is IEEE single; a product and a sum may contract to a fused multiply-add. */

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

/* VL lanes; GEMM_ROWS x 2 vectors of accumulators fill the register file but for a few. */
#if defined(__AVX512F__)
enum { VL = 16, GEMM_ROWS = 14 };
#elif defined(__AVX__)
enum { VL = 8, GEMM_ROWS = 6 };
#else
enum { VL = 4, GEMM_ROWS = 6 };
#endif

typedef float Vf __attribute__((vector_size(4 * VL)));
typedef int32_t Vi __attribute__((vector_size(4 * VL)));
typedef float VfMem __attribute__((vector_size(4 * VL), aligned(4), may_alias));

INLINE Vf vload(const float *p)
{
	return *(const VfMem *)p;
}

INLINE void vstore(float *p, Vf v)
{
	*(VfMem *)p = v;
}

INLINE Vf vset(float x)
{
	return x - (Vf){0};
}

/* n >= 1 elements at distance `step`; lanes past n are zero. */
INLINE Vf vload_some(const float *p, int64_t step, int64_t n)
{
	if (step == 1 && n >= VL)
		return vload(p);
	float t[VL] = {0};
	for (int64_t i = 0; i < VL && i < n; i++)
		t[i] = p[i * step];
	return vload(t);
}

INLINE void vstore_some(float *p, Vf v, int64_t n)
{
	if (n >= VL) {
		vstore(p, v);
		return;
	}
	float t[VL];
	vstore(t, v);
	memcpy(p, t, (size_t)n * sizeof *p);
}

INLINE Vf vrelu(Vf x)
{
	return (Vf)((x > (Vf){0}) & (Vi)x);
}

/* p 2^n for whole numbers n; also where the result is below the normal range */
INLINE Vf vscale(Vf p, Vf n)
{
#if defined(__AVX512F__) && !defined(__clang__)
	return (Vf)__builtin_ia32_scalefps512_mask(p, n, p, -1, 4);
#else
	const Vi k = __builtin_convertvector(n, Vi), half = k >> 1;
	return p * (Vf)((half + 127) << 23) * (Vf)((k - half + 127) << 23);
#endif
}

/* x within lo .. hi; NaN stays */
INLINE Vf vclamp(Vf x, float lo, float hi)
{
#if defined(__AVX512F__) && !defined(__clang__)
	return __builtin_ia32_minps512_mask(
	    vset(hi), __builtin_ia32_maxps512_mask(vset(lo), x, x, -1, 4), x, -1, 4);
#else
	const Vi low = x<lo, high = x> hi;
	return (Vf)((low & (Vi)vset(lo)) | (high & (Vi)vset(hi)) | (~(low | high) & (Vi)x));
#endif
}

/* 2^x and e^x, at most 2 units in the last place off */
INLINE Vf vexp2(Vf x)
{
	const Vf magic = vset(12582912.0f); /* 1.5 * 2^23: adding it rounds to an integer */
	x = vclamp(x, -150.0f, 129.0f);
	const Vf n = (x + magic) - magic, r = x - n;
	Vf p = 1.535231568e-04f * r + 1.340017072e-03f;
	p = p * r + 9.618449956e-03f;
	p = p * r + 5.550329387e-02f;
	p = p * r + 2.402264774e-01f;
	p = p * r + 6.931471825e-01f;
	return vscale(p * r + 1.0f, n);
}

INLINE Vf vexp(Vf x)
{
	const Vf magic = vset(12582912.0f);
	x = vclamp(x, -104.0f, 89.0f);
	const Vf n = (x * 1.44269504f + magic) - magic;
	const Vf r = x - n * 0.693145752f - n * 1.42860677e-06f;
	Vf p = 1.381314243e-03f * r + 8.369418792e-03f;
	p = p * r + 4.166845605e-02f;
	p = p * r + 1.666651517e-01f;
	p = p * r + 4.999999404e-01f;
	return vscale(p * r * r + r + 1.0f, n);
}


/* math.h: single-precision functions without branches or tables, so that loops over them vectorise.
 *
 * At most 2 units in the last place off (log10, tanh: 3); subnormals, infinities and NaN as in
 * the C library. Polynomials are minimax fits on the reduced range. */

INLINE int32_t m_bits(float x)
{
	int32_t i;
	memcpy(&i, &x, sizeof i);
	return i;
}

INLINE float m_float(int32_t i)
{
	float x;
	memcpy(&x, &i, sizeof x);
	return x;
}

/* 2^n for -126 <= n <= 127; anything for other n */
INLINE float m_power(int32_t n)
{
	return m_float((int32_t)((uint32_t)(n + 127) << 23));
}

/* Difference without overflow. */
INLINE int32_t m_minus(int32_t a, int32_t b)
{
	return (int32_t)((uint32_t)a - (uint32_t)b);
}

INLINE float m_exp(float x)
{
	const float magic = 12582912.0f; /* 1.5 * 2^23: adding it rounds to an integer */
	const float c = x < -104.0f ? -104.0f : x > 89.0f ? 89.0f : x;
	const float t = c * 1.44269504f + magic, n = t - magic;
	const float r = c - n * 0.693145752f - n * 1.42860677e-06f;
	float p = 1.381314243e-03f * r + 8.369418792e-03f;
	p = p * r + 4.166845605e-02f;
	p = p * r + 1.666651517e-01f;
	p = p * r + 4.999999404e-01f;
	p = p * r * r + r + 1.0f;
	/* in two steps, so that results below the normal range are right, too */
	const int32_t k = m_minus(m_bits(t), m_bits(magic)), half = k >> 1;
	return p * m_power(half) * m_power(k - half);
}

/* log(u) + c / u for a correction c that u = 1 + x lost; u >= 0 */
INLINE float m_log_sum(float u, float c)
{
	const bool tiny = u < 1.17549435e-38f;
	const int32_t i = m_minus(m_bits(tiny ? u * 8388608.0f : u), 0x3f3504f3);
	const float k = (float)((i >> 23) - (tiny ? 23 : 0));
	/* mantissa in [sqrt(1/2), sqrt(2)) */
	const float f = m_float((i & 0x007fffff) + 0x3f3504f3) - 1.0f;
	const float s = f / (2.0f + f), z = s * s, h = 0.5f * f * f;
	float r = 2.359637022e-01f * z + 2.853659987e-01f;
	r = r * z + 4.000034630e-01f;
	r = r * z + 6.666666269e-01f;
	return s * (h + r * z) + (k * 9.05800061e-06f + c) - h + f + k * 0.693138123f;
}

INLINE float m_log(float x)
{
	const float y = m_log_sum(x, 0.0f);
	const float edge = x == 0.0f ? -INFINITY : x < 0.0f ? NAN : x;
	return x > 0.0f && x < INFINITY ? y : edge;
}

INLINE float m_log10(float x)
{
	return m_log(x) * 0.434294482f;
}

INLINE float m_log1p(float x)
{
	const float u = 1.0f + x;
	const float c = x < 1.0f ? x - (u - 1.0f) : 1.0f - (u - x);
	const float y = m_log_sum(u, c / u);
	const float edge = x == -1.0f ? -INFINITY : x < -1.0f ? NAN : x;
	return x > -1.0f && x < INFINITY ? y : edge;
}

INLINE float m_tanh(float x)
{
	const float a = fabsf(x), z = x * x;
	float p = -5.717036780e-03f * z + 2.065057866e-02f;
	p = p * z - 5.374349654e-02f;
	p = p * z + 1.333149076e-01f;
	p = p * z - 3.333328366e-01f;
	const float near = p * z * x + x;
	const float far = copysignf(1.0f - 2.0f / (m_exp(2.0f * a) + 1.0f), x);
	return a < 0.625f ? near : far;
}

INLINE float m_sigmoid(float x)
{
	return 1.0f / (1.0f + m_exp(-x));
}

INLINE float m_silu(float x)
{
	return x / (1.0f + m_exp(-x));
}

INLINE float m_softplus(float x)
{
	return (x > 0.0f ? x : 0.0f) + m_log1p(m_exp(-fabsf(x)));
}


/* gemm.h: the inner block of every product and convolution: c[rows, NR] = a[rows, k] b[k, NR].
 *
 * b is packed in panels of NR columns, k by k. Sums run over k in order, a part of KCHUNK at a time
 * in registers, the parts then one after another: the result depends on nothing but k. */

/* PANEL is what weights are padded to, whatever the width of the vectors. */
enum { NR = 2 * VL, KCHUNK = 64, PANEL = 32 };

/* c += or = a[mr, k] b[k, NR]; rows of a are lda apart */
INLINE void gemm_rows(int mr, const float *a, int64_t lda, int k, const float *b, float *c,
		      int64_t ldc, bool add)
{
	Vf acc[GEMM_ROWS][2];
#pragma GCC unroll 16
	for (int i = 0; i < mr; i++)
		acc[i][0] = acc[i][1] = (Vf){0};
	for (int j = 0; j < k; j++, b += NR) {
		const Vf b0 = vload(b), b1 = vload(b + VL);
		__builtin_prefetch(b + KCHUNK * NR);
		__builtin_prefetch(b + KCHUNK * NR + VL);
		__builtin_prefetch(b + 4 * KCHUNK * NR, 0, 2);
		__builtin_prefetch(b + 4 * KCHUNK * NR + VL, 0, 2);
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
		gemm_rows(n, a, lda, k, b, c, ldc, add);                                           \
		break

/* rows <= GEMM_ROWS; one copy of the code for each number of rows */
OUTLINE void gemm_few(int rows, const float *a, int64_t lda, int k, const float *b, float *c,
		      int64_t ldc, bool add)
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
 * share a part of the weights while it is in the cache. */
INLINE void gemm_block(int rows, const float *a, int64_t lda, int k, const float *b, float *c,
		       int64_t ldc, bool add)
{
	const int groups = (rows + GEMM_ROWS - 1) / GEMM_ROWS;
	for (int j = 0; j < k; j += KCHUNK) {
		const int n = k - j < KCHUNK ? k - j : KCHUNK;
		for (int g = 0; g < groups; g++) {
			const int r0 = rows * g / groups, r1 = rows * (g + 1) / groups;
			gemm_few(r1 - r0, a + r0 * lda + j, lda, n, b + (int64_t)j * NR,
				 c + r0 * ldc, ldc, add || j > 0);
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


/* linear.h: products. linear: x[batch, rows, k] times packed weights; matmul: a[m, k] b[k, n] of
 * run-time operands, b packed tile by tile. Both write dense y. */

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


/* conv.h: direct 2-D convolution, any kernel, stride and layout, with activation and pooling.
 *
 * A tile is some output rows: its input rows are copied with their zero border to scratch, channels
 * last. There a row of the kernel at all places along the width is a matrix whose rows overlap, and
 * the convolution a sum of products; where these would be short, the rows of the kernel are joined
 * by one more copy. */

/* x[b, h, w, c] with strides (elements); y of rows oh, columns ow after pooling by th x tw. */
typedef struct Conv {
	int b, h, w, c, o, kh, kw, sh, sw, ph, pw;
	int64_t xb, xh, xw, xc, yb, yh, yw, yc;
	int oh, ow, th, tw;
	bool relu;
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

/* Pooled means of th convolution rows m[th][ow * tw][NR] times scale plus shift, n channels, to y
 */
INLINE void conv_drain(const Conv s, const float *m, const float *scale, const float *shift,
		       float *y, int n)
{
	const int64_t row = (int64_t)s.ow * s.tw * NR;
	for (int j = 0; j < s.ow; j++)
		for (int l = 0; l < NR; l += VL) {
			if (l >= n)
				break;
			const Vf times = scale ? vload_some(scale + l, 1, n - l) : vset(1.0f);
			const Vf plus = shift ? vload_some(shift + l, 1, n - l) : (Vf){0};
			Vf sum = {0};
			for (int p = 0; p < s.th; p++)
				for (int q = 0; q < s.tw; q++) {
					const float *at = m + p * row + (j * s.tw + q) * NR + l;
					const Vf v = vload(at) * times + plus;
					sum += s.relu ? vrelu(v) : v;
				}
			if (s.th * s.tw > 1)
				sum *= 1.0f / (float)(s.th * s.tw);
			if (s.yc == 1) {
				vstore_some(y + j * s.yw + l, sum, n - l);
				continue;
			}
			for (int i = 0; i < VL && l + i < n; i++)
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
			conv_drain(s, m, scale ? scale + o : NULL, shift ? shift + o : NULL,
				   y + b * s.yb + (y0 + r) * s.yh + o * s.yc, s.o - o);
		}
	}
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


/* winograd.h: 3x3 convolution with stride 1 and padding 1 by Winograd's F(4x4, 3x3): 36 products
 * for 16 outputs instead of 144 (Lavin and Gray, arXiv 1509.09308).
 *
 * The interpolation points are 0, +-2/3, +-3/2 and infinity: with these and sums of at most KCHUNK
 * products in a row the error is that of a direct convolution (the usual +-1, +-2 lose a digit).
 * All channels-last; pooling is done on the 4x4 outputs while they are in registers. */

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


/* pool.h: means and maxima of tiles without overlap. */

/* x[outer, h, w, inner] to y[outer, h / kh, w / kw, inner]: inner is the channels when they come
 * last, else 1. A tile is one output row. */
typedef struct Pool {
	int outer, h, w, inner, kh, kw;
} Pool;

INLINE int pool_tiles(const Pool s)
{
	return s.outer * (s.h / s.kh);
}

INLINE void avg_pool_tile(const Pool s, const float *x, float *y, int tile)
{
	const int oh = s.h / s.kh, ow = s.w / s.kw;
	const int64_t row = (int64_t)s.w * s.inner;
	x += ((int64_t)(tile / oh) * s.h + tile % oh * s.kh) * row;
	y += (int64_t)tile * ow * s.inner;
	for (int j = 0; j < ow; j++)
		for (int c = 0; c < s.inner; c++) {
			const float *p = x + (int64_t)j * s.kw * s.inner + c;
			float sum = 0;
			for (int a = 0; a < s.kh; a++)
				for (int b = 0; b < s.kw; b++)
					sum += p[a * row + b * s.inner];
			y[j * s.inner + c] = sum / (float)(s.kh * s.kw);
		}
}

/* NaN wins. */
INLINE void max_pool_tile(const Pool s, const float *x, float *y, int tile)
{
	const int oh = s.h / s.kh, ow = s.w / s.kw;
	const int64_t row = (int64_t)s.w * s.inner;
	x += ((int64_t)(tile / oh) * s.h + tile % oh * s.kh) * row;
	y += (int64_t)tile * ow * s.inner;
	for (int j = 0; j < ow; j++)
		for (int c = 0; c < s.inner; c++) {
			const float *p = x + (int64_t)j * s.kw * s.inner + c;
			float top = p[0];
			for (int a = 0; a < s.kh; a++)
				for (int b = 0; b < s.kw; b++) {
					const float v = p[a * row + b * s.inner];
					top = v > top || v != v ? v : top;
				}
			y[j * s.inner + c] = top;
		}
}


/* norm.h: normalisations and softmax. Statistics are summed in double precision, in order. */

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


/* reduce.h: sums, means, maxima and minima over any axes, in index order, sums in double
 * precision. */

enum { REDUCE_RANK = 8, REDUCE_WIDTH = 64 };

/* y[i, l] = combination over j of x[i . keep + l * step + j . over], l < n the last kept axis. A
 * tile is REDUCE_WIDTH of l at one i. */
typedef struct Reduce {
	int nkeep, nover;
	int64_t keep_dim[REDUCE_RANK], keep[REDUCE_RANK], over_dim[REDUCE_RANK], over[REDUCE_RANK];
	int64_t n, step;
} Reduce;

INLINE int64_t reduce_count(int n, const int64_t *dim)
{
	int64_t count = 1;
	for (int k = 0; k < n; k++)
		count *= dim[k];
	return count;
}

INLINE int64_t reduce_offset(int n, const int64_t *dim, const int64_t *stride, int64_t at)
{
	int64_t off = 0;
	for (int k = n - 1; k >= 0; at /= dim[k--])
		off += at % dim[k] * stride[k];
	return off;
}

INLINE int64_t reduce_blocks(const Reduce s)
{
	return (s.n + REDUCE_WIDTH - 1) / REDUCE_WIDTH;
}

INLINE int64_t reduce_tiles(const Reduce s)
{
	return reduce_count(s.nkeep, s.keep_dim) * reduce_blocks(s);
}

/* First element and width of a tile; y is moved to its results. */
INLINE const float *reduce_start(const Reduce s, const float *x, float **y, int64_t tile,
				 int *width)
{
	const int64_t i = tile / reduce_blocks(s), l = tile % reduce_blocks(s) * REDUCE_WIDTH;
	*width = (int)(s.n - l < REDUCE_WIDTH ? s.n - l : REDUCE_WIDTH);
	*y += i * s.n + l;
	return x + reduce_offset(s.nkeep, s.keep_dim, s.keep, i) + l * s.step;
}

/* Sum divided by `divisor` */
INLINE void sum_tile(const Reduce s, double divisor, const float *x, float *y, int64_t tile)
{
	int width;
	x = reduce_start(s, x, &y, tile, &width);
	double acc[REDUCE_WIDTH] = {0};
	const int64_t count = reduce_count(s.nover, s.over_dim);
	for (int64_t j = 0; j < count; j++) {
		const float *in = x + reduce_offset(s.nover, s.over_dim, s.over, j);
		for (int l = 0; l < width; l++)
			acc[l] += in[l * s.step];
	}
	for (int l = 0; l < width; l++)
		y[l] = (float)(acc[l] / divisor);
}

/* NaN wins. */
INLINE void max_tile(const Reduce s, const float *x, float *y, int64_t tile)
{
	int width;
	x = reduce_start(s, x, &y, tile, &width);
	float acc[REDUCE_WIDTH];
	for (int l = 0; l < REDUCE_WIDTH; l++)
		acc[l] = -INFINITY;
	const int64_t count = reduce_count(s.nover, s.over_dim);
	for (int64_t j = 0; j < count; j++) {
		const float *in = x + reduce_offset(s.nover, s.over_dim, s.over, j);
		for (int l = 0; l < width; l++) {
			const float v = in[l * s.step];
			acc[l] = v > acc[l] || v != v ? v : acc[l];
		}
	}
	for (int l = 0; l < width; l++)
		y[l] = acc[l];
}

/* NaN wins. */
INLINE void min_tile(const Reduce s, const float *x, float *y, int64_t tile)
{
	int width;
	x = reduce_start(s, x, &y, tile, &width);
	float acc[REDUCE_WIDTH];
	for (int l = 0; l < REDUCE_WIDTH; l++)
		acc[l] = INFINITY;
	const int64_t count = reduce_count(s.nover, s.over_dim);
	for (int64_t j = 0; j < count; j++) {
		const float *in = x + reduce_offset(s.nover, s.over_dim, s.over, j);
		for (int l = 0; l < width; l++) {
			const float v = in[l * s.step];
			acc[l] = v < acc[l] || v != v ? v : acc[l];
		}
	}
	for (int l = 0; l < width; l++)
		y[l] = acc[l];
}

/* mask, with x's strides: 1 at the first of what y was made of that equals it, else 0 */
INLINE void first_equal_tile(const Reduce s, const float *x, const float *y, float *mask,
			     int64_t tile)
{
	int width;
	float *at = mask;
	const float *in = reduce_start(s, x, &at, tile, &width);
	const float *want = y + (at - mask);
	bool found[REDUCE_WIDTH] = {false};
	mask += in - x;
	const int64_t count = reduce_count(s.nover, s.over_dim);
	for (int64_t j = 0; j < count; j++) {
		const int64_t from = reduce_offset(s.nover, s.over_dim, s.over, j);
		for (int l = 0; l < width; l++) {
			const bool first = !found[l] && in[from + l * s.step] == want[l];
			mask[from + l * s.step] = first;
			found[l] |= first;
		}
	}
}

/* n elements at from + at */
typedef struct Squares {
	int from;
	int64_t at, n;
} Squares;

/* Sum of the squares of x[n], in parts of 1024 elements. */
INLINE double squares_sum(const float *x, int64_t n)
{
	double sum = 0;
	for (int64_t i = 0; i < n; i += 1024) {
		Vf acc[4] = {0};
		const int64_t end = n - i < 1024 ? n : i + 1024;
		for (int64_t j = i; j < end; j += 4 * VL)
			for (int k = 0; k < 4 && j + k * VL < end; k++) {
				const Vf v = vload_some(x + j + k * VL, 1, end - j - k * VL);
				acc[k] += v * v;
			}
		const Vf all = (acc[0] + acc[1]) + (acc[2] + acc[3]);
		for (int l = 0; l < VL; l++)
			sum += (double)all[l];
	}
	return sum;
}


/* gru.h: a layer of gated recurrent units in one direction.
 *
 * The products with the input are made for `steps` frames at once; those with the state, frame by
 * frame, read packed weights from the cache, for `rows` batch entries together. */

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


/* stft.h: short-time Fourier transform in double precision, so that features carry no more error
 * than their input and output formats.
 *
 * A power of two is transformed by Stockham's self-sorting radix-2 algorithm, two real frames at a
 * time as one complex signal; any other size by the defining sum. */

#include <math.h>
#include <string.h>

/* x[signals, samples], `row` apart, to y[signals, frames, n / 2 + 1, 2]. A tile is one pair of
 * frames. */
typedef struct Stft {
	int signals, frames, n, win, hop;
	int64_t samples, row;
	bool centre, reflect;
} Stft;

INLINE int stft_tiles(const Stft s)
{
	return s.signals * ((s.frames + 1) / 2);
}

/* window[n], then cos and sin of 2 pi k / n */
INLINE int64_t stft_table_doubles(int n)
{
	return 3 * (int64_t)n;
}

/* Periodic Hann window of `win` samples in the middle of n. */
static void stft_tables(double *table, int n, int win)
{
	const double pi = 3.14159265358979323846;
	memset(table, 0, (size_t)n * sizeof *table);
	for (int i = 0; i < win; i++)
		table[(n - win) / 2 + i] = 0.5 - 0.5 * cos(2 * pi * i / win);
	for (int k = 0; k < n; k++) {
		table[n + k] = cos(2 * pi * k / n);
		table[2 * n + k] = sin(2 * pi * k / n);
	}
}

/* Sample i, mirrored at the edges without repeating the edge sample, or zero outside. */
INLINE double stft_sample(const Stft s, const float *x, int64_t i)
{
	if (i >= 0 && i < s.samples)
		return x[i];
	return s.reflect ? x[i < 0 ? -i : 2 * (s.samples - 1) - i] : 0;
}

INLINE void stft_frame(const Stft s, const float *x, const double *window, int frame, double *v)
{
	if (frame >= s.frames) {
		memset(v, 0, (size_t)s.n * sizeof *v);
		return;
	}
	const int64_t first = (int64_t)frame * s.hop - (s.centre ? s.n / 2 : 0);
	for (int i = 0; i < s.n; i++)
		v[i] = window[i] * stft_sample(s, x, first + i);
}

/* One radix-2 pass over `half` groups of `step`: from (re, im) to (tr, ti) */
INLINE void stft_pass(int n, int step, const double *table, const double *re, const double *im,
		      double *tr, double *ti)
{
	const int half = n / step / 2;
	for (int p = 0; p < half; p++) {
		const double c = table[n + p * step], sn = table[2 * n + p * step];
		const double *a = re + p * step, *b = im + p * step;
		double *u = tr + 2 * p * step, *v = ti + 2 * p * step;
		for (int q = 0; q < step; q++) {
			const double dr = a[q] - a[q + half * step], di = b[q] - b[q + half * step];
			u[q] = a[q] + a[q + half * step];
			v[q] = b[q] + b[q + half * step];
			u[q + step] = dr * c + di * sn;
			v[q + step] = di * c - dr * sn;
		}
	}
}

/* re, im[n] are replaced by their transform; tr, ti are as large. */
INLINE void stft_fft(int n, const double *table, double *re, double *im, double *tr, double *ti)
{
	double *a = re, *b = im, *c = tr, *d = ti;
	for (int step = 1; step < n; step *= 2) {
		stft_pass(n, step, table, a, b, c, d);
		double *const r = a, *const i = b;
		a = c;
		b = d;
		c = r;
		d = i;
	}
	if (a != re) {
		memcpy(re, a, (size_t)n * sizeof *re);
		memcpy(im, b, (size_t)n * sizeof *im);
	}
}

INLINE void stft_dft(int n, const double *table, double *re, double *im, double *tr, double *ti)
{
	for (int k = 0; k < n; k++) {
		tr[k] = ti[k] = 0;
		for (int i = 0; i < n; i++) {
			const int at = (int)((int64_t)i * k % n);
			const double c = table[n + at], sn = table[2 * n + at];
			tr[k] += re[i] * c + im[i] * sn;
			ti[k] += im[i] * c - re[i] * sn;
		}
	}
	memcpy(re, tr, (size_t)n * sizeof *re);
	memcpy(im, ti, (size_t)n * sizeof *im);
}

/* scratch: 4 n doubles */
INLINE void stft_tile(const Stft s, const float *x, const double *table, float *y, int tile,
		      double *scratch)
{
	const int pairs = (s.frames + 1) / 2, bins = s.n / 2 + 1, frame = tile % pairs * 2;
	double *re = scratch, *im = re + s.n, *tr = im + s.n, *ti = tr + s.n;
	x += tile / pairs * s.row;
	stft_frame(s, x, table, frame, re);
	stft_frame(s, x, table, frame + 1, im);
	if ((s.n & (s.n - 1)) == 0)
		stft_fft(s.n, table, re, im, tr, ti);
	else
		stft_dft(s.n, table, re, im, tr, ti);
	/* The transforms of the two frames are the even and the odd part of that of their sum. */
	y += 2 * ((int64_t)(tile / pairs) * s.frames + frame) * bins;
	for (int k = 0; k < bins; k++) {
		const int m = k ? s.n - k : 0;
		y[2 * k] = (float)((re[k] + re[m]) / 2);
		y[2 * k + 1] = (float)((im[k] - im[m]) / 2);
		if (frame + 1 >= s.frames)
			continue;
		y[2 * (bins + k)] = (float)((im[k] + im[m]) / 2);
		y[2 * (bins + k) + 1] = (float)((re[m] - re[k]) / 2);
	}
}


/* mel.h: the mel filterbank (Slaney's scale and area normalisation), in double precision. */

#include <math.h>
#include <stdint.h>

/* Linear below 1000 Hz, logarithmic above: 27 mels for a factor of 6.4. */
static double mel_of_hz(double f)
{
	return f < 1000 ? 3 * f / 200 : 15 + 27 * log(f / 1000) / log(6.4);
}

static double mel_to_hz(double m)
{
	return m < 15 ? 200 * m / 3 : 1000 * exp((m - 15) * log(6.4) / 27);
}

/* y[bins, mels]: triangles between points equally spaced in mel, of area 1 in Hz */
static void mel_filterbank(float *y, int bins, int mels, double rate, double fmin, double fmax)
{
	const double m0 = mel_of_hz(fmin), dm = (mel_of_hz(fmax) - m0) / (mels + 1);
	for (int m = 0; m < mels; m++) {
		const double a = mel_to_hz(m0 + m * dm), b = mel_to_hz(m0 + (m + 1) * dm);
		const double c = mel_to_hz(m0 + (m + 2) * dm);
		for (int k = 0; k < bins; k++) {
			const double hz = k * rate / (2.0 * (bins - 1));
			const double up = (hz - a) / (b - a), down = (c - hz) / (c - b);
			const double v = up < down ? up : down;
			y[(int64_t)k * mels + m] = v > 0 ? (float)(v * 2 / (c - a)) : 0;
		}
	}
}


/* update.h: what only a training step has: dropout and the optimiser. */

enum { UPDATE_WIDTH = 4096 };

/* Philox4x32 with 10 rounds (Salmon et al., SC11). */
INLINE void philox(uint32_t k0, uint32_t k1, uint32_t c[4])
{
	for (int round = 0; round < 10; round++) {
		const uint64_t p = (uint64_t)0xD2511F53u * c[0], q = (uint64_t)0xCD9E8D57u * c[2];
		const uint32_t c1 = c[1], c3 = c[3];
		c[0] = (uint32_t)(q >> 32) ^ c1 ^ k0;
		c[1] = (uint32_t)q;
		c[2] = (uint32_t)(p >> 32) ^ c3 ^ k1;
		c[3] = (uint32_t)p;
		k0 += 0x9E3779B9u;
		k1 += 0xBB67AE85u;
	}
}

/* Draws of `run` elements each; those below `limit` of 2^32 drop. A tile is UPDATE_WIDTH draws. */
typedef struct Dropout {
	int64_t draws, run;
	uint64_t limit;
	float scale; /* of what stays */
} Dropout;

INLINE void dropout_tile(const Dropout s, const float *x, const float *state, uint32_t stream,
			 float *y, int tile)
{
	const int64_t d0 = (int64_t)tile * UPDATE_WIDTH, most = d0 + UPDATE_WIDTH;
	const int64_t end = s.draws < most ? s.draws : most;
	if (state[1] < 0) { /* none */
		memcpy(y + d0 * s.run, x + d0 * s.run,
		       (size_t)((end - d0) * s.run) * sizeof *y);
		return;
	}
	for (int64_t d = d0; d < end; d += 4) {
		uint32_t c[4] = {(uint32_t)(d / 4), (uint32_t)((uint64_t)d >> 34),
				 (uint32_t)state[0], 0};
		philox((uint32_t)state[1], stream, c);
		for (int64_t k = d; k < d + 4 && k < end; k++) {
			const bool drop = c[k % 4] < s.limit;
			for (int64_t i = k * s.run; i < (k + 1) * s.run; i++)
				y[i] = drop ? 0 : x[i] * s.scale;
		}
	}
}

/* A tile is UPDATE_WIDTH elements. */
typedef struct Accumulate {
	int64_t n;
} Accumulate;

/* scalars: 0 begins anew, the share of g */
INLINE void accumulate_tile(const Accumulate s, const float *acc, const float *g,
			    const float *scalars, float *new_acc, int tile)
{
	const int64_t i0 = (int64_t)tile * UPDATE_WIDTH, most = i0 + UPDATE_WIDTH;
	const int64_t end = s.n < most ? s.n : most;
	const bool keep = scalars[0] != 0;
	const float share = scalars[1];
#pragma omp simd
	for (int64_t i = i0; i < end; i++)
		new_acc[i] = share * g[i] + (keep ? acc[i] : 0.0f);
}

/* keep1 = 1 - beta1 and so on, rounded once; last: scalars[4] is 0 where nothing changes. A tile is
 * UPDATE_WIDTH elements. */
typedef struct Adamw {
	int64_t n;
	bool last;
	float beta1, keep1, beta2, keep2, eps, decay;
} Adamw;

/* scalars: learning rate, corrections of m and of v, factor on g; vmax NULL without amsgrad */
INLINE void adamw_tile(const Adamw s, const float *p, const float *g, const float *m,
		       const float *v, const float *scalars, const float *vmax, float *new_p,
		       float *new_m, float *new_v, float *new_vmax, int tile)
{
	const int64_t i0 = (int64_t)tile * UPDATE_WIDTH, most = i0 + UPDATE_WIDTH;
	const int64_t end = s.n < most ? s.n : most;
	if (s.last && scalars[4] == 0) {
		for (int64_t i = i0; i < end; i++) {
			const float pi = p[i], mi = m[i], vi = v[i], top = vmax ? vmax[i] : vi;
			new_p[i] = pi;
			new_m[i] = mi;
			new_v[i] = vi;
			new_vmax[i] = top;
		}
		return;
	}
	const float shrink = (float)(1 - (double)scalars[0] * s.decay);
	const float rate = scalars[0] / scalars[1], root = 1.0f / sqrtf(scalars[2]);
#pragma omp simd
	for (int64_t i = i0; i < end; i++) {
		const float gi = scalars[3] * g[i];
		const float mi = s.beta1 * m[i] + s.keep1 * gi;
		const float vi = s.beta2 * v[i] + s.keep2 * gi * gi;
		const float top = vmax && vmax[i] > vi ? vmax[i] : vi;
		new_p[i] = p[i] * shrink - rate * mi / (sqrtf(top) * root + s.eps);
		new_m[i] = mi;
		new_v[i] = vi;
		new_vmax[i] = top;
	}
}


/* attention.h: attention and its gradients, of one head and ATTN_ROWS queries at a time.
 *
 * Vector lanes are queries: scores st[key][query] need no transposed keys or values, and softmax
 * goes down the rows. Keys are taken ATTN_KEYS at a time with a running maximum, so that no memory
 * but the operands grows with the length. Products with positions stand in rows by position; lane l
 * of key j meets row j - l + constant, so the shift moves each lane by its number (attn_shear). */

/* ATTN_LANES: from row to row of transposed queries; the one behind a block is there, too.
 * ATTN_SPAN: rows by position that NR queries and a block of keys meet. */
enum {
	ATTN_ROWS = 64,
	ATTN_KEYS = 128,
	ATTN_LANES = ATTN_ROWS + 16,
	ATTN_SPAN = ATTN_KEYS + NR - 1
};

/* q[b, t, h, d], k[b, s, h, d], v[b, s, h, e] and, for gradients, g[b, t, h, e], r[t, h, d] with
 * strides. limit: of 2^32 draws as many drop; the others are multiplied by keep. */
typedef struct Attention {
	int b, t, s, h, d, e;
	int64_t qb, qt, qh, qd, kb, ks, kh, kd, vb, vs, vh, ve, gb, gt, gh, ge, rt, rh, rd;
	float scale;
	bool relative, drop;
	uint64_t limit;
	float keep;
} Attention;

/* ---- products ---- */

/* c[mr][NR] += or = sum over j < k of a[i * row + j * col] b[j][NR] */
INLINE void attn_rows(int mr, const float *a, int64_t row, int64_t col, const float *b, int64_t ldb,
		      int k, float *c, int64_t ldc, bool add)
{
	Vf acc[GEMM_ROWS][2];
#pragma GCC unroll 16
	for (int i = 0; i < mr; i++) {
		acc[i][0] = add ? vload(c + i * ldc) : (Vf){0};
		acc[i][1] = add ? vload(c + i * ldc + VL) : (Vf){0};
	}
	for (int j = 0; j < k; j++) {
		const Vf b0 = vload(b + j * ldb), b1 = vload(b + j * ldb + VL);
#pragma GCC unroll 16
		for (int i = 0; i < mr; i++) {
			const Vf s = vset(a[i * row + j * col]);
			acc[i][0] += s * b0;
			acc[i][1] += s * b1;
		}
	}
#pragma GCC unroll 16
	for (int i = 0; i < mr; i++) {
		vstore(c + i * ldc, acc[i][0]);
		vstore(c + i * ldc + VL, acc[i][1]);
	}
}

#define ATTN_CASE(n)                                                                               \
	case n:                                                                                    \
		attn_rows(n, a, row, col, b, ldb, k, c, ldc, add);                                 \
		break

/* rows <= GEMM_ROWS */
OUTLINE void attn_few(int rows, const float *a, int64_t row, int64_t col, const float *b,
		      int64_t ldb, int k, float *c, int64_t ldc, bool add)
{
	switch (rows) {
		ATTN_CASE(1);
		ATTN_CASE(2);
		ATTN_CASE(3);
		ATTN_CASE(4);
		ATTN_CASE(5);
		ATTN_CASE(6);
#if defined(__AVX512F__)
		ATTN_CASE(7);
		ATTN_CASE(8);
		ATTN_CASE(9);
		ATTN_CASE(10);
		ATTN_CASE(11);
		ATTN_CASE(12);
		ATTN_CASE(13);
		ATTN_CASE(14);
#endif
	}
}

/* c[rows][n], columns rounded up to NR */
INLINE void attn_product(int rows, const float *a, int64_t row, int64_t col, const float *b,
			 int64_t ldb, int k, float *c, int64_t ldc, int n, bool add)
{
	const int groups = (rows + GEMM_ROWS - 1) / GEMM_ROWS;
	for (int g = 0; g < groups; g++)
		for (int p = 0; p < n; p += NR) {
			const int r0 = rows * g / groups, r1 = rows * (g + 1) / groups;
			attn_few(r1 - r0, a + r0 * row, row, col, b + p, ldb, k, c + r0 * ldc + p,
				 ldc, add);
		}
}

/* ---- operands ---- */

/* Dense copy of x[n, width] with rows `pitch` apart, zeros behind n rows up to `rows` and behind
 * width; times scale, after adding bias[width] or nothing (NULL) */
INLINE void attn_copy(const float *x, int64_t row, int64_t col, int n, int rows, int width,
		      const float *bias, float scale, float *to, int pitch)
{
	memset(to, 0, (size_t)rows * (size_t)pitch * sizeof *to);
	for (int i = 0; i < n; i++)
		for (int c = 0; c < width; c++)
			to[i * pitch + c] = (x[i * row + c * col] + (bias ? bias[c] : 0)) * scale;
}

/* The same, transposed to lanes: to[width][ATTN_LANES] */
INLINE void attn_lanes(const float *x, int64_t row, int64_t col, int n, int width,
		       const float *bias, float scale, float *to)
{
	memset(to, 0, (size_t)width * ATTN_LANES * sizeof *to);
	for (int i = 0; i < n; i++)
		for (int c = 0; c < width; c++)
			to[c * ATTN_LANES + i] =
			    (x[i * row + c * col] + (bias ? bias[c] : 0)) * scale;
}

/* What dropout multiplies the weights of n queries and `keys` keys by, mask[key][query]; those of
 * the first query begin with draw e. */
INLINE void attn_mask(const Attention s, const float *state, uint32_t stream, int64_t e, int n,
		      int keys, float *mask)
{
	for (int i = 0; i < n; i++, e += s.s) {
		uint32_t c[4] = {0};
		for (int j = 0; j < keys; j++) {
			const int64_t at = e + j;
			if (j == 0 || at % 4 == 0) {
				c[0] = (uint32_t)(at / 4);
				c[1] = (uint32_t)((uint64_t)at >> 34);
				c[2] = (uint32_t)state[0];
				c[3] = 0;
				philox((uint32_t)state[1], stream, c);
			}
			mask[j * ATTN_ROWS + i] = state[1] < 0          ? 1.0f
						  : c[at % 4] < s.limit ? 0
									: s.keep;
		}
	}
}

/* ---- positions ---- */

/* Which rows by position the queries i .. i + NR - 1 and the keys j.. meet: for keys up to the
 * query m = t - 1 - i + j, and for those `beyond` the next one, with the next query, m = j - i - 2.
 * Row n of a span is position `first` + n; low .. high - 1 exist. No row is in both. */
typedef struct AttnSpan {
	int first, low, high;
} AttnSpan;

INLINE AttnSpan attn_span(const Attention s, bool beyond, int i, int j, int keys)
{
	const int first = (beyond ? -2 : s.t - 1) - i + j - (NR - 1), last = first + keys + NR - 1;
	return (AttnSpan){first, first < 0 ? -first : 0, (last < s.t ? last : s.t) - first};
}

/* Lane l of row n of x[rows][NR] comes from row n + NR - 1 - l; `up`: goes back there. */
INLINE void attn_shear(float *x, int rows, bool up)
{
	for (int v = 0; v < NR; v += VL) {
		const int far = NR - VL - v; /* what all lanes of the vector move by */
		for (int i = 0; i < rows - far && far > 0; i++) {
			const int to = up ? rows - 1 - i : i, from = up ? to - far : to + far;
			vstore(x + to * NR + v, vload(x + from * NR + v));
		}
		for (int i = 0; i < far && up; i++)
			vstore(x + i * NR + v, (Vf){0});
#pragma GCC unroll 4
		for (int bit = 1; bit < VL; bit *= 2) {
			Vi lanes;
			for (int l = 0; l < VL; l++)
				lanes[l] = l & bit ? 0 : -1;
			for (int i = 0; i < rows - bit; i++) {
				const int to = up ? rows - 1 - i : i,
					  from = up ? to - bit : to + bit;
				float *const at = x + to * NR + v;
				const Vi stay = ~lanes & (Vi)vload(at);
				vstore(at, (Vf)(stay | (lanes & (Vi)vload(x + from * NR + v))));
			}
			for (int i = 0; i < bit && up; i++)
				vstore(x + i * NR + v, (Vf)(~lanes & (Vi)vload(x + i * NR + v)));
		}
	}
}

/* Rows of r that exist in the span, dense. */
INLINE void attn_span_rows(const Attention s, AttnSpan at, const float *r, float *rows)
{
	const int count = at.high - at.low;
	attn_copy(r + (at.first + at.low) * s.rt, s.rt, s.rd, count, count, s.d, NULL, 1, rows,
		  s.d);
}

/* st[keys][ROWS] += what positions give to queries i0.. and keys j0..; r: of the head, qp: queries
 * as lanes; scratch: ATTN_SPAN * (d + NR) floats */
INLINE void attn_positions(const Attention s, const float *qp, const float *r, int i0, int n,
			   int j0, int keys, float *st, float *scratch)
{
	float *const rows = scratch, *const span = rows + ATTN_SPAN * s.d;
	for (int p = 0; p < n; p += NR) {
		memset(span, 0, ATTN_SPAN * NR * sizeof *span);
		for (int beyond = 0; beyond < 2; beyond++) {
			const AttnSpan at = attn_span(s, beyond, i0 + p, j0, keys);
			if (at.low >= at.high)
				continue;
			attn_span_rows(s, at, r, rows);
			attn_product(at.high - at.low, rows, s.d, 1, qp + p + beyond, ATTN_LANES,
				     s.d, span + at.low * NR, NR, NR, false);
		}
		attn_shear(span, keys + NR - 1, false);
		for (int j = 0; j < keys; j++)
			for (int v = 0; v < NR; v += VL) {
				float *const to = st + j * ATTN_ROWS + p + v;
				vstore(to, vload(to) + vload(span + j * NR + v));
			}
	}
}

/* ---- forward ---- */

/* Scratch of attn_tile: queries for content and for positions, keys, values, scores, mask,
 * result, maximum and sum, what attn_positions needs */
INLINE int64_t attn_scratch(const Attention s)
{
	return (int64_t)ATTN_LANES * 2 * s.d + ATTN_KEYS * (s.d + s.e + 2 * ATTN_ROWS) +
	       ATTN_ROWS * (s.e + 2) + ATTN_SPAN * (s.d + NR);
}

/* Exponentials of st[keys][lanes] over a running maximum; o[e][lanes], of the keys so far, and sum
 * are brought to it. */
INLINE void attn_softmax(const Attention s, int keys, int lanes, bool first, float *st, float *o,
			 float *top, float *sum)
{
	for (int l = 0; l < lanes; l += VL) {
		const Vf before = first ? vset(-INFINITY) : vload(top + l);
		Vf most = before, add = {0};
		for (int j = 0; j < keys; j++) {
			const Vf v = vload(st + j * ATTN_ROWS + l);
			const Vi more = v > most;
			most = (Vf)((more & (Vi)v) | (~more & (Vi)most));
		}
		for (int j = 0; j < keys; j++) {
			const Vf v = vexp(vload(st + j * ATTN_ROWS + l) - most);
			vstore(st + j * ATTN_ROWS + l, v);
			add += v;
		}
		const Vf less = vexp(before - most);
		vstore(top + l, most);
		vstore(sum + l, first ? add : add + less * vload(sum + l));
		for (int c = 0; !first && c < s.e; c++)
			vstore(o + c * ATTN_ROWS + l, less * vload(o + c * ATTN_ROWS + l));
	}
}

/* y[b, t, h, e], lse[b, h, t] or NULL; r, u, w[h, d] NULL without positions, state NULL without
 * dropout. A tile is ATTN_ROWS queries of one head. */
INLINE void attn_tile(const Attention s, const float *q, const float *k, const float *v,
		      const float *state, uint32_t stream, const float *r, const float *u,
		      const float *w, float *y, float *lse, int tile, float *scratch)
{
	const int blocks = (s.t + ATTN_ROWS - 1) / ATTN_ROWS, h = tile / blocks % s.h;
	const int b = tile / blocks / s.h, i0 = tile % blocks * ATTN_ROWS;
	const int n = s.t - i0 < ATTN_ROWS ? s.t - i0 : ATTN_ROWS;
	const int lanes = (n + NR - 1) / NR * NR;
	float *const qc = scratch, *const qp = qc + ATTN_LANES * s.d;
	float *const keys = qp + ATTN_LANES * s.d, *const values = keys + ATTN_KEYS * s.d;
	float *const st = values + ATTN_KEYS * s.e, *const mask = st + ATTN_KEYS * ATTN_ROWS;
	float *const o = mask + ATTN_KEYS * ATTN_ROWS, *const top = o + ATTN_ROWS * s.e;
	float *const sum = top + ATTN_ROWS;
	q += b * s.qb + i0 * s.qt + h * s.qh;
	k += b * s.kb + h * s.kh;
	v += b * s.vb + h * s.vh;
	attn_lanes(q, s.qt, s.qd, n, s.d, u ? u + h * s.d : NULL, s.scale, qc);
	if (s.relative)
		attn_lanes(q, s.qt, s.qd, i0 + n < s.t ? n + 1 : n, s.d, w + h * s.d, s.scale, qp);
	for (int j = 0; j < s.s; j += ATTN_KEYS) {
		const int m = s.s - j < ATTN_KEYS ? s.s - j : ATTN_KEYS;
		attn_copy(k + j * s.ks, s.ks, s.kd, m, m, s.d, NULL, 1, keys, s.d);
		attn_copy(v + j * s.vs, s.vs, s.ve, m, m, s.e, NULL, 1, values, s.e);
		attn_product(m, keys, s.d, 1, qc, ATTN_LANES, s.d, st, ATTN_ROWS, n, false);
		if (s.relative)
			attn_positions(s, qp, r + h * s.rh, i0, n, j, m, st, sum + ATTN_ROWS);
		attn_softmax(s, m, lanes, j == 0, st, o, top, sum);
		if (s.drop) {
			const int64_t e = (((int64_t)b * s.h + h) * s.t + i0) * s.s + j;
			attn_mask(s, state, stream, e, n, m, mask);
			for (int i = 0; i < m; i++)
				for (int l = 0; l < n; l++)
					st[i * ATTN_ROWS + l] *= mask[i * ATTN_ROWS + l];
		}
		attn_product(s.e, values, 1, s.e, st, ATTN_ROWS, m, o, ATTN_ROWS, n, j > 0);
	}
	for (int i = 0; i < n; i++) {
		float *const to = y + (((int64_t)b * s.t + i0 + i) * s.h + h) * s.e;
		const float part = 1.0f / sum[i];
		for (int c = 0; c < s.e; c++)
			to[c] = o[c * ATTN_ROWS + i] * part;
		if (lse)
			lse[((int64_t)b * s.h + h) * s.t + i0 + i] = top[i] + m_log(sum[i]);
	}
}

/* ---- gradients ---- */

/* n floats rounded up to whole panels */
INLINE int attn_wide(int n)
{
	return (n + NR - 1) / NR * NR;
}

/* Scratch of attn_grad_tile, in the order of its pointers; the last line grows with the length. */
INLINE int64_t attn_grad_scratch(const Attention s)
{
	const int64_t d = attn_wide(s.d), e = attn_wide(s.e);
	return ATTN_LANES * (3 * (int64_t)s.d + s.e) + (ATTN_ROWS + 1) * (2 * d + e) +
	       ATTN_KEYS * ((int64_t)s.d + s.e + 3 * ATTN_ROWS) + ATTN_ROWS * ((int64_t)s.d + 2) +
	       ATTN_SPAN * ((int64_t)s.d + NR) + s.s * (d + e) + (s.relative ? s.t * d : 0);
}

typedef struct AttnGrad {
	float *qc, *qp, *g, *dp;           /* lanes */
	float *qc_rows, *qp_rows, *g_rows; /* rows of whole panels */
	float *keys, *values;
	float *st, *mask, *ds; /* [key][query] */
	float *dq, *mean, *lse, *span;
	float *dk, *dv, *dr; /* rows of whole panels */
} AttnGrad;

INLINE AttnGrad attn_grad_places(const Attention s, float *scratch)
{
	const int d = attn_wide(s.d), e = attn_wide(s.e);
	AttnGrad a;
	a.qc = scratch;
	a.qp = a.qc + ATTN_LANES * s.d;
	a.dp = a.qp + ATTN_LANES * s.d;
	a.g = a.dp + ATTN_LANES * s.d;
	a.qc_rows = a.g + ATTN_LANES * s.e;
	a.qp_rows = a.qc_rows + (ATTN_ROWS + 1) * d;
	a.g_rows = a.qp_rows + (ATTN_ROWS + 1) * d;
	a.keys = a.g_rows + (ATTN_ROWS + 1) * e;
	a.values = a.keys + ATTN_KEYS * s.d;
	a.st = a.values + ATTN_KEYS * s.e;
	a.mask = a.st + ATTN_KEYS * ATTN_ROWS;
	a.ds = a.mask + ATTN_KEYS * ATTN_ROWS;
	a.dq = a.ds + ATTN_KEYS * ATTN_ROWS;
	a.mean = a.dq + ATTN_ROWS * s.d;
	a.lse = a.mean + ATTN_ROWS;
	a.span = a.lse + ATTN_ROWS;
	a.dk = a.span + ATTN_SPAN * (s.d + NR);
	a.dv = a.dk + (int64_t)s.s * d;
	a.dr = a.dv + (int64_t)s.s * e;
	return a;
}

/* st: scores to weights; ds: gradients by weights after dropout to those by scores */
INLINE void attn_grad_scores(const Attention s, AttnGrad a, int keys, int lanes)
{
	for (int j = 0; j < keys; j++)
		for (int l = 0; l < lanes; l += VL) {
			float *const st = a.st + j * ATTN_ROWS + l;
			float *const ds = a.ds + j * ATTN_ROWS + l;
			const Vf p = vexp(vload(st) - vload(a.lse + l));
			const Vf kept = s.drop ? vload(a.mask + j * ATTN_ROWS + l) : vset(1.0f);
			vstore(st, p * kept);
			vstore(ds, p * (vload(ds) * kept - vload(a.mean + l)));
		}
}

/* dp[d][lanes] and dr[t][..] += of queries i0.. and keys j0.. */
INLINE void attn_grad_positions(const Attention s, AttnGrad a, const float *r, int i0, int n,
				int j0, int keys)
{
	const int d = attn_wide(s.d);
	float *const rows = a.span, *const span = rows + ATTN_SPAN * s.d;
	for (int p = 0; p < n; p += NR) {
		memset(span + keys * NR, 0, (NR - 1) * NR * sizeof *span);
		for (int j = 0; j < keys; j++)
			for (int v = 0; v < NR; v += VL)
				vstore(span + j * NR + v, vload(a.ds + j * ATTN_ROWS + p + v));
		attn_shear(span, keys + NR - 1, true);
		for (int beyond = 0; beyond < 2; beyond++) {
			const AttnSpan at = attn_span(s, beyond, i0 + p, j0, keys);
			const int count = at.high - at.low, queries = n - p < NR ? n - p : NR;
			if (count <= 0)
				continue;
			attn_span_rows(s, at, r, rows);
			attn_product(s.d, rows, 1, s.d, span + at.low * NR, NR, count,
				     a.dp + p + beyond, ATTN_LANES, NR, true);
			attn_product(count, span + at.low * NR, NR, 1, a.qp_rows + (p + beyond) * d,
				     d, queries, a.dr + (int64_t)(at.first + at.low) * d, d, s.d,
				     true);
		}
	}
}

/* x[rows, n] of a head to its places in to[b, rows, h, n] */
INLINE void attn_put(const float *x, int64_t row, int64_t col, int rows, int n, int heads,
		     float scale, float *to)
{
	for (int i = 0; i < rows; i++)
		for (int c = 0; c < n; c++)
			to[(int64_t)i * heads * n + c] = x[i * row + c * col] * scale;
}

/* Queries i0 .. i0 + n - 1 of one head: pointers at the head, q and g at its first query. */
INLINE void attn_grad_block(const Attention s, AttnGrad a, const float *q, const float *k,
			    const float *v, const float *y, const float *lse, const float *g,
			    const float *state, uint32_t stream, int64_t draw, const float *r,
			    const float *u, const float *w, int i0, int n)
{
	const int d = attn_wide(s.d), e = attn_wide(s.e), lanes = attn_wide(n);
	const int next = i0 + n < s.t ? n + 1 : n;
	q += i0 * s.qt;
	g += i0 * s.gt;
	attn_lanes(q, s.qt, s.qd, n, s.d, u, s.scale, a.qc);
	attn_lanes(g, s.gt, s.ge, n, s.e, NULL, 1, a.g);
	attn_copy(q, s.qt, s.qd, n, ATTN_ROWS, s.d, u, s.scale, a.qc_rows, d);
	attn_copy(g, s.gt, s.ge, n, ATTN_ROWS, s.e, NULL, 1, a.g_rows, e);
	if (s.relative) {
		attn_lanes(q, s.qt, s.qd, next, s.d, w, s.scale, a.qp);
		attn_copy(q, s.qt, s.qd, next, ATTN_ROWS + 1, s.d, w, s.scale, a.qp_rows, d);
	}
	memset(a.mean, 0, 2 * ATTN_ROWS * sizeof *a.mean);
	for (int i = 0; i < n; i++) {
		for (int c = 0; c < s.e; c++)
			a.mean[i] += a.g_rows[i * e + c] * y[(int64_t)(i0 + i) * s.h * s.e + c];
		a.lse[i] = lse[i0 + i];
	}
	for (int j = 0; j < s.s; j += ATTN_KEYS) {
		const int m = s.s - j < ATTN_KEYS ? s.s - j : ATTN_KEYS;
		attn_copy(k + j * s.ks, s.ks, s.kd, m, m, s.d, NULL, 1, a.keys, s.d);
		attn_copy(v + j * s.vs, s.vs, s.ve, m, m, s.e, NULL, 1, a.values, s.e);
		attn_product(m, a.keys, s.d, 1, a.qc, ATTN_LANES, s.d, a.st, ATTN_ROWS, n, false);
		if (s.relative)
			attn_positions(s, a.qp, r, i0, n, j, m, a.st, a.span);
		attn_product(m, a.values, s.e, 1, a.g, ATTN_LANES, s.e, a.ds, ATTN_ROWS, n, false);
		if (s.drop)
			attn_mask(s, state, stream, draw + (int64_t)i0 * s.s + j, n, m, a.mask);
		attn_grad_scores(s, a, m, lanes);
		attn_product(m, a.st, ATTN_ROWS, 1, a.g_rows, e, n, a.dv + (int64_t)j * e, e, s.e,
			     true);
		attn_product(m, a.ds, ATTN_ROWS, 1, a.qc_rows, d, n, a.dk + (int64_t)j * d, d, s.d,
			     true);
		attn_product(s.d, a.keys, 1, s.d, a.ds, ATTN_ROWS, m, a.dq, ATTN_ROWS, n, j > 0);
		if (s.relative)
			attn_grad_positions(s, a, r, i0, n, j, m);
	}
}

/* dq, dp, dr[b, t, h, d], dk[b, s, h, d], dv[b, s, h, e]; dp and dr NULL without positions. The
 * other operands as in attn_tile. A tile is one head. */
INLINE void attn_grad_tile(const Attention s, const float *q, const float *k, const float *v,
			   const float *y, const float *lse, const float *g, const float *state,
			   uint32_t stream, const float *r, const float *u, const float *w,
			   float *dq, float *dk, float *dv, float *dp, float *dr, int tile,
			   float *scratch)
{
	const int h = tile % s.h, b = tile / s.h, d = attn_wide(s.d), e = attn_wide(s.e);
	const int64_t rows = ((int64_t)b * s.t * s.h + h), keys = ((int64_t)b * s.s * s.h + h);
	const AttnGrad a = attn_grad_places(s, scratch);
	memset(a.dp, 0, ATTN_LANES * (size_t)s.d * sizeof *a.dp);
	memset(a.dk, 0, (size_t)s.s * (size_t)(d + e) * sizeof *a.dk);
	if (s.relative)
		memset(a.dr, 0, (size_t)s.t * (size_t)d * sizeof *a.dr);
	for (int i = 0; i < s.t; i += ATTN_ROWS) {
		const int n = s.t - i < ATTN_ROWS ? s.t - i : ATTN_ROWS;
		attn_grad_block(s, a, q + b * s.qb + h * s.qh, k + b * s.kb + h * s.kh,
				v + b * s.vb + h * s.vh, y + rows * s.e, lse + (int64_t)tile * s.t,
				g + b * s.gb + h * s.gh, state, stream, (int64_t)tile * s.t * s.s,
				s.relative ? r + h * s.rh : NULL, s.relative ? u + h * s.d : NULL,
				s.relative ? w + h * s.d : NULL, i, n);
		const int64_t at = (rows + (int64_t)i * s.h) * s.d;
		attn_put(a.dq, 1, ATTN_ROWS, n, s.d, s.h, s.scale, dq + at);
		if (!s.relative)
			continue;
		attn_put(a.dp, 1, ATTN_LANES, n, s.d, s.h, s.scale, dp + at);
		/* what the block gave to the query behind it */
		for (int c = 0; c < s.d; c++) {
			float *const lane = a.dp + c * ATTN_LANES;
			const float more = lane[ATTN_ROWS];
			memset(lane, 0, ATTN_LANES * sizeof *lane);
			lane[0] = more;
		}
	}
	attn_put(a.dk, d, 1, s.s, s.d, s.h, 1, dk + keys * s.d);
	attn_put(a.dv, e, 1, s.s, s.e, s.h, 1, dv + keys * s.e);
	if (s.relative)
		attn_put(a.dr, d, 1, s.t, s.d, s.h, 1, dr + rows * s.d);
}


/* Sizes in floats; SCRATCH is for each thread. */
#define ARENA INT64_C(2569120)
#define LOAD INT64_C(33296)
#define PACK INT64_C(1036000)
#define SCRATCH INT64_C(151024)

typedef struct Self {
	int threads;
	float *arena;   /* activations */
	float *load;    /* values computed once, when weights are loaded */
	float *pack;    /* weights in the order in which the kernels read them */
	float *scratch; /* of the threads */
	const float *const *params; /* while loading */
	const RtSource *weights;    /* while loading */
	const float *const *in;     /* while running */
	char device[64];
} Self;

static inline float *self_scratch(const Self *s)
{
	return s->scratch + omp_get_thread_num() * SCRATCH;
}

INLINE float ew_add(float a, float b)
{
	return a + b;
}

INLINE float ew_sub(float a, float b)
{
	return a - b;
}

INLINE float ew_mul(float a, float b)
{
	return a * b;
}

INLINE float ew_div(float a, float b)
{
	return a / b;
}

INLINE float ew_maximum(float a, float b)
{
	return a > b ? a : b;
}

INLINE float ew_greater(float a, float b)
{
	return a > b ? 1.0f : 0.0f;
}

INLINE float ew_where(float a, float b, float c)
{
	return a != 0.0f ? b : c;
}

INLINE float ew_square(float a)
{
	return a * a;
}

INLINE float ew_rsqrt(float a)
{
	return 1.0f / sqrtf(a);
}

INLINE float ew_log10(float a)
{
	return m_log10(a);
}

INLINE float ew_tanh(float a)
{
	return m_tanh(a);
}

/* %const = const {value=[1e-08]} : f32[] @load:131328  !models/lib/foa.json:121:51+8 */
OUTLINE void features_const(float *restrict y)
{
	for (int64_t i = 0; i < 1; i++)
		y[i] = 1e-08f;
}

/* %features.x = add "features.x" %audio, %const : f32[1,4,121024] @arena:4120448
 * !models/lib/foa.json:121:17+5 */
OUTLINE void features_features_x(const Self *s, const float *restrict in0,
                                 const float *restrict in1, float *restrict y)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int64_t i = 0; i < 60; i++) {
		const int64_t end = i + 1 < 60 ? (i + 1) * 8192 : 484096;
		const float *const p0 = in0;
		const float *const p1 = in1;
		float *const restrict q0 = y;
#pragma omp simd
		for (int64_t j = i * 8192; j < end; j++) {
			const float x0 = p0[j];
			const float x1 = p1[0];
			const float y0 = ew_add(x0, x1);
			q0[j] = y0;
		}
	}
}

/* %features.all_frames = stft "features.all_frames" %features.x {n_fft=1024 win=960 hop=480
 * center=0} : f32[1,4,251,513,2] @arena:0  !models/lib/foa.json:122:17+6 */
OUTLINE void features_features_all_frames(const Self *s, const float *restrict x,
                                          const float *restrict table, float *restrict y)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int i = 0; i < 504; i++) {
		const Stft k = {.signals = 4, .frames = 251, .n = 1024, .win = 960, .hop = 480,
		                .samples = 121024, .row = 121024, .centre = 0, .reflect = 1};
		stft_tile(k, x, (const double *)table, y, i, (double *)self_scratch(s));
	}
}

/* %features.filters = mel_filterbank "features.filters" {bins=513 mels=64 rate=24000 fmin=0
 * fmax=12000} : f32[513,64] @load:0  !models/lib/foa.json:124:17+16 */
OUTLINE void features_features_filters(float *restrict y)
{
	mel_filterbank(y, 513, 64, 24000, 0, 12000);
}

/* %features.log_mel.squares = square "features.log_mel.squares" %features.spectrum :
 * f32[1,4,250,513,2] @arena:4120448  !models/lib/foa.json:12:17+8 */
OUTLINE void features_features_log_mel_squares(const Self *s, const float *restrict in0,
                                               float *restrict y)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int64_t i = 0; i < 4; i++) {
		const int64_t end = (i + 1) * 1;
		for (int64_t r = i * 1; r < end; r++) {
			const float *const p0 = in0 + r * 257526;
			float *const restrict q0 = y + r * 256500;
#pragma omp simd
			for (int64_t j = 0; j < 256500; j++) {
				const float x0 = p0[j];
				const float y0 = ew_square(x0);
				q0[j] = y0;
			}
		}
	}
}

/* %features.log_mel.power = sum "features.log_mel.power" %features.log_mel.squares {axes=[-1]} :
 * f32[1,4,250,513] @arena:8224448  !models/lib/foa.json:13:17+5 */
OUTLINE void features_features_log_mel_power(const Self *s, const float *restrict x,
                                             float *restrict y)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int i = 0; i < 8016; i++) {
		const Reduce k = {.n = 513000, .step = 2, .nkeep = 0, .nover = 1, .over_dim = {2},
		                  .over = {1}};
		sum_tile(k, 1.0, x, y, i);
	}
}

/* %features.log_mel.mel = matmul "features.log_mel.mel" %features.log_mel.power, %features.filters
 * : f32[1,4,250,64] @arena:4120448  !models/lib/foa.json:14:17+8 */
OUTLINE void features_features_log_mel_mel(const Self *s, const float *restrict a,
                                           const float *restrict b, float *restrict y)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int i = 0; i < 18; i++) {
		const Linear k = {.batch = 1, .rows = 1000, .n = 64, .k = 513, .xbatch = 0,
		                  .xrow = 513, .xcol = 1, .block = 112, .cols = 32};
		linear_tile(k, a, b, NULL, y, i, self_scratch(s));
	}
}

/* %features.end.ends_t.2 = const "features.end.ends_t" {shape=[250,1]
 * value=[480,960,1440,1920,2400,2880,3360,3840,4320,4800,5280,5760,6240,6720,7200,7680,8160,8640,9120,9600,10080,10560,11040,11520,12000,12480,12960,13440,13920,14400,14880,15360,15840,16320,16800,17280,17760,18240,18720,19200,19680,20160,20640,21120,21600,22080,22560,23040,23520,24000,24480,24960,25440,25920,26400,26880,27360,27840,28320,28800,29280,29760,30240,30720,31200,31680,32160,32640,33120,33600,34080,34560,35040,35520,36000,36480,36960,37440,37920,38400,38880,39360,39840,40320,40800,41280,41760,42240,42720,43200,43680,44160,44640,45120,45600,46080,46560,47040,47520,48000,48480,48960,49440,49920,50400,50880,51360,51840,52320,52800,53280,53760,54240,54720,55200,55680,56160,56640,57120,57600,58080,58560,59040,59520,60000,60480,60960,61440,61920,62400,62880,63360,63840,64320,64800,65280,65760,66240,66720,67200,67680,68160,68640,69120,69600,70080,70560,71040,71520,72000,72480,72960,73440,73920,74400,74880,75360,75840,76320,76800,77280,77760,78240,78720,79200,79680,80160,80640,81120,81600,82080,82560,83040,83520,84000,84480,84960,85440,85920,86400,86880,87360,87840,88320,88800,89280,89760,90240,90720,91200,91680,92160,92640,93120,93600,94080,94560,95040,95520,96000,96480,96960,97440,97920,98400,98880,99360,99840,100320,100800,101280,101760,102240,102720,103200,103680,104160,104640,105120,105600,106080,106560,107040,107520,108000,108480,108960,109440,109920,110400,110880,111360,111840,112320,112800,113280,113760,114240,114720,115200,115680,116160,116640,117120,117600,118080,118560,119040,119520,120000]}
 * : f32[250,1] @load:0  !models/lib/foa.json:73:17+9 */
OUTLINE void features_features_end_ends_t(float *restrict y)
{
	static const float value[] = {
	    4.8e+02f, 9.6e+02f, 1.44e+03f, 1.92e+03f, 2.4e+03f, 2.88e+03f, 3.36e+03f, 3.84e+03f,
	    4.32e+03f, 4.8e+03f, 5.28e+03f, 5.76e+03f, 6.24e+03f, 6.72e+03f, 7.2e+03f, 7.68e+03f,
	    8.16e+03f, 8.64e+03f, 9.12e+03f, 9.6e+03f, 1.008e+04f, 1.056e+04f, 1.104e+04f, 1.152e+04f,
	    1.2e+04f, 1.248e+04f, 1.296e+04f, 1.344e+04f, 1.392e+04f, 1.44e+04f, 1.488e+04f, 1.536e+04f,
	    1.584e+04f, 1.632e+04f, 1.68e+04f, 1.728e+04f, 1.776e+04f, 1.824e+04f, 1.872e+04f, 1.92e+04f,
	    1.968e+04f, 2.016e+04f, 2.064e+04f, 2.112e+04f, 2.16e+04f, 2.208e+04f, 2.256e+04f, 2.304e+04f,
	    2.352e+04f, 2.4e+04f, 2.448e+04f, 2.496e+04f, 2.544e+04f, 2.592e+04f, 2.64e+04f, 2.688e+04f,
	    2.736e+04f, 2.784e+04f, 2.832e+04f, 2.88e+04f, 2.928e+04f, 2.976e+04f, 3.024e+04f, 3.072e+04f,
	    3.12e+04f, 3.168e+04f, 3.216e+04f, 3.264e+04f, 3.312e+04f, 3.36e+04f, 3.408e+04f, 3.456e+04f,
	    3.504e+04f, 3.552e+04f, 3.6e+04f, 3.648e+04f, 3.696e+04f, 3.744e+04f, 3.792e+04f, 3.84e+04f,
	    3.888e+04f, 3.936e+04f, 3.984e+04f, 4.032e+04f, 4.08e+04f, 4.128e+04f, 4.176e+04f, 4.224e+04f,
	    4.272e+04f, 4.32e+04f, 4.368e+04f, 4.416e+04f, 4.464e+04f, 4.512e+04f, 4.56e+04f, 4.608e+04f,
	    4.656e+04f, 4.704e+04f, 4.752e+04f, 4.8e+04f, 4.848e+04f, 4.896e+04f, 4.944e+04f, 4.992e+04f,
	    5.04e+04f, 5.088e+04f, 5.136e+04f, 5.184e+04f, 5.232e+04f, 5.28e+04f, 5.328e+04f, 5.376e+04f,
	    5.424e+04f, 5.472e+04f, 5.52e+04f, 5.568e+04f, 5.616e+04f, 5.664e+04f, 5.712e+04f, 5.76e+04f,
	    5.808e+04f, 5.856e+04f, 5.904e+04f, 5.952e+04f, 6e+04f, 6.048e+04f, 6.096e+04f, 6.144e+04f,
	    6.192e+04f, 6.24e+04f, 6.288e+04f, 6.336e+04f, 6.384e+04f, 6.432e+04f, 6.48e+04f, 6.528e+04f,
	    6.576e+04f, 6.624e+04f, 6.672e+04f, 6.72e+04f, 6.768e+04f, 6.816e+04f, 6.864e+04f, 6.912e+04f,
	    6.96e+04f, 7.008e+04f, 7.056e+04f, 7.104e+04f, 7.152e+04f, 7.2e+04f, 7.248e+04f, 7.296e+04f,
	    7.344e+04f, 7.392e+04f, 7.44e+04f, 7.488e+04f, 7.536e+04f, 7.584e+04f, 7.632e+04f, 7.68e+04f,
	    7.728e+04f, 7.776e+04f, 7.824e+04f, 7.872e+04f, 7.92e+04f, 7.968e+04f, 8.016e+04f, 8.064e+04f,
	    8.112e+04f, 8.16e+04f, 8.208e+04f, 8.256e+04f, 8.304e+04f, 8.352e+04f, 8.4e+04f, 8.448e+04f,
	    8.496e+04f, 8.544e+04f, 8.592e+04f, 8.64e+04f, 8.688e+04f, 8.736e+04f, 8.784e+04f, 8.832e+04f,
	    8.88e+04f, 8.928e+04f, 8.976e+04f, 9.024e+04f, 9.072e+04f, 9.12e+04f, 9.168e+04f, 9.216e+04f,
	    9.264e+04f, 9.312e+04f, 9.36e+04f, 9.408e+04f, 9.456e+04f, 9.504e+04f, 9.552e+04f, 9.6e+04f,
	    9.648e+04f, 9.696e+04f, 9.744e+04f, 9.792e+04f, 9.84e+04f, 9.888e+04f, 9.936e+04f, 9.984e+04f,
	    1.0032e+05f, 1.008e+05f, 1.0128e+05f, 1.0176e+05f, 1.0224e+05f, 1.0272e+05f, 1.032e+05f, 1.0368e+05f,
	    1.0416e+05f, 1.0464e+05f, 1.0512e+05f, 1.056e+05f, 1.0608e+05f, 1.0656e+05f, 1.0704e+05f, 1.0752e+05f,
	    1.08e+05f, 1.0848e+05f, 1.0896e+05f, 1.0944e+05f, 1.0992e+05f, 1.104e+05f, 1.1088e+05f, 1.1136e+05f,
	    1.1184e+05f, 1.1232e+05f, 1.128e+05f, 1.1328e+05f, 1.1376e+05f, 1.1424e+05f, 1.1472e+05f, 1.152e+05f,
	    1.1568e+05f, 1.1616e+05f, 1.1664e+05f, 1.1712e+05f, 1.176e+05f, 1.1808e+05f, 1.1856e+05f, 1.1904e+05f,
	    1.1952e+05f, 1.2e+05f};
	memory_copy(y, value, 250);
}

/* %features.end = greater "features.end" %features.end.ends_t.2, %features.end.length_b :
 * f32[1,1,250,1] @arena:9698496  !models/lib/foa.json:75:17+9 */
OUTLINE void features_features_end(const float *restrict in0, const float *restrict in1,
                                   float *restrict y)
{
	{
		const float *const p0 = in0;
		const float *const p1 = in1;
		float *const restrict q0 = y;
#pragma omp simd
		for (int64_t j = 0; j < 250; j++) {
			const float x0 = p0[j];
			const float x1 = p1[0];
			const float y0 = ew_greater(x0, x1);
			q0[j] = y0;
		}
	}
}

/* %features.floor.within.2, %features.floor.within.3 = map "features.floor.within"
 * %features.log_mel.mel, %features.end {f="t0 = maximum(x0, 1e-10); t1 = log10(t0); y0 = mul(t1,
 * 10); y1 = where(x1, -1000, y0)"} : f32[1,4,250,64] @arena:4376448, f32[1,4,250,64] @arena:4632448
 *  !models/lib/foa.json:84:17+7 */
OUTLINE void features_features_floor_within(const Self *s, const float *restrict in0,
                                            const float *restrict in1, float *restrict out0,
                                            float *restrict out1)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int64_t i = 0; i < 8; i++) {
		const int64_t end = i + 1 < 8 ? (i + 1) * 128 : 1000;
		for (int64_t r = i * 128; r < end; r++) {
			const float *const p0 = in0 + r % 250 * 64 + r / 250 * 16000;
			const float *const p1 = in1 + r % 250 * 1;
			float *const restrict q0 = out0 + r % 250 * 64 + r / 250 * 16000;
			float *const restrict q1 = out1 + r % 250 * 64 + r / 250 * 16000;
#pragma omp simd
			for (int64_t j = 0; j < 64; j++) {
				const float x0 = p0[j];
				const float x1 = p1[0];
				const float t0 = ew_maximum(x0, 1e-10f);
				const float t1 = ew_log10(t0);
				const float y0 = ew_mul(t1, 1e+01f);
				const float y1 = ew_where(x1, -1e+03f, y0);
				q0[j] = y0;
				q1[j] = y1;
			}
		}
	}
}

/* %features.floor.own = max "features.floor.own" %features.floor.within.3 {axes=[2,3] keep=1} :
 * f32[1,4,1,1] @arena:4120448  !models/lib/foa.json:85:17+5 */
OUTLINE void features_features_floor_own(const float *restrict x, float *restrict y)
{
	const Reduce k = {.n = 4, .step = 16000, .nkeep = 0, .nover = 1, .over_dim = {16000},
	                  .over = {1}};
	max_tile(k, x, y, 0);
}

/* %features.floor.lowest.2, %features.floor.lowest.3 = map "features.floor.lowest"
 * %features.floor.own, %highest {f="y0 = maximum(x0, x1); y1 = sub(y0, 80)"} : f32[1,4,1,1]
 * @arena:9699520, f32[1,4,1,1] @arena:4120512  !models/lib/foa.json:87:17+5 */
OUTLINE void features_features_floor_lowest(const float *restrict in0, const float *restrict in1,
                                            float *restrict out0, float *restrict out1)
{
	{
		const float *const p0 = in0;
		const float *const p1 = in1;
		float *const restrict q0 = out0;
		float *const restrict q1 = out1;
#pragma omp simd
		for (int64_t j = 0; j < 4; j++) {
			const float x0 = p0[j];
			const float x1 = p1[j];
			const float y0 = ew_maximum(x0, x1);
			const float y1 = ew_sub(y0, 8e+01f);
			q0[j] = y0;
			q1[j] = y1;
		}
	}
}

/* %features.floor.2 = maximum "features.floor" %features.floor.within.2, %features.floor.lowest.3 :
 * f32[1,4,250,64] @arena:9250496  !models/lib/foa.json:88:17+9 */
OUTLINE void features_features_floor(const Self *s, const float *restrict in0,
                                     const float *restrict in1, float *restrict y)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int64_t i = 0; i < 4; i++) {
		const int64_t end = (i + 1) * 1;
		for (int64_t r = i * 1; r < end; r++) {
			const float *const p0 = in0 + r * 16000;
			const float *const p1 = in1 + r * 1;
			float *const restrict q0 = y + r * 16000;
#pragma omp simd
			for (int64_t j = 0; j < 16000; j++) {
				const float x0 = p0[j];
				const float x1 = p1[0];
				const float y0 = ew_maximum(x0, x1);
				q0[j] = y0;
			}
		}
	}
}

/* %features.intensity.products = mul "features.intensity.products" %features.intensity.velocity,
 * %features.intensity.pressure : f32[1,3,250,513,2] @arena:4120448  !models/lib/foa.json:99:17+5 */
OUTLINE void features_features_intensity_products(const Self *s, const float *restrict in0,
    const float *restrict in1, float *restrict y)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int64_t i = 0; i < 3; i++) {
		const int64_t end = (i + 1) * 1;
		for (int64_t r = i * 1; r < end; r++) {
			const float *const p0 = in0 + r * 257526;
			const float *const p1 = in1;
			float *const restrict q0 = y + r * 256500;
#pragma omp simd
			for (int64_t j = 0; j < 256500; j++) {
				const float x0 = p0[j];
				const float x1 = p1[j];
				const float y0 = ew_mul(x0, x1);
				q0[j] = y0;
			}
		}
	}
}

/* %features.intensity.I = sum "features.intensity.I" %features.intensity.products {axes=[-1]} :
 * f32[1,3,250,513] @arena:7198464  !models/lib/foa.json:100:17+5 */
OUTLINE void features_features_intensity_I(const Self *s, const float *restrict x,
                                           float *restrict y)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int i = 0; i < 6012; i++) {
		const Reduce k = {.n = 384750, .step = 2, .nkeep = 0, .nover = 1, .over_dim = {2},
		                  .over = {1}};
		sum_tile(k, 1.0, x, y, i);
	}
}

/* %features.intensity.pressure_squares = square "features.intensity.pressure_squares"
 * %features.intensity.pressure : f32[1,1,250,513,2] @arena:4120448  !models/lib/foa.json:101:17+8
 * */
OUTLINE void features_features_intensity_pressure_squares(const Self *s, const float *restrict in0,
    float *restrict y)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int64_t i = 0; i < 32; i++) {
		const int64_t end = i + 1 < 32 ? (i + 1) * 8192 : 256500;
		const float *const p0 = in0;
		float *const restrict q0 = y;
#pragma omp simd
		for (int64_t j = i * 8192; j < end; j++) {
			const float x0 = p0[j];
			const float y0 = ew_square(x0);
			q0[j] = y0;
		}
	}
}

/* %features.intensity.potential = sum "features.intensity.potential"
 * %features.intensity.pressure_squares {axes=[1,-1] keep=1} : f32[1,1,250,513,1] @arena:8737472
 * !models/lib/foa.json:102:17+5 */
OUTLINE void features_features_intensity_potential(const Self *s, const float *restrict x,
    float *restrict y)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int i = 0; i < 2004; i++) {
		const Reduce k = {.n = 128250, .step = 2, .nkeep = 0, .nover = 1, .over_dim = {2},
		                  .over = {1}};
		sum_tile(k, 1.0, x, y, i);
	}
}

/* %features.intensity.velocity_squares = square "features.intensity.velocity_squares"
 * %features.intensity.velocity : f32[1,3,250,513,2] @arena:4120448  !models/lib/foa.json:103:17+8
 * */
OUTLINE void features_features_intensity_velocity_squares(const Self *s, const float *restrict in0,
    float *restrict y)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int64_t i = 0; i < 3; i++) {
		const int64_t end = (i + 1) * 1;
		for (int64_t r = i * 1; r < end; r++) {
			const float *const p0 = in0 + r * 257526;
			float *const restrict q0 = y + r * 256500;
#pragma omp simd
			for (int64_t j = 0; j < 256500; j++) {
				const float x0 = p0[j];
				const float y0 = ew_square(x0);
				q0[j] = y0;
			}
		}
	}
}

/* %features.intensity.kinetic = sum "features.intensity.kinetic"
 * %features.intensity.velocity_squares {axes=[1,-1] keep=1} : f32[1,1,250,513,1] @arena:0
 * !models/lib/foa.json:104:17+5 */
OUTLINE void features_features_intensity_kinetic(const Self *s, const float *restrict x,
                                                 float *restrict y)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int i = 0; i < 2004; i++) {
		const Reduce k = {.n = 128250, .step = 2, .nkeep = 0, .nover = 2, .over_dim = {3,
		                  2}, .over = {256500, 1}};
		sum_tile(k, 1.0, x, y, i);
	}
}

/* %features.intensity.divisor_5.2 = map "features.intensity.divisor_5" %features.intensity.kinetic,
 * %features.intensity.potential {f="t0 = div(x0, 3); t1 = add(x1, t0); y0 = add(t1, 1e-08)"} :
 * f32[1,1,250,513,1] @arena:1539008  !models/lib/foa.json:107:17+5 */
OUTLINE void features_features_intensity_divisor_5(const Self *s, const float *restrict in0,
    const float *restrict in1, float *restrict out0)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int64_t i = 0; i < 16; i++) {
		const int64_t end = i + 1 < 16 ? (i + 1) * 8192 : 128250;
		const float *const p0 = in0;
		const float *const p1 = in1;
		float *const restrict q0 = out0;
#pragma omp simd
		for (int64_t j = i * 8192; j < end; j++) {
			const float x0 = p0[j];
			const float x1 = p1[j];
			const float t0 = ew_div(x0, 3.0f);
			const float t1 = ew_add(x1, t0);
			const float y0 = ew_add(t1, 1e-08f);
			q0[j] = y0;
		}
	}
}

/* %features.intensity.part = div "features.intensity.part" %features.intensity.I,
 * %features.intensity.divisor : f32[1,3,250,513] @arena:0  !models/lib/foa.json:110:17+5 */
OUTLINE void features_features_intensity_part(const Self *s, const float *restrict in0,
                                              const float *restrict in1, float *restrict y)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int64_t i = 0; i < 3; i++) {
		const int64_t end = (i + 1) * 1;
		for (int64_t r = i * 1; r < end; r++) {
			const float *const p0 = in0 + r * 128250;
			const float *const p1 = in1;
			float *const restrict q0 = y + r * 128250;
#pragma omp simd
			for (int64_t j = 0; j < 128250; j++) {
				const float x0 = p0[j];
				const float x1 = p1[j];
				const float y0 = ew_div(x0, x1);
				q0[j] = y0;
			}
		}
	}
}

/* %features.intensity = matmul "features.intensity" %features.intensity.part, %features.filters :
 * f32[1,3,250,64] @arena:9506496  !models/lib/foa.json:111:17+8 */
OUTLINE void features_features_intensity(const Self *s, const float *restrict a,
                                         const float *restrict b, float *restrict y)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int i = 0; i < 14; i++) {
		const Linear k = {.batch = 1, .rows = 750, .n = 64, .k = 513, .xbatch = 0,
		                  .xrow = 513, .xcol = 1, .block = 112, .cols = 32};
		linear_tile(k, a, b, NULL, y, i, self_scratch(s));
	}
}

/* %filled.2 = map "filled" %features, %scaler.mean_t, %scaler.std_t, %features.end {f="t0 = sub(x0,
 * x1); t1 = div(t0, x2); y0 = where(x3, 1e-06, t1)"} : f32[1,7,250,64] @arena:0
 * !models/dcase2024_baseline.json:28:17+7 */
OUTLINE void features_filled(const Self *s, const float *restrict in0, const float *restrict in1,
                             const float *restrict in2, const float *restrict in3,
                             float *restrict out0)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int64_t i = 0; i < 14; i++) {
		const int64_t end = i + 1 < 14 ? (i + 1) * 128 : 1750;
		for (int64_t r = i * 128; r < end; r++) {
			const float *const p0 = in0 + r % 250 * 64 + r / 250 * 16000;
			const float *const p1 = in1 + r / 250 * 64;
			const float *const p2 = in2 + r / 250 * 64;
			const float *const p3 = in3 + r % 250 * 1;
			float *const restrict q0 = out0 + r % 250 * 64 + r / 250 * 16000;
#pragma omp simd
			for (int64_t j = 0; j < 64; j++) {
				const float x0 = p0[j];
				const float x1 = p1[j];
				const float x2 = p2[j];
				const float x3 = p3[0];
				const float t0 = ew_sub(x0, x1);
				const float t1 = ew_div(t0, x2);
				const float y0 = ew_where(x3, 1e-06f, t1);
				q0[j] = y0;
			}
		}
	}
}

static void run_features(const Self *s, float *const *out)
{
	features_features_x(s, s->in[0], s->load + 32832, s->arena + 1030112);
	features_features_all_frames(s, s->arena + 1030112, s->pack, s->arena);
	features_features_log_mel_squares(s, s->arena, s->arena + 1030112);
	features_features_log_mel_power(s, s->arena + 1030112, s->arena + 2056112);
	features_features_log_mel_mel(s, s->arena + 2056112, s->pack + 6144, s->arena + 1030112);
	features_features_end(s->load, s->in[1], s->arena + 2424624);
	features_features_floor_within(s, s->arena + 1030112, s->arena + 2424624,
	                               s->arena + 1094112, s->arena + 1158112);
	features_features_floor_own(s->arena + 1158112, s->arena + 1030112);
	features_features_floor_lowest(s->arena + 1030112, s->in[2], s->arena + 2424880,
	                               s->arena + 1030128);
	features_features_floor(s, s->arena + 1094112, s->arena + 1030128, s->arena + 2312624);
	features_features_intensity_products(s, s->arena + 257526, s->arena, s->arena + 1030112);
	features_features_intensity_I(s, s->arena + 1030112, s->arena + 1799616);
	features_features_intensity_pressure_squares(s, s->arena, s->arena + 1030112);
	features_features_intensity_potential(s, s->arena + 1030112, s->arena + 2184368);
	features_features_intensity_velocity_squares(s, s->arena + 257526, s->arena + 1030112);
	features_features_intensity_kinetic(s, s->arena + 1030112, s->arena);
	features_features_intensity_divisor_5(s, s->arena, s->arena + 2184368, s->arena + 384752);
	features_features_intensity_part(s, s->arena + 1799616, s->arena + 384752, s->arena);
	features_features_intensity(s, s->arena, s->pack + 38976, s->arena + 2376624);
	features_filled(s, s->arena + 2312624, s->pack + 71808, s->pack + 72256, s->arena + 2424624,
	                s->arena);
	memory_copy(out[0], s->arena + 2312624, 112000);
	memory_copy(out[1], s->arena + 0, 112000);
	memory_copy(out[2], s->arena + 2424880, 4);
}

/* %conv_block_list.0.bn.11, %conv_block_list.0.bn.12 = map "conv_block_list.0.bn"
 * %conv_block_list.0.bn.running_var, %conv_block_list.0.bn.weight,
 * %conv_block_list.0.bn.running_mean, %conv_block_list.0.bn.bias {f="t0 = add(x0, 1e-05); t1 =
 * rsqrt(t0); y0 = mul(x1, t1); t2 = mul(x2, y0); y1 = sub(x3, t2)"} : f32[64] @load:0, f32[64]
 * @load:256  !models/lib/nn.json:58:17+12 */
OUTLINE void main_conv_block_list_0_bn(const float *restrict in0, const float *restrict in1,
                                       const float *restrict in2, const float *restrict in3,
                                       float *restrict out0, float *restrict out1)
{
	{
		const float *const p0 = in0;
		const float *const p1 = in1;
		const float *const p2 = in2;
		const float *const p3 = in3;
		float *const restrict q0 = out0;
		float *const restrict q1 = out1;
#pragma omp simd
		for (int64_t j = 0; j < 64; j++) {
			const float x0 = p0[j];
			const float x1 = p1[j];
			const float x2 = p2[j];
			const float x3 = p3[j];
			const float t0 = ew_add(x0, 1e-05f);
			const float t1 = ew_rsqrt(t0);
			const float y0 = ew_mul(x1, t1);
			const float t3 = ew_mul(x2, y0);
			const float y1 = ew_sub(x3, t3);
			q0[j] = y0;
			q1[j] = y1;
		}
	}
}

/* %conv_block_list.0.r.6 = map "conv_block_list.0.r" %conv_block_list.0.r.2,
 * %conv_block_list.0.conv.bias, %conv_block_list.0.r.3 {f="t0 = mul(x0, x1); y0 = add(x2, t0)"} :
 * f32[64] @load:512  !models/lib/crnn.json:17:17+6 */
OUTLINE void main_conv_block_list_0_r(const float *restrict in0, const float *restrict in1,
                                      const float *restrict in2, float *restrict out0)
{
	{
		const float *const p0 = in0;
		const float *const p1 = in1;
		const float *const p2 = in2;
		float *const restrict q0 = out0;
#pragma omp simd
		for (int64_t j = 0; j < 64; j++) {
			const float x0 = p0[j];
			const float x1 = p1[j];
			const float x2 = p2[j];
			const float t0 = ew_mul(x0, x1);
			const float y0 = ew_add(x2, t0);
			q0[j] = y0;
		}
	}
}

/* %conv_block_list.0.conv.2 = conv2d_act "conv_block_list.0.conv" %conv_block_list.0.conv.3,
 * %conv_block_list.0.conv.weight, %conv_block_list.0.r.2, %conv_block_list.0.r.6 {pad=[1,1]
 * channels_last=1 act=relu} : f32[1,250,64,64] @arena:0  !models/lib/crnn.json:15:17+8 */
OUTLINE void main_conv_block_list_0_conv(const Self *s, const float *restrict scale,
                                         const float *restrict shift, const float *restrict x,
                                         const float *restrict w, float *restrict y)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int i = 0; i < 63; i++) {
		const Conv k = {.b = 1, .h = 250, .w = 64, .c = 7, .o = 64, .kh = 3, .kw = 3,
		                .sh = 1, .sw = 1, .ph = 1, .pw = 1, .xb = 112000, .xh = 64, .xw = 1,
		                .xc = 16000, .yb = 1024000, .yh = 4096, .yw = 64, .yc = 1,
		                .oh = 250, .ow = 64, .th = 1, .tw = 1, .relu = 1, .rows = 4};
		conv_tile(k, x, w, scale, shift, y, i, self_scratch(s));
	}
}

/* %conv_block_list.0.pool = max_pool2d "conv_block_list.0.pool" %conv_block_list.0.conv.2
 * {kernel=[5,4] channels_last=1} : f32[1,50,16,64] @arena:4096000  !models/lib/crnn.json:18:17+12
 * */
OUTLINE void main_conv_block_list_0_pool(const Self *s, const float *restrict x, float *restrict y)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int i = 0; i < 50; i++) {
		const Pool k = {.outer = 1, .h = 250, .w = 64, .inner = 64, .kh = 5, .kw = 4};
		max_pool_tile(k, x, y, i);
	}
}

/* %conv_block_list.3.conv.2 = conv2d_act "conv_block_list.3.conv" %conv_block_list.0.pool,
 * %conv_block_list.3.conv.weight, %conv_block_list.3.r.2, %conv_block_list.3.r.6 {pad=[1,1]
 * channels_last=1 act=relu} : f32[1,50,16,64] @arena:0  !models/lib/crnn.json:15:17+8 */
OUTLINE void main_conv_block_list_3_conv(const Self *s, const float *restrict scale,
                                         const float *restrict shift, const float *restrict x,
                                         const float *restrict w, float *restrict y)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int i = 0; i < 2; i++) {
		const Winograd k = {.b = 1, .h = 50, .w = 16, .c = 64, .o = 64, .oh = 50, .ow = 16,
		                    .th = 1, .tw = 1, .relu = 1, .taps = 0, .tiles = 26, .cols = 64,
		                    .span = 64};
		wino_tile(k, x, w, scale, shift, y, i, self_scratch(s));
	}
}

/* %conv_block_list.3.pool = max_pool2d "conv_block_list.3.pool" %conv_block_list.3.conv.2
 * {kernel=[1,4] channels_last=1} : f32[1,50,4,64] @arena:204800  !models/lib/crnn.json:18:17+12 */
OUTLINE void main_conv_block_list_3_pool(const Self *s, const float *restrict x, float *restrict y)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int i = 0; i < 50; i++) {
		const Pool k = {.outer = 1, .h = 50, .w = 16, .inner = 64, .kh = 1, .kw = 4};
		max_pool_tile(k, x, y, i);
	}
}

/* %conv_block_list.6.conv.2 = conv2d_act "conv_block_list.6.conv" %conv_block_list.3.pool,
 * %conv_block_list.6.conv.weight, %conv_block_list.6.r.2, %conv_block_list.6.r.6 {pad=[1,1]
 * channels_last=1 act=relu} : f32[1,50,4,64] @arena:0  !models/lib/crnn.json:15:17+8 */
OUTLINE void main_conv_block_list_6_conv(const Self *s, const float *restrict scale,
                                         const float *restrict shift, const float *restrict x,
                                         const float *restrict w, float *restrict y)
{
	const Winograd k = {.b = 1, .h = 50, .w = 4, .c = 64, .o = 64, .oh = 50, .ow = 4, .th = 1,
	                    .tw = 1, .relu = 1, .taps = 0, .tiles = 13, .cols = 64, .span = 64};
	wino_tile(k, x, w, scale, shift, y, 0, self_scratch(s));
}

/* %conv_block_list.6.pool = max_pool2d "conv_block_list.6.pool" %conv_block_list.6.conv.2
 * {kernel=[1,2] channels_last=1} : f32[1,50,2,64] @arena:51200  !models/lib/crnn.json:18:17+12 */
OUTLINE void main_conv_block_list_6_pool(const Self *s, const float *restrict x, float *restrict y)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int i = 0; i < 50; i++) {
		const Pool k = {.outer = 1, .h = 50, .w = 4, .inner = 64, .kh = 1, .kw = 2};
		max_pool_tile(k, x, y, i);
	}
}

/* %sequence = reshape "sequence" %frames.2 {shape=[1,50,-1]} : f32[1,50,128] @arena:76800
 * !models/dcase2024_baseline.json:40:17+9 */
OUTLINE void main_sequence(const float *restrict x, float *restrict y)
{
	for (int64_t r = 0; r < 3200; r++) {
		const float *const p0 = x + r % 64 * 1 + r / 64 * 128;
		float *const restrict q0 = y + r % 64 * 2 + r / 64 * 128;
#pragma omp simd
		for (int64_t j = 0; j < 2; j++) {
			q0[j] = p0[j * 64];
		}
	}
}

/* %gru._.5 = gru "gru.*" %gru.l0_reverse.2, %gru._, %gru._.2, %gru._.3, %gru._.4 {reverse=[0,1]
 * group=2} : f32[2,1,50,128] @arena:0  !models/lib/crnn.json:33:17+5 */
OUTLINE void main_gru_(const Self *s, const float *restrict x, const float *restrict weight_ih,
                       const float *restrict weight_hh, const float *restrict bias_ih,
                       const float *restrict bias_hh, float *restrict y)
{
	static const bool reverse[] = {0, 1};
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int i = 0; i < 2; i++) {
		const int g = i;
		const Gru k = {.b = 1, .l = 50, .in = 128, .h = 128, .xb = 6400, .xl = 128, .xc = 1,
		               .rows = 1, .steps = 32};
		if (reverse[g])
			gru_tile(k, true, x, weight_ih + g * INT64_C(49152),
			         weight_hh + g * INT64_C(49152), bias_ih + g * INT64_C(384),
			         bias_hh + g * INT64_C(384), y + g * INT64_C(6400), 0,
			         self_scratch(s));
		else
			gru_tile(k, false, x, weight_ih + g * INT64_C(49152),
			         weight_hh + g * INT64_C(49152), bias_ih + g * INT64_C(384),
			         bias_hh + g * INT64_C(384), y + g * INT64_C(6400), 0,
			         self_scratch(s));
	}
}

/* %gru.both = concat "gru.both" %gru.l0.3, %gru.l0_reverse.4 {axis=2} : f32[1,50,256] @arena:51200
 * !models/dcase2024_baseline.json:43:17+8 */
OUTLINE void main_gru_both(const float *restrict in0, float *restrict y, const float *restrict in1)
{
	for (int64_t r = 0; r < 50; r++) {
		const float *const p0 = in0 + r * 128;
		float *const restrict q0 = y + r * 256;
#pragma omp simd
		for (int64_t j = 0; j < 128; j++) {
			q0[j] = p0[j];
		}
	}
	for (int64_t r = 0; r < 50; r++) {
		const float *const p0 = in1 + r * 128;
		float *const restrict q0 = y + 128 + r * 256;
#pragma omp simd
		for (int64_t j = 0; j < 128; j++) {
			q0[j] = p0[j];
		}
	}
}

/* %gru._.10 = gru "gru.*" %gru.l1_reverse.2, %gru._.6, %gru._.7, %gru._.8, %gru._.9 {reverse=[0,1]
 * group=2} : f32[2,1,50,128] @arena:0  !models/lib/crnn.json:33:17+5 */
OUTLINE void main_gru__2(const Self *s, const float *restrict x, const float *restrict weight_ih,
                         const float *restrict weight_hh, const float *restrict bias_ih,
                         const float *restrict bias_hh, float *restrict y)
{
	static const bool reverse[] = {0, 1};
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int i = 0; i < 2; i++) {
		const int g = i;
		const Gru k = {.b = 1, .l = 50, .in = 256, .h = 128, .xb = 12800, .xl = 256,
		               .xc = 1, .rows = 1, .steps = 32};
		if (reverse[g])
			gru_tile(k, true, x, weight_ih + g * INT64_C(98304),
			         weight_hh + g * INT64_C(49152), bias_ih + g * INT64_C(384),
			         bias_hh + g * INT64_C(384), y + g * INT64_C(6400), 0,
			         self_scratch(s));
		else
			gru_tile(k, false, x, weight_ih + g * INT64_C(98304),
			         weight_hh + g * INT64_C(49152), bias_ih + g * INT64_C(384),
			         bias_hh + g * INT64_C(384), y + g * INT64_C(6400), 0,
			         self_scratch(s));
	}
}

/* %gru.gate.2 = map "gru.gate" %gru.l1.3, %gru.l1_reverse.4 {f="t0 = tanh(x0); t1 = tanh(x1); y0 =
 * mul(t1, t0)"} : f32[1,50,128] @arena:76800  !models/dcase2024_baseline.json:47:17+5 */
OUTLINE void main_gru_gate(const float *restrict in0, const float *restrict in1,
                           float *restrict out0)
{
	{
		const float *const p0 = in0;
		const float *const p1 = in1;
		float *const restrict q0 = out0;
#pragma omp simd
		for (int64_t j = 0; j < 6400; j++) {
			const float x0 = p0[j];
			const float x1 = p1[j];
			const float t0 = ew_tanh(x0);
			const float t1 = ew_tanh(x1);
			const float y0 = ew_mul(t1, t0);
			q0[j] = y0;
		}
	}
}

/* %mhsa_block_list.0.in_proj = linear "mhsa_block_list.0.in_proj" %gru.gate.2,
 * %mhsa_block_list.0.in_proj_weight, %mhsa_block_list.0.in_proj_bias : f32[1,50,384] @arena:0
 * !models/lib/crnn.json:54:17+8 */
OUTLINE void main_mhsa_block_list_0_in_proj(const Self *s, const float *restrict bias,
                                            const float *restrict x, const float *restrict w,
                                            float *restrict y)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int i = 0; i < 12; i++) {
		const Linear k = {.batch = 1, .rows = 50, .n = 384, .k = 128, .xbatch = 0,
		                  .xrow = 128, .xcol = 1, .block = 50, .cols = 32};
		linear_tile(k, x, w, bias, y, i, self_scratch(s));
	}
}

/* %mhsa_block_list.0.mix.2 = attention "mhsa_block_list.0.mix" %mhsa_block_list.0.split_0,
 * %mhsa_block_list.0.split_1, %mhsa_block_list.0.split_2 {scale=0.25} : f32[1,50,8,16]
 * @arena:102400  !models/lib/crnn.json:65:17+8 */
OUTLINE void main_mhsa_block_list_0_mix(const Self *s, const float *restrict q,
                                        const float *restrict k_, const float *restrict v,
                                        float *restrict y)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int i = 0; i < 8; i++) {
		const Attention k = {.b = 1, .t = 50, .s = 50, .h = 8, .d = 16, .e = 16, .qb = 1,
		                     .qt = 384, .qh = 16, .qd = 1, .kb = 1, .ks = 384, .kh = 16,
		                     .kd = 1, .vb = 1, .vs = 384, .vh = 16, .ve = 1, .scale = 0.25f,
		                     .relative = 0, .drop = 0};
		attn_tile(k, q, k_, v, NULL, 0, NULL, NULL, NULL, y, NULL, i, self_scratch(s));
	}
}

/* %mhsa_block_list.0.out_proj = linear "mhsa_block_list.0.out_proj" %mhsa_block_list.0.a,
 * %mhsa_block_list.0.out_proj.weight, %mhsa_block_list.0.out_proj.bias : f32[1,50,128] @arena:0
 * !models/lib/nn.json:21:17+8 */
OUTLINE void main_mhsa_block_list_0_out_proj(const Self *s, const float *restrict bias,
                                             const float *restrict x, const float *restrict w,
                                             float *restrict y)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int i = 0; i < 4; i++) {
		const Linear k = {.batch = 1, .rows = 50, .n = 128, .k = 128, .xbatch = 0,
		                  .xrow = 128, .xcol = 1, .block = 50, .cols = 32};
		linear_tile(k, x, w, bias, y, i, self_scratch(s));
	}
}

/* %mhsa_block_list.0.sum = add "mhsa_block_list.0.sum" %gru.gate.2, %mhsa_block_list.0.out_proj :
 * f32[1,50,128] @arena:25600  !models/lib/crnn.json:79:17+5 */
OUTLINE void main_mhsa_block_list_0_sum(const float *restrict in0, const float *restrict in1,
                                        float *restrict y)
{
	{
		const float *const p0 = in0;
		const float *const p1 = in1;
		float *const restrict q0 = y;
#pragma omp simd
		for (int64_t j = 0; j < 6400; j++) {
			const float x0 = p0[j];
			const float x1 = p1[j];
			const float y0 = ew_add(x0, x1);
			q0[j] = y0;
		}
	}
}

/* %layer_norm_list.0 = layer_norm "layer_norm_list.0" %mhsa_block_list.0.sum,
 * %layer_norm_list.0.weight, %layer_norm_list.0.bias : f32[1,50,128] @arena:76800
 * !models/lib/nn.json:79:17+12 */
OUTLINE void main_layer_norm_list_0(const Self *s, const float *restrict x,
                                    const float *restrict weight, const float *restrict bias,
                                    float *restrict y)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int i = 0; i < 7; i++) {
		const RowNorm k = {.rows = 50, .n = 128, .row = 128, .eps = 1e-05f, .centre = 1};
		row_norm_tile(k, x, weight, bias, y, i);
	}
}

/* %fnn_list.1 = linear "fnn_list.1" %fnn_list.0, %fnn_list.1.weight, %fnn_list.1.bias :
 * f32[1,50,156] @arena:0  !models/lib/nn.json:21:17+8 */
OUTLINE void main_fnn_list_1(const Self *s, const float *restrict bias, const float *restrict x,
                             const float *restrict w, float *restrict y)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int i = 0; i < 5; i++) {
		const Linear k = {.batch = 1, .rows = 50, .n = 156, .k = 128, .xbatch = 0,
		                  .xrow = 128, .xcol = 1, .block = 50, .cols = 32};
		linear_tile(k, x, w, bias, y, i, self_scratch(s));
	}
}

static void run_main(const Self *s, float *const *out)
{
	main_conv_block_list_0_conv(s, s->load + 32848, s->load + 32976, s->in[0], s->pack + 72704,
	                            s->arena);
	main_conv_block_list_0_pool(s, s->arena, s->arena + 1024000);
	main_conv_block_list_3_conv(s, s->load + 32912, s->load + 33104, s->arena + 1024000,
	                            s->pack + 76736, s->arena);
	main_conv_block_list_3_pool(s, s->arena, s->arena + 51200);
	main_conv_block_list_6_conv(s, s->load + 33040, s->load + 33232, s->arena + 51200,
	                            s->pack + 224192, s->arena);
	main_conv_block_list_6_pool(s, s->arena, s->arena + 12800);
	main_sequence(s->arena + 12800, s->arena + 19200);
	main_gru_(s, s->arena + 19200, s->pack + 371648, s->pack + 469952, s->pack + 568256,
	          s->pack + 569024, s->arena);
	main_gru_both(s->arena, s->arena + 12800, s->arena + 6400);
	main_gru__2(s, s->arena + 12800, s->pack + 569792, s->pack + 766400, s->pack + 864704,
	            s->pack + 865472, s->arena);
	main_gru_gate(s->arena, s->arena + 6400, s->arena + 19200);
	main_mhsa_block_list_0_in_proj(s, s->pack + 915392, s->arena + 19200, s->pack + 866240,
	                               s->arena);
	main_mhsa_block_list_0_mix(s, s->arena, s->arena + 128, s->arena + 256, s->arena + 25600);
	main_mhsa_block_list_0_out_proj(s, s->pack + 932160, s->arena + 25600, s->pack + 915776,
	                                s->arena);
	main_mhsa_block_list_0_sum(s->arena + 19200, s->arena, s->arena + 6400);
	main_layer_norm_list_0(s, s->arena + 6400, s->pack + 932288, s->pack + 932416,
	                       s->arena + 19200);
	/* mhsa_block_list.1.in_proj  !models/lib/crnn.json:54:17 */
	main_mhsa_block_list_0_in_proj(s, s->pack + 981696, s->arena + 19200, s->pack + 932544,
	                               s->arena);
	/* mhsa_block_list.1.mix  !models/lib/crnn.json:65:17 */
	main_mhsa_block_list_0_mix(s, s->arena, s->arena + 128, s->arena + 256, s->arena + 25600);
	/* mhsa_block_list.1.out_proj  !models/lib/nn.json:21:17 */
	main_mhsa_block_list_0_out_proj(s, s->pack + 998464, s->arena + 25600, s->pack + 982080,
	                                s->arena);
	/* mhsa_block_list.1.sum  !models/lib/crnn.json:79:17 */
	main_mhsa_block_list_0_sum(s->arena + 19200, s->arena, s->arena + 6400);
	/* layer_norm_list.1  !models/lib/nn.json:79:17 */
	main_layer_norm_list_0(s, s->arena + 6400, s->pack + 998592, s->pack + 998720, s->arena);
	/* fnn_list.0  !models/lib/nn.json:21:17 */
	main_mhsa_block_list_0_out_proj(s, s->pack + 1015232, s->arena, s->pack + 998848,
	                                s->arena + 7808);
	main_fnn_list_1(s, s->pack + 1035840, s->arena + 7808, s->pack + 1015360, s->arena);
	memory_copy(out[0], s->arena + 0, 7800);
}

static void load(const Self *s)
{
	features_const(s->load + 32832);
	stft_tables((double *)(s->pack + 0), 1024, 960);
	features_features_filters(s->load);
	gemm_pack(s->pack + 6144, s->load + 0, 64, 513, 1, 64, s->threads);
	gemm_pack(s->pack + 38976, s->load + 0, 64, 513, 1, 64, s->threads);
	features_features_end_ends_t(s->load);
	memory_copy(s->pack + 71808, s->params[0] + 0, 448);
	memory_copy(s->pack + 72256, s->params[1] + 0, 448);
	conv_pack(s->pack + 72704, s->params[2] + 0, 64, 7, 3, 3, s->threads);
	main_conv_block_list_0_bn(s->params[7], s->params[4], s->params[6], s->params[5],
	                          s->load + 32848, s->load + 32912);
	main_conv_block_list_0_r(s->load + 32848, s->params[3], s->load + 32912, s->load + 32976);
	wino_pack(s->pack + 76736, s->params[8] + 0, 64, 64, 64, s->threads);
	/* conv_block_list.3.bn  !models/lib/nn.json:58:17 */
	main_conv_block_list_0_bn(s->params[13], s->params[10], s->params[12], s->params[11],
	                          s->load + 32912, s->load + 33040);
	/* conv_block_list.3.r  !models/lib/crnn.json:17:17 */
	main_conv_block_list_0_r(s->load + 32912, s->params[9], s->load + 33040, s->load + 33104);
	wino_pack(s->pack + 224192, s->params[14] + 0, 64, 64, 64, s->threads);
	/* conv_block_list.6.bn  !models/lib/nn.json:58:17 */
	main_conv_block_list_0_bn(s->params[19], s->params[16], s->params[18], s->params[17],
	                          s->load + 33040, s->load + 33168);
	/* conv_block_list.6.r  !models/lib/crnn.json:17:17 */
	main_conv_block_list_0_r(s->load + 33040, s->params[15], s->load + 33168, s->load + 33232);
	gemm_pack(s->pack + 371648, s->params[20] + 0, 384, 128, 128, 1, s->threads);
	gemm_pack(s->pack + 420800, s->params[24] + 0, 384, 128, 128, 1, s->threads);
	gemm_pack(s->pack + 469952, s->params[21] + 0, 384, 128, 128, 1, s->threads);
	gemm_pack(s->pack + 519104, s->params[25] + 0, 384, 128, 128, 1, s->threads);
	memory_copy(s->pack + 568256, s->params[22] + 0, 384);
	memory_copy(s->pack + 568640, s->params[26] + 0, 384);
	memory_copy(s->pack + 569024, s->params[23] + 0, 384);
	memory_copy(s->pack + 569408, s->params[27] + 0, 384);
	gemm_pack(s->pack + 569792, s->params[28] + 0, 384, 256, 256, 1, s->threads);
	gemm_pack(s->pack + 668096, s->params[32] + 0, 384, 256, 256, 1, s->threads);
	gemm_pack(s->pack + 766400, s->params[29] + 0, 384, 128, 128, 1, s->threads);
	gemm_pack(s->pack + 815552, s->params[33] + 0, 384, 128, 128, 1, s->threads);
	memory_copy(s->pack + 864704, s->params[30] + 0, 384);
	memory_copy(s->pack + 865088, s->params[34] + 0, 384);
	memory_copy(s->pack + 865472, s->params[31] + 0, 384);
	memory_copy(s->pack + 865856, s->params[35] + 0, 384);
	gemm_pack(s->pack + 866240, s->params[36] + 0, 384, 128, 128, 1, s->threads);
	memory_copy(s->pack + 915392, s->params[37] + 0, 384);
	gemm_pack(s->pack + 915776, s->params[38] + 0, 128, 128, 128, 1, s->threads);
	memory_copy(s->pack + 932160, s->params[39] + 0, 128);
	memory_copy(s->pack + 932288, s->params[40] + 0, 128);
	memory_copy(s->pack + 932416, s->params[41] + 0, 128);
	gemm_pack(s->pack + 932544, s->params[42] + 0, 384, 128, 128, 1, s->threads);
	memory_copy(s->pack + 981696, s->params[43] + 0, 384);
	gemm_pack(s->pack + 982080, s->params[44] + 0, 128, 128, 128, 1, s->threads);
	memory_copy(s->pack + 998464, s->params[45] + 0, 128);
	memory_copy(s->pack + 998592, s->params[46] + 0, 128);
	memory_copy(s->pack + 998720, s->params[47] + 0, 128);
	gemm_pack(s->pack + 998848, s->params[48] + 0, 128, 128, 128, 1, s->threads);
	memory_copy(s->pack + 1015232, s->params[49] + 0, 128);
	gemm_pack(s->pack + 1015360, s->params[50] + 0, 156, 128, 128, 1, s->threads);
	memory_copy(s->pack + 1035840, s->params[51] + 0, 156);
}

static void model_close(void *self)
{
	Self *s = self;
	if (!s)
		return;
	free(s->arena);
	free(s->load);
	free(s->pack);
	free(s->scratch);
	free(s);
}

static RtStatus model_open(void **self, const RtSource *weights, int threads,
                           RtError *err)
{
	Self *s = calloc(1, sizeof *s);
	if (s) {
		s->threads = threads > 0 ? threads : omp_get_num_procs();
		s->arena = memory_new(ARENA);
		s->load = memory_new(LOAD);
		s->pack = memory_new(PACK);
		s->scratch = memory_new(s->threads * SCRATCH);
	}
	if (!s || !s->arena || !s->load || !s->pack || !s->scratch) {
		model_close(s);
		snprintf(err->text, sizeof err->text, "not enough memory for the model");
		return RT_DEVICE;
	}
	snprintf(s->device, sizeof s->device, "CPU, %d thread%s", s->threads,
	         s->threads == 1 ? "" : "s");
	s->weights = weights;
	s->params = weights->params;
	load(s);
	s->params = NULL;
	*self = s;
	return RT_OK;
}

static RtStatus model_run(void *self, int graph, const float *const *in, float *const *out,
                          RtError *err)
{
	Self *s = self;
	s->in = in;
	switch (graph) {
	case 0:
		run_features(s, out);
		break;
	case 1:
		run_main(s, out);
		break;
	default:
		snprintf(err->text, sizeof err->text, "there is no graph %d", graph);
		return RT_BUG;
	}
	s->in = NULL;
	return RT_OK;
}

static const char *model_device(void *self)
{
	return ((Self *)self)->device;
}

static const RtParam params[] = {
	{{"scaler.mean", 2, {7, 64}}, "zeros", 0, 0, 0, 1, 1},
	{{"scaler.std", 2, {7, 64}}, "ones", 0, 0, 0, 1, 1},
	{{"conv_block_list.0.conv.weight", 4, {64, 7, 3, 3}}, "uniform", -0.1259881576697424, 0.1259881576697424, 0, 0, 0},
	{{"conv_block_list.0.conv.bias", 1, {64}}, "uniform", -0.1259881576697424, 0.1259881576697424, 0, 0, 0},
	{{"conv_block_list.0.bn.weight", 1, {64}}, "ones", 0, 0, 0, 0, 0},
	{{"conv_block_list.0.bn.bias", 1, {64}}, "zeros", 0, 0, 0, 0, 0},
	{{"conv_block_list.0.bn.running_mean", 1, {64}}, "zeros", 0, 0, 0, 1, 0},
	{{"conv_block_list.0.bn.running_var", 1, {64}}, "ones", 0, 0, 0, 1, 0},
	{{"conv_block_list.3.conv.weight", 4, {64, 64, 3, 3}}, "uniform", -0.041666666666666664, 0.041666666666666664, 0, 0, 0},
	{{"conv_block_list.3.conv.bias", 1, {64}}, "uniform", -0.041666666666666664, 0.041666666666666664, 0, 0, 0},
	{{"conv_block_list.3.bn.weight", 1, {64}}, "ones", 0, 0, 0, 0, 0},
	{{"conv_block_list.3.bn.bias", 1, {64}}, "zeros", 0, 0, 0, 0, 0},
	{{"conv_block_list.3.bn.running_mean", 1, {64}}, "zeros", 0, 0, 0, 1, 0},
	{{"conv_block_list.3.bn.running_var", 1, {64}}, "ones", 0, 0, 0, 1, 0},
	{{"conv_block_list.6.conv.weight", 4, {64, 64, 3, 3}}, "uniform", -0.041666666666666664, 0.041666666666666664, 0, 0, 0},
	{{"conv_block_list.6.conv.bias", 1, {64}}, "uniform", -0.041666666666666664, 0.041666666666666664, 0, 0, 0},
	{{"conv_block_list.6.bn.weight", 1, {64}}, "ones", 0, 0, 0, 0, 0},
	{{"conv_block_list.6.bn.bias", 1, {64}}, "zeros", 0, 0, 0, 0, 0},
	{{"conv_block_list.6.bn.running_mean", 1, {64}}, "zeros", 0, 0, 0, 1, 0},
	{{"conv_block_list.6.bn.running_var", 1, {64}}, "ones", 0, 0, 0, 1, 0},
	{{"gru.weight_ih_l0", 2, {384, 128}}, "uniform", -0.08838834764831843, 0.08838834764831843, 0, 0, 0},
	{{"gru.weight_hh_l0", 2, {384, 128}}, "uniform", -0.08838834764831843, 0.08838834764831843, 0, 0, 0},
	{{"gru.bias_ih_l0", 1, {384}}, "uniform", -0.08838834764831843, 0.08838834764831843, 0, 0, 0},
	{{"gru.bias_hh_l0", 1, {384}}, "uniform", -0.08838834764831843, 0.08838834764831843, 0, 0, 0},
	{{"gru.weight_ih_l0_reverse", 2, {384, 128}}, "uniform", -0.08838834764831843, 0.08838834764831843, 0, 0, 0},
	{{"gru.weight_hh_l0_reverse", 2, {384, 128}}, "uniform", -0.08838834764831843, 0.08838834764831843, 0, 0, 0},
	{{"gru.bias_ih_l0_reverse", 1, {384}}, "uniform", -0.08838834764831843, 0.08838834764831843, 0, 0, 0},
	{{"gru.bias_hh_l0_reverse", 1, {384}}, "uniform", -0.08838834764831843, 0.08838834764831843, 0, 0, 0},
	{{"gru.weight_ih_l1", 2, {384, 256}}, "uniform", -0.08838834764831843, 0.08838834764831843, 0, 0, 0},
	{{"gru.weight_hh_l1", 2, {384, 128}}, "uniform", -0.08838834764831843, 0.08838834764831843, 0, 0, 0},
	{{"gru.bias_ih_l1", 1, {384}}, "uniform", -0.08838834764831843, 0.08838834764831843, 0, 0, 0},
	{{"gru.bias_hh_l1", 1, {384}}, "uniform", -0.08838834764831843, 0.08838834764831843, 0, 0, 0},
	{{"gru.weight_ih_l1_reverse", 2, {384, 256}}, "uniform", -0.08838834764831843, 0.08838834764831843, 0, 0, 0},
	{{"gru.weight_hh_l1_reverse", 2, {384, 128}}, "uniform", -0.08838834764831843, 0.08838834764831843, 0, 0, 0},
	{{"gru.bias_ih_l1_reverse", 1, {384}}, "uniform", -0.08838834764831843, 0.08838834764831843, 0, 0, 0},
	{{"gru.bias_hh_l1_reverse", 1, {384}}, "uniform", -0.08838834764831843, 0.08838834764831843, 0, 0, 0},
	{{"mhsa_block_list.0.in_proj_weight", 2, {384, 128}}, "uniform", -0.10825317547305482, 0.10825317547305482, 0, 0, 0},
	{{"mhsa_block_list.0.in_proj_bias", 1, {384}}, "zeros", 0, 0, 0, 0, 0},
	{{"mhsa_block_list.0.out_proj.weight", 2, {128, 128}}, "uniform", -0.08838834764831843, 0.08838834764831843, 0, 0, 0},
	{{"mhsa_block_list.0.out_proj.bias", 1, {128}}, "uniform", 0, 0, 0, 0, 0},
	{{"layer_norm_list.0.weight", 1, {128}}, "ones", 0, 0, 0, 0, 0},
	{{"layer_norm_list.0.bias", 1, {128}}, "zeros", 0, 0, 0, 0, 0},
	{{"mhsa_block_list.1.in_proj_weight", 2, {384, 128}}, "uniform", -0.10825317547305482, 0.10825317547305482, 0, 0, 0},
	{{"mhsa_block_list.1.in_proj_bias", 1, {384}}, "zeros", 0, 0, 0, 0, 0},
	{{"mhsa_block_list.1.out_proj.weight", 2, {128, 128}}, "uniform", -0.08838834764831843, 0.08838834764831843, 0, 0, 0},
	{{"mhsa_block_list.1.out_proj.bias", 1, {128}}, "uniform", 0, 0, 0, 0, 0},
	{{"layer_norm_list.1.weight", 1, {128}}, "ones", 0, 0, 0, 0, 0},
	{{"layer_norm_list.1.bias", 1, {128}}, "zeros", 0, 0, 0, 0, 0},
	{{"fnn_list.0.weight", 2, {128, 128}}, "uniform", -0.08838834764831843, 0.08838834764831843, 0, 0, 0},
	{{"fnn_list.0.bias", 1, {128}}, "uniform", -0.08838834764831843, 0.08838834764831843, 0, 0, 0},
	{{"fnn_list.1.weight", 2, {156, 128}}, "uniform", -0.08838834764831843, 0.08838834764831843, 0, 0, 0},
	{{"fnn_list.1.bias", 1, {156}}, "uniform", -0.08838834764831843, 0.08838834764831843, 0, 0, 0},
};

static const RtTensor features_inputs[] = {
	{"audio", 3, {1, 4, 121024}},
	{"length", 1, {1}},
	{"highest", 4, {1, 4, 1, 1}},
};

static const RtTensor features_outputs[] = {
	{"features", 4, {1, 7, 250, 64}},
	{"standardized", 4, {1, 7, 250, 64}},
	{"highest", 4, {1, 4, 1, 1}},
};

static const RtTensor main_inputs[] = {
	{"features", 4, {1, 7, 250, 64}},
};

static const RtTensor main_outputs[] = {
	{"accddoa", 3, {1, 50, 156}},
};

static const RtGraph graphs[] = {
	{"features", 3, 3, features_inputs, features_outputs, 10276480, 57456000, 149451350},
	{"main", 1, 1, main_inputs, main_outputs, 4300800, 135603200, 276861100},
};

static const char *const settings[] = {
	"classes=13",
	"filters=64",
	"hidden=128",
	"heads=8",
	"dropout=0.05",
	"mel=64",
	"hop=480",
	"accumulate=1",
};

static const char *const class_names[] = {
	"female speech",
	"male speech",
	"clapping",
	"telephone",
	"laughter",
	"domestic sounds",
	"footsteps",
	"door",
	"music",
	"musical instrument",
	"water tap",
	"bell",
	"knock",
};

static const RtModel model = {
	.abi = RT_ABI,
	.name = "dcase2024_baseline",
	.doc = "Audio baseline of DCASE2024 task 3 (FOA, Multi-ACCDDOA): convolutions, bidirectional GRU, attention; 3 tracks",
	.version = "0.1.0",
	.target = "cpu",
	.precision = "fp32",
	.batch = 1,
	.nparams = 52,
	.params = params,
	.ngraphs = 2,
	.graphs = graphs,
	.nsettings = 8,
	.settings = settings,
	.audio = {.rate = 24000, .channels = 4, .samples = 120000, .frame_samples = 2400, .frames = 50},
	.decode = {.kind = "accddoa", .sed = "accddoa", .doa = NULL, .sde = NULL, .threshold = 0.5, .merge_degrees = 15, .classes = 13, .tracks = 3, .class_names = class_names},
	.load_bytes = 4277184,
	.ops = {.open = model_open, .run = model_run, .close = model_close,
	        .device = model_device},
};

int main(int argc, char **argv)
{
	return rt_main(&model, argc, argv);
}
