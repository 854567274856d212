/* fuse_scan_gate_grad.c: the gradient of a scan takes those of its gate and of the softplus of its
 * step size along.
 *
 *     %d = softplus %p                                   (forward, as is %s)
 *     %s = selective_scan %u, %d, %A, %B, %C, %D
 *     %g = silu %z
 *     %m = mul %dy, %g
 *     %du, %dd, %dA, %dB, %dC, %dD = selective_scan_grad %u, %d, %A, %B, %C, %D, %m
 *     %e = softplus_da %p
 *     %dp = mul %dd, %e
 *     %n = mul %dy, %s
 *     %h = silu_da %z
 *     %dz = mul %n, %h
 * becomes, but for the first three,
 *     %du, %dp, %dA, %dB, %dC, %dD, %dz = scan_gate_grad %u, %p, %A, %B, %C, %D, %z, %dy
 * {softplus=1}
 *
 * so that neither %s nor %g nor %d is needed for the gradient, and fuse_scan_gate can merge them.
 * The scan is computed again. A softplus whose gradient has another form stays. */
#include "passes/edit.h"

typedef struct Match {
	Node *grad, *gated, *dz, *softplus, *dp;
	Value *z, *dy;
} Match;

static bool is(const Value *v, Op op, int64_t group)
{
	return node_is(v, op) && v->node->group == group;
}

static bool dense(const Value *v, const Value *like)
{
	return type_equal(&v->type, &like->type);
}

/* The other factor of the product n. */
static Value *other(const Node *n, const Value *factor)
{
	return n->in[1 - edit_input(n, factor)];
}

static bool same_scan(const Node *scan, const Node *grad)
{
	if (scan->op != OP_selective_scan || scan->group != grad->group)
		return false;
	for (int i = 0; i < 6; i++)
		if (scan->in[i] != grad->in[i])
			return false;
	for (int i = 0; i < (grad->group ? (int)grad->group : 1); i++)
		if (node_reverse(scan, i) != node_reverse(grad, i))
			return false;
	return true;
}

/* A product of v with a value of op `with` on `operand`: v's only user, or NULL. */
static Node *product_with(const Value *v, Op with, const Value *operand)
{
	Node *mul = edit_single_user(v);
	const Node *n = v->node;
	if (!mul || mul->op != OP_mul || mul->group != n->group || !dense(&mul->out[0], v))
		return NULL;
	const Value *f = other(mul, v);
	return is(f, with, n->group) && f->node->in[0] == operand ? mul : NULL;
}

/* The product dz of dy, the scan's result and the gate's derivative. */
static Node *find_dz(Arena *a, const Match *m)
{
	const Nodes users = edit_users(m->dy, a);
	for (int i = 0; i < users.n; i++) {
		Node *n = users.at[i];
		if (n->op != OP_mul || n->group != m->grad->group || edit_input(n, m->dy) < 0)
			continue;
		const Value *s = other(n, m->dy);
		Node *dz =
		    same_scan(s->node, m->grad) ? product_with(&n->out[0], OP_silu_da, m->z) : NULL;
		if (dz)
			return dz;
	}
	return NULL;
}

/* NULL if m is filled; else why not. */
static const char *match(Arena *a, Node *grad, Match *m)
{
	*m = (Match){.grad = grad};
	Value *gs = grad->in[6];
	if (!is(gs, OP_mul, grad->group) || !edit_single_user(gs))
		return "there is no gate";
	m->gated = gs->node;
	for (int i = 0; i < 2 && !m->z; i++)
		if (is(m->gated->in[i], OP_silu, grad->group)) {
			m->z = m->gated->in[i]->node->in[0];
			m->dy = m->gated->in[1 - i];
		}
	if (!m->z)
		return "the gate is not a silu";
	if (!dense(m->z, gs) || !dense(m->dy, gs) || !dense(gs, grad->in[0]))
		return "the gate is broadcast";
	m->dz = find_dz(a, m);
	if (!m->dz)
		return "the gradient of the gate has another form";
	const Value *delta = grad->in[1];
	if (is(delta, OP_softplus, grad->group))
		m->dp = product_with(&grad->out[1], OP_softplus_da, delta->node->in[0]);
	m->softplus = m->dp ? delta->node : NULL;
	return NULL;
}

static bool fuse(PassCtx *cx, Graph *g, const Match *m)
{
	Value *const *s = m->grad->in;
	Value *dt = m->softplus ? m->softplus->in[0] : s[1];
	Value *in[] = {s[0], dt, s[2], s[3], s[4], s[5], m->z, m->dy};
	Node *n = node_insert(g, m->grad, OP_scan_gate_grad, in, 8, m->grad->loc, m->grad->label);
	n->group = m->grad->group;
	if (m->softplus)
		attr_set_bool(n, "softplus", true);
	attr_set_ints(n, "reverse", attr_ints(m->grad, "reverse"), attr_len(m->grad, "reverse"));
	if (!edit_fused(cx, n))
		return false;
	for (int i = 0; i < 6; i++)
		value_replace(i == 1 && m->dp ? &m->dp->out[0] : &m->grad->out[i], &n->out[i],
			      NULL);
	value_replace(&m->dz->out[0], &n->out[6], NULL);
	return true;
}

int pass_fuse_scan_gate_grad(PassCtx *cx, Graph *g)
{
	const int n = g->nodes.n;
	Node **old = edit_nodes(g, cx->scratch);
	int fused = 0, seen = 0;
	for (int i = 0; i < n; i++) {
		Match m;
		if (old[i]->op != OP_selective_scan_grad)
			continue;
		const char *why = match(cx->scratch, old[i], &m);
		seen++;
		if (why) {
			report_refused(cx, old[i], "'%s': %s", edit_name(old[i]), why);
			continue;
		}
		fused += fuse(cx, g, &m);
	}
	if (seen)
		report_did(cx, NULL, "fused %d of %d", fused, seen);
	if (fused)
		graph_sort(g);
	edit_prune(g);
	return fused;
}
