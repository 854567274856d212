/* verify.c: the invariants of the IR, checked between passes. What ir_infer reports about a node
 * (number of inputs, attribute values, groups, map programs) is not repeated here: every node is
 * inferred again, on a copy, and the types compared.
 *
 * Later checks rely on earlier ones: types are inferred where a node's links are sound, places are
 * checked where the whole graph is. */
#include "ir.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGN = 64 }; /* bytes, of offsets in the arenas */

/* Extents and strides beyond this cannot be of any use, and below it sums of them stay exact. */
#define MOST ((int64_t)1 << 40)

/* A name with the place to report it at. */
typedef struct Name {
	const char *text;
	Loc loc;
	int order;
} Name;

typedef struct Verifier {
	const Module *m;
	const Graph *g;
	Arena *scratch;
	int errors;
	LIST(Name) names;
} Verifier;

/* ---- messages ----------------------------------------------------------------------------- */

__attribute__((format(printf, 4, 5))) static void fail(Verifier *v, DiagCode code, Loc loc,
						       const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	diag_error(v->m->diag, code, loc, "%s", arena_vprintf(v->scratch, fmt, ap));
	va_end(ap);
	v->errors++;
}

/* "%c = conv2d: MESSAGE" at the node. */
__attribute__((format(printf, 4, 5))) static void fail_node(Verifier *v, DiagCode code,
							    const Node *n, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	const char *text = arena_vprintf(v->scratch, fmt, ap);
	va_end(ap);
	const char *name = n->nout > 0 && n->out && n->out[0].name ? n->out[0].name : "?";
	fail(v, code, n->loc, "%%%s = %s: %s", name, v->m->ops->op[n->op].name, text);
}

/* ---- names -------------------------------------------------------------------------------- */

static void add_name(Verifier *v, const char *text, Loc loc)
{
	const Name name = {.text = text ? text : "", .loc = loc, .order = v->names.n};
	list_push(v->scratch, &v->names, name);
}

static int by_text(const void *a, const void *b)
{
	const Name *x = a, *y = b;
	const int order = strcmp(x->text, y->text);
	return order ? order : x->order - y->order;
}

/* Reports the names added since the last call that occur twice, and forgets all. */
static void check_unique(Verifier *v, const char *what)
{
	if (v->names.n)
		qsort(v->names.at, (size_t)v->names.n, sizeof *v->names.at, by_text);
	for (int i = 1; i < v->names.n; i++)
		if (!strcmp(v->names.at[i - 1].text, v->names.at[i].text))
			fail(v, E412, v->names.at[i].loc, "two %s are named '%s'", what,
			     v->names.at[i].text);
	v->names.n = 0;
}

static void check_names(Verifier *v)
{
	for (int i = 0; i < v->g->nodes.n; i++) {
		const Node *n = v->g->nodes.at[i];
		for (int k = 0; k < n->nout; k++)
			add_name(v, n->out[k].name, n->loc);
	}
	check_unique(v, "values");
	for (int i = 0; i < v->g->nodes.n; i++) {
		const Node *n = v->g->nodes.at[i];
		if (n->op == OP_input && n->label)
			add_name(v, n->label, n->loc);
	}
	check_unique(v, "inputs");
	for (int i = 0; i < v->g->outputs.n; i++)
		add_name(v, v->g->outputs.at[i].name, v->g->outputs.at[i].loc);
	check_unique(v, "outputs");
}

/* ---- links -------------------------------------------------------------------------------- */

/* The node stands in the graph at its id. */
static bool in_graph(const Verifier *v, const Node *n)
{
	return n->graph == v->g && n->id >= 0 && n->id < v->g->nodes.n &&
	       v->g->nodes.at[n->id] == n;
}

static bool is_result(const Value *x)
{
	return x->node && x->index >= 0 && x->index < x->node->nout && x == &x->node->out[x->index];
}

static void check_results(Verifier *v, const Node *n)
{
	const OpInfo *info = &v->m->ops->op[n->op];
	const int most = info->nout_max >= 0 ? info->nout_max : MAX_OUT;
	if (n->nout < info->nout_min || n->nout > most)
		fail_node(v, E411, n, "has %d output%s, not %d", n->nout, n->nout == 1 ? "" : "s",
			  n->nout < info->nout_min ? info->nout_min : most);
	for (int k = 0; k < n->nout; k++) {
		const Value *x = &n->out[k];
		if (x->node != n || x->index != k || !x->name)
			fail_node(v, E411, n, "output %d does not know its node, number and name",
				  k);
		else if (!type_valid(&x->type))
			fail_node(v, E415, n, "'%s' has a type that is not possible", x->name);
	}
}

