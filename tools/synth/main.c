/* main.c: `seldc synth`: the command line, and the loop over mixtures. A mixture is made by one
 * thread; which one makes no difference. */
#define _GNU_SOURCE
#include "synth.h"

#include "runtime/core/signals.h"

#include <dirent.h>
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#ifdef _OPENMP
#include <omp.h>
#endif

static const char usage_line[] =
    "usage: seldc synth -o DIR [--hours H] [--seed N] [--events DIR] [--split train|test]\n"
    "           [--annotations DIR]... [OPTION...]\n"
    "       seldc synth --response FILE.wav --room X,Y,Z --rt60 S --source AZ,EL,M\n";

static const char help_text[] =
    "\n"
    "Makes FOA mixtures (ACN order W, Y, Z, X; SN3D; 24 kHz, 16 bit) with their annotations:\n"
    "DIR/foa_dev/NAME/foldF_roomR_mixNNN.wav and DIR/metadata_dev/NAME/foldF_roomR_mixNNN.csv, "
    "rows\n"
    "frame,class,source,azimuth,elevation,distance (100 ms, degrees, centimetres). Sounds are "
    "placed\n"
    "in shoebox rooms by the image-source method, with a diffuse tail and ambience. The same seed "
    "and\n"
    "options give the same files, whatever the number of threads.\n"
    "\n"
    "  -o, --output DIR      where to write\n"
    "      --hours H         of audio in all (1)\n"
    "      --seed N          of all random numbers (0)\n"
    "      --events DIR      mono sounds, a folder for each class by name or number; events.csv "
    "there\n"
    "                        (columns file, split) tells which belong to the split.\n"
    "                        Without: sounds made by rule, tones and noises\n"
    "      --split SPLIT     train or test (train)\n"
    "      --annotations DIR place events as in these CSV files, cut into pieces of --length, "
    "instead\n"
    "                        of at random; below folders dev-train* and dev-test* only those of "
    "the\n"
    "                        split. Distances are drawn where the rows have none. Repeatable\n"
    "      --even P          share of annotated events whose class is drawn evenly instead (0)\n"
    "      --turn N          annotated scenes are turned about the vertical by up to N degrees "
    "(0)\n"
    "      --length S        seconds of a mixture (60)\n"
    "      --polyphony N     most events at once, where drawn (3)\n"
    "      --moving P        share of moving sources, where drawn (0.4)\n"
    "      --snr LOW:HIGH    dB, events to ambience on W (6:30)\n"
    "      --peak LOW:HIGH   dB of full scale, the loudest sample of a mixture (-12:-1)\n"
    "      --speed N         sounds are played faster or slower by up to N semitones (0)\n"
    "      --tone DB         and brighter or darker by up to DB, around 0.3 to 3 kHz (0)\n"
    "      --rt60 LOW:HIGH   seconds at 1 kHz (0.2:0.7); 0 for no reflections\n"
    "      --rooms N         different rooms, where drawn (12)\n"
    "      --fold F          fold in the names (1 for train, 4 for test, or that of the "
    "annotations)\n"
    "      --name NAME       folder (dev-SPLIT-synth)\n"
    "  -j, --threads N       (one for each processor that it may use)\n"
    "  -q, --quiet           no warnings and no progress\n"
    "\n"
    "      --response FILE   write the response of a room instead, as 32-bit float WAV\n"
    "      --room X,Y,Z      metres; --source AZ,EL,M: degrees and metres from the listener;\n"
    "      --receiver X,Y,Z  the listener, facing along x (the middle of the room)\n"
    "      --tilt T          an octave up, reverberation lasts 2^-T times as long (0)\n"
    "\n"
    "Exit status: 0 done, 1 bad input or a file that cannot be written, 2 wrong usage, 3 no "
    "memory.\n";

/* ---- command line ------------------------------------------------------------------------ */

enum {
	HOURS = 256,
	SEED,
	EVENTS,
	SPLIT,
	ANNOTATIONS,
	LENGTH,
	POLYPHONY,
	MOVING,
	SNR,
	PEAK,
	RT60,
	ROOMS,
	FOLD,
	NAME,
	RESPONSE,
	ROOM,
	SOURCE,
	RECEIVER,
	TILT,
	EVEN,
	TURN,
	SPEED,
	TONE
};

