/* conv.cuh: 2-D convolution of stride 1 with scale, shift, ReLU and pooling behind it.
 *
 * One CTA computes ROWS x 16 pixels of BN output channels. For each slab of input channels it
 * holds the pixels and their halo in shared memory once and uses them for all KH x KW taps.
 * P holds the constants:
 *   H W C, OH OW O   extents of input and output before pooling    KH KW PH PW  window, padding
 *   XH XW XC, YH YW YC   strides of one image, elements    TH TW  pooling, 1 or 2 by 1, 2 or 4
 *   ROWS BN   tile      SCALE SHIFT RELU MAX   epilogue (MAX: maxima of tiles, else means)
 *   In, Out   element types
 * x, y: one image; w: packed, see below; grid: (tiles, O / BN, images). */
#pragma once
#include "common.cuh"

/* ---- strict float32: fused multiply-adds ---------------------------------------------------
 * A thread owns 8 pixels of a row and 8 channels, a warp 2 rows x 16 pixels x 64 channels.
 * w: [C rounded up to 8][KH KW][O rounded up to BN]. */

template <class P> struct ConvFma {
	enum {
		KC = 8,
		TAPS = P::KH * P::KW,
		THREADS = 32 * (P::ROWS / 2) * (P::BN / 64),
		NX = (8 + P::KW - 1 + 3) / 4 * 4, /* pixels that 8 outputs of a row read */
		PITCH = 8 + NX,
		HR = P::ROWS + P::KH - 1,
		HC = 16 + P::KW - 1,
		/* = 4 mod 8: the transposing stores below hit 32 banks */
		PLANE = (HR * PITCH + 3) / 8 * 8 + 4,
		OP = (P::O + P::BN - 1) / P::BN * P::BN,
		SLABS = (P::C + KC - 1) / KC,
		/* Slabs whose sums are joined before they are added to the total: one sum over all of
		 * a wide layer's 4,608 terms loses four times as much to rounding. */
		DEEP = 1,
		ASYNC = sizeof(typename P::In) == 4, /* else through registers, NLOAD at a time */
		NLOAD = ASYNC ? 1 : (HR * HC * 2 + THREADS - 1) / THREADS,
		WSLAB = KC * TAPS * P::BN,
		SMEM = 2 * (KC * PLANE + WSLAB) * 4,
		TILES_W = (P::OW + 15) / 16,
	};
};

template <class P>
__device__ __forceinline__ float4 conv_pixel(const typename P::In *x, int iy, int ix, int c)
{
	if (iy < 0 || iy >= P::H || ix < 0 || ix >= P::W)
		return make_float4(0, 0, 0, 0);
	const typename P::In *p = x + iy * P::XH + ix * P::XW + c * P::XC;
	if (P::XC == 1 && P::C % 8 == 0 && P::VECTOR)
		return get4(p);
	float4 v = make_float4(0, 0, 0, 0);
	if (c < P::C)
		v.x = widen(p[0]);
	if (c + 1 < P::C)
		v.y = widen(p[P::XC]);
	if (c + 2 < P::C)
		v.z = widen(p[2 * P::XC]);
	if (c + 3 < P::C)
		v.w = widen(p[3 * P::XC]);
	return v;
}

/* The slab's pixels, transposed to [channel][pixel] on the way. */
template <class P>
__device__ __forceinline__ void conv_fma_async(float *act, const typename P::In *x, int y0, int x0,
                                               int slab)
{
	typedef ConvFma<P> F;
	const unsigned s = shared_address(act);
	for (int e = threadIdx.x; e < F::HR * F::HC * F::KC; e += F::THREADS) {
		const int pix = e / F::KC, k = e % F::KC, c = slab * F::KC + k;
		const int r = pix / F::HC, q = pix % F::HC;
		const int iy = y0 + r - P::PH, ix = x0 + q - P::PW;
		const bool valid = iy >= 0 && iy < P::H && ix >= 0 && ix < P::W && c < P::C;
		async4(s + (k * F::PLANE + r * F::PITCH + q) * 4,
		       x + (valid ? iy * P::XH + ix * P::XW + c * P::XC : 0), valid);
	}
}

