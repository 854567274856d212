/* fuse_ew.c: elementwise nodes that run over the same elements become one program.
 *
 *     %a = mul %x, %s : f32[1,50,8]
 *     %b = add %a, %t : f32[1,50,8]
 *     %y = relu %b : f32[1,50,8]
 * becomes
 *     %y = map %x, %s, %t {f="t0 = mul(x0, x1); t1 = add(t0, x2); y0 = relu(t1)"} : f32[1,50,8]
 *
 * Producer and consumer merge when both have the same output type, group and load-timeness; then
 * programs that read exactly the same run-time values merge too (a 3x3 mixture of three tensors is
 * one map with three outputs). What others use becomes an output. Merged nodes never depend on one
 * another through a node outside, and none that others use waits for a result that it does not
 * need; scalar constants become numbers in the program. */
#include "passes/edit.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_LINES = 64, MAX_CLUSTER = 64 };

/* What a cluster reads at run time, as a hash that is equal for those that may be siblings. */
typedef struct Reads {
	uint64_t hash;
	int cluster;
} Reads;

typedef struct Clusters {
	PassCtx *cx;
	Graph *g;
	const bool *load;
	Node **old; /* the nodes by id, as the graph had them at the start */
	int n;
	int *of;   /* by node id: its cluster, named by the smallest id in it */
	int *next; /* by node id: next member, -1 at the end; a list from the cluster's name */
	int *seen; /* by node id: stamp of the walk that saw its cluster */
	int stamp;
	int *stack;
	int *nlines; /* by cluster */
	int *nout;   /* by cluster: values that others use; of siblings, as of the last call */
	int *later;  /* by cluster: the next one that may read the same, -1 at the end */
	Reads *reads;
	int *depth;  /* by node id: nodes that cannot be merged on the longest way to its inputs */
	int **users; /* by node id: ids of the nodes that use it, -1 at the end */
	int nfused;  /* nodes in the maps written */
} Clusters;

static bool fusable(const Node *n)
{
	return (node_info(n)->flags & F_EW) || n->op == OP_map;
}

static Node *node_at(const Clusters *c, int id)
{
	return c->old[id];
}

/* Becomes a number in the program; of rank 0 per instance, so that no shape depends on it. */
static bool is_number(const Node *user, const Value *v)
{
	return node_is(v, OP_const) && v->type.rank == (user->group ? 1 : 0) &&
	       type_count(&v->type) == 1;
}

static bool alike(const Clusters *c, const Node *a, const Node *b)
{
	return a->group == b->group && c->load[a->id] == c->load[b->id] &&
	       type_equal(&a->out[0].type, &b->out[0].type);
}

/* ---- the graph of clusters ------------------------------------------------------------------- */

static void find_users(Clusters *c)
{
	int *count = NEW_ARRAY(c->cx->scratch, int, c->n + 1);
	c->users = NEW_ARRAY(c->cx->scratch, int *, c->n + 1);
	for (int i = 0; i < c->n; i++)
		for (int k = 0; k < node_at(c, i)->nin; k++)
			count[node_at(c, i)->in[k]->node->id]++;
	for (int i = 0; i < c->n; i++) {
		c->users[i] = NEW_ARRAY(c->cx->scratch, int, count[i] + 1);
		c->users[i][count[i]] = -1;
	}
	for (int i = 0; i < c->n; i++)
		for (int k = 0; k < node_at(c, i)->nin; k++) {
			const int p = node_at(c, i)->in[k]->node->id;
			c->users[p][--count[p]] = i;
		}
}

/* There is a way from cluster a to cluster b through at least one other cluster. */
static bool path_around(Clusters *c, int a, int b)
{
	int depth = 0;
	c->stamp++;
	c->seen[a] = c->stamp;
	for (int m = a; m >= 0; m = c->next[m])
		for (const int *u = c->users[m]; *u >= 0; u++) {
			const int to = c->of[*u];
			if (to == b || c->seen[to] == c->stamp)
				continue;
			c->seen[to] = c->stamp;
			c->stack[depth++] = to;
		}
	while (depth) {
		for (int m = c->stack[--depth]; m >= 0; m = c->next[m])
			for (const int *u = c->users[m]; *u >= 0; u++) {
				const int to = c->of[*u];
				if (to == b)
					return true;
				if (c->seen[to] == c->stamp)
					continue;
				c->seen[to] = c->stamp;
				c->stack[depth++] = to;
			}
	}
	return false;
}

/* ---- what a cluster reads and gives ---------------------------------------------------------- */

typedef struct Ports {
	Value *in[MAX_CLUSTER * 4], *out[MAX_CLUSTER * 4];
	int nin, nout;
	bool full; /* more than fit */
} Ports;

