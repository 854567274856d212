/* product.cuh: y[m, n] = sum over k of x[m, k] w[n, k] (+ bias[n]) for few rows m and many
 * matrices at once, and the same with a causal convolution over rows and SiLU behind it.
 *
 * P holds the constants:
 *   M N K   extents      XR WR YR   row strides of x, w, y in elements; rows are dense along k
 *   BM BN   tile         BIAS       with bias
 *   In, Wt, Out          element types
 * x, w, y: one matrix; grid: (N / BN, M / BM, matrices). */
#pragma once
#include "common.cuh"

/* ---- strict float32 ----------------------------------------------------------------------
 * Warps stand WM x WN over the tile and WK deep: each of WK takes a part of every slab of 32 k,
 * and the parts are added in order. A thread owns TM rows and TN columns that lie 8 apart.
 * K, XR and WR multiples of 4. */

template <class P> struct ProductFma {
	enum {
		KC = 32,
		PITCH = KC + 4, /* 8 rows at one k hit 32 banks */
		THREADS = 32 * P::WM * P::WN * P::WK,
		TM = P::BM / P::WM / 4,
		TN = P::BN / P::WN / 8,
		STAGES = 3,
		STAGE = (P::BM + P::BN) * PITCH,
		TILE = P::WM * P::WN * 32 * TM * TN, /* sums of one of the WK parts */
		SLABS = (P::K + KC - 1) / KC,
		SMEM = 4 * (STAGES * STAGE > P::WK * TILE ? STAGES * STAGE : P::WK * TILE),
	};
};

/* Rows row0 .. row0 + ROWS of a matrix with LIMIT rows of K elements, 32 k from slab * 32. */
template <int ROWS, int THREADS, int K, int STRIDE, int PITCH>
__device__ __forceinline__ void product_fetch(unsigned s, const float *g, int row0, int limit,
                                              int slab)
{
	for (int e = threadIdx.x; e < ROWS * 8; e += THREADS) {
		const int r = e >> 3, k = slab * 32 + (e & 7) * 4;
		const bool valid = row0 + r >= 0 && row0 + r < limit && k < K;
		async16(s + (r * PITCH + (e & 7) * 4) * 4,
		        g + (valid ? (long long)(row0 + r) * STRIDE + k : 0), valid);
	}
}

template <class P>
__device__ __forceinline__ void product_fma_issue(float *shared, const float *x, const float *w,
                                                  int m0, int n0, int slab)
{
	typedef ProductFma<P> F;
	if (slab < F::SLABS) {
		const unsigned s = shared_address(shared + slab % F::STAGES * F::STAGE);
		product_fetch<P::BM, F::THREADS, P::K, P::XR, F::PITCH>(s, x, m0, P::M, slab);
		product_fetch<P::BN, F::THREADS, P::K, P::WR, F::PITCH>(s + P::BM * F::PITCH * 4, w, n0,
		                                                       P::N, slab);
	}
	async_commit();
}

/* xs, ws: the thread's first row and column in the stage, at its part of the slab. */
template <class P>
__device__ __forceinline__ void product_fma_slab(float (*acc)[ProductFma<P>::TN], const float *xs,
                                                 const float *ws)
{
	typedef ProductFma<P> F;
#pragma unroll 2
	for (int k = 0; k < F::KC / P::WK; k += 4) {
		float4 a[F::TM];
#pragma unroll
		for (int i = 0; i < F::TM; i++)
			a[i] = *(const float4 *)(xs + i * F::PITCH + k);
#pragma unroll
		for (int j = 0; j < F::TN; j++) {
			const float4 b = *(const float4 *)(ws + j * 8 * F::PITCH + k);
#pragma unroll
			for (int i = 0; i < F::TM; i++) {
				acc[i][j] = fmaf(a[i].x, b.x, acc[i][j]);
				acc[i][j] = fmaf(a[i].y, b.y, acc[i][j]);
				acc[i][j] = fmaf(a[i].z, b.z, acc[i][j]);
				acc[i][j] = fmaf(a[i].w, b.w, acc[i][j]);
			}
		}
	}
}