template <class P>
__device__ __forceinline__ void conv_fma_fetch(float4 *r, const typename P::In *x, int y0, int x0,
                                               int slab)
{
	typedef ConvFma<P> F;
#pragma unroll
	for (int i = 0; i < F::NLOAD; i++) {
		const int e = i * F::THREADS + threadIdx.x;
		const int pix = e >> 1, c = slab * F::KC + (e & 1) * 4;
		if (pix < F::HR * F::HC)
			r[i] = conv_pixel<P>(x, y0 + pix / F::HC - P::PH, x0 + pix % F::HC - P::PW, c);
	}
}

/* [pixel][channel] to [channel][pixel] */
template <class P> __device__ __forceinline__ void conv_fma_put(float *act, const float4 *r)
{
	typedef ConvFma<P> F;
#pragma unroll
	for (int i = 0; i < F::NLOAD; i++) {
		const int e = i * F::THREADS + threadIdx.x;
		const int pix = e >> 1;
		if (pix >= F::HR * F::HC)
			continue;
		float *p = act + (e & 1) * 4 * F::PLANE + pix / F::HC * F::PITCH + pix % F::HC;
		p[0] = r[i].x;
		p[F::PLANE] = r[i].y;
		p[2 * F::PLANE] = r[i].z;
		p[3 * F::PLANE] = r[i].w;
	}
}

template <class P>
__device__ __forceinline__ void conv_fma_weights(float *dst, const float *w, int n0, int slab)
{
	typedef ConvFma<P> F;
	const unsigned s = shared_address(dst);
	const float *g = w + (size_t)slab * F::KC * F::TAPS * F::OP + n0;
	for (int e = threadIdx.x; e < F::WSLAB / 4; e += F::THREADS) {
		const int row = e / (P::BN / 4), n = e % (P::BN / 4) * 4;
		async16(s + e * 16, g + (size_t)row * F::OP + n, true);
	}
	async_commit();
}

/* One input channel slab: act [KC][HR][PITCH] at the thread's first pixel, wt [KC][TAPS][BN] at
 * its first channel. */
template <class P>
__device__ __forceinline__ void conv_fma_slab(float (*acc)[8], const float *act, const float *wt)
{
	typedef ConvFma<P> F;
#pragma unroll 1
	for (int k = 0; k < F::KC; k++) {
#pragma unroll
		for (int dy = 0; dy < P::KH; dy++) {
			float a[F::NX];
#pragma unroll
			for (int i = 0; i < F::NX; i += 4)
				*(float4 *)(a + i) = *(const float4 *)(act + k * F::PLANE + dy * F::PITCH + i);
#pragma unroll
			for (int dx = 0; dx < P::KW; dx++) {
				const float *wp = wt + (k * F::TAPS + dy * P::KW + dx) * P::BN;
				float b[8];
				*(float4 *)b = *(const float4 *)wp;
				*(float4 *)(b + 4) = *(const float4 *)(wp + 32);
#pragma unroll
				for (int i = 0; i < 8; i++)
#pragma unroll
					for (int j = 0; j < 8; j++)
						acc[i][j] = fmaf(a[i + dx], b[j], acc[i][j]);
			}
		}
	}
}

/* Adds acc to total and starts it anew. */
__device__ __forceinline__ void conv_fma_join(float (*total)[8], float (*acc)[8])
{
#pragma unroll
	for (int i = 0; i < 8; i++)
#pragma unroll
		for (int j = 0; j < 8; j++) {
			total[i][j] += acc[i][j];
			acc[i][j] = 0;
		}
}

template <class P>
__device__ __forceinline__ float conv_finish(float v, float scale, float shift)
{
	if (P::SCALE)
		v = fmaf(v, scale, shift);
	else if (P::SHIFT)
		v += shift;
	/* NaN stays NaN, so that reading what nobody wrote shows. */
	return P::RELU && v < 0.0f ? 0.0f : v;
}

