/* eval.c: the reference evaluator in float64: drivers, elementwise, movement, reductions and
 * generators. It says what every op means; it is plain first and fast second. eval_nn.c holds the
 * products, norms and sequence ops, eval_grad.c what training needs, eval_walk.c how all of them
 * walk over tensors. */
#include "eval.h"

#include <math.h>
#include <string.h>

/* ---- elementwise ----------------------------------------------------------------------------- */

static void eval_ew(const Eval *e)
{
	const Type *t = &e->out[0].type;
	Walk w = walk_new(e->tmp, t, e->nin);
	for (int k = 0; k < e->nin; k++)
		walk_broadcast(&w, k, &e->in[k].type);
	const int64_t count = type_count(t);
	for (int64_t i = 0; i < count; i++, walk_next(&w)) {
		double v[3] = {0};
		for (int k = 0; k < e->nin; k++)
			v[k] = e->in[k].data[w.off[k]];
		e->out[0].data[i] = ew_eval(e->n->op, v[0], v[1], v[2]);
	}
}

/* Value of one line; line[] holds the values of the lines before it. */
static double map_line(const Eval *e, const MapLine *l, const Walk *w, const double *line)
{
	double v[3] = {0};
	for (int k = 0; k < l->nargs; k++) {
		const MapArg *a = &l->arg[k];
		v[k] = a->kind == MAP_NUM    ? a->num
		       : a->kind == MAP_LINE ? line[a->index]
					     : e->in[a->index].data[w->off[a->index]];
	}
	return ew_eval(l->op, v[0], v[1], v[2]);
}

void eval_map(const Eval *e)
{
	MapCode code;
	const char *why;
	const Node *n = e->n;
	if (!map_parse(e->tmp, n->graph->module->ops, attr_str(n, "f"), e->nin, &code, &why))
		BUG("map: %s", why);
	const Type *t = &e->out[0].type;
	Walk w = walk_new(e->tmp, t, e->nin);
	for (int k = 0; k < e->nin; k++)
		walk_broadcast(&w, k, &e->in[k].type);
	double *line = NEW_ARRAY(e->tmp, double, code.nlines);
	const int64_t count = type_count(t);
	for (int64_t i = 0; i < count; i++, walk_next(&w))
		for (int l = 0; l < code.nlines; l++) {
			line[l] = map_line(e, &code.line[l], &w, line);
			if (code.line[l].out >= 0)
				e->out[code.line[l].out].data[i] = line[l];
		}
}

/* ---- sources --------------------------------------------------------------------------------- */

void eval_input(const Eval *e)
{
	BUG("input '%s' has no value of its own", e->n->label ? e->n->label : "");
}

void eval_param(const Eval *e)
{
	BUG("param '%s' has no value of its own", e->n->label ? e->n->label : "");
}

void eval_const(const Eval *e)
{
	const int64_t count = type_count(&e->out[0].type);
	const int len = attr_len(e->n, "value");
	const double first = attr_float_at(e->n, "value", 0);
	for (int64_t i = 0; i < count; i++)
		e->out[0].data[i] = len == 1 ? first : attr_float_at(e->n, "value", (int)i);
}

/* Slaney mel scale: linear below 1000 Hz, logarithmic above. */
static double mel_of_hz(double f)
{
	return f < 1000 ? 3 * f / 200 : 15 + 27 * log(f / 1000) / log(6.4);
}

static double hz_of_mel(double m)
{
	return m < 15 ? 200 * m / 3 : 1000 * exp((m - 15) * log(6.4) / 27);
}