/* Adds the WK parts into those of part 0, in order. */
template <class P>
__device__ __forceinline__ void product_fma_join(float (*acc)[ProductFma<P>::TN], float *shared,
                                                 int part)
{
	typedef ProductFma<P> F;
	const int id = threadIdx.x % (F::THREADS / P::WK);
	__syncthreads();
#pragma unroll
	for (int i = 0; i < F::TM * F::TN; i++)
		shared[(part * F::TM * F::TN + i) * (F::THREADS / P::WK) + id] = acc[i / F::TN][i % F::TN];
	__syncthreads();
#pragma unroll
	for (int p = 1; p < P::WK; p++)
#pragma unroll
		for (int i = 0; i < F::TM * F::TN; i++)
			acc[i / F::TN][i % F::TN] +=
			    shared[(p * F::TM * F::TN + i) * (F::THREADS / P::WK) + id];
}

/* Where a thread's sums lie in the tile. */
template <class P> struct FmaPlace {
	int m, n, part;
	__device__ __forceinline__ FmaPlace()
	{
		typedef ProductFma<P> F;
		const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
		m = (warp % P::WM * 4 + (lane >> 3)) * F::TM;
		n = warp / P::WM % P::WN * F::TN * 8 + (lane & 7);
		part = warp / (P::WM * P::WN);
	}
};

template <class P>
__device__ __forceinline__ void product_fma_tile(float (*acc)[ProductFma<P>::TN], const float *x,
                                                 const float *w, int m0, int n0)
{
	typedef ProductFma<P> F;
	extern __shared__ float4 shared4[];
	float *shared = (float *)shared4;
	const FmaPlace<P> at;
#pragma unroll
	for (int s = 0; s < F::STAGES - 1; s++)
		product_fma_issue<P>(shared, x, w, m0, n0, s);
#pragma unroll 1
	for (int s = 0; s < F::SLABS; s++) {
		async_wait<F::STAGES - 2>();
		__syncthreads();
		product_fma_issue<P>(shared, x, w, m0, n0, s + F::STAGES - 1);
		const float *stage = shared + s % F::STAGES * F::STAGE + at.part * (F::KC / P::WK);
		product_fma_slab<P>(acc, stage + at.m * F::PITCH, stage + (P::BM + at.n) * F::PITCH);
	}
	async_wait<0>();
	if (P::WK > 1)
		product_fma_join<P>(acc, shared, at.part);
}

template <class P>
__device__ __forceinline__ void product_fma(const float *x, const float *w, const float *bias,
                                            typename P::Out *y)
{
	typedef ProductFma<P> F;
	const int m0 = blockIdx.y * P::BM, n0 = blockIdx.x * P::BN;
	const FmaPlace<P> at;
	float acc[F::TM][F::TN] = {};
	product_fma_tile<P>(acc, x, w, m0, n0);
	if (at.part > 0)
		return;
#pragma unroll
	for (int j = 0; j < F::TN; j++) {
		const int n = n0 + at.n + j * 8;
		const float b = P::BIAS && n < P::N ? bias[n] : 0.0f;
#pragma unroll
		for (int i = 0; i < F::TM; i++) {
			const int m = m0 + at.m + i;
			if (m < P::M && n < P::N)
				put(y + (long long)m * P::YR + n, acc[i][j] + b);
		}
	}
}

/* ---- matrix instructions: bf16 and tf32 -----------------------------------------------------
 * Slabs of 128 bytes along k in a ring of STAGES; x and w have the same element type In. WM x WN warps.
 * K, XR, WR multiples of 16 bytes. A warpgroup, where there is one, reads both from shared memory
 * itself and has 64 rows at a time, each of its warps 16 of them and all BN columns. */

template <class P> struct ProductMma {
	typedef typename P::In T;
	enum {
		KC = 128 / sizeof(T),
		THREADS = 32 * P::WM * P::WN,
		GROUP = WGMMA && sizeof(T) == 2 && THREADS == 128 && P::BM % 64 == 0 && P::BN % 64 == 0,
		WM = GROUP ? 4 : P::WM,
		WN = GROUP ? 1 : P::WN,
		MT = P::BM / WM / 16,
		NT = P::BN / WN / 8,
		MSTEP = GROUP ? 64 : 16, /* rows from a thread's sums to the next */
		STAGES = P::STAGES,
		STAGE = (P::BM + P::BN) * 128,
		SLABS = (P::K + KC - 1) / KC,
		SMEM = STAGES * STAGE,
	};
};

