/* conv_grad.cuh: gradients of 2-D convolution. That by the input at stride 1 is a convolution
 * with weights turned round, see conv.cuh.
 *
 * By the weights: dw[o, c, i, j] = sum over images, y, x of g[y, x, o] x[y + i - PH, x + j - PW, c].
 * A CTA takes BO x BC channels and all KH x KW taps. It walks down strips of SW columns of the
 * images, so that each row of x and g is brought to shared memory once for all taps: x's row meets
 * g's rows y, y - 1, ... of the taps i = 0, 1, ... A unit is one strip of one image, of ROWS rows of
 * which the last KH - 1 and what rounds them up to stages of RS are zeros; a part is EACH units.
 * P holds the constants:
 *   H W C, OH OW O   extents of x and g          KH KW PH PW    window, padding
 *   XB XH XW XC, GB GH GW GC   strides of x, g   UNITS EACH     units in all, of a part
 *   BO BC            tile                        XT GT In       types of x, g, operands
 *   XA GA            pixels of x, g can be copied in pieces of 16 bytes without a conversion
 * parts[part][instances][KH KW][O][C]: blockIdx.y counts parts, blockIdx.z instances. */
#pragma once
#include "common.cuh"

template <class P> struct ConvDw {
	enum {
		HALF = sizeof(typename P::In) == 2,
		TAPS = P::KH * P::KW,
		SW = HALF ? 16 : 8, /* as deep as a matrix instruction */
		XP = SW + P::KW - 1, /* pixels of x that a strip reads */
		RS = (3 + P::KH) / P::KH * P::KH,
		UNIT_STAGES = (P::OH + P::KH - 1 + RS - 1) / RS,
		STRIPS = (P::OW + SW - 1) / SW,
		VECTOR = 16 / sizeof(typename P::In),
		TILES_C = (P::C + P::BC - 1) / P::BC,
	};
};

/* Stage s of a part: its unit's image and strip, and the first of its rows. */
template <class P> struct ConvDwStage {
	int image, x0, row0;
	bool given;
	__device__ __forceinline__ ConvDwStage(int s)
	{
		typedef ConvDw<P> F;
		const int unit = blockIdx.y * P::EACH + s / F::UNIT_STAGES;
		image = unit / F::STRIPS;
		x0 = unit % F::STRIPS * F::SW;
		row0 = s % F::UNIT_STAGES * F::RS;
		given = s < F::UNIT_STAGES * P::EACH && unit < P::UNITS;
	}
};

/* ---- matrix instructions ---------------------------------------------------------------------
 * Warps stand KW x BO / 32 x BC / CW: each has 32 x CW channels of all taps in one column of the
 * window and keeps its fragments of the last KH rows of g in registers. Pixels of bf16 lie in rows
 * whose 16-byte pieces are exchanged so that ldmatrix at any pixel reads without bank conflicts;
 * those of float have 8 more elements for the same reason. */

template <class P> struct ConvDwMma : ConvDw<P> {
	typedef ConvDw<P> F;
	enum {
		CW = P::BC < 32 ? P::BC : 32,
		WO = P::BO / 32,
		WC = P::BC / CW,
		THREADS = 32 * P::KW * WO * WC,
		NT = CW / 8,
		STAGES = 3,
		X_BYTES = F::RS * F::XP * (F::HALF ? P::BC * 2 : (P::BC + 8) * 4),
		G_BYTES = F::RS * F::SW * (F::HALF ? P::BO * 2 : (P::BO + 8) * 4),
		SMEM = STAGES * (X_BYTES + G_BYTES),
		GROUPS = WGMMA && F::HALF && P::BO == 64 && P::BC == 64,
		AHEAD = GROUPS ? STAGES - 2 : STAGES - 1, /* stages that are fetched before they are used */
	};
};

/* Where stage s has its rows of g, before all of x, and those of x. */
template <class P> __device__ __forceinline__ char *conv_dw_g(char *shared, int s)
{
	typedef ConvDwMma<P> F;
	return shared + s % F::STAGES * F::G_BYTES;
}

template <class P> __device__ __forceinline__ char *conv_dw_x(char *shared, int s)
{
	typedef ConvDwMma<P> F;
	return shared + F::STAGES * F::G_BYTES + s % F::STAGES * F::X_BYTES;
}

