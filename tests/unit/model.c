/* model.c: the model reader: every construct of the language on a small model whose nodes were
 * worked out by hand, --set, and the number of parameters of SELD-Mamba. Run from the root. */
#include "compiler/graph.h"
#include "compiler/json.h"

#include <string.h>

static int check(bool ok, const char *what)
{
	if (!ok)
		printf("failed: %s\n", what);
	return !ok;
}

static Model *read(Arena *a, const char *path, int nset, const char *const *set)
{
	Diag *const d = NEW(a, Diag);
	*d = (Diag){.arena = a, .out = stdout};
	const ModelOptions opt = {.set = set, .nset = nset};
	return model_read(a, d, ops_new(a), path, &opt);
}

/* "label shape; ..." of a graph's nodes, constants left out. */
static const char *outline(Arena *a, const Graph *g)
{
	Buf b;
	buf_init(&b, a);
	for (int i = 0; i < g->nodes.n; i++) {
		const Node *const n = g->nodes.at[i];
		if (n->label)
			buf_printf(&b, "%s %s; ", n->label, type_text(a, &n->out[0].type) + 3);
	}
	return b.s;
}

static double constant(const Graph *g, int k)
{
	for (int i = 0; i < g->nodes.n; i++)
		if (g->nodes.at[i]->op == OP_const && k-- == 0)
			return attr_float_at(g->nodes.at[i], "value", 0);
	return 0;
}

static const char language[] =
    "features [1,5,20]; in.weight [4,20]; in.bias [4]; in [1,5,4]; s1 [1,5,4]; s2 [1,5,4]; "
    "s3 [1,5,4]; u.t1.weight [4,4]; u.t1.bias [4]; u.t1 [1,5,4]; u.t2.weight [8,4]; "
    "u.t2.bias [8]; u.t2 [1,5,8]; v.t1.weight [4,4]; v.t1.bias [4]; v.t1 [1,5,4]; "
    "v.t2.weight [8,4]; v.t2.bias [8]; v.t2 [1,5,8]; c_u [1,5,12]; c_v [1,5,12]; all [1,5,16]; "
    "act [1,5,16]; table.4 [16]; sum [1,5,16]; y [1,5,16]; ";

static int test_language(Arena *a)
{
	const Model *const m = read(a, "tests/data/language.json", 0, NULL);
	if (!m)
		return check(false, "language.json is read");
	const Graph *const g = module_graph(m->module, "main");
	int failed = 0;
	failed += check(!strcmp(outline(a, g), language), outline(a, g));
	failed += check(constant(g, 0) == 2 && constant(g, 1) == 4 && constant(g, 2) == 6,
			"parameters of repeated instances");
	failed += check(m->batch == 1 && m->audio.samples == 50 && m->audio.frames == 5, "audio");
	failed +=
	    check(m->settings.n == 5 && !strcmp(m->settings.at[1], "widths=[4,8]"), "settings");
	failed += check(m->parts.n == 2 && !strcmp(m->parts.at[1].title, "second"), "parts");
	failed += check(json_get(m->training, "batch")->integer == 3, "training");
	failed += check(ir_verify(m->module) == 0, "the IR verifies");
	return failed;
}

static int test_set(Arena *a)
{
	static const char *const set[] = {
	    "d=9", "d=2", "bias=false", "kind=identity", "widths=[1, 2*8]", "gain=3"};
	const Model *const m = read(a, "tests/data/language.json", COUNT(set), set);
	if (!m)
		return check(false, "language.json is read with --set");
	const Graph *const g = module_graph(m->module, "main");
	const char *const text = outline(a, g);
	int failed = 0;
	failed += check(strstr(text, "in.weight [2,20]; in [1,5,2]; ") != NULL, "d, bias");
	failed += check(strstr(text, "u.t2.weight [16,2]") != NULL, "widths");
	failed += check(strstr(text, "all [1,5,17]; table.2 [17]; ") != NULL, "kind");
	failed += check(constant(g, 0) == 6 && constant(g, 2) == 18, "gain");
	return failed;
}

/* Trained parameters: those that are no buffers. */
static int64_t count(const Graph *g)
{
	int64_t n = 0;
	for (int i = 0; i < g->nodes.n; i++)
		if (g->nodes.at[i]->op == OP_param && !attr_bool(g->nodes.at[i], "buffer"))
			n += type_count(&g->nodes.at[i]->out[0].type);
	return n;
}

/* By hand; 7 instead of 4 inputs of the distance branch add 64 * 9 * 3. */
static int test_counts(Arena *a)
{
	static const struct {
		const char *set;
		int64_t want;
	} rows[] = {
	    {"classes=13", 75137715},
	    {"norm=post_residual", 75137715},
	    {"norm=post_plain", 75137715},
	    {"sde_activation=identity", 75137715},
	    {"stitch_sequential=1", 75137715},
	    {"sde_inputs=7", 75137715 + 1728},
	    {"sde_activation=softplus", 75137715},
	};
	int failed = 0;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const Model *const m = read(a, "models/seld_mamba.json", 1, &rows[i].set);
		const int64_t n = m ? count(module_graph(m->module, "main")) : 0;
		failed += check(n == rows[i].want, rows[i].set);
	}
	return failed;
}

/* With --train the section's batch, if --batch says nothing. */
static int test_batch(Arena *a)
{
	static const struct {
		bool train;
		int64_t batch, want;
	} rows[] = {{false, 0, 1}, {true, 0, 4}, {true, 2, 2}, {false, 2, 2}};
	int failed = 0;
	for (size_t i = 0; i < COUNT(rows); i++) {
		Diag *const d = NEW(a, Diag);
		*d = (Diag){.arena = a, .out = stdout};
		const ModelOptions opt = {.train = rows[i].train, .batch = rows[i].batch};
		const Model *const m =
		    model_read(a, d, ops_new(a), "models/seld_mamba_tiny.json", &opt);
		failed += check(m && m->batch == rows[i].want, "batch");
	}
	return failed;
}

int main(void)
{
	Arena *const a = arena_new();
	const int failed = test_language(a) + test_set(a) + test_counts(a) + test_batch(a);
	arena_free(a);
	return failed > 0;
}
