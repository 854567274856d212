/* session.c: an opened program and its buffers, and the way from audio through both graphs. */
#include "runtime/core/core.h"

#include <stdlib.h>
#include <string.h>

static RtStatus alloc_all(float ***list, int n, const RtTensor *t, RtError *err)
{
	float **const p = *list = rt_alloc((uint64_t)n, sizeof *p);
	if (!p)
		return rt_no_memory(err);
	for (int i = 0; i < n; i++) {
		p[i] = rt_alloc(rt_tensor_numel(&t[i]), sizeof **p);
		if (!p[i])
			return rt_no_memory(err);
	}
	return RT_OK;
}

RtStatus rt_io_open(RtIo *io, const RtGraph *g, RtError *err)
{
	*io = (RtIo){.nin = g->ninputs, .nout = g->noutputs};
	RtStatus s = alloc_all(&io->in, io->nin, g->inputs, err);
	if (!s)
		s = alloc_all(&io->out, io->nout, g->outputs, err);
	if (s)
		rt_io_release(io);
	return s;
}

void rt_io_release(RtIo *io)
{
	for (int i = 0; io->in && i < io->nin; i++)
		free(io->in[i]);
	for (int i = 0; io->out && i < io->nout; i++)
		free(io->out[i]);
	free(io->in);
	free(io->out);
	*io = (RtIo){0};
}

static bool sound(int n, const RtTensor *t)
{
	for (int i = 0; i < n; i++)
		if (t[i].rank < 0 || t[i].rank > RT_MAX_RANK || rt_tensor_numel(&t[i]) == 0)
			return false;
	return true;
}

static bool batched(const RtModel *m, int n, const RtTensor *t)
{
	for (int i = 0; i < n; i++)
		if (t[i].rank < 1 || t[i].dim[0] != m->batch)
			return false;
	return true;
}

bool rt_graph_batched(const RtModel *m, const RtGraph *g)
{
	return batched(m, g->ninputs, g->inputs) && batched(m, g->noutputs, g->outputs);
}

/* Output `name` has n values for each segment. */
static bool output_fits(const RtModel *m, const RtGraph *g, const char *name, int64_t n)
{
	const int i = name ? rt_tensor_find(g->noutputs, g->outputs, name) : -1;
	return i >= 0 && rt_tensor_numel(&g->outputs[i]) == (uint64_t)(m->batch * n);
}

static bool decode_fits(const RtModel *m, const RtGraph *g)
{
	const RtDecode *const d = &m->decode;
	const int64_t each = m->audio.frames * d->tracks;
	if (d->classes < 1 || d->tracks < 1 || m->audio.rate <= 0)
		return false;
	if (strcmp(d->kind, "accddoa") == 0)
		return output_fits(m, g, d->sed, each * 4 * d->classes);
	return strcmp(d->kind, "tracks") == 0 && output_fits(m, g, d->sed, each * d->classes) &&
	       output_fits(m, g, d->doa, each * 3) && output_fits(m, g, d->sde, each);
}

RtStatus rt_model_check(const RtModel *m, RtError *err)
{
	if (m->abi != RT_ABI)
		return rt_fail(err, RT_BUG,
			       "the program is for library interface %d, this one is %d", m->abi,
			       RT_ABI);
	const int main = rt_graph_find(m, "main");
	if (main < 0 || m->batch < 1)
		return rt_fail(err, RT_BUG, "the model has no graph 'main' or no batch");
	for (int i = 0; i < m->ngraphs; i++) {
		const RtGraph *const g = &m->graphs[i];
		if (strcmp(g->name, "step") == 0)
			continue; /* rt_trainable_check */
		if (!sound(g->ninputs, g->inputs) || !sound(g->noutputs, g->outputs))
			return rt_fail(err, RT_BUG, "graph '%s': a tensor without values", g->name);
		if (m->audio.rate > 0 && !rt_graph_batched(m, g))
			return rt_fail(err, RT_BUG,
				       "graph '%s': a size does not begin with the batch of %lld",
				       g->name, (long long)m->batch);
	}
	const RtAudio *const a = &m->audio;
	if (a->rate > 0 &&
	    (a->samples < 1 || a->frame_samples < 1 || a->frames < 1 || !rt_segments_fit(m)))
		return rt_fail(err, RT_BUG, "graph '%s' does not take the model's audio",
			       rt_first_graph(m)->name);
	if (m->decode.kind && !decode_fits(m, &m->graphs[main]))
		return rt_fail(err, RT_BUG, "outputs do not fit their decoding as '%s'",
			       m->decode.kind);
	return RT_OK;
}

RtStatus rt_session_open(RtSession *s, const RtModel *m, const RtWeights *w, int threads,
			 RtError *err)
{
	*s = (RtSession){
	    .model = m, .features = rt_graph_find(m, "features"), .main = rt_graph_find(m, "main")};
	const RtSource source = rt_weights_source(w);
	RtStatus status = m->ops.open(&s->self, &source, threads, err);
	if (status) {
		s->self = NULL;
		return status;
	}
	if (s->features >= 0)
		status = rt_io_open(&s->fio, &m->graphs[s->features], err);
	if (!status)
		status = rt_io_open(&s->mio, &m->graphs[s->main], err);
	if (status)
		rt_session_close(s);
	return status;
}

