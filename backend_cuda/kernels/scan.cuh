/* scan.cuh: the selective scan of Mamba with the D skip, softplus of delta and the gate.
 *
 * A CTA of 128 threads takes 32 channels of one sequence; LANES neighbouring lanes share a channel
 * and hold N / LANES states each in registers, through all of time. Everything that the time loop
 * reads is brought to shared memory first, TC steps at a time, the next ones by asynchronous
 * copies meanwhile.
 * P: L E N   extents       UR DR BR CR ZR YR   strides of time of u, delta, B, C, z, y
 *    UC DC BC CC ZC        their strides along the row
 *    TC GATE SOFTPLUS      U Z Out             element types
 *    ASYNC     rows can be copied in pieces of 16 bytes; all strides along rows are 1
 * A: [E][N], A negative; grid: (E / 32, 1, sequences). */
#pragma once
#include "common.cuh"

template <class P> struct Scan {
	enum {
		LANES = P::N % 4 == 0 ? 4 : 1,
		STATES = P::N / LANES,
		CH = 128 / LANES, /* channels of a CTA */
		NBUF = P::L > P::TC ? 2 : 1,
		NP = (P::N + 3) / 4 * 4,
		U_BYTES = P::TC * CH * sizeof(typename P::U),
		D_BYTES = P::TC * CH * 4, /* holds delta, then y: float */
		Z_BYTES = P::GATE ? P::TC * CH * sizeof(typename P::Z) : 0,
		B_BYTES = P::TC * NP * 4,
		STAGE = U_BYTES + D_BYTES + Z_BYTES + 2 * B_BYTES,
		SMEM = NBUF * STAGE,
		CHUNKS = (P::L + P::TC - 1) / P::TC,
	};
};

/* TC rows of COLS elements, PITCH apart in shared memory; `rows` and `cols` of them exist. */
template <class P, class T, int COLS, int PITCH>
__device__ __forceinline__ void scan_fetch(T *s, const T *g, int stride, int step, int rows, int cols)
{
	if constexpr (P::ASYNC) {
		const int EACH = 16 / sizeof(T), PIECES = COLS / EACH;
		const unsigned to = shared_address(s);
		for (int e = threadIdx.x; e < P::TC * PIECES; e += 128) {
			const int r = e / PIECES, c = e % PIECES * EACH;
			const bool valid = r < rows && c < cols;
			async16(to + (r * PITCH + c) * sizeof(T), g + (valid ? (long long)r * stride + c : 0),
			        valid);
		}
	} else {
		for (int e = threadIdx.x; e < P::TC * COLS; e += 128) {
			const int r = e / COLS, c = e % COLS;
			if (r < rows && c < cols)
				s[r * PITCH + c] = g[(long long)r * stride + c * step];
			else
				put(s + r * PITCH + c, 0.0f);
		}
	}
}

/* The parts of one stage of shared memory. */
template <class P> struct ScanStage {
	typename P::U *u;
	float *d;
	typename P::Z *z;
	float *b, *c;
	__device__ __forceinline__ ScanStage(char *base)
	{
		typedef Scan<P> S;
		d = (float *)base;
		u = (typename P::U *)(base + S::D_BYTES);
		z = (typename P::Z *)(base + S::D_BYTES + S::U_BYTES);
		b = (float *)(base + S::D_BYTES + S::U_BYTES + S::Z_BYTES);
		c = b + P::TC * S::NP;
	}
};

template <class P> struct ScanInputs {
	const typename P::U *u;
	const float *dt, *A, *B, *C, *D;
	const typename P::Z *z;
};

template <class P>
__device__ __forceinline__ void scan_stage(ScanStage<P> s, const ScanInputs<P> &in, int t0, int c0)
{
	typedef Scan<P> S;
	const int rows = P::L - t0, cols = P::E - c0;
	scan_fetch<P, typename P::U, S::CH, S::CH>(s.u, in.u + (long long)t0 * P::UR + c0 * P::UC,
	                                          P::UR, P::UC, rows, cols);
	scan_fetch<P, float, S::CH, S::CH>(s.d, in.dt + (long long)t0 * P::DR + c0 * P::DC, P::DR,
	                                  P::DC, rows, cols);
	if (P::GATE)
		scan_fetch<P, typename P::Z, S::CH, S::CH>(
		    s.z, in.z + (long long)t0 * P::ZR + c0 * P::ZC, P::ZR, P::ZC, rows, cols);
	scan_fetch<P, float, P::N, S::NP>(s.b, in.B + (long long)t0 * P::BR, P::BR, P::BC, rows, P::N);
	scan_fetch<P, float, P::N, S::NP>(s.c, in.C + (long long)t0 * P::CR, P::CR, P::CC, rows, P::N);
	async_commit();
}

