/* batch_parallel.c: equal nodes on parallel branches become one node with a group.
 *
 *     %a = linear %x, %v : f32[1,50,8]       %vw = stack %v, %w : f32[2,8,4]      # load time
 *     %b = linear %y, %w : f32[1,50,8]       %xy = stack %x, %y : f32[2,1,50,4]
 *     %c = relu %a                      ->   %ab = linear %xy, %vw {group=2} : f32[2,1,50,8]
 *     %d = relu %b                           %cd = relu %ab {group=2} : f32[2,1,50,8]
 *                                            %c = reshape(slice %cd {axis=0 stop=1})
 *                                            %d = reshape(slice %cd {axis=0 start=1 stop=2})
 *
 * Merged are run-time nodes at the same distance from the inputs (in ops that compute) with equal
 * op, attributes (but those that an instance can have of its own) and types: none of them depends
 * on another. Their inputs are lifted into one value each, by the cheapest way: one value for all,
 * runs of one value, neighbouring slices of a grouped value, the same movement op on a lifted
 * input, one grouped computation at load time, and else a stack. Instances stand in the order of
 * creation unless another order saves stacking. A stack of activations that moves more than the
 * nodes themselves, or more than a GPU does in the time of the launches saved, is refused; one
 * whose inputs can be computed in place is free. */
#include "passes/edit.h"

#include <string.h>

enum { LOAD = 1, RUN = 2, STACK_ALIGN = 64 };

typedef struct Lifted {
	int n;
	Value **of, *to;
} Lifted;

typedef struct Batch {
	PassCtx *cx;
	Graph *g;
	int *level; /* by original id */
	LIST(Lifted) lifted;
	LIST(const Value *) hosted; /* values that a stack already has inside it */
	int groups, nodes;
} Batch;

/* One attempt: counting what it would move, or building. */
typedef struct Lift {
	Batch *b;
	Node *at;   /* new nodes stand before it */
	Node *user; /* an instance whose input is lifted, for the back end's hook */
	int input;
	bool build;
	double cost; /* bytes read and written by stacks and strided slices */
} Lift;

static Value *lift(Lift *l, Value **v, int n);

/* ---- what is known about a value ------------------------------------------------------------- */

/* Kept in the mark, as nodes are added all the time. */
static bool is_load(const Value *v)
{
	Node *n = v->node;
	if (!n->mark) {
		n->mark = n->op == OP_input ? RUN : LOAD;
		for (int i = 0; i < n->nin; i++)
			if (n->in[i] && !is_load(n->in[i]))
				n->mark = RUN;
	}
	return n->mark == LOAD;
}

/* v is element `index` along the first axis of the value returned, or NULL. */
static Value *slice_of(const Value *v, int64_t *index)
{
	const Node *r = v->node;
	if (r->op != OP_reshape || r->group || !node_is(r->in[0], OP_slice))
		return NULL;
	const Node *s = r->in[0]->node;
	Value *of = s->in[0];
	const int64_t start = s->group ? 0 : attr_int(s, "start");
	if (s->group || edit_axis(attr_int(s, "axis"), of->type.rank) != 0 || start < 0 ||
	    attr_int(s, "stop") != start + 1 || of->type.rank != v->type.rank + 1)
		return NULL;
	if (memcmp(of->type.dim + 1, v->type.dim, (size_t)v->type.rank * sizeof(int64_t)))
		return NULL;
	*index = start;
	return of;
}

/* The value that v is an element of, moved or not: see slice_of. */
static const Value *element_of(const Value *v, int64_t *index)
{
	const Value *of = slice_of(v, index);
	while (!of && (node_info(v->node)->flags & F_VIEW) && !v->node->group) {
		v = v->node->in[0];
		of = slice_of(v, index);
	}
	return of;
}

static const Value *storage_of(const Value *v)
{
	while (v->node->op == OP_reshape && !v->node->group)
		v = v->node->in[0];
	return v;
}

static bool is_state(const Value *v)
{
	return v->node->op == OP_input && attr_bool(v->node, "state");
}

/* Can be computed inside a stack: by an op of its own; or kept there, as states are. No other stack
 * has it. */
