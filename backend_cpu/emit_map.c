/* emit_map.c: elementwise ops, fused elementwise programs, and data movement, all as loops over
 * elements (nest.c). */
#include "emit.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- the C of elementwise ops ---- */

/* Functions of <tgmath.h> in ops.def and what computes them in single precision. */
static const char *const functions[][2] = {
    {"exp", "m_exp"},   {"log", "m_log"},  {"log10", "m_log10"}, {"log1p", "m_log1p"},
    {"tanh", "m_tanh"}, {"sqrt", "sqrtf"}, {"fabs", "fabsf"},    {"expm1", "expm1f"},
};

static void word(Buf *b, const char *w, size_t n)
{
	for (size_t i = 0; i < COUNT(functions); i++)
		if (strlen(functions[i][0]) == n && !memcmp(functions[i][0], w, n)) {
			buf_puts(b, functions[i][1]);
			return;
		}
	buf_write(b, w, n);
}

/* The row's expression with single-precision functions and constants: K(1) becomes 1.0f. */
static void expression(Arena *a, Buf *b, const char *p)
{
	while (*p) {
		const size_t n = strspn(p, "abcdefghijklmnopqrstuvwxyz0123456789_");
		if (!strncmp(p, "K(", 2)) {
			buf_puts(b, emit_float(a, strtod(p + 2, NULL)));
			p += strcspn(p, ")") + 1;
		} else if (n) {
			word(b, p, n);
			p += n;
		} else {
			buf_putc(b, *p++);
		}
	}
}

void emit_ew_functions(Emit *e, Buf *b)
{
	for (int op = 0; op < NOPS; op++) {
		if (!e->ew[op])
			continue;
		const OpInfo *info = &e->model->module->ops->op[op];
		buf_printf(b, "\nINLINE float ew_%s(", info->name);
		for (int k = 0; k < info->nin_min; k++)
			buf_printf(b, "%sfloat %s", k ? ", " : "", info->in_names[k]);
		buf_puts(b, ")\n{\n\treturn ");
		expression(e->arena, b, info->value);
		buf_puts(b, ";\n}\n");
	}
}

/* ---- groups ---- */

/* Extents in front of the instance's so that every operand's leading extent is a product of the
 * first of them: 1, 3 and 6 of 18 give 3 2 3. false if the extents do not divide one another. */
typedef struct Lead {
	int n;
	int64_t dim[NEST_RANK];
} Lead;

static bool lead_of(const Fn *f, Lead *lead)
{
	const int64_t group = fn_group(f);
	int64_t have = 1;
	*lead = (Lead){0};
	while (f->n->group > 0 && have < group) {
		int64_t next = group;
		for (int i = 0; i < f->n->nin; i++) {
			const int64_t d = f->n->in[i]->type.dim[0];
			if (d > have && d < next)
				next = d;
		}
		if (next % have || lead->n == MAX_RANK)
			return false;
		lead->dim[lead->n++] = next / have;
		have = next;
	}
	return true;
}

/* Strides of an operand of leading extent `extent` along the extents of `lead` */
static void lead_strides(const Lead *lead, int64_t extent, int64_t stride, int64_t *to)
{
	int64_t product = 1;
	for (int k = 0; k < lead->n; k++) {
		product *= lead->dim[k];
		to[k] = product <= extent ? stride * (extent / product) : 0;
	}
}

/* Adds operand v, read at `ptr` (NULL: not at all): its instance's strides are `stride[0..rank)`,
 * `step` from instance to instance. */
static void add_operand(const Fn *f, Nest *t, const Lead *lead, const char *ptr, const Value *v,
			int64_t step, int64_t offset, const int64_t *stride, bool out)
{
	const int k = t->nin + t->nout;
	if (k >= NEST_ARGS)
		BUG("'%s' has too many operands", f->n->out[0].name);
	t->ptr[k] = ptr && offset ? arena_printf(f->e->arena, "%s + %" PRId64, ptr, offset) : ptr;
	if (f->n->group > 0)
		lead_strides(lead, v->type.dim[0], step, t->stride[k]);
	for (int i = lead->n; i < t->rank; i++)
		t->stride[k][i] = stride[i - lead->n];
	*(out ? &t->nout : &t->nin) += 1;
}

