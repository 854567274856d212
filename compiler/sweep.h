/* sweep.h: every fusion strategy of a model, built, verified and timed. */
#ifndef SELDC_SWEEP_H
#define SELDC_SWEEP_H

#include "compile.h"

/* The verb `sweep`; returns the exit status. */
int compile_sweep(const CompileOptions *o);

#endif
