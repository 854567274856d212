/* emit_attention.c: attention and its gradients. */
#include "emit.h"

#include <inttypes.h>
#include <math.h>

#define N PRId64

/* Extents of one instance. */
typedef struct Sizes {
	int64_t b, t, s, h, d, e;
	bool relative, drops;
} Sizes;

/* state: the number of that input */
static Sizes sizes_of(const Fn *f, int state)
{
	const Type q = fn_type(f, f->n->in[0]), v = fn_type(f, f->n->in[2]);
	return (Sizes){.b = q.dim[0],
		       .t = q.dim[1],
		       .s = v.dim[1],
		       .h = q.dim[2],
		       .d = q.dim[3],
		       .e = v.dim[3],
		       .relative = f->n->nin > state + 1,
		       .drops = f->n->nin > state && attr_float(f->n, "p") > 0};
}

enum { ROWS = 64, KEYS = 128, LANES = ROWS + 16, SPAN = (KEYS + 32) * 32, REACH = KEYS + ROWS - 1 };

/* Blocks of queries to a tile: the more, the rarer are copies of keys and values, but dozens of
 * tiles should be there for as many cores. */
static int64_t blocks_of(const Sizes *z)
{
	const int64_t many = z->b * z->h * emit_ceil(z->t, ROWS) / 32;
	return many < 1 ? 1 : many < 8 ? many : 8;
}

static void strides(Fn *f, Buf *b, const char *name, const char *axes, int input)
{
	const Ref r = fn_ref(f, input);
	for (int i = 0; axes[i]; i++)
		buf_printf(b, ", .%s%c = %" N, name, axes[i], r.stride[i]);
}

/* The kernel's shape; state, g: the numbers of these inputs, g or -1 */
static const char *shape_of(Fn *f, const Sizes *z, int state, int g)
{
	const double p = attr_float(f->n, "p");
	Buf b;
	buf_init(&b, f->e->arena);
	buf_printf(&b,
		   "Attention k = {.b = %" N ", .t = %" N ", .s = %" N ", .h = %" N ", .d = %" N
		   ", .e = %" N,
		   z->b, z->t, z->s, z->h, z->d, z->e);
	if (g < 0)
		buf_printf(&b, ", .blocks = %" N, blocks_of(z));
	strides(f, &b, "q", "bthd", 0);
	strides(f, &b, "k", "bshd", 1);
	strides(f, &b, "v", "bshe", 2);
	if (g >= 0)
		strides(f, &b, "g", "bthe", g);
	if (z->relative)
		strides(f, &b, "r", "thd", state + 1);
	buf_printf(&b, ", .scale = %s, .relative = %d, .drop = %d",
		   emit_float(f->e->arena, attr_float(f->n, "scale")), z->relative, z->drops);
	if (z->drops)
		buf_printf(&b, ", .limit = %" N ", .keep = %s", (int64_t)ceil(p * 4294967296.0),
			   emit_float(f->e->arena, 1 / (1 - p)));
	buf_puts(&b, "}");
	return b.s;
}

/* "state, stream, r, u, w" */
static const char *optional_args(Fn *f, const Sizes *z, int state)
{
	const char *draws = z->drops ? fn_in_dense(f, state) : "NULL";
	const char *stream = z->drops ? fn_stream(f) : "0";
	const char *r = fn_in(f, state + 1);
	const char *u = fn_in_dense(f, state + 2), *w = fn_in_dense(f, state + 3);
	return arena_printf(f->e->arena, "%s, %s, %s, %s, %s", draws, stream, r, u, w);
}

static int64_t panels(int64_t n)
{
	return emit_ceil(n, 32) * 32;
}

/* q, k, v, state, r, u, w -> y, lse */
void cpu_attention(Fn *f)
{
	const Sizes z = sizes_of(f, 3);
	const int64_t blocks = blocks_of(&z), tiles = z.b * z.h * emit_ceil(z.t, ROWS * blocks);
	const int64_t block = LANES * (z.relative ? 2 : 1) * z.d + ROWS * (z.e + 2);
	const int64_t scratch = blocks * block + KEYS * (z.d + z.e + 2 * ROWS) + SPAN + REACH * z.d;
	const char *shape = shape_of(f, &z, 3, -1), *in[3];
	fn_use(f, K_attention);
	for (int i = 0; i < 3; i++)
		in[i] = fn_in(f, i);
	const char *rest = optional_args(f, &z, 3), *y = fn_out(f, 0);
	const char *lse = f->n->nout > 1 ? fn_out(f, 1) : "NULL";
	fn_tiles(f, tiles, shape, "attn_tile(k, %s, %s, %s, %s, %s, %s, %s, %s)", in[0], in[1],
		 in[2], rest, y, lse, fn_tile(f, tiles), fn_scratch(f, scratch));
}

/* q, k, v, y, lse, g, state, r, u, w -> dq, dk, dv, dp, dr */
void cpu_attention_grad(Fn *f)
{
	const Sizes z = sizes_of(f, 6);
	const int64_t tiles = z.b * z.h, d = panels(z.d), e = panels(z.e);
	const int64_t scratch = LANES * (3 * z.d + z.e) + (ROWS + 1) * (2 * d + e) +
				KEYS * (z.d + z.e + 3 * ROWS) + ROWS * (z.d + 2) + SPAN +
				REACH * z.d + z.s * (d + e) + (z.relative ? z.t * d : 0);
	const char *shape = shape_of(f, &z, 6, 5), *in[6], *out[5];
	fn_use(f, K_attention);
	for (int i = 0; i < 6; i++)
		in[i] = i == 3 || i == 4 ? fn_in_dense(f, i) : fn_in(f, i);
	const char *rest = optional_args(f, &z, 6);
	for (int k = 0; k < 5; k++)
		out[k] = k < f->n->nout ? fn_out(f, k) : "NULL";
	fn_tiles(f, tiles, shape,
		 "attn_grad_tile(k, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)", in[0],
		 in[1], in[2], in[3], in[4], in[5], rest, out[0], out[1], out[2], out[3], out[4],
		 fn_tile(f, tiles), fn_scratch(f, scratch));
}
