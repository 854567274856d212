/* picture.c: one clip as SVG: spectrogram above, then azimuth, elevation and distance of what was
 * detected over time, a colour for each class. Under 1 MB whatever the length of the clip. */
#include "runtime/events/events.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
	LEFT = 78,
	PLOT = 880,
	LEGEND = 210,
	WIDTH = LEFT + PLOT + LEGEND,
	TOP = 58,
	GAP = 16,
	BOTTOM = 44,
	MAX_COLUMNS = 880,
	MAX_POINTS = 15000,
	NCOLOURS = 13,
};

/* Distinct in hue or lightness from their neighbours, readable on white. */
static const char *const colours[NCOLOURS] = {
    "#e6194b", "#4363d8", "#f58231", "#3cb44b", "#911eb4", "#00a5b5", "#9a6324",
    "#f032e6", "#808000", "#000075", "#42a5f5", "#800000", "#6c757d",
};

/* Steps of a dark-to-light scale (after matplotlib's magma). */
static const unsigned char magma[9][3] = {
    {0, 0, 4},      {28, 16, 68},   {79, 18, 123},   {129, 37, 129},  {181, 54, 122},
    {229, 80, 100}, {251, 135, 97}, {254, 194, 135}, {252, 253, 191},
};

/* A plot: y from `top` to `top + height` stands for values from `high` to `low`. */
typedef struct Panel {
	const char *title, *unit;
	double top, height, low, high, tick;
} Panel;

/* What is drawn, and the scale of time. */
typedef struct Picture {
	RtOut *f;
	const RtModel *model;
	const RtEvents *events;
	const RtSpans *spans;
	double seconds; /* of the clip */
	double frame_seconds;
	int64_t step; /* every step-th event of a span is drawn */
} Picture;

RtStatus rt_spectrogram_open(RtSpectrogram *g, const RtModel *m, int64_t segments, RtError *err)
{
	*g = (RtSpectrogram){0};
	const int graph = rt_graph_find(m, "features");
	if (graph < 0)
		return RT_OK;
	const RtGraph *const f = &m->graphs[graph];
	const int output = rt_tensor_find(f->noutputs, f->outputs, "features");
	if (output < 0 || f->outputs[output].rank != 4) /* [batch, channels, frames, bins] */
		return RT_OK;
	const RtTensor *const t = &f->outputs[output];
	*g = (RtSpectrogram){.bins = t->dim[3],
			     .columns = segments * t->dim[2],
			     .per_segment = t->dim[2],
			     .output = output,
			     .each = rt_tensor_numel(t) / (uint64_t)m->batch};
	g->x = rt_alloc((uint64_t)g->columns * (uint64_t)g->bins, sizeof *g->x);
	return g->x ? RT_OK : rt_no_memory(err);
}

void rt_spectrogram_add(RtSpectrogram *g, const RtSession *s, int64_t segment, int64_t index)
{
	if (!g->x)
		return;
	const int64_t n = g->per_segment * g->bins;
	memcpy(g->x + segment * n, s->fio.out[g->output] + (uint64_t)index * g->each,
	       sizeof *g->x * (size_t)n);
}

void rt_spectrogram_release(RtSpectrogram *g)
{
	free(g->x);
	*g = (RtSpectrogram){0};
}

static double x_of(const Picture *p, double seconds)
{
	return LEFT + PLOT * seconds / p->seconds;
}

static double y_of(const Panel *a, double v)
{
	const double clipped = fmin(fmax(v, a->low), a->high);
	return a->top + a->height * (a->high - clipped) / (a->high - a->low);
}

static void make_palette(unsigned char palette[256][3])
{
	for (int i = 0; i < 256; i++) {
		const double at = i / 255.0 * 8;
		const int k = at < 7 ? (int)at : 7;
		for (int c = 0; c < 3; c++)
			palette[i][c] = (unsigned char)lround(
			    magma[k][c] + (at - k) * (magma[k + 1][c] - magma[k][c]));
	}
}

static int by_value(const void *a, const void *b)
{
	const float x = *(const float *)a, y = *(const float *)b;
	return (x > y) - (x < y);
}

/* Image [bins, w], low bins at the bottom, of means over the columns that fall on a pixel. */
static void average_columns(const RtSpectrogram *g, int64_t used, int w, float *image)
{
	for (int x = 0; x < w; x++) {
		const int64_t from = used * x / w, end = used * (x + 1) / w;
		const int64_t to = end > from ? end : from + 1;
		for (int64_t b = 0; b < g->bins; b++) {
			double sum = 0;
			for (int64_t c = from; c < to; c++)
				sum += g->x[c * g->bins + b];
			image[(g->bins - 1 - b) * w + x] = (float)(sum / (double)(to - from));
		}
	}
}

/* The range of colours leaves out the quietest twentieth and the loudest thousandth. */
static bool to_pixels(const float *image, size_t n, unsigned char *pixels)
{
	float *const sorted = rt_alloc(n, sizeof *sorted);
	if (!sorted)
		return false;
	memcpy(sorted, image, n * sizeof *sorted);
	qsort(sorted, n, sizeof *sorted, by_value);
	const double low = sorted[n / 20], high = sorted[n - 1 - n / 1000];
	free(sorted);
	for (size_t i = 0; i < n; i++) {
		const double v = high > low ? 255 * (image[i] - low) / (high - low) : 0;
		pixels[i] = (unsigned char)(v > 0 ? v < 255 ? v : 255 : 0);
	}
	return true;
}

