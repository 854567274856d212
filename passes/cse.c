/* cse.c: merges nodes that compute the same value from the same inputs.
 *
 *     %a = mul %x, %y : f32[8]        ->    %a = mul %x, %y : f32[8]
 *     %b = mul %y, %x : f32[8]              %c = sub %a, %a : f32[8]
 *     %c = sub %a, %b : f32[8]
 *
 * Labels do not matter, except on inputs and params, which stay apart. Attributes, group and
 * inputs must be equal; the first two inputs of commutative ops in either order. */
#include "passes/passes.h"

static bool same_inputs(const Node *a, const Node *b)
{
	if (a->nin != b->nin)
		return false;
	bool same = true, crossed = a->nin >= 2 && (node_info(a)->flags & F_COMMUTES);
	for (int i = 0; i < a->nin; i++) {
		same = same && a->in[i] == b->in[i];
		crossed = crossed && a->in[i] == b->in[i < 2 ? 1 - i : i];
	}
	return same || crossed;
}

static bool same_node(const Node *a, const Node *b)
{
	return a->op == b->op && a->nout == b->nout && same_inputs(a, b) && attr_equal(a, b, false);
}

static bool mergeable(const Node *n)
{
	return n->op != OP_input && n->op != OP_param && !(node_info(n)->flags & F_EFFECT);
}

/* Merges later nodes equal to g->nodes.at[first] into it. */
static int merge_into(Graph *g, int first)
{
	Node *keep = g->nodes.at[first];
	int merged = 0;
	for (int i = first + 1; i < g->nodes.n; i++) {
		Node *n = g->nodes.at[i];
		if (n->mark < 0 || !same_node(keep, n))
			continue;
		for (int k = 0; k < n->nout; k++)
			value_replace(g, &n->out[k], &keep->out[k]);
		n->mark = -1;
		merged++;
	}
	return merged;
}

int pass_cse(PassCtx *cx, Graph *g)
{
	int merged = 0;
	for (int i = 0; i < g->nodes.n; i++)
		if (g->nodes.at[i]->mark >= 0 && mergeable(g->nodes.at[i]))
			merged += merge_into(g, i);
	graph_sweep(g);
	if (merged)
		report_did(cx, NULL, "merged %d nodes into equal ones", merged);
	return merged;
}
