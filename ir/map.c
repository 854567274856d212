/* map.c: the program of a fused elementwise node, "t0 = mul(x0, x1); y0 = relu(t0)". Each line
 * applies one elementwise op; operands are inputs, earlier lines and numbers. Every output
 * y0..y(n-1) is defined by exactly one line. */
#include "ir.h"

#include <stdlib.h>
#include <string.h>

/* Temporaries t0..t(MAX_TEMPS-1); more lines than that is no sane fusion. */
enum { MAX_TEMPS = 1024 };

typedef struct MapParser {
	Arena *arena;
	const OpTable *ops;
	const char *start, *p;
	const char **why;
	int nin;
	LIST(MapLine) lines;
	int temp[MAX_TEMPS], out[MAX_OUT]; /* 1 + the line that defines it, 0 if none does */
} MapParser;

static bool fail(MapParser *m, const char *at, const char *problem)
{
	*m->why = arena_printf(m->arena, "%s at byte %d", problem, (int)(at - m->start));
	return false;
}

static void blanks(MapParser *m)
{
	while (*m->p == ' ' || *m->p == '\t' || *m->p == '\n')
		m->p++;
}

static bool accept(MapParser *m, char c)
{
	blanks(m);
	if (*m->p != c)
		return false;
	m->p++;
	return true;
}

/* Reads letters, digits and the signs of numbers; false if there are none. */
static bool read_word(MapParser *m, char *word, size_t size)
{
	blanks(m);
	const char *at = m->p;
	while (ir_word_byte((unsigned char)*m->p) && *m->p != '/')
		m->p++;
	const size_t n = (size_t)(m->p - at);
	if (!n || n >= size)
		return fail(m, at, n ? "word too long" : "expected a name or a number");
	memcpy(word, at, n);
	word[n] = '\0';
	return true;
}

/* "t12" under its letter; -1 if the rest is no number below limit. */
static int index_of(const char *word, int limit)
{
	int v = 0;
	if (!word[1])
		return -1;
	for (const char *p = word + 1; *p; p++) {
		if (*p < '0' || *p > '9')
			return -1;
		v = v * 10 + (*p - '0');
		if (v >= limit)
			return -1;
	}
	return v;
}

static bool is_number(const char *word, double *v)
{
	if (strspn(word, "0123456789.eE+-") != strlen(word) && strcmp(word, "inf") &&
	    strcmp(word, "-inf") && strcmp(word, "nan"))
		return false;
	char *end;
	*v = strtod(word, &end);
	return !*end;
}

static bool parse_arg(MapParser *m, MapArg *arg)
{
	char word[64];
	blanks(m);
	const char *at = m->p;
	if (!read_word(m, word, sizeof word))
		return false;
	if (is_number(word, &arg->num)) {
		arg->kind = MAP_NUM;
		return true;
	}
	const int limit = *word == 'x' ? m->nin : *word == 't' ? MAX_TEMPS : MAX_OUT;
	const int i = strchr("xty", *word) ? index_of(word, limit) : -1;
	arg->kind = *word == 'x' ? MAP_IN : MAP_LINE;
	arg->index = i < 0 || *word == 'x' ? i : (*word == 't' ? m->temp[i] : m->out[i]) - 1;
	if (arg->index >= 0)
		return true;
	return fail(m, at, arena_printf(m->arena, "operand '%s' is not defined", word));
}

static bool parse_args(MapParser *m, MapLine *l)
{
	const OpInfo *info = &m->ops->op[l->op];
	const char *at = m->p;
	if (!accept(m, '('))
		return fail(m, m->p, "expected '('");
	do {
		if (l->nargs == info->nin_min)
			return fail(m, at,
				    arena_printf(m->arena, "'%s' takes %d operands", info->name,
						 info->nin_min));
		if (!parse_arg(m, &l->arg[l->nargs++]))
			return false;
	} while (accept(m, ','));
	if (!accept(m, ')'))
		return fail(m, m->p, "expected ',' or ')'");
	if (l->nargs < info->nin_min)
		return fail(m, at,
			    arena_printf(m->arena, "'%s' takes %d operands, found %d", info->name,
					 info->nin_min, l->nargs));
	return true;
}

