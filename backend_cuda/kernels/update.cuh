/* update.cuh: what only a training step has: dropout, the norm of all gradients, the optimiser. */
#pragma once
#include "common.cuh"

/* ---- dropout ----------------------------------------------------------------------------------
 * P: COUNT elements of an instance, RUN of which share a draw; the draws below LIMIT of 2^32 drop,
 * what stays is multiplied by scale(); In, Out. state: (step, seed), a negative seed drops nothing.
 * A thread takes 4 neighbours, which share the four words of one Philox counter where RUN is 1. */

template <class P>
__device__ __forceinline__ void dropout(const typename P::In *x, const float *state,
                                        unsigned stream, typename P::Out *y)
{
	const unsigned first = (blockIdx.x * blockDim.x + threadIdx.x) * 4u;
	const bool draws = state[1] >= 0.0f;
	const unsigned step = (unsigned)state[0], seed = draws ? (unsigned)state[1] : 0u;
	unsigned c[4] = {0}, of = ~0u;
#pragma unroll
	for (unsigned i = first; i < first + 4; i++) {
		const unsigned draw = i / P::RUN;
		if (i >= P::COUNT)
			return;
		if (draws && draw / 4 != of) {
			of = draw / 4;
			c[0] = of;
			c[1] = 0;
			c[2] = step;
			c[3] = 0;
			philox(seed, stream, c);
		}
		const unsigned word = draw % 4 < 2 ? (draw % 4 ? c[1] : c[0]) : (draw % 4 == 2 ? c[2] : c[3]);
		const float v = widen(x[i]);
		put(y + i, !draws ? v : word < P::LIMIT ? 0.0f : v * P::scale());
	}
}

/* ---- tables of tensors ------------------------------------------------------------------------
 * One launch for many tensors, rows of a table: P::at(column, row) is an address (see below) and
 * count(row) the elements; CTA b works on row r with first(r) <= b < first(r + 1), there on EACH
 * elements from (b - first(r)) * EACH. P also: ROWS. */

/* Space in the upper 4 bits, offset below: 0 nothing, 1 arena, 2 load, 3 params, 4 in, 5 state. */
__device__ __forceinline__ float *table_place(const Mem &m, unsigned long long at)
{
	const unsigned long long offset = at & 0x0fffffffffffffffull;
	switch (at >> 60) {
	case 1:
		return (float *)(m.arena + offset);
	case 2:
		return (float *)(m.load + offset);
	case 3:
		return (float *)(m.params + offset);
	case 4:
		return (float *)(m.in + offset);
	case 5:
		return (float *)(m.state + offset);
	default:
		return nullptr;
	}
}

template <class P> __device__ __forceinline__ unsigned table_row()
{
	unsigned low = 0, high = P::ROWS;
	while (high - low > 1) {
		const unsigned mid = (low + high) / 2;
		if (P::first(mid) <= blockIdx.x)
			low = mid;
		else
			high = mid;
	}
	return low;
}

/* ---- sum of squares -----------------------------------------------------------------------------
 * Column 0: the tensors of P::GROUP instances, row i * GROUP + g of instance g. y[part][instance]:
 * partial sums, part running over the CTAs of all rows of an instance. CTAs of 256. */

template <class P> __device__ __forceinline__ void sum_squares(const Mem &mem, float *y)
{
	__shared__ float sums[8];
	const unsigned row = table_row<P>(), count = P::count(row), g = row % P::GROUP;
	const unsigned piece = blockIdx.x - P::first(row), start = piece * P::EACH;
	const unsigned end = start + P::EACH < count ? start + P::EACH : count;
	const float *x = table_place(mem, P::at(0, row));
	float v = 0;
	for (unsigned i = start + threadIdx.x; i < end; i += 256)
		v = fmaf(x[i], x[i], v);
	v = warp_sum(v);
	if ((threadIdx.x & 31) == 0)
		sums[threadIdx.x >> 5] = v;
	__syncthreads();
	if (threadIdx.x > 0)
		return;
	for (int w = 1; w < 8; w++)
		v += sums[w];
	y[(P::first(row - g) / P::GROUP + piece) * P::GROUP + g] = v;
}

/* ---- AdamW ------------------------------------------------------------------------------------
 * P also: beta1() keep1() beta2() keep2() eps() decay(), where keep = 1 - beta. Every element is
 * read before it is written, by one thread: results may lie where the operands are. */

/* Columns of the table. */
enum { UPD_P, UPD_G, UPD_M, UPD_V, UPD_SCALARS, UPD_MAX, UPD_NEW_P, UPD_NEW_M, UPD_NEW_V, UPD_NEW_MAX };

/* scalars: learning rate, corrections of m and v, factor on g */
struct AdamwRate {
	float shrink, rate, root, scale;
};

template <class P>
__device__ __forceinline__ void adamw_element(const AdamwRate &s, float g, float top, float &p,
                                              float &m, float &v, float &vmax)
{
	g *= s.scale;
	m = P::beta1() * m + P::keep1() * g;
	v = P::beta2() * v + P::keep2() * g * g;
	vmax = top > v ? top : v;
	p = p * s.shrink - s.rate * m / (sqrtf(vmax) * s.root + P::eps());
}

template <class P> __device__ __forceinline__ void adamw(const Mem &mem)
{
	const unsigned row = table_row<P>(), count = P::count(row);
	const unsigned start = (blockIdx.x - P::first(row)) * P::EACH;
	float *a[10];
	unsigned long long bits = 0;
#pragma unroll
	for (int i = 0; i < 10; i++) {
		a[i] = table_place(mem, P::at(i, row));
		if (i != UPD_SCALARS)
			bits |= (unsigned long long)a[i];
	}
	const float *scalars = a[UPD_SCALARS];
	const AdamwRate s = {1.0f - scalars[0] * P::decay(), scalars[0] / scalars[1],
	                     1.0f / sqrtf(scalars[2]), scalars[3]};
	const bool vector = (bits & 15) == 0;
	const unsigned end = start + P::EACH < count ? start + P::EACH : count;
	for (unsigned i = start + threadIdx.x * 4; i < end; i += blockDim.x * 4) {
		const unsigned n = end - i < 4 ? end - i : 4;
		float v[6][4]; /* p, g, m, v, (none), vmax */
		if (vector && n == 4) {
#pragma unroll
			for (int k = 0; k < 6; k++)
				if (k != UPD_SCALARS)
					*(float4 *)v[k] = a[k] ? *(const float4 *)(a[k] + i) : make_float4(0, 0, 0, 0);
		} else {
#pragma unroll
			for (int k = 0; k < 6; k++)
#pragma unroll
				for (unsigned e = 0; e < 4; e++)
					v[k][e] = k != UPD_SCALARS && a[k] && e < n ? a[k][i + e] : 0.0f;
		}
#pragma unroll
		for (int e = 0; e < 4; e++)
			adamw_element<P>(s, v[UPD_G][e], v[UPD_MAX][e], v[UPD_P][e], v[UPD_M][e], v[UPD_V][e],
			                 v[UPD_MAX][e]);
		const int from[4] = {UPD_P, UPD_M, UPD_V, UPD_MAX};
#pragma unroll
		for (int k = 0; k < 4; k++) {
			float *to = a[UPD_NEW_P + k] + i;
			if (vector && n == 4) {
				*(float4 *)to = *(const float4 *)v[from[k]];
				continue;
			}
#pragma unroll
			for (unsigned e = 0; e < 4; e++)
				if (e < n)
					to[e] = v[from[k]][e];
		}
	}
}
