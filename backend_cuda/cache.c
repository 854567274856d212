/* cache.c: compiled kernels between builds; see cache.h. */
#define _GNU_SOURCE
#include "cache.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

CacheHash cache_hash(void)
{
	return (CacheHash){{0xcbf29ce484222325u, 0x84222325cbf29ce4u}};
}

void cache_hash_bytes(CacheHash *s, const void *data, size_t n)
{
	const unsigned char *p = data;
	for (size_t i = 0; i < n; i++) {
		s->h[0] = (s->h[0] ^ p[i]) * 0x100000001b3u;
		s->h[1] = (s->h[1] ^ (uint64_t)(p[i] + 0x9e)) * 0x100000001b3u;
		s->h[1] ^= s->h[1] >> 29;
	}
}

void cache_hash_text(CacheHash *s, const char *text)
{
	cache_hash_bytes(s, text, strlen(text) + 1);
}

const char *cache_hash_name(Arena *a, CacheHash s)
{
	return arena_printf(a, "%016llx%016llx", (unsigned long long)s.h[0],
			    (unsigned long long)s.h[1]);
}

const char *cache_folder(Arena *a)
{
	const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	if (xdg && *xdg == '/')
		return arena_printf(a, "%s/seldc", xdg);
	return home && *home ? arena_printf(a, "%s/.cache/seldc", home) : NULL;
}

static const char *sum_path(Arena *a, const char *path)
{
	return arena_printf(a, "%s.sum", path);
}

static const char *sum_text(Arena *a, const void *data, size_t n)
{
	CacheHash s = cache_hash();
	cache_hash_bytes(&s, data, n);
	return arena_printf(a, "%zu %s\n", n, cache_hash_name(a, s));
}

/* A regular file of this user's or root's, whole; NULL for anything else: what others have written
 * is not run, and opening a pipe would wait for its other end. */
static const char *read_own(Arena *a, const char *path, size_t *n)
{
	struct stat st;
	if (lstat(path, &st) || !S_ISREG(st.st_mode) || (st.st_uid != geteuid() && st.st_uid != 0))
		return NULL;
	return file_read(a, path, n);
}

static bool take(Arena *a, const char *path, const char *to)
{
	size_t n = 0, nsum = 0;
	const char *sum = read_own(a, sum_path(a, path), &nsum);
	const char *data = sum && nsum > 0 ? read_own(a, path, &n) : NULL;
	return data && n > 0 && strcmp(sum, sum_text(a, data, n)) == 0 && file_write(to, data, n);
}

bool cache_take(const char *path, const char *to)
{
	Arena *a = arena_new();
	const bool ok = take(a, path, to);
	arena_free(a);
	return ok;
}

static bool make_folder_of(Arena *a, const char *path)
{
	char *p = arena_strdup(a, path);
	for (char *s = p + 1; *s; s++)
		if (*s == '/') {
			*s = 0;
			const int why = mkdir(p, 0777) == 0 ? 0 : errno;
			if (why && access(p, F_OK)) {
				errno = why;
				return false;
			}
			*s = '/';
		}
	return true;
}

/* A link is replaced; a device must not be, and a folder cannot. */
static bool write_own(const char *path, const void *data, size_t n)
{
	struct stat st;
	if (lstat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISLNK(st.st_mode)) {
		errno = S_ISDIR(st.st_mode) ? EISDIR : EEXIST;
		return false;
	}
	return file_replace(path, data, n);
}

bool cache_keep(const char *path, const void *data, size_t n)
{
	Arena *a = arena_new();
	const char *sum = sum_text(a, data, n);
	const bool ok = make_folder_of(a, path) && write_own(path, data, n) &&
			write_own(sum_path(a, path), sum, strlen(sum));
	const int why = errno;
	arena_free(a);
	errno = why;
	return ok;
}
