/* container.c: what the container of a recording says of its samples, held against what the file
 * has. Recorders leave placeholders where they did not know the length, or died; sizes of 32 bits
 * wrap at 4 GiB; copies end early. Decoders shorten or refuse such files without a word, each
 * container in another way. Here the lengths are compared once, for all containers of chunks, and
 * what is given to the decoder has the header that it should have had. */
#include "runtime/core/core.h"

#include <stdlib.h>
#include <string.h>

/* Behind the samples, more bytes than this that are no chunks are lost samples: a tag or the rest
 * of a disk's block is shorter. */
enum { MOST_JUNK = 4096 };

enum { DATA_SIZE = 8 /* within ds64 */, NAME = 4 /* bytes of a chunk's name that are looked at */ };

/* A container of chunks: name, size, so many bytes, as many more as alignment asks for. */
typedef struct Kind {
	char magic[4], form[4]; /* its bytes 0 to 3, and 8 to 11 */
	size_t first;           /* where the chunks begin; 0: there are none */
	size_t name, size;      /* bytes of a chunk's name and size */
	bool big, whole;        /* big endian; sizes count name and size, too */
	size_t align;           /* of a chunk's length */
	char data[4];           /* the chunk of the samples */
	size_t before;          /* bytes of it that come before them */
	bool wide;              /* its size is in the chunk ds64 */
} Kind;

static const Kind kinds[] = {
    {"RIFF", "WAVE", 12, 4, 4, false, false, 2, "data", 0, false},
    {"RIFX", "WAVE", 12, 4, 4, true, false, 2, "data", 0, false},
    {"RF64", "WAVE", 12, 4, 4, false, false, 2, "data", 0, true},
    {"BW64", "WAVE", 12, 4, 4, false, false, 2, "data", 0, true},
    {"FORM", "AIFF", 12, 4, 4, true, false, 2, "SSND", 8, false},
    {"FORM", "AIFC", 12, 4, 4, true, false, 2, "SSND", 8, false},
    {"riff", "\xa5\xd6\x28\xdb", 40, 16, 8, false, true, 8, "data", 0, false}, /* W64 */
    {"caff", "desc", 8, 4, 8, true, false, 1, "data", 4, false},
};

static uint64_t get(const unsigned char *p, size_t n, bool big)
{
	uint64_t v = 0;
	for (size_t i = 0; i < n; i++)
		v = v << 8 | p[big ? i : n - 1 - i];
	return v;
}

/* The largest number of n bytes, if v is too large for them. */
static void put(unsigned char *p, size_t n, bool big, uint64_t v)
{
	const uint64_t most = UINT64_MAX >> (64 - 8 * n), w = v < most ? v : most;
	for (size_t i = 0; i < n; i++)
		p[big ? n - 1 - i : i] = (unsigned char)(w >> 8 * i);
}

typedef struct Scan {
	const Kind *kind;
	const unsigned char *at; /* the file, n bytes */
	size_t n;
	const char *path;
	RtOut head;         /* what is before the samples, with all pads */
	size_t begin;       /* the samples' first byte in the file */
	size_t size_at;     /* in the head: their size */
	size_t ds64_at;     /* in the head: their size in ds64; 0: there is none */
	uint64_t raw, said; /* their size as it stands there; their bytes, by it */
	bool fuma;
	uint32_t mask;
	size_t unpadded; /* a chunk before them that lacks its pad; 0: none */
} Scan;

typedef struct Chunk {
	const unsigned char *name;
	size_t body;   /* where its bytes begin */
	uint64_t size; /* as it says */
} Chunk;

static bool chunk_at(const Scan *s, size_t at, Chunk *c)
{
	const Kind *const k = s->kind;
	const size_t header = k->name + k->size;
	if (!k->first || at > s->n || s->n - at < header)
		return false;
	*c = (Chunk){s->at + at, at + header, get(s->at + at + k->name, k->size, k->big)};
	if (k->whole)
		c->size = c->size > header ? c->size - header : 0;
	return true;
}

static bool is(const Chunk *c, const char name[NAME])
{
	return memcmp(c->name, name, NAME) == 0;
}

static bool fits(const Scan *s, const Chunk *c)
{
	return c->size <= s->n - c->body;
}

