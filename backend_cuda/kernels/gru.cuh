/* gru.cuh: a layer of gated recurrent units in one direction, from the products with its input, and
 * its gradient.
 *
 * A CTA takes one sequence through all of time. Four lanes share a unit: each has a quarter of the
 * unit's three rows of the state's weights, up to 128 units in registers for good, beyond read
 * from the cache in every frame. The state lies in shared memory twice, one read, one written, so
 * that one barrier a frame is enough.
 * P: L H   extents   VECTOR   rows of w_state can be read 4 at a time   Out   element type of y
 * gates: [L][3H], bias_ih + weight_ih x; w_state: [3H][H], b_state: [3H]; rows of r, z, n;
 * y: [L][H]; grid: sequences. */
#pragma once
#include "common.cuh"

template <class P> struct Gru {
	enum {
		KEPT = P::H <= 128,
		THREADS = KEPT ? (4 * P::H + 31) / 32 * 32 : 1024,
		QUADS = (P::H + 15) / 16, /* a lane has 4 columns of each 16 */
		HP = 16 * QUADS,
		WEIGHTS = KEPT ? 3 * QUADS : 1, /* in registers, 4 each */
	};
};

/* 1 / (1 + e^-v) within 2e-7. */
__device__ __forceinline__ float gru_sigmoid(float v)
{
	return reciprocal_ftz(1.0f + exp2_ftz(v * -1.4426950408889634f));
}

/* Columns k .. k + 3 of a row of H; 0 past the end. */
template <class P> __device__ __forceinline__ float4 gru_weights(const float *row, int k)
{
	if (P::VECTOR)
		return k < P::H ? *(const float4 *)(row + k) : make_float4(0, 0, 0, 0);
	return make_float4(k < P::H ? row[k] : 0.0f, k + 1 < P::H ? row[k + 1] : 0.0f,
	                   k + 2 < P::H ? row[k + 2] : 0.0f, k + 3 < P::H ? row[k + 3] : 0.0f);
}

/* A lane's quarter of the rows of one unit. */
template <class P> struct GruRows {
	float4 w[Gru<P>::WEIGHTS];
	const float *from; /* the first of the three rows */

	__device__ __forceinline__ float4 at(int gate, int i, int q) const
	{
		if (Gru<P>::KEPT)
			return w[gate * Gru<P>::QUADS + i];
		return gru_weights<P>(from + (long long)gate * P::H * P::H, 16 * i + 4 * q);
	}

	__device__ __forceinline__ GruRows(const float *w_state, int unit, int q)
	    : from(w_state + (long long)unit * P::H)
	{
#pragma unroll
		for (int e = 0; Gru<P>::KEPT && e < Gru<P>::WEIGHTS; e++)
			w[e] = gru_weights<P>(from + (long long)(e / Gru<P>::QUADS) * P::H * P::H,
			                      e % Gru<P>::QUADS * 16 + 4 * q);
	}
};

/* The unit's three products with the state: lane 0 of the four gets r's, 1 z's, 2 n's. */
template <class P>
__device__ __forceinline__ float gru_state(const GruRows<P> &rows, const float *h, int q)
{
	float p[3] = {0};
#pragma unroll(Gru<P>::KEPT ? Gru<P>::QUADS : 2)
	for (int i = 0; i < Gru<P>::QUADS; i++) {
		const float4 v = *(const float4 *)(h + 16 * i + 4 * q);
#pragma unroll
		for (int g = 0; g < 3; g++) {
			const float4 w = rows.at(g, i, q);
			p[g] = fmaf(w.x, v.x, p[g]);
			p[g] = fmaf(w.y, v.y, p[g]);
			p[g] = fmaf(w.z, v.z, p[g]);
			p[g] = fmaf(w.w, v.w, p[g]);
		}
	}
	const bool odd = q & 1, high = q & 2;
	const float a = (odd ? p[1] : p[0]) + __shfl_xor_sync(~0u, odd ? p[0] : p[1], 1);
	const float b = p[2] + __shfl_xor_sync(~0u, p[2], 1);
	return (high ? b : a) + __shfl_xor_sync(~0u, high ? a : b, 2);
}

/* The unit's new state, in lane 2. in, st: the lane's gate from input and state, with biases. */
__device__ __forceinline__ float gru_unit(float in, float st, float h)
{
	const int four = threadIdx.x & 28;
	const float gate = gru_sigmoid(in + st);
	const float r = __shfl_sync(~0u, gate, four), z = __shfl_sync(~0u, gate, four + 1);
	const float n = tanhf(fmaf(r, st, in));
	return fmaf(z, h, (1.0f - z) * n);
}

