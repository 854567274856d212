/* graph_fuzz.c: graph_fuzz SEED COUNT: random graphs (see random_graph.h) keep their values through
 * every pass.
 *
 * Every pass alone, all passes and random subsets in random node orders must verify, round-trip,
 * keep the outputs, change nothing when run twice, and leave a memory plan that an interpreter of
 * places can follow while dead values turn to NaN. Each seed runs in a process of its own, so that
 * a crash is one failure; `graph_fuzz show SEED` prints the graph and evaluates after every pass,
 * naming the culprit. */
#define _POSIX_C_SOURCE 200809L
#include "random_graph.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "passes/edit.h"
#include "passes/pass_check.h"
#include "passes/passes.h"

static const char *const pass_names[] = {
#define PASS(name, kind, doc) #name,
#define BEFORE(a, b, reason)
#include "passes/passes.def"
#undef PASS
#undef BEFORE
};

/* ---- a machine with places ------------------------------------------------------------------- */

/* Memory in elements of 4 bytes; inputs have memory of their own, behind the arenas. */
typedef struct Machine {
	const Graph *g;
	Arena *a;
	double *space[3]; /* arena, load, params */
	Tensor *input;    /* by node id */
} Machine;

static double *address(Machine *m, const Resolved *r)
{
	switch (r->kind) {
	case PLACE_ARENA:
		return m->space[0] + r->offset / 4;
	case PLACE_LOAD:
		return m->space[1] + r->offset / 4;
	case PLACE_PARAM:
		return m->space[2] + r->offset / 4;
	case PLACE_IO:
		return m->input[r->owner->node->id].data + r->offset / 4;
	default:
		BUG("'%s' has no place", r->owner->name);
	}
}

/* Copies a value out of memory (or into it, for values that own their bytes). */
static void transfer(Machine *m, const Value *v, double *data, bool out)
{
	const Resolved r = plan_resolve(v);
	double *base = address(m, &r);
	int64_t index[MAX_RANK] = {0}, at = 0;
	for (int64_t e = 0; e < type_count(&v->type); e++) {
		if (out)
			data[e] = base[at];
		else
			base[at] = data[e];
		for (int i = v->type.rank - 1; i >= 0; i--) {
			at += r.stride[i];
			if (++index[i] < v->type.dim[i])
				break;
			at -= r.stride[i] * index[i];
			index[i] = 0;
		}
	}
}

static Tensor load_value(Machine *m, const Value *v)
{
	Tensor t = {v->type, NEW_ARRAY(m->a, double, type_count(&v->type))};
	transfer(m, v, t.data, true);
	return t;
}

static void execute(Machine *m, const Node *n, RandomValues *values)
{
	Tensor *in = NEW_ARRAY(m->a, Tensor, n->nin + 1), out[MAX_OUT];
	if (n->op == OP_input) {
		ir_random(values, n, &m->input[n->id]);
		return;
	}
	if (n->op == OP_param)
		ir_random(values, n, out);
	for (int k = 0; k < n->nin; k++)
		in[k] = load_value(m, n->in[k]);
	if (n->op != OP_param)
		ir_eval_node(n, m->a, in, out);
	const bool joined = n->nin && n->out[0].place.kind == PLACE_PARAM;
	for (int k = 0; k < n->nout && !joined; k++)
		if (n->out[k].place.kind != PLACE_VIEW)
			transfer(m, &n->out[k], out[k].data, false);
}

static void poison(Machine *m, const Deaths *d, int id)
{
	for (int i = d->first[id]; i < d->first[id + 1]; i++) {
		const Value *v = d->value[i];
		for (int64_t e = 0; e < type_count(&v->type); e++)
			m->space[0][v->place.offset / 4 + e] = NAN;
	}
}

static int64_t param_elements(const Graph *g)
{
	int64_t n = 0;
	for (int i = 0; i < g->nodes.n; i++)
		n += g->nodes.at[i]->op == OP_param ? type_bytes(&g->nodes.at[i]->out[0].type) + 64
						    : 0;
	return n;
}

static void run_machine(const Graph *g, const Tensor *want, uint64_t seed, Arena *a, bool deaths)
{
	Machine m = {.g = g, .a = a, .input = NEW_ARRAY(a, Tensor, g->nodes.n + 1)};
	RandomValues values = {a, seed};
	m.space[0] = NEW_ARRAY(a, double, g->arena_bytes / 4 + 1);
	m.space[1] = NEW_ARRAY(a, double, g->load_bytes / 4 + 1);
	m.space[2] = NEW_ARRAY(a, double, param_elements(g) + 1);
	for (int64_t i = 0; i < g->arena_bytes / 4; i++)
		m.space[0][i] = NAN;
	const bool *load = graph_loadtime(g, a);
	const Deaths d = plan_deaths(g, a);
	for (int pass = 0; pass < 3; pass++)
		for (int i = 0; i < g->nodes.n; i++) {
			const Node *n = g->nodes.at[i];
			if (pass != (n->op == OP_param ? 0 : load[i] ? 1 : 2))
				continue;
			execute(&m, n, &values);
			if (pass == 2 && deaths)
				poison(&m, &d, i);
		}
	for (int i = 0; i < g->outputs.n; i++) {
		const Tensor got = load_value(&m, g->outputs.at[i].value);
		const double diff = pass_check_difference(&want[i], &got);
		if (!(diff <= 1e-9))
			BUG("places: output '%s' differs by %.3g", g->outputs.at[i].name, diff);
	}
}

/* ---- cases ----------------------------------------------------------------------------------- */

static bool any_strides(const Node *n, int input)
{
	return n && input >= 0;
}

static bool weights_packed(const Node *n, int input)
{
	return input == 1 && (n->op == OP_linear || n->op == OP_conv2d || n->op == OP_conv2d_act);
}

