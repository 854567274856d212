/* nest.c: loops over elements: elementwise programs and copies. Dimensions that all operands run
 * through without a gap become one; the innermost loop is for the vectoriser, the others are one
 * loop over rows, cut into tiles. */
#include "emit.h"

#include <inttypes.h>
#include <string.h>

enum { CHUNK = 8192 }; /* elements of a tile, about */

static int nargs(const Nest *t)
{
	return t->nin + t->nout;
}

/* Dimension k goes; the one before it takes its strides. */
static void drop(Nest *t, int k)
{
	t->rank--;
	for (int i = k; i < t->rank; i++) {
		t->dim[i] = t->dim[i + 1];
		for (int a = 0; a < nargs(t); a++)
			t->stride[a][i] = t->stride[a][i + 1];
	}
}

static bool joins(const Nest *t, int k)
{
	for (int a = 0; a < nargs(t); a++)
		if (t->stride[a][k] != t->stride[a][k + 1] * t->dim[k + 1])
			return false;
	return true;
}

static void collapse(Nest *t)
{
	for (int k = t->rank - 1; k >= 0; k--)
		if (t->dim[k] == 1)
			drop(t, k);
	for (int k = t->rank - 2; k >= 0; k--)
		if (joins(t, k)) {
			t->dim[k + 1] *= t->dim[k];
			drop(t, k);
		}
	if (t->rank == 0) {
		t->rank = 1;
		t->dim[0] = 1;
	}
}

static void operand(const Nest *t, int a, Buf *b)
{
	buf_printf(b, "%s%d", a < t->nin ? "p" : "q", a < t->nin ? a : a - t->nin);
}

/* Row pointers: row r of the outer dimensions in row-major order. */
static void row_pointers(const Nest *t, const char *tab, Buf *b)
{
	for (int a = 0; a < nargs(t); a++) {
		if (!t->ptr[a])
			continue;
		buf_printf(b, "%s%sfloat *const %s", tab, a < t->nin ? "const " : "",
			   a < t->nin ? "" : "restrict ");
		operand(t, a, b);
		buf_printf(b, " = %s", t->ptr[a]);
		int64_t inner = 1;
		for (int k = t->rank - 2; k >= 0; inner *= t->dim[k--]) {
			if (t->stride[a][k] == 0)
				continue;
			buf_puts(b, " + r");
			if (inner > 1)
				buf_printf(b, " / %" PRId64, inner);
			if (k > 0)
				buf_printf(b, " %% %" PRId64, t->dim[k]);
			buf_printf(b, " * %" PRId64, t->stride[a][k]);
		}
		buf_puts(b, ";\n");
	}
}

/* "p0[j * 3]" */
static void element(const Nest *t, int a, Buf *b)
{
	const int64_t step = t->stride[a][t->rank - 1];
	operand(t, a, b);
	if (step == 1)
		buf_puts(b, "[j]");
	else if (step == 0)
		buf_puts(b, "[0]");
	else
		buf_printf(b, "[j * %" PRId64 "]", step);
}

static void body_lines(const Nest *t, const char *tab, const char *lines, Buf *b)
{
	for (int a = 0; lines && a < t->nin; a++) {
		if (!t->ptr[a])
			continue;
		buf_printf(b, "%s\tconst float x%d = ", tab, a);
		element(t, a, b);
		buf_puts(b, ";\n");
	}
	while (lines && *lines) {
		const size_t n = strcspn(lines, "\n");
		buf_printf(b, "%s\t%.*s\n", tab, (int)n, lines);
		lines += n + (lines[n] == '\n');
	}
	for (int k = 0; k < t->nout; k++) {
		buf_printf(b, "%s\t", tab);
		element(t, t->nin + k, b);
		if (!lines && t->nin) {
			buf_puts(b, " = ");
			element(t, 0, b);
			buf_puts(b, ";\n");
		} else {
			buf_printf(b, " = y%d;\n", k);
		}
	}
}

/* The innermost loop, from `lo` to `hi`. */
static void inner_loop(const Nest *t, const char *tab, const char *lo, const char *hi,
		       const char *lines, Buf *b)
{
	row_pointers(t, tab, b);
	buf_printf(b, "#pragma omp simd\n%sfor (int64_t j = %s; j < %s; j++) {\n", tab, lo, hi);
	body_lines(t, tab, lines, b);
	buf_printf(b, "%s}\n", tab);
}

