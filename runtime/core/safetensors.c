/* safetensors.c: the container of weights and of results. 8 bytes of header length, a JSON header
 * {"name": {"dtype": "F32", "shape": [2,3], "data_offsets": [0,24]}, ...}, then the data.
 * Nothing of a file is used before all of it was checked, so later code can trust every entry. */
#include "runtime/core/core.h"

#include <stdlib.h>
#include <string.h>

/* The limit of the reference implementation. */
enum { MAX_HEADER = 100000000 };

typedef struct Dtype {
	const char *name;
	int bytes;
} Dtype;

static const Dtype dtypes[] = {
    {"F32", 4},  {"F64", 8}, {"F16", 2},     {"BF16", 2},    {"I64", 8},     {"I32", 4},
    {"I16", 2},  {"I8", 1},  {"U64", 8},     {"U32", 4},     {"U16", 2},     {"U8", 1},
    {"BOOL", 1}, {"C64", 8}, {"F8_E5M2", 1}, {"F8_E4M3", 1}, {"F8_E8M0", 1},
};

static int dtype_bytes(const char *name)
{
	for (size_t i = 0; i < RT_COUNT(dtypes); i++)
		if (strcmp(dtypes[i].name, name) == 0)
			return dtypes[i].bytes;
	return 0;
}

/* A whole number from 0 to 2^53, beyond which doubles skip some. */
static bool whole(const cJSON *j, int64_t *v)
{
	const double limit = 9007199254740992.0;
	if (!cJSON_IsNumber(j) || !(j->valuedouble >= 0) || j->valuedouble > limit)
		return false;
	*v = (int64_t)j->valuedouble;
	return (double)*v == j->valuedouble;
}

static bool read_shape(RtEntry *e, const cJSON *j, uint64_t *numel)
{
	if (!cJSON_IsArray(j))
		return false;
	*numel = 1;
	const cJSON *item;
	cJSON_ArrayForEach(item, j)
	{
		int64_t v;
		if (!whole(item, &v) || __builtin_mul_overflow(*numel, (uint64_t)v, numel))
			return false;
		if (e->rank < RT_MAX_RANK)
			e->dim[e->rank] = v;
		e->rank++;
	}
	return true;
}

static bool read_offsets(RtEntry *e, const cJSON *j)
{
	int64_t v[2];
	if (!cJSON_IsArray(j) || cJSON_GetArraySize(j) != 2)
		return false;
	if (!whole(j->child, &v[0]) || !whole(j->child->next, &v[1]))
		return false;
	e->begin = (uint64_t)v[0];
	e->end = (uint64_t)v[1];
	return e->begin <= e->end;
}

/* Returns what is wrong with an entry, or NULL. */
static const char *read_entry(RtEntry *e, const cJSON *j, uint64_t data_bytes)
{
	if (!cJSON_IsObject(j))
		return "is not an object";
	uint64_t numel = 0;
	int seen = 0;
	const cJSON *item;
	cJSON_ArrayForEach(item, j)
	{
		int bit = 0;
		if (strcmp(item->string, "dtype") == 0) {
			bit = 1;
			if (!cJSON_IsString(item))
				return "has a dtype that is not a string";
			e->dtype = item->valuestring;
		} else if (strcmp(item->string, "shape") == 0) {
			bit = 2;
			if (!read_shape(e, item, &numel))
				return "has a bad shape";
		} else if (strcmp(item->string, "data_offsets") == 0) {
			bit = 4;
			if (!read_offsets(e, item))
				return "has bad data_offsets";
		}
		if (bit == 0 || (seen & bit))
			return "has an unknown or repeated key";
		seen |= bit;
	}
	if (seen != 7)
		return "lacks one of dtype, shape, data_offsets";
	if (e->end > data_bytes)
		return "lies beyond the end of the file";
	const uint64_t size = (uint64_t)dtype_bytes(e->dtype);
	uint64_t bytes;
	if (size == 0)
		return "is of an unknown dtype";
	if (__builtin_mul_overflow(numel, size, &bytes) || bytes != e->end - e->begin)
		return "has data_offsets that do not fit its shape";
	return NULL;
}

static int by_offset(const void *a, const void *b)
{
	const RtEntry *const x = a, *const y = b;
	if (x->begin != y->begin)
		return x->begin < y->begin ? -1 : 1;
	return (x->end > y->end) - (x->end < y->end);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const RtEntry *)a)->name, ((const RtEntry *)b)->name);
}

static RtStatus check_layout(RtSafetensors *st, uint64_t data_bytes, const char *label,
			     RtError *err)
{
	qsort(st->entries, (size_t)st->n, sizeof *st->entries, by_offset);
	uint64_t at = 0;
	for (int i = 0; i < st->n; i++) {
		const RtEntry *const e = &st->entries[i];
		if (e->begin != at)
			return rt_fail(err, RT_INPUT, "%s: data of tensor '%s' %s", label, e->name,
				       e->begin < at ? "overlaps another tensor" : "follows a gap");
		at = e->end;
	}
	if (at != data_bytes)
		return rt_fail(err, RT_INPUT, "%s: %llu bytes at the end belong to no tensor",
			       label, (unsigned long long)(data_bytes - at));
	qsort(st->entries, (size_t)st->n, sizeof *st->entries, by_name);
	for (int i = 1; i < st->n; i++)
		if (strcmp(st->entries[i].name, st->entries[i - 1].name) == 0)
			return rt_fail(err, RT_INPUT, "%s: two tensors are named '%s'", label,
				       st->entries[i].name);
	return RT_OK;
}