/* Sum or maximum (NaN wins) of two values of a tile */
template <class P> __device__ __forceinline__ float conv_pool(float a, float b)
{
	return !P::MAX ? a + b : b > a || b != b ? b : a;
}

/* Channels n .. n + 3 of the pixel at (py, px) of the pooled image. */
template <class P>
__device__ __forceinline__ void conv_put4(typename P::Out *y, int py, int px, int n, float4 v)
{
	if (py >= P::OH / P::TH || px >= P::OW / P::TW)
		return;
	typename P::Out *p = y + py * P::YH + px * P::YW + n * P::YC;
	if (P::YC == 1 && P::O % 4 == 0 && P::VECTOR) {
		if (n < P::O)
			put4(p, v);
		return;
	}
	if (n < P::O)
		put(p, v.x);
	if (n + 1 < P::O)
		put(p + P::YC, v.y);
	if (n + 2 < P::O)
		put(p + 2 * P::YC, v.z);
	if (n + 3 < P::O)
		put(p + 3 * P::YC, v.w);
}

/* acc: 8 pixels from (oy, ox), channels n + 0..3 and n + 32..35. Rows of a warp are 16 lanes
 * apart. */
template <class P>
__device__ __forceinline__ void conv_fma_store(float (*acc)[8], const float *scale,
                                               const float *shift, typename P::Out *y, int oy,
                                               int ox, int n)
{
#pragma unroll
	for (int j = 0; j < 8; j++) {
		const int c = n + j % 4 + j / 4 * 32;
		const float s = P::SCALE && c < P::O ? scale[c] : 1.0f;
		const float b = (P::SCALE || P::SHIFT) && c < P::O ? shift[c] : 0.0f;
#pragma unroll
		for (int i = 0; i < 8; i++)
			acc[i][j] = conv_finish<P>(acc[i][j], s, b);
	}
	const float mean = P::MAX ? 1.0f : 1.0f / (P::TH * P::TW);
#pragma unroll
	for (int i = 0; i < 8; i += P::TW) {
		float v[8];
#pragma unroll
		for (int j = 0; j < 8; j++) {
			v[j] = acc[i][j];
#pragma unroll
			for (int q = 1; q < P::TW; q++)
				v[j] = conv_pool<P>(v[j], acc[i + q][j]);
			if (P::TH == 2)
				v[j] = conv_pool<P>(v[j], __shfl_xor_sync(~0u, v[j], 16));
			v[j] *= mean;
		}
		if (P::TH == 2 && (threadIdx.x & 16))
			continue;
		const int py = oy / P::TH, px = (ox + i) / P::TW;
		conv_put4<P>(y, py, px, n, make_float4(v[0], v[1], v[2], v[3]));
		conv_put4<P>(y, py, px, n + 32, make_float4(v[4], v[5], v[6], v[7]));
	}
}