/* for i over tiles of `per` of `count` items, and the end of each. */
static void tile_loop(Fn *f, int64_t count, int64_t per)
{
	const int64_t tiles = (count + per - 1) / per;
	buf_printf(&f->body,
		   "#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)\n"
		   "\tfor (int64_t i = 0; i < %" PRId64 "; i++) {\n",
		   tiles);
	if (count % per)
		buf_printf(&f->body,
			   "\t\tconst int64_t end = i + 1 < %" PRId64 " ? (i + 1) * %" PRId64
			   " : %" PRId64 ";\n",
			   tiles, per, count);
	else
		buf_printf(&f->body, "\t\tconst int64_t end = (i + 1) * %" PRId64 ";\n", per);
}

static void one_row(Fn *f, const Nest *t, const char *lines)
{
	Arena *a = f->e->arena;
	const int64_t n = t->dim[0];
	if (n <= 2 * CHUNK) {
		buf_puts(&f->body, "\t{\n");
		inner_loop(t, "\t\t", "0", arena_printf(a, "%" PRId64, n), lines, &f->body);
	} else {
		tile_loop(f, n, CHUNK);
		inner_loop(t, "\t\t", arena_printf(a, "i * %d", CHUNK), "end", lines, &f->body);
	}
	buf_puts(&f->body, "\t}\n");
}

static void many_rows(Fn *f, const Nest *t, int64_t rows, const char *lines)
{
	Arena *a = f->e->arena;
	const int64_t n = t->dim[t->rank - 1], per = n >= CHUNK ? 1 : CHUNK / n;
	const char *hi = arena_printf(a, "%" PRId64, n);
	if (rows <= 2 * per) {
		buf_printf(&f->body, "\tfor (int64_t r = 0; r < %" PRId64 "; r++) {\n", rows);
		inner_loop(t, "\t\t", "0", hi, lines, &f->body);
	} else {
		tile_loop(f, rows, per);
		buf_printf(&f->body, "\t\tfor (int64_t r = i * %" PRId64 "; r < end; r++) {\n",
			   per);
		inner_loop(t, "\t\t\t", "0", hi, lines, &f->body);
		buf_puts(&f->body, "\t\t}\n");
	}
	buf_puts(&f->body, "\t}\n");
}

/* An input that is the same in all rows but not dense is copied first: gathering it again in each
 * row takes longer than all the rest. */
static void make_dense(Fn *f, Nest *t, int64_t rows)
{
	enum { FEW_ROWS = 16, LONG_ROW = 4096 };
	const int inner = t->rank - 1;
	for (int a = 0; a < t->nin; a++) {
		int64_t *const step = &t->stride[a][inner];
		bool same = t->ptr[a] && rows >= FEW_ROWS && t->dim[inner] <= LONG_ROW;
		for (int k = 0; k < inner; k++)
			same &= t->stride[a][k] == 0;
		if (!same || *step == 0 || *step == 1)
			continue;
		const char *name = arena_printf(f->e->arena, "row%d", a);
		fn_hold(f, name, t->dim[inner]);
		buf_printf(&f->body, "\tmemory_gather(%s, %s, %" PRId64 ", %" PRId64 ");\n", name,
			   t->ptr[a], *step, t->dim[inner]);
		t->ptr[a] = name;
		*step = 1;
	}
}

void nest_write(Fn *f, Nest *t, const char *lines)
{
	collapse(t);
	int64_t rows = 1;
	for (int k = 0; k + 1 < t->rank; k++)
		rows *= t->dim[k];
	make_dense(f, t, rows);
	if (t->rank == 1)
		one_row(f, t, lines);
	else
		many_rows(f, t, rows, lines);
}

void nest_copy(Fn *f, const char *from, const int64_t *from_stride, const char *to,
	       const int64_t *to_stride, const Type *over)
{
	Nest t = {.rank = over->rank, .nin = 1, .nout = 1, .ptr = {from, to}};
	for (int k = 0; k < over->rank; k++) {
		t.dim[k] = over->dim[k];
		t.stride[0][k] = from_stride[k];
		t.stride[1][k] = to_stride[k];
	}
	nest_write(f, &t, NULL);
}

const char *fn_in_dense(Fn *f, int i)
{
	if (i >= f->n->nin || !f->n->in[i] || fn_ref(f, i).dense)
		return fn_in(f, i);
	const Value *v = f->n->in[i];
	const char *from = fn_name_in(f, i), *name = arena_printf(f->e->arena, "%s_dense", from);
	int64_t dense[MAX_RANK];
	ref_dense(&v->type, dense);
	if (!fn_has(f, name)) {
		const Ref r = ref_of(f->e, v, f->at_load);
		fn_hold(f, name, type_count(&v->type));
		nest_copy(f, from, r.stride, name, dense, &v->type);
	}
	return fn_at(f, name, v, dense);
}
