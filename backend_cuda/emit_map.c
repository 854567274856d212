/* emit_map.c: elementwise ops, fused programs, batch_norm, and all ops that only move elements.
 *
 * Each is a sweep over the result; every operand has an offset of its own, so broadcasting,
 * transposition and groups are index arithmetic with constants. A thread computes 4 neighbours
 * where all operands allow it, else 1. */
#include "emit.h"

#include <string.h>

#include "passes/plan.h"

enum { THREADS = 256 };

static const char *const value_text[NOPS] = {
#define EW(name, nin, value, ...) [OP_##name] = #value,
#define OP(name, ...)
#include "ir/ops.def"
#undef EW
#undef OP
};

/* One kernel at work: nin inputs, then the outputs, as the operands of a sweep. */
typedef struct MapKernel {
	Emit *e;
	Kernel k;
	Sweep sweep;
	int nin, nout, width;
	const Operand **o;
} MapKernel;

static bool is_scalar(const Emit *e, const Value *v, double *number)
{
	const Node *n = v->node;
	if (n->op != OP_const || attr_len(n, "value") != 1)
		return false;
	*number = attr_float_at(n, "value", 0);
	return true;
}

/* Strides of o, which broadcasts to the instance shape of rank `rank` (trailing axes agree). */
static void sweep_operand(Sweep *s, int op, const Operand *o, const int *dim, int rank)
{
	for (int i = 0; i < o->rank; i++)
		if (o->dim[i] != 1)
			sweep_set(s, op, dim[rank - o->rank + i], o->stride[i], 1);
}

static int choose_width(const MapKernel *m)
{
	const Sweep *s = &m->sweep;
	if (s->nd == 0 || s->dim[s->nd - 1] % 4 != 0)
		return 1;
	for (int k = 0; k < s->nops; k++) {
		const int64_t last = s->op[k].stride[s->nd - 1];
		if ((last != 0 && last != 1) || (k >= m->nin && last != 1))
			return 1;
		if (last == 0)
			continue;
		if (m->o[k]->offset % (m->o[k]->narrow ? 8 : 16) != 0)
			return 1;
		for (int d = 0; d < s->nd - 1; d++)
			if (s->op[k].stride[d] % 4 != 0)
				return 1;
	}
	return 4;
}

static void map_open(MapKernel *m)
{
	sweep_merge(&m->sweep);
	sweep_share(&m->sweep);
	m->width = choose_width(m);
	const int64_t threads = sweep_count(&m->sweep) / m->width;
	kernel_const(&m->k, "COUNT", threads);
	kernel_open(&m->k, THREADS, 1);
	buf_printf(m->k.b, "\tconst unsigned t = blockIdx.x * %du + threadIdx.x;\n", THREADS);
	buf_printf(m->k.b, "\tif (t >= %s::COUNT)\n\t\treturn;\n", m->k.type);
	if (m->width > 1)
		buf_printf(m->k.b, "\tconst unsigned i = t * %du;\n", m->width);
	else
		buf_puts(m->k.b, "\tconst unsigned i = t;\n");
}

/* float xN[WIDTH] from operand N. */
static void map_load(MapKernel *m, int op)
{
	const int nd = m->sweep.nd;
	const bool step = nd > 0 && m->sweep.op[op].stride[nd - 1] != 0;
	buf_printf(m->k.b, "\tfloat x%d[%d];\n\tmap_get<%d, %d>(x%d, %s + (%s));\n", op, m->width,
		   m->width, m->width > 1 && step, op, operand_text(m->e, m->o[op], false),
		   sweep_text(m->e, &m->sweep, op, "i"));
}

static void map_store(MapKernel *m, int out)
{
	const int op = m->nin + out;
	buf_printf(m->k.b, "\tmap_put<%d>(%s + (%s), y%d);\n", m->width,
		   operand_text(m->e, m->o[op], true), sweep_text(m->e, &m->sweep, op, "i"), out);
}

