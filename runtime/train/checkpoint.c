/* checkpoint.c: everything a run needs to go on, in one safetensors file: the state by its names,
 * as metadata the position and what the run must agree with, and last, as a tensor "checksum" of
 * eight bytes, the hash of all bytes before those. Files appear complete or not at all. Random
 * numbers are functions of the seed and the position, so there is no other state. */
#define _XOPEN_SOURCE 700
#include "runtime/train/train.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char format_name[] = "training checkpoint 4", checksum_name[] = "checksum";

/* ---- state ------------------------------------------------------------------------------- */

RtStatus rt_state_get(const RtSession *s, int i, float *out, RtError *err)
{
	return s->model->ops.get_state(s->self, i, out, err);
}

RtStatus rt_state_set(const RtSession *s, int i, const float *in, RtError *err)
{
	return s->model->ops.set_state(s->self, i, in, err);
}

RtStatus rt_state_refresh(const RtSession *s, RtError *err)
{
	return s->model->ops.refresh ? s->model->ops.refresh(s->self, err) : RT_OK;
}

static bool is_param(const RtModel *m, const char *name)
{
	for (int i = 0; i < m->nparams; i++)
		if (strcmp(m->params[i].tensor.name, name) == 0)
			return true;
	return false;
}

static float *largest_state(const RtModel *m)
{
	uint64_t most = 0;
	for (int i = 0; i < m->nstate; i++) {
		const uint64_t n = rt_tensor_numel(&m->state[i]);
		most = n > most ? n : most;
	}
	return rt_alloc(most, sizeof(float));
}

RtStatus rt_state_fresh(const RtSession *s, RtError *err)
{
	float *const zeros = largest_state(s->model);
	RtStatus status = zeros ? RT_OK : rt_no_memory(err);
	for (int i = 0; !status && i < s->model->nstate; i++)
		if (!is_param(s->model, s->model->state[i].name))
			status = rt_state_set(s, i, zeros, err);
	free(zeros);
	return status;
}

bool rt_all_finite(const float *x, uint64_t n)
{
	for (uint64_t i = 0; i < n; i++)
		if (!isfinite(x[i]))
			return false;
	return true;
}

/* A file being written, and the hash of what went into it. */
typedef struct Hashed {
	RtOut *out;
	RtHash hash;
} Hashed;

static void put(Hashed *f, const void *bytes, size_t n)
{
	rt_out_write(f->out, bytes, n);
	rt_hash_add(&f->hash, bytes, n);
}

static RtStatus write_header(Hashed *f, int n, const RtTensor *t, int nmeta, const RtMeta *meta,
			     const char *checksum, RtError *err)
{
	RtOut memory;
	size_t size;
	rt_out_memory(&memory);
	rt_st_header_meta(&memory, n, t, nmeta, meta, checksum);
	char *const text = rt_out_take(&memory, &size, err);
	if (!text)
		return RT_DEVICE;
	put(f, text, size);
	free(text);
	return RT_OK;
}

/* The values of state[which[0 .. n-1]], after the header. */
static RtStatus write_values(Hashed *f, const RtSession *s, int n, const int *which, RtError *err)
{
	float *const x = largest_state(s->model);
	RtStatus status = x ? RT_OK : rt_no_memory(err);
	for (int i = 0; !status && i < n; i++) {
		const RtTensor *const t = &s->model->state[which[i]];
		status = rt_state_get(s, which[i], x, err);
		if (!status && !rt_all_finite(x, rt_tensor_numel(t)))
			status = rt_fail(err, RT_INPUT,
					 "'%s' has values that are not finite: nothing was "
					 "written",
					 t->name);
		if (!status)
			put(f, x, sizeof *x * rt_tensor_numel(t));
	}
	free(x);
	return status;
}

