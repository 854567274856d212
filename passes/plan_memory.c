/* plan_memory.c: gives every value its place.
 *
 *     %a = conv2d %x, %w : f32[1,8,4,4]         %a = conv2d ... @arena:0
 *     %b = relu %a : f32[1,8,4,4]         ->    %b = relu %a : ... @arena:512
 *     %c = reshape %b : f32[8,16]               %c = reshape %b : ... @view:0:[16,1]
 *     %d = stack %c, %e : f32[2,8,16]           %d = stack %c, %e : ... @arena:512
 *
 * Params stand in the order of the graph, values known at load time in their own arena, inputs in
 * the caller's buffers or, those that are state, where the program keeps them; all others in the
 * arena. The next value of a state is computed over it where the back end can do so and nothing
 * reads the old one any more. reshape views contiguous values; slice, transpose
 * and broadcast view when the result is contiguous or every user takes strides. Inputs of stack
 * and concat are computed inside the result where that is possible (plan_in_place); params and
 * states so joined lie side by side. Values that are live together never share bytes, and the
 * outputs of a node never share bytes with what it reads. Arena values start at multiples of 64 or,
 * inside others that the back end stores as bf16, of 32. */
#include "passes/edit.h"
#include "passes/plan.h"

#include <stdlib.h>
#include <string.h>

enum { ALIGN = 64 };

/* One piece of storage: a value with everything that lives inside it. */
typedef struct Block {
	Value *root;
	PlaceKind space; /* PLACE_ARENA, PLACE_LOAD, PLACE_PARAM or PLACE_STATE */
	int64_t bytes, offset;
	int first, last; /* node ids between which the bytes are needed, inclusive */
	int read;        /* the last node that reads them as this value */
	int host;        /* block inside which this one lies, or -1 */
	int64_t inside;  /* byte offset in the host */
	bool placed, narrow;
} Block;

typedef struct Plan {
	PassCtx *cx;
	Graph *g;
	const bool *load;
	Block *block;
	int nblocks;
	int *block_of; /* by value slot: block whose bytes the value uses, -1 for inputs' buffers */
	int *placed;   /* blocks of the arenas that have their place, by offset */
	int nplaced;
	int nviews, ninside, nrenewed;
} Plan;

static int slot(const Value *v)
{
	return v->node->id * MAX_OUT + v->index;
}

static int64_t align_up(int64_t v)
{
	return (v + ALIGN - 1) / ALIGN * ALIGN;
}

/* ---- strides --------------------------------------------------------------------------------- */

static void dense_strides(const Type *t, int64_t *stride)
{
	int64_t s = 1;
	for (int i = t->rank - 1; i >= 0; i--) {
		stride[i] = s;
		s *= t->dim[i];
	}
}

static bool is_dense(const Type *t, const int64_t *stride)
{
	int64_t dense[MAX_RANK];
	dense_strides(t, dense);
	for (int i = 0; i < t->rank; i++)
		if (t->dim[i] > 1 && stride[i] != dense[i])
			return false;
	return true;
}

static void value_strides(const Value *v, int64_t *stride)
{
	if (v->place.kind == PLACE_VIEW)
		memcpy(stride, v->place.stride, sizeof v->place.stride);
	else
		dense_strides(&v->type, stride);
}

Resolved plan_resolve(const Value *v)
{
	Resolved r = {0};
	value_strides(v, r.stride);
	r.contiguous = is_dense(&v->type, r.stride);
	int64_t elements = 0;
	while (v->place.kind == PLACE_VIEW) {
		elements += v->place.offset;
		v = v->node->in[0];
	}
	r.kind = v->place.kind;
	r.owner = v;
	r.narrow = v->place.narrow;
	r.offset = v->place.offset + elements * dtype_bytes(r.narrow ? BF16 : v->type.dtype);
	return r;
}

/* ---- stack and concat: inputs inside the result ---------------------------------------------- */

/* Byte offset of input i in the result, or -1 where its elements are not one run of it. */
static int64_t piece_offset(const Node *n, int i)
{
	if ((n->op != OP_stack && n->op != OP_concat) || n->group)
		return -1;
	const Type *t = &n->out[0].type;
	const int axis = edit_axis(attr_int(n, "axis"), t->rank);
	for (int k = 0; k < axis; k++)
		if (t->dim[k] != 1)
			return -1;
	int64_t bytes = 0;
	for (int k = 0; k < i; k++)
		bytes += type_bytes(&n->in[k]->type);
	return bytes;
}

