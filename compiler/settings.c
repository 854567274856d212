/* settings.c: parameters of models and modules: defaults, values given, --set. */
#include <string.h>

#include "reader.h"

static const char *const decl_keys[] = {"default", "choices", "min", "max", "doc"};

/* ---- limits in a declaration ---- */

static Val scalar(const Json *j)
{
	switch (j->kind) {
	case JSON_STRING:
		return val_text(j->text);
	case JSON_BOOL:
		return val_bool(j->boolean);
	case JSON_NUMBER:
		return j->is_int ? val_int(j->integer) : val_num(j->num);
	default:
		return (Val){0};
	}
}

static const char *choices_text(Reader *r, const Json *choices)
{
	Buf b;
	buf_init(&b, r->arena);
	for (Json *c = json_first(choices); c; c = c->next) {
		const Val v = scalar(c);
		buf_printf(&b, "%s%s", c->index ? ", " : "", val_show(r->arena, &v));
	}
	return b.s;
}

/* "; did you mean 'x'?" for a text that is no choice. */
static const char *near_choice(Reader *r, const Json *choices, const Val *v)
{
	LIST(const char *) names = {0};
	for (Json *c = json_first(choices); c; c = c->next)
		if (c->kind == JSON_STRING)
			list_push(r->arena, &names, c->text);
	return v->kind == VAL_TEXT ? reader_hint(r, closest_name(v->s, names.at, names.n)) : "";
}

static bool in_choices(Reader *r, const Frame *f, const Json *decl, Loc loc, const Val *v)
{
	const Json *const choices = json_get(decl, "choices");
	if (!choices)
		return true;
	for (Json *c = json_first(choices); c; c = c->next) {
		const Val one = scalar(c);
		if (val_equal(&one, v))
			return true;
	}
	reader_error(r, f, E210, loc, "parameter '%.60s' cannot be %s; it is one of %s%s",
		     decl->key, val_show(r->arena, v), choices_text(r, choices),
		     near_choice(r, choices, v));
	return false;
}

static bool in_limits(Reader *r, const Frame *f, const Json *decl, Loc loc, const Val *v)
{
	for (int i = 0; v->kind == VAL_LIST && i < v->n; i++)
		if (!in_limits(r, f, decl, loc, &v->at[i]))
			return false;
	double x;
	if (!val_to_num(v, &x))
		return true;
	for (int k = 0; k < 2; k++) {
		const Json *const limit = json_get(decl, k ? "max" : "min");
		if (!limit || (k ? x <= limit->num : x >= limit->num))
			continue;
		reader_error(r, f, E210, loc, "parameter '%.60s' must be at %s %g, not %s",
			     decl->key, k ? "most" : "least", limit->num, val_show(r->arena, v));
		return false;
	}
	return true;
}

/* Brings v to the kind of the default: whole numbers stay whole, numbers become numbers. */
static bool convert(const Val *like, Val *v)
{
	double x;
	int64_t i;
	if (like->kind == VAL_INT && val_to_int(v, &i)) {
		*v = val_int(i);
		return true;
	}
	if (like->kind == VAL_NUM && val_to_num(v, &x)) {
		*v = val_num(x);
		return true;
	}
	if (like->kind == VAL_BOOL && val_to_num(v, &x) && (x == 0 || x == 1)) {
		*v = val_bool(x == 1);
		return true;
	}
	return like->kind == v->kind;
}

static Val checked(Reader *r, const Frame *f, const Json *decl, Loc loc, const Val *like, Val v)
{
	if (v.kind == VAL_BAD)
		return v;
	if (like && like->kind != VAL_BAD && !convert(like, &v)) {
		reader_error(r, f, E209, loc, "parameter '%.60s' must be %s, not %s", decl->key,
			     val_kind_name(like->kind), val_show(r->arena, &v));
		return (Val){0};
	}
	if (!in_choices(r, f, decl, loc, &v) || !in_limits(r, f, decl, loc, &v))
		return (Val){0};
	return v;
}

/* ---- declarations ---- */

/* The default of a declaration, NULL if it has none. */
static Json *default_of(Json *decl)
{
	return decl->kind == JSON_OBJECT ? json_get(decl, "default") : decl;
}

static bool has_text_choices(const Json *decl)
{
	const Json *const choices = json_get(decl, "choices");
	return choices && choices->first && choices->first->kind == JSON_STRING;
}

/* A string is an expression, except where the choices are texts. */
static Val default_value(Reader *r, Frame *f, Json *decl)
{
	Json *const j = default_of(decl);
	if (!j)
		return (Val){0};
	return j->kind == JSON_STRING && has_text_choices(decl) ? val_text(j->text)
								: reader_eval(r, f, j);
}

