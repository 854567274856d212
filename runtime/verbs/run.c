/* run.c: the verb `run`: arrays into the main graph, arrays out: in batches of the program's, or in
 * one run where the graph's sizes do not begin with the batch. */
#include "runtime/verbs/verbs.h"

#include <stdlib.h>
#include <string.h>

/* The input file, its arrays in the order of the graph's inputs, and N. A graph that has no batch
 * is given one example, the whole of its inputs. */
typedef struct Feed {
	bool batched;
	RtBytes bytes;
	RtSafetensors st;
	RtArray *arrays;
	int64_t n;
} Feed;

static void feed_release(Feed *f)
{
	free(f->arrays);
	rt_st_release(&f->st);
	rt_bytes_release(&f->bytes);
}

static RtStatus check_whole(const RtArray *a, const RtTensor *t, const char *path, RtError *err)
{
	char have[RT_SHAPE_TEXT], want[RT_SHAPE_TEXT];
	if (rt_same_shape(t, a->rank, a->dim))
		return RT_OK;
	return rt_fail(err, RT_INPUT, "%s: input '%s' is %s, need %s", path, t->name,
		       rt_shape_text(have, a->rank, a->dim), rt_shape_text(want, t->rank, t->dim));
}

/* [N, ...] with the sizes of t behind N. */
static RtStatus check_examples(Feed *f, const RtArray *a, const RtTensor *t, const char *path,
			       RtError *err)
{
	char have[RT_SHAPE_TEXT], want[RT_SHAPE_TEXT];
	RtTensor any = *t;
	any.dim[0] = a->rank ? a->dim[0] : 0;
	if (!rt_same_shape(&any, a->rank, a->dim))
		return rt_fail(err, RT_INPUT, "%s: input '%s' is %s, need [N%s%s", path, t->name,
			       rt_shape_text(have, a->rank, a->dim), t->rank > 1 ? "," : "]",
			       t->rank > 1 ? rt_shape_text(want, t->rank - 1, t->dim + 1) + 1 : "");
	if (a->dim[0] == 0)
		return rt_fail(err, RT_INPUT, "%s: input '%s' holds no examples", path, t->name);
	if (f->n && f->n != a->dim[0])
		return rt_fail(err, RT_INPUT,
			       "%s: inputs differ in their number of examples: %lld and "
			       "%lld",
			       path, (long long)f->n, (long long)a->dim[0]);
	f->n = a->dim[0];
	return RT_OK;
}

static RtStatus array_of_entry(RtArray *a, const RtEntry *e, const char *path, RtError *err)
{
	if (!rt_float_known(e->dtype))
		return rt_fail(err, RT_INPUT,
			       "%s: input '%s' is of type %s, need F32, or another float", path,
			       e->name, e->dtype);
	*a = rt_st_array(e);
	return RT_OK;
}

static RtStatus feed_safetensors(Feed *f, const RtGraph *g, const char *path, RtError *err)
{
	RtStatus s = rt_st_parse(&f->st, f->bytes.at, f->bytes.n, path, err);
	for (int i = 0; !s && i < g->ninputs; i++) {
		RtEntry *const e = rt_st_find(&f->st, g->inputs[i].name);
		if (!e)
			return rt_fail(err, RT_INPUT, "%s: no tensor '%s', which the model takes",
				       path, g->inputs[i].name);
		e->used = true;
		s = array_of_entry(&f->arrays[i], e, path, err);
	}
	for (int i = 0; !s && i < f->st.n; i++)
		if (!f->st.entries[i].used)
			return rt_fail(err, RT_INPUT,
				       "%s: tensor '%s' is not an input of the model", path,
				       f->st.entries[i].name);
	return s;
}

static RtStatus feed_npy(Feed *f, const RtGraph *g, const char *path, RtError *err)
{
	if (g->ninputs != 1)
		return rt_fail(err, RT_INPUT,
			       "%s: the model takes %d inputs: give them by name in a "
			       ".safetensors file",
			       path, g->ninputs);
	return rt_npy_parse(&f->arrays[0], &f->bytes, path, err);
}

/* The contents tell the two kinds of file apart, not the name. */
static RtStatus feed_open(Feed *f, const RtModel *m, const RtGraph *g, const char *path,
			  RtError *err)
{
	*f = (Feed){.batched = rt_graph_batched(m, g)};
	RtStatus s = rt_bytes_open(&f->bytes, path, err);
	if (s)
		return s;
	f->arrays = rt_alloc((uint64_t)g->ninputs, sizeof *f->arrays);
	if (!f->arrays)
		return rt_no_memory(err);
	const RtBytes *const b = &f->bytes;
	if (b->n >= 6 && memcmp(b->at, "\x93NUMPY", 6) == 0)
		s = feed_npy(f, g, path, err);
	else if (b->n > 8 && b->at[8] == '{')
		s = feed_safetensors(f, g, path, err);
	else
		s = rt_fail_kind(b, path, RT_WANT_ARRAYS, err);
	for (int i = 0; !s && i < g->ninputs; i++)
		s = f->batched ? check_examples(f, &f->arrays[i], &g->inputs[i], path, err)
			       : check_whole(&f->arrays[i], &g->inputs[i], path, err);
	f->n = f->batched ? f->n : 1;
	return s;
}

