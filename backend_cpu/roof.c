/* roof.c: what a run of each graph has to do, which kernels/roof.h divides by what the processor
 * can do. */
#include "emit.h"

/* Multiply-accumulates of the node's kernel: Winograd's transform makes 36 of 144. */
static double kernel_macs(const Emit *e, const Node *n)
{
	const bool conv = n->op == OP_conv2d || n->op == OP_conv2d_act || n->op == OP_conv2d_dx;
	return ir_cost(n).macs * (conv && conv_plan(e, n).winograd ? 0.25 : 1);
}

static double stored_bytes(const void *cx, const Value *v)
{
	return (double)type_bytes(&v->type);
}

static void graph_row(const Emit *e, const Graph *g, Buf *b)
{
	const bool *load = graph_loadtime(g, e->arena);
	double products = 0, others = 0;
	for (int i = 0; i < g->nodes.n; i++) {
		const Node *n = g->nodes.at[i];
		if (load[i])
			continue;
		const Cost c = ir_cost(n);
		products += kernel_macs(e, n);
		others += c.flops - 2 * c.macs;
	}
	buf_printf(b, "\t    {%.0f, %.0f, %.0f},\n", products, others,
		   graph_moved_bytes(g, e->arena, stored_bytes, NULL));
}

void roof_function(const Emit *e, Buf *b)
{
	const Module *m = e->model->module;
	buf_puts(b, "\n/* work: of a run of each graph, as roof_of takes it */\n"
		    "static RtRoof model_roof(void *self, int graph)\n{\n"
		    "\tstatic const double work[][3] = {\n");
	for (int i = 0; i < m->graphs.n; i++)
		graph_row(e, m->graphs.at[i], b);
	buf_puts(b, "\t};\n\tSelf *s = self;\n"
		    "\treturn roof_of(&s->limits, s->threads, work[graph]);\n}\n");
}
