/* expr.c: evaluates expressions while reading them, by precedence climbing.
 *
 * Integers are exact: what does not fit 64 bits is an error, never a wrapped or rounded value. A
 * number is always finite. Parts that cannot matter (the right side of a decided `and`) are read
 * with `skip` set and not evaluated. */
#include "expr.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct Parser {
	const ExprEnv *env;
	const char *text;
	size_t pos, start; /* start: of the operand or operator that a message is about */
	int depth, skip;
	ExprError *err;
	bool failed;
} Parser;

typedef enum Operator {
	O_OR,
	O_AND,
	O_EQ,
	O_NE,
	O_LE,
	O_GE,
	O_LT,
	O_GT,
	O_RANGE,
	O_ADD,
	O_SUB,
	O_FLOORDIV,
	O_MUL,
	O_DIV,
	O_MOD,
	O_NONE,
} Operator;

/* Longer spellings first. */
static const struct {
	const char *text;
	int level;
} operators[] = {
    [O_OR] = {"or", 2},    [O_AND] = {"and", 3}, [O_EQ] = {"==", 5}, [O_NE] = {"!=", 5},
    [O_LE] = {"<=", 5},    [O_GE] = {">=", 5},   [O_LT] = {"<", 5},  [O_GT] = {">", 5},
    [O_RANGE] = {"..", 1}, [O_ADD] = {"+", 6},   [O_SUB] = {"-", 6}, [O_FLOORDIV] = {"//", 7},
    [O_MUL] = {"*", 7},    [O_DIV] = {"/", 7},   [O_MOD] = {"%", 7},
};

enum { LEVEL_ANY = 1, LEVEL_NOT = 4, LEVEL_SIGN = 8 };

static Val parse(Parser *p, int level);

/* ---- messages ---- */

__attribute__((format(printf, 3, 4))) static Val fail(Parser *p, DiagCode code, const char *fmt,
						      ...)
{
	if (!p->failed) {
		va_list ap;
		va_start(ap, fmt);
		p->err->code = code;
		p->err->at = p->start;
		p->err->len = p->pos > p->start ? p->pos - p->start : 1;
		p->err->message = arena_vprintf(p->env->arena, fmt, ap);
		va_end(ap);
	}
	p->failed = true;
	return (Val){0};
}

/* Fails without a message: the cause was reported before. */
static Val fail_quietly(Parser *p)
{
	if (!p->failed)
		p->err->message = NULL;
	p->failed = true;
	return (Val){0};
}

static void skip_space(Parser *p)
{
	while (p->text[p->pos] == ' ' || p->text[p->pos] == '\t')
		p->pos++;
}

static Val unexpected(Parser *p, const char *want)
{
	const char c = p->text[p->pos];
	p->start = p->pos;
	if (!c)
		return fail(p, E207, "expected %s, found the end of '%.60s'", want, p->text);
	if (c < 0x20)
		return fail(p, E207, "expected %s, found byte 0x%02x", want, (unsigned char)c);
	return fail(p, E207, "expected %s, found '%c'", want, c);
}

static bool accept(Parser *p, char c)
{
	skip_space(p);
	if (p->text[p->pos] != c)
		return false;
	p->pos++;
	return true;
}

static bool starts_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool in_name(char c)
{
	return starts_name(c) || (c >= '0' && c <= '9');
}

static size_t name_len(const char *s)
{
	size_t n = 0;
	if (starts_name(*s))
		while (in_name(s[n]))
			n++;
	return n;
}

/* ---- operators ---- */

static Val not_for(Parser *p, Operator op, const Val *a, const Val *b)
{
	Arena *const m = p->env->arena;
	return fail(p, E209, "'%s' cannot be applied to %s and %s", operators[op].text,
		    val_show(m, a), val_show(m, b));
}

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

static Val int_divide(Parser *p, Operator op, int64_t a, int64_t b)
{
	if (b == 0)
		return fail(p, E208, "division of %lld by zero", (long long)a);
	if (b == -1 && op == O_MOD)
		return val_int(0);
	if (b == -1 && a == INT64_MIN)
		return fail(p, E208, "%lld / -1 does not fit 64 bits", (long long)a);
	if (op == O_DIV)
		return a % b ? val_num((double)a / (double)b) : val_int(a / b);
	return val_int(op == O_FLOORDIV ? floor_div(a, b) : a - b * floor_div(a, b));
}

