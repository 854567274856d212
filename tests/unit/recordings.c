/* recordings.c: recordings as recorders, pipes and bad copies leave them, in every container that
 * libsndfile writes: lengths that are placeholders, wrapped or cut, pads left out, bytes behind the
 * samples; and what they say of their channels. The samples are those that were written. Prints
 * what went wrong; status 1 if anything did. Files go to a folder of their own under /tmp, which is
 * removed at the end. */
#define _XOPEN_SOURCE 700
#include "runtime/verbs/verbs.h"

#include <math.h>
#include <pthread.h>
#include <sndfile.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { N = 3000, CHANNELS = 4, RATE = 24000, ROOM = 1 << 17 };

static const RtAudio want = {.rate = RATE, .channels = CHANNELS};

/* A file in memory, and where its header has the bytes of samples. */
typedef struct File {
	unsigned char at[ROOM];
	size_t n, size_at, chunk; /* chunk: where that of the samples begins; 0: there is none */
	uint64_t more;            /* what the size counts besides samples */
} File;

static const struct Container {
	const char *name, *data; /* data: name of the chunk */
	int format, width;       /* width: bytes of the size */
	bool big;
	size_t size_at; /* 0: behind the chunk's name */
	uint64_t more;
	size_t header; /* bytes of a chunk before its body */
} containers[] = {
    {"wav", "data", SF_FORMAT_WAV, 4, false, 0, 0, 8},
    {"wavex", "data", SF_FORMAT_WAVEX, 4, false, 0, 0, 8},
    {"rifx", "data", SF_FORMAT_WAV | SF_ENDIAN_BIG, 4, true, 0, 0, 8},
    {"rf64", "data", SF_FORMAT_RF64, 8, false, 28, 0, 8},
    {"w64", "data", SF_FORMAT_W64, 8, false, 0, 24, 24},
    {"aiff", "SSND", SF_FORMAT_AIFF, 4, true, 0, 8, 8},
    {"sowt", "SSND", SF_FORMAT_AIFF | SF_ENDIAN_LITTLE, 4, true, 0, 8, 8},
    {"caf", "data", SF_FORMAT_CAF, 8, true, 0, 4, 12},
    {"au", NULL, SF_FORMAT_AU, 4, true, 8, 0, 0},
    {"dns", NULL, SF_FORMAT_AU | SF_ENDIAN_LITTLE, 4, false, 8, 0, 0},
};

static int bad;

static void check(bool ok, const char *container, const char *what, const RtError *err)
{
	bad += !ok;
	if (!ok)
		printf("%s: %s: %s\n", container, what, err->text);
}

static short sample(int64_t i)
{
	return (short)(i * 7919 % 60000 - 30000);
}

static void write_whole(int format)
{
	SF_INFO info = {.channels = CHANNELS, .samplerate = RATE, .format = format};
	const bool floats = (format & SF_FORMAT_SUBMASK) == SF_FORMAT_FLOAT;
	short x[N * CHANNELS];
	float y[N * CHANNELS];
	for (int i = 0; i < N * CHANNELS; i++) {
		x[i] = sample(i);
		y[i] = (float)x[i] / 32768;
	}
	SNDFILE *const f = sf_open("whole", SFM_WRITE, &info);
	if (!f || (floats ? sf_writef_float(f, y, N) : sf_writef_short(f, x, N)) != N)
		abort();
	sf_close(f);
}

static void read_whole(File *file, int format)
{
	write_whole(format);
	FILE *const f = fopen("whole", "rb");
	file->n = f ? fread(file->at, 1, ROOM, f) : 0;
	if (!f || file->n == ROOM)
		abort();
	fclose(f);
}

/* Where the text stands. */
static size_t find(const File *f, const char *text)
{
	for (size_t i = 0; i + 4 <= f->n; i++)
		if (memcmp(f->at + i, text, 4) == 0)
			return i;
	abort();
}

