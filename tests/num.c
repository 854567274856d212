/* num.c: num FILE.sir...: evaluates each numeric case in float64 and compares with the values
 * beside it (see num_case.h). Prints "ok FILE" or "not ok FILE: reason" and how to repeat it;
 * status 1 if a case failed. The graph is verified, so types are checked against inference. */
#include "num_case.h"

#include <string.h>

static bool lookup(void *ctx, const Node *source, Tensor *out)
{
	const NumTensor *t = num_case_input(ctx, source->label);
	if (t)
		*out = t->tensor;
	return t != NULL;
}

static const char *compare(Arena *a, const Graph *g, const NumCase *c, const Tensor *got)
{
	if (g->outputs.n != c->out.n)
		return arena_printf(a, "%d outputs, want %d", g->outputs.n, c->out.n);
	for (int i = 0; i < c->out.n; i++) {
		const NumTensor *want = &c->out.at[i];
		const Type *t = &got[i].type;
		if (!type_equal(t, &want->tensor.type))
			return arena_printf(a, "%s is %s, want %s", want->name, type_text(a, t),
					    type_text(a, &want->tensor.type));
		const char *why = num_compare(a, want, got[i].data, c->eval);
		if (why)
			return why;
	}
	return NULL;
}

/* NULL if the case holds. */
static const char *run_case(Arena *a, const char *sir)
{
	const size_t n = strlen(sir);
	if (n < 4 || strcmp(sir + n - 4, ".sir"))
		return "not a .sir file";
	NumCase c;
	const char *why;
	if (!num_case_read(a, arena_printf(a, "%.*s.want", (int)(n - 4), sir), &c, &why))
		return why;
	size_t len;
	const char *text = file_read(a, sir, &len);
	if (!text)
		return "cannot be read";
	Diag d = {.arena = a, .out = stderr};
	const Source src = {.name = sir, .text = text, .len = len};
	Module *m = ir_parse(a, &d, ops_new(a), &src);
	if (!m || ir_verify(m) > 0)
		return "does not verify";
	const Graph *g = module_graph(m, "main");
	if (!g)
		return "has no graph 'main'";
	Tensor *got = NEW_ARRAY(a, Tensor, g->outputs.n);
	if (!ir_eval(g, a, lookup, &c, got))
		return "cannot be evaluated";
	return compare(a, g, &c, got);
}

int main(int argc, char **argv)
{
	int nfailed = 0;
	for (int i = 1; i < argc; i++) {
		Arena *a = arena_new();
		const char *why = run_case(a, argv[i]);
		if (why)
			printf("not ok %s: %s\n    repeat: %s %s\n", argv[i], why, argv[0],
			       argv[i]);
		else
			printf("ok %s\n", argv[i]);
		nfailed += why != NULL;
		arena_free(a);
	}
	return nfailed > 0;
}
