/* pack.c: weights of products and convolutions in the kernels' own order, one block for each slice
 * of a group's weight. A slice is read where it was loaded, even if the IR joins slices first. */
#include "emit.h"

#include <inttypes.h>

static int64_t panels(int64_t n)
{
	return (n + 31) / 32 * 32;
}

/* Type of one slice of weight `input`. */
static Type slice_type(const Node *n, int input)
{
	const Type *t = &n->in[input]->type;
	return n->group > 0 ? type_make(t->dtype, t->rank - 1, t->dim + 1) : *t;
}

/* The product of n, which is not being emitted. */
static ProductPlan product_of(Emit *e, const Node *n)
{
	return product_plan(fn_new(e, n, e->loadtime[n->id]));
}

static int64_t packed_floats(Emit *e, const Node *n, int input)
{
	const Type w = slice_type(n, input);
	if (product_packs(fn_new(e, n, false))) {
		const ProductPlan p = product_of(e, n);
		if (p.onednn)
			return p.n / p.cols * onednn_product_floats(&p);
	}
	switch (n->op) {
	case OP_linear:
	case OP_gru:
		return panels(w.dim[0]) * w.dim[1];
	case OP_linear_dx:
	case OP_gru_grad:
		return panels(w.dim[1]) * w.dim[0];
	case OP_matmul:
		return attr_bool(n, "tb") ? panels(w.dim[0]) * w.dim[1]
					  : panels(w.dim[1]) * w.dim[0];
	case OP_inproj_conv_silu:
		return 2 * panels(w.dim[0] / 2) * w.dim[1];
	default: {
		const ConvPlan p = conv_plan(e, n);
		return p.onednn     ? onednn_conv_floats(&p)
		       : p.winograd ? (p.taps ? 9 : 36) * p.o * p.c
				    : panels(p.o) * p.c * p.kh * p.kw;
	}
	}
}

/* A slice and where its packed form goes: C for the bases, offsets in floats; strides of the
 * slice, without the group's. */
typedef struct Slice {
	const char *from, *to;
	int64_t from_at, to_at;
	const int64_t *stride;
} Slice;

/* The first arguments of what packs. */
static const char *places(Arena *a, const Slice *s)
{
	return arena_printf(a, "%s + %" PRId64 ", %s + %" PRId64, s->to, s->to_at, s->from,
			    s->from_at);
}

/* with: gemm_pack or inproj_pack */
static void pack_with(Buf *b, const char *with, const Slice *s, int64_t n, int64_t k, int64_t row,
		      int64_t col)
{
	buf_printf(b, "\t%s(%s, %" PRId64 ", %" PRId64 ", %" PRId64 ", %" PRId64 ", s->threads);\n",
		   with, places(b->arena, s), n, k, row, col);
}

/* The weights of product `node` */
static void pack_product(Emit *e, Buf *b, const Node *node, const Slice *s, int64_t n, int64_t k,
			 int64_t row, int64_t col)
{
	const ProductPlan p = product_of(e, node);
	if (p.onednn)
		buf_printf(b,
			   "\tdnn_pack_product(%s, %s, %" PRId64 ", %" PRId64 ", %" PRId64
			   ", %" PRId64 ", %" PRId64 ", %" PRId64 ");\n",
			   places(b->arena, s), onednn_product(e, &p), n, k, row, col, p.cols,
			   onednn_product_floats(&p));
	else
		pack_with(b, "gemm_pack", s, n, k, row, col);
}

/* Memory for weights turned round. */
static const char *turned(Emit *e, Fn *f, int64_t floats)
{
	static const char name[] = "turned";
	if (!f) {
		ref_work(e, floats);
		return "s->work";
	}
	if (!fn_has(f, name))
		fn_hold(f, name, floats);
	return name;
}

static void pack_conv(Emit *e, Fn *f, Buf *b, const Node *n, Slice s)
{
	const ConvPlan p = conv_plan(e, n);
	if (n->op == OP_conv2d_dx) {
		const Slice turn = {s.from, turned(e, f, p.c * p.o * p.kh * p.kw), s.from_at, 0,
				    s.stride};
		buf_printf(b,
			   "\tconv_turn(%s, %" PRId64 ", %" PRId64 ", %" PRId64 ", s->threads);\n",
			   places(b->arena, &turn), p.c, p.o, p.kh * p.kw);
		s.from = turn.to;
		s.from_at = turn.to_at;
	}
	const char *at = places(b->arena, &s);
	if (p.onednn)
		buf_printf(b,
			   "\tdnn_pack_conv(%s, %s, %" PRId64 ", %" PRId64 ", %" PRId64 ", %" PRId64
			   ");\n",
			   at, onednn_conv(e, &p), p.o, p.c, p.kh, p.kw);
	else if (p.taps)
		buf_printf(
		    b, "\twino_pack_taps(%s, %" PRId64 ", %" PRId64 ", %" PRId64 ", s->threads);\n",
		    at, p.o, p.c, p.cols);
	else if (p.winograd)
		buf_printf(b,
			   "\twino_pack(%s, %" PRId64 ", %" PRId64 ", %" PRId64 ", s->threads);\n",
			   at, p.o, p.c, p.cols);
	else
		buf_printf(b,
			   "\tconv_pack(%s, %" PRId64 ", %" PRId64 ", %" PRId64 ", %" PRId64
			   ", s->threads);\n",
			   at, p.o, p.c, p.kh, p.kw);
}

