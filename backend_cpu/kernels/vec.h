/* vec.h: vectors of floats by GCC's vector extension, as wide as the target's registers.
 *
 * All arithmetic is IEEE single; a product and a sum may contract to a fused multiply-add.
 * Functions with constant arguments are inlined everywhere, so a shape passed as a literal costs
 * nothing at run time. */
#ifndef CPU_VEC_H
#define CPU_VEC_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline, unused))
#define OUTLINE static __attribute__((noinline, unused))

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

/* 2^x, at most 2 units in the last place off; NaN for infinities, which no caller passes. */
INLINE Vf vexp2(Vf x)
{
	const Vf magic = vset(12582912.0f); /* 1.5 * 2^23: adding it rounds to an integer */
	const Vi low = x < -150.0f, high = x > 129.0f;
	x = (Vf)((low & (Vi)vset(-150.0f)) | (high & (Vi)vset(129.0f)) | (~(low | high) & (Vi)x));
	const Vf t = x + magic, r = x - (t - magic);
	Vf p = 1.535231568e-04f * r + 1.340017072e-03f;
	p = p * r + 9.618449956e-03f;
	p = p * r + 5.550329387e-02f;
	p = p * r + 2.402264774e-01f;
	p = p * r + 6.931471825e-01f;
	p = p * r + 1.0f;
	/* in two steps, so that results below the normal range are right, too */
	const Vi n = (Vi)t - (Vi)magic, half = n >> 1;
	return p * (Vf)((half + 127) << 23) * (Vf)((n - half + 127) << 23);
}

#endif /* CPU_VEC_H */