bool plan_in_place(const Node *n, int i)
{
	const int64_t offset = piece_offset(n, i);
	if (offset < 0 || n->out[0].place.kind == PLACE_NONE || n->in[i]->place.kind == PLACE_NONE)
		return false;
	const Resolved to = plan_resolve(&n->out[0]), from = plan_resolve(n->in[i]);
	return from.contiguous && from.kind == to.kind && from.kind != PLACE_IO &&
	       from.narrow == to.narrow &&
	       from.offset == to.offset + (to.narrow ? offset / 2 : offset);
}

/* ---- views ----------------------------------------------------------------------------------- */

static bool takes_strides(const Plan *p, const Node *user, int input)
{
	bool (*const strided)(const Node *, int) = p->cx->hooks->strided;
	return strided && strided(user, input);
}

static bool users_take_strides(const Plan *p, const Value *v)
{
	for (const Use *u = v->uses; u; u = u->next)
		if (!u->node || !takes_strides(p, u->node, u->index))
			return false;
	return true;
}

static int64_t from_start(int64_t v, int64_t extent)
{
	return v < 0 ? v + extent : v;
}

/* Offset and strides of a slice of x along an axis of the whole value. */
static void slice_view(const Node *n, const int64_t *in, Place *place)
{
	const Type *x = &n->in[0]->type;
	const int lead = n->group ? 1 : 0;
	const int axis = lead + edit_axis(attr_int(n, "axis"), x->rank - lead);
	place->offset = from_start(attr_int(n, "start"), x->dim[axis]) * in[axis];
	for (int i = 0; i < x->rank; i++)
		place->stride[i] = in[i] * (i == axis ? attr_int(n, "step") : 1);
}

static void transpose_view(const Node *n, const int64_t *in, Place *place)
{
	const int rank = n->in[0]->type.rank, lead = n->group ? 1 : 0;
	if (lead)
		place->stride[0] = in[0];
	for (int i = lead; i < rank; i++)
		place->stride[i] =
		    in[lead + edit_axis(attr_int_at(n, "perm", i - lead), rank - lead)];
}

static void broadcast_view(const Node *n, const int64_t *in, Place *place)
{
	const Type *x = &n->in[0]->type, *y = &n->out[0].type;
	const int lead = y->rank - x->rank;
	for (int i = 0; i < y->rank; i++)
		place->stride[i] = i < lead || x->dim[i - lead] == 1 ? 0 : in[i - lead];
}

/* Strides for x reshaped to y without moving elements, axis group by axis group: extents of x with
 * a product equal to that of some of y must lie evenly. */
static bool reshape_view(const Type *x, const int64_t *in, const Type *y, int64_t *stride)
{
	int i = 0, k = 0;
	while (i < x->rank || k < y->rank) {
		const int first = i, out = k;
		int64_t nx = i < x->rank ? x->dim[i++] : 1, ny = k < y->rank ? y->dim[k++] : 1;
		while (nx != ny) {
			if (nx < ny)
				nx *= x->dim[i++];
			else
				ny *= y->dim[k++];
		}
		int64_t step = 1; /* of the innermost axis longer than 1 */
		int last = -1;
		for (int a = i - 1; a >= first; a--) {
			if (x->dim[a] == 1)
				continue;
			if (last >= 0 && in[a] != in[last] * x->dim[last])
				return false;
			step = last < 0 ? in[a] : step;
			last = a;
		}
		for (int b = k - 1; b >= out; b--) {
			stride[b] = step;
			step *= y->dim[b];
		}
	}
	return true;
}

/* Where n's output would be as a view of its input; false where n is no view. */
static bool view_place(const Node *n, Place *place)
{
	int64_t in[MAX_RANK];
	*place = (Place){.kind = PLACE_VIEW};
	if (n->nin != 1 || !n->in[0])
		return false;
	if (n->group && n->in[0]->type.dim[0] != n->out[0].type.dim[0])
		return false;
	value_strides(n->in[0], in);
	switch (n->op) {
	case OP_reshape:
		return reshape_view(&n->in[0]->type, in, &n->out[0].type, place->stride);
	case OP_slice:
		slice_view(n, in, place);
		return true;
	case OP_transpose:
		transpose_view(n, in, place);
		return true;
	case OP_broadcast:
		broadcast_view(n, in, place);
		return !n->group;
	default:
		return false;
	}
}

