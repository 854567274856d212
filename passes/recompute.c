/* recompute.c: what is cheap to compute and long unused is not kept but computed anew before it is
 * needed again.
 *
 *     %a = relu %x                            %a = relu %x
 *     %b = conv2d %a, %w                      %b = conv2d %a, %w
 *     ...                              ->     ...
 *     %d = conv2d_dw %a, %g                   %c = relu %x
 *     ...                                     %d = conv2d_dw %c, %g
 *
 * Cheap are elementwise nodes, dropouts, which draw the same again, and batch norms, whose mean and
 * rstd stay, so that the rest is elementwise, too. What they read must be there still, be cheap
 * itself and come anew with them, or be kept longer. Choices are made by a model of memory, the
 * bytes that are alive at each node, and one of time, the bytes that nodes move: at the node where
 * memory is fullest that value goes which gives most bytes for its time, until none is left there;
 * then as many of these choices stay as are worth their time. What a share of the memory is worth
 * the back end says. Only graphs that train keep values for long. */
#include "passes/edit.h"

#include <string.h>

/* Arithmetic in the time of moving a byte: of GPUs 20 in float32, 250 with bf16 matrix
 * instructions, where they reach half of that. */
enum { FLOPS_A_BYTE = 100 };
/* Nodes that come anew for one value; share of the fullest memory below which none is worth it. */
enum { MOST_NODES = 4, SMALLEST = 500 };

/* Storage of a value: bytes between the nodes first and last, 0 for what is no activation. */
typedef struct Piece {
	int64_t bytes;
	int first, last;
	LIST(int) reads; /* positions in order */
} Piece;

/* Value `of` is not kept between `after` and `before`, the node that reads it next. */
typedef struct Choice {
	Value *of;
	int after, before;
	Node *again[MOST_NODES]; /* what computes it, last first */
	int n;
	double time;   /* bytes moved to compute it */
	int64_t bytes; /* less at the fullest node */
} Choice;

typedef struct Recompute {
	PassCtx *cx;
	Graph *g;
	int n;
	const bool *load;
	Piece *piece;       /* by value slot */
	const Value **home; /* by value slot: whose storage a value lies in, or NULL */
	bool *narrow;
	bool *chosen; /* by value slot */
	int64_t *alive;
	double time;
} Recompute;

static int slot(const Value *v)
{
	return v->node->id * MAX_OUT + v->index;
}

/* ---- memory ---------------------------------------------------------------------------------- */

static bool is_view(const Node *n)
{
	return n->op == OP_reshape || n->op == OP_slice || n->op == OP_transpose ||
	       n->op == OP_broadcast;
}

/* Weights that lie side by side. */
static bool joins_states(const Node *n)
{
	bool all = n->op == OP_stack || n->op == OP_concat;
	for (int i = 0; all && i < n->nin; i++)
		all = node_is(n->in[i], OP_input) && attr_bool(n->in[i]->node, "state");
	return all;
}

static void find_homes(Recompute *r)
{
	r->load = graph_loadtime(r->g, r->cx->scratch);
	for (int i = 0; i < r->n; i++) {
		const Node *n = r->g->nodes.at[i];
		const unsigned flags = node_info(n)->flags;
		for (int k = 0; k < n->nout && !r->load[i] && !joins_states(n) &&
				!(flags & (F_SOURCE | F_RENEWS));
		     k++)
			r->home[n->id * MAX_OUT + k] =
			    is_view(n) ? r->home[slot(n->in[0])] : &n->out[k];
	}
	if (r->cx->hooks->narrow)
		r->cx->hooks->narrow(r->g, r->home, r->narrow, r->cx->scratch);
}

static int64_t bytes_of(const Recompute *r, const Value *v)
{
	const Value *home = r->home[slot(v)];
	const int64_t bytes = type_bytes(&v->type);
	return home && r->narrow[slot(home)] ? bytes / 2 : bytes;
}

static void add_read(Recompute *r, const Value *v, int at)
{
	const Value *home = r->home[slot(v)];
	if (!home)
		return;
	Piece *p = &r->piece[slot(home)];
	int i = p->reads.n;
	list_push(r->cx->scratch, &p->reads, at);
	for (; i > 0 && p->reads.at[i - 1] > at; i--)
		p->reads.at[i] = p->reads.at[i - 1];
	p->reads.at[i] = at;
	p->last = p->last > at ? p->last : at;
}

