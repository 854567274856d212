/* emit_scan.c: selective_scan, scan_gate, conv1d_depthwise, gru and its gradient: ops that run
 * along time. */
#include "emit.h"

enum { CHUNK = 64 };

/* u, delta, A, B, C, D, z as inputs 0..6, y as 7; z is absent in selective_scan. */
typedef struct ScanShape {
	Operand o[8];
	bool gate, softplus;
	int64_t batch, l, e, n;
	Sweep z;
} ScanShape;

static ScanShape scan_shape(const Emit *e, const Node *n)
{
	ScanShape s = {.gate = n->op == OP_scan_gate, .z = {.nops = 8}};
	const Operand *o[8];
	for (int i = 0; i < 8; i++) {
		s.o[i] = i == 7            ? operand_out(e, n, 0)
			 : i < 6 || s.gate ? operand_in(e, n, i)
					   : (Operand){.lead = 1};
		o[i] = &s.o[i];
	}
	s.softplus = s.gate && attr_bool(n, "softplus");
	s.batch = s.o[0].dim[0];
	s.l = s.o[0].dim[1];
	s.e = s.o[0].dim[2];
	s.n = s.o[2].dim[1];
	sweep_group(&s.z, group_of(n), o, 8);
	const int d = sweep_dim(&s.z, s.batch);
	for (int i = 0; i < 8; i++)
		if (s.o[i].rank == 3)
			sweep_set(&s.z, i, d, s.o[i].stride[0], 1);
	return s;
}

/* Rows of all staged operands can be copied in 16-byte pieces. */
static bool scan_async(const ScanShape *s)
{
	static const int staged[] = {0, 1, 3, 4, 6};
	for (size_t i = 0; i < COUNT(staged); i++) {
		const Operand *o = &s->o[staged[i]];
		if (o->at && !operand_aligned(o, 2, o->narrow ? 8 : 4))
			return false;
	}
	return s->e % 8 == 0 && s->n % 4 == 0;
}

static unsigned scan_smem(const ScanShape *s, int64_t tc)
{
	const int64_t ch = s->n % 4 == 0 ? 32 : 128, np = (s->n + 3) / 4 * 4;
	const int64_t u = tc * ch * (s->o[0].narrow ? 2 : 4),
		      z = tc * ch * (s->o[6].narrow ? 2 : 4);
	return (unsigned)((s->l > tc ? 2 : 1) *
			  (u + tc * ch * 4 + (s->gate ? z : 0) + 2 * tc * np * 4));
}

/* Steps of a chunk. */
static int64_t scan_steps(const ScanShape *s)
{
	const int64_t most = s->n % 4 == 0 ? CHUNK : CHUNK / 4;
	int64_t tc = s->l < most ? s->l : most;
	while (tc > 1 && scan_smem(s, tc) > MOST_SMEM)
		tc /= 2;
	return tc;
}

static void put_scan(const Kernel *k, const ScanShape *s, int64_t tc)
{
	static const char *const row[8] = {"UR", "DR", NULL, "BR", "CR", NULL, "ZR", "YR"};
	static const char *const col[8] = {"UC", "DC", NULL, "BC", "CC", NULL, "ZC", NULL};
	kernel_const(k, "L", s->l);
	kernel_const(k, "E", s->e);
	kernel_const(k, "N", s->n);
	kernel_const(k, "TC", tc);
	for (int i = 0; i < 8; i++)
		if (row[i])
			kernel_const(k, row[i], s->o[i].at ? s->o[i].stride[1] : 0);
	for (int i = 0; i < 8; i++)
		if (col[i])
			kernel_const(k, col[i], s->o[i].at ? s->o[i].stride[2] : 1);
	kernel_const(k, "GATE", s->gate);
	kernel_const(k, "SOFTPLUS", s->softplus);
	kernel_const(k, "ASYNC", scan_async(s));
	kernel_typedef(k, "U", operand_type(&s->o[0]));
	kernel_typedef(k, "Z", operand_type(&s->o[6]));
	kernel_typedef(k, "Out", operand_type(&s->o[7]));
}

