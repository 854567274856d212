/* step.c: the graph "step" of a program that can be trained, and the verb `step`: one step of the
 * optimiser on a batch from a file. */
#include "runtime/train/train.h"

#include <stdlib.h>
#include <string.h>

static RtRole role_of(const RtModel *m, const char *name)
{
	static const struct {
		const char *name;
		RtRole role;
	} roles[] = {
	    {"lr", RT_LR},           {"opt.lr", RT_LR}, {"step", RT_STEP},
	    {"opt.step", RT_STEP},   {"seed", RT_SEED}, {"opt.seed", RT_SEED},
	    {"opt.micro", RT_MICRO},
	};
	for (size_t i = 0; i < RT_COUNT(roles); i++)
		if (strcmp(roles[i].name, name) == 0)
			return roles[i].role;
	const RtGraph *const main = &m->graphs[rt_graph_find(m, "main")];
	if (rt_tensor_find(main->ninputs, main->inputs, name) >= 0)
		return RT_FEATURES;
	return rt_target_known(name) ? RT_TARGET : RT_CHOICE;
}

/* The path of the choice that an input of this name takes. */
static const char *choice_path(const cJSON *choices, const char *name, char out[256])
{
	double v;
	snprintf(out, 256, "scalars.%s", name);
	if (strcmp(name, "opt.clip") == 0)
		snprintf(out, 256, "optimizer.clip_norm");
	else if (strcmp(name, "opt.accumulate") == 0)
		snprintf(out, 256, "optimizer.accumulate");
	else if (!rt_json_number_at(choices, out, &v))
		snprintf(out, 256, "%s", name);
	return out;
}

bool rt_step_takes(const RtModel *m, const cJSON *choices, const char *path)
{
	const int step = rt_graph_find(m, "step");
	const RtGraph *const g = &m->graphs[step < 0 ? 0 : step];
	char text[256];
	for (int i = 0; step >= 0 && i < g->ninputs; i++)
		if (role_of(m, g->inputs[i].name) == RT_CHOICE &&
		    strcmp(choice_path(choices, g->inputs[i].name, text), path) == 0)
			return true;
	return false;
}

/* ---- checks ------------------------------------------------------------------------------- */

static RtStatus chosen(const RtModel *m, const char *name, bool *found, RtError *err)
{
	double v;
	char path[256];
	cJSON *j;
	const RtStatus s = rt_json_read(&j, m->training, strlen(m->training), NULL, err);
	*found = rt_json_number_at(j, choice_path(j, name, path), &v);
	cJSON_Delete(j);
	return s == RT_DEVICE ? s : RT_OK;
}

static RtStatus check_input(const RtModel *m, const RtTensor *t, RtError *err)
{
	switch (role_of(m, t->name)) {
	case RT_TARGET:
		return rt_target_check(m, t, err);
	case RT_FEATURES: {
		const int f = rt_graph_find(m, "features"),
			  i = f < 0 ? 0 : rt_feeding_output(&m->graphs[f], t->name);
		const RtTensor *const from = f < 0 ? &m->graphs[rt_graph_find(m, "main")].inputs[0]
					     : i < 0 ? NULL
						     : &m->graphs[f].outputs[i];
		if (from && rt_same_shape(t, from->rank, from->dim))
			return RT_OK;
		return rt_fail(err, RT_BUG, "graph 'step': nothing makes its input '%s'", t->name);
	}
	default: {
		bool known = true;
		if (role_of(m, t->name) == RT_CHOICE && chosen(m, t->name, &known, err))
			return RT_DEVICE;
		if (rt_tensor_numel(t) == 1 && known)
			return RT_OK;
		return rt_fail(err, RT_BUG,
			       "graph 'step': input '%s' is not one number that is "
			       "known",
			       t->name);
	}
	}
}

static RtStatus check_state(const RtModel *m, RtError *err)
{
	for (int i = 0; i < m->nparams; i++) {
		const RtTensor *const t = &m->params[i].tensor;
		const int at = rt_tensor_find(m->nstate, m->state, t->name);
		if (at < 0 || !rt_same_shape(t, m->state[at].rank, m->state[at].dim))
			return rt_fail(err, RT_BUG, "parameter '%s' is not in the state", t->name);
	}
	return RT_OK;
}

RtStatus rt_trainable_check(const RtModel *m, RtError *err)
{
	const int step = rt_graph_find(m, "step");
	if (!m->training || step < 0)
		return rt_fail(err, RT_INPUT,
			       "this program cannot be trained: build it with 'seldc build "
			       "--train'");
	if (!m->ops.get_state || !m->ops.set_state)
		return rt_fail(err, RT_BUG, "a program for training without access to its state");
	const RtGraph *const g = &m->graphs[step];
	const int loss = rt_tensor_find(g->noutputs, g->outputs, "loss");
	if (loss < 0 || rt_tensor_numel(&g->outputs[loss]) != 1)
		return rt_fail(err, RT_BUG, "graph 'step' has no output 'loss' of one number");
	RtStatus s = check_state(m, err);
	for (int i = 0; !s && i < g->ninputs; i++)
		s = check_input(m, &g->inputs[i], err);
	return s;
}

