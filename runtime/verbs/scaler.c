/* scaler.c: the statistics by which features are standardised, from one pass over the training
 * data; and the verb `statistics`, which makes them from any clips. They are part of the weights,
 * under the names scaler.mean and scaler.std. */
#include "runtime/verbs/verbs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Sums over frames, [channels, bins]. Batches are added in order, so the result is always the
 * same bits. */
typedef struct Sums {
	int64_t channels, frames, bins;
	double n, *x, *xx; /* of x - shift and its square */
	float *shift;      /* the first frame seen: keeps the difference of the sums exact */
	bool shifted;
	int output; /* of the features graph: what has not been standardised */
} Sums;

static int raw_output(const RtModel *m)
{
	const int f = rt_graph_find(m, "features");
	if (f < 0)
		return -1;
	return rt_tensor_find(m->graphs[f].noutputs, m->graphs[f].outputs, "features");
}

bool rt_scaler_wanted(const RtModel *m)
{
	return rt_param_find(m, "scaler.mean") >= 0 && rt_param_find(m, "scaler.std") >= 0 &&
	       raw_output(m) >= 0;
}

static void sums_release(Sums *s)
{
	free(s->x);
	free(s->xx);
	free(s->shift);
}

static RtStatus sums_open(Sums *s, const RtModel *m, RtError *err)
{
	*s = (Sums){.output = raw_output(m)};
	const RtTensor *const t = &m->graphs[rt_graph_find(m, "features")].outputs[s->output];
	const RtTensor *const mean = &m->params[rt_param_find(m, "scaler.mean")].tensor;
	const RtTensor *const std = &m->params[rt_param_find(m, "scaler.std")].tensor;
	s->channels = t->dim[1];
	s->frames = t->dim[2];
	s->bins = t->dim[3];
	const uint64_t n = (uint64_t)(s->channels * s->bins);
	if (t->rank != 4 || rt_tensor_numel(mean) != n || rt_tensor_numel(std) != n)
		return rt_fail(err, RT_BUG, "scaler.mean and scaler.std do not fit the features");
	s->x = rt_alloc(n, sizeof *s->x);
	s->xx = rt_alloc(n, sizeof *s->xx);
	s->shift = rt_alloc(n, sizeof *s->shift);
	return s->x && s->xx && s->shift ? RT_OK : rt_no_memory(err);
}

/* f [channels, frames, bins], the first `frames` of them */
static void add_example(Sums *s, const float *f, int64_t frames)
{
	for (int64_t c = 0; c < s->channels; c++)
		for (int64_t t = 0; t < frames; t++) {
			const float *const row = f + (c * s->frames + t) * s->bins;
			float *const shift = s->shift + c * s->bins;
			double *const x = s->x + c * s->bins, *const xx = s->xx + c * s->bins;
			if (!s->shifted && t == 0)
				memcpy(shift, row, sizeof *row * (size_t)s->bins);
			for (int64_t b = 0; b < s->bins; b++) {
				const double v = (double)row[b] - shift[b];
				x[b] += v;
				xx[b] += v * v;
			}
		}
	s->shifted = s->shifted || frames;
	s->n += (double)frames;
}

typedef struct Summing {
	Sums *sums;
	RtSession *session;
	const RtFeed *feed;
	float **out; /* of the features graph: the one that is read */
} Summing;

static RtStatus add_batch(void *ctx, const RtBatch *b, int64_t at, int64_t n, RtError *err)
{
	const Summing *const a = ctx;
	Sums *const sums = a->sums;
	const RtModel *const m = a->session->model;
	const int64_t each = sums->channels * sums->frames * sums->bins;
	const RtStatus status = m->ops.run(a->session->self, a->session->features,
					   (const float *const *)b->in, a->out, err);
	for (int64_t i = 0; !status && i < n; i++) {
		const RtChunk *const c = &a->feed->chunks[at + i];
		add_example(sums, a->out[sums->output] + i * each,
			    rt_segment_frames(m, sums->frames, c->end - c->begin));
	}
	return status;
}

static RtStatus add_all(Sums *sums, RtSession *s, const RtFeed *f, RtProgress *progress,
			RtError *err)
{
	float **const out = rt_alloc((uint64_t)s->fio.nout, sizeof *out);
	if (!out)
		return rt_no_memory(err);
	out[sums->output] = s->fio.out[sums->output];
	Summing a = {sums, s, f, out};
	const RtStatus status =
	    rt_feed_each(f, "statistics of the features", progress, add_batch, &a, err);
	free(out);
	return status;
}

/* Mean, then deviation, [channels, bins] each; *v is to be freed. A bin that never changes keeps
 * its scale. */
static RtStatus finish(const Sums *sums, float **v, RtError *err)
{
	const uint64_t n = (uint64_t)(sums->channels * sums->bins);
	float *const mean = *v = rt_alloc(2 * n, sizeof *mean), *const std = mean + n;
	if (!mean)
		return rt_no_memory(err);
	bool finite = true;
	for (uint64_t i = 0; i < n; i++) {
		const double x = sums->x[i] / sums->n, var = sums->xx[i] / sums->n - x * x;
		mean[i] = (float)(sums->shift[i] + x);
		std[i] = var > 0 ? (float)sqrt(var) : 1;
		if (!(std[i] > 0))
			std[i] = 1;
		finite = finite && isfinite(mean[i]) && isfinite(var) && isfinite(std[i]);
	}
	return finite ? RT_OK : rt_fail(err, RT_INPUT, "features of the recordings are not finite");
}

