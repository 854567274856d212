/* fuse_attention.c: products with keys, softmax and the product with values become one op, which
 * keeps no scores; with relative positions, their product and shift join it.
 *
 *     %c = matmul %qu, %k {tb=1}                # %qu = add %q, %u: [H,1,D]
 *     %p = matmul %qw, %r {tb=1}                # %qw = add %q, %w: [H,1,D]; r: f32[H,T,D]
 *     %z = pad %p {axis=3 before=1}
 *     %s = slice (reshape %z {shape=[B,H,T+1,T]}) {axis=2 start=1 stop=T+1}
 *     %m = mul (add %c, %s), 0.1
 *     %y = matmul (softmax %m), %v : f32[B,H,T,E]
 * becomes
 *     %a = attention %q.2, %k.2, %v.2, %off, %r.2, %u.2, %w.2 {scale=0.1} : f32[B,T,H,E]
 *     %y = transpose %a {perm=[0,2,1,3]}
 *
 * where .2 are the values with heads behind frames, before the transposes that models make. Without
 * positions there is neither sum nor biases; scale and a dropout behind the softmax may be missing.
 * Where gradients of the same weights follow, as grad.c makes them, attention also gives lse, and
 * they become one attention_grad; else nothing but the product uses the weights. */
#include "passes/edit.h"

#include <string.h>

enum { DQ, DK, DV, DP, DR, NGRADS };

typedef struct Match {
	Node *softmax, *drop, *mix;  /* drop: NULL if there is none that draws */
	const Value *times;          /* the constant scores are multiplied by, or NULL */
	Value *q, *k, *v;            /* [B, H, T, D] */
	Value *content;              /* the queries that meet k: q, or q + u */
	Value *position, *r, *u, *w; /* those that meet r[H, T, D]; NULL without positions */
	Node *d;                     /* the gradient by the weights, or NULL */
	Value *grad[NGRADS];         /* what makes the gradients now, NULL where none is wanted */
} Match;

/* ---- pieces ---------------------------------------------------------------------------------- */

static bool is(const Value *v, Op op)
{
	return node_is(v, op) && !v->node->group;
}

static bool is_product(const Value *v, bool ta, bool tb)
{
	return is(v, OP_matmul) && attr_bool(v->node, "ta") == ta && attr_bool(v->node, "tb") == tb;
}

static Value *other(const Node *n, const Value *v)
{
	return n->in[0] == v ? n->in[1] : n->in[0];
}

static Value *single_use(const Value *v)
{
	return edit_single_user(v) ? v->node->in[0] : NULL;
}

/* v is x[B, H, T, D] plus a row[H, 1, D]: *x and *row. */
static bool is_biased(const Value *v, Value **x, Value **row)
{
	if (!is(v, OP_add))
		return false;
	for (int i = 0; i < 2; i++) {
		const Type *t = &v->node->in[i]->type, *y = &v->type;
		if (t->rank == 3 && t->dim[0] == y->dim[1] && t->dim[1] == 1 && y->dim[2] != 1 &&
		    t->dim[2] == y->dim[3]) {
			*row = v->node->in[i];
			*x = v->node->in[1 - i];
			return type_equal(&(*x)->type, y);
		}
	}
	return false;
}

/* ---- forward --------------------------------------------------------------------------------- */

/* v[B, H, T, T] is a shifted product: fills in position and r. */
static bool match_shift(const Value *v, Match *m)
{
	const int64_t t = v->type.dim[3];
	const Node *s = v->node, *p;
	if (!is(v, OP_slice) || !edit_single_user(v) || edit_axis(attr_int(s, "axis"), 4) != 2 ||
	    attr_int(s, "start") != 1 || attr_int(s, "step") != 1 || v->type.dim[2] != t)
		return false;
	v = single_use(v);
	if (!is(v, OP_reshape) || v->type.dim[2] != t + 1 || !edit_single_user(v))
		return false;
	v = single_use(v);
	p = v->node;
	if (!is(v, OP_pad) || v->type.rank != 4 || edit_axis(attr_int(p, "axis"), 4) != 3 ||
	    attr_int(p, "before") != 1 || attr_int(p, "after") || attr_float(p, "value") != 0 ||
	    !edit_single_user(v))
		return false;
	v = single_use(v);
	if (!is_product(v, false, true) || !edit_single_user(v) || v->node->in[1]->type.rank != 3)
		return false;
	m->position = v->node->in[0];
	m->r = v->node->in[1];
	return true;
}

