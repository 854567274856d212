/* fn.c: the C function of a node: a comment with its IR, arguments that say where its operands are,
 * and a parallel loop over the tiles of its instances. Nodes whose functions have the same text
 * share one: the shape of a layer is compiled once however often the layer occurs. */
#include "emit.h"

#include <inttypes.h>
#include <string.h>

Fn *fn_new(Emit *e, const Node *n, bool at_load)
{
	Fn *f = NEW(e->arena, Fn);
	f->e = e;
	f->n = n;
	f->at_load = at_load;
	buf_init(&f->decl, e->arena);
	buf_init(&f->body, e->arena);
	return f;
}

void kernel_use(Emit *e, Kernel k)
{
	/* each kernel's text stands after those that it uses */
	static const Kernel needs[NKERNELS][4] = {
	    [K_math] = {K_vec},
	    [K_gemm] = {K_vec},
	    [K_linear] = {K_gemm, K_vec},
	    [K_conv] = {K_gemm, K_vec},
	    [K_winograd] = {K_gemm, K_vec},
	    [K_onednn] = {K_conv, K_linear, K_gemm, K_vec},
	    [K_pool] = {K_vec},
	    [K_norm] = {K_math, K_vec},
	    [K_reduce] = {K_vec},
	    [K_scan] = {K_gemm, K_vec},
	    [K_gru] = {K_gemm, K_math, K_vec},
	    [K_stft] = {K_vec},
	    [K_outer] = {K_gemm, K_vec},
	    [K_conv_grad] = {K_vec},
	    [K_batch] = {K_vec},
	    [K_rows_grad] = {K_norm, K_math, K_vec},
	    [K_pool_grad] = {K_pool, K_vec},
	    [K_scan_grad] = {K_scan, K_gemm, K_vec},
	    [K_gru_grad] = {K_gru, K_gemm, K_math, K_vec},
	    [K_update] = {K_vec},
	    [K_attention] = {K_update, K_gemm, K_math, K_vec},
	    [K_roof] = {K_vec},
	};
	e->kernel[k] = true;
	for (int i = 0; i < 4; i++)
		e->kernel[needs[k][i]] = true;
}