/* All pieces of a thread at once, but for tf32, whose sums and fragments leave no registers for that. */
template <class P, int ROWS, int STRIDE>
__device__ __forceinline__ void product_mma_fetch(unsigned s, const typename P::In *g, int row0,
                                                  int limit, int slab)
{
	typedef ProductMma<P> F;
	const int STEP = F::THREADS / 8;
	static_assert(STEP % 8 == 0 && ROWS % STEP == 0, "the same place in each of a thread's rows");
	const int r = threadIdx.x >> 3, piece = threadIdx.x & 7, k = slab * F::KC + piece * (F::KC / 8);
	const int row = row0 + r, end = k < P::K ? limit - row : 0;
	s += r * 128 + ((piece ^ (r & 7)) << 4);
	g += (long long)row * STRIDE + k;
#pragma unroll (sizeof(*g) == 2 ? ROWS / STEP : 4)
	for (int i = 0; i < ROWS; i += STEP)
		async16(s + i * 128, g + (long long)i * STRIDE, i >= -row && i < end);
}

template <class P>
__device__ __forceinline__ void product_mma_issue(unsigned s, const typename P::In *x,
                                                  const typename P::In *w, int m0, int n0, int slab)
{
	typedef ProductMma<P> F;
	if (slab < F::SLABS) {
		s += slab % F::STAGES * F::STAGE;
		product_mma_fetch<P, P::BM, P::XR>(s, x, m0, P::M, slab);
		product_mma_fetch<P, P::BN, P::WR>(s + P::BM * 128, w, n0, P::N, slab);
	}
	async_commit();
}

template <class P>
__device__ __forceinline__ void product_mma_slab(float (*acc)[ProductMma<P>::NT][4], unsigned xs,
                                                 unsigned ws)
{
	typedef ProductMma<P> F;
	typedef typename P::In T;
	const int lane = threadIdx.x & 31;
	const int m = lane & 15, n = (lane & 7) + (lane >> 4) * 8;
#pragma unroll
	for (int ks = 0; ks < 4; ks++) {
		unsigned b[F::NT][2];
#pragma unroll
		for (int j = 0; j < F::NT; j += 2)
			ldmatrix4(b[j], ws + (j * 8 + n) * 128 +
			                    (((ks * 2 + (lane >> 3 & 1)) ^ (n & 7)) << 4));
		round_operand(b[0], F::NT * 2, T());
#pragma unroll
		for (int i = 0; i < F::MT; i++) {
			unsigned a[4];
			ldmatrix4(a, xs + (i * 16 + m) * 128 + (((ks * 2 + (lane >> 4)) ^ (m & 7)) << 4));
			round_operand(a, 4, T());
#pragma unroll
			for (int j = 0; j < F::NT; j++)
				mma(acc[i][j], a, b[j], T());
		}
	}
}

/* The warp's first row and column in the tile. */
template <class P> struct MmaPlace {
	int m, n;
	__device__ __forceinline__ MmaPlace()
	{
		typedef ProductMma<P> F;
		const int warp = threadIdx.x >> 5;
		m = warp % F::WM * (F::GROUP ? 16 : P::BM / F::WM);
		n = warp / F::WM * (P::BN / F::WN);
	}
};

/* Starts the sums of a slab. */
template <class P>
__device__ __forceinline__ void product_wgmma_start(float (*acc)[ProductMma<P>::NT][4],
                                                    unsigned stage)
{
	typedef ProductMma<P> F;
	wgmma_begin();
#pragma unroll
	for (int ks = 0; ks < 4; ks++)
#pragma unroll
		for (int i = 0; i < F::MT; i++)
			wgmma<P::BN, 0>(acc[i], wgmma_rows(stage + i * 64 * 128 + ks * 32),
			                wgmma_rows(stage + P::BM * 128 + ks * 32));
	wgmma_commit();
}

template <class P>
__device__ __forceinline__ void product_mma_tile(float (*acc)[ProductMma<P>::NT][4],
                                                 const typename P::In *x, const typename P::In *w,
                                                 int m0, int n0)
{
	typedef ProductMma<P> F;
	extern __shared__ __align__(1024) float4 panels[];
	const unsigned shared = shared_address(panels);
	const MmaPlace<P> at;
#pragma unroll
	for (int s = 0; s < F::STAGES - 1; s++)
		product_mma_issue<P>(shared, x, w, m0, n0, s);
#pragma unroll 1
	for (int s = 0; s < F::SLABS; s++) {
		const unsigned stage = shared + s % F::STAGES * F::STAGE;
		async_wait<F::STAGES - 2>();
		if constexpr (F::GROUP)
			wgmma_shared();
		__syncthreads();
		if constexpr (F::GROUP)
			product_wgmma_start<P>(acc, stage);
		product_mma_issue<P>(shared, x, w, m0, n0, s + F::STAGES - 1);
		if constexpr (F::GROUP)
			wgmma_wait();
		else
			product_mma_slab<P>(acc, stage + at.m * 128, stage + (P::BM + at.n) * 128);
	}
	if constexpr (F::GROUP)
#pragma unroll
		for (int i = 0; i < F::MT; i++)
			wgmma_sums<P::BN>(acc[i]);
	async_wait<0>();
}

