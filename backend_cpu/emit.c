/* emit.c: one C file from a model: kernels, a function for each node, loading, running, tables. */
#include "emit.h"

#include "passes/plan.h" /* plan_deaths */

#include <inttypes.h>
#include <string.h>

/* Texts of kernels/NAME.h, made by tools/embed.sh. */
#define X(name) extern const char *const cpu_kernel_##name;
KERNELS(X)
#undef X

typedef void EmitFn(Fn *f);

static EmitFn *const emit_fn[NOPS] = {
#define EW(name, ...) [OP_##name] = cpu_ew,
#define OP(name, ...) [OP_##name] = cpu_##name,
#include "ir/ops.def"
#undef EW
#undef OP
};

/* ---- nodes ---- */

static void collect_params(Emit *e)
{
	const Module *m = e->model->module;
	for (int g = 0; g < m->graphs.n; g++)
		for (int i = 0; i < m->graphs.at[g]->nodes.n; i++) {
			const Node *n = m->graphs.at[g]->nodes.at[i];
			bool known = n->op != OP_param;
			for (int k = 0; k < e->params.n && !known; k++)
				known = !strcmp(e->params.at[k]->label, n->label);
			if (!known)
				list_push(e->arena, &e->params, n);
		}
}

static bool check_types(const Emit *e, const Node *n)
{
	for (int k = 0; k < n->nout; k++)
		if (n->out[k].type.dtype != F32) {
			diag_error(e->model->module->diag, E607, n->loc,
				   "'%s' is %s; the cpu target computes in f32",
				   n->label ? n->label : n->out[k].name,
				   dtype_name(n->out[k].type.dtype));
			return false;
		}
	return true;
}

/* Views and what lies in the weights or the state as it is needs no code. */
static bool has_code(const Node *n)
{
	bool stored = false;
	for (int k = 0; k < n->nout; k++) {
		const PlaceKind place = n->out[k].place.kind;
		stored |= place == PLACE_ARENA || place == PLACE_LOAD ||
			  (place == PLACE_STATE && node_renewed(n, k));
	}
	return stored && n->op != OP_input && n->op != OP_param;
}

static bool emit_node(Emit *e, const Node *n)
{
	const bool at_load = e->loadtime[n->id];
	if (!check_types(e, n))
		return false;
	if (has_code(n)) {
		Fn *f = fn_new(e, n, at_load);
		emit_fn[n->op](f);
		fn_end(f);
	}
	for (int k = 0; at_load && k < n->nout; k++)
		pack_users(e, &n->out[k]);
	return true;
}

/* ---- graphs ---- */

static void copy_outputs(Emit *e)
{
	const Graph *g = e->graph;
	for (int i = 0, to = 0; i < g->outputs.n; i++) {
		const Value *v = g->outputs.at[i].value;
		if (state_hidden(&e->state, g, g->outputs.at[i].name))
			continue;
		const Ref r = ref_of(e, v, false);
		if (!r.dense)
			BUG("output '%s' is a strided view", g->outputs.at[i].name);
		buf_printf(&e->run, "\tmemory_copy(out[%d], %s + %" PRId64 ", %" PRId64 ");\n",
			   to++, r.base, r.offset, type_count(&v->type));
	}
}

static void poison(Emit *e, int64_t offset, int64_t bytes)
{
	buf_printf(&e->run, "\tmemory_poison(s->arena + %" PRId64 ", %" PRId64 ");\n", offset / 4,
		   bytes / 4);
}

static bool emit_graph(Emit *e, Graph *g)
{
	bool ok = true;
	e->graph = g;
	e->loadtime = graph_loadtime(g, e->arena);
	e->load_base = e->load_floats;
	e->load_floats += g->load_bytes / 4;
	e->kept.n = 0;
	e->packed.n = 0;
	buf_init(&e->run, e->arena);
	const Deaths deaths = plan_deaths(g, e->arena);
	if (e->opt->poison)
		poison(e, 0, g->arena_bytes);
	for (int i = 0; i < g->nodes.n; i++) {
		ok &= emit_node(e, g->nodes.at[i]);
		for (int k = deaths.first[i]; e->opt->poison && k < deaths.first[i + 1]; k++)
			poison(e, deaths.value[k]->place.offset,
			       type_bytes(&deaths.value[k]->type));
	}
	if (!ok)
		return false;
	copy_outputs(e);
	state_update(e);
	buf_printf(&e->body, "\nstatic void run_%s(const Self *s, float *const *out)\n{\n%s}\n",
		   graph_ident(g), e->run.len ? e->run.s : "\t(void)s;\n\t(void)out;\n");
	return true;
}

/* ---- the file ---- */

static void head(const Emit *e, Buf *b)
{
	const Model *m = e->model;
	buf_comment(
	    b, 0,
	    arena_printf(e->arena,
			 "%s%s%s. C for the CPU, written by seldc; not for editing. Above each "
			 "function stands the IR that it implements, with the place in the "
			 "model file that it comes from.",
			 m->name, m->doc ? ": " : "", m->doc ? m->doc : ""));
	buf_puts(b, "#include \"seldrt.h\"\n\n#include <omp.h>\n#include <stdbool.h>\n"
		    "#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n");
}

