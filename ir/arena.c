/* arena.c: zeroed memory that is freed all at once.
 *
 * A list of blocks; an allocation never straddles two. A block is as large as all before it within
 * LEAST..MOST bytes, so that the many arenas with little in them stay cheap. With SELDC_GUARD every
 * allocation is a block of its own, so that AddressSanitizer sees overruns. */
#include "base.h"

#include <stdlib.h>
#include <string.h>

enum { LEAST = 1 << 12, MOST = 1 << 18, ALIGN = 16 };

typedef struct Block Block;
struct Block {
	Block *next;
	size_t used, size;
	_Alignas(ALIGN) unsigned char data[];
};

struct Arena {
	Block *blocks; /* newest first; only the newest has room */
	size_t bytes;
};

static _Noreturn void out_of_memory(void)
{
	fputs("seldc: out of memory\n", stderr);
	exit(EXIT_TOOLCHAIN);
}

Arena *arena_new(void)
{
	Arena *a = calloc(1, sizeof *a);
	if (!a)
		out_of_memory();
	return a;
}

void arena_free(Arena *a)
{
	if (!a)
		return;
	for (Block *b = a->blocks; b;) {
		Block *next = b->next;
		free(b);
		b = next;
	}
	free(a);
}

static Block *block_new(Arena *a, size_t size)
{
	if (size > SIZE_MAX - sizeof(Block))
		out_of_memory();
	Block *b = calloc(1, sizeof(Block) + size);
	if (!b)
		out_of_memory();
	b->size = size;
	b->next = a->blocks;
	a->blocks = b;
	return b;
}

void *arena_alloc(Arena *a, size_t bytes)
{
	if (bytes > SIZE_MAX - ALIGN)
		out_of_memory();
	a->bytes += bytes;
#ifdef SELDC_GUARD
	Block *own = block_new(a, bytes ? bytes : 1);
	own->used = own->size;
	return own->data;
#else
	const size_t need = (bytes + ALIGN - 1) / ALIGN * ALIGN;
	Block *b = a->blocks;
	if (!b || b->size - b->used < need) {
		const size_t size = a->bytes < LEAST ? LEAST : a->bytes < MOST ? a->bytes : MOST;
		b = block_new(a, need > size ? need : size);
	}
	void *p = b->data + b->used;
	b->used += need;
	return p;
#endif
}

void *arena_array(Arena *a, size_t n, size_t size)
{
	if (size && n > SIZE_MAX / size)
		out_of_memory();
	return arena_alloc(a, n * size);
}

void *arena_grow(Arena *a, const void *p, size_t old_bytes, size_t new_bytes)
{
	void *q = arena_alloc(a, new_bytes);
	if (old_bytes)
		memcpy(q, p, old_bytes < new_bytes ? old_bytes : new_bytes);
	return q;
}

void *list_grow(Arena *a, const void *at, int n, int *cap, size_t size)
{
	*cap = *cap ? *cap * 2 : 8;
	return arena_grow(a, at, (size_t)n * size, (size_t)*cap * size);
}

char *arena_strndup(Arena *a, const char *s, size_t n)
{
	char *p = arena_alloc(a, n + 1);
	memcpy(p, s, n);
	return p;
}

char *arena_strdup(Arena *a, const char *s)
{
	return arena_strndup(a, s, strlen(s));
}

char *arena_vprintf(Arena *a, const char *fmt, va_list ap)
{
	va_list again;
	va_copy(again, ap);
	const int n = vsnprintf(NULL, 0, fmt, ap);
	char *s = arena_alloc(a, (size_t)n + 1);
	vsnprintf(s, (size_t)n + 1, fmt, again);
	va_end(again);
	return s;
}

char *arena_printf(Arena *a, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	char *s = arena_vprintf(a, fmt, ap);
	va_end(ap);
	return s;
}
