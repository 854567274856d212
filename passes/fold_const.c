/* fold_const.c: what can be simplified knowing constants, stored statistics and identities.
 *
 *     %y = batch_norm %x, %w, %b, %m, %v {eps=1e-05} : f32[1,8,4,4]
 * becomes
 *     %e = const {value=1e-05}              %t = mul %m, %s
 *     %f = add %v, %e                       %h = sub %b, %t
 *     %r = rsqrt %f                         %p = mul %x, reshape(%s) : f32[1,8,4,4]
 *     %s = mul %w, %r                       %y = add %p, reshape(%h) : f32[1,8,4,4]
 *
 * where all but the last two nodes depend on weights only and run once, at load time. Nodes on
 * constants alone become constants (up to MAX_FOLDED elements), and nodes that return an input
 * vanish. No rule reorders or drops arithmetic that could round, overflow or be NaN. */
#include "passes/edit.h"

#include <string.h>

enum { MAX_FOLDED = 4096 };

typedef struct Fold {
	PassCtx *cx;
	LoadTime load; /* of the nodes of one walk */
} Fold;

/* A rule returns the value to use instead of the node's only output, or NULL. */
typedef Value *Rule(Fold *f, Node *n);

static bool fits(const Node *n, const Value *v)
{
	return type_equal(&v->type, &n->out[0].type);
}

/* ---- constants ------------------------------------------------------------------------------- */

static void const_tensor(PassCtx *cx, const Value *v, Tensor *t)
{
	const int len = attr_len(v->node, "value");
	t->type = v->type;
	t->data = NEW_ARRAY(cx->scratch, double, type_count(&v->type));
	for (int64_t i = 0; i < type_count(&v->type); i++)
		t->data[i] = attr_float_at(v->node, "value", len == 1 ? 0 : (int)i);
}

static bool all_const(const Node *n)
{
	for (int i = 0; i < n->nin; i++)
		if (!node_is(n->in[i], OP_const))
			return false;
	return n->nin > 0;
}

static Value *rule_const(Fold *f, Node *n)
{
	const int64_t count = type_count(&n->out[0].type);
	if (n->nout != 1 || count > MAX_FOLDED || !all_const(n))
		return NULL;
	Tensor in[64], out;
	if (n->nin > 64)
		return NULL;
	for (int i = 0; i < n->nin; i++)
		const_tensor(f->cx, n->in[i], &in[i]);
	ir_eval_node(n, f->cx->scratch, in, &out);
	bool uniform = true;
	for (int64_t i = 1; i < count; i++)
		uniform = uniform && !memcmp(&out.data[i], &out.data[0], sizeof(double));
	Node *c = node_insert(n->graph, n, OP_const, NULL, 0, n->loc, n->label);
	if (n->out[0].type.rank)
		attr_set_ints(c, "shape", n->out[0].type.dim, n->out[0].type.rank);
	attr_set_floats(c, "value", out.data, uniform ? 1 : (int)count);
	return edit_infer(c);
}

/* ---- statistics ------------------------------------------------------------------------------ */

static bool at_load_time(Fold *f, const Node *n, int first_input)
{
	for (int i = first_input; i < n->nin; i++)
		if (!edit_at_load(&f->load, n->in[i]->node))
			return false;
	return true;
}

/* x[..., C at axis, ...], vectors [C] */
static Value *rule_batch_norm(Fold *f, Node *n)
{
	if (!at_load_time(f, n, 1)) {
		report_refused(f->cx, n, "batch_norm '%s': statistics are computed at run time",
			       edit_name(n));
		return NULL;
	}
	const Type x = edit_instance(n, n->in[0]);
	const int axis = edit_axis(attr_int(n, "axis"), x.rank);
	const int64_t g = n->group;
	int64_t dim[MAX_RANK];
	for (int i = 0; i < x.rank - axis; i++)
		dim[i] = i ? 1 : x.dim[axis];
	Value *eps = edit_scalar(n, attr_float(n, "eps"), g);
	Value *r = edit_ew(n, OP_rsqrt, edit_ew(n, OP_add, n->in[4], eps, g), NULL, g);
	Value *scale = edit_ew(n, OP_mul, n->in[1], r, g);
	Value *shift = edit_ew(n, OP_sub, n->in[2], edit_ew(n, OP_mul, n->in[3], scale, g), g);
	scale = edit_group_reshape(n, scale, g, x.rank - axis, dim);
	shift = edit_group_reshape(n, shift, g, x.rank - axis, dim);
	return edit_ew(n, OP_add, edit_ew(n, OP_mul, n->in[0], scale, g), shift, g);
}

