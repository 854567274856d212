/* plan_check.c: proves a memory plan by running it on tags instead of numbers, sharing no code with
 * the planner. Every 32 bytes of an arena carry the number of the value last written there; each
 * node must find, under every element that it reads, the value that it reads or one that it was
 * computed inside. Values start at multiples of 32, so none shares its last 32 bytes with another.
 * Params and states must not overlap; what is written over a state must be the last to need it. */
#include "passes/plan.h"

#include <string.h>

enum { GRAIN = 32 };

typedef struct Space {
	PlaceKind kind;
	int64_t bytes;
	int *tag; /* by byte / GRAIN */
} Space;

typedef struct Check {
	const Graph *g;
	const PassHooks *hooks;
	const bool *load;
	Arena *a, *result;
	Space space[2]; /* the arenas */
	int *inside;    /* by tag: tag of the stack that holds the value in place, 0 if none */
	const char *why;
} Check;

static int tag_of(const Value *v)
{
	return v->node->id * MAX_OUT + v->index + 1;
}

__attribute__((format(printf, 3, 4))) static bool wrong(Check *c, const Value *v, const char *fmt,
							...)
{
	va_list ap;
	va_start(ap, fmt);
	const char *text = arena_vprintf(c->a, fmt, ap);
	va_end(ap);
	if (!c->why)
		c->why =
		    arena_printf(c->result, "plan of graph %s: '%s' %s", c->g->name, v->name, text);
	return false;
}

static Space *find_space(Check *c, PlaceKind kind)
{
	for (int i = 0; i < 2; i++)
		if (c->space[i].kind == kind)
			return &c->space[i];
	return NULL;
}

/* ---- where elements are ---------------------------------------------------------------------- */

/* Bytes of a stored element of a value that owns its bytes. */
static int width_of(const Value *owner)
{
	return dtype_bytes(owner->place.narrow ? BF16 : owner->type.dtype);
}

/* Follows views to the value that owns the bytes; byte offset of element 0 and element strides. */
static const Value *locate(const Value *v, int64_t *offset, int64_t *stride)
{
	int64_t s = 1, elements = 0;
	for (int i = v->type.rank - 1; i >= 0; s *= v->type.dim[i--])
		stride[i] = v->place.kind == PLACE_VIEW ? v->place.stride[i] : s;
	for (; v->place.kind == PLACE_VIEW; v = v->node->in[0])
		elements += v->place.offset;
	*offset = v->place.offset + elements * width_of(v);
	return v;
}

/* Stands in memory before the first node runs. */
static bool is_given(const Value *owner)
{
	return owner->place.kind == PLACE_PARAM || owner->place.kind == PLACE_STATE;
}

static bool accepts(const Check *c, int want, int tag)
{
	for (; want; want = c->inside[want])
		if (want == tag)
			return true;
	return false;
}

static bool read_bytes(Check *c, const Space *s, const Value *v, int want, int64_t at,
		       int64_t bytes)
{
	if (at < 0 || at + bytes > s->bytes)
		return wrong(c, v, "reaches byte %lld of %lld", (long long)(at + bytes),
			     (long long)s->bytes);
	for (int64_t b = at / GRAIN; b * GRAIN < at + bytes; b++)
		if (!accepts(c, want, s->tag[b]))
			return wrong(
			    c, v,
			    "is overwritten at byte %lld by value number %d before its last use",
			    (long long)(b * GRAIN), s->tag[b]);
	return true;
}

/* Rows of neighbouring elements at once. */
static bool read_value(Check *c, const Value *v)
{
	int64_t at, stride[MAX_RANK], index[MAX_RANK] = {0};
	const Value *owner = locate(v, &at, stride);
	if (owner->place.kind == PLACE_IO || is_given(owner))
		return true;
	const Space *s = find_space(c, owner->place.kind);
	if (!s)
		return wrong(c, v, "has no place");
	const int width = width_of(owner);
	int outer = v->type.rank;
	int64_t run = 1;
	while (outer > 0 && (v->type.dim[outer - 1] == 1 || stride[outer - 1] == run))
		run *= v->type.dim[--outer];
	for (int64_t left = type_count(&v->type) / run; left > 0; left--) {
		if (!read_bytes(c, s, v, tag_of(owner), at, run * width))
			return false;
		for (int i = outer - 1; i >= 0; i--) {
			at += stride[i] * width;
			if (++index[i] < v->type.dim[i])
				break;
			at -= stride[i] * width * index[i];
			index[i] = 0;
		}
	}
	return true;
}

