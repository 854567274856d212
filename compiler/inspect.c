/* inspect.c: parameters and multiply-accumulates by part, memory, and what the passes did.
 *
 * Counts are taken on the graph as the model file says it, before any pass. Two conventions stand
 * side by side: true multiply-accumulates of products and convolutions (ir_cost), and what a
 * counter hooked to framework modules reports (`hook_ops`), since published tables use the
 * latter. */
#include "inspect.h"

#include "runtime/core/core.h"

#include <stdlib.h>
#include <string.h>

typedef struct PartCount {
	const char *prefix, *title, *hidden;
	int64_t params;
	double macs, hook_ops, flops;
	int64_t activation_bytes;
	const Type *last; /* of its last value, or NULL */
} PartCount;

typedef struct Counts {
	PartCount *part; /* the model's parts in order, then "other" */
	int nparts;
	PartCount total;
	double seconds; /* of audio in one run; 0 if the model takes none */
} Counts;

static bool in_part(const char *label, const char *prefix)
{
	const size_t n = strlen(prefix);
	return label && !strncmp(label, prefix, n) && (label[n] == '.' || label[n] == '\0');
}

static PartCount *find_part(Counts *c, const char *label)
{
	PartCount *best = &c->part[c->nparts - 1];
	size_t longest = 0;
	for (int i = 0; i + 1 < c->nparts; i++) {
		const size_t n = strlen(c->part[i].prefix);
		if (n >= longest && in_part(label, c->part[i].prefix)) {
			best = &c->part[i];
			longest = n;
		}
	}
	return best;
}

/* Operations that a module-hook counter adds up, in the convention of ptflops: products and
 * convolutions in multiply-accumulates, batch norm 2 an element, ReLU 1, pooling 1 an input
 * element; functional calls (means, einsum, activations without a module) are not seen. */
static double hook_ops(const Node *n)
{
	const double out = (double)type_count(&n->out[0].type);
	switch (n->op) {
	case OP_conv2d:
	case OP_linear:
	case OP_conv1d_depthwise:
	case OP_gru:
		return ir_cost(n).macs;
	case OP_batch_norm:
		return 2 * out;
	case OP_relu:
		return n->label ? out : 0;
	case OP_avg_pool2d:
	case OP_max_pool2d:
		return (double)type_count(&n->in[0]->type);
	default:
		return 0;
	}
}

static void count_node(PartCount *p, const Node *n)
{
	const unsigned flags = node_info(n)->flags;
	if (n->op == OP_param && !attr_bool(n, "buffer"))
		p->params += type_count(&n->out[0].type);
	if (flags & F_SOURCE)
		return;
	const Cost cost = ir_cost(n);
	p->macs += cost.macs;
	p->flops += cost.flops;
	p->last = &n->out[0].type;
	if (!(flags & F_VIEW))
		p->activation_bytes += type_bytes(&n->out[0].type);
	if (!p->hidden)
		p->hook_ops += hook_ops(n);
}

static void add_part(PartCount *sum, const PartCount *p)
{
	sum->params += p->params;
	sum->macs += p->macs;
	sum->hook_ops += p->hook_ops;
	sum->flops += p->flops;
	sum->activation_bytes += p->activation_bytes;
}

static Counts count_model(Arena *a, const Model *m)
{
	Counts c = {.nparts = m->parts.n + 1};
	c.part = NEW_ARRAY(a, PartCount, c.nparts);
	for (int i = 0; i < m->parts.n; i++) {
		const PartSpec *s = &m->parts.at[i];
		c.part[i] =
		    (PartCount){.prefix = s->prefix, .title = s->title, .hidden = s->hidden};
	}
	c.part[c.nparts - 1] = (PartCount){.prefix = "", .title = "other"};
	const Graph *g = module_graph(m->module, "main");
	for (int i = 0; g && i < g->nodes.n; i++)
		count_node(find_part(&c, g->nodes.at[i]->label), g->nodes.at[i]);
	c.total = (PartCount){.title = "total"};
	for (int i = 0; i < c.nparts; i++)
		add_part(&c.total, &c.part[i]);
	if (m->audio.present)
		c.seconds = (double)(m->audio.samples * m->batch) / m->audio.rate;
	return c;
}

/* 75137715 as "75,137,715" */
static const char *grouped(Arena *a, int64_t v)
{
	char digits[32];
	const int n = snprintf(digits, sizeof digits, "%lld", (long long)v);
	Buf b;
	buf_init(&b, a);
	for (int i = 0; i < n; i++) {
		if (i && (n - i) % 3 == 0)
			buf_putc(&b, ',');
		buf_putc(&b, digits[i]);
	}
	return b.s;
}

