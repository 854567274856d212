/* emit_product.c: linear, its gradient by x, matmul, inproj_conv_silu: many small products in one
 * launch.
 *
 * A product is y[m, n] = sum x[m, k] w[n, k] for each of the matrices that grid.z counts. Kernels:
 * mma for reduced precision, fma for float32 with rows dense along k, any for all strides. */
#include "emit.h"

typedef enum ProductKind { PROD_ANY, PROD_FMA, PROD_TF32, PROD_BF16 } ProductKind;

typedef struct Product {
	Operand x, w, bias, y;
	bool has_bias;
	bool packed; /* w is read from a copy in the kernel's form, dense and with rows along k */
	bool odd;    /* only the general kernel will do */
	int64_t m, n, k, xr, xk, wr, wk, yr;
	Sweep z; /* over x, w, bias, y */
} Product;

/* wk: warps along k (fma). stages as in product.cuh. */
typedef struct ProductTile {
	int bm, bn, wm, wn, wk;
} ProductTile;

static int64_t stride_of(const Operand *o, int axis)
{
	return o->dim[axis] == 1 ? 0 : o->stride[axis];
}

/* All operands take part in the sweep by their group dimension first. */
static void product_group(Product *p, const Node *n)
{
	const Operand *o[4] = {&p->x, &p->w, &p->bias, &p->y};
	p->z = (Sweep){.nops = 4};
	sweep_group(&p->z, group_of(n), o, 4);
}

/* bias NULL: none */
static Product linear_of(const Node *n, const Operand *x, const Operand *w, const Operand *bias,
			 const Operand *y)
{
	Product p = {.x = *x, .w = *w, .y = *y, .has_bias = bias != NULL};
	p.bias = bias ? *bias : (Operand){.lead = 1};
	const int last = p.x.rank - 1;
	p.k = p.x.dim[last];
	p.xk = p.x.stride[last];
	p.n = p.w.dim[0];
	p.wr = p.w.stride[0];
	p.wk = p.w.stride[1];
	product_group(&p, n);
	int d = last - 1;
	p.m = last > 0 ? p.x.dim[d] : 1;
	p.xr = last > 0 ? stride_of(&p.x, d) : 0;
	p.yr = last > 0 ? p.y.stride[d] : p.n;
	while (d > 0 && (p.m == 1 || p.x.stride[d - 1] == p.xr * p.m) &&
	       (p.m == 1 || p.y.stride[d - 1] == p.yr * p.m)) {
		if (p.m == 1) {
			p.xr = stride_of(&p.x, d - 1);
			p.yr = p.y.stride[d - 1];
		}
		p.m *= p.x.dim[--d];
	}
	for (int i = 0; i < d; i++) {
		const int dim = sweep_dim(&p.z, p.x.dim[i]);
		sweep_set(&p.z, 0, dim, p.x.stride[i], 1);
		sweep_set(&p.z, 3, dim, p.y.stride[i], 1);
	}
	return p;
}

static Product linear_product(const Emit *e, const Node *n)
{
	const bool has_bias = n->nin > 2 && n->in[2];
	const Operand x = operand_in(e, n, 0), w = operand_in(e, n, 1), y = operand_out(e, n, 0);
	const Operand bias = has_bias ? operand_in(e, n, 2) : (Operand){.lead = 1};
	return linear_of(n, &x, &w, has_bias ? &bias : NULL, &y);
}

/* g[..., n], w[n, k] -> dx[..., k] */
static Product linear_dx_product(const Emit *e, const Node *n)
{
	const Operand g = operand_in(e, n, 0), w = operand_in(e, n, 1), dx = operand_out(e, n, 0);
	Operand turned = w;
	for (int i = 0; i < 2; i++) {
		turned.dim[i] = w.dim[1 - i];
		turned.stride[i] = w.stride[1 - i];
	}
	return linear_of(n, &g, &turned, NULL, &dx);
}

