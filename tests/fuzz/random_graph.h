/* random_graph.h: well-typed small graphs out of all ops and of the patterns that passes look for:
 * convolution blocks, Mamba layers, reversals, equal branches, mixtures; half of them with
 * gradients. A seed is a graph. All here is inline: every driver is one C file. */
#ifndef SELDC_RANDOM_GRAPH_H
#define SELDC_RANDOM_GRAPH_H

#include "ir/ir.h"

#include <string.h>

typedef struct Gen {
	Graph *g;
	Arena *a;
	uint64_t rng;
	int nparams;
	LIST(Value *) pool; /* what may be used further; branches have their own */
} Gen;

/* ---- numbers --------------------------------------------------------------------------------- */

/* lo..hi, both possible */
static int pick(Gen *f, int lo, int hi)
{
	return lo + (int)(random_bits(&f->rng) % (uint64_t)(hi - lo + 1));
}

static bool chance(Gen *f, int percent)
{
	return pick(f, 1, 100) <= percent;
}

/* ---- nodes ----------------------------------------------------------------------------------- */

static Value *finish(Node *n)
{
	if (!ir_infer(n))
		BUG("the generator made an ill-typed %s", node_info(n)->name);
	return &n->out[0];
}

static Node *begin(Gen *f, Op op, Value *a, Value *b, Value *c)
{
	Value *in[] = {a, b, c};
	return node_new(f->g, op, in, a ? b ? c ? 3 : 2 : 1 : 0, (Loc){0}, NULL);
}

static Value *unary(Gen *f, Op op, Value *x)
{
	return finish(begin(f, op, x, NULL, NULL));
}

static Value *binary(Gen *f, Op op, Value *x, Value *y)
{
	return finish(begin(f, op, x, y, NULL));
}

static Value *source(Gen *f, Op op, const char *init, int rank, const int64_t *dim)
{
	const char *label = arena_printf(f->a, "%s%d", op == OP_input ? "in" : "p", f->nparams++);
	Node *n = node_new(f->g, op, NULL, 0, (Loc){0}, label);
	attr_set_ints(n, "shape", dim, rank);
	if (op == OP_param && init)
		attr_set_str(n, "init", init);
	return finish(n);
}

static Value *param1(Gen *f, const char *init, int64_t n)
{
	return source(f, OP_param, init, 1, &n);
}

static Value *param(Gen *f, int rank, const int64_t *dim)
{
	return source(f, OP_param, "normal", rank, dim);
}

static Value *number(Gen *f, double v)
{
	Node *n = begin(f, OP_const, NULL, NULL, NULL);
	attr_set_floats(n, "value", &v, 1);
	return finish(n);
}

static Value *pooled(Gen *f)
{
	return f->pool.at[pick(f, f->pool.n > 6 ? f->pool.n - 6 : 0, f->pool.n - 1)];
}

static Value *keep(Gen *f, Value *v)
{
	list_push(f->a, &f->pool, v);
	return v;
}

static int64_t dim_of(const Value *v, int axis)
{
	return v->type.dim[axis < 0 ? axis + v->type.rank : axis];
}

/* Another pooled value of x's type, or x. */
static Value *partner(Gen *f, Value *x)
{
	const int start = pick(f, 0, f->pool.n - 1);
	for (int i = 0; i < f->pool.n; i++) {
		Value *v = f->pool.at[(start + i) % f->pool.n];
		if (v != x && type_equal(&v->type, &x->type))
			return v;
	}
	return x;
}

/* ---- single ops ------------------------------------------------------------------------------ */

static Value *safe_unary(Gen *f, Value *x)
{
	static const Op plain[] = {OP_neg,  OP_abs,      OP_tanh, OP_sigmoid,
				   OP_silu, OP_softplus, OP_relu};
	static const Op positive[] = {OP_sqrt, OP_rsqrt, OP_log, OP_log10, OP_log1p};
	if (chance(f, 70))
		return unary(f, plain[pick(f, 0, COUNT(plain) - 1)], x);
	if (chance(f, 30))
		return unary(f, OP_exp, unary(f, OP_tanh, x));
	x = binary(f, OP_add, unary(f, OP_square, unary(f, OP_tanh, x)), number(f, 0.5));
	return unary(f, positive[pick(f, 0, COUNT(positive) - 1)], x);
}

/* A param that broadcasts against x: some axes 1, or leading ones missing. */
static Value *broadcast_operand(Gen *f, const Value *x)
{
	int64_t dim[MAX_RANK];
	const int rank = pick(f, 0, x->type.rank), lead = x->type.rank - rank;
	for (int i = 0; i < rank; i++)
		dim[i] = chance(f, 50) ? 1 : x->type.dim[lead + i];
	return param(f, rank, dim);
}