static void find_pieces(Recompute *r)
{
	for (int i = 0; i < r->n; i++) {
		const Node *n = r->g->nodes.at[i];
		for (int k = 0; k < n->nout; k++)
			if (r->home[n->id * MAX_OUT + k] == &n->out[k])
				r->piece[n->id * MAX_OUT + k] = (Piece){
				    .bytes = bytes_of(r, &n->out[k]), .first = i, .last = i};
		for (int k = 0; k < n->nin; k++)
			if (n->in[k])
				add_read(r, n->in[k], i);
	}
	for (int i = 0; i < r->g->outputs.n; i++)
		add_read(r, r->g->outputs.at[i].value, r->n - 1);
}

static void count(Recompute *r, int first, int last, int64_t bytes)
{
	for (int i = first; i <= last; i++)
		r->alive[i] += bytes;
}

/* The node at which most bytes are alive. */
static int fullest(const Recompute *r)
{
	int at = 0;
	for (int i = 0; i < r->n; i++)
		if (r->alive[i] > r->alive[at])
			at = i;
	return at;
}

/* ---- time ------------------------------------------------------------------------------------ */

/* In bytes moved. */
static double time_of(const Recompute *r, const Node *n)
{
	double bytes = LAUNCH_BYTES;
	if (is_view(n) || r->load[n->id] || (node_info(n)->flags & F_SOURCE))
		return 0;
	for (int i = 0; i < n->nin; i++)
		if (n->in[i])
			bytes += (double)bytes_of(r, n->in[i]);
	for (int i = 0; i < n->nout; i++)
		bytes += (double)bytes_of(r, &n->out[i]);
	const double flops = ir_cost(n).flops / FLOPS_A_BYTE;
	return flops > bytes ? flops : bytes;
}

/* ---- what comes anew ------------------------------------------------------------------------- */

static bool plain_norm(const Node *n)
{
	return n->op == OP_batch_norm_train && attr_int_at(n, "pool", 0) == 1 &&
	       attr_int_at(n, "pool", 1) == 1;
}

static bool is_cheap(const Value *v)
{
	const Node *n = v->node;
	return (node_info(n)->flags & F_EW) || n->op == OP_dropout ||
	       (n->op == OP_map && n->nout == 1) || (v->index == 0 && plain_norm(n));
}

/* What n reads when it comes anew: a batch norm has its statistics then. */
static int inputs_again(const Node *n)
{
	return n->op == OP_batch_norm_train ? 5 : n->nin;
}

static Value *input_again(Node *n, int i)
{
	return n->op == OP_batch_norm_train && i > 2 ? &n->out[i - 2] : n->in[i];
}

static bool has(const Choice *c, const Value *v)
{
	for (int i = 0; i < c->n; i++)
		if (v == &c->again[i]->out[0])
			return true;
	return false;
}

/* Another read of v, at c->before: it is alive then, comes anew too, or lives longer, which takes
 * from what is gained where it was not alive at the node `full`. */
static void need(const Recompute *r, Choice *c, Value *v, int full);

/* false if c has nodes enough */
static bool again(const Recompute *r, Choice *c, Node *n, int full)
{
	const bool norm = n->op == OP_batch_norm_train;
	if (c->n == MOST_NODES)
		return false;
	c->again[c->n++] = n;
	c->time += norm ? LAUNCH_BYTES + 2.0 * (double)bytes_of(r, &n->out[0]) : time_of(r, n);
	for (int i = 0; i < inputs_again(n); i++)
		need(r, c, input_again(n, i), full);
	return true;
}

static void need(const Recompute *r, Choice *c, Value *v, int full)
{
	const Value *home = v ? r->home[slot(v)] : NULL;
	const int last = home ? r->piece[slot(home)].last : c->before;
	if (last >= c->before || has(c, v))
		return;
	if (last < full && home == v && is_cheap(v) && again(r, c, v->node, full))
		return;
	c->bytes -= last < full ? r->piece[slot(home)].bytes : 0;
}

/* ---- choices --------------------------------------------------------------------------------- */

