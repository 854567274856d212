// ---- map

/* %m = map "gate" %n, %x {f="t0 = silu(x0); y0 = mul(t0, x1)"} : f32[2,6,20] @arena:960
 * !pointwise.json:5:3 */
struct k002 {
	enum { COUNT = 60 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k002_gate(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k002::COUNT)
		return;
	const unsigned i = t * 4u;
	float x0[4];
	map_get<4, 1>(x0, ((const float *)(m.arena + 0)) + (i));
	float x1[4];
	map_get<4, 1>(x1, ((const float *)(m.in + 0)) + (i));
	float y0[4];
#pragma unroll
	for (int e = 0; e < 4; e++) {
		float t0;
		{
			const float a = x0[e];
			t0 = a / (K(1) + exp(-a));
		}
		{
			const float a = t0;
			const float b = x1[e];
			y0[e] = a * b;
		}
	}
	map_put<4>(((float *)(m.arena + 960)) + (i), y0);
}

/* %y = mul %l, %l : f32[2,12,6] @arena:960 */
struct k004 {
	enum { COUNT = 144 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k004_mul(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k004::COUNT)
		return;
	const unsigned i = t;
	float x0[1];
	map_get<1, 0>(x0, ((const float *)(m.arena + 16)) + (i / 72u * 120u + i / 6u % 12u + i % 6u * 20u));
	float x1[1];
	map_get<1, 0>(x1, ((const float *)(m.arena + 16)) + (i / 72u * 120u + i / 6u % 12u + i % 6u * 20u));
	float y0[1];
#pragma unroll
	for (int e = 0; e < 1; e++) {
		{
			const float a = x0[e];
			const float b = x1[e];
			y0[e] = a * b;
		}
	}
	map_put<1>(((float *)(m.arena + 960)) + (i / 72u * 72u + i / 6u % 12u * 6u + i % 6u), y0);
}
// ---- reduce

/* %p = softmax "attention" %m : f32[2,6,20] @arena:0  !pointwise.json:6:3 */
struct k003 {
	enum { ROWS = 12, COLS = 20, OUT_COL = 1 };
	typedef float In;
	typedef float Out;
	static __device__ __forceinline__ unsigned row(unsigned i)
	{
		return i * 20u;
	}
	static __device__ __forceinline__ unsigned col(unsigned i)
	{
		return i;
	}
	static __device__ __forceinline__ unsigned out(unsigned i)
	{
		return i * 20u;
	}
};

extern "C" __global__ void __launch_bounds__(128, 1) k003_attention(const Mem m)
{
	softmax<k003>(((const float *)(m.arena + 960)), ((float *)(m.arena + 0)));
}
// ---- norm

/* %n = rms_norm "norm" %x, %s : f32[2,6,20] @arena:0  !pointwise.json:4:3 */
struct k001 {
	enum { ROWS = 12, COLS = 20, XC = 1 };
	typedef float In;
	typedef float Out;
	static __device__ __forceinline__ unsigned row(unsigned i)
	{
		return i * 20u;
	}
	static __device__ __forceinline__ unsigned wrow(unsigned i)
	{
		return 0u;
	}
	static __device__ __forceinline__ float eps()
	{
		return (float)1e-05;
	}
};

extern "C" __global__ void __launch_bounds__(128, 1) k001_norm(const Mem m)
{
	rms_norm<k001>(((const float *)(m.in + 0)), ((const float *)(m.params + 0)), ((float *)(m.arena + 0)));
}
// run  k001_norm: 3,1,1 blocks of 128 threads, 0 bytes shared
// run  k002_gate: 1,1,1 blocks of 256 threads, 0 bytes shared
// run  k003_attention: 3,1,1 blocks of 128 threads, 0 bytes shared
// run  k004_mul: 1,1,1 blocks of 256 threads, 0 bytes shared
// weights 256 bytes, load-time values 0, arena 1920
