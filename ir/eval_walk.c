/* eval_walk.c: how the reference evaluator walks over tensors. */
#include "eval.h"

#include <string.h>

void type_strides(const Type *t, int64_t *stride)
{
	int64_t s = 1;
	for (int i = t->rank - 1; i >= 0; i--) {
		stride[i] = s;
		s *= t->dim[i];
	}
}

Walk walk_new(Arena *a, const Type *over, int n)
{
	Walk w = {.rank = over->rank, .n = n};
	memcpy(w.dim, over->dim, sizeof w.dim);
	w.off = NEW_ARRAY(a, int64_t, n);
	w.stride = arena_array(a, (size_t)n, sizeof *w.stride);
	return w;
}

void walk_broadcast(Walk *w, int k, const Type *t)
{
	int64_t dense[MAX_RANK];
	type_strides(t, dense);
	const int lead = w->rank - t->rank;
	for (int i = 0; i < w->rank; i++)
		w->stride[k][i] = i < lead || t->dim[i - lead] == 1 ? 0 : dense[i - lead];
}

void walk_next(Walk *w)
{
	for (int i = w->rank - 1; i >= 0; i--) {
		const bool wraps = ++w->index[i] == w->dim[i];
		const int64_t step = wraps ? 1 - w->dim[i] : 1;
		for (int k = 0; k < w->n; k++)
			w->off[k] += step * w->stride[k][i];
		if (!wraps)
			return;
		w->index[i] = 0;
	}
}

int attr_axis(const Node *n, const char *name, int rank)
{
	const int64_t axis = attr_int(n, name);
	return (int)(axis < 0 ? axis + rank : axis);
}
