/* training_keys.c: keys, words and names of stages in the training section, checked where the model
 * is read: at run time a misspelt key would be one that nobody looks for. */
#include "reader.h"

#include <string.h>

typedef enum Kind {
	TEXT,
	NUMBER,
	WHOLE,
	TRUTH,
	LIST,
	WORD,
	WORDS,
	NUMBERS,
	SECTION,
	STAGES,
	STAGE,
	CHOICES
} Kind;

typedef struct Key {
	const char *section, *name;
	Kind kind;
} Key;

#define TRAINING_WORD(key, word)
static const Key table[] = {
#define TRAINING_KEY(section, name, kind) {section, name, kind},
#include "training.def"
#undef TRAINING_KEY
};
#undef TRAINING_WORD

#define TRAINING_KEY(section, name, kind)
static const char *const table_words[][2] = {
#define TRAINING_WORD(key, word) {key, word},
#include "training.def"
#undef TRAINING_WORD
};
#undef TRAINING_KEY

typedef LIST(const char *) Words;

static const Key *find_key(const char *section, const char *name)
{
	for (size_t i = 0; i < COUNT(table); i++)
		if (!strcmp(table[i].section, section) && !strcmp(table[i].name, name))
			return &table[i];
	return NULL;
}

static bool is_one_of(const Words *w, const char *text)
{
	for (int i = 0; i < w->n; i++)
		if (!strcmp(w->at[i], text))
			return true;
	return false;
}

/* Reports the text of j if it is none of the words. */
static void expect_word(Reader *r, Json *j, const Words *w, const char *what)
{
	Buf all;
	if (j->kind == JSON_STRING && is_one_of(w, j->text))
		return;
	buf_init(&all, r->arena);
	for (int i = 0; i < w->n; i++)
		buf_printf(&all, "%s'%s'", i ? ", " : "", w->at[i]);
	if (j->kind != JSON_STRING)
		reader_error(r, NULL, E203, json_loc(r->arena, j), "%s is one of %s, not %s", what,
			     all.s, json_kind_name(j->kind));
	else
		reader_error(r, NULL, E230, json_loc(r->arena, j), "%s '%.60s' is none of %s%s",
			     what, j->text, w->n ? all.s : "no stages",
			     reader_hint(r, closest_name(j->text, w->at, w->n)));
}

static Words words_of(Reader *r, const char *key)
{
	Words w = {0};
	for (size_t i = 0; i < COUNT(table_words); i++)
		if (!strcmp(table_words[i][0], key))
			list_push(r->arena, &w, table_words[i][1]);
	return w;
}

/* ---- stages ---- */

static Words stage_names(Reader *r, Json *training)
{
	Words w = {0};
	for (Json *j = json_first(json_get(training, "stages")); j; j = j->next)
		list_push(r->arena, &w, j->key);
	return w;
}

/* What `set` can change: numbers, words and lists by the end of their path, scalars among them. */
static Words choice_names(Reader *r, Json *training)
{
	Words w = {0};
	for (Json *j = json_first(json_get(training, "scalars")); j; j = j->next) {
		list_push(r->arena, &w, j->key);
		list_push(r->arena, &w, arena_printf(r->arena, "scalars.%s", j->key));
	}
	for (size_t i = 0; i < COUNT(table); i++) {
		const Key *const k = &table[i];
		const bool leaf = k->kind >= NUMBER && k->kind <= WORDS;
		const bool text = !strcmp(k->section, "optimizer") && !strcmp(k->name, "kind");
		if (!leaf && !text)
			continue;
		if (strcmp(k->name, "kind"))
			list_push(r->arena, &w, k->name);
		if (*k->section)
			list_push(r->arena, &w,
				  arena_printf(r->arena, "%s.%s", k->section, k->name));
	}
	return w;
}