/* Loops over the instances of `lead` and the elements of one. */
static Nest nest_over(const Lead *lead, const Type *over)
{
	Nest t = {.rank = lead->n + over->rank};
	memcpy(t.dim, lead->dim, (size_t)lead->n * sizeof *t.dim);
	memcpy(t.dim + lead->n, over->dim, (size_t)over->rank * sizeof *t.dim);
	return t;
}

/* What add_operand takes for instance-wise strides of an input of the node. */
static int64_t step_of(const Fn *f, const Value *v)
{
	return f->n->group > 0 ? ref_of(f->e, v, f->at_load).stride[0] : 0;
}

/* ---- elementwise programs ---- */

/* Strides of input i along the dimensions of the instance `over`: 0 where it broadcasts. */
static void broadcast_strides(const Fn *f, int i, const Type *over, int64_t *to)
{
	const Type t = fn_type(f, f->n->in[i]);
	const Ref r = fn_ref(f, i);
	for (int k = 0; k < over->rank; k++) {
		const int at = k - (over->rank - t.rank);
		to[k] = at < 0 || t.dim[at] == 1 ? 0 : r.stride[at];
	}
}

/* The lines read operand "x<i>". */
static bool reads(const char *lines, int i)
{
	char name[16];
	const size_t n = (size_t)snprintf(name, sizeof name, "x%d", i);
	for (const char *p = lines; (p = strstr(p, name)); p += n)
		if (p[n] < '0' || p[n] > '9')
			return true;
	return false;
}

/* The loops for one instance, or, where `lead` covers them, for all. */
static void map_nest(Fn *f, const Lead *lead, int64_t instance, const char *lines)
{
	const Node *n = f->n;
	const Type over = fn_type(f, &n->out[0]);
	Nest t = nest_over(lead, &over);
	int64_t stride[MAX_RANK];
	for (int i = 0; i < n->nin; i++) {
		const int64_t extent = n->group ? n->in[i]->type.dim[0] : 1,
			      step = step_of(f, n->in[i]);
		broadcast_strides(f, i, &over, stride);
		add_operand(f, &t, lead, reads(lines, i) ? fn_name_in(f, i) : NULL, n->in[i], step,
			    instance * extent / fn_group(f) * step, stride, false);
	}
	ref_dense(&over, stride);
	for (int k = 0; k < n->nout; k++)
		add_operand(f, &t, lead, fn_name_out(f, k), &n->out[k], type_count(&over),
			    instance * type_count(&over), stride, true);
	nest_write(f, &t, lines);
}

static void map_all(Fn *f, const char *lines)
{
	Lead lead;
	fn_use(f, K_vec);
	fn_use(f, K_math);
	if (lead_of(f, &lead)) {
		map_nest(f, &lead, 0, lines);
		return;
	}
	lead.n = 0;
	for (int64_t g = 0; g < fn_group(f); g++)
		map_nest(f, &lead, g, lines);
}

void cpu_ew(Fn *f)
{
	static const char *const args[] = {"", "x0", "x0, x1", "x0, x1, x2"};
	f->e->ew[f->n->op] = true;
	map_all(f, arena_printf(f->e->arena, "const float y0 = ew_%s(%s);", node_info(f->n)->name,
				args[f->n->nin]));
}

static void map_arg(Fn *f, const MapCode *code, const MapArg *a, Buf *b)
{
	if (a->kind == MAP_NUM)
		buf_puts(b, emit_float(f->e->arena, a->num));
	else if (a->kind == MAP_IN)
		buf_printf(b, "x%d", a->index);
	else if (code->line[a->index].out >= 0)
		buf_printf(b, "y%d", code->line[a->index].out);
	else
		buf_printf(b, "t%d", a->index);
}