/* Into the state of a program that trains. */
static RtStatus keep(const Sums *sums, RtSession *s, RtError *err)
{
	const RtModel *const m = s->model;
	float *v;
	RtStatus status = finish(sums, &v, err);
	if (!status)
		status =
		    rt_state_set(s, rt_tensor_find(m->nstate, m->state, "scaler.mean"), v, err);
	if (!status)
		status = rt_state_set(s, rt_tensor_find(m->nstate, m->state, "scaler.std"),
				      v + sums->channels * sums->bins, err);
	free(v);
	return status ? status : rt_state_refresh(s, err);
}

RtStatus rt_scaler_compute(RtSession *s, const RtFeed *f, RtProgress *progress, RtError *err)
{
	Sums sums;
	RtStatus status = sums_open(&sums, s->model, err);
	if (!status)
		status = add_all(&sums, s, f, progress, err);
	if (!status)
		status = keep(&sums, s, err);
	sums_release(&sums);
	return status;
}

/* ---- the verb ---------------------------------------------------------------------------- */

static RtStatus add_segments(Sums *sums, RtSession *s, const RtSamples *r, RtError *err)
{
	const RtModel *const m = s->model;
	const int64_t n = rt_segment_count(&m->audio, r->n), batch = m->batch;
	const int64_t each = sums->channels * sums->frames * sums->bins;
	float *whole;
	RtStatus status = rt_session_whole(s, r, &whole, err);
	for (int64_t at = 0; !status && at < n; at += batch) {
		status = rt_session_features(s, r, whole, at, err);
		for (int64_t i = 0; !status && i < batch && at + i < n; i++)
			add_example(
			    sums, s->fio.out[sums->output] + i * each,
			    rt_segment_frames(m, sums->frames, r->n - (at + i) * m->audio.samples));
	}
	free(whole);
	return status;
}

static RtStatus add_clips(Sums *sums, RtSession *s, const RtOptions *o, RtError *err)
{
	RtProgress progress;
	RtStatus status = RT_OK;
	rt_progress_open(&progress, o->quiet);
	for (int i = 0; !status && i < o->nargs; i++) {
		RtClip c;
		rt_progress_show(&progress, "statistics of the features", i, o->nargs);
		status = rt_clip_open(&c, o->args[i], &s->model->audio, err);
		if (status)
			break;
		rt_say_clip(o, &c, o->args[i]);
		const RtSamples r = rt_clip_samples(&c);
		status = add_segments(sums, s, &r, err);
		rt_clip_release(&c);
	}
	rt_progress_clear(&progress);
	if (!status && sums->n == 0)
		status = rt_fail(err, RT_INPUT, "the clips are shorter than a frame");
	return status;
}

static RtStatus write_tensors(const Sums *sums, const RtModel *m, const RtOptions *o,
			      const float *v, RtError *err)
{
	char note[80];
	snprintf(note, sizeof note, "%.0f frames of %d clips", sums->n, o->nargs);
	const RtTensor t[] = {m->params[rt_param_find(m, "scaler.mean")].tensor,
			      m->params[rt_param_find(m, "scaler.std")].tensor};
	const RtMeta from = {"from", note};
	RtOut out;
	const RtStatus s = rt_out_open(&out, o->output, err);
	if (s)
		return s;
	rt_st_header_meta(&out, 2, t, 1, &from, NULL);
	rt_out_write(&out, v, sizeof *v * (size_t)(2 * sums->channels * sums->bins));
	return rt_out_commit(&out, err);
}

static RtStatus write_statistics(const Sums *sums, const RtModel *m, const RtOptions *o,
				 RtError *err)
{
	float *v;
	RtStatus s = finish(sums, &v, err);
	if (!s)
		s = write_tensors(sums, m, o, v, err);
	free(v);
	return s;
}

/* Raw features do not depend on weights. */
RtStatus rt_verb_statistics(const RtModel *m, const RtOptions *o, RtError *err)
{
	if (m->audio.rate <= 0 || !rt_scaler_wanted(m))
		return rt_fail(err, RT_INPUT, "the model '%s' does not standardise its features",
			       m->name);
	RtWeights w = {0};
	RtSession s = {0};
	Sums sums = {0};
	RtStatus status = rt_weights_none(&w, m, err);
	if (!status)
		status = rt_session_open(&s, m, &w, (int)o->threads, err);
	rt_weights_release(&w);
	if (!status)
		status = sums_open(&sums, m, err);
	if (!status)
		status = add_clips(&sums, &s, o, err);
	if (!status)
		status = write_statistics(&sums, m, o, err);
	sums_release(&sums);
	if (s.model)
		rt_session_close(&s);
	return status;
}
