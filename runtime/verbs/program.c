/* program.c: the command line of a built program. A verb is a row of `verbs`, an option a row of
 * `options`; usage texts and checks follow from the rows. Only this layer writes messages. */
#define _GNU_SOURCE
#include "runtime/verbs/verbs.h"

#include "runtime/core/signals.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef enum Kind { FLAG, TEXT, LIST, INTEGER, REAL } Kind;

typedef struct Option {
	const char *name;
	char letter; /* 0: none */
	Kind kind;
	size_t offset; /* in RtOptions */
	const char *value, *help;
	double low, high; /* of a number */
} Option;

#define AT(field) offsetof(RtOptions, field)

static const Option options[] = {
    {"weights", 'w', TEXT, AT(weights), "W.safetensors",
     "weights; default: those embedded in the program, if any", 0, 0},
    {"statistics", 0, TEXT, AT(statistics), "S.safetensors",
     "mean and deviation of the features, where the weights have none", 0, 0},
    {"input", 'i', TEXT, AT(input), "X.npy",
     "features [N, ...]; or a .safetensors file with the model's inputs by name", 0, 0},
    {"output", 'o', TEXT, AT(output), "PATH", "file, or for infer the folder, to write", 0, 0},
    {"data", 0, TEXT, AT(data), "ROOT", "folder with foa_dev/ and metadata_dev/ as of DCASE", 0, 0},
    {"out", 0, TEXT, AT(out), "DIR", "folder for weights, checkpoint, log and curves", 0, 0},
    {"resume", 0, FLAG, AT(resume), NULL, "go on with the run in DIR, if there is one", 0, 0},
    {"batch", 0, TEXT, AT(batch), "B.safetensors", "the inputs of one step by name", 0, 0},
    {"repeat", 0, INTEGER, AT(repeat), "N",
     "so many steps on the batch: the loss of each, the rest of the last", 1, 1e6},
    {"no-dropout", 0, FLAG, AT(no_dropout), NULL, "leave dropout out", 0, 0},
    {"stage", 0, TEXT, AT(stage), "NAME", "stage of the training; default: the model's", 0, 0},
    {"set", 0, LIST, AT(set), "NAME=VALUE",
     "another value for a choice of the training, as 'epochs=20'; may be repeated", 0, 0},
    {"micro", 0, FLAG, AT(micro), NULL, "score all classes together, not their mean", 0, 0},
    {"jackknife", 0, FLAG, AT(jackknife), NULL, "95 % intervals over recordings", 0, 0},
    {"seed", 0, INTEGER, AT(seed), "N", "seed of the random numbers; default 0", 0, 9e18},
    {"json", 0, FLAG, AT(json), NULL, "print JSON", 0, 0},
    {"standardized", 0, FLAG, AT(standardized), NULL,
     "as the network takes them, with the statistics in the weights", 0, 0},
    {"table", 0, FLAG, AT(table), NULL, "also print what was detected as a table", 0, 0},
    {"svg", 0, TEXT, AT(svg), "FILE.svg", "also draw the clip and what was detected", 0, 0},
    {"threshold", 0, REAL, AT(threshold), "P", "activity needed; default: the model's", 0, 1e9},
    {"merge", 0, REAL, AT(merge), "DEGREES",
     "join tracks of one class nearer than this; 0: never; default: the model's", 0, 180},
    {"runs", 'n', INTEGER, AT(runs), "N", "timed runs; default: as many as fill 3 s", 1, 1e6},
    {"only", 0, TEXT, AT(only), "NAME", "time this alone, as main or features+main", 0, 0},
    {"warmup", 0, INTEGER, AT(warmup), "N", "runs before; default 3", 0, 1e6},
    {"threads", 'j', INTEGER, AT(threads), "N",
     "CPU threads; default: one for each processor that it may use", 0, 4096},
    {"quiet", 'q', FLAG, AT(quiet), NULL, "nothing but errors on stderr", 0, 0},
    {"help", 'h', FLAG, 0, NULL, "this text", 0, 0},
};

