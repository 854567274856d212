/* state.c: what a training program keeps between runs of the graph "step", and where: inputs of the
 * step that are state have their places by plan_memory, parameters that only other graphs use (the
 * scaler's) follow. */
#include "model.h"

#include <string.h>

enum { ALIGN = 64 };

static const State *find(const States *s, const char *name)
{
	for (int i = 0; i < s->at.n; i++)
		if (!strcmp(s->at.at[i].name, name))
			return &s->at.at[i];
	return NULL;
}

static const Node *step_input(const Graph *step, const char *name)
{
	for (int i = 0; i < step->nodes.n; i++) {
		const Node *n = step->nodes.at[i];
		if (n->op == OP_input && attr_bool(n, "state") && !strcmp(n->label, name))
			return n;
	}
	return NULL;
}

/* Bytes of the states that the step has, as planned. */
static int64_t planned_bytes(const Graph *step)
{
	int64_t bytes = 0;
	for (int i = 0; i < step->nodes.n; i++) {
		const Value *v = &step->nodes.at[i]->out[0];
		const int64_t end = v->place.offset + type_bytes(&v->type);
		if (v->place.kind == PLACE_STATE && end > bytes)
			bytes = end;
	}
	return bytes;
}

static void add(States *s, Arena *a, const Graph *step, const Node *source)
{
	const Value *v = &source->out[0];
	const Node *input = step_input(step, source->label);
	State st = {source->label, v->type, 0};
	if (find(s, source->label))
		return;
	if (input) {
		st.offset = input->out[0].place.offset;
	} else {
		st.offset = (s->bytes + ALIGN - 1) / ALIGN * ALIGN;
		s->bytes = st.offset + type_bytes(&v->type);
	}
	list_push(a, &s->at, st);
}

States model_states(Arena *a, const Model *m)
{
	const Graph *step = module_graph(m->module, "step");
	States s = {0};
	if (!step)
		return s;
	s.bytes = planned_bytes(step);
	for (int g = 0; g < m->module->graphs.n; g++) {
		const Graph *graph = m->module->graphs.at[g];
		for (int i = 0; i < graph->nodes.n; i++)
			if (graph->nodes.at[i]->op == OP_param)
				add(&s, a, step, graph->nodes.at[i]);
	}
	s.nparams = s.at.n;
	for (int i = 0; i < step->nodes.n; i++)
		if (step->nodes.at[i]->op == OP_input && attr_bool(step->nodes.at[i], "state"))
			add(&s, a, step, step->nodes.at[i]);
	return s;
}

bool state_hidden(const States *s, const Graph *g, const char *output)
{
	return strcmp(g->name, "step") == 0 && find(s, output);
}

const State *state_renewed(const States *s, const Graph *g, const char *output)
{
	static const char prefix[] = "new.";
	const size_t skip = sizeof prefix - 1;
	if (strcmp(g->name, "step"))
		return NULL;
	return find(s, strncmp(output, prefix, skip) ? output : output + skip);
}
