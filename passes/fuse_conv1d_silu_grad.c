/* fuse_conv1d_silu_grad.c: the gradients of a depthwise convolution that goes through SiLU become
 * one op, which computes the convolution again.
 *
 *     %c = conv1d_depthwise %x, %w, %b {pad=[3,0]}       (forward)
 *     %s = silu_da %c
 *     %d = mul %du, %s
 *     %dx = conv1d_depthwise %d, %w {pad=[0,3] reverse=[1]}
 *     %dw = conv1d_depthwise_dw %x, %d {kernel=4 pad=[3,0]}
 *     %db = sum %d {axes=[0,1]}
 * becomes
 *     %dx, %dw, %db = conv1d_silu_grad %x, %w, %b, %du {pad=[3,0]}
 *
 * %c is then needed for nothing but its own SiLU. All three gradients must be there. */
#include "passes/edit.h"

typedef struct Match {
	Node *conv, *dx, *dw, *db;
	Value *du;
} Match;

/* dx is the convolution of d backwards in time. */
static bool is_dx(const Node *n, const Node *conv, const Value *d)
{
	if (n->op != OP_conv1d_depthwise || n->nin != 2 || n->group != conv->group ||
	    n->in[0] != d || n->in[1] != conv->in[1])
		return false;
	for (int i = 0; i < (n->group ? (int)n->group : 1); i++)
		if (node_reverse(n, i) == node_reverse(conv, i))
			return false;
	const int64_t k = conv->in[1]->type.dim[conv->in[1]->type.rank - 1];
	return attr_int_at(n, "pad", 0) == k - 1 - attr_int_at(conv, "pad", 1) &&
	       attr_int_at(n, "pad", 1) == k - 1 - attr_int_at(conv, "pad", 0);
}

static bool is_dw(const Node *n, const Node *conv, const Value *d)
{
	if (n->op != OP_conv1d_depthwise_dw || n->group != conv->group || n->in[0] != conv->in[0] ||
	    n->in[1] != d)
		return false;
	for (int i = 0; i < (n->group ? (int)n->group : 1); i++)
		if (node_reverse(n, i) != node_reverse(conv, i))
			return false;
	return attr_int_at(n, "pad", 0) == attr_int_at(conv, "pad", 0) &&
	       attr_int_at(n, "pad", 1) == attr_int_at(conv, "pad", 1);
}

static bool is_db(const Node *n, const Node *conv, const Value *d)
{
	return n->op == OP_sum && n->group == conv->group && n->in[0] == d &&
	       !attr_bool(n, "keep") && attr_len(n, "axes") == 2 &&
	       edit_axis(attr_int_at(n, "axes", 0), 3) == 0 &&
	       edit_axis(attr_int_at(n, "axes", 1), 3) == 1;
}

/* NULL if m is filled from the product d of du and silu_da(conv); else why not, "" where nothing
 * looks like the pattern. */
static const char *match(Arena *a, Node *d, Match *m)
{
	*m = (Match){0};
	for (int i = 0; i < d->nin && d->op == OP_mul && !m->conv; i++)
		if (node_is(d->in[i], OP_silu_da) &&
		    node_is(d->in[i]->node->in[0], OP_conv1d_depthwise)) {
			m->conv = d->in[i]->node->in[0]->node;
			m->du = d->in[1 - i];
		}
	if (!m->conv)
		return "";
	if (m->conv->nin < 3)
		return "the convolution has no bias";
	if (!type_equal(&m->conv->in[0]->type, &m->conv->out[0].type))
		return "the convolution changes the length";
	if (m->conv->group != d->group || !type_equal(&m->du->type, &m->conv->out[0].type))
		return "the parts are grouped differently";
	const Nodes users = edit_users(&d->out[0], a);
	for (int i = 0; i < users.n; i++) {
		Node *n = users.at[i];
		m->dx = is_dx(n, m->conv, &d->out[0]) ? n : m->dx;
		m->dw = is_dw(n, m->conv, &d->out[0]) ? n : m->dw;
		m->db = is_db(n, m->conv, &d->out[0]) ? n : m->db;
	}
	if (!m->dx || !m->dw || !m->db || edit_count_uses(&d->out[0]) != 3)
		return "its gradients are not those by x, weight and bias";
	return NULL;
}

static bool fuse(PassCtx *cx, Graph *g, Node *d, const Match *m)
{
	Value *in[] = {m->conv->in[0], m->conv->in[1], m->conv->in[2], m->du};
	Node *n = node_insert(g, d, OP_conv1d_silu_grad, in, 4, m->dx->loc, m->dx->label);
	n->group = m->conv->group;
	attr_set_ints(n, "pad", attr_ints(m->conv, "pad"), 2);
	attr_set_ints(n, "reverse", attr_ints(m->conv, "reverse"), attr_len(m->conv, "reverse"));
	if (!edit_fused(cx, n))
		return false;
	value_replace(&m->dx->out[0], &n->out[0], NULL);
	value_replace(&m->dw->out[0], &n->out[1], NULL);
	value_replace(&m->db->out[0], &n->out[2], NULL);
	return true;
}

int pass_fuse_conv1d_silu_grad(PassCtx *cx, Graph *g)
{
	const int n = g->nodes.n;
	Node **old = edit_nodes(g, cx->scratch);
	int fused = 0, seen = 0;
	for (int i = 0; i < n; i++) {
		Match m;
		const char *why = match(cx->scratch, old[i], &m);
		seen += !why || *why;
		if (why && *why)
			report_refused(cx, old[i], "'%s': %s", edit_name(m.conv), why);
		if (why)
			continue;
		fused += fuse(cx, g, old[i], &m);
	}
	if (seen)
		report_did(cx, NULL, "fused %d of %d", fused, seen);
	if (fused)
		graph_sort(g);
	edit_prune(g);
	return fused;
}