/* v: the scores before scaling. NULL if m is filled; else why not. */
static const char *match_scores(Value *v, Match *m)
{
	Value *q = NULL;
	if (is(v, OP_add)) {
		if (!edit_single_user(v))
			return "its scores have other uses";
		Value *const sum = v;
		for (int i = 0; i < 2 && !m->r; i++)
			if (match_shift(sum->node->in[i], m))
				v = sum->node->in[1 - i];
		if (!m->r)
			return "what is added to its scores is no shifted product";
	}
	if (!is_product(v, false, true))
		return "its scores are no product of queries and keys";
	if (!edit_single_user(v))
		return "its scores have other uses";
	m->content = m->q = v->node->in[0];
	m->k = v->node->in[1];
	if (m->q->type.rank != 4 || m->k->type.rank != 4 ||
	    m->k->type.dim[0] != m->q->type.dim[0] || m->k->type.dim[1] != m->q->type.dim[1])
		return "queries and keys are not of [B, H, T, D]";
	if (!m->r)
		return NULL;
	if (!is_biased(m->content, &m->q, &m->u) || !is_biased(m->position, &q, &m->w) || q != m->q)
		return "content and position are not met by the same queries with a bias each";
	return NULL;
}

/* n multiplies v with values. */
static bool mixes(const Node *n, const Value *v)
{
	return n->nout && n->in[0] == v && is_product(&n->out[0], false, false);
}

static bool drops_or_mixes(const Node *n, const Value *v)
{
	const bool drops = n->op == OP_dropout && n->in[0] == v && !attr_int(n, "share");
	return (drops && !n->group) || mixes(n, v);
}

static Node *first_user(Arena *a, const Value *v, bool (*wanted)(const Node *, const Value *))
{
	const Nodes users = edit_users(v, a);
	for (int i = 0; i < users.n; i++)
		if (wanted(users.at[i], v))
			return users.at[i];
	return NULL;
}

static const char *match(Arena *a, Node *softmax, Match *m)
{
	*m = (Match){.softmax = softmax};
	Value *weights = &softmax->out[0], *scores = softmax->in[0];
	if (softmax->group || weights->type.rank != 4 ||
	    edit_axis(attr_int(softmax, "axis"), 4) != 3)
		return "it is not over the last axis of [B, H, T, S]";
	m->mix = first_user(a, weights, drops_or_mixes);
	if (m->mix && m->mix->op == OP_dropout) {
		m->drop = m->mix;
		weights = &m->drop->out[0];
		m->mix = first_user(a, weights, mixes);
	}
	if (!m->mix)
		return "no product with values follows it";
	m->v = m->mix->in[1];
	if (m->v->type.rank != 4 || m->v->type.dim[0] != weights->type.dim[0] ||
	    m->v->type.dim[1] != weights->type.dim[1])
		return "the values are not of [B, H, T, E]";
	if (!edit_single_user(scores))
		return "its scores have other uses";
	for (int i = 0; is(scores, OP_mul) && i < 2 && !m->times; i++)
		if (is(scores->node->in[i], OP_const) &&
		    attr_len(scores->node->in[i]->node, "value") == 1)
			m->times = scores->node->in[i];
	return match_scores(m->times ? other(scores->node, m->times) : scores, m);
}

/* ---- gradient -------------------------------------------------------------------------------- */

/* The same draws of another value. */
static bool same_drop(const Match *m, const Value *v)
{
	return is(v, OP_dropout) && attr_equal(v->node, m->drop, false) &&
	       v->node->nin == m->drop->nin &&
	       (v->node->nin < 2 || v->node->in[1] == m->drop->in[1]);
}

/* The gradient s by the scores is multiplied with keys and queries; v is s or, unshifted, what it
 * is for positions. Fills in two gradients; false if anything else uses v. */
static bool match_products(Arena *a, Value *v, const Value *rows, const Value *queries,
			   Value **by_queries, Value **by_rows, int more)
{
	const Nodes users = edit_users(v, a);
	for (int i = 0; i < users.n; i++) {
		Node *n = users.at[i];
		if (n->op != OP_matmul || n->in[0] != v)
			continue;
		if (n->in[1] == rows && is_product(&n->out[0], false, false))
			*by_queries = &n->out[0];
		else if (n->in[1] == queries && is_product(&n->out[0], true, false))
			*by_rows = &n->out[0];
	}
	return edit_count_uses(v) == (*by_queries != NULL) + (*by_rows != NULL) + more;
}

