/* batch_norm.cuh: batch norm with the statistics of the batch, an activation and pooling behind it,
 * and the gradient of all that. With xn = (x - mean) rstd over all but the channels:
 *     y = mean over tiles of act(xn weight + bias)
 *     g = dy spread over its tile / tile, 0 where act cut; dbias = sum g, dweight = sum g xn
 *     dx = weight rstd (g - (dbias + xn dweight) / m)
 * A CTA of 256 threads, TX x TY, takes TX x VEC channels, a thread VEC neighbouring ones; a row is
 * what lies at one place of all axes but the channels'. Sums are over EACH rows a CTA, every TY-th a
 * thread, and go through partial results of CTAs, which one warp a channel adds in order. Where rows
 * are written, CTAs take TY of them in turn, so that all walk along memory together.
 * What threads and CTAs found is added in double precision: an error of a channel's sums is one of
 * all its elements, and grows from layer to layer where that of an element averages out.
 * P: ROWS C   rows and channels of an instance     TX TY VEC EACH   as above
 *    row(i)   offset of row i in x                 XC               stride of channels in x
 *    COUNT    rows of x that the statistics are over
 *    RELU KH KW XH XW   activation, tile and x's strides along it; In, Out element types
 * grid: (C / (TX VEC), parts, instances). */
#pragma once
#include "common.cuh"

/* 4 elements to or from floats in registers. */
template <class T> __device__ __forceinline__ void channels_get4(float *v, const T *p)
{
	const float4 f = get4(p);
	v[0] = f.x;
	v[1] = f.y;
	v[2] = f.z;
	v[3] = f.w;
}

template <class T> __device__ __forceinline__ void channels_get8(float *v, const T *p)
{
	channels_get4(v, p);
	channels_get4(v + 4, p + 4);
}

__device__ __forceinline__ void channels_get8(float *v, const bf16 *p)
{
	const uint4 f = *(const uint4 *)p;
	const unsigned two[4] = {f.x, f.y, f.z, f.w};
#pragma unroll
	for (int i = 0; i < 4; i++) {
		v[2 * i] = __uint_as_float(two[i] << 16);
		v[2 * i + 1] = __uint_as_float(two[i] & 0xffff0000u);
	}
}

template <class T> __device__ __forceinline__ void channels_put4(T *p, const float *v)
{
	put4(p, make_float4(v[0], v[1], v[2], v[3]));
}

template <class T> __device__ __forceinline__ void channels_put8(T *p, const float *v)
{
	channels_put4(p, v);
	channels_put4(p + 4, v + 4);
}

__device__ __forceinline__ void channels_put8(bf16 *p, const float *v)
{
	*(uint4 *)p =
	    make_uint4(narrow2(v[0], v[1]), narrow2(v[2], v[3]), narrow2(v[4], v[5]), narrow2(v[6], v[7]));
}

template <int VEC, class T> __device__ __forceinline__ void channels_get(float *v, const T *p)
{
	if constexpr (VEC == 8)
		channels_get8(v, p);
	else if constexpr (VEC == 4)
		channels_get4(v, p);
	else
		v[0] = widen(*p);
}

template <int VEC, class T> __device__ __forceinline__ void channels_put(T *p, const float *v)
{
	if constexpr (VEC == 8)
		channels_put8(p, v);
	else if constexpr (VEC == 4)
		channels_put4(p, v);
	else
		put(p, v[0]);
}

/* The thread's channels and rows. */
template <class P> struct NormPlace {
	unsigned c, tx, ty, first, end;
	bool in;
	__device__ __forceinline__ NormPlace()
	{
		tx = threadIdx.x % P::TX;
		ty = threadIdx.x / P::TX;
		c = (blockIdx.x * P::TX + tx) * P::VEC;
		in = c < P::C;
		first = blockIdx.y * P::EACH;
		end = first + P::EACH < P::ROWS ? first + P::EACH : P::ROWS;
	}
	/* Rows that thread t of the CTA's rows has. */
	__device__ __forceinline__ unsigned rows(unsigned t) const
	{
		return first + t < end ? (end - first - t + P::TY - 1) / P::TY : 0;
	}
};

