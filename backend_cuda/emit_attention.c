/* emit_attention.c: attention and its gradients. */
#include "emit.h"

#include <math.h>

enum { IN = 10, OUT = 5 };

/* Inputs of either op under the names of kernels/attention.cuh; y, lse, g in gradients alone. */
typedef struct Shape {
	Operand q, k, v, y, lse, g, state, r, u, w, out[OUT];
	bool grad, relative, draws;
	int64_t b, nq, nk, h, d, e;
	int64_t rows, keys; /* of a block */
	bool strict, narrow;
	Sweep z; /* instances and batch entries: the operands in the order of `all` */
} Shape;

enum { AT_Q, AT_K, AT_V, AT_Y, AT_LSE, AT_G, AT_STATE, AT_R, AT_U, AT_W, AT_OUT };

/* The operands that step from instance to instance; absent ones have no place. */
static int all(Shape *s, const Operand **o)
{
	const Operand *const in[] = {&s->q, &s->k,     &s->v, &s->y, &s->lse,
				     &s->g, &s->state, &s->r, &s->u, &s->w};
	for (int i = 0; i < IN; i++)
		o[i] = in[i];
	for (int i = 0; i < OUT; i++)
		o[IN + i] = &s->out[i];
	return IN + OUT;
}

static int64_t up(int64_t v, int64_t to)
{
	return (v + to - 1) / to * to;
}

