/* segment.c: a recording cut into the pieces that the network takes, one after the other, and what
 * the graph that takes them is given of each:
 *   length          samples from the beginning of the segment to the end of the recording, at most
 *                   those of a segment
 *   NAME            also an output's: the largest values of that output over all segments of the
 *                   recording; -infinity while they are being found, and for a single segment
 *   audio           the samples, with as many more on both sides as its extent leaves room for:
 * those before the beginning are reflected there, those behind the end are 0 */
#include "runtime/core/core.h"

#include <math.h>
#include <string.h>

enum { AUDIO, LENGTH, WHOLE };

int64_t rt_segment_count(const RtAudio *a, int64_t clip_frames)
{
	return (clip_frames + a->samples - 1) / a->samples;
}

int64_t rt_label_frames(const RtAudio *a, int64_t clip_frames)
{
	return (clip_frames + a->frame_samples - 1) / a->frame_samples;
}

const RtGraph *rt_first_graph(const RtModel *m)
{
	const int features = rt_graph_find(m, "features");
	return &m->graphs[features >= 0 ? features : rt_graph_find(m, "main")];
}

static int kind_of(const RtGraph *g, const RtTensor *t)
{
	if (strcmp(t->name, "length") == 0)
		return LENGTH;
	return rt_tensor_find(g->noutputs, g->outputs, t->name) >= 0 ? WHOLE : AUDIO;
}

/* Samples more on each side than a segment has; negative: the shape is not audio's. */
static int64_t margin_of(const RtModel *m, const RtTensor *t)
{
	const int64_t more = t->rank == 3 ? t->dim[2] - m->audio.samples : -1;
	const bool fits =
	    more >= 0 && more % 2 == 0 && t->dim[0] == m->batch && t->dim[1] == m->audio.channels;
	return fits ? more / 2 : -1;
}

bool rt_segments_fit(const RtModel *m)
{
	const RtGraph *const g = rt_first_graph(m);
	const int64_t batch[1] = {m->batch};
	int naudio = 0;
	for (int i = 0; i < g->ninputs; i++) {
		const RtTensor *const t = &g->inputs[i];
		const int kind = kind_of(g, t);
		if (kind == LENGTH && !rt_same_shape(t, 1, batch))
			return false;
		if (kind == AUDIO && margin_of(m, t) < 0)
			return false;
		const int same = rt_tensor_find(g->noutputs, g->outputs, t->name);
		if (kind == WHOLE && !rt_same_shape(t, g->outputs[same].rank, g->outputs[same].dim))
			return false;
		naudio += kind == AUDIO;
	}
	return naudio == 1;
}

/* Elements i0 .. i0+n-1 of a channel; those outside as the head of this file says. */
static void copy_samples(const RtSamples *r, int channel, int64_t i0, int64_t n, float *out)
{
	for (int64_t k = 0; k < n; k++) {
		const int64_t i = i0 + k < 0 ? -(i0 + k) : i0 + k, at = i * r->channels + channel;
		out[k] = i >= r->n ? 0 : r->x ? r->x[at] : (float)r->x16[at] / 32768;
	}
}

static void fill_audio(const RtModel *m, const RtTensor *t, const RtSamples *r, int64_t begin,
		       float *out)
{
	const int64_t margin = margin_of(m, t), n = t->dim[2];
	for (int ch = 0; r && ch < m->audio.channels; ch++)
		copy_samples(r, ch, begin - margin, n, out + ch * n);
	if (!r)
		memset(out, 0, sizeof *out * (size_t)(m->audio.channels * n));
}

/* The same in 16 bits, [samples, channels]. */
static void fill_pcm(const RtModel *m, const RtTensor *t, const RtSamples *r, int64_t begin,
		     int16_t *out)
{
	const int64_t margin = margin_of(m, t), n = t->dim[2], nch = m->audio.channels;
	for (int64_t k = 0; k < n; k++) {
		const int64_t at = begin - margin + k, i = at < 0 ? -at : at;
		for (int64_t ch = 0; ch < nch; ch++)
			out[k * nch + ch] = r && i < r->n ? r->x16[i * nch + ch] : 0;
	}
}

static float length_of(const RtModel *m, const RtSamples *r, int64_t begin)
{
	const int64_t left = r ? r->n - begin : 0, most = m->audio.samples;
	return (float)(left < 0 ? 0 : left < most ? left : most);
}

static uint64_t each_of(const RtModel *m, const RtTensor *t)
{
	return rt_tensor_numel(t) / (uint64_t)m->batch;
}

void rt_segment_fill(const RtModel *m, const RtSamples *r, const float *whole, int64_t begin,
		     int64_t example, float *const *in, int16_t *pcm)
{
	const RtGraph *const g = rt_first_graph(m);
	for (int i = 0; i < g->ninputs; i++) {
		const RtTensor *const t = &g->inputs[i];
		const int kind = kind_of(g, t);
		const uint64_t each = each_of(m, t), at = (uint64_t)example * each;
		if (kind == AUDIO && pcm)
			fill_pcm(m, t, r, begin, pcm + at);
		else if (kind == AUDIO)
			fill_audio(m, t, r, begin, in[i] + at);
		else if (kind == LENGTH)
			in[i][at] = length_of(m, r, begin);
		for (uint64_t k = 0; kind == WHOLE && k < each; k++)
			in[i][at + k] = whole ? *whole++ : -INFINITY;
	}
}

/* A frame counts if the samples that it advances by are all there. */
int64_t rt_segment_frames(const RtModel *m, int64_t frames, int64_t length)
{
	const RtGraph *const g = rt_first_graph(m);
	if (rt_tensor_find(g->ninputs, g->inputs, "length") < 0 || length >= m->audio.samples)
		return frames;
	return frames * length / m->audio.samples;
}

/* ---- of the whole recording -------------------------------------------------------------- */

uint64_t rt_whole_count(const RtModel *m)
{
	const RtGraph *const g = rt_first_graph(m);
	uint64_t n = 0;
	for (int i = 0; i < g->ninputs; i++)
		n += kind_of(g, &g->inputs[i]) == WHOLE ? each_of(m, &g->inputs[i]) : 0;
	return n;
}

float *rt_whole_new(const RtModel *m)
{
	const uint64_t n = rt_whole_count(m);
	float *const whole = rt_alloc(n, sizeof *whole);
	for (uint64_t i = 0; whole && i < n; i++)
		whole[i] = -INFINITY;
	return whole;
}

void rt_whole_add(const RtModel *m, float *const *out, int64_t example, float *whole)
{
	const RtGraph *const g = rt_first_graph(m);
	for (int i = 0; i < g->ninputs; i++) {
		const RtTensor *const t = &g->inputs[i];
		const uint64_t each = each_of(m, t);
		if (kind_of(g, t) != WHOLE)
			continue;
		const float *const from = out[rt_tensor_find(g->noutputs, g->outputs, t->name)] +
					  (uint64_t)example * each;
		for (uint64_t k = 0; k < each; k++, whole++)
			*whole = from[k] > *whole ? from[k] : *whole;
	}
}
