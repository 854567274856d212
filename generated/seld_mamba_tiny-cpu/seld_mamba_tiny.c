/* seld_mamba_tiny: SELD-Mamba with narrow layers and half a second of audio, for tests. C for the
 * CPU, written by seldc; not for editing. Above each function stands the IR that it implements,
 * with the place in the model file that it comes from. */
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

/* n elements that lie `step` apart */
OUTLINE void memory_gather(float *to, const float *from, int64_t step, int64_t n)
{
	for (int64_t i = 0; i < n; i++)
		to[i] = from[i * step];
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

/* As vstore to an aligned place, past the caches: for blocks so large that they would not stay
 * there until they are read. The writer calls vstream_end before others read. */
INLINE void vstream(float *p, Vf v)
{
#if defined(__AVX512F__) && !defined(__clang__)
	__builtin_ia32_movntps512(p, v);
#else
	vstore(p, v);
#endif
}

INLINE void vstream_end(void)
{
#if defined(__AVX512F__) && !defined(__clang__)
	__builtin_ia32_sfence();
#endif
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

/* The larger of each; b where either is NaN */
INLINE Vf vmax(Vf a, Vf b)
{
#if defined(__AVX512F__) && !defined(__clang__)
	return __builtin_ia32_maxps512_mask(a, b, b, -1, 4);
#else
	const Vi more = a > b;
	return (Vf)((more & (Vi)a) | (~more & (Vi)b));
#endif
}

/* The same; NaN where either is */
INLINE Vf vmax_nan(Vf a, Vf b)
{
	const Vi other = (b > a) | (b != b);
	return (Vf)((other & (Vi)b) | (~other & (Vi)a));
}

/* NaN stays. */
INLINE Vf vrelu(Vf x)
{
	return vmax((Vf){0}, x);
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

#if defined(__AVX512DQ__) && !defined(__clang__)
/* x less the whole number below it; p times 2 to that number, also below the normal range */
INLINE Vf vfraction(Vf x)
{
	return __builtin_ia32_reduceps512_mask(x, 9, x, -1);
}

INLINE Vf vscale(Vf p, Vf x)
{
	return (Vf)__builtin_ia32_scalefps512_mask(p, x, p, -1, 4);
}
#else
/* The whole number below x, where 2^x is neither 0 nor infinite */
INLINE Vi vfloor(Vf x)
{
	const Vf c = vclamp(x, -150.0f, 129.0f);
	const Vi n = __builtin_convertvector(c, Vi);
	return n + (c < __builtin_convertvector(n, Vf));
}

INLINE Vf vfraction(Vf x)
{
	return vclamp(x, -150.0f, 129.0f) - __builtin_convertvector(vfloor(x), Vf);
}

INLINE Vf vscale(Vf p, Vf x)
{
	const Vi k = vfloor(x), half = k >> 1;
	return p * (Vf)((half + 127) << 23) * (Vf)((k - half + 127) << 23);
}
#endif

/* 2^x and e^x, at most 2 units in the last place off. Polynomials are minimax fits. */
INLINE Vf vexp2(Vf x)
{
	const Vf r = vfraction(x);
	Vf p = 2.161292172e-04f * r + 1.246784464e-03f;
	p = p * r + 9.675451745e-03f;
	p = p * r + 5.548528054e-02f;
	p = p * r + 2.402293056e-01f;
	p = p * r + 6.931470444e-01f;
	return vscale(p * r + 1.0f, x);
}

INLINE Vf vexp(Vf x)
{
	const Vf magic = vset(12582912.0f); /* 1.5 * 2^23: adding it rounds to an integer */
	x = vclamp(x, -104.0f, 89.0f);
	const Vf n = (x * 1.44269504f + magic) - magic;
	const Vf r = x - n * 0.693145752f - n * 1.42860677e-06f;
	Vf p = 1.381314243e-03f * r + 8.369418792e-03f;
	p = p * r + 4.166845605e-02f;
	p = p * r + 1.666651517e-01f;
	p = p * r + 4.999999404e-01f;
	return vscale(p * r * r + r + 1.0f, n);
}

INLINE Vf vsilu(Vf x)
{
	return x / (1.0f + vexp(-x));
}

/* log(1 + e^x), at most 3 units off: log(1 + t) = 2 artanh(t / (2 + t)) for t = e^-|x| */
INLINE Vf vsoftplus(Vf x)
{
	const Vf t = vexp(-(Vf)((Vi)x & 0x7fffffff)), s = t / (2.0f + t), z = s * s;
	Vf p = 1.400591600e-01f * z + 1.400091700e-01f;
	p = p * z + 2.001076300e-01f;
	p = p * z + 3.333320800e-01f;
	return vrelu(x) + (2.0f * s * (z * p) + 2.0f * s);
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

/* Sum of the products of x with `by`, which lies alike */
INLINE void sum_product_tile(const Reduce s, const float *x, const float *by, float *y, int64_t tile)
{
	int width;
	const float *first = reduce_start(s, x, &y, tile, &width);
	by += first - x;
	double acc[REDUCE_WIDTH] = {0};
	const int64_t count = reduce_count(s.nover, s.over_dim);
	for (int64_t j = 0; j < count; j++) {
		const int64_t at = reduce_offset(s.nover, s.over_dim, s.over, j);
		for (int l = 0; l < width; l++)
			acc[l] += (double)first[at + l * s.step] * by[at + l * s.step];
	}
	for (int l = 0; l < width; l++)
		y[l] = (float)acc[l];
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

/* mask, with x's strides: 1 at the first of what y was made of that equals it, as NaN
 * does NaN, else 0 */
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
			const float v = in[from + l * s.step];
			const bool same = v == want[l] || (v != v && want[l] != want[l]);
			const bool first = !found[l] && same;
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

/* x[outer, n, inner]: sums over n up to each element or, in reverse, from each one on, in double
 * precision; a tile is one of `outer`. */
typedef struct Cumsum {
	int64_t outer, n, inner;
	bool reverse;
} Cumsum;

INLINE void cumsum_tile(const Cumsum s, const float *x, float *y, int64_t tile)
{
	for (int64_t i = 0; i < s.inner; i++) {
		const int64_t at = tile * s.n * s.inner + i;
		double sum = 0;
		for (int64_t j = 0; j < s.n; j++) {
			const int64_t to = at + (s.reverse ? s.n - 1 - j : j) * s.inner;
			sum += x[to];
			y[to] = (float)sum;
		}
	}
}


/* scan.h: sequence ops: selective scan with gate, depthwise convolution over time, and the fused
 * input projection of a Mamba layer. Vector lanes are channels; time is a loop, run backwards by a
 * constant argument. */

enum { SCAN_STATES = 16, SCAN_WIDTH = 32 };

/* u, dt, z[b, l, e], B, C[b, l, n] with strides; A[e, n] and y[b, l, e] dense. A tile is
 * SCAN_WIDTH channels of one batch entry. */
typedef struct Scan {
	int b, l, e, n;
	int64_t ub, ul, ue, db, dl, de, zb, zl, ze, Bb, Bl, Bn, Cb, Cl, Cn;
	bool softplus, gate;
} Scan;

INLINE int scan_tiles(const Scan s)
{
	return s.b * ((s.e + SCAN_WIDTH - 1) / SCAN_WIDTH);
}

/* delta and gate[l][VL]; the state, where it does not fit registers, and log2(e) A */
INLINE int64_t scan_scratch(const Scan s)
{
	return (int64_t)VL * 2 * (s.l + s.n);
}

/* One step: h = 2^(delta A) h + delta u B; returns C . h + D u, in four sums: one would be a chain
 * in which each waits for the last */
INLINE Vf scan_step(const Scan s, Vf *h, const float *A, Vf delta, Vf u, Vf D, const float *B,
		    const float *C)
{
	const Vf du = delta * u;
	Vf y[4] = {D * u};
#pragma GCC unroll 16
	for (int n = 0; n < s.n; n++) {
		h[n] = vexp2(delta * vload(A + n * VL)) * h[n] + du * vset(B[n * s.Bn]);
		y[n % 4] += h[n] * vset(C[n * s.Cn]);
	}
	return (y[0] + y[1]) + (y[2] + y[3]);
}

INLINE void scan_loop(const Scan s, bool reverse, Vf *h, const float *A, const float *delta,
		      const float *gate, const float *u, Vf D, const float *B, const float *C,
		      float *y, int lanes)
{
	for (int n = 0; n < s.n; n++)
		h[n] = (Vf){0};
	for (int step = 0; step < s.l; step++) {
		const int t = reverse ? s.l - 1 - step : step;
		Vf v =
		    scan_step(s, h, A, vload(delta + t * VL), vload_some(u + t * s.ul, s.ue, lanes),
			      D, B + t * s.Bl, C + t * s.Cl);
		if (s.gate)
			v *= vload(gate + t * VL);
		vstore_some(y + (int64_t)t * s.e, v, lanes);
	}
}

/* VL channels; pointers at the first of them, z NULL without gate */
INLINE void scan_lanes(const Scan s, bool reverse, const float *u, const float *dt, const float *A,
		       const float *B, const float *C, const float *D, const float *z, float *y,
		       int lanes, float *scratch)
{
	float *delta = scratch, *gate = delta + s.l * VL, *a = gate + s.l * VL,
	      *state = a + s.n * VL;
	for (int t = 0; t < s.l; t++) {
		const Vf v = vload_some(dt + t * s.dl, s.de, lanes);
		vstore(delta + t * VL, s.softplus ? vsoftplus(v) : v);
		if (s.gate)
			vstore(gate + t * VL, vsilu(vload_some(z + t * s.zl, s.ze, lanes)));
		/* rows lie too far apart for the processor to see what comes next */
		__builtin_prefetch(u + t * s.ul);
		__builtin_prefetch(y + (int64_t)t * s.e, 1);
	}
	for (int n = 0; n < s.n; n++)
		vstore(a + n * VL, vload_some(A + n, s.n, lanes) * 1.44269504f);
	const Vf skip = vload_some(D, 1, lanes);
	if (s.n <= SCAN_STATES) {
		Vf h[SCAN_STATES];
		scan_loop(s, reverse, h, a, delta, gate, u, skip, B, C, y, lanes);
	} else {
		scan_loop(s, reverse, (Vf *)state, a, delta, gate, u, skip, B, C, y, lanes);
	}
}

INLINE void scan_tile(const Scan s, bool reverse, const float *u, const float *dt, const float *A,
		      const float *B, const float *C, const float *D, const float *z, float *y,
		      int tile, float *scratch)
{
	const int b = tile % s.b, e0 = tile / s.b * SCAN_WIDTH;
	for (int e = e0; e < e0 + SCAN_WIDTH && e < s.e; e += VL)
		scan_lanes(s, reverse, u + b * s.ub + e * s.ue, dt + b * s.db + e * s.de,
			   A + (int64_t)e * s.n, B + b * s.Bb, C + b * s.Cb, D + e,
			   s.gate ? z + b * s.zb + e * s.ze : NULL, y + (int64_t)b * s.l * s.e + e,
			   s.e - e, scratch);
}

/* x[b, l, c] with strides, w[c, 1, k], bias[c] or NULL, to dense y[b, l + before + after - k + 1,
 * c]. A tile is CONV1D_WIDTH channels of one batch entry. */
typedef struct Conv1d {
	int b, l, c, k, before, after;
	int64_t xb, xl, xc;
} Conv1d;

enum { CONV1D_WIDTH = 32 };

INLINE int conv1d_tiles(const Conv1d s)
{
	return s.b * ((s.c + CONV1D_WIDTH - 1) / CONV1D_WIDTH);
}

/* One vector of taps for each place of the kernel, in order of the sequence */
INLINE void conv1d_taps(const Conv1d s, bool reverse, const float *w, int lanes, float *taps)
{
	for (int j = 0; j < s.k; j++)
		vstore(taps + j * VL, vload_some(w + (reverse ? s.k - 1 - j : j), s.k, lanes));
}

/* y[t] = bias + sum_j w[j] x[t - lead + j], then SiLU or not; taps: k * VL floats of scratch */
INLINE void conv1d_lanes(const Conv1d s, bool reverse, bool silu, const float *x, const float *w,
			 const float *bias, float *y, int64_t row, int lanes, float *taps)
{
	const int lead = reverse ? s.after : s.before, out = s.l + s.before + s.after - s.k + 1;
	const Vf add = bias ? vload_some(bias, 1, lanes) : (Vf){0};
	conv1d_taps(s, reverse, w, lanes, taps);
	for (int t = 0; t < out; t++) {
		const int j0 = t < lead ? lead - t : 0, end = s.l + lead - t;
		const int j1 = end < s.k ? end : s.k;
		Vf v = add;
		for (int j = j0; j < j1; j++)
			v += vload(taps + j * VL) *
			     vload_some(x + (t - lead + j) * s.xl, s.xc, lanes);
		vstore_some(y + t * row, silu ? vsilu(v) : v, lanes);
	}
}

/* scratch: k * VL floats */
INLINE void conv1d_tile(const Conv1d s, bool reverse, const float *x, const float *w,
			const float *bias, float *y, int tile, float *scratch)
{
	const int b = tile % s.b, c0 = tile / s.b * CONV1D_WIDTH;
	const int out = s.l + s.before + s.after - s.k + 1;
	for (int c = c0; c < c0 + CONV1D_WIDTH && c < s.c; c += VL)
		conv1d_lanes(s, reverse, false, x + b * s.xb + c * s.xc, w + (int64_t)c * s.k,
			     bias ? bias + c : NULL, y + (int64_t)b * out * s.c + c, s.c, s.c - c,
			     scratch);
}

/* [a | z] = x w^T, u = silu(conv1d(a)): x[b, l, k] with strides, w packed by inproj_pack, u and
 * z[b, ., e] dense. A tile is PANEL channels. */
typedef struct InProj {
	int b, l, k, e, taps, before, after;
	int64_t xb, xl, xc;
} InProj;

INLINE int inproj_tiles(const InProj s)
{
	return (s.e + PANEL - 1) / PANEL;
}

/* a[l][NR] of one panel, as much for z's incomplete panel, the taps, and x[l, k] if xc is not 1 */
INLINE int64_t inproj_scratch(const InProj s)
{
	return 2 * (int64_t)s.l * NR + (int64_t)s.taps * VL + (s.xc != 1 ? (int64_t)s.l * s.k : 0);
}

INLINE void inproj_panel(const InProj s, bool reverse, const float *x, const float *w,
			 const float *conv_w, const float *conv_b, float *u, float *z, int lanes,
			 float *scratch)
{
	const Conv1d conv = {1, s.l, lanes, s.taps, s.before, s.after, 0, NR, 1};
	float *a = scratch, *part = a + s.l * NR, *taps = part + s.l * NR;
	const int64_t row = s.xc == 1 ? s.xl : s.k;
	if (s.xc != 1) {
		gemm_gather(x, s.xl, s.xc, s.l, s.k, taps + s.taps * VL);
		x = taps + s.taps * VL;
	}
	gemm_block(s.l, x, row, s.k, w, a, NR, false);
	for (int c = 0; c < NR && c < lanes; c += VL)
		conv1d_lanes(conv, reverse, true, a + c, conv_w + c * s.taps, conv_b + c, u + c,
			     s.e, lanes - c, taps);
	const bool whole = lanes >= NR;
	gemm_block(s.l, x, row, s.k, w + (int64_t)s.k * NR, whole ? z : part, whole ? s.e : NR,
		   false);
	for (int t = 0; !whole && t < s.l; t++)
		memcpy(z + (int64_t)t * s.e, part + t * NR, (size_t)lanes * sizeof *z);
}

INLINE void inproj_tile(const InProj s, bool reverse, const float *x, const float *w,
			const float *conv_w, const float *conv_b, float *u, float *z, int tile,
			float *scratch)
{
	const int out = s.l + s.before + s.after - s.taps + 1;
	for (int c = tile * PANEL; c < (tile + 1) * PANEL && c < s.e; c += NR)
		for (int b = 0; b < s.b; b++)
			inproj_panel(s, reverse, x + b * s.xb, w + (int64_t)2 * c * s.k,
				     conv_w + (int64_t)c * s.taps, conv_b + c,
				     u + (int64_t)b * out * s.e + c, z + (int64_t)b * s.l * s.e + c,
				     s.e - c, scratch);
}

/* w[2 e, k], element (i, j) at w[i * row + j * col], as panels of a and z in turns, so that a tile
 * reads its weights in one stream */
OUTLINE void inproj_pack(float *to, const float *w, int64_t e, int64_t k, int64_t row, int64_t col,
			 int threads)
{
	const int64_t panels = (e + PANEL - 1) / PANEL * (PANEL / NR);
#pragma omp parallel for num_threads(threads)
	for (int64_t p = 0; p < 2 * panels; p++)
		gemm_pack_panel(to + p * k * NR, w + p % 2 * e * row, p / 2 * NR, e, k, row, col);
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


/* roof.h: the limits of this processor, measured: multiply-accumulates a second and bytes a second
 * from memory, of as many threads as the program has. */

#include <omp.h>
#include <unistd.h>

/* Sums in registers that do not wait for each other: two multiply-adds a clock, done 4 clocks later,
 * take 8. A block is ROOF_ROUNDS of them, some 2 ms. */
enum { ROOF_SUMS = 10, ROOF_ROUNDS = 1000000, ROOF_BLOCKS = 8 };
/* Bytes that are read: more than the caches hold, but no more than ROOF_MOST, as the largest caches
 * are those of many processors; ROOF_EACH for a thread. They are read ROOF_READS times, each time
 * in ROOF_PIECES. */
enum { ROOF_LEAST = 64 << 20, ROOF_MOST = 256 << 20, ROOF_EACH = 8 << 20 };
enum { ROOF_READS = 3, ROOF_PIECES = 16 };

/* What it begins with comes from the block before, or one computation would do for all. */
OUTLINE float roof_multiply(float first)
{
	const float a = 0.5f, b = 1.0f;
	Vf sum[ROOF_SUMS];
	for (int i = 0; i < ROOF_SUMS; i++)
		sum[i] = vset(first + (float)i);
	for (int k = 0; k < ROOF_ROUNDS; k++)
		for (int i = 0; i < ROOF_SUMS; i++)
			sum[i] = sum[i] * a + b;
	for (int i = 1; i < ROOF_SUMS; i++)
		sum[0] += sum[i];
	return sum[0][0];
}

/* n: a multiple of 8 VL */
OUTLINE float roof_read(const float *p, int64_t n)
{
	Vf sum[8] = {{0}};
	for (; n > 0; n -= 8 * VL, p += 8 * VL)
		for (int i = 0; i < 8; i++)
			sum[i] += vload(p + i * VL);
	for (int i = 1; i < 8; i++)
		sum[0] += sum[i];
	return sum[0][0];
}

/* Multiply-accumulates a second. Of each thread the fastest block counts, so that another program
 * that has the processor for a while does not. Sums are used, so that they are computed. */
static double roof_rate(int threads)
{
	double rate = 0;
	float all = 0;
#pragma omp parallel num_threads(threads) reduction(+ : all, rate)
	{
		double least = 1;
		for (int i = 0; i < ROOF_BLOCKS; i++) {
			const double start = omp_get_wtime();
			all = roof_multiply(all);
			const double seconds = omp_get_wtime() - start;
			least = seconds < least ? seconds : least;
		}
		rate += (double)ROOF_ROUNDS * ROOF_SUMS * VL / least;
	}
	return all > 0 ? rate : 0;
}

/* Bytes a second, of each thread in its fastest piece; 0: there is no memory to measure with. */
static double roof_bandwidth(int threads)
{
	int64_t bytes = 2 * (int64_t)sysconf(_SC_LEVEL3_CACHE_SIZE);
	bytes = bytes < ROOF_LEAST ? ROOF_LEAST : bytes > ROOF_MOST ? ROOF_MOST : bytes;
	if (bytes < (int64_t)threads * ROOF_EACH)
		bytes = (int64_t)threads * ROOF_EACH;
	const int64_t piece = bytes / 4 / threads / ROOF_PIECES / (8 * VL) * (8 * VL);
	const int64_t each = piece * ROOF_PIECES;
	float *const p = memory_new(threads * each);
	if (!p)
		return 0;
	double rate = 0;
	float all = 0;
#pragma omp parallel num_threads(threads) reduction(+ : all, rate)
	{
		float *const mine = p + omp_get_thread_num() * each;
		double least = 1;
		memset(mine, 0, (size_t)each * sizeof *mine);
#pragma omp barrier
		for (int i = 0; i < ROOF_READS * ROOF_PIECES; i++) {
			const double start = omp_get_wtime();
			all += roof_read(mine + i % ROOF_PIECES * piece, piece);
			const double seconds = omp_get_wtime() - start;
			least = seconds < least ? seconds : least;
		}
		rate += (double)piece * sizeof *mine / least;
	}
	free(p);
	return all == 0 ? rate : 0;
}

typedef struct RoofLimits {
	double rate, bandwidth; /* 0: not measured yet; bandwidth then 0: not known */
} RoofLimits;

/* work: multiply-accumulates of products, all other operations, bytes from memory. Two of the others
 * might be one multiply-accumulate. */
static RtRoof roof_of(RoofLimits *l, int threads, const double work[3])
{
	const int all = omp_get_num_procs(), n = threads < all ? threads : all;
	if (l->rate == 0)
		*l = (RoofLimits){roof_rate(n), roof_bandwidth(n)};
	const double products = work[0] / l->rate, others = work[1] / (2 * l->rate);
	return (RtRoof){products > others ? products : others,
			l->bandwidth > 0 ? work[2] / l->bandwidth : 0, 1};
}


/* Sizes in floats; SCRATCH is for each thread. */
#define ARENA INT64_C(420688)
#define LOAD INT64_C(21664)
#define PACK INT64_C(244496)
#define SCRATCH INT64_C(8240)
#define WORK INT64_C(144)

typedef struct Self {
	int threads;
	float *arena;   /* activations */
	float *load;    /* values computed once, when weights are loaded */
	float *pack;    /* weights in the order in which the kernels read them */
	float *scratch; /* of the threads */
	float *work;    /* of one function at a time, for all threads */
	const float *const *params; /* while loading */
	const RtSource *weights;    /* while loading */
	const float *const *in;     /* while running */
	char device[64];
	RoofLimits limits; /* of the processor */
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
	return a > b || a != a ? a : b;
}

INLINE float ew_neg(float a)
{
	return -a;
}

INLINE float ew_square(float a)
{
	return a * a;
}

INLINE float ew_sqrt(float a)
{
	return sqrtf(a);
}

INLINE float ew_rsqrt(float a)
{
	return 1.0f / sqrtf(a);
}

INLINE float ew_exp(float a)
{
	return m_exp(a);
}

INLINE float ew_log10(float a)
{
	return m_log10(a);
}

INLINE float ew_tanh(float a)
{
	return m_tanh(a);
}

INLINE float ew_relu(float a)
{
	return a < 0.0f ? 0.0f : a;
}

/* %features.spectrum = stft "features.spectrum" %audio {n_fft=1024 win=1024 hop=300} :
 * f32[1,4,41,513,2] @arena:0  !models/lib/foa.json:44:17+6 */
OUTLINE void features_features_spectrum(const Self *s, const float *restrict x,
                                        const float *restrict table, float *restrict y)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int i = 0; i < 84; i++) {
		const Stft k = {.signals = 4, .frames = 41, .n = 1024, .win = 1024, .hop = 300,
		                .samples = 12000, .row = 12000, .centre = 1, .reflect = 1};
		stft_tile(k, x, (const double *)table, y, i, (double *)self_scratch(s));
	}
}

/* %features.filters = mel_filterbank "features.filters" {bins=513 mels=32 rate=24000 fmin=20
 * fmax=12000} : f32[513,32] @load:0  !models/lib/foa.json:45:17+16 */
OUTLINE void features_features_filters(float *restrict y)
{
	mel_filterbank(y, 513, 32, 24000, 20, 12000);
}

/* %features.log_mel.squares = square "features.log_mel.squares" %features.spectrum :
 * f32[1,4,41,513,2] @arena:673088  !models/lib/foa.json:12:17+8 */
OUTLINE void features_features_log_mel_squares(const Self *s, const float *restrict in0,
                                               float *restrict y)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int64_t i = 0; i < 21; i++) {
		const int64_t end = i + 1 < 21 ? (i + 1) * 8192 : 168264;
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

/* %features.log_mel.power = sum "features.log_mel.power" %features.log_mel.squares {axes=[-1]} :
 * f32[1,4,41,513] @arena:1346176  !models/lib/foa.json:13:17+5 */
OUTLINE void features_features_log_mel_power(const Self *s, const float *restrict x,
                                             float *restrict y)
{
#pragma omp parallel for schedule(dynamic, 20) num_threads(s->threads)
	for (int i = 0; i < 1315; i++) {
		const Reduce k = {.n = 84132, .step = 2, .nkeep = 0, .nover = 1, .over_dim = {2},
		                  .over = {1}};
		sum_tile(k, 1.0, x, y, i);
	}
}

/* %features.log_mel.mel = matmul "features.log_mel.mel" %features.log_mel.power, %features.filters
 * : f32[1,4,41,32] @arena:1214656  !models/lib/foa.json:14:17+8 */
OUTLINE void features_features_log_mel_mel(const Self *s, const float *restrict a,
                                           const float *restrict b, float *restrict y)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int i = 0; i < 2; i++) {
		const Linear k = {.batch = 1, .rows = 164, .n = 32, .k = 513, .xbatch = 0,
		                  .xrow = 513, .xcol = 1, .block = 112, .cols = 32};
		linear_tile(k, a, b, NULL, y, i, self_scratch(s));
	}
}

/* %features.log_mel.2 = map "features.log_mel" %features.log_mel.mel {f="t0 = maximum(x0, 1e-10);
 * t1 = log10(t0); y0 = mul(t1, 10)"} : f32[1,4,41,32] @arena:1177920
 * !models/lib/foa.json:17:17+5 */
OUTLINE void features_features_log_mel(const float *restrict in0, float *restrict out0)
{
	{
		const float *const p0 = in0;
		float *const restrict q0 = out0;
#pragma omp simd
		for (int64_t j = 0; j < 5248; j++) {
			const float x0 = p0[j];
			const float t0 = ew_maximum(x0, 1e-10f);
			const float t1 = ew_log10(t0);
			const float y0 = ew_mul(t1, 1e+01f);
			q0[j] = y0;
		}
	}
}

/* %features.intensity.products = mul "features.intensity.products" %features.intensity.velocity,
 * %features.intensity.pressure : f32[1,3,41,513,2] @arena:673088  !models/lib/foa.json:28:17+5 */
OUTLINE void features_features_intensity_products(const Self *s, const float *restrict in0,
    const float *restrict in1, float *restrict y)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int64_t i = 0; i < 3; i++) {
		const int64_t end = (i + 1) * 1;
		for (int64_t r = i * 1; r < end; r++) {
			const float *const p0 = in0 + r * 42066;
			const float *const p1 = in1;
			float *const restrict q0 = y + r * 42066;
#pragma omp simd
			for (int64_t j = 0; j < 42066; j++) {
				const float x0 = p0[j];
				const float x1 = p1[j];
				const float y0 = ew_mul(x0, x1);
				q0[j] = y0;
			}
		}
	}
}

