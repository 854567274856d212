/* parse_fuzz.c: parse_fuzz SEED COUNT FOLDER: COUNT mutants of the .sir files in FOLDER, the same
 * ones for the same SEED. Every mutant is parsed; what parses is verified, printed, and read back,
 * and must print the same bytes again. Meant to run under the address and undefined behaviour
 * sanitizers. On a failure the mutant is left in parse_fuzz.bad. */
#define _POSIX_C_SOURCE 200809L
#include "../../ir/ir.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

typedef struct Text {
	char *s;
	size_t len;
} Text;

typedef LIST(Text) Texts;

/* xorshift64*: state is never 0. */
static uint64_t next_random(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 2685821657736338717u;
}

static size_t below(uint64_t *state, size_t n)
{
	return n ? (size_t)((next_random(state) >> 11) % n) : 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* In the order of names, which is that of all file systems. */
static bool read_seeds(Arena *a, const char *folder, Texts *seeds)
{
	DIR *dir = opendir(folder);
	LIST(char *) paths = {0};
	if (!dir)
		return false;
	for (const struct dirent *e; (e = readdir(dir));) {
		const char *dot = strrchr(e->d_name, '.');
		if (dot && !strcmp(dot, ".sir"))
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
static Text splice(Arena *a, Text t, size_t at, size_t cut, const char *s, size_t n)
{
	Buf b;
	buf_init(&b, a);
	buf_write(&b, t.s, at);
	buf_write(&b, s, n);
	buf_write(&b, t.s + at + cut, t.len - at - cut);
	return (Text){b.s, b.len};
}

/* Something that the grammar gives a meaning. */
static const char *token(uint64_t *r)
{
	static const char *const tokens[] = {"%",
					     "=",
					     "{",
					     "}",
					     "[",
					     "]",
					     ",",
					     ":",
					     "!",
					     "@",
					     "#",
					     "\"",
					     "\\",
					     "\n",
					     " ",
					     "+",
					     "-1",
					     "0",
					     "1",
					     "9223372036854775807",
					     "-9223372036854775808",
					     "99999999999999999999",
					     "1e999",
					     "nan",
					     "-inf",
					     "1099511627776",
					     "f32[",
					     "f32[]",
					     "bf16",
					     "group=2",
					     "group=0",
					     "reverse=[0,1]",
					     "@view:0:[1]",
					     "@arena:64",
					     "@io",
					     "@load:0",
					     "@param:0",
					     "map",
					     "relu",
					     "concat",
					     "output \"o\" ",
					     "graph g {",
					     "module m",
					     "\\x00",
					     "\\xff",
					     "!a.json:1:2+3"};
	return tokens[below(r, COUNT(tokens))];
}

/* The text after some '%' up to the end of the name. */
static size_t some_name(uint64_t *r, Text t, size_t *len)
{
	const size_t from = below(r, t.len + 1);
	const size_t at = from + strcspn(t.s + from, "%");
	const size_t start = at < t.len ? at + 1 : at;
	*len = strcspn(t.s + start, " ,=");
	return start;
}

/* One value for another, or one name for another where it is defined. */
static Text swap_name(Arena *a, uint64_t *r, Text t)
{
	size_t cut, n;
	const size_t at = some_name(r, t, &cut), from = some_name(r, t, &n);
	return splice(a, t, at, cut, t.s + from, n);
}

/* A line twice or not at all. */
static Text change_line(Arena *a, uint64_t *r, Text t)
{
	size_t at = below(r, t.len + 1);
	while (at > 0 && t.s[at - 1] != '\n')
		at--;
	const size_t n = strcspn(t.s + at, "\n"), line = n + (t.s[at + n] == '\n');
	return below(r, 2) ? splice(a, t, at, 0, t.s + at, line) : splice(a, t, at, line, NULL, 0);
}

static Text swap_digit(Arena *a, uint64_t *r, Text t)
{
	const size_t from = below(r, t.len + 1), at = from + strcspn(t.s + from, "0123456789");
	const char d = (char)('0' + below(r, 10));
	return at < t.len ? splice(a, t, at, 1, &d, 1) : t;
}

static Text mutate_once(Arena *a, uint64_t *r, Text t, const Texts *seeds)
{
	const size_t at = below(r, t.len + 1), rest = t.len - at;
	const Text *other = &seeds->at[below(r, (size_t)seeds->n)];
	const size_t from = below(r, other->len + 1);
	const char byte = (char)below(r, 256);
	size_t n;
	switch (below(r, 12)) {
	case 0:
		return splice(a, t, at, rest > 0, &byte, 1);
	case 1:
		return splice(a, t, at, below(r, rest < 40 ? rest + 1 : 40), NULL, 0);
	case 2: {
		const char *s = token(r);
		return splice(a, t, at, below(r, rest < 4 ? rest + 1 : 4), s, strlen(s));
	}
	case 3: /* a piece of another seed */
		n = below(r, other->len - from < 80 ? other->len - from + 1 : 80);
		return splice(a, t, at, below(r, rest < 20 ? rest + 1 : 20), other->s + from, n);
	case 4: /* the same piece twice */
		n = below(r, rest < 200 ? rest + 1 : 200);
		return splice(a, t, at, 0, t.s + at, n);
	case 5:
	case 6:
		return swap_name(a, r, t);
	case 7:
	case 8:
		return change_line(a, r, t);
	default:
		return swap_digit(a, r, t);
	}
}

static Module *parse(Arena *a, Diag *d, const OpTable *ops, const char *s, size_t len)
{
	Source *src = NEW(a, Source);
	*src = (Source){.name = "mutant.sir", .text = s, .len = len};
	return ir_parse(a, d, ops, src);
}

/* Whether the mutant is rejected or prints the same bytes twice. */
static bool survives(Arena *a, const OpTable *ops, FILE *sink, Text t, int *parsed)
{
	Diag d = {.arena = a, .out = sink};
	const Module *m = parse(a, &d, ops, t.s, t.len);
	if (!m)
		return d.nerrors > 0;
	++*parsed;
	Buf once, twice;
	buf_init(&once, a);
	buf_init(&twice, a);
	ir_print(&once, m);
	const Module *again = parse(a, &d, ops, once.s, once.len);
	if (!again)
		return false;
	ir_print(&twice, again);
	if (once.len != twice.len || memcmp(once.s, twice.s, once.len))
		return false;
	const int errors = ir_verify(m);
	return (errors > 0) == (d.nerrors > 0);
}

/* The mutant in a block of exactly its size, so that reading past it is seen. */
static bool run_one(const OpTable *ops, FILE *sink, uint64_t *r, const Texts *seeds, int *parsed)
{
	Arena *a = arena_new();
	Text t = seeds->at[below(r, (size_t)seeds->n)];
	for (size_t n = 1 + below(r, 4); n > 0; n--)
		t = mutate_once(a, r, t, seeds);
	char *exact = malloc(t.len + !t.len);
	if (!exact)
		return false;
	memcpy(exact, t.s, t.len);
	const bool ok = survives(a, ops, sink, (Text){exact, t.len}, parsed);
	if (!ok && !file_write("parse_fuzz.bad", t.s, t.len))
		perror("parse_fuzz.bad");
	free(exact);
	arena_free(a);
	return ok;
}

int main(int argc, char **argv)
{
	Arena *a = arena_new();
	Texts seeds = {0};
	if (argc != 4 || !read_seeds(a, argv[3], &seeds)) {
		fputs("usage: parse_fuzz SEED COUNT FOLDER-WITH-SIR-FILES\n", stderr);
		return 2;
	}
	FILE *sink = fopen("/dev/null", "w");
	if (!sink)
		return 2;
	const OpTable *ops = ops_new(a);
	const long count = atol(argv[2]);
	uint64_t r = strtoull(argv[1], NULL, 10) * 0x9e3779b97f4a7c15u | 1;
	int parsed = 0;
	long i = 0;
	while (i < count && run_one(ops, sink, &r, &seeds, &parsed))
		i++;
	if (i == count)
		printf("parse_fuzz: %ld mutants, %d parsed\n", count, parsed);
	else
		printf("parse_fuzz: mutant %ld of seed %s fails, see parse_fuzz.bad\n", i, argv[1]);
	fclose(sink);
	arena_free(a);
	return i < count;
}
