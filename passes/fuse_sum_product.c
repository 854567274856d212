/* fuse_sum_product.c: a product that is only summed is not stored.
 *
 *     %p = mul %a, %b : f32[32,50,64]
 *     %s = sum %p {axes=[0,1]} : f32[64]      ->     %s = sum_product %a, %b {axes=[0,1]} : f32[64]
 *
 * Gradients of what is multiplied along channels are such sums. Both factors are of one
 * shape. */
#include "passes/edit.h"

static bool fuse(PassCtx *cx, Graph *g, Node *sum)
{
	Node *mul = sum->in[0]->node;
	if (mul->op != OP_mul || mul->group != sum->group || !edit_single_user(sum->in[0]))
		return false;
	for (int i = 0; i < 2; i++)
		if (!type_equal(&mul->in[i]->type, &sum->in[0]->type))
			return false;
	Node *n = node_insert(g, sum, OP_sum_product, mul->in, 2, sum->loc, sum->label);
	n->group = sum->group;
	attr_set_ints(n, "axes", attr_ints(sum, "axes"), attr_len(sum, "axes"));
	attr_set_bool(n, "keep", attr_bool(sum, "keep"));
	if (!edit_fused(cx, n))
		return false;
	value_replace(&sum->out[0], &n->out[0], NULL);
	return true;
}

int pass_fuse_sum_product(PassCtx *cx, Graph *g)
{
	edit_prune(g); /* dead nodes are no uses */
	const int n = g->nodes.n;
	Node **old = edit_nodes(g, cx->scratch);
	int fused = 0;
	for (int i = 0; i < n; i++)
		fused += old[i]->op == OP_sum && fuse(cx, g, old[i]);
	if (fused)
		report_did(cx, NULL, "%d products are summed as they are made", fused);
	edit_prune(g);
	return fused;
}
