/* update.cuh: what only a training step has: dropout, the norm of all gradients, the optimiser. */
#pragma once
#include "common.cuh"

/* ---- dropout ----------------------------------------------------------------------------------
 * P: COUNT elements of an instance, RUN of which share a draw; the draws below LIMIT of 2^32 drop,
 * what stays is multiplied by scale(); In, Out. state: (step, seed), a negative seed drops nothing.
 * A thread takes 4 neighbours, which share the four words of one Philox counter where RUN is 1.
 * VECTOR: they can be read and written at once. */

/* What element i is multiplied by; c: words of counter `of`, the last that was asked for. */
template <class P>
__device__ __forceinline__ float dropout_factor(unsigned i, unsigned step, unsigned seed,
                                                unsigned stream, unsigned c[4], unsigned *of)
{
	const unsigned draw = i / P::RUN;
	if (draw / 4 != *of) {
		*of = draw / 4;
		c[0] = *of;
		c[1] = 0;
		c[2] = step;
		c[3] = 0;
		philox(seed, stream, c);
	}
	const unsigned word = draw % 4 < 2 ? (draw % 4 ? c[1] : c[0]) : (draw % 4 == 2 ? c[2] : c[3]);
	return word < P::LIMIT ? 0.0f : P::scale();
}

template <class P>
__device__ __forceinline__ void dropout(const typename P::In *x, const float *state,
                                        unsigned stream, typename P::Out *y)
{
	const unsigned first = (blockIdx.x * blockDim.x + threadIdx.x) * 4u;
	const bool draws = state[1] >= 0.0f;
	const unsigned step = (unsigned)state[0], seed = draws ? (unsigned)state[1] : 0u;
	unsigned c[4] = {0}, of = ~0u;
	float v[4];
	if (first >= P::COUNT)
		return;
	if (P::VECTOR) {
		const float4 all = get4(x + first);
		v[0] = all.x, v[1] = all.y, v[2] = all.z, v[3] = all.w;
	}
#pragma unroll
	for (unsigned i = 0; i < 4; i++) {
		if (first + i >= P::COUNT)
			return;
		if (!P::VECTOR)
			v[i] = widen(x[first + i]);
		const float factor =
		    draws ? dropout_factor<P>(first + i, step, seed, stream, c, &of) : 1.0f;
		v[i] *= factor;
		if (!P::VECTOR)
			put(y + first + i, v[i]);
	}
	if (P::VECTOR)
		put4(y + first, make_float4(v[0], v[1], v[2], v[3]));
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

/* ---- what renews state ------------------------------------------------------------------------
 * Every element is read before it is written, by one thread: results may lie where the operands
 * are. CTAs of 256. */

/* The columns of the row at hand; a CTA works on elements start to end. vector: its columns from 0
 * to N but SCALARS start at multiples of 16 bytes. */
template <class P, int N, int SCALARS> struct Update {
	float *a[N];
	unsigned start, end;
	bool vector;

	__device__ __forceinline__ Update(const Mem &mem)
	{
		const unsigned row = table_row<P>(), count = P::count(row);
		unsigned long long bits = 0;
		start = (blockIdx.x - P::first(row)) * P::EACH;
		end = start + P::EACH < count ? start + P::EACH : count;
#pragma unroll
		for (int i = 0; i < N; i++) {
			a[i] = table_place(mem, P::at(i, row));
			if (i != SCALARS)
				bits |= (unsigned long long)a[i];
		}
		vector = (bits & 15) == 0;
	}
	/* Elements i to i + 4 of a column, 0 behind the end and where there is none. */
	__device__ __forceinline__ void get(int column, unsigned i, float v[4]) const
	{
		const float *x = a[column];
		if (vector && end - i >= 4) {
			*(float4 *)v = x ? *(const float4 *)(x + i) : make_float4(0, 0, 0, 0);
			return;
		}
#pragma unroll
		for (unsigned e = 0; e < 4; e++)
			v[e] = x && i + e < end ? x[i + e] : 0.0f;
	}
	__device__ __forceinline__ void put(int column, unsigned i, const float v[4]) const
	{
		float *to = a[column] + i;
		if (vector && end - i >= 4) {
			*(float4 *)to = *(const float4 *)v;
			return;
		}
#pragma unroll
		for (unsigned e = 0; e < 4; e++)
			if (i + e < end)
				to[e] = v[e];
	}
};

/* ---- mean gradients -----------------------------------------------------------------------------
 * scalars: 0 begins anew, the share of g. */

enum { ACC_SUM, ACC_G, ACC_SCALARS, ACC_NEW, ACC_COLUMNS };

template <class P> __device__ __forceinline__ void accumulate(const Mem &mem)
{
	const Update<P, ACC_COLUMNS, ACC_SCALARS> u(mem);
	const bool keep = u.a[ACC_SCALARS][0] != 0.0f;
	const float share = u.a[ACC_SCALARS][1];
	for (unsigned i = u.start + threadIdx.x * 4; i < u.end; i += blockDim.x * 4) {
		float sum[4], g[4];
		u.get(ACC_SUM, i, sum);
		u.get(ACC_G, i, g);
#pragma unroll
		for (int e = 0; e < 4; e++)
			sum[e] = share * g[e] + (keep ? sum[e] : 0.0f);
		u.put(ACC_NEW, i, sum);
	}
}

/* ---- AdamW ------------------------------------------------------------------------------------
 * P also: beta1() keep1() beta2() keep2() eps() decay(), where keep = 1 - beta; MAY_KEEP: scalars
 * has a fifth number, and nothing changes where it is 0. */

enum { UPD_P, UPD_G, UPD_M, UPD_V, UPD_SCALARS, UPD_MAX, UPD_NEW_P, UPD_NEW_M, UPD_NEW_V, UPD_NEW_MAX,
       UPD_COLUMNS };

/* scalars: learning rate, corrections of m and v, factor on g */
struct AdamwRate {
	float shrink, rate, root, scale;
};

template <class P>
__device__ __forceinline__ void adamw_element(const AdamwRate &s, float g, float &p, float &m,
                                              float &v, float &vmax)
{
	g *= s.scale;
	m = P::beta1() * m + P::keep1() * g;
	v = P::beta2() * v + P::keep2() * g * g;
	vmax = larger(vmax, v);
	p = p * s.shrink - s.rate * m / (sqrtf(vmax) * s.root + P::eps());
}

template <class P> __device__ __forceinline__ void adamw(const Mem &mem)
{
	const Update<P, UPD_COLUMNS, UPD_SCALARS> u(mem);
	const float *scalars = u.a[UPD_SCALARS];
	const bool keep = P::MAY_KEEP && scalars[4] == 0.0f;
	const AdamwRate s = {1.0f - scalars[0] * P::decay(), scalars[0] / scalars[1],
	                     1.0f / sqrtf(scalars[2]), scalars[3]};
	for (unsigned i = u.start + threadIdx.x * 4; i < u.end; i += blockDim.x * 4) {
		float p[4], g[4], m[4], v[4], top[4];
		u.get(UPD_P, i, p);
		u.get(UPD_G, i, g);
		u.get(UPD_M, i, m);
		u.get(UPD_V, i, v);
		if (u.a[UPD_MAX] || !keep) /* constant indices keep the addresses in registers */
			u.get(UPD_MAX, i, top);
		else
			u.get(UPD_V, i, top);
#pragma unroll
		for (int e = 0; e < 4; e++)
			if (!keep)
				adamw_element<P>(s, g[e], p[e], m[e], v[e], top[e]);
		u.put(UPD_NEW_P, i, p);
		u.put(UPD_NEW_M, i, m);
		u.put(UPD_NEW_V, i, v);
		u.put(UPD_NEW_MAX, i, top);
	}
}
