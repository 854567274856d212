/* infer.h: what the files of shape inference share: the node at work, and checks that report
 * through the diagnostics and return false. Private to infer.c, infer_ops.c and infer_grad.c. */
#ifndef SELDC_INFER_H
#define SELDC_INFER_H

#include "ir.h"

#include <math.h>
#include <string.h>

typedef struct Infer {
	Node *n;
	const OpInfo *info;
	int nin;        /* inputs that are present */
	const Type *in; /* of one instance */
	Type *out;      /* of one instance */
} Infer;

enum { ALL_INPUTS = -1 };

/* Bound on extents in attributes: sums and products with an extent stay within int64. */
#define MAX_EXTENT ((int64_t)1 << 40)

static inline Arena *arena_of(const Infer *c)
{
	return c->n->graph->module->arena;
}

static inline void note_input(const Infer *c, int i)
{
	const Value *v = c->n->in[i];
	for (int j = 0; j < i; j++)
		if (c->n->in[j] == v)
			return;
	const Node *p = v->node;
	const char *name = p->label && p->nout == 1 ? p->label : v->name;
	diag_note(c->n->graph->module->diag, p->loc, "'%s' is %s", name,
		  type_text(arena_of(c), &v->type));
}

/* Reports "op: message" at the node, with a note at the producers of inputs i and j (-1: none) or,
 * with ALL_INPUTS twice, of all. Returns false. */
__attribute__((format(printf, 5, 6))) static inline bool fail(const Infer *c, DiagCode code, int i,
							      int j, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	const char *text = arena_vprintf(arena_of(c), fmt, ap);
	va_end(ap);
	diag_error(c->n->graph->module->diag, code, c->n->loc, "%s: %s", c->info->name, text);
	for (int k = 0; k < c->nin; k++)
		if (k == i || k == j)
			note_input(c, k);
	return false;
}

static inline const char *text_of(const Infer *c, const Type *t)
{
	return type_text(arena_of(c), t);
}

static inline const char *list_text(const Infer *c, const int64_t *v, int n)
{
	Buf b;
	buf_init(&b, arena_of(c));
	buf_putc(&b, '[');
	for (int i = 0; i < n; i++)
		buf_printf(&b, "%s%lld", i ? "," : "", (long long)v[i]);
	buf_putc(&b, ']');
	return b.s;
}

static inline const char *in_name(const Infer *c, int i)
{
	const bool listed = c->info->nin_max >= 0 && i < MAX_IN_NAMES && c->info->in_names[i];
	return listed ? c->info->in_names[i] : arena_printf(arena_of(c), "input %d", i);
}

static inline bool has(const Infer *c, int i)
{
	return i < c->nin;
}

/* Type of `rank` extents with the element type of the first input. */
static inline Type like(const Infer *c, int rank, const int64_t *dim)
{
	return type_make(c->in[0].dtype, rank, dim);
}

static inline bool result(Infer *c, int rank, const int64_t *dim)
{
	c->out[0] = like(c, rank, dim);
	return true;
}

/* ---- checks that many ops share ------------------------------------------------------------ */

static inline bool need_rank(const Infer *c, int i, int rank)
{
	if (c->in[i].rank == rank)
		return true;
	return fail(c, E302, i, -1, "'%s' must have %d dimensions, not %d", in_name(c, i), rank,
		    c->in[i].rank);
}

static inline bool need_min_rank(const Infer *c, int i, int rank)
{
	if (c->in[i].rank >= rank)
		return true;
	return fail(c, E302, i, -1, "'%s' must have at least %d dimension%s, not %d", in_name(c, i),
		    rank, rank == 1 ? "" : "s", c->in[i].rank);
}

/* Input i, if present, must have exactly these extents, which follow from input `from`. */
static inline bool need_shape(const Infer *c, int i, int from, int rank, const int64_t *dim)
{
	if (!has(c, i))
		return true;
	const Type want = type_make(c->in[i].dtype, rank, dim);
	if (type_equal(&want, &c->in[i]))
		return true;
	return fail(c, E303, i, from, "'%s' must be %s, not %s", in_name(c, i), text_of(c, &want),
		    text_of(c, &c->in[i]));
}

static inline bool need_vector(const Infer *c, int i, int from, int64_t extent)
{
	return need_shape(c, i, from, 1, &extent);
}

/* Axis attribute value v of an axis of `rank` dimensions; negative ones count from the end. */
static inline bool need_axis(const Infer *c, int64_t v, int rank, int *axis)
{
	*axis = 0;
	if (v < -rank || v >= rank)
		return fail(c, E305, 0, -1, "axis %lld is out of range for %d dimension%s",
			    (long long)v, rank, rank == 1 ? "" : "s");
	*axis = (int)(v < 0 ? v + rank : v);
	return true;
}

/* Every entry of an int or int list attribute lies in lo..hi. */
static inline bool need_range(const Infer *c, const char *name, int64_t lo, int64_t hi)
{
	bool is_list = false;
	for (int i = 0; i < c->info->nattrs; i++)
		if (!strcmp(c->info->attrs[i].name, name))
			is_list = c->info->attrs[i].kind == A_INTS;
	const int len = is_list ? attr_len(c->n, name) : 1;
	for (int i = 0; i < len; i++) {
		const int64_t v = is_list ? attr_int_at(c->n, name, i) : attr_int(c->n, name);
		if (v < lo)
			return fail(c, E304, -1, -1, "'%s' must be at least %lld, not %lld", name,
				    (long long)lo, (long long)v);
		if (v > hi)
			return fail(c, E304, -1, -1, "'%s' must be at most %lld, not %lld", name,
				    (long long)hi, (long long)v);
	}
	return true;
}

static inline bool need_eps(const Infer *c)
{
	const double eps = attr_float(c->n, "eps");
	if (eps >= 0 && isfinite(eps))
		return true;
	return fail(c, E304, -1, -1, "'eps' must be finite and not negative, not %g", eps);
}

/* The attribute `shape` as a type of element type t; -1 is allowed only where the caller says. */
static inline bool need_shape_attr(const Infer *c, DType t, bool wildcard, Type *out)
{
	const int rank = attr_len(c->n, "shape");
	if (rank > MAX_RANK)
		return fail(c, E302, -1, -1, "'shape' has %d extents, at most %d are possible",
			    rank, (int)MAX_RANK);
	const int64_t *dim = attr_ints(c->n, "shape");
	for (int i = 0; i < rank; i++)
		if (!(dim[i] > 0 && dim[i] <= MAX_EXTENT) && !(wildcard && dim[i] == -1))
			return fail(c, E304, -1, -1, "extent %lld in 'shape' %s is not possible",
				    (long long)dim[i], list_text(c, dim, rank));
	*out = type_make(t, rank, dim);
	return true;
}

/* Broadcast shape of all inputs. */
bool infer_ew(Infer *c);
/* Result of a reduction over `axes`; see infer_ops.c. */
bool infer_reduce(Infer *c);
/* x[..., C], then vectors [C], to [..., C]. */
bool infer_row_norm(Infer *c);

/* The attributes p and stream, and input i, if present, the state of a dropout. */
bool need_draws(const Infer *c, int i);
/* q, k, v of an attention, its attributes, and what is optional from input `at` on. */
bool need_attention(const Infer *c, int at);

/* An op's function fills out from in, or reports and returns false. */
#define EW(name, ...)
#define OP(name, ...) bool infer_##name(Infer *c);
#include "ops.def"
#undef EW
#undef OP

#endif