static int64_t most(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Shared memory as AttnForward and AttnBackward have it. */
static int64_t smem_of(const Shape *s, int64_t rows, int64_t keys)
{
	const int64_t size = s->narrow ? 2 : 4, piece = 16 / size;
	const int64_t dn = up(s->d, 16), dp = dn + piece, ep = up(s->e, 16) + piece;
	const int64_t kp = keys + piece, cp = keys + 16 + 4, xp = keys + 16 + piece;
	const int64_t next = s->relative ? rows + 1 : 0, span = s->relative ? rows + keys : 0;
	const int64_t both = (rows + next + keys + span) * dp + keys * ep;
	if (!s->grad) {
		const int64_t own = most(s->relative ? 16 * cp * 4 : 0, 16 * kp * size);
		return both * size + rows / 16 * own;
	}
	const int64_t own = s->relative ? most(16 * xp * size, 16 * cp * 4) : 0;
	return (both + rows * ep + 2 * rows * kp) * size + rows / 16 * own +
	       (2 * rows + next * dn) * 4;
}

/* The largest block that every GPU has the shared memory for. */
static void choose_block(const Node *n, Shape *s)
{
	static const int blocks[][2] = {{64, 64}, {32, 64}, {64, 32}, {32, 32}, {16, 32}, {16, 16}};
	const int64_t rows = up(s->nq, 16), keys = up(s->nk, 16);
	for (size_t i = 0; i < COUNT(blocks); i++) {
		s->rows = blocks[i][0] < rows ? blocks[i][0] : rows;
		s->keys = blocks[i][1] < keys ? blocks[i][1] : keys;
		if (smem_of(s, s->rows, s->keys) <= MOST_SMEM)
			return;
	}
	emit_bug(n, "heads too wide for any block");
}

/* state: the number of that input */
static Shape shape_of(const Emit *e, const Node *n, int state)
{
	Shape s = {.grad = state > 3, .relative = n->nin > state + 1, .z = {.nops = IN + OUT}};
	Operand *const in[] = {&s.q, &s.k, &s.v, &s.y, &s.lse, &s.g}, *const more[] = {&s.state,
										       &s.r, &s.u,
										       &s.w};
	const Operand *o[IN + OUT];
	for (int i = all(&s, o) - 1; i >= 0; i--)
		*(Operand *)o[i] = (Operand){.lead = 1};
	for (int i = 0; i < state; i++)
		*in[i] = operand_in(e, n, i);
	for (int i = 0; i + state < n->nin; i++)
		*more[i] = operand_in(e, n, i + state);
	for (int i = 0; i < n->nout; i++)
		s.out[i] = operand_out(e, n, i);
	s.draws = s.state.at && attr_float(n, "p") > 0;
	s.b = s.q.dim[0];
	s.nq = s.q.dim[1];
	s.nk = s.k.dim[1];
	s.h = s.q.dim[2];
	s.d = s.q.dim[3];
	s.e = s.v.dim[3];
	s.strict = emit_strict(e, n) || s.d < WIDE_PRODUCT || s.e < WIDE_PRODUCT;
	s.narrow = !s.strict && e->code->opt.precision == CUDA_BF16;
	sweep_group(&s.z, group_of(n), o, all(&s, o));
	return s;
}

static void put_strides(const Kernel *k, const Operand *o, const char *name)
{
	static const char *const part[] = {"B", "R", "H", "C"};
	char text[3] = {name[0], 0, 0};
	const int skip = o->rank == 3;
	for (int i = skip; i < 4; i++) {
		text[1] = part[i][0];
		kernel_const(k, text, o->at ? o->stride[i - skip] : 0);
	}
	text[1] = 'V';
	kernel_const(k, text, o->at && operand_aligned(o, o->rank - 1, 4));
}

static Kernel begin(Emit *e, const Node *n, const Shape *s)
{
	const double p = attr_float(n, "p");
	const Operand *const y = s->grad ? &s->y : &s->out[0];
	Kernel k = kernel_begin(e, n, FAM_ATTENTION);
	kernel_const(&k, "B", s->b);
	kernel_const(&k, "NQ", s->nq);
	kernel_const(&k, "NK", s->nk);
	kernel_const(&k, "H", s->h);
	kernel_const(&k, "D", s->d);
	kernel_const(&k, "E", s->e);
	kernel_const(&k, "ROWS", s->rows);
	kernel_const(&k, "KEYS", s->keys);
	put_strides(&k, &s->q, "Q");
	put_strides(&k, &s->k, "K");
	put_strides(&k, &s->v, "V");
	put_strides(&k, &s->r, "R");
	if (s->grad)
		put_strides(&k, &s->g, "G");
	kernel_const(&k, "RELATIVE", s->relative);
	kernel_const(&k, "LSE", s->out[1].at != NULL);
	kernel_const(&k, "DRAWS", s->draws);
	kernel_const(&k, "LIMIT", s->draws ? (int64_t)ceil(p * 4294967296.0) : 0);
	kernel_const(&k, "STRICT", s->strict);
	kernel_typedef(&k, "T", s->narrow ? "bf16" : "float");
	kernel_typedef(&k, "Q", operand_type(&s->q));
	kernel_typedef(&k, "K", operand_type(&s->k));
	kernel_typedef(&k, "V", operand_type(&s->v));
	kernel_typedef(&k, "R", operand_type(&s->r));
	kernel_typedef(&k, "G", operand_type(&s->g));
	kernel_typedef(&k, "Out", operand_type(y));
	kernel_float(&k, "scale", attr_float(n, "scale"));
	kernel_float(&k, "keep", 1 / (1 - p));
	return k;
}

/* "((const float *)(m.arena + 64)) + (size_t)(z * 50u)" or "nullptr" */
static const char *at(const Emit *e, const Shape *s, int which, const Operand *o, bool write)
{
	if (!o->at)
		return "nullptr";
	return arena_printf(e->arena, "%s + (size_t)(%s)", operand_text(e, o, write),
			    sweep_text(e, &s->z, which, "z"));
}

static void open(Emit *e, const Node *n, const Shape *s, Kernel *k)
{
	kernel_open(k, (unsigned)(2 * s->rows), 1);
	buf_printf(k->b, "\tconst unsigned z = blockIdx.z / %lldu;\n", (long long)s->b);
	buf_printf(k->b, "\tconst AttnIn<%s> in = {%s,\n\t\t%s,\n\t\t%s,\n\t\t%s,\n", k->type,
		   at(e, s, AT_Q, &s->q, false), at(e, s, AT_K, &s->k, false),
		   at(e, s, AT_V, &s->v, false), at(e, s, AT_R, &s->r, false));
	buf_printf(k->b, "\t\t%s, %s,\n\t\t%s, %s};\n", at(e, s, AT_U, &s->u, false),
		   at(e, s, AT_W, &s->w, false), at(e, s, AT_STATE, &s->state, false),
		   emit_stream(e, n));
}

static void need_dense(const Node *n, const Operand *o)
{
	if (o->at && !o->dense)
		emit_bug(n, "strided biases, statistics or results");
}

/* The kernel's shape; results, biases and statistics lie dense. */
static Shape prepare(const Emit *e, const Node *n, int state)
{
	Shape s = shape_of(e, n, state);
	const Operand *const dense[] = {&s.y, &s.lse, &s.u, &s.w, &s.state};
	for (size_t i = 0; i < COUNT(dense); i++)
		need_dense(n, dense[i]);
	for (int i = 0; i < OUT; i++)
		need_dense(n, &s.out[i]);
	choose_block(n, &s);
	return s;
}

/* q, k, v, state, r, u, w -> y, lse */
void cuda_attention(Emit *e, const Node *n)
{
	const Shape s = prepare(e, n, 3);
	Kernel k = begin(e, n, &s);
	open(e, n, &s, &k);
	buf_printf(k.b, "\tattention<%s>(in, %s,\n\t\t%s, blockIdx.z %% %lldu);\n", k.type,
		   at(e, &s, AT_OUT, &s.out[0], true), at(e, &s, AT_OUT + 1, &s.out[1], true),
		   (long long)s.b);
	kernel_end(e, &k, (s.nq + s.rows - 1) / s.rows, s.h, group_of(n) * s.b,
		   (unsigned)smem_of(&s, s.rows, s.keys));
}

/* q, k, v, y, lse, g, state, r, u, w -> dq, dk, dv, dp, dr */
void cuda_attention_grad(Emit *e, const Node *n)
{
	const Shape s = prepare(e, n, 6);
	Kernel k = begin(e, n, &s);
	open(e, n, &s, &k);
	buf_printf(k.b, "\tconst AttnOut<%s> out = {", k.type);
	for (int i = 0; i < OUT; i++)
		buf_printf(k.b, "%s%s", i ? ",\n\t\t" : "", at(e, &s, AT_OUT + i, &s.out[i], true));
	buf_printf(
	    k.b, "};\n\tattention_grad<%s>(in, %s,\n\t\t%s,\n\t\t%s, out, blockIdx.z %% %lldu);\n",
	    k.type, at(e, &s, AT_Y, &s.y, false), at(e, &s, AT_LSE, &s.lse, false),
	    at(e, &s, AT_G, &s.g, false), (long long)s.b);
	kernel_end(e, &k, 1, s.h, group_of(n) * s.b, (unsigned)smem_of(&s, s.rows, s.keys));
}
