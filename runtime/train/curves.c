/* curves.c: the curves of a training as a page that needs no other file: one panel of SVG for each
 * quantity, epochs from left to right through all stages. */
#include "runtime/train/train.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 520, HEIGHT = 250, LEFT = 62, RIGHT = 14, TOP = 16, BOTTOM = 34, MAX_SERIES = 16 };
enum { COLOURS = 6, MARKS_UP_TO = 120 /* epochs that get a mark to point at */ };

RtStatus rt_history_add(RtHistory *h, const RtEpoch *e, RtError *err)
{
	if (h->n == h->cap) {
		const int64_t cap = h->cap ? 2 * h->cap : 64;
		RtEpoch *const at = realloc(h->at, sizeof *at * (size_t)cap);
		if (!at)
			return rt_no_memory(err);
		h->at = at;
		h->cap = cap;
	}
	h->at[h->n++] = *e;
	return RT_OK;
}

void rt_history_release(RtHistory *h)
{
	free(h->at);
	*h = (RtHistory){0};
}

/* A value of an epoch: where it stands in RtEpoch, and what multiplies it. */
typedef struct Series {
	const char *name;
	size_t offset;
	double scale;
} Series;

typedef struct Panel {
	const char *title;
	int n;
	Series series[MAX_SERIES];
	bool logarithmic;
} Panel;

/* Range of a panel; values are base-10 logarithms where it is logarithmic. */
typedef struct Axis {
	double low, high, step;
} Axis;

static double value(const Panel *p, const RtEpoch *e, int series)
{
	const Series *const s = &p->series[series];
	double v;
	memcpy(&v, (const char *)e + s->offset, sizeof v);
	v *= s->scale;
	return p->logarithmic ? (v > 0 ? log10(v) : NAN) : v;
}

/* 1, 2 or 5 times a power of ten, so that there are about five steps. */
static double tick_step(double range)
{
	const double unit = pow(10, floor(log10(range / 5))), times = range / 5 / unit;
	return unit * (times < 1.5 ? 1 : times < 3.5 ? 2 : times < 7.5 ? 5 : 10);
}

static bool find_axis(const Panel *p, const RtHistory *h, Axis *a)
{
	double low = INFINITY, high = -INFINITY;
	for (int64_t i = 0; i < h->n; i++)
		for (int k = 0; k < p->n; k++) {
			const double v = value(p, &h->at[i], k);
			if (isfinite(v)) {
				low = fmin(low, v);
				high = fmax(high, v);
			}
		}
	if (!(low <= high))
		return false;
	if (!p->logarithmic && low >= 0 && low < 0.6 * high)
		low = 0;
	const double least = 1e-6 * fmax(fmax(fabs(low), fabs(high)), 1e-12);
	if (high - low < least) {
		const double half = fmax(0.05 * fabs(high), p->logarithmic ? 0.5 : 1e-9);
		low -= half;
		high += half;
	}
	a->step = tick_step(high - low);
	a->low = a->step * floor(low / a->step + 1e-9);
	a->high = a->step * ceil(high / a->step - 1e-9);
	return true;
}

static double x_of(const RtHistory *h, double epoch)
{
	const double n = (double)(h->n > 1 ? h->n - 1 : 1);
	return LEFT + (WIDTH - LEFT - RIGHT) * (h->n > 1 ? epoch / n : 0.5);
}

static double y_of(const Axis *a, double v)
{
	return TOP + (HEIGHT - TOP - BOTTOM) * (a->high - v) / (a->high - a->low);
}

static void draw_tick(RtOut *f, const Axis *a, double v, double shown)
{
	const double y = y_of(a, v);
	rt_out_print(f,
		     "<line class=\"g\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>"
		     "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%.3g</text>\n",
		     LEFT, WIDTH - RIGHT, y, y, LEFT - 6, y + 4, shown);
}

/* 1, 2 and 5 of each decade; of more than three decades 1 alone. */
static void draw_decades(RtOut *f, const Axis *a)
{
	for (int k = (int)floor(a->low); k <= (int)ceil(a->high); k++)
		for (int digit = 1; digit <= 5; digit += digit == 1 ? 1 : 3) {
			const double v = k + log10(digit);
			if (v >= a->low - 1e-9 && v <= a->high + 1e-9 &&
			    (digit == 1 || a->high - a->low < 3))
				draw_tick(f, a, v, pow(10, v));
		}
}