/* The user of v that moves it back where the shift took it from, or NULL. */
static Value *unshifted(Arena *a, const Value *v)
{
	const int64_t t = v->type.dim[3];
	const Nodes users = edit_users(v, a);
	for (int i = 0; i < users.n; i++) {
		Node *pad = users.at[i];
		if (pad->op != OP_pad || pad->in[0] != v ||
		    edit_axis(attr_int(pad, "axis"), 4) != 2 || attr_int(pad, "before") != 1 ||
		    attr_int(pad, "after"))
			continue;
		const Node *rows = edit_single_user(&pad->out[0]);
		if (!rows || rows->op != OP_reshape || rows->out[0].type.dim[3] != t + 1)
			return NULL;
		Node *cut = edit_single_user(&rows->out[0]);
		const bool back = cut && cut->op == OP_slice && attr_int(cut, "start") == 1 &&
				  edit_axis(attr_int(cut, "axis"), 4) == 3 &&
				  cut->out[0].type.dim[3] == t;
		return back ? &cut->out[0] : NULL;
	}
	return NULL;
}

/* The softmax's gradient: (d - sum (d w)) w for its result w. The product that makes it, or NULL.
 */
static Node *softmax_grad(Arena *a, const Value *w, Value **d)
{
	const Nodes users = edit_users(w, a);
	for (int i = 0; i < users.n; i++) {
		Node *n = users.at[i];
		if (n->op != OP_mul || edit_input(n, w) < 0 || !is(other(n, w), OP_sub))
			continue;
		const Node *sub = other(n, w)->node;
		const Value *sum = sub->in[1];
		*d = sub->in[0];
		if (!is(sum, OP_sum) || !is(sum->node->in[0], OP_mul) ||
		    edit_input(sum->node->in[0]->node, w) < 0 ||
		    other(sum->node->in[0]->node, w) != *d || attr_len(sum->node, "axes") != 1 ||
		    edit_axis(attr_int_at(sum->node, "axes", 0), 4) != 3)
			return NULL;
		return n;
	}
	return NULL;
}

/* What uses the weights besides the product with values. false if it is no gradient of grad.c's. */
static bool match_grad(Arena *a, Match *m)
{
	const Value *w = &m->softmax->out[0], *kept = m->drop ? &m->drop->out[0] : w;
	Value *d = NULL, *position = NULL;
	Node *s = softmax_grad(a, w, &d);
	if (!s || edit_count_uses(d) != 2)
		return false;
	if (m->drop) {
		if (!same_drop(m, d) || !edit_single_user(d->node->in[0]))
			return false;
		d = d->node->in[0];
	}
	if (!is_product(d, false, true) || d->node->in[1] != m->v)
		return false;
	m->d = d->node;
	const Nodes users = edit_users(kept, a);
	for (int i = 0; i < users.n; i++) {
		Node *n = users.at[i];
		if (n->op == OP_matmul && n->in[0] == kept && n->in[1] == m->d->in[0] &&
		    is_product(&n->out[0], true, false))
			m->grad[DV] = &n->out[0];
	}
	const int dv = m->grad[DV] != NULL;
	if (edit_count_uses(w) != 3 + (m->drop ? 0 : dv) ||
	    (m->drop && edit_count_uses(kept) != 1 + dv))
		return false;
	if (m->times) {
		s = edit_single_user(&s->out[0]);
		if (!s || s->op != OP_mul || !edit_same_const(other(s, s->in[0]), m->times))
			return false;
	}
	if (m->r && (position = unshifted(a, &s->out[0])) &&
	    !match_products(a, position, m->r, m->position, &m->grad[DP], &m->grad[DR], 0))
		return false;
	return match_products(a, &s->out[0], m->k, m->content, &m->grad[DQ], &m->grad[DK],
			      position != NULL);
}

/* ---- rewriting ------------------------------------------------------------------------------- */

static const int heads_behind[] = {0, 2, 1, 3}, rows_first[] = {1, 0, 2};

static bool has_perm(const Node *n, const int *perm)
{
	bool same = n->op == OP_transpose && !n->group;
	for (int i = 0; same && i < attr_len(n, "perm"); i++)
		same = edit_axis(attr_int_at(n, "perm", i), attr_len(n, "perm")) == perm[i];
	return same;
}

/* v with two axes exchanged, as it was before a transpose that did so */
static Value *exchanged(Node *at, Value *v, const int *perm)
{
	return has_perm(v->node, perm) ? v->node->in[0] : edit_transpose(at, v, perm);
}

/* The uses of old[B, H, T, n], before whose node `with`[B, T, H, n] stands, go over to it. */
static void replace_exchanged(Arena *a, Value *old, Value *with)
{
	const Nodes users = edit_users(old, a);
	for (int i = 0; i < users.n; i++)
		if (has_perm(users.at[i], heads_behind) && users.at[i]->in[0] == old)
			value_replace(&users.at[i]->out[0], with, NULL);
	value_replace(old, edit_transpose(old->node, with, heads_behind), NULL);
}

