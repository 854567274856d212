/* eval_grad.c: the reference evaluator for what only training needs: batch statistics, dropout,
 * gradients and the optimiser's step. Plain float64 loops from the formulas; the names of values
 * are those of ops.def. */
#include "eval.h"

#include <math.h>
#include <string.h>

static double *out_data(const Eval *e, int i)
{
	return e->out[i].data;
}

/* ---- products -------------------------------------------------------------------------------- */

/* g[..., n], w[n, k] -> dx[..., k] */
void eval_linear_dx(const Eval *e)
{
	const int64_t n = e->in[1].type.dim[0], k = e->in[1].type.dim[1];
	const int64_t rows = type_count(&e->in[0].type) / n;
	const double *g = e->in[0].data, *w = e->in[1].data;
	for (int64_t r = 0; r < rows; r++)
		for (int64_t i = 0; i < n; i++)
			for (int64_t j = 0; j < k; j++)
				out_data(e, 0)[r * k + j] += g[r * n + i] * w[i * k + j];
}

/* x[..., k], g[..., n] -> dw[n, k] */
void eval_linear_dw(const Eval *e)
{
	const int64_t n = e->out[0].type.dim[0], k = e->out[0].type.dim[1];
	const int64_t rows = type_count(&e->in[0].type) / k;
	const double *x = e->in[0].data, *g = e->in[1].data;
	for (int64_t r = 0; r < rows; r++)
		for (int64_t i = 0; i < n; i++)
			for (int64_t j = 0; j < k; j++)
				out_data(e, 0)[i * k + j] += g[r * n + i] * x[r * k + j];
}

/* ---- images ---------------------------------------------------------------------------------- */

/* Offset in x that tap (i, j) of output position (h, w) reads; false outside. */
static bool tap(const Eval *e, const Image *x, int64_t h, int64_t i, int64_t w, int64_t j,
		int64_t *ih, int64_t *iw)
{
	*ih = h * attr_int_at(e->n, "stride", 0) + i - attr_int_at(e->n, "pad", 0);
	*iw = w * attr_int_at(e->n, "stride", 1) + j - attr_int_at(e->n, "pad", 1);
	return *ih >= 0 && *ih < x->h && *iw >= 0 && *iw < x->w;
}

/* For all taps of w[O, C, kh, kw] at all positions of g: dx += g w, or dw += g x. */
static void conv_grad(const Eval *e, const Tensor *gt, const Tensor *xt, const Tensor *wt,
		      double *dx, double *dw)
{
	const Image g = image_of(e, &gt->type), x = image_of(e, &xt->type);
	const int64_t kh = wt->type.dim[2], kw = wt->type.dim[3];
	int64_t h, w;
	for (int64_t p = 0; p < g.b * g.h * g.w; p++)
		for (int64_t t = 0; t < kh * kw; t++) {
			const int64_t b = p / (g.h * g.w), y = p / g.w % g.h;
			if (!tap(e, &x, y, t / kw, p % g.w, t % kw, &h, &w))
				continue;
			for (int64_t oc = 0; oc < g.c * x.c; oc++) {
				const double v = *image_at(gt->data, &g, b, oc / x.c, y, p % g.w);
				if (dx)
					*image_at(dx, &x, b, oc % x.c, h, w) +=
					    v * wt->data[oc * kh * kw + t];
				else
					dw[oc * kh * kw + t] +=
					    v * *image_at(xt->data, &x, b, oc % x.c, h, w);
			}
		}
}

/* g[B, O, ho, wo], w[O, C, kh, kw] -> dx[B, C, H, W], or channels last */
void eval_conv2d_dx(const Eval *e)
{
	conv_grad(e, &e->in[0], &e->out[0], &e->in[1], out_data(e, 0), NULL);
}

/* x[B, C, H, W], g[B, O, ho, wo] -> dw[O, C, kh, kw] */
void eval_conv2d_dw(const Eval *e)
{
	conv_grad(e, &e->in[1], &e->in[0], &e->out[0], NULL, out_data(e, 0));
}