enum { NOPTIONS = RT_COUNT(options), HELP = NOPTIONS - 1, LONG = 256 };

typedef struct Verb {
	const char *name;
	RtStatus (*run)(const RtModel *m, const RtOptions *o, RtError *err);
	const char *options; /* names it takes; ! after those it needs */
	const char *args;    /* its other arguments in the usage line */
	int min_args, max_args;
	const char *help;
} Verb;

static const Verb verbs[] = {
    {"info", rt_verb_info, "json", "", 0, 0, "what this program holds: sizes, parameters, work"},
    {"init", rt_verb_init, "output! seed threads quiet", "", 0, 0,
     "write fresh weights by the model's own initialisers"},
    {"run", rt_verb_run, "input! output! weights threads quiet", "", 0, 0,
     "features in, raw outputs out, as safetensors"},
    {"features", rt_verb_features, "output! standardized weights statistics threads quiet",
     " clip.wav", 1, 1,
     "write the features of a clip as .npy: [segments, channels, frames, mel bins]"},
    {"statistics", rt_verb_statistics, "output! threads quiet", " clip.wav...", 1, 1 << 30,
     "write mean and deviation of the features of all clips, for --statistics"},
    {"infer", rt_verb_infer, "weights statistics output table svg threshold merge threads quiet",
     " clip.wav...", 1, 1 << 30,
     "write CLIP.csv for each clip: frame,class,0,azimuth,elevation,distance (degrees, metres)"},
    {"train", rt_verb_train, "data! out! resume stage set weights statistics seed threads quiet",
     "", 0, 0, "train the network; all that is needed to go on is in DIR at any moment"},
    {"eval", rt_verb_eval,
     "data! weights statistics set json micro jackknife threshold merge threads quiet", "", 0, 0,
     "detect events in the validation folds (all, where the model names none) and score them"},
    {"step", rt_verb_step, "batch! output! repeat no-dropout weights stage set threads quiet", "",
     0, 0, "one step of the optimiser: loss, gradients and new weights as safetensors"},
    {"bench", rt_verb_bench, "json only runs warmup weights seed threads quiet", "", 0, 0,
     "time the program: latency of single runs, and throughput back to back"},
};

/* Whether the verb takes the option, and needs it. */
static bool takes(const Verb *v, const Option *o, bool *needs)
{
	const size_t n = strlen(o->name);
	for (const char *p = v->options; *p; p += strspn(p, " ")) {
		const size_t len = strcspn(p, " ");
		*needs = p[len - 1] == '!';
		if (len - *needs == n && memcmp(p, o->name, n) == 0)
			return true;
		p += len;
	}
	*needs = false;
	return o == &options[HELP];
}

static void print_usage(FILE *f, const char *program, const Verb *v)
{
	fprintf(f, "%s %s", program, v->name);
	for (int pass = 0; pass < 2; pass++)
		for (int i = 0; i < HELP; i++) {
			const Option *const o = &options[i];
			bool needs;
			if (!takes(v, o, &needs) || needs != (pass == 0))
				continue;
			fprintf(f, needs ? " --%s%s%s" : " [--%s%s%s]", o->name,
				o->value ? " " : "", o->value ? o->value : "");
		}
	fprintf(f, "%s\n", v->args);
}

static void help_verb(const char *program, const Verb *v)
{
	printf("usage: ");
	print_usage(stdout, program, v);
	printf("\n%s\n\n", v->help);
	for (int i = 0; i < NOPTIONS; i++) {
		const Option *const o = &options[i];
		bool needs;
		if (!takes(v, o, &needs))
			continue;
		char left[64];
		snprintf(left, sizeof left, "--%s%s%s", o->name, o->value ? " " : "",
			 o->value ? o->value : "");
		if (o->letter)
			printf("  -%c, %-24s  %s\n", o->letter, left, o->help);
		else
			printf("      %-24s  %s\n", left, o->help);
	}
}