/* y[bins, mels]: triangles over mels + 2 points equally spaced in mel, of area 1 (in Hz). */
void eval_mel_filterbank(const Eval *e)
{
	const int64_t bins = e->out[0].type.dim[0], mels = e->out[0].type.dim[1];
	const double rate = attr_float(e->n, "rate");
	const double m0 = mel_of_hz(attr_float(e->n, "fmin"));
	const double m1 = mel_of_hz(attr_float(e->n, "fmax"));
	double *f = NEW_ARRAY(e->tmp, double, mels + 2);
	for (int64_t m = 0; m < mels + 2; m++)
		f[m] = hz_of_mel(m0 + (m1 - m0) * (double)m / (double)(mels + 1));
	for (int64_t k = 0; k < bins; k++) {
		const double hz = (double)k * rate / (double)(2 * (bins - 1));
		for (int64_t m = 0; m < mels; m++) {
			const double lo = (hz - f[m]) / (f[m + 1] - f[m]);
			const double hi = (f[m + 2] - hz) / (f[m + 2] - f[m + 1]);
			const double v = fmax(0, fmin(lo, hi));
			e->out[0].data[k * mels + m] = v * 2 / (f[m + 2] - f[m]);
		}
	}
}

/* y[positions, features]: the frequency falls from column pair to column pair */
void eval_sinusoid(const Eval *e)
{
	const int64_t rows = e->out[0].type.dim[0], cols = e->out[0].type.dim[1];
	for (int64_t p = 0; p < rows; p++)
		for (int64_t i = 0; i < cols; i++) {
			const double power = -(double)(i - i % 2) / (double)cols;
			const double angle = (double)p * pow(attr_float(e->n, "base"), power);
			e->out[0].data[p * cols + i] = i % 2 ? cos(angle) : sin(angle);
		}
}

/* ---- movement -------------------------------------------------------------------------------- */

/* dst[index . ds] = src[index . ss] for all index vectors of the shape `over`. */
static void copy_strided(const Eval *e, const Type *over, double *dst, const int64_t *ds,
			 const double *src, const int64_t *ss)
{
	Walk w = walk_new(e->tmp, over, 2);
	memcpy(w.stride[0], ds, (size_t)over->rank * sizeof *ds);
	memcpy(w.stride[1], ss, (size_t)over->rank * sizeof *ss);
	const int64_t count = type_count(over);
	for (int64_t i = 0; i < count; i++, walk_next(&w))
		dst[w.off[0]] = src[w.off[1]];
}

/* Fills the output from the first input, read from element `from` with strides ss. */
static void gather(const Eval *e, int64_t from, const int64_t *ss)
{
	int64_t ds[MAX_RANK];
	type_strides(&e->out[0].type, ds);
	copy_strided(e, &e->out[0].type, e->out[0].data, ds, e->in[0].data + from, ss);
}

void eval_reshape(const Eval *e)
{
	const size_t count = (size_t)type_count(&e->out[0].type);
	memcpy(e->out[0].data, e->in[0].data, count * sizeof(double));
}

void eval_transpose(const Eval *e)
{
	const int rank = e->in[0].type.rank;
	int64_t dense[MAX_RANK], ss[MAX_RANK] = {0};
	type_strides(&e->in[0].type, dense);
	for (int i = 0; i < rank; i++) {
		const int64_t axis = attr_int_at(e->n, "perm", i);
		ss[i] = dense[axis < 0 ? axis + rank : axis];
	}
	gather(e, 0, ss);
}

void eval_slice(const Eval *e)
{
	const Type *x = &e->in[0].type;
	const int axis = attr_axis(e->n, "axis", x->rank);
	const int64_t start = attr_int(e->n, "start");
	int64_t ss[MAX_RANK];
	type_strides(x, ss);
	const int64_t from = (start < 0 ? start + x->dim[axis] : start) * ss[axis];
	ss[axis] *= attr_int(e->n, "step");
	gather(e, from, ss);
}

void eval_flip(const Eval *e)
{
	const Type *x = &e->in[0].type;
	const int axis = attr_axis(e->n, "axis", x->rank);
	int64_t ss[MAX_RANK];
	type_strides(x, ss);
	const int64_t from = (x->dim[axis] - 1) * ss[axis];
	ss[axis] = -ss[axis];
	gather(e, from, ss);
}

