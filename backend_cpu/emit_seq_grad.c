/* emit_seq_grad.c: gradients of scans, recurrent units and depthwise convolutions over time. */
#include "emit.h"

#include <inttypes.h>

#define N PRId64

/* The kernel's shape: x is input 0, of `g` the input of that number, k the kernel's width. */
static const char *conv1d_shape(Fn *f, int g, int64_t k)
{
	const Type x = fn_type(f, f->n->in[0]), y = fn_type(f, f->n->in[g]);
	const Ref rx = fn_ref(f, 0), rg = fn_ref(f, g);
	return arena_printf(f->e->arena,
			    "Conv1dGrad k = {.b = %" N ", .l = %" N ", .c = %" N ", .k = %" N
			    ", .before = %" N ", .out = %" N ", .xb = %" N ", .xl = %" N
			    ", .xc = %" N ", .gb = %" N ", .gl = %" N ", .gc = %" N "}",
			    x.dim[0], x.dim[1], x.dim[2], k, attr_int_at(f->n, "pad", 0), y.dim[1],
			    rx.stride[0], rx.stride[1], rx.stride[2], rg.stride[0], rg.stride[1],
			    rg.stride[2]);
}

/* x[B, L, C], g[B, L', C] -> dw[C, 1, k] */
void cpu_conv1d_depthwise_dw(Fn *f)
{
	const Type x = fn_type(f, f->n->in[0]);
	const int64_t k = attr_int(f->n, "kernel"), tiles = emit_ceil(x.dim[2], 32);
	const char *shape = conv1d_shape(f, 1, k), *in = fn_in(f, 0), *g = fn_in(f, 1);
	fn_use(f, K_scan_grad);
	fn_tiles_directed(f, tiles, shape, "conv1d_dw_tile",
			  arena_printf(f->e->arena, "%s, %s, %s, %s, (double *)%s", in, g,
				       fn_out(f, 0), fn_tile(f, tiles), fn_scratch(f, 2 * 16 * k)));
}

/* x[B, L, C], w[C, 1, k], bias[C], g[B, L, C] -> dx, dw, dbias */
void cpu_conv1d_silu_grad(Fn *f)
{
	const Type x = fn_type(f, f->n->in[0]), w = fn_type(f, f->n->in[1]);
	const int64_t k = w.dim[2], tiles = emit_ceil(x.dim[2], 32);
	const char *shape = conv1d_shape(f, 3, k), *in[4], *out[3];
	for (int i = 0; i < 4; i++)
		in[i] = i == 1 || i == 2 ? fn_in_dense(f, i) : fn_in(f, i);
	for (int i = 0; i < 3; i++)
		out[i] = fn_out(f, i);
	fn_use(f, K_scan_grad);
	fn_tiles_directed(f, tiles, shape, "conv1d_silu_grad_tile",
			  arena_printf(f->e->arena, "%s, %s, %s, %s, %s, %s, %s, %s, (double *)%s",
				       in[0], in[1], in[2], in[3], out[0], out[1], out[2],
				       fn_tile(f, tiles),
				       fn_scratch(f, 16 * (x.dim[1] + 3 * k + 2))));
}

/* ---- scans ---- */

typedef struct ScanPlan {
	int64_t b, l, e, n, parts;
	bool gate;
	int g; /* input of the gradient by the result */
} ScanPlan;

static const char *scan_shape(Fn *f, const ScanPlan *p, bool softplus)
{
	static const int strided[] = {0, 1, 3, 4, 6};
	static const char *const names[] = {"u", "d", "B", "C", "z"};
	const Ref g = fn_ref(f, p->g);
	Buf shape;
	buf_init(&shape, f->e->arena);
	buf_printf(&shape,
		   "ScanGrad k = {.scan = {.b = %" N ", .l = %" N ", .e = %" N ", .n = %" N
		   ", .softplus = %d, .gate = %d",
		   p->b, p->l, p->e, p->n, softplus, p->gate);
	for (int i = 0; i < 4 + p->gate; i++) {
		const Ref r = fn_ref(f, strided[i]);
		const char *last = i == 2 || i == 3 ? "n" : "e";
		buf_printf(&shape, ", .%sb = %" N ", .%sl = %" N ", .%s%s = %" N, names[i],
			   r.stride[0], names[i], r.stride[1], names[i], last, r.stride[2]);
	}
	buf_printf(&shape, "}, .gb = %" N ", .gl = %" N ", .ge = %" N ", .parts = %" N "}",
		   g.stride[0], g.stride[1], g.stride[2], p->parts);
	return shape.s;
}

