/* infer_grad.c: shape inference for what only training needs: batch statistics, dropout, gradients
 * and the optimiser's step. See infer.c. */
#include "infer.h"

/* ---- products -------------------------------------------------------------------------------- */

/* g[..., n], w[n, k] -> dx[..., k] */
bool infer_linear_dx(Infer *c)
{
	if (!need_min_rank(c, 0, 1) || !need_rank(c, 1, 2))
		return false;
	Type t = c->in[0];
	const int64_t *w = c->in[1].dim;
	if (t.dim[t.rank - 1] != w[0])
		return fail(c, E303, 0, 1, "inner dimensions differ: %lld and %lld",
			    (long long)t.dim[t.rank - 1], (long long)w[0]);
	t.dim[t.rank - 1] = w[1];
	c->out[0] = t;
	return true;
}

/* x[..., k], g[..., n] -> dw[n, k] */
bool infer_linear_dw(Infer *c)
{
	if (!need_min_rank(c, 0, 1) || !need_min_rank(c, 1, 1))
		return false;
	Type rows = c->in[0];
	const Type *g = &c->in[1];
	const int64_t dim[] = {g->dim[g->rank - 1], rows.dim[rows.rank - 1]};
	rows.dim[rows.rank - 1] = dim[0];
	return need_shape(c, 1, 0, rows.rank, rows.dim) && result(c, 2, dim);
}

/* ---- images ---------------------------------------------------------------------------------- */

/* The image x[b, channels, size] in the layout of the node. */
static Type image(const Infer *c, int64_t b, int64_t channels, int64_t h, int64_t w)
{
	const bool last = attr_bool(c->n, "channels_last");
	const int64_t dim[] = {b, last ? h : channels, last ? w : h, last ? channels : w};
	return like(c, 4, dim);
}

static int64_t extent(const Infer *c, const Type *t, int k)
{
	return t->dim[attr_bool(c->n, "channels_last") ? 1 + k : 2 + k];
}

static int64_t channels(const Infer *c, const Type *t)
{
	return t->dim[attr_bool(c->n, "channels_last") ? 3 : 1];
}

/* Input g must be a convolution of x with o filters of kernel[2] taps. */
static bool need_convolved(const Infer *c, int g, const Type *x, int64_t o, const int64_t *kernel)
{
	int64_t to[2];
	if (!need_range(c, "stride", 1, MAX_EXTENT) || !need_range(c, "pad", 0, MAX_EXTENT))
		return false;
	for (int k = 0; k < 2; k++) {
		const int64_t padded = extent(c, x, k) + 2 * attr_int_at(c->n, "pad", k);
		if (kernel[k] > padded)
			return fail(c, E303, g, -1,
				    "kernel extent %lld exceeds the padded extent %lld",
				    (long long)kernel[k], (long long)padded);
		to[k] = (padded - kernel[k]) / attr_int_at(c->n, "stride", k) + 1;
	}
	const Type want = image(c, x->dim[0], o, to[0], to[1]);
	return need_shape(c, g, g, 4, want.dim);
}

/* g[B, O, ho, wo], w[O, C, kh, kw] -> dx[B, C, size] */
bool infer_conv2d_dx(Infer *c)
{
	if (!need_rank(c, 0, 4) || !need_rank(c, 1, 4) || !need_range(c, "size", 1, MAX_EXTENT))
		return false;
	const int64_t *w = c->in[1].dim;
	c->out[0] = image(c, c->in[0].dim[0], w[1], attr_int_at(c->n, "size", 0),
			  attr_int_at(c->n, "size", 1));
	return need_convolved(c, 0, &c->out[0], w[0], w + 2);
}

/* x[B, C, H, W], g[B, O, ho, wo] -> dw[O, C, kernel] */
bool infer_conv2d_dw(Infer *c)
{
	if (!need_rank(c, 0, 4) || !need_rank(c, 1, 4) || !need_range(c, "kernel", 1, MAX_EXTENT))
		return false;
	const int64_t o = channels(c, &c->in[1]),
		      kernel[] = {attr_int_at(c->n, "kernel", 0), attr_int_at(c->n, "kernel", 1)};
	const int64_t dim[] = {o, channels(c, &c->in[0]), kernel[0], kernel[1]};
	return need_convolved(c, 1, &c->in[0], o, kernel) && result(c, 4, dim);
}

/* Input g must be x in tiles. */
static bool need_pooled(const Infer *c, int g, const Type *x)
{
	if (!need_range(c, "kernel", 1, MAX_EXTENT))
		return false;
	const Type want =
	    image(c, x->dim[0], channels(c, x), extent(c, x, 0) / attr_int_at(c->n, "kernel", 0),
		  extent(c, x, 1) / attr_int_at(c->n, "kernel", 1));
	return need_shape(c, g, g, 4, want.dim);
}