static Val int_arithmetic(Parser *p, Operator op, int64_t a, int64_t b)
{
	int64_t v = 0;
	bool over = false;
	switch (op) {
	case O_ADD:
		over = __builtin_add_overflow(a, b, &v);
		break;
	case O_SUB:
		over = __builtin_sub_overflow(a, b, &v);
		break;
	case O_MUL:
		over = __builtin_mul_overflow(a, b, &v);
		break;
	default:
		return int_divide(p, op, a, b);
	}
	if (over)
		return fail(p, E208, "%lld %s %lld does not fit 64 bits", (long long)a,
			    operators[op].text, (long long)b);
	return val_int(v);
}

static Val finite(Parser *p, double v)
{
	return isfinite(v) ? val_num(v) : fail(p, E208, "the result is not a finite number");
}

static Val num_arithmetic(Parser *p, Operator op, double a, double b)
{
	if ((op == O_DIV || op == O_FLOORDIV || op == O_MOD) && b == 0)
		return fail(p, E208, "division of %g by zero", a);
	switch (op) {
	case O_ADD:
		return finite(p, a + b);
	case O_SUB:
		return finite(p, a - b);
	case O_MUL:
		return finite(p, a * b);
	case O_DIV:
		return finite(p, a / b);
	case O_FLOORDIV:
		return finite(p, floor(a / b));
	default:
		return finite(p, a - b * floor(a / b));
	}
}

static Val compare(Parser *p, Operator op, const Val *a, const Val *b)
{
	double x, y;
	const bool texts = a->kind == VAL_TEXT && b->kind == VAL_TEXT;
	const bool lists = a->kind == VAL_LIST && b->kind == VAL_LIST;
	const bool numbers = val_to_num(a, &x) && val_to_num(b, &y);
	const bool equality = op == O_EQ || op == O_NE;
	if (!numbers && !(equality && (texts || lists)))
		return not_for(p, op, a, b);
	if (equality)
		return val_bool(val_equal(a, b) == (op == O_EQ));
	const bool exact = a->kind != VAL_NUM && b->kind != VAL_NUM;
	const int c = exact ? (a->i > b->i) - (a->i < b->i) : (x > y) - (x < y);
	return val_bool(op == O_LT ? c < 0 : op == O_LE ? c <= 0 : op == O_GT ? c > 0 : c >= 0);
}

static Val range(Parser *p, const Val *a, const Val *b)
{
	if (a->kind != VAL_INT || b->kind != VAL_INT)
		return not_for(p, O_RANGE, a, b);
	if (b->i < a->i)
		return (Val){.kind = VAL_LIST};
	if ((uint64_t)b->i - (uint64_t)a->i >= EXPR_MAX_LIST)
		return fail(p, E222, "range %lld..%lld has more than %d entries", (long long)a->i,
			    (long long)b->i, EXPR_MAX_LIST);
	const int n = (int)(b->i - a->i) + 1;
	Val *const at = NEW_ARRAY(p->env->arena, Val, n);
	for (int i = 0; i < n; i++)
		at[i] = val_int(a->i + i);
	return (Val){.kind = VAL_LIST, .n = n, .at = at};
}

static Val apply(Parser *p, Operator op, const Val *a, const Val *b)
{
	double x, y;
	if (p->failed || p->skip)
		return val_int(0);
	if (op == O_RANGE)
		return range(p, a, b);
	if (operators[op].level == 5)
		return compare(p, op, a, b);
	if (!val_to_num(a, &x) || !val_to_num(b, &y))
		return not_for(p, op, a, b);
	if (a->kind == VAL_NUM || b->kind == VAL_NUM)
		return num_arithmetic(p, op, x, y);
	return int_arithmetic(p, op, a->i, b->i);
}

static bool truth(Parser *p, const Val *v)
{
	double x = 0;
	if (p->failed || p->skip)
		return false;
	if (!val_to_num(v, &x))
		fail(p, E209, "expected true or false, found %s", val_show(p->env->arena, v));
	return x != 0;
}

