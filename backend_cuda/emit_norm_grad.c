/* emit_norm_grad.c: gradients of norms over the last axis, batch norm in training and its gradient.
 */
#include "emit.h"

#include <string.h>

#include "ir/eval.h"

/* ---- norms over the last axis ---- */

typedef struct RowsGrad {
	Operand x, w, g, dx, dw, db;
	bool centre;
	int64_t rows, cols, parts;
	Sweep z; /* of x, w, g, dx */
	const char *stats, *part_w, *part_b;
} RowsGrad;

/* Parts of the rows such that every multiprocessor has work, and each warp 8 rows. */
static int64_t row_parts(const Emit *e, const RowsGrad *r, int64_t group)
{
	const int64_t want = ceil_of(4 * emit_sms(e), ceil_of(r->cols, 32) * group);
	const int64_t most = ceil_of(r->rows, 64), parts = want < most ? want : most;
	return ceil_of(r->rows, ceil_of(r->rows, parts));
}

static RowsGrad rows_grad(Emit *e, const Node *n)
{
	RowsGrad r = {.x = operand_in(e, n, 0),
		      .w = operand_in(e, n, 1),
		      .g = operand_in(e, n, 2),
		      .dx = operand_out(e, n, 0),
		      .dw = operand_out(e, n, 1),
		      .centre = n->op == OP_layer_norm_grad,
		      .rows = 1,
		      .z = {.nops = 4}};
	const Operand *o[4] = {&r.x, &r.w, &r.g, &r.dx};
	const int64_t group = group_of(n), bytes = (int64_t)sizeof(float);
	if (r.centre)
		r.db = operand_out(e, n, 2);
	r.cols = r.w.dim[0];
	for (int i = 0; i + 1 < r.x.rank; i++)
		r.rows *= r.x.dim[i];
	for (int i = 0; i < 4; i++)
		if (!o[i]->dense)
			emit_bug(n, "gradient of a norm of strided values");
	sweep_group(&r.z, group, o, 4);
	r.parts = row_parts(e, &r, group);
	r.stats = arena_printf(e->arena, "((%s *)(%s))", r.centre ? "double2" : "float2",
			       scratch_text(e, group * r.rows * (r.centre ? 4 : 2) * bytes));
	r.part_w = scratch_text(e, r.parts * group * r.cols * bytes);
	r.part_b = r.centre ? scratch_text(e, r.parts * group * r.cols * bytes) : NULL;
	return r;
}

static void put_rows_grad(Emit *e, const Node *n, const Kernel *k, const RowsGrad *r)
{
	kernel_const(k, "ROWS", r->rows);
	kernel_const(k, "COLS", r->cols);
	kernel_const(k, "CENTRE", r->centre);
	kernel_typedef(k, "In", operand_type(&r->x));
	kernel_typedef(k, "Grad", operand_type(&r->g));
}

static const char *at_z(const Emit *e, const Sweep *z, int op, const Operand *o, bool write)
{
	return arena_printf(e->arena, "%s + (size_t)(%s)", operand_text(e, o, write),
			    sweep_text(e, z, op, "z"));
}

static void emit_norm_grad(Emit *e, const Node *n)
{
	const RowsGrad r = rows_grad(e, n);
	const int64_t group = group_of(n);
	Kernel k = kernel_begin(e, n, FAM_NORM_GRAD);
	put_rows_grad(e, n, &k, &r);
	kernel_typedef(&k, "Out", operand_type(&r.dx));
	kernel_double(&k, "eps", attr_float(n, "eps"));
	kernel_open(&k, 128, 1);
	buf_printf(
	    k.b,
	    "\tconst unsigned z = blockIdx.z;\n\tnorm_dx<%s>(%s,\n\t\t%s,\n\t\t%s,\n\t\t%s,\n"
	    "\t\t%s + z * %lldu);\n",
	    k.type, at_z(e, &r.z, 0, &r.x, false), at_z(e, &r.z, 1, &r.w, false),
	    at_z(e, &r.z, 2, &r.g, false), at_z(e, &r.z, 3, &r.dx, true), r.stats,
	    (long long)r.rows);
	kernel_end(e, &k, ceil_of(r.rows, 4), 1, group, 0);

	const bool direct = r.parts == 1;
	const char *dw = direct ? r.dw.at : r.part_w, *db = direct ? r.db.at : r.part_b;
	k = kernel_begin(e, n, FAM_NORM_GRAD);
	put_rows_grad(e, n, &k, &r);
	kernel_const(&k, "EACH", ceil_of(r.rows, r.parts));
	kernel_open(&k, 256, 1);
	buf_printf(k.b,
		   "\tconst unsigned z = blockIdx.z;\n\tnorm_sums<%s>(%s,\n\t\t%s,\n"
		   "\t\t%s + z * %lldu, (float *)(%s), %s%s%s);\n",
		   k.type, at_z(e, &r.z, 0, &r.x, false), at_z(e, &r.z, 2, &r.g, false), r.stats,
		   (long long)r.rows, dw, r.centre ? "(float *)(" : "", r.centre ? db : "nullptr",
		   r.centre ? ")" : "");
	kernel_end(e, &k, ceil_of(r.cols, 32), r.parts, group, 0);
	if (direct)
		return;
	emit_sum_parts(e, n, r.part_w, r.parts, group * r.cols, &r.dw);
	if (r.centre)
		emit_sum_parts(e, n, r.part_b, r.parts, group * r.cols, &r.db);
}

