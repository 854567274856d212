/* fuse_inproj_conv_silu.c: a projection whose first half goes through a depthwise convolution and
 * SiLU becomes one op.
 *
 *     %xz = linear %h, %w : f32[1,50,64]
 *     %a = slice %xz {axis=-1 stop=32}
 *     %z = slice %xz {axis=-1 start=32 stop=64}
 *     %c = conv1d_depthwise %a, %cw, %cb {pad=[3,0]}
 *     %u = silu %c : f32[1,50,32]
 * becomes
 *     %u, %z = inproj_conv_silu %h, %w, %cw, %cb {pad=[3,0]} : f32[1,50,32], f32[1,50,32]
 *
 * The projection has no bias, the convolution has one and keeps the length; nothing else uses what
 * lies between; the convolution's weights are known at load time, so no cycle can arise. */
#include "passes/edit.h"

typedef struct Match {
	Node *linear, *first, *second, *conv, *silu;
} Match;

static bool is_half(const Node *n, const Node *linear, int half)
{
	const int rank = edit_instance(linear, &linear->out[0]).rank;
	const int64_t e = linear->out[0].type.dim[linear->out[0].type.rank - 1];
	if (n->op != OP_slice || n->group != linear->group || n->in[0] != &linear->out[0])
		return false;
	const int64_t start = attr_int(n, "start"), stop = attr_int(n, "stop");
	return edit_axis(attr_int(n, "axis"), rank) == rank - 1 && attr_int(n, "step") == 1 &&
	       e % 2 == 0 && (start < 0 ? start + e : start) == half * (e / 2) &&
	       (stop < 0 ? stop + e : stop) == (half + 1) * (e / 2);
}

/* Fills m from the convolution; what is missing, or NULL. "" means: nothing like the pattern. */
static const char *match(Arena *a, const bool *load, Node *conv, Match *m)
{
	if (!node_is(conv->in[0], OP_slice) || !node_is(conv->in[0]->node->in[0], OP_linear))
		return "";
	*m = (Match){.conv = conv, .first = conv->in[0]->node};
	m->linear = m->first->in[0]->node;
	m->silu = edit_single_user(&conv->out[0]);
	if (!m->silu || m->silu->op != OP_silu)
		return "the convolution does not go through silu alone";
	const Nodes users = edit_users(&m->linear->out[0], a);
	for (int i = 0; i < users.n; i++)
		if (is_half(users.at[i], m->linear, 1))
			m->second = users.at[i];
	if (!is_half(m->first, m->linear, 0) || !m->second)
		return "the projection is not cut into two halves";
	if (m->linear->nin > 2)
		return "the projection has a bias";
	if (conv->nin < 3)
		return "the convolution has no bias";
	if (m->linear->in[0]->type.rank != 3 + (m->linear->group > 0))
		return "the projection is not of a sequence [B, L, C]";
	if (edit_count_uses(&m->linear->out[0]) != 2 || !edit_single_user(&m->first->out[0]))
		return "the projection has other uses";
	if (m->linear->group != conv->group || m->silu->group != conv->group)
		return "the parts are grouped differently";
	if (!load[conv->in[1]->node->id] || !load[conv->in[2]->node->id])
		return "the convolution's weights are computed at run time";
	if (!type_equal(&conv->in[0]->type, &conv->out[0].type))
		return "the convolution changes the length";
	return NULL;
}

static bool fuse(PassCtx *cx, Graph *g, const Match *m)
{
	Value *in[] = {m->linear->in[0], m->linear->in[1], m->conv->in[1], m->conv->in[2]};
	Node *n =
	    node_insert(g, m->conv, OP_inproj_conv_silu, in, 4, m->linear->loc, m->linear->label);
	n->group = m->conv->group;
	attr_set_ints(n, "pad", attr_ints(m->conv, "pad"), 2);
	if (m->conv->group || node_reverse(m->conv, 0))
		attr_set_ints(n, "reverse", attr_ints(m->conv, "reverse"),
			      attr_len(m->conv, "reverse"));
	if (!edit_fused(cx, n))
		return false;
	value_replace(&m->silu->out[0], &n->out[0], NULL);
	value_replace(&m->second->out[0], &n->out[1], NULL);
	m->conv->mark = m->silu->mark = m->first->mark = m->second->mark = m->linear->mark = 1;
	return true;
}

int pass_fuse_inproj_conv_silu(PassCtx *cx, Graph *g)
{
	edit_prune(g); /* dead nodes are no uses */
	const bool *load = graph_loadtime(g, cx->scratch);
	const int n = g->nodes.n;
	Node **old = edit_nodes(g, cx->scratch);
	int fused = 0, seen = 0;
	for (int i = 0; i < n; i++) {
		Match m;
		const char *why =
		    old[i]->op == OP_conv1d_depthwise ? match(cx->scratch, load, old[i], &m) : "";
		seen += !why || *why;
		if (why && *why)
			report_refused(cx, old[i], "'%s': %s", edit_name(old[i]), why);
		if (why)
			continue;
		fused += fuse(cx, g, &m);
	}
	if (seen)
		report_did(cx, NULL, "fused %d of %d", fused, seen);
	if (fused) {
		graph_sort(g);
		edit_prune(g);
	}
	return fused;
}