static bool try_view(Plan *p, Node *n)
{
	Value *v = &n->out[0];
	Place place;
	if (!view_place(n, &place))
		return false;
	if (is_dense(&v->type, place.stride))
		dense_strides(&v->type, place.stride);
	else if (!users_take_strides(p, v))
		return false;
	v->place = place;
	p->block_of[slot(v)] = p->block_of[slot(n->in[0])];
	p->nviews++;
	return true;
}

/* ---- blocks ---------------------------------------------------------------------------------- */

static void add_block(Plan *p, Value *v)
{
	const Node *n = v->node;
	const PlaceKind space = n->op == OP_param   ? PLACE_PARAM
				: n->op == OP_input ? PLACE_STATE
				: p->load[n->id]    ? PLACE_LOAD
						    : PLACE_ARENA;
	p->block_of[slot(v)] = p->nblocks;
	p->block[p->nblocks++] = (Block){.root = v,
					 .space = space,
					 .bytes = type_bytes(&v->type),
					 .first = n->id,
					 .last = n->id,
					 .host = -1};
}

static void find_blocks(Plan *p)
{
	for (int i = 0; i < p->g->nodes.n; i++) {
		Node *n = p->g->nodes.at[i];
		for (int k = 0; k < n->nout; k++)
			n->out[k].place = (Place){.kind = PLACE_NONE};
	}
	for (int i = 0; i < p->g->nodes.n; i++) {
		Node *n = p->g->nodes.at[i];
		if (n->op == OP_input && !attr_bool(n, "state")) {
			n->out[0].place.kind = PLACE_IO;
			p->block_of[slot(&n->out[0])] = -1;
			continue;
		}
		if (try_view(p, n))
			continue;
		for (int k = 0; k < n->nout; k++)
			add_block(p, &n->out[k]);
	}
}

/* Last node for which a read of v by input `input` of n matters: load-time values that a kernel
 * reads at run time stay for good, unless the back end packs them while loading. */
static int read_until(const Plan *p, const Node *n, int input, const Block *b)
{
	if (b->space == PLACE_ARENA || b->space == PLACE_STATE || p->load[n->id])
		return n->id;
	bool (*const packs)(const Node *, int) = p->cx->hooks->packs;
	const bool packed = packs && n->in[input]->place.kind != PLACE_VIEW && packs(n, input);
	return packed ? b->first : p->g->nodes.n;
}

static void find_lifetimes(Plan *p)
{
	for (int i = 0; i < p->g->nodes.n; i++) {
		const Node *n = p->g->nodes.at[i];
		for (int k = 0; k < n->nin; k++) {
			const int of = n->in[k] ? p->block_of[slot(n->in[k])] : -1;
			if (of < 0)
				continue;
			const int last = read_until(p, n, k, &p->block[of]);
			if (last > p->block[of].last)
				p->block[of].last = p->block[of].read = last;
		}
	}
	for (int i = 0; i < p->g->outputs.n; i++) {
		const int of = p->block_of[slot(p->g->outputs.at[i].value)];
		if (of >= 0)
			p->block[of].last = p->block[of].read = p->g->nodes.n;
	}
}

/* ---- inputs inside results ------------------------------------------------------------------- */

/* Block that holds exactly the elements of v in order, or -1. */
static int whole_block(const Plan *p, const Value *v)
{
	const int of = p->block_of[slot(v)];
	if (of < 0 || type_bytes(&v->type) != p->block[of].bytes)
		return -1;
	int64_t stride[MAX_RANK];
	value_strides(v, stride);
	return is_dense(&v->type, stride) ? of : -1;
}

/* Stands where it is before the first node runs. */
static bool is_given(const Block *b)
{
	return b->space == PLACE_PARAM || b->space == PLACE_STATE;
}

static bool can_host(const Plan *p, int host, int guest, int64_t offset, int reader)
{
	const Block *b = &p->block[guest];
	if (b->host >= 0 || host == guest || offset % ALIGN || is_given(b))
		return false;
	return b->space == p->block[host].space && b->last <= reader;
}

