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
	if (node_info(n)->flags & (F_EW | F_VIEW))
		return true;
	switch (n->op) {
	case OP_map:
	case OP_batch_norm:
	case OP_sum:
	case OP_sum_product:
	case OP_mean:
	case OP_max:
	case OP_min:
	case OP_first_equal:
	case OP_softmax:
	case OP_matmul:
	case OP_stft:
		return true;
	case OP_rms_norm:
	case OP_layer_norm:
	case OP_avg_pool2d:
	case OP_max_pool2d:
	case OP_linear:
	case OP_linear_dx:
	case OP_conv1d_depthwise:
	case OP_gru:
		return input == 0;
	case OP_conv2d_dw:
	case OP_linear_dw:
	case OP_conv1d_depthwise_dw:
		return true;
	case OP_conv1d_silu_grad:
		return input == 0 || input == 3;
	case OP_gru_grad:
		return input == 4;
	case OP_attention:
		return input < 3 || input == 4;
	case OP_attention_grad:
		return input < 3 || input == 5 || input == 7;
	case OP_selective_scan:
	case OP_scan_gate:
	case OP_selective_scan_grad:
	case OP_scan_gate_grad:
		return input != 2 && input != 5;
	default:
		return false;
	}
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