/* Statements that pack one slice, in the function f or, where it is NULL, while loading. */
static void pack_slice(Emit *e, Fn *f, Buf *b, const Node *n, int input, const Slice *s)
{
	const Type w = slice_type(n, input);
	const int64_t row = s->stride[0], col = s->stride[1];
	switch (n->op) {
	case OP_gru:
		pack_with(b, "gemm_pack", s, w.dim[0], w.dim[1], row, col);
		break;
	case OP_gru_grad:
		pack_with(b, "gemm_pack", s, w.dim[1], w.dim[0], col, row);
		break;
	case OP_linear:
		pack_product(e, b, n, s, w.dim[0], w.dim[1], row, col);
		break;
	case OP_linear_dx:
		pack_product(e, b, n, s, w.dim[1], w.dim[0], col, row);
		break;
	case OP_matmul:
		if (attr_bool(n, "tb"))
			pack_product(e, b, n, s, w.dim[0], w.dim[1], row, col);
		else
			pack_product(e, b, n, s, w.dim[1], w.dim[0], col, row);
		break;
	case OP_inproj_conv_silu:
		pack_with(b, "inproj_pack", s, w.dim[0] / 2, w.dim[1], row, col);
		break;
	default:
		pack_conv(e, f, b, n, *s);
	}
}

/* Lets go of the weights that were read, every few megabytes. */
static void drop_read(Emit *e, Buf *b, int64_t floats)
{
	enum { EVERY = 1 << 20 };
	e->undropped += floats;
	if (e->undropped < EVERY)
		return;
	e->undropped = 0;
	buf_puts(b, "\ts->weights->drop(s->weights);\n");
}

static int64_t slices(const Node *n, int input)
{
	return n->group > 0 ? n->in[input]->type.dim[0] : 1;
}

/* While loading: slices may lie apart in the weights. */
static void pack_loading(Emit *e, const Packed *p)
{
	const Value *v = p->node->in[p->input];
	const int lead = p->node->group > 0;
	for (int64_t d = 0; d < slices(p->node, p->input); d++) {
		const Ref r = ref_slice(e, v, lead ? d : -1, true);
		const Slice s = {r.base, "s->pack", r.offset, p->offset + d * p->floats,
				 r.stride + lead};
		pack_slice(e, NULL, &e->load, p->node, p->input, &s);
		drop_read(e, &e->load, p->floats);
	}
}

void pack_users(Emit *e, const Value *v)
{
	for (int i = 0; i < e->graph->nodes.n; i++) {
		const Node *n = e->graph->nodes.at[i];
		for (int k = 0; k < n->nin; k++) {
			if (n->in[k] != v || !cpu_packs(n, k))
				continue;
			const int64_t floats = packed_floats(e, n, k);
			const Packed p = {n, k, ref_pack(e, slices(n, k) * floats), floats};
			list_push(e->arena, &e->packed, p);
			pack_loading(e, &p);
		}
	}
}

static const Packed *find(const Emit *e, const Node *n, int input)
{
	for (int i = 0; i < e->packed.n; i++)
		if (e->packed.at[i].node == n && e->packed.at[i].input == input)
			return &e->packed.at[i];
	return NULL;
}

/* Packs in the function at hand, to memory of its own, what it gets as NAME_given. */
static void pack_running(Fn *f, int input, const char *name)
{
	const int lead = f->n->group > 0;
	const int64_t floats = packed_floats(f->e, f->n, input);
	const Ref r = ref_of(f->e, f->n->in[input], f->at_load);
	const char *given = arena_printf(f->e->arena, "%s_given", name);
	fn_hold(f, name, slices(f->n, input) * floats);
	fn_declare(f, "const float ", given, r.base, r.offset);
	for (int64_t d = 0; d < slices(f->n, input); d++) {
		const Slice s = {given, name, d * r.stride[0], d * floats, r.stride + lead};
		pack_slice(f->e, f, &f->body, f->n, input, &s);
	}
}

const char *pack_operand(Fn *f, int input)
{
	const Packed *p = find(f->e, f->n, input);
	const char *name = node_info(f->n)->in_names[input];
	const int64_t floats = packed_floats(f->e, f->n, input);
	if (p)
		fn_declare(f, "const float ", name, "s->pack", p->offset);
	else if (!fn_has(f, name))
		pack_running(f, input, name);
	return fn_at(f, name, f->n->in[input], &floats);
}