static Value *safe_binary(Gen *f, Value *x)
{
	static const Op ops[] = {OP_add, OP_sub, OP_mul, OP_maximum, OP_minimum};
	static const double numbers[] = {0, 1, 0.5, -2};
	Value *y = chance(f, 40)   ? partner(f, x)
		   : chance(f, 60) ? broadcast_operand(f, x)
				   : number(f, numbers[pick(f, 0, 3)]);
	if (chance(f, 10)) {
		Value *positive = binary(f, OP_add, unary(f, OP_abs, y), number(f, 0.5));
		return binary(f, OP_div, x, positive);
	}
	if (chance(f, 10)) {
		Value *test = binary(f, OP_greater, x, number(f, 0.123));
		return finish(begin(f, OP_where, test, x, y));
	}
	const bool swap = chance(f, 30);
	return binary(f, ops[pick(f, 0, COUNT(ops) - 1)], swap ? y : x, swap ? x : y);
}

static Value *axis_op(Gen *f, Op op, Value *x, int axis)
{
	Node *n = begin(f, op, x, NULL, NULL);
	attr_set_int(n, "axis", chance(f, 30) ? axis - x->type.rank : axis);
	return finish(n);
}

static Value *slice(Gen *f, Value *x, int axis, int64_t start, int64_t stop, int64_t step)
{
	Node *n = begin(f, OP_slice, x, NULL, NULL);
	attr_set_int(n, "axis", axis);
	attr_set_int(n, "start", start);
	attr_set_int(n, "stop", stop);
	attr_set_int(n, "step", step);
	(void)f;
	return finish(n);
}

static Value *random_slice(Gen *f, Value *x, int axis)
{
	const int extent = (int)dim_of(x, axis);
	const int start = pick(f, 0, extent - 1), stop = pick(f, start + 1, extent);
	return slice(f, x, axis, chance(f, 20) ? start - extent : start, stop, pick(f, 1, 2));
}

static Value *transpose(Gen *f, Value *x)
{
	int64_t perm[MAX_RANK];
	for (int i = 0; i < x->type.rank; i++)
		perm[i] = i;
	for (int i = x->type.rank - 1; i > 0; i--) {
		const int k = pick(f, 0, i);
		const int64_t t = perm[i];
		perm[i] = perm[k];
		perm[k] = t;
	}
	Node *n = begin(f, OP_transpose, x, NULL, NULL);
	attr_set_ints(n, "perm", perm, x->type.rank);
	return finish(n);
}

/* Merges or splits axes, or adds one of extent 1. */
static Value *reshape(Gen *f, Value *x)
{
	int64_t dim[MAX_RANK + 1];
	int rank = 0;
	for (int i = 0; i < x->type.rank; i++) {
		int64_t d = x->type.dim[i];
		while (i + 1 < x->type.rank && chance(f, 25))
			d *= x->type.dim[++i];
		if (d % 2 == 0 && rank < 4 && chance(f, 25)) {
			dim[rank++] = 2;
			d /= 2;
		}
		dim[rank++] = d;
	}
	if (rank < 5 && chance(f, 20))
		dim[rank++] = 1;
	Node *n = begin(f, OP_reshape, x, NULL, NULL);
	attr_set_ints(n, "shape", dim, rank);
	return finish(n);
}

static Value *broadcast(Gen *f, Value *x)
{
	int64_t dim[MAX_RANK];
	memcpy(dim, x->type.dim, sizeof dim);
	for (int i = 0; i < x->type.rank; i++)
		if (dim[i] == 1 && chance(f, 50))
			dim[i] = 2;
	Node *n = begin(f, OP_broadcast, x, NULL, NULL);
	attr_set_ints(n, "shape", dim, x->type.rank);
	return finish(n);
}

static Value *pad(Gen *f, Value *x, int axis)
{
	Node *n = begin(f, OP_pad, x, NULL, NULL);
	attr_set_int(n, "axis", axis);
	attr_set_int(n, "before", pick(f, 0, 2));
	attr_set_int(n, "after", pick(f, 0, 2));
	attr_set_float(n, "value", chance(f, 50) ? 0 : 0.25);
	return finish(n);
}

