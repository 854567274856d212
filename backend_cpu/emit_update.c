/* emit_update.c: dropout and the optimiser's step. */
#include "emit.h"

#include <inttypes.h>
#include <math.h>

#define N PRId64

/* x, state[2] or absent -> y */
void cpu_dropout(Fn *f)
{
	const Type x = fn_type(f, f->n->in[0]);
	const double p = attr_float(f->n, "p");
	int64_t run = 1, dense[MAX_RANK];
	ref_dense(&x, dense);
	if (f->n->nin < 2 || !f->n->in[1]) {
		cpu_reshape(f); /* a copy */
		return;
	}
	for (int i = x.rank - (int)attr_int(f->n, "share"); i < x.rank; i++)
		run *= x.dim[i];
	const int64_t draws = type_count(&x) / run, tiles = emit_ceil(draws, 4096);
	const char *shape = arena_printf(
	    f->e->arena,
	    "Dropout k = {.draws = %" N ", .run = %" N ", .limit = %" N ", .scale = %s}", draws,
	    run, (int64_t)ceil(p * 4294967296.0), emit_float(f->e->arena, 1 / (1 - p)));
	const char *in = fn_in_dense(f, 0), *state = fn_in_dense(f, 1), *stream = fn_stream(f);
	fn_use(f, K_update);
	fn_tiles(f, tiles, shape, "dropout_tile(k, %s, %s, %s, %s, %s)", in, state, stream,
		 fn_out(f, 0), fn_tile(f, tiles));
}

/* acc, g, scalars[2] -> new_acc */
void cpu_accumulate(Fn *f)
{
	const Type acc = fn_type(f, f->n->in[0]);
	const int64_t count = type_count(&acc), tiles = emit_ceil(count, 4096);
	const char *shape = arena_printf(f->e->arena, "Accumulate k = {.n = %" N "}", count);
	const char *out = fn_out_over(f, 0), *in[3];
	for (int i = 0; i < 3; i++)
		in[i] = fn_in_dense(f, i);
	fn_use(f, K_update);
	fn_tiles(f, tiles, shape, "accumulate_tile(k, %s, %s, %s, %s, %s)", in[0], in[1], in[2],
		 out, fn_tile(f, tiles));
}

/* p, g, m, v, scalars[4] or [5], vmax -> new_p, new_m, new_v, new_vmax */
void cpu_adamw(Fn *f)
{
	const Type p = fn_type(f, f->n->in[0]);
	const int64_t count = type_count(&p), tiles = emit_ceil(count, 4096);
	const double beta1 = attr_float(f->n, "beta1"), beta2 = attr_float(f->n, "beta2");
	Arena *a = f->e->arena;
	const char *shape = arena_printf(
	    a,
	    "Adamw k = {.n = %" N
	    ", .last = %d, .beta1 = %s, .keep1 = %s, .beta2 = %s, .keep2 = %s, "
	    ".eps = %s, .decay = %s}",
	    count, fn_type(f, f->n->in[4]).dim[0] > 4, emit_float(a, beta1),
	    emit_float(a, 1 - beta1), emit_float(a, beta2), emit_float(a, 1 - beta2),
	    emit_float(a, attr_float(f->n, "eps")), emit_float(a, attr_float(f->n, "decay")));
	const char *in[6], *out[4];
	for (int k = 0; k < 4; k++)
		out[k] = fn_out_over(f, k);
	for (int i = 0; i < 6; i++)
		in[i] = fn_in_dense(f, i);
	fn_use(f, K_update);
	fn_tiles(f, tiles, shape, "adamw_tile(k, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
		 in[0], in[1], in[2], in[3], in[4], in[5], out[0], out[1], out[2], out[3],
		 fn_tile(f, tiles));
}
