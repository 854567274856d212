/* emit_product.c: products and convolutions. */
#include "emit.h"

#include <inttypes.h>
#include <string.h>

#define N PRId64

/* ---- products ---- */

bool rows_of(const Type *t, const int64_t *stride, int rank, RowsOf *r)
{
	*r = (RowsOf){1, 1, 0, 0};
	int levels = 0;
	for (int k = rank - 1; k >= 0; k--) {
		int64_t *const count = levels < 2 ? &r->rows : &r->batch;
		int64_t *const step = levels < 2 ? &r->row_stride : &r->batch_stride;
		if (t->dim[k] == 1)
			continue;
		if (levels > 0 && stride[k] == *step * *count) {
			*count *= t->dim[k];
			continue;
		}
		if (++levels > 2)
			return false;
		if (levels == 2) {
			r->batch = t->dim[k];
			r->batch_stride = stride[k];
		} else {
			r->rows = t->dim[k];
			r->row_stride = stride[k];
		}
	}
	return true;
}

enum { BLOCK_ROWS = 112, TARGET_TILES = 16 };

/* Columns of a tile: 128, or fewer where that leaves too few tiles. */
static int64_t tile_columns(int64_t n, int64_t others)
{
	int64_t cols = 128;
	while (cols > 32 && others * emit_ceil(n, cols) < TARGET_TILES)
		cols /= 2;
	return cols;
}

/* Where the rows of operand 0 are as they are multiplied: a[..., k] or, transposed, a[..., k, m] */
static void place_rows(Fn *f, ProductPlan *p)
{
	const Type x = fn_type(f, f->n->in[0]);
	const bool ta = f->n->op == OP_matmul && attr_bool(f->n, "ta");
	const int row = x.rank - (ta ? 1 : 2), col = x.rank - (ta ? 2 : 1);
	Type lead = x;
	Ref r = fn_ref(f, 0);
	RowsOf rows;
	for (int dense = 0; dense < 2; dense++) {
		int64_t order[MAX_RANK];
		if (dense)
			ref_dense(&x, r.stride);
		memcpy(order, r.stride, sizeof order);
		if (ta) {
			lead.dim[col] = x.dim[row];
			order[col] = r.stride[row];
		}
		p->dense = dense;
		if (rows_of(&lead, order, x.rank - 1, &rows))
			break;
	}
	p->batch = rows.batch;
	p->rows = rows.rows;
	p->xbatch = rows.batch_stride;
	p->xrow = rows.row_stride;
	p->xcol = r.stride[col];
	p->k = x.dim[col];
}

bool product_packs(const Fn *f)
{
	return f->n->op == OP_linear || f->n->op == OP_linear_dx ||
	       (f->n->op == OP_matmul && cpu_packs(f->n, 1) &&
		f->e->loadtime[f->n->in[1]->node->id]);
}

/* oneDNN's tiles are alike: their columns divide n. */
static int64_t like_columns(int64_t n, int64_t others)
{
	int64_t parts = 1;
	while (others * parts < TARGET_TILES && parts < 8 && n % (32 * parts) == 0)
		parts *= 2;
	return n / parts;
}

ProductPlan product_plan(Fn *f)
{
	const Type w = fn_type(f, f->n->in[1]);
	const bool turned =
	    f->n->op == OP_linear_dx || (f->n->op == OP_matmul && !attr_bool(f->n, "tb"));
	ProductPlan p = {.n = w.dim[turned ? 1 : 0]};
	place_rows(f, &p);
	p.block = p.rows < BLOCK_ROWS ? p.rows : BLOCK_ROWS;
	const int64_t others = p.batch * emit_ceil(p.rows, p.block) * fn_group(f);
	p.onednn = onednn_takes_product(f->e);
	p.cols = p.onednn ? like_columns(p.n, others) : tile_columns(p.n, others);
	return p;
}

