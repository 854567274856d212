/* emit_state.c: what a training program keeps between runs of the graph "step" (States). Inputs of
 * the step of these names are read where they are kept; the outputs that renew them are copied
 * there when a run ends, unless they were computed there. */
#include "emit.h"

#include <inttypes.h>
#include <string.h>

void state_update(Emit *e)
{
	for (int i = 0; i < e->graph->outputs.n; i++) {
		const Output *o = &e->graph->outputs.at[i];
		const State *s = state_renewed(&e->state, e->graph, o->name);
		if (!s || o->value->place.kind == PLACE_STATE)
			continue;
		const Ref r = ref_of(e, o->value, false);
		if (!r.dense)
			BUG("output '%s' is a strided view", o->name);
		buf_printf(&e->run,
			   "\tmemory_copy(s->state + %" PRId64 ", %s + %" PRId64 ", %" PRId64
			   ");\n",
			   s->offset / 4, r.base, r.offset, type_count(&s->type));
	}
}

/* Where the states are. */
void state_places(const Emit *e, Buf *b)
{
	if (e->state.at.n == 0)
		return;
	buf_puts(b, "\n/* First float of a state, and how many. */\n"
		    "static const int64_t state_at[][2] = {\n");
	for (int i = 0; i < e->state.at.n; i++)
		buf_printf(b, "\t{%" PRId64 ", %" PRId64 "},\n", e->state.at.at[i].offset / 4,
			   type_count(&e->state.at.at[i].type));
	buf_puts(b, "};\n");
}

/* Statements that fill the state when a program opens. */
void state_open(const Emit *e, Buf *b)
{
	if (e->state.at.n > 0)
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
	if (e->state.at.n == 0)
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
