/* emit_seq.c: ops along time: scans, depthwise convolutions, the fused input projection, spectra.
 */
#include "emit.h"

#include <inttypes.h>

#define N PRId64

/* u, dt[b, l, e], A[e, n], B, C[b, l, n], D[e], z[b, l, e] or absent -> y[b, l, e] */
static void scan(Fn *f, bool softplus, bool gate)
{
	const Type u = fn_type(f, f->n->in[0]), A = fn_type(f, f->n->in[2]);
	const int64_t b = u.dim[0], l = u.dim[1], e = u.dim[2], n = A.dim[1];
	static const int strided[] = {0, 1, 3, 4, 6};
	static const char *const names[] = {"u", "d", "B", "C", "z"};
	Buf shape;
	buf_init(&shape, f->e->arena);
	buf_printf(&shape,
		   "Scan k = {.b = %" N ", .l = %" N ", .e = %" N ", .n = %" N
		   ", .softplus = %d, .gate = %d",
		   b, l, e, n, softplus, gate);
	for (int i = 0; i < 4 + gate; i++) {
		const Ref r = fn_ref(f, strided[i]);
		const char *last = i == 2 || i == 3 ? "n" : "e";
		buf_printf(&shape, ", .%sb = %" N ", .%sl = %" N ", .%s%s = %" N, names[i],
			   r.stride[0], names[i], r.stride[1], names[i], last, r.stride[2]);
	}
	buf_puts(&shape, "}");
	const int64_t tiles = b * emit_ceil(e, 32);
	fn_use(f, K_scan);
	const char *in[7];
	for (int i = 0; i < 7; i++)
		in[i] = i == 2 || i == 5 ? fn_in_dense(f, i) : fn_in(f, i);
	const char *args =
	    arena_printf(f->e->arena, "%s, %s, %s, %s, %s, %s, %s, %s, %s, %s", in[0], in[1], in[2],
			 in[3], in[4], in[5], gate ? in[6] : "NULL", fn_out(f, 0),
			 fn_tile(f, tiles), fn_scratch(f, 2 * 16 * (l + n)));
	fn_tiles_directed(f, tiles, shape.s, "scan_tile", args);
}

void cpu_selective_scan(Fn *f)
{
	scan(f, false, false);
}

void cpu_scan_gate(Fn *f)
{
	scan(f, attr_bool(f->n, "softplus"), true);
}

/* x[b, l, c], w[c, 1, k], bias[c] -> y[b, l', c] */
void cpu_conv1d_depthwise(Fn *f)
{
	const Type x = fn_type(f, f->n->in[0]), w = fn_type(f, f->n->in[1]);
	const Ref r = fn_ref(f, 0);
	const int64_t tiles = x.dim[0] * emit_ceil(x.dim[2], 32);
	const char *shape = arena_printf(
	    f->e->arena,
	    "Conv1d k = {.b = %" N ", .l = %" N ", .c = %" N ", .k = %" N ", .before = %" N
	    ", .after = %" N ", .xb = %" N ", .xl = %" N ", .xc = %" N "}",
	    x.dim[0], x.dim[1], x.dim[2], w.dim[2], attr_int_at(f->n, "pad", 0),
	    attr_int_at(f->n, "pad", 1), r.stride[0], r.stride[1], r.stride[2]);
	fn_use(f, K_scan);
	const char *in = fn_in(f, 0), *weight = fn_in_dense(f, 1), *bias = fn_in_dense(f, 2);
	const char *args =
	    arena_printf(f->e->arena, "%s, %s, %s, %s, %s, %s", in, weight, bias, fn_out(f, 0),
			 fn_tile(f, tiles), fn_scratch(f, w.dim[2] * 16));
	fn_tiles_directed(f, tiles, shape, "conv1d_tile", args);
}

/* x[b, l, k], w[2e, k], conv_w[e, 1, taps], conv_b[e] -> u[b, l', e], z[b, l, e] */
void cpu_inproj_conv_silu(Fn *f)
{
	const Type x = fn_type(f, f->n->in[0]), w = fn_type(f, f->n->in[1]);
	const Type conv = fn_type(f, f->n->in[2]);
	const Ref r = fn_ref(f, 0);
	const int64_t e = w.dim[0] / 2, tiles = emit_ceil(e, 32);
	const char *shape = arena_printf(
	    f->e->arena,
	    "InProj k = {.b = %" N ", .l = %" N ", .k = %" N ", .e = %" N ", .taps = %" N
	    ", .before = %" N ", .after = %" N ", .xb = %" N ", .xl = %" N ", .xc = %" N "}",
	    x.dim[0], x.dim[1], x.dim[2], e, conv.dim[2], attr_int_at(f->n, "pad", 0),
	    attr_int_at(f->n, "pad", 1), r.stride[0], r.stride[1], r.stride[2]);
	fn_use(f, K_scan);
	const char *in = fn_in(f, 0), *weight = pack_operand(f, 1), *conv_w = fn_in_dense(f, 2);
	const char *conv_b = fn_in_dense(f, 3), *u = fn_out(f, 0), *z = fn_out(f, 1);
	const char *args = arena_printf(
	    f->e->arena, "%s, %s, %s, %s, %s, %s, %s, %s", in, weight, conv_w, conv_b, u, z,
	    fn_tile(f, tiles), fn_scratch(f, x.dim[1] * (64 + x.dim[2]) + conv.dim[2] * 16));
	fn_tiles_directed(f, tiles, shape, "inproj_tile", args);
}

