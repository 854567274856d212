/* ir.c: building and editing graphs.
 *
 * Nodes are never moved in memory; a graph owns the order. Ids are positions, valid after
 * graph_sort; node_new and node_insert keep the order valid if their inputs stand before. */
#include "ir.h"

#include <stdlib.h>
#include <string.h>

Module *module_new(Arena *a, Diag *d, const OpTable *ops, const char *name)
{
	Module *m = NEW(a, Module);
	m->arena = a;
	m->diag = d;
	m->ops = ops;
	m->name = name;
	return m;
}

Graph *graph_new(Module *m, const char *name)
{
	Graph *g = NEW(m->arena, Graph);
	g->module = m;
	g->name = name;
	list_push(m->arena, &m->graphs, g);
	return g;
}

/* Text IR may call a graph by any word: the prefix keeps `size`, `omp` or `conv2d` apart from what
 * the C library and the kernels define. */
const char *graph_ident(const Graph *g)
{
	static const char *const known[] = {"features", "main", "loss", "step"};
	for (size_t i = 0; i < COUNT(known); i++)
		if (!strcmp(g->name, known[i]))
			return known[i];
	return arena_printf(g->module->arena, "graph_%s", g->name);
}

Graph *module_graph(const Module *m, const char *name)
{
	for (int i = 0; i < m->graphs.n; i++)
		if (!strcmp(m->graphs.at[i]->name, name))
			return m->graphs.at[i];
	return NULL;
}

const OpInfo *node_info(const Node *n)
{
	return &n->graph->module->ops->op[n->op];
}

bool node_is(const Value *v, Op op)
{
	return v && v->node->op == op;
}

/* ---- names -------------------------------------------------------------------------------- */

/* FNV-1a over the name; the set is open addressing over the values' names. */
static uint64_t hash_name(const char *s)
{
	uint64_t h = 14695981039346656037u;
	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 1099511628211u;
	return h;
}

static const char **name_slot(Graph *g, const char *name)
{
	uint64_t i = hash_name(name) & (uint64_t)(g->names.cap - 1);
	while (g->names.at[i] && strcmp(g->names.at[i], name))
		i = (i + 1) & (uint64_t)(g->names.cap - 1);
	return &g->names.at[i];
}

bool graph_claim(Graph *g, const char *name)
{
	if (2 * (g->names.n + 1) > g->names.cap) {
		const char **old = g->names.at;
		const int ncap = g->names.cap;
		g->names.cap = ncap ? 2 * ncap : 64;
		g->names.at = NEW_ARRAY(g->module->arena, const char *, g->names.cap);
		for (int i = 0; i < ncap; i++)
			if (old[i])
				*name_slot(g, old[i]) = old[i];
	}
	const char **slot = name_slot(g, name);
	if (*slot)
		return false;
	*slot = name;
	g->names.n++;
	return true;
}

/* Labels keep letters, digits, '_' and '.'; everything else becomes '_'. */
static const char *clean_name(Arena *a, const char *base)
{
	char *s = arena_strdup(a, *base ? base : "v");
	for (char *p = s; *p; p++) {
		const bool ok = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
				(*p >= '0' && *p <= '9') || *p == '_' || *p == '.';
		if (!ok)
			*p = '_';
	}
	return s;
}

const char *graph_fresh(Graph *g, const char *base)
{
	Arena *a = g->module->arena;
	const char *name = clean_name(a, base);
	if (graph_claim(g, name))
		return name;
	/* Doubling, then halving: taken numbers are mostly contiguous, and there may be thousands.
	 */
	int taken = 1, space = 2;
	while (*name_slot(g, arena_printf(a, "%s.%d", name, space))) {
		taken = space;
		space *= 2;
	}
	while (space - taken > 1) {
		const int middle = taken + (space - taken) / 2;
		if (*name_slot(g, arena_printf(a, "%s.%d", name, middle)))
			taken = middle;
		else
			space = middle;
	}
	const char *next = arena_printf(a, "%s.%d", name, space);
	graph_claim(g, next);
	return next;
}

/* ---- uses --------------------------------------------------------------------------------- */

