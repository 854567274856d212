/* diag.c: the only writer of messages. One form for all: place, kind, text, code, source line
 * with the place marked, JSON pointer. */
#include "base.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	int code;
	const char *title, *text;
} codes[] = {
#define CODE(num, title, text) {num, title, text},
#include "diag.def"
#undef CODE
};

static const char *line_start(const Source *s, int line)
{
	const char *p = s->text, *end = s->text + s->len;
	while (--line > 0 && p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		if (!nl)
			return NULL;
		p = nl + 1;
	}
	return p <= end ? p : NULL;
}

/* The source line under the message: at most 96 bytes around the place, a blank for each byte that
 * is not for showing, tabs among them, so that the caret stands where it should. */
static void show_line(FILE *out, const Loc *loc)
{
	enum { WIDTH = 96 };
	const char *p = loc->src->text ? line_start(loc->src, loc->line) : NULL;
	if (!p)
		return;
	const char *end = loc->src->text + loc->src->len;
	const char *nl = memchr(p, '\n', (size_t)(end - p));
	int n = (int)((nl ? nl : end) - p), col = loc->col > 0 ? loc->col - 1 : 0;
	if (n > 0 && p[n - 1] == '\r')
		n--;
	if (col > WIDTH - 16) {
		const int skip = col - WIDTH / 2 < n ? col - WIDTH / 2 : 0;
		p += skip, n -= skip, col -= skip;
	}
	if (n > WIDTH)
		n = WIDTH;
	char line[WIDTH + 1] = ""; /* ends before a character that is cut off */
	memcpy(line, p, n > 0 ? (size_t)n : 0);
	fprintf(out, "%5d | ", loc->line);
	for (int i = 0, bytes; i < n; i += bytes) {
		bytes = text_char(line + i);
		fwrite(bytes ? line + i : " ", 1, bytes ? (size_t)bytes : 1, out);
		bytes += !bytes;
	}
	fprintf(out, "\n      | %*s^", col, "");
	for (int i = 1; i < loc->len && col + i < n; i++)
		fputc('~', out);
	fputc('\n', out);
}

static void show(Diag *d, const char *kind, int code, const Loc *loc, const char *fmt, va_list ap)
{
	if (d->before)
		d->before(d->before_ctx);
	if (loc->src) {
		fprintf(d->out, "%s:", text_shown(d->arena, loc->src->name));
		if (loc->line > 0)
			fprintf(d->out, "%d:%d:", loc->line, loc->col);
		fputc(' ', d->out);
	} else {
		fputs("seldc: ", d->out);
	}
	fprintf(d->out, "%s: %s", kind, text_shown(d->arena, arena_vprintf(d->arena, fmt, ap)));
	if (code)
		fprintf(d->out, " [E%04d]", code);
	fputc('\n', d->out);
	if (loc->src && loc->line > 0)
		show_line(d->out, loc);
	if (loc->src && loc->pointer && *loc->pointer)
		fprintf(d->out, "        at %s\n", text_shown(d->arena, loc->pointer));
}

static void error_va(Diag *d, DiagCode code, const Loc *loc, const char *fmt, va_list ap)
{
	d->suppressed = d->nerrors >= DIAG_MAX_ERRORS;
	if (d->nerrors == DIAG_MAX_ERRORS)
		fprintf(d->out, "seldc: more than %d errors: stopped reporting\n", DIAG_MAX_ERRORS);
	d->nerrors++;
	if (!d->status)
		d->status = code / 100 == 6 ? EXIT_TOOLCHAIN : EXIT_INPUT;
	if (!d->suppressed)
		show(d, "error", (int)code, loc, fmt, ap);
}

void diag_error(Diag *d, DiagCode code, Loc loc, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	error_va(d, code, &loc, fmt, ap);
	va_end(ap);
}

void diag_warning(Diag *d, Loc loc, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	d->suppressed = false;
	show(d, "warning", 0, &loc, fmt, ap);
	va_end(ap);
}

void diag_note(Diag *d, Loc loc, const char *fmt, ...)
{
	if (d->suppressed)
		return;
	va_list ap;
	va_start(ap, fmt);
	show(d, "note", 0, &loc, fmt, ap);
	va_end(ap);
}

_Noreturn void diag_fatal(Diag *d, DiagCode code, Loc loc, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	error_va(d, code, &loc, fmt, ap);
	va_end(ap);
	if (!d->fatal)
		BUG("diag_fatal outside compile()");
	longjmp(*d->fatal, 1);
}

void diag_check(Diag *d)
{
	if (!d->nerrors)
		return;
	if (!d->fatal)
		BUG("diag_check outside compile()");
	longjmp(*d->fatal, 1);
}

DiagCode diag_by_errno(DiagCode otherwise)
{
	switch (errno) {
	case ENOMEM:
	case EMFILE:
	case ENFILE:
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
	case EIO:
	case EAGAIN:
		return E602;
	default:
		return otherwise;
	}
}

bool diag_explain(const char *code, const char **title, const char **text)
{
	if (*code == 'E' || *code == 'e')
		code++;
	char *end;
	const long num = strtol(code, &end, 10);
	if (end == code || *end)
		return false;
	for (size_t i = 0; i < COUNT(codes); i++) {
		if (codes[i].code != num)
			continue;
		*title = codes[i].title;
		*text = codes[i].text;
		return true;
	}
	return false;
}

/* Optimal string alignment distance (a swap of neighbours counts once), words under 64 bytes. */
static int distance(const char *a, const char *b)
{
	enum { MAX = 64 };
	const int n = (int)strlen(a), m = (int)strlen(b);
	if (n >= MAX || m >= MAX)
		return MAX;
	int d[MAX + 1][MAX + 1];
	for (int i = 0; i <= n; i++)
		d[i][0] = i;
	for (int j = 0; j <= m; j++)
		d[0][j] = j;
	for (int i = 1; i <= n; i++) {
		for (int j = 1; j <= m; j++) {
			const int sub =
			    tolower((unsigned char)a[i - 1]) != tolower((unsigned char)b[j - 1]);
			int best = d[i - 1][j - 1] + sub;
			if (d[i - 1][j] + 1 < best)
				best = d[i - 1][j] + 1;
			if (d[i][j - 1] + 1 < best)
				best = d[i][j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    d[i - 2][j - 2] + 1 < best)
				best = d[i - 2][j - 2] + 1;
			d[i][j] = best;
		}
	}
	return d[n][m];
}

const char *closest_name(const char *word, const char *const *names, int n)
{
	const char *best = NULL;
	const size_t len = strlen(word);
	int least = len < 64 ? (int)len / 3 + 2 : 0;
	for (int i = 0; i < n; i++) {
		const int dist = distance(word, names[i]);
		if (dist < least) {
			least = dist;
			best = names[i];
		}
	}
	return best;
}

_Noreturn void bug_at(const char *file, int line, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	fprintf(stderr, "seldc: internal error at %s:%d: ", file, line);
	vfprintf(stderr, fmt, ap);
	fputs("\nseldc: this is a bug in seldc; please report it with the model file\n", stderr);
	va_end(ap);
	exit(EXIT_BUG);
}