/* ---- functions ---- */

typedef Val Function(Parser *p, const Val *v, int n);

static double number(Parser *p, const Val *v)
{
	double f = 0;
	if (!val_to_num(v, &f))
		fail(p, E209, "expected a number, found %s", val_show(p->env->arena, v));
	return f;
}

static Val extreme(Parser *p, const Val *v, int n, int sign)
{
	if (n == 1 && v->kind == VAL_LIST) {
		n = v->n;
		v = v->at;
	}
	if (n == 0)
		return fail(p, E209, "the list is empty");
	Val best = v[0];
	number(p, &best);
	for (int i = 1; i < n && !p->failed; i++) {
		number(p, &v[i]);
		const Val more =
		    p->failed ? val_bool(false) : compare(p, sign > 0 ? O_GT : O_LT, &v[i], &best);
		if (more.i)
			best = v[i];
	}
	return best;
}

static Val fn_min(Parser *p, const Val *v, int n)
{
	return extreme(p, v, n, -1);
}

static Val fn_max(Parser *p, const Val *v, int n)
{
	return extreme(p, v, n, 1);
}

static Val fn_sqrt(Parser *p, const Val *v, int n)
{
	(void)n;
	const double x = number(p, v);
	return x < 0 ? fail(p, E208, "sqrt of the negative number %g", x) : val_num(sqrt(x));
}

static Val fn_log(Parser *p, const Val *v, int n)
{
	(void)n;
	const double x = number(p, v);
	if (p->failed)
		return val_num(0);
	return x > 0 ? val_num(log(x)) : fail(p, E208, "log of %g, which is not positive", x);
}

static Val fn_exp(Parser *p, const Val *v, int n)
{
	(void)n;
	return finite(p, exp(number(p, v)));
}

static Val rounded(Parser *p, const Val *v, double f(double))
{
	if (v->kind == VAL_INT)
		return *v;
	const Val r = val_num(f(number(p, v)));
	int64_t i = 0;
	if (!p->failed && !val_to_int(&r, &i))
		return fail(p, E208, "%g is too large for a whole number", r.f);
	return val_int(i);
}

static Val fn_ceil(Parser *p, const Val *v, int n)
{
	(void)n;
	return rounded(p, v, ceil);
}

static Val fn_floor(Parser *p, const Val *v, int n)
{
	(void)n;
	return rounded(p, v, floor);
}

static Val fn_abs(Parser *p, const Val *v, int n)
{
	(void)n;
	if (v->kind == VAL_INT)
		return v->i < 0 ? int_arithmetic(p, O_SUB, 0, v->i) : *v;
	return val_num(fabs(number(p, v)));
}

static Val fn_len(Parser *p, const Val *v, int n)
{
	(void)n;
	if (v->kind == VAL_LIST)
		return val_int(v->n);
	if (v->kind == VAL_TEXT)
		return val_int((int64_t)strlen(v->s));
	return fail(p, E209, "expected a list, found %s", val_show(p->env->arena, v));
}

static const struct {
	const char *name;
	int lo, hi;
	Function *call; /* NULL: dim and rank, whose first argument names a graph value */
} functions[] = {
    {"min", 1, 8, fn_min},     {"max", 1, 8, fn_max}, {"sqrt", 1, 1, fn_sqrt},
    {"log", 1, 1, fn_log},     {"exp", 1, 1, fn_exp}, {"ceil", 1, 1, fn_ceil},
    {"floor", 1, 1, fn_floor}, {"abs", 1, 1, fn_abs}, {"len", 1, 1, fn_len},
    {"dim", 2, 2, NULL},       {"rank", 1, 1, NULL},
};