/* ---- identities ------------------------------------------------------------------------------ */

static Value *rule_mul(Fold *f, Node *n)
{
	(void)f;
	for (int i = 0; i < 2; i++)
		if (edit_const_is(n->in[1 - i], 1) && fits(n, n->in[i]))
			return n->in[i];
	return NULL;
}

/* -0 + 0 is 0, so adding 0 keeps every value. */
static Value *rule_add(Fold *f, Node *n)
{
	(void)f;
	for (int i = 0; i < 2; i++)
		if (edit_const_is(n->in[1 - i], 0) && fits(n, n->in[i]))
			return n->in[i];
	return NULL;
}

static Value *rule_sub(Fold *f, Node *n)
{
	(void)f;
	return edit_const_is(n->in[1], 0) && fits(n, n->in[0]) ? n->in[0] : NULL;
}

static Value *rule_div(Fold *f, Node *n)
{
	(void)f;
	return edit_const_is(n->in[1], 1) && fits(n, n->in[0]) ? n->in[0] : NULL;
}

static Value *rule_neg(Fold *f, Node *n)
{
	(void)f;
	const Node *p = n->in[0]->node;
	return p->op == OP_neg && p->group == n->group && fits(n, p->in[0]) ? p->in[0] : NULL;
}

/* Outside a training step, or with nothing to drop. */
static Value *rule_dropout(Fold *f, Node *n)
{
	(void)f;
	const bool draws = n->nin > 1 && n->in[1] && attr_float(n, "p") > 0;
	return !draws && fits(n, n->in[0]) ? n->in[0] : NULL;
}

/* relu(relu(x)), abs(abs(x)) */
static Value *rule_idempotent(Fold *f, Node *n)
{
	(void)f;
	return n->in[0]->node->op == n->op && fits(n, n->in[0]) ? n->in[0] : NULL;
}

static Value *rule_reshape(Fold *f, Node *n)
{
	(void)f;
	if (fits(n, n->in[0]))
		return n->in[0];
	Node *p = n->in[0]->node;
	if (p->op != OP_reshape || n->group || p->group)
		return NULL;
	return edit_reshape(n, p->in[0], n->out[0].type.rank, n->out[0].type.dim);
}

/* The axes longer than 1 keep their order: no element moves. */
static bool moves_nothing(const Node *n)
{
	const Type x = edit_instance(n, n->in[0]);
	int64_t last = -1;
	for (int i = 0; i < x.rank; i++) {
		const int from = edit_axis(attr_int_at(n, "perm", i), x.rank);
		if (x.dim[from] == 1)
			continue;
		if (from < last)
			return false;
		last = from;
	}
	return true;
}

static Value *rule_transpose(Fold *f, Node *n)
{
	(void)f;
	const Type t = n->out[0].type;
	if (moves_nothing(n) && (!n->group || n->in[0]->type.dim[0] == t.dim[0]))
		return edit_reshape(n, n->in[0], t.rank, t.dim);
	const Node *p = n->in[0]->node;
	if (p->op != OP_transpose || n->group || p->group)
		return NULL;
	int perm[MAX_RANK];
	for (int i = 0; i < t.rank; i++)
		perm[i] = edit_axis(
		    attr_int_at(p, "perm", edit_axis(attr_int_at(n, "perm", i), t.rank)), t.rank);
	return edit_transpose(n, p->in[0], perm);
}

static int64_t bound(int64_t v, int64_t extent)
{
	return v < 0 ? v + extent : v;
}

/* A slice that is exactly one input of a concat. */
static Value *concat_piece(const Node *n, int axis, int64_t start, int64_t stop)
{
	const Node *p = n->in[0]->node;
	if (p->op != OP_concat || p->group || n->group || attr_int(n, "step") != 1 ||
	    edit_axis(attr_int(p, "axis"), p->out[0].type.rank) != axis)
		return NULL;
	int64_t at = 0;
	for (int i = 0; i < p->nin; i++) {
		const int64_t len = p->in[i]->type.dim[axis];
		if (at == start && at + len == stop)
			return p->in[i];
		at += len;
	}
	return NULL;
}

