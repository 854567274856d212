/* train.c: the verb `train`. A run is a list of stages, each a number of epochs, each a number of
 * steps; its position among them is in every checkpoint, and everything else follows from the
 * position, the choices, the data and the state. Only files, never results, depend on the clock. */
#define _DEFAULT_SOURCE
#include "runtime/verbs/verbs.h"

#include "runtime/core/signals.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct Trainer {
	const RtModel *model;
	const RtOptions *options;
	RtPlans plans;
	RtDataset data;
	RtSession session;
	RtStep step;
	float **fed; /* by output of the features graph; NULL: the step does not take it */
	RtIdentity id;
	RtPosition at;
	RtHistory history;
	RtLog log;
	RtProgress progress;
	RtWatch watch;
	int lock; /* the folder, locked; -1: not yet */
	/* of the stage at hand */
	const RtPlan *plan;
	RtFeed feed;
	RtLoader *loader;
	double epoch_start, step_start, saved, step_seconds; /* the last smoothed; 0: not known */
	double roof_seconds; /* of features and step at the device's limits; 0: not known */
} Trainer;

/* ---- the folder -------------------------------------------------------------------------- */

static const char checkpoint_name[] = "checkpoint.safetensors";

static char *in_folder(const Trainer *t, const char *name)
{
	return rt_path_join(t->options->out, name);
}

/* Files of a stage that is not the last one have its name in front. */
static char *stage_file(const Trainer *t, const char *name)
{
	const bool last = t->at.stage + 1 == t->plans.n;
	const size_t size = strlen(t->plan->stage) + strlen(name) + 2;
	char *const full = malloc(size);
	if (!full)
		return NULL;
	snprintf(full, size, "%s%s%s", last ? "" : t->plan->stage, last ? "" : ".", name);
	char *const path = in_folder(t, full);
	free(full);
	return path;
}

/* NAME.tmp3, whose NAME is that of a file of this run: of one of the stages or of the whole. */
static bool is_leftover(const Trainer *t, const char *name)
{
	static const char *const of_run[] = {checkpoint_name, "curves.html"};
	static const char *const of_stage[] = {"best.safetensors", "last.safetensors"};
	char file[512];
	const char *const at = strstr(name, ".tmp"), *const digits = at ? at + 4 : "";
	const int n = at ? (int)(at - name) : 0;
	if (!*digits || strspn(digits, "0123456789") != strlen(digits))
		return false;
	bool found = false;
	for (size_t i = 0; i < RT_COUNT(of_run); i++)
		found = found || (strncmp(name, of_run[i], (size_t)n) == 0 && !of_run[i][n]);
	for (size_t i = 0; i < RT_COUNT(of_stage); i++) {
		found = found || (strncmp(name, of_stage[i], (size_t)n) == 0 && !of_stage[i][n]);
		for (int k = 0; k + 1 < t->plans.n; k++) {
			snprintf(file, sizeof file, "%s.%s", t->plans.at[k].stage, of_stage[i]);
			found = found || (strncmp(name, file, (size_t)n) == 0 && !file[n]);
		}
	}
	return found;
}

/* What a killed run was writing; nobody else writes here while the folder is locked. */
static void remove_leftovers(const Trainer *t)
{
	DIR *const d = opendir(t->options->out);
	for (const struct dirent *e; d && (e = readdir(d));)
		if (is_leftover(t, e->d_name))
			unlinkat(t->lock, e->d_name, 0);
	if (d)
		closedir(d);
}