static void help_all(FILE *f, const RtModel *m, const char *program)
{
	fprintf(f, "%s: %s\n\nusage:\n", m->name, m->doc ? m->doc : "");
	for (size_t i = 0; i < RT_COUNT(verbs); i++) {
		fprintf(f, "  ");
		print_usage(f, program, &verbs[i]);
		fprintf(f, "      %s\n", verbs[i].help);
	}
	fprintf(f,
		"  %s --help | --version, and --help after each verb\n\n"
		"Exit status: 0 done, 1 bad input, 2 wrong usage, 3 device or memory, "
		"4 internal error.\n",
		program);
}

static RtStatus set_number(const Option *o, const char *text, void *to, RtError *err)
{
	char *end;
	errno = 0;
	const long long i = o->kind == INTEGER ? strtoll(text, &end, 10) : 0;
	const double v = o->kind == INTEGER ? (double)i : strtod(text, &end);
	if (end == text || *end || errno || !isfinite(v) || v < o->low || v > o->high)
		return rt_fail(err, RT_USAGE, "--%s: '%s' is not %s from %g to %g", o->name, text,
			       o->kind == INTEGER ? "a whole number" : "a number", o->low, o->high);
	if (o->kind == INTEGER)
		*(int64_t *)to = i;
	else
		*(double *)to = v;
	return RT_OK;
}

static RtStatus set_option(RtOptions *opts, const Option *o, const char *text, RtError *err)
{
	void *const to = (char *)opts + o->offset;
	switch (o->kind) {
	case FLAG:
		*(bool *)to = true;
		return RT_OK;
	case TEXT:
		*(const char **)to = text;
		return RT_OK;
	case LIST:
		if (opts->nsets == RT_MAX_SETS)
			return rt_fail(err, RT_USAGE, "more than %d --%s", RT_MAX_SETS, o->name);
		((const char **)to)[opts->nsets++] = text;
		return RT_OK;
	case INTEGER:
	case REAL:
		break;
	}
	return set_number(o, text, to, err);
}

/* What getopt_long reads: letters, and long options whose val is LONG + row. */
static void getopt_tables(const Verb *v, struct option *longs, char *letters)
{
	*letters++ = ':';
	for (int i = 0; i < NOPTIONS; i++) {
		const Option *const o = &options[i];
		bool needs;
		if (!takes(v, o, &needs))
			continue;
		*longs++ = (struct option){
		    o->name, o->kind == FLAG ? no_argument : required_argument, NULL, LONG + i};
		if (o->letter)
			*letters++ = o->letter;
		if (o->letter && o->kind != FLAG)
			*letters++ = ':';
	}
	*longs = (struct option){0};
	*letters = '\0';
}

static const Option *find_option(int val)
{
	if (val >= LONG)
		return &options[val - LONG];
	for (int i = 0; i < NOPTIONS; i++)
		if (options[i].letter == val)
			return &options[i];
	return NULL;
}

static RtStatus bad_option(int got, char **argv, RtError *err)
{
	if (got == ':')
		return rt_fail(err, RT_USAGE, "--%s needs a value", find_option(optopt)->name);
	if (optopt >= LONG)
		return rt_fail(err, RT_USAGE, "--%s takes no value", find_option(optopt)->name);
	if (optopt)
		return rt_fail(err, RT_USAGE, "unknown option '-%c'", optopt);
	return rt_fail(err, RT_USAGE, "unknown option '%s'", argv[optind - 1]);
}

static RtStatus check_needed(const Verb *v, const RtOptions *opts, RtError *err)
{
	for (int i = 0; i < NOPTIONS; i++) {
		bool needs;
		if (takes(v, &options[i], &needs) && needs &&
		    !*(char *const *)(const void *)((const char *)opts + options[i].offset))
			return rt_fail(err, RT_USAGE, "--%s %s is missing", options[i].name,
				       options[i].value);
	}
	if (opts->nargs < v->min_args)
		return rt_fail(err, RT_USAGE, "missing argument: %s", v->args + 1);
	if (opts->nargs > v->max_args)
		return rt_fail(err, RT_USAGE, "unexpected argument '%s'", opts->args[v->max_args]);
	return RT_OK;
}

