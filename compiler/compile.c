/* compile.c: the whole compiler on one screen: read the model, run the passes, emit, link.
 *
 * One arena and one setjmp a compile: a phase reports all it can, then the compile ends at the
 * phase's end (diag_check), and everything it allocated is freed at once. */
#define _POSIX_C_SOURCE 200809L
#include "compile.h"

#include "backend_cpu/backend_cpu.h"
#include "backend_cuda/backend_cuda.h"
#include "command.h"
#include "graph.h"
#include "inspect.h"
#include "passes/plan.h"
#include "runtime/core/core.h"
#include "runtime/rt_cuda.h"
#include "toolchain.h"
#include "train.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

typedef struct Compile {
	Arena *arena;
	Diag diag;
	const OpTable *ops;
	const CompileOptions *o;
	Model *model;
	Target target; /* cpu or cuda */
	const char *archs;
	const char *dir; /* private, or NULL: nothing has been written yet */
	Report report;
	const char *stage; /* what is being done since `since`; NULL: nothing that takes time */
	double since;
	RtProgress progress;
	void (*see)(void *ctx, const CompilePlan *p); /* of compile_plan */
	void *see_ctx;
} Compile;

static const char *target_name(Target t)
{
	return t == TARGET_CUDA ? "cuda" : "cpu";
}

static void wipe_progress(void *cx)
{
	rt_progress_clear(&((Compile *)cx)->progress);
}

/* Runs `body` with everything a compile needs; the exit status is that of the diagnostics. */
static int compile_for(const CompileOptions *o, void (*body)(Compile *cx),
		       void (*see)(void *ctx, const CompilePlan *p), void *see_ctx)
{
	jmp_buf fatal;
	Arena *const a = arena_new();
	Compile *const cx = NEW(a, Compile);
	cx->arena = a;
	cx->o = o;
	cx->see = see;
	cx->see_ctx = see_ctx;
	cx->diag = (Diag){
	    .arena = a, .out = stderr, .fatal = &fatal, .before = wipe_progress, .before_ctx = cx};
	/* What passes print is not to be mixed with a line that is rewritten. */
	rt_progress_open(&cx->progress, o->quiet || o->pass.time || o->pass.dump);
	if (!setjmp(fatal)) {
		cx->ops = ops_new(a);
		body(cx);
	}
	wipe_progress(cx);
	const int status = cx->diag.status;
	if (cx->dir)
		command_remove(cx->dir);
	arena_free(a);
	return status;
}

static int compile(const CompileOptions *o, void (*body)(Compile *cx))
{
	return compile_for(o, body, NULL, NULL);
}

static bool ends_with(const char *s, const char *tail)
{
	const size_t n = strlen(s), m = strlen(tail);
	return n >= m && !strcmp(s + n - m, tail);
}

static Module *read_sir(Compile *cx)
{
	Source *src = NEW(cx->arena, Source);
	src->name = cx->o->input;
	src->text = file_read(cx->arena, src->name, &src->len);
	if (!src->text)
		diag_fatal(&cx->diag, diag_by_errno(E106), (Loc){0}, "cannot read '%s': %s",
			   src->name, strerror(errno));
	Module *m = ir_parse(cx->arena, &cx->diag, cx->ops, src);
	diag_check(&cx->diag);
	ir_verify(m);
	diag_check(&cx->diag);
	return m;
}

/* Says on a terminal what is being done now, and after it with --time how long that took. */
static void stage(Compile *cx, const char *doing)
{
	const double now = rt_seconds();
	if (cx->stage && cx->o->pass.time)
		fprintf(stderr, "%-24s %8.1f ms\n", cx->stage, 1e3 * (now - cx->since));
	cx->stage = doing;
	cx->since = now;
	wipe_progress(cx);
	if (doing)
		rt_progress_text(&cx->progress,
				 arena_printf(cx->arena, "%s: %s", cx->o->input, doing));
}

static void show_kernels(void *ctx, int done, int all)
{
	Compile *cx = ctx;
	rt_progress_show(&cx->progress, "kernels", done, all);
}

