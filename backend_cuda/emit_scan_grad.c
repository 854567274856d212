/* emit_scan_grad.c: gradients of the selective scan, with and without gate, and of depthwise
 * convolutions along time. */
#include "emit.h"

enum { SMEM_MOST = 56 * 1024 }; /* four CTAs fit on a multiprocessor */

/* Sequences of one CTA such that there are about `waves` CTAs for every multiprocessor. */
static int64_t sequences_each(const Emit *e, int64_t batch, int64_t ctas, int64_t waves)
{
	const int64_t want = ceil_of(waves * emit_sms(e), ctas);
	return ceil_of(batch, want < batch ? want : batch);
}

static const char *scratch_floats(Emit *e, int64_t count)
{
	return arena_printf(e->arena, "(float *)(%s)",
			    scratch_text(e, count * (int64_t)sizeof(float)));
}

static const char *at_z(const Emit *e, const Sweep *z, int op, const Operand *o, bool write)
{
	return arena_printf(e->arena, "%s + (size_t)(%s)", operand_text(e, o, write),
			    sweep_text(e, z, op, "z"));
}

/* ---- scan ----------------------------------------------------------------------------------- */

enum { SCAN_IN = 8, SCAN_OUT = 7 };

/* in: u, dt, A, B, C, D, z, g; out: du, ddt, dA, dB, dC, dD, dz; z and dz absent without gate. */
typedef struct ScanGrad {
	Operand in[SCAN_IN], out[SCAN_OUT];
	bool gate, softplus;
	int64_t group, batch, l, e, n, each, parts, blocks, chunks, tc;
	Sweep z;
} ScanGrad;

static int64_t scan_smem(int64_t n, int64_t tc)
{
	const int64_t lanes = n % 4 == 0 ? 4 : 1, ch = 128 / lanes, np = (n + 3) / 4 * 4;
	return 4 * tc * (ch * n + 4 * ch + 2 * np + 4 * 2 * n);
}

/* One step of one CTA, the least that there is. */
bool scan_grad_fits(int64_t states)
{
	return scan_smem(states, 1) <= MOST_SMEM;
}

static ScanGrad scan_grad(const Emit *e, const Node *n)
{
	ScanGrad s = {.gate = n->op == OP_scan_gate_grad, .group = group_of(n), .z = {.nops = 15}};
	const Operand *all[SCAN_IN + SCAN_OUT];
	for (int i = 0, k = 0; i < SCAN_IN; i++) {
		s.in[i] = i == 6 && !s.gate ? (Operand){.lead = 1} : operand_in(e, n, k++);
		all[i] = &s.in[i];
	}
	for (int i = 0; i < SCAN_OUT; i++) {
		s.out[i] = i == 6 && !s.gate ? (Operand){.lead = 1} : operand_out(e, n, i);
		all[SCAN_IN + i] = &s.out[i];
		if (s.out[i].at && !s.out[i].dense)
			emit_bug(n, "gradient of a scan into strided storage");
	}
	s.softplus = s.gate && attr_bool(n, "softplus");
	s.batch = s.in[0].dim[0];
	s.l = s.in[0].dim[1];
	s.e = s.in[0].dim[2];
	s.n = s.in[2].dim[1];
	if (s.in[2].stride[0] != s.n && s.e > 1)
		emit_bug(n, "scan with strided A");
	s.blocks = ceil_of(s.e, s.n % 4 == 0 ? 32 : 128);
	s.each = sequences_each(e, s.batch, s.blocks * s.group, 32);
	s.parts = ceil_of(s.batch, s.each);
	int64_t most = SMEM_MOST / scan_smem(s.n, 1);
	most = most < 1 ? 1 : most;
	s.chunks = ceil_of(s.l, most);
	s.tc = ceil_of(s.l, s.chunks);
	sweep_group(&s.z, s.group, all, SCAN_IN + SCAN_OUT);
	return s;
}

