/* scan.h: sequence ops: selective scan with gate, depthwise convolution over time, and the fused
 * input projection of a Mamba layer. Vector lanes are channels; time is a loop, run backwards by a
 * constant argument. */
#ifndef CPU_SCAN_H
#define CPU_SCAN_H

#include "gemm.h"

enum { SCAN_STATES = 16, SCAN_WIDTH = 32 };

/* u, dt, z[b, l, e], B, C[b, l, n] with strides; A[e, n] and y[b, l, e] dense. A tile is
 * SCAN_WIDTH channels of one batch entry. */
typedef struct Scan {
	int b, l, e, n;
	int64_t ub, ul, ue, db, dl, de, zb, zl, ze, Bb, Bl, Bn, Cb, Cl, Cn;
	bool softplus, gate;
} Scan;

INLINE int scan_tiles(const Scan s)
{
	return s.b * ((s.e + SCAN_WIDTH - 1) / SCAN_WIDTH);
}

/* delta and gate[l][VL]; the state, where it does not fit registers, and log2(e) A */
INLINE int64_t scan_scratch(const Scan s)
{
	return (int64_t)VL * 2 * (s.l + s.n);
}

/* One step: h = 2^(delta A) h + delta u B; returns C . h + D u, in four sums: one would be a chain
 * in which each waits for the last */
INLINE Vf scan_step(const Scan s, Vf *h, const float *A, Vf delta, Vf u, Vf D, const float *B,
		    const float *C)
{
	const Vf du = delta * u;
	Vf y[4] = {D * u};
#pragma GCC unroll 16
	for (int n = 0; n < s.n; n++) {
		h[n] = vexp2(delta * vload(A + n * VL)) * h[n] + du * vset(B[n * s.Bn]);
		y[n % 4] += h[n] * vset(C[n * s.Cn]);
	}
	return (y[0] + y[1]) + (y[2] + y[3]);
}

INLINE void scan_loop(const Scan s, bool reverse, Vf *h, const float *A, const float *delta,
		      const float *gate, const float *u, Vf D, const float *B, const float *C,
		      float *y, int lanes)
{
	for (int n = 0; n < s.n; n++)
		h[n] = (Vf){0};
	for (int step = 0; step < s.l; step++) {
		const int t = reverse ? s.l - 1 - step : step;
		Vf v =
		    scan_step(s, h, A, vload(delta + t * VL), vload_some(u + t * s.ul, s.ue, lanes),
			      D, B + t * s.Bl, C + t * s.Cl);
		if (s.gate)
			v *= vload(gate + t * VL);
		vstore_some(y + (int64_t)t * s.e, v, lanes);
	}
}

/* VL channels; pointers at the first of them, z NULL without gate */
INLINE void scan_lanes(const Scan s, bool reverse, const float *u, const float *dt, const float *A,
		       const float *B, const float *C, const float *D, const float *z, float *y,
		       int lanes, float *scratch)
{
	float *delta = scratch, *gate = delta + s.l * VL, *a = gate + s.l * VL,
	      *state = a + s.n * VL;
	for (int t = 0; t < s.l; t++) {
		const Vf v = vload_some(dt + t * s.dl, s.de, lanes);
		vstore(delta + t * VL, s.softplus ? vsoftplus(v) : v);
		if (s.gate)
			vstore(gate + t * VL, vsilu(vload_some(z + t * s.zl, s.ze, lanes)));
		/* rows lie too far apart for the processor to see what comes next */
		__builtin_prefetch(u + t * s.ul);
		__builtin_prefetch(y + (int64_t)t * s.e, 1);
	}
	for (int n = 0; n < s.n; n++)
		vstore(a + n * VL, vload_some(A + n, s.n, lanes) * 1.44269504f);
	const Vf skip = vload_some(D, 1, lanes);
	if (s.n <= SCAN_STATES) {
		Vf h[SCAN_STATES];
		scan_loop(s, reverse, h, a, delta, gate, u, skip, B, C, y, lanes);
	} else {
		scan_loop(s, reverse, (Vf *)state, a, delta, gate, u, skip, B, C, y, lanes);
	}
}

INLINE void scan_tile(const Scan s, bool reverse, const float *u, const float *dt, const float *A,
		      const float *B, const float *C, const float *D, const float *z, float *y,
		      int tile, float *scratch)
{
	const int b = tile % s.b, e0 = tile / s.b * SCAN_WIDTH;
	for (int e = e0; e < e0 + SCAN_WIDTH && e < s.e; e += VL)
		scan_lanes(s, reverse, u + b * s.ub + e * s.ue, dt + b * s.db + e * s.de,
			   A + (int64_t)e * s.n, B + b * s.Bb, C + b * s.Cb, D + e,
			   s.gate ? z + b * s.zb + e * s.ze : NULL, y + (int64_t)b * s.l * s.e + e,
			   s.e - e, scratch);
}

/* x[b, l, c] with strides, w[c, 1, k], bias[c] or NULL, to dense y[b, l + before + after - k + 1,
 * c]. A tile is CONV1D_WIDTH channels of one batch entry. */
typedef struct Conv1d {
	int b, l, c, k, before, after;
	int64_t xb, xl, xc;
} Conv1d;

enum { CONV1D_WIDTH = 32 };

INLINE int conv1d_tiles(const Conv1d s)
{
	return s.b * ((s.c + CONV1D_WIDTH - 1) / CONV1D_WIDTH);
}