/* %features.intensity.I = sum "features.intensity.I" %features.intensity.products {axes=[-1]} :
 * f32[1,3,41,513] @arena:0  !models/lib/foa.json:29:17+5 */
OUTLINE void features_features_intensity_I(const Self *s, const float *restrict x,
                                           float *restrict y)
{
#pragma omp parallel for schedule(dynamic, 15) num_threads(s->threads)
	for (int i = 0; i < 986; i++) {
		const Reduce k = {.n = 63099, .step = 2, .nkeep = 0, .nover = 1, .over_dim = {2},
		                  .over = {1}};
		sum_tile(k, 1.0, x, y, i);
	}
}

/* %features.intensity.squares = square "features.intensity.squares" %features.intensity.I :
 * f32[1,3,41,513] @arena:252416  !models/lib/foa.json:30:17+8 */
OUTLINE void features_features_intensity_squares(const Self *s, const float *restrict in0,
                                                 float *restrict y)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int64_t i = 0; i < 8; i++) {
		const int64_t end = i + 1 < 8 ? (i + 1) * 8192 : 63099;
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

/* %features.intensity.square_norm = sum "features.intensity.square_norm"
 * %features.intensity.squares {axes=[1] keep=1} : f32[1,1,41,513] @arena:504832
 * !models/lib/foa.json:31:17+5 */
OUTLINE void features_features_intensity_square_norm(const Self *s, const float *restrict x,
    float *restrict y)
{
#pragma omp parallel for schedule(dynamic, 5) num_threads(s->threads)
	for (int i = 0; i < 329; i++) {
		const Reduce k = {.n = 21033, .step = 1, .nkeep = 0, .nover = 1, .over_dim = {3},
		                  .over = {21033}};
		sum_tile(k, 1.0, x, y, i);
	}
}

/* %features.intensity.divisor.2 = map "features.intensity.divisor" %features.intensity.square_norm
 * {f="t0 = sqrt(x0); y0 = add(t0, 1.1920928955078125e-07)"} : f32[1,1,41,513] @arena:588992
 * !models/lib/foa.json:33:17+5 */
OUTLINE void features_features_intensity_divisor(const Self *s, const float *restrict in0,
                                                 float *restrict out0)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int64_t i = 0; i < 3; i++) {
		const int64_t end = i + 1 < 3 ? (i + 1) * 8192 : 21033;
		const float *const p0 = in0;
		float *const restrict q0 = out0;
#pragma omp simd
		for (int64_t j = i * 8192; j < end; j++) {
			const float x0 = p0[j];
			const float t0 = ew_sqrt(x0);
			const float y0 = ew_add(t0, 1.1920929e-07f);
			q0[j] = y0;
		}
	}
}

/* %features.intensity.unit = div "features.intensity.unit" %features.intensity.I,
 * %features.intensity.divisor.2 : f32[1,3,41,513] @arena:252416  !models/lib/foa.json:34:17+5 */
OUTLINE void features_features_intensity_unit(const Self *s, const float *restrict in0,
                                              const float *restrict in1, float *restrict y)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int64_t i = 0; i < 3; i++) {
		const int64_t end = (i + 1) * 1;
		for (int64_t r = i * 1; r < end; r++) {
			const float *const p0 = in0 + r * 21033;
			const float *const p1 = in1;
			float *const restrict q0 = y + r * 21033;
#pragma omp simd
			for (int64_t j = 0; j < 21033; j++) {
				const float x0 = p0[j];
				const float x1 = p1[j];
				const float y0 = ew_div(x0, x1);
				q0[j] = y0;
			}
		}
	}
}

/* %features.intensity = matmul "features.intensity" %features.intensity.unit, %features.filters :
 * f32[1,3,41,32] @arena:1198912  !models/lib/foa.json:35:17+8 */
OUTLINE void features_features_intensity(const Self *s, const float *restrict a,
                                         const float *restrict b, float *restrict y)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int i = 0; i < 2; i++) {
		const Linear k = {.batch = 1, .rows = 123, .n = 32, .k = 513, .xbatch = 0,
		                  .xrow = 513, .xcol = 1, .block = 112, .cols = 32};
		linear_tile(k, a, b, NULL, y, i, self_scratch(s));
	}
}

/* %scaler.2 = map "scaler" %features, %scaler.mean_t, %scaler.std_t {f="t0 = sub(x0, x1); y0 =
 * div(t0, x2)"} : f32[1,7,41,32] @arena:0  !models/lib/foa.json:62:17+5 */
OUTLINE void features_scaler(const float *restrict in0, const float *restrict in1,
                             const float *restrict in2, float *restrict out0)
{
	for (int64_t r = 0; r < 287; r++) {
		const float *const p0 = in0 + r % 41 * 32 + r / 41 * 1312;
		const float *const p1 = in1 + r / 41 * 32;
		const float *const p2 = in2 + r / 41 * 32;
		float *const restrict q0 = out0 + r % 41 * 32 + r / 41 * 1312;
#pragma omp simd
		for (int64_t j = 0; j < 32; j++) {
			const float x0 = p0[j];
			const float x1 = p1[j];
			const float x2 = p2[j];
			const float t0 = ew_sub(x0, x1);
			const float y0 = ew_div(t0, x2);
			q0[j] = y0;
		}
	}
}

static void run_features(const Self *s, float *const *out)
{
	features_features_spectrum(s, s->in[0], s->pack, s->arena);
	features_features_log_mel_squares(s, s->arena, s->arena + 168272);
	features_features_log_mel_power(s, s->arena + 168272, s->arena + 336544);
	features_features_log_mel_mel(s, s->arena + 336544, s->pack + 6144, s->arena + 303664);
	features_features_log_mel(s->arena + 303664, s->arena + 294480);
	features_features_intensity_products(s, s->arena + 42066, s->arena, s->arena + 168272);
	features_features_intensity_I(s, s->arena + 168272, s->arena);
	features_features_intensity_squares(s, s->arena, s->arena + 63104);
	features_features_intensity_square_norm(s, s->arena + 63104, s->arena + 126208);
	features_features_intensity_divisor(s, s->arena + 126208, s->arena + 147248);
	features_features_intensity_unit(s, s->arena, s->arena + 147248, s->arena + 63104);
	features_features_intensity(s, s->arena + 63104, s->pack + 22560, s->arena + 299728);
	features_scaler(s->arena + 294480, s->pack + 38976, s->pack + 39200, s->arena);
	memory_copy(out[0], s->arena + 294480, 9184);
	memory_copy(out[1], s->arena + 0, 9184);
}

/* %enc._.b1.bn1, %enc._.b1.bn1.2 = map "enc.*.b1.bn1" %enc._.b1.bn1.running_var,
 * %enc._.b1.bn1.weight, %enc._.b1.bn1.running_mean, %enc._.b1.bn1.bias {f="t0 = add(x0, 1e-05); t1
 * = rsqrt(t0); y0 = mul(x1, t1); t2 = mul(x2, y0); y1 = sub(x3, t2)" group=2} : f32[2,8]
 * @load:20736, f32[2,8] @load:0  !models/lib/nn.json:58:17+12 */
OUTLINE void main_enc_b1_bn1(const float *restrict in0, const float *restrict in1,
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
		for (int64_t j = 0; j < 16; j++) {
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

/* %enc._.b1.conv1 = conv2d_act "enc.*.b1.conv1" %enc.sde.b1.conv1.4, %enc._.b1.conv1.weight,
 * %enc._.b1.r1, %enc._.b1.r1.2 {pad=[1,1] channels_last=1 act=relu group=2} : f32[2,1,41,32,8]
 * @arena:0  !models/lib/nn.json:33:17+8 */
OUTLINE void main_enc_b1_conv1(const Self *s, const float *restrict scale,
                               const float *restrict shift, const float *restrict x,
                               const float *restrict w, float *restrict y)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int i = 0; i < 42; i++) {
		const int g = i / 21;
		const Conv k = {.b = 1, .h = 41, .w = 32, .c = 4, .o = 8, .kh = 3, .kw = 3, .sh = 1,
		                .sw = 1, .ph = 1, .pw = 1, .xb = 1312, .xh = 32, .xw = 1,
		                .xc = 1312, .yb = 10496, .yh = 256, .yw = 8, .yc = 1, .oh = 41,
		                .ow = 32, .th = 1, .tw = 1, .relu = 1, .max = 0, .far = 0,
		                .rows = 2};
		conv_tile(k, x, w + g * INT64_C(1152), scale + g * INT64_C(8),
		          shift + g * INT64_C(8), y + g * INT64_C(10496), i % 21, self_scratch(s));
	}
}

/* %enc.doa.b1.bn1.11, %enc.doa.b1.bn1.12 = map "enc.doa.b1.bn1" %enc.doa.b1.bn1.running_var,
 * %enc.doa.b1.bn1.weight, %enc.doa.b1.bn1.running_mean, %enc.doa.b1.bn1.bias {f="t0 = add(x0,
 * 1e-05); t1 = rsqrt(t0); y0 = mul(x1, t1); t2 = mul(x2, y0); y1 = sub(x3, t2)"} : f32[8]
 * @load:20864, f32[8] @load:20928  !models/lib/nn.json:58:17+12 */
OUTLINE void main_enc_doa_b1_bn1(const float *restrict in0, const float *restrict in1,
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
		for (int64_t j = 0; j < 8; j++) {
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

/* %enc.doa.b1.conv1.2 = conv2d_act "enc.doa.b1.conv1" %enc.doa.b1.conv1.3,
 * %enc.doa.b1.conv1.weight, %enc.doa.b1.r1.2, %enc.doa.b1.r1.3 {pad=[1,1] channels_last=1 act=relu}
 * : f32[1,41,32,8] @arena:83968  !models/lib/nn.json:33:17+8 */
OUTLINE void main_enc_doa_b1_conv1(const Self *s, const float *restrict scale,
                                   const float *restrict shift, const float *restrict x,
                                   const float *restrict w, float *restrict y)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int i = 0; i < 21; i++) {
		const Conv k = {.b = 1, .h = 41, .w = 32, .c = 7, .o = 8, .kh = 3, .kw = 3, .sh = 1,
		                .sw = 1, .ph = 1, .pw = 1, .xb = 9184, .xh = 32, .xw = 1,
		                .xc = 1312, .yb = 10496, .yh = 256, .yw = 8, .yc = 1, .oh = 41,
		                .ow = 32, .th = 1, .tw = 1, .relu = 1, .max = 0, .far = 0,
		                .rows = 2};
		conv_tile(k, x, w, scale, shift, y, i, self_scratch(s));
	}
}

/* %enc._.b1.bn2, %enc._.b1.bn2.2 = map "enc.*.b1.bn2" %enc._.b1.bn2.running_var,
 * %enc._.b1.bn2.weight, %enc._.b1.bn2.running_mean, %enc._.b1.bn2.bias {f="t0 = add(x0, 1e-05); t1
 * = rsqrt(t0); y0 = mul(x1, t1); t2 = mul(x2, y0); y1 = sub(x3, t2)" group=3} : f32[3,8]
 * @load:19968, f32[3,8] @load:0  !models/lib/nn.json:58:17+12 */
OUTLINE void main_enc_b1_bn2(const float *restrict in0, const float *restrict in1,
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
		for (int64_t j = 0; j < 24; j++) {
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

/* %enc._.b1.conv2 = conv2d_act "enc.*.b1.conv2" %enc._.b1.conv1.2, %enc._.b1.conv2.weight,
 * %enc._.b1.pool, %enc._.b1.pool.2 {pad=[1,1] channels_last=1 act=relu pool=[2,2] group=3} :
 * f32[3,1,20,16,8] @arena:125952  !models/lib/nn.json:33:17+8 */
OUTLINE void main_enc_b1_conv2(const Self *s, const float *restrict scale,
                               const float *restrict shift, const float *restrict x,
                               const float *restrict w, float *restrict y)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int i = 0; i < 60; i++) {
		const int g = i / 20;
		const Conv k = {.b = 1, .h = 41, .w = 32, .c = 8, .o = 8, .kh = 3, .kw = 3, .sh = 1,
		                .sw = 1, .ph = 1, .pw = 1, .xb = 10496, .xh = 256, .xw = 8, .xc = 1,
		                .yb = 2560, .yh = 128, .yw = 8, .yc = 1, .oh = 20, .ow = 16,
		                .th = 2, .tw = 2, .relu = 1, .max = 0, .far = 0, .rows = 1};
		conv_tile(k, x + g * INT64_C(10496), w + g * INT64_C(2304), scale + g * INT64_C(8),
		          shift + g * INT64_C(8), y + g * INT64_C(2560), i % 20, self_scratch(s));
	}
}

/* %stitch.enc.1.7, %stitch.enc.1.8, %stitch.enc.1.9 = map "stitch.enc.1" %enc.sed.b1.conv2.5,
 * %stitch.enc.1.p1.4, %enc.doa.b1.conv2.5, %stitch.enc.1.p2.4, %enc.sde.b1.conv2.6,
 * %stitch.enc.1.p3.4, %stitch.enc.1.p1.6, %stitch.enc.1.p2.6, %stitch.enc.1.p3.6,
 * %stitch.enc.1.p1.8, %stitch.enc.1.p2.8, %stitch.enc.1.p3.8 {f="t0 = mul(x0, x1); t1 = mul(x2,
 * x3); t2 = mul(x4, x5); t3 = add(t0, t1); y0 = add(t3, t2); t4 = mul(x0, x6); t5 = mul(x2, x7); t6
 * = mul(x4, x8); t7 = add(t4, t5); y1 = add(t7, t6); t8 = mul(x0, x9); t9 = mul(x2, x10); t10 =
 * mul(x4, x11); t11 = add(t8, t9); y2 = add(t11, t10)"} : f32[1,20,16,8] @arena:0, f32[1,20,16,8]
 * @arena:10240, f32[1,20,16,8] @arena:20480  !models/lib/seld.json:33:17+5 */
OUTLINE void main_stitch_enc_1(const float *restrict in0, const float *restrict in1,
                               const float *restrict in2, const float *restrict in3,
                               const float *restrict in4, const float *restrict in5,
                               const float *restrict in6, const float *restrict in7,
                               const float *restrict in8, const float *restrict in9,
                               const float *restrict in10, const float *restrict in11,
                               float *restrict out0, float *restrict out1, float *restrict out2,
                               float *restrict row1, float *restrict row3, float *restrict row5,
                               float *restrict row6, float *restrict row7, float *restrict row8,
                               float *restrict row9, float *restrict row10, float *restrict row11)
{
	memory_gather(row1, in1, 9, 8);
	memory_gather(row3, in3, 9, 8);
	memory_gather(row5, in5, 9, 8);
	memory_gather(row6, in6, 9, 8);
	memory_gather(row7, in7, 9, 8);
	memory_gather(row8, in8, 9, 8);
	memory_gather(row9, in9, 9, 8);
	memory_gather(row10, in10, 9, 8);
	memory_gather(row11, in11, 9, 8);
	for (int64_t r = 0; r < 320; r++) {
		const float *const p0 = in0 + r * 8;
		const float *const p1 = row1;
		const float *const p2 = in2 + r * 8;
		const float *const p3 = row3;
		const float *const p4 = in4 + r * 8;
		const float *const p5 = row5;
		const float *const p6 = row6;
		const float *const p7 = row7;
		const float *const p8 = row8;
		const float *const p9 = row9;
		const float *const p10 = row10;
		const float *const p11 = row11;
		float *const restrict q0 = out0 + r * 8;
		float *const restrict q1 = out1 + r * 8;
		float *const restrict q2 = out2 + r * 8;
#pragma omp simd
		for (int64_t j = 0; j < 8; j++) {
			const float x0 = p0[j];
			const float x1 = p1[j];
			const float x2 = p2[j];
			const float x3 = p3[j];
			const float x4 = p4[j];
			const float x5 = p5[j];
			const float x6 = p6[j];
			const float x7 = p7[j];
			const float x8 = p8[j];
			const float x9 = p9[j];
			const float x10 = p10[j];
			const float x11 = p11[j];
			const float t0 = ew_mul(x0, x1);
			const float t1 = ew_mul(x2, x3);
			const float t2 = ew_mul(x4, x5);
			const float t3 = ew_add(t0, t1);
			const float y0 = ew_add(t3, t2);
			const float t5 = ew_mul(x0, x6);
			const float t6 = ew_mul(x2, x7);
			const float t7 = ew_mul(x4, x8);
			const float t8 = ew_add(t5, t6);
			const float y1 = ew_add(t8, t7);
			const float t10 = ew_mul(x0, x9);
			const float t11 = ew_mul(x2, x10);
			const float t12 = ew_mul(x4, x11);
			const float t13 = ew_add(t10, t11);
			const float y2 = ew_add(t13, t12);
			q0[j] = y0;
			q1[j] = y1;
			q2[j] = y2;
		}
	}
}

/* %enc._.b2.conv1 = conv2d_act "enc.*.b2.conv1" %stitch.enc.1.10, %enc._.b2.conv1.weight,
 * %enc._.b2.r1, %enc._.b2.r1.2 {pad=[1,1] channels_last=1 act=relu group=3} : f32[3,1,20,16,8]
 * @arena:30720  !models/lib/nn.json:33:17+8 */
OUTLINE void main_enc_b2_conv1(const Self *s, const float *restrict scale,
                               const float *restrict shift, const float *restrict x,
                               const float *restrict w, float *restrict y)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int i = 0; i < 60; i++) {
		const int g = i / 20;
		const Conv k = {.b = 1, .h = 20, .w = 16, .c = 8, .o = 8, .kh = 3, .kw = 3, .sh = 1,
		                .sw = 1, .ph = 1, .pw = 1, .xb = 2560, .xh = 128, .xw = 8, .xc = 1,
		                .yb = 2560, .yh = 128, .yw = 8, .yc = 1, .oh = 20, .ow = 16,
		                .th = 1, .tw = 1, .relu = 1, .max = 0, .far = 0, .rows = 1};
		conv_tile(k, x + g * INT64_C(2560), w + g * INT64_C(2304), scale + g * INT64_C(8),
		          shift + g * INT64_C(8), y + g * INT64_C(2560), i % 20, self_scratch(s));
	}
}

/* %enc._.b2.conv2 = conv2d_act "enc.*.b2.conv2" %enc._.b2.conv1, %enc._.b2.conv2.weight,
 * %enc._.b2.pool, %enc._.b2.pool.2 {pad=[1,1] channels_last=1 act=relu pool=[2,2] group=3} :
 * f32[3,1,10,8,8] @arena:0  !models/lib/nn.json:33:17+8 */
OUTLINE void main_enc_b2_conv2(const Self *s, const float *restrict scale,
                               const float *restrict shift, const float *restrict x,
                               const float *restrict w, float *restrict y)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int i = 0; i < 30; i++) {
		const int g = i / 10;
		const Conv k = {.b = 1, .h = 20, .w = 16, .c = 8, .o = 8, .kh = 3, .kw = 3, .sh = 1,
		                .sw = 1, .ph = 1, .pw = 1, .xb = 2560, .xh = 128, .xw = 8, .xc = 1,
		                .yb = 640, .yh = 64, .yw = 8, .yc = 1, .oh = 10, .ow = 8, .th = 2,
		                .tw = 2, .relu = 1, .max = 0, .far = 0, .rows = 1};
		conv_tile(k, x + g * INT64_C(2560), w + g * INT64_C(2304), scale + g * INT64_C(8),
		          shift + g * INT64_C(8), y + g * INT64_C(640), i % 10, self_scratch(s));
	}
}

/* %stitch.enc.2.7, %stitch.enc.2.8, %stitch.enc.2.9 = map "stitch.enc.2" %enc.sed.b2.conv2.5,
 * %stitch.enc.2.p1.4, %enc.doa.b2.conv2.5, %stitch.enc.2.p2.4, %enc.sde.b2.conv2.5,
 * %stitch.enc.2.p3.4, %stitch.enc.2.p1.6, %stitch.enc.2.p2.6, %stitch.enc.2.p3.6,
 * %stitch.enc.2.p1.8, %stitch.enc.2.p2.8, %stitch.enc.2.p3.8 {f="t0 = mul(x0, x1); t1 = mul(x2,
 * x3); t2 = mul(x4, x5); t3 = add(t0, t1); y0 = add(t3, t2); t4 = mul(x0, x6); t5 = mul(x2, x7); t6
 * = mul(x4, x8); t7 = add(t4, t5); y1 = add(t7, t6); t8 = mul(x0, x9); t9 = mul(x2, x10); t10 =
 * mul(x4, x11); t11 = add(t8, t9); y2 = add(t11, t10)"} : f32[1,10,8,8] @arena:15360, f32[1,10,8,8]
 * @arena:17920, f32[1,10,8,8] @arena:20480  !models/lib/seld.json:33:17+5 */
OUTLINE void main_stitch_enc_2(const float *restrict in0, const float *restrict in1,
                               const float *restrict in2, const float *restrict in3,
                               const float *restrict in4, const float *restrict in5,
                               const float *restrict in6, const float *restrict in7,
                               const float *restrict in8, const float *restrict in9,
                               const float *restrict in10, const float *restrict in11,
                               float *restrict out0, float *restrict out1, float *restrict out2,
                               float *restrict row1, float *restrict row3, float *restrict row5,
                               float *restrict row6, float *restrict row7, float *restrict row8,
                               float *restrict row9, float *restrict row10, float *restrict row11)
{
	memory_gather(row1, in1, 9, 8);
	memory_gather(row3, in3, 9, 8);
	memory_gather(row5, in5, 9, 8);
	memory_gather(row6, in6, 9, 8);
	memory_gather(row7, in7, 9, 8);
	memory_gather(row8, in8, 9, 8);
	memory_gather(row9, in9, 9, 8);
	memory_gather(row10, in10, 9, 8);
	memory_gather(row11, in11, 9, 8);
	for (int64_t r = 0; r < 80; r++) {
		const float *const p0 = in0 + r * 8;
		const float *const p1 = row1;
		const float *const p2 = in2 + r * 8;
		const float *const p3 = row3;
		const float *const p4 = in4 + r * 8;
		const float *const p5 = row5;
		const float *const p6 = row6;
		const float *const p7 = row7;
		const float *const p8 = row8;
		const float *const p9 = row9;
		const float *const p10 = row10;
		const float *const p11 = row11;
		float *const restrict q0 = out0 + r * 8;
		float *const restrict q1 = out1 + r * 8;
		float *const restrict q2 = out2 + r * 8;
#pragma omp simd
		for (int64_t j = 0; j < 8; j++) {
			const float x0 = p0[j];
			const float x1 = p1[j];
			const float x2 = p2[j];
			const float x3 = p3[j];
			const float x4 = p4[j];
			const float x5 = p5[j];
			const float x6 = p6[j];
			const float x7 = p7[j];
			const float x8 = p8[j];
			const float x9 = p9[j];
			const float x10 = p10[j];
			const float x11 = p11[j];
			const float t0 = ew_mul(x0, x1);
			const float t1 = ew_mul(x2, x3);
			const float t2 = ew_mul(x4, x5);
			const float t3 = ew_add(t0, t1);
			const float y0 = ew_add(t3, t2);
			const float t5 = ew_mul(x0, x6);
			const float t6 = ew_mul(x2, x7);
			const float t7 = ew_mul(x4, x8);
			const float t8 = ew_add(t5, t6);
			const float y1 = ew_add(t8, t7);
			const float t10 = ew_mul(x0, x9);
			const float t11 = ew_mul(x2, x10);
			const float t12 = ew_mul(x4, x11);
			const float t13 = ew_add(t10, t11);
			const float y2 = ew_add(t13, t12);
			q0[j] = y0;
			q1[j] = y1;
			q2[j] = y2;
		}
	}
}

