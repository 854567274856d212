/* edit.c: graph surgery that several passes need. Everything made here carries the place of the
 * node that it stands before. */
#include "passes/edit.h"

#include <stdlib.h>
#include <string.h>

Value *edit_infer(Node *n)
{
	if (!ir_infer(n))
		BUG("%s '%s' built by a pass does not type-check", node_info(n)->name,
		    edit_name(n));
	return &n->out[0];
}

bool edit_fused(PassCtx *cx, Node *n)
{
	const char *(*const refuses)(const Node *) = cx->hooks->refuses;
	edit_infer(n);
	const char *why = refuses ? refuses(n) : NULL;
	if (!why)
		return true;
	report_refused(cx, n, "'%s': the target has no kernel of %s for %s", edit_name(n),
		       node_info(n)->name, why);
	node_drop(n);
	return false;
}

const char *edit_name(const Node *n)
{
	return n->label ? n->label : n->nout ? n->out[0].name : node_info(n)->name;
}

int edit_axis(int64_t axis, int rank)
{
	return (int)(axis < 0 ? axis + rank : axis);
}

Type edit_instance(const Node *n, const Value *v)
{
	return n->group ? type_make(v->type.dtype, v->type.rank - 1, v->type.dim + 1) : v->type;
}

static Node *insert_unary(Node *at, Op op, Value *x)
{
	return node_insert(at->graph, at, op, &x, 1, at->loc, at->label);
}

Value *edit_reshape(Node *at, Value *x, int rank, const int64_t *dim)
{
	const Type t = type_make(x->type.dtype, rank, dim);
	if (type_equal(&t, &x->type))
		return x;
	Node *n = insert_unary(at, OP_reshape, x);
	attr_set_ints(n, "shape", dim, rank);
	return edit_infer(n);
}

Value *edit_group_reshape(Node *at, Value *x, int64_t group, int rank, const int64_t *dim)
{
	if (!group)
		return edit_reshape(at, x, rank, dim);
	int64_t full[MAX_RANK];
	full[0] = x->type.dim[0];
	for (int i = 0; i < rank; i++)
		full[i + 1] = dim[i];
	return edit_reshape(at, x, rank + 1, full);
}

Value *edit_transpose(Node *at, Value *x, const int *perm)
{
	int64_t p[MAX_RANK];
	bool identity = true;
	for (int i = 0; i < x->type.rank; i++) {
		p[i] = perm[i];
		identity = identity && perm[i] == i;
	}
	if (identity)
		return x;
	Node *n = insert_unary(at, OP_transpose, x);
	attr_set_ints(n, "perm", p, x->type.rank);
	return edit_infer(n);
}

Value *edit_slice(Node *at, Value *x, int axis, int64_t start, int64_t stop, int64_t step)
{
	if (start == 0 && stop == x->type.dim[axis] && step == 1)
		return x;
	Node *n = insert_unary(at, OP_slice, x);
	attr_set_int(n, "axis", axis);
	if (start)
		attr_set_int(n, "start", start);
	attr_set_int(n, "stop", stop);
	if (step != 1)
		attr_set_int(n, "step", step);
	return edit_infer(n);
}

Value *edit_flip(Node *at, Value *x, int axis)
{
	Node *n = insert_unary(at, OP_flip, x);
	attr_set_int(n, "axis", axis);
	return edit_infer(n);
}

Value *edit_scalar(Node *at, double v, int64_t group)
{
	Node *n = node_insert(at->graph, at, OP_const, NULL, 0, at->loc, NULL);
	const int64_t one = 1;
	if (group)
		attr_set_ints(n, "shape", &one, 1);
	attr_set_floats(n, "value", &v, 1);
	return edit_infer(n);
}

Value *edit_ew(Node *at, Op op, Value *a, Value *b, int64_t group)
{
	Value *in[] = {a, b};
	Node *n = node_insert(at->graph, at, op, in, b ? 2 : 1, at->loc, at->label);
	n->group = group;
	return edit_infer(n);
}

int edit_input(const Node *n, const Value *v)
{
	for (int i = 0; i < n->nin; i++)
		if (n->in[i] == v)
			return i;
	return -1;
}

int edit_count_uses(const Value *v)
{
	int uses = 0;
	for (const Use *u = v->uses; u; u = u->next)
		uses++;
	return uses;
}

Node *edit_single_user(const Value *v)
{
	return v->uses && !v->uses->next ? v->uses->node : NULL;
}

void edit_renumber(Graph *g)
{
	for (int i = 0; i < g->nodes.n; i++)
		g->nodes.at[i]->id = i;
}

static int by_id(const void *a, const void *b)
{
	const Node *const *x = a, *const *y = b;
	return (*x)->id - (*y)->id;
}

Nodes edit_users(const Value *v, Arena *a)
{
	Nodes l = {0};
	int kept = 0;
	for (const Use *u = v->uses; u; u = u->next)
		if (u->node)
			list_push(a, &l, u->node);
	if (l.n)
		qsort(l.at, (size_t)l.n, sizeof *l.at, by_id);
	for (int i = 0; i < l.n; i++)
		if (!i || l.at[i] != l.at[i - 1])
			l.at[kept++] = l.at[i];
	l.n = kept;
	return l;
}

LoadTime edit_load_time(Graph *g, Arena *a)
{
	LoadTime l = {.arena = a};
	edit_renumber(g);
	const bool *load = graph_loadtime(g, a);
	for (int i = 0; i < g->nodes.n; i++)
		list_push(a, &l.of, (load[i] ? 'y' : 'n'));
	return l;
}

bool edit_at_load(LoadTime *l, const Node *n)
{
	while (l->of.n <= n->id)
		list_push(l->arena, &l->of, 0);
	if (l->of.at[n->id])
		return l->of.at[n->id] == 'y';
	bool load = n->op != OP_input;
	for (int i = 0; i < n->nin && load; i++)
		load = !n->in[i] || edit_at_load(l, n->in[i]->node);
	l->of.at[n->id] = load ? 'y' : 'n';
	return load;
}

Node **edit_nodes(const Graph *g, Arena *a)
{
	Node **old = NEW_ARRAY(a, Node *, g->nodes.n + 1);
	for (int i = 0; i < g->nodes.n; i++)
		old[i] = g->nodes.at[i];
	return old;
}

static bool keeps(const Node *n)
{
	return n->op == OP_input || n->op == OP_param || (node_info(n)->flags & F_EFFECT);
}

int edit_prune(Graph *g)
{
	int removed = 0;
	for (int i = g->nodes.n - 1; i >= 0; i--) {
		Node *n = g->nodes.at[i];
		bool used = keeps(n);
		for (int k = 0; k < n->nout; k++)
			used = used || n->out[k].uses;
		if (used && n->mark < 0)
			n->mark = 0;
		if (used)
			continue;
		n->mark = -1;
		removed++;
		node_end_uses(n);
	}
	graph_sweep(g);
	return removed;
}

bool edit_const_is(const Value *v, double x)
{
	if (!node_is(v, OP_const))
		return false;
	for (int i = 0; i < attr_len(v->node, "value"); i++)
		if (attr_float_at(v->node, "value", i) != x)
			return false;
	return true;
}

bool edit_same_const(const Value *a, const Value *b)
{
	if (a == b)
		return true;
	return node_is(a, OP_const) && node_is(b, OP_const) && attr_equal(a->node, b->node, false);
}