/* One step: h = exp(delta A) h + delta B u; returns this lane's share of sum C h. */
template <class P>
__device__ __forceinline__ float scan_step(float *h, const float *a, const float *b,
                                           const float *c, float delta, float u)
{
	typedef Scan<P> S;
	const float du = delta * u;
	float sum = 0;
#pragma unroll
	for (int n = 0; n < S::STATES; n++) {
		h[n] = fmaf(exp2_ftz(delta * a[n]), h[n], du * b[n]);
		sum = fmaf(c[n], h[n], sum);
	}
	return sum;
}

/* Sums over 4 lanes for 4 times at once: lane q is left with the sum for time q. */
__device__ __forceinline__ float scan_transpose_sum(const float p[4], int q)
{
	const float a0 = q & 1 ? p[1] : p[0], b0 = q & 1 ? p[0] : p[1];
	const float a1 = q & 1 ? p[3] : p[2], b1 = q & 1 ? p[2] : p[3];
	const float s0 = a0 + __shfl_xor_sync(~0u, b0, 1);
	const float s1 = a1 + __shfl_xor_sync(~0u, b1, 1);
	const float keep = q & 2 ? s1 : s0, give = q & 2 ? s0 : s1;
	return keep + __shfl_xor_sync(~0u, give, 2);
}

template <class P>
__device__ __forceinline__ float scan_finish(ScanStage<P> s, float sum, float skip, int i)
{
	float y = fmaf(skip, widen(s.u[i]), sum);
	if (P::GATE)
		y *= silu(widen(s.z[i]));
	return y;
}

/* `len` steps of a stage, from its end if rev; y replaces delta. */
template <class P>
__device__ __forceinline__ void scan_chunk(ScanStage<P> s, float *h, const float *a, float skip,
                                           int len, bool rev)
{
	typedef Scan<P> S;
	const int q = threadIdx.x % S::LANES, c = threadIdx.x / S::LANES;
#pragma unroll 1
	for (int i = 0; i < len; i += S::LANES) {
		float p[4];
#pragma unroll
		for (int j = 0; j < S::LANES; j++) {
			p[j] = 0;
			if (i + j >= len)
				continue;
			const int t = rev ? len - 1 - i - j : i + j;
			p[j] = scan_step<P>(h, a, s.b + t * S::NP + q * S::STATES,
			                    s.c + t * S::NP + q * S::STATES, s.d[t * S::CH + c],
			                    widen(s.u[t * S::CH + c]));
		}
		const float sum = S::LANES == 4 ? scan_transpose_sum(p, q) : p[0];
		__syncwarp();
		if (i + q < len) {
			const int t = rev ? len - 1 - i - q : i + q;
			s.d[t * S::CH + c] = scan_finish<P>(s, sum, skip, t * S::CH + c);
		}
	}
}

template <class P>
__device__ __forceinline__ void scan(ScanInputs<P> in, typename P::Out *y, bool rev)
{
	typedef Scan<P> S;
	extern __shared__ float4 shared[];
	char *base = (char *)shared;
	const int q = threadIdx.x % S::LANES, c0 = blockIdx.x * S::CH;
	const int c = c0 + threadIdx.x / S::LANES, ca = c < P::E ? c : P::E - 1;
	float h[S::STATES] = {}, a[S::STATES];
#pragma unroll
	for (int n = 0; n < S::STATES; n++)
		a[n] = in.A[ca * P::N + q * S::STATES + n] * 1.4426950408889634f;
	const float skip = in.D[ca];

	scan_stage<P>(ScanStage<P>(base), in, rev ? (S::CHUNKS - 1) * P::TC : 0, c0);
#pragma unroll 1
	for (int k = 0; k < S::CHUNKS; k++) {
		const int t0 = (rev ? S::CHUNKS - 1 - k : k) * P::TC;
		const int len = P::L - t0 < P::TC ? P::L - t0 : P::TC;
		ScanStage<P> s(base + k % S::NBUF * S::STAGE);
		if (k + 1 < S::CHUNKS)
			scan_stage<P>(ScanStage<P>(base + (k + 1) % S::NBUF * S::STAGE), in,
			              t0 + (rev ? -P::TC : P::TC), c0);
		else
			async_commit();
		async_wait<1>();
		__syncthreads();
		if (P::SOFTPLUS) {
			for (int e = threadIdx.x; e < len * S::CH; e += 128)
				s.d[e] = softplus(s.d[e]);
			__syncthreads();
		}
		scan_chunk<P>(s, h, a, skip, len, rev);
		__syncthreads();
		for (int e = threadIdx.x; e < len * S::CH; e += 128)
			if (c0 + e % S::CH < P::E)
				put(y + (long long)(t0 + e / S::CH) * P::YR + c0 + e % S::CH, s.d[e]);
		__syncthreads();
	}
}

