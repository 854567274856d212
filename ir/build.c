/* build.c: nodes with their types inferred. */
#include "ir.h"

Value *build_op(Graph *g, Node *at, Op op, Value *const *in, int nin, Loc loc, const char *label)
{
	Node *n = node_insert(g, at, op, in, nin, loc, label);
	if (!ir_infer(n))
		BUG("%s built by a pass does not type-check", node_info(n)->name);
	return &n->out[0];
}

Value *build_const(Graph *g, Node *at, double v, Loc loc)
{
	Node *n = node_insert(g, at, OP_const, NULL, 0, loc, NULL);
	attr_set_floats(n, "value", &v, 1);
	if (!ir_infer(n))
		BUG("scalar constant does not type-check");
	return &n->out[0];
}
