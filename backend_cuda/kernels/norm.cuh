/* norm.cuh: RMS norm and layer norm over the last axis.
 *
 * P: ROWS x COLS, row(i) the offset of row i of x, XC the stride along it, wrow(i) and brow(i) those
 * of its weights and bias (0 but in groups), eps(); In, Out. One warp a row; grid: ROWS / 4 CTAs of 128. */
#pragma once
#include "common.cuh"

template <class P>
__device__ __forceinline__ void rms_norm(const typename P::In *x, const float *weight,
                                         typename P::Out *y)
{
	const unsigned i = blockIdx.x * 4 + (threadIdx.x >> 5), lane = threadIdx.x & 31;
	if (i >= P::ROWS)
		return;
	const typename P::In *row = x + P::row(i);
	const float *g = weight + P::wrow(i);
	float sum = 0;
	for (unsigned k = lane; k < P::COLS; k += 32) {
		const float v = widen(row[k * P::XC]);
		sum = fmaf(v, v, sum);
	}
	const float r = 1.0f / sqrtf(warp_sum(sum) / P::COLS + P::eps());
	for (unsigned k = lane; k < P::COLS; k += 32)
		put(y + i * P::COLS + k, widen(row[k * P::XC]) * r * g[k]);
}

template <class P>
__device__ __forceinline__ void layer_norm(const typename P::In *x, const float *weight,
                                           const float *bias, typename P::Out *y)
{
	const unsigned i = blockIdx.x * 4 + (threadIdx.x >> 5), lane = threadIdx.x & 31;
	if (i >= P::ROWS)
		return;
	const typename P::In *row = x + P::row(i);
	const float *g = weight + P::wrow(i), *b = bias + P::brow(i);
	float sum = 0, var = 0;
	for (unsigned k = lane; k < P::COLS; k += 32)
		sum += widen(row[k * P::XC]);
	const float mean = warp_sum(sum) / P::COLS;
	for (unsigned k = lane; k < P::COLS; k += 32) {
		const float v = widen(row[k * P::XC]) - mean;
		var = fmaf(v, v, var);
	}
	const float r = 1.0f / sqrtf(warp_sum(var) / P::COLS + P::eps());
	for (unsigned k = lane; k < P::COLS; k += 32)
		put(y + i * P::COLS + k, (widen(row[k * P::XC]) - mean) * r * g[k] + b[k]);
}