/* %enc._.b3.bn1, %enc._.b3.bn1.2 = map "enc.*.b3.bn1" %enc._.b3.bn1.running_var,
 * %enc._.b3.bn1.weight, %enc._.b3.bn1.running_mean, %enc._.b3.bn1.bias {f="t0 = add(x0, 1e-05); t1
 * = rsqrt(t0); y0 = mul(x1, t1); t2 = mul(x2, y0); y1 = sub(x3, t2)" group=3} : f32[3,16]
 * @load:18432, f32[3,16] @load:0  !models/lib/nn.json:58:17+12 */
OUTLINE void main_enc_b3_bn1(const float *restrict in0, const float *restrict in1,
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
		for (int64_t j = 0; j < 48; j++) {
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

/* %enc._.b3.conv1 = conv2d_act "enc.*.b3.conv1" %stitch.enc.2.10, %enc._.b3.conv1.weight,
 * %enc._.b3.r1, %enc._.b3.r1.2 {pad=[1,1] channels_last=1 act=relu group=3} : f32[3,1,10,8,16]
 * @arena:0  !models/lib/nn.json:33:17+8 */
OUTLINE void main_enc_b3_conv1(const Self *s, const float *restrict scale,
                               const float *restrict shift, const float *restrict x,
                               const float *restrict w, float *restrict y)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int i = 0; i < 30; i++) {
		const int g = i / 10;
		const Conv k = {.b = 1, .h = 10, .w = 8, .c = 8, .o = 16, .kh = 3, .kw = 3, .sh = 1,
		                .sw = 1, .ph = 1, .pw = 1, .xb = 640, .xh = 64, .xw = 8, .xc = 1,
		                .yb = 1280, .yh = 128, .yw = 16, .yc = 1, .oh = 10, .ow = 8,
		                .th = 1, .tw = 1, .relu = 1, .max = 0, .far = 0, .rows = 1};
		conv_tile(k, x + g * INT64_C(640), w + g * INT64_C(2304), scale + g * INT64_C(16),
		          shift + g * INT64_C(16), y + g * INT64_C(1280), i % 10, self_scratch(s));
	}
}

/* %enc._.b3.conv2 = conv2d_act "enc.*.b3.conv2" %enc._.b3.conv1, %enc._.b3.conv2.weight,
 * %enc._.b3.pool, %enc._.b3.pool.2 {pad=[1,1] channels_last=1 act=relu pool=[2,2] group=3} :
 * f32[3,1,5,4,16] @arena:15360  !models/lib/nn.json:33:17+8 */
OUTLINE void main_enc_b3_conv2(const Self *s, const float *restrict scale,
                               const float *restrict shift, const float *restrict x,
                               const float *restrict w, float *restrict y)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int i = 0; i < 15; i++) {
		const int g = i / 5;
		const Conv k = {.b = 1, .h = 10, .w = 8, .c = 16, .o = 16, .kh = 3, .kw = 3,
		                .sh = 1, .sw = 1, .ph = 1, .pw = 1, .xb = 1280, .xh = 128, .xw = 16,
		                .xc = 1, .yb = 320, .yh = 64, .yw = 16, .yc = 1, .oh = 5, .ow = 4,
		                .th = 2, .tw = 2, .relu = 1, .max = 0, .far = 0, .rows = 1};
		conv_tile(k, x + g * INT64_C(1280), w + g * INT64_C(4608), scale + g * INT64_C(16),
		          shift + g * INT64_C(16), y + g * INT64_C(320), i % 5, self_scratch(s));
	}
}

/* %stitch.enc.3.7, %stitch.enc.3.8, %stitch.enc.3.9 = map "stitch.enc.3" %enc.sed.b3.conv2.5,
 * %stitch.enc.3.p1.4, %enc.doa.b3.conv2.5, %stitch.enc.3.p2.4, %enc.sde.b3.conv2.5,
 * %stitch.enc.3.p3.4, %stitch.enc.3.p1.6, %stitch.enc.3.p2.6, %stitch.enc.3.p3.6,
 * %stitch.enc.3.p1.8, %stitch.enc.3.p2.8, %stitch.enc.3.p3.8 {f="t0 = mul(x0, x1); t1 = mul(x2,
 * x3); t2 = mul(x4, x5); t3 = add(t0, t1); y0 = add(t3, t2); t4 = mul(x0, x6); t5 = mul(x2, x7); t6
 * = mul(x4, x8); t7 = add(t4, t5); y1 = add(t7, t6); t8 = mul(x0, x9); t9 = mul(x2, x10); t10 =
 * mul(x4, x11); t11 = add(t8, t9); y2 = add(t11, t10)"} : f32[1,5,4,16] @arena:0, f32[1,5,4,16]
 * @arena:1280, f32[1,5,4,16] @arena:2560  !models/lib/seld.json:33:17+5 */
OUTLINE void main_stitch_enc_3(const float *restrict in0, const float *restrict in1,
                               const float *restrict in2, const float *restrict in3,
                               const float *restrict in4, const float *restrict in5,
                               const float *restrict in6, const float *restrict in7,
                               const float *restrict in8, const float *restrict in9,
                               const float *restrict in10, const float *restrict in11,
                               float *restrict out0, float *restrict out1, float *restrict out2,
                               float *restrict row1, float *restrict row3, float *restrict row5,
                               float *restrict row6, float *restrict row7, float *restrict row8,
                               float *restrict row9, float *restrict row10, float *restrict row11)
{
	memory_gather(row1, in1, 9, 16);
	memory_gather(row3, in3, 9, 16);
	memory_gather(row5, in5, 9, 16);
	memory_gather(row6, in6, 9, 16);
	memory_gather(row7, in7, 9, 16);
	memory_gather(row8, in8, 9, 16);
	memory_gather(row9, in9, 9, 16);
	memory_gather(row10, in10, 9, 16);
	memory_gather(row11, in11, 9, 16);
	for (int64_t r = 0; r < 20; r++) {
		const float *const p0 = in0 + r * 16;
		const float *const p1 = row1;
		const float *const p2 = in2 + r * 16;
		const float *const p3 = row3;
		const float *const p4 = in4 + r * 16;
		const float *const p5 = row5;
		const float *const p6 = row6;
		const float *const p7 = row7;
		const float *const p8 = row8;
		const float *const p9 = row9;
		const float *const p10 = row10;
		const float *const p11 = row11;
		float *const restrict q0 = out0 + r * 16;
		float *const restrict q1 = out1 + r * 16;
		float *const restrict q2 = out2 + r * 16;
#pragma omp simd
		for (int64_t j = 0; j < 16; j++) {
			const float x0 = p0[j];
			const float x1 = p1[j];
			const float x2 = p2[j];
			const float x3 = p3[j];
			const float x4 = p4[j];
			const float x5 = p5[j];
			const float x6 = p6[j];
			const float x7 = p7[j];
			const float x8 = p8[j];
			const float x9 = p9[j];
			const float x10 = p10[j];
			const float x11 = p11[j];
			const float t0 = ew_mul(x0, x1);
			const float t1 = ew_mul(x2, x3);
			const float t2 = ew_mul(x4, x5);
			const float t3 = ew_add(t0, t1);
			const float y0 = ew_add(t3, t2);
			const float t5 = ew_mul(x0, x6);
			const float t6 = ew_mul(x2, x7);
			const float t7 = ew_mul(x4, x8);
			const float t8 = ew_add(t5, t6);
			const float y1 = ew_add(t8, t7);
			const float t10 = ew_mul(x0, x9);
			const float t11 = ew_mul(x2, x10);
			const float t12 = ew_mul(x4, x11);
			const float t13 = ew_add(t10, t11);
			const float y2 = ew_add(t13, t12);
			q0[j] = y0;
			q1[j] = y1;
			q2[j] = y2;
		}
	}
}

/* %enc._.b4.conv1 = conv2d_act "enc.*.b4.conv1" %stitch.enc.3.10, %enc._.b4.conv1.weight,
 * %enc._.b4.r1, %enc._.b4.r1.2 {pad=[1,1] channels_last=1 act=relu group=3} : f32[3,1,5,4,16]
 * @arena:3840  !models/lib/nn.json:33:17+8 */
OUTLINE void main_enc_b4_conv1(const Self *s, const float *restrict scale,
                               const float *restrict shift, const float *restrict x,
                               const float *restrict w, float *restrict y)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int i = 0; i < 15; i++) {
		const int g = i / 5;
		const Conv k = {.b = 1, .h = 5, .w = 4, .c = 16, .o = 16, .kh = 3, .kw = 3, .sh = 1,
		                .sw = 1, .ph = 1, .pw = 1, .xb = 320, .xh = 64, .xw = 16, .xc = 1,
		                .yb = 320, .yh = 64, .yw = 16, .yc = 1, .oh = 5, .ow = 4, .th = 1,
		                .tw = 1, .relu = 1, .max = 0, .far = 0, .rows = 1};
		conv_tile(k, x + g * INT64_C(320), w + g * INT64_C(4608), scale + g * INT64_C(16),
		          shift + g * INT64_C(16), y + g * INT64_C(320), i % 5, self_scratch(s));
	}
}

/* %enc._.b4.conv2 = conv2d_act "enc.*.b4.conv2" %enc._.b4.conv1, %enc._.b4.conv2.weight,
 * %enc._.b4.pool, %enc._.b4.pool.2 {pad=[1,1] channels_last=1 act=relu pool=[1,2] group=3} :
 * f32[3,1,5,2,16] @arena:0  !models/lib/nn.json:33:17+8 */
OUTLINE void main_enc_b4_conv2(const Self *s, const float *restrict scale,
                               const float *restrict shift, const float *restrict x,
                               const float *restrict w, float *restrict y)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int i = 0; i < 15; i++) {
		const int g = i / 5;
		const Conv k = {.b = 1, .h = 5, .w = 4, .c = 16, .o = 16, .kh = 3, .kw = 3, .sh = 1,
		                .sw = 1, .ph = 1, .pw = 1, .xb = 320, .xh = 64, .xw = 16, .xc = 1,
		                .yb = 160, .yh = 32, .yw = 16, .yc = 1, .oh = 5, .ow = 2, .th = 1,
		                .tw = 2, .relu = 1, .max = 0, .far = 0, .rows = 1};
		conv_tile(k, x + g * INT64_C(320), w + g * INT64_C(4608), scale + g * INT64_C(16),
		          shift + g * INT64_C(16), y + g * INT64_C(160), i % 5, self_scratch(s));
	}
}

/* %enc._.mean = mean "enc.*.mean" %enc._.b4.conv2 {axes=[2] group=3} : f32[3,1,5,16] @arena:51840
 * !models/lib/seld.json:72:17+6 */
OUTLINE void main_enc_mean(const Self *s, const float *restrict x, float *restrict y)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int i = 0; i < 15; i++) {
		const int g = i / 5;
		const Reduce k = {.n = 16, .step = 1, .nkeep = 1, .keep_dim = {5}, .keep = {32},
		                  .nover = 1, .over_dim = {2}, .over = {16}};
		sum_tile(k, 2.0, x + g * INT64_C(160), y + g * INT64_C(80), i % 5);
	}
}

/* %dec._._._.l1.norm = rms_norm "dec.*.*.*.l1.norm" %enc._.mean, %dec._._._.l1.norm.weight
 * {group=18} : f32[18,1,5,16] @arena:23040  !models/lib/nn.json:68:17+10 */
OUTLINE void main_dec_l1_norm(const Self *s, const float *restrict x, const float *restrict weight,
                              float *restrict y)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int i = 0; i < 18; i++) {
		const int g = i;
		const RowNorm k = {.rows = 5, .n = 16, .row = 16, .eps = 1e-05f, .centre = 0};
		row_norm_tile(k, x + g / 6 * INT64_C(80), weight + g * INT64_C(16), NULL,
		              y + g * INT64_C(80), 0);
	}
}

/* %dec._._._.l1.in_proj, %dec._._._.l1.in_proj.2 = inproj_conv_silu "dec.*.*.*.l1.in_proj"
 * %dec._._._.l1.norm, %dec._._._.l1.in_proj.weight, %dec._._._.l1.conv1d.weight,
 * %dec._._._.l1.conv1d.bias {pad=[3,0] reverse=[0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1] group=18} :
 * f32[18,1,5,32] @arena:0, f32[18,1,5,32] @arena:11520  !models/lib/nn.json:21:17+8 */
OUTLINE void main_dec_l1_in_proj(const Self *s, const float *restrict x, const float *restrict w,
                                 const float *restrict conv_w, const float *restrict conv_b,
                                 float *restrict u, float *restrict z)
{
	static const bool reverse[] = {0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1};
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int i = 0; i < 18; i++) {
		const int g = i;
		const InProj k = {.b = 1, .l = 5, .k = 16, .e = 32, .taps = 4, .before = 3,
		                  .after = 0, .xb = 80, .xl = 16, .xc = 1};
		if (reverse[g])
			inproj_tile(k, true, x + g * INT64_C(80), w + g * INT64_C(1024),
			            conv_w + g * INT64_C(128), conv_b + g * INT64_C(32),
			            u + g * INT64_C(160), z + g * INT64_C(160), 0, self_scratch(s));
		else
			inproj_tile(k, false, x + g * INT64_C(80), w + g * INT64_C(1024),
			            conv_w + g * INT64_C(128), conv_b + g * INT64_C(32),
			            u + g * INT64_C(160), z + g * INT64_C(160), 0, self_scratch(s));
	}
}

/* %dec._._._.l1.x_proj = linear "dec.*.*.*.l1.x_proj" %dec._._._.l1.in_proj,
 * %dec._._._.l1.x_proj.weight {group=18} : f32[18,1,5,9] @arena:46080
 * !models/lib/nn.json:21:17+8 */
OUTLINE void main_dec_l1_x_proj(const Self *s, const float *restrict x, const float *restrict w,
                                float *restrict y)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int i = 0; i < 18; i++) {
		const int g = i;
		const Linear k = {.batch = 1, .rows = 5, .n = 9, .k = 32, .xbatch = 0, .xrow = 32,
		                  .xcol = 1, .block = 5, .cols = 128};
		linear_tile(k, x + g * INT64_C(160), w + g * INT64_C(1024), NULL,
		            y + g * INT64_C(45), 0, self_scratch(s));
	}
}

/* %dec._._._.l1.dt_proj = linear "dec.*.*.*.l1.dt_proj" %dec._._._.l1.dt_low,
 * %dec._._._.l1.dt_proj.weight, %dec._._._.l1.dt_proj.bias {group=18} : f32[18,1,5,32] @arena:23040
 *  !models/lib/nn.json:121:17+8 */
OUTLINE void main_dec_l1_dt_proj(const Self *s, const float *restrict bias, const float *restrict x,
                                 const float *restrict w, float *restrict y)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int i = 0; i < 18; i++) {
		const int g = i;
		const Linear k = {.batch = 1, .rows = 5, .n = 32, .k = 1, .xbatch = 0, .xrow = 9,
		                  .xcol = 1, .block = 5, .cols = 128};
		linear_tile(k, x + g * INT64_C(45), w + g * INT64_C(32), bias + g * INT64_C(32),
		            y + g * INT64_C(160), 0, self_scratch(s));
	}
}

/* %dec._._._.l1.A = map "dec.*.*.*.l1.A" %dec._._._.l1.A_log {f="t0 = exp(x0); y0 = neg(t0)"
 * group=18} : f32[18,32,4] @load:0  !models/lib/nn.json:126:17+5 */
OUTLINE void main_dec_l1_A(const float *restrict in0, float *restrict out0)
{
	{
		const float *const p0 = in0;
		float *const restrict q0 = out0;
#pragma omp simd
		for (int64_t j = 0; j < 2304; j++) {
			const float x0 = p0[j];
			const float t0 = ew_exp(x0);
			const float y0 = ew_neg(t0);
			q0[j] = y0;
		}
	}
}

/* %dec._._._.l1.scan = scan_gate "dec.*.*.*.l1.scan" %dec._._._.l1.in_proj, %dec._._._.l1.dt_proj,
 * %dec._._._.l1.A, %dec._._._.l1.B, %dec._._._.l1.C, %dec._._._.l1.D, %dec._._._.l1.in_proj.2
 * {softplus=1 reverse=[0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1] group=18} : f32[18,1,5,32] @arena:34560
 *  !models/lib/nn.json:128:17+16 */
OUTLINE void main_dec_l1_scan(const Self *s, const float *restrict u, const float *restrict dt,
                              const float *restrict A, const float *restrict B,
                              const float *restrict C, const float *restrict D,
                              const float *restrict z, float *restrict y)
{
	static const bool reverse[] = {0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1};
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int i = 0; i < 18; i++) {
		const int g = i;
		const Scan k = {.b = 1, .l = 5, .e = 32, .n = 4, .softplus = 1, .gate = 1,
		                .ub = 160, .ul = 32, .ue = 1, .db = 160, .dl = 32, .de = 1,
		                .Bb = 45, .Bl = 9, .Bn = 1, .Cb = 45, .Cl = 9, .Cn = 1, .zb = 160,
		                .zl = 32, .ze = 1};
		if (reverse[g])
			scan_tile(k, true, u + g * INT64_C(160), dt + g * INT64_C(160),
			          A + g * INT64_C(128), B + g * INT64_C(45), C + g * INT64_C(45),
			          D + g * INT64_C(32), z + g * INT64_C(160), y + g * INT64_C(160),
			          0, self_scratch(s));
		else
			scan_tile(k, false, u + g * INT64_C(160), dt + g * INT64_C(160),
			          A + g * INT64_C(128), B + g * INT64_C(45), C + g * INT64_C(45),
			          D + g * INT64_C(32), z + g * INT64_C(160), y + g * INT64_C(160),
			          0, self_scratch(s));
	}
}

/* %dec._._._.l1.out_proj = linear "dec.*.*.*.l1.out_proj" %dec._._._.l1.scan,
 * %dec._._._.l1.out_proj.weight {group=18} : f32[18,1,5,16] @arena:0
 * !models/lib/nn.json:21:17+8 */
OUTLINE void main_dec_l1_out_proj(const Self *s, const float *restrict x, const float *restrict w,
                                  float *restrict y)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int i = 0; i < 18; i++) {
		const int g = i;
		const Linear k = {.batch = 1, .rows = 5, .n = 16, .k = 32, .xbatch = 0, .xrow = 32,
		                  .xcol = 1, .block = 5, .cols = 128};
		linear_tile(k, x + g * INT64_C(160), w + g * INT64_C(1024), NULL,
		            y + g * INT64_C(80), 0, self_scratch(s));
	}
}

/* %dec._._._.l1 = add "dec.*.*.*.l1" %enc._.mean, %dec._._._.l1.out_proj {group=18} :
 * f32[18,1,5,16] @arena:46080  !models/lib/seld.json:95:17+5 */
OUTLINE void main_dec_l1(const float *restrict in0, const float *restrict in1, float *restrict y)
{
	for (int64_t r = 0; r < 18; r++) {
		const float *const p0 = in0 + r / 6 * 80;
		const float *const p1 = in1 + r % 6 * 80 + r / 6 * 480;
		float *const restrict q0 = y + r % 6 * 80 + r / 6 * 480;
#pragma omp simd
		for (int64_t j = 0; j < 80; j++) {
			const float x0 = p0[j];
			const float x1 = p1[j];
			const float y0 = ew_add(x0, x1);
			q0[j] = y0;
		}
	}
}

/* %dec._._._.l2.norm = rms_norm "dec.*.*.*.l2.norm" %dec._._._.l1, %dec._._._.l2.norm.weight
 * {group=18} : f32[18,1,5,16] @arena:23040  !models/lib/nn.json:68:17+10 */
OUTLINE void main_dec_l2_norm(const Self *s, const float *restrict x, const float *restrict weight,
                              float *restrict y)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int i = 0; i < 18; i++) {
		const int g = i;
		const RowNorm k = {.rows = 5, .n = 16, .row = 16, .eps = 1e-05f, .centre = 0};
		row_norm_tile(k, x + g * INT64_C(80), weight + g * INT64_C(16), NULL,
		              y + g * INT64_C(80), 0);
	}
}

/* %stitch.dec._, %stitch.dec._.2, %stitch.dec._.3 = map "stitch.dec.*" %stitch.dec.3.7,
 * %stitch.dec.3.8, %stitch.dec.3.9, %stitch.dec.3.10, %stitch.dec._.w1, %stitch.dec.3.11,
 * %stitch.dec.3.12, %stitch.dec.3.13, %stitch.dec.3.14, %stitch.dec._.w2, %stitch.dec.3.15,
 * %stitch.dec.3.16, %stitch.dec.3.17, %stitch.dec.3.18, %stitch.dec._.w3, %stitch.dec._.w1.2,
 * %stitch.dec._.w2.2, %stitch.dec._.w3.2, %stitch.dec._.w1.3, %stitch.dec._.w2.3,
 * %stitch.dec._.w3.3 {f="t0 = add(x0, x1); t1 = add(x2, x3); t2 = add(t0, t1); t3 = add(x5, x6); t4
 * = add(x7, x8); t5 = add(t3, t4); t6 = add(x10, x11); t7 = add(x12, x13); t8 = add(t6, t7); t9 =
 * mul(t2, x4); t10 = mul(t5, x9); t11 = mul(t8, x14); t12 = add(t9, t10); y0 = add(t12, t11); t13 =
 * mul(t2, x15); t14 = mul(t5, x16); t15 = mul(t8, x17); t16 = add(t13, t14); y1 = add(t16, t15);
 * t17 = mul(t2, x18); t18 = mul(t5, x19); t19 = mul(t8, x20); t20 = add(t17, t18); y2 = add(t20,
 * t19)" group=3} : f32[3,1,5,16] @arena:5760, f32[3,1,5,16] @arena:6720, f32[3,1,5,16] @arena:7680
 * !models/lib/seld.json:33:17+5 */
