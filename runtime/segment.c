/* segment.c: a clip cut into the pieces that the network takes, one after the other, the last one
 * padded with zeros. */
#include "internal.h"

#include <string.h>

int64_t rt_segment_count(const RtAudio *a, int64_t clip_frames)
{
	return (clip_frames + a->samples - 1) / a->samples;
}

int64_t rt_label_frames(const RtAudio *a, int64_t clip_frames)
{
	return (clip_frames + a->frame_samples - 1) / a->frame_samples;
}

/* c->x: [frames, channels] -> out: [channels, samples] */
void rt_segment_get(const RtAudio *a, const RtClip *c, int64_t index, float *out)
{
	const int64_t start = index * a->samples, left = c->frames - start;
	const int64_t n = left < 0 ? 0 : left < a->samples ? left : a->samples;
	const int nch = c->channels;
	memset(out, 0, sizeof *out * (size_t)(a->samples * nch));
	for (int ch = 0; ch < nch; ch++)
		for (int64_t i = 0; i < n; i++)
			out[ch * a->samples + i] = c->x[(start + i) * nch + ch];
}
