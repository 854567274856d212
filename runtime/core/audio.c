/* audio.c: recordings in. Everything that can be wrong with a file is found here, so that the rest
 * sees finite samples at the model's rate and channel count, and at least one of them. */
#include "runtime/core/core.h"

#include <errno.h>
#include <math.h>
#include <samplerate.h>
#include <sndfile.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MIN_RATE = 8000, MAX_RATE = 192000, BLOCK = 1 << 16 /* samples a channel */ };

/* Far more than any recording has, also one of 32-bit integers that were not scaled to 1. The
 * square of a spectrum of 2^16 such samples, added up over all its bins, is below the largest
 * float. */
static const float most = 1e12f;

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

/* The file in memory, as libsndfile sees it: a head, then the rest. */
typedef struct Source {
	const unsigned char *head, *rest;
	sf_count_t nhead, n, at; /* n: of both */
} Source;

static Source source_of(const RtContainer *c, const RtBytes *b)
{
	return (Source){.head = c->head,
			.rest = b->at + c->begin,
			.nhead = (sf_count_t)c->nhead,
			.n = (sf_count_t)(c->nhead + (c->end - c->begin))};
}

static sf_count_t source_length(void *p)
{
	return ((const Source *)p)->n;
}

/* Beyond the end as in a file: libsndfile relies on it. */
static sf_count_t source_seek(sf_count_t to, int whence, void *p)
{
	Source *const s = p;
	const sf_count_t base = whence == SEEK_CUR ? s->at : whence == SEEK_END ? s->n : 0;
	if (to < -base || to > INT64_MAX - base)
		return -1;
	return s->at = base + to;
}

/* As many as there are of the head or of the rest. */
static sf_count_t read_part(Source *s, char *out, sf_count_t count)
{
	const bool head = s->at < s->nhead;
	const sf_count_t left = (head ? s->nhead : s->n) - s->at, n = count < left ? count : left;
	if (n > 0)
		memcpy(out, head ? s->head + s->at : s->rest + (s->at - s->nhead), (size_t)n);
	s->at += n;
	return n;
}

static sf_count_t source_read(void *out, sf_count_t count, void *p)
{
	Source *const s = p;
	sf_count_t n = 0;
	while (n < count && s->at < s->n)
		n += read_part(s, (char *)out + n, count - n);
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
			errno = 0; /* malloc of a thread has tried in vain before it had memory */
		}
		const sf_count_t got = sf_readf_float(f, c->x + c->frames * c->channels, BLOCK);
		if (got <= 0)
			return RT_OK;
		c->frames += got;
	}
}

/* when: "", or what was done to them. */
static RtStatus check_samples(const RtClip *c, const char *when, const char *path, RtError *err)
{
	for (int64_t i = 0; i < c->frames * c->channels; i++) {
		const float x = c->x[i];
		const long long at = i / c->channels, channel = i % c->channels;
		if (!isfinite(x))
			return rt_fail(err, RT_INPUT, "%s: %ssample %lld of channel %lld is %s",
				       path, when, at, channel,
				       isnan(x) ? "not a number" : "infinite");
		if (fabsf(x) > most)
			return rt_fail(err, RT_INPUT,
				       "%s: %ssample %lld of channel %lld is %g, where full scale "
				       "is 1: too large for features (limit %g)",
				       path, when, at, channel, x, most);
	}
	return RT_OK;
}

/* Bytes of a sample where they are all as long; else 0. */
static int64_t sample_bytes(int format)
{
	switch (format & SF_FORMAT_SUBMASK) {
	case SF_FORMAT_PCM_S8:
	case SF_FORMAT_PCM_U8:
	case SF_FORMAT_ULAW:
	case SF_FORMAT_ALAW:
		return 1;
	case SF_FORMAT_PCM_16:
		return 2;
	case SF_FORMAT_PCM_24:
		return 3;
	case SF_FORMAT_PCM_32:
	case SF_FORMAT_FLOAT:
		return 4;
	case SF_FORMAT_DOUBLE:
		return 8;
	}
	return 0;
}

/* Samples a channel that the container has; negative: it does not tell. */
static int64_t samples_there(const SF_INFO *info, const RtContainer *from)
{
	const int64_t bytes = sample_bytes(info->format) * info->channels;
	const bool known = bytes && from->samples != RT_NOT_SAID;
	return known ? (int64_t)(from->samples / (uint64_t)bytes) : -1;
}

/* In W64 libsndfile goes on into the chunks behind the samples. */
static void drop_others(RtClip *c, const SF_INFO *info, const RtContainer *from)
{
	const int64_t there = samples_there(info, from);
	if (there >= 0 && there < c->frames)
		c->frames = there;
}

