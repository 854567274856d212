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

static bool is_wide(const Value *v)
{
	return v->type.dim[v->type.rank - 1] >= WIDE_PRODUCT;
}

/* The operands are wide enough that rounding them pays. */
static bool are_wide(const Node *n)
{
	const KernelFacts *f = kernel_facts(n);
	bool wide = true;
	for (int i = 0; i < n->nin; i++)
		wide = wide && (!(f->wide_in >> i & 1) || is_wide(n->in[i]));
	for (int k = 0; k < n->nout; k++)
		wide = wide && (!(f->wide_out >> k & 1) || is_wide(&n->out[k]));
	return wide;
}

/* Input i of n is an operand of the matrix instructions, where it would be rounded anyway, or one
 * of the long sequences and images from which they get their operands in training. */
static bool wants_narrow(const Narrow *c, const Node *n, int i)
{
	const KernelFacts *f = kernel_facts(n);
	return ((f->in >> i & 1) && are_wide(n)) || (c->training && f->train >> i & 1);
}

/* Input i of n goes on as it came: through views and, in training, where memory is the limit,
 * through elementwise work. What a dropout draws from stays float32. */
static bool moves(const Narrow *c, const Node *n, int i)
{
	const OpInfo *op = node_info(n);
	return (op->flags & F_VIEW) ||
	       (c->training && (op->axes == AXES_ELEMENTWISE || (n->op == OP_dropout && i == 0)));
}

/* Input i of n may be stored as bf16. Sums read it in training; everything else stays float32. */
static bool reads_narrow(const Narrow *c, const Node *n, int i)
{
	bool all = true;
	for (int k = 0; k < n->nout; k++)
		all = all && c->narrow[n->id * MAX_OUT + k];
	return wants_narrow(c, n, i) || (all && moves(c, n, i)) ||
	       (c->training && kernel_facts(n)->may >> i & 1);
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
			if (h && (wants_narrow(c, n, k) || (out && moves(c, n, k))))
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
			narrow[slot(&n->out[k])] = home[slot(&n->out[k])] &&
						   (kernel_facts(n)->out >> k & 1) &&
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
