/* gru.cuh: a layer of gated recurrent units in one direction.
 *
 * A CTA takes one sequence: the products with the input for TC frames at once, then frame by frame
 * those with the state, one thread a row of the gates. Up to 128 units a thread keeps its row of
 * the state's weights in registers; beyond, warps read the rows from the cache.
 * P: L I H     extents            XR XC   strides of x along time and row
 *    TC        frames at once     Out     element type of y, whose rows are H apart
 * w_in: [3H][I], w_state: [3H][H], biases [3H]; rows of r, z, n; grid: sequences. */
#pragma once
#include "common.cuh"

template <class P> struct Gru {
	enum {
		ROWS = 3 * P::H,
		THREADS = ROWS < 1024 ? (ROWS + 31) / 32 * 32 : 1024,
		KEPT = P::H <= 128,
		STRIP = 8, /* frames that share a load of an input weight */
		HP = (P::H + 3) / 4 * 4,
	};
};

__device__ __forceinline__ float gru_sigmoid(float v)
{
	return 1.0f / (1.0f + expf(-v));
}

/* gates[t][row] = bias + w_in[row] . x[t] for `len` frames from frame t0 */
template <class P>
__device__ __forceinline__ void gru_inputs(const float *x, const float *w_in, const float *b_in,
                                           int t0, int len, float *xs, float *gates)
{
	typedef Gru<P> G;
	for (int e = threadIdx.x; e < len * P::I; e += G::THREADS)
		xs[e] = x[(long long)(t0 + e / P::I) * P::XR + e % P::I * P::XC];
	__syncthreads();
	for (int row = threadIdx.x; row < G::ROWS; row += G::THREADS) {
		const float *w = w_in + (long long)row * P::I;
		for (int t = 0; t < len; t += G::STRIP) {
			float sum[G::STRIP] = {0};
			for (int k = 0; k < P::I; k++) {
				const float v = w[k];
#pragma unroll
				for (int j = 0; j < G::STRIP; j++)
					if (t + j < len)
						sum[j] = fmaf(v, xs[(t + j) * P::I + k], sum[j]);
			}
#pragma unroll
			for (int j = 0; j < G::STRIP; j++)
				if (t + j < len)
					gates[(t + j) * G::ROWS + row] = sum[j] + b_in[row];
		}
	}
}

/* A thread's row of the state's weights. */
template <class P> struct GruRow {
	float w[Gru<P>::KEPT ? P::H : 1];
	__device__ __forceinline__ void load(const float *w_state)
	{
		if (Gru<P>::KEPT && threadIdx.x < Gru<P>::ROWS)
#pragma unroll
			for (int k = 0; k < (Gru<P>::KEPT ? P::H : 0); k++)
				w[k] = w_state[threadIdx.x * P::H + k];
	}
};

/* out[row] = w_state[row] . h */
template <class P>
__device__ __forceinline__ void gru_state(const GruRow<P> &mine, const float *w_state,
                                          const float *h, float *out)
{
	typedef Gru<P> G;
	if (G::KEPT) {
		float sum[4] = {0};
#pragma unroll
		for (int k = 0; k < (G::KEPT ? P::H : 0); k++)
			sum[k % 4] = fmaf(mine.w[k], h[k], sum[k % 4]);
		if (threadIdx.x < G::ROWS)
			out[threadIdx.x] = sum[0] + sum[1] + (sum[2] + sum[3]);
		return;
	}
	for (int row = threadIdx.x / 32; row < G::ROWS; row += G::THREADS / 32) {
		float sum = 0;
		for (int k = threadIdx.x % 32; k < P::H; k += 32)
			sum = fmaf(w_state[(long long)row * P::H + k], h[k], sum);
		sum = warp_sum(sum);
		if (threadIdx.x % 32 == 0)
			out[row] = sum;
	}
}

/* smem: h[HP], the state's gates [3H], the input's gates [TC][3H], x[TC][I] */
template <class P>
__device__ __forceinline__ void gru(const float *x, const float *w_in, const float *w_state,
                                    const float *b_in, const float *b_state, typename P::Out *y,
                                    bool rev)
{
	typedef Gru<P> G;
	extern __shared__ float4 shared4[];
	float *const h = (float *)shared4, *const st = h + G::HP;
	float *const gates = st + G::ROWS, *const xs = gates + P::TC * G::ROWS;
	GruRow<P> mine;
	for (int j = threadIdx.x; j < P::H; j += G::THREADS)
		h[j] = 0;
	for (int first = 0; first < P::L; first += P::TC) {
		const int len = P::L - first < P::TC ? P::L - first : P::TC;
		const int t0 = rev ? P::L - first - len : first;
		gru_inputs<P>(x, w_in, b_in, t0, len, xs, gates);
		mine.load(w_state);
		__syncthreads();
		for (int step = 0; step < len; step++) {
			const int t = rev ? len - 1 - step : step;
			const float *in = gates + t * G::ROWS;
			gru_state<P>(mine, w_state, h, st);
			__syncthreads();
			for (int j = threadIdx.x; j < P::H; j += G::THREADS) {
				const float r = gru_sigmoid(in[j] + st[j] + b_state[j]);
				const float z =
				    gru_sigmoid(in[P::H + j] + st[P::H + j] + b_state[P::H + j]);
				const float n = tanhf(in[2 * P::H + j] +
				                      r * (st[2 * P::H + j] + b_state[2 * P::H + j]));
				h[j] = (1.0f - z) * n + z * h[j];
				put(y + (long long)(t0 + t) * P::H + j, h[j]);
			}
			__syncthreads();
		}
	}
}
