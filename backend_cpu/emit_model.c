/* emit_model.c: the constant tables of a program: parameters, graphs, decoding, the RtModel. */
#include "emit.h"

#include <inttypes.h>
#include <string.h>

#ifndef SELDC_VERSION
#define SELDC_VERSION "0"
#endif

static void number(Buf *b, double v)
{
	Buf t;
	buf_init(&t, b->arena);
	buf_double(&t, v);
	buf_puts(b, t.s);
}

/* {"name", rank, {extents}} */
static void tensor(Buf *b, const char *name, const Type *t)
{
	buf_putc(b, '{');
	buf_c_string(b, name);
	buf_printf(b, ", %d, {", t->rank);
	for (int k = 0; k < t->rank; k++)
		buf_printf(b, "%s%" PRId64, k ? ", " : "", t->dim[k]);
	buf_puts(b, t->rank ? "}}" : "0}}");
}

static void params_table(const Emit *e, Buf *b)
{
	if (e->params.n == 0)
		return;
	buf_puts(b, "\nstatic const RtParam params[] = {\n");
	for (int i = 0; i < e->params.n; i++) {
		const Node *n = e->params.at[i];
		static const char *const numbers[] = {"a", "b", "c"};
		buf_puts(b, "\t{");
		tensor(b, n->label, &n->out[0].type);
		buf_puts(b, ", ");
		buf_c_string(b, attr_str(n, "init"));
		for (int k = 0; k < 3; k++) {
			buf_puts(b, ", ");
			number(b, attr_float(n, numbers[k]));
		}
		buf_printf(b, ", %d, %d},\n", attr_bool(n, "buffer"), attr_bool(n, "optional"));
	}
	buf_puts(b, "};\n");
}

/* Tensors of a graph's inputs; returns their number. */
static int inputs_table(const Emit *e, const Graph *g, const char *name, Buf *b)
{
	int n = 0;
	for (int i = 0; i < g->nodes.n; i++) {
		const Node *node = g->nodes.at[i];
		if (node->op != OP_input || attr_bool(node, "state"))
			continue;
		if (n++ == 0)
			buf_printf(b, "\nstatic const RtTensor %s_inputs[] = {\n", name);
		buf_putc(b, '\t');
		tensor(b, node->label, &node->out[0].type);
		buf_puts(b, ",\n");
	}
	buf_puts(b, n ? "};\n" : "");
	return n;
}

/* As inputs_table. */
static int outputs_table(const Emit *e, const Graph *g, const char *name, Buf *b)
{
	int n = 0;
	for (int i = 0; i < g->outputs.n; i++) {
		if (state_hidden(&e->state, g, g->outputs.at[i].name))
			continue;
		if (n++ == 0)
			buf_printf(b, "\nstatic const RtTensor %s_outputs[] = {\n", name);
		buf_putc(b, '\t');
		tensor(b, g->outputs.at[i].name, &g->outputs.at[i].value->type);
		buf_puts(b, ",\n");
	}
	buf_puts(b, n ? "};\n" : "");
	return n;
}

static void state_table(const Emit *e, Buf *b)
{
	if (e->state.at.n == 0)
		return;
	buf_puts(b, "\nstatic const RtTensor state[] = {\n");
	for (int i = 0; i < e->state.at.n; i++) {
		buf_putc(b, '\t');
		tensor(b, e->state.at.at[i].name, &e->state.at.at[i].type);
		buf_puts(b, ",\n");
	}
	buf_puts(b, "};\n");
}

/* Work of one run: what is computed at load time does not count. */
static Cost run_cost(const Emit *e, const Graph *g)
{
	const bool *load = graph_loadtime(g, e->arena);
	Cost sum = {0};
	for (int i = 0; i < g->nodes.n; i++) {
		if (load[i])
			continue;
		const Cost c = ir_cost(g->nodes.at[i]);
		sum.macs += c.macs;
		sum.flops += c.flops;
	}
	return sum;
}

static void graphs_table(const Emit *e, Buf *b)
{
	const Module *m = e->model->module;
	Buf rows;
	buf_init(&rows, e->arena);
	for (int i = 0; i < m->graphs.n; i++) {
		const Graph *g = m->graphs.at[i];
		const char *name = graph_ident(g);
		const int ninputs = inputs_table(e, g, name, b);
		const Cost c = run_cost(e, g);
		const int noutputs = outputs_table(e, g, name, b);
		buf_puts(&rows, "\t{");
		buf_c_string(&rows, g->name);
		buf_printf(&rows, ", %d, %d, %s%s, %s%s, %" PRId64 ", ", ninputs, noutputs,
			   ninputs ? name : "NULL", ninputs ? "_inputs" : "",
			   noutputs ? name : "NULL", noutputs ? "_outputs" : "", g->arena_bytes);
		number(&rows, c.macs);
		buf_puts(&rows, ", ");
		number(&rows, c.flops);
		buf_puts(&rows, "},\n");
	}
	buf_printf(b, "\nstatic const RtGraph graphs[] = {\n%s};\n", rows.s);
}