static void put_number(unsigned char *p, int width, bool big, uint64_t v)
{
	for (int i = 0; i < width; i++)
		p[big ? width - 1 - i : i] = (unsigned char)(v >> 8 * i);
}

static void make(File *f, const struct Container *c, int encoding)
{
	read_whole(f, c->format | encoding);
	f->chunk = c->data ? find(f, c->data) : 0;
	f->size_at = c->size_at ? c->size_at : f->chunk + c->header - (size_t)c->width;
	f->more = c->more;
	if (c->format == SF_FORMAT_WAVEX || c->format == SF_FORMAT_RF64)
		put_number(f->at + find(f, "fmt ") + 28, 4, false, 0); /* no loudspeakers */
}

/* Puts n bytes in at a place. */
static void insert(File *f, size_t at, const void *bytes, size_t n)
{
	if (f->n + n > ROOM)
		abort();
	memmove(f->at + at + n, f->at + at, f->n - at);
	memcpy(f->at + at, bytes, n);
	f->n += n;
}

/* Opens it; *same: it has the samples that were written, and no others. */
static RtStatus open_file(const File *file, RtNotes *notes, bool *same, RtError *err)
{
	FILE *const f = fopen("file", "wb");
	if (!f || fwrite(file->at, 1, file->n, f) != file->n || fclose(f))
		abort();
	RtClip c;
	*err->text = '\0';
	const RtStatus s = rt_clip_open(&c, "file", &want, err);
	*notes = c.notes;
	*same = !s && c.frames == N;
	for (int64_t i = 0; *same && i < N * CHANNELS; i++)
		*same = c.x[i] == (float)sample(i) / 32768;
	if (!s)
		rt_clip_release(&c);
	return s;
}

/* Opens and says one thing, or nothing, and the samples are the same. */
static void expect_read(const File *f, const char *container, const char *what, const char *note,
			RtError *err)
{
	RtNotes notes;
	bool same;
	const bool ok = open_file(f, &notes, &same, err) == RT_OK;
	check(ok && same, container, what, err);
	check(!ok || (note ? notes.n == 1 && strstr(notes.at[0].text, note) : notes.n == 0),
	      container, what, err);
}

static void expect_refused(const File *f, const char *container, const char *what, const char *says,
			   RtError *err)
{
	RtNotes notes;
	bool same;
	check(open_file(f, &notes, &same, err) == RT_INPUT && strstr(err->text, says) &&
		  !strstr(err->text, "9223372036854775807"),
	      container, what, err);
}

static void placeholders(const struct Container *c, int encoding, RtError *err)
{
	static const uint64_t v[] = {0,          0x7f000000, 0x7fffefdc, 0x7ffff000, 0x7fffffff,
				     0x80000000, 0xffffffdb, 0xffffffff, INT64_MAX,  UINT64_MAX};
	static File f;
	for (size_t i = 0; i < RT_COUNT(v); i++) {
		make(&f, c, encoding);
		put_number(f.at + f.size_at, c->width, c->big, v[i]);
		expect_read(&f, c->name, "placeholder", "placeholder", err);
	}
}

static void cut(const struct Container *c, int encoding, int bytes, RtError *err)
{
	static File f;
	for (size_t lost = 1; lost < (size_t)(N * CHANNELS * bytes); lost = 3 * lost + 1) {
		char says[80];
		make(&f, c, encoding);
		f.n -= lost;
		snprintf(says, sizeof says, "truncated: %zu bytes of samples, its header says %d",
			 (size_t)(N * CHANNELS * bytes) - lost, N * CHANNELS * bytes);
		expect_refused(&f, c->name, "cut", says, err);
	}
	make(&f, c, encoding);
	for (size_t n = bytes > 2 ? 0 : f.n - (size_t)(N * CHANNELS * bytes); n > 0;
	     n -= n > 99 ? 97 : 1) {
		f.n = n - 1;
		expect_refused(&f, c->name, "cut header", "file: ", err);
	}
}

