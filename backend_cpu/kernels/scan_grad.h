/* scan_grad.h: gradients of sequence ops. Vector lanes are channels, time is a loop.
 *
 * Sums over time are made TIME_CHUNK steps at a time in single precision, or with few terms; those
 * over batch entries and parts of the channels in order. */
#ifndef CPU_SCAN_GRAD_H
#define CPU_SCAN_GRAD_H

#include "scan.h"

enum { TIME_CHUNK = 64 };

/* ---- depthwise convolution ----------------------------------------------------------------- */

/* x[b, l, c], g[b, out, c] with strides; a tile is CONV1D_WIDTH channels. */
typedef struct Conv1dGrad {
	int b, l, c, k, before, out;
	int64_t xb, xl, xc, gb, gl, gc;
} Conv1dGrad;

INLINE void lanes_add(double *sum, Vf v)
{
	for (int i = 0; i < VL; i++)
		sum[i] += v[i];
}

/* dw[k][VL] += of one batch entry; x and g at its first channel, g as a row of lanes. */
INLINE void conv1d_dw_entry(const Conv1dGrad s, bool reverse, const float *x, const float *g,
			    int lanes, double *dw)
{
	for (int j = 0; j < s.k; j++)
		for (int t0 = 0; t0 < s.out; t0 += TIME_CHUNK) {
			Vf sum = {0};
			for (int t = t0; t < t0 + TIME_CHUNK && t < s.out; t++) {
				const int at = t - s.before + j;
				if (at < 0 || at >= s.l)
					continue;
				const int xt = reverse ? s.l - 1 - at : at;
				const int gt = reverse ? s.out - 1 - t : t;
				sum += vload_some(x + xt * s.xl, s.xc, lanes) *
				       vload_some(g + gt * s.gl, s.gc, lanes);
			}
			lanes_add(dw + j * VL, sum);
		}
}

/* dw[c, k] from sums[k][VL] */
INLINE void conv1d_dw_store(const Conv1dGrad s, const double *sums, int lanes, float *dw)
{
	for (int i = 0; i < VL && i < lanes; i++)
		for (int j = 0; j < s.k; j++)
			dw[i * s.k + j] = (float)sums[j * VL + i];
}

/* sums: k * VL doubles of scratch */
INLINE void conv1d_dw_tile(const Conv1dGrad s, bool reverse, const float *x, const float *g,
			   float *dw, int tile, double *sums)
{
	for (int c = tile * CONV1D_WIDTH; c < (tile + 1) * CONV1D_WIDTH && c < s.c; c += VL) {
		memset(sums, 0, (size_t)s.k * VL * sizeof *sums);
		for (int b = 0; b < s.b; b++)
			conv1d_dw_entry(s, reverse, x + b * s.xb + c * s.xc,
					g + b * s.gb + c * s.gc, s.c - c, sums);
		conv1d_dw_store(s, sums, s.c - c, dw + (int64_t)c * s.k);
	}
}

/* dy[l][VL], in the order of memory: g times the derivative of SiLU at the convolution */
INLINE void conv1d_silu_dy(const Conv1dGrad s, bool reverse, const float *x, const float *taps,
			   Vf bias, const float *g, int lanes, float *dy)
{
	for (int t = 0; t < s.l; t++) {
		Vf v = bias;
		for (int j = 0; j < s.k; j++) {
			const int at = t - s.before + j;
			if (at >= 0 && at < s.l)
				v += vload(taps + j * VL) *
				     vload_some(x + (reverse ? s.l - 1 - at : at) * s.xl, s.xc,
						lanes);
		}
		const int to = reverse ? s.l - 1 - t : t;
		const Vf logistic = 1.0f / (1.0f + vexp(-v));
		vstore(dy + to * VL, vload_some(g + to * s.gl, s.gc, lanes) * logistic *
					 (1.0f + v * (1.0f - logistic)));
	}
}

/* dx[l, c] of rows c; taps transposed */
INLINE void conv1d_silu_dx(const Conv1dGrad s, bool reverse, const float *taps, const float *dy,
			   int lanes, float *dx)
{
	for (int t = 0; t < s.l; t++) {
		Vf v = {0};
		for (int j = 0; j < s.k; j++) {
			const int at = t + s.before - j;
			if (at >= 0 && at < s.l)
				v += vload(taps + j * VL) *
				     vload(dy + (reverse ? s.l - 1 - at : at) * VL);
		}
		vstore_some(dx + (int64_t)(reverse ? s.l - 1 - t : t) * s.c, v, lanes);
	}
}

