/* infer.c: the verb `infer`: clips in, one file of DCASE lines for each out. A clip that cannot be
 * read is reported and the others go on; anything else that fails ends the verb. */
#include "runtime/verbs/verbs.h"

#include <stdlib.h>
#include <string.h>

/* Everything about the clip at hand. */
typedef struct Job {
	const RtModel *model;
	const RtOptions *options;
	RtSession *session;
	RtDecode decode;
	RtProgress progress;
	const char *path;
	RtClip clip;
	RtEvents events;
	RtSpectrogram spectrogram; /* empty unless a picture is wanted */
	bool unscaled;             /* the weights lack statistics, which is not said yet */
} Job;

/* "a/b.c.wav": 3 letters at "b.c" */
static const char *stem(const char *path, int *n)
{
	const char *const base = rt_base_name(path), *const dot = strrchr(base, '.');
	*n = (int)(dot && dot > base ? (size_t)(dot - base) : strlen(base));
	return base;
}

static int by_stem(const void *a, const void *b)
{
	int nx, ny;
	const char *const x = stem(*(char *const *)a, &nx), *const y = stem(*(char *const *)b, &ny);
	const int order = strncmp(x, y, (size_t)(nx < ny ? nx : ny));
	return order ? order : nx - ny;
}

/* Two clips of one stem would write to one file. */
static RtStatus check_stems(const RtOptions *o, RtError *err)
{
	char **const sorted = rt_alloc((uint64_t)o->nargs, sizeof *sorted);
	if (!sorted)
		return rt_no_memory(err);
	memcpy(sorted, o->args, sizeof *sorted * (size_t)o->nargs);
	qsort(sorted, (size_t)o->nargs, sizeof *sorted, by_stem);
	RtStatus s = RT_OK;
	for (int i = 1; !s && i < o->nargs; i++)
		if (by_stem(&sorted[i - 1], &sorted[i]) == 0)
			s = rt_fail(err, RT_INPUT,
				    "'%s' and '%s' would both write the same .csv file",
				    sorted[i - 1], sorted[i]);
	free(sorted);
	return s;
}

/* Events of segment `at`, which is example `index` of the batch. */
static RtStatus decode_segment(Job *j, int64_t at, int64_t index, RtError *err)
{
	rt_spectrogram_add(&j->spectrogram, j->session, at, index);
	return rt_session_decode(j->session, &j->decode, index, at, j->clip.frames, &j->events,
				 err);
}

/* A picture shows the features, too. */
static RtStatus run_segments(const Job *j, const RtSamples *r, const float *whole, int64_t at,
			     RtError *err)
{
	RtSession *const session = j->session;
	if (!j->options->svg || session->features < 0) {
		rt_session_fill(session, r, whole, at);
		return rt_session_infer(session, rt_session_in(session), err);
	}
	const RtStatus s = rt_session_features(session, r, whole, at, err);
	return s ? s : rt_session_main(session, err);
}

static RtStatus detect(Job *j, RtError *err)
{
	const RtSamples r = rt_clip_samples(&j->clip);
	const int64_t n = rt_segment_count(&j->model->audio, r.n), batch = j->model->batch;
	float *whole;
	RtStatus s = rt_session_whole(j->session, &r, &whole, err);
	if (!s && j->options->svg)
		s = rt_spectrogram_open(&j->spectrogram, j->model, n, err);
	for (int64_t at = 0; !s && at < n; at += batch) {
		rt_progress_show(&j->progress, j->path, at, n);
		s = run_segments(j, &r, whole, at, err);
		for (int64_t i = 0; !s && i < batch && at + i < n; i++)
			s = decode_segment(j, at + i, i, err);
	}
	rt_progress_clear(&j->progress);
	free(whole);
	return s;
}

