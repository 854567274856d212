/* sweep.c: nested loops over operands as one linear index, with as few dimensions as possible. */
#include "emit.h"

int sweep_dim(Sweep *s, int64_t extent)
{
	if (extent == 1)
		return -1;
	if (s->nd == MAX_DIMS)
		BUG("cuda: too many dimensions");
	for (int k = 0; k < s->nops; k++) {
		s->op[k].stride[s->nd] = 0;
		s->op[k].div[s->nd] = 1;
	}
	s->dim[s->nd] = extent;
	return s->nd++;
}

void sweep_set(Sweep *s, int op, int dim, int64_t stride, int64_t div)
{
	if (dim < 0)
		return;
	s->op[op].stride[dim] = stride;
	s->op[op].div[dim] = div;
}

void sweep_group(Sweep *s, int64_t group, const Operand *const *o, int n)
{
	const int d = sweep_dim(s, group);
	for (int k = 0; k < n; k++)
		if (o[k]->lead > 1)
			sweep_set(s, k, d, o[k]->lead_stride, group / o[k]->lead);
}

static bool mergeable(const Sweep *s, int d)
{
	for (int k = 0; k < s->nops; k++) {
		if (s->op[k].div[d] != 1 || s->op[k].div[d + 1] != 1)
			return false;
		if (s->op[k].stride[d] != s->op[k].stride[d + 1] * s->dim[d + 1])
			return false;
	}
	return true;
}

static void move_dim(Sweep *s, int from, int to)
{
	for (int d = from; d < to; d++) {
		const int64_t dim = s->dim[d];
		s->dim[d] = s->dim[d + 1];
		s->dim[d + 1] = dim;
		for (int k = 0; k < s->nops; k++) {
			const int64_t stride = s->op[k].stride[d], div = s->op[k].div[d];
			s->op[k].stride[d] = s->op[k].stride[d + 1];
			s->op[k].div[d] = s->op[k].div[d + 1];
			s->op[k].stride[d + 1] = stride;
			s->op[k].div[d + 1] = div;
		}
	}
}

void sweep_merge(Sweep *s)
{
	for (int d = s->nd - 2; d >= 0; d--) {
		if (!mergeable(s, d))
			continue;
		s->dim[d] *= s->dim[d + 1];
		for (int k = 0; k < s->nops; k++)
			s->op[k].stride[d] = s->op[k].stride[d + 1];
		move_dim(s, d + 1, s->nd - 1);
		s->nd--;
	}
}

/* Operand op has elements of its own along the dimensions behind the first, enough to push each
 * other out of the caches before the first dimension takes its next step. */
static bool shared_by_first(const Sweep *s, int op)
{
	int64_t n = 1;
	if (s->op[op].stride[0] != 0)
		return false;
	for (int d = 1; d < s->nd; d++)
		if (s->op[op].stride[d] != 0)
			n *= s->dim[d];
	return n >= 1 << 20;
}

void sweep_share(Sweep *s)
{
	enum { WHOLE = 32 }; /* neighbours that fill what memory moves at once */
	bool shared = false;
	if (s->nd < 3 || s->dim[s->nd - 1] < WHOLE)
		return;
	for (int k = 0; k < s->nops; k++)
		shared = shared || shared_by_first(s, k);
	if (shared)
		move_dim(s, 0, s->nd - 2);
}

int64_t sweep_count(const Sweep *s)
{
	int64_t n = 1;
	for (int d = 0; d < s->nd; d++)
		n *= s->dim[d];
	return n;
}

const char *sweep_text(const Emit *e, const Sweep *s, int op, const char *index)
{
	Buf b;
	buf_init(&b, e->arena);
	int64_t below = sweep_count(s);
	bool back = false;
	for (int d = 0; d < s->nd; d++)
		back = back || s->op[op].stride[d] < 0;
	if (back)
		buf_puts(&b, "(int)(0u");
	for (int d = 0; d < s->nd; d++) {
		below /= s->dim[d];
		const int64_t stride = s->op[op].stride[d], div = s->op[op].div[d];
		if (stride == 0)
			continue;
		if (b.len > 0)
			buf_puts(&b, stride < 0 ? " - " : " + ");
		buf_puts(&b, index);
		if (below > 1)
			buf_printf(&b, " / %lldu", (long long)below);
		if (d > 0)
			buf_printf(&b, " %% %lldu", (long long)s->dim[d]);
		if (div > 1)
			buf_printf(&b, " / %lldu", (long long)div);
		const int64_t by = stride < 0 ? -stride : stride;
		if (by > 1)
			buf_printf(&b, " * %lldu", (long long)by);
	}
	if (back)
		buf_puts(&b, ")");
	if (b.len == 0)
		buf_puts(&b, "0u");
	return b.s;
}