static void use_end(Use *u)
{
	if (!u->link)
		return;
	*u->link = u->next;
	if (u->next)
		u->next->link = u->link;
	u->next = NULL;
	u->link = NULL;
}

/* v NULL: u uses nothing. */
static void use_set(Use *u, Value *v)
{
	use_end(u);
	if (!v)
		return;
	u->next = v->uses;
	u->link = &v->uses;
	if (u->next)
		u->next->link = &u->next;
	v->uses = u;
}

void node_set_in(Node *n, int i, Value *v)
{
	((Value **)n->in)[i] = v;
	use_set(&n->use[i], v);
}

void node_set_inputs(Node *n, Value *const *in, int nin)
{
	Arena *a = n->graph->module->arena;
	for (int i = 0; i < n->nin; i++)
		use_end(&n->use[i]);
	n->nin = nin;
	n->in = NEW_ARRAY(a, Value *, nin);
	n->use = NEW_ARRAY(a, Use, nin);
	for (int i = 0; i < nin; i++) {
		n->use[i] = (Use){.node = n, .index = i};
		node_set_in(n, i, in ? in[i] : NULL);
	}
}

void graph_add_output(Graph *g, const char *name, Value *v, Loc loc)
{
	Use *u = NEW(g->module->arena, Use);
	u->index = g->outputs.n;
	list_push(g->module->arena, &g->outputs, ((Output){name, v, loc, u}));
	use_set(u, v);
}

void graph_set_output(Graph *g, int i, Value *v)
{
	g->outputs.at[i].value = v;
	use_set(g->outputs.at[i].use, v);
}

void graph_set_outputs(Graph *g, const Output *list, int n)
{
	Output *copy = NEW_ARRAY(g->module->arena, Output, n);
	for (int i = 0; i < n; i++)
		copy[i] = list[i];
	for (int i = 0; i < g->outputs.n; i++)
		use_end(g->outputs.at[i].use);
	g->outputs.n = 0;
	for (int i = 0; i < n; i++)
		graph_add_output(g, copy[i].name, copy[i].value, copy[i].loc);
}

bool value_is_output(const Value *v)
{
	for (const Use *u = v->uses; u; u = u->next)
		if (!u->node)
			return true;
	return false;
}

void value_replace(Value *old, Value *with, const Node *except)
{
	Graph *g = old->node->graph;
	for (Use *u = old->uses, *next; u; u = next) {
		next = u->next;
		if (!u->node)
			graph_set_output(g, u->index, with);
		else if (u->node != except)
			node_set_in(u->node, u->index, with);
	}
}

/* ---- nodes -------------------------------------------------------------------------------- */

void node_set_nout(Node *n, int nout)
{
	Graph *g = n->graph;
	const char *base = n->label ? n->label : node_info(n)->name;
	n->nout = nout;
	n->out = NEW_ARRAY(g->module->arena, Value, nout);
	for (int i = 0; i < nout; i++) {
		n->out[i].node = n;
		n->out[i].index = i;
		n->out[i].name = graph_fresh(g, base);
	}
}

static Node *node_make(Graph *g, Op op, Value *const *in, int nin, Loc loc, const char *label)
{
	Node *n = NEW(g->module->arena, Node);
	n->op = op;
	n->graph = g;
	n->loc = loc;
	n->label = label;
	while (nin > 0 && !in[nin - 1])
		nin--;
	node_set_inputs(n, in, nin);
	const OpInfo *info = &g->module->ops->op[op];
	if (info->nout_max > 0)
		node_set_nout(n, info->nout_min);
	return n;
}

Node *node_new(Graph *g, Op op, Value *const *in, int nin, Loc loc, const char *label)
{
	Node *n = node_make(g, op, in, nin, loc, label);
	n->id = g->nodes.n;
	list_push(g->module->arena, &g->nodes, n);
	return n;
}

Node *node_insert(Graph *g, Node *at, Op op, Value *const *in, int nin, Loc loc, const char *label)
{
	Node *n = node_new(g, op, in, nin, loc, label);
	if (!at)
		return n;
	int i = g->nodes.n - 1;
	for (; i > 0 && g->nodes.at[i - 1] != at; i--)
		g->nodes.at[i] = g->nodes.at[i - 1];
	if (i == 0)
		BUG("node_insert before a node of another graph");
	g->nodes.at[i] = g->nodes.at[i - 1];
	g->nodes.at[i - 1] = n;
	return n;
}

