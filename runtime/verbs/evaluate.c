/* evaluate.c: events detected in the recordings of some folds, and their scores. Segments of
 * different recordings share batches. And the verb `eval`. */
#define _XOPEN_SOURCE 700
#include "runtime/verbs/verbs.h"

#include <stdlib.h>
#include <string.h>

typedef struct Detection {
	RtSession *session;
	const RtFeed *feed;
	const RtDecode *decode;
	RtEvents *events; /* by recording of the data */
} Detection;

static RtStatus detect(void *ctx, const RtBatch *b, int64_t at, int64_t n, RtError *err)
{
	const Detection *const d = ctx;
	RtStatus status = rt_session_infer(d->session, b->in, err);
	for (int64_t i = 0; !status && i < n; i++) {
		const RtChunk *const c = &d->feed->chunks[at + i];
		status = rt_session_decode(
		    d->session, d->decode, i, c->begin / d->feed->model->audio.samples,
		    d->feed->data->at[c->recording].samples, &d->events[c->recording], err);
	}
	return status;
}

static RtStatus add_reference(ScoreSet *set, const RtRecording *r, RtError *err)
{
	ScoreFile *const f = &set->at[set->n++];
	*f = (ScoreFile){.stem = strdup(r->stem), .ref_path = strdup(r->csv)};
	f->ref.at = rt_alloc((uint64_t)r->rows.n, sizeof *f->ref.at);
	if (!f->stem || !f->ref_path || !f->ref.at)
		return rt_no_memory(err);
	if (r->rows.n)
		memcpy(f->ref.at, r->rows.at, sizeof *f->ref.at * (size_t)r->rows.n);
	f->ref.n = f->ref.cap = r->rows.n;
	score_sort(&f->ref);
	return RT_OK;
}

/* The data's recordings are sorted by name, as those of a set are. */
static RtStatus make_set(ScoreSet *set, const RtDataset *d, unsigned folds, const RtEvents *events,
			 RtError *err)
{
	*set = (ScoreSet){.classes = d->model->decode.classes, .quiet = d->quiet};
	set->at = rt_alloc((uint64_t)d->n, sizeof *set->at);
	RtStatus s = set->at ? RT_OK : rt_no_memory(err);
	for (int i = 0; !s && i < d->n; i++) {
		const RtRecording *const r = &d->at[i];
		if (!rt_recording_kept(r) || !(folds >> r->fold & 1))
			continue;
		s = add_reference(set, r, err);
		if (!s)
			s = score_set_events(set, r->stem, &events[i], err);
	}
	return s;
}

RtStatus rt_evaluate(RtSession *s, const RtDataset *d, const RtDecode *decode, unsigned folds,
		     ScoreSet *set, RtProgress *progress, RtError *err)
{
	*set = (ScoreSet){0};
	RtEvents *const events = rt_alloc((uint64_t)d->n, sizeof *events);
	RtFeed f = {0};
	RtStatus status = events ? RT_OK : rt_no_memory(err);
	if (!status)
		status = rt_feed_open(&f, s->model, d, folds, RT_VALIDATION, err);
	Detection detection = {s, &f, decode, events};
	if (!status)
		status = rt_feed_each(&f, "evaluation", progress, detect, &detection, err);
	if (!status)
		status = make_set(set, d, folds, events, err);
	for (int i = 0; events && i < d->n; i++)
		rt_events_release(&events[i]);
	free(events);
	rt_feed_release(&f);
	return status;
}

/* ---- the verb ---------------------------------------------------------------------------- */

static RtStatus report(const ScoreSet *set, const RtModel *m, const RtOptions *o, RtError *err)
{
	Scores scores;
	ScoreIntervals *const intervals = o->jackknife ? rt_alloc(1, sizeof *intervals) : NULL;
	RtStatus s = o->jackknife && !intervals ? rt_no_memory(err) : RT_OK;
	if (!s)
		s = score_compute(set, o->micro, &scores, err);
	if (!s && intervals)
		s = score_jackknife(set, o->micro, intervals, err);
	const ScoreReport r = {set, &scores, intervals, o->micro, m->decode.class_names};
	if (!s)
		s = score_print(&r, o->json, err);
	free(intervals);
	return s;
}

static RtStatus evaluate(const RtModel *m, const RtOptions *o, RtDataset *d, RtError *err)
{
	RtWeights w = {0};
	RtSession s = {0};
	RtStatus status = rt_options_weights(o, m, &w, err);
	if (!status && rt_weights_unscaled(&w, m))
		rt_say_unscaled(o);
	if (!status)
		status = rt_session_open(&s, m, &w, (int)o->threads, err);
	rt_weights_release(&w);
	if (status)
		return status;
	const RtDecode decode = rt_decode_chosen(m, o);
	RtProgress progress;
	rt_progress_open(&progress, o->quiet);
	ScoreSet set = {0};
	status = rt_dataset_whole(&s, d, &progress, err);
	if (!status)
		status = rt_evaluate(&s, d, &decode, d->folds, &set, &progress, err);
	rt_session_close(&s);
	if (!status)
		status = report(&set, m, o, err);
	score_release(&set);
	return status;
}

RtStatus rt_verb_eval(const RtModel *m, const RtOptions *o, RtError *err)
{
	if (m->audio.rate <= 0 || !m->decode.kind)
		return rt_fail(err, RT_INPUT, "the model '%s' does not go from audio to events",
			       m->name);
	RtPlans plans;
	RtStatus s = rt_plans_open(&plans, m, o, true, err);
	if (s)
		return s;
	const unsigned folds = plans.at[0].validate_folds;
	RtDataset d = {.folds = folds ? folds : RT_ALL_FOLDS, .quiet = o->quiet};
	rt_plans_release(&plans);
	s = rt_dataset_open(&d, m, o->data, (int)o->threads, err);
	rt_say_lines(d.report);
	int used = 0;
	for (int i = 0; !s && i < d.n; i++)
		used += rt_recording_kept(&d.at[i]);
	if (!s && !used)
		s = rt_fail(err, RT_INPUT, "%s: no recording is of the validation folds", o->data);
	if (!s)
		s = evaluate(m, o, &d, err);
	rt_dataset_release(&d);
	return s;
}