/* x[..., C], weight[C], g[..., C] -> dx, dweight */
void cuda_rms_norm_grad(Emit *e, const Node *n)
{
	emit_norm_grad(e, n);
}

/* x[..., C], weight[C], g[..., C] -> dx, dweight, dbias */
void cuda_layer_norm_grad(Emit *e, const Node *n)
{
	emit_norm_grad(e, n);
}

/* ---- batch norm ------------------------------------------------------------------------------ */

/* A batch norm or its gradient. y: its result, or the gradient by that. Rows are counted in the
 * order of the axes that are not the channels'. */
typedef struct BatchNorm {
	Operand x, y;
	int axis, rank;
	int64_t c, rows, yrows, group;
	int64_t pool[MAX_RANK]; /* by axis */
	bool relu;
	int vec, tx;
} BatchNorm;

/* x and y can be read n channels at a time. */
static bool vectors(const BatchNorm *b, int n)
{
	return b->c % n == 0 && operand_aligned(&b->x, b->axis, n) &&
	       operand_aligned(&b->y, b->axis, n);
}

static BatchNorm batch_norm(const Emit *e, const Node *n, const Operand *x, const Operand *y)
{
	BatchNorm b = {.x = *x, .y = *y, .axis = attr_axis(n, "axis", x->rank), .rank = x->rank};
	b.c = x->dim[b.axis];
	b.rows = b.yrows = 1;
	b.group = group_of(n);
	b.relu = strcmp(attr_str(n, "act"), "relu") == 0;
	for (int i = 0, spatial = 0; i < b.rank; i++) {
		b.pool[i] =
		    i > 0 && i != b.axis && spatial < 2 ? attr_int_at(n, "pool", spatial++) : 1;
		b.rows *= i == b.axis ? 1 : x->dim[i];
		b.yrows *= i == b.axis ? 1 : y->dim[i];
	}
	const bool inner = x->stride[b.axis] == 1 || b.c == 1;
	b.vec = !inner ? 1 : x->narrow && vectors(&b, 8) ? 8 : vectors(&b, 4) ? 4 : 1;
	for (b.tx = 1; inner && b.tx < 32 && b.tx * b.vec < b.c;)
		b.tx *= 2;
	if (!x->dense || !y->dense || b.rows > INT32_MAX)
		emit_bug(n, "batch norm of strided or too large values");
	return b;
}

static void put_function(const Kernel *k, const char *type, const char *name, const char *text)
{
	buf_printf(k->b,
		   "\tstatic __device__ __forceinline__ %s %s(unsigned i)\n\t{\n"
		   "\t\treturn %s;\n\t}\n",
		   type, name, text);
}

/* Offset in o of row i, counted over the axes of `over`. o moves by tiles of `over`'s places where
 * it is x and `over` y, and over tiles where it is y and `over` x. */
static const char *row_text(const Emit *e, const BatchNorm *b, const Operand *o,
			    const Operand *over)
{
	Sweep s = {.nops = 1};
	for (int i = 0; i < b->rank; i++) {
		if (i == b->axis)
			continue;
		const int d = sweep_dim(&s, over->dim[i]);
		const bool whole = o->dim[i] == over->dim[i], larger = o->dim[i] > over->dim[i];
		sweep_set(&s, 0, d, o->stride[i] * (!whole && larger ? b->pool[i] : 1),
			  !whole && !larger ? b->pool[i] : 1);
	}
	sweep_merge(&s);
	return sweep_text(e, &s, 0, "i");
}

/* Row i of x lies in a tile that has a result. */
static const char *whole_text(const Emit *e, const BatchNorm *b)
{
	Buf text;
	buf_init(&text, e->arena);
	int64_t below = b->rows;
	for (int i = 0; i < b->rank; i++) {
		if (i == b->axis)
			continue;
		below /= b->x.dim[i];
		const int64_t most = b->y.dim[i] * b->pool[i];
		if (most < b->x.dim[i])
			buf_printf(&text, "%si / %lldu %% %lldu < %lldu", text.len ? " && " : "",
				   (long long)below, (long long)b->x.dim[i], (long long)most);
	}
	return text.len ? text.s : "true";
}