static Product matmul_product(const Emit *e, const Node *n)
{
	Product p = {.x = operand_in(e, n, 0), .w = operand_in(e, n, 1), .y = operand_out(e, n, 0)};
	const bool ta = attr_bool(n, "ta"), tb = attr_bool(n, "tb");
	const int xl = p.x.rank - 1, wl = p.w.rank - 1, yl = p.y.rank - 1;
	p.bias = (Operand){.lead = 1};
	p.m = p.y.dim[yl - 1];
	p.n = p.y.dim[yl];
	p.k = p.x.dim[ta ? xl - 1 : xl];
	p.xr = stride_of(&p.x, ta ? xl : xl - 1);
	p.xk = p.x.stride[ta ? xl - 1 : xl];
	p.wr = stride_of(&p.w, tb ? wl - 1 : wl);
	p.wk = p.w.stride[tb ? wl : wl - 1];
	p.yr = p.y.stride[yl - 1];
	product_group(&p, n);
	for (int i = 0; i < yl - 1; i++) {
		const int dim = sweep_dim(&p.z, p.y.dim[i]);
		const int xi = i - (yl - xl), wi = i - (yl - wl);
		if (xi >= 0 && p.x.dim[xi] != 1)
			sweep_set(&p.z, 0, dim, p.x.stride[xi], 1);
		if (wi >= 0 && p.w.dim[wi] != 1)
			sweep_set(&p.z, 1, dim, p.w.stride[wi], 1);
		sweep_set(&p.z, 3, dim, p.y.stride[i], 1);
	}
	return p;
}

/* x[B, L, K]; rows are times of one sequence, grid.z counts instances x sequences. */
static Product inproj_product(const Emit *e, const Node *n)
{
	Product p = {.x = operand_in(e, n, 0), .w = operand_in(e, n, 1), .y = operand_out(e, n, 0)};
	p.bias = (Operand){.lead = 1};
	p.m = p.x.dim[1];
	p.k = p.x.dim[2];
	p.xr = p.x.stride[1];
	p.xk = p.x.stride[2];
	p.n = p.w.dim[0];
	p.wr = p.w.stride[0];
	p.wk = p.w.stride[1];
	p.yr = p.y.stride[1];
	product_group(&p, n);
	const int d = sweep_dim(&p.z, p.x.dim[0]);
	sweep_set(&p.z, 0, d, p.x.stride[0], 1);
	sweep_set(&p.z, 3, d, p.y.stride[0], 1);
	p.odd =
	    p.n % 128 != 0 || n->in[2]->type.dim[n->in[2]->type.rank - 1] > 32 || p.y.dim[1] != p.m;
	return p;
}

/* Every step of operand `op` but along k is a multiple of n elements, and so is its start. */
static bool product_aligned(const Product *p, int op, const Operand *o, int64_t row, int n)
{
	bool ok = o->offset % (n * (o->narrow ? 2 : 4)) == 0 && row % n == 0 && p->k % n == 0;
	for (int d = 0; d < p->z.nd; d++)
		ok = ok && p->z.op[op].stride[d] % n == 0;
	return ok;
}

/* The operand w of the kernel is a copy; wr and wk remain those of the value. */
static ProductKind packed(Product *p, ProductKind kind)
{
	p->packed = true;
	return kind;
}

/* For that few multiply-adds a launch is what costs, and FMA rounds no operand. */
enum { SMALL_PRODUCT = 8 << 20 };

static ProductKind product_kind(const Emit *e, const Node *n, Product *p)
{
	if (p->odd || (p->xk != 1 && p->k > 1) || p->y.stride[p->y.rank - 1] != 1)
		return PROD_ANY;
	const bool strict = emit_strict(e, n) || p->n < WIDE_PRODUCT;
	const bool weights = p->w.rank == 2 && !e->loadtime[n->id];
	if (!strict && p->x.narrow && product_aligned(p, 0, &p->x, p->xr, 8)) {
		if (weights && !p->w.narrow)
			return packed(p, PROD_BF16);
		if (p->w.narrow && p->wk == 1 && product_aligned(p, 1, &p->w, p->wr, 8))
			return PROD_BF16;
	}
	if (p->x.narrow || p->w.narrow || !product_aligned(p, 0, &p->x, p->xr, 4))
		return PROD_ANY;
	const bool small = p->m * p->n * p->k * sweep_count(&p->z) <= SMALL_PRODUCT;
	const ProductKind kind = strict || small ? PROD_FMA : PROD_TF32;
	if (p->wk == 1 && product_aligned(p, 1, &p->w, p->wr, 4))
		return kind;
	return weights ? packed(p, kind) : PROD_ANY;
}

