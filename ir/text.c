/* text.c: a writer for each place that text of a user goes to. Names, documentation and paths come
 * from files that anybody may have written; none of them may end a comment or a string, begin a
 * tag, or steer a terminal. */
#include "base.h"

#include <string.h>

/* Code point and length of the UTF-8 character at s; length 0 where it is none. */
static int decode(const char *s, unsigned *code)
{
	const unsigned char *const p = (const unsigned char *)s;
	const int n = *p < 0x80   ? 1
		      : *p < 0xc2 ? 0
		      : *p < 0xe0 ? 2
		      : *p < 0xf0 ? 3
		      : *p < 0xf5 ? 4
				  : 0;
	*code = n <= 1 ? *p : *p & (0xffu >> (n + 1));
	for (int i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (p[i] & 0x3f);
	}
	static const unsigned least[] = {0, 0, 0x80, 0x800, 0x10000};
	const bool surrogate = *code >= 0xd800 && *code < 0xe000;
	return *code < least[n] || surrogate || *code > 0x10ffff ? 0 : n;
}

bool text_shows(unsigned code)
{
	const bool control = code < 0x20 || (code >= 0x7f && code < 0xa0);
	const bool end_or_turn = code >= 0x2028 && code <= 0x202e;
	return !control && !end_or_turn && !(code >= 0x2066 && code <= 0x2069);
}

int text_char(const char *s)
{
	unsigned code;
	const int n = decode(s, &code);
	return text_shows(code) ? n : 0;
}

bool text_is_word(const char *s)
{
	size_t n = 0;
	for (; s[n]; n++) {
		const bool letter =
		    (s[n] >= 'a' && s[n] <= 'z') || (s[n] >= 'A' && s[n] <= 'Z') || s[n] == '_';
		if (!letter && !(n > 0 && s[n] >= '0' && s[n] <= '9'))
			return false;
	}
	return n > 0 && n <= TEXT_MAX_WORD;
}

bool text_is_plain(const char *s)
{
	size_t len = 0;
	for (int n; s[len]; len += (size_t)n)
		if (!(n = text_char(s + len)))
			return false;
	return len > 0 && len <= TEXT_MAX_NAME;
}

const char *text_ident(Arena *a, const char *name)
{
	char *s = arena_strdup(a, name), *to = s;
	for (const char *p = name; *p; p++)
		if ((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
		    (*p >= '0' && *p <= '9'))
			*to++ = *p;
		else if (to > s && to[-1] != '_')
			*to++ = '_';
	*to = '\0';
	return s;
}

const char *text_shown(Arena *a, const char *s)
{
	Buf b;
	buf_init(&b, a);
	for (; *s; s++) {
		const int n = text_char(s);
		const bool item = !strncmp(s, "\n  ", 3);
		if (n || item)
			buf_write(&b, s, n ? (size_t)n : 1);
		else
			buf_printf(&b, "\\x%02x", (unsigned)(unsigned char)*s);
		s += n > 1 ? n - 1 : 0;
	}
	return b.s;
}

/* ---- C ---- */

const char *text_comment(Arena *a, const char *s)
{
	Buf b;
	buf_init(&b, a);
	for (; *s; s++) {
		const int n = text_char(s);
		const char last = b.len ? b.s[b.len - 1] : ' ';
		const bool mark = (last == '*' && *s == '/') || (last == '/' && *s == '*') ||
				  (last == '?' && *s == '?') || (last == '\\' && *s == ' ');
		if (mark)
			buf_putc(&b, last == '\\' ? '.' : ' ');
		if (!n && last == '\\')
			buf_putc(&b, '.');
		buf_write(&b, n ? s : " ", n ? (size_t)n : 1);
		s += n > 1 ? n - 1 : 0;
	}
	if (b.len && b.s[b.len - 1] == '\\')
		buf_putc(&b, '.');
	return b.s;
}

void buf_comment(Buf *b, int tabs, const char *s)
{
	const char *const text = text_comment(b->arena, s + strspn(s, " \t"));
	buf_wrap(b, tabs, arena_printf(b->arena, "/* %s */", text), " * ", true);
}

void buf_c_string(Buf *b, const char *s)
{
	if (!s) {
		buf_puts(b, "NULL");
		return;
	}
	buf_putc(b, '"');
	for (; *s; s++) {
		const int n = text_char(s);
		if (*s == '"' || *s == '\\')
			buf_printf(b, "\\%c", *s);
		else if (!n || *s == '?') /* two of these begin a trigraph */
			buf_printf(b, "\\%03o", (unsigned)(unsigned char)*s);
		else
			buf_write(b, s, (size_t)n);
		s += n > 1 ? n - 1 : 0;
	}
	buf_putc(b, '"');
}

/* ---- other languages ---- */

void buf_json_string(Buf *b, const char *s)
{
	buf_putc(b, '"');
	for (; *s; s++) {
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			buf_printf(b, "\\u%04x", (unsigned)(unsigned char)*s);
		else
			buf_printf(b, *s == '"' || *s == '\\' ? "\\%c" : "%c", *s);
	}
	buf_putc(b, '"');
}

void buf_html(Buf *b, const char *s)
{
	for (; *s; s++) {
		const int n = text_char(s);
		if (strchr("<>&\"'", *s))
			buf_printf(b, "&#%d;", *s);
		else
			buf_write(b, n ? s : "?", n ? (size_t)n : 1);
		s += n > 1 ? n - 1 : 0;
	}
}
