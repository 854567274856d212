/* sweep.c: every subset of the fusion passes as a program: built, checked against the program
 * without any of them, timed.
 *
 * The clean-up passes stay on. A subset in which passes find nothing to do is the same program as
 * the subset without them, which stands for both. That covers what one pass needs of another.
 * Programs, weights and results live in the command's private folder. */
#define _GNU_SOURCE
#include "sweep.h"

#include "command.h"
#include "passes/passes.h"
#include "runtime/core/core.h"
#include "sweep_page.h"
#include "toolchain.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROUNDS = 3, RUNS = 15, MAX_PASSES = 16 };

typedef struct Variant {
	unsigned mask; /* of Sweep.pass */
	const char *program;
	int launches; /* nodes that run for one inference */
	int64_t arena_bytes;
	double bytes; /* read and written by those nodes */
	double error; /* largest of ||a - b|| / ||b|| over the outputs */
	bool same;
	double round[ROUNDS]; /* seconds, median of each round */
	double seconds;       /* median of the rounds */
	double spread;        /* range of the rounds over `seconds` */
} Variant;

typedef struct Sweep {
	Arena *arena;
	Diag diag;
	const CompileOptions *o;
	const char *dir, *weights, *input;
	const char *pass[MAX_PASSES];
	int npasses;
	unsigned vary; /* passes that are swept; the others stay on */
	unsigned busy; /* passes that did something in some subset */
	bool cuda;
	const char *model, *device; /* as `bench` names it */
	int64_t batch;
	double limit;
	LIST(Variant) at;
	int skipped; /* subsets that are the program of another */
	Variant reference;
	RtProgress progress;
} Sweep;

static bool has(unsigned mask, int pass)
{
	return mask >> pass & 1;
}

/* ---- which subsets --------------------------------------------------------------------------- */

/* The optional passes but those that only clean up, or that change training alone. */
static void list_passes(Sweep *s)
{
	static const struct {
		const char *name, *kind;
	} rows[] = {
#define PASS(name, kind, doc) {#name, #kind},
#define BEFORE(a, b, reason)
#include "passes/passes.def"
#undef PASS
#undef BEFORE
	};
	static const char *const others[] = {"fold_const", "cse", "dce", "recompute"};
	for (size_t i = 0; i < COUNT(rows); i++) {
		bool fuses = !strcmp(rows[i].kind, "optional");
		for (size_t k = 0; k < COUNT(others); k++)
			fuses = fuses && strcmp(rows[i].name, others[k]);
		if (fuses && s->npasses < MAX_PASSES)
			s->pass[s->npasses++] = rows[i].name;
	}
}

static bool read_only(Sweep *s)
{
	const char *list = s->o->sweep_only;
	if (!list)
		s->vary = (1u << s->npasses) - 1;
	while (list && *list) {
		const char *name = arena_strndup(s->arena, list, strcspn(list, ","));
		int i = 0;
		while (i < s->npasses && strcmp(s->pass[i], name))
			i++;
		if (i == s->npasses) {
			diag_error(&s->diag, E551, (Loc){0}, "--only: no fusion pass '%s'", name);
			const char *near = closest_name(name, s->pass, s->npasses);
			if (near)
				diag_note(&s->diag, (Loc){0}, "did you mean '%s'?", near);
			return false;
		}
		s->vary |= 1u << i;
		list += strcspn(list, ",");
		list += *list == ',';
	}
	return true;
}

/* What tells most comes first, so that --max keeps it: all passes, none, all but one, one. */
static int rank_of(unsigned mask, unsigned vary)
{
	const int n = __builtin_popcount(mask & vary), all = __builtin_popcount(vary);
	return n == all ? 0 : n == 0 ? 1 : n == all - 1 ? 2 : n == 1 ? 3 : 4;
}

static const char *skip_list(Sweep *s, unsigned mask)
{
	const char *list = s->o->pass.skip ? s->o->pass.skip : "";
	for (int i = 0; i < s->npasses; i++)
		if (!has(mask, i))
			list = arena_printf(s->arena, "%s%s%s", list, *list ? "," : "", s->pass[i]);
	return list;
}

/* ---- plans and programs ---------------------------------------------------------------------- */

typedef struct Look {
	Sweep *sweep;
	Variant *variant;
	unsigned idle; /* passes that ran and changed nothing */
} Look;