/* x[batch, rows, k] with strides times packed w[n, k], operand 2 the bias or absent */
static void packed_product(Fn *f, const char *bias)
{
	const ProductPlan p = product_plan(f);
	const int64_t tiles = p.batch * emit_ceil(p.rows, p.block) * emit_ceil(p.n, p.cols);
	const char *shape = arena_printf(
	    f->e->arena,
	    "Linear k = {.batch = %" N ", .rows = %" N ", .n = %" N ", .k = %" N ", .xbatch = %" N
	    ", .xrow = %" N ", .xcol = %" N ", .block = %" N ", .cols = %" N "}",
	    p.batch, p.rows, p.n, p.k, p.xbatch, p.xrow, p.xcol, p.block, p.cols);
	const char *x = p.dense ? fn_in_dense(f, 0) : fn_in(f, 0);
	const char *w = pack_operand(f, 1), *y = fn_out(f, 0);
	const int64_t gathered = p.xcol != 1 ? p.block * p.k : 0;
	if (p.onednn) {
		fn_tiles(f, tiles, shape, "dnn_linear_tile(k, %s, %s, %s, %" N ", %s, %s, %s, %s)",
			 onednn_product(f->e, &p), x, w, onednn_product_floats(&p), bias, y,
			 fn_tile(f, tiles), fn_scratch(f, p.block * p.n + gathered));
		return;
	}
	fn_use(f, K_linear);
	fn_tiles(f, tiles, shape, "linear_tile(k, %s, %s, %s, %s, %s, %s)", x, w, bias, y,
		 fn_tile(f, tiles), fn_scratch(f, p.block * 32 + gathered));
}

/* x[..., k], w[n, k], bias[n] -> y[..., n] */
void cpu_linear(Fn *f)
{
	packed_product(f, fn_in_dense(f, 2));
}

/* g[..., n], w[n, k] -> dx[..., k] */
void cpu_linear_dx(Fn *f)
{
	packed_product(f, "NULL");
}

/* " + i / 3 * 50 + i % 3 * 5": offset of batch entry `which` (C) along axes that broadcast to
 * dim[rank] */
static const char *batch_offset(Fn *f, int input, int rank, const int64_t *dim, const char *which)
{
	const Type t = fn_type(f, f->n->in[input]);
	const Ref r = fn_ref(f, input);
	Buf b;
	buf_init(&b, f->e->arena);
	buf_puts(&b, "");
	int64_t inner = 1;
	for (int k = rank - 1; k >= 0; inner *= dim[k--]) {
		const int at = k - (rank - (t.rank - 2));
		if (at >= 0 && t.dim[at] > 1)
			buf_printf(&b, " + %s / %" N " %% %" N " * %" N, which, inner, dim[k],
				   r.stride[at]);
	}
	return b.s;
}

/* Both operands as they are: b is packed tile by tile. */
static void direct_product(Fn *f, const Type *y)
{
	Arena *a = f->e->arena;
	const Ref ra = fn_ref(f, 0), rb = fn_ref(f, 1);
	const Type ta = fn_type(f, f->n->in[0]), tb = fn_type(f, f->n->in[1]);
	const bool at = attr_bool(f->n, "ta"), bt = attr_bool(f->n, "tb");
	const int rank = y->rank - 2;
	const int64_t m = y->dim[rank], n = y->dim[rank + 1], panels = emit_ceil(n, 32);
	const int64_t k = ta.dim[ta.rank - (at ? 2 : 1)];
	const Type lead = type_make(F32, rank, y->dim);
	const int64_t batch = type_count(&lead), tiles = batch * panels;
	const char *shape = arena_printf(
	    a,
	    "Matmul k = {.m = %" N ", .k = %" N ", .n = %" N ", .arow = %" N ", .acol = %" N
	    ", .brow = %" N ", .bcol = %" N "}",
	    m, k, n, ra.stride[ta.rank - (at ? 1 : 2)], ra.stride[ta.rank - (at ? 2 : 1)],
	    rb.stride[tb.rank - (bt ? 1 : 2)], rb.stride[tb.rank - (bt ? 2 : 1)]);
	const char *tile = fn_tile(f, tiles);
	const char *which = batch == 1 ? "0" : arena_printf(a, "(%s) / %" N, tile, panels);
	fn_use(f, K_linear);
	fn_tiles(f, tiles, shape, "matmul_tile(k, %s%s, %s%s, %s%s, %s %% %" N ", %s)", fn_in(f, 0),
		 batch_offset(f, 0, rank, y->dim, which), fn_in(f, 1),
		 batch_offset(f, 1, rank, y->dim, which), fn_out(f, 0),
		 batch == 1 ? "" : arena_printf(a, " + %s * INT64_C(%" N ")", which, m * n), tile,
		 panels, fn_scratch(f, (k + m) * 32 + m * k));
}

/* a[..., m, k], b[..., k, n] -> y[..., m, n] */
void cpu_matmul(Fn *f)
{
	const Type y = fn_type(f, &f->n->out[0]);
	if (product_packs(f))
		packed_product(f, "NULL");
	else
		direct_product(f, &y);
}

/* ---- convolutions ---- */

