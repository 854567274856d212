/* fuse_conv_epilogue.c: a convolution takes along the scale, shift, ReLU and pooling that follow
 * it.
 *
 *     %c = conv2d %x, %w {pad=[1,1]} : f32[1,8,6,6]
 *     %m = mul %c, %s : f32[1,8,6,6]            # s: f32[8,1,1], known at load time
 *     %a = add %m, %t : f32[1,8,6,6]            # t: f32[8,1,1], known at load time
 *     %r = relu %a : f32[1,8,6,6]
 *     %p = avg_pool2d %r {kernel=[2,2]} : f32[1,8,3,3]
 * becomes
 *     %p = conv2d_act %x, %w, %s.2, %t.2 {pad=[1,1] act=relu pool=[2,2]} : f32[1,8,3,3]
 *
 * and max_pool2d in place of avg_pool2d gives max=1. Each part may be missing, but a convolution
 * with nothing or only a bias behind it stays. A bias b goes into the shift as t + s*b. Every
 * intermediate value has one use. Where the target does better with tiles of that size by
 * themselves, the pooling stays behind. */
#include "passes/edit.h"

typedef struct Chain {
	Node *conv, *last;
	Value *scale, *shift; /* as they stand beside the convolution's result, or NULL */
	Node *pool;
	bool relu;
} Chain;

static int channel_axis(const Node *conv)
{
	return attr_bool(conv, "channels_last") ? 3 : 1;
}

/* v[..] is constant along all axes of the result but the channels'. */
static bool per_channel(const Chain *c, LoadTime *load, const Node *ew, const Value *v)
{
	const Type y = edit_instance(ew, &ew->out[0]), t = edit_instance(ew, v);
	const int channel = channel_axis(c->conv) - (y.rank - t.rank);
	if (!edit_at_load(load, v->node))
		return false;
	for (int i = 0; i < t.rank; i++)
		if (i != channel && t.dim[i] != 1)
			return false;
	return true;
}

/* The other operand of a two-input elementwise node that is the only user of the chain's end. */
static Value *operand(const Chain *c, LoadTime *load, Node *user, Op op)
{
	if (!user || user->op != op || user->group != c->conv->group)
		return NULL;
	Value *v = user->in[1 - edit_input(user, &c->last->out[0])];
	if (!type_equal(&user->out[0].type, &c->last->out[0].type))
		return NULL;
	return per_channel(c, load, user, v) ? v : NULL;
}

static void follow(LoadTime *load, Chain *c)
{
	Node *user = edit_single_user(&c->last->out[0]);
	c->scale = operand(c, load, user, OP_mul);
	if (c->scale) {
		c->last = user;
		user = edit_single_user(&c->last->out[0]);
	}
	c->shift = operand(c, load, user, OP_add);
	if (c->shift) {
		c->last = user;
		user = edit_single_user(&c->last->out[0]);
	}
	c->relu = user && user->op == OP_relu && user->group == c->conv->group;
	if (c->relu) {
		c->last = user;
		user = edit_single_user(&c->last->out[0]);
	}
	const bool pools = user && (user->op == OP_avg_pool2d || user->op == OP_max_pool2d);
	if (pools && user->group == c->conv->group && channel_axis(user) == channel_axis(c->conv))
		c->pool = c->last = user;
}

/* The chain without its pooling */
static Chain without_pool(Chain c)
{
	c.last = c.pool->in[0]->node;
	c.pool = NULL;
	return c;
}

/* [O] per instance from v, or a constant where v is NULL. */
static Value *channel_vector(const Chain *c, Value *v, double otherwise)
{
	Node *at = c->last;
	const int64_t group = c->conv->group;
	const int64_t o = c->conv->in[1]->type.dim[group ? 1 : 0];
	if (!v) {
		const int64_t dim[] = {1, o};
		Node *n = node_insert(at->graph, at, OP_const, NULL, 0, c->conv->loc, NULL);
		attr_set_ints(n, "shape", group ? dim : dim + 1, group ? 2 : 1);
		attr_set_floats(n, "value", &otherwise, 1);
		return edit_infer(n);
	}
	const int64_t lead = group ? v->type.dim[0] : 1;
	if (type_count(&v->type) == o * lead)
		return edit_group_reshape(at, v, group, 1, &o);
	const int64_t one = 1, dim[] = {lead, o};
	Value *unit = edit_group_reshape(at, v, group, 1, &one);
	Node *n = node_insert(at->graph, at, OP_broadcast, &unit, 1, at->loc, at->label);
	attr_set_ints(n, "shape", group ? dim : dim + 1, group ? 2 : 1);
	return edit_infer(n);
}

static bool fuse(PassCtx *cx, Graph *g, const Chain *c)
{
	Node *conv = c->conv;
	const int64_t group = conv->group;
	Value *scale = channel_vector(c, c->scale, 1);
	Value *shift = c->shift || conv->nin < 3 ? channel_vector(c, c->shift, 0) : NULL;
	if (conv->nin > 2) {
		Value *b = conv->in[2];
		b = c->scale ? edit_ew(c->last, OP_mul, scale, b, group) : b;
		shift = shift ? edit_ew(c->last, OP_add, shift, b, group) : b;
	}
	Value *in[] = {conv->in[0], conv->in[1], scale, shift};
	Node *n = node_insert(g, c->last, OP_conv2d_act, in, 4, conv->loc, conv->label);
	n->group = group;
	n->attr[0] = conv->attr[0]; /* stride, pad, channels_last stand alike in both schemas */
	n->attr[1] = conv->attr[1];
	n->attr[2] = conv->attr[2];
	if (c->relu)
		attr_set_str(n, "act", "relu");
	if (c->pool)
		attr_set_ints(n, "pool", attr_ints(c->pool, "kernel"), 2);
	if (c->pool && c->pool->op == OP_max_pool2d)
		attr_set_bool(n, "max", true);
	if (!edit_fused(cx, n))
		return false;
	value_replace(&c->last->out[0], &n->out[0], NULL);
	return true;
}

static const char *refusal(LoadTime *load, const Chain *c)
{
	const Node *user = edit_single_user(&c->conv->out[0]);
	if (c->conv->nin > 2 && !edit_at_load(load, c->conv->in[2]->node))
		return "its bias is computed at run time";
	if (c->scale || c->relu || c->pool)
		return NULL;
	if (!user)
		return "its result has several uses or is an output";
	if (user->op == OP_batch_norm)
		return "batch_norm is not folded to scale and shift";
	return "no scale, relu or pooling follows it";
}

int pass_fuse_conv_epilogue(PassCtx *cx, Graph *g)
{
	int fused = 0, seen = 0;
	edit_prune(g); /* dead nodes are no uses */
	LoadTime load = edit_load_time(g, cx->scratch);
	for (int i = 0; i < g->nodes.n; i++) {
		Node *conv = g->nodes.at[i];
		if (conv->op != OP_conv2d || conv->mark)
			continue;
		conv->mark = 1;
		seen++;
		Chain c = {.conv = conv, .last = conv};
		if (!edit_at_load(&load, conv))
			follow(&load, &c);
		const char *why = refusal(&load, &c);
		if (why) {
			report_refused(cx, conv, "'%s': %s", edit_name(conv), why);
			continue;
		}
		bool done = fuse(cx, g, &c);
		if (!done && c.pool) {
			c = without_pool(c);
			done = !refusal(&load, &c) && fuse(cx, g, &c);
		}
		fused += done;
	}
	if (seen)
		report_did(cx, NULL, "fused %d of %d convolutions", fused, seen);
	edit_prune(g);
	return fused;
}
