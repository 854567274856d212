// ---- reduce

/* %m = mean "mean" %y2 {axes=[1]} : f32[1,8,32] @arena:5120 */
struct k005 {
	enum { ROWS = 256, COLS = 5, COUNT = 5, PARTS = 1, EACH = 5, PRODUCT = 0 };
	typedef float In;
	typedef float Out;
	static __device__ __forceinline__ unsigned row(unsigned i)
	{
		return i;
	}
	static __device__ __forceinline__ unsigned col(unsigned i)
	{
		return i * 256u;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k005_mean(const Mem m)
{
	reduce_short<k005, Mean>(((const float *)(m.arena + 0)), ((float *)(m.arena + 5120)));
}
// ---- conv

/* %y1 = conv2d_act "conv1" %x, %w1, %s1, %b1 {pad=[1,1] channels_last=1 act=relu pool=[2,2]} :
 * f32[1,5,8,32] @arena:5120:bf16  !conv.json:9:5+7 */
struct k001 {
	enum { C = 3, O = 32, TAPS = 9, BN = 64, WO = 27, WC = 9, WT = 1 };
	typedef float In;
};

extern "C" __global__ void __launch_bounds__(256, 1) k001_conv1(const Mem m)
{
	conv_pack_fma<k001>(((const float *)(m.params + 0)) + 0u + blockIdx.z * 0ll,
		(float *)(m.load + 0) + blockIdx.z * 4608ll);
}

/* %y2 = conv2d "conv2" %y1, %w2, %b2 {pad=[1,1] channels_last=1} : f32[1,5,8,32] @arena:0
 * !conv.json:10:5+7 */
struct k002 {
	enum { C = 32, O = 32, TAPS = 9, BN = 64, KC = 64, WO = 288, WC = 9, WT = 1 };
	typedef bf16 In;
};

extern "C" __global__ void __launch_bounds__(256, 1) k002_conv2(const Mem m)
{
	conv_pack_mma<k002>(((const float *)(m.params + 3712)) + 0u + blockIdx.z * 0ll,
		(bf16 *)(m.load + 18432) + blockIdx.z * 36864ll);
}

/* %y1 = conv2d_act "conv1" %x, %w1, %s1, %b1 {pad=[1,1] channels_last=1 act=relu pool=[2,2]} :
 * f32[1,5,8,32] @arena:5120:bf16  !conv.json:9:5+7 */
struct k003 {
	enum { H = 10, W = 16, C = 3, OH = 10, OW = 16, O = 32, KH = 3, KW = 3, PH = 1, PW = 1 };
	enum { TH = 2, TW = 2, XH = 48, XW = 3, XC = 1, YH = 256, YW = 32, YC = 1, SCALE = 1, SHIFT = 0 };
	enum { RELU = 1, MAX = 0, VECTOR = 0 };
	typedef float In;
	typedef bf16 Out;
	enum { ROWS = 16, BN = 64 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k003_conv1(const Mem m)
{
	conv_fma<k003>(((const float *)(m.in + 0)),
		((const float *)(m.load + 0)),
		((const float *)(m.params + 3456)),
		((const float *)(m.params + 3584)),
		((bf16 *)(m.arena + 5120)));
}

/* %y2 = conv2d "conv2" %y1, %w2, %b2 {pad=[1,1] channels_last=1} : f32[1,5,8,32] @arena:0
 * !conv.json:10:5+7 */
struct k004 {
	enum { H = 5, W = 8, C = 32, OH = 5, OW = 8, O = 32, KH = 3, KW = 3, PH = 1, PW = 1, TH = 1 };
	enum { TW = 1, XH = 256, XW = 32, XC = 1, YH = 256, YW = 32, YC = 1, SCALE = 0, SHIFT = 1 };
	enum { RELU = 0, MAX = 0, VECTOR = 1 };
	typedef bf16 In;
	typedef float Out;
	enum { ROWS = 4, BN = 64, WR = 2, WN = 2, STAGES = 4 };
};

extern "C" __global__ void __launch_bounds__(128, 2) k004_conv2(const Mem m)
{
	conv_mma<k004>(((const bf16 *)(m.arena + 5120)),
		((const bf16 *)(m.load + 18432)),
		nullptr,
		((const float *)(m.params + 40576)),
		((float *)(m.arena + 0)));
}
// load k001_conv1: 18,1,1 blocks of 256 threads, 0 bytes shared
// load k002_conv2: 16,1,1 blocks of 256 threads, 0 bytes shared
// run  k003_conv1: 1,1,1 blocks of 256 threads, 60160 bytes shared
// run  k004_conv2: 2,1,1 blocks of 128 threads, 46592 bytes shared
// run  k005_mean: 1,1,1 blocks of 256 threads, 0 bytes shared
// weights 40704 bytes, load-time values 92160, arena 7680
