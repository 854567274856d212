/* json.c: JSON text to a tree with positions.
 *
 * cJSON gives the values but keeps no places. A scanner over the same text checks the grammar
 * (RFC 8259, stricter than cJSON), says what was expected where it is broken, and builds a tree of
 * positions; the two trees have the same shape, so one walk in step joins them. */
#include "json.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

enum { MAX_NUMBER = 60, SHOWN = 24, MAX_POINTER = 1000 };

typedef struct Scan {
	Arena *arena;
	Diag *diag;
	const Source *src;
	size_t pos, line_start;
	int line, depth, nvalues;
} Scan;

static Json *scan_value(Scan *s, Json *parent);

/* ---- places and messages ---- */

static Loc place(const Scan *s, size_t pos, size_t len)
{
	const Loc l = {s->src, s->line, (int)(pos - s->line_start) + 1, (int)len, NULL};
	return l;
}

static int peek(const Scan *s)
{
	return s->pos < s->src->len ? (unsigned char)s->src->text[s->pos] : -1;
}

static bool is_word(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '+' || c == '-' || c == '.' || c >= 0x80;
}

static size_t word_len(const Scan *s)
{
	size_t n = 0;
	while (s->pos + n < s->src->len && n < SHOWN &&
	       is_word((unsigned char)s->src->text[s->pos + n]))
		n++;
	return n;
}

/* Names what stands at the reading position, for "found ...". */
static const char *found(const Scan *s)
{
	const int c = peek(s);
	if (c < 0)
		return "the end of the file";
	const char *const p = s->src->text + s->pos;
	const size_t n = word_len(s);
	if (n > 0)
		return arena_printf(s->arena, "'%.*s'", (int)n, p);
	const size_t string = c == '"' ? 1 + strcspn(p + 1, "\"\n") : SHOWN;
	if (string < SHOWN && p[string] == '"')
		return arena_printf(s->arena, "%.*s", (int)string + 1, p);
	if (c < 0x20 || c == 0x7f)
		return arena_printf(s->arena, "byte 0x%02x", c);
	return arena_printf(s->arena, "'%c'", c);
}

static Json *expected(const Scan *s, const char *what)
{
	const size_t n = word_len(s);
	diag_error(s->diag, E101, place(s, s->pos, n ? n : 1), "expected %s, found %s", what,
		   found(s));
	return NULL;
}

static void skip_space(Scan *s)
{
	for (;; s->pos++) {
		const int c = peek(s);
		if (c == '\n') {
			s->line++;
			s->line_start = s->pos + 1;
		} else if (c != ' ' && c != '\t' && c != '\r') {
			return;
		}
	}
}

/* ---- the grammar ---- */

static Json *value_new(Scan *s, Json *parent, JsonKind kind, size_t pos, size_t len)
{
	if (++s->nvalues > JSON_MAX_VALUES) {
		diag_error(s->diag, E104, place(s, pos, 1), "more than %d values in one file",
			   JSON_MAX_VALUES);
		return NULL;
	}
	Json *const j = NEW(s->arena, Json);
	j->kind = kind;
	j->src = s->src;
	j->line = s->line;
	j->col = (int)(pos - s->line_start) + 1;
	j->len = (int)len;
	j->parent = parent;
	return j;
}

static void adopt(Json *parent, Json *child)
{
	child->index = parent->n++;
	if (parent->last)
		parent->last->next = child;
	else
		parent->first = child;
	parent->last = child;
}

/* Value of the four digits of a \u escape at p, or -1. */
static int hex4(const char *p, const char *end)
{
	int v = 0;
	if (end - p < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		const char c = p[i];
		const int d = c >= '0' && c <= '9'   ? c - '0'
			      : c >= 'a' && c <= 'f' ? c - 'a' + 10
			      : c >= 'A' && c <= 'F' ? c - 'A' + 10
						     : -1;
		if (d < 0)
			return -1;
		v = v * 16 + d;
	}
	return v;
}

static size_t not_shown(Scan *s, size_t len, unsigned code)
{
	diag_error(s->diag, E109, place(s, s->pos, len),
		   "a string holds U+%04X, which is not for showing", code);
	return 0;
}