/* out = l. scratch: (l + 3 k + 2) * VL floats, the first 2 (k + 1) VL of them as doubles */
INLINE void conv1d_silu_grad_tile(const Conv1dGrad s, bool reverse, const float *x, const float *w,
				  const float *bias, const float *g, float *dx, float *dw,
				  float *dbias, int tile, double *sums)
{
	float *const taps = (float *)(sums + (s.k + 1) * VL), *const dy = taps + s.k * VL;
	for (int c = tile * CONV1D_WIDTH; c < (tile + 1) * CONV1D_WIDTH && c < s.c; c += VL) {
		const int lanes = s.c - c;
		Conv1dGrad own = s; /* dy for g */
		own.gl = VL;
		own.gc = 1;
		memset(sums, 0, ((size_t)s.k + 1) * VL * sizeof *sums);
		for (int j = 0; j < s.k; j++)
			vstore(taps + j * VL, vload_some(w + (int64_t)c * s.k + j, s.k, lanes));
		for (int b = 0; b < s.b; b++) {
			const float *const in = x + b * s.xb + c * s.xc;
			conv1d_silu_dy(s, reverse, in, taps, vload_some(bias + c, 1, lanes),
				       g + b * s.gb + c * s.gc, lanes, dy);
			conv1d_silu_dx(s, reverse, taps, dy, lanes,
				       dx + (int64_t)b * s.l * s.c + c);
			conv1d_dw_entry(own, reverse, in, dy, lanes, sums);
			for (int t = 0; t < s.l; t++)
				lanes_add(sums + s.k * VL, vload(dy + t * VL));
		}
		conv1d_dw_store(s, sums, lanes, dw + (int64_t)c * s.k);
		for (int i = 0; i < VL && i < lanes; i++)
			dbias[c + i] = (float)sums[s.k * VL + i];
	}
}

/* ---- selective scan ------------------------------------------------------------------------ */

/* g[b, l, e] with strides gb, gl, ge. A tile is one of `parts` of the channels of one batch
 * entry. */
typedef struct ScanGrad {
	Scan scan;
	int64_t gb, gl, ge;
	int parts;
} ScanGrad;

/* Buffers of a tile, rows of VL lanes: by time delta, its derivative, u, g by the scan's result
 * and, with a gate, that result; h and the gradients by B and C by time and state. */
typedef struct ScanRows {
	float *delta, *slope, *u, *g, *y, *h, *a, *dB, *dC, *dA, *l;
} ScanRows;

INLINE int64_t scan_grad_scratch(const ScanGrad s)
{
	const int64_t l = s.scan.l, n = s.scan.n;
	return VL * (5 * l + (l + 1) * n + 2 * l * n + 3 * n);
}

INLINE ScanRows scan_rows(const ScanGrad s, float *scratch)
{
	const int64_t row = (int64_t)s.scan.l * VL, n = s.scan.n;
	ScanRows r = {.delta = scratch};
	r.slope = r.delta + row;
	r.u = r.slope + row;
	r.g = r.u + row;
	r.y = r.g + row;
	r.h = r.y + row;
	r.dB = r.h + (row + VL) * n;
	r.dC = r.dB + row * n;
	r.a = r.dC + row * n;
	r.dA = r.a + VL * n;
	r.l = r.dA + VL * n;
	return r;
}

/* `lanes` channels of x[l, e] to dense v[l][VL] */
INLINE void scan_gather(const float *x, int64_t row, int64_t step, int l, int lanes, float *v)
{
	for (int t = 0; t < l; t++)
		vstore(v + t * VL, vload_some(x + t * row, step, lanes));
}

/* delta and its derivative by dt, u, and log2(e) A */
INLINE void scan_grad_gather(const ScanGrad s, const float *u, const float *dt, const float *A,
			     int lanes, const ScanRows r)
{
	scan_gather(u, s.scan.ul, s.scan.ue, s.scan.l, lanes, r.u);
	for (int t = 0; t < s.scan.l; t++) {
		const Vf v = vload_some(dt + t * s.scan.dl, s.scan.de, lanes);
		vstore(r.slope + t * VL, s.scan.softplus ? 1.0f / (1.0f + vexp(-v)) : vset(1.0f));
		vstore(r.delta + t * VL, s.scan.softplus ? vsoftplus(v) : v);
	}
	for (int n = 0; n < s.scan.n; n++)
		vstore(r.a + n * VL, vload_some(A + n, s.scan.n, lanes) * 1.44269504f);
}