/* checksum: name of the tensor for it, or NULL. */
static RtStatus write_some(const RtSession *s, const char *path, int n, const int *which, int nmeta,
			   const RtMeta *meta, const char *checksum, RtError *err)
{
	RtTensor *const t = rt_alloc((uint64_t)n, sizeof *t);
	if (!t)
		return rt_no_memory(err);
	for (int i = 0; i < n; i++)
		t[i] = s->model->state[which[i]];
	RtOut out;
	RtStatus status = rt_out_open(&out, path, err);
	if (!status) {
		Hashed f = {.out = &out};
		status = write_header(&f, n, t, nmeta, meta, checksum, err);
		if (!status)
			status = write_values(&f, s, n, which, err);
		const uint64_t sum = rt_hash_end(&f.hash);
		if (!status && checksum)
			put(&f, &sum, sizeof sum);
		if (!status)
			status = rt_out_commit(&out, err);
		else
			rt_out_cancel(&out);
	}
	free(t);
	return status;
}

RtStatus rt_weights_write(const RtSession *s, const char *path, RtError *err)
{
	const RtModel *const m = s->model;
	int *const which = rt_alloc((uint64_t)m->nparams, sizeof *which);
	if (!which)
		return rt_no_memory(err);
	for (int i = 0; i < m->nparams; i++)
		which[i] = rt_tensor_find(m->nstate, m->state, m->params[i].tensor.name);
	const RtStatus status = write_some(s, path, m->nparams, which, 0, NULL, NULL, err);
	free(which);
	return status;
}

/* ---- identity ---------------------------------------------------------------------------- */

static uint64_t hash_text(uint64_t h, const char *text)
{
	return rt_hash(h, text, strlen(text));
}

static uint64_t hash_tensors(uint64_t h, int n, const RtTensor *t)
{
	for (int i = 0; i < n; i++) {
		h = hash_text(h, t[i].name);
		h = rt_hash(h, t[i].dim, sizeof t[i].dim[0] * (size_t)t[i].rank);
	}
	return h;
}

/* Of what the results of a step depend on, up to rounding. */
static uint64_t hash_model(const RtModel *m)
{
	uint64_t h = hash_text(0, m->name);
	h = hash_tensors(h, m->nstate, m->state);
	for (int i = 0; i < m->ngraphs; i++) {
		const RtGraph *const g = &m->graphs[i];
		h = hash_text(h, g->name);
		h = hash_tensors(hash_tensors(h, g->ninputs, g->inputs), g->noutputs, g->outputs);
	}
	for (int i = 0; i < m->nsettings; i++)
		h = hash_text(h, m->settings[i]);
	return h;
}

RtStatus rt_identity_make(RtIdentity *id, const RtModel *m, const RtPlans *p, const RtDataset *d,
			  RtError *err)
{
	snprintf(id->model, sizeof id->model, "%016llx", (unsigned long long)hash_model(m));
	snprintf(id->program, sizeof id->program, "%s, %s", m->target, m->precision);
	snprintf(id->data, sizeof id->data, "%016llx", (unsigned long long)rt_dataset_hash(d));
	id->choices = rt_plans_text(p, err);
	return id->choices ? RT_OK : RT_DEVICE;
}

void rt_identity_release(RtIdentity *id)
{
	free(id->choices);
	*id = (RtIdentity){0};
}

/* ---- position ---------------------------------------------------------------------------- */

static char *position_text(const RtPosition *p, RtError *err)
{
	RtOut text;
	rt_out_memory(&text);
	RtJson j = rt_json_begin(&text, false);
	rt_json_object(&j, NULL);
	rt_json_number(&j, "stage", p->stage);
	rt_json_number(&j, "epoch", (double)p->epoch);
	rt_json_number(&j, "batch", (double)p->batch);
	rt_json_number(&j, "step", (double)p->step);
	rt_json_number(&j, "log_lines", (double)p->log_lines);
	rt_json_number(&j, "best", p->best); /* NaN becomes null */
	rt_json_number(&j, "best_epoch", (double)p->best_epoch);
	rt_json_numbers(&j, "sums", p->sums, RT_MAX_PARTS);
	rt_json_numbers(&j, "part", p->part, RT_MAX_PARTS);
	rt_json_end_object(&j);
	return rt_out_take(&text, NULL, err);
}

