/* sweep_page.c: a bar for each program, a bar for what each pass does on average, and the table of
 * all, in one page of HTML and SVG. */
#include "sweep_page.h"

#include <math.h>
#include <string.h>

enum { WIDTH = 760, LEFT = 250, RIGHT = 90, LINE = 22, AXIS = 24 };

static const char head[] =
    "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n<style>\n"
    ":root{--ink:#1b1f24;--soft:#5c6670;--line:#d9dee3;--page:#fff;--good:#0f8a5f;--bad:#c2410c;"
    "--bar:#0b62c4}\n"
    "@media(prefers-color-scheme:dark){:root{--ink:#e6e9ec;--soft:#9aa4ae;--line:#333a42;"
    "--page:#14171a;--good:#4fd6a0;--bad:#ff9a62;--bar:#6cb2ff}}\n"
    "body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--page);"
    "max-width:1120px;margin:2rem auto;padding:0 1rem}\n"
    "h1{font-size:1.4rem;margin:0}h2{font-size:1.05rem;margin:1.8rem 0 .4rem}\n"
    "p{color:var(--soft);margin:.2rem 0 1rem}svg{width:100%;height:auto;max-width:900px}\n"
    "svg text{font-size:12px;fill:var(--ink)}svg .t{fill:var(--soft);font-size:11px}\n"
    ".g{stroke:var(--line)}.w{stroke:var(--ink);stroke-width:1.4}.b{fill:var(--bar)}\n"
    ".good{fill:var(--good)}.bad{fill:var(--bad)}\n"
    ".wide{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums}\n"
    "th,td{padding:.2rem .7rem;text-align:right;border-bottom:1px solid var(--line)}\n"
    "th{color:var(--soft);font-weight:400;vertical-align:bottom}td.p{text-align:center}\n"
    "th.p{writing-mode:vertical-rl;transform:rotate(180deg);text-align:left;padding:.7rem .2rem}\n"
    "td.off{color:var(--line)}\n";

/* 1, 2 or 5 times a power of ten, so that there are about five steps. */
static double tick_step(double range)
{
	const double unit = pow(10, floor(log10(range / 5))), times = range / 5 / unit;
	return unit * (times < 1.5 ? 1 : times < 3.5 ? 2 : times < 7.5 ? 5 : 10);
}

static void open_chart(Buf *b, const char *what, int lines)
{
	buf_printf(b, "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">\n", WIDTH,
		   lines * LINE + AXIS, what);
}

static void put_tick(Buf *b, double x, int lines, double shown)
{
	buf_printf(b,
		   "<line class=\"g\" x1=\"%.1f\" x2=\"%.1f\" y1=\"0\" y2=\"%d\"/>"
		   "<text class=\"t\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%.3g</text>\n",
		   x, x, lines * LINE, x, lines * LINE + 16, shown);
}

static void put_label(Buf *b, int line, const char *name)
{
	buf_printf(b, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">", LEFT - 8, line * LINE + 15);
	char *shown = arena_strdup(b->arena, name);
	if (strlen(shown) > 38)
		strcpy(shown + 35, "...");
	buf_html(b, shown);
	buf_puts(b, "</text>");
}

/* ---- times --------------------------------------------------------------------------------- */

static void put_time(Buf *b, const SweepRow *row, int line, double scale)
{
	const double y = line * LINE + 11, end = LEFT + scale * row->most;
	put_label(b, line, row->name);
	buf_puts(b, "<g><title>");
	buf_html(b, row->name);
	buf_printf(b,
		   "</title><rect class=\"b\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\"/>"
		   "<line class=\"w\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/></g>"
		   "<text x=\"%.1f\" y=\"%d\">%.3f ms</text>\n",
		   LEFT, line * LINE + 4, scale * row->median, LINE - 8, LEFT + scale * row->least,
		   end, y, y, end + 6, line * LINE + 15, 1e3 * row->median);
}

static void put_times(Buf *b, const SweepResult *r)
{
	double most = 0;
	int lines = 0;
	for (int i = 0; i < r->nrows; i++)
		if (r->row[i].verified) {
			most = fmax(most, r->row[i].most);
			lines++;
		}
	if (!lines)
		return;
	const double scale = (WIDTH - LEFT - RIGHT) / most, step = tick_step(1e3 * most);
	buf_puts(b,
		 "<h2>Time of one inference</h2>\n<p>Median of the rounds in ms, best first; the "
		 "line spans the rounds.</p>\n");
	open_chart(b, "time of each program", lines);
	for (int k = 0; k * step <= 1e3 * most; k++)
		put_tick(b, LEFT + scale * 1e-3 * k * step, lines, k * step);
	for (int i = 0, line = 0; i < r->nrows; i++)
		if (r->row[i].verified)
			put_time(b, &r->row[i], line++, scale);
	buf_puts(b, "</svg>\n");
}

