/* narrow.c: which values are stored as bf16: the largest set of whole buffers such that everything
 * that writes and reads them can, and something gains by it. */
#include "emit.h"

#include <string.h>

/* By value slot: home, the value in whose storage one lies, and the choice. */
typedef struct Narrow {
	const Graph *g;
	const Value *const *home;
	bool *narrow;
	bool training; /* the graph updates weights */
} Narrow;

/* Output k of n may be stored as bf16: the kernel writes any type, and it is no statistic and no
 * gradient of a weight. */
static bool writes_narrow(const Node *n, int k)
{
	switch (n->op) {
	case OP_stft:
	case OP_mel_filterbank:
	case OP_sinusoid:
	case OP_const:
	case OP_param:
	case OP_input:
	case OP_softmax:
	case OP_linear_dw:
	case OP_conv2d_dw:
	case OP_conv1d_depthwise_dw:
	case OP_accumulate:
	case OP_adamw:
	case OP_attention_grad:
		return false;
	case OP_attention:
	case OP_batch_norm_train:
	case OP_batch_norm_grad:
	case OP_rms_norm_grad:
	case OP_layer_norm_grad:
	case OP_conv1d_silu_grad:
		return k == 0;
	case OP_selective_scan_grad:
	case OP_scan_gate_grad:
		return k != 2 && k != 5;
	default:
		return true;
	}
}

static bool is_wide(const Value *v)
{
	return v->type.dim[v->type.rank - 1] >= WIDE_PRODUCT;
}

/* The heads of an attention. */
static bool are_wide(const Node *n)
{
	return is_wide(n->in[0]) && is_wide(n->in[2]);
}

/* Input i of n is an operand of the matrix instructions, where it would be rounded anyway, or one
 * of the long sequences and images from which they get their operands in training. */
static bool wants_narrow(const Narrow *c, const Node *n, int i)
{
	switch (n->op) {
	case OP_conv2d:
	case OP_conv2d_act:
	case OP_conv2d_dx:
	case OP_inproj_conv_silu:
	case OP_batch_norm_train:
		return i == 0;
	case OP_conv2d_dw:
		return true;
	case OP_linear:
		return i == 0 && is_wide(&n->out[0]);
	case OP_linear_dx:
		return i == 0 && is_wide(&n->out[0]) && is_wide(n->in[0]);
	case OP_linear_dw:
		return is_wide(n->in[0]) && is_wide(n->in[1]);
	case OP_matmul:
		return is_wide(&n->out[0]);
	case OP_scan_gate:
		return i == 0 || (i == 6 && c->training);
	case OP_batch_norm_grad:
		return i == 0 || i == 4;
	case OP_rms_norm_grad:
	case OP_layer_norm_grad:
		return i == 2;
	case OP_conv1d_depthwise:
		return i == 0 && c->training;
	case OP_conv1d_silu_grad:
		return i == 0 || i == 3;
	case OP_attention:
		return (i < 3 || i == 4) && are_wide(n);
	case OP_attention_grad:
		return (i < 4 || i == 5 || i == 7) && are_wide(n);
	case OP_scan_gate_grad:
		return i == 0 || i == 6 || i == 7;
	default:
		return false;
	}
}

/* What n computes goes on as it came: views and, in training, where memory is the limit,
 * elementwise work. */
static bool moves(const Narrow *c, const Node *n)
{
	const unsigned flags = node_info(n)->flags;
	return (flags & F_VIEW) ||
	       (c->training && ((flags & F_EW) || n->op == OP_map || n->op == OP_dropout));
}

/* Input i of n may be stored as bf16. Sums read it in training; everything else stays float32. */
static bool reads_narrow(const Narrow *c, const Node *n, int i)
{
	bool all = true;
	for (int k = 0; k < n->nout; k++)
		all = all && c->narrow[n->id * MAX_OUT + k];
	return wants_narrow(c, n, i) || (all && moves(c, n)) ||
	       (c->training && (n->op == OP_sum || n->op == OP_mean || n->op == OP_sum_product));
}

static int slot(const Value *v)
{
	return v->node->id * MAX_OUT + v->index;
}

/* Takes back what cannot stay, and what follows from that; false if nothing had to be. */
static bool shrink(const Narrow *c)
{
	bool *const narrow = c->narrow;
	bool changed = false;
	for (int i = 0; i < c->g->nodes.n; i++) {
		const Node *n = c->g->nodes.at[i];
		for (int k = 0; k < n->nin; k++) {
			bool *flag = n->in[k] ? &narrow[slot(n->in[k])] : NULL;
			if (flag && *flag && !reads_narrow(c, n, k))
				*flag = false, changed = true;
		}
		for (int k = 0; k < n->nout; k++) {
			const Value *h = c->home[slot(&n->out[k])];
			if (h && narrow[slot(&n->out[k])] != narrow[slot(h)]) {
				narrow[slot(&n->out[k])] = narrow[slot(h)] = false;
				changed = true;
			}
		}
	}
	return changed;
}

/* Takes back what comes to no reader that wants it: rounding a loss gains nothing. want: by the
 * slot of a home, all false. */
static void keep_wanted(const Narrow *c, bool *want)
{
	for (int i = c->g->nodes.n - 1; i >= 0; i--) {
		const Node *n = c->g->nodes.at[i];
		bool out = false;
		for (int k = 0; k < n->nout; k++) {
			const Value *h = c->home[slot(&n->out[k])];
			out = out || (h && want[slot(h)]);
		}
		for (int k = 0; k < n->nin; k++) {
			const Value *h = n->in[k] ? c->home[slot(n->in[k])] : NULL;
			if (h && (wants_narrow(c, n, k) || (out && moves(c, n))))
				want[slot(h)] = true;
		}
	}
	for (int i = 0; i < c->g->nodes.n * MAX_OUT; i++)
		if (c->home[i] && !want[slot(c->home[i])])
			c->narrow[i] = false;
}

void narrow_choose(const Graph *g, const Value *const *home, bool *narrow, Arena *scratch)
{
	Narrow c = {.g = g, .home = home, .narrow = narrow};
	if (strcmp(g->name, "features") == 0)
		return;
	for (int i = 0; i < g->nodes.n; i++) {
		const Node *n = g->nodes.at[i];
		c.training = c.training || n->op == OP_adamw;
		for (int k = 0; k < n->nout; k++)
			narrow[slot(&n->out[k])] = home[slot(&n->out[k])] && writes_narrow(n, k) &&
						   n->out[k].type.dtype == F32;
	}
	for (int i = 0; i < g->outputs.n; i++)
		narrow[slot(g->outputs.at[i].value)] = false;
	while (shrink(&c))
		;
	keep_wanted(&c, NEW_ARRAY(scratch, bool, g->nodes.n *MAX_OUT));
	while (shrink(&c))
		;
}
