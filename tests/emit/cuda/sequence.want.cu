// ---- map

/* %Ae = exp %Al : f32[2,32,4] @load:0 */
struct k003 {
	enum { COUNT = 64 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k003_exp(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k003::COUNT)
		return;
	const unsigned i = t * 4u;
	float x0[4];
	map_get<4, 1>(x0, ((const float *)(m.params + 19712)) + (i));
	float y0[4];
#pragma unroll
	for (int e = 0; e < 4; e++) {
		{
			const float a = x0[e];
			y0[e] = exp(a);
		}
	}
	map_put<4>(((float *)(m.load + 0)) + (i), y0);
}

/* %A = neg %Ae : f32[2,32,4] @load:1024 */
struct k004 {
	enum { COUNT = 64 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k004_neg(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k004::COUNT)
		return;
	const unsigned i = t * 4u;
	float x0[4];
	map_get<4, 1>(x0, ((const float *)(m.load + 0)) + (i));
	float y0[4];
#pragma unroll
	for (int e = 0; e < 4; e++) {
		{
			const float a = x0[e];
			y0[e] = -a;
		}
	}
	map_put<4>(((float *)(m.load + 1024)) + (i), y0);
}
// ---- reduce

/* %y = sum "y" %g {axes=[0,1]} : f32[20,32] @arena:0 */
struct k006 {
	enum { ROWS = 640, COLS = 2, COUNT = 2, PARTS = 1, EACH = 2, PRODUCT = 0 };
	typedef float In;
	typedef float Out;
	static __device__ __forceinline__ unsigned row(unsigned i)
	{
		return i;
	}
	static __device__ __forceinline__ unsigned col(unsigned i)
	{
		return i * 640u;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k006_y(const Mem m)
{
	reduce_short<k006, Sum>(((const float *)(m.arena + 16640)), ((float *)(m.arena + 0)));
}
// ---- scan

/* %g = scan_gate "scan" %u, %dt, %A, %B, %C, %D, %z {softplus=1 reverse=[0,1] group=2} :
 * f32[2,1,20,32] @arena:16640  !seq.json:12:3 */
struct k005 {
	enum { L = 20, E = 32, N = 4, TC = 20, UR = 32, DR = 40, BR = 40, CR = 40, ZR = 32, YR = 32 };
	enum { UC = 1, DC = 1, BC = 1, CC = 1, ZC = 1, GATE = 1, SOFTPLUS = 1, ASYNC = 1 };
	typedef float U;
	typedef float Z;
	typedef float Out;
};

extern "C" __global__ void __launch_bounds__(128, 1) k005_scan(const Mem m)
{
	const unsigned z = blockIdx.z;
	scan<k005>({((const float *)(m.arena + 6400)) + (size_t)(z * 640u),
		((const float *)(m.arena + 0)) + (size_t)(z * 800u),
		((const float *)(m.load + 1024)) + (size_t)(z * 128u),
		((const float *)(m.arena + 128)) + (size_t)(z * 800u),
		((const float *)(m.arena + 144)) + (size_t)(z * 800u),
		((const float *)(m.params + 20736)) + (size_t)(z * 32u),
		((const float *)(m.arena + 11520)) + (size_t)(z * 640u),
		},
		((float *)(m.arena + 16640)) + (size_t)(z * 640u), "01"[z / 1u] == '1');
}
// ---- product

/* %u, %z = inproj_conv_silu "in_proj" %x, %w, %cw, %cb {pad=[3,0] reverse=[0,1] group=2} :
 * f32[2,1,20,32] @arena:6400, f32[2,1,20,32] @arena:11520  !seq.json:7:3 */
struct k001 {
	enum { M = 20, N = 64, K = 16, XR = 16, WR = 16, YR = 32, BIAS = 0 };
	typedef float Out;
	enum { XK = 1, WK = 1 };
	typedef float XT;
	typedef float WT;
	enum { L = 20, E = 32, TAPS = 4, PAD = 3, ZR = 32 };
	typedef float OutZ;
};

extern "C" __global__ void __launch_bounds__(128, 1) k001_in_proj(const Mem m)
{
	const unsigned z = blockIdx.z;
	inproj_any<k001>(((const float *)(m.in + 0)) + (size_t)(0u),
		((const float *)(m.params + 0)) + (size_t)(z * 1024u),
		((const float *)(m.params + 8192)) + (z * 128u), ((const float *)(m.params + 9216)) + (z * 32u),
		((float *)(m.arena + 6400)) + (size_t)(z * 640u),
		((float *)(m.arena + 11520)) + (size_t)(z * 640u), "01"[z / 1u] == '1');
}

/* %p = linear "x_proj" %u, %xw {group=2} : f32[2,1,20,40] @arena:0 */
struct k002 {
	enum { M = 20, N = 40, K = 32, XR = 32, WR = 32, YR = 40, BIAS = 0 };
	typedef float Out;
	typedef float In;
	enum { BM = 16, BN = 32, WM = 1, WN = 1, WK = 4 };
};

extern "C" __global__ void __launch_bounds__(128, 1) k002_x_proj(const Mem m)
{
	const unsigned z = blockIdx.z;
	product_fma<k002>(((const float *)(m.arena + 6400)) + (size_t)(z * 640u),
		((const float *)(m.params + 9472)) + (size_t)(z * 1280u),
		nullptr,
		((float *)(m.arena + 0)) + (size_t)(z * 800u));
}
// run  k001_in_proj: 1,20,2 blocks of 128 threads, 0 bytes shared
// run  k002_x_proj: 2,2,2 blocks of 128 threads, 20736 bytes shared
// load k003_exp: 1,1,1 blocks of 256 threads, 0 bytes shared
// load k004_neg: 1,1,1 blocks of 256 threads, 0 bytes shared
// run  k005_scan: 1,1,2 blocks of 128 threads, 8320 bytes shared
// run  k006_y: 3,1,1 blocks of 256 threads, 0 bytes shared
// weights 20992 bytes, load-time values 2048, arena 21760
