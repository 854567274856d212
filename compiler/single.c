/* single.c: see single.h. A node's sizes are made small by trial: op and attributes say what fits
 * only through inference. */
#include "single.h"

#include <string.h>

enum { MAX_EXTENTS = 64 };

/* Distinct large extents of a node's inputs, and what becomes of each. */
typedef struct Sizes {
	int n;
	int64_t from[MAX_EXTENTS], to[MAX_EXTENTS];
} Sizes;

typedef struct Maker {
	Singles *s;
	const Graph *g;
	const bool *load; /* by node id */
	const Node *n;
	const Sizes *sizes;
	Graph *to;
} Maker;

bool singles_open(Singles *s, Arena *a, const OpTable *ops, const char *name)
{
	*s = (Singles){.arena = a, .quiet = {.arena = a, .out = fopen("/dev/null", "w")}};
	s->module = module_new(a, &s->quiet, ops, name);
	return s->quiet.out != NULL;
}

void singles_close(Singles *s)
{
	if (s->quiet.out)
		fclose(s->quiet.out);
}

/* ---- sizes ---- */

static int64_t reduced(const Sizes *z, int64_t extent)
{
	for (int i = 0; i < z->n; i++)
		if (z->from[i] == extent)
			return z->to[i];
	return extent;
}

static Type reduced_type(const Maker *k, const Type *t)
{
	Type r = *t;
	for (int i = k->n->group ? 1 : 0; i < r.rank; i++)
		r.dim[i] = reduced(k->sizes, r.dim[i]);
	return r;
}

static void collect(Sizes *z, const Node *n, int64_t tile)
{
	for (int k = 0; k < n->nin; k++)
		for (int i = n->group ? 1 : 0; n->in[k] && i < n->in[k]->type.rank; i++) {
			const int64_t d = n->in[k]->type.dim[i];
			if (d <= 3 * tile || z->n == MAX_EXTENTS || reduced(z, d) != d)
				continue;
			z->from[z->n] = d;
			z->to[z->n++] = 2 * tile + d % tile;
		}
}

/* ---- one node ---- */

static const char *operand_name(const Maker *k, int i)
{
	const OpInfo *info = node_info(k->n);
	if (info->nin_max < 0)
		return arena_printf(k->s->arena, "x%d", i);
	return info->in_names[i];
}

/* As node_new, with the attributes of `like` and without its name. */
static Node *bare_copy(Graph *g, const Node *like, Value **in)
{
	Node *n = node_new(g, like->op, in, like->nin, (Loc){0}, NULL);
	memcpy(n->attr, like->attr, sizeof n->attr);
	n->group = like->group;
	if (n->nout != like->nout)
		node_set_nout(n, like->nout);
	return n;
}

/* A source for input i: a constant where the back ends write one into the code. */
static Value *make_source(const Maker *k, int i)
{
	const Node *from = k->n->in[i]->node;
	const Type t = reduced_type(k, &k->n->in[i]->type);
	const bool written = from->op == OP_const &&
			     (attr_len(from, "value") == 1 || type_equal(&t, &from->out[0].type));
	const bool loads = k->load[from->id] && !k->load[k->n->id];
	Node *n = written ? bare_copy(k->to, from, NULL)
			  : node_new(k->to, loads ? OP_param : OP_input, NULL, 0, (Loc){0},
				     operand_name(k, i));
	attr_set_ints(n, "shape", t.dim, t.rank);
	return ir_infer(n) ? &n->out[0] : NULL;
}

static void reduce_attributes(const Maker *k, Node *n)
{
	static const char *const names[] = {"shape", "size"};
	for (size_t a = 0; a < COUNT(names); a++) {
		if (!attr_has(n, names[a]))
			continue;
		const int len = attr_len(n, names[a]);
		int64_t v[MAX_RANK];
		for (int i = 0; i < len && i < MAX_RANK; i++)
			v[i] = reduced(k->sizes, attr_int_at(n, names[a], i));
		attr_set_ints(n, names[a], v, len);
	}
}

static bool make_node(const Maker *k)
{
	Value **in = NEW_ARRAY(k->s->arena, Value *, k->n->nin + 1);
	for (int i = 0; i < k->n->nin; i++) {
		for (int j = 0; j < i && !in[i]; j++)
			in[i] = k->n->in[i] == k->n->in[j] ? in[j] : NULL;
		if (!in[i] && k->n->in[i] && !(in[i] = make_source(k, i)))
			return false;
	}
	Node *n = bare_copy(k->to, k->n, in);
	reduce_attributes(k, n);
	if (!ir_infer(n))
		return false;
	for (int i = 0; i < n->nout; i++)
		graph_add_output(k->to, arena_printf(k->s->arena, "y%d", i), &n->out[i], (Loc){0});
	graph_sort(k->to);
	return true;
}

/* The graph, last of the module; NULL and not in the module if these sizes do not fit. */
static Graph *make(Singles *s, const Graph *g, const bool *load, const Node *n, const Sizes *sizes)
{
	Maker k = {s, g, load, n, sizes, NULL};
	k.to = graph_new(s->module, arena_printf(s->arena, "op%d", s->at.n));
	if (make_node(&k))
		return k.to;
	s->module->graphs.n--;
	return NULL;
}

/* All extents small at once or, where that does not fit, those that can be, one after the other. */
static Graph *make_small(Singles *s, const Graph *g, const bool *load, const Node *n, int64_t tile)
{
	Sizes all = {0}, some = {0};
	collect(&all, n, tile);
	Graph *made = make(s, g, load, n, &all);
	for (int i = 0; !made && i < all.n; i++) {
		some.from[some.n] = all.from[i];
		some.to[some.n++] = all.to[i];
		if (make(s, g, load, n, &some))
			s->module->graphs.n--;
		else
			some.n--;
	}
	return made ? made : make(s, g, load, n, &some);
}

/* What makes nodes the same. */
static const char *key_of(const Graph *g, Arena *a)
{
	Buf b;
	buf_init(&b, a);
	for (int i = 0; i < g->nodes.n; i++)
		ir_print_node(&b, g->nodes.at[i]);
	return b.s;
}

/* Parameters are the module's: they get names of their own. */
static void name_params(const Singles *s, const Graph *g)
{
	for (int i = 0; i < g->nodes.n; i++)
		if (g->nodes.at[i]->op == OP_param)
			g->nodes.at[i]->label =
			    arena_printf(s->arena, "%s.%s", g->name, g->nodes.at[i]->label);
}

static bool is_new(Singles *s, const char *key)
{
	for (int i = 0; i < s->keys.n; i++)
		if (!strcmp(s->keys.at[i], key))
			return false;
	list_push(s->arena, &s->keys, key);
	return true;
}

void singles_add(Singles *s, const Graph *g, int64_t tile)
{
	const bool *load = graph_loadtime(g, s->arena);
	for (int i = 0; i < g->nodes.n; i++) {
		const Node *n = g->nodes.at[i];
		if (n->op == OP_input || n->op == OP_param || n->op == OP_const)
			continue;
		Graph *made = make_small(s, g, load, n, tile);
		if (!made)
			BUG("%s does not fit by itself", node_info(n)->name);
		if (!is_new(s, key_of(made, s->arena))) {
			s->module->graphs.n--;
			continue;
		}
		name_params(s, made);
		list_push(s->arena, &s->at,
			  ((Single){made, n->op, n->label ? n->label : n->out[0].name}));
	}
}
