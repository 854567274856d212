/* main.c: the command line, and nothing else. Every verb is a row: name, what it does, its own
 * options. `seldc VERB --help` describes one. */
#define _GNU_SOURCE
#include "compile.h"

#include "check_model.h"
#include "command.h"
#include "library.h"
#include "runtime/core/core.h"
#include "sweep.h"
#include "tools/tools.h"

#include <argp.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

typedef struct Args {
	CompileOptions o;
	const char *sets[256], *includes[64];
	char skip[4096]; /* every --no-pass, joined by commas */
} Args;

enum {
	KEY_TARGET = 256,
	KEY_ARCH,
	KEY_PRECISION,
	KEY_TRAIN,
	KEY_BATCH,
	KEY_SECONDS,
	KEY_SET,
	KEY_WEIGHTS,
	KEY_NO_PASS,
	KEY_PASSES,
	KEY_STOP,
	KEY_DUMP,
	KEY_DUMP_ALL,
	KEY_TIME,
	KEY_EMIT,
	KEY_COMPILER,
	KEY_LIBRARY,
	KEY_TEMPS,
	KEY_VERIFY,
	KEY_SHUFFLE,
	KEY_EVAL,
	KEY_JSON,
	KEY_HTML,
	KEY_POISON,
	KEY_ONLY,
	KEY_MAX,
};

typedef struct Choice {
	const char *name;
	int value;
} Choice;

static const Choice targets[] = {
    {"auto", TARGET_AUTO}, {"cpu", TARGET_CPU}, {"cuda", TARGET_CUDA}, {NULL, 0}};
static const Choice emits[] = {{"ir", EMIT_IR},   {"c", EMIT_C},         {"cuda", EMIT_CUDA},
			       {"ptx", EMIT_PTX}, {"cubin", EMIT_CUBIN}, {"lib", EMIT_LIB},
			       {NULL, 0}};
static const Choice precisions[] = {{"fp32", 0}, {"tf32", 1}, {"bf16", 2}, {NULL, 0}};
static const Choice compilers[] = {{"nvrtc", 0}, {"nvcc", 1}, {NULL, 0}};
static const Choice libraries[] = {{"auto", 0}, {"own", 1}, {"onednn", 2}, {NULL, 0}};

static int choose(struct argp_state *st, const char *option, const Choice *c, const char *arg)
{
	char all[128] = "";
	for (const Choice *k = c; k->name; k++) {
		if (!strcmp(k->name, arg))
			return k->value;
		strcat(strcat(all, k == c ? "" : ", "), k->name);
	}
	argp_error(st, "--%s: '%s' is none of %s", option, arg, all);
	return 0;
}

static int64_t whole(struct argp_state *st, const char *option, const char *arg, int64_t least)
{
	char *end;
	errno = 0;
	const long long v = strtoll(arg, &end, 10);
	if (errno || end == arg || *end || v < least)
		argp_error(st, "--%s: '%s' is not a whole number from %lld", option, arg,
			   (long long)least);
	return v;
}

static double positive(struct argp_state *st, const char *option, const char *arg)
{
	char *end;
	const double v = strtod(arg, &end);
	if (end == arg || *end || !(v > 0) || v > 1e6)
		argp_error(st, "--%s: '%s' is not a number above 0", option, arg);
	return v;
}

/* Options about the model and its parameters, shared by all verbs that read one. */
static const struct argp_option model_options[] = {
    {"batch", KEY_BATCH, "N", 0, "clips at a time (default 1; with --train the model's)", 1},
    {"seconds", KEY_SECONDS, "S", 0, "length of a segment (default: the model's)", 1},
    {"set", KEY_SET, "NAME=VALUE", 0, "override a parameter that the model declares", 1},
    {"include", 'I', "DIR", 0,
     "where imports are looked for after the importing file's folder (repeatable)", 1},
    {"train", KEY_TRAIN, 0, 0, "also backward pass, loss, optimiser step", 1},
    {0}};