static RtStatus draw_image(const Picture *p, const RtSpectrogram *g, const Panel *a, int64_t used,
			   RtError *err)
{
	const int w = (int)(used < MAX_COLUMNS ? used : MAX_COLUMNS), h = (int)g->bins;
	const size_t n = (size_t)w * (size_t)h;
	float *const image = rt_alloc(n, sizeof *image);
	unsigned char *const pixels = rt_alloc(n, 1);
	RtStatus s = RT_OK;
	if (image && pixels)
		average_columns(g, used, w, image);
	if (!image || !pixels || !to_pixels(image, n, pixels))
		s = rt_no_memory(err);
	if (!s) {
		unsigned char palette[256][3];
		make_palette(palette);
		rt_out_print(p->f,
			     "<image x=\"%d\" y=\"%.1f\" width=\"%d\" height=\"%.1f\" "
			     "preserveAspectRatio=\"none\" href=\"data:image/png;base64,",
			     LEFT, a->top, PLOT, a->height);
		s = rt_png_base64(p->f, w, h, pixels, (const unsigned char(*)[3])palette, err);
		rt_out_print(p->f, "\"/>\n");
	}
	free(image);
	free(pixels);
	return s;
}

/* Seconds between marks, so that there are at most 12. */
static double time_tick(double seconds)
{
	static const double steps[] = {0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600};
	for (size_t i = 0; i < RT_COUNT(steps); i++)
		if (seconds / steps[i] <= 12)
			return steps[i];
	return 600 * ceil(seconds / 7200);
}

static void draw_title_of(const Picture *p, const Panel *a)
{
	const double y = a->top + a->height / 2;
	rt_out_print(
	    p->f, "<text class=\"name\" transform=\"translate(20 %.1f) rotate(-90)\">%s</text>\n",
	    y, a->title);
}

static void draw_grid(const Picture *p, const Panel *a)
{
	const double bottom = a->top + a->height, tick = time_tick(p->seconds);
	rt_out_print(p->f,
		     "<rect class=\"frame\" x=\"%d\" y=\"%.1f\" width=\"%d\" height=\"%.1f\"/>\n",
		     LEFT, a->top, PLOT, a->height);
	for (int i = 0; i * tick <= p->seconds * 1.0001; i++)
		rt_out_print(p->f, "<path class=\"grid\" d=\"M%.1f %.1fV%.1f\"/>\n",
			     x_of(p, i * tick), a->top, bottom);
	const int n = (int)floor((a->high - a->low) / a->tick + 1e-9);
	for (int i = 0; i <= n; i++) {
		const double v = a->low + i * a->tick, y = y_of(a, v);
		rt_out_print(
		    p->f,
		    "<path class=\"grid\" d=\"M%d %.1fH%d\"/><text class=\"tick\" x=\"%d\" "
		    "y=\"%.1f\">%g%s</text>\n",
		    LEFT, y, LEFT + PLOT, LEFT - 8, y + 4, v, a->unit);
	}
	draw_title_of(p, a);
}

static void draw_time_axis(const Picture *p, double y)
{
	const double tick = time_tick(p->seconds);
	for (int i = 0; i * tick <= p->seconds * 1.0001; i++)
		rt_out_print(p->f, "<text class=\"time\" x=\"%.1f\" y=\"%.1f\">%g s</text>\n",
			     x_of(p, i * tick), y + 18, i * tick);
}

typedef double Value(const RtEvent *e);

static double azimuth(const RtEvent *e)
{
	return e->azimuth;
}

static double elevation(const RtEvent *e)
{
	return e->elevation;
}

static double metres(const RtEvent *e)
{
	return e->metres;
}

static const char *colour_of(int class)
{
	return colours[class % NCOLOURS];
}

/* A stroke for each frame, joined to the one before unless it jumps (azimuth past 180). */
static void draw_span(const Picture *p, const Panel *a, const RtSpan *s, Value *value)
{
	rt_out_print(p->f, "<path class=\"track\" stroke=\"%s\" d=\"", colour_of(s->class));
	double last = 0;
	for (int64_t i = 0; i < s->n; i += p->step) {
		const RtEvent *const e = &p->events->at[s->events[i]];
		const double v = value(e), t = (double)e->frame * p->frame_seconds;
		const bool jump = i == 0 || fabs(v - last) > 0.5 * (a->high - a->low);
		rt_out_print(p->f, "%c%.1f %.1f", jump ? 'M' : 'L', x_of(p, t), y_of(a, v));
		if (p->step == 1)
			rt_out_print(p->f, "H%.1f",
				     x_of(p, fmin(t + p->frame_seconds, p->seconds)));
		last = v;
	}
	rt_out_print(p->f, "\"/>\n");
}