template <class P>
__device__ __forceinline__ void conv_fma(const typename P::In *x, const float *w,
                                         const float *scale, const float *shift,
                                         typename P::Out *y)
{
	typedef ConvFma<P> F;
	extern __shared__ float4 shared[];
	float *act = (float *)shared, *wts = act + 2 * F::KC * F::PLANE;
	const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
	const int row = warp % (P::ROWS / 2) * 2 + (lane >> 4), col = (lane >> 3 & 1) * 8;
	const int nw = warp / (P::ROWS / 2) * 64 + (lane & 7) * 4;
	const int y0 = blockIdx.x / F::TILES_W * P::ROWS, x0 = blockIdx.x % F::TILES_W * 16;
	const int n0 = blockIdx.y * P::BN;
	float total[8][8] = {}, acc[8][8] = {};
	float4 r[F::NLOAD];

	if (F::ASYNC)
		conv_fma_async<P>(act, x, y0, x0, 0);
	else
		conv_fma_fetch<P>(r, x, y0, x0, 0);
	conv_fma_weights<P>(wts, w, n0, 0);
	if (!F::ASYNC)
		conv_fma_put<P>(act, r);
	async_wait<0>();
	__syncthreads();
#pragma unroll 1
	for (int s = 0; s < F::SLABS; s++) {
		const int cur = s & 1, next = cur ^ 1;
		const bool more = s + 1 < F::SLABS;
		if (more) {
			if (F::ASYNC)
				conv_fma_async<P>(act + next * F::KC * F::PLANE, x, y0, x0, s + 1);
			else
				conv_fma_fetch<P>(r, x, y0, x0, s + 1);
			conv_fma_weights<P>(wts + next * F::WSLAB, w, n0, s + 1);
		}
		conv_fma_slab<P>(acc, act + cur * F::KC * F::PLANE + row * F::PITCH + col,
		                 wts + cur * F::WSLAB + nw);
		if (s % F::DEEP == F::DEEP - 1 || !more)
			conv_fma_join(total, acc);
		if (more) {
			if (!F::ASYNC)
				conv_fma_put<P>(act + next * F::KC * F::PLANE, r);
			async_wait<0>();
		}
		__syncthreads();
	}
	conv_fma_store<P>(total, scale, shift, y, y0 + row, x0 + col, n0 + nw);
}

/* ---- matrix instructions: bf16 and tf32 with float32 sums -----------------------------------
 * A slab is 128 bytes of input channels: 64 bf16 or 32 float. Steps go through (slab, tap); each
 * has its own weights in a ring of STAGES. 16-byte pieces of a row are exchanged by the row's low
 * bits, so that ldmatrix at any tap offset reads without bank conflicts. C a multiple of 16 bytes.
 * WR x WN warps, STAGES; w: [slab][tap][O rounded up to BN][128 bytes]. Warpgroups, where there are
 * any, read weights from shared memory themselves: each of their warps has all BN channels. */

template <class P> struct ConvMma {
	typedef typename P::In T;
	enum {
		KC = 128 / sizeof(T),
		TAPS = P::KH * P::KW,
		THREADS = 32 * P::WR * P::WN,
		HR = P::ROWS + P::KH - 1,
		HC = 16 + P::KW - 1,
		OP = (P::O + P::BN - 1) / P::BN * P::BN,
		SLABS = (P::C + KC - 1) / KC,
		STEPS = SLABS * TAPS,
		STAGES = P::STAGES,
		HALOS = SLABS == 1 ? 1 : TAPS >= STAGES - 1 ? 2 : STAGES,
		HALO_BYTES = HR * HC * 128,
		W_BYTES = P::BN * 128,
		SMEM = HALOS * HALO_BYTES + STAGES * W_BYTES,
		/* of 4 warps, each with whole rows of pooling tiles */
		GROUPS = WGMMA && sizeof(T) == 2 && THREADS % 128 == 0 && P::ROWS / (P::WR * P::WN) % P::TH == 0,
		WR = GROUPS ? P::WR * P::WN : P::WR,
		MT = P::ROWS / WR,
		NT = P::BN * WR / (P::WR * P::WN) / 8,
		TILES_W = (P::OW + 15) / 16,
	};
};

template <class P>
__device__ __forceinline__ void conv_mma_halo(unsigned s, const typename P::In *x, int y0, int x0,
                                              int slab)
{
	typedef ConvMma<P> F;
	const int c0 = slab * F::KC;
	for (int e = threadIdx.x; e < F::HR * F::HC * 8; e += F::THREADS) {
		const int pix = e >> 3, piece = e & 7;
		const int iy = y0 + pix / F::HC - P::PH, ix = x0 + pix % F::HC - P::PW;
		const int c = c0 + piece * (F::KC / 8);
		const bool valid = iy >= 0 && iy < P::H && ix >= 0 && ix < P::W && c < P::C;
		async16(s + pix * 128 + ((piece ^ (pix & 7)) << 4),
		        x + (valid ? iy * P::XH + ix * P::XW + c : 0), valid);
	}
}

