/* narrow.c: which values are stored as bf16: the largest set of whole buffers such that everything
 * that writes and reads them can and some reader wants it. */
#include "emit.h"

#include <string.h>

typedef struct Narrow {
	const Graph *g;
	const Value *const *home; /* by slot: the value whose storage one lies in */
	bool *narrow;             /* by slot */
	bool training;            /* the graph updates weights */
} Narrow;

static int slot(const Value *v)
{
	return v->node->id * MAX_OUT + v->index;
}

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
	case OP_adamw:
		return false;
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

static bool is_wide(const Type *t)
{
	return t->dim[t->rank - 1] >= WIDE_PRODUCT;
}

/* Input i of n is an operand of the matrix instructions, where it would be rounded anyway, or one
 * of the long sequences and images from which they get their operands in training. */
static bool wants_narrow(const Narrow *c, const Node *n, int i)
{
	const Type *y = &n->out[0].type;
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
		return i == 0 && is_wide(y);
	case OP_linear_dx:
		return i == 0 && is_wide(y) && is_wide(&n->in[0]->type);
	case OP_linear_dw:
		return is_wide(&n->in[0]->type) && is_wide(&n->in[1]->type);
	case OP_matmul:
		return is_wide(y);
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
	case OP_scan_gate_grad:
		return i == 0 || i == 6 || i == 7;
	default:
		return false;
	}
}

/* Input i of n may be stored as bf16: it is wanted so, or only moved to where it will be. In
 * training, where memory is the limit, elementwise work may do the moving, and sums may read it.
 * Everything else stays float32. */
static bool reads_narrow(const Narrow *c, const Node *n, int i)
{
	const unsigned moves = F_VIEW | (c->training ? F_EW : 0);
	bool all = true;
	for (int k = 0; k < n->nout; k++)
		all = all && c->narrow[n->id * MAX_OUT + k];
	if (wants_narrow(c, n, i))
		return true;
	if (c->training && (n->op == OP_sum || n->op == OP_mean))
		return true;
	return all && (n->op == OP_map ? c->training : (node_info(n)->flags & moves) != 0);
}

/* Takes back what a reader cannot take and what is not so for the whole of a buffer; false if there
 * was nothing. */
static bool keep_agreed(const Narrow *c)
{
	bool changed = false;
	for (int i = 0; i < c->g->nodes.n; i++) {
		const Node *n = c->g->nodes.at[i];
		for (int k = 0; k < n->nin; k++) {
			bool *flag = n->in[k] ? &c->narrow[slot(n->in[k])] : NULL;
			if (flag && *flag && !reads_narrow(c, n, k))
				*flag = false, changed = true;
		}
		for (int k = 0; k < n->nout; k++) {
			const Value *h = c->home[slot(&n->out[k])];
			bool *own = &c->narrow[slot(&n->out[k])],
			     *whole = h ? &c->narrow[slot(h)] : own;
			if (*own != *whole)
				*own = *whole = false, changed = true;
		}
	}
	return changed;
}

/* Takes back what comes to no reader that wants it: rounding a loss gains nothing. */
static void keep_wanted(const Narrow *c, bool *want)
{
	for (int i = c->g->nodes.n - 1; i >= 0; i--) {
		const Node *n = c->g->nodes.at[i];
		const bool mover = n->op == OP_map || (node_info(n)->flags & (F_VIEW | F_EW)) != 0;
		bool out = false;
		for (int k = 0; k < n->nout; k++) {
			const Value *h = c->home[slot(&n->out[k])];
			out = out || (h && want[slot(h)]);
		}
		for (int k = 0; k < n->nin; k++) {
			const Value *h = n->in[k] ? c->home[slot(n->in[k])] : NULL;
			if (h && (wants_narrow(c, n, k) || (mover && out)))
				want[slot(h)] = true;
		}
	}
	for (int i = 0; i < c->g->nodes.n * MAX_OUT; i++)
		if (c->home[i] && !want[slot(c->home[i])])
			c->narrow[i] = false;
}

static bool updates(const Graph *g)
{
	for (int i = 0; i < g->nodes.n; i++)
		if (g->nodes.at[i]->op == OP_adamw)
			return true;
	return false;
}

void narrow_choose(const Graph *g, const Value *const *home, bool *narrow, Arena *scratch)
{
	const Narrow c = {g, home, narrow, updates(g)};
	if (strcmp(g->name, "features") == 0)
		return;
	for (int i = 0; i < g->nodes.n; i++)
		for (int k = 0; k < g->nodes.at[i]->nout; k++) {
			const Value *v = &g->nodes.at[i]->out[k];
			narrow[slot(v)] =
			    home[slot(v)] && writes_narrow(v->node, k) && v->type.dtype == F32;
		}
	for (int i = 0; i < g->outputs.n; i++)
		narrow[slot(g->outputs.at[i].value)] = false;
	while (keep_agreed(&c))
		;
	keep_wanted(&c, NEW_ARRAY(scratch, bool, g->nodes.n *MAX_OUT));
	while (keep_agreed(&c))
		;
}