Node *node_copy(Graph *g, Node *at, const Node *n)
{
	Node *c = node_insert(g, at, n->op, n->in, n->nin, n->loc, n->label);
	memcpy(c->attr, n->attr, sizeof c->attr);
	c->group = n->group;
	if (c->nout != n->nout)
		node_set_nout(c, n->nout);
	for (int i = 0; i < n->nout; i++)
		c->out[i].type = n->out[i].type;
	return c;
}

/* ---- attributes --------------------------------------------------------------------------- */

static int attr_index(const Node *n, const char *name)
{
	const OpInfo *op = node_info(n);
	for (int i = 0; i < op->nattrs; i++)
		if (!strcmp(op->attrs[i].name, name))
			return i;
	return -1;
}

bool attr_has(const Node *n, const char *name)
{
	return attr_index(n, name) >= 0;
}

static int attr_find(const Node *n, const char *name, AttrKind kind)
{
	const int i = attr_index(n, name);
	if (i < 0)
		BUG("%s has no attribute %s", node_info(n)->name, name);
	if (node_info(n)->attrs[i].kind != kind)
		BUG("attribute %s of %s is of another kind", name, node_info(n)->name);
	return i;
}

int64_t attr_int(const Node *n, const char *name)
{
	const int i = attr_find(n, name, A_INT);
	return n->attr[i].set ? n->attr[i].i : atoll(node_info(n)->attrs[i].dflt);
}

double attr_float(const Node *n, const char *name)
{
	const int i = attr_find(n, name, A_FLOAT);
	return n->attr[i].set ? n->attr[i].f : strtod(node_info(n)->attrs[i].dflt, NULL);
}

bool attr_bool(const Node *n, const char *name)
{
	const int i = attr_find(n, name, A_BOOL);
	return n->attr[i].set ? n->attr[i].i : *node_info(n)->attrs[i].dflt == '1';
}

const char *attr_str(const Node *n, const char *name)
{
	const int i = attr_find(n, name, A_STR);
	return n->attr[i].set ? n->attr[i].s : node_info(n)->attrs[i].dflt;
}

/* A list's default is one number for every entry, or nothing for an empty list. */
static int default_len(const AttrDef *d)
{
	if (!d->dflt || !*d->dflt)
		return 0;
	return d->n > 0 ? d->n : 1;
}

int attr_len(const Node *n, const char *name)
{
	const int i = attr_index(n, name);
	if (i < 0)
		BUG("%s has no attribute %s", node_info(n)->name, name);
	return n->attr[i].set ? n->attr[i].n : default_len(&node_info(n)->attrs[i]);
}

int64_t attr_int_at(const Node *n, const char *name, int k)
{
	const int i = attr_find(n, name, A_INTS);
	if (k < 0 || k >= attr_len(n, name))
		BUG("%s: entry %d of %s is out of range", node_info(n)->name, k, name);
	return n->attr[i].set ? n->attr[i].is[k] : atoll(node_info(n)->attrs[i].dflt);
}

double attr_float_at(const Node *n, const char *name, int k)
{
	const int i = attr_find(n, name, A_FLOATS);
	if (k < 0 || k >= attr_len(n, name))
		BUG("%s: entry %d of %s is out of range", node_info(n)->name, k, name);
	return n->attr[i].set ? n->attr[i].fs[k] : strtod(node_info(n)->attrs[i].dflt, NULL);
}

const int64_t *attr_ints(const Node *n, const char *name)
{
	const int i = attr_find(n, name, A_INTS);
	if (n->attr[i].set)
		return n->attr[i].is;
	const int len = attr_len(n, name);
	int64_t *v = NEW_ARRAY(n->graph->module->arena, int64_t, len);
	for (int k = 0; k < len; k++)
		v[k] = attr_int_at(n, name, k);
	return v;
}

void attr_set_int(Node *n, const char *name, int64_t v)
{
	n->attr[attr_find(n, name, A_INT)] = (Attr){.set = true, .i = v};
}

void attr_set_float(Node *n, const char *name, double v)
{
	n->attr[attr_find(n, name, A_FLOAT)] = (Attr){.set = true, .f = v};
}

