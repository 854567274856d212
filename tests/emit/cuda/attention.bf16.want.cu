// ---- map

/* %state = const {shape=[2] value=[0,-1]} : f32[2] @load:3840 */
struct k002 {
	enum { COUNT = 2 };
	static __device__ __forceinline__ float value(unsigned i)
	{
		static const float v[] = {
			K(0), K(-1),
		};
		return (v[i % 2u]);
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k002_const(const Mem m)
{
	const unsigned i = blockIdx.x * 256u + threadIdx.x;
	if (i < k002::COUNT)
		((float *)(m.load + 3840))[i] = k002::value(i);
}
// ---- pack

/* %table = sinusoid {positions=5 features=192} : f32[5,192] @load:0 */
struct k001 {
	enum { ROWS = 5, COLS = 192 };
	static __device__ __forceinline__ double base()
	{
		return 10000;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k001_sinusoid(const Mem m)
{
	sinusoid<k001>(((float *)(m.load + 0)));
}
// ---- attention

/* %a = attention "block" %qs, %ks, %vs, %state, %r, %u, %w {scale=0.5} : f32[2,5,3,64] @arena:0 */
struct k003 {
	enum { B = 2, NQ = 5, NK = 5, H = 3, D = 64, E = 64, ROWS = 16, KEYS = 16, QB = 960, QR = 192 };
	enum { QH = 64, QC = 1, QV = 1, KB = 960, KR = 192, KH = 64, KC = 1, KV = 1, VB = 960 };
	enum { VR = 192, VH = 64, VC = 1, VV = 1, RR = 192, RH = 64, RC = 1, RV = 1, RELATIVE = 1 };
	enum { LSE = 0, DRAWS = 0, LIMIT = 0, STRICT = 0 };
	typedef bf16 T;
	typedef float Q;
	typedef float K;
	typedef float V;
	typedef float R;
	typedef float G;
	typedef float Out;
	static __device__ __forceinline__ float scale()
	{
		return (float)0.5;
	}
	static __device__ __forceinline__ float keep()
	{
		return (float)1;
	}
};

extern "C" __global__ void __launch_bounds__(32, 1) k003_block(const Mem m)
{
	const unsigned z = blockIdx.z / 2u;
	const AttnIn<k003> in = {((const float *)(m.in + 0)) + (size_t)(0u),
		((const float *)(m.in + 7680)) + (size_t)(0u),
		((const float *)(m.in + 15360)) + (size_t)(0u),
		((const float *)(m.load + 0)) + (size_t)(0u),
		((const float *)(m.params + 0)) + (size_t)(0u), ((const float *)(m.params + 768)) + (size_t)(0u),
		((const float *)(m.load + 3840)) + (size_t)(0u), 0u};
	attention<k003>(in, ((float *)(m.arena + 0)) + (size_t)(0u),
		nullptr, blockIdx.z % 2u);
}
// load k001_sinusoid: 4,1,1 blocks of 256 threads, 0 bytes shared
// load k002_const: 1,1,1 blocks of 256 threads, 0 bytes shared
// run  k003_block: 1,3,2 blocks of 32 threads, 16272 bytes shared
// weights 1536 bytes, load-time values 4096, arena 7680
