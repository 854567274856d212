/* parse_fuzz.c: parse_fuzz SEED COUNT FOLDER: COUNT mutants of the .sir files in FOLDER, the same
 * ones for the same SEED. Every mutant is parsed; what parses is verified, printed, and read back,
 * and must print the same bytes again. Meant to run under the address and undefined behaviour
 * sanitizers. On a failure the mutant is left in parse_fuzz.bad. */
#define _POSIX_C_SOURCE 200809L
#include "../../ir/ir.h"
#include "mutate.h"

/* What the grammar gives a meaning. */
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

static Text mutate_once(Arena *a, uint64_t *r, Text t, const Texts *seeds)
{
	return below(r, 6) ? mutate_text(a, r, t, seeds, tokens, COUNT(tokens))
			   : swap_name(a, r, t);
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
	if (argc != 4 || !read_seeds(a, argv[3], ".sir", &seeds)) {
		fputs("usage: parse_fuzz SEED COUNT FOLDER-WITH-SIR-FILES\n", stderr);
		return 2;
	}
	FILE *sink = fopen("/dev/null", "w");
	if (!sink)
		return 2;
	const OpTable *ops = ops_new(a);
	const long count = atol(argv[2]);
	uint64_t r = strtoull(argv[1], NULL, 10);
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