static const char *print(Arena *a, const Module *m)
{
	Buf b;
	buf_init(&b, a);
	ir_print(&b, m);
	return b.s;
}

static void compare(const Graph *g, const Tensor *want, uint64_t seed, Arena *a)
{
	RandomValues values = {a, seed};
	Tensor got[MAX_OUT];
	if (!ir_eval(g, a, ir_random, &values, got))
		BUG("the result cannot be evaluated");
	for (int i = 0; i < g->outputs.n; i++) {
		const double diff = pass_check_difference(&want[i], &got[i]);
		if (!(diff <= 1e-9))
			BUG("output '%s' differs by %.3g", g->outputs.at[i].name, diff);
	}
}

/* Moves one value somewhere else in the arena: where plan_check still agrees, so must the machine.
 * Without deaths, as those go by whole values and the check by bytes. */
static void move_values(const Graph *g, const Tensor *want, uint64_t seed, Arena *a)
{
	uint64_t rng = seed;
	for (int i = 0; i < 8 && g->arena_bytes > 0; i++) {
		const Node *n = g->nodes.at[random_bits(&rng) % (uint64_t)g->nodes.n];
		Value *v = &n->out[0];
		const Place old = v->place;
		const int64_t room = g->arena_bytes - type_bytes(&v->type);
		if (old.kind != PLACE_ARENA || room < 0)
			continue;
		v->place.offset = (int64_t)(random_bits(&rng) % (uint64_t)(room + 1)) / 64 * 64;
		const PassHooks none = {0};
		if (!plan_check(g, &none, a))
			run_machine(g, want, seed, a, false);
		v->place = old;
	}
}

/* Runs passes on a fresh copy of the text. */
static void run_case(const char *text, const PassOptions *opt, const Tensor *want, bool twice)
{
	Arena *a = arena_new();
	const Source src = {.name = "random.sir", .text = text, .len = strlen(text)};
	Diag diag = {.arena = a, .out = stderr};
	Module *m = ir_parse(a, &diag, ops_new(a), &src);
	Report report = {0};
	if (!m || !passes_run(m, opt, &report))
		BUG("passes '%s' do not run", opt->only ? opt->only : "all");
	const char *after = print(a, m);
	compare(m->graphs.at[0], want, opt->seed, a);
	if (twice && (!passes_run(m, opt, &report) || strcmp(after, print(a, m))))
		BUG("a second run of %s changes the IR", opt->only);
	if (!opt->stop_after && !opt->hooks.packs)
		run_machine(m->graphs.at[0], want, opt->seed, a, true);
	if (!opt->only && !opt->hooks.packs)
		move_values(m->graphs.at[0], want, opt->seed, a);
	arena_free(a);
}

static const char *subset(Gen *f)
{
	Buf b;
	buf_init(&b, f->a);
	buf_puts(&b, "dce");
	for (size_t i = 0; i < COUNT(pass_names); i++)
		if (chance(f, 50))
			buf_printf(&b, ",%s", pass_names[i]);
	return b.s;
}

static void run_cases(Gen *f, const char *text, const Tensor *want, uint64_t seed, bool eval)
{
	PassOptions opt = {.verify = true, .eval = eval, .seed = seed};
	run_case(text, &opt, want, false);
	opt.hooks.strided = any_strides;
	run_case(text, &opt, want, false);
	opt.hooks.packs = weights_packed;
	run_case(text, &opt, want, false);
	for (size_t i = 0; i < COUNT(pass_names); i++) {
		PassOptions one = {.only = pass_names[i],
				   .stop_after = pass_names[i],
				   .verify = true,
				   .eval = eval,
				   .seed = seed};
		run_case(text, &one, want, true);
	}
	for (int i = 0; i < 3; i++) {
		PassOptions some = {
		    .only = subset(f), .verify = true, .eval = eval, .shuffle = true};
		some.seed = seed;
		some.hooks.strided = chance(f, 50) ? any_strides : NULL;
		run_case(text, &some, want, false);
	}
}

static void run_seed(uint64_t seed, bool show)
{
	Arena *a = arena_new();
	Diag diag = {.arena = a, .out = stderr};
	Module *m = module_new(a, &diag, ops_new(a), "random");
	Gen f;
	random_graph(&f, m, seed);
	RandomValues values = {a, seed};
	Tensor want[MAX_OUT];
	const char *text = print(a, m);
	if (show)
		fputs(text, stdout);
	if (ir_verify(m) || !ir_eval(f.g, a, ir_random, &values, want))
		BUG("the generator made a bad graph");
	run_cases(&f, text, want, seed, show);
	arena_free(a);
}

static bool seed_passes(uint64_t seed)
{
	fflush(NULL);
	const pid_t child = fork();
	if (child == 0) {
		run_seed(seed, false);
		exit(0);
	}
	int status = 0;
	return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "show")) {
		run_seed(strtoull(argv[2], NULL, 10), true);
		return 0;
	}
	if (argc != 3) {
		fprintf(stderr, "usage: graph_fuzz SEED COUNT | graph_fuzz show SEED\n");
		return 2;
	}
	const uint64_t first = strtoull(argv[1], NULL, 10), count = strtoull(argv[2], NULL, 10);
	uint64_t failed = 0;
	for (uint64_t s = first; s < first + count; s++) {
		if (seed_passes(s))
			continue;
		fprintf(stderr, "seed %llu fails; repeat: graph_fuzz show %llu\n",
			(unsigned long long)s, (unsigned long long)s);
		failed++;
	}
	printf("%llu graphs, %llu failed\n", (unsigned long long)count, (unsigned long long)failed);
	return failed ? 1 : 0;
}
