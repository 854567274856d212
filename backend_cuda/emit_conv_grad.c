/* emit_conv_grad.c: the gradient of conv2d by its weights, and that by its input at strides other
 * than 1. Kernels: mma for reduced precision, fma for float32, both for stride 1 and windows of at
 * most 3 x 3; any for the rest. */
#include "emit.h"

typedef enum DwKind { DW_ANY, DW_FMA, DW_TF32, DW_BF16 } DwKind;

/* x[B, H, W, C], g[B, OH, OW, O] in either layout; axes of height, width, channels. */
typedef struct ConvDw {
	Operand x, g;
	int ah, aw, ac;
	int64_t batch, h, w, c, oh, ow, o, kh, kw, sh, sw, group;
	DwKind kind;
	Sweep z; /* of x, g, dw */
} ConvDw;

/* bo x bc channels, threads; each: units of a part. */
typedef struct DwPlan {
	int64_t bo, bc, threads, smem, units, unit_stages, each, parts;
	int stage_rows, width;
} DwPlan;

static ConvDw conv_dw(const Node *n, const Operand *x, const Operand *g)
{
	const bool last = attr_bool(n, "channels_last");
	ConvDw s = {.x = *x, .g = *g, .ah = last ? 1 : 2, .aw = last ? 2 : 3, .ac = last ? 3 : 1};
	s.batch = x->dim[0];
	s.h = x->dim[s.ah];
	s.w = x->dim[s.aw];
	s.c = x->dim[s.ac];
	s.oh = g->dim[s.ah];
	s.ow = g->dim[s.aw];
	s.o = g->dim[s.ac];
	s.sh = attr_int_at(n, "stride", 0);
	s.sw = attr_int_at(n, "stride", 1);
	s.group = group_of(n);
	return s;
}

static DwKind dw_kind(const Emit *e, const Node *n, const ConvDw *s)
{
	if (s->sh != 1 || s->sw != 1 || s->kh > 3 || s->kw > 3 || e->loadtime[n->id])
		return DW_ANY;
	if (emit_strict(e, n) || s->o < 16)
		return DW_FMA;
	return s->x.narrow || s->g.narrow ? DW_BF16 : DW_TF32;
}

/* Pixels of o can be read as they are: in bf16 if `half`, else in float. */
static bool reads_pixels(const ConvDw *s, const Operand *o, bool half)
{
	const int n = half ? 8 : 4;
	return o->narrow == half && operand_aligned(o, s->ac, n) && o->dim[s->ac] % n == 0;
}

/* Sizes as the kernels compute them. */
static DwPlan dw_plan(const ConvDw *s)
{
	const bool fma = s->kind == DW_FMA, half = s->kind == DW_BF16;
	DwPlan p = {.bo = 64, .bc = !fma && s->c <= 16 ? 16 : 64, .width = half ? 16 : 8};
	const int64_t rs = (3 + s->kh) / s->kh * s->kh, xp = p.width + s->kw - 1;
	p.stage_rows = (int)rs;
	p.units = s->batch * ceil_of(s->ow, p.width);
	p.unit_stages = ceil_of(fma ? s->oh : s->oh + s->kh - 1, rs);
	if (fma) {
		p.threads = 128 * s->kh;
		p.smem = 2 * 4 * 64 * ((rs + s->kh - 1) * xp + rs * p.width);
		return p;
	}
	p.threads = 32 * s->kw * (p.bo / 32) * (p.bc < 32 ? 1 : p.bc / 32);
	p.smem = 3 * rs *
		 (half ? 2 * (xp * p.bc + p.width * p.bo)
		       : 4 * (xp * (p.bc + 8) + p.width * (p.bo + 8)));
	return p;
}

/* Clocks of a multiprocessor for a stage: a row of 64 x 64 channels and all taps is 16 pixels of
 * matrix instructions at 3/4 of their rate; memory moves 13 bytes a clock and multiprocessor. */
static double stage_clocks(const ConvDw *s, const DwPlan *p)
{
	const double sums = (double)(p->stage_rows * p->width * p->bo * p->bc * s->kh * s->kw);
	static const double rate[] = {1, 96, 960, 1920};
	const double bytes =
	    (double)p->stage_rows * p->width *
	    ((double)p->bo * (s->g.narrow ? 2 : 4) + (double)s->c * (s->x.narrow ? 2 : 4));
	const double compute = sums / rate[s->kind], memory = bytes / 13;
	return compute > memory ? compute : memory;
}

