/* pack.c: weights of products and convolutions and positions of attention in the kernels' own
 * order, one block for each slice of a group's weight. A slice is read where it was loaded, even if
 * the IR joins slices first. */
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

static int64_t packed_floats(const Node *n, int input)
{
	const Type w = slice_type(n, input);
	switch (n->op) {
	case OP_linear:
	case OP_gru:
		return panels(w.dim[0]) * w.dim[1];
	case OP_linear_dx:
		return panels(w.dim[1]) * w.dim[0];
	case OP_matmul:
		return attr_bool(n, "tb") ? panels(w.dim[0]) * w.dim[1]
					  : panels(w.dim[1]) * w.dim[0];
	case OP_inproj_conv_silu:
		return 2 * panels(w.dim[0] / 2) * w.dim[1];
	case OP_attention:
	case OP_attention_grad:
		return w.dim[1] * w.dim[2] * (w.dim[0] + 2 * 64);
	default: {
		const ConvPlan p = conv_plan(n);
		return p.winograd ? (p.taps ? 9 : 36) * p.o * p.c : panels(p.o) * p.c * p.kh * p.kw;
	}
	}
}

static void pack_product(Buf *b, int64_t to, const Ref *r, int64_t from, int64_t n, int64_t k,
			 int64_t row, int64_t col)
{
	buf_printf(b,
		   "\tgemm_pack(s->pack + %" PRId64 ", %s + %" PRId64 ", %" PRId64 ", %" PRId64
		   ", %" PRId64 ", %" PRId64 ", s->threads);\n",
		   to, r->base, r->offset + from, n, k, row, col);
}

static void pack_conv(Emit *e, Buf *b, const Node *n, int64_t to, const Ref *r)
{
	static const Ref turned = {.base = "s->work"};
	const ConvPlan p = conv_plan(n);
	if (n->op == OP_conv2d_dx) {
		buf_printf(b,
			   "\tconv_turn(s->work, %s + %" PRId64 ", %" PRId64 ", %" PRId64
			   ", %" PRId64 ", s->threads);\n",
			   r->base, r->offset, p.c, p.o, p.kh * p.kw);
		ref_work(e, p.c * p.o * p.kh * p.kw);
		r = &turned;
	}
	if (p.taps)
		buf_printf(b,
			   "\twino_pack_taps(s->pack + %" PRId64 ", %s + %" PRId64 ", %" PRId64
			   ", %" PRId64 ", s->threads);\n",
			   to, r->base, r->offset, p.o, p.c);
	else if (p.winograd)
		buf_printf(b,
			   "\twino_pack(s->pack + %" PRId64 ", %s + %" PRId64 ", %" PRId64
			   ", %" PRId64 ", %" PRId64 ", s->threads);\n",
			   to, r->base, r->offset, p.o, p.c, p.cols);
	else
		buf_printf(b,
			   "\tconv_pack(s->pack + %" PRId64 ", %s + %" PRId64 ", %" PRId64
			   ", %" PRId64 ", %" PRId64 ", %" PRId64 ", s->threads);\n",
			   to, r->base, r->offset, p.o, p.c, p.kh, p.kw);
}

/* Statements that pack one slice; r: the slice, its strides without the group's. */
static void pack_slice(Emit *e, Buf *b, const Node *n, int input, int64_t to, const Ref *r)
{
	const Type w = slice_type(n, input);
	const int64_t *s = r->stride;
	switch (n->op) {
	case OP_linear:
	case OP_gru:
		pack_product(b, to, r, 0, w.dim[0], w.dim[1], s[0], s[1]);
		break;
	case OP_linear_dx:
		pack_product(b, to, r, 0, w.dim[1], w.dim[0], s[1], s[0]);
		break;
	case OP_matmul:
		if (attr_bool(n, "tb"))
			pack_product(b, to, r, 0, w.dim[0], w.dim[1], s[0], s[1]);
		else
			pack_product(b, to, r, 0, w.dim[1], w.dim[0], s[1], s[0]);
		break;
	case OP_inproj_conv_silu: {
		const int64_t half = w.dim[0] / 2, k = w.dim[1];
		pack_product(b, to, r, 0, half, k, s[0], s[1]);
		pack_product(b, to + panels(half) * k, r, half * s[0], half, k, s[0], s[1]);
		break;
	}
	case OP_attention:
	case OP_attention_grad:
		buf_printf(b,
			   "\tattn_pack(s->pack + %" PRId64 ", %s + %" PRId64 ", %" PRId64
			   ", %" PRId64 ", %" PRId64 ", %" PRId64 ", %" PRId64 ", %" PRId64
			   ", s->threads);\n",
			   to, r->base, r->offset, w.dim[0], w.dim[1], w.dim[2], s[0], s[1], s[2]);
		break;
	default:
		pack_conv(e, b, n, to, r);
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

static void pack_all(Emit *e, Buf *b, const Packed *p, bool at_load)
{
	const Value *v = p->node->in[p->input];
	const bool grouped = p->node->group > 0;
	for (int64_t d = 0; d < (grouped ? v->type.dim[0] : 1); d++) {
		Ref r = ref_slice(e, v, grouped ? d : -1, at_load);
		for (int k = 0; grouped && k + 1 < MAX_RANK; k++)
			r.stride[k] = r.stride[k + 1];
		pack_slice(e, b, p->node, p->input, p->offset + d * p->floats, &r);
		if (at_load)
			drop_read(e, b, p->floats);
	}
}

static const Packed *reserve(Emit *e, const Node *n, int input)
{
	const int64_t slices = n->group > 0 ? n->in[input]->type.dim[0] : 1;
	const int64_t floats = packed_floats(n, input);
	const Packed p = {n, input, ref_pack(e, slices * floats), floats};
	list_push(e->arena, &e->packed, p);
	return &e->packed.at[e->packed.n - 1];
}

void pack_users(Emit *e, const Value *v)
{
	for (int i = 0; i < e->graph->nodes.n; i++) {
		const Node *n = e->graph->nodes.at[i];
		for (int k = 0; k < n->nin; k++)
			if (n->in[k] == v && cpu_packs(n, k))
				pack_all(e, &e->load, reserve(e, n, k), true);
	}
}

static const Packed *find(const Emit *e, const Node *n, int input)
{
	for (int i = 0; i < e->packed.n; i++)
		if (e->packed.at[i].node == n && e->packed.at[i].input == input)
			return &e->packed.at[i];
	return NULL;
}

const char *pack_operand(Fn *f, int input)
{
	const Packed *p = find(f->e, f->n, input);
	if (!p) {
		p = reserve(f->e, f->n, input);
		pack_all(f->e, &f->body, p, false);
	}
	const char *name = node_info(f->n)->in_names[input];
	fn_declare(f, "const float ", name, "s->pack", p->offset);
	return fn_at(f, name, f->n->in[input], &p->floats);
}