static void add_port(Value **list, int *n, Value *v, bool *full)
{
	for (int i = 0; i < *n; i++)
		if (list[i] == v)
			return;
	if (*n == MAX_CLUSTER * 4)
		*full = true;
	else
		list[(*n)++] = v;
}

static bool used_outside(const Clusters *c, const Value *v, int a, int b)
{
	for (const Use *u = v->uses; u; u = u->next) {
		if (!u->node)
			return true;
		const int id = u->node->id; /* of maps written meanwhile beyond the nodes at work */
		if (id < c->n && c->of[id] != a && c->of[id] != b)
			return true;
	}
	return false;
}

/* Ports of a and b (b -1: of a alone) taken together. */
static void add_ports(const Clusters *c, int a, int b, int members, Ports *p)
{
	for (int m = members; m >= 0; m = c->next[m]) {
		Node *n = node_at(c, m);
		for (int k = 0; k < n->nin; k++) {
			const int from = c->of[n->in[k]->node->id];
			if (from != a && from != b && !is_number(n, n->in[k]))
				add_port(p->in, &p->nin, n->in[k], &p->full);
		}
		for (int k = 0; k < n->nout; k++)
			if (used_outside(c, &n->out[k], a, b))
				add_port(p->out, &p->nout, &n->out[k], &p->full);
	}
}

static void find_ports(const Clusters *c, int a, int b, Ports *p)
{
	memset(p, 0, sizeof *p);
	add_ports(c, a, b, a, p);
	if (b >= 0)
		add_ports(c, a, b, b, p);
}

static bool within_limits(const Clusters *c, int a, int b)
{
	Ports p;
	if (c->nlines[a] + c->nlines[b] > MAX_LINES)
		return false;
	find_ports(c, a, b, &p);
	return !p.full && p.nin >= 1 && p.nin <= MAX_MAP_IN && p.nout >= 1 && p.nout <= MAX_OUT;
}

/* ---- merging --------------------------------------------------------------------------------- */

static void merge(Clusters *c, int a, int b)
{
	const int keep = a < b ? a : b, gone = a < b ? b : a;
	int last = keep;
	for (int m = gone; m >= 0; m = c->next[m])
		c->of[m] = keep;
	while (c->next[last] >= 0)
		last = c->next[last];
	c->next[last] = gone;
	c->nlines[keep] += c->nlines[gone];
}

static int depth_of(const Clusters *c, int cluster)
{
	int most = 0;
	for (int m = cluster; m >= 0; m = c->next[m])
		most = c->depth[m] > most ? c->depth[m] : most;
	return most;
}

/* Users of a outside b would wait for what b reads. */
static bool delays(const Clusters *c, int a, int b)
{
	if (depth_of(c, a) >= depth_of(c, b))
		return false;
	for (int m = a; m >= 0; m = c->next[m])
		for (int k = 0; k < node_at(c, m)->nout; k++)
			if (used_outside(c, &node_at(c, m)->out[k], a, b))
				return true;
	return false;
}

/* feeds: b reads a, so that there is no way from b to a. */
static bool try_merge(Clusters *c, int a, int b, bool feeds)
{
	if (a == b || !alike(c, node_at(c, a), node_at(c, b)) || !within_limits(c, a, b))
		return false;
	if (path_around(c, a, b) || (!feeds && path_around(c, b, a)))
		return false;
	merge(c, a, b);
	return true;
}

static bool merge_producers(Clusters *c)
{
	bool merged = false;
	for (int i = 0; i < c->n; i++) {
		const Node *n = node_at(c, i);
		for (int k = 0; k < n->nin && fusable(n); k++)
			if (fusable(n->in[k]->node) &&
			    !delays(c, c->of[n->in[k]->node->id], c->of[i]))
				merged |= try_merge(c, c->of[n->in[k]->node->id], c->of[i], true);
	}
	return merged;
}

/* Both read the same run-time values, so that one sweep serves both. */
static bool same_reads(const Clusters *c, int a, int b)
{
	Ports p, q;
	int shared = 0, np = 0, nq = 0;
	find_ports(c, a, -1, &p);
	find_ports(c, b, -1, &q);
	for (int i = 0; i < q.nin; i++)
		nq += !c->load[q.in[i]->node->id] || c->load[b];
	for (int i = 0; i < p.nin; i++) {
		if (c->load[p.in[i]->node->id] && !c->load[a])
			continue;
		np++;
		for (int k = 0; k < q.nin; k++)
			shared += q.in[k] == p.in[i];
	}
	return np > 0 && np == nq && shared == np;
}

