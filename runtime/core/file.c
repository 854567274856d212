/* file.c: whole files in, and folders. */
#define _XOPEN_SOURCE 700
#include "runtime/core/core.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Pipes and the like, whose size is not known. */
static RtStatus read_all(RtBytes *b, int fd, const char *path, RtError *err)
{
	unsigned char *at = NULL;
	size_t n = 0, cap = 0;
	for (;;) {
		if (n == cap) {
			cap = cap ? 2 * cap : 1 << 16;
			unsigned char *const bigger = realloc(at, cap);
			if (!bigger) {
				free(at);
				return rt_no_memory(err);
			}
			at = bigger;
		}
		const ssize_t got = read(fd, at + n, cap - n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			const RtStatus s = rt_fail_errno(err, path, errno);
			free(at);
			return s;
		}
		if (got == 0)
			break;
		n += (size_t)got;
	}
	*b = (RtBytes){at, n, false};
	return RT_OK;
}

static RtStatus map_all(RtBytes *b, int fd, size_t n, const char *path, RtError *err)
{
	if (n == 0) /* cannot be mapped */
		return read_all(b, fd, path, err);
	void *const at = mmap(NULL, n, PROT_READ, MAP_PRIVATE, fd, 0);
	if (at == MAP_FAILED)
		return rt_fail_errno(err, path, errno);
	*b = (RtBytes){at, n, true};
	return RT_OK;
}

RtStatus rt_bytes_open(RtBytes *b, const char *path, RtError *err)
{
	*b = (RtBytes){0};
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return rt_fail_errno(err, path, errno);
	struct stat st;
	RtStatus s = RT_OK;
	if (fstat(fd, &st) < 0)
		s = rt_fail_errno(err, path, errno);
	else if (S_ISREG(st.st_mode))
		s = map_all(b, fd, (size_t)st.st_size, path, err);
	else
		s = read_all(b, fd, path, err);
	close(fd);
	return s;
}

void rt_bytes_release(RtBytes *b)
{
	if (b->mapped)
		munmap((void *)(uintptr_t)b->at, b->n);
	else
		free((void *)(uintptr_t)b->at);
	*b = (RtBytes){0};
}

RtStatus rt_make_dirs(const char *path, RtError *err)
{
	char *const copy = strdup(path);
	if (!copy)
		return rt_no_memory(err);
	for (char *p = copy + 1; *copy && *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		mkdir(copy, 0777); /* the last one below tells whether it worked */
		*p = '/';
	}
	struct stat st;
	RtStatus s = RT_OK;
	if (mkdir(copy, 0777) < 0 && errno != EEXIST)
		s = rt_fail_errno(err, path, errno);
	else if (stat(copy, &st) < 0 || !S_ISDIR(st.st_mode))
		s = rt_fail(err, RT_INPUT, "%s: not a folder", path);
	free(copy);
	return s;
}

const char *rt_base_name(const char *path)
{
	const char *const slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}
