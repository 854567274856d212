/* roof.h: the limits of this processor, measured: multiply-accumulates a second and bytes a second
 * from memory, of as many threads as the program has. */
#ifndef CPU_ROOF_H
#define CPU_ROOF_H

#include "runtime/seldrt.h"
#include "vec.h"

#include <omp.h>
#include <unistd.h>

/* Sums in registers that do not wait for each other: two multiply-adds a clock, done 4 clocks later,
 * take 8. A block is ROOF_ROUNDS of them, some 2 ms. */
enum { ROOF_SUMS = 10, ROOF_ROUNDS = 1000000, ROOF_BLOCKS = 8 };
/* Bytes that are read: more than the caches hold, but no more than ROOF_MOST, as the largest caches
 * are those of many processors; ROOF_EACH for a thread. They are read ROOF_READS times, each time
 * in ROOF_PIECES. */
enum { ROOF_LEAST = 64 << 20, ROOF_MOST = 256 << 20, ROOF_EACH = 8 << 20 };
enum { ROOF_READS = 3, ROOF_PIECES = 16 };

/* What it begins with comes from the block before, or one computation would do for all. */
OUTLINE float roof_multiply(float first)
{
	const float a = 0.5f, b = 1.0f;
	Vf sum[ROOF_SUMS];
	for (int i = 0; i < ROOF_SUMS; i++)
		sum[i] = vset(first + (float)i);
	for (int k = 0; k < ROOF_ROUNDS; k++)
		for (int i = 0; i < ROOF_SUMS; i++)
			sum[i] = sum[i] * a + b;
	for (int i = 1; i < ROOF_SUMS; i++)
		sum[0] += sum[i];
	return sum[0][0];
}

/* n: a multiple of 8 VL */
OUTLINE float roof_read(const float *p, int64_t n)
{
	Vf sum[8] = {{0}};
	for (; n > 0; n -= 8 * VL, p += 8 * VL)
		for (int i = 0; i < 8; i++)
			sum[i] += vload(p + i * VL);
	for (int i = 1; i < 8; i++)
		sum[0] += sum[i];
	return sum[0][0];
}

/* Multiply-accumulates a second. Of each thread the fastest block counts, so that another program
 * that has the processor for a while does not. Sums are used, so that they are computed. */
static double roof_rate(int threads)
{
	double rate = 0;
	float all = 0;
#pragma omp parallel num_threads(threads) reduction(+ : all, rate)
	{
		double least = 1;
		for (int i = 0; i < ROOF_BLOCKS; i++) {
			const double start = omp_get_wtime();
			all = roof_multiply(all);
			const double seconds = omp_get_wtime() - start;
			least = seconds < least ? seconds : least;
		}
		rate += (double)ROOF_ROUNDS * ROOF_SUMS * VL / least;
	}
	return all > 0 ? rate : 0;
}

/* Bytes a second, of each thread in its fastest piece; 0: there is no memory to measure with. */
static double roof_bandwidth(int threads)
{
	int64_t bytes = 2 * (int64_t)sysconf(_SC_LEVEL3_CACHE_SIZE);
	bytes = bytes < ROOF_LEAST ? ROOF_LEAST : bytes > ROOF_MOST ? ROOF_MOST : bytes;
	if (bytes < (int64_t)threads * ROOF_EACH)
		bytes = (int64_t)threads * ROOF_EACH;
	const int64_t piece = bytes / 4 / threads / ROOF_PIECES / (8 * VL) * (8 * VL);
	const int64_t each = piece * ROOF_PIECES;
	float *const p = memory_new(threads * each);
	if (!p)
		return 0;
	double rate = 0;
	float all = 0;
#pragma omp parallel num_threads(threads) reduction(+ : all, rate)
	{
		float *const mine = p + omp_get_thread_num() * each;
		double least = 1;
		memset(mine, 0, (size_t)each * sizeof *mine);
#pragma omp barrier
		for (int i = 0; i < ROOF_READS * ROOF_PIECES; i++) {
			const double start = omp_get_wtime();
			all += roof_read(mine + i % ROOF_PIECES * piece, piece);
			const double seconds = omp_get_wtime() - start;
			least = seconds < least ? seconds : least;
		}
		rate += (double)piece * sizeof *mine / least;
	}
	free(p);
	return all == 0 ? rate : 0;
}

typedef struct RoofLimits {
	double rate, bandwidth; /* 0: not measured yet; bandwidth then 0: not known */
} RoofLimits;

/* work: multiply-accumulates of products, all other operations, bytes from memory. Two of the others
 * might be one multiply-accumulate. */
static RtRoof roof_of(RoofLimits *l, int threads, const double work[3])
{
	const int all = omp_get_num_procs(), n = threads < all ? threads : all;
	if (l->rate == 0)
		*l = (RoofLimits){roof_rate(n), roof_bandwidth(n)};
	const double products = work[0] / l->rate, others = work[1] / (2 * l->rate);
	return (RtRoof){products > others ? products : others,
			l->bandwidth > 0 ? work[2] / l->bandwidth : 0, 1};
}

#endif /* CPU_ROOF_H */
