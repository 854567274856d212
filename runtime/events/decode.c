/* decode.c: what the network says becomes sound events. Arithmetic is in double; a value that is
 * not a number is an error, never an event. */
#include "runtime/events/events.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_TRACKS = 16 };

static const double degrees = 57.29577951308232;

/* One active track in one frame. */
typedef struct Hit {
	int class;
	double v[3]; /* direction, any length */
	double metres;
} Hit;

static RtStatus events_add(RtEvents *e, int64_t frame, const Hit *h, RtError *err)
{
	if (e->n == e->cap) {
		const int64_t cap = e->cap ? 2 * e->cap : 256;
		RtEvent *const at = realloc(e->at, sizeof *at * (size_t)cap);
		if (!at)
			return rt_no_memory(err);
		e->at = at;
		e->cap = cap;
	}
	const double *const v = h->v;
	e->at[e->n++] = (RtEvent){
	    .frame = frame,
	    .class = h->class,
	    .azimuth = degrees * atan2(v[1], v[0]),
	    .elevation = degrees * atan2(v[2], hypot(v[0], v[1])),
	    .metres = h->metres,
	};
	return RT_OK;
}

void rt_events_release(RtEvents *e)
{
	free(e->at);
	*e = (RtEvents){0};
}

/* Degrees between directions; the small term is that of the DCASE baseline. */
static double angle(const double *a, const double *b)
{
	const double na = sqrt(a[0] * a[0] + a[1] * a[1] + a[2] * a[2] + 1e-10);
	const double nb = sqrt(b[0] * b[0] + b[1] * b[1] + b[2] * b[2] + 1e-10);
	const double cosine = (a[0] * b[0] + a[1] * b[1] + a[2] * b[2]) / (na * nb);
	return degrees * acos(fmin(fmax(cosine, -1), 1));
}

/* Mean of the hits whose root is r. */
static Hit mean_of(const Hit *h, const int *root, int n, int r)
{
	Hit mean = {.class = h[r].class};
	int count = 0;
	for (int i = 0; i < n; i++) {
		if (root[i] != r)
			continue;
		for (int k = 0; k < 3; k++)
			mean.v[k] += h[i].v[k];
		mean.metres += h[i].metres;
		count++;
	}
	for (int k = 0; k < 3; k++)
		mean.v[k] /= count;
	mean.metres /= count;
	return mean;
}

/* Hits of one class that are nearer than `near` degrees, directly or through others, become one:
 * the mean of their vectors and distances. For three tracks this is the baseline's rule. */
static RtStatus add_merged(RtEvents *e, int64_t frame, const Hit *h, int n, double near,
			   RtError *err)
{
	int root[MAX_TRACKS];
	for (int i = 0; i < n; i++)
		root[i] = i;
	for (int i = 0; i < n; i++)
		for (int j = 0; j < i; j++) {
			if (h[i].class != h[j].class || !(angle(h[i].v, h[j].v) < near))
				continue;
			const int a = root[i], b = root[j], low = a < b ? a : b,
				  high = a < b ? b : a;
			for (int k = 0; k < n; k++)
				root[k] = root[k] == high ? low : root[k];
		}
	for (int i = 0; i < n; i++) {
		if (root[i] != i)
			continue;
		const Hit mean = mean_of(h, root, n, i);
		const RtStatus s = events_add(e, frame, &mean, err);
		if (s)
			return s;
	}
	return RT_OK;
}

/* The most probable class, the first one of equals. */
static int best_class(const float *logits, int n, double *p)
{
	int best = 0;
	*p = -1;
	for (int c = 0; c < n; c++) {
		const double v = 1 / (1 + exp(-(double)logits[c]));
		if (v > *p) {
			*p = v;
			best = c;
		}
	}
	return best;
}

/* sed [tracks, classes], doa [tracks, 3], sde [tracks] */
static RtStatus frame_tracks(const RtDecode *d, const float *sed, const float *doa,
			     const float *sde, int64_t frame, RtEvents *e, RtError *err)
{
	Hit hits[MAX_TRACKS];
	int n = 0;
	for (int k = 0; k < d->tracks; k++) {
		double p;
		const int class = best_class(sed + k * d->classes, d->classes, &p);
		if (!(p > d->threshold))
			continue;
		const float *const v = doa + 3 * k;
		hits[n++] = (Hit){class, {v[0], v[1], v[2]}, fmax(sde[k], 0)};
	}
	return add_merged(e, frame, hits, n, d->merge_degrees, err);
}

