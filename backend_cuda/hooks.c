/* hooks.c: what the passes ask about kernels before any is written. */
#include "emit.h"

static bool packs(const Node *n, int input)
{
	return (n->op == OP_conv2d || n->op == OP_conv2d_act) && input == 1 && conv_packs(n);
}

static bool renews(const Node *n)
{
	return n->op == OP_adamw || n->op == OP_accumulate;
}

static bool strided(const Node *n, int input)
{
	return kernel_facts(n)->strided >> input & 1;
}

static const char *refuses(const Node *n)
{
	const char *without = kernel_refuses(n);
	if (!without && n->op == OP_conv2d_act && cuda_pools_apart(n))
		return "tiles that the faster kernels cannot pool";
	return without;
}

PassHooks cuda_hooks(CudaPrecision p)
{
	return (PassHooks){.packs = packs,
			   .strided = strided,
			   .renews = renews,
			   .refuses = refuses,
			   .memory_worth = 0.5,
			   .narrow = p == CUDA_BF16 ? narrow_choose : NULL};
}
