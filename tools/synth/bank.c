/* bank.c: recordings of single sounds, one folder for each class, all in memory: mono, 24 kHz,
 * RMS 1. Every file is read before anything is made; all bad ones are named. */
#define _XOPEN_SOURCE 700
#include "synth.h"

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <samplerate.h>
#include <sndfile.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

enum { MAX_BAD = 20, MAX_COLUMNS = 32 };
static const int64_t max_samples = INT64_C(600) * SYNTH_RATE; /* of a clip, at any rate and width */

const char *const synth_classes[SYNTH_CLASSES] = {
    "female_speech",   "male_speech", "clapping", "telephone", "laughter",
    "domestic_sounds", "footsteps",   "door",     "music",     "musical_instrument",
    "water_tap",       "bell",        "knock",
};

/* ---- bank -------------------------------------------------------------------------------- */

RtStatus bank_add(Bank *b, int class, const char *name, float *x, int64_t n, RtError *err)
{
	double power = 0;
	for (int64_t i = 0; i < n; i++)
		power += (double)x[i] * x[i];
	const float scale = (float)(1 / sqrt(power / (double)n + 1e-20));
	for (int64_t i = 0; i < n; i++)
		x[i] *= scale;
	if (b->n == b->cap) {
		const int cap = b->cap ? 2 * b->cap : 64;
		Clip *const at = realloc(b->at, sizeof *at * (size_t)cap);
		if (!at) {
			free(x);
			return rt_no_memory(err);
		}
		b->at = at;
		b->cap = cap;
	}
	char *const own = strdup(name);
	if (!own) {
		free(x);
		return rt_no_memory(err);
	}
	b->at[b->n++] = (Clip){class, x, n, own};
	return RT_OK;
}

static int by_class(const void *pa, const void *pb)
{
	const Clip *const a = pa, *const b = pb;
	return a->class != b->class ? a->class - b->class : strcmp(a->name, b->name);
}

void bank_sort(Bank *b)
{
	if (b->n)
		qsort(b->at, (size_t)b->n, sizeof *b->at, by_class);
	for (int c = 0, i = 0; c <= SYNTH_CLASSES; c++) {
		while (i < b->n && b->at[i].class < c)
			i++;
		b->first[c] = i;
	}
}

void bank_release(Bank *b)
{
	for (int i = 0; i < b->n; i++) {
		free(b->at[i].x);
		free(b->at[i].name);
	}
	free(b->at);
	*b = (Bank){0};
}

/* ---- one recording ----------------------------------------------------------------------- */

/* Mean of the channels. */
static RtStatus read_mono(SNDFILE *f, const SF_INFO *info, const char *path, float **out,
			  RtError *err)
{
	const int64_t n = info->frames;
	float *const all = rt_alloc((uint64_t)n * (uint64_t)info->channels, sizeof *all);
	float *const x = *out = rt_alloc((uint64_t)n, sizeof *x);
	RtStatus s = all && x ? RT_OK : rt_no_memory(err);
	if (!s && sf_readf_float(f, all, n) != n)
		s = rt_fail(err, RT_INPUT, "%s: damaged or truncated", path);
	for (int64_t i = 0; !s && i < n; i++) {
		for (int c = 0; c < info->channels; c++)
			x[i] += all[i * info->channels + c] / (float)info->channels;
		if (!isfinite(x[i]))
			s = rt_fail(err, RT_INPUT, "%s: sample %lld is not finite", path,
				    (long long)i);
	}
	free(all);
	return s;
}

static RtStatus resample(float **x, int64_t *n, int rate, const char *path, RtError *err)
{
	const int64_t want = *n * SYNTH_RATE / rate + 1;
	float *const out = rt_alloc((uint64_t)want, sizeof *out);
	if (!out)
		return rt_no_memory(err);
	SRC_DATA d = {.data_in = *x,
		      .data_out = out,
		      .input_frames = (long)*n,
		      .output_frames = (long)want,
		      .src_ratio = (double)SYNTH_RATE / rate};
	const int failed = src_simple(&d, SRC_SINC_MEDIUM_QUALITY, 1);
	free(*x);
	*x = out;
	*n = d.output_frames_gen;
	if (failed || *n < 1)
		return rt_fail(err, RT_INPUT, "%s: cannot be resampled from %d Hz", path, rate);
	return RT_OK;
}

static RtStatus check_sound(const float *x, int64_t n, const char *path, RtError *err)
{
	for (int64_t i = 0; i < n; i++)
		if (fabsf(x[i]) > 1e-4f)
			return RT_OK;
	return rt_fail(err, RT_INPUT, "%s: nothing but silence", path);
}

