/* tensor.c: sizes and shapes, and numbers in files. All arithmetic on sizes is checked here. */
#include "runtime/core/core.h"

#include <assert.h>
#include <string.h>

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "files hold little-endian numbers");

bool rt_numel(int rank, const int64_t *dim, uint64_t *n)
{
	const uint64_t limit = (uint64_t)1 << 53;
	uint64_t product = 1;
	for (int i = 0; i < rank; i++) {
		if (dim[i] < 0 || __builtin_mul_overflow(product, (uint64_t)dim[i], &product))
			return false;
		if (product > limit)
			return false;
	}
	*n = product;
	return true;
}

uint64_t rt_tensor_numel(const RtTensor *t)
{
	uint64_t n = 0;
	return rt_numel(t->rank, t->dim, &n) ? n : 0;
}

const char *rt_shape_text(char out[RT_SHAPE_TEXT], int rank, const int64_t *dim)
{
	int at = snprintf(out, RT_SHAPE_TEXT, "[");
	for (int i = 0; i < rank && i < RT_MAX_RANK; i++)
		at += snprintf(out + at, RT_SHAPE_TEXT - (size_t)at, "%s%lld", i ? "," : "",
			       (long long)dim[i]);
	snprintf(out + at, RT_SHAPE_TEXT - (size_t)at, rank > RT_MAX_RANK ? ",...]" : "]");
	return out;
}

bool rt_same_shape(const RtTensor *t, int rank, const int64_t *dim)
{
	if (t->rank != rank)
		return false;
	for (int i = 0; i < rank; i++)
		if (t->dim[i] != dim[i])
			return false;
	return true;
}

/* ---- numbers in files -------------------------------------------------------------------------
 */

static const struct {
	const char *name;
	int bytes;
} floats[] = {
    [RT_F32] = {"F32", 4}, [RT_F64] = {"F64", 8}, [RT_F16] = {"F16", 2}, [RT_BF16] = {"BF16", 2}};

bool rt_float_known(const char *name)
{
	for (size_t i = 0; i < RT_COUNT(floats); i++)
		if (strcmp(floats[i].name, name) == 0)
			return true;
	return false;
}

RtFloat rt_float_named(const char *name)
{
	size_t i = RT_COUNT(floats);
	while (--i && strcmp(floats[i].name, name) != 0)
		;
	return (RtFloat)i;
}

const char *rt_float_name(RtFloat type)
{
	return floats[type].name;
}

int rt_float_bytes(RtFloat type)
{
	return floats[type].bytes;
}

static float of_bits(uint32_t bits)
{
	float v;
	memcpy(&v, &bits, sizeof v);
	return v;
}

/* Exact: 1 bit of sign, 5 of exponent (biased by 15, that of float32 by 127), 10 of mantissa. */
static float of_half(uint16_t h)
{
	const uint32_t sign = (uint32_t)(h >> 15) << 31, exponent = h >> 10 & 31,
		       mantissa = h & 1023;
	if (exponent == 31)
		return of_bits(sign | 0x7f800000 | mantissa << 13);
	if (exponent > 0)
		return of_bits(sign | (exponent + 127 - 15) << 23 | mantissa << 13);
	const float v = (float)mantissa * 0x1p-24f;
	return sign ? -v : v;
}

static float half_at(const RtArray *a, uint64_t i)
{
	uint16_t v;
	memcpy(&v, a->data + 2 * i, 2);
	return a->type == RT_F16 ? of_half(v) : of_bits((uint32_t)v << 16);
}

static double double_at(const RtArray *a, uint64_t i)
{
	double v;
	memcpy(&v, a->data + 8 * i, 8);
	return v;
}

RtArray rt_array_of(const RtTensor *t, const float *x)
{
	RtArray a = {.rank = t->rank, .type = RT_F32, .data = (const unsigned char *)x};
	memcpy(a.dim, t->dim, sizeof a.dim);
	return a;
}

void rt_array_get(const RtArray *a, uint64_t first, uint64_t n, float *out)
{
	if (a->type == RT_F32)
		memcpy(out, a->data + 4 * first, 4 * n);
	for (uint64_t i = 0; a->type == RT_F64 && i < n; i++)
		out[i] = (float)double_at(a, first + i);
	for (uint64_t i = 0; rt_float_bytes(a->type) == 2 && i < n; i++)
		out[i] = half_at(a, first + i);
}

double rt_array_value(const RtArray *a, uint64_t i)
{
	float v;
	if (a->type == RT_F64)
		return double_at(a, i);
	rt_array_get(a, i, 1, &v);
	return (double)v;
}
