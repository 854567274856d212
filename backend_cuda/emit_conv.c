/* emit_conv.c: conv2d, conv2d_act and conv2d_dx: which kernel, which tile, and the packing of
 * weights. The gradient by x at stride 1 is the convolution of g with weights turned round.
 *
 * One launch serves all instances and images (grid.z). Kernels: mma for reduced precision and
 * channels last; few for bf16 of at most 8 channels; fma for stride 1 and windows of at most 9
 * taps; any for the rest. */
#include "emit.h"

#include <string.h>

typedef enum ConvKind { CONV_ANY, CONV_FMA, CONV_TF32, CONV_BF16, CONV_FEW } ConvKind;

enum { MANY_IMAGES = 16 };

typedef struct ConvShape {
	int64_t batch, h, w, c, oh, ow, o, kh, kw, ph, pw, sh, sw, th, tw;
	int ah, aw, ac; /* axes of height, width, channels */
	bool act, relu, max, bias;
	bool turned; /* conv2d_dx: w[c, o, kh, kw] with taps in reverse order; x is g */
} ConvShape;

/* rows x bn: tile. wr x wn: warps (mma). */
typedef struct ConvTile {
	int rows, bn, wr, wn, stages;
} ConvTile;

/* Instance type of input i. */
static const int64_t *instance_dim(const Node *n, const Value *v)
{
	return v->type.dim + (n->group > 0);
}

static ConvShape conv_shape(const Node *n)
{
	const int64_t *x = instance_dim(n, n->in[0]), *w = instance_dim(n, n->in[1]);
	const bool last = attr_bool(n, "channels_last");
	ConvShape s = {.batch = x[0], .ah = last ? 1 : 2, .aw = last ? 2 : 3, .ac = last ? 3 : 1};
	s.turned = n->op == OP_conv2d_dx;
	s.h = x[s.ah];
	s.w = x[s.aw];
	s.c = x[s.ac];
	s.o = w[s.turned ? 1 : 0];
	s.kh = w[2];
	s.kw = w[3];
	s.sh = attr_int_at(n, "stride", 0);
	s.sw = attr_int_at(n, "stride", 1);
	s.ph = attr_int_at(n, "pad", 0);
	s.pw = attr_int_at(n, "pad", 1);
	if (s.turned) {
		s.ph = s.kh - 1 - s.ph;
		s.pw = s.kw - 1 - s.pw;
	}
	s.oh = (s.h + 2 * s.ph - s.kh) / s.sh + 1;
	s.ow = (s.w + 2 * s.pw - s.kw) / s.sw + 1;
	s.act = n->op == OP_conv2d_act;
	s.th = s.act ? attr_int_at(n, "pool", 0) : 1;
	s.tw = s.act ? attr_int_at(n, "pool", 1) : 1;
	s.relu = s.act && strcmp(attr_str(n, "act"), "relu") == 0;
	s.max = s.act && attr_bool(n, "max");
	s.bias = !s.act && n->nin > 2 && n->in[2];
	return s;
}

/* The kernels that tile can serve n; the choice among them depends on operands, too. */
static bool conv_tiles(const ConvShape *s)
{
	const bool pools = s->th <= 2 && (s->tw <= 2 || s->tw == 4);
	return s->sh == 1 && s->sw == 1 && pools && s->kh * s->kw <= 9 && s->kw <= 5;
}

static ConvKind conv_kind(const Emit *e, const Node *n, const ConvShape *s)
{
	const Operand x = operand_in(e, n, 0);
	if (!conv_tiles(s) || e->loadtime[n->id])
		return CONV_ANY;
	if (!emit_strict(e, n) && x.narrow && s->c <= 8)
		return CONV_FEW;
	const int piece = x.narrow ? 8 : 4;
	const bool rows = x.stride[s->ac] == 1 && operand_aligned(&x, s->ac, piece);
	if (emit_strict(e, n) || !rows || s->c % piece != 0 || s->c < 16)
		return CONV_FMA;
	return x.narrow ? CONV_BF16 : CONV_TF32;
}

/* ---- tiles: the time of a multiprocessor, in pixels x channels over the share of its rate ---- */

