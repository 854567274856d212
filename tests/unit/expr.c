/* expr.c: values of expressions in model files, known by hand, and texts with {}. */
#include "compiler/expr.h"

#include <string.h>

static const struct {
	const char *text, *value; /* value as val_show prints it; NULL: an error */
} rows[] = {
    {"1 + 2 * 3", "7"},
    {"(1 + 2) * 3", "9"},
    {"-2 * -3", "6"},
    {"7 - 2 - 1", "4"},
    {"6/3", "2"},
    {"5/2", "2.5"},
    {"-7 // 2", "-4"},
    {"-7 % 3", "2"},
    {"7 % -3", "-2"},
    {"7.5 // 2", "3"},
    {"9223372036854775807", "9223372036854775807"},
    {"9223372036854775807 + 1", NULL},
    {"-9223372036854775807 - 1", "-9223372036854775808"},
    {"-9223372036854775807 - 2", NULL},
    {"(-9223372036854775807 - 1) // -1", NULL},
    {"(-9223372036854775807 - 1) % -1", "0"},
    {"3037000500 * 3037000500", NULL},
    {"9007199254740993 == 9007199254740992", "false"},
    {"1e-5", "1e-05"},
    {".5 + 1.", "1.5"},
    {"1e3", "1000"},
    {"1e400", NULL},
    {"2 < 3 and 3 < 2", "false"},
    {"2 < 3 or 1/0", "true"},
    {"false and 1/0", "false"},
    {"true and 1/0", NULL},
    {"not 1 == 2", "true"},
    {"not true or true", "true"},
    {"'a' == 'a'", "true"},
    {"'a' != 'b'", "true"},
    {"'a' < 'b'", NULL},
    {"'a' == 1", NULL},
    {"true + true", "2"},
    {"1..4", "[1,2,3,4]"},
    {"1..2+1", "[1,2,3]"},
    {"3..1", "[]"},
    {"1..1000000", NULL},
    {"[1, 2.5, 'a'][1]", "2.5"},
    {"[1, 2, 3][-1]", "3"},
    {"[[1,2],[3]][0][1]", "2"},
    {"[]", "[]"},
    {"[1,2] == [1,2]", "true"},
    {"w[i-1]", "16"},
    {"len(w)", "3"},
    {"min(3, 1.5, 2)", "1.5"},
    {"max(w)", "32"},
    {"max([])", NULL},
    {"sqrt(2 / (9*8))", "0.16666666666666666"},
    {"ceil(7/2) + floor(-0.5)", "3"},
    {"abs(-3)", "3"},
    {"floor(1e300)", NULL},
    {"dim(x, -1)", "5"},
    {"dim(x{i},0) + rank(x2)", "6"},
    {"dim(y, 0)", NULL},
    {"unknown", NULL},
    {"", NULL},
    {"1 2", NULL},
    {"1 = 2", NULL},
    {"nota", NULL},
    {"not(false)", "true"},
    {"0x10", NULL},
};

static const struct {
	const char *text, *value;
} texts[] = {
    {"plain", "plain"}, {"t{i}", "t2"},  {"{s}_{i+1}.{w[0]}", "sed_3.8"},
    {"{4/2}", "2"},     {"{0.5}", NULL}, {"{i", NULL},
    {"i}", NULL},       {"{}", NULL},    {"{true}", NULL},
};

static bool find_var(void *ctx, const char *name, Val *v)
{
	static const Val w[] = {
	    {.kind = VAL_INT, .i = 8}, {.kind = VAL_INT, .i = 16}, {.kind = VAL_INT, .i = 32}};
	(void)ctx;
	if (!strcmp(name, "w"))
		*v = (Val){.kind = VAL_LIST, .n = COUNT(w), .at = w};
	else if (!strcmp(name, "i"))
		*v = val_int(2);
	else if (!strcmp(name, "s"))
		*v = val_text("sed");
	else
		return false;
	return true;
}

/* x and x2 are f32[4,5]. */
static int find_type(void *ctx, const char *name, Type *t)
{
	static const int64_t dim[] = {4, 5};
	(void)ctx;
	*t = type_make(F32, 2, dim);
	return !strcmp(name, "x") || !strcmp(name, "x2");
}

static int differs(const char *text, const char *want, const char *got)
{
	const bool same = want && got ? !strcmp(want, got) : want == got;
	if (!same)
		printf("%s: wanted %s, got %s\n", text, want ? want : "an error",
		       got ? got : "an error");
	return !same;
}

int main(void)
{
	Arena *const a = arena_new();
	const ExprEnv env = {a, NULL, find_var, find_type, NULL};
	int failed = 0;
	for (size_t i = 0; i < COUNT(rows); i++) {
		ExprError e = {0};
		Val v;
		const bool ok = expr_eval(&env, rows[i].text, &v, &e);
		failed += differs(rows[i].text, rows[i].value, ok ? val_show(a, &v) : NULL);
		failed += !ok && (!e.message || e.at > strlen(rows[i].text));
	}
	for (size_t i = 0; i < COUNT(texts); i++) {
		ExprError e = {0};
		const char *out = NULL;
		const bool ok = expr_interpolate(&env, texts[i].text, &out, &e);
		failed += differs(texts[i].text, texts[i].value, ok ? out : NULL);
	}
	arena_free(a);
	return failed > 0;
}
