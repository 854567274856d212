/* pool_grad.h: gradients of pooling of kh x kw tiles without overlap. */
#ifndef CPU_POOL_GRAD_H
#define CPU_POOL_GRAD_H

#include "pool.h"

/* g[outer, h / kh, w / kw, inner] to dx[outer, h, w, inner]; a tile is one row of dx. */
INLINE void avg_pool_grad_tile(const Pool s, const float *g, float *dx, int tile)
{
	const int oh = s.h / s.kh, ow = s.w / s.kw, h = tile % s.h / s.kh;
	const float part = 1.0f / (float)(s.kh * s.kw);
	const float *const from = g + ((int64_t)(tile / s.h) * oh + h) * ow * s.inner;
	float *const to = dx + (int64_t)tile * s.w * s.inner;
	for (int j = 0; j < s.w; j++)
		for (int c = 0; c < s.inner; c++)
			to[j * s.inner + c] = h < oh && j / s.kw < ow
						  ? from[j / s.kw * s.inner + c] * part
						  : 0;
}

/* x, dx[outer, h, w, inner]; a tile is one of `outer`. */
INLINE void max_pool_grad_tile(const Pool s, const float *x, const float *g, float *dx, int tile)
{
	const int oh = s.h / s.kh, ow = s.w / s.kw;
	const int64_t row = (int64_t)s.w * s.inner, image = s.h * row;
	x += tile * image;
	dx += tile * image;
	g += (int64_t)tile * oh * ow * s.inner;
	memset(dx, 0, (size_t)image * sizeof *dx);
	for (int64_t p = 0; p < (int64_t)oh * ow * s.inner; p++) {
		const int64_t c = p % s.inner, q = p / s.inner;
		const int64_t first = q / ow * s.kh * row + q % ow * s.kw * s.inner + c;
		int64_t best = first;
		float top = -INFINITY;
		for (int a = 0; a < s.kh; a++)
			for (int b = 0; b < s.kw; b++) {
				const int64_t at = first + a * row + b * s.inner;
				const bool more = x[at] > top || x[at] != x[at];
				best = more ? at : best;
				top = more ? x[at] : top;
			}
		dx[best] = g[p];
	}
}

#endif /* CPU_POOL_GRAD_H */