static const struct option longs[] = {
    {"output", required_argument, NULL, 'o'},
    {"hours", required_argument, NULL, HOURS},
    {"seed", required_argument, NULL, SEED},
    {"events", required_argument, NULL, EVENTS},
    {"split", required_argument, NULL, SPLIT},
    {"length", required_argument, NULL, LENGTH},
    {"annotations", required_argument, NULL, ANNOTATIONS},
    {"polyphony", required_argument, NULL, POLYPHONY},
    {"moving", required_argument, NULL, MOVING},
    {"snr", required_argument, NULL, SNR},
    {"peak", required_argument, NULL, PEAK},
    {"rt60", required_argument, NULL, RT60},
    {"rooms", required_argument, NULL, ROOMS},
    {"fold", required_argument, NULL, FOLD},
    {"name", required_argument, NULL, NAME},
    {"response", required_argument, NULL, RESPONSE},
    {"room", required_argument, NULL, ROOM},
    {"source", required_argument, NULL, SOURCE},
    {"receiver", required_argument, NULL, RECEIVER},
    {"tilt", required_argument, NULL, TILT},
    {"even", required_argument, NULL, EVEN},
    {"turn", required_argument, NULL, TURN},
    {"speed", required_argument, NULL, SPEED},
    {"tone", required_argument, NULL, TONE},
    {"threads", required_argument, NULL, 'j'},
    {"quiet", no_argument, NULL, 'q'},
    {"help", no_argument, NULL, 'h'},
    {0},
};

/* n numbers between `sep`; false unless the text is exactly that. */
static bool numbers(const char *text, char sep, int n, double *out)
{
	for (int i = 0; i < n; i++) {
		char *end;
		out[i] = strtod(text, &end);
		if (end == text || !isfinite(out[i]) || *end != (i + 1 < n ? sep : '\0'))
			return false;
		text = end + 1;
	}
	return true;
}

/* One number in a range. */
static bool number(const char *text, double low, double high, bool whole, double *out)
{
	return numbers(text, 0, 1, out) && *out >= low && *out <= high &&
	       (!whole || *out == floor(*out));
}

/* LOW:HIGH, or one number for both. */
static bool range(const char *text, double low, double high, double out[2])
{
	if (numbers(text, 0, 1, out))
		out[1] = out[0];
	else if (!numbers(text, ':', 2, out))
		return false;
	return out[0] >= low && out[1] <= high && out[0] <= out[1];
}

static bool seed(const char *text, uint64_t *out)
{
	char *end;
	*out = strtoull(text, &end, 10);
	return *text >= '0' && *text <= '9' && !*end;
}

static bool whole(const char *text, int low, int high, int *out)
{
	double v;
	if (!number(text, low, high, true, &v))
		return false;
	*out = (int)v;
	return true;
}

/* Characters that a folder's name may have. */
static bool plain_name(const char *s)
{
	return *s && *s != '.' && !strchr(s, '/');
}

/* Options that are numbers: where they go, and what is allowed. */
static const struct Numeric {
	int key;
	enum { REAL, WHOLE, SPAN } kind; /* SPAN: LOW:HIGH, or one number for both */
	double low, high;
	size_t offset; /* in SynthOptions */
} numerics[] = {
    {HOURS, REAL, 1e-4, 1e4, offsetof(SynthOptions, hours)},
    {LENGTH, REAL, 1, 3600, offsetof(SynthOptions, length)},
    {POLYPHONY, WHOLE, 1, 16, offsetof(SynthOptions, polyphony)},
    {MOVING, REAL, 0, 1, offsetof(SynthOptions, moving)},
    {SNR, SPAN, -60, 300, offsetof(SynthOptions, snr)},
    {PEAK, SPAN, -80, 0, offsetof(SynthOptions, peak)},
    {RT60, SPAN, 0, 1.5, offsetof(SynthOptions, rt60)},
    {ROOMS, WHOLE, 1, 100000, offsetof(SynthOptions, rooms)},
    {FOLD, WHOLE, 0, 31, offsetof(SynthOptions, fold)},
    {EVEN, REAL, 0, 1, offsetof(SynthOptions, even)},
    {TURN, REAL, 0, 180, offsetof(SynthOptions, turn)},
    {SPEED, REAL, 0, 12, offsetof(SynthOptions, speed)},
    {TONE, REAL, 0, 40, offsetof(SynthOptions, tone)},
    {TILT, REAL, -0.5, 0.5, offsetof(SynthOptions, tilt)},
    {'j', WHOLE, 1, 4096, offsetof(SynthOptions, threads)},
};