static RtStatus read_entries(RtSafetensors *st, const unsigned char *data, uint64_t data_bytes,
			     const char *label, RtError *err)
{
	const cJSON *const root = st->json;
	st->entries = rt_alloc((uint64_t)cJSON_GetArraySize(root), sizeof *st->entries);
	if (!st->entries)
		return rt_no_memory(err);
	const cJSON *item;
	cJSON_ArrayForEach(item, root)
	{
		if (strcmp(item->string, "__metadata__") == 0)
			continue;
		RtEntry *const e = &st->entries[st->n++];
		e->name = item->string;
		const char *const wrong = read_entry(e, item, data_bytes);
		if (wrong)
			return rt_fail(err, RT_INPUT, "%s: tensor '%s' %s", label, e->name, wrong);
		e->data = data + e->begin;
	}
	return check_layout(st, data_bytes, label, err);
}

static RtStatus parse_header(RtSafetensors *st, const char *text, size_t n, const char *label,
			     RtError *err)
{
	const char *end = NULL;
	cJSON *root = NULL;
	const RtStatus s = n && text[0] == '{' ? rt_json_read(&root, text, n, &end, err) : RT_INPUT;
	st->json = root;
	if (s == RT_INPUT)
		return rt_fail(err, RT_INPUT, "%s: the safetensors header is not valid JSON",
			       label);
	for (; !s && end < text + n; end++)
		if (!strchr(" \t\r\n", *end) || !*end)
			return rt_fail(err, RT_INPUT, "%s: text after the safetensors header",
				       label);
	return s;
}

RtStatus rt_st_parse(RtSafetensors *st, const unsigned char *bytes, uint64_t n, const char *label,
		     RtError *err)
{
	*st = (RtSafetensors){0};
	const RtBytes file = {.at = bytes, .n = n};
	uint64_t header = 0;
	for (size_t i = 0; i < 8 && i < n; i++)
		header |= (uint64_t)bytes[i] << 8 * i;
	if (n <= 8 || header > MAX_HEADER || bytes[8] != '{')
		return rt_fail_kind(&file, label, RT_WANT_WEIGHTS, err);
	if (header > n - 8)
		return rt_fail(err, RT_INPUT, "%s: the file ends within its header", label);
	RtStatus s = parse_header(st, (const char *)bytes + 8, (size_t)header, label, err);
	if (!s)
		s = read_entries(st, bytes + 8 + header, n - 8 - header, label, err);
	if (s)
		rt_st_release(st);
	return s;
}

void rt_st_release(RtSafetensors *st)
{
	cJSON_Delete(st->json);
	free(st->entries);
	*st = (RtSafetensors){0};
}

RtEntry *rt_st_find(const RtSafetensors *st, const char *name)
{
	const RtEntry key = {.name = name};
	return bsearch(&key, st->entries, (size_t)st->n, sizeof key, by_name);
}

void rt_st_strip(RtSafetensors *st, const char *prefix)
{
	const size_t n = strlen(prefix);
	for (int i = 0; i < st->n; i++)
		if (strncmp(st->entries[i].name, prefix, n) == 0)
			st->entries[i].name += n;
	qsort(st->entries, (size_t)st->n, sizeof *st->entries, by_name);
}

RtArray rt_st_array(const RtEntry *e)
{
	RtArray a = {.rank = e->rank, .type = rt_float_named(e->dtype), .data = e->data};
	memcpy(a.dim, e->dim, sizeof a.dim);
	return a;
}

/* ---- writing --------------------------------------------------------------------------------- */

/* size: bytes of a value. */
static void put_entry(RtJson *j, const RtTensor *t, const char *dtype, int size, double *at)
{
	rt_json_object(j, t->name);
	rt_json_string(j, "dtype", dtype);
	rt_json_list(j, "shape");
	for (int i = 0; i < t->rank; i++)
		rt_json_number(j, NULL, (double)t->dim[i]);
	rt_json_end_list(j);
	const double range[2] = {*at, *at + size * (double)rt_tensor_numel(t)};
	rt_json_numbers(j, "data_offsets", range, 2);
	rt_json_end_object(j);
	*at = range[1];
}

static void put_meta(RtJson *j, int n, const RtMeta *meta)
{
	if (!n)
		return;
	rt_json_object(j, "__metadata__");
	for (int i = 0; i < n; i++)
		rt_json_string(j, meta[i].key, meta[i].value);
	rt_json_end_object(j);
}

const char *rt_st_meta(const RtSafetensors *st, const char *key)
{
	const cJSON *const o = cJSON_GetObjectItemCaseSensitive(st->json, "__metadata__");
	return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, key));
}

void rt_st_header(RtOut *f, int n, const RtTensor *tensors)
{
	rt_st_header_meta(f, n, tensors, 0, NULL, NULL);
}

/* Written to memory first, as its length comes before it. */
void rt_st_header_meta(RtOut *f, int n, const RtTensor *tensors, int nmeta, const RtMeta *meta,
		       const char *checksum)
{
	const RtTensor sum = {checksum, 1, {8}};
	RtOut text;
	rt_out_memory(&text);
	RtJson j = rt_json_begin(&text, false);
	double at = 0;
	rt_json_object(&j, NULL);
	put_meta(&j, nmeta, meta);
	for (int i = 0; i < n; i++)
		put_entry(&j, &tensors[i], "F32", 4, &at);
	if (checksum)
		put_entry(&j, &sum, "U8", 1, &at);
	rt_json_end_object(&j);
	while (text.n % 8 && !text.failed)
		rt_out_puts(&text, " ");
	unsigned char start[8];
	for (int i = 0; i < 8; i++)
		start[i] = (unsigned char)((uint64_t)text.n >> 8 * i);
	rt_out_write(f, start, sizeof start);
	rt_out_move(f, &text);
}
