/* dcase2024_baseline: kernels written by seldc 0.1.0, precision bf16. */

/* common.cuh: element types, vector access, asynchronous copies, matrix instructions, warp sums and
 * random numbers that the kernel families share. Needs no header, so that NVRTC compiles it as nvcc does.
 *
 * Elements are stored as float or bf16 and always computed with as float. */

struct bf16 {
	unsigned short bits;
};

/* The memory of a program. Offsets into it are constants of the kernels. */
struct Mem {
	char *arena;        /* activations */
	char *load;         /* computed once, when weights are loaded */
	const char *params; /* weights as they come */
	const char *in;     /* inputs of the graph */
	char *out;          /* outputs that do not lie dense in the arena */
	char *state;        /* what training keeps from step to step */
	const char *pcm;    /* 16-bit audio of a batch */
};

/* ---- in PTX: what CUDA C has no words for ----------------------------------------------------
 * Only for CUDA compilers, so that others can compile the kernels with functions of their own. */
#ifdef __CUDACC__

/* First of all in kernels that may be set up while the launch before them runs: waits until that one
 * has ended and what it wrote can be read; it waited for the one before it, and so on. The next
 * launch may be set up from here. */
__device__ __forceinline__ void kernel_start()
{
#if __CUDA_ARCH__ >= 900
	asm volatile("griddepcontrol.wait;\n\tgriddepcontrol.launch_dependents;" ::: "memory");
#endif
}

/* Two floats to two bf16, round to nearest even, a in the low half. */
__device__ __forceinline__ unsigned narrow2(float a, float b)
{
	unsigned r;
	asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(r) : "f"(b), "f"(a));
	return r;
}

__device__ __forceinline__ unsigned shared_address(const void *p)
{
	return (unsigned)__cvta_generic_to_shared(p);
}

/* 16 bytes from global to shared memory, or 16 zero bytes. g need only be readable if valid. */
__device__ __forceinline__ void async16(unsigned s, const void *g, bool valid)
{
	asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;"
	             :: "r"(s), "l"(g), "r"(valid ? 16 : 0) : "memory");
}

/* The same for 4 bytes. */
__device__ __forceinline__ void async4(unsigned s, const void *g, bool valid)
{
	asm volatile("cp.async.ca.shared.global [%0], [%1], 4, %2;"
	             :: "r"(s), "l"(g), "r"(valid ? 4 : 0) : "memory");
}

__device__ __forceinline__ void async_commit()
{
	asm volatile("cp.async.commit_group;" ::: "memory");
}

/* Waits until at most N of the groups committed last are under way. */
template <int N> __device__ __forceinline__ void async_wait()
{
	asm volatile("cp.async.wait_group %0;" :: "n"(N) : "memory");
}

/* Four 8 x 16-byte matrices; lane l gives the address of row l % 8 of matrix l / 8. */
__device__ __forceinline__ void ldmatrix4(unsigned r[4], unsigned s)
{
	asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
	             : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]) : "r"(s) : "memory");
}

/* The same of 8 x 8 bf16, each turned. */
__device__ __forceinline__ void ldmatrix4_turned(unsigned r[4], unsigned s)
{
	asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
	             : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]) : "r"(s) : "memory");
}

/* Nearest tf32, ties away from zero. */
__device__ __forceinline__ unsigned round_tf32(unsigned v)
{
	unsigned r;
	asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(r) : "f"(__uint_as_float(v)));
	return r;
}

/* d += a b for 16 rows, 8 columns and 32 bytes of depth: 16 bf16 or 8 tf32. */
__device__ __forceinline__ void mma(float d[4], const unsigned a[4], const unsigned *b, bf16)
{
	asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, "
	             "{%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
	             : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
	             : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

__device__ __forceinline__ void mma(float d[4], const unsigned a[4], const unsigned *b, float)
{
	asm volatile("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0, %1, %2, %3}, "
	             "{%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
	             : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
	             : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

/* 2 to the v within 2 units in the last place; below 2^-126 it is 0. */
__device__ __forceinline__ float exp2_ftz(float v)
{
	float r;
	asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(r) : "f"(v));
	return r;
}

/* 1 / v within 1 unit in the last place; above 2^126 it is 0. */
__device__ __forceinline__ float reciprocal_ftz(float v)
{
	float r;
	asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(r) : "f"(v));
	return r;
}

#endif

/* ---- elements -------------------------------------------------------------------------------- */

__device__ __forceinline__ float widen(float v)
{
	return v;
}

__device__ __forceinline__ float widen(bf16 v)
{
	return __uint_as_float((unsigned)v.bits << 16);
}

__device__ __forceinline__ void put(float *p, float v)
{
	*p = v;
}

__device__ __forceinline__ void put(bf16 *p, float v)
{
	p->bits = (unsigned short)narrow2(v, 0.0f);
}

__device__ __forceinline__ void put2(float *p, float a, float b)
{
	*(float2 *)p = make_float2(a, b);
}

__device__ __forceinline__ void put2(bf16 *p, float a, float b)
{
	*(unsigned *)p = narrow2(a, b);
}

__device__ __forceinline__ void put4(float *p, float4 v)
{
	*(float4 *)p = v;
}

__device__ __forceinline__ void put4(bf16 *p, float4 v)
{
	*(uint2 *)p = make_uint2(narrow2(v.x, v.y), narrow2(v.z, v.w));
}

__device__ __forceinline__ float4 get4(const float *p)
{
	return *(const float4 *)p;
}

__device__ __forceinline__ float4 get4(const bf16 *p)
{
	const uint2 v = *(const uint2 *)p;
	return make_float4(__uint_as_float(v.x << 16), __uint_as_float(v.x & 0xffff0000u),
	                   __uint_as_float(v.y << 16), __uint_as_float(v.y & 0xffff0000u));
}

/* 16 bytes of T from elements of any type, `step` apart; 0 behind the first `count`. */
template <class T, class S>
__device__ __forceinline__ void convert16(char *to, const S *from, int step, int count)
{
	const int V = 16 / sizeof(T);
	float v[V];
#pragma unroll
	for (int i = 0; i < V; i++)
		v[i] = i < count ? widen(from[i * step]) : 0.0f;
#pragma unroll
	for (int i = 0; i < V; i += 4)
		put4((T *)to + i, make_float4(v[i], v[i + 1], v[i + 2], v[i + 3]));
}

__device__ __forceinline__ void round_operand(unsigned *r, int n, float)
{
#pragma unroll
	for (int i = 0; i < n; i++)
		r[i] = round_tf32(r[i]);
}

__device__ __forceinline__ void round_operand(unsigned *, int, bf16)
{
}

/* Sum over the warp in a fixed order; every lane gets it. */
template <class T> __device__ __forceinline__ T warp_sum(T v)
{
#pragma unroll
	for (int d = 16; d > 0; d >>= 1)
		v += __shfl_xor_sync(~0u, v, d);
	return v;
}

/* NaN if either is. */
__device__ __forceinline__ float larger(float a, float b)
{
	return a > b || a != a ? a : b;
}

__device__ __forceinline__ float warp_max(float v)
{
#pragma unroll
	for (int d = 16; d > 0; d >>= 1)
		v = larger(v, __shfl_xor_sync(~0u, v, d));
	return v;
}

__device__ __forceinline__ float silu(float v)
{
	return v / (1.0f + expf(-v));
}

__device__ __forceinline__ float softplus(float v)
{
	return fmaxf(v, 0.0f) + log1pf(expf(-fabsf(v)));
}

/* Philox4x32 with 10 rounds (Salmon et al., SC11): words of counter c under the key (k0, k1). */
__device__ __forceinline__ void philox(unsigned k0, unsigned k1, unsigned c[4])
{
#pragma unroll
	for (int round = 0; round < 10; round++) {
		const unsigned p = 0xD2511F53u * c[0], ph = __umulhi(0xD2511F53u, c[0]);
		const unsigned q = 0xCD9E8D57u * c[2], qh = __umulhi(0xCD9E8D57u, c[2]);
		c[0] = qh ^ c[1] ^ k0;
		c[1] = q;
		c[2] = ph ^ c[3] ^ k1;
		c[3] = p;
		k0 += 0x9E3779B9u;
		k1 += 0xBB67AE85u;
	}
}

__host__ __device__ constexpr int round_up(int n, int to)
{
	return (n + to - 1) / to * to;
}

__host__ __device__ constexpr int ceil_div(int n, int d)
{
	return (n + d - 1) / d;
}

/* map.cuh: elementwise work and the movement of elements. The kernels themselves are written out
 * by the emitter, straight-line, from the rows of ops.def; this is what they call.
 *
 * A thread computes WIDTH elements that follow each other in the result. */

#define K(x) ((float)(x))

/* WIDTH elements from p, STRIDE 1; or one element repeated, STRIDE 0. */
template <int WIDTH, int STRIDE, class T>
__device__ __forceinline__ void map_get(float *v, const T *p)
{
	if (WIDTH == 4 && STRIDE == 1) {
		const float4 f = get4(p);
		v[0] = f.x;
		v[1] = f.y;
		v[2] = f.z;
		v[3] = f.w;
		return;
	}
	const float f = widen(*p);
#pragma unroll
	for (int i = 0; i < WIDTH; i++)
		v[i] = f;
}

template <int WIDTH, class T> __device__ __forceinline__ void map_put(T *p, const float *v)
{
	if (WIDTH == 4)
		put4(p, make_float4(v[0], v[1], v[2], v[3]));
	else
		put(p, v[0]);
}

/* 16-bit x[BATCH][SAMPLES][CHANNELS] to y[BATCH][CHANNELS][SAMPLES] in [-1, 1); grid: (SAMPLES / 256,
 * BATCH). */
template <class P> __device__ __forceinline__ void map_pcm(const short *x, float *y)
{
	const int t = blockIdx.x * blockDim.x + threadIdx.x;
	if (t >= P::SAMPLES)
		return;
	x += ((long long)blockIdx.y * P::SAMPLES + t) * P::CHANNELS;
	y += (long long)blockIdx.y * P::CHANNELS * P::SAMPLES + t;
#pragma unroll
	for (int c = 0; c < P::CHANNELS; c++)
		y[(long long)c * P::SAMPLES] = x[c] * (1.0f / 32768);
}

/* %const = const {value=[1e-08]} : f32[] @load:132352  !models/lib/foa.json:121:51+8 */
struct k001 {
	enum { COUNT = 1 };
	static __device__ __forceinline__ float value(unsigned i)
	{
		static const float v[] = {
			K(1e-08),
		};
		return (v[i % 1u]);
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k001_const(const Mem m)
{
	const unsigned i = blockIdx.x * 256u + threadIdx.x;
	if (i < k001::COUNT)
		((float *)(m.load + 132352))[i] = k001::value(i);
}

/* %features.x = add "features.x" %audio, %const : f32[32,4,121024] @arena:131853312  !models/lib/foa.json:121:17+5 */
struct k002 {
	enum { COUNT = 3872768 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k002_features_x(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k002::COUNT)
		return;
	const unsigned i = t * 4u;
	float x0[4];
	map_get<4, 1>(x0, ((const float *)(m.in + 0)) + (i));
	float y0[4];
#pragma unroll
	for (int e = 0; e < 4; e++) {
		{
			const float a = x0[e];
			const float b = K(1e-08);
			y0[e] = a + b;
		}
	}
	map_put<4>(((float *)(m.arena + 131853312)) + (i), y0);
}

/* %features.log_mel.squares = square "features.log_mel.squares" %features.spectrum : f32[32,4,250,513,2] @arena:131853312  !models/lib/foa.json:12:17+8 */
struct k005 {
	enum { COUNT = 32832000 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k005_features_log_mel_squares(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k005::COUNT)
		return;
	const unsigned i = t;
	float x0[1];
	map_get<1, 0>(x0, ((const float *)(m.arena + 0)) + (i / 256500u * 257526u + i % 256500u));
	float y0[1];
#pragma unroll
	for (int e = 0; e < 1; e++) {
		{
			const float a = x0[e];
			y0[e] = a * a;
		}
	}
	map_put<1>(((float *)(m.arena + 131853312)) + (i / 256500u * 256500u + i % 256500u), y0);
}

/* %features.end.ends_t.2 = const "features.end.ends_t" {shape=[250,1] value=[480,960,1440,1920,2400,2880,3360,3840,4320,4800,5280,5760,6240,6720,7200,7680,8160,8640,9120,9600,10080,10560,11040,11520,12000,12480,12960,13440,13920,14400,14880,15360,15840,16320,16800,17280,17760,18240,18720,19200,19680,20160,20640,21120,21600,22080,22560,23040,23520,24000,24480,24960,25440,25920,26400,26880,27360,27840,28320,28800,29280,29760,30240,30720,31200,31680,32160,32640,33120,33600,34080,34560,35040,35520,36000,36480,36960,37440,37920,38400,38880,39360,39840,40320,40800,41280,41760,42240,42720,43200,43680,44160,44640,45120,45600,46080,46560,47040,47520,48000,48480,48960,49440,49920,50400,50880,51360,51840,52320,52800,53280,53760,54240,54720,55200,55680,56160,56640,57120,57600,58080,58560,59040,59520,60000,60480,60960,61440,61920,62400,62880,63360,63840,64320,64800,65280,65760,66240,66720,67200,67680,68160,68640,69120,69600,70080,70560,71040,71520,72000,72480,72960,73440,73920,74400,74880,75360,75840,76320,76800,77280,77760,78240,78720,79200,79680,80160,80640,81120,81600,82080,82560,83040,83520,84000,84480,84960,85440,85920,86400,86880,87360,87840,88320,88800,89280,89760,90240,90720,91200,91680,92160,92640,93120,93600,94080,94560,95040,95520,96000,96480,96960,97440,97920,98400,98880,99360,99840,100320,100800,101280,101760,102240,102720,103200,103680,104160,104640,105120,105600,106080,106560,107040,107520,108000,108480,108960,109440,109920,110400,110880,111360,111840,112320,112800,113280,113760,114240,114720,115200,115680,116160,116640,117120,117600,118080,118560,119040,119520,120000]} : f32[250,1] @load:131328  !models/lib/foa.json:73:17+9 */
struct k008 {
	enum { COUNT = 250 };
	static __device__ __forceinline__ float value(unsigned i)
	{
		static const float v[] = {
			K(480), K(960), K(1440), K(1920), K(2400), K(2880), K(3360), K(3840),
			K(4320), K(4800), K(5280), K(5760), K(6240), K(6720), K(7200), K(7680),
			K(8160), K(8640), K(9120), K(9600), K(10080), K(10560), K(11040), K(11520),
			K(12000), K(12480), K(12960), K(13440), K(13920), K(14400), K(14880), K(15360),
			K(15840), K(16320), K(16800), K(17280), K(17760), K(18240), K(18720), K(19200),
			K(19680), K(20160), K(20640), K(21120), K(21600), K(22080), K(22560), K(23040),
			K(23520), K(24000), K(24480), K(24960), K(25440), K(25920), K(26400), K(26880),
			K(27360), K(27840), K(28320), K(28800), K(29280), K(29760), K(30240), K(30720),
			K(31200), K(31680), K(32160), K(32640), K(33120), K(33600), K(34080), K(34560),
			K(35040), K(35520), K(36000), K(36480), K(36960), K(37440), K(37920), K(38400),
			K(38880), K(39360), K(39840), K(40320), K(40800), K(41280), K(41760), K(42240),
			K(42720), K(43200), K(43680), K(44160), K(44640), K(45120), K(45600), K(46080),
			K(46560), K(47040), K(47520), K(48000), K(48480), K(48960), K(49440), K(49920),
			K(50400), K(50880), K(51360), K(51840), K(52320), K(52800), K(53280), K(53760),
			K(54240), K(54720), K(55200), K(55680), K(56160), K(56640), K(57120), K(57600),
			K(58080), K(58560), K(59040), K(59520), K(60000), K(60480), K(60960), K(61440),
			K(61920), K(62400), K(62880), K(63360), K(63840), K(64320), K(64800), K(65280),
			K(65760), K(66240), K(66720), K(67200), K(67680), K(68160), K(68640), K(69120),
			K(69600), K(70080), K(70560), K(71040), K(71520), K(72000), K(72480), K(72960),
			K(73440), K(73920), K(74400), K(74880), K(75360), K(75840), K(76320), K(76800),
			K(77280), K(77760), K(78240), K(78720), K(79200), K(79680), K(80160), K(80640),
			K(81120), K(81600), K(82080), K(82560), K(83040), K(83520), K(84000), K(84480),
			K(84960), K(85440), K(85920), K(86400), K(86880), K(87360), K(87840), K(88320),
			K(88800), K(89280), K(89760), K(90240), K(90720), K(91200), K(91680), K(92160),
			K(92640), K(93120), K(93600), K(94080), K(94560), K(95040), K(95520), K(96000),
			K(96480), K(96960), K(97440), K(97920), K(98400), K(98880), K(99360), K(99840),
			K(100320), K(100800), K(101280), K(101760), K(102240), K(102720), K(103200), K(103680),
			K(104160), K(104640), K(105120), K(105600), K(106080), K(106560), K(107040), K(107520),
			K(108000), K(108480), K(108960), K(109440), K(109920), K(110400), K(110880), K(111360),
			K(111840), K(112320), K(112800), K(113280), K(113760), K(114240), K(114720), K(115200),
			K(115680), K(116160), K(116640), K(117120), K(117600), K(118080), K(118560), K(119040),
			K(119520), K(120000),
		};
		return (v[i % 250u]);
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k008_features_end_ends_t(const Mem m)
{
	const unsigned i = blockIdx.x * 256u + threadIdx.x;
	if (i < k008::COUNT)
		((float *)(m.load + 131328))[i] = k008::value(i);
}

/* %features.end = greater "features.end" %features.end.ends_t.2, %features.end.length_b : f32[32,1,250,1] @arena:304205312  !models/lib/foa.json:75:17+9 */
struct k009 {
	enum { COUNT = 8000 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k009_features_end(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k009::COUNT)
		return;
	const unsigned i = t;
	float x0[1];
	map_get<1, 0>(x0, ((const float *)(m.load + 131328)) + (i % 250u));
	float x1[1];
	map_get<1, 0>(x1, ((const float *)(m.in + 61964288)) + (i / 250u));
	float y0[1];
#pragma unroll
	for (int e = 0; e < 1; e++) {
		{
			const float a = x0[e];
			const float b = x1[e];
			y0[e] = a > b ? K(1) : K(0);
		}
	}
	map_put<1>(((float *)(m.arena + 304205312)) + (i / 250u * 250u + i % 250u), y0);
}

/* %features.floor.within.2, %features.floor.within.3 = map "features.floor.within" %features.log_mel.mel, %features.end {f="t0 = maximum(x0, 1e-10); t1 = log10(t0); y0 = mul(t1, 10); y1 = where(x1, -1000, y0)"} : f32[32,4,250,64] @arena:140045312, f32[32,4,250,64] @arena:148237312  !models/lib/foa.json:84:17+7 */
struct k010 {
	enum { COUNT = 512000 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k010_features_floor_within(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k010::COUNT)
		return;
	const unsigned i = t * 4u;
	float x0[4];
	map_get<4, 1>(x0, ((const float *)(m.arena + 131853312)) + (i / 64000u * 64000u + i / 16000u % 4u * 16000u + i / 64u % 250u * 64u + i % 64u));
	float x1[4];
	map_get<4, 0>(x1, ((const float *)(m.arena + 304205312)) + (i / 64000u * 250u + i / 64u % 250u));
	float y0[4];
	float y1[4];
#pragma unroll
	for (int e = 0; e < 4; e++) {
		float t0;
		{
			const float a = x0[e];
			const float b = K(1e-10);
			t0 = a > b ? a : b;
		}
		float t1;
		{
			const float a = t0;
			t1 = log10(a);
		}
		{
			const float a = t1;
			const float b = K(10);
			y0[e] = a * b;
		}
		{
			const float a = x1[e];
			const float b = K(-1000);
			const float c = y0[e];
			y1[e] = a != K(0) ? b : c;
		}
	}
	map_put<4>(((float *)(m.arena + 140045312)) + (i / 64000u * 64000u + i / 16000u % 4u * 16000u + i / 64u % 250u * 64u + i % 64u), y0);
	map_put<4>(((float *)(m.arena + 148237312)) + (i / 64000u * 64000u + i / 16000u % 4u * 16000u + i / 64u % 250u * 64u + i % 64u), y1);
}

/* %features.floor.lowest.2, %features.floor.lowest.3 = map "features.floor.lowest" %features.floor.own, %highest {f="y0 = maximum(x0, x1); y1 = sub(y0, 80)"} : f32[32,4,1,1] @arena:304237312, f32[32,4,1,1] @arena:131853824  !models/lib/foa.json:87:17+5 */
struct k013 {
	enum { COUNT = 32 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k013_features_floor_lowest(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k013::COUNT)
		return;
	const unsigned i = t * 4u;
	float x0[4];
	map_get<4, 1>(x0, ((const float *)(m.arena + 131853312)) + (i));
	float x1[4];
	map_get<4, 1>(x1, ((const float *)(m.in + 61964544)) + (i));
	float y0[4];
	float y1[4];
#pragma unroll
	for (int e = 0; e < 4; e++) {
		{
			const float a = x0[e];
			const float b = x1[e];
			y0[e] = a > b ? a : b;
		}
		{
			const float a = y0[e];
			const float b = K(80);
			y1[e] = a - b;
		}
	}
	map_put<4>(((float *)(m.arena + 304237312)) + (i), y0);
	map_put<4>(((float *)(m.arena + 131853824)) + (i), y1);
}

/* %features.floor.2 = maximum "features.floor" %features.floor.within.2, %features.floor.lowest.3 : f32[32,4,250,64] @arena:296013312  !models/lib/foa.json:88:17+9 */
struct k014 {
	enum { COUNT = 512000 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k014_features_floor(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k014::COUNT)
		return;
	const unsigned i = t * 4u;
	float x0[4];
	map_get<4, 1>(x0, ((const float *)(m.arena + 140045312)) + (i / 16000u * 16000u + i % 16000u));
	float x1[4];
	map_get<4, 0>(x1, ((const float *)(m.arena + 131853824)) + (i / 16000u));
	float y0[4];
#pragma unroll
	for (int e = 0; e < 4; e++) {
		{
			const float a = x0[e];
			const float b = x1[e];
			y0[e] = a > b ? a : b;
		}
	}
	map_put<4>(((float *)(m.arena + 296013312)) + (i / 16000u * 16000u + i % 16000u), y0);
}

/* %features.intensity.products = mul "features.intensity.products" %features.intensity.velocity, %features.intensity.pressure : f32[32,3,250,513,2] @arena:131853312  !models/lib/foa.json:99:17+5 */
struct k015 {
	enum { COUNT = 24624000 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k015_features_intensity_products(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k015::COUNT)
		return;
	const unsigned i = t;
	float x0[1];
	map_get<1, 0>(x0, ((const float *)(m.arena + 1030104)) + (i / 769500u * 1030104u + i / 256500u % 3u * 257526u + i % 256500u));
	float x1[1];
	map_get<1, 0>(x1, ((const float *)(m.arena + 0)) + (i / 769500u * 1030104u + i % 256500u));
	float y0[1];
#pragma unroll
	for (int e = 0; e < 1; e++) {
		{
			const float a = x0[e];
			const float b = x1[e];
			y0[e] = a * b;
		}
	}
	map_put<1>(((float *)(m.arena + 131853312)) + (i / 769500u * 769500u + i / 256500u % 3u * 256500u + i % 256500u), y0);
}

/* %features.intensity.pressure_squares = square "features.intensity.pressure_squares" %features.intensity.pressure : f32[32,1,250,513,2] @arena:131853312  !models/lib/foa.json:101:17+8 */
struct k017 {
	enum { COUNT = 2052000 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k017_features_intensity_pressure_squares(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k017::COUNT)
		return;
	const unsigned i = t * 4u;
	float x0[4];
	map_get<4, 1>(x0, ((const float *)(m.arena + 0)) + (i / 256500u * 1030104u + i % 256500u));
	float y0[4];
#pragma unroll
	for (int e = 0; e < 4; e++) {
		{
			const float a = x0[e];
			y0[e] = a * a;
		}
	}
	map_put<4>(((float *)(m.arena + 131853312)) + (i / 256500u * 256500u + i % 256500u), y0);
}

/* %features.intensity.velocity_squares = square "features.intensity.velocity_squares" %features.intensity.velocity : f32[32,3,250,513,2] @arena:131853312  !models/lib/foa.json:103:17+8 */
struct k019 {
	enum { COUNT = 24624000 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k019_features_intensity_velocity_squares(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k019::COUNT)
		return;
	const unsigned i = t;
	float x0[1];
	map_get<1, 0>(x0, ((const float *)(m.arena + 1030104)) + (i / 769500u * 1030104u + i / 256500u % 3u * 257526u + i % 256500u));
	float y0[1];
#pragma unroll
	for (int e = 0; e < 1; e++) {
		{
			const float a = x0[e];
			y0[e] = a * a;
		}
	}
	map_put<1>(((float *)(m.arena + 131853312)) + (i / 769500u * 769500u + i / 256500u % 3u * 256500u + i % 256500u), y0);
}

/* %features.intensity.divisor_5.2 = map "features.intensity.divisor_5" %features.intensity.kinetic, %features.intensity.potential {f="t0 = div(x0, 3); t1 = add(x1, t0); y0 = add(t1, 1e-08)"} : f32[32,1,250,513,1] @arena:49248000  !models/lib/foa.json:107:17+5 */
struct k021 {
	enum { COUNT = 1026000 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k021_features_intensity_divisor_5(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k021::COUNT)
		return;
	const unsigned i = t * 4u;
	float x0[4];
	map_get<4, 1>(x0, ((const float *)(m.arena + 0)) + (i));
	float x1[4];
	map_get<4, 1>(x1, ((const float *)(m.arena + 279597312)) + (i));
	float y0[4];
#pragma unroll
	for (int e = 0; e < 4; e++) {
		float t0;
		{
			const float a = x0[e];
			const float b = K(3);
			t0 = a / b;
		}
		float t1;
		{
			const float a = x1[e];
			const float b = t0;
			t1 = a + b;
		}
		{
			const float a = t1;
			const float b = K(1e-08);
			y0[e] = a + b;
		}
	}
	map_put<4>(((float *)(m.arena + 49248000)) + (i), y0);
}

/* %features.intensity.part = div "features.intensity.part" %features.intensity.I, %features.intensity.divisor : f32[32,3,250,513] @arena:0  !models/lib/foa.json:110:17+5 */
struct k022 {
	enum { COUNT = 12312000 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k022_features_intensity_part(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k022::COUNT)
		return;
	const unsigned i = t;
	float x0[1];
	map_get<1, 0>(x0, ((const float *)(m.arena + 230349312)) + (i / 384750u * 384750u + i / 128250u % 3u * 128250u + i % 128250u));
	float x1[1];
	map_get<1, 0>(x1, ((const float *)(m.arena + 49248000)) + (i / 384750u * 128250u + i % 128250u));
	float y0[1];
#pragma unroll
	for (int e = 0; e < 1; e++) {
		{
			const float a = x0[e];
			const float b = x1[e];
			y0[e] = a / b;
		}
	}
	map_put<1>(((float *)(m.arena + 0)) + (i / 384750u * 384750u + i / 128250u % 3u * 128250u + i % 128250u), y0);
}

/* %features = concat "features" %features.floor.2, %features.intensity {axis=1} : f32[32,7,250,64] @arena:0  !models/lib/foa.json:130:17+8 */
struct k024 {
};

extern "C" __global__ void __launch_bounds__(256, 1) k024_features(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (blockIdx.y == 0 && t < 512000u) {
		const unsigned i = t * 4u;
		float v[4];
		map_get<4, 1>(v, ((const float *)(m.arena + 296013312)) + (i / 64000u * 64000u + i % 64000u));
		map_put<4>(((float *)(m.arena + 0)) + (i / 64000u * 112000u + i % 64000u), v);
	}
	if (blockIdx.y == 1 && t < 384000u) {
		const unsigned i = t * 4u;
		float v[4];
		map_get<4, 1>(v, ((const float *)(m.arena + 49248000)) + (i / 48000u * 48000u + i % 48000u));
		map_put<4>(((float *)(m.arena + 0 + 256000)) + (i / 48000u * 112000u + i % 48000u), v);
	}
}

/* %filled.2 = map "filled" %features, %scaler.mean_t, %scaler.std_t, %features.end {f="t0 = sub(x0, x1); t1 = div(t0, x2); y0 = where(x3, 1e-06, t1)"} : f32[32,7,250,64] @arena:14336000  !models/dcase2024_baseline.json:28:17+7 */
struct k025 {
	enum { COUNT = 896000 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k025_filled(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k025::COUNT)
		return;
	const unsigned i = t * 4u;
	float x0[4];
	map_get<4, 1>(x0, ((const float *)(m.arena + 0)) + (i / 112000u * 112000u + i / 16000u % 7u * 16000u + i / 64u % 250u * 64u + i % 64u));
	float x1[4];
	map_get<4, 1>(x1, ((const float *)(m.params + 0)) + (i / 16000u % 7u * 64u + i % 64u));
	float x2[4];
	map_get<4, 1>(x2, ((const float *)(m.params + 1792)) + (i / 16000u % 7u * 64u + i % 64u));
	float x3[4];
	map_get<4, 0>(x3, ((const float *)(m.arena + 304205312)) + (i / 112000u * 250u + i / 64u % 250u));
	float y0[4];
#pragma unroll
	for (int e = 0; e < 4; e++) {
		float t0;
		{
			const float a = x0[e];
			const float b = x1[e];
			t0 = a - b;
		}
		float t1;
		{
			const float a = t0;
			const float b = x2[e];
			t1 = a / b;
		}
		{
			const float a = x3[e];
			const float b = K(1e-06);
			const float c = t1;
			y0[e] = a != K(0) ? b : c;
		}
	}
	map_put<4>(((float *)(m.arena + 14336000)) + (i / 112000u * 112000u + i / 16000u % 7u * 16000u + i / 64u % 250u * 64u + i % 64u), y0);
}

/* %conv_block_list.0.bn.11, %conv_block_list.0.bn.12 = map "conv_block_list.0.bn" %conv_block_list.0.bn.running_var, %conv_block_list.0.bn.weight, %conv_block_list.0.bn.running_mean, %conv_block_list.0.bn.bias {f="t0 = add(x0, 1e-05); t1 = rsqrt(t0); y0 = mul(x1, t1); t2 = mul(x2, y0); y1 = sub(x3, t2)"} : f32[64] @load:0, f32[64] @load:256  !models/lib/nn.json:58:17+12 */
struct k027 {
	enum { COUNT = 16 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k027_conv_block_list_0_bn(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k027::COUNT)
		return;
	const unsigned i = t * 4u;
	float x0[4];
	map_get<4, 1>(x0, ((const float *)(m.params + 20736)) + (i));
	float x1[4];
	map_get<4, 1>(x1, ((const float *)(m.params + 19968)) + (i));
	float x2[4];
	map_get<4, 1>(x2, ((const float *)(m.params + 20480)) + (i));
	float x3[4];
	map_get<4, 1>(x3, ((const float *)(m.params + 20224)) + (i));
	float y0[4];
	float y1[4];
#pragma unroll
	for (int e = 0; e < 4; e++) {
		float t0;
		{
			const float a = x0[e];
			const float b = K(1e-05);
			t0 = a + b;
		}
		float t1;
		{
			const float a = t0;
			t1 = K(1) / sqrt(a);
		}
		{
			const float a = x1[e];
			const float b = t1;
			y0[e] = a * b;
		}
		float t3;
		{
			const float a = x2[e];
			const float b = y0[e];
			t3 = a * b;
		}
		{
			const float a = x3[e];
			const float b = t3;
			y1[e] = a - b;
		}
	}
	map_put<4>(((float *)(m.load + 132608)) + (i), y0);
	map_put<4>(((float *)(m.load + 132864)) + (i), y1);
}

/* %conv_block_list.0.r.6 = map "conv_block_list.0.r" %conv_block_list.0.r.2, %conv_block_list.0.conv.bias, %conv_block_list.0.r.3 {f="t0 = mul(x0, x1); y0 = add(x2, t0)"} : f32[64] @load:512  !models/lib/crnn.json:17:17+6 */
struct k028 {
	enum { COUNT = 16 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k028_conv_block_list_0_r(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k028::COUNT)
		return;
	const unsigned i = t * 4u;
	float x0[4];
	map_get<4, 1>(x0, ((const float *)(m.load + 132608)) + (i));
	float x1[4];
	map_get<4, 1>(x1, ((const float *)(m.params + 19712)) + (i));
	float x2[4];
	map_get<4, 1>(x2, ((const float *)(m.load + 132864)) + (i));
	float y0[4];
#pragma unroll
	for (int e = 0; e < 4; e++) {
		float t0;
		{
			const float a = x0[e];
			const float b = x1[e];
			t0 = a * b;
		}
		{
			const float a = x2[e];
			const float b = t0;
			y0[e] = a + b;
		}
	}
	map_put<4>(((float *)(m.load + 133120)) + (i), y0);
}

/* %conv_block_list.0.conv.3 = transpose "conv_block_list.0.conv" %features {perm=[0,2,3,1]} : f32[32,250,64,7] @arena:131072000:bf16  !models/lib/crnn.json:15:17+8 */
struct k029 {
};

extern "C" __global__ void __launch_bounds__(256, 1) k029_conv_block_list_0_conv(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (blockIdx.y == 0 && t < 3584000u) {
		const unsigned i = t * 1u;
		float v[1];
		map_get<1, 0>(v, ((const float *)(m.in + 0)) + (i / 112000u * 112000u + i / 7u % 16000u + i % 7u * 16000u));
		map_put<1>(((bf16 *)(m.arena + 131072000)) + (i / 112000u * 112000u + i / 7u % 16000u * 7u + i % 7u), v);
	}
}

/* %conv_block_list.3.bn.11, %conv_block_list.3.bn.12 = map "conv_block_list.3.bn" %conv_block_list.3.bn.running_var, %conv_block_list.3.bn.weight, %conv_block_list.3.bn.running_mean, %conv_block_list.3.bn.bias {f="t0 = add(x0, 1e-05); t1 = rsqrt(t0); y0 = mul(x1, t1); t2 = mul(x2, y0); y1 = sub(x3, t2)"} : f32[64] @load:256, f32[64] @load:768  !models/lib/nn.json:58:17+12 */
struct k033 {
	enum { COUNT = 16 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k033_conv_block_list_3_bn(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k033::COUNT)
		return;
	const unsigned i = t * 4u;
	float x0[4];
	map_get<4, 1>(x0, ((const float *)(m.params + 169472)) + (i));
	float x1[4];
	map_get<4, 1>(x1, ((const float *)(m.params + 168704)) + (i));
	float x2[4];
	map_get<4, 1>(x2, ((const float *)(m.params + 169216)) + (i));
	float x3[4];
	map_get<4, 1>(x3, ((const float *)(m.params + 168960)) + (i));
	float y0[4];
	float y1[4];
#pragma unroll
	for (int e = 0; e < 4; e++) {
		float t0;
		{
			const float a = x0[e];
			const float b = K(1e-05);
			t0 = a + b;
		}
		float t1;
		{
			const float a = t0;
			t1 = K(1) / sqrt(a);
		}
		{
			const float a = x1[e];
			const float b = t1;
			y0[e] = a * b;
		}
		float t3;
		{
			const float a = x2[e];
			const float b = y0[e];
			t3 = a * b;
		}
		{
			const float a = x3[e];
			const float b = t3;
			y1[e] = a - b;
		}
	}
	map_put<4>(((float *)(m.load + 132864)) + (i), y0);
	map_put<4>(((float *)(m.load + 133376)) + (i), y1);
}

/* %conv_block_list.3.r.6 = map "conv_block_list.3.r" %conv_block_list.3.r.2, %conv_block_list.3.conv.bias, %conv_block_list.3.r.3 {f="t0 = mul(x0, x1); y0 = add(x2, t0)"} : f32[64] @load:1024  !models/lib/crnn.json:17:17+6 */
struct k034 {
	enum { COUNT = 16 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k034_conv_block_list_3_r(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k034::COUNT)
		return;
	const unsigned i = t * 4u;
	float x0[4];
	map_get<4, 1>(x0, ((const float *)(m.load + 132864)) + (i));
	float x1[4];
	map_get<4, 1>(x1, ((const float *)(m.params + 168448)) + (i));
	float x2[4];
	map_get<4, 1>(x2, ((const float *)(m.load + 133376)) + (i));
	float y0[4];
#pragma unroll
	for (int e = 0; e < 4; e++) {
		float t0;
		{
			const float a = x0[e];
			const float b = x1[e];
			t0 = a * b;
		}
		{
			const float a = x2[e];
			const float b = t0;
			y0[e] = a + b;
		}
	}
	map_put<4>(((float *)(m.load + 133632)) + (i), y0);
}

/* %conv_block_list.6.bn.11, %conv_block_list.6.bn.12 = map "conv_block_list.6.bn" %conv_block_list.6.bn.running_var, %conv_block_list.6.bn.weight, %conv_block_list.6.bn.running_mean, %conv_block_list.6.bn.bias {f="t0 = add(x0, 1e-05); t1 = rsqrt(t0); y0 = mul(x1, t1); t2 = mul(x2, y0); y1 = sub(x3, t2)"} : f32[64] @load:768, f32[64] @load:1280  !models/lib/nn.json:58:17+12 */
struct k038 {
	enum { COUNT = 16 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k038_conv_block_list_6_bn(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k038::COUNT)
		return;
	const unsigned i = t * 4u;
	float x0[4];
	map_get<4, 1>(x0, ((const float *)(m.params + 318208)) + (i));
	float x1[4];
	map_get<4, 1>(x1, ((const float *)(m.params + 317440)) + (i));
	float x2[4];
	map_get<4, 1>(x2, ((const float *)(m.params + 317952)) + (i));
	float x3[4];
	map_get<4, 1>(x3, ((const float *)(m.params + 317696)) + (i));
	float y0[4];
	float y1[4];
#pragma unroll
	for (int e = 0; e < 4; e++) {
		float t0;
		{
			const float a = x0[e];
			const float b = K(1e-05);
			t0 = a + b;
		}
		float t1;
		{
			const float a = t0;
			t1 = K(1) / sqrt(a);
		}
		{
			const float a = x1[e];
			const float b = t1;
			y0[e] = a * b;
		}
		float t3;
		{
			const float a = x2[e];
			const float b = y0[e];
			t3 = a * b;
		}
		{
			const float a = x3[e];
			const float b = t3;
			y1[e] = a - b;
		}
	}
	map_put<4>(((float *)(m.load + 133376)) + (i), y0);
	map_put<4>(((float *)(m.load + 133888)) + (i), y1);
}

/* %conv_block_list.6.r.6 = map "conv_block_list.6.r" %conv_block_list.6.r.2, %conv_block_list.6.conv.bias, %conv_block_list.6.r.3 {f="t0 = mul(x0, x1); y0 = add(x2, t0)"} : f32[64] @load:1536  !models/lib/crnn.json:17:17+6 */
struct k039 {
	enum { COUNT = 16 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k039_conv_block_list_6_r(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k039::COUNT)
		return;
	const unsigned i = t * 4u;
	float x0[4];
	map_get<4, 1>(x0, ((const float *)(m.load + 133376)) + (i));
	float x1[4];
	map_get<4, 1>(x1, ((const float *)(m.params + 317184)) + (i));
	float x2[4];
	map_get<4, 1>(x2, ((const float *)(m.load + 133888)) + (i));
	float y0[4];
#pragma unroll
	for (int e = 0; e < 4; e++) {
		float t0;
		{
			const float a = x0[e];
			const float b = x1[e];
			t0 = a * b;
		}
		{
			const float a = x2[e];
			const float b = t0;
			y0[e] = a + b;
		}
	}
	map_put<4>(((float *)(m.load + 134144)) + (i), y0);
}

/* %sequence = reshape "sequence" %frames.2 {shape=[32,50,-1]} : f32[32,50,128] @arena:2457600  !models/dcase2024_baseline.json:40:17+9 */
struct k042 {
};

extern "C" __global__ void __launch_bounds__(256, 1) k042_sequence(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (blockIdx.y == 0 && t < 204800u) {
		const unsigned i = t * 1u;
		float v[1];
		map_get<1, 0>(v, ((const float *)(m.arena + 1638400)) + (i / 128u * 128u + i / 2u % 64u + i % 2u * 64u));
		map_put<1>(((float *)(m.arena + 2457600)) + (i / 128u * 128u + i / 2u % 64u * 2u + i % 2u), v);
	}
}

/* %gru.both = concat "gru.both" %gru.l0.3, %gru.l0_reverse.4 {axis=2} : f32[32,50,256] @arena:1638400  !models/dcase2024_baseline.json:43:17+8 */
struct k045 {
};

extern "C" __global__ void __launch_bounds__(256, 1) k045_gru_both(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (blockIdx.y == 0 && t < 51200u) {
		const unsigned i = t * 4u;
		float v[4];
		map_get<4, 1>(v, ((const float *)(m.arena + 0)) + (i / 128u * 128u + i % 128u));
		map_put<4>(((float *)(m.arena + 1638400)) + (i / 128u * 256u + i % 128u), v);
	}
	if (blockIdx.y == 1 && t < 51200u) {
		const unsigned i = t * 4u;
		float v[4];
		map_get<4, 1>(v, ((const float *)(m.arena + 819200)) + (i / 128u * 128u + i % 128u));
		map_put<4>(((float *)(m.arena + 1638400 + 512)) + (i / 128u * 256u + i % 128u), v);
	}
}

/* %gru.gate.2 = map "gru.gate" %gru.l1.3, %gru.l1_reverse.4 {f="t0 = tanh(x0); t1 = tanh(x1); y0 = mul(t1, t0)"} : f32[32,50,128] @arena:2457600  !models/dcase2024_baseline.json:47:17+5 */
struct k048 {
	enum { COUNT = 51200 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k048_gru_gate(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k048::COUNT)
		return;
	const unsigned i = t * 4u;
	float x0[4];
	map_get<4, 1>(x0, ((const float *)(m.arena + 0)) + (i));
	float x1[4];
	map_get<4, 1>(x1, ((const float *)(m.arena + 819200)) + (i));
	float y0[4];
#pragma unroll
	for (int e = 0; e < 4; e++) {
		float t0;
		{
			const float a = x0[e];
			t0 = tanh(a);
		}
		float t1;
		{
			const float a = x1[e];
			t1 = tanh(a);
		}
		{
			const float a = t1;
			const float b = t0;
			y0[e] = a * b;
		}
	}
	map_put<4>(((float *)(m.arena + 2457600)) + (i), y0);
}

/* %mhsa_block_list.0.sum = add "mhsa_block_list.0.sum" %gru.gate.2, %mhsa_block_list.0.out_proj : f32[32,50,128] @arena:819200  !models/lib/crnn.json:79:17+5 */
struct k053 {
	enum { COUNT = 51200 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k053_mhsa_block_list_0_sum(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k053::COUNT)
		return;
	const unsigned i = t * 4u;
	float x0[4];
	map_get<4, 1>(x0, ((const float *)(m.arena + 2457600)) + (i));
	float x1[4];
	map_get<4, 1>(x1, ((const float *)(m.arena + 0)) + (i));
	float y0[4];
#pragma unroll
	for (int e = 0; e < 4; e++) {
		{
			const float a = x0[e];
			const float b = x1[e];
			y0[e] = a + b;
		}
	}
	map_put<4>(((float *)(m.arena + 819200)) + (i), y0);
}

/* %mhsa_block_list.1.sum = add "mhsa_block_list.1.sum" %layer_norm_list.0, %mhsa_block_list.1.out_proj : f32[32,50,128] @arena:819200  !models/lib/crnn.json:79:17+5 */
struct k059 {
	enum { COUNT = 51200 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k059_mhsa_block_list_1_sum(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k059::COUNT)
		return;
	const unsigned i = t * 4u;
	float x0[4];
	map_get<4, 1>(x0, ((const float *)(m.arena + 2457600)) + (i));
	float x1[4];
	map_get<4, 1>(x1, ((const float *)(m.arena + 0)) + (i));
	float y0[4];
#pragma unroll
	for (int e = 0; e < 4; e++) {
		{
			const float a = x0[e];
			const float b = x1[e];
			y0[e] = a + b;
		}
	}
	map_put<4>(((float *)(m.arena + 819200)) + (i), y0);
}

/* %conv_block_list.0.conv.2 = transpose "conv_block_list.0.conv" %features {perm=[0,2,3,1]} : f32[32,250,64,7] @arena:262144000:bf16  !models/lib/crnn.json:15:17+8 */
struct k065 {
};

extern "C" __global__ void __launch_bounds__(256, 1) k065_conv_block_list_0_conv(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (blockIdx.y == 0 && t < 3584000u) {
		const unsigned i = t * 1u;
		float v[1];
		map_get<1, 0>(v, ((const float *)(m.in + 768)) + (i / 112000u * 112000u + i / 7u % 16000u + i % 7u * 16000u));
		map_put<1>(((bf16 *)(m.arena + 262144000)) + (i / 112000u * 112000u + i / 7u % 16000u * 7u + i % 7u), v);
	}
}

/* %conv_block_list.0.dropout.ones = const "conv_block_list.0.dropout.ones" {shape=[32,64,1,1] value=[1]} : f32[32,64,1,1] @load:0  !models/lib/nn.json:142:17+7 */
struct k072 {
	enum { COUNT = 2048 };
	static __device__ __forceinline__ float value(unsigned i)
	{
		static const float v[] = {
			K(1),
		};
		return (v[i % 1u]);
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k072_conv_block_list_0_dropout_ones(const Mem m)
{
	const unsigned i = blockIdx.x * 256u + threadIdx.x;
	if (i < k072::COUNT)
		((float *)(m.load + 438528))[i] = k072::value(i);
}

/* %stack = stack %opt.step, %opt.seed : f32[2] @arena:262134272 */
struct k073 {
};

extern "C" __global__ void __launch_bounds__(256, 1) k073_stack(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (blockIdx.y == 0 && t < 1u) {
		const unsigned i = t * 1u;
		float v[1];
		map_get<1, 0>(v, ((const float *)(m.in + 256)) + (0u));
		map_put<1>(((float *)(m.arena + 262134272)) + (0u), v);
	}
	if (blockIdx.y == 1 && t < 1u) {
		const unsigned i = t * 1u;
		float v[1];
		map_get<1, 0>(v, ((const float *)(m.in + 14336768)) + (0u));
		map_put<1>(((float *)(m.arena + 262134272 + 4)) + (0u), v);
	}
}

/* %conv_block_list.0.dropout = mul "conv_block_list.0.dropout" %conv_block_list.0.pool, %conv_block_list.0.dropout.2 : f32[32,50,16,64] @arena:269312000:bf16  !models/lib/nn.json:144:17+5 */
struct k075 {
	enum { COUNT = 409600 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k075_conv_block_list_0_dropout(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k075::COUNT)
		return;
	const unsigned i = t * 4u;
	float x0[4];
	map_get<4, 1>(x0, ((const bf16 *)(m.arena + 196608000)) + (i / 51200u * 51200u + i / 64u % 800u * 64u + i % 64u));
	float x1[4];
	map_get<4, 1>(x1, ((const float *)(m.arena + 262105600)) + (i / 51200u * 64u + i % 64u));
	float y0[4];
#pragma unroll
	for (int e = 0; e < 4; e++) {
		{
			const float a = x0[e];
			const float b = x1[e];
			y0[e] = a * b;
		}
	}
	map_put<4>(((bf16 *)(m.arena + 269312000)) + (i / 51200u * 51200u + i / 64u % 800u * 64u + i % 64u), y0);
}

/* %conv_block_list.3.dropout = mul "conv_block_list.3.dropout" %conv_block_list.3.pool, %conv_block_list.3.dropout.2 : f32[32,50,4,64] @arena:284057600:bf16  !models/lib/nn.json:144:17+5 */
struct k082 {
	enum { COUNT = 102400 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k082_conv_block_list_3_dropout(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k082::COUNT)
		return;
	const unsigned i = t * 4u;
	float x0[4];
	map_get<4, 1>(x0, ((const bf16 *)(m.arena + 249472000)) + (i / 12800u * 12800u + i / 64u % 200u * 64u + i % 64u));
	float x1[4];
	map_get<4, 1>(x1, ((const float *)(m.arena + 262113792)) + (i / 12800u * 64u + i % 64u));
	float y0[4];
#pragma unroll
	for (int e = 0; e < 4; e++) {
		{
			const float a = x0[e];
			const float b = x1[e];
			y0[e] = a * b;
		}
	}
	map_put<4>(((bf16 *)(m.arena + 284057600)) + (i / 12800u * 12800u + i / 64u % 200u * 64u + i % 64u), y0);
}

/* %conv_block_list.6.dropout = mul "conv_block_list.6.dropout" %conv_block_list.6.pool, %conv_block_list.6.dropout.2 : f32[32,50,2,64] @arena:279142400  !models/lib/nn.json:144:17+5 */
struct k089 {
	enum { COUNT = 51200 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k089_conv_block_list_6_dropout(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k089::COUNT)
		return;
	const unsigned i = t * 4u;
	float x0[4];
	map_get<4, 1>(x0, ((const float *)(m.arena + 260940800)) + (i / 6400u * 6400u + i / 64u % 100u * 64u + i % 64u));
	float x1[4];
	map_get<4, 1>(x1, ((const float *)(m.arena + 262121984)) + (i / 6400u * 64u + i % 64u));
	float y0[4];
#pragma unroll
	for (int e = 0; e < 4; e++) {
		{
			const float a = x0[e];
			const float b = x1[e];
			y0[e] = a * b;
		}
	}
	map_put<4>(((float *)(m.arena + 279142400)) + (i / 6400u * 6400u + i / 64u % 100u * 64u + i % 64u), y0);
}

/* %sequence = reshape "sequence" %frames.2 {shape=[32,50,-1]} : f32[32,50,128] @arena:275865600  !models/dcase2024_baseline.json:40:17+9 */
struct k090 {
};

extern "C" __global__ void __launch_bounds__(256, 1) k090_sequence(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (blockIdx.y == 0 && t < 204800u) {
		const unsigned i = t * 1u;
		float v[1];
		map_get<1, 0>(v, ((const float *)(m.arena + 279142400)) + (i / 128u * 128u + i / 2u % 64u + i % 2u * 64u));
		map_put<1>(((float *)(m.arena + 275865600)) + (i / 128u * 128u + i / 2u % 64u * 2u + i % 2u), v);
	}
}

/* %gru.both = concat "gru.both" %gru.l0.3, %gru.l0_reverse.12 {axis=2} : f32[32,50,256] @arena:249472000  !models/dcase2024_baseline.json:43:17+8 */
struct k093 {
};

extern "C" __global__ void __launch_bounds__(256, 1) k093_gru_both(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (blockIdx.y == 0 && t < 51200u) {
		const unsigned i = t * 4u;
		float v[4];
		map_get<4, 1>(v, ((const float *)(m.arena + 279142400)) + (i / 128u * 128u + i % 128u));
		map_put<4>(((float *)(m.arena + 249472000)) + (i / 128u * 256u + i % 128u), v);
	}
	if (blockIdx.y == 1 && t < 51200u) {
		const unsigned i = t * 4u;
		float v[4];
		map_get<4, 1>(v, ((const float *)(m.arena + 279961600)) + (i / 128u * 128u + i % 128u));
		map_put<4>(((float *)(m.arena + 249472000 + 512)) + (i / 128u * 256u + i % 128u), v);
	}
}

/* %gru._.7 = stack "gru.*" %gru.weight_hh_l1, %gru.weight_hh_l1_reverse : f32[2,384,128] @arena:288972800  !models/lib/crnn.json:30:20+28 */
struct k095 {
};

extern "C" __global__ void __launch_bounds__(256, 1) k095_gru__(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (blockIdx.y == 0 && t < 12288u) {
		const unsigned i = t * 4u;
		float v[4];
		map_get<4, 1>(v, ((const float *)(m.state + 2090496)) + (i));
		map_put<4>(((float *)(m.arena + 288972800)) + (i), v);
	}
	if (blockIdx.y == 1 && t < 12288u) {
		const unsigned i = t * 4u;
		float v[4];
		map_get<4, 1>(v, ((const float *)(m.state + 2287104)) + (i));
		map_put<4>(((float *)(m.arena + 288972800 + 196608)) + (i), v);
	}
}

/* %gru._.9 = stack "gru.*" %gru.bias_hh_l1, %gru.bias_hh_l1_reverse : f32[2,384] @arena:262130176  !models/lib/crnn.json:32:20+26 */
struct k096 {
};

extern "C" __global__ void __launch_bounds__(256, 1) k096_gru__(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (blockIdx.y == 0 && t < 96u) {
		const unsigned i = t * 4u;
		float v[4];
		map_get<4, 1>(v, ((const float *)(m.state + 2488320)) + (i));
		map_put<4>(((float *)(m.arena + 262130176)) + (i), v);
	}
	if (blockIdx.y == 1 && t < 96u) {
		const unsigned i = t * 4u;
		float v[4];
		map_get<4, 1>(v, ((const float *)(m.state + 2489856)) + (i));
		map_put<4>(((float *)(m.arena + 262130176 + 1536)) + (i), v);
	}
}

/* %gru.tanh_f.grad.3, %gru.tanh_f.grad.4, %gru.tanh_f.grad.5, %gru.tanh_f.grad.6, %gru.tanh_f.grad.7 = map "gru.tanh_f.grad" %gru.l1.3, %gru.l1_reverse.12 {f="y0 = tanh(x0); y1 = tanh(x1); y2 = mul(y1, y0); y3 = tanh_da(y1); y4 = tanh_da(y0)"} : f32[32,50,128] @arena:253011200, f32[32,50,128] @arena:253830400, f32[32,50,128] @arena:254649600, f32[32,50,128] @arena:255468800, f32[32,50,128] @arena:256288000  !models/dcase2024_baseline.json:46:45+6 */
struct k099 {
	enum { COUNT = 51200 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k099_gru_tanh_f_grad(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k099::COUNT)
		return;
	const unsigned i = t * 4u;
	float x0[4];
	map_get<4, 1>(x0, ((const float *)(m.arena + 249472000)) + (i));
	float x1[4];
	map_get<4, 1>(x1, ((const float *)(m.arena + 250291200)) + (i));
	float y0[4];
	float y1[4];
	float y2[4];
	float y3[4];
	float y4[4];
#pragma unroll
	for (int e = 0; e < 4; e++) {
		{
			const float a = x0[e];
			y0[e] = tanh(a);
		}
		{
			const float a = x1[e];
			y1[e] = tanh(a);
		}
		{
			const float a = y1[e];
			const float b = y0[e];
			y2[e] = a * b;
		}
		{
			const float y = y1[e];
			y3[e] = K(1) - y * y;
		}
		{
			const float y = y0[e];
			y4[e] = K(1) - y * y;
		}
	}
	map_put<4>(((float *)(m.arena + 253011200)) + (i), y0);
	map_put<4>(((float *)(m.arena + 253830400)) + (i), y1);
	map_put<4>(((float *)(m.arena + 254649600)) + (i), y2);
	map_put<4>(((float *)(m.arena + 255468800)) + (i), y3);
	map_put<4>(((float *)(m.arena + 256288000)) + (i), y4);
}

/* %gru.l1_reverse.grad.13 = const "gru.l1_reverse.grad" {shape=[128,1,2] value=[1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0]} : f32[128,1,2] @load:8192  !models/lib/crnn.json:33:17+5 */
struct k100 {
	enum { COUNT = 256 };
	static __device__ __forceinline__ float value(unsigned i)
	{
		static const float v[] = {
			K(1), K(0), K(1), K(0), K(1), K(0), K(1), K(0),
			K(1), K(0), K(1), K(0), K(1), K(0), K(1), K(0),
			K(1), K(0), K(1), K(0), K(1), K(0), K(1), K(0),
			K(1), K(0), K(1), K(0), K(1), K(0), K(1), K(0),
			K(1), K(0), K(1), K(0), K(1), K(0), K(1), K(0),
			K(1), K(0), K(1), K(0), K(1), K(0), K(1), K(0),
			K(1), K(0), K(1), K(0), K(1), K(0), K(1), K(0),
			K(1), K(0), K(1), K(0), K(1), K(0), K(1), K(0),
			K(1), K(0), K(1), K(0), K(1), K(0), K(1), K(0),
			K(1), K(0), K(1), K(0), K(1), K(0), K(1), K(0),
			K(1), K(0), K(1), K(0), K(1), K(0), K(1), K(0),
			K(1), K(0), K(1), K(0), K(1), K(0), K(1), K(0),
			K(1), K(0), K(1), K(0), K(1), K(0), K(1), K(0),
			K(1), K(0), K(1), K(0), K(1), K(0), K(1), K(0),
			K(1), K(0), K(1), K(0), K(1), K(0), K(1), K(0),
			K(1), K(0), K(1), K(0), K(1), K(0), K(1), K(0),
			K(1), K(0), K(1), K(0), K(1), K(0), K(1), K(0),
			K(1), K(0), K(1), K(0), K(1), K(0), K(1), K(0),
			K(1), K(0), K(1), K(0), K(1), K(0), K(1), K(0),
			K(1), K(0), K(1), K(0), K(1), K(0), K(1), K(0),
			K(1), K(0), K(1), K(0), K(1), K(0), K(1), K(0),
			K(1), K(0), K(1), K(0), K(1), K(0), K(1), K(0),
			K(1), K(0), K(1), K(0), K(1), K(0), K(1), K(0),
			K(1), K(0), K(1), K(0), K(1), K(0), K(1), K(0),
			K(1), K(0), K(1), K(0), K(1), K(0), K(1), K(0),
			K(1), K(0), K(1), K(0), K(1), K(0), K(1), K(0),
			K(1), K(0), K(1), K(0), K(1), K(0), K(1), K(0),
			K(1), K(0), K(1), K(0), K(1), K(0), K(1), K(0),
			K(1), K(0), K(1), K(0), K(1), K(0), K(1), K(0),
			K(1), K(0), K(1), K(0), K(1), K(0), K(1), K(0),
			K(1), K(0), K(1), K(0), K(1), K(0), K(1), K(0),
			K(1), K(0), K(1), K(0), K(1), K(0), K(1), K(0),
		};
		return (v[i % 256u]);
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k100_gru_l1_reverse_grad(const Mem m)
{
	const unsigned i = blockIdx.x * 256u + threadIdx.x;
	if (i < k100::COUNT)
		((float *)(m.load + 446720))[i] = k100::value(i);
}

/* %gru._.grad.6 = concat "gru.*.grad" %gru.l1.grad.18, %gru._.grad.5 {axis=0} : f32[3,32,50,128] @arena:249472000:bf16  !models/dcase2024_baseline.json:46:45+6 */
struct k102 {
};

extern "C" __global__ void __launch_bounds__(256, 1) k102_gru___grad(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (blockIdx.y == 0 && t < 51200u) {
		const unsigned i = t * 4u;
		float v[4];
		map_get<4, 1>(v, ((const float *)(m.arena + 254649600)) + (i));
		map_put<4>(((bf16 *)(m.arena + 249472000)) + (i), v);
	}
	if (blockIdx.y == 1 && t < 102400u) {
		const unsigned i = t * 4u;
		float v[4];
		map_get<4, 1>(v, ((const float *)(m.arena + 282419200)) + (i));
		map_put<4>(((bf16 *)(m.arena + 249472000 + 409600)) + (i), v);
	}
}

/* %mhsa_block_list.0.sum = add "mhsa_block_list.0.sum" %gru.tanh_f.grad.5, %mhsa_block_list.0.out_proj : f32[32,50,128] @arena:257926400  !models/lib/crnn.json:79:17+5 */
struct k107 {
	enum { COUNT = 51200 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k107_mhsa_block_list_0_sum(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k107::COUNT)
		return;
	const unsigned i = t * 4u;
	float x0[4];
	map_get<4, 1>(x0, ((const float *)(m.arena + 254649600)) + (i));
	float x1[4];
	map_get<4, 1>(x1, ((const float *)(m.arena + 260940800)) + (i));
	float y0[4];
#pragma unroll
	for (int e = 0; e < 4; e++) {
		{
			const float a = x0[e];
			const float b = x1[e];
			y0[e] = a + b;
		}
	}
	map_put<4>(((float *)(m.arena + 257926400)) + (i), y0);
}

/* %mhsa_block_list.1.sum = add "mhsa_block_list.1.sum" %layer_norm_list.0, %mhsa_block_list.1.out_proj : f32[32,50,128] @arena:287334400  !models/lib/crnn.json:79:17+5 */
struct k112 {
	enum { COUNT = 51200 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k112_mhsa_block_list_1_sum(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k112::COUNT)
		return;
	const unsigned i = t * 4u;
	float x0[4];
	map_get<4, 1>(x0, ((const float *)(m.arena + 285696000)) + (i));
	float x1[4];
	map_get<4, 1>(x1, ((const float *)(m.arena + 251929600)) + (i));
	float y0[4];
#pragma unroll
	for (int e = 0; e < 4; e++) {
		{
			const float a = x0[e];
			const float b = x1[e];
			y0[e] = a + b;
		}
	}
	map_put<4>(((float *)(m.arena + 287334400)) + (i), y0);
}

/* %loss.events = mul "loss.events" %loss.active, %loss.members : f32[32,50,6,4,13] @arena:251929600:bf16  !models/lib/train.json:105:17+5 */
struct k118 {
	enum { COUNT = 499200 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k118_loss_events(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k118::COUNT)
		return;
	const unsigned i = t;
	float x0[1];
	map_get<1, 0>(x0, ((const float *)(m.in + 14337024)) + (i / 52u * 65u + i % 13u));
	float x1[1];
	map_get<1, 0>(x1, ((const float *)(m.in + 14337076)) + (i / 52u * 65u + i / 13u % 4u * 13u + i % 13u));
	float y0[1];
#pragma unroll
	for (int e = 0; e < 1; e++) {
		{
			const float a = x0[e];
			const float b = x1[e];
			y0[e] = a * b;
		}
	}
	map_put<1>(((bf16 *)(m.arena + 251929600)) + (i / 52u * 52u + i / 13u % 4u * 13u + i % 13u), y0);
}

/* %loss.pick = const "loss.pick" {shape=[39,6] value=[1,1,0,1,0,0,1,1,0,0,1,0,1,0,1,0,0,1,1,1,0,1,0,0,1,1,0,0,1,0,1,0,1,0,0,1,1,1,0,1,0,0,1,0,1,0,1,0,1,1,0,0,0,1,1,1,0,1,0,0,1,0,1,0,1,0,1,0,1,0,0,1,1,0,1,1,0,0,1,1,0,0,1,0,1,1,0,0,0,1,1,0,1,1,0,0,1,1,0,0,1,0,1,0,1,0,0,1,1,0,1,1,0,0,1,0,1,0,1,0,1,1,0,0,0,1,1,1,0,1,0,0,1,1,0,0,1,0,1,0,1,0,0,1,1,1,0,1,0,0,1,1,0,0,0,1,1,0,1,0,1,0,1,1,0,0,1,0,1,1,0,1,0,0,1,0,1,0,0,1,1,1,0,0,1,0,1,1,0,0,0,1,1,0,1,1,0,0,1,1,0,0,0,1,1,1,0,1,0,0,1,0,1,0,1,0,1,1,0,0,0,1,1,1,0,0,1,0,1,0,1,1,0,0]} : f32[39,6] @load:9216  !models/lib/train.json:107:17+7 */
struct k119 {
	enum { COUNT = 234 };
	static __device__ __forceinline__ float value(unsigned i)
	{
		static const float v[] = {
			K(1), K(1), K(0), K(1), K(0), K(0), K(1), K(1),
			K(0), K(0), K(1), K(0), K(1), K(0), K(1), K(0),
			K(0), K(1), K(1), K(1), K(0), K(1), K(0), K(0),
			K(1), K(1), K(0), K(0), K(1), K(0), K(1), K(0),
			K(1), K(0), K(0), K(1), K(1), K(1), K(0), K(1),
			K(0), K(0), K(1), K(0), K(1), K(0), K(1), K(0),
			K(1), K(1), K(0), K(0), K(0), K(1), K(1), K(1),
			K(0), K(1), K(0), K(0), K(1), K(0), K(1), K(0),
			K(1), K(0), K(1), K(0), K(1), K(0), K(0), K(1),
			K(1), K(0), K(1), K(1), K(0), K(0), K(1), K(1),
			K(0), K(0), K(1), K(0), K(1), K(1), K(0), K(0),
			K(0), K(1), K(1), K(0), K(1), K(1), K(0), K(0),
			K(1), K(1), K(0), K(0), K(1), K(0), K(1), K(0),
			K(1), K(0), K(0), K(1), K(1), K(0), K(1), K(1),
			K(0), K(0), K(1), K(0), K(1), K(0), K(1), K(0),
			K(1), K(1), K(0), K(0), K(0), K(1), K(1), K(1),
			K(0), K(1), K(0), K(0), K(1), K(1), K(0), K(0),
			K(1), K(0), K(1), K(0), K(1), K(0), K(0), K(1),
			K(1), K(1), K(0), K(1), K(0), K(0), K(1), K(1),
			K(0), K(0), K(0), K(1), K(1), K(0), K(1), K(0),
			K(1), K(0), K(1), K(1), K(0), K(0), K(1), K(0),
			K(1), K(1), K(0), K(1), K(0), K(0), K(1), K(0),
			K(1), K(0), K(0), K(1), K(1), K(1), K(0), K(0),
			K(1), K(0), K(1), K(1), K(0), K(0), K(0), K(1),
			K(1), K(0), K(1), K(1), K(0), K(0), K(1), K(1),
			K(0), K(0), K(0), K(1), K(1), K(1), K(0), K(1),
			K(0), K(0), K(1), K(0), K(1), K(0), K(1), K(0),
			K(1), K(1), K(0), K(0), K(0), K(1), K(1), K(1),
			K(0), K(0), K(1), K(0), K(1), K(0), K(1), K(1),
			K(0), K(0),
		};
		return (v[i % 234u]);
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k119_loss_pick(const Mem m)
{
	const unsigned i = blockIdx.x * 256u + threadIdx.x;
	if (i < k119::COUNT)
		((float *)(m.load + 447744))[i] = k119::value(i);
}

/* %loss.e.grad.3, %loss.e.grad.4 = map "loss.e.grad" %loss.outputs, %loss.targets {f="t0 = sub(x0, x1); y0 = square(t0); y1 = square_da(t0)"} : f32[32,50,13,3,4,13] @arena:209587200, f32[32,50,13,3,4,13] @arena:222566400  !models/lib/train.json:125:17+8 */
struct k121 {
	enum { COUNT = 811200 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k121_loss_e_grad(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k121::COUNT)
		return;
	const unsigned i = t * 4u;
	float x0[4];
	map_get<4, 1>(x0, ((const float *)(m.arena + 260940800)) + (i / 2028u * 156u + i % 156u));
	float x1[4];
	map_get<4, 1>(x1, ((const float *)(m.arena + 196608000)) + (i / 2028u * 2028u + i / 156u % 13u * 156u + i % 156u));
	float y0[4];
	float y1[4];
#pragma unroll
	for (int e = 0; e < 4; e++) {
		float t0;
		{
			const float a = x0[e];
			const float b = x1[e];
			t0 = a - b;
		}
		{
			const float a = t0;
			y0[e] = a * a;
		}
		{
			const float a = t0;
			y1[e] = K(2) * a;
		}
	}
	map_put<4>(((float *)(m.arena + 209587200)) + (i / 2028u * 2028u + i / 156u % 13u * 156u + i % 156u), y0);
	map_put<4>(((float *)(m.arena + 222566400)) + (i / 2028u * 2028u + i / 156u % 13u * 156u + i % 156u), y1);
}

/* %loss.grad.7 = const "loss.grad" {shape=[1,1,1] value=[4.807692307692308e-05]} : f32[1,1,1] @load:10176  !models/lib/train.json:128:17+6 */
struct k126 {
	enum { COUNT = 1 };
	static __device__ __forceinline__ float value(unsigned i)
	{
		static const float v[] = {
			K(4.807692307692308e-05),
		};
		return (v[i % 1u]);
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k126_loss_grad(const Mem m)
{
	const unsigned i = blockIdx.x * 256u + threadIdx.x;
	if (i < k126::COUNT)
		((float *)(m.load + 448704))[i] = k126::value(i);
}

/* %loss.candidates.grad.5 = map "loss.candidates.grad" %loss.least.grad.2, %loss.least.grad {f="t0 = mul(x0, x1); y0 = mul(t0, 0.08333333333333333)"} : f32[32,50,13,13] @arena:260940800  !models/lib/train.json:126:17+6 */
struct k128 {
	enum { COUNT = 67600 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k128_loss_candidates_grad(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k128::COUNT)
		return;
	const unsigned i = t * 4u;
	float x0[4];
	map_get<4, 0>(x0, ((const float *)(m.load + 448704)) + (0u));
	float x1[4];
	map_get<4, 1>(x1, ((const float *)(m.arena + 251929600)) + (i));
	float y0[4];
#pragma unroll
	for (int e = 0; e < 4; e++) {
		float t0;
		{
			const float a = x0[e];
			const float b = x1[e];
			t0 = a * b;
		}
		{
			const float a = t0;
			const float b = K(0.08333333333333333);
			y0[e] = a * b;
		}
	}
	map_put<4>(((float *)(m.arena + 260940800)) + (i), y0);
}

/* %loss.e.grad.2 = mul "loss.e.grad" %loss.candidates.grad.4, %loss.e.grad.4 : f32[32,50,13,3,4,13] @arena:196608000  !models/lib/train.json:125:17+8 */
struct k129 {
	enum { COUNT = 3244800 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k129_loss_e_grad(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k129::COUNT)
		return;
	const unsigned i = t;
	float x0[1];
	map_get<1, 0>(x0, ((const float *)(m.arena + 260940800)) + (i / 156u * 13u + i % 13u));
	float x1[1];
	map_get<1, 0>(x1, ((const float *)(m.arena + 222566400)) + (i / 156u * 156u + i / 13u % 12u * 13u + i % 13u));
	float y0[1];
#pragma unroll
	for (int e = 0; e < 1; e++) {
		{
			const float a = x0[e];
			const float b = x1[e];
			y0[e] = a * b;
		}
	}
	map_put<1>(((float *)(m.arena + 196608000)) + (i / 156u * 156u + i / 13u % 12u * 13u + i % 13u), y0);
}

/* %mhsa_block_list.1.in_proj.grad = concat "mhsa_block_list.1.in_proj.grad" %mhsa_block_list.1.split_0.grad, %mhsa_block_list.1.split_1.grad, %mhsa_block_list.1.split_2.grad {axis=2} : f32[32,50,384] @arena:249472000:bf16  !models/lib/crnn.json:54:17+8 */
struct k153 {
};

extern "C" __global__ void __launch_bounds__(256, 1) k153_mhsa_block_list_1_in_proj_grad(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (blockIdx.y == 0 && t < 51200u) {
		const unsigned i = t * 4u;
		float v[4];
		map_get<4, 1>(v, ((const float *)(m.arena + 260940800)) + (i / 128u * 128u + i % 128u));
		map_put<4>(((bf16 *)(m.arena + 249472000)) + (i / 128u * 384u + i % 128u), v);
	}
	if (blockIdx.y == 1 && t < 51200u) {
		const unsigned i = t * 4u;
		float v[4];
		map_get<4, 1>(v, ((const float *)(m.arena + 196608000)) + (i / 128u * 128u + i % 128u));
		map_put<4>(((bf16 *)(m.arena + 249472000 + 256)) + (i / 128u * 384u + i % 128u), v);
	}
	if (blockIdx.y == 2 && t < 51200u) {
		const unsigned i = t * 4u;
		float v[4];
		map_get<4, 1>(v, ((const float *)(m.arena + 197427200)) + (i / 128u * 128u + i % 128u));
		map_put<4>(((bf16 *)(m.arena + 249472000 + 256 + 256)) + (i / 128u * 384u + i % 128u), v);
	}
}

/* %layer_norm_list.0.grad = add "layer_norm_list.0.grad" %layer_norm_list.1.grad, %mhsa_block_list.1.in_proj.grad.2 : f32[32,50,128] @arena:196608000:bf16  !models/lib/nn.json:79:17+12 */
struct k160 {
	enum { COUNT = 51200 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k160_layer_norm_list_0_grad(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k160::COUNT)
		return;
	const unsigned i = t * 4u;
	float x0[4];
	map_get<4, 1>(x0, ((const bf16 *)(m.arena + 198246400)) + (i));
	float x1[4];
	map_get<4, 1>(x1, ((const bf16 *)(m.arena + 258745600)) + (i));
	float y0[4];
#pragma unroll
	for (int e = 0; e < 4; e++) {
		{
			const float a = x0[e];
			const float b = x1[e];
			y0[e] = a + b;
		}
	}
	map_put<4>(((bf16 *)(m.arena + 196608000)) + (i), y0);
}

/* %mhsa_block_list.0.in_proj.grad = concat "mhsa_block_list.0.in_proj.grad" %mhsa_block_list.0.split_0.grad, %mhsa_block_list.0.split_1.grad, %mhsa_block_list.0.split_2.grad {axis=2} : f32[32,50,384] @arena:249472000:bf16  !models/lib/crnn.json:54:17+8 */
struct k172 {
};

extern "C" __global__ void __launch_bounds__(256, 1) k172_mhsa_block_list_0_in_proj_grad(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (blockIdx.y == 0 && t < 51200u) {
		const unsigned i = t * 4u;
		float v[4];
		map_get<4, 1>(v, ((const float *)(m.arena + 250700800)) + (i / 128u * 128u + i % 128u));
		map_put<4>(((bf16 *)(m.arena + 249472000)) + (i / 128u * 384u + i % 128u), v);
	}
	if (blockIdx.y == 1 && t < 51200u) {
		const unsigned i = t * 4u;
		float v[4];
		map_get<4, 1>(v, ((const float *)(m.arena + 251520000)) + (i / 128u * 128u + i % 128u));
		map_put<4>(((bf16 *)(m.arena + 249472000 + 256)) + (i / 128u * 384u + i % 128u), v);
	}
	if (blockIdx.y == 2 && t < 51200u) {
		const unsigned i = t * 4u;
		float v[4];
		map_get<4, 1>(v, ((const float *)(m.arena + 196608000)) + (i / 128u * 128u + i % 128u));
		map_put<4>(((bf16 *)(m.arena + 249472000 + 256 + 256)) + (i / 128u * 384u + i % 128u), v);
	}
}

/* %gru.tanh_f.grad.8, %gru.tanh_f.grad.9 = map "gru.tanh_f.grad" %layer_norm_list.0.grad.2, %mhsa_block_list.0.in_proj.grad.2, %gru.tanh_f.grad.3, %gru.tanh_f.grad.4, %gru.tanh_f.grad.6, %gru.tanh_f.grad.7 {f="t0 = add(x0, x1); t1 = mul(t0, x2); t2 = mul(t0, x3); y0 = mul(t1, x4); y1 = mul(t2, x5)"} : f32[32,50,128] @arena:197427200, f32[32,50,128] @arena:196608000  !models/dcase2024_baseline.json:46:45+6 */
struct k179 {
	enum { COUNT = 51200 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k179_gru_tanh_f_grad(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k179::COUNT)
		return;
	const unsigned i = t * 4u;
	float x0[4];
	map_get<4, 1>(x0, ((const float *)(m.arena + 260940800)) + (i));
	float x1[4];
	map_get<4, 1>(x1, ((const float *)(m.arena + 257107200)) + (i));
	float x2[4];
	map_get<4, 1>(x2, ((const float *)(m.arena + 253011200)) + (i));
	float x3[4];
	map_get<4, 1>(x3, ((const float *)(m.arena + 253830400)) + (i));
	float x4[4];
	map_get<4, 1>(x4, ((const float *)(m.arena + 255468800)) + (i));
	float x5[4];
	map_get<4, 1>(x5, ((const float *)(m.arena + 256288000)) + (i));
	float y0[4];
	float y1[4];
#pragma unroll
	for (int e = 0; e < 4; e++) {
		float t0;
		{
			const float a = x0[e];
			const float b = x1[e];
			t0 = a + b;
		}
		float t1;
		{
			const float a = t0;
			const float b = x2[e];
			t1 = a * b;
		}
		float t2;
		{
			const float a = t0;
			const float b = x3[e];
			t2 = a * b;
		}
		{
			const float a = t1;
			const float b = x4[e];
			y0[e] = a * b;
		}
		{
			const float a = t2;
			const float b = x5[e];
			y1[e] = a * b;
		}
	}
	map_put<4>(((float *)(m.arena + 197427200)) + (i), y0);
	map_put<4>(((float *)(m.arena + 196608000)) + (i), y1);
}

/* %gru.dropout.grad = add "gru.dropout.grad" %gru.l1_reverse.grad.25, %gru.l1.grad.35 : f32[32,50,256] @arena:252748800  !models/dcase2024_baseline.json:44:17+9 */
struct k190 {
	enum { COUNT = 102400 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k190_gru_dropout_grad(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k190::COUNT)
		return;
	const unsigned i = t * 4u;
	float x0[4];
	map_get<4, 1>(x0, ((const float *)(m.arena + 251110400)) + (i));
	float x1[4];
	map_get<4, 1>(x1, ((const float *)(m.arena + 249472000)) + (i));
	float y0[4];
#pragma unroll
	for (int e = 0; e < 4; e++) {
		{
			const float a = x0[e];
			const float b = x1[e];
			y0[e] = a + b;
		}
	}
	map_put<4>(((float *)(m.arena + 252748800)) + (i), y0);
}

/* %gru.both.grad.3 = stack "gru.both.grad" %gru.both.grad, %gru.both.grad.2 : f32[2,32,50,128] @arena:201523200  !models/dcase2024_baseline.json:43:17+8 */
struct k195 {
};

extern "C" __global__ void __launch_bounds__(256, 1) k195_gru_both_grad(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (blockIdx.y == 0 && t < 51200u) {
		const unsigned i = t * 4u;
		float v[4];
		map_get<4, 1>(v, ((const float *)(m.arena + 196608000)) + (i / 128u * 256u + i % 128u));
		map_put<4>(((float *)(m.arena + 201523200)) + (i / 128u * 128u + i % 128u), v);
	}
	if (blockIdx.y == 1 && t < 51200u) {
		const unsigned i = t * 4u;
		float v[4];
		map_get<4, 1>(v, ((const float *)(m.arena + 196608512)) + (i / 128u * 256u + i % 128u));
		map_put<4>(((float *)(m.arena + 201523200 + 819200)) + (i / 128u * 128u + i % 128u), v);
	}
}

/* %sequence.2 = concat "sequence" %gru.l0.grad.29, %gru.l0.grad.30, %gru._.grad.2 {axis=0} : f32[4,32,50,128] @arena:275865600  !models/dcase2024_baseline.json:40:17+9 */
struct k199 {
};

extern "C" __global__ void __launch_bounds__(256, 1) k199_sequence(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (blockIdx.y == 0 && t < 51200u) {
		const unsigned i = t * 4u;
		float v[4];
		map_get<4, 1>(v, ((const float *)(m.arena + 275865600)) + (i));
		map_put<4>(((float *)(m.arena + 275865600 + 819200)) + (i), v);
	}
}

/* %sequence.grad = add "sequence.grad" %gru.l0_reverse.grad.25, %gru.l0.grad.28 : f32[32,50,128] @arena:260940800  !models/dcase2024_baseline.json:40:17+9 */
struct k204 {
	enum { COUNT = 51200 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k204_sequence_grad(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k204::COUNT)
		return;
	const unsigned i = t * 4u;
	float x0[4];
	map_get<4, 1>(x0, ((const float *)(m.arena + 250291200)) + (i));
	float x1[4];
	map_get<4, 1>(x1, ((const float *)(m.arena + 249472000)) + (i));
	float y0[4];
#pragma unroll
	for (int e = 0; e < 4; e++) {
		{
			const float a = x0[e];
			const float b = x1[e];
			y0[e] = a + b;
		}
	}
	map_put<4>(((float *)(m.arena + 260940800)) + (i), y0);
}

/* %conv_block_list.6.dropout.grad = mul "conv_block_list.6.dropout.grad" %frames.grad, %conv_block_list.6.dropout.keep.5 : f32[32,64,50,2] @arena:275865600  !models/lib/nn.json:144:17+5 */
struct k205 {
	enum { COUNT = 204800 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k205_conv_block_list_6_dropout_grad(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k205::COUNT)
		return;
	const unsigned i = t;
	float x0[1];
	map_get<1, 0>(x0, ((const float *)(m.arena + 260940800)) + (i / 6400u * 6400u + i / 100u % 64u * 2u + i / 2u % 50u * 128u + i % 2u));
	float x1[1];
	map_get<1, 0>(x1, ((const float *)(m.arena + 262121984)) + (i / 6400u * 64u + i / 100u % 64u));
	float y0[1];
#pragma unroll
	for (int e = 0; e < 1; e++) {
		{
			const float a = x0[e];
			const float b = x1[e];
			y0[e] = a * b;
		}
	}
	map_put<1>(((float *)(m.arena + 275865600)) + (i / 6400u * 6400u + i / 100u % 64u * 100u + i / 2u % 50u * 2u + i % 2u), y0);
}

/* %conv_block_list.6.pool.grad.2 = transpose "conv_block_list.6.pool.grad" %conv_block_list.6.dropout.grad {perm=[0,2,3,1]} : f32[32,50,2,64] @arena:260940800  !models/lib/crnn.json:18:17+12 */
struct k206 {
};

extern "C" __global__ void __launch_bounds__(256, 1) k206_conv_block_list_6_pool_grad(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (blockIdx.y == 0 && t < 204800u) {
		const unsigned i = t * 1u;
		float v[1];
		map_get<1, 0>(v, ((const float *)(m.arena + 275865600)) + (i / 6400u * 6400u + i / 64u % 100u + i % 64u * 100u));
		map_put<1>(((float *)(m.arena + 260940800)) + (i / 6400u * 6400u + i / 64u % 100u * 64u + i % 64u), v);
	}
}

/* %conv_block_list.3.dropout.grad = mul "conv_block_list.3.dropout.grad" %conv_block_list.6.conv.grad, %conv_block_list.3.dropout.grad.2 : f32[32,50,4,64] @arena:252748800  !models/lib/nn.json:144:17+5 */
struct k217 {
	enum { COUNT = 102400 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k217_conv_block_list_3_dropout_grad(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k217::COUNT)
		return;
	const unsigned i = t * 4u;
	float x0[4];
	map_get<4, 1>(x0, ((const float *)(m.arena + 249472000)) + (i / 12800u * 12800u + i / 64u % 200u * 64u + i % 64u));
	float x1[4];
	map_get<4, 1>(x1, ((const float *)(m.arena + 262113792)) + (i / 12800u * 64u + i % 64u));
	float y0[4];
#pragma unroll
	for (int e = 0; e < 4; e++) {
		{
			const float a = x0[e];
			const float b = x1[e];
			y0[e] = a * b;
		}
	}
	map_put<4>(((float *)(m.arena + 252748800)) + (i / 12800u * 12800u + i / 64u % 200u * 64u + i % 64u), y0);
}

/* %conv_block_list.0.dropout.grad = mul "conv_block_list.0.dropout.grad" %conv_block_list.3.conv.grad, %conv_block_list.0.dropout.grad.2 : f32[32,50,16,64] @arena:269312000  !models/lib/nn.json:144:17+5 */
struct k228 {
	enum { COUNT = 409600 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k228_conv_block_list_0_dropout_grad(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k228::COUNT)
		return;
	const unsigned i = t * 4u;
	float x0[4];
	map_get<4, 1>(x0, ((const float *)(m.arena + 196608000)) + (i / 51200u * 51200u + i / 64u % 800u * 64u + i % 64u));
	float x1[4];
	map_get<4, 1>(x1, ((const float *)(m.arena + 262105600)) + (i / 51200u * 64u + i % 64u));
	float y0[4];
#pragma unroll
	for (int e = 0; e < 4; e++) {
		{
			const float a = x0[e];
			const float b = x1[e];
			y0[e] = a * b;
		}
	}
	map_put<4>(((float *)(m.arena + 269312000)) + (i / 51200u * 51200u + i / 64u % 800u * 64u + i % 64u), y0);
}

/* %map.3, %map.4 = map %opt.step {f="t0 = mul(x0, -0.10536051565782628); t1 = expm1(t0); y0 = neg(t1); t2 = mul(x0, -0.0010005003335835344); t3 = expm1(t2); y1 = neg(t3)"} : f32[] @arena:286515136, f32[] @arena:286513920 */
struct k239 {
	enum { COUNT = 1 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k239_map(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k239::COUNT)
		return;
	const unsigned i = t;
	float x0[1];
	map_get<1, 0>(x0, ((const float *)(m.in + 256)) + (0u));
	float y0[1];
	float y1[1];
#pragma unroll
	for (int e = 0; e < 1; e++) {
		float t0;
		{
			const float a = x0[e];
			const float b = K(-0.10536051565782628);
			t0 = a * b;
		}
		float t1;
		{
			const float a = t0;
			t1 = expm1(a);
		}
		{
			const float a = t1;
			y0[e] = -a;
		}
		float t3;
		{
			const float a = x0[e];
			const float b = K(-0.0010005003335835344);
			t3 = a * b;
		}
		float t4;
		{
			const float a = t3;
			t4 = expm1(a);
		}
		{
			const float a = t4;
			y1[e] = -a;
		}
	}
	map_put<1>(((float *)(m.arena + 286515136)) + (0u), y0);
	map_put<1>(((float *)(m.arena + 286513920)) + (0u), y1);
}

/* %map, %map.2 = map %grad_norm, %opt.clip {f="y0 = sqrt(x0); t0 = add(y0, 1e-06); t1 = div(x1, t0); t2 = minimum(t1, 1); y1 = where(x1, t2, 1)"} : f32[] @arena:289447936, f32[] @arena:286513984 */
struct k240 {
	enum { COUNT = 1 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k240_map(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k240::COUNT)
		return;
	const unsigned i = t;
	float x0[1];
	map_get<1, 0>(x0, ((const float *)(m.arena + 286515072)) + (0u));
	float x1[1];
	map_get<1, 0>(x1, ((const float *)(m.in + 512)) + (0u));
	float y0[1];
	float y1[1];
#pragma unroll
	for (int e = 0; e < 1; e++) {
		{
			const float a = x0[e];
			y0[e] = sqrt(a);
		}
		float t1;
		{
			const float a = y0[e];
			const float b = K(1e-06);
			t1 = a + b;
		}
		float t2;
		{
			const float a = x1[e];
			const float b = t1;
			t2 = a / b;
		}
		float t3;
		{
			const float a = t2;
			const float b = K(1);
			t3 = a < b ? a : b;
		}
		{
			const float a = x1[e];
			const float b = t3;
			const float c = K(1);
			y1[e] = a != K(0) ? b : c;
		}
	}
	map_put<1>(((float *)(m.arena + 289447936)) + (0u), y0);
	map_put<1>(((float *)(m.arena + 286513984)) + (0u), y1);
}

/* %stack.2 = stack %opt.lr, %map.3, %map.4, %map.2 : f32[4] @arena:286515072 */
struct k241 {
};

extern "C" __global__ void __launch_bounds__(256, 1) k241_stack(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (blockIdx.y == 0 && t < 1u) {
		const unsigned i = t * 1u;
		float v[1];
		map_get<1, 0>(v, ((const float *)(m.in + 0)) + (0u));
		map_put<1>(((float *)(m.arena + 286515072)) + (0u), v);
	}
	if (blockIdx.y == 1 && t < 1u) {
		const unsigned i = t * 1u;
		float v[1];
		map_get<1, 0>(v, ((const float *)(m.arena + 286515136)) + (0u));
		map_put<1>(((float *)(m.arena + 286515072 + 4)) + (0u), v);
	}
	if (blockIdx.y == 2 && t < 1u) {
		const unsigned i = t * 1u;
		float v[1];
		map_get<1, 0>(v, ((const float *)(m.arena + 286513920)) + (0u));
		map_put<1>(((float *)(m.arena + 286515072 + 4 + 4)) + (0u), v);
	}
	if (blockIdx.y == 3 && t < 1u) {
		const unsigned i = t * 1u;
		float v[1];
		map_get<1, 0>(v, ((const float *)(m.arena + 286513984)) + (0u));
		map_put<1>(((float *)(m.arena + 286515072 + 4 + 4 + 4)) + (0u), v);
	}
}

/* %conv_block_list.0.bn, %conv_block_list.0.bn.2, %conv_block_list.0.bn.3, %conv_block_list.0.bn.4, %conv_block_list.0.bn.5 = batch_norm_train "conv_block_list.0.bn" %conv_block_list.0.conv, %conv_block_list.0.bn.weight, %conv_block_list.0.bn.bias, %conv_block_list.0.bn.running_mean, %conv_block_list.0.bn.running_var {axis=3 act=relu} : f32[32,250,64,64] @arena:0, f32[64] @arena:289497088, f32[64] @arena:289497344, f32[64] @arena:289497600, f32[64] @arena:289497856  !models/lib/nn.json:58:17+12 */
struct k267 {
};

extern "C" __global__ void __launch_bounds__(256, 1) k267_conv_block_list_0_bn(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (blockIdx.y == 0 && t < 16u) {
		const unsigned i = t * 4u;
		float v[4];
		map_get<4, 1>(v, ((const float *)(m.arena + 289497600)) + (i));
		map_put<4>(((float *)(m.state + 16896)) + (i), v);
	}
	if (blockIdx.y == 1 && t < 16u) {
		const unsigned i = t * 4u;
		float v[4];
		map_get<4, 1>(v, ((const float *)(m.arena + 289497856)) + (i));
		map_put<4>(((float *)(m.state + 17152)) + (i), v);
	}
	if (blockIdx.y == 2 && t < 16u) {
		const unsigned i = t * 4u;
		float v[4];
		map_get<4, 1>(v, ((const float *)(m.arena + 289498112)) + (i));
		map_put<4>(((float *)(m.state + 165632)) + (i), v);
	}
	if (blockIdx.y == 3 && t < 16u) {
		const unsigned i = t * 4u;
		float v[4];
		map_get<4, 1>(v, ((const float *)(m.arena + 289498368)) + (i));
		map_put<4>(((float *)(m.state + 165888)) + (i), v);
	}
	if (blockIdx.y == 4 && t < 16u) {
		const unsigned i = t * 4u;
		float v[4];
		map_get<4, 1>(v, ((const float *)(m.arena + 289498624)) + (i));
		map_put<4>(((float *)(m.state + 314368)) + (i), v);
	}
	if (blockIdx.y == 5 && t < 16u) {
		const unsigned i = t * 4u;
		float v[4];
		map_get<4, 1>(v, ((const float *)(m.arena + 289498880)) + (i));
		map_put<4>(((float *)(m.state + 314624)) + (i), v);
	}
}

/* %audio = input "audio" {shape=[32,4,121024]} : f32[32,4,121024] @io  !models/dcase2024_baseline.json:23:15+7 */
struct k268 {
	enum { BATCH = 32, CHANNELS = 4, SAMPLES = 121024 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k268_audio(const Mem m)
{
	map_pcm<k268>((const short *)m.pcm, (float *)(m.in + 0));
}

/* reduce.cuh: sums, means, maxima, minima over any axes, the first of equal elements, and softmax
 * along one axis. All orders are fixed.
 *
 * P: ROWS results of COLS elements each; row(i), col(k): where element k of row i lies, as two
 * offsets to add; COUNT: elements behind a result (of a mean); In, Out.
 * A long row is cut into PARTS of EACH columns: blockIdx.y counts them, y holds [PARTS][ROWS]
 * partial results, and a second launch reduces those as rows of PARTS columns; PARTS 1: no cut. */

struct Sum {
	static __device__ __forceinline__ float start() { return 0.0f; }
	static __device__ __forceinline__ float join(float a, float b) { return a + b; }
	static __device__ __forceinline__ float warp(float v) { return warp_sum(v); }
	static __device__ __forceinline__ float end(float v, float) { return v; }
};

struct Mean : Sum {
	static __device__ __forceinline__ float end(float v, float n) { return v / n; }
};

struct Max : Sum {
	static __device__ __forceinline__ float start() { return -__int_as_float(0x7f800000); }
	static __device__ __forceinline__ float join(float a, float b) { return larger(a, b); }
	static __device__ __forceinline__ float warp(float v) { return warp_max(v); }
};

struct Min : Sum {
	static __device__ __forceinline__ float start() { return __int_as_float(0x7f800000); }
	static __device__ __forceinline__ float join(float a, float b) { return -larger(-a, -b); }
	static __device__ __forceinline__ float warp(float v) { return -warp_max(-v); }
};

/* The columns of this CTA's part. */
template <class P> struct Part {
	unsigned first, end;
	__device__ __forceinline__ Part()
	{
		first = blockIdx.y * P::EACH;
		end = P::PARTS == 1 || first + P::EACH > P::COLS ? P::COLS : first + P::EACH;
	}
};

template <class P, class R>
__device__ __forceinline__ void reduce_put(typename P::Out *y, unsigned i, float v)
{
	put(y + blockIdx.y * P::ROWS + i, P::PARTS == 1 ? R::end(v, P::COUNT) : v);
}

/* One warp a row: for elements that follow each other along columns. grid: ROWS / 4 CTAs of 128. */
template <class P, class R>
__device__ __forceinline__ void reduce(const typename P::In *x, typename P::Out *y)
{
	const unsigned i = blockIdx.x * 4 + (threadIdx.x >> 5), lane = threadIdx.x & 31;
	if (i >= P::ROWS)
		return;
	const typename P::In *row = x + P::row(i);
	const Part<P> part;
	float v = R::start();
#pragma unroll 8
	for (unsigned k = part.first + lane; k < part.end; k += 32)
		v = R::join(v, widen(row[P::col(k)]));
	v = R::warp(v);
	if (lane == 0)
		reduce_put<P, R>(y, i, v);
}

/* One lane a row, 8 warps along the columns: for elements that follow each other along rows.
 * grid: ROWS / 32 CTAs of 256. */
template <class P, class R>
__device__ __forceinline__ void reduce_across(const typename P::In *x, typename P::Out *y)
{
	__shared__ float sums[8][32];
	const unsigned lane = threadIdx.x & 31, warp = threadIdx.x >> 5, i = blockIdx.x * 32 + lane;
	const typename P::In *row = x + P::row(i < P::ROWS ? i : P::ROWS - 1);
	const Part<P> part;
	float v = R::start();
#pragma unroll 8
	for (unsigned k = part.first + warp; k < part.end; k += 8)
		v = R::join(v, widen(row[P::col(k)]));
	sums[warp][lane] = v;
	__syncthreads();
	if (warp > 0 || i >= P::ROWS)
		return;
	for (int w = 1; w < 8; w++)
		v = R::join(v, sums[w][lane]);
	reduce_put<P, R>(y, i, v);
}

/* One thread a row: for few columns. grid: ROWS / 256 CTAs of 256. */
template <class P, class R>
__device__ __forceinline__ void reduce_short(const typename P::In *x, typename P::Out *y)
{
	const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
	if (i >= P::ROWS)
		return;
	const typename P::In *row = x + P::row(i);
	float v = R::start();
	for (unsigned k = 0; k < P::COLS; k++)
		v = R::join(v, widen(row[P::col(k)]));
	reduce_put<P, R>(y, i, v);
}

/* mask: 1 at the first element of each row of x that equals the row's element of top, else 0.
 * P also: top(i), out(i) the offsets of row i in top and mask, out_col(k) that of column k there;
 * one thread a row, grid as for reduce_short. */
template <class P>
__device__ __forceinline__ void first_equal(const typename P::In *x, const float *top,
                                            typename P::Out *mask)
{
	const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
	if (i >= P::ROWS)
		return;
	const typename P::In *row = x + P::row(i);
	typename P::Out *out = mask + P::out(i);
	const float want = top[P::top(i)];
	bool found = false;
	for (unsigned k = 0; k < P::COLS; k++) {
		const bool hit = !found && widen(row[P::col(k)]) == want;
		found = found || hit;
		put(out + P::out_col(k), hit ? 1.0f : 0.0f);
	}
}

/* P also: out(i), the offset of row i in y, and OUT_COL, the stride along the axis there. */
template <class P>
__device__ __forceinline__ void softmax(const typename P::In *x, typename P::Out *y)
{
	const unsigned i = blockIdx.x * 4 + (threadIdx.x >> 5), lane = threadIdx.x & 31;
	if (i >= P::ROWS)
		return;
	const typename P::In *row = x + P::row(i);
	typename P::Out *out = y + P::out(i);
	float top = Max::start(), sum = 0;
	for (unsigned k = lane; k < P::COLS; k += 32)
		top = Max::join(top, widen(row[P::col(k)]));
	top = warp_max(top);
	for (unsigned k = lane; k < P::COLS; k += 32)
		sum += expf(widen(row[P::col(k)]) - top);
	sum = warp_sum(sum);
	for (unsigned k = lane; k < P::COLS; k += 32)
		put(out + k * P::OUT_COL, expf(widen(row[P::col(k)]) - top) / sum);
}

/* %features.log_mel.power = sum "features.log_mel.power" %features.log_mel.squares {axes=[-1]} : f32[32,4,250,513] @arena:263181312  !models/lib/foa.json:13:17+5 */
struct k006 {
	enum { ROWS = 16416000, COLS = 2, COUNT = 2, PARTS = 1, EACH = 2 };
	typedef float In;
	typedef float Out;
	static __device__ __forceinline__ unsigned row(unsigned i)
	{
		return i * 2u;
	}
	static __device__ __forceinline__ unsigned col(unsigned i)
	{
		return i;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k006_features_log_mel_power(const Mem m)
{
	reduce_short<k006, Sum>(((const float *)(m.arena + 131853312)), ((float *)(m.arena + 263181312)));
}

/* %features.floor.own = max "features.floor.own" %features.floor.within.3 {axes=[2,3] keep=1} : f32[32,4,1,1] @arena:131853312  !models/lib/foa.json:85:17+5 */
struct k011 {
	enum { ROWS = 128, COLS = 16000, COUNT = 16000, PARTS = 17, EACH = 942 };
	typedef float In;
	typedef float Out;
	static __device__ __forceinline__ unsigned row(unsigned i)
	{
		return i * 16000u;
	}
	static __device__ __forceinline__ unsigned col(unsigned i)
	{
		return i;
	}
};

extern "C" __global__ void __launch_bounds__(128, 1) k011_features_floor_own(const Mem m)
{
	reduce<k011, Max>(((const float *)(m.arena + 148237312)), ((float *)(m.arena + 328845312)));
}

/* %features.floor.own = max "features.floor.own" %features.floor.within.3 {axes=[2,3] keep=1} : f32[32,4,1,1] @arena:131853312  !models/lib/foa.json:85:17+5 */
struct k012 {
	enum { ROWS = 128, COLS = 17, COUNT = 16000, PARTS = 1, EACH = 17 };
	typedef float In;
	typedef float Out;
	static __device__ __forceinline__ unsigned row(unsigned i)
	{
		return i;
	}
	static __device__ __forceinline__ unsigned col(unsigned i)
	{
		return i * 128u;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k012_features_floor_own(const Mem m)
{
	reduce_short<k012, Max>(((const float *)(m.arena + 328845312)), ((float *)(m.arena + 131853312)));
}

/* %features.intensity.I = sum "features.intensity.I" %features.intensity.products {axes=[-1]} : f32[32,3,250,513] @arena:230349312  !models/lib/foa.json:100:17+5 */
struct k016 {
	enum { ROWS = 12312000, COLS = 2, COUNT = 2, PARTS = 1, EACH = 2 };
	typedef float In;
	typedef float Out;
	static __device__ __forceinline__ unsigned row(unsigned i)
	{
		return i * 2u;
	}
	static __device__ __forceinline__ unsigned col(unsigned i)
	{
		return i;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k016_features_intensity_I(const Mem m)
{
	reduce_short<k016, Sum>(((const float *)(m.arena + 131853312)), ((float *)(m.arena + 230349312)));
}

/* %features.intensity.potential = sum "features.intensity.potential" %features.intensity.pressure_squares {axes=[1,-1] keep=1} : f32[32,1,250,513,1] @arena:279597312  !models/lib/foa.json:102:17+5 */
struct k018 {
	enum { ROWS = 4104000, COLS = 2, COUNT = 2, PARTS = 1, EACH = 2 };
	typedef float In;
	typedef float Out;
	static __device__ __forceinline__ unsigned row(unsigned i)
	{
		return i * 2u;
	}
	static __device__ __forceinline__ unsigned col(unsigned i)
	{
		return i;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k018_features_intensity_potential(const Mem m)
{
	reduce_short<k018, Sum>(((const float *)(m.arena + 131853312)), ((float *)(m.arena + 279597312)));
}

/* %features.intensity.kinetic = sum "features.intensity.kinetic" %features.intensity.velocity_squares {axes=[1,-1] keep=1} : f32[32,1,250,513,1] @arena:0  !models/lib/foa.json:104:17+5 */
struct k020 {
	enum { ROWS = 4104000, COLS = 6, COUNT = 6, PARTS = 1, EACH = 6 };
	typedef float In;
	typedef float Out;
	static __device__ __forceinline__ unsigned row(unsigned i)
	{
		return i / 128250u * 769500u + i % 128250u * 2u;
	}
	static __device__ __forceinline__ unsigned col(unsigned i)
	{
		return i / 2u * 256500u + i % 2u;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k020_features_intensity_kinetic(const Mem m)
{
	reduce_short<k020, Sum>(((const float *)(m.arena + 131853312)), ((float *)(m.arena + 0)));
}

/* %loss.candidates = mean "loss.candidates" %loss.e.grad.3 {axes=[3,4]} : f32[32,50,13,13] @arena:260940800  !models/lib/train.json:126:17+6 */
struct k122 {
	enum { ROWS = 270400, COLS = 12, COUNT = 12, PARTS = 1, EACH = 12 };
	typedef float In;
	typedef float Out;
	static __device__ __forceinline__ unsigned row(unsigned i)
	{
		return i / 13u * 156u + i % 13u;
	}
	static __device__ __forceinline__ unsigned col(unsigned i)
	{
		return i * 13u;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k122_loss_candidates(const Mem m)
{
	reduce_short<k122, Mean>(((const float *)(m.arena + 209587200)), ((float *)(m.arena + 260940800)));
}

/* %loss.least = min "loss.least" %loss.candidates {axes=[2]} : f32[32,50,13] @arena:262022400  !models/lib/train.json:127:17+5 */
struct k123 {
	enum { ROWS = 20800, COLS = 13, COUNT = 13, PARTS = 1, EACH = 13 };
	typedef float In;
	typedef float Out;
	static __device__ __forceinline__ unsigned row(unsigned i)
	{
		return i / 13u * 169u + i % 13u;
	}
	static __device__ __forceinline__ unsigned col(unsigned i)
	{
		return i * 13u;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k123_loss_least(const Mem m)
{
	reduce_short<k123, Min>(((const float *)(m.arena + 260940800)), ((float *)(m.arena + 262022400)));
}

/* %loss = mean "loss" %loss.least {axes=[0,1,2]} : f32[] @arena:289499136  !models/lib/train.json:128:17+6 */
struct k124 {
	enum { ROWS = 1, COLS = 20800, COUNT = 20800, PARTS = 40, EACH = 520 };
	typedef float In;
	typedef float Out;
	static __device__ __forceinline__ unsigned row(unsigned i)
	{
		return 0u;
	}
	static __device__ __forceinline__ unsigned col(unsigned i)
	{
		return i;
	}
};

extern "C" __global__ void __launch_bounds__(128, 1) k124_loss(const Mem m)
{
	reduce<k124, Mean>(((const float *)(m.arena + 262022400)), ((float *)(m.arena + 289499392)));
}

/* %loss = mean "loss" %loss.least {axes=[0,1,2]} : f32[] @arena:289499136  !models/lib/train.json:128:17+6 */
struct k125 {
	enum { ROWS = 1, COLS = 40, COUNT = 20800, PARTS = 1, EACH = 40 };
	typedef float In;
	typedef float Out;
	static __device__ __forceinline__ unsigned row(unsigned i)
	{
		return i;
	}
	static __device__ __forceinline__ unsigned col(unsigned i)
	{
		return i * 1u;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k125_loss(const Mem m)
{
	reduce_short<k125, Mean>(((const float *)(m.arena + 289499392)), ((float *)(m.arena + 289499136)));
}

/* %loss.least.grad = first_equal "loss.least.grad" %loss.candidates, %loss.least {axes=[2]} : f32[32,50,13,13] @arena:251929600  !models/lib/train.json:127:17+5 */
struct k127 {
	enum { ROWS = 20800, COLS = 13 };
	typedef float In;
	typedef float Out;
	static __device__ __forceinline__ unsigned row(unsigned i)
	{
		return i / 13u * 169u + i % 13u;
	}
	static __device__ __forceinline__ unsigned col(unsigned i)
	{
		return i * 13u;
	}
	static __device__ __forceinline__ unsigned top(unsigned i)
	{
		return i / 13u * 13u + i % 13u;
	}
	static __device__ __forceinline__ unsigned out(unsigned i)
	{
		return i / 13u * 169u + i % 13u;
	}
	static __device__ __forceinline__ unsigned out_col(unsigned i)
	{
		return i * 13u;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k127_loss_least_grad(const Mem m)
{
	first_equal<k127>(((const float *)(m.arena + 260940800)), ((const float *)(m.arena + 262022400)), ((float *)(m.arena + 251929600)));
}

/* %loss.d.grad = sum "loss.d.grad" %loss.e.grad.2 {axes=[2]} : f32[32,50,3,4,13] @arena:258745600:bf16  !models/lib/train.json:124:17+5 */
struct k130 {
	enum { ROWS = 249600, COLS = 13, COUNT = 13, PARTS = 1, EACH = 13 };
	typedef float In;
	typedef bf16 Out;
	static __device__ __forceinline__ unsigned row(unsigned i)
	{
		return i / 156u * 2028u + i % 156u;
	}
	static __device__ __forceinline__ unsigned col(unsigned i)
	{
		return i * 156u;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k130_loss_d_grad(const Mem m)
{
	reduce_short<k130, Sum>(((const float *)(m.arena + 196608000)), ((bf16 *)(m.arena + 258745600)));
}

/* %fnn_list.1.grad.2 = linear_dw "fnn_list.1.grad" %fnn_list.0, %loss.outputs.grad.2 : f32[156,128] @arena:289366016  !models/lib/nn.json:21:17+8 */
struct k133 {
	enum { ROWS = 19968, COLS = 7, COUNT = 1, PARTS = 1, EACH = 7 };
	typedef float In;
	typedef float Out;
	static __device__ __forceinline__ unsigned row(unsigned i)
	{
		return i;
	}
	static __device__ __forceinline__ unsigned col(unsigned i)
	{
		return i * 19968u;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k133_fnn_list_1_grad(const Mem m)
{
	reduce_short<k133, Sum>(((const float *)(m.arena + 289499392)), ((float *)(m.arena + 289366016)));
}

/* %fnn_list.1.grad.3 = sum "fnn_list.1.grad" %loss.outputs.grad.2 {axes=[0,1]} : f32[156] @arena:288759808  !models/lib/nn.json:21:17+8 */
struct k134 {
	enum { ROWS = 156, COLS = 1600, COUNT = 1600, PARTS = 25, EACH = 64 };
	typedef bf16 In;
	typedef float Out;
	static __device__ __forceinline__ unsigned row(unsigned i)
	{
		return i;
	}
	static __device__ __forceinline__ unsigned col(unsigned i)
	{
		return i * 156u;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k134_fnn_list_1_grad(const Mem m)
{
	reduce_across<k134, Sum>(((const bf16 *)(m.arena + 258745600)), ((float *)(m.arena + 289499392)));
}

/* %fnn_list.1.grad.3 = sum "fnn_list.1.grad" %loss.outputs.grad.2 {axes=[0,1]} : f32[156] @arena:288759808  !models/lib/nn.json:21:17+8 */
struct k135 {
	enum { ROWS = 156, COLS = 25, COUNT = 1600, PARTS = 1, EACH = 25 };
	typedef float In;
	typedef float Out;
	static __device__ __forceinline__ unsigned row(unsigned i)
	{
		return i;
	}
	static __device__ __forceinline__ unsigned col(unsigned i)
	{
		return i * 156u;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k135_fnn_list_1_grad(const Mem m)
{
	reduce_short<k135, Sum>(((const float *)(m.arena + 289499392)), ((float *)(m.arena + 288759808)));
}

/* %fnn_list.0.grad.2 = linear_dw "fnn_list.0.grad" %layer_norm_list.1, %fnn_list.1.grad : f32[128,128] @arena:288563200  !models/lib/nn.json:21:17+8 */
struct k139 {
	enum { ROWS = 16384, COLS = 7, COUNT = 1, PARTS = 1, EACH = 7 };
	typedef float In;
	typedef float Out;
	static __device__ __forceinline__ unsigned row(unsigned i)
	{
		return i;
	}
	static __device__ __forceinline__ unsigned col(unsigned i)
	{
		return i * 16384u;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k139_fnn_list_0_grad(const Mem m)
{
	reduce_short<k139, Sum>(((const float *)(m.arena + 289499392)), ((float *)(m.arena + 288563200)));
}

/* %fnn_list.0.grad.3 = sum "fnn_list.0.grad" %fnn_list.1.grad {axes=[0,1]} : f32[128] @arena:288760448  !models/lib/nn.json:21:17+8 */
struct k140 {
	enum { ROWS = 128, COLS = 1600, COUNT = 1600, PARTS = 25, EACH = 64 };
	typedef bf16 In;
	typedef float Out;
	static __device__ __forceinline__ unsigned row(unsigned i)
	{
		return i;
	}
	static __device__ __forceinline__ unsigned col(unsigned i)
	{
		return i * 128u;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k140_fnn_list_0_grad(const Mem m)
{
	reduce_across<k140, Sum>(((const bf16 *)(m.arena + 251929600)), ((float *)(m.arena + 289499392)));
}

/* %fnn_list.0.grad.3 = sum "fnn_list.0.grad" %fnn_list.1.grad {axes=[0,1]} : f32[128] @arena:288760448  !models/lib/nn.json:21:17+8 */
struct k141 {
	enum { ROWS = 128, COLS = 25, COUNT = 1600, PARTS = 1, EACH = 25 };
	typedef float In;
	typedef float Out;
	static __device__ __forceinline__ unsigned row(unsigned i)
	{
		return i;
	}
	static __device__ __forceinline__ unsigned col(unsigned i)
	{
		return i * 128u;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k141_fnn_list_0_grad(const Mem m)
{
	reduce_short<k141, Sum>(((const float *)(m.arena + 289499392)), ((float *)(m.arena + 288760448)));
}

/* %layer_norm_list.1.grad, %layer_norm_list.1.grad.2, %layer_norm_list.1.grad.3 = layer_norm_grad "layer_norm_list.1.grad" %mhsa_block_list.1.sum, %layer_norm_list.1.weight, %fnn_list.0.grad : f32[32,50,128] @arena:198246400:bf16, f32[128] @arena:288760960, f32[128] @arena:288761472  !models/lib/nn.json:79:17+12 */
struct k144 {
	enum { ROWS = 128, COLS = 25, COUNT = 1, PARTS = 1, EACH = 25 };
	typedef float In;
	typedef float Out;
	static __device__ __forceinline__ unsigned row(unsigned i)
	{
		return i;
	}
	static __device__ __forceinline__ unsigned col(unsigned i)
	{
		return i * 128u;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k144_layer_norm_list_1_grad(const Mem m)
{
	reduce_short<k144, Sum>(((const float *)(m.arena + 289512192)), ((float *)(m.arena + 288760960)));
}

/* %layer_norm_list.1.grad, %layer_norm_list.1.grad.2, %layer_norm_list.1.grad.3 = layer_norm_grad "layer_norm_list.1.grad" %mhsa_block_list.1.sum, %layer_norm_list.1.weight, %fnn_list.0.grad : f32[32,50,128] @arena:198246400:bf16, f32[128] @arena:288760960, f32[128] @arena:288761472  !models/lib/nn.json:79:17+12 */
struct k145 {
	enum { ROWS = 128, COLS = 25, COUNT = 1, PARTS = 1, EACH = 25 };
	typedef float In;
	typedef float Out;
	static __device__ __forceinline__ unsigned row(unsigned i)
	{
		return i;
	}
	static __device__ __forceinline__ unsigned col(unsigned i)
	{
		return i * 128u;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k145_layer_norm_list_1_grad(const Mem m)
{
	reduce_short<k145, Sum>(((const float *)(m.arena + 289524992)), ((float *)(m.arena + 288761472)));
}

/* %mhsa_block_list.1.out_proj.grad.2 = linear_dw "mhsa_block_list.1.out_proj.grad" %mhsa_block_list.1.a, %layer_norm_list.1.grad : f32[128,128] @arena:288628736  !models/lib/nn.json:21:17+8 */
struct k149 {
	enum { ROWS = 16384, COLS = 7, COUNT = 1, PARTS = 1, EACH = 7 };
	typedef float In;
	typedef float Out;
	static __device__ __forceinline__ unsigned row(unsigned i)
	{
		return i;
	}
	static __device__ __forceinline__ unsigned col(unsigned i)
	{
		return i * 16384u;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k149_mhsa_block_list_1_out_proj_grad(const Mem m)
{
	reduce_short<k149, Sum>(((const float *)(m.arena + 289499392)), ((float *)(m.arena + 288628736)));
}

/* %mhsa_block_list.1.out_proj.grad.3 = sum "mhsa_block_list.1.out_proj.grad" %layer_norm_list.1.grad {axes=[0,1]} : f32[128] @arena:288761984  !models/lib/nn.json:21:17+8 */
struct k150 {
	enum { ROWS = 128, COLS = 1600, COUNT = 1600, PARTS = 25, EACH = 64 };
	typedef bf16 In;
	typedef float Out;
	static __device__ __forceinline__ unsigned row(unsigned i)
	{
		return i;
	}
	static __device__ __forceinline__ unsigned col(unsigned i)
	{
		return i * 128u;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k150_mhsa_block_list_1_out_proj_grad(const Mem m)
{
	reduce_across<k150, Sum>(((const bf16 *)(m.arena + 198246400)), ((float *)(m.arena + 289499392)));
}

/* %mhsa_block_list.1.out_proj.grad.3 = sum "mhsa_block_list.1.out_proj.grad" %layer_norm_list.1.grad {axes=[0,1]} : f32[128] @arena:288761984  !models/lib/nn.json:21:17+8 */
struct k151 {
	enum { ROWS = 128, COLS = 25, COUNT = 1600, PARTS = 1, EACH = 25 };
	typedef float In;
	typedef float Out;
	static __device__ __forceinline__ unsigned row(unsigned i)
	{
		return i;
	}
	static __device__ __forceinline__ unsigned col(unsigned i)
	{
		return i * 128u;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k151_mhsa_block_list_1_out_proj_grad(const Mem m)
{
	reduce_short<k151, Sum>(((const float *)(m.arena + 289499392)), ((float *)(m.arena + 288761984)));
}

/* %mhsa_block_list.1.in_proj.grad.3 = linear_dw "mhsa_block_list.1.in_proj.grad" %layer_norm_list.0, %mhsa_block_list.1.in_proj.grad : f32[384,128] @arena:286515200  !models/lib/crnn.json:54:17+8 */
struct k157 {
	enum { ROWS = 49152, COLS = 7, COUNT = 1, PARTS = 1, EACH = 7 };
	typedef float In;
	typedef float Out;
	static __device__ __forceinline__ unsigned row(unsigned i)
	{
		return i;
	}
	static __device__ __forceinline__ unsigned col(unsigned i)
	{
		return i * 49152u;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k157_mhsa_block_list_1_in_proj_grad(const Mem m)
{
	reduce_short<k157, Sum>(((const float *)(m.arena + 289499392)), ((float *)(m.arena + 286515200)));
}

/* %mhsa_block_list.1.in_proj.grad.4 = sum "mhsa_block_list.1.in_proj.grad" %mhsa_block_list.1.in_proj.grad {axes=[0,1]} : f32[384] @arena:286510848  !models/lib/crnn.json:54:17+8 */
struct k158 {
	enum { ROWS = 384, COLS = 1600, COUNT = 1600, PARTS = 25, EACH = 64 };
	typedef bf16 In;
	typedef float Out;
	static __device__ __forceinline__ unsigned row(unsigned i)
	{
		return i;
	}
	static __device__ __forceinline__ unsigned col(unsigned i)
	{
		return i * 384u;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k158_mhsa_block_list_1_in_proj_grad(const Mem m)
{
	reduce_across<k158, Sum>(((const bf16 *)(m.arena + 249472000)), ((float *)(m.arena + 289499392)));
}

/* %mhsa_block_list.1.in_proj.grad.4 = sum "mhsa_block_list.1.in_proj.grad" %mhsa_block_list.1.in_proj.grad {axes=[0,1]} : f32[384] @arena:286510848  !models/lib/crnn.json:54:17+8 */
struct k159 {
	enum { ROWS = 384, COLS = 25, COUNT = 1600, PARTS = 1, EACH = 25 };
	typedef float In;
	typedef float Out;
	static __device__ __forceinline__ unsigned row(unsigned i)
	{
		return i;
	}
	static __device__ __forceinline__ unsigned col(unsigned i)
	{
		return i * 384u;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k159_mhsa_block_list_1_in_proj_grad(const Mem m)
{
	reduce_short<k159, Sum>(((const float *)(m.arena + 289499392)), ((float *)(m.arena + 286510848)));
}

/* %layer_norm_list.0.grad.2, %layer_norm_list.0.grad.3, %layer_norm_list.0.grad.4 = layer_norm_grad "layer_norm_list.0.grad" %mhsa_block_list.0.sum, %layer_norm_list.0.weight, %layer_norm_list.0.grad : f32[32,50,128] @arena:260940800, f32[128] @arena:286514560, f32[128] @arena:288762496  !models/lib/nn.json:79:17+12 */
struct k163 {
	enum { ROWS = 128, COLS = 25, COUNT = 1, PARTS = 1, EACH = 25 };
	typedef float In;
	typedef float Out;
	static __device__ __forceinline__ unsigned row(unsigned i)
	{
		return i;
	}
	static __device__ __forceinline__ unsigned col(unsigned i)
	{
		return i * 128u;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k163_layer_norm_list_0_grad(const Mem m)
{
	reduce_short<k163, Sum>(((const float *)(m.arena + 289512192)), ((float *)(m.arena + 286514560)));
}

/* %layer_norm_list.0.grad.2, %layer_norm_list.0.grad.3, %layer_norm_list.0.grad.4 = layer_norm_grad "layer_norm_list.0.grad" %mhsa_block_list.0.sum, %layer_norm_list.0.weight, %layer_norm_list.0.grad : f32[32,50,128] @arena:260940800, f32[128] @arena:286514560, f32[128] @arena:288762496  !models/lib/nn.json:79:17+12 */
struct k164 {
	enum { ROWS = 128, COLS = 25, COUNT = 1, PARTS = 1, EACH = 25 };
	typedef float In;
	typedef float Out;
	static __device__ __forceinline__ unsigned row(unsigned i)
	{
		return i;
	}
	static __device__ __forceinline__ unsigned col(unsigned i)
	{
		return i * 128u;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k164_layer_norm_list_0_grad(const Mem m)
{
	reduce_short<k164, Sum>(((const float *)(m.arena + 289524992)), ((float *)(m.arena + 288762496)));
}

/* %mhsa_block_list.0.out_proj.grad.2 = linear_dw "mhsa_block_list.0.out_proj.grad" %mhsa_block_list.0.a, %layer_norm_list.0.grad.2 : f32[128,128] @arena:288694272  !models/lib/nn.json:21:17+8 */
struct k168 {
	enum { ROWS = 16384, COLS = 17, COUNT = 1, PARTS = 1, EACH = 17 };
	typedef float In;
	typedef float Out;
	static __device__ __forceinline__ unsigned row(unsigned i)
	{
		return i;
	}
	static __device__ __forceinline__ unsigned col(unsigned i)
	{
		return i * 16384u;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k168_mhsa_block_list_0_out_proj_grad(const Mem m)
{
	reduce_short<k168, Sum>(((const float *)(m.arena + 289499392)), ((float *)(m.arena + 288694272)));
}

/* %mhsa_block_list.0.out_proj.grad.3 = sum "mhsa_block_list.0.out_proj.grad" %layer_norm_list.0.grad.2 {axes=[0,1]} : f32[128] @arena:288763008  !models/lib/nn.json:21:17+8 */
struct k169 {
	enum { ROWS = 128, COLS = 1600, COUNT = 1600, PARTS = 25, EACH = 64 };
	typedef float In;
	typedef float Out;
	static __device__ __forceinline__ unsigned row(unsigned i)
	{
		return i;
	}
	static __device__ __forceinline__ unsigned col(unsigned i)
	{
		return i * 128u;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k169_mhsa_block_list_0_out_proj_grad(const Mem m)
{
	reduce_across<k169, Sum>(((const float *)(m.arena + 260940800)), ((float *)(m.arena + 289499392)));
}

/* %mhsa_block_list.0.out_proj.grad.3 = sum "mhsa_block_list.0.out_proj.grad" %layer_norm_list.0.grad.2 {axes=[0,1]} : f32[128] @arena:288763008  !models/lib/nn.json:21:17+8 */
struct k170 {
	enum { ROWS = 128, COLS = 25, COUNT = 1600, PARTS = 1, EACH = 25 };
	typedef float In;
	typedef float Out;
	static __device__ __forceinline__ unsigned row(unsigned i)
	{
		return i;
	}
	static __device__ __forceinline__ unsigned col(unsigned i)
	{
		return i * 128u;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k170_mhsa_block_list_0_out_proj_grad(const Mem m)
{
	reduce_short<k170, Sum>(((const float *)(m.arena + 289499392)), ((float *)(m.arena + 288763008)));
}

/* %mhsa_block_list.0.in_proj.grad.3 = linear_dw "mhsa_block_list.0.in_proj.grad" %gru.tanh_f.grad.5, %mhsa_block_list.0.in_proj.grad : f32[384,128] @arena:286711808  !models/lib/crnn.json:54:17+8 */
struct k176 {
	enum { ROWS = 49152, COLS = 7, COUNT = 1, PARTS = 1, EACH = 7 };
	typedef float In;
	typedef float Out;
	static __device__ __forceinline__ unsigned row(unsigned i)
	{
		return i;
	}
	static __device__ __forceinline__ unsigned col(unsigned i)
	{
		return i * 49152u;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k176_mhsa_block_list_0_in_proj_grad(const Mem m)
{
	reduce_short<k176, Sum>(((const float *)(m.arena + 289499392)), ((float *)(m.arena + 286711808)));
}

/* %mhsa_block_list.0.in_proj.grad.4 = sum "mhsa_block_list.0.in_proj.grad" %mhsa_block_list.0.in_proj.grad {axes=[0,1]} : f32[384] @arena:286512384  !models/lib/crnn.json:54:17+8 */
struct k177 {
	enum { ROWS = 384, COLS = 1600, COUNT = 1600, PARTS = 25, EACH = 64 };
	typedef bf16 In;
	typedef float Out;
	static __device__ __forceinline__ unsigned row(unsigned i)
	{
		return i;
	}
	static __device__ __forceinline__ unsigned col(unsigned i)
	{
		return i * 384u;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k177_mhsa_block_list_0_in_proj_grad(const Mem m)
{
	reduce_across<k177, Sum>(((const bf16 *)(m.arena + 249472000)), ((float *)(m.arena + 289499392)));
}

/* %mhsa_block_list.0.in_proj.grad.4 = sum "mhsa_block_list.0.in_proj.grad" %mhsa_block_list.0.in_proj.grad {axes=[0,1]} : f32[384] @arena:286512384  !models/lib/crnn.json:54:17+8 */
struct k178 {
	enum { ROWS = 384, COLS = 25, COUNT = 1600, PARTS = 1, EACH = 25 };
	typedef float In;
	typedef float Out;
	static __device__ __forceinline__ unsigned row(unsigned i)
	{
		return i;
	}
	static __device__ __forceinline__ unsigned col(unsigned i)
	{
		return i * 384u;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k178_mhsa_block_list_0_in_proj_grad(const Mem m)
{
	reduce_short<k178, Sum>(((const float *)(m.arena + 289499392)), ((float *)(m.arena + 286512384)));
}

/* %gru._.grad.10 = linear_dw "gru.*.grad" %gru.l1_reverse.2, %gru._.grad.7 {group=2} : f32[2,384,256] @arena:285696000  !models/lib/crnn.json:33:17+5 */
struct k185 {
	enum { ROWS = 196608, COLS = 5, COUNT = 1, PARTS = 1, EACH = 5 };
	typedef float In;
	typedef float Out;
	static __device__ __forceinline__ unsigned row(unsigned i)
	{
		return i;
	}
	static __device__ __forceinline__ unsigned col(unsigned i)
	{
		return i * 196608u;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k185_gru___grad(const Mem m)
{
	reduce_short<k185, Sum>(((const float *)(m.arena + 289499392)), ((float *)(m.arena + 285696000)));
}

/* %gru._.grad.11 = linear_dw "gru.*.grad" %gru._.grad.5, %gru._.grad.8 {group=2} : f32[2,384,128] @arena:280780800  !models/lib/crnn.json:33:17+5 */
struct k187 {
	enum { ROWS = 98304, COLS = 7, COUNT = 1, PARTS = 1, EACH = 7 };
	typedef float In;
	typedef float Out;
	static __device__ __forceinline__ unsigned row(unsigned i)
	{
		return i;
	}
	static __device__ __forceinline__ unsigned col(unsigned i)
	{
		return i * 98304u;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k187_gru___grad(const Mem m)
{
	reduce_short<k187, Sum>(((const float *)(m.arena + 289499392)), ((float *)(m.arena + 280780800)));
}

/* %gru._.grad.13 = sum "gru.*.grad" %gru._.grad.12 {axes=[0,1] group=4} : f32[4,384] @arena:286498560  !models/lib/crnn.json:33:17+5 */
struct k188 {
	enum { ROWS = 1536, COLS = 1600, COUNT = 1600, PARTS = 11, EACH = 146 };
	typedef bf16 In;
	typedef float Out;
	static __device__ __forceinline__ unsigned row(unsigned i)
	{
		return i / 384u * 614400u + i % 384u;
	}
	static __device__ __forceinline__ unsigned col(unsigned i)
	{
		return i * 384u;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k188_gru___grad(const Mem m)
{
	reduce_across<k188, Sum>(((const bf16 *)(m.arena + 254387200)), ((float *)(m.arena + 289499392)));
}

/* %gru._.grad.13 = sum "gru.*.grad" %gru._.grad.12 {axes=[0,1] group=4} : f32[4,384] @arena:286498560  !models/lib/crnn.json:33:17+5 */
struct k189 {
	enum { ROWS = 1536, COLS = 11, COUNT = 1600, PARTS = 1, EACH = 11 };
	typedef float In;
	typedef float Out;
	static __device__ __forceinline__ unsigned row(unsigned i)
	{
		return i;
	}
	static __device__ __forceinline__ unsigned col(unsigned i)
	{
		return i * 1536u;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k189_gru___grad(const Mem m)
{
	reduce_short<k189, Sum>(((const float *)(m.arena + 289499392)), ((float *)(m.arena + 286498560)));
}

/* %gru._.grad.18 = linear_dw "gru.*.grad" %sequence.2, %gru._.grad.17 {group=4} : f32[4,384,128] @arena:279142400  !models/lib/crnn.json:33:17+5 */
struct k201 {
	enum { ROWS = 196608, COLS = 5, COUNT = 1, PARTS = 1, EACH = 5 };
	typedef float In;
	typedef float Out;
	static __device__ __forceinline__ unsigned row(unsigned i)
	{
		return i;
	}
	static __device__ __forceinline__ unsigned col(unsigned i)
	{
		return i * 196608u;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k201_gru___grad(const Mem m)
{
	reduce_short<k201, Sum>(((const float *)(m.arena + 289499392)), ((float *)(m.arena + 279142400)));
}

/* %gru._.grad.19 = sum "gru.*.grad" %gru._.grad.17 {axes=[0,1] group=4} : f32[4,384] @arena:286504704  !models/lib/crnn.json:33:17+5 */
struct k202 {
	enum { ROWS = 1536, COLS = 1600, COUNT = 1600, PARTS = 11, EACH = 146 };
	typedef bf16 In;
	typedef float Out;
	static __device__ __forceinline__ unsigned row(unsigned i)
	{
		return i / 384u * 614400u + i % 384u;
	}
	static __device__ __forceinline__ unsigned col(unsigned i)
	{
		return i * 384u;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k202_gru___grad(const Mem m)
{
	reduce_across<k202, Sum>(((const bf16 *)(m.arena + 196608000)), ((float *)(m.arena + 289499392)));
}

/* %gru._.grad.19 = sum "gru.*.grad" %gru._.grad.17 {axes=[0,1] group=4} : f32[4,384] @arena:286504704  !models/lib/crnn.json:33:17+5 */
struct k203 {
	enum { ROWS = 1536, COLS = 11, COUNT = 1600, PARTS = 1, EACH = 11 };
	typedef float In;
	typedef float Out;
	static __device__ __forceinline__ unsigned row(unsigned i)
	{
		return i;
	}
	static __device__ __forceinline__ unsigned col(unsigned i)
	{
		return i * 1536u;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k203_gru___grad(const Mem m)
{
	reduce_short<k203, Sum>(((const float *)(m.arena + 289499392)), ((float *)(m.arena + 286504704)));
}

/* %conv_block_list.6.conv.grad.3 = sum "conv_block_list.6.conv.grad" %conv_block_list.6.bn.grad.4 {axes=[0,1,2]} : f32[64] @arena:289446144  !models/lib/crnn.json:15:17+8 */
struct k215 {
	enum { ROWS = 64, COLS = 6400, COUNT = 6400, PARTS = 100, EACH = 64 };
	typedef bf16 In;
	typedef float Out;
	static __device__ __forceinline__ unsigned row(unsigned i)
	{
		return i;
	}
	static __device__ __forceinline__ unsigned col(unsigned i)
	{
		return i * 64u;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k215_conv_block_list_6_conv_grad(const Mem m)
{
	reduce_across<k215, Sum>(((const bf16 *)(m.arena + 276684800)), ((float *)(m.arena + 289499392)));
}

/* %conv_block_list.6.conv.grad.3 = sum "conv_block_list.6.conv.grad" %conv_block_list.6.bn.grad.4 {axes=[0,1,2]} : f32[64] @arena:289446144  !models/lib/crnn.json:15:17+8 */
struct k216 {
	enum { ROWS = 64, COLS = 100, COUNT = 6400, PARTS = 1, EACH = 100 };
	typedef float In;
	typedef float Out;
	static __device__ __forceinline__ unsigned row(unsigned i)
	{
		return i;
	}
	static __device__ __forceinline__ unsigned col(unsigned i)
	{
		return i * 64u;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k216_conv_block_list_6_conv_grad(const Mem m)
{
	reduce_across<k216, Sum>(((const float *)(m.arena + 289499392)), ((float *)(m.arena + 289446144)));
}

/* %conv_block_list.3.conv.grad.3 = sum "conv_block_list.3.conv.grad" %conv_block_list.3.bn.grad.4 {axes=[0,1,2]} : f32[64] @arena:289446912  !models/lib/crnn.json:15:17+8 */
struct k226 {
	enum { ROWS = 64, COLS = 25600, COUNT = 25600, PARTS = 264, EACH = 97 };
	typedef bf16 In;
	typedef float Out;
	static __device__ __forceinline__ unsigned row(unsigned i)
	{
		return i;
	}
	static __device__ __forceinline__ unsigned col(unsigned i)
	{
		return i * 64u;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k226_conv_block_list_3_conv_grad(const Mem m)
{
	reduce_across<k226, Sum>(((const bf16 *)(m.arena + 252748800)), ((float *)(m.arena + 289499392)));
}

/* %conv_block_list.3.conv.grad.3 = sum "conv_block_list.3.conv.grad" %conv_block_list.3.bn.grad.4 {axes=[0,1,2]} : f32[64] @arena:289446912  !models/lib/crnn.json:15:17+8 */
struct k227 {
	enum { ROWS = 64, COLS = 264, COUNT = 25600, PARTS = 1, EACH = 264 };
	typedef float In;
	typedef float Out;
	static __device__ __forceinline__ unsigned row(unsigned i)
	{
		return i;
	}
	static __device__ __forceinline__ unsigned col(unsigned i)
	{
		return i * 64u;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k227_conv_block_list_3_conv_grad(const Mem m)
{
	reduce_across<k227, Sum>(((const float *)(m.arena + 289499392)), ((float *)(m.arena + 289446912)));
}

/* %conv_block_list.0.conv.grad.2 = sum "conv_block_list.0.conv.grad" %conv_block_list.0.bn.grad.4 {axes=[0,1,2]} : f32[64] @arena:289447680  !models/lib/crnn.json:15:17+8 */
struct k235 {
	enum { ROWS = 64, COLS = 512000, COUNT = 512000, PARTS = 264, EACH = 1940 };
	typedef bf16 In;
	typedef float Out;
	static __device__ __forceinline__ unsigned row(unsigned i)
	{
		return i;
	}
	static __device__ __forceinline__ unsigned col(unsigned i)
	{
		return i * 64u;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k235_conv_block_list_0_conv_grad(const Mem m)
{
	reduce_across<k235, Sum>(((const bf16 *)(m.arena + 0)), ((float *)(m.arena + 289499392)));
}

/* %conv_block_list.0.conv.grad.2 = sum "conv_block_list.0.conv.grad" %conv_block_list.0.bn.grad.4 {axes=[0,1,2]} : f32[64] @arena:289447680  !models/lib/crnn.json:15:17+8 */
struct k236 {
	enum { ROWS = 64, COLS = 264, COUNT = 512000, PARTS = 1, EACH = 264 };
	typedef float In;
	typedef float Out;
	static __device__ __forceinline__ unsigned row(unsigned i)
	{
		return i;
	}
	static __device__ __forceinline__ unsigned col(unsigned i)
	{
		return i * 64u;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k236_conv_block_list_0_conv_grad(const Mem m)
{
	reduce_across<k236, Sum>(((const float *)(m.arena + 289499392)), ((float *)(m.arena + 289447680)));
}

/* %grad_norm = sum_squares "grad_norm" %conv_block_list.0.conv.grad, %conv_block_list.0.conv.grad.2, %conv_block_list.0.bn.grad.5, %conv_block_list.0.bn.grad.6, %conv_block_list.3.conv.grad.2, %conv_block_list.3.conv.grad.3, %conv_block_list.3.bn.grad.5, %conv_block_list.3.bn.grad.6, %conv_block_list.6.conv.grad.2, %conv_block_list.6.conv.grad.3, %conv_block_list.6.bn.grad.5, %conv_block_list.6.bn.grad.6, %gru.l0.grad.32, %gru.l0.grad.34, %gru.l0.grad.36, %gru.l0.grad.38, %gru.l0_reverse.grad.27, %gru.l0_reverse.grad.29, %gru.l0_reverse.grad.31, %gru.l0_reverse.grad.33, %gru.l1.grad.37, %gru.l1.grad.39, %gru.l1.grad.41, %gru.l1.grad.43, %gru.l1_reverse.grad.27, %gru.l1_reverse.grad.29, %gru.l1_reverse.grad.31, %gru.l1_reverse.grad.33, %mhsa_block_list.0.in_proj.grad.3, %mhsa_block_list.0.in_proj.grad.4, %mhsa_block_list.0.out_proj.grad.2, %mhsa_block_list.0.out_proj.grad.3, %layer_norm_list.0.grad.3, %layer_norm_list.0.grad.4, %mhsa_block_list.1.in_proj.grad.3, %mhsa_block_list.1.in_proj.grad.4, %mhsa_block_list.1.out_proj.grad.2, %mhsa_block_list.1.out_proj.grad.3, %layer_norm_list.1.grad.2, %layer_norm_list.1.grad.3, %fnn_list.0.grad.2, %fnn_list.0.grad.3, %fnn_list.1.grad.2, %fnn_list.1.grad.3 : f32[] @arena:286515072 */
struct k238 {
	enum { ROWS = 1, COLS = 207, COUNT = 1, PARTS = 1, EACH = 207 };
	typedef float In;
	typedef float Out;
	static __device__ __forceinline__ unsigned row(unsigned i)
	{
		return i;
	}
	static __device__ __forceinline__ unsigned col(unsigned i)
	{
		return i * 1u;
	}
};

extern "C" __global__ void __launch_bounds__(128, 1) k238_grad_norm(const Mem m)
{
	reduce<k238, Sum>(((const float *)(m.arena + 289499392)), ((float *)(m.arena + 286515072)));
}

/* norm.cuh: RMS norm and layer norm over the last axis.
 *
 * P: ROWS x COLS, row(i) the offset of row i of x, XC the stride along it, wrow(i) and brow(i) those
 * of its weights and bias (0 but in groups), eps(); In, Out. One warp a row; grid: ROWS / 4 CTAs of 128. */

template <class P>
__device__ __forceinline__ void rms_norm(const typename P::In *x, const float *weight,
                                         typename P::Out *y)
{
	const unsigned i = blockIdx.x * 4 + (threadIdx.x >> 5), lane = threadIdx.x & 31;
	if (i >= P::ROWS)
		return;
	const typename P::In *row = x + P::row(i);
	const float *g = weight + P::wrow(i);
	float sum = 0;
	for (unsigned k = lane; k < P::COLS; k += 32) {
		const float v = widen(row[k * P::XC]);
		sum = fmaf(v, v, sum);
	}
	const float r = 1.0f / sqrtf(warp_sum(sum) / P::COLS + P::eps());
	for (unsigned k = lane; k < P::COLS; k += 32)
		put(y + i * P::COLS + k, widen(row[k * P::XC]) * r * g[k]);
}

template <class P>
__device__ __forceinline__ void layer_norm(const typename P::In *x, const float *weight,
                                           const float *bias, typename P::Out *y)
{
	const unsigned i = blockIdx.x * 4 + (threadIdx.x >> 5), lane = threadIdx.x & 31;
	if (i >= P::ROWS)
		return;
	const typename P::In *row = x + P::row(i);
	const float *g = weight + P::wrow(i), *b = bias + P::brow(i);
	float sum = 0, var = 0;
	for (unsigned k = lane; k < P::COLS; k += 32)
		sum += widen(row[k * P::XC]);
	const float mean = warp_sum(sum) / P::COLS;
	for (unsigned k = lane; k < P::COLS; k += 32) {
		const float v = widen(row[k * P::XC]) - mean;
		var = fmaf(v, v, var);
	}
	const float r = 1.0f / sqrtf(warp_sum(var) / P::COLS + P::eps());
	for (unsigned k = lane; k < P::COLS; k += 32)
		put(y + i * P::COLS + k, (widen(row[k * P::XC]) - mean) * r * g[k] + b[k]);
}

/* %layer_norm_list.0 = layer_norm "layer_norm_list.0" %mhsa_block_list.0.sum, %layer_norm_list.0.weight, %layer_norm_list.0.bias : f32[32,50,128] @arena:2457600  !models/lib/nn.json:79:17+12 */
struct k054 {
	enum { ROWS = 1600, COLS = 128, XC = 1 };
	typedef float In;
	typedef float Out;
	static __device__ __forceinline__ unsigned row(unsigned i)
	{
		return i * 128u;
	}
	static __device__ __forceinline__ unsigned wrow(unsigned i)
	{
		return 0u;
	}
	static __device__ __forceinline__ unsigned brow(unsigned i)
	{
		return 0u;
	}
	static __device__ __forceinline__ float eps()
	{
		return (float)1e-05;
	}
};

extern "C" __global__ void __launch_bounds__(128, 1) k054_layer_norm_list_0(const Mem m)
{
	layer_norm<k054>(((const float *)(m.arena + 819200)), ((const float *)(m.params + 2561024)), ((const float *)(m.params + 2561536)), ((float *)(m.arena + 2457600)));
}

/* %layer_norm_list.1 = layer_norm "layer_norm_list.1" %mhsa_block_list.1.sum, %layer_norm_list.1.weight, %layer_norm_list.1.bias : f32[32,50,128] @arena:0:bf16  !models/lib/nn.json:79:17+12 */
struct k060 {
	enum { ROWS = 1600, COLS = 128, XC = 1 };
	typedef float In;
	typedef bf16 Out;
	static __device__ __forceinline__ unsigned row(unsigned i)
	{
		return i * 128u;
	}
	static __device__ __forceinline__ unsigned wrow(unsigned i)
	{
		return 0u;
	}
	static __device__ __forceinline__ unsigned brow(unsigned i)
	{
		return 0u;
	}
	static __device__ __forceinline__ float eps()
	{
		return (float)1e-05;
	}
};

extern "C" __global__ void __launch_bounds__(128, 1) k060_layer_norm_list_1(const Mem m)
{
	layer_norm<k060>(((const float *)(m.arena + 819200)), ((const float *)(m.params + 2826240)), ((const float *)(m.params + 2826752)), ((bf16 *)(m.arena + 0)));
}

/* %layer_norm_list.0 = layer_norm "layer_norm_list.0" %mhsa_block_list.0.sum, %layer_norm_list.0.weight, %layer_norm_list.0.bias : f32[32,50,128] @arena:285696000  !models/lib/nn.json:79:17+12 */
struct k108 {
	enum { ROWS = 1600, COLS = 128, XC = 1 };
	typedef float In;
	typedef float Out;
	static __device__ __forceinline__ unsigned row(unsigned i)
	{
		return i * 128u;
	}
	static __device__ __forceinline__ unsigned wrow(unsigned i)
	{
		return 0u;
	}
	static __device__ __forceinline__ unsigned brow(unsigned i)
	{
		return 0u;
	}
	static __device__ __forceinline__ float eps()
	{
		return (float)1e-05;
	}
};

extern "C" __global__ void __launch_bounds__(128, 1) k108_layer_norm_list_0(const Mem m)
{
	layer_norm<k108>(((const float *)(m.arena + 257926400)), ((const float *)(m.state + 2557440)), ((const float *)(m.state + 2557952)), ((float *)(m.arena + 285696000)));
}

/* %layer_norm_list.1 = layer_norm "layer_norm_list.1" %mhsa_block_list.1.sum, %layer_norm_list.1.weight, %layer_norm_list.1.bias : f32[32,50,128] @arena:288153600:bf16  !models/lib/nn.json:79:17+12 */
struct k113 {
	enum { ROWS = 1600, COLS = 128, XC = 1 };
	typedef float In;
	typedef bf16 Out;
	static __device__ __forceinline__ unsigned row(unsigned i)
	{
		return i * 128u;
	}
	static __device__ __forceinline__ unsigned wrow(unsigned i)
	{
		return 0u;
	}
	static __device__ __forceinline__ unsigned brow(unsigned i)
	{
		return 0u;
	}
	static __device__ __forceinline__ float eps()
	{
		return (float)1e-05;
	}
};

extern "C" __global__ void __launch_bounds__(128, 1) k113_layer_norm_list_1(const Mem m)
{
	layer_norm<k113>(((const float *)(m.arena + 287334400)), ((const float *)(m.state + 2822656)), ((const float *)(m.state + 2823168)), ((bf16 *)(m.arena + 288153600)));
}

/* pool.cuh: means and maxima of tiles of an image; an incomplete tile at the end is dropped.
 *
 * P: COUNT outputs, KH KW tile, XH XW strides of x, at(i) the offset of the first element of
 * output i's tile; In, Out. One thread an output; grid: COUNT / 256 CTAs. */

template <class P>
__device__ __forceinline__ void avg_pool(const typename P::In *x, typename P::Out *y)
{
	const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
	if (i >= P::COUNT)
		return;
	const typename P::In *tile = x + P::at(i);
	float v = 0;
	for (int a = 0; a < P::KH; a++)
		for (int b = 0; b < P::KW; b++)
			v += widen(tile[a * P::XH + b * P::XW]);
	put(y + i, v * (1.0f / (P::KH * P::KW)));
}

template <class P>
__device__ __forceinline__ void max_pool(const typename P::In *x, typename P::Out *y)
{
	const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
	if (i >= P::COUNT)
		return;
	const typename P::In *tile = x + P::at(i);
	float v = widen(tile[0]);
	for (int a = 0; a < P::KH; a++)
		for (int b = 0; b < P::KW; b++)
			v = larger(v, widen(tile[a * P::XH + b * P::XW]));
	put(y + i, v);
}

/* ---- gradients ------------------------------------------------------------------------------
 * One thread an element of dx. P: COUNT of them, KH KW; of element i: whole(i), whether its tile is
 * complete, at(i), the offset of its tile's element of g; Grad, Out. */

template <class P>
__device__ __forceinline__ void avg_pool_grad(const typename P::Grad *g, typename P::Out *dx)
{
	const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
	if (i < P::COUNT)
		put(dx + i, P::whole(i) ? widen(g[P::at(i)]) * (1.0f / (P::KH * P::KW)) : 0.0f);
}

/* P also: tile(i), the offset of the tile's first element in x, place(i), the number of element i
 * in its tile, XH XW; In. The first of the largest has the gradient. */
template <class P>
__device__ __forceinline__ void max_pool_grad(const typename P::In *x, const typename P::Grad *g,
                                              typename P::Out *dx)
{
	const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
	if (i >= P::COUNT)
		return;
	if (!P::whole(i)) {
		put(dx + i, 0.0f);
		return;
	}
	const typename P::In *tile = x + P::tile(i);
	float top = -__int_as_float(0x7f800000);
	unsigned best = 0;
	for (unsigned k = 0; k < P::KH * P::KW; k++) {
		const float v = widen(tile[k / P::KW * P::XH + k % P::KW * P::XW]);
		best = v > top ? k : best;
		top = v > top ? v : top;
	}
	put(dx + i, best == P::place(i) ? widen(g[P::at(i)]) : 0.0f);
}

/* %conv_block_list.0.pool = max_pool2d "conv_block_list.0.pool" %conv_block_list.0.conv.2 {kernel=[5,4] channels_last=1} : f32[32,50,16,64] @arena:131072000:bf16  !models/lib/crnn.json:18:17+12 */
struct k031 {
	enum { COUNT = 1638400, KH = 5, KW = 4, XH = 4096, XW = 64 };
	typedef float In;
	typedef bf16 Out;
	static __device__ __forceinline__ unsigned at(unsigned i)
	{
		return i / 1024u * 20480u + i / 64u % 16u * 256u + i % 64u;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k031_conv_block_list_0_pool(const Mem m)
{
	max_pool<k031>(((const float *)(m.arena + 0)), ((bf16 *)(m.arena + 131072000)));
}

/* %conv_block_list.3.pool = max_pool2d "conv_block_list.3.pool" %conv_block_list.3.conv.2 {kernel=[1,4] channels_last=1} : f32[32,50,4,64] @arena:6553600:bf16  !models/lib/crnn.json:18:17+12 */
struct k036 {
	enum { COUNT = 409600, KH = 1, KW = 4, XH = 1024, XW = 64 };
	typedef float In;
	typedef bf16 Out;
	static __device__ __forceinline__ unsigned at(unsigned i)
	{
		return i / 64u * 256u + i % 64u;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k036_conv_block_list_3_pool(const Mem m)
{
	max_pool<k036>(((const float *)(m.arena + 0)), ((bf16 *)(m.arena + 6553600)));
}

/* %conv_block_list.6.pool = max_pool2d "conv_block_list.6.pool" %conv_block_list.6.conv.2 {kernel=[1,2] channels_last=1} : f32[32,50,2,64] @arena:1638400  !models/lib/crnn.json:18:17+12 */
struct k041 {
	enum { COUNT = 204800, KH = 1, KW = 2, XH = 256, XW = 64 };
	typedef float In;
	typedef float Out;
	static __device__ __forceinline__ unsigned at(unsigned i)
	{
		return i / 64u * 128u + i % 64u;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k041_conv_block_list_6_pool(const Mem m)
{
	max_pool<k041>(((const float *)(m.arena + 0)), ((float *)(m.arena + 1638400)));
}

/* %conv_block_list.0.pool = max_pool2d "conv_block_list.0.pool" %conv_block_list.0.bn {kernel=[5,4] channels_last=1} : f32[32,50,16,64] @arena:196608000:bf16  !models/lib/crnn.json:18:17+12 */
struct k071 {
	enum { COUNT = 1638400, KH = 5, KW = 4, XH = 4096, XW = 64 };
	typedef float In;
	typedef bf16 Out;
	static __device__ __forceinline__ unsigned at(unsigned i)
	{
		return i / 1024u * 20480u + i / 64u % 16u * 256u + i % 64u;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k071_conv_block_list_0_pool(const Mem m)
{
	max_pool<k071>(((const float *)(m.arena + 0)), ((bf16 *)(m.arena + 196608000)));
}

/* %conv_block_list.3.pool = max_pool2d "conv_block_list.3.pool" %conv_block_list.3.bn {kernel=[1,4] channels_last=1} : f32[32,50,4,64] @arena:249472000:bf16  !models/lib/crnn.json:18:17+12 */
struct k081 {
	enum { COUNT = 409600, KH = 1, KW = 4, XH = 1024, XW = 64 };
	typedef float In;
	typedef bf16 Out;
	static __device__ __forceinline__ unsigned at(unsigned i)
	{
		return i / 64u * 256u + i % 64u;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k081_conv_block_list_3_pool(const Mem m)
{
	max_pool<k081>(((const float *)(m.arena + 242918400)), ((bf16 *)(m.arena + 249472000)));
}

/* %conv_block_list.6.pool = max_pool2d "conv_block_list.6.pool" %conv_block_list.6.bn {kernel=[1,2] channels_last=1} : f32[32,50,2,64] @arena:260940800  !models/lib/crnn.json:18:17+12 */
struct k088 {
	enum { COUNT = 204800, KH = 1, KW = 2, XH = 256, XW = 64 };
	typedef float In;
	typedef float Out;
	static __device__ __forceinline__ unsigned at(unsigned i)
	{
		return i / 64u * 128u + i % 64u;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k088_conv_block_list_6_pool(const Mem m)
{
	max_pool<k088>(((const float *)(m.arena + 259302400)), ((float *)(m.arena + 260940800)));
}

/* %conv_block_list.6.pool.grad = max_pool2d_grad "conv_block_list.6.pool.grad" %conv_block_list.6.bn, %conv_block_list.6.pool.grad.2 {kernel=[1,2] channels_last=1} : f32[32,50,4,64] @arena:275865600:bf16  !models/lib/crnn.json:18:17+12 */
struct k207 {
	enum { COUNT = 409600, KH = 1, KW = 2 };
	typedef float Grad;
	typedef bf16 Out;
	static __device__ __forceinline__ unsigned at(unsigned i)
	{
		return i / 256u * 128u + i / 64u % 4u / 2u * 64u + i % 64u;
	}
	static __device__ __forceinline__ unsigned whole(unsigned i)
	{
		return i / 256u % 50u < 50u && i / 64u % 4u < 4u;
	}
	enum { XH = 256, XW = 64 };
	typedef float In;
	static __device__ __forceinline__ unsigned tile(unsigned i)
	{
		return i / 256u * 256u + i / 64u % 4u / 2u * 128u + i % 64u;
	}
	static __device__ __forceinline__ unsigned place(unsigned i)
	{
		return i / 256u % 50u % 1u * 2u + i / 64u % 4u % 2u;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k207_conv_block_list_6_pool_grad(const Mem m)
{
	max_pool_grad<k207>(((const float *)(m.arena + 259302400)), ((const float *)(m.arena + 260940800)), ((bf16 *)(m.arena + 275865600)));
}

/* %conv_block_list.3.pool.grad = max_pool2d_grad "conv_block_list.3.pool.grad" %conv_block_list.3.bn, %conv_block_list.3.dropout.grad {kernel=[1,4] channels_last=1} : f32[32,50,16,64] @arena:249472000:bf16  !models/lib/crnn.json:18:17+12 */
struct k218 {
	enum { COUNT = 1638400, KH = 1, KW = 4 };
	typedef float Grad;
	typedef bf16 Out;
	static __device__ __forceinline__ unsigned at(unsigned i)
	{
		return i / 1024u * 256u + i / 64u % 16u / 4u * 64u + i % 64u;
	}
	static __device__ __forceinline__ unsigned whole(unsigned i)
	{
		return i / 1024u % 50u < 50u && i / 64u % 16u < 16u;
	}
	enum { XH = 1024, XW = 64 };
	typedef float In;
	static __device__ __forceinline__ unsigned tile(unsigned i)
	{
		return i / 1024u * 1024u + i / 64u % 16u / 4u * 256u + i % 64u;
	}
	static __device__ __forceinline__ unsigned place(unsigned i)
	{
		return i / 1024u % 50u % 1u * 4u + i / 64u % 16u % 4u;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k218_conv_block_list_3_pool_grad(const Mem m)
{
	max_pool_grad<k218>(((const float *)(m.arena + 242918400)), ((const float *)(m.arena + 252748800)), ((bf16 *)(m.arena + 249472000)));
}

/* %conv_block_list.0.pool.grad = max_pool2d_grad "conv_block_list.0.pool.grad" %conv_block_list.0.bn, %conv_block_list.0.dropout.grad {kernel=[5,4] channels_last=1} : f32[32,250,64,64] @arena:196608000:bf16  !models/lib/crnn.json:18:17+12 */
struct k229 {
	enum { COUNT = 32768000, KH = 5, KW = 4 };
	typedef float Grad;
	typedef bf16 Out;
	static __device__ __forceinline__ unsigned at(unsigned i)
	{
		return i / 1024000u * 51200u + i / 4096u % 250u / 5u * 1024u + i / 64u % 64u / 4u * 64u + i % 64u;
	}
	static __device__ __forceinline__ unsigned whole(unsigned i)
	{
		return i / 4096u % 250u < 250u && i / 64u % 64u < 64u;
	}
	enum { XH = 4096, XW = 64 };
	typedef float In;
	static __device__ __forceinline__ unsigned tile(unsigned i)
	{
		return i / 1024000u * 1024000u + i / 4096u % 250u / 5u * 20480u + i / 64u % 64u / 4u * 256u + i % 64u;
	}
	static __device__ __forceinline__ unsigned place(unsigned i)
	{
		return i / 4096u % 250u % 5u * 4u + i / 64u % 64u % 4u;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k229_conv_block_list_0_pool_grad(const Mem m)
{
	max_pool_grad<k229>(((const float *)(m.arena + 0)), ((const float *)(m.arena + 269312000)), ((bf16 *)(m.arena + 196608000)));
}

/* pack.cuh: weights to the form that the kernels of products read, and tables that need no input.
 */

/* w, element (n, k) at n WR + k WK, to dense p[N][K]: as floats or bf16. Where w is dense along n,
 * through tiles of 32 x 32. grid: (K / 32, N / 32) CTAs of 256. */
template <class P, class T> __device__ __forceinline__ void pack_rows(const float *w, T *p)
{
	__shared__ float tile[32][33];
	const int TURN = P::WR < P::WK, lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
	const int n0 = blockIdx.y * 32, k0 = blockIdx.x * 32;
#pragma unroll
	for (int i = warp; i < 32; i += 8) {
		const int n = n0 + (TURN ? lane : i), k = k0 + (TURN ? i : lane);
		const bool in = n < P::N && k < P::K;
		tile[TURN ? lane : i][TURN ? i : lane] =
		    in ? w[(long long)n * P::WR + (long long)k * P::WK] : 0.0f;
	}
	__syncthreads();
#pragma unroll
	for (int i = warp; i < 32; i += 8)
		if (n0 + i < P::N && k0 + lane < P::K)
			put(p + (long long)(n0 + i) * P::K + k0 + lane, tile[i][lane]);
}

/* Triangular filters on the Slaney mel scale with area normalisation: [BINS][MELS]. P: BINS MELS,
 * rate() fmin() fmax() in Hz. */
__device__ __forceinline__ double mel_of_hz(double f)
{
	const double knee = 1000.0 / (200.0 / 3);
	return f < 1000.0 ? f / (200.0 / 3) : knee + log(f / 1000.0) / (log(6.4) / 27.0);
}

__device__ __forceinline__ double hz_of_mel(double m)
{
	const double knee = 1000.0 / (200.0 / 3);
	return m < knee ? m * (200.0 / 3) : 1000.0 * exp((m - knee) * (log(6.4) / 27.0));
}

template <class P> __device__ __forceinline__ void mel_filterbank(float *y)
{
	const int i = blockIdx.x * blockDim.x + threadIdx.x;
	if (i >= P::BINS * P::MELS)
		return;
	const int k = i / P::MELS, m = i % P::MELS;
	const double f = k * P::rate() / (2.0 * (P::BINS - 1));
	const double lo = mel_of_hz(P::fmin()), step = (mel_of_hz(P::fmax()) - lo) / (P::MELS + 1);
	const double a = hz_of_mel(lo + m * step), b = hz_of_mel(lo + (m + 1) * step),
	             c = hz_of_mel(lo + (m + 2) * step);
	const double up = (f - a) / (b - a), down = (c - f) / (c - b), t = up < down ? up : down;
	y[i] = (float)(t > 0 ? t * 2.0 / (c - a) : 0.0);
}

/* y[ROWS][COLS]: sin(p base^(-i/COLS)) in even column i, the cosine in column i + 1. */
template <class P> __device__ __forceinline__ void sinusoid(float *y)
{
	const int e = blockIdx.x * blockDim.x + threadIdx.x;
	if (e >= P::ROWS * P::COLS)
		return;
	const int p = e / P::COLS, i = e % P::COLS;
	const double angle = p * pow(P::base(), -(double)(i - i % 2) / P::COLS);
	y[e] = (float)(i % 2 ? cos(angle) : sin(angle));
}

/* %features.filters = mel_filterbank "features.filters" {bins=513 mels=64 rate=24000 fmin=0 fmax=12000} : f32[513,64] @load:0  !models/lib/foa.json:124:17+16 */
struct k004 {
	enum { BINS = 513, MELS = 64 };
	static __device__ __forceinline__ double rate()
	{
		return 24000;
	}
	static __device__ __forceinline__ double fmin()
	{
		return 0;
	}
	static __device__ __forceinline__ double fmax()
	{
		return 12000;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k004_features_filters(const Mem m)
{
	mel_filterbank<k004>(((float *)(m.load + 0)));
}

/* %mhsa_block_list.0.out_proj = linear "mhsa_block_list.0.out_proj" %mhsa_block_list.0.a, %mhsa_block_list.0.out_proj.weight, %mhsa_block_list.0.out_proj.bias : f32[32,50,128] @arena:0  !models/lib/nn.json:21:17+8 */
struct k051 {
	enum { N = 128, K = 128, WR = 128, WK = 1 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k051_mhsa_block_list_0_out_proj(const Mem m)
{
	const size_t z = blockIdx.z;
	pack_rows<k051>(((const float *)(m.params + 2494976)) + z * 0u,
		(bf16 *)(m.load + 300288) + z * 16384u);
}

/* %mhsa_block_list.1.out_proj = linear "mhsa_block_list.1.out_proj" %mhsa_block_list.1.a, %mhsa_block_list.1.out_proj.weight, %mhsa_block_list.1.out_proj.bias : f32[32,50,128] @arena:0  !models/lib/nn.json:21:17+8 */
struct k057 {
	enum { N = 128, K = 128, WR = 128, WK = 1 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k057_mhsa_block_list_1_out_proj(const Mem m)
{
	const size_t z = blockIdx.z;
	pack_rows<k057>(((const float *)(m.params + 2760192)) + z * 0u,
		(bf16 *)(m.load + 333056) + z * 16384u);
}

/* %fnn_list.0 = linear "fnn_list.0" %layer_norm_list.1, %fnn_list.0.weight, %fnn_list.0.bias : f32[32,50,128] @arena:998400:bf16  !models/lib/nn.json:21:17+8 */
struct k061 {
	enum { N = 128, K = 128, WR = 128, WK = 1 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k061_fnn_list_0(const Mem m)
{
	const size_t z = blockIdx.z;
	pack_rows<k061>(((const float *)(m.params + 2827264)) + z * 0u,
		(bf16 *)(m.load + 365824) + z * 16384u);
}

/* %fnn_list.1 = linear "fnn_list.1" %fnn_list.0, %fnn_list.1.weight, %fnn_list.1.bias : f32[32,50,156] @arena:0  !models/lib/nn.json:21:17+8 */
struct k063 {
	enum { N = 156, K = 128, WR = 128, WK = 1 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k063_fnn_list_1(const Mem m)
{
	const size_t z = blockIdx.z;
	pack_rows<k063>(((const float *)(m.params + 2893312)) + z * 0u,
		(bf16 *)(m.load + 398592) + z * 19968u);
}

/* %_._._ = linear "*.*.*" %gru._.grad.6, %mhsa_block_list.0.in_proj_weight.2, %mhsa_block_list.0.in_proj_bias.2 {group=3} : f32[3,32,50,384] @arena:235545600  !models/lib/crnn.json:54:17+8 */
struct k103 {
	enum { N = 384, K = 128, WR = 128, WK = 1 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k103______(const Mem m)
{
	const size_t z = blockIdx.z;
	pack_rows<k103>(((const float *)(m.state + 1893888)) + z * 49152u,
		(bf16 *)(m.arena + 289499392) + z * 49152u);
}

/* %fnn_list.0 = linear "fnn_list.0" %layer_norm_list.1, %fnn_list.0.weight, %fnn_list.0.bias : f32[32,50,128] @arena:288563200:bf16  !models/lib/nn.json:21:17+8 */
struct k114 {
	enum { N = 128, K = 128, WR = 128, WK = 1 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k114_fnn_list_0(const Mem m)
{
	const size_t z = blockIdx.z;
	pack_rows<k114>(((const float *)(m.state + 2823680)) + z * 0u,
		(bf16 *)(m.arena + 289499392) + z * 16384u);
}

/* %fnn_list.1 = linear "fnn_list.1" %fnn_list.0, %fnn_list.1.weight, %fnn_list.1.bias : f32[32,50,156] @arena:260940800  !models/lib/nn.json:21:17+8 */
struct k116 {
	enum { N = 156, K = 128, WR = 128, WK = 1 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k116_fnn_list_1(const Mem m)
{
	const size_t z = blockIdx.z;
	pack_rows<k116>(((const float *)(m.state + 2889728)) + z * 0u,
		(bf16 *)(m.arena + 289499392) + z * 19968u);
}

/* %fnn_list.0.grad = linear_dx "fnn_list.0.grad" %fnn_list.1.grad, %fnn_list.0.weight : f32[32,50,128] @arena:258745600:bf16  !models/lib/nn.json:21:17+8 */
struct k136 {
	enum { N = 128, K = 128, WR = 1, WK = 128 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k136_fnn_list_0_grad(const Mem m)
{
	const size_t z = blockIdx.z;
	pack_rows<k136>(((const float *)(m.state + 2823680)) + z * 0u,
		(bf16 *)(m.arena + 289499392) + z * 16384u);
}

/* %mhsa_block_list.1.out_proj.grad = linear_dx "mhsa_block_list.1.out_proj.grad" %layer_norm_list.1.grad, %mhsa_block_list.1.out_proj.weight : f32[32,50,128] @arena:251929600  !models/lib/nn.json:21:17+8 */
struct k146 {
	enum { N = 128, K = 128, WR = 1, WK = 128 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k146_mhsa_block_list_1_out_proj_grad(const Mem m)
{
	const size_t z = blockIdx.z;
	pack_rows<k146>(((const float *)(m.state + 2756608)) + z * 0u,
		(bf16 *)(m.arena + 289499392) + z * 16384u);
}

/* %mhsa_block_list.1.in_proj.grad.2 = linear_dx "mhsa_block_list.1.in_proj.grad" %mhsa_block_list.1.in_proj.grad, %mhsa_block_list.1.in_proj_weight : f32[32,50,128] @arena:258745600:bf16  !models/lib/crnn.json:54:17+8 */
struct k154 {
	enum { N = 128, K = 384, WR = 1, WK = 128 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k154_mhsa_block_list_1_in_proj_grad(const Mem m)
{
	const size_t z = blockIdx.z;
	pack_rows<k154>(((const float *)(m.state + 2558464)) + z * 0u,
		(bf16 *)(m.arena + 289499392) + z * 49152u);
}

/* %mhsa_block_list.0.out_proj.grad = linear_dx "mhsa_block_list.0.out_proj.grad" %layer_norm_list.0.grad.2, %mhsa_block_list.0.out_proj.weight : f32[32,50,128] @arena:257926400  !models/lib/nn.json:21:17+8 */
struct k165 {
	enum { N = 128, K = 128, WR = 1, WK = 128 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k165_mhsa_block_list_0_out_proj_grad(const Mem m)
{
	const size_t z = blockIdx.z;
	pack_rows<k165>(((const float *)(m.state + 2491392)) + z * 0u,
		(float *)(m.arena + 289499392) + z * 16384u);
}

/* %mhsa_block_list.0.in_proj.grad.2 = linear_dx "mhsa_block_list.0.in_proj.grad" %mhsa_block_list.0.in_proj.grad, %mhsa_block_list.0.in_proj_weight : f32[32,50,128] @arena:257107200  !models/lib/crnn.json:54:17+8 */
struct k173 {
	enum { N = 128, K = 384, WR = 1, WK = 128 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k173_mhsa_block_list_0_in_proj_grad(const Mem m)
{
	const size_t z = blockIdx.z;
	pack_rows<k173>(((const float *)(m.state + 1893888)) + z * 0u,
		(bf16 *)(m.arena + 289499392) + z * 49152u);
}

/* %gru._.grad.9 = linear_dx "gru.*.grad" %gru._.grad.7, %gru._.6 {group=2} : f32[2,32,50,256] @arena:249472000  !models/lib/crnn.json:33:17+5 */
struct k182 {
	enum { N = 256, K = 384, WR = 1, WK = 256 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k182_gru___grad(const Mem m)
{
	const size_t z = blockIdx.z;
	pack_rows<k182>(((const float *)(m.state + 1107456)) + z * 98304u,
		(bf16 *)(m.arena + 289499392) + z * 98304u);
}

/* %gru._.grad.16 = linear_dx "gru.*.grad" %gru._.grad.14, %gru._ {group=2} : f32[2,32,50,128] @arena:249472000  !models/lib/crnn.json:33:17+5 */
struct k197 {
	enum { N = 128, K = 384, WR = 1, WK = 128 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k197_gru___grad(const Mem m)
{
	const size_t z = blockIdx.z;
	pack_rows<k197>(((const float *)(m.state + 314880)) + z * 49152u,
		(bf16 *)(m.arena + 289499392) + z * 49152u);
}

/* stft.cuh: short-time Fourier transform, one CTA of 128 threads a frame, in double: the sum of a
 * thousand squares of a quiet band beside a loud one is what features are made of.
 *
 * P: SAMPLES FRAMES NFFT WIN HOP CENTER REFLECT, XS stride of samples; grid: (FRAMES, sequences).
 * y: [FRAMES][NFFT / 2 + 1][2]. NFFT a power of two for stft, any for stft_any. */

/* Sample n of frame f, windowed (periodic Hann of WIN samples in the middle of NFFT). */
template <class P> __device__ __forceinline__ double stft_sample(const float *x, int f, int n)
{
	const int w = n - (P::NFFT - P::WIN) / 2;
	int s = f * P::HOP + n - (P::CENTER ? P::NFFT / 2 : 0);
	if (w < 0 || w >= P::WIN)
		return 0;
	if (s < 0 || s >= P::SAMPLES) {
		if (!P::REFLECT)
			return 0;
		s = s < 0 ? -s : 2 * (P::SAMPLES - 1) - s;
	}
	return x[(long long)s * P::XS] * (0.5 - 0.5 * cospi(2.0 * w / P::WIN));
}

/* Stockham radix-2: each pass reads one half of shared memory and writes the other. */
template <class P> __device__ __forceinline__ void stft(const float *x, float *y)
{
	extern __shared__ double2 shared2[];
	double2 *from = shared2, *to = shared2 + P::NFFT, *root = shared2 + 2 * P::NFFT;
	const int f = blockIdx.x, BINS = P::NFFT / 2 + 1;
	for (int n = threadIdx.x; n < P::NFFT; n += 128)
		from[n] = make_double2(stft_sample<P>(x, f, n), 0);
	for (int n = threadIdx.x; n < P::NFFT / 2; n += 128)
		sincospi(-2.0 * n / P::NFFT, &root[n].y, &root[n].x);
	__syncthreads();
	for (int half = P::NFFT / 2, stride = 1; half > 0; half /= 2, stride *= 2) {
		for (int i = threadIdx.x; i < P::NFFT / 2; i += 128) {
			const int p = i / stride, q = i % stride;
			const double2 a = from[q + stride * p], b = from[q + stride * (p + half)];
			const double2 w = root[p * stride], d = make_double2(a.x - b.x, a.y - b.y);
			to[q + stride * 2 * p] = make_double2(a.x + b.x, a.y + b.y);
			to[q + stride * (2 * p + 1)] =
			    make_double2(d.x * w.x - d.y * w.y, d.x * w.y + d.y * w.x);
		}
		__syncthreads();
		double2 *t = from;
		from = to;
		to = t;
	}
	for (int k = threadIdx.x; k < BINS; k += 128) {
		y[((long long)f * BINS + k) * 2] = (float)from[k].x;
		y[((long long)f * BINS + k) * 2 + 1] = (float)from[k].y;
	}
}

template <class P> __device__ __forceinline__ void stft_any(const float *x, float *y)
{
	extern __shared__ double2 shared2[];
	double *frame = (double *)shared2;
	const int f = blockIdx.x, BINS = P::NFFT / 2 + 1;
	for (int n = threadIdx.x; n < P::NFFT; n += 128)
		frame[n] = stft_sample<P>(x, f, n);
	__syncthreads();
	for (int k = threadIdx.x; k < BINS; k += 128) {
		double re = 0, im = 0;
		for (int n = 0; n < P::NFFT; n++) {
			double s, c;
			sincospi(-2.0 * ((long long)k * n % P::NFFT) / P::NFFT, &s, &c);
			re += frame[n] * c;
			im += frame[n] * s;
		}
		y[((long long)f * BINS + k) * 2] = (float)re;
		y[((long long)f * BINS + k) * 2 + 1] = (float)im;
	}
}

/* %features.all_frames = stft "features.all_frames" %features.x {n_fft=1024 win=960 hop=480 center=0} : f32[32,4,251,513,2] @arena:0  !models/lib/foa.json:122:17+6 */
struct k003 {
	enum { SAMPLES = 121024, NFFT = 1024, WIN = 960, HOP = 480, CENTER = 0, REFLECT = 1, XS = 1 };
};

extern "C" __global__ void __launch_bounds__(128, 1) k003_features_all_frames(const Mem m)
{
	const unsigned z = blockIdx.y;
	stft<k003>(((const float *)(m.arena + 131853312)) + (z * 121024u), ((float *)(m.arena + 0)) + (size_t)z * 257526u);
}

/* scan.cuh: the selective scan of Mamba with the D skip, softplus of delta and the gate.
 *
 * A CTA of 128 threads takes 32 channels of one sequence; LANES neighbouring lanes share a channel
 * and hold N / LANES states each in registers, through all of time. Everything that the time loop
 * reads is brought to shared memory first, TC steps at a time, the next ones by asynchronous
 * copies meanwhile.
 * P: L E N   extents       UR DR BR CR ZR YR   strides of time of u, delta, B, C, z, y
 *    UC DC BC CC ZC        their strides along the row
 *    TC GATE SOFTPLUS      U Z Out             element types
 *    ASYNC     rows can be copied in pieces of 16 bytes; all strides along rows are 1
 * A: [E][N], A negative; grid: (E / 32, 1, sequences). */

template <class P> struct Scan {
	enum {
		LANES = P::N % 4 == 0 ? 4 : 1,
		STATES = P::N / LANES,
		CH = 128 / LANES, /* channels of a CTA */
		NBUF = P::L > P::TC ? 2 : 1,
		NP = (P::N + 3) / 4 * 4,
		U_BYTES = P::TC * CH * sizeof(typename P::U),
		D_BYTES = P::TC * CH * 4, /* holds delta, then y: float */
		Z_BYTES = P::GATE ? P::TC * CH * sizeof(typename P::Z) : 0,
		B_BYTES = P::TC * NP * 4,
		STAGE = U_BYTES + D_BYTES + Z_BYTES + 2 * B_BYTES,
		SMEM = NBUF * STAGE,
		CHUNKS = (P::L + P::TC - 1) / P::TC,
	};
};

/* TC rows of COLS elements, PITCH apart in shared memory; `rows` and `cols` of them exist. */
template <class P, class T, int COLS, int PITCH>
__device__ __forceinline__ void scan_fetch(T *s, const T *g, int stride, int step, int rows, int cols)
{
	if constexpr (P::ASYNC) {
		const int EACH = 16 / sizeof(T), PIECES = COLS / EACH;
		const unsigned to = shared_address(s);
		for (int e = threadIdx.x; e < P::TC * PIECES; e += 128) {
			const int r = e / PIECES, c = e % PIECES * EACH;
			const bool valid = r < rows && c < cols;
			async16(to + (r * PITCH + c) * sizeof(T), g + (valid ? (long long)r * stride + c : 0),
			        valid);
		}
	} else {
		for (int e = threadIdx.x; e < P::TC * COLS; e += 128) {
			const int r = e / COLS, c = e % COLS;
			if (r < rows && c < cols)
				s[r * PITCH + c] = g[(long long)r * stride + c * step];
			else
				put(s + r * PITCH + c, 0.0f);
		}
	}
}

/* The parts of one stage of shared memory. */
template <class P> struct ScanStage {
	typename P::U *u;
	float *d;
	typename P::Z *z;
	float *b, *c;
	__device__ __forceinline__ ScanStage(char *base)
	{
		typedef Scan<P> S;
		d = (float *)base;
		u = (typename P::U *)(base + S::D_BYTES);
		z = (typename P::Z *)(base + S::D_BYTES + S::U_BYTES);
		b = (float *)(base + S::D_BYTES + S::U_BYTES + S::Z_BYTES);
		c = b + P::TC * S::NP;
	}
};

template <class P> struct ScanInputs {
	const typename P::U *u;
	const float *dt, *A, *B, *C, *D;
	const typename P::Z *z;
};

template <class P>
__device__ __forceinline__ void scan_stage(ScanStage<P> s, const ScanInputs<P> &in, int t0, int c0)
{
	typedef Scan<P> S;
	const int rows = P::L - t0, cols = P::E - c0;
	scan_fetch<P, typename P::U, S::CH, S::CH>(s.u, in.u + (long long)t0 * P::UR + c0 * P::UC,
	                                          P::UR, P::UC, rows, cols);
	scan_fetch<P, float, S::CH, S::CH>(s.d, in.dt + (long long)t0 * P::DR + c0 * P::DC, P::DR,
	                                  P::DC, rows, cols);
	if (P::GATE)
		scan_fetch<P, typename P::Z, S::CH, S::CH>(
		    s.z, in.z + (long long)t0 * P::ZR + c0 * P::ZC, P::ZR, P::ZC, rows, cols);
	scan_fetch<P, float, P::N, S::NP>(s.b, in.B + (long long)t0 * P::BR, P::BR, P::BC, rows, P::N);
	scan_fetch<P, float, P::N, S::NP>(s.c, in.C + (long long)t0 * P::CR, P::CR, P::CC, rows, P::N);
	async_commit();
}

/* One step: h = exp(delta A) h + delta B u; returns this lane's share of sum C h. */
template <class P>
__device__ __forceinline__ float scan_step(float *h, const float *a, const float *b,
                                           const float *c, float delta, float u)
{
	typedef Scan<P> S;
	const float du = delta * u;
	float sum = 0;
#pragma unroll
	for (int n = 0; n < S::STATES; n++) {
		h[n] = fmaf(exp2_ftz(delta * a[n]), h[n], du * b[n]);
		sum = fmaf(c[n], h[n], sum);
	}
	return sum;
}

/* Sums over 4 lanes for 4 times at once: lane q is left with the sum for time q. */
__device__ __forceinline__ float scan_transpose_sum(const float p[4], int q)
{
	const float a0 = q & 1 ? p[1] : p[0], b0 = q & 1 ? p[0] : p[1];
	const float a1 = q & 1 ? p[3] : p[2], b1 = q & 1 ? p[2] : p[3];
	const float s0 = a0 + __shfl_xor_sync(~0u, b0, 1);
	const float s1 = a1 + __shfl_xor_sync(~0u, b1, 1);
	const float keep = q & 2 ? s1 : s0, give = q & 2 ? s0 : s1;
	return keep + __shfl_xor_sync(~0u, give, 2);
}

template <class P>
__device__ __forceinline__ float scan_finish(ScanStage<P> s, float sum, float skip, int i)
{
	float y = fmaf(skip, widen(s.u[i]), sum);
	if (P::GATE)
		y *= silu(widen(s.z[i]));
	return y;
}

/* `len` steps of a stage, from its end if rev; y replaces delta. */
template <class P>
__device__ __forceinline__ void scan_chunk(ScanStage<P> s, float *h, const float *a, float skip,
                                           int len, bool rev)
{
	typedef Scan<P> S;
	const int q = threadIdx.x % S::LANES, c = threadIdx.x / S::LANES;
#pragma unroll 1
	for (int i = 0; i < len; i += S::LANES) {
		float p[4];
#pragma unroll
		for (int j = 0; j < S::LANES; j++) {
			p[j] = 0;
			if (i + j >= len)
				continue;
			const int t = rev ? len - 1 - i - j : i + j;
			p[j] = scan_step<P>(h, a, s.b + t * S::NP + q * S::STATES,
			                    s.c + t * S::NP + q * S::STATES, s.d[t * S::CH + c],
			                    widen(s.u[t * S::CH + c]));
		}
		const float sum = S::LANES == 4 ? scan_transpose_sum(p, q) : p[0];
		__syncwarp();
		if (i + q < len) {
			const int t = rev ? len - 1 - i - q : i + q;
			s.d[t * S::CH + c] = scan_finish<P>(s, sum, skip, t * S::CH + c);
		}
	}
}

template <class P>
__device__ __forceinline__ void scan(ScanInputs<P> in, typename P::Out *y, bool rev)
{
	typedef Scan<P> S;
	extern __shared__ float4 shared[];
	char *base = (char *)shared;
	const int q = threadIdx.x % S::LANES, c0 = blockIdx.x * S::CH;
	const int c = c0 + threadIdx.x / S::LANES, ca = c < P::E ? c : P::E - 1;
	float h[S::STATES] = {}, a[S::STATES];
#pragma unroll
	for (int n = 0; n < S::STATES; n++)
		a[n] = in.A[ca * P::N + q * S::STATES + n] * 1.4426950408889634f;
	const float skip = in.D[ca];

	scan_stage<P>(ScanStage<P>(base), in, rev ? (S::CHUNKS - 1) * P::TC : 0, c0);
#pragma unroll 1
	for (int k = 0; k < S::CHUNKS; k++) {
		const int t0 = (rev ? S::CHUNKS - 1 - k : k) * P::TC;
		const int len = P::L - t0 < P::TC ? P::L - t0 : P::TC;
		ScanStage<P> s(base + k % S::NBUF * S::STAGE);
		if (k + 1 < S::CHUNKS)
			scan_stage<P>(ScanStage<P>(base + (k + 1) % S::NBUF * S::STAGE), in,
			              t0 + (rev ? -P::TC : P::TC), c0);
		else
			async_commit();
		async_wait<1>();
		__syncthreads();
		if (P::SOFTPLUS) {
			for (int e = threadIdx.x; e < len * S::CH; e += 128)
				s.d[e] = softplus(s.d[e]);
			__syncthreads();
		}
		scan_chunk<P>(s, h, a, skip, len, rev);
		__syncthreads();
		for (int e = threadIdx.x; e < len * S::CH; e += 128)
			if (c0 + e % S::CH < P::E)
				put(y + (long long)(t0 + e / S::CH) * P::YR + c0 + e % S::CH, s.d[e]);
		__syncthreads();
	}
}

/* ---- depthwise convolution along time ---------------------------------------------------------
 * P: M rows in, L rows out, E channels, TAPS PAD, XR XC YR strides, BIAS; In, Out; one thread an
 * output; grid: (E / 256, L, sequences). */
template <class P>
__device__ __forceinline__ void conv1d(const typename P::In *x, const float *w, const float *bias,
                                       typename P::Out *y, bool rev)
{
	const int c = blockIdx.x * blockDim.x + threadIdx.x, t = blockIdx.y;
	if (c >= P::E)
		return;
	float v = P::BIAS ? bias[c] : 0.0f;
#pragma unroll
	for (int j = 0; j < P::TAPS; j++) {
		const int r = rev ? t + (P::M - P::L) + P::PAD - j : t - P::PAD + j;
		if (r >= 0 && r < P::M)
			v = fmaf(w[c * P::TAPS + j], widen(x[(long long)r * P::XR + c * P::XC]), v);
	}
	put(y + (long long)t * P::YR + c, v);
}

/* %gru._.grad.5 = conv1d_depthwise "gru.*.grad" %gru._.10, %gru.l0.grad.16 {pad=[1,0] reverse=[0,1] group=2} : f32[2,32,50,128] @arena:282419200  !models/lib/crnn.json:33:17+5 */
struct k101 {
	enum { M = 50, L = 50, E = 128, TAPS = 2, PAD = 1, XR = 128, XC = 1, YR = 128, BIAS = 0 };
	typedef float In;
	typedef float Out;
};

extern "C" __global__ void __launch_bounds__(128, 1) k101_gru___grad(const Mem m)
{
	const unsigned z = blockIdx.z;
	conv1d<k101>(((const float *)(m.arena + 249472000)) + (size_t)(z / 32u * 204800u + z % 32u * 6400u), ((const float *)(m.load + 446720)) + (0u),
		nullptr,
		((float *)(m.arena + 282419200)) + (size_t)(z / 32u * 204800u + z % 32u * 6400u), "01"[z / 32u] == '1');
}

/* %gru._.grad.2 = conv1d_depthwise "gru.*.grad" %gru._.5, %gru.l0.grad.16 {pad=[1,0] reverse=[0,1] group=2} : f32[2,32,50,128] @arena:277504000  !models/lib/crnn.json:33:17+5 */
struct k192 {
	enum { M = 50, L = 50, E = 128, TAPS = 2, PAD = 1, XR = 128, XC = 1, YR = 128, BIAS = 0 };
	typedef float In;
	typedef float Out;
};

extern "C" __global__ void __launch_bounds__(128, 1) k192_gru___grad(const Mem m)
{
	const unsigned z = blockIdx.z;
	conv1d<k192>(((const float *)(m.arena + 279142400)) + (size_t)(z / 32u * 204800u + z % 32u * 6400u), ((const float *)(m.load + 446720)) + (0u),
		nullptr,
		((float *)(m.arena + 277504000)) + (size_t)(z / 32u * 204800u + z % 32u * 6400u), "01"[z / 32u] == '1');
}

/* gru.cuh: a layer of gated recurrent units in one direction, from the products with its input, and
 * its gradient.
 *
 * A CTA takes one sequence through all of time. Four lanes share a unit: each has a quarter of the
 * unit's three rows of the state's weights, up to 128 units in registers for good, beyond read
 * from the cache in every frame. The state lies in shared memory twice, one read, one written, so
 * that one barrier a frame is enough.
 * P: L H   extents   VECTOR   rows of w_state can be read 4 at a time   Out   element type of y
 * gates: [L][3H], bias_ih + weight_ih x; w_state: [3H][H], b_state: [3H]; rows of r, z, n;
 * y: [L][H]; grid: sequences. */

template <class P> struct Gru {
	enum {
		KEPT = P::H <= 128,
		THREADS = KEPT ? (4 * P::H + 31) / 32 * 32 : 1024,
		QUADS = (P::H + 15) / 16, /* a lane has 4 columns of each 16 */
		HP = 16 * QUADS,
		WEIGHTS = KEPT ? 3 * QUADS : 1, /* in registers, 4 each */
	};
};

/* 1 / (1 + e^-v) within 2e-7. */
__device__ __forceinline__ float gru_sigmoid(float v)
{
	return reciprocal_ftz(1.0f + exp2_ftz(v * -1.4426950408889634f));
}

/* Columns k .. k + 3 of a row of H; 0 past the end. */
template <class P> __device__ __forceinline__ float4 gru_weights(const float *row, int k)
{
	if (P::VECTOR)
		return k < P::H ? *(const float4 *)(row + k) : make_float4(0, 0, 0, 0);
	return make_float4(k < P::H ? row[k] : 0.0f, k + 1 < P::H ? row[k + 1] : 0.0f,
	                   k + 2 < P::H ? row[k + 2] : 0.0f, k + 3 < P::H ? row[k + 3] : 0.0f);
}

/* A lane's quarter of the rows of one unit. */
template <class P> struct GruRows {
	float4 w[Gru<P>::WEIGHTS];
	const float *from; /* the first of the three rows */

	__device__ __forceinline__ float4 at(int gate, int i, int q) const
	{
		if (Gru<P>::KEPT)
			return w[gate * Gru<P>::QUADS + i];
		return gru_weights<P>(from + (long long)gate * P::H * P::H, 16 * i + 4 * q);
	}

	__device__ __forceinline__ GruRows(const float *w_state, int unit, int q)
	    : from(w_state + (long long)unit * P::H)
	{
#pragma unroll
		for (int e = 0; Gru<P>::KEPT && e < Gru<P>::WEIGHTS; e++)
			w[e] = gru_weights<P>(from + (long long)(e / Gru<P>::QUADS) * P::H * P::H,
			                      e % Gru<P>::QUADS * 16 + 4 * q);
	}
};

/* The unit's three products with the state: lane 0 of the four gets r's, 1 z's, 2 n's. */
template <class P>
__device__ __forceinline__ float gru_state(const GruRows<P> &rows, const float *h, int q)
{
	float p[3] = {0};
#pragma unroll(Gru<P>::KEPT ? Gru<P>::QUADS : 2)
	for (int i = 0; i < Gru<P>::QUADS; i++) {
		const float4 v = *(const float4 *)(h + 16 * i + 4 * q);
#pragma unroll
		for (int g = 0; g < 3; g++) {
			const float4 w = rows.at(g, i, q);
			p[g] = fmaf(w.x, v.x, p[g]);
			p[g] = fmaf(w.y, v.y, p[g]);
			p[g] = fmaf(w.z, v.z, p[g]);
			p[g] = fmaf(w.w, v.w, p[g]);
		}
	}
	const bool odd = q & 1, high = q & 2;
	const float a = (odd ? p[1] : p[0]) + __shfl_xor_sync(~0u, odd ? p[0] : p[1], 1);
	const float b = p[2] + __shfl_xor_sync(~0u, p[2], 1);
	return (high ? b : a) + __shfl_xor_sync(~0u, high ? a : b, 2);
}

/* The unit's new state, in lane 2. in, st: the lane's gate from input and state, with biases. */
__device__ __forceinline__ float gru_unit(float in, float st, float h)
{
	const int four = threadIdx.x & 28;
	const float gate = gru_sigmoid(in + st);
	const float r = __shfl_sync(~0u, gate, four), z = __shfl_sync(~0u, gate, four + 1);
	const float n = tanhf(fmaf(r, st, in));
	return fmaf(z, h, (1.0f - z) * n);
}

/* gates and y at the first frame; they move by `gstep` and `ystep` elements a frame. */
template <class P>
__device__ __forceinline__ void gru_kept(const float *gates, const float *w_state,
                                         const float *b_state, typename P::Out *y, int gstep,
                                         int ystep, float *state)
{
	const int u = threadIdx.x / 4, unit = u < P::H ? u : P::H - 1, q = threadIdx.x & 3;
	const int row = (q < 2 ? q : 2) * P::H + unit;
	const GruRows<P> rows(w_state, unit, q);
	const float bias = b_state[row];
	const float *h = state;
	float *next = state + Gru<P>::HP;
	gates += row;
	y += unit;
	float in = *gates;
#pragma unroll 1
	for (int left = P::L; left > 0; left--) {
		gates += left > 1 ? gstep : 0;
		const float ahead = *gates;
		const float v = gru_unit(in, bias + gru_state<P>(rows, h, q), h[unit]);
		if (q == 2 && u < P::H) {
			next[u] = v;
			put(y, v);
		}
		in = ahead;
		y += ystep;
		float *const old = (float *)h;
		h = next;
		next = old;
		__syncthreads();
	}
}

template <class P>
__device__ __forceinline__ void gru_read(const float *gates, const float *w_state,
                                         const float *b_state, typename P::Out *y, int gstep,
                                         int ystep, float *state)
{
	typedef Gru<P> G;
	const int q = threadIdx.x & 3;
#pragma unroll 1
	for (int step = 0; step < P::L; step++) {
		const float *const h = state + step % 2 * G::HP;
		float *const next = state + (step + 1) % 2 * G::HP;
#pragma unroll 1
		for (int u = threadIdx.x / 4; u < round_up(P::H, 8); u += G::THREADS / 4) {
			const int unit = u < P::H ? u : P::H - 1, row = (q < 2 ? q : 2) * P::H + unit;
			const float st = gru_state<P>(GruRows<P>(w_state, unit, q), h, q);
			const float v = gru_unit(gates[row], b_state[row] + st, h[unit]);
			if (q == 2 && u < P::H) {
				next[u] = v;
				put(y + u, v);
			}
		}
		gates += gstep;
		y += ystep;
		__syncthreads();
	}
}

template <class P>
__device__ __forceinline__ void gru(const float *gates, const float *w_state, const float *b_state,
                                    typename P::Out *y, bool rev)
{
	typedef Gru<P> G;
	__shared__ float4 shared4[2 * G::HP / 4];
	float *const state = (float *)shared4;
	const int first = rev ? P::L - 1 : 0, step = rev ? -1 : 1;
	for (int j = threadIdx.x; j < 2 * G::HP; j += G::THREADS)
		state[j] = 0;
	__syncthreads();
	gates += (long long)first * 3 * P::H;
	y += (long long)first * P::H;
	if (G::KEPT)
		gru_kept<P>(gates, w_state, b_state, y, step * 3 * P::H, step * P::H, state);
	else
		gru_read<P>(gates, w_state, b_state, y, step * 3 * P::H, step * P::H, state);
}

/* ---- gradient ----
 *
 * The same from the last frame to the first: four lanes share a unit, whose part of dL/dh stays with
 * them; each has a quarter of the unit's column of the state's weights. The gates' gradients of a
 * frame lie in shared memory twice, one written, one read: one barrier a frame.
 * P: L H GR GC   extents, strides of g along time and row   DX DH   element types of the results
 * gates_x, gates_h: [L][3H], before: [L][H] dense. */

template <class P> struct GruGrad {
	enum {
		KEPT = P::H <= 128,
		THREADS = KEPT ? (4 * P::H + 31) / 32 * 32 : 1024,
		EACH = KEPT ? 1 : (P::H + THREADS / 4 - 1) / (THREADS / 4), /* units of four lanes */
		QUADS = (3 * P::H + 15) / 16, /* a lane has 4 rows of each 16 */
		ROWS = 16 * QUADS,
	};
};

/* What a lane takes of one frame for its unit: lanes 0, 1, 2 (and 3 as 2) r's, z's, n's gate. */
struct GruFrame {
	float in, st, before, g;
};

template <class P>
__device__ __forceinline__ GruFrame gru_frame(const float *gates_x, const float *gates_h,
                                              const float *before, const float *g, int t, int unit)
{
	const int q = threadIdx.x & 3, row = t * 3 * P::H + (q < 2 ? q : 2) * P::H + unit;
	return {gates_x[row], gates_h[row], before[t * P::H + unit],
	        g[(long long)t * P::GR + (long long)unit * P::GC]};
}

/* The lane's gate's gradient by what it takes of the input; *by_state: of the state. *e, in: dL/dh
 * without g; out: its part that does not pass the weights. */
__device__ __forceinline__ float gru_unit_grad(const GruFrame &f, float *e, float *by_state)
{
	const int four = threadIdx.x & 28, q = threadIdx.x & 3;
	const float gate = gru_sigmoid(f.in + f.st);
	const float r = __shfl_sync(~0u, gate, four), z = __shfl_sync(~0u, gate, four + 1);
	const float n = __shfl_sync(~0u, tanhf(fmaf(r, f.st, f.in)), four + 2);
	const float hn = __shfl_sync(~0u, f.st, four + 2);
	const float dh = *e + f.g, dn = dh * (1.0f - z) * (1.0f - n * n);
	*e = dh * z;
	if (q == 0)
		return *by_state = dn * hn * r * (1.0f - r);
	if (q == 1)
		return *by_state = dh * (f.before - n) * z * (1.0f - z);
	*by_state = r * dn;
	return dn;
}

/* Rows k .. k + 3 of a unit's column; 0 past the end. */
template <class P> __device__ __forceinline__ float4 gru_column(const float *w_state, int unit, int k)
{
	const float *const w = w_state + (long long)k * P::H + unit;
	const int left = 3 * P::H - k;
	return make_float4(left > 0 ? w[0] : 0.0f, left > 1 ? w[P::H] : 0.0f,
	                   left > 2 ? w[2 * P::H] : 0.0f, left > 3 ? w[3 * P::H] : 0.0f);
}

/* Sum over all rows k of ds[k] times the weights, in all four lanes. */
template <class P>
__device__ __forceinline__ float gru_carry(const float4 *kept, const float *w_state, int unit,
                                           const float *ds)
{
	typedef GruGrad<P> G;
	const int q = threadIdx.x & 3;
	float sum[2] = {0};
#pragma unroll(G::KEPT ? G::QUADS : 2)
	for (int i = 0; i < G::QUADS; i++) {
		const float4 v = *(const float4 *)(ds + 16 * i + 4 * q);
		const float4 w = G::KEPT ? kept[i] : gru_column<P>(w_state, unit, 16 * i + 4 * q);
		sum[i & 1] = fmaf(w.x, v.x, sum[i & 1]);
		sum[i & 1] = fmaf(w.y, v.y, sum[i & 1]);
		sum[i & 1] = fmaf(w.z, v.z, sum[i & 1]);
		sum[i & 1] = fmaf(w.w, v.w, sum[i & 1]);
	}
	float all = sum[0] + sum[1];
	all += __shfl_xor_sync(~0u, all, 1);
	return all + __shfl_xor_sync(~0u, all, 2);
}

template <class P>
__device__ __forceinline__ void gru_grad(const float *gates_x, const float *gates_h,
                                         const float *before, const float *w_state, const float *g,
                                         typename P::DX *dgates_x, typename P::DH *dgates_h,
                                         bool rev)
{
	typedef GruGrad<P> G;
	__shared__ float4 shared4[2 * G::ROWS / 4];
	float *const ds = (float *)shared4;
	const int q = threadIdx.x & 3, gate = q < 2 ? q : 2;
	float4 kept[G::KEPT ? G::QUADS : 1];
	float e[G::EACH] = {0};
	for (int k = threadIdx.x; k < 2 * G::ROWS; k += G::THREADS)
		ds[k] = 0; /* the rows past the end stay */
	__syncthreads();
#pragma unroll
	for (int i = 0; G::KEPT && i < G::QUADS; i++) {
		const int u = threadIdx.x / 4;
		kept[i] = gru_column<P>(w_state, u < P::H ? u : P::H - 1, 16 * i + 4 * q);
	}
#pragma unroll 1
	for (int step = 0; step < P::L; step++) {
		const int t = rev ? step : P::L - 1 - step;
		float *const mine = ds + step % 2 * G::ROWS;
#pragma unroll
		for (int i = 0; i < G::EACH; i++) {
			const int u = threadIdx.x / 4 + i * (G::THREADS / 4);
			const int unit = u < P::H ? u : P::H - 1, row = gate * P::H + unit;
			float by_state;
			const GruFrame f = gru_frame<P>(gates_x, gates_h, before, g, t, unit);
			const float by_input = gru_unit_grad(f, &e[i], &by_state);
			if (q < 3 && u < P::H) {
				mine[row] = by_state;
				put(dgates_x + (long long)t * 3 * P::H + row, by_input);
				put(dgates_h + (long long)t * 3 * P::H + row, by_state);
			}
		}
		__syncthreads();
#pragma unroll
		for (int i = 0; i < G::EACH; i++) {
			const int u = threadIdx.x / 4 + i * (G::THREADS / 4);
			e[i] += gru_carry<P>(kept, w_state, u < P::H ? u : P::H - 1, mine);
		}
	}
}

/* %gru._.5 = gru "gru.*" %gru.l0_reverse.2, %gru._, %gru._.2, %gru._.3, %gru._.4 {reverse=[0,1] group=2} : f32[2,32,50,128] @arena:0  !models/lib/crnn.json:33:17+5 */
struct k044 {
	enum { L = 50, H = 128, VECTOR = 1 };
	typedef float Out;
};

extern "C" __global__ void __launch_bounds__(512, 1) k044_gru__(const Mem m)
{
	const unsigned z = blockIdx.x;
	gru<k044>(((const float *)(m.arena + 138240000)) + (size_t)(z / 32u * 614400u + z % 32u * 19200u),
		((const float *)(m.params + 711680)) + (size_t)(z / 32u * 49152u),
		((const float *)(m.params + 1107968)) + (size_t)(z / 32u * 384u),
		((float *)(m.arena + 0)) + (size_t)(z / 32u * 204800u + z % 32u * 6400u),
		"01"[z / 32u] == '1');
}

/* %gru._.10 = gru "gru.*" %gru.l1_reverse.2, %gru._.6, %gru._.7, %gru._.8, %gru._.9 {reverse=[0,1] group=2} : f32[2,32,50,128] @arena:0  !models/lib/crnn.json:33:17+5 */
struct k047 {
	enum { L = 50, H = 128, VECTOR = 1 };
	typedef float Out;
};

extern "C" __global__ void __launch_bounds__(512, 1) k047_gru__(const Mem m)
{
	const unsigned z = blockIdx.x;
	gru<k047>(((const float *)(m.arena + 138240000)) + (size_t)(z / 32u * 614400u + z % 32u * 19200u),
		((const float *)(m.params + 1897472)) + (size_t)(z / 32u * 49152u),
		((const float *)(m.params + 2293760)) + (size_t)(z / 32u * 384u),
		((float *)(m.arena + 0)) + (size_t)(z / 32u * 204800u + z % 32u * 6400u),
		"01"[z / 32u] == '1');
}

/* %gru._.5 = gru "gru.*" %gru.l0_reverse.2, %gru._, %gru._.2, %gru._.3, %gru._.4 {reverse=[0,1] group=2} : f32[2,32,50,128] @arena:279142400  !models/lib/crnn.json:33:17+5 */
struct k092 {
	enum { L = 50, H = 128, VECTOR = 1 };
	typedef float Out;
};

extern "C" __global__ void __launch_bounds__(512, 1) k092_gru__(const Mem m)
{
	const unsigned z = blockIdx.x;
	gru<k092>(((const float *)(m.arena + 289499392)) + (size_t)(z / 32u * 614400u + z % 32u * 19200u),
		((const float *)(m.state + 708096)) + (size_t)(z / 32u * 49152u),
		((const float *)(m.state + 1104384)) + (size_t)(z / 32u * 384u),
		((float *)(m.arena + 279142400)) + (size_t)(z / 32u * 204800u + z % 32u * 6400u),
		"01"[z / 32u] == '1');
}

/* %gru._.10 = gru "gru.*" %gru.l1_reverse.2, %gru._.6, %gru._.7, %gru._.8, %gru._.9 {reverse=[0,1] group=2} : f32[2,32,50,128] @arena:249472000  !models/lib/crnn.json:33:17+5 */
struct k098 {
	enum { L = 50, H = 128, VECTOR = 1 };
	typedef float Out;
};

extern "C" __global__ void __launch_bounds__(512, 1) k098_gru__(const Mem m)
{
	const unsigned z = blockIdx.x;
	gru<k098>(((const float *)(m.arena + 289499392)) + (size_t)(z / 32u * 614400u + z % 32u * 19200u),
		((const float *)(m.arena + 288972800)) + (size_t)(z / 32u * 49152u),
		((const float *)(m.arena + 262130176)) + (size_t)(z / 32u * 384u),
		((float *)(m.arena + 249472000)) + (size_t)(z / 32u * 204800u + z % 32u * 6400u),
		"01"[z / 32u] == '1');
}

/* %gru._.grad.7, %gru._.grad.8 = gru_grad "gru.*.grad" %gru._.grad.3, %gru.l1.grad.27, %gru._.grad.5, %gru._.7, %gru.tanh_f.grad.10 {reverse=[0,1] group=2} : f32[2,32,50,384] @arena:254387200:bf16, f32[2,32,50,384] @arena:256844800:bf16  !models/lib/crnn.json:33:17+5 */
struct k181 {
	enum { L = 50, H = 128, GR = 128, GC = 1 };
	typedef bf16 DX;
	typedef bf16 DH;
};

extern "C" __global__ void __launch_bounds__(512, 1) k181_gru___grad(const Mem m)
{
	const unsigned z = blockIdx.x;
	gru_grad<k181>(((const float *)(m.arena + 249472000)) + (size_t)(z / 32u * 614400u + z % 32u * 19200u),
		((const float *)(m.arena + 238003200)) + (size_t)(z / 32u * 614400u + z % 32u * 19200u),
		((const float *)(m.arena + 282419200)) + (size_t)(z / 32u * 204800u + z % 32u * 6400u),
		((const float *)(m.arena + 288972800)) + (size_t)(z / 32u * 49152u),
		((const float *)(m.arena + 196608000)) + (size_t)(z / 32u * 204800u + z % 32u * 6400u),
		((bf16 *)(m.arena + 254387200)) + (size_t)(z / 32u * 614400u + z % 32u * 19200u),
		((bf16 *)(m.arena + 256844800)) + (size_t)(z / 32u * 614400u + z % 32u * 19200u),
		"01"[z / 32u] == '1');
}

/* %gru._.grad.14, %gru._.grad.15 = gru_grad "gru.*.grad" %gru._.grad, %gru._.grad.4, %gru._.grad.2, %gru._.2, %gru.both.grad.3 {reverse=[0,1] group=2} : f32[2,32,50,384] @arena:196608000:bf16, f32[2,32,50,384] @arena:199065600:bf16  !models/lib/crnn.json:33:17+5 */
struct k196 {
	enum { L = 50, H = 128, GR = 128, GC = 1 };
	typedef bf16 DX;
	typedef bf16 DH;
};

extern "C" __global__ void __launch_bounds__(512, 1) k196_gru___grad(const Mem m)
{
	const unsigned z = blockIdx.x;
	gru_grad<k196>(((const float *)(m.arena + 249472000)) + (size_t)(z / 32u * 614400u + z % 32u * 19200u),
		((const float *)(m.arena + 254387200)) + (size_t)(z / 32u * 614400u + z % 32u * 19200u),
		((const float *)(m.arena + 277504000)) + (size_t)(z / 32u * 204800u + z % 32u * 6400u),
		((const float *)(m.state + 708096)) + (size_t)(z / 32u * 49152u),
		((const float *)(m.arena + 201523200)) + (size_t)(z / 32u * 204800u + z % 32u * 6400u),
		((bf16 *)(m.arena + 196608000)) + (size_t)(z / 32u * 614400u + z % 32u * 19200u),
		((bf16 *)(m.arena + 199065600)) + (size_t)(z / 32u * 614400u + z % 32u * 19200u),
		"01"[z / 32u] == '1');
}

/* attention.cuh: attention and its gradients. Scores live in registers and shared memory only.
 *
 * A CTA takes ROWS queries of one head, a warp 16 of them; keys come KEYS at a time, with a running
 * maximum. Sums are held as the matrix instructions hold them, whatever computes them: of 16 rows
 * and 8 columns a lane has rows lane/4 and lane/4 + 8, columns 2 (lane%4) and the next.
 *
 * With relative positions a block of queries i and keys j meets ROWS + KEYS rows of r, one for each
 * x = i - j: T - 1 - x with query i where x >= 0, else -x - 2 with query i + 1, none for x = -1.
 * Their products with the queries are made row by row of that span, and score (i, j) picks column
 * i - j.
 *
 * P: B NQ NK H D E       extents: batch, queries, keys, heads, sizes
 *    ROWS KEYS           of a block, multiples of 16
 *    QB QR QH QC ...     strides of q, k, v, r (R, H, C alone), g along batch, rows, heads, columns
 *    QV KV VV RV GV      columns can be read 4 at a time
 *    RELATIVE LSE        with positions; lse is wanted
 *    DRAWS LIMIT keep()  dropout: draws below LIMIT of 2^32 drop, what stays is multiplied by keep()
 *    STRICT              float32 throughout; else matrix instructions on T
 *    scale()
 *    T, Q, K, V, R, G, Out   element types in shared memory, of the operands and of y
 * Pointers at the instance. y, lse and gradients are dense; u, w: [H][D]. */

template <class P> struct Attn {
	typedef typename P::T T;
	enum {
		WARPS = P::ROWS / 16,
		THREADS = 32 * WARPS,
		PIECE = 16 / sizeof(T), /* pitches are odd multiples of 16 bytes: 8 rows, 32 banks */
		DN = (P::D + 15) / 16 * 16,
		EN = (P::E + 15) / 16 * 16,
		DP = DN + PIECE,
		EP = EN + PIECE,
		KP = P::KEYS + PIECE,
		SPAN = P::RELATIVE ? P::ROWS + P::KEYS : 0,
		NEXT = P::RELATIVE ? P::ROWS + 1 : 0, /* queries for positions */
		COLS = P::KEYS + 16,                  /* of the span that a warp's queries meet */
		CP = COLS + 4,                        /* pitch of their products, floats */
	};
};

/* ---- products of a warp ---------------------------------------------------------------------- */

/* Fragments of a: 16 rows from shared memory, as the instructions want them at depth k. `turned`:
 * rows of the matrix are columns in memory. */
template <bool TURNED>
__device__ __forceinline__ void attn_fragment(unsigned f[4], const bf16 *a, int pitch, int k)
{
	const int lane = threadIdx.x & 31;
	if (TURNED)
		ldmatrix4_turned(f, shared_address(a + (k + (lane >> 4) * 8 + (lane & 7)) * pitch +
		                                   (lane >> 3 & 1) * 8));
	else
		ldmatrix4(f, shared_address(a + (lane & 15) * pitch + k + (lane >> 4) * 8));
}

template <bool TURNED>
__device__ __forceinline__ void attn_fragment(unsigned f[4], const float *a, int pitch, int k)
{
	const int lane = threadIdx.x & 31;
	if (TURNED) {
#pragma unroll
		for (int i = 0; i < 4; i++)
			f[i] = __float_as_uint(a[(k + (lane & 3) + i / 2 * 4) * pitch + (lane >> 2) + i % 2 * 8]);
	} else {
		ldmatrix4(f, shared_address(a + (lane & 15) * pitch + k + (lane >> 4) * 4));
	}
}

/* Two fragments of b, of 8 columns each; rows of memory are columns of b unless turned. */
template <bool TURNED>
__device__ __forceinline__ void attn_columns(unsigned f[4], const bf16 *b, int pitch, int k)
{
	const int lane = threadIdx.x & 31;
	if (TURNED)
		ldmatrix4_turned(f, shared_address(b + (k + (lane & 15)) * pitch + (lane >> 4) * 8));
	else
		ldmatrix4(f, shared_address(b + ((lane >> 4) * 8 + (lane & 7)) * pitch + k +
		                            (lane >> 3 & 1) * 8));
}

template <bool TURNED>
__device__ __forceinline__ void attn_columns(unsigned f[4], const float *b, int pitch, int k)
{
	const int lane = threadIdx.x & 31;
	if (TURNED) {
#pragma unroll
		for (int i = 0; i < 4; i++)
			f[i] = __float_as_uint(b[(k + (lane & 3) + i % 2 * 4) * pitch + (lane >> 2) + i / 2 * 8]);
	} else {
		ldmatrix4(f, shared_address(b + ((lane >> 4) * 8 + (lane & 7)) * pitch + k +
		                            (lane >> 3 & 1) * 4));
	}
}

/* acc[16][8 N] += a[16][depth] b[8 N][depth] transposed; A, B: that operand is turned in memory,
 * [depth][..]. depth: a multiple of 16. */
template <int N, bool A, bool B, class T>
__device__ __forceinline__ void attn_mma(float (*acc)[4], const T *a, int ap, const T *b, int bp,
                                         int depth)
{
#pragma unroll(N > 8 ? 1 : 4)
	for (int k = 0; k < depth; k += 32 / sizeof(T)) {
		unsigned fa[4];
		attn_fragment<A>(fa, a, ap, k);
#pragma unroll
		for (int j = 0; j < N; j += 2) {
			unsigned fb[4];
			attn_columns<B>(fb, b + j * 8 * (B ? 1 : bp), bp, k);
			mma(acc[j], fa, fb, T());
			mma(acc[j + 1], fa, fb + 2, T());
		}
	}
}

/* The same in float32 arithmetic. */
template <int N, bool A, bool B>
__device__ __forceinline__ void attn_fma(float (*acc)[4], const float *a, int ap, const float *b,
                                         int bp, int depth)
{
	const int lane = threadIdx.x & 31, ar = A ? 1 : ap, ak = A ? ap : 1, br = B ? 1 : bp,
	          bk = B ? bp : 1;
	a += (lane >> 2) * ar;
	b += (lane & 3) * 2 * br;
#pragma unroll 2
	for (int k = 0; k < depth; k += 4) {
		float low[4], high[4];
#pragma unroll
		for (int i = 0; i < 4; i++) {
			low[i] = a[(k + i) * ak];
			high[i] = a[(k + i) * ak + 8 * ar];
		}
#pragma unroll
		for (int j = 0; j < N; j++)
#pragma unroll
			for (int i = 0; i < 4; i++) {
				const float x = b[(k + i) * bk + j * 8 * br], y = b[(k + i) * bk + (j * 8 + 1) * br];
				acc[j][0] = fmaf(low[i], x, acc[j][0]);
				acc[j][1] = fmaf(low[i], y, acc[j][1]);
				acc[j][2] = fmaf(high[i], x, acc[j][2]);
				acc[j][3] = fmaf(high[i], y, acc[j][3]);
			}
	}
}

template <class P, bool STRICT = P::STRICT> struct AttnProduct {
	template <int N, bool A, bool B>
	static __device__ __forceinline__ void add(float (*acc)[4], const typename P::T *a, int ap,
	                                           const typename P::T *b, int bp, int depth)
	{
		attn_mma<N, A, B>(acc, a, ap, b, bp, depth);
	}
	/* An element as the products want it: tf32 is rounded here, once. */
	static __device__ __forceinline__ float round(float v)
	{
		return sizeof(typename P::T) == 4 ? __uint_as_float(round_tf32(__float_as_uint(v))) : v;
	}
};

template <class P> struct AttnProduct<P, true> {
	template <int N, bool A, bool B>
	static __device__ __forceinline__ void add(float (*acc)[4], const float *a, int ap,
	                                           const float *b, int bp, int depth)
	{
		attn_fma<N, A, B>(acc, a, ap, b, bp, depth);
	}
	static __device__ __forceinline__ float round(float v)
	{
		return v;
	}
};

/* ---- operands -------------------------------------------------------------------------------- */

/* What of an operand lies where in memory: columns, rounded up with zeros, and strides. */
template <int WIDTH, int WIDE, int PITCH, int ROW, int COL, bool VECTOR> struct AttnRows {
	enum { width = WIDTH, wide = WIDE, pitch = PITCH, row = ROW, col = COL, vector = VECTOR };
};

/* Rows first .. first + rows - 1 to shared memory, plus bias[width] or nothing; zeros for those
 * that do not exist. SPAN: `first` is the x of the first row, rows are those of positions. */
template <class P, class S, bool SPAN, class From>
__device__ __forceinline__ void attn_fetch(typename P::T *to, const From *from, int rows, int first,
                                           int limit, const float *bias)
{
	typedef typename P::T T;
	for (int e = threadIdx.x; e < rows * (S::wide / 4); e += Attn<P>::THREADS) {
		const int n = e / (S::wide / 4), c = e % (S::wide / 4) * 4;
		const int x = first + n, row = !SPAN ? x : x >= 0 ? limit - 1 - x : -x - 2;
		float v[4] = {};
		if (row >= 0 && row < limit) {
			const From *at = from + (long long)row * S::row + c * S::col;
			if (S::vector && S::width % 4 == 0) {
				if (c < S::width)
					*(float4 *)v = get4(at);
			} else {
#pragma unroll
				for (int i = 0; i < 4; i++)
					v[i] = c + i < S::width ? widen(at[i * S::col]) : 0.0f;
			}
#pragma unroll
			for (int i = 0; i < 4; i++)
				v[i] += bias && c + i < S::width ? bias[c + i] : 0.0f;
		}
#pragma unroll
		for (int i = 0; i < 4; i++)
			v[i] = AttnProduct<P>::round(v[i]);
		put4((T *)to + n * S::pitch + c, *(float4 *)v);
	}
}

/* What a block is made of: rows of q, k, v, r, g. */
template <class P> struct AttnOf {
	typedef Attn<P> A;
	typedef AttnRows<P::D, A::DN, A::DP, P::QR, P::QC, P::QV> Q;
	typedef AttnRows<P::D, A::DN, A::DP, P::KR, P::KC, P::KV> K;
	typedef AttnRows<P::E, A::EN, A::EP, P::VR, P::VC, P::VV> V;
	typedef AttnRows<P::D, A::DN, A::DP, P::RR, P::RC, P::RV> R;
};

template <class P> struct AttnIn {
	const typename P::Q *q;
	const typename P::K *k;
	const typename P::V *v;
	const typename P::R *r;
	const float *u, *w, *state;
	unsigned stream;
};

/* At batch entry b and head h. */
template <class P> __device__ __forceinline__ void attn_head(AttnIn<P> &in, int b, int h)
{
	in.q += (long long)b * P::QB + (long long)h * P::QH;
	in.k += (long long)b * P::KB + (long long)h * P::KH;
	in.v += (long long)b * P::VB + (long long)h * P::VH;
	if (P::RELATIVE) {
		in.r += (long long)h * P::RH;
		in.u += h * P::D;
		in.w += h * P::D;
	}
}

/* What dropout multiplies weight `at` of the instance by. */
template <class P>
__device__ __forceinline__ float attn_kept(const AttnIn<P> &in, unsigned long long at)
{
	if (!P::DRAWS || in.state[1] < 0.0f)
		return 1.0f;
	unsigned c[4] = {(unsigned)(at / 4), (unsigned)(at >> 34), (unsigned)in.state[0], 0};
	philox((unsigned)in.state[1], in.stream, c);
	const unsigned word = at % 4 < 2 ? (at % 4 ? c[1] : c[0]) : (at % 4 == 2 ? c[2] : c[3]);
	return word < P::LIMIT ? 0.0f : P::keep();
}

/* Factors of a lane's neighbours at `at` and `at` + 1, which mostly share a counter. */
template <class P>
__device__ __forceinline__ float2 attn_kept2(const AttnIn<P> &in, unsigned long long at)
{
	if (!P::DRAWS || in.state[1] < 0.0f)
		return make_float2(1.0f, 1.0f);
	if (at % 2)
		return make_float2(attn_kept<P>(in, at), attn_kept<P>(in, at + 1));
	unsigned c[4] = {(unsigned)(at / 4), (unsigned)(at >> 34), (unsigned)in.state[0], 0};
	philox((unsigned)in.state[1], in.stream, c);
	return make_float2((at & 2 ? c[2] : c[0]) < P::LIMIT ? 0.0f : P::keep(),
	                   (at & 2 ? c[3] : c[1]) < P::LIMIT ? 0.0f : P::keep());
}

/* ---- scores ---------------------------------------------------------------------------------- */

/* s[16][KEYS] of a warp. qc, qp: its first row; span: row 0 of the block, of x = first; buf: 16 rows
 * of CP floats of its own. */
template <class P>
__device__ __forceinline__ void attn_scores(float (*s)[4], const typename P::T *qc,
                                            const typename P::T *qp, const typename P::T *keys,
                                            const typename P::T *span, float *buf, int first)
{
	typedef Attn<P> A;
	const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5, row = lane >> 2;
#pragma unroll
	for (int j = 0; j < P::KEYS / 8; j++)
#pragma unroll
		for (int i = 0; i < 4; i++)
			s[j][i] = 0;
	AttnProduct<P>::template add<P::KEYS / 8, false, false>(s, qc, A::DP, keys, A::DP, A::DN);
	if (!P::RELATIVE)
		return;
	__syncwarp();
	for (int c = 0; c < A::COLS; c += 16) {
		float part[2][4] = {};
		const bool beyond = first + warp * 16 + c < 0;
		AttnProduct<P>::template add<2, false, false>(part, qp + (beyond ? A::DP : 0), A::DP,
		                                              span + (warp * 16 + c) * A::DP, A::DP, A::DN);
#pragma unroll
		for (int j = 0; j < 2; j++)
#pragma unroll
			for (int i = 0; i < 2; i++)
				*(float2 *)(buf + (row + i * 8) * A::CP + c + j * 8 + (lane & 3) * 2) =
				    make_float2(part[j][i * 2], part[j][i * 2 + 1]);
	}
	__syncwarp();
#pragma unroll
	for (int j = 0; j < P::KEYS / 8; j++)
#pragma unroll
		for (int i = 0; i < 4; i++) {
			const int r = row + i / 2 * 8, n = j * 8 + (lane & 3) * 2 + i % 2;
			s[j][i] += buf[r * A::CP + P::KEYS + r - n];
		}
	__syncwarp();
}

/* Two neighbours of a lane to shared memory, as the products want them. */
template <class P> __device__ __forceinline__ void attn_put2(typename P::T *to, float a, float b)
{
	put2(to, AttnProduct<P>::round(a), AttnProduct<P>::round(b));
}

/* ---- forward --------------------------------------------------------------------------------- */

/* Elements of T before the warps' own memory, and bytes of that of one warp. */
template <class P> struct AttnForward {
	typedef Attn<P> A;
	enum {
		QC = 0,
		QP = QC + P::ROWS * A::DP,
		K = QP + A::NEXT * A::DP,
		W = K + P::KEYS * A::DP,
		V = W + A::SPAN * A::DP,
		END = V + P::KEYS * A::EP,
		OWN_W = P::RELATIVE ? 16 * A::CP * 4 : 0,
		OWN_P = 16 * A::KP * (int)sizeof(typename P::T),
		OWN = OWN_W > OWN_P ? OWN_W : OWN_P,
	};
};

/* Running maximum (in units of log2) and sum of rows lane/4 and lane/4 + 8. */
struct AttnRun {
	float top[2], sum[2];
};

/* s to exponentials over the running maximum; o is brought to it. keys: those that exist. */
template <class P>
__device__ __forceinline__ void attn_softmax(float (*s)[4], float (*o)[4], AttnRun &run, int keys)
{
	typedef Attn<P> A;
	const int lane = threadIdx.x & 31;
	const float none = __uint_as_float(0xff800000u), unit = P::scale() * 1.44269504f;
#pragma unroll
	for (int i = 0; i < 2; i++) {
		float top = run.top[i], sum = 0;
#pragma unroll
		for (int j = 0; j < P::KEYS / 8; j++)
#pragma unroll
			for (int c = 0; c < 2; c++) {
				float &v = s[j][i * 2 + c];
				v = j * 8 + (lane & 3) * 2 + c < keys ? v * unit : none;
				top = larger(top, v);
			}
		top = larger(top, __shfl_xor_sync(~0u, top, 1));
		top = larger(top, __shfl_xor_sync(~0u, top, 2));
		const float less = exp2_ftz(run.top[i] - top);
#pragma unroll
		for (int j = 0; j < P::KEYS / 8; j++)
#pragma unroll
			for (int c = 0; c < 2; c++)
				sum += s[j][i * 2 + c] = exp2_ftz(s[j][i * 2 + c] - top);
		run.sum[i] = fmaf(run.sum[i], less, sum);
		run.top[i] = top;
#pragma unroll
		for (int j = 0; j < A::EN / 8; j++) {
			o[j][i * 2] *= less;
			o[j][i * 2 + 1] *= less;
		}
	}
}

/* s after dropout to p[16][KP]; draw: of row 0, key 0 of the warp's block */
template <class P>
__device__ __forceinline__ void attn_put_weights(const AttnIn<P> &in, float (*s)[4],
                                                 typename P::T *p, unsigned long long draw)
{
	typedef Attn<P> A;
	const int lane = threadIdx.x & 31;
#pragma unroll
	for (int j = 0; j < P::KEYS / 8; j++)
#pragma unroll
		for (int i = 0; i < 2; i++) {
			const int r = (lane >> 2) + i * 8, n = j * 8 + (lane & 3) * 2;
			const float2 kept = attn_kept2<P>(in, draw + (unsigned long long)r * P::NK + n);
			attn_put2<P>(p + r * A::KP + n, s[j][i * 2] * kept.x, s[j][i * 2 + 1] * kept.y);
		}
}

/* y and lse of a warp's rows, the first of which is query i0 */
template <class P>
__device__ __forceinline__ void attn_finish(float (*o)[4], AttnRun &run, int i0, int b, int h,
                                            typename P::Out *y, float *lse)
{
	typedef Attn<P> A;
	const int lane = threadIdx.x & 31;
#pragma unroll
	for (int i = 0; i < 2; i++) {
		float sum = run.sum[i] + __shfl_xor_sync(~0u, run.sum[i], 1);
		sum += __shfl_xor_sync(~0u, sum, 2);
		const float part = 1.0f / sum;
		const int row = i0 + (lane >> 2) + i * 8;
		if (row >= P::NQ)
			continue;
		typename P::Out *to = y + (((long long)b * P::NQ + row) * P::H + h) * P::E;
#pragma unroll
		for (int j = 0; j < A::EN / 8; j++) {
			const int c = j * 8 + (lane & 3) * 2;
			const float v0 = o[j][i * 2] * part, v1 = o[j][i * 2 + 1] * part;
			if (P::E % 2 == 0 && c < P::E)
				put2(to + c, v0, v1);
			else if (c < P::E)
				put(to + c, v0);
			if (P::E % 2 && c + 1 < P::E)
				put(to + c + 1, v1);
		}
		if (P::LSE && (lane & 3) == 0)
			lse[((long long)b * P::H + h) * P::NQ + row] =
			    (run.top[i] + log2f(sum)) * 0.693147181f;
	}
}

/* grid: (NQ / ROWS, H, instances x B); b: batch entry. */
template <class P>
__device__ __forceinline__ void attention(AttnIn<P> in, typename P::Out *y, float *lse, int b)
{
	typedef Attn<P> A;
	typedef AttnForward<P> F;
	typedef AttnOf<P> Of;
	typedef typename P::T T;
	extern __shared__ float4 shared4[];
	T *const shared = (T *)shared4;
	const int warp = threadIdx.x >> 5, h = blockIdx.y, i0 = blockIdx.x * P::ROWS;
	float *const own = (float *)((char *)(shared + F::END) + warp * F::OWN);
	float o[A::EN / 8][4] = {};
	const float none = __uint_as_float(0xff800000u);
	AttnRun run = {{none, none}, {0, 0}};
	attn_head<P>(in, b, h);
	attn_fetch<P, typename Of::Q, false>(shared + F::QC, in.q, P::ROWS, i0, P::NQ, in.u);
	if (P::RELATIVE)
		attn_fetch<P, typename Of::Q, false>(shared + F::QP, in.q, P::ROWS + 1, i0, P::NQ, in.w);
	for (int j0 = 0; j0 < P::NK; j0 += P::KEYS) {
		float s[P::KEYS / 8][4];
		if (j0)
			__syncthreads();
		attn_fetch<P, typename Of::K, false>(shared + F::K, in.k, P::KEYS, j0, P::NK, nullptr);
		attn_fetch<P, typename Of::V, false>(shared + F::V, in.v, P::KEYS, j0, P::NK, nullptr);
		if (P::RELATIVE)
			attn_fetch<P, typename Of::R, true>(shared + F::W, in.r, A::SPAN, i0 - j0 - P::KEYS,
			                                    P::NQ, nullptr);
		__syncthreads();
		attn_scores<P>(s, shared + F::QC + warp * 16 * A::DP, shared + F::QP + warp * 16 * A::DP,
		               shared + F::K, shared + F::W, own, i0 - j0 - P::KEYS);
		attn_softmax<P>(s, o, run, P::NK - j0);
		attn_put_weights<P>(in, s, (T *)own,
		                    (((unsigned long long)b * P::H + h) * P::NQ + i0 + warp * 16) * P::NK + j0);
		__syncwarp();
		AttnProduct<P>::template add<A::EN / 8, false, true>(o, (T *)own, A::KP, shared + F::V,
		                                                     A::EP, P::KEYS);
		__syncwarp();
	}
	attn_finish<P>(o, run, i0 + warp * 16, b, h, y, lse);
}

/* ---- gradients -------------------------------------------------------------------------------- */

template <class P> struct AttnBackward {
	typedef Attn<P> A;
	enum {
		QC = 0,
		QP = QC + P::ROWS * A::DP,
		K = QP + A::NEXT * A::DP,
		W = K + P::KEYS * A::DP,
		V = W + A::SPAN * A::DP,
		G = V + P::KEYS * A::EP,
		PW = G + P::ROWS * A::EP, /* weights after dropout */
		DS = PW + P::ROWS * A::KP,
		END = DS + P::ROWS * A::KP,
		XP = A::COLS + A::PIECE, /* pitch of gradients by column of the span */
		OWN_X = 16 * XP * (int)sizeof(typename P::T),
		OWN = !P::RELATIVE ? 0 : OWN_X > 16 * A::CP * 4 ? OWN_X : 16 * A::CP * 4,
		/* floats behind the warps' own: sums of g y, lse, dp */
		FLOATS = 2 * P::ROWS + A::NEXT * A::DN,
	};
};

template <class P> struct AttnOut {
	float *dq, *dk, *dv, *dp, *dr;
};

/* Rows row0 .. of to[rows][H][n] += acc times `by`, or = if not `more`; dir: from row to row. */
template <int N, int WIDTH, int H>
__device__ __forceinline__ void attn_store(float (*acc)[4], float *to, int row0, int dir, int limit,
                                           float by, bool more)
{
	const int lane = threadIdx.x & 31;
#pragma unroll
	for (int i = 0; i < 2; i++) {
		const int row = row0 + dir * ((lane >> 2) + i * 8);
		if (row < 0 || row >= limit)
			continue;
		float *at = to + (long long)row * H * WIDTH;
#pragma unroll
		for (int j = 0; j < N; j++)
#pragma unroll
			for (int c = 0; c < 2; c++) {
				const int col = j * 8 + (lane & 3) * 2 + c;
				if (col < WIDTH)
					at[col] = (more ? at[col] : 0.0f) + acc[j][i * 2 + c] * by;
			}
	}
}

/* Scores s to weights after dropout, d to gradients by scores over scale(); both also to shared
 * memory, the gradients once more by column of the span. */
template <class P>
__device__ __forceinline__ void attn_grad_scores(const AttnIn<P> &in, float (*s)[4], float (*d)[4],
                                                 typename P::T *shared, typename P::T *own,
                                                 const float *mean, const float *lse, int keys,
                                                 unsigned long long draw)
{
	typedef Attn<P> A;
	typedef AttnBackward<P> F;
	typedef typename P::T T;
	const int lane = threadIdx.x & 31, row0 = (threadIdx.x >> 5) * 16;
	const float unit = P::scale() * 1.44269504f;
	T *const weights = shared + F::PW + row0 * A::KP, *const ds = shared + F::DS + row0 * A::KP;
	for (int e = lane; P::RELATIVE && e < 16 * F::XP / 4; e += 32)
		put4(own + e * 4, make_float4(0, 0, 0, 0));
	__syncwarp();
#pragma unroll
	for (int j = 0; j < P::KEYS / 8; j++)
#pragma unroll
		for (int i = 0; i < 2; i++) {
			const int r = (lane >> 2) + i * 8, n = j * 8 + (lane & 3) * 2;
			const float2 kept = attn_kept2<P>(in, draw + (unsigned long long)r * P::NK + n);
			const float f[2] = {kept.x, kept.y};
			float p[2], g[2];
#pragma unroll
			for (int c = 0; c < 2; c++) {
				const float w =
				    n + c < keys ? exp2_ftz(s[j][i * 2 + c] * unit - lse[row0 + r]) : 0.0f;
				p[c] = w * f[c];
				g[c] = w * (d[j][i * 2 + c] * f[c] - mean[row0 + r]);
				if (P::RELATIVE)
					put(own + r * F::XP + P::KEYS + r - n - c, AttnProduct<P>::round(g[c]));
			}
			attn_put2<P>(weights + r * A::KP + n, p[0], p[1]);
			attn_put2<P>(ds + r * A::KP + n, g[0], g[1]);
		}
}

/* dv and dk of a block of keys; first: nothing was added to them before */
template <class P>
__device__ __forceinline__ void attn_grad_keys(const typename P::T *shared, float *dk, float *dv,
                                               int j0, bool first)
{
	typedef Attn<P> A;
	typedef AttnBackward<P> F;
	for (int c = (threadIdx.x >> 5) * 16; c < P::KEYS; c += A::WARPS * 16) {
		float v[A::EN / 8][4] = {};
		AttnProduct<P>::template add<A::EN / 8, true, true>(v, shared + F::PW + c, A::KP,
		                                                    shared + F::G, A::EP, P::ROWS);
		attn_store<A::EN / 8, P::E, P::H>(v, dv, j0 + c, 1, P::NK, 1.0f, !first);
		float k[A::DN / 8][4] = {};
		AttnProduct<P>::template add<A::DN / 8, true, true>(k, shared + F::DS + c, A::KP,
		                                                    shared + F::QC, A::DP, P::ROWS);
		attn_store<A::DN / 8, P::D, P::H>(k, dk, j0 + c, 1, P::NK, P::scale(), !first);
	}
}

/* What columns x >= 0 of the span give to dp and dr or, `beyond`, the others. first: x of row 0 */
template <class P>
__device__ __forceinline__ void attn_grad_span(const typename P::T *shared, const char *owns,
                                               float *dp, float *dr, int first, bool beyond)
{
	typedef Attn<P> A;
	typedef AttnBackward<P> F;
	typedef typename P::T T;
	const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
	float q[A::DN / 8][4] = {};
	for (int c = 0; c < A::COLS; c += 16)
		if ((first + warp * 16 + c < 0) == beyond)
			AttnProduct<P>::template add<A::DN / 8, false, true>(
			    q, (const T *)(owns + warp * F::OWN) + c, F::XP,
			    shared + F::W + (warp * 16 + c) * A::DP, A::DP, 16);
#pragma unroll
	for (int j = 0; j < A::DN / 8; j++)
#pragma unroll
		for (int i = 0; i < 4; i++) {
			const int row = warp * 16 + (lane >> 2) + i / 2 * 8 + beyond;
			dp[row * A::DN + j * 8 + (lane & 3) * 2 + i % 2] += q[j][i];
		}
	for (int n = warp * 16; n < A::SPAN; n += A::WARPS * 16) {
		if ((first + n < 0) != beyond)
			continue;
		float r[A::DN / 8][4] = {};
		for (int w = 0; w < A::WARPS; w++)
			if (n >= w * 16 && n - w * 16 < A::COLS)
				AttnProduct<P>::template add<A::DN / 8, true, true>(
				    r, (const T *)(owns + w * F::OWN) + n - w * 16, F::XP,
				    shared + F::QP + (w * 16 + beyond) * A::DP, A::DP, 16);
		const int x = first + n;
		attn_store<A::DN / 8, P::D, P::H>(r, dr, beyond ? -x - 2 : P::NQ - 1 - x, -1, P::NQ,
		                                  P::scale(), true);
	}
}

/* sums of g y and lse in units of log2 of a block of queries; rows that do not exist weigh nothing */
template <class P>
__device__ __forceinline__ void attn_grad_rows(float *mean, float *lse2, const typename P::Out *y,
                                               const float *lse, const typename P::G *g, int i0)
{
	typedef Attn<P> A;
	const int lane = threadIdx.x & 31;
	for (int r = threadIdx.x >> 5; r < P::ROWS; r += A::WARPS) {
		float sum = 0;
		for (int c = lane; i0 + r < P::NQ && c < P::E; c += 32)
			sum = fmaf(widen(g[(long long)(i0 + r) * P::GR + c * P::GC]),
			           widen(y[(long long)(i0 + r) * P::H * P::E + c]), sum);
		sum = warp_sum(sum);
		if (lane == 0) {
			mean[r] = sum;
			lse2[r] = i0 + r < P::NQ ? lse[i0 + r] * 1.44269504f : __uint_as_float(0x7f800000u);
		}
	}
}

/* Rows i0 .. of dp to memory; what the block gave to the query behind it begins the next. */
template <class P> __device__ __forceinline__ void attn_grad_flush(float *dp, float *to, int i0)
{
	typedef Attn<P> A;
	__syncthreads();
	for (int e = threadIdx.x; e < P::ROWS * A::DN; e += A::THREADS) {
		const int row = e / A::DN, c = e % A::DN;
		if (i0 + row < P::NQ && c < P::D)
			to[(long long)(i0 + row) * P::H * P::D + c] = dp[e] * P::scale();
	}
	__syncthreads();
	for (int e = threadIdx.x; e < A::DN; e += A::THREADS) {
		dp[e] = dp[P::ROWS * A::DN + e];
		dp[P::ROWS * A::DN + e] = 0;
	}
	__syncthreads();
	for (int e = A::DN + threadIdx.x; e < P::ROWS * A::DN; e += A::THREADS)
		dp[e] = 0;
}

/* A CTA takes one head, its blocks of queries one after another: what they add to dk, dv and dr is
 * added in that order. grid: (1, H, instances x B). */
template <class P>
__device__ __forceinline__ void attention_grad(AttnIn<P> in, const typename P::Out *y,
                                               const float *lse, const typename P::G *g,
                                               AttnOut<P> out, int b)
{
	typedef Attn<P> A;
	typedef AttnBackward<P> F;
	typedef AttnOf<P> Of;
	typedef typename P::T T;
	typedef AttnRows<P::E, A::EN, A::EP, P::GR, P::GC, P::GV> Rows;
	extern __shared__ float4 shared4[];
	T *const shared = (T *)shared4;
	char *const owns = (char *)(shared + F::END);
	float *const mean = (float *)(owns + A::WARPS * F::OWN), *const lse2 = mean + P::ROWS;
	float *const dp = lse2 + P::ROWS;
	const int warp = threadIdx.x >> 5, h = blockIdx.y;
	const long long q_row = (long long)b * P::NQ * P::H + h, k_row = (long long)b * P::NK * P::H + h;
	attn_head<P>(in, b, h);
	y += q_row * P::E;
	lse += ((long long)b * P::H + h) * P::NQ;
	g += (long long)b * P::GB + (long long)h * P::GH;
	out.dq += q_row * P::D;
	out.dk += k_row * P::D;
	out.dv += k_row * P::E;
	if (P::RELATIVE) {
		out.dp += q_row * P::D;
		out.dr += q_row * P::D;
		for (int e = threadIdx.x; e < A::NEXT * A::DN; e += A::THREADS)
			dp[e] = 0;
		for (int e = threadIdx.x; e < P::NQ * P::D; e += A::THREADS)
			out.dr[(long long)(e / P::D) * P::H * P::D + e % P::D] = 0;
	}
	for (int i0 = 0; i0 < P::NQ; i0 += P::ROWS) {
		float dq[A::DN / 8][4] = {};
		__syncthreads();
		attn_fetch<P, typename Of::Q, false>(shared + F::QC, in.q, P::ROWS, i0, P::NQ, in.u);
		attn_fetch<P, Rows, false>(shared + F::G, g, P::ROWS, i0, P::NQ, nullptr);
		if (P::RELATIVE)
			attn_fetch<P, typename Of::Q, false>(shared + F::QP, in.q, P::ROWS + 1, i0, P::NQ, in.w);
		attn_grad_rows<P>(mean, lse2, y, lse, g, i0);
		for (int j0 = 0; j0 < P::NK; j0 += P::KEYS) {
			const int first = i0 - j0 - P::KEYS;
			float s[P::KEYS / 8][4], d[P::KEYS / 8][4] = {};
			if (j0)
				__syncthreads();
			attn_fetch<P, typename Of::K, false>(shared + F::K, in.k, P::KEYS, j0, P::NK, nullptr);
			attn_fetch<P, typename Of::V, false>(shared + F::V, in.v, P::KEYS, j0, P::NK, nullptr);
			if (P::RELATIVE)
				attn_fetch<P, typename Of::R, true>(shared + F::W, in.r, A::SPAN, first, P::NQ,
				                                    nullptr);
			__syncthreads();
			attn_scores<P>(s, shared + F::QC + warp * 16 * A::DP,
			               shared + F::QP + warp * 16 * A::DP, shared + F::K, shared + F::W,
			               (float *)(owns + warp * F::OWN), first);
			AttnProduct<P>::template add<P::KEYS / 8, false, false>(
			    d, shared + F::G + warp * 16 * A::EP, A::EP, shared + F::V, A::EP, A::EN);
			attn_grad_scores<P>(
			    in, s, d, shared, (T *)(owns + warp * F::OWN), mean, lse2, P::NK - j0,
			    (((unsigned long long)b * P::H + h) * P::NQ + i0 + warp * 16) * P::NK + j0);
			__syncthreads();
			attn_grad_keys<P>(shared, out.dk, out.dv, j0, i0 == 0);
			AttnProduct<P>::template add<A::DN / 8, false, true>(
			    dq, shared + F::DS + warp * 16 * A::KP, A::KP, shared + F::K, A::DP, P::KEYS);
			if (P::RELATIVE) {
				attn_grad_span<P>(shared, owns, dp, out.dr, first, false);
				__syncthreads();
				attn_grad_span<P>(shared, owns, dp, out.dr, first, true);
			}
		}
		attn_store<A::DN / 8, P::D, P::H>(dq, out.dq, i0 + warp * 16, 1, P::NQ, P::scale(), false);
		if (P::RELATIVE)
			attn_grad_flush<P>(dp, out.dp, i0);
	}
}

/* %mhsa_block_list.0.mix.2 = attention "mhsa_block_list.0.mix" %mhsa_block_list.0.split_0, %mhsa_block_list.0.split_1, %mhsa_block_list.0.split_2 {scale=0.25} : f32[32,50,8,16] @arena:3276800:bf16  !models/lib/crnn.json:65:17+8 */
struct k050 {
	enum { B = 32, NQ = 50, NK = 50, H = 8, D = 16, E = 16, ROWS = 64, KEYS = 64, QB = 19200 };
	enum { QR = 384, QH = 16, QC = 1, QV = 1, KB = 19200, KR = 384, KH = 16, KC = 1, KV = 1 };
	enum { VB = 19200, VR = 384, VH = 16, VC = 1, VV = 1, RB = 0, RR = 0, RH = 0, RC = 0, RV = 0 };
	enum { RELATIVE = 0, LSE = 0, DRAWS = 0, LIMIT = 0, STRICT = 1 };
	typedef float T;
	typedef float Q;
	typedef float K;
	typedef float V;
	typedef float R;
	typedef float G;
	typedef bf16 Out;
	static __device__ __forceinline__ float scale()
	{
		return (float)0.25;
	}
	static __device__ __forceinline__ float keep()
	{
		return (float)1;
	}
};

extern "C" __global__ void __launch_bounds__(128, 1) k050_mhsa_block_list_0_mix(const Mem m)
{
	const unsigned z = blockIdx.z / 32u;
	const AttnIn<k050> in = {((const float *)(m.arena + 0)) + (size_t)(0u),
		((const float *)(m.arena + 512)) + (size_t)(0u),
		((const float *)(m.arena + 1024)) + (size_t)(0u),
		nullptr,
		nullptr, nullptr,
		nullptr, 0u};
	attention<k050>(in, ((bf16 *)(m.arena + 3276800)) + (size_t)(0u),
		nullptr, blockIdx.z % 32u);
}

/* %mhsa_block_list.1.mix.2 = attention "mhsa_block_list.1.mix" %mhsa_block_list.1.split_0, %mhsa_block_list.1.split_1, %mhsa_block_list.1.split_2 {scale=0.25} : f32[32,50,8,16] @arena:3276800:bf16  !models/lib/crnn.json:65:17+8 */
struct k056 {
	enum { B = 32, NQ = 50, NK = 50, H = 8, D = 16, E = 16, ROWS = 64, KEYS = 64, QB = 19200 };
	enum { QR = 384, QH = 16, QC = 1, QV = 1, KB = 19200, KR = 384, KH = 16, KC = 1, KV = 1 };
	enum { VB = 19200, VR = 384, VH = 16, VC = 1, VV = 1, RB = 0, RR = 0, RH = 0, RC = 0, RV = 0 };
	enum { RELATIVE = 0, LSE = 0, DRAWS = 0, LIMIT = 0, STRICT = 1 };
	typedef float T;
	typedef float Q;
	typedef float K;
	typedef float V;
	typedef float R;
	typedef float G;
	typedef bf16 Out;
	static __device__ __forceinline__ float scale()
	{
		return (float)0.25;
	}
	static __device__ __forceinline__ float keep()
	{
		return (float)1;
	}
};

extern "C" __global__ void __launch_bounds__(128, 1) k056_mhsa_block_list_1_mix(const Mem m)
{
	const unsigned z = blockIdx.z / 32u;
	const AttnIn<k056> in = {((const float *)(m.arena + 0)) + (size_t)(0u),
		((const float *)(m.arena + 512)) + (size_t)(0u),
		((const float *)(m.arena + 1024)) + (size_t)(0u),
		nullptr,
		nullptr, nullptr,
		nullptr, 0u};
	attention<k056>(in, ((bf16 *)(m.arena + 3276800)) + (size_t)(0u),
		nullptr, blockIdx.z % 32u);
}

/* %mhsa_block_list.0.mix.3, %mhsa_block_list.0.mix.4 = attention "mhsa_block_list.0.mix" %mhsa_block_list.0.split_0, %mhsa_block_list.0.split_1, %mhsa_block_list.0.split_2, %stack {scale=0.25 p=0.05 stream=[4]} : f32[32,50,8,16] @arena:257107200, f32[32,8,50] @arena:259244800  !models/lib/crnn.json:65:17+8 */
struct k105 {
	enum { B = 32, NQ = 50, NK = 50, H = 8, D = 16, E = 16, ROWS = 64, KEYS = 64, QB = 19200 };
	enum { QR = 384, QH = 16, QC = 1, QV = 1, KB = 19200, KR = 384, KH = 16, KC = 1, KV = 1 };
	enum { VB = 19200, VR = 384, VH = 16, VC = 1, VV = 1, RB = 0, RR = 0, RH = 0, RC = 0, RV = 0 };
	enum { RELATIVE = 0, LSE = 1, DRAWS = 1, LIMIT = 214748365, STRICT = 1 };
	typedef float T;
	typedef float Q;
	typedef float K;
	typedef float V;
	typedef float R;
	typedef float G;
	typedef float Out;
	static __device__ __forceinline__ float scale()
	{
		return (float)0.25;
	}
	static __device__ __forceinline__ float keep()
	{
		return (float)1.0526315789473684;
	}
};

extern "C" __global__ void __launch_bounds__(128, 1) k105_mhsa_block_list_0_mix(const Mem m)
{
	const unsigned z = blockIdx.z / 32u;
	const AttnIn<k105> in = {((const float *)(m.arena + 235545600)) + (size_t)(0u),
		((const float *)(m.arena + 235546112)) + (size_t)(0u),
		((const float *)(m.arena + 235546624)) + (size_t)(0u),
		nullptr,
		nullptr, nullptr,
		((const float *)(m.arena + 262134272)) + (size_t)(0u), 4u};
	attention<k105>(in, ((float *)(m.arena + 257107200)) + (size_t)(0u),
		((float *)(m.arena + 259244800)) + (size_t)(0u), blockIdx.z % 32u);
}

/* %mhsa_block_list.1.mix.3, %mhsa_block_list.1.mix.4 = attention "mhsa_block_list.1.mix" %mhsa_block_list.1.split_0, %mhsa_block_list.1.split_1, %mhsa_block_list.1.split_2, %stack {scale=0.25 p=0.05 stream=[5]} : f32[32,50,8,16] @arena:286515200, f32[32,8,50] @arena:289445888  !models/lib/crnn.json:65:17+8 */
struct k110 {
	enum { B = 32, NQ = 50, NK = 50, H = 8, D = 16, E = 16, ROWS = 64, KEYS = 64, QB = 19200 };
	enum { QR = 384, QH = 16, QC = 1, QV = 1, KB = 19200, KR = 384, KH = 16, KC = 1, KV = 1 };
	enum { VB = 19200, VR = 384, VH = 16, VC = 1, VV = 1, RB = 0, RR = 0, RH = 0, RC = 0, RV = 0 };
	enum { RELATIVE = 0, LSE = 1, DRAWS = 1, LIMIT = 214748365, STRICT = 1 };
	typedef float T;
	typedef float Q;
	typedef float K;
	typedef float V;
	typedef float R;
	typedef float G;
	typedef float Out;
	static __device__ __forceinline__ float scale()
	{
		return (float)0.25;
	}
	static __device__ __forceinline__ float keep()
	{
		return (float)1.0526315789473684;
	}
};

extern "C" __global__ void __launch_bounds__(128, 1) k110_mhsa_block_list_1_mix(const Mem m)
{
	const unsigned z = blockIdx.z / 32u;
	const AttnIn<k110> in = {((const float *)(m.arena + 249472000)) + (size_t)(0u),
		((const float *)(m.arena + 249472512)) + (size_t)(0u),
		((const float *)(m.arena + 249473024)) + (size_t)(0u),
		nullptr,
		nullptr, nullptr,
		((const float *)(m.arena + 262134272)) + (size_t)(0u), 5u};
	attention<k110>(in, ((float *)(m.arena + 286515200)) + (size_t)(0u),
		((float *)(m.arena + 289445888)) + (size_t)(0u), blockIdx.z % 32u);
}

/* %mhsa_block_list.1.mix.grad.3, %mhsa_block_list.1.mix.grad.4, %mhsa_block_list.1.mix.grad.5 = attention_grad "mhsa_block_list.1.mix.grad" %mhsa_block_list.1.split_0, %mhsa_block_list.1.split_1, %mhsa_block_list.1.split_2, %mhsa_block_list.1.mix.3, %mhsa_block_list.1.mix.4, %mhsa_block_list.1.a.grad, %stack {scale=0.25 p=0.05 stream=[5]} : f32[32,50,8,16] @arena:260940800, f32[32,50,8,16] @arena:196608000, f32[32,50,8,16] @arena:197427200  !models/lib/crnn.json:65:17+8 */
struct k152 {
	enum { B = 32, NQ = 50, NK = 50, H = 8, D = 16, E = 16, ROWS = 64, KEYS = 64, QB = 19200 };
	enum { QR = 384, QH = 16, QC = 1, QV = 1, KB = 19200, KR = 384, KH = 16, KC = 1, KV = 1 };
	enum { VB = 19200, VR = 384, VH = 16, VC = 1, VV = 1, RB = 0, RR = 0, RH = 0, RC = 0, RV = 0 };
	enum { GB = 6400, GR = 128, GH = 16, GC = 1, GV = 1, RELATIVE = 0, LSE = 1, DRAWS = 1 };
	enum { LIMIT = 214748365, STRICT = 1 };
	typedef float T;
	typedef float Q;
	typedef float K;
	typedef float V;
	typedef float R;
	typedef float G;
	typedef float Out;
	static __device__ __forceinline__ float scale()
	{
		return (float)0.25;
	}
	static __device__ __forceinline__ float keep()
	{
		return (float)1.0526315789473684;
	}
};

extern "C" __global__ void __launch_bounds__(128, 1) k152_mhsa_block_list_1_mix_grad(const Mem m)
{
	const unsigned z = blockIdx.z / 32u;
	const AttnIn<k152> in = {((const float *)(m.arena + 249472000)) + (size_t)(0u),
		((const float *)(m.arena + 249472512)) + (size_t)(0u),
		((const float *)(m.arena + 249473024)) + (size_t)(0u),
		nullptr,
		nullptr, nullptr,
		((const float *)(m.arena + 262134272)) + (size_t)(0u), 5u};
	const AttnOut<k152> out = {((float *)(m.arena + 260940800)) + (size_t)(0u),
		((float *)(m.arena + 196608000)) + (size_t)(0u),
		((float *)(m.arena + 197427200)) + (size_t)(0u),
		nullptr,
		nullptr};
	attention_grad<k152>(in, ((const float *)(m.arena + 286515200)) + (size_t)(0u),
		((const float *)(m.arena + 289445888)) + (size_t)(0u),
		((const float *)(m.arena + 251929600)) + (size_t)(0u), out, blockIdx.z % 32u);
}

/* %mhsa_block_list.0.mix.grad.3, %mhsa_block_list.0.mix.grad.4, %mhsa_block_list.0.mix.grad.5 = attention_grad "mhsa_block_list.0.mix.grad" %mhsa_block_list.0.split_0, %mhsa_block_list.0.split_1, %mhsa_block_list.0.split_2, %mhsa_block_list.0.mix.3, %mhsa_block_list.0.mix.4, %mhsa_block_list.0.a.grad, %stack {scale=0.25 p=0.05 stream=[4]} : f32[32,50,8,16] @arena:250700800, f32[32,50,8,16] @arena:251520000, f32[32,50,8,16] @arena:196608000  !models/lib/crnn.json:65:17+8 */
struct k171 {
	enum { B = 32, NQ = 50, NK = 50, H = 8, D = 16, E = 16, ROWS = 64, KEYS = 64, QB = 19200 };
	enum { QR = 384, QH = 16, QC = 1, QV = 1, KB = 19200, KR = 384, KH = 16, KC = 1, KV = 1 };
	enum { VB = 19200, VR = 384, VH = 16, VC = 1, VV = 1, RB = 0, RR = 0, RH = 0, RC = 0, RV = 0 };
	enum { GB = 6400, GR = 128, GH = 16, GC = 1, GV = 1, RELATIVE = 0, LSE = 1, DRAWS = 1 };
	enum { LIMIT = 214748365, STRICT = 1 };
	typedef float T;
	typedef float Q;
	typedef float K;
	typedef float V;
	typedef float R;
	typedef float G;
	typedef float Out;
	static __device__ __forceinline__ float scale()
	{
		return (float)0.25;
	}
	static __device__ __forceinline__ float keep()
	{
		return (float)1.0526315789473684;
	}
};

extern "C" __global__ void __launch_bounds__(128, 1) k171_mhsa_block_list_0_mix_grad(const Mem m)
{
	const unsigned z = blockIdx.z / 32u;
	const AttnIn<k171> in = {((const float *)(m.arena + 235545600)) + (size_t)(0u),
		((const float *)(m.arena + 235546112)) + (size_t)(0u),
		((const float *)(m.arena + 235546624)) + (size_t)(0u),
		nullptr,
		nullptr, nullptr,
		((const float *)(m.arena + 262134272)) + (size_t)(0u), 4u};
	const AttnOut<k171> out = {((float *)(m.arena + 250700800)) + (size_t)(0u),
		((float *)(m.arena + 251520000)) + (size_t)(0u),
		((float *)(m.arena + 196608000)) + (size_t)(0u),
		nullptr,
		nullptr};
	attention_grad<k171>(in, ((const float *)(m.arena + 257107200)) + (size_t)(0u),
		((const float *)(m.arena + 259244800)) + (size_t)(0u),
		((const float *)(m.arena + 257926400)) + (size_t)(0u), out, blockIdx.z % 32u);
}

/* product.cuh: y[m, n] = sum over k of x[m, k] w[n, k] (+ bias[n]) for few rows m and many
 * matrices at once, and the same with a causal convolution over rows and SiLU behind it.
 *
 * P holds the constants:
 *   M N K   extents      XR WR YR   row strides of x, w, y in elements; rows are dense along k
 *   BM BN   tile         BIAS       with bias
 *   In, Wt, Out          element types
 * x, w, y: one matrix; grid: (N / BN, M / BM, matrices). */

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
 * K, XR, WR multiples of 16 bytes. */

template <class P> struct ProductMma {
	typedef typename P::In T;
	enum {
		KC = 128 / sizeof(T),
		THREADS = 32 * P::WM * P::WN,
		MT = P::BM / P::WM / 16,
		NT = P::BN / P::WN / 8,
		STAGES = P::STAGES,
		STAGE = (P::BM + P::BN) * 128,
		SLABS = (P::K + KC - 1) / KC,
		SMEM = STAGES * STAGE,
	};
};

template <class P, int ROWS, int STRIDE>
__device__ __forceinline__ void product_mma_fetch(unsigned s, const typename P::In *g, int row0,
                                                  int limit, int slab)
{
	typedef ProductMma<P> F;
	for (int e = threadIdx.x; e < ROWS * 8; e += F::THREADS) {
		const int r = e >> 3, piece = e & 7, k = slab * F::KC + piece * (F::KC / 8);
		const bool valid = row0 + r >= 0 && row0 + r < limit && k < P::K;
		async16(s + r * 128 + ((piece ^ (r & 7)) << 4),
		        g + (valid ? (long long)(row0 + r) * STRIDE + k : 0), valid);
	}
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
		const int warp = threadIdx.x >> 5;
		m = warp % P::WM * (P::BM / P::WM);
		n = warp / P::WM * (P::BN / P::WN);
	}
};

template <class P>
__device__ __forceinline__ void product_mma_tile(float (*acc)[ProductMma<P>::NT][4],
                                                 const typename P::In *x, const typename P::In *w,
                                                 int m0, int n0)
{
	typedef ProductMma<P> F;
	extern __shared__ float4 shared4[];
	const unsigned shared = shared_address(shared4);
	const MmaPlace<P> at;
#pragma unroll
	for (int s = 0; s < F::STAGES - 1; s++)
		product_mma_issue<P>(shared, x, w, m0, n0, s);
#pragma unroll 1
	for (int s = 0; s < F::SLABS; s++) {
		async_wait<F::STAGES - 2>();
		__syncthreads();
		product_mma_issue<P>(shared, x, w, m0, n0, s + F::STAGES - 1);
		const unsigned stage = shared + s % F::STAGES * F::STAGE;
		product_mma_slab<P>(acc, stage + at.m * 128, stage + (P::BM + at.n) * 128);
	}
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
			const int m = m0 + at.m + i * 16 + (lane >> 2);
			product_put2<P>(y, m, n, acc[i][j][0] + b0, acc[i][j][1] + b1);
			product_put2<P>(y, m + 8, n, acc[i][j][2] + b0, acc[i][j][3] + b1);
		}
	}
}

/* ---- in_proj, convolution over time, SiLU ---------------------------------------------------
 * N = 2 E columns: the first E are a, then u = silu(bias + conv over time of a); the others are
 * z. A tile of a takes BM rows of which STEP = BM - TAPS + 1 give an output, so no tile needs
 * another's. rev: time runs from the end; then the taps lie behind, mirrored.
 * P also: E TAPS PAD (rows before the first tap), ZR row stride of z, OutZ. E a multiple of BN.
 * grid: (2 E / BN, ceil(L / STEP), sequences); conv_w [E][TAPS], conv_b [E]. */

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
				tile[(at.m + i * 16 + (lane >> 2) + e / 2 * 8) * (P::BN + 1) + at.n + j * 8 +
				     (lane & 3) * 2 + e % 2] = acc[i][j][e];
	__syncthreads();
}

/* tile: BM rows; row 0 is the first row that the window of time t0 reads. */
template <class P, int THREADS>
__device__ __forceinline__ void inproj_finish(const float *tile, const float *conv_w,
                                              const float *conv_b, typename P::Out *u, int t0,
                                              int n0, bool rev)
{
	const int STEP = P::BM - P::TAPS + 1;
	for (int e = threadIdx.x; e < STEP * P::BN; e += THREADS) {
		const int t = e / P::BN, n = e % P::BN;
		if (t0 + t >= P::M)
			continue;
		float v = conv_b[n0 + n];
#pragma unroll
		for (int j = 0; j < P::TAPS; j++) {
			const int r = rev ? t + P::TAPS - 1 - j : t + j;
			v = fmaf(conv_w[(n0 + n) * P::TAPS + j], tile[r * (P::BN + 1) + n], v);
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
	extern __shared__ float4 shared4[];
	float *tile = (float *)shared4;
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

/* %features.log_mel.mel = matmul "features.log_mel.mel" %features.log_mel.power, %features.filters : f32[32,4,250,64] @arena:131853312  !models/lib/foa.json:14:17+8 */
struct k007 {
	enum { M = 250, N = 64, K = 513, XR = 513, WR = 1, YR = 64, BIAS = 0 };
	typedef float Out;
	enum { XK = 1, WK = 64 };
	typedef float XT;
	typedef float WT;
};

extern "C" __global__ void __launch_bounds__(256, 1) k007_features_log_mel_mel(const Mem m)
{
	const unsigned z = blockIdx.z;
	product_any<k007>(((const float *)(m.arena + 263181312)) + (size_t)(z / 4u * 513000u + z % 4u * 128250u),
		((const float *)(m.load + 0)) + (size_t)(0u),
		nullptr,
		((float *)(m.arena + 131853312)) + (size_t)(z / 4u * 64000u + z % 4u * 16000u));
}

/* %features.intensity = matmul "features.intensity" %features.intensity.part, %features.filters : f32[32,3,250,64] @arena:49248000  !models/lib/foa.json:111:17+8 */
struct k023 {
	enum { M = 250, N = 64, K = 513, XR = 513, WR = 1, YR = 64, BIAS = 0 };
	typedef float Out;
	enum { XK = 1, WK = 64 };
	typedef float XT;
	typedef float WT;
};

extern "C" __global__ void __launch_bounds__(256, 1) k023_features_intensity(const Mem m)
{
	const unsigned z = blockIdx.z;
	product_any<k023>(((const float *)(m.arena + 0)) + (size_t)(z / 3u * 384750u + z % 3u * 128250u),
		((const float *)(m.load + 0)) + (size_t)(0u),
		nullptr,
		((float *)(m.arena + 49248000)) + (size_t)(z / 3u * 48000u + z % 3u * 16000u));
}

/* %gru._.5 = gru "gru.*" %gru.l0_reverse.2, %gru._, %gru._.2, %gru._.3, %gru._.4 {reverse=[0,1] group=2} : f32[2,32,50,128] @arena:0  !models/lib/crnn.json:33:17+5 */
struct k043 {
	enum { M = 1600, N = 384, K = 128, XR = 128, WR = 128, YR = 384, BIAS = 1 };
	typedef float Out;
	typedef float In;
	enum { BM = 64, BN = 64, WM = 2, WN = 2, STAGES = 4 };
};

extern "C" __global__ void __launch_bounds__(128, 1) k043_gru__(const Mem m)
{
	const unsigned z = blockIdx.z;
	product_mma<k043>(((const float *)(m.arena + 2457600)) + (size_t)(0u),
		((const float *)(m.params + 318464)) + (size_t)(z * 49152u),
		((const float *)(m.params + 1104896)) + (size_t)(z * 384u),
		((float *)(m.arena + 138240000)) + (size_t)(z * 614400u));
}

/* %gru._.10 = gru "gru.*" %gru.l1_reverse.2, %gru._.6, %gru._.7, %gru._.8, %gru._.9 {reverse=[0,1] group=2} : f32[2,32,50,128] @arena:0  !models/lib/crnn.json:33:17+5 */
struct k046 {
	enum { M = 1600, N = 384, K = 256, XR = 256, WR = 256, YR = 384, BIAS = 1 };
	typedef float Out;
	typedef float In;
	enum { BM = 64, BN = 64, WM = 2, WN = 2, STAGES = 4 };
};

extern "C" __global__ void __launch_bounds__(128, 1) k046_gru__(const Mem m)
{
	const unsigned z = blockIdx.z;
	product_mma<k046>(((const float *)(m.arena + 1638400)) + (size_t)(0u),
		((const float *)(m.params + 1111040)) + (size_t)(z * 98304u),
		((const float *)(m.params + 2290688)) + (size_t)(z * 384u),
		((float *)(m.arena + 138240000)) + (size_t)(z * 614400u));
}

/* %mhsa_block_list.0.in_proj = linear "mhsa_block_list.0.in_proj" %gru.gate.2, %mhsa_block_list.0.in_proj_weight, %mhsa_block_list.0.in_proj_bias : f32[32,50,384] @arena:0  !models/lib/crnn.json:54:17+8 */
struct k049 {
	enum { M = 1600, N = 384, K = 128, XR = 128, WR = 128, YR = 384, BIAS = 1 };
	typedef float Out;
	typedef float In;
	enum { BM = 64, BN = 64, WM = 2, WN = 2, STAGES = 4 };
};

extern "C" __global__ void __launch_bounds__(128, 1) k049_mhsa_block_list_0_in_proj(const Mem m)
{
	const unsigned z = blockIdx.z;
	product_mma<k049>(((const float *)(m.arena + 2457600)) + (size_t)(0u),
		((const float *)(m.params + 2296832)) + (size_t)(0u),
		((const float *)(m.params + 2493440)) + (size_t)(0u),
		((float *)(m.arena + 0)) + (size_t)(0u));
}

/* %mhsa_block_list.0.out_proj = linear "mhsa_block_list.0.out_proj" %mhsa_block_list.0.a, %mhsa_block_list.0.out_proj.weight, %mhsa_block_list.0.out_proj.bias : f32[32,50,128] @arena:0  !models/lib/nn.json:21:17+8 */
struct k052 {
	enum { M = 1600, N = 128, K = 128, XR = 128, WR = 128, YR = 128, BIAS = 1 };
	typedef float Out;
	typedef bf16 In;
	enum { BM = 64, BN = 16, WM = 4, WN = 1, STAGES = 4 };
};

extern "C" __global__ void __launch_bounds__(128, 1) k052_mhsa_block_list_0_out_proj(const Mem m)
{
	const unsigned z = blockIdx.z;
	product_mma<k052>(((const bf16 *)(m.arena + 3276800)) + (size_t)(0u),
		((const bf16 *)(m.load + 300288)),
		((const float *)(m.params + 2560512)) + (size_t)(0u),
		((float *)(m.arena + 0)) + (size_t)(0u));
}

/* %mhsa_block_list.1.in_proj = linear "mhsa_block_list.1.in_proj" %layer_norm_list.0, %mhsa_block_list.1.in_proj_weight, %mhsa_block_list.1.in_proj_bias : f32[32,50,384] @arena:0  !models/lib/crnn.json:54:17+8 */
struct k055 {
	enum { M = 1600, N = 384, K = 128, XR = 128, WR = 128, YR = 384, BIAS = 1 };
	typedef float Out;
	typedef float In;
	enum { BM = 64, BN = 64, WM = 2, WN = 2, STAGES = 4 };
};

extern "C" __global__ void __launch_bounds__(128, 1) k055_mhsa_block_list_1_in_proj(const Mem m)
{
	const unsigned z = blockIdx.z;
	product_mma<k055>(((const float *)(m.arena + 2457600)) + (size_t)(0u),
		((const float *)(m.params + 2562048)) + (size_t)(0u),
		((const float *)(m.params + 2758656)) + (size_t)(0u),
		((float *)(m.arena + 0)) + (size_t)(0u));
}

/* %mhsa_block_list.1.out_proj = linear "mhsa_block_list.1.out_proj" %mhsa_block_list.1.a, %mhsa_block_list.1.out_proj.weight, %mhsa_block_list.1.out_proj.bias : f32[32,50,128] @arena:0  !models/lib/nn.json:21:17+8 */
struct k058 {
	enum { M = 1600, N = 128, K = 128, XR = 128, WR = 128, YR = 128, BIAS = 1 };
	typedef float Out;
	typedef bf16 In;
	enum { BM = 64, BN = 16, WM = 4, WN = 1, STAGES = 4 };
};

extern "C" __global__ void __launch_bounds__(128, 1) k058_mhsa_block_list_1_out_proj(const Mem m)
{
	const unsigned z = blockIdx.z;
	product_mma<k058>(((const bf16 *)(m.arena + 3276800)) + (size_t)(0u),
		((const bf16 *)(m.load + 333056)),
		((const float *)(m.params + 2825728)) + (size_t)(0u),
		((float *)(m.arena + 0)) + (size_t)(0u));
}

/* %fnn_list.0 = linear "fnn_list.0" %layer_norm_list.1, %fnn_list.0.weight, %fnn_list.0.bias : f32[32,50,128] @arena:998400:bf16  !models/lib/nn.json:21:17+8 */
struct k062 {
	enum { M = 1600, N = 128, K = 128, XR = 128, WR = 128, YR = 128, BIAS = 1 };
	typedef bf16 Out;
	typedef bf16 In;
	enum { BM = 64, BN = 16, WM = 4, WN = 1, STAGES = 4 };
};

extern "C" __global__ void __launch_bounds__(128, 1) k062_fnn_list_0(const Mem m)
{
	const unsigned z = blockIdx.z;
	product_mma<k062>(((const bf16 *)(m.arena + 0)) + (size_t)(0u),
		((const bf16 *)(m.load + 365824)),
		((const float *)(m.params + 2892800)) + (size_t)(0u),
		((bf16 *)(m.arena + 998400)) + (size_t)(0u));
}

/* %fnn_list.1 = linear "fnn_list.1" %fnn_list.0, %fnn_list.1.weight, %fnn_list.1.bias : f32[32,50,156] @arena:0  !models/lib/nn.json:21:17+8 */
struct k064 {
	enum { M = 1600, N = 156, K = 128, XR = 128, WR = 128, YR = 156, BIAS = 1 };
	typedef float Out;
	typedef bf16 In;
	enum { BM = 64, BN = 16, WM = 4, WN = 1, STAGES = 4 };
};

extern "C" __global__ void __launch_bounds__(128, 1) k064_fnn_list_1(const Mem m)
{
	const unsigned z = blockIdx.z;
	product_mma<k064>(((const bf16 *)(m.arena + 998400)) + (size_t)(0u),
		((const bf16 *)(m.load + 398592)),
		((const float *)(m.params + 2973184)) + (size_t)(0u),
		((float *)(m.arena + 0)) + (size_t)(0u));
}

/* %gru._.5 = gru "gru.*" %gru.l0_reverse.2, %gru._, %gru._.2, %gru._.3, %gru._.4 {reverse=[0,1] group=2} : f32[2,32,50,128] @arena:279142400  !models/lib/crnn.json:33:17+5 */
struct k091 {
	enum { M = 1600, N = 384, K = 128, XR = 128, WR = 128, YR = 384, BIAS = 1 };
	typedef float Out;
	typedef float In;
	enum { BM = 64, BN = 64, WM = 2, WN = 2, STAGES = 4 };
};

extern "C" __global__ void __launch_bounds__(128, 1) k091_gru__(const Mem m)
{
	const unsigned z = blockIdx.z;
	product_mma<k091>(((const float *)(m.arena + 275865600)) + (size_t)(0u),
		((const float *)(m.state + 314880)) + (size_t)(z * 49152u),
		((const float *)(m.state + 1101312)) + (size_t)(z * 384u),
		((float *)(m.arena + 289499392)) + (size_t)(z * 614400u));
}

/* %gru._.10 = gru "gru.*" %gru.l1_reverse.2, %gru._.6, %gru._.7, %gru._.8, %gru._.9 {reverse=[0,1] group=2} : f32[2,32,50,128] @arena:249472000  !models/lib/crnn.json:33:17+5 */
struct k097 {
	enum { M = 1600, N = 384, K = 256, XR = 256, WR = 256, YR = 384, BIAS = 1 };
	typedef float Out;
	typedef float In;
	enum { BM = 64, BN = 64, WM = 2, WN = 2, STAGES = 4 };
};

extern "C" __global__ void __launch_bounds__(128, 1) k097_gru__(const Mem m)
{
	const unsigned z = blockIdx.z;
	product_mma<k097>(((const float *)(m.arena + 280780800)) + (size_t)(0u),
		((const float *)(m.state + 1107456)) + (size_t)(z * 98304u),
		((const float *)(m.state + 2483712)) + (size_t)(z * 384u),
		((float *)(m.arena + 289499392)) + (size_t)(z * 614400u));
}

/* %_._._ = linear "*.*.*" %gru._.grad.6, %mhsa_block_list.0.in_proj_weight.2, %mhsa_block_list.0.in_proj_bias.2 {group=3} : f32[3,32,50,384] @arena:235545600  !models/lib/crnn.json:54:17+8 */
struct k104 {
	enum { M = 1600, N = 384, K = 128, XR = 128, WR = 128, YR = 384, BIAS = 1 };
	typedef float Out;
	typedef bf16 In;
	enum { BM = 64, BN = 64, WM = 2, WN = 2, STAGES = 4 };
};

extern "C" __global__ void __launch_bounds__(128, 1) k104______(const Mem m)
{
	const unsigned z = blockIdx.z;
	product_mma<k104>(((const bf16 *)(m.arena + 249472000)) + (size_t)(z * 204800u),
		((const bf16 *)(m.arena + 289499392)) + (size_t)(z / 1u) * 49152u,
		((const float *)(m.state + 2486784)) + (size_t)(z * 384u),
		((float *)(m.arena + 235545600)) + (size_t)(z * 614400u));
}

/* %mhsa_block_list.0.out_proj = linear "mhsa_block_list.0.out_proj" %mhsa_block_list.0.a, %mhsa_block_list.0.out_proj.weight, %mhsa_block_list.0.out_proj.bias : f32[32,50,128] @arena:260940800  !models/lib/nn.json:21:17+8 */
struct k106 {
	enum { M = 1600, N = 128, K = 128, XR = 128, WR = 128, YR = 128, BIAS = 1 };
	typedef float Out;
	typedef float In;
	enum { BM = 64, BN = 16, WM = 4, WN = 1, STAGES = 4 };
};

extern "C" __global__ void __launch_bounds__(128, 1) k106_mhsa_block_list_0_out_proj(const Mem m)
{
	const unsigned z = blockIdx.z;
	product_mma<k106>(((const float *)(m.arena + 257107200)) + (size_t)(0u),
		((const float *)(m.state + 2491392)) + (size_t)(0u),
		((const float *)(m.state + 2556928)) + (size_t)(0u),
		((float *)(m.arena + 260940800)) + (size_t)(0u));
}

/* %mhsa_block_list.1.in_proj = linear "mhsa_block_list.1.in_proj" %layer_norm_list.0, %mhsa_block_list.1.in_proj_weight, %mhsa_block_list.1.in_proj_bias : f32[32,50,384] @arena:249472000  !models/lib/crnn.json:54:17+8 */
struct k109 {
	enum { M = 1600, N = 384, K = 128, XR = 128, WR = 128, YR = 384, BIAS = 1 };
	typedef float Out;
	typedef float In;
	enum { BM = 64, BN = 64, WM = 2, WN = 2, STAGES = 4 };
};

extern "C" __global__ void __launch_bounds__(128, 1) k109_mhsa_block_list_1_in_proj(const Mem m)
{
	const unsigned z = blockIdx.z;
	product_mma<k109>(((const float *)(m.arena + 285696000)) + (size_t)(0u),
		((const float *)(m.state + 2558464)) + (size_t)(0u),
		((const float *)(m.state + 2755072)) + (size_t)(0u),
		((float *)(m.arena + 249472000)) + (size_t)(0u));
}

/* %mhsa_block_list.1.out_proj = linear "mhsa_block_list.1.out_proj" %mhsa_block_list.1.a, %mhsa_block_list.1.out_proj.weight, %mhsa_block_list.1.out_proj.bias : f32[32,50,128] @arena:251929600  !models/lib/nn.json:21:17+8 */
struct k111 {
	enum { M = 1600, N = 128, K = 128, XR = 128, WR = 128, YR = 128, BIAS = 1 };
	typedef float Out;
	typedef float In;
	enum { BM = 64, BN = 16, WM = 4, WN = 1, STAGES = 4 };
};

extern "C" __global__ void __launch_bounds__(128, 1) k111_mhsa_block_list_1_out_proj(const Mem m)
{
	const unsigned z = blockIdx.z;
	product_mma<k111>(((const float *)(m.arena + 286515200)) + (size_t)(0u),
		((const float *)(m.state + 2756608)) + (size_t)(0u),
		((const float *)(m.state + 2822144)) + (size_t)(0u),
		((float *)(m.arena + 251929600)) + (size_t)(0u));
}

/* %fnn_list.0 = linear "fnn_list.0" %layer_norm_list.1, %fnn_list.0.weight, %fnn_list.0.bias : f32[32,50,128] @arena:288563200:bf16  !models/lib/nn.json:21:17+8 */
struct k115 {
	enum { M = 1600, N = 128, K = 128, XR = 128, WR = 128, YR = 128, BIAS = 1 };
	typedef bf16 Out;
	typedef bf16 In;
	enum { BM = 64, BN = 16, WM = 4, WN = 1, STAGES = 4 };
};

extern "C" __global__ void __launch_bounds__(128, 1) k115_fnn_list_0(const Mem m)
{
	const unsigned z = blockIdx.z;
	product_mma<k115>(((const bf16 *)(m.arena + 288153600)) + (size_t)(0u),
		((const bf16 *)(m.arena + 289499392)),
		((const float *)(m.state + 2889216)) + (size_t)(0u),
		((bf16 *)(m.arena + 288563200)) + (size_t)(0u));
}

/* %fnn_list.1 = linear "fnn_list.1" %fnn_list.0, %fnn_list.1.weight, %fnn_list.1.bias : f32[32,50,156] @arena:260940800  !models/lib/nn.json:21:17+8 */
struct k117 {
	enum { M = 1600, N = 156, K = 128, XR = 128, WR = 128, YR = 156, BIAS = 1 };
	typedef float Out;
	typedef bf16 In;
	enum { BM = 64, BN = 16, WM = 4, WN = 1, STAGES = 4 };
};

extern "C" __global__ void __launch_bounds__(128, 1) k117_fnn_list_1(const Mem m)
{
	const unsigned z = blockIdx.z;
	product_mma<k117>(((const bf16 *)(m.arena + 288563200)) + (size_t)(0u),
		((const bf16 *)(m.arena + 289499392)),
		((const float *)(m.state + 2969600)) + (size_t)(0u),
		((float *)(m.arena + 260940800)) + (size_t)(0u));
}

/* %loss.flat = matmul "loss.flat" %loss.pick, %loss.slots : f32[32,50,39,52] @arena:196608000  !models/lib/train.json:121:17+8 */
struct k120 {
	enum { M = 39, N = 52, K = 6, XR = 6, WR = 1, YR = 52, BIAS = 0 };
	typedef float Out;
	enum { XK = 1, WK = 52 };
	typedef float XT;
	typedef bf16 WT;
};

extern "C" __global__ void __launch_bounds__(256, 1) k120_loss_flat(const Mem m)
{
	const unsigned z = blockIdx.z;
	product_any<k120>(((const float *)(m.load + 447744)) + (size_t)(0u),
		((const bf16 *)(m.arena + 251929600)) + (size_t)(z / 50u * 15600u + z % 50u * 312u),
		nullptr,
		((float *)(m.arena + 196608000)) + (size_t)(z / 50u * 101400u + z % 50u * 2028u));
}

/* %fnn_list.1.grad = linear_dx "fnn_list.1.grad" %loss.outputs.grad.2, %fnn_list.1.weight : f32[32,50,128] @arena:251929600:bf16  !models/lib/nn.json:21:17+8 */
struct k131 {
	enum { M = 1600, N = 128, K = 156, XR = 156, WR = 1, YR = 128, BIAS = 0 };
	typedef bf16 Out;
	enum { XK = 1, WK = 128 };
	typedef bf16 XT;
	typedef float WT;
};

extern "C" __global__ void __launch_bounds__(256, 1) k131_fnn_list_1_grad(const Mem m)
{
	const unsigned z = blockIdx.z;
	product_any<k131>(((const bf16 *)(m.arena + 258745600)) + (size_t)(0u),
		((const float *)(m.state + 2889728)) + (size_t)(0u),
		nullptr,
		((bf16 *)(m.arena + 251929600)) + (size_t)(0u));
}

/* %fnn_list.0.grad = linear_dx "fnn_list.0.grad" %fnn_list.1.grad, %fnn_list.0.weight : f32[32,50,128] @arena:258745600:bf16  !models/lib/nn.json:21:17+8 */
struct k137 {
	enum { M = 1600, N = 128, K = 128, XR = 128, WR = 128, YR = 128, BIAS = 0 };
	typedef bf16 Out;
	typedef bf16 In;
	enum { BM = 64, BN = 16, WM = 4, WN = 1, STAGES = 4 };
};

extern "C" __global__ void __launch_bounds__(128, 1) k137_fnn_list_0_grad(const Mem m)
{
	const unsigned z = blockIdx.z;
	product_mma<k137>(((const bf16 *)(m.arena + 251929600)) + (size_t)(0u),
		((const bf16 *)(m.arena + 289499392)),
		nullptr,
		((bf16 *)(m.arena + 258745600)) + (size_t)(0u));
}

/* %mhsa_block_list.1.out_proj.grad = linear_dx "mhsa_block_list.1.out_proj.grad" %layer_norm_list.1.grad, %mhsa_block_list.1.out_proj.weight : f32[32,50,128] @arena:251929600  !models/lib/nn.json:21:17+8 */
struct k147 {
	enum { M = 1600, N = 128, K = 128, XR = 128, WR = 128, YR = 128, BIAS = 0 };
	typedef float Out;
	typedef bf16 In;
	enum { BM = 64, BN = 16, WM = 4, WN = 1, STAGES = 4 };
};

extern "C" __global__ void __launch_bounds__(128, 1) k147_mhsa_block_list_1_out_proj_grad(const Mem m)
{
	const unsigned z = blockIdx.z;
	product_mma<k147>(((const bf16 *)(m.arena + 198246400)) + (size_t)(0u),
		((const bf16 *)(m.arena + 289499392)),
		nullptr,
		((float *)(m.arena + 251929600)) + (size_t)(0u));
}

/* %mhsa_block_list.1.in_proj.grad.2 = linear_dx "mhsa_block_list.1.in_proj.grad" %mhsa_block_list.1.in_proj.grad, %mhsa_block_list.1.in_proj_weight : f32[32,50,128] @arena:258745600:bf16  !models/lib/crnn.json:54:17+8 */
struct k155 {
	enum { M = 1600, N = 128, K = 384, XR = 384, WR = 384, YR = 128, BIAS = 0 };
	typedef bf16 Out;
	typedef bf16 In;
	enum { BM = 64, BN = 16, WM = 4, WN = 1, STAGES = 4 };
};

extern "C" __global__ void __launch_bounds__(128, 1) k155_mhsa_block_list_1_in_proj_grad(const Mem m)
{
	const unsigned z = blockIdx.z;
	product_mma<k155>(((const bf16 *)(m.arena + 249472000)) + (size_t)(0u),
		((const bf16 *)(m.arena + 289499392)),
		nullptr,
		((bf16 *)(m.arena + 258745600)) + (size_t)(0u));
}

/* %mhsa_block_list.0.out_proj.grad = linear_dx "mhsa_block_list.0.out_proj.grad" %layer_norm_list.0.grad.2, %mhsa_block_list.0.out_proj.weight : f32[32,50,128] @arena:257926400  !models/lib/nn.json:21:17+8 */
struct k166 {
	enum { M = 1600, N = 128, K = 128, XR = 128, WR = 128, YR = 128, BIAS = 0 };
	typedef float Out;
	typedef float In;
	enum { BM = 64, BN = 16, WM = 4, WN = 1, STAGES = 4 };
};

extern "C" __global__ void __launch_bounds__(128, 1) k166_mhsa_block_list_0_out_proj_grad(const Mem m)
{
	const unsigned z = blockIdx.z;
	product_mma<k166>(((const float *)(m.arena + 260940800)) + (size_t)(0u),
		((const float *)(m.arena + 289499392)),
		nullptr,
		((float *)(m.arena + 257926400)) + (size_t)(0u));
}

/* %mhsa_block_list.0.in_proj.grad.2 = linear_dx "mhsa_block_list.0.in_proj.grad" %mhsa_block_list.0.in_proj.grad, %mhsa_block_list.0.in_proj_weight : f32[32,50,128] @arena:257107200  !models/lib/crnn.json:54:17+8 */
struct k174 {
	enum { M = 1600, N = 128, K = 384, XR = 384, WR = 384, YR = 128, BIAS = 0 };
	typedef float Out;
	typedef bf16 In;
	enum { BM = 64, BN = 16, WM = 4, WN = 1, STAGES = 4 };
};

extern "C" __global__ void __launch_bounds__(128, 1) k174_mhsa_block_list_0_in_proj_grad(const Mem m)
{
	const unsigned z = blockIdx.z;
	product_mma<k174>(((const bf16 *)(m.arena + 249472000)) + (size_t)(0u),
		((const bf16 *)(m.arena + 289499392)),
		nullptr,
		((float *)(m.arena + 257107200)) + (size_t)(0u));
}

/* %gru._.grad.3 = linear "gru.*.grad" %gru.l1_reverse.2, %gru._.6, %gru._.8 {group=2} : f32[2,32,50,384] @arena:249472000  !models/lib/crnn.json:33:17+5 */
struct k180 {
	enum { M = 1600, N = 384, K = 256, XR = 256, WR = 256, YR = 384, BIAS = 1 };
	typedef float Out;
	typedef float In;
	enum { BM = 64, BN = 64, WM = 2, WN = 2, STAGES = 4 };
};

extern "C" __global__ void __launch_bounds__(128, 1) k180_gru___grad(const Mem m)
{
	const unsigned z = blockIdx.z;
	product_mma<k180>(((const float *)(m.arena + 280780800)) + (size_t)(0u),
		((const float *)(m.state + 1107456)) + (size_t)(z * 98304u),
		((const float *)(m.state + 2483712)) + (size_t)(z * 384u),
		((float *)(m.arena + 249472000)) + (size_t)(z * 614400u));
}

/* %gru._.grad.9 = linear_dx "gru.*.grad" %gru._.grad.7, %gru._.6 {group=2} : f32[2,32,50,256] @arena:249472000  !models/lib/crnn.json:33:17+5 */
struct k183 {
	enum { M = 1600, N = 256, K = 384, XR = 384, WR = 384, YR = 256, BIAS = 0 };
	typedef float Out;
	typedef bf16 In;
	enum { BM = 64, BN = 64, WM = 2, WN = 2, STAGES = 4 };
};

extern "C" __global__ void __launch_bounds__(128, 1) k183_gru___grad(const Mem m)
{
	const unsigned z = blockIdx.z;
	product_mma<k183>(((const bf16 *)(m.arena + 254387200)) + (size_t)(z * 614400u),
		((const bf16 *)(m.arena + 289499392)) + (size_t)(z / 1u) * 98304u,
		nullptr,
		((float *)(m.arena + 249472000)) + (size_t)(z * 409600u));
}

/* %gru._.grad = linear "gru.*.grad" %gru.l0_reverse.2, %gru._, %gru._.3 {group=2} : f32[2,32,50,384] @arena:249472000  !models/lib/crnn.json:33:17+5 */
struct k193 {
	enum { M = 1600, N = 384, K = 128, XR = 128, WR = 128, YR = 384, BIAS = 1 };
	typedef float Out;
	typedef float In;
	enum { BM = 64, BN = 64, WM = 2, WN = 2, STAGES = 4 };
};

extern "C" __global__ void __launch_bounds__(128, 1) k193_gru___grad(const Mem m)
{
	const unsigned z = blockIdx.z;
	product_mma<k193>(((const float *)(m.arena + 275865600)) + (size_t)(0u),
		((const float *)(m.state + 314880)) + (size_t)(z * 49152u),
		((const float *)(m.state + 1101312)) + (size_t)(z * 384u),
		((float *)(m.arena + 249472000)) + (size_t)(z * 614400u));
}

/* %gru._.grad.4 = linear "gru.*.grad" %gru._.grad.2, %gru._.2, %gru._.4 {group=2} : f32[2,32,50,384] @arena:254387200  !models/lib/crnn.json:33:17+5 */
struct k194 {
	enum { M = 1600, N = 384, K = 128, XR = 128, WR = 128, YR = 384, BIAS = 1 };
	typedef float Out;
	typedef float In;
	enum { BM = 64, BN = 64, WM = 2, WN = 2, STAGES = 4 };
};

extern "C" __global__ void __launch_bounds__(128, 1) k194_gru___grad(const Mem m)
{
	const unsigned z = blockIdx.z;
	product_mma<k194>(((const float *)(m.arena + 277504000)) + (size_t)(z * 204800u),
		((const float *)(m.state + 708096)) + (size_t)(z * 49152u),
		((const float *)(m.state + 1104384)) + (size_t)(z * 384u),
		((float *)(m.arena + 254387200)) + (size_t)(z * 614400u));
}

/* %gru._.grad.16 = linear_dx "gru.*.grad" %gru._.grad.14, %gru._ {group=2} : f32[2,32,50,128] @arena:249472000  !models/lib/crnn.json:33:17+5 */
struct k198 {
	enum { M = 1600, N = 128, K = 384, XR = 384, WR = 384, YR = 128, BIAS = 0 };
	typedef float Out;
	typedef bf16 In;
	enum { BM = 64, BN = 32, WM = 4, WN = 1, STAGES = 4 };
};

extern "C" __global__ void __launch_bounds__(128, 1) k198_gru___grad(const Mem m)
{
	const unsigned z = blockIdx.z;
	product_mma<k198>(((const bf16 *)(m.arena + 196608000)) + (size_t)(z * 614400u),
		((const bf16 *)(m.arena + 289499392)) + (size_t)(z / 1u) * 49152u,
		nullptr,
		((float *)(m.arena + 249472000)) + (size_t)(z * 204800u));
}

/* conv.cuh: 2-D convolution of stride 1 with scale, shift, ReLU and average pooling behind it.
 *
 * One CTA computes ROWS x 16 pixels of BN output channels. For each slab of input channels it
 * holds the pixels and their halo in shared memory once and uses them for all KH x KW taps.
 * P holds the constants:
 *   H W C, OH OW O   extents of input and output before pooling    KH KW PH PW  window, padding
 *   XH XW XC, YH YW YC   strides of one image, elements            TH TW        pooling, 1 or 2
 *   ROWS BN   tile      SCALE SHIFT RELU   epilogue                In, Out      element types
 * x, y: one image; w: packed, see below; grid: (tiles, O / BN, images). */

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
	const float mean = 1.0f / (P::TH * P::TW);
#pragma unroll
	for (int i = 0; i < 8; i += P::TW) {
		float v[8];
#pragma unroll
		for (int j = 0; j < 8; j++) {
			v[j] = P::TW == 2 ? acc[i][j] + acc[i + P::TW - 1][j] : acc[i][j];
			if (P::TH == 2)
				v[j] += __shfl_xor_sync(~0u, v[j], 16);
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
	float acc[8][8] = {};
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
		if (more) {
			if (!F::ASYNC)
				conv_fma_put<P>(act + next * F::KC * F::PLANE, r);
			async_wait<0>();
		}
		__syncthreads();
	}
	conv_fma_store<P>(acc, scale, shift, y, y0 + row, x0 + col, n0 + nw);
}

/* ---- matrix instructions: bf16 and tf32 with float32 sums -----------------------------------
 * A slab is 128 bytes of input channels: 64 bf16 or 32 float. Steps go through (slab, tap); each
 * has its own weights in a ring of STAGES. 16-byte pieces of a row are exchanged by the row's low
 * bits, so that ldmatrix at any tap offset reads without bank conflicts. C a multiple of 16 bytes.
 * WR x WN warps, STAGES; w: [slab][tap][O rounded up to BN][128 bytes]. */

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
		MT = P::ROWS / P::WR,
		NT = P::BN / P::WN / 8,
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
template <class P>
__device__ __forceinline__ void conv_mma_store(float (*acc)[ConvMma<P>::NT][4], const float *scale,
                                               const float *shift, typename P::Out *y, int oy,
                                               int ox, int n0)
{
	typedef ConvMma<P> F;
	const int lane = threadIdx.x & 31, g = lane >> 2;
	const float mean = 1.0f / (P::TH * P::TW);
#pragma unroll
	for (int j = 0; j < F::NT; j++) {
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
		for (int i = 0; i < F::MT; i += P::TH) {
			float v[4];
#pragma unroll
			for (int e = 0; e < 4; e++) {
				v[e] = conv_finish<P>(acc[i][j][e], s[e & 1], b[e & 1]);
				if (P::TH == 2)
					v[e] += conv_finish<P>(acc[i + P::TH - 1][j][e], s[e & 1], b[e & 1]);
				if (P::TW == 2)
					v[e] += __shfl_xor_sync(~0u, v[e], 4);
				v[e] *= mean;
			}
			if (P::TW == 2 && (g & 1))
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
	extern __shared__ float4 shared[];
	const unsigned halo = shared_address(shared), wts = halo + F::HALOS * F::HALO_BYTES;
	const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
	const int row = warp % P::WR * F::MT, nw = warp / P::WR * F::NT * 8;
	const int y0 = blockIdx.x / F::TILES_W * P::ROWS, x0 = blockIdx.x % F::TILES_W * 16;
	const int n0 = blockIdx.y * P::BN;
	float acc[F::MT][F::NT][4] = {};

#pragma unroll
	for (int s = 0; s < F::STAGES - 1; s++)
		conv_mma_issue<P>(halo, wts, x, w, y0, x0, n0, s);
#pragma unroll 1
	for (int s = 0; s < F::STEPS; s++) {
		async_wait<F::STAGES - 2>();
		__syncthreads();
		conv_mma_issue<P>(halo, wts, x, w, y0, x0, n0, s + F::STAGES - 1);
		const int slab = s / F::TAPS, tap = s % F::TAPS;
		const int pix = (row + tap / P::KW) * F::HC + (lane & 15) + tap % P::KW;
		conv_mma_step<P>(acc, halo + slab % F::HALOS * F::HALO_BYTES, pix,
		                 wts + s % F::STAGES * F::W_BYTES + nw * 128);
	}
	conv_mma_store<P>(acc, scale, shift, y, y0 + row, x0, n0 + nw);
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
	float sum = 0;
	for (int a = 0; a < P::TH; a++)
		for (int c = 0; c < P::TW; c++) {
			const float v = conv_point<P>(x, w + (size_t)n * P::C * P::KH * P::KW,
			                              py * P::TH + a, px * P::TW + c);
			sum += conv_finish<P>(v, s, b);
		}
	put(y + py * P::YH + px * P::YW + n * P::YC, sum / (P::TH * P::TW));
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

/* One thread a window: what rounding takes from one tap goes to the next, so that the sum of the
 * taps is right. Neighbouring pixels are alike, and an error of the sum shifts a channel
 * everywhere: with each tap rounded by itself, the weights' share of a deep network's error is
 * twice that of the activations, whose errors differ from pixel to pixel. */
template <class P> __device__ __forceinline__ void conv_pack_mma(const float *w, typename P::In *p)
{
	const int i = blockIdx.x * blockDim.x + threadIdx.x;
	const int KC = 128 / sizeof(typename P::In), OP = round_up(P::O, P::BN);
	if (i >= round_up(P::C, KC) * OP)
		return;
	const int n = i / KC % OP, slab = i / KC / OP, c = slab * KC + i % KC;
	const bool given = n < P::O && c < P::C;
	float rest = 0;
	for (int t = 0; t < P::TAPS; t++) {
		const float v = given ? w[n * P::WO + c * P::WC + t * P::WT] + rest : 0.0f;
		rest = v - put_operand(p + ((slab * P::TAPS + t) * OP + n) * KC + i % KC, v);
	}
}

/* %conv_block_list.0.conv.2 = conv2d_act "conv_block_list.0.conv" %conv_block_list.0.conv.3, %conv_block_list.0.conv.weight, %conv_block_list.0.r.2, %conv_block_list.0.r.6 {pad=[1,1] channels_last=1 act=relu} : f32[32,250,64,64] @arena:0  !models/lib/crnn.json:15:17+8 */
struct k026 {
	enum { C = 7, O = 64, TAPS = 9, BN = 64, WO = 63, WC = 9, WT = 1 };
	typedef float In;
};

extern "C" __global__ void __launch_bounds__(256, 1) k026_conv_block_list_0_conv(const Mem m)
{
	conv_pack_fma<k026>(((const float *)(m.params + 3584)) + 0u + blockIdx.z * 0ll,
		(float *)(m.load + 134400) + blockIdx.z * 4608ll);
}

/* %conv_block_list.0.conv.2 = conv2d_act "conv_block_list.0.conv" %conv_block_list.0.conv.3, %conv_block_list.0.conv.weight, %conv_block_list.0.r.2, %conv_block_list.0.r.6 {pad=[1,1] channels_last=1 act=relu} : f32[32,250,64,64] @arena:0  !models/lib/crnn.json:15:17+8 */
struct k030 {
	enum { H = 250, W = 64, C = 7, OH = 250, OW = 64, O = 64, KH = 3, KW = 3, PH = 1, PW = 1 };
	enum { TH = 1, TW = 1, XH = 448, XW = 7, XC = 1, YH = 4096, YW = 64, YC = 1, SCALE = 1 };
	enum { SHIFT = 0, RELU = 1, VECTOR = 0 };
	typedef bf16 In;
	typedef float Out;
	enum { ROWS = 16, BN = 64 };
};

extern "C" __global__ void __launch_bounds__(256, 2) k030_conv_block_list_0_conv(const Mem m)
{
	conv_fma<k030>(((const bf16 *)(m.arena + 131072000)) + blockIdx.z % 32u * 112000ll,
		((const float *)(m.load + 134400)),
		((const float *)(m.load + 132608)),
		((const float *)(m.load + 133120)),
		((float *)(m.arena + 0)) + blockIdx.z % 32u * 1024000ll);
}

/* %conv_block_list.3.conv.2 = conv2d_act "conv_block_list.3.conv" %conv_block_list.0.pool, %conv_block_list.3.conv.weight, %conv_block_list.3.r.2, %conv_block_list.3.r.6 {pad=[1,1] channels_last=1 act=relu} : f32[32,50,16,64] @arena:0  !models/lib/crnn.json:15:17+8 */
struct k032 {
	enum { C = 64, O = 64, TAPS = 9, BN = 64, WO = 576, WC = 9, WT = 1 };
	typedef bf16 In;
};

extern "C" __global__ void __launch_bounds__(256, 1) k032_conv_block_list_3_conv(const Mem m)
{
	conv_pack_mma<k032>(((const float *)(m.params + 20992)) + 0u + blockIdx.z * 0ll,
		(bf16 *)(m.load + 152832) + blockIdx.z * 36864ll);
}

/* %conv_block_list.3.conv.2 = conv2d_act "conv_block_list.3.conv" %conv_block_list.0.pool, %conv_block_list.3.conv.weight, %conv_block_list.3.r.2, %conv_block_list.3.r.6 {pad=[1,1] channels_last=1 act=relu} : f32[32,50,16,64] @arena:0  !models/lib/crnn.json:15:17+8 */
struct k035 {
	enum { H = 50, W = 16, C = 64, OH = 50, OW = 16, O = 64, KH = 3, KW = 3, PH = 1, PW = 1 };
	enum { TH = 1, TW = 1, XH = 1024, XW = 64, XC = 1, YH = 1024, YW = 64, YC = 1, SCALE = 1 };
	enum { SHIFT = 0, RELU = 1, VECTOR = 1 };
	typedef bf16 In;
	typedef float Out;
	enum { ROWS = 8, BN = 64, WR = 2, WN = 2, STAGES = 4 };
};

extern "C" __global__ void __launch_bounds__(128, 2) k035_conv_block_list_3_conv(const Mem m)
{
	conv_mma<k035>(((const bf16 *)(m.arena + 131072000)) + blockIdx.z % 32u * 51200ll,
		((const bf16 *)(m.load + 152832)),
		((const float *)(m.load + 132864)),
		((const float *)(m.load + 133632)),
		((float *)(m.arena + 0)) + blockIdx.z % 32u * 51200ll);
}

/* %conv_block_list.6.conv.2 = conv2d_act "conv_block_list.6.conv" %conv_block_list.3.pool, %conv_block_list.6.conv.weight, %conv_block_list.6.r.2, %conv_block_list.6.r.6 {pad=[1,1] channels_last=1 act=relu} : f32[32,50,4,64] @arena:0  !models/lib/crnn.json:15:17+8 */
struct k037 {
	enum { C = 64, O = 64, TAPS = 9, BN = 64, WO = 576, WC = 9, WT = 1 };
	typedef bf16 In;
};

extern "C" __global__ void __launch_bounds__(256, 1) k037_conv_block_list_6_conv(const Mem m)
{
	conv_pack_mma<k037>(((const float *)(m.params + 169728)) + 0u + blockIdx.z * 0ll,
		(bf16 *)(m.load + 226560) + blockIdx.z * 36864ll);
}

/* %conv_block_list.6.conv.2 = conv2d_act "conv_block_list.6.conv" %conv_block_list.3.pool, %conv_block_list.6.conv.weight, %conv_block_list.6.r.2, %conv_block_list.6.r.6 {pad=[1,1] channels_last=1 act=relu} : f32[32,50,4,64] @arena:0  !models/lib/crnn.json:15:17+8 */
struct k040 {
	enum { H = 50, W = 4, C = 64, OH = 50, OW = 4, O = 64, KH = 3, KW = 3, PH = 1, PW = 1 };
	enum { TH = 1, TW = 1, XH = 256, XW = 64, XC = 1, YH = 256, YW = 64, YC = 1, SCALE = 1 };
	enum { SHIFT = 0, RELU = 1, VECTOR = 1 };
	typedef bf16 In;
	typedef float Out;
	enum { ROWS = 8, BN = 64, WR = 2, WN = 2, STAGES = 4 };
};

extern "C" __global__ void __launch_bounds__(128, 2) k040_conv_block_list_6_conv(const Mem m)
{
	conv_mma<k040>(((const bf16 *)(m.arena + 6553600)) + blockIdx.z % 32u * 12800ll,
		((const bf16 *)(m.load + 226560)),
		((const float *)(m.load + 133376)),
		((const float *)(m.load + 134144)),
		((float *)(m.arena + 0)) + blockIdx.z % 32u * 12800ll);
}

/* %conv_block_list.0.conv = conv2d "conv_block_list.0.conv" %conv_block_list.0.conv.2, %conv_block_list.0.conv.weight, %conv_block_list.0.conv.bias {pad=[1,1] channels_last=1} : f32[32,250,64,64] @arena:131072000:bf16  !models/lib/crnn.json:15:17+8 */
struct k066 {
	enum { C = 7, O = 64, TAPS = 9, BN = 64, WO = 63, WC = 9, WT = 1 };
	typedef float In;
};

extern "C" __global__ void __launch_bounds__(256, 1) k066_conv_block_list_0_conv(const Mem m)
{
	conv_pack_fma<k066>(((const float *)(m.state + 0)) + 0u + blockIdx.z * 0ll,
		(float *)(m.arena + 289499392) + blockIdx.z * 4608ll);
}

/* %conv_block_list.0.conv = conv2d "conv_block_list.0.conv" %conv_block_list.0.conv.2, %conv_block_list.0.conv.weight, %conv_block_list.0.conv.bias {pad=[1,1] channels_last=1} : f32[32,250,64,64] @arena:131072000:bf16  !models/lib/crnn.json:15:17+8 */
struct k067 {
	enum { H = 250, W = 64, C = 7, OH = 250, OW = 64, O = 64, KH = 3, KW = 3, PH = 1, PW = 1 };
	enum { TH = 1, TW = 1, XH = 448, XW = 7, XC = 1, YH = 4096, YW = 64, YC = 1, SCALE = 0 };
	enum { SHIFT = 1, RELU = 0, VECTOR = 0 };
	typedef bf16 In;
	typedef bf16 Out;
	enum { ROWS = 16, BN = 64 };
};

extern "C" __global__ void __launch_bounds__(256, 2) k067_conv_block_list_0_conv(const Mem m)
{
	conv_fma<k067>(((const bf16 *)(m.arena + 262144000)) + blockIdx.z % 32u * 112000ll,
		((const float *)(m.arena + 289499392)),
		nullptr,
		((const float *)(m.state + 16128)),
		((bf16 *)(m.arena + 131072000)) + blockIdx.z % 32u * 1024000ll);
}

/* %conv_block_list.3.conv = conv2d "conv_block_list.3.conv" %conv_block_list.0.dropout, %conv_block_list.3.conv.weight, %conv_block_list.3.conv.bias {pad=[1,1] channels_last=1} : f32[32,50,16,64] @arena:272588800:bf16  !models/lib/crnn.json:15:17+8 */
struct k076 {
	enum { C = 64, O = 64, TAPS = 9, BN = 64, WO = 576, WC = 9, WT = 1 };
	typedef bf16 In;
};

extern "C" __global__ void __launch_bounds__(256, 1) k076_conv_block_list_3_conv(const Mem m)
{
	conv_pack_mma<k076>(((const float *)(m.state + 17408)) + 0u + blockIdx.z * 0ll,
		(bf16 *)(m.arena + 289499392) + blockIdx.z * 36864ll);
}

/* %conv_block_list.3.conv = conv2d "conv_block_list.3.conv" %conv_block_list.0.dropout, %conv_block_list.3.conv.weight, %conv_block_list.3.conv.bias {pad=[1,1] channels_last=1} : f32[32,50,16,64] @arena:272588800:bf16  !models/lib/crnn.json:15:17+8 */
struct k077 {
	enum { H = 50, W = 16, C = 64, OH = 50, OW = 16, O = 64, KH = 3, KW = 3, PH = 1, PW = 1 };
	enum { TH = 1, TW = 1, XH = 1024, XW = 64, XC = 1, YH = 1024, YW = 64, YC = 1, SCALE = 0 };
	enum { SHIFT = 1, RELU = 0, VECTOR = 1 };
	typedef bf16 In;
	typedef bf16 Out;
	enum { ROWS = 8, BN = 64, WR = 2, WN = 2, STAGES = 4 };
};

extern "C" __global__ void __launch_bounds__(128, 2) k077_conv_block_list_3_conv(const Mem m)
{
	conv_mma<k077>(((const bf16 *)(m.arena + 269312000)) + blockIdx.z % 32u * 51200ll,
		((const bf16 *)(m.arena + 289499392)),
		nullptr,
		((const float *)(m.state + 164864)),
		((bf16 *)(m.arena + 272588800)) + blockIdx.z % 32u * 51200ll);
}

/* %conv_block_list.6.conv = conv2d "conv_block_list.6.conv" %conv_block_list.3.dropout, %conv_block_list.6.conv.weight, %conv_block_list.6.conv.bias {pad=[1,1] channels_last=1} : f32[32,50,4,64] @arena:284876800:bf16  !models/lib/crnn.json:15:17+8 */
struct k083 {
	enum { C = 64, O = 64, TAPS = 9, BN = 64, WO = 576, WC = 9, WT = 1 };
	typedef bf16 In;
};

extern "C" __global__ void __launch_bounds__(256, 1) k083_conv_block_list_6_conv(const Mem m)
{
	conv_pack_mma<k083>(((const float *)(m.state + 166144)) + 0u + blockIdx.z * 0ll,
		(bf16 *)(m.arena + 289499392) + blockIdx.z * 36864ll);
}

/* %conv_block_list.6.conv = conv2d "conv_block_list.6.conv" %conv_block_list.3.dropout, %conv_block_list.6.conv.weight, %conv_block_list.6.conv.bias {pad=[1,1] channels_last=1} : f32[32,50,4,64] @arena:284876800:bf16  !models/lib/crnn.json:15:17+8 */
struct k084 {
	enum { H = 50, W = 4, C = 64, OH = 50, OW = 4, O = 64, KH = 3, KW = 3, PH = 1, PW = 1 };
	enum { TH = 1, TW = 1, XH = 256, XW = 64, XC = 1, YH = 256, YW = 64, YC = 1, SCALE = 0 };
	enum { SHIFT = 1, RELU = 0, VECTOR = 1 };
	typedef bf16 In;
	typedef bf16 Out;
	enum { ROWS = 8, BN = 64, WR = 2, WN = 2, STAGES = 4 };
};

extern "C" __global__ void __launch_bounds__(128, 2) k084_conv_block_list_6_conv(const Mem m)
{
	conv_mma<k084>(((const bf16 *)(m.arena + 284057600)) + blockIdx.z % 32u * 12800ll,
		((const bf16 *)(m.arena + 289499392)),
		nullptr,
		((const float *)(m.state + 313600)),
		((bf16 *)(m.arena + 284876800)) + blockIdx.z % 32u * 12800ll);
}

/* %conv_block_list.6.conv.grad = conv2d_dx "conv_block_list.6.conv.grad" %conv_block_list.6.bn.grad.4, %conv_block_list.6.conv.weight {size=[50,4] pad=[1,1] channels_last=1} : f32[32,50,4,64] @arena:249472000  !models/lib/crnn.json:15:17+8 */
struct k211 {
	enum { C = 64, O = 64, TAPS = 9, BN = 64, WO = 9, WC = 576, WT = -1 };
	typedef bf16 In;
};

extern "C" __global__ void __launch_bounds__(256, 1) k211_conv_block_list_6_conv_grad(const Mem m)
{
	conv_pack_mma<k211>(((const float *)(m.state + 166144)) + 8u + blockIdx.z * 0ll,
		(bf16 *)(m.arena + 289499392) + blockIdx.z * 36864ll);
}

/* %conv_block_list.6.conv.grad = conv2d_dx "conv_block_list.6.conv.grad" %conv_block_list.6.bn.grad.4, %conv_block_list.6.conv.weight {size=[50,4] pad=[1,1] channels_last=1} : f32[32,50,4,64] @arena:249472000  !models/lib/crnn.json:15:17+8 */
struct k212 {
	enum { H = 50, W = 4, C = 64, OH = 50, OW = 4, O = 64, KH = 3, KW = 3, PH = 1, PW = 1 };
	enum { TH = 1, TW = 1, XH = 256, XW = 64, XC = 1, YH = 256, YW = 64, YC = 1, SCALE = 0 };
	enum { SHIFT = 0, RELU = 0, VECTOR = 1 };
	typedef bf16 In;
	typedef float Out;
	enum { ROWS = 8, BN = 64, WR = 2, WN = 2, STAGES = 4 };
};

extern "C" __global__ void __launch_bounds__(128, 2) k212_conv_block_list_6_conv_grad(const Mem m)
{
	conv_mma<k212>(((const bf16 *)(m.arena + 276684800)) + blockIdx.z % 32u * 12800ll,
		((const bf16 *)(m.arena + 289499392)),
		nullptr,
		nullptr,
		((float *)(m.arena + 249472000)) + blockIdx.z % 32u * 12800ll);
}

/* %conv_block_list.3.conv.grad = conv2d_dx "conv_block_list.3.conv.grad" %conv_block_list.3.bn.grad.4, %conv_block_list.3.conv.weight {size=[50,16] pad=[1,1] channels_last=1} : f32[32,50,16,64] @arena:196608000  !models/lib/crnn.json:15:17+8 */
struct k222 {
	enum { C = 64, O = 64, TAPS = 9, BN = 64, WO = 9, WC = 576, WT = -1 };
	typedef bf16 In;
};

extern "C" __global__ void __launch_bounds__(256, 1) k222_conv_block_list_3_conv_grad(const Mem m)
{
	conv_pack_mma<k222>(((const float *)(m.state + 17408)) + 8u + blockIdx.z * 0ll,
		(bf16 *)(m.arena + 289499392) + blockIdx.z * 36864ll);
}

/* %conv_block_list.3.conv.grad = conv2d_dx "conv_block_list.3.conv.grad" %conv_block_list.3.bn.grad.4, %conv_block_list.3.conv.weight {size=[50,16] pad=[1,1] channels_last=1} : f32[32,50,16,64] @arena:196608000  !models/lib/crnn.json:15:17+8 */
struct k223 {
	enum { H = 50, W = 16, C = 64, OH = 50, OW = 16, O = 64, KH = 3, KW = 3, PH = 1, PW = 1 };
	enum { TH = 1, TW = 1, XH = 1024, XW = 64, XC = 1, YH = 1024, YW = 64, YC = 1, SCALE = 0 };
	enum { SHIFT = 0, RELU = 0, VECTOR = 1 };
	typedef bf16 In;
	typedef float Out;
	enum { ROWS = 8, BN = 64, WR = 2, WN = 2, STAGES = 4 };
};

extern "C" __global__ void __launch_bounds__(128, 2) k223_conv_block_list_3_conv_grad(const Mem m)
{
	conv_mma<k223>(((const bf16 *)(m.arena + 252748800)) + blockIdx.z % 32u * 51200ll,
		((const bf16 *)(m.arena + 289499392)),
		nullptr,
		nullptr,
		((float *)(m.arena + 196608000)) + blockIdx.z % 32u * 51200ll);
}

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
		STAGE = X_BYTES + G_BYTES,
		SMEM = STAGES * STAGE,
	};
};

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
		char *stage = shared + s % F::STAGES * F::STAGE;
		conv_dw_fetch<P, typename P::XT, P::BC, F::XP, P::XC, P::XA>(
		    stage, x + (long long)at.image * P::XB, at.row0 - P::PH, at.x0 - P::PW, c0, P::H, P::W,
		    P::C, P::XH, P::XW);
		conv_dw_fetch<P, typename P::GT, P::BO, F::SW, P::GC, P::GA>(
		    stage + F::X_BYTES, g + (long long)at.image * P::GB, at.row0, at.x0, o0, P::OH, P::OW,
		    P::O, P::GH, P::GW);
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
                                              unsigned (*rows)[2][4], const char *stage, int column,
                                              int o, int c)
{
	typedef ConvDwMma<P> F;
	typedef typename P::In T;
#pragma unroll
	for (int r = 0; r < F::RS; r++) {
		unsigned b[F::NT][2];
#pragma unroll
		for (int i = 0; i < 2; i++)
			conv_dw_get_a<P::BO>(rows[r % P::KH][i], stage + F::X_BYTES, r * F::SW, o + i * 16,
			                     T());
#pragma unroll
		for (int j = 0; j < F::NT; j += 2)
			conv_dw_get_b<P::BC>(b[j], stage, r * F::XP + column, c + j * 8, T());
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
__device__ __forceinline__ void conv_dw_mma(const typename P::XT *x, const typename P::GT *g,
                                            float *parts)
{
	typedef ConvDwMma<P> F;
	extern __shared__ float4 shared4[];
	char *shared = (char *)shared4;
	const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
	const int o0 = blockIdx.x / F::TILES_C * P::BO, c0 = blockIdx.x % F::TILES_C * P::BC;
	const int column = warp / (F::WO * F::WC), o = warp % F::WO * 32;
	const int c = warp / F::WO % F::WC * F::CW;
	const int left = P::UNITS - blockIdx.y * P::EACH;
	const int stages = (left < P::EACH ? left : P::EACH) * F::UNIT_STAGES;
	float acc[P::KH][2][F::NT][4] = {};
	unsigned rows[P::KH][2][4] = {};
#pragma unroll
	for (int s = 0; s < F::STAGES - 1; s++)
		conv_dw_issue<P>(shared, x, g, o0, c0, s);
#pragma unroll 1
	for (int s = 0; s < stages; s++) {
		async_wait<F::STAGES - 2>();
		__syncthreads();
		conv_dw_issue<P>(shared, x, g, o0, c0, s + F::STAGES - 1);
		conv_dw_stage<P>(acc, rows, shared + s % F::STAGES * F::STAGE, column, o, c);
	}
	async_wait<0>();
	parts += ((size_t)blockIdx.y * gridDim.z + blockIdx.z) * F::TAPS * P::O * P::C;
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
#pragma unroll
	for (int j = 0; j < P::KW; j++)
#pragma unroll
		for (int i = 0; i < 8; i++)
#pragma unroll
			for (int k = 0; k < 4; k++)
				if (o0 + o + i < P::O && c0 + c + k < P::C)
					parts[((size_t)(line * P::KW + j) * P::O + o0 + o + i) * P::C + c0 + c + k] =
					    acc[j][i][k];
}

/* The sum of PARTS in order, [KH KW][O][C], to dw[O][C][KH KW]. P: PARTS, STRIDE floats from part
 * to part, O C TAPS. One thread an element; grid: (elements / 256, 1, instances). */
template <class P> __device__ __forceinline__ void conv_dw_finish(const float *parts, float *dw)
{
	const unsigned i = blockIdx.x * 256u + threadIdx.x;
	if (i >= P::TAPS * P::O * P::C)
		return;
	float sum = parts[i];
#pragma unroll 4
	for (unsigned p = 1; p < P::PARTS; p++)
		sum += parts[i + (size_t)p * P::STRIDE];
	const unsigned oc = i % (P::O * P::C), tap = i / (P::O * P::C);
	dw[(size_t)oc * P::TAPS + tap] = sum;
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

/* %conv_block_list.6.conv.grad.2 = conv2d_dw "conv_block_list.6.conv.grad" %conv_block_list.3.dropout, %conv_block_list.6.bn.grad.4 {kernel=[3,3] pad=[1,1] channels_last=1} : f32[64,64,3,3] @arena:280322048  !models/lib/crnn.json:15:17+8 */
struct k213 {
	enum { H = 50, W = 4, C = 64, OH = 50, OW = 4, O = 64, KH = 3, KW = 3, PH = 1, PW = 1 };
	enum { XB = 12800, XH = 256, XW = 64, XC = 1, GB = 12800, GH = 256, GW = 64, GC = 1 };
	typedef bf16 XT;
	typedef bf16 GT;
	enum { UNITS = 32, EACH = 1, BO = 64, BC = 64, XA = 1, GA = 1 };
	typedef bf16 In;
};

extern "C" __global__ void __launch_bounds__(384, 1) k213_conv_block_list_6_conv_grad(const Mem m)
{
	const unsigned z = blockIdx.z;
	conv_dw_mma<k213>(((const bf16 *)(m.arena + 284057600)) + (size_t)(0u),
		((const bf16 *)(m.arena + 276684800)) + (size_t)(0u), (float *)(m.arena + 289499392));
}

/* %conv_block_list.6.conv.grad.2 = conv2d_dw "conv_block_list.6.conv.grad" %conv_block_list.3.dropout, %conv_block_list.6.bn.grad.4 {kernel=[3,3] pad=[1,1] channels_last=1} : f32[64,64,3,3] @arena:280322048  !models/lib/crnn.json:15:17+8 */
struct k214 {
	enum { PARTS = 32, STRIDE = 36864, O = 64, C = 64, TAPS = 9 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k214_conv_block_list_6_conv_grad(const Mem m)
{
	const unsigned z = blockIdx.z;
	conv_dw_finish<k214>((const float *)(m.arena + 289499392) + (size_t)z * 36864u,
		((float *)(m.arena + 280322048)) + (size_t)(0u));
}

/* %conv_block_list.3.conv.grad.2 = conv2d_dw "conv_block_list.3.conv.grad" %conv_block_list.0.dropout, %conv_block_list.3.bn.grad.4 {kernel=[3,3] pad=[1,1] channels_last=1} : f32[64,64,3,3] @arena:280469504  !models/lib/crnn.json:15:17+8 */
struct k224 {
	enum { H = 50, W = 16, C = 64, OH = 50, OW = 16, O = 64, KH = 3, KW = 3, PH = 1, PW = 1 };
	enum { XB = 51200, XH = 1024, XW = 64, XC = 1, GB = 51200, GH = 1024, GW = 64, GC = 1 };
	typedef bf16 XT;
	typedef bf16 GT;
	enum { UNITS = 32, EACH = 1, BO = 64, BC = 64, XA = 1, GA = 1 };
	typedef bf16 In;
};

extern "C" __global__ void __launch_bounds__(384, 1) k224_conv_block_list_3_conv_grad(const Mem m)
{
	const unsigned z = blockIdx.z;
	conv_dw_mma<k224>(((const bf16 *)(m.arena + 269312000)) + (size_t)(0u),
		((const bf16 *)(m.arena + 252748800)) + (size_t)(0u), (float *)(m.arena + 289499392));
}

/* %conv_block_list.3.conv.grad.2 = conv2d_dw "conv_block_list.3.conv.grad" %conv_block_list.0.dropout, %conv_block_list.3.bn.grad.4 {kernel=[3,3] pad=[1,1] channels_last=1} : f32[64,64,3,3] @arena:280469504  !models/lib/crnn.json:15:17+8 */
struct k225 {
	enum { PARTS = 32, STRIDE = 36864, O = 64, C = 64, TAPS = 9 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k225_conv_block_list_3_conv_grad(const Mem m)
{
	const unsigned z = blockIdx.z;
	conv_dw_finish<k225>((const float *)(m.arena + 289499392) + (size_t)z * 36864u,
		((float *)(m.arena + 280469504)) + (size_t)(0u));
}

/* %conv_block_list.0.conv.grad = conv2d_dw "conv_block_list.0.conv.grad" %conv_block_list.0.conv.2, %conv_block_list.0.bn.grad.4 {kernel=[3,3] pad=[1,1] channels_last=1} : f32[64,7,3,3] @arena:280764416  !models/lib/crnn.json:15:17+8 */
struct k233 {
	enum { H = 250, W = 64, C = 7, OH = 250, OW = 64, O = 64, KH = 3, KW = 3, PH = 1, PW = 1 };
	enum { XB = 112000, XH = 448, XW = 7, XC = 1, GB = 1024000, GH = 4096, GW = 64, GC = 1 };
	typedef bf16 XT;
	typedef bf16 GT;
	enum { UNITS = 128, EACH = 1, BO = 64, BC = 16, XA = 0, GA = 1 };
	typedef bf16 In;
};

extern "C" __global__ void __launch_bounds__(192, 1) k233_conv_block_list_0_conv_grad(const Mem m)
{
	const unsigned z = blockIdx.z;
	conv_dw_mma<k233>(((const bf16 *)(m.arena + 262144000)) + (size_t)(0u),
		((const bf16 *)(m.arena + 0)) + (size_t)(0u), (float *)(m.arena + 289499392));
}

/* %conv_block_list.0.conv.grad = conv2d_dw "conv_block_list.0.conv.grad" %conv_block_list.0.conv.2, %conv_block_list.0.bn.grad.4 {kernel=[3,3] pad=[1,1] channels_last=1} : f32[64,7,3,3] @arena:280764416  !models/lib/crnn.json:15:17+8 */
struct k234 {
	enum { PARTS = 128, STRIDE = 4032, O = 64, C = 7, TAPS = 9 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k234_conv_block_list_0_conv_grad(const Mem m)
{
	const unsigned z = blockIdx.z;
	conv_dw_finish<k234>((const float *)(m.arena + 289499392) + (size_t)z * 4032u,
		((float *)(m.arena + 280764416)) + (size_t)(0u));
}

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
 * turns it. tf32: rows of BM or BN floats and 8 more, so that 4 rows of 8 hit 32 banks. */

template <class P> struct DwMma {
	typedef typename P::In T;
	enum {
		HALF = sizeof(T) == 2,
		KR = HALF ? 64 : 24,
		THREADS = 32 * P::WM * P::WN,
		MT = P::BM / P::WM / 16,
		NT = P::BN / P::WN / 8,
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
	const int V = 16 / sizeof(T), PIECES = COLS / V;
	for (int e = threadIdx.x; e < F::KR * PIECES; e += F::THREADS) {
		const int r = e / PIECES, c = e % PIECES * V;
		const bool valid = row0 + r < end && c0 + c < limit;
		char *to = slab + dw_at<T, COLS, F::KR>(r, c);
		const S *from = valid ? g + Which::template row<P>(row0 + r) + (size_t)(c0 + c) * STEP : g;
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
	extern __shared__ float4 shared4[];
	char *shared = (char *)shared4;
	const DwPlace<P> at;
	const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
	const int m = warp % P::WM * (P::BM / P::WM), n = warp / P::WM * (P::BN / P::WN);
	const int slabs = (at.end - at.first + F::KR - 1) / F::KR;
	float acc[F::MT][F::NT][4] = {};
#pragma unroll
	for (int s = 0; s < F::STAGES - 1; s++)
		dw_issue<P>(shared, g, x, at, s);
#pragma unroll 1
	for (int s = 0; s < slabs; s++) {
		async_wait<F::STAGES - 2>();
		__syncthreads();
		dw_issue<P>(shared, g, x, at, s + F::STAGES - 1);
		dw_slab<P>(acc, shared + s % F::STAGES * F::STAGE, m, n);
	}
	float *y = parts + ((size_t)blockIdx.y * gridDim.z + blockIdx.z) * P::M * P::N;
#pragma unroll
	for (int i = 0; i < F::MT; i++)
#pragma unroll
		for (int j = 0; j < F::NT; j++) {
			const int to_m = at.m0 + m + i * 16 + (lane >> 2);
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

/* %fnn_list.1.grad.2 = linear_dw "fnn_list.1.grad" %fnn_list.0, %loss.outputs.grad.2 : f32[156,128] @arena:289366016  !models/lib/nn.json:21:17+8 */
struct k132 {
	enum { M = 156, N = 128, ROWS = 1600, EACH = 256, BM = 64, BN = 64, GC = 1, XC = 1 };
	typedef bf16 GT;
	typedef bf16 XT;
	enum { WM = 2, WN = 2, GA = 0, XA = 1 };
	typedef bf16 In;
	static __device__ __forceinline__ unsigned grow(unsigned i)
	{
		return i * 156u;
	}
	static __device__ __forceinline__ unsigned xrow(unsigned i)
	{
		return i * 128u;
	}
};

extern "C" __global__ void __launch_bounds__(128, 2) k132_fnn_list_1_grad(const Mem m)
{
	const unsigned z = blockIdx.z;
	product_dw_mma<k132>(((const bf16 *)(m.arena + 258745600)) + (size_t)(0u),
		((const bf16 *)(m.arena + 288563200)) + (size_t)(0u), (float *)(m.arena + 289499392));
}

/* %fnn_list.0.grad.2 = linear_dw "fnn_list.0.grad" %layer_norm_list.1, %fnn_list.1.grad : f32[128,128] @arena:288563200  !models/lib/nn.json:21:17+8 */
struct k138 {
	enum { M = 128, N = 128, ROWS = 1600, EACH = 256, BM = 64, BN = 64, GC = 1, XC = 1 };
	typedef bf16 GT;
	typedef bf16 XT;
	enum { WM = 2, WN = 2, GA = 1, XA = 1 };
	typedef bf16 In;
	static __device__ __forceinline__ unsigned grow(unsigned i)
	{
		return i * 128u;
	}
	static __device__ __forceinline__ unsigned xrow(unsigned i)
	{
		return i * 128u;
	}
};

extern "C" __global__ void __launch_bounds__(128, 2) k138_fnn_list_0_grad(const Mem m)
{
	const unsigned z = blockIdx.z;
	product_dw_mma<k138>(((const bf16 *)(m.arena + 251929600)) + (size_t)(0u),
		((const bf16 *)(m.arena + 288153600)) + (size_t)(0u), (float *)(m.arena + 289499392));
}

/* %mhsa_block_list.1.out_proj.grad.2 = linear_dw "mhsa_block_list.1.out_proj.grad" %mhsa_block_list.1.a, %layer_norm_list.1.grad : f32[128,128] @arena:288628736  !models/lib/nn.json:21:17+8 */
struct k148 {
	enum { M = 128, N = 128, ROWS = 1600, EACH = 256, BM = 64, BN = 64, GC = 1, XC = 1 };
	typedef bf16 GT;
	typedef float XT;
	enum { WM = 2, WN = 2, GA = 1, XA = 0 };
	typedef bf16 In;
	static __device__ __forceinline__ unsigned grow(unsigned i)
	{
		return i * 128u;
	}
	static __device__ __forceinline__ unsigned xrow(unsigned i)
	{
		return i * 128u;
	}
};

extern "C" __global__ void __launch_bounds__(128, 2) k148_mhsa_block_list_1_out_proj_grad(const Mem m)
{
	const unsigned z = blockIdx.z;
	product_dw_mma<k148>(((const bf16 *)(m.arena + 198246400)) + (size_t)(0u),
		((const float *)(m.arena + 286515200)) + (size_t)(0u), (float *)(m.arena + 289499392));
}

/* %mhsa_block_list.1.in_proj.grad.3 = linear_dw "mhsa_block_list.1.in_proj.grad" %layer_norm_list.0, %mhsa_block_list.1.in_proj.grad : f32[384,128] @arena:286515200  !models/lib/crnn.json:54:17+8 */
struct k156 {
	enum { M = 384, N = 128, ROWS = 1600, EACH = 256, BM = 64, BN = 64, GC = 1, XC = 1 };
	typedef bf16 GT;
	typedef float XT;
	enum { WM = 2, WN = 2, GA = 1, XA = 0 };
	typedef bf16 In;
	static __device__ __forceinline__ unsigned grow(unsigned i)
	{
		return i * 384u;
	}
	static __device__ __forceinline__ unsigned xrow(unsigned i)
	{
		return i * 128u;
	}
};

extern "C" __global__ void __launch_bounds__(128, 2) k156_mhsa_block_list_1_in_proj_grad(const Mem m)
{
	const unsigned z = blockIdx.z;
	product_dw_mma<k156>(((const bf16 *)(m.arena + 249472000)) + (size_t)(0u),
		((const float *)(m.arena + 285696000)) + (size_t)(0u), (float *)(m.arena + 289499392));
}

/* %mhsa_block_list.0.out_proj.grad.2 = linear_dw "mhsa_block_list.0.out_proj.grad" %mhsa_block_list.0.a, %layer_norm_list.0.grad.2 : f32[128,128] @arena:288694272  !models/lib/nn.json:21:17+8 */
struct k167 {
	enum { M = 128, N = 128, ROWS = 1600, EACH = 96, BM = 64, BN = 64, GC = 1, XC = 1 };
	typedef float GT;
	typedef float XT;
	enum { WM = 2, WN = 2, GA = 1, XA = 1 };
	typedef float In;
	static __device__ __forceinline__ unsigned grow(unsigned i)
	{
		return i * 128u;
	}
	static __device__ __forceinline__ unsigned xrow(unsigned i)
	{
		return i * 128u;
	}
};

extern "C" __global__ void __launch_bounds__(128, 2) k167_mhsa_block_list_0_out_proj_grad(const Mem m)
{
	const unsigned z = blockIdx.z;
	product_dw_mma<k167>(((const float *)(m.arena + 260940800)) + (size_t)(0u),
		((const float *)(m.arena + 257107200)) + (size_t)(0u), (float *)(m.arena + 289499392));
}

/* %mhsa_block_list.0.in_proj.grad.3 = linear_dw "mhsa_block_list.0.in_proj.grad" %gru.tanh_f.grad.5, %mhsa_block_list.0.in_proj.grad : f32[384,128] @arena:286711808  !models/lib/crnn.json:54:17+8 */
struct k175 {
	enum { M = 384, N = 128, ROWS = 1600, EACH = 256, BM = 64, BN = 64, GC = 1, XC = 1 };
	typedef bf16 GT;
	typedef float XT;
	enum { WM = 2, WN = 2, GA = 1, XA = 0 };
	typedef bf16 In;
	static __device__ __forceinline__ unsigned grow(unsigned i)
	{
		return i * 384u;
	}
	static __device__ __forceinline__ unsigned xrow(unsigned i)
	{
		return i * 128u;
	}
};

extern "C" __global__ void __launch_bounds__(128, 2) k175_mhsa_block_list_0_in_proj_grad(const Mem m)
{
	const unsigned z = blockIdx.z;
	product_dw_mma<k175>(((const bf16 *)(m.arena + 249472000)) + (size_t)(0u),
		((const float *)(m.arena + 254649600)) + (size_t)(0u), (float *)(m.arena + 289499392));
}

/* %gru._.grad.10 = linear_dw "gru.*.grad" %gru.l1_reverse.2, %gru._.grad.7 {group=2} : f32[2,384,256] @arena:285696000  !models/lib/crnn.json:33:17+5 */
struct k184 {
	enum { M = 384, N = 256, ROWS = 1600, EACH = 320, BM = 64, BN = 64, GC = 1, XC = 1 };
	typedef bf16 GT;
	typedef float XT;
	enum { WM = 2, WN = 2, GA = 1, XA = 0 };
	typedef bf16 In;
	static __device__ __forceinline__ unsigned grow(unsigned i)
	{
		return i * 384u;
	}
	static __device__ __forceinline__ unsigned xrow(unsigned i)
	{
		return i * 256u;
	}
};

extern "C" __global__ void __launch_bounds__(128, 2) k184_gru___grad(const Mem m)
{
	const unsigned z = blockIdx.z;
	product_dw_mma<k184>(((const bf16 *)(m.arena + 254387200)) + (size_t)(z * 614400u),
		((const float *)(m.arena + 280780800)) + (size_t)(0u), (float *)(m.arena + 289499392));
}

/* %gru._.grad.11 = linear_dw "gru.*.grad" %gru._.grad.5, %gru._.grad.8 {group=2} : f32[2,384,128] @arena:280780800  !models/lib/crnn.json:33:17+5 */
struct k186 {
	enum { M = 384, N = 128, ROWS = 1600, EACH = 256, BM = 64, BN = 64, GC = 1, XC = 1 };
	typedef bf16 GT;
	typedef float XT;
	enum { WM = 2, WN = 2, GA = 1, XA = 0 };
	typedef bf16 In;
	static __device__ __forceinline__ unsigned grow(unsigned i)
	{
		return i * 384u;
	}
	static __device__ __forceinline__ unsigned xrow(unsigned i)
	{
		return i * 128u;
	}
};

extern "C" __global__ void __launch_bounds__(128, 2) k186_gru___grad(const Mem m)
{
	const unsigned z = blockIdx.z;
	product_dw_mma<k186>(((const bf16 *)(m.arena + 256844800)) + (size_t)(z * 614400u),
		((const float *)(m.arena + 282419200)) + (size_t)(z * 204800u), (float *)(m.arena + 289499392));
}

/* %gru._.grad.18 = linear_dw "gru.*.grad" %sequence.2, %gru._.grad.17 {group=4} : f32[4,384,128] @arena:279142400  !models/lib/crnn.json:33:17+5 */
struct k200 {
	enum { M = 384, N = 128, ROWS = 1600, EACH = 320, BM = 64, BN = 64, GC = 1, XC = 1 };
	typedef bf16 GT;
	typedef float XT;
	enum { WM = 2, WN = 2, GA = 1, XA = 0 };
	typedef bf16 In;
	static __device__ __forceinline__ unsigned grow(unsigned i)
	{
		return i * 384u;
	}
	static __device__ __forceinline__ unsigned xrow(unsigned i)
	{
		return i * 128u;
	}
};

extern "C" __global__ void __launch_bounds__(128, 2) k200_gru___grad(const Mem m)
{
	const unsigned z = blockIdx.z;
	product_dw_mma<k200>(((const bf16 *)(m.arena + 196608000)) + (size_t)(z * 614400u),
		((const float *)(m.arena + 275865600)) + (size_t)(z * 204800u), (float *)(m.arena + 289499392));
}

/* norm_grad.cuh: gradients of RMS norm and layer norm over the last axis.
 *
 * With xn = (x - mean) r, r = 1 / sqrt(var + eps) and h = g weight, where RMS norm has mean 0:
 *     dx = r (h - mean(h) - xn mean(h xn)), without mean(h) for RMS norm
 *     dweight = sum over rows of g xn, dbias = sum over rows of g
 * The three terms of layer norm all but cancel in rows of few columns, so they are added in double
 * precision there.
 * P: ROWS x COLS of one instance, dense; CENTRE: layer norm; eps(); In, Grad, Out types of x, g and
 * dx. Instances are counted by blockIdx.z; x, weight and g are those of the instance. */

template <bool DOUBLE> struct NormReal {
	typedef float T;
};

template <> struct NormReal<true> {
	typedef double T;
};

/* dx, and (mean, r) of every row for norm_sums. One warp a row; grid: (ROWS / 4, 1, instances). */
template <class P>
__device__ __forceinline__ void norm_dx(const typename P::In *x, const float *weight,
                                        const typename P::Grad *g, typename P::Out *dx,
                                        float2 *stats)
{
	const unsigned i = blockIdx.x * 4 + (threadIdx.x >> 5), lane = threadIdx.x & 31;
	if (i >= P::ROWS)
		return;
	x += (size_t)i * P::COLS;
	g += (size_t)i * P::COLS;
	dx += (size_t)i * P::COLS;
	typedef typename NormReal<P::CENTRE>::T Real;
	Real mean = 0, var = 0, h_sum = 0, h_xn = 0;
	if (P::CENTRE) {
		for (unsigned k = lane; k < P::COLS; k += 32)
			mean += widen(x[k]);
		mean = warp_sum(mean) / P::COLS;
	}
	for (unsigned k = lane; k < P::COLS; k += 32) {
		const Real v = widen(x[k]) - mean;
		var += v * v;
	}
	const Real r = 1 / sqrt((Real)(warp_sum(var) / P::COLS + P::eps()));
	for (unsigned k = lane; k < P::COLS; k += 32) {
		const Real h = (Real)widen(g[k]) * weight[k];
		h_sum += h;
		h_xn += h * (widen(x[k]) - mean) * r;
	}
	h_xn = warp_sum(h_xn) / P::COLS;
	h_sum = P::CENTRE ? warp_sum(h_sum) / P::COLS : 0;
	for (unsigned k = lane; k < P::COLS; k += 32) {
		const Real h = (Real)widen(g[k]) * weight[k], xn = (widen(x[k]) - mean) * r;
		put(dx + k, (float)(r * (h - h_sum - xn * h_xn)));
	}
	if (lane == 0)
		stats[i] = make_float2((float)mean, (float)r);
}

/* Sums over EACH rows: dweight[part][instances][COLS] and, with CENTRE, dbias likewise. A lane has
 * a column, 8 warps the rows. grid: (COLS / 32, parts, instances) CTAs of 256. */
template <class P>
__device__ __forceinline__ void norm_sums(const typename P::In *x, const typename P::Grad *g,
                                          const float2 *stats, float *dweight, float *dbias)
{
	__shared__ float2 sums[8][32];
	const unsigned lane = threadIdx.x & 31, warp = threadIdx.x >> 5, c = blockIdx.x * 32 + lane;
	const unsigned first = blockIdx.y * P::EACH;
	const unsigned end = first + P::EACH < P::ROWS ? first + P::EACH : P::ROWS;
	float2 sum = make_float2(0, 0);
#pragma unroll 4
	for (unsigned i = first + warp; i < end && c < P::COLS; i += 8) {
		const float v = widen(g[(size_t)i * P::COLS + c]);
		const float2 s = stats[i];
		sum.x = fmaf(v, (widen(x[(size_t)i * P::COLS + c]) - s.x) * s.y, sum.x);
		sum.y += v;
	}
	sums[warp][lane] = sum;
	__syncthreads();
	if (warp > 0 || c >= P::COLS)
		return;
	for (int w = 1; w < 8; w++) {
		sum.x += sums[w][lane].x;
		sum.y += sums[w][lane].y;
	}
	const size_t to = ((size_t)blockIdx.y * gridDim.z + blockIdx.z) * P::COLS + c;
	dweight[to] = sum.x;
	if (P::CENTRE)
		dbias[to] = sum.y;
}

/* %layer_norm_list.1.grad, %layer_norm_list.1.grad.2, %layer_norm_list.1.grad.3 = layer_norm_grad "layer_norm_list.1.grad" %mhsa_block_list.1.sum, %layer_norm_list.1.weight, %fnn_list.0.grad : f32[32,50,128] @arena:198246400:bf16, f32[128] @arena:288760960, f32[128] @arena:288761472  !models/lib/nn.json:79:17+12 */
struct k142 {
	enum { ROWS = 1600, COLS = 128, CENTRE = 1 };
	typedef float In;
	typedef bf16 Grad;
	typedef bf16 Out;
	static __device__ __forceinline__ double eps()
	{
		return 1e-05;
	}
};

extern "C" __global__ void __launch_bounds__(128, 1) k142_layer_norm_list_1_grad(const Mem m)
{
	const unsigned z = blockIdx.z;
	norm_dx<k142>(((const float *)(m.arena + 287334400)) + (size_t)(0u),
		((const float *)(m.state + 2822656)) + (size_t)(0u),
		((const bf16 *)(m.arena + 258745600)) + (size_t)(0u),
		((bf16 *)(m.arena + 198246400)) + (size_t)(0u),
		((float2 *)(m.arena + 289499392)) + z * 1600u);
}

/* %layer_norm_list.1.grad, %layer_norm_list.1.grad.2, %layer_norm_list.1.grad.3 = layer_norm_grad "layer_norm_list.1.grad" %mhsa_block_list.1.sum, %layer_norm_list.1.weight, %fnn_list.0.grad : f32[32,50,128] @arena:198246400:bf16, f32[128] @arena:288760960, f32[128] @arena:288761472  !models/lib/nn.json:79:17+12 */
struct k143 {
	enum { ROWS = 1600, COLS = 128, CENTRE = 1 };
	typedef float In;
	typedef bf16 Grad;
	enum { EACH = 64 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k143_layer_norm_list_1_grad(const Mem m)
{
	const unsigned z = blockIdx.z;
	norm_sums<k143>(((const float *)(m.arena + 287334400)) + (size_t)(0u),
		((const bf16 *)(m.arena + 258745600)) + (size_t)(0u),
		((float2 *)(m.arena + 289499392)) + z * 1600u, (float *)(m.arena + 289512192), (float *)(m.arena + 289524992));
}

/* %layer_norm_list.0.grad.2, %layer_norm_list.0.grad.3, %layer_norm_list.0.grad.4 = layer_norm_grad "layer_norm_list.0.grad" %mhsa_block_list.0.sum, %layer_norm_list.0.weight, %layer_norm_list.0.grad : f32[32,50,128] @arena:260940800, f32[128] @arena:286514560, f32[128] @arena:288762496  !models/lib/nn.json:79:17+12 */
struct k161 {
	enum { ROWS = 1600, COLS = 128, CENTRE = 1 };
	typedef float In;
	typedef bf16 Grad;
	typedef float Out;
	static __device__ __forceinline__ double eps()
	{
		return 1e-05;
	}
};

extern "C" __global__ void __launch_bounds__(128, 1) k161_layer_norm_list_0_grad(const Mem m)
{
	const unsigned z = blockIdx.z;
	norm_dx<k161>(((const float *)(m.arena + 257926400)) + (size_t)(0u),
		((const float *)(m.state + 2557440)) + (size_t)(0u),
		((const bf16 *)(m.arena + 196608000)) + (size_t)(0u),
		((float *)(m.arena + 260940800)) + (size_t)(0u),
		((float2 *)(m.arena + 289499392)) + z * 1600u);
}

/* %layer_norm_list.0.grad.2, %layer_norm_list.0.grad.3, %layer_norm_list.0.grad.4 = layer_norm_grad "layer_norm_list.0.grad" %mhsa_block_list.0.sum, %layer_norm_list.0.weight, %layer_norm_list.0.grad : f32[32,50,128] @arena:260940800, f32[128] @arena:286514560, f32[128] @arena:288762496  !models/lib/nn.json:79:17+12 */
struct k162 {
	enum { ROWS = 1600, COLS = 128, CENTRE = 1 };
	typedef float In;
	typedef bf16 Grad;
	enum { EACH = 64 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k162_layer_norm_list_0_grad(const Mem m)
{
	const unsigned z = blockIdx.z;
	norm_sums<k162>(((const float *)(m.arena + 257926400)) + (size_t)(0u),
		((const bf16 *)(m.arena + 196608000)) + (size_t)(0u),
		((float2 *)(m.arena + 289499392)) + z * 1600u, (float *)(m.arena + 289512192), (float *)(m.arena + 289524992));
}

/* batch_norm.cuh: batch norm with the statistics of the batch, an activation and pooling behind it,
 * and the gradient of all that. With xn = (x - mean) rstd over all but the channels:
 *     y = mean over tiles of act(xn weight + bias)
 *     g = dy spread over its tile / tile, 0 where act cut; dbias = sum g, dweight = sum g xn
 *     dx = weight rstd (g - (dbias + xn dweight) / m)
 * A CTA of 256 threads takes TX x VEC channels of EACH rows, a row being what lies at one place of
 * all axes but the channels'; TX x TY threads, each with VEC neighbouring channels of every TY-th
 * row. Sums over rows go through partial results of CTAs, which one warp a channel adds in order,
 * in double precision.
 * P: ROWS C   rows and channels of an instance     TX TY VEC EACH   as above
 *    row(i)   offset of row i in x                 XC               stride of channels in x
 *    COUNT    rows of x that the statistics are over
 *    RELU KH KW XH XW   activation, tile and x's strides along it; In, Out element types
 * grid: (C / (TX VEC), parts, instances). */

template <int VEC, class T> __device__ __forceinline__ void channels_get(float *v, const T *p)
{
	if (VEC == 4) {
		const float4 f = get4(p);
		v[0] = f.x;
		v[VEC > 1] = f.y;
		v[VEC > 1 ? 2 : 0] = f.z;
		v[VEC > 1 ? 3 : 0] = f.w;
	} else
		v[0] = widen(*p);
}

template <int VEC, class T> __device__ __forceinline__ void channels_put(T *p, const float *v)
{
	if (VEC == 4)
		put4(p, make_float4(v[0], v[VEC > 1], v[VEC > 1 ? 2 : 0], v[VEC > 1 ? 3 : 0]));
	else
		put(p, v[0]);
}

/* The thread's channels and rows. */
template <class P> struct NormPlace {
	unsigned c, tx, ty, first, end;
	bool in;
	__device__ __forceinline__ NormPlace()
	{
		tx = threadIdx.x % P::TX;
		ty = threadIdx.x / P::TX;
		c = (blockIdx.x * P::TX + tx) * P::VEC;
		in = c < P::C;
		first = blockIdx.y * P::EACH;
		end = first + P::EACH < P::ROWS ? first + P::EACH : P::ROWS;
	}
	/* Rows that thread t of the CTA's rows has. */
	__device__ __forceinline__ unsigned rows(unsigned t) const
	{
		return first + t < end ? (end - first - t + P::TY - 1) / P::TY : 0;
	}
};

/* What is known of a channel. */
template <class P> struct NormChannel {
	float mean[P::VEC], rstd[P::VEC], weight[P::VEC], bias[P::VEC];
	__device__ __forceinline__ NormChannel(unsigned c, const float *m, const float *r,
	                                       const float *w, const float *b)
	{
		const unsigned at = c < P::C ? c : 0;
#pragma unroll
		for (int e = 0; e < P::VEC; e++) {
			mean[e] = m[at + e];
			rstd[e] = r[at + e];
			weight[e] = w[at + e];
			bias[e] = b ? b[at + e] : 0.0f;
		}
	}
};

/* ---- forward -------------------------------------------------------------------------------- */

/* parts[part][instances][C]: (mean, sum of squared distances from it) of a CTA's rows. */
template <class P>
__device__ __forceinline__ void norm_stats(const typename P::In *x, float2 *parts)
{
	__shared__ float2 all[P::TY][P::TX * P::VEC];
	const NormPlace<P> at;
	float mean[P::VEC] = {}, m2[P::VEC] = {}, n = 0;
	if (at.in)
#pragma unroll 4
		for (unsigned i = at.first + at.ty; i < at.end; i += P::TY) {
			float v[P::VEC];
			channels_get<P::VEC>(v, x + P::row(i) + at.c * P::XC);
			n += 1;
			const float part = 1 / n;
#pragma unroll
			for (int e = 0; e < P::VEC; e++) {
				const float d = v[e] - mean[e];
				mean[e] = fmaf(d, part, mean[e]);
				m2[e] = fmaf(d, v[e] - mean[e], m2[e]);
			}
		}
#pragma unroll
	for (int e = 0; e < P::VEC; e++)
		all[at.ty][at.tx * P::VEC + e] = make_float2(mean[e], m2[e]);
	__syncthreads();
	for (unsigned k = threadIdx.x; k < P::TX * P::VEC; k += 256) {
		const unsigned c = blockIdx.x * P::TX * P::VEC + k;
		float sum = 0, square = 0;
		for (unsigned t = 0; t < P::TY; t++)
			sum = fmaf(at.rows(t), all[t][k].x, sum);
		const float middle = sum / (at.end - at.first);
		for (unsigned t = 0; t < P::TY; t++) {
			const float d = all[t][k].x - middle;
			square += fmaf(at.rows(t) * d, d, all[t][k].y);
		}
		if (c < P::C)
			parts[((size_t)blockIdx.y * gridDim.z + blockIdx.z) * P::C + c] =
			    make_float2(middle, square);
	}
}

/* Statistics of the batch and the running ones. P also: PARTS of EACH rows, eps(), momentum(). Part
 * p's results are STRIDE pairs behind those of part p - 1. One warp a channel; grid: (C / 4, 1,
 * instances) CTAs of 128. */
template <class P>
__device__ __forceinline__ void norm_finish(const float2 *parts, const float *old_mean,
                                            const float *old_var, float *mean, float *rstd,
                                            float *new_mean, float *new_var)
{
	const unsigned lane = threadIdx.x & 31, c = blockIdx.x * 4 + (threadIdx.x >> 5);
	double sum = 0, square = 0;
	if (c >= P::C)
		return;
	parts += c;
	for (unsigned p = lane; p < P::PARTS; p += 32) {
		const unsigned n = (p + 1) * P::EACH < P::ROWS ? P::EACH : P::ROWS - p * P::EACH;
		sum += (double)parts[p * P::STRIDE].x * n;
	}
	const double m = warp_sum(sum) / P::COUNT;
	for (unsigned p = lane; p < P::PARTS; p += 32) {
		const unsigned n = (p + 1) * P::EACH < P::ROWS ? P::EACH : P::ROWS - p * P::EACH;
		const double d = parts[p * P::STRIDE].x - m;
		square += d * d * n + parts[p * P::STRIDE].y;
	}
	square = warp_sum(square);
	if (lane > 0)
		return;
	const double keep = 1 - P::momentum(), unbiased = square / (P::COUNT - 1.0);
	mean[c] = (float)m;
	rstd[c] = (float)(1 / sqrt(square / P::COUNT + P::eps()));
	new_mean[c] = (float)(keep * old_mean[c] + P::momentum() * m);
	new_var[c] = (float)(keep * old_var[c] + P::momentum() * unbiased);
}

/* P's rows are those of y, row(i) the first element of the tile in x, out(i) row i of y, YC its
 * stride of channels. */
template <class P>
__device__ __forceinline__ void norm_apply(const typename P::In *x, const float *weight,
                                           const float *bias, const float *mean,
                                           const float *rstd, typename P::Out *y)
{
	const NormPlace<P> at;
	const NormChannel<P> s(at.c, mean, rstd, weight, bias);
	if (!at.in)
		return;
#pragma unroll 2
	for (unsigned i = at.first + at.ty; i < at.end; i += P::TY) {
		const typename P::In *tile = x + P::row(i) + at.c * P::XC;
		float sum[P::VEC] = {};
#pragma unroll
		for (int k = 0; k < P::KH * P::KW; k++) {
			float v[P::VEC];
			channels_get<P::VEC>(v, tile + k / P::KW * P::XH + k % P::KW * P::XW);
#pragma unroll
			for (int e = 0; e < P::VEC; e++) {
				const float a =
				    fmaf((v[e] - s.mean[e]) * s.rstd[e], s.weight[e], s.bias[e]);
				sum[e] += P::RELU && a < 0.0f ? 0.0f : a;
			}
		}
#pragma unroll
		for (int e = 0; e < P::VEC; e++)
			sum[e] *= 1.0f / (P::KH * P::KW);
		channels_put<P::VEC>(y + P::out(i) + at.c * P::YC, sum);
	}
}

/* ---- gradient ---------------------------------------------------------------------------------
 * P also: Grad, the type of dy; tile(i) the offset in dy of row i's tile, YC its stride of
 * channels, whole(i) whether the tile is complete. */

/* g and xn of a row. */
template <class P>
__device__ __forceinline__ void norm_row(const NormChannel<P> &s, const typename P::In *x,
                                         const typename P::Grad *dy, unsigned i, unsigned c,
                                         float *g, float *xn)
{
	float v[P::VEC];
	channels_get<P::VEC>(v, x + P::row(i) + c * P::XC);
	const bool whole = P::whole(i);
#pragma unroll
	for (int e = 0; e < P::VEC; e++)
		g[e] = 0;
	if (whole)
		channels_get<P::VEC>(g, dy + P::tile(i) + c * P::YC);
#pragma unroll
	for (int e = 0; e < P::VEC; e++) {
		xn[e] = (v[e] - s.mean[e]) * s.rstd[e];
		g[e] *= 1.0f / (P::KH * P::KW);
		if (P::RELU && !(fmaf(xn[e], s.weight[e], s.bias[e]) > 0.0f))
			g[e] = 0;
	}
}

/* parts[part][instances][C]: (sum g, sum g xn) of a CTA's rows. */
template <class P>
__device__ __forceinline__ void norm_grad_sums(const typename P::In *x, const float *weight,
                                               const float *mean, const float *rstd,
                                               const typename P::Grad *dy, const float *bias,
                                               float2 *parts)
{
	__shared__ float2 all[P::TY][P::TX * P::VEC];
	const NormPlace<P> at;
	const NormChannel<P> s(at.c, mean, rstd, weight, bias);
	float sum[P::VEC] = {}, sum_xn[P::VEC] = {};
	if (at.in)
#pragma unroll 4
		for (unsigned i = at.first + at.ty; i < at.end; i += P::TY) {
			float g[P::VEC], xn[P::VEC];
			norm_row<P>(s, x, dy, i, at.c, g, xn);
#pragma unroll
			for (int e = 0; e < P::VEC; e++) {
				sum[e] += g[e];
				sum_xn[e] = fmaf(g[e], xn[e], sum_xn[e]);
			}
		}
#pragma unroll
	for (int e = 0; e < P::VEC; e++)
		all[at.ty][at.tx * P::VEC + e] = make_float2(sum[e], sum_xn[e]);
	__syncthreads();
	for (unsigned k = threadIdx.x; k < P::TX * P::VEC; k += 256) {
		const unsigned c = blockIdx.x * P::TX * P::VEC + k;
		float2 v = all[0][k];
		for (unsigned t = 1; t < P::TY; t++) {
			v.x += all[t][k].x;
			v.y += all[t][k].y;
		}
		if (c < P::C)
			parts[((size_t)blockIdx.y * gridDim.z + blockIdx.z) * P::C + c] = v;
	}
}

/* P, grid: C, PARTS, STRIDE, as in norm_finish. */
template <class P>
__device__ __forceinline__ void norm_grad_finish(const float2 *parts, float *dweight, float *dbias)
{
	const unsigned lane = threadIdx.x & 31, c = blockIdx.x * 4 + (threadIdx.x >> 5);
	double sum = 0, sum_xn = 0;
	if (c >= P::C)
		return;
	for (unsigned p = lane; p < P::PARTS; p += 32) {
		sum += parts[p * P::STRIDE + c].x;
		sum_xn += parts[p * P::STRIDE + c].y;
	}
	sum = warp_sum(sum);
	sum_xn = warp_sum(sum_xn);
	if (lane == 0) {
		dbias[c] = (float)sum;
		dweight[c] = (float)sum_xn;
	}
}

/* P also: out(i), row i of dx, and DC, its stride of channels. */
template <class P>
__device__ __forceinline__ void norm_grad_apply(const typename P::In *x, const float *weight,
                                                const float *mean, const float *rstd,
                                                const typename P::Grad *dy, const float *bias,
                                                const float *dweight, const float *dbias,
                                                typename P::Out *dx)
{
	const NormPlace<P> at;
	const NormChannel<P> s(at.c, mean, rstd, weight, bias);
	float dw[P::VEC], db[P::VEC];
	if (!at.in)
		return;
#pragma unroll
	for (int e = 0; e < P::VEC; e++) {
		dw[e] = dweight[at.c + e];
		db[e] = dbias[at.c + e];
	}
#pragma unroll 4
	for (unsigned i = at.first + at.ty; i < at.end; i += P::TY) {
		float g[P::VEC], xn[P::VEC];
		norm_row<P>(s, x, dy, i, at.c, g, xn);
#pragma unroll
		for (int e = 0; e < P::VEC; e++)
			g[e] = s.weight[e] * s.rstd[e] *
			       (g[e] - fmaf(xn[e], dw[e], db[e]) * (1.0f / P::COUNT));
		channels_put<P::VEC>(dx + P::out(i) + at.c * P::DC, g);
	}
}

/* %conv_block_list.0.bn, %conv_block_list.0.bn.2, %conv_block_list.0.bn.3, %conv_block_list.0.bn.4, %conv_block_list.0.bn.5 = batch_norm_train "conv_block_list.0.bn" %conv_block_list.0.conv, %conv_block_list.0.bn.weight, %conv_block_list.0.bn.bias, %conv_block_list.0.bn.running_mean, %conv_block_list.0.bn.running_var {axis=3 act=relu} : f32[32,250,64,64] @arena:0, f32[64] @arena:289497088, f32[64] @arena:289497344, f32[64] @arena:289497600, f32[64] @arena:289497856  !models/lib/nn.json:58:17+12 */
struct k068 {
	enum { ROWS = 512000, C = 64, TX = 16, TY = 16, VEC = 4, EACH = 485, XC = 1, COUNT = 512000 };
	typedef bf16 In;
	static __device__ __forceinline__ size_t row(unsigned i)
	{
		return i * 64u;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k068_conv_block_list_0_bn(const Mem m)
{
	const unsigned z = blockIdx.z;
	norm_stats<k068>(((const bf16 *)(m.arena + 131072000)) + (size_t)(0u),
		(float2 *)(m.arena + 289499392));
}

/* %conv_block_list.0.bn, %conv_block_list.0.bn.2, %conv_block_list.0.bn.3, %conv_block_list.0.bn.4, %conv_block_list.0.bn.5 = batch_norm_train "conv_block_list.0.bn" %conv_block_list.0.conv, %conv_block_list.0.bn.weight, %conv_block_list.0.bn.bias, %conv_block_list.0.bn.running_mean, %conv_block_list.0.bn.running_var {axis=3 act=relu} : f32[32,250,64,64] @arena:0, f32[64] @arena:289497088, f32[64] @arena:289497344, f32[64] @arena:289497600, f32[64] @arena:289497856  !models/lib/nn.json:58:17+12 */
struct k069 {
	enum { C = 64, ROWS = 512000, COUNT = 512000, EACH = 485, PARTS = 1056, STRIDE = 64 };
	static __device__ __forceinline__ double eps()
	{
		return 1e-05;
	}
	static __device__ __forceinline__ double momentum()
	{
		return 0.1;
	}
};

extern "C" __global__ void __launch_bounds__(128, 1) k069_conv_block_list_0_bn(const Mem m)
{
	const unsigned z = blockIdx.z;
	norm_finish<k069>((float2 *)(m.arena + 289499392) + z * 64u,
		((const float *)(m.state + 16896)) + (size_t)(0u),
		((const float *)(m.state + 17152)) + (size_t)(0u),
		((float *)(m.arena + 289497088)) + (size_t)(0u),
		((float *)(m.arena + 289497344)) + (size_t)(0u),
		((float *)(m.arena + 289497600)) + (size_t)(0u),
		((float *)(m.arena + 289497856)) + (size_t)(0u));
}

/* %conv_block_list.0.bn, %conv_block_list.0.bn.2, %conv_block_list.0.bn.3, %conv_block_list.0.bn.4, %conv_block_list.0.bn.5 = batch_norm_train "conv_block_list.0.bn" %conv_block_list.0.conv, %conv_block_list.0.bn.weight, %conv_block_list.0.bn.bias, %conv_block_list.0.bn.running_mean, %conv_block_list.0.bn.running_var {axis=3 act=relu} : f32[32,250,64,64] @arena:0, f32[64] @arena:289497088, f32[64] @arena:289497344, f32[64] @arena:289497600, f32[64] @arena:289497856  !models/lib/nn.json:58:17+12 */
struct k070 {
	enum { ROWS = 512000, C = 64, TX = 16, TY = 16, VEC = 4, EACH = 485, XC = 1, COUNT = 512000 };
	typedef bf16 In;
	static __device__ __forceinline__ size_t row(unsigned i)
	{
		return i * 64u;
	}
	enum { RELU = 1, KH = 1, KW = 1, XH = 4096, XW = 64, YC = 1 };
	static __device__ __forceinline__ size_t out(unsigned i)
	{
		return i * 64u;
	}
	typedef float Out;
};

extern "C" __global__ void __launch_bounds__(256, 1) k070_conv_block_list_0_bn(const Mem m)
{
	const unsigned z = blockIdx.z;
	norm_apply<k070>(((const bf16 *)(m.arena + 131072000)) + (size_t)(0u),
		((const float *)(m.state + 16384)) + (size_t)(0u),
		((const float *)(m.state + 16640)) + (size_t)(0u),
		((const float *)(m.arena + 289497088)) + (size_t)(0u),
		((const float *)(m.arena + 289497344)) + (size_t)(0u),
		((float *)(m.arena + 0)) + (size_t)(0u));
}

/* %conv_block_list.3.bn, %conv_block_list.3.bn.2, %conv_block_list.3.bn.3, %conv_block_list.3.bn.4, %conv_block_list.3.bn.5 = batch_norm_train "conv_block_list.3.bn" %conv_block_list.3.conv, %conv_block_list.3.bn.weight, %conv_block_list.3.bn.bias, %conv_block_list.3.bn.running_mean, %conv_block_list.3.bn.running_var {axis=3 act=relu} : f32[32,50,16,64] @arena:242918400, f32[64] @arena:262133248, f32[64] @arena:262133504, f32[64] @arena:289498112, f32[64] @arena:289498368  !models/lib/nn.json:58:17+12 */
struct k078 {
	enum { ROWS = 25600, C = 64, TX = 16, TY = 16, VEC = 4, EACH = 128, XC = 1, COUNT = 25600 };
	typedef bf16 In;
	static __device__ __forceinline__ size_t row(unsigned i)
	{
		return i * 64u;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k078_conv_block_list_3_bn(const Mem m)
{
	const unsigned z = blockIdx.z;
	norm_stats<k078>(((const bf16 *)(m.arena + 272588800)) + (size_t)(0u),
		(float2 *)(m.arena + 289499392));
}

/* %conv_block_list.3.bn, %conv_block_list.3.bn.2, %conv_block_list.3.bn.3, %conv_block_list.3.bn.4, %conv_block_list.3.bn.5 = batch_norm_train "conv_block_list.3.bn" %conv_block_list.3.conv, %conv_block_list.3.bn.weight, %conv_block_list.3.bn.bias, %conv_block_list.3.bn.running_mean, %conv_block_list.3.bn.running_var {axis=3 act=relu} : f32[32,50,16,64] @arena:242918400, f32[64] @arena:262133248, f32[64] @arena:262133504, f32[64] @arena:289498112, f32[64] @arena:289498368  !models/lib/nn.json:58:17+12 */
struct k079 {
	enum { C = 64, ROWS = 25600, COUNT = 25600, EACH = 128, PARTS = 200, STRIDE = 64 };
	static __device__ __forceinline__ double eps()
	{
		return 1e-05;
	}
	static __device__ __forceinline__ double momentum()
	{
		return 0.1;
	}
};

extern "C" __global__ void __launch_bounds__(128, 1) k079_conv_block_list_3_bn(const Mem m)
{
	const unsigned z = blockIdx.z;
	norm_finish<k079>((float2 *)(m.arena + 289499392) + z * 64u,
		((const float *)(m.state + 165632)) + (size_t)(0u),
		((const float *)(m.state + 165888)) + (size_t)(0u),
		((float *)(m.arena + 262133248)) + (size_t)(0u),
		((float *)(m.arena + 262133504)) + (size_t)(0u),
		((float *)(m.arena + 289498112)) + (size_t)(0u),
		((float *)(m.arena + 289498368)) + (size_t)(0u));
}

/* %conv_block_list.3.bn, %conv_block_list.3.bn.2, %conv_block_list.3.bn.3, %conv_block_list.3.bn.4, %conv_block_list.3.bn.5 = batch_norm_train "conv_block_list.3.bn" %conv_block_list.3.conv, %conv_block_list.3.bn.weight, %conv_block_list.3.bn.bias, %conv_block_list.3.bn.running_mean, %conv_block_list.3.bn.running_var {axis=3 act=relu} : f32[32,50,16,64] @arena:242918400, f32[64] @arena:262133248, f32[64] @arena:262133504, f32[64] @arena:289498112, f32[64] @arena:289498368  !models/lib/nn.json:58:17+12 */
struct k080 {
	enum { ROWS = 25600, C = 64, TX = 16, TY = 16, VEC = 4, EACH = 64, XC = 1, COUNT = 25600 };
	typedef bf16 In;
	static __device__ __forceinline__ size_t row(unsigned i)
	{
		return i * 64u;
	}
	enum { RELU = 1, KH = 1, KW = 1, XH = 1024, XW = 64, YC = 1 };
	static __device__ __forceinline__ size_t out(unsigned i)
	{
		return i * 64u;
	}
	typedef float Out;
};

extern "C" __global__ void __launch_bounds__(256, 1) k080_conv_block_list_3_bn(const Mem m)
{
	const unsigned z = blockIdx.z;
	norm_apply<k080>(((const bf16 *)(m.arena + 272588800)) + (size_t)(0u),
		((const float *)(m.state + 165120)) + (size_t)(0u),
		((const float *)(m.state + 165376)) + (size_t)(0u),
		((const float *)(m.arena + 262133248)) + (size_t)(0u),
		((const float *)(m.arena + 262133504)) + (size_t)(0u),
		((float *)(m.arena + 242918400)) + (size_t)(0u));
}

/* %conv_block_list.6.bn, %conv_block_list.6.bn.2, %conv_block_list.6.bn.3, %conv_block_list.6.bn.4, %conv_block_list.6.bn.5 = batch_norm_train "conv_block_list.6.bn" %conv_block_list.6.conv, %conv_block_list.6.bn.weight, %conv_block_list.6.bn.bias, %conv_block_list.6.bn.running_mean, %conv_block_list.6.bn.running_var {axis=3 act=relu} : f32[32,50,4,64] @arena:259302400, f32[64] @arena:262133760, f32[64] @arena:262134016, f32[64] @arena:289498624, f32[64] @arena:289498880  !models/lib/nn.json:58:17+12 */
struct k085 {
	enum { ROWS = 6400, C = 64, TX = 16, TY = 16, VEC = 4, EACH = 128, XC = 1, COUNT = 6400 };
	typedef bf16 In;
	static __device__ __forceinline__ size_t row(unsigned i)
	{
		return i * 64u;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k085_conv_block_list_6_bn(const Mem m)
{
	const unsigned z = blockIdx.z;
	norm_stats<k085>(((const bf16 *)(m.arena + 284876800)) + (size_t)(0u),
		(float2 *)(m.arena + 289499392));
}

/* %conv_block_list.6.bn, %conv_block_list.6.bn.2, %conv_block_list.6.bn.3, %conv_block_list.6.bn.4, %conv_block_list.6.bn.5 = batch_norm_train "conv_block_list.6.bn" %conv_block_list.6.conv, %conv_block_list.6.bn.weight, %conv_block_list.6.bn.bias, %conv_block_list.6.bn.running_mean, %conv_block_list.6.bn.running_var {axis=3 act=relu} : f32[32,50,4,64] @arena:259302400, f32[64] @arena:262133760, f32[64] @arena:262134016, f32[64] @arena:289498624, f32[64] @arena:289498880  !models/lib/nn.json:58:17+12 */
struct k086 {
	enum { C = 64, ROWS = 6400, COUNT = 6400, EACH = 128, PARTS = 50, STRIDE = 64 };
	static __device__ __forceinline__ double eps()
	{
		return 1e-05;
	}
	static __device__ __forceinline__ double momentum()
	{
		return 0.1;
	}
};

extern "C" __global__ void __launch_bounds__(128, 1) k086_conv_block_list_6_bn(const Mem m)
{
	const unsigned z = blockIdx.z;
	norm_finish<k086>((float2 *)(m.arena + 289499392) + z * 64u,
		((const float *)(m.state + 314368)) + (size_t)(0u),
		((const float *)(m.state + 314624)) + (size_t)(0u),
		((float *)(m.arena + 262133760)) + (size_t)(0u),
		((float *)(m.arena + 262134016)) + (size_t)(0u),
		((float *)(m.arena + 289498624)) + (size_t)(0u),
		((float *)(m.arena + 289498880)) + (size_t)(0u));
}

/* %conv_block_list.6.bn, %conv_block_list.6.bn.2, %conv_block_list.6.bn.3, %conv_block_list.6.bn.4, %conv_block_list.6.bn.5 = batch_norm_train "conv_block_list.6.bn" %conv_block_list.6.conv, %conv_block_list.6.bn.weight, %conv_block_list.6.bn.bias, %conv_block_list.6.bn.running_mean, %conv_block_list.6.bn.running_var {axis=3 act=relu} : f32[32,50,4,64] @arena:259302400, f32[64] @arena:262133760, f32[64] @arena:262134016, f32[64] @arena:289498624, f32[64] @arena:289498880  !models/lib/nn.json:58:17+12 */
struct k087 {
	enum { ROWS = 6400, C = 64, TX = 16, TY = 16, VEC = 4, EACH = 64, XC = 1, COUNT = 6400 };
	typedef bf16 In;
	static __device__ __forceinline__ size_t row(unsigned i)
	{
		return i * 64u;
	}
	enum { RELU = 1, KH = 1, KW = 1, XH = 256, XW = 64, YC = 1 };
	static __device__ __forceinline__ size_t out(unsigned i)
	{
		return i * 64u;
	}
	typedef float Out;
};

extern "C" __global__ void __launch_bounds__(256, 1) k087_conv_block_list_6_bn(const Mem m)
{
	const unsigned z = blockIdx.z;
	norm_apply<k087>(((const bf16 *)(m.arena + 284876800)) + (size_t)(0u),
		((const float *)(m.state + 313856)) + (size_t)(0u),
		((const float *)(m.state + 314112)) + (size_t)(0u),
		((const float *)(m.arena + 262133760)) + (size_t)(0u),
		((const float *)(m.arena + 262134016)) + (size_t)(0u),
		((float *)(m.arena + 259302400)) + (size_t)(0u));
}

/* %conv_block_list.6.bn.grad.4, %conv_block_list.6.bn.grad.5, %conv_block_list.6.bn.grad.6 = batch_norm_grad "conv_block_list.6.bn.grad" %conv_block_list.6.conv, %conv_block_list.6.bn.weight, %conv_block_list.6.bn.2, %conv_block_list.6.bn.3, %conv_block_list.6.pool.grad, %conv_block_list.6.bn.bias {axis=3 act=relu} : f32[32,50,4,64] @arena:276684800:bf16, f32[64] @arena:280780544, f32[64] @arena:289445888  !models/lib/nn.json:58:17+12 */
struct k208 {
	enum { ROWS = 6400, C = 64, TX = 16, TY = 16, VEC = 4, EACH = 128, XC = 1, COUNT = 6400 };
	typedef bf16 In;
	static __device__ __forceinline__ size_t row(unsigned i)
	{
		return i * 64u;
	}
	enum { RELU = 1, KH = 1, KW = 1, XH = 256, XW = 64, YC = 1 };
	typedef bf16 Grad;
	static __device__ __forceinline__ size_t tile(unsigned i)
	{
		return i * 64u;
	}
	static __device__ __forceinline__ bool whole(unsigned i)
	{
		return true;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k208_conv_block_list_6_bn_grad(const Mem m)
{
	const unsigned z = blockIdx.z;
	norm_grad_sums<k208>(((const bf16 *)(m.arena + 284876800)) + (size_t)(0u),
		((const float *)(m.state + 313856)) + (size_t)(0u),
		((const float *)(m.arena + 262133760)) + (size_t)(0u),
		((const float *)(m.arena + 262134016)) + (size_t)(0u),
		((const bf16 *)(m.arena + 275865600)) + (size_t)(0u),
		((const float *)(m.state + 314112)) + (size_t)(0u),
		(float2 *)(m.arena + 289499392));
}

/* %conv_block_list.6.bn.grad.4, %conv_block_list.6.bn.grad.5, %conv_block_list.6.bn.grad.6 = batch_norm_grad "conv_block_list.6.bn.grad" %conv_block_list.6.conv, %conv_block_list.6.bn.weight, %conv_block_list.6.bn.2, %conv_block_list.6.bn.3, %conv_block_list.6.pool.grad, %conv_block_list.6.bn.bias {axis=3 act=relu} : f32[32,50,4,64] @arena:276684800:bf16, f32[64] @arena:280780544, f32[64] @arena:289445888  !models/lib/nn.json:58:17+12 */
struct k209 {
	enum { C = 64, ROWS = 6400, COUNT = 6400, EACH = 128, PARTS = 50, STRIDE = 64 };
};

extern "C" __global__ void __launch_bounds__(128, 1) k209_conv_block_list_6_bn_grad(const Mem m)
{
	const unsigned z = blockIdx.z;
	norm_grad_finish<k209>((float2 *)(m.arena + 289499392) + z * 64u,
		((float *)(m.arena + 280780544)) + (size_t)(0u),
		((float *)(m.arena + 289445888)) + (size_t)(0u));
}

/* %conv_block_list.6.bn.grad.4, %conv_block_list.6.bn.grad.5, %conv_block_list.6.bn.grad.6 = batch_norm_grad "conv_block_list.6.bn.grad" %conv_block_list.6.conv, %conv_block_list.6.bn.weight, %conv_block_list.6.bn.2, %conv_block_list.6.bn.3, %conv_block_list.6.pool.grad, %conv_block_list.6.bn.bias {axis=3 act=relu} : f32[32,50,4,64] @arena:276684800:bf16, f32[64] @arena:280780544, f32[64] @arena:289445888  !models/lib/nn.json:58:17+12 */
struct k210 {
	enum { ROWS = 6400, C = 64, TX = 16, TY = 16, VEC = 4, EACH = 64, XC = 1, COUNT = 6400 };
	typedef bf16 In;
	static __device__ __forceinline__ size_t row(unsigned i)
	{
		return i * 64u;
	}
	enum { RELU = 1, KH = 1, KW = 1, XH = 256, XW = 64, YC = 1 };
	typedef bf16 Grad;
	static __device__ __forceinline__ size_t tile(unsigned i)
	{
		return i * 64u;
	}
	static __device__ __forceinline__ bool whole(unsigned i)
	{
		return true;
	}
	static __device__ __forceinline__ size_t out(unsigned i)
	{
		return i * 64u;
	}
	enum { DC = 1 };
	typedef bf16 Out;
};

extern "C" __global__ void __launch_bounds__(256, 1) k210_conv_block_list_6_bn_grad(const Mem m)
{
	const unsigned z = blockIdx.z;
	norm_grad_apply<k210>(((const bf16 *)(m.arena + 284876800)) + (size_t)(0u),
		((const float *)(m.state + 313856)) + (size_t)(0u),
		((const float *)(m.arena + 262133760)) + (size_t)(0u),
		((const float *)(m.arena + 262134016)) + (size_t)(0u),
		((const bf16 *)(m.arena + 275865600)) + (size_t)(0u),
		((const float *)(m.state + 314112)) + (size_t)(0u),
		((float *)(m.arena + 280780544)) + (size_t)(0u), ((float *)(m.arena + 289445888)) + (size_t)(0u),
		((bf16 *)(m.arena + 276684800)) + (size_t)(0u));
}

/* %conv_block_list.3.bn.grad.4, %conv_block_list.3.bn.grad.5, %conv_block_list.3.bn.grad.6 = batch_norm_grad "conv_block_list.3.bn.grad" %conv_block_list.3.conv, %conv_block_list.3.bn.weight, %conv_block_list.3.bn.2, %conv_block_list.3.bn.3, %conv_block_list.3.pool.grad, %conv_block_list.3.bn.bias {axis=3 act=relu} : f32[32,50,16,64] @arena:252748800:bf16, f32[64] @arena:289446400, f32[64] @arena:289446656  !models/lib/nn.json:58:17+12 */
struct k219 {
	enum { ROWS = 25600, C = 64, TX = 16, TY = 16, VEC = 4, EACH = 128, XC = 1, COUNT = 25600 };
	typedef bf16 In;
	static __device__ __forceinline__ size_t row(unsigned i)
	{
		return i * 64u;
	}
	enum { RELU = 1, KH = 1, KW = 1, XH = 1024, XW = 64, YC = 1 };
	typedef bf16 Grad;
	static __device__ __forceinline__ size_t tile(unsigned i)
	{
		return i * 64u;
	}
	static __device__ __forceinline__ bool whole(unsigned i)
	{
		return true;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k219_conv_block_list_3_bn_grad(const Mem m)
{
	const unsigned z = blockIdx.z;
	norm_grad_sums<k219>(((const bf16 *)(m.arena + 272588800)) + (size_t)(0u),
		((const float *)(m.state + 165120)) + (size_t)(0u),
		((const float *)(m.arena + 262133248)) + (size_t)(0u),
		((const float *)(m.arena + 262133504)) + (size_t)(0u),
		((const bf16 *)(m.arena + 249472000)) + (size_t)(0u),
		((const float *)(m.state + 165376)) + (size_t)(0u),
		(float2 *)(m.arena + 289499392));
}

/* %conv_block_list.3.bn.grad.4, %conv_block_list.3.bn.grad.5, %conv_block_list.3.bn.grad.6 = batch_norm_grad "conv_block_list.3.bn.grad" %conv_block_list.3.conv, %conv_block_list.3.bn.weight, %conv_block_list.3.bn.2, %conv_block_list.3.bn.3, %conv_block_list.3.pool.grad, %conv_block_list.3.bn.bias {axis=3 act=relu} : f32[32,50,16,64] @arena:252748800:bf16, f32[64] @arena:289446400, f32[64] @arena:289446656  !models/lib/nn.json:58:17+12 */
struct k220 {
	enum { C = 64, ROWS = 25600, COUNT = 25600, EACH = 128, PARTS = 200, STRIDE = 64 };
};

extern "C" __global__ void __launch_bounds__(128, 1) k220_conv_block_list_3_bn_grad(const Mem m)
{
	const unsigned z = blockIdx.z;
	norm_grad_finish<k220>((float2 *)(m.arena + 289499392) + z * 64u,
		((float *)(m.arena + 289446400)) + (size_t)(0u),
		((float *)(m.arena + 289446656)) + (size_t)(0u));
}

/* %conv_block_list.3.bn.grad.4, %conv_block_list.3.bn.grad.5, %conv_block_list.3.bn.grad.6 = batch_norm_grad "conv_block_list.3.bn.grad" %conv_block_list.3.conv, %conv_block_list.3.bn.weight, %conv_block_list.3.bn.2, %conv_block_list.3.bn.3, %conv_block_list.3.pool.grad, %conv_block_list.3.bn.bias {axis=3 act=relu} : f32[32,50,16,64] @arena:252748800:bf16, f32[64] @arena:289446400, f32[64] @arena:289446656  !models/lib/nn.json:58:17+12 */
struct k221 {
	enum { ROWS = 25600, C = 64, TX = 16, TY = 16, VEC = 4, EACH = 64, XC = 1, COUNT = 25600 };
	typedef bf16 In;
	static __device__ __forceinline__ size_t row(unsigned i)
	{
		return i * 64u;
	}
	enum { RELU = 1, KH = 1, KW = 1, XH = 1024, XW = 64, YC = 1 };
	typedef bf16 Grad;
	static __device__ __forceinline__ size_t tile(unsigned i)
	{
		return i * 64u;
	}
	static __device__ __forceinline__ bool whole(unsigned i)
	{
		return true;
	}
	static __device__ __forceinline__ size_t out(unsigned i)
	{
		return i * 64u;
	}
	enum { DC = 1 };
	typedef bf16 Out;
};

extern "C" __global__ void __launch_bounds__(256, 1) k221_conv_block_list_3_bn_grad(const Mem m)
{
	const unsigned z = blockIdx.z;
	norm_grad_apply<k221>(((const bf16 *)(m.arena + 272588800)) + (size_t)(0u),
		((const float *)(m.state + 165120)) + (size_t)(0u),
		((const float *)(m.arena + 262133248)) + (size_t)(0u),
		((const float *)(m.arena + 262133504)) + (size_t)(0u),
		((const bf16 *)(m.arena + 249472000)) + (size_t)(0u),
		((const float *)(m.state + 165376)) + (size_t)(0u),
		((float *)(m.arena + 289446400)) + (size_t)(0u), ((float *)(m.arena + 289446656)) + (size_t)(0u),
		((bf16 *)(m.arena + 252748800)) + (size_t)(0u));
}

/* %conv_block_list.0.bn.grad.4, %conv_block_list.0.bn.grad.5, %conv_block_list.0.bn.grad.6 = batch_norm_grad "conv_block_list.0.bn.grad" %conv_block_list.0.conv, %conv_block_list.0.bn.weight, %conv_block_list.0.bn.2, %conv_block_list.0.bn.3, %conv_block_list.0.pool.grad, %conv_block_list.0.bn.bias {axis=3 act=relu} : f32[32,250,64,64] @arena:0:bf16, f32[64] @arena:289447168, f32[64] @arena:289447424  !models/lib/nn.json:58:17+12 */
struct k230 {
	enum { ROWS = 512000, C = 64, TX = 16, TY = 16, VEC = 4, EACH = 485, XC = 1, COUNT = 512000 };
	typedef bf16 In;
	static __device__ __forceinline__ size_t row(unsigned i)
	{
		return i * 64u;
	}
	enum { RELU = 1, KH = 1, KW = 1, XH = 4096, XW = 64, YC = 1 };
	typedef bf16 Grad;
	static __device__ __forceinline__ size_t tile(unsigned i)
	{
		return i * 64u;
	}
	static __device__ __forceinline__ bool whole(unsigned i)
	{
		return true;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k230_conv_block_list_0_bn_grad(const Mem m)
{
	const unsigned z = blockIdx.z;
	norm_grad_sums<k230>(((const bf16 *)(m.arena + 131072000)) + (size_t)(0u),
		((const float *)(m.state + 16384)) + (size_t)(0u),
		((const float *)(m.arena + 289497088)) + (size_t)(0u),
		((const float *)(m.arena + 289497344)) + (size_t)(0u),
		((const bf16 *)(m.arena + 196608000)) + (size_t)(0u),
		((const float *)(m.state + 16640)) + (size_t)(0u),
		(float2 *)(m.arena + 289499392));
}

/* %conv_block_list.0.bn.grad.4, %conv_block_list.0.bn.grad.5, %conv_block_list.0.bn.grad.6 = batch_norm_grad "conv_block_list.0.bn.grad" %conv_block_list.0.conv, %conv_block_list.0.bn.weight, %conv_block_list.0.bn.2, %conv_block_list.0.bn.3, %conv_block_list.0.pool.grad, %conv_block_list.0.bn.bias {axis=3 act=relu} : f32[32,250,64,64] @arena:0:bf16, f32[64] @arena:289447168, f32[64] @arena:289447424  !models/lib/nn.json:58:17+12 */
struct k231 {
	enum { C = 64, ROWS = 512000, COUNT = 512000, EACH = 485, PARTS = 1056, STRIDE = 64 };
};

extern "C" __global__ void __launch_bounds__(128, 1) k231_conv_block_list_0_bn_grad(const Mem m)
{
	const unsigned z = blockIdx.z;
	norm_grad_finish<k231>((float2 *)(m.arena + 289499392) + z * 64u,
		((float *)(m.arena + 289447168)) + (size_t)(0u),
		((float *)(m.arena + 289447424)) + (size_t)(0u));
}

/* %conv_block_list.0.bn.grad.4, %conv_block_list.0.bn.grad.5, %conv_block_list.0.bn.grad.6 = batch_norm_grad "conv_block_list.0.bn.grad" %conv_block_list.0.conv, %conv_block_list.0.bn.weight, %conv_block_list.0.bn.2, %conv_block_list.0.bn.3, %conv_block_list.0.pool.grad, %conv_block_list.0.bn.bias {axis=3 act=relu} : f32[32,250,64,64] @arena:0:bf16, f32[64] @arena:289447168, f32[64] @arena:289447424  !models/lib/nn.json:58:17+12 */
struct k232 {
	enum { ROWS = 512000, C = 64, TX = 16, TY = 16, VEC = 4, EACH = 485, XC = 1, COUNT = 512000 };
	typedef bf16 In;
	static __device__ __forceinline__ size_t row(unsigned i)
	{
		return i * 64u;
	}
	enum { RELU = 1, KH = 1, KW = 1, XH = 4096, XW = 64, YC = 1 };
	typedef bf16 Grad;
	static __device__ __forceinline__ size_t tile(unsigned i)
	{
		return i * 64u;
	}
	static __device__ __forceinline__ bool whole(unsigned i)
	{
		return true;
	}
	static __device__ __forceinline__ size_t out(unsigned i)
	{
		return i * 64u;
	}
	enum { DC = 1 };
	typedef bf16 Out;
};

extern "C" __global__ void __launch_bounds__(256, 1) k232_conv_block_list_0_bn_grad(const Mem m)
{
	const unsigned z = blockIdx.z;
	norm_grad_apply<k232>(((const bf16 *)(m.arena + 131072000)) + (size_t)(0u),
		((const float *)(m.state + 16384)) + (size_t)(0u),
		((const float *)(m.arena + 289497088)) + (size_t)(0u),
		((const float *)(m.arena + 289497344)) + (size_t)(0u),
		((const bf16 *)(m.arena + 196608000)) + (size_t)(0u),
		((const float *)(m.state + 16640)) + (size_t)(0u),
		((float *)(m.arena + 289447168)) + (size_t)(0u), ((float *)(m.arena + 289447424)) + (size_t)(0u),
		((bf16 *)(m.arena + 0)) + (size_t)(0u));
}

/* update.cuh: what only a training step has: dropout, the norm of all gradients, the optimiser. */

/* ---- dropout ----------------------------------------------------------------------------------
 * P: COUNT elements of an instance, RUN of which share a draw; the draws below LIMIT of 2^32 drop,
 * what stays is multiplied by scale(); In, Out. state: (step, seed), a negative seed drops nothing.
 * A thread takes 4 neighbours, which share the four words of one Philox counter where RUN is 1. */

template <class P>
__device__ __forceinline__ void dropout(const typename P::In *x, const float *state,
                                        unsigned stream, typename P::Out *y)
{
	const unsigned first = (blockIdx.x * blockDim.x + threadIdx.x) * 4u;
	const bool draws = state[1] >= 0.0f;
	const unsigned step = (unsigned)state[0], seed = draws ? (unsigned)state[1] : 0u;
	unsigned c[4] = {0}, of = ~0u;
#pragma unroll
	for (unsigned i = first; i < first + 4; i++) {
		const unsigned draw = i / P::RUN;
		if (i >= P::COUNT)
			return;
		if (draws && draw / 4 != of) {
			of = draw / 4;
			c[0] = of;
			c[1] = 0;
			c[2] = step;
			c[3] = 0;
			philox(seed, stream, c);
		}
		const unsigned word = draw % 4 < 2 ? (draw % 4 ? c[1] : c[0]) : (draw % 4 == 2 ? c[2] : c[3]);
		const float v = widen(x[i]);
		put(y + i, !draws ? v : word < P::LIMIT ? 0.0f : v * P::scale());
	}
}

/* ---- tables of tensors ------------------------------------------------------------------------
 * One launch for many tensors, rows of a table: P::at(column, row) is an address (see below) and
 * count(row) the elements; CTA b works on row r with first(r) <= b < first(r + 1), there on EACH
 * elements from (b - first(r)) * EACH. P also: ROWS. */

/* Space in the upper 4 bits, offset below: 0 nothing, 1 arena, 2 load, 3 params, 4 in, 5 state. */
__device__ __forceinline__ float *table_place(const Mem &m, unsigned long long at)
{
	const unsigned long long offset = at & 0x0fffffffffffffffull;
	switch (at >> 60) {
	case 1:
		return (float *)(m.arena + offset);
	case 2:
		return (float *)(m.load + offset);
	case 3:
		return (float *)(m.params + offset);
	case 4:
		return (float *)(m.in + offset);
	case 5:
		return (float *)(m.state + offset);
	default:
		return nullptr;
	}
}

template <class P> __device__ __forceinline__ unsigned table_row()
{
	unsigned low = 0, high = P::ROWS;
	while (high - low > 1) {
		const unsigned mid = (low + high) / 2;
		if (P::first(mid) <= blockIdx.x)
			low = mid;
		else
			high = mid;
	}
	return low;
}

/* ---- sum of squares -----------------------------------------------------------------------------
 * Column 0: the tensors of P::GROUP instances, row i * GROUP + g of instance g. y[part][instance]:
 * partial sums, part running over the CTAs of all rows of an instance. CTAs of 256. */

template <class P> __device__ __forceinline__ void sum_squares(const Mem &mem, float *y)
{
	__shared__ float sums[8];
	const unsigned row = table_row<P>(), count = P::count(row), g = row % P::GROUP;
	const unsigned piece = blockIdx.x - P::first(row), start = piece * P::EACH;
	const unsigned end = start + P::EACH < count ? start + P::EACH : count;
	const float *x = table_place(mem, P::at(0, row));
	float v = 0;
	for (unsigned i = start + threadIdx.x; i < end; i += 256)
		v = fmaf(x[i], x[i], v);
	v = warp_sum(v);
	if ((threadIdx.x & 31) == 0)
		sums[threadIdx.x >> 5] = v;
	__syncthreads();
	if (threadIdx.x > 0)
		return;
	for (int w = 1; w < 8; w++)
		v += sums[w];
	y[(P::first(row - g) / P::GROUP + piece) * P::GROUP + g] = v;
}

/* ---- what renews state ------------------------------------------------------------------------
 * Every element is read before it is written, by one thread: results may lie where the operands
 * are. CTAs of 256. */

/* The columns of the row at hand; a CTA works on elements start to end. vector: its columns from 0
 * to N but SCALARS start at multiples of 16 bytes. */
template <class P, int N, int SCALARS> struct Update {
	float *a[N];
	unsigned start, end;
	bool vector;

	__device__ __forceinline__ Update(const Mem &mem)
	{
		const unsigned row = table_row<P>(), count = P::count(row);
		unsigned long long bits = 0;
		start = (blockIdx.x - P::first(row)) * P::EACH;
		end = start + P::EACH < count ? start + P::EACH : count;
#pragma unroll
		for (int i = 0; i < N; i++) {
			a[i] = table_place(mem, P::at(i, row));
			if (i != SCALARS)
				bits |= (unsigned long long)a[i];
		}
		vector = (bits & 15) == 0;
	}
	/* Elements i to i + 4 of a column, 0 behind the end and where there is none. */
	__device__ __forceinline__ void get(int column, unsigned i, float v[4]) const
	{
		const float *x = a[column];
		if (vector && end - i >= 4) {
			*(float4 *)v = x ? *(const float4 *)(x + i) : make_float4(0, 0, 0, 0);
			return;
		}
#pragma unroll
		for (unsigned e = 0; e < 4; e++)
			v[e] = x && i + e < end ? x[i + e] : 0.0f;
	}
	__device__ __forceinline__ void put(int column, unsigned i, const float v[4]) const
	{
		float *to = a[column] + i;
		if (vector && end - i >= 4) {
			*(float4 *)to = *(const float4 *)v;
			return;
		}
#pragma unroll
		for (unsigned e = 0; e < 4; e++)
			if (i + e < end)
				to[e] = v[e];
	}
};

/* ---- mean gradients -----------------------------------------------------------------------------
 * scalars: 0 begins anew, the share of g. */

enum { ACC_SUM, ACC_G, ACC_SCALARS, ACC_NEW, ACC_COLUMNS };

template <class P> __device__ __forceinline__ void accumulate(const Mem &mem)
{
	const Update<P, ACC_COLUMNS, ACC_SCALARS> u(mem);
	const bool keep = u.a[ACC_SCALARS][0] != 0.0f;
	const float share = u.a[ACC_SCALARS][1];
	for (unsigned i = u.start + threadIdx.x * 4; i < u.end; i += blockDim.x * 4) {
		float sum[4], g[4];
		u.get(ACC_SUM, i, sum);
		u.get(ACC_G, i, g);
#pragma unroll
		for (int e = 0; e < 4; e++)
			sum[e] = share * g[e] + (keep ? sum[e] : 0.0f);
		u.put(ACC_NEW, i, sum);
	}
}

/* ---- AdamW ------------------------------------------------------------------------------------
 * P also: beta1() keep1() beta2() keep2() eps() decay(), where keep = 1 - beta; MAY_KEEP: scalars
 * has a fifth number, and nothing changes where it is 0. */

enum { UPD_P, UPD_G, UPD_M, UPD_V, UPD_SCALARS, UPD_MAX, UPD_NEW_P, UPD_NEW_M, UPD_NEW_V, UPD_NEW_MAX,
       UPD_COLUMNS };

/* scalars: learning rate, corrections of m and v, factor on g */
struct AdamwRate {
	float shrink, rate, root, scale;
};

template <class P>
__device__ __forceinline__ void adamw_element(const AdamwRate &s, float g, float &p, float &m,
                                              float &v, float &vmax)
{
	g *= s.scale;
	m = P::beta1() * m + P::keep1() * g;
	v = P::beta2() * v + P::keep2() * g * g;
	vmax = vmax > v ? vmax : v;
	p = p * s.shrink - s.rate * m / (sqrtf(vmax) * s.root + P::eps());
}

template <class P> __device__ __forceinline__ void adamw(const Mem &mem)
{
	const Update<P, UPD_COLUMNS, UPD_SCALARS> u(mem);
	const float *scalars = u.a[UPD_SCALARS];
	const bool keep = P::MAY_KEEP && scalars[4] == 0.0f;
	const AdamwRate s = {1.0f - scalars[0] * P::decay(), scalars[0] / scalars[1],
	                     1.0f / sqrtf(scalars[2]), scalars[3]};
	for (unsigned i = u.start + threadIdx.x * 4; i < u.end; i += blockDim.x * 4) {
		float p[4], g[4], m[4], v[4], top[4];
		u.get(UPD_P, i, p);
		u.get(UPD_G, i, g);
		u.get(UPD_M, i, m);
		u.get(UPD_V, i, v);
		u.get(u.a[UPD_MAX] || !keep ? UPD_MAX : UPD_V, i, top);
#pragma unroll
		for (int e = 0; e < 4; e++)
			if (!keep)
				adamw_element<P>(s, g[e], p[e], m[e], v[e], top[e]);
		u.put(UPD_NEW_P, i, p);
		u.put(UPD_NEW_M, i, m);
		u.put(UPD_NEW_V, i, v);
		u.put(UPD_NEW_MAX, i, top);
	}
}

/* %conv_block_list._.dropout.keep = dropout "conv_block_list.*.dropout.keep" %conv_block_list.6.dropout.keep.2, %conv_block_list.6.dropout.keep.3 {p=0.05 stream=[0,1,2] group=3} : f32[3,32,64,1,1] @arena:262105600  !models/lib/nn.json:143:17+9 */
struct k074 {
	enum { COUNT = 2048, RUN = 1, LIMIT = 214748365 };
	static __device__ __forceinline__ float scale()
	{
		return (float)1.0526315789473684;
	}
	typedef float In;
	typedef float Out;
};

extern "C" __global__ void __launch_bounds__(256, 1) k074_conv_block_list___dropout_keep(const Mem m)
{
	const unsigned z = blockIdx.y;
	dropout<k074>(((const float *)(m.load + 438528)) + (0u), ((const float *)(m.arena + 262134272)) + (0u), z == 0 ? 0u : z == 1 ? 1u : 2u,
		((float *)(m.arena + 262105600)) + (z * 2048u));
}

/* %gru.dropout = dropout "gru.dropout" %gru.both, %stack {p=0.05 stream=[3]} : f32[32,50,256] @arena:280780800  !models/dcase2024_baseline.json:44:17+9 */
struct k094 {
	enum { COUNT = 409600, RUN = 1, LIMIT = 214748365 };
	static __device__ __forceinline__ float scale()
	{
		return (float)1.0526315789473684;
	}
	typedef float In;
	typedef float Out;
};

extern "C" __global__ void __launch_bounds__(256, 1) k094_gru_dropout(const Mem m)
{
	const unsigned z = blockIdx.y;
	dropout<k094>(((const float *)(m.arena + 249472000)) + (0u), ((const float *)(m.arena + 262134272)) + (0u), 3u,
		((float *)(m.arena + 280780800)) + (0u));
}

/* %gru.dropout.grad.2 = dropout "gru.dropout.grad" %gru.dropout.grad, %stack {p=0.05 stream=[3]} : f32[32,50,256] @arena:196608000  !models/dcase2024_baseline.json:44:17+9 */
struct k191 {
	enum { COUNT = 409600, RUN = 1, LIMIT = 214748365 };
	static __device__ __forceinline__ float scale()
	{
		return (float)1.0526315789473684;
	}
	typedef float In;
	typedef float Out;
};

extern "C" __global__ void __launch_bounds__(256, 1) k191_gru_dropout_grad(const Mem m)
{
	const unsigned z = blockIdx.y;
	dropout<k191>(((const float *)(m.arena + 252748800)) + (0u), ((const float *)(m.arena + 262134272)) + (0u), 3u,
		((float *)(m.arena + 196608000)) + (0u));
}

/* %grad_norm = sum_squares "grad_norm" %conv_block_list.0.conv.grad, %conv_block_list.0.conv.grad.2, %conv_block_list.0.bn.grad.5, %conv_block_list.0.bn.grad.6, %conv_block_list.3.conv.grad.2, %conv_block_list.3.conv.grad.3, %conv_block_list.3.bn.grad.5, %conv_block_list.3.bn.grad.6, %conv_block_list.6.conv.grad.2, %conv_block_list.6.conv.grad.3, %conv_block_list.6.bn.grad.5, %conv_block_list.6.bn.grad.6, %gru.l0.grad.32, %gru.l0.grad.34, %gru.l0.grad.36, %gru.l0.grad.38, %gru.l0_reverse.grad.27, %gru.l0_reverse.grad.29, %gru.l0_reverse.grad.31, %gru.l0_reverse.grad.33, %gru.l1.grad.37, %gru.l1.grad.39, %gru.l1.grad.41, %gru.l1.grad.43, %gru.l1_reverse.grad.27, %gru.l1_reverse.grad.29, %gru.l1_reverse.grad.31, %gru.l1_reverse.grad.33, %mhsa_block_list.0.in_proj.grad.3, %mhsa_block_list.0.in_proj.grad.4, %mhsa_block_list.0.out_proj.grad.2, %mhsa_block_list.0.out_proj.grad.3, %layer_norm_list.0.grad.3, %layer_norm_list.0.grad.4, %mhsa_block_list.1.in_proj.grad.3, %mhsa_block_list.1.in_proj.grad.4, %mhsa_block_list.1.out_proj.grad.2, %mhsa_block_list.1.out_proj.grad.3, %layer_norm_list.1.grad.2, %layer_norm_list.1.grad.3, %fnn_list.0.grad.2, %fnn_list.0.grad.3, %fnn_list.1.grad.2, %fnn_list.1.grad.3 : f32[] @arena:286515072 */
struct k237 {
	enum { GROUP = 1, ROWS = 44, EACH = 4096 };
	static __device__ __forceinline__ unsigned long long at(int column, unsigned row)
	{
		static const unsigned long long v[44][1] = {
			{0x1000000010bc2000},
			{0x1000000011409f00},
			{0x1000000011409d00},
			{0x1000000011409e00},
			{0x1000000010b7a000},
			{0x1000000011409c00},
			{0x1000000011409a00},
			{0x1000000011409b00},
			{0x1000000010b56000},
			{0x1000000011409900},
			{0x1000000010bc5f00},
			{0x1000000011409800},
			{0x1000000010a36000},
			{0x1000000010a96000},
			{0x100000001113b700},
			{0x100000001113c300},
			{0x1000000010a66000},
			{0x1000000010ac6000},
			{0x100000001113bd00},
			{0x100000001113c900},
			{0x1000000011076000},
			{0x1000000010bc6000},
			{0x1000000011139f00},
			{0x100000001113ab00},
			{0x10000000110d6000},
			{0x1000000010bf6000},
			{0x100000001113a500},
			{0x100000001113b100},
			{0x100000001116e000},
			{0x100000001113d500},
			{0x1000000011352000},
			{0x1000000011362c80},
			{0x100000001113dd80},
			{0x1000000011362a80},
			{0x100000001113e000},
			{0x100000001113cf00},
			{0x1000000011342000},
			{0x1000000011362880},
			{0x1000000011362480},
			{0x1000000011362680},
			{0x1000000011332000},
			{0x1000000011362280},
			{0x10000000113f6000},
			{0x1000000011362000},
		};
		return v[row][column];
	}
	static __device__ __forceinline__ unsigned count(unsigned row)
	{
		static const unsigned v[44] = {
			4032, 64, 64, 64, 36864, 64, 64, 64,
			36864, 64, 64, 64, 49152, 49152, 384, 384,
			49152, 49152, 384, 384, 98304, 49152, 384, 384,
			98304, 49152, 384, 384, 49152, 384, 16384, 128,
			128, 128, 49152, 384, 16384, 128, 128, 128,
			16384, 128, 19968, 156,
		};
		return v[row];
	}
	static __device__ __forceinline__ unsigned first(unsigned row)
	{
		static const unsigned v[44] = {
			0, 1, 2, 3, 4, 13, 14, 15,
			16, 25, 26, 27, 28, 40, 52, 53,
			54, 66, 78, 79, 80, 104, 116, 117,
			118, 142, 154, 155, 156, 168, 169, 173,
			174, 175, 176, 188, 189, 193, 194, 195,
			196, 200, 201, 206,
		};
		return v[row];
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k237_grad_norm(const Mem m)
{
	sum_squares<k237>(m, (float *)(m.arena + 289499392));
}
/* %conv_block_list.0.conv.bias.update, %conv_block_list.0.conv.bias.update.2, %conv_block_list.0.conv.bias.update.3, %conv_block_list.0.conv.bias.update.4 = adamw "conv_block_list.0.conv.bias.update" %conv_block_list.0.conv.bias, %conv_block_list.0.conv.grad.2, %opt.m.conv_block_list.0.conv.bias, %opt.v.conv_block_list.0.conv.bias, %stack.2 : f32[64] @state:16128, f32[64] @state:3002496, f32[64] @state:3002752, f32[64] @arena:286513920  !models/lib/crnn.json:14:20+11 */

/* %conv_block_list.0.conv.weight.update, %conv_block_list.0.conv.weight.update.2, %conv_block_list.0.conv.weight.update.3, %conv_block_list.0.conv.weight.update.4 = adamw "conv_block_list.0.conv.weight.update" %conv_block_list.0.conv.weight, %conv_block_list.0.conv.grad, %opt.m.conv_block_list.0.conv.weight, %opt.v.conv_block_list.0.conv.weight, %stack.2 : f32[64,7,3,3] @state:0, f32[64,7,3,3] @state:2970240, f32[64,7,3,3] @state:2986368, f32[64,7,3,3] @arena:286482432  !models/lib/crnn.json:13:20+13 */
struct k242 {
	static __device__ __forceinline__ float beta1()
	{
		return (float)0.9;
	}
	static __device__ __forceinline__ float keep1()
	{
		return (float)0.09999999999999998;
	}
	static __device__ __forceinline__ float beta2()
	{
		return (float)0.999;
	}
	static __device__ __forceinline__ float keep2()
	{
		return (float)0.0010000000000000009;
	}
	static __device__ __forceinline__ float eps()
	{
		return (float)1e-08;
	}
	static __device__ __forceinline__ float decay()
	{
		return (float)0;
	}
	enum { MAY_KEEP = 0, ROWS = 2, EACH = 4096 };
	static __device__ __forceinline__ unsigned long long at(int column, unsigned row)
	{
		static const unsigned long long v[2][10] = {
			{0x5000000000000000, 0x1000000010bc2000, 0x50000000002d5280, 0x50000000002d9180, 0x100000001113df80, 0x0, 0x5000000000000000, 0x50000000002d5280, 0x50000000002d9180, 0x1000000011136000},
			{0x5000000000003f00, 0x1000000011409f00, 0x50000000002dd080, 0x50000000002dd180, 0x100000001113df80, 0x0, 0x5000000000003f00, 0x50000000002dd080, 0x50000000002dd180, 0x100000001113db00},
		};
		return v[row][column];
	}
	static __device__ __forceinline__ unsigned count(unsigned row)
	{
		static const unsigned v[2] = {
			4032, 64,
		};
		return v[row];
	}
	static __device__ __forceinline__ unsigned first(unsigned row)
	{
		static const unsigned v[2] = {
			0, 1,
		};
		return v[row];
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k242_conv_block_list_0_conv_weight_update(const Mem m)
{
	adamw<k242>(m);
}

/* %conv_block_list.0.bn.weight.update, %conv_block_list.0.bn.weight.update.2, %conv_block_list.0.bn.weight.update.3, %conv_block_list.0.bn.weight.update.4 = adamw "conv_block_list.0.bn.weight.update" %conv_block_list.0.bn.weight, %conv_block_list.0.bn.grad.5, %opt.m.conv_block_list.0.bn.weight, %opt.v.conv_block_list.0.bn.weight, %stack.2 : f32[64] @state:16384, f32[64] @state:3003008, f32[64] @state:3003264, f32[64] @arena:286513920  !models/lib/nn.json:54:20+8 */
struct k243 {
	static __device__ __forceinline__ float beta1()
	{
		return (float)0.9;
	}
	static __device__ __forceinline__ float keep1()
	{
		return (float)0.09999999999999998;
	}
	static __device__ __forceinline__ float beta2()
	{
		return (float)0.999;
	}
	static __device__ __forceinline__ float keep2()
	{
		return (float)0.0010000000000000009;
	}
	static __device__ __forceinline__ float eps()
	{
		return (float)1e-08;
	}
	static __device__ __forceinline__ float decay()
	{
		return (float)0;
	}
	enum { MAY_KEEP = 0, ROWS = 1, EACH = 4096 };
	static __device__ __forceinline__ unsigned long long at(int column, unsigned row)
	{
		static const unsigned long long v[1][10] = {
			{0x5000000000004000, 0x1000000011409d00, 0x50000000002dd280, 0x50000000002dd380, 0x100000001113df80, 0x0, 0x5000000000004000, 0x50000000002dd280, 0x50000000002dd380, 0x100000001113db00},
		};
		return v[row][column];
	}
	static __device__ __forceinline__ unsigned count(unsigned row)
	{
		static const unsigned v[1] = {
			64,
		};
		return v[row];
	}
	static __device__ __forceinline__ unsigned first(unsigned row)
	{
		static const unsigned v[1] = {
			0,
		};
		return v[row];
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k243_conv_block_list_0_bn_weight_update(const Mem m)
{
	adamw<k243>(m);
}
/* %conv_block_list.3.conv.weight.update, %conv_block_list.3.conv.weight.update.2, %conv_block_list.3.conv.weight.update.3, %conv_block_list.3.conv.weight.update.4 = adamw "conv_block_list.3.conv.weight.update" %conv_block_list.3.conv.weight, %conv_block_list.3.conv.grad.2, %opt.m.conv_block_list.3.conv.weight, %opt.v.conv_block_list.3.conv.weight, %stack.2 : f32[64,64,3,3] @state:17408, f32[64,64,3,3] @state:3004032, f32[64,64,3,3] @state:3151488, f32[64,64,3,3] @arena:280616960  !models/lib/crnn.json:13:20+13 */

/* %conv_block_list.0.bn.bias.update, %conv_block_list.0.bn.bias.update.2, %conv_block_list.0.bn.bias.update.3, %conv_block_list.0.bn.bias.update.4 = adamw "conv_block_list.0.bn.bias.update" %conv_block_list.0.bn.bias, %conv_block_list.0.bn.grad.6, %opt.m.conv_block_list.0.bn.bias, %opt.v.conv_block_list.0.bn.bias, %stack.2 : f32[64] @state:16640, f32[64] @state:3003520, f32[64] @state:3003776, f32[64] @arena:286513920  !models/lib/nn.json:55:20+6 */
struct k244 {
	static __device__ __forceinline__ float beta1()
	{
		return (float)0.9;
	}
	static __device__ __forceinline__ float keep1()
	{
		return (float)0.09999999999999998;
	}
	static __device__ __forceinline__ float beta2()
	{
		return (float)0.999;
	}
	static __device__ __forceinline__ float keep2()
	{
		return (float)0.0010000000000000009;
	}
	static __device__ __forceinline__ float eps()
	{
		return (float)1e-08;
	}
	static __device__ __forceinline__ float decay()
	{
		return (float)0;
	}
	enum { MAY_KEEP = 0, ROWS = 2, EACH = 4096 };
	static __device__ __forceinline__ unsigned long long at(int column, unsigned row)
	{
		static const unsigned long long v[2][10] = {
			{0x5000000000004100, 0x1000000011409e00, 0x50000000002dd480, 0x50000000002dd580, 0x100000001113df80, 0x0, 0x5000000000004100, 0x50000000002dd480, 0x50000000002dd580, 0x100000001113db00},
			{0x5000000000004400, 0x1000000010b7a000, 0x50000000002dd680, 0x5000000000301680, 0x100000001113df80, 0x0, 0x5000000000004400, 0x50000000002dd680, 0x5000000000301680, 0x1000000010b9e000},
		};
		return v[row][column];
	}
	static __device__ __forceinline__ unsigned count(unsigned row)
	{
		static const unsigned v[2] = {
			64, 36864,
		};
		return v[row];
	}
	static __device__ __forceinline__ unsigned first(unsigned row)
	{
		static const unsigned v[2] = {
			0, 1,
		};
		return v[row];
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k244_conv_block_list_0_bn_bias_update(const Mem m)
{
	adamw<k244>(m);
}

/* %conv_block_list.3.conv.bias.update, %conv_block_list.3.conv.bias.update.2, %conv_block_list.3.conv.bias.update.3, %conv_block_list.3.conv.bias.update.4 = adamw "conv_block_list.3.conv.bias.update" %conv_block_list.3.conv.bias, %conv_block_list.3.conv.grad.3, %opt.m.conv_block_list.3.conv.bias, %opt.v.conv_block_list.3.conv.bias, %stack.2 : f32[64] @state:164864, f32[64] @state:3298944, f32[64] @state:3299200, f32[64] @arena:286513920  !models/lib/crnn.json:14:20+11 */
struct k245 {
	static __device__ __forceinline__ float beta1()
	{
		return (float)0.9;
	}
	static __device__ __forceinline__ float keep1()
	{
		return (float)0.09999999999999998;
	}
	static __device__ __forceinline__ float beta2()
	{
		return (float)0.999;
	}
	static __device__ __forceinline__ float keep2()
	{
		return (float)0.0010000000000000009;
	}
	static __device__ __forceinline__ float eps()
	{
		return (float)1e-08;
	}
	static __device__ __forceinline__ float decay()
	{
		return (float)0;
	}
	enum { MAY_KEEP = 0, ROWS = 1, EACH = 4096 };
	static __device__ __forceinline__ unsigned long long at(int column, unsigned row)
	{
		static const unsigned long long v[1][10] = {
			{0x5000000000028400, 0x1000000011409c00, 0x5000000000325680, 0x5000000000325780, 0x100000001113df80, 0x0, 0x5000000000028400, 0x5000000000325680, 0x5000000000325780, 0x100000001113db00},
		};
		return v[row][column];
	}
	static __device__ __forceinline__ unsigned count(unsigned row)
	{
		static const unsigned v[1] = {
			64,
		};
		return v[row];
	}
	static __device__ __forceinline__ unsigned first(unsigned row)
	{
		static const unsigned v[1] = {
			0,
		};
		return v[row];
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k245_conv_block_list_3_conv_bias_update(const Mem m)
{
	adamw<k245>(m);
}

/* %conv_block_list.3.bn.weight.update, %conv_block_list.3.bn.weight.update.2, %conv_block_list.3.bn.weight.update.3, %conv_block_list.3.bn.weight.update.4 = adamw "conv_block_list.3.bn.weight.update" %conv_block_list.3.bn.weight, %conv_block_list.3.bn.grad.5, %opt.m.conv_block_list.3.bn.weight, %opt.v.conv_block_list.3.bn.weight, %stack.2 : f32[64] @state:165120, f32[64] @state:3299456, f32[64] @state:3299712, f32[64] @arena:286513920  !models/lib/nn.json:54:20+8 */
struct k246 {
	static __device__ __forceinline__ float beta1()
	{
		return (float)0.9;
	}
	static __device__ __forceinline__ float keep1()
	{
		return (float)0.09999999999999998;
	}
	static __device__ __forceinline__ float beta2()
	{
		return (float)0.999;
	}
	static __device__ __forceinline__ float keep2()
	{
		return (float)0.0010000000000000009;
	}
	static __device__ __forceinline__ float eps()
	{
		return (float)1e-08;
	}
	static __device__ __forceinline__ float decay()
	{
		return (float)0;
	}
	enum { MAY_KEEP = 0, ROWS = 1, EACH = 4096 };
	static __device__ __forceinline__ unsigned long long at(int column, unsigned row)
	{
		static const unsigned long long v[1][10] = {
			{0x5000000000028500, 0x1000000011409a00, 0x5000000000325880, 0x5000000000325980, 0x100000001113df80, 0x0, 0x5000000000028500, 0x5000000000325880, 0x5000000000325980, 0x100000001113db00},
		};
		return v[row][column];
	}
	static __device__ __forceinline__ unsigned count(unsigned row)
	{
		static const unsigned v[1] = {
			64,
		};
		return v[row];
	}
	static __device__ __forceinline__ unsigned first(unsigned row)
	{
		static const unsigned v[1] = {
			0,
		};
		return v[row];
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k246_conv_block_list_3_bn_weight_update(const Mem m)
{
	adamw<k246>(m);
}
/* %conv_block_list.6.conv.weight.update, %conv_block_list.6.conv.weight.update.2, %conv_block_list.6.conv.weight.update.3, %conv_block_list.6.conv.weight.update.4 = adamw "conv_block_list.6.conv.weight.update" %conv_block_list.6.conv.weight, %conv_block_list.6.conv.grad.2, %opt.m.conv_block_list.6.conv.weight, %opt.v.conv_block_list.6.conv.weight, %stack.2 : f32[64,64,3,3] @state:166144, f32[64,64,3,3] @state:3300480, f32[64,64,3,3] @state:3447936, f32[64,64,3,3] @arena:280616960  !models/lib/crnn.json:13:20+13 */

/* %conv_block_list.3.bn.bias.update, %conv_block_list.3.bn.bias.update.2, %conv_block_list.3.bn.bias.update.3, %conv_block_list.3.bn.bias.update.4 = adamw "conv_block_list.3.bn.bias.update" %conv_block_list.3.bn.bias, %conv_block_list.3.bn.grad.6, %opt.m.conv_block_list.3.bn.bias, %opt.v.conv_block_list.3.bn.bias, %stack.2 : f32[64] @state:165376, f32[64] @state:3299968, f32[64] @state:3300224, f32[64] @arena:286513920  !models/lib/nn.json:55:20+6 */
struct k247 {
	static __device__ __forceinline__ float beta1()
	{
		return (float)0.9;
	}
	static __device__ __forceinline__ float keep1()
	{
		return (float)0.09999999999999998;
	}
	static __device__ __forceinline__ float beta2()
	{
		return (float)0.999;
	}
	static __device__ __forceinline__ float keep2()
	{
		return (float)0.0010000000000000009;
	}
	static __device__ __forceinline__ float eps()
	{
		return (float)1e-08;
	}
	static __device__ __forceinline__ float decay()
	{
		return (float)0;
	}
	enum { MAY_KEEP = 0, ROWS = 2, EACH = 4096 };
	static __device__ __forceinline__ unsigned long long at(int column, unsigned row)
	{
		static const unsigned long long v[2][10] = {
			{0x5000000000028600, 0x1000000011409b00, 0x5000000000325a80, 0x5000000000325b80, 0x100000001113df80, 0x0, 0x5000000000028600, 0x5000000000325a80, 0x5000000000325b80, 0x100000001113db00},
			{0x5000000000028900, 0x1000000010b56000, 0x5000000000325c80, 0x5000000000349c80, 0x100000001113df80, 0x0, 0x5000000000028900, 0x5000000000325c80, 0x5000000000349c80, 0x1000000010b9e000},
		};
		return v[row][column];
	}
	static __device__ __forceinline__ unsigned count(unsigned row)
	{
		static const unsigned v[2] = {
			64, 36864,
		};
		return v[row];
	}
	static __device__ __forceinline__ unsigned first(unsigned row)
	{
		static const unsigned v[2] = {
			0, 1,
		};
		return v[row];
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k247_conv_block_list_3_bn_bias_update(const Mem m)
{
	adamw<k247>(m);
}

/* %conv_block_list.6.conv.bias.update, %conv_block_list.6.conv.bias.update.2, %conv_block_list.6.conv.bias.update.3, %conv_block_list.6.conv.bias.update.4 = adamw "conv_block_list.6.conv.bias.update" %conv_block_list.6.conv.bias, %conv_block_list.6.conv.grad.3, %opt.m.conv_block_list.6.conv.bias, %opt.v.conv_block_list.6.conv.bias, %stack.2 : f32[64] @state:313600, f32[64] @state:3595392, f32[64] @state:3595648, f32[64] @arena:286513920  !models/lib/crnn.json:14:20+11 */
struct k248 {
	static __device__ __forceinline__ float beta1()
	{
		return (float)0.9;
	}
	static __device__ __forceinline__ float keep1()
	{
		return (float)0.09999999999999998;
	}
	static __device__ __forceinline__ float beta2()
	{
		return (float)0.999;
	}
	static __device__ __forceinline__ float keep2()
	{
		return (float)0.0010000000000000009;
	}
	static __device__ __forceinline__ float eps()
	{
		return (float)1e-08;
	}
	static __device__ __forceinline__ float decay()
	{
		return (float)0;
	}
	enum { MAY_KEEP = 0, ROWS = 1, EACH = 4096 };
	static __device__ __forceinline__ unsigned long long at(int column, unsigned row)
	{
		static const unsigned long long v[1][10] = {
			{0x500000000004c900, 0x1000000011409900, 0x500000000036dc80, 0x500000000036dd80, 0x100000001113df80, 0x0, 0x500000000004c900, 0x500000000036dc80, 0x500000000036dd80, 0x100000001113db00},
		};
		return v[row][column];
	}
	static __device__ __forceinline__ unsigned count(unsigned row)
	{
		static const unsigned v[1] = {
			64,
		};
		return v[row];
	}
	static __device__ __forceinline__ unsigned first(unsigned row)
	{
		static const unsigned v[1] = {
			0,
		};
		return v[row];
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k248_conv_block_list_6_conv_bias_update(const Mem m)
{
	adamw<k248>(m);
}

/* %conv_block_list.6.bn.weight.update, %conv_block_list.6.bn.weight.update.2, %conv_block_list.6.bn.weight.update.3, %conv_block_list.6.bn.weight.update.4 = adamw "conv_block_list.6.bn.weight.update" %conv_block_list.6.bn.weight, %conv_block_list.6.bn.grad.5, %opt.m.conv_block_list.6.bn.weight, %opt.v.conv_block_list.6.bn.weight, %stack.2 : f32[64] @state:313856, f32[64] @state:3595904, f32[64] @state:3596160, f32[64] @arena:286513920  !models/lib/nn.json:54:20+8 */
struct k249 {
	static __device__ __forceinline__ float beta1()
	{
		return (float)0.9;
	}
	static __device__ __forceinline__ float keep1()
	{
		return (float)0.09999999999999998;
	}
	static __device__ __forceinline__ float beta2()
	{
		return (float)0.999;
	}
	static __device__ __forceinline__ float keep2()
	{
		return (float)0.0010000000000000009;
	}
	static __device__ __forceinline__ float eps()
	{
		return (float)1e-08;
	}
	static __device__ __forceinline__ float decay()
	{
		return (float)0;
	}
	enum { MAY_KEEP = 0, ROWS = 1, EACH = 4096 };
	static __device__ __forceinline__ unsigned long long at(int column, unsigned row)
	{
		static const unsigned long long v[1][10] = {
			{0x500000000004ca00, 0x1000000010bc5f00, 0x500000000036de80, 0x500000000036df80, 0x100000001113df80, 0x0, 0x500000000004ca00, 0x500000000036de80, 0x500000000036df80, 0x100000001113db00},
		};
		return v[row][column];
	}
	static __device__ __forceinline__ unsigned count(unsigned row)
	{
		static const unsigned v[1] = {
			64,
		};
		return v[row];
	}
	static __device__ __forceinline__ unsigned first(unsigned row)
	{
		static const unsigned v[1] = {
			0,
		};
		return v[row];
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k249_conv_block_list_6_bn_weight_update(const Mem m)
{
	adamw<k249>(m);
}
/* %gru.weight_ih_l0.update, %gru.weight_ih_l0.update.2, %gru.weight_ih_l0.update.3, %gru.weight_ih_l0.update.4 = adamw "gru.weight_ih_l0.update" %gru.weight_ih_l0, %gru.l0.grad.32, %opt.m.gru.weight_ih_l0, %opt.v.gru.weight_ih_l0, %stack.2 : f32[384,128] @state:314880, f32[384,128] @state:3596928, f32[384,128] @state:3793536, f32[384,128] @arena:279928832  !models/lib/crnn.json:29:20+28 */

/* %conv_block_list.6.bn.bias.update, %conv_block_list.6.bn.bias.update.2, %conv_block_list.6.bn.bias.update.3, %conv_block_list.6.bn.bias.update.4 = adamw "conv_block_list.6.bn.bias.update" %conv_block_list.6.bn.bias, %conv_block_list.6.bn.grad.6, %opt.m.conv_block_list.6.bn.bias, %opt.v.conv_block_list.6.bn.bias, %stack.2 : f32[64] @state:314112, f32[64] @state:3596416, f32[64] @state:3596672, f32[64] @arena:286513920  !models/lib/nn.json:55:20+6 */
struct k250 {
	static __device__ __forceinline__ float beta1()
	{
		return (float)0.9;
	}
	static __device__ __forceinline__ float keep1()
	{
		return (float)0.09999999999999998;
	}
	static __device__ __forceinline__ float beta2()
	{
		return (float)0.999;
	}
	static __device__ __forceinline__ float keep2()
	{
		return (float)0.0010000000000000009;
	}
	static __device__ __forceinline__ float eps()
	{
		return (float)1e-08;
	}
	static __device__ __forceinline__ float decay()
	{
		return (float)0;
	}
	enum { MAY_KEEP = 0, ROWS = 2, EACH = 4096 };
	static __device__ __forceinline__ unsigned long long at(int column, unsigned row)
	{
		static const unsigned long long v[2][10] = {
			{0x500000000004cb00, 0x1000000011409800, 0x500000000036e080, 0x500000000036e180, 0x100000001113df80, 0x0, 0x500000000004cb00, 0x500000000036e080, 0x500000000036e180, 0x100000001113db00},
			{0x500000000004ce00, 0x1000000010a36000, 0x500000000036e280, 0x500000000039e280, 0x100000001113df80, 0x0, 0x500000000004ce00, 0x500000000036e280, 0x500000000039e280, 0x1000000010af6000},
		};
		return v[row][column];
	}
	static __device__ __forceinline__ unsigned count(unsigned row)
	{
		static const unsigned v[2] = {
			64, 49152,
		};
		return v[row];
	}
	static __device__ __forceinline__ unsigned first(unsigned row)
	{
		static const unsigned v[2] = {
			0, 1,
		};
		return v[row];
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k250_conv_block_list_6_bn_bias_update(const Mem m)
{
	adamw<k250>(m);
}
/* %gru.bias_ih_l0.update, %gru.bias_ih_l0.update.2, %gru.bias_ih_l0.update.3, %gru.bias_ih_l0.update.4 = adamw "gru.bias_ih_l0.update" %gru.bias_ih_l0, %gru.l0.grad.36, %opt.m.gru.bias_ih_l0, %opt.v.gru.bias_ih_l0, %stack.2 : f32[384] @state:1101312, f32[384] @state:4383360, f32[384] @state:4384896, f32[384] @arena:286482432  !models/lib/crnn.json:31:20+26 */

/* %gru.weight_hh_l0.update, %gru.weight_hh_l0.update.2, %gru.weight_hh_l0.update.3, %gru.weight_hh_l0.update.4 = adamw "gru.weight_hh_l0.update" %gru.weight_hh_l0, %gru.l0.grad.34, %opt.m.gru.weight_hh_l0, %opt.v.gru.weight_hh_l0, %stack.2 : f32[384,128] @state:708096, f32[384,128] @state:3990144, f32[384,128] @state:4186752, f32[384,128] @arena:279928832  !models/lib/crnn.json:30:20+28 */
struct k251 {
	static __device__ __forceinline__ float beta1()
	{
		return (float)0.9;
	}
	static __device__ __forceinline__ float keep1()
	{
		return (float)0.09999999999999998;
	}
	static __device__ __forceinline__ float beta2()
	{
		return (float)0.999;
	}
	static __device__ __forceinline__ float keep2()
	{
		return (float)0.0010000000000000009;
	}
	static __device__ __forceinline__ float eps()
	{
		return (float)1e-08;
	}
	static __device__ __forceinline__ float decay()
	{
		return (float)0;
	}
	enum { MAY_KEEP = 0, ROWS = 2, EACH = 4096 };
	static __device__ __forceinline__ unsigned long long at(int column, unsigned row)
	{
		static const unsigned long long v[2][10] = {
			{0x50000000000ace00, 0x1000000010a96000, 0x50000000003ce280, 0x50000000003fe280, 0x100000001113df80, 0x0, 0x50000000000ace00, 0x50000000003ce280, 0x50000000003fe280, 0x1000000010af6000},
			{0x500000000010ce00, 0x100000001113b700, 0x500000000042e280, 0x500000000042e880, 0x100000001113df80, 0x0, 0x500000000010ce00, 0x500000000042e280, 0x500000000042e880, 0x1000000011136000},
		};
		return v[row][column];
	}
	static __device__ __forceinline__ unsigned count(unsigned row)
	{
		static const unsigned v[2] = {
			49152, 384,
		};
		return v[row];
	}
	static __device__ __forceinline__ unsigned first(unsigned row)
	{
		static const unsigned v[2] = {
			0, 12,
		};
		return v[row];
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k251_gru_weight_hh_l0_update(const Mem m)
{
	adamw<k251>(m);
}
/* %gru.weight_ih_l0_reverse.update, %gru.weight_ih_l0_reverse.update.2, %gru.weight_ih_l0_reverse.update.3, %gru.weight_ih_l0_reverse.update.4 = adamw "gru.weight_ih_l0_reverse.update" %gru.weight_ih_l0_reverse, %gru.l0_reverse.grad.27, %opt.m.gru.weight_ih_l0_reverse, %opt.v.gru.weight_ih_l0_reverse, %stack.2 : f32[384,128] @state:511488, f32[384,128] @state:4389504, f32[384,128] @state:4586112, f32[384,128] @arena:279928832  !models/lib/crnn.json:29:20+28 */

/* %gru.bias_hh_l0.update, %gru.bias_hh_l0.update.2, %gru.bias_hh_l0.update.3, %gru.bias_hh_l0.update.4 = adamw "gru.bias_hh_l0.update" %gru.bias_hh_l0, %gru.l0.grad.38, %opt.m.gru.bias_hh_l0, %opt.v.gru.bias_hh_l0, %stack.2 : f32[384] @state:1104384, f32[384] @state:4386432, f32[384] @state:4387968, f32[384] @arena:286482432  !models/lib/crnn.json:32:20+26 */
struct k252 {
	static __device__ __forceinline__ float beta1()
	{
		return (float)0.9;
	}
	static __device__ __forceinline__ float keep1()
	{
		return (float)0.09999999999999998;
	}
	static __device__ __forceinline__ float beta2()
	{
		return (float)0.999;
	}
	static __device__ __forceinline__ float keep2()
	{
		return (float)0.0010000000000000009;
	}
	static __device__ __forceinline__ float eps()
	{
		return (float)1e-08;
	}
	static __device__ __forceinline__ float decay()
	{
		return (float)0;
	}
	enum { MAY_KEEP = 0, ROWS = 2, EACH = 4096 };
	static __device__ __forceinline__ unsigned long long at(int column, unsigned row)
	{
		static const unsigned long long v[2][10] = {
			{0x500000000010da00, 0x100000001113c300, 0x500000000042ee80, 0x500000000042f480, 0x100000001113df80, 0x0, 0x500000000010da00, 0x500000000042ee80, 0x500000000042f480, 0x1000000011136000},
			{0x500000000007ce00, 0x1000000010a66000, 0x500000000042fa80, 0x500000000045fa80, 0x100000001113df80, 0x0, 0x500000000007ce00, 0x500000000042fa80, 0x500000000045fa80, 0x1000000010af6000},
		};
		return v[row][column];
	}
	static __device__ __forceinline__ unsigned count(unsigned row)
	{
		static const unsigned v[2] = {
			384, 49152,
		};
		return v[row];
	}
	static __device__ __forceinline__ unsigned first(unsigned row)
	{
		static const unsigned v[2] = {
			0, 1,
		};
		return v[row];
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k252_gru_bias_hh_l0_update(const Mem m)
{
	adamw<k252>(m);
}
/* %gru.bias_ih_l0_reverse.update, %gru.bias_ih_l0_reverse.update.2, %gru.bias_ih_l0_reverse.update.3, %gru.bias_ih_l0_reverse.update.4 = adamw "gru.bias_ih_l0_reverse.update" %gru.bias_ih_l0_reverse, %gru.l0_reverse.grad.31, %opt.m.gru.bias_ih_l0_reverse, %opt.v.gru.bias_ih_l0_reverse, %stack.2 : f32[384] @state:1102848, f32[384] @state:5175936, f32[384] @state:5177472, f32[384] @arena:286482432  !models/lib/crnn.json:31:20+26 */

/* %gru.weight_hh_l0_reverse.update, %gru.weight_hh_l0_reverse.update.2, %gru.weight_hh_l0_reverse.update.3, %gru.weight_hh_l0_reverse.update.4 = adamw "gru.weight_hh_l0_reverse.update" %gru.weight_hh_l0_reverse, %gru.l0_reverse.grad.29, %opt.m.gru.weight_hh_l0_reverse, %opt.v.gru.weight_hh_l0_reverse, %stack.2 : f32[384,128] @state:904704, f32[384,128] @state:4782720, f32[384,128] @state:4979328, f32[384,128] @arena:279928832  !models/lib/crnn.json:30:20+28 */
struct k253 {
	static __device__ __forceinline__ float beta1()
	{
		return (float)0.9;
	}
	static __device__ __forceinline__ float keep1()
	{
		return (float)0.09999999999999998;
	}
	static __device__ __forceinline__ float beta2()
	{
		return (float)0.999;
	}
	static __device__ __forceinline__ float keep2()
	{
		return (float)0.0010000000000000009;
	}
	static __device__ __forceinline__ float eps()
	{
		return (float)1e-08;
	}
	static __device__ __forceinline__ float decay()
	{
		return (float)0;
	}
	enum { MAY_KEEP = 0, ROWS = 2, EACH = 4096 };
	static __device__ __forceinline__ unsigned long long at(int column, unsigned row)
	{
		static const unsigned long long v[2][10] = {
			{0x50000000000dce00, 0x1000000010ac6000, 0x500000000048fa80, 0x50000000004bfa80, 0x100000001113df80, 0x0, 0x50000000000dce00, 0x500000000048fa80, 0x50000000004bfa80, 0x1000000010af6000},
			{0x500000000010d400, 0x100000001113bd00, 0x50000000004efa80, 0x50000000004f0080, 0x100000001113df80, 0x0, 0x500000000010d400, 0x50000000004efa80, 0x50000000004f0080, 0x1000000011136000},
		};
		return v[row][column];
	}
	static __device__ __forceinline__ unsigned count(unsigned row)
	{
		static const unsigned v[2] = {
			49152, 384,
		};
		return v[row];
	}
	static __device__ __forceinline__ unsigned first(unsigned row)
	{
		static const unsigned v[2] = {
			0, 12,
		};
		return v[row];
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k253_gru_weight_hh_l0_reverse_update(const Mem m)
{
	adamw<k253>(m);
}
/* %gru.weight_ih_l1.update, %gru.weight_ih_l1.update.2, %gru.weight_ih_l1.update.3, %gru.weight_ih_l1.update.4 = adamw "gru.weight_ih_l1.update" %gru.weight_ih_l1, %gru.l1.grad.37, %opt.m.gru.weight_ih_l1, %opt.v.gru.weight_ih_l1, %stack.2 : f32[384,256] @state:1107456, f32[384,256] @state:5182080, f32[384,256] @state:5575296, f32[384,256] @arena:279928832  !models/lib/crnn.json:29:20+28 */

/* %gru.bias_hh_l0_reverse.update, %gru.bias_hh_l0_reverse.update.2, %gru.bias_hh_l0_reverse.update.3, %gru.bias_hh_l0_reverse.update.4 = adamw "gru.bias_hh_l0_reverse.update" %gru.bias_hh_l0_reverse, %gru.l0_reverse.grad.33, %opt.m.gru.bias_hh_l0_reverse, %opt.v.gru.bias_hh_l0_reverse, %stack.2 : f32[384] @state:1105920, f32[384] @state:5179008, f32[384] @state:5180544, f32[384] @arena:286482432  !models/lib/crnn.json:32:20+26 */
struct k254 {
	static __device__ __forceinline__ float beta1()
	{
		return (float)0.9;
	}
	static __device__ __forceinline__ float keep1()
	{
		return (float)0.09999999999999998;
	}
	static __device__ __forceinline__ float beta2()
	{
		return (float)0.999;
	}
	static __device__ __forceinline__ float keep2()
	{
		return (float)0.0010000000000000009;
	}
	static __device__ __forceinline__ float eps()
	{
		return (float)1e-08;
	}
	static __device__ __forceinline__ float decay()
	{
		return (float)0;
	}
	enum { MAY_KEEP = 0, ROWS = 2, EACH = 4096 };
	static __device__ __forceinline__ unsigned long long at(int column, unsigned row)
	{
		static const unsigned long long v[2][10] = {
			{0x500000000010e000, 0x100000001113c900, 0x50000000004f0680, 0x50000000004f0c80, 0x100000001113df80, 0x0, 0x500000000010e000, 0x50000000004f0680, 0x50000000004f0c80, 0x1000000011136000},
			{0x500000000010e600, 0x1000000011076000, 0x50000000004f1280, 0x5000000000551280, 0x100000001113df80, 0x0, 0x500000000010e600, 0x50000000004f1280, 0x5000000000551280, 0x1000000010af6000},
		};
		return v[row][column];
	}
	static __device__ __forceinline__ unsigned count(unsigned row)
	{
		static const unsigned v[2] = {
			384, 98304,
		};
		return v[row];
	}
	static __device__ __forceinline__ unsigned first(unsigned row)
	{
		static const unsigned v[2] = {
			0, 1,
		};
		return v[row];
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k254_gru_bias_hh_l0_reverse_update(const Mem m)
{
	adamw<k254>(m);
}
/* %gru.bias_ih_l1.update, %gru.bias_ih_l1.update.2, %gru.bias_ih_l1.update.3, %gru.bias_ih_l1.update.4 = adamw "gru.bias_ih_l1.update" %gru.bias_ih_l1, %gru.l1.grad.41, %opt.m.gru.bias_ih_l1, %opt.v.gru.bias_ih_l1, %stack.2 : f32[384] @state:2483712, f32[384] @state:6361728, f32[384] @state:6363264, f32[384] @arena:286482432  !models/lib/crnn.json:31:20+26 */

/* %gru.weight_hh_l1.update, %gru.weight_hh_l1.update.2, %gru.weight_hh_l1.update.3, %gru.weight_hh_l1.update.4 = adamw "gru.weight_hh_l1.update" %gru.weight_hh_l1, %gru.l1.grad.39, %opt.m.gru.weight_hh_l1, %opt.v.gru.weight_hh_l1, %stack.2 : f32[384,128] @state:2090496, f32[384,128] @state:5968512, f32[384,128] @state:6165120, f32[384,128] @arena:279928832  !models/lib/crnn.json:30:20+28 */
struct k255 {
	static __device__ __forceinline__ float beta1()
	{
		return (float)0.9;
	}
	static __device__ __forceinline__ float keep1()
	{
		return (float)0.09999999999999998;
	}
	static __device__ __forceinline__ float beta2()
	{
		return (float)0.999;
	}
	static __device__ __forceinline__ float keep2()
	{
		return (float)0.0010000000000000009;
	}
	static __device__ __forceinline__ float eps()
	{
		return (float)1e-08;
	}
	static __device__ __forceinline__ float decay()
	{
		return (float)0;
	}
	enum { MAY_KEEP = 0, ROWS = 2, EACH = 4096 };
	static __device__ __forceinline__ unsigned long long at(int column, unsigned row)
	{
		static const unsigned long long v[2][10] = {
			{0x50000000001fe600, 0x1000000010bc6000, 0x50000000005b1280, 0x50000000005e1280, 0x100000001113df80, 0x0, 0x50000000001fe600, 0x50000000005b1280, 0x50000000005e1280, 0x1000000010af6000},
			{0x500000000025e600, 0x1000000011139f00, 0x5000000000611280, 0x5000000000611880, 0x100000001113df80, 0x0, 0x500000000025e600, 0x5000000000611280, 0x5000000000611880, 0x1000000011136000},
		};
		return v[row][column];
	}
	static __device__ __forceinline__ unsigned count(unsigned row)
	{
		static const unsigned v[2] = {
			49152, 384,
		};
		return v[row];
	}
	static __device__ __forceinline__ unsigned first(unsigned row)
	{
		static const unsigned v[2] = {
			0, 12,
		};
		return v[row];
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k255_gru_weight_hh_l1_update(const Mem m)
{
	adamw<k255>(m);
}
/* %gru.weight_ih_l1_reverse.update, %gru.weight_ih_l1_reverse.update.2, %gru.weight_ih_l1_reverse.update.3, %gru.weight_ih_l1_reverse.update.4 = adamw "gru.weight_ih_l1_reverse.update" %gru.weight_ih_l1_reverse, %gru.l1_reverse.grad.27, %opt.m.gru.weight_ih_l1_reverse, %opt.v.gru.weight_ih_l1_reverse, %stack.2 : f32[384,256] @state:1500672, f32[384,256] @state:6367872, f32[384,256] @state:6761088, f32[384,256] @arena:279928832  !models/lib/crnn.json:29:20+28 */

/* %gru.bias_hh_l1.update, %gru.bias_hh_l1.update.2, %gru.bias_hh_l1.update.3, %gru.bias_hh_l1.update.4 = adamw "gru.bias_hh_l1.update" %gru.bias_hh_l1, %gru.l1.grad.43, %opt.m.gru.bias_hh_l1, %opt.v.gru.bias_hh_l1, %stack.2 : f32[384] @state:2488320, f32[384] @state:6364800, f32[384] @state:6366336, f32[384] @arena:286482432  !models/lib/crnn.json:32:20+26 */
struct k256 {
	static __device__ __forceinline__ float beta1()
	{
		return (float)0.9;
	}
	static __device__ __forceinline__ float keep1()
	{
		return (float)0.09999999999999998;
	}
	static __device__ __forceinline__ float beta2()
	{
		return (float)0.999;
	}
	static __device__ __forceinline__ float keep2()
	{
		return (float)0.0010000000000000009;
	}
	static __device__ __forceinline__ float eps()
	{
		return (float)1e-08;
	}
	static __device__ __forceinline__ float decay()
	{
		return (float)0;
	}
	enum { MAY_KEEP = 0, ROWS = 2, EACH = 4096 };
	static __device__ __forceinline__ unsigned long long at(int column, unsigned row)
	{
		static const unsigned long long v[2][10] = {
			{0x500000000025f800, 0x100000001113ab00, 0x5000000000611e80, 0x5000000000612480, 0x100000001113df80, 0x0, 0x500000000025f800, 0x5000000000611e80, 0x5000000000612480, 0x1000000011136000},
			{0x500000000016e600, 0x10000000110d6000, 0x5000000000612a80, 0x5000000000672a80, 0x100000001113df80, 0x0, 0x500000000016e600, 0x5000000000612a80, 0x5000000000672a80, 0x1000000010af6000},
		};
		return v[row][column];
	}
	static __device__ __forceinline__ unsigned count(unsigned row)
	{
		static const unsigned v[2] = {
			384, 98304,
		};
		return v[row];
	}
	static __device__ __forceinline__ unsigned first(unsigned row)
	{
		static const unsigned v[2] = {
			0, 1,
		};
		return v[row];
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k256_gru_bias_hh_l1_update(const Mem m)
{
	adamw<k256>(m);
}
/* %gru.bias_ih_l1_reverse.update, %gru.bias_ih_l1_reverse.update.2, %gru.bias_ih_l1_reverse.update.3, %gru.bias_ih_l1_reverse.update.4 = adamw "gru.bias_ih_l1_reverse.update" %gru.bias_ih_l1_reverse, %gru.l1_reverse.grad.31, %opt.m.gru.bias_ih_l1_reverse, %opt.v.gru.bias_ih_l1_reverse, %stack.2 : f32[384] @state:2485248, f32[384] @state:7547520, f32[384] @state:7549056, f32[384] @arena:286482432  !models/lib/crnn.json:31:20+26 */

/* %gru.weight_hh_l1_reverse.update, %gru.weight_hh_l1_reverse.update.2, %gru.weight_hh_l1_reverse.update.3, %gru.weight_hh_l1_reverse.update.4 = adamw "gru.weight_hh_l1_reverse.update" %gru.weight_hh_l1_reverse, %gru.l1_reverse.grad.29, %opt.m.gru.weight_hh_l1_reverse, %opt.v.gru.weight_hh_l1_reverse, %stack.2 : f32[384,128] @state:2287104, f32[384,128] @state:7154304, f32[384,128] @state:7350912, f32[384,128] @arena:279928832  !models/lib/crnn.json:30:20+28 */
struct k257 {
	static __device__ __forceinline__ float beta1()
	{
		return (float)0.9;
	}
	static __device__ __forceinline__ float keep1()
	{
		return (float)0.09999999999999998;
	}
	static __device__ __forceinline__ float beta2()
	{
		return (float)0.999;
	}
	static __device__ __forceinline__ float keep2()
	{
		return (float)0.0010000000000000009;
	}
	static __device__ __forceinline__ float eps()
	{
		return (float)1e-08;
	}
	static __device__ __forceinline__ float decay()
	{
		return (float)0;
	}
	enum { MAY_KEEP = 0, ROWS = 2, EACH = 4096 };
	static __device__ __forceinline__ unsigned long long at(int column, unsigned row)
	{
		static const unsigned long long v[2][10] = {
			{0x500000000022e600, 0x1000000010bf6000, 0x50000000006d2a80, 0x5000000000702a80, 0x100000001113df80, 0x0, 0x500000000022e600, 0x50000000006d2a80, 0x5000000000702a80, 0x1000000010af6000},
			{0x500000000025ec00, 0x100000001113a500, 0x5000000000732a80, 0x5000000000733080, 0x100000001113df80, 0x0, 0x500000000025ec00, 0x5000000000732a80, 0x5000000000733080, 0x1000000011136000},
		};
		return v[row][column];
	}
	static __device__ __forceinline__ unsigned count(unsigned row)
	{
		static const unsigned v[2] = {
			49152, 384,
		};
		return v[row];
	}
	static __device__ __forceinline__ unsigned first(unsigned row)
	{
		static const unsigned v[2] = {
			0, 12,
		};
		return v[row];
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k257_gru_weight_hh_l1_reverse_update(const Mem m)
{
	adamw<k257>(m);
}
/* %mhsa_block_list.0.in_proj_weight.update, %mhsa_block_list.0.in_proj_weight.update.2, %mhsa_block_list.0.in_proj_weight.update.3, %mhsa_block_list.0.in_proj_weight.update.4 = adamw "mhsa_block_list.0.in_proj_weight.update" %mhsa_block_list.0.in_proj_weight, %mhsa_block_list.0.in_proj.grad.3, %opt.m.mhsa_block_list.0.in_proj_weight, %opt.v.mhsa_block_list.0.in_proj_weight, %stack.2 : f32[384,128] @state:1893888, f32[384,128] @state:7553664, f32[384,128] @state:7750272, f32[384,128] @arena:279928832  !models/lib/crnn.json:52:20+16 */

/* %gru.bias_hh_l1_reverse.update, %gru.bias_hh_l1_reverse.update.2, %gru.bias_hh_l1_reverse.update.3, %gru.bias_hh_l1_reverse.update.4 = adamw "gru.bias_hh_l1_reverse.update" %gru.bias_hh_l1_reverse, %gru.l1_reverse.grad.33, %opt.m.gru.bias_hh_l1_reverse, %opt.v.gru.bias_hh_l1_reverse, %stack.2 : f32[384] @state:2489856, f32[384] @state:7550592, f32[384] @state:7552128, f32[384] @arena:286482432  !models/lib/crnn.json:32:20+26 */
struct k258 {
	static __device__ __forceinline__ float beta1()
	{
		return (float)0.9;
	}
	static __device__ __forceinline__ float keep1()
	{
		return (float)0.09999999999999998;
	}
	static __device__ __forceinline__ float beta2()
	{
		return (float)0.999;
	}
	static __device__ __forceinline__ float keep2()
	{
		return (float)0.0010000000000000009;
	}
	static __device__ __forceinline__ float eps()
	{
		return (float)1e-08;
	}
	static __device__ __forceinline__ float decay()
	{
		return (float)0;
	}
	enum { MAY_KEEP = 0, ROWS = 2, EACH = 4096 };
	static __device__ __forceinline__ unsigned long long at(int column, unsigned row)
	{
		static const unsigned long long v[2][10] = {
			{0x500000000025fe00, 0x100000001113b100, 0x5000000000733680, 0x5000000000733c80, 0x100000001113df80, 0x0, 0x500000000025fe00, 0x5000000000733680, 0x5000000000733c80, 0x1000000011136000},
			{0x50000000001ce600, 0x100000001116e000, 0x5000000000734280, 0x5000000000764280, 0x100000001113df80, 0x0, 0x50000000001ce600, 0x5000000000734280, 0x5000000000764280, 0x1000000010af6000},
		};
		return v[row][column];
	}
	static __device__ __forceinline__ unsigned count(unsigned row)
	{
		static const unsigned v[2] = {
			384, 49152,
		};
		return v[row];
	}
	static __device__ __forceinline__ unsigned first(unsigned row)
	{
		static const unsigned v[2] = {
			0, 1,
		};
		return v[row];
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k258_gru_bias_hh_l1_reverse_update(const Mem m)
{
	adamw<k258>(m);
}
/* %mhsa_block_list.0.out_proj.weight.update, %mhsa_block_list.0.out_proj.weight.update.2, %mhsa_block_list.0.out_proj.weight.update.3, %mhsa_block_list.0.out_proj.weight.update.4 = adamw "mhsa_block_list.0.out_proj.weight.update" %mhsa_block_list.0.out_proj.weight, %mhsa_block_list.0.out_proj.grad.2, %opt.m.mhsa_block_list.0.out_proj.weight, %opt.v.mhsa_block_list.0.out_proj.weight, %stack.2 : f32[128,128] @state:2491392, f32[128,128] @state:7949952, f32[128,128] @state:8015488, f32[128,128] @arena:280616960  !models/lib/nn.json:19:20+8 */
/* %mhsa_block_list.0.out_proj.bias.update, %mhsa_block_list.0.out_proj.bias.update.2, %mhsa_block_list.0.out_proj.bias.update.3, %mhsa_block_list.0.out_proj.bias.update.4 = adamw "mhsa_block_list.0.out_proj.bias.update" %mhsa_block_list.0.out_proj.bias, %mhsa_block_list.0.out_proj.grad.3, %opt.m.mhsa_block_list.0.out_proj.bias, %opt.v.mhsa_block_list.0.out_proj.bias, %stack.2 : f32[128] @state:2556928, f32[128] @state:8081024, f32[128] @state:8081536, f32[128] @arena:286513920  !models/lib/nn.json:20:34+6 */

/* %mhsa_block_list.0.in_proj_bias.update, %mhsa_block_list.0.in_proj_bias.update.2, %mhsa_block_list.0.in_proj_bias.update.3, %mhsa_block_list.0.in_proj_bias.update.4 = adamw "mhsa_block_list.0.in_proj_bias.update" %mhsa_block_list.0.in_proj_bias, %mhsa_block_list.0.in_proj.grad.4, %opt.m.mhsa_block_list.0.in_proj_bias, %opt.v.mhsa_block_list.0.in_proj_bias, %stack.2 : f32[384] @state:2486784, f32[384] @state:7946880, f32[384] @state:7948416, f32[384] @arena:286482432  !models/lib/crnn.json:53:20+14 */
struct k259 {
	static __device__ __forceinline__ float beta1()
	{
		return (float)0.9;
	}
	static __device__ __forceinline__ float keep1()
	{
		return (float)0.09999999999999998;
	}
	static __device__ __forceinline__ float beta2()
	{
		return (float)0.999;
	}
	static __device__ __forceinline__ float keep2()
	{
		return (float)0.0010000000000000009;
	}
	static __device__ __forceinline__ float eps()
	{
		return (float)1e-08;
	}
	static __device__ __forceinline__ float decay()
	{
		return (float)0;
	}
	enum { MAY_KEEP = 0, ROWS = 3, EACH = 4096 };
	static __device__ __forceinline__ unsigned long long at(int column, unsigned row)
	{
		static const unsigned long long v[3][10] = {
			{0x500000000025f200, 0x100000001113d500, 0x5000000000794280, 0x5000000000794880, 0x100000001113df80, 0x0, 0x500000000025f200, 0x5000000000794280, 0x5000000000794880, 0x1000000011136000},
			{0x5000000000260400, 0x1000000011352000, 0x5000000000794e80, 0x50000000007a4e80, 0x100000001113df80, 0x0, 0x5000000000260400, 0x5000000000794e80, 0x50000000007a4e80, 0x1000000010b9e000},
			{0x5000000000270400, 0x1000000011362c80, 0x50000000007b4e80, 0x50000000007b5080, 0x100000001113df80, 0x0, 0x5000000000270400, 0x50000000007b4e80, 0x50000000007b5080, 0x100000001113db00},
		};
		return v[row][column];
	}
	static __device__ __forceinline__ unsigned count(unsigned row)
	{
		static const unsigned v[3] = {
			384, 16384, 128,
		};
		return v[row];
	}
	static __device__ __forceinline__ unsigned first(unsigned row)
	{
		static const unsigned v[3] = {
			0, 1, 5,
		};
		return v[row];
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k259_mhsa_block_list_0_in_proj_bias_update(const Mem m)
{
	adamw<k259>(m);
}

/* %layer_norm_list.0.weight.update, %layer_norm_list.0.weight.update.2, %layer_norm_list.0.weight.update.3, %layer_norm_list.0.weight.update.4 = adamw "layer_norm_list.0.weight.update" %layer_norm_list.0.weight, %layer_norm_list.0.grad.3, %opt.m.layer_norm_list.0.weight, %opt.v.layer_norm_list.0.weight, %stack.2 : f32[128] @state:2557440, f32[128] @state:8082048, f32[128] @state:8082560, f32[128] @arena:286513920  !models/lib/nn.json:77:20+8 */
struct k260 {
	static __device__ __forceinline__ float beta1()
	{
		return (float)0.9;
	}
	static __device__ __forceinline__ float keep1()
	{
		return (float)0.09999999999999998;
	}
	static __device__ __forceinline__ float beta2()
	{
		return (float)0.999;
	}
	static __device__ __forceinline__ float keep2()
	{
		return (float)0.0010000000000000009;
	}
	static __device__ __forceinline__ float eps()
	{
		return (float)1e-08;
	}
	static __device__ __forceinline__ float decay()
	{
		return (float)0;
	}
	enum { MAY_KEEP = 0, ROWS = 1, EACH = 4096 };
	static __device__ __forceinline__ unsigned long long at(int column, unsigned row)
	{
		static const unsigned long long v[1][10] = {
			{0x5000000000270600, 0x100000001113dd80, 0x50000000007b5280, 0x50000000007b5480, 0x100000001113df80, 0x0, 0x5000000000270600, 0x50000000007b5280, 0x50000000007b5480, 0x100000001113db00},
		};
		return v[row][column];
	}
	static __device__ __forceinline__ unsigned count(unsigned row)
	{
		static const unsigned v[1] = {
			128,
		};
		return v[row];
	}
	static __device__ __forceinline__ unsigned first(unsigned row)
	{
		static const unsigned v[1] = {
			0,
		};
		return v[row];
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k260_layer_norm_list_0_weight_update(const Mem m)
{
	adamw<k260>(m);
}
/* %mhsa_block_list.1.in_proj_weight.update, %mhsa_block_list.1.in_proj_weight.update.2, %mhsa_block_list.1.in_proj_weight.update.3, %mhsa_block_list.1.in_proj_weight.update.4 = adamw "mhsa_block_list.1.in_proj_weight.update" %mhsa_block_list.1.in_proj_weight, %mhsa_block_list.1.in_proj.grad.3, %opt.m.mhsa_block_list.1.in_proj_weight, %opt.v.mhsa_block_list.1.in_proj_weight, %stack.2 : f32[384,128] @state:2558464, f32[384,128] @state:8084096, f32[384,128] @state:8280704, f32[384,128] @arena:279928832  !models/lib/crnn.json:52:20+16 */
/* %mhsa_block_list.1.in_proj_bias.update, %mhsa_block_list.1.in_proj_bias.update.2, %mhsa_block_list.1.in_proj_bias.update.3, %mhsa_block_list.1.in_proj_bias.update.4 = adamw "mhsa_block_list.1.in_proj_bias.update" %mhsa_block_list.1.in_proj_bias, %mhsa_block_list.1.in_proj.grad.4, %opt.m.mhsa_block_list.1.in_proj_bias, %opt.v.mhsa_block_list.1.in_proj_bias, %stack.2 : f32[384] @state:2755072, f32[384] @state:8477312, f32[384] @state:8478848, f32[384] @arena:286482432  !models/lib/crnn.json:53:20+14 */
/* %mhsa_block_list.1.out_proj.weight.update, %mhsa_block_list.1.out_proj.weight.update.2, %mhsa_block_list.1.out_proj.weight.update.3, %mhsa_block_list.1.out_proj.weight.update.4 = adamw "mhsa_block_list.1.out_proj.weight.update" %mhsa_block_list.1.out_proj.weight, %mhsa_block_list.1.out_proj.grad.2, %opt.m.mhsa_block_list.1.out_proj.weight, %opt.v.mhsa_block_list.1.out_proj.weight, %stack.2 : f32[128,128] @state:2756608, f32[128,128] @state:8480384, f32[128,128] @state:8545920, f32[128,128] @arena:280616960  !models/lib/nn.json:19:20+8 */

/* %layer_norm_list.0.bias.update, %layer_norm_list.0.bias.update.2, %layer_norm_list.0.bias.update.3, %layer_norm_list.0.bias.update.4 = adamw "layer_norm_list.0.bias.update" %layer_norm_list.0.bias, %layer_norm_list.0.grad.4, %opt.m.layer_norm_list.0.bias, %opt.v.layer_norm_list.0.bias, %stack.2 : f32[128] @state:2557952, f32[128] @state:8083072, f32[128] @state:8083584, f32[128] @arena:286513920  !models/lib/nn.json:78:20+6 */
struct k261 {
	static __device__ __forceinline__ float beta1()
	{
		return (float)0.9;
	}
	static __device__ __forceinline__ float keep1()
	{
		return (float)0.09999999999999998;
	}
	static __device__ __forceinline__ float beta2()
	{
		return (float)0.999;
	}
	static __device__ __forceinline__ float keep2()
	{
		return (float)0.0010000000000000009;
	}
	static __device__ __forceinline__ float eps()
	{
		return (float)1e-08;
	}
	static __device__ __forceinline__ float decay()
	{
		return (float)0;
	}
	enum { MAY_KEEP = 0, ROWS = 4, EACH = 4096 };
	static __device__ __forceinline__ unsigned long long at(int column, unsigned row)
	{
		static const unsigned long long v[4][10] = {
			{0x5000000000270800, 0x1000000011362a80, 0x50000000007b5680, 0x50000000007b5880, 0x100000001113df80, 0x0, 0x5000000000270800, 0x50000000007b5680, 0x50000000007b5880, 0x100000001113db00},
			{0x5000000000270a00, 0x100000001113e000, 0x50000000007b5a80, 0x50000000007e5a80, 0x100000001113df80, 0x0, 0x5000000000270a00, 0x50000000007b5a80, 0x50000000007e5a80, 0x1000000010af6000},
			{0x50000000002a0a00, 0x100000001113cf00, 0x5000000000815a80, 0x5000000000816080, 0x100000001113df80, 0x0, 0x50000000002a0a00, 0x5000000000815a80, 0x5000000000816080, 0x1000000011136000},
			{0x50000000002a1000, 0x1000000011342000, 0x5000000000816680, 0x5000000000826680, 0x100000001113df80, 0x0, 0x50000000002a1000, 0x5000000000816680, 0x5000000000826680, 0x1000000010b9e000},
		};
		return v[row][column];
	}
	static __device__ __forceinline__ unsigned count(unsigned row)
	{
		static const unsigned v[4] = {
			128, 49152, 384, 16384,
		};
		return v[row];
	}
	static __device__ __forceinline__ unsigned first(unsigned row)
	{
		static const unsigned v[4] = {
			0, 1, 13, 14,
		};
		return v[row];
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k261_layer_norm_list_0_bias_update(const Mem m)
{
	adamw<k261>(m);
}

/* %mhsa_block_list.1.out_proj.bias.update, %mhsa_block_list.1.out_proj.bias.update.2, %mhsa_block_list.1.out_proj.bias.update.3, %mhsa_block_list.1.out_proj.bias.update.4 = adamw "mhsa_block_list.1.out_proj.bias.update" %mhsa_block_list.1.out_proj.bias, %mhsa_block_list.1.out_proj.grad.3, %opt.m.mhsa_block_list.1.out_proj.bias, %opt.v.mhsa_block_list.1.out_proj.bias, %stack.2 : f32[128] @state:2822144, f32[128] @state:8611456, f32[128] @state:8611968, f32[128] @arena:286513920  !models/lib/nn.json:20:34+6 */
struct k262 {
	static __device__ __forceinline__ float beta1()
	{
		return (float)0.9;
	}
	static __device__ __forceinline__ float keep1()
	{
		return (float)0.09999999999999998;
	}
	static __device__ __forceinline__ float beta2()
	{
		return (float)0.999;
	}
	static __device__ __forceinline__ float keep2()
	{
		return (float)0.0010000000000000009;
	}
	static __device__ __forceinline__ float eps()
	{
		return (float)1e-08;
	}
	static __device__ __forceinline__ float decay()
	{
		return (float)0;
	}
	enum { MAY_KEEP = 0, ROWS = 1, EACH = 4096 };
	static __device__ __forceinline__ unsigned long long at(int column, unsigned row)
	{
		static const unsigned long long v[1][10] = {
			{0x50000000002b1000, 0x1000000011362880, 0x5000000000836680, 0x5000000000836880, 0x100000001113df80, 0x0, 0x50000000002b1000, 0x5000000000836680, 0x5000000000836880, 0x100000001113db00},
		};
		return v[row][column];
	}
	static __device__ __forceinline__ unsigned count(unsigned row)
	{
		static const unsigned v[1] = {
			128,
		};
		return v[row];
	}
	static __device__ __forceinline__ unsigned first(unsigned row)
	{
		static const unsigned v[1] = {
			0,
		};
		return v[row];
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k262_mhsa_block_list_1_out_proj_bias_update(const Mem m)
{
	adamw<k262>(m);
}

/* %layer_norm_list.1.weight.update, %layer_norm_list.1.weight.update.2, %layer_norm_list.1.weight.update.3, %layer_norm_list.1.weight.update.4 = adamw "layer_norm_list.1.weight.update" %layer_norm_list.1.weight, %layer_norm_list.1.grad.2, %opt.m.layer_norm_list.1.weight, %opt.v.layer_norm_list.1.weight, %stack.2 : f32[128] @state:2822656, f32[128] @state:8612480, f32[128] @state:8612992, f32[128] @arena:286513920  !models/lib/nn.json:77:20+8 */
struct k263 {
	static __device__ __forceinline__ float beta1()
	{
		return (float)0.9;
	}
	static __device__ __forceinline__ float keep1()
	{
		return (float)0.09999999999999998;
	}
	static __device__ __forceinline__ float beta2()
	{
		return (float)0.999;
	}
	static __device__ __forceinline__ float keep2()
	{
		return (float)0.0010000000000000009;
	}
	static __device__ __forceinline__ float eps()
	{
		return (float)1e-08;
	}
	static __device__ __forceinline__ float decay()
	{
		return (float)0;
	}
	enum { MAY_KEEP = 0, ROWS = 1, EACH = 4096 };
	static __device__ __forceinline__ unsigned long long at(int column, unsigned row)
	{
		static const unsigned long long v[1][10] = {
			{0x50000000002b1200, 0x1000000011362480, 0x5000000000836a80, 0x5000000000836c80, 0x100000001113df80, 0x0, 0x50000000002b1200, 0x5000000000836a80, 0x5000000000836c80, 0x100000001113db00},
		};
		return v[row][column];
	}
	static __device__ __forceinline__ unsigned count(unsigned row)
	{
		static const unsigned v[1] = {
			128,
		};
		return v[row];
	}
	static __device__ __forceinline__ unsigned first(unsigned row)
	{
		static const unsigned v[1] = {
			0,
		};
		return v[row];
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k263_layer_norm_list_1_weight_update(const Mem m)
{
	adamw<k263>(m);
}
/* %fnn_list.0.weight.update, %fnn_list.0.weight.update.2, %fnn_list.0.weight.update.3, %fnn_list.0.weight.update.4 = adamw "fnn_list.0.weight.update" %fnn_list.0.weight, %fnn_list.0.grad.2, %opt.m.fnn_list.0.weight, %opt.v.fnn_list.0.weight, %stack.2 : f32[128,128] @state:2823680, f32[128,128] @state:8614528, f32[128,128] @state:8680064, f32[128,128] @arena:280616960  !models/lib/nn.json:19:20+8 */

/* %layer_norm_list.1.bias.update, %layer_norm_list.1.bias.update.2, %layer_norm_list.1.bias.update.3, %layer_norm_list.1.bias.update.4 = adamw "layer_norm_list.1.bias.update" %layer_norm_list.1.bias, %layer_norm_list.1.grad.3, %opt.m.layer_norm_list.1.bias, %opt.v.layer_norm_list.1.bias, %stack.2 : f32[128] @state:2823168, f32[128] @state:8613504, f32[128] @state:8614016, f32[128] @arena:286513920  !models/lib/nn.json:78:20+6 */
struct k264 {
	static __device__ __forceinline__ float beta1()
	{
		return (float)0.9;
	}
	static __device__ __forceinline__ float keep1()
	{
		return (float)0.09999999999999998;
	}
	static __device__ __forceinline__ float beta2()
	{
		return (float)0.999;
	}
	static __device__ __forceinline__ float keep2()
	{
		return (float)0.0010000000000000009;
	}
	static __device__ __forceinline__ float eps()
	{
		return (float)1e-08;
	}
	static __device__ __forceinline__ float decay()
	{
		return (float)0;
	}
	enum { MAY_KEEP = 0, ROWS = 2, EACH = 4096 };
	static __device__ __forceinline__ unsigned long long at(int column, unsigned row)
	{
		static const unsigned long long v[2][10] = {
			{0x50000000002b1400, 0x1000000011362680, 0x5000000000836e80, 0x5000000000837080, 0x100000001113df80, 0x0, 0x50000000002b1400, 0x5000000000836e80, 0x5000000000837080, 0x100000001113db00},
			{0x50000000002b1600, 0x1000000011332000, 0x5000000000837280, 0x5000000000847280, 0x100000001113df80, 0x0, 0x50000000002b1600, 0x5000000000837280, 0x5000000000847280, 0x1000000010b9e000},
		};
		return v[row][column];
	}
	static __device__ __forceinline__ unsigned count(unsigned row)
	{
		static const unsigned v[2] = {
			128, 16384,
		};
		return v[row];
	}
	static __device__ __forceinline__ unsigned first(unsigned row)
	{
		static const unsigned v[2] = {
			0, 1,
		};
		return v[row];
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k264_layer_norm_list_1_bias_update(const Mem m)
{
	adamw<k264>(m);
}
/* %fnn_list.1.weight.update, %fnn_list.1.weight.update.2, %fnn_list.1.weight.update.3, %fnn_list.1.weight.update.4 = adamw "fnn_list.1.weight.update" %fnn_list.1.weight, %fnn_list.1.grad.2, %opt.m.fnn_list.1.weight, %opt.v.fnn_list.1.weight, %stack.2 : f32[156,128] @state:2889728, f32[156,128] @state:8746624, f32[156,128] @state:8826496, f32[156,128] @arena:280616960  !models/lib/nn.json:19:20+8 */

/* %fnn_list.0.bias.update, %fnn_list.0.bias.update.2, %fnn_list.0.bias.update.3, %fnn_list.0.bias.update.4 = adamw "fnn_list.0.bias.update" %fnn_list.0.bias, %fnn_list.0.grad.3, %opt.m.fnn_list.0.bias, %opt.v.fnn_list.0.bias, %stack.2 : f32[128] @state:2889216, f32[128] @state:8745600, f32[128] @state:8746112, f32[128] @arena:286513920  !models/lib/nn.json:20:34+6 */
struct k265 {
	static __device__ __forceinline__ float beta1()
	{
		return (float)0.9;
	}
	static __device__ __forceinline__ float keep1()
	{
		return (float)0.09999999999999998;
	}
	static __device__ __forceinline__ float beta2()
	{
		return (float)0.999;
	}
	static __device__ __forceinline__ float keep2()
	{
		return (float)0.0010000000000000009;
	}
	static __device__ __forceinline__ float eps()
	{
		return (float)1e-08;
	}
	static __device__ __forceinline__ float decay()
	{
		return (float)0;
	}
	enum { MAY_KEEP = 0, ROWS = 2, EACH = 4096 };
	static __device__ __forceinline__ unsigned long long at(int column, unsigned row)
	{
		static const unsigned long long v[2][10] = {
			{0x50000000002c1600, 0x1000000011362280, 0x5000000000857280, 0x5000000000857480, 0x100000001113df80, 0x0, 0x50000000002c1600, 0x5000000000857280, 0x5000000000857480, 0x100000001113db00},
			{0x50000000002c1800, 0x10000000113f6000, 0x5000000000857680, 0x500000000086ae80, 0x100000001113df80, 0x0, 0x50000000002c1800, 0x5000000000857680, 0x500000000086ae80, 0x1000000010b9e000},
		};
		return v[row][column];
	}
	static __device__ __forceinline__ unsigned count(unsigned row)
	{
		static const unsigned v[2] = {
			128, 19968,
		};
		return v[row];
	}
	static __device__ __forceinline__ unsigned first(unsigned row)
	{
		static const unsigned v[2] = {
			0, 1,
		};
		return v[row];
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k265_fnn_list_0_bias_update(const Mem m)
{
	adamw<k265>(m);
}

/* %fnn_list.1.bias.update, %fnn_list.1.bias.update.2, %fnn_list.1.bias.update.3, %fnn_list.1.bias.update.4 = adamw "fnn_list.1.bias.update" %fnn_list.1.bias, %fnn_list.1.grad.3, %opt.m.fnn_list.1.bias, %opt.v.fnn_list.1.bias, %stack.2 : f32[156] @state:2969600, f32[156] @state:8906368, f32[156] @state:8907008, f32[156] @arena:286513920  !models/lib/nn.json:20:34+6 */
struct k266 {
	static __device__ __forceinline__ float beta1()
	{
		return (float)0.9;
	}
	static __device__ __forceinline__ float keep1()
	{
		return (float)0.09999999999999998;
	}
	static __device__ __forceinline__ float beta2()
	{
		return (float)0.999;
	}
	static __device__ __forceinline__ float keep2()
	{
		return (float)0.0010000000000000009;
	}
	static __device__ __forceinline__ float eps()
	{
		return (float)1e-08;
	}
	static __device__ __forceinline__ float decay()
	{
		return (float)0;
	}
	enum { MAY_KEEP = 0, ROWS = 1, EACH = 4096 };
	static __device__ __forceinline__ unsigned long long at(int column, unsigned row)
	{
		static const unsigned long long v[1][10] = {
			{0x50000000002d5000, 0x1000000011362000, 0x500000000087e680, 0x500000000087e900, 0x100000001113df80, 0x0, 0x50000000002d5000, 0x500000000087e680, 0x500000000087e900, 0x100000001113db00},
		};
		return v[row][column];
	}
	static __device__ __forceinline__ unsigned count(unsigned row)
	{
		static const unsigned v[1] = {
			156,
		};
		return v[row];
	}
	static __device__ __forceinline__ unsigned first(unsigned row)
	{
		static const unsigned v[1] = {
			0,
		};
		return v[row];
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k266_fnn_list_1_bias_update(const Mem m)
{
	adamw<k266>(m);
}
