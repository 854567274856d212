/* training.c: the training section of a model file, as far as the graph "step" depends on it. */
#include "reader.h"

#include <math.h>
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

static void read_accumulate(Reader *r, Json *optimizer, TrainSpec *t)
{
	double n = 1;
	number(r, optimizer, "accumulate", &n);
	if (n >= 1 && n <= 1e6 && n == floor(n))
		t->accumulate = (int64_t)n;
	else
		reader_error(r, NULL, E230, json_loc(r->arena, json_get(optimizer, "accumulate")),
			     "'accumulate' must be a whole number from 1 to a million");
}

static void read_optimizer(Reader *r, Json *o, TrainSpec *t)
{
	static const char *const kinds[] = {"adam", "adamw"};
	Json *const kind = reader_member(r, o, "kind", JSON_STRING, true);
	Json *const amsgrad = json_get(o, "amsgrad");
	if (!kind)
		return;
	number(r, o, "lr", &t->lr);
	number(r, o, "eps", &t->eps);
	number(r, o, "weight_decay", &t->decay);
	number(r, o, "clip_norm", &t->clip_norm);
	read_betas(r, o, t);
	read_accumulate(r, o, t);
	if (amsgrad)
		reader_bool(r, frame_new(r), amsgrad, "'amsgrad'", &t->amsgrad);
	t->kind = reader_text(r, frame_new(r), kind);
	if (t->kind && strcmp(t->kind, kinds[0]) && strcmp(t->kind, kinds[1]))
		reader_error(r, NULL, E230, json_loc(r->arena, kind), "unknown optimizer '%.60s'%s",
			     t->kind, reader_hint(r, closest_name(t->kind, kinds, COUNT(kinds))));
	else if (t->kind && !strcmp(t->kind, kinds[0]) && t->decay != 0)
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

/* ---- the section as text ---- */

/* Keys whose strings are no expressions. */
static bool is_text(const char *key)
{
	static const char *const keys[] = {"kind",          "doc",  "keep",      "start",
					   "default_stage", "best", "last_batch"};
	for (size_t i = 0; i < COUNT(keys); i++)
		if (!strcmp(keys[i], key))
			return true;
	return false;
}

static void write_value(Buf *b, const Val *v)
{
	double f = 0;
	if (v->kind == VAL_TEXT) {
		buf_json_string(b, v->s);
	} else if (v->kind == VAL_BOOL) {
		buf_puts(b, v->i ? "true" : "false");
	} else if (v->kind == VAL_LIST) {
		for (int i = 0; i < v->n; i++) {
			buf_putc(b, i ? ',' : '[');
			write_value(b, &v->at[i]);
		}
		buf_puts(b, v->n ? "]" : "[]");
	} else if (val_to_num(v, &f)) {
		buf_double(b, f);
	} else {
		buf_puts(b, "null");
	}
}

static void write_json(Reader *r, Buf *b, Json *j, const char *key);

static void write_key(Buf *b, const char *key, bool first)
{
	buf_puts(b, first ? "" : ",");
	buf_json_string(b, key);
	buf_putc(b, ':');
}

static void write_numbers(Buf *b, const char *const *key, const double *v, int n)
{
	for (int i = 0; i < n; i++) {
		write_key(b, key[i], i == 0);
		buf_double(b, v[i]);
	}
}

/* What the step was made with, given or not. */
static void write_optimizer(Reader *r, Buf *b)
{
	static const char *const keys[] = {"lr", "eps", "weight_decay", "clip_norm", "accumulate"};
	const TrainSpec *t = &r->model->train;
	const double v[] = {t->lr, t->eps, t->decay, t->clip_norm, (double)t->accumulate};
	buf_putc(b, '{');
	write_numbers(b, keys, v, COUNT(keys));
	write_key(b, "betas", false);
	buf_putc(b, '[');
	buf_double(b, t->beta1);
	buf_putc(b, ',');
	buf_double(b, t->beta2);
	buf_putc(b, ']');
	write_key(b, "amsgrad", false);
	buf_puts(b, t->amsgrad ? "true" : "false");
	write_key(b, "kind", false);
	buf_json_string(b, t->kind ? t->kind : "");
	buf_putc(b, '}');
}

static void write_scalars(Buf *b, const TrainSpec *t)
{
	buf_putc(b, '{');
	for (int i = 0; i < t->scalars.n; i++) {
		write_key(b, t->scalars.at[i].name, i == 0);
		buf_double(b, t->scalars.at[i].value);
	}
	buf_putc(b, '}');
}

static void write_members(Reader *r, Buf *b, Json *o)
{
	buf_putc(b, '{');
	for (Json *j = json_first(o); j; j = j->next) {
		write_key(b, j->key, j == json_first(o));
		write_json(r, b, j, j->key);
	}
	buf_putc(b, '}');
}

/* key: of the member that j is, or is in */
static void write_json(Reader *r, Buf *b, Json *j, const char *key)
{
	if (j->kind == JSON_OBJECT) {
		write_members(r, b, j);
	} else if (j->kind == JSON_STRING && is_text(key)) {
		buf_json_string(b, j->text);
	} else if (j->kind == JSON_LIST && is_text(key)) {
		for (Json *k = json_first(j); k; k = k->next) {
			buf_putc(b, k == json_first(j) ? '[' : ',');
			write_json(r, b, k, key);
		}
		buf_puts(b, j->n ? "]" : "[]");
	} else {
		const Val v = reader_eval(r, frame_new(r), j);
		write_value(b, &v);
	}
}

static void write_limit(Buf *b, const Json *limit)
{
	if (limit)
		buf_double(b, limit->num);
	else
		buf_puts(b, "null");
}

/* "PATH":[min,max] for each member below o that is a parameter with limits: those hold, too, for
 * what `train --set` gives it. */
static void write_limits(Reader *r, Buf *b, Json *o, const char *above, bool *first)
{
	Json *const params = json_get(r->root, "params");
	for (Json *j = json_first(o); j; j = j->next) {
		const char *path =
		    arena_printf(r->arena, "%s%s%s", above, *above ? "." : "", j->key);
		if (j->kind == JSON_OBJECT)
			write_limits(r, b, j, path, first);
		if (j->kind != JSON_STRING || is_text(j->key) || !params)
			continue;
		Json *const decl = json_get(params, j->text);
		Json *const low = decl ? json_get(decl, "min") : NULL;
		Json *const high = decl ? json_get(decl, "max") : NULL;
		if (!low && !high)
			continue;
		write_key(b, path, *first);
		*first = false;
		buf_putc(b, '[');
		write_limit(b, low);
		buf_putc(b, ',');
		write_limit(b, high);
		buf_putc(b, ']');
	}
}

static const char *section_text(Reader *r, Json *training)
{
	Buf b;
	buf_init(&b, r->arena);
	buf_puts(&b, "{\"optimizer\":");
	write_optimizer(r, &b);
	write_key(&b, "scalars", false);
	write_scalars(&b, &r->model->train);
	write_key(&b, "limits", false);
	buf_putc(&b, '{');
	bool first = true;
	write_limits(r, &b, training, "", &first);
	buf_putc(&b, '}');
	for (Json *j = json_first(training); j; j = j->next) {
		if (!strcmp(j->key, "optimizer") || !strcmp(j->key, "scalars"))
			continue;
		write_key(&b, j->key, false);
		write_json(r, &b, j, j->key);
	}
	buf_putc(&b, '}');
	return b.s;
}

void training_read(Reader *r, Json *training)
{
	TrainSpec *const t = &r->model->train;
	*t = (TrainSpec){.present = true,
			 .lr = 1e-3,
			 .beta1 = 0.9,
			 .beta2 = 0.999,
			 .eps = 1e-8,
			 .accumulate = 1,
			 .momentum = 0.1};
	Json *const optimizer = reader_member(r, training, "optimizer", JSON_OBJECT, true);
	Json *const norm = reader_member(r, training, "batch_norm", JSON_OBJECT, false);
	if (optimizer)
		read_optimizer(r, optimizer, t);
	if (norm)
		number(r, norm, "momentum", &t->momentum);
	read_scalars(r, reader_member(r, training, "scalars", JSON_OBJECT, false), t);
	t->text = section_text(r, training);
}