/* g[B, C, h, w] -> dx[B, C, size] */
bool infer_avg_pool2d_grad(Infer *c)
{
	if (!need_rank(c, 0, 4) || !need_range(c, "size", 1, MAX_EXTENT))
		return false;
	c->out[0] = image(c, c->in[0].dim[0], channels(c, &c->in[0]), attr_int_at(c->n, "size", 0),
			  attr_int_at(c->n, "size", 1));
	return need_pooled(c, 0, &c->out[0]);
}

/* x[B, C, H, W], g[B, C, h, w] -> dx */
bool infer_max_pool2d_grad(Infer *c)
{
	c->out[0] = c->in[0];
	return need_rank(c, 0, 4) && need_rank(c, 1, 4) && need_pooled(c, 1, &c->in[0]);
}

/* ---- norms ---- */

/* Inputs from..to are vectors along `axis` of x; *vector is their type. */
static bool need_channels(const Infer *c, int from, int to, Type *vector)
{
	int axis;
	if (!need_axis(c, attr_int(c->n, "axis"), c->in[0].rank, &axis))
		return false;
	*vector = like(c, 1, &c->in[0].dim[axis]);
	for (int i = from; i <= to; i++)
		if (!need_vector(c, i, 0, vector->dim[0]))
			return false;
	return true;
}

/* Divides the extents of t that `pool` tiles. */
static bool pooled(const Infer *c, Type *t)
{
	const int64_t tile[] = {attr_int_at(c->n, "pool", 0), attr_int_at(c->n, "pool", 1)};
	const char *act = attr_str(c->n, "act");
	int axis, k = 0;
	if (strcmp(act, "none") && strcmp(act, "relu"))
		return fail(c, E304, -1, -1, "'act' must be none or relu, not '%s'", act);
	if (!need_range(c, "pool", 1, MAX_EXTENT) ||
	    !need_axis(c, attr_int(c->n, "axis"), t->rank, &axis))
		return false;
	if (tile[0] == 1 && tile[1] == 1)
		return true;
	if (t->rank != 4 || axis == 0)
		return fail(c, E302, 0, -1, "'pool' is for [B, C, H, W] and [B, H, W, C]");
	for (int i = 1; i < 4; i++) {
		if (i == axis)
			continue;
		if (t->dim[i] < tile[k])
			return fail(c, E303, 0, -1, "'pool' %lld exceeds the extent %lld",
				    (long long)tile[k], (long long)t->dim[i]);
		t->dim[i] /= tile[k++];
	}
	return true;
}

/* x, weight, bias, running_mean, running_var -> y, mean, rstd, new_mean, new_var */
bool infer_batch_norm_train(Infer *c)
{
	Type vector;
	const double momentum = attr_float(c->n, "momentum");
	if (!need_channels(c, 1, 4, &vector) || !need_eps(c))
		return false;
	if (!(momentum >= 0 && momentum <= 1))
		return fail(c, E304, -1, -1, "'momentum' must be 0 to 1, not %g", momentum);
	if (type_count(&c->in[0]) == vector.dim[0])
		return fail(c, E303, 0, -1, "there is one value a channel, which has no variance");
	c->out[0] = c->in[0];
	for (int i = 1; i < 5; i++)
		c->out[i] = vector;
	return pooled(c, &c->out[0]);
}

/* x, weight, mean, rstd, dy, bias -> dx, dweight, dbias */
bool infer_batch_norm_grad(Infer *c)
{
	Type y = c->in[0];
	if (!need_channels(c, 1, 3, &c->out[1]) || !pooled(c, &y) ||
	    !need_shape(c, 4, 0, y.rank, y.dim) || !need_vector(c, 5, 0, c->out[1].dim[0]))
		return false;
	if (!has(c, 5) && strcmp(attr_str(c->n, "act"), "none"))
		return fail(c, E301, -1, -1, "'act' needs the input 'bias'");
	c->out[0] = c->in[0];
	c->out[2] = c->out[1];
	return true;
}

/* x[..., C], weight[C], g[..., C] -> dx, dweight */
bool infer_rms_norm_grad(Infer *c)
{
	const Type *x = &c->in[0];
	if (!need_min_rank(c, 0, 1) || !need_eps(c) || !need_vector(c, 1, 0, x->dim[x->rank - 1]) ||
	    !need_shape(c, 2, 0, x->rank, x->dim))
		return false;
	c->out[0] = *x;
	c->out[1] = c->in[1];
	return true;
}

/* x[..., C], weight[C], g[..., C] -> dx, dweight, dbias */
bool infer_layer_norm_grad(Infer *c)
{
	c->out[2] = c->in[1];
	return infer_rms_norm_grad(c);
}

/* ---- sequences ------------------------------------------------------------------------------- */