static void check_choices(Reader *r, Json *training, Json *set)
{
	const Words w = choice_names(r, training);
	for (Json *j = json_first(set); j; j = j->next)
		if (!is_one_of(&w, j->key))
			reader_error(r, NULL, E201, json_key_loc(r->arena, j),
				     "'set' changes no '%.60s': the training has no such choice%s",
				     j->key, reader_hint(r, closest_name(j->key, w.at, w.n)));
}

static void check_section(Reader *r, Json *training, Json *o, const char *section,
			  const char *what);

static void check_stages(Reader *r, Json *training, Json *stages)
{
	for (Json *j = json_first(stages); j; j = j->next) {
		if (!text_is_word(j->key))
			reader_error(r, NULL, E205, json_key_loc(r->arena, j),
				     "'%.60s' is not a name for a stage: a word of letters, digits "
				     "and '_', at most %d; files are called by it",
				     j->key, TEXT_MAX_WORD);
		if (reader_member(r, stages, j->key, JSON_OBJECT, false))
			check_section(r, training, j, "stage", "a stage");
	}
}

/* ---- values ---- */

static void check_list(Reader *r, Json *list, const Words *w)
{
	for (Json *j = json_first(list); j; j = j->next)
		expect_word(r, j, w, arena_printf(r->arena, "an entry of '%s'", list->key));
}

static void check_value(Reader *r, Json *training, Json *j, const Key *k)
{
	Json *const o = j->parent;
	const char *const what = arena_printf(r->arena, "'%s'", k->name);
	const Words w = k->kind == STAGE ? stage_names(r, training) : words_of(r, k->name);
	double x, *list;
	int64_t whole;
	bool truth;
	int n;
	switch (k->kind) {
	case TEXT:
		reader_member(r, o, k->name, JSON_STRING, false);
		break;
	case NUMBER:
		reader_num(r, frame_new(r), j, what, &x);
		break;
	case WHOLE:
		reader_int(r, frame_new(r), j, what, &whole);
		break;
	case TRUTH:
		reader_bool(r, frame_new(r), j, what, &truth);
		break;
	case LIST:
		reader_nums(r, frame_new(r), j, what, &list, &n);
		break;
	case WORD:
	case STAGE:
		expect_word(r, j, &w, what);
		break;
	case WORDS:
		check_list(r, reader_member(r, o, k->name, JSON_LIST, false), &w);
		break;
	case NUMBERS:
		reader_member(r, o, k->name, JSON_OBJECT, false);
		break;
	case SECTION:
		check_section(r, training, reader_member(r, o, k->name, JSON_OBJECT, false),
			      k->name, what);
		break;
	case STAGES:
		check_stages(r, training, reader_member(r, o, k->name, JSON_OBJECT, false));
		break;
	case CHOICES:
		check_choices(r, training, reader_member(r, o, k->name, JSON_OBJECT, false));
		break;
	}
}

static void check_section(Reader *r, Json *training, Json *o, const char *section, const char *what)
{
	Words keys = {0};
	for (size_t i = 0; i < COUNT(table); i++)
		if (!strcmp(table[i].section, section))
			list_push(r->arena, &keys, table[i].name);
	reader_keys(r, o, keys.at, keys.n, what);
	for (Json *j = json_first(o); j; j = j->next) {
		const Key *const k = find_key(section, j->key);
		if (k)
			check_value(r, training, j, k);
	}
}

bool training_check(Reader *r, Json *training)
{
	const int before = r->diag->nerrors;
	check_section(r, training, training, "", "'training'");
	Json *const scalars = json_get(training, "scalars");
	for (Json *j = json_first(scalars); j; j = j->next) {
		double x;
		if (!text_is_word(j->key))
			reader_error(r, NULL, E205, json_key_loc(r->arena, j),
				     "'%.60s' is not a name for a number", j->key);
		else
			reader_num(r, frame_new(r), j, arena_printf(r->arena, "'%s'", j->key), &x);
	}
	return r->diag->nerrors == before;
}