static void look(void *ctx, const CompilePlan *p)
{
	Look *l = ctx;
	Sweep *s = l->sweep;
	const Graph *main = module_graph(p->model->module, "main");
	s->cuda = p->cuda;
	s->model = arena_strdup(s->arena, p->model->name);
	s->batch = p->model->batch;
	l->variant->launches = p->launches;
	l->variant->bytes = p->bytes;
	l->variant->arena_bytes = main->arena_bytes;
	for (int i = 0; i < s->npasses; i++) {
		int changes = 0;
		for (int k = 0; k < p->report->stats.n; k++)
			if (!strcmp(p->report->stats.at[k].pass, s->pass[i]))
				changes += p->report->stats.at[k].changes;
		if (!changes)
			l->idle |= 1u << i;
	}
}

static int plan(Sweep *s, Variant *v, unsigned *idle)
{
	Look l = {.sweep = s, .variant = v};
	CompileOptions o = *s->o;
	o.pass.skip = skip_list(s, v->mask);
	const int status = compile_plan(&o, look, &l);
	*idle = l.idle;
	return status;
}

static int build(Sweep *s, Variant *v, const char *name, const char *precision)
{
	CompileOptions o = *s->o;
	o.pass.skip = skip_list(s, v->mask);
	o.precision = precision;
	o.quiet = true;
	o.output = v->program = arena_printf(s->arena, "%s/%s", s->dir, name);
	return compile_build(&o);
}

/* Runs a program of ours; its exit status, with what it said shown when that is not 0. */
static int call(Sweep *s, char *const *argv, const char *log)
{
	const int status = tool_run(argv, log);
	if (!status)
		return EXIT_DONE;
	size_t n = 0;
	const char *said = file_read(s->arena, log, &n);
	rt_progress_clear(&s->progress);
	diag_error(&s->diag, E609, (Loc){0}, "'%s' of a built program failed", argv[1]);
	if (said)
		diag_note(&s->diag, (Loc){0}, "%.*s", (int)strcspn(said, "\n"), said);
	return status > 0 && status <= EXIT_BUG ? status : EXIT_TOOLCHAIN;
}

#define WORD(s, text) arena_strdup((s)->arena, text)

/* ---- values ---------------------------------------------------------------------------------- */

static bool put_values(RtOut *f, const Node *n, uint64_t seed)
{
	Arena *a = arena_new();
	RandomValues random = {.arena = a, .seed = seed};
	Tensor t;
	bool ok = ir_random(&random, n, &t);
	for (int64_t i = 0; ok && i < type_count(&t.type); i++) {
		const float v = (float)t.data[i];
		rt_out_write(f, &v, sizeof v);
	}
	arena_free(a);
	return ok;
}

static RtStatus write_weights(const Sweep *s, const Module *m, RtError *err)
{
	LIST(const Node *) params = {0};
	for (int g = 0; g < m->graphs.n; g++)
		for (int k = 0; k < m->graphs.at[g]->nodes.n; k++) {
			const Node *n = m->graphs.at[g]->nodes.at[k];
			bool new = n->op == OP_param;
			for (int i = 0; new &&i < params.n; i++)
				new = strcmp(params.at[i]->label, n->label) != 0;
			if (new)
				list_push(s->arena, &params, n);
		}
	RtTensor *t = NEW_ARRAY(s->arena, RtTensor, params.n + 1);
	for (int i = 0; i < params.n; i++) {
		const Type *type = &params.at[i]->out[0].type;
		t[i] = (RtTensor){.name = params.at[i]->label, .rank = type->rank};
		memcpy(t[i].dim, type->dim, sizeof t[i].dim);
	}
	RtOut out;
	RtStatus status = rt_out_open(&out, s->weights, err);
	if (status)
		return status;
	rt_st_header(&out, params.n, t);
	for (int i = 0; !status && i < params.n; i++)
		if (!put_values(&out, params.at[i], 1))
			status = rt_fail(err, RT_DEVICE, "%s: cannot be written", s->weights);
	if (status) {
		rt_out_cancel(&out);
		return status;
	}
	return rt_out_commit(&out, err);
}

static RtStatus write_input(const Sweep *s, const Graph *main, RtError *err)
{
	RtOut out;
	RtStatus status = rt_out_open(&out, s->input, err);
	for (int k = 0; !status && k < main->nodes.n; k++) {
		const Node *n = main->nodes.at[k];
		if (n->op != OP_input)
			continue;
		rt_npy_header(&out, n->out[0].type.rank, n->out[0].type.dim);
		if (put_values(&out, n, 1))
			return rt_out_commit(&out, err);
		break;
	}
	if (!status) {
		rt_out_cancel(&out);
		status = rt_fail(err, RT_DEVICE, "%s: cannot be written", s->input);
	}
	return status;
}