static Value *movement(Gen *f, Value *x)
{
	const int axis = x->type.rank ? pick(f, 0, x->type.rank - 1) : 0;
	if (x->type.rank == 0)
		return reshape(f, x);
	switch (pick(f, 0, 8)) {
	case 0:
		return transpose(f, x);
	case 1:
		return reshape(f, x);
	case 2:
		return random_slice(f, x, axis);
	case 3:
	case 4:
		return axis_op(f, OP_flip, x, axis);
	case 5: {
		Node *n = begin(f, OP_concat, x, partner(f, x), NULL);
		attr_set_int(n, "axis", axis);
		return finish(n);
	}
	case 6:
		if (x->type.rank < 5) {
			Node *n = begin(f, OP_stack, x, partner(f, x), NULL);
			attr_set_int(n, "axis", pick(f, 0, x->type.rank));
			return finish(n);
		}
		return pad(f, x, axis);
	case 7:
		return broadcast(f, x);
	default:
		return pad(f, x, axis);
	}
}

static Value *reduce(Gen *f, Value *x)
{
	static const Op ops[] = {OP_sum, OP_mean, OP_max};
	int64_t axes[MAX_RANK];
	int n = 0;
	for (int i = 0; i < x->type.rank; i++)
		if (chance(f, 40))
			axes[n++] = i;
	if (n == 0)
		return x;
	Node *node = begin(f, ops[pick(f, 0, 2)], x, NULL, NULL);
	attr_set_ints(node, "axes", axes, n);
	attr_set_bool(node, "keep", chance(f, 50));
	return finish(node);
}

static Value *linear(Gen *f, Value *x, int64_t features, bool bias)
{
	const int64_t dim[] = {features, dim_of(x, -1)};
	Value *w = param(f, 2, dim);
	return finish(begin(f, OP_linear, x, w, bias ? param1(f, "zeros", features) : NULL));
}

static Value *rms_norm(Gen *f, Value *x)
{
	return binary(f, OP_rms_norm, x, param1(f, "ones", dim_of(x, -1)));
}

static Value *layer_norm(Gen *f, Value *x)
{
	Value *w = param1(f, "ones", dim_of(x, -1)), *b = param1(f, "zeros", dim_of(x, -1));
	return finish(begin(f, OP_layer_norm, x, w, b));
}

static Value *batch_norm(Gen *f, Value *x, int axis)
{
	const int64_t c = dim_of(x, axis);
	Value *in[] = {x, param1(f, "ones", c), param1(f, "zeros", c), param1(f, "zeros", c),
		       param1(f, "ones", c)};
	Node *n = node_new(f->g, OP_batch_norm, in, 5, (Loc){0}, NULL);
	attr_set_int(n, "axis", axis);
	return finish(n);
}

static Value *matmul(Gen *f, Value *x)
{
	const bool ta = chance(f, 30), tb = chance(f, 30);
	const int64_t k = dim_of(x, ta ? -2 : -1), n = pick(f, 1, 4);
	const int64_t dim[] = {tb ? n : k, tb ? k : n};
	Node *node = begin(f, OP_matmul, x, param(f, 2, dim), NULL);
	attr_set_bool(node, "ta", ta);
	attr_set_bool(node, "tb", tb);
	return finish(node);
}

static Value *conv1d(Gen *f, Value *x, bool bias)
{
	const int64_t c = dim_of(x, 2), k = pick(f, 1, 4), dim[] = {c, 1, k};
	const int64_t pads[] = {chance(f, 80) ? k - 1 : k, chance(f, 80) ? 0 : 1};
	Value *w = param(f, 3, dim);
	Node *n = begin(f, OP_conv1d_depthwise, x, w, bias ? param1(f, "zeros", c) : NULL);
	attr_set_ints(n, "pad", pads, 2);
	if (chance(f, 20))
		attr_set_ints(n, "reverse", (const int64_t[]){1}, 1);
	return finish(n);
}

static Value *stft(Gen *f, Value *x)
{
	Node *n = begin(f, OP_stft, x, NULL, NULL);
	attr_set_int(n, "n_fft", 16);
	attr_set_int(n, "win", pick(f, 8, 16));
	attr_set_int(n, "hop", pick(f, 2, 9));
	attr_set_bool(n, "reflect", false);
	return finish(n);
}

/* ---- patterns -------------------------------------------------------------------------------- */

