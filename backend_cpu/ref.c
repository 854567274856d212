/* ref.c: where values are in a program's memory.
 *
 * Self.arena is the planned arena; Self.load the planned load-time arena of each graph in turn;
 * Self.work is for one function at a time; Self.pack holds packed weights and copies of parameters
 * that nodes read as they are. Parameters themselves are readable through Self.params while loading
 * only. */
#include "emit.h"

#include <inttypes.h>
#include <string.h>

void ref_dense(const Type *t, int64_t *stride)
{
	int64_t s = 1;
	for (int k = t->rank - 1; k >= 0; s *= t->dim[k--])
		stride[k] = s;
}

bool ref_is_dense(const Type *t, const int64_t *stride)
{
	int64_t dense[MAX_RANK];
	ref_dense(t, dense);
	for (int k = 0; k < t->rank; k++)
		if (t->dim[k] > 1 && stride[k] != dense[k])
			return false;
	return true;
}

int64_t ref_pack(Emit *e, int64_t floats)
{
	const int64_t at = e->pack_floats;
	e->pack_floats += (floats + 15) / 16 * 16;
	return at;
}

void ref_scratch(Emit *e, int64_t floats)
{
	if (floats > e->scratch_floats)
		e->scratch_floats = floats;
}

void ref_work(Emit *e, int64_t floats)
{
	if (floats > e->work_floats)
		e->work_floats = floats;
}

static int param_index(const Emit *e, const Node *n)
{
	for (int i = 0; i < e->params.n; i++)
		if (!strcmp(e->params.at[i]->label, n->label))
			return i;
	BUG("parameter '%s' is not in the model's list", n->label);
}

/* The value that owns v's bytes; *offset counts elements in it. */
static const Value *owner_of(const Value *v, int64_t *offset)
{
	*offset = 0;
	while (v->place.kind == PLACE_VIEW) {
		*offset += v->place.offset;
		v = v->node->in[0];
	}
	return v;
}

/* Params joined in the weights: the one that holds element *at, which becomes relative to it. */
static const Node *stack_piece(const Value *stack, int64_t *at, int64_t extent)
{
	const Node *n = stack->node;
	for (int i = 0; i < n->nin; i++) {
		const int64_t count = type_count(&n->in[i]->type);
		if (*at < count) {
			int64_t offset;
			const Value *owner = owner_of(n->in[i], &offset);
			*at += offset;
			return extent <= count && owner->node->op == OP_param ? owner->node : NULL;
		}
		*at -= count;
	}
	return NULL;
}

/* Copies a value of the weights to Self.pack while loading. */
static int64_t keep(Emit *e, const Value *v)
{
	for (int i = 0; i < e->kept.n; i++)
		if (e->kept.at[i].value == v)
			return e->kept.at[i].offset;
	const Kept k = {v, ref_pack(e, type_count(&v->type))};
	list_push(e->arena, &e->kept, k);
	const Node *n = v->node;
	int64_t to = k.offset;
	for (int i = 0; i < (n->op == OP_param ? 1 : n->nin); i++) {
		const Value *from = n->op == OP_param ? v : n->in[i];
		const Ref r = ref_of(e, from, true);
		const int64_t count = type_count(&from->type);
		buf_printf(&e->load,
			   "\tmemory_copy(s->pack + %" PRId64 ", %s + %" PRId64 ", %" PRId64 ");\n",
			   to, r.base, r.offset, count);
		to += count;
	}
	return k.offset;
}

static int input_index(const Emit *e, const Node *input)
{
	int at = 0;
	for (int i = 0; i < e->graph->nodes.n; i++) {
		if (e->graph->nodes.at[i] == input)
			return at;
		at += e->graph->nodes.at[i]->op == OP_input &&
		      !attr_bool(e->graph->nodes.at[i], "state");
	}
	BUG("input '%s' is not in the graph", input->label);
}

/* Base of the owner's bytes; adds the owner's place to *offset. */
static const char *base_of(Emit *e, const Value *owner, bool at_load, int64_t *offset)
{
	switch (owner->place.kind) {
	case PLACE_ARENA:
		*offset += owner->place.offset / 4;
		return "s->arena";
	case PLACE_LOAD:
		*offset += e->load_base + owner->place.offset / 4;
		return "s->load";
	case PLACE_STATE:
		*offset += owner->place.offset / 4;
		return "s->state";
	case PLACE_IO:
		return arena_printf(e->arena, "s->in[%d]", input_index(e, owner->node));
	case PLACE_PARAM:
		if (at_load && owner->node->op == OP_param)
			return arena_printf(e->arena, "s->params[%d]", param_index(e, owner->node));
		*offset += keep(e, owner);
		return "s->pack";
	default:
		BUG("value '%s' has no place", owner->name);
	}
}

Ref ref_of(Emit *e, const Value *v, bool at_load)
{
	Ref r;
	const Value *owner = owner_of(v, &r.offset);
	if (v->place.kind == PLACE_VIEW)
		memcpy(r.stride, v->place.stride, sizeof r.stride);
	else
		ref_dense(&v->type, r.stride);
	r.dense = ref_is_dense(&v->type, r.stride);
	r.base = base_of(e, owner, at_load, &r.offset);
	return r;
}

Ref ref_slice(Emit *e, const Value *v, int64_t index, bool at_load)
{
	int64_t at;
	const Value *owner = owner_of(v, &at);
	if (!at_load || owner->place.kind != PLACE_PARAM || owner->node->op == OP_param ||
	    index < 0) {
		Ref r = ref_of(e, v, at_load);
		r.offset += index > 0 ? index * r.stride[0] : 0;
		return r;
	}
	Ref r = {0};
	if (v->place.kind == PLACE_VIEW)
		memcpy(r.stride, v->place.stride, sizeof r.stride);
	else
		ref_dense(&v->type, r.stride);
	at += index * r.stride[0];
	const Node *piece = stack_piece(owner, &at, type_count(&v->type) / v->type.dim[0]);
	if (!piece) {
		r = ref_of(e, v, true);
		r.offset += index * r.stride[0];
		return r;
	}
	r.base = arena_printf(e->arena, "s->params[%d]", param_index(e, piece));
	r.offset = at;
	return r;
}
