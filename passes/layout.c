/* layout.c: convolutions work channels-last; transposes stand where the layout changes.
 *
 *     %a = conv2d %x, %w : f32[1,8,6,6]         %t = transpose %x {perm=[0,2,3,1]}
 *     %b = relu %a                              %a = conv2d %t, %w {channels_last=1}
 *     %c = conv2d %b, %v : f32[1,8,6,6]   ->    %b = relu %a : f32[1,6,6,8]
 *                                               %c = conv2d %b, %v {channels_last=1}
 *                                               %y = transpose %c {perm=[0,3,1,2]}
 *
 * Each convolution, and each of its and of a pool's gradients, gets a transpose before and after
 * it. The one after is pushed down through elementwise ops, pools, norms, reductions, slices, joins
 * and other transposes until it meets the next one before, and both vanish. It passes an op if all
 * inputs of full size come through equal transposes; small operands are permuted instead. Weights
 * stay as they are. Only transposes that this pass made are moved. Leading extents of groups stay
 * where they are. */
#include "passes/edit.h"

#include <string.h>

typedef struct Layout {
	PassCtx *cx;
	Graph *g;
	int made, absorbed;
} Layout;

/* A value that is a transpose made by this pass: element axis i of v is axis perm[i] of `of`. */
typedef struct Moved {
	Value *of;
	int perm[MAX_RANK];
} Moved;

static void read_perm(const Node *t, int *perm)
{
	for (int i = 0; i < t->out[0].type.rank; i++)
		perm[i] = edit_axis(attr_int_at(t, "perm", i), t->out[0].type.rank);
}

static bool is_moved(const Value *v, Moved *m)
{
	if (!v || v->node->op != OP_transpose || v->node->mark != 1)
		return false;
	m->of = v->node->in[0];
	read_perm(v->node, m->perm);
	return true;
}

static bool is_identity(const int *perm, int rank)
{
	for (int i = 0; i < rank; i++)
		if (perm[i] != i)
			return false;
	return true;
}

/* x transposed, before `at`: through an existing transpose, shared with an equal one, or new. */
static Value *transposed(Layout *l, Node *at, Value *x, const int *perm)
{
	const int rank = x->type.rank;
	int p[MAX_RANK];
	memcpy(p, perm, (size_t)rank * sizeof *p);
	if (node_is(x, OP_transpose) && !x->node->group) {
		int inner[MAX_RANK];
		read_perm(x->node, inner);
		for (int i = 0; i < rank; i++)
			p[i] = inner[perm[i]];
		l->absorbed += x->node->mark == 1;
		x = x->node->in[0];
	}
	if (is_identity(p, rank))
		return x;
	/* Nodes are converted in order: what was made so far stands before `at`. */
	for (const Use *u = x->uses; u; u = u->next) {
		Node *n = u->node;
		int q[MAX_RANK];
		if (!n || n->op != OP_transpose || n->mark != 1)
			continue;
		read_perm(n, q);
		if (!memcmp(p, q, (size_t)rank * sizeof *p))
			return &n->out[0];
	}
	Value *v = edit_transpose(at, x, p);
	v->node->mark = 1;
	l->made++;
	return v;
}

/* The node after n in the list: what is inserted before it stands behind n. */
static Node *node_after(const Graph *g, const Node *n)
{
	for (int i = 0; i + 1 < g->nodes.n; i++)
		if (g->nodes.at[i] == n)
			return g->nodes.at[i + 1];
	return NULL;
}

/* n now computes the outputs that have all axes with these in another order: `perm` of it is the
 * old one. Types must be inferred already. Users get the transpose. */
static void restore(Layout *l, Node *n, const int *perm)
{
	Node *at = node_after(l->g, n);
	int64_t p[MAX_RANK];
	for (int k = 0; k < n->nout && !is_identity(perm, n->out[0].type.rank); k++) {
		Value *v = &n->out[k];
		if (!(node_info(n)->axes_out >> k & 1))
			continue;
		for (int i = 0; i < v->type.rank; i++)
			p[i] = perm[i];
		Node *t = node_insert(l->g, at, OP_transpose, &v, 1, n->loc, n->label);
		attr_set_ints(t, "perm", p, v->type.rank);
		edit_infer(t);
		t->mark = 1;
		l->made++;
		value_replace(v, &t->out[0], t);
	}
}

