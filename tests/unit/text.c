/* text.c: the writers of ir/text.c on random texts of the bytes that matter. What a compiler makes
 * of a comment or a literal is done here by the rules of the C standard (translation phases 1 to 3:
 * trigraphs, then lines that are joined, then comments and literals); HTML and JSON are read back.
 */
#include "../../ir/base.h"

#include <string.h>

static int failures;

static void fail(const char *what, const char *text, const char *got)
{
	failures++;
	printf("%s: ", what);
	for (const char *p = text; *p; p++)
		printf(*p >= ' ' && *p < 0x7f ? "%c" : "\\x%02x", (unsigned char)*p);
	printf("\ngave: %s\n", got);
}

/* Phases 1 and 2; blanks between a backslash and the end of its line are skipped, as gcc does. */
static char *join_lines(Arena *a, const char *s)
{
	static const char from[] = "=/'()!<>-", to[] = "#\\^[]|{}~";
	Buf b, joined;
	buf_init(&b, a);
	buf_init(&joined, a);
	for (const char *t; *s; s++) {
		const bool trigraph =
		    s[0] == '?' && s[1] == '?' && s[2] && (t = strchr(from, s[2]));
		buf_putc(&b, trigraph ? to[t - from] : *s);
		s += trigraph ? 2 : 0;
	}
	for (const char *p = b.s; *p; p++) {
		const size_t blanks = *p == '\\' ? strspn(p + 1, " \t\r") : 0;
		if (*p == '\\' && p[1 + blanks] == '\n')
			p += 1 + blanks;
		else
			buf_putc(&joined, *p);
	}
	return joined.s;
}

static bool all_shown(const char *s, const char *but)
{
	for (int n; *s; s += n) {
		n = text_char(s);
		if (!n && !strchr(but, *s))
			return false;
		n += !n;
	}
	return true;
}

static void try_comment(Arena *a, const char *text, int tabs)
{
	Buf b;
	buf_init(&b, a);
	buf_comment(&b, tabs, text);
	const char *const c = join_lines(a, b.s) + tabs;
	const char *const end = strstr(c + 2, "*/");
	if (strncmp(c, "/*", 2) || !end || strcmp(end, "*/\n") || !all_shown(b.s, "\n\t"))
		fail("comment", text, b.s);
	const char *middle = join_lines(a, arena_printf(a, "/* a %s b */", text_comment(a, text)));
	if (strstr(middle, "*/") != middle + strlen(middle) - 2 || strstr(middle + 2, "/*"))
		fail("middle of a comment", text, middle);
}

/* The bytes that a literal stands for; NULL if it does not end where the text ends. */
static char *read_literal(Arena *a, const char *s)
{
	Buf b;
	buf_init(&b, a);
	if (*s++ != '"')
		return NULL;
	for (; *s && *s != '"'; s++) {
		int octal = 0;
		if (*s == '\n' || (unsigned char)*s < ' ')
			return NULL;
		if (*s == '\\' && s[1] >= '0' && s[1] <= '7') {
			for (int i = 0; i < 3; i++)
				octal = 8 * octal + *++s - '0';
			buf_putc(&b, (char)octal);
		} else {
			s += *s == '\\';
			buf_putc(&b, *s);
		}
	}
	return *s == '"' && !s[1] ? b.s : NULL;
}

static void try_literal(Arena *a, const char *text)
{
	Buf b;
	buf_init(&b, a);
	buf_c_string(&b, text);
	const char *back = read_literal(a, join_lines(a, b.s));
	if (!back || strcmp(back, text) || !all_shown(b.s, ""))
		fail("literal", text, b.s);
}

static void try_html(Arena *a, const char *text)
{
	Buf b;
	buf_init(&b, a);
	buf_html(&b, text);
	for (const char *p = b.s; *p; p++)
		if (strchr("<>\"'", *p) || (*p == '&' && p[1] != '#'))
			fail("HTML", text, b.s);
	if (!all_shown(b.s, ""))
		fail("HTML", text, b.s);
}

/* A line break is left only where the line after it begins with two blanks. */
static void try_terminal(Arena *a, const char *text)
{
	const char *s = text_shown(a, text);
	if (!all_shown(s, "\n"))
		fail("terminal", text, s);
	for (const char *p = s; (p = strchr(p, '\n')); p++)
		if (strncmp(p, "\n  ", 3))
			fail("terminal", text, s);
}

static void try_ident(Arena *a, const char *text)
{
	const char *s = text_ident(a, text);
	if (s[strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")])
		fail("identifier", text, s);
}

static void expect(const char *got, const char *want)
{
	if (strcmp(got, want))
		fail("wanted", want, got);
}

static void known(Arena *a)
{
	Buf b;
	expect(text_shown(a, "\033]0;t\a\nx: error\n  item \xc2\x9b \xe2\x80\xae \xff é"),
	       "\\x1b]0;t\\x07\\x0ax: error\n  item \\xc2\\x9b \\xe2\\x80\\xae \\xff é");
	expect(text_ident(a, "enc.*.b1..conv1"), "enc_b1_conv1");
	buf_init(&b, a);
	buf_json_string(&b, "a\"\\\n\x7f");
	expect(b.s, "\"a\\\"\\\\\\u000a\\u007f\"");
	buf_init(&b, a);
	buf_html(&b, "<b a='1'>&\x1f");
	expect(b.s, "&#60;b a=&#39;1&#39;&#62;&#38;?");
	buf_init(&b, a);
	buf_comment(&b, 1, "  x *\\\n/ y ?\?/ z");
	expect(b.s, "\t/* x *\\. / y ? ?/ z */\n");
	const bool right = text_is_word("_a9") && !text_is_word("9a") && !text_is_word("") &&
			   !text_is_word("a-b") && text_is_plain("a b é") && !text_is_plain("") &&
			   !text_is_plain("a\nb") && !text_is_plain("a\xff") &&
			   text_char("\xed\xa0\x80") == 0 && text_char("\xf4\x90\x80\x80") == 0 &&
			   text_char("\xc0\xaf") == 0 && text_char("\xf0\x9f\x8e\xb5") == 4;
	if (!right)
		fail("words and characters", "", "");
}

int main(void)
{
	static const char *const piece[] = {"*",
					    "/",
					    "\\",
					    "\n",
					    " ",
					    "?",
					    "\"",
					    "'",
					    "<",
					    ">",
					    "&",
					    "a",
					    "0",
					    "\t",
					    "\r",
					    "\033",
					    "?\?/",
					    "*/",
					    "\\\n",
					    "//",
					    "\xff",
					    "\xc3\xa9",
					    "\xe2\x80\xae",
					    "a word of twenty-one "};
	uint64_t r = 1;
	Arena *k = arena_new();
	known(k);
	arena_free(k);
	for (int i = 0; i < 20000 && failures < 10; i++) {
		Arena *a = arena_new();
		Buf b;
		buf_init(&b, a);
		for (uint64_t n = random_bits(&r) % 24; n > 0; n--)
			buf_puts(&b, piece[random_bits(&r) % COUNT(piece)]);
		try_comment(a, b.s, i % 3);
		try_literal(a, b.s);
		try_html(a, b.s);
		try_terminal(a, b.s);
		try_ident(a, b.s);
		arena_free(a);
	}
	return failures > 0;
}
