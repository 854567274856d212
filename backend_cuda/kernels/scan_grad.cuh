/* scan_grad.cuh: gradients of what runs along time: the selective scan with its gate, and depthwise
 * convolutions.
 *
 * Scan. With delta = softplus(dt) or dt, e = exp(delta A), s = g silu(z) or g, in the order of time:
 *     h[t] = e[t] h[t-1] + delta B u          y = sum_n C h + D u
 *     l[t] = s C + e[t+1] l[t+1]              dz = g y silu'(z)
 *     du = D s + delta sum_n l B              ddelta = u sum_n l B + sum_n l A e h[t-1]
 *     dA = sum_bt l delta e h[t-1]            dB = sum_c l delta u
 *     dC = sum_c s h                          dD = sum_bt s u
 * A CTA of 128 threads takes CH channels of EACH sequences, one sequence after the other; LANES
 * neighbouring lanes share a channel and hold STATES states each. Time goes in chunks of TC steps:
 * first forward through all chunks, keeping the states with which each begins; then from the last
 * chunk to the first, forward once more through the chunk, keeping all its states in shared memory,
 * and backward. h[t-1] is never recovered by division, which is unstable. dA and dD are summed in
 * registers through the sequences, dB and dC over the CTA's channels; both leave as parts that
 * later launches add in order.
 * P: L E N BATCH EACH   extents, sequences a CTA    UR UC DR DC BR BC CR CC ZR ZC GR GC  strides of
 *    TC                 steps of a chunk               time and row of u, dt, B, C, z, g
 *    GATE SOFTPLUS      U Z G      element types of operands, DU DT DZ of results
 * A: [E][N]; results of sequences dense; grid: (E / CH, BATCH / EACH, instances). */
#pragma once
#include "common.cuh"

template <class P> struct ScanGrad {
	enum {
		LANES = P::N % 4 == 0 ? 4 : 1,
		STATES = P::N / LANES,
		CH = 128 / LANES,
		NP = (P::N + 3) / 4 * 4,
		CHUNKS = (P::L + P::TC - 1) / P::TC,
		ROW = P::TC * CH,
		/* floats of shared memory */
		H_FLOATS = P::TC * 128 * STATES,
		SUM_FLOATS = 4 * P::TC * 2 * P::N,
		SMEM = 4 * (H_FLOATS + 4 * ROW + 2 * P::TC * NP + SUM_FLOATS),
	};
};

template <class P> struct ScanGradInputs {
	const typename P::U *u;
	const float *dt, *A, *B, *C, *D;
	const typename P::Z *z;
	const typename P::G *g;
};

/* Of the sequences: du, ddt, dz; of the CTA: its part of the others. starts: states with which
 * chunks begin, [BATCH][E / CH][CHUNKS][128 STATES] of the instance, used with more than one. */
template <class P> struct ScanGradOutputs {
	typename P::DU *du;
	typename P::DT *ddt;
	typename P::DZ *dz;
	float *dA, *dB, *dC, *dD, *starts;
};

/* The chunk in shared memory, rows of CH channels by time: u, delta, s and g silu'(z), which du,
 * ddt and dz replace; h before each step; B, C; sums of dB and dC by warp. */
template <class P> struct ScanGradStage {
	float *h, *u, *d, *s, *gz, *b, *c, *sums;
	__device__ __forceinline__ ScanGradStage(float *base)
	{
		typedef ScanGrad<P> S;
		h = base;
		u = h + S::H_FLOATS;
		d = u + S::ROW;
		s = d + S::ROW;
		gz = s + S::ROW;
		b = gz + S::ROW;
		c = b + P::TC * S::NP;
		sums = c + P::TC * S::NP;
	}
};

/* N floats that lie at a multiple of 16 bytes if N is one of 4. */
template <int N> __device__ __forceinline__ void states_get(float *v, const float *p)
{
	if constexpr (N % 4 == 0) {
#pragma unroll
		for (int i = 0; i < N; i += 4) {
			const float4 f = *(const float4 *)(p + i);
			v[i] = f.x;
			v[i + 1] = f.y;
			v[i + 2] = f.z;
			v[i + 3] = f.w;
		}
	} else
#pragma unroll
		for (int i = 0; i < N; i++)
			v[i] = p[i];
}

