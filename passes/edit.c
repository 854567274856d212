/* edit.c: graph surgery that several passes need. Everything made here carries the place of the
 * node that it stands before. */
#include "passes/passes.h"

#include <string.h>

Value *edit_infer(Node *n)
{
	if (!ir_infer(n))
		BUG("%s '%s' built by a pass does not type-check", node_info(n)->name,
		    edit_name(n));
	return &n->out[0];
}

/* Takes the unused node n out of the list; ids stay, as passes keep tables by them. */
static void drop(const Node *n)
{
	Graph *g = n->graph;
	int i = 0;
	while (g->nodes.at[i] != n)
		i++;
	for (g->nodes.n--; i < g->nodes.n; i++)
		g->nodes.at[i] = g->nodes.at[i + 1];
}

bool edit_fused(PassCtx *cx, Node *n)
{
	const char *(*const refuses)(const Node *) = cx->opt->hooks.refuses;
	edit_infer(n);
	const char *why = refuses ? refuses(n) : NULL;
	if (!why)
		return true;
	report_refused(cx, n, "'%s': the target has no kernel of %s for %s", edit_name(n),
		       node_info(n)->name, why);
	drop(n);
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

bool edit_is_output(const Graph *g, const Value *v)
{
	for (int i = 0; i < g->outputs.n; i++)
		if (g->outputs.at[i].value == v)
			return true;
	return false;
}

int edit_count_uses(const Graph *g, const Value *v)
{
	int uses = edit_is_output(g, v);
	for (int i = 0; i < g->nodes.n; i++)
		for (int k = 0; k < g->nodes.at[i]->nin; k++)
			uses += g->nodes.at[i]->in[k] == v;
	return uses;
}

Node *edit_single_user(const Graph *g, const Value *v)
{
	Node *user = NULL;
	if (edit_is_output(g, v))
		return NULL;
	for (int i = 0; i < g->nodes.n; i++)
		for (int k = 0; k < g->nodes.at[i]->nin; k++) {
			if (g->nodes.at[i]->in[k] != v)
				continue;
			if (user)
				return NULL;
			user = g->nodes.at[i];
		}
	return user;
}

void edit_replace(Graph *g, const Value *old, Value *with, const Node *except)
{
	for (int i = 0; i < g->nodes.n; i++) {
		Node *n = g->nodes.at[i];
		for (int k = 0; k < n->nin && n != except; k++)
			if (n->in[k] == old)
				n->in[k] = with;
	}
	for (int i = 0; i < g->outputs.n; i++)
		if (g->outputs.at[i].value == old)
			g->outputs.at[i].value = with;
}

void edit_renumber(Graph *g)
{
	for (int i = 0; i < g->nodes.n; i++)
		g->nodes.at[i]->id = i;
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

int edit_prune(Graph *g, Arena *scratch)
{
	edit_renumber(g);
	int *uses = graph_uses(g, scratch);
	int removed = 0;
	for (int i = g->nodes.n - 1; i >= 0; i--) {
		Node *n = g->nodes.at[i];
		bool used = keeps(n);
		for (int k = 0; k < n->nout; k++)
			used = used || uses[n->id * MAX_OUT + k] > 0;
		if (used && n->mark < 0)
			n->mark = 0;
		if (used)
			continue;
		n->mark = -1;
		removed++;
		for (int k = 0; k < n->nin; k++)
			if (n->in[k])
				uses[n->in[k]->node->id * MAX_OUT + n->in[k]->index]--;
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
