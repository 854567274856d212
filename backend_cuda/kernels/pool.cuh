/* pool.cuh: means and maxima of tiles of an image; an incomplete tile at the end is dropped.
 *
 * P: COUNT outputs, KH KW tile, XH XW strides of x, at(i) the offset of the first element of
 * output i's tile; In, Out. One thread an output; grid: COUNT / 256 CTAs. */
#pragma once
#include "common.cuh"

template <class P>
__device__ __forceinline__ void avg_pool(const typename P::In *x, typename P::Out *y)
{
	const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
	if (i >= P::COUNT)
		return;
	const typename P::In *tile = x + P::at(i);
	float v = 0;
	for (int a = 0; a < P::KH; a++)
		for (int b = 0; b < P::KW; b++)
			v += widen(tile[a * P::XH + b * P::XW]);
	put(y + i, v * (1.0f / (P::KH * P::KW)));
}

template <class P>
__device__ __forceinline__ void max_pool(const typename P::In *x, typename P::Out *y)
{
	const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
	if (i >= P::COUNT)
		return;
	const typename P::In *tile = x + P::at(i);
	float v = widen(tile[0]);
	for (int a = 0; a < P::KH; a++)
		for (int b = 0; b < P::KW; b++)
			v = larger(v, widen(tile[a * P::XH + b * P::XW]));
	put(y + i, v);
}