/* A convolution with some of batch_norm, relu and pooling behind it. x[B, C, H, W] */
static Value *conv_block(Gen *f, Value *x)
{
	static const Op pools[] = {OP_avg_pool2d, OP_avg_pool2d, OP_max_pool2d};
	const int64_t o = pick(f, 1, 4), k = chance(f, 70) ? 3 : 1, dim[] = {o, dim_of(x, 1), k, k};
	const int64_t pads[] = {1, k / 2 + (k == 1)};
	const int64_t strides[] = {chance(f, 80) ? 1 : 2, 1};
	Value *w = param(f, 4, dim);
	Node *n = begin(f, OP_conv2d, x, w, chance(f, 30) ? param1(f, "zeros", o) : NULL);
	attr_set_ints(n, "pad", pads, 2);
	attr_set_ints(n, "stride", strides, 2);
	x = finish(n);
	if (chance(f, 20))
		keep(f, x);
	if (chance(f, 70))
		x = batch_norm(f, x, 1);
	if (chance(f, 70))
		x = unary(f, OP_relu, x);
	if (chance(f, 60) && dim_of(x, 2) >= 2 && dim_of(x, 3) >= 2) {
		Node *p = begin(f, pools[pick(f, 0, 2)], x, NULL, NULL);
		attr_set_ints(p, "kernel", (const int64_t[]){pick(f, 1, 2), 2}, 2);
		x = finish(p);
	}
	return x;
}

/* x[B, L, C] */
static Value *mamba_layer(Gen *f, Value *x)
{
	const int64_t c = dim_of(x, 2), e = pick(f, 1, 3), r = pick(f, 1, 2), s = pick(f, 1, 3);
	const int64_t adim[] = {e, s};
	Value *h = rms_norm(f, x);
	Value *xz = linear(f, h, 2 * e, chance(f, 10));
	Value *z = slice(f, xz, 2, e, 2 * e, 1), *u = slice(f, xz, 2, 0, e, 1);
	Node *conv = begin(f, OP_conv1d_depthwise, u, param(f, 3, (const int64_t[]){e, 1, 4}),
			   param1(f, "zeros", e));
	attr_set_ints(conv, "pad", (const int64_t[]){3, 0}, 2);
	u = unary(f, OP_silu, finish(conv));
	Value *p = linear(f, u, r + 2 * s, false);
	Value *dt = linear(f, slice(f, p, 2, 0, r, 1), e, true);
	Value *a = unary(f, OP_neg, unary(f, OP_exp, param(f, 2, adim)));
	Value *in[] = {u,
		       unary(f, OP_softplus, dt),
		       a,
		       slice(f, p, 2, r, r + s, 1),
		       slice(f, p, 2, r + s, r + 2 * s, 1),
		       param1(f, "ones", e)};
	Value *y = finish(node_new(f->g, OP_selective_scan, in, 6, (Loc){0}, NULL));
	if (chance(f, 10))
		keep(f, y);
	y = binary(f, OP_mul, y, unary(f, OP_silu, z));
	y = linear(f, y, c, false);
	return chance(f, 80) ? binary(f, OP_add, y, x) : y;
}

static Value *both_ways(Gen *f, Value *x)
{
	Value *fwd = mamba_layer(f, x);
	Value *bwd = mamba_layer(f, axis_op(f, OP_flip, x, 1));
	if (chance(f, 90))
		bwd = axis_op(f, OP_flip, bwd, 1);
	return binary(f, OP_add, fwd, bwd);
}

static Value *step(Gen *f, Value *x)
{
	const int what = pick(f, 0, 99), rank = x->type.rank;
	if (rank == 4 && what < 35)
		return conv_block(f, x);
	if (rank == 3 && what < 25)
		return chance(f, 50) ? both_ways(f, x) : mamba_layer(f, x);
	if (what < 50)
		return safe_binary(f, x);
	if (what < 62)
		return safe_unary(f, x);
	if (what < 78 || rank == 0)
		return movement(f, x);
	if (what < 82)
		return reduce(f, x);
	if (what < 85)
		return axis_op(f, OP_softmax, x, pick(f, 0, rank - 1));
	if (what < 87)
		return linear(f, x, pick(f, 1, 4), chance(f, 50));
	if (what < 89)
		return rms_norm(f, x);
	if (what < 91)
		return layer_norm(f, x);
	if (what < 93)
		return batch_norm(f, x, pick(f, 0, rank - 1));
	if (what < 96 && rank >= 2)
		return matmul(f, x);
	if (what < 98 && rank == 3)
		return conv1d(f, x, chance(f, 50));
	if (what < 99 && rank <= 3)
		return stft(f, x);
	return safe_unary(f, x);
}

static bool too_large(const Value *v)
{
	return type_count(&v->type) > 4000 || v->type.rank > 5;
}