/* The gradient by the input as a convolution of g with the weights turned round: of g itself, or,
 * where that is not one with padding alone, of g spread out with all of its border. */
static void turn_round(ConvPlan *p)
{
	const int64_t c = p->c;
	p->spread = p->sh != 1 || p->sw != 1 || p->ph >= p->kh || p->pw >= p->kw;
	p->c = p->o;
	p->o = c;
	p->top = p->kh - 1 - p->ph;
	p->left = p->kw - 1 - p->pw;
	p->ph = p->spread ? 0 : p->top;
	p->pw = p->spread ? 0 : p->left;
	p->stretch_h = p->sh;
	p->stretch_w = p->sw;
	p->sh = p->sw = 1;
	if (p->spread) {
		p->h = p->oh + p->kh - 1;
		p->w = p->ow + p->kw - 1;
	}
}

static void conv_geometry(ConvPlan *p, const Node *n)
{
	const int lead = n->group > 0;
	const int64_t *x = n->in[0]->type.dim + lead, *w = n->in[1]->type.dim + lead;
	const int64_t *y = n->out[0].type.dim + lead;
	p->last = attr_bool(n, "channels_last");
	p->b = x[0];
	p->c = n->op == OP_conv2d_dx ? w[1] : x[p->last ? 3 : 1];
	p->h = x[p->last ? 1 : 2];
	p->w = x[p->last ? 2 : 3];
	p->o = w[0];
	p->kh = w[2];
	p->kw = w[3];
	p->sh = attr_int_at(n, "stride", 0);
	p->sw = attr_int_at(n, "stride", 1);
	p->ph = attr_int_at(n, "pad", 0);
	p->pw = attr_int_at(n, "pad", 1);
	p->oh = y[p->last ? 1 : 2];
	p->ow = y[p->last ? 2 : 3];
	p->th = p->tw = 1;
	if (n->op == OP_conv2d_dx)
		turn_round(p);
	if (n->op != OP_conv2d_act)
		return;
	p->th = attr_int_at(n, "pool", 0);
	p->tw = attr_int_at(n, "pool", 1);
	p->relu = !strcmp(attr_str(n, "act"), "relu");
	p->max = attr_bool(n, "max");
}

static bool fits_winograd(const ConvPlan *p)
{
	const bool same =
	    p->kh == 3 && p->kw == 3 && p->sh == 1 && p->sw == 1 && p->ph == 1 && p->pw == 1;
	return p->last && same && !p->spread && p->c % 16 == 0 && p->o % 32 == 0 &&
	       4 % p->th == 0 && 4 % p->tw == 0 && p->oh * p->th >= 4 && p->ow * p->tw >= 4;
}

bool cpu_pools_apart(const Node *n)
{
	ConvPlan p = {0};
	conv_geometry(&p, n);
	p.last = true;
	if (fits_winograd(&p))
		return false;
	p.oh *= p.th;
	p.ow *= p.tw;
	p.th = p.tw = 1;
	return fits_winograd(&p);
}

/* Rounding of the transform is some 6 times that of a sum. A training step takes gradients through
 * rectifiers, each on or off by the sign of its input, so what goes into them is summed directly.
 */
static bool needs_exact(const Node *n)
{
	return n->op == OP_conv2d && strcmp(n->graph->name, "step") == 0;
}

/* Transformed weights that weigh more than MOST_TRANSFORMED are fetched from memory at each run:
 * then the taps are kept, if one tile's squares share the work of transforming them. FAR: more than
 * the caches keep until the next node reads it. */
enum { LEAST_TILES = 8, MOST_TRANSFORMED = 8 << 20, MOST_SQUARES = 56, FAR = 4 << 20 };

/* Squares of a tile: its transformed input (36 * 4 bytes a channel) stays in a second-level cache
 * of 2 MB, or, with so many channels that the weights weigh more, as many as share each load of
 * them. Output channels of a tile: all, or a part so that there are enough tiles. */
static void winograd_tiles(ConvPlan *p, int64_t instances)
{
	const int64_t squares = p->b * emit_ceil(p->oh * p->th, 4) * emit_ceil(p->ow * p->tw, 4);
	const int64_t most = p->c <= 128 ? 28 : p->c <= 256 ? 50 : MOST_SQUARES;
	p->taps = squares >= 32 && squares <= MOST_SQUARES && p->o % 64 == 0 &&
		  36 * 4 * p->o * p->c > MOST_TRANSFORMED;
	if (p->taps) {
		p->tiles = squares;
		p->cols = p->span = p->o % 128 == 0 ? 128 : 64;
		return;
	}
	p->tiles = emit_ceil(squares, emit_ceil(squares, most));
	p->cols = p->c >= 256 && p->o % 128 == 0 ? 128 : p->o % 64 == 0 ? 64 : 32;
	p->span = p->o;
	while (instances * emit_ceil(squares, p->tiles) * (p->o / p->span) < LEAST_TILES &&
	       p->span % (2 * p->cols) == 0)
		p->span /= 2;
}