static const struct Numeric *find_numeric(int key)
{
	for (size_t i = 0; i < RT_COUNT(numerics); i++)
		if (numerics[i].key == key)
			return &numerics[i];
	return NULL;
}

static bool set_numeric(SynthOptions *o, const struct Numeric *n, const char *arg)
{
	void *const to = (char *)o + n->offset;
	if (n->kind == REAL)
		return number(arg, n->low, n->high, false, to);
	if (n->kind == WHOLE)
		return whole(arg, (int)n->low, (int)n->high, to);
	/* no reverberation, or one that can be made */
	return range(arg, n->low, n->high, to) &&
	       (n->key != RT60 || o->rt60[0] >= 0.05 || o->rt60[1] == 0);
}

/* What an option's argument has to be, for messages. */
static const char *wanted(int key, char out[128])
{
	static const char *const kinds[] = {"a number", "a whole number",
					    "one or two numbers, LOW:HIGH,"};
	const struct Numeric *const n = find_numeric(key);
	if (n)
		snprintf(out, 128, "%s from %g to %g%s", kinds[n->kind], n->low, n->high,
			 key == RT60 ? ", 0 or at least 0.05" : "");
	else
		snprintf(out, 128, "%s",
			 key == SEED          ? "a whole number from 0 to 18446744073709551615"
			 : key == SPLIT       ? "train or test"
			 : key == NAME        ? "a name that has no '/' and does not begin with '.'"
			 : key == ANNOTATIONS ? "a path, not more often than there is room for"
			 : key == ROOM        ? "three numbers X,Y,Z"
			 : key == SOURCE      ? "three numbers AZIMUTH,ELEVATION,METRES"
			 : key == RECEIVER    ? "three numbers X,Y,Z"
					      : "a path");
	return out;
}

/* False: the argument is wrong. */
static bool set_option(SynthOptions *o, int key, const char *arg)
{
	const struct Numeric *const n = find_numeric(key);
	if (n)
		return set_numeric(o, n, arg);
	switch (key) {
	case 'o':
		o->out = arg;
		return *arg;
	case 'q':
		o->quiet = true;
		return true;
	case SEED:
		return seed(arg, &o->seed);
	case EVENTS:
		o->events = arg;
		return *arg;
	case SPLIT:
		o->split = arg;
		return !strcmp(arg, "train") || !strcmp(arg, "test");
	case ANNOTATIONS:
		if (o->nannotations == (int)RT_COUNT(o->annotations))
			return false;
		o->annotations[o->nannotations++] = arg;
		return *arg;
	case NAME:
		o->name = arg;
		return plain_name(arg);
	case RESPONSE:
		o->response = arg;
		return *arg;
	case ROOM:
		return numbers(arg, ',', 3, o->room);
	case SOURCE:
		return numbers(arg, ',', 3, o->source);
	case RECEIVER:
		return o->has_receiver = numbers(arg, ',', 3, o->receiver);
	}
	return false;
}

static const char *long_name(int key)
{
	for (const struct option *l = longs; l->name; l++)
		if (l->val == key)
			return l->name;
	return "?";
}

/* -1: go on; else the exit status. */
static int parse(SynthOptions *o, int argc, char **argv)
{
	optind = 0; /* start afresh */
	for (int c; (c = getopt_long(argc, argv, "o:j:qh", longs, NULL)) != -1;) {
		if (c == 'h') {
			printf("%s%s", usage_line, help_text);
			return RT_OK;
		}
		if (c != '?' && set_option(o, c, optarg))
			continue;
		char want[128];
		if (c != '?')
			fprintf(stderr, "seldc synth: error: --%s: '%s' is not %s\n", long_name(c),
				optarg, wanted(c, want));
		fputs("seldc synth --help tells more\n", stderr);
		return RT_USAGE;
	}
	if (optind < argc) {
		fprintf(stderr, "seldc synth: error: unexpected argument '%s'\n", argv[optind]);
		return RT_USAGE;
	}
	if (o->out || o->response)
		return -1;
	fprintf(stderr, "seldc synth: error: where to? -o DIR is missing\n%s", usage_line);
	return RT_USAGE;
}

/* ---- one response ------------------------------------------------------------------------ */

static RtStatus check_room(const SynthOptions *o, const Listener *l, RtError *err)
{
	for (int a = 0; a < 3; a++) {
		if (!(o->room[a] >= 1 && o->room[a] <= 15))
			return rt_fail(err, RT_USAGE, "--room: %g is not in 1..15 metres",
				       o->room[a]);
		if (!(l->at[a] > 0 && l->at[a] < o->room[a]))
			return rt_fail(err, RT_USAGE, "--receiver: %g is outside the room",
				       l->at[a]);
	}
	return RT_OK;
}