static void strings_table(Buf *b, const char *name, const char *const *s, int n)
{
	if (n == 0)
		return;
	buf_printf(b, "\nstatic const char *const %s[] = {\n", name);
	for (int i = 0; i < n; i++) {
		buf_putc(b, '\t');
		buf_c_string(b, s[i]);
		buf_puts(b, ",\n");
	}
	buf_puts(b, "};\n");
}

static void decode_fields(const DecodeSpec *d, Buf *b)
{
	buf_puts(b, "\t.decode = {.kind = ");
	buf_c_string(b, d->kind);
	buf_puts(b, ", .sed = ");
	buf_c_string(b, d->sed);
	buf_puts(b, ", .doa = ");
	buf_c_string(b, d->doa);
	buf_puts(b, ", .sde = ");
	buf_c_string(b, d->sde);
	buf_puts(b, ", .threshold = ");
	number(b, d->threshold);
	buf_puts(b, ", .merge_degrees = ");
	number(b, d->merge_degrees);
	buf_printf(b, ", .classes = %d, .tracks = %d, .class_names = %s},\n", d->classes, d->tracks,
		   d->class_names ? "class_names" : "NULL");
}

static void text_field(Buf *b, const char *name, const char *value)
{
	buf_printf(b, "\t.%s = ", name);
	buf_c_string(b, value);
	buf_puts(b, ",\n");
}

void emit_tables(Emit *e, Buf *b)
{
	const Model *m = e->model;
	params_table(e, b);
	graphs_table(e, b);
	state_table(e, b);
	strings_table(b, "settings", m->settings.at, m->settings.n);
	if (m->decode.class_names)
		strings_table(b, "class_names", m->decode.class_names, m->decode.classes);
	buf_puts(b, "\nstatic const RtModel model = {\n\t.abi = RT_ABI,\n");
	text_field(b, "name", m->name);
	text_field(b, "doc", m->doc);
	text_field(b, "version", SELDC_VERSION);
	text_field(b, "target", "cpu");
	text_field(b, "precision", "fp32");
	buf_printf(b, "\t.batch = %" PRId64 ",\n\t.nparams = %d,\n\t.params = %s,\n", m->batch,
		   e->params.n, e->params.n ? "params" : "NULL");
	buf_printf(b,
		   "\t.ngraphs = %d,\n\t.graphs = graphs,\n\t.nsettings = %d,\n\t.settings = %s,\n",
		   m->module->graphs.n, m->settings.n, m->settings.n ? "settings" : "NULL");
	if (m->audio.present)
		buf_printf(b,
			   "\t.audio = {.rate = %d, .channels = %d, .samples = %" PRId64
			   ", .frame_samples = %" PRId64 ", .frames = %" PRId64 "},\n",
			   m->audio.rate, m->audio.channels, m->audio.samples,
			   m->audio.frame_samples, m->audio.frames);
	if (m->decode.kind)
		decode_fields(&m->decode, b);
	buf_printf(b, "\t.load_bytes = %" PRId64 ",\n", 4 * (e->load_floats + e->pack_floats));
	if (e->state.at.n > 0) {
		text_field(b, "training", m->train.text);
		buf_printf(b, "\t.nstate = %d,\n\t.state = state,\n", e->state.at.n);
	}
	buf_printf(b,
		   "\t.ops = {.open = model_open, .run = model_run, .close = model_close,\n"
		   "\t        .device = model_device, .roof = model_roof%s},\n};\n",
		   e->state.at.n > 0 ? ",\n\t        .get_state = model_get_state, .set_state = "
				       "model_set_state,\n\t        .refresh = model_refresh"
				     : "");
}

static void header_tensor(Buf *b, const char *way, const char *name, const Type *t)
{
	buf_printf(b, " *   %s %-14s %s\n", way, text_comment(b->arena, name),
		   type_text(b->arena, t));
}

static void header_graph(Buf *b, const Graph *g)
{
	buf_printf(b, " *\n * graph %s:\n", g->name);
	for (int i = 0; i < g->nodes.n; i++)
		if (g->nodes.at[i]->op == OP_input)
			header_tensor(b, "in  ", g->nodes.at[i]->label,
				      &g->nodes.at[i]->out[0].type);
	for (int i = 0; i < g->outputs.n; i++)
		header_tensor(b, "out ", g->outputs.at[i].name, &g->outputs.at[i].value->type);
}

void cpu_emit_header(Buf *b, const Model *m)
{
	const char *id = m->name;
	buf_printf(
	    b,
	    "/* %s: %s\n *\n * seldrt.h tells what an RtModel offers: open with pointers to the\n"
	    " * parameters, then run a graph on float32 buffers.\n",
	    id, text_comment(b->arena, m->doc ? m->doc : ""));
	for (int i = 0; i < m->module->graphs.n; i++)
		header_graph(b, m->module->graphs.at[i]);
	buf_printf(
	    b,
	    " */\n#ifndef SELDC_%s_H\n#define SELDC_%s_H\n\n#include <seldrt.h>\n\n"
	    "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\nconst RtModel *%s_model(void);\n\n"
	    "#ifdef __cplusplus\n}\n#endif\n\n#endif\n",
	    id, id, id);
}