INLINE int scan_time(const ScanGrad s, bool reverse, int step)
{
	return reverse ? s.scan.l - 1 - step : step;
}

/* States h[l + 1][n] in the order of time, h[0] = 0; results y by t */
INLINE void scan_grad_forward(const ScanGrad s, bool reverse, const float *B, const float *C, Vf D,
			      const ScanRows r)
{
	const int N = s.scan.n;
	memset(r.h, 0, (size_t)N * VL * sizeof *r.h);
	for (int step = 0; step < s.scan.l; step++) {
		const int t = scan_time(s, reverse, step);
		const float *const before = r.h + (int64_t)step * N * VL;
		float *const after = r.h + (int64_t)(step + 1) * N * VL;
		const Vf delta = vload(r.delta + t * VL), u = vload(r.u + t * VL), du = delta * u;
		Vf y = D * u;
		for (int n = 0; n < N; n++) {
			const Vf h = vexp2(delta * vload(r.a + n * VL)) * vload(before + n * VL) +
				     du * vset(B[t * s.scan.Bl + n * s.scan.Bn]);
			vstore(after + n * VL, h);
			y += h * vset(C[t * s.scan.Cl + n * s.scan.Cn]);
		}
		vstore(r.y + t * VL, y);
	}
}

/* g by the scan's result instead of g by the gated one; dz */
INLINE void scan_grad_gate(const ScanGrad s, const float *z, float *dz, int lanes, const ScanRows r)
{
	for (int t = 0; t < s.scan.l; t++) {
		const Vf v = vload_some(z + t * s.scan.zl, s.scan.ze, lanes);
		const Vf logistic = 1.0f / (1.0f + vexp(-v)), g = vload(r.g + t * VL);
		vstore(r.g + t * VL, g * v * logistic);
		vstore_some(dz + (int64_t)t * s.scan.e,
			    g * vload(r.y + t * VL) * logistic * (1.0f + v * (1.0f - logistic)),
			    lanes);
	}
}

/* One step backwards; h is the state before it, the state after it follows. dA in `part`. */
INLINE void scan_grad_step(const ScanGrad s, int t, const float *h, const float *B, const float *C,
			   Vf *du, Vf *ddelta, float *part, const ScanRows r)
{
	const int N = s.scan.n;
	const Vf delta = vload(r.delta + t * VL), u = vload(r.u + t * VL), g = vload(r.g + t * VL);
	Vf by_u = {0}, by_delta = {0};
	for (int n = 0; n < N; n++) {
		const Vf A = vload(r.a + n * VL), a = vexp2(delta * A);
		const Vf b = vset(B[t * s.scan.Bl + n * s.scan.Bn]);
		const Vf c = vset(C[t * s.scan.Cl + n * s.scan.Cn]);
		const Vf l = vload(r.l + n * VL) + g * c, la = l * a, lah = la * vload(h + n * VL);
		float *const dB = r.dB + ((int64_t)t * N + n) * VL, *const dC =
									r.dC +
									((int64_t)t * N + n) * VL;
		by_u += l * b;
		by_delta += A * 0.693147181f * lah + l * b * u;
		vstore(part + n * VL, vload(part + n * VL) + delta * lah);
		vstore(dB, vload(dB) + l * delta * u);
		vstore(dC, vload(dC) + g * vload(h + (N + n) * VL));
		vstore(r.l + n * VL, la);
	}
	*du += delta * by_u;
	*ddelta = by_delta;
}

/* du, ddt[l, e] of VL channels; adds to dB, dC, fills dA[n][VL]. Returns dD. */
INLINE Vf scan_grad_backward(const ScanGrad s, bool reverse, const float *B, const float *C, Vf D,
			     float *du, float *ddt, int lanes, const ScanRows r)
{
	Vf dD = {0};
	memset(r.l, 0, (size_t)s.scan.n * VL * sizeof *r.l);
	memset(r.dA, 0, (size_t)s.scan.n * VL * sizeof *r.dA);
	for (int step = s.scan.l - 1; step >= 0; step--) {
		const int t = scan_time(s, reverse, step);
		const Vf g = vload(r.g + t * VL);
		Vf by_u = D * g, by_delta;
		dD += g * vload(r.u + t * VL);
		scan_grad_step(s, t, r.h + (int64_t)step * s.scan.n * VL, B, C, &by_u, &by_delta,
			       r.dA, r);
		vstore_some(du + (int64_t)t * s.scan.e, by_u, lanes);
		vstore_some(ddt + (int64_t)t * s.scan.e, by_delta * vload(r.slope + t * VL), lanes);
	}
	return dD;
}