static Reads reads_of(Clusters *c, int a)
{
	const Node *n = node_at(c, a);
	const Type *t = &n->out[0].type;
	Ports p;
	uint64_t reads = 0, h = hash_add((uint64_t)n->group, c->load[a]);
	find_ports(c, a, -1, &p);
	c->nout[a] = p.nout;
	for (int i = 0; i < p.nin; i++)
		if (!c->load[p.in[i]->node->id] || c->load[a])
			reads += hash_add((uint64_t)p.in[i]->node->id, (uint64_t)p.in[i]->index);
	for (int i = 0; i < t->rank; i++)
		h = hash_add(h, (uint64_t)t->dim[i]);
	return (Reads){hash_add(h, reads), a};
}

static int by_hash(const void *a, const void *b)
{
	const Reads *x = a, *y = b;
	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return x->cluster - y->cluster;
}

/* Links each cluster to the next one with the same hash. */
static void find_siblings(Clusters *c)
{
	int n = 0;
	for (int i = 0; i < c->n; i++)
		if (c->of[i] == i && fusable(node_at(c, i)))
			c->reads[n++] = reads_of(c, i);
	qsort(c->reads, (size_t)n, sizeof *c->reads, by_hash);
	for (int i = 0; i < n; i++)
		c->later[c->reads[i].cluster] =
		    i + 1 < n && c->reads[i + 1].hash == c->reads[i].hash ? c->reads[i + 1].cluster
									  : -1;
}

/* None of two siblings reads the other: together they give what both give. */
static bool have_room(const Clusters *c, int a, int b)
{
	return c->nlines[a] + c->nlines[b] <= MAX_LINES && c->nout[a] + c->nout[b] <= MAX_OUT;
}

static bool merge_siblings(Clusters *c)
{
	bool merged = false;
	find_siblings(c);
	for (int a = 0; a < c->n; a++) {
		if (c->of[a] != a || !fusable(node_at(c, a)))
			continue;
		for (int b = c->later[a]; b >= 0 && c->nout[a] < MAX_OUT; b = c->later[b])
			if (c->of[b] == b && have_room(c, a, b) &&
			    alike(c, node_at(c, a), node_at(c, b)) && same_reads(c, a, b) &&
			    try_merge(c, a, b, false)) {
				c->nout[a] += c->nout[b];
				merged = true;
			}
	}
	return merged;
}

/* ---- writing the program --------------------------------------------------------------------- */

/* Where the values of a cluster are in the program being written. */
typedef struct Writer {
	Clusters *c;
	Node *map;
	Ports ports;
	MapCode code;
	struct {
		const Value *value;
		MapArg arg;
	} at[MAX_LINES * 2];
	int nat;
} Writer;

static MapArg arg_of(const Writer *w, const Node *user, const Value *v)
{
	for (int i = 0; i < w->nat; i++)
		if (w->at[i].value == v)
			return w->at[i].arg;
	if (is_number(user, v))
		return (MapArg){.kind = MAP_NUM, .num = attr_float_at(v->node, "value", 0)};
	for (int i = 0; i < w->ports.nin; i++)
		if (w->ports.in[i] == v)
			return (MapArg){.kind = MAP_IN, .index = i};
	BUG("'%s' is no input of its cluster", v->name);
}

static int out_number(const Writer *w, const Value *v)
{
	for (int i = 0; i < w->ports.nout; i++)
		if (w->ports.out[i] == v)
			return i;
	return -1;
}

static void bind(Writer *w, const Value *v, int line)
{
	w->at[w->nat].value = v;
	w->at[w->nat++].arg = (MapArg){.kind = MAP_LINE, .index = line};
	w->code.line[line].out = out_number(w, v);
}

static void write_ew(Writer *w, const Node *n)
{
	MapLine *l = &w->code.line[w->code.nlines];
	*l = (MapLine){.op = n->op, .nargs = n->nin};
	for (int i = 0; i < n->nin; i++)
		l->arg[i] = arg_of(w, n, n->in[i]);
	bind(w, &n->out[0], w->code.nlines++);
}

static void read_map(const Clusters *c, const Node *n, MapCode *code)
{
	const char *why;
	const Module *m = c->g->module;
	if (!map_parse(c->cx->scratch, m->ops, attr_str(n, "f"), n->nin, code, &why))
		BUG("map '%s': %s", edit_name(n), why);
}

static void write_map(Writer *w, const Node *n)
{
	MapCode in;
	const int base = w->code.nlines;
	read_map(w->c, n, &in);
	for (int i = 0; i < in.nlines; i++) {
		MapLine *l = &w->code.line[w->code.nlines++];
		*l = in.line[i];
		l->out = -1;
		for (int k = 0; k < l->nargs; k++) {
			if (l->arg[k].kind == MAP_IN)
				l->arg[k] = arg_of(w, n, n->in[l->arg[k].index]);
			else if (l->arg[k].kind == MAP_LINE)
				l->arg[k].index += base;
		}
	}
	for (int i = 0; i < in.nlines; i++)
		if (in.line[i].out >= 0)
			bind(w, &n->out[in.line[i].out], base + i);
}

