/* memory.h: large blocks of floats, on huge pages where the system has them. */
#ifndef CPU_MEMORY_H
#define CPU_MEMORY_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { MEMORY_PAGE = 2 << 20 };

/* n floats that start at a page; NULL if there is no memory. free() releases it. */
static float *memory_new(int64_t n)
{
	const size_t bytes = ((size_t)n * sizeof(float) / MEMORY_PAGE + 1) * MEMORY_PAGE;
	void *p = aligned_alloc(MEMORY_PAGE, bytes);
	if (p)
		madvise(p, bytes, MADV_HUGEPAGE);
	return p;
}

/* to NULL: nothing is copied */
#if !defined(__clang__)
__attribute__((noclone))
#endif
static __attribute__((noinline, unused)) void memory_copy(float *to, const float *from, int64_t n)
{
	if (to)
		memcpy(to, from, (size_t)n * sizeof *to);
}

/* Every byte 0xff: NaN, so that whoever reads it shows. */
static __attribute__((noinline, unused)) void memory_poison(float *p, int64_t n)
{
	memset(p, 0xff, (size_t)n * sizeof *p);
}

#endif /* CPU_MEMORY_H */