static void emit_scan(Emit *e, const Node *n)
{
	const ScanShape s = scan_shape(e, n);
	const int64_t ch = s.n % 4 == 0 ? 32 : 128, tc = scan_steps(&s);
	if (!s.o[7].dense || (s.o[2].stride[0] != s.n && s.e > 1))
		emit_bug(n, "scan into strided storage, or strided A");
	Kernel k = kernel_begin(e, n, FAM_SCAN);
	put_scan(&k, &s, tc);
	kernel_open(&k, 128, 1);
	buf_puts(k.b, "\tconst unsigned z = blockIdx.z;\n");
	buf_printf(k.b, "\tscan<%s>({", k.type);
	for (int i = 0; i < 7; i++)
		if (s.o[i].at)
			buf_printf(k.b, "%s + (size_t)(%s),\n\t\t", operand_text(e, &s.o[i], false),
				   sweep_text(e, &s.z, i, "z"));
		else
			buf_puts(k.b, "nullptr");
	const char *g = arena_printf(e->arena, "z / %lldu", (long long)s.batch);
	buf_printf(k.b, "},\n\t\t%s + (size_t)(%s), %s);\n", operand_text(e, &s.o[7], true),
		   sweep_text(e, &s.z, 7, "z"), emit_reverse(e, n, g));
	kernel_end(e, &k, ceil_of(s.e, ch), 1, s.batch * group_of(n), scan_smem(&s, tc));
}

void cuda_selective_scan(Emit *e, const Node *n)
{
	emit_scan(e, n);
}

void cuda_scan_gate(Emit *e, const Node *n)
{
	emit_scan(e, n);
}

/* Outputs of a thread: the more, the fewer loads, but two CTAs a multiprocessor come first. */
static int64_t conv1d_rows(const Emit *e, int64_t ctas, int64_t l)
{
	for (int64_t rows = 10; rows > 2; rows /= 2)
		if (ctas * ceil_of(l, rows) >= 2 * emit_sms(e))
			return rows;
	return 2;
}

void cuda_conv1d_depthwise(Emit *e, const Node *n)
{
	const bool bias = n->nin > 2 && n->in[2];
	const Operand x = operand_in(e, n, 0), w = operand_in(e, n, 1), y = operand_out(e, n, 0);
	const Operand b = bias ? operand_in(e, n, 2) : (Operand){.lead = 1};
	const Operand *o[4] = {&x, &w, &b, &y};
	const int64_t batch = x.dim[0], channels = x.dim[2];
	Sweep z = {.nops = 4};
	sweep_group(&z, group_of(n), o, 4);
	const int d = sweep_dim(&z, batch);
	sweep_set(&z, 0, d, x.stride[0], 1);
	sweep_set(&z, 3, d, y.stride[0], 1);
	if (!w.dense || !y.dense)
		emit_bug(n, "strided weights or result");
	const int64_t ctas = ceil_of(channels, 128) * batch * group_of(n);
	const int64_t rows = conv1d_rows(e, ctas, y.dim[1]);
	Kernel k = kernel_begin(e, n, FAM_SCAN);
	kernel_const(&k, "M", x.dim[1]);
	kernel_const(&k, "L", y.dim[1]);
	kernel_const(&k, "E", channels);
	kernel_const(&k, "TAPS", w.dim[2]);
	kernel_const(&k, "PAD", attr_int_at(n, "pad", 0));
	kernel_const(&k, "ROWS", rows);
	kernel_const(&k, "XR", x.stride[1]);
	kernel_const(&k, "XC", x.stride[2]);
	kernel_const(&k, "YR", y.stride[1]);
	kernel_const(&k, "BIAS", bias);
	kernel_typedef(&k, "In", operand_type(&x));
	kernel_typedef(&k, "Out", operand_type(&y));
	kernel_open(&k, 128, 1);
	const char *g = arena_printf(e->arena, "z / %lldu", (long long)batch);
	buf_printf(
	    k.b,
	    "\tconst unsigned z = blockIdx.z;\n\tconv1d<%s>(%s + (size_t)(%s), %s + (%s),\n\t\t",
	    k.type, operand_text(e, &x, false), sweep_text(e, &z, 0, "z"),
	    operand_text(e, &w, false), sweep_text(e, &z, 1, "z"));
	if (bias)
		buf_printf(k.b, "%s + (%s),\n\t\t", operand_text(e, &b, false),
			   sweep_text(e, &z, 2, "z"));
	else
		buf_puts(k.b, "nullptr,\n\t\t");
	buf_printf(k.b, "%s + (size_t)(%s), %s);\n", operand_text(e, &y, true),
		   sweep_text(e, &z, 3, "z"), emit_reverse(e, n, g));
	kernel_end(e, &k, ceil_of(channels, 128), ceil_of(y.dim[1], rows), batch * group_of(n), 0);
}

