/* mutate.h: what the fuzzers share: random numbers, seeds, and small changes to a text. */
#ifndef FUZZ_MUTATE_H
#define FUZZ_MUTATE_H

#include "../../ir/base.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

typedef struct Text {
	char *s;
	size_t len;
} Text;

typedef LIST(Text) Texts;

static inline size_t below(uint64_t *state, size_t n)
{
	return n ? (size_t)(random_bits(state) % n) : 0;
}

static inline int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The files of a folder that end in `suffix`, in the order of names, which is that of all file
 * systems; false if there are none. */
static inline bool read_seeds(Arena *a, const char *folder, const char *suffix, Texts *seeds)
{
	DIR *dir = opendir(folder);
	LIST(char *) paths = {0};
	if (!dir)
		return false;
	for (const struct dirent *e; (e = readdir(dir));) {
		const char *dot = strrchr(e->d_name, '.');
		if (dot && !strcmp(dot, suffix))
			list_push(a, &paths, arena_printf(a, "%s/%s", folder, e->d_name));
	}
	closedir(dir);
	if (paths.n)
		qsort(paths.at, (size_t)paths.n, sizeof *paths.at, by_name);
	for (int i = 0; i < paths.n; i++) {
		Text t;
		if (!(t.s = file_read(a, paths.at[i], &t.len)))
			return false;
		list_push(a, seeds, t);
	}
	return seeds->n > 0;
}

/* Replaces cut bytes at `at` by n bytes of s. */
static inline Text splice(Arena *a, Text t, size_t at, size_t cut, const char *s, size_t n)
{
	Buf b;
	buf_init(&b, a);
	buf_write(&b, t.s, at);
	buf_write(&b, s, n);
	buf_write(&b, t.s + at + cut, t.len - at - cut);
	return (Text){b.s, b.len};
}

/* Without waiting for the disk, as file_write does. */
static inline bool write_text(const char *path, Text t)
{
	FILE *f = fopen(path, "wb");
	const bool ok = f && fwrite(t.s, 1, t.len, f) == t.len;
	return f && fclose(f) == 0 && ok;
}

/* A line twice or not at all. */
static inline Text change_line(Arena *a, uint64_t *r, Text t)
{
	size_t at = below(r, t.len + 1);
	while (at > 0 && t.s[at - 1] != '\n')
		at--;
	const size_t n = strcspn(t.s + at, "\n"), line = n + (t.s[at + n] == '\n');
	return below(r, 2) ? splice(a, t, at, 0, t.s + at, line) : splice(a, t, at, line, NULL, 0);
}

static inline Text swap_digit(Arena *a, uint64_t *r, Text t)
{
	const size_t from = below(r, t.len + 1), at = from + strcspn(t.s + from, "0123456789");
	const char d = (char)('0' + below(r, 10));
	return at < t.len ? splice(a, t, at, 1, &d, 1) : t;
}

/* Pieces of names that try to be code, paths, options, formats or commands to a terminal, as they
 * are and as JSON and text IR write them; one is longer than any name may be. */
static inline const char *hostile_piece(Arena *a, uint64_t *r)
{
	static const char *const piece[] = {"*/",
					    "/*",
					    "//",
					    "\n",
					    "\\\n",
					    "\\x0a",
					    "\n/",
					    "?\?/",
					    "?\?/\n",
					    "\x1b[2J",
					    "\\x1b]0;t\\x07",
					    "\\u001b[2J",
					    "\\u0000",
					    "\\u000a",
					    "\\\\\\n",
					    "\r",
					    "\\r",
					    "\x7f",
					    "\\u202e",
					    "\xe2\x80\xae",
					    "\xff",
					    "../",
					    "../../x",
					    "/",
					    "/tmp/x",
					    ".",
					    "..",
					    "<script>",
					    "</script>",
					    "&lt;",
					    "'",
					    "\\\"",
					    "\"",
					    "%s%n",
					    "-o",
					    "@x",
					    "main",
					    "int",
					    "};",
					    "__asm__(",
					    "#include \"",
					    "$(x)",
					    "`x`",
					    "|x",
					    "\xef\xbb\xbf"};
	const size_t i = below(r, COUNT(piece) + 1);
	if (i < COUNT(piece))
		return piece[i];
	char *s = arena_alloc(a, 5001);
	memset(s, 'x', 5000);
	return s;
}

/* A hostile piece behind a quote, a comma or the end of a word, where names begin and end. */
static inline Text put_hostile(Arena *a, uint64_t *r, Text t)
{
	const size_t from = below(r, t.len + 1);
	size_t at = from + strcspn(t.s + from, below(r, 2) ? "\"" : "\"%, .");
	if (at < t.len)
		at += below(r, 2);
	const char *s = hostile_piece(a, r);
	return splice(a, t, at < t.len ? at : t.len, 0, s, strlen(s));
}

/* A change that needs no grammar: bytes, pieces of this and another seed, lines, digits, hostile
 * names, and one of `ntokens` tokens. */
static inline Text mutate_text(Arena *a, uint64_t *r, Text t, const Texts *seeds,
			       const char *const *tokens, size_t ntokens)
{
	const size_t at = below(r, t.len + 1), rest = t.len - at;
	const Text *other = &seeds->at[below(r, (size_t)seeds->n)];
	const size_t from = below(r, other->len + 1);
	const char byte = (char)below(r, 256);
	size_t n;
	switch (below(r, 11)) {
	case 0:
		return splice(a, t, at, rest > 0, &byte, 1);
	case 1:
		return splice(a, t, at, below(r, rest < 40 ? rest + 1 : 40), NULL, 0);
	case 2:
	case 3: {
		const char *s = tokens[below(r, ntokens)];
		return splice(a, t, at, below(r, rest < 4 ? rest + 1 : 4), s, strlen(s));
	}
	case 4: /* a piece of another seed */
		n = below(r, other->len - from < 80 ? other->len - from + 1 : 80);
		return splice(a, t, at, below(r, rest < 20 ? rest + 1 : 20), other->s + from, n);
	case 5: /* the same piece twice */
		n = below(r, rest < 200 ? rest + 1 : 200);
		return splice(a, t, at, 0, t.s + at, n);
	case 6:
	case 7:
		return change_line(a, r, t);
	case 8:
		return put_hostile(a, r, t);
	default:
		return swap_digit(a, r, t);
	}
}

#endif
