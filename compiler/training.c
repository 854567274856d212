/* training.c: the training section of a model file, as far as the graph "step" depends on it. */
#include "reader.h"

#include <string.h>

/* The member's value, or what *v is already. */
static void number(Reader *r, Json *object, const char *key, double *v)
{
	Json *const j = json_get(object, key);
	double x;
	if (j && reader_num(r, frame_new(r), j, arena_printf(r->arena, "'%s'", key), &x))
		*v = x;
}

static void read_betas(Reader *r, Json *optimizer, TrainSpec *t)
{
	Json *const j = json_get(optimizer, "betas");
	double *v;
	int n;
	if (!j || !reader_nums(r, frame_new(r), j, "'betas'", &v, &n))
		return;
	if (n != 2 || !(v[0] >= 0 && v[0] < 1) || !(v[1] >= 0 && v[1] < 1)) {
		reader_error(r, NULL, E230, json_loc(r->arena, j),
			     "'betas' must be two numbers of at least 0 and below 1");
		return;
	}
	t->beta1 = v[0];
	t->beta2 = v[1];
}

static void read_optimizer(Reader *r, Json *o, TrainSpec *t)
{
	static const char *const keys[] = {"kind",         "lr",      "betas",     "eps",
					   "weight_decay", "amsgrad", "clip_norm", "doc"};
	static const char *const kinds[] = {"adam", "adamw"};
	Json *const kind = reader_member(r, o, "kind", JSON_STRING, true);
	Json *const amsgrad = json_get(o, "amsgrad");
	if (!reader_keys(r, o, keys, COUNT(keys), "'optimizer'") || !kind)
		return;
	number(r, o, "lr", &t->lr);
	number(r, o, "eps", &t->eps);
	number(r, o, "weight_decay", &t->decay);
	number(r, o, "clip_norm", &t->clip_norm);
	read_betas(r, o, t);
	if (amsgrad)
		reader_bool(r, frame_new(r), amsgrad, "'amsgrad'", &t->amsgrad);
	if (strcmp(kind->text, kinds[0]) && strcmp(kind->text, kinds[1]))
		reader_error(r, NULL, E230, json_loc(r->arena, kind), "unknown optimizer '%.60s'%s",
			     kind->text,
			     reader_hint(r, closest_name(kind->text, kinds, COUNT(kinds))));
	else if (!strcmp(kind->text, kinds[0]) && t->decay != 0)
		reader_error(r, NULL, E230, json_loc(r->arena, json_get(o, "weight_decay")),
			     "adam has no weight decay; adamw has");
}

static void read_scalars(Reader *r, Json *scalars, TrainSpec *t)
{
	for (Json *j = json_first(scalars); j; j = j->next) {
		TrainScalar s = {.name = j->key};
		number(r, scalars, j->key, &s.value);
		list_push(r->arena, &t->scalars, s);
	}
}

void training_read(Reader *r, Json *training)
{
	static const char *const keys[] = {"scalars",       "optimizer", "schedule", "batch_norm",
					   "batch",         "data",      "keep",     "stages",
					   "default_stage", "doc"};
	TrainSpec *const t = &r->model->train;
	*t = (TrainSpec){.present = true,
			 .lr = 1e-3,
			 .beta1 = 0.9,
			 .beta2 = 0.999,
			 .eps = 1e-8,
			 .momentum = 0.1};
	if (!reader_keys(r, training, keys, COUNT(keys), "'training'"))
		return;
	Json *const optimizer = reader_member(r, training, "optimizer", JSON_OBJECT, true);
	Json *const norm = reader_member(r, training, "batch_norm", JSON_OBJECT, false);
	if (optimizer)
		read_optimizer(r, optimizer, t);
	if (norm)
		number(r, norm, "momentum", &t->momentum);
	read_scalars(r, reader_member(r, training, "scalars", JSON_OBJECT, false), t);
}