/* argv[0] is the verb. */
static RtStatus parse(const Verb *v, int argc, char **argv, RtOptions *opts, bool *help,
		      RtError *err)
{
	struct option longs[NOPTIONS + 1];
	char letters[2 * NOPTIONS + 2];
	getopt_tables(v, longs, letters);
	opterr = 0;
	optind = 0; /* GNU: start anew */
	for (int got; (got = getopt_long(argc, argv, letters, longs, NULL)) != -1;) {
		const Option *const o = got == ':' || got == '?' ? NULL : find_option(got);
		if (!o)
			return bad_option(got, argv, err);
		if (o == &options[HELP]) {
			*help = true;
			return RT_OK;
		}
		const RtStatus s = set_option(opts, o, optarg, err);
		if (s)
			return s;
	}
	opts->nargs = argc - optind;
	opts->args = argv + optind;
	return check_needed(v, opts, err);
}

static void warn_threads(const RtOptions *o)
{
	RtError text;
	const int allowed = rt_threads_allowed("");
	if (o->threads <= allowed)
		return;
	rt_fail(&text, RT_OK, "--threads %d: more than the processors that it may use, %d",
		(int)o->threads, allowed);
	rt_say_warning(o, text.text);
}

static RtStatus run_verb(const RtModel *m, const Verb *v, int argc, char **argv, RtOptions *opts,
			 RtError *err)
{
	bool help = false;
	RtStatus s = parse(v, argc, argv, opts, &help, err);
	if (s == RT_OK && help)
		help_verb(opts->program, v);
	else if (s == RT_OK) {
		warn_threads(opts);
		s = v->run(m, opts, err);
	}
	if (s == RT_USAGE)
		rt_error_append(err, "\n  try '%s %s --help'", opts->program, v->name);
	return s;
}

static RtStatus dispatch(const RtModel *m, int argc, char **argv, RtOptions *opts, RtError *err)
{
	const char *const word = argc > 1 ? argv[1] : "";
	if (argc < 2) {
		help_all(stderr, m, opts->program);
		return RT_USAGE;
	}
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0) {
		help_all(stdout, m, opts->program);
		return RT_OK;
	}
	if (strcmp(word, "--version") == 0) {
		printf("%s (seldc %s, %s, %s)\n", m->name, m->version, m->target, m->precision);
		return RT_OK;
	}
	for (size_t i = 0; i < RT_COUNT(verbs); i++)
		if (strcmp(verbs[i].name, word) == 0)
			return run_verb(m, &verbs[i], argc - 1, argv + 1, opts, err);
	rt_fail(err, RT_USAGE, "unknown verb '%s'; there are", word);
	for (size_t i = 0; i < RT_COUNT(verbs); i++)
		rt_error_append(err, "%s %s", i ? "," : "", verbs[i].name);
	return RT_USAGE;
}

int rt_main(const RtModel *m, int argc, char **argv)
{
	rt_wait_briefly(argv);
	char buffer[BUFSIZ]; /* one that stdio allocates may fail, and with it what is printed */
	setvbuf(stdout, buffer, isatty(STDOUT_FILENO) ? _IOLBF : _IOFBF, sizeof buffer);
	RtOptions opts = {.program = argc > 0 ? rt_base_name(argv[0]) : m->name,
			  .threshold = -1,
			  .merge = -1,
			  .warmup = 3};
	RtError *const err = rt_alloc(1, sizeof *err);
	bool *const finished = rt_signals_prepare();
	if (!err || !finished) {
		free(err);
		rt_say_error(&opts, "out of memory");
		return RT_DEVICE;
	}
	RtStatus s = rt_model_check(m, err);
	if (!s)
		s = dispatch(m, argc, argv, &opts, err);
	if ((fflush(stdout) != 0 || ferror(stdout)) && !s)
		s = rt_fail_errno(err, "standard output", errno);
	setvbuf(stdout, NULL, _IONBF, 0);
	if (s && err->text[0])
		rt_say_error(&opts, err->text);
	free(err);
	*finished = true;
	return s;
}