/* Byte of channel c of a pixel, of CH channels. */
template <class T, int CH> __device__ __forceinline__ int conv_dw_at(int pixel, int c)
{
	if (sizeof(T) == 4)
		return (pixel * (CH + 8) + c) * 4;
	const int PIECES = CH / 8;
	return pixel * CH * 2 + (((c / 8) ^ (pixel / (8 / PIECES) % PIECES)) << 4) + c % 8 * 2;
}

/* PIXELS of CH channels from c0 of row y and column x0 on; zeros outside of h x w and `limit`. */
template <class P, class S, int CH, int PIXELS, int STEP, bool ASYNC>
__device__ __forceinline__ void conv_dw_fetch(char *to, const S *from, int y0, int x0, int c0, int h,
                                              int w, int limit, int sh, int sw)
{
	typedef ConvDwMma<P> F;
	typedef typename P::In T;
	const int PIECES = CH / F::VECTOR;
#pragma unroll 1
	for (int e = threadIdx.x; e < F::RS * PIXELS * PIECES; e += F::THREADS) {
		const int pixel = e / PIECES, c = e % PIECES * F::VECTOR;
		const int y = y0 + pixel / PIXELS, x = x0 + pixel % PIXELS;
		const bool valid = y >= 0 && y < h && x >= 0 && x < w && c0 + c < limit;
		const S *p = valid ? from + y * sh + x * sw + (c0 + c) * STEP : from;
		char *at = to + conv_dw_at<T, CH>(pixel, c);
		if (ASYNC)
			async16(shared_address(at), p, valid);
		else
			convert16<T>(at, p, STEP, valid ? limit - c0 - c : 0);
	}
}

template <class P>
__device__ __forceinline__ void conv_dw_issue(char *shared, const typename P::XT *x,
                                              const typename P::GT *g, int o0, int c0, int s)
{
	typedef ConvDwMma<P> F;
	const ConvDwStage<P> at(s);
	if (at.given) {
		conv_dw_fetch<P, typename P::XT, P::BC, F::XP, P::XC, P::XA>(
		    conv_dw_x<P>(shared, s), x + (long long)at.image * P::XB, at.row0 - P::PH,
		    at.x0 - P::PW, c0, P::H, P::W, P::C, P::XH, P::XW);
		conv_dw_fetch<P, typename P::GT, P::BO, F::SW, P::GC, P::GA>(
		    conv_dw_g<P>(shared, s), g + (long long)at.image * P::GB, at.row0, at.x0, o0, P::OH,
		    P::OW, P::O, P::GH, P::GW);
	}
	async_commit();
}

/* 16 channels from c of SW pixels from `pixel` on, as rows of A. */
template <int CH>
__device__ __forceinline__ void conv_dw_get_a(unsigned a[4], const char *row, int pixel, int c, bf16)
{
	const int lane = threadIdx.x & 31, p = pixel + (lane & 7) + (lane >> 4) * 8;
	ldmatrix4_turned(a, shared_address(row) + conv_dw_at<bf16, CH>(p, c + (lane >> 3 & 1) * 8));
}

/* The same as columns of two B. */
template <int CH>
__device__ __forceinline__ void conv_dw_get_b(unsigned *b, const char *row, int pixel, int c, bf16)
{
	const int lane = threadIdx.x & 31, p = pixel + (lane & 15);
	ldmatrix4_turned(b, shared_address(row) + conv_dw_at<bf16, CH>(p, c + (lane >> 4) * 8));
}

template <int CH>
__device__ __forceinline__ void conv_dw_get_a(unsigned a[4], const char *row, int pixel, int c,
                                              float)
{
	const int lane = threadIdx.x & 31;
	const unsigned *p =
	    (const unsigned *)(row + conv_dw_at<float, CH>(pixel + (lane & 3), c + (lane >> 2)));
	a[0] = p[0];
	a[1] = p[8];
	a[2] = p[4 * (CH + 8)];
	a[3] = p[4 * (CH + 8) + 8];
	round_operand(a, 4, 0.0f);
}

template <int CH>
__device__ __forceinline__ void conv_dw_get_b(unsigned *b, const char *row, int pixel, int c, float)
{
	const int lane = threadIdx.x & 31;
	const unsigned *p =
	    (const unsigned *)(row + conv_dw_at<float, CH>(pixel + (lane & 3), c + (lane >> 2)));
	b[0] = p[0];
	b[1] = p[4 * (CH + 8)];
	b[2] = p[8];
	b[3] = p[4 * (CH + 8) + 8];
	round_operand(b, 4, 0.0f);
}