/* Members in an order in which each follows what it reads. Ids of the graph are such an order. */
static int members_in_order(const Clusters *c, int cluster, int *ids)
{
	int n = 0;
	for (int m = cluster; m >= 0; m = c->next[m]) {
		int i = n++;
		for (; i > 0 && ids[i - 1] > m; i--)
			ids[i] = ids[i - 1];
		ids[i] = m;
	}
	return n;
}

/* The map stands beside the nodes that it replaces, which are still in use. */
static Writer *write_cluster(Clusters *c, int cluster)
{
	Arena *a = c->cx->scratch;
	int ids[MAX_LINES];
	const int n = members_in_order(c, cluster, ids);
	Writer *w = NEW(a, Writer);
	w->c = c;
	w->code.line = NEW_ARRAY(a, MapLine, MAX_LINES);
	find_ports(c, cluster, -1, &w->ports);
	w->code.nout = w->ports.nout;
	for (int i = 0; i < n; i++) {
		if (node_at(c, ids[i])->op == OP_map)
			write_map(w, node_at(c, ids[i]));
		else
			write_ew(w, node_at(c, ids[i]));
	}
	Node *last = node_at(c, ids[n - 1]);
	w->map = node_insert(c->g, last, OP_map, w->ports.in, w->ports.nin, last->loc, last->label);
	w->map->group = last->group;
	attr_set_str(w->map, "f", map_text(a, c->g->module->ops, &w->code));
	node_set_nout(w->map, w->ports.nout);
	edit_infer(w->map);
	c->nfused += n;
	report_did(c->cx, last, "'%s': %d nodes, %d inputs, %d outputs, %d lines", edit_name(last),
		   n, w->ports.nin, w->ports.nout, w->code.nlines);
	return w;
}

/* ---- the pass -------------------------------------------------------------------------------- */

static int lines_of(const Clusters *c, const Node *n)
{
	MapCode code;
	if (n->op != OP_map)
		return 1;
	read_map(c, n, &code);
	return code.nlines;
}

static void find_depths(Clusters *c)
{
	for (int i = 0; i < c->n; i++) {
		const Node *n = node_at(c, i);
		for (int k = 0; k < n->nin; k++) {
			const Node *p = n->in[k]->node;
			const bool counts = !fusable(p) && !c->load[p->id] &&
					    !(node_info(p)->flags & (F_VIEW | F_SOURCE));
			const int depth = c->depth[p->id] + counts;
			c->depth[i] = depth > c->depth[i] ? depth : c->depth[i];
		}
	}
}

static void start(Clusters *c, PassCtx *cx, Graph *g)
{
	Arena *a = cx->scratch;
	const int n = g->nodes.n;
	*c = (Clusters){.cx = cx, .g = g, .n = n, .load = graph_loadtime(g, a)};
	c->old = edit_nodes(g, a);
	c->of = NEW_ARRAY(a, int, n + 1);
	c->next = NEW_ARRAY(a, int, n + 1);
	c->seen = NEW_ARRAY(a, int, n + 1);
	c->stack = NEW_ARRAY(a, int, n + 1);
	c->nlines = NEW_ARRAY(a, int, n + 1);
	c->nout = NEW_ARRAY(a, int, n + 1);
	c->later = NEW_ARRAY(a, int, n + 1);
	c->reads = NEW_ARRAY(a, Reads, n + 1);
	c->depth = NEW_ARRAY(a, int, n + 1);
	for (int i = 0; i < n; i++) {
		c->of[i] = i;
		c->next[i] = -1;
		c->nlines[i] = fusable(g->nodes.at[i]) ? lines_of(c, g->nodes.at[i]) : 0;
	}
	find_users(c);
	find_depths(c);
}

int pass_fuse_ew(PassCtx *cx, Graph *g)
{
	Clusters c;
	int changes = 0;
	edit_prune(g); /* dead nodes would be outputs */
	start(&c, cx, g);
	/* A merged pair can make room for one that was refused before. */
	for (bool more = true; more;) {
		more = merge_producers(&c);
		more |= merge_siblings(&c);
	}
	Writer **written = NEW_ARRAY(cx->scratch, Writer *, c.n + 1);
	for (int i = 0; i < c.n; i++)
		if (c.of[i] == i && c.next[i] >= 0)
			written[changes++] = write_cluster(&c, i);
	for (int i = 0; i < changes; i++)
		for (int k = 0; k < written[i]->ports.nout; k++)
			value_replace(written[i]->ports.out[k], &written[i]->map->out[k], NULL);
	if (!changes)
		return 0;
	report_did(cx, NULL, "%d nodes in %d maps", c.nfused, changes);
	graph_sort(g);
	edit_prune(g);
	return changes;
}