/* The graph value named as first argument of dim and rank; {expressions} in it are replaced. */
static bool parse_graph_value(Parser *p, Type *t)
{
	skip_space(p);
	const size_t at = p->start = p->pos;
	int braces = 0;
	for (char c; (c = p->text[p->pos]) && (braces || (c != ',' && c != ')' && c != ' '));
	     p->pos++)
		braces += (c == '{') - (c == '}');
	const char *name = arena_strndup(p->env->arena, p->text + at, p->pos - at);
	if (p->pos == at)
		unexpected(p, "the name of a graph value");
	if (p->failed || p->skip)
		return false;
	ExprError inner = {0};
	if (strchr(name, '{') && !expr_interpolate(p->env, name, &name, &inner)) {
		if (inner.message)
			fail(p, inner.code, "%s", inner.message);
		else
			fail_quietly(p);
		return false;
	}
	const int have = p->env->type ? p->env->type(p->env->ctx, name, t) : 0;
	if (have < 0)
		fail_quietly(p);
	if (have == 0) {
		const char *const hint =
		    p->env->hint ? p->env->hint(p->env->ctx, name, true) : NULL;
		fail(p, E218, "there is no graph value '%.60s' here%s%s%s", name,
		     hint ? "; did you mean '" : "", hint ? hint : "", hint ? "'?" : "");
	}
	return have > 0;
}

static Val parse_dim(Parser *p, size_t start)
{
	Type t = {0};
	const bool known = parse_graph_value(p, &t);
	if (!p->failed && !accept(p, ','))
		return unexpected(p, "',' and an axis");
	const Val v = parse(p, LEVEL_ANY);
	if (p->failed || !known)
		return val_int(0);
	p->start = start;
	int64_t axis;
	if (!val_to_int(&v, &axis))
		return fail(p, E209, "expected an axis, found %s", val_show(p->env->arena, &v));
	if (axis < -t.rank || axis >= t.rank)
		return fail(p, E208, "axis %lld of a value with %d dimensions, %s", (long long)axis,
			    t.rank, type_text(p->env->arena, &t));
	return val_int(t.dim[axis < 0 ? axis + t.rank : axis]);
}

static Val parse_arguments(Parser *p, int fn, size_t start)
{
	Val v[8];
	int n = 0;
	do {
		if (n == functions[fn].hi) {
			skip_space(p);
			p->start = p->pos;
			return fail(p, E207, "%s takes at most %d arguments", functions[fn].name,
				    functions[fn].hi);
		}
		v[n++] = parse(p, LEVEL_ANY);
	} while (!p->failed && accept(p, ','));
	p->start = start;
	return p->failed || p->skip ? val_int(0) : functions[fn].call(p, v, n);
}

