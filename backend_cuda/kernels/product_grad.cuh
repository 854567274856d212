/* product_grad.cuh: dw[m, n] = sum over rows r of g[r, m] x[r, n], the gradient of a product by its
 * weights: both operands are dense along what remains, not along what is summed.
 *
 * P holds the constants:
 *   M N ROWS    extents      EACH     rows of a part, a multiple of KR
 *   BM BN       tile         grow(r), xrow(r)   offsets of row r
 *   GC XC       strides of g and x along m and n (1 but in the general kernel)
 *   GT XT       types of g and x, In   type of the operands in shared memory
 *   GA XA       rows of g, x can be copied in pieces of 16 bytes without a conversion
 * parts[part][matrices][M][N]: blockIdx.y counts parts, blockIdx.z matrices, blockIdx.x tiles. */
#pragma once
#include "common.cuh"

struct DwG {
	template <class P> static __device__ __forceinline__ size_t row(unsigned i) { return P::grow(i); }
};

struct DwX {
	template <class P> static __device__ __forceinline__ size_t row(unsigned i) { return P::xrow(i); }
};

/* The part's rows and the tile's corner. */
template <class P> struct DwPlace {
	int m0, n0;
	unsigned first, end;
	__device__ __forceinline__ DwPlace()
	{
		const int across = (P::N + P::BN - 1) / P::BN;
		m0 = blockIdx.x / across * P::BM;
		n0 = blockIdx.x % across * P::BN;
		first = blockIdx.y * P::EACH;
		end = first + P::EACH < P::ROWS ? first + P::EACH : P::ROWS;
	}
};

/* ---- matrix instructions ---------------------------------------------------------------------
 * WM x WN warps. Slabs of KR rows in a ring of STAGES. bf16: an operand lies in whole panels of 64
 * columns, rows of 128 bytes whose 16-byte pieces are exchanged by the row's low bits; ldmatrix
 * turns it. tf32: rows of BM or BN floats and 8 more, so that 4 rows of 8 hit 32 banks. A warpgroup,
 * where there is one, reads panels itself: 64 rows of A at a time, each of its warps 16 of them and
 * all BN columns. */

template <class P> struct DwMma {
	typedef typename P::In T;
	enum {
		HALF = sizeof(T) == 2,
		KR = HALF ? 64 : 24,
		THREADS = 32 * P::WM * P::WN,
		GROUP = WGMMA && HALF && THREADS == 128 && P::BM % 64 == 0 && P::BN % 64 == 0,
		WM = GROUP ? 4 : P::WM,
		WN = GROUP ? 1 : P::WN,
		MT = P::BM / WM / 16,
		NT = P::BN / WN / 8,
		MSTEP = GROUP ? 64 : 16, /* rows of A from a thread's sums to the next */
		STAGES = 3,
		G_BYTES = HALF ? KR * P::BM * 2 : KR * (P::BM + 8) * 4,
		X_BYTES = HALF ? KR * (P::BN < 64 ? 64 : P::BN) * 2 : KR * (P::BN + 8) * 4,
		STAGE = G_BYTES + X_BYTES,
		SMEM = STAGES * STAGE,
	};
};

/* Byte of column c of row r in a slab with COLS columns. */
template <class T, int COLS, int KR> __device__ __forceinline__ unsigned dw_at(int r, int c)
{
	if (sizeof(T) == 2)
		return c / 64 * (KR * 128) + r * 128 + (((c % 64 / 8) ^ (r & 7)) << 4) + c % 8 * 2;
	return (r * (COLS + 8) + c) * 4;
}

