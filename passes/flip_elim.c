/* flip_elim.c: reversals move into the ops that know time order.
 *
 *     %f = flip %x {axis=1} : f32[1,50,8]
 *     %n = rms_norm %f, %w : f32[1,50,8]             %n = rms_norm %x, %w
 *     %c = conv1d_depthwise %n, %k, %b {pad=[3,0]}   %c = conv1d_depthwise %n, %k, %b
 *                                              ->              {pad=[3,0] reverse=[1]}
 *     %y = flip %c {axis=1} : f32[1,50,8]            (%y is %c)
 *     %z = add %x, %y : f32[1,50,8]                  %z = add %x, %c
 *
 * A value is "mirrored" along an axis if the graph holds its reversal instead. A flip makes its
 * result mirrored for free; an op passes it on if reversing the inputs along the axis reverses the
 * output, or if it can work backwards; a flip of a mirrored value costs nothing. Where a mirrored
 * value meets an op that does neither, or leaves the graph, a flip must stay. Flips that share such
 * ops are decided together, and only if fewer flips are left than before. */
#include "passes/edit.h"

/* Axis of a value that is not mirrored; and of the results of an op that works on mirrored inputs
 * but gives the same values as on plain ones, such as a sum over the axis. */
enum { PLAIN = -1, GONE = -2 };

typedef struct Mirror {
	int axis; /* of the whole value, or PLAIN */
	int seed; /* set of flips that it comes from */
} Mirror;

typedef struct Flips {
	PassCtx *cx;
	Graph *g;
	Mirror *mirror; /* by value slot */
	bool *passes;   /* by node: works on mirrored inputs */
	int *parent;    /* union-find over node ids of flips */
	bool *off;      /* by flip: it stays as it is */
} Flips;

static int slot(const Value *v)
{
	return v->node->id * MAX_OUT + v->index;
}

static int find(const Flips *f, int seed)
{
	while (f->parent[seed] != seed)
		seed = f->parent[seed];
	return seed;
}

static Mirror *mirror_of(const Flips *f, const Value *v)
{
	return &f->mirror[slot(v)];
}

static int lead(const Node *n)
{
	return n->group ? 1 : 0;
}

static int flip_axis(const Node *n)
{
	return lead(n) + edit_axis(attr_int(n, "axis"), n->in[0]->type.rank - lead(n));
}

/* ---- which axis comes out: each returns the mirrored axis of the outputs, GONE, or PLAIN ----- */

/* Inputs whose bit is set must be mirrored along `axis`, the others are weights or constant. */
static bool exactly(const Flips *f, const Node *n, unsigned inputs, int axis)
{
	for (int i = 0; i < n->nin; i++)
		if (mirror_of(f, n->in[i])->axis != ((inputs >> i) & 1 ? axis : PLAIN))
			return false;
	return true;
}

/* Axes are aligned at the end; an input that is not mirrored must not vary along the axis. */
static int through_ew(const Flips *f, const Node *n)
{
	const int rank = n->out[0].type.rank;
	int axis = PLAIN;
	for (int i = 0; i < n->nin; i++) {
		const int a = mirror_of(f, n->in[i])->axis;
		const int aligned = a == PLAIN ? PLAIN : a + rank - n->in[i]->type.rank;
		if (a != PLAIN && a < lead(n))
			return PLAIN;
		if (a != PLAIN && n->in[i]->type.dim[a] > 1)
			axis = axis == PLAIN || axis == aligned ? aligned : -2;
	}
	for (int i = 0; i < n->nin && axis >= 0; i++) {
		const Type *t = &n->in[i]->type;
		const int a = axis - (rank - t->rank), own = mirror_of(f, n->in[i])->axis;
		const bool plain = own == PLAIN || t->dim[own] == 1;
		if (plain && a >= lead(n) && t->dim[a] > 1)
			return PLAIN;
	}
	return axis >= lead(n) ? axis : PLAIN;
}

static int through_time(const Flips *f, const Node *n)
{
	const int axis = 1 + lead(n);
	return exactly(f, n, node_info(n)->axes_in, axis) ? axis : PLAIN;
}

/* Along any axis but `own`. */
static int through_inputs(const Flips *f, const Node *n, int own)
{
	const int axis = mirror_of(f, n->in[0])->axis;
	const bool passes = axis >= lead(n) && axis != own;
	return passes && exactly(f, n, node_info(n)->axes_in, axis) ? axis : PLAIN;
}