template <class P>
__device__ __forceinline__ void product_put2(typename P::Out *y, int m, int n, float a, float b)
{
	if (m >= P::M || n >= P::N)
		return;
	typename P::Out *p = y + (long long)m * P::YR + n;
	if (P::N % 2 == 0 && P::YR % 2 == 0) {
		put2(p, a, b);
		return;
	}
	put(p, a);
	if (n + 1 < P::N)
		put(p + 1, b);
}

template <class P>
__device__ __forceinline__ void product_mma(const typename P::In *x, const typename P::In *w,
                                            const float *bias, typename P::Out *y)
{
	typedef ProductMma<P> F;
	const int m0 = blockIdx.y * P::BM, n0 = blockIdx.x * P::BN;
	const int lane = threadIdx.x & 31;
	const MmaPlace<P> at;
	float acc[F::MT][F::NT][4] = {};
	product_mma_tile<P>(acc, x, w, m0, n0);
#pragma unroll
	for (int j = 0; j < F::NT; j++) {
		const int n = n0 + at.n + j * 8 + (lane & 3) * 2;
		const float b0 = P::BIAS && n < P::N ? bias[n] : 0.0f;
		const float b1 = P::BIAS && n + 1 < P::N ? bias[n + 1] : 0.0f;
#pragma unroll
		for (int i = 0; i < F::MT; i++) {
			const int m = m0 + at.m + i * F::MSTEP + (lane >> 2);
			product_put2<P>(y, m, n, acc[i][j][0] + b0, acc[i][j][1] + b1);
			product_put2<P>(y, m + 8, n, acc[i][j][2] + b0, acc[i][j][3] + b1);
		}
	}
}

/* ---- in_proj, convolution over time, SiLU ---------------------------------------------------
 * N = 2 E columns: the first E are a, then u = silu(bias + conv over time of a); the others are
 * z. A tile of a takes BM rows of which STEP = BM - TAPS + 1 give an output, so no tile needs
 * another's. rev: time runs from the end; then the taps lie behind, mirrored.
 * P also: L rows of a sequence, of which M / L lie one behind the other; E TAPS PAD (rows before the
 * first tap), ZR row stride of z, OutZ. E a multiple of BN.
 * grid: (2 E / BN, ceil(M / STEP), matrices); conv_w [E][TAPS], conv_b [E]. */

/* acc of the tile, as rows of BN floats in shared memory. */
template <class P>
__device__ __forceinline__ void inproj_spill_fma(float *tile, const float (*acc)[ProductFma<P>::TN])
{
	typedef ProductFma<P> F;
	const FmaPlace<P> at;
	__syncthreads();
#pragma unroll
	for (int i = 0; i < F::TM; i++)
#pragma unroll
		for (int j = 0; j < F::TN; j++)
			if (at.part == 0)
				tile[(at.m + i) * (P::BN + 1) + at.n + j * 8] = acc[i][j];
	__syncthreads();
}

template <class P>
__device__ __forceinline__ void inproj_spill_mma(float *tile,
                                                 const float (*acc)[ProductMma<P>::NT][4])
{
	typedef ProductMma<P> F;
	const MmaPlace<P> at;
	const int lane = threadIdx.x & 31;
	__syncthreads();
#pragma unroll
	for (int i = 0; i < F::MT; i++)
#pragma unroll
		for (int j = 0; j < F::NT; j++)
#pragma unroll
			for (int e = 0; e < 4; e++)
				tile[(at.m + i * F::MSTEP + (lane >> 2) + e / 2 * 8) * (P::BN + 1) + at.n + j * 8 +
				     (lane & 3) * 2 + e % 2] = acc[i][j][e];
	__syncthreads();
}

