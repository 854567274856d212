/* gru.cuh: a layer of gated recurrent units in one direction, from the products with its input.
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