void rt_session_close(RtSession *s)
{
	rt_io_release(&s->fio);
	rt_io_release(&s->mio);
	if (s->self)
		s->model->ops.close(s->self);
	*s = (RtSession){0};
}

RtStatus rt_session_run(RtSession *s, int graph, RtError *err)
{
	RtIo *const io = graph == s->features ? &s->fio : &s->mio;
	return s->model->ops.run(s->self, graph, (const float *const *)io->in, io->out, err);
}

float **rt_session_in(RtSession *s)
{
	return s->features >= 0 ? s->fio.in : s->mio.in;
}

void rt_session_fill(RtSession *s, const RtSamples *r, const float *whole, int64_t first)
{
	const RtModel *const m = s->model;
	for (int64_t i = 0; i < m->batch; i++)
		rt_segment_fill(m, r, whole, (first + i) * m->audio.samples, i, rt_session_in(s),
				NULL);
}

RtStatus rt_session_features(RtSession *s, const RtSamples *r, const float *whole, int64_t first,
			     RtError *err)
{
	rt_session_fill(s, r, whole, first);
	return s->features >= 0 ? rt_session_run(s, s->features, err) : RT_OK;
}

/* A single segment is the whole recording. */
RtStatus rt_session_whole(RtSession *s, const RtSamples *r, float **whole, RtError *err)
{
	const RtModel *const m = s->model;
	const int64_t n = rt_segment_count(&m->audio, r->n);
	*whole = NULL;
	if (s->features < 0 || rt_whole_count(m) == 0 || n == 1)
		return RT_OK;
	*whole = rt_whole_new(m);
	RtStatus status = *whole ? RT_OK : rt_no_memory(err);
	for (int64_t at = 0; !status && at < n; at += m->batch) {
		status = rt_session_features(s, r, NULL, at, err);
		for (int64_t i = 0; !status && i < m->batch && at + i < n; i++)
			rt_whole_add(m, s->fio.out, i, *whole);
	}
	return status;
}

int rt_feeding_output(const RtGraph *f, const char *input)
{
	int i = -1;
	if (strcmp(input, "features") == 0)
		i = rt_tensor_find(f->noutputs, f->outputs, "standardized");
	return i >= 0 ? i : rt_tensor_find(f->noutputs, f->outputs, input);
}

RtStatus rt_session_main(RtSession *s, RtError *err)
{
	if (s->features < 0)
		return rt_session_run(s, s->main, err);
	const RtGraph *const f = &s->model->graphs[s->features], *const g =
								     &s->model->graphs[s->main];
	for (int i = 0; i < g->ninputs; i++) {
		const RtTensor *const t = &g->inputs[i];
		const int from = rt_feeding_output(f, t->name);
		if (from < 0 || !rt_same_shape(t, f->outputs[from].rank, f->outputs[from].dim))
			return rt_fail(err, RT_BUG,
				       "input '%s' of main is not made by the features graph",
				       t->name);
		memcpy(s->mio.in[i], s->fio.out[from], sizeof(float) * rt_tensor_numel(t));
	}
	return rt_session_run(s, s->main, err);
}

/* What is decoded is checked there, by frames; here all else that the graphs gave for an example.
 */
RtStatus rt_session_check(const RtSession *s, int64_t index, RtError *err)
{
	RtBadValues bad = {0};
	const RtGraph *const g = &s->model->graphs[s->main];
	for (int i = 0; i < g->noutputs; i++) {
		RtTensor one = g->outputs[i];
		one.dim[0] = 1;
		const RtArray a =
		    rt_array_of(&one, s->mio.out[i] + (uint64_t)index * rt_tensor_numel(&one));
		rt_values_check(&bad, one.name, &a);
	}
	return rt_values_status(&bad, "outputs", err);
}

RtStatus rt_session_infer(RtSession *s, float *const *in, RtError *err)
{
	const RtOps *const ops = &s->model->ops;
	const float *const *const from = (const float *const *)in;
	if (s->features < 0)
		return ops->run(s->self, s->main, from, s->mio.out, err);
	if (ops->infer)
		return ops->infer(s->self, from, s->mio.out, err);
	const RtStatus status = ops->run(s->self, s->features, from, s->fio.out, err);
	return status ? status : rt_session_main(s, err);
}

RtRoof rt_session_roof(const RtSession *s, int graph)
{
	const RtOps *const ops = &s->model->ops;
	if (!ops->roof)
		return (RtRoof){0};
	if (graph != RT_INFER)
		return ops->roof(s->self, graph);
	const RtRoof a = ops->roof(s->self, s->features), b = ops->roof(s->self, s->main);
	return (RtRoof){a.arithmetic + b.arithmetic, a.memory + b.memory, a.measured};
}

double rt_roof_seconds(RtRoof r)
{
	return r.memory > r.arithmetic ? r.memory : r.arithmetic;
}