/* Sums over the lanes of rows[n][VL], in order */
INLINE void scan_fold(const float *rows, int64_t n, float *to)
{
	for (int64_t i = 0; i < n; i++) {
		float sum = 0;
		for (int k = 0; k < VL; k++)
			sum += rows[i * VL + k];
		to[i] = sum;
	}
}

/* Work of one instance: partial dA[b][e][n], dD[b][e], dB and dC[parts][b][l][n]. */
INLINE void scan_grad_tile(const ScanGrad s, bool reverse, const float *u, const float *dt,
			   const float *A, const float *B, const float *C, const float *D,
			   const float *z, const float *g, float *du, float *ddt, float *dz,
			   float *work, int tile, float *scratch)
{
	const int E = s.scan.e, N = s.scan.n, b = tile % s.scan.b, part = tile / s.scan.b;
	const int64_t blocks = (E + VL - 1) / VL, seq = (int64_t)s.scan.l * N;
	const ScanRows r = scan_rows(s, scratch);
	float *const dA = work + (int64_t)b * E * N, *const dD = work + (int64_t)s.scan.b * E * N,
		     *const dB = dD + (int64_t)s.scan.b * E,
		     *const dC = dB + s.parts * s.scan.b * seq;
	memset(r.dB, 0, 2 * (size_t)seq * VL * sizeof *r.dB);
	B += b * s.scan.Bb;
	C += b * s.scan.Cb;
	for (int64_t i = blocks * part / s.parts; i < blocks * (part + 1) / s.parts; i++) {
		const int e = (int)i * VL, lanes = E - e;
		const int64_t out = (int64_t)b * s.scan.l * E + e;
		const Vf skip = vload_some(D + e, 1, lanes);
		scan_grad_gather(s, u + b * s.scan.ub + e * s.scan.ue,
				 dt + b * s.scan.db + e * s.scan.de, A + (int64_t)e * N, lanes, r);
		scan_gather(g + b * s.gb + e * s.ge, s.gl, s.ge, s.scan.l, lanes, r.g);
		scan_grad_forward(s, reverse, B, C, skip, r);
		if (s.scan.gate)
			scan_grad_gate(s, z + b * s.scan.zb + e * s.scan.ze, dz + out, lanes, r);
		const Vf d =
		    scan_grad_backward(s, reverse, B, C, skip, du + out, ddt + out, lanes, r);
		vstore_some(dD + (int64_t)b * E + e, d, lanes);
		for (int k = 0; k < VL && k < lanes; k++)
			for (int n = 0; n < N; n++)
				dA[(int64_t)(e + k) * N + n] = r.dA[n * VL + k];
	}
	scan_fold(r.dB, seq, dB + (part * s.scan.b + b) * seq);
	scan_fold(r.dC, seq, dC + (part * s.scan.b + b) * seq);
}

/* to[n] = sum of `parts` of from[parts][n] */
INLINE void scan_parts(const float *from, int parts, int64_t n, float *to)
{
	for (int64_t i = 0; i < n; i++) {
		double sum = 0;
		for (int p = 0; p < parts; p++)
			sum += from[p * n + i];
		to[i] = (float)sum;
	}
}

INLINE void scan_grad_sum(const ScanGrad s, const float *work, float *dA, float *dB, float *dC,
			  float *dD)
{
	const int64_t states = (int64_t)s.scan.e * s.scan.n;
	const int64_t seq = (int64_t)s.scan.b * s.scan.l * s.scan.n;
	const float *const d = work + s.scan.b * states, *const b = d + s.scan.b * s.scan.e;
	scan_parts(work, s.scan.b, states, dA);
	scan_parts(d, s.scan.b, s.scan.e, dD);
	scan_parts(b, s.parts, seq, dB);
	scan_parts(b + s.parts * seq, s.parts, seq, dC);
}

#endif /* CPU_SCAN_GRAD_H */
