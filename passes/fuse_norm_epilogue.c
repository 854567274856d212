/* fuse_norm_epilogue.c: a batch norm in training takes ReLU and average pooling along, and so does
 * its gradient.
 *
 *     %n, %m, %s, ... = batch_norm_train %x, %w, %b, ...
 *     %r = relu %n
 *     %p = avg_pool2d %r {kernel=[2,2]}
 *     %dr = avg_pool2d_grad %dp {size=[8,6] kernel=[2,2]}
 *     %k = relu_da %r
 *     %dn = mul %dr, %k
 *     %dx, %dw, %db = batch_norm_grad %x, %w, %m, %s, %dn
 * becomes
 *     %p, %m, %s, ... = batch_norm_train %x, %w, %b, ... {act=relu pool=[2,2]}
 *     %dx, %dw, %db = batch_norm_grad %x, %w, %m, %s, %dp, %b {act=relu pool=[2,2]}
 *
 * Gradients come first: they compute the sign of %n again, so that %n and %r have no other users
 * and need not be kept. Pools are of images whose channels the norm is along. */
#include "passes/edit.h"

/* The two axes that a pool tiles are those that the norm does not see as channels. */
static bool pools_like(const Node *pool, const Node *norm)
{
	const int rank = edit_instance(norm, norm->in[0]).rank;
	return rank == 4 && pool->group == norm->group &&
	       edit_axis(attr_int(norm, "axis"), rank) ==
		   (attr_bool(pool, "channels_last") ? 3 : 1);
}

static bool plain(const Node *norm)
{
	return attr_str(norm, "act")[0] == 'n' && attr_int_at(norm, "pool", 0) == 1 &&
	       attr_int_at(norm, "pool", 1) == 1;
}

static void set_pool(Node *norm, const Node *pool)
{
	attr_set_ints(norm, "pool", attr_ints(pool, "kernel"), 2);
}

/* ---- gradients ------------------------------------------------------------------------------- */

/* v is the derivative of relu at the norm with these statistics; the norm, or NULL. */
static Node *norm_behind(const Value *v, const Node *grad)
{
	if (!node_is(v, OP_relu_da) || !node_is(v->node->in[0], OP_relu))
		return NULL;
	Node *norm = v->node->in[0]->node->in[0]->node;
	const bool same = norm->op == OP_batch_norm_train && norm->group == grad->group &&
			  grad->in[0] == norm->in[0] && grad->in[1] == norm->in[1] &&
			  grad->in[2] == &norm->out[1] && grad->in[3] == &norm->out[2];
	return same ? norm : NULL;
}

static bool fuse_grad(PassCtx *cx, Graph *g, Node *grad)
{
	const Node *mul = grad->in[4]->node;
	Node *norm = NULL;
	Value *dy = NULL;
	for (int i = 0; i < 2 && mul->op == OP_mul && !norm; i++) {
		norm = norm_behind(mul->in[i], grad);
		dy = mul->in[1 - i];
	}
	if (!norm || !plain(grad) || !type_equal(&dy->type, &grad->in[4]->type)) {
		report_refused(cx, grad, "'%s': its result does not go through relu alone",
			       edit_name(grad));
		return false;
	}
	const Node *pool = dy->node;
	const bool pools =
	    pool->op == OP_avg_pool2d_grad && pools_like(pool, grad) && edit_single_user(dy);
	Value *in[] = {grad->in[0], grad->in[1], grad->in[2], grad->in[3], pools ? pool->in[0] : dy,
		       norm->in[2]};
	Node *n = node_insert(g, grad, OP_batch_norm_grad, in, 6, grad->loc, grad->label);
	n->group = grad->group;
	attr_set_int(n, "axis", attr_int(grad, "axis"));
	attr_set_str(n, "act", "relu");
	if (pools)
		set_pool(n, pool);
	if (!edit_fused(cx, n))
		return false;
	for (int k = 0; k < 3; k++)
		value_replace(&grad->out[k], &n->out[k], NULL);
	return true;
}

/* ---- forward --------------------------------------------------------------------------------- */

static bool fuse_forward(PassCtx *cx, Graph *g, Node *norm)
{
	Node *relu = edit_single_user(&norm->out[0]);
	if (!relu || relu->op != OP_relu || relu->group != norm->group || !plain(norm)) {
		report_refused(cx, norm, "'%s': its result does not go through relu alone",
			       edit_name(norm));
		return false;
	}
	Node *pool = edit_single_user(&relu->out[0]);
	const bool pools = pool && pool->op == OP_avg_pool2d && pools_like(pool, norm);
	Node *n = node_copy(g, norm, norm);
	attr_set_str(n, "act", "relu");
	if (pools)
		set_pool(n, pool);
	if (!edit_fused(cx, n))
		return false;
	value_replace(pools ? &pool->out[0] : &relu->out[0], &n->out[0], NULL);
	for (int k = 1; k < n->nout; k++)
		value_replace(&norm->out[k], &n->out[k], NULL);
	return true;
}

int pass_fuse_norm_epilogue(PassCtx *cx, Graph *g)
{
	edit_prune(g); /* dead nodes are no uses */
	const int n = g->nodes.n;
	Node **old = edit_nodes(g, cx->scratch);
	int fused = 0;
	for (int i = 0; i < n; i++)
		if (old[i]->op == OP_batch_norm_grad && plain(old[i]))
			fused += fuse_grad(cx, g, old[i]);
	edit_prune(g);
	for (int i = 0; i < n; i++)
		if (old[i]->op == OP_batch_norm_train && plain(old[i]))
			fused += fuse_forward(cx, g, old[i]);
	edit_prune(g);
	if (fused)
		report_did(cx, NULL, "%d norms and gradients with relu", fused);
	return fused;
}