/* Bytes of the escape at the reading position (a backslash); 0 after a diagnostic. */
static size_t scan_escape(Scan *s)
{
	const char *const p = s->src->text + s->pos, *const end = s->src->text + s->src->len;
	if (end - p >= 2 && strchr("\"\\/nt", p[1]) && p[1])
		return 2;
	if (end - p >= 2 && strchr("bfr", p[1]) && p[1])
		return not_shown(s, 2, p[1] == 'b' ? '\b' : p[1] == 'f' ? '\f' : '\r');
	const int v = end - p >= 2 && p[1] == 'u' ? hex4(p + 2, end) : -1;
	if (v > 0 && (v < 0xd800 || v > 0xdfff))
		return v == '\n' || v == '\t' || text_shows((unsigned)v)
			   ? 6
			   : not_shown(s, 6, (unsigned)v);
	const bool pair = v >= 0xd800 && v < 0xdc00 && end - p >= 12 && p[6] == '\\' && p[7] == 'u';
	const int low = pair ? hex4(p + 8, end) : -1;
	if (low >= 0xdc00 && low <= 0xdfff)
		return 12;
	if (v == 0)
		diag_error(s->diag, E101, place(s, s->pos, 6),
			   "'\\u0000' is not accepted in a string");
	else if (v > 0)
		diag_error(s->diag, E101, place(s, s->pos, 6),
			   "half of a surrogate pair in a string");
	else
		diag_error(
		    s->diag, E101, place(s, s->pos, 2),
		    "unknown escape in a string; one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX"
		    " is possible");
	return 0;
}

/* Bytes of the character at the reading position, of text that is UTF-8; 0 after a diagnostic. */
static size_t scan_char(Scan *s)
{
	const unsigned char *const p = (const unsigned char *)s->src->text + s->pos;
	const int n = text_char((const char *)p);
	const unsigned code = *p < 0xe0 ? (*p & 0x1fu) << 6 | (p[1] & 0x3fu)
					: (*p & 0x0fu) << 12 | (p[1] & 0x3fu) << 6 | (p[2] & 0x3fu);
	return n ? (size_t)n : not_shown(s, 1, *p < 0x80 ? *p : code);
}

/* Passes a string and gives its length with quotes; 0 after a diagnostic. */
static size_t scan_string(Scan *s, bool *escaped)
{
	const size_t start = s->pos++;
	for (;;) {
		const int c = peek(s);
		if (c < 0 || c == '\n' || c == '\r') {
			diag_error(s->diag, E101, place(s, start, 1),
				   "string without a closing '\"' on its line");
			return 0;
		}
		if (c < 0x20) {
			diag_error(s->diag, E101, place(s, s->pos, 1),
				   "byte 0x%02x in a string must be written as an escape", c);
			return 0;
		}
		const size_t step = c == '\\' ? scan_escape(s) : scan_char(s);
		if (!step)
			return 0;
		if (c == '\\')
			*escaped = true;
		s->pos += step;
		if (c == '"')
			return s->pos - start;
	}
}

static Json *scan_text(Scan *s, Json *parent)
{
	const size_t start = s->pos;
	bool escaped = false;
	const size_t len = scan_string(s, &escaped);
	Json *const j = len ? value_new(s, parent, JSON_STRING, start, len) : NULL;
	if (j)
		j->escaped = escaped;
	return j;
}

static size_t digits(const char *p)
{
	size_t n = 0;
	while (p[n] >= '0' && p[n] <= '9')
		n++;
	return n;
}

/* Length of the JSON number that starts p, 0 if none does. */
static size_t number_len(const char *p, bool *is_int)
{
	size_t n = p[0] == '-';
	const size_t whole = digits(p + n);
	if (!whole || (whole > 1 && p[n] == '0'))
		return 0;
	n += whole;
	*is_int = p[n] != '.' && p[n] != 'e' && p[n] != 'E';
	if (p[n] == '.') {
		const size_t k = digits(p + n + 1);
		if (!k)
			return 0;
		n += 1 + k;
	}
	if (p[n] == 'e' || p[n] == 'E') {
		const size_t sign = p[n + 1] == '+' || p[n + 1] == '-';
		const size_t k = digits(p + n + 1 + sign);
		if (!k)
			return 0;
		n += 1 + sign + k;
	}
	return n;
}

static Json *scan_number(Scan *s, Json *parent)
{
	const char *const p = s->src->text + s->pos;
	bool is_int = false;
	const size_t n = number_len(p, &is_int);
	if (n == 0 || is_word((unsigned char)p[n]))
		return expected(s, "a number such as 12, -0.5 or 1e-5");
	if (n > MAX_NUMBER) {
		diag_error(s->diag, E108, place(s, s->pos, n),
			   "number of %zu characters; at most %d", n, MAX_NUMBER);
		return NULL;
	}
	Json *const j = value_new(s, parent, JSON_NUMBER, s->pos, n);
	if (!j)
		return NULL;
	errno = 0;
	j->is_int = is_int;
	j->integer = is_int ? strtoll(p, NULL, 10) : 0;
	if (is_int && errno == ERANGE) {
		diag_error(s->diag, E108, place(s, s->pos, n), "integer does not fit 64 bits");
		return NULL;
	}
	s->pos += n;
	return j;
}

