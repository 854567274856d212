/* infer_ops.c: shape inference, one function an op: it sees an Infer, reports through fail() and
 * returns false, or fills c->out. */
#include "infer.h"

/* ---- elementwise --------------------------------------------------------------------------- */

/* Broadcast shape of all inputs. */
bool infer_ew(Infer *c)
{
	Type t = c->in[0];
	for (int i = 1; i < c->nin; i++) {
		const Type sofar = t;
		if (!type_broadcast(&sofar, &c->in[i], &t))
			return fail(c, E303, i - 1, i, "shapes do not broadcast: %s and %s",
				    text_of(c, &sofar), text_of(c, &c->in[i]));
	}
	c->out[0] = t;
	return true;
}

bool infer_map(Infer *c)
{
	const OpTable *ops = c->n->graph->module->ops;
	MapCode code;
	const char *why = NULL;
	if (!map_parse(arena_of(c), ops, attr_str(c->n, "f"), c->nin, &code, &why))
		return fail(c, E308, -1, -1, "malformed program: %s", why);
	if (c->n->nin > MAX_MAP_IN)
		return fail(c, E308, -1, -1, "%d operands, at most %d are possible", c->n->nin,
			    (int)MAX_MAP_IN);
	if (code.nout > MAX_OUT)
		return fail(c, E308, -1, -1, "the program has %d outputs, at most %d are possible",
			    code.nout, (int)MAX_OUT);
	if (c->n->nout <= 0)
		node_set_nout(c->n, code.nout);
	if (code.nout != c->n->nout)
		return fail(c, E308, -1, -1, "the program has %d outputs, the node has %d",
			    code.nout, c->n->nout);
	if (!infer_ew(c))
		return false;
	for (int i = 1; i < c->n->nout; i++)
		c->out[i] = c->out[0];
	return true;
}

/* ---- sources ------------------------------------------------------------------------------- */

bool infer_input(Infer *c)
{
	return need_shape_attr(c, F32, false, &c->out[0]);
}

bool infer_param(Infer *c)
{
	return need_shape_attr(c, F32, false, &c->out[0]);
}

bool infer_const(Infer *c)
{
	if (!need_shape_attr(c, F32, false, &c->out[0]))
		return false;
	if (!type_valid(&c->out[0]))
		return true; /* reported by ir_infer */
	const int len = attr_len(c->n, "value");
	const int64_t count = type_count(&c->out[0]);
	if (len == 1 || len == count)
		return true;
	return fail(c, E304, -1, -1, "'value' has %d numbers, %s needs 1 or %lld", len,
		    text_of(c, &c->out[0]), (long long)count);
}

/* [bins, mels] */
bool infer_mel_filterbank(Infer *c)
{
	const double rate = attr_float(c->n, "rate");
	const double fmin = attr_float(c->n, "fmin"), fmax = attr_float(c->n, "fmax");
	if (!need_range(c, "bins", 2, MAX_EXTENT) || !need_range(c, "mels", 1, MAX_EXTENT))
		return false;
	if (!(rate > 0 && isfinite(rate)))
		return fail(c, E304, -1, -1, "'rate' must be positive, not %g", rate);
	if (!(fmin >= 0 && fmin < fmax && fmax <= rate / 2))
		return fail(
		    c, E304, -1, -1,
		    "0 <= fmin < fmax <= rate/2 is needed, but fmin is %g, fmax %g, rate/2 %g",
		    fmin, fmax, rate / 2);
	const int64_t dim[] = {attr_int(c->n, "bins"), attr_int(c->n, "mels")};
	c->out[0] = type_make(F32, 2, dim);
	return true;
}

/* [positions, features] */
bool infer_sinusoid(Infer *c)
{
	const double base = attr_float(c->n, "base");
	if (!need_range(c, "positions", 1, MAX_EXTENT) || !need_range(c, "features", 1, MAX_EXTENT))
		return false;
	if (!(base > 0 && isfinite(base)))
		return fail(c, E304, -1, -1, "'base' must be positive, not %g", base);
	const int64_t dim[] = {attr_int(c->n, "positions"), attr_int(c->n, "features")};
	c->out[0] = type_make(F32, 2, dim);
	return true;
}

/* ---- movement ------------------------------------------------------------------------------ */

