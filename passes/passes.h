/* passes.h: the driver of the passes. Dumps, timing and checks belong to it alone. */
#ifndef SELDC_PASSES_PASSES_H
#define SELDC_PASSES_PASSES_H

#include "passes/pass.h"

/* Lists are comma-separated pass names; NULL is an empty list or no folder. */
typedef struct PassOptions {
	const char *only;       /* optional passes to run; NULL: all */
	const char *skip;       /* optional passes to leave out */
	const char *stop_after; /* last pass to run */
	const char *dump;       /* passes to dump before and after, to standard error */
	const char *dump_all;   /* folder for NN-name.before.sir and .after.sir */
	bool verify;            /* verify and round-trip the text after each pass; check the plan */
	bool eval;              /* evaluate after each pass and compare */
	bool time;              /* print the time of each pass to standard error */
	bool shuffle;           /* reorder independent nodes before each pass */
	uint64_t seed;          /* of shuffle and of the values that eval takes */
	PassHooks hooks;
} PassOptions;

/* Runs the enabled passes over every graph of m. false after diagnostics: unknown pass name,
 * dump that cannot be written. A pass that breaks the IR is a BUG that names it. */
bool passes_run(Module *m, const PassOptions *opt, Report *report);
/* One line a pass in running order: name, optional or required, doc. */
void passes_list(Buf *b);

#endif
