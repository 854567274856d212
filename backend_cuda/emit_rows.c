/* emit_rows.c: ops that work along axes of many rows: reductions, softmax, norms, pooling, STFT. */
#include "emit.h"

static int axis_of(const Node *n, const char *name, int rank)
{
	const int64_t a = attr_int(n, name);
	return (int)(a < 0 ? a + rank : a);
}

/* A sweep with one operand, o, over its group and the axes that `in` marks as `want`. */
static Sweep sweep_axes(const Node *n, const Operand *o, const bool *in, bool want, bool group)
{
	Sweep s = {.nops = 1};
	if (group)
		sweep_group(&s, group_of(n), &o, 1);
	for (int i = 0; i < o->rank; i++)
		if (in[i] == want)
			sweep_set(&s, 0, sweep_dim(&s, o->dim[i]), o->stride[i], 1);
	sweep_merge(&s);
	return s;
}

static void put_in_out(const Kernel *k, const Operand *x, const Operand *y)
{
	kernel_typedef(k, "In", operand_type(x));
	kernel_typedef(k, "Out", operand_type(y));
}

/* ---- reductions ----------------------------------------------------------------------------- */

typedef enum ReduceForm { REDUCE_ROW, REDUCE_ACROSS, REDUCE_SHORT } ReduceForm;

/* One launch: rows x cols elements at `from`; each result is of `count` of the operand's. */
typedef struct Reduce {
	const char *with, *from, *in, *to, *out; /* functor; texts and types of x and y */
	const char *row, *col;                   /* offsets of row i and column i */
	const char *by, *by_type, *by_row,
	    *by_col; /* those of what x is multiplied with, or NULL */
	int64_t rows, cols, count, parts;
	ReduceForm form;
} Reduce;

/* Axes that n reduces. */
static void reduced_axes(const Node *n, int rank, bool *in)
{
	for (int i = 0; i < attr_len(n, "axes"); i++) {
		const int64_t a = attr_int_at(n, "axes", i);
		in[a < 0 ? a + rank : a] = true;
	}
}

/* Neighbours in memory go to the lanes of a warp. */
static ReduceForm reduce_form(const Sweep *rows, const Sweep *cols)
{
	const bool along = cols->nd > 0 && cols->op[0].stride[cols->nd - 1] == 1;
	const bool across = rows->nd > 0 && rows->op[0].stride[rows->nd - 1] == 1;
	if (sweep_count(cols) < 64)
		return REDUCE_SHORT;
	return across && !along ? REDUCE_ACROSS : REDUCE_ROW;
}

/* Parts of a row such that every multiprocessor has work, and each lane 16 elements of it. */
static int64_t reduce_parts(const Emit *e, const Reduce *r)
{
	const int64_t per = r->form == REDUCE_ACROSS ? 32 : 4, least = 64 * 32 / per;
	const int64_t ctas = ceil_of(r->rows, per), want = ceil_of(4 * emit_sms(e), ctas);
	const int64_t most = r->form == REDUCE_SHORT ? 1 : r->cols / least;
	const int64_t parts = want < most ? want : most;
	return parts < 1 ? 1 : ceil_of(r->cols, ceil_of(r->cols, parts));
}

static void emit_reduction(Emit *e, const Node *n, const Reduce *r)
{
	static const char *const call[] = {"reduce", "reduce_across", "reduce_short"};
	static const int rows[] = {4, 32, 256}, threads[] = {128, 256, 256};
	Kernel k = kernel_begin(e, n, FAM_REDUCE);
	kernel_const(&k, "ROWS", r->rows);
	kernel_const(&k, "COLS", r->cols);
	kernel_const(&k, "COUNT", r->count);
	kernel_const(&k, "PARTS", r->parts);
	kernel_const(&k, "EACH", ceil_of(r->cols, r->parts));
	kernel_const(&k, "PRODUCT", r->by != NULL);
	kernel_typedef(&k, "In", r->in);
	kernel_typedef(&k, "Out", r->out);
	kernel_function(&k, "row", r->row);
	kernel_function(&k, "col", r->col);
	if (r->by) {
		kernel_typedef(&k, "By", r->by_type);
		kernel_function(&k, "by_row", r->by_row);
		kernel_function(&k, "by_col", r->by_col);
	}
	kernel_open(&k, (unsigned)threads[r->form], 1);
	buf_printf(k.b, "\t%s<%s, %s>(%s, %s%s%s);\n", call[r->form], k.type, r->with, r->from,
		   r->to, r->by ? ", " : "", r->by ? r->by : "");
	kernel_end(e, &k, ceil_of(r->rows, rows[r->form]), r->parts, 1, 0);
}

