/* buf.c: growing text, numbers that read back to the same bits, whole files. */
#define _XOPEN_SOURCE 700
#include "base.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void buf_init(Buf *b, Arena *a)
{
	*b = (Buf){.arena = a};
	buf_puts(b, "");
}

static void reserve(Buf *b, size_t more)
{
	const size_t need = b->len + more + 1;
	if (need <= b->cap)
		return;
	const size_t cap = need > 2 * b->cap ? need + 64 : 2 * b->cap;
	b->s = arena_grow(b->arena, b->s, b->len, cap);
	b->cap = cap;
}

void buf_write(Buf *b, const void *p, size_t n)
{
	reserve(b, n);
	if (n)
		memcpy(b->s + b->len, p, n);
	b->len += n;
	b->s[b->len] = '\0';
}

void buf_putc(Buf *b, char c)
{
	buf_write(b, &c, 1);
}

void buf_puts(Buf *b, const char *s)
{
	buf_write(b, s, strlen(s));
}

void buf_printf(Buf *b, const char *fmt, ...)
{
	va_list ap, again;
	va_start(ap, fmt);
	va_copy(again, ap);
	const size_t room = b->cap - b->len;
	const size_t n = (size_t)vsnprintf(room ? b->s + b->len : NULL, room, fmt, ap);
	if (n >= room) {
		reserve(b, n);
		vsnprintf(b->s + b->len, n + 1, fmt, again);
	}
	b->len += n;
	va_end(again);
	va_end(ap);
}

/* ---- lines of C ---- */

enum { TAB = 8 };

/* Bytes of s up to and with the next blank that follows a comma; or any blank. */
static size_t piece(const char *s, bool anywhere)
{
	size_t n = 0;
	while (s[n] && !(s[n] == ' ' && (anywhere || (n > 0 && s[n - 1] == ','))))
		n++;
	n += s[n] == ' ';
	return strcmp(s + n, "*/") ? n : n + 2; /* which does not stand alone */
}

void buf_wrap(Buf *b, int tabs, const char *s, const char *next, bool anywhere)
{
	int column = tabs * TAB;
	buf_printf(b, "%.*s", tabs, "\t\t\t\t");
	for (size_t n; *s; s += n) {
		n = piece(s, anywhere);
		const int used = (int)n - (s[n - 1] == ' ');
		if (column + used > BUF_COLUMNS && column > tabs * TAB) {
			while (b->s[b->len - 1] == ' ')
				b->s[--b->len] = '\0';
			buf_printf(b, "\n%.*s%s", tabs, "\t\t\t\t", next);
			column = tabs * TAB + (int)strlen(next);
		}
		buf_write(b, s, n);
		column += (int)n;
	}
	buf_putc(b, '\n');
}

void buf_double(Buf *b, double v)
{
	if (isnan(v)) {
		buf_puts(b, "nan");
		return;
	}
	if (isinf(v)) {
		buf_puts(b, v < 0 ? "-inf" : "inf");
		return;
	}
	char s[40];
	if (v == rint(v) && fabs(v) < 1e9) {
		/* 24000, not 2.4e+04; the sign of -0 is kept */
		snprintf(s, sizeof s, "%.0f", v);
		buf_puts(b, s);
		return;
	}
	for (int digits = 1; digits <= 17; digits++) {
		snprintf(s, sizeof s, "%.*g", digits, v);
		if (strtod(s, NULL) == v)
			break;
	}
	buf_puts(b, s);
}

char *file_read(Arena *a, const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	if (!f)
		return NULL;
	Buf b;
	buf_init(&b, a);
	char block[1 << 16];
	size_t n;
	while ((n = fread(block, 1, sizeof block, f)) > 0)
		buf_write(&b, block, n);
	const int failed = ferror(f) ? errno : 0;
	fclose(f);
	if (failed) {
		errno = failed;
		return NULL;
	}
	*len = b.len;
	return b.s;
}

/* Writes and closes; false with errno. */
static bool write_all(int fd, const char *data, size_t len, bool sync)
{
	bool ok = fd >= 0;
	while (ok && len > 0) {
		const ssize_t n = write(fd, data, len);
		ok = n >= 0 || errno == EINTR;
		data += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
	ok = ok && (!sync || fsync(fd) == 0);
	const int why = errno;
	if (fd < 0 || (close(fd) != 0 && ok))
		return false;
	errno = why;
	return ok;
}

bool file_writable(const char *path)
{
	char folder[PATH_MAX];
	struct stat st;
	errno = EISDIR;
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return !S_ISDIR(st.st_mode) && access(path, W_OK) == 0;
	if (!realpath(path, folder))
		snprintf(folder, sizeof folder, "%s", path);
	return access(*path ? dirname(folder) : "", W_OK | X_OK) == 0;
}

/* Opens a file that did not exist, PATH.tmpN: no link is followed, nobody else writes to it. */
static int open_new(char *name, size_t size, const char *path)
{
	int fd = -1;
	for (int i = 0; fd < 0 && i < 1000 && (i == 0 || errno == EEXIST); i++) {
		snprintf(name, size, "%s.tmp%d", path, i);
		fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	}
	return fd;
}

bool file_replace(const char *path, const void *data, size_t len)
{
	char name[PATH_MAX + 16];
	const int fd = open_new(name, sizeof name, path);
	if (fd < 0)
		return false;
	if (write_all(fd, data, len, true) && rename(name, path) == 0)
		return true;
	const int why = errno;
	unlink(name);
	errno = why;
	return false;
}

bool file_write(const char *path, const void *data, size_t len)
{
	char real[PATH_MAX];
	struct stat st;
	const char *to = realpath(path, real) ? real : path;
	if (stat(to, &st) == 0 && !S_ISREG(st.st_mode))
		return write_all(open(to, O_WRONLY | O_CLOEXEC), data, len, false);
	return file_replace(to, data, len);
}

bool file_move(const char *from, const char *path)
{
	char real[PATH_MAX];
	struct stat st;
	const char *to = realpath(path, real) ? real : path;
	if (stat(to, &st) || S_ISREG(st.st_mode))
		return rename(from, to) == 0;
	Arena *a = arena_new();
	size_t len = 0;
	const char *data = file_read(a, from, &len);
	const bool ok = data && file_write(to, data, len) && unlink(from) == 0;
	const int why = errno;
	arena_free(a);
	errno = why;
	return ok;
}