static RtStatus open_folder(Trainer *t, bool *exists, RtError *err)
{
	const char *const out = t->options->out;
	const RtStatus s = rt_make_dirs(out, err);
	if (s)
		return s;
	t->lock = open(out, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (t->lock < 0 || faccessat(t->lock, ".", W_OK | X_OK, 0) != 0)
		return rt_fail_errno(err, out, errno);
	if (flock(t->lock, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
		return rt_fail(err, RT_INPUT, "%s: another run is at work in this folder", out);
	remove_leftovers(t);
	*exists = faccessat(t->lock, checkpoint_name, F_OK, 0) == 0;
	if (*exists && !t->options->resume)
		return rt_fail(err, RT_INPUT,
			       "%s: there is a run in this folder: --resume goes on with "
			       "it, --out names another folder",
			       out);
	return RT_OK;
}

static RtStatus save_checkpoint(Trainer *t, RtError *err)
{
	char *const path = in_folder(t, checkpoint_name);
	if (!path)
		return rt_no_memory(err);
	t->at.log_lines = t->log.lines;
	const RtStatus s = rt_checkpoint_write(&t->session, path, &t->id, &t->at, err);
	free(path);
	t->saved = rt_seconds();
	return s;
}

static RtStatus save_weights(const Trainer *t, const char *name, RtError *err)
{
	char *const path = stage_file(t, name);
	if (!path)
		return rt_no_memory(err);
	const RtStatus s = rt_weights_write(&t->session, path, err);
	free(path);
	return s;
}

static RtStatus save_curves(const Trainer *t, RtError *err)
{
	char *const path = in_folder(t, "curves.html");
	if (!path)
		return rt_no_memory(err);
	RtOut out;
	RtStatus s = rt_out_open(&out, path, err);
	free(path);
	if (s)
		return s;
	rt_curves_write(&out, t->model, &t->history);
	return rt_out_commit(&out, err);
}

/* ---- what is shown ----------------------------------------------------------------------- */

/* Steps of an epoch. */
static int64_t epoch_steps(const Trainer *t)
{
	return t->feed.batches / t->plan->accumulate;
}

/* Steps done in this epoch. */
static int64_t steps_done(const Trainer *t)
{
	return t->at.batch / t->plan->accumulate;
}

static int64_t steps_left(const Trainer *t)
{
	int64_t epochs = -t->at.epoch;
	for (int i = t->at.stage; i < t->plans.n; i++)
		epochs += t->plans.at[i].epochs;
	return epochs * epoch_steps(t) - steps_done(t);
}

/* Clips in a step. */
static double step_clips(const Trainer *t)
{
	return (double)(t->model->batch * t->plan->accumulate);
}

static double step_flops(const Trainer *t)
{
	return t->step.graph->flops * (double)t->plan->accumulate;
}

/* Time of a step at the device's limits; 0: not known. */
static double step_roof(const Trainer *t)
{
	return t->roof_seconds * (double)t->plan->accumulate;
}

enum { LINE = 1024 };

/* Adds to a line; what does not fit is cut. */
static void add(char line[LINE], const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void add(char line[LINE], const char *fmt, ...)
{
	const size_t n = strlen(line);
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(line + n, LINE - n, fmt, ap);
	va_end(ap);
}

/* "loss 0.51 (sed 0.3, doa 0.2), gradient 1.4" */
static void add_parts(char line[LINE], const RtHistory *h, const double *v)
{
	add(line, "loss %.4g", v[0]);
	bool inside = false;
	for (int i = 1; i < h->nparts; i++) {
		const bool part = strncmp(h->part[i], "loss.", 5) == 0;
		add(line, "%s", part && !inside ? " (" : !part && inside ? "), " : ", ");
		add(line, "%s %.4g", part ? h->part[i] + 5 : "gradient", v[i]);
		inside = part;
	}
	add(line, "%s", inside ? ")" : "");
}

static void show_step(Trainer *t, double lr)
{
	if (!t->progress.on)
		return;
	char line[LINE] = "";
	double v[RT_MAX_PARTS];
	for (int i = 0; i < t->step.nparts; i++)
		v[i] = t->step.value[i];
	const double each = t->step_seconds, left = each * (double)steps_left(t);
	add(line, "%s%sepoch %lld/%lld ", t->plan->stage, *t->plan->stage ? " " : "",
	    (long long)t->at.epoch + 1, (long long)t->plan->epochs);
	add(line, "step %lld/%lld, ", (long long)steps_done(t), (long long)epoch_steps(t));
	add(line, "%d:%02d:%02d left: ", (int)(left / 3600), (int)(left / 60) % 60, (int)left % 60);
	add_parts(line, &t->history, v);
	add(line, ", lr %.3g, %.1f clips/s, %.3g GFLOP/s", lr, step_clips(t) / each,
	    1e-9 * step_flops(t) / each);
	if (t->roof_seconds > 0)
		add(line, ", %.1f %% of the roofline", 100 * step_roof(t) / each);
	rt_progress_text(&t->progress, line);
}

static void show_epoch(Trainer *t, const RtEpoch *e)
{
	rt_progress_clear(&t->progress);
	if (!t->progress.on)
		return;
	char line[LINE] = "";
	const double *const v = e->scores;
	add(line, "%s%sepoch %lld: ", e->stage, *e->stage ? " " : "", (long long)e->epoch);
	add_parts(line, &t->history, e->parts);
	add(line, ", lr %.3g, %.0f s", e->lr, e->seconds);
	if (!isnan(v[SCORE_SELD]))
		add(line, "; F %.1f %%, DOAE %.1f deg, RDE %.1f %%, SELD %.4f", 100 * v[SCORE_F],
		    v[SCORE_DOAE], 100 * v[SCORE_RDE], v[SCORE_SELD]);
	fprintf(stderr, "%s\n", line);
}

static RtStatus log_step(Trainer *t, double lr, double seconds, RtError *err)
{
	RtJson j = rt_log_begin(&t->log, "step");
	rt_json_string(&j, "stage", t->plan->stage);
	rt_json_number(&j, "epoch", (double)t->at.epoch + 1);
	rt_json_number(&j, "step", (double)t->at.step);
	for (int i = 0; i < t->step.nparts; i++)
		rt_json_number(&j, t->history.part[i], t->step.value[i]);
	rt_json_number(&j, "lr", lr);
	rt_json_number(&j, "clips_per_second", step_clips(t) / seconds);
	rt_json_number(&j, "gflops", 1e-9 * step_flops(t) / seconds);
	if (t->roof_seconds > 0)
		rt_json_number(&j, "roofline_share", step_roof(t) / seconds);
	return rt_log_end(&t->log, &j, err);
}

/* ---- losses that are no numbers ----------------------------------------------------------- */

static bool bad_state(const Trainer *t, int i, float *x, RtError *err)
{
	return !rt_state_get(&t->session, i, x, err) &&
	       !rt_all_finite(x, rt_tensor_numel(&t->model->state[i]));
}

/* First of the state whose name begins with `prefix`, buffers or others, that is not finite. */
static int first_bad_state(const Trainer *t, const char *prefix, bool buffers)
{
	const RtModel *const m = t->model;
	RtError *const err = rt_alloc(1, sizeof *err);
	int found = -1;
	for (int i = 0; err && found < 0 && i < m->nstate; i++) {
		bool buffer = false;
		for (int k = 0; k < m->nparams; k++)
			if (strcmp(m->params[k].tensor.name, m->state[i].name) == 0)
				buffer = m->params[k].buffer;
		if (buffer != buffers || strncmp(m->state[i].name, prefix, strlen(prefix)) != 0)
			continue;
		float *const x = rt_alloc(rt_tensor_numel(&m->state[i]), sizeof *x);
		if (x && bad_state(t, i, x, err))
			found = i;
		free(x);
	}
	free(err);
	return found;
}

/* In the order of computing: inputs, running statistics, the loss and its parts, then gradients,
 * which are seen in the optimiser's first moments. */
static void name_bad(const Trainer *t, char *out, size_t room)
{
	const RtStep *const s = &t->step;
	const RtTensor *const state = t->model->state;
	for (int i = 0; i < s->graph->ninputs; i++)
		if (s->in[i] && !rt_all_finite(s->in[i], rt_tensor_numel(&s->graph->inputs[i]))) {
			snprintf(out, room, "input '%s'", s->graph->inputs[i].name);
			return;
		}
	int i = first_bad_state(t, "", true);
	if (i >= 0) {
		snprintf(out, room, "'%s'", state[i].name);
		return;
	}
	for (int k = 1; k <= s->nparts; k++) /* the parts before the whole */
		if (!isfinite(s->value[k % s->nparts]) &&
		    strcmp(t->history.part[k % s->nparts], "grad_norm") != 0) {
			snprintf(out, room, "'%s'", t->history.part[k % s->nparts]);
			return;
		}
	i = first_bad_state(t, "opt.m.", false);
	if (i >= 0)
		snprintf(out, room, "the gradient of '%s'", state[i].name + 6);
	else
		snprintf(out, room, "'grad_norm'");
}

static RtStatus check_finite(const Trainer *t, RtError *err)
{
	bool bad = false;
	const double loss = t->step.value[0];
	for (int i = 0; i < t->step.nparts; i++)
		bad = bad || !isfinite(t->step.value[i]);
	if (!bad)
		return RT_OK;
	char name[256];
	name_bad(t, name, sizeof name);
	return rt_fail(err, RT_INPUT,
		       "step %lld (%s%sepoch %lld, batch %lld): the loss is %g and the "
		       "first bad tensor is %s; %s/%s is the last good state",
		       (long long)t->at.step + 1, t->plan->stage, *t->plan->stage ? ", " : "",
		       (long long)t->at.epoch + 1, (long long)t->at.batch + 1,
		       isnan(loss) ? fabs(loss) : loss, /* "nan" without a sign */
		       name, t->options->out, checkpoint_name);
}

/* ---- steps ------------------------------------------------------------------------------- */

/* Features where the program has them as a graph, else the audio itself. */
static RtStatus make_inputs(Trainer *t, const RtBatch *b, RtError *err)
{
	RtSession *const s = &t->session;
	const RtGraph *const g = t->step.graph;
	RtStatus status = RT_OK;
	if (s->features >= 0)
		status = t->model->ops.run(s->self, s->features, (const float *const *)b->in,
					   t->fed, err);
	for (int i = 0; i < g->ninputs; i++) {
		if (t->step.role[i] == RT_TARGET)
			t->step.in[i] = b->target[i];
		else if (t->step.role[i] == RT_FEATURES && s->features < 0)
			t->step.in[i] = b->in[0];
		else if (t->step.role[i] == RT_FEATURES)
			t->step.in[i] = s->fio.out[rt_feeding_output(&t->model->graphs[s->features],
								     g->inputs[i].name)];
	}
	return status;
}

static RtStatus run_batch(Trainer *t, const RtBatch *b, RtError *err)
{
	const RtOps *const ops = &t->model->ops;
	void *const self = t->session.self;
	if (b->slot >= 0)
		return ops->step(self, b->slot, t->step.in, t->step.out, err);
	const RtStatus s = make_inputs(t, b, err);
	return s ? s : ops->run(self, t->step.index, t->step.in, t->step.out, err);
}

static RtStatus finish_step(Trainer *t, double lr, RtError *err)
{
	for (int i = 0; i < t->step.nparts; i++)
		t->at.sums[i] += t->step.value[i];
	memset(t->at.part, 0, sizeof t->at.part);
	t->at.step++;
	const double seconds = rt_seconds() - t->step_start;
	t->step_seconds += (t->step_seconds > 0 ? 0.1 : 1) * (seconds - t->step_seconds);
	show_step(t, lr);
	return log_step(t, lr, seconds, err);
}

static RtStatus train_batch(Trainer *t, RtError *err)
{
	const int64_t all = t->plan->accumulate, micro = t->at.batch % all;
	const double lr = rt_plan_lr(t->plan, t->at.epoch, steps_done(t), t->at.step);
	const RtBatch *b;
	if (micro == 0)
		t->step_start = rt_seconds();
	RtStatus s = rt_loader_next(t->loader, &b, err);
	if (s)
		return s;
	rt_step_scalars(&t->step, t->plan, lr, t->at.step + 1, micro);
	s = run_batch(t, b, err);
	if (!s)
		s = check_finite(t, err);
	if (s)
		return s;
	rt_step_average(&t->step, t->at.part, micro, all);
	t->at.batch++;
	return micro + 1 == all ? finish_step(t, lr, err) : RT_OK;
}

/* ---- epochs ------------------------------------------------------------------------------ */

static bool better(const RtPlan *p, double score, double best)
{
	if (isnan(score))
		return false;
	return isnan(best) || (p->best == SCORE_SELD ? score < best : score >= best);
}

static RtStatus evaluate(Trainer *t, RtEpoch *e, RtError *err)
{
	ScoreSet set;
	Scores scores;
	RtStatus s = rt_state_refresh(&t->session, err);
	if (s)
		return s;
	s = rt_evaluate(&t->session, &t->data, &t->model->decode, t->plan->validate_folds, &set,
			&t->progress, err);
	if (!s && set.n)
		s = score_compute(&set, false, &scores, err);
	for (int i = 0; !s && set.n && i < SCORE_KINDS; i++)
		e->scores[i] = scores.all[i];
	score_release(&set);
	return s;
}

/* All epochs of all stages are done. */
static bool finished(const Trainer *t)
{
	const int last = t->plans.n - 1;
	return t->at.stage == last && t->at.epoch == t->plans.at[last].epochs;
}

static RtStatus keep_weights(Trainer *t, const RtEpoch *e, RtError *err)
{
	const double score = e->scores[t->plan->best];
	RtStatus s = RT_OK;
	if (better(t->plan, score, t->at.best)) {
		t->at.best = score;
		t->at.best_epoch = e->epoch;
		if (t->plan->keep_best)
			s = save_weights(t, "best.safetensors", err);
	}
	if (!s && (t->plan->keep_last || t->at.stage + 1 < t->plans.n))
		s = save_weights(t, "last.safetensors", err);
	return s;
}

/* The next epoch, or the first one of the next stage with a new optimiser. After the last one
 * everything is kept for a run that is extended. */
static RtStatus advance(Trainer *t, RtError *err)
{
	RtPosition *const at = &t->at;
	at->epoch++;
	at->batch = 0;
	memset(at->sums, 0, sizeof at->sums);
	if (at->epoch < t->plan->epochs || at->stage + 1 == t->plans.n)
		return RT_OK;
	*at = (RtPosition){.stage = at->stage + 1, .best = NAN};
	return rt_state_fresh(&t->session, err);
}

static RtStatus finish_epoch(Trainer *t, RtError *err)
{
	RtEpoch e = {.epoch = t->at.epoch + 1,
		     .lr = rt_plan_lr(t->plan, t->at.epoch, epoch_steps(t) - 1, t->at.step - 1)};
	snprintf(e.stage, sizeof e.stage, "%s", t->plan->stage);
	for (int i = 0; i < SCORE_KINDS; i++)
		e.scores[i] = NAN;
	for (int i = 0; i < t->step.nparts; i++)
		e.parts[i] = t->at.sums[i] / (double)epoch_steps(t);
	RtStatus s = RT_OK;
	if (rt_plan_evaluates(t->plan, e.epoch))
		s = evaluate(t, &e, err);
	e.seconds = rt_seconds() - t->epoch_start;
	if (!s)
		s = keep_weights(t, &e, err);
	if (!s)
		s = rt_history_add(&t->history, &e, err);
	if (!s)
		s = rt_log_epoch(&t->log, &t->history, &e, err);
	if (!s)
		s = advance(t, err);
	if (!s)
		s = save_checkpoint(t, err);
	if (!s)
		s = save_curves(t, err);
	if (!s)
		show_epoch(t, &e);
	return s;
}

static bool checkpoint_due(const Trainer *t)
{
	const RtPlan *const p = t->plan;
	if (t->at.batch == t->feed.batches)
		return false; /* the epoch's end writes one */
	if (p->checkpoint_steps && t->at.batch % p->accumulate == 0 &&
	    t->at.step % p->checkpoint_steps == 0)
		return true;
	return p->checkpoint_minutes > 0 && rt_seconds() - t->saved > 60 * p->checkpoint_minutes;
}

/* Whether a signal wants the run to end. */
static bool stopped(const Trainer *t)
{
	return atomic_load(&t->watch.seen) != 0;
}

static RtStatus train_epoch(Trainer *t, RtError *err)
{
	RtStatus s = RT_OK;
	t->epoch_start = t->step_start = rt_seconds();
	while (!s && t->at.batch < t->feed.batches && !stopped(t)) {
		s = train_batch(t, err);
		if (!s && checkpoint_due(t))
			s = save_checkpoint(t, err);
	}
	return s || stopped(t) ? s : finish_epoch(t, err);
}

/* Where the run stands when it is to be stopped: between two batches, or before the evaluation of
 * an epoch, which is then done again. */
static RtStatus stop(Trainer *t, RtError *err)
{
	const int sig = atomic_load(&t->watch.seen);
	const RtStatus s = finished(t) ? RT_OK : save_checkpoint(t, err);
	if (s)
		return s;
	rt_progress_clear(&t->progress);
	fprintf(stderr, "%s: stopped by %s: the checkpoint is written, --resume goes on\n",
		t->options->program, strsignal(sig));
	err->text[0] = '\0';
	return (RtStatus)(RT_SIGNAL + sig);
}

/* ---- stages ------------------------------------------------------------------------------ */

static RtStatus open_feed(Trainer *t, RtError *err)
{
	const RtPlan *const p = t->plan;
	RtStatus s = rt_feed_open(&t->feed, t->model, &t->data, p->train_folds, RT_TRAINING, err);
	if (s)
		return s;
	t->feed.step = t->step.graph;
	t->feed.seed = (uint64_t)p->seed;
	t->feed.shuffle = p->shuffle;
	const int64_t all = t->model->batch * p->accumulate;
	t->feed.batches = (t->feed.n + (p->fill ? all - 1 : 0)) / all * p->accumulate;
	if (t->feed.batches == 0)
		s = rt_fail(err, RT_INPUT,
			    "%s: %lld examples in the folds to train on, a step takes %lld",
			    t->options->data, (long long)t->feed.n, (long long)all);
	return s;
}

static RtStatus train_stage(Trainer *t, RtError *err)
{
	const int stage = t->at.stage;
	t->plan = &t->plans.at[stage];
	RtStatus s = open_feed(t, err);
	if (!s)
		s = rt_loader_open(&t->loader, &t->session, &t->feed, t->at.epoch, t->at.batch,
				   err);
	while (!s && t->at.stage == stage && !finished(t) && !stopped(t))
		s = train_epoch(t, err);
	rt_loader_close(t->loader);
	t->loader = NULL;
	rt_feed_release(&t->feed);
	return s;
}

/* ---- the beginning ----------------------------------------------------------------------- */

static RtStatus open_session(Trainer *t, bool *scaled, RtError *err)
{
	const RtOptions *const o = t->options;
	const RtModel *const m = t->model;
	RtWeights w = {0};
	RtStatus s;
	if (o->weights || m->weights)
		s = rt_options_weights(o, m, &w, err);
	else
		s = rt_weights_init(&w, m, (uint64_t)t->plans.at[0].seed, (int)o->threads, err);
	if (!s)
		s = rt_session_open(&t->session, m, &w, (int)o->threads, err);
	*scaled = !s && !rt_weights_unscaled(&w, m);
	rt_weights_release(&w);
	return s;
}

/* Of features and step. */
static double roof_seconds(const Trainer *t)
{
	const RtSession *const s = &t->session;
	const double features =
	    s->features < 0 ? 0 : rt_roof_seconds(rt_session_roof(s, s->features));
	return features + rt_roof_seconds(rt_session_roof(s, t->step.index));
}

static RtStatus choose_features(Trainer *t, RtError *err)
{
	if (t->session.features < 0)
		return RT_OK;
	const RtGraph *const f = &t->model->graphs[t->session.features], *const g = t->step.graph;
	t->fed = rt_alloc((uint64_t)f->noutputs, sizeof *t->fed);
	if (!t->fed)
		return rt_no_memory(err);
	for (int i = 0; i < g->ninputs; i++)
		if (t->step.role[i] == RT_FEATURES) {
			const int from = rt_feeding_output(f, g->inputs[i].name);
			t->fed[from] = t->session.fio.out[from];
		}
	return RT_OK;
}

static RtStatus begin(Trainer *t, bool scaled, RtError *err)
{
	RtStatus s = RT_OK;
	t->at = (RtPosition){.best = NAN};
	if (!scaled && rt_scaler_wanted(t->model)) {
		RtFeed f;
		s = rt_feed_open(&f, t->model, &t->data, t->plans.at[0].scaler_folds, RT_TRAINING,
				 err);
		if (!s && f.n == 0)
			s = rt_fail(err, RT_INPUT,
				    "%s: no recording is of the folds for the statistics of the "
				    "features",
				    t->options->data);
		if (!s)
			s = rt_scaler_compute(&t->session, &f, &t->progress, err);
		rt_feed_release(&f);
	}
	return s ? s : rt_state_fresh(&t->session, err);
}

static RtStatus resume(Trainer *t, RtError *err)
{
	char *const path = in_folder(t, checkpoint_name);
	if (!path)
		return rt_no_memory(err);
	RtStatus s = rt_checkpoint_read(&t->session, path, &t->id, &t->plans, &t->at, err);
	char text[320];
	snprintf(text, sizeof text,
		 "%s was written by a program for %s, this one is for %s: results will differ in "
		 "rounding from those of a run that stays with one",
		 checkpoint_name, t->at.program, t->id.program);
	if (!s && strcmp(t->at.program, t->id.program) != 0)
		rt_say_warning(t->options, text);
	const bool inside =
	    t->at.stage < t->plans.n &&
	    (t->at.epoch < t->plans.at[t->at.stage].epochs || (finished(t) && t->at.batch == 0));
	if (!s && !inside)
		s = rt_fail(err, RT_INPUT, "%s: the checkpoint's position is damaged", path);
	free(path);
	return s;
}

static RtStatus open_log(Trainer *t, RtError *err)
{
	char *const path = in_folder(t, "log.jsonl");
	if (!path)
		return rt_no_memory(err);
	const RtStatus s = rt_log_open(&t->log, path, t->at.log_lines, &t->history, err);
	free(path);
	char text[200];
	snprintf(text, sizeof text,
		 "log.jsonl has %lld lines, the checkpoint was written after %lld: the curves will "
		 "lack what is missing, the weights do not depend on it",
		 (long long)t->log.lines, (long long)t->at.log_lines);
	if (!s && t->log.lines < t->at.log_lines)
		rt_say_warning(t->options, text);
	return s;
}

static RtStatus open_data(Trainer *t, RtError *err)
{
	const RtGraph *const g = t->step.graph;
	RtDataset *const d = &t->data;
	d->quiet = t->options->quiet;
	d->trains = true;
	d->distances = rt_tensor_find(g->ninputs, g->inputs, "sde") >= 0 ||
		       rt_tensor_find(g->ninputs, g->inputs, "adpit") >= 0;
	for (int i = 0; i < t->plans.n; i++) {
		const RtPlan *const p = &t->plans.at[i];
		d->folds |= p->train_folds | p->validate_folds | p->scaler_folds;
	}
	const RtStatus s =
	    rt_dataset_open(d, t->model, t->options->data, (int)t->options->threads, err);
	rt_say_lines(d->report);
	return s;
}

/* What may not be meant. */
static void warn(const Trainer *t)
{
	char text[160];
	double batch;
	const RtPlan *const last = &t->plans.at[t->plans.n - 1];
	int validated = 0;
	for (int i = 0; i < t->data.n; i++)
		validated += rt_recording_kept(&t->data.at[i]) &&
			     last->validate_folds >> t->data.at[i].fold & 1;
	if (!validated)
		rt_say_warning(t->options,
			       "no recording is of the validation folds: there will be no "
			       "scores and no best weights");
	const int64_t clips = t->model->batch * last->accumulate;
	snprintf(text, sizeof text, "a step takes %lld clips, not the model's %g", (long long)clips,
		 rt_json_number_at(t->plans.base, "batch", &batch) ? batch : 0);
	if (batch > 0 && batch != (double)clips)
		rt_say_warning(t->options, text);
}

/* The log begins with what the run is. */
static RtStatus log_start(Trainer *t, RtError *err)
{
	RtJson j = rt_log_begin(&t->log, "start");
	rt_json_string(&j, "model", t->model->name);
	rt_json_string(&j, "target", t->model->target);
	rt_json_string(&j, "precision", t->model->precision);
	rt_json_number(&j, "batch", (double)t->model->batch);
	rt_json_number(&j, "recordings", t->data.n);
	const RtUnused unused = rt_dataset_unused(&t->data);
	if (unused.n) {
		rt_json_object(&j, "unused");
		rt_json_number(&j, "count", (double)unused.n);
		rt_json_list(&j, "first");
		for (size_t i = 0; i < RT_COUNT(unused.first) && unused.first[i]; i++)
			rt_json_string(&j, NULL, unused.first[i]);
		rt_json_end_list(&j);
		rt_json_end_object(&j);
	}
	rt_json_raw(&j, "choices", t->id.choices);
	return rt_log_end(&t->log, &j, err);
}

static RtStatus prepare(Trainer *t, RtError *err)
{
	bool exists = false, scaled = false;
	RtStatus s =
	    rt_plans_open(&t->plans, t->model, t->options, t->options->weights != NULL, err);
	if (!s)
		s = rt_step_open(&t->step, t->model, err);
	t->history.nparts = t->step.nparts;
	for (int i = 0; !s && i < t->step.nparts; i++)
		t->history.part[i] = t->step.graph->outputs[t->step.part[i]].name;
	if (!s)
		s = open_folder(t, &exists, err);
	if (!s)
		s = open_data(t, err);
	if (!s)
		warn(t);
	if (!s)
		s = rt_identity_make(&t->id, t->model, &t->plans, &t->data, err);
	if (!s)
		s = open_session(t, &scaled, err);
	if (!s)
		s = choose_features(t, err);
	if (!s)
		s = rt_dataset_whole(&t->session, &t->data, &t->progress, err);
	if (!s)
		s = exists ? resume(t, err) : begin(t, scaled, err);
	if (!s)
		s = open_log(t, err);
	if (!s && !exists)
		s = log_start(t, err);
	if (!s && !exists)
		s = save_checkpoint(t, err);
	t->roof_seconds = s ? 0 : roof_seconds(t);
	return s;
}

/* To stderr: what was asked for are the files. */
static void print_end(const Trainer *t)
{
	if (t->options->quiet)
		return;
	const RtEpoch *best = NULL;
	const RtPlan *const p = &t->plans.at[t->plans.n - 1];
	for (int64_t i = 0; i < t->history.n; i++) {
		const RtEpoch *const e = &t->history.at[i];
		if (strcmp(e->stage, p->stage) == 0 &&
		    better(p, e->scores[p->best], best ? best->scores[p->best] : NAN))
			best = e;
	}
	if (best)
		fprintf(
		    stderr, "best epoch %lld: F %.1f %%, DOAE %.1f deg, RDE %.1f %%, SELD %.4f\n",
		    (long long)best->epoch, 100 * best->scores[SCORE_F], best->scores[SCORE_DOAE],
		    100 * best->scores[SCORE_RDE], best->scores[SCORE_SELD]);
	rt_say_text(t->options->out);
	fprintf(stderr, ": weights in %s%s%s, curves in curves.html\n",
		best && p->keep_best ? "best.safetensors" : "",
		best && p->keep_best && p->keep_last ? " and " : "",
		p->keep_last ? "last.safetensors" : "");
}

static void trainer_release(Trainer *t)
{
	rt_progress_clear(&t->progress);
	rt_log_close(&t->log);
	rt_history_release(&t->history);
	rt_identity_release(&t->id);
	if (t->session.self)
		rt_session_close(&t->session);
	rt_step_release(&t->step);
	free(t->fed);
	rt_dataset_release(&t->data);
	rt_plans_release(&t->plans);
	if (t->lock >= 0)
		close(t->lock);
	rt_watch_close(&t->watch);
}

RtStatus rt_verb_train(const RtModel *m, const RtOptions *o, RtError *err)
{
	if (m->audio.rate <= 0 || !m->decode.kind)
		return rt_fail(err, RT_INPUT, "the model '%s' does not go from audio to events",
			       m->name);
	RtStatus s = rt_trainable_check(m, err);
	if (s)
		return s;
	Trainer t = {.model = m, .options = o, .log = {.fd = -1}, .lock = -1};
	rt_progress_open(&t.progress, o->quiet);
	s = rt_watch_open(&t.watch, err);
	if (!s)
		s = prepare(&t, err);
	t.progress.stop = &t.watch.seen;
	atomic_store(&t.watch.holds, !s);
	while (!s && !finished(&t) && !stopped(&t))
		s = train_stage(&t, err);
	if (stopped(&t) && (!s || s > RT_SIGNAL))
		s = stop(&t, err);
	if (!s)
		s = save_curves(&t, err);
	if (!s)
		print_end(&t);
	trainer_release(&t);
	return s;
}