bool settings_check(Reader *r, Json *decl)
{
	if (!reader_is_name(decl->key, false)) {
		reader_error(r, NULL, E205, json_key_loc(r->arena, decl),
			     "'%.60s' is not a parameter name", decl->key);
		return false;
	}
	if (decl->kind == JSON_NULL) {
		reader_error(r, NULL, E203, json_loc(r->arena, decl),
			     "a parameter without default is declared as {}, not null");
		return false;
	}
	if (decl->kind != JSON_OBJECT)
		return true;
	bool ok = reader_keys(r, decl, decl_keys, COUNT(decl_keys), "a parameter");
	Json *const choices = reader_member(r, decl, "choices", JSON_LIST, false);
	ok = ok && (choices || !json_get(decl, "choices"));
	for (int k = 0; k < 2; k++)
		if (json_get(decl, k ? "max" : "min"))
			ok = reader_member(r, decl, k ? "max" : "min", JSON_NUMBER, false) && ok;
	reader_member(r, decl, "doc", JSON_STRING, false);
	for (Json *c = json_first(choices); c; c = c->next) {
		if (scalar(c).kind != VAL_BAD)
			continue;
		reader_error(r, NULL, E203, json_loc(r->arena, c),
			     "a choice is a number or text, not %s", json_kind_name(c->kind));
		ok = false;
	}
	return ok;
}

Val settings_param(Reader *r, Frame *caller, Frame *callee, Json *decl, Json *given)
{
	Json *const j = default_of(decl);
	if (!given)
		return checked(r, callee, decl, json_loc(r->arena, j), NULL,
			       default_value(r, callee, decl));
	/* The default shows the kind only; where it cannot be evaluated, any kind goes. */
	const bool plain = j && (j->kind != JSON_STRING || has_text_choices(decl));
	const Val like = plain ? default_value(r, callee, decl) : (Val){0};
	return checked(r, caller, decl, json_loc(r->arena, given), &like,
		       reader_eval(r, caller, given));
}

/* ---- the model's own parameters ---- */

/* The last --set of the parameter; NULL if there is none. */
static const char *override_of(const Reader *r, const char *name)
{
	const size_t n = strlen(name);
	for (int i = r->opt->nset - 1; i >= 0; i--)
		if (!strncmp(r->opt->set[i], name, n) && r->opt->set[i][n] == '=')
			return r->opt->set[i] + n + 1;
	return NULL;
}

static Val set_value(Reader *r, const Json *decl, const char *text, const Val *like)
{
	const Loc nowhere = {0};
	if (like->kind == VAL_TEXT)
		return checked(r, NULL, decl, nowhere, like, val_text(text));
	const ExprEnv env = {.arena = r->arena};
	ExprError e = {0};
	Val v;
	if (expr_eval(&env, text, &v, &e))
		return checked(r, NULL, decl, nowhere, like, v);
	reader_error(r, NULL, e.code, nowhere, "--set %s=%.60s: %s", decl->key, text, e.message);
	return v;
}

static void read_setting(Reader *r, Json *decl)
{
	Var var = {decl->key, {0}};
	const int before = r->diag->nerrors;
	if (settings_check(r, decl) && default_of(decl))
		var.val = settings_param(r, NULL, frame_new(r), decl, NULL);
	else if (!default_of(decl))
		reader_error(r, NULL, E202, json_loc(r->arena, decl),
			     "parameter '%.60s' of a model needs a default", decl->key);
	const char *const text = override_of(r, decl->key);
	if (text && r->diag->nerrors == before)
		var.val = set_value(r, decl, text, &var.val);
	list_push(r->arena, &r->settings, var);
	if (var.val.kind == VAL_BAD)
		return;
	const char *const shown =
	    var.val.kind == VAL_TEXT ? var.val.s : val_show(r->arena, &var.val);
	list_push(r->arena, &r->model->settings, arena_printf(r->arena, "%s=%s", var.name, shown));
}

static void check_set(Reader *r, const char *text)
{
	const Loc nowhere = {0};
	const char *const eq = strchr(text, '=');
	if (!eq || eq == text) {
		reader_error(r, NULL, E212, nowhere, "--set needs NAME=VALUE, not '%.60s'", text);
		return;
	}
	const char *const name = arena_strndup(r->arena, text, (size_t)(eq - text));
	const char **const names = NEW_ARRAY(r->arena, const char *, r->settings.n);
	for (int i = 0; i < r->settings.n; i++) {
		names[i] = r->settings.at[i].name;
		if (!strcmp(names[i], name))
			return;
	}
	reader_error(r, NULL, E211, nowhere, "--set %.60s: the model declares no such parameter%s",
		     name, reader_hint(r, closest_name(name, names, r->settings.n)));
}

void settings_read(Reader *r)
{
	Json *const params = reader_member(r, r->root, "params", JSON_OBJECT, false);
	for (Json *decl = json_first(params); decl; decl = decl->next)
		read_setting(r, decl);
	for (int i = 0; i < r->opt->nset; i++)
		check_set(r, r->opt->set[i]);
}