/* tile: BM rows; row 0 is the first row that the window of time t0 reads. */
template <class P, int THREADS>
__device__ __forceinline__ void inproj_finish(const float *tile, const float *conv_w,
                                              const float *conv_b, typename P::Out *u, int t0,
                                              int n0, bool rev)
{
	static_assert(THREADS % P::BN == 0, "a thread has one column");
	const int STEP = P::BM - P::TAPS + 1, n = threadIdx.x % P::BN;
	const float bias = conv_b[n0 + n];
	float taps[P::TAPS];
#pragma unroll
	for (int j = 0; j < P::TAPS; j++)
		taps[j] = conv_w[(n0 + n) * P::TAPS + j];
	for (int t = threadIdx.x / P::BN; t < STEP && t0 + t < P::M; t += THREADS / P::BN) {
		const int now = (t0 + t) % P::L;
		float v = bias;
#pragma unroll
		for (int j = 0; j < P::TAPS; j++) {
			const int r = rev ? t + P::TAPS - 1 - j : t + j;
			const int then = rev ? now + P::PAD - j : now - P::PAD + j;
			if (P::M == P::L || (then >= 0 && then < P::L)) /* of the same sequence */
				v = fmaf(taps[j], tile[r * (P::BN + 1) + n], v);
		}
		put(u + (long long)(t0 + t) * P::YR + n0 + n, silu(v));
	}
}

template <class P, int THREADS>
__device__ __forceinline__ void inproj_put_z(const float *tile, typename P::OutZ *z, int t0, int n0)
{
	const int STEP = P::BM - P::TAPS + 1;
	for (int e = threadIdx.x; e < STEP * P::BN; e += THREADS) {
		const int t = e / P::BN, n = e % P::BN;
		if (t0 + t < P::M)
			put(z + (long long)(t0 + t) * P::ZR + n0 + n - P::E, tile[t * (P::BN + 1) + n]);
	}
}

/* First row of the tile for outputs from t0. */
template <class P> __device__ __forceinline__ int inproj_row(int t0, int n0, bool rev)
{
	if (n0 >= P::E)
		return t0;
	return rev ? t0 + P::PAD - P::TAPS + 1 : t0 - P::PAD;
}

template <class P>
__device__ __forceinline__ void inproj_fma(const float *x, const float *w, const float *conv_w,
                                           const float *conv_b, typename P::Out *u,
                                           typename P::OutZ *z, bool rev)
{
	typedef ProductFma<P> F;
	extern __shared__ float4 shared4[];
	float *tile = (float *)shared4;
	const int t0 = blockIdx.y * (P::BM - P::TAPS + 1), n0 = blockIdx.x * P::BN;
	float acc[F::TM][F::TN] = {};
	product_fma_tile<P>(acc, x, w, inproj_row<P>(t0, n0, rev), n0);
	inproj_spill_fma<P>(tile, acc);
	if (n0 < P::E)
		inproj_finish<P, F::THREADS>(tile, conv_w, conv_b, u, t0, n0, rev);
	else
		inproj_put_z<P, F::THREADS>(tile, z, t0, n0);
}

template <class P>
__device__ __forceinline__ void inproj_mma(const typename P::In *x, const typename P::In *w,
                                           const float *conv_w, const float *conv_b,
                                           typename P::Out *u, typename P::OutZ *z, bool rev)
{
	typedef ProductMma<P> F;
	extern __shared__ __align__(1024) float4 panels[];
	float *tile = (float *)panels;
	const int t0 = blockIdx.y * (P::BM - P::TAPS + 1), n0 = blockIdx.x * P::BN;
	float acc[F::MT][F::NT][4] = {};
	product_mma_tile<P>(acc, x, w, inproj_row<P>(t0, n0, rev), n0);
	inproj_spill_mma<P>(tile, acc);
	if (n0 < P::E)
		inproj_finish<P, F::THREADS>(tile, conv_w, conv_b, u, t0, n0, rev);
	else
		inproj_put_z<P, F::THREADS>(tile, z, t0, n0);
}

/* ---- any strides ---------------------------------------------------------------------------
 * 32 x 32 tile, 256 threads; slabs of 32 k go through registers to shared memory, the next one
 * while one is worked on. P: XR XK WR WK YR strides of rows and of k; XT, WT element types. */