/* K branches with the same structure and their own params, from one value or from several. */
static void branches(Gen *f)
{
	const int count = pick(f, 2, 4), length = pick(f, 1, 4);
	const uint64_t script = random_bits(&f->rng);
	Value *x = pooled(f), *end[4];
	const bool one = chance(f, 50), reversed = chance(f, 30);
	for (int i = 0; i < count; i++) {
		Gen b = {.g = f->g, .a = f->a, .rng = script, .nparams = f->nparams};
		Value *v = one ? x : unary(&b, i % 2 ? OP_tanh : OP_sigmoid, partner(f, x));
		const bool flips = reversed && i % 2 && v->type.rank == 3;
		if (flips)
			v = axis_op(&b, OP_flip, v, 1);
		keep(&b, v);
		for (int k = 0; k < length; k++) {
			Value *y = step(&b, v);
			v = too_large(y) ? v : keep(&b, y);
		}
		if (flips && v->type.rank == 3)
			v = axis_op(&b, OP_flip, v, 1);
		f->nparams = b.nparams;
		end[i] = keep(f, v);
	}
	for (int i = 1; i < count; i++)
		if (!type_equal(&end[i]->type, &end[0]->type))
			return;
	if (chance(f, 50) && end[0]->type.rank < 5)
		keep(f, finish(node_new(f->g, OP_stack, end, count, (Loc){0}, NULL)));
	for (int o = 0; o < 3 && count == 3; o++) { /* a mixture of three */
		Value *sum = binary(f, OP_mul, end[0], broadcast_operand(f, end[0]));
		for (int i = 1; i < 3; i++)
			sum = binary(f, OP_add, sum,
				     binary(f, OP_mul, end[i], broadcast_operand(f, end[i])));
		keep(f, sum);
	}
}

static void generate(Gen *f)
{
	const int inputs = pick(f, 1, 2);
	for (int i = 0; i < inputs; i++) {
		const int64_t dim[] = {pick(f, 1, 2), pick(f, 1, 4), pick(f, 1, 6), pick(f, 1, 6)};
		const int rank = chance(f, 40) ? 4 : chance(f, 70) ? 3 : pick(f, 0, 2);
		keep(f, source(f, OP_input, NULL, rank, dim));
	}
	const int length = pick(f, 2, 10);
	for (int i = 0; i < length; i++) {
		if (chance(f, 25)) {
			branches(f);
			continue;
		}
		Value *v = step(f, pooled(f));
		if (!too_large(v))
			keep(f, v);
	}
	const int outputs = pick(f, 1, 3);
	for (int i = 0; i < outputs; i++)
		graph_add_output(f->g, arena_printf(f->a, "y%d", i),
				 i ? pooled(f) : f->pool.at[f->pool.n - 1], (Loc){0});
}

/* ---- gradients ---- */

/* Sum of the squares of all elements. */
static Value *norm(Gen *f, Value *v)
{
	Value *square = unary(f, OP_square, v);
	int64_t axes[MAX_RANK];
	if (v->type.rank == 0)
		return square;
	for (int i = 0; i < v->type.rank; i++)
		axes[i] = i;
	Node *n = begin(f, OP_sum, square, NULL, NULL);
	attr_set_ints(n, "axes", axes, v->type.rank);
	return finish(n);
}

/* The gradients of a norm of the first output by some sources become outputs, with the source
 * added: a gradient that vanishes but for rounding is then small beside its tensor. */
static void differentiate(Gen *f)
{
	enum { MAX_WRT = 6 };
	Value *wrt[MAX_WRT], *grad[MAX_WRT];
	int n = 0;
	for (int i = 0; i < f->g->nodes.n; i++) {
		const Node *node = f->g->nodes.at[i];
		const unsigned flags = node_info(node)->flags;
		if ((flags & F_NOGRAD) && !(flags & F_SOURCE))
			return;
		const bool free = node->op == OP_input || node->op == OP_param;
		if (free && n < MAX_WRT && chance(f, 60))
			wrt[n++] = &node->out[0];
	}
	Value *loss = norm(f, f->g->outputs.at[0].value);
	graph_sort(f->g);
	if (!ir_grad(f->g, loss, wrt, n, grad))
		BUG("there is no gradient");
	for (int i = 0; i < n; i++)
		graph_add_output(f->g, arena_printf(f->a, "grad%d", i),
				 binary(f, OP_add, grad[i], wrt[i]), (Loc){0});
}

/* Graph "main" of m, which has no graph yet; *f goes on with the seed's numbers. */
static Graph *random_graph(Gen *f, Module *m, uint64_t seed)
{
	*f = (Gen){.g = graph_new(m, "main"), .a = m->arena, .rng = seed};
	generate(f);
	if (chance(f, 50))
		differentiate(f);
	graph_sort(f->g);
	return f->g;
}

#endif