/* One row; the columns of audio only if the model takes some. */
static void print_part(Arena *a, const PartCount *p, double seconds)
{
	printf("  %-24s %13s %9.4f", p->title, grouped(a, p->params), p->macs / 1e9);
	if (seconds > 0)
		printf(" %9.4f %10.4f", p->macs / 1e9 / seconds, p->hook_ops / 1e9 / seconds);
	printf(" %9.1f", (double)p->activation_bytes / 1e6);
	if (p->last)
		printf("  %s", type_text(a, p->last));
	putchar('\n');
}

static void print_parts(Arena *a, const Model *m, const Counts *c)
{
	const PublishedSpec *const p = &m->published;
	printf("\n  %-24s %13s %9s", "part", "parameters", "GMAC");
	if (c->seconds > 0)
		printf(" %9s %10s", "GMAC/s", "hooks see");
	printf(" %9s  %s\n", "values MB", "last value");
	for (int i = 0; i < c->nparts; i++)
		if (c->part[i].params || c->part[i].flops > 0)
			print_part(a, &c->part[i], c->seconds);
	print_part(a, &c->total, c->seconds);
	if (p->source)
		printf("  %-24s %11.2f M %9s %9.2f\n", "published", p->params / 1e6, "",
		       p->macs_per_second / 1e9);
}

/* Words in lines of up to `width` characters, each after two blanks. */
static void print_wrapped(const char *text, int width)
{
	int column = 0;
	for (const char *w = text; *w; w += strspn(w, " ")) {
		const int n = (int)strcspn(w, " ");
		if (column && column + 1 + n > width) {
			putchar('\n');
			column = 0;
		}
		column += printf("%s%.*s", column ? " " : "  ", n, w);
		w += n;
	}
	if (column)
		putchar('\n');
}

static void print_published(Arena *a, const PublishedSpec *p)
{
	if (!p->source)
		return;
	putchar('\n');
	print_wrapped(arena_printf(a, "published: %s.%s%s", p->source, p->note ? " " : "",
				   p->note ? p->note : ""),
		      92);
}

static void print_hidden(const Counts *c, int i)
{
	for (int k = 0; k < i; k++)
		if (c->part[k].hidden && !strcmp(c->part[k].hidden, c->part[i].hidden))
			return;
	printf("    %s:", c->part[i].hidden);
	const char *sep = " ";
	for (int k = i; k < c->nparts; k++)
		if (c->part[k].hidden && !strcmp(c->part[k].hidden, c->part[i].hidden)) {
			printf("%s%s", sep, c->part[k].title);
			sep = "; ";
		}
	putchar('\n');
}

static void print_hooks(const Counts *c)
{
	bool any = false;
	if (c->seconds <= 0)
		return;
	for (int i = 0; i < c->nparts; i++)
		any = any || c->part[i].hidden;
	printf(
	    "\n  GMAC: products and convolutions as they are computed, %.3f G a second of audio.\n"
	    "  hooks see: what a counter hooked to framework modules reports, %.3f G: it adds 2 "
	    "an\n"
	    "  element of batch norm, 1 of ReLU, 1 an input element of pooling%s\n",
	    c->total.macs / 1e9 / c->seconds, c->total.hook_ops / 1e9 / c->seconds,
	    any ? ", and is blind to" : ".");
	for (int i = 0; i < c->nparts; i++)
		if (c->part[i].hidden)
			print_hidden(c, i);
}

static void print_shapes(Arena *a, const Graph *g)
{
	for (int i = 0; i < g->nodes.n; i++)
		if (g->nodes.at[i]->op == OP_input)
			printf("    in   %-14s %s\n", g->nodes.at[i]->label,
			       type_text(a, &g->nodes.at[i]->out[0].type));
	for (int i = 0; i < g->outputs.n; i++)
		printf("    out  %-14s %s\n", g->outputs.at[i].name,
		       type_text(a, &g->outputs.at[i].value->type));
}

static int64_t weight_bytes(const Module *m)
{
	int64_t most = 0;
	for (int i = 0; i < m->graphs.n; i++) {
		int64_t bytes = 0;
		for (int k = 0; k < m->graphs.at[i]->nodes.n; k++)
			if (m->graphs.at[i]->nodes.at[k]->op == OP_param)
				bytes += type_bytes(&m->graphs.at[i]->nodes.at[k]->out[0].type);
		most = bytes > most ? bytes : most;
	}
	return most;
}

/* Nodes of g before the first pass that changed it. */
static int nodes_before(const Report *r, const Graph *g)
{
	for (int i = 0; i < r->stats.n; i++)
		if (!strcmp(r->stats.at[i].graph, g->name))
			return r->stats.at[i].nodes_before;
	return g->nodes.n;
}