static void check_input(Verifier *v, const Node *n, int i, const Value *x)
{
	if (!is_result(x))
		fail_node(v, E411, n, "input %d is no result of its node", i);
	else if (x->node->graph != v->g)
		fail_node(v, E413, n, "input '%s' is a value of another graph", x->name);
	else if (!in_graph(v, x->node))
		fail_node(v, E413, n, "input '%s' is defined by a node that is not in the graph",
			  x->name);
	else if (x->node->id >= n->id)
		fail_node(v, E413, n, "input '%s' is used before its definition", x->name);
}

static void check_links(Verifier *v, const Node *n, int position)
{
	if (n->graph != v->g)
		fail_node(v, E411, n, "belongs to another graph");
	if (n->id != position)
		fail_node(v, E411, n, "has id %d at position %d", n->id, position);
	if (n->mark)
		fail_node(v, E411, n, "still has the mark %d of a pass", n->mark);
	check_results(v, n);
	for (int i = 0; i < n->nin; i++)
		if (n->in[i])
			check_input(v, n, i, n->in[i]);
}

static void check_state(Verifier *v, const Node *n)
{
	if (n->op != OP_input || !n->label || !attr_bool(n, "state"))
		return;
	const Output *o = graph_renewal(v->g, n);
	if (o && o->value && !type_equal(&o->value->type, &n->out[0].type))
		fail_node(v, E416, n, "the state '%s' is %s, its next value %s", n->label,
			  type_text(v->scratch, &n->out[0].type),
			  type_text(v->scratch, &o->value->type));
}

static void check_output(Verifier *v, const Output *o)
{
	if (!o->name)
		fail(v, E416, o->loc, "output without a name");
	else if (!o->value || !is_result(o->value) || !in_graph(v, o->value->node))
		fail(v, E416, o->loc, "output '%s' is no value of graph '%s'", o->name, v->g->name);
}

static bool is_use(const Verifier *v, const Use *u, const Value *x)
{
	if (!u->node)
		return u->index < v->g->outputs.n && v->g->outputs.at[u->index].use == u &&
		       v->g->outputs.at[u->index].value == x;
	return in_graph(v, u->node) && u->index < u->node->nin && &u->node->use[u->index] == u &&
	       u->node->in[u->index] == x;
}

/* What the values list as uses are uses, and as many as there are. */
static void check_uses(Verifier *v)
{
	int there = v->g->outputs.n, listed = 0;
	for (int i = 0; i < v->g->nodes.n; i++) {
		const Node *n = v->g->nodes.at[i];
		for (int k = 0; k < n->nin; k++)
			there += n->in[k] != NULL;
		for (int k = 0; k < n->nout; k++)
			for (const Use *u = n->out[k].uses; u; u = u->next, listed++)
				if (!is_use(v, u, &n->out[k]))
					fail_node(v, E411, n, "'%s' has a use that is none",
						  n->out[k].name);
	}
	if (listed != there)
		fail(v, E411, (Loc){.src = v->m->text},
		     "graph '%s' uses values %d times, its values know of %d", v->g->name, there,
		     listed);
}

/* ---- attributes and types ----------------------------------------------------------------- */

/* The parts of attributes that inference takes for granted. */
static void check_attrs(Verifier *v, const Node *n)
{
	const OpInfo *info = &v->m->ops->op[n->op];
	if ((n->op == OP_input || n->op == OP_param) && !n->label)
		fail_node(v, E414, n, "has no label");
	for (int i = 0; i < info->nattrs; i++) {
		const Attr *a = &n->attr[i];
		const AttrDef *d = &info->attrs[i];
		if (!a->set)
			continue;
		const bool missing = (d->kind == A_STR && !a->s) ||
				     (d->kind == A_INTS && (a->n < 0 || (a->n && !a->is))) ||
				     (d->kind == A_FLOATS && (a->n < 0 || (a->n && !a->fs)));
		if (missing)
			fail_node(v, E414, n, "attribute '%s' has no value", d->name);
		if (d->kind == A_BOOL && a->i != 0 && a->i != 1)
			fail_node(v, E414, n, "flag '%s' is %" PRId64 ", not 0 or 1", d->name,
				  a->i);
	}
}

static void check_types(Verifier *v, const Node *n)
{
	Value out[MAX_OUT];
	Node copy = *n;
	memcpy(out, n->out, (size_t)n->nout * sizeof *out);
	copy.out = out;
	const int before = v->m->diag->nerrors;
	if (!ir_infer(&copy)) {
		const int more = v->m->diag->nerrors - before;
		v->errors += more > 0 ? more : 1;
		return;
	}
	for (int k = 0; k < n->nout; k++)
		if (!type_equal(&out[k].type, &n->out[k].type))
			fail_node(v, E415, n, "'%s' is %s, but inference gives %s", n->out[k].name,
				  type_text(v->scratch, &n->out[k].type),
				  type_text(v->scratch, &out[k].type));
}

