/* scene.c: which mixtures there are, and what happens where in each: drawn at random, or after the
 * annotations of real recordings, with sounds of the bank in place of the recorded ones. */
#include "synth.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double degree = 3.14159265358979323846 / 180;
static const double min_metres = 0.5, max_metres = 5;

double wrap_degrees(double azimuth)
{
	return azimuth - 360 * floor((azimuth + 180) / 360);
}

/* ---- plans ------------------------------------------------------------------------------- */

static RtStatus plan_push(Plan *p, const Mixture *m, RtError *err)
{
	if (p->n == p->cap) {
		const int cap = p->cap ? 2 * p->cap : 64;
		Mixture *const at = realloc(p->at, sizeof *at * (size_t)cap);
		if (!at)
			return rt_no_memory(err);
		p->at = at;
		p->cap = cap;
	}
	p->at[p->n++] = *m;
	return RT_OK;
}

/* Whether the path goes through a folder dev-train* or dev-test* of the other split. */
static bool other_split(const char *path, const char *split)
{
	const bool train = strstr(path, "/dev-train") != NULL,
		   test = strstr(path, "/dev-test") != NULL;
	return strcmp(split, "train") == 0 ? test && !train : train && !test;
}

/* The number after `word` in a file's name; `otherwise` if there is none. */
static int number_after(const char *name, const char *word, int otherwise)
{
	const char *const at = strstr(name, word);
	char *end;
	const long n = at ? strtol(at + strlen(word), &end, 10) : 0;
	return at && end != at + strlen(word) && n >= 0 && n < 100000 ? (int)n : otherwise;
}

/* Pieces of one recording; those without any event are left out. */
static RtStatus cut_pieces(Plan *p, const ScoreFile *f, int64_t frames, RtError *err)
{
	const int64_t end = f->ref.n ? f->ref.at[f->ref.n - 1].frame + 1 : 0;
	const char *const name = rt_base_name(f->ref_path);
	RtStatus s = RT_OK;
	int64_t row = 0;
	for (int64_t first = 0; !s && first < end; first += frames) {
		while (row < f->ref.n && f->ref.at[row].frame < first)
			row++;
		const int64_t n = end - first < frames ? end - first : frames;
		const Mixture m = {.fold = number_after(name, "fold", 1),
				   .room = number_after(name, "room", 1),
				   .frames = n,
				   .first = first,
				   .file = f};
		if (n >= 10 && row < f->ref.n && f->ref.at[row].frame < first + n)
			s = plan_push(p, &m, err);
	}
	return s;
}

static RtStatus read_annotations(Plan *pieces, Plan *p, const SynthOptions *o, RtError *err)
{
	p->sets = rt_alloc((uint64_t)o->nannotations, sizeof *p->sets);
	RtStatus s = p->sets ? RT_OK : rt_no_memory(err);
	for (int i = 0; !s && i < o->nannotations; i++) {
		ScoreSet *const set = &p->sets[p->nsets++];
		set->quiet = o->quiet;
		s = score_open(set, o->annotations[i], NULL, SYNTH_CLASSES, err);
		if (set->nerrors)
			rt_say_lines(set->log);
		for (int k = 0; !s && k < set->n; k++)
			if (!other_split(set->at[k].ref_path, o->split))
				s = cut_pieces(pieces, &set->at[k],
					       (int64_t)llround(o->length * 10), err);
	}
	if (!s && pieces->n == 0)
		s = rt_fail(err, RT_INPUT, "%s: no events of split '%s'", o->annotations[0],
			    o->split);
	return s;
}

static void shuffle(Plan *p, Draw *d)
{
	for (int i = p->n - 1; i > 0; i--) {
		const int k = draw_index(d, i + 1);
		const Mixture m = p->at[i];
		p->at[i] = p->at[k];
		p->at[k] = m;
	}
}

/* The same pieces again and again, in a new order each time. */
static RtStatus plan_annotated(Plan *p, Plan *pieces, const SynthOptions *o, int64_t left,
			       RtError *err)
{
	RtStatus s = RT_OK;
	for (int pass = 0; !s && left > 0; pass++) {
		Draw d = draw_open(o->seed, "plan/%d", pass);
		shuffle(pieces, &d);
		for (int i = 0; !s && left > 0 && i < pieces->n; i++) {
			Mixture m = pieces->at[i];
			m.frames = m.frames < left ? m.frames : left;
			left -= m.frames;
			s = plan_push(p, &m, err);
		}
	}
	return s;
}

