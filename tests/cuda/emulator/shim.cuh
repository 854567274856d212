/* shim.cuh: CUDA C of the kernels as C++ of this machine. The compiler wrapper `nvcc` includes it
 * before the text of a unit and turns `extern __shared__ T x[];` into a pointer to
 * emulator_shared.
 *
 * Threads are fibers of driver.c, switched where they wait for each other. The functions that
 * kernels/common.cuh writes in PTX are defined here, by what the PTX manual says they do. */
#pragma once

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define __global__ __attribute__((visibility("default")))
#define __device__
#define __host__
#define __constant__ static
#define __forceinline__ inline
#define __shared__ static __attribute__((aligned(16)))
#define __launch_bounds__(...)
#define __restrict__ __restrict
#define __align__(bytes) __attribute__((aligned(bytes)))

struct uint3 { unsigned x, y, z; };
struct dim3 { unsigned x, y, z; };

/* ---- driver.c ----------------------------------------------------------------------------- */

extern "C" {
extern uint3 threadIdx, blockIdx;
extern dim3 blockDim, gridDim;
extern char *emulator_shared; /* of the block; its address has 32 bits */
/* Waits for all threads of the block. `line` tells barriers apart. */
void emulator_barrier(int line);
/* Waits for the lanes of the warp (`mask` has to be all); what lane k gave is then at [k * bytes]
 * of the result, until the lane's next call. */
const void *emulator_exchange(unsigned mask, const void *give, size_t bytes, int line);
/* Copies that happen when they are waited for, not before. */
void emulator_copy(unsigned to, const void *from, int bytes, bool valid);
void emulator_copy_commit();
void emulator_copy_wait(int groups);
/* d += a b of a thread, when it is waited for, not before; a: the registers of the four lanes of a row,
 * or NULL and A in shared memory as B is; rows as wgmma_rows gives them, columns of B or, if turned, of
 * its depth. */
void emulator_wgmma(float (*d)[4], const unsigned *a, unsigned long long a_rows,
                    unsigned long long b_rows, int n, bool turned);
void emulator_wgmma_wait();
[[noreturn]] void emulator_fail(const char *what);
}

static inline void __syncthreads(int line = __builtin_LINE()) { emulator_barrier(line); }
static inline void __syncwarp(unsigned mask = ~0u, int line = __builtin_LINE())
{
	emulator_exchange(mask, "", 1, line);
}
static inline void __threadfence() {}
static inline void __threadfence_block() {}

/* ---- vectors ------------------------------------------------------------------------------ */

#define VECTOR2(T, name)                                                                           \
	struct alignas(2 * sizeof(T)) name##2 { T x, y; };                                         \
	static inline name##2 make_##name##2(T x, T y) { return {x, y}; }
#define VECTOR4(T, name)                                                                           \
	struct alignas(4 * sizeof(T) < 16 ? 4 * sizeof(T) : 16) name##4 { T x, y, z, w; };         \
	static inline name##4 make_##name##4(T x, T y, T z, T w) { return {x, y, z, w}; }
VECTOR2(float, float)
VECTOR2(int, int)
VECTOR2(unsigned, uint)
VECTOR2(double, double)
VECTOR2(short, short)
VECTOR2(unsigned short, ushort)
VECTOR4(float, float)
VECTOR4(int, int)
VECTOR4(unsigned, uint)
VECTOR4(short, short)
VECTOR4(unsigned short, ushort)

/* ---- bits and arithmetic ------------------------------------------------------------------- */

template <class To, class From> static inline To emulator_bits(From v)
{
	static_assert(sizeof(To) == sizeof(From));
	To r;
	memcpy(&r, &v, sizeof r);
	return r;
}

