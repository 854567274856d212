/* conv_grad.h: what makes the gradient of a convolution by its input a convolution: weights turned
 * round with the channels exchanged, and g spread out by the stride. */
#ifndef CPU_CONV_GRAD_H
#define CPU_CONV_GRAD_H

#include "vec.h"

/* w[o, c, taps] to [c, o, taps], taps in reverse order */
OUTLINE void conv_turn(float *to, const float *w, int64_t o, int64_t c, int64_t taps, int threads)
{
#pragma omp parallel for num_threads(threads)
	for (int64_t i = 0; i < c; i++)
		for (int64_t j = 0; j < o; j++)
			for (int64_t t = 0; t < taps; t++)
				to[(i * o + j) * taps + t] = w[(j * c + i) * taps + taps - 1 - t];
}

/* g[b, oh, ow, c] with strides to dense [b, h, w, c]: its element (i, j) at (top + i sh, left + j
 * sw), if that is inside, zeros between. A tile is one row. */
typedef struct Spread {
	int b, oh, ow, c, h, w, sh, sw, top, left;
	int64_t gb, gh, gw, gc;
} Spread;

INLINE void spread_tile(const Spread s, const float *g, float *to, int tile)
{
	const int y = tile % s.h - s.top;
	to += (int64_t)tile * s.w * s.c;
	memset(to, 0, (size_t)(s.w * s.c) * sizeof *to);
	if (y < 0 || y % s.sh || y / s.sh >= s.oh)
		return;
	g += tile / s.h * s.gb + y / s.sh * s.gh;
	for (int j = 0; j < s.ow; j++) {
		const int x = s.left + j * s.sw;
		for (int c = 0; c < s.c && x >= 0 && x < s.w; c++)
			to[x * s.c + c] = g[j * s.gw + c * s.gc];
	}
}

#endif /* CPU_CONV_GRAD_H */