/* The axis that the op's attribute names, counted from the front of its first input. */
static int own_axis(const Node *n)
{
	return lead(n) + edit_axis(attr_int(n, "axis"), n->in[0]->type.rank - lead(n));
}

static int through_concat(const Flips *f, const Node *n)
{
	const int rank = n->out[0].type.rank, stacked = node_info(n)->axes == AXES_STACK;
	const int own = lead(n) + edit_axis(attr_int(n, "axis"), rank - lead(n));
	const int axis = mirror_of(f, n->in[0])->axis;
	for (int i = 0; i < n->nin; i++)
		if (mirror_of(f, n->in[i])->axis != axis)
			return PLAIN;
	if (axis == PLAIN || axis < lead(n) || (!stacked && axis == own))
		return PLAIN;
	return stacked && axis >= own ? axis + 1 : axis;
}

static int through_transpose(const Flips *f, const Node *n)
{
	const int axis = mirror_of(f, n->in[0])->axis, rank = n->out[0].type.rank;
	for (int i = lead(n); i < rank; i++)
		if (lead(n) + edit_axis(attr_int_at(n, "perm", i - lead(n)), rank - lead(n)) ==
		    axis)
			return i;
	return PLAIN;
}

static int64_t outer_count(const Type *t, int axis)
{
	int64_t count = 1;
	for (int i = 0; i < axis; i++)
		count *= t->dim[i];
	return count;
}

/* The axis survives with the same extent and as many elements before it. */
static int through_reshape(const Flips *f, const Node *n)
{
	const Type *x = &n->in[0]->type, *y = &n->out[0].type;
	const int axis = mirror_of(f, n->in[0])->axis;
	if (axis == PLAIN || n->group)
		return PLAIN;
	for (int i = 0; i < y->rank; i++)
		if (y->dim[i] == x->dim[axis] && outer_count(y, i) == outer_count(x, axis))
			return i;
	return PLAIN;
}

/* Axes that stay move up past the reduced ones before them; the order along a reduced one is none.
 */
static int through_reduce(const Flips *f, const Node *n)
{
	const int rank = n->in[0]->type.rank - lead(n);
	const int axis = mirror_of(f, n->in[0])->axis - lead(n);
	int before = 0;
	for (int i = 0; i < attr_len(n, "axes"); i++) {
		const int reduced = edit_axis(attr_int_at(n, "axes", i), rank);
		if (reduced == axis)
			return GONE;
		before += reduced < axis;
	}
	return axis < 0 ? PLAIN : axis + lead(n) - (attr_bool(n, "keep") ? 0 : before);
}

static int through_all(const Flips *f, const Node *n)
{
	const int axis = n->nin ? mirror_of(f, n->in[0])->axis : PLAIN;
	switch (node_info(n)->axes) {
	case AXES_ELEMENTWISE:
		return through_ew(f, n);
	case AXES_TIME:
		return through_time(f, n);
	case AXES_LAST:
		return through_inputs(f, n, n->in[0]->type.rank - 1);
	case AXES_AXIS:
		return through_inputs(f, n, own_axis(n));
	case AXES_JOIN:
	case AXES_STACK:
		return through_concat(f, n);
	case AXES_PERMUTE:
		return axis < lead(n) ? PLAIN : through_transpose(f, n);
	case AXES_RESHAPE:
		return through_reshape(f, n);
	case AXES_REDUCE:
		return axis < lead(n) ? PLAIN : through_reduce(f, n);
	default:
		return PLAIN;
	}
}

static int through(const Flips *f, const Node *n)
{
	const int axis = through_all(f, n);
	return axis >= 0 && !node_info(n)->axes_out ? GONE : axis;
}

/* ---- analysis -------------------------------------------------------------------------------- */

/* All mirrored inputs of n share their flips' fate from here on. */
static int join_seeds(Flips *f, const Node *n)
{
	int seed = -1;
	for (int i = 0; i < n->nin; i++) {
		const Mirror *m = mirror_of(f, n->in[i]);
		if (m->axis == PLAIN)
			continue;
		const int s = find(f, m->seed);
		if (seed >= 0)
			f->parent[s] = seed;
		seed = seed < 0 ? s : seed;
	}
	return seed;
}