/* x [tracks, 4, classes]: vectors whose length is activity, and metres */
static RtStatus frame_accddoa(const RtDecode *d, const float *x, int64_t frame, RtEvents *e,
			      RtError *err)
{
	for (int c = 0; c < d->classes; c++) {
		Hit hits[MAX_TRACKS];
		int n = 0;
		for (int k = 0; k < d->tracks; k++) {
			const float *const at = x + k * 4 * d->classes + c;
			const double v[3] = {at[0], at[d->classes], at[2 * d->classes]};
			if (!(sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]) > d->threshold))
				continue;
			hits[n++] = (Hit){c, {v[0], v[1], v[2]}, fmax(at[3 * d->classes], 0)};
		}
		const RtStatus s = add_merged(e, frame, hits, n, d->merge_degrees, err);
		if (s)
			return s;
	}
	return RT_OK;
}

static RtStatus check_finite(const char *name, const float *x, int64_t n, int64_t each,
			     int64_t first, RtError *err)
{
	for (int64_t i = 0; i < n; i++)
		if (!isfinite(x[i]))
			return rt_fail(err, RT_INPUT,
				       "output '%s' is %s in frame %lld; the weights may be bad",
				       name, isnan(x[i]) ? "not a number" : "infinite",
				       (long long)(first + i / each));
	return RT_OK;
}

static RtStatus decode_tracks(const RtDecode *d, const float *sed, const float *doa,
			      const float *sde, int64_t frames, int64_t first, RtEvents *events,
			      RtError *err)
{
	const int64_t k = d->tracks, kc = k * d->classes;
	RtStatus s = check_finite(d->sed, sed, frames * kc, kc, first, err);
	if (!s)
		s = check_finite(d->doa, doa, frames * 3 * k, 3 * k, first, err);
	if (!s)
		s = check_finite(d->sde, sde, frames * k, k, first, err);
	for (int64_t t = 0; !s && t < frames; t++)
		s = frame_tracks(d, sed + t * kc, doa + t * 3 * k, sde + t * k, first + t, events,
				 err);
	return s;
}

RtStatus rt_decode(const RtDecode *d, const float *sed, const float *doa, const float *sde,
		   int64_t frames, int64_t first, RtEvents *events, RtError *err)
{
	if (d->tracks > MAX_TRACKS)
		return rt_fail(err, RT_BUG, "%d tracks, at most %d can be decoded", d->tracks,
			       MAX_TRACKS);
	if (strcmp(d->kind, "tracks") == 0)
		return decode_tracks(d, sed, doa, sde, frames, first, events, err);
	const int64_t each = (int64_t)d->tracks * 4 * d->classes;
	RtStatus s = check_finite(d->sed, sed, frames * each, each, first, err);
	for (int64_t t = 0; !s && t < frames; t++)
		s = frame_accddoa(d, sed + t * each, first + t, events, err);
	return s;
}

/* As few digits as read back to the same number, so that what is scored from a file is what `eval`
 * scores; no sign on a zero. */
static const char *digits(char *text, size_t size, double v)
{
	for (int n = 15; n <= 17; n++) {
		snprintf(text, size, "%.*g", n, v == 0 ? 0 : v);
		if (strtod(text, NULL) == v)
			break;
	}
	return text;
}

void rt_events_write(RtOut *f, const RtEvents *e)
{
	for (int64_t i = 0; i < e->n; i++) {
		const RtEvent *const v = &e->at[i];
		char a[32], b[32], c[32];
		rt_out_print(f, "%lld,%d,0,%s,%s,%s\n", (long long)v->frame, v->class,
			     digits(a, sizeof a, v->azimuth), digits(b, sizeof b, v->elevation),
			     digits(c, sizeof c, v->metres));
	}
}

/* Example `index` of an output of main; NULL where there is none of that name. */
static const float *output(const RtSession *s, const char *name, int64_t index)
{
	const RtGraph *const g = &s->model->graphs[s->main];
	const int i = name ? rt_tensor_find(g->noutputs, g->outputs, name) : -1;
	if (i < 0)
		return NULL;
	return s->mio.out[i] +
	       (uint64_t)index * (rt_tensor_numel(&g->outputs[i]) / (uint64_t)s->model->batch);
}

RtStatus rt_session_decode(const RtSession *s, const RtDecode *d, int64_t index, int64_t segment,
			   int64_t samples, RtEvents *events, RtError *err)
{
	const RtAudio *const a = &s->model->audio;
	const int64_t first = segment * a->frames, left = rt_label_frames(a, samples) - first;
	const RtStatus status = rt_decode(d, output(s, d->sed, index), output(s, d->doa, index),
					  output(s, d->sde, index),
					  left < a->frames ? left : a->frames, first, events, err);
	return status ? status : rt_session_check(s, index, err);
}
