/* tool_step.c: tool_step MODEL.json [IN OUT] [--batch N] [--set NAME=VALUE] [--passes]: one
 * optimiser step in the float64 evaluator, on the graph as built or after all passes. Without IN
 * and OUT the graph is printed, what the passes report on standard error. IN and OUT hold tensors:
 * a line `name rank dims...`, then the elements as native doubles. Inputs that IN lacks: zero for
 * moments, defaults for the other scalars. */
#include <stdlib.h>
#include <string.h>

#include "compiler/graph.h"
#include "compiler/train.h"
#include "passes/passes.h"
#include "tests/named.h"

typedef struct Inputs {
	Arena *arena;
	const Model *model;
	NamedList list;
} Inputs;

/* false at the end of the file or when it is malformed. */
static bool read_tensor(Arena *a, FILE *f, Named *t)
{
	char name[512];
	int rank;
	if (fscanf(f, "%511s %d", name, &rank) != 2 || rank < 0 || rank > MAX_RANK)
		return false;
	t->name = arena_strdup(a, name);
	t->tensor.type = (Type){.dtype = F32, .rank = rank};
	for (int i = 0; i < rank; i++) {
		long long d;
		if (fscanf(f, "%lld", &d) != 1)
			return false;
		t->tensor.type.dim[i] = d;
	}
	if (fgetc(f) != '\n' || !type_valid(&t->tensor.type))
		return false;
	const size_t n = (size_t)type_count(&t->tensor.type);
	t->tensor.data = NEW_ARRAY(a, double, n);
	return fread(t->tensor.data, sizeof(double), n, f) == n;
}

static void write_tensor(FILE *f, const char *name, const Tensor *t)
{
	fprintf(f, "%s %d", name, t->type.rank);
	for (int i = 0; i < t->type.rank; i++)
		fprintf(f, " %lld", (long long)t->type.dim[i]);
	fputc('\n', f);
	fwrite(t->data, sizeof(double), (size_t)type_count(&t->type), f);
}

static bool lookup(void *ctx, const Node *source, Tensor *out)
{
	const Inputs *in = ctx;
	const Tensor *given = named_find(&in->list, source->label);
	if (given)
		return *out = *given, true;
	if (strncmp(source->label, "opt.", 4) && source->out[0].type.rank)
		return false;
	out->type = source->out[0].type;
	out->data = NEW_ARRAY(in->arena, double, type_count(&out->type));
	if (out->type.rank == 0)
		*out->data = train_default(in->model, source->label);
	return true;
}

static int print(Arena *a, const Module *m, const Report *report)
{
	Buf text, lines;
	buf_init(&text, a);
	buf_init(&lines, a);
	ir_print(&text, m);
	report_text(&lines, report);
	fputs(text.s, stdout);
	if (lines.len)
		fputs(lines.s, stderr);
	return 0;
}

static int run(Arena *a, Diag *d, const char *const *path, const ModelOptions *opt, bool passes)
{
	Model *m = model_read(a, d, ops_new(a), path[0], opt);
	if (!m || !train_build(m) || ir_verify(m->module))
		return 1;
	Report report = {0};
	const PassOptions options = {.verify = true};
	if (passes && !passes_run(m->module, &options, &report))
		return 1;
	if (!path[1])
		return print(a, m->module, &report);
	Inputs in = {.arena = a, .model = m};
	Named t;
	FILE *f = fopen(path[1], "rb");
	while (f && read_tensor(a, f, &t))
		list_push(a, &in.list, t);
	if (!f || fclose(f))
		return 2;
	const Graph *g = module_graph(m->module, "step");
	Tensor *out = NEW_ARRAY(a, Tensor, g->outputs.n);
	f = fopen(path[2], "wb");
	if (!f || !ir_eval(g, a, lookup, &in, out))
		return 2;
	for (int i = 0; i < g->outputs.n; i++)
		write_tensor(f, g->outputs.at[i].name, &out[i]);
	fprintf(stderr, "%d nodes\n", g->nodes.n);
	return fclose(f) ? 2 : 0;
}

int main(int argc, char **argv)
{
	const char *set[64], *path[3] = {0};
	ModelOptions opt = {.set = set, .train = true};
	int npaths = 0;
	bool passes = false;
	for (int i = 1; i < argc; i++) {
		if (argv[i][0] != '-' && npaths < 3)
			path[npaths++] = argv[i];
		else if (!strcmp(argv[i], "--batch") && i + 1 < argc)
			opt.batch = atoll(argv[++i]);
		else if (!strcmp(argv[i], "--set") && i + 1 < argc && opt.nset < (int)COUNT(set))
			set[opt.nset++] = argv[++i];
		else if (!strcmp(argv[i], "--passes"))
			passes = true;
	}
	if (npaths != 1 && npaths != 3)
		return 2;
	Arena *a = arena_new();
	Diag d = {.arena = a, .out = stderr};
	const int status = run(a, &d, path, &opt, passes);
	arena_free(a);
	return status;
}