/* What is known of a channel. */
template <class P> struct NormChannel {
	float mean[P::VEC], rstd[P::VEC], weight[P::VEC], bias[P::VEC];
	__device__ __forceinline__ NormChannel(unsigned c, const float *m, const float *r,
	                                       const float *w, const float *b)
	{
		const unsigned at = c < P::C ? c : 0;
#pragma unroll
		for (int e = 0; e < P::VEC; e++) {
			mean[e] = m[at + e];
			rstd[e] = r[at + e];
			weight[e] = w[at + e];
			bias[e] = b ? b[at + e] : 0.0f;
		}
	}
};

/* ---- forward -------------------------------------------------------------------------------- */

/* Mean and sum of squared distances from it of n rows, without cancellation: each ROWS are summed
 * as distances from the mean so far, or from the first row. */
template <class P> struct NormSums {
	float mean[P::VEC], m2[P::VEC], n;

	template <int ROWS>
	__device__ __forceinline__ void add(const typename P::In *x, unsigned i, unsigned c)
	{
		float v[ROWS][P::VEC];
#pragma unroll
		for (int r = 0; r < ROWS; r++)
			channels_get<P::VEC>(v[r], x + P::row(i + r * P::TY) + c * P::XC);
		const float all = n + ROWS, share = ROWS / all;
#pragma unroll
		for (int e = 0; e < P::VEC; e++) {
			float sum = 0, square = 0;
#pragma unroll
			for (int r = 0; r < ROWS; r++) {
				const float d = v[r][e] - mean[e];
				sum += d;
				square = fmaf(d, d, square);
			}
			const float step = sum * (1.0f / ROWS);
			m2[e] += fmaf(step * step, n * share, fmaf(-step, sum, square));
			mean[e] = fmaf(step, share, mean[e]);
		}
		n = all;
	}
};

/* parts[part][instances][C]: (mean, sum of squared distances from it) of a CTA's rows. */
template <class P>
__device__ __forceinline__ void norm_stats(const typename P::In *x, float2 *parts)
{
	enum { ROWS = 8 };
	__shared__ float2 all[P::TY][P::TX * P::VEC];
	const NormPlace<P> at;
	NormSums<P> s = {};
	unsigned i = at.first + at.ty;
	if (at.in && i < at.end) {
		channels_get<P::VEC>(s.mean, x + P::row(i) + at.c * P::XC);
		for (; i + (ROWS - 1) * P::TY < at.end; i += ROWS * P::TY)
			s.template add<ROWS>(x, i, at.c);
#pragma unroll 1
		for (; i < at.end; i += P::TY)
			s.template add<1>(x, i, at.c);
	}
#pragma unroll
	for (int e = 0; e < P::VEC; e++)
		all[at.ty][at.tx * P::VEC + e] = make_float2(s.mean[e], s.m2[e]);
	__syncthreads();
	for (unsigned k = threadIdx.x; k < P::TX * P::VEC; k += 256) {
		const unsigned c = blockIdx.x * P::TX * P::VEC + k;
		double sum = 0, square = 0;
#pragma unroll 2
		for (unsigned t = 0; t < P::TY; t++)
			sum += (double)all[t][k].x * at.rows(t);
		/* rounded, as the squares are to be about what the part says is its mean */
		const float middle = (float)(sum / (at.end - at.first));
#pragma unroll 2
		for (unsigned t = 0; t < P::TY; t++) {
			const double d = (double)all[t][k].x - middle;
			square += d * d * at.rows(t) + all[t][k].y;
		}
		if (c < P::C)
			parts[((size_t)blockIdx.y * gridDim.z + blockIdx.z) * P::C + c] =
			    make_float2(middle, (float)square);
	}
}

/* Statistics of the batch and the running ones. P also: PARTS of EACH rows, eps(), momentum(). Part
 * p's results are STRIDE pairs behind those of part p - 1. One warp a channel; grid: (C / 4, 1,
 * instances) CTAs of 128. */
