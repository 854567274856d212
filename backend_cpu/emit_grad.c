/* emit_grad.c: batch statistics and gradients of products, norms and pools. Where a result is a sum
 * over all rows, a first loop makes sums of parts of the rows in the work memory; the number of
 * parts follows from the shape alone. */
#include "emit.h"

#include <inttypes.h>
#include <string.h>

#define N PRId64

/* ---- by weights ---- */

typedef struct Image {
	int64_t b, h, w, c, stride[4];
} Image;

/* Input i as [b, h, w, c] */
static Image image_of(const Fn *f, int i, bool last)
{
	const Type t = fn_type(f, f->n->in[i]);
	const int64_t *s = fn_ref(f, i).stride,
		      axis[] = {0, last ? 1 : 2, last ? 2 : 3, last ? 3 : 1};
	Image m = {t.dim[0], t.dim[axis[1]], t.dim[axis[2]], t.dim[axis[3]], {0}};
	for (int k = 0; k < 4; k++)
		m.stride[k] = s[axis[k]];
	return m;
}

/* Parts of the pixels: so many that there are enough tiles, or that a sum stays short. */
static int64_t parts_of(int64_t pixels, int64_t tiles)
{
	enum { ENOUGH = 16, LEAST = 256, LONGEST = 8192, MOST = 64 };
	const int64_t wanted = emit_ceil(ENOUGH, tiles), most = emit_ceil(pixels, LEAST);
	const int64_t parts = wanted < most ? wanted : most, least = emit_ceil(pixels, LONGEST);
	const int64_t p = parts > least ? parts : least;
	return p < MOST ? p : MOST;
}

/* taps: kh, kw, sh, sw, ph, pw; xs, gs: C for the operands */
static void outer(Fn *f, const Image *x, const Image *g, const int64_t *taps, const char *xs,
		  const char *gs)
{
	const int64_t columns = taps[0] * taps[1] * x->c, cols = emit_ceil(columns, 32) * 32;
	const int64_t blocks = emit_ceil(g->c, 112) * emit_ceil(columns, 128);
	const int64_t parts = parts_of(g->b * g->h * g->w, blocks * fn_group(f));
	const char *shape = arena_printf(
	    f->e->arena,
	    "Outer k = {.b = %" N ", .h = %" N ", .w = %" N ", .c = %" N ", .o = %" N ", .kh = %" N
	    ", .kw = %" N ", .sh = %" N ", .sw = %" N ", .ph = %" N ", .pw = %" N ", .oh = %" N
	    ", .ow = %" N ", .xb = %" N ", .xh = %" N ", .xw = %" N ", .xc = %" N ", .gb = %" N
	    ", .gh = %" N ", .gw = %" N ", .gc = %" N ", .cols = %" N ", .parts = %" N "}",
	    x->b, x->h, x->w, x->c, g->c, taps[0], taps[1], taps[2], taps[3], taps[4], taps[5],
	    g->h, g->w, x->stride[0], x->stride[1], x->stride[2], x->stride[3], g->stride[0],
	    g->stride[1], g->stride[2], g->stride[3], cols, parts);
	const int64_t tiles = blocks * parts, work = parts * g->c * cols;
	fn_use(f, K_outer);
	fn_tiles(f, tiles, shape, "outer_tile(k, %s, %s, %s, %s, %s)", xs, gs, fn_work(f, work),
		 fn_tile(f, tiles), fn_scratch(f, 64 * (112 + 128)));
	const char *dw = fn_out(f, 0);
	fn_tiles(f, g->c, shape, "outer_sum(k, %s, %s, %s)", fn_work(f, work), dw,
		 fn_tile(f, g->c));
}

/* Input i as rows: one image of [batch, 1, rows, columns]; *at: C for it */
static Image rows_image(Fn *f, int i, bool dense, const char **at)
{
	const Type t = fn_type(f, f->n->in[i]);
	Ref r = fn_ref(f, i);
	RowsOf rows;
	*at = dense ? fn_in_dense(f, i) : fn_in(f, i);
	if (dense)
		ref_dense(&t, r.stride);
	rows_of(&t, r.stride, t.rank - 1, &rows);
	return (Image){rows.batch,
		       1,
		       rows.rows,
		       t.dim[t.rank - 1],
		       {rows.batch_stride, 0, rows.row_stride, r.stride[t.rank - 1]}};
}

