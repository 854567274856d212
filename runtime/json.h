/* json.h: JSON in and out. Conventions are those of internal.h. */
#ifndef SELDRT_JSON_H
#define SELDRT_JSON_H

#include <cjson/cJSON.h>

#include "internal.h"

/* Parses n bytes; `end` (may be NULL) gets the place after the value. RT_INPUT: the text is not
 * JSON; RT_DEVICE: memory lacks. */
RtStatus rt_json_read(cJSON **j, const char *text, size_t n, const char **end, RtError *err);

/* A value being written. Members of objects have a key, those of lists NULL. At most 63 deep. */
typedef struct RtJson {
	RtOut *out;
	bool pretty; /* over several lines */
	int depth;
	uint64_t any; /* bit d: something stands before at depth d */
} RtJson;

RtJson rt_json_begin(RtOut *out, bool pretty);
void rt_json_object(RtJson *j, const char *key);
void rt_json_end_object(RtJson *j);
void rt_json_list(RtJson *j, const char *key);
void rt_json_end_list(RtJson *j);
/* NaN and infinity become null. */
void rt_json_number(RtJson *j, const char *key, double v);
void rt_json_numbers(RtJson *j, const char *key, const double *v, int n);
void rt_json_string(RtJson *j, const char *key, const char *text);
void rt_json_bool(RtJson *j, const char *key, bool v);
void rt_json_null(RtJson *j, const char *key);
/* A text that is JSON itself. */
void rt_json_raw(RtJson *j, const char *key, const char *text);
/* A tree in memory. */
void rt_json_value(RtJson *j, const char *key, const cJSON *v);

enum { RT_NUMBER_TEXT = 32 };
/* As few digits, from 15 on, as read back to the same number. */
const char *rt_number_text(char out[RT_NUMBER_TEXT], double v);

#endif
