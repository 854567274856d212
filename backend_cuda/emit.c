/* emit.c: walks the graphs of a planned model and writes its kernels and launches.
 *
 * Node order is launch order. Load-time nodes and the packing of weights come first and run once.
 */
#include "emit.h"

#include <string.h>

#include "passes/plan.h"

enum { ALIGN = 256 };

static const char *const family_name[NFAMILIES] = {
#define X(id, name) #name,
    CUDA_FAMILIES(X)
#undef X
};

const char *cuda_family_name(CudaFamily f)
{
	return family_name[f];
}

int64_t cuda_align(int64_t v)
{
	return (v + ALIGN - 1) / ALIGN * ALIGN;
}

void emit_bug(const Node *n, const char *why)
{
	BUG("cuda: '%s' (%s): %s", n->label ? n->label : n->out[0].name, node_info(n)->name, why);
}

bool emit_strict(const Emit *e, const Node *n)
{
	return e->code->opt.precision == CUDA_FP32 || strcmp(e->graph->name, "features") == 0 ||
	       (n && e->loadtime[n->id]);
}

/* Text that is true for the instances of n, numbered by `g`, in which time runs backwards. */
const char *emit_reverse(const Emit *e, const Node *n, const char *g)
{
	const int len = attr_len(n, "reverse");
	if (len <= 1)
		return len == 1 && attr_int_at(n, "reverse", 0) ? "true" : "false";
	Buf b;
	buf_init(&b, e->arena);
	buf_putc(&b, '"');
	for (int i = 0; i < len; i++)
		buf_putc(&b, attr_int_at(n, "reverse", i) ? '1' : '0');
	buf_printf(&b, "\"[%s] == '1'", g);
	return b.s;
}

const char *emit_stream(const Emit *e, const Node *n)
{
	const int len = attr_len(n, "stream");
	if (len == 1)
		return arena_printf(e->arena, "%lldu", (long long)attr_int_at(n, "stream", 0));
	Buf b;
	buf_init(&b, e->arena);
	for (int g = 0; g + 1 < len; g++)
		buf_printf(&b, "z == %d ? %lldu : ", g, (long long)attr_int_at(n, "stream", g));
	buf_printf(&b, "%lldu", (long long)attr_int_at(n, "stream", len - 1));
	return b.s;
}

int emit_sms(const Emit *e)
{
	return e->code->opt.sms > 0 ? e->code->opt.sms : 132;
}

int64_t ceil_of(int64_t n, int64_t d)
{
	return (n + d - 1) / d;
}

int64_t group_of(const Node *n)
{
	return n->group > 0 ? n->group : 1;
}

bool emit_stored(const Node *n)
{
	for (int i = 0; i < n->nout; i++) {
		const PlaceKind k = n->out[i].place.kind;
		if (k == PLACE_ARENA || k == PLACE_LOAD ||
		    (k == PLACE_STATE && node_info(n)->flags & F_RENEWS))
			return true;
	}
	return false;
}

/* ---- operands ----------------------------------------------------------------------------- */

static int64_t input_offset(const Emit *e, const Node *input)
{
	const CudaCode *c = e->code;
	for (int i = 0; i < c->inputs.n; i++)
		if (c->inputs.at[i].node == input)
			return c->inputs.at[i].at;
	emit_bug(input, "is no input of the graph");
}

static void place_operand(const Emit *e, Operand *o, const Resolved *r)
{
	o->space = r->kind;
	switch (r->kind) {
	case PLACE_ARENA:
		o->offset = r->offset;
		o->at = arena_printf(e->arena, "m.arena + %lld", (long long)o->offset);
		return;
	case PLACE_LOAD:
		o->offset = e->load_base + r->offset;
		o->at = arena_printf(e->arena, "m.load + %lld", (long long)o->offset);
		return;
	case PLACE_PARAM:
		o->offset = e->param_base + r->offset;
		o->at = arena_printf(e->arena, "m.params + %lld", (long long)o->offset);
		return;
	case PLACE_IO:
		o->offset = input_offset(e, r->owner->node) + r->offset;
		o->at = arena_printf(e->arena, "m.in + %lld", (long long)o->offset);
		return;
	case PLACE_STATE:
		o->offset = r->offset;
		o->at = arena_printf(e->arena, "m.state + %lld", (long long)o->offset);
		return;
	default:
		emit_bug(o->value->node, "value has no place");
	}
}