/* Something that can be a chunk. */
static bool plausible(const Scan *s, size_t at)
{
	Chunk c;
	if (!chunk_at(s, at, &c))
		return false;
	for (int i = 0; i < NAME; i++)
		if (c.name[i] < ' ' || c.name[i] > '~')
			return false;
	return fits(s, &c) || is(&c, s->kind->data);
}

static size_t pad_of(const Kind *k, const Chunk *c)
{
	return (k->align - (size_t)c->size % k->align) % k->align;
}

/* Where the next chunk begins. A pad is zero, as no name begins; some writers leave it out. */
static size_t after(const Scan *s, const Chunk *c, bool *unpadded)
{
	const size_t end = c->body + (size_t)c->size, left = s->n - end;
	const size_t pad = pad_of(s->kind, c);
	*unpadded = pad > 0 && left > 0 && s->at[end] != 0 && plausible(s, end);
	return *unpadded ? end : end + (pad < left ? pad : left);
}

static RtStatus cut_header(const Scan *s, RtError *err)
{
	return rt_fail(err, RT_INPUT, "%s: truncated within its header", s->path);
}

/* What WAVEFORMATEXTENSIBLE says of the channels: loudspeakers, or by the GUID of its samples' type
 * (first the type, then what is common to ambisonic ones) that they are B-format. */
static void read_format(Scan *s, const Chunk *c)
{
	enum { EXTENSIBLE = 0xfffe, MASK_AT = 20, GUID_AT = 28, SIZE = 40 };
	static const unsigned char little[] = "\x21\x07\xd3\x11\x86\x44\xc8\xc1\xca\0\0",
				   big[] = "\x07\x21\x11\xd3\x86\x44\xc8\xc1\xca\0\0";
	const unsigned char *const p = s->at + c->body;
	const bool swapped = s->kind->big;
	if (c->size < SIZE || get(p, 2, swapped) != EXTENSIBLE)
		return;
	s->fuma = memcmp(p + GUID_AT, swapped ? big : little, sizeof little) == 0;
	s->mask = (uint32_t)get(p + MASK_AT, 4, swapped);
}

/* Copies a chunk that stands before the samples, with its pad. That of RF64 is made a part of the
 * chunk, as libsndfile looks for the next one right behind it. */
static RtStatus keep(Scan *s, const Chunk *c, size_t at, size_t *next, RtError *err)
{
	static const char zeros[8] = {0};
	const Kind *const k = s->kind;
	const size_t from = s->head.n;
	bool unpadded;
	if (!fits(s, c))
		return cut_header(s, err);
	if (k->wide && is(c, "ds64") && c->size >= DATA_SIZE + 8)
		s->ds64_at = from + (c->body - at) + DATA_SIZE;
	if (is(c, "fmt "))
		read_format(s, c);
	*next = after(s, c, &unpadded);
	rt_out_write(&s->head, s->at + at, *next - at);
	if (unpadded) {
		rt_out_write(&s->head, zeros, pad_of(k, c));
		s->unpadded = at;
	}
	if (k->wide && !s->head.failed)
		put((unsigned char *)s->head.at + from + k->name, k->size, k->big,
		    c->size + pad_of(k, c));
	return RT_OK;
}

/* Up to the samples. */
static RtStatus find_samples(Scan *s, RtError *err)
{
	const Kind *const k = s->kind;
	Chunk c;
	size_t at = k->first;
	if (s->n < at)
		return cut_header(s, err);
	rt_out_write(&s->head, s->at, at);
	while (chunk_at(s, at, &c) && !is(&c, k->data)) {
		const RtStatus status = keep(s, &c, at, &at, err);
		if (status)
			return status;
	}
	if (at == s->n)
		return rt_fail(err, RT_INPUT, "%s: a recording without samples", s->path);
	if (!chunk_at(s, at, &c) || s->n - c.body < k->before)
		return cut_header(s, err);
	s->begin = c.body + k->before;
	s->size_at = s->head.n + k->name;
	s->raw = get(c.name + k->name, k->size, k->big);
	s->said = c.size > k->before ? c.size - k->before : 0;
	rt_out_write(&s->head, s->at + at, s->begin - at);
	return RT_OK;
}