/* [batch, l, rows] of each instance of n, in memory that is free again behind it. */
static Operand gru_gates(Emit *e, const Node *n, int64_t batch, int64_t l, int64_t rows)
{
	const int64_t group = group_of(n);
	return (Operand){.value = &n->out[0],
			 .at = scratch_text(e, group * batch * l * rows * 4),
			 .dense = true,
			 .lead = group,
			 .lead_stride = group > 1 ? batch * l * rows : 0,
			 .rank = 3,
			 .dim = {batch, l, rows},
			 .stride = {l * rows, rows, 1}};
}

static unsigned gru_threads(int64_t h)
{
	return (unsigned)(h <= 128 ? (4 * h + 31) / 32 * 32 : 1024);
}

/* The products with the input for all frames at once, then the frames one by one. */
void cuda_gru(Emit *e, const Node *n)
{
	const Operand x = operand_in(e, n, 0), w_in = operand_in(e, n, 1),
		      b_in = operand_in(e, n, 3);
	const Operand w = operand_in(e, n, 2), b = operand_in(e, n, 4), y = operand_out(e, n, 0);
	const int64_t batch = x.dim[0], l = x.dim[1], h = y.dim[2];
	const Operand gates = gru_gates(e, n, batch, l, 3 * h);
	const Operand *o[4] = {&gates, &w, &b, &y};
	if (!w_in.dense || !w.dense || !b_in.dense || !b.dense || !y.dense)
		emit_bug(n, "strided weights or result");
	emit_linear(e, n, &x, &w_in, &b_in, &gates);
	Sweep z = {.nops = 4};
	sweep_group(&z, group_of(n), o, 4);
	const int d = sweep_dim(&z, batch);
	sweep_set(&z, 0, d, gates.stride[0], 1);
	sweep_set(&z, 3, d, y.stride[0], 1);
	Kernel k = kernel_begin(e, n, FAM_GRU);
	kernel_const(&k, "L", l);
	kernel_const(&k, "H", h);
	kernel_const(&k, "VECTOR", operand_aligned(&w, 1, 4));
	kernel_typedef(&k, "Out", operand_type(&y));
	kernel_open(&k, gru_threads(h), 1);
	buf_printf(k.b, "\tconst unsigned z = blockIdx.x;\n\tgru<%s>(", k.type);
	for (int i = 0; i < 4; i++)
		buf_printf(k.b, "%s + (size_t)(%s),\n\t\t", operand_text(e, o[i], i == 3),
			   sweep_text(e, &z, i, "z"));
	const char *g = arena_printf(e->arena, "z / %lldu", (long long)batch);
	buf_printf(k.b, "%s);\n", emit_reverse(e, n, g));
	kernel_end(e, &k, batch * group_of(n), 1, 1, 0);
}

/* gates_x, gates_h, h, weight_hh, g -> dgates_x, dgates_h */
void cuda_gru_grad(Emit *e, const Node *n)
{
	enum { IN = 5, OUT = 2, G = 4 };
	Operand op[IN + OUT];
	const Operand *o[IN + OUT];
	Sweep z = {.nops = IN + OUT};
	for (int i = 0; i < IN + OUT; i++) {
		op[i] = i < IN ? operand_in(e, n, i) : operand_out(e, n, i - IN);
		o[i] = &op[i];
		if (i != G && !op[i].dense)
			emit_bug(n, "strided gates or weights");
	}
	const int64_t batch = op[2].dim[0], h = op[2].dim[2];
	sweep_group(&z, group_of(n), o, IN + OUT);
	const int d = sweep_dim(&z, batch);
	for (int i = 0; i < IN + OUT; i++)
		if (op[i].rank == 3)
			sweep_set(&z, i, d, op[i].stride[0], 1);
	Kernel k = kernel_begin(e, n, FAM_GRU);
	kernel_const(&k, "L", op[2].dim[1]);
	kernel_const(&k, "H", h);
	kernel_const(&k, "GR", op[G].stride[1]);
	kernel_const(&k, "GC", op[G].stride[2]);
	kernel_typedef(&k, "DX", operand_type(&op[IN]));
	kernel_typedef(&k, "DH", operand_type(&op[IN + 1]));
	kernel_open(&k, gru_threads(h), 1);
	buf_printf(k.b, "\tconst unsigned z = blockIdx.x;\n\tgru_grad<%s>(", k.type);
	for (int i = 0; i < IN + OUT; i++)
		buf_printf(k.b, "%s + (size_t)(%s),\n\t\t", operand_text(e, o[i], i >= IN),
			   sweep_text(e, &z, i, "z"));
	const char *g = arena_printf(e->arena, "z / %lldu", (long long)batch);
	buf_printf(k.b, "%s);\n", emit_reverse(e, n, g));
	kernel_end(e, &k, batch * group_of(n), 1, 1, 0);
}