bool infer_reshape(Infer *c)
{
	Type t;
	if (!need_shape_attr(c, c->in[0].dtype, true, &t))
		return false;
	const int64_t count = type_count(&c->in[0]);
	int64_t known = 1;
	int hole = -1;
	for (int i = 0; i < t.rank; i++) {
		if (t.dim[i] == -1 && hole >= 0)
			return fail(c, E304, -1, -1, "'shape' %s has more than one -1",
				    list_text(c, t.dim, t.rank));
		if (t.dim[i] == -1)
			hole = i;
		else
			known = known <= count / t.dim[i] ? known * t.dim[i] : count + 1;
	}
	if (hole >= 0 ? known > count || count % known != 0 : known != count)
		return fail(c, E303, 0, -1, "%lld elements do not fit shape %s", (long long)count,
			    list_text(c, t.dim, t.rank));
	if (hole >= 0)
		t.dim[hole] = count / known;
	c->out[0] = t;
	return true;
}

bool infer_transpose(Infer *c)
{
	const Type *x = &c->in[0];
	const int n = attr_len(c->n, "perm");
	if (n != x->rank)
		return fail(c, E302, 0, -1, "'perm' has %d axes, 'x' has %d dimensions", n,
			    x->rank);
	int64_t dim[MAX_RANK];
	bool used[MAX_RANK] = {false};
	for (int i = 0; i < n; i++) {
		int axis;
		if (!need_axis(c, attr_int_at(c->n, "perm", i), x->rank, &axis))
			return false;
		if (used[axis])
			return fail(c, E305, -1, -1, "axis %d appears twice in 'perm' %s", axis,
				    list_text(c, attr_ints(c->n, "perm"), n));
		used[axis] = true;
		dim[i] = x->dim[axis];
	}
	return result(c, n, dim);
}

bool infer_slice(Infer *c)
{
	Type t = c->in[0];
	int axis;
	if (!need_axis(c, attr_int(c->n, "axis"), t.rank, &axis) ||
	    !need_range(c, "step", 1, MAX_EXTENT) ||
	    !need_range(c, "start", -MAX_EXTENT, MAX_EXTENT) ||
	    !need_range(c, "stop", -MAX_EXTENT, MAX_EXTENT))
		return false;
	const int64_t extent = t.dim[axis], step = attr_int(c->n, "step");
	const int64_t from = attr_int(c->n, "start"), to = attr_int(c->n, "stop");
	const int64_t start = from < 0 ? from + extent : from;
	const int64_t stop = to < 0 ? to + extent : to;
	if (start < 0 || stop > extent)
		return fail(c, E304, 0, -1, "range %lld to %lld leaves axis %d of extent %lld",
			    (long long)from, (long long)to, axis, (long long)extent);
	if (start >= stop)
		return fail(c, E304, 0, -1, "range %lld to %lld of axis %d of extent %lld is empty",
			    (long long)from, (long long)to, axis, (long long)extent);
	t.dim[axis] = (stop - start - 1) / step + 1;
	c->out[0] = t;
	return true;
}

bool infer_flip(Infer *c)
{
	int axis;
	c->out[0] = c->in[0];
	return need_axis(c, attr_int(c->n, "axis"), c->in[0].rank, &axis);
}

bool infer_concat(Infer *c)
{
	Type t = c->in[0];
	int axis;
	if (!need_axis(c, attr_int(c->n, "axis"), t.rank, &axis))
		return false;
	for (int i = 1; i < c->nin; i++) {
		const Type *x = &c->in[i];
		if (x->rank != t.rank)
			return fail(c, E302, 0, i, "inputs 0 and %d have %d and %d dimensions", i,
				    t.rank, x->rank);
		for (int k = 0; k < t.rank; k++)
			if (k != axis && x->dim[k] != t.dim[k])
				return fail(c, E303, 0, i,
					    "extents of axis %d differ between inputs 0 and %d: "
					    "%lld and %lld",
					    k, i, (long long)t.dim[k], (long long)x->dim[k]);
		t.dim[axis] += x->dim[axis];
		if (t.dim[axis] > MAX_EXTENT)
			break;
	}
	c->out[0] = t;
	return true;
}

