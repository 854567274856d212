/* seld_mamba_tiny: kernels written by seldc 0.1.0, precision fp32. */

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

/* Hopper's own: instructions of a warpgroup, four neighbouring warps, that read B from shared memory.
 * Compilers know them as those of sm_90a. */
#ifdef __CUDA_ARCH_FEAT_SM90_ALL
#define WGMMA 1

/* What this thread's asynchronous copies brought to shared memory, once waited for, can be read by
 * wgmma behind the next barrier. */
__device__ __forceinline__ void wgmma_shared()
{
	asm volatile("fence.proxy.async.shared::cta;" ::: "memory");
}

/* Before the first of several wgmma, when registers have been written. */
__device__ __forceinline__ void wgmma_begin()
{
	asm volatile("wgmma.fence.sync.aligned;" ::: "memory");
}

/* Behind the last of several; they are under way. */
__device__ __forceinline__ void wgmma_commit()
{
	asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory");
}

/* Waits for all: what they read may be overwritten. */
__device__ __forceinline__ void wgmma_wait()
{
	asm volatile("wgmma.wait_group.sync.aligned 0;" ::: "memory");
}

/* Behind the last wgmma_wait, before the sums are read: the compiler does not know that they change
 * until then. */
template <int N> __device__ __forceinline__ void wgmma_sums(float (*d)[4])
{
#pragma unroll
	for (int j = 0; j < N / 8; j++)
		asm volatile("" : "+f"(d[j][0]), "+f"(d[j][1]), "+f"(d[j][2]), "+f"(d[j][3]) :: "memory");
}

/* B in shared memory: rows of 128 bytes whose 16-byte pieces are exchanged by the row's low bits,
 * from a multiple of 1024 bytes on. s: in the first row, a multiple of 32 bytes from its start if
 * rows are columns of B, in tiles of 8; at a multiple of 1024 if rows are of B's depth. panel: bytes from
 * 64 columns to the next 64 in the latter case. */
__device__ __forceinline__ unsigned long long wgmma_rows(unsigned s, unsigned panel = 1024)
{
	const unsigned long long swizzle_128 = 1ull << 62, tile_1024 = 64ull << 32;
	return swizzle_128 | tile_1024 | (unsigned long long)(panel >> 4) << 16 | (s & 0x3ffff) >> 4;
}

#define WGMMA_SUM(j) "+f"(d[j][0]), "+f"(d[j][1]), "+f"(d[j][2]), "+f"(d[j][3])
#define WGMMA_SUMS(j)                                                                              \
	WGMMA_SUM(j), WGMMA_SUM(j + 1), WGMMA_SUM(j + 2), WGMMA_SUM(j + 3), WGMMA_SUM(j + 4),          \
	    WGMMA_SUM(j + 5), WGMMA_SUM(j + 6), WGMMA_SUM(j + 7)
#define WGMMA_64                                                                                   \
	"{.reg .pred p; setp.ne.b32 p, 1, 0;\n\t"                                                      \
	"wgmma.mma_async.sync.aligned.m64n64k16.f32.bf16.bf16 "                                        \
	"{%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, "                      \
	"%16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31}, "
#define WGMMA_128                                                                                  \
	"{.reg .pred p; setp.ne.b32 p, 1, 0;\n\t"                                                      \
	"wgmma.mma_async.sync.aligned.m64n128k16.f32.bf16.bf16 "                                       \
	"{%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, "                      \
	"%16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31, "             \
	"%32, %33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, %44, %45, %46, %47, "             \
	"%48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63}, "

/* d += a b: each warp 16 rows, N columns, depth 16 of bf16. d[j] and a as of mma; TURNED: B's rows in
 * shared memory are of its depth. */
template <int N, int TURNED>
__device__ __forceinline__ void wgmma(float (*d)[4], const unsigned a[4], unsigned long long b)
{
	static_assert(N == 64 || N == 128, "columns of a wgmma");
	if constexpr (N == 64)
		asm volatile(WGMMA_64 "{%32, %33, %34, %35}, %36, p, 1, 1, %37;}"
		             : WGMMA_SUMS(0)
		             : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "l"(b), "n"(TURNED));
	else
		asm volatile(WGMMA_128 "{%64, %65, %66, %67}, %68, p, 1, 1, %69;}"
		             : WGMMA_SUMS(0), WGMMA_SUMS(8)
		             : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "l"(b), "n"(TURNED));
}

/* The same with the warpgroup's 64 rows of A in shared memory, too, as columns of B lie there. */
template <int N, int TURNED>
__device__ __forceinline__ void wgmma(float (*d)[4], unsigned long long a, unsigned long long b)
{
	static_assert(N == 64 || N == 128, "columns of a wgmma");
	if constexpr (N == 64)
		asm volatile(WGMMA_64 "%32, %33, p, 1, 1, %34, %34;}"
		             : WGMMA_SUMS(0) : "l"(a), "l"(b), "n"(TURNED));
	else
		asm volatile(WGMMA_128 "%64, %65, p, 1, 1, %66, %66;}"
		             : WGMMA_SUMS(0), WGMMA_SUMS(8) : "l"(a), "l"(b), "n"(TURNED));
}
#endif

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

#ifndef WGMMA
/* Kernels do without. */
#define WGMMA 0
__device__ void wgmma_shared();
__device__ void wgmma_begin();
__device__ void wgmma_commit();
__device__ void wgmma_wait();
template <int N> __device__ void wgmma_sums(float (*d)[4]);
__device__ unsigned long long wgmma_rows(unsigned s, unsigned panel = 1024);
template <int N, int TURNED, class A>
__device__ void wgmma(float (*d)[4], A a, unsigned long long b);
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

/* A sum of many elements. What rounding takes from each is summed beside it (Knuth's two-sum), so
 * that the result is off by little more than one rounding, however many there are. */
struct LongSum {
	float sum = 0, lost = 0;
	__device__ __forceinline__ void add(float v)
	{
		const float to = sum + v, had = to - v;
		lost += (sum - had) + (v - (to - had));
		sum = to;
	}
	/* Beside an infinite sum `lost` is no number. */
	__device__ __forceinline__ float value() const { return lost - lost == 0 ? sum + lost : sum; }
};

