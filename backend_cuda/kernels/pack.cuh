/* pack.cuh: weights to the form that the matrix instructions read, once, when they are loaded.
 * P: COUNT, at(i) the offset of element i in w. */
#pragma once
#include "common.cuh"

template <class P> __device__ __forceinline__ void pack_bf16(const float *w, bf16 *p)
{
	const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
	if (i < P::COUNT)
		put(p + i, w[P::at(i)]);
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
	const double angle = p * pow(P::base(), -(double)(i - i % 2) / P::COLS);
	y[e] = (float)(i % 2 ? cos(angle) : sin(angle));
}
