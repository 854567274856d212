/* emit_product.c: products. */
#include "emit.h"

#include <inttypes.h>
#include <string.h>

#define N PRId64

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