static void host_inputs(Plan *p, const Node *n)
{
	const int host = p->block_of[slot(&n->out[0])];
	for (int i = 0; i < n->nin; i++) {
		const int64_t offset = piece_offset(n, i);
		const int guest = offset < 0 ? -1 : whole_block(p, n->in[i]);
		if (guest < 0 || !can_host(p, host, guest, offset, n->id))
			continue;
		p->block[guest].host = host;
		p->block[guest].inside = offset;
		p->ninside++;
	}
}

/* All inputs are params, or all states, of their own that no other stack has claimed: they are laid
 * side by side and the stack is there already. */
static bool host_given(Plan *p, const Node *n)
{
	const int host = p->block_of[slot(&n->out[0])];
	PlaceKind space = PLACE_NONE;
	for (int i = 0; i < n->nin; i++) {
		const int64_t offset = piece_offset(n, i);
		const int guest = offset < 0 ? -1 : whole_block(p, n->in[i]);
		if (guest < 0 || !is_given(&p->block[guest]) || p->block[guest].host >= 0)
			return false;
		if (i > 0 && p->block[guest].space != space)
			return false;
		space = p->block[guest].space;
		for (int k = 0; k < i; k++)
			if (p->block_of[slot(n->in[k])] == guest)
				return false;
	}
	p->block[host].space = space;
	for (int i = 0; i < n->nin; i++) {
		Block *b = &p->block[p->block_of[slot(n->in[i])]];
		b->host = host;
		b->inside = piece_offset(n, i);
		p->ninside++;
	}
	return true;
}

/* Later nodes first, so that a result which itself goes inside another has its inputs there. */
static void find_hosts(Plan *p)
{
	for (int i = p->g->nodes.n - 1; i >= 0; i--) {
		const Node *n = p->g->nodes.at[i];
		if ((n->op == OP_stack || n->op == OP_concat) &&
		    p->block_of[slot(&n->out[0])] >= 0 && n->out[0].place.kind == PLACE_NONE &&
		    !host_given(p, n))
			host_inputs(p, n);
	}
	for (int i = 0; i < p->nblocks; i++) {
		const Block *b = &p->block[i];
		for (int h = b->host; h >= 0; h = p->block[h].host) {
			if (b->first < p->block[h].first)
				p->block[h].first = b->first;
			if (b->last > p->block[h].last)
				p->block[h].last = b->last;
		}
	}
}

/* ---- the next values of states --------------------------------------------------------------- */

/* Nothing reads the bytes of block b, under any name, after node `id`. */
static bool read_before(const Plan *p, int b, int id)
{
	for (; b >= 0; b = p->block[b].host)
		if (p->block[b].read > id)
			return false;
	return true;
}

static void renew(Plan *p, const Node *input)
{
	const Output *o = graph_renewal(p->g, input);
	if (!o)
		return;
	const Value *next = o->value;
	const Node *n = next->node;
	const int old = p->block_of[slot(&input->out[0])], new = p->block_of[slot(next)];
	bool (*const renews)(const Node *) = p->cx->hooks->renews;
	if (!renews || !renews(n) || node_renewed(n, next->index) != &input->out[0] ||
	    !read_before(p, old, n->id) || p->block[new].root != next)
		return;
	p->block[new].space = PLACE_STATE;
	p->block[new].host = old;
	p->nrenewed++;
}

static void find_renewals(Plan *p)
{
	for (int i = 0; i < p->g->nodes.n; i++)
		if (p->block_of[slot(&p->g->nodes.at[i]->out[0])] >= 0 &&
		    p->g->nodes.at[i]->op == OP_input)
			renew(p, p->g->nodes.at[i]);
}

/* ---- storage as bf16 ------------------------------------------------------------------------- */

static int outermost(const Plan *p, int b)
{
	while (p->block[b].host >= 0)
		b = p->block[b].host;
	return b;
}

static void find_narrow(Plan *p)
{
	const int nslots = p->g->nodes.n * MAX_OUT;
	if (!p->cx->hooks->narrow)
		return;
	const Value **home = NEW_ARRAY(p->cx->scratch, const Value *, nslots + 1);
	bool *narrow = NEW_ARRAY(p->cx->scratch, bool, nslots + 1);
	for (int i = 0; i < p->g->nodes.n; i++)
		for (int k = 0; k < p->g->nodes.at[i]->nout; k++) {
			const Value *v = &p->g->nodes.at[i]->out[k];
			const int b = p->block_of[slot(v)];
			if (b >= 0 && p->block[b].space == PLACE_ARENA)
				home[slot(v)] = p->block[outermost(p, b)].root;
		}
	p->cx->hooks->narrow(p->g, home, narrow, p->cx->scratch);
	for (int i = 0; i < p->nblocks; i++) {
		Block *b = &p->block[i];
		if (b->space != PLACE_ARENA || !narrow[slot(b->root)])
			continue;
		b->narrow = true;
		b->bytes = type_count(&b->root->type) * dtype_bytes(BF16);
		b->inside /= 2;
	}
}