static void kernels(const Emit *e, Buf *b)
{
	static const char *const *const text[NKERNELS] = {
#define X(name) [K_##name] = &cpu_kernel_##name,
	    KERNELS(X)
#undef X
	};
	for (int k = 0; k < NKERNELS; k++)
		if (e->kernel[k])
			buf_printf(b, "\n%s", *text[k]);
}

static int64_t arena_floats(const Emit *e)
{
	int64_t most = 0;
	for (int i = 0; i < e->model->module->graphs.n; i++) {
		const int64_t bytes = e->model->module->graphs.at[i]->arena_bytes;
		most = bytes > most ? bytes : most;
	}
	return most / 4;
}

/* Memory of a program. */
typedef struct Block {
	const char *name, *doc;
	int64_t floats;
	bool used;
} Block;

enum { NBLOCKS = 6, SCRATCH_BLOCK = 3 };

static void blocks(const Emit *e, Block *to)
{
	const Block all[NBLOCKS] = {
	    {"arena", "activations", arena_floats(e), true},
	    {"load", "values computed once, when weights are loaded", e->load_floats, true},
	    {"pack", "weights in the order in which the kernels read them", e->pack_floats, true},
	    {"scratch", "of the threads", (e->scratch_floats + 63) / 16 * 16, true},
	    {"work", "of one function at a time, for all threads", e->work_floats,
	     e->work_floats > 0},
	    {"state", "of training: parameters, moments", e->state.bytes / 4, e->state.at.n > 0},
	};
	memcpy(to, all, sizeof all);
}

/* ARENA for arena */
static const char *size_name(const Emit *e, const Block *block)
{
	char *s = arena_strdup(e->arena, block->name);
	for (char *p = s; *p; p++)
		*p = (char)(*p - 'a' + 'A');
	return s;
}

static void self_type(const Emit *e, Buf *b)
{
	Block block[NBLOCKS];
	blocks(e, block);
	buf_puts(b, "\n/* Sizes in floats; SCRATCH is for each thread. */\n");
	for (int i = 0; i < NBLOCKS; i++)
		if (block[i].used)
			buf_printf(b, "#define %s INT64_C(%" PRId64 ")\n", size_name(e, &block[i]),
				   block[i].floats);
	buf_puts(b, "\ntypedef struct Self {\n\tint threads;\n");
	for (int i = 0; i < NBLOCKS; i++)
		if (block[i].used)
			buf_printf(b, "\tfloat *%s;%*s/* %s */\n", block[i].name,
				   8 - (int)strlen(block[i].name), "", block[i].doc);
	if (e->primitives.n > 0)
		buf_printf(b, "\tDnnPrimitive dnn[%d];\n", e->primitives.n);
	buf_puts(b, "\tconst float *const *params; /* while loading */\n"
		    "\tconst RtSource *weights;    /* while loading */\n"
		    "\tconst float *const *in;     /* while running */\n"
		    "\tchar device[64];\n"
		    "\tRoofLimits limits; /* of the processor */\n"
		    "} Self;\n");
	if (e->scratch_floats > 0)
		buf_puts(b, "\nstatic inline float *self_scratch(const Self *s)\n{\n"
			    "\treturn s->scratch + omp_get_thread_num() * SCRATCH;\n}\n");
}

static void close_function(const Emit *e, Buf *b)
{
	Block block[NBLOCKS];
	blocks(e, block);
	buf_puts(b, "\nstatic void model_close(void *self)\n{\n"
		    "\tSelf *s = self;\n"
		    "\tif (!s)\n\t\treturn;\n");
	for (int i = 0; i < NBLOCKS; i++)
		if (block[i].used)
			buf_printf(b, "\tfree(s->%s);\n", block[i].name);
	if (e->primitives.n > 0)
		buf_printf(b, "\tfor (int i = 0; i < %d; i++)\n\t\tdnn_close(&s->dnn[i]);\n",
			   e->primitives.n);
	buf_puts(b, "\tfree(s);\n}\n");
}

static void open_blocks(const Emit *e, Buf *b)
{
	Block block[NBLOCKS];
	blocks(e, block);
	buf_puts(b, "\tif (s) {\n"
		    "\t\ts->threads = rt_threads(threads);\n");
	for (int i = 0; i < NBLOCKS; i++)
		if (block[i].used)
			buf_printf(b, "\t\ts->%s = memory_new(%s%s);\n", block[i].name,
				   i == SCRATCH_BLOCK ? "s->threads * " : "",
				   size_name(e, &block[i]));
	buf_puts(b, "\t}\n\tif (!s");
	for (int i = 0; i < NBLOCKS; i++)
		if (block[i].used)
			buf_printf(b, " || !s->%s", block[i].name);
	buf_puts(b, ") {\n");
}