/* The rows of input i lie so that rows_of can say where. */
static bool has_rows(const Fn *f, int i)
{
	const Type t = fn_type(f, f->n->in[i]);
	RowsOf rows;
	return rows_of(&t, fn_ref(f, i).stride, t.rank - 1, &rows);
}

/* x[..., k], g[..., n] -> dw[n, k] */
void cpu_linear_dw(Fn *f)
{
	static const int64_t taps[] = {1, 1, 1, 1, 0, 0};
	const char *xs, *gs;
	Image x = rows_image(f, 0, !has_rows(f, 0), &xs);
	Image g = rows_image(f, 1, !has_rows(f, 1), &gs);
	const bool x_whole = x.b == 1, g_whole = g.b == 1;
	if (x.b != g.b && x_whole != g_whole) {
		/* one operand's rows are one run: cut it as the other's */
		Image *const whole = x_whole ? &x : &g, *const cut = x_whole ? &g : &x;
		whole->stride[0] = whole->stride[2] * cut->w;
		whole->b = cut->b;
		whole->w = cut->w;
	} else if (x.b != g.b) {
		x = rows_image(f, 0, true, &xs);
		x.stride[0] = x.stride[2] * g.w;
		x.b = g.b;
		x.w = g.w;
	}
	outer(f, &x, &g, taps, xs, gs);
}

/* x[B, C, H, W], g[B, O, ho, wo], or channels last -> dw[O, C, kh, kw] */
void cpu_conv2d_dw(Fn *f)
{
	static const char *const names[] = {"kernel", "stride", "pad"};
	const bool last = attr_bool(f->n, "channels_last");
	const Image x = image_of(f, 0, last), g = image_of(f, 1, last);
	int64_t taps[6];
	for (int i = 0; i < 6; i++)
		taps[i] = attr_int_at(f->n, names[i / 2], i % 2);
	const char *xs = fn_in(f, 0);
	outer(f, &x, &g, taps, xs, fn_in(f, 1));
}

/* ---- batch norm ---- */

/* The kernel's shape `k`: dimension d of x has dim[d] and stride[d], of y pooled[d]. */
typedef struct BatchPlan {
	const char *shape;
	int64_t parts, out_tiles, in_tiles, channels;
} BatchPlan;

/* Rank 4 with pooling: the axes as they are; else all before and all behind the channels. */
static void batch_axes(const Fn *f, const Type *x, int64_t *dim, int64_t *stride, int *to)
{
	const int axis = fn_axis(f, x->rank);
	int64_t dense[MAX_RANK], before = 1, behind = 1;
	ref_dense(x, dense);
	if (attr_int_at(f->n, "pool", 0) * attr_int_at(f->n, "pool", 1) > 1) {
		const int order[] = {0, axis == 1 ? 2 : 1, axis == 3 ? 2 : 3, axis};
		for (int k = 0; k < 4; k++) {
			to[k] = order[k];
			dim[k] = x->dim[order[k]];
			stride[k] = dense[order[k]];
		}
		return;
	}
	for (int k = 0; k < x->rank; k++)
		*(k < axis ? &before : &behind) *= k == axis ? 1 : x->dim[k];
	const bool last = behind == 1;
	const int64_t dims[] = {last ? 1 : before, last ? before : 1, behind, x->dim[axis]};
	const int64_t strides[] = {behind * dims[3], behind * dims[3], 1, behind};
	memcpy(dim, dims, sizeof dims);
	memcpy(stride, strides, sizeof strides);
	to[0] = -1;
}