static bool hostable(const Batch *b, const Value *v)
{
	const Value *s = storage_of(v);
	const bool computed = !(node_info(s->node)->flags & (F_VIEW | F_SOURCE)) &&
			      type_bytes(&s->type) % STACK_ALIGN == 0;
	if (is_load(s) || !(computed || is_state(s)))
		return false;
	for (int i = 0; i < b->hosted.n; i++)
		if (b->hosted.at[i] == s)
			return false;
	return true;
}

/* Longest run r dividing n such that v is n/r values repeated r times each. */
static int run_length(Value **v, int n)
{
	for (int r = n; r > 1; r--) {
		bool runs = n % r == 0;
		for (int i = 0; i < n && runs; i++)
			runs = edit_same_const(v[i], v[i - i % r]);
		if (runs)
			return r;
	}
	return 1;
}

static bool all_load(Value **v, int n)
{
	for (int i = 0; i < n; i++)
		if (!is_load(v[i]))
			return false;
	return true;
}

/* ---- equal nodes ----------------------------------------------------------------------------- */

static bool same_types(const Node *a, const Node *b)
{
	if (a->nin != b->nin || a->nout != b->nout)
		return false;
	for (int i = 0; i < a->nin; i++)
		if (!type_equal(&a->in[i]->type, &b->in[i]->type) ||
		    is_load(a->in[i]) != is_load(b->in[i]))
			return false;
	for (int i = 0; i < a->nout; i++)
		if (!type_equal(&a->out[i].type, &b->out[i].type))
			return false;
	return true;
}

static bool isomorphic(const Node *a, const Node *b)
{
	return !a->group && attr_equal(a, b, true) && same_types(a, b);
}

/* The values are the same output of n different, isomorphic nodes with inputs. */
static bool parallel_outputs(Value **v, int n)
{
	for (int i = 0; i < n; i++) {
		const Node *d = v[i]->node;
		if (d->nin == 0 || v[i]->index != v[0]->index || !isomorphic(v[0]->node, d))
			return false;
		for (int k = 0; k < i; k++)
			if (v[k] == v[i])
				return false;
	}
	return v[0]->type.rank < MAX_RANK;
}

/* ---- building -------------------------------------------------------------------------------- */

/* "enc.a.conv", "enc.b.conv" -> "enc.*.conv"; the first if the parts do not correspond. */
static const char *common_label(Arena *a, const char *x, const char *y)
{
	Buf b;
	const char *first = x;
	buf_init(&b, a);
	if (!x || !y)
		return NULL;
	while (*x && *y) {
		const size_t nx = strcspn(x, "."), ny = strcspn(y, ".");
		if (nx == ny && !memcmp(x, y, nx))
			buf_write(&b, x, nx);
		else
			buf_putc(&b, '*');
		x += nx;
		y += ny;
		if (*x != *y)
			return first;
		if (!*x)
			return b.s;
		buf_putc(&b, '.');
		x++;
		y++;
	}
	return first;
}

/* n has the attributes of the first instance: where others differ, the list of all. */
static void set_each(Node *n, Node **inst, int count)
{
	for (int k = 0; k < node_info(n)->nattrs; k++) {
		const AttrDef *d = &node_info(n)->attrs[k];
		bool differ = false;
		if (d->n != ATTR_EACH)
			continue;
		int64_t *v = NEW_ARRAY(n->graph->module->arena, int64_t, count);
		for (int i = 0; i < count; i++) {
			v[i] = attr_int_at(inst[i], d->name, 0);
			differ = differ || v[i] != v[0];
		}
		if (differ)
			attr_set_ints(n, d->name, v, count);
	}
}

/* inst[0..count) as one node; inputs are lifted. NULL when only counting. */
static Node *grouped(Lift *l, Node **inst, int count)
{
	Batch *b = l->b;
	Arena *scratch = b->cx->scratch;
	Value **in = NEW_ARRAY(scratch, Value *, inst[0]->nin + 1);
	Value **v = NEW_ARRAY(scratch, Value *, count);
	for (int k = 0; k < inst[0]->nin; k++) {
		for (int i = 0; i < count; i++)
			v[i] = inst[i]->in[k];
		l->user = inst[0];
		l->input = k;
		in[k] = lift(l, v, count);
	}
	if (!l->build)
		return NULL;
	const char *label = inst[0]->label;
	for (int i = 1; i < count; i++)
		label = common_label(b->g->module->arena, label, inst[i]->label);
	Node *n = node_insert(b->g, l->at, inst[0]->op, in, inst[0]->nin, inst[0]->loc, label);
	memcpy(n->attr, inst[0]->attr, sizeof n->attr);
	n->group = count;
	set_each(n, inst, count);
	if (n->nout != inst[0]->nout)
		node_set_nout(n, inst[0]->nout);
	edit_infer(n);
	return n;
}

