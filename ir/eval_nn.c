/* eval_nn.c: the reference evaluator for products, convolutions, norms, pools, sequence ops and
 * their fused forms. Shapes stand above each function; all arithmetic is float64. */
#include "eval.h"

#include <math.h>
#include <string.h>

#define PI 3.14159265358979323846

static double silu(double x)
{
	return ew_eval(OP_silu, x, 0, 0);
}

/* NULL if input i is absent. */
static const double *optional(const Eval *e, int i)
{
	return i < e->nin ? e->in[i].data : NULL;
}

/* ---- products -------------------------------------------------------------------------------- */

enum { ROWS = 4, TILE = 512 };

/* y[r][j] += w[r] * x[j * step] for j < n and r < rows <= ROWS: the inner loop of all products. */
static void add_rows(double *const *y, int rows, const double *w, const double *x, int64_t step,
		     int64_t n)
{
	if (rows == ROWS && step == 1) {
		double *restrict y0 = y[0], *restrict y1 = y[1], *restrict y2 = y[2],
				 *restrict y3 = y[3];
		const double w0 = w[0], w1 = w[1], w2 = w[2], w3 = w[3];
		for (int64_t j = 0; j < n; j++) {
			y0[j] += w0 * x[j];
			y1[j] += w1 * x[j];
			y2[j] += w2 * x[j];
			y3[j] += w3 * x[j];
		}
		return;
	}
	for (int r = 0; r < rows; r++)
		for (int64_t j = 0; j < n; j++)
			y[r][j] += w[r] * x[j * step];
}

/* y[m, n] += a[m, k] b[k, n]; y and b dense, element (i, p) of a at i * ra + p * ca. */
static void gemm(double *y, const double *a, int64_t ra, int64_t ca, const double *b, int64_t m,
		 int64_t k, int64_t n)
{
	for (int64_t j = 0; j < n; j += TILE)
		for (int64_t i = 0; i < m; i += ROWS) {
			const int rows = (int)(m - i < ROWS ? m - i : ROWS);
			double *out[ROWS], w[ROWS];
			for (int r = 0; r < rows; r++)
				out[r] = y + (i + r) * n + j;
			for (int64_t p = 0; p < k; p++) {
				for (int r = 0; r < rows; r++)
					w[r] = a[(i + r) * ra + p * ca];
				add_rows(out, rows, w, b + p * n + j, 1,
					 n - j < TILE ? n - j : TILE);
			}
		}
}

/* at[k, n] of a[n, k] */
static void transpose_into(double *at, const double *a, int64_t n, int64_t k)
{
	for (int64_t i = 0; i < n; i++)
		for (int64_t p = 0; p < k; p++)
			at[p * n + i] = a[i * k + p];
}

/* a[..., m, k] (or its transpose), b[..., k, n] (or its transpose) -> y[..., m, n] */
void eval_matmul(const Eval *e)
{
	const Type *a = &e->in[0].type, *b = &e->in[1].type, *y = &e->out[0].type;
	const bool ta = attr_bool(e->n, "ta"), tb = attr_bool(e->n, "tb");
	const int64_t m = y->dim[y->rank - 2], n = y->dim[y->rank - 1];
	const int64_t k = a->dim[a->rank - (ta ? 2 : 1)];
	const Type la = type_make(F32, a->rank - 2, a->dim),
		   lb = type_make(F32, b->rank - 2, b->dim);
	const Type ly = type_make(F32, y->rank - 2, y->dim);
	Walk w = walk_new(e->tmp, &ly, 2);
	walk_broadcast(&w, 0, &la);
	walk_broadcast(&w, 1, &lb);
	double *bt = NEW_ARRAY(e->tmp, double, tb ? k *n : 0);
	const int64_t count = type_count(&ly);
	for (int64_t i = 0; i < count; i++, walk_next(&w)) {
		const double *ai = e->in[0].data + w.off[0] * m * k;
		const double *bi = e->in[1].data + w.off[1] * k * n;
		if (tb)
			transpose_into(bt, bi, n, k);
		gemm(e->out[0].data + i * m * n, ai, ta ? 1 : k, ta ? m : 1, tb ? bt : bi, m, k, n);
	}
}