/* u, dt, A, B, C, D, z or not, g -> du, ddt, dA, dB, dC, dD, dz or not */
static void scan_grad(Fn *f, bool softplus, bool gate)
{
	enum { ENOUGH = 16 };
	const Type u = fn_type(f, f->n->in[0]), A = fn_type(f, f->n->in[2]);
	ScanPlan p = {u.dim[0], u.dim[1], u.dim[2], A.dim[1], 1, gate, gate ? 7 : 6};
	while (p.b * fn_group(f) * p.parts < ENOUGH && p.parts * 2 * 16 <= p.e)
		p.parts *= 2;
	const int64_t states = p.l * p.n, tiles = p.b * p.parts;
	const int64_t work = p.b * p.e * (p.n + 1) + 2 * tiles * states;
	const char *shape = scan_shape(f, &p, softplus), *in[8], *out[7];
	fn_use(f, K_scan_grad);
	for (int i = 0; i <= p.g; i++)
		in[i] = i == 2 || i == 5 ? fn_in_dense(f, i) : fn_in(f, i);
	for (int i = 0; i < 6 + gate; i++)
		out[i] = fn_out(f, i);
	const char *args =
	    arena_printf(f->e->arena, "%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s",
			 in[0], in[1], in[2], in[3], in[4], in[5], gate ? in[6] : "NULL", in[p.g],
			 out[0], out[1], gate ? out[6] : "NULL", fn_work(f, work),
			 fn_tile(f, tiles), fn_scratch(f, 16 * (5 * p.l + (3 * p.l + 4) * p.n)));
	fn_tiles_directed(f, tiles, shape, "scan_grad_tile", args);
	for (int i = 2; i < 6; i++)
		out[i] = fn_out(f, i);
	fn_tiles(f, 1, shape, "scan_grad_sum(k, %s, %s, %s, %s, %s)", fn_work(f, work), out[2],
		 out[3], out[4], out[5]);
}

void cpu_selective_scan_grad(Fn *f)
{
	scan_grad(f, false, false);
}

void cpu_scan_gate_grad(Fn *f)
{
	scan_grad(f, attr_bool(f->n, "softplus"), true);
}

/* ---- recurrent units ---- */

/* gates_x, gates_h[b, l, 3h], h[b, l, h], weight_hh[3h, h], g[b, l, h] -> dgates_x, dgates_h */
void cpu_gru_grad(Fn *f)
{
	const Type h = fn_type(f, f->n->in[2]);
	const Ref g = fn_ref(f, 4);
	const int64_t rows = emit_gru_rows(f, h.dim[0]), tiles = emit_ceil(h.dim[0], rows);
	const char *shape =
	    arena_printf(f->e->arena,
			 "GruGrad k = {.b = %" N ", .l = %" N ", .h = %" N ", .gb = %" N
			 ", .gl = %" N ", .gc = %" N ", .rows = %" N "}",
			 h.dim[0], h.dim[1], h.dim[2], g.stride[0], g.stride[1], g.stride[2], rows);
	const char *in[5], *out[2];
	fn_use(f, K_gru_grad);
	for (int i = 0; i < 5; i++)
		in[i] = i == 3 ? pack_operand(f, i) : i == 4 ? fn_in(f, i) : fn_in_dense(f, i);
	for (int i = 0; i < 2; i++)
		out[i] = fn_out(f, i);
	const char *args = arena_printf(
	    f->e->arena, "%s, %s, %s, %s, %s, %s, %s, %s, %s", in[0], in[1], in[2], in[3], in[4],
	    out[0], out[1], fn_tile(f, tiles), fn_scratch(f, rows * emit_ceil(h.dim[2], 32) * 32));
	fn_tiles_directed(f, tiles, shape, "gru_grad_tile", args);
}
