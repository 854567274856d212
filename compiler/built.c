/* built.c: see built.h. */
#define _GNU_SOURCE
#include "built.h"

#include "runtime/core/core.h"

#include <dlfcn.h>
#include <math.h>
#include <string.h>

/* ---- values ---------------------------------------------------------------------------------- */

static const Tensor *find(const BuiltValues *v, const Graph *g, const char *label)
{
	for (int i = 0; i < v->source.n; i++)
		if ((!g || v->source.at[i]->graph == g) && !strcmp(v->source.at[i]->label, label))
			return &v->value.at[i];
	return NULL;
}

const Tensor *built_value(const BuiltValues *v, const Graph *g, const char *label)
{
	const Tensor *t = find(v, g, label);
	if (!t)
		BUG("'%s' has no value", label);
	return t;
}

bool built_lookup(void *ctx, const Node *source, Tensor *out)
{
	*out = *built_value(ctx, source->graph, source->label);
	return true;
}

static float *floats_of(Arena *a, const Tensor *t)
{
	float *f = NEW_ARRAY(a, float, type_count(&t->type) + 1);
	for (int64_t i = 0; i < type_count(&t->type); i++)
		f[i] = (float)t->data[i];
	return f;
}

double built_error(const Tensor *want, const float *got)
{
	double num = 0, den = 0;
	for (int64_t i = 0; i < type_count(&want->type); i++) {
		const double w = want->data[i], g = got ? (double)got[i] : NAN;
		if (isfinite(w))
			den += w * w;
		if ((isnan(w) && isnan(g)) || (isinf((float)w) && (double)(float)w == g))
			continue;
		if (!isfinite(w) || !isfinite(g))
			return INFINITY;
		num += (g - w) * (g - w);
	}
	return got ? sqrt(num / (den > 0 ? den : 1)) : INFINITY;
}

/* ---- programs -------------------------------------------------------------------------------- */

static int complain(Diag *d, const char *text)
{
	diag_error(d, E609, (Loc){0}, "%s", text);
	return d->status;
}

int built_load(Arena *a, Diag *d, const CompileOptions *o, const char *name, Built *b)
{
	CompileOptions library = *o;
	library.emit = EMIT_LIB;
	library.quiet = true;
	const int status = compile_build(&library);
	if (status)
		return status;
	const RtModel *(*get)(void);
	b->handle = dlopen(o->output, RTLD_NOW | RTLD_LOCAL);
	void *symbol = b->handle ? dlsym(b->handle, arena_printf(a, "%s_model", name)) : NULL;
	if (!symbol)
		return complain(d, dlerror());
	memcpy(&get, &symbol, sizeof get);
	b->model = get();
	return EXIT_DONE;
}

static void keep_file(const RtSource *s)
{
	(void)s;
}

int built_open(Diag *d, Built *b, const BuiltValues *v, const Graph *step)
{
	const RtModel *m = b->model;
	Arena *a = arena_new();
	RtError *err = NEW(a, RtError);
	const float **params = NEW_ARRAY(a, const float *, m->nparams + 1);
	for (int i = 0; i < m->nparams; i++)
		params[i] = floats_of(a, built_value(v, NULL, m->params[i].tensor.name));
	const RtSource source = {.params = params, .drop = keep_file};
	RtStatus s = m->ops.open(&b->self, &source, 0, err);
	for (int i = 0; !s && step && i < m->nstate; i++) {
		const Tensor *t = find(v, step, m->state[i].name);
		if (t)
			s = m->ops.set_state(b->self, i, floats_of(a, t), err);
	}
	const int status = s ? complain(d, err->text) : EXIT_DONE;
	arena_free(a);
	return status;
}

int built_run(Arena *a, Diag *d, Built *b, const Graph *g, const BuiltValues *v, float **out)
{
	const int index = rt_graph_find(b->model, g->name);
	const RtGraph *r = &b->model->graphs[index];
	RtError *err = NEW(a, RtError);
	const float **in = NEW_ARRAY(a, const float *, r->ninputs + 1);
	float **all = NEW_ARRAY(a, float *, r->noutputs + 1);
	for (int i = 0; i < r->ninputs; i++)
		in[i] = floats_of(a, built_value(v, g, r->inputs[i].name));
	for (int i = 0; i < r->noutputs; i++) {
		const uint64_t n = rt_tensor_numel(&r->outputs[i]);
		all[i] = NEW_ARRAY(a, float, n + 1);
		for (uint64_t k = 0; k < n; k++)
			all[i][k] = NAN;
	}
	for (int i = 0; i < g->outputs.n; i++) {
		const int at = rt_tensor_find(r->noutputs, r->outputs, g->outputs.at[i].name);
		out[i] = at < 0 ? NULL : all[at];
	}
	return b->model->ops.run(b->self, index, in, all, err) ? complain(d, err->text) : EXIT_DONE;
}

void built_close(Built *b)
{
	if (b->self)
		b->model->ops.close(b->self);
	if (b->handle)
		dlclose(b->handle);
	*b = (Built){0};
}
