/* text.c: pieces of C text: numbers, lines broken at 100 columns. */
#include "emit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int64_t emit_ceil(int64_t a, int64_t b)
{
	return (a + b - 1) / b;
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

void emit_line(Buf *b, int tabs, const char *s)
{
	const size_t open = strcspn(s, "({") + 1;
	const size_t align = open < strlen(s) && open < BUF_COLUMNS / 2 ? open : 4;
	buf_wrap(b, tabs, s, arena_printf(b->arena, "%*s", (int)align, ""), false);
}