/* KR rows from row0 of COLS columns from c0, of `limit`. */
template <class P, class Which, class S, int COLS, int STEP, bool ASYNC>
__device__ __forceinline__ void dw_fetch(char *slab, const S *g, unsigned row0, unsigned end, int c0,
                                         int limit)
{
	typedef DwMma<P> F;
	typedef typename P::In T;
	const int V = 16 / sizeof(T), PIECES = COLS / V, ROWS = F::THREADS / PIECES;
	static_assert(F::THREADS % PIECES == 0 && F::KR % ROWS == 0, "whole rows at a time");
	const int c = threadIdx.x % PIECES * V;
#pragma unroll (ASYNC ? F::KR / ROWS : 2)
	for (int i = 0; i < F::KR; i += ROWS) {
		const int r = i + threadIdx.x / PIECES;
		const bool valid = row0 + r < end && c0 + c < limit;
		char *to = slab + dw_at<T, COLS, F::KR>(r, c);
		const S *from = g + Which::template row<P>(row0 + r) + (size_t)(c0 + c) * STEP;
		if (ASYNC)
			async16(shared_address(to), from, valid);
		else
			convert16<T>(to, from, STEP, valid ? limit - c0 - c : 0);
	}
}

template <class P>
__device__ __forceinline__ void dw_issue(char *shared, const typename P::GT *g,
                                         const typename P::XT *x, const DwPlace<P> &at, int slab)
{
	typedef DwMma<P> F;
	const unsigned row0 = at.first + slab * F::KR;
	if (row0 < at.end) {
		char *stage = shared + slab % F::STAGES * F::STAGE;
		dw_fetch<P, DwG, typename P::GT, P::BM, P::GC, P::GA>(stage, g, row0, at.end, at.m0, P::M);
		dw_fetch<P, DwX, typename P::XT, P::BN, P::XC, P::XA>(stage + F::G_BYTES, x, row0, at.end,
		                                                     at.n0, P::N);
	}
	async_commit();
}

/* Fragments of 32 bytes of depth from row k: 16 columns from c as rows of A; bf16. */
template <int COLS, int KR>
__device__ __forceinline__ void dw_get_a(unsigned a[4], const char *slab, int k, int c, bf16)
{
	const int lane = threadIdx.x & 31;
	const int r = k + (lane & 7) + (lane >> 4) * 8;
	ldmatrix4_turned(a, shared_address(slab) + dw_at<bf16, COLS, KR>(r, c + (lane >> 3 & 1) * 8));
}

/* 16 columns from c as columns of two B. */
template <int COLS, int KR>
__device__ __forceinline__ void dw_get_b(unsigned (*b)[2], const char *slab, int k, int c, bf16)
{
	const int lane = threadIdx.x & 31;
	const int r = k + (lane & 15);
	ldmatrix4_turned(b[0], shared_address(slab) + dw_at<bf16, COLS, KR>(r, c + (lane >> 4) * 8));
}

template <int COLS, int KR>
__device__ __forceinline__ void dw_get_a(unsigned a[4], const char *slab, int k, int c, float)
{
	const int lane = threadIdx.x & 31;
	const unsigned *p = (const unsigned *)(slab + dw_at<float, COLS, KR>(k + (lane & 3), c + (lane >> 2)));
	a[0] = p[0];
	a[1] = p[8];
	a[2] = p[4 * (COLS + 8)];
	a[3] = p[4 * (COLS + 8) + 8];
	round_operand(a, 4, 0.0f);
}

template <int COLS, int KR>
__device__ __forceinline__ void dw_get_b(unsigned (*b)[2], const char *slab, int k, int c, float)
{
	const int lane = threadIdx.x & 31;
	const unsigned *p = (const unsigned *)(slab + dw_at<float, COLS, KR>(k + (lane & 3), c + (lane >> 2)));
	b[0][0] = p[0];
	b[0][1] = p[4 * (COLS + 8)];
	b[1][0] = p[8];
	b[1][1] = p[4 * (COLS + 8) + 8];
	round_operand(b[0], 4, 0.0f);
}

