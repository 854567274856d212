/* fn.c: the C function of a node: a comment with its IR, names for its operands, and a parallel
 * loop over the tiles of its instances. */
#include "emit.h"

#include <inttypes.h>
#include <string.h>

static bool taken(const Emit *e, const char *name)
{
	for (int i = 0; i < e->names.n; i++)
		if (!strcmp(e->names.at[i], name))
			return true;
	return false;
}

static const char *function_name(Emit *e, const Node *n)
{
	const char *label = emit_ident(e->arena, n->label ? n->label : n->out[0].name);
	const char *graph = emit_ident(e->arena, e->graph->name);
	const char *name = arena_printf(e->arena, "%s_%s", graph, label);
	for (int i = 2; taken(e, name); i++)
		name = arena_printf(e->arena, "%s_%s_%d", graph, label, i);
	list_push(e->arena, &e->names, name);
	return name;
}

Fn *fn_new(Emit *e, const Node *n, bool at_load)
{
	Fn *f = NEW(e->arena, Fn);
	f->e = e;
	f->n = n;
	f->at_load = at_load;
	f->name = function_name(e, n);
	buf_init(&f->decl, e->arena);
	buf_init(&f->body, e->arena);
	return f;
}

void fn_use(Fn *f, Kernel k)
{
	/* each kernel's text stands after those that it uses */
	static const Kernel needs[NKERNELS][4] = {
	    [K_math] = {K_vec},
	    [K_gemm] = {K_vec},
	    [K_linear] = {K_gemm, K_vec},
	    [K_conv] = {K_gemm, K_vec},
	    [K_winograd] = {K_gemm, K_vec},
	    [K_pool] = {K_vec},
	    [K_norm] = {K_math, K_vec},
	    [K_reduce] = {K_vec},
	    [K_scan] = {K_gemm, K_math, K_vec},
	    [K_stft] = {K_vec},
	    [K_outer] = {K_gemm, K_vec},
	    [K_conv_grad] = {K_vec},
	    [K_batch] = {K_vec},
	    [K_rows_grad] = {K_norm, K_math, K_vec},
	    [K_pool_grad] = {K_pool, K_vec},
	    [K_scan_grad] = {K_scan, K_gemm, K_math, K_vec},
	    [K_update] = {K_vec},
	    [K_attention] = {K_update, K_gemm, K_math, K_vec},
	};
	f->e->kernel[k] = true;
	for (int i = 0; i < 4; i++)
		f->e->kernel[needs[k][i]] = true;
}

int64_t fn_group(const Fn *f)
{
	return f->n->group > 0 ? f->n->group : 1;
}

int fn_axis(const Fn *f, int rank)
{
	const int64_t axis = attr_int(f->n, "axis");
	return (int)(axis < 0 ? axis + rank : axis);
}

Type fn_type(const Fn *f, const Value *v)
{
	if (f->n->group == 0)
		return v->type;
	return type_make(v->type.dtype, v->type.rank - 1, v->type.dim + 1);
}

Ref fn_ref(const Fn *f, int i)
{
	Ref r = ref_of(f->e, f->n->in[i], f->at_load);
	if (f->n->group > 0) {
		memmove(r.stride, r.stride + 1, (MAX_RANK - 1) * sizeof *r.stride);
		const Type t = fn_type(f, f->n->in[i]);
		r.dense = ref_is_dense(&t, r.stride);
	}
	return r;
}

const char *fn_step(Fn *f, int64_t lead, int64_t stride)
{
	const int64_t group = fn_group(f);
	if (f->n->group == 0 || lead == 1 || stride == 0)
		return "";
	f->instance = true;
	if (lead == group)
		return arena_printf(f->e->arena, " + g * INT64_C(%" PRId64 ")", stride);
	return arena_printf(f->e->arena, " + g / %" PRId64 " * INT64_C(%" PRId64 ")", group / lead,
			    stride);
}

