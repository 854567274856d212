/* memory.h: how functions are compiled; large blocks of floats, on huge pages where the system has
 * them. */
#ifndef CPU_MEMORY_H
#define CPU_MEMORY_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* INLINE functions take shapes as literals, which then cost nothing at run time. OUTLINE ones, the
 * large kernels and those of the nodes, exist once in a program. noipa keeps from the callers what
 * the compiler finds out about them: after its choice of induction variables GCC 12 can take a
 * function that writes through a pointer for one without effects, and drop the call. */
#define INLINE static inline __attribute__((always_inline, unused))
#if defined(__clang__)
#define OUTLINE static __attribute__((noinline, unused))
#else
#define OUTLINE static __attribute__((noipa, unused))
#endif

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
OUTLINE void memory_copy(float *to, const float *from, int64_t n)
{
	if (to)
		memcpy(to, from, (size_t)n * sizeof *to);
}

/* n elements that lie `step` apart */
OUTLINE void memory_gather(float *to, const float *from, int64_t step, int64_t n)
{
	for (int64_t i = 0; i < n; i++)
		to[i] = from[i * step];
}

/* Every byte 0xff: NaN, so that whoever reads it shows. */
OUTLINE void memory_poison(float *p, int64_t n)
{
	memset(p, 0xff, (size_t)n * sizeof *p);
}

#endif /* CPU_MEMORY_H */
