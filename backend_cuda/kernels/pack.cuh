/* pack.cuh: weights to the form that the kernels of products read, and tables that need no input.
 */
#pragma once
#include "common.cuh"

/* w, element (n, k) at n WR + k WK, to dense p[N][K]: as floats or bf16. Where w is dense along n,
 * through tiles of 32 x 32. grid: (K / 32, N / 32) CTAs of 256. */
template <class P, class T> __device__ __forceinline__ void pack_rows(const float *w, T *p)
{
	__shared__ float tile[32][33];
	const int TURN = P::WR < P::WK, lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
	const int n0 = blockIdx.y * 32, k0 = blockIdx.x * 32;
#pragma unroll
	for (int i = warp; i < 32; i += 8) {
		const int n = n0 + (TURN ? lane : i), k = k0 + (TURN ? i : lane);
		const bool in = n < P::N && k < P::K;
		tile[TURN ? lane : i][TURN ? i : lane] =
		    in ? w[(long long)n * P::WR + (long long)k * P::WK] : 0.0f;
	}
	__syncthreads();
#pragma unroll
	for (int i = warp; i < 32; i += 8)
		if (n0 + i < P::N && k0 + lane < P::K)
			put(p + (long long)(n0 + i) * P::K + k0 + lane, tile[i][lane]);
}

/* Triangular filters on the Slaney mel scale with area normalisation: [BINS][MELS]. P: BINS MELS,
 * rate() fmin() fmax() in Hz. */
__device__ __forceinline__ double mel_of_hz(double f)
{
	const double knee = 1000.0 / (200.0 / 3);
	return f < 1000.0 ? f / (200.0 / 3) : knee + log(f / 1000.0) / (log(6.4) / 27.0);
}

__device__ __forceinline__ double hz_of_mel(double m)
{
	const double knee = 1000.0 / (200.0 / 3);
	return m < knee ? m * (200.0 / 3) : 1000.0 * exp((m - knee) * (log(6.4) / 27.0));
}

template <class P> __device__ __forceinline__ void mel_filterbank(float *y)
{
	const int i = blockIdx.x * blockDim.x + threadIdx.x;
	if (i >= P::BINS * P::MELS)
		return;
	const int k = i / P::MELS, m = i % P::MELS;
	const double f = k * P::rate() / (2.0 * (P::BINS - 1));
	const double lo = mel_of_hz(P::fmin()), step = (mel_of_hz(P::fmax()) - lo) / (P::MELS + 1);
	const double a = hz_of_mel(lo + m * step), b = hz_of_mel(lo + (m + 1) * step),
	             c = hz_of_mel(lo + (m + 2) * step);
	const double up = (f - a) / (b - a), down = (c - f) / (c - b), t = up < down ? up : down;
	y[i] = (float)(t > 0 ? t * 2.0 / (c - a) : 0.0);
}

/* y[ROWS][COLS]: sin(p base^(-i/COLS)) in even column i, the cosine in column i + 1. */
template <class P> __device__ __forceinline__ void sinusoid(float *y)
{
	const int e = blockIdx.x * blockDim.x + threadIdx.x;
	if (e >= P::ROWS * P::COLS)
		return;
	const int p = e / P::COLS, i = e % P::COLS;
	const double rate = exp2(log2(P::base()) * -(double)(i - i % 2) / P::COLS);
	const double half_turns = p * rate / 3.141592653589793;
	y[e] = (float)(i % 2 ? cospi(half_turns) : sinpi(half_turns));
}
