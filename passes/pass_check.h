/* pass_check.h: what the driver checks after a pass. */
#ifndef SELDC_PASSES_PASS_CHECK_H
#define SELDC_PASSES_PASS_CHECK_H

#include "passes/plan.h"

/* Verifies m, prints it, reads the text back and compares the second printing byte by byte. NULL,
 * or what is wrong; violations themselves go to the diagnostics. */
const char *pass_check_module(Module *m);
/* plan_check of every graph. NULL, or what is wrong. */
const char *pass_check_plans(Module *m, const PassHooks *hooks);
/* Largest difference of two tensors, relative to the largest element of `want`. NaN matches NaN. */
double pass_check_difference(const Tensor *want, const Tensor *got);
/* Another topological order, drawn from seed. */
void pass_check_shuffle(Graph *g, uint64_t seed, Arena *scratch);

#endif
