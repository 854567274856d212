/* features.c: the verb `features`: what the features graph makes of one clip. */
#include "runtime/verbs/verbs.h"

#include <stdlib.h>
#include <string.h>

static RtStatus write_segments(RtSession *s, const RtClip *c, int output, RtOut *f,
			       const RtOptions *o, RtError *err)
{
	const RtModel *const m = s->model;
	const RtSamples r = rt_clip_samples(c);
	const int64_t n = rt_segment_count(&m->audio, r.n);
	RtTensor t = m->graphs[s->features].outputs[output];
	const uint64_t each = rt_tensor_numel(&t) / (uint64_t)m->batch;
	t.dim[0] = n;
	rt_npy_header(f, t.rank, t.dim);
	RtProgress p;
	rt_progress_open(&p, o->quiet);
	float *whole;
	RtStatus status = rt_session_whole(s, &r, &whole, err);
	for (int64_t at = 0; !status && at < n; at += m->batch) {
		rt_progress_show(&p, "features", at, n);
		status = rt_session_features(s, &r, whole, at, err);
		const uint64_t left = (uint64_t)(n - at < m->batch ? n - at : m->batch);
		if (!status)
			rt_out_write(f, s->fio.out[output], sizeof(float) * left * each);
	}
	rt_progress_clear(&p);
	free(whole);
	return status;
}

static RtStatus write_file(RtSession *s, const RtClip *c, int output, const RtOptions *o,
			   RtError *err)
{
	RtOut out;
	RtStatus status = rt_out_open(&out, o->output, err);
	if (status)
		return status;
	status = write_segments(s, c, output, &out, o, err);
	if (!status)
		return rt_out_commit(&out, err);
	rt_out_cancel(&out);
	return status;
}

/* Raw features do not depend on weights, so none are asked for; standardised ones do. */
RtStatus rt_verb_features(const RtModel *m, const RtOptions *o, RtError *err)
{
	const char *const name = o->standardized ? "standardized" : "features";
	const int graph = rt_graph_find(m, "features");
	const RtGraph *const g = graph >= 0 ? &m->graphs[graph] : NULL;
	const int output = g ? rt_tensor_find(g->noutputs, g->outputs, name) : -1;
	if (output < 0 || m->audio.rate <= 0)
		return rt_fail(err, RT_INPUT, "the model '%s' has no output '%s' made from audio",
			       m->name, name);
	RtClip c;
	RtStatus status = rt_clip_open(&c, o->args[0], &m->audio, err);
	if (status)
		return status;
	rt_say_clip(o, &c, o->args[0]);
	RtWeights w = {0};
	RtSession s = {0};
	if (o->weights || o->standardized)
		status = rt_options_weights(o, m, &w, err);
	else
		status = rt_weights_none(&w, m, err);
	if (!status)
		status = rt_session_open(&s, m, &w, (int)o->threads, err);
	rt_weights_release(&w);
	if (!status)
		status = write_file(&s, &c, output, o, err);
	if (s.model)
		rt_session_close(&s);
	rt_clip_release(&c);
	return status;
}