void attr_set_bool(Node *n, const char *name, bool v)
{
	n->attr[attr_find(n, name, A_BOOL)] = (Attr){.set = true, .i = v};
}

void attr_set_str(Node *n, const char *name, const char *v)
{
	n->attr[attr_find(n, name, A_STR)] =
	    (Attr){.set = true, .s = arena_strdup(n->graph->module->arena, v)};
}

void attr_set_ints(Node *n, const char *name, const int64_t *v, int len)
{
	int64_t *copy = NEW_ARRAY(n->graph->module->arena, int64_t, len);
	for (int i = 0; i < len; i++)
		copy[i] = v[i];
	n->attr[attr_find(n, name, A_INTS)] = (Attr){.set = true, .n = len, .is = copy};
}

void attr_set_floats(Node *n, const char *name, const double *v, int len)
{
	double *copy = NEW_ARRAY(n->graph->module->arena, double, len);
	for (int i = 0; i < len; i++)
		copy[i] = v[i];
	n->attr[attr_find(n, name, A_FLOATS)] = (Attr){.set = true, .n = len, .fs = copy};
}

/* Bit for bit: 0 and -0 are two numbers, NaN is one. */
static bool same_number(double a, double b)
{
	return !memcmp(&a, &b, sizeof a);
}

static bool list_equal(const Node *a, const Node *b, const AttrDef *d)
{
	const int len = attr_len(a, d->name);
	if (attr_len(b, d->name) != len)
		return false;
	for (int i = 0; i < len; i++) {
		const bool same =
		    d->kind == A_INTS
			? attr_int_at(a, d->name, i) == attr_int_at(b, d->name, i)
			: same_number(attr_float_at(a, d->name, i), attr_float_at(b, d->name, i));
		if (!same)
			return false;
	}
	return true;
}

static bool one_equal(const Node *a, const Node *b, const AttrDef *d)
{
	switch (d->kind) {
	case A_INT:
		return attr_int(a, d->name) == attr_int(b, d->name);
	case A_FLOAT:
		return same_number(attr_float(a, d->name), attr_float(b, d->name));
	case A_BOOL:
		return attr_bool(a, d->name) == attr_bool(b, d->name);
	case A_STR:
		return !strcmp(attr_str(a, d->name), attr_str(b, d->name));
	default:
		return list_equal(a, b, d);
	}
}

bool attr_equal(const Node *a, const Node *b, bool but_each)
{
	if (a->op != b->op || a->group != b->group)
		return false;
	const OpInfo *op = node_info(a);
	for (int i = 0; i < op->nattrs; i++) {
		if (but_each && op->attrs[i].n == ATTR_EACH)
			continue;
		if (!a->attr[i].set && !b->attr[i].set)
			continue;
		if (!one_equal(a, b, &op->attrs[i]))
			return false;
	}
	return true;
}

uint64_t hash_add(uint64_t h, uint64_t v)
{
	h = (h ^ v ^ 14695981039346656037u) * 1099511628211u;
	return h ^ h >> 29;
}

static uint64_t hash_number(uint64_t h, double v)
{
	uint64_t bits;
	memcpy(&bits, &v, sizeof bits);
	return hash_add(h, bits);
}

static uint64_t hash_attr(uint64_t h, const Node *n, const AttrDef *d)
{
	switch (d->kind) {
	case A_INT:
		return hash_add(h, (uint64_t)attr_int(n, d->name));
	case A_FLOAT:
		return hash_number(h, attr_float(n, d->name));
	case A_BOOL:
		return hash_add(h, attr_bool(n, d->name));
	case A_STR:
		return hash_add(h, hash_name(attr_str(n, d->name)));
	case A_INTS:
		for (int i = 0; i < attr_len(n, d->name); i++)
			h = hash_add(h, (uint64_t)attr_int_at(n, d->name, i));
		return h;
	case A_FLOATS:
		for (int i = 0; i < attr_len(n, d->name); i++)
			h = hash_number(h, attr_float_at(n, d->name, i));
		return h;
	}
	return h;
}

