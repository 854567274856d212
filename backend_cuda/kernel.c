/* kernel.c: what all emitters need: operands in memory, the text and launch of a kernel, scratch
 * memory and packed weights. */
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

Operand operand_of(const Emit *e, const Node *n, const Value *v)
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
	return operand_of(e, n, n->in[i]);
}

Operand operand_out(const Emit *e, const Node *n, int i)
{
	return operand_of(e, n, &n->out[i]);
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