void cpu_map(Fn *f)
{
	const OpTable *ops = f->e->model->module->ops;
	MapCode code;
	const char *why;
	Buf b;
	if (!map_parse(f->e->arena, ops, attr_str(f->n, "f"), f->n->nin, &code, &why))
		BUG("map: %s", why);
	buf_init(&b, f->e->arena);
	for (int i = 0; i < code.nlines; i++) {
		const MapLine *l = &code.line[i];
		f->e->ew[l->op] = true;
		if (l->out >= 0)
			buf_printf(&b, "const float y%d = ew_%s(", l->out, ops->op[l->op].name);
		else
			buf_printf(&b, "const float t%d = ew_%s(", i, ops->op[l->op].name);
		for (int k = 0; k < l->nargs; k++) {
			buf_puts(&b, k ? ", " : "");
			map_arg(f, &code, &l->arg[k], &b);
		}
		buf_puts(&b, ");\n");
	}
	map_all(f, b.s);
}

/* ---- data movement ---- */

/* Copies the elements `over` of one instance of input i, from element `from` with strides ss, to
 * element `to` of the output with strides ds. */
static void move(Fn *f, int i, const Type *over, int64_t from, const int64_t *ss, int64_t to,
		 const int64_t *ds)
{
	const Value *x = f->n->in[i], *y = &f->n->out[0];
	const Type inst = fn_type(f, y);
	const int64_t step = step_of(f, x), count = type_count(&inst);
	Lead lead;
	if (lead_of(f, &lead)) {
		Nest t = nest_over(&lead, over);
		add_operand(f, &t, &lead, fn_name_in(f, i), x, step, from, ss, false);
		add_operand(f, &t, &lead, fn_name_out(f, 0), y, count, to, ds, true);
		nest_write(f, &t, NULL);
		return;
	}
	lead.n = 0;
	for (int64_t g = 0; g < fn_group(f); g++) {
		Nest t = nest_over(&lead, over);
		add_operand(f, &t, &lead, fn_name_in(f, i), x, step,
			    from + g * x->type.dim[0] / fn_group(f) * step, ss, false);
		add_operand(f, &t, &lead, fn_name_out(f, 0), y, count, to + g * count, ds, true);
		nest_write(f, &t, NULL);
	}
}

/* Fills the output in order from the input, read from element `from` with strides ss. */
static void gather(Fn *f, int64_t from, const int64_t *ss)
{
	const Type y = fn_type(f, &f->n->out[0]);
	int64_t ds[MAX_RANK];
	ref_dense(&y, ds);
	move(f, 0, &y, from, ss, 0, ds);
}

void cpu_reshape(Fn *f)
{
	const Type x = fn_type(f, f->n->in[0]);
	int64_t ds[MAX_RANK];
	ref_dense(&x, ds);
	move(f, 0, &x, 0, fn_ref(f, 0).stride, 0, ds);
}

void cpu_transpose(Fn *f)
{
	const int rank = fn_type(f, f->n->in[0]).rank;
	const Ref r = fn_ref(f, 0);
	int64_t ss[MAX_RANK] = {0};
	for (int k = 0; k < rank; k++) {
		const int64_t axis = attr_int_at(f->n, "perm", k);
		ss[k] = r.stride[axis < 0 ? axis + rank : axis];
	}
	gather(f, 0, ss);
}

void cpu_slice(Fn *f)
{
	const Type x = fn_type(f, f->n->in[0]);
	const int axis = fn_axis(f, x.rank);
	const int64_t start = attr_int(f->n, "start");
	Ref r = fn_ref(f, 0);
	const int64_t from = (start < 0 ? start + x.dim[axis] : start) * r.stride[axis];
	r.stride[axis] *= attr_int(f->n, "step");
	gather(f, from, r.stride);
}

void cpu_flip(Fn *f)
{
	const Type x = fn_type(f, f->n->in[0]);
	const int axis = fn_axis(f, x.rank);
	Ref r = fn_ref(f, 0);
	const int64_t from = (x.dim[axis] - 1) * r.stride[axis];
	r.stride[axis] = -r.stride[axis];
	gather(f, from, r.stride);
}

