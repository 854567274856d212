/* emit_product_grad.c: the gradient of linear by its weights: which kernel, which tile, how many
 * parts of the rows. */
#include "emit.h"

typedef struct ProductDw {
	Operand x, g, dw;
	int64_t m, n, rows, group;
	Sweep row, z; /* of g, x; z also of dw */
	bool mma, half;
	bool ga, xa; /* rows can be copied in pieces of 16 bytes */
} ProductDw;

typedef struct DwTile {
	int bm, bn, wm, wn;
} DwTile;

static int64_t last_of(const Operand *o)
{
	return o->stride[o->rank - 1];
}

/* Rows of o can be read as they are: in `half` bf16, else float. */
static bool reads_rows(const Operand *o, bool half)
{
	const int unit = o->rank - 1;
	const int64_t n = half ? 8 : 4;
	return o->narrow == half && operand_aligned(o, unit, (int)n) && o->dim[unit] % n == 0;
}

static ProductDw product_dw(const Emit *e, const Node *n)
{
	ProductDw p = {.x = operand_in(e, n, 0),
		       .g = operand_in(e, n, 1),
		       .dw = operand_out(e, n, 0),
		       .group = group_of(n),
		       .row = {.nops = 2},
		       .z = {.nops = 3}};
	const Operand *o[3] = {&p.g, &p.x, &p.dw};
	p.m = p.dw.dim[0];
	p.n = p.dw.dim[1];
	for (int i = 0; i + 1 < p.x.rank; i++) {
		const int d = sweep_dim(&p.row, p.x.dim[i]);
		sweep_set(&p.row, 0, d, p.g.stride[i], 1);
		sweep_set(&p.row, 1, d, p.x.stride[i], 1);
	}
	sweep_merge(&p.row);
	sweep_group(&p.z, p.group, o, 3);
	p.rows = sweep_count(&p.row);
	p.mma = !emit_strict(e, n) && p.m >= WIDE_PRODUCT && p.n >= WIDE_PRODUCT;
	p.half = p.mma && (p.x.narrow || p.g.narrow);
	p.ga = reads_rows(&p.g, p.half);
	p.xa = reads_rows(&p.x, p.half);
	if (!p.dw.dense || p.dw.narrow || p.rows > INT32_MAX)
		emit_bug(n, "gradient of weights into strided storage, or of too many rows");
	return p;
}

/* The largest tile that gives every multiprocessor two, or the smallest. */
static DwTile dw_tile(const Emit *e, const ProductDw *p)
{
	static const DwTile mma[] = {
	    {128, 128, 2, 2}, {64, 128, 2, 2}, {64, 64, 2, 2}, {64, 32, 2, 1}};
	static const DwTile fma = {64, 64, 0, 0};
	if (!p->mma)
		return fma;
	if (p->n <= 32)
		return mma[3];
	for (size_t i = 0; i < 2; i++)
		if (p->m >= mma[i].bm && p->n >= mma[i].bn &&
		    ceil_of(p->m, mma[i].bm) * ceil_of(p->n, mma[i].bn) * p->group >=
			2 * emit_sms(e))
			return mma[i];
	return mma[2];
}

/* Rows of a part: few tiles are spread over the multiprocessors by cutting the sum. */
static int64_t dw_each(const Emit *e, const ProductDw *p, int64_t tiles, int64_t slab)
{
	const int64_t want = tiles >= emit_sms(e) ? 1 : ceil_of(2 * emit_sms(e), tiles);
	const int64_t most = ceil_of(p->rows, 4 * slab), parts = want < most ? want : most;
	return ceil_of(ceil_of(p->rows, parts), slab) * slab;
}

static void put_dw(const Emit *e, const Kernel *k, const ProductDw *p, const DwTile *t,
		   int64_t each)
{
	kernel_const(k, "M", p->m);
	kernel_const(k, "N", p->n);
	kernel_const(k, "ROWS", p->rows);
	kernel_const(k, "EACH", each);
	kernel_const(k, "BM", t->bm);
	kernel_const(k, "BN", t->bn);
	kernel_const(k, "GC", last_of(&p->g));
	kernel_const(k, "XC", last_of(&p->x));
	kernel_typedef(k, "GT", operand_type(&p->g));
	kernel_typedef(k, "XT", operand_type(&p->x));
	if (p->mma) {
		kernel_const(k, "WM", t->wm);
		kernel_const(k, "WN", t->wn);
		kernel_const(k, "GA", p->ga);
		kernel_const(k, "XA", p->xa);
		kernel_typedef(k, "In", p->half ? "bf16" : "float");
	}
	kernel_function(k, "grow", sweep_text(e, &p->row, 0, "i"));
	kernel_function(k, "xrow", sweep_text(e, &p->row, 1, "i"));
}

static unsigned dw_smem(const ProductDw *p, const DwTile *t)
{
	const int bn = p->half && t->bn < 64 ? 64 : t->bn; /* whole panels */
	if (!p->mma)
		return 0;
	return (unsigned)(3 * (p->half ? 64 * (t->bm + bn) * 2 : 24 * (t->bm + bn + 16) * 4));
}

static const char *at_z(const Emit *e, const Sweep *z, int op, const Operand *o, bool write)
{
	return arena_printf(e->arena, "%s + (size_t)(%s)", operand_text(e, o, write),
			    sweep_text(e, z, op, "z"));
}

/* x[..., k], g[..., n] -> dw[n, k] */
void cuda_linear_dw(Emit *e, const Node *n)
{
	const ProductDw p = product_dw(e, n);
	const DwTile t = dw_tile(e, &p);
	const int64_t tiles = ceil_of(p.m, t.bm) * ceil_of(p.n, t.bn), count = p.group * p.m * p.n;
	const int64_t slab = p.mma ? (p.half ? 64 : 24) : 16;
	const int64_t each = dw_each(e, &p, tiles * p.group, slab), parts = ceil_of(p.rows, each);
	const char *to = parts == 1 ? p.dw.at : scratch_text(e, parts * count * 4);
	Kernel k = kernel_begin(e, n, FAM_PRODUCT_GRAD);
	put_dw(e, &k, &p, &t, each);
	kernel_open(&k, p.mma ? (unsigned)(32 * t.wm * t.wn) : 128, p.mma ? 2 : 4);
	buf_printf(k.b, "\tconst unsigned z = blockIdx.z;\n\t%s<%s>(%s,\n\t\t%s, (float *)(%s));\n",
		   p.mma ? "product_dw_mma" : "product_dw_fma", k.type,
		   at_z(e, &p.z, 0, &p.g, false), at_z(e, &p.z, 1, &p.x, false), to);
	kernel_end(e, &k, tiles, parts, p.group, dw_smem(&p, &t));
	if (parts > 1)
		emit_sum_parts(e, n, to, parts, count, &p.dw);
}