template <class P>
__device__ __forceinline__ void norm_finish(const float2 *parts, const float *old_mean,
                                            const float *old_var, float *mean, float *rstd,
                                            float *new_mean, float *new_var)
{
	const unsigned lane = threadIdx.x & 31, c = blockIdx.x * 4 + (threadIdx.x >> 5);
	double sum = 0, square = 0;
	if (c >= P::C)
		return;
	parts += c;
	for (unsigned p = lane; p < P::PARTS; p += 32) {
		const unsigned n = (p + 1) * P::EACH < P::ROWS ? P::EACH : P::ROWS - p * P::EACH;
		sum += (double)parts[p * P::STRIDE].x * n;
	}
	const double m = warp_sum(sum) / P::COUNT;
	for (unsigned p = lane; p < P::PARTS; p += 32) {
		const unsigned n = (p + 1) * P::EACH < P::ROWS ? P::EACH : P::ROWS - p * P::EACH;
		const double d = parts[p * P::STRIDE].x - m;
		square += d * d * n + parts[p * P::STRIDE].y;
	}
	square = warp_sum(square);
	if (lane > 0)
		return;
	const double keep = 1 - P::momentum(), unbiased = square / (P::COUNT - 1.0);
	mean[c] = (float)m;
	rstd[c] = (float)(1 / sqrt(square / P::COUNT + P::eps()));
	new_mean[c] = (float)(keep * old_mean[c] + P::momentum() * m);
	new_var[c] = (float)(keep * old_var[c] + P::momentum() * unbiased);
}

/* P's rows are those of y, row(i) the first element of the tile in x, out(i) row i of y, YC its
 * stride of channels. */
template <class P>
__device__ __forceinline__ void norm_apply(const typename P::In *x, const float *weight,
                                           const float *bias, const float *mean,
                                           const float *rstd, typename P::Out *y)
{
	const NormPlace<P> at;
	const NormChannel<P> s(at.c, mean, rstd, weight, bias);
	if (!at.in)
		return;
#pragma unroll (P::KH * P::KW == 1 ? 4 : 2)
	for (unsigned i = blockIdx.y * P::TY + at.ty; i < P::ROWS; i += gridDim.y * P::TY) {
		const typename P::In *tile = x + P::row(i) + at.c * P::XC;
		float sum[P::VEC] = {};
#pragma unroll
		for (int k = 0; k < P::KH * P::KW; k++) {
			float v[P::VEC];
			channels_get<P::VEC>(v, tile + k / P::KW * P::XH + k % P::KW * P::XW);
#pragma unroll
			for (int e = 0; e < P::VEC; e++) {
				const float a =
				    fmaf((v[e] - s.mean[e]) * s.rstd[e], s.weight[e], s.bias[e]);
				sum[e] += P::RELU && a < 0.0f ? 0.0f : a;
			}
		}
#pragma unroll
		for (int e = 0; e < P::VEC; e++)
			sum[e] *= 1.0f / (P::KH * P::KW);
		channels_put<P::VEC>(y + P::out(i) + at.c * P::YC, sum);
	}
}

/* ---- gradient ---------------------------------------------------------------------------------
 * P also: Grad, the type of dy; tile(i) the offset in dy of row i's tile, YC its stride of
 * channels, whole(i) whether the tile is complete. */

/* g and xn of a row. */
template <class P>
__device__ __forceinline__ void norm_row(const NormChannel<P> &s, const typename P::In *x,
                                         const typename P::Grad *dy, unsigned i, unsigned c,
                                         float *g, float *xn)
{
	float v[P::VEC];
	channels_get<P::VEC>(v, x + P::row(i) + c * P::XC);
	const bool whole = P::whole(i);
#pragma unroll
	for (int e = 0; e < P::VEC; e++)
		g[e] = 0;
	if (whole)
		channels_get<P::VEC>(g, dy + P::tile(i) + c * P::YC);
#pragma unroll
	for (int e = 0; e < P::VEC; e++) {
		xn[e] = (v[e] - s.mean[e]) * s.rstd[e];
		g[e] *= 1.0f / (P::KH * P::KW);
		if (P::RELU && fmaf(xn[e], s.weight[e], s.bias[e]) <= 0.0f)
			g[e] = 0;
	}
}