/* ---- offsets --------------------------------------------------------------------------------- */

static bool conflict(const Block *a, const Block *b)
{
	return a->space == b->space && a->first <= b->last && b->first <= a->last;
}

/* Offset of the smallest gap that b fits in between the placed blocks which it conflicts with. */
static int64_t best_fit(const Plan *p, const Block *b)
{
	int64_t at = 0, best = -1, best_size = 0;
	for (int i = 0; i < p->nplaced; i++) {
		const Block *o = &p->block[p->placed[i]];
		if (!conflict(o, b))
			continue;
		const int64_t size = o->offset - at, end = o->offset + align_up(o->bytes);
		if (size >= b->bytes && (best < 0 || size < best_size)) {
			best = at;
			best_size = size;
		}
		at = end > at ? end : at;
	}
	return best < 0 ? at : best;
}

static void place(Plan *p, int block, int64_t offset)
{
	int i = p->nplaced++;
	for (; i > 0 && p->block[p->placed[i - 1]].offset > offset; i--)
		p->placed[i] = p->placed[i - 1];
	p->placed[i] = block;
	p->block[block].offset = offset;
	p->block[block].placed = true;
}

typedef struct Order {
	int64_t bytes;
	int block;
} Order;

static int by_size(const void *a, const void *b)
{
	const Order *x = a, *y = b;
	if (x->bytes != y->bytes)
		return x->bytes > y->bytes ? -1 : 1;
	return x->block - y->block;
}

/* Largest first. */
static void place_arenas(Plan *p)
{
	Order *order = NEW_ARRAY(p->cx->scratch, Order, p->nblocks + 1);
	int n = 0;
	for (int i = 0; i < p->nblocks; i++)
		if (p->block[i].host < 0 && !is_given(&p->block[i]))
			order[n++] = (Order){p->block[i].bytes, i};
	qsort(order, (size_t)n, sizeof *order, by_size);
	p->g->arena_bytes = p->g->load_bytes = 0;
	for (int i = 0; i < n; i++) {
		Block *b = &p->block[order[i].block];
		int64_t *total = b->space == PLACE_ARENA ? &p->g->arena_bytes : &p->g->load_bytes;
		place(p, order[i].block, best_fit(p, b));
		if (b->offset + align_up(b->bytes) > *total)
			*total = b->offset + align_up(b->bytes);
	}
}

/* In the order of the graph, what is joined together. */
static void place_given(Plan *p, PlaceKind space)
{
	int64_t at = 0;
	for (int i = 0; i < p->nblocks; i++) {
		int b = i;
		if (p->block[i].space != space)
			continue;
		while (p->block[b].host >= 0)
			b = p->block[b].host;
		if (p->block[b].placed)
			continue;
		p->block[b].offset = at;
		p->block[b].placed = true;
		at += align_up(p->block[b].bytes);
	}
}

static void write_places(Plan *p)
{
	for (int i = 0; i < p->nblocks; i++) {
		int64_t offset = 0;
		int b = i;
		for (; p->block[b].host >= 0; b = p->block[b].host)
			offset += p->block[b].inside;
		p->block[i].root->place = (Place){.kind = p->block[i].space,
						  .offset = p->block[b].offset + offset,
						  .narrow = p->block[i].narrow};
	}
}

/* ---- the pass -------------------------------------------------------------------------------- */

static uint64_t places_hash(const Graph *g)
{
	uint64_t h = 14695981039346656037u;
	for (int i = 0; i < g->nodes.n; i++)
		for (int k = 0; k < g->nodes.at[i]->nout; k++) {
			const Place *p = &g->nodes.at[i]->out[k].place;
			h = (h ^ (uint64_t)p->kind) * 1099511628211u;
			h = (h ^ (uint64_t)p->offset) * 1099511628211u;
			h = (h ^ (uint64_t)p->narrow) * 1099511628211u;
		}
	return h;
}