/* ---- packing -------------------------------------------------------------------------------- */

/* Different reads of one value have different copies. */
static const char *packed_form(const Product *p, ProductKind kind)
{
	static const char *const form[2][2] = {{"f32", "f32_turned"}, {"bf16", "bf16_turned"}};
	return form[kind == PROD_BF16][p->wk != 1];
}

static int64_t packed_bytes(const Product *p, ProductKind kind)
{
	return p->w.lead * p->n * p->k * (kind == PROD_BF16 ? 2 : 4);
}

/* Copies w to [lead][N][K] at byte address `to`. */
static void emit_pack(Emit *e, const Node *n, const Product *p, ProductKind kind, const char *to)
{
	const char *type = kind == PROD_BF16 ? "bf16" : "float";
	Kernel k = kernel_begin(e, n, FAM_PACK);
	kernel_const(&k, "N", p->n);
	kernel_const(&k, "K", p->k);
	kernel_const(&k, "WR", p->wr);
	kernel_const(&k, "WK", p->wk);
	kernel_open(&k, 256, 1);
	buf_printf(k.b,
		   "\tconst size_t z = blockIdx.z;\n\tpack_rows<%s>(%s + z * %lldu,\n"
		   "\t\t(%s *)(%s) + z * %lldu);\n",
		   k.type, operand_text(e, &p->w, false), (long long)p->w.lead_stride, type, to,
		   (long long)(p->n * p->k));
	kernel_end(e, &k, ceil_of(p->k, 32), ceil_of(p->n, 32), p->w.lead, 0);
}

/* Weights that are not known at load time are packed right before they are read. */
static const char *packed_weights(Emit *e, const Node *n, const Product *p, ProductKind kind)
{
	const char *type = kind == PROD_BF16 ? "bf16" : "float";
	if (e->loadtime[p->w.value->node->id])
		return packed_text(e, p->w.value, packed_form(p, kind), type);
	const char *to = scratch_text(e, packed_bytes(p, kind));
	emit_pack(e, n, p, kind, to);
	return arena_printf(e->arena, "((const %s *)(%s))", type, to);
}

void pack_product(Emit *e, const Node *n, int input)
{
	if (input != 1)
		return;
	Product p = n->op == OP_matmul             ? matmul_product(e, n)
		    : n->op == OP_inproj_conv_silu ? inproj_product(e, n)
		    : n->op == OP_linear_dx        ? linear_dx_product(e, n)
						   : linear_product(e, n);
	const ProductKind kind = product_kind(e, n, &p);
	const int64_t at =
	    p.packed ? pack_reserve(e, p.w.value, packed_form(&p, kind), packed_bytes(&p, kind))
		     : -1;
	if (at >= 0)
		emit_pack(e, n, &p, kind, arena_printf(e->arena, "m.load + %lld", (long long)at));
}

/* ---- tiles ---------------------------------------------------------------------------------- */

/* Half the bytes of operands a product: from 2 of these CTAs on a multiprocessor on. */
static const ProductTile mma_large = {128, 128, 2, 2, 1};

static bool large_enough(const Emit *e, const Product *p)
{
	return p->m >= 512 && p->n >= 128 &&
	       ceil_of(p->m, 128) * ceil_of(p->n, 128) * sweep_count(&p->z) >= 2 * emit_sms(e);
}

/* The first tile that gives every multiprocessor work, or the last. */
static ProductTile product_tile(const Emit *e, const Product *p, ProductKind kind)
{
	static const ProductTile fma[] = {{64, 64, 2, 2, 1}, {32, 32, 1, 1, 4}, {16, 32, 1, 1, 4}},
				 mma[] = {{64, 64, 2, 2, 1}, {64, 32, 4, 1, 1}, {64, 16, 4, 1, 1}};
	static const ProductTile fma_low = {16, 32, 1, 1, 4}, mma_low = {16, 64, 1, 4, 1};
	const ProductTile *tile = kind == PROD_FMA ? fma : mma;
	if (p->m <= 16)
		return kind == PROD_FMA ? fma_low : mma_low;
	if (kind != PROD_FMA && large_enough(e, p))
		return mma_large;
	for (int i = 0; i < 2; i++)
		if (ceil_of(p->m, tile[i].bm) * ceil_of(p->n, tile[i].bn) * sweep_count(&p->z) >=
		    emit_sms(e))
			return tile[i];
	return tile[2];
}