void eval_concat(const Eval *e)
{
	const Type *y = &e->out[0].type;
	const int axis = attr_axis(e->n, "axis", y->rank);
	int64_t ds[MAX_RANK], ss[MAX_RANK];
	type_strides(y, ds);
	double *dst = e->out[0].data;
	for (int i = 0; i < e->nin; i++) {
		const Type *x = &e->in[i].type;
		type_strides(x, ss);
		copy_strided(e, x, dst, ds, e->in[i].data, ss);
		dst += x->dim[axis] * ds[axis];
	}
}

void eval_stack(const Eval *e)
{
	const Type *x = &e->in[0].type;
	const int axis = attr_axis(e->n, "axis", x->rank + 1);
	int64_t dense[MAX_RANK], ds[MAX_RANK] = {0}, ss[MAX_RANK];
	type_strides(&e->out[0].type, dense);
	type_strides(x, ss);
	for (int k = 0; k < x->rank; k++)
		ds[k] = dense[k < axis ? k : k + 1];
	for (int i = 0; i < e->nin; i++)
		copy_strided(e, x, e->out[0].data + i * dense[axis], ds, e->in[i].data, ss);
}

void eval_broadcast(const Eval *e)
{
	Walk w = walk_new(e->tmp, &e->out[0].type, 1);
	walk_broadcast(&w, 0, &e->in[0].type);
	gather(e, 0, w.stride[0]);
}

void eval_pad(const Eval *e)
{
	const Type *x = &e->in[0].type, *y = &e->out[0].type;
	const int axis = attr_axis(e->n, "axis", x->rank);
	const double value = attr_float(e->n, "value");
	const int64_t count = type_count(y);
	for (int64_t i = 0; i < count; i++)
		e->out[0].data[i] = value;
	int64_t ds[MAX_RANK], ss[MAX_RANK];
	type_strides(y, ds);
	type_strides(x, ss);
	copy_strided(e, x, e->out[0].data + attr_int(e->n, "before") * ds[axis], ds, e->in[0].data,
		     ss);
}

/* ---- reductions ------------------------------------------------------------------------------ */

static double add_up(double acc, double x)
{
	return acc + x;
}

void eval_sum_squares(const Eval *e)
{
	double sum = 0;
	for (int i = 0; i < e->nin; i++) {
		const int64_t count = type_count(&e->in[i].type);
		for (int64_t k = 0; k < count; k++)
			sum += e->in[i].data[k] * e->in[i].data[k];
	}
	*e->out[0].data = sum;
}

/* NaN wins, as in NumPy. */
static double larger(double acc, double x)
{
	return x > acc || isnan(x) ? x : acc;
}

/* NaN wins. */
static double smaller(double acc, double x)
{
	return x < acc || isnan(x) ? x : acc;
}

/* Which axes of in[0] the attribute `axes` names. */
static void find_axes(const Eval *e, bool *reduced)
{
	const int rank = e->in[0].type.rank;
	memset(reduced, 0, MAX_RANK * sizeof *reduced);
	for (int i = 0; i < attr_len(e->n, "axes"); i++) {
		const int64_t axis = attr_int_at(e->n, "axes", i);
		reduced[axis < 0 ? axis + rank : axis] = true;
	}
}

/* Operand 0 of w steps through the result of a reduction of the shape that w walks over. Returns
 * the number of elements in each result. */
static int64_t walk_reduced(Walk *w, const bool *reduced)
{
	int64_t s = 1, length = 1;
	for (int k = w->rank - 1; k >= 0; k--) {
		w->stride[0][k] = reduced[k] ? 0 : s;
		*(reduced[k] ? &length : &s) *= w->dim[k];
	}
	return length;
}

/* Combines x over `axes`, starting from `init`; returns the number of elements in each result. */
static double reduce(const Eval *e, double init, double (*combine)(double, double))
{
	const Type *x = &e->in[0].type;
	bool reduced[MAX_RANK];
	find_axes(e, reduced);
	Walk w = walk_new(e->tmp, x, 1);
	const int64_t length = walk_reduced(&w, reduced), results = type_count(&e->out[0].type);
	double *y = e->out[0].data;
	for (int64_t i = 0; i < results; i++)
		y[i] = init;
	const int64_t count = type_count(x);
	for (int64_t i = 0; i < count; i++, walk_next(&w))
		y[w.off[0]] = combine(y[w.off[0]], e->in[0].data[i]);
	return (double)length;
}

