/* reduce.h: sums, means, maxima and minima over any axes, in index order, sums in double
 * precision. */
#ifndef CPU_REDUCE_H
#define CPU_REDUCE_H

#include "vec.h"

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

#endif /* CPU_REDUCE_H */