/* g[B, C, h, w] -> dx[B, C, H, W] */
void eval_avg_pool2d_grad(const Eval *e)
{
	const Image g = image_of(e, &e->in[0].type), x = image_of(e, &e->out[0].type);
	const int64_t th = attr_int_at(e->n, "kernel", 0), tw = attr_int_at(e->n, "kernel", 1);
	for (int64_t p = 0; p < g.b * g.c; p++)
		for (int64_t h = 0; h < g.h * th; h++)
			for (int64_t w = 0; w < g.w * tw; w++) {
				const int64_t b = p / g.c, c = p % g.c;
				*image_at(out_data(e, 0), &x, b, c, h, w) =
				    *image_at(e->in[0].data, &g, b, c, h / th, w / tw) /
				    (double)(th * tw);
			}
}

/* x[B, C, H, W], g[B, C, h, w] -> dx */
void eval_max_pool2d_grad(const Eval *e)
{
	const Image x = image_of(e, &e->in[0].type), g = image_of(e, &e->in[1].type);
	const int64_t th = attr_int_at(e->n, "kernel", 0), tw = attr_int_at(e->n, "kernel", 1);
	for (int64_t p = 0; p < g.b * g.c; p++)
		for (int64_t q = 0; q < g.h * g.w; q++) {
			const int64_t b = p / g.c, c = p % g.c, h0 = q / g.w * th,
				      w0 = q % g.w * tw;
			int64_t best = 0;
			double top = -INFINITY;
			for (int64_t k = 0; k < th * tw; k++) {
				const double v =
				    *image_at(e->in[0].data, &x, b, c, h0 + k / tw, w0 + k % tw);
				if (v > top || isnan(v)) {
					best = k;
					top = v;
				}
			}
			*image_at(out_data(e, 0), &x, b, c, h0 + best / tw, w0 + best % tw) =
			    *image_at(e->in[1].data, &g, b, c, q / g.w, q % g.w);
		}
}

/* ---- batch norm ---- */

/* The channel of element i of t, of t.dim[axis]. */
static int64_t channel(const Type *t, int axis, int64_t i)
{
	int64_t stride[MAX_RANK];
	type_strides(t, stride);
	return i / stride[axis] % t->dim[axis];
}

static bool has_relu(const Eval *e)
{
	return !strcmp(attr_str(e->n, "act"), "relu");
}

static double tile_size(const Eval *e)
{
	return (double)(attr_int_at(e->n, "pool", 0) * attr_int_at(e->n, "pool", 1));
}

/* Element of y, of x in tiles, whose tile has element i of x; -1: an incomplete tile. */
static int64_t tile_of(const Eval *e, const Type *x, const Type *y, int64_t i)
{
	if (tile_size(e) == 1)
		return i;
	const int axis = attr_axis(e->n, "axis", x->rank);
	int64_t sx[MAX_RANK], sy[MAX_RANK], to = 0;
	type_strides(x, sx);
	type_strides(y, sy);
	for (int k = 0, spatial = 0; k < x->rank; k++) {
		const bool tiled = k > 0 && k != axis;
		const int64_t at = i / sx[k] % x->dim[k];
		const int64_t in = tiled ? at / attr_int_at(e->n, "pool", spatial++) : at;
		if (in >= y->dim[k])
			return -1;
		to += in * sy[k];
	}
	return to;
}