static void wrapped(const struct Container *c, int encoding, RtError *err)
{
	static File f;
	make(&f, c, encoding);
	put_number(f.at + f.size_at, c->width, c->big, 4800 + f.more);
	expect_refused(&f, c->name, "wrapped", "its header says 4800 bytes of samples, but", err);
}

/* A chunk named LIST (W64: a GUID that begins so) of n bytes. */
static size_t make_chunk(const struct Container *c, size_t n, unsigned char *out)
{
	memset(out, 'x', c->header + n);
	memcpy(out, "LIST", 4);
	const int width = c->width == 8 && c->header == 8 ? 4 : c->width;
	put_number(out + c->header - (size_t)width, width, c->big, n + (c->more == 24 ? 24 : 0));
	return c->header + n;
}

static void junk(const struct Container *c, int encoding, RtError *err)
{
	static const unsigned char zeros[5000];
	static File f;
	make(&f, c, encoding);
	insert(&f, f.n, zeros, 77);
	expect_read(&f, c->name, "zeros behind", "77 bytes at the end that are no", err);
	make(&f, c, encoding);
	insert(&f, f.n, "TAG recorded by me", 18);
	expect_read(&f, c->name, "a tag behind", "18 bytes at the end that are no", err);
	make(&f, c, encoding);
	insert(&f, f.n, zeros, sizeof zeros);
	expect_refused(&f, c->name, "much behind", "but 5000 bytes that are no", err);
}

static void chunks(const struct Container *c, int encoding, RtError *err)
{
	static File f;
	unsigned char chunk[64];
	make(&f, c, encoding);
	insert(&f, f.n, chunk, make_chunk(c, 5, chunk));
	expect_read(&f, c->name, "chunk behind", NULL, err);
	make(&f, c, encoding);
	insert(&f, f.chunk, chunk, make_chunk(c, 17, chunk));
	/* in CAF there are no pads */
	expect_read(&f, c->name, "no pad", c->header == 12 ? NULL : "lacks its pad", err);
}

/* FLAC and Ogg have their lengths in the streams themselves. */
static void streams(RtError *err)
{
	static File f;
	read_whole(&f, SF_FORMAT_FLAC | SF_FORMAT_PCM_16);
	expect_read(&f, "flac", "whole", NULL, err);
	f.at[21] &= 0xf0; /* the number of samples: unknown */
	memset(f.at + 22, 0, 4);
	expect_read(&f, "flac", "placeholder", "placeholder", err);
	read_whole(&f, SF_FORMAT_FLAC | SF_FORMAT_PCM_16);
	f.n /= 2;
	expect_refused(&f, "flac", "cut", "of 3000 samples can be read", err);
	read_whole(&f, SF_FORMAT_OGG | SF_FORMAT_VORBIS);
	RtNotes notes;
	bool same;
	check(open_file(&f, &notes, &same, err) == RT_OK && !notes.n, "ogg", "whole", err);
	for (size_t lost = 1; lost < f.n / 2; lost = 3 * lost) {
		f.n -= lost;
		expect_refused(&f, "ogg", "cut", "the end of its stream is missing", err);
		f.n += lost;
	}
}

/* ---- what a file says of its channels ------------------------------------------------------ */

/* Four different channels: W X Y Z in a file, W Y Z X after it is opened. */
static bool is_converted(const RtClip *c)
{
	bool ok = c->frames == N;
	for (int64_t i = 0; ok && i < N; i++) {
		float in[CHANNELS];
		for (int k = 0; k < CHANNELS; k++)
			in[k] = (float)sample(i * CHANNELS + k) / 32768;
		const float *const x = c->x + i * CHANNELS;
		ok = fabs(x[0] - sqrt(2) * in[0]) <= 1e-7 && x[1] == in[2] && x[2] == in[3] &&
		     x[3] == in[1];
	}
	return ok;
}

