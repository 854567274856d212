/* passes.c: the driver. For each enabled pass and graph: shuffle, dump, run, time, verify, dump,
 * evaluate. Passes know nothing of this. */
#include "passes/passes.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <time.h>

#include "passes/edit.h"
#include "passes/pass_check.h"

typedef int PassFn(PassCtx *cx, Graph *g);

enum { optional = 0, required = 1 };

static const struct {
	const char *name;
	int kind;
	const char *doc;
	PassFn *run;
} passes[] = {
#define PASS(name, kind, doc) {#name, kind, doc, pass_##name},
#define BEFORE(a, b, reason)
#include "passes.def"
#undef PASS
#undef BEFORE
};

static const struct {
	const char *first, *second, *reason;
} orders[] = {
#define PASS(name, kind, doc)
#define BEFORE(a, b, reason) {#a, #b, reason},
#include "passes.def"
#undef PASS
#undef BEFORE
};

enum { NPASSES = COUNT(passes) };

/* Largest difference of outputs before and after a pass, relative to the largest output. */
static const double eval_tolerance = 1e-9;

typedef struct Driver {
	Module *m;
	const PassOptions *opt;
	Report *report;
	Tensor **want; /* with eval: outputs of each graph before the first pass */
	Arena *eval_arena;
} Driver;

void passes_list(Buf *b)
{
	for (int i = 0; i < NPASSES; i++)
		buf_printf(b, "%-22s %-9s %s\n", passes[i].name,
			   passes[i].kind == required ? "required" : "optional", passes[i].doc);
}

/* ---- names and lists ------------------------------------------------------------------------- */

static int pass_find(const char *name, size_t len)
{
	for (int i = 0; i < NPASSES; i++)
		if (strlen(passes[i].name) == len && !memcmp(passes[i].name, name, len))
			return i;
	return -1;
}

static bool list_has(const char *list, const char *name)
{
	const size_t len = strlen(name);
	for (const char *p = list; p && *p;) {
		const size_t n = strcspn(p, ",");
		if (n == len && !memcmp(p, name, n))
			return true;
		p += n + (p[n] == ',');
	}
	return false;
}

static bool check_list(Module *m, const char *list, const char *flag)
{
	const char *names[NPASSES];
	for (int i = 0; i < NPASSES; i++)
		names[i] = passes[i].name;
	bool ok = true;
	for (const char *p = list; p && *p;) {
		const size_t n = strcspn(p, ",");
		if (n && pass_find(p, n) < 0) {
			const char *word = arena_strndup(m->arena, p, n);
			const char *near = closest_name(word, names, NPASSES);
			diag_error(m->diag, E551, (Loc){0}, "%s: no pass is called '%s'%s%s%s",
				   flag, word, near ? "; did you mean '" : "", near ? near : "",
				   near ? "'?" : "");
			ok = false;
		}
		p += n + (p[n] == ',');
	}
	return ok;
}

static void check_orders(void)
{
	for (size_t i = 0; i < COUNT(orders); i++) {
		const int a = pass_find(orders[i].first, strlen(orders[i].first));
		const int b = pass_find(orders[i].second, strlen(orders[i].second));
		if (a < 0 || b < 0 || a >= b)
			BUG("pass order: %s must stand before %s: %s", orders[i].first,
			    orders[i].second, orders[i].reason);
	}
}

static bool enabled(const PassOptions *opt, int i)
{
	if (passes[i].kind == required)
		return true;
	if (list_has(opt->skip, passes[i].name))
		return false;
	return !opt->only || list_has(opt->only, passes[i].name);
}

/* ---- dumps ----------------------------------------------------------------------------------- */

static bool dump(const Driver *d, int i, const char *when)
{
	const bool here = list_has(d->opt->dump, passes[i].name);
	if (!here && !d->opt->dump_all)
		return true;
	Arena *a = arena_new();
	Buf b;
	buf_init(&b, a);
	ir_print(&b, d->m);
	if (here)
		fprintf(stderr, "# %s %s\n%s", when, passes[i].name, b.s);
	bool ok = true;
	if (d->opt->dump_all) {
		const char *path = arena_printf(a, "%s/%02d-%s.%s.sir", d->opt->dump_all, i + 1,
						passes[i].name, when);
		ok = file_replace(path, b.s, b.len);
		if (!ok)
			diag_error(d->m->diag, diag_by_errno(E552), (Loc){0},
				   "cannot write '%s': %s", path, strerror(errno));
	}
	arena_free(a);
	return ok;
}