template <int N> __device__ __forceinline__ void states_put(float *p, const float *v)
{
	if constexpr (N % 4 == 0) {
#pragma unroll
		for (int i = 0; i < N; i += 4)
			*(float4 *)(p + i) = make_float4(v[i], v[i + 1], v[i + 2], v[i + 3]);
	} else
#pragma unroll
		for (int i = 0; i < N; i++)
			p[i] = v[i];
}

/* Steps t0 .. t0 + len of sequence `seq`; only what the forward direction needs if !all. */
template <class P>
__device__ __forceinline__ void scan_grad_load(const ScanGradStage<P> &st,
                                               const ScanGradInputs<P> &in, int t0, int len,
                                               int c0, bool all)
{
	typedef ScanGrad<P> S;
	for (int e = threadIdx.x; e < len * S::CH; e += 128) {
		const int c = c0 + e % S::CH, t = t0 + e / S::CH;
		const bool valid = c < P::E;
		const float dt = valid ? in.dt[(long long)t * P::DR + c * P::DC] : 0.0f;
		st.d[e] = P::SOFTPLUS ? softplus(dt) : dt;
		st.u[e] = valid ? widen(in.u[(long long)t * P::UR + c * P::UC]) : 0.0f;
		if (!all)
			continue;
		float g = valid ? widen(in.g[(long long)t * P::GR + c * P::GC]) : 0.0f;
		if (P::GATE) {
			const float z = valid ? widen(in.z[(long long)t * P::ZR + c * P::ZC]) : 0.0f;
			const float logistic = 1.0f / (1.0f + expf(-z));
			st.gz[e] = g * logistic * (1.0f + z * (1.0f - logistic));
			g *= z * logistic;
		}
		st.s[e] = g;
	}
	for (int e = threadIdx.x; e < len * P::N; e += 128) {
		const int n = e % P::N, t = t0 + e / P::N;
		st.b[e / P::N * S::NP + n] = in.B[(long long)t * P::BR + n * P::BC];
		if (all)
			st.c[e / P::N * S::NP + n] = in.C[(long long)t * P::CR + n * P::CC];
	}
}

/* Through the chunk in the order of time; KEEP: the state before each step goes to st.h. */
template <class P, bool KEEP>
__device__ __forceinline__ void scan_grad_forward(const ScanGradStage<P> &st, float *h,
                                                  const float *a, int len, bool rev)
{
	typedef ScanGrad<P> S;
	const int q = threadIdx.x % S::LANES, c = threadIdx.x / S::LANES;
#pragma unroll 2
	for (int i = 0; i < len; i++) {
		const int t = rev ? len - 1 - i : i;
		const float delta = st.d[t * S::CH + c], du = delta * st.u[t * S::CH + c];
		float b[S::STATES];
		states_get<S::STATES>(b, st.b + t * S::NP + q * S::STATES);
		if (KEEP)
			states_put<S::STATES>(st.h + (t * 128 + threadIdx.x) * S::STATES, h);
#pragma unroll
		for (int n = 0; n < S::STATES; n++)
			h[n] = fmaf(exp2_ftz(delta * a[n]), h[n], du * b[n]);
	}
}

/* What a lane knows of its channel. */
template <class P> struct ScanGradLane {
	float a[ScanGrad<P>::STATES]; /* log2(e) A */
	float l[ScanGrad<P>::STATES]; /* e[t+1] l[t+1] */
	float dA[ScanGrad<P>::STATES];
	float skip, dD;
};

/* This lane's share of the sums over states of a step. */
struct ScanGradSums {
	float lb, lah, y; /* l B, l log2(e) A e h, C h */
};