int64_t emit_gru_rows(const Fn *f, int64_t batch)
{
	enum { ENOUGH_TILES = 16, MOST_ROWS = 6 };
	const int64_t wanted = emit_ceil(batch * fn_group(f), ENOUGH_TILES);
	return wanted < MOST_ROWS ? wanted : MOST_ROWS;
}

/* x[b, l, i], weight_ih[3h, i], weight_hh[3h, h], biases[3h] -> y[b, l, h] */
void cpu_gru(Fn *f)
{
	enum { STEPS = 32 };
	const Type x = fn_type(f, f->n->in[0]), w = fn_type(f, f->n->in[2]);
	const Ref r = fn_ref(f, 0);
	const int64_t b = x.dim[0], l = x.dim[1], in = x.dim[2], h = w.dim[1];
	const int64_t rows = emit_gru_rows(f, b), tiles = emit_ceil(b, rows);
	const int64_t steps = l < STEPS ? l : STEPS, gates = emit_ceil(3 * h, 32) * 32;
	const char *shape =
	    arena_printf(f->e->arena,
			 "Gru k = {.b = %" N ", .l = %" N ", .in = %" N ", .h = %" N ", .xb = %" N
			 ", .xl = %" N ", .xc = %" N ", .rows = %" N ", .steps = %" N "}",
			 b, l, in, h, r.stride[0], r.stride[1], r.stride[2], rows, steps);
	fn_use(f, K_gru);
	const char *at = fn_in(f, 0), *w_in = pack_operand(f, 1), *w_state = pack_operand(f, 2);
	const char *b_in = fn_in_dense(f, 3), *b_state = fn_in_dense(f, 4);
	const int64_t scratch =
	    rows * ((steps + 1) * gates + h) + (r.stride[2] != 1 ? steps * in : 0);
	const char *args =
	    arena_printf(f->e->arena, "%s, %s, %s, %s, %s, %s, %s, %s", at, w_in, w_state, b_in,
			 b_state, fn_out(f, 0), fn_tile(f, tiles), fn_scratch(f, scratch));
	fn_tiles_directed(f, tiles, shape, "gru_tile", args);
}

/* x[..., samples] -> y[..., frames, n_fft / 2 + 1, 2] */
void cpu_stft(Fn *f)
{
	const Type x = fn_type(f, f->n->in[0]), y = fn_type(f, &f->n->out[0]);
	const int64_t samples = x.dim[x.rank - 1], frames = y.dim[y.rank - 3];
	const int64_t signals = type_count(&x) / samples, n = attr_int(f->n, "n_fft");
	const int64_t tiles = signals * emit_ceil(frames, 2), table = ref_pack(f->e, 6 * n);
	const char *shape = arena_printf(
	    f->e->arena,
	    "Stft k = {.signals = %" N ", .frames = %" N ", .n = %" N ", .win = %" N ", .hop = %" N
	    ", .samples = %" N ", .row = %" N ", .centre = %d, .reflect = %d}",
	    signals, frames, n, attr_int(f->n, "win"), attr_int(f->n, "hop"), samples, samples,
	    attr_bool(f->n, "center"), attr_bool(f->n, "reflect"));
	fn_use(f, K_stft);
	buf_printf(&f->e->load, "\tstft_tables((double *)(s->pack + %" N "), %" N ", %" N ");\n",
		   table, n, attr_int(f->n, "win"));
	const char *in = fn_in_dense(f, 0);
	fn_declare(f, "const float ", "table", "s->pack", table);
	fn_tiles(f, tiles, shape, "stft_tile(k, %s, (const double *)table, %s, %s, (double *)%s)",
		 in, fn_out(f, 0), fn_tile(f, tiles), fn_scratch(f, 8 * n));
}

/* -> y[bins, mels] */
void cpu_mel_filterbank(Fn *f)
{
	Arena *a = f->e->arena;
	Buf rate, fmin, fmax;
	buf_init(&rate, a);
	buf_init(&fmin, a);
	buf_init(&fmax, a);
	buf_double(&rate, attr_float(f->n, "rate"));
	buf_double(&fmin, attr_float(f->n, "fmin"));
	buf_double(&fmax, attr_float(f->n, "fmax"));
	fn_use(f, K_mel);
	fn_tiles(f, 1, NULL, "mel_filterbank(%s, %" N ", %" N ", %s, %s, %s)", fn_out(f, 0),
		 attr_int(f->n, "bins"), attr_int(f->n, "mels"), rate.s, fmin.s, fmax.s);
}

/* -> y[positions, features] */
void cpu_sinusoid(Fn *f)
{
	Buf base;
	buf_init(&base, f->e->arena);
	buf_double(&base, attr_float(f->n, "base"));
	fn_use(f, K_sinusoid);
	fn_tiles(f, 1, NULL, "sinusoid(%s, %" N ", %" N ", %s)", fn_out(f, 0),
		 attr_int(f->n, "positions"), attr_int(f->n, "features"), base.s);
}
