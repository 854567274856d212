/* inspect.h: what `seldc inspect` shows. */
#ifndef SELDC_INSPECT_H
#define SELDC_INSPECT_H

#include "ir/model.h"
#include "passes/passes.h"
#include "runtime/seldrt.h"

/* Counts on the graph as written, then runs the passes and shows what they did; text or JSON on
 * standard output. The text has what the passes say of single nodes only with `details`.
 * Nothing after diagnostics. */
RtStatus inspect_model(Arena *a, Model *m, const PassOptions *pass, bool json, bool details,
		       RtError *err);

#endif