static Value *grouped_producers(Lift *l, Value **v, int n)
{
	Node **inst = NEW_ARRAY(l->b->cx->scratch, Node *, n);
	for (int i = 0; i < n; i++)
		inst[i] = v[i]->node;
	Node *made = grouped(l, inst, n);
	return made ? &made->out[v[0]->index] : NULL;
}

static Value *leading_one(Lift *l, Value *v)
{
	int64_t dim[MAX_RANK];
	if (!l->build)
		return NULL;
	dim[0] = 1;
	memcpy(dim + 1, v->type.dim, (size_t)v->type.rank * sizeof *dim);
	return edit_reshape(l->at, v, v->type.rank + 1, dim);
}

static const char *joint_label(const Lift *l, Value **v, int n)
{
	const char *label = v[0]->node->label;
	for (int i = 1; i < n; i++)
		label = common_label(l->b->g->module->arena, label, v[i]->node->label);
	return label;
}

static Value *stack(Lift *l, Value **v, int n)
{
	if (!l->build)
		return NULL;
	Node *s =
	    node_insert(l->b->g, l->at, OP_stack, v, n, v[0]->node->loc, joint_label(l, v, n));
	return edit_infer(s);
}

/* ---- lifting --------------------------------------------------------------------------------- */

/* Equally spaced slices of one value: that value, or a slice of it. */
static bool lift_slices(Lift *l, Value **v, int n, Value **to)
{
	int64_t first = 0, step = 1;
	Value *of = slice_of(v[0], &first);
	for (int i = 1; i < n; i++) {
		int64_t index = 0;
		if (!of || slice_of(v[i], &index) != of)
			return false;
		if (i == 1)
			step = index - first;
		if (step < 1 || index != first + i * step)
			return false;
	}
	if (!of)
		return false;
	bool (*const strided)(const Node *, int) = l->b->cx->hooks->strided;
	if (step > 1 && !is_load(of) && !(strided && strided(l->user, l->input)))
		l->cost += 2.0 * n * (double)type_bytes(&v[0]->type);
	if (l->build)
		*to = edit_slice(l->at, of, 0, first, first + (n - 1) * step + 1, step);
	return true;
}

typedef struct Pieces {
	Value **at; /* with a leading extent */
	int n;
	double cost;
	bool single; /* every piece is one of the values */
} Pieces;

/* Maximal runs of neighbouring slices; whole values that may be computed in the result are free. */
static Pieces find_pieces(Lift *l, Value **v, int n)
{
	Pieces p = {.at = NEW_ARRAY(l->b->cx->scratch, Value *, n), .single = true};
	for (int i = 0, len; i < n; i += len) {
		int64_t first = 0, index = 0;
		Value *of = slice_of(v[i], &first);
		for (len = 1; of && i + len < n; len++)
			if (slice_of(v[i + len], &index) != of || index != first + len)
				break;
		const bool whole = !of || len == of->type.dim[0];
		const Value *storage = of ? of : v[i];
		bool repeated = false;
		for (int k = 0; k < i; k++)
			repeated = repeated || v[k] == v[i];
		if (!whole || repeated || !hostable(l->b, storage))
			p.cost += 2.0 * len * (double)type_bytes(&v[i]->type);
		p.single = p.single && !of;
		if (l->build) {
			p.at[p.n++] = of ? edit_slice(l->at, of, 0, first, first + len, 1)
					 : leading_one(l, v[i]);
			list_push(l->b->cx->scratch, &l->b->hosted, storage_of(storage));
		}
	}
	return p;
}