/* ---- the graph ---------------------------------------------------------------------------- */

/* loss, then its parts, then the norm of the gradient. */
static void find_parts(RtStep *s)
{
	const RtGraph *const g = s->graph;
	s->part[s->nparts++] = rt_tensor_find(g->noutputs, g->outputs, "loss");
	for (int i = 0; i < g->noutputs && s->nparts < RT_MAX_PARTS - 1; i++)
		if (strncmp(g->outputs[i].name, "loss.", 5) == 0 &&
		    rt_tensor_numel(&g->outputs[i]) == 1)
			s->part[s->nparts++] = i;
	const int norm = rt_tensor_find(g->noutputs, g->outputs, "grad_norm");
	if (norm >= 0 && rt_tensor_numel(&g->outputs[norm]) == 1)
		s->part[s->nparts++] = norm;
}

bool rt_step_scalar(const RtStep *s, int input)
{
	return s->role[input] != RT_FEATURES && s->role[input] != RT_TARGET;
}

RtStatus rt_step_open(RtStep *s, const RtModel *m, RtError *err)
{
	*s = (RtStep){.index = rt_graph_find(m, "step"), .dropout = true};
	const RtGraph *const g = s->graph = &m->graphs[s->index];
	s->role = rt_alloc((uint64_t)g->ninputs, sizeof *s->role);
	s->scalar = rt_alloc((uint64_t)g->ninputs, sizeof *s->scalar);
	s->in = rt_alloc((uint64_t)g->ninputs, sizeof *s->in);
	s->out = rt_alloc((uint64_t)g->noutputs, sizeof *s->out);
	if (!s->role || !s->scalar || !s->in || !s->out)
		return rt_no_memory(err);
	for (int i = 0; i < g->ninputs; i++) {
		s->role[i] = role_of(m, g->inputs[i].name);
		if (rt_step_scalar(s, i))
			s->in[i] = &s->scalar[i];
	}
	find_parts(s);
	for (int i = 0; i < s->nparts; i++)
		s->out[s->part[i]] = &s->value[i];
	return RT_OK;
}

void rt_step_release(RtStep *s)
{
	for (int i = 0; s->owned && s->in && s->role && i < s->graph->ninputs; i++)
		if (!rt_step_scalar(s, i))
			free((void *)(uintptr_t)s->in[i]);
	for (int i = 0; i < s->nparts; i++) /* those not replaced point into s */
		if (s->out[s->part[i]] == &s->value[i])
			s->out[s->part[i]] = NULL;
	for (int i = 0; s->owned && s->out && i < s->graph->noutputs; i++)
		free(s->out[i]);
	free(s->role);
	free(s->scalar);
	free(s->in);
	free(s->out);
	*s = (RtStep){0};
}

/* The dropouts' seed: a float holds whole numbers up to 2^24. */
static double seed_of(const RtStep *s, const RtPlan *p)
{
	return s->dropout ? (double)(p->seed % (1 << 24)) : -1;
}

static double scalar(const RtStep *s, int input, const RtPlan *p, double lr, int64_t step,
		     int64_t micro)
{
	double v;
	char path[256];
	switch (s->role[input]) {
	case RT_LR:
		return lr;
	case RT_STEP:
		return (double)step;
	case RT_MICRO:
		return (double)micro;
	case RT_SEED:
		return seed_of(s, p);
	default:
		choice_path(p->json, s->graph->inputs[input].name, path);
		return rt_json_number_at(p->json, path, &v) ? v : 0;
	}
}

void rt_step_scalars(RtStep *s, const RtPlan *p, double lr, int64_t step, int64_t micro)
{
	for (int i = 0; i < s->graph->ninputs; i++)
		if (rt_step_scalar(s, i))
			s->scalar[i] = (float)scalar(s, i, p, lr, step, micro);
}

void rt_step_average(RtStep *s, double *sum, int64_t count, int64_t all)
{
	for (int i = 0; i < s->nparts; i++) {
		float *const value = s->out[s->part[i]];
		sum[i] = (count ? sum[i] : 0) + *value;
		if (count + 1 == all && strcmp(s->graph->outputs[s->part[i]].name, "grad_norm"))
			*value = (float)(sum[i] / (double)all);
	}
}

RtStatus rt_step_random(RtStep *s, uint64_t seed, RtError *err)
{
	s->owned = true;
	for (int i = 0; i < s->graph->ninputs; i++) {
		const RtTensor *const t = &s->graph->inputs[i];
		const uint64_t n = rt_tensor_numel(t);
		if (rt_step_scalar(s, i))
			continue;
		float *const x = rt_alloc(n, sizeof *x);
		double *const v = rt_alloc(n, sizeof *v);
		s->in[i] = x;
		if (x && v)
			rt_random_uniform(seed, t->name, 0, n, v);
		for (uint64_t k = 0; x && v && k < n; k++)
			x[k] = (float)v[k];
		free(v);
		if (!x || !v)
			return rt_no_memory(err);
	}
	return RT_OK;
}