static bool inputs_usable(const Node *n)
{
	for (int i = 0; i < n->nin; i++)
		if (n->in[i] && (!is_result(n->in[i]) || !type_valid(&n->in[i]->type)))
			return false;
	return true;
}

static void check_node(Verifier *v, const Node *n, int position)
{
	const int before = v->errors;
	check_links(v, n, position);
	check_attrs(v, n);
	if (v->errors == before && inputs_usable(n))
		check_types(v, n);
}

/* ---- places ------------------------------------------------------------------------------- */

/* Where a value's elements are: in the storage of `root`, `offset` elements after its first. */
typedef struct Store {
	const Value *root;
	int64_t offset;
	int last; /* root values: position of the last node that reads it */
} Store;

static Store *store_of(Store *stores, const Value *x)
{
	return &stores[(size_t)x->node->id * MAX_OUT + (size_t)x->index];
}

/* Elements first to last, both inclusive, counted from the start of the root's storage. */
static bool view_range(const Value *x, int64_t offset, double *first, double *last)
{
	*first = *last = (double)offset;
	for (int i = 0; i < x->type.rank; i++) {
		const int64_t s = x->place.stride[i];
		if (s > MOST || s < -MOST)
			return false;
		*(s < 0 ? first : last) += (double)s * (double)(x->type.dim[i] - 1);
	}
	return true;
}

static void check_view(Verifier *v, const Value *x, Store *stores)
{
	const Node *n = x->node;
	Store *s = store_of(stores, x);
	if (n->nin == 0 || !n->in[0]) {
		fail_node(v, E417, n, "'%s' is a view, but its node has no input", x->name);
		return;
	}
	const Store *of = store_of(stores, n->in[0]);
	if (x->type.dtype != of->root->type.dtype) {
		fail_node(v, E417, n, "'%s' views '%s', whose element type differs", x->name,
			  of->root->name);
		return;
	}
	double first = 0, last = 0;
	const int64_t count = type_count(&of->root->type);
	const bool sane = x->place.offset >= -MOST && x->place.offset <= MOST;
	const int64_t offset = sane ? of->offset + x->place.offset : 0;
	if (!sane || !view_range(x, offset, &first, &last) || first < 0 || last >= (double)count) {
		fail_node(v, E417, n, "view '%s' is not within the %" PRId64 " elements of '%s'",
			  x->name, count, of->root->name);
		return;
	}
	s->root = of->root;
	s->offset = offset;
}

static void check_arena(Verifier *v, const Value *x, const char *name, int64_t size)
{
	const int64_t at = x->place.offset, bytes = value_bytes(x);
	const int align = x->place.narrow ? ALIGN / 2 : ALIGN;
	if (at < 0 || at % align)
		fail_node(v, E417, x->node, "'%s' is at %s:%" PRId64 ", not a multiple of %d",
			  x->name, name, at, align);
	else if (bytes > size || at > size - bytes)
		fail_node(v, E417, x->node,
			  "'%s' at %s:%" PRId64 " with %" PRId64 " bytes ends after the %" PRId64
			  " of the graph",
			  x->name, name, at, bytes, size);
}

/* x joins weights or states that lie side by side in this order, so it is where they are. */
static bool is_join(const Value *x)
{
	const Node *n = x->node;
	int64_t at = x->place.offset;
	if (n->op != OP_stack && n->op != OP_concat)
		return false;
	for (int i = 0; i < n->nin; i++) {
		const Value *in = n->in[i];
		at += i > 0 ? type_bytes(&n->in[i - 1]->type) : 0;
		while (in->place.kind == PLACE_VIEW && in->place.offset == 0 && in->node->nin > 0)
			in = in->node->in[0];
		if (in->place.kind != x->place.kind || in->place.offset != at)
			return false;
	}
	return true;
}

/* x is written where the state is that it renews. */
static bool is_renewal(const Value *x)
{
	const Value *old = node_renewed(x->node, x->index);
	return old && old->node->op == OP_input && old->place.kind == PLACE_STATE &&
	       old->place.offset == x->place.offset;
}