/* Where chunks one after the other end, at best the end of the file. */
static size_t end_of_chunks(const Scan *s, size_t at)
{
	Chunk c;
	bool unpadded;
	while (plausible(s, at) && chunk_at(s, at, &c) && fits(s, &c))
		at = after(s, &c, &unpadded);
	return at;
}

/* Programs that write to a pipe put sizes that seem endless to those who read them: -1, or about as
 * much as numbers of 32 bits hold, with and without a sign, less what a header may take. */
static bool near(uint64_t v, uint64_t limit)
{
	return v >= limit - (1 << 24) && v < limit + (1 << 16);
}

static bool placeholder(const Scan *s)
{
	return s->said == 0 || near(s->raw, 1ull << 31) || near(s->raw, 1ull << 32) || s->raw >> 62;
}

/* What there is goes to the end of the file. */
static void read_rest(const Scan *s, RtContainer *c, RtNotes *notes)
{
	rt_note(notes, "warning",
		"the length in its header is a placeholder (%#llx): all that is there is read, "
		"%llu bytes of samples",
		(unsigned long long)s->raw, (unsigned long long)(s->n - s->begin));
	c->end = s->n;
	c->samples = s->n - s->begin;
}

static RtStatus compare(const Scan *s, RtContainer *c, RtNotes *notes, RtError *err)
{
	const unsigned long long said = s->said, have = s->n - s->begin;
	bool unpadded;
	if (said > have && !placeholder(s))
		return rt_fail(err, RT_INPUT,
			       "%s: truncated: %llu bytes of samples, its header says %llu",
			       s->path, have, said);
	const Chunk samples = {NULL, s->begin, said};
	const size_t end = said > have ? s->n : end_of_chunks(s, after(s, &samples, &unpadded));
	if (said > have || (said == 0 && end < s->n)) {
		read_rest(s, c, notes);
		return RT_OK;
	}
	const unsigned long long junk = s->n - end;
	if (junk > MOST_JUNK)
		return rt_fail(
		    err, RT_INPUT,
		    "%s: its header says %llu bytes of samples, but %llu bytes that are "
		    "no whole chunk follow: a size that wrapped at 4 GiB, or a recording that "
		    "was not closed",
		    s->path, said, junk);
	if (junk)
		rt_note(notes, "warning",
			"%llu bytes at the end that are no whole chunk are left out", junk);
	c->end = end;
	c->samples = said;
	return RT_OK;
}

/* Into the head, where it says something else. */
static void set_size(const Scan *s, const RtContainer *c)
{
	const Kind *const k = s->kind;
	unsigned char *const head = c->head;
	if (memcmp(head, "BW64", 4) == 0) /* the same as far as the samples go */
		memcpy(head, "RF64", 4);
	if (s->said == c->samples)
		return;
	if (s->ds64_at) {
		put(head + s->ds64_at, 8, false, c->samples);
		put(head + s->size_at, 4, false, UINT32_MAX);
		return;
	}
	const size_t header = k->whole ? k->name + k->size : 0;
	put(head + s->size_at, k->size, k->big, c->samples + k->before + header);
}

static RtStatus take_head(Scan *s, RtContainer *c, RtError *err)
{
	c->begin = s->begin;
	c->fuma = s->fuma;
	c->mask = s->mask;
	c->head = (unsigned char *)rt_out_take(&s->head, &c->nhead, err);
	if (!c->head)
		return RT_DEVICE;
	set_size(s, c);
	return RT_OK;
}

static RtStatus scan(Scan *s, RtContainer *c, RtNotes *notes, RtError *err)
{
	RtStatus status = find_samples(s, err);
	if (!status && !s->head.failed && s->ds64_at && s->said == UINT32_MAX)
		s->raw = s->said = get((const unsigned char *)s->head.at + s->ds64_at, 8, false);
	if (!status && s->unpadded)
		rt_note(notes, "warning",
			"the chunk at byte %zu is of odd length and lacks its pad", s->unpadded);
	if (!status)
		status = compare(s, c, notes, err);
	return status ? status : take_head(s, c, err);
}

