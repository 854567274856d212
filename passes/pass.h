/* pass.h: what a pass gets and how it reports. A pass is `int pass_<name>(PassCtx *cx, Graph *g)`:
 * it changes the IR in place and returns the number of changes; a second run changes nothing. */
#ifndef SELDC_PASSES_PASS_H
#define SELDC_PASSES_PASS_H

#include "passes/hooks.h"

/* One line of what a pass did, or refused and why. */
typedef struct ReportLine {
	const char *pass, *graph;
	bool refused;
	Loc loc;
	const char *text;
} ReportLine;

typedef struct PassStat {
	const char *pass, *graph;
	int changes, nodes_before, nodes_after;
	double seconds;
} PassStat;

/* `lines` and `stats` in the order of running; lives in the module's arena. */
typedef struct Report {
	LIST(ReportLine) lines;
	LIST(PassStat) stats;
} Report;

typedef struct PassCtx {
	Arena *scratch; /* freed after the pass */
	const PassHooks *hooks;
	const char *pass;
	Graph *graph;
	Report *report;
} PassCtx;

/* Adds a line to the report, unless this pass said the same of this graph already. */
void report_did(PassCtx *cx, const Node *n, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void report_refused(PassCtx *cx, const Node *n, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Lines of the report as text, refusals marked; one line each. */
void report_text(Buf *b, const Report *r);

#define PASS(name, kind, doc) int pass_##name(PassCtx *cx, Graph *g);
#define BEFORE(a, b, reason)
#include "passes.def"
#undef PASS
#undef BEFORE

#endif
