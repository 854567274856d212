/* folder.c: the files below a folder, in an order that does not depend on the file system. */
#define _XOPEN_SOURCE 700
#include "runtime/core/core.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

enum { MAX_DEPTH = 32 };

typedef struct Search {
	const char *suffix;
	RtPaths *out, *others; /* others NULL: not wanted */
	RtError *err;
} Search;

char *rt_path_join(const char *dir, const char *name)
{
	const size_t n = strlen(dir), room = n + strlen(name) + 2;
	char *const path = rt_alloc(room, 1);
	if (path)
		snprintf(path, room, "%s%s%s", dir, n && dir[n - 1] == '/' ? "" : "/", name);
	return path;
}

static bool ends_in(const char *name, const char *suffix)
{
	const size_t n = strlen(name), ns = strlen(suffix);
	return n > ns && strcasecmp(name + n - ns, suffix) == 0;
}

/* Takes the path over; false where memory lacks. */
static bool push(RtPaths *p, char *path)
{
	if (p->n == p->cap) {
		const int cap = p->cap ? 2 * p->cap : 64;
		char **const at = realloc(p->at, sizeof *at * (size_t)cap);
		if (!at) {
			free(path);
			return false;
		}
		p->at = at;
		p->cap = cap;
	}
	p->at[p->n++] = path;
	return true;
}

void rt_paths_release(RtPaths *p)
{
	for (int i = 0; i < p->n; i++)
		free(p->at[i]);
	free(p->at);
	*p = (RtPaths){0};
}

static RtStatus search(const Search *s, const char *dir, int depth);

static RtStatus visit(const Search *s, const char *dir, const char *name, int depth)
{
	char *const path = rt_path_join(dir, name);
	if (!path)
		return rt_no_memory(s->err);
	struct stat st;
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
		const RtStatus status = search(s, path, depth + 1);
		free(path);
		return status;
	}
	RtPaths *const to = ends_in(name, s->suffix) ? s->out : s->others;
	if (to)
		return push(to, path) ? RT_OK : rt_no_memory(s->err);
	free(path);
	return RT_OK;
}

static RtStatus search(const Search *s, const char *dir, int depth)
{
	if (depth > MAX_DEPTH)
		return rt_fail(s->err, RT_INPUT, "%s: more than %d folders deep", dir, MAX_DEPTH);
	DIR *const d = opendir(dir);
	if (!d)
		return rt_fail_errno(s->err, dir, errno);
	RtStatus status = RT_OK;
	for (const struct dirent *e; !status && (e = readdir(d));)
		if (e->d_name[0] != '.')
			status = visit(s, dir, e->d_name, depth);
	closedir(d);
	return status;
}

/* Order of the names without their suffixes. */
static int stem_order(const char *a, const char *b)
{
	const char *const x = rt_base_name(a), *const y = rt_base_name(b);
	const char *const ends[] = {strrchr(x, '.'), strrchr(y, '.')};
	const size_t nx = ends[0] ? (size_t)(ends[0] - x) : strlen(x);
	const size_t ny = ends[1] ? (size_t)(ends[1] - y) : strlen(y);
	const int order = memcmp(x, y, nx < ny ? nx : ny);
	return order ? order : (nx > ny) - (nx < ny);
}

bool rt_same_stem(const char *a, const char *b)
{
	return stem_order(a, b) == 0;
}

/* By name, then by path. */
static int by_name(const void *pa, const void *pb)
{
	const char *const a = *(char *const *)pa, *const b = *(char *const *)pb;
	const int order = stem_order(a, b);
	return order ? order : strcmp(a, b);
}

RtStatus rt_find_files(const char *dir, const char *suffix, RtPaths *p, RtPaths *others,
		       RtError *err)
{
	*p = (RtPaths){0};
	const Search s = {suffix, p, others, err};
	const RtStatus status = search(&s, dir, 0);
	if (status)
		return status;
	if (p->n == 0)
		return rt_fail(err, RT_INPUT, "%s: no %s files in this folder", dir, suffix);
	qsort(p->at, (size_t)p->n, sizeof *p->at, by_name);
	return RT_OK;
}
