/* text.c: a writer for each place that text of others goes to: names in models and weights, in
 * folders and logs. It must not begin a tag, nor steer a terminal. */
#include "runtime/core/core.h"

#include <string.h>

/* Bytes of the UTF-8 character at p; 0 if it is none, or not for showing: control characters, ends
 * of lines, changes of the direction of text. The least code of each length rules out longer forms.
 */
static int shown_bytes(const unsigned char *p)
{
	static const unsigned least[] = {0, 0x20, 0xa0, 0x800, 0x10000};
	const int n = *p < 0x80   ? 1
		      : *p < 0xc2 ? 0
		      : *p < 0xe0 ? 2
		      : *p < 0xf0 ? 3
		      : *p < 0xf5 ? 4
				  : 0;
	unsigned code = n <= 1 ? *p : *p & (0xffu >> (n + 1));
	for (int i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (p[i] & 0x3f);
	}
	const bool turn = (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
	const bool none = code == 0x7f || (code >= 0xd800 && code < 0xe000) || code > 0x10ffff;
	return n && code >= least[n] && !turn && !none ? n : 0;
}

void rt_put_html(RtOut *f, const char *s)
{
	for (const unsigned char *p = (const unsigned char *)s; *p;) {
		const int n = shown_bytes(p);
		if (strchr("<>&\"'", *p))
			rt_out_print(f, "&#%d;", *p);
		else
			rt_out_write(f, n ? p : (const void *)"?", n ? (size_t)n : 1);
		p += n ? n : 1;
	}
}

/* What stands for the character at p, up to four bytes or "\xHH"; returns the bytes of p. all:
 * every end of line stays, else those before a list's item. */
static int shown(const unsigned char *p, bool all, char out[8])
{
	const int n = shown_bytes(p);
	const bool end = all ? *p == '\n' : !strncmp((const char *)p, "\n  ", 3);
	const int bytes = n ? n : 1;
	if (n || end)
		snprintf(out, 8, "%.*s", bytes, (const char *)p);
	else
		snprintf(out, 8, "\\x%02x", *p);
	return bytes;
}

void rt_put_text(RtOut *f, const char *s)
{
	char one[8];
	for (const unsigned char *p = (const unsigned char *)s; *p;) {
		p += shown(p, false, one);
		rt_out_puts(f, one);
	}
}

static void say(const char *s, bool all)
{
	char one[8];
	for (const unsigned char *p = (const unsigned char *)s; *p;) {
		p += shown(p, all, one);
		fputs(one, stderr);
	}
}

void rt_say_text(const char *s)
{
	say(s, false);
}

void rt_say_whole_lines(const char *s)
{
	say(s, true);
}