static void expect_layout(const File *f, const char *path, bool fuma, const char *note,
			  RtError *err)
{
	RtClip c;
	FILE *const out = fopen(path, "wb");
	if (!out || fwrite(f->at, 1, f->n, out) != f->n || fclose(out))
		abort();
	*err->text = '\0';
	const RtStatus s = rt_clip_open(&c, path, &want, err);
	check(!s && is_converted(&c) == fuma, path, "conversion", err);
	check(!s && (note ? c.notes.n == 1 && strstr(c.notes.at[0].text, note) : !c.notes.n), path,
	      "note", err);
	if (!s)
		rt_clip_release(&c);
	unlink(path);
}

/* Headers of 40 bytes: the type that the mask and the GUID belong to, the mask, the GUID. */
static void describe(File *f, uint64_t mask, bool ambisonic)
{
	static const unsigned char b_format[] = {1,    0,    0,    0,    0x21, 7, 0xd3, 0x11,
						 0x86, 0x44, 0xc8, 0xc1, 0xca, 0, 0,    0};
	static const unsigned char pcm[] = {1,    0, 0, 0,    0, 0,    0x10, 0,
					    0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71};
	unsigned char *p = f->at + find(f, "fmt ") + 8;
	if (f->more == 24) { /* W64, in which it is of 16 bytes yet */
		const unsigned char rest[24] = {0};
		p += 16;
		if (*p != 0xfe)
			insert(f, (size_t)(p - f->at) + 16, rest, sizeof rest);
		put_number(p - 8, 8, false, 24 + 40);
	}
	put_number(p, 2, false, 0xfffe);
	put_number(p + 16, 2, false, 22);
	put_number(p + 18, 2, false, 16);
	put_number(p + 20, 4, false, mask);
	memcpy(p + 24, ambisonic ? b_format : pcm, sizeof pcm);
}

static void layouts(RtError *err)
{
	static const struct {
		int container;
		const char *path;
	} files[] = {{1, "a.wav"}, {3, "a.rf64"}, {4, "a.w64"}};
	static File f;
	for (size_t i = 0; i < RT_COUNT(files); i++) {
		const struct Container *const c = &containers[files[i].container];
		make(&f, c, SF_FORMAT_PCM_16);
		describe(&f, 0, true);
		expect_layout(&f, files[i].path, true, "converted to W Y Z X", err);
		describe(&f, 0x33, false);
		expect_layout(&f, files[i].path, false, "to loudspeakers", err);
		describe(&f, 0, false);
		expect_layout(&f, files[i].path, false, NULL, err);
	}
	make(&f, &containers[0], SF_FORMAT_PCM_16);
	expect_layout(&f, "plain.AMB", true, "converted to W Y Z X", err);
	/* the tags of Apple's layouts: ambisonic, and four loudspeakers */
	static const unsigned char chan[24] = "chan\0\0\0\0\0\0\0\14\0\153\0\4",
				   quad[24] = "chan\0\0\0\0\0\0\0\14\0\154\0\4";
	make(&f, &containers[7], SF_FORMAT_PCM_16);
	insert(&f, f.chunk, chan, sizeof chan);
	expect_layout(&f, "a.caf", true, "converted to W Y Z X", err);
	make(&f, &containers[7], SF_FORMAT_PCM_16);
	insert(&f, f.chunk, quad, sizeof quad);
	expect_layout(&f, "a.caf", false, "to loudspeakers", err);
}

/* ---- samples that are none ------------------------------------------------------------------ */

static void expect_large(float x, int rate, const char *says, RtError *err)
{
	SF_INFO info = {
	    .channels = CHANNELS, .samplerate = rate, .format = SF_FORMAT_WAV | SF_FORMAT_FLOAT};
	float samples[64 * CHANNELS];
	for (size_t i = 0; i < RT_COUNT(samples); i++)
		samples[i] = i / CHANNELS % 2 ? x : -x;
	SNDFILE *const f = sf_open("large", SFM_WRITE, &info);
	if (!f || sf_writef_float(f, samples, 64) != 64)
		abort();
	sf_close(f);
	RtClip c;
	*err->text = '\0';
	const RtStatus s = rt_clip_open(&c, "large", &want, err);
	check(says ? s == RT_INPUT && strstr(err->text, says) : !s, "large", says ? says : "", err);
	if (!s)
		rt_clip_release(&c);
	unlink("large");
}