bool infer_stack(Infer *c)
{
	const Type *x = &c->in[0];
	int axis;
	if (x->rank == MAX_RANK)
		return fail(c, E302, 0, -1, "inputs must have fewer than %d dimensions",
			    (int)MAX_RANK);
	if (!need_axis(c, attr_int(c->n, "axis"), x->rank + 1, &axis))
		return false;
	for (int i = 1; i < c->nin; i++)
		if (!type_equal(&c->in[i], x))
			return fail(c, E303, 0, i, "shapes of inputs 0 and %d differ: %s and %s", i,
				    text_of(c, x), text_of(c, &c->in[i]));
	int64_t dim[MAX_RANK];
	for (int k = 0; k <= x->rank; k++)
		dim[k] = k < axis ? x->dim[k] : k == axis ? c->nin : x->dim[k - 1];
	return result(c, x->rank + 1, dim);
}

bool infer_broadcast(Infer *c)
{
	const Type *x = &c->in[0];
	Type want, got;
	if (!need_shape_attr(c, x->dtype, false, &want))
		return false;
	if (!type_broadcast(x, &want, &got) || !type_equal(&got, &want))
		return fail(c, E303, 0, -1, "%s does not broadcast to %s", text_of(c, x),
			    text_of(c, &want));
	c->out[0] = want;
	return true;
}

bool infer_pad(Infer *c)
{
	Type t = c->in[0];
	int axis;
	if (!need_axis(c, attr_int(c->n, "axis"), t.rank, &axis) ||
	    !need_range(c, "before", 0, MAX_EXTENT) || !need_range(c, "after", 0, MAX_EXTENT))
		return false;
	t.dim[axis] += attr_int(c->n, "before") + attr_int(c->n, "after");
	c->out[0] = t;
	return true;
}

/* ---- reductions ---------------------------------------------------------------------------- */

bool infer_reduce(Infer *c)
{
	const Type *x = &c->in[0];
	const bool keep = attr_bool(c->n, "keep");
	bool reduced[MAX_RANK] = {false};
	const int n = attr_len(c->n, "axes");
	if (n == 0)
		return fail(c, E304, -1, -1, "'axes' is empty");
	for (int i = 0; i < n; i++) {
		int axis;
		if (!need_axis(c, attr_int_at(c->n, "axes", i), x->rank, &axis))
			return false;
		if (reduced[axis])
			return fail(c, E305, -1, -1, "axis %d appears twice in 'axes' %s", axis,
				    list_text(c, attr_ints(c->n, "axes"), n));
		reduced[axis] = true;
	}
	int64_t dim[MAX_RANK];
	int rank = 0;
	for (int k = 0; k < x->rank; k++)
		if (!reduced[k] || keep)
			dim[rank++] = reduced[k] ? 1 : x->dim[k];
	return result(c, rank, dim);
}

bool infer_sum(Infer *c)
{
	return infer_reduce(c);
}

bool infer_sum_product(Infer *c)
{
	return infer_reduce(c) && need_shape(c, 1, 0, c->in[0].rank, c->in[0].dim);
}

bool infer_mean(Infer *c)
{
	return infer_reduce(c);
}

bool infer_max(Infer *c)
{
	return infer_reduce(c);
}

bool infer_min(Infer *c)
{
	return infer_reduce(c);
}

bool infer_sum_squares(Infer *c)
{
	return result(c, 0, NULL);
}

bool infer_first_equal(Infer *c)
{
	if (!infer_reduce(c) || !need_shape(c, 1, 0, c->out[0].rank, c->out[0].dim))
		return false;
	c->out[0] = c->in[0];
	return true;
}

bool infer_softmax(Infer *c)
{
	int axis;
	c->out[0] = c->in[0];
	return need_axis(c, attr_int(c->n, "axis"), c->in[0].rank, &axis);
}

bool infer_cumsum(Infer *c)
{
	return infer_softmax(c);
}

/* ---- products ------------------------------------------------------------------------------ */

/* a[..., m, k], b[..., k, n] -> [..., m, n] */
bool infer_matmul(Infer *c)
{
	if (!need_min_rank(c, 0, 2) || !need_min_rank(c, 1, 2))
		return false;
	const Type *a = &c->in[0], *b = &c->in[1];
	const bool ta = attr_bool(c->n, "ta"), tb = attr_bool(c->n, "tb");
	const int64_t m = a->dim[a->rank - (ta ? 1 : 2)], ka = a->dim[a->rank - (ta ? 2 : 1)];
	const int64_t n = b->dim[b->rank - (tb ? 2 : 1)], kb = b->dim[b->rank - (tb ? 1 : 2)];
	if (ka != kb)
		return fail(c, E303, 0, 1, "inner dimensions differ: %lld and %lld", (long long)ka,
			    (long long)kb);
	const Type la = type_make(a->dtype, a->rank - 2, a->dim);
	const Type lb = type_make(b->dtype, b->rank - 2, b->dim);
	Type y;
	if (!type_broadcast(&la, &lb, &y))
		return fail(c, E303, 0, 1, "leading dimensions do not broadcast: %s and %s",
			    list_text(c, la.dim, la.rank), list_text(c, lb.dim, lb.rank));
	y.dim[y.rank] = m;
	y.dim[y.rank + 1] = n;
	return result(c, y.rank + 2, y.dim);
}