/* y[rows, n] = x[rows, k] times the transpose of w[n, k], plus bias[n]; y is zero on entry. */
static void linear(const Eval *e, double *y, const double *x, const double *w, const double *bias,
		   int64_t rows, int64_t k, int64_t n)
{
	double *wt = NEW_ARRAY(e->tmp, double, k *n);
	transpose_into(wt, w, n, k);
	for (int64_t i = 0; bias && i < rows; i++)
		memcpy(y + i * n, bias, (size_t)n * sizeof *y);
	gemm(y, x, k, 1, wt, rows, k, n);
}

/* x[..., k], w[n, k], bias[n] -> y[..., n] */
void eval_linear(const Eval *e)
{
	const int64_t n = e->in[1].type.dim[0], k = e->in[1].type.dim[1];
	linear(e, e->out[0].data, e->in[0].data, e->in[1].data, optional(e, 2),
	       type_count(&e->in[0].type) / k, k, n);
}

/* ---- images ---------------------------------------------------------------------------------- */

Image image_of(const Eval *e, const Type *t)
{
	const bool last = attr_bool(e->n, "channels_last");
	const int c = last ? 3 : 1, h = last ? 1 : 2, w = last ? 2 : 3;
	int64_t s[MAX_RANK];
	type_strides(t, s);
	return (Image){t->dim[0], t->dim[c], t->dim[h], t->dim[w], s[0], s[c], s[h], s[w]};
}

double *image_at(double *data, const Image *m, int64_t b, int64_t c, int64_t h, int64_t w)
{
	return data + b * m->sb + c * m->sc + h * m->sh + w * m->sw;
}

/* x as planes [C, H + 2 ph, W + 2 pw] of batch entry b, zero around the edges. */
static void pad_planes(double *to, const double *x, const Image *m, int64_t b, int64_t ph,
		       int64_t pw)
{
	const int64_t width = m->w + 2 * pw, height = m->h + 2 * ph;
	for (int64_t c = 0; c < m->c; c++)
		for (int64_t h = 0; h < m->h; h++) {
			const double *row = x + b * m->sb + c * m->sc + h * m->sh;
			double *out = to + (c * height + h + ph) * width + pw;
			for (int64_t w = 0; w < m->w; w++)
				out[w] = row[w * m->sw];
		}
}

/* Kernel, stride and padding of a convolution, and its output extents before pooling. */
typedef struct Conv {
	Image x;
	int64_t o, kh, kw, sh, sw, ph, pw, ho, wo;
} Conv;

static Conv conv_of(const Eval *e)
{
	const int64_t *w = e->in[1].type.dim;
	Conv v = {.x = image_of(e, &e->in[0].type), .o = w[0], .kh = w[2], .kw = w[3]};
	v.sh = attr_int_at(e->n, "stride", 0);
	v.sw = attr_int_at(e->n, "stride", 1);
	v.ph = attr_int_at(e->n, "pad", 0);
	v.pw = attr_int_at(e->n, "pad", 1);
	v.ho = (v.x.h + 2 * v.ph - v.kh) / v.sh + 1;
	v.wo = (v.x.w + 2 * v.pw - v.kw) / v.sw + 1;
	return v;
}