static int fail(Sweep *s, RtStatus status, const RtError *err)
{
	diag_error(&s->diag, status == RT_DEVICE ? E602 : E553, (Loc){0}, "%s", err->text);
	return s->diag.status;
}

static void write_values(void *ctx, const CompilePlan *p)
{
	Sweep *s = ctx;
	RtError err;
	RtStatus status = write_weights(s, p->model->module, &err);
	if (!status)
		status = write_input(s, module_graph(p->model->module, "main"), &err);
	if (status)
		fail(s, status, &err);
}

/* Random weights and inputs, from the model before any fusion. */
static int make_values(Sweep *s)
{
	CompileOptions o = *s->o;
	o.pass.skip = skip_list(s, 0);
	const int status = compile_plan(&o, write_values, s);
	return status ? status : s->diag.status;
}

/* ---- verifying ------------------------------------------------------------------------------- */

static int run(Sweep *s, const Variant *v)
{
	char *argv[] = {WORD(s, v->program),
			WORD(s, "run"),
			WORD(s, "--quiet"),
			WORD(s, "--weights"),
			WORD(s, s->weights),
			WORD(s, "--input"),
			WORD(s, s->input),
			WORD(s, "--output"),
			arena_printf(s->arena, "%s.out", v->program),
			NULL};
	return call(s, argv, arena_printf(s->arena, "%s.log", v->program));
}

static double entry_error(const RtEntry *got, const RtEntry *want)
{
	double num = 0, den = 0;
	for (uint64_t i = 0; i < (want->end - want->begin) / sizeof(float); i++) {
		float a, b;
		memcpy(&a, got->data + i * sizeof a, sizeof a);
		memcpy(&b, want->data + i * sizeof b, sizeof b);
		num += ((double)a - b) * ((double)a - b);
		den += (double)b * b;
	}
	return sqrt(num / (den > 0 ? den : 1));
}

static double outputs_error(const RtSafetensors *got, const RtSafetensors *want)
{
	double worst = 0;
	for (int i = 0; i < want->n; i++) {
		const RtEntry *e = &want->entries[i], *g = rt_st_find(got, e->name);
		if (!g || g->end - g->begin != e->end - e->begin)
			return INFINITY;
		const double error = entry_error(g, e);
		worst = error <= worst ? worst : error;
	}
	return worst;
}

static int read_outputs(Sweep *s, const Variant *v, RtBytes *b, RtSafetensors *st)
{
	RtError err;
	const char *path = arena_printf(s->arena, "%s.out", v->program);
	RtStatus status = rt_bytes_open(b, path, &err);
	if (!status)
		status = rt_st_parse(st, b->at, b->n, path, &err);
	return status ? fail(s, status, &err) : EXIT_DONE;
}

static int verify(Sweep *s, Variant *v)
{
	RtBytes bytes[2] = {0};
	RtSafetensors st[2] = {0};
	int status = read_outputs(s, v, &bytes[0], &st[0]);
	if (!status)
		status = read_outputs(s, &s->reference, &bytes[1], &st[1]);
	v->error = status ? INFINITY : outputs_error(&st[0], &st[1]);
	v->same = v->error <= s->limit;
	for (int i = 0; i < 2; i++) {
		rt_st_release(&st[i]);
		rt_bytes_release(&bytes[i]);
	}
	return status;
}

/* ---- timing ---------------------------------------------------------------------------------- */

static bool read_median(Sweep *s, const char *text, double *seconds)
{
	cJSON *j;
	RtError err;
	if (rt_json_read(&j, text, strlen(text), NULL, &err) == RT_DEVICE) {
		fail(s, RT_DEVICE, &err);
		return false;
	}
	const char *device = cJSON_GetStringValue(cJSON_GetObjectItem(j, "device"));
	if (!s->device && device)
		s->device = arena_strdup(s->arena, device);
	const cJSON *results = cJSON_GetObjectItem(j, "results"), *r;
	bool found = false;
	cJSON_ArrayForEach(r, results)
	{
		const char *name = cJSON_GetStringValue(cJSON_GetObjectItem(r, "name"));
		const cJSON *latency = cJSON_GetObjectItem(r, "latency_seconds");
		if (!name || strcmp(name, "main") != 0)
			continue;
		*seconds = cJSON_GetNumberValue(cJSON_GetObjectItem(latency, "median"));
		found = true;
	}
	cJSON_Delete(j);
	return found;
}

