/* json.c: JSON out, member by member as it is written, and in. Numbers are written with as many
 * digits as read back to the same bits. Nothing of a value can get lost on the way: what fails,
 * fails the whole of the RtOut; and a text that cannot be read for lack of memory is told from one
 * that is not JSON. */
#include "runtime/core/core.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

RtStatus rt_json_read(cJSON **j, const char *text, size_t n, const char **end, RtError *err)
{
	const char *stop = NULL;
	errno = 0;
	*j = cJSON_ParseWithLengthOpts(text, n, end ? end : &stop, 0);
	if (*j)
		return RT_OK;
	/* Of all that the parser does, only allocating sets this. */
	return errno == ENOMEM ? rt_no_memory(err) : rt_fail(err, RT_INPUT, "not valid JSON");
}

const char *rt_number_text(char out[RT_NUMBER_TEXT], double v)
{
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(out, RT_NUMBER_TEXT, "%.*g", digits, v);
		if (strtod(out, NULL) == v)
			break;
	}
	return out;
}

static void put_string(RtOut *o, const char *text)
{
	static const char named[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
	rt_out_puts(o, "\"");
	while (*text) {
		size_t n = 0;
		while ((unsigned char)text[n] >= 0x20 && text[n] != '"' && text[n] != '\\')
			n++;
		rt_out_write(o, text, n);
		text += n;
		if (!*text)
			break;
		const char *const at = strchr(named, *text);
		if (at)
			rt_out_print(o, "\\%c", letters[at - named]);
		else
			rt_out_print(o, "\\u%04x", (unsigned)(unsigned char)*text);
		text++;
	}
	rt_out_puts(o, "\"");
}

static void new_line(RtJson *j)
{
	if (!j->pretty)
		return;
	rt_out_puts(j->out, "\n");
	for (int i = 0; i < j->depth; i++)
		rt_out_puts(j->out, "\t");
}

/* What comes before a value; key NULL: it is in a list, or the whole. */
static void lead(RtJson *j, const char *key)
{
	const uint64_t bit = UINT64_C(1) << j->depth;
	if (j->any & bit)
		rt_out_puts(j->out, key || !j->pretty ? "," : ", ");
	j->any |= bit;
	if (!key)
		return;
	new_line(j);
	put_string(j->out, key);
	rt_out_puts(j->out, j->pretty ? ":\t" : ":");
}

static void open_bracket(RtJson *j, const char *key, const char *bracket)
{
	lead(j, key);
	rt_out_puts(j->out, bracket);
	j->depth++;
	j->any &= ~(UINT64_C(1) << j->depth);
}

RtJson rt_json_begin(RtOut *out, bool pretty)
{
	return (RtJson){.out = out, .pretty = pretty};
}

void rt_json_object(RtJson *j, const char *key)
{
	open_bracket(j, key, "{");
}

void rt_json_list(RtJson *j, const char *key)
{
	open_bracket(j, key, "[");
}

void rt_json_end_object(RtJson *j)
{
	j->depth--;
	new_line(j);
	rt_out_puts(j->out, "}");
}

void rt_json_end_list(RtJson *j)
{
	j->depth--;
	rt_out_puts(j->out, "]");
}

void rt_json_raw(RtJson *j, const char *key, const char *text)
{
	lead(j, key);
	rt_out_puts(j->out, text);
}

void rt_json_number(RtJson *j, const char *key, double v)
{
	char text[RT_NUMBER_TEXT];
	rt_json_raw(j, key, isfinite(v) ? rt_number_text(text, v) : "null");
}

void rt_json_bool(RtJson *j, const char *key, bool v)
{
	rt_json_raw(j, key, v ? "true" : "false");
}

void rt_json_null(RtJson *j, const char *key)
{
	rt_json_raw(j, key, "null");
}

void rt_json_string(RtJson *j, const char *key, const char *text)
{
	lead(j, key);
	put_string(j->out, text);
}

void rt_json_numbers(RtJson *j, const char *key, const double *v, int n)
{
	rt_json_list(j, key);
	for (int i = 0; i < n; i++)
		rt_json_number(j, NULL, v[i]);
	rt_json_end_list(j);
}

static void children(RtJson *j, const cJSON *o)
{
	const cJSON *item;
	cJSON_ArrayForEach(item, o) rt_json_value(j, item->string, item);
}

void rt_json_value(RtJson *j, const char *key, const cJSON *v)
{
	if (cJSON_IsObject(v)) {
		rt_json_object(j, key);
		children(j, v);
		rt_json_end_object(j);
	} else if (cJSON_IsArray(v)) {
		rt_json_list(j, key);
		children(j, v);
		rt_json_end_list(j);
	} else if (cJSON_IsString(v)) {
		rt_json_string(j, key, v->valuestring);
	} else if (cJSON_IsNumber(v)) {
		rt_json_number(j, key, v->valuedouble);
	} else if (cJSON_IsBool(v)) {
		rt_json_bool(j, key, cJSON_IsTrue(v));
	} else {
		rt_json_null(j, key);
	}
}

/* ---- paths --------------------------------------------------------------------------------- */

cJSON *rt_json_member(const cJSON *o, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(o, name);
}

cJSON *rt_json_find(const cJSON *root, const char *path)
{
	const cJSON *at = root;
	char name[RT_JSON_PATH];
	while (at && *path) {
		const size_t n = strcspn(path, ".");
		if (n >= sizeof name)
			return NULL;
		memcpy(name, path, n);
		name[n] = '\0';
		at = rt_json_member(at, name);
		path += n + (path[n] == '.');
	}
	return (cJSON *)(uintptr_t)at;
}

bool rt_json_number_at(const cJSON *root, const char *path, double *v)
{
	const cJSON *const j = rt_json_find(root, path);
	*v = cJSON_IsNumber(j) ? j->valuedouble : cJSON_IsTrue(j);
	return cJSON_IsNumber(j) || cJSON_IsBool(j);
}