/* Output row `h` of channels o .. o + rows - 1 from padded planes; y[r] are zero on entry. */
static void conv_rows(const Conv *v, double *const *y, int rows, const double *planes,
		      const double *w, int64_t o, int64_t h)
{
	const int64_t width = v->x.w + 2 * v->pw, height = v->x.h + 2 * v->ph;
	const int64_t kernel = v->kh * v->kw, filter = v->x.c * kernel;
	for (int64_t c = 0; c < v->x.c; c++)
		for (int64_t i = 0; i < v->kh; i++) {
			const double *x = planes + (c * height + h * v->sh + i) * width;
			for (int64_t j = 0; j < v->kw; j++) {
				double k[ROWS];
				for (int r = 0; r < rows; r++)
					k[r] = w[(o + r) * filter + c * kernel + i * v->kw + j];
				add_rows(y, rows, k, x + j, v->sw, v->wo);
			}
		}
}

/* Cross-correlation to y[B, O, ho, wo], in temporary memory. */
static double *conv_run(const Eval *e, const Conv *v)
{
	const int64_t plane = v->ho * v->wo;
	double *y = NEW_ARRAY(e->tmp, double, v->x.b * v->o * plane);
	double *planes =
	    NEW_ARRAY(e->tmp, double, v->x.c *(v->x.h + 2 * v->ph) * (v->x.w + 2 * v->pw));
	for (int64_t b = 0; b < v->x.b; b++) {
		pad_planes(planes, e->in[0].data, &v->x, b, v->ph, v->pw);
		for (int64_t o = 0; o < v->o; o += ROWS)
			for (int64_t h = 0; h < v->ho; h++) {
				const int rows = (int)(v->o - o < ROWS ? v->o - o : ROWS);
				double *out[ROWS];
				for (int r = 0; r < rows; r++)
					out[r] = y + (b * v->o + o + r) * plane + h * v->wo;
				conv_rows(v, out, rows, planes, e->in[1].data, o, h);
			}
	}
	return y;
}

/* x[B, C, H, W], w[O, C, kh, kw], bias[O] -> y[B, O, ho, wo], or channels last */
void eval_conv2d(const Eval *e)
{
	const Conv v = conv_of(e);
	const Image m = image_of(e, &e->out[0].type);
	const double *bias = optional(e, 2), *acc = conv_run(e, &v);
	for (int64_t b = 0; b < m.b; b++)
		for (int64_t o = 0; o < m.c; o++)
			for (int64_t h = 0; h < m.h; h++)
				for (int64_t w = 0; w < m.w; w++)
					*image_at(e->out[0].data, &m, b, o, h, w) =
					    *acc++ + (bias ? bias[o] : 0);
}

/* As eval_conv2d, then scale[O], shift[O], activation and means or maxima (NaN wins) of tiles. */
void eval_conv2d_act(const Eval *e)
{
	const Conv v = conv_of(e);
	const Image m = image_of(e, &e->out[0].type);
	const double *scale = e->in[2].data, *shift = e->in[3].data, *acc = conv_run(e, &v);
	const bool relu = !strcmp(attr_str(e->n, "act"), "relu");
	const bool maximum = attr_bool(e->n, "max");
	const int64_t th = attr_int_at(e->n, "pool", 0), tw = attr_int_at(e->n, "pool", 1);
	for (int64_t p = 0; p < v.x.b * v.o; p++)
		for (int64_t h = 0; h < m.h * th; h++)
			for (int64_t w = 0; w < m.w * tw; w++) {
				const int64_t o = p % v.o;
				const double x =
				    acc[(p * v.ho + h) * v.wo + w] * scale[o] + shift[o];
				const double r = relu ? ew_eval(OP_relu, x, 0, 0) : x;
				double *y =
				    image_at(e->out[0].data, &m, p / v.o, o, h / th, w / tw);
				if (!maximum)
					*y += r / (double)(th * tw);
				else if ((h % th == 0 && w % tw == 0) || r > *y || isnan(r))
					*y = r;
			}
}