void cpu_broadcast(Fn *f)
{
	const Type y = fn_type(f, &f->n->out[0]);
	int64_t ss[MAX_RANK];
	broadcast_strides(f, 0, &y, ss);
	gather(f, 0, ss);
}

/* Input i of a stack or concat was computed where it belongs, at element `to` of the output. */
static bool in_place(const Fn *f, int i, int64_t to)
{
	if (f->n->group > 0 || f->n->in[i]->place.kind == PLACE_IO)
		return false;
	const Ref x = ref_of(f->e, f->n->in[i], f->at_load);
	const Ref y = ref_of(f->e, &f->n->out[0], f->at_load);
	return x.dense && !strcmp(x.base, y.base) && x.offset == y.offset + to;
}

void cpu_concat(Fn *f)
{
	const Type y = fn_type(f, &f->n->out[0]);
	const int axis = fn_axis(f, y.rank);
	int64_t ds[MAX_RANK], to = 0;
	ref_dense(&y, ds);
	for (int i = 0; i < f->n->nin; i++) {
		const Type x = fn_type(f, f->n->in[i]);
		if (!in_place(f, i, to))
			move(f, i, &x, 0, fn_ref(f, i).stride, to, ds);
		to += x.dim[axis] * ds[axis];
	}
}

void cpu_stack(Fn *f)
{
	const Type y = fn_type(f, &f->n->out[0]);
	const int axis = fn_axis(f, y.rank);
	int64_t dense[MAX_RANK], ds[MAX_RANK] = {0};
	ref_dense(&y, dense);
	for (int k = 0; k < y.rank - 1; k++)
		ds[k] = dense[k < axis ? k : k + 1];
	for (int i = 0; i < f->n->nin; i++) {
		const Type x = fn_type(f, f->n->in[i]);
		if (!in_place(f, i, i * dense[axis]))
			move(f, i, &x, 0, fn_ref(f, i).stride, i * dense[axis], ds);
	}
}

void cpu_pad(Fn *f)
{
	const Type x = fn_type(f, f->n->in[0]), y = fn_type(f, &f->n->out[0]);
	const int axis = fn_axis(f, y.rank);
	int64_t ds[MAX_RANK];
	ref_dense(&y, ds);
	Nest t = {.rank = 1, .nout = 1, .ptr = {fn_name_out(f, 0)}, .stride = {{1}}};
	t.dim[0] = fn_group(f) * type_count(&y);
	nest_write(f, &t,
		   arena_printf(f->e->arena, "const float y0 = %s;",
				emit_float(f->e->arena, attr_float(f->n, "value"))));
	move(f, 0, &x, 0, fn_ref(f, 0).stride, attr_int(f->n, "before") * ds[axis], ds);
}

/* ---- sources ---- */

void cpu_input(Fn *f)
{
	BUG("'%s' is no operation", f->n->out[0].name);
}

void cpu_param(Fn *f)
{
	BUG("'%s' is no operation", f->n->out[0].name);
}

void cpu_const(Fn *f)
{
	const int len = attr_len(f->n, "value");
	const int64_t count = type_count(&f->n->out[0].type);
	Arena *a = f->e->arena;
	const char *y = fn_name_out(f, 0);
	if (len == 1) {
		buf_printf(&f->body,
			   "\tfor (int64_t i = 0; i < %" PRId64 "; i++)\n\t\t%s[i] = %s;\n", count,
			   y, emit_float(a, attr_float_at(f->n, "value", 0)));
		return;
	}
	buf_puts(&f->decl, "\tstatic const float value[] = {");
	for (int i = 0; i < len; i++)
		buf_printf(&f->decl, "%s%s",
			   i == 0  ? "\n\t    "
			   : i % 8 ? ", "
				   : ",\n\t    ",
			   emit_float(a, attr_float_at(f->n, "value", i)));
	buf_puts(&f->decl, "};\n");
	/* no memcpy: GCC 12 for AVX-512 inlines one of such constants wrongly (a vector whose
	 * last part breaks the pattern of the others is stored as a broadcast) */
	buf_printf(&f->body, "\tmemory_copy(%s, value, %d);\n", y, len);
}
