/* math.h: single-precision functions without branches or tables, so that loops over them vectorise.
 *
 * At most 2 units in the last place off (log10, tanh: 3); subnormals, infinities and NaN as in
 * the C library. Polynomials are minimax fits on the reduced range. */
#ifndef CPU_MATH_H
#define CPU_MATH_H

#include "vec.h"

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

#endif /* CPU_MATH_H */