static RtStatus check_source(const SynthOptions *o, const Room *r, const Listener *l, RtError *err)
{
	const double reach = room_reach(r, l, o->source[0], o->source[1]);
	if (!(o->source[2] >= 0.1))
		return rt_fail(err, RT_USAGE, "--source: %g m is nearer than 0.1 m", o->source[2]);
	if (o->source[2] > reach)
		return rt_fail(err, RT_USAGE, "--source: %g m is beyond the wall, at most %.2f m",
			       o->source[2], reach);
	return RT_OK;
}

static RtStatus write_response(const SynthOptions *o, const Room *r, const Listener *l,
			       const Kernels *k, RtError *err)
{
	const int taps = room_taps(r), n = taps - EARLY_PRE;
	float *const x = rt_alloc(SYNTH_CHANNELS * (uint64_t)taps, sizeof *x);
	float *const early = rt_alloc(SYNTH_CHANNELS * EARLY_TAPS, sizeof *early);
	RtStatus s = x && early ? room_tail(r, o->seed, "response", x, err) : rt_no_memory(err);
	if (!s) {
		const Place p = {o->source[0], o->source[1], o->source[2]};
		room_early(r, k, l, &p, early);
		for (int c = 0; c < SYNTH_CHANNELS; c++) {
			for (int i = 0; i < EARLY_TAPS; i++)
				x[c * taps + i] += early[c * EARLY_TAPS + i];
			memmove(x + c * n, x + c * taps + EARLY_PRE, sizeof *x * (size_t)n);
		}
		s = output_response(o->response, x, n, err);
	}
	free(x);
	free(early);
	return s;
}

static RtStatus make_response(const SynthOptions *o, const Kernels *k, RtError *err)
{
	static const double alike[6] = {1, 1, 1, 1, 1, 1};
	Listener l = {.at = {o->room[0] / 2, o->room[1] / 2, o->room[2] / 2}};
	if (o->has_receiver)
		memcpy(l.at, o->receiver, sizeof l.at);
	RtStatus s = check_room(o, &l, err);
	if (s)
		return s;
	Room r;
	room_set(&r, o->room, o->rt60[0], o->tilt, alike);
	s = check_source(o, &r, &l, err);
	return s ? s : write_response(o, &r, &l, k, err);
}

/* ---- mixtures ---------------------------------------------------------------------------- */

typedef struct Job {
	const SynthOptions *o;
	const Bank *bank;
	const Kernels *kernels;
	const Plan *plan;
	char audio[4096], text[4096]; /* folders */
} Job;

static RtStatus write_mixture(const Job *j, const Mixture *m, const Scene *s, const float *x,
			      RtError *err)
{
	char path[4200];
	const char *const stem = "fold%d_room%d_mix%03d";
	char name[64];
	snprintf(name, sizeof name, stem, m->fold, m->room, m->number);
	snprintf(path, sizeof path, "%s/%s.wav", j->audio, name);
	const RtStatus status = output_wav(path, x, m->frames * SYNTH_FRAME, err);
	snprintf(path, sizeof path, "%s/%s.csv", j->text, name);
	return status ? status : output_csv(path, s, err);
}

static RtStatus make_mixture(const Job *j, Renderer *r, const Mixture *m, RtError *err)
{
	Room room;
	Listener l;
	Draw d = draw_open(j->o->seed, "room/%d", m->room);
	room_draw(&room, &d, j->o->rt60);
	d = draw_open(j->o->seed, "listener/%d", m->index);
	room_listener(&room, &d, &l);
	Scene scene;
	float *x = NULL;
	RtStatus s = scene_make(&scene, m, j->o, j->bank, &room, &l, err);
	if (!s)
		s = render(r, m, &scene, &room, &l, &x, err);
	if (!s)
		s = write_mixture(j, m, &scene, x, err);
	scene_release(&scene);
	free(x);
	return s;
}

/* What the threads share: the first failure stops all. */
typedef struct Shared {
	RtStatus status;
	RtError *err, *errs; /* errs: one a thread */
	int done;
	RtProgress progress;
} Shared;