void eval_sum(const Eval *e)
{
	reduce(e, 0, add_up);
}

void eval_sum_product(const Eval *e)
{
	const int64_t count = type_count(&e->in[0].type);
	Tensor product = {.type = e->in[0].type, .data = NEW_ARRAY(e->tmp, double, count)};
	for (int64_t i = 0; i < count; i++)
		product.data[i] = e->in[0].data[i] * e->in[1].data[i];
	Eval s = *e;
	s.in = &product;
	reduce(&s, 0, add_up);
}

void eval_mean(const Eval *e)
{
	const double length = reduce(e, 0, add_up);
	const int64_t count = type_count(&e->out[0].type);
	for (int64_t i = 0; i < count; i++)
		e->out[0].data[i] /= length;
}

void eval_max(const Eval *e)
{
	reduce(e, -INFINITY, larger);
}

void eval_min(const Eval *e)
{
	reduce(e, INFINITY, smaller);
}

/* NaN equals NaN. */
static bool same(double a, double b)
{
	return a == b || (isnan(a) && isnan(b));
}

/* x, y: a reduction of x -> mask like x */
void eval_first_equal(const Eval *e)
{
	bool reduced[MAX_RANK];
	find_axes(e, reduced);
	Walk w = walk_new(e->tmp, &e->in[0].type, 1);
	walk_reduced(&w, reduced);
	bool *found = NEW_ARRAY(e->tmp, bool, type_count(&e->in[1].type));
	const int64_t count = type_count(&e->in[0].type);
	for (int64_t i = 0; i < count; i++, walk_next(&w)) {
		const bool first =
		    !found[w.off[0]] && same(e->in[0].data[i], e->in[1].data[w.off[0]]);
		e->out[0].data[i] = first;
		found[w.off[0]] = found[w.off[0]] || first;
	}
}

/* ---- drivers --------------------------------------------------------------------------------- */

typedef void EvalFn(const Eval *e);

static EvalFn *const eval_fn[NOPS] = {
#define EW(name, ...) [OP_##name] = eval_ew,
#define OP(name, ...) [OP_##name] = eval_##name,
#include "ops.def"
#undef EW
#undef OP
};

/* What instance g of `group` reads or writes of t. */
static Tensor instance(const Tensor *t, int64_t group, int64_t g)
{
	Tensor s = *t;
	if (group == 0)
		return s;
	s.type = type_make(t->type.dtype, t->type.rank - 1, t->type.dim + 1);
	s.data += g * t->type.dim[0] / group * type_count(&s.type);
	return s;
}

void ir_eval_node(const Node *n, Arena *scratch, const Tensor *in, Tensor *out)
{
	Eval e = {.n = n, .tmp = arena_new()};
	while (e.nin < n->nin && n->in[e.nin])
		e.nin++;
	for (int i = 0; i < n->nout; i++) {
		out[i].type = n->out[i].type;
		out[i].data = NEW_ARRAY(scratch, double, type_count(&out[i].type));
	}
	Tensor *ins = NEW_ARRAY(e.tmp, Tensor, e.nin), outs[MAX_OUT];
	e.in = ins;
	e.out = outs;
	for (int64_t g = 0; g < (n->group > 0 ? n->group : 1); g++) {
		for (int i = 0; i < e.nin; i++)
			ins[i] = instance(&in[i], n->group, g);
		for (int i = 0; i < n->nout; i++)
			outs[i] = instance(&out[i], n->group, g);
		e.instance = g;
		e.reverse = node_info(n)->axes == AXES_TIME && node_reverse(n, (int)g);
		eval_fn[n->op](&e);
	}
	arena_free(e.tmp);
}