/* One step back; dB and dC of this channel in db and dc. */
template <class P>
__device__ __forceinline__ ScanGradSums scan_grad_step(const ScanGradStage<P> &st,
                                                       ScanGradLane<P> &lane, int t, float *db,
                                                       float *dc)
{
	typedef ScanGrad<P> S;
	const int q = threadIdx.x % S::LANES, ch = threadIdx.x / S::LANES;
	const float delta = st.d[t * S::CH + ch], du = delta * st.u[t * S::CH + ch];
	const float s = st.s[t * S::CH + ch];
	float b[S::STATES], c[S::STATES], h[S::STATES];
	states_get<S::STATES>(b, st.b + t * S::NP + q * S::STATES);
	states_get<S::STATES>(c, st.c + t * S::NP + q * S::STATES);
	states_get<S::STATES>(h, st.h + (t * 128 + threadIdx.x) * S::STATES);
	ScanGradSums sum = {0, 0, 0};
#pragma unroll
	for (int n = 0; n < S::STATES; n++) {
		const float e = exp2_ftz(delta * lane.a[n]), eh = e * h[n];
		const float now = fmaf(du, b[n], eh), l = fmaf(s, c[n], lane.l[n]), lah = l * eh;
		sum.lb = fmaf(l, b[n], sum.lb);
		sum.lah = fmaf(lane.a[n], lah, sum.lah);
		sum.y = fmaf(c[n], now, sum.y);
		lane.dA[n] = fmaf(delta, lah, lane.dA[n]);
		db[n] = l * du;
		dc[n] = s * now;
		lane.l[n] = l * e;
	}
	return sum;
}

/* Sums of v[8] over the lanes of equal l % 4, the 8 channels of a warp; lane l is left with number
 * l / 4. */
__device__ __forceinline__ float scan_grad_fold8(float v[8])
{
	const int lane = threadIdx.x & 31;
	const bool high = lane & 16, mid = lane & 8, low = lane & 4;
#pragma unroll
	for (int i = 0; i < 4; i++)
		v[i] = (high ? v[i + 4] : v[i]) + __shfl_xor_sync(~0u, high ? v[i] : v[i + 4], 16);
#pragma unroll
	for (int i = 0; i < 2; i++)
		v[i] = (mid ? v[i + 2] : v[i]) + __shfl_xor_sync(~0u, mid ? v[i] : v[i + 2], 8);
	return (low ? v[1] : v[0]) + __shfl_xor_sync(~0u, low ? v[0] : v[1], 4);
}

/* Adds dB and dC of the warp's channels into its row of st.sums, [warp][t][dB N, dC N]. */
template <class P>
__device__ __forceinline__ void scan_grad_fold(const ScanGradStage<P> &st, int t, float *db,
                                               float *dc)
{
	typedef ScanGrad<P> S;
	const int lane = threadIdx.x & 31, q = threadIdx.x % S::LANES;
	float *to = st.sums + ((threadIdx.x / 32) * P::TC + t) * 2 * P::N;
	if constexpr (S::STATES == 4 && S::LANES == 4) {
		float v[8] = {db[0], db[1], db[2], db[3], dc[0], dc[1], dc[2], dc[3]};
		const float sum = scan_grad_fold8(v);
		to[lane / 16 * P::N + q * 4 + lane / 4 % 4] = sum;
	} else {
#pragma unroll
		for (int n = 0; n < S::STATES; n++) {
#pragma unroll
			for (int d = 16; d >= S::LANES; d >>= 1) {
				db[n] += __shfl_xor_sync(~0u, db[n], d);
				dc[n] += __shfl_xor_sync(~0u, dc[n], d);
			}
			if (lane < S::LANES) {
				to[q * S::STATES + n] = db[n];
				to[P::N + q * S::STATES + n] = dc[n];
			}
		}
	}
}

/* Sums over 4 lanes for 4 steps at once: lane q is left with that of step q. */
__device__ __forceinline__ float scan_grad_turn(const float p[4], int q)
{
	const float a0 = q & 1 ? p[1] : p[0], b0 = q & 1 ? p[0] : p[1];
	const float a1 = q & 1 ? p[3] : p[2], b1 = q & 1 ? p[2] : p[3];
	const float s0 = a0 + __shfl_xor_sync(~0u, b0, 1);
	const float s1 = a1 + __shfl_xor_sync(~0u, b1, 1);
	const float keep = q & 2 ? s1 : s0, give = q & 2 ? s0 : s1;
	return keep + __shfl_xor_sync(~0u, give, 2);
}

/* What the whole sums of a step give: du, ddt and dz replace u, delta and g silu'(z) at i. */
template <class P>
__device__ __forceinline__ void scan_grad_finish(const ScanGradStage<P> &st, ScanGradLane<P> &lane,
                                                 const ScanGradSums &sum, int i)
{
	const float u = st.u[i], delta = st.d[i], s = st.s[i];
	const float ddelta = fmaf(u, sum.lb, 0.6931471805599453f * sum.lah);
	lane.dD = fmaf(s, u, lane.dD);
	st.u[i] = fmaf(delta, sum.lb, lane.skip * s);
	/* the derivative of softplus is 1 - e^-delta */
	st.d[i] = P::SOFTPLUS ? ddelta * -expm1f(-delta) : ddelta;
	if (P::GATE)
		st.gz[i] *= fmaf(lane.skip, u, sum.y);
}