static Value *rule_slice(Fold *f, Node *n)
{
	(void)f;
	if (fits(n, n->in[0]))
		return n->in[0];
	if (n->group)
		return NULL;
	const Type x = n->in[0]->type;
	const int axis = edit_axis(attr_int(n, "axis"), x.rank);
	const int64_t start = bound(attr_int(n, "start"), x.dim[axis]);
	const int64_t stop = bound(attr_int(n, "stop"), x.dim[axis]);
	Value *piece = concat_piece(n, axis, start, stop);
	const Node *p = n->in[0]->node;
	if (piece || p->op != OP_slice || p->group || attr_int(p, "step") != 1 ||
	    edit_axis(attr_int(p, "axis"), x.rank) != axis)
		return piece;
	const int64_t base = bound(attr_int(p, "start"), p->in[0]->type.dim[axis]);
	return edit_slice(n, p->in[0], axis, base + start, base + stop, attr_int(n, "step"));
}

static Value *rule_flip(Fold *f, Node *n)
{
	(void)f;
	const Type x = edit_instance(n, n->in[0]);
	const int axis = edit_axis(attr_int(n, "axis"), x.rank);
	if (x.dim[axis] == 1 && fits(n, n->in[0]))
		return n->in[0];
	const Node *p = n->in[0]->node;
	if (p->op != OP_flip || p->group != n->group || !fits(n, p->in[0]))
		return NULL;
	return edit_axis(attr_int(p, "axis"), x.rank) == axis ? p->in[0] : NULL;
}

/* broadcast to the same shape, concat of one value */
static Value *rule_copy(Fold *f, Node *n)
{
	(void)f;
	return n->nin == 1 && fits(n, n->in[0]) ? n->in[0] : NULL;
}

static Value *rule_stack(Fold *f, Node *n)
{
	(void)f;
	if (n->nin != 1 || n->group)
		return NULL;
	return edit_reshape(n, n->in[0], n->out[0].type.rank, n->out[0].type.dim);
}

static Value *rule_pad(Fold *f, Node *n)
{
	(void)f;
	return fits(n, n->in[0]) ? n->in[0] : NULL;
}

static const struct {
	Op op;
	const char *name;
	Rule *rule;
} rules[] = {
    {OP_batch_norm, "batch_norm to scale and shift", rule_batch_norm},
    {OP_mul, "x * 1", rule_mul},
    {OP_add, "x + 0", rule_add},
    {OP_sub, "x - 0", rule_sub},
    {OP_div, "x / 1", rule_div},
    {OP_neg, "-(-x)", rule_neg},
    {OP_dropout, "dropout outside training", rule_dropout},
    {OP_relu, "relu(relu(x))", rule_idempotent},
    {OP_abs, "abs(abs(x))", rule_idempotent},
    {OP_reshape, "reshape", rule_reshape},
    {OP_transpose, "transpose", rule_transpose},
    {OP_slice, "slice", rule_slice},
    {OP_flip, "flip", rule_flip},
    {OP_broadcast, "broadcast", rule_copy},
    {OP_concat, "concat of one", rule_copy},
    {OP_stack, "stack of one", rule_stack},
    {OP_pad, "pad by nothing", rule_pad},
};

/* Counts of applied rules; the last entry is the folding of constants. */
typedef struct Counts {
	int of[COUNT(rules) + 1];
} Counts;

static Value *simplify(Fold *f, Node *n, Counts *counts)
{
	Value *v = rule_const(f, n);
	if (v)
		counts->of[COUNT(rules)]++;
	for (size_t i = 0; i < COUNT(rules) && !v; i++) {
		if (rules[i].op != n->op)
			continue;
		v = rules[i].rule(f, n);
		if (v)
			counts->of[i]++;
	}
	return v;
}

/* One walk over the list; nodes made by a rule stand before theirs and are met in the next. */
static bool sweep(PassCtx *cx, Graph *g, Counts *counts)
{
	Fold f = {cx, edit_load_time(g, cx->scratch)};
	bool changed = false;
	for (int i = 0; i < g->nodes.n; i++) {
		Node *n = g->nodes.at[i];
		Value *v = n->mark < 0 ? NULL : simplify(&f, n, counts);
		if (!v)
			continue;
		value_replace(&n->out[0], v, NULL);
		n->mark = -1;
		changed = true;
	}
	edit_prune(g);
	return changed;
}

int pass_fold_const(PassCtx *cx, Graph *g)
{
	Counts counts = {0};
	while (sweep(cx, g, &counts))
		;
	int changes = 0;
	for (size_t i = 0; i <= COUNT(rules); i++) {
		changes += counts.of[i];
		if (counts.of[i])
			report_did(cx, NULL, "%d times: %s", counts.of[i],
				   i < COUNT(rules) ? rules[i].name : "constants evaluated");
	}
	return changes;
}
