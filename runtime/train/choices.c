/* choices.c: how the network is trained: the model file's "training" object, with what the stage
 * sets and then what the command line sets in it. What is compiled into the program
 * cannot be changed here, unless the graph "step" takes it as an input. */
#define _XOPEN_SOURCE 700
#include "runtime/train/train.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_PATH = 256, MAX_STAGES = 16, MAX_DIFFERENCES = 20 };

static const char defaults[] =
    "{\"seed\":0,\"optimizer\":{\"lr\":0.001,\"accumulate\":1},"
    "\"schedule\":{\"kind\":\"constant\",\"epochs\":1,\"step\":1,\"gamma\":1,"
    "\"step_after_batches\":0,\"warmup_steps\":0},"
    "\"data\":{\"train_folds\":[],\"validate_folds\":[],\"scaler_folds\":[],\"shuffle\":true,"
    "\"last_batch\":\"fill\"},"
    "\"keep\":[\"best\",\"last\"],\"best\":\"SELD\",\"evaluate_epochs\":1,"
    "\"checkpoint_minutes\":10,\"checkpoint_steps\":0}";

/* Choices that the library acts on: all below a name that ends in a dot. */
static const char *const ours[] = {
    "seed",
    "optimizer.lr",
    "schedule.",
    "data.",
    "keep",
    "best",
    "evaluate_epochs",
    "checkpoint_minutes",
    "checkpoint_steps",
    "stages.",
    "doc",
};

/* The ones that change no result. */
static const char *const neutral[] = {
    "keep", "checkpoint_minutes", "checkpoint_steps", "default_stage", "stages", "doc"};

static bool is_ours(const char *path)
{
	for (size_t i = 0; i < RT_COUNT(ours); i++) {
		const size_t n = strlen(ours[i]);
		const bool all_below = ours[i][n - 1] == '.';
		if (all_below ? strncmp(path, ours[i], n) == 0 : strcmp(path, ours[i]) == 0)
			return true;
	}
	return false;
}

/* ---- trees ------------------------------------------------------------------------------- */

/* Replaces a member; false where memory lacks, which cJSON 1.7.15 does not say of the key. */
static bool put_member(cJSON *o, const char *name, cJSON *value)
{
	return cJSON_ReplaceItemInObjectCaseSensitive(o, name, value) && value->string;
}

/* Objects are merged member by member, anything else is replaced. */
static bool merge(cJSON *into, const cJSON *from)
{
	const cJSON *item;
	cJSON_ArrayForEach(item, from)
	{
		cJSON *const old = rt_json_member(into, item->string);
		if (cJSON_IsObject(old) && cJSON_IsObject(item)) {
			if (!merge(old, item))
				return false;
			continue;
		}
		cJSON *const copy = cJSON_Duplicate(item, true);
		if (!copy)
			return false;
		if (old ? !put_member(into, item->string, copy)
			: !cJSON_AddItemToObject(into, item->string, copy))
			return false;
	}
	return true;
}

/* Calls visit for each leaf: anything but an object. */
typedef RtStatus Visit(void *context, const char *path, const cJSON *leaf, RtError *err);

static RtStatus each_leaf(const cJSON *o, const char *above, Visit *visit, void *context,
			  RtError *err)
{
	const cJSON *item;
	RtStatus s = RT_OK;
	cJSON_ArrayForEach(item, o)
	{
		char path[MAX_PATH];
		snprintf(path, sizeof path, "%s%s%s", above, *above ? "." : "", item->string);
		s = cJSON_IsObject(item) ? each_leaf(item, path, visit, context, err)
					 : visit(context, path, item, err);
		if (s)
			return s;
	}
	return s;
}

/* ---- --set ------------------------------------------------------------------------------- */

typedef struct Search {
	const char *name;
	char path[MAX_PATH];
	int n;
} Search;

