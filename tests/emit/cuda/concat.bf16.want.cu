// ---- conv

/* %a = conv2d_act "a" %x, %w, %s, %s {pad=[1,1] channels_last=1 act=relu group=2} : f32[2,1,8,8,16]
 * @arena:12288:bf16 */
struct k001 {
	enum { C = 16, O = 16, TAPS = 9, BN = 64, KC = 32, WO = 144, WC = 9, WT = 1 };
	typedef float In;
};

extern "C" __global__ void __launch_bounds__(256, 1) k001_a(const Mem m)
{
	conv_pack_mma<k001>(((const float *)(m.params + 0)) + 0u + blockIdx.z * 2304ll,
		(float *)(m.load + 0) + blockIdx.z * 18432ll);
}

/* %b = conv2d_act "b" %x1, %v, %t, %t {pad=[1,1] channels_last=1 act=relu} : f32[1,8,8,16]
 * @arena:16384:bf16 */
struct k002 {
	enum { C = 16, O = 16, TAPS = 9, BN = 64, KC = 32, WO = 144, WC = 9, WT = 1 };
	typedef float In;
};

extern "C" __global__ void __launch_bounds__(256, 1) k002_b(const Mem m)
{
	conv_pack_mma<k002>(((const float *)(m.params + 18560)) + 0u + blockIdx.z * 0ll,
		(float *)(m.load + 147456) + blockIdx.z * 18432ll);
}

/* %y = conv2d_act "y" %c, %u, %q, %q {pad=[1,1] channels_last=1 group=3} : f32[3,1,8,8,16]
 * @arena:0 */
struct k003 {
	enum { C = 16, O = 16, TAPS = 9, BN = 64, KC = 64, WO = 144, WC = 9, WT = 1 };
	typedef bf16 In;
};

extern "C" __global__ void __launch_bounds__(256, 1) k003_y(const Mem m)
{
	conv_pack_mma<k003>(((const float *)(m.params + 27840)) + 0u + blockIdx.z * 2304ll,
		(bf16 *)(m.load + 221184) + blockIdx.z * 36864ll);
}

/* %a = conv2d_act "a" %x, %w, %s, %s {pad=[1,1] channels_last=1 act=relu group=2} : f32[2,1,8,8,16]
 * @arena:12288:bf16 */
struct k004 {
	enum { H = 8, W = 8, C = 16, OH = 8, OW = 8, O = 16, KH = 3, KW = 3, PH = 1, PW = 1, TH = 1 };
	enum { TW = 1, XH = 128, XW = 16, XC = 1, YH = 128, YW = 16, YC = 1, SCALE = 1, SHIFT = 0 };
	enum { RELU = 1, MAX = 0, VECTOR = 1 };
	typedef float In;
	typedef bf16 Out;
	enum { ROWS = 4, BN = 64, WR = 2, WN = 2, STAGES = 4 };
};

extern "C" __global__ void __launch_bounds__(128, 2) k004_a(const Mem m)
{
	conv_mma<k004>(((const float *)(m.in + 0)),
		((const float *)(m.load + 0)) + blockIdx.z / 1u * 18432ll,
		((const float *)(m.params + 18432)) + blockIdx.z / 1u * 16ll,
		((const float *)(m.params + 18432)) + blockIdx.z / 1u * 16ll,
		((bf16 *)(m.arena + 12288)) + blockIdx.z / 1u * 1024ll);
}

/* %b = conv2d_act "b" %x1, %v, %t, %t {pad=[1,1] channels_last=1 act=relu} : f32[1,8,8,16]
 * @arena:16384:bf16 */
struct k005 {
	enum { H = 8, W = 8, C = 16, OH = 8, OW = 8, O = 16, KH = 3, KW = 3, PH = 1, PW = 1, TH = 1 };
	enum { TW = 1, XH = 128, XW = 16, XC = 1, YH = 128, YW = 16, YC = 1, SCALE = 1, SHIFT = 0 };
	enum { RELU = 1, MAX = 0, VECTOR = 1 };
	typedef float In;
	typedef bf16 Out;
	enum { ROWS = 4, BN = 64, WR = 2, WN = 2, STAGES = 4 };
};

extern "C" __global__ void __launch_bounds__(128, 2) k005_b(const Mem m)
{
	conv_mma<k005>(((const float *)(m.in + 0)),
		((const float *)(m.load + 147456)),
		((const float *)(m.params + 27776)),
		((const float *)(m.params + 27776)),
		((bf16 *)(m.arena + 16384)));
}

/* %y = conv2d_act "y" %c, %u, %q, %q {pad=[1,1] channels_last=1 group=3} : f32[3,1,8,8,16]
 * @arena:0 */
struct k006 {
	enum { H = 8, W = 8, C = 16, OH = 8, OW = 8, O = 16, KH = 3, KW = 3, PH = 1, PW = 1, TH = 1 };
	enum { TW = 1, XH = 128, XW = 16, XC = 1, YH = 128, YW = 16, YC = 1, SCALE = 1, SHIFT = 0 };
	enum { RELU = 0, MAX = 0, VECTOR = 1 };
	typedef bf16 In;
	typedef float Out;
	enum { ROWS = 4, BN = 64, WR = 2, WN = 2, STAGES = 4 };
};

extern "C" __global__ void __launch_bounds__(128, 2) k006_y(const Mem m)
{
	conv_mma<k006>(((const bf16 *)(m.arena + 12288)) + blockIdx.z / 1u * 1024ll,
		((const bf16 *)(m.load + 221184)) + blockIdx.z / 1u * 36864ll,
		((const float *)(m.params + 55488)) + blockIdx.z / 1u * 16ll,
		((const float *)(m.params + 55488)) + blockIdx.z / 1u * 16ll,
		((float *)(m.arena + 0)) + blockIdx.z / 1u * 1024ll);
}
// load k001_a: 8,1,2 blocks of 256 threads, 0 bytes shared
// load k002_b: 8,1,1 blocks of 256 threads, 0 bytes shared
// load k003_y: 16,1,3 blocks of 256 threads, 0 bytes shared
// run  k004_a: 2,1,2 blocks of 128 threads, 46592 bytes shared
// run  k005_b: 2,1,1 blocks of 128 threads, 46592 bytes shared
// run  k006_y: 2,1,3 blocks of 128 threads, 46592 bytes shared
// weights 55808 bytes, load-time values 442368, arena 18432
