/* model_fuzz.c: model_fuzz SEED COUNT FOLDER...: COUNT mutants of the model files in the folders,
 * or of what --set says of them, the same ones for the same SEED. Each is read, half of them for
 * training; one in sixteen of those that are sound goes through the passes and the CPU emitter. It
 * must not crash, not take over SECONDS, and be refused with a message if it is refused. Meant
 * to run under the address and undefined behaviour sanitizers. What failed stays in
 * model_fuzz.bad of a folder under /tmp. Run from the root. */
#define _XOPEN_SOURCE 700
#include "../../backend_cpu/backend_cpu.h"
#include "../../compiler/graph.h"
#include "../../compiler/train.h"
#include "../../passes/passes.h"
#include "mutate.h"

#include <errno.h>
#include <sys/time.h>
#include <unistd.h>

#define MUTANT "model_fuzz.bad"

enum { SECONDS = 20 }; /* of the processor; under the sanitizers all takes ten times as long */

static const char *const tokens[] = {
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    "\\u0000",
    "\\ud800",
    "-1",
    "0",
    "1",
    "2",
    "0.5",
    "1e308",
    "1e-308",
    "-0.0",
    "true",
    "null",
    "\"\"",
    "{}",
    "[]",
    "9223372036854775807",
    "1e999",
    "\"x\"",
    "\"1/0\"",
    "\"2-3\"",
    "\"1..3\"",
    "\"0..9999\"",
    "\"dim(",
    "\"batch",
    "\"frames\"",
    "\"{k}\"",
    "{i}",
    "\"2*d\"",
    "\"op\": ",
    "\"use\": ",
    "\"in\": ",
    "\"out\": ",
    "\"name\": ",
    "\"repeat\": ",
    "\"for\": ",
    "\"if\": ",
    "\"init\": ",
    "\"set\": ",
    "\"start\": ",
    "\"kind\": ",
    "\"lr\": ",
    "adamw",
    "accddoa",
    "tracks",
    "standardized",
    "features",
    "linear",
    "conv2d",
    "flip",
    "reshape",
    "stack",
    "gru",
};
static const char *const set_tokens[] = {"=",      "[",     "]",   ",",   "'",   "(",
					 "-1",     "1e999", "..",  "0/0", "//0", "classes",
					 "widths", "d=",    "lr=", "%"};

/* Values of --set, to be mutated. */
static const char *const sets[] = {"widths=[8,8,16,16]", "classes=5",      "norm=post_plain",
				   "lr=3e-4*2",          "accumulate=1+2", "d='x'"};

static Model *read_mutant(Arena *a, Diag *d, const OpTable *ops, const ModelOptions *o)
{
	Model *m = model_read(a, d, ops, MUTANT, o);
	if (m && o->train && !train_build(m))
		return NULL;
	return m;
}

/* Whether it was read, or refused with a message. */
static bool survives(const OpTable *ops, FILE *sink, uint64_t *r, const ModelOptions *o, int *sound)
{
	Arena *a = arena_new();
	jmp_buf fatal;
	Diag d = {.arena = a, .out = sink, .fatal = &fatal};
	Model *volatile m = NULL;
	if (!setjmp(fatal))
		m = read_mutant(a, &d, ops, o);
	const bool ok = !m == (d.nerrors > 0);
	*sound += ok && m;
	if (ok && m && !below(r, 16) && !setjmp(fatal)) {
		Report report = {0};
		Buf b;
		buf_init(&b, a);
		if (passes_run(m->module, &(PassOptions){0}, &report))
			cpu_emit(&b, m, &(CpuOptions){.onednn = ONEDNN_NOTHING});
	}
	arena_free(a);
	return ok;
}

static bool run_one(const OpTable *ops, FILE *sink, uint64_t *r, const Texts *seeds, int *sound)
{
	Arena *a = arena_new();
	Text t = seeds->at[below(r, (size_t)seeds->n)];
	const char *set = NULL;
	if (below(r, 4)) {
		for (size_t n = 1 + below(r, 3); n > 0; n--)
			t = mutate_text(a, r, t, seeds, tokens, COUNT(tokens));
	} else {
		const char *s = sets[below(r, COUNT(sets))];
		Text text = {arena_strdup(a, s), strlen(s)};
		const Texts one = {&text, 1, 1};
		text = mutate_text(a, r, text, &one, set_tokens, COUNT(set_tokens));
		set = text.s;
	}
	const ModelOptions o = {.set = &set, .nset = set != NULL, .train = below(r, 2)};
	const struct itimerval limit = {.it_value.tv_sec = SECONDS};
	setitimer(ITIMER_VIRTUAL, &limit, NULL);
	const bool ok = write_text(MUTANT, t) && survives(ops, sink, r, &o, sound);
	if (!ok && set)
		printf("model_fuzz: --set '%s'\n", set);
	arena_free(a);
	return ok;
}

int main(int argc, char **argv)
{
	Arena *a = arena_new();
	Texts seeds = {0};
	bool ok = argc > 3;
	for (int i = 3; ok && i < argc; i++)
		ok = read_seeds(a, argv[i], ".json", &seeds);
	FILE *sink = fopen("/dev/null", "w");
	if (!ok || !sink) {
		fputs("usage: model_fuzz SEED COUNT FOLDER-WITH-MODELS...\n", stderr);
		return 2;
	}
	/* imports are relative to the mutant */
	char *lib = realpath("models/lib", NULL);
	char folder[] = "/tmp/model_fuzz-XXXXXX";
	char home[4096];
	if (!lib || !getcwd(home, sizeof home) || !mkdtemp(folder) || chdir(folder) ||
	    symlink(lib, "lib")) {
		perror("model_fuzz");
		return 2;
	}
	free(lib);
	const OpTable *ops = ops_new(a);
	const long count = atol(argv[2]);
	uint64_t r = strtoull(argv[1], NULL, 10);
	int sound = 0;
	long i = 0;
	while (i < count && run_one(ops, sink, &r, &seeds, &sound))
		i++;
	if (i == count)
		printf("model_fuzz: %ld mutants, %d sound\n", count, sound);
	else
		printf("model_fuzz: mutant %ld of seed %s fails, see %s/" MUTANT "\n", i, argv[1],
		       folder);
	if (i == count)
		unlink(MUTANT), unlink("lib"), rmdir(folder);
	fclose(sink);
	arena_free(a);
	return i < count;
}