/* A leaf whose path ends in the name that is looked for. */
static RtStatus match(void *context, const char *path, const cJSON *leaf, RtError *err)
{
	(void)leaf, (void)err;
	Search *const s = context;
	const size_t n = strlen(path), nn = strlen(s->name);
	if (strncmp(path, "stages.", 7) == 0 || nn > n || strcmp(path + n - nn, s->name) != 0)
		return RT_OK;
	if (nn < n && path[n - nn - 1] != '.')
		return RT_OK;
	if (nn == n || s->n == 0)
		snprintf(s->path, sizeof s->path, "%s", path);
	s->n = nn == n ? -1000000 : s->n + 1; /* the whole path: no other matters */
	return RT_OK;
}

static RtStatus list_leaf(void *context, const char *path, const cJSON *leaf, RtError *err)
{
	(void)context, (void)leaf;
	if (strncmp(path, "stages.", 7) != 0)
		rt_error_append(err, " %s", path);
	return RT_OK;
}

static RtStatus find_path(const cJSON *root, const char *name, Search *s, RtError *err)
{
	*s = (Search){.name = name};
	each_leaf(root, "", match, s, err);
	if (s->n == 0) {
		rt_fail(err, RT_USAGE, "the training has no choice '%s'; there are:", name);
		each_leaf(root, "", list_leaf, NULL, err);
		return RT_USAGE;
	}
	if (s->n > 1)
		return rt_fail(err, RT_USAGE,
			       "'%s' can mean '%s' and others: write more of the path", name,
			       s->path);
	return RT_OK;
}

static const char *kind_of(const cJSON *j)
{
	return cJSON_IsNumber(j)   ? "a number"
	       : cJSON_IsString(j) ? "a word"
	       : cJSON_IsBool(j)   ? "true or false"
				   : "a list";
}

static bool same_kind(const cJSON *a, const cJSON *b)
{
	if (cJSON_IsBool(a) || cJSON_IsBool(b))
		return cJSON_IsBool(a) && cJSON_IsBool(b);
	return (a->type & 0xff) == (b->type & 0xff) || (cJSON_IsArray(a) && cJSON_IsNumber(b));
}

/* "none" for NULL; to be freed, NULL where memory lacks. */
static char *value_text(const cJSON *v, RtError *err)
{
	RtOut text;
	rt_out_memory(&text);
	RtJson j = rt_json_begin(&text, false);
	if (v)
		rt_json_value(&j, NULL, v);
	else
		rt_out_puts(&text, "none");
	return rt_out_take(&text, NULL, err);
}

/* Takes the value over. */
static RtStatus replace(cJSON *root, const char *path, cJSON *value, RtError *err)
{
	const cJSON *const old = rt_json_find(root, path);
	if (!value)
		return rt_no_memory(err);
	if (!same_kind(old, value)) {
		char *const text = value_text(value, err);
		const RtStatus s =
		    text ? rt_fail(err, RT_USAGE, "training: %s cannot be %s, which is not %s",
				   path, text, kind_of(old))
			 : RT_DEVICE;
		free(text);
		cJSON_Delete(value);
		return s;
	}
	const char *const dot = strrchr(path, '.');
	char above[MAX_PATH];
	snprintf(above, sizeof above, "%.*s", dot ? (int)(dot - path) : 0, path);
	if (!put_member(rt_json_find(root, above), dot ? dot + 1 : path, value))
		return rt_no_memory(err);
	return RT_OK;
}

/* Takes the value over. */
static RtStatus set(cJSON *root, const char *name, cJSON *value, RtError *err)
{
	Search found;
	const RtStatus s = find_path(root, name, &found, err);
	if (s) {
		cJSON_Delete(value);
		return s;
	}
	return replace(root, found.path, value, err);
}

/* The value is JSON, or else a word; a number alone can stand for a list of one. */
static RtStatus set_text(cJSON *root, const char *text, RtError *err)
{
	const char *const equals = strchr(text, '=');
	char name[MAX_PATH];
	if (!equals || equals == text || equals - text >= MAX_PATH)
		return rt_fail(err, RT_USAGE, "--set: '%s' is not NAME=VALUE", text);
	snprintf(name, sizeof name, "%.*s", (int)(equals - text), text);
	const char *const word = equals + 1, *end = NULL;
	cJSON *value;
	const RtStatus s = rt_json_read(&value, word, strlen(word), &end, err);
	if (s == RT_DEVICE)
		return s;
	if (!s && *end) {
		cJSON_Delete(value);
		value = NULL;
	}
	return set(root, name, value ? value : cJSON_CreateString(word), err);
}