/* One stage; column: the tap's; o, c: the warp's first channels. rows: fragments of the last KH rows
 * of g, that of row r at r % KH. */
template <class P>
__device__ __forceinline__ void conv_dw_stage(float (*acc)[2][ConvDwMma<P>::NT][4],
                                              unsigned (*rows)[2][4], const char *xs,
                                              const char *gs, int column, int o, int c)
{
	typedef ConvDwMma<P> F;
	typedef typename P::In T;
#pragma unroll
	for (int r = 0; r < F::RS; r++) {
		unsigned b[F::NT][2];
#pragma unroll
		for (int i = 0; i < 2; i++)
			conv_dw_get_a<P::BO>(rows[r % P::KH][i], gs, r * F::SW, o + i * 16, T());
#pragma unroll
		for (int j = 0; j < F::NT; j += 2)
			conv_dw_get_b<P::BC>(b[j], xs, r * F::XP + column, c + j * 8, T());
#pragma unroll
		for (int t = 0; t < P::KH; t++)
#pragma unroll
			for (int i = 0; i < 2; i++)
#pragma unroll
				for (int j = 0; j < F::NT; j++)
					mma(acc[t][i][j], rows[(r + P::KH - t) % P::KH][i], b[j], T());
	}
}

template <class P>
__device__ __forceinline__ void conv_dw_put2(float *y, int o, int c, float a, float b)
{
	if (o >= P::O || c >= P::C)
		return;
	float *p = y + (size_t)o * P::C + c;
	if (P::C % 2 == 0) {
		put2(p, a, b);
		return;
	}
	p[0] = a;
	if (c + 1 < P::C)
		p[1] = b;
}

template <class P>
__device__ __forceinline__ void conv_dw_warps(char *shared, const typename P::XT *x,
                                              const typename P::GT *g, int o0, int c0, int stages,
                                              float *parts)
{
	typedef ConvDwMma<P> F;
	const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
	const int column = warp / (F::WO * F::WC), o = warp % F::WO * 32;
	const int c = warp / F::WO % F::WC * F::CW;
	float acc[P::KH][2][F::NT][4] = {};
	unsigned rows[P::KH][2][4] = {};
#pragma unroll 1
	for (int s = 0; s < stages; s++) {
		async_wait<F::AHEAD - 1>();
		__syncthreads();
		conv_dw_issue<P>(shared, x, g, o0, c0, s + F::AHEAD);
		conv_dw_stage<P>(acc, rows, conv_dw_x<P>(shared, s), conv_dw_g<P>(shared, s), column, o, c);
	}
#pragma unroll
	for (int t = 0; t < P::KH; t++) {
		float *y = parts + (size_t)(t * P::KW + column) * P::O * P::C;
#pragma unroll
		for (int i = 0; i < 2; i++)
#pragma unroll
			for (int j = 0; j < F::NT; j++) {
				const int to_o = o0 + o + i * 16 + (lane >> 2);
				const int to_c = c0 + c + j * 8 + (lane & 3) * 2;
				conv_dw_put2<P>(y, to_o, to_c, acc[t][i][j][0], acc[t][i][j][1]);
				conv_dw_put2<P>(y, to_o + 8, to_c, acc[t][i][j][2], acc[t][i][j][3]);
			}
	}
}

/* A warpgroup for each column of the window, its warps 16 channels of x each, turned in registers. The
 * rows of g stay in shared memory, from where wgmma reads them; those of the last stage's end, too. */

/* Starts stage s. */
template <class P>
__device__ __forceinline__ void conv_dw_groups_start(float (*acc)[8][4], char *shared, int s,
                                                     int column, int c)
{
	typedef ConvDwMma<P> F;
	const char *xs = conv_dw_x<P>(shared, s);
	const unsigned now = shared_address(conv_dw_g<P>(shared, s));
	const unsigned last = shared_address(conv_dw_g<P>(shared, s + F::STAGES - 1));
	unsigned a[F::RS][4];
#pragma unroll
	for (int r = 0; r < F::RS; r++)
		conv_dw_get_a<P::BC>(a[r], xs, r * F::XP + column, c, bf16());
	wgmma_begin();
#pragma unroll
	for (int r = 0; r < F::RS; r++)
#pragma unroll
		for (int t = 0; t < P::KH; t++)
			wgmma<64, 1>(acc[t], a[r],
			             wgmma_rows((r < t ? last + F::G_BYTES : now) + (r - t) * F::SW * 128));
	wgmma_commit();
}