static void analyse_flip(Flips *f, const Node *n)
{
	const Mirror *in = mirror_of(f, n->in[0]);
	if (f->off[n->id] || flip_axis(n) < lead(n))
		return;
	if (in->axis == flip_axis(n)) {
		f->passes[n->id] = true; /* cancels: the result is plain */
		return;
	}
	if (in->axis == PLAIN)
		*mirror_of(f, &n->out[0]) = (Mirror){flip_axis(n), n->id};
}

static void analyse(Flips *f)
{
	const int n = f->g->nodes.n;
	for (int i = 0; i < n * MAX_OUT; i++)
		f->mirror[i] = (Mirror){PLAIN, -1};
	for (int i = 0; i < n; i++) {
		f->passes[i] = false;
		f->parent[i] = i;
	}
	for (int i = 0; i < n; i++) {
		const Node *node = f->g->nodes.at[i];
		const int seed = join_seeds(f, node);
		if (node->op == OP_flip) {
			analyse_flip(f, node);
			continue;
		}
		const int axis = seed < 0 ? PLAIN : through(f, node);
		f->passes[i] = axis != PLAIN;
		for (int k = 0; k < node->nout && axis >= 0; k++)
			if ((node_info(node)->axes_out >> k) & 1)
				*mirror_of(f, &node->out[k]) = (Mirror){axis, seed};
	}
}

/* First user of v that cannot take it mirrored, or NULL; outputs count as `*leaves`. */
static const Node *needs_plain(const Flips *f, const Value *v, bool *leaves)
{
	const Node *first = NULL;
	*leaves = value_is_output(v);
	for (const Use *u = v->uses; u; u = u->next)
		if (u->node && !f->passes[u->node->id] && (!first || u->node->id < first->id))
			first = u->node;
	return first;
}

/* Flips before and after in each set, by its representative. */
static void count_flips(const Flips *f, int *before, int *after)
{
	for (int i = 0; i < f->g->nodes.n; i++) {
		const Node *n = f->g->nodes.at[i];
		if (n->op == OP_flip && f->passes[i])
			before[find(f, mirror_of(f, n->in[0])->seed)]++;
		for (int k = 0; k < n->nout; k++) {
			const Mirror *m = mirror_of(f, &n->out[k]);
			bool leaves;
			if (m->axis == PLAIN)
				continue;
			before[find(f, m->seed)] += n->op == OP_flip;
			const bool stays = needs_plain(f, &n->out[k], &leaves) || leaves;
			after[find(f, m->seed)] += stays;
		}
	}
}

/* The set of the mirrored outputs of n, which share it; -1: none is. */
static int set_of(const Flips *f, const Node *n)
{
	for (int k = 0; k < n->nout; k++)
		if (mirror_of(f, &n->out[k])->axis != PLAIN)
			return find(f, mirror_of(f, &n->out[k])->seed);
	return -1;
}

/* Nodes by set: the first of each, and by node the next of the same; -1 at the end. */
static void list_sets(const Flips *f, int *first, int *next)
{
	const int n = f->g->nodes.n;
	for (int i = 0; i < n; i++)
		first[i] = -1;
	for (int i = n - 1; i >= 0; i--) {
		const int set = set_of(f, f->g->nodes.at[i]);
		if (set < 0)
			continue;
		next[i] = first[set];
		first[set] = i;
	}
}

static void report_kept(const Flips *f, int first, const int *next)
{
	for (int i = first; i >= 0; i = next[i]) {
		const Node *n = f->g->nodes.at[i];
		for (int k = 0; k < n->nout; k++) {
			bool leaves;
			if (mirror_of(f, &n->out[k])->axis == PLAIN)
				continue;
			const Node *user = needs_plain(f, &n->out[k], &leaves);
			if (user)
				report_refused(f->cx, user, "'%s' needs a flip before %s '%s'",
					       n->out[k].name, node_info(user)->name,
					       edit_name(user));
			else if (leaves)
				report_refused(f->cx, n,
					       "'%s' needs a flip before it leaves the graph",
					       n->out[k].name);
		}
	}
}

/* Switches off the sets that would not lose a flip. true if there were any. */
static bool drop_losers(Flips *f)
{
	const int n = f->g->nodes.n;
	int *before = NEW_ARRAY(f->cx->scratch, int, n), *after = NEW_ARRAY(f->cx->scratch, int, n);
	int *first = NEW_ARRAY(f->cx->scratch, int, n), *next = NEW_ARRAY(f->cx->scratch, int, n);
	bool dropped = false;
	count_flips(f, before, after);
	list_sets(f, first, next);
	for (int i = 0; i < n; i++) {
		const Node *flip = f->g->nodes.at[i];
		if (flip->op != OP_flip || mirror_of(f, &flip->out[0])->axis == PLAIN)
			continue;
		const int set = find(f, i);
		if (after[set] < before[set])
			continue;
		if (set == i)
			report_kept(f, first[set], next);
		f->off[i] = true;
		dropped = true;
	}
	return dropped;
}