static void print_graphs(Arena *a, const Model *m, const Report *r)
{
	printf("\n  weights %.1f MB in float32\n", (double)weight_bytes(m->module) / 1e6);
	for (int i = 0; i < m->module->graphs.n; i++) {
		const Graph *g = m->module->graphs.at[i];
		printf(
		    "\n  graph %s: %d nodes, %d after the passes\n"
		    "    memory for activations %.2f MB, for values computed at loading %.2f MB\n",
		    g->name, nodes_before(r, g), g->nodes.n, (double)g->arena_bytes / 1e6,
		    (double)g->load_bytes / 1e6);
		print_shapes(a, g);
	}
}

/* A line about one node that is no refusal: a detail, as passes sum up what they did. */
static bool is_detail(const ReportLine *l)
{
	return l->loc.src && !l->refused;
}

static bool same_pass(const ReportLine *a, const ReportLine *b)
{
	return !strcmp(a->pass, b->pass) && !strcmp(a->graph, b->graph);
}

/* Equal but for what stands in quotes. */
static bool alike(const char *a, const char *b)
{
	while (*a && *a == *b) {
		if (*a == '\'') {
			a += strcspn(a + 1, "'") + 1;
			b += strcspn(b + 1, "'") + 1;
			if (!*a || !*b)
				break;
		}
		a++;
		b++;
	}
	return *a == *b;
}

/* Line i of the report; without `details`, refusals for the same reason are one line, at the first
 * of them, and what is done to single nodes is left out. */
static void print_line(const Report *r, int i, bool details)
{
	const ReportLine *l = &r->lines.at[i];
	int more = 0;
	if (!details && is_detail(l))
		return;
	for (int k = 0; l->refused && !details && k < r->lines.n; k++) {
		const ReportLine *o = &r->lines.at[k];
		if (!o->refused || !same_pass(l, o) || !alike(l->text, o->text))
			continue;
		if (k < i)
			return;
		more += k > i;
	}
	printf("      %s%s", l->refused ? "refused: " : "", l->text);
	if (l->loc.src)
		printf(" (%s:%d:%d)", l->loc.src->name, l->loc.line, l->loc.col);
	if (more)
		printf(" and %d more like it", more);
	putchar('\n');
}

static void print_passes(const Report *r, bool details)
{
	printf("\n  %-26s %-10s %8s %16s\n", "pass", "graph", "changes", "nodes");
	for (int i = 0; i < r->stats.n; i++) {
		const PassStat *s = &r->stats.at[i];
		const ReportLine at = {.pass = s->pass, .graph = s->graph};
		bool any = s->changes > 0;
		for (int k = 0; k < r->lines.n; k++)
			any = any || same_pass(&r->lines.at[k], &at);
		if (!any)
			continue;
		printf("  %-26s %-10s %8d %7d -> %5d\n", s->pass, s->graph, s->changes,
		       s->nodes_before, s->nodes_after);
		for (int k = 0; k < r->lines.n; k++)
			if (same_pass(&r->lines.at[k], &at))
				print_line(r, k, details);
	}
}

static void print_idle(const Report *r)
{
	const char *sep = "\n  nothing to do for: ";
	for (int i = 0; i < r->stats.n; i++) {
		bool any = false, seen = false;
		for (int k = 0; k < r->stats.n; k++) {
			const bool same = !strcmp(r->stats.at[k].pass, r->stats.at[i].pass);
			any = any || (same && r->stats.at[k].changes);
			seen = seen || (same && k < i);
		}
		if (any || seen)
			continue;
		printf("%s%s", sep, r->stats.at[i].pass);
		sep = ", ";
	}
	if (*sep == ',')
		putchar('\n');
}

/* Settings as name=value. */
static void print_settings(Arena *a, const Model *m)
{
	Buf b;
	buf_init(&b, a);
	for (int i = 0; i < m->settings.n; i++)
		buf_printf(&b, "%s ", m->settings.at[i]);
	print_wrapped(b.s ? b.s : "", 92);
}

static void print_text(Arena *a, const Model *m, const Counts *c, const Report *r, bool details)
{
	printf("%s: %s\n\n", m->name, m->doc ? m->doc : "");
	print_settings(a, m);
	if (m->audio.present)
		printf("  segments of %g s, %d channels at %d Hz, %lld label frames; batch %lld\n",
		       (double)m->audio.samples / m->audio.rate, m->audio.channels, m->audio.rate,
		       (long long)m->audio.frames, (long long)m->batch);
	print_parts(a, m, c);
	print_hooks(c);
	print_published(a, &m->published);
	print_graphs(a, m, r);
	print_passes(r, details);
	print_idle(r);
}