/* y[b, c, i, j]: `maximum` or mean of the tile (i, j) of x */
static void pool(const Eval *e, bool maximum)
{
	const Image x = image_of(e, &e->in[0].type), y = image_of(e, &e->out[0].type);
	const int64_t th = attr_int_at(e->n, "kernel", 0), tw = attr_int_at(e->n, "kernel", 1);
	for (int64_t p = 0; p < y.b * y.c; p++)
		for (int64_t q = 0; q < y.h * y.w; q++) {
			const int64_t b = p / y.c, c = p % y.c, h = q / y.w, w = q % y.w;
			double acc = maximum ? -INFINITY : 0;
			for (int64_t k = 0; k < th * tw; k++) {
				const double v = *image_at(e->in[0].data, &x, b, c, h * th + k / tw,
							   w * tw + k % tw);
				acc = !maximum ? acc + v : v > acc || isnan(v) ? v : acc;
			}
			*image_at(e->out[0].data, &y, b, c, h, w) =
			    maximum ? acc : acc / (double)(th * tw);
		}
}

void eval_avg_pool2d(const Eval *e)
{
	pool(e, false);
}

/* NaN wins. */
void eval_max_pool2d(const Eval *e)
{
	pool(e, true);
}

/* ---- norms ----------------------------------------------------------------------------------- */

/* x[..., C, ...]; weight, bias, mean, var [C] along axis */
void eval_batch_norm(const Eval *e)
{
	const Type *t = &e->in[0].type;
	const double eps = attr_float(e->n, "eps");
	const int axis = attr_axis(e->n, "axis", t->rank);
	int64_t stride[MAX_RANK];
	type_strides(t, stride);
	const int64_t count = type_count(t);
	for (int64_t i = 0; i < count; i++) {
		const int64_t c = i / stride[axis] % t->dim[axis];
		const double weight = e->in[1].data[c], bias = e->in[2].data[c];
		const double mean = e->in[3].data[c], var = e->in[4].data[c];
		e->out[0].data[i] = (e->in[0].data[i] - mean) / sqrt(var + eps) * weight + bias;
	}
}

/* y = (x - mean) / sqrt(variance + eps) * weight + bias over rows of the last axis; without
 * `centre` the mean is taken as 0. */
static void row_norm(const Eval *e, bool centre)
{
	const Type *t = &e->in[0].type;
	const int64_t n = t->dim[t->rank - 1], rows = type_count(t) / n;
	const double eps = attr_float(e->n, "eps"), *weight = e->in[1].data, *bias = optional(e, 2);
	for (int64_t r = 0; r < rows; r++) {
		const double *x = e->in[0].data + r * n;
		double *y = e->out[0].data + r * n, mean = 0, var = 0;
		for (int64_t i = 0; centre && i < n; i++)
			mean += x[i] / (double)n;
		for (int64_t i = 0; i < n; i++)
			var += (x[i] - mean) * (x[i] - mean) / (double)n;
		const double scale = 1 / sqrt(var + eps);
		for (int64_t i = 0; i < n; i++)
			y[i] = (x[i] - mean) * scale * weight[i] + (bias ? bias[i] : 0);
	}
}

/* x[..., C], weight[C] */
void eval_rms_norm(const Eval *e)
{
	row_norm(e, false);
}

/* x[..., C], weight[C], bias[C] */
void eval_layer_norm(const Eval *e)
{
	row_norm(e, true);
}

/* n elements at distance s: exponentials relative to the largest, scaled to sum to 1 */
static void softmax_row(double *y, const double *x, int64_t n, int64_t s)
{
	double top = -INFINITY, sum = 0;
	for (int64_t i = 0; i < n; i++)
		top = x[i * s] > top ? x[i * s] : top;
	for (int64_t i = 0; i < n; i++)
		sum += y[i * s] = exp(x[i * s] - top);
	for (int64_t i = 0; i < n; i++)
		y[i * s] /= sum;
}

/* n elements at distance s, from the first or, if s is negative, the last one on */
static void cumsum_row(double *y, const double *x, int64_t n, int64_t s)
{
	double sum = 0;
	for (int64_t i = 0; i < n; i++)
		y[i * s] = sum += x[i * s];
}

typedef void Row(double *y, const double *x, int64_t n, int64_t s);

