/* check_model.c: everything that a model computes, checked on this machine.
 *
 * 1. Every op with a gradient, as the model uses it, by central differences in float64.
 * 2. Every node as it is after the passes, through each back end, against the evaluator. Both take
 *    nodes by themselves, on sizes made small (single.h), each kind once.
 * 3. The whole: outputs, loss, gradients and state of a program against the evaluator on the graph
 *    before any pass, and in float64 the slope of the loss along a random direction of all weights.
 *    Long segments are cut, as the evaluator is slow.
 * Programs lie in the command's private folder. */
#define _GNU_SOURCE
#include "check_model.h"

#include "built.h"
#include "command.h"
#include "runtime/core/core.h"
#include "runtime/rt_cuda.h"
#include "single.h"
#include "train.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* BATCH: the default. SMALL, MIDDLE: of singles_add. */
enum { MAX_BACKENDS = 2, BATCH = 2, SMALL = 4, MIDDLE = 16 };
static const double most_macs = 1e10; /* of the outputs, for the evaluator */

/* Largest error of an output, and of all gradients of the whole as one vector: there rectifiers
 * change sides with rounding. */
typedef struct Limits {
	const char *precision;
	double output, gradient;
} Limits;
static const Limits all_limits[] = {{"fp32", 3e-6, 2e-3}, {"tf32", 4e-3, 0.1}, {"bf16", 3e-2, 0.5}};
/* Of the slope along a direction. Rectifiers whose kink lies between the two ends make an error in
 * proportion to the step, 1.5e-4 for a step of 1e-6 and 75 million weights. */
static const double slope_limit = 1e-5, slope_step = 1e-8;

/* What was found about one op. */
typedef struct Row {
	int gradients, kernels; /* nodes */
	double difference, error[MAX_BACKENDS];
} Row;

/* Where the graph opN came from. */
typedef struct Origin {
	Op op;
	const char *where;
} Origin;

typedef struct Backend {
	const char *name;
	Target target;
	const Limits *limits;
	Built built;
} Backend;

typedef struct Check {
	Arena *arena;
	Diag diag;
	const OpTable *ops;
	const CompileOptions *o;
	const char *dir, *model;
	double seconds; /* of a segment; 0: the model's */
	bool train;
	int nbackends;
	Backend backend[MAX_BACKENDS];
	Row row[NOPS];
	LIST(Origin) origin;
	LIST(const char *) wrong;
	Buf whole; /* lines about the whole */
	RtProgress progress;
} Check;