/* ---- convolutions ---------------------------------------------------------------------------- */

static void convert_conv(Layout *l, Node *n)
{
	const int lead = n->group ? 1 : 0;
	const int in4[] = {0, 2, 3, 1}, in5[] = {0, 1, 3, 4, 2};
	const int out4[] = {0, 3, 1, 2}, out5[] = {0, 1, 4, 2, 3};
	for (int i = 0; i < n->nin; i++)
		if (node_info(n)->axes_in >> i & 1)
			node_set_in(n, i, transposed(l, n, n->in[i], lead ? in5 : in4));
	attr_set_bool(n, "channels_last", true);
	edit_infer(n);
	restore(l, n, lead ? out5 : out4);
}

/* ---- pushing transposes down ----------------------------------------------------------------- */

static void inverse(const int *perm, int rank, int *inv)
{
	for (int i = 0; i < rank; i++)
		inv[perm[i]] = i;
}

/* Operand v of n, an elementwise op on values of `rank` axes, with as many axes. */
static Type full_rank(const Node *n, const Value *v, int rank)
{
	Type t = type_make(v->type.dtype, rank, v->type.dim);
	const int lead = n->group ? 1 : 0, pad = rank - v->type.rank;
	for (int i = lead; i < rank; i++) /* the leading extent of a group stays the first */
		t.dim[i] = i < pad + lead ? 1 : v->type.dim[i - pad];
	return t;
}

/* Axes longer than 1 keep their order when axis i becomes axis inv[i] of the old ones. */
static bool keeps_order(const Type *t, const int *inv)
{
	int last = -1;
	for (int i = 0; i < t->rank; i++) {
		if (t->dim[inv[i]] == 1)
			continue;
		if (inv[i] < last)
			return false;
		last = inv[i];
	}
	return true;
}

/* Operand v beside a value of `rank` axes that is now read with its axes reordered by `inv`. */
static Value *permuted_operand(Layout *l, Node *n, Value *v, const int *inv, int rank)
{
	int64_t out[MAX_RANK];
	if (type_count(&v->type) == 1)
		return v;
	const Type t = full_rank(n, v, rank);
	for (int i = 0; i < rank; i++)
		out[i] = t.dim[inv[i]];
	if (keeps_order(&t, inv))
		return edit_reshape(n, v, rank, out);
	return transposed(l, n, edit_reshape(n, v, rank, t.dim), inv);
}

/* All inputs with as many elements as the output come through the same transpose, and the others
 * need not be moved at run time. */
static bool ew_inputs(const Node *n, LoadTime *load, Moved *m)
{
	bool found = false;
	int inv[MAX_RANK];
	const int rank = n->out[0].type.rank;
	for (int i = 0; i < n->nin; i++) {
		Moved other;
		if (!is_moved(n->in[i], &other) || n->in[i]->type.rank != rank)
			continue;
		if (found && memcmp(m->perm, other.perm, (size_t)rank * sizeof(int)))
			return false;
		*m = other;
		found = true;
	}
	if (!found || (n->group && m->perm[0] != 0))
		return false;
	inverse(m->perm, rank, inv);
	for (int i = 0; i < n->nin; i++) {
		Moved other;
		const bool moved = is_moved(n->in[i], &other) && n->in[i]->type.rank == rank;
		const Type t = full_rank(n, n->in[i], rank);
		if (!moved && !edit_at_load(load, n->in[i]->node) && !keeps_order(&t, inv))
			return false;
	}
	return true;
}

static bool push_ew(Layout *l, Node *n, LoadTime *load)
{
	Moved m;
	int inv[MAX_RANK];
	const int rank = n->out[0].type.rank;
	if (!ew_inputs(n, load, &m))
		return false;
	inverse(m.perm, rank, inv);
	for (int i = 0; i < n->nin; i++) {
		Moved other;
		const bool moved = is_moved(n->in[i], &other) && n->in[i]->type.rank == rank;
		node_set_in(n, i, moved ? other.of : permuted_operand(l, n, n->in[i], inv, rank));
	}
	edit_infer(n);
	restore(l, n, m.perm);
	return true;
}

