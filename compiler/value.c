/* value.c: values of expressions: conversion, comparison, text. */
#include "expr.h"

#include <math.h>
#include <string.h>

Val val_int(int64_t i)
{
	return (Val){.kind = VAL_INT, .i = i};
}

Val val_num(double f)
{
	return (Val){.kind = VAL_NUM, .f = f};
}

Val val_bool(bool b)
{
	return (Val){.kind = VAL_BOOL, .i = b};
}

Val val_text(const char *s)
{
	return (Val){.kind = VAL_TEXT, .s = s};
}

static void show(Buf *b, const Val *v)
{
	switch (v->kind) {
	case VAL_INT:
		buf_printf(b, "%lld", (long long)v->i);
		break;
	case VAL_NUM:
		buf_double(b, v->f);
		break;
	case VAL_BOOL:
		buf_puts(b, v->i ? "true" : "false");
		break;
	case VAL_TEXT:
		buf_printf(b, "'%.60s'", v->s);
		break;
	case VAL_LIST:
		buf_putc(b, '[');
		for (int i = 0; i < v->n && i < 16; i++) {
			buf_puts(b, i ? "," : "");
			show(b, &v->at[i]);
		}
		buf_puts(b, v->n > 16 ? ",...]" : "]");
		break;
	case VAL_BAD:
		buf_puts(b, "?");
	}
}

const char *val_show(Arena *a, const Val *v)
{
	Buf b;
	buf_init(&b, a);
	show(&b, v);
	return b.s;
}

const char *val_kind_name(ValKind k)
{
	static const char *const names[] = {
	    [VAL_BAD] = "nothing",        [VAL_INT] = "a whole number", [VAL_NUM] = "a number",
	    [VAL_BOOL] = "true or false", [VAL_TEXT] = "a text",        [VAL_LIST] = "a list",
	};
	return names[k];
}

bool val_to_num(const Val *v, double *f)
{
	if (v->kind != VAL_INT && v->kind != VAL_NUM && v->kind != VAL_BOOL)
		return false;
	*f = v->kind == VAL_NUM ? v->f : (double)v->i;
	return true;
}

bool val_to_int(const Val *v, int64_t *i)
{
	if (v->kind == VAL_NUM && fabs(v->f) < 9007199254740992.0 && v->f == floor(v->f)) {
		*i = (int64_t)v->f;
		return true;
	}
	*i = v->i;
	return v->kind == VAL_INT || v->kind == VAL_BOOL;
}

bool val_equal(const Val *a, const Val *b)
{
	double x, y;
	if (a->kind == VAL_TEXT && b->kind == VAL_TEXT)
		return !strcmp(a->s, b->s);
	if (a->kind != VAL_NUM && b->kind != VAL_NUM && a->kind != VAL_LIST && a->kind != VAL_TEXT)
		return a->i == b->i && b->kind != VAL_LIST && b->kind != VAL_TEXT;
	if (val_to_num(a, &x) && val_to_num(b, &y))
		return x == y;
	if (a->kind != VAL_LIST || b->kind != VAL_LIST || a->n != b->n)
		return false;
	for (int i = 0; i < a->n; i++)
		if (!val_equal(&a->at[i], &b->at[i]))
			return false;
	return true;
}
