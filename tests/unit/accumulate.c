/* accumulate.c: steps on several small batches are those on a large one, in the float64 evaluator,
 * for a model in which nothing mixes the examples of a batch. Run from the root. */
#include "compiler/graph.h"
#include "compiler/train.h"
#include "tests/named.h"

#include <math.h>
#include <string.h>

enum { CLIPS = 6, FRAMES = 5, IN = 4, OUT = 3, STEPS = 4 };

/* A model in training on examples first, first + 1, ... */
typedef struct Run {
	Arena *arena;
	const Model *model;
	const Graph *step;
	int64_t first, micro, count; /* opt.step */
	NamedList state;
} Run;

static int check(bool ok, const char *what)
{
	if (!ok)
		printf("failed: %s\n", what);
	return !ok;
}

/* Values that depend on the name and the number alone. */
static double value(const char *name, int64_t i)
{
	return sin(1.7 * (double)i + 3.1 * name[0] + 0.6 * (double)strlen(name));
}

static double scalar(const Run *r, const char *name)
{
	return !strcmp(name, "opt.step")         ? (double)r->count
	       : !strcmp(name, "opt.lr")         ? r->model->train.lr
	       : !strcmp(name, "opt.clip")       ? r->model->train.clip_norm
	       : !strcmp(name, "opt.micro")      ? (double)r->micro
	       : !strcmp(name, "opt.accumulate") ? (double)r->model->train.accumulate
						 : NAN;
}

static bool lookup(void *ctx, const Node *source, Tensor *out)
{
	Run *r = ctx;
	const Type *t = &source->out[0].type;
	const char *name = source->label;
	const int64_t count = type_count(t);
	if (named_find(&r->state, name)) {
		*out = *named_find(&r->state, name);
		return true;
	}
	out->type = *t;
	out->data = NEW_ARRAY(r->arena, double, count);
	const bool optimiser = !strncmp(name, "opt.", 4), example = *name == 'x' || *name == 'z';
	const int64_t from = example ? r->first * count / t->dim[0] : 0;
	for (int64_t i = 0; i < count; i++)
		out->data[i] = t->rank == 0 ? scalar(r, name)
			       : optimiser  ? 0
					    : value(name, from + i);
	if (!example && t->rank)
		list_push(r->arena, &r->state, ((Named){name, *out}));
	return true;
}

static Run start(Arena *a, int64_t batch, const char *accumulate)
{
	Diag *d = NEW(a, Diag);
	*d = (Diag){.arena = a, .out = stdout};
	const ModelOptions opt = {
	    .set = &accumulate, .nset = accumulate != NULL, .batch = batch, .train = true};
	Model *m = model_read(a, d, ops_new(a), "tests/data/plain.json", &opt);
	if (!m || !train_build(m) || ir_verify(m->module))
		BUG("tests/data/plain.json");
	return (Run){.arena = a, .model = m, .step = module_graph(m->module, "step")};
}

/* One run of the graph; the loss, and at *norm that of the gradient. */
static double run(Run *r, double *norm)
{
	const Graph *g = r->step;
	Tensor *out = NEW_ARRAY(r->arena, Tensor, g->outputs.n);
	double loss = NAN;
	if (!ir_eval(g, r->arena, lookup, r, out))
		BUG("a step does not evaluate");
	for (int i = 0; i < g->outputs.n; i++) {
		const char *name = g->outputs.at[i].name;
		Tensor *to = named_find(&r->state, strncmp(name, "new.", 4) ? name : name + 4);
		if (to)
			*to = out[i];
		if (!strcmp(name, "loss"))
			loss = *out[i].data;
		if (!strcmp(name, "grad_norm"))
			*norm = *out[i].data;
	}
	return loss;
}

/* Largest difference between the states that both have. */
static double difference(Run *a, Run *b)
{
	double most = a->state.n ? 0 : NAN;
	for (int i = 0; i < a->state.n; i++) {
		const Tensor *x = &a->state.at[i].tensor,
			     *y = named_find(&b->state, a->state.at[i].name);
		for (int64_t k = 0; k < type_count(&x->type); k++)
			most = fmax(most, y ? fabs(x->data[k] - y->data[k]) : INFINITY);
	}
	return most;
}

static int compare(Arena *a, int64_t batch, const char *accumulate)
{
	Run large = start(a, CLIPS, NULL), small = start(a, batch, accumulate);
	const int64_t all = small.model->train.accumulate;
	int failed = check(all * batch == CLIPS, "as many clips");
	for (int64_t s = 0; s < STEPS; s++) {
		double norm = NAN, small_norm = NAN, mean = 0;
		large.count = small.count = s + 1;
		large.first = s * CLIPS;
		const double loss = run(&large, &norm);
		for (small.micro = 0; small.micro < all; small.micro++) {
			small.first = s * CLIPS + small.micro * batch;
			mean += run(&small, &small_norm) / (double)all;
		}
		failed += check(fabs(loss - mean) < 1e-14, "loss");
		failed += check(fabs(norm - small_norm) < 1e-14, "norm of the gradient");
		failed += check(norm > large.model->train.clip_norm, "gradients are clipped");
		failed += check(difference(&large, &small) < 1e-13, "weights and moments");
	}
	return failed;
}

int main(void)
{
	Arena *a = arena_new();
	int failed = compare(a, 2, "accumulate=3");
	failed += compare(a, 3, "accumulate=2");
	failed += compare(a, 1, "accumulate=6");
	arena_free(a);
	return failed != 0;
}