/* x[..., k], w[n, k], bias[n] -> [..., n] */
bool infer_linear(Infer *c)
{
	if (!need_min_rank(c, 0, 1) || !need_rank(c, 1, 2))
		return false;
	Type t = c->in[0];
	const Type *w = &c->in[1];
	if (t.dim[t.rank - 1] != w->dim[1])
		return fail(c, E303, 0, 1, "inner dimensions differ: %lld and %lld",
			    (long long)t.dim[t.rank - 1], (long long)w->dim[1]);
	if (!need_vector(c, 2, 1, w->dim[0]))
		return false;
	t.dim[t.rank - 1] = w->dim[0];
	c->out[0] = t;
	return true;
}

/* x[B, C, H, W] or [B, H, W, C], w[O, C, kh, kw] -> the same with O and the convolved extents */
static bool infer_conv(Infer *c)
{
	if (!need_rank(c, 0, 4) || !need_rank(c, 1, 4) || !need_range(c, "stride", 1, MAX_EXTENT) ||
	    !need_range(c, "pad", 0, MAX_EXTENT))
		return false;
	Type t = c->in[0];
	const Type *w = &c->in[1];
	const int channel = attr_bool(c->n, "channels_last") ? 3 : 1;
	if (t.dim[channel] != w->dim[1])
		return fail(c, E303, 0, 1, "'x' has %lld channels, 'w' takes %lld",
			    (long long)t.dim[channel], (long long)w->dim[1]);
	for (int k = 0; k < 2; k++) {
		int64_t *d = &t.dim[channel == 3 ? 1 + k : 2 + k];
		const int64_t pad = attr_int_at(c->n, "pad", k),
			      stride = attr_int_at(c->n, "stride", k);
		const int64_t room = *d + 2 * pad - w->dim[2 + k];
		if (room < 0)
			return fail(c, E303, 0, 1,
				    "kernel extent %lld exceeds the padded extent %lld",
				    (long long)w->dim[2 + k], (long long)(*d + 2 * pad));
		*d = room / stride + 1;
	}
	t.dim[channel] = w->dim[0];
	c->out[0] = t;
	return true;
}

bool infer_conv2d(Infer *c)
{
	return infer_conv(c) && need_vector(c, 2, 1, c->in[1].dim[0]);
}

/* x[B, L, C], w[C, 1, k], bias[C]; `length` is that of x, returned as that of the result */
static bool conv1d_length(const Infer *c, int w, int64_t channels, int64_t *length)
{
	if (!need_rank(c, w, 3) || !need_range(c, "pad", 0, MAX_EXTENT))
		return false;
	const int64_t k = c->in[w].dim[2];
	const int64_t want[] = {channels, 1, k};
	if (!need_shape(c, w, 0, 3, want) || !need_vector(c, w + 1, w, channels))
		return false;
	const int64_t padded = *length + attr_int_at(c->n, "pad", 0) + attr_int_at(c->n, "pad", 1);
	if (k > padded)
		return fail(c, E303, 0, w, "kernel extent %lld exceeds the padded length %lld",
			    (long long)k, (long long)padded);
	*length = padded - k + 1;
	return true;
}

bool infer_conv1d_depthwise(Infer *c)
{
	if (!need_rank(c, 0, 3))
		return false;
	c->out[0] = c->in[0];
	return conv1d_length(c, 1, c->in[0].dim[2], &c->out[0].dim[1]);
}

/* ---- norms, pools -------------------------------------------------------------------------- */

bool infer_batch_norm(Infer *c)
{
	int axis;
	if (!need_axis(c, attr_int(c->n, "axis"), c->in[0].rank, &axis) || !need_eps(c))
		return false;
	for (int i = 1; i < c->nin; i++)
		if (!need_vector(c, i, 0, c->in[0].dim[axis]))
			return false;
	c->out[0] = c->in[0];
	return true;
}

