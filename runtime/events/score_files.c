/* score_files.c: folders of DCASE annotations and predictions. Every file is read and checked
 * before anything is scored; all that is wrong goes to the set's log, with file, line and column.
 *
 * Rows: frame,class,azimuth,elevation; with a source number after the class; with a distance at the
 * end; or frame,class,source,x,y,z,distance. All rows of a file have the same number of fields. */
#define _XOPEN_SOURCE 700
#include "runtime/events/events.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_DIAGNOSTICS = 20, MIN_FIELDS = 4, MAX_FIELDS = 7, FIELD_BYTES = 64 };

static const double degree = 3.14159265358979323846 / 180;
static const int64_t max_frame = INT64_C(1) << 40;

/* ---- log --------------------------------------------------------------------------------- */

static void log_add(ScoreSet *s, const char *fmt, va_list ap)
{
	va_list again;
	va_copy(again, ap);
	const int n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (n < 0)
		return;
	if (s->log_n + (size_t)n + 2 > s->log_cap) {
		const size_t cap = 2 * (s->log_n + (size_t)n + 2);
		char *const bigger = realloc(s->log, cap);
		if (!bigger)
			return; /* the counts still tell that something was wrong */
		s->log = bigger;
		s->log_cap = cap;
	}
	vsnprintf(s->log + s->log_n, (size_t)n + 1, fmt, ap);
	for (char *p = s->log + s->log_n; (p = strchr(p, '\n')); p++)
		if (strncmp(p, "\n  ", 3)) /* of a path, not of a list */
			*p = '?';
	s->log_n += (size_t)n;
	strcpy(s->log + s->log_n++, "\n");
}