/* The number of parts that takes least time: parts fill the multiprocessors, but each is written
 * and read once more. */
static void choose_parts(const Emit *e, const ConvDw *s, DwPlan *p)
{
	const int64_t tiles = ceil_of(s->o, p->bo) * ceil_of(s->c, p->bc) * s->group;
	const double slab =
	    8.0 * (double)(s->o * s->c * s->kh * s->kw * s->group) / (13.0 * emit_sms(e));
	const int resident = p->threads > 256 || p->smem > 100 * 1024 ? 1 : 2;
	double least = 0;
	for (int64_t parts = 1; parts <= p->units && parts <= 1024; parts++) {
		const int64_t each = ceil_of(p->units, parts);
		if (ceil_of(p->units, each) != parts)
			continue;
		const int64_t waves = ceil_of(tiles * parts, emit_sms(e) * resident);
		const double time =
		    (double)(waves * resident * each * p->unit_stages) * stage_clocks(s, p) +
		    (double)parts * slab;
		if (least == 0 || time < least) {
			least = time;
			p->each = each;
			p->parts = parts;
		}
	}
}

static void put_conv_dw(const Kernel *k, const ConvDw *s, const Node *n)
{
	kernel_const(k, "H", s->h);
	kernel_const(k, "W", s->w);
	kernel_const(k, "C", s->c);
	kernel_const(k, "OH", s->oh);
	kernel_const(k, "OW", s->ow);
	kernel_const(k, "O", s->o);
	kernel_const(k, "KH", s->kh);
	kernel_const(k, "KW", s->kw);
	kernel_const(k, "PH", attr_int_at(n, "pad", 0));
	kernel_const(k, "PW", attr_int_at(n, "pad", 1));
	kernel_const(k, "XB", s->x.stride[0]);
	kernel_const(k, "XH", s->x.stride[s->ah]);
	kernel_const(k, "XW", s->x.stride[s->aw]);
	kernel_const(k, "XC", s->x.stride[s->ac]);
	kernel_const(k, "GB", s->g.stride[0]);
	kernel_const(k, "GH", s->g.stride[s->ah]);
	kernel_const(k, "GW", s->g.stride[s->aw]);
	kernel_const(k, "GC", s->g.stride[s->ac]);
	kernel_typedef(k, "XT", operand_type(&s->x));
	kernel_typedef(k, "GT", operand_type(&s->g));
}

static void put_strides(const Kernel *k, const ConvDw *s)
{
	kernel_const(k, "BATCH", s->batch);
	kernel_const(k, "STEP_H", s->sh);
	kernel_const(k, "STEP_W", s->sw);
}

static const char *at_z(const Emit *e, const Sweep *z, int op, const Operand *o, bool write)
{
	return arena_printf(e->arena, "%s + (size_t)(%s)", operand_text(e, o, write),
			    sweep_text(e, z, op, "z"));
}

static void emit_dw_any(Emit *e, const Node *n, const ConvDw *s, const Operand *dw)
{
	Kernel k = kernel_begin(e, n, FAM_CONV_GRAD);
	put_conv_dw(&k, s, n);
	put_strides(&k, s);
	kernel_open(&k, 128, 1);
	buf_printf(k.b,
		   "\tconst unsigned z = blockIdx.z;\n\tconv_dw_any<%s>(%s,\n\t\t%s,\n\t\t%s);\n",
		   k.type, at_z(e, &s->z, 0, &s->x, false), at_z(e, &s->z, 1, &s->g, false),
		   at_z(e, &s->z, 2, dw, true));
	kernel_end(e, &k, s->c, s->o, s->group, 0);
}

