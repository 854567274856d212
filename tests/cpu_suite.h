/* cpu_suite.h: many small graphs through the CPU back end as one program: one C file, one
 * compilation, one library, which is loaded into this process. $CC and $SELDC_CFLAGS as in seldc;
 * KEEP=1 leaves the folder with the source. All here is inline: every driver is one C file. */
#ifndef SELDC_CPU_SUITE_H
#define SELDC_CPU_SUITE_H

#include "backend_cpu/backend_cpu.h"
#include "passes/passes.h"
#include "runtime/seldrt.h"

#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct Suite {
	Arena *a;
	Diag diag;
	Module *module;
	Model model;
} Suite;

static inline void suite_init(Suite *s)
{
	*s = (Suite){.a = arena_new()};
	s->diag = (Diag){.arena = s->a, .out = stderr};
	s->module = module_new(s->a, &s->diag, ops_new(s->a), "suite");
	s->model = (Model){.module = s->module, .name = "suite", .batch = 1};
}

/* Adds g, made in a module of its own on the same table of ops; its params get names of their own,
 * "cN/NAME". Returns N, its number in the program. */
static inline int suite_adopt(Suite *s, Graph *g)
{
	const int index = s->module->graphs.n;
	g->module = s->module;
	g->name = arena_printf(s->a, "c%d", index);
	for (int i = 0; i < g->nodes.n; i++)
		if (g->nodes.at[i]->op == OP_param)
			g->nodes.at[i]->label =
			    arena_printf(s->a, "c%d/%s", index, g->nodes.at[i]->label);
	list_push(s->a, &s->module->graphs, g);
	return index;
}

/* Splits "cN/NAME" again. */
static inline int suite_param(const char *label, const char **name)
{
	*name = strchr(label, '/') + 1;
	return atoi(label + 1);
}

/* Emits, compiles with `flags` and loads; NULL after a message. */
static inline const RtModel *suite_build(Suite *s, const CpuOptions *opt, const char *flags)
{
	const char *cc = getenv("CC") ? getenv("CC") : "cc";
	const char *more = getenv("SELDC_CFLAGS") ? getenv("SELDC_CFLAGS") : "";
	char dir[] = "/tmp/suite.XXXXXX";
	Buf b;
	buf_init(&b, s->a);
	if (!cpu_emit(&b, &s->model, opt) || !mkdtemp(dir))
		return NULL;
	const char *source = arena_printf(s->a, "%s/suite.c", dir),
		   *lib = arena_printf(s->a, "%s/suite.so", dir);
	const char *command =
	    arena_printf(s->a, "%s %s %s %s -shared -fPIC -Iruntime -o %s %s %s -lm", cc,
			 CPU_CFLAGS, flags, more, lib, source, cpu_libs(&b));
	if (!file_write(source, b.s, b.len) || system(command) != 0) {
		printf("not ok compilation: %s\n", command);
		return NULL;
	}
	void *handle = dlopen(lib, RTLD_NOW);
	const RtModel *(*get)(void);
	void *symbol = handle ? dlsym(handle, "suite_model") : NULL;
	if (!getenv("KEEP")) {
		unlink(source);
		unlink(lib);
		rmdir(dir);
	}
	memcpy(&get, &symbol, sizeof get);
	return symbol ? get() : NULL;
}

static inline float *suite_floats(Arena *a, const Tensor *t)
{
	const int64_t n = type_count(&t->type);
	float *f = NEW_ARRAY(a, float, n + 1);
	for (int64_t i = 0; i < n; i++)
		f[i] = (float)t->data[i];
	return f;
}

/* Output buffers of graph `index` after a run; they held NaN before. NULL if it fails. */
static inline float **suite_run(Suite *s, const RtModel *m, void *self, int index,
				const float *const *in)
{
	const Graph *g = s->module->graphs.at[index];
	float **out = NEW_ARRAY(s->a, float *, g->outputs.n + 1);
	for (int i = 0; i < g->outputs.n; i++) {
		const int64_t n = type_count(&g->outputs.at[i].value->type);
		out[i] = NEW_ARRAY(s->a, float, n + 1);
		for (int64_t k = 0; k <= n; k++)
			out[i][k] = NAN;
	}
	RtError err;
	return m->ops.run(self, index, in, out, &err) == RT_OK ? out : NULL;
}

static inline void suite_keep(const RtSource *s)
{
	(void)s;
}

static inline void *suite_open(const RtModel *m, const float *const *params, int threads)
{
	void *self;
	RtError err;
	const RtSource weights = {.params = params, .drop = suite_keep};
	return m->ops.open(&self, &weights, threads, &err) == RT_OK ? self : NULL;
}

#endif
