/* reduce.cuh: sums, means, maxima over any axes, and softmax along one.
 *
 * P: ROWS results of COLS elements each; row(i), col(k): where element k of row i lies, as two
 * offsets to add; In, Out. One warp a row, in a fixed order; grid: ROWS / 4 CTAs of 128. */
#pragma once
#include "common.cuh"

struct Sum {
	static __device__ __forceinline__ float start() { return 0.0f; }
	static __device__ __forceinline__ float join(float a, float b) { return a + b; }
	static __device__ __forceinline__ float warp(float v) { return warp_sum(v); }
	static __device__ __forceinline__ float end(float v, int) { return v; }
};

struct Mean : Sum {
	static __device__ __forceinline__ float end(float v, int n) { return v / n; }
};

struct Max : Sum {
	static __device__ __forceinline__ float start() { return -__int_as_float(0x7f800000); }
	static __device__ __forceinline__ float join(float a, float b) { return larger(a, b); }
	static __device__ __forceinline__ float warp(float v) { return warp_max(v); }
};

template <class P, class R>
__device__ __forceinline__ void reduce(const typename P::In *x, typename P::Out *y)
{
	const unsigned i = blockIdx.x * 4 + (threadIdx.x >> 5), lane = threadIdx.x & 31;
	if (i >= P::ROWS)
		return;
	const typename P::In *row = x + P::row(i);
	float v = R::start();
	for (unsigned k = lane; k < P::COLS; k += 32)
		v = R::join(v, widen(row[P::col(k)]));
	v = R::end(R::warp(v), P::COLS);
	if (lane == 0)
		put(y + i, v);
}

/* As reduce for few columns: one thread a row; grid: ROWS / 256 CTAs of 256. */
template <class P, class R>
__device__ __forceinline__ void reduce_short(const typename P::In *x, typename P::Out *y)
{
	const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
	if (i >= P::ROWS)
		return;
	const typename P::In *row = x + P::row(i);
	float v = R::start();
	for (unsigned k = 0; k < P::COLS; k++)
		v = R::join(v, widen(row[P::col(k)]));
	put(y + i, R::end(v, P::COLS));
}

/* P also: out(i), the offset of row i in y, and OUT_COL, the stride along the axis there. */
template <class P>
__device__ __forceinline__ void softmax(const typename P::In *x, typename P::Out *y)
{
	const unsigned i = blockIdx.x * 4 + (threadIdx.x >> 5), lane = threadIdx.x & 31;
	if (i >= P::ROWS)
		return;
	const typename P::In *row = x + P::row(i);
	typename P::Out *out = y + P::out(i);
	float top = Max::start(), sum = 0;
	for (unsigned k = lane; k < P::COLS; k += 32)
		top = Max::join(top, widen(row[P::col(k)]));
	top = warp_max(top);
	for (unsigned k = lane; k < P::COLS; k += 32)
		sum += expf(widen(row[P::col(k)]) - top);
	sum = warp_sum(sum);
	for (unsigned k = lane; k < P::COLS; k += 32)
		put(out + k * P::OUT_COL, expf(widen(row[P::col(k)]) - top) / sum);
}