/* x, weight, bias, running_mean, running_var -> y, mean, rstd, new_mean, new_var */
void eval_batch_norm_train(const Eval *e)
{
	const Type *t = &e->in[0].type;
	const int axis = attr_axis(e->n, "axis", t->rank);
	const int64_t count = type_count(t), channels = t->dim[axis];
	const double m = (double)(count / channels), momentum = attr_float(e->n, "momentum");
	const double *x = e->in[0].data;
	double *mean = out_data(e, 1), *rstd = out_data(e, 2);
	double *var = NEW_ARRAY(e->tmp, double, channels);
	for (int64_t i = 0; i < count; i++)
		mean[channel(t, axis, i)] += x[i] / m;
	for (int64_t i = 0; i < count; i++) {
		const double d = x[i] - mean[channel(t, axis, i)];
		var[channel(t, axis, i)] += d * d / m;
	}
	for (int64_t c = 0; c < channels; c++) {
		rstd[c] = 1 / sqrt(var[c] + attr_float(e->n, "eps"));
		out_data(e, 3)[c] = (1 - momentum) * e->in[3].data[c] + momentum * mean[c];
		out_data(e, 4)[c] =
		    (1 - momentum) * e->in[4].data[c] + momentum * var[c] * m / (m - 1);
	}
	const double size = tile_size(e);
	for (int64_t i = 0; i < count; i++) {
		const int64_t c = channel(t, axis, i), to = tile_of(e, t, &e->out[0].type, i);
		const double y = (x[i] - mean[c]) * rstd[c] * e->in[1].data[c] + e->in[2].data[c];
		if (to >= 0)
			out_data(e, 0)[to] += (has_relu(e) ? ew_eval(OP_relu, y, 0, 0) : y) / size;
	}
}

/* dL/dy of element i of x before activation and pool. */
static double norm_dy(const Eval *e, const Type *t, int64_t i, int64_t c, double xn)
{
	const int64_t from = tile_of(e, t, &e->in[4].type, i);
	if (from < 0 || (has_relu(e) && xn * e->in[1].data[c] + e->in[5].data[c] <= 0))
		return 0;
	return e->in[4].data[from] / tile_size(e);
}

/* x, weight, mean, rstd, dy, bias -> dx, dweight, dbias */
void eval_batch_norm_grad(const Eval *e)
{
	const Type *t = &e->in[0].type;
	const int axis = attr_axis(e->n, "axis", t->rank);
	const int64_t count = type_count(t);
	const double m = (double)(count / t->dim[axis]);
	const double *x = e->in[0].data, *weight = e->in[1].data, *mean = e->in[2].data;
	const double *rstd = e->in[3].data;
	double *dweight = out_data(e, 1), *dbias = out_data(e, 2);
	for (int64_t i = 0; i < count; i++) {
		const int64_t c = channel(t, axis, i);
		const double xn = (x[i] - mean[c]) * rstd[c], g = norm_dy(e, t, i, c, xn);
		dbias[c] += g;
		dweight[c] += g * xn;
	}
	for (int64_t i = 0; i < count; i++) {
		const int64_t c = channel(t, axis, i);
		const double xn = (x[i] - mean[c]) * rstd[c], g = norm_dy(e, t, i, c, xn);
		out_data(e, 0)[i] = weight[c] * rstd[c] * (g - (dbias[c] + xn * dweight[c]) / m);
	}
}

/* ---- row norms ---- */

/* One row of n elements; `centre` as in row_norm of eval_nn.c, dbias NULL without a bias. */
static void row_grad(const double *x, const double *weight, const double *g, int64_t n, double eps,
		     bool centre, double *dx, double *dweight, double *dbias)
{
	double mean = 0, var = 0, h_mean = 0, h_xn = 0;
	for (int64_t i = 0; centre && i < n; i++)
		mean += x[i] / (double)n;
	for (int64_t i = 0; i < n; i++)
		var += (x[i] - mean) * (x[i] - mean) / (double)n;
	const double r = 1 / sqrt(var + eps);
	for (int64_t i = 0; i < n; i++) {
		const double xn = (x[i] - mean) * r, h = g[i] * weight[i];
		h_mean += centre ? h / (double)n : 0;
		h_xn += h * xn / (double)n;
		dweight[i] += g[i] * xn;
		if (dbias)
			dbias[i] += g[i];
	}
	for (int64_t i = 0; i < n; i++)
		dx[i] = r * (g[i] * weight[i] - h_mean - (x[i] - mean) * r * h_xn);
}

