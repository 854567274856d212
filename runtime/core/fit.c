/* fit.c: whether a safetensors file has the tensors that are wanted, and whether values are such as
 * can be computed with. What is wrong is counted whole and listed up to RT_LISTED. */
#include "runtime/core/core.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* ---- names, shapes and types ------------------------------------------------------------------
 */

static void add(RtMisfits *m, RtMisfit kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static void add(RtMisfits *m, RtMisfit kind, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	if (m->n[kind] < RT_LISTED)
		vsnprintf(m->line[kind][m->n[kind]], RT_LINE, fmt, ap);
	va_end(ap);
	m->n[kind]++;
}

void rt_misfits_want(RtMisfits *m, const RtSafetensors *st, const RtTensor *t)
{
	char want[RT_SHAPE_TEXT], have[RT_SHAPE_TEXT];
	RtEntry *const e = rt_st_find(st, t->name);
	rt_shape_text(want, t->rank, t->dim);
	if (!e) {
		add(m, RT_MISSING, "missing: '%s', F32 %s", t->name, want);
		return;
	}
	e->used = true;
	rt_shape_text(have, e->rank, e->dim);
	if (!rt_same_shape(t, e->rank, e->dim))
		add(m, RT_WRONG_SHAPE, "wrong shape: '%s' is %s, need %s", t->name, have, want);
	else if (!rt_float_known(e->dtype))
		add(m, RT_WRONG_TYPE, "wrong type: '%s' is %s %s, need F32 %s", t->name, e->dtype,
		    have, want);
}

void rt_misfits_left_over(RtMisfits *m, const RtSafetensors *st)
{
	char have[RT_SHAPE_TEXT];
	for (int i = 0; i < st->n; i++) {
		const RtEntry *const e = &st->entries[i];
		if (!e->used)
			add(m, RT_LEFT_OVER, "left over: '%s', %s %s", e->name, e->dtype,
			    rt_shape_text(have, e->rank, e->dim));
	}
}

/* How many of each kind are listed: one of each in turn until the list is full. */
static void choose(const RtMisfits *m, int show[RT_MISFITS])
{
	memset(show, 0, sizeof *show * RT_MISFITS);
	for (int left = RT_LISTED, before = -1; left && left != before;) {
		before = left;
		for (int k = 0; k < RT_MISFITS; k++)
			if (left && show[k] < m->n[k]) {
				show[k]++;
				left--;
			}
	}
}

RtStatus rt_misfits_status(const RtMisfits *m, const char *label, const char *what, RtError *err)
{
	static const char *const kinds[] = {"missing", "of a wrong shape", "of a wrong type",
					    "left over"};
	int all = 0, shown = 0, show[RT_MISFITS];
	for (int k = 0; k < RT_MISFITS; k++)
		all += m->n[k];
	if (!all)
		return RT_OK;
	rt_fail(err, RT_INPUT, "%s: %d tensor%s not fit %s", label, all,
		all == 1 ? " does" : "s do", what);
	for (int k = 0, first = 1; all > 1 && k < RT_MISFITS; k++) {
		if (m->n[k])
			rt_error_append(err, "%s %d %s", first ? ":" : ",", m->n[k], kinds[k]);
		first = first && !m->n[k];
	}
	choose(m, show);
	for (int k = 0; k < RT_MISFITS; k++)
		for (int i = 0; i < show[k]; i++, shown++)
			rt_error_append(err, "\n  %s", m->line[k][i]);
	if (all > shown)
		rt_error_append(err, "\n  and %d more", all - shown);
	return RT_INPUT;
}

/* ---- values -----------------------------------------------------------------------------------
 */

/* What values must not be, of statistics by the end of their names. */
typedef struct Domain {
	const char *end;
	float least; /* allowed; FLT_TRUE_MIN: all above zero */
	const char *wrong;
} Domain;

static const Domain domains[] = {
    {"running_var", 0, "below zero, as no variance is"},
    {"scaler.std", FLT_TRUE_MIN, "not above zero, as a deviation is"},
};

/* "running_var" and "bn.running_var", not "rerunning_var". */
static const Domain *domain_of(const char *name)
{
	const size_t n = strlen(name);
	for (size_t i = 0; i < RT_COUNT(domains); i++) {
		const size_t k = strlen(domains[i].end);
		if (n >= k && strcmp(name + n - k, domains[i].end) == 0 &&
		    (n == k || name[n - k - 1] == '.'))
			return &domains[i];
	}
	return NULL;
}

/* Values that are wrong. */
typedef struct Found {
	uint64_t n, first;
} Found;

/* x: values first .. first+n-1. Numbers that are not finite have all bits of the exponent. */
static void find_infinite(Found *f, const float *x, uint64_t first, size_t n)
{
	const uint32_t exponent = 0x7f800000;
	unsigned count = 0;
#pragma omp simd reduction(+ : count)
	for (size_t i = 0; i < n; i++) {
		uint32_t bits;
		memcpy(&bits, &x[i], sizeof bits);
		count += (bits & exponent) == exponent;
	}
	for (size_t i = 0; count && !f->n && i < n; i++)
		if (!isfinite(x[i])) {
			f->first = first + i;
			break;
		}
	f->n += count;
}

static void find_below(Found *f, float least, const float *x, uint64_t first, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (x[i] < least) {
			f->first = f->n ? f->first : first + i;
			f->n++;
		}
}

/* "[2,0,1]" of value i in row-major order. */
static const char *index_text(char out[RT_SHAPE_TEXT], const RtArray *a, uint64_t i)
{
	int64_t at[RT_MAX_RANK] = {0};
	for (int k = a->rank; k-- > 0; i /= (uint64_t)a->dim[k])
		at[k] = (int64_t)(i % (uint64_t)a->dim[k]);
	return rt_shape_text(out, a->rank, at);
}

static void add_values(RtBadValues *v, const char *name, const RtArray *a, const Found *f,
		       uint64_t all, const char *wrong)
{
	char at[RT_SHAPE_TEXT];
	if (v->n < RT_LISTED)
		snprintf(v->line[v->n], RT_LINE,
			 "'%s' has %llu of %llu values that %s %s, the first (%.9g) at %s", name,
			 (unsigned long long)f->n, (unsigned long long)all,
			 f->n == 1 ? "is" : "are", wrong, rt_array_value(a, f->first),
			 index_text(at, a, f->first));
	v->n++;
}

void rt_values_check(RtBadValues *v, const char *name, const RtArray *a)
{
	enum { PIECE = 2048 };
	float x[PIECE];
	uint64_t all = 0;
	const Domain *const d = domain_of(name);
	Found infinite = {0}, below = {0};
	rt_numel(a->rank, a->dim, &all);
	for (uint64_t at = 0; at < all; at += PIECE) {
		const size_t n = all - at < PIECE ? (size_t)(all - at) : PIECE;
		rt_array_get(a, at, n, x);
		find_infinite(&infinite, x, at, n);
		if (d)
			find_below(&below, d->least, x, at, n);
	}
	if (infinite.n && isfinite(rt_array_value(a, infinite.first)))
		add_values(v, name, a, &infinite, all, "infinite as float32");
	else if (infinite.n)
		add_values(v, name, a, &infinite, all, "not finite");
	else if (below.n)
		add_values(v, name, a, &below, all, d->wrong);
}

RtStatus rt_values_status(const RtBadValues *v, const char *label, RtError *err)
{
	const int shown = v->n < RT_LISTED ? v->n : RT_LISTED;
	if (!v->n)
		return RT_OK;
	if (v->n == 1)
		return rt_fail(err, RT_INPUT, "%s: %s", label, v->line[0]);
	rt_fail(err, RT_INPUT, "%s: %d tensors have values that cannot be right", label, v->n);
	for (int i = 0; i < shown; i++)
		rt_error_append(err, "\n  %s", v->line[i]);
	if (v->n > shown)
		rt_error_append(err, "\n  and %d more", v->n - shown);
	return RT_INPUT;
}