static void open_close(const Emit *e, Buf *b)
{
	buf_printf(b, "\nstatic void load(const Self *s)\n{\n%s}\n",
		   e->load.len ? e->load.s : "\t(void)s;\n");
	close_function(e, b);
	onednn_open(e, b);
	buf_puts(b, "\nstatic RtStatus model_open(void **self, const RtSource *weights, "
		    "int threads,\n                           RtError *err)\n{\n"
		    "\tSelf *s = calloc(1, sizeof *s);\n");
	open_blocks(e, b);
	buf_puts(b, "\t\tmodel_close(s);\n"
		    "\t\tsnprintf(err->text, sizeof err->text, "
		    "\"not enough memory for the model\");\n"
		    "\t\treturn RT_DEVICE;\n"
		    "\t}\n");
	if (e->primitives.n > 0)
		buf_puts(b, "\tif (!open_primitives(s)) {\n"
			    "\t\tmodel_close(s);\n"
			    "\t\tsnprintf(err->text, sizeof err->text, \"oneDNN cannot compute "
			    "the model's convolutions and products\");\n"
			    "\t\treturn RT_DEVICE;\n"
			    "\t}\n");
	buf_puts(b, "\tsnprintf(s->device, sizeof s->device, \"CPU, %d thread%s\", s->threads,\n"
		    "\t         s->threads == 1 ? \"\" : \"s\");\n"
		    "\ts->weights = weights;\n\ts->params = weights->params;\n"
		    "\tload(s);\n");
	state_open(e, b);
	buf_puts(b, "\ts->params = NULL;\n"
		    "\t*self = s;\n"
		    "\treturn RT_OK;\n}\n");
}

static void run_device(const Emit *e, Buf *b)
{
	const Module *m = e->model->module;
	buf_puts(b, "\nstatic RtStatus model_run(void *self, int graph, const float *const *in, "
		    "float *const *out,\n                          RtError *err)\n{\n"
		    "\tSelf *s = self;\n\ts->in = in;\n\tswitch (graph) {\n");
	for (int i = 0; i < m->graphs.n; i++)
		buf_printf(b, "\tcase %d:\n\t\trun_%s(s, out);\n\t\tbreak;\n", i,
			   graph_ident(m->graphs.at[i]));
	buf_puts(b, "\tdefault:\n"
		    "\t\tsnprintf(err->text, sizeof err->text, \"there is no graph %d\", graph);\n"
		    "\t\treturn RT_BUG;\n\t}\n\ts->in = NULL;\n\treturn RT_OK;\n}\n");
	buf_puts(b, "\nstatic const char *model_device(void *self)\n{\n"
		    "\treturn ((Self *)self)->device;\n}\n");
}

/* What the world sees: main, or <name>_model() of a library. */
static void entry(const Emit *e, Buf *b)
{
	if (e->opt->weights)
		buf_puts(b, "\nextern const unsigned char seldc_weights[], seldc_weights_end[];\n");
	if (e->opt->library)
		buf_printf(b,
			   "\nconst RtModel *%s_model(void);\n\nconst RtModel *%s_model(void)\n{\n",
			   e->model->name, e->model->name);
	else
		buf_puts(b, "\nint main(int argc, char **argv)\n{\n");
	if (e->opt->weights)
		buf_printf(
		    b,
		    "\t%sRtModel whole;\n\twhole = model;\n\twhole.weights = seldc_weights;\n"
		    "\twhole.weights_bytes = (uint64_t)(seldc_weights_end - seldc_weights);\n",
		    e->opt->library ? "static " : "");
	const char *which = e->opt->weights ? "&whole" : "&model";
	if (e->opt->library)
		buf_printf(b, "\treturn %s;\n}\n", which);
	else
		buf_printf(b, "\treturn rt_main(%s, argc, argv);\n}\n", which);
}

static void file(Emit *e, Buf *b)
{
	head(e, b);
	kernels(e, b);
	self_type(e, b);
	emit_ew_functions(e, b);
	buf_write(b, e->body.s, e->body.len);
	state_places(e, b);
	open_close(e, b);
	state_functions(e, b);
	run_device(e, b);
	roof_function(e, b);
	emit_tables(e, b);
	entry(e, b);
}

const char *cpu_libs(const Buf *emitted)
{
	return strstr(emitted->s, cpu_kernel_onednn) ? "-ldnnl" : "";
}

bool cpu_emit(Buf *out, const Model *m, const CpuOptions *opt)
{
	Emit *e = NEW(out->arena, Emit);
	e->arena = out->arena;
	e->model = m;
	e->opt = opt;
	e->kernel[K_memory] = true;
	kernel_use(e, K_roof);
	buf_init(&e->body, e->arena);
	buf_init(&e->load, e->arena);
	collect_params(e);
	e->state = model_states(e->arena, m);
	for (int i = 0; i < m->module->graphs.n; i++)
		if (!emit_graph(e, m->module->graphs.at[i]))
			return false;
	file(e, out);
	return true;
}