static RtStatus set_all(cJSON *root, const cJSON *changes, RtError *err)
{
	const cJSON *item;
	RtStatus s = RT_OK;
	cJSON_ArrayForEach(item, changes)
	{
		if (!s)
			s = set(root, item->string, cJSON_Duplicate(item, true), err);
	}
	return s;
}

/* ---- values ------------------------------------------------------------------------------ */

static const struct {
	const char *path;
	bool whole;
	size_t offset;
	double low, high;
} numbers[] = {
    {"seed", true, offsetof(RtPlan, seed), 0, 9007199254740992},
    {"optimizer.lr", false, offsetof(RtPlan, lr), 0, 1e9},
    {"optimizer.accumulate", true, offsetof(RtPlan, accumulate), 1, 1e6},
    {"schedule.epochs", true, offsetof(RtPlan, epochs), 1, 1e9},
    {"schedule.step", true, offsetof(RtPlan, step), 1, 1e9},
    {"schedule.gamma", false, offsetof(RtPlan, gamma), 0, 1e9},
    {"schedule.step_after_batches", true, offsetof(RtPlan, step_after_batches), 0, 1e9},
    {"schedule.warmup_steps", true, offsetof(RtPlan, warmup_steps), 0, 1e9},
    {"evaluate_epochs", true, offsetof(RtPlan, evaluate_epochs), 0, 1e9},
    {"checkpoint_steps", true, offsetof(RtPlan, checkpoint_steps), 0, 1e9},
    {"checkpoint_minutes", false, offsetof(RtPlan, checkpoint_minutes), 0, 1e9},
};

static RtStatus read_numbers(RtPlan *p, RtError *err)
{
	for (size_t i = 0; i < RT_COUNT(numbers); i++) {
		double v;
		const bool found = rt_json_number_at(p->json, numbers[i].path, &v);
		const bool whole = v == floor(v) || !numbers[i].whole;
		if (!found || !whole || !(v >= numbers[i].low && v <= numbers[i].high))
			return rt_fail(err, RT_INPUT,
				       "training: '%s' must be a %snumber from %g to %g",
				       numbers[i].path, numbers[i].whole ? "whole " : "",
				       numbers[i].low, numbers[i].high);
		void *const to = (char *)p + numbers[i].offset;
		if (numbers[i].whole)
			*(int64_t *)to = (int64_t)v;
		else
			*(double *)to = v;
	}
	return RT_OK;
}

static RtStatus read_folds(const RtPlan *p, const char *path, unsigned *folds, RtError *err)
{
	const cJSON *const j = rt_json_find(p->json, path), *item = cJSON_IsArray(j) ? j->child : j;
	*folds = 0;
	for (; item; item = cJSON_IsArray(j) ? item->next : NULL) {
		const double v = cJSON_IsNumber(item) ? item->valuedouble : -1;
		if (v != floor(v) || v < 0 || v >= RT_FOLDS)
			return rt_fail(err, RT_INPUT, "training: '%s' must list folds from 0 to %d",
				       path, RT_FOLDS - 1);
		*folds |= 1u << (int)v;
	}
	return RT_OK;
}

/* Which of two words a choice is. */
static RtStatus read_word(const RtPlan *p, const char *path, const char *yes, const char *no,
			  bool *is_yes, RtError *err)
{
	const char *const text = cJSON_GetStringValue(rt_json_find(p->json, path));
	*is_yes = text && strcmp(text, yes) == 0;
	if (!*is_yes && (!text || strcmp(text, no) != 0))
		return rt_fail(err, RT_INPUT, "training: '%s' is '%s', can be '%s' or '%s'", path,
			       text ? text : "?", yes, no);
	return RT_OK;
}

static bool lists(const cJSON *array, const char *word)
{
	const cJSON *item;
	cJSON_ArrayForEach(item, array) if (cJSON_IsString(item) &&
					    strcmp(item->valuestring, word) == 0) return true;
	return false;
}