/* Verbs of a program enter main; a library or a text may have any graphs, but not none. */
static void check_graphs(Compile *cx, const Module *m)
{
	const Emit emit = cx->o->emit;
	if (m->graphs.n == 0 && emit != EMIT_IR)
		diag_fatal(&cx->diag, E411, (Loc){.src = m->text}, "the text has no graph");
	if (emit == EMIT_PROGRAM && !module_graph(m, "main"))
		diag_fatal(&cx->diag, E411, (Loc){.src = m->text},
			   "a program needs a graph 'main'; there is '%s'", m->graphs.at[0]->name);
}

/* A model file, or text IR as it is. */
static void read_model(Compile *cx)
{
	const CompileOptions *o = cx->o;
	if (ends_with(o->input, ".sir")) {
		if (o->train || o->batch || o->seconds > 0 || o->nsets)
			diag_fatal(&cx->diag, E501, (Loc){0},
				   "--train, --batch, --seconds and --set need a model file, not "
				   "text IR");
		Module *const m = read_sir(cx);
		cx->model = NEW(cx->arena, Model);
		*cx->model = (Model){.module = m, .name = m->name, .batch = 1};
		return;
	}
	const ModelOptions options = {.batch = o->batch,
				      .seconds = o->seconds,
				      .nset = o->nsets,
				      .set = o->sets,
				      .ninclude = o->nincludes,
				      .include = o->includes,
				      .train = o->train};
	cx->model = model_read(cx->arena, &cx->diag, cx->ops, o->input, &options);
	diag_check(&cx->diag);
	if (o->train)
		train_build(cx->model);
	diag_check(&cx->diag);
}

static void run_passes(Compile *cx, Module *m, const PassHooks *hooks)
{
	PassOptions opt = cx->o->pass;
	if (hooks)
		opt.hooks = *hooks;
	if (opt.dump_all && !make_folders(cx->arena, opt.dump_all))
		diag_fatal(&cx->diag, diag_by_errno(E552), (Loc){0}, "%s: %s", opt.dump_all,
			   strerror(errno));
	if (!passes_run(m, &opt, &cx->report))
		diag_check(&cx->diag);
}

/* The compile's private folder; made if it is missing. */
static const char *private_folder(Compile *cx)
{
	if (!cx->dir && !(cx->dir = command_folder(cx->arena, cx->o)))
		diag_fatal(&cx->diag, diag_by_errno(E553), (Loc){0}, "%s: %s", cx->o->work,
			   strerror(errno));
	return cx->dir;
}

/* Keeps an emitted source, NAME and the suffix, where --save-temps asks for it. */
static void save_source(Compile *cx, const char *suffix, const Buf *b)
{
	const char *dir = cx->o->save_temps;
	if (!dir)
		return;
	const char *path = arena_printf(cx->arena, "%s/%s%s", dir, cx->model->name, suffix);
	if (!make_folders(cx->arena, dir) || !file_replace(path, b->s, b->len))
		diag_fatal(&cx->diag, diag_by_errno(E553), (Loc){0}, "%s: %s", path,
			   strerror(errno));
}

/* No path, or "-" as compilers have it: to stdout. */
static void write_out(Compile *cx, const char *path, const Buf *b)
{
	if (!path || !strcmp(path, "-")) {
		fwrite(b->s, 1, b->len, stdout);
		return;
	}
	if (!file_write(path, b->s, b->len))
		diag_fatal(&cx->diag, diag_by_errno(E553), (Loc){0}, "%s: %s", path,
			   strerror(errno));
}

/* A program's name is checked before the compiler runs, whose complaint would be about its own
 * doings. */
static void check_output(Compile *cx, const char *path)
{
	if (!file_writable(path))
		diag_fatal(&cx->diag, diag_by_errno(E553), (Loc){0}, "%s: %s", path,
			   strerror(errno));
}