template <class P>
__device__ __forceinline__ void conv_dw_groups(char *shared, const typename P::XT *x,
                                               const typename P::GT *g, int o0, int c0, int stages,
                                               float *parts)
{
	typedef ConvDwMma<P> F;
	const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
	const int column = warp / 4, c = warp % 4 * 16;
	float acc[P::KH][8][4] = {};
	/* before the first stage there are zeros */
	for (int e = threadIdx.x; e < F::G_BYTES / 16; e += F::THREADS)
		((float4 *)conv_dw_g<P>(shared, F::STAGES - 1))[e] = make_float4(0, 0, 0, 0);
#pragma unroll 1
	for (int s = 0; s < stages; s++) {
		async_wait<F::AHEAD - 1>();
		wgmma_shared();
		__syncthreads();
		conv_dw_groups_start<P>(acc, shared, s, column, c);
		conv_dw_issue<P>(shared, x, g, o0, c0, s + F::AHEAD);
		wgmma_wait();
	}
#pragma unroll
	for (int t = 0; t < P::KH; t++) {
		float *y = parts + (size_t)(t * P::KW + column) * P::O * P::C;
		wgmma_sums<64>(acc[t]);
#pragma unroll
		for (int j = 0; j < 8; j++)
#pragma unroll
			for (int i = 0; i < 4; i++) {
				const int to_o = o0 + j * 8 + (lane & 3) * 2 + i % 2;
				const int to_c = c0 + c + (lane >> 2) + i / 2 * 8;
				if (to_o < P::O && to_c < P::C)
					y[(size_t)to_o * P::C + to_c] = acc[t][j][i];
			}
	}
}

template <class P>
__device__ __forceinline__ void conv_dw_mma(const typename P::XT *x, const typename P::GT *g,
                                            float *parts)
{
	typedef ConvDwMma<P> F;
	extern __shared__ __align__(1024) float4 shared4[];
	char *shared = (char *)shared4;
	const int o0 = blockIdx.x / F::TILES_C * P::BO, c0 = blockIdx.x % F::TILES_C * P::BC;
	const int left = P::UNITS - blockIdx.y * P::EACH;
	const int stages = (left < P::EACH ? left : P::EACH) * F::UNIT_STAGES;
	parts += ((size_t)blockIdx.y * gridDim.z + blockIdx.z) * F::TAPS * P::O * P::C;
#pragma unroll
	for (int s = 0; s < F::AHEAD; s++)
		conv_dw_issue<P>(shared, x, g, o0, c0, s);
	if constexpr (F::GROUPS)
		conv_dw_groups<P>(shared, x, g, o0, c0, stages, parts);
	else
		conv_dw_warps<P>(shared, x, g, o0, c0, stages, parts);
	async_wait<0>();
}

/* ---- strict float32, any strides -----------------------------------------------------------------
 * Tiles of 64 x 64 channels; KH groups of 128 threads, one for each row of the window. A thread has
 * 8 x 4 channels of the row's taps and slides along the strip with KW pixels of x in registers. A
 * stage holds RS rows of g and those of x that meet them; two stages. */

template <class P> struct ConvDwFma : ConvDw<P> {
	typedef ConvDw<P> F;
	enum {
		THREADS = 128 * P::KH,
		X_ROWS = F::RS + P::KH - 1,
		X_FLOATS = X_ROWS * F::XP * 64,
		G_FLOATS = F::RS * F::SW * 64,
		STAGE = X_FLOATS + G_FLOATS,
		SMEM = 2 * STAGE * 4,
		UNIT_STAGES = (P::OH + F::RS - 1) / F::RS,
	};
};

template <int ROWS, int PIXELS, int STEP, int THREADS, class S>
__device__ __forceinline__ void conv_dw_fma_fetch(float *to, const S *from, int y0, int x0, int c0,
                                                  int h, int w, int limit, int sh, int sw)
{
	for (int e = threadIdx.x; e < ROWS * PIXELS * 64; e += THREADS) {
		const int pixel = e / 64, c = c0 + e % 64;
		const int y = y0 + pixel / PIXELS, x = x0 + pixel % PIXELS;
		const bool valid = y >= 0 && y < h && x >= 0 && x < w && c < limit;
		if (sizeof(S) == 4)
			async4(shared_address(to + e), valid ? from + y * sh + x * sw + c * STEP : from, valid);
		else
			to[e] = valid ? widen(from[y * sh + x * sw + c * STEP]) : 0.0f;
	}
}