OUTLINE void main_stitch_dec_(const float *restrict in0, const float *restrict in1,
                              const float *restrict in2, const float *restrict in3,
                              const float *restrict in4, const float *restrict in5,
                              const float *restrict in6, const float *restrict in7,
                              const float *restrict in8, const float *restrict in9,
                              const float *restrict in10, const float *restrict in11,
                              const float *restrict in12, const float *restrict in13,
                              const float *restrict in14, const float *restrict in15,
                              const float *restrict in16, const float *restrict in17,
                              const float *restrict in18, const float *restrict in19,
                              const float *restrict in20, float *restrict out0,
                              float *restrict out1, float *restrict out2)
{
	for (int64_t r = 0; r < 15; r++) {
		const float *const p0 = in0 + r % 5 * 16 + r / 5 * 160;
		const float *const p1 = in1 + r % 5 * 16 + r / 5 * 160;
		const float *const p2 = in2 + r % 5 * 16 + r / 5 * 160;
		const float *const p3 = in3 + r % 5 * 16 + r / 5 * 160;
		const float *const p4 = in4 + r / 5 * 144;
		const float *const p5 = in5 + r % 5 * 16 + r / 5 * 160;
		const float *const p6 = in6 + r % 5 * 16 + r / 5 * 160;
		const float *const p7 = in7 + r % 5 * 16 + r / 5 * 160;
		const float *const p8 = in8 + r % 5 * 16 + r / 5 * 160;
		const float *const p9 = in9 + r / 5 * 144;
		const float *const p10 = in10 + r % 5 * 16 + r / 5 * 160;
		const float *const p11 = in11 + r % 5 * 16 + r / 5 * 160;
		const float *const p12 = in12 + r % 5 * 16 + r / 5 * 160;
		const float *const p13 = in13 + r % 5 * 16 + r / 5 * 160;
		const float *const p14 = in14 + r / 5 * 144;
		const float *const p15 = in15 + r / 5 * 144;
		const float *const p16 = in16 + r / 5 * 144;
		const float *const p17 = in17 + r / 5 * 144;
		const float *const p18 = in18 + r / 5 * 144;
		const float *const p19 = in19 + r / 5 * 144;
		const float *const p20 = in20 + r / 5 * 144;
		float *const restrict q0 = out0 + r % 5 * 16 + r / 5 * 80;
		float *const restrict q1 = out1 + r % 5 * 16 + r / 5 * 80;
		float *const restrict q2 = out2 + r % 5 * 16 + r / 5 * 80;
#pragma omp simd
		for (int64_t j = 0; j < 16; j++) {
			const float x0 = p0[j];
			const float x1 = p1[j];
			const float x2 = p2[j];
			const float x3 = p3[j];
			const float x4 = p4[j * 9];
			const float x5 = p5[j];
			const float x6 = p6[j];
			const float x7 = p7[j];
			const float x8 = p8[j];
			const float x9 = p9[j * 9];
			const float x10 = p10[j];
			const float x11 = p11[j];
			const float x12 = p12[j];
			const float x13 = p13[j];
			const float x14 = p14[j * 9];
			const float x15 = p15[j * 9];
			const float x16 = p16[j * 9];
			const float x17 = p17[j * 9];
			const float x18 = p18[j * 9];
			const float x19 = p19[j * 9];
			const float x20 = p20[j * 9];
			const float t0 = ew_add(x0, x1);
			const float t1 = ew_add(x2, x3);
			const float t2 = ew_add(t0, t1);
			const float t3 = ew_add(x5, x6);
			const float t4 = ew_add(x7, x8);
			const float t5 = ew_add(t3, t4);
			const float t6 = ew_add(x10, x11);
			const float t7 = ew_add(x12, x13);
			const float t8 = ew_add(t6, t7);
			const float t9 = ew_mul(t2, x4);
			const float t10 = ew_mul(t5, x9);
			const float t11 = ew_mul(t8, x14);
			const float t12 = ew_add(t9, t10);
			const float y0 = ew_add(t12, t11);
			const float t14 = ew_mul(t2, x15);
			const float t15 = ew_mul(t5, x16);
			const float t16 = ew_mul(t8, x17);
			const float t17 = ew_add(t14, t15);
			const float y1 = ew_add(t17, t16);
			const float t19 = ew_mul(t2, x18);
			const float t20 = ew_mul(t5, x19);
			const float t21 = ew_mul(t8, x20);
			const float t22 = ew_add(t19, t20);
			const float y2 = ew_add(t22, t21);
			q0[j] = y0;
			q1[j] = y1;
			q2[j] = y2;
		}
	}
}

/* %head.doa._ = linear "head.doa.*" %stitch.dec._.2, %head.doa._.weight, %head.doa._.bias {group=3}
 * : f32[3,1,5,3] @arena:832  !models/lib/nn.json:21:17+8 */
OUTLINE void main_head_doa_(const Self *s, const float *restrict bias, const float *restrict x,
                            const float *restrict w, float *restrict y)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int i = 0; i < 3; i++) {
		const int g = i;
		const Linear k = {.batch = 1, .rows = 5, .n = 3, .k = 16, .xbatch = 0, .xrow = 16,
		                  .xcol = 1, .block = 5, .cols = 32};
		linear_tile(k, x + g * INT64_C(80), w + g * INT64_C(512), bias + g * INT64_C(3),
		            y + g * INT64_C(15), 0, self_scratch(s));
	}
}

/* %head.sde._ = linear "head.sde.*" %stitch.dec._.3, %head.sde._.weight, %head.sde._.bias {group=3}
 * : f32[3,1,5,1] @arena:1024  !models/lib/nn.json:21:17+8 */
OUTLINE void main_head_sde_(const Self *s, const float *restrict bias, const float *restrict x,
                            const float *restrict w, float *restrict y)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int i = 0; i < 3; i++) {
		const int g = i;
		const Linear k = {.batch = 1, .rows = 5, .n = 1, .k = 16, .xbatch = 0, .xrow = 16,
		                  .xcol = 1, .block = 5, .cols = 32};
		linear_tile(k, x + g * INT64_C(80), w + g * INT64_C(512), bias + g * INT64_C(1),
		            y + g * INT64_C(5), 0, self_scratch(s));
	}
}

/* %head.sed._ = linear "head.sed.*" %stitch.dec._, %head.sed._.weight, %head.sed._.bias {group=3} :
 * f32[3,1,5,13] @arena:0  !models/lib/nn.json:21:17+8 */
OUTLINE void main_head_sed_(const Self *s, const float *restrict bias, const float *restrict x,
                            const float *restrict w, float *restrict y)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int i = 0; i < 3; i++) {
		const int g = i;
		const Linear k = {.batch = 1, .rows = 5, .n = 13, .k = 16, .xbatch = 0, .xrow = 16,
		                  .xcol = 1, .block = 5, .cols = 32};
		linear_tile(k, x + g * INT64_C(80), w + g * INT64_C(512), bias + g * INT64_C(13),
		            y + g * INT64_C(65), 0, self_scratch(s));
	}
}

/* %head.doa._.act = tanh "head.doa.*.act" %head.doa._ {group=3} : f32[3,1,5,3] @arena:1664
 * !models/lib/nn.json:93:41+6 */
OUTLINE void main_head_doa_act(const float *restrict in0, float *restrict y)
{
	{
		const float *const p0 = in0;
		float *const restrict q0 = y;
#pragma omp simd
		for (int64_t j = 0; j < 45; j++) {
			const float x0 = p0[j];
			const float y0 = ew_tanh(x0);
			q0[j] = y0;
		}
	}
}

/* %head.sde._.act = relu "head.sde.*.act" %head.sde._ {group=3} : f32[3,1,5,1] @arena:1856
 * !models/lib/nn.json:89:41+6 */
OUTLINE void main_head_sde_act(const float *restrict in0, float *restrict y)
{
	{
		const float *const p0 = in0;
		float *const restrict q0 = y;
#pragma omp simd
		for (int64_t j = 0; j < 15; j++) {
			const float x0 = p0[j];
			const float y0 = ew_relu(x0);
			q0[j] = y0;
		}
	}
}

/* %classes = stack "classes" %head.sed.t1.3, %head.sed.t2.3, %head.sed.t3.3 {axis=2} :
 * f32[1,5,3,13] @arena:832  !models/seld_mamba_tiny.json:65:17+7 */
OUTLINE void main_classes(const float *restrict in0, float *restrict y, const float *restrict in1,
                          const float *restrict in2)
{
	for (int64_t r = 0; r < 5; r++) {
		const float *const p0 = in0 + r * 13;
		float *const restrict q0 = y + r * 39;
#pragma omp simd
		for (int64_t j = 0; j < 13; j++) {
			q0[j] = p0[j];
		}
	}
	for (int64_t r = 0; r < 5; r++) {
		const float *const p0 = in1 + r * 13;
		float *const restrict q0 = y + 13 + r * 39;
#pragma omp simd
		for (int64_t j = 0; j < 13; j++) {
			q0[j] = p0[j];
		}
	}
	for (int64_t r = 0; r < 5; r++) {
		const float *const p0 = in2 + r * 13;
		float *const restrict q0 = y + 26 + r * 39;
#pragma omp simd
		for (int64_t j = 0; j < 13; j++) {
			q0[j] = p0[j];
		}
	}
}

/* %direction = stack "direction" %head.doa.t1.act.3, %head.doa.t2.act.3, %head.doa.t3.act.3
 * {axis=2} : f32[1,5,3,3] @arena:0  !models/seld_mamba_tiny.json:65:17+7 */
OUTLINE void main_direction(const float *restrict in0, float *restrict y, const float *restrict in1,
                            const float *restrict in2)
{
	for (int64_t r = 0; r < 5; r++) {
		const float *const p0 = in0 + r * 3;
		float *const restrict q0 = y + r * 9;
#pragma omp simd
		for (int64_t j = 0; j < 3; j++) {
			q0[j] = p0[j];
		}
	}
	for (int64_t r = 0; r < 5; r++) {
		const float *const p0 = in1 + r * 3;
		float *const restrict q0 = y + 3 + r * 9;
#pragma omp simd
		for (int64_t j = 0; j < 3; j++) {
			q0[j] = p0[j];
		}
	}
	for (int64_t r = 0; r < 5; r++) {
		const float *const p0 = in2 + r * 3;
		float *const restrict q0 = y + 6 + r * 9;
#pragma omp simd
		for (int64_t j = 0; j < 3; j++) {
			q0[j] = p0[j];
		}
	}
}

/* %distance = stack "distance" %head.sde.t1.act.3, %head.sde.t2.act.3, %head.sde.t3.act.3 {axis=2}
 * : f32[1,5,3,1] @arena:1664  !models/seld_mamba_tiny.json:65:17+7 */
OUTLINE void main_distance(const float *restrict in0, float *restrict y, const float *restrict in1,
                           const float *restrict in2)
{
	{
		const float *const p0 = in0;
		float *const restrict q0 = y;
#pragma omp simd
		for (int64_t j = 0; j < 5; j++) {
			q0[j * 3] = p0[j];
		}
	}
	{
		const float *const p0 = in1;
		float *const restrict q0 = y + 1;
#pragma omp simd
		for (int64_t j = 0; j < 5; j++) {
			q0[j * 3] = p0[j];
		}
	}
	{
		const float *const p0 = in2;
		float *const restrict q0 = y + 2;
#pragma omp simd
		for (int64_t j = 0; j < 5; j++) {
			q0[j * 3] = p0[j];
		}
	}
}

static void run_main(const Self *s, float *const *out)
{
	main_enc_b1_conv1(s, s->load + 21600, s->load + 21616, s->in[0], s->pack + 39424, s->arena);
	main_enc_doa_b1_conv1(s, s->load + 21632, s->load + 21648, s->in[0], s->pack + 41792,
	                      s->arena + 20992);
	main_enc_b1_conv2(s, s->load + 21408, s->load + 21440, s->arena, s->pack + 43808,
	                  s->arena + 31488);
	main_stitch_enc_1(s->arena + 31488, s->pack + 50848, s->arena + 36608, s->pack + 50849,
	                  s->arena + 34048, s->pack + 50850, s->pack + 50851, s->pack + 50852,
	                  s->pack + 50853, s->pack + 50854, s->pack + 50855, s->pack + 50856,
	                  s->arena, s->arena + 2560, s->arena + 5120, s->work, s->work + 16,
	                  s->work + 32, s->work + 48, s->work + 64, s->work + 80, s->work + 96,
	                  s->work + 112, s->work + 128);
	main_enc_b2_conv1(s, s->load + 21472, s->load + 21504, s->arena, s->pack + 50928,
	                  s->arena + 7680);
	main_enc_b2_conv2(s, s->load + 21536, s->load + 21568, s->arena + 7680, s->pack + 57968,
	                  s->arena);
	main_stitch_enc_2(s->arena, s->pack + 65008, s->arena + 640, s->pack + 65009,
	                  s->arena + 1280, s->pack + 65010, s->pack + 65011, s->pack + 65012,
	                  s->pack + 65013, s->pack + 65014, s->pack + 65015, s->pack + 65016,
	                  s->arena + 3840, s->arena + 4480, s->arena + 5120, s->work, s->work + 16,
	                  s->work + 32, s->work + 48, s->work + 64, s->work + 80, s->work + 96,
	                  s->work + 112, s->work + 128);
	main_enc_b3_conv1(s, s->load + 21024, s->load + 21072, s->arena + 3840, s->pack + 65088,
	                  s->arena);
	main_enc_b3_conv2(s, s->load + 21120, s->load + 21168, s->arena, s->pack + 72192,
	                  s->arena + 3840);
	main_stitch_enc_3(s->arena + 3840, s->pack + 86208, s->arena + 4160, s->pack + 86209,
	                  s->arena + 4480, s->pack + 86210, s->pack + 86211, s->pack + 86212,
	                  s->pack + 86213, s->pack + 86214, s->pack + 86215, s->pack + 86216,
	                  s->arena, s->arena + 320, s->arena + 640, s->work, s->work + 16,
	                  s->work + 32, s->work + 48, s->work + 64, s->work + 80, s->work + 96,
	                  s->work + 112, s->work + 128);
	main_enc_b4_conv1(s, s->load + 21216, s->load + 21264, s->arena, s->pack + 86352,
	                  s->arena + 960);
	main_enc_b4_conv2(s, s->load + 21312, s->load + 21360, s->arena + 960, s->pack + 100368,
	                  s->arena);
	main_enc_mean(s, s->arena, s->arena + 12960);
	main_dec_l1_norm(s, s->arena + 12960, s->pack + 114384, s->arena + 5760);
	main_dec_l1_in_proj(s, s->arena + 5760, s->pack + 114672, s->pack + 133104,
	                    s->pack + 135408, s->arena, s->arena + 2880);
	main_dec_l1_x_proj(s, s->arena, s->pack + 135984, s->arena + 11520);
	main_dec_l1_dt_proj(s, s->pack + 154992, s->arena + 11520, s->pack + 154416,
	                    s->arena + 5760);
	main_dec_l1_scan(s, s->arena, s->arena + 5760, s->load + 16416, s->arena + 11521,
	                 s->arena + 11525, s->pack + 157872, s->arena + 2880, s->arena + 8640);
	main_dec_l1_out_proj(s, s->arena + 8640, s->pack + 158448, s->arena);
	main_dec_l1(s->arena + 12960, s->arena, s->arena + 11520);
	main_dec_l2_norm(s, s->arena + 11520, s->pack + 176880, s->arena + 5760);
	/* dec.*.*.*.l2.in_proj  !models/lib/nn.json:21:17 */
	main_dec_l1_in_proj(s, s->arena + 5760, s->pack + 177168, s->pack + 195600,
	                    s->pack + 197904, s->arena, s->arena + 2880);
	/* dec.*.*.*.l2.x_proj  !models/lib/nn.json:21:17 */
	main_dec_l1_x_proj(s, s->arena, s->pack + 198480, s->arena + 12960);
	/* dec.*.*.*.l2.dt_proj  !models/lib/nn.json:121:17 */
	main_dec_l1_dt_proj(s, s->pack + 217488, s->arena + 12960, s->pack + 216912,
	                    s->arena + 5760);
	/* dec.*.*.*.l2.scan  !models/lib/nn.json:128:17 */
	main_dec_l1_scan(s, s->arena, s->arena + 5760, s->load + 18720, s->arena + 12961,
	                 s->arena + 12965, s->pack + 220368, s->arena + 2880, s->arena + 8640);
	/* dec.*.*.*.l2.out_proj  !models/lib/nn.json:21:17 */
	main_dec_l1_out_proj(s, s->arena + 8640, s->pack + 220944, s->arena);
	main_stitch_dec_(s->arena + 11520, s->arena, s->arena + 11600, s->arena + 80,
	                 s->pack + 239376, s->arena + 12000, s->arena + 480, s->arena + 12080,
	                 s->arena + 560, s->pack + 239377, s->arena + 12480, s->arena + 960,
	                 s->arena + 12560, s->arena + 1040, s->pack + 239378, s->pack + 239379,
	                 s->pack + 239380, s->pack + 239381, s->pack + 239382, s->pack + 239383,
	                 s->pack + 239384, s->arena + 1440, s->arena + 1680, s->arena + 1920);
	main_head_doa_(s, s->pack + 241344, s->arena + 1680, s->pack + 239808, s->arena + 208);
	main_head_sde_(s, s->pack + 242896, s->arena + 1920, s->pack + 241360, s->arena + 256);
	main_head_sed_(s, s->pack + 244448, s->arena + 1440, s->pack + 242912, s->arena);
	main_head_doa_act(s->arena + 208, s->arena + 416);
	main_head_sde_act(s->arena + 256, s->arena + 464);
	main_classes(s->arena, s->arena + 208, s->arena + 65, s->arena + 130);
	main_direction(s->arena + 416, s->arena, s->arena + 431, s->arena + 446);
	main_distance(s->arena + 464, s->arena + 416, s->arena + 469, s->arena + 474);
	memory_copy(out[0], s->arena + 208, 195);
	memory_copy(out[1], s->arena + 0, 45);
	memory_copy(out[2], s->arena + 416, 15);
}