/* The values of one node while a graph is evaluated. */
typedef struct Slot {
	Arena *memory; /* of the tensors; NULL where the caller's lookup owns them */
	Tensor *out;
	int uses; /* left */
} Slot;

static bool look_up(const Node *n, EvalLookup *lookup, void *ctx, Tensor *out)
{
	Diag *d = n->graph->module->diag;
	const char *name = n->label ? n->label : n->out[0].name, *kind = node_info(n)->name;
	if (!lookup(ctx, n, out)) {
		diag_error(d, E309, n->loc, "there is no value for %s '%s'", kind, name);
		return false;
	}
	const Type want = n->out[0].type;
	if (out->type.rank == want.rank && type_count(&out->type) == type_count(&want) &&
	    !memcmp(out->type.dim, want.dim, (size_t)want.rank * sizeof want.dim[0]))
		return true;
	Arena *a = n->graph->module->arena;
	diag_error(d, E309, n->loc, "%s '%s' is %s, but its value %s", kind, name,
		   type_text(a, &want), type_text(a, &out->type));
	return false;
}

static bool eval_slot(const Node *n, Slot *slots, Arena *own, EvalLookup *lookup, void *ctx)
{
	Slot *s = &slots[n->id];
	s->out = NEW_ARRAY(own, Tensor, n->nout);
	if (n->op == OP_input || n->op == OP_param)
		return look_up(n, lookup, ctx, s->out);
	Tensor *in = NEW_ARRAY(own, Tensor, n->nin);
	for (int k = 0; k < n->nin; k++)
		if (n->in[k])
			in[k] = slots[n->in[k]->node->id].out[n->in[k]->index];
	s->memory = arena_new();
	ir_eval_node(n, s->memory, in, s->out);
	return true;
}

/* Drops one use; the memory of a node goes with its last. */
static void slot_release(Slot *s, int uses)
{
	s->uses -= uses;
	if (s->uses > 0)
		return;
	arena_free(s->memory);
	s->memory = NULL;
}

/* Counts what this graph uses: its values may have uses in a longer one. */
static Slot *slots_new(const Graph *g, Arena *own)
{
	Slot *slots = NEW_ARRAY(own, Slot, g->nodes.n);
	for (int i = 0; i < g->nodes.n; i++) {
		const Node *n = g->nodes.at[i];
		if (n->id != i)
			BUG("graph %s is not numbered", g->name);
		for (int k = 0; k < n->nin; k++)
			if (n->in[k])
				slots[n->in[k]->node->id].uses++;
	}
	for (int i = 0; i < g->outputs.n; i++)
		slots[g->outputs.at[i].value->node->id].uses++;
	return slots;
}

static void copy_outputs(const Graph *g, const Slot *slots, Arena *scratch, Tensor *out)
{
	for (int i = 0; i < g->outputs.n; i++) {
		const Value *v = g->outputs.at[i].value;
		const Tensor *t = &slots[v->node->id].out[v->index];
		const int64_t count = type_count(&t->type);
		out[i].type = v->type;
		out[i].data = NEW_ARRAY(scratch, double, count);
		memcpy(out[i].data, t->data, (size_t)count * sizeof(double));
	}
}

bool ir_eval(const Graph *g, Arena *scratch, EvalLookup *lookup, void *ctx, Tensor *out)
{
	Arena *own = arena_new();
	Slot *slots = slots_new(g, own);
	bool ok = true;
	for (int i = 0; ok && i < g->nodes.n; i++) {
		const Node *n = g->nodes.at[i];
		ok = eval_slot(n, slots, own, lookup, ctx);
		for (int k = 0; ok && k < n->nin; k++)
			if (n->in[k])
				slot_release(&slots[n->in[k]->node->id], 1);
		slot_release(&slots[i], 0);
	}
	if (ok)
		copy_outputs(g, slots, scratch, out);
	for (int i = 0; i < g->nodes.n; i++)
		arena_free(slots[i].memory);
	arena_free(own);
	return ok;
}
