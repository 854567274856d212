/* tool_pass.c: pass_tool PASS[,PASS...] FILE.sir: runs the passes on text IR and prints the IR
 * after them. Checks on the way that the IR stays sound, that its values stay the same and that a
 * second run of a single pass changes nothing. -v prints the report to standard error; --strided
 * lets every input take strides; --no-eval leaves out the evaluation. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "passes/passes.h"

static bool any_strides(const Node *n, int input)
{
	return n && input >= 0;
}

static bool always(const Node *n)
{
	return n != NULL;
}

/* A target that lacks what is made of a node called "plain", and pooling of tiles that are four
 * wide. */
static const char *refuses(const Node *n)
{
	if (n->label && !strcmp(n->label, "plain"))
		return "plain operands";
	const bool wide = n->op == OP_conv2d_act && attr_int_at(n, "pool", 1) == 4;
	return wide ? "wide tiles" : NULL;
}

/* Everything that lies in a value of a node called "half". */
static void half(const Graph *g, const Value *const *home, bool *narrow, Arena *scratch)
{
	(void)scratch;
	for (int i = 0; i < g->nodes.n * MAX_OUT; i++)
		narrow[i] =
		    home[i] && home[i]->node->label && !strcmp(home[i]->node->label, "half");
}

static const char *print(Arena *a, const Module *m)
{
	Buf b;
	buf_init(&b, a);
	ir_print(&b, m);
	return b.s;
}

static int run(Arena *a, const char *path, const PassOptions *opt, bool verbose)
{
	Source src = {.name = path};
	src.text = file_read(a, path, &src.len);
	if (!src.text) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return 1;
	}
	Diag diag = {.arena = a, .out = stderr};
	Module *m = ir_parse(a, &diag, ops_new(a), &src);
	Report report = {0}, second = {0};
	if (!m || ir_verify(m) || !passes_run(m, opt, &report))
		return 1;
	const char *text = print(a, m);
	const bool one = !strchr(opt->only, ',');
	if (one && (!passes_run(m, opt, &second) || strcmp(text, print(a, m)))) {
		fprintf(stderr, "%s: a second run changes the IR\n%s", path, print(a, m));
		return 1;
	}
	Buf lines;
	buf_init(&lines, a);
	report_text(&lines, &report);
	if (verbose && lines.len)
		fputs(lines.s, stderr);
	fputs(text, stdout);
	return 0;
}

int main(int argc, char **argv)
{
	PassOptions opt = {
	    .verify = true,
	    .eval = true,
	    .hooks = {.renews = always, .narrow = half, .refuses = refuses, .memory_worth = 1}};
	bool verbose = false;
	int i = 1;
	for (; i < argc && argv[i][0] == '-'; i++) {
		if (!strcmp(argv[i], "-v"))
			verbose = true;
		else if (!strcmp(argv[i], "--strided"))
			opt.hooks.strided = any_strides;
		else if (!strcmp(argv[i], "--no-eval"))
			opt.eval = false;
		else
			break;
	}
	if (argc - i != 2) {
		fprintf(stderr,
			"usage: pass_tool [-v] [--strided] [--no-eval] PASS[,PASS...] FILE.sir\n");
		return 2;
	}
	opt.only = argv[i];
	opt.stop_after = strrchr(opt.only, ',') ? strrchr(opt.only, ',') + 1 : opt.only;
	Arena *a = arena_new();
	const int status = run(a, argv[i + 1], &opt, verbose);
	arena_free(a);
	return status;
}