static void put_scan(const Kernel *k, const ScanGrad *s)
{
	static const struct {
		const char *name;
		int in;
	} operand[] = {{"U", 0}, {"D", 1}, {"B", 3}, {"C", 4}, {"Z", 6}, {"G", 7}};
	char name[3] = {0};
	kernel_const(k, "L", s->l);
	kernel_const(k, "E", s->e);
	kernel_const(k, "N", s->n);
	kernel_const(k, "BATCH", s->batch);
	kernel_const(k, "EACH", s->each);
	kernel_const(k, "TC", s->tc);
	kernel_const(k, "GATE", s->gate);
	kernel_const(k, "SOFTPLUS", s->softplus);
	for (size_t i = 0; i < COUNT(operand); i++)
		for (int axis = 0; axis < 3; axis++) {
			name[0] = operand[i].name[0];
			name[1] = "BRC"[axis];
			kernel_const(k, name, s->in[operand[i].in].stride[axis]);
		}
	kernel_typedef(k, "U", operand_type(&s->in[0]));
	kernel_typedef(k, "Z", operand_type(&s->in[6]));
	kernel_typedef(k, "G", operand_type(&s->in[7]));
	kernel_typedef(k, "DU", operand_type(&s->out[0]));
	kernel_typedef(k, "DT", operand_type(&s->out[1]));
	kernel_typedef(k, "DZ", operand_type(&s->out[6]));
}

/* dA, dB, dC, dD: parts, or the results where there is one part. */
static void emit_scan_grad(Emit *e, const Node *n)
{
	const ScanGrad s = scan_grad(e, n);
	const int64_t states = s.e * s.n, seq = s.batch * s.l * s.n;
	const int64_t size[4] = {states, seq, seq, s.e};
	const int64_t parts[4] = {s.parts, s.blocks, s.blocks, s.parts};
	const char *slab[4];
	bool direct[4];
	for (int i = 0; i < 4; i++) {
		direct[i] = parts[i] == 1 && !s.out[2 + i].narrow;
		slab[i] = direct[i] ? operand_text(e, &s.out[2 + i], true)
				    : scratch_floats(e, parts[i] * s.group * size[i]);
	}
	const int64_t starts =
	    s.chunks > 1 ? s.batch * s.blocks * s.chunks * 128 * s.n / (s.n % 4 == 0 ? 4 : 1) : 0;
	const char *start = scratch_floats(e, s.group * starts);

	Kernel k = kernel_begin(e, n, FAM_SCAN_GRAD);
	put_scan(&k, &s);
	kernel_open(&k, 128, 4);
	buf_puts(k.b, "\tconst unsigned z = blockIdx.z;\n");
	buf_printf(k.b, "\tscan_grad<%s>({", k.type);
	for (int i = 0; i < SCAN_IN; i++)
		buf_printf(k.b, "%s%s", i ? ",\n\t\t" : "",
			   s.in[i].at ? at_z(e, &s.z, i, &s.in[i], false) : "nullptr");
	buf_puts(k.b, "},\n\t\t{");
	static const int sequence[] = {0, 1, 6};
	for (size_t i = 0; i < COUNT(sequence); i++) {
		const int out = sequence[i];
		buf_printf(k.b, "%s,\n\t\t",
			   s.out[out].at ? at_z(e, &s.z, SCAN_IN + out, &s.out[out], true)
					 : "nullptr");
	}
	for (int i = 0; i < 4; i++)
		buf_printf(k.b, "%s + (size_t)(%s * %lldu + z) * %lldu,\n\t\t", slab[i],
			   direct[i]          ? "0u"
			   : i == 1 || i == 2 ? "blockIdx.x"
					      : "blockIdx.y",
			   (long long)s.group, (long long)size[i]);
	const char *g = "z";
	buf_printf(k.b, "%s + (size_t)z * %lldu}, %s);\n", start, (long long)starts,
		   emit_reverse(e, n, g));
	kernel_end(e, &k, s.blocks, s.parts, s.group, (unsigned)scan_smem(s.n, s.tc));
	for (int i = 0; i < 4; i++)
		if (!direct[i])
			emit_sum_parts(e, n, slab[i], parts[i], s.group * size[i], &s.out[2 + i]);
}

void cuda_selective_scan_grad(Emit *e, const Node *n)
{
	emit_scan_grad(e, n);
}

void cuda_scan_gate_grad(Emit *e, const Node *n)
{
	emit_scan_grad(e, n);
}

/* ---- depthwise convolution ------------------------------------------------------------------ */