/* What is missing of the samples that were read. */
static RtStatus check_length(const RtClip *c, SNDFILE *f, const SF_INFO *info,
			     const RtContainer *from, const char *path, RtError *err)
{
	const int64_t known = samples_there(info, from);
	const int64_t streamed = info->frames == SF_COUNT_MAX ? 0 : info->frames;
	const long long there = known >= 0 ? known : streamed, got = c->frames;
	if (from->endless)
		return rt_fail(err, RT_INPUT,
			       "%s: truncated: the end of its stream is missing; %lld samples can "
			       "be read",
			       path, got);
	if (got < there)
		return rt_fail(err, RT_INPUT,
			       "%s: damaged or truncated: %lld of %lld samples can be read", path,
			       got, there);
	if (sf_error(f))
		return rt_fail(err, RT_INPUT, "%s: damaged or truncated after %lld samples", path,
			       got);
	if (got == 0)
		return rt_fail(err, RT_INPUT, "%s: the recording has no samples", path);
	return RT_OK;
}

static RtStatus decode_file(RtClip *c, SNDFILE *f, const SF_INFO *info, const RtContainer *from,
			    const char *path, RtError *err)
{
	c->channels = info->channels;
	c->rate = c->file_rate = info->samplerate;
	errno = 0;
	RtStatus s = read_samples(c, f, err);
	if (s)
		return s;
	if (errno == ENOMEM)
		return rt_no_memory(err);
	drop_others(c, info, from);
	s = check_length(c, f, info, from, path, err);
	return s ? s : check_samples(c, "", path, err);
}

/* ---- which channel is what ---------------------------------------------------------------- */

/* The other extension of ambisonic WAV files, which may lack the header's word for it. */
static bool is_amb(const char *path)
{
	const size_t n = strlen(path);
	return n >= 4 && strcasecmp(path + n - 4, ".amb") == 0;
}

/* W X Y Z, W weaker by 3 dB, to W Y Z X, all of one scale. */
static void from_fuma(RtClip *c)
{
	static const float root2 = 1.41421356237309505f;
	for (float *p = c->x, *const end = p + c->frames * c->channels; p < end; p += c->channels) {
		const float x = p[1];
		p[0] *= root2;
		p[1] = p[2];
		p[2] = p[3];
		p[3] = x;
	}
}

/* What the file says of four channels, which a model takes for W Y Z X. */
static void arrange(RtClip *c, SNDFILE *f, const RtContainer *from, const char *path)
{
	enum { AMBISONIC = 4 };
	static const int b_format[AMBISONIC] = {
	    SF_CHANNEL_MAP_AMBISONIC_B_W, SF_CHANNEL_MAP_AMBISONIC_B_X,
	    SF_CHANNEL_MAP_AMBISONIC_B_Y, SF_CHANNEL_MAP_AMBISONIC_B_Z};
	int map[AMBISONIC] = {0};
	if (c->channels != AMBISONIC)
		return;
	const bool mapped = sf_command(f, SFC_GET_CHANNEL_MAP_INFO, map, sizeof map);
	if (from->fuma || is_amb(path) || memcmp(map, b_format, sizeof map) == 0) {
		from_fuma(c);
		rt_note(&c->notes, "note",
			"its channels are W X Y Z (FuMa); converted to W Y Z X (ACN, SN3D)");
	} else if (from->mask || (mapped && map[0] > SF_CHANNEL_MAP_MONO)) {
		rt_note(&c->notes, "warning",
			"its header gives the channels to loudspeakers; they are taken as W Y Z X "
			"(ACN, SN3D)");
	}
}

static RtStatus open_container(RtClip *c, const RtContainer *from, const RtBytes *b,
			       const char *path, const RtAudio *want, RtError *err)
{
	Source source = source_of(from, b);
	SF_VIRTUAL_IO io = {source_length, source_seek, source_read, NULL, source_tell};
	SF_INFO info = {0};
	errno = 0;
	SNDFILE *const f = sf_open_virtual(&io, SFM_READ, &info, &source);
	if (!f && errno == ENOMEM)
		return rt_no_memory(err);
	if (!f)
		return rt_fail_kind(b, path, RT_WANT_RECORDING, err);
	RtStatus s = check_info(&info, want, path, err);
	if (!s)
		s = decode_file(c, f, &info, from, path, err);
	if (!s)
		arrange(c, f, from, path);
	sf_close(f);
	return s;
}

static RtStatus open_bytes(RtClip *c, const RtBytes *b, const char *path, const RtAudio *want,
			   RtError *err)
{
	RtContainer from;
	RtStatus s = rt_container_open(&from, b, path, &c->notes, err);
	if (!s)
		s = open_container(c, &from, b, path, want, err);
	rt_container_release(&from);
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
	rt_note(&c->notes, "warning", "resampled from %d to %d Hz", c->rate, rate);
	c->x = out;
	c->frames = want;
	c->rate = rate;
	return check_samples(c, "resampled, ", path, err);
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
