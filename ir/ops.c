/* ops.c: the op table: rows of ops.def parsed once a compile, elementwise values in
 * float64, and the small algebra of types. */
#include "ir.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct Row {
	const char *name, *in, *out, *attrs, *axes, *doc;
	unsigned flags;
	int flops;
	const char *value, *deriv[3];
} Row;

static const Row rows[NOPS] = {
#define EW(n, operands, v, da, db, dc, fl, fg, d)                                                  \
	{.name = #n,                                                                               \
	 .in = #operands,                                                                          \
	 .out = "y",                                                                               \
	 .attrs = "",                                                                              \
	 .axes = "elementwise",                                                                    \
	 .doc = d,                                                                                 \
	 .flags = (fg) | F_EW,                                                                     \
	 .flops = fl,                                                                              \
	 .value = #v,                                                                              \
	 .deriv = {#da, #db, #dc}},
#define OP(n, i, o, a, fg, x, d)                                                                   \
	{.name = #n, .in = i, .out = o, .attrs = a, .axes = x, .doc = d, .flags = fg},
#include "ops.def"
#undef EW
#undef OP
};

/* Operands of a row as the parameters of a function of three numbers. */
#define PARAMS(...) PARAMS_(__VA_ARGS__, unused1, unused2, )
#define PARAMS_(p, q, r, ...) (double p, double q, double r)
#define K(x) ((double)(x))

#define EW(n, operands, v, ...)                                                                    \
	static double value_##n PARAMS operands                                                    \
	{                                                                                          \
		return v;                                                                          \
	}
#define OP(n, ...)
#include "ops.def"
#undef EW
#undef OP

static double (*const ew[NOPS])(double, double, double) = {
#define EW(n, ...) [OP_##n] = value_##n,
#define OP(n, ...)
#include "ops.def"
#undef EW
#undef OP
};

double ew_eval(Op op, double a, double b, double c)
{
	return ew[op](a, b, c);
}

/* ---- rows to OpInfo ----------------------------------------------------------------------- */

/* "x, w, bias?", "(a, b)" or "xs...": names, and how many are required. Returns the count, -1 for
 * any. */
static int parse_names(Arena *a, const char *text, const char **names, int *required)
{
	int n = 0;
	*required = 0;
	text += *text == '(';
	while (*text && *text != ')') {
		const size_t len = strcspn(text, ",)");
		const char *word = arena_strndup(a, text, len);
		const size_t w = strlen(word);
		if (w > 3 && !strcmp(word + w - 3, "...")) {
			names[n] = arena_strndup(a, word, w - 3);
			*required = n + 1;
			return -1;
		}
		const bool optional = w && word[w - 1] == '?';
		names[n++] = optional ? arena_strndup(a, word, w - 1) : word;
		if (!optional)
			*required = n;
		text += len;
		text += strspn(text, ", ");
	}
	return n;
}

static AttrKind parse_kind(const char *s, size_t len, int *n)
{
	const char *bracket = memchr(s, '[', len);
	*n = !bracket            ? 1
	     : bracket[1] == ']' ? ATTR_ANY
	     : bracket[1] == 'G' ? ATTR_EACH
				 : atoi(bracket + 1);
	if (!strncmp(s, "int", 3))
		return bracket ? A_INTS : A_INT;
	if (!strncmp(s, "float", 5))
		return bracket ? A_FLOATS : A_FLOAT;
	return !strncmp(s, "bool", 4) ? A_BOOL : A_STR;
}

/* "name:kind=default name:kind" */
static void parse_attrs(Arena *a, const char *text, OpInfo *op)
{
	while (*text) {
		const size_t len = strcspn(text, " ");
		const char *word = arena_strndup(a, text, len);
		const char *colon = strchr(word, ':'), *eq = strchr(word, '=');
		if (!colon || op->nattrs == MAX_ATTRS)
			BUG("ops.def: bad attributes of %s: %s", op->name, word);
		AttrDef *d = &op->attrs[op->nattrs++];
		d->name = arena_strndup(a, word, (size_t)(colon - word));
		d->kind =
		    parse_kind(colon + 1, eq ? (size_t)(eq - colon - 1) : strlen(colon + 1), &d->n);
		d->required = !eq;
		d->dflt = eq ? eq + 1 : NULL;
		text += len;
		text += strspn(text, " ");
	}
}

/* The bit of the name of `len` bytes among n names. */
static unsigned name_bit(const OpInfo *op, const char *const *names, int n, const char *s,
			 size_t len)
{
	for (int i = 0; i < n; i++)
		if (strlen(names[i]) == len && !memcmp(names[i], s, len))
			return 1u << i;
	BUG("ops.def: axes of %s: no operand '%.*s'", op->name, (int)len, s);
}

/* "KIND inputs -> outputs" */
static void parse_axes(const char *text, OpInfo *op)
{
	static const char *const kinds[NAXES] = {
	    [AXES_NONE] = "none",       [AXES_ELEMENTWISE] = "elementwise",
	    [AXES_TIME] = "time",       [AXES_LAST] = "last",
	    [AXES_AXIS] = "axis",       [AXES_REDUCE] = "reduce",
	    [AXES_JOIN] = "join",       [AXES_STACK] = "stack",
	    [AXES_PERMUTE] = "permute", [AXES_RESHAPE] = "reshape",
	    [AXES_IMAGE] = "image",     [AXES_POOL] = "pool",
	};
	size_t len = strcspn(text, " ");
	while (op->axes < NAXES &&
	       (strlen(kinds[op->axes]) != len || memcmp(kinds[op->axes], text, len)))
		op->axes++;
	if (op->axes == NAXES)
		BUG("ops.def: axes of %s: '%s'", op->name, text);
	bool out = false;
	op->axes_out = ~0u;
	for (text += len; *(text += strspn(text, " ")); text += len) {
		len = strcspn(text, " ");
		if (len == 2 && !memcmp(text, "->", len)) {
			out = true;
			op->axes_out = 0;
		} else if (out) {
			op->axes_out |= name_bit(op, op->out_names, op->nout_max, text, len);
		} else {
			op->axes_in |= name_bit(op, op->in_names, op->nin_max, text, len);
		}
	}
}

static void parse_row(Arena *a, const Row *r, OpInfo *op)
{
	op->name = r->name;
	op->doc = r->doc;
	op->flags = r->flags;
	op->value = r->value;
	op->flops = r->flops;
	op->nin_max = parse_names(a, r->in, op->in_names, &op->nin_min);
	op->nout_max = parse_names(a, r->out, op->out_names, &op->nout_min);
	parse_attrs(a, r->attrs, op);
	parse_axes(r->axes, op);
}

/* "K(-1)", "b" or "D((b, y), -y / b)", the last being the row <name>_da, _db or _dc. */
static Deriv parse_deriv(const OpTable *t, Arena *a, const Row *r, int k)
{
	const char *text = r->deriv[k];
	if (*text == 'K')
		return (Deriv){.kind = DERIV_CONST, .number = atoi(text + 2)};
	if (*text != 'D')
		return (Deriv){.kind = DERIV_OPERAND, .operand = *text};
	const int op = ops_find(t, arena_printf(a, "%s_d%c", r->name, 'a' + k));
	return (Deriv){.kind = DERIV_OP, .op = (Op)op};
}

const OpTable *ops_new(Arena *a)
{
	OpTable *t = NEW(a, OpTable);
	for (int i = 0; i < NOPS; i++)
		parse_row(a, &rows[i], &t->op[i]);
	for (int i = 0; i < NOPS; i++)
		for (int k = 0; k < 3 && rows[i].value; k++)
			t->op[i].deriv[k] = parse_deriv(t, a, &rows[i], k);
	return t;
}

int ops_find(const OpTable *t, const char *name)
{
	for (int i = 0; i < NOPS; i++)
		if (!strcmp(t->op[i].name, name))
			return i;
	return -1;
}

/* ---- types -------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	int bytes;
} dtypes[NDTYPES] = {
    [F32] = {"f32", 4}, [BF16] = {"bf16", 2}, [I32] = {"i32", 4}, [I16] = {"i16", 2}};

const char *dtype_name(DType t)
{
	return dtypes[t].name;
}

bool dtype_find(const char *name, DType *t)
{
	for (int i = 0; i < NDTYPES; i++) {
		if (strcmp(dtypes[i].name, name))
			continue;
		*t = (DType)i;
		return true;
	}
	return false;
}

int dtype_bytes(DType t)
{
	return dtypes[t].bytes;
}

Type type_make(DType t, int rank, const int64_t *dim)
{
	Type y = {.dtype = t, .rank = rank};
	if (rank < 0 || rank > MAX_RANK)
		BUG("type of rank %d", rank);
	for (int i = 0; i < rank; i++)
		y.dim[i] = dim[i];
	return y;
}

bool type_equal(const Type *a, const Type *b)
{
	return a->dtype == b->dtype && a->rank == b->rank &&
	       !memcmp(a->dim, b->dim, (size_t)a->rank * sizeof *a->dim);
}

int64_t type_count(const Type *t)
{
	int64_t n = 1;
	for (int i = 0; i < t->rank; i++)
		n *= t->dim[i];
	return n;
}

int64_t type_bytes(const Type *t)
{
	return type_count(t) * dtype_bytes(t->dtype);
}

bool type_valid(const Type *t)
{
	const int64_t most = (int64_t)1 << 40;
	int64_t n = 1;
	for (int i = 0; i < t->rank; i++) {
		if (t->dim[i] < 1 || t->dim[i] > most / n)
			return false;
		n *= t->dim[i];
	}
	return t->rank >= 0 && t->rank <= MAX_RANK;
}

const char *type_text(Arena *a, const Type *t)
{
	Buf b;
	buf_init(&b, a);
	buf_printf(&b, "%s[", dtype_name(t->dtype));
	for (int i = 0; i < t->rank; i++)
		buf_printf(&b, "%s%lld", i ? "," : "", (long long)t->dim[i]);
	buf_putc(&b, ']');
	return b.s;
}

bool type_broadcast(const Type *a, const Type *b, Type *out)
{
	Type y = {.dtype = a->dtype, .rank = a->rank > b->rank ? a->rank : b->rank};
	for (int i = 1; i <= y.rank; i++) {
		const int64_t da = i <= a->rank ? a->dim[a->rank - i] : 1;
		const int64_t db = i <= b->rank ? b->dim[b->rank - i] : 1;
		if (da != db && da != 1 && db != 1)
			return false;
		y.dim[y.rank - i] = da == 1 ? db : da;
	}
	*out = y;
	return true;
}
