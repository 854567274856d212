/* verify.c: broken links that no text can say, found by ir_verify; and the map language. Prints
 * what went wrong; status 1 if anything did. */
#include "../../ir/ir.h"

#include <string.h>

static const char text[] = "module m\n"
			   "graph main arena=0 load=0 {\n"
			   "  %x = input \"x\" {shape=[2]} : f32[2]\n"
			   "  %y = relu %x : f32[2]\n"
			   "  %z = sum %y {axes=[0] keep=1} : f32[1]\n"
			   "  output \"o\" %z\n"
			   "}\n"
			   "graph other arena=0 load=0 {\n"
			   "  %q = const {value=[1]} : f32[]\n"
			   "}\n";

typedef struct Broken {
	Module *m;
	Graph *g;
	Node *x, *y, *z; /* of graph main */
	Value *q;        /* of graph other */
} Broken;

static void break_id(Broken *b)
{
	b->y->id = 5;
}
static void break_mark(Broken *b)
{
	b->y->mark = -1;
}
static void break_index(Broken *b)
{
	b->y->out[0].index = 1;
}
static void break_owner(Broken *b)
{
	b->y->graph = b->q->node->graph;
}
static void break_name(Broken *b)
{
	b->y->out[0].name = NULL;
}
static void break_count(Broken *b)
{
	b->y->nout = 0;
}
static void break_rank(Broken *b)
{
	b->y->out[0].type.rank = MAX_RANK + 1;
}
static void absent_input(Broken *b)
{
	node_set_in(b->z, 0, NULL);
}
static void foreign_input(Broken *b)
{
	node_set_in(b->z, 0, b->q);
}
static void foreign_output(Broken *b)
{
	graph_set_output(b->g, 0, b->q);
}
static void lost_use(Broken *b)
{
	b->x->out[0].uses = NULL;
}
static void wrong_use(Broken *b)
{
	b->z->use[0].index = 1;
}
static void nameless_output(Broken *b)
{
	b->g->outputs.at[0].name = NULL;
}
static void missing_list(Broken *b)
{
	b->x->attr[0].is = NULL;
}
static void wrong_flag(Broken *b)
{
	b->z->attr[1].i = 2;
}
static void negative_arena(Broken *b)
{
	b->g->arena_bytes = -64;
}
static void same_graphs(Broken *b)
{
	b->q->node->graph->name = "main";
}

static void removed_input(Broken *b)
{
	b->g->nodes.at[1] = b->z;
	b->z->id = 1;
	b->g->nodes.n = 2;
}

static void far_view(Broken *b)
{
	b->y->out[0].place =
	    (Place){.kind = PLACE_VIEW, .offset = INT64_MIN, .stride = {INT64_MIN}};
}

static const struct {
	void (*apply)(Broken *b);
	DiagCode code; /* of the first message */
	const char *message;
} cases[] = {
    {break_id, E411, "%y = relu: has id 5 at position 1"},
    {break_mark, E411, "still has the mark -1 of a pass"},
    {break_index, E411, "output 0 does not know its node, number and name"},
    {break_owner, E411, "belongs to another graph"},
    {break_name, E411, "output 0 does not know its node, number and name"},
    {break_count, E411, "has 0 outputs, not 1"},
    {break_rank, E415, "'y' has a type that is not possible"},
    {absent_input, E301, "takes 1 input, not 0"},
    {foreign_input, E413, "input 'q' is a value of another graph"},
    {removed_input, E413, "input 'y' is defined by a node that is not in the graph"},
    {foreign_output, E416, "output 'o' is no value of graph 'main'"},
    {lost_use, E411, "graph 'main' uses values 3 times, its values know of 2"},
    {wrong_use, E411, "'y' has a use that is none"},
    {nameless_output, E416, "output without a name"},
    {missing_list, E414, "attribute 'shape' has no value"},
    {wrong_flag, E414, "flag 'keep' is 2, not 0 or 1"},
    {negative_arena, E417, "graph 'main' has an arena of negative size"},
    {same_graphs, E412, "two graphs are named 'main'"},
    {far_view, E417, "view 'y' is not within the 2 elements of 'x'"},
};

