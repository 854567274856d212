/* emit_norm.c: normalisations, softmax, pooling and reductions. */
#include "emit.h"

#include <inttypes.h>
#include <string.h>

#define N PRId64

/* Product of t's extents from axis `from` to before `to`. */
static int64_t extent(const Type *t, int from, int to)
{
	int64_t n = 1;
	for (int k = from; k < to; k++)
		n *= t->dim[k];
	return n;
}

/* ---- norms ---- */

/* The rows of x are equally far apart and dense; *row: how far. */
static bool even_rows(const Type *x, const int64_t *stride, int64_t *row)
{
	const int last = x->rank - 1;
	int64_t next = 0;
	*row = x->dim[last];
	if (x->dim[last] > 1 && stride[last] != 1)
		return false;
	for (int k = last - 1; k >= 0; k--) {
		if (x->dim[k] == 1)
			continue;
		if (next == 0)
			*row = stride[k];
		else if (stride[k] != next)
			return false;
		next = stride[k] * x->dim[k];
	}
	return true;
}

static void row_norm(Fn *f, bool centre)
{
	const Type x = fn_type(f, f->n->in[0]);
	const int64_t n = x.dim[x.rank - 1], rows = type_count(&x) / n, tiles = emit_ceil(rows, 8);
	int64_t row;
	const bool even = even_rows(&x, fn_ref(f, 0).stride, &row);
	const char *in = even ? fn_in(f, 0) : fn_in_dense(f, 0);
	const char *shape = arena_printf(
	    f->e->arena,
	    "RowNorm k = {.rows = %" N ", .n = %" N ", .row = %" N ", .eps = %s, .centre = %d}",
	    rows, n, even ? row : n, emit_float(f->e->arena, attr_float(f->n, "eps")), centre);
	const char *weight = fn_in_dense(f, 1), *bias = centre ? fn_in_dense(f, 2) : "NULL";
	fn_use(f, K_norm);
	fn_tiles(f, tiles, shape, "row_norm_tile(k, %s, %s, %s, %s, %s)", in, weight, bias,
		 fn_out(f, 0), fn_tile(f, tiles));
}

void cpu_rms_norm(Fn *f)
{
	row_norm(f, false);
}

void cpu_layer_norm(Fn *f)
{
	row_norm(f, true);
}

void cpu_batch_norm(Fn *f)
{
	const Type x = fn_type(f, f->n->in[0]);
	const int axis = fn_axis(f, x.rank);
	const int64_t tiles = extent(&x, 0, axis);
	const char *shape = arena_printf(
	    f->e->arena, "BatchNorm k = {.outer = %" N ", .c = %" N ", .inner = %" N ", .eps = %s}",
	    tiles, x.dim[axis], extent(&x, axis + 1, x.rank),
	    emit_float(f->e->arena, attr_float(f->n, "eps")));
	const char *in[5];
	for (int i = 0; i < 5; i++)
		in[i] = fn_in_dense(f, i);
	fn_use(f, K_norm);
	fn_tiles(f, tiles, shape, "batch_norm_tile(k, %s, %s, %s, %s, %s, %s, %s)", in[0], in[1],
		 in[2], in[3], in[4], fn_out(f, 0), fn_tile(f, tiles));
}

void cpu_softmax(Fn *f)
{
	const Type x = fn_type(f, f->n->in[0]);
	const int axis = fn_axis(f, x.rank);
	const int64_t tiles = extent(&x, 0, axis);
	const char *shape =
	    arena_printf(f->e->arena, "Softmax k = {.outer = %" N ", .n = %" N ", .inner = %" N "}",
			 tiles, x.dim[axis], extent(&x, axis + 1, x.rank));
	const char *in = fn_in_dense(f, 0);
	fn_use(f, K_norm);
	fn_tiles(f, tiles, shape, "softmax_tile(k, %s, %s, %s)", in, fn_out(f, 0),
		 fn_tile(f, tiles));
}

void cpu_cumsum(Fn *f)
{
	const Type x = fn_type(f, f->n->in[0]);
	const int axis = fn_axis(f, x.rank);
	const int64_t tiles = extent(&x, 0, axis);
	const char *shape = arena_printf(
	    f->e->arena,
	    "Cumsum k = {.outer = %" N ", .n = %" N ", .inner = %" N ", .reverse = %d}", tiles,
	    x.dim[axis], extent(&x, axis + 1, x.rank), attr_bool(f->n, "reverse"));
	const char *in = fn_in_dense(f, 0);
	fn_use(f, K_reduce);
	fn_tiles(f, tiles, shape, "cumsum_tile(k, %s, %s, %s)", in, fn_out(f, 0),
		 fn_tile(f, tiles));
}