static RtStatus plan_drawn(Plan *p, const SynthOptions *o, int64_t left, RtError *err)
{
	const int64_t frames = (int64_t)llround(o->length * 10);
	RtStatus s = RT_OK;
	for (int i = 0; !s && left > 0; i++, left -= frames) {
		Draw d = draw_open(o->seed, "plan/room/%d", i);
		const Mixture m = {.fold = strcmp(o->split, "test") == 0 ? 4 : 1,
				   .room = 1 + draw_index(&d, o->rooms),
				   .frames = frames < left ? frames : left};
		s = plan_push(p, &m, err);
	}
	return s;
}

/* Mixtures of a room are numbered from 1. */
static void number_mixtures(Plan *p, int fold)
{
	for (int i = 0; i < p->n; i++) {
		Mixture *const m = &p->at[i];
		m->index = i;
		m->fold = fold >= 0 ? fold : m->fold;
		m->number = 1;
		for (int k = i - 1; k >= 0; k--)
			if (p->at[k].room == m->room && p->at[k].fold == m->fold) {
				m->number = p->at[k].number + 1;
				break;
			}
	}
}

RtStatus plan_open(Plan *p, const SynthOptions *o, RtError *err)
{
	*p = (Plan){0};
	const int64_t left = (int64_t)ceil(o->hours * 36000 - 1e-6);
	RtStatus s;
	if (o->nannotations) {
		Plan pieces = {0};
		s = read_annotations(&pieces, p, o, err);
		if (!s)
			s = plan_annotated(p, &pieces, o, left, err);
		free(pieces.at);
	} else {
		s = plan_drawn(p, o, left, err);
	}
	number_mixtures(p, o->fold);
	return s;
}

void plan_release(Plan *p)
{
	for (int i = 0; i < p->nsets; i++)
		score_release(&p->sets[i]);
	free(p->sets);
	free(p->at);
	*p = (Plan){0};
}

/* ---- events ------------------------------------------------------------------------------ */

static Event *event_new(Scene *s, int class, int64_t source, int64_t first)
{
	if (s->n == s->cap) {
		const int cap = s->cap ? 2 * s->cap : 32;
		Event *const at = realloc(s->at, sizeof *at * (size_t)cap);
		if (!at)
			return NULL;
		s->at = at;
		s->cap = cap;
	}
	s->at[s->n] = (Event){.class = class, .annotated = class, .source = source, .first = first};
	return &s->at[s->n++];
}

static bool event_push(Event *e, Place p)
{
	if (e->n == e->cap) {
		const int64_t cap = e->cap ? 2 * e->cap : 32;
		Place *const place = realloc(e->place, sizeof *place * (size_t)cap);
		if (!place)
			return false;
		e->place = place;
		e->cap = cap;
	}
	e->place[e->n++] = p;
	return true;
}

void scene_release(Scene *s)
{
	for (int i = 0; i < s->n; i++)
		free(s->at[i].place);
	free(s->at);
	*s = (Scene){0};
}

/* As near as wanted, within the room. */
static double inside(const Room *r, const Listener *l, double azimuth, double elevation,
		     double metres)
{
	return fmin(metres, fmax(room_reach(r, l, azimuth, elevation), 0.2));
}

static double draw_metres(Draw *d)
{
	return min_metres * pow(max_metres / min_metres, draw_unit(d));
}

static int draw_class(Draw *d, const Bank *b)
{
	for (;;) {
		const int c = draw_index(d, SYNTH_CLASSES);
		if (b->first[c] < b->first[c + 1])
			return c;
	}
}

/* ---- annotated scenes -------------------------------------------------------------------- */

/* A source keeps its distance throughout the mixture. */
static double annotated_metres(const Mixture *m, const ScoreRow *row, uint64_t seed)
{
	if (!isnan(row->metres))
		return fmax(row->metres, 0.1);
	Draw d = draw_open(seed, "metres/%d/%d/%lld", m->index, row->class, (long long)row->source);
	return draw_metres(&d);
}

/* The event of this class and source that went on until the frame before; NULL: none. */
static Event *going_on(Scene *s, const ScoreRow *row, int64_t frame)
{
	for (int i = s->n - 1; i >= 0; i--) {
		Event *const e = &s->at[i];
		if (e->annotated == row->class && e->source == row->source &&
		    e->first + e->n == frame)
			return e;
	}
	return NULL;
}