/* The graph that a build is about: main, or what text IR has in its place. */
static const Graph *chief_graph(const Module *m)
{
	const Graph *main = module_graph(m, "main");
	return main ? main : m->graphs.at[0];
}

static void say_built(Compile *cx, const char *program)
{
	const Graph *g = chief_graph(cx->model->module);
	if (cx->o->quiet)
		return;
	wipe_progress(cx);
	fprintf(stderr, "%s: %s for %s%s%s, %s, batch %lld: %d nodes, activations %.1f MB\n",
		program, cx->model->name, target_name(cx->target), cx->archs ? " " : "",
		cx->archs ? cx->archs : "", cx->o->precision, (long long)cx->model->batch,
		g->nodes.n, (double)g->arena_bytes / 1e6);
	if (!cx->o->verbose)
		return;
	Buf b;
	buf_init(&b, cx->arena);
	report_text(&b, &cx->report);
	fputs(b.s, stderr);
}

static void add_param(Arena *a, RtModel *m, RtParam *params, const Node *n)
{
	for (int i = 0; i < m->nparams; i++)
		if (!strcmp(params[i].tensor.name, n->label))
			return;
	RtParam *p = &params[m->nparams++];
	*p = (RtParam){.tensor = {.name = n->label, .rank = n->out[0].type.rank},
		       .init = attr_str(n, "init"),
		       .a = attr_float(n, "a"),
		       .b = attr_float(n, "b"),
		       .c = attr_float(n, "c"),
		       .optional = attr_bool(n, "optional")};
	memcpy(p->tensor.dim, n->out[0].type.dim, sizeof p->tensor.dim);
}

/* Weights to embed are checked when the program is built, not when it is first run. */
static void check_weights(Compile *cx)
{
	Arena *a = cx->arena;
	const Module *m = cx->model->module;
	int most = 0;
	for (int i = 0; i < m->graphs.n; i++)
		most += m->graphs.at[i]->nodes.n;
	RtParam *params = NEW_ARRAY(a, RtParam, most);
	RtModel want = {.name = cx->model->name, .params = params};
	for (int i = 0; i < m->graphs.n; i++)
		for (int k = 0; k < m->graphs.at[i]->nodes.n; k++)
			if (m->graphs.at[i]->nodes.at[k]->op == OP_param)
				add_param(a, &want, params, m->graphs.at[i]->nodes.at[k]);
	RtError *err = NEW(a, RtError);
	if (rt_weights_check(&want, cx->o->weights, err))
		diag_fatal(&cx->diag, E701, (Loc){0}, "%s", err->text);
	if (err->text[0])
		diag_note(&cx->diag, (Loc){0}, "%s: %s", cx->o->weights, err->text);
}

/* libNAME.so comes with libNAME.h, which declares how to get at the model. */
static void write_header(Compile *cx, const char *library)
{
	const size_t n = strlen(library);
	const char *dot = n > 3 && !strcmp(library + n - 3, ".so") ? library + n - 3 : library + n;
	Buf b;
	buf_init(&b, cx->arena);
	cpu_emit_header(&b, cx->model);
	write_out(cx, arena_printf(cx->arena, "%.*s.h", (int)(dot - library), library), &b);
}

/* Links `source` (and the assembler text `more`, or NULL) to a program or a library. */
static void link_program(Compile *cx, const Buf *source, const Buf *more, const char *flags,
			 const char *libs)
{
	const CompileOptions *o = cx->o;
	Arena *a = cx->arena;
	const bool lib = o->emit == EMIT_LIB;
	const char *name = cx->model->name;
	const char *output = o->output ? o->output : lib ? arena_printf(a, "lib%s.so", name) : name;
	check_output(cx, output);
	save_source(cx, ".c", source);
	if (more)
		save_source(cx, ".images.s", more);
	const LinkJob job = {.dir = private_folder(cx),
			     .output = output,
			     .source = source,
			     .more = more,
			     .weights = o->weights,
			     .shared = lib,
			     .flags = flags,
			     .libs = libs,
			     .save_temps = o->save_temps,
			     .name = name};
	const char *linked = tool_link(a, &cx->diag, &job);
	if (!linked)
		return;
	if (lib)
		write_header(cx, output);
	if (!file_move(linked, output))
		diag_fatal(&cx->diag, diag_by_errno(E553), (Loc){0}, "%s: %s", output,
			   strerror(errno));
	say_built(cx, output);
}