/* ---- writing --------------------------------------------------------------------------------- */

static bool write_value(Check *c, const Value *v)
{
	if (v->place.kind == PLACE_VIEW || v->place.kind == PLACE_IO || is_given(v))
		return true;
	const Space *s = find_space(c, v->place.kind);
	if (!s)
		return wrong(c, v, "has no place");
	const int64_t at = v->place.offset, bytes = value_bytes(v);
	if (at % GRAIN)
		return wrong(c, v, "starts at byte %lld, no multiple of %d", (long long)at, GRAIN);
	if (at < 0 || at + bytes > s->bytes)
		return wrong(c, v, "ends at byte %lld of %lld", (long long)(at + bytes),
			     (long long)s->bytes);
	for (int64_t b = at / GRAIN; b * GRAIN < at + bytes; b++)
		s->tag[b] = tag_of(v);
	return true;
}

/* Elements of v lie one after the other. */
static bool is_row(const Value *v, const int64_t *stride)
{
	int64_t run = 1;
	for (int i = v->type.rank - 1; i >= 0; i--) {
		if (v->type.dim[i] > 1 && stride[i] != run)
			return false;
		run *= v->type.dim[i];
	}
	return true;
}

/* Inputs of the join n end up one after the other in the result. */
static bool joins_rows(const Node *n)
{
	const int64_t axis = attr_int(n, "axis");
	const int rank = n->out[0].type.rank;
	for (int i = 0; i < (axis < 0 ? axis + rank : axis); i++)
		if (n->out[0].type.dim[i] != 1)
			return false;
	return n->group == 0;
}

/* An input of a stack whose bytes are already those of the result may be read under the result's
 * name from now on, and under its own as before. */
static void note_inside(Check *c, const Node *n)
{
	int64_t want = n->nout ? n->out[0].place.offset : 0;
	if ((n->op != OP_stack && n->op != OP_concat) || !joins_rows(n))
		return;
	for (int k = 0; k < n->nin; k++) {
		int64_t at, stride[MAX_RANK];
		const Value *owner = locate(n->in[k], &at, stride);
		const bool whole = type_bytes(&owner->type) == type_bytes(&n->in[k]->type) &&
				   is_row(n->in[k], stride);
		if (whole && owner->place.kind == n->out[0].place.kind &&
		    owner->place.narrow == n->out[0].place.narrow && at == want)
			c->inside[tag_of(owner)] = tag_of(&n->out[0]);
		want += type_count(&n->in[k]->type) * width_of(&n->out[0]);
	}
}

/* Load-time values that the back end has packed are not read at run time. */
static bool reads_input(const Check *c, const Node *n, int k)
{
	const Value *v = n->in[k];
	if (!v || c->load[n->id] || !c->load[v->node->id] || v->place.kind == PLACE_VIEW)
		return v != NULL;
	return !c->hooks->packs || !c->hooks->packs(n, k);
}

static bool read_inputs(Check *c, const Node *n)
{
	for (int k = 0; k < n->nin; k++)
		if (reads_input(c, n, k) && !read_value(c, n->in[k]))
			return false;
	return true;
}

/* Inputs must be intact before the outputs are written and, unless they are computed inside an
 * output, after it too: kernels read and write in any order. */
static bool run_node(Check *c, const Node *n)
{
	if (!read_inputs(c, n))
		return false;
	note_inside(c, n);
	for (int k = 0; k < n->nout; k++)
		if (!write_value(c, &n->out[k]))
			return false;
	for (int k = 0; k < n->nout; k++)
		if (!read_value(c, &n->out[k]))
			return false;
	return read_inputs(c, n);
}

/* ---- the check ------------------------------------------------------------------------------- */