/* For what other notations have and JSON lacks. */
static const char *habit(const Scan *s)
{
	const int c = peek(s);
	if (c == '/' || c == '#')
		return " (JSON has no comments; use a \"doc\" member)";
	return c == '\'' ? " (strings have double quotes)" : "";
}

static Json *scan_word(Scan *s, Json *parent)
{
	static const char *const words[] = {"true", "false", "null"};
	const size_t n = word_len(s);
	const char *const p = s->src->text + s->pos;
	for (size_t i = 0; i < COUNT(words); i++) {
		if (strlen(words[i]) == n && !memcmp(words[i], p, n)) {
			Json *const j =
			    value_new(s, parent, i < 2 ? JSON_BOOL : JSON_NULL, s->pos, n);
			if (j)
				j->boolean = i == 0;
			s->pos += n;
			return j;
		}
	}
	const bool after = (peek(s) == ']' || peek(s) == '}') && parent && parent->n > 0;
	return expected(
	    s, arena_printf(s->arena, "a value%s%s", after ? " after the comma" : "", habit(s)));
}

/* After an element: true at a comma (passed), false at the end; *ok false after a diagnostic. */
static bool scan_more(Scan *s, char close, bool *ok)
{
	skip_space(s);
	const int c = peek(s);
	*ok = c == ',' || c == close;
	if (!*ok)
		expected(s, close == ']' ? "',' or ']' after the element"
					 : "',' or '}' after the member");
	else
		s->pos++;
	return c == ',';
}

static Json *scan_list(Scan *s, Json *list)
{
	bool ok = true;
	skip_space(s);
	if (peek(s) == ']') {
		s->pos++;
		return list;
	}
	do {
		skip_space(s);
		Json *const j = scan_value(s, list);
		if (!j)
			return NULL;
		adopt(list, j);
	} while (scan_more(s, ']', &ok));
	return ok ? list : NULL;
}

static Json *scan_member(Scan *s, Json *object)
{
	skip_space(s);
	if (peek(s) != '"')
		return expected(s,
				arena_printf(s->arena, "a key in double quotes%s%s",
					     object->n ? " after the comma" : " or '}'", habit(s)));
	const Scan key = *s;
	bool escaped = false;
	const size_t key_len = scan_string(s, &escaped);
	if (!key_len)
		return NULL;
	skip_space(s);
	if (peek(s) != ':')
		return expected(s, "':' after the key");
	s->pos++;
	skip_space(s);
	Json *const j = scan_value(s, object);
	if (!j)
		return NULL;
	j->key_line = key.line;
	j->key_col = (int)(key.pos - key.line_start) + 1;
	j->key_len = (int)key_len;
	return j;
}

static Json *scan_object(Scan *s, Json *object)
{
	bool ok = true;
	skip_space(s);
	if (peek(s) == '}') {
		s->pos++;
		return object;
	}
	do {
		Json *const j = scan_member(s, object);
		if (!j)
			return NULL;
		adopt(object, j);
	} while (scan_more(s, '}', &ok));
	return ok ? object : NULL;
}

static Json *scan_nested(Scan *s, Json *parent, bool object)
{
	if (s->depth >= JSON_MAX_DEPTH) {
		diag_error(s->diag, E103, place(s, s->pos, 1),
			   "lists and objects nested more than %d deep", JSON_MAX_DEPTH);
		return NULL;
	}
	Json *const j = value_new(s, parent, object ? JSON_OBJECT : JSON_LIST, s->pos, 1);
	if (!j)
		return NULL;
	s->depth++;
	s->pos++;
	Json *const done = object ? scan_object(s, j) : scan_list(s, j);
	s->depth--;
	return done;
}

static Json *scan_value(Scan *s, Json *parent)
{
	const int c = peek(s);
	if (c == '{' || c == '[')
		return scan_nested(s, parent, c == '{');
	if (c == '"')
		return scan_text(s, parent);
	if (c == '-' || c == '+' || c == '.' || (c >= '0' && c <= '9'))
		return scan_number(s, parent);
	return scan_word(s, parent);
}