/* Four elements of a slab: lanes go along what lies side by side. */
template <class T, int ROWS, int K, long long SR, long long SK> struct ProductAny {
	enum { ALONG_K = SK == 1 || SR != 1, PITCH = 36 };
	float v[4];

	static __device__ __forceinline__ int row(int i)
	{
		return ALONG_K ? (threadIdx.x >> 5) + 8 * i : threadIdx.x & 31;
	}
	static __device__ __forceinline__ int col(int i)
	{
		return ALONG_K ? threadIdx.x & 31 : (threadIdx.x >> 5) + 8 * i;
	}
	__device__ __forceinline__ void fetch(const T *g, int row0, int k0)
	{
#pragma unroll
		for (int i = 0; i < 4; i++) {
			const int r = row0 + row(i), k = k0 + col(i);
			v[i] = r < ROWS && k < K ? widen(g[r * SR + k * SK]) : 0.0f;
		}
	}
	__device__ __forceinline__ void store(float *s) const
	{
#pragma unroll
		for (int i = 0; i < 4; i++)
			s[row(i) * PITCH + col(i)] = v[i];
	}
};

__device__ __forceinline__ float dot4(float4 a, float4 b, float sum)
{
	return fmaf(a.w, b.w, fmaf(a.z, b.z, fmaf(a.y, b.y, fmaf(a.x, b.x, sum))));
}

template <class P>
__device__ __forceinline__ void product_any(const typename P::XT *x, const typename P::WT *w,
                                            const float *bias, typename P::Out *y)
{
	ProductAny<typename P::XT, P::M, P::K, P::XR, P::XK> a;
	ProductAny<typename P::WT, P::N, P::K, P::WR, P::WK> b;
	const int PITCH4 = a.PITCH / 4;
	__shared__ float4 xs[32 * PITCH4], ws[32 * PITCH4];
	const int tx = threadIdx.x & 15, ty = threadIdx.x >> 4;
	const int m0 = blockIdx.y * 32, n0 = blockIdx.x * 32;
	float acc[2][2] = {};
	a.fetch(x, m0, 0);
	b.fetch(w, n0, 0);
#pragma unroll 1
	for (int k0 = 0; k0 < P::K; k0 += 32) {
		a.store((float *)xs);
		b.store((float *)ws);
		__syncthreads();
		if (k0 + 32 < P::K) {
			a.fetch(x, m0, k0 + 32);
			b.fetch(w, n0, k0 + 32);
		}
#pragma unroll
		for (int k = 0; k < 8; k++)
#pragma unroll
			for (int i = 0; i < 2; i++)
#pragma unroll
				for (int j = 0; j < 2; j++)
					acc[i][j] = dot4(xs[(ty + 16 * i) * PITCH4 + k], ws[(tx + 16 * j) * PITCH4 + k],
					                 acc[i][j]);
		__syncthreads();
	}
#pragma unroll
	for (int i = 0; i < 2; i++)
#pragma unroll
		for (int j = 0; j < 2; j++) {
			const int m = m0 + ty + 16 * i, n = n0 + tx + 16 * j;
			if (m < P::M && n < P::N)
				put(y + (long long)m * P::YR + n, acc[i][j] + (P::BIAS ? bias[n] : 0.0f));
		}
}

/* Any shape of the fused operation, u of L rows: one thread an output of u and z. grid: (E / 128,
 * rows, sequences). P: XR XK WR WK strides, as above. */
template <class P>
__device__ __forceinline__ float inproj_dot(const typename P::XT *x, const typename P::WT *w, int t,
                                            int n)
{
	float v = 0;
	for (int k = 0; k < P::K; k++)
		v = fmaf(widen(x[(long long)t * P::XR + (long long)k * P::XK]),
		         widen(w[(long long)n * P::WR + (long long)k * P::WK]), v);
	return v;
}

template <class P>
__device__ __forceinline__ void inproj_any(const typename P::XT *x, const typename P::WT *w,
                                           const float *conv_w, const float *conv_b,
                                           typename P::Out *u, typename P::OutZ *z, bool rev)
{
	const int n = blockIdx.x * blockDim.x + threadIdx.x, t = blockIdx.y;
	if (n >= P::E)
		return;
	if (t < P::L) {
		float v = conv_b[n];
		for (int j = 0; j < P::TAPS; j++) {
			const int r = rev ? t + (P::M - P::L) + P::PAD - j : t - P::PAD + j;
			if (r >= 0 && r < P::M)
				v = fmaf(conv_w[n * P::TAPS + j], inproj_dot<P>(x, w, r, n), v);
		}
		put(u + (long long)t * P::YR + n, silu(v));
	}
	if (t < P::M)
		put(z + (long long)t * P::ZR + n, inproj_dot<P>(x, w, t, P::E + n));
}
