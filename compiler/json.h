/* json.h: a JSON file as a tree that remembers where everything stands in the text. */
#ifndef SELDC_JSON_H
#define SELDC_JSON_H

#include "ir/base.h"

typedef enum JsonKind {
	JSON_NULL,
	JSON_BOOL,
	JSON_NUMBER,
	JSON_STRING,
	JSON_LIST,
	JSON_OBJECT,
} JsonKind;

typedef struct Json Json;

/* One value. Members of an object and elements of a list are linked through `next`. */
struct Json {
	JsonKind kind;
	const Source *src;
	int line, col, len;             /* of the value; brackets: the opening one */
	int key_line, key_col, key_len; /* of the key, for members of an object */
	int index;                      /* position among its siblings */
	int n;                          /* number of children */
	Json *parent, *first, *last, *next;
	const char *key;
	const char *text; /* JSON_STRING */
	double num;       /* JSON_NUMBER */
	int64_t integer;  /* JSON_NUMBER written without point and exponent */
	bool is_int, boolean;
	bool escaped;        /* string with backslashes: columns inside it are not known */
	bool bad;            /* scratch for the reader: an error was reported here */
	const char *pointer; /* made when first asked for */
};

enum {
	JSON_MAX_BYTES = 16 << 20,
	JSON_MAX_DEPTH = 200,
	JSON_MAX_VALUES = 1000000,
};

/* Reads a whole file. NULL after a diagnostic; `from` is the place that asked for the file. */
Json *json_read(Arena *a, Diag *d, const char *path, Loc from);
Json *json_get(const Json *object, const char *key); /* NULL if there is none */
Loc json_loc(Arena *a, Json *j);
Loc json_key_loc(Arena *a, Json *j);
/* A part of a string: len bytes from offset `at` of its text. */
Loc json_inner_loc(Arena *a, Json *j, size_t at, size_t len);
const char *json_kind_name(JsonKind k); /* "a list" */

/* First child, NULL if there is none or j is NULL. */
static inline Json *json_first(const Json *j)
{
	return j ? j->first : NULL;
}

#endif
