/* dataset.c: recordings and annotations in DCASE layout. Every file is read and checked, all that
 * is wrong is reported, before anything is done with the data. Audio stays in memory as 16 bits. */
#define _DEFAULT_SOURCE /* sysconf's processors */
#include "runtime/train/train.h"

#include <math.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_LINES = 20 /* about one file */, SLACK_FRAMES = 10 };

/* ---- reports ----------------------------------------------------------------------------- */

typedef struct Notes {
	RtRecording *r;
	RtOut text;
} Notes;

static void complain(Notes *n, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void complain(Notes *n, const char *fmt, ...)
{
	if (++n->r->nerrors > MAX_LINES)
		return;
	va_list ap;
	va_start(ap, fmt);
	rt_out_vprint(&n->text, fmt, ap);
	va_end(ap);
	rt_out_puts(&n->text, "\n");
}

/* ---- one recording ------------------------------------------------------------------------ */

/* Samples in 16 bits, where all are multiples of 1/32768 within them; -0 is none. */
static bool narrow(const float *x, size_t n, int16_t *out)
{
	for (size_t i = 0; i < n; i++) {
		const float scaled = x[i] * 32768;
		if (!(scaled >= INT16_MIN && scaled <= INT16_MAX))
			return false;
		out[i] = (int16_t)scaled;
		const float back = (float)out[i] / 32768;
		if (memcmp(&back, &x[i], sizeof back) != 0)
			return false;
	}
	return true;
}

static void drop_samples(RtRecording *r)
{
	free(r->x);
	free(r->wide);
	r->x = NULL;
	r->wide = NULL;
}

/* Takes the clip's samples where 16 bits do not hold them. */
static bool keep_samples(RtRecording *r, RtClip *c, bool keep)
{
	const size_t n = (size_t)(c->frames * c->channels);
	r->samples = c->frames;
	r->x = rt_alloc(n, sizeof *r->x);
	if (!r->x)
		return false;
	if (narrow(c->x, n, r->x)) {
		r->hash = rt_hash(r->hash, r->x, n * sizeof *r->x);
	} else {
		drop_samples(r);
		r->wide = c->x;
		c->x = NULL;
		r->hash = rt_hash(r->hash, r->wide, n * sizeof *r->wide);
	}
	if (!keep)
		drop_samples(r);
	return true;
}

bool rt_recording_kept(const RtRecording *r)
{
	return r->x || r->wide;
}

/* Reports what is wrong with a file; lack of memory or the like ends the reading of all. */
static RtStatus tell(Notes *notes, RtStatus s, const char *where, RtError *err)
{
	if (s == RT_INPUT)
		complain(notes, "error: %s%s%s", where, *where ? ": " : "", err->text);
	return s == RT_INPUT ? RT_OK : s;
}

static bool is_wanted(const RtDataset *d, const RtRecording *r)
{
	return r->fold >= 0 && r->fold < RT_FOLDS && d->folds >> r->fold & 1;
}

static RtStatus load_audio(const RtDataset *d, RtRecording *r, Notes *notes, RtError *err)
{
	RtClip c;
	RtStatus s = rt_clip_open(&c, r->wav, &d->model->audio, err);
	if (s)
		return tell(notes, s, "", err);
	for (int i = 0; i < c.notes.n && !d->quiet; i++)
		rt_out_print(&notes->text, "%s: %s: %s\n", c.notes.at[i].kind, r->wav,
			     c.notes.at[i].text);
	const bool keep = is_wanted(d, r);
	s = keep_samples(r, &c, keep) ? RT_OK : rt_no_memory(err);
	rt_clip_release(&c);
	return s;
}

static int by_frame(const void *pa, const void *pb)
{
	const ScoreRow *const a = pa, *const b = pb;
	if (a->frame != b->frame)
		return a->frame < b->frame ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

/* A few frames beyond the end occur in real annotations; they are left out. */
static void check_ends(const RtDataset *d, const RtRecording *r, Notes *notes)
{
	const int64_t frames = rt_label_frames(&d->model->audio, r->samples);
	bool warned = d->quiet;
	for (int64_t i = 0; i < r->rows.n; i++) {
		const ScoreRow *const row = &r->rows.at[i];
		if (row->frame < frames)
			continue;
		if (row->frame >= frames + SLACK_FRAMES)
			complain(
			    notes,
			    "%s:%lld:1: error: frame %lld, but the recording ends after frame %lld",
			    r->csv, (long long)row->line, (long long)row->frame,
			    (long long)frames - 1);
		else if (!warned)
			rt_out_print(
			    &notes->text,
			    "%s:%lld:1: warning: frame %lld is beyond the end of the recording, "
			    "left out\n",
			    r->csv, (long long)row->line, (long long)row->frame);
		warned = warned || row->frame < frames + SLACK_FRAMES;
	}
}

static void count_crowds(const RtDataset *d, RtRecording *r)
{
	const ScoreRow *const at = r->rows.at;
	for (int64_t i = 0, n; d->trains && i < r->rows.n; i += n) {
		for (n = 1; i + n < r->rows.n && at[i + n].frame == at[i].frame;)
			n++;
		const int64_t dropped = rt_target_dropped(d->model, at + i, n);
		if (dropped && !r->crowded)
			r->crowd_line = at[i].line;
		r->crowded += dropped > 0;
		r->dropped += dropped;
	}
}

static void hash_rows(RtRecording *r)
{
	for (int64_t i = 0; i < r->rows.n; i++) {
		const ScoreRow *const row = &r->rows.at[i];
		const double v[6] = {(double)row->frame, row->class,
				     row->v[0],          row->v[1],
				     row->v[2],          isnan(row->metres) ? -1 : row->metres};
		r->hash = rt_hash(r->hash, v, sizeof v);
	}
}

static RtStatus load_rows(const RtDataset *d, RtRecording *r, Notes *notes, RtError *err)
{
	ScoreSet set = {.classes = d->model->decode.classes, .quiet = d->quiet};
	const RtStatus s = tell(
	    notes, score_read_rows(&set, &r->rows, r->csv, true, &r->doubts, err), r->csv, err);
	rt_out_write(&notes->text, set.log, set.log_n);
	r->nerrors += set.nerrors;
	score_release(&set);
	if (s || r->nerrors)
		return s;
	if (r->rows.n)
		qsort(r->rows.at, (size_t)r->rows.n, sizeof *r->rows.at, by_frame);
	if (d->distances && r->rows.n && isnan(r->rows.at[0].metres))
		complain(notes, "%s:%lld:1: error: no distances, which the loss needs", r->csv,
			 (long long)r->rows.at[0].line);
	check_ends(d, r, notes);
	count_crowds(d, r);
	hash_rows(r);
	return RT_OK;
}

static RtStatus load_both(const RtDataset *d, RtRecording *r, Notes *notes, RtError *err)
{
	RtStatus s = RT_OK;
	if (r->wav)
		s = load_audio(d, r, notes, err);
	else
		complain(notes, "error: %s: no recording of this name below foa_dev", r->csv);
	if (!s && r->csv)
		s = load_rows(d, r, notes, err);
	else if (!s)
		complain(notes, "error: %s: no annotation of this name below metadata_dev", r->wav);
	return s;
}

/* What is wrong with the files goes to r->said; the status is that of the machine. */
static RtStatus load(const RtDataset *d, RtRecording *r, RtError *err)
{
	Notes notes = {.r = r};
	const char *const path = r->wav ? r->wav : r->csv;
	RtStatus s = RT_OK;
	rt_out_memory(&notes.text);
	r->hash = rt_hash(0, r->stem, strlen(r->stem));
	if (r->twin)
		complain(&notes, "error: %s: same name as '%s'", path, r->twin);
	else
		s = load_both(d, r, &notes, err);
	if (r->fold < 0)
		complain(&notes, "error: %s: the name does not begin with 'fold' and a number",
			 path);
	else if (r->fold >= RT_FOLDS)
		complain(&notes, "error: %s: folds have numbers from 0 to %d", path, RT_FOLDS - 1);
	if (r->nerrors > MAX_LINES)
		rt_out_print(&notes.text, "error: %s: %d errors in all\n", path, r->nerrors);
	if (s) {
		rt_out_cancel(&notes.text);
		return s;
	}
	r->said = rt_out_take(&notes.text, NULL, err);
	return r->said ? RT_OK : RT_DEVICE;
}

/* ---- folders ------------------------------------------------------------------------------ */

static char *stem_of(const char *path)
{
	const char *const name = rt_base_name(path);
	return strndup(name, strlen(name) - 4);
}

static int fold_of(const char *stem)
{
	if (strncmp(stem, "fold", 4) != 0 || stem[4] < '0' || stem[4] > '9')
		return -1;
	const long fold = strtol(stem + 4, NULL, 10);
	return fold < RT_FOLDS ? (int)fold : RT_FOLDS;
}

static int by_stem(const void *a, const void *b)
{
	return strcmp(((const RtRecording *)a)->stem, ((const RtRecording *)b)->stem);
}

/* The file before p->at[i], which is sorted by name, if it has the same; NULL if not. */
static const char *twin_of(const RtPaths *p, int i)
{
	return i > 0 && rt_same_stem(p->at[i - 1], p->at[i]) ? p->at[i - 1] : NULL;
}

static RtStatus add(RtDataset *d, const char *path, bool is_csv, const char *twin, RtError *err)
{
	char *const stem = stem_of(path), *const copy = strdup(path);
	char *const other = twin ? strdup(twin) : NULL;
	if (!stem || !copy || (twin && !other)) {
		free(stem);
		free(copy);
		free(other);
		return rt_no_memory(err);
	}
	RtRecording *const r = &d->at[d->n++];
	*r = (RtRecording){.stem = stem, .twin = other, .fold = fold_of(stem)};
	*(is_csv ? &r->csv : &r->wav) = copy;
	return RT_OK;
}

/* Every recording, annotations without one, and files whose name another has. */
static RtStatus pair(RtDataset *d, const RtPaths *wavs, const RtPaths *csvs, RtError *err)
{
	d->at = rt_alloc((uint64_t)wavs->n + (uint64_t)csvs->n, sizeof *d->at);
	RtStatus s = d->at ? RT_OK : rt_no_memory(err);
	for (int i = 0; !s && i < wavs->n; i++)
		if (!twin_of(wavs, i))
			s = add(d, wavs->at[i], false, NULL, err);
	if (s)
		return s;
	qsort(d->at, (size_t)d->n, sizeof *d->at, by_stem);
	const int nwavs = d->n;
	for (int i = 0; !s && i < wavs->n; i++)
		if (twin_of(wavs, i))
			s = add(d, wavs->at[i], false, twin_of(wavs, i), err);
	for (int i = 0; !s && i < csvs->n; i++) {
		RtRecording key = {.stem = stem_of(csvs->at[i])};
		if (!key.stem)
			return rt_no_memory(err);
		RtRecording *const r = bsearch(&key, d->at, (size_t)nwavs, sizeof key, by_stem);
		free(key.stem);
		const char *const twin = twin_of(csvs, i);
		if (!r || twin)
			s = add(d, csvs->at[i], true, twin, err);
		else if (!(r->csv = strdup(csvs->at[i])))
			s = rt_no_memory(err);
	}
	qsort(d->at, (size_t)d->n, sizeof *d->at, by_stem);
	return s;
}

static RtStatus find(RtDataset *d, const char *root, const char *folder, const char *suffix,
		     RtPaths *p, RtError *err)
{
	char *const dir = rt_path_join(root, folder);
	if (!dir)
		return rt_no_memory(err);
	const RtStatus s = rt_find_files(dir, suffix, p, &d->others, err);
	free(dir);
	return s;
}

static RtStatus list(RtDataset *d, const char *root, RtError *err)
{
	RtPaths wavs = {0}, csvs = {0};
	RtStatus s = find(d, root, "foa_dev", ".wav", &wavs, err);
	if (!s)
		s = find(d, root, "metadata_dev", ".csv", &csvs, err);
	if (!s)
		s = pair(d, &wavs, &csvs, err);
	rt_paths_release(&wavs);
	rt_paths_release(&csvs);
	return s;
}

/* Threads take the next recording that nobody has taken, until one of them fails. */
typedef struct Crew {
	RtDataset *data;
	RtProgress progress;
	pthread_mutex_t lock;
	int next, done;
	RtStatus status;
	RtError *err; /* of the one that failed */
} Crew;

static void *work(void *p)
{
	Crew *const c = p;
	RtError *const err = rt_alloc(1, sizeof *err);
	pthread_mutex_lock(&c->lock);
	if (!err && !c->status)
		c->status = rt_no_memory(c->err);
	while (c->next < c->data->n && !c->status) {
		RtRecording *const r = &c->data->at[c->next++];
		pthread_mutex_unlock(&c->lock);
		const RtStatus s = load(c->data, r, err);
		pthread_mutex_lock(&c->lock);
		if (s && !c->status)
			c->status = rt_fail(c->err, s, "%s", err->text);
		rt_progress_show(&c->progress, "reading and checking recordings", ++c->done,
				 c->data->n);
	}
	pthread_mutex_unlock(&c->lock);
	free(err);
	return NULL;
}

/* This thread is one of the crew, so that the work is done even if no other can be started. */
static RtStatus load_all(RtDataset *d, int threads, RtError *err)
{
	enum { MOST = 64 };
	pthread_t other[MOST];
	int n = 0;
	const int all = rt_threads(threads);
	Crew c = {.data = d, .lock = PTHREAD_MUTEX_INITIALIZER, .err = err};
	rt_progress_open(&c.progress, d->quiet);
	while (n < MOST && n + 1 < all && n + 1 < d->n &&
	       !pthread_create(&other[n], NULL, work, &c))
		n++;
	work(&c);
	for (int i = 0; i < n; i++)
		pthread_join(other[i], NULL);
	rt_progress_clear(&c.progress);
	return c.status;
}

/* ---- what is left out, what is doubtful ---------------------------------------------------- */

RtUnused rt_dataset_unused(const RtDataset *d)
{
	RtUnused u = {0};
	for (int i = 0; i < d->n; i++)
		if (!is_wanted(d, &d->at[i]) && u.n++ < (int)RT_COUNT(u.first))
			u.first[u.n - 1] = d->at[i].stem;
	for (int i = 0; i < d->others.n; i++)
		if (u.n++ < (int)RT_COUNT(u.first))
			u.first[u.n - 1] = rt_base_name(d->others.at[i]);
	return u;
}

/* "warning: N WHAT: first, second, third, ..." */
static void list_names(RtOut *text, int64_t n, const char *what, const char *const first[3])
{
	rt_out_print(text, "warning: %lld %s: ", (long long)n, what);
	for (int i = 0; i < 3 && i < n; i++)
		rt_out_print(text, "%s%s", i ? ", " : "", first[i]);
	rt_out_puts(text, n > 3 ? ", ...\n" : "\n");
}

static void tell_unused(const RtDataset *d, RtOut *text)
{
	const char *first[3] = {NULL};
	int64_t n = 0;
	for (int i = 0; i < d->n; i++)
		if (!is_wanted(d, &d->at[i]) && n++ < 3)
			first[n - 1] = d->at[i].stem;
	char what[256];
	snprintf(what, sizeof what,
		 "of %d recordings are of folds that are neither trained on nor validated", d->n);
	if (n)
		list_names(text, n, what, first);
	for (int i = 0; i < 3 && i < d->others.n; i++)
		first[i] = rt_base_name(d->others.at[i]);
	if (d->others.n)
		list_names(
		    text, d->others.n,
		    "files are neither .wav below foa_dev nor .csv below metadata_dev and are "
		    "not used",
		    first);
}

static void tell_crowds(const RtDataset *d, RtOut *text)
{
	const RtRecording *first = NULL;
	int64_t frames = 0, dropped = 0;
	for (int i = 0; i < d->n; i++) {
		first = first || !d->at[i].crowded ? first : &d->at[i];
		frames += d->at[i].crowded;
		dropped += d->at[i].dropped;
	}
	if (first)
		rt_out_print(
		    text,
		    "%s:%lld:1: warning: more events in a frame than the targets hold: %lld "
		    "of %lld frame%s are left out\n",
		    first->csv, (long long)first->crowd_line, (long long)dropped, (long long)frames,
		    frames == 1 ? "" : "s");
}

/* Once a kind. */
static RtStatus tell_doubts(const RtDataset *d, RtOut *text, RtError *err)
{
	ScoreDoubtsAll *const all = rt_alloc(1, sizeof *all);
	char line[SCORE_DOUBT_TEXT];
	if (!all)
		return rt_no_memory(err);
	for (int i = 0; i < d->n; i++)
		if (d->at[i].csv)
			score_doubts_add(all, d->at[i].csv, &d->at[i].doubts);
	for (int k = 0; k < SCORE_DOUBTS; k++)
		if (score_doubts_text(all, k, line, sizeof line))
			rt_out_print(text, "%s\n", line);
	free(all);
	return RT_OK;
}

static RtStatus summarise(RtDataset *d, RtError *err)
{
	int bad = 0;
	RtOut text;
	RtStatus s = RT_OK;
	rt_out_memory(&text);
	for (int i = 0; i < d->n; i++) {
		bad += d->at[i].nerrors > 0;
		rt_out_puts(&text, d->at[i].said);
	}
	if (!d->quiet) {
		s = tell_doubts(d, &text, err);
		tell_crowds(d, &text);
	}
	if (!d->quiet && d->trains)
		tell_unused(d, &text);
	if (s) {
		rt_out_cancel(&text);
		return s;
	}
	d->report = rt_out_take(&text, NULL, err);
	if (!d->report)
		return RT_DEVICE;
	if (!bad)
		return RT_OK;
	return rt_fail(err, RT_INPUT, "%d of %d recording%s cannot be used", bad, d->n,
		       d->n == 1 ? "" : "s");
}

RtStatus rt_dataset_open(RtDataset *d, const RtModel *m, const char *root, int threads,
			 RtError *err)
{
	*d = (RtDataset){.model = m,
			 .folds = d->folds,
			 .distances = d->distances,
			 .trains = d->trains,
			 .quiet = d->quiet};
	RtStatus s = list(d, root, err);
	if (!s)
		s = load_all(d, threads, err);
	return s ? s : summarise(d, err);
}

uint64_t rt_dataset_hash(const RtDataset *d)
{
	uint64_t h = 0;
	for (int i = 0; i < d->n; i++)
		if (rt_recording_kept(&d->at[i]))
			h = rt_hash(h, &d->at[i].hash, sizeof d->at[i].hash);
	return h;
}

void rt_dataset_release(RtDataset *d)
{
	for (int i = 0; d->at && i < d->n; i++) {
		free(d->at[i].stem);
		free(d->at[i].wav);
		free(d->at[i].csv);
		free(d->at[i].twin);
		drop_samples(&d->at[i]);
		free(d->at[i].whole);
		free(d->at[i].rows.at);
		free(d->at[i].said);
	}
	free(d->at);
	free(d->report);
	rt_paths_release(&d->others);
	*d = (RtDataset){0};
}