static int64_t whole(const cJSON *o, const char *name, bool *ok)
{
	const cJSON *const j = cJSON_GetObjectItemCaseSensitive(o, name);
	const double v = cJSON_IsNumber(j) ? j->valuedouble : -1;
	*ok = *ok && v >= 0 && v <= 9007199254740992.0 && v == floor(v);
	return *ok ? (int64_t)v : 0;
}

static void parts(const cJSON *o, const char *name, double *v, bool *ok)
{
	const cJSON *const list = cJSON_GetObjectItemCaseSensitive(o, name);
	*ok = *ok && cJSON_IsArray(list) && cJSON_GetArraySize(list) == RT_MAX_PARTS;
	const cJSON *item = *ok ? list->child : NULL;
	for (int i = 0; item; item = item->next)
		v[i++] = item->valuedouble;
}

static RtStatus parse_position(RtPosition *p, const char *text, RtError *err)
{
	cJSON *o;
	const RtStatus s = rt_json_read(&o, text, strlen(text), NULL, err);
	bool ok = !s;
	*p = (RtPosition){.epoch = whole(o, "epoch", &ok),
			  .batch = whole(o, "batch", &ok),
			  .step = whole(o, "step", &ok),
			  .best_epoch = whole(o, "best_epoch", &ok),
			  .log_lines = whole(o, "log_lines", &ok)};
	const int64_t stage = whole(o, "stage", &ok);
	p->stage = stage < 1000 ? (int)stage : 1000;
	const cJSON *const best = cJSON_GetObjectItemCaseSensitive(o, "best");
	p->best = cJSON_IsNumber(best) ? best->valuedouble : NAN;
	parts(o, "sums", p->sums, &ok);
	parts(o, "part", p->part, &ok);
	cJSON_Delete(o);
	return ok ? RT_OK : s ? s : RT_INPUT;
}

/* ---- files ------------------------------------------------------------------------------- */

RtStatus rt_checkpoint_write(const RtSession *s, const char *path, const RtIdentity *id,
			     const RtPosition *at, RtError *err)
{
	const int n = s->model->nstate;
	int *const which = rt_alloc((uint64_t)n, sizeof *which);
	char *const position = position_text(at, err);
	RtStatus status = which && position ? RT_OK : rt_no_memory(err);
	for (int i = 0; !status && i < n; i++)
		which[i] = i;
	const RtMeta meta[] = {
	    {"format", format_name},  {"model", id->model},   {"data", id->data},
	    {"choices", id->choices}, {"position", position}, {"program", id->program},
	};
	if (!status)
		status = write_some(s, path, n, which, RT_COUNT(meta), meta, checksum_name, err);
	free(position);
	free(which);
	return status;
}

static bool intact(const RtBytes *b)
{
	uint64_t sum;
	if (b->n < sizeof sum)
		return false;
	memcpy(&sum, b->at + b->n - sizeof sum, sizeof sum);
	return rt_hash(0, b->at, b->n - sizeof sum) == sum;
}

/* Neither the format's name nor a checksum: no damage to one place makes that of a checkpoint. */
static bool of_another_kind(const RtSafetensors *st)
{
	const char *const format = rt_st_meta(st, "format");
	return (!format || strcmp(format, format_name) != 0) && !rt_st_find(st, checksum_name);
}

static RtStatus fail_kind(const char *path, RtError *err)
{
	return rt_fail(err, RT_INPUT, "%s: not a checkpoint of a training of this version", path);
}

