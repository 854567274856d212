/* report.c: what passes say that they did, or refused and why. */
#include "passes/pass.h"

#include <string.h>

__attribute__((format(printf, 4, 0))) static void report(PassCtx *cx, const Node *n, bool refused,
							 const char *fmt, va_list ap)
{
	Arena *a = cx->graph->module->arena;
	const char *text = arena_vprintf(a, fmt, ap);
	for (int i = 0; i < cx->report->lines.n; i++) {
		const ReportLine *old = &cx->report->lines.at[i];
		if (old->pass == cx->pass && old->graph == cx->graph->name &&
		    !strcmp(old->text, text))
			return;
	}
	ReportLine line = {.pass = cx->pass, .graph = cx->graph->name, .refused = refused};
	line.text = text;
	if (n)
		line.loc = n->loc;
	list_push(a, &cx->report->lines, line);
}

void report_did(PassCtx *cx, const Node *n, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	report(cx, n, false, fmt, ap);
	va_end(ap);
}

void report_refused(PassCtx *cx, const Node *n, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	report(cx, n, true, fmt, ap);
	va_end(ap);
}

void report_text(Buf *b, const Report *r)
{
	for (int i = 0; i < r->lines.n; i++) {
		const ReportLine *l = &r->lines.at[i];
		buf_printf(b, "%s: %s: %s%s", l->graph, l->pass, l->refused ? "refused: " : "",
			   l->text);
		if (l->loc.src)
			buf_printf(b, " (%s:%d:%d)", l->loc.src->name, l->loc.line, l->loc.col);
		buf_putc(b, '\n');
	}
}