static void map_close(MapKernel *m)
{
	const int64_t threads = sweep_count(&m->sweep) / m->width;
	kernel_end(m->e, &m->k, (threads + THREADS - 1) / THREADS, 1, 1, 0);
}

/* Operands of n: inputs that are single constants are left out (o NULL). */
static MapKernel map_begin(Emit *e, const Node *n)
{
	MapKernel m = {.e = e, .nin = n->nin, .nout = n->nout};
	m.o = NEW_ARRAY(e->arena, const Operand *, n->nin + n->nout);
	Operand *all = NEW_ARRAY(e->arena, Operand, n->nin + n->nout);
	for (int i = 0; i < n->nin + n->nout; i++) {
		double number;
		if (i < n->nin && is_scalar(e, n->in[i], &number))
			all[i] = (Operand){.lead = 1, .value = n->in[i]};
		else
			all[i] = i < n->nin ? operand_in(e, n, i) : operand_out(e, n, i - n->nin);
		m.o[i] = &all[i];
	}
	m.sweep.nops = n->nin + n->nout;
	sweep_group(&m.sweep, group_of(n), m.o, m.sweep.nops);
	const Operand *y = m.o[n->nin];
	int dim[MAX_RANK];
	for (int i = 0; i < y->rank; i++)
		dim[i] = sweep_dim(&m.sweep, y->dim[i]);
	for (int i = 0; i < m.sweep.nops; i++)
		sweep_operand(&m.sweep, i, m.o[i], dim, y->rank);
	m.k = kernel_begin(e, n, FAM_MAP);
	map_open(&m);
	for (int i = 0; i < n->nin; i++)
		if (m.o[i]->at)
			map_load(&m, i);
	for (int i = 0; i < n->nout; i++)
		buf_printf(m.k.b, "\tfloat y%d[%d];\n", i, m.width);
	buf_printf(m.k.b, "#pragma unroll\n\tfor (int e = 0; e < %d; e++) {\n", m.width);
	return m;
}

static void map_end(MapKernel *m)
{
	buf_puts(m->k.b, "\t}\n");
	for (int i = 0; i < m->nout; i++)
		map_store(m, i);
	map_close(m);
}

/* Rounds to an infinite float. */
static bool is_large(double v)
{
	return v >= 3.4028235677973366e38 || v <= -3.4028235677973366e38;
}

static void put_number(Buf *b, double v)
{
	if (v != v)
		buf_puts(b, "__int_as_float(0x7fffffff)");
	else if (is_large(v))
		buf_printf(b, "%s__int_as_float(0x7f800000)", v < 0 ? "-" : "");
	else {
		buf_puts(b, "K(");
		buf_double(b, v);
		buf_puts(b, ")");
	}
}

static void put_input(MapKernel *m, int i)
{
	double number;
	if (is_scalar(m->e, m->o[i]->value, &number))
		put_number(m->k.b, number);
	else
		buf_printf(m->k.b, "x%d[e]", i);
}

/* A call of the row's expression: its operands under the names a, b, c in a block of their own. */
static void put_line(MapKernel *m, const char *to, Op op)
{
	buf_printf(m->k.b, "\t\t\t%s = %s;\n\t\t}\n", to, value_text[op]);
}

void cuda_elementwise(Emit *e, const Node *n)
{
	MapKernel m = map_begin(e, n);
	buf_puts(m.k.b, "\t\t{\n");
	for (int i = 0; i < n->nin; i++) {
		buf_printf(m.k.b, "\t\t\tconst float %s = ", node_info(n)->in_names[i]);
		put_input(&m, i);
		buf_puts(m.k.b, ";\n");
	}
	put_line(&m, "y0[e]", n->op);
	map_end(&m);
}

static void put_arg(MapKernel *m, const MapCode *code, const MapArg *a)
{
	if (a->kind == MAP_NUM)
		put_number(m->k.b, a->num);
	else if (a->kind == MAP_IN)
		put_input(m, a->index);
	else if (code->line[a->index].out >= 0)
		buf_printf(m->k.b, "y%d[e]", code->line[a->index].out);
	else
		buf_printf(m->k.b, "t%d", a->index);
}

