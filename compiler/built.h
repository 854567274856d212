/* built.h: a program built as a library, loaded into this process and run on values in float64. */
#ifndef SELDC_BUILT_H
#define SELDC_BUILT_H

#include "compile.h"

#include "runtime/seldrt.h"

/* Values of inputs and parameters of some graphs. */
typedef struct BuiltValues {
	LIST(const Node *) source;
	LIST(Tensor) value;
} BuiltValues;

/* Of the source of g of that label, NULL g: of any graph. BUG if there is none. */
const Tensor *built_value(const BuiltValues *v, const Graph *g, const char *label);
/* EvalLookup whose ctx is a BuiltValues. */
bool built_lookup(void *ctx, const Node *source, Tensor *out);

typedef struct Built {
	const RtModel *model;
	void *self, *handle;
} Built;

/* Builds what o says as the library o->output of model `name` and loads it. Each returns an exit
 * status, after a message if it is not EXIT_DONE. */
int built_load(Arena *a, Diag *d, const CompileOptions *o, const char *name, Built *b);
/* Opens it with parameters from v and, in a program for training, the state from those of step. */
int built_open(Diag *d, Built *b, const BuiltValues *v, const Graph *step);
/* Runs the graph of g's name. out: by g's outputs, NULL for what stays in the program; they held
 * NaN before. */
int built_run(Arena *a, Diag *d, Built *b, const Graph *g, const BuiltValues *v, float **out);
void built_close(Built *b);

/* ||got - want|| / ||want||; NaN and infinities must be met. got NULL: infinite. */
double built_error(const Tensor *want, const float *got);

#endif