/* gates and y at the first frame; they move by `gstep` and `ystep` elements a frame. */
template <class P>
__device__ __forceinline__ void gru_kept(const float *gates, const float *w_state,
                                         const float *b_state, typename P::Out *y, int gstep,
                                         int ystep, float *state)
{
	const int u = threadIdx.x / 4, unit = u < P::H ? u : P::H - 1, q = threadIdx.x & 3;
	const int row = (q < 2 ? q : 2) * P::H + unit;
	const GruRows<P> rows(w_state, unit, q);
	const float bias = b_state[row];
	const float *h = state;
	float *next = state + Gru<P>::HP;
	gates += row;
	y += unit;
	float in = *gates;
#pragma unroll 1
	for (int left = P::L; left > 0; left--) {
		gates += left > 1 ? gstep : 0;
		const float ahead = *gates;
		const float v = gru_unit(in, bias + gru_state<P>(rows, h, q), h[unit]);
		if (q == 2 && u < P::H) {
			next[u] = v;
			put(y, v);
		}
		in = ahead;
		y += ystep;
		float *const old = (float *)h;
		h = next;
		next = old;
		__syncthreads();
	}
}

template <class P>
__device__ __forceinline__ void gru_read(const float *gates, const float *w_state,
                                         const float *b_state, typename P::Out *y, int gstep,
                                         int ystep, float *state)
{
	typedef Gru<P> G;
	const int q = threadIdx.x & 3;
#pragma unroll 1
	for (int step = 0; step < P::L; step++) {
		const float *const h = state + step % 2 * G::HP;
		float *const next = state + (step + 1) % 2 * G::HP;
#pragma unroll 1
		for (int u = threadIdx.x / 4; u < round_up(P::H, 8); u += G::THREADS / 4) {
			const int unit = u < P::H ? u : P::H - 1, row = (q < 2 ? q : 2) * P::H + unit;
			const float st = gru_state<P>(GruRows<P>(w_state, unit, q), h, q);
			const float v = gru_unit(gates[row], b_state[row] + st, h[unit]);
			if (q == 2 && u < P::H) {
				next[u] = v;
				put(y + u, v);
			}
		}
		gates += gstep;
		y += ystep;
		__syncthreads();
	}
}

template <class P>
__device__ __forceinline__ void gru(const float *gates, const float *w_state, const float *b_state,
                                    typename P::Out *y, bool rev)
{
	typedef Gru<P> G;
	__shared__ float4 shared4[2 * G::HP / 4];
	float *const state = (float *)shared4;
	const int first = rev ? P::L - 1 : 0, step = rev ? -1 : 1;
	for (int j = threadIdx.x; j < 2 * G::HP; j += G::THREADS)
		state[j] = 0;
	__syncthreads();
	gates += (long long)first * 3 * P::H;
	y += (long long)first * P::H;
	if (G::KEPT)
		gru_kept<P>(gates, w_state, b_state, y, step * 3 * P::H, step * P::H, state);
	else
		gru_read<P>(gates, w_state, b_state, y, step * 3 * P::H, step * P::H, state);
}

/* ---- gradient ----
 *
 * The same from the last frame to the first: four lanes share a unit, whose part of dL/dh stays with
 * them; each has a quarter of the unit's column of the state's weights. The gates' gradients of a
 * frame lie in shared memory twice, one written, one read: one barrier a frame.
 * P: L H GR GC   extents, strides of g along time and row   DX DH   element types of the results
 * gates_x, gates_h: [L][3H], before: [L][H] dense. */

template <class P> struct GruGrad {
	enum {
		KEPT = P::H <= 128,
		THREADS = KEPT ? (4 * P::H + 31) / 32 * 32 : 1024,
		EACH = KEPT ? 1 : (P::H + THREADS / 4 - 1) / (THREADS / 4), /* units of four lanes */
		QUADS = (3 * P::H + 15) / 16, /* a lane has 4 rows of each 16 */
		ROWS = 16 * QUADS,
	};
};

/* What a lane takes of one frame for its unit: lanes 0, 1, 2 what r's, z's, n's gate took of input
 * and state, lane 3 the state before and g. */
struct GruFrame {
	float in, st;
};

template <class P>
__device__ __forceinline__ GruFrame gru_frame(const float *gates_x, const float *gates_h,
                                              const float *before, const float *g, int t, int unit)
{
	const int q = threadIdx.x & 3, row = t * 3 * P::H + q * P::H + unit;
	if (q == 3)
		return {before[t * P::H + unit], g[(long long)t * P::GR + (long long)unit * P::GC]};
	return {gates_x[row], gates_h[row]};
}

/* The lane's gate's gradient by what it takes of the input; *by_state: of the state. *e, in: dL/dh
 * without g; out: its part that does not pass the weights. */
