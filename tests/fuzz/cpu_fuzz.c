/* cpu_fuzz.c: cpu_fuzz SEED COUNT: random graphs (see random_graph.h) keep their values through the
 * passes and the CPU back end.
 *
 * PROGRAM graphs at a time become one program (see tests/cpu_suite.h): three of four after all
 * passes, the others after a random subset; dead memory is poisoned. The outputs at 1 and 3 threads
 * have the same bits and lie near the float64 evaluator's for the graph as it was generated. How
 * near is what rounding may do to this very graph: the evaluator runs again with every value moved
 * within the last bits of a float32, and an output may be off by LEEWAY times the largest change
 * seen. A program that crashes is taken apart, seed by seed. `cpu_fuzz show SEED` prints the graph
 * before and after the passes. */
#define _DEFAULT_SOURCE
#include "random_graph.h"
#include "tests/cpu_suite.h"

#include <sys/wait.h>

enum { PROGRAM = 100, DRAWS = 6, LEEWAY = 64 };

static const double ULP = 0x1p-23; /* of a float32 near 1 */

typedef struct Case {
	uint64_t seed;
	int index;             /* of the graph in the program */
	Tensor want[MAX_OUT];  /* by output; exact */
	double limit[MAX_OUT]; /* largest allowed difference; INFINITY: too sensitive to tell */
	const float **in;      /* by input */
	const char *why;       /* NULL: no fault so far */
} Case;

typedef LIST(Case) Cases;

/* ---- values ---------------------------------------------------------------------------------- */

/* As ir_random, as float32. */
static bool lookup(void *ctx, const Node *source, Tensor *out)
{
	ir_random(ctx, source, out);
	for (int64_t i = 0; i < type_count(&out->type); i++)
		out->data[i] = (double)(float)out->data[i];
	return true;
}

/* Evaluates g; noise != NULL: every computed value is rounded to float32 and moved by up to one
 * unit in its last place. */
static Tensor *evaluate(const Graph *g, Arena *a, uint64_t seed, uint64_t *noise)
{
	RandomValues values = {a, seed};
	Tensor **out = NEW_ARRAY(a, Tensor *, g->nodes.n + 1); /* by node id, output */
	for (int i = 0; i < g->nodes.n; i++) {
		const Node *n = g->nodes.at[i];
		Tensor *in = NEW_ARRAY(a, Tensor, n->nin + 1);
		out[i] = NEW_ARRAY(a, Tensor, MAX_OUT);
		if (n->op == OP_input || n->op == OP_param) {
			lookup(&values, n, out[i]);
			continue;
		}
		for (int k = 0; k < n->nin; k++)
			in[k] = n->in[k] ? out[n->in[k]->node->id][n->in[k]->index] : (Tensor){0};
		ir_eval_node(n, a, in, out[i]);
		for (int o = 0; noise && o < n->nout; o++)
			for (int64_t e = 0; e < type_count(&out[i][o].type); e++) {
				const double unit =
				    (double)(random_bits(noise) >> 11) * 0x1p-52 - 1;
				double *v = &out[i][o].data[e];
				*v = (double)(float)(*v * (1 + unit * ULP));
			}
	}
	Tensor *result = NEW_ARRAY(a, Tensor, g->outputs.n + 1);
	for (int i = 0; i < g->outputs.n; i++) {
		const Value *v = g->outputs.at[i].value;
		result[i] = out[v->node->id][v->index];
	}
	return result;
}

static double largest(const Tensor *t)
{
	double most = 0;
	for (int64_t i = 0; i < type_count(&t->type); i++)
		most = fmax(most, fabs(t->data[i]));
	return most;
}

/* NaN if one is not finite. */
static double difference(const Tensor *want, const Tensor *got)
{
	double most = 0;
	for (int64_t i = 0; i < type_count(&want->type); i++) {
		const double d = fabs(got->data[i] - want->data[i]);
		if (!isfinite(d))
			return NAN;
		most = fmax(most, d);
	}
	return most;
}

