/* sections.c: the parts of a model file beside its graphs: audio, postprocess, parts, training. */
#include <math.h>
#include <string.h>

#include "reader.h"

/* ---- audio ---- */

static void add_global(Reader *r, const char *name, Val v)
{
	const Var var = {name, v};
	list_push(r->arena, &r->globals, var);
}

/* rate * seconds as a whole number of samples, at least 1. */
static bool whole_samples(Reader *r, Json *at, const char *what, int rate, double seconds,
			  int64_t *samples)
{
	const double s = rate * seconds;
	const double whole = nearbyint(s);
	if (whole >= 1 && whole < 1e12 && fabs(s - whole) <= 1e-9 * whole) {
		*samples = (int64_t)whole;
		return true;
	}
	reader_error(r, NULL, E227, at ? json_loc(r->arena, at) : (Loc){0},
		     "%s of %g s at %d Hz is not a whole number of samples", what, seconds, rate);
	return false;
}

static bool read_count(Reader *r, Frame *f, Json *audio, const char *key, int max, int *v)
{
	Json *const j = json_get(audio, key);
	int64_t i = 0;
	if (!j) {
		reader_error(r, NULL, E202, json_loc(r->arena, audio), "key '%s' is missing", key);
		return false;
	}
	if (!reader_int(r, f, j, arena_printf(r->arena, "'%s'", key), &i))
		return false;
	*v = (int)i;
	if (i >= 1 && i <= max)
		return true;
	reader_error(r, NULL, E227, json_loc(r->arena, j), "'%s' must be 1 to %d, not %lld", key,
		     max, (long long)i);
	return false;
}

static bool read_length(Reader *r, Frame *f, Json *audio, const char *key, double *v)
{
	Json *const j = json_get(audio, key);
	if (!j) {
		reader_error(r, NULL, E202, json_loc(r->arena, audio), "key '%s' is missing", key);
		return false;
	}
	return reader_num(r, f, j, arena_printf(r->arena, "'%s'", key), v);
}

static bool read_format(Reader *r, Json *j, AudioSpec *a)
{
	static const char *const keys[] = {"rate", "channels", "seconds", "frame_seconds", "doc"};
	Frame *const f = frame_new(r);
	double seconds = 0, frame = 0;
	const bool known = reader_keys(r, j, keys, COUNT(keys), "'audio'");
	const bool rate = read_count(r, f, j, "rate", 1000000, &a->rate);
	const bool channels = read_count(r, f, j, "channels", 1024, &a->channels);
	if (!read_length(r, f, j, "seconds", &seconds) ||
	    !read_length(r, f, j, "frame_seconds", &frame) || !known || !rate || !channels)
		return false;
	const bool given = r->opt->seconds != 0;
	Json *const at = given ? NULL : json_get(j, "seconds");
	if (!whole_samples(r, at, "a segment", a->rate, given ? r->opt->seconds : seconds,
			   &a->samples) ||
	    !whole_samples(r, json_get(j, "frame_seconds"), "a label frame", a->rate, frame,
			   &a->frame_samples))
		return false;
	a->frames = a->samples / a->frame_samples;
	if (a->samples % a->frame_samples == 0)
		return true;
	reader_error(r, NULL, E227, at ? json_loc(r->arena, at) : (Loc){0},
		     "a segment of %lld samples is not a whole number of label frames of %lld",
		     (long long)a->samples, (long long)a->frame_samples);
	return false;
}

/* Without --batch, a program for training takes the batches of the section "training". */
static void read_batch(Reader *r)
{
	Json *const training = json_get(r->root, "training");
	const bool wanted = r->opt->train && !r->opt->batch;
	Json *const j = wanted && training && training->kind == JSON_OBJECT
			    ? json_get(training, "batch")
			    : NULL;
	int64_t v;
	if (!j || !reader_int(r, frame_new(r), j, "'batch'", &v))
		return;
	if (v < 1 || v > MAX_BATCH)
		reader_error(r, NULL, E230, json_loc(r->arena, j),
			     "'batch' must be 1 to %d, not %lld", MAX_BATCH, (long long)v);
	else
		r->model->batch = v;
}

void sections_audio(Reader *r)
{
	static const char *const names[] = {"rate",          "channels", "samples",
					    "frame_samples", "frames",   "seconds"};
	AudioSpec *const a = &r->model->audio;
	Json *const j = reader_member(r, r->root, "audio", JSON_OBJECT, false);
	read_batch(r);
	add_global(r, "batch", val_int(r->model->batch));
	if (!j) {
		if (r->opt->seconds != 0)
			reader_error(r, NULL, E227, (Loc){0},
				     "--seconds, but the model has no 'audio'");
		return;
	}
	const bool ok = read_format(r, j, a);
	const int64_t v[] = {a->rate, a->channels, a->samples, a->frame_samples, a->frames};
	for (size_t i = 0; i < COUNT(v); i++)
		add_global(r, names[i], ok ? val_int(v[i]) : (Val){0});
	add_global(r, names[COUNT(v)], ok ? val_num((double)a->samples / a->rate) : (Val){0});
	a->present = ok;
}