/* Also those that only resampling makes too large: it overshoots between samples. */
static void large(RtError *err)
{
	expect_large(9e11f, RATE, NULL, err);
	expect_large(2e12f, RATE, "sample 0 of channel 0 is -2e+12", err);
	expect_large(3.4e38f, RATE, "too large for features", err);
	expect_large(INFINITY, RATE, "infinite", err);
	expect_large(3.4e38f, 10432, "too large for features", err);
	expect_large(9.999e11f, 10432, "resampled, sample", err);
	expect_large(2147483648.f, 10432, NULL, err);
}

/* ---- several at once --------------------------------------------------------------------------
 */

/* Keeps something of each, as training does. */
static void *read_often(void *failed)
{
	enum { TIMES = 6 };
	void *kept[TIMES] = {NULL};
	void *volatile more = malloc(31 << 20);
	free(more); /* from now on glibc takes as much from this thread's own memory */
	RtError *const err = rt_alloc(1, sizeof *err);
	for (int i = 0; i < TIMES; i++) {
		RtClip c;
		if (!err || rt_clip_open(&c, "minute", &want, err)) {
			*(bool *)failed = true;
			continue;
		}
		kept[i] = malloc((size_t)(c.frames * c.channels) * sizeof(short));
		rt_clip_release(&c);
	}
	for (int i = 0; i < TIMES; i++)
		free(kept[i]);
	free(err);
	return NULL;
}

/* Memory of another thread than the first is found at the second try, which is no lack of it. */
static void threads(const RtError *err)
{
	SF_INFO info = {
	    .channels = CHANNELS, .samplerate = RATE, .format = SF_FORMAT_WAV | SF_FORMAT_PCM_16};
	SNDFILE *const f = sf_open("minute", SFM_WRITE, &info);
	static short second[RATE * CHANNELS];
	for (int i = 0; i < 60; i++)
		if (!f || sf_writef_short(f, second, RATE) != RATE)
			abort();
	sf_close(f);
	pthread_t thread[2];
	bool failed[RT_COUNT(thread)] = {false};
	for (size_t i = 0; i < RT_COUNT(thread); i++)
		if (pthread_create(&thread[i], NULL, read_often, &failed[i]))
			abort();
	for (size_t i = 0; i < RT_COUNT(thread); i++) {
		pthread_join(thread[i], NULL);
		check(!failed[i], "minute", "cannot be read in a thread", err);
	}
	unlink("minute");
}

int main(void)
{
	static const struct {
		int format, bytes;
	} encodings[] = {{SF_FORMAT_PCM_16, 2}, {SF_FORMAT_PCM_24, 3}, {SF_FORMAT_FLOAT, 4}};
	char folder[] = "/tmp/recordings-XXXXXX";
	RtError *const err = rt_alloc(1, sizeof *err);
	if (!err || !mkdtemp(folder) || chdir(folder))
		return 2;
	for (size_t i = 0; i < RT_COUNT(containers); i++)
		for (size_t k = 0; k < RT_COUNT(encodings); k++) {
			const struct Container *const c = &containers[i];
			const SF_INFO info = {.channels = CHANNELS,
					      .samplerate = RATE,
					      .format = c->format | encodings[k].format};
			if (!sf_format_check(&info))
				continue;
			placeholders(c, encodings[k].format, err);
			cut(c, encodings[k].format, encodings[k].bytes, err);
			wrapped(c, encodings[k].format, err);
			junk(c, encodings[k].format, err);
			if (c->data)
				chunks(c, encodings[k].format, err);
		}
	streams(err);
	layouts(err);
	large(err);
	*err->text = '\0';
	threads(err);
	unlink("whole"), unlink("file"), rmdir(folder);
	free(err);
	return bad > 0;
}