/* x[..., C], then vectors [C] */
bool infer_row_norm(Infer *c)
{
	if (!need_min_rank(c, 0, 1) || !need_eps(c))
		return false;
	for (int i = 1; i < c->nin; i++)
		if (!need_vector(c, i, 0, c->in[0].dim[c->in[0].rank - 1]))
			return false;
	c->out[0] = c->in[0];
	return true;
}

bool infer_rms_norm(Infer *c)
{
	return infer_row_norm(c);
}

bool infer_layer_norm(Infer *c)
{
	return infer_row_norm(c);
}

/* Divides the two spatial extents of t by the tile sizes in `attr`. */
static bool pool(const Infer *c, const char *attr, Type *t)
{
	if (!need_range(c, attr, 1, MAX_EXTENT))
		return false;
	const int first = attr_bool(c->n, "channels_last") ? 1 : 2;
	for (int k = 0; k < 2; k++) {
		const int64_t tile = attr_int_at(c->n, attr, k);
		if (t->dim[first + k] < tile)
			return fail(c, E303, 0, -1, "'%s' %lld exceeds the extent %lld", attr,
				    (long long)tile, (long long)t->dim[first + k]);
		t->dim[first + k] /= tile;
	}
	return true;
}

bool infer_avg_pool2d(Infer *c)
{
	if (!need_rank(c, 0, 4))
		return false;
	c->out[0] = c->in[0];
	return pool(c, "kernel", &c->out[0]);
}

bool infer_max_pool2d(Infer *c)
{
	return infer_avg_pool2d(c);
}

/* ---- sequences ----------------------------------------------------------------------------- */

/* u, delta[B, L, E], A[E, N], B, C[B, L, N], D[E] */
bool infer_selective_scan(Infer *c)
{
	if (!need_rank(c, 0, 3) || !need_shape(c, 1, 0, 3, c->in[0].dim) || !need_rank(c, 2, 2))
		return false;
	const int64_t *u = c->in[0].dim;
	const int64_t n = c->in[2].dim[1];
	const int64_t a[] = {u[2], n}, bc[] = {u[0], u[1], n};
	c->out[0] = c->in[0];
	return need_shape(c, 2, 0, 2, a) && need_shape(c, 3, 0, 3, bc) &&
	       need_shape(c, 4, 0, 3, bc) && need_vector(c, 5, 0, u[2]);
}

/* x[B, L, I], weight_ih[3H, I], weight_hh[3H, H], biases[3H] -> [B, L, H] */
bool infer_gru(Infer *c)
{
	if (!need_rank(c, 0, 3) || !need_rank(c, 2, 2))
		return false;
	Type t = c->in[0];
	const int64_t h = c->in[2].dim[1];
	if (h > MAX_EXTENT / 3)
		return fail(c, E303, 2, -1, "a state of %lld is too large", (long long)h);
	const int64_t ih[] = {3 * h, t.dim[2]}, hh[] = {3 * h, h};
	t.dim[2] = h;
	c->out[0] = t;
	return need_shape(c, 2, 2, 2, hh) && need_shape(c, 1, 2, 2, ih) &&
	       need_vector(c, 3, 2, 3 * h) && need_vector(c, 4, 2, 3 * h);
}

/* x[..., samples] -> [..., frames, n_fft/2 + 1, 2] */
bool infer_stft(Infer *c)
{
	if (!need_min_rank(c, 0, 1) || !need_range(c, "n_fft", 16, 65536))
		return false;
	const int64_t n_fft = attr_int(c->n, "n_fft");
	if (n_fft & (n_fft - 1))
		return fail(c, E304, -1, -1, "'n_fft' must be a power of two, not %lld",
			    (long long)n_fft);
	if (!need_range(c, "win", 1, n_fft) || !need_range(c, "hop", 1, MAX_EXTENT))
		return false;
	Type t = c->in[0];
	if (t.rank + 2 > MAX_RANK)
		return fail(c, E302, 0, -1, "'x' must have at most %d dimensions, not %d",
			    MAX_RANK - 2, t.rank);
	const int64_t samples = t.dim[t.rank - 1];
	const bool center = attr_bool(c->n, "center");
	if (center && attr_bool(c->n, "reflect") && samples <= n_fft / 2)
		return fail(c, E303, 0, -1,
			    "%lld samples are too few to reflect n_fft/2 = %lld at the edges",
			    (long long)samples, (long long)(n_fft / 2));
	if (!center && samples < n_fft)
		return fail(c, E303, 0, -1, "%lld samples are fewer than n_fft = %lld",
			    (long long)samples, (long long)n_fft);
	t.dim[t.rank - 1] = 1 + (center ? samples : samples - n_fft) / attr_int(c->n, "hop");
	t.dim[t.rank] = n_fft / 2 + 1;
	t.dim[t.rank + 1] = 2;
	return result(c, t.rank + 2, t.dim);
}