static BatchPlan batch_plan(Fn *f, const Type *y)
{
	enum { TILE = 16384, MOST_PARTS = 32 };
	const Type x = fn_type(f, f->n->in[0]);
	int64_t dim[4], stride[4], ys[4], dense[MAX_RANK];
	int to[4];
	const int64_t th = attr_int_at(f->n, "pool", 0), tw = attr_int_at(f->n, "pool", 1);
	batch_axes(f, &x, dim, stride, to);
	ref_dense(y, dense);
	for (int k = 0; k < 4; k++)
		ys[k] = to[0] < 0 ? stride[k] : dense[to[k]];
	const int64_t row = dim[2] * dim[3], rows = row < TILE ? TILE / row : 1;
	const int64_t all = dim[0] * dim[1], most = emit_ceil(all, rows);
	BatchPlan p = {.parts = most < MOST_PARTS ? most : MOST_PARTS,
		       .out_tiles = emit_ceil(dim[0] * (dim[1] / th), rows),
		       .in_tiles = emit_ceil(all, rows),
		       .channels = dim[3]};
	p.shape =
	    arena_printf(f->e->arena,
			 "Batch k = {.b = %" N ", .h = %" N ", .w = %" N ", .c = %" N ", .oh = %" N
			 ", .ow = %" N ", .th = %" N ", .tw = %" N ", .xb = %" N ", .xh = %" N
			 ", .xw = %" N ", .xc = %" N ", .yb = %" N ", .yh = %" N ", .yw = %" N
			 ", .yc = %" N ", .relu = %d, .parts = %" N ", .rows = %" N "}",
			 dim[0], dim[1], dim[2], dim[3], dim[1] / th, dim[2] / tw, th, tw,
			 stride[0], stride[1], stride[2], stride[3], ys[0], ys[1], ys[2], ys[3],
			 !strcmp(attr_str(f->n, "act"), "relu"), p.parts, rows);
	return p;
}

static const char *double_text(Fn *f, double v)
{
	Buf b;
	buf_init(&b, f->e->arena);
	buf_double(&b, v);
	return b.s;
}

/* The instance's sums: work[parts][2][channels] of doubles */
static const char *double_work(Fn *f, int64_t doubles)
{
	return arena_printf(f->e->arena, "(double *)(%s)", fn_work(f, 2 * doubles));
}

/* x, weight, bias, running_mean, running_var -> y, mean, rstd, new_mean, new_var */
void cpu_batch_norm_train(Fn *f)
{
	const Type y = fn_type(f, &f->n->out[0]);
	const BatchPlan p = batch_plan(f, &y);
	const int64_t doubles = p.parts * 2 * p.channels;
	const char *in[5], *out[5];
	fn_use(f, K_batch);
	for (int i = 0; i < 5; i++)
		in[i] = fn_in_dense(f, i);
	fn_tiles(f, p.parts, p.shape, "batch_sums_tile(k, %s, %s, %s)", in[0],
		 double_work(f, doubles), fn_tile(f, p.parts));
	for (int i = 0; i < 5; i++) {
		in[i] = fn_in_dense(f, i);
		out[i] = fn_out(f, i);
	}
	fn_tiles(f, 1, p.shape, "batch_statistics(k, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
		 double_text(f, attr_float(f->n, "eps")),
		 double_text(f, attr_float(f->n, "momentum")), in[0], double_work(f, doubles),
		 in[3], in[4], out[1], out[2], out[3], out[4]);
	in[0] = fn_in_dense(f, 0);
	fn_out(f, 0);
	fn_tiles(f, p.out_tiles, p.shape, "batch_out_tile(k, %s, %s, %s, %s, %s, %s, %s)", in[0],
		 out[1], out[2], in[1], in[2], out[0], fn_tile(f, p.out_tiles));
}

/* x, weight, mean, rstd, dy, bias -> dx, dweight, dbias */
void cpu_batch_norm_grad(Fn *f)
{
	const Type dy = fn_type(f, f->n->in[4]);
	const BatchPlan p = batch_plan(f, &dy);
	const int64_t doubles = p.parts * 2 * p.channels;
	const char *in[6], *out[3];
	fn_use(f, K_batch);
	for (int i = 0; i < 6; i++)
		in[i] = fn_in_dense(f, i);
	fn_tiles(f, p.parts, p.shape, "batch_grad_tile(k, %s, %s, %s, %s, %s, %s, %s, %s)", in[0],
		 in[1], in[2], in[3], in[4], in[5], double_work(f, doubles), fn_tile(f, p.parts));
	for (int k = 0; k < 3; k++)
		out[k] = fn_out(f, k);
	fn_tiles(f, 1, p.shape, "batch_grad_sums(k, %s, %s, %s)", double_work(f, doubles), out[1],
		 out[2]);
	fn_out(f, 0);
	fn_tiles(f, p.in_tiles, p.shape, "batch_dx_tile(k, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
		 in[0], in[1], in[2], in[3], in[4], in[5], out[1], out[2], out[0],
		 fn_tile(f, p.in_tiles));
}