static double tile_time(const Emit *e, const ConvShape *s, int64_t images, const ConvTile *t,
			int warps, int per_sm, double full_warps)
{
	const int64_t tiles = (s->oh + t->rows - 1) / t->rows * ((s->ow + 15) / 16);
	const int64_t ctas = tiles * ((s->o + t->bn - 1) / t->bn) * images;
	const int64_t each = (ctas + emit_sms(e) - 1) / emit_sms(e);
	const int64_t resident = each < per_sm ? each : per_sm;
	const double busy = (double)(resident * warps) / full_warps;
	return (double)each * t->rows * t->bn / (busy < 1 ? busy : 1);
}

static ConvTile fma_tile(const Emit *e, const ConvShape *s, int64_t images)
{
	static const ConvTile tile[] = {{.rows = 8, .bn = 128}, {.rows = 16, .bn = 64},
					{.rows = 8, .bn = 64},  {.rows = 4, .bn = 128},
					{.rows = 4, .bn = 64},  {.rows = 2, .bn = 64}};
	int best = 1;
	double least = 0;
	for (size_t i = 0; i < COUNT(tile); i++) {
		const int warps = tile[i].rows / 2 * (tile[i].bn / 64);
		if (tile[i].bn > 64 && s->o <= 64)
			continue;
		const double t = tile_time(e, s, images, &tile[i], warps, 8 / warps, 8) *
				 (1 + 2.0 / tile[i].rows * 0.1);
		if (least == 0 || t < least)
			least = t, best = (int)i;
	}
	return tile[best];
}

static int64_t up(int64_t v, int64_t to)
{
	return (v + to - 1) / to * to;
}

static int64_t slab_of(ConvKind kind)
{
	return kind == CONV_BF16 ? 64 : kind == CONV_TF32 ? 32 : 8;
}

static unsigned mma_smem(const ConvShape *s, ConvKind kind, const ConvTile *t)
{
	const int64_t halos = s->c <= slab_of(kind)            ? 1
			      : s->kh * s->kw >= t->stages - 1 ? 2
							       : t->stages;
	return (unsigned)(halos * (t->rows + s->kh - 1) * (16 + s->kw - 1) * 128 +
			  t->stages * t->bn * 128);
}

/* rate: the share of the matrix instructions' rate that shared memory leaves. The larger tiles of
 * warps are for many images, where few CTAs need not share a multiprocessor's time. wgmma takes
 * whole warpgroups, and two CTAs of one each, which wait at their own barriers. */
static ConvTile mma_tile(const Emit *e, const ConvShape *s, ConvKind kind, int64_t images)
{
	static const struct {
		ConvTile tile;
		double rate;
		bool many;
	} row[] = {{{8, 128, 2, 2, 3}, 1.0, false},  {{8, 64, 2, 2, 4}, 0.85, false},
		   {{4, 64, 2, 2, 4}, 0.7, false},   {{4, 128, 1, 4, 3}, 0.8, false},
		   {{16, 128, 4, 2, 3}, 1.15, true}, {{16, 64, 4, 1, 3}, 1.1, true},
		   {{8, 64, 2, 1, 3}, 1.0, true}};
	int best = 1;
	double least = 0;
	for (size_t i = 0; i < COUNT(row); i++) {
		const ConvTile *t = &row[i].tile;
		const int warps = t->wr * t->wn;
		if (e->code->opt.wgmma && kind == CONV_BF16 &&
		    (warps != 4 || t->rows / warps % s->th != 0))
			continue;
		if ((t->bn > 64 && s->o <= 64) || (row[i].many && images < MANY_IMAGES) ||
		    mma_smem(s, kind, t) > MOST_SMEM)
			continue;
		const double time = tile_time(e, s, images, t, warps, 8 / warps, 8) / row[i].rate;
		if (least == 0 || time < least)
			least = time, best = (int)i;
	}
	return row[best].tile;
}

/* Rows of a CTA that share its weights in registers. */
static ConvTile few_tile(int64_t images)
{
	return (ConvTile){.rows = images >= MANY_IMAGES ? 32 : 8, .bn = 64, .wr = 4, .wn = 1};
}