/* Through the chunk against time, LANES steps at a time. */
template <class P>
__device__ __forceinline__ void scan_grad_backward(const ScanGradStage<P> &st,
                                                   ScanGradLane<P> &lane, int len, bool rev)
{
	typedef ScanGrad<P> S;
	const int q = threadIdx.x % S::LANES, c = threadIdx.x / S::LANES;
#pragma unroll 1
	for (int i = len - 1; i >= 0; i -= S::LANES) {
		float lb[4] = {}, lah[4] = {}, y[4] = {};
#pragma unroll
		for (int j = 0; j < S::LANES; j++) {
			if (i - j < 0)
				continue;
			const int t = rev ? len - 1 - i + j : i - j;
			float db[S::STATES], dc[S::STATES];
			const ScanGradSums sum = scan_grad_step<P>(st, lane, t, db, dc);
			lb[j] = sum.lb;
			lah[j] = sum.lah;
			y[j] = sum.y;
			scan_grad_fold<P>(st, t, db, dc);
		}
		const bool turn = S::LANES == 4;
		const ScanGradSums sum = {turn ? scan_grad_turn(lb, q) : lb[0],
		                          turn ? scan_grad_turn(lah, q) : lah[0],
		                          turn ? scan_grad_turn(y, q) : y[0]};
		__syncwarp();
		if (i - q >= 0)
			scan_grad_finish<P>(st, lane, sum, (rev ? len - 1 - i + q : i - q) * S::CH + c);
	}
}

/* Results of a chunk to memory. dB, dC: this part's, from the sequence's first step. */
template <class P>
__device__ __forceinline__ void scan_grad_store(const ScanGradStage<P> &st,
                                                const ScanGradOutputs<P> &out, float *dB,
                                                float *dC, int t0, int len, int c0)
{
	typedef ScanGrad<P> S;
	for (int e = threadIdx.x; e < len * S::CH; e += 128) {
		const int c = c0 + e % S::CH;
		const long long at = (long long)(t0 + e / S::CH) * P::E + c;
		if (c >= P::E)
			continue;
		put(out.du + at, st.u[e]);
		put(out.ddt + at, st.d[e]);
		if (P::GATE)
			put(out.dz + at, st.gz[e]);
	}
	for (int e = threadIdx.x; e < len * 2 * P::N; e += 128) {
		const int t = e / (2 * P::N), n = e % (2 * P::N);
		const float *v = st.sums + t * 2 * P::N + n;
		const int W = P::TC * 2 * P::N;
		const float sum = v[0] + v[W] + v[2 * W] + v[3 * W];
		(n < P::N ? dB : dC)[(long long)(t0 + t) * P::N + n % P::N] = sum;
	}
}

/* One sequence, whose operands and results are at in and out; starts: the CTA's for it. */
template <class P>
__device__ __forceinline__ void scan_grad_sequence(const ScanGradStage<P> &st,
                                                   const ScanGradInputs<P> &in,
                                                   const ScanGradOutputs<P> &out,
                                                   ScanGradLane<P> &lane, float *starts, float *dB,
                                                   float *dC, int c0, bool rev)
{
	typedef ScanGrad<P> S;
	float h[S::STATES] = {};
#pragma unroll
	for (int n = 0; n < S::STATES; n++)
		lane.l[n] = 0;
#pragma unroll 1
	for (int k = 0; k < S::CHUNKS - 1; k++) {
		const int t0 = (rev ? S::CHUNKS - 1 - k : k) * P::TC;
		const int len = P::L - t0 < P::TC ? P::L - t0 : P::TC;
		__syncthreads();
		scan_grad_load<P>(st, in, t0, len, c0, false);
		__syncthreads();
		states_put<S::STATES>(starts + (k * 128 + threadIdx.x) * S::STATES, h);
		scan_grad_forward<P, false>(st, h, lane.a, len, rev);
	}
#pragma unroll 1
	for (int k = S::CHUNKS - 1; k >= 0; k--) {
		const int t0 = (rev ? S::CHUNKS - 1 - k : k) * P::TC;
		const int len = P::L - t0 < P::TC ? P::L - t0 : P::TC;
		if (k < S::CHUNKS - 1)
			states_get<S::STATES>(h, starts + (k * 128 + threadIdx.x) * S::STATES);
		__syncthreads();
		scan_grad_load<P>(st, in, t0, len, c0, true);
		__syncthreads();
		scan_grad_forward<P, true>(st, h, lane.a, len, rev);
		scan_grad_backward<P>(st, lane, len, rev);
		__syncthreads();
		scan_grad_store<P>(st, out, dB, dC, t0, len, c0);
	}
}