/* At most 96 KB, which every GPU has. */
static int mma_stages(const ProductTile *t)
{
	return t->bm + t->bn > 192 ? 3 : 4;
}

static unsigned product_smem(ProductKind kind, const ProductTile *t)
{
	if (kind != PROD_FMA)
		return (unsigned)(mma_stages(t) * (t->bm + t->bn) * 128);
	const int stages = 3 * (t->bm + t->bn) * 36, parts = t->wk * t->bm * t->bn;
	return (unsigned)(4 * (stages > parts ? stages : parts));
}

static unsigned tile_threads(const ProductTile *t)
{
	return (unsigned)(32 * t->wm * t->wn * t->wk);
}

static void put_tile(const Kernel *k, const ProductTile *t, ProductKind kind)
{
	kernel_const(k, "BM", t->bm);
	kernel_const(k, "BN", t->bn);
	kernel_const(k, "WM", t->wm);
	kernel_const(k, "WN", t->wn);
	kernel_const(k, kind == PROD_FMA ? "WK" : "STAGES",
		     kind == PROD_FMA ? t->wk : mma_stages(t));
}

static void put_extents(const Kernel *k, const Product *p, ProductKind kind)
{
	kernel_const(k, "M", p->m);
	kernel_const(k, "N", p->n);
	kernel_const(k, "K", p->k);
	kernel_const(k, "XR", p->xr);
	kernel_const(k, "WR", p->packed ? p->k : p->wr);
	kernel_const(k, "YR", p->yr);
	kernel_const(k, "BIAS", p->has_bias);
	kernel_typedef(k, "Out", operand_type(&p->y));
	if (kind == PROD_ANY) {
		kernel_const(k, "XK", p->xk);
		kernel_const(k, "WK", p->wk);
		kernel_typedef(k, "XT", operand_type(&p->x));
		kernel_typedef(k, "WT", operand_type(&p->w));
	} else
		kernel_typedef(k, "In", kind == PROD_BF16 ? "bf16" : "float");
}

/* Pointer of operand `op` at matrix z. */
static const char *at_z(const Emit *e, const Product *p, int op, const Operand *o, bool write)
{
	const char *off = sweep_text(e, &p->z, op, "z");
	return arena_printf(e->arena, "%s + (size_t)(%s)", operand_text(e, o, write), off);
}

/* `copy`: the packed weights, or NULL. */
static const char *weights_at_z(const Emit *e, const Product *p, const char *copy)
{
	if (!copy)
		return at_z(e, p, 1, &p->w, false);
	if (p->w.lead == 1)
		return copy;
	const int64_t per = sweep_count(&p->z) / p->w.lead;
	return arena_printf(e->arena, "%s + (size_t)(z / %lldu) * %lldu", copy, (long long)per,
			    (long long)(p->n * p->k));
}

static void emit_product(Emit *e, const Node *n, Product *p)
{
	const ProductKind kind = product_kind(e, n, p);
	static const char *const call[] = {"product_any", "product_fma", "product_mma",
					   "product_mma"};
	const ProductTile t =
	    kind == PROD_ANY ? (ProductTile){32, 32, 8, 1, 1} : product_tile(e, p, kind);
	if (p->y.stride[p->y.rank - 1] != 1)
		emit_bug(n, "product into strided storage");
	const char *copy = p->packed ? packed_weights(e, n, p, kind) : NULL;
	Kernel k = kernel_begin(e, n, FAM_PRODUCT);
	put_extents(&k, p, kind);
	if (kind != PROD_ANY)
		put_tile(&k, &t, kind);
	kernel_open(&k, tile_threads(&t), 1);
	buf_printf(
	    k.b, "\tconst unsigned z = blockIdx.z;\n\t%s<%s>(%s,\n\t\t%s,\n\t\t%s,\n\t\t%s);\n",
	    call[kind], k.type, at_z(e, p, 0, &p->x, false), weights_at_z(e, p, copy),
	    p->has_bias ? at_z(e, p, 2, &p->bias, false) : "nullptr", at_z(e, p, 3, &p->y, true));
	kernel_end(e, &k, ceil_of(p->n, t.bn), ceil_of(p->m, t.bm), sweep_count(&p->z),
		   kind == PROD_ANY ? 0 : product_smem(kind, &t));
}

