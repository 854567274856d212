/* pool.h: means and maxima of tiles without overlap. */
#ifndef CPU_POOL_H
#define CPU_POOL_H

#include "vec.h"

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

#endif /* CPU_POOL_H */