static void draw_grid(RtOut *f, const Panel *p, const RtHistory *h, const Axis *a)
{
	if (p->logarithmic)
		draw_decades(f, a);
	for (int i = 0; !p->logarithmic && a->low + i * a->step <= a->high + 0.5 * a->step; i++) {
		const double v = a->low + i * a->step;
		draw_tick(f, a, v, fabs(v) < 1e-9 * a->step ? 0 : v);
	}
	const double every = fmax(tick_step(fmax((double)h->n, 5)), 1);
	for (double e = every; e <= (double)h->n + 0.5; e += every)
		rt_out_print(f, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%.0f</text>\n",
			     x_of(h, e - 1), HEIGHT - BOTTOM + 16, e);
	for (int64_t i = 1; i < h->n; i++) {
		if (strcmp(h->at[i].stage, h->at[i - 1].stage) == 0)
			continue;
		const double x = x_of(h, (double)i - 0.5);
		rt_out_print(f,
			     "<line class=\"s\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>"
			     "<text x=\"%.1f\" y=\"%d\">",
			     x, x, TOP, HEIGHT - BOTTOM, x + 4, TOP + 10);
		rt_put_html(f, h->at[i].stage);
		rt_out_puts(f, "</text>\n");
	}
}

static void draw_series(RtOut *f, const Panel *p, const RtHistory *h, const Axis *a, int k)
{
	rt_out_print(f, "<path class=\"c%d\" d=\"", k % COLOURS);
	bool pen_down = false;
	for (int64_t i = 0; i < h->n; i++) {
		const double v = value(p, &h->at[i], k);
		pen_down = pen_down && strcmp(h->at[i].stage, h->at[i - 1].stage) == 0;
		if (isfinite(v)) {
			rt_out_print(f, "%c%.1f %.1f", pen_down ? 'L' : 'M', x_of(h, (double)i),
				     y_of(a, v));
			pen_down = true;
		}
	}
	rt_out_puts(f, "\"/>\n");
	for (int64_t i = 0; i < h->n && h->n <= MARKS_UP_TO; i++) {
		const double v = value(p, &h->at[i], k);
		if (!isfinite(v))
			continue;
		rt_out_print(f, "<circle class=\"c%d\" cx=\"%.1f\" cy=\"%.1f\" r=\"2.5\"><title>",
			     k % COLOURS, x_of(h, (double)i), y_of(a, v));
		rt_put_html(f, h->at[i].stage);
		rt_out_print(f, "%sepoch %lld: ", h->at[i].stage[0] ? ", " : "",
			     (long long)h->at[i].epoch);
		rt_put_html(f, p->series[k].name);
		rt_out_print(f, " %.4g</title></circle>\n", p->logarithmic ? pow(10, v) : v);
	}
}