static Value *lift_pieces(Lift *l, Value **v, int n)
{
	Pieces p = find_pieces(l, v, n);
	l->cost += p.cost;
	if (!l->build)
		return NULL;
	if (p.single)
		return stack(l, v, n);
	Node *c = node_insert(l->b->g, l->at, OP_concat, p.at, p.n, v[0]->node->loc,
			      joint_label(l, v, n));
	attr_set_int(c, "axis", 0);
	return edit_infer(c);
}

static double price(const Lift *l, Value *(*way)(Lift *, Value **, int), Value **v, int n)
{
	Lift dry = *l;
	dry.build = false;
	dry.cost = 0;
	way(&dry, v, n);
	return dry.cost;
}

/* Values that all differ and are no slices of one value. */
static Value *lift_different(Lift *l, Value **v, int n)
{
	const bool parallel = parallel_outputs(v, n);
	if (all_load(v, n))
		return parallel ? grouped_producers(l, v, n) : stack(l, v, n);
	const bool moves = parallel && (node_info(v[0]->node)->flags & F_VIEW);
	if (moves && price(l, grouped_producers, v, n) <= price(l, lift_pieces, v, n))
		return grouped_producers(l, v, n);
	return lift_pieces(l, v, n);
}

static bool recall(const Batch *b, Value **v, int n, Value **to)
{
	for (int i = 0; i < b->lifted.n; i++) {
		const Lifted *old = &b->lifted.at[i];
		if (old->n == n && !memcmp(old->of, v, (size_t)n * sizeof *v)) {
			*to = old->to;
			return true;
		}
	}
	return false;
}

/* One value with a leading extent that divides n, for instances 0..n-1 reading v[0..n). */
static Value *lift(Lift *l, Value **v, int n)
{
	Arena *scratch = l->b->cx->scratch;
	const int run = run_length(v, n), m = n / run;
	Value **reps = NEW_ARRAY(scratch, Value *, m), *to = NULL;
	for (int i = 0; i < m; i++)
		reps[i] = v[i * run];
	if (recall(l->b, reps, m, &to))
		return to;
	if (m == 1)
		to = leading_one(l, reps[0]);
	else if (!lift_slices(l, reps, m, &to))
		to = lift_different(l, reps, m);
	if (l->build) {
		const Lifted done = {m, reps, to};
		list_push(scratch, &l->b->lifted, done);
	}
	return to;
}

/* ---- orders ---------------------------------------------------------------------------------- */

/* Place of an instance by what its input k is: the value that this is an element of, in order of
 * first appearance, then the index. */
static void sort_by_input(Node **inst, int n, int k, Arena *scratch)
{
	const Value **root = NEW_ARRAY(scratch, const Value *, n);
	int64_t *key = NEW_ARRAY(scratch, int64_t, n);
	for (int i = 0; i < n; i++) {
		int64_t index = 0;
		const Value *of = element_of(inst[i]->in[k], &index);
		int r = 0;
		root[i] = of ? of : inst[i]->in[k];
		while (root[r] != root[i])
			r++;
		key[i] = ((int64_t)r << 32) + index;
	}
	for (int i = 1; i < n; i++) {
		Node *node = inst[i];
		const int64_t at = key[i];
		int j = i;
		for (; j > 0 && key[j - 1] > at; j--) {
			key[j] = key[j - 1];
			inst[j] = inst[j - 1];
		}
		key[j] = at;
		inst[j] = node;
	}
}

/* inst in the order in which their inputs k were stacked before; false if they were not. */
static bool sort_as_lifted(const Batch *b, Node **inst, int n, int k)
{
	Node **to = NEW_ARRAY(b->cx->scratch, Node *, n);
	for (int i = 0; i < b->lifted.n; i++) {
		const Lifted *old = &b->lifted.at[i];
		int found = 0;
		for (int j = 0; j < n && old->n == n && found == j; j++)
			for (int m = 0; m < n && found == j; m++)
				if (inst[m]->in[k] == old->of[j])
					to[found++] = inst[m];
		if (found == n) {
			memcpy(inst, to, (size_t)n * sizeof *inst);
			return true;
		}
	}
	return false;
}

static double order_cost(Batch *b, Node **inst, int n)
{
	Lift l = {.b = b};
	grouped(&l, inst, n);
	return l.cost;
}