static void check_place(Verifier *v, const Value *x, const bool *loadtime, Store *stores)
{
	const Node *n = x->node;
	const unsigned flags = v->m->ops->op[n->op].flags;
	*store_of(stores, x) = (Store){.root = x, .last = n->id};
	switch (x->place.kind) {
	case PLACE_NONE:
		break;
	case PLACE_ARENA:
		check_arena(v, x, "arena", v->g->arena_bytes);
		break;
	case PLACE_LOAD:
		check_arena(v, x, "load", v->g->load_bytes);
		if (!loadtime[n->id])
			fail_node(v, E417, n,
				  "'%s' depends on an input, so it is not known at load time",
				  x->name);
		break;
	case PLACE_PARAM:
		if ((!(flags & F_SOURCE) || n->op == OP_input) && !is_join(x))
			fail_node(v, E417, n, "'%s' is not a weight", x->name);
		else if (x->place.offset < 0 || x->place.offset % dtype_bytes(x->type.dtype))
			fail_node(v, E417, n, "'%s' is at param:%" PRId64 ", not on an element",
				  x->name, x->place.offset);
		break;
	case PLACE_STATE:
		if (!(n->op == OP_input && attr_bool(n, "state")) && !is_join(x) && !is_renewal(x))
			fail_node(v, E417, n, "'%s' is no state", x->name);
		else if (x->place.offset < 0 || x->place.offset % dtype_bytes(x->type.dtype))
			fail_node(v, E417, n, "'%s' is at state:%" PRId64 ", not on an element",
				  x->name, x->place.offset);
		break;
	case PLACE_IO:
		if (n->op != OP_input)
			fail_node(v, E417, n, "'%s' is not a graph input", x->name);
		break;
	case PLACE_VIEW:
		check_view(v, x, stores);
		break;
	}
}

/* ---- overlap ------------------------------------------------------------------------------ */

static bool bytes_overlap(const Value *a, const Value *b)
{
	return a->place.offset < b->place.offset + value_bytes(b) &&
	       b->place.offset < a->place.offset + value_bytes(a);
}

/* Sets for every root value the last node that reads it, through views too; outputs are read after
 * the last node. */
static void find_last_uses(const Graph *g, Store *stores)
{
	for (int i = 0; i < g->nodes.n; i++) {
		const Node *n = g->nodes.at[i];
		for (int k = 0; k < n->nin; k++)
			if (n->in[k])
				store_of(stores, store_of(stores, n->in[k])->root)->last = i;
	}
	for (int i = 0; i < g->outputs.n; i++)
		store_of(stores, store_of(stores, g->outputs.at[i].value)->root)->last = g->nodes.n;
}

/* A node may write over an input that it is the last to read. */
static void check_overlap(Verifier *v, Store *stores)
{
	LIST(const Value *) live = {0};
	for (int i = 0; i < v->g->nodes.n; i++) {
		const Node *n = v->g->nodes.at[i];
		int kept = 0;
		for (int j = 0; j < live.n; j++)
			if (store_of(stores, live.at[j])->last > i)
				live.at[kept++] = live.at[j];
		live.n = kept;
		for (int k = 0; k < n->nout; k++) {
			const Value *x = &n->out[k];
			if (x->place.kind != PLACE_ARENA)
				continue;
			for (int j = 0; j < live.n; j++)
				if (bytes_overlap(live.at[j], x))
					fail_node(v, E417, n,
						  "'%s' overwrites '%s', which is still needed",
						  x->name, live.at[j]->name);
			list_push(v->scratch, &live, x);
		}
	}
}

/* The graph is sound in all but its places. */
static void check_places(Verifier *v)
{
	const Graph *g = v->g;
	const int before = v->errors;
	const bool *loadtime = graph_loadtime(g, v->scratch);
	Store *stores = NEW_ARRAY(v->scratch, Store, (size_t)g->nodes.n * MAX_OUT);
	if (g->arena_bytes < 0 || g->load_bytes < 0) {
		const Loc loc = g->nodes.n ? g->nodes.at[0]->loc : (Loc){.src = v->m->text};
		fail(v, E417, loc, "graph '%s' has an arena of negative size", g->name);
	}
	for (int i = 0; i < g->nodes.n; i++)
		for (int k = 0; k < g->nodes.at[i]->nout; k++)
			check_place(v, &g->nodes.at[i]->out[k], loadtime, stores);
	if (v->errors != before)
		return;
	find_last_uses(g, stores);
	check_overlap(v, stores);
}

static void check_graph(Verifier *v)
{
	const int before = v->errors;
	for (int i = 0; i < v->g->nodes.n; i++)
		check_node(v, v->g->nodes.at[i], i);
	for (int i = 0; i < v->g->outputs.n; i++)
		check_output(v, &v->g->outputs.at[i]);
	check_names(v);
	if (v->errors == before)
		check_uses(v);
	for (int i = 0; i < v->g->nodes.n && v->errors == before; i++)
		check_state(v, v->g->nodes.at[i]);
	if (v->errors == before)
		check_places(v);
}

int ir_verify(const Module *m)
{
	Verifier v = {.m = m, .scratch = arena_new()};
	for (int i = 0; i < m->graphs.n; i++)
		add_name(&v, m->graphs.at[i]->name, (Loc){.src = m->text});
	check_unique(&v, "graphs");
	for (int i = 0; i < m->graphs.n; i++) {
		v.g = m->graphs.at[i];
		check_graph(&v);
	}
	arena_free(v.scratch);
	return v.errors;
}