/* ---- rewriting ------------------------------------------------------------------------------- */

static void work_backwards(Node *n)
{
	int64_t reverse[1024];
	const int len = attr_len(n, "reverse");
	if (len > (int)COUNT(reverse))
		BUG("group of %d", len);
	for (int i = 0; i < len; i++)
		reverse[i] = !attr_int_at(n, "reverse", i);
	attr_set_ints(n, "reverse", reverse, len);
}

/* Users of v that cannot take it mirrored get a flip of it; the list is sorted in the end. */
static void put_flip(const Flips *f, Value *v)
{
	Node *at = v->node;
	const int axis = mirror_of(f, v)->axis;
	Value *plain = NULL;
	for (Use *u = v->uses, *next; u; u = next) {
		Node *n = u->node;
		next = u->next;
		if (n && (n->mark == 2 || f->passes[n->id]))
			continue;
		plain = plain ? plain : edit_flip(at, v, axis);
		plain->node->mark = 2;
		if (n)
			node_set_in(n, u->index, plain);
		else
			graph_set_output(f->g, u->index, plain);
	}
}

/* Nodes made here have mark 2 and no entry in the tables; the tables go by old ids. */
static void rewrite(Flips *f, Node **old, int n)
{
	for (int i = 0; i < n; i++) {
		Node *node = old[i];
		if (f->passes[i] && node_info(node)->axes == AXES_TIME)
			work_backwards(node);
		if (node->op == OP_flip)
			continue;
		for (int k = 0; k < node->nout; k++)
			if (mirror_of(f, &node->out[k])->axis != PLAIN)
				put_flip(f, &node->out[k]);
	}
	for (int i = 0; i < n; i++) {
		Node *node = old[i];
		const bool seed = node->op == OP_flip && mirror_of(f, &node->out[0])->axis != PLAIN;
		for (Use *u = seed ? node->out[0].uses : NULL, *next; u; u = next) {
			next = u->next;
			if (u->node && u->node->mark != 2 && f->passes[u->node->id])
				node_set_in(u->node, u->index, node->in[0]);
		}
		if (node->op == OP_flip && f->passes[i])
			value_replace(&node->out[0], node->in[0], NULL);
	}
}

static int count_all(const Graph *g, double *bytes)
{
	int flips = 0;
	*bytes = 0;
	for (int i = 0; i < g->nodes.n; i++)
		if (g->nodes.at[i]->op == OP_flip) {
			flips++;
			*bytes += 2 * (double)type_bytes(&g->nodes.at[i]->out[0].type);
		}
	return flips;
}

/* Decides and rewrites once. */
static void eliminate(PassCtx *cx, Graph *g)
{
	const int n = g->nodes.n;
	Flips f = {.cx = cx, .g = g};
	f.mirror = NEW_ARRAY(cx->scratch, Mirror, (size_t)n * MAX_OUT);
	f.passes = NEW_ARRAY(cx->scratch, bool, n);
	f.parent = NEW_ARRAY(cx->scratch, int, n);
	f.off = NEW_ARRAY(cx->scratch, bool, n);
	do
		analyse(&f);
	while (drop_losers(&f));
	Node **old = edit_nodes(g, cx->scratch);
	rewrite(&f, old, n);
	for (int i = 0; i < g->nodes.n; i++)
		g->nodes.at[i]->mark = 0;
	graph_sort(g);
	edit_prune(g);
}

/* Repeated while it helps: a reversal along one axis can hide one along another. */
int pass_flip_elim(PassCtx *cx, Graph *g)
{
	double bytes_before, bytes_after;
	edit_prune(g); /* dead nodes need no flips */
	const int before = count_all(g, &bytes_before);
	int after = before, last;
	if (!before)
		return 0;
	do {
		last = after;
		eliminate(cx, g);
		after = count_all(g, &bytes_after);
	} while (after > 0 && after < last);
	report_did(cx, NULL, "removed %d of %d flips, %.0f bytes less to move", before - after,
		   before, bytes_before - bytes_after);
	return before - after;
}