/* A join of params or of states has no bytes of its own: its inputs stand there in a row. */
static bool check_join(Check *c, const Node *n)
{
	int64_t want = n->out[0].place.offset, at, stride[MAX_RANK];
	for (int k = 0; k < n->nin; k++) {
		const Value *owner = locate(n->in[k], &at, stride);
		if (owner->place.kind != n->out[0].place.kind || at != want)
			return wrong(c, &n->out[0], "is not where its input %d is", k);
		want += type_bytes(&n->in[k]->type);
	}
	return true;
}

static bool overlap(const Value *a, const Value *b)
{
	return a->place.offset < b->place.offset + type_bytes(&b->type) &&
	       b->place.offset < a->place.offset + type_bytes(&a->type);
}

static bool is_source(const Node *n)
{
	return n->op == OP_param || n->op == OP_input;
}

/* Nothing that runs after x was written over a state reads other values there. */
static bool check_renewal(Check *c, const Value *x)
{
	int64_t at, stride[MAX_RANK];
	for (int i = x->node->id; i < c->g->nodes.n; i++) {
		const Node *n = c->g->nodes.at[i];
		for (int k = 0; k < n->nout; k++)
			if (&n->out[k] != x && n->out[k].place.kind == PLACE_STATE &&
			    overlap(x, &n->out[k]))
				return wrong(c, x, "is written over again");
		for (int k = 0; i > x->node->id && k < n->nin; k++) {
			const Value *o = n->in[k] ? locate(n->in[k], &at, stride) : x;
			if (o != x && o->place.kind == PLACE_STATE && overlap(x, o))
				return wrong(c, x, "overwrites '%s', which is still needed",
					     o->name);
		}
	}
	return true;
}

/* Params and states do not overlap, joins are where their inputs are. */
static bool check_given(Check *c)
{
	for (int i = 0; i < c->g->nodes.n; i++) {
		const Node *n = c->g->nodes.at[i];
		for (int k = 0; k < n->nout; k++)
			if (!is_source(n) && n->out[k].place.kind == PLACE_STATE &&
			    (n->op == OP_stack || n->op == OP_concat
				 ? !check_join(c, n)
				 : !check_renewal(c, &n->out[k])))
				return false;
		const Value *v = n->nout ? &n->out[0] : NULL;
		if (v && v->place.kind == PLACE_PARAM && n->op != OP_param && !check_join(c, n))
			return false;
		for (int k = 0; v && is_given(v) && is_source(n) && k < i; k++) {
			const Node *o = c->g->nodes.at[k];
			if (is_source(o) && o->out[0].place.kind == v->place.kind &&
			    overlap(v, &o->out[0]))
				return wrong(c, v, "overlaps '%s'", o->out[0].name);
		}
	}
	return true;
}

/* Weights and load-time values are there before the first node runs at run time, so load-time nodes
 * run first, then the others; both in order. */
static bool run_all(Check *c)
{
	for (int when = 0; when < 3; when++)
		for (int i = 0; i < c->g->nodes.n; i++) {
			const Node *n = c->g->nodes.at[i];
			const int runs = n->op == OP_param ? 0 : c->load[n->id] ? 1 : 2;
			if (runs == when && !run_node(c, n))
				return false;
		}
	for (int i = 0; i < c->g->outputs.n; i++)
		if (!read_value(c, c->g->outputs.at[i].value))
			return false;
	return true;
}

const char *plan_check(const Graph *g, const PassHooks *hooks, Arena *a)
{
	Check c = {.g = g, .hooks = hooks, .a = arena_new(), .result = a};
	c.load = graph_loadtime(g, c.a);
	c.space[0] = (Space){.kind = PLACE_ARENA, .bytes = g->arena_bytes};
	c.space[1] = (Space){.kind = PLACE_LOAD, .bytes = g->load_bytes};
	for (int i = 0; i < 2; i++)
		c.space[i].tag = NEW_ARRAY(c.a, int, c.space[i].bytes / GRAIN + 1);
	c.inside = NEW_ARRAY(c.a, int, (size_t)g->nodes.n *MAX_OUT + 2);
	if (check_given(&c))
		run_all(&c);
	arena_free(c.a);
	return c.why;
}