/* EACH for `rows` rows in CTAs whose threads have at least `least` of them. */
static int64_t norm_each(const Emit *e, const BatchNorm *b, int64_t rows, int64_t least)
{
	const int64_t ty = 256 / b->tx, across = ceil_of(b->c, b->tx * b->vec) * b->group;
	const int64_t parts = ceil_of(8 * emit_sms(e), across), each = ceil_of(rows, parts);
	const int64_t most = ceil_of(rows, 65535);
	const int64_t some = each > least * ty ? each : least * ty;
	return some > most ? some : most;
}

/* What the kernels have in common; rows of x, or those of y if by_tile. */
static void put_norm(const Emit *e, const Kernel *k, const BatchNorm *b, bool by_tile, int64_t each)
{
	kernel_const(k, "ROWS", by_tile ? b->yrows : b->rows);
	kernel_const(k, "C", b->c);
	kernel_const(k, "TX", b->tx);
	kernel_const(k, "TY", 256 / b->tx);
	kernel_const(k, "VEC", b->vec);
	kernel_const(k, "EACH", each);
	kernel_const(k, "XC", b->x.stride[b->axis]);
	kernel_const(k, "COUNT", b->rows);
	kernel_typedef(k, "In", operand_type(&b->x));
	put_function(k, "size_t", "row", row_text(e, b, &b->x, by_tile ? &b->y : &b->x));
}

/* Activation and tile. */
static void put_tile(const Kernel *k, const BatchNorm *b)
{
	int64_t size[2] = {1, 1}, stride[2] = {0, 0};
	for (int i = 1, spatial = 0; i < b->rank && spatial < 2; i++)
		if (i != b->axis) {
			size[spatial] = b->pool[i];
			stride[spatial++] = b->x.stride[i];
		}
	kernel_const(k, "RELU", b->relu);
	kernel_const(k, "KH", size[0]);
	kernel_const(k, "KW", size[1]);
	kernel_const(k, "XH", stride[0]);
	kernel_const(k, "XW", stride[1]);
	kernel_const(k, "YC", b->y.stride[b->axis]);
}

/* Begins one: 64 registers a thread, or 128 for 8 channels. */
static void norm_open(Kernel *k, const BatchNorm *b)
{
	kernel_open(k, 256, b->vec == 8 ? 2 : 4);
}

/* Ends a kernel over rows in parts. */
static void norm_end(Emit *e, Kernel *k, const BatchNorm *b, int64_t rows, int64_t each)
{
	kernel_end(e, k, ceil_of(b->c, b->tx * b->vec), ceil_of(rows, each), b->group, 0);
}

static void put_parts(const Kernel *k, const BatchNorm *b, int64_t each)
{
	kernel_const(k, "C", b->c);
	kernel_const(k, "ROWS", b->rows);
	kernel_const(k, "COUNT", b->rows);
	kernel_const(k, "EACH", each);
	kernel_const(k, "PARTS", ceil_of(b->rows, each));
	kernel_const(k, "STRIDE", b->group * b->c);
}