static ConvTile conv_tile(const Emit *e, const Node *n, const ConvShape *s, ConvKind kind)
{
	const int64_t images = s->batch * group_of(n);
	if (kind == CONV_FEW)
		return few_tile(images);
	return kind == CONV_FMA ? fma_tile(e, s, images) : mma_tile(e, s, kind, images);
}

static unsigned fma_smem(const ConvShape *s, const ConvTile *t)
{
	const int64_t nx = up(8 + s->kw - 1, 4);
	const int64_t plane = ((t->rows + s->kh - 1) * (8 + nx) + 3) / 8 * 8 + 4;
	return (unsigned)(2 * (8 * plane + 8 * s->kh * s->kw * t->bn) * 4);
}

/* ---- packing -------------------------------------------------------------------------------- */

/* Elements of one instance's packed weights. */
static int64_t packed_count(const ConvShape *s, ConvKind kind, const ConvTile *t)
{
	return up(s->c, slab_of(kind)) * s->kh * s->kw * up(s->o, t->bn);
}

static const char *packed_form(const Emit *e, const ConvShape *s, ConvKind kind, const ConvTile *t)
{
	static const char *const name[] = {"any", "fma", "tf32", "bf16", "few"};
	return arena_printf(e->arena, "conv_%s_%d%s", name[kind], t->bn,
			    s->turned ? "_turned" : "");
}

static bool packed_narrow(ConvKind kind)
{
	return kind == CONV_BF16 || kind == CONV_FEW;
}

static const char *packed_type(ConvKind kind)
{
	return packed_narrow(kind) ? "bf16" : "float";
}

static int64_t packed_bytes(const Operand *w, const ConvShape *s, ConvKind kind, const ConvTile *t)
{
	return packed_count(s, kind, t) * w->lead * (packed_narrow(kind) ? 2 : 4);
}

/* Copies the weights to byte address `to`. */
static void emit_pack(Emit *e, const Node *n, const ConvShape *s, ConvKind kind, const ConvTile *t,
		      const char *to)
{
	const Operand w = operand_in(e, n, 1);
	const int64_t count = packed_count(s, kind, t), taps = s->kh * s->kw;
	const char *type = packed_type(kind);
	Kernel k = kernel_begin(e, n, FAM_CONV);
	kernel_const(&k, "C", s->c);
	kernel_const(&k, "O", s->o);
	kernel_const(&k, "TAPS", taps);
	kernel_const(&k, "BN", t->bn);
	if (kind != CONV_FMA)
		kernel_const(&k, "KC", slab_of(kind));
	kernel_const(&k, "WO", w.stride[s->turned ? 1 : 0]);
	kernel_const(&k, "WC", w.stride[s->turned ? 0 : 1]);
	kernel_const(&k, "WT", s->turned ? -w.stride[3] : w.stride[3]);
	kernel_typedef(&k, "In", type);
	if (s->kh > 1 && s->kw > 1 && w.stride[2] != s->kw * w.stride[3])
		emit_bug(n, "taps of the weights are not in one stride");
	kernel_open(&k, 256, 1);
	buf_printf(k.b,
		   "\tconv_pack_%s<%s>(%s + %lldu + blockIdx.z * %lldll,\n\t\t(%s *)(%s) + "
		   "blockIdx.z * %lldll);\n",
		   kind == CONV_FMA ? "fma" : "mma", k.type, operand_text(e, &w, false),
		   (long long)(s->turned ? (taps - 1) * w.stride[3] : 0), (long long)w.lead_stride,
		   type, to, (long long)count);
	const int64_t threads = kind == CONV_FMA ? count : count / taps;
	kernel_end(e, &k, (threads + 255) / 256, 1, w.lead, 0);
}

void pack_conv(Emit *e, const Node *n, int input)
{
	if (input != 1)
		return;
	const ConvShape s = conv_shape(n);
	const ConvKind kind = conv_kind(e, n, &s);
	if (kind == CONV_ANY)
		return;
	const ConvTile t = conv_tile(e, n, &s, kind);
	const Operand w = operand_in(e, n, 1);
	const int64_t at =
	    pack_reserve(e, w.value, packed_form(e, &s, kind, &t), packed_bytes(&w, &s, kind, &t));
	if (at >= 0)
		emit_pack(e, n, &s, kind, &t,
			  arena_printf(e->arena, "m.load + %lld", (long long)at));
}

