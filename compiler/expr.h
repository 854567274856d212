/* expr.h: arithmetic in model files: "2*d", "dim(x,-1)", "widths[i-1]", "norm == 'post_plain'". */
#ifndef SELDC_EXPR_H
#define SELDC_EXPR_H

#include "ir/ir.h"

/* VAL_BAD: in error, and already reported. */
typedef enum ValKind { VAL_BAD, VAL_INT, VAL_NUM, VAL_BOOL, VAL_TEXT, VAL_LIST } ValKind;

typedef struct Val Val;
struct Val {
	ValKind kind;
	int64_t i; /* VAL_INT, VAL_BOOL */
	double f;  /* VAL_NUM, always finite */
	const char *s;
	int n;
	const Val *at; /* n elements of a VAL_LIST */
};

/* What the names in an expression mean. */
typedef struct ExprEnv {
	Arena *arena;
	void *ctx;
	/* The variable `name`; false if there is none. */
	bool (*var)(void *ctx, const char *name, Val *v);
	/* Type of the graph value `name`: 1 found, 0 there is none, -1 in error already. */
	int (*type)(void *ctx, const char *name, Type *t);
	/* The known name nearest to `name` (a graph value if `graph`), or NULL. */
	const char *(*hint)(void *ctx, const char *name, bool graph);
} ExprEnv;

/* Why and where in the text. message NULL: it comes from a value that was in error before. */
typedef struct ExprError {
	DiagCode code;
	size_t at, len;
	const char *message;
} ExprError;

enum { EXPR_MAX_DEPTH = 100, EXPR_MAX_LIST = 100000 };

bool expr_eval(const ExprEnv *env, const char *text, Val *v, ExprError *err);
/* Replaces every {expression} in a text by its value. */
bool expr_interpolate(const ExprEnv *env, const char *text, const char **out, ExprError *err);

Val val_int(int64_t i);
Val val_num(double f);
Val val_bool(bool b);
Val val_text(const char *s);
/* "512", "'relu'", "[64,128]": as one would write it. */
const char *val_show(Arena *a, const Val *v);
const char *val_kind_name(ValKind k); /* "a whole number" */
bool val_equal(const Val *a, const Val *b);
/* Whole number: an integer, or a number without fraction below 2^53. */
bool val_to_int(const Val *v, int64_t *i);
bool val_to_num(const Val *v, double *f);

#endif