/* Reorders inst into the cheapest of the orders tried; the earliest tried on ties. */
static double choose_order(Batch *b, Node **inst, int n)
{
	Node **other = NEW_ARRAY(b->cx->scratch, Node *, n);
	Node **best = NEW_ARRAY(b->cx->scratch, Node *, n);
	memcpy(best, inst, (size_t)n * sizeof *inst);
	double least = order_cost(b, inst, n);
	for (int i = 0; i < 2 * inst[0]->nin && least > 0; i++) {
		const int k = i / 2;
		if (is_load(inst[0]->in[k]))
			continue;
		memcpy(other, inst, (size_t)n * sizeof *inst);
		if (i % 2 == 0)
			sort_by_input(other, n, k, b->cx->scratch);
		else if (!sort_as_lifted(b, other, n, k))
			continue;
		const double cost = order_cost(b, other, n);
		if (cost >= least)
			continue;
		least = cost;
		memcpy(best, other, (size_t)n * sizeof *inst);
	}
	memcpy(inst, best, (size_t)n * sizeof *inst);
	return least;
}

/* ---- groups ---------------------------------------------------------------------------------- */

static void take_out(Batch *b, Node *at, Node *made, Node **inst, int n)
{
	for (int k = 0; k < made->nout; k++)
		for (int i = 0; i < n; i++) {
			const Type t = inst[i]->out[k].type;
			Value *all = &made->out[k];
			Node *s =
			    node_insert(b->g, at, OP_slice, &all, 1, inst[i]->loc, inst[i]->label);
			attr_set_int(s, "axis", 0);
			if (i)
				attr_set_int(s, "start", i);
			attr_set_int(s, "stop", i + 1);
			Value *one = edit_infer(s);
			Node *r = node_insert(b->g, at, OP_reshape, &one, 1, inst[i]->loc,
					      inst[i]->label);
			attr_set_ints(r, "shape", t.dim, t.rank);
			value_replace(&inst[i]->out[k], edit_infer(r), NULL);
		}
}

static void build_group(Batch *b, Node **inst, int n, double cost)
{
	Node *at = inst[0];
	for (int i = 1; i < n; i++)
		if (inst[i]->id > at->id)
			at = inst[i];
	Lift l = {.b = b, .at = at, .build = true};
	Node *made = grouped(&l, inst, n);
	take_out(b, at, made, inst, n);
	b->groups++;
	b->nodes += n;
	report_did(b->cx, inst[0], "%d x %s '%s'%s", n, node_info(made)->name, edit_name(made),
		   cost > 0 ? ", some inputs copied" : "");
}

/* Merges inst unless stacking their inputs would move more bytes than they do themselves, or take
 * longer than the launches that it saves. */
static bool try_group(Batch *b, Node **inst, int n, bool last_try)
{
	double own = 0;
	if (n < 2)
		return false;
	for (int i = 0; i < n; i++)
		own += ir_cost(inst[i]).bytes;
	const double cost = choose_order(b, inst, n);
	if (cost <= own && cost <= (n - 1.0) * LAUNCH_BYTES) {
		build_group(b, inst, n, cost);
		return true;
	}
	if (last_try)
		report_refused(b->cx, inst[0],
			       "%d x %s '%s': stacking the inputs moves %.0f bytes, the nodes %.0f",
			       n, node_info(inst[0])->name, edit_name(inst[0]), cost, own);
	return false;
}

static const Value *first_root(const Node *n)
{
	int64_t index;
	for (int k = 0; k < n->nin; k++)
		if (!is_load(n->in[k])) {
			const Value *of = element_of(n->in[k], &index);
			return of ? of : n->in[k];
		}
	return NULL;
}

/* A class that is too dear as a whole: first those that read the same value, then the rest. */
static void try_parts(Batch *b, Node **inst, int n)
{
	Node **part = NEW_ARRAY(b->cx->scratch, Node *, n);
	Node **rest = NEW_ARRAY(b->cx->scratch, Node *, n);
	const Value **root = NEW_ARRAY(b->cx->scratch, const Value *, n);
	int nrest = 0;
	for (int i = 0; i < n; i++)
		root[i] = first_root(inst[i]);
	for (int i = 0; i < n; i++) {
		int npart = 0;
		for (int k = i; inst[i] && k < n; k++)
			if (inst[k] && root[k] == root[i])
				part[npart++] = inst[k];
		if (npart == 0)
			continue;
		for (int k = n - 1; k >= i; k--)
			if (root[k] == root[i])
				inst[k] = NULL;
		const bool done = npart < n && try_group(b, part, npart, false);
		for (int p = 0; p < npart && !done; p++)
			rest[nrest++] = part[p];
	}
	try_group(b, rest, nrest, true);
}