int pass_plan_memory(PassCtx *cx, Graph *g)
{
	const uint64_t before = places_hash(g);
	const int nslots = g->nodes.n * MAX_OUT;
	Plan p = {.cx = cx, .g = g, .load = graph_loadtime(g, cx->scratch)};
	p.block = NEW_ARRAY(cx->scratch, Block, nslots + 1);
	p.block_of = NEW_ARRAY(cx->scratch, int, nslots + 1);
	p.placed = NEW_ARRAY(cx->scratch, int, nslots + 1);
	find_blocks(&p);
	find_lifetimes(&p);
	find_hosts(&p);
	find_renewals(&p);
	find_narrow(&p);
	place_arenas(&p);
	place_given(&p, PLACE_PARAM);
	place_given(&p, PLACE_STATE);
	write_places(&p);
	int64_t sum = 0;
	for (int i = 0; i < p.nblocks; i++)
		sum +=
		    p.block[i].space == PLACE_ARENA && p.block[i].host < 0 ? p.block[i].bytes : 0;
	report_did(cx, NULL,
		   "%.2f MB for %.2f MB of activations, load-time values %.2f MB; %d pieces of "
		   "storage, %d views, %d values computed inside a stack, %d over the state they "
		   "renew",
		   (double)g->arena_bytes / 1e6, (double)sum / 1e6, (double)g->load_bytes / 1e6,
		   p.nblocks, p.nviews, p.ninside, p.nrenewed);
	return places_hash(g) != before;
}

/* ---- deaths ---------------------------------------------------------------------------------- */

static const Value *owner_of(const Value *v)
{
	return plan_resolve(v).owner;
}

static void extend(int *last, const Value *v, int until)
{
	int *l = &last[slot(owner_of(v))];
	*l = until > *l ? until : *l;
}

/* A join and what was computed in place for it are needed as long as either is. */
static void share_reads(const Node *n, int *last, bool down)
{
	for (int k = 0; k < n->nin; k++) {
		if (!n->in[k] || !plan_in_place(n, k))
			continue;
		const Value *from = down ? &n->out[0] : n->in[k],
			    *to = down ? n->in[k] : &n->out[0];
		extend(last, to, last[slot(owner_of(from))]);
	}
}

/* Last node that reads the bytes of each owner, by slot; inside a stack, those of the stack. */
static int *last_reads(const Graph *g, Arena *a)
{
	int *last = NEW_ARRAY(a, int, (size_t)g->nodes.n *MAX_OUT + 1);
	for (int i = 0; i < g->nodes.n; i++) {
		const Node *n = g->nodes.at[i];
		for (int k = 0; k < n->nout; k++)
			extend(last, &n->out[k], i);
		for (int k = 0; k < n->nin; k++)
			if (n->in[k])
				extend(last, n->in[k], i);
	}
	for (int i = 0; i < g->outputs.n; i++)
		extend(last, g->outputs.at[i].value, g->nodes.n);
	for (int i = 0; i < g->nodes.n; i++)
		share_reads(g->nodes.at[i], last, false);
	for (int i = g->nodes.n - 1; i >= 0; i--)
		share_reads(g->nodes.at[i], last, true);
	return last;
}

/* Within the run of the graph: outputs live on. */
static bool dies(const Value *v, const int *last)
{
	return v->place.kind == PLACE_ARENA && last[slot(v)] < v->node->graph->nodes.n;
}

Deaths plan_deaths(const Graph *g, Arena *a)
{
	const int *last = last_reads(g, a);
	Deaths d = {NEW_ARRAY(a, int, g->nodes.n + 1),
		    NEW_ARRAY(a, Value *, (size_t)g->nodes.n * MAX_OUT + 1)};
	/* first[id] goes from the number of deaths at id over their end to their start */
	for (int i = 0; i < g->nodes.n; i++)
		for (int k = 0; k < g->nodes.at[i]->nout; k++)
			if (dies(&g->nodes.at[i]->out[k], last))
				d.first[last[slot(&g->nodes.at[i]->out[k])]]++;
	for (int id = 1; id <= g->nodes.n; id++)
		d.first[id] += d.first[id - 1];
	for (int i = g->nodes.n - 1; i >= 0; i--)
		for (int k = g->nodes.at[i]->nout - 1; k >= 0; k--) {
			Value *v = &g->nodes.at[i]->out[k];
			if (dies(v, last))
				d.value[--d.first[last[slot(v)]]] = v;
		}
	return d;
}