/* One vector of taps for each place of the kernel, in order of the sequence */
INLINE void conv1d_taps(const Conv1d s, bool reverse, const float *w, int lanes, float *taps)
{
	for (int j = 0; j < s.k; j++)
		vstore(taps + j * VL, vload_some(w + (reverse ? s.k - 1 - j : j), s.k, lanes));
}

/* y[t] = bias + sum_j w[j] x[t - lead + j], then SiLU or not; taps: k * VL floats of scratch */
INLINE void conv1d_lanes(const Conv1d s, bool reverse, bool silu, const float *x, const float *w,
			 const float *bias, float *y, int64_t row, int lanes, float *taps)
{
	const int lead = reverse ? s.after : s.before, out = s.l + s.before + s.after - s.k + 1;
	const Vf add = bias ? vload_some(bias, 1, lanes) : (Vf){0};
	conv1d_taps(s, reverse, w, lanes, taps);
	for (int t = 0; t < out; t++) {
		const int j0 = t < lead ? lead - t : 0, end = s.l + lead - t;
		const int j1 = end < s.k ? end : s.k;
		Vf v = add;
		for (int j = j0; j < j1; j++)
			v += vload(taps + j * VL) *
			     vload_some(x + (t - lead + j) * s.xl, s.xc, lanes);
		vstore_some(y + t * row, silu ? vsilu(v) : v, lanes);
	}
}

/* scratch: k * VL floats */
INLINE void conv1d_tile(const Conv1d s, bool reverse, const float *x, const float *w,
			const float *bias, float *y, int tile, float *scratch)
{
	const int b = tile % s.b, c0 = tile / s.b * CONV1D_WIDTH;
	const int out = s.l + s.before + s.after - s.k + 1;
	for (int c = c0; c < c0 + CONV1D_WIDTH && c < s.c; c += VL)
		conv1d_lanes(s, reverse, false, x + b * s.xb + c * s.xc, w + (int64_t)c * s.k,
			     bias ? bias + c : NULL, y + (int64_t)b * out * s.c + c, s.c, s.c - c,
			     scratch);
}

/* [a | z] = x w^T, u = silu(conv1d(a)): x[b, l, k] with strides, w packed by inproj_pack, u and
 * z[b, ., e] dense. A tile is PANEL channels. */
typedef struct InProj {
	int b, l, k, e, taps, before, after;
	int64_t xb, xl, xc;
} InProj;

INLINE int inproj_tiles(const InProj s)
{
	return (s.e + PANEL - 1) / PANEL;
}

/* a[l][NR] of one panel, as much for z's incomplete panel, the taps, and x[l, k] if xc is not 1 */
INLINE int64_t inproj_scratch(const InProj s)
{
	return 2 * (int64_t)s.l * NR + (int64_t)s.taps * VL + (s.xc != 1 ? (int64_t)s.l * s.k : 0);
}

INLINE void inproj_panel(const InProj s, bool reverse, const float *x, const float *w,
			 const float *conv_w, const float *conv_b, float *u, float *z, int lanes,
			 float *scratch)
{
	const Conv1d conv = {1, s.l, lanes, s.taps, s.before, s.after, 0, NR, 1};
	float *a = scratch, *part = a + s.l * NR, *taps = part + s.l * NR;
	const int64_t row = s.xc == 1 ? s.xl : s.k;
	if (s.xc != 1) {
		gemm_gather(x, s.xl, s.xc, s.l, s.k, taps + s.taps * VL);
		x = taps + s.taps * VL;
	}
	gemm_block(s.l, x, row, s.k, w, a, NR, false);
	for (int c = 0; c < NR && c < lanes; c += VL)
		conv1d_lanes(conv, reverse, true, a + c, conv_w + c * s.taps, conv_b + c, u + c,
			     s.e, lanes - c, taps);
	const bool whole = lanes >= NR;
	gemm_block(s.l, x, row, s.k, w + (int64_t)s.k * NR, whole ? z : part, whole ? s.e : NR,
		   false);
	for (int t = 0; !whole && t < s.l; t++)
		memcpy(z + (int64_t)t * s.e, part + t * NR, (size_t)lanes * sizeof *z);
}

INLINE void inproj_tile(const InProj s, bool reverse, const float *x, const float *w,
			const float *conv_w, const float *conv_b, float *u, float *z, int tile,
			float *scratch)
{
	const int out = s.l + s.before + s.after - s.taps + 1;
	for (int c = tile * PANEL; c < (tile + 1) * PANEL && c < s.e; c += NR)
		for (int b = 0; b < s.b; b++)
			inproj_panel(s, reverse, x + b * s.xb, w + (int64_t)2 * c * s.k,
				     conv_w + (int64_t)c * s.taps, conv_b + c,
				     u + (int64_t)b * out * s.e + c, z + (int64_t)b * s.l * s.e + c,
				     s.e - c, scratch);
}

/* w[2 e, k], element (i, j) at w[i * row + j * col], as panels of a and z in turns, so that a tile
 * reads its weights in one stream */
OUTLINE void inproj_pack(float *to, const float *w, int64_t e, int64_t k, int64_t row, int64_t col,
			 int threads)
{
	const int64_t panels = (e + PANEL - 1) / PANEL * (PANEL / NR);
#pragma omp parallel for num_threads(threads)
	for (int64_t p = 0; p < 2 * panels; p++)
		gemm_pack_panel(to + p * k * NR, w + p % 2 * e * row, p / 2 * NR, e, k, row, col);
}

#endif /* CPU_SCAN_H */