static Operand operand(const Emit *e, const Node *n, const Value *v)
{
	Operand o = {.value = v, .lead = 1, .rank = v->type.rank};
	const Resolved r = plan_resolve(v);
	const int skip = n->group > 0;
	o.narrow = r.narrow;
	o.dense = r.contiguous;
	if (v->type.dtype != F32)
		emit_bug(n, "only float32 values can be emitted");
	place_operand(e, &o, &r);
	if (skip) {
		o.lead = v->type.dim[0];
		o.lead_stride = o.lead > 1 ? r.stride[0] : 0;
		o.rank--;
	}
	for (int i = 0; i < o.rank; i++) {
		o.dim[i] = v->type.dim[i + skip];
		o.stride[i] = r.stride[i + skip];
	}
	return o;
}

Operand operand_in(const Emit *e, const Node *n, int i)
{
	return operand(e, n, n->in[i]);
}

Operand operand_out(const Emit *e, const Node *n, int i)
{
	return operand(e, n, &n->out[i]);
}

const char *operand_type(const Operand *o)
{
	return o->narrow ? "bf16" : "float";
}

const char *operand_text(const Emit *e, const Operand *o, bool write)
{
	return arena_printf(e->arena, "((%s%s *)(%s))", write ? "" : "const ", operand_type(o),
			    o->at);
}

bool operand_aligned(const Operand *o, int unit, int n)
{
	bool ok = o->offset % (n * (o->narrow ? 2 : 4)) == 0 && o->lead_stride % n == 0;
	for (int i = 0; i < o->rank; i++)
		if (i == unit)
			ok = ok && (o->stride[i] == 1 || o->dim[i] == 1);
		else
			ok = ok && (o->stride[i] % n == 0 || o->dim[i] == 1);
	return ok;
}

/* ---- kernels ------------------------------------------------------------------------------ */