template <class P>
__device__ __forceinline__ void conv_dw_fma_issue(float *shared, const typename P::XT *x,
                                                  const typename P::GT *g, int o0, int c0, int s)
{
	typedef ConvDwFma<P> F;
	const int unit = blockIdx.y * P::EACH + s / F::UNIT_STAGES, image = unit / F::STRIPS;
	const int x0 = unit % F::STRIPS * F::SW, y0 = s % F::UNIT_STAGES * F::RS;
	if (s < F::UNIT_STAGES * P::EACH && unit < P::UNITS) {
		float *stage = shared + s % 2 * F::STAGE;
		conv_dw_fma_fetch<F::X_ROWS, F::XP, P::XC, F::THREADS>(
		    stage, x + (long long)image * P::XB, y0 - P::PH, x0 - P::PW, c0, P::H, P::W, P::C,
		    P::XH, P::XW);
		conv_dw_fma_fetch<F::RS, F::SW, P::GC, F::THREADS>(
		    stage + F::X_FLOATS, g + (long long)image * P::GB, y0, x0, o0, P::OH, P::OW, P::O,
		    P::GH, P::GW);
	}
	async_commit();
}

/* xs, gs: the thread's first channels at the first pixels of a row of x and of g. */
template <class P>
__device__ __forceinline__ void conv_dw_fma_row(float (*acc)[8][4], const float *xs,
                                                const float *gs)
{
	typedef ConvDwFma<P> F;
	float4 window[P::KW];
#pragma unroll
	for (int j = 0; j + 1 < P::KW; j++)
		window[j + 1] = *(const float4 *)(xs + j * 64);
#pragma unroll
	for (int p = 0; p < F::SW; p++) {
		float g[8];
		*(float4 *)g = *(const float4 *)(gs + p * 64);
		*(float4 *)(g + 4) = *(const float4 *)(gs + p * 64 + 4);
#pragma unroll
		for (int j = 0; j + 1 < P::KW; j++)
			window[j] = window[j + 1];
		window[P::KW - 1] = *(const float4 *)(xs + (p + P::KW - 1) * 64);
#pragma unroll
		for (int j = 0; j < P::KW; j++)
#pragma unroll
			for (int i = 0; i < 8; i++) {
				acc[j][i][0] = fmaf(g[i], window[j].x, acc[j][i][0]);
				acc[j][i][1] = fmaf(g[i], window[j].y, acc[j][i][1]);
				acc[j][i][2] = fmaf(g[i], window[j].z, acc[j][i][2]);
				acc[j][i][3] = fmaf(g[i], window[j].w, acc[j][i][3]);
			}
	}
}

template <class P>
__device__ __forceinline__ void conv_dw_fma(const typename P::XT *x, const typename P::GT *g,
                                            float *parts)
{
	typedef ConvDwFma<P> F;
	extern __shared__ float4 shared4[];
	float *shared = (float *)shared4;
	const int o0 = blockIdx.x / F::TILES_C * 64, c0 = blockIdx.x % F::TILES_C * 64;
	const int line = threadIdx.x / 128, o = threadIdx.x % 128 / 16 * 8, c = threadIdx.x % 16 * 4;
	const int left = P::UNITS - blockIdx.y * P::EACH;
	const int stages = (left < P::EACH ? left : P::EACH) * F::UNIT_STAGES;
	float acc[P::KW][8][4] = {};
	conv_dw_fma_issue<P>(shared, x, g, o0, c0, 0);
#pragma unroll 1
	for (int s = 0; s < stages; s++) {
		async_wait<0>();
		__syncthreads();
		conv_dw_fma_issue<P>(shared, x, g, o0, c0, s + 1);
		const float *xs = shared + s % 2 * F::STAGE + line * F::XP * 64 + c;
		const float *gs = shared + s % 2 * F::STAGE + F::X_FLOATS + o;
#pragma unroll 1
		for (int r = 0; r < F::RS; r++)
			conv_dw_fma_row<P>(acc, xs + r * F::XP * 64, gs + r * F::SW * 64);
	}
	parts += ((size_t)blockIdx.y * gridDim.z + blockIdx.z) * F::TAPS * P::O * P::C;
	parts += ((size_t)line * P::KW * P::O + o0 + o) * P::C + c0 + c;
#pragma unroll
	for (int i = 0; i < 8; i++) {
		if (o0 + o + i >= P::O)
			break;
#pragma unroll
		for (int j = 0; j < P::KW; j++)
#pragma unroll
			for (int k = 0; k < 4; k++)
				if (c0 + c + k < P::C)
					parts[(j * P::O + i) * P::C + k] = acc[j][i][k];
	}
}