/* ---- effects ------------------------------------------------------------------------------- */

static bool has_effect(const SweepResult *r, int pass)
{
	return (r->vary >> pass & 1) && !isnan(r->effect[pass]);
}

/* Zero stands so that the largest effect of either sign fits. */
static void put_effects(Buf *b, const SweepResult *r)
{
	double low = 0, high = 0;
	int lines = 0;
	for (int i = 0; i < r->npasses; i++)
		if (has_effect(r, i)) {
			low = fmin(low, r->effect[i]);
			high = fmax(high, r->effect[i]);
			lines++;
		}
	if (!lines || low == high)
		return;
	const double scale = (WIDTH - LEFT - 2 * RIGHT) / (high - low), zero = LEFT - scale * low;
	const double step = tick_step(1e3 * (high - low));
	buf_puts(b, "<h2>Effect of each pass</h2>\n<p>Mean time of the programs with the pass less "
		    "that of the programs without, in ms: to the left is faster.</p>\n");
	open_chart(b, "effect of each pass", lines);
	for (int k = (int)ceil(1e3 * low / step); k * step <= 1e3 * high; k++)
		put_tick(b, zero + scale * 1e-3 * k * step, lines, k * step);
	for (int i = 0, line = 0; i < r->npasses; i++) {
		if (!has_effect(r, i))
			continue;
		const double x = zero + scale * fmin(r->effect[i], 0);
		put_label(b, line, r->pass[i]);
		buf_printf(b,
			   "<rect class=\"%s\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\"/>"
			   "<text x=\"%.1f\" y=\"%d\">%+.3f ms, %+.1f %%</text>\n",
			   r->effect[i] <= 0 ? "good" : "bad", x, line * LINE + 4,
			   scale * fabs(r->effect[i]), LINE - 8,
			   zero + scale * fmax(r->effect[i], 0) + 6, line * LINE + 15,
			   1e3 * r->effect[i], 100 * r->share[i]);
		line++;
	}
	buf_puts(b, "</svg>\n");
}

/* ---- table --------------------------------------------------------------------------------- */

static void put_row(Buf *b, const SweepResult *r, const SweepRow *row)
{
	buf_puts(b, "<tr>");
	for (int i = 0; i < r->npasses; i++)
		if (r->vary >> i & 1)
			buf_printf(b, row->mask >> i & 1 ? "<td class=\"p\">&#9679;"
							 : "<td class=\"p off\">&#183;");
	if (row->verified)
		buf_printf(b, "<td>%.3f<td>%.1f %%", 1e3 * row->median,
			   100 * (row->most - row->least) / row->median);
	else
		buf_puts(b, "<td>WRONG<td>");
	buf_printf(b, "<td>%d<td>%.2f<td>%.2f<td>%.1e</tr>\n", row->launches,
		   1e-6 * row->moved_bytes, 1e-6 * row->arena_bytes, row->difference);
}

static void put_table(Buf *b, const SweepResult *r)
{
	buf_puts(b, "<h2>All programs</h2>\n<div class=\"wide\"><table><tr>");
	for (int i = 0; i < r->npasses; i++)
		if (r->vary >> i & 1)
			buf_printf(b, "<th class=\"p\">%s", r->pass[i]);
	buf_puts(
	    b, "<th>median ms<th>spread<th>launches<th>moved MB<th>arena MB<th>difference</tr>\n");
	for (int i = 0; i < r->nrows; i++)
		put_row(b, r, &r->row[i]);
	buf_puts(b, "</table></div>\n");
}

void sweep_page(Buf *b, const SweepResult *r)
{
	buf_puts(b, head);
	buf_printf(b, "</style>\n<title>%s: sweep</title>\n<h1>%s: every fusion strategy</h1>\n<p>",
		   r->model, r->model);
	buf_html(b, r->device);
	buf_printf(
	    b,
	    " (%s), %s, batch %lld. %d programs, each verified against the one without these "
	    "passes (largest difference allowed: %g) and timed in %d interleaved rounds of %d "
	    "runs; %d more subsets are the same programs.</p>\n",
	    r->target, r->precision, (long long)r->batch, r->nrows, r->limit, r->rounds, r->runs,
	    r->left_out);
	put_times(b, r);
	put_effects(b, r);
	put_table(b, r);
	buf_puts(b, "</html>\n");
}