static void load(const Self *s)
{
	stft_tables((double *)(s->pack + 0), 1024, 1024);
	features_features_filters(s->load);
	gemm_pack(s->pack + 6144, s->load + 0, 32, 513, 1, 32, s->threads);
	gemm_pack(s->pack + 22560, s->load + 0, 32, 513, 1, 32, s->threads);
	memory_copy(s->pack + 38976, s->params[0] + 0, 224);
	memory_copy(s->pack + 39200, s->params[1] + 0, 224);
	conv_pack(s->pack + 39424, s->params[2] + 0, 8, 4, 3, 3, s->threads);
	conv_pack(s->pack + 40576, s->params[12] + 0, 8, 4, 3, 3, s->threads);
	memory_copy(s->pack + 41728, s->params[6] + 0, 8);
	memory_copy(s->pack + 41736, s->params[13] + 0, 8);
	memory_copy(s->pack + 41744, s->params[3] + 0, 8);
	memory_copy(s->pack + 41752, s->params[14] + 0, 8);
	memory_copy(s->pack + 41760, s->params[5] + 0, 8);
	memory_copy(s->pack + 41768, s->params[15] + 0, 8);
	memory_copy(s->pack + 41776, s->params[4] + 0, 8);
	memory_copy(s->pack + 41784, s->params[16] + 0, 8);
	main_enc_b1_bn1(s->pack + 41728, s->pack + 41744, s->pack + 41760, s->pack + 41776,
	                s->load + 21600, s->load + 16416);
	/* enc.*.b1.bn1  !models/lib/nn.json:58:17 */
	main_enc_b1_bn1(s->pack + 41728, s->pack + 41744, s->pack + 41760, s->pack + 41776,
	                s->load + 16416, s->load + 21616);
	conv_pack(s->pack + 41792, s->params[17] + 0, 8, 7, 3, 3, s->threads);
	main_enc_doa_b1_bn1(s->params[21], s->params[18], s->params[20], s->params[19],
	                    s->load + 21632, s->load + 21648);
	conv_pack(s->pack + 43808, s->params[7] + 0, 8, 8, 3, 3, s->threads);
	conv_pack(s->pack + 46112, s->params[27] + 0, 8, 8, 3, 3, s->threads);
	conv_pack(s->pack + 48416, s->params[22] + 0, 8, 8, 3, 3, s->threads);
	memory_copy(s->pack + 50720, s->params[11] + 0, 8);
	memory_copy(s->pack + 50728, s->params[31] + 0, 8);
	memory_copy(s->pack + 50736, s->params[26] + 0, 8);
	memory_copy(s->pack + 50752, s->params[8] + 0, 8);
	memory_copy(s->pack + 50760, s->params[28] + 0, 8);
	memory_copy(s->pack + 50768, s->params[23] + 0, 8);
	memory_copy(s->pack + 50784, s->params[10] + 0, 8);
	memory_copy(s->pack + 50792, s->params[30] + 0, 8);
	memory_copy(s->pack + 50800, s->params[25] + 0, 8);
	memory_copy(s->pack + 50816, s->params[9] + 0, 8);
	memory_copy(s->pack + 50824, s->params[29] + 0, 8);
	memory_copy(s->pack + 50832, s->params[24] + 0, 8);
	main_enc_b1_bn2(s->pack + 50720, s->pack + 50752, s->pack + 50784, s->pack + 50816,
	                s->load + 21408, s->load + 16416);
	/* enc.*.b1.bn2  !models/lib/nn.json:58:17 */
	main_enc_b1_bn2(s->pack + 50720, s->pack + 50752, s->pack + 50784, s->pack + 50816,
	                s->load + 16416, s->load + 21440);
	memory_copy(s->pack + 50848, s->params[32] + 0, 72);
	conv_pack(s->pack + 50928, s->params[33] + 0, 8, 8, 3, 3, s->threads);
	conv_pack(s->pack + 53232, s->params[43] + 0, 8, 8, 3, 3, s->threads);
	conv_pack(s->pack + 55536, s->params[44] + 0, 8, 8, 3, 3, s->threads);
	memory_copy(s->pack + 57840, s->params[37] + 0, 8);
	memory_copy(s->pack + 57848, s->params[45] + 0, 8);
	memory_copy(s->pack + 57856, s->params[46] + 0, 8);
	memory_copy(s->pack + 57872, s->params[34] + 0, 8);
	memory_copy(s->pack + 57880, s->params[47] + 0, 8);
	memory_copy(s->pack + 57888, s->params[48] + 0, 8);
	memory_copy(s->pack + 57904, s->params[36] + 0, 8);
	memory_copy(s->pack + 57912, s->params[49] + 0, 8);
	memory_copy(s->pack + 57920, s->params[50] + 0, 8);
	memory_copy(s->pack + 57936, s->params[35] + 0, 8);
	memory_copy(s->pack + 57944, s->params[51] + 0, 8);
	memory_copy(s->pack + 57952, s->params[52] + 0, 8);
	/* enc.*.b2.bn1  !models/lib/nn.json:58:17 */
	main_enc_b1_bn2(s->pack + 57840, s->pack + 57872, s->pack + 57904, s->pack + 57936,
	                s->load + 21472, s->load + 16416);
	/* enc.*.b2.bn1  !models/lib/nn.json:58:17 */
	main_enc_b1_bn2(s->pack + 57840, s->pack + 57872, s->pack + 57904, s->pack + 57936,
	                s->load + 16416, s->load + 21504);
	conv_pack(s->pack + 57968, s->params[38] + 0, 8, 8, 3, 3, s->threads);
	conv_pack(s->pack + 60272, s->params[53] + 0, 8, 8, 3, 3, s->threads);
	conv_pack(s->pack + 62576, s->params[58] + 0, 8, 8, 3, 3, s->threads);
	memory_copy(s->pack + 64880, s->params[42] + 0, 8);
	memory_copy(s->pack + 64888, s->params[57] + 0, 8);
	memory_copy(s->pack + 64896, s->params[62] + 0, 8);
	memory_copy(s->pack + 64912, s->params[39] + 0, 8);
	memory_copy(s->pack + 64920, s->params[54] + 0, 8);
	memory_copy(s->pack + 64928, s->params[59] + 0, 8);
	memory_copy(s->pack + 64944, s->params[41] + 0, 8);
	memory_copy(s->pack + 64952, s->params[56] + 0, 8);
	memory_copy(s->pack + 64960, s->params[61] + 0, 8);
	memory_copy(s->pack + 64976, s->params[40] + 0, 8);
	memory_copy(s->pack + 64984, s->params[55] + 0, 8);
	memory_copy(s->pack + 64992, s->params[60] + 0, 8);
	/* enc.*.b2.bn2  !models/lib/nn.json:58:17 */
	main_enc_b1_bn2(s->pack + 64880, s->pack + 64912, s->pack + 64944, s->pack + 64976,
	                s->load + 21536, s->load + 16416);
	/* enc.*.b2.bn2  !models/lib/nn.json:58:17 */
	main_enc_b1_bn2(s->pack + 64880, s->pack + 64912, s->pack + 64944, s->pack + 64976,
	                s->load + 16416, s->load + 21568);
	memory_copy(s->pack + 65008, s->params[63] + 0, 72);
	conv_pack(s->pack + 65088, s->params[64] + 0, 16, 8, 3, 3, s->threads);
	conv_pack(s->pack + 67392, s->params[74] + 0, 16, 8, 3, 3, s->threads);
	conv_pack(s->pack + 69696, s->params[75] + 0, 16, 8, 3, 3, s->threads);
	memory_copy(s->pack + 72000, s->params[68] + 0, 16);
	memory_copy(s->pack + 72016, s->params[76] + 0, 16);
	memory_copy(s->pack + 72032, s->params[77] + 0, 16);
	memory_copy(s->pack + 72048, s->params[65] + 0, 16);
	memory_copy(s->pack + 72064, s->params[78] + 0, 16);
	memory_copy(s->pack + 72080, s->params[79] + 0, 16);
	memory_copy(s->pack + 72096, s->params[67] + 0, 16);
	memory_copy(s->pack + 72112, s->params[80] + 0, 16);
	memory_copy(s->pack + 72128, s->params[81] + 0, 16);
	memory_copy(s->pack + 72144, s->params[66] + 0, 16);
	memory_copy(s->pack + 72160, s->params[82] + 0, 16);
	memory_copy(s->pack + 72176, s->params[83] + 0, 16);
	main_enc_b3_bn1(s->pack + 72000, s->pack + 72048, s->pack + 72096, s->pack + 72144,
	                s->load + 21024, s->load + 16416);
	/* enc.*.b3.bn1  !models/lib/nn.json:58:17 */
	main_enc_b3_bn1(s->pack + 72000, s->pack + 72048, s->pack + 72096, s->pack + 72144,
	                s->load + 16416, s->load + 21072);
	conv_pack(s->pack + 72192, s->params[69] + 0, 16, 16, 3, 3, s->threads);
	conv_pack(s->pack + 76800, s->params[84] + 0, 16, 16, 3, 3, s->threads);
	conv_pack(s->pack + 81408, s->params[89] + 0, 16, 16, 3, 3, s->threads);
	memory_copy(s->pack + 86016, s->params[73] + 0, 16);
	memory_copy(s->pack + 86032, s->params[88] + 0, 16);
	memory_copy(s->pack + 86048, s->params[93] + 0, 16);
	memory_copy(s->pack + 86064, s->params[70] + 0, 16);
	memory_copy(s->pack + 86080, s->params[85] + 0, 16);
	memory_copy(s->pack + 86096, s->params[90] + 0, 16);
	memory_copy(s->pack + 86112, s->params[72] + 0, 16);
	memory_copy(s->pack + 86128, s->params[87] + 0, 16);
	memory_copy(s->pack + 86144, s->params[92] + 0, 16);
	memory_copy(s->pack + 86160, s->params[71] + 0, 16);
	memory_copy(s->pack + 86176, s->params[86] + 0, 16);
	memory_copy(s->pack + 86192, s->params[91] + 0, 16);
	/* enc.*.b3.bn2  !models/lib/nn.json:58:17 */
	main_enc_b3_bn1(s->pack + 86016, s->pack + 86064, s->pack + 86112, s->pack + 86160,
	                s->load + 21120, s->load + 16416);
	/* enc.*.b3.bn2  !models/lib/nn.json:58:17 */
	main_enc_b3_bn1(s->pack + 86016, s->pack + 86064, s->pack + 86112, s->pack + 86160,
	                s->load + 16416, s->load + 21168);
	memory_copy(s->pack + 86208, s->params[94] + 0, 144);
	conv_pack(s->pack + 86352, s->params[95] + 0, 16, 16, 3, 3, s->threads);
	conv_pack(s->pack + 90960, s->params[105] + 0, 16, 16, 3, 3, s->threads);
	conv_pack(s->pack + 95568, s->params[106] + 0, 16, 16, 3, 3, s->threads);
	memory_copy(s->pack + 100176, s->params[99] + 0, 16);
	memory_copy(s->pack + 100192, s->params[107] + 0, 16);
	memory_copy(s->pack + 100208, s->params[108] + 0, 16);
	memory_copy(s->pack + 100224, s->params[96] + 0, 16);
	memory_copy(s->pack + 100240, s->params[109] + 0, 16);
	memory_copy(s->pack + 100256, s->params[110] + 0, 16);
	memory_copy(s->pack + 100272, s->params[98] + 0, 16);
	memory_copy(s->pack + 100288, s->params[111] + 0, 16);
	memory_copy(s->pack + 100304, s->params[112] + 0, 16);
	memory_copy(s->pack + 100320, s->params[97] + 0, 16);
	memory_copy(s->pack + 100336, s->params[113] + 0, 16);
	memory_copy(s->pack + 100352, s->params[114] + 0, 16);
	/* enc.*.b4.bn1  !models/lib/nn.json:58:17 */
	main_enc_b3_bn1(s->pack + 100176, s->pack + 100224, s->pack + 100272, s->pack + 100320,
	                s->load + 21216, s->load + 16416);
	/* enc.*.b4.bn1  !models/lib/nn.json:58:17 */
	main_enc_b3_bn1(s->pack + 100176, s->pack + 100224, s->pack + 100272, s->pack + 100320,
	                s->load + 16416, s->load + 21264);
	conv_pack(s->pack + 100368, s->params[100] + 0, 16, 16, 3, 3, s->threads);
	conv_pack(s->pack + 104976, s->params[115] + 0, 16, 16, 3, 3, s->threads);
	conv_pack(s->pack + 109584, s->params[120] + 0, 16, 16, 3, 3, s->threads);
	memory_copy(s->pack + 114192, s->params[104] + 0, 16);
	memory_copy(s->pack + 114208, s->params[119] + 0, 16);
	memory_copy(s->pack + 114224, s->params[124] + 0, 16);
	memory_copy(s->pack + 114240, s->params[101] + 0, 16);
	memory_copy(s->pack + 114256, s->params[116] + 0, 16);
	memory_copy(s->pack + 114272, s->params[121] + 0, 16);
	memory_copy(s->pack + 114288, s->params[103] + 0, 16);
	memory_copy(s->pack + 114304, s->params[118] + 0, 16);
	memory_copy(s->pack + 114320, s->params[123] + 0, 16);
	memory_copy(s->pack + 114336, s->params[102] + 0, 16);
	memory_copy(s->pack + 114352, s->params[117] + 0, 16);
	memory_copy(s->pack + 114368, s->params[122] + 0, 16);
	/* enc.*.b4.bn2  !models/lib/nn.json:58:17 */
	main_enc_b3_bn1(s->pack + 114192, s->pack + 114240, s->pack + 114288, s->pack + 114336,
	                s->load + 21312, s->load + 16416);
	/* enc.*.b4.bn2  !models/lib/nn.json:58:17 */
	main_enc_b3_bn1(s->pack + 114192, s->pack + 114240, s->pack + 114288, s->pack + 114336,
	                s->load + 16416, s->load + 21360);
	memory_copy(s->pack + 114384, s->params[125] + 0, 16);
	memory_copy(s->pack + 114400, s->params[129] + 0, 16);
	memory_copy(s->pack + 114416, s->params[130] + 0, 16);
	memory_copy(s->pack + 114432, s->params[131] + 0, 16);
	memory_copy(s->pack + 114448, s->params[132] + 0, 16);
	memory_copy(s->pack + 114464, s->params[133] + 0, 16);
	memory_copy(s->pack + 114480, s->params[134] + 0, 16);
	memory_copy(s->pack + 114496, s->params[135] + 0, 16);
	memory_copy(s->pack + 114512, s->params[136] + 0, 16);
	memory_copy(s->pack + 114528, s->params[137] + 0, 16);
	memory_copy(s->pack + 114544, s->params[138] + 0, 16);
	memory_copy(s->pack + 114560, s->params[139] + 0, 16);
	memory_copy(s->pack + 114576, s->params[140] + 0, 16);
	memory_copy(s->pack + 114592, s->params[141] + 0, 16);
	memory_copy(s->pack + 114608, s->params[142] + 0, 16);
	memory_copy(s->pack + 114624, s->params[143] + 0, 16);
	memory_copy(s->pack + 114640, s->params[144] + 0, 16);
	memory_copy(s->pack + 114656, s->params[145] + 0, 16);
	inproj_pack(s->pack + 114672, s->params[126] + 0, 32, 16, 16, 1, s->threads);
	inproj_pack(s->pack + 115696, s->params[147] + 0, 32, 16, 16, 1, s->threads);
	inproj_pack(s->pack + 116720, s->params[148] + 0, 32, 16, 16, 1, s->threads);
	inproj_pack(s->pack + 117744, s->params[149] + 0, 32, 16, 16, 1, s->threads);
	inproj_pack(s->pack + 118768, s->params[150] + 0, 32, 16, 16, 1, s->threads);
	inproj_pack(s->pack + 119792, s->params[151] + 0, 32, 16, 16, 1, s->threads);
	inproj_pack(s->pack + 120816, s->params[152] + 0, 32, 16, 16, 1, s->threads);
	inproj_pack(s->pack + 121840, s->params[153] + 0, 32, 16, 16, 1, s->threads);
	inproj_pack(s->pack + 122864, s->params[154] + 0, 32, 16, 16, 1, s->threads);
	inproj_pack(s->pack + 123888, s->params[155] + 0, 32, 16, 16, 1, s->threads);
	inproj_pack(s->pack + 124912, s->params[156] + 0, 32, 16, 16, 1, s->threads);
	inproj_pack(s->pack + 125936, s->params[157] + 0, 32, 16, 16, 1, s->threads);
	inproj_pack(s->pack + 126960, s->params[158] + 0, 32, 16, 16, 1, s->threads);
	inproj_pack(s->pack + 127984, s->params[159] + 0, 32, 16, 16, 1, s->threads);
	inproj_pack(s->pack + 129008, s->params[160] + 0, 32, 16, 16, 1, s->threads);
	inproj_pack(s->pack + 130032, s->params[161] + 0, 32, 16, 16, 1, s->threads);
	inproj_pack(s->pack + 131056, s->params[162] + 0, 32, 16, 16, 1, s->threads);
	inproj_pack(s->pack + 132080, s->params[163] + 0, 32, 16, 16, 1, s->threads);
	memory_copy(s->pack + 133104, s->params[127] + 0, 128);
	memory_copy(s->pack + 133232, s->params[164] + 0, 128);
	memory_copy(s->pack + 133360, s->params[165] + 0, 128);
	memory_copy(s->pack + 133488, s->params[166] + 0, 128);
	memory_copy(s->pack + 133616, s->params[167] + 0, 128);
	memory_copy(s->pack + 133744, s->params[168] + 0, 128);
	memory_copy(s->pack + 133872, s->params[169] + 0, 128);
	memory_copy(s->pack + 134000, s->params[170] + 0, 128);
	memory_copy(s->pack + 134128, s->params[171] + 0, 128);
	memory_copy(s->pack + 134256, s->params[172] + 0, 128);
	memory_copy(s->pack + 134384, s->params[173] + 0, 128);
	memory_copy(s->pack + 134512, s->params[174] + 0, 128);
	memory_copy(s->pack + 134640, s->params[175] + 0, 128);
	memory_copy(s->pack + 134768, s->params[176] + 0, 128);
	memory_copy(s->pack + 134896, s->params[177] + 0, 128);
	memory_copy(s->pack + 135024, s->params[178] + 0, 128);
	memory_copy(s->pack + 135152, s->params[179] + 0, 128);
	memory_copy(s->pack + 135280, s->params[180] + 0, 128);
	memory_copy(s->pack + 135408, s->params[128] + 0, 32);
	memory_copy(s->pack + 135440, s->params[181] + 0, 32);
	memory_copy(s->pack + 135472, s->params[182] + 0, 32);
	memory_copy(s->pack + 135504, s->params[183] + 0, 32);
	memory_copy(s->pack + 135536, s->params[184] + 0, 32);
	memory_copy(s->pack + 135568, s->params[185] + 0, 32);
	memory_copy(s->pack + 135600, s->params[186] + 0, 32);
	memory_copy(s->pack + 135632, s->params[187] + 0, 32);
	memory_copy(s->pack + 135664, s->params[188] + 0, 32);
	memory_copy(s->pack + 135696, s->params[189] + 0, 32);
	memory_copy(s->pack + 135728, s->params[190] + 0, 32);
	memory_copy(s->pack + 135760, s->params[191] + 0, 32);
	memory_copy(s->pack + 135792, s->params[192] + 0, 32);
	memory_copy(s->pack + 135824, s->params[193] + 0, 32);
	memory_copy(s->pack + 135856, s->params[194] + 0, 32);
	memory_copy(s->pack + 135888, s->params[195] + 0, 32);
	memory_copy(s->pack + 135920, s->params[196] + 0, 32);
	memory_copy(s->pack + 135952, s->params[197] + 0, 32);
	gemm_pack(s->pack + 135984, s->params[146] + 0, 9, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 137008, s->params[198] + 0, 9, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 138032, s->params[199] + 0, 9, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 139056, s->params[200] + 0, 9, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 140080, s->params[201] + 0, 9, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 141104, s->params[202] + 0, 9, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 142128, s->params[203] + 0, 9, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 143152, s->params[204] + 0, 9, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 144176, s->params[205] + 0, 9, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 145200, s->params[206] + 0, 9, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 146224, s->params[207] + 0, 9, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 147248, s->params[208] + 0, 9, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 148272, s->params[209] + 0, 9, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 149296, s->params[210] + 0, 9, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 150320, s->params[211] + 0, 9, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 151344, s->params[212] + 0, 9, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 152368, s->params[213] + 0, 9, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 153392, s->params[214] + 0, 9, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 154416, s->params[215] + 0, 32, 1, 1, 1, s->threads);
	gemm_pack(s->pack + 154448, s->params[219] + 0, 32, 1, 1, 1, s->threads);
	gemm_pack(s->pack + 154480, s->params[220] + 0, 32, 1, 1, 1, s->threads);
	gemm_pack(s->pack + 154512, s->params[221] + 0, 32, 1, 1, 1, s->threads);
	gemm_pack(s->pack + 154544, s->params[222] + 0, 32, 1, 1, 1, s->threads);
	gemm_pack(s->pack + 154576, s->params[223] + 0, 32, 1, 1, 1, s->threads);
	gemm_pack(s->pack + 154608, s->params[224] + 0, 32, 1, 1, 1, s->threads);
	gemm_pack(s->pack + 154640, s->params[225] + 0, 32, 1, 1, 1, s->threads);
	gemm_pack(s->pack + 154672, s->params[226] + 0, 32, 1, 1, 1, s->threads);
	gemm_pack(s->pack + 154704, s->params[227] + 0, 32, 1, 1, 1, s->threads);
	gemm_pack(s->pack + 154736, s->params[228] + 0, 32, 1, 1, 1, s->threads);
	gemm_pack(s->pack + 154768, s->params[229] + 0, 32, 1, 1, 1, s->threads);
	gemm_pack(s->pack + 154800, s->params[230] + 0, 32, 1, 1, 1, s->threads);
	gemm_pack(s->pack + 154832, s->params[231] + 0, 32, 1, 1, 1, s->threads);
	gemm_pack(s->pack + 154864, s->params[232] + 0, 32, 1, 1, 1, s->threads);
	gemm_pack(s->pack + 154896, s->params[233] + 0, 32, 1, 1, 1, s->threads);
	gemm_pack(s->pack + 154928, s->params[234] + 0, 32, 1, 1, 1, s->threads);
	gemm_pack(s->pack + 154960, s->params[235] + 0, 32, 1, 1, 1, s->threads);
	memory_copy(s->pack + 154992, s->params[216] + 0, 32);
	memory_copy(s->pack + 155024, s->params[236] + 0, 32);
	memory_copy(s->pack + 155056, s->params[237] + 0, 32);
	memory_copy(s->pack + 155088, s->params[238] + 0, 32);
	memory_copy(s->pack + 155120, s->params[239] + 0, 32);
	memory_copy(s->pack + 155152, s->params[240] + 0, 32);
	memory_copy(s->pack + 155184, s->params[241] + 0, 32);
	memory_copy(s->pack + 155216, s->params[242] + 0, 32);
	memory_copy(s->pack + 155248, s->params[243] + 0, 32);
	memory_copy(s->pack + 155280, s->params[244] + 0, 32);
	memory_copy(s->pack + 155312, s->params[245] + 0, 32);
	memory_copy(s->pack + 155344, s->params[246] + 0, 32);
	memory_copy(s->pack + 155376, s->params[247] + 0, 32);
	memory_copy(s->pack + 155408, s->params[248] + 0, 32);
	memory_copy(s->pack + 155440, s->params[249] + 0, 32);
	memory_copy(s->pack + 155472, s->params[250] + 0, 32);
	memory_copy(s->pack + 155504, s->params[251] + 0, 32);
	memory_copy(s->pack + 155536, s->params[252] + 0, 32);
	memory_copy(s->pack + 155568, s->params[217] + 0, 128);
	memory_copy(s->pack + 155696, s->params[254] + 0, 128);
	memory_copy(s->pack + 155824, s->params[255] + 0, 128);
	memory_copy(s->pack + 155952, s->params[256] + 0, 128);
	memory_copy(s->pack + 156080, s->params[257] + 0, 128);
	memory_copy(s->pack + 156208, s->params[258] + 0, 128);
	memory_copy(s->pack + 156336, s->params[259] + 0, 128);
	memory_copy(s->pack + 156464, s->params[260] + 0, 128);
	memory_copy(s->pack + 156592, s->params[261] + 0, 128);
	memory_copy(s->pack + 156720, s->params[262] + 0, 128);
	memory_copy(s->pack + 156848, s->params[263] + 0, 128);
	memory_copy(s->pack + 156976, s->params[264] + 0, 128);
	memory_copy(s->pack + 157104, s->params[265] + 0, 128);
	memory_copy(s->pack + 157232, s->params[266] + 0, 128);
	memory_copy(s->pack + 157360, s->params[267] + 0, 128);
	memory_copy(s->pack + 157488, s->params[268] + 0, 128);
	memory_copy(s->pack + 157616, s->params[269] + 0, 128);
	memory_copy(s->pack + 157744, s->params[270] + 0, 128);
	main_dec_l1_A(s->pack + 155568, s->load + 16416);
	memory_copy(s->pack + 157872, s->params[218] + 0, 32);
	memory_copy(s->pack + 157904, s->params[271] + 0, 32);
	memory_copy(s->pack + 157936, s->params[272] + 0, 32);
	memory_copy(s->pack + 157968, s->params[273] + 0, 32);
	memory_copy(s->pack + 158000, s->params[274] + 0, 32);
	memory_copy(s->pack + 158032, s->params[275] + 0, 32);
	memory_copy(s->pack + 158064, s->params[276] + 0, 32);
	memory_copy(s->pack + 158096, s->params[277] + 0, 32);
	memory_copy(s->pack + 158128, s->params[278] + 0, 32);
	memory_copy(s->pack + 158160, s->params[279] + 0, 32);
	memory_copy(s->pack + 158192, s->params[280] + 0, 32);
	memory_copy(s->pack + 158224, s->params[281] + 0, 32);
	memory_copy(s->pack + 158256, s->params[282] + 0, 32);
	memory_copy(s->pack + 158288, s->params[283] + 0, 32);
	memory_copy(s->pack + 158320, s->params[284] + 0, 32);
	memory_copy(s->pack + 158352, s->params[285] + 0, 32);
	memory_copy(s->pack + 158384, s->params[286] + 0, 32);
	memory_copy(s->pack + 158416, s->params[287] + 0, 32);
	gemm_pack(s->pack + 158448, s->params[253] + 0, 16, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 159472, s->params[288] + 0, 16, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 160496, s->params[289] + 0, 16, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 161520, s->params[290] + 0, 16, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 162544, s->params[291] + 0, 16, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 163568, s->params[292] + 0, 16, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 164592, s->params[293] + 0, 16, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 165616, s->params[294] + 0, 16, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 166640, s->params[295] + 0, 16, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 167664, s->params[296] + 0, 16, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 168688, s->params[297] + 0, 16, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 169712, s->params[298] + 0, 16, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 170736, s->params[299] + 0, 16, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 171760, s->params[300] + 0, 16, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 172784, s->params[301] + 0, 16, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 173808, s->params[302] + 0, 16, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 174832, s->params[303] + 0, 16, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 175856, s->params[304] + 0, 16, 32, 32, 1, s->threads);
	memory_copy(s->pack + 176880, s->params[305] + 0, 16);
	memory_copy(s->pack + 176896, s->params[309] + 0, 16);
	memory_copy(s->pack + 176912, s->params[310] + 0, 16);
	memory_copy(s->pack + 176928, s->params[311] + 0, 16);
	memory_copy(s->pack + 176944, s->params[312] + 0, 16);
	memory_copy(s->pack + 176960, s->params[313] + 0, 16);
	memory_copy(s->pack + 176976, s->params[314] + 0, 16);
	memory_copy(s->pack + 176992, s->params[315] + 0, 16);
	memory_copy(s->pack + 177008, s->params[316] + 0, 16);
	memory_copy(s->pack + 177024, s->params[317] + 0, 16);
	memory_copy(s->pack + 177040, s->params[318] + 0, 16);
	memory_copy(s->pack + 177056, s->params[319] + 0, 16);
	memory_copy(s->pack + 177072, s->params[320] + 0, 16);
	memory_copy(s->pack + 177088, s->params[321] + 0, 16);
	memory_copy(s->pack + 177104, s->params[322] + 0, 16);
	memory_copy(s->pack + 177120, s->params[323] + 0, 16);
	memory_copy(s->pack + 177136, s->params[324] + 0, 16);
	memory_copy(s->pack + 177152, s->params[325] + 0, 16);
	inproj_pack(s->pack + 177168, s->params[306] + 0, 32, 16, 16, 1, s->threads);
	inproj_pack(s->pack + 178192, s->params[327] + 0, 32, 16, 16, 1, s->threads);
	inproj_pack(s->pack + 179216, s->params[328] + 0, 32, 16, 16, 1, s->threads);
	inproj_pack(s->pack + 180240, s->params[329] + 0, 32, 16, 16, 1, s->threads);
	inproj_pack(s->pack + 181264, s->params[330] + 0, 32, 16, 16, 1, s->threads);
	inproj_pack(s->pack + 182288, s->params[331] + 0, 32, 16, 16, 1, s->threads);
	inproj_pack(s->pack + 183312, s->params[332] + 0, 32, 16, 16, 1, s->threads);
	inproj_pack(s->pack + 184336, s->params[333] + 0, 32, 16, 16, 1, s->threads);
	inproj_pack(s->pack + 185360, s->params[334] + 0, 32, 16, 16, 1, s->threads);
	inproj_pack(s->pack + 186384, s->params[335] + 0, 32, 16, 16, 1, s->threads);
	inproj_pack(s->pack + 187408, s->params[336] + 0, 32, 16, 16, 1, s->threads);
	inproj_pack(s->pack + 188432, s->params[337] + 0, 32, 16, 16, 1, s->threads);
	inproj_pack(s->pack + 189456, s->params[338] + 0, 32, 16, 16, 1, s->threads);
	inproj_pack(s->pack + 190480, s->params[339] + 0, 32, 16, 16, 1, s->threads);
	inproj_pack(s->pack + 191504, s->params[340] + 0, 32, 16, 16, 1, s->threads);
	inproj_pack(s->pack + 192528, s->params[341] + 0, 32, 16, 16, 1, s->threads);
	inproj_pack(s->pack + 193552, s->params[342] + 0, 32, 16, 16, 1, s->threads);
	inproj_pack(s->pack + 194576, s->params[343] + 0, 32, 16, 16, 1, s->threads);
	memory_copy(s->pack + 195600, s->params[307] + 0, 128);
	memory_copy(s->pack + 195728, s->params[344] + 0, 128);
	memory_copy(s->pack + 195856, s->params[345] + 0, 128);
	memory_copy(s->pack + 195984, s->params[346] + 0, 128);
	memory_copy(s->pack + 196112, s->params[347] + 0, 128);
	memory_copy(s->pack + 196240, s->params[348] + 0, 128);
	memory_copy(s->pack + 196368, s->params[349] + 0, 128);
	memory_copy(s->pack + 196496, s->params[350] + 0, 128);
	memory_copy(s->pack + 196624, s->params[351] + 0, 128);
	memory_copy(s->pack + 196752, s->params[352] + 0, 128);
	memory_copy(s->pack + 196880, s->params[353] + 0, 128);
	memory_copy(s->pack + 197008, s->params[354] + 0, 128);
	memory_copy(s->pack + 197136, s->params[355] + 0, 128);
	memory_copy(s->pack + 197264, s->params[356] + 0, 128);
	memory_copy(s->pack + 197392, s->params[357] + 0, 128);
	memory_copy(s->pack + 197520, s->params[358] + 0, 128);
	memory_copy(s->pack + 197648, s->params[359] + 0, 128);
	memory_copy(s->pack + 197776, s->params[360] + 0, 128);
	memory_copy(s->pack + 197904, s->params[308] + 0, 32);
	memory_copy(s->pack + 197936, s->params[361] + 0, 32);
	memory_copy(s->pack + 197968, s->params[362] + 0, 32);
	memory_copy(s->pack + 198000, s->params[363] + 0, 32);
	memory_copy(s->pack + 198032, s->params[364] + 0, 32);
	memory_copy(s->pack + 198064, s->params[365] + 0, 32);
	memory_copy(s->pack + 198096, s->params[366] + 0, 32);
	memory_copy(s->pack + 198128, s->params[367] + 0, 32);
	memory_copy(s->pack + 198160, s->params[368] + 0, 32);
	memory_copy(s->pack + 198192, s->params[369] + 0, 32);
	memory_copy(s->pack + 198224, s->params[370] + 0, 32);
	memory_copy(s->pack + 198256, s->params[371] + 0, 32);
	memory_copy(s->pack + 198288, s->params[372] + 0, 32);
	memory_copy(s->pack + 198320, s->params[373] + 0, 32);
	memory_copy(s->pack + 198352, s->params[374] + 0, 32);
	memory_copy(s->pack + 198384, s->params[375] + 0, 32);
	memory_copy(s->pack + 198416, s->params[376] + 0, 32);
	memory_copy(s->pack + 198448, s->params[377] + 0, 32);
	gemm_pack(s->pack + 198480, s->params[326] + 0, 9, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 199504, s->params[378] + 0, 9, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 200528, s->params[379] + 0, 9, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 201552, s->params[380] + 0, 9, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 202576, s->params[381] + 0, 9, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 203600, s->params[382] + 0, 9, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 204624, s->params[383] + 0, 9, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 205648, s->params[384] + 0, 9, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 206672, s->params[385] + 0, 9, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 207696, s->params[386] + 0, 9, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 208720, s->params[387] + 0, 9, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 209744, s->params[388] + 0, 9, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 210768, s->params[389] + 0, 9, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 211792, s->params[390] + 0, 9, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 212816, s->params[391] + 0, 9, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 213840, s->params[392] + 0, 9, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 214864, s->params[393] + 0, 9, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 215888, s->params[394] + 0, 9, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 216912, s->params[395] + 0, 32, 1, 1, 1, s->threads);
	gemm_pack(s->pack + 216944, s->params[399] + 0, 32, 1, 1, 1, s->threads);
	gemm_pack(s->pack + 216976, s->params[400] + 0, 32, 1, 1, 1, s->threads);
	gemm_pack(s->pack + 217008, s->params[401] + 0, 32, 1, 1, 1, s->threads);
	gemm_pack(s->pack + 217040, s->params[402] + 0, 32, 1, 1, 1, s->threads);
	gemm_pack(s->pack + 217072, s->params[403] + 0, 32, 1, 1, 1, s->threads);
	gemm_pack(s->pack + 217104, s->params[404] + 0, 32, 1, 1, 1, s->threads);
	gemm_pack(s->pack + 217136, s->params[405] + 0, 32, 1, 1, 1, s->threads);
	gemm_pack(s->pack + 217168, s->params[406] + 0, 32, 1, 1, 1, s->threads);
	gemm_pack(s->pack + 217200, s->params[407] + 0, 32, 1, 1, 1, s->threads);
	gemm_pack(s->pack + 217232, s->params[408] + 0, 32, 1, 1, 1, s->threads);
	gemm_pack(s->pack + 217264, s->params[409] + 0, 32, 1, 1, 1, s->threads);
	gemm_pack(s->pack + 217296, s->params[410] + 0, 32, 1, 1, 1, s->threads);
	gemm_pack(s->pack + 217328, s->params[411] + 0, 32, 1, 1, 1, s->threads);
	gemm_pack(s->pack + 217360, s->params[412] + 0, 32, 1, 1, 1, s->threads);
	gemm_pack(s->pack + 217392, s->params[413] + 0, 32, 1, 1, 1, s->threads);
	gemm_pack(s->pack + 217424, s->params[414] + 0, 32, 1, 1, 1, s->threads);
	gemm_pack(s->pack + 217456, s->params[415] + 0, 32, 1, 1, 1, s->threads);
	memory_copy(s->pack + 217488, s->params[396] + 0, 32);
	memory_copy(s->pack + 217520, s->params[416] + 0, 32);
	memory_copy(s->pack + 217552, s->params[417] + 0, 32);
	memory_copy(s->pack + 217584, s->params[418] + 0, 32);
	memory_copy(s->pack + 217616, s->params[419] + 0, 32);
	memory_copy(s->pack + 217648, s->params[420] + 0, 32);
	memory_copy(s->pack + 217680, s->params[421] + 0, 32);
	memory_copy(s->pack + 217712, s->params[422] + 0, 32);
	memory_copy(s->pack + 217744, s->params[423] + 0, 32);
	memory_copy(s->pack + 217776, s->params[424] + 0, 32);
	memory_copy(s->pack + 217808, s->params[425] + 0, 32);
	memory_copy(s->pack + 217840, s->params[426] + 0, 32);
	memory_copy(s->pack + 217872, s->params[427] + 0, 32);
	memory_copy(s->pack + 217904, s->params[428] + 0, 32);
	memory_copy(s->pack + 217936, s->params[429] + 0, 32);
	memory_copy(s->pack + 217968, s->params[430] + 0, 32);
	memory_copy(s->pack + 218000, s->params[431] + 0, 32);
	memory_copy(s->pack + 218032, s->params[432] + 0, 32);
	memory_copy(s->pack + 218064, s->params[397] + 0, 128);
	memory_copy(s->pack + 218192, s->params[434] + 0, 128);
	memory_copy(s->pack + 218320, s->params[435] + 0, 128);
	memory_copy(s->pack + 218448, s->params[436] + 0, 128);
	memory_copy(s->pack + 218576, s->params[437] + 0, 128);
	memory_copy(s->pack + 218704, s->params[438] + 0, 128);
	memory_copy(s->pack + 218832, s->params[439] + 0, 128);
	memory_copy(s->pack + 218960, s->params[440] + 0, 128);
	memory_copy(s->pack + 219088, s->params[441] + 0, 128);
	memory_copy(s->pack + 219216, s->params[442] + 0, 128);
	memory_copy(s->pack + 219344, s->params[443] + 0, 128);
	memory_copy(s->pack + 219472, s->params[444] + 0, 128);
	memory_copy(s->pack + 219600, s->params[445] + 0, 128);
	memory_copy(s->pack + 219728, s->params[446] + 0, 128);
	memory_copy(s->pack + 219856, s->params[447] + 0, 128);
	memory_copy(s->pack + 219984, s->params[448] + 0, 128);
	memory_copy(s->pack + 220112, s->params[449] + 0, 128);
	memory_copy(s->pack + 220240, s->params[450] + 0, 128);
	/* dec.*.*.*.l2.A  !models/lib/nn.json:126:17 */
	main_dec_l1_A(s->pack + 218064, s->load + 18720);
	memory_copy(s->pack + 220368, s->params[398] + 0, 32);
	memory_copy(s->pack + 220400, s->params[451] + 0, 32);
	memory_copy(s->pack + 220432, s->params[452] + 0, 32);
	memory_copy(s->pack + 220464, s->params[453] + 0, 32);
	memory_copy(s->pack + 220496, s->params[454] + 0, 32);
	memory_copy(s->pack + 220528, s->params[455] + 0, 32);
	memory_copy(s->pack + 220560, s->params[456] + 0, 32);
	memory_copy(s->pack + 220592, s->params[457] + 0, 32);
	memory_copy(s->pack + 220624, s->params[458] + 0, 32);
	memory_copy(s->pack + 220656, s->params[459] + 0, 32);
	memory_copy(s->pack + 220688, s->params[460] + 0, 32);
	memory_copy(s->pack + 220720, s->params[461] + 0, 32);
	memory_copy(s->pack + 220752, s->params[462] + 0, 32);
	memory_copy(s->pack + 220784, s->params[463] + 0, 32);
	memory_copy(s->pack + 220816, s->params[464] + 0, 32);
	memory_copy(s->pack + 220848, s->params[465] + 0, 32);
	memory_copy(s->pack + 220880, s->params[466] + 0, 32);
	memory_copy(s->pack + 220912, s->params[467] + 0, 32);
	gemm_pack(s->pack + 220944, s->params[433] + 0, 16, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 221968, s->params[468] + 0, 16, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 222992, s->params[469] + 0, 16, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 224016, s->params[470] + 0, 16, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 225040, s->params[471] + 0, 16, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 226064, s->params[472] + 0, 16, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 227088, s->params[473] + 0, 16, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 228112, s->params[474] + 0, 16, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 229136, s->params[475] + 0, 16, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 230160, s->params[476] + 0, 16, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 231184, s->params[477] + 0, 16, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 232208, s->params[478] + 0, 16, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 233232, s->params[479] + 0, 16, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 234256, s->params[480] + 0, 16, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 235280, s->params[481] + 0, 16, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 236304, s->params[482] + 0, 16, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 237328, s->params[483] + 0, 16, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 238352, s->params[484] + 0, 16, 32, 32, 1, s->threads);
	memory_copy(s->pack + 239376, s->params[485] + 0, 144);
	memory_copy(s->pack + 239520, s->params[488] + 0, 144);
	memory_copy(s->pack + 239664, s->params[489] + 0, 144);
	gemm_pack(s->pack + 239808, s->params[490] + 0, 3, 16, 16, 1, s->threads);
	gemm_pack(s->pack + 240320, s->params[492] + 0, 3, 16, 16, 1, s->threads);
	gemm_pack(s->pack + 240832, s->params[493] + 0, 3, 16, 16, 1, s->threads);
	memory_copy(s->pack + 241344, s->params[491] + 0, 3);
	memory_copy(s->pack + 241347, s->params[494] + 0, 3);
	memory_copy(s->pack + 241350, s->params[495] + 0, 3);
	gemm_pack(s->pack + 241360, s->params[496] + 0, 1, 16, 16, 1, s->threads);
	gemm_pack(s->pack + 241872, s->params[498] + 0, 1, 16, 16, 1, s->threads);
	gemm_pack(s->pack + 242384, s->params[499] + 0, 1, 16, 16, 1, s->threads);
	memory_copy(s->pack + 242896, s->params[497] + 0, 1);
	memory_copy(s->pack + 242897, s->params[500] + 0, 1);
	memory_copy(s->pack + 242898, s->params[501] + 0, 1);
	gemm_pack(s->pack + 242912, s->params[486] + 0, 13, 16, 16, 1, s->threads);
	gemm_pack(s->pack + 243424, s->params[502] + 0, 13, 16, 16, 1, s->threads);
	gemm_pack(s->pack + 243936, s->params[504] + 0, 13, 16, 16, 1, s->threads);
	memory_copy(s->pack + 244448, s->params[487] + 0, 13);
	memory_copy(s->pack + 244461, s->params[503] + 0, 13);
	memory_copy(s->pack + 244474, s->params[505] + 0, 13);
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
	free(s->work);
	free(s);
}