/* Examples that one run takes. */
static int64_t at_once(const RtSession *s, const Feed *f)
{
	return f->batched ? s->model->batch : 1;
}

static uint64_t per_example(const RtSession *s, const Feed *f, const RtTensor *t)
{
	return rt_tensor_numel(t) / (uint64_t)at_once(s, f);
}

/* Examples at .. at+batch-1; zeros beyond the last one. */
static void load_batch(RtSession *s, const Feed *f, int64_t at)
{
	const RtGraph *const g = &s->model->graphs[s->main];
	const int64_t batch = at_once(s, f), n = f->n - at < batch ? f->n - at : batch;
	for (int i = 0; i < g->ninputs; i++) {
		const uint64_t each = per_example(s, f, &g->inputs[i]);
		float *const x = s->mio.in[i];
		rt_array_get(&f->arrays[i], (uint64_t)at * each, (uint64_t)n * each, x);
		memset(x + (uint64_t)n * each, 0, sizeof *x * (uint64_t)(batch - n) * each);
	}
}

static RtStatus run_all(RtSession *s, const Feed *f, float **results, RtProgress *p, RtError *err)
{
	const RtGraph *const g = &s->model->graphs[s->main];
	const int64_t batch = at_once(s, f);
	for (int64_t at = 0; at < f->n; at += batch) {
		rt_progress_show(p, "run", at, f->n);
		load_batch(s, f, at);
		const RtStatus status = rt_session_run(s, s->main, err);
		if (status)
			return status;
		const uint64_t n = (uint64_t)(f->n - at < batch ? f->n - at : batch);
		for (int i = 0; i < g->noutputs; i++) {
			const uint64_t each = per_example(s, f, &g->outputs[i]);
			memcpy(results[i] + (uint64_t)at * each, s->mio.out[i],
			       sizeof(float) * n * each);
		}
	}
	return RT_OK;
}

static RtStatus write_results(const char *path, int n, const RtTensor *t, float *const *results,
			      RtError *err)
{
	RtOut out;
	const RtStatus s = rt_out_open(&out, path, err);
	if (s)
		return s;
	rt_st_header(&out, n, t);
	for (int i = 0; i < n; i++)
		rt_out_write(&out, results[i], sizeof(float) * rt_tensor_numel(&t[i]));
	return rt_out_commit(&out, err);
}

/* Outputs that are not finite are written all the same: they show where it began. */
static RtStatus check_results(const char *path, int n, const RtTensor *t, float *const *results,
			      RtError *err)
{
	RtBadValues bad = {0};
	for (int i = 0; i < n; i++) {
		const RtArray a = rt_array_of(&t[i], results[i]);
		rt_values_check(&bad, t[i].name, &a);
	}
	return rt_values_status(&bad, path, err);
}

static RtStatus run_and_write(RtSession *s, const Feed *f, const RtOptions *o, RtError *err)
{
	const RtGraph *const g = &s->model->graphs[s->main];
	RtTensor *const t = rt_alloc((uint64_t)g->noutputs, sizeof *t);
	float **const results = rt_alloc((uint64_t)g->noutputs, sizeof *results);
	RtStatus status = t && results ? RT_OK : rt_no_memory(err);
	for (int i = 0; !status && i < g->noutputs; i++) {
		t[i] = g->outputs[i];
		if (f->batched)
			t[i].dim[0] = f->n;
		results[i] = rt_alloc(rt_tensor_numel(&t[i]), sizeof **results);
		if (!results[i])
			status = rt_no_memory(err);
	}
	RtProgress p;
	rt_progress_open(&p, o->quiet);
	if (!status)
		status = run_all(s, f, results, &p, err);
	rt_progress_clear(&p);
	if (!status)
		status = write_results(o->output, g->noutputs, t, results, err);
	if (!status)
		status = check_results(o->output, g->noutputs, t, results, err);
	for (int i = 0; results && i < g->noutputs; i++)
		free(results[i]);
	free(results);
	free(t);
	return status;
}

/* Said, and then computed with. */
static RtStatus check_inputs(const Feed *f, const RtGraph *g, const RtOptions *o, RtError *err)
{
	RtBadValues bad = {0};
	for (int i = 0; i < g->ninputs; i++)
		rt_values_check(&bad, g->inputs[i].name, &f->arrays[i]);
	const RtStatus s = rt_values_status(&bad, o->input, err);
	if (s)
		rt_say_error(o, err->text);
	err->text[0] = '\0';
	return s;
}

RtStatus rt_verb_run(const RtModel *m, const RtOptions *o, RtError *err)
{
	const RtGraph *const g = &m->graphs[rt_graph_find(m, "main")];
	Feed f;
	RtWeights w = {0};
	RtSession s = {0};
	RtStatus bad = RT_OK, status = feed_open(&f, m, g, o->input, err);
	if (!status)
		status = rt_options_weights(o, m, &w, err);
	if (!status)
		status = rt_session_open(&s, m, &w, (int)o->threads, err);
	rt_weights_release(&w);
	if (!status) {
		bad = check_inputs(&f, g, o, err);
		status = run_and_write(&s, &f, o, err);
	}
	if (s.model)
		rt_session_close(&s);
	feed_release(&f);
	return status ? status : bad;
}