/* The second launch: r->parts rows of r->rows partial results at r->from. */
static void emit_reduce_parts(Emit *e, const Node *n, const Reduce *r)
{
	Reduce s = *r;
	s.in = "float";
	s.by = NULL;
	s.row = "i";
	s.col = arena_printf(e->arena, "i * %lldu", (long long)r->rows);
	s.cols = r->parts;
	s.parts = 1;
	s.form = s.cols < 64 ? REDUCE_SHORT : s.rows > 1 ? REDUCE_ACROSS : REDUCE_ROW;
	emit_reduction(e, n, &s);
}

static void emit_reduce(Emit *e, const Node *n, const char *with)
{
	const Operand x = operand_in(e, n, 0), y = operand_out(e, n, 0);
	bool in[MAX_RANK] = {false};
	reduced_axes(n, x.rank, in);
	const Sweep rows = sweep_axes(n, &x, in, false, true),
		    cols = sweep_axes(n, &x, in, true, false);
	if (!y.dense)
		emit_bug(n, "reduction into strided storage");
	Reduce r = {.with = with,
		    .from = operand_text(e, &x, false),
		    .in = operand_type(&x),
		    .to = operand_text(e, &y, true),
		    .out = operand_type(&y),
		    .row = sweep_text(e, &rows, 0, "i"),
		    .col = sweep_text(e, &cols, 0, "i"),
		    .rows = sweep_count(&rows),
		    .cols = sweep_count(&cols),
		    .count = sweep_count(&cols),
		    .form = reduce_form(&rows, &cols)};
	if (n->op == OP_sum_product) {
		const Operand by = operand_in(e, n, 1);
		const Sweep by_rows = sweep_axes(n, &by, in, false, true),
			    by_cols = sweep_axes(n, &by, in, true, false);
		r.by = operand_text(e, &by, false);
		r.by_type = operand_type(&by);
		r.by_row = sweep_text(e, &by_rows, 0, "i");
		r.by_col = sweep_text(e, &by_cols, 0, "i");
	}
	r.parts = reduce_parts(e, &r);
	if (r.parts == 1) {
		emit_reduction(e, n, &r);
		return;
	}
	Reduce part = r; /* [parts][rows] */
	const char *at = scratch_text(e, r.parts * r.rows * (int64_t)sizeof(float));
	part.to = arena_printf(e->arena, "((float *)(%s))", at);
	part.out = "float";
	emit_reduction(e, n, &part);
	r.from = arena_printf(e->arena, "((const float *)(%s))", at);
	emit_reduce_parts(e, n, &r);
}

void emit_sum_parts(Emit *e, const Node *n, const char *from, int64_t parts, int64_t count,
		    const Operand *y)
{
	const Reduce r = {.with = "Sum",
			  .from = arena_printf(e->arena, "((const float *)(%s))", from),
			  .to = operand_text(e, y, true),
			  .out = operand_type(y),
			  .rows = count,
			  .cols = count,
			  .count = 1,
			  .parts = parts};
	if (!y->dense)
		emit_bug(n, "sums into strided storage");
	emit_reduce_parts(e, n, &r);
}

void cuda_sum(Emit *e, const Node *n)
{
	emit_reduce(e, n, "Sum");
}

void cuda_sum_product(Emit *e, const Node *n)
{
	emit_reduce(e, n, "Sum");
}

void cuda_mean(Emit *e, const Node *n)
{
	emit_reduce(e, n, "Mean");
}

void cuda_max(Emit *e, const Node *n)
{
	emit_reduce(e, n, "Max");
}

void cuda_min(Emit *e, const Node *n)
{
	emit_reduce(e, n, "Min");
}

