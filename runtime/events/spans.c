/* spans.c: events of single frames joined into what a listener would call one sound: same class,
 * no gap over MAX_GAP frames, direction that does not jump. For tables and pictures only. */
#include "runtime/events/events.h"

#include <math.h>
#include <stdlib.h>

enum { MAX_GAP = 3 /* frames */ };

static const double max_jump = 30; /* degrees from one frame to the next */
static const double radians = 0.017453292519943295;

static void unit_vector(const RtEvent *e, double v[3])
{
	const double az = radians * e->azimuth, el = radians * e->elevation;
	v[0] = cos(el) * cos(az);
	v[1] = cos(el) * sin(az);
	v[2] = sin(el);
}

static double angle(const RtEvent *a, const RtEvent *b)
{
	double u[3], v[3];
	unit_vector(a, u);
	unit_vector(b, v);
	const double cosine = u[0] * v[0] + u[1] * v[1] + u[2] * v[2];
	return acos(fmin(fmax(cosine, -1), 1)) / radians;
}

/* The span that event e goes on: the nearest one in direction, or -1. */
static int64_t find_span(const RtSpans *s, int64_t oldest, const RtEvents *all, const RtEvent *e)
{
	int64_t best = -1;
	double nearest = max_jump;
	for (int64_t i = oldest; i < s->n; i++) {
		const RtSpan *const span = &s->at[i];
		const int64_t gap = e->frame - span->last;
		if (span->class != e->class || gap < 1 || gap > MAX_GAP)
			continue;
		const double a = angle(&all->at[span->events[span->n - 1]], e);
		if (a <= nearest) {
			nearest = a;
			best = i;
		}
	}
	return best;
}

static bool span_add(RtSpan *s, const RtEvent *e, int64_t index)
{
	if (s->n == s->cap) {
		const int64_t cap = s->cap ? 2 * s->cap : 16;
		int64_t *const events = realloc(s->events, sizeof *events * (size_t)cap);
		if (!events)
			return false;
		s->events = events;
		s->cap = cap;
	}
	s->events[s->n++] = index;
	s->last = e->frame;
	double v[3];
	unit_vector(e, v);
	for (int k = 0; k < 3; k++)
		s->sum[k] += v[k];
	s->sum_metres += e->metres;
	return true;
}

static RtSpan *spans_new(RtSpans *s, const RtEvent *e)
{
	if (s->n == s->cap) {
		const int64_t cap = s->cap ? 2 * s->cap : 16;
		RtSpan *const at = realloc(s->at, sizeof *at * (size_t)cap);
		if (!at)
			return NULL;
		s->at = at;
		s->cap = cap;
	}
	RtSpan *const span = &s->at[s->n++];
	*span = (RtSpan){.class = e->class, .first = e->frame};
	return span;
}

static void finish(RtSpan *s)
{
	s->azimuth = atan2(s->sum[1], s->sum[0]) / radians;
	s->elevation = atan2(s->sum[2], hypot(s->sum[0], s->sum[1])) / radians;
	s->metres = s->sum_metres / (double)s->n;
}

RtStatus rt_spans_make(RtSpans *s, const RtEvents *e, RtError *err)
{
	*s = (RtSpans){0};
	int64_t oldest = 0; /* spans before it have ended, so that time stays linear */
	for (int64_t i = 0; i < e->n; i++) {
		const RtEvent *const v = &e->at[i];
		while (oldest < s->n && v->frame - s->at[oldest].last > MAX_GAP)
			oldest++;
		const int64_t at = find_span(s, oldest, e, v);
		RtSpan *const span = at >= 0 ? &s->at[at] : spans_new(s, v);
		if (!span || !span_add(span, v, i)) {
			rt_spans_release(s);
			return rt_no_memory(err);
		}
	}
	for (int64_t i = 0; i < s->n; i++)
		finish(&s->at[i]);
	return RT_OK;
}

void rt_spans_release(RtSpans *s)
{
	for (int64_t i = 0; i < s->n; i++)
		free(s->at[i].events);
	free(s->at);
	*s = (RtSpans){0};
}

const char *rt_class_name(const RtDecode *d, int class, char buf[32])
{
	if (d->class_names && class >= 0 && class < d->classes)
		return d->class_names[class];
	snprintf(buf, 32, "class %d", class);
	return buf;
}

void rt_spans_print(RtOut *f, const RtModel *m, const char *clip, const RtSpans *s)
{
	const double seconds = (double)m->audio.frame_samples / m->audio.rate;
	if (s->n == 0) {
		rt_put_text(f, clip);
		rt_out_puts(f, ": nothing detected\n");
		return;
	}
	rt_put_text(f, clip);
	rt_out_print(f, "\n  %8s %8s  %-22s %8s %10s %9s\n", "from s", "to s", "class", "azimuth",
		     "elevation", "distance");
	for (int64_t i = 0; i < s->n; i++) {
		const RtSpan *const p = &s->at[i];
		char buf[32];
		rt_out_print(f, "  %8.1f %8.1f  %-22s %7.0f\u00b0 %9.0f\u00b0 %7.1f m\n",
			     (double)p->first * seconds, (double)(p->last + 1) * seconds,
			     rt_class_name(&m->decode, p->class, buf), p->azimuth, p->elevation,
			     p->metres);
	}
}