static bool parse_op(MapParser *m, Op *op)
{
	char word[64];
	blanks(m);
	const char *at = m->p;
	if (!read_word(m, word, sizeof word))
		return false;
	const int found = ops_find(m->ops, word);
	if (found < 0 || !(m->ops->op[found].flags & F_EW))
		return fail(m, at, arena_printf(m->arena, "'%s' is no elementwise op", word));
	*op = (Op)found;
	return true;
}

static bool parse_line(MapParser *m)
{
	MapLine l = {.out = -1};
	char word[64];
	blanks(m);
	const char *at = m->p;
	if (!read_word(m, word, sizeof word))
		return false;
	const bool temp = *word == 't';
	const int i = temp || *word == 'y' ? index_of(word, temp ? MAX_TEMPS : MAX_OUT) : -1;
	if (i < 0)
		return fail(m, at, arena_printf(m->arena, "expected tN or yN, found '%s'", word));
	int *line = temp ? &m->temp[i] : &m->out[i];
	if (*line)
		return fail(m, at, arena_printf(m->arena, "'%s' is defined twice", word));
	if (!accept(m, '='))
		return fail(m, m->p, "expected '='");
	if (!parse_op(m, &l.op) || !parse_args(m, &l))
		return false;
	if (!temp)
		l.out = i;
	list_push(m->arena, &m->lines, l);
	*line = m->lines.n;
	return true;
}

bool map_parse(Arena *a, const OpTable *ops, const char *text, int nin, MapCode *code,
	       const char **why)
{
	MapParser m = {.arena = a, .ops = ops, .start = text, .p = text, .why = why, .nin = nin};
	do {
		if (!parse_line(&m))
			return false;
	} while (accept(&m, ';'));
	blanks(&m);
	if (*m.p)
		return fail(&m, m.p, "expected ';'");
	int nout = 0, last = -1;
	for (int i = 0; i < MAX_OUT; i++)
		if (m.out[i])
			nout++, last = i;
	if (nout == 0 || last != nout - 1)
		return fail(&m, m.p,
			    nout ? "outputs are not numbered from y0 without gaps, found the end"
				 : "no output y0 is defined, found the end");
	*code = (MapCode){.nlines = m.lines.n, .nout = nout, .line = m.lines.at};
	return true;
}

/* Temporaries are numbered in the order of their lines; number[i] is that of line i. */
static void print_arg(Buf *b, const MapCode *code, const int *number, const MapArg *arg)
{
	if (arg->kind == MAP_NUM)
		buf_double(b, arg->num);
	else if (arg->kind == MAP_IN)
		buf_printf(b, "x%d", arg->index);
	else if (code->line[arg->index].out >= 0)
		buf_printf(b, "y%d", code->line[arg->index].out);
	else
		buf_printf(b, "t%d", number[arg->index]);
}

const char *map_text(Arena *a, const OpTable *ops, const MapCode *code)
{
	Buf b;
	buf_init(&b, a);
	int *number = NEW_ARRAY(a, int, code->nlines);
	int temps = 0;
	for (int i = 0; i < code->nlines; i++) {
		const MapLine *l = &code->line[i];
		buf_puts(&b, i ? "; " : "");
		if (l->out >= 0)
			buf_printf(&b, "y%d", l->out);
		else
			buf_printf(&b, "t%d", number[i] = temps++);
		buf_printf(&b, " = %s(", ops->op[l->op].name);
		for (int k = 0; k < l->nargs; k++) {
			buf_puts(&b, k ? ", " : "");
			print_arg(&b, code, number, &l->arg[k]);
		}
		buf_putc(&b, ')');
	}
	return b.s;
}