static Val parse_call(Parser *p, const char *name, size_t start)
{
	const char *names[COUNT(functions)];
	int fn = -1;
	for (size_t i = 0; i < COUNT(functions); i++) {
		names[i] = functions[i].name;
		if (!strcmp(name, names[i]))
			fn = (int)i;
	}
	if (fn < 0) {
		const char *const near = closest_name(name, names, COUNT(functions));
		return fail(p, E206, "unknown function '%.60s'%s%s%s", name,
			    near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
	}
	accept(p, '(');
	Val v = {0};
	if (functions[fn].call) {
		v = parse_arguments(p, fn, start);
	} else if (functions[fn].hi == 2) {
		v = parse_dim(p, start);
	} else {
		Type t = {0};
		parse_graph_value(p, &t);
		v = val_int(t.rank);
	}
	if (!p->failed && !accept(p, ')'))
		return unexpected(p, "')'");
	return v;
}

/* ---- operands ---- */

static Val parse_number(Parser *p)
{
	const char *const s = p->text + p->pos;
	size_t n = strspn(s, "0123456789");
	bool whole = true;
	if (s[n] == '.' && s[n + 1] != '.') {
		whole = false;
		n += 1 + strspn(s + n + 1, "0123456789");
	}
	if (s[n] == 'e' || s[n] == 'E') {
		const size_t sign = s[n + 1] == '-' || s[n + 1] == '+';
		const size_t digits = strspn(s + n + 1 + sign, "0123456789");
		whole = whole && !digits;
		n += digits ? 1 + sign + digits : 0;
	}
	p->pos += n;
	if (in_name(s[n]))
		return fail(p, E207, "malformed number '%.*s'", (int)(n < 60 ? n + 1 : 60), s);
	if (!whole)
		return finite(p, strtod(s, NULL));
	int64_t v = 0;
	for (size_t i = 0; i < n; i++)
		if (__builtin_mul_overflow(v, 10, &v) || __builtin_add_overflow(v, s[i] - '0', &v))
			return fail(p, E208, "the integer does not fit 64 bits");
	return val_int(v);
}

static Val parse_text(Parser *p)
{
	const char *const s = p->text + p->pos + 1;
	const char *const end = strchr(s, '\'');
	if (!end)
		return fail(p, E207, "text without a closing '");
	p->pos += (size_t)(end - s) + 2;
	return val_text(arena_strndup(p->env->arena, s, (size_t)(end - s)));
}

static Val parse_name(Parser *p)
{
	const size_t n = name_len(p->text + p->pos), start = p->pos;
	const char *const name = arena_strndup(p->env->arena, p->text + p->pos, n);
	p->pos += n;
	if (!strcmp(name, "true") || !strcmp(name, "false"))
		return val_bool(*name == 't');
	size_t after = p->pos;
	while (p->text[after] == ' ')
		after++;
	if (p->text[after] == '(')
		return parse_call(p, name, start);
	Val v = {0};
	if (p->skip)
		return val_int(0);
	if (!p->env->var || !p->env->var(p->env->ctx, name, &v)) {
		const char *const hint =
		    p->env->hint ? p->env->hint(p->env->ctx, name, false) : NULL;
		return fail(p, E206, "unknown name '%.60s'%s%s%s", name,
			    hint ? "; did you mean '" : "", hint ? hint : "", hint ? "'?" : "");
	}
	return v.kind == VAL_BAD ? fail_quietly(p) : v;
}

static Val parse_list(Parser *p)
{
	LIST(Val) items = {0};
	p->pos++;
	if (accept(p, ']'))
		return (Val){.kind = VAL_LIST};
	do {
		const Val v = parse(p, LEVEL_ANY);
		list_push(p->env->arena, &items, v);
	} while (!p->failed && accept(p, ','));
	if (!p->failed && !accept(p, ']'))
		return unexpected(p, "',' or ']'");
	return (Val){.kind = VAL_LIST, .n = items.n, .at = items.at};
}

static Val parse_group(Parser *p)
{
	p->pos++;
	const Val v = parse(p, LEVEL_ANY);
	if (!p->failed && !accept(p, ')'))
		return unexpected(p, "')'");
	return v;
}

static Val parse_primary(Parser *p)
{
	skip_space(p);
	const char c = p->text[p->pos];
	p->start = p->pos;
	if ((c >= '0' && c <= '9') || (c == '.' && p->text[p->pos + 1] != '.'))
		return parse_number(p);
	if (c == '\'')
		return parse_text(p);
	if (c == '(')
		return parse_group(p);
	if (c == '[')
		return parse_list(p);
	if (starts_name(c))
		return parse_name(p);
	return unexpected(p, "a number, name or '('");
}

static Val element(Parser *p, const Val *list, const Val *index)
{
	int64_t i = 0;
	if (list->kind != VAL_LIST)
		return fail(p, E209, "expected a list before '[', found %s",
			    val_show(p->env->arena, list));
	if (!val_to_int(index, &i))
		return fail(p, E209, "expected a whole number as index, found %s",
			    val_show(p->env->arena, index));
	if (i < -list->n || i >= list->n)
		return fail(p, E208, "index %lld in a list of %d (counted from 0)", (long long)i,
			    list->n);
	return list->at[i < 0 ? i + list->n : i];
}

static Val parse_indexed(Parser *p)
{
	skip_space(p);
	const size_t start = p->pos;
	Val v = parse_primary(p);
	while (!p->failed && accept(p, '[')) {
		const Val i = parse(p, LEVEL_ANY);
		if (!p->failed && !accept(p, ']'))
			return unexpected(p, "']'");
		p->start = start;
		v = p->failed || p->skip ? val_int(0) : element(p, &v, &i);
	}
	return v;
}

static Val parse_prefix(Parser *p)
{
	skip_space(p);
	const size_t start = p->pos;
	const size_t n = name_len(p->text + p->pos);
	const bool negate = p->text[p->pos] == '-';
	if (!negate && !(n == 3 && !memcmp(p->text + p->pos, "not", 3)))
		return parse_indexed(p);
	p->pos += negate ? 1 : 3;
	const Val v = parse(p, negate ? LEVEL_SIGN : LEVEL_NOT);
	p->start = start;
	if (p->failed || p->skip)
		return val_int(0);
	if (!negate)
		return val_bool(!truth(p, &v));
	if (v.kind == VAL_NUM)
		return val_num(-v.f);
	const Val zero = val_int(0);
	return apply(p, O_SUB, &zero, &v);
}

static Operator peek_operator(Parser *p)
{
	skip_space(p);
	const char *const s = p->text + p->pos;
	const size_t word = name_len(s);
	for (Operator o = 0; o < O_NONE; o++) {
		const size_t n = strlen(operators[o].text);
		if (!strncmp(s, operators[o].text, n) && (word == 0 || word == n))
			return o;
	}
	return O_NONE;
}

/* Right side of `and`/`or`, not evaluated when the left side decides. */
static Val parse_logic(Parser *p, Operator op, const Val *left)
{
	const bool a = truth(p, left);
	const bool decided = a == (op == O_OR);
	p->skip += decided;
	const Val right = parse(p, operators[op].level + 1);
	p->skip -= decided;
	return val_bool(decided ? a : truth(p, &right));
}

static Val parse(Parser *p, int level)
{
	skip_space(p);
	const size_t start = p->pos;
	if (p->failed)
		return (Val){0};
	if (++p->depth > EXPR_MAX_DEPTH) {
		p->start = p->pos;
		return fail(p, E207, "expression nested more than %d deep", EXPR_MAX_DEPTH);
	}
	Val v = parse_prefix(p);
	for (Operator o; !p->failed && (o = peek_operator(p)) != O_NONE;) {
		if (operators[o].level < level)
			break;
		p->pos += strlen(operators[o].text);
		if (operators[o].level <= operators[O_AND].level && o != O_RANGE) {
			p->start = start;
			v = parse_logic(p, o, &v);
			continue;
		}
		const Val right = parse(p, operators[o].level + 1);
		p->start = start;
		v = apply(p, o, &v, &right);
	}
	p->depth--;
	return v;
}

bool expr_eval(const ExprEnv *env, const char *text, Val *v, ExprError *err)
{
	Parser p = {.env = env, .text = text, .err = err};
	*v = parse(&p, LEVEL_ANY);
	skip_space(&p);
	if (!p.failed && text[p.pos])
		unexpected(&p, "an operator");
	if (p.failed)
		v->kind = VAL_BAD;
	return !p.failed;
}

/* ---- interpolation ---- */

static bool broken(ExprError *err, DiagCode code, size_t at, size_t len, const char *message)
{
	*err = (ExprError){code, at, len ? len : 1, message};
	return false;
}

static bool put_value(const ExprEnv *env, Buf *b, const char *text, size_t at, ExprError *err)
{
	Val v;
	int64_t i;
	if (!expr_eval(env, text, &v, err)) {
		err->at += at;
		return false;
	}
	if (v.kind == VAL_TEXT)
		buf_puts(b, v.s);
	else if (v.kind != VAL_BOOL && val_to_int(&v, &i))
		buf_printf(b, "%lld", (long long)i);
	else
		return broken(err, E225, at, strlen(text),
			      arena_printf(env->arena,
					   "expected a text or a whole number in {}, found %s",
					   val_show(env->arena, &v)));
	return true;
}

bool expr_interpolate(const ExprEnv *env, const char *text, const char **out, ExprError *err)
{
	*out = text;
	if (!strpbrk(text, "{}"))
		return true;
	Buf b;
	buf_init(&b, env->arena);
	for (const char *s = text; *s;) {
		const size_t plain = strcspn(s, "{}");
		buf_write(&b, s, plain);
		s += plain;
		if (!*s)
			break;
		const char *const end = strchr(s, '}');
		if (*s == '}' || !end)
			return broken(err, E225, (size_t)(s - text), 1, "'{' and '}' do not match");
		const size_t n = (size_t)(end - s) - 1;
		const char *const inner = arena_strndup(env->arena, s + 1, n);
		if (!put_value(env, &b, inner, (size_t)(s + 1 - text), err))
			return false;
		s = end + 1;
	}
	*out = b.s;
	return true;
}
