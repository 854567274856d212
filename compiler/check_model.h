/* check_model.h: a model's gradients and kernels against the float64 evaluator. */
#ifndef SELDC_CHECK_MODEL_H
#define SELDC_CHECK_MODEL_H

#include "compile.h"

/* The verb `check`; returns the exit status: EXIT_BUG if anything is wrong. */
int compile_check(const CompileOptions *o);

#endif