void cuda_map(Emit *e, const Node *n)
{
	MapCode code;
	const char *why;
	const OpTable *ops = e->graph->module->ops;
	if (!map_parse(e->arena, ops, attr_str(n, "f"), n->nin, &code, &why))
		emit_bug(n, why);
	MapKernel m = map_begin(e, n);
	for (int l = 0; l < code.nlines; l++) {
		const MapLine *line = &code.line[l];
		const char *to = line->out >= 0 ? arena_printf(e->arena, "y%d[e]", line->out)
						: arena_printf(e->arena, "t%d", l);
		if (line->out < 0)
			buf_printf(m.k.b, "\t\tfloat t%d;\n", l);
		buf_puts(m.k.b, "\t\t{\n");
		for (int i = 0; i < line->nargs; i++) {
			buf_printf(m.k.b, "\t\t\tconst float %s = ", ops->op[line->op].in_names[i]);
			put_arg(&m, &code, &line->arg[i]);
			buf_puts(m.k.b, ";\n");
		}
		put_line(&m, to, line->op);
	}
	map_end(&m);
}

/* x, weight, bias, mean, var: the last four along `axis` of x. */
void cuda_batch_norm(Emit *e, const Node *n)
{
	MapKernel m = {.e = e, .nin = 5, .nout = 1};
	Operand all[6];
	const Operand *o[6];
	for (int i = 0; i < 6; i++) {
		all[i] = i < 5 ? operand_in(e, n, i) : operand_out(e, n, 0);
		o[i] = &all[i];
	}
	m.o = o;
	m.sweep.nops = 6;
	sweep_group(&m.sweep, group_of(n), o, 6);
	int64_t axis = attr_int(n, "axis");
	if (axis < 0)
		axis += all[0].rank;
	for (int i = 0; i < all[0].rank; i++) {
		const int d = sweep_dim(&m.sweep, all[0].dim[i]);
		sweep_set(&m.sweep, 0, d, all[0].stride[i], 1);
		sweep_set(&m.sweep, 5, d, all[5].stride[i], 1);
		for (int k = 1; k < 5 && i == axis; k++)
			sweep_set(&m.sweep, k, d, all[k].stride[0], 1);
	}
	m.k = kernel_begin(e, n, FAM_MAP);
	map_open(&m);
	for (int i = 0; i < 5; i++)
		map_load(&m, i);
	buf_printf(m.k.b, "\tfloat y0[%d];\n#pragma unroll\n\tfor (int e = 0; e < %d; e++) {\n",
		   m.width, m.width);
	buf_puts(m.k.b, "\t\ty0[e] = (x0[e] - x3[e]) / sqrtf(x4[e] + K(");
	buf_double(m.k.b, attr_float(n, "eps"));
	buf_puts(m.k.b, ")) * x1[e] + x2[e];\n");
	map_end(&m);
}

/* ---- movement ------------------------------------------------------------------------------- */

/* A copy of `from` into `to`, which has its shape, for all instances. */
typedef struct Piece {
	Operand from, to;
} Piece;

static void piece_sweep(MapKernel *m, const Piece *p, int64_t group)
{
	m->o[0] = &p->from;
	m->o[1] = &p->to;
	m->sweep = (Sweep){.nops = 2};
	sweep_group(&m->sweep, group, m->o, 2);
	for (int i = 0; i < p->to.rank; i++) {
		const int d = sweep_dim(&m->sweep, p->to.dim[i]);
		sweep_set(&m->sweep, 0, d, p->from.stride[i], 1);
		sweep_set(&m->sweep, 1, d, p->to.stride[i], 1);
	}
	sweep_merge(&m->sweep);
	m->width = choose_width(m);
}

