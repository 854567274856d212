/* emit.c: walks the graphs of a planned model and writes its kernels and launches.
 *
 * Node order is launch order. Load-time nodes and the packing of weights come first and run once.
 * Which values are stored as bf16 is decided here, before anything is written: the whole of a
 * buffer or nothing of it. */
#include "emit.h"

#include <string.h>

#include "passes/passes.h"

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

int emit_sms(const Emit *e)
{
	return e->code->opt.sms > 0 ? e->code->opt.sms : 132;
}

int64_t group_of(const Node *n)
{
	return n->group > 0 ? n->group : 1;
}

bool emit_stored(const Node *n)
{
	for (int i = 0; i < n->nout; i++)
		if (n->out[i].place.kind == PLACE_ARENA || n->out[i].place.kind == PLACE_LOAD)
			return true;
	return false;
}

/* ---- which values are bf16 ---------------------------------------------------------------- */

/* The value whose buffer v lies in, through views and stacks computed in place. */
static const Value *home_of(const Graph *g, const Value *v)
{
	const Value *owner = plan_resolve(v).owner;
	for (int i = 0; i < g->nodes.n; i++) {
		const Node *n = g->nodes.at[i];
		if (n->op != OP_stack && n->op != OP_concat)
			continue;
		for (int k = 0; k < n->nin; k++)
			if (plan_in_place(n, k) && plan_resolve(n->in[k]).owner == owner)
				return home_of(g, &n->out[0]);
	}
	return owner;
}

static bool writes_narrow(const Node *n)
{
	switch (n->op) {
	case OP_stft:
	case OP_mel_filterbank:
	case OP_sinusoid:
	case OP_const:
	case OP_param:
	case OP_input:
	case OP_softmax:
		return false;
	default:
		return true;
	}
}

static bool is_wide(const Node *n)
{
	const Type *y = &n->out[0].type;
	return y->dim[y->rank - 1] >= WIDE_PRODUCT;
}

/* Input i of n may be stored as bf16: it is an operand of the matrix instructions, where it would
 * be rounded anyway, or it is only moved to where it will be. Everything else stays float32. */
static bool reads_narrow(const Emit *e, const Node *n, int i)
{
	bool all = true;
	for (int k = 0; k < n->nout; k++)
		all = all && e->narrow[n->id * MAX_OUT + k];
	switch (n->op) {
	case OP_conv2d:
	case OP_conv2d_act:
	case OP_inproj_conv_silu:
		return i == 0;
	case OP_linear:
		return i == 0 && is_wide(n);
	case OP_matmul:
		return is_wide(n);
	case OP_scan_gate:
		return i == 0;
	default:
		return all && (node_info(n)->flags & F_VIEW);
	}
}

/* The largest set of whole buffers such that every reader of each can take bf16. */
static void choose_narrow(Emit *e)
{
	const Graph *g = e->graph;
	const Value **home = NEW_ARRAY(e->arena, const Value *, g->nodes.n *MAX_OUT);
	bool *narrow = e->narrow = NEW_ARRAY(e->arena, bool, g->nodes.n *MAX_OUT);
	if (e->code->opt.precision != CUDA_BF16 || emit_strict(e, NULL))
		return;
	for (int i = 0; i < g->nodes.n; i++)
		for (int k = 0; k < g->nodes.at[i]->nout; k++) {
			const Value *v = &g->nodes.at[i]->out[k];
			if (v->place.kind == PLACE_NONE || e->loadtime[i])
				continue;
			home[i * MAX_OUT + k] = home_of(g, v);
			narrow[i * MAX_OUT + k] = writes_narrow(v->node) && v->type.dtype == F32;
		}
	for (int i = 0; i < g->outputs.n; i++) {
		const Value *v = g->outputs.at[i].value;
		narrow[v->node->id * MAX_OUT + v->index] = false;
	}
	for (bool changed = true; changed;) {
		changed = false;
		for (int i = 0; i < g->nodes.n; i++) {
			const Node *n = g->nodes.at[i];
			for (int k = 0; k < n->nin; k++) {
				const Value *v = n->in[k];
				bool *flag = v ? &narrow[v->node->id * MAX_OUT + v->index] : NULL;
				if (flag && *flag && !reads_narrow(e, n, k))
					*flag = false, changed = true;
			}
			for (int k = 0; k < n->nout; k++) {
				const Value *h = home[i * MAX_OUT + k];
				if (!h)
					continue;
				bool *own = &narrow[i * MAX_OUT + k];
				bool *whole = &narrow[h->node->id * MAX_OUT + h->index];
				if (*own != *whole)
					*own = *whole = false, changed = true;
			}
		}
	}
}

/* ---- operands ----------------------------------------------------------------------------- */

static int64_t input_offset(const Graph *g, const Node *input)
{
	int64_t at = 0;
	for (int i = 0; i < g->nodes.n && g->nodes.at[i] != input; i++)
		if (g->nodes.at[i]->op == OP_input)
			at += cuda_align(type_bytes(&g->nodes.at[i]->out[0].type));
	return at;
}

/* Bytes of a buffer's element become fewer when it is stored as bf16. */
static int64_t arena_offset(const Emit *e, const Resolved *r, bool narrow)
{
	if (!narrow)
		return r->offset;
	const int64_t base = home_of(e->graph, r->owner)->place.offset;
	return base + (r->offset - base) / 2;
}

