/* emit.c: walks the graphs of a planned model and writes its kernels and launches.
 *
 * Node order is launch order. Load-time nodes and the packing of weights come first and run once.
 */
#include "emit.h"

#include <string.h>

#include "passes/plan.h"

/* Packs value v for every reader, as soon as it is there. */
static void pack_for_readers(Emit *e, const Value *v)
{
	for (int i = 0; i < e->graph->nodes.n; i++) {
		const Node *n = e->graph->nodes.at[i];
		if (e->loadtime[i])
			continue;
		for (int k = 0; k < n->nin; k++) {
			if (n->in[k] != v)
				continue;
			if (n->op == OP_conv2d || n->op == OP_conv2d_act || n->op == OP_conv2d_dx)
				pack_conv(e, n, k);
			if (n->op == OP_linear || n->op == OP_linear_dx || n->op == OP_matmul ||
			    n->op == OP_inproj_conv_silu)
				pack_product(e, n, k);
		}
	}
}

/* ---- graphs --------------------------------------------------------------------------------- */

typedef void EmitFn(Emit *e, const Node *n);

static EmitFn *const emit_fn[NOPS] = {
#define EW(name, ...) [OP_##name] = cuda_elementwise,
#define OP(name, ...) [OP_##name] = cuda_##name,
#include "ir/ops.def"
#undef EW
#undef OP
};

static int64_t last_extent(const Value *v)
{
	return v->type.dim[v->type.rank - 1];
}

const char *kernel_refuses(const Node *n)
{
	enum { HEAD = 128, STATES = 256, GRU = 6144, GRU_GRAD = GRU / 3 };
	switch (n->op) {
	case OP_attention:
	case OP_attention_grad:
		return last_extent(n->in[0]) > HEAD || last_extent(n->in[2]) > HEAD
			   ? "heads of more than 128 elements"
			   : NULL;
	case OP_selective_scan:
	case OP_scan_gate:
		return last_extent(n->in[2]) > STATES ? "more than 256 states" : NULL;
	case OP_selective_scan_grad:
	case OP_scan_gate_grad:
		return last_extent(n->in[2]) > STATES || !scan_grad_fits(last_extent(n->in[2]))
			   ? "more than 256 states, or than 179 if no multiple of 4"
			   : NULL;
	case OP_gru:
		return last_extent(n->in[2]) > GRU ? "more than 6144 units" : NULL;
	case OP_gru_grad:
		return last_extent(n->in[2]) > GRU_GRAD ? "more than 2048 units" : NULL;
	default:
		return NULL;
	}
}

/* The caller's inputs, one behind the other. */
static void place_inputs(Emit *e)
{
	CudaCode *c = e->code;
	int64_t at = 0;
	for (int i = 0; i < e->graph->nodes.n; i++) {
		const Node *n = e->graph->nodes.at[i];
		if (n->op != OP_input || attr_bool(n, "state"))
			continue;
		list_push(c->arena, &c->inputs, ((CudaInput){e->graph_index, n, at}));
		at += cuda_align(type_bytes(&n->out[0].type));
	}
	if (at > c->in_bytes)
		c->in_bytes = at;
}

static void dense_at(const Emit *e, Operand *o, const char *space, int64_t at)
{
	int64_t stride = 1;
	o->at = arena_printf(e->arena, "m.%s + %lld", space, (long long)at);
	o->offset = at;
	for (int k = o->rank - 1; k >= 0; k--) {
		o->stride[k] = stride;
		stride *= o->dim[k];
	}
}

static Operand operand_whole(const Emit *e, const Value *v)
{
	Node whole = *v->node;
	whole.group = 0;
	return operand_of(e, &whole, v);
}

/* Outputs that lie dense and as float in the arena are read there, others are copied out. */
static void emit_outputs(Emit *e)
{
	CudaCode *c = e->code;
	int64_t at = 0;
	for (int i = 0; i < e->graph->outputs.n; i++) {
		const Output *out = &e->graph->outputs.at[i];
		const Resolved r = plan_resolve(out->value);
		CudaOutput o = {e->graph_index, out, CUDA_ARENA, r.offset};
		if (state_hidden(&c->state, e->graph, out->name))
			continue;
		if (r.kind == PLACE_STATE && r.contiguous) {
			o.space = CUDA_STATE;
		} else if (r.kind != PLACE_ARENA || !r.contiguous) {
			const Operand from = operand_whole(e, out->value);
			Operand to = from;
			dense_at(e, &to, "out", at);
			emit_copy(e, out->value->node, &from, &to, 1);
			o.space = CUDA_OUT;
			o.at = at;
			at += cuda_align(type_bytes(&out->value->type));
		}
		list_push(c->arena, &c->outputs, o);
	}
	if (at > c->out_bytes)
		c->out_bytes = at;
}

/* The next values of states that were not computed over them are copied there, after everything
 * that reads the old ones. */
static void emit_renewals(Emit *e)
{
	const CudaCode *c = e->code;
	const Graph *g = e->graph;
	LIST(Operand) from = {0}, to = {0};
	for (int i = 0; i < g->outputs.n; i++) {
		const Value *v = g->outputs.at[i].value;
		const State *s = state_renewed(&c->state, g, g->outputs.at[i].name);
		const Resolved r = plan_resolve(v);
		if (!s || (r.kind == PLACE_STATE && r.offset == s->offset))
			continue;
		Operand o = operand_whole(e, v);
		list_push(e->arena, &from, o);
		dense_at(e, &o, "state", s->offset);
		list_push(e->arena, &to, o);
	}
	if (from.n > 0)
		emit_copies(e, from.at[0].value->node, from.at, to.at, from.n);
}