/* The threads of row y of the grid copy piece y. */
static void put_piece(MapKernel *m, int y)
{
	Buf *b = m->k.b;
	buf_printf(b, "\tif (blockIdx.y == %d && t < %lldu) {\n", y,
		   (long long)(sweep_count(&m->sweep) / m->width));
	buf_printf(b, "\t\tconst unsigned i = t * %du;\n\t\tfloat v[%d];\n", m->width, m->width);
	const bool step = m->sweep.nd > 0 && m->sweep.op[0].stride[m->sweep.nd - 1] != 0;
	buf_printf(b, "\t\tmap_get<%d, %d>(v, %s + (%s));\n", m->width, m->width > 1 && step,
		   operand_text(m->e, m->o[0], false), sweep_text(m->e, &m->sweep, 0, "i"));
	buf_printf(b, "\t\tmap_put<%d>(%s + (%s), v);\n\t}\n", m->width,
		   operand_text(m->e, m->o[1], true), sweep_text(m->e, &m->sweep, 1, "i"));
}

static void emit_moves(Emit *e, const Node *n, const Piece *piece, int npieces, int64_t group)
{
	const Operand *o[2];
	MapKernel m = {.e = e, .nin = 1, .nout = 1, .o = o};
	int64_t most = 0;
	if (npieces == 0)
		return;
	m.k = kernel_begin(e, n, FAM_MAP);
	kernel_open(&m.k, THREADS, 1);
	buf_printf(m.k.b, "\tconst unsigned t = blockIdx.x * %du + threadIdx.x;\n", THREADS);
	for (int i = 0; i < npieces; i++) {
		piece_sweep(&m, &piece[i], group);
		put_piece(&m, i);
		const int64_t threads = sweep_count(&m.sweep) / m.width;
		most = threads > most ? threads : most;
	}
	kernel_end(e, &m.k, (most + THREADS - 1) / THREADS, npieces, 1, 0);
}

static void emit_move(Emit *e, const Node *n, const Operand *from, const Operand *to, int64_t group)
{
	const Piece p = {*from, *to};
	emit_moves(e, n, &p, 1, group);
}

void emit_copy(Emit *e, const Node *n, const Operand *from, const Operand *to, int64_t group)
{
	emit_move(e, n, from, to, group);
}

void emit_copies(Emit *e, const Node *node, const Operand *from, const Operand *to, int n)
{
	Piece *piece = NEW_ARRAY(e->arena, Piece, n);
	for (int i = 0; i < n; i++)
		piece[i] = (Piece){from[i], to[i]};
	emit_moves(e, node, piece, n, 1);
}

void emit_pcm(Emit *e)
{
	const CudaCode *c = e->code;
	const Graph *g = module_graph(c->model->module, "features");
	const CudaInput *in = NULL;
	for (int i = 0; i < c->inputs.n; i++)
		if (c->model->module->graphs.at[c->inputs.at[i].graph] == g &&
		    !strcmp(c->inputs.at[i].node->label, "audio"))
			in = &c->inputs.at[i];
	if (c->state.at.n == 0 || !in || in->node->out[0].type.rank != 3)
		return;
	const int64_t *dim = in->node->out[0].type.dim; /* batch, channels, samples */
	e->graph = g;
	Kernel k = kernel_begin(e, in->node, FAM_MAP);
	kernel_const(&k, "BATCH", dim[0]);
	kernel_const(&k, "CHANNELS", dim[1]);
	kernel_const(&k, "SAMPLES", dim[2]);
	kernel_open(&k, THREADS, 1);
	buf_printf(k.b, "\tmap_pcm<%s>((const short *)m.pcm, (float *)(m.in + %lld));\n", k.type,
		   (long long)in->at);
	kernel_end(e, &k, (dim[2] + THREADS - 1) / THREADS, dim[0], 1, 0);
}

/* Element `elements` further on. */
static void operand_shift(const Emit *e, Operand *o, int64_t elements)
{
	const int64_t bytes = elements * (o->narrow ? 2 : 4);
	o->offset += bytes;
	o->at = arena_printf(e->arena, "%s + %lld", o->at, (long long)bytes);
}

/* Strides of the same elements in order under another shape; the input is swept in its own shape,
 * so that any strides will do. */