/* What oneDNN computes; without it nothing, which is an error only where it was asked for. */
static CpuOnednn choose_onednn(Compile *cx)
{
	const bool asked = !strcmp(cx->o->library, "onednn");
	const CpuOnednn best = cpu_onednn_best(), want = asked ? ONEDNN_ALL : best;
	if (!strcmp(cx->o->library, "own") || want == ONEDNN_NOTHING)
		return ONEDNN_NOTHING;
	if (tool_has_header(cx->arena, "dnnl.h"))
		return want;
	if (asked)
		diag_fatal(&cx->diag, E601, (Loc){0},
			   "--library onednn: dnnl.h not found (Debian: libdnnl-dev)");
	return ONEDNN_NOTHING;
}

static void build_cpu(Compile *cx)
{
	const CpuOptions opt = {.onednn = choose_onednn(cx),
				.library = cx->o->emit == EMIT_LIB,
				.weights = cx->o->weights != NULL,
				.poison = cx->o->poison};
	Buf b;
	buf_init(&b, cx->arena);
	cpu_emit(&b, cx->model, &opt);
	diag_check(&cx->diag);
	if (cx->o->emit == EMIT_C)
		write_out(cx, cx->o->output, &b);
	else
		link_program(cx, &b, NULL, CPU_CFLAGS, cpu_libs(&b));
}

static CudaPrecision cuda_precision(const char *name)
{
	return !strcmp(name, "bf16") ? CUDA_BF16 : !strcmp(name, "tf32") ? CUDA_TF32 : CUDA_FP32;
}

/* Machine code or PTX to files NAME.FAMILY.sm_NN.cubin, in the current folder unless -o names one.
 */
static void write_images(Compile *cx, const CudaImages *images)
{
	const char *dir = cx->o->output ? cx->o->output : ".";
	if (!make_folders(cx->arena, dir))
		diag_fatal(&cx->diag, diag_by_errno(E553), (Loc){0}, "%s: %s", dir,
			   strerror(errno));
	for (int i = 0; i < images->at.n; i++) {
		const CudaImage *m = &images->at.at[i];
		if (m->ptx != (cx->o->emit == EMIT_PTX))
			continue;
		Buf b = {.arena = cx->arena};
		b.s = file_read(cx->arena, m->path, &b.len);
		if (!b.s)
			diag_fatal(&cx->diag, diag_by_errno(E553), (Loc){0}, "%s: %s", m->path,
				   strerror(errno));
		const char *path =
		    arena_printf(cx->arena, "%s/%s.%s.sm_%d.%s", dir, cx->model->name,
				 cuda_family_name(m->family), m->arch, m->ptx ? "ptx" : "cubin");
		if (!file_replace(path, b.s, b.len))
			diag_fatal(&cx->diag, diag_by_errno(E553), (Loc){0}, "%s: %s", path,
				   strerror(errno));
	}
}