template <class P>
__device__ __forceinline__ void conv_mma_weights(unsigned s, const typename P::In *w, int n0,
                                                 int step)
{
	typedef ConvMma<P> F;
	const typename P::In *g = w + ((size_t)step * F::OP + n0) * F::KC;
	for (int e = threadIdx.x; e < P::BN * 8; e += F::THREADS) {
		const int n = e >> 3, piece = e & 7;
		async16(s + n * 128 + ((piece ^ (n & 7)) << 4), g + e * (F::KC / 8), true);
	}
}

/* Starts the loads of a step: its weights and, with the first tap of a slab, the slab. */
template <class P>
__device__ __forceinline__ void conv_mma_issue(unsigned halo, unsigned wts,
                                               const typename P::In *x, const typename P::In *w,
                                               int y0, int x0, int n0, int step)
{
	typedef ConvMma<P> F;
	if (step < F::STEPS) {
		const int slab = step / F::TAPS;
		if (step % F::TAPS == 0)
			conv_mma_halo<P>(halo + slab % F::HALOS * F::HALO_BYTES, x, y0, x0, slab);
		conv_mma_weights<P>(wts + step % F::STAGES * F::W_BYTES, w, n0, step);
	}
	async_commit();
}

/* halo: slab; pix: this lane's pixel of the warp's first row under the tap; wt: the warp's first
 * channel. */
template <class P>
__device__ __forceinline__ void conv_mma_step(float (*acc)[ConvMma<P>::NT][4], unsigned halo,
                                              int pix, unsigned wt)
{
	typedef ConvMma<P> F;
	typedef typename P::In T;
	const int lane = threadIdx.x & 31;
	const int n = (lane & 7) + (lane >> 4) * 8;
#pragma unroll
	for (int ks = 0; ks < 4; ks++) {
		unsigned b[F::NT][2];
#pragma unroll
		for (int j = 0; j < F::NT; j += 2)
			ldmatrix4(b[j], wt + (j * 8 + n) * 128 +
			                    (((ks * 2 + (lane >> 3 & 1)) ^ (n & 7)) << 4));
#pragma unroll
		for (int i = 0; i < F::MT; i++) {
			unsigned a[4];
			const int p = pix + i * F::HC;
			ldmatrix4(a, halo + p * 128 + (((ks * 2 + (lane >> 4)) ^ (p & 7)) << 4));
			round_operand(a, 4, T());
#pragma unroll
			for (int j = 0; j < F::NT; j++)
				mma(acc[i][j], a, b[j], T());
		}
	}
}

/* Starts the same for warpgroups; wt: the tile's first channel. */
template <class P>
__device__ __forceinline__ void conv_wgmma_start(float (*acc)[ConvMma<P>::NT][4], unsigned halo,
                                                 int pix, unsigned wt)
{
	typedef ConvMma<P> F;
	const int lane = threadIdx.x & 31;
	unsigned a[4][F::MT][4];
#pragma unroll
	for (int ks = 0; ks < 4; ks++)
#pragma unroll
		for (int i = 0; i < F::MT; i++) {
			const int p = pix + i * F::HC;
			ldmatrix4(a[ks][i], halo + p * 128 + (((ks * 2 + (lane >> 4)) ^ (p & 7)) << 4));
		}
	wgmma_begin();
#pragma unroll
	for (int ks = 0; ks < 4; ks++)
#pragma unroll
		for (int i = 0; i < F::MT; i++)
			wgmma<P::BN, 0>(acc[i], a[ks][i], wgmma_rows(wt + ks * 32));
	wgmma_commit();
}

template <class P>
__device__ __forceinline__ void conv_put2(typename P::Out *y, int py, int px, int n, float a,
                                          float b)
{
	if (py >= P::OH / P::TH || px >= P::OW / P::TW)
		return;
	typename P::Out *p = y + py * P::YH + px * P::YW + n * P::YC;
	if (P::YC == 1 && P::O % 2 == 0 && P::VECTOR) {
		if (n < P::O)
			put2(p, a, b);
		return;
	}
	if (n < P::O)
		put(p, a);
	if (n + 1 < P::O)
		put(p + P::YC, b);
}