void cuda_reshape(Emit *e, const Node *n)
{
	const Operand from = operand_in(e, n, 0);
	Operand to = operand_out(e, n, 0);
	if (!to.dense)
		emit_bug(n, "reshape into strided storage");
	to.rank = from.rank;
	int64_t stride = 1;
	for (int i = from.rank - 1; i >= 0; i--) {
		to.dim[i] = from.dim[i];
		to.stride[i] = stride;
		stride *= from.dim[i];
	}
	emit_move(e, n, &from, &to, group_of(n));
}

void cuda_transpose(Emit *e, const Node *n)
{
	const Operand x = operand_in(e, n, 0), to = operand_out(e, n, 0);
	Operand from = x;
	for (int i = 0; i < x.rank; i++) {
		int64_t p = attr_int_at(n, "perm", i);
		p += p < 0 ? x.rank : 0;
		from.stride[i] = x.stride[p];
		from.dim[i] = x.dim[p];
	}
	emit_move(e, n, &from, &to, group_of(n));
}

static int axis_of(const Node *n, int rank)
{
	const int64_t a = attr_int(n, "axis");
	return (int)(a < 0 ? a + rank : a);
}

void cuda_slice(Emit *e, const Node *n)
{
	Operand from = operand_in(e, n, 0);
	const Operand to = operand_out(e, n, 0);
	const int axis = axis_of(n, from.rank);
	int64_t start = attr_int(n, "start");
	if (start < 0)
		start += from.dim[axis];
	operand_shift(e, &from, start * from.stride[axis]);
	from.stride[axis] *= attr_int(n, "step");
	emit_move(e, n, &from, &to, group_of(n));
}

void cuda_flip(Emit *e, const Node *n)
{
	Operand from = operand_in(e, n, 0);
	const Operand to = operand_out(e, n, 0);
	const int axis = axis_of(n, from.rank);
	operand_shift(e, &from, (from.dim[axis] - 1) * from.stride[axis]);
	from.stride[axis] = -from.stride[axis];
	emit_move(e, n, &from, &to, group_of(n));
}

void cuda_broadcast(Emit *e, const Node *n)
{
	const Operand x = operand_in(e, n, 0), to = operand_out(e, n, 0);
	Operand from = x;
	from.rank = to.rank;
	for (int i = 0; i < to.rank; i++) {
		const int k = i - (to.rank - x.rank);
		from.dim[i] = to.dim[i];
		from.stride[i] = k >= 0 && x.dim[k] != 1 ? x.stride[k] : 0;
	}
	emit_move(e, n, &from, &to, group_of(n));
}

void cuda_concat(Emit *e, const Node *n)
{
	Operand to = operand_out(e, n, 0);
	const int axis = axis_of(n, to.rank);
	Piece *piece = NEW_ARRAY(e->arena, Piece, n->nin);
	int npieces = 0;
	for (int i = 0; i < n->nin; i++) {
		const Operand from = operand_in(e, n, i);
		to.dim[axis] = from.dim[axis];
		if (!plan_in_place(n, i))
			piece[npieces++] = (Piece){from, to};
		operand_shift(e, &to, from.dim[axis] * to.stride[axis]);
	}
	emit_moves(e, n, piece, npieces, group_of(n));
}

void cuda_stack(Emit *e, const Node *n)
{
	const Operand y = operand_out(e, n, 0);
	const int axis = axis_of(n, y.rank);
	Operand to = y;
	for (int i = axis; i + 1 < y.rank; i++) {
		to.dim[i] = y.dim[i + 1];
		to.stride[i] = y.stride[i + 1];
	}
	to.rank--;
	Piece *piece = NEW_ARRAY(e->arena, Piece, n->nin);
	int npieces = 0;
	for (int i = 0; i < n->nin; i++) {
		const Operand from = operand_in(e, n, i);
		if (!plan_in_place(n, i))
			piece[npieces++] = (Piece){from, to};
		operand_shift(e, &to, y.stride[axis]);
	}
	emit_moves(e, n, piece, npieces, group_of(n));
}

