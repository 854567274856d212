/* text.c: pieces of C text: identifiers, literals, lines broken at 100 columns. */
#include "emit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 100, TAB = 8 };

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

int64_t emit_ceil(int64_t a, int64_t b)
{
	return (a + b - 1) / b;
}

const char *emit_ident(Arena *a, const char *name)
{
	char *s = arena_strdup(a, name), *to = s;
	for (const char *p = name; *p; p++)
		if (is_letter(*p))
			*to++ = *p;
		else if (to > s && to[-1] != '_')
			*to++ = '_';
	*to = '\0';
	return s;
}

const char *emit_float(Arena *a, double v)
{
	if (isnan(v))
		return "NAN";
	if (isinf((float)v))
		return v < 0 ? "-INFINITY" : "INFINITY";
	const char *s = "";
	for (int digits = 1; digits <= 9; digits++) {
		s = arena_printf(a, "%.*g", digits, (double)(float)v);
		if (strtof(s, NULL) == (float)v)
			break;
	}
	return arena_printf(a, "%s%sf", s, strpbrk(s, ".e") ? "" : ".0");
}

void emit_string(Buf *b, const char *s)
{
	if (!s) {
		buf_puts(b, "NULL");
		return;
	}
	buf_putc(b, '"');
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			buf_printf(b, "\\%c", *s);
		else if ((unsigned char)*s < 0x20 || *s == 0x7f || *s == '?')
			buf_printf(b, "\\%03o",
				   (unsigned)(unsigned char)*s); /* '?': no trigraphs */
		else
			buf_putc(b, *s);
	}
	buf_putc(b, '"');
}

/* Bytes of s up to and with the next blank that follows a comma; any blank in a comment. */
static size_t piece(const char *s, bool comment)
{
	size_t n = 0;
	while (s[n] && !(s[n] == ' ' && (comment || (n > 0 && s[n - 1] == ','))))
		n++;
	return n + (s[n] == ' ');
}

/* One line, broken where it must be; what follows starts with `next` at `tabs` tabs. */
static void wrap(Buf *b, int tabs, const char *s, const char *next, bool comment)
{
	int column = tabs * TAB;
	buf_printf(b, "%.*s", tabs, "\t\t\t\t");
	for (size_t n; *s; s += n) {
		n = piece(s, comment);
		const int used = (int)n - (s[n - 1] == ' ');
		if (column + used > COLUMNS && column > tabs * TAB) {
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

void emit_line(Buf *b, int tabs, const char *s)
{
	const size_t open = strcspn(s, "({") + 1;
	const size_t align = open < strlen(s) && open < COLUMNS / 2 ? open : 4;
	wrap(b, tabs, s, arena_printf(b->arena, "%*s", (int)align, ""), false);
}

void emit_comment(Buf *b, int tabs, const char *s)
{
	char *text = arena_printf(b->arena, "/* %s */", s);
	for (char *p = text + 2; (p = strstr(p, "*/")) && p[2]; p++)
		p[1] = ' ';
	wrap(b, tabs, text, " * ", true);
}
