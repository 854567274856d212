/* emit_conv.c: convolutions. */
#include "emit.h"

#include <inttypes.h>
#include <string.h>

#define N PRId64

static void winograd(Fn *f, const ConvPlan *p, const char *scale, const char *shift)
{
	const int64_t squares = p->b * emit_ceil(p->oh * p->th, 4) * emit_ceil(p->ow * p->tw, 4);
	const int64_t tiles = emit_ceil(squares, p->tiles) * (p->o / p->span);
	const char *shape =
	    arena_printf(f->e->arena,
			 "Winograd k = {.b = %" N ", .h = %" N ", .w = %" N ", .c = %" N
			 ", .o = %" N ", .oh = %" N ", .ow = %" N ", .th = %" N ", .tw = %" N
			 ", .relu = %d, .max = %d, .taps = %d, .far = %d, .tiles = %" N
			 ", .cols = %" N ", .span = %" N "}",
			 p->b, p->h, p->w, p->c, p->o, p->oh, p->ow, p->th, p->tw, p->relu, p->max,
			 p->taps, p->far, p->tiles, p->cols, p->span);
	/* wino_scratch */
	const int64_t depth = p->taps && p->c > 64 ? 64 : p->c;
	const int64_t scratch =
	    36 * (p->tiles * (depth + p->cols + 32) + 32) + depth + (p->taps ? 6 * 32 * depth : 0);
	const char *x = fn_in_dense(f, 0), *w = pack_operand(f, 1), *y = fn_out(f, 0);
	fn_use(f, K_winograd);
	fn_tiles(f, tiles, shape, "wino_tile(k, %s, %s, %s, %s, %s, %s, %s)", x, w, scale, shift, y,
		 fn_tile(f, tiles), fn_scratch(f, scratch));
}

/* x: of the strides of r */
static void direct(Fn *f, const ConvPlan *p, const char *x, const Ref *r, const char *scale,
		   const char *shift)
{
	const int64_t tiles = p->b * emit_ceil(p->oh, p->rows), plane = p->oh * p->ow;
	const bool l = p->last;
	const char *shape = arena_printf(
	    f->e->arena,
	    "Conv k = {.b = %" N ", .h = %" N ", .w = %" N ", .c = %" N ", .o = %" N ", .kh = %" N
	    ", .kw = %" N ", .sh = %" N ", .sw = %" N ", .ph = %" N ", .pw = %" N ", "
	    ".xb = %" N ", .xh = %" N ", .xw = %" N ", .xc = %" N ", .yb = %" N ", .yh = %" N
	    ", .yw = %" N ", .yc = %" N ", .oh = %" N ", .ow = %" N ", .th = %" N ", .tw = %" N
	    ", .relu = %d, .max = %d, .far = %d, .rows = %" N "}",
	    p->b, p->h, p->w, p->c, p->o, p->kh, p->kw, p->sh, p->sw, p->ph, p->pw, r->stride[0],
	    r->stride[l ? 1 : 2], r->stride[l ? 2 : 3], r->stride[l ? 3 : 1], plane * p->o,
	    l ? p->ow * p->o : p->ow, l ? p->o : 1, l ? 1 : plane, p->oh, p->ow, p->th, p->tw,
	    p->relu, p->max, p->far, p->rows);
	const int64_t height = (p->rows * p->th - 1) * p->sh + p->kh, wide = p->w + 2 * p->pw;
	const int64_t columns = p->onednn ? (wide - p->kw) / p->sw + 1 : p->ow * p->tw;
	const char *w = pack_operand(f, 1), *y = fn_out(f, 0);
	if (p->onednn) {
		const int64_t products = p->rows * p->th * columns * p->o;
		fn_tiles(f, tiles, shape, "dnn_conv_tile(k, %s, %s, %s, %s, %s, %s, %s, %s)",
			 onednn_conv(f->e, p), x, w, scale, shift, y, fn_tile(f, tiles),
			 fn_scratch(f, height * wide * p->c + products + 32));
		return;
	}
	fn_use(f, K_conv);
	fn_tiles(
	    f, tiles, shape, "conv_tile(k, %s, %s, %s, %s, %s, %s, %s)", x, w, scale, shift, y,
	    fn_tile(f, tiles),
	    fn_scratch(f, height * wide * p->c + p->th * columns * (32 + p->kh * p->kw * p->c)));
}

static void convolution(Fn *f, const char *scale, const char *shift)
{
	const ConvPlan p = conv_plan(f->e, f->n);
	const Ref r = fn_ref(f, 0);
	if (p.winograd)
		winograd(f, &p, scale, shift);
	else
		direct(f, &p, fn_in(f, 0), &r, scale, shift);
}

/* g[b, oh, ow, c] with strides to the work memory, as turn_round says. */
static const char *spread(Fn *f, const ConvPlan *p, Ref *r)
{
	const int lead = f->n->group > 0;
	const int64_t *g = f->n->in[0]->type.dim + lead, tiles = p->b * p->h;
	const bool l = p->last;
	*r = fn_ref(f, 0);
	const char *shape = arena_printf(
	    f->e->arena,
	    "Spread k = {.b = %" N ", .oh = %" N ", .ow = %" N ", .c = %" N ", .h = %" N
	    ", .w = %" N ", .sh = %" N ", .sw = %" N ", .top = %" N ", .left = %" N ", .gb = %" N
	    ", .gh = %" N ", .gw = %" N ", .gc = %" N "}",
	    p->b, g[l ? 1 : 2], g[l ? 2 : 3], p->c, p->h, p->w, p->stretch_h, p->stretch_w, p->top,
	    p->left, r->stride[0], r->stride[l ? 1 : 2], r->stride[l ? 2 : 3],
	    r->stride[l ? 3 : 1]);
	const char *work = fn_work(f, tiles * p->w * p->c), *in = fn_in(f, 0);
	fn_tiles(f, tiles, shape, "spread_tile(k, %s, %s, %s)", in, work, fn_tile(f, tiles));
	r->stride[0] = p->h * p->w * p->c;
	r->stride[l ? 1 : 2] = p->w * p->c;
	r->stride[l ? 2 : 3] = p->c;
	r->stride[l ? 3 : 1] = 1;
	return fn_work(f, tiles * p->w * p->c);
}

/* g[B, O, ho, wo], w[O, C, kh, kw] -> dx[B, C, H, W], or channels last */
void cpu_conv2d_dx(Fn *f)
{
	const ConvPlan p = conv_plan(f->e, f->n);
	Ref r;
	fn_use(f, K_conv);
	fn_use(f, K_conv_grad);
	pack_operand(f, 1); /* its packing needs the work memory, too */
	if (!p.spread)
		convolution(f, "NULL", "NULL");
	else
		direct(f, &p, spread(f, &p, &r), &r, "NULL", "NULL");
}

/* x[B, C, H, W] or [B, H, W, C], w[O, C, kh, kw], bias[O] */
void cpu_conv2d(Fn *f)
{
	convolution(f, "NULL", fn_in_dense(f, 2));
}

/* x, w, scale[O], shift[O] */
void cpu_conv2d_act(Fn *f)
{
	const char *scale = fn_in_dense(f, 2);
	convolution(f, scale, fn_in_dense(f, 3));
}