/* x, weight, bias, running_mean, running_var -> y, mean, rstd, new_mean, new_var */
void cuda_batch_norm_train(Emit *e, const Node *n)
{
	Operand in[5], out[5];
	const Operand *all[10];
	for (int i = 0; i < 5; i++) {
		in[i] = operand_in(e, n, i);
		out[i] = operand_out(e, n, i);
		all[i] = &in[i];
		all[5 + i] = &out[i];
	}
	const BatchNorm b = batch_norm(e, n, &in[0], &out[0]);
	const int64_t each = norm_each(e, &b, b.rows, 8), parts = ceil_of(b.rows, each);
	const char *slab = scratch_text(e, parts * b.group * b.c * 2 * (int64_t)sizeof(float));
	Sweep z = {.nops = 10};
	sweep_group(&z, b.group, all, 10);

	Kernel k = kernel_begin(e, n, FAM_BATCH_NORM);
	put_norm(e, &k, &b, false, each);
	norm_open(&k, &b);
	buf_printf(k.b,
		   "\tconst unsigned z = blockIdx.z;\n\tnorm_stats<%s>(%s,\n"
		   "\t\t(float2 *)(%s));\n",
		   k.type, at_z(e, &z, 0, &in[0], false), slab);
	norm_end(e, &k, &b, b.rows, each);

	k = kernel_begin(e, n, FAM_BATCH_NORM);
	put_parts(&k, &b, each);
	kernel_double(&k, "eps", attr_float(n, "eps"));
	kernel_double(&k, "momentum", attr_float(n, "momentum"));
	kernel_open(&k, 128, 1);
	buf_printf(k.b,
		   "\tconst unsigned z = blockIdx.z;\n\tnorm_finish<%s>((float2 *)(%s) + z * %lldu",
		   k.type, slab, (long long)b.c);
	static const int order[] = {3, 4, 6, 7, 8, 9}; /* of all */
	for (size_t i = 0; i < COUNT(order); i++)
		buf_printf(k.b, ",\n\t\t%s", at_z(e, &z, order[i], all[order[i]], order[i] > 4));
	buf_puts(k.b, ");\n");
	kernel_end(e, &k, ceil_of(b.c, 4), 1, b.group, 0);

	const int64_t some = norm_each(e, &b, b.yrows, 4);
	k = kernel_begin(e, n, FAM_BATCH_NORM);
	put_norm(e, &k, &b, true, some);
	put_tile(&k, &b);
	put_function(&k, "size_t", "out", row_text(e, &b, &b.y, &b.y));
	kernel_typedef(&k, "Out", operand_type(&b.y));
	norm_open(&k, &b);
	buf_printf(k.b, "\tconst unsigned z = blockIdx.z;\n\tnorm_apply<%s>(", k.type);
	static const int use[] = {0, 1, 2, 6, 7, 5};
	for (size_t i = 0; i < COUNT(use); i++)
		buf_printf(k.b, "%s%s", i ? ",\n\t\t" : "",
			   at_z(e, &z, use[i], all[use[i]], use[i] == 5));
	buf_puts(k.b, ");\n");
	norm_end(e, &k, &b, b.yrows, some);
}

/* x, weight, mean, rstd, dy, bias or absent -> dx, dweight, dbias */
void cuda_batch_norm_grad(Emit *e, const Node *n)
{
	Operand op[9];
	const Operand *all[9];
	for (int i = 0; i < 9; i++) {
		const bool absent = i == 5 && (n->nin < 6 || !n->in[5]);
		op[i] = absent  ? (Operand){.lead = 1}
			: i < 6 ? operand_in(e, n, i)
				: operand_out(e, n, i - 6);
		all[i] = &op[i];
	}
	const BatchNorm b = batch_norm(e, n, &op[0], &op[4]);
	const int64_t each = norm_each(e, &b, b.rows, 8), parts = ceil_of(b.rows, each);
	const char *slab = scratch_text(e, parts * b.group * b.c * 2 * (int64_t)sizeof(float));
	Sweep z = {.nops = 9};
	sweep_group(&z, b.group, all, 9);
	const char *text[9];
	for (int i = 0; i < 9; i++)
		text[i] = op[i].at ? at_z(e, &z, i, &op[i], i > 5) : "nullptr";
	for (int apply = 0; apply < 2; apply++) {
		const int64_t rows = apply ? norm_each(e, &b, b.rows, 4) : each;
		Kernel k = kernel_begin(e, n, FAM_BATCH_NORM);
		put_norm(e, &k, &b, false, rows);
		put_tile(&k, &b);
		kernel_typedef(&k, "Grad", operand_type(&b.y));
		put_function(&k, "size_t", "tile", row_text(e, &b, &b.y, &b.x));
		put_function(&k, "bool", "whole", whole_text(e, &b));
		if (apply) {
			put_function(&k, "size_t", "out", row_text(e, &b, &op[6], &b.x));
			kernel_const(&k, "DC", op[6].stride[b.axis]);
			kernel_typedef(&k, "Out", operand_type(&op[6]));
		}
		norm_open(&k, &b);
		buf_printf(k.b, "\tconst unsigned z = blockIdx.z;\n\t%s<%s>(",
			   apply ? "norm_grad_apply" : "norm_grad_sums", k.type);
		for (int i = 0; i < 6; i++)
			buf_printf(k.b, "%s,\n\t\t", text[i]);
		if (apply)
			buf_printf(k.b, "%s, %s,\n\t\t%s);\n", text[7], text[8], text[6]);
		else
			buf_printf(k.b, "(float2 *)(%s));\n", slab);
		norm_end(e, &k, &b, b.rows, rows);
		if (apply)
			return;
		k = kernel_begin(e, n, FAM_BATCH_NORM);
		put_parts(&k, &b, each);
		kernel_open(&k, 128, 1);
		buf_printf(k.b,
			   "\tconst unsigned z = blockIdx.z;\n\tnorm_grad_finish<%s>((float2 "
			   "*)(%s) + z * %lldu,\n"
			   "\t\t%s,\n\t\t%s);\n",
			   k.type, slab, (long long)b.c, text[7], text[8]);
		kernel_end(e, &k, ceil_of(b.c, 4), 1, b.group, 0);
	}
}
