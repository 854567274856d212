/* norm_grad.cuh: gradients of RMS norm and layer norm over the last axis.
 *
 * With xn = (x - mean) r, r = 1 / sqrt(var + eps) and h = g weight, where RMS norm has mean 0:
 *     dx = r (h - mean(h) - xn mean(h xn)), without mean(h) for RMS norm
 *     dweight = sum over rows of g xn, dbias = sum over rows of g
 * The three terms of layer norm all but cancel in rows of few columns, so layer norm is computed in
 * double precision.
 * P: ROWS x COLS of one instance, dense; CENTRE: layer norm; eps(); In, Grad, Out types of x, g and
 * dx. Instances are counted by blockIdx.z; x, weight and g are those of the instance. */
#pragma once
#include "common.cuh"

template <bool DOUBLE> struct NormReal {
	typedef float T;
	typedef float2 Pair;
	typedef LongSum Sum;
};

struct DoubleSum {
	double sum = 0;
	__device__ __forceinline__ void add(double v) { sum += v; }
	__device__ __forceinline__ double value() const { return sum; }
};

template <> struct NormReal<true> {
	typedef double T;
	typedef double2 Pair;
	typedef DoubleSum Sum;
};

/* dx, and (mean, r) of every row for norm_sums. One warp a row; grid: (ROWS / 4, 1, instances). */
template <class P>
__device__ __forceinline__ void norm_dx(const typename P::In *x, const float *weight,
                                        const typename P::Grad *g, typename P::Out *dx,
                                        typename NormReal<P::CENTRE>::Pair *stats)
{
	const unsigned i = blockIdx.x * 4 + (threadIdx.x >> 5), lane = threadIdx.x & 31;
	if (i >= P::ROWS)
		return;
	x += (size_t)i * P::COLS;
	g += (size_t)i * P::COLS;
	dx += (size_t)i * P::COLS;
	typedef typename NormReal<P::CENTRE>::T Real;
	Real mean = 0, var = 0, h_sum = 0, h_xn = 0;
	if (P::CENTRE) {
		for (unsigned k = lane; k < P::COLS; k += 32)
			mean += widen(x[k]);
		mean = warp_sum(mean) / P::COLS;
	}
	for (unsigned k = lane; k < P::COLS; k += 32) {
		const Real v = widen(x[k]) - mean;
		var += v * v;
	}
	const Real r = 1 / sqrt((Real)(warp_sum(var) / P::COLS + P::eps()));
	for (unsigned k = lane; k < P::COLS; k += 32) {
		const Real h = (Real)widen(g[k]) * weight[k];
		h_sum += h;
		h_xn += h * (widen(x[k]) - mean) * r;
	}
	h_xn = warp_sum(h_xn) / P::COLS;
	h_sum = P::CENTRE ? warp_sum(h_sum) / P::COLS : 0;
	for (unsigned k = lane; k < P::COLS; k += 32) {
		const Real h = (Real)widen(g[k]) * weight[k], xn = (widen(x[k]) - mean) * r;
		put(dx + k, (float)(r * (h - h_sum - xn * h_xn)));
	}
	if (lane == 0)
		stats[i] = {mean, r};
}

/* Sums over EACH rows: dweight[part][instances][COLS] and, with CENTRE, dbias likewise. A lane has
 * a column, 8 warps the rows. grid: (COLS / 32, parts, instances) CTAs of 256. */
template <class P>
__device__ __forceinline__ void norm_sums(const typename P::In *x, const typename P::Grad *g,
                                          const typename NormReal<P::CENTRE>::Pair *stats,
                                          float *dweight, float *dbias)
{
	typedef NormReal<P::CENTRE> Real;
	__shared__ typename Real::Pair sums[8][32];
	const unsigned lane = threadIdx.x & 31, warp = threadIdx.x >> 5, c = blockIdx.x * 32 + lane;
	const unsigned first = blockIdx.y * P::EACH;
	const unsigned end = first + P::EACH < P::ROWS ? first + P::EACH : P::ROWS;
	typename Real::Sum sum, sum_xn;
#pragma unroll 4
	for (unsigned i = first + warp; i < end && c < P::COLS; i += 8) {
		const typename Real::T v = widen(g[(size_t)i * P::COLS + c]);
		const typename Real::Pair s = stats[i];
		sum_xn.add(v * ((widen(x[(size_t)i * P::COLS + c]) - s.x) * s.y));
		sum.add(v);
	}
	sums[warp][lane] = {sum_xn.value(), sum.value()};
	__syncthreads();
	if (warp > 0 || c >= P::COLS)
		return;
	for (int w = 1; w < 8; w++) {
		sum_xn.add(sums[w][lane].x);
		sum.add(sums[w][lane].y);
	}
	const size_t to = ((size_t)blockIdx.y * gridDim.z + blockIdx.z) * P::COLS + c;
	dweight[to] = (float)sum_xn.value();
	if (P::CENTRE)
		dbias[to] = (float)sum.value();
}
