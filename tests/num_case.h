/* num_case.h: a numeric case, tests/num/<op>/<case>.want, beside the graph in <case>.sir:
 *     tol eval REL SCALE        tolerance of the float64 evaluator
 *     tol f32 REL SCALE         tolerance of a single-precision back end
 *     in NAME RANK DIM... VALUE...
 *     out NAME RANK DIM... VALUE...
 * A value is right within REL times its magnitude or SCALE times the largest finite magnitude of
 * its tensor; NaN and infinities must be met exactly. `in` names inputs and params by label.
 * All here is inline: every driver of cases is one C file. */
#ifndef SELDC_NUM_CASE_H
#define SELDC_NUM_CASE_H

#include "../ir/ir.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct Tolerance {
	double rel, scale;
} Tolerance;

typedef struct NumTensor {
	const char *name;
	Tensor tensor;
} NumTensor;

typedef struct NumCase {
	Tolerance eval, f32;
	LIST(NumTensor) in, out;
} NumCase;

/* Next blank-separated word of the line at *p, which ends at NUL; NULL if there is none. */
static inline const char *next_word(Arena *a, const char **p)
{
	*p += strspn(*p, " ");
	const size_t n = strcspn(*p, " ");
	if (n == 0)
		return NULL;
	const char *word = arena_strndup(a, *p, n);
	*p += n;
	return word;
}

static inline bool next_number(const char **p, double *v)
{
	char *end;
	*v = strtod(*p, &end);
	const bool ok = end != *p && (*end == ' ' || *end == '\0');
	*p = end;
	return ok;
}

static inline bool read_tensor(Arena *a, const char *p, NumTensor *t)
{
	double rank, d;
	Type type = {.dtype = F32};
	t->name = next_word(a, &p);
	if (!t->name || !next_number(&p, &rank) || rank < 0 || rank > MAX_RANK)
		return false;
	type.rank = (int)rank;
	for (int i = 0; i < type.rank; i++) {
		if (!next_number(&p, &d) || d < 1 || d > 1e6)
			return false;
		type.dim[i] = (int64_t)d;
	}
	if (!type_valid(&type) || type_count(&type) > 1 << 24)
		return false;
	const int64_t count = type_count(&type);
	t->tensor = (Tensor){type, NEW_ARRAY(a, double, count)};
	for (int64_t i = 0; i < count; i++)
		if (!next_number(&p, &t->tensor.data[i]))
			return false;
	return p[strspn(p, " ")] == '\0';
}

static inline bool read_tolerance(Arena *a, const char *p, NumCase *c)
{
	const char *who = next_word(a, &p);
	if (!who || (strcmp(who, "eval") && strcmp(who, "f32")))
		return false;
	Tolerance *t = !strcmp(who, "eval") ? &c->eval : &c->f32;
	return next_number(&p, &t->rel) && next_number(&p, &t->scale);
}

static inline bool read_line(Arena *a, const char *line, NumCase *c)
{
	NumTensor t;
	const char *p = line, *word = next_word(a, &p);
	if (!word || *word == '#')
		return true;
	if (!strcmp(word, "tol"))
		return read_tolerance(a, p, c);
	if ((strcmp(word, "in") && strcmp(word, "out")) || !read_tensor(a, p, &t))
		return false;
	if (!strcmp(word, "in"))
		list_push(a, &c->in, t);
	else
		list_push(a, &c->out, t);
	return true;
}

/* False with a reason in *why if the file cannot be read or is malformed. */
static inline bool num_case_read(Arena *a, const char *path, NumCase *c, const char **why)
{
	size_t len;
	char *text = file_read(a, path, &len);
	*c = (NumCase){0};
	if (!text) {
		*why = arena_printf(a, "%s: %s", path, strerror(errno));
		return false;
	}
	int number = 1;
	for (char *line = text; *line; number++) {
		char *end = line + strcspn(line, "\n");
		const bool last = *end == '\0';
		*end = '\0';
		if (!read_line(a, line, c)) {
			*why = arena_printf(a, "%s:%d: malformed line", path, number);
			return false;
		}
		line = last ? end : end + 1;
	}
	*why = arena_printf(a, "%s: no tolerance or no output", path);
	return c->eval.rel > 0 && c->f32.rel > 0 && c->out.n > 0;
}

/* NULL if there is none. */
static inline const NumTensor *num_case_input(const NumCase *c, const char *name)
{
	for (int i = 0; i < c->in.n; i++)
		if (!strcmp(c->in.at[i].name, name))
			return &c->in.at[i];
	return NULL;
}

/* |got - want| in units of what is allowed; above 1 is wrong. */
static inline double excess(double want, double got, double allowed)
{
	if (isnan(want) || isnan(got))
		return isnan(want) && isnan(got) ? 0 : INFINITY;
	if (want == got)
		return 0;
	return isinf(want) || isinf(got) ? INFINITY : fabs(got - want) / allowed;
}

static inline const char *index_text(Arena *a, const Type *t, int64_t at)
{
	Buf b;
	buf_init(&b, a);
	buf_puts(&b, "[");
	int64_t rest = at, size = type_count(t);
	for (int i = 0; i < t->rank; i++) {
		size /= t->dim[i];
		buf_printf(&b, "%s%lld", i ? "," : "", (long long)(rest / size));
		rest %= size;
	}
	buf_puts(&b, "]");
	return b.s;
}

/* Compares all values with want; NULL if they agree, else a text about the worst one. */
static inline const char *num_compare(Arena *a, const NumTensor *want, const double *got,
				      Tolerance tol)
{
	const double *w = want->tensor.data;
	const int64_t count = type_count(&want->tensor.type);
	double largest = 0, worst = 0;
	int64_t at = 0, nwrong = 0;
	for (int64_t i = 0; i < count; i++)
		if (isfinite(w[i]) && fabs(w[i]) > largest)
			largest = fabs(w[i]);
	for (int64_t i = 0; i < count; i++) {
		const double allowed = fmax(tol.rel * fabs(w[i]), tol.scale * largest);
		const double x = excess(w[i], got[i], allowed > 0 ? allowed : tol.scale);
		nwrong += x > 1;
		if (x > worst)
			at = i;
		worst = fmax(worst, x);
	}
	if (worst <= 1)
		return NULL;
	return arena_printf(a, "%s%s is %.17g, want %.17g (%lld of %lld wrong)", want->name,
			    index_text(a, &want->tensor.type, at), got[at], w[at],
			    (long long)nwrong, (long long)count);
}

#endif