static bool can_join(const Node *n)
{
	bool room = true; /* for one more extent */
	for (int i = 0; i < n->nin; i++)
		room = room && n->in[i]->type.rank < MAX_RANK;
	return !(node_info(n)->flags & (F_SOURCE | F_VIEW | F_EFFECT)) && !n->group && n->nin > 0 &&
	       !is_load(&n->out[0]) && n->out[0].type.rank < MAX_RANK && room;
}

/* The n nodes of one level: each class of isomorphic ones in order of its first. */
static void group_level(Batch *b, Node **node, int n)
{
	Node **inst = NEW_ARRAY(b->cx->scratch, Node *, n);
	for (int i = 0; i < n; i++) {
		Node *const first = node[i];
		int count = 0;
		if (!first || !can_join(first))
			continue;
		for (int k = i; k < n; k++)
			if (node[k] && can_join(node[k]) && isomorphic(first, node[k])) {
				inst[count++] = node[k];
				node[k] = NULL;
			}
		if (count > 1 && !try_group(b, inst, count, false))
			try_parts(b, inst, count);
	}
}

/* The nodes by level, those of one level in the order of the graph; level l is [at[l], at[l + 1]).
 */
static Node **sort_by_level(const Batch *b, int most, int *at)
{
	const int n = b->g->nodes.n;
	Node **node = NEW_ARRAY(b->cx->scratch, Node *, n + 1);
	for (int i = 0; i < n; i++)
		at[b->level[i]]++;
	for (int l = 1; l <= most + 1; l++)
		at[l] += at[l - 1];
	for (int i = n - 1; i >= 0; i--)
		node[--at[b->level[i]]] = b->g->nodes.at[i];
	return node;
}

/* Computing nodes on the longest way from the inputs; views count nothing, load time is 0. */
static int find_levels(Batch *b)
{
	int most = 0;
	for (int i = 0; i < b->g->nodes.n; i++) {
		const Node *n = b->g->nodes.at[i];
		int level = 0;
		if (n->nout && is_load(&n->out[0]))
			continue;
		for (int k = 0; k < n->nin; k++)
			if (b->level[n->in[k]->node->id] > level)
				level = b->level[n->in[k]->node->id];
		b->level[i] = level + !(node_info(n)->flags & (F_SOURCE | F_VIEW));
		most = b->level[i] > most ? b->level[i] : most;
	}
	return most;
}

/* What joins of the graph as it is will have inside them. */
static void find_hosted(Batch *b)
{
	for (int i = 0; i < b->g->nodes.n; i++) {
		const Node *n = b->g->nodes.at[i];
		if ((n->op != OP_stack && n->op != OP_concat) || n->group ||
		    edit_axis(attr_int(n, "axis"), n->out[0].type.rank) != 0)
			continue;
		for (int k = 0; k < n->nin; k++)
			list_push(b->cx->scratch, &b->hosted, storage_of(n->in[k]));
	}
}

static int group_once(PassCtx *cx, Graph *g)
{
	edit_prune(g);
	const int n = g->nodes.n;
	Batch b = {.cx = cx, .g = g, .level = NEW_ARRAY(cx->scratch, int, n + 1)};
	const int most = find_levels(&b);
	int *at = NEW_ARRAY(cx->scratch, int, most + 2);
	Node **node = sort_by_level(&b, most, at);
	find_hosted(&b);
	for (int level = 1; level <= most; level++)
		group_level(&b, node + at[level], at[level + 1] - at[level]);
	if (!b.groups)
		return 0;
	graph_sort(g);
	edit_prune(g);
	report_did(cx, NULL, "%d nodes in %d groups", b.nodes, b.groups);
	return b.groups;
}

/* Groups change what stacking costs for what was too dear before. */
int pass_batch_parallel(PassCtx *cx, Graph *g)
{
	int groups = 0, more;
	do
		groups += more = group_once(cx, g);
	while (more);
	return groups;
}