/* Calls row for each row along the attribute `axis`; backward: from its last element. */
static void each_row(const Eval *e, Row *row, bool backward)
{
	const Type *t = &e->in[0].type;
	const int axis = attr_axis(e->n, "axis", t->rank);
	int64_t stride[MAX_RANK];
	type_strides(t, stride);
	const int64_t s = stride[axis], n = t->dim[axis], rows = type_count(t) / n;
	for (int64_t r = 0; r < rows; r++) {
		const int64_t at = r / s * s * n + r % s + (backward ? (n - 1) * s : 0);
		row(e->out[0].data + at, e->in[0].data + at, n, backward ? -s : s);
	}
}

void eval_softmax(const Eval *e)
{
	each_row(e, softmax_row, false);
}

void eval_cumsum(const Eval *e)
{
	each_row(e, cumsum_row, attr_bool(e->n, "reverse"));
}

/* ---- sequences ------------------------------------------------------------------------------- */

/* A depthwise convolution over time: x[B, L, C] with `row` elements from frame to frame, kernel
 * w[C, 1, k], `before` zeros in front, to y[B, out, C]. */
typedef struct Conv1d {
	const double *x, *w, *bias;
	int64_t batch, length, channels, row, k, before, out;
	bool reverse;
} Conv1d;

static void conv1d_run(const Conv1d *v, double *y)
{
	for (int64_t p = 0; p < v->batch * v->out; p++) {
		const int64_t b = p / v->out, t = p % v->out;
		double *frame = y + (b * v->out + (v->reverse ? v->out - 1 - t : t)) * v->channels;
		for (int64_t c = 0; v->bias && c < v->channels; c++)
			frame[c] = v->bias[c];
		for (int64_t j = 0; j < v->k; j++) {
			const int64_t s = t - v->before + j;
			if (s < 0 || s >= v->length)
				continue;
			const int64_t at = v->reverse ? v->length - 1 - s : s;
			const double *x = v->x + (b * v->length + at) * v->row;
			for (int64_t c = 0; c < v->channels; c++)
				frame[c] += v->w[c * v->k + j] * x[c];
		}
	}
}

void eval_conv1d_depthwise(const Eval *e)
{
	const int64_t *x = e->in[0].type.dim;
	const Conv1d v = {.x = e->in[0].data,
			  .w = e->in[1].data,
			  .bias = optional(e, 2),
			  .batch = x[0],
			  .length = x[1],
			  .channels = x[2],
			  .row = x[2],
			  .k = e->in[1].type.dim[2],
			  .before = attr_int_at(e->n, "pad", 0),
			  .out = e->out[0].type.dim[1],
			  .reverse = e->reverse};
	conv1d_run(&v, e->out[0].data);
}

/* x[B, L, K], w[2E, K], conv_w[E, 1, k], conv_b[E] -> u[B, L', E], z[B, L, E] */
void eval_inproj_conv_silu(const Eval *e)
{
	const int64_t *x = e->in[0].type.dim, *w = e->in[1].type.dim;
	const int64_t rows = x[0] * x[1], width = w[0] / 2;
	double *az = NEW_ARRAY(e->tmp, double, rows *w[0]);
	linear(e, az, e->in[0].data, e->in[1].data, NULL, rows, w[1], w[0]);
	for (int64_t i = 0; i < rows; i++)
		memcpy(e->out[1].data + i * width, az + i * w[0] + width,
		       (size_t)width * sizeof *az);
	const Conv1d v = {.x = az,
			  .w = e->in[2].data,
			  .bias = e->in[3].data,
			  .batch = x[0],
			  .length = x[1],
			  .channels = width,
			  .row = w[0],
			  .k = e->in[2].type.dim[2],
			  .before = attr_int_at(e->n, "pad", 0),
			  .out = e->out[0].type.dim[1],
			  .reverse = e->reverse};
	double *u = e->out[0].data;
	conv1d_run(&v, u);
	const int64_t count = type_count(&e->out[0].type);
	for (int64_t i = 0; i < count; i++)
		u[i] = silu(u[i]);
}