/* parts[part][instances][C]: (sum g, sum g xn) of a CTA's rows. */
template <class P>
__device__ __forceinline__ void norm_grad_sums(const typename P::In *x, const float *weight,
                                               const float *mean, const float *rstd,
                                               const typename P::Grad *dy, const float *bias,
                                               float2 *parts)
{
	__shared__ float2 all[P::TY][P::TX * P::VEC];
	const NormPlace<P> at;
	const NormChannel<P> s(at.c, mean, rstd, weight, bias);
	float sum[P::VEC] = {}, sum_xn[P::VEC] = {};
	if (at.in)
#pragma unroll 4
		for (unsigned i = at.first + at.ty; i < at.end; i += P::TY) {
			float g[P::VEC], xn[P::VEC];
			norm_row<P>(s, x, dy, i, at.c, g, xn);
#pragma unroll
			for (int e = 0; e < P::VEC; e++) {
				sum[e] += g[e];
				sum_xn[e] = fmaf(g[e], xn[e], sum_xn[e]);
			}
		}
#pragma unroll
	for (int e = 0; e < P::VEC; e++)
		all[at.ty][at.tx * P::VEC + e] = make_float2(sum[e], sum_xn[e]);
	__syncthreads();
	for (unsigned k = threadIdx.x; k < P::TX * P::VEC; k += 256) {
		const unsigned c = blockIdx.x * P::TX * P::VEC + k;
		double sum = 0, sum_xn = 0;
		for (unsigned t = 0; t < P::TY; t++) {
			sum += all[t][k].x;
			sum_xn += all[t][k].y;
		}
		if (c < P::C)
			parts[((size_t)blockIdx.y * gridDim.z + blockIdx.z) * P::C + c] =
			    make_float2((float)sum, (float)sum_xn);
	}
}

/* P, grid: C, PARTS, STRIDE, as in norm_finish. */
template <class P>
__device__ __forceinline__ void norm_grad_finish(const float2 *parts, float *dweight, float *dbias)
{
	const unsigned lane = threadIdx.x & 31, c = blockIdx.x * 4 + (threadIdx.x >> 5);
	double sum = 0, sum_xn = 0;
	if (c >= P::C)
		return;
	for (unsigned p = lane; p < P::PARTS; p += 32) {
		sum += parts[p * P::STRIDE + c].x;
		sum_xn += parts[p * P::STRIDE + c].y;
	}
	sum = warp_sum(sum);
	sum_xn = warp_sum(sum_xn);
	if (lane == 0) {
		dbias[c] = (float)sum;
		dweight[c] = (float)sum_xn;
	}
}

/* P also: out(i), row i of dx, and DC, its stride of channels. */
template <class P>
__device__ __forceinline__ void norm_grad_apply(const typename P::In *x, const float *weight,
                                                const float *mean, const float *rstd,
                                                const typename P::Grad *dy, const float *bias,
                                                const float *dweight, const float *dbias,
                                                typename P::Out *dx)
{
	const NormPlace<P> at;
	const NormChannel<P> s(at.c, mean, rstd, weight, bias);
	float dw[P::VEC], db[P::VEC];
	if (!at.in)
		return;
#pragma unroll
	for (int e = 0; e < P::VEC; e++) {
		dw[e] = dweight[at.c + e];
		db[e] = dbias[at.c + e];
	}
#pragma unroll 4
	for (unsigned i = blockIdx.y * P::TY + at.ty; i < P::ROWS; i += gridDim.y * P::TY) {
		float g[P::VEC], xn[P::VEC];
		norm_row<P>(s, x, dy, i, at.c, g, xn);
#pragma unroll
		for (int e = 0; e < P::VEC; e++)
			g[e] = s.weight[e] * s.rstd[e] *
			       (g[e] - fmaf(xn[e], dw[e], db[e]) * (1.0f / P::COUNT));
		channels_put<P::VEC>(dx + P::out(i) + at.c * P::DC, g);
	}
}