/* A lane holds pixels g and g + 8 (g = lane / 4) of each row and channels n, n + 1 of each 8. */
template <class P, int MT, int NT>
__device__ __forceinline__ void conv_mma_store(float (&acc)[MT][NT][4], const float *scale,
                                               const float *shift, typename P::Out *y, int oy,
                                               int ox, int n0)
{
	const int lane = threadIdx.x & 31, g = lane >> 2;
	const float mean = P::MAX ? 1.0f : 1.0f / (P::TH * P::TW);
#pragma unroll
	for (int j = 0; j < NT; j++) {
		const int n = n0 + j * 8 + (lane & 3) * 2;
		float s[2] = {1, 1}, b[2] = {0, 0};
#pragma unroll
		for (int e = 0; e < 2; e++) {
			if (P::SCALE && n + e < P::O)
				s[e] = scale[n + e];
			if ((P::SCALE || P::SHIFT) && n + e < P::O)
				b[e] = shift[n + e];
		}
#pragma unroll
		for (int i = 0; i < MT; i += P::TH) {
			float v[4];
#pragma unroll
			for (int e = 0; e < 4; e++) {
				v[e] = conv_finish<P>(acc[i][j][e], s[e & 1], b[e & 1]);
				if (P::TH == 2)
					v[e] = conv_pool<P>(v[e], conv_finish<P>(acc[i + P::TH - 1][j][e],
					                                         s[e & 1], b[e & 1]));
#pragma unroll
				for (int q = 1; q < P::TW; q *= 2)
					v[e] = conv_pool<P>(v[e], __shfl_xor_sync(~0u, v[e], 4 * q));
				v[e] *= mean;
			}
			if (g % P::TW)
				continue;
			const int py = (oy + i) / P::TH;
			conv_put2<P>(y, py, (ox + g) / P::TW, n, v[0], v[1]);
			conv_put2<P>(y, py, (ox + g + 8) / P::TW, n, v[2], v[3]);
		}
	}
}

template <class P>
__device__ __forceinline__ void conv_mma(const typename P::In *x, const typename P::In *w,
                                         const float *scale, const float *shift,
                                         typename P::Out *y)
{
	typedef ConvMma<P> F;
	extern __shared__ __align__(1024) float4 shared[];
	const unsigned wts = shared_address(shared), halo = wts + F::STAGES * F::W_BYTES;
	const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
	const int row = warp % F::WR * F::MT, nw = warp / F::WR * F::NT * 8;
	const int y0 = blockIdx.x / F::TILES_W * P::ROWS, x0 = blockIdx.x % F::TILES_W * 16;
	const int n0 = blockIdx.y * P::BN;
	float acc[F::MT][F::NT][4] = {};

#pragma unroll
	for (int s = 0; s < F::STAGES - 1; s++)
		conv_mma_issue<P>(halo, wts, x, w, y0, x0, n0, s);
#pragma unroll 1
	for (int s = 0; s < F::STEPS; s++) {
		async_wait<F::STAGES - 2>();
		if constexpr (F::GROUPS)
			wgmma_shared();
		__syncthreads();
		const int slab = s / F::TAPS, tap = s % F::TAPS;
		const int pix = (row + tap / P::KW) * F::HC + (lane & 15) + tap % P::KW;
		const unsigned from = halo + slab % F::HALOS * F::HALO_BYTES;
		const unsigned weights = wts + s % F::STAGES * F::W_BYTES;
		if constexpr (F::GROUPS)
			conv_wgmma_start<P>(acc, from, pix, weights);
		conv_mma_issue<P>(halo, wts, x, w, y0, x0, n0, s + F::STAGES - 1);
		if constexpr (F::GROUPS)
			wgmma_wait();
		else
			conv_mma_step<P>(acc, from, pix, weights + nw * 128);
	}
	if constexpr (F::GROUPS)
#pragma unroll
		for (int i = 0; i < F::MT; i++)
			wgmma_sums<P::BN>(acc[i]);
	conv_mma_store<P>(acc, scale, shift, y, y0 + row, x0, n0 + nw);
}

