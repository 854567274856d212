/* num_cpu.c: num_cpu [--passes | --onednn] FILE.sir...: every numeric case (see num_case.h) through
 * the CPU back end, all as one program (see cpu_suite.h), which is run at 1 and 3 threads; the bits
 * must agree. --passes: with the optional passes, else with the required ones alone. --onednn: that
 * too, all convolutions and products by oneDNN. Prints as num does. */
#define _DEFAULT_SOURCE
#include "cpu_suite.h"
#include "num_case.h"

typedef struct Case {
	const char *file, *why; /* NULL: no fault so far */
	NumCase num;
	Graph *graph;
	int index; /* of the graph in the program */
} Case;

typedef LIST(Case) Cases;

static const char *read_case(Suite *s, Case *c)
{
	const size_t n = strlen(c->file);
	const char *why;
	if (n < 4 || strcmp(c->file + n - 4, ".sir"))
		return "not a .sir file";
	if (!num_case_read(s->a, arena_printf(s->a, "%.*s.want", (int)(n - 4), c->file), &c->num,
			   &why))
		return why;
	Source *src = NEW(s->a, Source);
	src->name = c->file;
	src->text = file_read(s->a, c->file, &src->len);
	if (!src->text)
		return "cannot be read";
	Module *m = ir_parse(s->a, &s->diag, s->module->ops, src);
	c->graph = m ? module_graph(m, "main") : NULL;
	return c->graph ? NULL : "cannot be parsed";
}

/* Values of all parameters, from the case whose number begins their names. */
static const float **params_of(Suite *s, const Cases *cases, const RtModel *m)
{
	const float **p = NEW_ARRAY(s->a, const float *, m->nparams + 1);
	for (int i = 0; i < m->nparams; i++) {
		const char *name;
		const int index = suite_param(m->params[i].tensor.name, &name);
		for (int k = 0; k < cases->n; k++) {
			const Case *c = &cases->at[k];
			const NumTensor *t =
			    !c->why && c->index == index ? num_case_input(&c->num, name) : NULL;
			if (t)
				p[i] = suite_floats(s->a, &t->tensor);
		}
		if (!p[i])
			BUG("parameter '%s' has no value", m->params[i].tensor.name);
	}
	return p;
}

static float **run(Suite *s, const RtModel *m, void *self, const Case *c)
{
	const RtGraph *g = &m->graphs[c->index];
	const float **in = NEW_ARRAY(s->a, const float *, g->ninputs + 1);
	for (int i = 0; i < g->ninputs; i++) {
		const NumTensor *t = num_case_input(&c->num, g->inputs[i].name);
		if (!t)
			return NULL;
		in[i] = suite_floats(s->a, &t->tensor);
	}
	return suite_run(s, m, self, c->index, in);
}

static const char *compare(Suite *s, const Case *c, float **got, float **again)
{
	if (!got || !again)
		return "does not run";
	for (int i = 0; i < c->num.out.n; i++) {
		const NumTensor *want = &c->num.out.at[i];
		const int64_t n = type_count(&want->tensor.type);
		if (!type_equal(&want->tensor.type, &c->graph->outputs.at[i].value->type))
			return arena_printf(s->a, "%s has another type", want->name);
		if (memcmp(got[i], again[i], (size_t)n * sizeof **got))
			return arena_printf(s->a, "%s depends on the number of threads",
					    want->name);
		double *values = NEW_ARRAY(s->a, double, n);
		for (int64_t k = 0; k < n; k++)
			values[k] = (double)got[i][k];
		const char *why = num_compare(s->a, want, values, c->num.f32);
		if (why)
			return why;
	}
	return NULL;
}

static bool run_all(Suite *s, const Cases *cases, const RtModel *m)
{
	const float **params = params_of(s, cases, m);
	void *one = suite_open(m, params, 1), *three = suite_open(m, params, 3);
	if (!one || !three)
		return false;
	for (int i = 0; i < cases->n; i++) {
		Case *c = &cases->at[i];
		if (!c->why && c->graph->outputs.n != c->num.out.n)
			c->why = "has another number of outputs";
		if (!c->why)
			c->why = compare(s, c, run(s, m, one, c), run(s, m, three, c));
	}
	m->ops.close(one);
	m->ops.close(three);
	return true;
}

static int report(const Cases *cases, const char *self, const char *mode)
{
	int nfailed = 0;
	for (int i = 0; i < cases->n; i++) {
		const Case *c = &cases->at[i];
		if (c->why)
			printf("not ok cpu%s %s: %s\n    repeat: %s%s %s\n", mode, c->file, c->why,
			       self, mode, c->file);
		else
			printf("ok cpu%s %s\n", mode, c->file);
		nfailed += c->why != NULL;
	}
	return nfailed;
}

int main(int argc, char **argv)
{
	const bool onednn = argc > 1 && !strcmp(argv[1], "--onednn");
	const bool passes = onednn || (argc > 1 && !strcmp(argv[1], "--passes"));
	const char *mode = onednn ? " --onednn" : passes ? " --passes" : "";
	Suite s;
	Cases cases = {0};
	suite_init(&s);
	for (int i = 1 + passes; i < argc; i++) {
		Case c = {.file = argv[i]};
		c.why = read_case(&s, &c);
		if (!c.why)
			c.index = suite_adopt(&s, c.graph);
		list_push(s.a, &cases, c);
	}
	const PassOptions opt = {.only = passes ? NULL : "", .verify = true, .hooks = cpu_hooks()};
	const CpuOptions library = {.library = true,
				    .onednn = onednn ? ONEDNN_ALL : ONEDNN_NOTHING};
	Report r = {0};
	const RtModel *m = passes_run(s.module, &opt, &r)
			       ? suite_build(&s, &library, "-Wall -Wextra -Werror")
			       : NULL;
	if (!m || !run_all(&s, &cases, m)) {
		printf("not ok cpu%s\n", mode);
		return 1;
	}
	const int nfailed = report(&cases, argv[0], mode);
	arena_free(s.a);
	return nfailed > 0;
}
