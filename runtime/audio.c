/* audio.c: recordings in. Everything that can be wrong with a file is found here, so that the rest
 * sees finite samples at the model's rate and channel count, and at least one of them. */
#include "internal.h"

#include <errno.h>
#include <math.h>
#include <samplerate.h>
#include <sndfile.h>
#include <stdlib.h>
#include <string.h>

enum { MIN_RATE = 8000, MAX_RATE = 192000, BLOCK = 1 << 16 /* samples a channel */ };

/* Other containers, headerless ones above all, are taken for recordings too easily. */
static bool known_container(int format)
{
	switch (format & SF_FORMAT_TYPEMASK) {
	case SF_FORMAT_WAV:
	case SF_FORMAT_WAVEX:
	case SF_FORMAT_RF64:
	case SF_FORMAT_W64:
	case SF_FORMAT_AIFF:
	case SF_FORMAT_AU:
	case SF_FORMAT_CAF:
	case SF_FORMAT_FLAC:
	case SF_FORMAT_OGG:
		return true;
	}
	return false;
}

static uint32_t le32(const unsigned char *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* libsndfile silently shortens a WAV file that ends before its header says. Sizes of 0 and of
 * 2^31 or more are written by programs that could not know them, and pass. */
static RtStatus check_wav_length(const RtBytes *b, const char *path, RtError *err)
{
	if (b->n < 12 || memcmp(b->at, "RIFF", 4) != 0 || memcmp(b->at + 8, "WAVE", 4) != 0)
		return RT_OK;
	for (size_t at = 12; b->n - at >= 8;) {
		const uint64_t size = le32(b->at + at + 4), left = b->n - at - 8;
		if (memcmp(b->at + at, "data", 4) == 0) {
			if (size <= left || size >> 31)
				return RT_OK;
			return rt_fail(err, RT_INPUT,
				       "%s: truncated: %llu bytes of samples, its header says "
				       "%llu",
				       path, (unsigned long long)left, (unsigned long long)size);
		}
		const uint64_t step = size + (size & 1);
		if (step > left)
			return rt_fail(err, RT_INPUT, "%s: truncated within its header", path);
		at += 8 + (size_t)step;
	}
	return rt_fail(err, RT_INPUT, "%s: a WAV file without samples", path);
}

/* The file in memory, as libsndfile sees it. */
typedef struct Source {
	const RtBytes *bytes;
	sf_count_t at;
} Source;

static sf_count_t source_length(void *p)
{
	return (sf_count_t)((const Source *)p)->bytes->n;
}

static sf_count_t source_seek(sf_count_t to, int whence, void *p)
{
	Source *const s = p;
	const sf_count_t n = (sf_count_t)s->bytes->n;
	const sf_count_t base = whence == SEEK_CUR ? s->at : whence == SEEK_END ? n : 0;
	if (to < -base || to > n - base)
		return -1;
	return s->at = base + to;
}

static sf_count_t source_read(void *out, sf_count_t count, void *p)
{
	Source *const s = p;
	const sf_count_t left = (sf_count_t)s->bytes->n - s->at, n = count < left ? count : left;
	if (n <= 0)
		return 0;
	memcpy(out, s->bytes->at + s->at, (size_t)n);
	s->at += n;
	return n;
}

static sf_count_t source_tell(void *p)
{
	return ((const Source *)p)->at;
}

static RtStatus check_info(const SF_INFO *info, const RtAudio *want, const char *path, RtError *err)
{
	if (!known_container(info->format))
		return rt_fail(err, RT_INPUT, "%s: not a WAV recording", path);
	if (info->channels != want->channels)
		return rt_fail(err, RT_INPUT, "%s: %d channel%s, the model needs %d", path,
			       info->channels, info->channels == 1 ? "" : "s", want->channels);
	if (info->samplerate < MIN_RATE || info->samplerate > MAX_RATE)
		return rt_fail(err, RT_INPUT, "%s: rate %d Hz, need %d to %d Hz", path,
			       info->samplerate, MIN_RATE, MAX_RATE);
	return RT_OK;
}

/* Grows by blocks, as the length in a damaged header may be anything. */
static RtStatus read_samples(RtClip *c, SNDFILE *f, RtError *err)
{
	const size_t frame = sizeof(float) * (size_t)c->channels;
	int64_t cap = 0;
	for (;;) {
		if (cap - c->frames < BLOCK) {
			cap = cap ? 2 * cap : 4 * BLOCK;
			float *const bigger = realloc(c->x, (size_t)cap * frame);
			if (!bigger)
				return rt_no_memory(err);
			c->x = bigger;
		}
		const sf_count_t got = sf_readf_float(f, c->x + c->frames * c->channels, BLOCK);
		if (got <= 0)
			return RT_OK;
		c->frames += got;
	}
}

static RtStatus check_samples(const RtClip *c, const char *path, RtError *err)
{
	for (int64_t i = 0; i < c->frames * c->channels; i++)
		if (!isfinite(c->x[i]))
			return rt_fail(err, RT_INPUT, "%s: sample %lld of channel %lld is %s", path,
				       (long long)(i / c->channels), (long long)(i % c->channels),
				       isnan(c->x[i]) ? "not a number" : "infinite");
	return RT_OK;
}

static RtStatus decode_file(RtClip *c, SNDFILE *f, const SF_INFO *info, const char *path,
			    RtError *err)
{
	*c = (RtClip){
	    .channels = info->channels, .rate = info->samplerate, .file_rate = info->samplerate};
	errno = 0;
	RtStatus s = read_samples(c, f, err);
	if (s)
		return s;
	if (errno == ENOMEM)
		return rt_no_memory(err);
	if (sf_error(f) || c->frames < info->frames)
		return rt_fail(err, RT_INPUT,
			       "%s: damaged or truncated: %lld of %lld samples can be read", path,
			       (long long)c->frames, (long long)info->frames);
	if (c->frames == 0)
		return rt_fail(err, RT_INPUT, "%s: the recording has no samples", path);
	return check_samples(c, path, err);
}

static RtStatus open_bytes(RtClip *c, const RtBytes *b, const char *path, const RtAudio *want,
			   RtError *err)
{
	RtStatus s = check_wav_length(b, path, err);
	if (s)
		return s;
	Source source = {b, 0};
	SF_VIRTUAL_IO io = {source_length, source_seek, source_read, NULL, source_tell};
	SF_INFO info = {0};
	errno = 0;
	SNDFILE *const f = sf_open_virtual(&io, SFM_READ, &info, &source);
	if (!f && errno == ENOMEM)
		return rt_no_memory(err);
	if (!f)
		return rt_fail_kind(b, path, RT_WANT_RECORDING, err);
	s = check_info(&info, want, path, err);
	if (!s)
		s = decode_file(c, f, &info, path, err);
	sf_close(f);
	return s;
}

/* The result has the length of the recording at the new rate, rounded up. */
static RtStatus resample(RtClip *c, int rate, const char *path, RtError *err)
{
	const double ratio = (double)rate / c->rate;
	const int64_t want = (c->frames * rate + c->rate - 1) / c->rate, room = want + 64;
	float *const out = rt_alloc((uint64_t)room * (uint64_t)c->channels, sizeof *out);
	if (!out)
		return rt_no_memory(err);
	SRC_DATA d = {.data_in = c->x,
		      .data_out = out,
		      .input_frames = (long)c->frames,
		      .output_frames = (long)room,
		      .src_ratio = ratio};
	errno = 0;
	const int failed = src_simple(&d, SRC_SINC_BEST_QUALITY, c->channels);
	if (failed) {
		const bool memory = errno == ENOMEM;
		free(out);
		if (memory)
			return rt_no_memory(err);
		return rt_fail(err, RT_INPUT, "%s: cannot be resampled from %d to %d Hz: %s", path,
			       c->rate, rate, src_strerror(failed));
	}
	free(c->x);
	c->x = out;
	c->frames = want;
	c->rate = rate;
	return RT_OK;
}

RtStatus rt_clip_open(RtClip *c, const char *path, const RtAudio *want, RtError *err)
{
	*c = (RtClip){0};
	RtBytes b;
	RtStatus s = rt_bytes_open(&b, path, err);
	if (s)
		return s;
	s = open_bytes(c, &b, path, want, err);
	rt_bytes_release(&b);
	if (!s && c->rate != want->rate)
		s = resample(c, want->rate, path, err);
	if (s)
		rt_clip_release(c);
	return s;
}

RtSamples rt_clip_samples(const RtClip *c)
{
	return (RtSamples){.x = c->x, .n = c->frames, .channels = c->channels};
}

void rt_clip_release(RtClip *c)
{
	free(c->x);
	*c = (RtClip){0};
}