/* ---- row norms ---- */

/* x[..., n], weight[n], g[..., n] -> dx, dweight, dbias */
static void rows_grad(Fn *f, bool centre)
{
	enum { MOST_PARTS = 32, LEAST_ROWS = 8 };
	const Type x = fn_type(f, f->n->in[0]);
	const int64_t n = x.dim[x.rank - 1], rows = type_count(&x) / n;
	const int64_t most = emit_ceil(rows, LEAST_ROWS),
		      parts = most < MOST_PARTS ? most : MOST_PARTS;
	const char *shape = arena_printf(
	    f->e->arena,
	    "RowsGrad k = {.rows = %" N ", .n = %" N ", .eps = %s, .centre = %d, .parts = %" N "}",
	    rows, n, double_text(f, attr_float(f->n, "eps")), centre, parts);
	const char *in[3];
	fn_use(f, K_rows_grad);
	for (int i = 0; i < 3; i++)
		in[i] = fn_in_dense(f, i);
	const char *dx = fn_out(f, 0);
	fn_tiles(f, parts, shape, "rows_grad_tile(k, %s, %s, %s, %s, %s, %s)", in[0], in[1], in[2],
		 dx, double_work(f, parts * 2 * n), fn_tile(f, parts));
	const char *dweight = fn_out(f, 1), *dbias = centre ? fn_out(f, 2) : "NULL";
	fn_tiles(f, 1, shape, "rows_grad_sum(k, %s, %s, %s)", double_work(f, parts * 2 * n),
		 dweight, dbias);
}

void cpu_rms_norm_grad(Fn *f)
{
	rows_grad(f, false);
}

void cpu_layer_norm_grad(Fn *f)
{
	rows_grad(f, true);
}

/* ---- pools ---- */

/* The kernel's shape for dx; *outer: images in it */
static const char *pool_shape(Fn *f, int64_t *outer, int64_t *h)
{
	const Type x = fn_type(f, &f->n->out[0]);
	const bool last = attr_bool(f->n, "channels_last");
	*outer = last ? x.dim[0] : x.dim[0] * x.dim[1];
	*h = x.dim[last ? 1 : 2];
	return arena_printf(f->e->arena,
			    "Pool k = {.outer = %" N ", .h = %" N ", .w = %" N ", .inner = %" N
			    ", .kh = %" N ", .kw = %" N "}",
			    *outer, *h, x.dim[last ? 2 : 3], last ? x.dim[3] : 1,
			    attr_int_at(f->n, "kernel", 0), attr_int_at(f->n, "kernel", 1));
}

/* g[B, C, h, w] -> dx[B, C, H, W], or channels last */
void cpu_avg_pool2d_grad(Fn *f)
{
	int64_t outer, h;
	const char *shape = pool_shape(f, &outer, &h), *g = fn_in_dense(f, 0);
	fn_use(f, K_pool_grad);
	fn_tiles(f, outer * h, shape, "avg_pool_grad_tile(k, %s, %s, %s)", g, fn_out(f, 0),
		 fn_tile(f, outer * h));
}

/* x[B, C, H, W], g[B, C, h, w] -> dx, or channels last */
void cpu_max_pool2d_grad(Fn *f)
{
	int64_t outer, h;
	const char *shape = pool_shape(f, &outer, &h), *x = fn_in_dense(f, 0),
		   *g = fn_in_dense(f, 1);
	fn_use(f, K_pool_grad);
	fn_tiles(f, outer, shape, "max_pool_grad_tile(k, %s, %s, %s, %s)", x, g, fn_out(f, 0),
		 fn_tile(f, outer));
}