/* ---- bf16, at most 8 channels --------------------------------------------------------------
 * As matrix products, too: a pixel is 16 bytes of shared memory, zeros behind the last channel, and
 * an instruction's depth is that of two taps. A warp computes 2 rows x 16 pixels x 64 channels, PASSES
 * times, with weights in registers. A CTA of 4 warps has 8 PASSES rows; w: [tap][O rounded up to 64][8]. */

template <class P> struct ConvFew {
	enum {
		TAPS = P::KH * P::KW,
		STEPS = (TAPS + 1) / 2,
		ROWS = 8 * P::PASSES,
		HR = ROWS + P::KH - 1,
		HC = 16 + P::KW - 1,
		OP = (P::O + 63) / 64 * 64,
		TILES_W = (P::OW + 15) / 16,
	};
};

/* Of 64 channels from w on. */
template <class P>
__device__ __forceinline__ void conv_few_weights(unsigned (*b)[8][2], const bf16 *w)
{
	typedef ConvFew<P> F;
	const int lane = threadIdx.x & 31;
	w += (lane >> 2) * 8 + (lane & 3) * 2;
#pragma unroll
	for (int s = 0; s < F::STEPS; s++)
#pragma unroll
		for (int j = 0; j < 8; j++)
#pragma unroll
			for (int half = 0; half < 2; half++) {
				const int tap = s * 2 + half;
				b[s][j][half] =
				    tap < F::TAPS ? *(const unsigned *)(w + (tap * F::OP + j * 8) * 8) : 0;
			}
}

template <class P>
__device__ __forceinline__ void conv_few(const typename P::In *x, const bf16 *w, const float *scale,
                                         const float *shift, typename P::Out *y)
{
	typedef ConvFew<P> F;
	extern __shared__ float4 shared[];
	const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
	const int y0 = blockIdx.x / F::TILES_W * F::ROWS, x0 = blockIdx.x % F::TILES_W * 16;
	const int n0 = blockIdx.y * 64;
	unsigned b[F::STEPS][8][2];
	conv_few_weights<P>(b, w + n0 * 8);
	for (int e = threadIdx.x; e < F::HR * F::HC; e += 128) {
		const int iy = y0 + e / F::HC - P::PH, ix = x0 + e % F::HC - P::PW;
		const bool valid = iy >= 0 && iy < P::H && ix >= 0 && ix < P::W;
		convert16<bf16>((char *)(shared + e), valid ? x + iy * P::XH + ix * P::XW : x, P::XC,
		                valid ? P::C : 0);
	}
	__syncthreads();
#pragma unroll 1
	for (int pass = 0; pass < P::PASSES; pass++) {
		const int row = (pass * 4 + warp) * 2;
		float acc[2][8][4] = {};
#pragma unroll
		for (int s = 0; s < F::STEPS; s++) {
			/* lanes 16 to 31 address the second tap; there is none behind the last */
			const int tap = s * 2 + (lane >> 4), t = tap < F::TAPS ? tap : F::TAPS - 1;
			const int pix = (row + t / P::KW) * F::HC + (lane & 15) + t % P::KW;
#pragma unroll
			for (int i = 0; i < 2; i++) {
				unsigned a[4];
				ldmatrix4(a, shared_address(shared) + (pix + i * F::HC) * 16);
				if (s * 2 + 1 >= F::TAPS)
					a[2] = a[3] = 0; /* infinity times its weights' 0 were NaN */
#pragma unroll
				for (int j = 0; j < 8; j++)
					mma(acc[i][j], a, b[s][j], bf16());
			}
		}
		conv_mma_store<P>(acc, scale, shift, y, y0 + row, x0, n0);
	}
}

/* ---- any stride, any pooling: one thread an output -------------------------------------------
 * w: [O][C][KH][KW] as it comes; SH SW strides; grid: (outputs / 256, 1, images). */