/* The sum of PARTS in order, [KH KW][O][C], to dw[O][C][KH KW]. P: PARTS, STRIDE floats from part
 * to part, O C TAPS. One thread an element; grid: (elements / 256, 1, instances). */
template <class P> __device__ __forceinline__ void conv_dw_finish(const float *parts, float *dw)
{
	const unsigned i = blockIdx.x * 256u + threadIdx.x;
	if (i >= P::TAPS * P::O * P::C)
		return;
	LongSum sum;
#pragma unroll 4
	for (unsigned p = 0; p < P::PARTS; p++)
		sum.add(parts[i + (size_t)p * P::STRIDE]);
	const unsigned oc = i % (P::O * P::C), tap = i / (P::O * P::C);
	dw[(size_t)oc * P::TAPS + tap] = sum.value();
}

/* ---- any stride, any window --------------------------------------------------------------------
 * P also: STEP_H STEP_W, strides of the convolution; BATCH. */

/* One CTA of 128 for each pair of channels: blockIdx.x is c, blockIdx.y is o. */
template <class P>
__device__ __forceinline__ void conv_dw_any(const typename P::XT *x, const typename P::GT *g,
                                            float *dw)
{
	__shared__ float sums[4];
	const int c = blockIdx.x, o = blockIdx.y, TAPS = P::KH * P::KW;
	for (int t = 0; t < TAPS; t++) {
		float sum = 0;
		for (int i = threadIdx.x; i < P::BATCH * P::OH * P::OW; i += 128) {
			const int ox = i % P::OW, oy = i / P::OW % P::OH, b = i / P::OW / P::OH;
			const int iy = oy * P::STEP_H + t / P::KW - P::PH, ix = ox * P::STEP_W + t % P::KW - P::PW;
			if (iy >= 0 && iy < P::H && ix >= 0 && ix < P::W)
				sum = fmaf(widen(x[(long long)b * P::XB + iy * P::XH + ix * P::XW + c * P::XC]),
				           widen(g[(long long)b * P::GB + oy * P::GH + ox * P::GW + o * P::GC]),
				           sum);
		}
		sum = warp_sum(sum);
		__syncthreads();
		if ((threadIdx.x & 31) == 0)
			sums[threadIdx.x >> 5] = sum;
		__syncthreads();
		if (threadIdx.x == 0)
			dw[(o * P::C + c) * TAPS + t] = sums[0] + sums[1] + sums[2] + sums[3];
	}
}

/* By the input: one thread an element of dx; w[O][C][KH][KW]. P's x and g as above, of one image;
 * grid: (elements / 256, 1, images). */
template <class P>
__device__ __forceinline__ void conv_dx_any(const typename P::GT *g, const float *w,
                                            typename P::Out *dx)
{
	const int i = blockIdx.x * blockDim.x + threadIdx.x;
	if (i >= P::H * P::W * P::C)
		return;
	const int c = i % P::C, ix = i / P::C % P::W, iy = i / P::C / P::W;
	float sum = 0;
	for (int t = 0; t < P::KH * P::KW; t++) {
		const int y = iy + P::PH - t / P::KW, x = ix + P::PW - t % P::KW;
		if (y < 0 || x < 0 || y % P::STEP_H || x % P::STEP_W || y / P::STEP_H >= P::OH || x / P::STEP_W >= P::OW)
			continue;
		const typename P::GT *from = g + y / P::STEP_H * P::GH + x / P::STEP_W * P::GW;
		for (int o = 0; o < P::O; o++)
			sum = fmaf(widen(from[o * P::GC]), w[(o * P::C + c) * P::KH * P::KW + t], sum);
	}
	put(dx + iy * P::XH + ix * P::XW + c * P::XC, sum);
}