static void expect(Suite *s, Case *c, const Graph *g)
{
	uint64_t noise = c->seed;
	Tensor *want = evaluate(g, s->a, c->seed, NULL);
	for (int i = 0; i < g->outputs.n; i++) {
		c->want[i] = want[i];
		c->limit[i] = 0;
	}
	for (int k = 0; k < DRAWS; k++) {
		Arena *a = arena_new();
		const Tensor *moved = evaluate(g, a, c->seed, &noise);
		for (int i = 0; i < g->outputs.n; i++) {
			const double d = difference(&want[i], &moved[i]);
			c->limit[i] = isnan(d) ? INFINITY : fmax(c->limit[i], LEEWAY * d);
		}
		arena_free(a);
	}
	for (int i = 0; i < g->outputs.n; i++) {
		const double scale = largest(&want[i]);
		c->limit[i] = c->limit[i] > 0.01 * scale + 1e-30
				  ? INFINITY
				  : fmax(c->limit[i], 4 * ULP * scale);
	}
}

/* ---- one program ----------------------------------------------------------------------------- */

static const char *subset(Gen *f)
{
	static const char *const names[] = {
#define PASS(name, kind, doc) #name,
#define BEFORE(a, b, reason)
#include "passes/passes.def"
#undef PASS
#undef BEFORE
	};
	Buf b;
	buf_init(&b, f->a);
	buf_puts(&b, "dce");
	for (size_t i = 0; i < COUNT(names); i++)
		if (chance(f, 50))
			buf_printf(&b, ",%s", names[i]);
	return b.s;
}

static void show(Suite *s, const Module *m)
{
	Buf b;
	buf_init(&b, s->a);
	ir_print(&b, m);
	fputs(b.s, stdout);
}

/* Generates the graph, takes its values, runs passes and adds it to the program. */
static void add(Suite *s, Case *c, bool print)
{
	Gen f;
	Module *m = module_new(s->a, &s->diag, s->module->ops, "random");
	Graph *g = random_graph(&f, m, c->seed);
	c->index = suite_adopt(s, g);
	expect(s, c, g);
	g->module = m;
	if (print)
		show(s, m);
	PassOptions opt = {.verify = true, .hooks = cpu_hooks()};
	if (c->seed % 4 == 0)
		opt.only = subset(&f);
	Report report = {0};
	if (!passes_run(m, &opt, &report))
		BUG("the passes do not run");
	if (print)
		show(s, m);
	g->module = s->module;
	RandomValues values = {s->a, c->seed};
	c->in = NEW_ARRAY(s->a, const float *, g->nodes.n + 1);
	for (int i = 0, n = 0; i < g->nodes.n; i++) {
		Tensor t;
		if (g->nodes.at[i]->op == OP_input && lookup(&values, g->nodes.at[i], &t))
			c->in[n++] = suite_floats(s->a, &t);
	}
}

/* Values of all parameters; those of a graph come from its seed. */
static const float **params_of(Suite *s, const Cases *cases, const RtModel *m)
{
	const float **p = NEW_ARRAY(s->a, const float *, m->nparams + 1);
	for (int i = 0; i < cases->n; i++) {
		const Graph *g = s->module->graphs.at[cases->at[i].index];
		RandomValues values = {s->a, cases->at[i].seed};
		for (int k = 0; k < g->nodes.n; k++)
			for (int j = 0; g->nodes.at[k]->op == OP_param && j < m->nparams; j++) {
				Tensor t;
				if (strcmp(m->params[j].tensor.name, g->nodes.at[k]->label))
					continue;
				lookup(&values, g->nodes.at[k], &t);
				p[j] = suite_floats(s->a, &t);
			}
	}
	return p;
}

static const char *compare(Suite *s, const Case *c, float **got, float **again)
{
	const Graph *g = s->module->graphs.at[c->index];
	if (!got || !again)
		return "does not run";
	for (int i = 0; i < g->outputs.n; i++) {
		const Type *t = &c->want[i].type;
		const int64_t n = type_count(t);
		if (!type_equal(t, &g->outputs.at[i].value->type))
			return arena_printf(s->a, "%s has another type", g->outputs.at[i].name);
		if (memcmp(got[i], again[i], (size_t)n * sizeof **got))
			return arena_printf(s->a, "%s depends on the number of threads",
					    g->outputs.at[i].name);
		Tensor values = {*t, NEW_ARRAY(s->a, double, n + 1)};
		for (int64_t k = 0; k < n; k++)
			values.data[k] = (double)got[i][k];
		const double d = difference(&c->want[i], &values);
		if (!(d <= c->limit[i]) && c->limit[i] < INFINITY)
			return arena_printf(
			    s->a, "%s is off by %.3g, allowed %.3g, largest value %.3g",
			    g->outputs.at[i].name, d, c->limit[i], largest(&c->want[i]));
	}
	return NULL;
}