static void log_line(ScoreSet *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void log_line(ScoreSet *s, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	log_add(s, fmt, ap);
	va_end(ap);
}

static void warn(ScoreSet *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void warn(ScoreSet *s, const char *fmt, ...)
{
	if (s->quiet || ++s->nwarnings > MAX_DIAGNOSTICS)
		return;
	va_list ap;
	va_start(ap, fmt);
	log_add(s, fmt, ap);
	va_end(ap);
}

/* ---- doubts ------------------------------------------------------------------------------ */

/* Values that can be read but hardly mean what they are taken for. */
static const char *const doubts[SCORE_DOUBTS] = {
    [SCORE_CARTESIAN] =
	"the last three fields are unit vectors, x, y and z of DCASE2022 and 2023: taken "
	"for azimuth, elevation and distance",
    [SCORE_ONSCREEN] =
	"the last field is 0 or 1 throughout, whether a source is seen in DCASE2025: taken "
	"for a distance",
    [SCORE_METRES] =
	"all distances of the file are below 20, as if in metres: taken for centimetres",
    [SCORE_CENTIMETRES] =
	"all distances of the file are above 20, as if in centimetres: taken for metres",
    [SCORE_ZERO] = "distance 0: no error is relative to it",
    [SCORE_NEGATIVE] = "negative distance",
    [SCORE_AZIMUTH] = "azimuth beyond 180 degrees: taken around the circle",
    [SCORE_REPEATED] = "the same source of the same class again in one frame",
};

static void doubt(ScoreDoubts *d, ScoreDoubt kind, int64_t line, int64_t rows)
{
	d->line[kind] = d->rows[kind] ? d->line[kind] : line;
	d->rows[kind] += rows;
}

/* ---- one file ---------------------------------------------------------------------------- */

/* A line being read: its fields, without the spaces around them. */
typedef struct Line {
	const char *path;
	int64_t number;
	const char *at;
	int n, nfields;
	struct {
		const char *at;
		int n;
	} field[MAX_FIELDS];
	bool bad;
} Line;

typedef struct Reader {
	ScoreSet *set;
	const char *path;
	bool centimetres;
	int nfields;   /* of the rows before; 0: none yet */
	int64_t first; /* number of the first row's line */
	ScoreRows rows;
	ScoreDoubts *doubts;
	int64_t unit_vectors, flags; /* rows of six fields whose last three, or last, are that */
	double smallest, largest;    /* distances in the file's unit */
} Reader;

/* The line is shown with its field `k` marked (-1: all of it). */
static void complain(Reader *r, Line *l, int k, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
static void complain(Reader *r, Line *l, int k, const char *fmt, ...)
{
	l->bad = true;
	if (++r->set->nerrors > MAX_DIAGNOSTICS)
		return;
	char text[512];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	const int at = k < 0 ? 0 : (int)(l->field[k].at - l->at);
	const int shown = l->n < 200 ? l->n : 200;
	log_line(r->set, "%s:%lld:%d: error: %s", l->path, (long long)l->number, at + 1, text);
	log_line(r->set, "%5lld | %.*s", (long long)l->number, shown, l->at);
	if (at < shown)
		log_line(r->set, "      | %*s^", at, "");
}

/* Bytes of the space at the start of [a, b), 0: there is none. A no-break space is two in UTF-8. */
static int space_at(const char *a, const char *b)
{
	if (a < b && (*a == ' ' || *a == '\t'))
		return 1;
	return b - a >= 2 && a[0] == '\xc2' && a[1] == '\xa0' ? 2 : 0;
}

static int space_before(const char *a, const char *b)
{
	if (b > a && space_at(b - 1, b))
		return 1;
	return b - a >= 2 && space_at(b - 2, b) == 2 ? 2 : 0;
}

/* Splits at commas; nfields counts all, field holds the first ones. */
static void split(Line *l)
{
	const char *p = l->at, *const end = l->at + l->n;
	for (l->nfields = 0;; p++) {
		const char *const comma = memchr(p, ',', (size_t)(end - p));
		const char *a = p, *b = comma ? comma : end;
		for (int n; (n = space_at(a, b)); a += n)
			;
		for (int n; (n = space_before(a, b)); b -= n)
			;
		if (l->nfields < MAX_FIELDS) {
			l->field[l->nfields].at = a;
			l->field[l->nfields].n = (int)(b - a);
		}
		l->nfields++;
		if (!comma)
			return;
		p = comma;
	}
}

/* Text of a field for strtod and messages; cut where it is too long for a number. */
static const char *field_text(const Line *l, int k, char out[FIELD_BYTES])
{
	const int n = l->field[k].n < FIELD_BYTES - 1 ? l->field[k].n : FIELD_BYTES - 1;
	memcpy(out, l->field[k].at, (size_t)n);
	out[n] = '\0';
	for (int i = 0; i < n; i++)
		if ((unsigned char)out[i] < 32 || out[i] == 127)
			out[i] = '?';
	return out;
}

static int64_t whole(Reader *r, Line *l, int k, const char *what, int64_t low, int64_t high)
{
	char text[FIELD_BYTES], *end;
	field_text(l, k, text);
	errno = 0;
	const long long v = strtoll(text, &end, 10);
	if (l->bad)
		return 0;
	if (end == text || *end || l->field[k].n >= FIELD_BYTES)
		complain(r, l, k, "%s '%s' is not a whole number", what, text);
	else if (errno || v < low || v > high)
		complain(r, l, k, "%s %s is not in %lld..%lld", what, text, (long long)low,
			 (long long)high);
	return l->bad ? 0 : v;
}

static double real(Reader *r, Line *l, int k, const char *what, double low, double high)
{
	char text[FIELD_BYTES], *end;
	field_text(l, k, text);
	const double v = strtod(text, &end);
	if (l->bad)
		return 0;
	if (end == text || *end || l->field[k].n >= FIELD_BYTES || strpbrk(text, "xX"))
		complain(r, l, k, "%s '%s' is not a number", what, text);
	else if (!isfinite(v))
		complain(r, l, k, "%s is %s, must be finite", what, text);
	else if (v < low || v > high)
		complain(r, l, k, "%s %s is not in %g..%g", what, text, low, high);
	return l->bad ? 0 : v;
}

static void polar(double v[3], double azimuth, double elevation)
{
	const double a = azimuth * degree, e = elevation * degree;
	v[0] = cos(a) * cos(e);
	v[1] = sin(a) * cos(e);
	v[2] = sin(e);
}

/* In metres. */
static double distance(Reader *r, Line *l, int k)
{
	const double v = r->centimetres ? real(r, l, k, "distance (cm)", 0, 1e9)
					: real(r, l, k, "distance (m)", -1e9, 1e9);
	if (l->bad)
		return v;
	if (v < 0 || (v == 0 && r->centimetres)) /* a reference's; a prediction may be 0 */
		doubt(r->doubts, v < 0 ? SCORE_NEGATIVE : SCORE_ZERO, l->number, 1);
	r->smallest = v < r->smallest ? v : r->smallest;
	r->largest = v > r->largest ? v : r->largest;
	return r->centimetres ? v / 100 : v;
}

/* Through angles, as the official scorer does, so that the length does not matter. */
static void cartesian(Reader *r, Line *l, double v[3])
{
	for (int k = 0; k < 3; k++)
		v[k] = real(r, l, 3 + k, k == 0 ? "x" : k == 1 ? "y" : "z", -1e9, 1e9);
	if (!l->bad && v[0] == 0 && v[1] == 0 && v[2] == 0)
		complain(r, l, 3, "x, y and z are all 0: no direction");
	polar(v, atan2(v[1], v[0]) / degree, atan2(v[2], hypot(v[0], v[1])) / degree);
}

/* Whether a row of six fields may be of another year's form. */
static void look_at_six(Reader *r, const Line *l, double x, double y)
{
	char text[FIELD_BYTES];
	const double z = strtod(field_text(l, 5, text), NULL);
	r->unit_vectors += fabs(sqrt(x * x + y * y + z * z) - 1) < 0.01;
	r->flags += z == 0 || z == 1;
}

static ScoreRow parse_row(Reader *r, Line *l)
{
	ScoreRow row = {.line = l->number, .order = r->rows.n, .metres = NAN};
	const int n = l->nfields, place = n == 4 ? 2 : 3;
	row.frame = whole(r, l, 0, "frame", 0, max_frame);
	row.class = (int)whole(r, l, 1, "class", 0, r->set->classes - 1);
	if (n > 4)
		row.source = whole(r, l, 2, "source", INT64_MIN, INT64_MAX);
	if (n == 7) {
		cartesian(r, l, row.v);
	} else {
		const double azimuth = real(r, l, place, "azimuth", -360, 360);
		const double elevation = real(r, l, place + 1, "elevation", -90, 90);
		polar(row.v, azimuth, elevation);
		if (!l->bad && fabs(azimuth) > 180)
			doubt(r->doubts, SCORE_AZIMUTH, l->number, 1);
		if (n == 6)
			look_at_six(r, l, azimuth, elevation);
	}
	if (n >= 6)
		row.metres = distance(r, l, n - 1);
	return row;
}

static bool push(ScoreRows *rows, const ScoreRow *row)
{
	if (rows->n == rows->cap) {
		const int64_t cap = rows->cap ? 2 * rows->cap : 256;
		ScoreRow *const at = realloc(rows->at, sizeof *at * (size_t)cap);
		if (!at)
			return false;
		rows->at = at;
		rows->cap = cap;
	}
	rows->at[rows->n++] = *row;
	return true;
}

/* False where memory lacks. */
static bool read_line(Reader *r, Line *l)
{
	split(l);
	if (l->nfields == 1 && l->field[0].n == 0)
		return true;
	if (l->nfields < MIN_FIELDS || l->nfields > MAX_FIELDS) {
		complain(r, l, -1, "%d field%s, need 4 to 7", l->nfields,
			 l->nfields == 1 ? "" : "s");
		return true;
	}
	if (r->nfields && r->nfields != l->nfields) {
		complain(r, l, -1, "%d fields, but line %lld has %d", l->nfields,
			 (long long)r->first, r->nfields);
		return true;
	}
	const ScoreRow row = parse_row(r, l);
	if (l->bad)
		return true;
	if (!r->nfields)
		r->first = l->number;
	r->nfields = l->nfields;
	return push(&r->rows, &row);
}

/* More rows of a class in one frame than can be paired are a mistake. */
static void check_crowds(Reader *r)
{
	const ScoreRow *const at = r->rows.at;
	for (int64_t i = SCORE_MAX_SAME; i < r->rows.n; i++) {
		const ScoreRow *const a = &at[i - SCORE_MAX_SAME];
		if (a->frame != at[i].frame || a->class != at[i].class)
			continue;
		if (++r->set->nerrors <= MAX_DIAGNOSTICS)
			log_line(r->set, "%s: error: more than %d rows of class %d in frame %lld",
				 r->path, SCORE_MAX_SAME, a->class, (long long)a->frame);
		return;
	}
}

/* At LF, CR LF or, as old Macintoshes have it, CR. */
static const char *line_end(const char *p, const char *end)
{
	while (p < end && *p != '\n' && *p != '\r')
		p++;
	return p;
}

/* What holds for all rows of a file, which are of six fields or more. */
static void doubt_whole(ScoreDoubts *d, const Reader *r)
{
	const int64_t n = r->rows.n;
	if (r->nfields == 6 && r->unit_vectors == n)
		doubt(d, SCORE_CARTESIAN, r->first, n);
	else if (r->nfields == 6 && r->flags == n && r->largest == 1)
		doubt(d, SCORE_ONSCREEN, r->first, n);
	else if (r->centimetres && r->largest > 0 && r->largest < 20)
		doubt(d, SCORE_METRES, r->first, n);
	else if (!r->centimetres && r->smallest > 20)
		doubt(d, SCORE_CENTIMETRES, r->first, n);
}

/* Rows are sorted by frame and class. Predictions number their sources or do not. */
static void doubt_repeats(ScoreDoubts *d, const Reader *r)
{
	const ScoreRow *const at = r->rows.at;
	if (!r->centimetres || r->nfields == 4)
		return;
	for (int64_t i = 1; i < r->rows.n; i++)
		for (int64_t k = i - 1;
		     k >= 0 && at[k].frame == at[i].frame && at[k].class == at[i].class; k--)
			if (at[k].source == at[i].source) {
				doubt(d, SCORE_REPEATED, at[i].line, 1);
				break;
			}
}

void score_doubts_add(ScoreDoubtsAll *all, const char *path, const ScoreDoubts *d)
{
	for (int k = 0; k < SCORE_DOUBTS; k++) {
		if (!d->rows[k])
			continue;
		if (!all->files[k]++) {
			all->line[k] = d->line[k];
			snprintf(all->path[k], sizeof all->path[k], "%s", path);
		}
		all->rows[k] += d->rows[k];
	}
}

const char *score_doubts_text(const ScoreDoubtsAll *all, int kind, char *out, size_t size)
{
	if (!all->files[kind])
		return NULL;
	snprintf(out, size, "%s:%lld:1: warning: %s (%lld row%s in %lld file%s)", all->path[kind],
		 (long long)all->line[kind], doubts[kind], (long long)all->rows[kind],
		 all->rows[kind] == 1 ? "" : "s", (long long)all->files[kind],
		 all->files[kind] == 1 ? "" : "s");
	return out;
}

RtStatus score_read_rows(ScoreSet *s, ScoreRows *out, const char *path, bool centimetres,
			 ScoreDoubts *found, RtError *err)
{
	*found = (ScoreDoubts){0};
	RtBytes b;
	const RtStatus opened = rt_bytes_open(&b, path, err);
	if (opened == RT_INPUT) {
		s->nbad++;
		if (++s->nerrors <= MAX_DIAGNOSTICS)
			log_line(s, "error: %s", err->text);
	}
	if (opened)
		return opened == RT_INPUT ? RT_OK : opened;
	Reader r = {.set = s,
		    .path = path,
		    .centimetres = centimetres,
		    .doubts = found,
		    .smallest = INFINITY};
	const char *p = (const char *)b.at, *const end = p + b.n;
	const int before = s->nerrors;
	p += b.n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0 ? 3 : 0; /* byte order mark of UTF-8 */
	bool ok = true;
	for (int64_t number = 1; ok && p < end; number++) {
		const char *const stop = line_end(p, end);
		Line l = {.path = path, .number = number, .at = p};
		l.n = stop - p > 1 << 20 ? 1 << 20 : (int)(stop - p);
		for (int n; (n = space_before(l.at, l.at + l.n)); l.n -= n)
			;
		ok = read_line(&r, &l);
		p = stop + 1 + (end - stop > 1 && stop[0] == '\r' && stop[1] == '\n');
	}
	rt_bytes_release(&b);
	doubt_whole(found, &r);
	score_sort(&r.rows);
	check_crowds(&r);
	doubt_repeats(found, &r);
	s->nbad += s->nerrors > before;
	*out = r.rows;
	return ok ? RT_OK : rt_no_memory(err);
}

/* ---- sets -------------------------------------------------------------------------------- */

static char *stem_of(const char *path)
{
	const char *const name = rt_base_name(path);
	return strndup(name, strlen(name) - 4);
}

static ScoreFile *find_file(const ScoreSet *s, const char *stem)
{
	int low = 0, high = s->n;
	while (low < high) {
		const int middle = (low + high) / 2, order = strcmp(stem, s->at[middle].stem);
		if (order == 0)
			return &s->at[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

static bool same_name(ScoreSet *s, const char *first, const char *second)
{
	if (!rt_same_stem(first, second))
		return false;
	s->nbad++;
	if (++s->nerrors <= MAX_DIAGNOSTICS)
		log_line(s, "%s: error: same name as '%s'", second, first);
	return true;
}

static int by_stem(const void *pa, const void *pb)
{
	return strcmp(((const ScoreFile *)pa)->stem, ((const ScoreFile *)pb)->stem);
}

static RtStatus add_reference(ScoreSet *s, const char *path, RtError *err)
{
	ScoreFile *const f = &s->at[s->n++];
	*f = (ScoreFile){.stem = stem_of(path), .ref_path = strdup(path)};
	if (!f->stem || !f->ref_path)
		return rt_no_memory(err);
	const int before = s->nerrors;
	ScoreDoubts found;
	const RtStatus status = score_read_rows(s, &f->ref, path, true, &found, err);
	score_doubts_add(&s->doubts, path, &found);
	if (!status && f->ref.n == 0 && s->nerrors == before)
		warn(s, "%s: warning: no events: no frame of this recording is scored", path);
	return status;
}

static RtStatus read_references(ScoreSet *s, const RtPaths *p, RtError *err)
{
	s->at = rt_alloc((uint64_t)p->n, sizeof *s->at);
	RtStatus status = s->at ? RT_OK : rt_no_memory(err);
	RtProgress progress;
	rt_progress_open(&progress, s->quiet);
	for (int i = 0; !status && i < p->n; i++) {
		rt_progress_show(&progress, "references", i, p->n);
		if (i == 0 || !same_name(s, p->at[i - 1], p->at[i]))
			status = add_reference(s, p->at[i], err);
	}
	rt_progress_clear(&progress);
	if (!status)
		qsort(s->at, (size_t)s->n, sizeof *s->at, by_stem);
	return status;
}

static RtStatus add_prediction(ScoreSet *s, const char *path, int *matched, RtError *err)
{
	char *const stem = stem_of(path);
	if (!stem)
		return rt_no_memory(err);
	ScoreFile *const f = find_file(s, stem);
	free(stem);
	ScoreRows rows = {0};
	ScoreDoubts found;
	const RtStatus status = score_read_rows(s, f ? &f->pred : &rows, path, false, &found, err);
	free(rows.at);
	if (f)
		score_doubts_add(&s->doubts, path, &found);
	if (!f) {
		warn(s, "%s: warning: no reference of this name, left out", path);
		return status;
	}
	++*matched;
	f->pred_path = strdup(path);
	return status || f->pred_path ? status : rt_no_memory(err);
}

static RtStatus read_predictions(ScoreSet *s, const RtPaths *p, int *matched, RtError *err)
{
	RtStatus status = RT_OK;
	RtProgress progress;
	rt_progress_open(&progress, s->quiet);
	for (int i = 0; !status && i < p->n; i++) {
		rt_progress_show(&progress, "predictions", i, p->n);
		if (i == 0 || !same_name(s, p->at[i - 1], p->at[i]))
			status = add_prediction(s, p->at[i], matched, err);
	}
	rt_progress_clear(&progress);
	return status;
}

/* Files without predictions, and what their distances allow. */
static void warn_missing(ScoreSet *s)
{
	int far = 0, near = 0;
	for (int i = 0; i < s->n; i++) {
		const ScoreFile *const f = &s->at[i];
		if (!f->pred_path)
			warn(s,
			     "%s: warning: no predictions of this name: all its events count as "
			     "missed",
			     f->ref_path);
		far += f->ref.n && isnan(f->ref.at[0].metres);
		near += f->pred.n && isnan(f->pred.at[0].metres);
	}
	if (far || near)
		warn(s,
		     "warning: without distances: %d reference and %d prediction files; there the "
		     "direction alone decides, and RDE leaves them out",
		     far, near);
}

static RtStatus summarise(ScoreSet *s, RtError *err)
{
	char text[SCORE_DOUBT_TEXT];
	for (int k = 0; k < SCORE_DOUBTS && !s->quiet; k++)
		if (score_doubts_text(&s->doubts, k, text, sizeof text))
			log_line(s, "%s", text);
	if (s->nwarnings > MAX_DIAGNOSTICS)
		log_line(s, "warning: %d more warnings are not shown",
			 s->nwarnings - MAX_DIAGNOSTICS);
	if (!s->nerrors)
		return RT_OK;
	if (s->nerrors > MAX_DIAGNOSTICS)
		log_line(s, "error: %d more errors are not shown", s->nerrors - MAX_DIAGNOSTICS);
	return rt_fail(err, RT_INPUT, "%d error%s in %d file%s", s->nerrors,
		       s->nerrors == 1 ? "" : "s", s->nbad, s->nbad == 1 ? "" : "s");
}

static RtStatus open_predictions(ScoreSet *s, const char *preds, RtError *err)
{
	RtPaths p;
	int matched = 0;
	RtStatus status = rt_find_files(preds, ".csv", &p, NULL, err);
	if (!status)
		status = read_predictions(s, &p, &matched, err);
	if (!status && !matched && !s->nerrors)
		status =
		    rt_fail(err, RT_INPUT, "%s: none of its %d files has the name of a reference",
			    preds, p.n);
	if (!status)
		warn_missing(s);
	rt_paths_release(&p);
	return status;
}

RtStatus score_open(ScoreSet *s, const char *refs, const char *preds, int classes, RtError *err)
{
	*s = (ScoreSet){.classes = classes, .quiet = s->quiet};
	if (classes < 1 || classes > SCORE_MAX_CLASSES)
		return rt_fail(err, RT_BUG, "%d classes, at most %d can be scored", classes,
			       SCORE_MAX_CLASSES);
	RtPaths p;
	RtStatus status = rt_find_files(refs, ".csv", &p, NULL, err);
	if (!status)
		status = read_references(s, &p, err);
	rt_paths_release(&p);
	if (!status && preds)
		status = open_predictions(s, preds, err);
	return status ? status : summarise(s, err);
}

RtStatus score_set_events(ScoreSet *s, const char *stem, const RtEvents *e, RtError *err)
{
	ScoreFile *const f = find_file(s, stem);
	if (!f)
		return rt_fail(err, RT_INPUT, "%s: no reference of this name", stem);
	f->pred.n = 0;
	for (int64_t i = 0; i < e->n; i++) {
		const RtEvent *const v = &e->at[i];
		ScoreRow row = {
		    .frame = v->frame, .order = i, .class = v->class, .metres = v->metres};
		polar(row.v, v->azimuth, v->elevation);
		if (!push(&f->pred, &row))
			return rt_no_memory(err);
	}
	score_sort(&f->pred);
	return RT_OK;
}

void score_release(ScoreSet *s)
{
	for (int i = 0; i < s->n; i++) {
		free(s->at[i].stem);
		free(s->at[i].ref_path);
		free(s->at[i].pred_path);
		free(s->at[i].ref.at);
		free(s->at[i].pred.at);
	}
	free(s->at);
	free(s->log);
	*s = (ScoreSet){0};
}