static error_t model_parse(int key, char *arg, struct argp_state *st)
{
	Args *a = st->input;
	CompileOptions *o = &a->o;
	switch (key) {
	case KEY_BATCH:
		o->batch = whole(st, "batch", arg, 1);
		return 0;
	case KEY_SECONDS:
		o->seconds = positive(st, "seconds", arg);
		return 0;
	case KEY_TRAIN:
		o->train = true;
		return 0;
	case 'I':
		if (o->nincludes == (int)COUNT(a->includes))
			argp_error(st, "more than %d -I", (int)COUNT(a->includes));
		a->includes[o->nincludes++] = arg;
		return 0;
	case KEY_SET:
		if (o->nsets == (int)COUNT(a->sets))
			argp_error(st, "more than %d --set", (int)COUNT(a->sets));
		a->sets[o->nsets++] = arg;
		return 0;
	case ARGP_KEY_ARG:
		if (o->input)
			argp_error(st, "one model at a time: '%s' and '%s'", o->input, arg);
		o->input = arg;
		return 0;
	case ARGP_KEY_END:
		if (!o->input)
			argp_error(st, "which model?");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option pass_options[] = {
    {"passes", KEY_PASSES, "A,B,C", 0, "only these optional passes", 2},
    {"no-pass", KEY_NO_PASS, "NAME", 0, "without this pass (repeatable, or a list)", 2},
    {"stop-after", KEY_STOP, "PASS", 0, "stop after this pass", 2},
    {"dump", KEY_DUMP, "PASS", 0, "print the IR before and after this pass to stderr", 2},
    {"dump-all", KEY_DUMP_ALL, "DIR", 0, "write the IR before and after every pass into DIR", 2},
    {"verify", KEY_VERIFY, "each", OPTION_ARG_OPTIONAL,
     "verify the IR, print it and read it back after every pass", 2},
    {"shuffle", KEY_SHUFFLE, "SEED", 0, "shuffle independent nodes between passes", 2},
    {"eval", KEY_EVAL, 0, 0, "evaluate after every pass; name the first that changes a result", 2},
    {"time", KEY_TIME, 0, 0, "print the time of every pass and stage", 2},
    {0}};

static error_t pass_parse(int key, char *arg, struct argp_state *st)
{
	Args *a = st->input;
	PassOptions *p = &a->o.pass;
	switch (key) {
	case KEY_PASSES:
		p->only = arg;
		return 0;
	case KEY_NO_PASS:
		if (strlen(a->skip) + strlen(arg) + 2 > sizeof a->skip)
			argp_error(st, "--no-pass: the list is too long");
		p->skip = strcat(strcat(a->skip, *a->skip ? "," : ""), arg);
		return 0;
	case KEY_STOP:
		p->stop_after = arg;
		return 0;
	case KEY_DUMP:
		p->dump = arg;
		return 0;
	case KEY_DUMP_ALL:
		p->dump_all = arg;
		return 0;
	case KEY_VERIFY:
		p->verify = true;
		return 0;
	case KEY_SHUFFLE:
		p->shuffle = true;
		p->seed = (uint64_t)whole(st, "shuffle", arg, 0);
		return 0;
	case KEY_EVAL:
		p->eval = true;
		return 0;
	case KEY_TIME:
		p->time = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option build_options[] = {
    {"output", 'o', "FILE", 0,
     "the program (default: the model's name); of --emit the text (-: stdout), or the folder of "
     "ptx and cubin",
     0},
    {"target", KEY_TARGET, "cpu|cuda|auto", 0, "auto (default): cuda when a usable GPU is visible",
     0},
    {"arch", KEY_ARCH, "sm_90,...", 0,
     "GPU architectures, as sm_90, 90 or h100; default: the visible GPU's; sm_90 alone has matrix "
     "instructions of its own (wgmma)",
     0},
    {"precision", KEY_PRECISION, "fp32|tf32|bf16", 0, "fp32 (default) is strict IEEE single", 0},
    {"weights", KEY_WEIGHTS, "W.safetensors", 0, "embed these weights in the program", 0},
    {"emit", KEY_EMIT, "ir|c|cuda|ptx|cubin|lib", 0, "stop there; lib: shared library and header",
     0},
    {"compiler", KEY_COMPILER, "nvrtc|nvcc", 0, "compiler of the kernels (default nvrtc)", 0},
    {"library", KEY_LIBRARY, "auto|own|onednn", 0,
     "cpu: what computes convolutions and matrix products; auto (default): the faster for each", 0},
    {"save-temps", KEY_TEMPS, "DIR", 0, "keep emitted sources and what compilers say there", 0},
    {"poison", KEY_POISON, 0, 0, "cpu: fill memory with NaN before and after the life of its value",
     0},
    {"verbose", 'v', 0, 0, "say what every pass did and refused", 0},
    {0}};

static error_t build_parse(int key, char *arg, struct argp_state *st)
{
	CompileOptions *o = &((Args *)st->input)->o;
	switch (key) {
	case ARGP_KEY_INIT:
		st->child_inputs[0] = st->child_inputs[1] = st->input;
		return 0;
	case 'o':
		o->output = arg;
		return 0;
	case 'v':
		o->verbose = true;
		return 0;
	case KEY_TARGET:
		o->target = (Target)choose(st, "target", targets, arg);
		return 0;
	case KEY_ARCH:
		o->arch = arg;
		return 0;
	case KEY_PRECISION:
		choose(st, "precision", precisions, arg);
		o->precision = arg;
		return 0;
	case KEY_WEIGHTS:
		o->weights = arg;
		return 0;
	case KEY_EMIT:
		o->emit = (Emit)choose(st, "emit", emits, arg);
		return 0;
	case KEY_POISON:
		o->poison = true;
		return 0;
	case KEY_COMPILER:
		choose(st, "compiler", compilers, arg);
		o->compiler = arg;
		return 0;
	case KEY_LIBRARY:
		choose(st, "library", libraries, arg);
		o->library = arg;
		return 0;
	case KEY_TEMPS:
		o->save_temps = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option inspect_options[] = {
    {"target", KEY_TARGET, "cpu|cuda", 0, "whose plan: cpu (default) or cuda", 0},
    {"precision", KEY_PRECISION, "fp32|tf32|bf16", 0, "of that plan; fp32 is the default", 0},
    {"json", KEY_JSON, 0, 0, "as JSON", 0},
    {"verbose", 'v', 0, 0, "every node that a pass made, too", 0},
    {0}};

static error_t inspect_parse(int key, char *arg, struct argp_state *st)
{
	switch (key) {
	case KEY_JSON:
		((Args *)st->input)->o.json = true;
		return 0;
	case ARGP_KEY_INIT:
	case 'v':
	case KEY_TARGET:
	case KEY_PRECISION:
		return build_parse(key, arg, st);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option check_options[] = {
    {"target", KEY_TARGET, "cpu|cuda|auto", 0,
     "auto (default): the CPU and, when one is visible, a GPU", 0},
    {"precision", KEY_PRECISION, "fp32|tf32|bf16", 0,
     "of the GPU; fp32 (default) is strict IEEE single", 0},
    {"arch", KEY_ARCH, "sm_90", 0,
     "GPU architecture, as sm_90, 90 or h100; default: the visible GPU's", 0},
    {"compiler", KEY_COMPILER, "nvrtc|nvcc", 0, "for cuda; nvrtc is the default", 0},
    {0}};

static error_t check_parse(int key, char *arg, struct argp_state *st)
{
	switch (key) {
	case ARGP_KEY_INIT:
	case KEY_TARGET:
	case KEY_PRECISION:
	case KEY_ARCH:
	case KEY_COMPILER:
		return build_parse(key, arg, st);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option sweep_options[] = {
    {"target", KEY_TARGET, "cpu|cuda|auto", 0, "auto (default): cuda when a usable GPU is visible",
     0},
    {"precision", KEY_PRECISION, "fp32|tf32|bf16", 0, "fp32 (default) is strict IEEE single", 0},
    {"only", KEY_ONLY, "A,B,C", 0, "sweep these fusion passes; the others stay on", 0},
    {"max", KEY_MAX, "N", 0, "programs at most: all passes, none, all but one, one, others", 0},
    {"arch", KEY_ARCH, "sm_90", 0,
     "GPU architecture, as sm_90, 90 or h100; default: the visible GPU's", 0},
    {"compiler", KEY_COMPILER, "nvrtc|nvcc", 0, "for cuda; nvrtc is the default", 0},
    {"json", KEY_JSON, "FILE", 0, "write the results as JSON, too", 0},
    {"html", KEY_HTML, "FILE", 0, "write them as a page with charts, too", 0},
    {0}};

static error_t sweep_parse(int key, char *arg, struct argp_state *st)
{
	CompileOptions *o = &((Args *)st->input)->o;
	switch (key) {
	case KEY_ONLY:
		o->sweep_only = arg;
		return 0;
	case KEY_MAX:
		o->sweep_max = whole(st, "max", arg, 1);
		return 0;
	case KEY_JSON:
		o->sweep_json = arg;
		return 0;
	case KEY_HTML:
		o->sweep_html = arg;
		return 0;
	default:
		return check_parse(key, arg, st);
	}
}

static error_t opt_parse(int key, char *arg, struct argp_state *st)
{
	(void)arg;
	if (key != ARGP_KEY_INIT)
		return ARGP_ERR_UNKNOWN;
	st->child_inputs[0] = st->child_inputs[1] = st->input;
	return 0;
}

static const struct argp model_argp = {model_options, model_parse, NULL, NULL, NULL, NULL, NULL};
static const struct argp pass_argp = {pass_options, pass_parse, NULL, NULL, NULL, NULL, NULL};
static const struct argp_child children[] = {
    {&model_argp, 0, "Model:", 1}, {&pass_argp, 0, "Passes:", 2}, {0}};

/* Where a verb's private folder lies. */
typedef enum Work { WORK_NONE, WORK_BESIDE_OUTPUT, WORK_TEMPORARY } Work;

typedef struct Entry {
	const char *name, *args, *doc;
	Verb *run;
	Work work;
	const struct argp_option *options;
	argp_parser_t parse;
} Entry;

static const Entry verbs[] = {
    {"build", "MODEL.json", "Compile a model to a program.", compile_build, WORK_BESIDE_OUTPUT,
     build_options, build_parse},
    {"inspect", "MODEL.json",
     "Parameters and multiply-accumulates by part, shapes, memory, what the passes do.",
     compile_inspect, WORK_NONE, inspect_options, inspect_parse},
    {"check", "MODEL.json",
     "Every gradient by central differences, every kernel and the whole (batch 2, long segments "
     "cut) "
     "against float64.",
     compile_check, WORK_TEMPORARY, check_options, check_parse},
    {"sweep", "MODEL.json", "Build, verify and time every subset of the fusion passes.",
     compile_sweep, WORK_TEMPORARY, sweep_options, sweep_parse},
    {"opt", "MODEL.json|GRAPH.sir",
     "Print the IR of a model or of text IR; with --passes, after these passes.", compile_opt,
     WORK_NONE, NULL, opt_parse},
};

static int run_verb(const Entry *v, int argc, char **argv)
{
	Args a = {.o = {.precision = "fp32", .compiler = "nvrtc", .library = "auto"}};
	a.o.sets = a.sets;
	a.o.includes = a.includes;
	const struct argp argp = {v->options, v->parse, v->args, v->doc, children, NULL, NULL};
	argp_err_exit_status = EXIT_USAGE;
	const int failed = argp_parse(&argp, argc, argv, 0, NULL, &a);
	if (failed == ENOMEM)
		fputs("seldc: error: out of memory\n", stderr);
	if (failed)
		return failed == ENOMEM ? EXIT_TOOLCHAIN : EXIT_USAGE;
	if (v->work == WORK_NONE)
		return v->run(&a.o);
	const bool one_file = a.o.emit == EMIT_PROGRAM || a.o.emit == EMIT_LIB;
	return command_run(&a.o, v->run, v->work == WORK_BESIDE_OUTPUT && one_file);
}

static int explain(int argc, char **argv)
{
	const char *title, *text;
	if (argc == 2 && !strcmp(argv[1], "--help"))
		return puts("usage: seldc explain CODE\n\nWhat a diagnostic's code (E0301) means."),
		       EXIT_DONE;
	if (argc != 2 || *argv[1] == '-') {
		fputs("usage: seldc explain CODE\n", stderr);
		return EXIT_USAGE;
	}
	if (!diag_explain(argv[1], &title, &text)) {
		fprintf(stderr, "seldc: error: no diagnostic has the code '%s'\n", argv[1]);
		return EXIT_INPUT;
	}
	printf("%s: %s\n\n%s\n", argv[1], title, text);
	return EXIT_DONE;
}

static void list_attrs(const OpInfo *op)
{
	static const char *const kinds[] = {"int", "float", "bool", "str", "int", "float"};
	for (int i = 0; i < op->nattrs; i++) {
		const AttrDef *d = &op->attrs[i];
		const bool list = d->kind == A_INTS || d->kind == A_FLOATS;
		printf("%s%s:%s", i ? " " : "    {", d->name, kinds[d->kind]);
		if (list && d->n > 0)
			printf("[%d]", d->n);
		else if (list)
			fputs(d->n == ATTR_EACH ? "[G]" : "[]", stdout);
		if (d->dflt)
			printf("=%s", d->dflt);
	}
	if (op->nattrs)
		puts("}");
}

static void list_op(const OpInfo *op)
{
	printf("%s(", op->name);
	for (int i = 0; i < MAX_IN_NAMES && op->in_names[i]; i++)
		printf("%s%s%s", i ? ", " : "", op->in_names[i], i >= op->nin_min ? "?" : "");
	printf("%s)%s\n    %s\n", op->nin_max < 0 ? "..." : "",
	       op->flags & F_FUSED ? "  [made by passes]" : "", op->doc);
	list_attrs(op);
}

static int list_passes(void)
{
	Arena *a = arena_new();
	Buf b;
	buf_init(&b, a);
	passes_list(&b);
	fputs(b.s, stdout);
	arena_free(a);
	return EXIT_DONE;
}

static int list_ops(void)
{
	Arena *a = arena_new();
	const OpTable *t = ops_new(a);
	for (int i = 0; i < NOPS; i++)
		list_op(&t->op[i]);
	arena_free(a);
	return EXIT_DONE;
}

/* Verbs that read no model and have a command line of their own. */
static const struct {
	const char *name, *doc;
	int (*run)(int argc, char **argv);
} tools[] = {
    {"score", "DCASE2024 metrics of two folders of CSVs.", score_main},
    {"synth", "FOA mixtures with metadata, DCASE layout.", synth_main},
    {"explain", "What a diagnostic's code (E0301) means.", explain},
};

static void help(FILE *f)
{
	fputs("usage: seldc VERB [OPTION...] ARGUMENT\n\n", f);
	for (size_t i = 0; i < COUNT(verbs); i++)
		fprintf(f, "  %-9s %s\n", verbs[i].name, verbs[i].doc);
	for (size_t i = 0; i < COUNT(tools); i++)
		fprintf(f, "  %-9s %s\n", tools[i].name, tools[i].doc);
	fputs(
	    "\n  seldc VERB --help, --list-ops, --list-modules, --list-passes, --version, --help\n",
	    f);
}

static int usage_error(const char *word)
{
	const char *names[COUNT(verbs) + COUNT(tools)];
	for (size_t i = 0; i < COUNT(verbs); i++)
		names[i] = verbs[i].name;
	for (size_t i = 0; i < COUNT(tools); i++)
		names[COUNT(verbs) + i] = tools[i].name;
	const char *close = closest_name(word, names, (int)COUNT(names));
	fprintf(stderr, "seldc: error: no verb '%s'", word);
	if (close)
		fprintf(stderr, "; did you mean '%s'?", close);
	fputs("\nseldc --help lists them\n", stderr);
	return EXIT_USAGE;
}

static int run(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : "";
	char name[64]; /* as getopt and argp call the verb */
	snprintf(name, sizeof name, "seldc %s", word);
	if (argc > 1)
		argv[1] = name;
	for (size_t i = 0; i < COUNT(verbs); i++)
		if (!strcmp(word, verbs[i].name))
			return run_verb(&verbs[i], argc - 1, argv + 1);
	for (size_t i = 0; i < COUNT(tools); i++)
		if (!strcmp(word, tools[i].name))
			return tools[i].run(argc - 1, argv + 1);
	if (!strcmp(word, "--list-ops"))
		return list_ops();
	if (!strcmp(word, "--list-modules"))
		return library_list();
	if (!strcmp(word, "--list-passes"))
		return list_passes();
	if (!strcmp(word, "--version") || !strcmp(word, "-V"))
		return puts("seldc " SELDC_VERSION), EXIT_DONE;
	if (!strcmp(word, "--help") || !strcmp(word, "-h"))
		return help(stdout), EXIT_DONE;
	if (*word)
		return usage_error(word);
	help(stderr);
	return EXIT_USAGE;
}

int main(int argc, char **argv)
{
	rt_wait_briefly(argv);
	signal(SIGXFSZ, SIG_IGN); /* a write beyond `ulimit -f` fails as on a full disk */
	return command_end(run(argc, argv));
}
