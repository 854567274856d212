/* reduce.cuh: sums, means, maxima, minima over any axes, the first of equal elements, and softmax
 * along one axis. All orders are fixed.
 *
 * P: ROWS results of COLS elements each; row(i), col(k): where element k of row i lies, as two
 * offsets to add; COUNT: elements behind a result (of a mean); In, Out. PRODUCT: each is multiplied
 * with that of `by`, of type By, at by_row(i) and by_col(k).
 * A long row is cut into PARTS of EACH columns: blockIdx.y counts them, y holds [PARTS][ROWS]
 * partial results, and a second launch reduces those as rows of PARTS columns; PARTS 1: no cut. */
#pragma once
#include "common.cuh"

/* State: start, next element, result of a thread; warp: of its lanes; end: from n elements. */
struct Sum {
	typedef LongSum State;
	static __device__ __forceinline__ float warp(float v) { return warp_sum(v); }
	static __device__ __forceinline__ float end(float v, float) { return v; }
};

struct Mean : Sum {
	static __device__ __forceinline__ float end(float v, float n) { return v / n; }
};

struct Max : Sum {
	struct State {
		float top = -infinite();
		__device__ __forceinline__ void add(float v) { top = larger(top, v); }
		__device__ __forceinline__ float value() const { return top; }
	};
	static __device__ __forceinline__ float warp(float v) { return warp_max(v); }
};

struct Min : Sum {
	struct State {
		Max::State of;
		__device__ __forceinline__ void add(float v) { of.add(-v); }
		__device__ __forceinline__ float value() const { return -of.value(); }
	};
	static __device__ __forceinline__ float warp(float v) { return -warp_max(-v); }
};

/* The columns of this CTA's part. */
template <class P> struct Part {
	unsigned first, end;
	__device__ __forceinline__ Part()
	{
		first = blockIdx.y * P::EACH;
		end = P::PARTS == 1 || first + P::EACH > P::COLS ? P::COLS : first + P::EACH;
	}
};

/* Elements of row i. */
template <class P> struct Row {
	const typename P::In *x;
	const void *by;
	unsigned by_row = 0;

	__device__ __forceinline__ Row(const typename P::In *x, const void *by, unsigned i)
	    : x(x + P::row(i)), by(by)
	{
		if constexpr (P::PRODUCT)
			by_row = P::by_row(i);
	}
	__device__ __forceinline__ float at(unsigned k) const
	{
		const float v = widen(x[P::col(k)]);
		if constexpr (P::PRODUCT)
			return v * widen(((const typename P::By *)by)[by_row + P::by_col(k)]);
		return v;
	}
};

template <class P, class R>
__device__ __forceinline__ void reduce_put(typename P::Out *y, unsigned i, float v)
{
	put(y + blockIdx.y * P::ROWS + i, P::PARTS == 1 ? R::end(v, P::COUNT) : v);
}

/* One warp a row: for elements that follow each other along columns. grid: ROWS / 4 CTAs of 128. */
template <class P, class R>
__device__ __forceinline__ void reduce(const typename P::In *x, typename P::Out *y,
                                       const void *by = nullptr)
{
	const unsigned i = blockIdx.x * 4 + (threadIdx.x >> 5), lane = threadIdx.x & 31;
	if (i >= P::ROWS)
		return;
	const Row<P> row(x, by, i);
	const Part<P> part;
	typename R::State v;
#pragma unroll 8
	for (unsigned k = part.first + lane; k < part.end; k += 32)
		v.add(row.at(k));
	const float all = R::warp(v.value());
	if (lane == 0)
		reduce_put<P, R>(y, i, all);
}

/* One lane a row, 8 warps along the columns: for elements that follow each other along rows.
 * grid: ROWS / 32 CTAs of 256. */
template <class P, class R>
__device__ __forceinline__ void reduce_across(const typename P::In *x, typename P::Out *y,
                                              const void *by = nullptr)
{
	__shared__ float sums[8][32];
	const unsigned lane = threadIdx.x & 31, warp = threadIdx.x >> 5, i = blockIdx.x * 32 + lane;
	const Row<P> row(x, by, i < P::ROWS ? i : P::ROWS - 1);
	const Part<P> part;
	typename R::State v;
#pragma unroll 8
	for (unsigned k = part.first + warp; k < part.end; k += 8)
		v.add(row.at(k));
	sums[warp][lane] = v.value();
	__syncthreads();
	if (warp > 0 || i >= P::ROWS)
		return;
	for (int w = 1; w < 8; w++)
		v.add(sums[w][lane]);
	reduce_put<P, R>(y, i, v.value());
}

/* One thread a row: for few columns. grid: ROWS / 256 CTAs of 256. */
template <class P, class R>
__device__ __forceinline__ void reduce_short(const typename P::In *x, typename P::Out *y,
                                             const void *by = nullptr)
{
	const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
	if (i >= P::ROWS)
		return;
	const Row<P> row(x, by, i);
	typename R::State v;
	for (unsigned k = 0; k < P::COLS; k++)
		v.add(row.at(k));
	reduce_put<P, R>(y, i, v.value());
}

/* mask: 1 at the first element of each row of x that equals the row's element of top, as NaN does
 * NaN, else 0.
 * P also: top(i), out(i) the offsets of row i in top and mask, out_col(k) that of column k there;
 * one thread a row, grid as for reduce_short. */
template <class P>
__device__ __forceinline__ void first_equal(const typename P::In *x, const float *top,
                                            typename P::Out *mask)
{
	const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
	if (i >= P::ROWS)
		return;
	const typename P::In *row = x + P::row(i);
	typename P::Out *out = mask + P::out(i);
	const float want = top[P::top(i)];
	bool found = false;
	for (unsigned k = 0; k < P::COLS; k++) {
		const float v = widen(row[P::col(k)]);
		const bool hit = !found && (v == want || (v != v && want != want));
		found = found || hit;
		put(out + P::out_col(k), hit ? 1.0f : 0.0f);
	}
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
	Max::State largest;
	float sum = 0;
	for (unsigned k = lane; k < P::COLS; k += 32)
		largest.add(widen(row[P::col(k)]));
	const float top = warp_max(largest.value());
	for (unsigned k = lane; k < P::COLS; k += 32)
		sum += expf(widen(row[P::col(k)]) - top);
	sum = warp_sum(sum);
	for (unsigned k = lane; k < P::COLS; k += 32)
		put(out + k * P::OUT_COL, expf(widen(row[P::col(k)]) - top) / sum);
}

/* Sums along an axis up to each element, one thread a row, grid as for reduce_short. What rounding
 * takes from the sum goes into the next term (Kahan).
 * P: ROWS, COLS; row(i), out(i) the offsets of row i in x and y; FROM, OUT_FROM the first element
 * there and STEP, OUT_STEP from one to the next, negative in reverse. */
template <class P>
__device__ __forceinline__ void cumsum(const typename P::In *x, typename P::Out *y)
{
	const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
	if (i >= P::ROWS)
		return;
	const typename P::In *from = x + P::row(i) + P::FROM;
	typename P::Out *to = y + P::out(i) + P::OUT_FROM;
	float sum = 0, lost = 0;
	for (int k = 0; k < P::COLS; k++) {
		const float term = widen(from[k * P::STEP]) - lost, next = sum + term;
		lost = isfinite(next) ? (next - sum) - term : 0;
		sum = next;
		put(to + k * P::OUT_STEP, sum);
	}
}