static Json *scan_file(Scan *s)
{
	skip_space(s);
	if (peek(s) < 0) {
		diag_error(s->diag, E107, place(s, s->pos, 1), "the file is empty");
		return NULL;
	}
	Json *const j = scan_value(s, NULL);
	if (!j)
		return NULL;
	skip_space(s);
	return peek(s) < 0 ? j : expected(s, "the end of the file after the value");
}

/* ---- values from cJSON ---- */

/* The first value whose number is not finite, or NULL. */
static Json *join(Arena *a, Json *j, const cJSON *c)
{
	if (c->string)
		j->key = arena_strdup(a, c->string);
	if (j->kind == JSON_STRING)
		j->text = arena_strdup(a, c->valuestring);
	if (j->kind == JSON_NUMBER) {
		j->num = c->valuedouble;
		if (!isfinite(j->num))
			return j;
	}
	const cJSON *k = c->child;
	for (Json *i = j->first; i; i = i->next, k = k->next) {
		if (!k)
			BUG("cJSON and the scanner disagree about %s:%d", j->src->name, j->line);
		Json *const bad = join(a, i, k);
		if (bad)
			return bad;
	}
	return NULL;
}

static bool fill(Scan *s, Json *root)
{
	const char *end = NULL;
	errno = 0;
	cJSON *const c = cJSON_ParseWithLengthOpts(s->src->text, s->src->len, &end, 0);
	if (!c && errno == ENOMEM) /* the parser sets it in no other case */
		diag_fatal(s->diag, E602, (Loc){0}, "out of memory");
	if (!c) {
		diag_error(s->diag, E101, json_loc(s->arena, root),
			   "the file is not accepted as JSON");
		return false;
	}
	Json *const bad = join(s->arena, root, c);
	cJSON_Delete(c);
	if (bad)
		diag_error(s->diag, E108, json_loc(s->arena, bad), "number too large for a double");
	return !bad;
}

/* ---- repeated keys ---- */

static int by_key(const void *x, const void *y)
{
	const Json *const a = *(Json *const *)x, *const b = *(Json *const *)y;
	const int c = strcmp(a->key, b->key);
	return c ? c : (a->index > b->index) - (a->index < b->index);
}

static void check_keys(Scan *s, Json *j)
{
	for (Json *i = json_first(j); i; i = i->next)
		check_keys(s, i);
	if (j->kind != JSON_OBJECT || j->n < 2)
		return;
	Json **const sorted = NEW_ARRAY(s->arena, Json *, j->n);
	int n = 0;
	for (Json *i = json_first(j); i; i = i->next)
		sorted[n++] = i;
	qsort(sorted, (size_t)n, sizeof *sorted, by_key);
	for (int i = 1; i < n; i++) {
		if (strcmp(sorted[i]->key, sorted[i - 1]->key))
			continue;
		diag_error(s->diag, E102, json_key_loc(s->arena, sorted[i]),
			   "key '%.60s' is given twice in one object", sorted[i]->key);
		diag_note(s->diag, json_key_loc(s->arena, sorted[i - 1]), "given here before");
	}
}

/* ---- bytes ---- */

/* Length of the UTF-8 sequence at p (RFC 3629), 0 if it is malformed. */
static size_t utf8_len(const unsigned char *p, size_t left)
{
	const unsigned char c = p[0];
	const size_t n = c < 0x80   ? 1
			 : c < 0xc2 ? 0
			 : c < 0xe0 ? 2
			 : c < 0xf0 ? 3
			 : c < 0xf5 ? 4
				    : 0;
	if (n == 0 || n > left)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	const bool overlong = (c == 0xe0 && p[1] < 0xa0) || (c == 0xf0 && p[1] < 0x90);
	const bool surrogate = c == 0xed && p[1] > 0x9f;
	const bool beyond = c == 0xf4 && p[1] > 0x8f;
	return overlong || surrogate || beyond ? 0 : n;
}

static bool check_bytes(Scan *s)
{
	const unsigned char *const p = (const unsigned char *)s->src->text;
	for (size_t n; s->pos < s->src->len; s->pos += n) {
		n = utf8_len(p + s->pos, s->src->len - s->pos);
		if (p[s->pos] == 0) {
			diag_error(s->diag, E105, place(s, s->pos, 1),
				   "NUL byte: the file must be text in UTF-8");
			return false;
		}
		if (n == 0) {
			diag_error(s->diag, E105, place(s, s->pos, 1),
				   "byte 0x%02x is not valid UTF-8 here", p[s->pos]);
			return false;
		}
		if (p[s->pos] == '\n') {
			s->line++;
			s->line_start = s->pos + 1;
		}
	}
	s->pos = s->line_start = 0;
	s->line = 1;
	return true;
}