/* ---- postprocess ---- */

/* The graph output that the key names. NULL after a diagnostic, or if it is absent and not
 * required. */
static const Output *named_output(Reader *r, Json *post, const char *key, bool required)
{
	Json *const j = reader_member(r, post, key, JSON_STRING, required);
	const Graph *const g = module_graph(r->model->module, "main");
	if (!j || !g)
		return NULL;
	const char **const names = NEW_ARRAY(r->arena, const char *, g->outputs.n);
	for (int i = 0; i < g->outputs.n; i++) {
		names[i] = g->outputs.at[i].name;
		if (!strcmp(names[i], j->text))
			return &g->outputs.at[i];
	}
	reader_error(r, NULL, E228, json_loc(r->arena, j),
		     "the graph 'main' has no output '%.60s'%s", j->text,
		     reader_hint(r, closest_name(j->text, names, g->outputs.n)));
	return NULL;
}

/* The output must be [., ., want...]; -1: any extent. */
static bool fits(Reader *r, Json *post, const char *key, const Output *o, int64_t c, int64_t d)
{
	const Type *const t = &o->value->type;
	if (t->rank == 4 && (c < 0 || t->dim[2] == c) && (d < 0 || t->dim[3] == d))
		return true;
	const char *const text = c < 0 ? "[batch, frames, tracks, classes]"
				       : arena_printf(r->arena, "[batch, frames, %lld, %lld]",
						      (long long)c, (long long)d);
	reader_error(r, NULL, E228, json_loc(r->arena, json_get(post, key)),
		     "'%s' must be %s, not %s", key, text, type_text(r->arena, t));
	diag_note(r->diag, o->loc, "the output");
	return false;
}

static void decode_tracks(Reader *r, Json *post, DecodeSpec *d)
{
	const Output *const sed = named_output(r, post, "sed", true);
	const Output *const doa = named_output(r, post, "doa", true);
	const Output *const sde = named_output(r, post, "sde", false);
	if (!sed || !doa || !fits(r, post, "sed", sed, -1, -1))
		return;
	const int64_t tracks = sed->value->type.dim[2];
	if (!fits(r, post, "doa", doa, tracks, 3) || (sde && !fits(r, post, "sde", sde, tracks, 1)))
		return;
	d->sed = sed->name;
	d->doa = doa->name;
	d->sde = sde ? sde->name : NULL;
	d->tracks = (int)tracks;
	d->classes = (int)sed->value->type.dim[3];
}

/* [batch, frames, (track, axis, class)], four axes: x, y, z, distance. */
static void decode_accddoa(Reader *r, Json *post, DecodeSpec *d)
{
	const Output *const o = named_output(r, post, "accddoa", true);
	Json *const j = reader_member(r, post, "tracks", JSON_NUMBER, true);
	int64_t tracks = 0;
	if (!o || !j || !reader_int(r, NULL, j, "'tracks'", &tracks))
		return;
	const Type *const t = &o->value->type;
	const bool ok =
	    tracks >= 1 && tracks <= 1000 && t->rank == 3 && t->dim[2] % (4 * tracks) == 0;
	if (!ok) {
		reader_error(r, NULL, E228, json_loc(r->arena, j),
			     "%lld tracks of 4 axes do not fit the output, %s", (long long)tracks,
			     type_text(r->arena, t));
		return;
	}
	d->sed = o->name;
	d->tracks = (int)tracks;
	d->classes = (int)(t->dim[2] / (4 * tracks));
}

static void read_classes(Reader *r, Json *post, DecodeSpec *d)
{
	Json *const list = reader_member(r, post, "classes", JSON_LIST, false);
	if (!list)
		return;
	const char **const names = NEW_ARRAY(r->arena, const char *, list->n);
	for (Json *j = json_first(list); j; j = j->next) {
		names[j->index] = j->text;
		if (j->kind == JSON_STRING)
			continue;
		reader_error(r, NULL, E203, json_loc(r->arena, j), "a class name is a text, not %s",
			     json_kind_name(j->kind));
		return;
	}
	if (list->n == d->classes)
		d->class_names = names;
	else if (d->classes > 0)
		diag_warning(r->diag, json_loc(r->arena, list),
			     "%d class names for %d classes; classes will be numbered", list->n,
			     d->classes);
}