static RtStatus read_plan(RtPlan *p, RtError *err)
{
	bool stepped = false, by_seld = false;
	RtStatus s = read_numbers(p, err);
	if (!s)
		s = read_word(p, "schedule.kind", "step", "constant", &stepped, err);
	if (!s)
		s = read_word(p, "data.last_batch", "fill", "drop", &p->fill, err);
	if (!s)
		s = read_word(p, "best", "SELD", "F", &by_seld, err);
	if (!s)
		s = read_folds(p, "data.train_folds", &p->train_folds, err);
	if (!s)
		s = read_folds(p, "data.validate_folds", &p->validate_folds, err);
	if (!s)
		s = read_folds(p, "data.scaler_folds", &p->scaler_folds, err);
	if (!stepped)
		p->gamma = 1;
	if (!p->train_folds)
		p->train_folds = RT_ALL_FOLDS & ~p->validate_folds;
	if (!p->scaler_folds)
		p->scaler_folds = p->train_folds;
	p->best = by_seld ? SCORE_SELD : SCORE_F;
	p->shuffle = cJSON_IsTrue(rt_json_find(p->json, "data.shuffle"));
	p->keep_best = lists(rt_json_find(p->json, "keep"), "best");
	p->keep_last = lists(rt_json_find(p->json, "keep"), "last");
	return s;
}

/* ---- what is compiled in ----------------------------------------------------------------- */

typedef struct Compiled {
	const RtModel *model;
	const cJSON *base;
	const char *stage;
} Compiled;

/* The option of `seldc build` for a choice: by its own name, as the models here call it. */
static const char *build_option(const char *path, const char *value, char *out, size_t size)
{
	const char *const dot = strrchr(path, '.');
	if (strcmp(path, "batch") == 0)
		snprintf(out, size, "--batch %s", value);
	else
		snprintf(out, size, "--set %s=%s", dot ? dot + 1 : path, value);
	return out;
}

static RtStatus check_leaf(void *context, const char *path, const cJSON *leaf, RtError *err)
{
	const Compiled *const c = context;
	const cJSON *const built = rt_json_find(c->base, path);
	if (cJSON_Compare(leaf, built, true) || rt_step_takes(c->model, c->base, path))
		return RT_OK;
	if (strcmp(path, "default_stage") == 0)
		return rt_fail(err, RT_USAGE, "training: --stage chooses the stage, not --set");
	if (is_ours(path) || rt_graph_find(c->model, "step") < 0)
		return RT_OK;
	const bool batch = strcmp(path, "batch") == 0;
	if (batch && cJSON_IsNumber(leaf) && leaf->valuedouble == (double)c->model->batch)
		return RT_OK;
	char option[MAX_PATH], clips[32];
	char *const want = value_text(leaf, err), *const have = value_text(built, err);
	if (!want || !have) {
		free(want);
		free(have);
		return RT_DEVICE;
	}
	snprintf(clips, sizeof clips, "%lld", (long long)c->model->batch);
	rt_fail(err, RT_INPUT,
		"training%s%s: %s is to be %s, but this program is built for %s: make one with "
		"'seldc build --train %s'",
		*c->stage ? ", stage " : "", c->stage, path, want, batch ? clips : have,
		build_option(path, want, option, sizeof option));
	free(want);
	free(have);
	return RT_INPUT;
}

/* What the model file allows its parameters, of choices that are one. */
static RtStatus check_limits(const RtPlan *p, const cJSON *limits, RtError *err)
{
	const cJSON *item;
	cJSON_ArrayForEach(item, limits)
	{
		const cJSON *const low = cJSON_GetArrayItem(item, 0);
		const cJSON *const high = cJSON_GetArrayItem(item, 1);
		double v;
		if (!rt_json_number_at(p->json, item->string, &v))
			continue;
		if (cJSON_IsNumber(low) && !(v >= low->valuedouble))
			return rt_fail(err, RT_INPUT, "training: '%s' must be at least %g, not %g",
				       item->string, low->valuedouble, v);
		if (cJSON_IsNumber(high) && !(v <= high->valuedouble))
			return rt_fail(err, RT_INPUT, "training: '%s' must be at most %g, not %g",
				       item->string, high->valuedouble, v);
	}
	return RT_OK;
}