/* Rows of a tile of oneDNN's: its products take TILE_FLOATS, or less where that leaves too few
 * tiles. */
static int64_t like_rows(const ConvPlan *p, int64_t instances)
{
	enum { TILE_FLOATS = 1 << 16 };
	const int64_t fit = TILE_FLOATS / (p->th * p->ow * p->tw * p->o);
	int64_t rows = fit < 1 ? 1 : fit < p->oh ? fit : p->oh;
	while (instances * p->b * emit_ceil(p->oh, rows) < TARGET_TILES && rows > 1)
		rows = (rows + 1) / 2;
	return rows;
}

ConvPlan conv_plan(const Emit *e, const Node *n)
{
	ConvPlan p = {0};
	conv_geometry(&p, n);
	p.winograd = fits_winograd(&p) && !needs_exact(n);
	p.onednn = onednn_takes_conv(e, p.winograd);
	p.winograd &= !p.onednn;
	const int64_t instances = n->group > 0 ? n->group : 1;
	p.far = instances * p.b * p.oh * p.ow * p.o * 4 > FAR && p.o % 16 == 0;
	if (p.winograd)
		winograd_tiles(&p, instances);
	p.rows = p.onednn ? like_rows(&p, instances) : p.oh >= 64 ? 4 : p.oh >= 32 ? 2 : 1;
	return p;
}

static void winograd(Fn *f, const ConvPlan *p, const char *scale, const char *shift)
{
	const int64_t squares = p->b * emit_ceil(p->oh * p->th, 4) * emit_ceil(p->ow * p->tw, 4);
	const int64_t tiles = emit_ceil(squares, p->tiles) * (p->o / p->span);
	const char *shape =
	    arena_printf(f->e->arena,
			 "Winograd k = {.b = %" N ", .h = %" N ", .w = %" N ", .c = %" N
			 ", .o = %" N ", .oh = %" N ", .ow = %" N ", .th = %" N ", .tw = %" N
			 ", .relu = %d, .max = %d, .taps = %d, .far = %d, .tiles = %" N
			 ", .cols = %" N ", .span = %" N "}",
			 p->b, p->h, p->w, p->c, p->o, p->oh, p->ow, p->th, p->tw, p->relu, p->max,
			 p->taps, p->far, p->tiles, p->cols, p->span);
	/* wino_scratch */
	const int64_t depth = p->taps && p->c > 64 ? 64 : p->c;
	const int64_t scratch =
	    36 * (p->tiles * (depth + p->cols + 32) + 32) + depth + (p->taps ? 6 * 32 * depth : 0);
	const char *x = fn_in_dense(f, 0), *w = pack_operand(f, 1), *y = fn_out(f, 0);
	fn_use(f, K_winograd);
	fn_tiles(f, tiles, shape, "wino_tile(k, %s, %s, %s, %s, %s, %s, %s)", x, w, scale, shift, y,
		 fn_tile(f, tiles), fn_scratch(f, scratch));
}