static inline float __uint_as_float(unsigned v) { return emulator_bits<float>(v); }
static inline float __int_as_float(int v) { return emulator_bits<float>(v); }
static inline unsigned __float_as_uint(float v) { return emulator_bits<unsigned>(v); }
static inline int __float_as_int(float v) { return emulator_bits<int>(v); }
static inline double __longlong_as_double(long long v) { return emulator_bits<double>(v); }
static inline long long __double_as_longlong(double v) { return emulator_bits<long long>(v); }
static inline unsigned __umulhi(unsigned a, unsigned b) { return (uint64_t)a * b >> 32; }
static inline int __popc(unsigned v) { return __builtin_popcount(v); }
static inline int __clz(int v) { return v ? __builtin_clz((unsigned)v) : 32; }
static inline int __ffs(int v) { return __builtin_ffs(v); }
static inline unsigned __brev(unsigned v)
{
	unsigned r = 0;
	for (int i = 0; i < 32; i++)
		r |= (v >> i & 1) << (31 - i);
	return r;
}
template <class T> static inline T __ldg(const T *p) { return *p; }
static inline float __fmul_rn(float a, float b) { volatile float r = a * b; return r; }
static inline float __fadd_rn(float a, float b) { volatile float r = a + b; return r; }
static inline float __fsub_rn(float a, float b) { volatile float r = a - b; return r; }
static inline float __fdiv_rn(float a, float b) { return a / b; }
static inline float __fmaf_rn(float a, float b, float c) { return fmaf(a, b, c); }
static inline float __fsqrt_rn(float a) { return sqrtf(a); }
static inline float __fdividef(float a, float b) { return a / b; }
#define __expf expf
#define __logf logf
static inline float rsqrtf(float a) { return 1.0f / sqrtf(a); }
static inline double cospi(double v) { return cos(M_PI * fmod(v, 2)); }
static inline double sinpi(double v) { return sin(M_PI * fmod(v, 2)); }
static inline void sincospi(double v, double *s, double *c) { *s = sinpi(v), *c = cospi(v); }
static inline int min(int a, int b) { return a < b ? a : b; }
static inline int max(int a, int b) { return a > b ? a : b; }
static inline unsigned min(unsigned a, unsigned b) { return a < b ? a : b; }
static inline unsigned max(unsigned a, unsigned b) { return a > b ? a : b; }

/* ---- warps ---------------------------------------------------------------------------------- */

static inline int emulator_lane() { return (int)(threadIdx.x & 31); }

template <class T> static inline T emulator_from(unsigned mask, T v, int lane, int line)
{
	const T *all = (const T *)emulator_exchange(mask, &v, sizeof v, line);
	return lane >= 0 && lane < 32 ? all[lane] : v;
}

#define SHUFFLE(name, lane)                                                                        \
	template <class T>                                                                         \
	static inline T name(unsigned mask, T v, int d, int line = __builtin_LINE())               \
	{                                                                                          \
		return emulator_from(mask, v, lane, line);                                         \
	}
SHUFFLE(__shfl_xor_sync, emulator_lane() ^ d)
SHUFFLE(__shfl_down_sync, emulator_lane() + d)
SHUFFLE(__shfl_up_sync, emulator_lane() - d)
SHUFFLE(__shfl_sync, d & 31)

static inline unsigned __ballot_sync(unsigned mask, bool v, int line = __builtin_LINE())
{
	const bool *all = (const bool *)emulator_exchange(mask, &v, sizeof v, line);
	unsigned r = 0;
	for (int l = 0; l < 32; l++)
		r |= (unsigned)all[l] << l;
	return r;
}

static inline bool __any_sync(unsigned mask, bool v, int line = __builtin_LINE())
{
	return __ballot_sync(mask, v, line) != 0;
}

static inline bool __all_sync(unsigned mask, bool v, int line = __builtin_LINE())
{
	return __ballot_sync(mask, v, line) == ~0u;
}

/* ---- in place of PTX: see kernels/common.cuh ------------------------------------------------- */

static inline unsigned shared_address(const void *p)
{
	if ((uintptr_t)p >> 32)
		emulator_fail("the address of shared memory that is not extern is used as a number");
	return (unsigned)(uintptr_t)p;
}

static inline unsigned emulator_bf16(float v)
{
	const unsigned b = __float_as_uint(v);
	if (v != v)
		return 0x7fff;
	return (b + 0x7fff + (b >> 16 & 1)) >> 16;
}

static inline unsigned narrow2(float a, float b)
{
	return emulator_bf16(a) | emulator_bf16(b) << 16;
}

static inline void async16(unsigned s, const void *g, bool valid) { emulator_copy(s, g, 16, valid); }
static inline void async4(unsigned s, const void *g, bool valid) { emulator_copy(s, g, 4, valid); }
static inline void async_commit() { emulator_copy_commit(); }
template <int N> static inline void async_wait() { emulator_copy_wait(N); }

/* Lane l receives the 4 bytes at l % 4 of row l / 4 of each matrix. */
static inline void ldmatrix4(unsigned r[4], unsigned s, int line = __builtin_LINE())
{
	const unsigned *row = (const unsigned *)emulator_exchange(~0u, &s, sizeof s, line);
	for (int m = 0; m < 4; m++) {
		const unsigned at = row[m * 8 + emulator_lane() / 4];
		if (at % 16)
			emulator_fail("ldmatrix: a row is not aligned to 16 bytes");
		memcpy(&r[m], (const char *)(uintptr_t)at + emulator_lane() % 4 * 4, 4);
	}
}