/* ---- pooling ---- */

static void pool(Fn *f, const char *kernel)
{
	const Type x = fn_type(f, f->n->in[0]);
	const bool last = attr_bool(f->n, "channels_last");
	const int64_t outer = last ? x.dim[0] : x.dim[0] * x.dim[1], inner = last ? x.dim[3] : 1;
	const int64_t h = x.dim[last ? 1 : 2], w = x.dim[last ? 2 : 3];
	const int64_t kh = attr_int_at(f->n, "kernel", 0), kw = attr_int_at(f->n, "kernel", 1);
	const char *shape = arena_printf(f->e->arena,
					 "Pool k = {.outer = %" N ", .h = %" N ", .w = %" N
					 ", .inner = %" N ", .kh = %" N ", .kw = %" N "}",
					 outer, h, w, inner, kh, kw);
	const int64_t tiles = outer * (h / kh);
	const char *in = fn_in_dense(f, 0);
	fn_use(f, K_pool);
	fn_tiles(f, tiles, shape, "%s(k, %s, %s, %s)", kernel, in, fn_out(f, 0), fn_tile(f, tiles));
}

void cpu_avg_pool2d(Fn *f)
{
	pool(f, "avg_pool_tile");
}

void cpu_max_pool2d(Fn *f)
{
	pool(f, "max_pool_tile");
}

/* ---- reductions ---- */

/* Axes of one kind, in order; neighbours that run on without a gap are one. */
typedef struct Axes {
	int n;
	int64_t dim[MAX_RANK], stride[MAX_RANK];
} Axes;

static void add_axis(Axes *a, int64_t dim, int64_t stride)
{
	if (dim == 1)
		return;
	if (a->n > 0 && a->stride[a->n - 1] == stride * dim) {
		a->dim[a->n - 1] *= dim;
		a->stride[a->n - 1] = stride;
		return;
	}
	a->dim[a->n] = dim;
	a->stride[a->n++] = stride;
}

static void axes_text(Buf *b, const char *name, const char *dims, const Axes *a, int n)
{
	buf_printf(b, ", .n%s = %d", name, n);
	for (int part = 0; part < 2 && n > 0; part++) {
		buf_printf(b, ", .%s = {", part ? name : dims);
		for (int k = 0; k < n; k++)
			buf_printf(b, "%s%" N, k ? ", " : "", part ? a->stride[k] : a->dim[k]);
		buf_puts(b, "}");
	}
}

/* A reduction of x with these strides: the shape `k` of its kernel, and how many tiles. */
static const char *reduction(Fn *f, const int64_t *stride, int64_t *tiles, int64_t *divisor)
{
	const Type x = fn_type(f, f->n->in[0]);
	bool over[MAX_RANK] = {false};
	for (int i = 0; i < attr_len(f->n, "axes"); i++) {
		const int64_t axis = attr_int_at(f->n, "axes", i);
		over[axis < 0 ? axis + x.rank : axis] = true;
	}
	Axes keep = {0}, sum = {0};
	int64_t count = 1;
	for (int k = 0; k < x.rank; k++) {
		add_axis(over[k] ? &sum : &keep, x.dim[k], stride[k]);
		count *= over[k] ? x.dim[k] : 1;
	}
	const int outer = keep.n > 0 ? keep.n - 1 : 0;
	const int64_t n = keep.n > 0 ? keep.dim[outer] : 1,
		      step = keep.n > 0 ? keep.stride[outer] : 1;
	Buf b;
	buf_init(&b, f->e->arena);
	buf_printf(&b, "Reduce k = {.n = %" N ", .step = %" N, n, step);
	axes_text(&b, "keep", "keep_dim", &keep, outer);
	axes_text(&b, "over", "over_dim", &sum, sum.n);
	buf_puts(&b, "}");
	*divisor = count;
	*tiles = emit_ceil(n, 64);
	for (int k = 0; k < outer; k++)
		*tiles *= keep.dim[k];
	return b.s;
}

static void reduce(Fn *f, const char *kernel, bool mean)
{
	int64_t tiles, count;
	const char *shape = reduction(f, fn_ref(f, 0).stride, &tiles, &count);
	const char *in = fn_in(f, 0);
	const char *divisor =
	    kernel[0] == 's' ? arena_printf(f->e->arena, "%" N ".0, ", mean ? count : 1) : "";
	fn_use(f, K_reduce);
	fn_tiles(f, tiles, shape, "%s(k, %s%s, %s, %s)", kernel, divisor, in, fn_out(f, 0),
		 fn_tile(f, tiles));
}

