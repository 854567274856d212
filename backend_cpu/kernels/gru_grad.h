/* gru_grad.h: gradients of a layer of gated recurrent units by its gates, from the last frame to the
 * first, for `rows` batch entries together. */
#ifndef CPU_GRU_GRAD_H
#define CPU_GRU_GRAD_H

#include "gru.h"

/* Dense gates gx, gh, dgx, dgh[b, l, 3h] and before[b, l, h]; g[b, l, h] with strides; the state's
 * weights packed [h, 3h]. A tile is `rows` batch entries. */
typedef struct GruGrad {
	int b, l, h;
	int64_t gb, gl, gc;
	int rows;
} GruGrad;

/* Columns of what goes from frame to frame, dL/dh; those past h are zero. */
INLINE int64_t gru_grad_width(const GruGrad s)
{
	return (s.h + PANEL - 1) / PANEL * PANEL;
}

/* One entry in one frame: e[h] is dL/dh without g, then its part that does not pass the weights */
INLINE void gru_cell_grad(int h, const float *restrict gx, const float *restrict gh,
                          const float *restrict before, const float *restrict g, int64_t gc,
                          float *restrict dgx, float *restrict dgh, float *restrict e)
{
#pragma omp simd
	for (int j = 0; j < h; j++) {
		const float r = m_sigmoid(gx[j] + gh[j]);
		const float z = m_sigmoid(gx[h + j] + gh[h + j]);
		const float n = m_tanh(gx[2 * h + j] + r * gh[2 * h + j]);
		const float dh = e[j] + g[j * gc], dn = dh * (1.0f - z) * (1.0f - n * n);
		dgx[j] = dgh[j] = dn * gh[2 * h + j] * r * (1.0f - r);
		dgx[h + j] = dgh[h + j] = dh * (before[j] - n) * z * (1.0f - z);
		dgx[2 * h + j] = dn;
		dgh[2 * h + j] = r * dn;
		e[j] = dh * z;
	}
}

/* scratch: rows * gru_grad_width floats */
INLINE void gru_grad_tile(const GruGrad s, bool reverse, const float *gx, const float *gh,
                          const float *before, const float *w, const float *g, float *dgx,
                          float *dgh, int tile, float *scratch)
{
	const int b0 = tile * s.rows, rows = s.b - b0 < s.rows ? s.b - b0 : s.rows;
	const int64_t width = gru_grad_width(s), gates = 3 * (int64_t)s.h, entry = s.l * gates;
	memset(scratch, 0, (size_t)(rows * width) * sizeof *scratch);
	for (int step = 0; step < s.l; step++) {
		const int t = reverse ? step : s.l - 1 - step;
		for (int i = 0; i < rows; i++) {
			const int64_t at = (b0 + i) * (int64_t)s.l + t;
			gru_cell_grad(s.h, gx + at * gates, gh + at * gates, before + at * s.h,
			              g + (b0 + i) * s.gb + t * s.gl, s.gc, dgx + at * gates,
			              dgh + at * gates, scratch + i * width);
		}
		gru_product(rows, dgh + b0 * entry + t * gates, entry, (int)gates, w, scratch, width,
		            true);
	}
}

#endif /* CPU_GRU_GRAD_H */