static void place_operand(const Emit *e, Operand *o, const Resolved *r)
{
	o->space = r->kind;
	switch (r->kind) {
	case PLACE_ARENA:
		o->offset = arena_offset(e, r, o->narrow);
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
		o->offset = input_offset(e->graph, r->owner->node) + r->offset;
		o->at = arena_printf(e->arena, "m.in + %lld", (long long)o->offset);
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
	o.narrow = e->narrow[v->node->id * MAX_OUT + v->index];
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
	while (line.len > 0 && (line.s[line.len - 1] == '\n' || line.s[line.len - 1] == ' '))
		line.s[--line.len] = 0;
	const char *s = line.s;
	while (*s == ' ' || *s == '\t')
		s++;
	buf_puts(b, "/* ");
	for (; *s; s++) {
		buf_putc(b, *s);
		if (s[0] == '*' && s[1] == '/')
			buf_putc(b, ' ');
	}
	buf_puts(b, " */\n");
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
	if (bytes > e->scratch_bytes)
		e->scratch_bytes = bytes;
	return arena_printf(e->arena, "m.arena + %lld",
			    (long long)cuda_align(e->graph->arena_bytes));
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
			if (n->op == OP_conv2d || n->op == OP_conv2d_act)
				pack_conv(e, n, k);
			if (n->op == OP_linear || n->op == OP_matmul ||
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

/* Outputs that lie dense and as float in the arena are read there, others are copied out. */
static void emit_outputs(Emit *e)
{
	CudaCode *c = e->code;
	e->load = false;
	int64_t at = 0;
	for (int i = 0; i < e->graph->outputs.n; i++) {
		const Value *v = e->graph->outputs.at[i].value;
		const Resolved r = plan_resolve(v);
		CudaOutput o = {.in_arena = r.kind == PLACE_ARENA && r.contiguous,
				.offset = r.offset};
		if (!o.in_arena) {
			Node whole = *v->node;
			whole.group = 0;
			const Operand from = operand(e, &whole, v);
			Operand to = from;
			to.at = arena_printf(e->arena, "m.out + %lld", (long long)at);
			to.offset = o.offset = at;
			int64_t stride = 1;
			for (int k = to.rank - 1; k >= 0; k--) {
				to.stride[k] = stride;
				stride *= to.dim[k];
			}
			emit_copy(e, v->node, &from, &to, 1);
			at += cuda_align(type_bytes(&v->type));
		}
		list_push(c->arena, &c->outputs, o);
	}
	if (at > c->out_bytes)
		c->out_bytes = at;
}

/* A load-time value's bytes as the kernels of a run read them. */
static double read_bytes(const Emit *e, const Value *v)
{
	bool narrow = false;
	for (int i = 0; i < e->packed.n; i++)
		narrow = narrow || (e->packed.at[i] == v && strstr(e->packed_as.at[i], "bf16"));
	return (double)type_bytes(&v->type) / (narrow ? 2 : 1);
}

/* What a run moves even if caches hold everything else. */
static double moved_bytes(const Emit *e)
{
	const Graph *g = e->graph;
	bool *seen = NEW_ARRAY(e->arena, bool, g->nodes.n *MAX_OUT);
	double bytes = (double)input_offset(g, NULL);
	for (int i = 0; i < g->outputs.n; i++)
		bytes += (double)type_bytes(&g->outputs.at[i].value->type);
	for (int i = 0; i < g->nodes.n; i++) {
		const Node *n = g->nodes.at[i];
		for (int k = 0; !e->loadtime[i] && k < n->nin; k++) {
			const Value *v = n->in[k];
			if (!v || !e->loadtime[v->node->id] ||
			    seen[v->node->id * MAX_OUT + v->index])
				continue;
			seen[v->node->id * MAX_OUT + v->index] = true;
			bytes += read_bytes(e, v);
		}
	}
	return bytes;
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
	choose_narrow(e);
	for (int i = 0; i < g->nodes.n; i++) {
		const Node *n = g->nodes.at[i];
		e->load = e->loadtime[i];
		if (emit_stored(n) && emit_fn[n->op])
			emit_fn[n->op](e, n);
		else if (emit_stored(n))
			diag_error(g->module->diag, E608, n->loc,
				   "%s: the CUDA back end has no kernel", node_info(n)->name);
		for (int k = 0; e->load && k < n->nout; k++)
			pack_for_readers(e, &n->out[k]);
	}
	emit_outputs(e);
	list_push(e->arena, &c->moved, moved_bytes(e));
	const int64_t arena_bytes =
	    e->scratch_bytes > 0 ? cuda_align(g->arena_bytes) + e->scratch_bytes : g->arena_bytes;
	if (arena_bytes > c->arena_bytes)
		c->arena_bytes = arena_bytes;
	const int64_t in_bytes = input_offset(g, NULL);
	if (in_bytes > c->in_bytes)
		c->in_bytes = in_bytes;
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
	Emit e = {.code = c, .arena = a};
	for (int i = 0; i < m->module->graphs.n; i++) {
		e.graph = m->module->graphs.at[i];
		e.param_base = c->param_bytes;
		add_params(c, e.graph);
		e.graph_index = i;
		emit_graph(&e);
	}
	return c;
}

/* ---- text -------------------------------------------------------------------------------------
 */

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
	buf_printf(out, "/* %s: kernels written by seldc %s, precision %s. */\n\n",
		   code->model->name, code->opt.version, precision[code->opt.precision]);
	put_kernel_text(out, "common");
	for (int f = 0; f < NFAMILIES; f++)
		if (code->unit[f].len > 0)
			put_family(out, code, (CudaFamily)f);
}