/* An event as the annotation has it, or in its place one of a class drawn evenly. */
static Event *event_annotated(Scene *s, const ScoreRow *row, int64_t frame, const Mixture *m,
			      const SynthOptions *o, const Bank *b)
{
	Event *const e = event_new(s, row->class, row->source, frame);
	Draw d = draw_open(o->seed, "class/%d/%d", m->index, s->n);
	if (e && draw_chance(&d, o->even))
		e->class = draw_class(&d, b);
	return e;
}

static RtStatus scene_annotated(Scene *s, const Mixture *m, const SynthOptions *o, const Bank *b,
				const Room *r, const Listener *l, RtError *err)
{
	const ScoreRows *const rows = &m->file->ref;
	Draw d = draw_open(o->seed, "turn/%d", m->index);
	const double turn = draw_between(&d, -o->turn, o->turn);
	for (int64_t i = 0; i < rows->n; i++) {
		const ScoreRow *const row = &rows->at[i];
		const int64_t frame = row->frame - m->first;
		if (frame < 0 || frame >= m->frames ||
		    b->first[row->class] == b->first[row->class + 1])
			continue;
		Event *e = going_on(s, row, frame);
		if (!e)
			e = event_annotated(s, row, frame, m, o, b);
		const double *const v = row->v;
		Place p = {wrap_degrees(atan2(v[1], v[0]) / degree + turn),
			   atan2(v[2], hypot(v[0], v[1])) / degree, 0};
		p.metres = inside(r, l, p.azimuth, p.elevation, annotated_metres(m, row, o->seed));
		if (!e || !event_push(e, p))
			return rt_no_memory(err);
	}
	return RT_OK;
}

/* ---- drawn scenes ------------------------------------------------------------------------ */

/* Still, or turning, rising and coming nearer at constant speeds. */
static bool draw_places(Event *e, int64_t n, double moving, Draw *d, const Room *r,
			const Listener *l)
{
	const double az = draw_between(d, -180, 180), metres = draw_metres(d);
	const double el = 40 * (draw_unit(d) + draw_unit(d) - 1);
	const bool moves = draw_chance(d, moving);
	const double turn = draw_between(d, 5, 40) * (draw_chance(d, 0.5) ? 1 : -1);
	const double rise = draw_between(d, -8, 8), go = draw_between(d, -0.6, 0.6);
	for (int64_t i = 0; i < n; i++) {
		const double t = moves ? 0.1 * (double)i : 0;
		Place p = {wrap_degrees(az + turn * t), fmin(fmax(el + rise * t, -50), 50), 0};
		const double want = fmin(fmax(metres + go * t, min_metres), max_metres);
		p.metres = inside(r, l, p.azimuth, p.elevation, want);
		if (!event_push(e, p))
			return false;
	}
	return true;
}

/* One event after another, with pauses; the more sources there are already, the longer. */
static RtStatus draw_source(Scene *s, int source, const Mixture *m, const SynthOptions *o,
			    const Bank *b, const Room *r, const Listener *l, RtError *err)
{
	static const double pauses[] = {2, 6, 12}; /* seconds, mean */
	const double pause = pauses[source < 3 ? source : 2];
	Draw d = draw_open(o->seed, "scene/%d/%d", m->index, source);
	for (int64_t t = 0;;) {
		t += 1 + (int64_t)(-10 * pause * log(draw_unit(&d)));
		int64_t n = (int64_t)(10 * exp(draw_between(&d, log(0.5), log(10))));
		n = m->frames - t < n ? m->frames - t : n;
		if (n < 1)
			return RT_OK;
		Event *const e = event_new(s, draw_class(&d, b), source, t);
		if (!e || !draw_places(e, n, o->moving, &d, r, l))
			return rt_no_memory(err);
		t += n;
	}
}

RtStatus scene_make(Scene *s, const Mixture *m, const SynthOptions *o, const Bank *b, const Room *r,
		    const Listener *l, RtError *err)
{
	*s = (Scene){0};
	if (m->file)
		return scene_annotated(s, m, o, b, r, l, err);
	RtStatus status = RT_OK;
	for (int i = 0; !status && i < o->polyphony; i++)
		status = draw_source(s, i, m, o, b, r, l, err);
	return status;
}
