/* common.cuh: element types, vector access, asynchronous copies, matrix instructions, warp sums and
 * random numbers that the kernel families share. Needs no header, so that NVRTC compiles it as nvcc does.
 *
 * Elements are stored as float or bf16 and always computed with as float. */
#pragma once

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