static void norm_grad(const Eval *e, bool centre)
{
	const Type *t = &e->in[0].type;
	const int64_t n = t->dim[t->rank - 1], rows = type_count(t) / n;
	for (int64_t r = 0; r < rows; r++)
		row_grad(e->in[0].data + r * n, e->in[1].data, e->in[2].data + r * n, n,
			 attr_float(e->n, "eps"), centre, out_data(e, 0) + r * n, out_data(e, 1),
			 centre ? out_data(e, 2) : NULL);
}

/* x[..., C], weight[C], g[..., C] -> dx, dweight */
void eval_rms_norm_grad(const Eval *e)
{
	norm_grad(e, false);
}

/* x[..., C], weight[C], g[..., C] -> dx, dweight, dbias */
void eval_layer_norm_grad(const Eval *e)
{
	norm_grad(e, true);
}

/* ---- sequences ------------------------------------------------------------------------------- */

/* A depthwise convolution of x[B, L, C] to [B, out, C]. */
typedef struct Conv1d {
	int64_t batch, L, C, k, before, out;
	bool reverse;
} Conv1d;

/* For every tap j that output frame t of batch entry b has in x: its channels from *xs on, those of
 * the output frame from *ys on. */
static bool tap1d(const Conv1d *v, int64_t p, int64_t *xs, int64_t *ys)
{
	const int64_t b = p / (v->out * v->k), t = p / v->k % v->out;
	const int64_t s = t - v->before + p % v->k;
	*xs = (b * v->L + (v->reverse ? v->L - 1 - s : s)) * v->C;
	*ys = (b * v->out + (v->reverse ? v->out - 1 - t : t)) * v->C;
	return s >= 0 && s < v->L;
}

static void conv1d_dw(const Conv1d *v, const double *x, const double *g, double *dw)
{
	int64_t xs, ys;
	for (int64_t p = 0; p < v->batch * v->out * v->k; p++)
		for (int64_t c = 0; tap1d(v, p, &xs, &ys) && c < v->C; c++)
			dw[c * v->k + p % v->k] += x[xs + c] * g[ys + c];
}

/* x[B, L, C], g[B, L', C] -> dw[C, 1, k] */
void eval_conv1d_depthwise_dw(const Eval *e)
{
	const int64_t *x = e->in[0].type.dim;
	const Conv1d v = {x[0],
			  x[1],
			  x[2],
			  attr_int(e->n, "kernel"),
			  attr_int_at(e->n, "pad", 0),
			  e->in[1].type.dim[1],
			  e->reverse};
	conv1d_dw(&v, e->in[0].data, e->in[1].data, out_data(e, 0));
}

/* x[B, L, C], w[C, 1, k], bias[C], g[B, L, C] -> dx, dw, dbias */
void eval_conv1d_silu_grad(const Eval *e)
{
	const int64_t *x = e->in[0].type.dim, count = type_count(&e->in[0].type);
	const Conv1d v = {x[0], x[1],      x[2], e->in[1].type.dim[2], attr_int_at(e->n, "pad", 0),
			  x[1], e->reverse};
	const double *w = e->in[1].data;
	double *dy = NEW_ARRAY(e->tmp, double, count);
	int64_t xs, ys;
	for (int64_t i = 0; i < count; i++)
		dy[i] = e->in[2].data[i % v.C];
	for (int64_t p = 0; p < v.batch * v.out * v.k; p++)
		for (int64_t c = 0; tap1d(&v, p, &xs, &ys) && c < v.C; c++)
			dy[ys + c] += w[c * v.k + p % v.k] * e->in[0].data[xs + c];
	for (int64_t i = 0; i < count; i++) {
		dy[i] = e->in[3].data[i] * ew_eval(OP_silu_da, dy[i], 0, 0);
		out_data(e, 2)[i % v.C] += dy[i];
	}
	for (int64_t p = 0; p < v.batch * v.out * v.k; p++)
		for (int64_t c = 0; tap1d(&v, p, &xs, &ys) && c < v.C; c++)
			out_data(e, 0)[xs + c] += w[c * v.k + p % v.k] * dy[ys + c];
	conv1d_dw(&v, e->in[0].data, dy, out_data(e, 1));
}