__device__ __forceinline__ float gru_unit_grad(const GruFrame &f, float *e, float *by_state)
{
	const int four = threadIdx.x & 28, q = threadIdx.x & 3;
	const float gate = gru_sigmoid(f.in + f.st);
	const float r = __shfl_sync(~0u, gate, four), z = __shfl_sync(~0u, gate, four + 1);
	const float n = __shfl_sync(~0u, tanhf(fmaf(r, f.st, f.in)), four + 2);
	const float hn = __shfl_sync(~0u, f.st, four + 2);
	const float before = __shfl_sync(~0u, f.in, four + 3);
	const float dh = *e + __shfl_sync(~0u, f.st, four + 3);
	const float dn = dh * (1.0f - z) * (1.0f - n * n);
	*e = dh * z;
	if (q == 0)
		return *by_state = dn * hn * r * (1.0f - r);
	if (q == 1)
		return *by_state = dh * (before - n) * z * (1.0f - z);
	*by_state = r * dn;
	return dn;
}

/* Rows k .. k + 3 of a unit's column; 0 past the end. */
template <class P> __device__ __forceinline__ float4 gru_column(const float *w_state, int unit, int k)
{
	const float *const w = w_state + (long long)k * P::H + unit;
	const int left = 3 * P::H - k;
	return make_float4(left > 0 ? w[0] : 0.0f, left > 1 ? w[P::H] : 0.0f,
	                   left > 2 ? w[2 * P::H] : 0.0f, left > 3 ? w[3 * P::H] : 0.0f);
}

/* Sum over all rows k of ds[k] times the weights, in all four lanes. */
template <class P>
__device__ __forceinline__ float gru_carry(const float4 *kept, const float *w_state, int unit,
                                           const float *ds)
{
	typedef GruGrad<P> G;
	const int q = threadIdx.x & 3;
	float sum[2] = {0};
#pragma unroll(G::KEPT ? G::QUADS : 2)
	for (int i = 0; i < G::QUADS; i++) {
		const float4 v = *(const float4 *)(ds + 16 * i + 4 * q);
		const float4 w = G::KEPT ? kept[i] : gru_column<P>(w_state, unit, 16 * i + 4 * q);
		sum[i & 1] = fmaf(w.x, v.x, sum[i & 1]);
		sum[i & 1] = fmaf(w.y, v.y, sum[i & 1]);
		sum[i & 1] = fmaf(w.z, v.z, sum[i & 1]);
		sum[i & 1] = fmaf(w.w, v.w, sum[i & 1]);
	}
	float all = sum[0] + sum[1];
	all += __shfl_xor_sync(~0u, all, 1);
	return all + __shfl_xor_sync(~0u, all, 2);
}

template <class P>
__device__ __forceinline__ void gru_grad(const float *gates_x, const float *gates_h,
                                         const float *before, const float *w_state, const float *g,
                                         typename P::DX *dgates_x, typename P::DH *dgates_h,
                                         bool rev)
{
	typedef GruGrad<P> G;
	__shared__ float4 shared4[2 * G::ROWS / 4];
	float *const ds = (float *)shared4;
	const int q = threadIdx.x & 3;
	const int first = rev ? 0 : P::L - 1, back = rev ? 1 : -1;
	const int own = threadIdx.x / 4 < P::H ? threadIdx.x / 4 : P::H - 1;
	float4 kept[G::KEPT ? G::QUADS : 1];
	float e[G::EACH] = {0};
	for (int k = threadIdx.x; k < 2 * G::ROWS; k += G::THREADS)
		ds[k] = 0; /* the rows past the end stay */
	__syncthreads();
#pragma unroll
	for (int i = 0; G::KEPT && i < G::QUADS; i++)
		kept[i] = gru_column<P>(w_state, own, 16 * i + 4 * q);
	GruFrame ahead = gru_frame<P>(gates_x, gates_h, before, g, first, own); /* with EACH 1 */
#pragma unroll 1
	for (int step = 0; step < P::L; step++) {
		const int t = first + step * back, next = step + 1 < P::L ? t + back : t;
		float *const mine = ds + step % 2 * G::ROWS;
#pragma unroll
		for (int i = 0; i < G::EACH; i++) {
			const int u = threadIdx.x / 4 + i * (G::THREADS / 4);
			const int unit = u < P::H ? u : P::H - 1, row = q * P::H + unit;
			const GruFrame f =
			    G::EACH == 1 ? ahead : gru_frame<P>(gates_x, gates_h, before, g, t, unit);
			if (G::EACH == 1)
				ahead = gru_frame<P>(gates_x, gates_h, before, g, next, unit);
			float by_state;
			const float by_input = gru_unit_grad(f, &e[i], &by_state);
			if (q < 3 && u < P::H) {
				mine[row] = by_state;
				put(dgates_x + (long long)t * 3 * P::H + row, by_input);
				put(dgates_h + (long long)t * 3 * P::H + row, by_state);
			}
		}
		__syncthreads();
#pragma unroll
		for (int i = 0; i < G::EACH; i++) {
			const int u = threadIdx.x / 4 + i * (G::THREADS / 4);
			e[i] += gru_carry<P>(kept, w_state, u < P::H ? u : P::H - 1, mine);
		}
	}
}