/* ---- fused --------------------------------------------------------------------------------- */

bool infer_conv2d_act(Infer *c)
{
	if (!infer_conv(c))
		return false;
	const int64_t o = c->in[1].dim[0];
	const char *act = attr_str(c->n, "act");
	if (strcmp(act, "none") && strcmp(act, "relu"))
		return fail(c, E304, -1, -1, "'act' must be none or relu, not '%s'", act);
	return need_vector(c, 2, 1, o) && need_vector(c, 3, 1, o) && pool(c, "pool", &c->out[0]);
}

/* x[B, L, K], w[2E, K], conv_w[E, 1, k], conv_b[E] -> u[B, L', E], z[B, L, E] */
bool infer_inproj_conv_silu(Infer *c)
{
	if (!need_rank(c, 0, 3) || !need_rank(c, 1, 2))
		return false;
	Type t = c->in[0];
	const int64_t *w = c->in[1].dim;
	if (t.dim[2] != w[1])
		return fail(c, E303, 0, 1, "inner dimensions differ: %lld and %lld",
			    (long long)t.dim[2], (long long)w[1]);
	if (w[0] % 2)
		return fail(c, E303, 1, -1, "'w' must have an even number of rows, not %lld",
			    (long long)w[0]);
	t.dim[2] = w[0] / 2;
	c->out[0] = c->out[1] = t;
	return conv1d_length(c, 2, w[0] / 2, &c->out[0].dim[1]);
}

bool infer_scan_gate(Infer *c)
{
	return infer_selective_scan(c) && need_shape(c, 6, 0, 3, c->in[0].dim);
}

bool need_draws(const Infer *c, int i)
{
	const double p = attr_float(c->n, "p");
	if (!(p >= 0 && p < 1))
		return fail(c, E304, -1, -1, "'p' must be at least 0 and below 1, not %g", p);
	return need_range(c, "stream", 0, UINT32_MAX) && need_vector(c, i, 0, 2);
}

/* Inputs `at`.. are state[2], r[T, H, D], u[H, D], w[H, D], all or those after state absent. */
bool need_attention(const Infer *c, int at)
{
	const int64_t *q = c->in[0].dim, *k = c->in[1].dim;
	if (!need_rank(c, 0, 4) || !need_rank(c, 1, 4) || !need_rank(c, 2, 4))
		return false;
	const int64_t ks[] = {q[0], k[1], q[2], q[3]}, vs[] = {q[0], k[1], q[2], c->in[2].dim[3]};
	const int64_t r[] = {q[1], q[2], q[3]}, u[] = {q[2], q[3]};
	if (!need_shape(c, 1, 0, 4, ks) || !need_shape(c, 2, 1, 4, vs) || !need_draws(c, at) ||
	    !need_shape(c, at + 1, 0, 3, r) || !need_shape(c, at + 2, 0, 2, u) ||
	    !need_shape(c, at + 3, 0, 2, u))
		return false;
	if (attr_float(c->n, "p") > 0 && !has(c, at))
		return fail(c, E301, -1, -1, "'p' needs the input 'state'");
	if (has(c, at + 1) && !has(c, at + 3))
		return fail(c, E301, -1, -1, "'r' needs the inputs 'u' and 'w'");
	if (has(c, at + 1) && k[1] != q[1])
		return fail(c, E303, 0, 1, "with 'r', there must be as many keys as queries");
	return true;
}

/* -> y[B, T, H, E], lse[B, H, T] */
bool infer_attention(Infer *c)
{
	if (!need_attention(c, 3))
		return false;
	const int64_t *q = c->in[0].dim, lse[] = {q[0], q[2], q[1]};
	c->out[0] = c->in[0];
	c->out[0].dim[3] = c->in[2].dim[3];
	c->out[1] = like(c, 3, lse);
	return true;
}