static RtStatus read_clip(const char *path, float **x, int64_t *n, RtError *err)
{
	SF_INFO info = {0};
	SNDFILE *const f = sf_open(path, SFM_READ, &info);
	*x = NULL;
	if (!f)
		return rt_fail(err, RT_INPUT, "%s: %s", path, sf_strerror(NULL));
	RtStatus s = RT_OK;
	if (info.frames < 1)
		s = rt_fail(err, RT_INPUT, "%s: no samples", path);
	else if (info.frames > max_samples / info.channels || info.samplerate < 4000)
		s = rt_fail(err, RT_INPUT,
			    "%s: %lld samples, %d channels, %d Hz: not a single sound", path,
			    (long long)info.frames, info.channels, info.samplerate);
	else
		s = read_mono(f, &info, path, x, err);
	sf_close(f);
	*n = info.frames;
	if (!s && info.samplerate != SYNTH_RATE)
		s = resample(x, n, info.samplerate, path, err);
	return s ? s : check_sound(*x, *n, path, err);
}

/* ---- folders ----------------------------------------------------------------------------- */

/* events.csv: which files belong to the split. Empty: all. */
typedef struct Split {
	char **files;
	int n;
	bool known;
} Split;

typedef struct Loader {
	const char *want; /* the split */
	Bank *bank;
	const char *dir;
	Split split;
	RtError *bad; /* messages of all bad files */
	int nbad;
} Loader;

static void note_bad(Loader *l, const RtError *err)
{
	if (++l->nbad <= MAX_BAD)
		rt_error_append(l->bad, "%s%s", l->nbad > 1 ? "\n  " : "", err->text);
}

/* Splits a CSV line in place; quotes as in RFC 4180. */
static int csv_fields(char *line, char *field[MAX_COLUMNS])
{
	int n = 0;
	for (char *p = line; n < MAX_COLUMNS;) {
		char *to = field[n++] = p;
		bool quoted = false;
		for (; *p && (quoted || *p != ','); p++) {
			if (*p == '"' && quoted && p[1] == '"')
				*to++ = *p++;
			else if (*p == '"')
				quoted = !quoted;
			else
				*to++ = *p;
		}
		const bool more = *p == ',';
		*to = '\0';
		if (!more)
			break;
		p++;
	}
	return n;
}

static int column(char *const *field, int n, const char *name)
{
	for (int i = 0; i < n; i++)
		if (strcmp(field[i], name) == 0)
			return i;
	return -1;
}

static RtStatus split_rows(Split *s, FILE *f, const char *path, const char *want, RtError *err)
{
	char line[4096], *field[MAX_COLUMNS];
	int file = -1, split = -1, cap = 0;
	for (int number = 1; fgets(line, sizeof line, f); number++) {
		line[strcspn(line, "\r\n")] = '\0';
		const int n = csv_fields(line, field);
		if (number == 1) {
			file = column(field, n, "file");
			split = column(field, n, "split");
			s->known = file >= 0 && split >= 0;
			if (!s->known)
				return RT_OK;
			continue;
		}
		if (!*line)
			continue;
		if (n <= file || n <= split)
			return rt_fail(err, RT_INPUT, "%s:%d: error: %d fields, too few", path,
				       number, n);
		if (strcmp(field[split], want) != 0)
			continue;
		if (s->n == cap) {
			cap = cap ? 2 * cap : 64;
			char **const files = realloc(s->files, sizeof *files * (size_t)cap);
			if (!files)
				return rt_no_memory(err);
			s->files = files;
		}
		if (!(s->files[s->n++] = strdup(field[file])))
			return rt_no_memory(err);
	}
	if (s->known && s->n == 0)
		return rt_fail(err, RT_INPUT, "%s: no file of split '%s'", path, want);
	return RT_OK;
}

static RtStatus split_open(Split *s, const char *dir, const char *want, RtError *err)
{
	char path[4096];
	snprintf(path, sizeof path, "%s/events.csv", dir);
	FILE *const f = fopen(path, "r");
	if (!f && errno != ENOENT)
		return rt_fail_errno(err, path, errno);
	if (!f)
		return RT_OK;
	const RtStatus status = split_rows(s, f, path, want, err);
	fclose(f);
	return status;
}

static bool split_has(const Split *s, const char *file)
{
	for (int i = 0; i < s->n; i++)
		if (strcmp(s->files[i], file) == 0)
			return true;
	return !s->known;
}

static bool is_sound(const char *name)
{
	const char *const dot = strrchr(name, '.');
	return dot && (!strcasecmp(dot, ".wav") || !strcasecmp(dot, ".flac"));
}

static RtStatus load_file(Loader *l, int class, const char *path, const char *name, RtError *err)
{
	float *x = NULL;
	int64_t n = 0;
	const RtStatus s = read_clip(path, &x, &n, err);
	if (s == RT_OK)
		return bank_add(l->bank, class, name, x, n, err);
	free(x);
	if (s != RT_INPUT)
		return s;
	note_bad(l, err);
	return RT_OK;
}