/* Lane l receives column l / 4 of each matrix at rows 2 (l % 4) and the next. */
static inline void ldmatrix4_turned(unsigned r[4], unsigned s, int line = __builtin_LINE())
{
	const unsigned *row = (const unsigned *)emulator_exchange(~0u, &s, sizeof s, line);
	for (int m = 0; m < 4; m++) {
		uint16_t half[2];
		for (int i = 0; i < 2; i++) {
			const unsigned at = row[m * 8 + emulator_lane() % 4 * 2 + i];
			if (at % 16)
				emulator_fail("ldmatrix: a row is not aligned to 16 bytes");
			memcpy(&half[i], (const char *)(uintptr_t)at + emulator_lane() / 4 * 2, 2);
		}
		r[m] = half[0] | (unsigned)half[1] << 16;
	}
}

static inline unsigned round_tf32(unsigned v)
{
	return (v & 0x7f800000) == 0x7f800000 ? v : (v + 0x1000) & 0xffffe000;
}

struct EmulatorFragment {
	unsigned a[4], b[2];
};

/* With g = lane / 4 and q = lane % 4: a[i] holds row g + 8 (i % 2) and 4-byte column q + 4 (i / 2)
 * of A, b[i] 4-byte row q + 4 i of column g of B, d[i] row g + 8 (i / 2), column 2 q + i % 2. The
 * matrix unit does not look at the low 13 bits of a tf32. */
static inline float emulator_dot(const EmulatorFragment *f, int row, int col, float sum, bool half)
{
	for (int k = 0; k < 8; k++) {
		const unsigned a = f[row % 8 * 4 + k % 4].a[row / 8 + k / 4 * 2];
		const unsigned b = f[col * 4 + k % 4].b[k / 4];
		if (half) {
			sum = fmaf(__uint_as_float(a << 16), __uint_as_float(b << 16), sum);
			sum = fmaf(__uint_as_float(a & 0xffff0000), __uint_as_float(b & 0xffff0000), sum);
		} else {
			sum = fmaf(__uint_as_float(a & 0xffffe000), __uint_as_float(b & 0xffffe000), sum);
		}
	}
	return sum;
}

template <class T> /* bf16, or float for tf32 */
static inline void mma(float d[4], const unsigned a[4], const unsigned *b, T,
                       int line = __builtin_LINE())
{
	const EmulatorFragment mine = {{a[0], a[1], a[2], a[3]}, {b[0], b[1]}};
	const EmulatorFragment *all =
	    (const EmulatorFragment *)emulator_exchange(~0u, &mine, sizeof mine, line);
	const int g = emulator_lane() / 4, q = emulator_lane() % 4;
	for (int i = 0; i < 4; i++)
		d[i] = emulator_dot(all, g + i / 2 * 8, q * 2 + i % 2, d[i], sizeof(T) == 2);
}

#ifdef __CUDA_ARCH_FEAT_SM90_ALL
#define WGMMA 1

static inline void wgmma_shared() {}
static inline void wgmma_begin() {}
static inline void wgmma_commit() {}
static inline void wgmma_wait() { emulator_wgmma_wait(); }
template <int N> static inline void wgmma_sums(float (*)[4]) {}
static inline unsigned long long wgmma_rows(unsigned s, unsigned panel = 1024)
{
	return (unsigned long long)panel << 32 | s;
}

template <int N, int TURNED>
static inline void wgmma(float (*d)[4], const unsigned a[4], unsigned long long b,
                         int line = __builtin_LINE())
{
	struct Rows { unsigned a[4]; } mine = {{a[0], a[1], a[2], a[3]}};
	const Rows *all = (const Rows *)emulator_exchange(~0u, &mine, sizeof mine, line);
	emulator_wgmma(d, all[emulator_lane() / 4 * 4].a, 0, b, N, TURNED);
}

template <int N, int TURNED>
static inline void wgmma(float (*d)[4], unsigned long long a, unsigned long long b,
                         int line = __builtin_LINE())
{
	struct Rows { unsigned long long a, b; } mine = {a, b};
	const Rows *all = (const Rows *)emulator_exchange(~0u, &mine, sizeof mine, line);
	if (all[0].a != a || all[0].b != b)
		emulator_fail("wgmma: lanes with different rows");
	emulator_wgmma(d, nullptr, a, b, N, TURNED);
}
#endif

/* Results below 2^-126 are 0, and so are such arguments. */
static inline float exp2_ftz(float v)
{
	const float r = exp2f(fabsf(v) < 0x1p-126f ? 0.0f : v);
	return r < 0x1p-126f ? 0.0f : r;
}

static inline float reciprocal_ftz(float v)
{
	const float r = 1.0f / v;
	return fabsf(r) < 0x1p-126f ? copysignf(0.0f, v) : r;
}
