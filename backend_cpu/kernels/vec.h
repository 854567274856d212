/* vec.h: vectors of floats by GCC's vector extension, as wide as the target's registers.
 *
 * All arithmetic is IEEE single; a product and a sum may contract to a fused multiply-add. */
#ifndef CPU_VEC_H
#define CPU_VEC_H

#include "memory.h"

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

#endif /* CPU_VEC_H */
