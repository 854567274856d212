/* scope.c: names in scope, values of JSON, and messages of the model reader. */
#include <string.h>

#include "reader.h"

/* ---- sets of names ---- */

static uint32_t hash(const char *s)
{
	uint32_t h = 2166136261u;
	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 16777619u;
	return h;
}

/* Slot of the name, or the free one where it belongs. cap is a power of two, never full. */
static int *find_slot(const Names *s, const char *name)
{
	uint32_t i = hash(name) & (uint32_t)(s->cap - 1);
	while (s->slot[i] && strcmp(s->list.at[s->slot[i] - 1].name, name))
		i = (i + 1) & (uint32_t)(s->cap - 1);
	return &s->slot[i];
}

bool names_find(const Names *s, const char *name, Entry **e)
{
	const int at = s->cap ? *find_slot(s, name) : 0;
	*e = at ? &s->list.at[at - 1] : NULL;
	return at > 0;
}

static void make_room(Arena *a, Names *s)
{
	if (2 * (s->list.n + 1) <= s->cap)
		return;
	s->cap = s->cap ? 2 * s->cap : 16;
	s->slot = NEW_ARRAY(a, int, s->cap);
	for (int i = 0; i < s->list.n; i++)
		*find_slot(s, s->list.at[i].name) = i + 1;
}

bool names_add(Arena *a, Names *s, const char *name, void *item, Loc loc, Entry **e)
{
	if (names_find(s, name, e))
		return false;
	make_room(a, s);
	int *const slot = find_slot(s, name);
	const Entry fresh = {name, item, loc};
	list_push(a, &s->list, fresh);
	*slot = s->list.n;
	*e = &s->list.at[s->list.n - 1];
	return true;
}

const char *names_hint(Reader *r, const Names *s, const char *word)
{
	const char **const names = NEW_ARRAY(r->arena, const char *, s->list.n);
	if (strlen(word) < 2)
		return NULL; /* any other letter would be near */
	for (int i = 0; i < s->list.n; i++)
		names[i] = s->list.at[i].name;
	return closest_name(word, names, s->list.n);
}