/* One slab; m, n: the warp's corner in the tile. */
template <class P>
__device__ __forceinline__ void dw_slab(float (*acc)[DwMma<P>::NT][4], const char *stage, int m,
                                        int n)
{
	typedef DwMma<P> F;
	typedef typename P::In T;
	const int DEPTH = 32 / sizeof(T);
#pragma unroll
	for (int k = 0; k < F::KR; k += DEPTH) {
		unsigned b[F::NT][2];
#pragma unroll
		for (int j = 0; j < F::NT; j += 2)
			dw_get_b<P::BN, F::KR>(b + j, stage + F::G_BYTES, k, n + j * 8, T());
#pragma unroll
		for (int i = 0; i < F::MT; i++) {
			unsigned a[4];
			dw_get_a<P::BM, F::KR>(a, stage, k, m + i * 16, T());
#pragma unroll
			for (int j = 0; j < F::NT; j++)
				mma(acc[i][j], a, b[j], T());
		}
	}
}

/* Starts the sums of a slab. */
template <class P>
__device__ __forceinline__ void dw_wgmma_start(float (*acc)[DwMma<P>::NT][4], const char *stage)
{
	typedef DwMma<P> F;
	const unsigned gs = shared_address(stage), xs = gs + F::G_BYTES, panel = F::KR * 128;
	wgmma_begin();
#pragma unroll
	for (int k = 0; k < F::KR; k += 16)
#pragma unroll
		for (int i = 0; i < F::MT; i++)
			wgmma<P::BN, 1>(acc[i], wgmma_rows(gs + i * panel + k * 128),
			                wgmma_rows(xs + k * 128, panel));
	wgmma_commit();
}

template <class P> __device__ __forceinline__ void dw_put2(float *y, int m, int n, float a, float b)
{
	if (m >= P::M || n >= P::N)
		return;
	float *p = y + (size_t)m * P::N + n;
	if (P::N % 2 == 0) {
		put2(p, a, b);
		return;
	}
	p[0] = a;
	if (n + 1 < P::N)
		p[1] = b;
}

template <class P>
__device__ __forceinline__ void product_dw_mma(const typename P::GT *g, const typename P::XT *x,
                                               float *parts)
{
	typedef DwMma<P> F;
	extern __shared__ __align__(1024) float4 panels[];
	char *shared = (char *)panels;
	const DwPlace<P> at;
	const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
	const int m = warp % F::WM * (F::GROUP ? 16 : P::BM / F::WM), n = warp / F::WM * (P::BN / F::WN);
	const int slabs = (at.end - at.first + F::KR - 1) / F::KR;
	float acc[F::MT][F::NT][4] = {};
#pragma unroll
	for (int s = 0; s < F::STAGES - 1; s++)
		dw_issue<P>(shared, g, x, at, s);
#pragma unroll 1
	for (int s = 0; s < slabs; s++) {
		const char *stage = shared + s % F::STAGES * F::STAGE;
		async_wait<F::STAGES - 2>();
		if constexpr (F::GROUP)
			wgmma_shared();
		__syncthreads();
		if constexpr (F::GROUP)
			dw_wgmma_start<P>(acc, stage);
		dw_issue<P>(shared, g, x, at, s + F::STAGES - 1);
		if constexpr (F::GROUP)
			wgmma_wait();
		else
			dw_slab<P>(acc, stage, m, n);
	}
	if constexpr (F::GROUP)
#pragma unroll
		for (int i = 0; i < F::MT; i++)
			wgmma_sums<P::BN>(acc[i]);
	float *y = parts + ((size_t)blockIdx.y * gridDim.z + blockIdx.z) * P::M * P::N;
#pragma unroll
	for (int i = 0; i < F::MT; i++)
#pragma unroll
		for (int j = 0; j < F::NT; j++) {
			const int to_m = at.m0 + m + i * F::MSTEP + (lane >> 2);
			const int to_n = at.n0 + n + j * 8 + (lane & 3) * 2;
			dw_put2<P>(y, to_m, to_n, acc[i][j][0], acc[i][j][1]);
			dw_put2<P>(y, to_m + 8, to_n, acc[i][j][2], acc[i][j][3]);
		}
}

