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

/* ---- gradients ------------------------------------------------------------------------------
 * One thread an element of dx. P: COUNT of them, KH KW; of element i: whole(i), whether its tile is
 * complete, at(i), the offset of its tile's element of g; Grad, Out. */

template <class P>
__device__ __forceinline__ void avg_pool_grad(const typename P::Grad *g, typename P::Out *dx)
{
	const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
	if (i < P::COUNT)
		put(dx + i, P::whole(i) ? widen(g[P::at(i)]) * (1.0f / (P::KH * P::KW)) : 0.0f);
}

/* P also: tile(i), the offset of the tile's first element in x, place(i), the number of element i
 * in its tile, XH XW; In. The first of the largest or the last NaN has the gradient. */
template <class P>
__device__ __forceinline__ void max_pool_grad(const typename P::In *x, const typename P::Grad *g,
                                              typename P::Out *dx)
{
	const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
	if (i >= P::COUNT)
		return;
	if (!P::whole(i)) {
		put(dx + i, 0.0f);
		return;
	}
	const typename P::In *tile = x + P::tile(i);
	float top = -infinite();
	unsigned best = 0;
	for (unsigned k = 0; k < P::KH * P::KW; k++) {
		const float v = widen(tile[k / P::KW * P::XH + k % P::KW * P::XW]);
		const bool more = v > top || v != v;
		best = more ? k : best;
		top = more ? v : top;
	}
	put(dx + i, best == P::place(i) ? widen(g[P::at(i)]) : 0.0f);
}