/* v not kept past the node `full`; false if it must be, or too little is gained. */
static bool choose(const Recompute *r, Value *v, int full, Choice *c)
{
	const Piece *p = &r->piece[slot(v)];
	*c = (Choice){.of = v, .after = -1, .before = -1, .bytes = p->bytes};
	if (r->chosen[slot(v)] || p->first >= full || p->last <= full || !is_cheap(v) ||
	    p->bytes < r->alive[full] / SMALLEST)
		return false;
	for (int i = 0; i < p->reads.n; i++) {
		const int at = p->reads.at[i];
		if (at == full)
			return false;
		if (at < full)
			c->after = at;
		else if (c->before < 0)
			c->before = at;
		if (at > full) /* by other names, it would have to be moved there, too */
			for (int k = 0; k < r->g->nodes.at[at]->nin; k++) {
				const Value *in = r->g->nodes.at[at]->in[k];
				if (in && in != v && r->home[slot(in)] == v)
					return false;
			}
	}
	return c->after >= 0 && again(r, c, v->node, full) && c->bytes > 0;
}

/* The model after a choice. */
static void apply_to_model(Recompute *r, const Choice *c)
{
	Piece *p = &r->piece[slot(c->of)];
	r->chosen[slot(c->of)] = true;
	count(r, c->after + 1, c->before - 1, -p->bytes);
	p->last = c->after;
	for (int i = 0; i < c->n; i++) {
		Node *n = c->again[i];
		if (i > 0)
			count(r, c->before, c->before, bytes_of(r, &n->out[0]));
		for (int k = 0; k < inputs_again(n); k++) {
			const Value *v = input_again(n, k);
			const Value *home = v ? r->home[slot(v)] : NULL;
			if (!home || has(c, v))
				continue;
			count(r, r->piece[slot(home)].last + 1, c->before,
			      r->piece[slot(home)].bytes);
			add_read(r, v, c->before);
		}
	}
}

/* ---- rewriting ------------------------------------------------------------------------------- */

/* v[C] as one that a map meets with values of the rank of x, whose axis has the channels. */
static Value *along(Node *at, Value *v, const Node *norm)
{
	const Type x = edit_instance(norm, norm->in[0]);
	int64_t dim[MAX_RANK];
	for (int i = 0; i < x.rank; i++)
		dim[i] = 1;
	const int axis = edit_axis(attr_int(norm, "axis"), x.rank);
	dim[axis] = x.dim[axis];
	return edit_group_reshape(at, v, norm->group, x.rank, dim);
}

/* (x - mean) rstd weight + bias, and the activation */
static Value *norm_again(Graph *g, Node *at, Node *n)
{
	const bool relu = !strcmp(attr_str(n, "act"), "relu");
	Value *in[5] = {n->in[0]};
	for (int i = 1; i < 5; i++)
		in[i] = along(at, input_again(n, i), n);
	Node *m = node_insert(g, at, OP_map, in, 5, n->loc, n->label);
	m->group = n->group;
	attr_set_str(m, "f",
		     relu ? "t0 = sub(x0, x3); t1 = mul(t0, x4); t2 = mul(t1, x1); "
			    "t3 = add(t2, x2); y0 = relu(t3)"
			  : "t0 = sub(x0, x3); t1 = mul(t0, x4); t2 = mul(t1, x1); "
			    "y0 = add(t2, x2)");
	return edit_infer(m);
}

/* c->of, computed before `at`. */
static Value *compute_again(Graph *g, Node *at, const Choice *c)
{
	Value *made[MOST_NODES];
	for (int i = c->n - 1; i >= 0; i--) {
		Node *n = c->again[i];
		made[i] = n->op == OP_batch_norm_train ? norm_again(g, at, n)
						       : &node_copy(g, at, n)->out[0];
		n = made[i]->node;
		for (int k = 0; k < n->nin; k++)
			for (int j = i + 1; j < c->n; j++)
				if (n->in[k] == &c->again[j]->out[0])
					node_set_in(n, k, made[j]);
	}
	return made[0];
}

static void rewrite(Recompute *r, const Choice *c, Node **old)
{
	Value *with = compute_again(r->g, old[c->before], c);
	for (int i = c->before; i < r->n; i++)
		for (int k = 0; k < old[i]->nin; k++)
			if (old[i]->in[k] == c->of)
				node_set_in(old[i], k, with);
	report_did(r->cx, c->of->node, "'%s': %.1f MB less, %d nodes again, %.2f %% of the time",
		   edit_name(c->of->node), (double)c->bytes / 1e6, c->n, 100 * c->time / r->time);
}