static void draw_panel(RtOut *f, const Panel *p, const RtHistory *h)
{
	Axis a;
	if (!find_axis(p, h, &a))
		return;
	rt_out_print(f, "<figure><figcaption>%s", p->title);
	for (int k = 0; p->n > 1 && k < p->n; k++) {
		rt_out_print(f, " <span class=\"k%d\">", k % COLOURS);
		rt_put_html(f, p->series[k].name);
		rt_out_puts(f, "</span>");
	}
	rt_out_print(f,
		     "</figcaption>\n<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">\n",
		     WIDTH, HEIGHT, p->title);
	draw_grid(f, p, h, &a);
	for (int k = p->n - 1; k >= 0; k--)
		draw_series(f, p, h, &a, k);
	rt_out_print(f,
		     "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">epoch</text></svg></figure>\n",
		     (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 3);
}

/* ---- the page ---------------------------------------------------------------------------- */

static const char head[] =
    "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n<style>\n"
    ":root{--ink:#1b1f24;--soft:#5c6670;--line:#d9dee3;--page:#fff;"
    "--c0:#0b62c4;--c1:#c2410c;--c2:#0f8a5f;--c3:#9333a8;--c4:#a16a00;--c5:#5c6670}\n"
    "@media(prefers-color-scheme:dark){:root{--ink:#e6e9ec;--soft:#9aa4ae;--line:#333a42;"
    "--page:#14171a;--c0:#6cb2ff;--c1:#ff9a62;--c2:#4fd6a0;--c3:#d99bea;--c4:#e5b94e;"
    "--c5:#9aa4ae}}\n"
    "body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--page);"
    "max-width:1120px;margin:2rem auto;padding:0 1rem}\n"
    "h1{font-size:1.4rem;margin:0}p{color:var(--soft);margin:.2rem 0 1.2rem}\n"
    "main{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,440px),1fr));"
    "gap:1.5rem}\n"
    "figure{margin:0}figcaption{font-weight:600}figcaption span{font-weight:400;"
    "margin-left:.8em}\n"
    "svg{width:100%;height:auto}svg text{font-size:11px;fill:var(--soft)}\n"
    ".g{stroke:var(--line)}.s{stroke:var(--soft);stroke-dasharray:4 3}\n"
    "path{fill:none;stroke-width:1.8;stroke-linejoin:round}circle{stroke:none}\n"
    "table{border-collapse:collapse;margin:0 0 1.5rem}td,th{padding:.2rem 1rem .2rem 0;"
    "text-align:right}th{color:var(--soft);font-weight:400}td:first-child{text-align:left}\n";

/* Of a log that anybody may have written: what is no time does not count. */
static long long all_seconds(const RtHistory *h)
{
	double sum = 0;
	for (int64_t i = 0; i < h->n; i++)
		sum += h->at[i].seconds >= 0 && h->at[i].seconds < 1e12 ? h->at[i].seconds : 0;
	return sum < 1e15 ? (long long)sum : 0;
}

static void write_head(RtOut *f, const RtModel *m, const RtHistory *h)
{
	rt_out_puts(f, head);
	for (int i = 0; i < COLOURS; i++)
		rt_out_print(
		    f,
		    "path.c%d{stroke:var(--c%d)}circle.c%d{fill:var(--c%d)}.k%d{color:var(--c%"
		    "d)}\n",
		    i, i, i, i, i, i);
	rt_out_puts(f, "</style>\n<title>");
	rt_put_html(f, m->name);
	rt_out_puts(f, ": training</title>\n<h1>");
	rt_put_html(f, m->name);
	const long long seconds = all_seconds(h);
	rt_out_print(f,
		     "</h1>\n<p>%lld epoch%s in %lld:%02lld:%02lld, %s, %s, batches of %lld</p>\n",
		     (long long)h->n, h->n == 1 ? "" : "s", seconds / 3600, seconds / 60 % 60,
		     seconds % 60, m->target, m->precision, (long long)m->batch);
}

static void write_row(RtOut *f, const char *what, const RtEpoch *e)
{
	const double *const v = e->scores;
	rt_out_print(f, "<tr><td>%s<td>", what);
	rt_put_html(f, e->stage);
	rt_out_print(f, " %lld<td>%.4g<td>%.1f %%<td>%.1f&deg;<td>%.1f %%<td>%.4f</tr>\n",
		     (long long)e->epoch, e->parts[0], 100 * v[SCORE_F], v[SCORE_DOAE],
		     100 * v[SCORE_RDE], v[SCORE_SELD]);
}

static void write_table(RtOut *f, const RtHistory *h)
{
	const RtEpoch *best = NULL, *last = NULL;
	for (int64_t i = 0; i < h->n; i++) {
		const RtEpoch *const e = &h->at[i];
		if (isnan(e->scores[SCORE_SELD]))
			continue;
		last = e;
		if (!best || e->scores[SCORE_SELD] < best->scores[SCORE_SELD])
			best = e;
	}
	if (!best)
		return;
	rt_out_puts(f, "<table><tr><th><th>epoch<th>loss<th>F<th>DOAE<th>RDE<th>SELD</tr>\n");
	write_row(f, "lowest SELD score", best);
	write_row(f, "last evaluation", last);
	rt_out_puts(f, "</table>\n");
}

#define SCORE(k) (offsetof(RtEpoch, scores) + (k) * sizeof(double))

static const Panel score_panels[] = {
    {"F, validation (%)", 1, {{"F", SCORE(SCORE_F), 100}}, false},
    {"error of the direction (degrees)", 1, {{"DOAE", SCORE(SCORE_DOAE), 1}}, false},
    {"relative error of the distance (%)", 1, {{"RDE", SCORE(SCORE_RDE), 100}}, false},
    {"SELD score", 1, {{"SELD", SCORE(SCORE_SELD), 1}}, false},
};

void rt_curves_write(RtOut *f, const RtModel *m, const RtHistory *h)
{
	Panel loss = {.title = "loss, training"},
	      norm = {.title = "norm of the gradient", .n = 1, .logarithmic = true};
	const Panel rate = {"learning rate", 1, {{"lr", offsetof(RtEpoch, lr), 1}}, false};
	for (int i = 0; i < h->nparts; i++) {
		const char *const name = h->part[i];
		const Series s = {name, offsetof(RtEpoch, parts) + (size_t)i * sizeof(double), 1};
		if (strcmp(name, "grad_norm") == 0)
			norm.series[0] = s;
		else
			loss.series[loss.n++] = s;
	}
	write_head(f, m, h);
	write_table(f, h);
	rt_out_puts(f, "<main>\n");
	draw_panel(f, &loss, h);
	for (size_t i = 0; i < RT_COUNT(score_panels); i++)
		draw_panel(f, &score_panels[i], h);
	if (norm.series[0].name)
		draw_panel(f, &norm, h);
	draw_panel(f, &rate, h);
	rt_out_puts(f, "</main></html>\n");
}
