/* narrow.c: which values are stored as bf16: the largest set of whole buffers such that everything
 * that writes and reads them can. */
#include "emit.h"

#include <string.h>

static bool writes_narrow(const Value *v)
{
	switch (v->node->op) {
	case OP_attention:
		return v->index == 0;
	case OP_stft:
	case OP_mel_filterbank:
	case OP_sinusoid:
	case OP_const:
	case OP_param:
	case OP_input:
	case OP_softmax:
	case OP_attention_grad:
		return false;
	default:
		return true;
	}
}

static int64_t last(const Value *v)
{
	return v->type.dim[v->type.rank - 1];
}

static bool is_wide(const Node *n)
{
	return last(&n->out[0]) >= WIDE_PRODUCT;
}

/* Heads of an attention */
static bool are_wide(const Node *n)
{
	return last(n->in[0]) >= WIDE_PRODUCT && last(n->in[2]) >= WIDE_PRODUCT;
}

/* Input i of n may be stored as bf16: it is an operand of the matrix instructions, where it would
 * be rounded anyway, or it is only moved to where it will be. Everything else stays float32. */
static bool reads_narrow(const bool *narrow, const Node *n, int i)
{
	bool all = true;
	for (int k = 0; k < n->nout; k++)
		all = all && narrow[n->id * MAX_OUT + k];
	switch (n->op) {
	case OP_conv2d:
	case OP_conv2d_act:
	case OP_inproj_conv_silu:
		return i == 0;
	case OP_linear:
		return i == 0 && is_wide(n);
	case OP_matmul:
		return is_wide(n);
	case OP_scan_gate:
		return i == 0;
	case OP_attention:
		return (i < 3 || i == 4) && are_wide(n);
	case OP_attention_grad:
		return (i < 4 || i == 5 || i == 7) && are_wide(n);
	default:
		return all && (node_info(n)->flags & F_VIEW);
	}
}

static int slot(const Value *v)
{
	return v->node->id * MAX_OUT + v->index;
}

/* Takes back what cannot stay, and what follows from that; false if nothing had to be. */
static bool shrink(const Graph *g, const Value *const *home, bool *narrow)
{
	bool changed = false;
	for (int i = 0; i < g->nodes.n; i++) {
		const Node *n = g->nodes.at[i];
		for (int k = 0; k < n->nin; k++) {
			bool *flag = n->in[k] ? &narrow[slot(n->in[k])] : NULL;
			if (flag && *flag && !reads_narrow(narrow, n, k))
				*flag = false, changed = true;
		}
		for (int k = 0; k < n->nout; k++) {
			const Value *h = home[slot(&n->out[k])];
			if (h && narrow[slot(&n->out[k])] != narrow[slot(h)]) {
				narrow[slot(&n->out[k])] = narrow[slot(h)] = false;
				changed = true;
			}
		}
	}
	return changed;
}

void narrow_choose(const Graph *g, const Value *const *home, bool *narrow)
{
	if (strcmp(g->name, "features") == 0)
		return;
	for (int i = 0; i < g->nodes.n; i++)
		for (int k = 0; k < g->nodes.at[i]->nout; k++) {
			const Value *v = &g->nodes.at[i]->out[k];
			narrow[slot(v)] = home[slot(v)] && writes_narrow(v) && v->type.dtype == F32;
		}
	for (int i = 0; i < g->outputs.n; i++)
		narrow[slot(g->outputs.at[i].value)] = false;
	while (shrink(g, home, narrow))
		;
}
