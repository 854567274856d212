/* hooks.c: what plan_memory may know about the kernels. */
#include "emit.h"

static bool renews(const Node *n)
{
	return n->op == OP_adamw || n->op == OP_accumulate;
}

static const char *refuses(const Node *n)
{
	return n->op == OP_conv2d_act && cpu_pools_apart(n)
		   ? "tiles that the faster kernel cannot pool"
		   : NULL;
}

PassHooks cpu_hooks(void)
{
	return (PassHooks){
	    .packs = cpu_packs, .strided = cpu_strided, .renews = renews, .refuses = refuses};
}