/* Weights that are not known at load time are packed right before they are read. */
static const char *packed_weights(Emit *e, const Node *n, const ConvShape *s, ConvKind kind,
				  const ConvTile *t)
{
	const Operand w = operand_in(e, n, 1);
	const char *type = packed_type(kind);
	if (e->loadtime[w.value->node->id])
		return packed_text(e, w.value, packed_form(e, s, kind, t), type);
	const char *to = scratch_text(e, packed_bytes(&w, s, kind, t));
	emit_pack(e, n, s, kind, t, to);
	return arena_printf(e->arena, "((const %s *)(%s))", type, to);
}

/* ---- the convolution ---- */

static void put_shape(const Kernel *k, const ConvShape *s, const Operand *x, const Operand *y)
{
	kernel_const(k, "H", s->h);
	kernel_const(k, "W", s->w);
	kernel_const(k, "C", s->c);
	kernel_const(k, "OH", s->oh);
	kernel_const(k, "OW", s->ow);
	kernel_const(k, "O", s->o);
	kernel_const(k, "KH", s->kh);
	kernel_const(k, "KW", s->kw);
	kernel_const(k, "PH", s->ph);
	kernel_const(k, "PW", s->pw);
	kernel_const(k, "TH", s->th);
	kernel_const(k, "TW", s->tw);
	kernel_const(k, "XH", x->stride[s->ah]);
	kernel_const(k, "XW", x->stride[s->aw]);
	kernel_const(k, "XC", x->stride[s->ac]);
	kernel_const(k, "YH", y->stride[s->ah]);
	kernel_const(k, "YW", y->stride[s->aw]);
	kernel_const(k, "YC", y->stride[s->ac]);
	kernel_const(k, "SCALE", s->act);
	kernel_const(k, "SHIFT", s->bias);
	kernel_const(k, "RELU", s->relu);
	kernel_const(k, "MAX", s->max);
	kernel_const(k, "VECTOR", operand_aligned(x, s->ac, 4) && operand_aligned(y, s->ac, 4));
	kernel_typedef(k, "In", operand_type(x));
	kernel_typedef(k, "Out", operand_type(y));
}

/* `ptr + instance * stride + image * stride`; image_stride 0: shared by all images. */
static const char *at_image(const Emit *e, const Node *n, const char *ptr, int64_t lead,
			    int64_t lead_stride, int64_t batch, int64_t image_stride)
{
	const int64_t group = group_of(n);
	Buf b;
	buf_init(&b, e->arena);
	buf_puts(&b, ptr);
	if (lead > 1)
		buf_printf(&b, " + blockIdx.z / %lldu * %lldll",
			   (long long)(batch * (group / lead)), (long long)lead_stride);
	if (batch > 1 && image_stride)
		buf_printf(&b, " + blockIdx.z %% %lldu * %lldll", (long long)batch,
			   (long long)image_stride);
	return b.s;
}

static const char *at_operand(const Emit *e, const Node *n, const Operand *o, int64_t batch,
			      int64_t image_stride, bool write)
{
	return at_image(e, n, operand_text(e, o, write), o->lead, o->lead_stride, batch,
			image_stride);
}

/* scale and shift, or bias, or nothing; one each channel. */
static const char *epilogue_text(const Emit *e, const Node *n, const ConvShape *s, int which)
{
	if (!(s->act || (s->bias && which == 1)))
		return "nullptr";
	const Operand o = operand_in(e, n, s->act ? 2 + which : 2);
	if (o.stride[0] != 1 && o.dim[0] != 1)
		emit_bug(n, "scale, shift and bias must be dense");
	return at_operand(e, n, &o, s->batch, 0, false);
}

static void call_conv(Emit *e, const Node *n, Kernel *k, const ConvShape *s, const char *call,
		      const char *weights)
{
	const Operand x = operand_in(e, n, 0), y = operand_out(e, n, 0);
	buf_printf(k->b, "\t%s<%s>(%s,\n\t\t%s,\n\t\t%s,\n\t\t%s,\n\t\t%s);\n", call, k->type,
		   at_operand(e, n, &x, s->batch, x.stride[0], false), weights,
		   epilogue_text(e, n, s, 0), epilogue_text(e, n, s, 1),
		   at_operand(e, n, &y, s->batch, y.stride[0], true));
}