/* row[H, 1, D] as [H, D] */
static Value *bias(Node *at, Value *row)
{
	const int64_t dim[] = {row->type.dim[0], row->type.dim[2]};
	Value *of = is(row, OP_reshape) ? row->node->in[0] : row;
	const Type want = type_make(row->type.dtype, 2, dim);
	return type_equal(&of->type, &want) ? of : edit_reshape(at, row, 2, dim);
}

/* A state of no draws */
static Value *no_draws(Node *at)
{
	const int64_t two = 2;
	const double off[] = {0, -1};
	Node *n = node_insert(at->graph, at, OP_const, NULL, 0, at->loc, NULL);
	attr_set_ints(n, "shape", &two, 1);
	attr_set_floats(n, "value", off, 2);
	return edit_infer(n);
}

static void set_attrs(Node *n, const Match *m)
{
	if (m->times)
		attr_set_float(n, "scale", attr_float_at(m->times->node, "value", 0));
	if (!m->drop || m->drop->nin < 2)
		return;
	attr_set_float(n, "p", attr_float(m->drop, "p"));
	attr_set_ints(n, "stream", attr_ints(m->drop, "stream"), attr_len(m->drop, "stream"));
}

/* Fills in what both ops take last: state, r, u, w. Returns how many. */
static int optional_inputs(const Match *m, Value **in)
{
	const bool draws = m->drop && m->drop->nin > 1;
	if (!draws && !m->r)
		return 0;
	in[0] = draws ? m->drop->in[1] : no_draws(m->mix);
	if (!m->r)
		return 1;
	in[1] = exchanged(m->mix, m->r, rows_first);
	in[2] = bias(m->mix, m->u);
	in[3] = bias(m->mix, m->w);
	return 4;
}

/* false if the target lacks one of the two */
static bool fuse(PassCtx *cx, Graph *g, const Match *m)
{
	Value *in[10], *rest[4] = {NULL};
	Node *const at = m->mix;
	const int more = optional_inputs(m, rest);
	in[0] = exchanged(at, m->q, heads_behind);
	in[1] = exchanged(at, m->k, heads_behind);
	in[2] = exchanged(at, m->v, heads_behind);
	memcpy(in + 3, rest, sizeof rest);
	Node *n = node_insert(g, at, OP_attention, in, 3 + more, at->loc, at->label);
	if (m->d)
		node_set_nout(n, 2);
	set_attrs(n, m);
	if (!edit_fused(cx, n))
		return false;
	if (m->d) {
		in[3] = &n->out[0];
		in[4] = &n->out[1];
		in[5] = exchanged(m->d, m->d->in[0], heads_behind);
		memcpy(in + 6, rest, sizeof rest);
		Node *d =
		    node_insert(g, m->d, OP_attention_grad, in, 6 + more, m->d->loc, m->d->label);
		if (m->r)
			node_set_nout(d, NGRADS);
		set_attrs(d, m);
		if (!edit_fused(cx, d))
			return false;
		for (int i = 0; i < d->nout; i++)
			if (m->grad[i])
				replace_exchanged(cx->scratch, m->grad[i], &d->out[i]);
	}
	replace_exchanged(cx->scratch, &m->mix->out[0], &n->out[0]);
	return true;
}

int pass_fuse_attention(PassCtx *cx, Graph *g)
{
	edit_prune(g); /* dead nodes are no uses */
	const int n = g->nodes.n;
	Node **old = edit_nodes(g, cx->scratch);
	int fused = 0, seen = 0;
	for (int i = 0; i < n; i++) {
		Match m;
		if (old[i]->op != OP_softmax)
			continue;
		seen++;
		const char *why = match(cx->scratch, old[i], &m);
		const Value *kept = why || !m.drop ? &old[i]->out[0] : &m.drop->out[0];
		const bool alone =
		    !why && edit_single_user(&old[i]->out[0]) && edit_single_user(kept);
		if (!why && !alone && !match_grad(cx->scratch, &m))
			why = "its weights have other uses than a product and its gradients";
		if (why) {
			report_refused(cx, old[i], "'%s': %s", edit_name(old[i]), why);
			continue;
		}
		fused += fuse(cx, g, &m);
	}
	if (seen)
		report_did(cx, NULL, "fused %d of %d softmaxes", fused, seen);
	if (fused)
		graph_sort(g);
	edit_prune(g);
	return fused;
}