static void build_cuda(Compile *cx)
{
	const CompileOptions *o = cx->o;
	Arena *a = cx->arena;
	const CudaOptions opt = {.precision = cuda_precision(o->precision),
				 .version = SELDC_VERSION,
				 .wgmma = cuda_archs_wgmma(a, cx->archs),
				 .library = o->emit == EMIT_LIB,
				 .weights = o->weights != NULL};
	CudaCode *code = cuda_emit(a, cx->model, &opt);
	diag_check(&cx->diag);
	Buf cu, host, images_text;
	buf_init(&cu, a), buf_init(&host, a), buf_init(&images_text, a);
	cuda_source(&cu, code);
	if (o->emit == EMIT_CUDA) {
		write_out(cx, o->output, &cu);
		return;
	}
	save_source(cx, ".cu", &cu);
	const CudaCompileOptions how = {.archs = cx->archs,
					.jobs = rt_threads(0),
					.nvcc = !strcmp(o->compiler, "nvcc"),
					.dir = private_folder(cx),
					.save_temps = o->save_temps,
					.show = show_kernels,
					.show_ctx = cx};
	CudaImages images = {0};
	if (!cuda_compile(code, &how, &cx->diag, &images))
		return;
	if (o->emit == EMIT_PTX || o->emit == EMIT_CUBIN) {
		write_images(cx, &images);
		return;
	}
	cuda_host(&host, code, &images);
	cuda_images_asm(&images_text, &images);
	link_program(cx, &host, &images_text, "-std=gnu11 -O2 -Wall -fopenmp", "");
}

/* Options of the GPU say nothing to a CPU. */
static void check_cpu_options(Compile *cx)
{
	if (cx->target != TARGET_CPU)
		return;
	if (strcmp(cx->o->precision, "fp32"))
		diag_fatal(&cx->diag, E501, (Loc){0}, "--precision %s needs --target cuda",
			   cx->o->precision);
	if (cx->o->arch)
		diag_fatal(&cx->diag, E501, (Loc){0}, "--arch needs --target cuda");
}

/* cuda when asked for, or when a GPU is visible and nothing else was said. */
static void choose_target(Compile *cx)
{
	const CompileOptions *o = cx->o;
	const bool gpu_output =
	    o->emit == EMIT_CUDA || o->emit == EMIT_PTX || o->emit == EMIT_CUBIN;
	int arch = 0;
	const int ngpus = o->arch && o->target == TARGET_CUDA ? 0 : rt_cuda_devices(&arch);
	cx->target = o->target;
	if (o->target == TARGET_AUTO)
		cx->target =
		    gpu_output || (ngpus > 0 && o->emit != EMIT_C) ? TARGET_CUDA : TARGET_CPU;
	if (gpu_output && cx->target == TARGET_CPU)
		diag_fatal(&cx->diag, E501, (Loc){0}, "--emit of CUDA code needs --target cuda");
	if (o->emit == EMIT_C && cx->target == TARGET_CUDA)
		diag_fatal(&cx->diag, E501, (Loc){0}, "--emit c needs --target cpu");
	check_cpu_options(cx);
	if (cx->target == TARGET_CPU)
		return;
	if (o->arch && !cuda_archs_known(cx->arena, &cx->diag, o->arch))
		diag_check(&cx->diag);
	cx->archs = o->arch;
	if (!cx->archs && ngpus > 0)
		cx->archs = arena_printf(cx->arena, "sm_%d", arch);
	if (!cx->archs && o->emit != EMIT_CUDA && o->emit != EMIT_IR)
		diag_fatal(&cx->diag, E610, (Loc){0},
			   "no GPU is visible: name architectures with --arch");
}

static PassHooks target_hooks(const Compile *cx)
{
	if (cx->target == TARGET_CUDA)
		return cuda_hooks(cuda_precision(cx->o->precision));
	return cpu_hooks();
}

static void check_emit(Compile *cx)
{
	const CompileOptions *o = cx->o;
	const bool text = o->emit == EMIT_IR || o->emit == EMIT_C || o->emit == EMIT_CUDA;
	if (o->pass.stop_after && o->emit != EMIT_IR)
		diag_fatal(&cx->diag, E501, (Loc){0}, "--stop-after leaves only IR: --emit ir");
	if (o->output && !strcmp(o->output, "-") && !text)
		diag_fatal(&cx->diag, E501, (Loc){0},
			   "-o -: only text goes to stdout: --emit ir, c or cuda");
}