/* ---- plans ------------------------------------------------------------------------------- */

/* The base with the changes of a stage, and of the command line. The command line speaks of the
 * stage that is `wanted`: what a stage before it changes itself stays as it has it. */
static RtStatus make_plan(RtPlan *p, const RtModel *m, const cJSON *base, const RtOptions *o,
			  bool wanted, RtError *err)
{
	const cJSON *const own =
	    rt_json_member(rt_json_member(rt_json_member(base, "stages"), p->stage), "set");
	p->json = cJSON_Duplicate(base, true);
	if (!p->json)
		return rt_no_memory(err);
	RtStatus s = wanted ? set_all(p->json, own, err) : RT_OK;
	for (int i = 0; !s && i < o->nsets; i++)
		s = set_text(p->json, o->set[i], err);
	if (!s && !wanted)
		s = set_all(p->json, own, err);
	Compiled c = {m, base, p->stage};
	if (!s)
		s = each_leaf(p->json, "", check_leaf, &c, err);
	if (!s)
		s = read_plan(p, err);
	if (o->seed)
		p->seed = o->seed;
	return s;
}

static RtStatus no_stage(const cJSON *stages, const char *name, RtError *err)
{
	rt_fail(err, RT_USAGE, "the training has no stage '%s'; there are", name);
	const cJSON *item;
	cJSON_ArrayForEach(item, stages)
	    rt_error_append(err, "%s %s", item == stages->child ? "" : ",", item->string);
	return RT_USAGE;
}

/* The wanted stage and those before it, the first one first. */
static RtStatus stage_chain(const cJSON *base, const char *wanted, bool alone, const char **chain,
			    int *n, RtError *err)
{
	const cJSON *const stages = rt_json_member(base, "stages");
	const char *names[MAX_STAGES];
	*n = 0;
	if (!wanted)
		wanted = cJSON_GetStringValue(rt_json_member(base, "default_stage"));
	if (!wanted) {
		chain[(*n)++] = "";
		return RT_OK;
	}
	for (const char *at = wanted; at && !(alone && *n);) {
		const cJSON *const stage = rt_json_member(stages, at);
		if (!stage)
			return no_stage(stages, at, err);
		if (*n == MAX_STAGES)
			return rt_fail(err, RT_INPUT, "training: stage '%s' starts from itself",
				       wanted);
		names[(*n)++] = stage->string;
		at = cJSON_GetStringValue(rt_json_member(stage, "start"));
	}
	for (int i = 0; i < *n; i++)
		chain[i] = names[*n - 1 - i];
	return RT_OK;
}

static RtStatus open_base(RtPlans *p, const RtModel *m, RtError *err)
{
	const char *const text = m->training ? m->training : "{}";
	cJSON *own = NULL;
	RtStatus s = rt_json_read(&p->base, defaults, strlen(defaults), NULL, err);
	if (!s)
		s = rt_json_read(&own, text, strlen(text), NULL, err);
	if (s == RT_INPUT)
		s = rt_fail(err, RT_BUG, "the model's training choices are not valid JSON");
	if (!s && !merge(p->base, own))
		s = rt_no_memory(err);
	p->limits = cJSON_DetachItemFromObjectCaseSensitive(p->base, "limits");
	cJSON_Delete(own);
	return s;
}

RtStatus rt_plans_open(RtPlans *p, const RtModel *m, const RtOptions *o, bool alone, RtError *err)
{
	*p = (RtPlans){0};
	const char *chain[MAX_STAGES];
	int n = 0;
	RtStatus s = open_base(p, m, err);
	if (!s)
		s = stage_chain(p->base, o->stage, alone, chain, &n, err);
	p->at = rt_alloc((uint64_t)n, sizeof *p->at);
	if (!s && !p->at)
		s = rt_no_memory(err);
	for (int i = 0; !s && i < n; i++) {
		p->at[p->n].stage = chain[i];
		s = make_plan(&p->at[p->n++], m, p->base, o, i + 1 == n, err);
		if (!s)
			s = check_limits(&p->at[i], p->limits, err);
	}
	if (s)
		rt_plans_release(p);
	return s;
}

