/* npy.c: NumPy's array files. The header is a Python dictionary, of which exactly the three keys
 * that NumPy writes are understood: {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), } */
#include "runtime/core/core.h"

#include <string.h>

/* What is left of the header text. */
typedef struct Scan {
	const char *at, *end;
} Scan;

static void skip_space(Scan *s)
{
	while (s->at < s->end && (*s->at == ' ' || *s->at == '\n' || *s->at == '\t'))
		s->at++;
}

static bool take(Scan *s, char c)
{
	skip_space(s);
	if (s->at == s->end || *s->at != c)
		return false;
	s->at++;
	return true;
}

static bool take_word(Scan *s, const char *word)
{
	const size_t n = strlen(word);
	skip_space(s);
	if ((size_t)(s->end - s->at) < n || memcmp(s->at, word, n) != 0)
		return false;
	s->at += n;
	return true;
}

static bool take_string(Scan *s, char *out, size_t room)
{
	skip_space(s);
	if (s->at == s->end || (*s->at != '\'' && *s->at != '"'))
		return false;
	const char quote = *s->at++;
	size_t n = 0;
	while (s->at < s->end && *s->at != quote) {
		if (n + 1 == room || *s->at == '\\')
			return false;
		out[n++] = *s->at++;
	}
	out[n] = '\0';
	return take(s, quote);
}

static bool take_int(Scan *s, int64_t *v)
{
	skip_space(s);
	int64_t n = 0;
	const char *const start = s->at;
	for (; s->at < s->end && *s->at >= '0' && *s->at <= '9'; s->at++)
		if (__builtin_mul_overflow(n, 10, &n) ||
		    __builtin_add_overflow(n, *s->at - '0', &n))
			return false;
	*v = n;
	return s->at > start;
}

static bool take_shape(Scan *s, RtArray *a)
{
	if (!take(s, '('))
		return false;
	a->rank = 0;
	while (!take(s, ')')) {
		if (a->rank == RT_MAX_RANK || !take_int(s, &a->dim[a->rank]))
			return false;
		a->rank++;
		if (!take(s, ','))
			return take(s, ')');
	}
	return true;
}

typedef struct Header {
	char descr[32];
	bool fortran;
	int seen; /* bits: descr, fortran_order, shape */
} Header;

static bool take_entry(Scan *s, RtArray *a, Header *h)
{
	char key[32];
	if (!take_string(s, key, sizeof key) || !take(s, ':'))
		return false;
	int bit = 0;
	if (strcmp(key, "descr") == 0) {
		bit = 1;
		if (!take_string(s, h->descr, sizeof h->descr))
			return false;
	} else if (strcmp(key, "fortran_order") == 0) {
		bit = 2;
		h->fortran = take_word(s, "True");
		if (!h->fortran && !take_word(s, "False"))
			return false;
	} else if (strcmp(key, "shape") == 0) {
		bit = 4;
		if (!take_shape(s, a))
			return false;
	}
	if (bit == 0 || (h->seen & bit))
		return false;
	h->seen |= bit;
	return true;
}

static bool take_header(Scan *s, RtArray *a, Header *h)
{
	if (!take(s, '{'))
		return false;
	while (!take(s, '}')) {
		if (!take_entry(s, a, h))
			return false;
		if (!take(s, ',')) {
			if (!take(s, '}'))
				return false;
			break;
		}
	}
	skip_space(s);
	return s->at == s->end && h->seen == 7;
}

/* Finds the header text: "\x93NUMPY", version, its length in 2 or 4 bytes. */
static RtStatus find_header(Scan *s, const RtBytes *b, const char *label, RtError *err)
{
	if (b->n < 10 || memcmp(b->at, "\x93NUMPY", 6) != 0)
		return rt_fail_kind(b, label, RT_WANT_ARRAYS, err);
	const int version = b->at[6];
	if (version < 1 || version > 3)
		return rt_fail(err, RT_INPUT, "%s: .npy version %d, versions 1 to 3 are known",
			       label, version);
	const size_t start = version == 1 ? 10 : 12;
	uint64_t n = (uint64_t)b->at[8] | (uint64_t)b->at[9] << 8;
	if (version > 1 && b->n >= start)
		n |= (uint64_t)b->at[10] << 16 | (uint64_t)b->at[11] << 24;
	if (b->n < start || n > b->n - start)
		return rt_fail(err, RT_INPUT, "%s: the file ends within its header", label);
	const char *const text = (const char *)b->at + start;
	*s = (Scan){text, text + n};
	return RT_OK;
}

static bool take_type(RtArray *a, const char *descr)
{
	static const char *const known[] = {[RT_F32] = "<f4", [RT_F64] = "<f8", [RT_F16] = "<f2"};
	for (size_t i = 0; i < RT_COUNT(known); i++)
		if (strcmp(known[i], descr) == 0) {
			a->type = (RtFloat)i;
			return true;
		}
	return false;
}

RtStatus rt_npy_parse(RtArray *a, const RtBytes *b, const char *label, RtError *err)
{
	*a = (RtArray){0};
	Scan s = {0};
	const RtStatus status = find_header(&s, b, label, err);
	if (status)
		return status;
	a->data = (const unsigned char *)s.end;
	Header h = {0};
	if (!take_header(&s, a, &h))
		return rt_fail(err, RT_INPUT,
			       "%s: the .npy header is damaged or of an unknown form", label);
	if (!take_type(a, h.descr))
		return rt_fail(err, RT_INPUT,
			       "%s: values are of type '%s', need '<f4', '<f8' or '<f2'", label,
			       h.descr);
	if (h.fortran && a->rank > 1)
		return rt_fail(err, RT_INPUT, "%s: values are in Fortran order, need C order",
			       label);
	uint64_t n;
	if (!rt_numel(a->rank, a->dim, &n))
		return rt_fail(err, RT_INPUT, "%s: the shape is too large", label);
	const uint64_t have = b->n - (uint64_t)(a->data - b->at),
		       want = n * (uint64_t)rt_float_bytes(a->type);
	if (have != want)
		return rt_fail(err, RT_INPUT, "%s: %llu bytes of values, the shape needs %llu",
			       label, (unsigned long long)have, (unsigned long long)want);
	return RT_OK;
}

void rt_npy_header(RtOut *f, int rank, const int64_t *dim)
{
	char shape[RT_SHAPE_TEXT], text[RT_SHAPE_TEXT + 128];
	rt_shape_text(shape, rank, dim);
	shape[strlen(shape) - 1] = '\0'; /* the bracket */
	int n = snprintf(text, sizeof text,
			 "{'descr': '<f4', 'fortran_order': False, 'shape': (%s%s), }", shape + 1,
			 rank == 1 ? "," : "");
	while ((10 + n + 1) % 64)
		text[n++] = ' ';
	text[n++] = '\n';
	const unsigned char start[10] = {
	    0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (unsigned char)n, (unsigned char)(n >> 8)};
	rt_out_write(f, start, sizeof start);
	rt_out_write(f, text, (size_t)n);
}