template <class P>
__device__ __forceinline__ float conv_point(const typename P::In *x, const float *w, int oy, int ox)
{
	float acc = 0;
	for (int c = 0; c < P::C; c++)
		for (int dy = 0; dy < P::KH; dy++)
			for (int dx = 0; dx < P::KW; dx++) {
				const int iy = oy * P::SH + dy - P::PH, ix = ox * P::SW + dx - P::PW;
				if (iy >= 0 && iy < P::H && ix >= 0 && ix < P::W)
					acc = fmaf(widen(x[iy * P::XH + ix * P::XW + c * P::XC]),
					           w[(c * P::KH + dy) * P::KW + dx], acc);
			}
	return acc;
}

template <class P>
__device__ __forceinline__ void conv_any(const typename P::In *x, const float *w,
                                         const float *scale, const float *shift,
                                         typename P::Out *y)
{
	const int QH = P::OH / P::TH, QW = P::OW / P::TW;
	const int i = blockIdx.x * blockDim.x + threadIdx.x;
	if (i >= QH * QW * P::O)
		return;
	const int n = i % P::O, px = i / P::O % QW, py = i / P::O / QW;
	const float s = P::SCALE ? scale[n] : 1.0f, b = P::SCALE || P::SHIFT ? shift[n] : 0.0f;
	float sum = P::MAX ? -infinite() : 0;
	for (int a = 0; a < P::TH; a++)
		for (int c = 0; c < P::TW; c++) {
			const float v = conv_point<P>(x, w + (size_t)n * P::C * P::KH * P::KW,
			                              py * P::TH + a, px * P::TW + c);
			sum = conv_pool<P>(sum, conv_finish<P>(v, s, b));
		}
	put(y + py * P::YH + px * P::YW + n * P::YC, P::MAX ? sum : sum / (P::TH * P::TW));
}

/* ---- packing of weights when they are loaded -------------------------------------------------
 * w: [O][C][TAPS] with strides WO, WC and WT. */

/* One thread an element of the packed weights. */
template <class P> __device__ __forceinline__ void conv_pack_fma(const float *w, float *p)
{
	const int i = blockIdx.x * blockDim.x + threadIdx.x;
	const int OP = round_up(P::O, P::BN);
	if (i >= round_up(P::C, 8) * P::TAPS * OP)
		return;
	const int n = i % OP, t = i / OP % P::TAPS, c = i / OP / P::TAPS;
	p[i] = n < P::O && c < P::C ? w[n * P::WO + c * P::WC + t * P::WT] : 0.0f;
}

__device__ __forceinline__ float put_operand(float *p, float v)
{
	return *p = __uint_as_float(round_tf32(__float_as_uint(v)));
}

__device__ __forceinline__ float put_operand(bf16 *p, float v)
{
	put(p, v);
	return widen(*p);
}

/* p: [slab of KC channels][tap][O rounded up to BN][KC]. One thread a window: what rounding takes from
 * one tap goes to the next, so that the sum of the taps is right. Neighbouring pixels are alike, and
 * an error of the sum shifts a channel everywhere: with each tap rounded by itself, the weights' share
 * of a deep network's error is twice that of the activations, whose errors differ from pixel to pixel. */
template <class P> __device__ __forceinline__ void conv_pack_mma(const float *w, typename P::In *p)
{
	const int i = blockIdx.x * blockDim.x + threadIdx.x;
	const int KC = P::KC, OP = round_up(P::O, P::BN);
	if (i >= round_up(P::C, KC) * OP)
		return;
	const int n = i / KC % OP, slab = i / KC / OP, c = slab * KC + i % KC;
	const bool given = n < P::O && c < P::C;
	float rest = 0;
	for (int t = 0; t < P::TAPS; t++) {
		const float v = given ? w[n * P::WO + c * P::WC + t * P::WT] + rest : 0.0f;
		rest = v - put_operand(p + ((slab * P::TAPS + t) * OP + n) * KC + i % KC, v);
		rest = rest == rest ? rest : 0.0f; /* of infinity and NaN */
	}
}
