/* cse.c: merges nodes that compute the same value from the same inputs.
 *
 *     %a = mul %x, %y : f32[8]        ->    %a = mul %x, %y : f32[8]
 *     %b = mul %y, %x : f32[8]              %c = sub %a, %a : f32[8]
 *     %c = sub %a, %b : f32[8]
 *
 * Labels do not matter, except on inputs and params, which stay apart. Attributes, group and
 * inputs must be equal; the first two inputs of commutative ops in either order. */
#include "passes/edit.h"

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

/* Nodes by hash: open addressing, at most half full. */
typedef struct Table {
	Node **at;
	uint64_t mask;
} Table;

static Table table_new(int n, Arena *a)
{
	Table t = {.mask = 1};
	while (t.mask < 2 * (uint64_t)n)
		t.mask *= 2;
	t.at = NEW_ARRAY(a, Node *, t.mask);
	t.mask--;
	return t;
}

static uint64_t hash_value(const Value *v)
{
	return v ? hash_add((uint64_t)v->node->id, (uint64_t)v->index) : 1;
}

/* The same for equal nodes: the order of inputs does not count. */
static uint64_t hash_node(const Node *n)
{
	uint64_t inputs = 0;
	for (int i = 0; i < n->nin; i++)
		inputs += hash_value(n->in[i]);
	return hash_add(attr_hash(n), inputs);
}

/* The first node of the graph that is equal to n: n itself, now in the table, or an earlier one. */
static Node *first_equal(const Table *t, Node *n)
{
	uint64_t i = hash_node(n) & t->mask;
	while (t->at[i] && !same_node(t->at[i], n))
		i = (i + 1) & t->mask;
	if (!t->at[i])
		t->at[i] = n;
	return t->at[i];
}

int pass_cse(PassCtx *cx, Graph *g)
{
	int merged = 0;
	edit_renumber(g);
	const Table t = table_new(g->nodes.n, cx->scratch);
	/* In the order of the graph, so that the inputs of a node are merged before it is. */
	for (int i = 0; i < g->nodes.n; i++) {
		Node *n = g->nodes.at[i];
		Node *keep = mergeable(n) ? first_equal(&t, n) : n;
		if (keep == n)
			continue;
		for (int k = 0; k < n->nout; k++)
			value_replace(&n->out[k], &keep->out[k], NULL);
		n->mark = -1;
		merged++;
	}
	graph_sweep(g);
	if (merged)
		report_did(cx, NULL, "merged %d nodes into equal ones", merged);
	return merged;
}