/* The transpose at input 0, if the group's leading extent stays first. */
static bool input_moved(const Node *n, Moved *m)
{
	return is_moved(n->in[0], m) && !(n->group && m->perm[0] != 0);
}

/* Axis attribute of one instance, mapped to the axis of the untransposed value. */
static int mapped_axis(const Node *n, const Moved *m, int64_t axis)
{
	const int lead = n->group ? 1 : 0, rank = m->of->type.rank;
	return m->perm[lead + edit_axis(axis, rank - lead)] - lead;
}

/* The two axes that the attribute `pool`, if n has it, tiles stay in order. */
static bool keeps_tiles(const Node *n, const Moved *m)
{
	const int rank = m->of->type.rank, lead = n->group ? 1 : 0;
	const int channel = m->perm[lead + edit_axis(attr_int(n, "axis"), rank - lead)];
	int last = -1;
	if (!attr_has(n, "pool") ||
	    (attr_int_at(n, "pool", 0) == 1 && attr_int_at(n, "pool", 1) == 1))
		return true;
	for (int i = 0; i < rank; i++) {
		if (m->perm[i] == channel)
			continue;
		if (m->perm[i] < last)
			return false;
		last = m->perm[i];
	}
	return true;
}

/* An attribute `axis`, same axes out as in. The other inputs with all axes follow the first. */
static bool push_axis(Layout *l, Node *n)
{
	Moved m;
	int inv[MAX_RANK];
	if (!input_moved(n, &m) || !keeps_tiles(n, &m))
		return false;
	inverse(m.perm, m.of->type.rank, inv);
	attr_set_int(n, "axis", mapped_axis(n, &m, attr_int(n, "axis")));
	node_set_in(n, 0, m.of);
	for (int i = 1; i < n->nin; i++)
		if (node_info(n)->axes_in >> i & 1)
			node_set_in(n, i, transposed(l, n, n->in[i], inv));
	edit_infer(n);
	restore(l, n, m.perm);
	return true;
}

static bool push_reduce(Layout *l, Node *n)
{
	Moved m;
	bool reduced[MAX_RANK] = {false};
	int64_t axes[MAX_RANK];
	if (!input_moved(n, &m))
		return false;
	const int lead = n->group ? 1 : 0, rank = m.of->type.rank, naxes = attr_len(n, "axes");
	for (int i = 0; i < naxes; i++)
		reduced[lead + mapped_axis(n, &m, attr_int_at(n, "axes", i))] = true;
	for (int i = 0, k = 0; i < rank; i++)
		if (reduced[i])
			axes[k++] = i - lead;
	const bool keep = attr_bool(n, "keep");
	int place[MAX_RANK], perm[MAX_RANK], nout = 0;
	for (int i = 0, k = 0; i < rank; i++)
		place[i] = keep || !reduced[i] ? k++ : -1;
	for (int i = 0; i < rank; i++)
		if (place[m.perm[i]] >= 0)
			perm[nout++] = place[m.perm[i]];
	node_set_in(n, 0, m.of);
	attr_set_ints(n, "axes", axes, naxes);
	edit_infer(n);
	restore(l, n, perm);
	return true;
}

static bool push_pool(Layout *l, Node *n)
{
	static const int last4[] = {0, 3, 1, 2}, last5[] = {0, 1, 4, 2, 3};
	Moved m;
	const int rank = n->in[0]->type.rank;
	if (attr_bool(n, "channels_last") || !input_moved(n, &m) ||
	    memcmp(m.perm, rank == 5 ? last5 : last4, (size_t)rank * sizeof(int)))
		return false;
	node_set_in(n, 0, m.of);
	attr_set_bool(n, "channels_last", true);
	edit_infer(n);
	restore(l, n, m.perm);
	return true;
}

/* What leaves the last axis last, where one input alone has all axes. */
static bool push_last(Layout *l, Node *n)
{
	Moved m;
	const int last = n->in[0]->type.rank - 1;
	if (node_info(n)->axes_in != 1 || !input_moved(n, &m) || m.perm[last] != last)
		return false;
	node_set_in(n, 0, m.of);
	edit_infer(n);
	restore(l, n, m.perm);
	return true;
}