bool reader_is_name(const char *s, bool dots)
{
	bool start = true;
	for (const char *p = s; *p; p++) {
		const bool letter =
		    (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || *p == '_';
		const bool digit = *p >= '0' && *p <= '9';
		if (*p == '.' ? !dots || start : !letter && (!digit || (start && !dots)))
			return false;
		start = *p == '.';
	}
	return !start && strlen(s) <= MAX_NAME;
}

/* ---- messages ---- */

const char *reader_hint(Reader *r, const char *near)
{
	return near ? arena_printf(r->arena, "; did you mean '%s'?", near) : "";
}

/* Of instances nested deeper, the inner ones and the outermost, which is the user's own node. */
void reader_notes(Reader *r, const Frame *f)
{
	for (int n = 0; f && f->up; f = f->up) {
		if (++n > MAX_NOTES && f->up->up)
			continue;
		const bool named = strcmp(f->label, f->up->label) != 0;
		diag_note(r->diag, json_loc(r->arena, f->site), "in instance %s%s%sof module '%s'",
			  named ? "'" : "", named ? f->label : "", named ? "' " : "", f->def->name);
	}
}

static bool was_reported(Reader *r, const char *text, const Loc *loc)
{
	for (int i = 0; i < r->reported.n; i++) {
		const Reported *o = &r->reported.at[i];
		if (loc->src && o->loc.src == loc->src && o->loc.line == loc->line &&
		    o->loc.col == loc->col && !strcmp(o->text, text))
			return true;
	}
	list_push(r->arena, &r->reported, ((Reported){text, *loc}));
	return false;
}

void reader_error(Reader *r, const Frame *f, DiagCode code, Loc loc, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	const char *const text = arena_vprintf(r->arena, fmt, ap);
	va_end(ap);
	if (was_reported(r, text, &loc)) {
		r->diag->suppressed = true;
		return;
	}
	diag_error(r->diag, code, loc, "%s", text);
	reader_notes(r, f);
	if (r->diag->nerrors > DIAG_MAX_ERRORS)
		r->stop = true;
}

bool reader_keys(Reader *r, Json *object, const char *const *keys, int n, const char *what)
{
	bool ok = true;
	for (Json *j = json_first(object); j; j = j->next) {
		int i = 0;
		while (i < n && strcmp(keys[i], j->key))
			i++;
		if (i < n)
			continue;
		ok = false;
		reader_error(r, NULL, E201, json_key_loc(r->arena, j),
			     "unknown key '%.60s' in %s%s", j->key, what,
			     reader_hint(r, closest_name(j->key, keys, n)));
	}
	return ok;
}

Json *reader_member(Reader *r, Json *object, const char *key, JsonKind kind, bool required)
{
	Json *const j = json_get(object, key);
	if (!j && required)
		reader_error(r, NULL, E202, json_loc(r->arena, object), "key '%s' is missing", key);
	if (!j || j->kind == kind)
		return j;
	reader_error(r, NULL, E203, json_loc(r->arena, j), "'%s' must be %s, not %s", key,
		     json_kind_name(kind), json_kind_name(j->kind));
	return NULL;
}

/* ---- what names in expressions mean ---- */

typedef struct Scope {
	Reader *r;
	Frame *f;
} Scope;

static bool find_var(void *ctx, const char *name, Val *v)
{
	const Scope *const s = ctx;
	for (int i = s->f ? s->f->vars.n - 1 : -1; i >= 0; i--) {
		if (!strcmp(s->f->vars.at[i].name, name)) {
			*v = s->f->vars.at[i].val;
			return true;
		}
	}
	for (int i = 0; i < s->r->globals.n; i++) {
		if (!strcmp(s->r->globals.at[i].name, name)) {
			*v = s->r->globals.at[i].val;
			return true;
		}
	}
	return false;
}

static int find_type(void *ctx, const char *name, Type *t)
{
	const Scope *const s = ctx;
	Entry *e;
	if (!s->f || !names_find(&s->f->values, name, &e))
		return s->f && s->f->holes ? -1 : 0;
	if (!e->item)
		return -1;
	*t = ((const Value *)e->item)->type;
	return 1;
}

static const char *find_hint(void *ctx, const char *name, bool graph)
{
	const Scope *const s = ctx;
	if (graph)
		return s->f ? names_hint(s->r, &s->f->values, name) : NULL;
	LIST(const char *) names = {0};
	for (int i = 0; s->f && i < s->f->vars.n; i++)
		list_push(s->r->arena, &names, s->f->vars.at[i].name);
	for (int i = 0; i < s->r->globals.n; i++)
		list_push(s->r->arena, &names, s->r->globals.at[i].name);
	return closest_name(name, names.at, names.n);
}

ExprEnv scope_env(Reader *r, Frame *f)
{
	Scope *const s = NEW(r->arena, Scope);
	*s = (Scope){r, f};
	return (ExprEnv){r->arena, s, find_var, find_type, find_hint};
}

static void report_expr(Reader *r, const Frame *f, Json *j, const ExprError *e)
{
	if (e->message)
		reader_error(r, f, e->code, json_inner_loc(r->arena, j, e->at, e->len), "%s",
			     e->message);
}

/* ---- values of JSON ---- */

static Val eval_list(Reader *r, Frame *f, Json *j)
{
	Val *const at = NEW_ARRAY(r->arena, Val, j->n);
	const Val list = {.kind = VAL_LIST, .n = j->n, .at = at};
	for (Json *i = json_first(j); i; i = i->next) {
		at[i->index] = reader_eval(r, f, i);
		if (at[i->index].kind == VAL_BAD)
			return (Val){0};
	}
	return list;
}

Val reader_eval(Reader *r, Frame *f, Json *j)
{
	if (j->kind == JSON_NUMBER)
		return j->is_int ? val_int(j->integer) : val_num(j->num);
	if (j->kind == JSON_BOOL)
		return val_bool(j->boolean);
	if (j->kind == JSON_LIST)
		return eval_list(r, f, j);
	if (j->kind != JSON_STRING) {
		reader_error(r, f, E203, json_loc(r->arena, j),
			     "expected a number or expression, found %s", json_kind_name(j->kind));
		return (Val){0};
	}
	const ExprEnv env = scope_env(r, f);
	Val v;
	ExprError e = {0};
	if (!expr_eval(&env, j->text, &v, &e))
		report_expr(r, f, j, &e);
	return v;
}

const char *reader_text(Reader *r, Frame *f, Json *j)
{
	if (j->kind != JSON_STRING) {
		reader_error(r, f, E203, json_loc(r->arena, j), "expected a text, found %s",
			     json_kind_name(j->kind));
		return NULL;
	}
	if (!strpbrk(j->text, "{}"))
		return j->text;
	const ExprEnv env = scope_env(r, f);
	const char *text = NULL;
	ExprError e = {0};
	if (expr_interpolate(&env, j->text, &text, &e))
		return text;
	report_expr(r, f, j, &e);
	return NULL;
}

/* Reports that v, the value of j, is not what is wanted. Returns false. */
static bool wrong_kind(Reader *r, const Frame *f, Json *j, const char *what, const char *want,
		       const Val *v)
{
	if (v->kind == VAL_BAD)
		return false;
	const char *const shown = val_show(r->arena, v);
	const bool expression = j->kind == JSON_STRING && strcmp(j->text, shown);
	reader_error(r, f, E209, json_loc(r->arena, j), "%s must be %s, %s%.60s%s %s", what, want,
		     expression ? "but '" : "", expression ? j->text : "not",
		     expression ? "' is" : "", shown);
	return false;
}

bool reader_int(Reader *r, Frame *f, Json *j, const char *what, int64_t *i)
{
	const Val v = reader_eval(r, f, j);
	return val_to_int(&v, i) || wrong_kind(r, f, j, what, "a whole number", &v);
}

bool reader_num(Reader *r, Frame *f, Json *j, const char *what, double *x)
{
	const Val v = reader_eval(r, f, j);
	return val_to_num(&v, x) || wrong_kind(r, f, j, what, "a number", &v);
}

bool reader_bool(Reader *r, Frame *f, Json *j, const char *what, bool *b)
{
	double x = 0;
	const Val v = reader_eval(r, f, j);
	if (!val_to_num(&v, &x))
		return wrong_kind(r, f, j, what, "true or false", &v);
	*b = x != 0;
	return true;
}

/* The JSON element that made entry i of a list, for messages. */
static Json *element_of(Json *list, int i)
{
	for (Json *j = json_first(list); j; j = j->next)
		if (list->kind == JSON_LIST && j->index == i)
			return j;
	return list;
}

bool reader_ints(Reader *r, Frame *f, Json *j, const char *what, int64_t **out, int *n)
{
	const Val v = reader_eval(r, f, j);
	if (v.kind == VAL_BAD)
		return false;
	const Val *const at = v.kind == VAL_LIST ? v.at : &v;
	*n = v.kind == VAL_LIST ? v.n : 1;
	*out = NEW_ARRAY(r->arena, int64_t, *n);
	for (int i = 0; i < *n; i++)
		if (!val_to_int(&at[i], &(*out)[i]))
			return wrong_kind(r, f, element_of(j, i), what, "a list of whole numbers",
					  &at[i]);
	return true;
}

bool reader_nums(Reader *r, Frame *f, Json *j, const char *what, double **out, int *n)
{
	const Val v = reader_eval(r, f, j);
	if (v.kind == VAL_BAD)
		return false;
	const Val *const at = v.kind == VAL_LIST ? v.at : &v;
	*n = v.kind == VAL_LIST ? v.n : 1;
	*out = NEW_ARRAY(r->arena, double, *n);
	for (int i = 0; i < *n; i++)
		if (!val_to_num(&at[i], &(*out)[i]))
			return wrong_kind(r, f, element_of(j, i), what, "a list of numbers",
					  &at[i]);
	return true;
}