void fn_declare(Fn *f, const char *type, const char *name, const char *base, int64_t offset)
{
	for (int i = 0; i < f->declared.n; i++)
		if (!strcmp(f->declared.at[i], name))
			return;
	list_push(f->e->arena, &f->declared, name);
	buf_printf(&f->decl, "\t%s*const restrict %s = %s", type, name, base);
	if (offset)
		buf_printf(&f->decl, " + %" PRId64, offset);
	buf_puts(&f->decl, ";\n");
}

/* "x", or "x3" where operands have no names of their own. */
static const char *operand_name(const Fn *f, bool out, int i)
{
	const OpInfo *info = node_info(f->n);
	const bool numbered = out ? f->n->op == OP_map : info->nin_max < 0 || (info->flags & F_EW);
	if (numbered)
		return arena_printf(f->e->arena, "%s%d", out ? "out" : "in", i);
	const char *name = out ? info->out_names[i] : info->in_names[i];
	/* Self, the kernel's shape, the instance's and the tile's number have these names */
	const bool taken_name = strlen(name) == 1 && strchr("skgi", *name);
	return taken_name ? arena_printf(f->e->arena, "%s_", name) : name;
}

const char *fn_name_in(Fn *f, int i)
{
	const Ref r = ref_of(f->e, f->n->in[i], f->at_load);
	const char *name = operand_name(f, false, i);
	fn_declare(f, "const float ", name, r.base, r.offset);
	return name;
}

const char *fn_name_out(Fn *f, int k)
{
	const Ref r = ref_of(f->e, &f->n->out[k], f->at_load);
	const char *name = operand_name(f, true, k);
	fn_declare(f, "float ", name, r.base, r.offset);
	return name;
}

const char *fn_at(Fn *f, const char *name, const Value *v, const int64_t *stride)
{
	if (v->type.rank == 0)
		return name;
	return arena_printf(f->e->arena, "%s%s", name, fn_step(f, v->type.dim[0], stride[0]));
}

const char *fn_in(Fn *f, int i)
{
	if (i >= f->n->nin || !f->n->in[i])
		return "NULL";
	const Ref r = ref_of(f->e, f->n->in[i], f->at_load);
	return fn_at(f, fn_name_in(f, i), f->n->in[i], r.stride);
}

const char *fn_in_dense(Fn *f, int i)
{
	if (i >= f->n->nin || !f->n->in[i] || fn_ref(f, i).dense)
		return fn_in(f, i);
	const Value *v = f->n->in[i];
	const char *from = fn_name_in(f, i), *name = arena_printf(f->e->arena, "%s_dense", from);
	int64_t dense[MAX_RANK];
	ref_dense(&v->type, dense);
	bool first = true;
	for (int k = 0; k < f->declared.n; k++)
		first &= strcmp(f->declared.at[k], name) != 0;
	if (first) {
		const Ref r = ref_of(f->e, v, f->at_load);
		fn_declare(f, "float ", name, "s->pack", ref_pack(f->e, type_count(&v->type)));
		nest_copy(f, from, r.stride, name, dense, &v->type);
	}
	return fn_at(f, name, v, dense);
}

const char *fn_out(Fn *f, int k)
{
	const Ref r = ref_of(f->e, &f->n->out[k], f->at_load);
	return fn_at(f, fn_name_out(f, k), &f->n->out[k], r.stride);
}

const char *fn_tile(const Fn *f, int64_t tiles)
{
	if (tiles == 1)
		return "0";
	return fn_group(f) == 1 ? "i" : arena_printf(f->e->arena, "i %% %" PRId64, tiles);
}

const char *fn_stream(Fn *f)
{
	const int len = attr_len(f->n, "stream");
	if (len == 1)
		return arena_printf(f->e->arena, "%" PRId64, attr_int_at(f->n, "stream", 0));
	buf_puts(&f->decl, "\tstatic const uint32_t stream[] = {");
	for (int g = 0; g < len; g++)
		buf_printf(&f->decl, "%s%" PRId64, g ? ", " : "", attr_int_at(f->n, "stream", g));
	buf_puts(&f->decl, "};\n");
	f->instance = true;
	return "stream[g]";
}