/* One channel c of batch entry b: u, delta[B, L, E], A[E, N], B, C[B, L, N], D[E]; state h[N] is
 * zero on entry. */
static void scan_channel(const Eval *e, int64_t b, int64_t c, bool softplus, double *h)
{
	const int64_t L = e->in[0].type.dim[1], E = e->in[0].type.dim[2], N = e->in[2].type.dim[1];
	const double *A = e->in[2].data + c * N, D = e->in[5].data[c];
	for (int64_t step = 0; step < L; step++) {
		const int64_t t = b * L + (e->reverse ? L - 1 - step : step);
		const double u = e->in[0].data[t * E + c], dt = e->in[1].data[t * E + c];
		const double delta = softplus ? ew_eval(OP_softplus, dt, 0, 0) : dt;
		const double *B = e->in[3].data + t * N, *C = e->in[4].data + t * N;
		double y = D * u;
		for (int64_t n = 0; n < N; n++) {
			h[n] = exp(delta * A[n]) * h[n] + delta * B[n] * u;
			y += C[n] * h[n];
		}
		e->out[0].data[t * E + c] = y;
	}
}

static void scan(const Eval *e, bool softplus)
{
	const int64_t *u = e->in[0].type.dim, N = e->in[2].type.dim[1];
	double *h = NEW_ARRAY(e->tmp, double, N);
	for (int64_t b = 0; b < u[0]; b++)
		for (int64_t c = 0; c < u[2]; c++) {
			memset(h, 0, (size_t)N * sizeof *h);
			scan_channel(e, b, c, softplus, h);
		}
}

void eval_selective_scan(const Eval *e)
{
	scan(e, false);
}

void eval_scan_gate(const Eval *e)
{
	scan(e, attr_bool(e->n, "softplus"));
	const int64_t count = type_count(&e->out[0].type);
	for (int64_t i = 0; i < count; i++)
		e->out[0].data[i] *= silu(e->in[6].data[i]);
}

/* g[3H] = w[3H, k] v + bias[3H] */
static void gru_gates(double *g, const double *v, const Tensor *w, const double *bias)
{
	const int64_t rows = w->type.dim[0], k = w->type.dim[1];
	for (int64_t i = 0; i < rows; i++) {
		g[i] = bias[i];
		for (int64_t j = 0; j < k; j++)
			g[i] += w->data[i * k + j] * v[j];
	}
}

/* y[H], the next state, from x[I] and the last one, h[H]; gates: 6H numbers of scratch */
static void gru_step(const Eval *e, const double *x, const double *h, double *y, double *gates)
{
	const int64_t n = e->in[2].type.dim[1];
	double *in = gates, *st = gates + 3 * n;
	gru_gates(in, x, &e->in[1], e->in[3].data);
	gru_gates(st, h, &e->in[2], e->in[4].data);
	for (int64_t j = 0; j < n; j++) {
		const double r = ew_eval(OP_sigmoid, in[j] + st[j], 0, 0);
		const double z = ew_eval(OP_sigmoid, in[n + j] + st[n + j], 0, 0);
		const double new = tanh(in[2 * n + j] + r * st[2 * n + j]);
		y[j] = (1 - z) * new + z *h[j];
	}
}

void eval_gru(const Eval *e)
{
	const int64_t *x = e->in[0].type.dim, n = e->in[2].type.dim[1];
	double *gates = NEW_ARRAY(e->tmp, double, 6 * n), *zero = NEW_ARRAY(e->tmp, double, n);
	for (int64_t b = 0; b < x[0]; b++) {
		const double *h = zero;
		for (int64_t step = 0; step < x[1]; step++) {
			const int64_t t = b * x[1] + (e->reverse ? x[1] - 1 - step : step);
			double *y = e->out[0].data + t * n;
			gru_step(e, e->in[0].data + t * x[2], h, y, gates);
			h = y;
		}
	}
}

