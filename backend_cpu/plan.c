/* plan.c: how products and convolutions are computed, which weights are packed for it. */
#include "emit.h"

#include <string.h>

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