/* x, y a reduction of x over the same axes, mask like x */
void cuda_first_equal(Emit *e, const Node *n)
{
	const Operand x = operand_in(e, n, 0), top = operand_in(e, n, 1), y = operand_out(e, n, 0);
	const Operand *o[3] = {&x, &top, &y};
	bool in[MAX_RANK] = {false};
	reduced_axes(n, x.rank, in);
	const bool keep = attr_bool(n, "keep");
	Sweep rows = {.nops = 3}, cols = {.nops = 3};
	sweep_group(&rows, group_of(n), o, 3);
	for (int i = 0, at = 0; i < x.rank; i++) {
		Sweep *s = in[i] ? &cols : &rows;
		const int d = sweep_dim(s, x.dim[i]);
		sweep_set(s, 0, d, x.stride[i], 1);
		if (!in[i])
			sweep_set(s, 1, d, top.stride[at], 1);
		sweep_set(s, 2, d, y.stride[i], 1);
		at += !in[i] || keep;
	}
	sweep_merge(&rows);
	sweep_merge(&cols);
	Kernel k = kernel_begin(e, n, FAM_REDUCE);
	kernel_const(&k, "ROWS", sweep_count(&rows));
	kernel_const(&k, "COLS", sweep_count(&cols));
	put_in_out(&k, &x, &y);
	kernel_function(&k, "row", sweep_text(e, &rows, 0, "i"));
	kernel_function(&k, "col", sweep_text(e, &cols, 0, "i"));
	kernel_function(&k, "top", sweep_text(e, &rows, 1, "i"));
	kernel_function(&k, "out", sweep_text(e, &rows, 2, "i"));
	kernel_function(&k, "out_col", sweep_text(e, &cols, 2, "i"));
	kernel_open(&k, 256, 1);
	buf_printf(k.b, "\tfirst_equal<%s>(%s, %s, %s);\n", k.type, operand_text(e, &x, false),
		   operand_text(e, &top, false), operand_text(e, &y, true));
	kernel_end(e, &k, ceil_of(sweep_count(&rows), 256), 1, 1, 0);
}

void cuda_softmax(Emit *e, const Node *n)
{
	const Operand x = operand_in(e, n, 0), y = operand_out(e, n, 0);
	const int axis = axis_of(n, "axis", x.rank);
	bool in[MAX_RANK] = {false};
	in[axis] = true;
	const Sweep rows = sweep_axes(n, &x, in, false, true),
		    cols = sweep_axes(n, &x, in, true, false);
	const Sweep out = sweep_axes(n, &y, in, false, true);
	Kernel k = kernel_begin(e, n, FAM_REDUCE);
	kernel_const(&k, "ROWS", sweep_count(&rows));
	kernel_const(&k, "COLS", x.dim[axis]);
	kernel_const(&k, "OUT_COL", y.stride[axis]);
	put_in_out(&k, &x, &y);
	kernel_function(&k, "row", sweep_text(e, &rows, 0, "i"));
	kernel_function(&k, "col", sweep_text(e, &cols, 0, "i"));
	kernel_function(&k, "out", sweep_text(e, &out, 0, "i"));
	kernel_open(&k, 128, 1);
	buf_printf(k.b, "\tsoftmax<%s>(%s, %s);\n", k.type, operand_text(e, &x, false),
		   operand_text(e, &y, true));
	kernel_end(e, &k, ceil_of(sweep_count(&rows), 4), 1, 1, 0);
}