static int cannot_read(Sweep *s, const char *path)
{
	diag_error(&s->diag, diag_by_errno(E106), (Loc){0}, "cannot read '%s': %s", path,
		   strerror(errno));
	return s->diag.status;
}

static int bench(Sweep *s, Variant *v, int round)
{
	char *argv[] = {
	    WORD(s, v->program),  WORD(s, "bench"),    WORD(s, "--json"),
	    WORD(s, "--quiet"),   WORD(s, "--runs"),   arena_printf(s->arena, "%d", RUNS),
	    WORD(s, "--weights"), WORD(s, s->weights), NULL};
	const char *log = arena_printf(s->arena, "%s.bench", v->program);
	const int status = call(s, argv, log);
	size_t n = 0;
	const char *text = status ? NULL : file_read(s->arena, log, &n);
	if (!status && !text)
		return cannot_read(s, log);
	if (status || read_median(s, text, &v->round[round]))
		return status;
	diag_error(&s->diag, E609, (Loc){0}, "'bench' of a built program gave no time");
	return s->diag.status;
}

static int by_value(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static void sum_up(Variant *v)
{
	double sorted[ROUNDS];
	memcpy(sorted, v->round, sizeof sorted);
	qsort(sorted, ROUNDS, sizeof *sorted, by_value);
	v->seconds = sorted[ROUNDS / 2];
	v->spread = (sorted[ROUNDS - 1] - sorted[0]) / v->seconds;
}

/* Verified programs first, the fastest first. */
static int by_time(const void *a, const void *b)
{
	const Variant *x = a, *y = b;
	if (x->same != y->same)
		return y->same - x->same;
	return (x->seconds > y->seconds) - (x->seconds < y->seconds);
}

static int time_all(Sweep *s)
{
	for (int round = 0; round < ROUNDS; round++)
		for (int i = 0; i < s->at.n; i++) {
			rt_progress_show(&s->progress, "time", round * s->at.n + i,
					 ROUNDS * s->at.n);
			const int status =
			    s->at.at[i].same ? bench(s, &s->at.at[i], round) : EXIT_DONE;
			if (status)
				return status;
		}
	for (int i = 0; i < s->at.n; i++)
		if (s->at.at[i].same)
			sum_up(&s->at.at[i]);
	qsort(s->at.at, (size_t)s->at.n, sizeof *s->at.at, by_time);
	return EXIT_DONE;
}

/* ---- results --------------------------------------------------------------------------------- */

/* Mean time of the verified programs with the pass less that of those without; NAN: one is missing.
 * `share`: of the mean without. */
static double effect(const Sweep *s, int pass, double *share)
{
	double sum[2] = {0}, n[2] = {0};
	for (int i = 0; i < s->at.n; i++) {
		const Variant *v = &s->at.at[i];
		if (!v->same)
			continue;
		sum[has(v->mask, pass)] += v->seconds;
		n[has(v->mask, pass)]++;
	}
	const double difference = sum[1] / n[1] - sum[0] / n[0];
	*share = difference / (sum[0] / n[0]);
	return difference;
}

/* "all", "none", "all but layout", or the list; of the passes that are swept. */
static const char *passes_text(const Sweep *s, unsigned mask)
{
	const unsigned off = s->vary & ~mask, on = s->vary & mask;
	const bool but = __builtin_popcount(off) < __builtin_popcount(on);
	const char *text = but ? "all" : on ? "" : "none";
	const char *between = but ? " but " : "";
	for (int i = 0; i < s->npasses; i++)
		if (has(but ? off : on, i)) {
			text = arena_printf(s->arena, "%s%s%s", text, between, s->pass[i]);
			between = ", ";
		}
	return text;
}

static void print_table(const Sweep *s)
{
	printf("%s, %s, %s, batch %lld: %d programs, %d rounds of %d runs; %d more subsets are "
	       "the same programs\n\n",
	       s->model,
	       s->device ? s->device
	       : s->cuda ? "cuda"
			 : "cpu",
	       s->o->precision, (long long)s->batch, s->at.n, ROUNDS, RUNS, s->skipped);
	puts(" median ms  spread  launches  moved MB  arena MB  difference  passes");
	for (int i = 0; i < s->at.n; i++) {
		const Variant *v = &s->at.at[i];
		if (v->same)
			printf("%10.3f %5.1f %%", 1e3 * v->seconds, 100 * v->spread);
		else
			printf("%10s %7s", "WRONG", "");
		printf(" %9d %9.2f %9.2f %11.1e  %s\n", v->launches, 1e-6 * v->bytes,
		       1e-6 * (double)v->arena_bytes, v->error, passes_text(s, v->mask));
	}
	puts("\nmean with the pass less mean without");
	for (int i = 0; i < s->npasses; i++) {
		double share;
		const double seconds = effect(s, i, &share);
		if (has(s->vary, i) && !isnan(seconds))
			printf("%10.3f ms %6.1f %%  %s\n", 1e3 * seconds, 100 * share, s->pass[i]);
	}
}

static void variant_json(RtJson *j, const Sweep *s, const Variant *v)
{
	rt_json_object(j, NULL);
	rt_json_list(j, "passes");
	for (int i = 0; i < s->npasses; i++)
		if (has(v->mask, i))
			rt_json_string(j, NULL, s->pass[i]);
	rt_json_end_list(j);
	rt_json_bool(j, "verified", v->same);
	rt_json_number(j, "difference", v->error);
	rt_json_number(j, "launches", v->launches);
	rt_json_number(j, "moved_bytes", v->bytes);
	rt_json_number(j, "arena_bytes", (double)v->arena_bytes);
	if (v->same) {
		rt_json_number(j, "median_seconds", v->seconds);
		rt_json_number(j, "spread", v->spread);
		rt_json_numbers(j, "rounds_seconds", v->round, ROUNDS);
	}
	rt_json_end_object(j);
}

static void sweep_json(RtJson *j, const Sweep *s)
{
	rt_json_object(j, NULL);
	rt_json_string(j, "model", s->model);
	rt_json_string(j, "target", s->cuda ? "cuda" : "cpu");
	if (s->device)
		rt_json_string(j, "device", s->device);
	rt_json_string(j, "precision", s->o->precision);
	rt_json_number(j, "batch", (double)s->batch);
	rt_json_number(j, "limit", s->limit);
	rt_json_number(j, "left_out", s->skipped);
	rt_json_list(j, "programs");
	for (int i = 0; i < s->at.n; i++)
		variant_json(j, s, &s->at.at[i]);
	rt_json_end_list(j);
	rt_json_object(j, "effects_seconds");
	for (int i = 0; i < s->npasses; i++) {
		double share;
		const double seconds = effect(s, i, &share);
		if (has(s->vary, i) && !isnan(seconds))
			rt_json_number(j, s->pass[i], seconds);
	}
	rt_json_end_object(j);
	rt_json_end_object(j);
}

static RtStatus write_json(const Sweep *s, RtError *err)
{
	RtOut out;
	const RtStatus status = rt_out_open(&out, s->o->sweep_json, err);
	if (status)
		return status;
	RtJson j = rt_json_begin(&out, true);
	sweep_json(&j, s);
	return rt_out_commit(&out, err);
}

static SweepRow page_row(const Sweep *s, const Variant *v)
{
	SweepRow row = {.mask = v->mask,
			.name = passes_text(s, v->mask),
			.verified = v->same,
			.median = v->seconds,
			.launches = v->launches,
			.moved_bytes = v->bytes,
			.arena_bytes = (double)v->arena_bytes,
			.difference = v->error};
	for (int i = 0; i < ROUNDS; i++) {
		row.least = i == 0 || v->round[i] < row.least ? v->round[i] : row.least;
		row.most = i == 0 || v->round[i] > row.most ? v->round[i] : row.most;
	}
	return row;
}

static bool write_page(const Sweep *s)
{
	const char *target = s->cuda ? "cuda" : "cpu";
	double seconds[MAX_PASSES], share[MAX_PASSES];
	SweepRow *row = NEW_ARRAY(s->arena, SweepRow, s->at.n + 1);
	for (int i = 0; i < s->npasses; i++)
		seconds[i] = effect(s, i, &share[i]);
	for (int i = 0; i < s->at.n; i++)
		row[i] = page_row(s, &s->at.at[i]);
	const SweepResult r = {.model = s->model,
			       .target = target,
			       .device = s->device ? s->device : target,
			       .precision = s->o->precision,
			       .batch = s->batch,
			       .rounds = ROUNDS,
			       .runs = RUNS,
			       .left_out = s->skipped,
			       .limit = s->limit,
			       .npasses = s->npasses,
			       .pass = s->pass,
			       .vary = s->vary,
			       .effect = seconds,
			       .share = share,
			       .nrows = s->at.n,
			       .row = row};
	Buf b;
	buf_init(&b, s->arena);
	sweep_page(&b, &r);
	return file_write(s->o->sweep_html, b.s, b.len);
}

/* ---- the whole ------------------------------------------------------------------------------- */

/* Adds the subset `mask` without the passes that have nothing to do in it, once. */
static int add_variant(Sweep *s, unsigned mask)
{
	Variant v = {.mask = mask};
	unsigned idle;
	int status = plan(s, &v, &idle);
	if (status)
		return status;
	v.mask &= ~(idle & s->vary);
	s->busy |= ~idle;
	for (int i = 0; i < s->at.n; i++)
		if (s->at.at[i].mask == v.mask) {
			s->skipped++;
			return EXIT_DONE;
		}
	status = build(s, &v, arena_printf(s->arena, "program%u", v.mask), s->o->precision);
	if (!status)
		status = run(s, &v);
	if (!status)
		status = verify(s, &v);
	if (status)
		return status;
	list_push(s->arena, &s->at, v);
	return EXIT_DONE;
}

static int build_all(Sweep *s)
{
	const unsigned all = (1u << s->npasses) - 1;
	const int64_t subsets = INT64_C(1) << __builtin_popcount(s->vary);
	const int64_t most =
	    s->o->sweep_max && s->o->sweep_max < subsets ? s->o->sweep_max : subsets;
	for (int rank = 0; rank < 5; rank++)
		for (unsigned mask = 0; mask <= all && s->at.n < most; mask++) {
			if ((mask | s->vary) != all || rank_of(mask, s->vary) != rank)
				continue;
			rt_progress_show(&s->progress, "build", s->at.n, most);
			const int status = add_variant(s, mask);
			if (status)
				return status;
		}
	return EXIT_DONE;
}

static int cannot_write(Sweep *s, const char *path)
{
	diag_error(&s->diag, diag_by_errno(E553), (Loc){0}, "%s: %s", path, strerror(errno));
	return s->diag.status;
}

/* What would be lost after all the work is found before it. */
static int check_outputs(Sweep *s)
{
	const char *const paths[] = {s->o->sweep_json, s->o->sweep_html};
	for (size_t i = 0; i < COUNT(paths); i++)
		if (paths[i] && !file_writable(paths[i]))
			return cannot_write(s, paths[i]);
	return EXIT_DONE;
}

static int sweep(Sweep *s)
{
	int status = check_outputs(s);
	if (!status)
		status = make_values(s);
	if (!status)
		status = build(s, &s->reference, "reference", "fp32");
	if (!status)
		status = run(s, &s->reference);
	if (!status)
		status = build_all(s);
	if (!status)
		status = time_all(s);
	rt_progress_clear(&s->progress);
	if (status)
		return status;
	s->vary &= s->busy; /* of the others there is nothing to tell */
	print_table(s);
	RtError err;
	const RtStatus written = s->o->sweep_json ? write_json(s, &err) : RT_OK;
	if (written)
		return fail(s, written, &err);
	if (s->o->sweep_html && !write_page(s))
		return cannot_write(s, s->o->sweep_html);
	for (int i = 0; i < s->at.n; i++)
		if (!s->at.at[i].same)
			return EXIT_BUG;
	return EXIT_DONE;
}

int compile_sweep(const CompileOptions *o)
{
	Arena *a = arena_new();
	Sweep *s = NEW(a, Sweep);
	s->arena = a;
	s->o = o;
	s->diag = (Diag){.arena = a, .out = stderr};
	s->limit = !strcmp(o->precision, "bf16")   ? 1e-2
		   : !strcmp(o->precision, "tf32") ? 1e-3
						   : 3e-6;
	int status = EXIT_DONE;
	list_passes(s);
	if (read_only(s)) {
		s->dir = command_folder(a, o);
		if (!s->dir)
			diag_error(&s->diag, diag_by_errno(E553), (Loc){0}, "temporary folder: %s",
				   strerror(errno));
	}
	if (s->dir) {
		s->weights = arena_printf(a, "%s/weights.safetensors", s->dir);
		s->input = arena_printf(a, "%s/input.npy", s->dir);
		rt_progress_open(&s->progress, false);
		status = sweep(s);
	}
	if (!status)
		status = s->diag.status;
	arena_free(a);
	return status;
}