void rt_plans_release(RtPlans *p)
{
	for (int i = 0; i < p->n; i++)
		cJSON_Delete(p->at[i].json);
	free(p->at);
	cJSON_Delete(p->base);
	cJSON_Delete(p->limits);
	*p = (RtPlans){0};
}

double rt_plan_lr(const RtPlan *p, int64_t epoch, int64_t batch, int64_t step)
{
	const int64_t steps = epoch > 0 && batch < p->step_after_batches ? epoch - 1 : epoch;
	double lr = p->lr;
	for (int64_t i = 0; i < steps / p->step && p->gamma != 1; i++)
		lr *= p->gamma;
	return step < p->warmup_steps ? lr * (double)(step + 1) / (double)p->warmup_steps : lr;
}

/* ---- as text ------------------------------------------------------------------------------ */

static bool is_neutral(const char *name)
{
	for (size_t i = 0; i < RT_COUNT(neutral); i++)
		if (strcmp(name, neutral[i]) == 0)
			return true;
	return false;
}

char *rt_plans_text(const RtPlans *p, RtError *err)
{
	RtOut text;
	rt_out_memory(&text);
	RtJson j = rt_json_begin(&text, false);
	rt_json_object(&j, NULL);
	for (int i = 0; i < p->n; i++) {
		const RtPlan *const plan = &p->at[i];
		const cJSON *item;
		rt_json_object(&j, *plan->stage ? plan->stage : "training");
		cJSON_ArrayForEach(item, plan->json)
		{
			if (strcmp(item->string, "seed") == 0)
				rt_json_number(&j, "seed", (double)plan->seed);
			else if (!is_neutral(item->string))
				rt_json_value(&j, item->string, item);
		}
		rt_json_end_object(&j);
	}
	rt_json_end_object(&j);
	return rt_out_take(&text, NULL, err);
}

/* ---- comparison --------------------------------------------------------------------------- */

/* As cJSON_Compare, but to the last bit of a number. */
static bool same_value(const cJSON *a, const cJSON *b)
{
	if (cJSON_IsNumber(a) && cJSON_IsNumber(b))
		return a->valuedouble == b->valuedouble;
	return cJSON_Compare(a, b, true);
}

/* Settings that say what is still to come, by what they decide: how many epochs there are, and
 * which are evaluated. All others decide what a step does, and thus what was done. */
static const char *const later[] = {"schedule.epochs", "evaluate_epochs"};

static bool is_later(const char *path)
{
	for (size_t i = 0; i < RT_COUNT(later); i++)
		if (strcmp(path, later[i]) == 0)
			return true;
	return false;
}

bool rt_plan_evaluates(const RtPlan *p, int64_t done)
{
	if (!p->validate_folds || !p->evaluate_epochs)
		return false;
	return done % p->evaluate_epochs == 0 || done == p->epochs;
}

static const char *stage_key(const RtPlan *p)
{
	return *p->stage ? p->stage : "training";
}

/* Whether a stage of which `done` epochs, and batches of the next, are done as `then` says would
 * have come to the same with `now`: the last epoch is evaluated in any case, which matters later
 * only if it was the best. */
static bool past_stays(const RtPlan *then, const RtPlan *now, const RtPosition *at, RtError *err)
{
	const int64_t done = at->epoch, least = done + (at->batch > 0);
	if (now->epochs < least) {
		rt_error_append(err, "\n  %s.schedule.epochs: %lld, but %lld have begun",
				stage_key(now), (long long)now->epochs, (long long)least);
		return false;
	}
	for (int64_t e = 1; e <= done; e++) {
		const bool was = rt_plan_evaluates(then, e), is = rt_plan_evaluates(now, e);
		if (was == is || (was && e != at->best_epoch))
			continue;
		rt_error_append(err,
				was ? "\n  epoch %lld is the best one, and would not have been "
				      "evaluated"
				    : "\n  epoch %lld would have been evaluated, and was not",
				(long long)e);
		return false;
	}
	return true;
}

