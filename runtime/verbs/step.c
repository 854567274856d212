/* step.c: the verb that takes steps of the optimiser on a batch from a file. */
#include "runtime/verbs/verbs.h"

#include <stdlib.h>
#include <string.h>

/* Input i of `batches` runs. */
static RtTensor input_of(const RtStep *s, int i, int64_t batches)
{
	RtTensor t = s->graph->inputs[i];
	t.dim[0] *= t.rank ? batches : 1;
	return t;
}

static RtStatus check_batch(const RtStep *s, const RtSafetensors *st, int64_t batches,
			    const char *path, RtError *err)
{
	RtMisfits *const misfits = rt_alloc(1, sizeof *misfits);
	if (!misfits)
		return rt_no_memory(err);
	for (int i = 0; i < s->graph->ninputs; i++) {
		const RtTensor t = input_of(s, i, batches);
		if (!rt_step_scalar(s, i))
			rt_misfits_want(misfits, st, &t);
	}
	rt_misfits_left_over(misfits, st);
	const RtStatus status = rt_misfits_status(misfits, path, "the step", err);
	free(misfits);
	return status;
}

static RtStatus check_batch_values(const RtSafetensors *st, const char *path, RtError *err)
{
	RtBadValues bad = {0};
	for (int i = 0; i < st->n; i++) {
		const RtArray a = rt_st_array(&st->entries[i]);
		rt_values_check(&bad, st->entries[i].name, &a);
	}
	return rt_values_status(&bad, path, err);
}

/* Values of input i into memory of its own. */
static RtStatus take(RtStep *s, int i, const RtEntry *e, int64_t batches, RtError *err)
{
	const RtTensor t = input_of(s, i, batches);
	const uint64_t n = rt_tensor_numel(&t);
	float *const x = rt_alloc(n, sizeof *x);
	if (!x)
		return rt_no_memory(err);
	const RtArray a = rt_st_array(e);
	rt_array_get(&a, 0, n, x);
	s->in[i] = x;
	return RT_OK;
}

static RtStatus read_batch(RtStep *s, const RtSafetensors *st, int64_t batches, const char *path,
			   RtError *err)
{
	RtStatus status = check_batch(s, st, batches, path, err);
	if (!status)
		status = check_batch_values(st, path, err);
	for (int i = 0; !status && i < s->graph->ninputs; i++)
		if (!rt_step_scalar(s, i))
			status = take(s, i, rt_st_find(st, s->graph->inputs[i].name), batches, err);
	return status;
}

/* The outputs of the last of `steps` steps; the loss, whose place they are in, that of each. */
static RtStatus write_outputs(RtStep *s, int64_t steps, const char *path, RtError *err)
{
	const RtGraph *const g = s->graph;
	RtTensor *const all = rt_alloc((uint64_t)g->noutputs, sizeof *all);
	RtOut out;
	if (!all)
		return rt_no_memory(err);
	memcpy(all, g->outputs, (size_t)g->noutputs * sizeof *all);
	all[s->part[0]].rank = 1;
	all[s->part[0]].dim[0] = steps;
	const RtStatus status = rt_out_open(&out, path, err);
	if (!status)
		rt_st_header(&out, g->noutputs, all);
	for (int i = 0; !status && i < g->noutputs; i++)
		rt_out_write(&out, s->out[i], sizeof(float) * rt_tensor_numel(&all[i]));
	free(all);
	return status ? status : rt_out_commit(&out, err);
}

/* The big inputs go on by `batches`, back where it is negative. */
static void move_inputs(RtStep *s, int64_t batches)
{
	for (int i = 0; i < s->graph->ninputs; i++)
		if (!rt_step_scalar(s, i))
			s->in[i] += batches * (int64_t)rt_tensor_numel(&s->graph->inputs[i]);
}

static RtStatus run_batches(RtStep *s, const RtModel *m, void *self, const RtPlan *p, int64_t step,
			    RtError *err)
{
	double sum[RT_MAX_PARTS];
	RtStatus status = RT_OK;
	int64_t at = 0;
	for (; !status && at < p->accumulate; at++) {
		rt_step_scalars(s, p, p->lr, step, at);
		status = m->ops.run(self, s->index, s->in, s->out, err);
		rt_step_average(s, sum, at, p->accumulate);
		move_inputs(s, 1);
	}
	move_inputs(s, -at);
	return status;
}

/* Steps on the same batch. The loss of each goes into memory that is the loss's in the end. */
static RtStatus run_steps(RtStep *s, const RtModel *m, void *self, const RtPlan *p, int64_t steps,
			  RtProgress *progress, RtError *err)
{
	float *const loss = s->out[s->part[0]], *const all = rt_alloc((uint64_t)steps, sizeof *all);
	RtStatus status = all ? RT_OK : rt_no_memory(err);
	for (int64_t i = 0; !status && i < steps; i++) {
		rt_progress_show(progress, "step", i, steps);
		status = run_batches(s, m, self, p, i + 1, err);
		all[i] = *loss;
	}
	s->out[s->part[0]] = all;
	free(loss);
	return status;
}

/* Every output is wanted here. */
static RtStatus run_step(RtStep *s, const RtModel *m, const RtOptions *o, const RtPlan *p,
			 RtError *err)
{
	RtWeights w = {0};
	void *self = NULL;
	RtStatus status = RT_OK;
	for (int i = 0; !status && i < s->graph->noutputs; i++) {
		s->out[i] = rt_alloc(rt_tensor_numel(&s->graph->outputs[i]), sizeof **s->out);
		if (!s->out[i])
			status = rt_no_memory(err);
	}
	if (!status)
		status = rt_options_weights(o, m, &w, err);
	const RtSource source = rt_weights_source(&w);
	if (!status)
		status = m->ops.open(&self, &source, (int)o->threads, err);
	rt_weights_release(&w);
	if (status)
		return status;
	const int64_t steps = o->repeat ? o->repeat : 1;
	RtProgress progress;
	rt_progress_open(&progress, o->quiet);
	status = run_steps(s, m, self, p, steps, &progress, err);
	rt_progress_clear(&progress);
	m->ops.close(self);
	return status ? status : write_outputs(s, steps, o->output, err);
}

static RtStatus read_file(RtStep *s, const RtOptions *o, int64_t batches, RtError *err)
{
	RtBytes b = {0};
	RtSafetensors st = {0};
	RtStatus status = rt_bytes_open(&b, o->batch, err);
	if (!status)
		status = rt_st_parse(&st, b.at, b.n, o->batch, err);
	if (!status)
		status = read_batch(s, &st, batches, o->batch, err);
	rt_st_release(&st);
	rt_bytes_release(&b);
	return status;
}

RtStatus rt_verb_step(const RtModel *m, const RtOptions *o, RtError *err)
{
	RtStatus status = rt_trainable_check(m, err);
	if (status)
		return status;
	RtStep s;
	RtPlans plans = {0};
	status = rt_step_open(&s, m, err);
	s.owned = true;
	s.dropout = !o->no_dropout;
	if (!status)
		status = rt_plans_open(&plans, m, o, true, err);
	if (!status)
		status = read_file(&s, o, plans.at[0].accumulate, err);
	if (!status)
		status = run_step(&s, m, o, &plans.at[0], err);
	rt_plans_release(&plans);
	rt_step_release(&s);
	return status;
}