void cuda_cumsum(Emit *e, const Node *n)
{
	const Operand x = operand_in(e, n, 0), y = operand_out(e, n, 0);
	const int axis = axis_of(n, "axis", x.rank);
	const bool reverse = attr_bool(n, "reverse");
	bool in[MAX_RANK] = {false};
	in[axis] = true;
	const Sweep rows = sweep_axes(n, &x, in, false, true);
	const Sweep out = sweep_axes(n, &y, in, false, true);
	const int64_t last = reverse ? x.dim[axis] - 1 : 0;
	Kernel k = kernel_begin(e, n, FAM_REDUCE);
	kernel_const(&k, "ROWS", sweep_count(&rows));
	kernel_const(&k, "COLS", x.dim[axis]);
	kernel_const(&k, "FROM", last * x.stride[axis]);
	kernel_const(&k, "STEP", reverse ? -x.stride[axis] : x.stride[axis]);
	kernel_const(&k, "OUT_FROM", last * y.stride[axis]);
	kernel_const(&k, "OUT_STEP", reverse ? -y.stride[axis] : y.stride[axis]);
	put_in_out(&k, &x, &y);
	kernel_function(&k, "row", sweep_text(e, &rows, 0, "i"));
	kernel_function(&k, "out", sweep_text(e, &out, 0, "i"));
	kernel_open(&k, 256, 1);
	buf_printf(k.b, "\tcumsum<%s>(%s, %s);\n", k.type, operand_text(e, &x, false),
		   operand_text(e, &y, true));
	kernel_end(e, &k, ceil_of(sweep_count(&rows), 256), 1, 1, 0);
}

/* ---- norms ---------------------------------------------------------------------------------- */

/* x, weight, bias where the op has one; the weights move with the group alone. */
static void emit_norm(Emit *e, const Node *n, const char *call, bool bias)
{
	const Operand x = operand_in(e, n, 0), w = operand_in(e, n, 1), y = operand_out(e, n, 0);
	const Operand b = bias ? operand_in(e, n, 2) : (Operand){.lead = 1, .stride = {1}};
	const Operand *o[3] = {&x, &w, &b};
	Sweep rows = {.nops = 3};
	if (!y.dense || w.stride[0] != 1 || b.stride[0] != 1)
		emit_bug(n, "norm with strided weights or result");
	sweep_group(&rows, group_of(n), o, 3);
	for (int i = 0; i < x.rank - 1; i++)
		sweep_set(&rows, 0, sweep_dim(&rows, x.dim[i]), x.stride[i], 1);
	sweep_merge(&rows);
	Kernel k = kernel_begin(e, n, FAM_NORM);
	kernel_const(&k, "ROWS", sweep_count(&rows));
	kernel_const(&k, "COLS", x.dim[x.rank - 1]);
	kernel_const(&k, "XC", x.stride[x.rank - 1]);
	put_in_out(&k, &x, &y);
	kernel_function(&k, "row", sweep_text(e, &rows, 0, "i"));
	kernel_function(&k, "wrow", sweep_text(e, &rows, 1, "i"));
	if (bias)
		kernel_function(&k, "brow", sweep_text(e, &rows, 2, "i"));
	kernel_float(&k, "eps", attr_float(n, "eps"));
	kernel_open(&k, 128, 1);
	buf_printf(k.b, "\t%s<%s>(%s, %s, ", call, k.type, operand_text(e, &x, false),
		   operand_text(e, &w, false));
	if (bias)
		buf_printf(k.b, "%s, ", operand_text(e, &b, false));
	buf_printf(k.b, "%s);\n", operand_text(e, &y, true));
	kernel_end(e, &k, ceil_of(sweep_count(&rows), 4), 1, 1, 0);
}

void cuda_rms_norm(Emit *e, const Node *n)
{
	emit_norm(e, n, "rms_norm", false);
}

void cuda_layer_norm(Emit *e, const Node *n)
{
	emit_norm(e, n, "layer_norm", true);
}

/* ---- pooling -------------------------------------------------------------------------------- */

/* Outputs in order of y; the tile of output (h, w) starts at (h KH, w KW) of x. */
static void emit_pool(Emit *e, const Node *n, const char *call)
{
	const Operand x = operand_in(e, n, 0), y = operand_out(e, n, 0);
	const int h = attr_bool(n, "channels_last") ? 1 : 2;
	const int64_t kh = attr_int_at(n, "kernel", 0), kw = attr_int_at(n, "kernel", 1);
	const Operand *o[1] = {&x};
	Sweep s = {.nops = 1};
	if (!y.dense)
		emit_bug(n, "pooling into strided storage");
	sweep_group(&s, group_of(n), o, 1);
	for (int i = 0; i < y.rank; i++) {
		const int64_t by = i == h ? kh : i == h + 1 ? kw : 1;
		sweep_set(&s, 0, sweep_dim(&s, y.dim[i]), x.stride[i] * by, 1);
	}
	sweep_merge(&s);
	Kernel k = kernel_begin(e, n, FAM_POOL);
	kernel_const(&k, "COUNT", sweep_count(&s));
	kernel_const(&k, "KH", kh);
	kernel_const(&k, "KW", kw);
	kernel_const(&k, "XH", x.stride[h]);
	kernel_const(&k, "XW", x.stride[h + 1]);
	put_in_out(&k, &x, &y);
	kernel_function(&k, "at", sweep_text(e, &s, 0, "i"));
	kernel_open(&k, 256, 1);
	buf_printf(k.b, "\t%s<%s>(%s, %s);\n", call, k.type, operand_text(e, &x, false),
		   operand_text(e, &y, true));
	kernel_end(e, &k, ceil_of(sweep_count(&s), 256), 1, 1, 0);
}

