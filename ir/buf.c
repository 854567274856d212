/* buf.c: growing text, numbers that read back to the same bits, whole files. */
#define _XOPEN_SOURCE 700
#include "base.h"

#include <errno.h>
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

static bool write_all(const char *path, const void *data, size_t len, bool sync)
{
	FILE *f = fopen(path, "wb");
	if (!f)
		return false;
	bool ok =
	    fwrite(data, 1, len, f) == len && fflush(f) == 0 && (!sync || fsync(fileno(f)) == 0);
	const int why = errno;
	ok = fclose(f) == 0 && ok;
	if (!ok)
		errno = why;
	return ok;
}

bool file_writable(const char *path)
{
	FILE *const f = fopen(path, "ab");
	return f && fclose(f) == 0;
}

bool file_write(const char *path, const void *data, size_t len)
{
	char real[PATH_MAX];
	struct stat st;
	const char *to = realpath(path, real) ? real : path;
	if (stat(to, &st) == 0 && !S_ISREG(st.st_mode))
		return write_all(to, data, len, false);
	Arena *a = arena_new();
	const char *tmp = arena_printf(a, "%s.%ld.tmp", to, (long)getpid());
	const bool ok = write_all(tmp, data, len, true) && rename(tmp, to) == 0;
	if (!ok) {
		const int why = errno;
		unlink(tmp);
		errno = why;
	}
	arena_free(a);
	return ok;
}
