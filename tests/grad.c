/* grad.c: grad [DIR]: the gradient of every op of ops.def against central differences in float64.
 *
 * The graphs are those of the numeric cases, DIR/<op>/<case>.sir (tests/num unless given), with
 * groups, reversal and odd sizes; values and differences are those of ir/differences.c. Fails for
 * an op without F_NOGRAD that has no case. */
#define _POSIX_C_SOURCE 200809L
#include "../ir/ir.h"

#include <glob.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	unsigned flags;
} ops[] = {
#define EW(name, operands, value, da, db, dc, flops, flags, doc) {#name, flags},
#define OP(name, in, out, attrs, flags, axes, doc) {#name, flags},
#include "../ir/ops.def"
#undef EW
#undef OP
};

enum { MAX_ELEMENTS = 20000 };

static Module *read_case(Arena *a, Diag *d, const char *path)
{
	Source *src = NEW(a, Source);
	src->name = path;
	src->text = file_read(a, path, &src->len);
	return src->text ? ir_parse(a, d, ops_new(a), src) : NULL;
}

/* NULL if the gradients by all inputs and parameters are right. Skipped: too large, or a constant
 * of the case is NaN or infinite. */
static const char *run_case(Arena *a, const char *path, bool *skipped)
{
	Diag d = {.arena = a, .out = stderr};
	Module *m = read_case(a, &d, path);
	Graph *g = m ? module_graph(m, "main") : NULL;
	if (!g)
		return "cannot be read";
	for (int i = 0; i < g->nodes.n; i++)
		*skipped |=
		    g->nodes.at[i]->nout && type_count(&g->nodes.at[i]->out[0].type) > MAX_ELEMENTS;
	if (*skipped)
		return NULL;
	Differences found;
	const char *why = ir_differences(g, a, &found);
	*skipped = found.undefined;
	return why;
}

/* Cases of one op that were checked; *failed counts the wrong ones. */
static int run_op(const char *dir, const char *op, int *failed)
{
	char pattern[512];
	glob_t found = {0};
	int checked = 0;
	snprintf(pattern, sizeof pattern, "%s/%s/*.sir", dir, op);
	glob(pattern, 0, NULL, &found);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		Arena *a = arena_new();
		bool skipped = false;
		const char *why = run_case(a, found.gl_pathv[i], &skipped);
		if (why)
			printf("not ok grad %s: %s\n", found.gl_pathv[i], why);
		*failed += why != NULL;
		checked += !skipped;
		arena_free(a);
	}
	globfree(&found);
	return checked;
}

int main(int argc, char **argv)
{
	const char *dir = argc > 1 ? argv[1] : "tests/num";
	int failed = 0;
	for (size_t i = 0; i < COUNT(ops); i++) {
		if ((ops[i].flags & F_NOGRAD) || (argc > 2 && strcmp(argv[2], ops[i].name)))
			continue;
		const int before = failed, checked = run_op(dir, ops[i].name, &failed);
		if (!checked)
			printf("not ok grad %s: no case in %s/%s\n", ops[i].name, dir, ops[i].name);
		else if (failed == before)
			printf("ok grad %s, %d cases\n", ops[i].name, checked);
		failed += !checked;
	}
	return failed > 0;
}