static RtStatus scan_chunks(Scan *s, RtContainer *c, RtNotes *notes, RtError *err)
{
	rt_out_memory(&s->head);
	const RtStatus status = scan(s, c, notes, err);
	rt_out_cancel(&s->head);
	return status;
}

/* ---- containers that are not of chunks --------------------------------------------------------
 */

/* AU: a header of at least six numbers, then samples and nothing else. */
static RtStatus scan_au(Scan *s, RtContainer *c, RtNotes *notes, RtError *err)
{
	static const Kind kind = {.size = 4, .big = true, .align = 1},
			  swapped = {.size = 4, .align = 1};
	enum { SIZE_AT = 8, HEADER = 24 };
	s->kind = s->at[0] == '.' ? &kind : &swapped;
	if (s->n < HEADER)
		return cut_header(s, err);
	const uint64_t begin = get(s->at + 4, 4, s->kind->big);
	if (begin > s->n)
		return cut_header(s, err);
	s->begin = begin < HEADER ? HEADER : (size_t)begin;
	s->raw = s->said = get(s->at + SIZE_AT, 4, s->kind->big);
	s->size_at = SIZE_AT;
	rt_out_memory(&s->head);
	rt_out_write(&s->head, s->at, s->begin);
	RtStatus status = compare(s, c, notes, err);
	if (!status)
		status = take_head(s, c, err);
	rt_out_cancel(&s->head);
	return status;
}

/* Whether the last whole page of an Ogg file ends its stream. */
static bool ogg_ends(const unsigned char *p, size_t n)
{
	enum { HEADER = 27, FLAGS = 5, END = 4 };
	bool ends = false;
	for (size_t at = 0; n - at >= HEADER && memcmp(p + at, "OggS", 4) == 0;) {
		size_t bytes = HEADER + p[at + HEADER - 1];
		if (n - at < bytes)
			break;
		for (size_t i = HEADER, end = bytes; i < end; i++)
			bytes += p[at + i];
		if (n - at < bytes)
			break;
		ends = p[at + FLAGS] & END;
		at += bytes;
	}
	return ends;
}

/* FLAC: the first block has the number of samples in 36 bits; 0: the encoder did not know. Where it
 * knew, the decoder finds out what is missing. */
static void look_at_flac(const unsigned char *p, size_t n, RtNotes *notes)
{
	enum { TOTAL_AT = 18 };
	if (n >= TOTAL_AT + 8 && get(p + TOTAL_AT, 8, true) << 28 == 0)
		rt_note(notes, "warning",
			"the length in its header is a placeholder (0): all that is there is read");
}

static bool starts(const RtBytes *b, size_t at, const char *magic)
{
	return b->n >= at + 4 && memcmp(b->at + at, magic, 4) == 0;
}

RtStatus rt_container_open(RtContainer *c, const RtBytes *b, const char *path, RtNotes *notes,
			   RtError *err)
{
	*c = (RtContainer){.end = b->n, .samples = RT_NOT_SAID};
	Scan s = {.at = b->at, .n = b->n, .path = path};
	for (size_t i = 0; i < RT_COUNT(kinds); i++) {
		s.kind = &kinds[i];
		if (starts(b, 0, s.kind->magic) && b->n >= 12 &&
		    memcmp(b->at + 8, s.kind->form, sizeof s.kind->form) == 0)
			return scan_chunks(&s, c, notes, err);
	}
	if (starts(b, 0, ".snd") || starts(b, 0, "dns."))
		return scan_au(&s, c, notes, err);
	if (starts(b, 0, "fLaC"))
		look_at_flac(b->at, b->n, notes);
	c->endless = starts(b, 0, "OggS") && !ogg_ends(b->at, b->n);
	return RT_OK;
}

void rt_container_release(RtContainer *c)
{
	free(c->head);
	*c = (RtContainer){0};
}

void rt_note(RtNotes *notes, const char *kind, const char *fmt, ...)
{
	if (notes->n == RT_MAX_NOTES)
		return;
	va_list ap;
	va_start(ap, fmt);
	notes->at[notes->n].kind = kind;
	vsnprintf(notes->at[notes->n++].text, sizeof notes->at->text, fmt, ap);
	va_end(ap);
}