/* Operands and results of sequence b of the instance. */
template <class P>
__device__ __forceinline__ ScanGradInputs<P> scan_grad_in(ScanGradInputs<P> in, int b)
{
	in.u += (long long)b * P::UB;
	in.dt += (long long)b * P::DB;
	in.B += (long long)b * P::BB;
	in.C += (long long)b * P::CB;
	in.z += (long long)b * P::ZB;
	in.g += (long long)b * P::GB;
	return in;
}

template <class P>
__device__ __forceinline__ ScanGradOutputs<P> scan_grad_out(ScanGradOutputs<P> out, int b)
{
	out.du += (long long)b * P::L * P::E;
	out.ddt += (long long)b * P::L * P::E;
	out.dz += (long long)b * P::L * P::E;
	return out;
}

/* P also: UB DB BB CB ZB GB, strides from sequence to sequence. Of the instance: out.dB, dC
 * [BATCH][L][N] of channel block blockIdx.x; dA [E][N] and dD [E] of sequence block blockIdx.y. */
template <class P>
__device__ __forceinline__ void scan_grad(const ScanGradInputs<P> &in,
                                          const ScanGradOutputs<P> &out, bool rev)
{
	typedef ScanGrad<P> S;
	extern __shared__ float4 shared[];
	const ScanGradStage<P> st((float *)shared);
	const int q = threadIdx.x % S::LANES, c0 = blockIdx.x * S::CH;
	const int c = c0 + threadIdx.x / S::LANES, ca = c < P::E ? c : P::E - 1;
	ScanGradLane<P> lane;
	lane.skip = in.D[ca];
	lane.dD = 0;
#pragma unroll
	for (int n = 0; n < S::STATES; n++) {
		lane.a[n] = in.A[ca * P::N + q * S::STATES + n] * 1.4426950408889634f;
		lane.dA[n] = 0;
	}
	const int b0 = blockIdx.y * P::EACH, b1 = b0 + P::EACH < P::BATCH ? b0 + P::EACH : P::BATCH;
#pragma unroll 1
	for (int b = b0; b < b1; b++) {
		float *starts =
		    out.starts + ((long long)b * gridDim.x + blockIdx.x) * S::CHUNKS * 128 * S::STATES;
		const long long seq = (long long)b * P::L * P::N;
		scan_grad_sequence<P>(st, scan_grad_in(in, b), scan_grad_out(out, b), lane, starts,
		                      out.dB + seq, out.dC + seq, c0, rev);
	}
#pragma unroll
	for (int d = 1; d < S::LANES; d <<= 1)
		lane.dD += __shfl_xor_sync(~0u, lane.dD, d);
	if (c >= P::E)
		return;
	states_put<S::STATES>(out.dA + c * P::N + q * S::STATES, lane.dA);
	if (q == 0)
		out.dD[c] = lane.dD;
}

/* ---- depthwise convolution along time ---------------------------------------------------------
 * Of y[t] = bias + sum_j w[j] x[t - PAD + j], in the order of time, and with SILU of silu(y):
 *     dy = g silu'(y) or g      dw[j] = sum_bt dy[t] x[t - PAD + j]      dbias = sum_bt dy
 *     dx[t] = sum_j w[j] dy[t + PAD - j]
 * One thread a channel, through EACH sequences and all of time, with windows of TAPS values of x
 * and dy in registers.
 * P: M L     rows of x and of g (equal with SILU)      E TAPS PAD BATCH EACH
 *    XR XC XB GR GC GB   strides of time, row, sequence of x and g      In, Grad, Out types
 * grid: (E / 128, BATCH / EACH, instances); dw [E][TAPS], dbias [E] of the CTA's part; dx dense. */