static void finish_one(Shared *sh, int total, RtStatus s, const RtError *err)
{
#pragma omp critical(synth)
	{
		if (s && !sh->status) {
			memcpy(sh->err, err, sizeof *err);
#pragma omp atomic write
			sh->status = s;
		}
		sh->done += !s;
		rt_progress_show(&sh->progress, "mixtures", sh->done, total);
	}
}

static void work(const Job *j, Shared *sh)
{
#ifdef _OPENMP
	RtError *const err = &sh->errs[omp_get_thread_num()];
#else
	RtError *const err = sh->errs;
#endif
	Renderer r;
	const RtStatus ready = renderer_open(&r, j->o, j->bank, j->kernels, err);
	if (ready)
		finish_one(sh, j->plan->n, ready, err);
#pragma omp for schedule(dynamic)
	for (int i = 0; i < j->plan->n; i++) {
		RtStatus stop;
#pragma omp atomic read
		stop = sh->status;
		if (!stop)
			finish_one(sh, j->plan->n, make_mixture(j, &r, &j->plan->at[i], err), err);
	}
	renderer_release(&r);
}

static RtStatus make_all(const Job *j, RtError *err)
{
	Shared sh = {.err = err};
	int threads = rt_threads(j->o->threads);
	threads = threads < j->plan->n ? threads : j->plan->n;
	sh.errs = rt_alloc((uint64_t)threads, sizeof *sh.errs);
	if (!sh.errs)
		return rt_no_memory(err);
	rt_progress_open(&sh.progress, j->o->quiet);
	rt_progress_show(&sh.progress, "mixtures", 0, j->plan->n);
#pragma omp parallel num_threads(threads)
	work(j, &sh);
	rt_progress_clear(&sh.progress);
	free(sh.errs);
	return sh.status;
}

static const RtOptions synth_program = {.program = "seldc synth"};

/* Files of an earlier run would be taken for part of this one. */
static void warn_leftovers(const char *dir)
{
	int n = 0;
	DIR *const d = opendir(dir);
	for (const struct dirent *e; d && (e = readdir(d));)
		n += e->d_name[0] != '.';
	if (d)
		closedir(d);
	RtError text;
	rt_fail(&text, RT_OK, "%s holds %d files already", dir, n);
	if (n)
		rt_say_warning(&synth_program, text.text);
}

static RtStatus make_folders(Job *j, RtError *err)
{
	const SynthOptions *const o = j->o;
	char name[256];
	snprintf(name, sizeof name, "dev-%s-synth", o->split);
	snprintf(j->audio, sizeof j->audio, "%s/foa_dev/%s", o->out, o->name ? o->name : name);
	snprintf(j->text, sizeof j->text, "%s/metadata_dev/%s", o->out, o->name ? o->name : name);
	RtStatus s = rt_make_dirs(j->audio, err);
	if (!s)
		s = rt_make_dirs(j->text, err);
	if (!s && !o->quiet)
		warn_leftovers(j->audio);
	return s;
}

static RtStatus make_mixtures(const SynthOptions *o, const Kernels *k, RtError *err)
{
	Bank bank = {0};
	Plan plan = {0};
	Job j = {.o = o, .bank = &bank, .kernels = k, .plan = &plan};
	RtStatus s = o->events ? bank_open(&bank, o->events, o->split, o->quiet, err)
			       : sounds_make(&bank, o->seed, err);
	if (!s)
		s = plan_open(&plan, o, err);
	if (!s)
		s = make_folders(&j, err);
	if (!s)
		s = make_all(&j, err);
	plan_release(&plan);
	bank_release(&bank);
	return s;
}

int synth_main(int argc, char **argv)
{
	SynthOptions o = {.split = "train",
			  .polyphony = 3,
			  .rooms = 12,
			  .fold = -1,
			  .hours = 1,
			  .length = 60,
			  .moving = 0.4,
			  .snr = {6, 30},
			  .peak = {-12, -1},
			  .rt60 = {0.2, 0.7}};
	const int done = parse(&o, argc, argv);
	if (done >= 0)
		return done;
	RtError *const err = rt_alloc(1, sizeof *err);
	bool *const finished = rt_signals_prepare();
	if (!err || !finished) {
		free(err);
		fputs("seldc synth: error: out of memory\n", stderr);
		return RT_DEVICE;
	}
	Kernels *k;
	RtStatus s = kernels_open(&k, err);
	if (!s)
		s = o.response ? make_response(&o, k, err) : make_mixtures(&o, k, err);
	if (s)
		rt_say_error(&synth_program, err->text);
	kernels_release(k);
	free(err);
	*finished = true;
	return s;
}