/* x[B, L, C], g[B, L', C] -> dw[C, 1, kernel] */
bool infer_conv1d_depthwise_dw(Infer *c)
{
	if (!need_rank(c, 0, 3) || !need_rank(c, 1, 3) || !need_range(c, "kernel", 1, MAX_EXTENT) ||
	    !need_range(c, "pad", 0, MAX_EXTENT))
		return false;
	const int64_t *x = c->in[0].dim, k = attr_int(c->n, "kernel");
	const int64_t padded = x[1] + attr_int_at(c->n, "pad", 0) + attr_int_at(c->n, "pad", 1);
	const int64_t g[] = {x[0], padded - k + 1, x[2]}, dw[] = {x[2], 1, k};
	return need_shape(c, 1, 0, 3, g) && result(c, 3, dw);
}

/* u, delta, A, B, C, D as in selective_scan, g[B, L, E] -> their gradients */
bool infer_selective_scan_grad(Infer *c)
{
	if (!infer_selective_scan(c) || !need_shape(c, 6, 0, 3, c->in[0].dim))
		return false;
	for (int i = 0; i < 6; i++)
		c->out[i] = c->in[i];
	return true;
}

bool infer_scan_gate_grad(Infer *c)
{
	if (!infer_scan_gate(c) || !need_shape(c, 7, 0, 3, c->in[0].dim))
		return false;
	for (int i = 0; i < 7; i++)
		c->out[i] = c->in[i];
	return true;
}

/* q, k, v, y[B, T, H, E], lse[B, H, T], g[B, T, H, E] -> dq, dk, dv, dp, dr */
bool infer_attention_grad(Infer *c)
{
	if (!need_attention(c, 6))
		return false;
	const int64_t *q = c->in[0].dim, lse[] = {q[0], q[2], q[1]},
		      y[] = {q[0], q[1], q[2], c->in[2].dim[3]};
	if (!need_shape(c, 3, 0, 4, y) || !need_shape(c, 4, 0, 3, lse) ||
	    !need_shape(c, 5, 0, 4, y))
		return false;
	const int nout = has(c, 7) ? 5 : 3;
	if (c->n->nout != nout)
		return fail(c, E301, -1, -1, "has %d outputs, not %d", c->n->nout, nout);
	for (int i = 0; i < nout; i++)
		c->out[i] = c->in[i < 3 ? i : 0];
	return true;
}

/* gates_x, gates_h[B, L, 3H], h[B, L, H], weight_hh[3H, H], g[B, L, H] -> dgates_x, dgates_h */
bool infer_gru_grad(Infer *c)
{
	if (!need_rank(c, 2, 3))
		return false;
	const int64_t *h = c->in[2].dim;
	if (h[2] > MAX_EXTENT / 3)
		return fail(c, E303, 2, -1, "a state of %lld is too large", (long long)h[2]);
	const int64_t gates[] = {h[0], h[1], 3 * h[2]}, weight[] = {3 * h[2], h[2]};
	for (int i = 0; i < 2; i++) {
		if (!need_shape(c, i, 2, 3, gates))
			return false;
		c->out[i] = c->in[i];
	}
	return need_shape(c, 3, 2, 2, weight) && need_shape(c, 4, 2, 3, h);
}

/* x[B, L, C], w[C, 1, k], bias[C], g[B, L, C] -> dx, dw, dbias */
bool infer_conv1d_silu_grad(Infer *c)
{
	if (!infer_conv1d_depthwise(c) || !need_shape(c, 3, 0, 3, c->in[0].dim))
		return false;
	if (!type_equal(&c->out[0], &c->in[0]))
		return fail(c, E303, 0, 1, "the convolution changes the length");
	for (int i = 1; i < 3; i++)
		c->out[i] = c->in[i];
	return true;
}

/* ---- dropout, optimiser ---- */

bool infer_dropout(Infer *c)
{
	c->out[0] = c->in[0];
	return need_draws(c, 1) && need_range(c, "share", 0, c->in[0].rank);
}

/* acc, g, scalars[2] -> new_acc */
bool infer_accumulate(Infer *c)
{
	c->out[0] = c->in[0];
	return need_shape(c, 1, 0, c->in[0].rank, c->in[0].dim) && need_vector(c, 2, 0, 2);
}

/* p, g, m, v, scalars[4] or [5], vmax -> new_p, new_m, new_v, new_vmax */
bool infer_adamw(Infer *c)
{
	const Type *s = &c->in[4];
	const Type *p = &c->in[0];
	for (int i = 1; i < 6; i++)
		if (i != 4 && !need_shape(c, i, 0, p->rank, p->dim))
			return false;
	for (int i = 0; i < 4; i++)
		c->out[i] = *p;
	return need_vector(c, 4, 0, s->rank == 1 && s->dim[0] == 5 ? 5 : 4) && need_eps(c);
}