typedef struct Comparison {
	const cJSON *other;
	bool forward; /* leaves of the checkpoint; else those that only this run has */
	bool open;    /* what is still to come may differ */
	size_t skip;  /* of a path: the stage and the dot after it */
	int n;
	RtError *failure;
} Comparison;

static RtStatus compare_leaf(void *context, const char *path, const cJSON *leaf, RtError *err)
{
	Comparison *const c = context;
	const cJSON *const other = rt_json_find(c->other, path + c->skip);
	if (same_value(leaf, other) || (other && !c->forward) ||
	    (c->open && is_later(path + c->skip)) || ++c->n > MAX_DIFFERENCES)
		return RT_OK;
	char *const then = value_text(c->forward ? leaf : other, c->failure);
	char *const now = value_text(c->forward ? other : leaf, c->failure);
	const bool ok = then && now;
	if (ok)
		rt_error_append(err, "\n  %s: %s in the checkpoint, now %s", path, then, now);
	free(then);
	free(now);
	return ok ? RT_OK : RT_DEVICE;
}

/* Adds lines about what must not differ and does; *n: how many. */
static RtStatus compare(const char *stage, const cJSON *then, const cJSON *now, bool open, int *n,
			RtError *err)
{
	RtError *const failure = rt_alloc(1, sizeof *failure); /* err holds the text so far */
	if (!failure)
		return RT_DEVICE;
	const size_t skip = strlen(stage) + 1;
	Comparison forward = {now, true, open, skip, 0, failure};
	Comparison backward = {then, false, open, skip, 0, failure};
	RtStatus s = each_leaf(then, stage, compare_leaf, &forward, err);
	if (!s)
		s = each_leaf(now, stage, compare_leaf, &backward, err);
	*n += forward.n + backward.n;
	free(failure);
	return s;
}

/* One stage as the checkpoint has it and as it is now. */
static RtStatus compare_stage(const RtPlan *p, const cJSON *then, const cJSON *now,
			      const RtPosition *at, int *n, RtError *err)
{
	double epochs = 0, every = 0;
	rt_json_number_at(then, "schedule.epochs", &epochs);
	rt_json_number_at(then, "evaluate_epochs", &every);
	RtPlan before = *p;
	before.epochs = (int64_t)epochs;
	before.evaluate_epochs = (int64_t)every;
	const RtStatus s = compare(stage_key(p), then, now, at != NULL, n, err);
	if (!s && at && !*n)
		*n += !past_stays(&before, p, at, err);
	return s;
}

static RtStatus compare_stages(const RtPlans *p, const cJSON *then, const cJSON *now,
			       const RtPosition *at, RtError *err)
{
	const RtPosition beginning = {0};
	RtStatus s = RT_OK;
	int n = cJSON_GetArraySize(then) != p->n;
	for (int i = 0; !s && i < p->n; i++) {
		const char *const key = stage_key(&p->at[i]);
		const RtPosition *const where = i < at->stage    ? NULL
						: i == at->stage ? at
								 : &beginning;
		if (rt_json_member(then, key))
			s = compare_stage(&p->at[i], rt_json_member(then, key),
					  rt_json_member(now, key), where, &n, err);
		else
			n++;
	}
	return s ? s : n ? RT_INPUT : RT_OK;
}

RtStatus rt_plans_continue(const RtPlans *p, const char *then, const RtPosition *at, RtError *err)
{
	RtError *const failure = rt_alloc(1, sizeof *failure); /* err holds the text so far */
	char *const now = failure ? rt_plans_text(p, failure) : NULL;
	cJSON *a = NULL, *b = NULL;
	RtStatus s = now ? rt_json_read(&a, then, strlen(then), NULL, failure) : RT_DEVICE;
	if (!s)
		s = rt_json_read(&b, now, strlen(now), NULL, failure);
	if (!s)
		s = compare_stages(p, a, b, at, err);
	if (s == RT_INPUT)
		rt_error_append(err, "\n  --weights begins a new run with the weights of this one");
	cJSON_Delete(a);
	cJSON_Delete(b);
	free(now);
	free(failure);
	return s == RT_DEVICE ? rt_no_memory(err) : s;
}
