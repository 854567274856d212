/* emit_update.c: dropout, the norm of all gradients, the optimiser's step. */
#include "emit.h"

#include <math.h>

#include "passes/plan.h"

/* ---- dropout -------------------------------------------------------------------------------- */

/* x, state[2] or absent */
void cuda_dropout(Emit *e, const Node *n)
{
	const Operand x = operand_in(e, n, 0), y = operand_out(e, n, 0);
	if (n->nin < 2 || !n->in[1]) {
		emit_copy(e, n, &x, &y, group_of(n));
		return;
	}
	const Operand state = operand_in(e, n, 1), *o[3] = {&x, &state, &y};
	const double p = attr_float(n, "p");
	int64_t count = 1, run = 1;
	for (int i = 0; i < x.rank; i++) {
		count *= x.dim[i];
		run *= i >= x.rank - attr_int(n, "share") ? x.dim[i] : 1;
	}
	if (!x.dense || !y.dense || count > INT32_MAX)
		emit_bug(n, "dropout of strided or too large a value");
	Sweep z = {.nops = 3};
	sweep_group(&z, group_of(n), o, 3);
	Kernel k = kernel_begin(e, n, FAM_UPDATE);
	kernel_const(&k, "COUNT", count);
	kernel_const(&k, "RUN", run);
	kernel_const(&k, "VECTOR",
		     count % 4 == 0 && operand_aligned(&x, x.rank - 1, 4) &&
			 operand_aligned(&y, y.rank - 1, 4));
	kernel_const(&k, "LIMIT", (int64_t)ceil(p * 4294967296.0));
	kernel_float(&k, "scale", 1 / (1 - p));
	kernel_typedef(&k, "In", operand_type(&x));
	kernel_typedef(&k, "Out", operand_type(&y));
	kernel_open(&k, 256, 1);
	buf_printf(k.b,
		   "\tconst unsigned z = blockIdx.y;\n\tdropout<%s>(%s + (%s), %s + (%s), %s,\n"
		   "\t\t%s + (%s));\n",
		   k.type, operand_text(e, &x, false), sweep_text(e, &z, 0, "z"),
		   operand_text(e, &state, false), sweep_text(e, &z, 1, "z"), emit_stream(e, n),
		   operand_text(e, &y, true), sweep_text(e, &z, 2, "z"));
	kernel_end(e, &k, ceil_of(count, 1024), group_of(n), 1, 0);
}

/* ---- tables of tensors ----------------------------------------------------------------------- */

enum { TABLE_COLUMNS = 10, TABLE_EACH = 4096 };

/* One tensor of an instance, and those that go with it: columns of kernels/update.cuh. */
typedef struct TableRow {
	const Node *node;
	Operand o[TABLE_COLUMNS];
	bool absent[TABLE_COLUMNS];
	int instance;
	int64_t count;
} TableRow;

typedef struct Table {
	int columns;
	LIST(TableRow) rows;
	LIST(const Node *) nodes;
} Table;

/* The row of every instance. */
static void add_instances(const Emit *e, Table *t, TableRow r)
{
	r.count = 1;
	for (int i = 0; i < r.o[0].rank; i++)
		r.count *= r.o[0].dim[i];
	for (r.instance = 0; r.instance < group_of(r.node); r.instance++)
		list_push(e->arena, &t->rows, r);
}

static int64_t table_ctas(const Table *t)
{
	int64_t ctas = 0;
	for (int i = 0; i < t->rows.n; i++)
		ctas += ceil_of(t->rows.at[i].count, TABLE_EACH);
	return ctas;
}

static void put_place(Buf *b, const TableRow *r, int column)
{
	static const PlaceKind space[] = {PLACE_NONE,  PLACE_ARENA, PLACE_LOAD,
					  PLACE_PARAM, PLACE_IO,    PLACE_STATE};
	const Operand *o = &r->o[column];
	const int64_t slice = r->instance * o->lead / group_of(r->node) * o->lead_stride;
	uint64_t code = 0;
	while (!r->absent[column] && space[code] != o->space)
		code++;
	buf_printf(
	    b, "0x%llx",
	    (unsigned long long)(code << 60 | (code ? (uint64_t)(o->offset + 4 * slice) : 0)));
}

