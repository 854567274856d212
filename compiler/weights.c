/* weights.c: initialisers of weights, from JSON to the attributes init, a, b, c of a param node. */
#include <math.h>
#include <string.h>

#include "reader.h"

/* Numbers that each initialiser takes: lo to hi. */
static const struct {
	const char *name, *numbers;
	int lo, hi;
} inits[] = {
    {"zeros", "", 0, 0},
    {"ones", "", 0, 0},
    {"log_arange", "", 0, 0},
    {"constant", "v", 1, 1},
    {"uniform", "bound or [lo, hi]", 1, 2},
    {"normal", "std or [mean, std]", 1, 2},
    {"dt_bias", "[min, max, floor]", 3, 3},
};

static bool malformed(Reader *r, Frame *f, Json *j, const char *why)
{
	reader_error(r, f, E226, json_loc(r->arena, j), "%s", why);
	return false;
}

static int find_init(Reader *r, Frame *f, Json *j, const char *name)
{
	const char *names[COUNT(inits)];
	for (size_t i = 0; i < COUNT(inits); i++) {
		names[i] = inits[i].name;
		if (!strcmp(names[i], name))
			return (int)i;
	}
	malformed(r, f, j,
		  arena_printf(r->arena, "unknown initialiser '%.60s'%s", name,
			       reader_hint(r, closest_name(name, names, COUNT(inits)))));
	return -1;
}

/* Puts the numbers in the order of the attributes: uniform lo, hi; normal mean, std. */
static bool arrange(Reader *r, Frame *f, Json *j, const char *kind, const double *x, int n,
		    double abc[3])
{
	memcpy(abc, x, (size_t)n * sizeof *x);
	if (!strcmp(kind, "uniform") && n == 1) {
		abc[0] = 0 - x[0]; /* not -0 for 0 */
		abc[1] = x[0];
	}
	if (!strcmp(kind, "normal") && n == 1) {
		abc[0] = 0;
		abc[1] = x[0];
	}
	if (!strcmp(kind, "uniform") && !(abc[0] <= abc[1]))
		return malformed(r, f, j, "uniform needs lo <= hi");
	if (!strcmp(kind, "normal") && !(abc[1] >= 0))
		return malformed(r, f, j, "normal needs a standard deviation of at least 0");
	if (!strcmp(kind, "dt_bias") && !(0 < abc[0] && abc[0] <= abc[1] && abc[2] > 0))
		return malformed(r, f, j, "dt_bias needs 0 < min <= max and floor > 0");
	return true;
}

static bool read_numbers(Reader *r, Frame *f, Json *j, int kind, double abc[3])
{
	double *x = NULL;
	int n = 0;
	if (!reader_nums(r, f, j, inits[kind].name, &x, &n))
		return false;
	if (n < inits[kind].lo || n > inits[kind].hi)
		return malformed(r, f, j,
				 arena_printf(r->arena, "%s takes %s, not %d number%s",
					      inits[kind].name, inits[kind].numbers, n,
					      n == 1 ? "" : "s"));
	return arrange(r, f, j, inits[kind].name, x, n, abc);
}

bool weights_init(Reader *r, Frame *f, Json *j, Node *n)
{
	const bool text = j->kind == JSON_STRING;
	if (!text && (j->kind != JSON_OBJECT || j->n != 1))
		return malformed(r, f, j, "an initialiser is a name or an object with one name");
	const int kind = find_init(r, f, text ? j : j->first, text ? j->text : j->first->key);
	if (kind < 0)
		return false;
	if (text != (inits[kind].hi == 0))
		return malformed(r, f, j,
				 text ? arena_printf(r->arena, "%s needs numbers: {\"%s\": %s}",
						     inits[kind].name, inits[kind].name,
						     inits[kind].numbers)
				      : arena_printf(r->arena, "%s takes no numbers: write \"%s\"",
						     inits[kind].name, inits[kind].name));
	double abc[3] = {0};
	if (!text && !read_numbers(r, f, j->first, kind, abc))
		return false;
	static const char *const names[] = {"a", "b", "c"};
	attr_set_str(n, "init", inits[kind].name);
	for (int i = 0; i < 3; i++)
		if (abc[i] != 0)
			attr_set_float(n, names[i], abc[i]);
	return true;
}