void fn_use(Fn *f, Kernel k)
{
	kernel_use(f->e, k);
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

bool fn_has(const Fn *f, const char *name)
{
	for (int i = 0; i < f->args.n; i++)
		if (!strcmp(f->args.at[i].name, name))
			return true;
	return false;
}

void fn_declare(Fn *f, const char *type, const char *name, const char *base, int64_t offset)
{
	if (!fn_has(f, name))
		list_push(f->e->arena, &f->args, ((Arg){type, name, base, offset}));
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

const char *fn_out(Fn *f, int k)
{
	const Ref r = ref_of(f->e, &f->n->out[k], f->at_load);
	return fn_at(f, fn_name_out(f, k), &f->n->out[k], r.stride);
}

const char *fn_out_over(Fn *f, int k)
{
	const Value *out = &f->n->out[k], *old = node_renewed(f->n, k);
	if (!old || out->place.kind != PLACE_STATE)
		return fn_out(f, k);
	int i = 0;
	while (f->n->in[i] != old)
		i++;
	const Ref r = ref_of(f->e, out, f->at_load);
	const char *name = operand_name(f, false, i);
	fn_declare(f, "float ", name, r.base, r.offset);
	return fn_at(f, name, out, r.stride);
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

void fn_hold(Fn *f, const char *name, int64_t floats)
{
	if (fn_has(f, "work"))
		BUG("memory for '%s' of '%s' is asked for too late", name, f->n->out[0].name);
	fn_declare(f, "float ", name, "s->work", f->held);
	f->held += (floats + 15) / 16 * 16;
	ref_work(f->e, f->held);
}

const char *fn_work(Fn *f, int64_t floats)
{
	const int64_t group = fn_group(f);
	fn_declare(f, "float ", "work", "s->work", f->held);
	ref_work(f->e, f->held + group * floats);
	return arena_printf(f->e->arena, "work%s", fn_step(f, group, floats));
}

/* The head of the loop and what the body needs. Returns the tabs of the body. Where there are many
 * tiles a thread takes several neighbours, as what it fetches ahead is the next one's. */
static int open_loop(Fn *f, int64_t tiles, const char *shape)
{
	enum { TURNS = 64 };
	const int64_t total = fn_group(f) * tiles, take = total > TURNS ? total / TURNS : 1;
	const int tabs = total > 1 || f->loops > 0 ? 2 : 1;
	Arena *a = f->e->arena;
	if (total > 1)
		buf_printf(&f->body,
			   "#pragma omp parallel for schedule(dynamic, %" PRId64
			   ") num_threads(s->threads)\n"
			   "\tfor (int i = 0; i < %" PRId64 "; i++) {\n",
			   take, total);
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

/* By a function, or by a table of any graph (emit_model.c). */
static bool is_taken(const Emit *e, const char *name)
{
	const Module *m = e->model->module;
	for (int i = 0; i < e->functions.n; i++)
		if (!strcmp(e->functions.at[i].name, name))
			return true;
	for (int i = 0; i < m->graphs.n; i++) {
		const char *graph = graph_ident(m->graphs.at[i]);
		const size_t n = strlen(graph);
		if (!strncmp(name, graph, n) &&
		    (!strcmp(name + n, "_inputs") || !strcmp(name + n, "_outputs")))
			return true;
	}
	return false;
}

static const char *function_name(Emit *e, const Node *n)
{
	const char *label = text_ident(e->arena, n->label ? n->label : n->out[0].name);
	const char *graph = graph_ident(e->graph);
	const char *name = arena_printf(e->arena, "%s_%s", graph, label);
	for (int next = 2; is_taken(e, name);)
		name = arena_printf(e->arena, "%s_%s_%d", graph, label, next++);
	return name;
}

static const Function *find_function(const Emit *e, const char *params, const char *text)
{
	for (int i = 0; i < e->functions.n; i++) {
		const Function *k = &e->functions.at[i];
		if (!strcmp(k->text, text) && !strcmp(k->params, params))
			return k;
	}
	return NULL;
}

/* The node that a call is for, where the function is named after another one. */
static void write_note(Buf *b, const Node *n)
{
	const char *label = n->label ? n->label : n->out[0].name;
	if (n->loc.src)
		label = arena_printf(b->arena, "%s  !%s:%d:%d", label, n->loc.src->name,
				     n->loc.line, n->loc.col);
	buf_comment(b, 1, label);
}

static void write_function(Fn *f, const Function *k)
{
	Buf node, *const b = &f->e->body;
	buf_init(&node, f->e->arena);
	ir_print_node(&node, f->n);
	buf_putc(b, '\n');
	buf_comment(b, 0, node.s);
	emit_line(b, 0, arena_printf(f->e->arena, "OUTLINE void %s(%s)", k->name, k->params));
	buf_printf(b, "{\n%s}\n", k->text);
}

#define WORD "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

/* The text has the word "s". */
static bool uses_self(const char *text)
{
	for (const char *p = text + 1; (p = strchr(p, 's')); p++)
		if (!strchr(WORD, p[-1]) && !strchr(WORD, p[1]))
			return true;
	return false;
}

void fn_end(Fn *f)
{
	Emit *e = f->e;
	Buf params, call;
	if (f->body.len == 0)
		return;
	buf_init(&params, e->arena);
	buf_init(&call, e->arena);
	const char *text = arena_printf(e->arena, "%s%s", f->decl.s, f->body.s);
	if (uses_self(text)) {
		buf_puts(&params, "const Self *s");
		buf_puts(&call, "s");
	}
	for (int i = 0; i < f->args.n; i++) {
		const Arg *a = &f->args.at[i];
		const char *comma = params.len ? ", " : "";
		buf_printf(&params, "%s%s*restrict %s", comma, a->type, a->name);
		buf_printf(&call, a->offset ? "%s%s + %" PRId64 : "%s%s", comma, a->base,
			   a->offset);
	}
	const Function *k = find_function(e, params.s, text);
	Buf *const to = f->at_load ? &e->load : &e->run;
	if (!k) {
		const Function new = {function_name(e, f->n), params.s, text};
		list_push(e->arena, &e->functions, new);
		k = &e->functions.at[e->functions.n - 1];
		write_function(f, k);
	} else {
		write_note(to, f->n);
	}
	emit_line(to, 1, arena_printf(e->arena, "%s(%s);", k->name, call.s));
}