/* ROWS, EACH; at(column, row), count(row) and first(row) from tables. */
static void put_table(const Kernel *k, const Table *t)
{
	const int rows = t->rows.n;
	kernel_const(k, "ROWS", rows);
	kernel_const(k, "EACH", TABLE_EACH);
	buf_printf(k->b,
		   "\tstatic __device__ __forceinline__ unsigned long long at(int column, unsigned "
		   "row)\n\t{\n\t\tstatic const unsigned long long v[%d][%d] = {",
		   rows, t->columns);
	for (int i = 0; i < rows; i++) {
		buf_puts(k->b, "\n\t\t\t{");
		for (int c = 0; c < t->columns; c++) {
			buf_puts(k->b, c ? ", " : "");
			put_place(k->b, &t->rows.at[i], c);
		}
		buf_puts(k->b, "},");
	}
	buf_puts(k->b, "\n\t\t};\n\t\treturn v[row][column];\n\t}\n");
	static const char *const name[] = {"count", "first"};
	for (int f = 0; f < 2; f++) {
		int64_t block = 0;
		buf_printf(k->b,
			   "\tstatic __device__ __forceinline__ unsigned %s(unsigned row)\n\t{\n"
			   "\t\tstatic const unsigned v[%d] = {",
			   name[f], rows);
		for (int i = 0; i < rows; i++) {
			buf_printf(k->b, "%s%lld,", i % 8 ? " " : "\n\t\t\t",
				   (long long)(f ? block : t->rows.at[i].count));
			block += ceil_of(t->rows.at[i].count, TABLE_EACH);
		}
		buf_puts(k->b, "\n\t\t};\n\t\treturn v[row];\n\t}\n");
	}
}

/* ---- sum of squares ---- */

void cuda_sum_squares(Emit *e, const Node *n)
{
	const Operand y = operand_out(e, n, 0);
	const int64_t group = group_of(n);
	Table t = {.columns = 1};
	for (int i = 0; i < n->nin; i++) {
		const TableRow r = {.node = n, .o = {operand_in(e, n, i)}};
		if (!r.o[0].dense || r.o[0].narrow)
			emit_bug(n, "sum of squares of strided or bf16 storage");
		add_instances(e, &t, r);
	}
	const int64_t ctas = table_ctas(&t);
	const char *at = scratch_text(e, ctas * (int64_t)sizeof(float));
	Kernel k = kernel_begin(e, n, FAM_UPDATE);
	kernel_const(&k, "GROUP", group);
	put_table(&k, &t);
	kernel_open(&k, 256, 1);
	buf_printf(k.b, "\tsum_squares<%s>(m, (float *)(%s));\n", k.type, at);
	kernel_end(e, &k, ctas, 1, 1, 0);
	emit_sum_parts(e, n, at, ctas / group, group, &y);
}

/* ---- what renews state ------------------------------------------------------------------------
 * An accumulate and an adamw: a launch for all that can go together. */

/* The inputs of the op, each a column, then its outputs. */
static void add_update(const Emit *e, Table *t, const Node *n)
{
	const int nin = node_info(n)->nin_max;
	TableRow r = {.node = n};
	for (int i = 0; i < t->columns; i++) {
		r.absent[i] = i < nin && (i >= n->nin || !n->in[i]);
		if (r.absent[i])
			continue;
		r.o[i] = i < nin ? operand_in(e, n, i) : operand_out(e, n, i - nin);
		if (!r.o[i].dense || r.o[i].narrow)
			emit_bug(n, "an update of strided or bf16 storage");
	}
	add_instances(e, t, r);
	list_push(e->arena, &t->nodes, n);
}