static bool push_transpose(Layout *l, Node *n)
{
	Moved m;
	int perm[MAX_RANK];
	if (n->group || !is_moved(n->in[0], &m))
		return false;
	read_perm(n, perm);
	Value *v = transposed(l, n, n->in[0], perm);
	value_replace(&n->out[0], v, NULL);
	return true;
}

static bool all_moved_alike(const Node *n, Moved *first)
{
	if (n->group || !is_moved(n->in[0], first))
		return false;
	for (int i = 1; i < n->nin; i++) {
		Moved m;
		if (!is_moved(n->in[i], &m) ||
		    memcmp(m.perm, first->perm, (size_t)n->in[0]->type.rank * sizeof(int)))
			return false;
	}
	return true;
}

static void take_originals(Node *n)
{
	for (int i = 0; i < n->nin; i++)
		node_set_in(n, i, n->in[i]->node->in[0]);
}

static bool push_concat(Layout *l, Node *n)
{
	Moved m;
	if (!all_moved_alike(n, &m))
		return false;
	attr_set_int(n, "axis", mapped_axis(n, &m, attr_int(n, "axis")));
	take_originals(n);
	edit_infer(n);
	restore(l, n, m.perm);
	return true;
}

/* The new axis becomes the first; the transpose puts it where it was. */
static bool push_stack(Layout *l, Node *n)
{
	Moved m;
	int perm[MAX_RANK];
	if (!all_moved_alike(n, &m))
		return false;
	const int rank = n->out[0].type.rank, axis = edit_axis(attr_int(n, "axis"), rank);
	for (int i = 0; i < rank; i++)
		perm[i] = i == axis ? 0 : 1 + m.perm[i < axis ? i : i - 1];
	attr_set_int(n, "axis", 0);
	take_originals(n);
	edit_infer(n);
	restore(l, n, perm);
	return true;
}

static bool push(Layout *l, Node *n, LoadTime *load)
{
	switch (node_info(n)->axes) {
	case AXES_ELEMENTWISE:
		return push_ew(l, n, load);
	case AXES_AXIS:
		return push_axis(l, n);
	case AXES_REDUCE:
		return push_reduce(l, n);
	case AXES_POOL:
		return push_pool(l, n);
	case AXES_PERMUTE:
		return n->mark != 1 && push_transpose(l, n);
	case AXES_JOIN:
		return push_concat(l, n);
	case AXES_STACK:
		return push_stack(l, n);
	case AXES_LAST:
		return push_last(l, n);
	default:
		return false;
	}
}

/* ---- the pass -------------------------------------------------------------------------------- */

static bool wants_conversion(const Node *n, LoadTime *load)
{
	return node_info(n)->axes == AXES_IMAGE && !edit_at_load(load, n) &&
	       !attr_bool(n, "channels_last");
}

static void report_rest(const Layout *l, int converted)
{
	int left = 0;
	for (int i = 0; i < l->g->nodes.n; i++) {
		const Node *n = l->g->nodes.at[i];
		if (n->op != OP_transpose || n->mark != 1)
			continue;
		left++;
		report_refused(l->cx, n, "a transpose of %s stays before '%s'",
			       type_text(l->cx->scratch, &n->in[0]->type), edit_name(n));
	}
	report_did(l->cx, NULL, "%d convolutions channels-last, %d transposes left", converted,
		   left);
}

int pass_layout(PassCtx *cx, Graph *g)
{
	Layout l = {.cx = cx, .g = g};
	edit_prune(g);
	const int n = g->nodes.n;
	Node **old = edit_nodes(g, cx->scratch);
	LoadTime load = edit_load_time(g, cx->scratch);
	int converted = 0;
	for (int i = 0; i < n; i++) {
		if (wants_conversion(old[i], &load)) {
			convert_conv(&l, old[i]);
			converted++;
		} else if (converted) {
			push(&l, old[i], &load);
		}
	}
	if (!converted)
		return 0;
	edit_prune(g);
	report_rest(&l, converted);
	return converted;
}
