/* update.h: what only a training step has: dropout and the optimiser. */
#ifndef CPU_UPDATE_H
#define CPU_UPDATE_H

#include "vec.h"

enum { UPDATE_WIDTH = 4096 };

/* Philox4x32 with 10 rounds (Salmon et al., SC11). */
INLINE void philox(uint32_t k0, uint32_t k1, uint32_t c[4])
{
	for (int round = 0; round < 10; round++) {
		const uint64_t p = (uint64_t)0xD2511F53u * c[0], q = (uint64_t)0xCD9E8D57u * c[2];
		const uint32_t c1 = c[1], c3 = c[3];
		c[0] = (uint32_t)(q >> 32) ^ c1 ^ k0;
		c[1] = (uint32_t)q;
		c[2] = (uint32_t)(p >> 32) ^ c3 ^ k1;
		c[3] = (uint32_t)p;
		k0 += 0x9E3779B9u;
		k1 += 0xBB67AE85u;
	}
}

/* Draws of `run` elements each; those below `limit` of 2^32 drop. A tile is UPDATE_WIDTH draws. */
typedef struct Dropout {
	int64_t draws, run;
	uint64_t limit;
	float scale; /* of what stays */
} Dropout;

INLINE void dropout_tile(const Dropout s, const float *x, const float *state, uint32_t stream,
			 float *y, int tile)
{
	const int64_t d0 = (int64_t)tile * UPDATE_WIDTH, most = d0 + UPDATE_WIDTH;
	const int64_t end = s.draws < most ? s.draws : most;
	if (state[1] < 0) { /* none */
		memcpy(y + d0 * s.run, x + d0 * s.run,
		       (size_t)((end - d0) * s.run) * sizeof *y);
		return;
	}
	for (int64_t d = d0; d < end; d += 4) {
		uint32_t c[4] = {(uint32_t)(d / 4), (uint32_t)((uint64_t)d >> 34),
				 (uint32_t)state[0], 0};
		philox((uint32_t)state[1], stream, c);
		for (int64_t k = d; k < d + 4 && k < end; k++) {
			const float factor = c[k % 4] < s.limit ? 0 : s.scale;
			for (int64_t i = k * s.run; i < (k + 1) * s.run; i++)
				y[i] = x[i] * factor;
		}
	}
}

/* A tile is UPDATE_WIDTH elements. */
typedef struct Accumulate {
	int64_t n;
} Accumulate;

/* scalars: 0 begins anew, the share of g */
INLINE void accumulate_tile(const Accumulate s, const float *acc, const float *g,
			    const float *scalars, float *new_acc, int tile)
{
	const int64_t i0 = (int64_t)tile * UPDATE_WIDTH, most = i0 + UPDATE_WIDTH;
	const int64_t end = s.n < most ? s.n : most;
	const bool keep = scalars[0] != 0;
	const float share = scalars[1];
#pragma omp simd
	for (int64_t i = i0; i < end; i++)
		new_acc[i] = share * g[i] + (keep ? acc[i] : 0.0f);
}

/* keep1 = 1 - beta1 and so on, rounded once; last: scalars[4] is 0 where nothing changes. A tile is
 * UPDATE_WIDTH elements. */
typedef struct Adamw {
	int64_t n;
	bool last;
	float beta1, keep1, beta2, keep2, eps, decay;
} Adamw;

/* scalars: learning rate, corrections of m and of v, factor on g; vmax NULL without amsgrad */
INLINE void adamw_tile(const Adamw s, const float *p, const float *g, const float *m,
		       const float *v, const float *scalars, const float *vmax, float *new_p,
		       float *new_m, float *new_v, float *new_vmax, int tile)
{
	const int64_t i0 = (int64_t)tile * UPDATE_WIDTH, most = i0 + UPDATE_WIDTH;
	const int64_t end = s.n < most ? s.n : most;
	if (s.last && scalars[4] == 0) {
		for (int64_t i = i0; i < end; i++) {
			const float pi = p[i], mi = m[i], vi = v[i], top = vmax ? vmax[i] : vi;
			new_p[i] = pi;
			new_m[i] = mi;
			new_v[i] = vi;
			new_vmax[i] = top;
		}
		return;
	}
	const float shrink = (float)(1 - (double)scalars[0] * s.decay);
	const float rate = scalars[0] / scalars[1], root = 1.0f / sqrtf(scalars[2]);
#pragma omp simd
	for (int64_t i = i0; i < end; i++) {
		const float gi = scalars[3] * g[i];
		const float mi = s.beta1 * m[i] + s.keep1 * gi;
		const float vi = s.beta2 * v[i] + s.keep2 * gi * gi;
		const float before = vmax ? vmax[i] : vi;
		const float top = before > vi || before != before ? before : vi;
		new_p[i] = p[i] * shrink - rate * mi / (sqrtf(top) * root + s.eps);
		new_m[i] = mi;
		new_v[i] = vi;
		new_vmax[i] = top;
	}
}

#endif /* CPU_UPDATE_H */