void cuda_avg_pool2d(Emit *e, const Node *n)
{
	emit_pool(e, n, "avg_pool");
}

void cuda_max_pool2d(Emit *e, const Node *n)
{
	emit_pool(e, n, "max_pool");
}

/* Element i of dx, in order: its coordinate along axis h and h + 1 as C text. */
static const char *pool_coordinate(const Emit *e, const Operand *dx, int axis)
{
	int64_t below = 1;
	for (int i = axis + 1; i < dx->rank; i++)
		below *= dx->dim[i];
	return arena_printf(e->arena, "i / %lldu %% %lldu", (long long)below,
			    (long long)dx->dim[axis]);
}

/* x NULL for means. */
static void emit_pool_grad(Emit *e, const Node *n, const char *call, const Operand *x,
			   const Operand *g)
{
	const Operand dx = operand_out(e, n, 0);
	const int h = attr_bool(n, "channels_last") ? 1 : 2;
	const int64_t size[2] = {attr_int_at(n, "kernel", 0), attr_int_at(n, "kernel", 1)};
	const Operand none = {.lead = 1}, *o[2] = {g, x ? x : &none};
	Sweep s = {.nops = 2}, tile = {.nops = 2};
	if (!dx.dense || !g->dense || (x && !x->dense))
		emit_bug(n, "gradient of pooling of strided values");
	sweep_group(&s, group_of(n), o, 2);
	sweep_group(&tile, group_of(n), o, 2);
	for (int i = 0; i < dx.rank; i++) {
		const int64_t by = i == h || i == h + 1 ? size[i - h] : 1;
		sweep_set(&s, 0, sweep_dim(&s, dx.dim[i]), g->stride[i], by);
		sweep_set(&tile, 1, sweep_dim(&tile, dx.dim[i]), x ? x->stride[i] * by : 0, by);
	}
	sweep_merge(&s);
	sweep_merge(&tile);
	const char *y0 = pool_coordinate(e, &dx, h), *x0 = pool_coordinate(e, &dx, h + 1);
	Kernel k = kernel_begin(e, n, FAM_POOL);
	kernel_const(&k, "COUNT", sweep_count(&s));
	kernel_const(&k, "KH", size[0]);
	kernel_const(&k, "KW", size[1]);
	kernel_typedef(&k, "Grad", operand_type(g));
	kernel_typedef(&k, "Out", operand_type(&dx));
	kernel_function(&k, "at", sweep_text(e, &s, 0, "i"));
	kernel_function(&k, "whole",
			arena_printf(e->arena, "%s < %lldu && %s < %lldu", y0,
				     (long long)(g->dim[h] * size[0]), x0,
				     (long long)(g->dim[h + 1] * size[1])));
	if (x) {
		kernel_const(&k, "XH", x->stride[h]);
		kernel_const(&k, "XW", x->stride[h + 1]);
		kernel_typedef(&k, "In", operand_type(x));
		kernel_function(&k, "tile", sweep_text(e, &tile, 1, "i"));
		kernel_function(&k, "place",
				arena_printf(e->arena, "%s %% %lldu * %lldu + %s %% %lldu", y0,
					     (long long)size[0], (long long)size[1], x0,
					     (long long)size[1]));
	}
	kernel_open(&k, 256, 1);
	buf_printf(k.b, "\t%s<%s>(%s%s%s, %s);\n", call, k.type, x ? operand_text(e, x, false) : "",
		   x ? ", " : "", operand_text(e, g, false), operand_text(e, &dx, true));
	kernel_end(e, &k, ceil_of(sweep_count(&s), 256), 1, 1, 0);
}