const char *fn_scratch(Fn *f, int64_t floats)
{
	ref_scratch(f->e, floats);
	return "self_scratch(s)";
}

const char *fn_work(Fn *f, int64_t floats)
{
	const int64_t group = fn_group(f);
	ref_work(f->e, group * floats);
	return arena_printf(f->e->arena, "s->work%s", fn_step(f, group, floats));
}

/* The head of the loop and what the body needs. Returns the tabs of the body. */
static int open_loop(Fn *f, int64_t tiles, const char *shape)
{
	const int64_t total = fn_group(f) * tiles;
	const int tabs = total > 1 || f->loops > 0 ? 2 : 1;
	Arena *a = f->e->arena;
	if (total > 1)
		buf_printf(&f->body,
			   "#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)\n"
			   "\tfor (int i = 0; i < %" PRId64 "; i++) {\n",
			   total);
	else if (tabs > 1)
		buf_puts(&f->body, "\t{\n");
	if (f->instance && tiles == 1)
		emit_line(&f->body, tabs, total > 1 ? "const int g = i;" : "const int g = 0;");
	else if (f->instance)
		emit_line(&f->body, tabs, arena_printf(a, "const int g = i / %" PRId64 ";", tiles));
	if (shape)
		emit_line(&f->body, tabs, arena_printf(a, "const %s;", shape));
	return tabs;
}

static void close_loop(Fn *f, int64_t tiles)
{
	if (fn_group(f) * tiles > 1 || f->loops > 0)
		buf_puts(&f->body, "\t}\n");
	f->loops++;
	f->instance = false;
}

void fn_tiles(Fn *f, int64_t tiles, const char *shape, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	const char *call = arena_vprintf(f->e->arena, fmt, ap);
	va_end(ap);
	const int tabs = open_loop(f, tiles, shape);
	emit_line(&f->body, tabs, arena_printf(f->e->arena, "%s;", call));
	close_loop(f, tiles);
}

void fn_tiles_directed(Fn *f, int64_t tiles, const char *shape, const char *kernel,
		       const char *args)
{
	const int group = (int)fn_group(f);
	Arena *a = f->e->arena;
	int nreverse = 0;
	for (int g = 0; g < group; g++)
		nreverse += node_reverse(f->n, g);
	if (nreverse == 0 || nreverse == group) {
		fn_tiles(f, tiles, shape, "%s(k, %s, %s)", kernel, nreverse ? "true" : "false",
			 args);
		return;
	}
	buf_puts(&f->decl, "\tstatic const bool reverse[] = {");
	for (int g = 0; g < group; g++)
		buf_printf(&f->decl, "%s%d", g ? ", " : "", node_reverse(f->n, g));
	buf_puts(&f->decl, "};\n");
	f->instance = true;
	const int tabs = open_loop(f, tiles, shape);
	emit_line(&f->body, tabs, "if (reverse[g])");
	emit_line(&f->body, tabs + 1, arena_printf(a, "%s(k, true, %s);", kernel, args));
	emit_line(&f->body, tabs, "else");
	emit_line(&f->body, tabs + 1, arena_printf(a, "%s(k, false, %s);", kernel, args));
	close_loop(f, tiles);
}

void fn_end(Fn *f)
{
	if (f->body.len == 0)
		return;
	Buf node;
	buf_init(&node, f->e->arena);
	ir_print_node(&node, f->n);
	buf_putc(&f->e->body, '\n');
	emit_comment(&f->e->body, node.s);
	buf_printf(&f->e->body, "static void %s(const Self *s)\n{\n", f->name);
	buf_write(&f->e->body, f->decl.s, f->decl.len);
	buf_write(&f->e->body, f->body.s, f->body.len);
	buf_puts(&f->e->body, "}\n");
	buf_printf(f->at_load ? &f->e->load : &f->e->run, "\t%s(s);\n", f->name);
}
