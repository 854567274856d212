/* tool_model.c: model_tool FILE.json [--batch N] [--seconds S] [--set NAME=VALUE]... prints the IR
 * of a model, or the diagnostics and then `exit 1` as the tests in tests/errors expect them. */
#include <stdlib.h>
#include <string.h>

#include "compiler/graph.h"

static void print_ir(Arena *a, const Model *m)
{
	Buf b;
	buf_init(&b, a);
	ir_print(&b, m->module);
	fwrite(b.s, 1, b.len, stdout);
}

int main(int argc, char **argv)
{
	const char *set[64];
	ModelOptions opt = {.set = set};
	for (int i = 2; i + 1 < argc; i += 2) {
		if (!strcmp(argv[i], "--batch"))
			opt.batch = atoll(argv[i + 1]);
		else if (!strcmp(argv[i], "--seconds"))
			opt.seconds = atof(argv[i + 1]);
		else if (!strcmp(argv[i], "--set") && opt.nset < (int)COUNT(set))
			set[opt.nset++] = argv[i + 1];
	}
	if (argc < 2)
		return 2;
	Arena *const a = arena_new();
	Diag d = {.arena = a, .out = stdout};
	const Model *const m = model_read(a, &d, ops_new(a), argv[1], &opt);
	if (m)
		print_ir(a, m);
	else
		puts("exit 1");
	arena_free(a);
	return m ? 0 : 1;
}
