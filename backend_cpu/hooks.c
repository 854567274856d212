/* hooks.c: what plan_memory may know about the kernels. */
#include "emit.h"

static bool strided(const Node *n, int input)
{
	if (node_info(n)->flags & (F_EW | F_VIEW))
		return true;
	switch (n->op) {
	case OP_map:
	case OP_sum:
	case OP_mean:
	case OP_max:
	case OP_min:
	case OP_linear_dw:
	case OP_conv2d_dw:
	case OP_conv1d_depthwise_dw:
		return true;
	case OP_linear:
	case OP_linear_dx:
	case OP_conv2d:
	case OP_conv2d_dx:
	case OP_conv2d_act:
	case OP_inproj_conv_silu:
	case OP_conv1d_depthwise:
	case OP_gru:
	case OP_rms_norm:
	case OP_layer_norm:
		return input == 0;
	case OP_matmul:
		return true;
	case OP_selective_scan:
	case OP_scan_gate:
	case OP_selective_scan_grad:
	case OP_scan_gate_grad:
		return input != 2 && input != 5;
	case OP_attention:
		return input < 3 || input == 4;
	case OP_attention_grad:
		return input < 3 || input == 5 || input == 7;
	case OP_conv1d_silu_grad:
		return input == 0 || input == 3;
	case OP_gru_grad:
		return input == 4;
	default:
		return false;
	}
}

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
	    .packs = cpu_packs, .strided = strided, .renews = renews, .refuses = refuses};
}