/* What the verifier says, in the arena. */
static const char *messages(Arena *a, const OpTable *ops, void (*apply)(Broken *b), int *errors)
{
	FILE *out = tmpfile();
	if (!out)
		BUG("no temporary file");
	Diag d = {.arena = a, .out = out};
	const Source src = {.name = "text", .text = text, .len = sizeof text - 1};
	Broken b = {.m = ir_parse(a, &d, ops, &src)};
	if (!b.m)
		BUG("the text does not parse");
	b.g = b.m->graphs.at[0];
	b.x = b.g->nodes.at[0], b.y = b.g->nodes.at[1], b.z = b.g->nodes.at[2];
	b.q = &b.m->graphs.at[1]->nodes.at[0]->out[0];
	if (apply)
		apply(&b);
	*errors = ir_verify(b.m);
	char *s = arena_alloc(a, 4096);
	rewind(out);
	s[fread(s, 1, 4095, out)] = '\0';
	fclose(out);
	return s;
}

static int test_links(Arena *a, const OpTable *ops)
{
	int failed = 0, errors;
	const char *said = messages(a, ops, NULL, &errors);
	if (errors)
		failed++, printf("sound graph: %s\n", said);
	for (size_t i = 0; i < COUNT(cases); i++) {
		said = messages(a, ops, cases[i].apply, &errors);
		const char *code = arena_printf(a, "[E%04d]", (int)cases[i].code);
		if (errors && strstr(said, cases[i].message) && strstr(said, code))
			continue;
		failed++;
		printf("wanted: %s %s\nfound: %s\n", cases[i].message, code, said);
	}
	return failed;
}

/* Programs over two inputs with their canonical text, or with what is wrong. */
static const struct {
	const char *program, *text, *why;
} maps[] = {
    {"y0 = relu(x1)", "y0 = relu(x1)", NULL},
    {" t7 =mul( x0,x1 );y1=relu(t7);t3=where(y1,0.1,nan);y0=add(t3,-inf) ",
     "t0 = mul(x0, x1); y1 = relu(t0); t1 = where(y1, 0.1, nan); y0 = add(t1, -inf)", NULL},
    {"", NULL, "expected a name or a number at byte 0"},
    {"y0 relu(x0)", NULL, "expected '=' at byte 3"},
    {"y0 = relu", NULL, "expected '(' at byte 9"},
    {"y0 = relu()", NULL, "expected a name or a number at byte 10"},
    {"y0 = relu(x0", NULL, "expected ',' or ')' at byte 12"},
    {"y0 = relu(x0, x1)", NULL, "'relu' takes 1 operands at byte 9"},
    {"y0 = relu(x0) y1", NULL, "expected ';' at byte 14"},
    {"y0 = relu(x0);", NULL, "expected a name or a number at byte 14"},
    {"y0 = relu(x2)", NULL, "operand 'x2' is not defined at byte 10"},
    {"y0 = relu(1e)", NULL, "operand '1e' is not defined at byte 10"},
    {"y0 = relu(t0); t0 = neg(x0)", NULL, "operand 't0' is not defined at byte 10"},
    {"y16 = relu(x0)", NULL, "expected tN or yN, found 'y16' at byte 0"},
    {"z0 = relu(x0)", NULL, "expected tN or yN, found 'z0' at byte 0"},
};

static int test_maps(Arena *a, const OpTable *ops)
{
	int failed = 0;
	for (size_t i = 0; i < COUNT(maps); i++) {
		MapCode code;
		const char *why = NULL;
		const bool ok = map_parse(a, ops, maps[i].program, 2, &code, &why);
		const char *found = ok ? map_text(a, ops, &code) : why;
		const char *wanted = maps[i].text ? maps[i].text : maps[i].why;
		if (ok == (maps[i].text != NULL) && !strcmp(found, wanted))
			continue;
		failed++;
		printf("map '%s'\n  wanted: %s\n  found: %s\n", maps[i].program, wanted, found);
	}
	return failed;
}

int main(void)
{
	Arena *a = arena_new();
	const OpTable *ops = ops_new(a);
	const int failed = test_links(a, ops) + test_maps(a, ops);
	arena_free(a);
	return failed > 0;
}
