/* pass_check.c: what the driver checks after a pass: structure and text, values, places; and random
 * orders of nodes. */
#include "passes/pass_check.h"

#include "passes/edit.h"

#include <math.h>
#include <string.h>

const char *pass_check_module(Module *m)
{
	if (ir_verify(m))
		return "the verifier finds the errors above";
	Arena *a = arena_new();
	Buf first, second;
	buf_init(&first, a);
	buf_init(&second, a);
	ir_print(&first, m);
	const Source src = {.name = "printed IR", .text = first.s, .len = first.len};
	Diag diag = {.arena = a, .out = m->diag->out};
	const Module *back = ir_parse(a, &diag, m->ops, &src);
	if (back)
		ir_print(&second, back);
	const bool same = back && first.len == second.len && !memcmp(first.s, second.s, first.len);
	arena_free(a);
	return same ? NULL : "printed IR reads back as something else";
}

const char *pass_check_plans(Module *m, const PassHooks *hooks)
{
	const char *why = NULL;
	for (int i = 0; i < m->graphs.n && !why; i++)
		why = plan_check(m->graphs.at[i], hooks, m->arena);
	return why;
}

double pass_check_difference(const Tensor *want, const Tensor *got)
{
	double scale = 0, diff = 0;
	if (!type_equal(&want->type, &got->type))
		return INFINITY;
	for (int64_t i = 0; i < type_count(&want->type); i++) {
		const double w = want->data[i], g = got->data[i];
		if ((isnan(w) && isnan(g)) || w == g)
			continue;
		if (isfinite(w))
			scale = fmax(scale, fabs(w));
		diff = isnan(w - g) ? INFINITY : fmax(diff, fabs(w - g));
		if (isinf(diff))
			return diff;
	}
	for (int64_t i = 0; i < type_count(&want->type); i++)
		if (isfinite(want->data[i]))
			scale = fmax(scale, fabs(want->data[i]));
	return diff == 0 ? 0 : diff / scale;
}

/* ---- random orders --------------------------------------------------------------------------- */

void pass_check_shuffle(Graph *g, uint64_t seed, Arena *scratch)
{
	const int n = g->nodes.n;
	Node **ready = NEW_ARRAY(scratch, Node *, n), **order = NEW_ARRAY(scratch, Node *, n);
	int *missing = NEW_ARRAY(scratch, int, n);
	int nready = 0;
	edit_renumber(g);
	for (int i = 0; i < n; i++) {
		for (int k = 0; k < g->nodes.at[i]->nin; k++)
			missing[i] += g->nodes.at[i]->in[k] != NULL;
		if (!missing[i])
			ready[nready++] = g->nodes.at[i];
	}
	for (int placed = 0; placed < n; placed++) {
		const int pick = (int)(random_bits(&seed) % (uint64_t)nready);
		Node *done = ready[pick];
		ready[pick] = ready[--nready];
		order[placed] = done;
		for (int i = done->id + 1; i < n; i++) {
			Node *user = g->nodes.at[i];
			for (int k = 0; k < user->nin; k++)
				if (user->in[k] && user->in[k]->node == done && !--missing[i])
					ready[nready++] = user;
		}
	}
	memcpy(g->nodes.at, order, (size_t)n * sizeof *order);
	edit_renumber(g);
}