/* ---- depthwise convolution along time ---------------------------------------------------------
 * One thread a channel and ROWS neighbouring outputs: a tap and a row of x are loaded once for all
 * of these. A channel's taps lie together in memory, so that neighbouring threads would read places
 * far apart: they come through shared memory, in rows of an odd number of floats, a bank for each.
 * P: M rows in, L rows out, E channels, TAPS PAD ROWS, XR XC YR strides, BIAS; In, Out
 * CTAs of 128; grid: (E / 128, L / ROWS, sequences). */
template <class P> struct Taps {
	enum { STAGED = P::TAPS <= 64, STRIDE = P::TAPS | 1, FLOATS = STAGED ? 128 * STRIDE : 1 };
	/* Element k of the CTA's channels' [128][TAPS]. */
	static __device__ __forceinline__ int at(int k)
	{
		return k / P::TAPS * STRIDE + k % P::TAPS;
	}
	static __device__ __forceinline__ int count()
	{
		const int channels = P::E - blockIdx.x * 128;
		return (channels < 128 ? channels : 128) * P::TAPS;
	}
};

template <class P>
__device__ __forceinline__ float conv1d_x(const typename P::In *x, int row)
{
	return row >= 0 && row < P::M ? widen(x[(long long)row * P::XR]) : 0.0f;
}

template <class P>
__device__ __forceinline__ void conv1d(const typename P::In *x, const float *w, const float *bias,
                                       typename P::Out *y, bool rev)
{
	typedef Taps<P> T;
	__shared__ float taps[T::FLOATS];
	const int c = blockIdx.x * 128 + threadIdx.x, t = blockIdx.y * P::ROWS;
	w += (size_t)blockIdx.x * 128 * P::TAPS;
	for (int k = threadIdx.x; T::STAGED && k < T::count(); k += 128)
		taps[T::at(k)] = w[k];
	__syncthreads();
	if (c >= P::E)
		return;
	w += threadIdx.x * P::TAPS;
	x += c * P::XC;
	/* reversed: the last tap first, so that rows come in the order of memory */
	const int from = rev ? t + (P::M - P::L) + P::PAD - (P::TAPS - 1) : t - P::PAD;
	float v[P::ROWS], row[P::ROWS];
#pragma unroll
	for (int r = 0; r < P::ROWS; r++) {
		v[r] = P::BIAS ? bias[c] : 0.0f;
		row[r] = r > 0 ? conv1d_x<P>(x, from + r - 1) : 0.0f;
	}
#pragma unroll (Taps<P>::STAGED ? P::TAPS : 8)
	for (int i = 0; i < P::TAPS; i++) {
		const int j = rev ? P::TAPS - 1 - i : i;
		const float tap = T::STAGED ? taps[threadIdx.x * T::STRIDE + j] : w[j];
#pragma unroll
		for (int r = 0; r < P::ROWS - 1; r++)
			row[r] = row[r + 1];
		row[P::ROWS - 1] = conv1d_x<P>(x, from + i + P::ROWS - 1);
#pragma unroll
		for (int r = 0; r < P::ROWS; r++)
			v[r] = fmaf(tap, row[r], v[r]);
	}
#pragma unroll
	for (int r = 0; r < P::ROWS; r++)
		if (t + r < P::L)
			put(y + (long long)(t + r) * P::YR + c, v[r]);
}
