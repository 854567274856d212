/* emit_norm_grad.c: gradients of norms over the last axis, batch norm in training and its gradient.
 */
#include "emit.h"

#include <string.h>

static int64_t ceil_of(int64_t n, int64_t d)
{
	return (n + d - 1) / d;
}

/* ---- norms over the last axis ------------------------------------------------------------------
 */

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
	const int64_t stats = group * r.rows * 2 * bytes, sums = r.parts * group * r.cols * bytes;
	const char *at = scratch_text(e, cuda_align(stats) + cuda_align(sums) + sums);
	r.stats = arena_printf(e->arena, "((float2 *)(%s))", at);
	r.part_w = arena_printf(e->arena, "%s + %lld", at, (long long)cuda_align(stats));
	r.part_b = arena_printf(e->arena, "%s + %lld", at,
				(long long)(cuda_align(stats) + cuda_align(sums)));
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