uint64_t attr_hash(const Node *n)
{
	const OpInfo *op = node_info(n);
	uint64_t h = hash_add(hash_add(0, n->op), (uint64_t)n->group);
	for (int i = 0; i < op->nattrs; i++)
		if (n->attr[i].set || op->attrs[i].dflt)
			h = hash_attr(h, n, &op->attrs[i]);
	return h;
}

bool node_reverse(const Node *n, int g)
{
	const int len = attr_len(n, "reverse");
	return len > 0 && attr_int_at(n, "reverse", g < len ? g : len - 1) != 0;
}

/* ---- graphs ------------------------------------------------------------------------------- */

void node_end_uses(Node *n)
{
	for (int i = 0; i < n->nin; i++)
		use_end(&n->use[i]);
}

void node_drop(Node *n)
{
	Graph *g = n->graph;
	int i = g->nodes.n - 1;
	while (g->nodes.at[i] != n)
		i--;
	for (g->nodes.n--; i < g->nodes.n; i++)
		g->nodes.at[i] = g->nodes.at[i + 1];
	node_end_uses(n);
}

void graph_sweep(Graph *g)
{
	int kept = 0;
	for (int i = 0; i < g->nodes.n; i++) {
		Node *n = g->nodes.at[i];
		if (n->mark < 0) {
			node_end_uses(n);
			continue;
		}
		n->id = kept;
		g->nodes.at[kept++] = n;
	}
	g->nodes.n = kept;
}

/* Depth first in the old order, on an explicit stack: a node follows its producers, and an order
 * that was already valid does not change. */
void graph_sort(Graph *g)
{
	const int n = g->nodes.n;
	Arena *scratch = arena_new();
	Node **order = NEW_ARRAY(scratch, Node *, n), **stack = NEW_ARRAY(scratch, Node *, n);
	char *state = NEW_ARRAY(scratch, char, n); /* 0 new, 1 on the stack, 2 placed */
	int nplaced = 0;
	for (int i = 0; i < n; i++)
		g->nodes.at[i]->id = i;
	for (int i = 0; i < n; i++) {
		int depth = 0;
		if (!state[i])
			stack[depth++] = g->nodes.at[i];
		while (depth) {
			Node *top = stack[depth - 1];
			Node *next = NULL;
			state[top->id] = 1;
			for (int k = 0; k < top->nin && !next; k++)
				if (top->in[k] && state[top->in[k]->node->id] != 2)
					next = top->in[k]->node;
			if (next) {
				if (state[next->id] == 1)
					BUG("graph %s has a cycle through %s", g->name,
					    node_info(next)->name);
				stack[depth++] = next;
				continue;
			}
			state[top->id] = 2;
			order[nplaced++] = top;
			depth--;
		}
	}
	for (int i = 0; i < n; i++) {
		g->nodes.at[i] = order[i];
		order[i]->id = i;
	}
	arena_free(scratch);
}

int64_t value_bytes(const Value *v)
{
	return v->place.narrow ? type_count(&v->type) * dtype_bytes(BF16) : type_bytes(&v->type);
}

const Output *graph_renewal(const Graph *g, const Node *input)
{
	static const char prefix[] = "new.";
	const size_t skip = sizeof prefix - 1;
	for (int i = 0; i < g->outputs.n; i++) {
		const char *name = g->outputs.at[i].name;
		if (!strcmp(strncmp(name, prefix, skip) ? name : name + skip, input->label))
			return &g->outputs.at[i];
	}
	return NULL;
}

Value *node_renewed(const Node *n, int index)
{
	const OpInfo *info = node_info(n);
	for (int i = 0; info->flags & F_RENEWS && i < n->nin; i++)
		if (!strcmp(info->out_names[index] + strlen("new_"), info->in_names[i]))
			return n->in[i];
	return NULL;
}

bool *graph_loadtime(const Graph *g, Arena *scratch)
{
	bool *load = NEW_ARRAY(scratch, bool, g->nodes.n);
	for (int i = 0; i < g->nodes.n; i++) {
		const Node *n = g->nodes.at[i];
		load[n->id] = n->op != OP_input;
		for (int k = 0; k < n->nin; k++)
			if (n->in[k] && !load[n->in[k]->node->id])
				load[n->id] = false;
	}
	return load;
}
