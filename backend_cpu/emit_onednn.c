/* emit_onednn.c: what oneDNN computes, and its primitives. Nodes of one shape share a primitive. */
#include "emit.h"

#include <inttypes.h>
#include <string.h>

#define N PRId64

/* clang-format off */
/* oneDNN 2.6's time over ours, two cores, a network of 7 GMAC a second of audio, with the kernels
 * of each instruction set:
 *                        AVX-512        AVX2, FMA      AVX
 *   3x3, stride 1        2.9 to 3.4     2.9 to 3.6     3.0 to 3.5    (no Winograd for float32)
 *   other convolutions   0.87, 0.97     0.88, 0.90     0.77, 0.88
 *   products             0.9 to 1.4     1.0 to 1.1     0.83 to 0.96
 * With AVX-512 all that could be won is 0.4 ms of 104: not worth a library of 40 MB. */
/* clang-format on */
CpuOnednn cpu_onednn_best(void)
{
#if defined(__x86_64__)
	if (__builtin_cpu_supports("avx512f"))
		return ONEDNN_NOTHING;
	return __builtin_cpu_supports("fma") ? ONEDNN_DIRECT : ONEDNN_PRODUCTS;
#else
	return ONEDNN_PRODUCTS;
#endif
}

bool onednn_takes_conv(const Emit *e, bool winograd)
{
	return e->opt->onednn == ONEDNN_ALL || (e->opt->onednn != ONEDNN_NOTHING && !winograd);
}

bool onednn_takes_product(const Emit *e)
{
	return e->opt->onednn >= ONEDNN_PRODUCTS;
}

/* oneDNN pads channels to whole blocks, of 64 at most. */
static int64_t padded(int64_t channels)
{
	return (channels + 63) / 64 * 64;
}

int64_t onednn_conv_floats(const ConvPlan *p)
{
	return padded(p->o) * padded(p->c) * p->kh * p->kw;
}

int64_t onednn_product_floats(const ProductPlan *p)
{
	return padded(p->cols) * padded(p->k);
}

/* The place of a primitive that `open` makes, `open` with "%s" for the place */
static const char *primitive(Emit *e, const char *open)
{
	int i = 0;
	while (i < e->primitives.n && strcmp(e->primitives.at[i], open))
		i++;
	if (i == e->primitives.n)
		list_push(e->arena, &e->primitives, open);
	kernel_use(e, K_onednn);
	return arena_printf(e->arena, "&s->dnn[%d]", i);
}

const char *onednn_conv(Emit *e, const ConvPlan *p)
{
	const int64_t rows = p->rows * p->th, width = p->w + 2 * p->pw;
	return primitive(e, arena_printf(e->arena,
					 "dnn_open_conv(%%s, (DnnConv){.c = %" N ", .o = %" N
					 ", .kh = %" N ", .kw = %" N ", .sh = %" N ", .sw = %" N
					 ", .height = %" N ", .width = %" N ", .rows = %" N
					 ", .columns = %" N "}, s->threads, %" N ")",
					 p->c, p->o, p->kh, p->kw, p->sh, p->sw,
					 (rows - 1) * p->sh + p->kh, width, rows,
					 (width - p->kw) / p->sw + 1, onednn_conv_floats(p)));
}

const char *onednn_product(Emit *e, const ProductPlan *p)
{
	return primitive(e, arena_printf(e->arena,
					 "dnn_open_product(%%s, (DnnProduct){.m = %" N ", .n = %" N
					 ", .k = %" N ", .xrow = %" N ", .yrow = %" N
					 "}, s->threads, %" N ")",
					 p->block, p->cols, p->k, p->xcol == 1 ? p->xrow : p->k,
					 p->n, onednn_product_floats(p)));
}

void onednn_open(const Emit *e, Buf *b)
{
	if (e->primitives.n == 0)
		return;
	buf_puts(b, "\nstatic bool open_primitives(Self *s)\n{\n\tbool good = true;\n");
	for (int i = 0; i < e->primitives.n; i++) {
		const char *at = arena_printf(e->arena, "&s->dnn[%d]", i);
		const char *open = arena_printf(e->arena, e->primitives.at[i], at);
		emit_line(b, 1, arena_printf(e->arena, "good = good && %s;", open));
	}
	buf_puts(b, "\treturn good;\n}\n");
}
