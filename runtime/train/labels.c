/* labels.c: targets of the losses from annotated events. A row of `targets` is one kind of target:
 * its shape behind [batch, frames], and how the events of one frame are written into it. */
#include "runtime/train/train.h"

#include <string.h>

enum { CLASSES = -1, TRACKS = -2 }; /* sizes that are the model's */
enum { SLOTS = 6, VALUES = 5 };     /* of ADPIT: activity, x, y, z, distance */

/* Events rows[0 .. n-1] of one frame, in the order of the file. */
typedef void Fill(const RtTensor *t, const ScoreRow *rows, int64_t n, float *out);

/* Track k is the frame's k-th event; those without a track are dropped. */
static int64_t in_tracks(const RtTensor *t, int64_t n)
{
	return n < t->dim[2] ? n : t->dim[2];
}

/* out [tracks, classes] */
static void fill_sed(const RtTensor *t, const ScoreRow *rows, int64_t n, float *out)
{
	for (int64_t k = 0; k < in_tracks(t, n); k++)
		out[k * t->dim[3] + rows[k].class] = 1;
}

/* out [tracks, 3]: unit vectors */
static void fill_doa(const RtTensor *t, const ScoreRow *rows, int64_t n, float *out)
{
	for (int64_t k = 0; k < in_tracks(t, n); k++)
		for (int i = 0; i < 3; i++)
			out[3 * k + i] = (float)rows[k].v[i];
}

/* out [tracks, 1]: metres */
static void fill_sde(const RtTensor *t, const ScoreRow *rows, int64_t n, float *out)
{
	for (int64_t k = 0; k < in_tracks(t, n); k++)
		out[k] = (float)rows[k].metres;
}

/* out [slots, values, classes]: slot 0 for the only event of its class, 1 and 2 for two, 3 to 5
 * for the first three of more. */
static void fill_adpit(const RtTensor *t, const ScoreRow *rows, int64_t n, float *out)
{
	const int64_t classes = t->dim[4];
	for (int64_t i = 0; i < n; i++) {
		int64_t same = 0, before = 0;
		for (int64_t j = 0; j < n; j++) {
			same += rows[j].class == rows[i].class;
			before += j < i && rows[j].class == rows[i].class;
		}
		if (before > 2)
			continue;
		const int64_t slot = (same == 1 ? 0 : same == 2 ? 1 : 3) + before;
		const ScoreRow *const r = &rows[i];
		const double v[VALUES] = {1, r->v[0], r->v[1], r->v[2], r->metres};
		for (int k = 0; k < VALUES; k++)
			out[(slot * VALUES + k) * classes + r->class] = (float)v[k];
	}
}

static const struct Target {
	const char *name;
	int rank;
	int64_t tail[3];
	Fill *fill;
} targets[] = {
    {"sed", 4, {TRACKS, CLASSES}, fill_sed},
    {"doa", 4, {TRACKS, 3}, fill_doa},
    {"sde", 4, {TRACKS, 1}, fill_sde},
    {"adpit", 5, {SLOTS, VALUES, CLASSES}, fill_adpit},
};

static const struct Target *find(const char *name)
{
	for (size_t i = 0; i < RT_COUNT(targets); i++)
		if (strcmp(targets[i].name, name) == 0)
			return &targets[i];
	return NULL;
}

bool rt_target_known(const char *name)
{
	return find(name) != NULL;
}

RtStatus rt_target_check(const RtModel *m, const RtTensor *t, RtError *err)
{
	const struct Target *const k = find(t->name);
	RtTensor want = {.name = t->name, .rank = k->rank, .dim = {m->batch, m->audio.frames}};
	for (int i = 2; i < want.rank; i++) {
		const int64_t v = k->tail[i - 2];
		want.dim[i] = v == CLASSES ? m->decode.classes : v == TRACKS ? m->decode.tracks : v;
	}
	char have[RT_SHAPE_TEXT], need[RT_SHAPE_TEXT];
	if (!rt_same_shape(&want, t->rank, t->dim))
		return rt_fail(err, RT_BUG, "graph 'step': input '%s' is %s, need %s", t->name,
			       rt_shape_text(have, t->rank, t->dim),
			       rt_shape_text(need, want.rank, want.dim));
	return RT_OK;
}

/* Of its class in the frame, events before this one. */
static int64_t before_of(const ScoreRow *rows, int64_t i)
{
	int64_t before = 0;
	for (int64_t j = 0; j < i; j++)
		before += rows[j].class == rows[i].class;
	return before;
}

int64_t rt_target_dropped(const RtModel *m, const ScoreRow *rows, int64_t n)
{
	const int step = rt_graph_find(m, "step");
	int64_t most = 0;
	for (int i = 0; step >= 0 && i < m->graphs[step].ninputs; i++) {
		const struct Target *const t = find(m->graphs[step].inputs[i].name);
		int64_t dropped = 0;
		for (int64_t k = 0; t && k < n; k++)
			dropped +=
			    t->fill == fill_adpit ? before_of(rows, k) > 2 : k >= m->decode.tracks;
		most = dropped > most ? dropped : most;
	}
	return most;
}

/* First row of `frame` or a later one. */
static int64_t first_row(const ScoreRows *r, int64_t frame)
{
	int64_t low = 0, high = r->n;
	while (low < high) {
		const int64_t middle = (low + high) / 2;
		if (r->at[middle].frame < frame)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* out [frames, ...]; frames that the chunk does not fill whole stay empty. */
void rt_target_fill(const RtTensor *t, const RtAudio *a, const RtRecording *r, const RtChunk *chunk,
		    float *out)
{
	const int64_t first = chunk->begin / a->frame_samples, last = chunk->end / a->frame_samples;
	const uint64_t all = rt_tensor_numel(t) / (uint64_t)t->dim[0],
		       each = all / (uint64_t)t->dim[1];
	Fill *const fill = find(t->name)->fill;
	memset(out, 0, sizeof *out * all);
	const ScoreRow *const rows = r->rows.at;
	for (int64_t i = first_row(&r->rows, first); i < r->rows.n && rows[i].frame < last;) {
		int64_t n = 1;
		while (i + n < r->rows.n && rows[i + n].frame == rows[i].frame)
			n++;
		const int64_t at = rows[i].frame - first;
		if (at < t->dim[1])
			fill(t, rows + i, n, out + (uint64_t)at * each);
		i += n;
	}
}