/* ---- spectra --------------------------------------------------------------------------------- */

/* In-place radix-2 transform of v[n] as (re, im) pairs, n a power of two; root[k] = e^(-2 pi i k/n)
 * for k < n/2. */
static void fft(double (*v)[2], int64_t n, double (*root)[2])
{
	for (int64_t i = 1, j = 0; i < n; i++) {
		int64_t bit = n >> 1;
		for (; j & bit; bit >>= 1)
			j ^= bit;
		j ^= bit;
		if (i >= j)
			continue;
		double swap[2];
		memcpy(swap, v[i], sizeof swap);
		memcpy(v[i], v[j], sizeof swap);
		memcpy(v[j], swap, sizeof swap);
	}
	for (int64_t half = 1; half < n; half *= 2)
		for (int64_t i = 0; i < n; i += 2 * half)
			for (int64_t k = 0; k < half; k++) {
				const double *w = root[k * (n / 2 / half)];
				double *a = v[i + k], *b = v[i + k + half];
				const double re = b[0] * w[0] - b[1] * w[1],
					     im = b[0] * w[1] + b[1] * w[0];
				b[0] = a[0] - re;
				b[1] = a[1] - im;
				a[0] += re;
				a[1] += im;
			}
}

/* window[n_fft]: periodic Hann of `win` samples in the middle, zero elsewhere */
static double *hann(Arena *a, int64_t n_fft, int64_t win)
{
	double *window = NEW_ARRAY(a, double, n_fft);
	for (int64_t i = 0; i < win; i++)
		window[(n_fft - win) / 2 + i] = 0.5 - 0.5 * cos(2 * PI * (double)i / (double)win);
	return window;
}

static double (*roots(Arena *a, int64_t n))[2]
{
	double(*root)[2] = arena_array(a, (size_t)(n / 2), sizeof *root);
	for (int64_t k = 0; k < n / 2; k++) {
		root[k][0] = cos(2 * PI * (double)k / (double)n);
		root[k][1] = -sin(2 * PI * (double)k / (double)n);
	}
	return root;
}

/* Sample i of x[n], mirrored at the edges (edge sample not repeated) or zero outside. */
static double sample(const double *x, int64_t n, int64_t i, bool reflect)
{
	if (i >= 0 && i < n)
		return x[i];
	if (!reflect)
		return 0;
	return x[i < 0 ? -i : 2 * (n - 1) - i];
}

/* x[..., samples] -> y[..., frames, n_fft/2 + 1, 2] */
void eval_stft(const Eval *e)
{
	const Type *x = &e->in[0].type, *y = &e->out[0].type;
	const int64_t n_fft = attr_int(e->n, "n_fft"), hop = attr_int(e->n, "hop");
	const bool reflect = attr_bool(e->n, "reflect");
	const int64_t lead = attr_bool(e->n, "center") ? n_fft / 2 : 0;
	const int64_t samples = x->dim[x->rank - 1], frames = y->dim[y->rank - 3];
	const int64_t signals = type_count(x) / samples;
	const double *window = hann(e->tmp, n_fft, attr_int(e->n, "win"));
	double(*root)[2] = roots(e->tmp, n_fft);
	double(*v)[2] = arena_array(e->tmp, (size_t)n_fft, sizeof *v);
	double *out = e->out[0].data;
	for (int64_t p = 0; p < signals * frames; p++) {
		const double *signal = e->in[0].data + p / frames * samples;
		for (int64_t i = 0; i < n_fft; i++) {
			v[i][0] = window[i] *
				  sample(signal, samples, p % frames * hop + i - lead, reflect);
			v[i][1] = 0;
		}
		fft(v, n_fft, root);
		memcpy(out, v, (size_t)(n_fft / 2 + 1) * sizeof *v);
		out += 2 * (n_fft / 2 + 1);
	}
}
