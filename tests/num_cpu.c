/* num_cpu.c: num_cpu [--passes] FILE.sir...: every numeric case (see num_case.h) through the CPU
 * back end. All cases become graphs of one module, hence one C file, one compilation and one
 * library, which is loaded and run at 1 and 3 threads; the bits must agree. --passes: with the
 * optional passes, else with the required ones alone. Prints as num does. CC and SELDC_CFLAGS as in
 * seldc. */
#define _DEFAULT_SOURCE
#include "num_case.h"

#include "backend_cpu/backend_cpu.h"
#include "passes/passes.h"
#include "runtime/seldrt.h"

#include <dlfcn.h>
#include <unistd.h>

typedef struct Case {
	const char *file, *why; /* NULL: no fault so far */
	NumCase num;
	Graph *graph;
	int index; /* of the graph in the program */
} Case;

typedef struct Suite {
	Arena *a;
	Diag *diag;
	Module *module;
	Model model;
	LIST(Case) cases;
} Suite;

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
	Module *m = ir_parse(s->a, s->diag, s->module->ops, src);
	c->graph = m ? module_graph(m, "main") : NULL;
	for (int i = 0; c->graph && i < c->graph->nodes.n; i++)
		if (!cpu_has(c->graph->nodes.at[i]->op))
			return "there is no kernel";
	return c->graph ? NULL : "cannot be parsed";
}

/* Gives the case's graph and params names of their own and adds it to the one module. */
static void adopt(Suite *s, Case *c)
{
	Graph *g = c->graph;
	c->index = s->module->graphs.n;
	g->module = s->module;
	g->name = arena_printf(s->a, "c%d", c->index);
	for (int i = 0; i < g->nodes.n; i++)
		if (g->nodes.at[i]->op == OP_param)
			g->nodes.at[i]->label =
			    arena_printf(s->a, "c%d/%s", c->index, g->nodes.at[i]->label);
	list_push(s->a, &s->module->graphs, g);
}

/* Emits, compiles and loads; NULL after a message. */
static const RtModel *build(Suite *s)
{
	static const CpuOptions opt = {.library = true};
	const char *cc = getenv("CC") ? getenv("CC") : "cc";
	const char *flags = getenv("SELDC_CFLAGS") ? getenv("SELDC_CFLAGS") : "";
	char dir[] = "/tmp/num_cpu.XXXXXX";
	Buf b;
	buf_init(&b, s->a);
	if (!cpu_emit(&b, &s->model, &opt) || !mkdtemp(dir))
		return NULL;
	const char *source = arena_printf(s->a, "%s/num.c", dir),
		   *lib = arena_printf(s->a, "%s/num.so", dir);
	const char *command = arena_printf(
	    s->a, "%s %s -O1 -Wall -Wextra -Werror %s -shared -fPIC -Iruntime -o %s %s -lm", cc,
	    CPU_CFLAGS, flags, lib, source);
	if (!file_write(source, b.s, b.len) || system(command) != 0) {
		printf("not ok compilation: %s\n", command);
		return NULL;
	}
	void *handle = dlopen(lib, RTLD_NOW);
	const RtModel *(*get)(void);
	void *symbol = handle ? dlsym(handle, "num_model") : NULL;
	if (!getenv("KEEP")) {
		unlink(source);
		unlink(lib);
		rmdir(dir);
	}
	memcpy(&get, &symbol, sizeof get);
	return symbol ? get() : NULL;
}

static float *floats_of(Arena *a, const Tensor *t)
{
	const int64_t n = type_count(&t->type);
	float *f = NEW_ARRAY(a, float, n + 1);
	for (int64_t i = 0; i < n; i++)
		f[i] = (float)t->data[i];
	return f;
}

/* Values of all parameters, from the case whose number begins their names. */
static const float **params_of(Suite *s, const RtModel *m)
{
	const float **p = NEW_ARRAY(s->a, const float *, m->nparams + 1);
	for (int i = 0; i < m->nparams; i++) {
		const char *name = m->params[i].tensor.name;
		for (int k = 0; k < s->cases.n; k++) {
			const Case *c = &s->cases.at[k];
			const NumTensor *t = !c->why && atoi(name + 1) == c->index
						 ? num_case_input(&c->num, strchr(name, '/') + 1)
						 : NULL;
			if (t)
				p[i] = floats_of(s->a, &t->tensor);
		}
		if (!p[i])
			BUG("parameter '%s' has no value", name);
	}
	return p;
}

/* Output buffers of the case after a run, filled with NaN before. */
static float **run(Suite *s, const RtModel *m, void *self, const Case *c)
{
	const RtGraph *g = &m->graphs[c->index];
	const float **in = NEW_ARRAY(s->a, const float *, g->ninputs + 1);
	float **out = NEW_ARRAY(s->a, float *, g->noutputs + 1);
	for (int i = 0; i < g->ninputs; i++) {
		const NumTensor *t = num_case_input(&c->num, g->inputs[i].name);
		if (!t)
			return NULL;
		in[i] = floats_of(s->a, &t->tensor);
	}
	for (int i = 0; i < g->noutputs; i++) {
		const int64_t n = type_count(&c->num.out.at[i].tensor.type);
		out[i] = NEW_ARRAY(s->a, float, n + 1);
		for (int64_t k = 0; k <= n; k++)
			out[i][k] = NAN;
	}
	RtError err;
	return m->ops.run(self, c->index, in, out, &err) == RT_OK ? out : NULL;
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

static void keep(const RtSource *s)
{
	(void)s;
}

static bool run_all(Suite *s, const RtModel *m)
{
	const float **params = params_of(s, m);
	void *one, *three;
	RtError err;
	const RtSource weights = {.params = params, .drop = keep};
	if (m->ops.open(&one, &weights, 1, &err) || m->ops.open(&three, &weights, 3, &err))
		return false;
	for (int i = 0; i < s->cases.n; i++) {
		Case *c = &s->cases.at[i];
		if (!c->why && c->graph->outputs.n != c->num.out.n)
			c->why = "has another number of outputs";
		if (!c->why)
			c->why = compare(s, c, run(s, m, one, c), run(s, m, three, c));
	}
	m->ops.close(one);
	m->ops.close(three);
	return true;
}

static int report(const Suite *s, const char *self, const char *mode)
{
	int nfailed = 0;
	for (int i = 0; i < s->cases.n; i++) {
		const Case *c = &s->cases.at[i];
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
	const bool passes = argc > 1 && !strcmp(argv[1], "--passes");
	Suite s = {.a = arena_new()};
	Diag diag = {.arena = s.a, .out = stderr};
	s.diag = &diag;
	s.module = module_new(s.a, &diag, ops_new(s.a), "num");
	s.model = (Model){.module = s.module, .name = "num", .batch = 1};
	for (int i = 1 + passes; i < argc; i++) {
		Case c = {.file = argv[i]};
		c.why = read_case(&s, &c);
		if (!c.why)
			adopt(&s, &c);
		list_push(s.a, &s.cases, c);
	}
	const PassOptions opt = {
	    .only = passes ? NULL : "",
	    .verify = true,
	    .hooks = {.packs = cpu_packs, .strided = cpu_strided, .renews = cpu_renews}};
	Report r = {0};
	const RtModel *m = passes_run(s.module, &opt, &r) ? build(&s) : NULL;
	if (!m || !run_all(&s, m)) {
		printf("not ok cpu%s\n", passes ? " --passes" : "");
		return 1;
	}
	return report(&s, argv[0], passes ? " --passes" : "") > 0;
}