/* u, delta[B, L, E], A[E, N], B, C[B, L, N], D[E], g[B, L, E]: operands of a scan and the gradient
 * by its result y; d[6]: the gradients by the operands, zero on entry. */
typedef struct Scan {
	int64_t batch, L, E, N;
	bool reverse;
	const double *u, *delta, *A, *B, *C, *D, *g;
	double *d[6], *y;
} Scan;

static Scan scan_of(const Eval *e)
{
	const int64_t *u = e->in[0].type.dim;
	Scan s = {
	    .batch = u[0], .L = u[1], .E = u[2], .N = e->in[2].type.dim[1], .reverse = e->reverse};
	const double **operand[] = {&s.u, &s.delta, &s.A, &s.B, &s.C, &s.D};
	for (int i = 0; i < 6; i++) {
		*operand[i] = e->in[i].data;
		s.d[i] = e->out[i].data;
	}
	return s;
}

/* Frame at step `step` of time of batch entry b. */
static int64_t frame_of(const Scan *s, int64_t b, int64_t step)
{
	return b * s->L + (s->reverse ? s->L - 1 - step : step);
}

/* Of channel c of batch entry b: states h[L + 1][N], h[0] = 0, in the order of time; y. */
static void scan_states(const Scan *s, int64_t b, int64_t c, double *h)
{
	const int64_t N = s->N;
	for (int64_t step = 0; step < s->L; step++) {
		const int64_t t = frame_of(s, b, step), at = t * s->E + c;
		const double u = s->u[at], delta = s->delta[at];
		double y = s->D[c] * u;
		for (int64_t n = 0; n < N; n++) {
			h[(step + 1) * N + n] = exp(delta * s->A[c * N + n]) * h[step * N + n] +
						delta * s->B[t * N + n] * u;
			y += s->C[t * N + n] * h[(step + 1) * N + n];
		}
		if (s->y)
			s->y[at] = y;
	}
}

/* Frame t of channel c: h is the state before it, then after it; l[N] in: a[t+1] l[t+1], out:
 * a[t] l[t]. */
static void scan_grad_frame(const Scan *s, int64_t t, int64_t c, const double *h, double *l)
{
	const int64_t N = s->N, at = t * s->E + c;
	const double u = s->u[at], delta = s->delta[at], g = s->g[at];
	const double *A = s->A + c * N, *B = s->B + t * N, *C = s->C + t * N;
	s->d[0][at] = s->D[c] * g;
	s->d[5][c] += g * u;
	for (int64_t n = 0; n < N; n++) {
		const double a = exp(delta * A[n]);
		l[n] += g * C[n];
		s->d[0][at] += delta * l[n] * B[n];
		s->d[1][at] += l[n] * (A[n] * a * h[n] + B[n] * u);
		s->d[2][c * N + n] += l[n] * delta * a * h[n];
		s->d[3][t * N + n] += l[n] * delta * u;
		s->d[4][t * N + n] += g * h[N + n];
		l[n] *= a;
	}
}

static void scan_grad(Arena *a, const Scan *s)
{
	double *h = NEW_ARRAY(a, double, (s->L + 1) * s->N), *l = NEW_ARRAY(a, double, s->N);
	for (int64_t b = 0; b < s->batch; b++)
		for (int64_t c = 0; c < s->E; c++) {
			scan_states(s, b, c, h);
			memset(l, 0, (size_t)s->N * sizeof *l);
			for (int64_t step = s->L - 1; step >= 0; step--)
				scan_grad_frame(s, frame_of(s, b, step), c, h + step * s->N, l);
		}
}

