/* output.c: mixtures to WAV and CSV files, which appear complete or not at all. */
#define _XOPEN_SOURCE 700
#include "synth.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 4096 };

static void put(unsigned char *to, uint32_t v, int bytes)
{
	for (int i = 0; i < bytes; i++)
		to[i] = (unsigned char)(v >> 8 * i);
}

/* PCM (tag 1) of 16 bits, or float (tag 3) of 32. */
static void wav_header(RtOut *f, int tag, int bits, int64_t n)
{
	unsigned char h[44] = "RIFF....WAVEfmt ....................data....";
	const uint32_t frame = SYNTH_CHANNELS * (uint32_t)bits / 8, bytes = (uint32_t)n * frame;
	put(h + 4, 36 + bytes, 4);
	put(h + 16, 16, 4);
	put(h + 20, (uint32_t)tag, 2);
	put(h + 22, SYNTH_CHANNELS, 2);
	put(h + 24, SYNTH_RATE, 4);
	put(h + 28, SYNTH_RATE * frame, 4);
	put(h + 32, frame, 2);
	put(h + 34, (uint32_t)bits, 2);
	put(h + 40, bytes, 4);
	rt_out_write(f, h, sizeof h);
}

static void write_pcm(RtOut *f, const float *x, int64_t n)
{
	unsigned char out[2 * SYNTH_CHANNELS * BLOCK];
	for (int64_t first = 0; first < n; first += BLOCK) {
		const int64_t now = n - first < BLOCK ? n - first : BLOCK;
		for (int64_t i = 0; i < now; i++)
			for (int c = 0; c < SYNTH_CHANNELS; c++) {
				const float v = 32768 * x[c * n + first + i];
				const int s = v < -32768  ? -32768
					      : v > 32767 ? 32767
							  : (int)lrintf(v);
				unsigned char *const to = out + 2 * (i * SYNTH_CHANNELS + c);
				to[0] = (unsigned char)s;
				to[1] = (unsigned char)(s >> 8);
			}
		rt_out_write(f, out, 2 * SYNTH_CHANNELS * (size_t)now);
	}
}

static void write_float(RtOut *f, const float *x, int64_t n)
{
	for (int64_t i = 0; i < n; i++)
		for (int c = 0; c < SYNTH_CHANNELS; c++) {
			unsigned char out[4];
			uint32_t bits;
			memcpy(&bits, &x[c * n + i], sizeof bits);
			put(out, bits, 4);
			rt_out_write(f, out, sizeof out);
		}
}

RtStatus output_wav(const char *path, const float *x, int64_t n, RtError *err)
{
	RtOut o;
	const RtStatus s = rt_out_open(&o, path, err);
	if (s)
		return s;
	wav_header(&o, 1, 16, n);
	write_pcm(&o, x, n);
	return rt_out_commit(&o, err);
}

RtStatus output_response(const char *path, const float *x, int64_t n, RtError *err)
{
	RtOut o;
	const RtStatus s = rt_out_open(&o, path, err);
	if (s)
		return s;
	wav_header(&o, 3, 32, n);
	write_float(&o, x, n);
	return rt_out_commit(&o, err);
}

typedef struct Row {
	int64_t frame;
	const Event *event;
} Row;

static int by_frame(const void *pa, const void *pb)
{
	const Row *const a = pa, *const b = pb;
	if (a->frame != b->frame)
		return a->frame < b->frame ? -1 : 1;
	if (a->event->class != b->event->class)
		return a->event->class - b->event->class;
	if (a->event->source != b->event->source)
		return a->event->source < b->event->source ? -1 : 1;
	return a->event < b->event ? -1 : a->event > b->event;
}

/* Sources of one class are told apart by the numbers that the annotation gives them, also where
 * its classes were drawn anew: two of them may have become one class. */
static long long source_number(const Event *e)
{
	return e->class == e->annotated ? (long long)e->source
					: (long long)e->source + 1000 * (e->annotated + 1);
}

static void write_row(RtOut *f, const Row *r)
{
	const Place *const p = &r->event->place[r->frame - r->event->first];
	const long azimuth = lrint(wrap_degrees(p->azimuth));
	rt_out_print(f, "%lld,%d,%lld,%ld,%ld,%ld\n", (long long)r->frame, r->event->class,
		     source_number(r->event), azimuth == 180 ? -180 : azimuth, lrint(p->elevation),
		     lrint(100 * p->metres));
}

RtStatus output_csv(const char *path, const Scene *s, RtError *err)
{
	int64_t n = 0;
	for (int i = 0; i < s->n; i++)
		n += s->at[i].n;
	Row *const rows = rt_alloc((uint64_t)n, sizeof *rows);
	if (!rows)
		return rt_no_memory(err);
	n = 0;
	for (int i = 0; i < s->n; i++)
		for (int64_t k = 0; k < s->at[i].n; k++)
			rows[n++] = (Row){s->at[i].first + k, &s->at[i]};
	qsort(rows, (size_t)n, sizeof *rows, by_frame);
	RtOut o;
	RtStatus status = rt_out_open(&o, path, err);
	for (int64_t i = 0; !status && i < n; i++)
		write_row(&o, &rows[i]);
	free(rows);
	return status ? status : rt_out_commit(&o, err);
}