void cpu_sum(Fn *f)
{
	reduce(f, "sum_tile", false);
}

/* Both operands lie dense. */
void cpu_sum_product(Fn *f)
{
	int64_t tiles, count;
	const char *shape = reduction(f, fn_ref(f, 0).stride, &tiles, &count);
	const char *a = fn_in_dense(f, 0), *b = fn_in_dense(f, 1);
	fn_use(f, K_reduce);
	fn_tiles(f, tiles, shape, "sum_product_tile(k, %s, %s, %s, %s)", a, b, fn_out(f, 0),
		 fn_tile(f, tiles));
}

void cpu_mean(Fn *f)
{
	reduce(f, "sum_tile", true);
}

void cpu_max(Fn *f)
{
	reduce(f, "max_tile", false);
}

void cpu_min(Fn *f)
{
	reduce(f, "min_tile", false);
}

/* Where one instance of an input is: a number of `base`, an offset there, elements. */
typedef struct Piece {
	int base;
	int64_t at, count;
} Piece;

typedef struct Pieces {
	LIST(const char *) base;
	LIST(Piece) at;
} Pieces;

static void add_piece(Fn *f, Pieces *p, int input, int64_t g)
{
	Arena *a = f->e->arena;
	const Value *v = f->n->in[input];
	const Type t = fn_type(f, v);
	Ref r = ref_of(f->e, v, f->at_load);
	if (!fn_ref(f, input).dense) {
		fn_in_dense(f, input);
		r = (Ref){arena_printf(a, "in%d_dense", input), 0, {type_count(&t)}, true};
	}
	int b = 0;
	while (b < p->base.n && strcmp(p->base.at[b], r.base))
		b++;
	if (b == p->base.n)
		list_push(a, &p->base, r.base);
	const int64_t slice = f->n->group ? g * v->type.dim[0] / f->n->group : 0;
	const Piece piece = {b, r.offset + slice * r.stride[0], type_count(&t)};
	list_push(a, &p->at, piece);
}

/* xs... -> y[]: a loop over a table of places, as there may be hundreds of inputs */
void cpu_sum_squares(Fn *f)
{
	Arena *a = f->e->arena;
	const int n = f->n->nin;
	Pieces p = {0};
	Buf table, from;
	buf_init(&table, a);
	buf_init(&from, a);
	for (int64_t g = 0; g < fn_group(f); g++)
		for (int i = 0; i < n; i++)
			add_piece(f, &p, i, g);
	for (int i = 0; i < p.at.n; i++)
		buf_printf(&table, "%s{%d, %" N ", %" N "}", i ? ", " : "", p.at.at[i].base,
			   p.at.at[i].at, p.at.at[i].count);
	for (int i = 0; i < p.base.n; i++) {
		const char *name = p.base.at[i];
		if (!fn_has(f, name)) {
			name = arena_printf(a, "from%d", i);
			fn_declare(f, "const float ", name, p.base.at[i], 0);
		}
		buf_printf(&from, "%s%s", i ? ", " : "", name);
	}
	emit_line(&f->decl, 1, arena_printf(a, "static const Squares piece[] = {%s};", table.s));
	emit_line(&f->decl, 1, arena_printf(a, "const float *const from[] = {%s};", from.s));
	fn_use(f, K_reduce);
	fn_hold(f, "sums", 2 * p.at.n);
	const char *i = p.at.n > 1 ? "i" : "0";
	fn_tiles(
	    f, n, NULL,
	    "((double *)sums)[%s] = squares_sum(from[piece[%s].from] + piece[%s].at, piece[%s].n)",
	    i, i, i, i);
	buf_printf(&f->body,
		   "\tfor (int g = 0; g < %" N "; g++) {\n\t\tdouble sum = 0;\n"
		   "\t\tfor (int i = 0; i < %d; i++)\n"
		   "\t\t\tsum += ((double *)sums)[g * %d + i];\n"
		   "\t\t%s[g] = (float)sum;\n\t}\n",
		   fn_group(f), n, n, fn_name_out(f, 0));
}

/* x, y: a reduction of x -> mask like x */
void cpu_first_equal(Fn *f)
{
	const Type x = fn_type(f, f->n->in[0]);
	int64_t tiles, count, stride[MAX_RANK];
	ref_dense(&x, stride);
	const char *shape = reduction(f, stride, &tiles, &count);
	const char *in = fn_in_dense(f, 0), *y = fn_in_dense(f, 1);
	fn_use(f, K_reduce);
	fn_tiles(f, tiles, shape, "first_equal_tile(k, %s, %s, %s, %s)", in, y, fn_out(f, 0),
		 fn_tile(f, tiles));
}