/* ---- the pass -------------------------------------------------------------------------------- */

static bool trains(const Graph *g)
{
	for (int i = 0; i < g->nodes.n; i++)
		if (node_info(g->nodes.at[i])->flags & F_RENEWS)
			return true;
	return false;
}

static bool best_choice(const Recompute *r, Choice *best)
{
	const int full = fullest(r);
	bool any = false;
	for (int i = 0; i < full; i++) {
		Node *n = r->g->nodes.at[i];
		for (int k = 0; k < n->nout; k++) {
			Choice c;
			if (r->home[n->id * MAX_OUT + k] != &n->out[k] ||
			    !choose(r, &n->out[k], full, &c))
				continue;
			if (!any || (double)c.bytes / c.time > (double)best->bytes / best->time)
				*best = c;
			any = true;
		}
	}
	return any;
}

static void start(Recompute *r)
{
	Arena *a = r->cx->scratch;
	const size_t nslots = (size_t)r->n * MAX_OUT + 1;
	r->piece = NEW_ARRAY(a, Piece, nslots);
	r->home = NEW_ARRAY(a, const Value *, nslots);
	r->narrow = NEW_ARRAY(a, bool, nslots);
	r->chosen = NEW_ARRAY(a, bool, nslots);
	r->alive = NEW_ARRAY(a, int64_t, r->n + 1);
	find_homes(r);
	find_pieces(r);
	for (size_t i = 0; i < nslots - 1; i++)
		count(r, r->piece[i].first, r->piece[i].last, r->piece[i].bytes);
	for (int i = 0; i < r->n; i++)
		r->time += time_of(r, r->g->nodes.at[i]);
}

/* One sequence of choices; how many stay. */
static int improve(PassCtx *cx, Graph *g)
{
	LIST(Choice) made = {0};
	Recompute r = {.cx = cx, .g = g, .n = g->nodes.n};
	edit_renumber(g);
	start(&r);
	const double most = (double)r.alive[fullest(&r)];
	double time = 0, gain = 0, best = 0, spent = 0;
	int keep = 0;
	for (Choice c; best_choice(&r, &c);) {
		apply_to_model(&r, &c);
		list_push(cx->scratch, &made, c);
		time += c.time / r.time;
		const double less = 1 - (double)r.alive[fullest(&r)] / most;
		if (cx->hooks->memory_worth * less - time > best) {
			best = cx->hooks->memory_worth * less - time;
			gain = less;
			spent = time;
			keep = made.n;
		}
	}
	if (!keep)
		return 0;
	Node **old = edit_nodes(g, cx->scratch);
	for (int i = 0; i < keep; i++)
		rewrite(&r, &made.at[i], old);
	report_did(cx, NULL,
		   "%d values computed anew: of %.1f MB alive at once %.1f %% less, for %.2f %% of "
		   "the time",
		   keep, most / 1e6, 100 * gain, 100 * spent);
	return keep;
}

/* What was computed and read before memory is fullest and is read after. */
static void report_kept(PassCtx *cx, Graph *g)
{
	Recompute r = {.cx = cx, .g = g, .n = g->nodes.n};
	edit_renumber(g);
	start(&r);
	const int full = fullest(&r);
	int64_t kept = 0;
	int n = 0;
	for (int i = 0; i < full * MAX_OUT; i++) {
		const Piece *p = &r.piece[i];
		if (p->reads.n == 0 || p->reads.at[0] >= full || p->last <= full)
			continue;
		n++;
		kept += p->bytes;
		if (p->bytes >= r.alive[full] / 100)
			report_did(cx, g->nodes.at[i / MAX_OUT], "'%s': %.1f MB kept",
				   edit_name(g->nodes.at[i / MAX_OUT]), (double)p->bytes / 1e6);
	}
	report_did(cx, NULL, "%d values of %.1f MB kept for later, of %.1f MB alive at once", n,
		   (double)kept / 1e6, (double)r.alive[full] / 1e6);
}

int pass_recompute(PassCtx *cx, Graph *g)
{
	int changes = 0, more = 0;
	if (!trains(g))
		return 0;
	do {
		more = cx->hooks->memory_worth > 0 ? improve(cx, g) : 0;
		changes += more;
	} while (more);
	report_kept(cx, g);
	return changes;
}
