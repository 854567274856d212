/* emit_state.c: what a training program keeps between runs of the graph "step": all parameters in
 * the model's order, then what the optimiser has. Inputs of the step of these names are read where
 * they are kept; the outputs that renew them are copied there when a run ends. */
#include "emit.h"

#include <inttypes.h>
#include <string.h>

static const char new_prefix[] = "new.";

bool state_is_step(const Emit *e, const Graph *g)
{
	return e->model->train.present && !strcmp(g->name, "step");
}

static const State *find(const Emit *e, const char *name)
{
	for (int i = 0; i < e->state.n; i++)
		if (!strcmp(e->state.at[i].name, name))
			return &e->state.at[i];
	return NULL;
}

static void add(Emit *e, const char *name, const Type *t)
{
	const State s = {name, *t, e->state_floats};
	e->state_floats += (type_count(t) + 15) / 16 * 16;
	list_push(e->arena, &e->state, s);
}

/* Beside the parameters: inputs of the step that it has as outputs, too. */
void state_collect(Emit *e)
{
	const Graph *g = module_graph(e->model->module, "step");
	if (!g || !state_is_step(e, g))
		return;
	for (int i = 0; i < e->params.n; i++)
		add(e, e->params.at[i]->label, &e->params.at[i]->out[0].type);
	for (int i = 0; i < g->nodes.n; i++)
		for (int k = 0; g->nodes.at[i]->op == OP_input && k < g->outputs.n; k++)
			if (!strcmp(g->nodes.at[i]->label, g->outputs.at[k].name))
				add(e, g->nodes.at[i]->label, &g->nodes.at[i]->out[0].type);
}

const State *state_input(const Emit *e, const Graph *g, const Node *n)
{
	return n->op == OP_input && state_is_step(e, g) ? find(e, n->label) : NULL;
}

bool state_hides(const Emit *e, const Graph *g, const char *output)
{
	return state_is_step(e, g) && find(e, output);
}

void state_update(Emit *e)
{
	const Graph *g = e->graph;
	const size_t skip = strlen(new_prefix);
	for (int i = 0; state_is_step(e, g) && i < g->outputs.n; i++) {
		const char *name = g->outputs.at[i].name;
		const State *s = find(e, strncmp(name, new_prefix, skip) ? name : name + skip);
		if (!s)
			continue;
		const Ref r = ref_of(e, g->outputs.at[i].value, false);
		if (!r.dense)
			BUG("output '%s' is a strided view", name);
		buf_printf(&e->run,
			   "\tmemory_copy(s->state + %" PRId64 ", %s + %" PRId64 ", %" PRId64
			   ");\n",
			   s->offset, r.base, r.offset, type_count(&s->type));
	}
}

/* Where the states are. */
void state_places(const Emit *e, Buf *b)
{
	if (e->state.n == 0)
		return;
	buf_puts(b, "\n/* First float of a state, and how many. */\n"
		    "static const int64_t state_at[][2] = {\n");
	for (int i = 0; i < e->state.n; i++)
		buf_printf(b, "\t{%" PRId64 ", %" PRId64 "},\n", e->state.at[i].offset,
			   type_count(&e->state.at[i].type));
	buf_puts(b, "};\n");
}

/* Statements that fill the state when a program opens. */
void state_open(const Emit *e, Buf *b)
{
	if (e->state.n > 0)
		buf_printf(b,
			   "\tmemset(s->state, 0, STATE * sizeof *s->state);\n"
			   "\tfor (int i = 0; i < %d; i++)\n"
			   "\t\tmemory_copy(s->state + state_at[i][0], s->params[i], "
			   "state_at[i][1]);\n",
			   e->params.n);
}

/* The functions that move states, and the loading of their parameters. */
void state_functions(const Emit *e, Buf *b)
{
	if (e->state.n == 0)
		return;
	buf_puts(b, "\nstatic void state_keep(const RtSource *s)\n{\n\t(void)s;\n}\n");
	buf_puts(b,
		 "\nstatic RtStatus model_get_state(void *self, int i, float *out, RtError *err)\n"
		 "{\n\tconst Self *s = self;\n\t(void)err;\n"
		 "\tmemory_copy(out, s->state + state_at[i][0], state_at[i][1]);\n"
		 "\treturn RT_OK;\n}\n");
	buf_puts(b, "\nstatic RtStatus model_set_state(void *self, int i, const float *in, "
		    "RtError *err)\n{\n\tconst Self *s = self;\n\t(void)err;\n"
		    "\tmemory_copy(s->state + state_at[i][0], in, state_at[i][1]);\n"
		    "\treturn RT_OK;\n}\n");
	buf_printf(b,
		   "\nstatic RtStatus model_refresh(void *self, RtError *err)\n{\n"
		   "\tSelf *s = self;\n\tconst float *params[%d];\n"
		   "\tconst RtSource weights = {.params = params, .drop = state_keep};\n"
		   "\t(void)err;\n\tfor (int i = 0; i < %d; i++)\n"
		   "\t\tparams[i] = s->state + state_at[i][0];\n"
		   "\ts->params = params;\n\ts->weights = &weights;\n\tload(s);\n"
		   "\ts->params = NULL;\n\ts->weights = NULL;\n\treturn RT_OK;\n}\n",
		   e->params.n, e->params.n);
}