/* ---- checks ---------------------------------------------------------------------------------- */

static void check_pass(const Driver *d, int i)
{
	if (!d->opt->verify)
		return;
	const char *why = pass_check_module(d->m);
	if (!why && passes[i].run == pass_plan_memory)
		why = pass_check_plans(d->m, &d->opt->hooks);
	if (why)
		BUG("pass %s: %s", passes[i].name, why);
}

static Tensor *eval_graph(const Driver *d, const Graph *g)
{
	RandomValues values = {d->eval_arena, d->opt->seed};
	Tensor *out = NEW_ARRAY(d->eval_arena, Tensor, g->outputs.n + 1);
	if (!ir_eval(g, d->eval_arena, ir_random, &values, out))
		BUG("graph %s cannot be evaluated", g->name);
	return out;
}

static void eval_first(Driver *d)
{
	d->want = NEW_ARRAY(d->eval_arena, Tensor *, d->m->graphs.n + 1);
	for (int k = 0; k < d->m->graphs.n; k++)
		d->want[k] = eval_graph(d, d->m->graphs.at[k]);
}

static void eval_pass(const Driver *d, int i)
{
	for (int k = 0; d->opt->eval && k < d->m->graphs.n; k++) {
		const Graph *g = d->m->graphs.at[k];
		const Tensor *got = eval_graph(d, g);
		for (int o = 0; o < g->outputs.n; o++) {
			const double diff = pass_check_difference(&d->want[k][o], &got[o]);
			if (!(diff <= eval_tolerance))
				BUG("pass %s: output '%s' of graph %s changed by %.3g of its "
				    "largest value",
				    passes[i].name, g->outputs.at[o].name, g->name, diff);
		}
	}
}

/* ---- running --------------------------------------------------------------------------------- */

static double seconds(void)
{
	struct timespec t;
	timespec_get(&t, TIME_UTC);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void run_on_graph(const Driver *d, int i, Graph *g)
{
	Arena *scratch = arena_new();
	PassCtx cx = {scratch, &d->opt->hooks, passes[i].name, g, d->report};
	if (d->opt->shuffle)
		pass_check_shuffle(g, d->opt->seed + (uint64_t)i, scratch);
	PassStat s = {.pass = passes[i].name, .graph = g->name, .nodes_before = g->nodes.n};
	edit_renumber(g);
	const double start = seconds();
	s.changes = passes[i].run(&cx, g);
	s.seconds = seconds() - start;
	s.nodes_after = g->nodes.n;
	for (int k = 0; k < g->nodes.n; k++)
		g->nodes.at[k]->mark = 0;
	list_push(d->m->arena, &d->report->stats, s);
	if (d->opt->time)
		fprintf(stderr, "%-10s %-22s %8.3f ms %5d changes %5d -> %d nodes\n", s.graph,
			s.pass, 1e3 * s.seconds, s.changes, s.nodes_before, s.nodes_after);
	arena_free(scratch);
}

static bool run_pass(const Driver *d, int i)
{
	if (!dump(d, i, "before"))
		return false;
	for (int k = 0; k < d->m->graphs.n; k++)
		run_on_graph(d, i, d->m->graphs.at[k]);
	if (!dump(d, i, "after"))
		return false;
	check_pass(d, i);
	eval_pass(d, i);
	return true;
}

static bool run_all(const Driver *d)
{
	for (int i = 0; i < NPASSES; i++) {
		if (enabled(d->opt, i) && !run_pass(d, i))
			return false;
		if (d->opt->stop_after && !strcmp(d->opt->stop_after, passes[i].name))
			break;
	}
	return true;
}

bool passes_run(Module *m, const PassOptions *opt, Report *report)
{
	check_orders();
	const bool known =
	    check_list(m, opt->only, "--passes") & check_list(m, opt->skip, "--no-pass") &
	    check_list(m, opt->stop_after, "--stop-after") & check_list(m, opt->dump, "--dump");
	if (!known)
		return false;
	Driver d = {.m = m, .opt = opt, .report = report, .eval_arena = arena_new()};
	if (opt->eval)
		eval_first(&d);
	const bool ok = run_all(&d);
	arena_free(d.eval_arena);
	return ok;
}