/* Before anything of it is used. */
static RtStatus open_checked(RtSafetensors *st, const RtBytes *b, const char *path, RtError *err)
{
	const RtStatus parsed = rt_st_parse(st, b->at, b->n, path, err);
	if (parsed == RT_DEVICE || (!parsed && intact(b)))
		return parsed;
	if (!parsed && of_another_kind(st))
		return fail_kind(path, err);
	return rt_fail(
	    err, RT_INPUT,
	    "%s: the checkpoint is damaged: its bytes do not fit its checksum; "
	    "last.safetensors and best.safetensors, where the folder has them, are files "
	    "of their own: --weights begins a new run with one",
	    path);
}

static RtStatus check_meta(const RtSafetensors *st, const RtModel *m, const char *path,
			   const RtIdentity *id, const RtPlans *p, RtPosition *at, RtError *err)
{
	const char *const format = rt_st_meta(st, "format"), *const model = rt_st_meta(st, "model");
	const char *const data = rt_st_meta(st, "data"), *const choices = rt_st_meta(st, "choices");
	const char *const position = rt_st_meta(st, "position"), *const program =
								     rt_st_meta(st, "program");
	if (!format || strcmp(format, format_name) != 0 || !model || !data || !choices ||
	    !position || !program)
		return fail_kind(path, err);
	if (strcmp(model, id->model) != 0)
		return rt_fail(err, RT_INPUT,
			       "%s: the checkpoint is of another model or another build of "
			       "it than this program ('%s', %s, %s)",
			       path, m->name, m->target, m->precision);
	if (strcmp(data, id->data) != 0)
		return rt_fail(err, RT_INPUT,
			       "%s: the checkpoint was made with other data: recordings or "
			       "annotations have changed",
			       path);
	RtStatus s = parse_position(at, position, err);
	if (s == RT_INPUT)
		return rt_fail(err, RT_INPUT, "%s: the checkpoint's position is damaged", path);
	if (!s && strcmp(choices, id->choices) != 0) {
		rt_fail(err, RT_INPUT, "%s: the checkpoint was made with other choices", path);
		s = rt_plans_continue(p, choices, at, err);
	}
	if (s)
		return s;
	snprintf(at->program, sizeof at->program, "%s", program);
	return RT_OK;
}

static RtStatus load_state(const RtSession *s, const RtSafetensors *st, const char *path,
			   RtError *err)
{
	const RtModel *const m = s->model;
	RtBadValues bad = {0};
	RtStatus status = RT_OK;
	for (int i = 0; !status && i < m->nstate; i++) {
		const RtTensor *const t = &m->state[i];
		const RtEntry *const e = rt_st_find(st, t->name);
		if (!e || strcmp(e->dtype, "F32") != 0 || !rt_same_shape(t, e->rank, e->dim))
			return rt_fail(err, RT_INPUT,
				       "%s: the checkpoint has no fitting tensor '%s'", path,
				       t->name);
		const RtArray a = rt_st_array(e);
		rt_values_check(&bad, t->name, &a);
		float *const x = rt_alloc(rt_tensor_numel(t), sizeof *x); /* for its alignment */
		if (!x)
			return rt_no_memory(err);
		memcpy(x, e->data, (size_t)(e->end - e->begin));
		status = rt_state_set(s, i, x, err);
		free(x);
	}
	if (!status)
		status = rt_values_status(&bad, path, err);
	return status ? status : rt_state_refresh(s, err);
}

RtStatus rt_checkpoint_read(RtSession *s, const char *path, const RtIdentity *id, const RtPlans *p,
			    RtPosition *at, RtError *err)
{
	RtBytes b;
	RtSafetensors st = {0};
	RtStatus status = rt_bytes_open(&b, path, err);
	if (status)
		return status;
	status = open_checked(&st, &b, path, err);
	if (!status)
		status = check_meta(&st, s->model, path, id, p, at, err);
	if (!status)
		status = load_state(s, &st, path, err);
	rt_st_release(&st);
	rt_bytes_release(&b);
	return status;
}