template <class P> struct Conv1dGrad {
	float w[P::TAPS], dw[P::TAPS], bias, dbias;
	float x[P::TAPS];  /* x[t - PAD + j] */
	float dy[P::TAPS]; /* dy[t - j] */
};

template <class P>
__device__ __forceinline__ float conv1d_grad_x(const typename P::In *x, int t, bool rev)
{
	return t >= 0 && t < P::M ? widen(x[(long long)(rev ? P::M - 1 - t : t) * P::XR]) : 0.0f;
}

/* dy at t, of which the window of x is there. */
template <class P>
__device__ __forceinline__ float conv1d_grad_dy(const Conv1dGrad<P> &s, float g)
{
	float v = s.bias;
	if (!P::SILU)
		return g;
#pragma unroll
	for (int j = 0; j < P::TAPS; j++)
		v = fmaf(s.w[j], s.x[j], v);
	const float logistic = 1.0f / (1.0f + expf(-v));
	return g * logistic * (1.0f + v * (1.0f - logistic));
}

template <class P>
__device__ __forceinline__ void conv1d_grad_sequence(Conv1dGrad<P> &s, const typename P::In *x,
                                                     const typename P::Grad *g,
                                                     typename P::Out *dx, bool rev)
{
#pragma unroll
	for (int j = 0; j < P::TAPS; j++) {
		s.x[j] = conv1d_grad_x<P>(x, j - P::PAD - 1, rev);
		s.dy[j] = 0;
	}
#pragma unroll 4
	for (int t = 0; t < P::L + (P::SILU ? P::PAD : 0); t++) {
#pragma unroll
		for (int j = 0; j < P::TAPS - 1; j++) {
			s.x[j] = s.x[j + 1];
			s.dy[P::TAPS - 1 - j] = s.dy[P::TAPS - 2 - j];
		}
		s.x[P::TAPS - 1] = conv1d_grad_x<P>(x, t - P::PAD + P::TAPS - 1, rev);
		const float from = t < P::L ? widen(g[(long long)(rev ? P::L - 1 - t : t) * P::GR]) : 0.0f;
		s.dy[0] = t < P::L ? conv1d_grad_dy<P>(s, from) : 0.0f;
		s.dbias += s.dy[0];
#pragma unroll
		for (int j = 0; j < P::TAPS; j++)
			s.dw[j] = fmaf(s.dy[0], s.x[j], s.dw[j]);
		if (!P::SILU || t < P::PAD)
			continue;
		float v = 0;
#pragma unroll
		for (int j = 0; j < P::TAPS; j++)
			v = fmaf(s.w[j], s.dy[j], v);
		put(dx + (long long)(rev ? P::L - 1 - t + P::PAD : t - P::PAD) * P::E, v);
	}
}

/* w, bias and dx, dbias only with SILU. */
template <class P>
__device__ __forceinline__ void conv1d_grad(const typename P::In *x, const float *w,
                                            const float *bias, const typename P::Grad *g,
                                            typename P::Out *dx, float *dw, float *dbias, bool rev)
{
	const int c = blockIdx.x * blockDim.x + threadIdx.x;
	if (c >= P::E)
		return;
	Conv1dGrad<P> s;
	s.bias = P::SILU ? bias[c] : 0.0f;
	s.dbias = 0;
#pragma unroll
	for (int j = 0; j < P::TAPS; j++) {
		s.w[j] = P::SILU ? w[c * P::TAPS + j] : 0.0f;
		s.dw[j] = 0;
	}
	const int b0 = blockIdx.y * P::EACH, b1 = b0 + P::EACH < P::BATCH ? b0 + P::EACH : P::BATCH;
#pragma unroll 1
	for (int b = b0; b < b1; b++)
		conv1d_grad_sequence<P>(s, x + (long long)b * P::XB + c * P::XC,
		                        g + (long long)b * P::GB + c * P::GC,
		                        P::SILU ? dx + (long long)b * P::L * P::E + c : dx, rev);
#pragma unroll
	for (int j = 0; j < P::TAPS; j++)
		dw[c * P::TAPS + j] = s.dw[j];
	if (P::SILU)
		dbias[c] = s.dbias;
}
