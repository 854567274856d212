/* text.c: pieces of C text: identifiers, literals, lines broken at 100 columns. */
#include "emit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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

void emit_line(Buf *b, int tabs, const char *s)
{
	const size_t open = strcspn(s, "({") + 1;
	const size_t align = open < strlen(s) && open < BUF_COLUMNS / 2 ? open : 4;
	buf_wrap(b, tabs, s, arena_printf(b->arena, "%*s", (int)align, ""), false);
}