/* dx, bias and dbias NULL without SiLU. */
static void emit_conv1d_grad(Emit *e, const Node *n, const Operand *x, const Operand *w,
			     const Operand *bias, const Operand *g, const Operand *dx,
			     const Operand *dw, const Operand *dbias)
{
	const Operand none = {.lead = 1};
	const Operand *all[5] = {x, w ? w : &none, bias ? bias : &none, g, dx ? dx : &none};
	const int64_t batch = x->dim[0], e_ = x->dim[2], taps = dw->dim[2], group = group_of(n);
	const int64_t each = sequences_each(e, batch, ceil_of(e_, 128) * group, 16);
	const int64_t parts = ceil_of(batch, each), size[2] = {e_ * taps, e_};
	const Operand *sums[2] = {dw, dbias};
	const char *slab[2] = {NULL, NULL};
	Sweep z = {.nops = 5};
	if (!dw->dense || (dx && !(dx->dense && w->dense && bias->dense && dbias->dense)))
		emit_bug(n, "gradient of a convolution with strided weights or results");
	sweep_group(&z, group, all, 5);
	for (int i = 0; i < 2; i++)
		if (sums[i])
			slab[i] = parts == 1 ? operand_text(e, sums[i], true)
					     : scratch_floats(e, parts * group * size[i]);

	Kernel k = kernel_begin(e, n, FAM_SCAN_GRAD);
	kernel_const(&k, "M", x->dim[1]);
	kernel_const(&k, "L", g->dim[1]);
	kernel_const(&k, "E", e_);
	kernel_const(&k, "TAPS", taps);
	kernel_const(&k, "PAD", attr_int_at(n, "pad", 0));
	kernel_const(&k, "BATCH", batch);
	kernel_const(&k, "EACH", each);
	kernel_const(&k, "SILU", dx != NULL);
	kernel_const(&k, "XB", x->stride[0]);
	kernel_const(&k, "XR", x->stride[1]);
	kernel_const(&k, "XC", x->stride[2]);
	kernel_const(&k, "GB", g->stride[0]);
	kernel_const(&k, "GR", g->stride[1]);
	kernel_const(&k, "GC", g->stride[2]);
	kernel_typedef(&k, "In", operand_type(x));
	kernel_typedef(&k, "Grad", operand_type(g));
	kernel_typedef(&k, "Out", dx ? operand_type(dx) : "float");
	kernel_open(&k, 128, 1);
	buf_printf(k.b, "\tconst unsigned z = blockIdx.z;\n\tconv1d_grad<%s>(", k.type);
	for (int i = 0; i < 5; i++)
		buf_printf(k.b, "%s,\n\t\t",
			   all[i]->at ? at_z(e, &z, i, all[i], i == 4)
			   : i == 4   ? "(float *)nullptr"
				      : "nullptr");
	for (int i = 0; i < 2; i++)
		if (sums[i])
			buf_printf(k.b, "%s + (size_t)(%s * %lldu + z) * %lldu,\n\t\t", slab[i],
				   parts == 1 ? "0u" : "blockIdx.y", (long long)group,
				   (long long)size[i]);
		else
			buf_puts(k.b, "nullptr, ");
	buf_printf(k.b, "%s);\n", emit_reverse(e, n, "z"));
	kernel_end(e, &k, ceil_of(e_, 128), parts, group, 0);
	for (int i = 0; i < 2; i++)
		if (sums[i] && parts > 1)
			emit_sum_parts(e, n, slab[i], parts, group * size[i], sums[i]);
}

/* x[B, L, C], w[C, 1, k], bias[C], g[B, L, C] -> dx, dw, dbias */
void cuda_conv1d_silu_grad(Emit *e, const Node *n)
{
	Operand in[4], out[3];
	for (int i = 0; i < 4; i++)
		in[i] = operand_in(e, n, i);
	for (int i = 0; i < 3; i++)
		out[i] = operand_out(e, n, i);
	emit_conv1d_grad(e, n, &in[0], &in[1], &in[2], &in[3], &out[0], &out[1], &out[2]);
}

/* x[B, L, C], g[B, L', C] -> dw[C, 1, k] */
void cuda_conv1d_depthwise_dw(Emit *e, const Node *n)
{
	const Operand x = operand_in(e, n, 0), g = operand_in(e, n, 1), dw = operand_out(e, n, 0);
	emit_conv1d_grad(e, n, &x, NULL, NULL, &g, NULL, &dw, NULL);
}