static RtStatus write_csv(const Job *j, RtError *err)
{
	const char *const dir = j->options->output ? j->options->output : ".";
	int n;
	const char *const name = stem(j->path, &n);
	const size_t room = strlen(dir) + (size_t)n + 8;
	char *const path = rt_alloc(room, 1);
	if (!path)
		return rt_no_memory(err);
	snprintf(path, room, "%s/%.*s.csv", dir, n, name);
	RtOut out;
	RtStatus s = rt_out_open(&out, path, err);
	free(path);
	if (s)
		return s;
	rt_events_write(&out, &j->events);
	return rt_out_commit(&out, err);
}

static RtStatus write_picture(const Job *j, const RtSpans *spans, RtError *err)
{
	RtOut out;
	RtStatus s = rt_out_open(&out, j->options->svg, err);
	if (s)
		return s;
	s = rt_picture_write(&out, j->model, rt_base_name(j->path), j->clip.frames, &j->spectrogram,
			     &j->events, spans, err);
	if (!s)
		return rt_out_commit(&out, err);
	rt_out_cancel(&out);
	return s;
}

static RtStatus print_spans(const Job *j, const RtSpans *spans, RtError *err)
{
	RtOut out;
	const RtStatus s = rt_out_stdout(&out, err);
	if (s)
		return s;
	rt_spans_print(&out, j->model, j->path, spans);
	return rt_out_commit(&out, err);
}

static RtStatus show(const Job *j, RtError *err)
{
	const RtOptions *const o = j->options;
	if (!o->table && !o->svg)
		return RT_OK;
	RtSpans spans;
	RtStatus s = rt_spans_make(&spans, &j->events, err);
	if (s)
		return s;
	if (o->table)
		s = print_spans(j, &spans, err);
	if (!s && o->svg)
		s = write_picture(j, &spans, err);
	rt_spans_release(&spans);
	return s;
}

static RtStatus infer_clip(Job *j, RtError *err)
{
	RtStatus s = rt_clip_open(&j->clip, j->path, &j->model->audio, err);
	if (s)
		return s;
	rt_say_clip(j->options, &j->clip, j->path);
	s = detect(j, err);
	if (!s)
		s = write_csv(j, err);
	if (!s)
		s = show(j, err);
	rt_clip_release(&j->clip);
	rt_events_release(&j->events);
	rt_spectrogram_release(&j->spectrogram);
	return s;
}

/* What the weights lack is said with the first clip that works: of others it explains nothing. */
static RtStatus infer_all(Job *j, RtError *err)
{
	RtStatus worst = RT_OK;
	for (int i = 0; i < j->options->nargs; i++) {
		j->path = j->options->args[i];
		const RtStatus s = infer_clip(j, err);
		if (s > RT_INPUT)
			return s;
		if (s) {
			rt_say_error(j->options, err->text);
			err->text[0] = '\0';
			worst = s;
		} else if (j->unscaled) {
			rt_say_unscaled(j->options);
			j->unscaled = false;
		}
	}
	return worst;
}

static RtStatus check_command(const RtModel *m, const RtOptions *o, RtError *err)
{
	if (m->audio.rate <= 0 || !m->decode.kind)
		return rt_fail(err, RT_INPUT, "the model '%s' does not go from audio to events",
			       m->name);
	if (o->svg && o->nargs != 1)
		return rt_fail(err, RT_USAGE, "--svg draws one clip, %d were given", o->nargs);
	RtStatus s = check_stems(o, err);
	if (!s && o->output)
		s = rt_make_dirs(o->output, err);
	return s;
}

RtStatus rt_verb_infer(const RtModel *m, const RtOptions *o, RtError *err)
{
	RtStatus status = check_command(m, o, err);
	if (status)
		return status;
	RtWeights w = {0};
	RtSession s = {0};
	status = rt_options_weights(o, m, &w, err);
	if (!status)
		status = rt_session_open(&s, m, &w, (int)o->threads, err);
	const bool unscaled = !status && rt_weights_unscaled(&w, m);
	rt_weights_release(&w);
	if (status)
		return status;
	Job j = {.model = m,
		 .options = o,
		 .session = &s,
		 .decode = rt_decode_chosen(m, o),
		 .unscaled = unscaled};
	rt_progress_open(&j.progress, o->quiet);
	status = infer_all(&j, err);
	rt_session_close(&s);
	return status;
}
