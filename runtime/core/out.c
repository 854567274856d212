/* out.c: bytes on their way to a file, to standard output or to memory. All of them go through one
 * buffer; the first failure is kept, what comes after it is dropped, and rt_out_commit reports it.
 * So no caller has to check a single write, and no failed one is lost. */
#define _XOPEN_SOURCE 700
#include "runtime/core/core.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUFFER = 1 << 16 };

RtStatus rt_fail_errno(RtError *err, const char *path, int why)
{
	switch (why) {
	case ENOMEM:
		return rt_no_memory(err);
	case EMFILE:
	case ENFILE:
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
	case EIO:
		return rt_fail(err, RT_DEVICE, "%s: %s", path, strerror(why));
	default:
		return rt_fail(err, RT_INPUT, "%s: %s", path, strerror(why));
	}
}

/* ---- writing ------------------------------------------------------------------------------ */

static void keep_failure(RtOut *o, int why)
{
	if (!o->failed)
		o->failed = why ? why : EIO;
}

static void send(RtOut *o, const char *p, size_t n)
{
	while (n && !o->failed) {
		const ssize_t got = write(o->fd, p, n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			keep_failure(o, got < 0 ? errno : ENOSPC);
			return;
		}
		p += got;
		n -= (size_t)got;
	}
}

static void flush(RtOut *o)
{
	send(o, o->at, o->n);
	o->n = 0;
}

/* Makes room for n more bytes. */
static bool reserve(RtOut *o, size_t n)
{
	if (o->fd >= 0 && o->cap - o->n < n)
		flush(o);
	if (o->failed)
		return false;
	if (o->cap - o->n >= n)
		return true;
	size_t cap = o->cap > BUFFER / 2 ? 2 * o->cap : BUFFER;
	cap = cap - o->n < n ? o->n + n : cap;
	char *const bigger = realloc(o->at, cap);
	if (!bigger) {
		keep_failure(o, ENOMEM);
		return false;
	}
	o->at = bigger;
	o->cap = cap;
	return true;
}

void rt_out_write(RtOut *o, const void *p, size_t n)
{
	if (o->fd >= 0 && n >= BUFFER) {
		flush(o);
		send(o, p, n);
	} else if (n && reserve(o, n)) {
		memcpy(o->at + o->n, p, n);
		o->n += n;
	}
}

void rt_out_puts(RtOut *o, const char *text)
{
	rt_out_write(o, text, strlen(text));
}

void rt_out_vprint(RtOut *o, const char *fmt, va_list ap)
{
	va_list again;
	va_copy(again, ap);
	const int n = vsnprintf(NULL, 0, fmt, ap);
	if (n < 0) {
		keep_failure(o, ENOMEM);
	} else if (reserve(o, (size_t)n + 1)) {
		vsnprintf(o->at + o->n, (size_t)n + 1, fmt, again);
		o->n += (size_t)n;
	}
	va_end(again);
}

void rt_out_print(RtOut *o, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	rt_out_vprint(o, fmt, ap);
	va_end(ap);
}

/* ---- beginning and end -------------------------------------------------------------------- */

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
	return real || errno == ENOMEM ? real : strdup(path);
}

static void out_free(RtOut *o)
{
	free(o->path);
	free(o->temp);
	free(o->at);
	*o = (RtOut){.fd = -1};
}

RtStatus rt_out_open(RtOut *o, const char *path, RtError *err)
{
	*o = (RtOut){.fd = -1, .path = real_path(path)};
	if (!o->path || !reserve(o, BUFFER)) {
		out_free(o);
		return rt_no_memory(err);
	}
	struct stat st;
	const bool direct = stat(o->path, &st) == 0 && !S_ISREG(st.st_mode);
	o->fd = direct ? open(o->path, O_WRONLY | O_CLOEXEC) : open_temp(o);
	if (o->fd >= 0)
		return RT_OK;
	const RtStatus s = rt_fail_errno(err, path, errno);
	out_free(o);
	return s;
}

RtStatus rt_out_stdout(RtOut *o, RtError *err)
{
	*o = (RtOut){.fd = -1, .path = strdup("standard output")};
	if (!o->path || !reserve(o, BUFFER)) {
		out_free(o);
		return rt_no_memory(err);
	}
	o->fd = STDOUT_FILENO;
	if (fflush(stdout) != 0) /* what was printed before comes first */
		keep_failure(o, errno);
	return RT_OK;
}

void rt_out_memory(RtOut *o)
{
	*o = (RtOut){.fd = -1};
}

char *rt_out_take(RtOut *o, size_t *n, RtError *err)
{
	rt_out_write(o, "", 1);
	if (o->failed) {
		out_free(o);
		rt_no_memory(err);
		return NULL;
	}
	char *const text = o->at;
	if (n)
		*n = o->n - 1;
	*o = (RtOut){.fd = -1};
	return text;
}

void rt_out_move(RtOut *o, RtOut *memory)
{
	if (memory->failed)
		keep_failure(o, memory->failed);
	rt_out_write(o, memory->at, memory->n);
	out_free(memory);
}

/* The descriptor is open until the temporary file has gone: rt_signals_handle finds it by that. */
RtStatus rt_out_commit(RtOut *o, RtError *err)
{
	flush(o);
	if (!o->failed && o->temp && (fsync(o->fd) != 0 || rename(o->temp, o->path) != 0))
		keep_failure(o, errno);
	const RtStatus s = o->failed ? rt_fail_errno(err, o->path, o->failed) : RT_OK;
	if (!s) {
		free(o->temp);
		o->temp = NULL;
	}
	rt_out_cancel(o);
	return s;
}

void rt_out_cancel(RtOut *o)
{
	if (o->temp)
		unlink(o->temp);
	if (o->fd > STDOUT_FILENO)
		close(o->fd);
	out_free(o);
}