void eval_selective_scan_grad(const Eval *e)
{
	Scan s = scan_of(e);
	s.g = e->in[6].data;
	scan_grad(e->tmp, &s);
}

/* u, dt, A, B, C, D, z, g -> their gradients but g's */
void eval_scan_gate_grad(const Eval *e)
{
	Scan s = scan_of(e);
	const int64_t count = type_count(&e->in[0].type);
	const bool softplus = attr_bool(e->n, "softplus");
	const double *dt = e->in[1].data, *z = e->in[6].data, *g = e->in[7].data;
	double *delta = NEW_ARRAY(e->tmp, double, count), *gs = NEW_ARRAY(e->tmp, double, count);
	for (int64_t i = 0; i < count; i++) {
		delta[i] = softplus ? ew_eval(OP_softplus, dt[i], 0, 0) : dt[i];
		gs[i] = g[i] * ew_eval(OP_silu, z[i], 0, 0);
	}
	s.delta = delta;
	s.g = gs;
	s.y = NEW_ARRAY(e->tmp, double, count);
	scan_grad(e->tmp, &s);
	for (int64_t i = 0; i < count; i++) {
		out_data(e, 1)[i] *= softplus ? ew_eval(OP_softplus_da, dt[i], 0, 0) : 1;
		out_data(e, 6)[i] = g[i] * s.y[i] * ew_eval(OP_silu_da, z[i], 0, 0);
	}
}

/* One frame of gru_grad: of[5] are gates_x, gates_h, h, dgates_x, dgates_h there; e[H] in: dL/dh
 * without g, out: that of the frame before. */
static void gru_grad_frame(const Tensor *weight, double *const *of, const double *g, double *e)
{
	const int64_t n = weight->type.dim[1];
	const double *gx = of[0], *gh = of[1], *h = of[2];
	double *dx = of[3], *dh = of[4];
	for (int64_t j = 0; j < n; j++) {
		const double r = ew_eval(OP_sigmoid, gx[j] + gh[j], 0, 0);
		const double z = ew_eval(OP_sigmoid, gx[n + j] + gh[n + j], 0, 0);
		const double new = tanh(gx[2 * n + j] + r * gh[2 * n + j]);
		const double dy = e[j] + g[j], dn = dy * (1 - z) * (1 - new *new);
		dx[j] = dh[j] = dn * gh[2 * n + j] * r * (1 - r);
		dx[n + j] = dh[n + j] = dy * (h[j] - new) * z * (1 - z);
		dx[2 * n + j] = dn;
		dh[2 * n + j] = r * dn;
		e[j] = dy * z;
	}
	for (int64_t k = 0; k < 3 * n; k++)
		for (int64_t j = 0; j < n; j++)
			e[j] += dh[k] * weight->data[k * n + j];
}

/* gates_x, gates_h[B, L, 3H], h[B, L, H], weight_hh[3H, H], g[B, L, H] -> dgates_x, dgates_h */
void eval_gru_grad(const Eval *e)
{
	const int64_t *h = e->in[2].type.dim, length = h[1], n = h[2];
	double *carry = NEW_ARRAY(e->tmp, double, n);
	for (int64_t b = 0; b < h[0]; b++) {
		memset(carry, 0, (size_t)n * sizeof *carry);
		for (int64_t step = 0; step < length; step++) {
			const int64_t t = b * length + (e->reverse ? step : length - 1 - step);
			double *const of[] = {e->in[0].data + t * 3 * n, e->in[1].data + t * 3 * n,
					      e->in[2].data + t * n, out_data(e, 0) + t * 3 * n,
					      out_data(e, 1) + t * 3 * n};
			gru_grad_frame(&e->in[3], of, e->in[4].data + t * n, carry);
		}
	}
}

/* ---- dropout ---- */