static void emit_any(Emit *e, const Node *n, const ConvShape *s)
{
	const Operand x = operand_in(e, n, 0), y = operand_out(e, n, 0), w = operand_in(e, n, 1);
	if (!w.dense)
		emit_bug(n, "weights must be dense");
	Kernel k = kernel_begin(e, n, FAM_CONV);
	put_shape(&k, s, &x, &y);
	kernel_const(&k, "SH", s->sh);
	kernel_const(&k, "SW", s->sw);
	kernel_open(&k, 256, 1);
	call_conv(e, n, &k, s, "conv_any", at_operand(e, n, &w, s->batch, 0, false));
	const int64_t count = s->oh / s->th * (s->ow / s->tw) * s->o;
	kernel_end(e, &k, (count + 255) / 256, 1, s->batch * group_of(n), 0);
}

static unsigned few_smem(const ConvShape *s, const ConvTile *t)
{
	return (unsigned)((t->rows + s->kh - 1) * (16 + s->kw - 1) * 16);
}

static void emit_tiled(Emit *e, const Node *n, const ConvShape *s, ConvKind kind)
{
	static const char *const name[] = {"", "conv_fma", "conv_mma", "conv_mma", "conv_few"};
	const Operand x = operand_in(e, n, 0), y = operand_out(e, n, 0), w = operand_in(e, n, 1);
	const ConvTile t = conv_tile(e, n, s, kind);
	const char *packed = packed_weights(e, n, s, kind, &t);
	const bool fma = kind == CONV_FMA, few = kind == CONV_FEW;
	const int threads = fma ? 32 * (t.rows / 2) * (t.bn / 64) : 32 * t.wr * t.wn;
	Kernel k = kernel_begin(e, n, FAM_CONV);
	put_shape(&k, s, &x, &y);
	if (few) {
		kernel_const(&k, "PASSES", t.rows / 8);
	} else {
		kernel_const(&k, "ROWS", t.rows);
		kernel_const(&k, "BN", t.bn);
	}
	if (!fma && !few) {
		kernel_const(&k, "WR", t.wr);
		kernel_const(&k, "WN", t.wn);
		kernel_const(&k, "STAGES", t.stages);
	}
	/* A thread of conv_fma holds 128 sums: 8 warps of them fill the registers. */
	kernel_open(&k, (unsigned)threads, (unsigned)(threads < 256 ? 256 / threads : 1));
	call_conv(e, n, &k, s, name[kind],
		  at_image(e, n, packed, w.lead, packed_count(s, kind, &t), s->batch, 0));
	kernel_end(e, &k, (s->oh + t.rows - 1) / t.rows * ((s->ow + 15) / 16),
		   (s->o + t.bn - 1) / t.bn, s->batch * group_of(n),
		   fma   ? fma_smem(s, &t)
		   : few ? few_smem(s, &t)
			 : mma_smem(s, kind, &t));
}

static void emit_conv(Emit *e, const Node *n)
{
	const ConvShape s = conv_shape(n);
	const ConvKind kind = conv_kind(e, n, &s);
	if (kind == CONV_ANY && s.turned)
		emit_conv_dx_any(e, n);
	else if (kind == CONV_ANY)
		emit_any(e, n, &s);
	else
		emit_tiled(e, n, &s, kind);
}

void cuda_conv2d(Emit *e, const Node *n)
{
	emit_conv(e, n);
}

void cuda_conv2d_act(Emit *e, const Node *n)
{
	emit_conv(e, n);
}

void cuda_conv2d_dx(Emit *e, const Node *n)
{
	emit_conv(e, n);
}

bool conv_packs(const Node *n)
{
	const ConvShape s = conv_shape(n);
	return conv_tiles(&s);
}

bool cuda_pools_apart(const Node *n)
{
	const ConvShape s = conv_shape(n);
	ConvShape plain = s;
	plain.th = plain.tw = 1;
	return !conv_tiles(&s) && conv_tiles(&plain);
}