/* x: of the strides of r */
static void direct(Fn *f, const ConvPlan *p, const char *x, const Ref *r, const char *scale,
		   const char *shift)
{
	const int64_t tiles = p->b * emit_ceil(p->oh, p->rows), plane = p->oh * p->ow;
	const bool l = p->last;
	const char *shape = arena_printf(
	    f->e->arena,
	    "Conv k = {.b = %" N ", .h = %" N ", .w = %" N ", .c = %" N ", .o = %" N ", .kh = %" N
	    ", .kw = %" N ", .sh = %" N ", .sw = %" N ", .ph = %" N ", .pw = %" N ", "
	    ".xb = %" N ", .xh = %" N ", .xw = %" N ", .xc = %" N ", .yb = %" N ", .yh = %" N
	    ", .yw = %" N ", .yc = %" N ", .oh = %" N ", .ow = %" N ", .th = %" N ", .tw = %" N
	    ", .relu = %d, .max = %d, .far = %d, .rows = %" N "}",
	    p->b, p->h, p->w, p->c, p->o, p->kh, p->kw, p->sh, p->sw, p->ph, p->pw, r->stride[0],
	    r->stride[l ? 1 : 2], r->stride[l ? 2 : 3], r->stride[l ? 3 : 1], plane * p->o,
	    l ? p->ow * p->o : p->ow, l ? p->o : 1, l ? 1 : plane, p->oh, p->ow, p->th, p->tw,
	    p->relu, p->max, p->far, p->rows);
	const int64_t height = (p->rows * p->th - 1) * p->sh + p->kh, wide = p->w + 2 * p->pw;
	const int64_t columns = p->onednn ? (wide - p->kw) / p->sw + 1 : p->ow * p->tw;
	const char *w = pack_operand(f, 1), *y = fn_out(f, 0);
	if (p->onednn) {
		const int64_t products = p->rows * p->th * columns * p->o;
		fn_tiles(f, tiles, shape, "dnn_conv_tile(k, %s, %s, %s, %s, %s, %s, %s, %s)",
			 onednn_conv(f->e, p), x, w, scale, shift, y, fn_tile(f, tiles),
			 fn_scratch(f, height * wide * p->c + products + 32));
		return;
	}
	fn_use(f, K_conv);
	fn_tiles(
	    f, tiles, shape, "conv_tile(k, %s, %s, %s, %s, %s, %s, %s)", x, w, scale, shift, y,
	    fn_tile(f, tiles),
	    fn_scratch(f, height * wide * p->c + p->th * columns * (32 + p->kh * p->kw * p->c)));
}

static void convolution(Fn *f, const char *scale, const char *shift)
{
	const ConvPlan p = conv_plan(f->e, f->n);
	const Ref r = fn_ref(f, 0);
	if (p.winograd)
		winograd(f, &p, scale, shift);
	else
		direct(f, &p, fn_in(f, 0), &r, scale, shift);
}

/* g[b, oh, ow, c] with strides to the work memory, as turn_round says. */
static const char *spread(Fn *f, const ConvPlan *p, Ref *r)
{
	const int lead = f->n->group > 0;
	const int64_t *g = f->n->in[0]->type.dim + lead, tiles = p->b * p->h;
	const bool l = p->last;
	*r = fn_ref(f, 0);
	const char *shape = arena_printf(
	    f->e->arena,
	    "Spread k = {.b = %" N ", .oh = %" N ", .ow = %" N ", .c = %" N ", .h = %" N
	    ", .w = %" N ", .sh = %" N ", .sw = %" N ", .top = %" N ", .left = %" N ", .gb = %" N
	    ", .gh = %" N ", .gw = %" N ", .gc = %" N "}",
	    p->b, g[l ? 1 : 2], g[l ? 2 : 3], p->c, p->h, p->w, p->stretch_h, p->stretch_w, p->top,
	    p->left, r->stride[0], r->stride[l ? 1 : 2], r->stride[l ? 2 : 3],
	    r->stride[l ? 3 : 1]);
	const char *work = fn_work(f, tiles * p->w * p->c), *in = fn_in(f, 0);
	fn_tiles(f, tiles, shape, "spread_tile(k, %s, %s, %s)", in, work, fn_tile(f, tiles));
	r->stride[0] = p->h * p->w * p->c;
	r->stride[l ? 1 : 2] = p->w * p->c;
	r->stride[l ? 2 : 3] = p->c;
	r->stride[l ? 3 : 1] = 1;
	return fn_work(f, tiles * p->w * p->c);
}

/* g[B, O, ho, wo], w[O, C, kh, kw] -> dx[B, C, H, W], or channels last */
void cpu_conv2d_dx(Fn *f)
{
	const ConvPlan p = conv_plan(f->e, f->n);
	Ref r;
	fn_use(f, K_conv);
	fn_use(f, K_conv_grad);
	pack_operand(f, 1); /* its packing needs the work memory, too */
	if (!p.spread)
		convolution(f, "NULL", "NULL");
	else
		direct(f, &p, spread(f, &p, &r), &r, "NULL", "NULL");
}

/* x[B, C, H, W] or [B, H, W, C], w[O, C, kh, kw], bias[O] */
void cpu_conv2d(Fn *f)
{
	convolution(f, "NULL", fn_in_dense(f, 2));
}

/* x, w, scale[O], shift[O] */
void cpu_conv2d_act(Fn *f)
{
	const char *scale = fn_in_dense(f, 2);
	convolution(f, scale, fn_in_dense(f, 3));
}
