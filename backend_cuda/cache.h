/* cache.h: compiled kernels between builds, in files named by all that they depend on.
 *
 * Beside an entry stands its sum, PATH.sum: the entry's size and hash. It is written after the
 * entry, and an entry is used only if it fits its sum: what is truncated, overwritten or half
 * written is compiled again. */
#ifndef SELDC_BACKEND_CUDA_CACHE_H
#define SELDC_BACKEND_CUDA_CACHE_H

#include "ir/base.h"

/* Two 64-bit FNV-1a sums over the same bytes from different starts. */
typedef struct CacheHash {
	uint64_t h[2];
} CacheHash;

CacheHash cache_hash(void);
void cache_hash_bytes(CacheHash *s, const void *data, size_t n);
/* With its end, so that "ab" "c" differs from "a" "bc". */
void cache_hash_text(CacheHash *s, const char *text);
/* 32 hexadecimal digits. */
const char *cache_hash_name(Arena *a, CacheHash s);

/* $XDG_CACHE_HOME/seldc or ~/.cache/seldc, which need not exist; NULL without a home: a folder that
 * all may write to could hold kernels of anybody's. */
const char *cache_folder(Arena *a);
/* Copies the entry to the new file `to` if it is there, is this user's and fits its sum. */
bool cache_take(const char *path, const char *to);
/* Writes an entry and its sum, and makes their folder if it is missing; false (errno) on failure.
 */
bool cache_keep(const char *path, const void *data, size_t n);

#endif