static RtStatus model_open(void **self, const RtSource *weights, int threads,
                           RtError *err)
{
	Self *s = calloc(1, sizeof *s);
	if (s) {
		s->threads = rt_threads(threads);
		s->arena = memory_new(ARENA);
		s->load = memory_new(LOAD);
		s->pack = memory_new(PACK);
		s->scratch = memory_new(s->threads * SCRATCH);
		s->work = memory_new(WORK);
	}
	if (!s || !s->arena || !s->load || !s->pack || !s->scratch || !s->work) {
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

/* work: of a run of each graph, as roof_of takes it */
static RtRoof model_roof(void *self, int graph)
{
	static const double work[][3] = {
	    {4711392, 5236479, 332928},
	    {6257136, 778146, 488488},
	};
	Self *s = self;
	return roof_of(&s->limits, s->threads, work[graph]);
}

static const RtParam params[] = {
	{{"scaler.mean", 2, {7, 32}}, "zeros", 0, 0, 0, 1, 1},
	{{"scaler.std", 2, {7, 32}}, "ones", 0, 0, 0, 1, 1},
	{{"enc.sed.b1.conv1.weight", 4, {8, 4, 3, 3}}, "normal", 0, 0.23570226039551584, 0, 0, 0},
	{{"enc.sed.b1.bn1.weight", 1, {8}}, "ones", 0, 0, 0, 0, 0},
	{{"enc.sed.b1.bn1.bias", 1, {8}}, "zeros", 0, 0, 0, 0, 0},
	{{"enc.sed.b1.bn1.running_mean", 1, {8}}, "zeros", 0, 0, 0, 1, 0},
	{{"enc.sed.b1.bn1.running_var", 1, {8}}, "ones", 0, 0, 0, 1, 0},
	{{"enc.sed.b1.conv2.weight", 4, {8, 8, 3, 3}}, "normal", 0, 0.16666666666666666, 0, 0, 0},
	{{"enc.sed.b1.bn2.weight", 1, {8}}, "ones", 0, 0, 0, 0, 0},
	{{"enc.sed.b1.bn2.bias", 1, {8}}, "zeros", 0, 0, 0, 0, 0},
	{{"enc.sed.b1.bn2.running_mean", 1, {8}}, "zeros", 0, 0, 0, 1, 0},
	{{"enc.sed.b1.bn2.running_var", 1, {8}}, "ones", 0, 0, 0, 1, 0},
	{{"enc.sde.b1.conv1.weight", 4, {8, 4, 3, 3}}, "normal", 0, 0.23570226039551584, 0, 0, 0},
	{{"enc.sde.b1.bn1.running_var", 1, {8}}, "ones", 0, 0, 0, 1, 0},
	{{"enc.sde.b1.bn1.weight", 1, {8}}, "ones", 0, 0, 0, 0, 0},
	{{"enc.sde.b1.bn1.running_mean", 1, {8}}, "zeros", 0, 0, 0, 1, 0},
	{{"enc.sde.b1.bn1.bias", 1, {8}}, "zeros", 0, 0, 0, 0, 0},
	{{"enc.doa.b1.conv1.weight", 4, {8, 7, 3, 3}}, "normal", 0, 0.1781741612749496, 0, 0, 0},
	{{"enc.doa.b1.bn1.weight", 1, {8}}, "ones", 0, 0, 0, 0, 0},
	{{"enc.doa.b1.bn1.bias", 1, {8}}, "zeros", 0, 0, 0, 0, 0},
	{{"enc.doa.b1.bn1.running_mean", 1, {8}}, "zeros", 0, 0, 0, 1, 0},
	{{"enc.doa.b1.bn1.running_var", 1, {8}}, "ones", 0, 0, 0, 1, 0},
	{{"enc.doa.b1.conv2.weight", 4, {8, 8, 3, 3}}, "normal", 0, 0.16666666666666666, 0, 0, 0},
	{{"enc.doa.b1.bn2.weight", 1, {8}}, "ones", 0, 0, 0, 0, 0},
	{{"enc.doa.b1.bn2.bias", 1, {8}}, "zeros", 0, 0, 0, 0, 0},
	{{"enc.doa.b1.bn2.running_mean", 1, {8}}, "zeros", 0, 0, 0, 1, 0},
	{{"enc.doa.b1.bn2.running_var", 1, {8}}, "ones", 0, 0, 0, 1, 0},
	{{"enc.sde.b1.conv2.weight", 4, {8, 8, 3, 3}}, "normal", 0, 0.16666666666666666, 0, 0, 0},
	{{"enc.sde.b1.bn2.weight", 1, {8}}, "ones", 0, 0, 0, 0, 0},
	{{"enc.sde.b1.bn2.bias", 1, {8}}, "zeros", 0, 0, 0, 0, 0},
	{{"enc.sde.b1.bn2.running_mean", 1, {8}}, "zeros", 0, 0, 0, 1, 0},
	{{"enc.sde.b1.bn2.running_var", 1, {8}}, "ones", 0, 0, 0, 1, 0},
	{{"stitch.enc.1.weight", 3, {8, 3, 3}}, "uniform", 0.1, 0.9, 0, 0, 0},
	{{"enc.sed.b2.conv1.weight", 4, {8, 8, 3, 3}}, "normal", 0, 0.16666666666666666, 0, 0, 0},
	{{"enc.sed.b2.bn1.weight", 1, {8}}, "ones", 0, 0, 0, 0, 0},
	{{"enc.sed.b2.bn1.bias", 1, {8}}, "zeros", 0, 0, 0, 0, 0},
	{{"enc.sed.b2.bn1.running_mean", 1, {8}}, "zeros", 0, 0, 0, 1, 0},
	{{"enc.sed.b2.bn1.running_var", 1, {8}}, "ones", 0, 0, 0, 1, 0},
	{{"enc.sed.b2.conv2.weight", 4, {8, 8, 3, 3}}, "normal", 0, 0.16666666666666666, 0, 0, 0},
	{{"enc.sed.b2.bn2.weight", 1, {8}}, "ones", 0, 0, 0, 0, 0},
	{{"enc.sed.b2.bn2.bias", 1, {8}}, "zeros", 0, 0, 0, 0, 0},
	{{"enc.sed.b2.bn2.running_mean", 1, {8}}, "zeros", 0, 0, 0, 1, 0},
	{{"enc.sed.b2.bn2.running_var", 1, {8}}, "ones", 0, 0, 0, 1, 0},
	{{"enc.doa.b2.conv1.weight", 4, {8, 8, 3, 3}}, "normal", 0, 0.16666666666666666, 0, 0, 0},
	{{"enc.sde.b2.conv1.weight", 4, {8, 8, 3, 3}}, "normal", 0, 0.16666666666666666, 0, 0, 0},
	{{"enc.doa.b2.bn1.running_var", 1, {8}}, "ones", 0, 0, 0, 1, 0},
	{{"enc.sde.b2.bn1.running_var", 1, {8}}, "ones", 0, 0, 0, 1, 0},
	{{"enc.doa.b2.bn1.weight", 1, {8}}, "ones", 0, 0, 0, 0, 0},
	{{"enc.sde.b2.bn1.weight", 1, {8}}, "ones", 0, 0, 0, 0, 0},
	{{"enc.doa.b2.bn1.running_mean", 1, {8}}, "zeros", 0, 0, 0, 1, 0},
	{{"enc.sde.b2.bn1.running_mean", 1, {8}}, "zeros", 0, 0, 0, 1, 0},
	{{"enc.doa.b2.bn1.bias", 1, {8}}, "zeros", 0, 0, 0, 0, 0},
	{{"enc.sde.b2.bn1.bias", 1, {8}}, "zeros", 0, 0, 0, 0, 0},
	{{"enc.doa.b2.conv2.weight", 4, {8, 8, 3, 3}}, "normal", 0, 0.16666666666666666, 0, 0, 0},
	{{"enc.doa.b2.bn2.weight", 1, {8}}, "ones", 0, 0, 0, 0, 0},
	{{"enc.doa.b2.bn2.bias", 1, {8}}, "zeros", 0, 0, 0, 0, 0},
	{{"enc.doa.b2.bn2.running_mean", 1, {8}}, "zeros", 0, 0, 0, 1, 0},
	{{"enc.doa.b2.bn2.running_var", 1, {8}}, "ones", 0, 0, 0, 1, 0},
	{{"enc.sde.b2.conv2.weight", 4, {8, 8, 3, 3}}, "normal", 0, 0.16666666666666666, 0, 0, 0},
	{{"enc.sde.b2.bn2.weight", 1, {8}}, "ones", 0, 0, 0, 0, 0},
	{{"enc.sde.b2.bn2.bias", 1, {8}}, "zeros", 0, 0, 0, 0, 0},
	{{"enc.sde.b2.bn2.running_mean", 1, {8}}, "zeros", 0, 0, 0, 1, 0},
	{{"enc.sde.b2.bn2.running_var", 1, {8}}, "ones", 0, 0, 0, 1, 0},
	{{"stitch.enc.2.weight", 3, {8, 3, 3}}, "uniform", 0.1, 0.9, 0, 0, 0},
	{{"enc.sed.b3.conv1.weight", 4, {16, 8, 3, 3}}, "normal", 0, 0.16666666666666666, 0, 0, 0},
	{{"enc.sed.b3.bn1.weight", 1, {16}}, "ones", 0, 0, 0, 0, 0},
	{{"enc.sed.b3.bn1.bias", 1, {16}}, "zeros", 0, 0, 0, 0, 0},
	{{"enc.sed.b3.bn1.running_mean", 1, {16}}, "zeros", 0, 0, 0, 1, 0},
	{{"enc.sed.b3.bn1.running_var", 1, {16}}, "ones", 0, 0, 0, 1, 0},
	{{"enc.sed.b3.conv2.weight", 4, {16, 16, 3, 3}}, "normal", 0, 0.11785113019775792, 0, 0, 0},
	{{"enc.sed.b3.bn2.weight", 1, {16}}, "ones", 0, 0, 0, 0, 0},
	{{"enc.sed.b3.bn2.bias", 1, {16}}, "zeros", 0, 0, 0, 0, 0},
	{{"enc.sed.b3.bn2.running_mean", 1, {16}}, "zeros", 0, 0, 0, 1, 0},
	{{"enc.sed.b3.bn2.running_var", 1, {16}}, "ones", 0, 0, 0, 1, 0},
	{{"enc.doa.b3.conv1.weight", 4, {16, 8, 3, 3}}, "normal", 0, 0.16666666666666666, 0, 0, 0},
	{{"enc.sde.b3.conv1.weight", 4, {16, 8, 3, 3}}, "normal", 0, 0.16666666666666666, 0, 0, 0},
	{{"enc.doa.b3.bn1.running_var", 1, {16}}, "ones", 0, 0, 0, 1, 0},
	{{"enc.sde.b3.bn1.running_var", 1, {16}}, "ones", 0, 0, 0, 1, 0},
	{{"enc.doa.b3.bn1.weight", 1, {16}}, "ones", 0, 0, 0, 0, 0},
	{{"enc.sde.b3.bn1.weight", 1, {16}}, "ones", 0, 0, 0, 0, 0},
	{{"enc.doa.b3.bn1.running_mean", 1, {16}}, "zeros", 0, 0, 0, 1, 0},
	{{"enc.sde.b3.bn1.running_mean", 1, {16}}, "zeros", 0, 0, 0, 1, 0},
	{{"enc.doa.b3.bn1.bias", 1, {16}}, "zeros", 0, 0, 0, 0, 0},
	{{"enc.sde.b3.bn1.bias", 1, {16}}, "zeros", 0, 0, 0, 0, 0},
	{{"enc.doa.b3.conv2.weight", 4, {16, 16, 3, 3}}, "normal", 0, 0.11785113019775792, 0, 0, 0},
	{{"enc.doa.b3.bn2.weight", 1, {16}}, "ones", 0, 0, 0, 0, 0},
	{{"enc.doa.b3.bn2.bias", 1, {16}}, "zeros", 0, 0, 0, 0, 0},
	{{"enc.doa.b3.bn2.running_mean", 1, {16}}, "zeros", 0, 0, 0, 1, 0},
	{{"enc.doa.b3.bn2.running_var", 1, {16}}, "ones", 0, 0, 0, 1, 0},
	{{"enc.sde.b3.conv2.weight", 4, {16, 16, 3, 3}}, "normal", 0, 0.11785113019775792, 0, 0, 0},
	{{"enc.sde.b3.bn2.weight", 1, {16}}, "ones", 0, 0, 0, 0, 0},
	{{"enc.sde.b3.bn2.bias", 1, {16}}, "zeros", 0, 0, 0, 0, 0},
	{{"enc.sde.b3.bn2.running_mean", 1, {16}}, "zeros", 0, 0, 0, 1, 0},
	{{"enc.sde.b3.bn2.running_var", 1, {16}}, "ones", 0, 0, 0, 1, 0},
	{{"stitch.enc.3.weight", 3, {16, 3, 3}}, "uniform", 0.1, 0.9, 0, 0, 0},
	{{"enc.sed.b4.conv1.weight", 4, {16, 16, 3, 3}}, "normal", 0, 0.11785113019775792, 0, 0, 0},
	{{"enc.sed.b4.bn1.weight", 1, {16}}, "ones", 0, 0, 0, 0, 0},
	{{"enc.sed.b4.bn1.bias", 1, {16}}, "zeros", 0, 0, 0, 0, 0},
	{{"enc.sed.b4.bn1.running_mean", 1, {16}}, "zeros", 0, 0, 0, 1, 0},
	{{"enc.sed.b4.bn1.running_var", 1, {16}}, "ones", 0, 0, 0, 1, 0},
	{{"enc.sed.b4.conv2.weight", 4, {16, 16, 3, 3}}, "normal", 0, 0.11785113019775792, 0, 0, 0},
	{{"enc.sed.b4.bn2.weight", 1, {16}}, "ones", 0, 0, 0, 0, 0},
	{{"enc.sed.b4.bn2.bias", 1, {16}}, "zeros", 0, 0, 0, 0, 0},
	{{"enc.sed.b4.bn2.running_mean", 1, {16}}, "zeros", 0, 0, 0, 1, 0},
	{{"enc.sed.b4.bn2.running_var", 1, {16}}, "ones", 0, 0, 0, 1, 0},
	{{"enc.doa.b4.conv1.weight", 4, {16, 16, 3, 3}}, "normal", 0, 0.11785113019775792, 0, 0, 0},
	{{"enc.sde.b4.conv1.weight", 4, {16, 16, 3, 3}}, "normal", 0, 0.11785113019775792, 0, 0, 0},
	{{"enc.doa.b4.bn1.running_var", 1, {16}}, "ones", 0, 0, 0, 1, 0},
	{{"enc.sde.b4.bn1.running_var", 1, {16}}, "ones", 0, 0, 0, 1, 0},
	{{"enc.doa.b4.bn1.weight", 1, {16}}, "ones", 0, 0, 0, 0, 0},
	{{"enc.sde.b4.bn1.weight", 1, {16}}, "ones", 0, 0, 0, 0, 0},
	{{"enc.doa.b4.bn1.running_mean", 1, {16}}, "zeros", 0, 0, 0, 1, 0},
	{{"enc.sde.b4.bn1.running_mean", 1, {16}}, "zeros", 0, 0, 0, 1, 0},
	{{"enc.doa.b4.bn1.bias", 1, {16}}, "zeros", 0, 0, 0, 0, 0},
	{{"enc.sde.b4.bn1.bias", 1, {16}}, "zeros", 0, 0, 0, 0, 0},
	{{"enc.doa.b4.conv2.weight", 4, {16, 16, 3, 3}}, "normal", 0, 0.11785113019775792, 0, 0, 0},
	{{"enc.doa.b4.bn2.weight", 1, {16}}, "ones", 0, 0, 0, 0, 0},
	{{"enc.doa.b4.bn2.bias", 1, {16}}, "zeros", 0, 0, 0, 0, 0},
	{{"enc.doa.b4.bn2.running_mean", 1, {16}}, "zeros", 0, 0, 0, 1, 0},
	{{"enc.doa.b4.bn2.running_var", 1, {16}}, "ones", 0, 0, 0, 1, 0},
	{{"enc.sde.b4.conv2.weight", 4, {16, 16, 3, 3}}, "normal", 0, 0.11785113019775792, 0, 0, 0},
	{{"enc.sde.b4.bn2.weight", 1, {16}}, "ones", 0, 0, 0, 0, 0},
	{{"enc.sde.b4.bn2.bias", 1, {16}}, "zeros", 0, 0, 0, 0, 0},
	{{"enc.sde.b4.bn2.running_mean", 1, {16}}, "zeros", 0, 0, 0, 1, 0},
	{{"enc.sde.b4.bn2.running_var", 1, {16}}, "ones", 0, 0, 0, 1, 0},
	{{"dec.sed.t1.fwd.l1.norm.weight", 1, {16}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.sed.t1.fwd.l1.in_proj.weight", 2, {64, 16}}, "uniform", -0.25, 0.25, 0, 0, 0},
	{{"dec.sed.t1.fwd.l1.conv1d.weight", 3, {32, 1, 4}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.sed.t1.fwd.l1.conv1d.bias", 1, {32}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.sed.t1.bwd.l1.norm.weight", 1, {16}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.sed.t2.fwd.l1.norm.weight", 1, {16}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.sed.t2.bwd.l1.norm.weight", 1, {16}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.sed.t3.fwd.l1.norm.weight", 1, {16}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.sed.t3.bwd.l1.norm.weight", 1, {16}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.doa.t1.fwd.l1.norm.weight", 1, {16}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.doa.t1.bwd.l1.norm.weight", 1, {16}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.doa.t2.fwd.l1.norm.weight", 1, {16}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.doa.t2.bwd.l1.norm.weight", 1, {16}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.doa.t3.fwd.l1.norm.weight", 1, {16}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.doa.t3.bwd.l1.norm.weight", 1, {16}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.sde.t1.fwd.l1.norm.weight", 1, {16}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.sde.t1.bwd.l1.norm.weight", 1, {16}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.sde.t2.fwd.l1.norm.weight", 1, {16}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.sde.t2.bwd.l1.norm.weight", 1, {16}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.sde.t3.fwd.l1.norm.weight", 1, {16}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.sde.t3.bwd.l1.norm.weight", 1, {16}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.sed.t1.fwd.l1.x_proj.weight", 2, {9, 32}}, "uniform", -0.17677669529663687, 0.17677669529663687, 0, 0, 0},
	{{"dec.sed.t1.bwd.l1.in_proj.weight", 2, {64, 16}}, "uniform", -0.25, 0.25, 0, 0, 0},
	{{"dec.sed.t2.fwd.l1.in_proj.weight", 2, {64, 16}}, "uniform", -0.25, 0.25, 0, 0, 0},
	{{"dec.sed.t2.bwd.l1.in_proj.weight", 2, {64, 16}}, "uniform", -0.25, 0.25, 0, 0, 0},
	{{"dec.sed.t3.fwd.l1.in_proj.weight", 2, {64, 16}}, "uniform", -0.25, 0.25, 0, 0, 0},
	{{"dec.sed.t3.bwd.l1.in_proj.weight", 2, {64, 16}}, "uniform", -0.25, 0.25, 0, 0, 0},
	{{"dec.doa.t1.fwd.l1.in_proj.weight", 2, {64, 16}}, "uniform", -0.25, 0.25, 0, 0, 0},
	{{"dec.doa.t1.bwd.l1.in_proj.weight", 2, {64, 16}}, "uniform", -0.25, 0.25, 0, 0, 0},
	{{"dec.doa.t2.fwd.l1.in_proj.weight", 2, {64, 16}}, "uniform", -0.25, 0.25, 0, 0, 0},
	{{"dec.doa.t2.bwd.l1.in_proj.weight", 2, {64, 16}}, "uniform", -0.25, 0.25, 0, 0, 0},
	{{"dec.doa.t3.fwd.l1.in_proj.weight", 2, {64, 16}}, "uniform", -0.25, 0.25, 0, 0, 0},
	{{"dec.doa.t3.bwd.l1.in_proj.weight", 2, {64, 16}}, "uniform", -0.25, 0.25, 0, 0, 0},
	{{"dec.sde.t1.fwd.l1.in_proj.weight", 2, {64, 16}}, "uniform", -0.25, 0.25, 0, 0, 0},
	{{"dec.sde.t1.bwd.l1.in_proj.weight", 2, {64, 16}}, "uniform", -0.25, 0.25, 0, 0, 0},
	{{"dec.sde.t2.fwd.l1.in_proj.weight", 2, {64, 16}}, "uniform", -0.25, 0.25, 0, 0, 0},
	{{"dec.sde.t2.bwd.l1.in_proj.weight", 2, {64, 16}}, "uniform", -0.25, 0.25, 0, 0, 0},
	{{"dec.sde.t3.fwd.l1.in_proj.weight", 2, {64, 16}}, "uniform", -0.25, 0.25, 0, 0, 0},
	{{"dec.sde.t3.bwd.l1.in_proj.weight", 2, {64, 16}}, "uniform", -0.25, 0.25, 0, 0, 0},
	{{"dec.sed.t1.bwd.l1.conv1d.weight", 3, {32, 1, 4}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.sed.t2.fwd.l1.conv1d.weight", 3, {32, 1, 4}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.sed.t2.bwd.l1.conv1d.weight", 3, {32, 1, 4}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.sed.t3.fwd.l1.conv1d.weight", 3, {32, 1, 4}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.sed.t3.bwd.l1.conv1d.weight", 3, {32, 1, 4}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.doa.t1.fwd.l1.conv1d.weight", 3, {32, 1, 4}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.doa.t1.bwd.l1.conv1d.weight", 3, {32, 1, 4}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.doa.t2.fwd.l1.conv1d.weight", 3, {32, 1, 4}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.doa.t2.bwd.l1.conv1d.weight", 3, {32, 1, 4}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.doa.t3.fwd.l1.conv1d.weight", 3, {32, 1, 4}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.doa.t3.bwd.l1.conv1d.weight", 3, {32, 1, 4}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.sde.t1.fwd.l1.conv1d.weight", 3, {32, 1, 4}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.sde.t1.bwd.l1.conv1d.weight", 3, {32, 1, 4}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.sde.t2.fwd.l1.conv1d.weight", 3, {32, 1, 4}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.sde.t2.bwd.l1.conv1d.weight", 3, {32, 1, 4}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.sde.t3.fwd.l1.conv1d.weight", 3, {32, 1, 4}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.sde.t3.bwd.l1.conv1d.weight", 3, {32, 1, 4}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.sed.t1.bwd.l1.conv1d.bias", 1, {32}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.sed.t2.fwd.l1.conv1d.bias", 1, {32}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.sed.t2.bwd.l1.conv1d.bias", 1, {32}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.sed.t3.fwd.l1.conv1d.bias", 1, {32}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.sed.t3.bwd.l1.conv1d.bias", 1, {32}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.doa.t1.fwd.l1.conv1d.bias", 1, {32}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.doa.t1.bwd.l1.conv1d.bias", 1, {32}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.doa.t2.fwd.l1.conv1d.bias", 1, {32}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.doa.t2.bwd.l1.conv1d.bias", 1, {32}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.doa.t3.fwd.l1.conv1d.bias", 1, {32}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.doa.t3.bwd.l1.conv1d.bias", 1, {32}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.sde.t1.fwd.l1.conv1d.bias", 1, {32}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.sde.t1.bwd.l1.conv1d.bias", 1, {32}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.sde.t2.fwd.l1.conv1d.bias", 1, {32}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.sde.t2.bwd.l1.conv1d.bias", 1, {32}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.sde.t3.fwd.l1.conv1d.bias", 1, {32}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.sde.t3.bwd.l1.conv1d.bias", 1, {32}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.sed.t1.bwd.l1.x_proj.weight", 2, {9, 32}}, "uniform", -0.17677669529663687, 0.17677669529663687, 0, 0, 0},
	{{"dec.sed.t2.fwd.l1.x_proj.weight", 2, {9, 32}}, "uniform", -0.17677669529663687, 0.17677669529663687, 0, 0, 0},
	{{"dec.sed.t2.bwd.l1.x_proj.weight", 2, {9, 32}}, "uniform", -0.17677669529663687, 0.17677669529663687, 0, 0, 0},
	{{"dec.sed.t3.fwd.l1.x_proj.weight", 2, {9, 32}}, "uniform", -0.17677669529663687, 0.17677669529663687, 0, 0, 0},
	{{"dec.sed.t3.bwd.l1.x_proj.weight", 2, {9, 32}}, "uniform", -0.17677669529663687, 0.17677669529663687, 0, 0, 0},
	{{"dec.doa.t1.fwd.l1.x_proj.weight", 2, {9, 32}}, "uniform", -0.17677669529663687, 0.17677669529663687, 0, 0, 0},
	{{"dec.doa.t1.bwd.l1.x_proj.weight", 2, {9, 32}}, "uniform", -0.17677669529663687, 0.17677669529663687, 0, 0, 0},
	{{"dec.doa.t2.fwd.l1.x_proj.weight", 2, {9, 32}}, "uniform", -0.17677669529663687, 0.17677669529663687, 0, 0, 0},
	{{"dec.doa.t2.bwd.l1.x_proj.weight", 2, {9, 32}}, "uniform", -0.17677669529663687, 0.17677669529663687, 0, 0, 0},
	{{"dec.doa.t3.fwd.l1.x_proj.weight", 2, {9, 32}}, "uniform", -0.17677669529663687, 0.17677669529663687, 0, 0, 0},
	{{"dec.doa.t3.bwd.l1.x_proj.weight", 2, {9, 32}}, "uniform", -0.17677669529663687, 0.17677669529663687, 0, 0, 0},
	{{"dec.sde.t1.fwd.l1.x_proj.weight", 2, {9, 32}}, "uniform", -0.17677669529663687, 0.17677669529663687, 0, 0, 0},
	{{"dec.sde.t1.bwd.l1.x_proj.weight", 2, {9, 32}}, "uniform", -0.17677669529663687, 0.17677669529663687, 0, 0, 0},
	{{"dec.sde.t2.fwd.l1.x_proj.weight", 2, {9, 32}}, "uniform", -0.17677669529663687, 0.17677669529663687, 0, 0, 0},
	{{"dec.sde.t2.bwd.l1.x_proj.weight", 2, {9, 32}}, "uniform", -0.17677669529663687, 0.17677669529663687, 0, 0, 0},
	{{"dec.sde.t3.fwd.l1.x_proj.weight", 2, {9, 32}}, "uniform", -0.17677669529663687, 0.17677669529663687, 0, 0, 0},
	{{"dec.sde.t3.bwd.l1.x_proj.weight", 2, {9, 32}}, "uniform", -0.17677669529663687, 0.17677669529663687, 0, 0, 0},
	{{"dec.sed.t1.fwd.l1.dt_proj.weight", 2, {32, 1}}, "uniform", -1, 1, 0, 0, 0},
	{{"dec.sed.t1.fwd.l1.dt_proj.bias", 1, {32}}, "dt_bias", 0.001, 0.1, 0.0001, 0, 0},
	{{"dec.sed.t1.fwd.l1.A_log", 2, {32, 4}}, "log_arange", 0, 0, 0, 0, 0},
	{{"dec.sed.t1.fwd.l1.D", 1, {32}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.sed.t1.bwd.l1.dt_proj.weight", 2, {32, 1}}, "uniform", -1, 1, 0, 0, 0},
	{{"dec.sed.t2.fwd.l1.dt_proj.weight", 2, {32, 1}}, "uniform", -1, 1, 0, 0, 0},
	{{"dec.sed.t2.bwd.l1.dt_proj.weight", 2, {32, 1}}, "uniform", -1, 1, 0, 0, 0},
	{{"dec.sed.t3.fwd.l1.dt_proj.weight", 2, {32, 1}}, "uniform", -1, 1, 0, 0, 0},
	{{"dec.sed.t3.bwd.l1.dt_proj.weight", 2, {32, 1}}, "uniform", -1, 1, 0, 0, 0},
	{{"dec.doa.t1.fwd.l1.dt_proj.weight", 2, {32, 1}}, "uniform", -1, 1, 0, 0, 0},
	{{"dec.doa.t1.bwd.l1.dt_proj.weight", 2, {32, 1}}, "uniform", -1, 1, 0, 0, 0},
	{{"dec.doa.t2.fwd.l1.dt_proj.weight", 2, {32, 1}}, "uniform", -1, 1, 0, 0, 0},
	{{"dec.doa.t2.bwd.l1.dt_proj.weight", 2, {32, 1}}, "uniform", -1, 1, 0, 0, 0},
	{{"dec.doa.t3.fwd.l1.dt_proj.weight", 2, {32, 1}}, "uniform", -1, 1, 0, 0, 0},
	{{"dec.doa.t3.bwd.l1.dt_proj.weight", 2, {32, 1}}, "uniform", -1, 1, 0, 0, 0},
	{{"dec.sde.t1.fwd.l1.dt_proj.weight", 2, {32, 1}}, "uniform", -1, 1, 0, 0, 0},
	{{"dec.sde.t1.bwd.l1.dt_proj.weight", 2, {32, 1}}, "uniform", -1, 1, 0, 0, 0},
	{{"dec.sde.t2.fwd.l1.dt_proj.weight", 2, {32, 1}}, "uniform", -1, 1, 0, 0, 0},
	{{"dec.sde.t2.bwd.l1.dt_proj.weight", 2, {32, 1}}, "uniform", -1, 1, 0, 0, 0},
	{{"dec.sde.t3.fwd.l1.dt_proj.weight", 2, {32, 1}}, "uniform", -1, 1, 0, 0, 0},
	{{"dec.sde.t3.bwd.l1.dt_proj.weight", 2, {32, 1}}, "uniform", -1, 1, 0, 0, 0},
	{{"dec.sed.t1.bwd.l1.dt_proj.bias", 1, {32}}, "dt_bias", 0.001, 0.1, 0.0001, 0, 0},
	{{"dec.sed.t2.fwd.l1.dt_proj.bias", 1, {32}}, "dt_bias", 0.001, 0.1, 0.0001, 0, 0},
	{{"dec.sed.t2.bwd.l1.dt_proj.bias", 1, {32}}, "dt_bias", 0.001, 0.1, 0.0001, 0, 0},
	{{"dec.sed.t3.fwd.l1.dt_proj.bias", 1, {32}}, "dt_bias", 0.001, 0.1, 0.0001, 0, 0},
	{{"dec.sed.t3.bwd.l1.dt_proj.bias", 1, {32}}, "dt_bias", 0.001, 0.1, 0.0001, 0, 0},
	{{"dec.doa.t1.fwd.l1.dt_proj.bias", 1, {32}}, "dt_bias", 0.001, 0.1, 0.0001, 0, 0},
	{{"dec.doa.t1.bwd.l1.dt_proj.bias", 1, {32}}, "dt_bias", 0.001, 0.1, 0.0001, 0, 0},
	{{"dec.doa.t2.fwd.l1.dt_proj.bias", 1, {32}}, "dt_bias", 0.001, 0.1, 0.0001, 0, 0},
	{{"dec.doa.t2.bwd.l1.dt_proj.bias", 1, {32}}, "dt_bias", 0.001, 0.1, 0.0001, 0, 0},
	{{"dec.doa.t3.fwd.l1.dt_proj.bias", 1, {32}}, "dt_bias", 0.001, 0.1, 0.0001, 0, 0},
	{{"dec.doa.t3.bwd.l1.dt_proj.bias", 1, {32}}, "dt_bias", 0.001, 0.1, 0.0001, 0, 0},
	{{"dec.sde.t1.fwd.l1.dt_proj.bias", 1, {32}}, "dt_bias", 0.001, 0.1, 0.0001, 0, 0},
	{{"dec.sde.t1.bwd.l1.dt_proj.bias", 1, {32}}, "dt_bias", 0.001, 0.1, 0.0001, 0, 0},
	{{"dec.sde.t2.fwd.l1.dt_proj.bias", 1, {32}}, "dt_bias", 0.001, 0.1, 0.0001, 0, 0},
	{{"dec.sde.t2.bwd.l1.dt_proj.bias", 1, {32}}, "dt_bias", 0.001, 0.1, 0.0001, 0, 0},
	{{"dec.sde.t3.fwd.l1.dt_proj.bias", 1, {32}}, "dt_bias", 0.001, 0.1, 0.0001, 0, 0},
	{{"dec.sde.t3.bwd.l1.dt_proj.bias", 1, {32}}, "dt_bias", 0.001, 0.1, 0.0001, 0, 0},
	{{"dec.sed.t1.fwd.l1.out_proj.weight", 2, {16, 32}}, "uniform", -0.125, 0.125, 0, 0, 0},
	{{"dec.sed.t1.bwd.l1.A_log", 2, {32, 4}}, "log_arange", 0, 0, 0, 0, 0},
	{{"dec.sed.t2.fwd.l1.A_log", 2, {32, 4}}, "log_arange", 0, 0, 0, 0, 0},
	{{"dec.sed.t2.bwd.l1.A_log", 2, {32, 4}}, "log_arange", 0, 0, 0, 0, 0},
	{{"dec.sed.t3.fwd.l1.A_log", 2, {32, 4}}, "log_arange", 0, 0, 0, 0, 0},
	{{"dec.sed.t3.bwd.l1.A_log", 2, {32, 4}}, "log_arange", 0, 0, 0, 0, 0},
	{{"dec.doa.t1.fwd.l1.A_log", 2, {32, 4}}, "log_arange", 0, 0, 0, 0, 0},
	{{"dec.doa.t1.bwd.l1.A_log", 2, {32, 4}}, "log_arange", 0, 0, 0, 0, 0},
	{{"dec.doa.t2.fwd.l1.A_log", 2, {32, 4}}, "log_arange", 0, 0, 0, 0, 0},
	{{"dec.doa.t2.bwd.l1.A_log", 2, {32, 4}}, "log_arange", 0, 0, 0, 0, 0},
	{{"dec.doa.t3.fwd.l1.A_log", 2, {32, 4}}, "log_arange", 0, 0, 0, 0, 0},
	{{"dec.doa.t3.bwd.l1.A_log", 2, {32, 4}}, "log_arange", 0, 0, 0, 0, 0},
	{{"dec.sde.t1.fwd.l1.A_log", 2, {32, 4}}, "log_arange", 0, 0, 0, 0, 0},
	{{"dec.sde.t1.bwd.l1.A_log", 2, {32, 4}}, "log_arange", 0, 0, 0, 0, 0},
	{{"dec.sde.t2.fwd.l1.A_log", 2, {32, 4}}, "log_arange", 0, 0, 0, 0, 0},
	{{"dec.sde.t2.bwd.l1.A_log", 2, {32, 4}}, "log_arange", 0, 0, 0, 0, 0},
	{{"dec.sde.t3.fwd.l1.A_log", 2, {32, 4}}, "log_arange", 0, 0, 0, 0, 0},
	{{"dec.sde.t3.bwd.l1.A_log", 2, {32, 4}}, "log_arange", 0, 0, 0, 0, 0},
	{{"dec.sed.t1.bwd.l1.D", 1, {32}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.sed.t2.fwd.l1.D", 1, {32}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.sed.t2.bwd.l1.D", 1, {32}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.sed.t3.fwd.l1.D", 1, {32}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.sed.t3.bwd.l1.D", 1, {32}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.doa.t1.fwd.l1.D", 1, {32}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.doa.t1.bwd.l1.D", 1, {32}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.doa.t2.fwd.l1.D", 1, {32}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.doa.t2.bwd.l1.D", 1, {32}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.doa.t3.fwd.l1.D", 1, {32}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.doa.t3.bwd.l1.D", 1, {32}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.sde.t1.fwd.l1.D", 1, {32}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.sde.t1.bwd.l1.D", 1, {32}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.sde.t2.fwd.l1.D", 1, {32}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.sde.t2.bwd.l1.D", 1, {32}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.sde.t3.fwd.l1.D", 1, {32}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.sde.t3.bwd.l1.D", 1, {32}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.sed.t1.bwd.l1.out_proj.weight", 2, {16, 32}}, "uniform", -0.125, 0.125, 0, 0, 0},
	{{"dec.sed.t2.fwd.l1.out_proj.weight", 2, {16, 32}}, "uniform", -0.125, 0.125, 0, 0, 0},
	{{"dec.sed.t2.bwd.l1.out_proj.weight", 2, {16, 32}}, "uniform", -0.125, 0.125, 0, 0, 0},
	{{"dec.sed.t3.fwd.l1.out_proj.weight", 2, {16, 32}}, "uniform", -0.125, 0.125, 0, 0, 0},
	{{"dec.sed.t3.bwd.l1.out_proj.weight", 2, {16, 32}}, "uniform", -0.125, 0.125, 0, 0, 0},
	{{"dec.doa.t1.fwd.l1.out_proj.weight", 2, {16, 32}}, "uniform", -0.125, 0.125, 0, 0, 0},
	{{"dec.doa.t1.bwd.l1.out_proj.weight", 2, {16, 32}}, "uniform", -0.125, 0.125, 0, 0, 0},
	{{"dec.doa.t2.fwd.l1.out_proj.weight", 2, {16, 32}}, "uniform", -0.125, 0.125, 0, 0, 0},
	{{"dec.doa.t2.bwd.l1.out_proj.weight", 2, {16, 32}}, "uniform", -0.125, 0.125, 0, 0, 0},
	{{"dec.doa.t3.fwd.l1.out_proj.weight", 2, {16, 32}}, "uniform", -0.125, 0.125, 0, 0, 0},
	{{"dec.doa.t3.bwd.l1.out_proj.weight", 2, {16, 32}}, "uniform", -0.125, 0.125, 0, 0, 0},
	{{"dec.sde.t1.fwd.l1.out_proj.weight", 2, {16, 32}}, "uniform", -0.125, 0.125, 0, 0, 0},
	{{"dec.sde.t1.bwd.l1.out_proj.weight", 2, {16, 32}}, "uniform", -0.125, 0.125, 0, 0, 0},
	{{"dec.sde.t2.fwd.l1.out_proj.weight", 2, {16, 32}}, "uniform", -0.125, 0.125, 0, 0, 0},
	{{"dec.sde.t2.bwd.l1.out_proj.weight", 2, {16, 32}}, "uniform", -0.125, 0.125, 0, 0, 0},
	{{"dec.sde.t3.fwd.l1.out_proj.weight", 2, {16, 32}}, "uniform", -0.125, 0.125, 0, 0, 0},
	{{"dec.sde.t3.bwd.l1.out_proj.weight", 2, {16, 32}}, "uniform", -0.125, 0.125, 0, 0, 0},
	{{"dec.sed.t1.fwd.l2.norm.weight", 1, {16}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.sed.t1.fwd.l2.in_proj.weight", 2, {64, 16}}, "uniform", -0.25, 0.25, 0, 0, 0},
	{{"dec.sed.t1.fwd.l2.conv1d.weight", 3, {32, 1, 4}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.sed.t1.fwd.l2.conv1d.bias", 1, {32}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.sed.t1.bwd.l2.norm.weight", 1, {16}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.sed.t2.fwd.l2.norm.weight", 1, {16}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.sed.t2.bwd.l2.norm.weight", 1, {16}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.sed.t3.fwd.l2.norm.weight", 1, {16}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.sed.t3.bwd.l2.norm.weight", 1, {16}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.doa.t1.fwd.l2.norm.weight", 1, {16}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.doa.t1.bwd.l2.norm.weight", 1, {16}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.doa.t2.fwd.l2.norm.weight", 1, {16}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.doa.t2.bwd.l2.norm.weight", 1, {16}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.doa.t3.fwd.l2.norm.weight", 1, {16}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.doa.t3.bwd.l2.norm.weight", 1, {16}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.sde.t1.fwd.l2.norm.weight", 1, {16}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.sde.t1.bwd.l2.norm.weight", 1, {16}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.sde.t2.fwd.l2.norm.weight", 1, {16}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.sde.t2.bwd.l2.norm.weight", 1, {16}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.sde.t3.fwd.l2.norm.weight", 1, {16}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.sde.t3.bwd.l2.norm.weight", 1, {16}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.sed.t1.fwd.l2.x_proj.weight", 2, {9, 32}}, "uniform", -0.17677669529663687, 0.17677669529663687, 0, 0, 0},
	{{"dec.sed.t1.bwd.l2.in_proj.weight", 2, {64, 16}}, "uniform", -0.25, 0.25, 0, 0, 0},
	{{"dec.sed.t2.fwd.l2.in_proj.weight", 2, {64, 16}}, "uniform", -0.25, 0.25, 0, 0, 0},
	{{"dec.sed.t2.bwd.l2.in_proj.weight", 2, {64, 16}}, "uniform", -0.25, 0.25, 0, 0, 0},
	{{"dec.sed.t3.fwd.l2.in_proj.weight", 2, {64, 16}}, "uniform", -0.25, 0.25, 0, 0, 0},
	{{"dec.sed.t3.bwd.l2.in_proj.weight", 2, {64, 16}}, "uniform", -0.25, 0.25, 0, 0, 0},
	{{"dec.doa.t1.fwd.l2.in_proj.weight", 2, {64, 16}}, "uniform", -0.25, 0.25, 0, 0, 0},
	{{"dec.doa.t1.bwd.l2.in_proj.weight", 2, {64, 16}}, "uniform", -0.25, 0.25, 0, 0, 0},
	{{"dec.doa.t2.fwd.l2.in_proj.weight", 2, {64, 16}}, "uniform", -0.25, 0.25, 0, 0, 0},
	{{"dec.doa.t2.bwd.l2.in_proj.weight", 2, {64, 16}}, "uniform", -0.25, 0.25, 0, 0, 0},
	{{"dec.doa.t3.fwd.l2.in_proj.weight", 2, {64, 16}}, "uniform", -0.25, 0.25, 0, 0, 0},
	{{"dec.doa.t3.bwd.l2.in_proj.weight", 2, {64, 16}}, "uniform", -0.25, 0.25, 0, 0, 0},
	{{"dec.sde.t1.fwd.l2.in_proj.weight", 2, {64, 16}}, "uniform", -0.25, 0.25, 0, 0, 0},
	{{"dec.sde.t1.bwd.l2.in_proj.weight", 2, {64, 16}}, "uniform", -0.25, 0.25, 0, 0, 0},
	{{"dec.sde.t2.fwd.l2.in_proj.weight", 2, {64, 16}}, "uniform", -0.25, 0.25, 0, 0, 0},
	{{"dec.sde.t2.bwd.l2.in_proj.weight", 2, {64, 16}}, "uniform", -0.25, 0.25, 0, 0, 0},
	{{"dec.sde.t3.fwd.l2.in_proj.weight", 2, {64, 16}}, "uniform", -0.25, 0.25, 0, 0, 0},
	{{"dec.sde.t3.bwd.l2.in_proj.weight", 2, {64, 16}}, "uniform", -0.25, 0.25, 0, 0, 0},
	{{"dec.sed.t1.bwd.l2.conv1d.weight", 3, {32, 1, 4}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.sed.t2.fwd.l2.conv1d.weight", 3, {32, 1, 4}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.sed.t2.bwd.l2.conv1d.weight", 3, {32, 1, 4}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.sed.t3.fwd.l2.conv1d.weight", 3, {32, 1, 4}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.sed.t3.bwd.l2.conv1d.weight", 3, {32, 1, 4}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.doa.t1.fwd.l2.conv1d.weight", 3, {32, 1, 4}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.doa.t1.bwd.l2.conv1d.weight", 3, {32, 1, 4}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.doa.t2.fwd.l2.conv1d.weight", 3, {32, 1, 4}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.doa.t2.bwd.l2.conv1d.weight", 3, {32, 1, 4}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.doa.t3.fwd.l2.conv1d.weight", 3, {32, 1, 4}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.doa.t3.bwd.l2.conv1d.weight", 3, {32, 1, 4}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.sde.t1.fwd.l2.conv1d.weight", 3, {32, 1, 4}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.sde.t1.bwd.l2.conv1d.weight", 3, {32, 1, 4}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.sde.t2.fwd.l2.conv1d.weight", 3, {32, 1, 4}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.sde.t2.bwd.l2.conv1d.weight", 3, {32, 1, 4}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.sde.t3.fwd.l2.conv1d.weight", 3, {32, 1, 4}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.sde.t3.bwd.l2.conv1d.weight", 3, {32, 1, 4}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.sed.t1.bwd.l2.conv1d.bias", 1, {32}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.sed.t2.fwd.l2.conv1d.bias", 1, {32}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.sed.t2.bwd.l2.conv1d.bias", 1, {32}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.sed.t3.fwd.l2.conv1d.bias", 1, {32}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.sed.t3.bwd.l2.conv1d.bias", 1, {32}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.doa.t1.fwd.l2.conv1d.bias", 1, {32}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.doa.t1.bwd.l2.conv1d.bias", 1, {32}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.doa.t2.fwd.l2.conv1d.bias", 1, {32}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.doa.t2.bwd.l2.conv1d.bias", 1, {32}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.doa.t3.fwd.l2.conv1d.bias", 1, {32}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.doa.t3.bwd.l2.conv1d.bias", 1, {32}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.sde.t1.fwd.l2.conv1d.bias", 1, {32}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.sde.t1.bwd.l2.conv1d.bias", 1, {32}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.sde.t2.fwd.l2.conv1d.bias", 1, {32}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.sde.t2.bwd.l2.conv1d.bias", 1, {32}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.sde.t3.fwd.l2.conv1d.bias", 1, {32}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.sde.t3.bwd.l2.conv1d.bias", 1, {32}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"dec.sed.t1.bwd.l2.x_proj.weight", 2, {9, 32}}, "uniform", -0.17677669529663687, 0.17677669529663687, 0, 0, 0},
	{{"dec.sed.t2.fwd.l2.x_proj.weight", 2, {9, 32}}, "uniform", -0.17677669529663687, 0.17677669529663687, 0, 0, 0},
	{{"dec.sed.t2.bwd.l2.x_proj.weight", 2, {9, 32}}, "uniform", -0.17677669529663687, 0.17677669529663687, 0, 0, 0},
	{{"dec.sed.t3.fwd.l2.x_proj.weight", 2, {9, 32}}, "uniform", -0.17677669529663687, 0.17677669529663687, 0, 0, 0},
	{{"dec.sed.t3.bwd.l2.x_proj.weight", 2, {9, 32}}, "uniform", -0.17677669529663687, 0.17677669529663687, 0, 0, 0},
	{{"dec.doa.t1.fwd.l2.x_proj.weight", 2, {9, 32}}, "uniform", -0.17677669529663687, 0.17677669529663687, 0, 0, 0},
	{{"dec.doa.t1.bwd.l2.x_proj.weight", 2, {9, 32}}, "uniform", -0.17677669529663687, 0.17677669529663687, 0, 0, 0},
	{{"dec.doa.t2.fwd.l2.x_proj.weight", 2, {9, 32}}, "uniform", -0.17677669529663687, 0.17677669529663687, 0, 0, 0},
	{{"dec.doa.t2.bwd.l2.x_proj.weight", 2, {9, 32}}, "uniform", -0.17677669529663687, 0.17677669529663687, 0, 0, 0},
	{{"dec.doa.t3.fwd.l2.x_proj.weight", 2, {9, 32}}, "uniform", -0.17677669529663687, 0.17677669529663687, 0, 0, 0},
	{{"dec.doa.t3.bwd.l2.x_proj.weight", 2, {9, 32}}, "uniform", -0.17677669529663687, 0.17677669529663687, 0, 0, 0},
	{{"dec.sde.t1.fwd.l2.x_proj.weight", 2, {9, 32}}, "uniform", -0.17677669529663687, 0.17677669529663687, 0, 0, 0},
	{{"dec.sde.t1.bwd.l2.x_proj.weight", 2, {9, 32}}, "uniform", -0.17677669529663687, 0.17677669529663687, 0, 0, 0},
	{{"dec.sde.t2.fwd.l2.x_proj.weight", 2, {9, 32}}, "uniform", -0.17677669529663687, 0.17677669529663687, 0, 0, 0},
	{{"dec.sde.t2.bwd.l2.x_proj.weight", 2, {9, 32}}, "uniform", -0.17677669529663687, 0.17677669529663687, 0, 0, 0},
	{{"dec.sde.t3.fwd.l2.x_proj.weight", 2, {9, 32}}, "uniform", -0.17677669529663687, 0.17677669529663687, 0, 0, 0},
	{{"dec.sde.t3.bwd.l2.x_proj.weight", 2, {9, 32}}, "uniform", -0.17677669529663687, 0.17677669529663687, 0, 0, 0},
	{{"dec.sed.t1.fwd.l2.dt_proj.weight", 2, {32, 1}}, "uniform", -1, 1, 0, 0, 0},
	{{"dec.sed.t1.fwd.l2.dt_proj.bias", 1, {32}}, "dt_bias", 0.001, 0.1, 0.0001, 0, 0},
	{{"dec.sed.t1.fwd.l2.A_log", 2, {32, 4}}, "log_arange", 0, 0, 0, 0, 0},
	{{"dec.sed.t1.fwd.l2.D", 1, {32}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.sed.t1.bwd.l2.dt_proj.weight", 2, {32, 1}}, "uniform", -1, 1, 0, 0, 0},
	{{"dec.sed.t2.fwd.l2.dt_proj.weight", 2, {32, 1}}, "uniform", -1, 1, 0, 0, 0},
	{{"dec.sed.t2.bwd.l2.dt_proj.weight", 2, {32, 1}}, "uniform", -1, 1, 0, 0, 0},
	{{"dec.sed.t3.fwd.l2.dt_proj.weight", 2, {32, 1}}, "uniform", -1, 1, 0, 0, 0},
	{{"dec.sed.t3.bwd.l2.dt_proj.weight", 2, {32, 1}}, "uniform", -1, 1, 0, 0, 0},
	{{"dec.doa.t1.fwd.l2.dt_proj.weight", 2, {32, 1}}, "uniform", -1, 1, 0, 0, 0},
	{{"dec.doa.t1.bwd.l2.dt_proj.weight", 2, {32, 1}}, "uniform", -1, 1, 0, 0, 0},
	{{"dec.doa.t2.fwd.l2.dt_proj.weight", 2, {32, 1}}, "uniform", -1, 1, 0, 0, 0},
	{{"dec.doa.t2.bwd.l2.dt_proj.weight", 2, {32, 1}}, "uniform", -1, 1, 0, 0, 0},
	{{"dec.doa.t3.fwd.l2.dt_proj.weight", 2, {32, 1}}, "uniform", -1, 1, 0, 0, 0},
	{{"dec.doa.t3.bwd.l2.dt_proj.weight", 2, {32, 1}}, "uniform", -1, 1, 0, 0, 0},
	{{"dec.sde.t1.fwd.l2.dt_proj.weight", 2, {32, 1}}, "uniform", -1, 1, 0, 0, 0},
	{{"dec.sde.t1.bwd.l2.dt_proj.weight", 2, {32, 1}}, "uniform", -1, 1, 0, 0, 0},
	{{"dec.sde.t2.fwd.l2.dt_proj.weight", 2, {32, 1}}, "uniform", -1, 1, 0, 0, 0},
	{{"dec.sde.t2.bwd.l2.dt_proj.weight", 2, {32, 1}}, "uniform", -1, 1, 0, 0, 0},
	{{"dec.sde.t3.fwd.l2.dt_proj.weight", 2, {32, 1}}, "uniform", -1, 1, 0, 0, 0},
	{{"dec.sde.t3.bwd.l2.dt_proj.weight", 2, {32, 1}}, "uniform", -1, 1, 0, 0, 0},
	{{"dec.sed.t1.bwd.l2.dt_proj.bias", 1, {32}}, "dt_bias", 0.001, 0.1, 0.0001, 0, 0},
	{{"dec.sed.t2.fwd.l2.dt_proj.bias", 1, {32}}, "dt_bias", 0.001, 0.1, 0.0001, 0, 0},
	{{"dec.sed.t2.bwd.l2.dt_proj.bias", 1, {32}}, "dt_bias", 0.001, 0.1, 0.0001, 0, 0},
	{{"dec.sed.t3.fwd.l2.dt_proj.bias", 1, {32}}, "dt_bias", 0.001, 0.1, 0.0001, 0, 0},
	{{"dec.sed.t3.bwd.l2.dt_proj.bias", 1, {32}}, "dt_bias", 0.001, 0.1, 0.0001, 0, 0},
	{{"dec.doa.t1.fwd.l2.dt_proj.bias", 1, {32}}, "dt_bias", 0.001, 0.1, 0.0001, 0, 0},
	{{"dec.doa.t1.bwd.l2.dt_proj.bias", 1, {32}}, "dt_bias", 0.001, 0.1, 0.0001, 0, 0},
	{{"dec.doa.t2.fwd.l2.dt_proj.bias", 1, {32}}, "dt_bias", 0.001, 0.1, 0.0001, 0, 0},
	{{"dec.doa.t2.bwd.l2.dt_proj.bias", 1, {32}}, "dt_bias", 0.001, 0.1, 0.0001, 0, 0},
	{{"dec.doa.t3.fwd.l2.dt_proj.bias", 1, {32}}, "dt_bias", 0.001, 0.1, 0.0001, 0, 0},
	{{"dec.doa.t3.bwd.l2.dt_proj.bias", 1, {32}}, "dt_bias", 0.001, 0.1, 0.0001, 0, 0},
	{{"dec.sde.t1.fwd.l2.dt_proj.bias", 1, {32}}, "dt_bias", 0.001, 0.1, 0.0001, 0, 0},
	{{"dec.sde.t1.bwd.l2.dt_proj.bias", 1, {32}}, "dt_bias", 0.001, 0.1, 0.0001, 0, 0},
	{{"dec.sde.t2.fwd.l2.dt_proj.bias", 1, {32}}, "dt_bias", 0.001, 0.1, 0.0001, 0, 0},
	{{"dec.sde.t2.bwd.l2.dt_proj.bias", 1, {32}}, "dt_bias", 0.001, 0.1, 0.0001, 0, 0},
	{{"dec.sde.t3.fwd.l2.dt_proj.bias", 1, {32}}, "dt_bias", 0.001, 0.1, 0.0001, 0, 0},
	{{"dec.sde.t3.bwd.l2.dt_proj.bias", 1, {32}}, "dt_bias", 0.001, 0.1, 0.0001, 0, 0},
	{{"dec.sed.t1.fwd.l2.out_proj.weight", 2, {16, 32}}, "uniform", -0.125, 0.125, 0, 0, 0},
	{{"dec.sed.t1.bwd.l2.A_log", 2, {32, 4}}, "log_arange", 0, 0, 0, 0, 0},
	{{"dec.sed.t2.fwd.l2.A_log", 2, {32, 4}}, "log_arange", 0, 0, 0, 0, 0},
	{{"dec.sed.t2.bwd.l2.A_log", 2, {32, 4}}, "log_arange", 0, 0, 0, 0, 0},
	{{"dec.sed.t3.fwd.l2.A_log", 2, {32, 4}}, "log_arange", 0, 0, 0, 0, 0},
	{{"dec.sed.t3.bwd.l2.A_log", 2, {32, 4}}, "log_arange", 0, 0, 0, 0, 0},
	{{"dec.doa.t1.fwd.l2.A_log", 2, {32, 4}}, "log_arange", 0, 0, 0, 0, 0},
	{{"dec.doa.t1.bwd.l2.A_log", 2, {32, 4}}, "log_arange", 0, 0, 0, 0, 0},
	{{"dec.doa.t2.fwd.l2.A_log", 2, {32, 4}}, "log_arange", 0, 0, 0, 0, 0},
	{{"dec.doa.t2.bwd.l2.A_log", 2, {32, 4}}, "log_arange", 0, 0, 0, 0, 0},
	{{"dec.doa.t3.fwd.l2.A_log", 2, {32, 4}}, "log_arange", 0, 0, 0, 0, 0},
	{{"dec.doa.t3.bwd.l2.A_log", 2, {32, 4}}, "log_arange", 0, 0, 0, 0, 0},
	{{"dec.sde.t1.fwd.l2.A_log", 2, {32, 4}}, "log_arange", 0, 0, 0, 0, 0},
	{{"dec.sde.t1.bwd.l2.A_log", 2, {32, 4}}, "log_arange", 0, 0, 0, 0, 0},
	{{"dec.sde.t2.fwd.l2.A_log", 2, {32, 4}}, "log_arange", 0, 0, 0, 0, 0},
	{{"dec.sde.t2.bwd.l2.A_log", 2, {32, 4}}, "log_arange", 0, 0, 0, 0, 0},
	{{"dec.sde.t3.fwd.l2.A_log", 2, {32, 4}}, "log_arange", 0, 0, 0, 0, 0},
	{{"dec.sde.t3.bwd.l2.A_log", 2, {32, 4}}, "log_arange", 0, 0, 0, 0, 0},
	{{"dec.sed.t1.bwd.l2.D", 1, {32}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.sed.t2.fwd.l2.D", 1, {32}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.sed.t2.bwd.l2.D", 1, {32}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.sed.t3.fwd.l2.D", 1, {32}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.sed.t3.bwd.l2.D", 1, {32}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.doa.t1.fwd.l2.D", 1, {32}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.doa.t1.bwd.l2.D", 1, {32}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.doa.t2.fwd.l2.D", 1, {32}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.doa.t2.bwd.l2.D", 1, {32}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.doa.t3.fwd.l2.D", 1, {32}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.doa.t3.bwd.l2.D", 1, {32}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.sde.t1.fwd.l2.D", 1, {32}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.sde.t1.bwd.l2.D", 1, {32}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.sde.t2.fwd.l2.D", 1, {32}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.sde.t2.bwd.l2.D", 1, {32}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.sde.t3.fwd.l2.D", 1, {32}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.sde.t3.bwd.l2.D", 1, {32}}, "ones", 0, 0, 0, 0, 0},
	{{"dec.sed.t1.bwd.l2.out_proj.weight", 2, {16, 32}}, "uniform", -0.125, 0.125, 0, 0, 0},
	{{"dec.sed.t2.fwd.l2.out_proj.weight", 2, {16, 32}}, "uniform", -0.125, 0.125, 0, 0, 0},
	{{"dec.sed.t2.bwd.l2.out_proj.weight", 2, {16, 32}}, "uniform", -0.125, 0.125, 0, 0, 0},
	{{"dec.sed.t3.fwd.l2.out_proj.weight", 2, {16, 32}}, "uniform", -0.125, 0.125, 0, 0, 0},
	{{"dec.sed.t3.bwd.l2.out_proj.weight", 2, {16, 32}}, "uniform", -0.125, 0.125, 0, 0, 0},
	{{"dec.doa.t1.fwd.l2.out_proj.weight", 2, {16, 32}}, "uniform", -0.125, 0.125, 0, 0, 0},
	{{"dec.doa.t1.bwd.l2.out_proj.weight", 2, {16, 32}}, "uniform", -0.125, 0.125, 0, 0, 0},
	{{"dec.doa.t2.fwd.l2.out_proj.weight", 2, {16, 32}}, "uniform", -0.125, 0.125, 0, 0, 0},
	{{"dec.doa.t2.bwd.l2.out_proj.weight", 2, {16, 32}}, "uniform", -0.125, 0.125, 0, 0, 0},
	{{"dec.doa.t3.fwd.l2.out_proj.weight", 2, {16, 32}}, "uniform", -0.125, 0.125, 0, 0, 0},
	{{"dec.doa.t3.bwd.l2.out_proj.weight", 2, {16, 32}}, "uniform", -0.125, 0.125, 0, 0, 0},
	{{"dec.sde.t1.fwd.l2.out_proj.weight", 2, {16, 32}}, "uniform", -0.125, 0.125, 0, 0, 0},
	{{"dec.sde.t1.bwd.l2.out_proj.weight", 2, {16, 32}}, "uniform", -0.125, 0.125, 0, 0, 0},
	{{"dec.sde.t2.fwd.l2.out_proj.weight", 2, {16, 32}}, "uniform", -0.125, 0.125, 0, 0, 0},
	{{"dec.sde.t2.bwd.l2.out_proj.weight", 2, {16, 32}}, "uniform", -0.125, 0.125, 0, 0, 0},
	{{"dec.sde.t3.fwd.l2.out_proj.weight", 2, {16, 32}}, "uniform", -0.125, 0.125, 0, 0, 0},
	{{"dec.sde.t3.bwd.l2.out_proj.weight", 2, {16, 32}}, "uniform", -0.125, 0.125, 0, 0, 0},
	{{"stitch.dec.1.weight", 3, {16, 3, 3}}, "uniform", 0.1, 0.9, 0, 0, 0},
	{{"head.sed.t1.weight", 2, {13, 16}}, "uniform", -0.6123724356957945, 0.6123724356957945, 0, 0, 0},
	{{"head.sed.t1.bias", 1, {13}}, "uniform", 0, 0, 0, 0, 0},
	{{"stitch.dec.2.weight", 3, {16, 3, 3}}, "uniform", 0.1, 0.9, 0, 0, 0},
	{{"stitch.dec.3.weight", 3, {16, 3, 3}}, "uniform", 0.1, 0.9, 0, 0, 0},
	{{"head.doa.t1.weight", 2, {3, 16}}, "uniform", -0.6123724356957945, 0.6123724356957945, 0, 0, 0},
	{{"head.doa.t1.bias", 1, {3}}, "uniform", 0, 0, 0, 0, 0},
	{{"head.doa.t2.weight", 2, {3, 16}}, "uniform", -0.6123724356957945, 0.6123724356957945, 0, 0, 0},
	{{"head.doa.t3.weight", 2, {3, 16}}, "uniform", -0.6123724356957945, 0.6123724356957945, 0, 0, 0},
	{{"head.doa.t2.bias", 1, {3}}, "uniform", 0, 0, 0, 0, 0},
	{{"head.doa.t3.bias", 1, {3}}, "uniform", 0, 0, 0, 0, 0},
	{{"head.sde.t1.weight", 2, {1, 16}}, "uniform", -0.6123724356957945, 0.6123724356957945, 0, 0, 0},
	{{"head.sde.t1.bias", 1, {1}}, "uniform", 0, 0, 0, 0, 0},
	{{"head.sde.t2.weight", 2, {1, 16}}, "uniform", -0.6123724356957945, 0.6123724356957945, 0, 0, 0},
	{{"head.sde.t3.weight", 2, {1, 16}}, "uniform", -0.6123724356957945, 0.6123724356957945, 0, 0, 0},
	{{"head.sde.t2.bias", 1, {1}}, "uniform", 0, 0, 0, 0, 0},
	{{"head.sde.t3.bias", 1, {1}}, "uniform", 0, 0, 0, 0, 0},
	{{"head.sed.t2.weight", 2, {13, 16}}, "uniform", -0.6123724356957945, 0.6123724356957945, 0, 0, 0},
	{{"head.sed.t2.bias", 1, {13}}, "uniform", 0, 0, 0, 0, 0},
	{{"head.sed.t3.weight", 2, {13, 16}}, "uniform", -0.6123724356957945, 0.6123724356957945, 0, 0, 0},
	{{"head.sed.t3.bias", 1, {13}}, "uniform", 0, 0, 0, 0, 0},
};

static const RtTensor features_inputs[] = {
	{"audio", 3, {1, 4, 12000}},
};

static const RtTensor features_outputs[] = {
	{"features", 4, {1, 7, 41, 32}},
	{"standardized", 4, {1, 7, 41, 32}},
};

static const RtTensor main_inputs[] = {
	{"features", 4, {1, 7, 41, 32}},
};

static const RtTensor main_outputs[] = {
	{"sed", 4, {1, 5, 3, 13}},
	{"doa", 4, {1, 5, 3, 3}},
	{"sde", 4, {1, 5, 3, 1}},
};

static const RtGraph graphs[] = {
	{"features", 1, 2, features_inputs, features_outputs, 1682752, 4711392, 14659263},
	{"main", 1, 3, main_inputs, main_outputs, 156672, 6257136, 13292418},
};

static const char *const settings[] = {
	"classes=13",
	"widths=[8,8,16,16]",
	"state=4",
	"layers=2",
	"mel=32",
	"hop=300",
	"sde_inputs=4",
	"norm=pre_residual",
	"sde_activation=relu",
	"stitch_sequential=false",
	"w_sed=0.8",
	"w_doa=0.2",
	"w_sde=1",
	"pit_select=weighted",
	"sde_masked=false",
	"lr=0.0003",
	"optimizer=adamw",
	"betas=[0.9,0.999]",
	"eps=1e-08",
	"weight_decay=0.01",
	"amsgrad=true",
	"clip_norm=0",
	"momentum=0.1",
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
	.name = "seld_mamba_tiny",
	.doc = "SELD-Mamba with narrow layers and half a second of audio, for tests",
	.version = "0.1.0",
	.target = "cpu",
	.precision = "fp32",
	.batch = 1,
	.nparams = 506,
	.params = params,
	.ngraphs = 2,
	.graphs = graphs,
	.nsettings = 24,
	.settings = settings,
	.audio = {.rate = 24000, .channels = 4, .samples = 12000, .frame_samples = 2400, .frames = 5},
	.decode = {.kind = "tracks", .sed = "sed", .doa = "doa", .sde = "sde", .threshold = 0.5, .merge_degrees = 0, .classes = 13, .tracks = 3, .class_names = class_names},
	.load_bytes = 1064640,
	.ops = {.open = model_open, .run = model_run, .close = model_close,
	        .device = model_device, .roof = model_roof},
};

int main(int argc, char **argv)
{
	return rt_main(&model, argc, argv);
}