static void read_decode(Reader *r, Json *post)
{
	static const char *const keys[] = {"kind",    "sed",          "doa",    "sde",
					   "accddoa", "threshold",    "tracks", "classes",
					   "doc",     "merge_degrees"};
	static const char *const kinds[] = {"tracks", "accddoa"};
	DecodeSpec *const d = &r->model->decode;
	Json *const kind = reader_member(r, post, "kind", JSON_STRING, true);
	Json *const threshold = json_get(post, "threshold");
	Json *const merge = json_get(post, "merge_degrees");
	Frame *const f = frame_new(r);
	d->threshold = 0.5;
	if (!reader_keys(r, post, keys, COUNT(keys), "'postprocess'") || !kind ||
	    (threshold && !reader_num(r, f, threshold, "'threshold'", &d->threshold)) ||
	    (merge && !reader_num(r, f, merge, "'merge_degrees'", &d->merge_degrees)))
		return;
	d->kind = kind->text;
	if (!strcmp(kind->text, "tracks"))
		decode_tracks(r, post, d);
	else if (!strcmp(kind->text, "accddoa"))
		decode_accddoa(r, post, d);
	else
		reader_error(r, NULL, E228, json_loc(r->arena, kind), "unknown kind '%.60s'%s",
			     kind->text,
			     reader_hint(r, closest_name(kind->text, kinds, COUNT(kinds))));
	read_classes(r, post, d);
}

/* ---- parts ---- */

static bool label_starts(const Reader *r, const char *prefix)
{
	const size_t n = strlen(prefix);
	const Module *const m = r->model->module;
	for (int g = 0; g < m->graphs.n; g++)
		for (int i = 0; i < m->graphs.at[g]->nodes.n; i++) {
			const char *const l = m->graphs.at[g]->nodes.at[i]->label;
			if (l && !strncmp(l, prefix, n) && (l[n] == '.' || !l[n]))
				return true;
		}
	return false;
}

/* A title, or {"title", "hidden"}. */
static bool read_part(Reader *r, Json *j, PartSpec *part)
{
	static const char *const keys[] = {"title", "hidden"};
	*part = (PartSpec){.prefix = j->key, .title = j->text};
	if (j->kind == JSON_STRING)
		return true;
	if (j->kind != JSON_OBJECT) {
		reader_error(r, NULL, E203, json_loc(r->arena, j),
			     "a part is a title or an object, not %s", json_kind_name(j->kind));
		return false;
	}
	Json *const title = reader_member(r, j, "title", JSON_STRING, true);
	Json *const hidden = reader_member(r, j, "hidden", JSON_STRING, false);
	part->title = title ? title->text : NULL;
	part->hidden = hidden ? hidden->text : NULL;
	return reader_keys(r, j, keys, COUNT(keys), "a part") && title;
}

static void read_parts(Reader *r, Json *parts)
{
	for (Json *j = json_first(parts); j; j = j->next) {
		PartSpec part;
		if (!read_part(r, j, &part))
			continue;
		if (r->diag->nerrors == 0 && !label_starts(r, j->key))
			diag_warning(r->diag, json_key_loc(r->arena, j),
				     "no node is called '%.60s'", j->key);
		list_push(r->arena, &r->model->parts, part);
	}
}

/* ---- published ---- */

static void read_published(Reader *r, Json *j)
{
	static const char *const keys[] = {"source", "parameters", "macs_per_second", "note"};
	if (!j)
		return;
	reader_keys(r, j, keys, COUNT(keys), "'published'");
	const Json *const source = reader_member(r, j, "source", JSON_STRING, true);
	const Json *const params = reader_member(r, j, "parameters", JSON_NUMBER, true);
	const Json *const macs = reader_member(r, j, "macs_per_second", JSON_NUMBER, true);
	const Json *const note = reader_member(r, j, "note", JSON_STRING, false);
	if (source && params && macs)
		r->model->published = (PublishedSpec){.source = source->text,
						      .note = note ? note->text : NULL,
						      .params = params->num,
						      .macs_per_second = macs->num};
}

void sections_read(Reader *r)
{
	Json *const post = reader_member(r, r->root, "postprocess", JSON_OBJECT, false);
	/* Without its graph there is nothing to compare it with. */
	const bool built = r->diag->nerrors == 0;
	if (post && built)
		read_decode(r, post);
	read_parts(r, reader_member(r, r->root, "parts", JSON_OBJECT, false));
	read_published(r, reader_member(r, r->root, "published", JSON_OBJECT, false));
	Json *const training = reader_member(r, r->root, "training", JSON_OBJECT, false);
	r->model->training = training;
	if (training && training_check(r, training) && r->opt->train)
		training_read(r, training);
}