/* The middle is copied, then both margins are filled. */
void cuda_pad(Emit *e, const Node *n)
{
	const Operand x = operand_in(e, n, 0), y = operand_out(e, n, 0);
	const int axis = axis_of(n, x.rank);
	const int64_t before = attr_int(n, "before"), after = attr_int(n, "after");
	Operand to = y;
	to.dim[axis] = x.dim[axis];
	operand_shift(e, &to, before * y.stride[axis]);
	emit_move(e, n, &x, &to, group_of(n));
	const int64_t from[2] = {0, before + x.dim[axis]}, len[2] = {before, after};
	for (int side = 0; side < 2; side++) {
		Operand margin = y;
		margin.dim[axis] = len[side];
		if (len[side] == 0)
			continue;
		operand_shift(e, &margin, from[side] * y.stride[axis]);
		const Operand *o[1] = {&margin};
		MapKernel m = {.e = e, .nin = 0, .nout = 1, .o = o};
		m.sweep.nops = 1;
		sweep_group(&m.sweep, group_of(n), o, 1);
		for (int i = 0; i < y.rank; i++)
			sweep_set(&m.sweep, 0, sweep_dim(&m.sweep, margin.dim[i]), y.stride[i], 1);
		m.k = kernel_begin(e, n, FAM_MAP);
		map_open(&m);
		buf_printf(m.k.b,
			   "\tfloat y0[%d];\n\tfor (int e = 0; e < %d; e++)\n\t\ty0[e] = ", m.width,
			   m.width);
		put_number(m.k.b, attr_float(n, "value"));
		buf_puts(m.k.b, ";\n");
		map_store(&m, 0);
		map_close(&m);
	}
}

/* ---- sources -------------------------------------------------------------------------------- */

static uint32_t float_bits(double v)
{
	const float f = (float)v;
	uint32_t bits;
	memcpy(&bits, &f, sizeof bits);
	return bits;
}

/* value(i), from a table of floats, or of their bits where a value has no literal. */
static void put_table(const Kernel *k, const Node *n)
{
	const int given = attr_len(n, "value");
	bool bits = false;
	for (int i = 0; i < given; i++) {
		const double v = attr_float_at(n, "value", i);
		bits = bits || v != v || is_large(v);
	}
	buf_printf(k->b,
		   "\tstatic __device__ __forceinline__ float value(unsigned i)\n\t{\n"
		   "\t\tstatic const %s v[] = {",
		   bits ? "unsigned" : "float");
	for (int i = 0; i < given; i++) {
		buf_puts(k->b, i % 8 ? " " : "\n\t\t\t");
		if (bits)
			buf_printf(k->b, "0x%08x", float_bits(attr_float_at(n, "value", i)));
		else
			put_number(k->b, attr_float_at(n, "value", i));
		buf_puts(k->b, ",");
	}
	buf_printf(k->b, "\n\t\t};\n\t\treturn %s(v[i %% %du]);\n\t}\n",
		   bits ? "__uint_as_float" : "", given);
}

void cuda_const(Emit *e, const Node *n)
{
	const Operand y = operand_out(e, n, 0);
	const int64_t count = type_count(&n->out[0].type);
	Kernel k = kernel_begin(e, n, FAM_MAP);
	kernel_const(&k, "COUNT", count);
	put_table(&k, n);
	kernel_open(&k, THREADS, 1);
	buf_printf(k.b, "\tconst unsigned i = blockIdx.x * %du + threadIdx.x;\n", THREADS);
	buf_printf(k.b, "\tif (i < %s::COUNT)\n\t\t%s[i] = %s::value(i);\n", k.type,
		   operand_text(e, &y, true), k.type);
	kernel_end(e, &k, (count + THREADS - 1) / THREADS, 1, 1, 0);
}

void cuda_input(Emit *e, const Node *n)
{
	(void)e;
	emit_bug(n, "input has storage of its own");
}

void cuda_param(Emit *e, const Node *n)
{
	(void)e;
	emit_bug(n, "parameter outside the weights");
}
