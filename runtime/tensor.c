/* tensor.c: sizes and shapes, and numbers in files. All arithmetic on sizes is checked here. */
#include "internal.h"

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

void rt_array_get(const RtArray *a, uint64_t first, uint64_t n, float *out)
{
	if (a->size == 4) {
		memcpy(out, a->data + 4 * first, 4 * n);
		return;
	}
	for (uint64_t i = 0; i < n; i++) {
		double v;
		memcpy(&v, a->data + 8 * (first + i), 8);
		out[i] = (float)v;
	}
}