/* Members of the object that is open. */
static void part_json(RtJson *j, const PartCount *p, double seconds)
{
	rt_json_string(j, "part", p->title);
	rt_json_number(j, "parameters", (double)p->params);
	rt_json_number(j, "macs", p->macs);
	rt_json_number(j, "flops", p->flops);
	rt_json_number(j, "activation_bytes", (double)p->activation_bytes);
	if (seconds > 0) {
		rt_json_number(j, "macs_per_second", p->macs / seconds);
		rt_json_number(j, "hook_macs_per_second", p->hook_ops / seconds);
	}
}

static void type_json(RtJson *j, const char *name, const Type *t)
{
	rt_json_object(j, NULL);
	rt_json_string(j, "name", name);
	rt_json_string(j, "dtype", dtype_name(t->dtype));
	rt_json_list(j, "shape");
	for (int i = 0; i < t->rank; i++)
		rt_json_number(j, NULL, (double)t->dim[i]);
	rt_json_end_list(j);
	rt_json_end_object(j);
}

static void graph_json(RtJson *j, const Graph *g)
{
	rt_json_object(j, NULL);
	rt_json_string(j, "graph", g->name);
	rt_json_number(j, "nodes", g->nodes.n);
	rt_json_number(j, "arena_bytes", (double)g->arena_bytes);
	rt_json_number(j, "load_bytes", (double)g->load_bytes);
	rt_json_list(j, "inputs");
	for (int i = 0; i < g->nodes.n; i++) {
		const Node *n = g->nodes.at[i];
		if (n->op == OP_input)
			type_json(j, n->label, &n->out[0].type);
	}
	rt_json_end_list(j);
	rt_json_list(j, "outputs");
	for (int i = 0; i < g->outputs.n; i++)
		type_json(j, g->outputs.at[i].name, &g->outputs.at[i].value->type);
	rt_json_end_list(j);
	rt_json_end_object(j);
}

static void passes_json(RtJson *j, const Report *r)
{
	rt_json_list(j, "passes");
	for (int i = 0; i < r->stats.n; i++) {
		rt_json_object(j, NULL);
		rt_json_string(j, "pass", r->stats.at[i].pass);
		rt_json_string(j, "graph", r->stats.at[i].graph);
		rt_json_number(j, "changes", r->stats.at[i].changes);
		rt_json_end_object(j);
	}
	rt_json_end_list(j);
	rt_json_list(j, "report");
	for (int i = 0; i < r->lines.n; i++) {
		rt_json_object(j, NULL);
		rt_json_string(j, "pass", r->lines.at[i].pass);
		rt_json_string(j, "graph", r->lines.at[i].graph);
		rt_json_bool(j, "refused", r->lines.at[i].refused);
		rt_json_bool(j, "detail", is_detail(&r->lines.at[i]));
		rt_json_string(j, "text", r->lines.at[i].text);
		rt_json_end_object(j);
	}
	rt_json_end_list(j);
}

static void published_json(RtJson *j, const PublishedSpec *p)
{
	if (!p->source)
		return;
	rt_json_object(j, "published");
	rt_json_string(j, "source", p->source);
	rt_json_number(j, "parameters", p->params);
	rt_json_number(j, "macs_per_second", p->macs_per_second);
	if (p->note)
		rt_json_string(j, "note", p->note);
	rt_json_end_object(j);
}

static void model_json(RtJson *j, const Model *m, const Counts *c, const Report *r)
{
	rt_json_object(j, NULL);
	part_json(j, &c->total, c->seconds);
	rt_json_string(j, "model", m->name);
	published_json(j, &m->published);
	rt_json_list(j, "parts");
	for (int i = 0; i < c->nparts; i++) {
		rt_json_object(j, NULL);
		part_json(j, &c->part[i], c->seconds);
		rt_json_end_object(j);
	}
	rt_json_end_list(j);
	rt_json_list(j, "graphs");
	for (int i = 0; i < m->module->graphs.n; i++)
		graph_json(j, m->module->graphs.at[i]);
	rt_json_end_list(j);
	passes_json(j, r);
	rt_json_end_object(j);
}

static RtStatus print_json(const Model *m, const Counts *c, const Report *r, RtError *err)
{
	RtOut out;
	const RtStatus s = rt_out_stdout(&out, err);
	if (s)
		return s;
	RtJson j = rt_json_begin(&out, true);
	model_json(&j, m, c, r);
	rt_out_puts(&out, "\n");
	return rt_out_commit(&out, err);
}

RtStatus inspect_model(Arena *a, Model *m, const PassOptions *pass, bool json, bool details,
		       RtError *err)
{
	const Counts c = count_model(a, m);
	Report r = {0};
	if (!passes_run(m->module, pass, &r))
		return RT_OK;
	if (json)
		return print_json(m, &c, &r, err);
	print_text(a, m, &c, &r, details);
	return RT_OK;
}