static void found_wrong(Check *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void found_wrong(Check *c, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	list_push(c->arena, &c->wrong, arena_vprintf(c->arena, fmt, ap));
	va_end(ap);
}

/* ---- the model ------------------------------------------------------------------------------- */

/* As the user said, for one back end. */
static CompileOptions options(const Check *c, Target target, const char *precision)
{
	CompileOptions o = *c->o;
	o.target = target;
	o.train = c->train;
	o.seconds = c->seconds;
	o.batch = c->o->batch ? c->o->batch : BATCH;
	o.precision = precision;
	if (target == TARGET_CPU)
		o.arch = NULL; /* that of the GPU beside it */
	return o;
}

/* The model on the way to a CPU, with its passes or without all that can be left out. */
static int see_model(Check *c, bool passes, void (*see)(void *ctx, const CompilePlan *p))
{
	CompileOptions o = options(c, TARGET_CPU, "fp32");
	if (!passes)
		o.pass = (PassOptions){.only = ""};
	const int status = compile_plan(&o, see, c);
	return status ? status : c->diag.status;
}

static void look(void *ctx, const CompilePlan *p)
{
	Check *c = ctx;
	const Model *m = p->model;
	const Graph *main = module_graph(m->module, "main");
	double macs = 0;
	for (int i = 0; i < main->nodes.n; i++)
		macs += ir_cost(main->nodes.at[i]).macs;
	c->model = arena_strdup(c->arena, m->name);
	c->train = m->training != NULL;
	int64_t frames = m->audio.frames;
	for (; macs > most_macs && frames > 1 && !c->o->seconds; macs /= 2)
		frames /= 2;
	if (frames < m->audio.frames)
		c->seconds = (double)(frames * m->audio.frame_samples) / (double)m->audio.rate;
}

/* ---- 1: gradients ---------------------------------------------------------------------------- */

/* The kinds of nodes of all graphs. */
static Singles singles_of(Check *c, const CompilePlan *p, Arena *a, int64_t tile)
{
	const Module *m = p->model->module;
	Singles s;
	if (!singles_open(&s, a, m->ops, "ops"))
		diag_error(&c->diag, diag_by_errno(E553), (Loc){0}, "/dev/null: %s",
			   strerror(errno));
	for (int i = 0; i < m->graphs.n && !c->diag.status; i++)
		singles_add(&s, m->graphs.at[i], tile);
	return s;
}

static void differences(void *ctx, const CompilePlan *p)
{
	Check *c = ctx;
	Arena *a = arena_new();
	Singles s = singles_of(c, p, a, SMALL);
	for (int i = 0; i < s.at.n; i++) {
		const Single *n = &s.at.at[i];
		const OpInfo *info = &c->ops->op[n->op];
		Row *r = &c->row[n->op];
		Differences d;
		rt_progress_show(&c->progress, "gradients", i, s.at.n);
		if (info->flags & F_NOGRAD)
			continue;
		Arena *scratch = arena_new();
		const char *why = ir_differences(n->graph, scratch, &d);
		if (why)
			found_wrong(c, "gradient of %s, as in '%s': %s", info->name, n->where, why);
		r->gradients++;
		r->difference = fmax(r->difference, d.worst);
		arena_free(scratch);
	}
	singles_close(&s);
	arena_free(a);
}

/* ---- 2: kernels ------------------------------------------------------------------------------ */

static const char *singles_path(const Check *c)
{
	return arena_printf(c->arena, "%s/ops.sir", c->dir);
}

static void write_singles(void *ctx, const CompilePlan *p)
{
	Check *c = ctx;
	Arena *a = arena_new();
	Singles s = singles_of(c, p, a, MIDDLE);
	for (int i = 0; i < s.at.n; i++)
		list_push(c->arena, &c->origin,
			  ((Origin){s.at.at[i].op, arena_strdup(c->arena, s.at.at[i].where)}));
	Buf b;
	buf_init(&b, a);
	ir_print(&b, s.module);
	if (!file_write(singles_path(c), b.s, b.len))
		diag_error(&c->diag, diag_by_errno(E553), (Loc){0}, "%s: %s", singles_path(c),
			   strerror(errno));
	singles_close(&s);
	arena_free(a);
}

/* NULL after a diagnostic: no memory, no descriptors. */
static Module *read_singles(Check *c)
{
	Source *src = NEW(c->arena, Source);
	src->name = singles_path(c);
	src->text = file_read(c->arena, src->name, &src->len);
	if (!src->text) {
		diag_error(&c->diag, diag_by_errno(E106), (Loc){0}, "cannot read '%s': %s",
			   src->name, strerror(errno));
		return NULL;
	}
	Module *m = ir_parse(c->arena, &c->diag, c->ops, src);
	if (!m)
		BUG("%s cannot be read back", src->name);
	return m;
}

static bool is_source(const Node *n)
{
	return n->op == OP_input || n->op == OP_param;
}

static BuiltValues single_values(const Check *c, const Module *m)
{
	BuiltValues v = {0};
	for (int i = 0; i < m->graphs.n; i++) {
		const Graph *g = m->graphs.at[i];
		uint64_t state = (uint64_t)i;
		for (int k = 0; k < g->nodes.n; k++)
			if (is_source(g->nodes.at[k])) {
				list_push(c->arena, &v.source, g->nodes.at[k]);
				list_push(c->arena, &v.value,
					  ir_draw(c->arena, g, g->nodes.at[k], &state));
			}
	}
	return v;
}

/* Graph i of m on all back ends. */
static int check_single(Check *c, const Module *m, int i, BuiltValues *v)
{
	const Graph *g = m->graphs.at[i];
	const Origin *from = &c->origin.at[i];
	const char *op = c->ops->op[from->op].name;
	Arena *a = arena_new();
	Tensor *want = NEW_ARRAY(a, Tensor, g->outputs.n + 1);
	float **got = NEW_ARRAY(a, float *, g->outputs.n + 1);
	int status = EXIT_DONE;
	if (!ir_eval(g, a, built_lookup, v, want))
		BUG("%s cannot be evaluated", op);
	c->row[from->op].kernels++;
	for (int b = 0; b < c->nbackends && !status; b++) {
		Backend *e = &c->backend[b];
		double *worst = &c->row[from->op].error[b];
		status = built_run(a, &c->diag, &e->built, g, v, got);
		for (int k = 0; k < g->outputs.n && !status; k++) {
			const double error = built_error(&want[k], got[k]);
			*worst = fmax(*worst, error);
			if (error > e->limits->output)
				found_wrong(c,
					    "%s on %s, as in '%s': output %d of %d differs by %.1e",
					    op, e->name, from->where, k + 1, g->outputs.n, error);
		}
	}
	arena_free(a);
	return status;
}

static int load(Check *c, const CompileOptions *o, const char *name, Backend *b)
{
	CompileOptions library = *o;
	library.output = arena_printf(c->arena, "%s/%s-%s.so", c->dir, name, b->name);
	rt_progress_text(&c->progress, arena_printf(c->arena, "building %s for %s", name, b->name));
	return built_load(c->arena, &c->diag, &library, name, &b->built);
}

static void close_all(Check *c)
{
	for (int b = 0; b < c->nbackends; b++)
		built_close(&c->backend[b].built);
}

static int kernels(Check *c)
{
	int status = see_model(c, true, write_singles);
	for (int b = 0; b < c->nbackends && !status; b++) {
		CompileOptions o =
		    options(c, c->backend[b].target, c->backend[b].limits->precision);
		o.input = singles_path(c);
		o.pass = (PassOptions){.only = ""};
		/* text IR takes none of these */
		o.nsets = 0;
		o.batch = 0;
		o.seconds = 0;
		o.train = false;
		status = load(c, &o, "ops", &c->backend[b]);
	}
	if (status)
		return status;
	const Module *m = read_singles(c);
	if (!m)
		return c->diag.status;
	BuiltValues v = single_values(c, m);
	for (int b = 0; b < c->nbackends && !status; b++)
		status = built_open(&c->diag, &c->backend[b].built, &v, NULL);
	for (int i = 0; i < m->graphs.n && !status; i++) {
		rt_progress_show(&c->progress, "kernels", i, m->graphs.n);
		status = check_single(c, m, i, &v);
	}
	close_all(c);
	return status;
}

/* ---- 3: the whole ---------------------------------------------------------------------------- */

static BuiltValues whole_values(const Check *c, const Model *m, const Graph *step)
{
	const Module *from = m->module;
	BuiltValues v = {0};
	RandomValues random = {.arena = c->arena, .seed = 1};
	for (int i = 0; i < from->graphs.n; i++)
		for (int k = 0; k < from->graphs.at[i]->nodes.n; k++) {
			const Node *n = from->graphs.at[i]->nodes.at[k];
			Tensor t;
			if (!is_source(n))
				continue;
			ir_random(&random, n, &t);
			if (n->graph == step && t.type.rank == 0)
				*t.data = train_default(m, n->label);
			for (int64_t e = 0; e < type_count(&t.type); e++)
				t.data[e] = (double)(float)t.data[e];
			list_push(c->arena, &v.source, n);
			list_push(c->arena, &v.value, t);
		}
	return v;
}

static bool starts(const char *name, const char *with)
{
	return !strncmp(name, with, strlen(with));
}

static void report(Check *c, const char *what, const char *where, double error, double limit)
{
	const bool right = error <= limit;
	buf_printf(&c->whole, "%-36s %8s %10.1e %10.0e%s\n", what, where, error, limit,
		   right ? "" : "  WRONG");
	if (!right)
		found_wrong(c, "the whole, %s: %s differs by %.1e", where, what, error);
}

/* What is summed up of the outputs of a graph. */
typedef struct Sums {
	double error, size; /* of the gradients, squared */
	double new;         /* largest error of the new weights */
	bool gradients;
} Sums;

static void add_output(Sums *s, const char *name, const Tensor *want, const float *got)
{
	const double error = built_error(want, got);
	double size = 0;
	if (!starts(name, "grad.")) {
		s->new = fmax(s->new, error);
		return;
	}
	for (int64_t i = 0; i < type_count(&want->type); i++)
		size += want->data[i] * want->data[i];
	s->gradients = true;
	s->error += error * error * (size > 0 ? size : 1);
	s->size += size;
}

/* Graph g of a program against `want`, its outputs in float64. */
static int check_graph(Check *c, Backend *b, const Graph *g, BuiltValues *v, const Tensor *want)
{
	Arena *a = arena_new();
	float **got = NEW_ARRAY(a, float *, g->outputs.n + 1);
	const int status = built_run(a, &c->diag, &b->built, g, v, got);
	Sums s = {0};
	for (int i = 0; i < g->outputs.n && !status; i++) {
		const char *name = g->outputs.at[i].name;
		if (starts(name, "grad.") || starts(name, "new."))
			add_output(&s, name, &want[i], got[i]);
		else
			report(c, arena_printf(c->arena, "%s: %s", g->name, name), b->name,
			       built_error(&want[i], got[i]), b->limits->output);
	}
	if (s.gradients && !status) {
		report(c, "step: all gradients as one vector", b->name, sqrt(s.error / s.size),
		       b->limits->gradient);
		report(c, "step: new weights, largest", b->name, s.new, b->limits->gradient);
	}
	arena_free(a);
	return status;
}

/* step: of which the loss is the only output. */
static double loss_along(const Graph *step, BuiltValues *v, const Tensor *direction, double by)
{
	Arena *a = arena_new();
	Tensor out;
	for (int sign = 1; sign >= -1; sign -= 2) {
		for (int i = 0; i < v->source.n; i++)
			for (int64_t e = 0; direction[i].data && e < type_count(&direction[i].type);
			     e++)
				v->value.at[i].data[e] += sign * by * direction[i].data[e];
		if (sign > 0)
			ir_eval(step, a, built_lookup, v, &out);
	}
	const double loss = *out.data;
	arena_free(a);
	return loss;
}

/* Leaves the outputs that are wanted. */
static void keep_outputs(Graph *g, bool (*wanted)(const char *name))
{
	int n = 0;
	Output *list = NEW_ARRAY(g->module->arena, Output, g->outputs.n);
	for (int i = 0; i < g->outputs.n; i++)
		if (wanted(g->outputs.at[i].name))
			list[n++] = g->outputs.at[i];
	graph_set_outputs(g, list, n);
}

static bool is_loss(const char *name)
{
	return !strcmp(name, "loss");
}

/* The optimiser's state is as large as the weights, several times over. */
static bool is_no_state(const char *name)
{
	return !starts(name, "opt.");
}

/* The slope of the loss along a random direction, by the gradients and by differences. */
static void check_slope(Check *c, Graph *step, BuiltValues *v, const Tensor *want)
{
	Arena *a = arena_new();
	Tensor *direction = NEW_ARRAY(a, Tensor, v->source.n + 1);
	RandomValues random = {.arena = a, .seed = 2};
	double slope = 0;
	for (int k = 0; k < step->outputs.n; k++) {
		const char *name = step->outputs.at[k].name;
		if (!starts(name, "grad."))
			continue;
		for (int i = 0; i < v->source.n; i++) {
			if (v->source.at[i]->graph != step ||
			    strcmp(v->source.at[i]->label, name + 5))
				continue;
			ir_random(&random, v->source.at[i], &direction[i]);
			for (int64_t e = 0; e < type_count(&want[k].type); e++)
				slope += want[k].data[e] * direction[i].data[e];
		}
	}
	keep_outputs(step, is_loss);
	const double ahead = loss_along(step, v, direction, slope_step);
	const double behind = loss_along(step, v, direction, -slope_step);
	const double by_differences = (ahead - behind) / (2 * slope_step);
	report(c, "step: slope of the loss", "float64",
	       fabs(slope - by_differences) / fabs(by_differences), slope_limit);
	arena_free(a);
}

static void check_whole(void *ctx, const CompilePlan *p)
{
	Check *c = ctx;
	const Module *m = p->model->module;
	Graph *step = module_graph(m, "step");
	BuiltValues v = whole_values(c, p->model, step);
	int status = EXIT_DONE;
	for (int b = 0; b < c->nbackends && !status; b++)
		status = built_open(&c->diag, &c->backend[b].built, &v, step);
	for (int i = 0; i < m->graphs.n && !status; i++) {
		Graph *g = m->graphs.at[i];
		Arena *a = arena_new();
		keep_outputs(g, is_no_state);
		Tensor *want = NEW_ARRAY(a, Tensor, g->outputs.n + 1);
		rt_progress_text(&c->progress,
				 arena_printf(a, "evaluating %s in float64", g->name));
		ir_eval(g, a, built_lookup, &v, want);
		for (int b = 0; b < c->nbackends && !status; b++)
			status = check_graph(c, &c->backend[b], g, &v, want);
		if (g == step && !status)
			check_slope(c, step, &v, want);
		arena_free(a);
	}
}

static int whole(Check *c)
{
	int status = EXIT_DONE;
	for (int b = 0; b < c->nbackends && !status; b++) {
		const CompileOptions o =
		    options(c, c->backend[b].target, c->backend[b].limits->precision);
		status = load(c, &o, c->model, &c->backend[b]);
	}
	if (!status)
		status = see_model(c, false, check_whole);
	close_all(c);
	return status;
}

/* ---- results --------------------------------------------------------------------------------- */

static void print_ops(const Check *c)
{
	printf("%-22s %9s %10s   %7s", "op by itself", "gradients", "largest", "kernels");
	for (int b = 0; b < c->nbackends; b++)
		printf(" %10s", c->backend[b].name);
	puts("");
	for (int i = 0; i < NOPS; i++) {
		const Row *r = &c->row[i];
		if (!r->gradients && !r->kernels)
			continue;
		printf("%-22s ", c->ops->op[i].name);
		if (r->gradients)
			printf("%9d %10.1e   ", r->gradients, r->difference);
		else
			printf("%9s %10s   ", "-", "-");
		if (r->kernels)
			printf("%7d", r->kernels);
		else
			printf("%7s", "-");
		for (int b = 0; b < c->nbackends && r->kernels; b++)
			printf(" %10.1e", r->error[b]);
		puts("");
	}
	printf("%-22s %9s %10.1e   %7s", "limit", "", DIFFERENCES_LIMIT, "");
	for (int b = 0; b < c->nbackends; b++)
		printf(" %10.0e", c->backend[b].limits->output);
	puts("");
}

static void print_results(const Check *c)
{
	int gradients = 0, nkernels = 0;
	for (int i = 0; i < NOPS; i++) {
		gradients += c->row[i].gradients;
		nkernels += c->row[i].kernels;
	}
	print_ops(c);
	printf("\n%-36s %8s %10s %10s\n%s\n", "the whole", "", "error", "limit", c->whole.s);
	for (int i = 0; i < c->wrong.n; i++)
		printf("WRONG: %s\n", c->wrong.at[i]);
	printf("%s: %d gradients and %d kernels by themselves, ", c->model, gradients, nkernels);
	printf("the whole");
	if (c->seconds)
		printf(" on %g s", c->seconds);
	printf(": ");
	if (c->wrong.n)
		printf("%d WRONG\n", c->wrong.n);
	else
		puts("all right");
}

/* ---- the verb -------------------------------------------------------------------------------- */

static void add_backend(Check *c, const char *name, Target target, const char *precision)
{
	const Limits *l = all_limits;
	while (strcmp(l->precision, precision))
		l++;
	c->backend[c->nbackends++] = (Backend){name, target, l, {0}};
}

/* All that there are, or the one that was asked for. */
static void choose_backends(Check *c)
{
	int arch = 0;
	const Target t = c->o->target;
	const bool gpu = t != TARGET_CPU && rt_cuda_devices(&arch) > 0;
	if (t != TARGET_CUDA)
		add_backend(c, "cpu", TARGET_CPU, "fp32");
	if (gpu)
		add_backend(c, "cuda", TARGET_CUDA, c->o->precision);
	else if (t == TARGET_CUDA)
		diag_error(&c->diag, E610, (Loc){0}, "--target cuda: no GPU is visible");
}

static int check(Check *c)
{
	int status = see_model(c, false, look);
	if (!status)
		status = see_model(c, false, differences);
	if (!status)
		status = kernels(c);
	if (!status)
		status = whole(c);
	rt_progress_clear(&c->progress);
	if (status)
		return status;
	print_results(c);
	return c->wrong.n ? EXIT_BUG : EXIT_DONE;
}

int compile_check(const CompileOptions *o)
{
	Arena *a = arena_new();
	Check *c = NEW(a, Check);
	*c = (Check){.arena = a, .o = o, .ops = ops_new(a), .diag = {.arena = a, .out = stderr}};
	buf_init(&c->whole, a);
	choose_backends(c);
	if (!c->diag.status && !(c->dir = command_folder(a, o)))
		diag_error(&c->diag, diag_by_errno(E553), (Loc){0}, "temporary folder: %s",
			   strerror(errno));
	int status = c->diag.status;
	if (!status) {
		rt_progress_open(&c->progress, false);
		status = check(c);
	}
	arena_free(a);
	return status;
}