/* Runs seeds first..first+count-1; the number of faults, and of outputs that say nothing. */
static int run_program(uint64_t first, int count, int *noutputs, int *ndumb)
{
	static const CpuOptions opt = {.library = true, .poison = true};
	Suite s;
	Cases cases = {0};
	suite_init(&s);
	for (int i = 0; i < count; i++) {
		Case c = {.seed = first + (uint64_t)i};
		add(&s, &c, false);
		list_push(s.a, &cases, c);
	}
	const RtModel *m = suite_build(&s, &opt, "");
	if (!m)
		return count;
	const float **params = params_of(&s, &cases, m);
	void *one = suite_open(m, params, 1), *three = suite_open(m, params, 3);
	if (!one || !three)
		return count;
	int nfailed = 0;
	for (int i = 0; i < count; i++) {
		const Case *c = &cases.at[i];
		const char *why = compare(&s, c, suite_run(&s, m, one, c->index, c->in),
					  suite_run(&s, m, three, c->index, c->in));
		const int n = s.module->graphs.at[c->index]->outputs.n;
		*noutputs += n;
		for (int k = 0; k < n; k++)
			*ndumb += c->limit[k] == INFINITY;
		if (why)
			printf("seed %llu: %s; repeat: cpu_fuzz %llu 1, cpu_fuzz show %llu\n",
			       (unsigned long long)c->seed, why, (unsigned long long)c->seed,
			       (unsigned long long)c->seed);
		nfailed += why != NULL;
	}
	m->ops.close(one);
	m->ops.close(three);
	arena_free(s.a);
	return nfailed;
}

/* ---- processes ------------------------------------------------------------------------------- */

typedef struct Tally {
	int failed, outputs, dumb;
} Tally;

/* In a process of its own; false if that crashed. */
static bool run_apart(uint64_t first, int count, Tally *sum)
{
	int ends[2];
	fflush(NULL);
	if (pipe(ends))
		return false;
	const pid_t child = fork();
	if (child == 0) {
		Tally t = {0};
		t.failed = run_program(first, count, &t.outputs, &t.dumb);
		fflush(NULL);
		_exit(write(ends[1], &t, sizeof t) != sizeof t);
	}
	Tally t;
	int status = 0;
	close(ends[1]);
	const bool whole = read(ends[0], &t, sizeof t) == sizeof t;
	close(ends[0]);
	if (child < 0 || waitpid(child, &status, 0) != child || status || !whole)
		return false;
	sum->failed += t.failed;
	sum->outputs += t.outputs;
	sum->dumb += t.dumb;
	return true;
}

static void run_some(uint64_t first, int count, Tally *sum)
{
	if (run_apart(first, count, sum))
		return;
	for (int i = 0; i < count && count > 1; i++)
		run_some(first + (uint64_t)i, 1, sum);
	if (count > 1)
		return;
	printf("seed %llu crashes; repeat: cpu_fuzz %llu 1, cpu_fuzz show %llu\n",
	       (unsigned long long)first, (unsigned long long)first, (unsigned long long)first);
	sum->failed++;
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "show")) {
		Suite s;
		Case c = {.seed = strtoull(argv[2], NULL, 10)};
		suite_init(&s);
		add(&s, &c, true);
		arena_free(s.a);
		return 0;
	}
	if (argc != 3) {
		fprintf(stderr, "usage: cpu_fuzz SEED COUNT | cpu_fuzz show SEED\n");
		return 2;
	}
	const uint64_t first = strtoull(argv[1], NULL, 10);
	const int count = atoi(argv[2]);
	Tally sum = {0};
	for (int i = 0; i < count; i += PROGRAM)
		run_some(first + (uint64_t)i, count - i < PROGRAM ? count - i : PROGRAM, &sum);
	printf("%d graphs, %d failed; %d of %d outputs are too sensitive to rounding to tell\n",
	       count, sum.failed, sum.dumb, sum.outputs);
	return sum.failed || sum.dumb * 10 > sum.outputs;
}