enum { MOST_FOLDERS = 16 /* one in the other */ };

static RtStatus load_below(Loader *l, int class, const char *folder, int depth, RtError *err);

/* Folders that divide a class into train and test, as DCASE's generators lay sounds out, hold those
 * of their split alone. */
static bool is_other_split(const Loader *l, const char *name, int depth)
{
	const bool split = !strcmp(name, "train") || !strcmp(name, "test");
	return depth == 0 && split && strcmp(name, l->want) != 0;
}

static RtStatus load_entry(Loader *l, int class, const char *folder, const char *entry, int depth,
			   RtError *err)
{
	char path[4096], name[2048];
	struct stat st;
	snprintf(name, sizeof name, "%s/%s", folder, entry);
	snprintf(path, sizeof path, "%s/%s", l->dir, name);
	if (entry[0] == '.' || stat(path, &st))
		return RT_OK;
	if (S_ISDIR(st.st_mode))
		return is_other_split(l, entry, depth) ? RT_OK
						       : load_below(l, class, name, depth + 1, err);
	const bool wanted = is_sound(entry) && split_has(&l->split, name);
	return wanted ? load_file(l, class, path, name, err) : RT_OK;
}

static RtStatus load_below(Loader *l, int class, const char *folder, int depth, RtError *err)
{
	char path[4096];
	snprintf(path, sizeof path, "%s/%s", l->dir, folder);
	if (depth > MOST_FOLDERS)
		return rt_fail(err, RT_INPUT, "%s: more than %d folders deep", path, MOST_FOLDERS);
	DIR *const d = opendir(path);
	if (!d)
		return rt_fail_errno(err, path, errno);
	RtStatus s = RT_OK;
	for (const struct dirent *e; !s && (e = readdir(d));)
		s = load_entry(l, class, folder, e->d_name, depth, err);
	closedir(d);
	return s;
}

/* By name, or by number; -1: not a class. */
static int class_of(const char *folder)
{
	char *end;
	for (int c = 0; c < SYNTH_CLASSES; c++)
		if (strcmp(folder, synth_classes[c]) == 0)
			return c;
	const long n = strtol(folder, &end, 10);
	return end != folder && !*end && n >= 0 && n < SYNTH_CLASSES ? (int)n : -1;
}

static void warn_folder(const char *path)
{
	RtError text;
	rt_fail(&text, RT_OK, "%s: not the name or number of a class", path);
	rt_say_warning(&(RtOptions){.program = "seldc synth"}, text.text);
}

static RtStatus load_folders(Loader *l, bool quiet, RtError *err)
{
	DIR *const d = opendir(l->dir);
	if (!d)
		return rt_fail_errno(err, l->dir, errno);
	RtStatus s = RT_OK;
	for (const struct dirent *e; !s && (e = readdir(d));) {
		char path[4096];
		struct stat st;
		snprintf(path, sizeof path, "%s/%s", l->dir, e->d_name);
		if (e->d_name[0] == '.' || stat(path, &st) || !S_ISDIR(st.st_mode))
			continue;
		const int class = class_of(e->d_name);
		if (class >= 0)
			s = load_below(l, class, e->d_name, 0, err);
		else if (!quiet)
			warn_folder(path);
	}
	closedir(d);
	return s;
}

static void warn_classes(const Bank *b)
{
	for (int c = 0; c < SYNTH_CLASSES; c++)
		if (b->first[c] == b->first[c + 1])
			fprintf(stderr, "seldc synth: warning: no sounds of class %d (%s)\n", c,
				synth_classes[c]);
}

RtStatus bank_open(Bank *b, const char *dir, const char *split, bool quiet, RtError *err)
{
	Loader l = {.bank = b, .dir = dir, .want = split, .bad = rt_alloc(1, sizeof(RtError))};
	*b = (Bank){0};
	RtStatus s = l.bad ? split_open(&l.split, dir, split, err) : rt_no_memory(err);
	if (!s)
		s = load_folders(&l, quiet, err);
	if (!s && l.nbad)
		s = rt_fail(err, RT_INPUT, "%s\n  %d bad file%s in %s", l.bad->text, l.nbad,
			    l.nbad == 1 ? "" : "s", dir);
	if (!s && b->n == 0)
		s = rt_fail(err, RT_INPUT,
			    "%s: no folder named as a class (such as '%s' or '0') with "
			    ".wav or .flac files below it",
			    dir, synth_classes[0]);
	bank_sort(b);
	if (!s && !quiet)
		warn_classes(b);
	for (int i = 0; i < l.split.n; i++)
		free(l.split.files[i]);
	free(l.split.files);
	free(l.bad);
	return s;
}