/* Philox4x32 with 10 rounds (Salmon et al., SC11). */
static void philox(uint32_t k0, uint32_t k1, uint32_t *c)
{
	for (int round = 0; round < 10; round++) {
		const uint64_t p = (uint64_t)0xD2511F53u * c[0], q = (uint64_t)0xCD9E8D57u * c[2];
		const uint32_t c1 = c[1], c3 = c[3];
		c[0] = (uint32_t)(q >> 32) ^ c1 ^ k0;
		c[1] = (uint32_t)q;
		c[2] = (uint32_t)(p >> 32) ^ c3 ^ k1;
		c[3] = (uint32_t)p;
		k0 += 0x9E3779B9u;
		k1 += 0xBB67AE85u;
	}
}

double eval_kept(const Eval *e, int state, int64_t i)
{
	const double p = attr_float(e->n, "p");
	if (state >= e->nin || e->in[state].data[1] < 0)
		return 1;
	const double *at = e->in[state].data;
	const int len = attr_len(e->n, "stream");
	const int64_t stream = attr_int_at(e->n, "stream", len == 1 ? 0 : (int)e->instance);
	uint32_t c[4] = {(uint32_t)(i / 4), (uint32_t)((uint64_t)i >> 34), (uint32_t)at[0], 0};
	philox((uint32_t)at[1], (uint32_t)stream, c);
	return c[i % 4] < p * 4294967296.0 ? 0 : 1 / (1 - p);
}

void eval_dropout(const Eval *e)
{
	const Type *t = &e->in[0].type;
	const int64_t count = type_count(t), share = attr_int(e->n, "share");
	int64_t run = 1;
	for (int i = t->rank - (int)share; i < t->rank; i++)
		run *= t->dim[i];
	for (int64_t i = 0; i < count; i++)
		out_data(e, 0)[i] = e->in[0].data[i] * eval_kept(e, 1, i / run);
}

/* ---- optimiser ---- */

/* acc, g, scalars[2] -> new_acc */
void eval_accumulate(const Eval *e)
{
	const double *s = e->in[2].data;
	const int64_t count = type_count(&e->in[0].type);
	for (int64_t i = 0; i < count; i++)
		out_data(e, 0)[i] = s[1] * e->in[1].data[i] + (s[0] != 0 ? e->in[0].data[i] : 0);
}

static void keep_all(const Eval *e)
{
	static const int from[] = {0, 2, 3, 5};
	for (int k = 0; k < 4; k++) {
		const int i = from[k] < e->nin ? from[k] : 3;
		memcpy(out_data(e, k), e->in[i].data,
		       (size_t)type_count(&e->in[i].type) * sizeof(double));
	}
}

/* p, g, m, v, scalars[4] or [5], vmax -> new_p, new_m, new_v, new_vmax */
void eval_adamw(const Eval *e)
{
	if (type_count(&e->in[4].type) > 4 && e->in[4].data[4] == 0) {
		keep_all(e);
		return;
	}
	const double b1 = attr_float(e->n, "beta1"), b2 = attr_float(e->n, "beta2");
	const double eps = attr_float(e->n, "eps"), decay = attr_float(e->n, "decay");
	const double *s = e->in[4].data, lr = s[0];
	const int64_t count = type_count(&e->in[0].type);
	for (int64_t i = 0; i < count; i++) {
		const double g = s[3] * e->in[1].data[i];
		const double m = b1 * e->in[2].data[i] + (1 - b1) * g;
		const double v = b2 * e->in[3].data[i] + (1 - b2) * g * g;
		const double vmax = e->nin > 5 ? ew_eval(OP_maximum, e->in[5].data[i], v, 0) : v;
		const double step = lr / s[1] * m / (sqrt(vmax) / sqrt(s[2]) + eps);
		out_data(e, 0)[i] = e->in[0].data[i] * (1 - lr * decay) - step;
		out_data(e, 1)[i] = m;
		out_data(e, 2)[i] = v;
		out_data(e, 3)[i] = vmax;
	}
}
