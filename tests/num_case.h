/* num_case.h: a numeric case, tests/num/<op>/<case>.want, beside the graph in <case>.sir:
 *     tol eval REL SCALE        tolerance of the float64 evaluator
 *     tol f32 REL SCALE         tolerance of a single-precision back end
 *     in NAME RANK DIM... VALUE...
 *     out NAME RANK DIM... VALUE...
 * A value is right within REL times its magnitude or SCALE times the largest finite magnitude of
 * its tensor; NaN and infinities must be met exactly. `in` names inputs and params by label. */
#ifndef SELDC_NUM_CASE_H
#define SELDC_NUM_CASE_H

#include "../ir/ir.h"

typedef struct Tolerance {
	double rel, scale;
} Tolerance;

typedef struct NumTensor {
	const char *name;
	Tensor tensor;
} NumTensor;

typedef struct NumCase {
	Tolerance eval, f32;
	LIST(NumTensor) in, out;
} NumCase;

/* False with a reason in *why if the file cannot be read or is malformed. */
bool num_case_read(Arena *a, const char *path, NumCase *c, const char **why);
const NumTensor *num_case_input(const NumCase *c, const char *name); /* NULL if there is none */
/* Compares n values with want; NULL if they agree, else a text about the worst or first bad one. */
const char *num_compare(Arena *a, const NumTensor *want, const double *got, Tolerance tol);

#endif
