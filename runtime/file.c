/* file.c: whole files in, and files out that appear complete or not at all. */
#define _XOPEN_SOURCE 700
#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static RtStatus fail_errno(RtError *err, const char *path)
{
	const RtStatus status = errno == ENOMEM ? RT_DEVICE : RT_INPUT;
	return rt_fail(err, status, "%s: %s", path, strerror(errno));
}

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
			const RtStatus s = fail_errno(err, path);
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
		return fail_errno(err, path);
	*b = (RtBytes){at, n, true};
	return RT_OK;
}

RtStatus rt_bytes_open(RtBytes *b, const char *path, RtError *err)
{
	*b = (RtBytes){0};
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return fail_errno(err, path);
	struct stat st;
	RtStatus s = RT_OK;
	if (fstat(fd, &st) < 0)
		s = fail_errno(err, path);
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

/* Opens a file that did not exist: path.tmp0, path.tmp1, ... */
static int open_temp(RtOut *o)
{
	const size_t room = strlen(o->path) + 16;
	o->temp = rt_alloc(room, 1);
	for (int i = 0; o->temp && i < 1000; i++) {
		snprintf(o->temp, room, "%s.tmp%d", o->path, i);
		const int fd = open(o->temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		if (fd >= 0 || errno != EEXIST)
			return fd;
	}
	return -1;
}

/* A link is followed, so that what it points at is replaced and not the link. */
static char *real_path(const char *path)
{
	char *const real = realpath(path, NULL);
	return real ? real : strdup(path);
}

static void out_free(RtOut *o)
{
	free(o->path);
	free(o->temp);
	*o = (RtOut){0};
}

RtStatus rt_out_open(RtOut *o, const char *path, RtError *err)
{
	*o = (RtOut){.path = real_path(path)};
	if (!o->path)
		return rt_no_memory(err);
	struct stat st;
	const bool direct = stat(o->path, &st) == 0 && !S_ISREG(st.st_mode);
	const int fd = direct ? open(o->path, O_WRONLY | O_CLOEXEC) : open_temp(o);
	o->file = fd >= 0 ? fdopen(fd, "wb") : NULL;
	if (o->file) {
		if (direct) {
			free(o->temp);
			o->temp = NULL;
		}
		return RT_OK;
	}
	const RtStatus s = fail_errno(err, path);
	if (fd >= 0)
		close(fd);
	out_free(o);
	return s;
}

RtStatus rt_out_commit(RtOut *o, RtError *err)
{
	bool ok = !ferror(o->file) && fflush(o->file) == 0;
	if (o->temp)
		ok = ok && fsync(fileno(o->file)) == 0;
	ok = fclose(o->file) == 0 && ok;
	o->file = NULL;
	if (ok && o->temp)
		ok = rename(o->temp, o->path) == 0;
	RtStatus s = RT_OK;
	if (!ok) {
		s = fail_errno(err, o->path);
		if (o->temp)
			unlink(o->temp);
	}
	out_free(o);
	return s;
}

void rt_out_cancel(RtOut *o)
{
	if (o->file)
		fclose(o->file);
	if (o->temp)
		unlink(o->temp);
	out_free(o);
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
		s = fail_errno(err, path);
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