void cuda_linear(Emit *e, const Node *n)
{
	Product p = linear_product(e, n);
	emit_product(e, n, &p);
}

void cuda_linear_dx(Emit *e, const Node *n)
{
	Product p = linear_dx_product(e, n);
	emit_product(e, n, &p);
}

void emit_linear(Emit *e, const Node *n, const Operand *x, const Operand *w, const Operand *bias,
		 const Operand *y)
{
	Product p = linear_of(n, x, w, bias, y);
	emit_product(e, n, &p);
}

void cuda_matmul(Emit *e, const Node *n)
{
	Product p = matmul_product(e, n);
	emit_product(e, n, &p);
}

/* ---- in_proj, convolution, SiLU ---- */

/* Takes the rows of all sequences for one matrix, if they lie like that: tiles are full then. */
static bool join_sequences(const Node *n, Product *p, const Operand *z)
{
	if (p->x.stride[0] != p->m * p->xr || p->y.stride[0] != p->m * p->yr ||
	    z->stride[0] != p->m * z->stride[1])
		return false;
	p->m *= p->x.dim[0];
	product_group(p, n);
	return true;
}

void cuda_inproj_conv_silu(Emit *e, const Node *n)
{
	Product p = inproj_product(e, n);
	const Operand cw = operand_in(e, n, 2), cb = operand_in(e, n, 3), z = operand_out(e, n, 1);
	const int64_t width = p.n / 2, taps = cw.dim[2], length = p.y.dim[1];
	const ProductKind kind = product_kind(e, n, &p);
	const bool joined = kind == PROD_BF16 && e->code->opt.wgmma && join_sequences(n, &p, &z);
	if (cw.stride[0] != taps || cb.stride[0] != 1)
		emit_bug(n, "strided weights");
	const bool large = joined && width % mma_large.bn == 0 && large_enough(e, &p);
	const ProductTile t = large ? mma_large : (ProductTile){64, 64, 2, 2, 1};
	static const char *const call[] = {"inproj_any", "inproj_fma", "inproj_mma", "inproj_mma"};
	const Operand *more[3] = {&cw, &cb, &z};
	Sweep s = {.nops = 3};
	sweep_group(&s, group_of(n), more, 3);
	if (!joined)
		sweep_set(&s, 2, sweep_dim(&s, p.x.dim[0]), z.stride[0], 1);
	const char *copy = p.packed ? packed_weights(e, n, &p, kind) : NULL;
	Kernel k = kernel_begin(e, n, FAM_PRODUCT);
	put_extents(&k, &p, kind);
	if (kind != PROD_ANY)
		put_tile(&k, &t, kind);
	kernel_const(&k, "L", length);
	kernel_const(&k, "E", width);
	kernel_const(&k, "TAPS", taps);
	kernel_const(&k, "PAD", attr_int_at(n, "pad", 0));
	kernel_const(&k, "ZR", z.stride[1]);
	kernel_typedef(&k, "OutZ", operand_type(&z));
	kernel_open(&k, 128, 1);
	const char *g = arena_printf(e->arena, "z / %lldu", joined ? 1 : (long long)p.x.dim[0]);
	buf_printf(
	    k.b,
	    "\tconst unsigned z = blockIdx.z;\n\t%s<%s>(%s,\n\t\t%s,\n\t\t%s + (%s), %s + (%s),\n"
	    "\t\t%s,\n\t\t%s + (size_t)(%s), %s);\n",
	    call[kind], k.type, at_z(e, &p, 0, &p.x, false), weights_at_z(e, &p, copy),
	    operand_text(e, &cw, false), sweep_text(e, &s, 0, "z"), operand_text(e, &cb, false),
	    sweep_text(e, &s, 1, "z"), at_z(e, &p, 3, &p.y, true), operand_text(e, &z, true),
	    sweep_text(e, &s, 2, "z"), emit_reverse(e, n, g));
	const int64_t count = sweep_count(&p.z);
	if (kind == PROD_ANY)
		kernel_end(e, &k, ceil_of(width, 128), length > p.m ? length : p.m, count, 0);
	else
		kernel_end(e, &k, p.n / t.bn, ceil_of(p.m, t.bm - taps + 1), count,
			   product_smem(kind, &t));
}