static void draw_spans(const Picture *p, const Panel *a, Value *value)
{
	draw_grid(p, a);
	for (int64_t i = 0; i < p->spans->n; i++)
		draw_span(p, a, &p->spans->at[i], value);
}

/* Classes that were detected, with their time in all. */
static void draw_legend(const Picture *p)
{
	const int x = LEFT + PLOT + 20;
	int y = TOP + 10;
	rt_out_print(p->f, "<text class=\"name left\" x=\"%d\" y=\"%d\">Detected</text>\n", x, y);
	for (int c = 0; c < p->model->decode.classes; c++) {
		double seconds = 0;
		for (int64_t i = 0; i < p->spans->n; i++)
			if (p->spans->at[i].class == c)
				seconds += (double)p->spans->at[i].n * p->frame_seconds;
		if (seconds <= 0)
			continue;
		y += 22;
		char buf[32];
		rt_out_print(
		    p->f,
		    "<rect x=\"%d\" y=\"%d\" width=\"16\" height=\"6\" rx=\"3\" fill=\"%s\"/>"
		    "<text class=\"item\" x=\"%d\" y=\"%d\">",
		    x, y - 8, colour_of(c), x + 24, y);
		rt_put_html(p->f, rt_class_name(&p->model->decode, c, buf));
		rt_out_print(p->f, " <tspan class=\"faint\">%.1f s</tspan></text>\n", seconds);
	}
	if (p->spans->n == 0)
		rt_out_print(p->f, "<text class=\"item\" x=\"%d\" y=\"%d\">nothing</text>\n", x,
			     y + 22);
}

static void draw_head(const Picture *p, double height, const char *title)
{
	rt_out_print(p->f,
		     "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%.0f\" "
		     "viewBox=\"0 0 %d %.0f\" font-family=\"Helvetica, Arial, sans-serif\">\n"
		     "<style>.frame{fill:none;stroke:#adb5bd}.grid{fill:none;stroke:#e9ecef}"
		     ".track{fill:none;stroke-width:3.2;stroke-linecap:round;stroke-linejoin:round}"
		     ".tick{font-size:11px;fill:#868e96;text-anchor:end}"
		     ".time{font-size:11px;fill:#868e96;text-anchor:middle}"
		     ".name{font-size:13px;fill:#343a40;text-anchor:middle}.left{text-anchor:start;"
		     "font-weight:bold}.item{font-size:13px;fill:#343a40}.faint{fill:#868e96}"
		     ".title{font-size:18px;font-weight:bold;fill:#212529}"
		     ".sub{font-size:12px;fill:#868e96}</style>\n"
		     "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n"
		     "<text class=\"title\" x=\"%d\" y=\"28\">",
		     WIDTH, height, WIDTH, height, LEFT);
	rt_put_html(p->f, title);
	rt_out_print(p->f, "</text>\n<text class=\"sub\" x=\"%d\" y=\"46\">", LEFT);
	rt_put_html(p->f, p->model->name);
	rt_out_print(p->f, ", %.1f s, %lld sounds</text>\n", p->seconds, (long long)p->spans->n);
}

/* Every how many events a point is drawn, for at most MAX_POINTS. */
static int64_t point_step(const RtEvents *e)
{
	return 1 + e->n / MAX_POINTS;
}

static double farthest(const RtEvents *e)
{
	double most = 0;
	for (int64_t i = 0; i < e->n; i++)
		most = fmax(most, e->at[i].metres);
	return fmin(fmax(2 * ceil(most / 2), 4), 1e6);
}

RtStatus rt_picture_write(RtOut *f, const RtModel *m, const char *title, int64_t clip_frames,
			  const RtSpectrogram *g, const RtEvents *e, const RtSpans *s, RtError *err)
{
	const RtAudio *const a = &m->audio;
	const Picture p = {f,
			   m,
			   e,
			   s,
			   (double)clip_frames / a->rate,
			   (double)a->frame_samples / a->rate,
			   point_step(e)};
	const double far = farthest(e), image_height = g->x ? 200 : 0;
	const Panel image = {"frequency", "", TOP, image_height, 0, 1, 1};
	const double top = TOP + image_height + (g->x ? GAP : 0);
	const Panel az = {"azimuth", "\u00b0", top, 190, -180, 180, 60};
	const Panel el = {"elevation", "\u00b0", az.top + az.height + GAP, 110, -90, 90, 45};
	const Panel far_away = {"distance", " m", el.top + el.height + GAP, 90, 0, far, far / 2};
	const double bottom = far_away.top + far_away.height;
	draw_head(&p, bottom + BOTTOM, title);
	if (g->x) {
		const double part = (double)clip_frames / (double)a->samples;
		const int64_t used = (int64_t)ceil(part * (double)g->per_segment);
		const RtStatus status =
		    draw_image(&p, g, &image, used < g->columns ? used : g->columns, err);
		if (status)
			return status;
		draw_title_of(&p, &image);
	}
	draw_spans(&p, &az, azimuth);
	draw_spans(&p, &el, elevation);
	draw_spans(&p, &far_away, metres);
	draw_time_axis(&p, bottom);
	draw_legend(&p);
	rt_out_print(f, "</svg>\n");
	return RT_OK;
}