/* NVRTC knows no INFINITY. */
__device__ __forceinline__ float infinite()
{
	return __uint_as_float(0x7f800000u);
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

/* %features.log_mel.squares = square "features.log_mel.squares" %features.spectrum :
 * f32[1,4,41,513,2] @arena:673088  !models/lib/foa.json:12:17+8 */
struct k003 {
	enum { COUNT = 42066 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k003_features_log_mel_squares(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k003::COUNT)
		return;
	const unsigned i = t * 4u;
	float x0[4];
	map_get<4, 1>(x0, ((const float *)(m.arena + 0)) + (i));
	float y0[4];
#pragma unroll
	for (int e = 0; e < 4; e++) {
		{
			const float a = x0[e];
			y0[e] = a * a;
		}
	}
	map_put<4>(((float *)(m.arena + 673088)) + (i), y0);
}

/* %features.log_mel.2 = map "features.log_mel" %features.log_mel.mel {f="t0 = maximum(x0, 1e-10);
 * t1 = log10(t0); y0 = mul(t1, 10)"} : f32[1,4,41,32] @arena:1177920
 * !models/lib/foa.json:17:17+5 */
struct k006 {
	enum { COUNT = 1312 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k006_features_log_mel(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k006::COUNT)
		return;
	const unsigned i = t * 4u;
	float x0[4];
	map_get<4, 1>(x0, ((const float *)(m.arena + 1214656)) + (i));
	float y0[4];
#pragma unroll
	for (int e = 0; e < 4; e++) {
		float t0;
		{
			const float a = x0[e];
			const float b = K(1e-10);
			t0 = a > b || a != a ? a : b;
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
	}
	map_put<4>(((float *)(m.arena + 1177920)) + (i), y0);
}

/* %features.intensity.products = mul "features.intensity.products" %features.intensity.velocity,
 * %features.intensity.pressure : f32[1,3,41,513,2] @arena:673088  !models/lib/foa.json:28:17+5 */
struct k007 {
	enum { COUNT = 126198 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k007_features_intensity_products(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k007::COUNT)
		return;
	const unsigned i = t;
	float x0[1];
	map_get<1, 0>(x0, ((const float *)(m.arena + 168264)) + (i / 42066u * 42066u + i % 42066u));
	float x1[1];
	map_get<1, 0>(x1, ((const float *)(m.arena + 0)) + (i % 42066u));
	float y0[1];
#pragma unroll
	for (int e = 0; e < 1; e++) {
		{
			const float a = x0[e];
			const float b = x1[e];
			y0[e] = a * b;
		}
	}
	map_put<1>(((float *)(m.arena + 673088)) + (i / 42066u * 42066u + i % 42066u), y0);
}

/* %features.intensity.squares = square "features.intensity.squares" %features.intensity.I :
 * f32[1,3,41,513] @arena:252416  !models/lib/foa.json:30:17+8 */
struct k009 {
	enum { COUNT = 63099 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k009_features_intensity_squares(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k009::COUNT)
		return;
	const unsigned i = t;
	float x0[1];
	map_get<1, 0>(x0, ((const float *)(m.arena + 0)) + (i));
	float y0[1];
#pragma unroll
	for (int e = 0; e < 1; e++) {
		{
			const float a = x0[e];
			y0[e] = a * a;
		}
	}
	map_put<1>(((float *)(m.arena + 252416)) + (i), y0);
}

/* %features.intensity.divisor.2 = map "features.intensity.divisor" %features.intensity.square_norm
 * {f="t0 = sqrt(x0); y0 = add(t0, 1.1920928955078125e-07)"} : f32[1,1,41,513] @arena:588992
 * !models/lib/foa.json:33:17+5 */
struct k011 {
	enum { COUNT = 21033 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k011_features_intensity_divisor(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k011::COUNT)
		return;
	const unsigned i = t;
	float x0[1];
	map_get<1, 0>(x0, ((const float *)(m.arena + 504832)) + (i));
	float y0[1];
#pragma unroll
	for (int e = 0; e < 1; e++) {
		float t0;
		{
			const float a = x0[e];
			t0 = sqrt(a);
		}
		{
			const float a = t0;
			const float b = K(1.1920928955078125e-07);
			y0[e] = a + b;
		}
	}
	map_put<1>(((float *)(m.arena + 588992)) + (i), y0);
}

/* %features.intensity.unit = div "features.intensity.unit" %features.intensity.I,
 * %features.intensity.divisor.2 : f32[1,3,41,513] @arena:252416  !models/lib/foa.json:34:17+5 */
struct k012 {
	enum { COUNT = 63099 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k012_features_intensity_unit(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k012::COUNT)
		return;
	const unsigned i = t;
	float x0[1];
	map_get<1, 0>(x0, ((const float *)(m.arena + 0)) + (i / 21033u * 21033u + i % 21033u));
	float x1[1];
	map_get<1, 0>(x1, ((const float *)(m.arena + 588992)) + (i % 21033u));
	float y0[1];
#pragma unroll
	for (int e = 0; e < 1; e++) {
		{
			const float a = x0[e];
			const float b = x1[e];
			y0[e] = a / b;
		}
	}
	map_put<1>(((float *)(m.arena + 252416)) + (i / 21033u * 21033u + i % 21033u), y0);
}

/* %scaler.2 = map "scaler" %features, %scaler.mean_t, %scaler.std_t {f="t0 = sub(x0, x1); y0 =
 * div(t0, x2)"} : f32[1,7,41,32] @arena:0  !models/lib/foa.json:62:17+5 */
struct k014 {
	enum { COUNT = 2296 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k014_scaler(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k014::COUNT)
		return;
	const unsigned i = t * 4u;
	float x0[4];
	map_get<4, 1>(x0, ((const float *)(m.arena + 1177920)) + (i / 1312u * 1312u + i / 32u % 41u * 32u + i % 32u));
	float x1[4];
	map_get<4, 1>(x1, ((const float *)(m.params + 0)) + (i / 1312u * 32u + i % 32u));
	float x2[4];
	map_get<4, 1>(x2, ((const float *)(m.params + 896)) + (i / 1312u * 32u + i % 32u));
	float y0[4];
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
			const float b = x2[e];
			y0[e] = a / b;
		}
	}
	map_put<4>(((float *)(m.arena + 0)) + (i / 1312u * 1312u + i / 32u % 41u * 32u + i % 32u), y0);
}

/* %enc.sde.b1.conv1.4 = reshape "enc.sde.b1.conv1" %enc.sed.b1.conv1.3 {shape=[1,1,41,32,4]} :
 * f32[1,1,41,32,4] @arena:125952  !models/lib/nn.json:33:17+8 */
struct k015 {
};

extern "C" __global__ void __launch_bounds__(256, 1) k015_enc_sde_b1_conv1(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (blockIdx.y == 0 && t < 5248u) {
		const unsigned i = t * 1u;
		float v[1];
		map_get<1, 0>(v, ((const float *)(m.in + 0)) + (i / 4u + i % 4u * 1312u));
		map_put<1>(((float *)(m.arena + 125952)) + (i / 4u * 4u + i % 4u), v);
	}
}

/* %enc._.b1.bn1, %enc._.b1.bn1.2 = map "enc.*.b1.bn1" %enc._.b1.bn1.running_var,
 * %enc._.b1.bn1.weight, %enc._.b1.bn1.running_mean, %enc._.b1.bn1.bias {f="t0 = add(x0, 1e-05); t1
 * = rsqrt(t0); y0 = mul(x1, t1); t2 = mul(x2, y0); y1 = sub(x3, t2)" group=2} : f32[2,8]
 * @load:20736, f32[2,8] @load:0  !models/lib/nn.json:58:17+12 */
struct k017 {
	enum { COUNT = 4 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k017_enc___b1_bn1(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k017::COUNT)
		return;
	const unsigned i = t * 4u;
	float x0[4];
	map_get<4, 1>(x0, ((const float *)(m.params + 4288)) + (i));
	float x1[4];
	map_get<4, 1>(x1, ((const float *)(m.params + 4096)) + (i));
	float x2[4];
	map_get<4, 1>(x2, ((const float *)(m.params + 4224)) + (i));
	float x3[4];
	map_get<4, 1>(x3, ((const float *)(m.params + 4160)) + (i));
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
	map_put<4>(((float *)(m.load + 86528)) + (i), y0);
	map_put<4>(((float *)(m.load + 65792)) + (i), y1);
}

/* %enc._.b1.bn1.4, %enc._.b1.bn1.5 = map "enc.*.b1.bn1" %enc._.b1.bn1.running_var,
 * %enc._.b1.bn1.weight, %enc._.b1.bn1.running_mean, %enc._.b1.bn1.bias {f="t0 = add(x0, 1e-05); t1
 * = rsqrt(t0); y0 = mul(x1, t1); t2 = mul(x2, y0); y1 = sub(x3, t2)" group=2} : f32[2,8] @load:0,
 * f32[2,8] @load:20800  !models/lib/nn.json:58:17+12 */
struct k018 {
	enum { COUNT = 4 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k018_enc___b1_bn1(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k018::COUNT)
		return;
	const unsigned i = t * 4u;
	float x0[4];
	map_get<4, 1>(x0, ((const float *)(m.params + 4288)) + (i));
	float x1[4];
	map_get<4, 1>(x1, ((const float *)(m.params + 4096)) + (i));
	float x2[4];
	map_get<4, 1>(x2, ((const float *)(m.params + 4224)) + (i));
	float x3[4];
	map_get<4, 1>(x3, ((const float *)(m.params + 4160)) + (i));
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
	map_put<4>(((float *)(m.load + 65792)) + (i), y0);
	map_put<4>(((float *)(m.load + 86592)) + (i), y1);
}

/* %enc.doa.b1.bn1.11, %enc.doa.b1.bn1.12 = map "enc.doa.b1.bn1" %enc.doa.b1.bn1.running_var,
 * %enc.doa.b1.bn1.weight, %enc.doa.b1.bn1.running_mean, %enc.doa.b1.bn1.bias {f="t0 = add(x0,
 * 1e-05); t1 = rsqrt(t0); y0 = mul(x1, t1); t2 = mul(x2, y0); y1 = sub(x3, t2)"} : f32[8]
 * @load:20864, f32[8] @load:20928  !models/lib/nn.json:58:17+12 */
struct k021 {
	enum { COUNT = 2 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k021_enc_doa_b1_bn1(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k021::COUNT)
		return;
	const unsigned i = t * 4u;
	float x0[4];
	map_get<4, 1>(x0, ((const float *)(m.params + 14016)) + (i));
	float x1[4];
	map_get<4, 1>(x1, ((const float *)(m.params + 13824)) + (i));
	float x2[4];
	map_get<4, 1>(x2, ((const float *)(m.params + 13952)) + (i));
	float x3[4];
	map_get<4, 1>(x3, ((const float *)(m.params + 13888)) + (i));
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
	map_put<4>(((float *)(m.load + 86656)) + (i), y0);
	map_put<4>(((float *)(m.load + 86720)) + (i), y1);
}

/* %enc.doa.b1.conv1.3 = transpose "enc.doa.b1.conv1" %features {perm=[0,2,3,1]} : f32[1,41,32,7]
 * @arena:125952  !models/lib/nn.json:33:17+8 */
struct k022 {
};

extern "C" __global__ void __launch_bounds__(256, 1) k022_enc_doa_b1_conv1(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (blockIdx.y == 0 && t < 9184u) {
		const unsigned i = t * 1u;
		float v[1];
		map_get<1, 0>(v, ((const float *)(m.in + 0)) + (i / 7u + i % 7u * 1312u));
		map_put<1>(((float *)(m.arena + 125952)) + (i / 7u * 7u + i % 7u), v);
	}
}

/* %enc._.b1.bn2, %enc._.b1.bn2.2 = map "enc.*.b1.bn2" %enc._.b1.bn2.running_var,
 * %enc._.b1.bn2.weight, %enc._.b1.bn2.running_mean, %enc._.b1.bn2.bias {f="t0 = add(x0, 1e-05); t1
 * = rsqrt(t0); y0 = mul(x1, t1); t2 = mul(x2, y0); y1 = sub(x3, t2)" group=3} : f32[3,8]
 * @load:19968, f32[3,8] @load:0  !models/lib/nn.json:58:17+12 */
struct k025 {
	enum { COUNT = 6 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k025_enc___b1_bn2(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k025::COUNT)
		return;
	const unsigned i = t * 4u;
	float x0[4];
	map_get<4, 1>(x0, ((const float *)(m.params + 11648)) + (i));
	float x1[4];
	map_get<4, 1>(x1, ((const float *)(m.params + 11264)) + (i));
	float x2[4];
	map_get<4, 1>(x2, ((const float *)(m.params + 11520)) + (i));
	float x3[4];
	map_get<4, 1>(x3, ((const float *)(m.params + 11392)) + (i));
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
	map_put<4>(((float *)(m.load + 85760)) + (i), y0);
	map_put<4>(((float *)(m.load + 65792)) + (i), y1);
}

/* %enc._.b1.bn2.4, %enc._.b1.bn2.5 = map "enc.*.b1.bn2" %enc._.b1.bn2.running_var,
 * %enc._.b1.bn2.weight, %enc._.b1.bn2.running_mean, %enc._.b1.bn2.bias {f="t0 = add(x0, 1e-05); t1
 * = rsqrt(t0); y0 = mul(x1, t1); t2 = mul(x2, y0); y1 = sub(x3, t2)" group=3} : f32[3,8] @load:0,
 * f32[3,8] @load:20096  !models/lib/nn.json:58:17+12 */
struct k026 {
	enum { COUNT = 6 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k026_enc___b1_bn2(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k026::COUNT)
		return;
	const unsigned i = t * 4u;
	float x0[4];
	map_get<4, 1>(x0, ((const float *)(m.params + 11648)) + (i));
	float x1[4];
	map_get<4, 1>(x1, ((const float *)(m.params + 11264)) + (i));
	float x2[4];
	map_get<4, 1>(x2, ((const float *)(m.params + 11520)) + (i));
	float x3[4];
	map_get<4, 1>(x3, ((const float *)(m.params + 11392)) + (i));
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
	map_put<4>(((float *)(m.load + 65792)) + (i), y0);
	map_put<4>(((float *)(m.load + 85888)) + (i), y1);
}

/* %stitch.enc.1.7, %stitch.enc.1.8, %stitch.enc.1.9 = map "stitch.enc.1" %enc.sed.b1.conv2.5,
 * %stitch.enc.1.p1.4, %enc.doa.b1.conv2.5, %stitch.enc.1.p2.4, %enc.sde.b1.conv2.6,
 * %stitch.enc.1.p3.4, %stitch.enc.1.p1.6, %stitch.enc.1.p2.6, %stitch.enc.1.p3.6,
 * %stitch.enc.1.p1.8, %stitch.enc.1.p2.8, %stitch.enc.1.p3.8 {f="t0 = mul(x0, x1); t1 = mul(x2,
 * x3); t2 = mul(x4, x5); t3 = add(t0, t1); y0 = add(t3, t2); t4 = mul(x0, x6); t5 = mul(x2, x7); t6
 * = mul(x4, x8); t7 = add(t4, t5); y1 = add(t7, t6); t8 = mul(x0, x9); t9 = mul(x2, x10); t10 =
 * mul(x4, x11); t11 = add(t8, t9); y2 = add(t11, t10)"} : f32[1,20,16,8] @arena:0, f32[1,20,16,8]
 * @arena:10240, f32[1,20,16,8] @arena:20480  !models/lib/seld.json:33:17+5 */
struct k028 {
	enum { COUNT = 2560 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k028_stitch_enc_1(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k028::COUNT)
		return;
	const unsigned i = t;
	float x0[1];
	map_get<1, 0>(x0, ((const float *)(m.arena + 125952)) + (i / 8u * 8u + i % 8u));
	float x1[1];
	map_get<1, 0>(x1, ((const float *)(m.params + 14080)) + (i % 8u * 9u));
	float x2[1];
	map_get<1, 0>(x2, ((const float *)(m.arena + 146432)) + (i / 8u * 8u + i % 8u));
	float x3[1];
	map_get<1, 0>(x3, ((const float *)(m.params + 14084)) + (i % 8u * 9u));
	float x4[1];
	map_get<1, 0>(x4, ((const float *)(m.arena + 136192)) + (i / 8u * 8u + i % 8u));
	float x5[1];
	map_get<1, 0>(x5, ((const float *)(m.params + 14088)) + (i % 8u * 9u));
	float x6[1];
	map_get<1, 0>(x6, ((const float *)(m.params + 14092)) + (i % 8u * 9u));
	float x7[1];
	map_get<1, 0>(x7, ((const float *)(m.params + 14096)) + (i % 8u * 9u));
	float x8[1];
	map_get<1, 0>(x8, ((const float *)(m.params + 14100)) + (i % 8u * 9u));
	float x9[1];
	map_get<1, 0>(x9, ((const float *)(m.params + 14104)) + (i % 8u * 9u));
	float x10[1];
	map_get<1, 0>(x10, ((const float *)(m.params + 14108)) + (i % 8u * 9u));
	float x11[1];
	map_get<1, 0>(x11, ((const float *)(m.params + 14112)) + (i % 8u * 9u));
	float y0[1];
	float y1[1];
	float y2[1];
#pragma unroll
	for (int e = 0; e < 1; e++) {
		float t0;
		{
			const float a = x0[e];
			const float b = x1[e];
			t0 = a * b;
		}
		float t1;
		{
			const float a = x2[e];
			const float b = x3[e];
			t1 = a * b;
		}
		float t2;
		{
			const float a = x4[e];
			const float b = x5[e];
			t2 = a * b;
		}
		float t3;
		{
			const float a = t0;
			const float b = t1;
			t3 = a + b;
		}
		{
			const float a = t3;
			const float b = t2;
			y0[e] = a + b;
		}
		float t5;
		{
			const float a = x0[e];
			const float b = x6[e];
			t5 = a * b;
		}
		float t6;
		{
			const float a = x2[e];
			const float b = x7[e];
			t6 = a * b;
		}
		float t7;
		{
			const float a = x4[e];
			const float b = x8[e];
			t7 = a * b;
		}
		float t8;
		{
			const float a = t5;
			const float b = t6;
			t8 = a + b;
		}
		{
			const float a = t8;
			const float b = t7;
			y1[e] = a + b;
		}
		float t10;
		{
			const float a = x0[e];
			const float b = x9[e];
			t10 = a * b;
		}
		float t11;
		{
			const float a = x2[e];
			const float b = x10[e];
			t11 = a * b;
		}
		float t12;
		{
			const float a = x4[e];
			const float b = x11[e];
			t12 = a * b;
		}
		float t13;
		{
			const float a = t10;
			const float b = t11;
			t13 = a + b;
		}
		{
			const float a = t13;
			const float b = t12;
			y2[e] = a + b;
		}
	}
	map_put<1>(((float *)(m.arena + 0)) + (i / 8u * 8u + i % 8u), y0);
	map_put<1>(((float *)(m.arena + 10240)) + (i / 8u * 8u + i % 8u), y1);
	map_put<1>(((float *)(m.arena + 20480)) + (i / 8u * 8u + i % 8u), y2);
}

/* %enc._.b2.bn1, %enc._.b2.bn1.2 = map "enc.*.b2.bn1" %enc._.b2.bn1.running_var,
 * %enc._.b2.bn1.weight, %enc._.b2.bn1.running_mean, %enc._.b2.bn1.bias {f="t0 = add(x0, 1e-05); t1
 * = rsqrt(t0); y0 = mul(x1, t1); t2 = mul(x2, y0); y1 = sub(x3, t2)" group=3} : f32[3,8]
 * @load:20224, f32[3,8] @load:0  !models/lib/nn.json:58:17+12 */
struct k030 {
	enum { COUNT = 6 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k030_enc___b2_bn1(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k030::COUNT)
		return;
	const unsigned i = t * 4u;
	float x0[4];
	map_get<4, 1>(x0, ((const float *)(m.params + 21696)) + (i));
	float x1[4];
	map_get<4, 1>(x1, ((const float *)(m.params + 21312)) + (i));
	float x2[4];
	map_get<4, 1>(x2, ((const float *)(m.params + 21568)) + (i));
	float x3[4];
	map_get<4, 1>(x3, ((const float *)(m.params + 21440)) + (i));
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
	map_put<4>(((float *)(m.load + 86016)) + (i), y0);
	map_put<4>(((float *)(m.load + 65792)) + (i), y1);
}

/* %enc._.b2.bn1.4, %enc._.b2.bn1.5 = map "enc.*.b2.bn1" %enc._.b2.bn1.running_var,
 * %enc._.b2.bn1.weight, %enc._.b2.bn1.running_mean, %enc._.b2.bn1.bias {f="t0 = add(x0, 1e-05); t1
 * = rsqrt(t0); y0 = mul(x1, t1); t2 = mul(x2, y0); y1 = sub(x3, t2)" group=3} : f32[3,8] @load:0,
 * f32[3,8] @load:20352  !models/lib/nn.json:58:17+12 */
struct k031 {
	enum { COUNT = 6 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k031_enc___b2_bn1(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k031::COUNT)
		return;
	const unsigned i = t * 4u;
	float x0[4];
	map_get<4, 1>(x0, ((const float *)(m.params + 21696)) + (i));
	float x1[4];
	map_get<4, 1>(x1, ((const float *)(m.params + 21312)) + (i));
	float x2[4];
	map_get<4, 1>(x2, ((const float *)(m.params + 21568)) + (i));
	float x3[4];
	map_get<4, 1>(x3, ((const float *)(m.params + 21440)) + (i));
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
	map_put<4>(((float *)(m.load + 65792)) + (i), y0);
	map_put<4>(((float *)(m.load + 86144)) + (i), y1);
}

/* %enc._.b2.bn2, %enc._.b2.bn2.2 = map "enc.*.b2.bn2" %enc._.b2.bn2.running_var,
 * %enc._.b2.bn2.weight, %enc._.b2.bn2.running_mean, %enc._.b2.bn2.bias {f="t0 = add(x0, 1e-05); t1
 * = rsqrt(t0); y0 = mul(x1, t1); t2 = mul(x2, y0); y1 = sub(x3, t2)" group=3} : f32[3,8]
 * @load:20480, f32[3,8] @load:0  !models/lib/nn.json:58:17+12 */
struct k034 {
	enum { COUNT = 6 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k034_enc___b2_bn2(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k034::COUNT)
		return;
	const unsigned i = t * 4u;
	float x0[4];
	map_get<4, 1>(x0, ((const float *)(m.params + 29120)) + (i));
	float x1[4];
	map_get<4, 1>(x1, ((const float *)(m.params + 28736)) + (i));
	float x2[4];
	map_get<4, 1>(x2, ((const float *)(m.params + 28992)) + (i));
	float x3[4];
	map_get<4, 1>(x3, ((const float *)(m.params + 28864)) + (i));
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
	map_put<4>(((float *)(m.load + 86272)) + (i), y0);
	map_put<4>(((float *)(m.load + 65792)) + (i), y1);
}

/* %enc._.b2.bn2.4, %enc._.b2.bn2.5 = map "enc.*.b2.bn2" %enc._.b2.bn2.running_var,
 * %enc._.b2.bn2.weight, %enc._.b2.bn2.running_mean, %enc._.b2.bn2.bias {f="t0 = add(x0, 1e-05); t1
 * = rsqrt(t0); y0 = mul(x1, t1); t2 = mul(x2, y0); y1 = sub(x3, t2)" group=3} : f32[3,8] @load:0,
 * f32[3,8] @load:20608  !models/lib/nn.json:58:17+12 */
struct k035 {
	enum { COUNT = 6 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k035_enc___b2_bn2(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k035::COUNT)
		return;
	const unsigned i = t * 4u;
	float x0[4];
	map_get<4, 1>(x0, ((const float *)(m.params + 29120)) + (i));
	float x1[4];
	map_get<4, 1>(x1, ((const float *)(m.params + 28736)) + (i));
	float x2[4];
	map_get<4, 1>(x2, ((const float *)(m.params + 28992)) + (i));
	float x3[4];
	map_get<4, 1>(x3, ((const float *)(m.params + 28864)) + (i));
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
	map_put<4>(((float *)(m.load + 65792)) + (i), y0);
	map_put<4>(((float *)(m.load + 86400)) + (i), y1);
}

/* %stitch.enc.2.7, %stitch.enc.2.8, %stitch.enc.2.9 = map "stitch.enc.2" %enc.sed.b2.conv2.5,
 * %stitch.enc.2.p1.4, %enc.doa.b2.conv2.5, %stitch.enc.2.p2.4, %enc.sde.b2.conv2.5,
 * %stitch.enc.2.p3.4, %stitch.enc.2.p1.6, %stitch.enc.2.p2.6, %stitch.enc.2.p3.6,
 * %stitch.enc.2.p1.8, %stitch.enc.2.p2.8, %stitch.enc.2.p3.8 {f="t0 = mul(x0, x1); t1 = mul(x2,
 * x3); t2 = mul(x4, x5); t3 = add(t0, t1); y0 = add(t3, t2); t4 = mul(x0, x6); t5 = mul(x2, x7); t6
 * = mul(x4, x8); t7 = add(t4, t5); y1 = add(t7, t6); t8 = mul(x0, x9); t9 = mul(x2, x10); t10 =
 * mul(x4, x11); t11 = add(t8, t9); y2 = add(t11, t10)"} : f32[1,10,8,8] @arena:15360, f32[1,10,8,8]
 * @arena:17920, f32[1,10,8,8] @arena:20480  !models/lib/seld.json:33:17+5 */
struct k037 {
	enum { COUNT = 640 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k037_stitch_enc_2(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k037::COUNT)
		return;
	const unsigned i = t;
	float x0[1];
	map_get<1, 0>(x0, ((const float *)(m.arena + 0)) + (i / 8u * 8u + i % 8u));
	float x1[1];
	map_get<1, 0>(x1, ((const float *)(m.params + 29248)) + (i % 8u * 9u));
	float x2[1];
	map_get<1, 0>(x2, ((const float *)(m.arena + 2560)) + (i / 8u * 8u + i % 8u));
	float x3[1];
	map_get<1, 0>(x3, ((const float *)(m.params + 29252)) + (i % 8u * 9u));
	float x4[1];
	map_get<1, 0>(x4, ((const float *)(m.arena + 5120)) + (i / 8u * 8u + i % 8u));
	float x5[1];
	map_get<1, 0>(x5, ((const float *)(m.params + 29256)) + (i % 8u * 9u));
	float x6[1];
	map_get<1, 0>(x6, ((const float *)(m.params + 29260)) + (i % 8u * 9u));
	float x7[1];
	map_get<1, 0>(x7, ((const float *)(m.params + 29264)) + (i % 8u * 9u));
	float x8[1];
	map_get<1, 0>(x8, ((const float *)(m.params + 29268)) + (i % 8u * 9u));
	float x9[1];
	map_get<1, 0>(x9, ((const float *)(m.params + 29272)) + (i % 8u * 9u));
	float x10[1];
	map_get<1, 0>(x10, ((const float *)(m.params + 29276)) + (i % 8u * 9u));
	float x11[1];
	map_get<1, 0>(x11, ((const float *)(m.params + 29280)) + (i % 8u * 9u));
	float y0[1];
	float y1[1];
	float y2[1];
#pragma unroll
	for (int e = 0; e < 1; e++) {
		float t0;
		{
			const float a = x0[e];
			const float b = x1[e];
			t0 = a * b;
		}
		float t1;
		{
			const float a = x2[e];
			const float b = x3[e];
			t1 = a * b;
		}
		float t2;
		{
			const float a = x4[e];
			const float b = x5[e];
			t2 = a * b;
		}
		float t3;
		{
			const float a = t0;
			const float b = t1;
			t3 = a + b;
		}
		{
			const float a = t3;
			const float b = t2;
			y0[e] = a + b;
		}
		float t5;
		{
			const float a = x0[e];
			const float b = x6[e];
			t5 = a * b;
		}
		float t6;
		{
			const float a = x2[e];
			const float b = x7[e];
			t6 = a * b;
		}
		float t7;
		{
			const float a = x4[e];
			const float b = x8[e];
			t7 = a * b;
		}
		float t8;
		{
			const float a = t5;
			const float b = t6;
			t8 = a + b;
		}
		{
			const float a = t8;
			const float b = t7;
			y1[e] = a + b;
		}
		float t10;
		{
			const float a = x0[e];
			const float b = x9[e];
			t10 = a * b;
		}
		float t11;
		{
			const float a = x2[e];
			const float b = x10[e];
			t11 = a * b;
		}
		float t12;
		{
			const float a = x4[e];
			const float b = x11[e];
			t12 = a * b;
		}
		float t13;
		{
			const float a = t10;
			const float b = t11;
			t13 = a + b;
		}
		{
			const float a = t13;
			const float b = t12;
			y2[e] = a + b;
		}
	}
	map_put<1>(((float *)(m.arena + 15360)) + (i / 8u * 8u + i % 8u), y0);
	map_put<1>(((float *)(m.arena + 17920)) + (i / 8u * 8u + i % 8u), y1);
	map_put<1>(((float *)(m.arena + 20480)) + (i / 8u * 8u + i % 8u), y2);
}

/* %enc._.b3.bn1, %enc._.b3.bn1.2 = map "enc.*.b3.bn1" %enc._.b3.bn1.running_var,
 * %enc._.b3.bn1.weight, %enc._.b3.bn1.running_mean, %enc._.b3.bn1.bias {f="t0 = add(x0, 1e-05); t1
 * = rsqrt(t0); y0 = mul(x1, t1); t2 = mul(x2, y0); y1 = sub(x3, t2)" group=3} : f32[3,16]
 * @load:18432, f32[3,16] @load:0  !models/lib/nn.json:58:17+12 */
struct k039 {
	enum { COUNT = 12 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k039_enc___b3_bn1(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k039::COUNT)
		return;
	const unsigned i = t * 4u;
	float x0[4];
	map_get<4, 1>(x0, ((const float *)(m.params + 43968)) + (i));
	float x1[4];
	map_get<4, 1>(x1, ((const float *)(m.params + 43392)) + (i));
	float x2[4];
	map_get<4, 1>(x2, ((const float *)(m.params + 43776)) + (i));
	float x3[4];
	map_get<4, 1>(x3, ((const float *)(m.params + 43584)) + (i));
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
	map_put<4>(((float *)(m.load + 84224)) + (i), y0);
	map_put<4>(((float *)(m.load + 65792)) + (i), y1);
}

/* %enc._.b3.bn1.4, %enc._.b3.bn1.5 = map "enc.*.b3.bn1" %enc._.b3.bn1.running_var,
 * %enc._.b3.bn1.weight, %enc._.b3.bn1.running_mean, %enc._.b3.bn1.bias {f="t0 = add(x0, 1e-05); t1
 * = rsqrt(t0); y0 = mul(x1, t1); t2 = mul(x2, y0); y1 = sub(x3, t2)" group=3} : f32[3,16] @load:0,
 * f32[3,16] @load:18624  !models/lib/nn.json:58:17+12 */
struct k040 {
	enum { COUNT = 12 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k040_enc___b3_bn1(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k040::COUNT)
		return;
	const unsigned i = t * 4u;
	float x0[4];
	map_get<4, 1>(x0, ((const float *)(m.params + 43968)) + (i));
	float x1[4];
	map_get<4, 1>(x1, ((const float *)(m.params + 43392)) + (i));
	float x2[4];
	map_get<4, 1>(x2, ((const float *)(m.params + 43776)) + (i));
	float x3[4];
	map_get<4, 1>(x3, ((const float *)(m.params + 43584)) + (i));
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
	map_put<4>(((float *)(m.load + 65792)) + (i), y0);
	map_put<4>(((float *)(m.load + 84416)) + (i), y1);
}

/* %enc._.b3.bn2, %enc._.b3.bn2.2 = map "enc.*.b3.bn2" %enc._.b3.bn2.running_var,
 * %enc._.b3.bn2.weight, %enc._.b3.bn2.running_mean, %enc._.b3.bn2.bias {f="t0 = add(x0, 1e-05); t1
 * = rsqrt(t0); y0 = mul(x1, t1); t2 = mul(x2, y0); y1 = sub(x3, t2)" group=3} : f32[3,16]
 * @load:18816, f32[3,16] @load:0  !models/lib/nn.json:58:17+12 */
struct k043 {
	enum { COUNT = 12 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k043_enc___b3_bn2(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k043::COUNT)
		return;
	const unsigned i = t * 4u;
	float x0[4];
	map_get<4, 1>(x0, ((const float *)(m.params + 72384)) + (i));
	float x1[4];
	map_get<4, 1>(x1, ((const float *)(m.params + 71808)) + (i));
	float x2[4];
	map_get<4, 1>(x2, ((const float *)(m.params + 72192)) + (i));
	float x3[4];
	map_get<4, 1>(x3, ((const float *)(m.params + 72000)) + (i));
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
	map_put<4>(((float *)(m.load + 84608)) + (i), y0);
	map_put<4>(((float *)(m.load + 65792)) + (i), y1);
}

/* %enc._.b3.bn2.4, %enc._.b3.bn2.5 = map "enc.*.b3.bn2" %enc._.b3.bn2.running_var,
 * %enc._.b3.bn2.weight, %enc._.b3.bn2.running_mean, %enc._.b3.bn2.bias {f="t0 = add(x0, 1e-05); t1
 * = rsqrt(t0); y0 = mul(x1, t1); t2 = mul(x2, y0); y1 = sub(x3, t2)" group=3} : f32[3,16] @load:0,
 * f32[3,16] @load:19008  !models/lib/nn.json:58:17+12 */
struct k044 {
	enum { COUNT = 12 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k044_enc___b3_bn2(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k044::COUNT)
		return;
	const unsigned i = t * 4u;
	float x0[4];
	map_get<4, 1>(x0, ((const float *)(m.params + 72384)) + (i));
	float x1[4];
	map_get<4, 1>(x1, ((const float *)(m.params + 71808)) + (i));
	float x2[4];
	map_get<4, 1>(x2, ((const float *)(m.params + 72192)) + (i));
	float x3[4];
	map_get<4, 1>(x3, ((const float *)(m.params + 72000)) + (i));
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
	map_put<4>(((float *)(m.load + 65792)) + (i), y0);
	map_put<4>(((float *)(m.load + 84800)) + (i), y1);
}

/* %stitch.enc.3.7, %stitch.enc.3.8, %stitch.enc.3.9 = map "stitch.enc.3" %enc.sed.b3.conv2.5,
 * %stitch.enc.3.p1.4, %enc.doa.b3.conv2.5, %stitch.enc.3.p2.4, %enc.sde.b3.conv2.5,
 * %stitch.enc.3.p3.4, %stitch.enc.3.p1.6, %stitch.enc.3.p2.6, %stitch.enc.3.p3.6,
 * %stitch.enc.3.p1.8, %stitch.enc.3.p2.8, %stitch.enc.3.p3.8 {f="t0 = mul(x0, x1); t1 = mul(x2,
 * x3); t2 = mul(x4, x5); t3 = add(t0, t1); y0 = add(t3, t2); t4 = mul(x0, x6); t5 = mul(x2, x7); t6
 * = mul(x4, x8); t7 = add(t4, t5); y1 = add(t7, t6); t8 = mul(x0, x9); t9 = mul(x2, x10); t10 =
 * mul(x4, x11); t11 = add(t8, t9); y2 = add(t11, t10)"} : f32[1,5,4,16] @arena:0, f32[1,5,4,16]
 * @arena:1280, f32[1,5,4,16] @arena:2560  !models/lib/seld.json:33:17+5 */
struct k046 {
	enum { COUNT = 320 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k046_stitch_enc_3(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k046::COUNT)
		return;
	const unsigned i = t;
	float x0[1];
	map_get<1, 0>(x0, ((const float *)(m.arena + 15360)) + (i / 16u * 16u + i % 16u));
	float x1[1];
	map_get<1, 0>(x1, ((const float *)(m.params + 72576)) + (i % 16u * 9u));
	float x2[1];
	map_get<1, 0>(x2, ((const float *)(m.arena + 16640)) + (i / 16u * 16u + i % 16u));
	float x3[1];
	map_get<1, 0>(x3, ((const float *)(m.params + 72580)) + (i % 16u * 9u));
	float x4[1];
	map_get<1, 0>(x4, ((const float *)(m.arena + 17920)) + (i / 16u * 16u + i % 16u));
	float x5[1];
	map_get<1, 0>(x5, ((const float *)(m.params + 72584)) + (i % 16u * 9u));
	float x6[1];
	map_get<1, 0>(x6, ((const float *)(m.params + 72588)) + (i % 16u * 9u));
	float x7[1];
	map_get<1, 0>(x7, ((const float *)(m.params + 72592)) + (i % 16u * 9u));
	float x8[1];
	map_get<1, 0>(x8, ((const float *)(m.params + 72596)) + (i % 16u * 9u));
	float x9[1];
	map_get<1, 0>(x9, ((const float *)(m.params + 72600)) + (i % 16u * 9u));
	float x10[1];
	map_get<1, 0>(x10, ((const float *)(m.params + 72604)) + (i % 16u * 9u));
	float x11[1];
	map_get<1, 0>(x11, ((const float *)(m.params + 72608)) + (i % 16u * 9u));
	float y0[1];
	float y1[1];
	float y2[1];
#pragma unroll
	for (int e = 0; e < 1; e++) {
		float t0;
		{
			const float a = x0[e];
			const float b = x1[e];
			t0 = a * b;
		}
		float t1;
		{
			const float a = x2[e];
			const float b = x3[e];
			t1 = a * b;
		}
		float t2;
		{
			const float a = x4[e];
			const float b = x5[e];
			t2 = a * b;
		}
		float t3;
		{
			const float a = t0;
			const float b = t1;
			t3 = a + b;
		}
		{
			const float a = t3;
			const float b = t2;
			y0[e] = a + b;
		}
		float t5;
		{
			const float a = x0[e];
			const float b = x6[e];
			t5 = a * b;
		}
		float t6;
		{
			const float a = x2[e];
			const float b = x7[e];
			t6 = a * b;
		}
		float t7;
		{
			const float a = x4[e];
			const float b = x8[e];
			t7 = a * b;
		}
		float t8;
		{
			const float a = t5;
			const float b = t6;
			t8 = a + b;
		}
		{
			const float a = t8;
			const float b = t7;
			y1[e] = a + b;
		}
		float t10;
		{
			const float a = x0[e];
			const float b = x9[e];
			t10 = a * b;
		}
		float t11;
		{
			const float a = x2[e];
			const float b = x10[e];
			t11 = a * b;
		}
		float t12;
		{
			const float a = x4[e];
			const float b = x11[e];
			t12 = a * b;
		}
		float t13;
		{
			const float a = t10;
			const float b = t11;
			t13 = a + b;
		}
		{
			const float a = t13;
			const float b = t12;
			y2[e] = a + b;
		}
	}
	map_put<1>(((float *)(m.arena + 0)) + (i / 16u * 16u + i % 16u), y0);
	map_put<1>(((float *)(m.arena + 1280)) + (i / 16u * 16u + i % 16u), y1);
	map_put<1>(((float *)(m.arena + 2560)) + (i / 16u * 16u + i % 16u), y2);
}

/* %enc._.b4.bn1, %enc._.b4.bn1.2 = map "enc.*.b4.bn1" %enc._.b4.bn1.running_var,
 * %enc._.b4.bn1.weight, %enc._.b4.bn1.running_mean, %enc._.b4.bn1.bias {f="t0 = add(x0, 1e-05); t1
 * = rsqrt(t0); y0 = mul(x1, t1); t2 = mul(x2, y0); y1 = sub(x3, t2)" group=3} : f32[3,16]
 * @load:19200, f32[3,16] @load:0  !models/lib/nn.json:58:17+12 */
struct k048 {
	enum { COUNT = 12 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k048_enc___b4_bn1(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k048::COUNT)
		return;
	const unsigned i = t * 4u;
	float x0[4];
	map_get<4, 1>(x0, ((const float *)(m.params + 101376)) + (i));
	float x1[4];
	map_get<4, 1>(x1, ((const float *)(m.params + 100800)) + (i));
	float x2[4];
	map_get<4, 1>(x2, ((const float *)(m.params + 101184)) + (i));
	float x3[4];
	map_get<4, 1>(x3, ((const float *)(m.params + 100992)) + (i));
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
	map_put<4>(((float *)(m.load + 84992)) + (i), y0);
	map_put<4>(((float *)(m.load + 65792)) + (i), y1);
}

/* %enc._.b4.bn1.4, %enc._.b4.bn1.5 = map "enc.*.b4.bn1" %enc._.b4.bn1.running_var,
 * %enc._.b4.bn1.weight, %enc._.b4.bn1.running_mean, %enc._.b4.bn1.bias {f="t0 = add(x0, 1e-05); t1
 * = rsqrt(t0); y0 = mul(x1, t1); t2 = mul(x2, y0); y1 = sub(x3, t2)" group=3} : f32[3,16] @load:0,
 * f32[3,16] @load:19392  !models/lib/nn.json:58:17+12 */
struct k049 {
	enum { COUNT = 12 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k049_enc___b4_bn1(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k049::COUNT)
		return;
	const unsigned i = t * 4u;
	float x0[4];
	map_get<4, 1>(x0, ((const float *)(m.params + 101376)) + (i));
	float x1[4];
	map_get<4, 1>(x1, ((const float *)(m.params + 100800)) + (i));
	float x2[4];
	map_get<4, 1>(x2, ((const float *)(m.params + 101184)) + (i));
	float x3[4];
	map_get<4, 1>(x3, ((const float *)(m.params + 100992)) + (i));
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
	map_put<4>(((float *)(m.load + 65792)) + (i), y0);
	map_put<4>(((float *)(m.load + 85184)) + (i), y1);
}

/* %enc._.b4.bn2, %enc._.b4.bn2.2 = map "enc.*.b4.bn2" %enc._.b4.bn2.running_var,
 * %enc._.b4.bn2.weight, %enc._.b4.bn2.running_mean, %enc._.b4.bn2.bias {f="t0 = add(x0, 1e-05); t1
 * = rsqrt(t0); y0 = mul(x1, t1); t2 = mul(x2, y0); y1 = sub(x3, t2)" group=3} : f32[3,16]
 * @load:19584, f32[3,16] @load:0  !models/lib/nn.json:58:17+12 */
struct k052 {
	enum { COUNT = 12 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k052_enc___b4_bn2(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k052::COUNT)
		return;
	const unsigned i = t * 4u;
	float x0[4];
	map_get<4, 1>(x0, ((const float *)(m.params + 129792)) + (i));
	float x1[4];
	map_get<4, 1>(x1, ((const float *)(m.params + 129216)) + (i));
	float x2[4];
	map_get<4, 1>(x2, ((const float *)(m.params + 129600)) + (i));
	float x3[4];
	map_get<4, 1>(x3, ((const float *)(m.params + 129408)) + (i));
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
	map_put<4>(((float *)(m.load + 85376)) + (i), y0);
	map_put<4>(((float *)(m.load + 65792)) + (i), y1);
}

/* %enc._.b4.bn2.4, %enc._.b4.bn2.5 = map "enc.*.b4.bn2" %enc._.b4.bn2.running_var,
 * %enc._.b4.bn2.weight, %enc._.b4.bn2.running_mean, %enc._.b4.bn2.bias {f="t0 = add(x0, 1e-05); t1
 * = rsqrt(t0); y0 = mul(x1, t1); t2 = mul(x2, y0); y1 = sub(x3, t2)" group=3} : f32[3,16] @load:0,
 * f32[3,16] @load:19776  !models/lib/nn.json:58:17+12 */
struct k053 {
	enum { COUNT = 12 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k053_enc___b4_bn2(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k053::COUNT)
		return;
	const unsigned i = t * 4u;
	float x0[4];
	map_get<4, 1>(x0, ((const float *)(m.params + 129792)) + (i));
	float x1[4];
	map_get<4, 1>(x1, ((const float *)(m.params + 129216)) + (i));
	float x2[4];
	map_get<4, 1>(x2, ((const float *)(m.params + 129600)) + (i));
	float x3[4];
	map_get<4, 1>(x3, ((const float *)(m.params + 129408)) + (i));
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
	map_put<4>(((float *)(m.load + 65792)) + (i), y0);
	map_put<4>(((float *)(m.load + 85568)) + (i), y1);
}

/* %dec._._._.l1.A = map "dec.*.*.*.l1.A" %dec._._._.l1.A_log {f="t0 = exp(x0); y0 = neg(t0)"
 * group=18} : f32[18,32,4] @load:0  !models/lib/nn.json:126:17+5 */
struct k060 {
	enum { COUNT = 576 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k060_dec_______l1_A(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k060::COUNT)
		return;
	const unsigned i = t * 4u;
	float x0[4];
	map_get<4, 1>(x0, ((const float *)(m.params + 241728)) + (i));
	float y0[4];
#pragma unroll
	for (int e = 0; e < 4; e++) {
		float t0;
		{
			const float a = x0[e];
			t0 = exp(a);
		}
		{
			const float a = t0;
			y0[e] = -a;
		}
	}
	map_put<4>(((float *)(m.load + 65792)) + (i), y0);
}

/* %dec._._._.l1 = add "dec.*.*.*.l1" %enc._.mean, %dec._._._.l1.out_proj {group=18} :
 * f32[18,1,5,16] @arena:46080  !models/lib/seld.json:95:17+5 */
struct k063 {
	enum { COUNT = 360 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k063_dec_______l1(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k063::COUNT)
		return;
	const unsigned i = t * 4u;
	float x0[4];
	map_get<4, 1>(x0, ((const float *)(m.arena + 51840)) + (i / 80u / 6u * 80u + i % 80u));
	float x1[4];
	map_get<4, 1>(x1, ((const float *)(m.arena + 0)) + (i / 80u * 80u + i % 80u));
	float y0[4];
#pragma unroll
	for (int e = 0; e < 4; e++) {
		{
			const float a = x0[e];
			const float b = x1[e];
			y0[e] = a + b;
		}
	}
	map_put<4>(((float *)(m.arena + 46080)) + (i / 80u * 80u + i % 80u), y0);
}

/* %dec._._._.l2.A = map "dec.*.*.*.l2.A" %dec._._._.l2.A_log {f="t0 = exp(x0); y0 = neg(t0)"
 * group=18} : f32[18,32,4] @load:9216  !models/lib/nn.json:126:17+5 */
struct k068 {
	enum { COUNT = 576 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k068_dec_______l2_A(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k068::COUNT)
		return;
	const unsigned i = t * 4u;
	float x0[4];
	map_get<4, 1>(x0, ((const float *)(m.params + 401856)) + (i));
	float y0[4];
#pragma unroll
	for (int e = 0; e < 4; e++) {
		float t0;
		{
			const float a = x0[e];
			t0 = exp(a);
		}
		{
			const float a = t0;
			y0[e] = -a;
		}
	}
	map_put<4>(((float *)(m.load + 75008)) + (i), y0);
}

/* %stitch.dec._, %stitch.dec._.2, %stitch.dec._.3 = map "stitch.dec.*" %stitch.dec.3.7,
 * %stitch.dec.3.8, %stitch.dec.3.9, %stitch.dec.3.10, %stitch.dec._.w1, %stitch.dec.3.11,
 * %stitch.dec.3.12, %stitch.dec.3.13, %stitch.dec.3.14, %stitch.dec._.w2, %stitch.dec.3.15,
 * %stitch.dec.3.16, %stitch.dec.3.17, %stitch.dec.3.18, %stitch.dec._.w3, %stitch.dec._.w1.2,
 * %stitch.dec._.w2.2, %stitch.dec._.w3.2, %stitch.dec._.w1.3, %stitch.dec._.w2.3,
 * %stitch.dec._.w3.3 {f="t0 = add(x0, x1); t1 = add(x2, x3); t2 = add(t0, t1); t3 = add(x5, x6); t4
 * = add(x7, x8); t5 = add(t3, t4); t6 = add(x10, x11); t7 = add(x12, x13); t8 = add(t6, t7); t9 =
 * mul(t2, x4); t10 = mul(t5, x9); t11 = mul(t8, x14); t12 = add(t9, t10); y0 = add(t12, t11); t13 =
 * mul(t2, x15); t14 = mul(t5, x16); t15 = mul(t8, x17); t16 = add(t13, t14); y1 = add(t16, t15);
 * t17 = mul(t2, x18); t18 = mul(t5, x19); t19 = mul(t8, x20); t20 = add(t17, t18); y2 = add(t20,
 * t19)" group=3} : f32[3,1,5,16] @arena:5760, f32[3,1,5,16] @arena:6720, f32[3,1,5,16] @arena:7680
 * !models/lib/seld.json:33:17+5 */
struct k071 {
	enum { COUNT = 240 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k071_stitch_dec__(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k071::COUNT)
		return;
	const unsigned i = t;
	float x0[1];
	map_get<1, 0>(x0, ((const float *)(m.arena + 46080)) + (i / 80u * 160u + i / 16u % 5u * 16u + i % 16u));
	float x1[1];
	map_get<1, 0>(x1, ((const float *)(m.arena + 0)) + (i / 80u * 160u + i / 16u % 5u * 16u + i % 16u));
	float x2[1];
	map_get<1, 0>(x2, ((const float *)(m.arena + 46400)) + (i / 80u * 160u + i / 16u % 5u * 16u + i % 16u));
	float x3[1];
	map_get<1, 0>(x3, ((const float *)(m.arena + 320)) + (i / 80u * 160u + i / 16u % 5u * 16u + i % 16u));
	float x4[1];
	map_get<1, 0>(x4, ((const float *)(m.params + 450240)) + (i / 80u * 144u + i % 16u * 9u));
	float x5[1];
	map_get<1, 0>(x5, ((const float *)(m.arena + 48000)) + (i / 80u * 160u + i / 16u % 5u * 16u + i % 16u));
	float x6[1];
	map_get<1, 0>(x6, ((const float *)(m.arena + 1920)) + (i / 80u * 160u + i / 16u % 5u * 16u + i % 16u));
	float x7[1];
	map_get<1, 0>(x7, ((const float *)(m.arena + 48320)) + (i / 80u * 160u + i / 16u % 5u * 16u + i % 16u));
	float x8[1];
	map_get<1, 0>(x8, ((const float *)(m.arena + 2240)) + (i / 80u * 160u + i / 16u % 5u * 16u + i % 16u));
	float x9[1];
	map_get<1, 0>(x9, ((const float *)(m.params + 450244)) + (i / 80u * 144u + i % 16u * 9u));
	float x10[1];
	map_get<1, 0>(x10, ((const float *)(m.arena + 49920)) + (i / 80u * 160u + i / 16u % 5u * 16u + i % 16u));
	float x11[1];
	map_get<1, 0>(x11, ((const float *)(m.arena + 3840)) + (i / 80u * 160u + i / 16u % 5u * 16u + i % 16u));
	float x12[1];
	map_get<1, 0>(x12, ((const float *)(m.arena + 50240)) + (i / 80u * 160u + i / 16u % 5u * 16u + i % 16u));
	float x13[1];
	map_get<1, 0>(x13, ((const float *)(m.arena + 4160)) + (i / 80u * 160u + i / 16u % 5u * 16u + i % 16u));
	float x14[1];
	map_get<1, 0>(x14, ((const float *)(m.params + 450248)) + (i / 80u * 144u + i % 16u * 9u));
	float x15[1];
	map_get<1, 0>(x15, ((const float *)(m.params + 450252)) + (i / 80u * 144u + i % 16u * 9u));
	float x16[1];
	map_get<1, 0>(x16, ((const float *)(m.params + 450256)) + (i / 80u * 144u + i % 16u * 9u));
	float x17[1];
	map_get<1, 0>(x17, ((const float *)(m.params + 450260)) + (i / 80u * 144u + i % 16u * 9u));
	float x18[1];
	map_get<1, 0>(x18, ((const float *)(m.params + 450264)) + (i / 80u * 144u + i % 16u * 9u));
	float x19[1];
	map_get<1, 0>(x19, ((const float *)(m.params + 450268)) + (i / 80u * 144u + i % 16u * 9u));
	float x20[1];
	map_get<1, 0>(x20, ((const float *)(m.params + 450272)) + (i / 80u * 144u + i % 16u * 9u));
	float y0[1];
	float y1[1];
	float y2[1];
#pragma unroll
	for (int e = 0; e < 1; e++) {
		float t0;
		{
			const float a = x0[e];
			const float b = x1[e];
			t0 = a + b;
		}
		float t1;
		{
			const float a = x2[e];
			const float b = x3[e];
			t1 = a + b;
		}
		float t2;
		{
			const float a = t0;
			const float b = t1;
			t2 = a + b;
		}
		float t3;
		{
			const float a = x5[e];
			const float b = x6[e];
			t3 = a + b;
		}
		float t4;
		{
			const float a = x7[e];
			const float b = x8[e];
			t4 = a + b;
		}
		float t5;
		{
			const float a = t3;
			const float b = t4;
			t5 = a + b;
		}
		float t6;
		{
			const float a = x10[e];
			const float b = x11[e];
			t6 = a + b;
		}
		float t7;
		{
			const float a = x12[e];
			const float b = x13[e];
			t7 = a + b;
		}
		float t8;
		{
			const float a = t6;
			const float b = t7;
			t8 = a + b;
		}
		float t9;
		{
			const float a = t2;
			const float b = x4[e];
			t9 = a * b;
		}
		float t10;
		{
			const float a = t5;
			const float b = x9[e];
			t10 = a * b;
		}
		float t11;
		{
			const float a = t8;
			const float b = x14[e];
			t11 = a * b;
		}
		float t12;
		{
			const float a = t9;
			const float b = t10;
			t12 = a + b;
		}
		{
			const float a = t12;
			const float b = t11;
			y0[e] = a + b;
		}
		float t14;
		{
			const float a = t2;
			const float b = x15[e];
			t14 = a * b;
		}
		float t15;
		{
			const float a = t5;
			const float b = x16[e];
			t15 = a * b;
		}
		float t16;
		{
			const float a = t8;
			const float b = x17[e];
			t16 = a * b;
		}
		float t17;
		{
			const float a = t14;
			const float b = t15;
			t17 = a + b;
		}
		{
			const float a = t17;
			const float b = t16;
			y1[e] = a + b;
		}
		float t19;
		{
			const float a = t2;
			const float b = x18[e];
			t19 = a * b;
		}
		float t20;
		{
			const float a = t5;
			const float b = x19[e];
			t20 = a * b;
		}
		float t21;
		{
			const float a = t8;
			const float b = x20[e];
			t21 = a * b;
		}
		float t22;
		{
			const float a = t19;
			const float b = t20;
			t22 = a + b;
		}
		{
			const float a = t22;
			const float b = t21;
			y2[e] = a + b;
		}
	}
	map_put<1>(((float *)(m.arena + 5760)) + (i / 80u * 80u + i / 16u % 5u * 16u + i % 16u), y0);
	map_put<1>(((float *)(m.arena + 6720)) + (i / 80u * 80u + i / 16u % 5u * 16u + i % 16u), y1);
	map_put<1>(((float *)(m.arena + 7680)) + (i / 80u * 80u + i / 16u % 5u * 16u + i % 16u), y2);
}

/* %head.doa._.act = tanh "head.doa.*.act" %head.doa._ {group=3} : f32[3,1,5,3] @arena:1664
 * !models/lib/nn.json:93:41+6 */
struct k075 {
	enum { COUNT = 45 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k075_head_doa___act(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k075::COUNT)
		return;
	const unsigned i = t;
	float x0[1];
	map_get<1, 0>(x0, ((const float *)(m.arena + 832)) + (i));
	float y0[1];
#pragma unroll
	for (int e = 0; e < 1; e++) {
		{
			const float a = x0[e];
			y0[e] = tanh(a);
		}
	}
	map_put<1>(((float *)(m.arena + 1664)) + (i), y0);
}

/* %head.sde._.act = relu "head.sde.*.act" %head.sde._ {group=3} : f32[3,1,5,1] @arena:1856
 * !models/lib/nn.json:89:41+6 */
struct k076 {
	enum { COUNT = 15 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k076_head_sde___act(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (t >= k076::COUNT)
		return;
	const unsigned i = t;
	float x0[1];
	map_get<1, 0>(x0, ((const float *)(m.arena + 1024)) + (i));
	float y0[1];
#pragma unroll
	for (int e = 0; e < 1; e++) {
		{
			const float a = x0[e];
			y0[e] = a < K(0) ? K(0) : a;
		}
	}
	map_put<1>(((float *)(m.arena + 1856)) + (i), y0);
}

/* %classes = stack "classes" %head.sed.t1.3, %head.sed.t2.3, %head.sed.t3.3 {axis=2} :
 * f32[1,5,3,13] @arena:832  !models/seld_mamba_tiny.json:65:17+7 */
struct k077 {
};

extern "C" __global__ void __launch_bounds__(256, 1) k077_classes(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (blockIdx.y == 0 && t < 65u) {
		const unsigned i = t * 1u;
		float v[1];
		map_get<1, 0>(v, ((const float *)(m.arena + 0)) + (i / 13u * 13u + i % 13u));
		map_put<1>(((float *)(m.arena + 832)) + (i / 13u * 39u + i % 13u), v);
	}
	if (blockIdx.y == 1 && t < 65u) {
		const unsigned i = t * 1u;
		float v[1];
		map_get<1, 0>(v, ((const float *)(m.arena + 260)) + (i / 13u * 13u + i % 13u));
		map_put<1>(((float *)(m.arena + 832 + 52)) + (i / 13u * 39u + i % 13u), v);
	}
	if (blockIdx.y == 2 && t < 65u) {
		const unsigned i = t * 1u;
		float v[1];
		map_get<1, 0>(v, ((const float *)(m.arena + 520)) + (i / 13u * 13u + i % 13u));
		map_put<1>(((float *)(m.arena + 832 + 52 + 52)) + (i / 13u * 39u + i % 13u), v);
	}
}

/* %direction = stack "direction" %head.doa.t1.act.3, %head.doa.t2.act.3, %head.doa.t3.act.3
 * {axis=2} : f32[1,5,3,3] @arena:0  !models/seld_mamba_tiny.json:65:17+7 */
struct k078 {
};

extern "C" __global__ void __launch_bounds__(256, 1) k078_direction(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (blockIdx.y == 0 && t < 15u) {
		const unsigned i = t * 1u;
		float v[1];
		map_get<1, 0>(v, ((const float *)(m.arena + 1664)) + (i / 3u * 3u + i % 3u));
		map_put<1>(((float *)(m.arena + 0)) + (i / 3u * 9u + i % 3u), v);
	}
	if (blockIdx.y == 1 && t < 15u) {
		const unsigned i = t * 1u;
		float v[1];
		map_get<1, 0>(v, ((const float *)(m.arena + 1724)) + (i / 3u * 3u + i % 3u));
		map_put<1>(((float *)(m.arena + 0 + 12)) + (i / 3u * 9u + i % 3u), v);
	}
	if (blockIdx.y == 2 && t < 15u) {
		const unsigned i = t * 1u;
		float v[1];
		map_get<1, 0>(v, ((const float *)(m.arena + 1784)) + (i / 3u * 3u + i % 3u));
		map_put<1>(((float *)(m.arena + 0 + 12 + 12)) + (i / 3u * 9u + i % 3u), v);
	}
}

/* %distance = stack "distance" %head.sde.t1.act.3, %head.sde.t2.act.3, %head.sde.t3.act.3 {axis=2}
 * : f32[1,5,3,1] @arena:1664  !models/seld_mamba_tiny.json:65:17+7 */
struct k079 {
};

extern "C" __global__ void __launch_bounds__(256, 1) k079_distance(const Mem m)
{
	const unsigned t = blockIdx.x * 256u + threadIdx.x;
	if (blockIdx.y == 0 && t < 5u) {
		const unsigned i = t * 1u;
		float v[1];
		map_get<1, 0>(v, ((const float *)(m.arena + 1856)) + (i));
		map_put<1>(((float *)(m.arena + 1664)) + (i * 3u), v);
	}
	if (blockIdx.y == 1 && t < 5u) {
		const unsigned i = t * 1u;
		float v[1];
		map_get<1, 0>(v, ((const float *)(m.arena + 1876)) + (i));
		map_put<1>(((float *)(m.arena + 1664 + 4)) + (i * 3u), v);
	}
	if (blockIdx.y == 2 && t < 5u) {
		const unsigned i = t * 1u;
		float v[1];
		map_get<1, 0>(v, ((const float *)(m.arena + 1896)) + (i));
		map_put<1>(((float *)(m.arena + 1664 + 4 + 4)) + (i * 3u), v);
	}
}

/* reduce.cuh: sums, means, maxima, minima over any axes, the first of equal elements, and softmax
 * along one axis. All orders are fixed.
 *
 * P: ROWS results of COLS elements each; row(i), col(k): where element k of row i lies, as two
 * offsets to add; COUNT: elements behind a result (of a mean); In, Out. PRODUCT: each is multiplied
 * with that of `by`, of type By, at by_row(i) and by_col(k).
 * A long row is cut into PARTS of EACH columns: blockIdx.y counts them, y holds [PARTS][ROWS]
 * partial results, and a second launch reduces those as rows of PARTS columns; PARTS 1: no cut. */

/* State: start, next element, result of a thread; warp: of its lanes; end: from n elements. */
struct Sum {
	typedef LongSum State;
	static __device__ __forceinline__ float warp(float v) { return warp_sum(v); }
	static __device__ __forceinline__ float end(float v, float) { return v; }
};

struct Mean : Sum {
	static __device__ __forceinline__ float end(float v, float n) { return v / n; }
};

struct Max : Sum {
	struct State {
		float top = -infinite();
		__device__ __forceinline__ void add(float v) { top = larger(top, v); }
		__device__ __forceinline__ float value() const { return top; }
	};
	static __device__ __forceinline__ float warp(float v) { return warp_max(v); }
};

struct Min : Sum {
	struct State {
		Max::State of;
		__device__ __forceinline__ void add(float v) { of.add(-v); }
		__device__ __forceinline__ float value() const { return -of.value(); }
	};
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

/* Elements of row i. */
template <class P> struct Row {
	const typename P::In *x;
	const void *by;
	unsigned by_row = 0;

	__device__ __forceinline__ Row(const typename P::In *x, const void *by, unsigned i)
	    : x(x + P::row(i)), by(by)
	{
		if constexpr (P::PRODUCT)
			by_row = P::by_row(i);
	}
	__device__ __forceinline__ float at(unsigned k) const
	{
		const float v = widen(x[P::col(k)]);
		if constexpr (P::PRODUCT)
			return v * widen(((const typename P::By *)by)[by_row + P::by_col(k)]);
		return v;
	}
};

template <class P, class R>
__device__ __forceinline__ void reduce_put(typename P::Out *y, unsigned i, float v)
{
	put(y + blockIdx.y * P::ROWS + i, P::PARTS == 1 ? R::end(v, P::COUNT) : v);
}

/* One warp a row: for elements that follow each other along columns. grid: ROWS / 4 CTAs of 128. */
template <class P, class R>
__device__ __forceinline__ void reduce(const typename P::In *x, typename P::Out *y,
                                       const void *by = nullptr)
{
	const unsigned i = blockIdx.x * 4 + (threadIdx.x >> 5), lane = threadIdx.x & 31;
	if (i >= P::ROWS)
		return;
	const Row<P> row(x, by, i);
	const Part<P> part;
	typename R::State v;
#pragma unroll 8
	for (unsigned k = part.first + lane; k < part.end; k += 32)
		v.add(row.at(k));
	const float all = R::warp(v.value());
	if (lane == 0)
		reduce_put<P, R>(y, i, all);
}

/* One lane a row, 8 warps along the columns: for elements that follow each other along rows.
 * grid: ROWS / 32 CTAs of 256. */
template <class P, class R>
__device__ __forceinline__ void reduce_across(const typename P::In *x, typename P::Out *y,
                                              const void *by = nullptr)
{
	__shared__ float sums[8][32];
	const unsigned lane = threadIdx.x & 31, warp = threadIdx.x >> 5, i = blockIdx.x * 32 + lane;
	const Row<P> row(x, by, i < P::ROWS ? i : P::ROWS - 1);
	const Part<P> part;
	typename R::State v;
#pragma unroll 8
	for (unsigned k = part.first + warp; k < part.end; k += 8)
		v.add(row.at(k));
	sums[warp][lane] = v.value();
	__syncthreads();
	if (warp > 0 || i >= P::ROWS)
		return;
	for (int w = 1; w < 8; w++)
		v.add(sums[w][lane]);
	reduce_put<P, R>(y, i, v.value());
}

/* One thread a row: for few columns. grid: ROWS / 256 CTAs of 256. */
template <class P, class R>
__device__ __forceinline__ void reduce_short(const typename P::In *x, typename P::Out *y,
                                             const void *by = nullptr)
{
	const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
	if (i >= P::ROWS)
		return;
	const Row<P> row(x, by, i);
	typename R::State v;
	for (unsigned k = 0; k < P::COLS; k++)
		v.add(row.at(k));
	reduce_put<P, R>(y, i, v.value());
}

/* mask: 1 at the first element of each row of x that equals the row's element of top, as NaN does
 * NaN, else 0.
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
		const float v = widen(row[P::col(k)]);
		const bool hit = !found && (v == want || (v != v && want != want));
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
	Max::State largest;
	float sum = 0;
	for (unsigned k = lane; k < P::COLS; k += 32)
		largest.add(widen(row[P::col(k)]));
	const float top = warp_max(largest.value());
	for (unsigned k = lane; k < P::COLS; k += 32)
		sum += expf(widen(row[P::col(k)]) - top);
	sum = warp_sum(sum);
	for (unsigned k = lane; k < P::COLS; k += 32)
		put(out + k * P::OUT_COL, expf(widen(row[P::col(k)]) - top) / sum);
}

/* Sums along an axis up to each element, one thread a row, grid as for reduce_short. What rounding
 * takes from the sum goes into the next term (Kahan).
 * P: ROWS, COLS; row(i), out(i) the offsets of row i in x and y; FROM, OUT_FROM the first element
 * there and STEP, OUT_STEP from one to the next, negative in reverse. */
template <class P>
__device__ __forceinline__ void cumsum(const typename P::In *x, typename P::Out *y)
{
	const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
	if (i >= P::ROWS)
		return;
	const typename P::In *from = x + P::row(i) + P::FROM;
	typename P::Out *to = y + P::out(i) + P::OUT_FROM;
	float sum = 0, lost = 0;
	for (int k = 0; k < P::COLS; k++) {
		const float term = widen(from[k * P::STEP]) - lost, next = sum + term;
		lost = isfinite(next) ? (next - sum) - term : 0;
		sum = next;
		put(to + k * P::OUT_STEP, sum);
	}
}

/* %features.log_mel.power = sum "features.log_mel.power" %features.log_mel.squares {axes=[-1]} :
 * f32[1,4,41,513] @arena:1346176  !models/lib/foa.json:13:17+5 */
struct k004 {
	enum { ROWS = 84132, COLS = 2, COUNT = 2, PARTS = 1, EACH = 2, PRODUCT = 0 };
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

extern "C" __global__ void __launch_bounds__(256, 1) k004_features_log_mel_power(const Mem m)
{
	reduce_short<k004, Sum>(((const float *)(m.arena + 673088)), ((float *)(m.arena + 1346176)));
}

/* %features.intensity.I = sum "features.intensity.I" %features.intensity.products {axes=[-1]} :
 * f32[1,3,41,513] @arena:0  !models/lib/foa.json:29:17+5 */
struct k008 {
	enum { ROWS = 63099, COLS = 2, COUNT = 2, PARTS = 1, EACH = 2, PRODUCT = 0 };
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

extern "C" __global__ void __launch_bounds__(256, 1) k008_features_intensity_I(const Mem m)
{
	reduce_short<k008, Sum>(((const float *)(m.arena + 673088)), ((float *)(m.arena + 0)));
}

/* %features.intensity.square_norm = sum "features.intensity.square_norm"
 * %features.intensity.squares {axes=[1] keep=1} : f32[1,1,41,513] @arena:504832
 * !models/lib/foa.json:31:17+5 */
struct k010 {
	enum { ROWS = 21033, COLS = 3, COUNT = 3, PARTS = 1, EACH = 3, PRODUCT = 0 };
	typedef float In;
	typedef float Out;
	static __device__ __forceinline__ unsigned row(unsigned i)
	{
		return i;
	}
	static __device__ __forceinline__ unsigned col(unsigned i)
	{
		return i * 21033u;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k010_features_intensity_square_norm(const Mem m)
{
	reduce_short<k010, Sum>(((const float *)(m.arena + 252416)), ((float *)(m.arena + 504832)));
}

/* %enc._.mean = mean "enc.*.mean" %enc._.b4.conv2 {axes=[2] group=3} : f32[3,1,5,16] @arena:51840
 * !models/lib/seld.json:72:17+6 */
struct k055 {
	enum { ROWS = 240, COLS = 2, COUNT = 2, PARTS = 1, EACH = 2, PRODUCT = 0 };
	typedef float In;
	typedef float Out;
	static __device__ __forceinline__ unsigned row(unsigned i)
	{
		return i / 16u * 32u + i % 16u;
	}
	static __device__ __forceinline__ unsigned col(unsigned i)
	{
		return i * 16u;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k055_enc___mean(const Mem m)
{
	reduce_short<k055, Mean>(((const float *)(m.arena + 0)), ((float *)(m.arena + 51840)));
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

/* %dec._._._.l1.norm = rms_norm "dec.*.*.*.l1.norm" %enc._.mean, %dec._._._.l1.norm.weight
 * {group=18} : f32[18,1,5,16] @arena:23040  !models/lib/nn.json:68:17+10 */
struct k056 {
	enum { ROWS = 90, COLS = 16, XC = 1 };
	typedef float In;
	typedef float Out;
	static __device__ __forceinline__ unsigned row(unsigned i)
	{
		return i / 5u / 6u * 80u + i % 5u * 16u;
	}
	static __device__ __forceinline__ unsigned wrow(unsigned i)
	{
		return i / 5u * 16u;
	}
	static __device__ __forceinline__ float eps()
	{
		return (float)1e-05;
	}
};

extern "C" __global__ void __launch_bounds__(128, 1) k056_dec_______l1_norm(const Mem m)
{
	rms_norm<k056>(((const float *)(m.arena + 51840)), ((const float *)(m.params + 129984)), ((float *)(m.arena + 23040)));
}

/* %dec._._._.l2.norm = rms_norm "dec.*.*.*.l2.norm" %dec._._._.l1, %dec._._._.l2.norm.weight
 * {group=18} : f32[18,1,5,16] @arena:23040  !models/lib/nn.json:68:17+10 */
struct k064 {
	enum { ROWS = 90, COLS = 16, XC = 1 };
	typedef float In;
	typedef float Out;
	static __device__ __forceinline__ unsigned row(unsigned i)
	{
		return i / 5u * 80u + i % 5u * 16u;
	}
	static __device__ __forceinline__ unsigned wrow(unsigned i)
	{
		return i / 5u * 16u;
	}
	static __device__ __forceinline__ float eps()
	{
		return (float)1e-05;
	}
};

extern "C" __global__ void __launch_bounds__(128, 1) k064_dec_______l2_norm(const Mem m)
{
	rms_norm<k064>(((const float *)(m.arena + 46080)), ((const float *)(m.params + 290112)), ((float *)(m.arena + 23040)));
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
	const double rate = exp2(log2(P::base()) * -(double)(i - i % 2) / P::COLS);
	const double half_turns = p * rate / 3.141592653589793;
	y[e] = (float)(i % 2 ? cospi(half_turns) : sinpi(half_turns));
}

/* %features.filters = mel_filterbank "features.filters" {bins=513 mels=32 rate=24000 fmin=20
 * fmax=12000} : f32[513,32] @load:0  !models/lib/foa.json:45:17+16 */
struct k002 {
	enum { BINS = 513, MELS = 32 };
	static __device__ __forceinline__ double rate()
	{
		return 24000;
	}
	static __device__ __forceinline__ double fmin()
	{
		return 20;
	}
	static __device__ __forceinline__ double fmax()
	{
		return 12000;
	}
};

extern "C" __global__ void __launch_bounds__(256, 1) k002_features_filters(const Mem m)
{
	mel_filterbank<k002>(((float *)(m.load + 0)));
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

/* %features.spectrum = stft "features.spectrum" %audio {n_fft=1024 win=1024 hop=300} :
 * f32[1,4,41,513,2] @arena:0  !models/lib/foa.json:44:17+6 */
struct k001 {
	enum { SAMPLES = 12000, NFFT = 1024, WIN = 1024, HOP = 300, CENTER = 1, REFLECT = 1, XS = 1 };
};

extern "C" __global__ void __launch_bounds__(128, 1) k001_features_spectrum(const Mem m)
{
	const unsigned z = blockIdx.y;
	stft<k001>(((const float *)(m.in + 0)) + (z * 12000u), ((float *)(m.arena + 0)) + (size_t)z * 42066u);
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
 * One thread a channel and ROWS neighbouring outputs: a tap and a row of x are loaded once for all
 * of these. A channel's taps lie together in memory, so that neighbouring threads would read places
 * far apart: they come through shared memory, in rows of an odd number of floats, a bank for each.
 * P: M rows in, L rows out, E channels, TAPS PAD ROWS, XR XC YR strides, BIAS; In, Out
 * CTAs of 128; grid: (E / 128, L / ROWS, sequences). */
template <class P> struct Taps {
	enum { STAGED = P::TAPS <= 64, STRIDE = P::TAPS | 1, FLOATS = STAGED ? 128 * STRIDE : 1 };
	/* Element k of the CTA's channels' [128][TAPS]. */
	static __device__ __forceinline__ int at(int k)
	{
		return k / P::TAPS * STRIDE + k % P::TAPS;
	}
	static __device__ __forceinline__ int count()
	{
		const int channels = P::E - blockIdx.x * 128;
		return (channels < 128 ? channels : 128) * P::TAPS;
	}
};

template <class P>
__device__ __forceinline__ float conv1d_x(const typename P::In *x, int row)
{
	return row >= 0 && row < P::M ? widen(x[(long long)row * P::XR]) : 0.0f;
}

template <class P>
__device__ __forceinline__ void conv1d(const typename P::In *x, const float *w, const float *bias,
                                       typename P::Out *y, bool rev)
{
	typedef Taps<P> T;
	__shared__ float taps[T::FLOATS];
	const int c = blockIdx.x * 128 + threadIdx.x, t = blockIdx.y * P::ROWS;
	w += (size_t)blockIdx.x * 128 * P::TAPS;
	for (int k = threadIdx.x; T::STAGED && k < T::count(); k += 128)
		taps[T::at(k)] = w[k];
	__syncthreads();
	if (c >= P::E)
		return;
	w += threadIdx.x * P::TAPS;
	x += c * P::XC;
	/* reversed: the last tap first, so that rows come in the order of memory */
	const int from = rev ? t + (P::M - P::L) + P::PAD - (P::TAPS - 1) : t - P::PAD;
	float v[P::ROWS], row[P::ROWS];
#pragma unroll
	for (int r = 0; r < P::ROWS; r++) {
		v[r] = P::BIAS ? bias[c] : 0.0f;
		row[r] = r > 0 ? conv1d_x<P>(x, from + r - 1) : 0.0f;
	}
#pragma unroll (Taps<P>::STAGED ? P::TAPS : 8)
	for (int i = 0; i < P::TAPS; i++) {
		const int j = rev ? P::TAPS - 1 - i : i;
		const float tap = T::STAGED ? taps[threadIdx.x * T::STRIDE + j] : w[j];
#pragma unroll
		for (int r = 0; r < P::ROWS - 1; r++)
			row[r] = row[r + 1];
		row[P::ROWS - 1] = conv1d_x<P>(x, from + i + P::ROWS - 1);
#pragma unroll
		for (int r = 0; r < P::ROWS; r++)
			v[r] = fmaf(tap, row[r], v[r]);
	}
#pragma unroll
	for (int r = 0; r < P::ROWS; r++)
		if (t + r < P::L)
			put(y + (long long)(t + r) * P::YR + c, v[r]);
}

/* %dec._._._.l1.scan = scan_gate "dec.*.*.*.l1.scan" %dec._._._.l1.in_proj, %dec._._._.l1.dt_proj,
 * %dec._._._.l1.A, %dec._._._.l1.B, %dec._._._.l1.C, %dec._._._.l1.D, %dec._._._.l1.in_proj.2
 * {softplus=1 reverse=[0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1] group=18} : f32[18,1,5,32] @arena:34560
 *  !models/lib/nn.json:128:17+16 */
struct k061 {
	enum { L = 5, E = 32, N = 4, TC = 5, UR = 32, DR = 32, BR = 9, CR = 9, ZR = 32, YR = 32 };
	enum { UC = 1, DC = 1, BC = 1, CC = 1, ZC = 1, GATE = 1, SOFTPLUS = 1, ASYNC = 0 };
	typedef float U;
	typedef float Z;
	typedef float Out;
};

extern "C" __global__ void __launch_bounds__(128, 1) k061_dec_______l1_scan(const Mem m)
{
	const unsigned z = blockIdx.z;
	scan<k061>({((const float *)(m.arena + 0)) + (size_t)(z * 160u),
		((const float *)(m.arena + 23040)) + (size_t)(z * 160u),
		((const float *)(m.load + 65792)) + (size_t)(z * 128u),
		((const float *)(m.arena + 46084)) + (size_t)(z * 45u),
		((const float *)(m.arena + 46100)) + (size_t)(z * 45u),
		((const float *)(m.params + 250944)) + (size_t)(z * 32u),
		((const float *)(m.arena + 11520)) + (size_t)(z * 160u),
		},
		((float *)(m.arena + 34560)) + (size_t)(z * 160u), "010101010101010101"[z / 1u] == '1');
}

/* %dec._._._.l2.scan = scan_gate "dec.*.*.*.l2.scan" %dec._._._.l2.in_proj, %dec._._._.l2.dt_proj,
 * %dec._._._.l2.A, %dec._._._.l2.B, %dec._._._.l2.C, %dec._._._.l2.D, %dec._._._.l2.in_proj.2
 * {softplus=1 reverse=[0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1] group=18} : f32[18,1,5,32] @arena:34560
 *  !models/lib/nn.json:128:17+16 */
struct k069 {
	enum { L = 5, E = 32, N = 4, TC = 5, UR = 32, DR = 32, BR = 9, CR = 9, ZR = 32, YR = 32 };
	enum { UC = 1, DC = 1, BC = 1, CC = 1, ZC = 1, GATE = 1, SOFTPLUS = 1, ASYNC = 0 };
	typedef float U;
	typedef float Z;
	typedef float Out;
};

extern "C" __global__ void __launch_bounds__(128, 1) k069_dec_______l2_scan(const Mem m)
{
	const unsigned z = blockIdx.z;
	scan<k069>({((const float *)(m.arena + 0)) + (size_t)(z * 160u),
		((const float *)(m.arena + 23040)) + (size_t)(z * 160u),
		((const float *)(m.load + 75008)) + (size_t)(z * 128u),
		((const float *)(m.arena + 51844)) + (size_t)(z * 45u),
		((const float *)(m.arena + 51860)) + (size_t)(z * 45u),
		((const float *)(m.params + 411072)) + (size_t)(z * 32u),
		((const float *)(m.arena + 11520)) + (size_t)(z * 160u),
		},
		((float *)(m.arena + 34560)) + (size_t)(z * 160u), "010101010101010101"[z / 1u] == '1');
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

/* %features.log_mel.mel = matmul "features.log_mel.mel" %features.log_mel.power, %features.filters
 * : f32[1,4,41,32] @arena:1214656  !models/lib/foa.json:14:17+8 */
struct k005 {
	enum { M = 41, N = 32, K = 513, XR = 513, WR = 1, YR = 32, BIAS = 0 };
	typedef float Out;
	enum { XK = 1, WK = 32 };
	typedef float XT;
	typedef float WT;
};

extern "C" __global__ void __launch_bounds__(256, 1) k005_features_log_mel_mel(const Mem m)
{
	const unsigned z = blockIdx.z;
	product_any<k005>(((const float *)(m.arena + 1346176)) + (size_t)(z * 21033u),
		((const float *)(m.load + 0)) + (size_t)(0u),
		nullptr,
		((float *)(m.arena + 1214656)) + (size_t)(z * 1312u));
}

/* %features.intensity = matmul "features.intensity" %features.intensity.unit, %features.filters :
 * f32[1,3,41,32] @arena:1198912  !models/lib/foa.json:35:17+8 */
struct k013 {
	enum { M = 41, N = 32, K = 513, XR = 513, WR = 1, YR = 32, BIAS = 0 };
	typedef float Out;
	enum { XK = 1, WK = 32 };
	typedef float XT;
	typedef float WT;
};

extern "C" __global__ void __launch_bounds__(256, 1) k013_features_intensity(const Mem m)
{
	const unsigned z = blockIdx.z;
	product_any<k013>(((const float *)(m.arena + 252416)) + (size_t)(z * 21033u),
		((const float *)(m.load + 0)) + (size_t)(0u),
		nullptr,
		((float *)(m.arena + 1198912)) + (size_t)(z * 1312u));
}

/* %dec._._._.l1.in_proj, %dec._._._.l1.in_proj.2 = inproj_conv_silu "dec.*.*.*.l1.in_proj"
 * %dec._._._.l1.norm, %dec._._._.l1.in_proj.weight, %dec._._._.l1.conv1d.weight,
 * %dec._._._.l1.conv1d.bias {pad=[3,0] reverse=[0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1] group=18} :
 * f32[18,1,5,32] @arena:0, f32[18,1,5,32] @arena:11520  !models/lib/nn.json:21:17+8 */
struct k057 {
	enum { M = 5, N = 64, K = 16, XR = 16, WR = 16, YR = 32, BIAS = 0 };
	typedef float Out;
	enum { XK = 1, WK = 1 };
	typedef float XT;
	typedef float WT;
	enum { L = 5, E = 32, TAPS = 4, PAD = 3, ZR = 32 };
	typedef float OutZ;
};

extern "C" __global__ void __launch_bounds__(128, 1) k057_dec_______l1_in_proj(const Mem m)
{
	const unsigned z = blockIdx.z;
	inproj_any<k057>(((const float *)(m.arena + 23040)) + (size_t)(z * 80u),
		((const float *)(m.params + 131136)) + (size_t)(z * 1024u),
		((const float *)(m.params + 204864)) + (z * 128u), ((const float *)(m.params + 214080)) + (z * 32u),
		((float *)(m.arena + 0)) + (size_t)(z * 160u),
		((float *)(m.arena + 11520)) + (size_t)(z * 160u), "010101010101010101"[z / 1u] == '1');
}

/* %dec._._._.l1.x_proj = linear "dec.*.*.*.l1.x_proj" %dec._._._.l1.in_proj,
 * %dec._._._.l1.x_proj.weight {group=18} : f32[18,1,5,9] @arena:46080
 * !models/lib/nn.json:21:17+8 */
struct k058 {
	enum { M = 5, N = 9, K = 32, XR = 32, WR = 32, YR = 9, BIAS = 0 };
	typedef float Out;
	typedef float In;
	enum { BM = 16, BN = 32, WM = 1, WN = 1, WK = 4 };
};

extern "C" __global__ void __launch_bounds__(128, 1) k058_dec_______l1_x_proj(const Mem m)
{
	const unsigned z = blockIdx.z;
	product_fma<k058>(((const float *)(m.arena + 0)) + (size_t)(z * 160u),
		((const float *)(m.params + 216384)) + (size_t)(z * 288u),
		nullptr,
		((float *)(m.arena + 46080)) + (size_t)(z * 45u));
}

/* %dec._._._.l1.dt_proj = linear "dec.*.*.*.l1.dt_proj" %dec._._._.l1.dt_low,
 * %dec._._._.l1.dt_proj.weight, %dec._._._.l1.dt_proj.bias {group=18} : f32[18,1,5,32] @arena:23040
 *  !models/lib/nn.json:121:17+8 */
struct k059 {
	enum { M = 5, N = 32, K = 1, XR = 9, WR = 1, YR = 32, BIAS = 1 };
	typedef float Out;
	enum { XK = 1, WK = 1 };
	typedef float XT;
	typedef float WT;
};

extern "C" __global__ void __launch_bounds__(256, 1) k059_dec_______l1_dt_proj(const Mem m)
{
	const unsigned z = blockIdx.z;
	product_any<k059>(((const float *)(m.arena + 46080)) + (size_t)(z * 45u),
		((const float *)(m.params + 237120)) + (size_t)(z * 32u),
		((const float *)(m.params + 239424)) + (size_t)(z * 32u),
		((float *)(m.arena + 23040)) + (size_t)(z * 160u));
}

/* %dec._._._.l1.out_proj = linear "dec.*.*.*.l1.out_proj" %dec._._._.l1.scan,
 * %dec._._._.l1.out_proj.weight {group=18} : f32[18,1,5,16] @arena:0
 * !models/lib/nn.json:21:17+8 */
struct k062 {
	enum { M = 5, N = 16, K = 32, XR = 32, WR = 32, YR = 16, BIAS = 0 };
	typedef float Out;
	typedef float In;
	enum { BM = 16, BN = 32, WM = 1, WN = 1, WK = 4 };
};

extern "C" __global__ void __launch_bounds__(128, 1) k062_dec_______l1_out_proj(const Mem m)
{
	const unsigned z = blockIdx.z;
	product_fma<k062>(((const float *)(m.arena + 34560)) + (size_t)(z * 160u),
		((const float *)(m.params + 253248)) + (size_t)(z * 512u),
		nullptr,
		((float *)(m.arena + 0)) + (size_t)(z * 80u));
}

/* %dec._._._.l2.in_proj, %dec._._._.l2.in_proj.2 = inproj_conv_silu "dec.*.*.*.l2.in_proj"
 * %dec._._._.l2.norm, %dec._._._.l2.in_proj.weight, %dec._._._.l2.conv1d.weight,
 * %dec._._._.l2.conv1d.bias {pad=[3,0] reverse=[0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1,0,1] group=18} :
 * f32[18,1,5,32] @arena:0, f32[18,1,5,32] @arena:11520  !models/lib/nn.json:21:17+8 */
struct k065 {
	enum { M = 5, N = 64, K = 16, XR = 16, WR = 16, YR = 32, BIAS = 0 };
	typedef float Out;
	enum { XK = 1, WK = 1 };
	typedef float XT;
	typedef float WT;
	enum { L = 5, E = 32, TAPS = 4, PAD = 3, ZR = 32 };
	typedef float OutZ;
};

extern "C" __global__ void __launch_bounds__(128, 1) k065_dec_______l2_in_proj(const Mem m)
{
	const unsigned z = blockIdx.z;
	inproj_any<k065>(((const float *)(m.arena + 23040)) + (size_t)(z * 80u),
		((const float *)(m.params + 291264)) + (size_t)(z * 1024u),
		((const float *)(m.params + 364992)) + (z * 128u), ((const float *)(m.params + 374208)) + (z * 32u),
		((float *)(m.arena + 0)) + (size_t)(z * 160u),
		((float *)(m.arena + 11520)) + (size_t)(z * 160u), "010101010101010101"[z / 1u] == '1');
}

/* %dec._._._.l2.x_proj = linear "dec.*.*.*.l2.x_proj" %dec._._._.l2.in_proj,
 * %dec._._._.l2.x_proj.weight {group=18} : f32[18,1,5,9] @arena:51840
 * !models/lib/nn.json:21:17+8 */
struct k066 {
	enum { M = 5, N = 9, K = 32, XR = 32, WR = 32, YR = 9, BIAS = 0 };
	typedef float Out;
	typedef float In;
	enum { BM = 16, BN = 32, WM = 1, WN = 1, WK = 4 };
};

extern "C" __global__ void __launch_bounds__(128, 1) k066_dec_______l2_x_proj(const Mem m)
{
	const unsigned z = blockIdx.z;
	product_fma<k066>(((const float *)(m.arena + 0)) + (size_t)(z * 160u),
		((const float *)(m.params + 376512)) + (size_t)(z * 288u),
		nullptr,
		((float *)(m.arena + 51840)) + (size_t)(z * 45u));
}

/* %dec._._._.l2.dt_proj = linear "dec.*.*.*.l2.dt_proj" %dec._._._.l2.dt_low,
 * %dec._._._.l2.dt_proj.weight, %dec._._._.l2.dt_proj.bias {group=18} : f32[18,1,5,32] @arena:23040
 *  !models/lib/nn.json:121:17+8 */
struct k067 {
	enum { M = 5, N = 32, K = 1, XR = 9, WR = 1, YR = 32, BIAS = 1 };
	typedef float Out;
	enum { XK = 1, WK = 1 };
	typedef float XT;
	typedef float WT;
};

extern "C" __global__ void __launch_bounds__(256, 1) k067_dec_______l2_dt_proj(const Mem m)
{
	const unsigned z = blockIdx.z;
	product_any<k067>(((const float *)(m.arena + 51840)) + (size_t)(z * 45u),
		((const float *)(m.params + 397248)) + (size_t)(z * 32u),
		((const float *)(m.params + 399552)) + (size_t)(z * 32u),
		((float *)(m.arena + 23040)) + (size_t)(z * 160u));
}

/* %dec._._._.l2.out_proj = linear "dec.*.*.*.l2.out_proj" %dec._._._.l2.scan,
 * %dec._._._.l2.out_proj.weight {group=18} : f32[18,1,5,16] @arena:0
 * !models/lib/nn.json:21:17+8 */
struct k070 {
	enum { M = 5, N = 16, K = 32, XR = 32, WR = 32, YR = 16, BIAS = 0 };
	typedef float Out;
	typedef float In;
	enum { BM = 16, BN = 32, WM = 1, WN = 1, WK = 4 };
};

extern "C" __global__ void __launch_bounds__(128, 1) k070_dec_______l2_out_proj(const Mem m)
{
	const unsigned z = blockIdx.z;
	product_fma<k070>(((const float *)(m.arena + 34560)) + (size_t)(z * 160u),
		((const float *)(m.params + 413376)) + (size_t)(z * 512u),
		nullptr,
		((float *)(m.arena + 0)) + (size_t)(z * 80u));
}

/* %head.doa._ = linear "head.doa.*" %stitch.dec._.2, %head.doa._.weight, %head.doa._.bias {group=3}
 * : f32[3,1,5,3] @arena:832  !models/lib/nn.json:21:17+8 */
struct k072 {
	enum { M = 5, N = 3, K = 16, XR = 16, WR = 16, YR = 3, BIAS = 1 };
	typedef float Out;
	typedef float In;
	enum { BM = 16, BN = 32, WM = 1, WN = 1, WK = 4 };
};

extern "C" __global__ void __launch_bounds__(128, 1) k072_head_doa__(const Mem m)
{
	const unsigned z = blockIdx.z;
	product_fma<k072>(((const float *)(m.arena + 6720)) + (size_t)(z * 80u),
		((const float *)(m.params + 454656)) + (size_t)(z * 48u),
		((const float *)(m.params + 455232)) + (size_t)(z * 3u),
		((float *)(m.arena + 832)) + (size_t)(z * 15u));
}

/* %head.sde._ = linear "head.sde.*" %stitch.dec._.3, %head.sde._.weight, %head.sde._.bias {group=3}
 * : f32[3,1,5,1] @arena:1024  !models/lib/nn.json:21:17+8 */
struct k073 {
	enum { M = 5, N = 1, K = 16, XR = 16, WR = 16, YR = 1, BIAS = 1 };
	typedef float Out;
	typedef float In;
	enum { BM = 16, BN = 32, WM = 1, WN = 1, WK = 4 };
};

extern "C" __global__ void __launch_bounds__(128, 1) k073_head_sde__(const Mem m)
{
	const unsigned z = blockIdx.z;
	product_fma<k073>(((const float *)(m.arena + 7680)) + (size_t)(z * 80u),
		((const float *)(m.params + 455296)) + (size_t)(z * 16u),
		((const float *)(m.params + 455488)) + (size_t)(z),
		((float *)(m.arena + 1024)) + (size_t)(z * 5u));
}

/* %head.sed._ = linear "head.sed.*" %stitch.dec._, %head.sed._.weight, %head.sed._.bias {group=3} :
 * f32[3,1,5,13] @arena:0  !models/lib/nn.json:21:17+8 */
struct k074 {
	enum { M = 5, N = 13, K = 16, XR = 16, WR = 16, YR = 13, BIAS = 1 };
	typedef float Out;
	typedef float In;
	enum { BM = 16, BN = 32, WM = 1, WN = 1, WK = 4 };
};

extern "C" __global__ void __launch_bounds__(128, 1) k074_head_sed__(const Mem m)
{
	const unsigned z = blockIdx.z;
	product_fma<k074>(((const float *)(m.arena + 5760)) + (size_t)(z * 80u),
		((const float *)(m.params + 451968)) + (size_t)(z * 208u),
		((const float *)(m.params + 454464)) + (size_t)(z * 13u),
		((float *)(m.arena + 0)) + (size_t)(z * 65u));
}

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

/* %enc._.b1.conv1 = conv2d_act "enc.*.b1.conv1" %enc.sde.b1.conv1.4, %enc._.b1.conv1.weight,
 * %enc._.b1.r1, %enc._.b1.r1.2 {pad=[1,1] channels_last=1 act=relu group=2} : f32[2,1,41,32,8]
 * @arena:0  !models/lib/nn.json:33:17+8 */
struct k016 {
	enum { C = 4, O = 8, TAPS = 9, BN = 64, WO = 36, WC = 9, WT = 1 };
	typedef float In;
};

extern "C" __global__ void __launch_bounds__(256, 1) k016_enc___b1_conv1(const Mem m)
{
	conv_pack_fma<k016>(((const float *)(m.params + 1792)) + 0u + blockIdx.z * 288ll,
		(float *)(m.load + 86784) + blockIdx.z * 4608ll);
}

/* %enc._.b1.conv1 = conv2d_act "enc.*.b1.conv1" %enc.sde.b1.conv1.4, %enc._.b1.conv1.weight,
 * %enc._.b1.r1, %enc._.b1.r1.2 {pad=[1,1] channels_last=1 act=relu group=2} : f32[2,1,41,32,8]
 * @arena:0  !models/lib/nn.json:33:17+8 */
struct k019 {
	enum { H = 41, W = 32, C = 4, OH = 41, OW = 32, O = 8, KH = 3, KW = 3, PH = 1, PW = 1 };
	enum { TH = 1, TW = 1, XH = 128, XW = 4, XC = 1, YH = 256, YW = 8, YC = 1, SCALE = 1, SHIFT = 0 };
	enum { RELU = 1, MAX = 0, VECTOR = 1 };
	typedef float In;
	typedef float Out;
	enum { ROWS = 16, BN = 64 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k019_enc___b1_conv1(const Mem m)
{
	conv_fma<k019>(((const float *)(m.arena + 125952)),
		((const float *)(m.load + 86784)) + blockIdx.z / 1u * 4608ll,
		((const float *)(m.load + 86528)) + blockIdx.z / 1u * 8ll,
		((const float *)(m.load + 86592)) + blockIdx.z / 1u * 8ll,
		((float *)(m.arena + 0)) + blockIdx.z / 1u * 10496ll);
}

/* %enc.doa.b1.conv1.2 = conv2d_act "enc.doa.b1.conv1" %enc.doa.b1.conv1.3,
 * %enc.doa.b1.conv1.weight, %enc.doa.b1.r1.2, %enc.doa.b1.r1.3 {pad=[1,1] channels_last=1 act=relu}
 * : f32[1,41,32,8] @arena:83968  !models/lib/nn.json:33:17+8 */
struct k020 {
	enum { C = 7, O = 8, TAPS = 9, BN = 64, WO = 63, WC = 9, WT = 1 };
	typedef float In;
};

extern "C" __global__ void __launch_bounds__(256, 1) k020_enc_doa_b1_conv1(const Mem m)
{
	conv_pack_fma<k020>(((const float *)(m.params + 11776)) + 0u + blockIdx.z * 0ll,
		(float *)(m.load + 123648) + blockIdx.z * 4608ll);
}

/* %enc.doa.b1.conv1.2 = conv2d_act "enc.doa.b1.conv1" %enc.doa.b1.conv1.3,
 * %enc.doa.b1.conv1.weight, %enc.doa.b1.r1.2, %enc.doa.b1.r1.3 {pad=[1,1] channels_last=1 act=relu}
 * : f32[1,41,32,8] @arena:83968  !models/lib/nn.json:33:17+8 */
struct k023 {
	enum { H = 41, W = 32, C = 7, OH = 41, OW = 32, O = 8, KH = 3, KW = 3, PH = 1, PW = 1 };
	enum { TH = 1, TW = 1, XH = 224, XW = 7, XC = 1, YH = 256, YW = 8, YC = 1, SCALE = 1, SHIFT = 0 };
	enum { RELU = 1, MAX = 0, VECTOR = 0 };
	typedef float In;
	typedef float Out;
	enum { ROWS = 16, BN = 64 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k023_enc_doa_b1_conv1(const Mem m)
{
	conv_fma<k023>(((const float *)(m.arena + 125952)),
		((const float *)(m.load + 123648)),
		((const float *)(m.load + 86656)),
		((const float *)(m.load + 86720)),
		((float *)(m.arena + 83968)));
}

/* %enc._.b1.conv2 = conv2d_act "enc.*.b1.conv2" %enc._.b1.conv1.2, %enc._.b1.conv2.weight,
 * %enc._.b1.pool, %enc._.b1.pool.2 {pad=[1,1] channels_last=1 act=relu pool=[2,2] group=3} :
 * f32[3,1,20,16,8] @arena:125952  !models/lib/nn.json:33:17+8 */
struct k024 {
	enum { C = 8, O = 8, TAPS = 9, BN = 64, WO = 72, WC = 9, WT = 1 };
	typedef float In;
};

extern "C" __global__ void __launch_bounds__(256, 1) k024_enc___b1_conv2(const Mem m)
{
	conv_pack_fma<k024>(((const float *)(m.params + 4352)) + 0u + blockIdx.z * 576ll,
		(float *)(m.load + 142080) + blockIdx.z * 4608ll);
}

/* %enc._.b1.conv2 = conv2d_act "enc.*.b1.conv2" %enc._.b1.conv1.2, %enc._.b1.conv2.weight,
 * %enc._.b1.pool, %enc._.b1.pool.2 {pad=[1,1] channels_last=1 act=relu pool=[2,2] group=3} :
 * f32[3,1,20,16,8] @arena:125952  !models/lib/nn.json:33:17+8 */
struct k027 {
	enum { H = 41, W = 32, C = 8, OH = 41, OW = 32, O = 8, KH = 3, KW = 3, PH = 1, PW = 1 };
	enum { TH = 2, TW = 2, XH = 256, XW = 8, XC = 1, YH = 128, YW = 8, YC = 1, SCALE = 1, SHIFT = 0 };
	enum { RELU = 1, MAX = 0, VECTOR = 1 };
	typedef float In;
	typedef float Out;
	enum { ROWS = 16, BN = 64 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k027_enc___b1_conv2(const Mem m)
{
	conv_fma<k027>(((const float *)(m.arena + 0)) + blockIdx.z / 1u * 10496ll,
		((const float *)(m.load + 142080)) + blockIdx.z / 1u * 4608ll,
		((const float *)(m.load + 85760)) + blockIdx.z / 1u * 8ll,
		((const float *)(m.load + 85888)) + blockIdx.z / 1u * 8ll,
		((float *)(m.arena + 125952)) + blockIdx.z / 1u * 2560ll);
}

/* %enc._.b2.conv1 = conv2d_act "enc.*.b2.conv1" %stitch.enc.1.10, %enc._.b2.conv1.weight,
 * %enc._.b2.r1, %enc._.b2.r1.2 {pad=[1,1] channels_last=1 act=relu group=3} : f32[3,1,20,16,8]
 * @arena:30720  !models/lib/nn.json:33:17+8 */
struct k029 {
	enum { C = 8, O = 8, TAPS = 9, BN = 64, WO = 72, WC = 9, WT = 1 };
	typedef float In;
};

extern "C" __global__ void __launch_bounds__(256, 1) k029_enc___b2_conv1(const Mem m)
{
	conv_pack_fma<k029>(((const float *)(m.params + 14400)) + 0u + blockIdx.z * 576ll,
		(float *)(m.load + 197376) + blockIdx.z * 4608ll);
}

/* %enc._.b2.conv1 = conv2d_act "enc.*.b2.conv1" %stitch.enc.1.10, %enc._.b2.conv1.weight,
 * %enc._.b2.r1, %enc._.b2.r1.2 {pad=[1,1] channels_last=1 act=relu group=3} : f32[3,1,20,16,8]
 * @arena:30720  !models/lib/nn.json:33:17+8 */
struct k032 {
	enum { H = 20, W = 16, C = 8, OH = 20, OW = 16, O = 8, KH = 3, KW = 3, PH = 1, PW = 1 };
	enum { TH = 1, TW = 1, XH = 128, XW = 8, XC = 1, YH = 128, YW = 8, YC = 1, SCALE = 1, SHIFT = 0 };
	enum { RELU = 1, MAX = 0, VECTOR = 1 };
	typedef float In;
	typedef float Out;
	enum { ROWS = 16, BN = 64 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k032_enc___b2_conv1(const Mem m)
{
	conv_fma<k032>(((const float *)(m.arena + 0)) + blockIdx.z / 1u * 2560ll,
		((const float *)(m.load + 197376)) + blockIdx.z / 1u * 4608ll,
		((const float *)(m.load + 86016)) + blockIdx.z / 1u * 8ll,
		((const float *)(m.load + 86144)) + blockIdx.z / 1u * 8ll,
		((float *)(m.arena + 30720)) + blockIdx.z / 1u * 2560ll);
}

/* %enc._.b2.conv2 = conv2d_act "enc.*.b2.conv2" %enc._.b2.conv1, %enc._.b2.conv2.weight,
 * %enc._.b2.pool, %enc._.b2.pool.2 {pad=[1,1] channels_last=1 act=relu pool=[2,2] group=3} :
 * f32[3,1,10,8,8] @arena:0  !models/lib/nn.json:33:17+8 */
struct k033 {
	enum { C = 8, O = 8, TAPS = 9, BN = 64, WO = 72, WC = 9, WT = 1 };
	typedef float In;
};

extern "C" __global__ void __launch_bounds__(256, 1) k033_enc___b2_conv2(const Mem m)
{
	conv_pack_fma<k033>(((const float *)(m.params + 21824)) + 0u + blockIdx.z * 576ll,
		(float *)(m.load + 252672) + blockIdx.z * 4608ll);
}

/* %enc._.b2.conv2 = conv2d_act "enc.*.b2.conv2" %enc._.b2.conv1, %enc._.b2.conv2.weight,
 * %enc._.b2.pool, %enc._.b2.pool.2 {pad=[1,1] channels_last=1 act=relu pool=[2,2] group=3} :
 * f32[3,1,10,8,8] @arena:0  !models/lib/nn.json:33:17+8 */
struct k036 {
	enum { H = 20, W = 16, C = 8, OH = 20, OW = 16, O = 8, KH = 3, KW = 3, PH = 1, PW = 1 };
	enum { TH = 2, TW = 2, XH = 128, XW = 8, XC = 1, YH = 64, YW = 8, YC = 1, SCALE = 1, SHIFT = 0 };
	enum { RELU = 1, MAX = 0, VECTOR = 1 };
	typedef float In;
	typedef float Out;
	enum { ROWS = 16, BN = 64 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k036_enc___b2_conv2(const Mem m)
{
	conv_fma<k036>(((const float *)(m.arena + 30720)) + blockIdx.z / 1u * 2560ll,
		((const float *)(m.load + 252672)) + blockIdx.z / 1u * 4608ll,
		((const float *)(m.load + 86272)) + blockIdx.z / 1u * 8ll,
		((const float *)(m.load + 86400)) + blockIdx.z / 1u * 8ll,
		((float *)(m.arena + 0)) + blockIdx.z / 1u * 640ll);
}

/* %enc._.b3.conv1 = conv2d_act "enc.*.b3.conv1" %stitch.enc.2.10, %enc._.b3.conv1.weight,
 * %enc._.b3.r1, %enc._.b3.r1.2 {pad=[1,1] channels_last=1 act=relu group=3} : f32[3,1,10,8,16]
 * @arena:0  !models/lib/nn.json:33:17+8 */
struct k038 {
	enum { C = 8, O = 16, TAPS = 9, BN = 64, WO = 72, WC = 9, WT = 1 };
	typedef float In;
};

extern "C" __global__ void __launch_bounds__(256, 1) k038_enc___b3_conv1(const Mem m)
{
	conv_pack_fma<k038>(((const float *)(m.params + 29568)) + 0u + blockIdx.z * 1152ll,
		(float *)(m.load + 307968) + blockIdx.z * 4608ll);
}

/* %enc._.b3.conv1 = conv2d_act "enc.*.b3.conv1" %stitch.enc.2.10, %enc._.b3.conv1.weight,
 * %enc._.b3.r1, %enc._.b3.r1.2 {pad=[1,1] channels_last=1 act=relu group=3} : f32[3,1,10,8,16]
 * @arena:0  !models/lib/nn.json:33:17+8 */
struct k041 {
	enum { H = 10, W = 8, C = 8, OH = 10, OW = 8, O = 16, KH = 3, KW = 3, PH = 1, PW = 1, TH = 1 };
	enum { TW = 1, XH = 64, XW = 8, XC = 1, YH = 128, YW = 16, YC = 1, SCALE = 1, SHIFT = 0 };
	enum { RELU = 1, MAX = 0, VECTOR = 1 };
	typedef float In;
	typedef float Out;
	enum { ROWS = 16, BN = 64 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k041_enc___b3_conv1(const Mem m)
{
	conv_fma<k041>(((const float *)(m.arena + 15360)) + blockIdx.z / 1u * 640ll,
		((const float *)(m.load + 307968)) + blockIdx.z / 1u * 4608ll,
		((const float *)(m.load + 84224)) + blockIdx.z / 1u * 16ll,
		((const float *)(m.load + 84416)) + blockIdx.z / 1u * 16ll,
		((float *)(m.arena + 0)) + blockIdx.z / 1u * 1280ll);
}

/* %enc._.b3.conv2 = conv2d_act "enc.*.b3.conv2" %enc._.b3.conv1, %enc._.b3.conv2.weight,
 * %enc._.b3.pool, %enc._.b3.pool.2 {pad=[1,1] channels_last=1 act=relu pool=[2,2] group=3} :
 * f32[3,1,5,4,16] @arena:15360  !models/lib/nn.json:33:17+8 */
struct k042 {
	enum { C = 16, O = 16, TAPS = 9, BN = 64, WO = 144, WC = 9, WT = 1 };
	typedef float In;
};

extern "C" __global__ void __launch_bounds__(256, 1) k042_enc___b3_conv2(const Mem m)
{
	conv_pack_fma<k042>(((const float *)(m.params + 44160)) + 0u + blockIdx.z * 2304ll,
		(float *)(m.load + 363264) + blockIdx.z * 9216ll);
}

/* %enc._.b3.conv2 = conv2d_act "enc.*.b3.conv2" %enc._.b3.conv1, %enc._.b3.conv2.weight,
 * %enc._.b3.pool, %enc._.b3.pool.2 {pad=[1,1] channels_last=1 act=relu pool=[2,2] group=3} :
 * f32[3,1,5,4,16] @arena:15360  !models/lib/nn.json:33:17+8 */
struct k045 {
	enum { H = 10, W = 8, C = 16, OH = 10, OW = 8, O = 16, KH = 3, KW = 3, PH = 1, PW = 1 };
	enum { TH = 2, TW = 2, XH = 128, XW = 16, XC = 1, YH = 64, YW = 16, YC = 1, SCALE = 1 };
	enum { SHIFT = 0, RELU = 1, MAX = 0, VECTOR = 1 };
	typedef float In;
	typedef float Out;
	enum { ROWS = 16, BN = 64 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k045_enc___b3_conv2(const Mem m)
{
	conv_fma<k045>(((const float *)(m.arena + 0)) + blockIdx.z / 1u * 1280ll,
		((const float *)(m.load + 363264)) + blockIdx.z / 1u * 9216ll,
		((const float *)(m.load + 84608)) + blockIdx.z / 1u * 16ll,
		((const float *)(m.load + 84800)) + blockIdx.z / 1u * 16ll,
		((float *)(m.arena + 15360)) + blockIdx.z / 1u * 320ll);
}

/* %enc._.b4.conv1 = conv2d_act "enc.*.b4.conv1" %stitch.enc.3.10, %enc._.b4.conv1.weight,
 * %enc._.b4.r1, %enc._.b4.r1.2 {pad=[1,1] channels_last=1 act=relu group=3} : f32[3,1,5,4,16]
 * @arena:3840  !models/lib/nn.json:33:17+8 */
struct k047 {
	enum { C = 16, O = 16, TAPS = 9, BN = 64, WO = 144, WC = 9, WT = 1 };
	typedef float In;
};

extern "C" __global__ void __launch_bounds__(256, 1) k047_enc___b4_conv1(const Mem m)
{
	conv_pack_fma<k047>(((const float *)(m.params + 73152)) + 0u + blockIdx.z * 2304ll,
		(float *)(m.load + 473856) + blockIdx.z * 9216ll);
}

/* %enc._.b4.conv1 = conv2d_act "enc.*.b4.conv1" %stitch.enc.3.10, %enc._.b4.conv1.weight,
 * %enc._.b4.r1, %enc._.b4.r1.2 {pad=[1,1] channels_last=1 act=relu group=3} : f32[3,1,5,4,16]
 * @arena:3840  !models/lib/nn.json:33:17+8 */
struct k050 {
	enum { H = 5, W = 4, C = 16, OH = 5, OW = 4, O = 16, KH = 3, KW = 3, PH = 1, PW = 1, TH = 1 };
	enum { TW = 1, XH = 64, XW = 16, XC = 1, YH = 64, YW = 16, YC = 1, SCALE = 1, SHIFT = 0 };
	enum { RELU = 1, MAX = 0, VECTOR = 1 };
	typedef float In;
	typedef float Out;
	enum { ROWS = 16, BN = 64 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k050_enc___b4_conv1(const Mem m)
{
	conv_fma<k050>(((const float *)(m.arena + 0)) + blockIdx.z / 1u * 320ll,
		((const float *)(m.load + 473856)) + blockIdx.z / 1u * 9216ll,
		((const float *)(m.load + 84992)) + blockIdx.z / 1u * 16ll,
		((const float *)(m.load + 85184)) + blockIdx.z / 1u * 16ll,
		((float *)(m.arena + 3840)) + blockIdx.z / 1u * 320ll);
}

/* %enc._.b4.conv2 = conv2d_act "enc.*.b4.conv2" %enc._.b4.conv1, %enc._.b4.conv2.weight,
 * %enc._.b4.pool, %enc._.b4.pool.2 {pad=[1,1] channels_last=1 act=relu pool=[1,2] group=3} :
 * f32[3,1,5,2,16] @arena:0  !models/lib/nn.json:33:17+8 */
struct k051 {
	enum { C = 16, O = 16, TAPS = 9, BN = 64, WO = 144, WC = 9, WT = 1 };
	typedef float In;
};

extern "C" __global__ void __launch_bounds__(256, 1) k051_enc___b4_conv2(const Mem m)
{
	conv_pack_fma<k051>(((const float *)(m.params + 101568)) + 0u + blockIdx.z * 2304ll,
		(float *)(m.load + 584448) + blockIdx.z * 9216ll);
}

/* %enc._.b4.conv2 = conv2d_act "enc.*.b4.conv2" %enc._.b4.conv1, %enc._.b4.conv2.weight,
 * %enc._.b4.pool, %enc._.b4.pool.2 {pad=[1,1] channels_last=1 act=relu pool=[1,2] group=3} :
 * f32[3,1,5,2,16] @arena:0  !models/lib/nn.json:33:17+8 */
struct k054 {
	enum { H = 5, W = 4, C = 16, OH = 5, OW = 4, O = 16, KH = 3, KW = 3, PH = 1, PW = 1, TH = 1 };
	enum { TW = 2, XH = 64, XW = 16, XC = 1, YH = 32, YW = 16, YC = 1, SCALE = 1, SHIFT = 0 };
	enum { RELU = 1, MAX = 0, VECTOR = 1 };
	typedef float In;
	typedef float Out;
	enum { ROWS = 16, BN = 64 };
};

extern "C" __global__ void __launch_bounds__(256, 1) k054_enc___b4_conv2(const Mem m)
{
	conv_fma<k054>(((const float *)(m.arena + 3840)) + blockIdx.z / 1u * 320ll,
		((const float *)(m.load + 584448)) + blockIdx.z / 1u * 9216ll,
		((const float *)(m.load + 85376)) + blockIdx.z / 1u * 16ll,
		((const float *)(m.load + 85568)) + blockIdx.z / 1u * 16ll,
		((float *)(m.arena + 0)) + blockIdx.z / 1u * 160ll);
}