/* Bytes of value v of two nodes share storage. */
static bool values_meet(const Value *a, const Value *b)
{
	const Resolved x = plan_resolve(a), y = plan_resolve(b);
	return x.kind == y.kind && (x.kind != PLACE_IO || x.owner == y.owner) &&
	       x.offset < y.offset + type_bytes(&b->type) &&
	       y.offset < x.offset + type_bytes(&a->type);
}

/* b may run at the same time as a: neither writes what the other one reads or writes. */
static bool independent(const Node *a, const Node *b)
{
	for (int swap = 0; swap < 2; swap++) {
		const Node *w = swap ? b : a, *r = swap ? a : b;
		for (int i = 0; i < w->nout; i++) {
			for (int k = 0; k < r->nin; k++)
				if (r->in[k] && values_meet(&w->out[i], r->in[k]))
					return false;
			for (int k = 0; k < r->nout; k++)
				if (values_meet(&w->out[i], &r->out[k]))
					return false;
		}
	}
	return true;
}

static int64_t numbers_in(const Value *scalars)
{
	return scalars->type.dim[scalars->type.rank - 1];
}

/* Of one op, whose attributes are numbers; input `scalars` holds the same numbers. */
static bool same_update(const Node *a, const Node *b, int scalars)
{
	const OpInfo *info = node_info(a);
	for (int i = 0; i < info->nattrs; i++)
		if (attr_float(a, info->attrs[i].name) != attr_float(b, info->attrs[i].name))
			return false;
	return numbers_in(a->in[scalars]) == numbers_in(b->in[scalars]);
}

/* n and the nodes of its op that follow it with nothing between that has to be computed. */
static Table collect_updates(Emit *e, const Node *n, int scalars)
{
	const OpInfo *info = node_info(n);
	Table t = {.columns = info->nin_max + info->nout_max};
	for (int i = n->id; i < e->graph->nodes.n; i++) {
		const Node *next = e->graph->nodes.at[i];
		if (next->op != n->op) {
			if (emit_stored(next))
				break;
			continue;
		}
		bool free = same_update(n, next, scalars);
		for (int k = 0; free && k < t.nodes.n; k++)
			free = independent(t.nodes.at[k], next);
		if (!free)
			break;
		add_update(e, &t, next);
		e->updated = next->id + 1;
	}
	for (int i = 1; i < t.nodes.n; i++)
		kernel_comment(e, t.nodes.at[i], FAM_UPDATE);
	return t;
}

static void put_update(Emit *e, Kernel *k, const Table *t, const char *function)
{
	put_table(k, t);
	kernel_open(k, 256, 1);
	buf_printf(k->b, "\t%s<%s>(m);\n", function, k->type);
	kernel_end(e, k, table_ctas(t), 1, 1, 0);
}

/* acc, g, scalars[2] -> new_acc */
void cuda_accumulate(Emit *e, const Node *n)
{
	if (n->id < e->updated)
		return;
	const Table t = collect_updates(e, n, 2);
	Kernel k = kernel_begin(e, n, FAM_UPDATE);
	put_update(e, &k, &t, "accumulate");
}

/* p, g, m, v, scalars[4] or [5], vmax -> new_p, new_m, new_v, new_vmax */
void cuda_adamw(Emit *e, const Node *n)
{
	if (n->id < e->updated)
		return;
	const Table t = collect_updates(e, n, 4);
	Kernel k = kernel_begin(e, n, FAM_UPDATE);
	kernel_float(&k, "beta1", attr_float(n, "beta1"));
	kernel_float(&k, "keep1", 1 - attr_float(n, "beta1"));
	kernel_float(&k, "beta2", attr_float(n, "beta2"));
	kernel_float(&k, "keep2", 1 - attr_float(n, "beta2"));
	kernel_float(&k, "eps", attr_float(n, "eps"));
	kernel_float(&k, "decay", attr_float(n, "decay"));
	kernel_const(&k, "MAY_KEEP", numbers_in(n->in[4]) > 4);
	put_update(e, &k, &t, "adamw");
}