/* ---- strict float32, any strides ---------------------------------------------------------------
 * A tile of 64 x 64; 128 threads with 8 x 4 sums each; slabs of KR = 16 rows, two of them: one is
 * fetched to registers while the other one is read. */

template <class P> struct DwFma {
	enum { KR = 16, PITCH = 68, PIECE = KR * 64 / 128 };
};

/* A thread's share of a slab: column tid % 64, every second row. */
template <class P, class Which, class S>
__device__ __forceinline__ void dw_fma_fetch(float *v, const S *g, int step, unsigned row0,
                                             unsigned end, int c0, int limit)
{
	const int c = c0 + threadIdx.x % 64;
#pragma unroll
	for (int i = 0; i < DwFma<P>::PIECE; i++) {
		const unsigned r = row0 + threadIdx.x / 64 + i * 2;
		v[i] = r < end && c < limit ? widen(g[Which::template row<P>(r) + (size_t)c * step]) : 0.0f;
	}
}

template <class P> __device__ __forceinline__ void dw_fma_put(float *slab, const float *v)
{
#pragma unroll
	for (int i = 0; i < DwFma<P>::PIECE; i++)
		slab[(threadIdx.x / 64 + i * 2) * DwFma<P>::PITCH + threadIdx.x % 64] = v[i];
}

/* gs, xs: the thread's first columns in the slabs. */
template <class P>
__device__ __forceinline__ void dw_fma_slab(float (*acc)[4], const float *gs, const float *xs)
{
#pragma unroll
	for (int k = 0; k < DwFma<P>::KR; k++) {
		float a[8], b[4];
		*(float4 *)a = *(const float4 *)(gs + k * DwFma<P>::PITCH);
		*(float4 *)(a + 4) = *(const float4 *)(gs + k * DwFma<P>::PITCH + 4);
		*(float4 *)b = *(const float4 *)(xs + k * DwFma<P>::PITCH);
#pragma unroll
		for (int i = 0; i < 8; i++)
#pragma unroll
			for (int j = 0; j < 4; j++)
				acc[i][j] = fmaf(a[i], b[j], acc[i][j]);
	}
}

template <class P>
__device__ __forceinline__ void product_dw_fma(const typename P::GT *g, const typename P::XT *x,
                                               float *parts)
{
	typedef DwFma<P> F;
	__shared__ float4 shared[2][2][F::KR * F::PITCH / 4];
	const DwPlace<P> at;
	const int m = threadIdx.x / 16 * 8, n = threadIdx.x % 16 * 4;
	float acc[8][4] = {}, gv[F::PIECE], xv[F::PIECE];
	dw_fma_fetch<P, DwG>(gv, g, P::GC, at.first, at.end, at.m0, P::M);
	dw_fma_fetch<P, DwX>(xv, x, P::XC, at.first, at.end, at.n0, P::N);
	int now = 0;
#pragma unroll 1
	for (unsigned row = at.first; row < at.end; row += F::KR) {
		float *gs = (float *)shared[now][0], *xs = (float *)shared[now][1];
		dw_fma_put<P>(gs, gv);
		dw_fma_put<P>(xs, xv);
		__syncthreads();
		dw_fma_fetch<P, DwG>(gv, g, P::GC, row + F::KR, at.end, at.m0, P::M);
		dw_fma_fetch<P, DwX>(xv, x, P::XC, row + F::KR, at.end, at.n0, P::N);
		dw_fma_slab<P>(acc, gs + m, xs + n);
		now ^= 1;
	}
	float *y = parts + ((size_t)blockIdx.y * gridDim.z + blockIdx.z) * P::M * P::N;
#pragma unroll
	for (int i = 0; i < 8; i++)
#pragma unroll
		for (int j = 0; j < 4; j++)
			if (at.m0 + m + i < P::M && at.n0 + n + j < P::N)
				y[(size_t)(at.m0 + m + i) * P::N + at.n0 + n + j] = acc[i][j];
}