/* Letters and digits of the label, so that profilers show where a kernel comes from. */
static const char *kernel_name(const Emit *e, const Node *n, const char *type)
{
	const char *s = n->label ? n->label : node_info(n)->name;
	char *name = arena_printf(e->arena, "%s_%.60s", type, s);
	for (char *p = name; *p; p++)
		if (!((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
		      (*p >= '0' && *p <= '9')))
			*p = '_';
	return name;
}

void kernel_comment(Emit *e, const Node *n, CudaFamily f)
{
	Buf *b = &e->code->unit[f];
	Buf line;
	buf_init(&line, e->arena);
	ir_print_node(&line, n);
	buf_comment(b, 0, line.s);
}

Kernel kernel_begin(Emit *e, const Node *n, CudaFamily f)
{
	Kernel k = {.b = &e->code->unit[f]};
	k.type = arena_printf(e->arena, "k%03d", ++e->nkernels);
	k.name = kernel_name(e, n, k.type);
	k.launch = (CudaLaunch){
	    .kernel = k.name, .family = f, .node = n, .graph = e->graph_index, .load = e->load};
	buf_puts(k.b, "\n");
	kernel_comment(e, n, f);
	buf_printf(k.b, "struct %s {\n", k.type);
	return k;
}

/* Constants that follow each other share a line of up to 90 characters. */
void kernel_const(const Kernel *k, const char *name, int64_t v)
{
	static const char end[] = " };\n";
	const size_t n = sizeof end - 1;
	Buf *b = k->b;
	size_t line = b->len;
	while (line > 0 && (line == b->len || b->s[line - 1] != '\n'))
		line--;
	const bool more = b->len - line < 90 && strncmp(b->s + line, "\tenum {", 7) == 0 &&
			  strcmp(b->s + b->len - n, end) == 0;
	if (more)
		b->s[b->len -= n] = 0;
	buf_printf(b, "%s%s = %lld%s", more ? ", " : "\tenum { ", name, (long long)v, end);
}

void kernel_typedef(const Kernel *k, const char *name, const char *type)
{
	buf_printf(k->b, "\ttypedef %s %s;\n", type, name);
}

void kernel_function(const Kernel *k, const char *name, const char *text)
{
	buf_printf(k->b,
		   "\tstatic __device__ __forceinline__ unsigned %s(unsigned i)\n\t{\n"
		   "\t\treturn %s;\n\t}\n",
		   name, text);
}

void kernel_double(const Kernel *k, const char *name, double v)
{
	buf_printf(k->b, "\tstatic __device__ __forceinline__ double %s()\n\t{\n\t\treturn ", name);
	buf_double(k->b, v);
	buf_puts(k->b, ";\n\t}\n");
}

void kernel_float(const Kernel *k, const char *name, double v)
{
	buf_printf(k->b, "\tstatic __device__ __forceinline__ float %s()\n\t{\n\t\treturn (float)",
		   name);
	buf_double(k->b, v);
	buf_puts(k->b, ";\n\t}\n");
}

void kernel_open(Kernel *k, unsigned threads, unsigned blocks)
{
	buf_printf(
	    k->b,
	    "};\n\nextern \"C\" __global__ void __launch_bounds__(%u, %u) %s(const Mem m)\n{\n",
	    threads, blocks, k->name);
	k->launch.block = threads;
}

void kernel_end(Emit *e, Kernel *k, int64_t gx, int64_t gy, int64_t gz, unsigned smem)
{
	buf_puts(k->b, "}\n");
	if (gx > INT32_MAX || gy > 65535 || gz > 65535)
		emit_bug(k->launch.node, "too large for one launch");
	if (smem > MOST_SMEM)
		emit_bug(k->launch.node, "more shared memory than GPUs have");
	k->launch.grid[0] = (unsigned)gx;
	k->launch.grid[1] = (unsigned)gy;
	k->launch.grid[2] = (unsigned)gz;
	k->launch.smem = smem;
	list_push(e->arena, &e->code->launches, k->launch);
}

/* ---- packed weights ------------------------------------------------------------------------- */

static int find_packed(const Emit *e, const Value *v, const char *form)
{
	for (int i = 0; i < e->packed.n; i++)
		if (e->packed.at[i] == v && strcmp(e->packed_as.at[i], form) == 0)
			return i;
	return -1;
}

int64_t pack_reserve(Emit *e, const Value *v, const char *form, int64_t bytes)
{
	if (find_packed(e, v, form) >= 0)
		return -1;
	const int64_t at = e->code->load_bytes;
	e->code->load_bytes += cuda_align(bytes);
	list_push(e->arena, &e->packed, v);
	list_push(e->arena, &e->packed_as, form);
	list_push(e->arena, &e->packed_at, at);
	return at;
}

const char *packed_text(const Emit *e, const Value *v, const char *form, const char *type)
{
	const int i = find_packed(e, v, form);
	if (i < 0)
		emit_bug(v->node, "was not packed");
	return arena_printf(e->arena, "((const %s *)(m.load + %lld))", type,
			    (long long)e->packed_at.at[i]);
}

const char *scratch_text(Emit *e, int64_t bytes)
{
	const int64_t at = cuda_align(e->graph->arena_bytes) + e->scratch_used;
	e->scratch_used += cuda_align(bytes);
	if (e->scratch_used > e->scratch_bytes)
		e->scratch_bytes = e->scratch_used;
	return arena_printf(e->arena, "m.arena + %lld", (long long)at);
}

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
	if (!emit_fn[n->op])
		return "any operands";
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
	return operand(e, &whole, v);
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
	put_kernel_text(out, family_name[f]);
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