void cuda_avg_pool2d_grad(Emit *e, const Node *n)
{
	const Operand g = operand_in(e, n, 0);
	emit_pool_grad(e, n, "avg_pool_grad", NULL, &g);
}

void cuda_max_pool2d_grad(Emit *e, const Node *n)
{
	const Operand x = operand_in(e, n, 0), g = operand_in(e, n, 1);
	emit_pool_grad(e, n, "max_pool_grad", &x, &g);
}

/* ---- spectra -------------------------------------------------------------------------------- */

void cuda_stft(Emit *e, const Node *n)
{
	const Operand x = operand_in(e, n, 0), y = operand_out(e, n, 0);
	const int last = x.rank - 1;
	const int64_t nfft = attr_int(n, "n_fft"), frames = y.dim[y.rank - 3];
	const Operand *o[1] = {&x};
	Sweep s = {.nops = 1};
	sweep_group(&s, group_of(n), o, 1);
	for (int i = 0; i < last; i++)
		sweep_set(&s, 0, sweep_dim(&s, x.dim[i]), x.stride[i], 1);
	sweep_merge(&s);
	if (!y.dense)
		emit_bug(n, "spectrum into strided storage");
	const bool fast = nfft >= 4 && (nfft & (nfft - 1)) == 0;
	Kernel k = kernel_begin(e, n, FAM_STFT);
	kernel_const(&k, "SAMPLES", x.dim[last]);
	kernel_const(&k, "NFFT", nfft);
	kernel_const(&k, "WIN", attr_int(n, "win"));
	kernel_const(&k, "HOP", attr_int(n, "hop"));
	kernel_const(&k, "CENTER", attr_bool(n, "center"));
	kernel_const(&k, "REFLECT", attr_bool(n, "reflect"));
	kernel_const(&k, "XS", x.stride[last]);
	kernel_open(&k, 128, 1);
	buf_printf(
	    k.b, "\tconst unsigned z = blockIdx.y;\n\t%s<%s>(%s + (%s), %s + (size_t)z * %lldu);\n",
	    fast ? "stft" : "stft_any", k.type, operand_text(e, &x, false),
	    sweep_text(e, &s, 0, "z"), operand_text(e, &y, true),
	    (long long)(frames * (nfft / 2 + 1) * 2));
	kernel_end(e, &k, frames, sweep_count(&s), 1, (unsigned)(fast ? nfft * 40 : nfft * 8));
}

void cuda_mel_filterbank(Emit *e, const Node *n)
{
	const Operand y = operand_out(e, n, 0);
	const int64_t bins = attr_int(n, "bins"), mels = attr_int(n, "mels");
	Kernel k = kernel_begin(e, n, FAM_PACK);
	kernel_const(&k, "BINS", bins);
	kernel_const(&k, "MELS", mels);
	kernel_double(&k, "rate", attr_float(n, "rate"));
	kernel_double(&k, "fmin", attr_float(n, "fmin"));
	kernel_double(&k, "fmax", attr_float(n, "fmax"));
	kernel_open(&k, 256, 1);
	buf_printf(k.b, "\tmel_filterbank<%s>(%s);\n", k.type, operand_text(e, &y, true));
	kernel_end(e, &k, ceil_of(bins * mels, 256), 1, 1, 0);
}

void cuda_sinusoid(Emit *e, const Node *n)
{
	const Operand y = operand_out(e, n, 0);
	const int64_t rows = attr_int(n, "positions"), cols = attr_int(n, "features");
	Kernel k = kernel_begin(e, n, FAM_PACK);
	kernel_const(&k, "ROWS", rows);
	kernel_const(&k, "COLS", cols);
	kernel_double(&k, "base", attr_float(n, "base"));
	kernel_open(&k, 256, 1);
	buf_printf(k.b, "\tsinusoid<%s>(%s);\n", k.type, operand_text(e, &y, true));
	kernel_end(e, &k, ceil_of(rows * cols, 256), 1, 1, 0);
}