static void emit_dw_tiled(Emit *e, const Node *n, const ConvDw *s, const Operand *dw)
{
	const bool half = s->kind == DW_BF16;
	const int64_t count = s->o * s->c * s->kh * s->kw;
	DwPlan p = dw_plan(s);
	choose_parts(e, s, &p);
	const char *slab = scratch_text(e, p.parts * s->group * count * 4);
	Kernel k = kernel_begin(e, n, FAM_CONV_GRAD);
	put_conv_dw(&k, s, n);
	kernel_const(&k, "UNITS", p.units);
	kernel_const(&k, "EACH", p.each);
	kernel_const(&k, "BO", p.bo);
	kernel_const(&k, "BC", p.bc);
	if (s->kind != DW_FMA) {
		kernel_const(&k, "XA", reads_pixels(s, &s->x, half));
		kernel_const(&k, "GA", reads_pixels(s, &s->g, half));
	}
	kernel_typedef(&k, "In", half ? "bf16" : "float");
	kernel_open(&k, (unsigned)p.threads, 1);
	buf_printf(k.b, "\tconst unsigned z = blockIdx.z;\n\t%s<%s>(%s,\n\t\t%s, (float *)(%s));\n",
		   s->kind == DW_FMA ? "conv_dw_fma" : "conv_dw_mma", k.type,
		   at_z(e, &s->z, 0, &s->x, false), at_z(e, &s->z, 1, &s->g, false), slab);
	kernel_end(e, &k, ceil_of(s->o, p.bo) * ceil_of(s->c, p.bc), p.parts, s->group,
		   (unsigned)p.smem);

	k = kernel_begin(e, n, FAM_CONV_GRAD);
	kernel_const(&k, "PARTS", p.parts);
	kernel_const(&k, "STRIDE", s->group * count);
	kernel_const(&k, "O", s->o);
	kernel_const(&k, "C", s->c);
	kernel_const(&k, "TAPS", s->kh * s->kw);
	kernel_open(&k, 256, 1);
	buf_printf(k.b,
		   "\tconst unsigned z = blockIdx.z;\n\tconv_dw_finish<%s>((const float *)(%s) + "
		   "(size_t)z * %lldu,\n\t\t%s);\n",
		   k.type, slab, (long long)count, at_z(e, &s->z, 2, dw, true));
	kernel_end(e, &k, ceil_of(count, 256), 1, s->group, 0);
}

/* x, g -> dw[O, C, kh, kw] */
void cuda_conv2d_dw(Emit *e, const Node *n)
{
	const Operand x = operand_in(e, n, 0), g = operand_in(e, n, 1), dw = operand_out(e, n, 0);
	const Operand *o[3] = {&x, &g, &dw};
	ConvDw s = conv_dw(n, &x, &g);
	s.kh = dw.dim[2];
	s.kw = dw.dim[3];
	s.kind = dw_kind(e, n, &s);
	s.z = (Sweep){.nops = 3};
	sweep_group(&s.z, s.group, o, 3);
	if (!dw.dense || dw.narrow)
		emit_bug(n, "gradient of weights into strided storage");
	if (s.kind == DW_ANY)
		emit_dw_any(e, n, &s, &dw);
	else
		emit_dw_tiled(e, n, &s, &dw);
}

/* g, w[O, C, kh, kw] -> dx */
void emit_conv_dx_any(Emit *e, const Node *n)
{
	const Operand g = operand_in(e, n, 0), w = operand_in(e, n, 1), dx = operand_out(e, n, 0);
	const Operand *o[3] = {&dx, &g, &w};
	ConvDw s = conv_dw(n, &dx, &g);
	s.kh = w.dim[2];
	s.kw = w.dim[3];
	s.z = (Sweep){.nops = 3};
	sweep_group(&s.z, s.group, o, 3);
	const int d = sweep_dim(&s.z, s.batch);
	sweep_set(&s.z, 0, d, dx.stride[0], 1);
	sweep_set(&s.z, 1, d, g.stride[0], 1);
	if (!w.dense)
		emit_bug(n, "strided weights");
	Kernel k = kernel_begin(e, n, FAM_CONV_GRAD);
	put_conv_dw(&k, &s, n);
	put_strides(&k, &s);
	kernel_typedef(&k, "Out", operand_type(&dx));
	kernel_open(&k, 256, 1);
	buf_printf(k.b,
		   "\tconst unsigned z = blockIdx.z;\n\tconv_dx_any<%s>(%s,\n\t\t%s,\n\t\t%s);\n",
		   k.type, at_z(e, &s.z, 1, &g, false), at_z(e, &s.z, 2, &w, false),
		   at_z(e, &s.z, 0, &dx, true));
	kernel_end(e, &k, ceil_of(s.h * s.w * s.c, 256), 1, s.batch * s.group, 0);
}
