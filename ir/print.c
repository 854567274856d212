/* print.c: a module as text. The text is canonical: one node a line, attributes in schema order
 * and only where they differ from their defaults, numbers in the shortest form that reads back to
 * the same bits. Everything in the IR that a pass may rely on is in it; see parse.c. */
#include "ir.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

bool ir_word_byte(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c > 0 && strchr("_./+-", c) != NULL);
}

static void print_quoted(Buf *b, const char *s)
{
	buf_putc(b, '"');
	for (; *s; s++) {
		const unsigned char c = (unsigned char)*s;
		if (c == '"' || c == '\\')
			buf_printf(b, "\\%c", c);
		else if (c == '\n')
			buf_puts(b, "\\n");
		else if (c == '\t')
			buf_puts(b, "\\t");
		else if (c < 0x20 || c == 0x7f)
			buf_printf(b, "\\x%02x", c);
		else
			buf_putc(b, *s);
	}
	buf_putc(b, '"');
}

/* Plain if it is a word, quoted otherwise. */
static void print_name(Buf *b, const char *s)
{
	const char *p = s;
	while (ir_word_byte((unsigned char)*p))
		p++;
	if (p > s && !*p)
		buf_puts(b, s);
	else
		print_quoted(b, s);
}

static void print_ints(Buf *b, const int64_t *v, int n)
{
	buf_putc(b, '[');
	for (int i = 0; i < n; i++)
		buf_printf(b, "%s%" PRId64, i ? "," : "", v[i]);
	buf_putc(b, ']');
}

static void print_floats(Buf *b, const double *v, int n)
{
	buf_putc(b, '[');
	for (int i = 0; i < n; i++) {
		if (i)
			buf_putc(b, ',');
		buf_double(b, v[i]);
	}
	buf_putc(b, ']');
}

/* Bits, so that -0 is not taken for a default of 0. */
static bool same_double(double a, double b)
{
	return !memcmp(&a, &b, sizeof a);
}

/* A list default is empty or one number that fills the list. */
static bool is_default(const Attr *v, const AttrDef *d)
{
	if (!d->dflt)
		return false;
	const int n = d->n >= 0 ? d->n : *d->dflt != '\0';
	const int64_t i = strtoll(d->dflt, NULL, 10);
	const double f = strtod(d->dflt, NULL);
	switch (d->kind) {
	case A_INT:
	case A_BOOL:
		return v->i == i;
	case A_FLOAT:
		return same_double(v->f, f);
	case A_STR:
		return !strcmp(v->s, d->dflt);
	case A_INTS:
	case A_FLOATS:
		break;
	}
	if (v->n != n)
		return false;
	for (int k = 0; k < n; k++)
		if (d->kind == A_INTS ? v->is[k] != i : !same_double(v->fs[k], f))
			return false;
	return true;
}

static void print_attr(Buf *b, const Node *n, const Attr *v, const AttrDef *d)
{
	buf_printf(b, "%s=", d->name);
	switch (d->kind) {
	case A_INT:
	case A_BOOL:
		buf_printf(b, "%" PRId64, v->i);
		break;
	case A_FLOAT:
		buf_double(b, v->f);
		break;
	case A_STR:
		if (n->op == OP_map)
			print_quoted(b, v->s);
		else
			print_name(b, v->s);
		break;
	case A_INTS:
		print_ints(b, v->is, v->n);
		break;
	case A_FLOATS:
		print_floats(b, v->fs, v->n);
		break;
	}
}

static void print_attrs(Buf *b, const Node *n)
{
	const OpInfo *info = &n->graph->module->ops->op[n->op];
	const char *sep = " {";
	for (int i = 0; i < info->nattrs; i++) {
		if (!n->attr[i].set || is_default(&n->attr[i], &info->attrs[i]))
			continue;
		buf_puts(b, sep);
		print_attr(b, n, &n->attr[i], &info->attrs[i]);
		sep = " ";
	}
	if (n->group) {
		buf_printf(b, "%sgroup=%" PRId64, sep, n->group);
		sep = " ";
	}
	if (!strcmp(sep, " "))
		buf_putc(b, '}');
}

static void print_type(Buf *b, const Type *t)
{
	buf_puts(b, dtype_name(t->dtype));
	print_ints(b, t->dim, t->rank);
}

static void print_place(Buf *b, const Value *v)
{
	const Place *p = &v->place;
	switch (p->kind) {
	case PLACE_NONE:
		break;
	case PLACE_ARENA:
		buf_printf(b, " @arena:%" PRId64 "%s", p->offset, p->narrow ? ":bf16" : "");
		break;
	case PLACE_PARAM:
		buf_printf(b, " @param:%" PRId64, p->offset);
		break;
	case PLACE_LOAD:
		buf_printf(b, " @load:%" PRId64, p->offset);
		break;
	case PLACE_STATE:
		buf_printf(b, " @state:%" PRId64, p->offset);
		break;
	case PLACE_IO:
		buf_puts(b, " @io");
		break;
	case PLACE_VIEW:
		buf_printf(b, " @view:%" PRId64 ":", p->offset);
		print_ints(b, p->stride, v->type.rank);
		break;
	}
}

static void print_loc(Buf *b, const Module *m, const Loc *loc)
{
	if (!loc->src || loc->src == m->text)
		return;
	buf_puts(b, "  !");
	print_name(b, loc->src->name);
	buf_printf(b, ":%d:%d", loc->line, loc->col);
	if (loc->len > 0)
		buf_printf(b, "+%d", loc->len);
}

static void print_value_name(Buf *b, const Value *v)
{
	buf_putc(b, '%');
	print_name(b, v->name);
}

void ir_print_node(Buf *b, const Node *n)
{
	const Module *m = n->graph->module;
	for (int i = 0; i < n->nout; i++) {
		buf_puts(b, i ? ", " : "");
		print_value_name(b, &n->out[i]);
	}
	buf_printf(b, " = %s", m->ops->op[n->op].name);
	if (n->label) {
		buf_putc(b, ' ');
		print_quoted(b, n->label);
	}
	for (int i = 0; i < n->nin && n->in[i]; i++) {
		buf_puts(b, i ? ", " : " ");
		print_value_name(b, n->in[i]);
	}
	print_attrs(b, n);
	for (int i = 0; i < n->nout; i++) {
		buf_puts(b, i ? ", " : " : ");
		print_type(b, &n->out[i].type);
		print_place(b, &n->out[i]);
	}
	print_loc(b, m, &n->loc);
}

static void print_graph(Buf *b, const Graph *g)
{
	buf_puts(b, "graph ");
	print_name(b, g->name);
	buf_printf(b, " arena=%" PRId64 " load=%" PRId64 " {\n", g->arena_bytes, g->load_bytes);
	for (int i = 0; i < g->nodes.n; i++) {
		buf_puts(b, "  ");
		ir_print_node(b, g->nodes.at[i]);
		buf_putc(b, '\n');
	}
	for (int i = 0; i < g->outputs.n; i++) {
		const Output *o = &g->outputs.at[i];
		buf_puts(b, "  output ");
		print_quoted(b, o->name);
		buf_putc(b, ' ');
		print_value_name(b, o->value);
		print_loc(b, g->module, &o->loc);
		buf_putc(b, '\n');
	}
	buf_puts(b, "}\n");
}

void ir_print(Buf *b, const Module *m)
{
	buf_puts(b, "module ");
	print_name(b, m->name);
	buf_putc(b, '\n');
	for (int i = 0; i < m->graphs.n; i++)
		print_graph(b, m->graphs.at[i]);
}