/* At most JSON_MAX_BYTES + 1 bytes of a file, NUL terminated; NULL (errno) on failure. */
static char *read_some(Arena *a, const char *path, size_t *len)
{
	FILE *const f = fopen(path, "rb");
	if (!f)
		return NULL;
	size_t cap = 1 << 16;
	char *text = arena_alloc(a, cap);
	*len = 0;
	for (size_t n = 1; n > 0 && *len <= JSON_MAX_BYTES; *len += n) {
		if (*len + 1 == cap) {
			text = arena_grow(a, text, cap, cap * 2);
			cap *= 2;
		}
		n = fread(text + *len, 1, cap - *len - 1, f);
	}
	const int why = ferror(f) ? (errno ? errno : EIO) : 0;
	fclose(f);
	text[*len] = 0;
	errno = why;
	return why ? NULL : text;
}

static const Source *load(Arena *a, Diag *d, const char *path, Loc from)
{
	size_t len = 0;
	errno = 0;
	const char *text = read_some(a, path, &len);
	if (!text) {
		diag_error(d, diag_by_errno(E106), from, "cannot read '%s': %s", path,
			   strerror(errno));
		return NULL;
	}
	if (len > JSON_MAX_BYTES) {
		diag_error(d, E104, from, "'%s' is larger than %d MiB", path, JSON_MAX_BYTES >> 20);
		return NULL;
	}
	if (len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3)) {
		text += 3;
		len -= 3;
	}
	Source *const src = NEW(a, Source);
	*src = (Source){arena_strdup(a, path), text, len};
	return src;
}

Json *json_read(Arena *a, Diag *d, const char *path, Loc from)
{
	const Source *const src = load(a, d, path, from);
	if (!src)
		return NULL;
	Scan s = {.arena = a, .diag = d, .src = src, .line = 1};
	if (!check_bytes(&s))
		return NULL;
	Json *const root = scan_file(&s);
	if (!root || !fill(&s, root))
		return NULL;
	const int before = d->nerrors;
	check_keys(&s, root);
	return d->nerrors == before ? root : NULL;
}

/* ---- access ---- */

Json *json_get(const Json *object, const char *key)
{
	if (!object || object->kind != JSON_OBJECT)
		return NULL;
	for (Json *i = json_first(object); i; i = i->next)
		if (!strcmp(i->key, key))
			return i;
	return NULL;
}

/* RFC 6901: '~' is written ~0 and '/' ~1. */
static void put_key(Buf *b, const char *key)
{
	for (; *key && b->len < MAX_POINTER; key++) {
		if (*key == '~' || *key == '/')
			buf_puts(b, *key == '~' ? "~0" : "~1");
		else
			buf_putc(b, *key);
	}
}

static void put_pointer(Buf *b, const Json *j)
{
	if (!j->parent)
		return;
	put_pointer(b, j->parent);
	buf_putc(b, '/');
	if (j->key)
		put_key(b, j->key);
	else
		buf_printf(b, "%d", j->index);
}

static const char *pointer(Arena *a, Json *j)
{
	if (!j->pointer) {
		Buf b;
		buf_init(&b, a);
		buf_puts(&b, "");
		put_pointer(&b, j);
		j->pointer = b.s;
	}
	return j->pointer;
}

Loc json_loc(Arena *a, Json *j)
{
	const Loc l = {j->src, j->line, j->col, j->len, pointer(a, j)};
	return l;
}

Loc json_key_loc(Arena *a, Json *j)
{
	if (!j->key)
		return json_loc(a, j);
	const Loc l = {j->src, j->key_line, j->key_col, j->key_len, pointer(a, j)};
	return l;
}

Loc json_inner_loc(Arena *a, Json *j, size_t at, size_t len)
{
	Loc l = json_loc(a, j);
	if (j->kind != JSON_STRING || j->escaped)
		return l;
	l.col += 1 + (int)at;
	l.len = len ? (int)len : 1;
	return l;
}

const char *json_kind_name(JsonKind k)
{
	static const char *const names[] = {
	    [JSON_NULL] = "null",     [JSON_BOOL] = "true or false", [JSON_NUMBER] = "a number",
	    [JSON_STRING] = "a text", [JSON_LIST] = "a list",        [JSON_OBJECT] = "an object",
	};
	return names[k];
}