static void build(Compile *cx)
{
	check_emit(cx);
	choose_target(cx);
	stage(cx, "read");
	read_model(cx);
	check_graphs(cx, cx->model->module);
	if (cx->o->weights)
		check_weights(cx);
	stage(cx, "passes");
	const PassHooks hooks = target_hooks(cx);
	run_passes(cx, cx->model->module, &hooks);
	if (cx->o->emit == EMIT_IR) {
		stage(cx, NULL);
		Buf b;
		buf_init(&b, cx->arena);
		ir_print(&b, cx->model->module);
		write_out(cx, cx->o->output, &b);
		return;
	}
	stage(cx, "emit, compile, link");
	if (cx->target == TARGET_CUDA)
		build_cuda(cx);
	else
		build_cpu(cx);
	stage(cx, NULL);
}

/* Stacks and concatenations of what was computed in place copy nothing. */
static bool copies(const Node *n)
{
	if (n->op != OP_stack && n->op != OP_concat)
		return true;
	for (int i = 0; i < n->nin; i++)
		if (!plan_in_place(n, i))
			return true;
	return false;
}

static void plan(Compile *cx)
{
	choose_target(cx);
	read_model(cx);
	check_graphs(cx, cx->model->module);
	const PassHooks hooks = target_hooks(cx);
	run_passes(cx, cx->model->module, &hooks);
	const Graph *g = module_graph(cx->model->module, "main");
	CompilePlan p = {
	    .model = cx->model, .report = &cx->report, .cuda = cx->target == TARGET_CUDA};
	const bool *load = graph_loadtime(g, cx->arena);
	for (int i = 0; i < g->nodes.n; i++) {
		const Node *n = g->nodes.at[i];
		if (load[n->id] || n->op == OP_input || n->out[0].place.kind == PLACE_VIEW ||
		    !copies(n))
			continue;
		p.launches++;
		p.bytes += ir_cost(n).bytes;
	}
	if (p.cuda) {
		const CudaOptions opt = {.precision = cuda_precision(cx->o->precision),
					 .version = SELDC_VERSION};
		const CudaCode *code = cuda_emit(cx->arena, cx->model, &opt);
		p.launches = 0;
		for (int i = 0; i < code->launches.n; i++) {
			const CudaLaunch *l = &code->launches.at[i];
			p.launches += !l->load && cx->model->module->graphs.at[l->graph] == g;
		}
	}
	cx->see(cx->see_ctx, &p);
}

static void inspect(Compile *cx)
{
	cx->target = cx->o->target == TARGET_CUDA ? TARGET_CUDA : TARGET_CPU;
	check_cpu_options(cx);
	stage(cx, "read");
	read_model(cx);
	stage(cx, "passes");
	PassOptions opt = cx->o->pass;
	opt.hooks = target_hooks(cx);
	RtError *err = NEW(cx->arena, RtError);
	const RtStatus s =
	    inspect_model(cx->arena, cx->model, &opt, cx->o->json, cx->o->verbose, err);
	if (s)
		diag_fatal(&cx->diag, s == RT_DEVICE ? E602 : E553, (Loc){0}, "%s", err->text);
}

/* Text IR without --passes is only read, verified and printed. */
static void opt(Compile *cx)
{
	stage(cx, "read");
	read_model(cx);
	stage(cx, "passes");
	Module *const m = cx->model->module;
	const PassOptions *p = &cx->o->pass;
	if (p->only || p->skip || p->stop_after || p->eval || p->verify || p->dump || p->dump_all)
		run_passes(cx, m, NULL);
	wipe_progress(cx);
	Buf b;
	buf_init(&b, cx->arena);
	ir_print(&b, m);
	write_out(cx, NULL, &b);
}

int compile_build(const CompileOptions *o)
{
	CompileOptions b = *o;
	if (b.pass.stop_after && b.emit == EMIT_PROGRAM)
		b.emit = EMIT_IR;
	return compile(&b, build);
}

int compile_inspect(const CompileOptions *o)
{
	return compile(o, inspect);
}

int compile_opt(const CompileOptions *o)
{
	return compile(o, opt);
}

int compile_plan(const CompileOptions *o, void (*see)(void *ctx, const CompilePlan *p), void *ctx)
{
	return compile_for(o, plan, see, ctx);
}
