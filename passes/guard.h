/* guard.h: what the driver checks after a pass (guard.c); not for passes. */
#ifndef SELDC_PASSES_GUARD_H
#define SELDC_PASSES_GUARD_H

#include "passes/passes.h"

/* Verifies m, prints it, reads the text back and compares the second printing byte by byte. NULL,
 * or what is wrong; violations themselves go to the diagnostics. */
const char *guard_module(Module *m);
/* plan_check of every graph. NULL, or what is wrong. */
const char *guard_plans(Module *m, const PassHooks *hooks);
/* Largest difference of two tensors, relative to the largest element of `want`. NaN matches NaN. */
double guard_difference(const Tensor *want, const Tensor *got);
/* Another topological order, drawn from seed. */
void guard_shuffle(Graph *g, uint64_t seed, Arena *scratch);

#endif