/* A load-time value's bytes as the kernels of a run read them. */
static double read_bytes(const void *cx, const Value *v)
{
	const Emit *e = cx;
	bool narrow = false;
	for (int i = 0; i < e->packed.n; i++)
		narrow = narrow || (e->packed.at[i] == v && strstr(e->packed_as.at[i], "bf16"));
	return (double)type_bytes(&v->type) / (narrow ? 2 : 1);
}

static void emit_graph(Emit *e)
{
	CudaCode *c = e->code;
	const Graph *g = e->graph;
	e->load_base = c->load_bytes;
	c->load_bytes += cuda_align(g->load_bytes);
	e->loadtime = graph_loadtime(g, e->arena);
	e->scratch_bytes = 0;
	e->updated = 0;
	place_inputs(e);
	for (int i = 0; i < g->nodes.n; i++) {
		const Node *n = g->nodes.at[i];
		e->load = e->loadtime[i];
		e->scratch_used = 0;
		const char *without = emit_stored(n) ? kernel_refuses(n) : NULL;
		if (without)
			diag_error(g->module->diag, E608, n->loc,
				   "%s: the CUDA back end has no kernel for %s", node_info(n)->name,
				   without);
		else if (emit_stored(n))
			emit_fn[n->op](e, n);
		for (int k = 0; e->load && k < n->nout; k++)
			pack_for_readers(e, &n->out[k]);
	}
	e->load = false;
	emit_outputs(e);
	emit_renewals(e);
	list_push(e->arena, &c->moved, graph_moved_bytes(g, e->arena, read_bytes, e));
	const int64_t arena_bytes =
	    e->scratch_bytes > 0 ? cuda_align(g->arena_bytes) + e->scratch_bytes : g->arena_bytes;
	if (arena_bytes > c->arena_bytes)
		c->arena_bytes = arena_bytes;
}

static int find_param(const CudaCode *c, const char *label)
{
	for (int i = 0; i < c->params.n; i++)
		if (strcmp(c->params.at[i]->label, label) == 0)
			return i;
	return -1;
}

/* Each graph has its own copy of the parameters it names, at the offsets that its plan says. */
static void add_params(CudaCode *c, const Graph *g)
{
	const int64_t base = c->param_bytes;
	for (int i = 0; i < g->nodes.n; i++) {
		const Node *n = g->nodes.at[i];
		if (n->op != OP_param)
			continue;
		if (find_param(c, n->label) < 0)
			list_push(c->arena, &c->params, n);
		if (n->out[0].place.kind != PLACE_PARAM)
			continue;
		const int64_t at = base + n->out[0].place.offset;
		const int64_t end = cuda_align(at + type_bytes(&n->out[0].type));
		list_push(c->arena, &c->uploads, ((CudaUpload){find_param(c, n->label), at}));
		if (end > c->param_bytes)
			c->param_bytes = end;
	}
}

CudaCode *cuda_emit(Arena *a, const Model *m, const CudaOptions *opt)
{
	CudaCode *c = NEW(a, CudaCode);
	*c = (CudaCode){.arena = a, .model = m, .opt = *opt};
	for (int f = 0; f < NFAMILIES; f++)
		buf_init(&c->unit[f], a);
	c->state = model_states(a, m);
	Emit e = {.code = c, .arena = a};
	for (int i = 0; i < m->module->graphs.n; i++) {
		e.graph = m->module->graphs.at[i];
		e.param_base = c->param_bytes;
		add_params(c, e.graph);
		e.graph_index = i;
		emit_graph(&e);
	}
	e.graph_index = m->module->graphs.n;
	emit_pcm(&e);
	return c;
}

/* ---- text ---- */

/* The text of a kernel file without its includes. */
static void put_kernel_text(Buf *out, const char *family)
{
	const KernelText t = kernel_text(family);
	const char *end = t.s + t.len;
	for (const char *p = t.s; p < end;) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		const size_t n = nl ? (size_t)(nl - p) + 1 : (size_t)(end - p);
		if (strncmp(p, "#include", 8) != 0 && strncmp(p, "#pragma once", 12) != 0)
			buf_write(out, p, n);
		p += n;
	}
}

static void put_family(Buf *out, const CudaCode *code, CudaFamily f)
{
	buf_puts(out, "\n");
	put_kernel_text(out, cuda_family_name(f));
	buf_write(out, code->unit[f].s, code->unit[f].len);
}

void cuda_unit(Buf *out, const CudaCode *code, CudaFamily f)
{
	put_kernel_text(out, "common");
	put_family(out, code, f);
}

void cuda_source(Buf *out, const CudaCode *code)
{
	static const char *const precision[] = {"fp32", "tf32", "bf16"};
	buf_comment(out, 0,
		    arena_printf(out->arena, "%s: kernels written by seldc %s, precision %s.",
				 code->model->name, code->opt.version,
				 precision[code->opt.precision]));
	buf_putc(out, '\n');
	put_kernel_text(out, "common");
	for (int f = 0; f < NFAMILIES; f++)
		if (code->unit[f].len > 0)
			put_family(out, code, (CudaFamily)f);
}
