/* grad.c: reverse-mode differentiation, IR to IR.
 *
 * ir_grad walks the nodes of a graph backwards; the function of an op appends nodes that compute
 * what the gradient by its outputs contributes to that by its inputs. Contributions are kept in
 * parts until all are known: slices of one value that fit together become one concat, everything
 * else a sum. All nodes made for a node have its group, so that a gradient reads an input of a
 * group as the node does; what the instances contribute to a shared input is added up. */
#include "ir.h"

#include <string.h>

/* A contribution to the gradient by a value: the whole, or start..stop along axis. */
typedef struct Part {
	Value *v;
	int axis; /* -1: the whole */
	int64_t start, stop;
} Part;

typedef LIST(Part) Parts;

typedef struct Grad {
	Graph *g;
	Arena *scratch;
	bool *needs;  /* by id of the nodes differentiated: depends on a value asked for */
	Parts *parts; /* by value slot of these nodes */
	Node *n;      /* being differentiated */
	bool failed;
} Grad;

typedef void GradFn(Grad *c, Value *dy);

static int slot(const Value *v)
{
	return v->node->id * MAX_OUT + v->index;
}

/* ---- making nodes ---------------------------------------------------------------------------- */

static const char *grad_label(const Grad *c)
{
	return c->n->label ? arena_printf(c->g->module->arena, "%s.grad", c->n->label) : NULL;
}

static Node *make_plain(Grad *c, Op op, Value *const *in, int nin)
{
	Value *copy[MAX_IN_NAMES];
	for (int i = 0; i < nin; i++)
		copy[i] = in[i];
	return node_new(c->g, op, copy, nin, c->n->loc, grad_label(c));
}

/* As make_plain, with the group of the node being differentiated. */
static Node *make(Grad *c, Op op, Value *const *in, int nin)
{
	Node *n = make_plain(c, op, in, nin);
	n->group = c->n->group;
	return n;
}

static Value *done(Node *n)
{
	if (!ir_infer(n))
		BUG("%s built for a gradient does not type-check", node_info(n)->name);
	return &n->out[0];
}

static Value *op1(Grad *c, Op op, Value *a)
{
	return done(make(c, op, &a, 1));
}

static Value *op2(Grad *c, Op op, Value *a, Value *b)
{
	Value *in[] = {a, b};
	return done(make(c, op, in, 2));
}

/* Scalar of an instance. */
static Value *scalar(Grad *c, double v)
{
	Node *n = make_plain(c, OP_const, NULL, 0);
	const int64_t one = 1;
	if (c->n->group)
		attr_set_ints(n, "shape", &one, 1);
	attr_set_floats(n, "value", &v, 1);
	return done(n);
}

/* Type of one instance of v, an input or output of the node or of one made for it. */
static Type instance(const Grad *c, const Value *v)
{
	return c->n->group ? type_make(v->type.dtype, v->type.rank - 1, v->type.dim + 1) : v->type;
}

static int axis_of(const Grad *c, const char *name, int rank)
{
	const int64_t axis = attr_int(c->n, name);
	return (int)(axis < 0 ? axis + rank : axis);
}

static Value *reshape(Grad *c, Value *x, const Type *t)
{
	const Type from = instance(c, x);
	if (type_equal(&from, t))
		return x;
	Node *n = make(c, OP_reshape, &x, 1);
	attr_set_ints(n, "shape", t->dim, t->rank);
	return done(n);
}

static Value *sum(Grad *c, Value *x, const int64_t *axes, int naxes, bool keep)
{
	if (naxes == 0)
		return x;
	Node *n = make(c, OP_sum, &x, 1);
	attr_set_ints(n, "axes", axes, naxes);
	if (keep)
		attr_set_bool(n, "keep", true);
	return done(n);
}

static Value *slice(Grad *c, Value *x, int axis, int64_t start, int64_t stop)
{
	const Type t = instance(c, x);
	if (start == 0 && stop == t.dim[axis])
		return x;
	Node *n = make(c, OP_slice, &x, 1);
	attr_set_int(n, "axis", axis);
	attr_set_int(n, "start", start);
	attr_set_int(n, "stop", stop);
	return done(n);
}

static Value *pad(Grad *c, Value *x, int axis, int64_t before, int64_t after)
{
	if (before == 0 && after == 0)
		return x;
	Node *n = make(c, OP_pad, &x, 1);
	attr_set_int(n, "axis", axis);
	attr_set_int(n, "before", before);
	attr_set_int(n, "after", after);
	return done(n);
}

static void copy_attr(Node *to, const Node *from, const char *name)
{
	const OpInfo *a = node_info(from), *b = node_info(to);
	for (int i = 0; i < a->nattrs; i++)
		for (int k = 0; k < b->nattrs; k++)
			if (!strcmp(a->attrs[i].name, name) && !strcmp(b->attrs[k].name, name))
				to->attr[k] = from->attr[i];
}

/* ---- contributions --------------------------------------------------------------------------- */

/* The node has input k, and its gradient is asked for. */
static bool wants(const Grad *c, int k)
{
	return k < c->n->nin && c->n->in[k] && c->needs[c->n->in[k]->node->id];
}

/* Instances read slices g * lead / group of a shared input: adds up what each slice got. */
static Value *sum_instances(Grad *c, Value *v, int64_t lead)
{
	const int64_t group = c->n->group, axis = 1;
	if (!group || lead == group)
		return v;
	Type t = type_make(v->type.dtype, v->type.rank, v->type.dim);
	memmove(t.dim + 2, t.dim + 1, (size_t)(t.rank - 1) * sizeof *t.dim);
	t.rank++;
	t.dim[0] = lead;
	t.dim[1] = group / lead;
	Node *r = make_plain(c, OP_reshape, &v, 1);
	attr_set_ints(r, "shape", t.dim, t.rank);
	v = done(r);
	Node *s = make_plain(c, OP_sum, &v, 1);
	attr_set_ints(s, "axes", &axis, 1);
	return done(s);
}

/* v, of a shape to which that of input x broadcasts, summed to the shape of x. */
static Value *unbroadcast(Grad *c, Value *v, const Value *x)
{
	const Type from = instance(c, v), to = instance(c, x);
	const int lead = from.rank - to.rank;
	int64_t axes[MAX_RANK];
	int n = 0;
	for (int i = 0; i < from.rank; i++)
		if (i < lead || (to.dim[i - lead] == 1 && from.dim[i] != 1))
			axes[n++] = i;
	v = reshape(c, sum(c, v, axes, n, false), &to);
	return sum_instances(c, v, x->type.dim[0]);
}

static void add_part(Grad *c, const Value *x, Part p)
{
	list_push(c->scratch, &c->parts[slot(x)], p);
}

/* Adds v to the gradient by input k. */
static void give(Grad *c, int k, Value *v)
{
	if (wants(c, k))
		add_part(c, c->n->in[k], (Part){.v = unbroadcast(c, v, c->n->in[k]), .axis = -1});
}

/* ---- from parts to a gradient ---------------------------------------------------------------- */

static Value *zeros(Grad *c, const Type *t)
{
	const double zero = 0;
	Node *n = make_plain(c, OP_const, NULL, 0);
	if (t->rank)
		attr_set_ints(n, "shape", t->dim, t->rank);
	attr_set_floats(n, "value", &zero, 1);
	return done(n);
}

static Value *plain2(Grad *c, Op op, Value *a, Value *b)
{
	Value *in[] = {a, b};
	return done(make_plain(c, op, in, 2));
}

/* Adds parts of one range and sorts by start. Returns how many ranges are left. */
static int merge_parts(Grad *c, Parts *p)
{
	int n = 0;
	for (int i = 0; i < p->n; i++) {
		const Part part = p->at[i];
		int at = 0;
		while (at < n && p->at[at].start < part.start)
			at++;
		if (at < n && p->at[at].start == part.start && p->at[at].stop == part.stop) {
			p->at[at].v = plain2(c, OP_add, p->at[at].v, part.v);
			continue;
		}
		memmove(p->at + at + 1, p->at + at, (size_t)(n - at) * sizeof part);
		p->at[at] = part;
		n++;
	}
	return n;
}

static bool one_axis(const Parts *p)
{
	for (int i = 1; i < p->n; i++)
		if (p->at[i].axis != p->at[0].axis)
			return false;
	return true;
}

static bool disjoint(const Part *p, int n)
{
	for (int i = 1; i < n; i++)
		if (p[i].start < p[i - 1].stop)
			return false;
	return true;
}

/* Slices side by side, zeros between them: [0, extent) along their axis. */
static Value *join(Grad *c, const Part *p, int n, const Type *whole)
{
	const int axis = p[0].axis;
	Value **in = NEW_ARRAY(c->scratch, Value *, 2 * n + 1);
	int nin = 0;
	int64_t at = 0;
	for (int i = 0; i <= n; i++) {
		const int64_t to = i < n ? p[i].start : whole->dim[axis];
		Type hole = *whole;
		hole.dim[axis] = to - at;
		if (to > at)
			in[nin++] = zeros(c, &hole);
		if (i < n)
			in[nin++] = p[i].v;
		at = i < n ? p[i].stop : to;
	}
	if (nin == 1)
		return in[0];
	Node *j = node_new(c->g, OP_concat, in, nin, c->n->loc, grad_label(c));
	attr_set_int(j, "axis", axis);
	return done(j);
}

static Value *widen(Grad *c, const Part *p, const Type *whole)
{
	Node *n = make_plain(c, OP_pad, &p->v, 1);
	attr_set_int(n, "axis", p->axis);
	attr_set_int(n, "before", p->start);
	attr_set_int(n, "after", whole->dim[p->axis] - p->stop);
	return done(n);
}

/* Sum of slices of a value of type `whole`. */
static Value *add_slices(Grad *c, Parts *p, const Type *whole)
{
	const int n = one_axis(p) ? merge_parts(c, p) : p->n;
	if (one_axis(p) && n > 1 && disjoint(p->at, n))
		return join(c, p->at, n, whole);
	Value *v = NULL;
	for (int i = 0; i < n; i++) {
		Value *wide = widen(c, &p->at[i], whole);
		v = v ? plain2(c, OP_add, v, wide) : wide;
	}
	return v;
}

/* The gradient by v, from all its parts; NULL if there are none. */
static Value *gather(Grad *c, const Value *v)
{
	const Parts *all = &c->parts[slot(v)];
	Parts slices = {0};
	Value *total = NULL;
	for (int i = 0; i < all->n; i++) {
		if (all->at[i].axis >= 0)
			list_push(c->scratch, &slices, all->at[i]);
		else
			total = total ? plain2(c, OP_add, total, all->at[i].v) : all->at[i].v;
	}
	if (slices.n) {
		Value *s = add_slices(c, &slices, &v->type);
		total = total ? plain2(c, OP_add, total, s) : s;
	}
	return total;
}

/* ---- elementwise ---- */

/* An input of the node, or its value ('y'). */
static Value *operand(const Grad *c, char letter)
{
	return letter == 'y' ? &c->n->out[0] : c->n->in[letter - 'a'];
}

static Value *times_deriv(Grad *c, Value *dy, const Deriv *d)
{
	if (d->kind == DERIV_CONST)
		return d->number > 0 ? dy : op1(c, OP_neg, dy);
	if (d->kind == DERIV_OPERAND)
		return op2(c, OP_mul, dy, operand(c, d->operand));
	const OpInfo *info = &c->g->module->ops->op[d->op];
	Value *in[3];
	for (int i = 0; i < info->nin_min; i++)
		in[i] = operand(c, *info->in_names[i]);
	return op2(c, OP_mul, dy, done(make(c, d->op, in, info->nin_min)));
}

static void grad_ew(Grad *c, Value *dy)
{
	for (int k = 0; k < c->n->nin; k++) {
		const Deriv *d = &node_info(c->n)->deriv[k];
		if (wants(c, k) && !(d->kind == DERIV_CONST && d->number == 0))
			give(c, k, times_deriv(c, dy, d));
	}
}

/* ---- without gradient ---- */

static void no_gradient(Grad *c)
{
	diag_error(c->g->module->diag, E310, c->n->loc, "%s: has no gradient",
		   node_info(c->n)->name);
	c->failed = true;
}

#define NONE(name)                                                                                 \
	static void grad_##name(Grad *c, Value *dy)                                                \
	{                                                                                          \
		(void)dy;                                                                          \
		no_gradient(c);                                                                    \
	}
NONE(input)
NONE(param)
NONE(const)
NONE(mel_filterbank)
NONE(sinusoid)
NONE(stft)
NONE(map)
NONE(sum_product)
NONE(conv2d_act)
NONE(inproj_conv_silu)
NONE(scan_gate)
NONE(linear_dx)
NONE(linear_dw)
NONE(conv2d_dx)
NONE(conv2d_dw)
NONE(conv1d_depthwise_dw)
NONE(batch_norm_grad)
NONE(rms_norm_grad)
NONE(layer_norm_grad)
NONE(avg_pool2d_grad)
NONE(max_pool2d_grad)
NONE(selective_scan_grad)
NONE(gru_grad)
NONE(accumulate)
NONE(adamw)
NONE(conv1d_silu_grad)
NONE(scan_gate_grad)
NONE(attention_grad)
#undef NONE

/* Constant but for jumps. */
static void grad_first_equal(Grad *c, Value *dy)
{
	(void)c;
	(void)dy;
}

/* ---- movement ---- */

static void grad_reshape(Grad *c, Value *dy)
{
	const Type t = instance(c, c->n->in[0]);
	give(c, 0, reshape(c, dy, &t));
}

static void grad_transpose(Grad *c, Value *dy)
{
	const int rank = instance(c, dy).rank;
	int64_t inverse[MAX_RANK] = {0};
	for (int i = 0; i < rank; i++) {
		const int64_t axis = attr_int_at(c->n, "perm", i);
		inverse[axis < 0 ? axis + rank : axis] = i;
	}
	Node *n = make(c, OP_transpose, &dy, 1);
	attr_set_ints(n, "perm", inverse, rank);
	give(c, 0, done(n));
}

/* n elements along axis become n * step, zeros after each. */
static Value *spread(Grad *c, Value *x, int axis, int64_t step)
{
	Type t = instance(c, x);
	if (step == 1)
		return x;
	const int64_t n = t.dim[axis];
	memmove(t.dim + axis + 2, t.dim + axis + 1, (size_t)(t.rank - axis - 1) * sizeof *t.dim);
	t.dim[axis + 1] = 1;
	t.rank++;
	x = pad(c, reshape(c, x, &t), axis + 1, 0, step - 1);
	t.rank--;
	memmove(t.dim + axis + 1, t.dim + axis + 2, (size_t)(t.rank - axis - 1) * sizeof *t.dim);
	t.dim[axis] = n * step;
	return reshape(c, x, &t);
}

static void grad_slice(Grad *c, Value *dy)
{
	const Type x = instance(c, c->n->in[0]);
	const int axis = axis_of(c, "axis", x.rank);
	const int64_t start = attr_int(c->n, "start"), step = attr_int(c->n, "step");
	const int64_t from = start < 0 ? start + x.dim[axis] : start;
	Value *v = spread(c, dy, axis, step);
	const int64_t room = x.dim[axis] - from, n = instance(c, v).dim[axis];
	v = slice(c, v, axis, 0, n < room ? n : room);
	const int64_t to = from + instance(c, v).dim[axis];
	if (c->n->group || (from == 0 && to == x.dim[axis]))
		give(c, 0, pad(c, v, axis, from, x.dim[axis] - to));
	else
		add_part(c, c->n->in[0], (Part){.v = v, .axis = axis, .start = from, .stop = to});
}

static void grad_flip(Grad *c, Value *dy)
{
	Node *n = make(c, OP_flip, &dy, 1);
	copy_attr(n, c->n, "axis");
	give(c, 0, done(n));
}

static void grad_concat(Grad *c, Value *dy)
{
	const int axis = axis_of(c, "axis", instance(c, dy).rank);
	int64_t at = 0;
	for (int k = 0; k < c->n->nin; k++) {
		const int64_t to = at + instance(c, c->n->in[k]).dim[axis];
		if (wants(c, k))
			give(c, k, slice(c, dy, axis, at, to));
		at = to;
	}
}

static void grad_stack(Grad *c, Value *dy)
{
	const int axis = axis_of(c, "axis", instance(c, dy).rank);
	for (int k = 0; k < c->n->nin; k++) {
		const Type t = instance(c, c->n->in[k]);
		if (wants(c, k))
			give(c, k, reshape(c, slice(c, dy, axis, k, k + 1), &t));
	}
}

static void grad_broadcast(Grad *c, Value *dy)
{
	give(c, 0, dy);
}

static void grad_pad(Grad *c, Value *dy)
{
	const Type x = instance(c, c->n->in[0]);
	const int axis = axis_of(c, "axis", x.rank);
	const int64_t before = attr_int(c->n, "before");
	give(c, 0, slice(c, dy, axis, before, before + x.dim[axis]));
}

/* ---- reductions ---- */

/* Type of the result with the reduced axes kept; *length elements were reduced to one. */
static Type kept(const Grad *c, int64_t *length)
{
	Type t = instance(c, c->n->in[0]);
	*length = 1;
	for (int i = 0; i < attr_len(c->n, "axes"); i++) {
		const int64_t a = attr_int_at(c->n, "axes", i), axis = a < 0 ? a + t.rank : a;
		*length *= t.dim[axis];
		t.dim[axis] = 1;
	}
	return t;
}

static Value *spread_to_input(Grad *c, Value *dy)
{
	int64_t length;
	const Type t = kept(c, &length), x = instance(c, c->n->in[0]);
	dy = reshape(c, dy, &t);
	Node *n = make(c, OP_broadcast, &dy, 1);
	attr_set_ints(n, "shape", x.dim, x.rank);
	return done(n);
}

static void grad_sum_squares(Grad *c, Value *dy)
{
	Value *twice = op2(c, OP_mul, dy, scalar(c, 2));
	for (int k = 0; k < c->n->nin; k++)
		if (wants(c, k))
			give(c, k, op2(c, OP_mul, c->n->in[k], twice));
}

static void grad_sum(Grad *c, Value *dy)
{
	give(c, 0, spread_to_input(c, dy));
}

static void grad_mean(Grad *c, Value *dy)
{
	int64_t length;
	kept(c, &length);
	dy = op2(c, OP_mul, dy, scalar(c, 1 / (double)length));
	give(c, 0, spread_to_input(c, dy));
}

/* To the first element that is the extremum. */
static void grad_extremum(Grad *c, Value *dy)
{
	int64_t length;
	const Type t = kept(c, &length);
	Value *in[] = {c->n->in[0], &c->n->out[0]};
	Node *mask = make(c, OP_first_equal, in, 2);
	copy_attr(mask, c->n, "axes");
	copy_attr(mask, c->n, "keep");
	give(c, 0, op2(c, OP_mul, reshape(c, dy, &t), done(mask)));
}

static void grad_max(Grad *c, Value *dy)
{
	grad_extremum(c, dy);
}

static void grad_min(Grad *c, Value *dy)
{
	grad_extremum(c, dy);
}

/* y (dy - sum dy y) */
static void grad_softmax(Grad *c, Value *dy)
{
	Value *y = &c->n->out[0];
	const int64_t axis = axis_of(c, "axis", instance(c, dy).rank);
	Value *s = sum(c, op2(c, OP_mul, dy, y), &axis, 1, true);
	give(c, 0, op2(c, OP_mul, op2(c, OP_sub, dy, s), y));
}

/* The gradient by an element is the sum of those by all sums that it is part of. */
static void grad_cumsum(Grad *c, Value *dy)
{
	Node *n = make(c, OP_cumsum, &dy, 1);
	attr_set_int(n, "axis", attr_int(c->n, "axis"));
	if (!attr_bool(c->n, "reverse"))
		attr_set_bool(n, "reverse", true);
	give(c, 0, done(n));
}

/* ---- products ---- */

static Value *matmul(Grad *c, Value *a, bool ta, Value *b, bool tb)
{
	Value *in[] = {a, b};
	Node *n = make(c, OP_matmul, in, 2);
	if (ta)
		attr_set_bool(n, "ta", true);
	if (tb)
		attr_set_bool(n, "tb", true);
	return done(n);
}

static void grad_matmul(Grad *c, Value *dy)
{
	const bool ta = attr_bool(c->n, "ta"), tb = attr_bool(c->n, "tb");
	Value *a = c->n->in[0], *b = c->n->in[1];
	if (wants(c, 0))
		give(c, 0, ta ? matmul(c, b, tb, dy, true) : matmul(c, dy, false, b, !tb));
	if (wants(c, 1))
		give(c, 1, tb ? matmul(c, dy, true, a, ta) : matmul(c, a, !ta, dy, false));
}

static void grad_linear(Grad *c, Value *dy)
{
	if (wants(c, 0))
		give(c, 0, op2(c, OP_linear_dx, dy, c->n->in[1]));
	if (wants(c, 1))
		give(c, 1, op2(c, OP_linear_dw, c->n->in[0], dy));
	give(c, 2, dy);
}

/* ---- images ---- */

/* Sets the attribute to the height and width of input 0. */
static void set_size(Grad *c, Node *n)
{
	const Type x = instance(c, c->n->in[0]);
	attr_set_ints(n, "size", &x.dim[attr_bool(c->n, "channels_last") ? 1 : 2], 2);
}

static void grad_conv2d(Grad *c, Value *dy)
{
	static const char *const same[] = {"stride", "pad", "channels_last"};
	const bool last = attr_bool(c->n, "channels_last");
	const int64_t all_but_channels[] = {0, last ? 1 : 2, last ? 2 : 3};
	Value *x = c->n->in[0], *w = c->n->in[1], *to_x[] = {dy, w}, *to_w[] = {x, dy};
	Node *dx = wants(c, 0) ? make(c, OP_conv2d_dx, to_x, 2) : NULL;
	Node *dw = wants(c, 1) ? make(c, OP_conv2d_dw, to_w, 2) : NULL;
	for (size_t i = 0; i < COUNT(same); i++) {
		if (dx)
			copy_attr(dx, c->n, same[i]);
		if (dw)
			copy_attr(dw, c->n, same[i]);
	}
	if (dx) {
		set_size(c, dx);
		give(c, 0, done(dx));
	}
	if (dw) {
		attr_set_ints(dw, "kernel", instance(c, w).dim + 2, 2);
		give(c, 1, done(dw));
	}
	if (wants(c, 2))
		give(c, 2, sum(c, dy, all_but_channels, 3, false));
}

static void grad_avg_pool2d(Grad *c, Value *dy)
{
	Node *n = make(c, OP_avg_pool2d_grad, &dy, 1);
	copy_attr(n, c->n, "kernel");
	copy_attr(n, c->n, "channels_last");
	set_size(c, n);
	give(c, 0, done(n));
}

static void grad_max_pool2d(Grad *c, Value *dy)
{
	Value *in[] = {c->n->in[0], dy};
	Node *n = make(c, OP_max_pool2d_grad, in, 2);
	copy_attr(n, c->n, "kernel");
	copy_attr(n, c->n, "channels_last");
	give(c, 0, done(n));
}

/* ---- norms ---- */

/* Gives output i of n to the input to[i], -1: to none. */
static void give_outputs(Grad *c, Node *n, const int *to)
{
	done(n);
	for (int i = 0; i < n->nout; i++)
		if (to[i] >= 0)
			give(c, to[i], &n->out[i]);
}

/* A vector [C] so that it broadcasts along `axis` of x. */
static Value *along(Grad *c, Value *v, int axis)
{
	const Type x = instance(c, c->n->in[0]);
	Type t = type_make(x.dtype, x.rank - axis, x.dim + axis);
	for (int i = 1; i < t.rank; i++)
		t.dim[i] = 1;
	return reshape(c, v, &t);
}

/* Sum over all axes but one. */
static Value *sum_to(Grad *c, Value *v, int axis)
{
	int64_t axes[MAX_RANK];
	const int rank = instance(c, v).rank;
	int n = 0;
	for (int i = 0; i < rank; i++)
		if (i != axis)
			axes[n++] = i;
	return sum(c, v, axes, n, false);
}

/* With s = 1 / sqrt(var + eps): dx = dy w s, dw = sum dy (x - mean) s, dbias = sum dy,
 * dmean = -dbias w s, dvar = -dw w s^2 / 2. */
static void grad_batch_norm(Grad *c, Value *dy)
{
	Value *const *in = c->n->in;
	const int axis = axis_of(c, "axis", instance(c, in[0]).rank);
	Value *s = op1(c, OP_rsqrt, op2(c, OP_add, in[4], scalar(c, attr_float(c->n, "eps"))));
	Value *ws = op2(c, OP_mul, in[1], s);
	if (wants(c, 0))
		give(c, 0, op2(c, OP_mul, dy, along(c, ws, axis)));
	if (!wants(c, 1) && !wants(c, 2) && !wants(c, 3) && !wants(c, 4))
		return;
	Value *centred = op2(c, OP_sub, in[0], along(c, in[3], axis));
	Value *dbias = sum_to(c, dy, axis);
	Value *dw = op2(c, OP_mul, sum_to(c, op2(c, OP_mul, dy, centred), axis), s);
	give(c, 1, dw);
	give(c, 2, dbias);
	if (wants(c, 3))
		give(c, 3, op1(c, OP_neg, op2(c, OP_mul, dbias, ws)));
	if (wants(c, 4))
		give(c, 4,
		     op2(c, OP_mul, op2(c, OP_mul, op2(c, OP_mul, dw, ws), s), scalar(c, -0.5)));
}

static void grad_batch_norm_train(Grad *c, Value *dy)
{
	static const int to[] = {0, 1, 2};
	Value *const *x = c->n->in, **y = (Value *[]){&c->n->out[1], &c->n->out[2]};
	Value *in[] = {x[0], x[1], y[0], y[1], dy, x[2]};
	const bool act = strcmp(attr_str(c->n, "act"), "none");
	Node *n = make(c, OP_batch_norm_grad, in, act ? 6 : 5);
	copy_attr(n, c->n, "axis");
	copy_attr(n, c->n, "act");
	copy_attr(n, c->n, "pool");
	give_outputs(c, n, to);
}

static void grad_row_norm(Grad *c, Op op, Value *dy)
{
	static const int to[] = {0, 1, 2};
	Value *in[] = {c->n->in[0], c->n->in[1], dy};
	Node *n = make(c, op, in, 3);
	copy_attr(n, c->n, "eps");
	give_outputs(c, n, to);
}

static void grad_rms_norm(Grad *c, Value *dy)
{
	grad_row_norm(c, OP_rms_norm_grad, dy);
}

static void grad_layer_norm(Grad *c, Value *dy)
{
	grad_row_norm(c, OP_layer_norm_grad, dy);
}

/* ---- sequences ---- */

/* The convolution with time running the other way; taps that reach beyond y read zeros. Elements of
 * y that no x reaches (padding wider than the kernel) are cut off first. */
static Value *conv1d_dx(Grad *c, Value *dy)
{
	const int64_t k = instance(c, c->n->in[1]).dim[2], length = instance(c, dy).dim[1];
	const int len = attr_len(c->n, "reverse");
	const bool first = attr_int_at(c->n, "reverse", 0);
	int64_t p[] = {k - 1 - attr_int_at(c->n, "pad", 1), k - 1 - attr_int_at(c->n, "pad", 0)};
	const int64_t cut[] = {p[first ? 0 : 1] < 0 ? -p[first ? 0 : 1] : 0,
			       p[first ? 1 : 0] < 0 ? -p[first ? 1 : 0] : 0};
	int64_t *reverse = NEW_ARRAY(c->scratch, int64_t, len);
	for (int i = 0; i < len; i++)
		reverse[i] = !attr_int_at(c->n, "reverse", i);
	Value *in[] = {slice(c, dy, 1, cut[0], length - cut[1]), c->n->in[1]};
	for (int i = 0; i < 2; i++)
		p[i] = p[i] < 0 ? 0 : p[i];
	Node *n = make(c, OP_conv1d_depthwise, in, 2);
	attr_set_ints(n, "pad", p, 2);
	attr_set_ints(n, "reverse", reverse, len);
	return done(n);
}

static void grad_conv1d_depthwise(Grad *c, Value *dy)
{
	static const int64_t rows[] = {0, 1};
	if (wants(c, 0))
		give(c, 0, conv1d_dx(c, dy));
	if (wants(c, 1)) {
		Value *in[] = {c->n->in[0], dy};
		Node *n = make(c, OP_conv1d_depthwise_dw, in, 2);
		copy_attr(n, c->n, "pad");
		copy_attr(n, c->n, "reverse");
		attr_set_int(n, "kernel", instance(c, c->n->in[1]).dim[2]);
		give(c, 1, done(n));
	}
	if (wants(c, 2))
		give(c, 2, sum(c, dy, rows, 2, false));
}

static void grad_selective_scan(Grad *c, Value *dy)
{
	static const int to[] = {0, 1, 2, 3, 4, 5};
	Value *in[7];
	memcpy(in, c->n->in, 6 * sizeof *in);
	in[6] = dy;
	Node *n = make(c, OP_selective_scan_grad, in, 7);
	copy_attr(n, c->n, "reverse");
	give_outputs(c, n, to);
}

/* The node with both results; of attention, the gradient needs the second, too. */
static Node *with_lse(Grad *c)
{
	if (c->n->nout > 1)
		return c->n;
	Node *n = make(c, OP_attention, c->n->in, c->n->nin);
	memcpy(n->attr, c->n->attr, sizeof n->attr);
	node_set_nout(n, 2);
	done(n);
	return n;
}

/* u is added to the first use of q, w to the second; each batch entry has its own dr. */
static void grad_attention(Grad *c, Value *dy)
{
	static const int64_t rows[] = {0, 1};
	Value *const *x = c->n->in, *in[10] = {x[0], x[1], x[2]};
	Node *f = with_lse(c);
	in[3] = &f->out[0];
	in[4] = &f->out[1];
	in[5] = dy;
	for (int i = 3; i < c->n->nin; i++)
		in[3 + i] = x[i];
	Node *n = make(c, OP_attention_grad, in, 3 + c->n->nin);
	for (const char *const *name = (const char *[]){"scale", "p", "stream", NULL}; *name;
	     name++)
		copy_attr(n, c->n, *name);
	if (c->n->nin > 4)
		node_set_nout(n, 5);
	done(n);
	for (int i = 0; i < 3; i++)
		give(c, i, &n->out[i]);
	if (c->n->nin <= 4)
		return;
	give(c, 0, &n->out[3]);
	give(c, 4, &n->out[4]);
	if (wants(c, 5))
		give(c, 5, sum(c, &n->out[0], rows, 2, false));
	if (wants(c, 6))
		give(c, 6, sum(c, &n->out[3], rows, 2, false));
}

/* The state before each frame: y a frame later, zero at first. A depthwise convolution by (1, 0)
 * knows which way time runs in each instance. */
static Value *gru_before(Grad *c)
{
	static const double delay[] = {1, 0};
	static const int64_t pad[] = {1, 0};
	Value *y = &c->n->out[0];
	const int64_t h = instance(c, y).dim[2], taps[] = {1, 1, 1, 2}, all[] = {1, h, 1, 2};
	const int lead = c->n->group ? 0 : 1;
	Node *w = make_plain(c, OP_const, NULL, 0);
	attr_set_ints(w, "shape", taps + lead, 4 - lead);
	attr_set_floats(w, "value", delay, 2);
	Value *one = done(w);
	Node *b = make_plain(c, OP_broadcast, &one, 1);
	attr_set_ints(b, "shape", all + lead, 4 - lead);
	Value *in[] = {y, done(b)};
	Node *n = make(c, OP_conv1d_depthwise, in, 2);
	attr_set_ints(n, "pad", pad, 2);
	copy_attr(n, c->n, "reverse");
	return done(n);
}

/* What gates take of x by weight and bias, inputs w and w + 2 of the node. */
static Value *gru_gates(Grad *c, Value *x, int w)
{
	Value *in[] = {x, c->n->in[w], c->n->in[w + 2]};
	return done(make(c, OP_linear, in, 3));
}

/* The gates are computed anew, from states that are kept as the node's value: for all frames at
 * once, as one product each for input and state, which takes less time than the forward pass frame
 * by frame and no memory from there to here. Only gru_grad goes through time. */
static void grad_gru(Grad *c, Value *dy)
{
	Value *x = c->n->in[0], *h = gru_before(c), *weight_hh = c->n->in[2];
	Value *in[] = {gru_gates(c, x, 1), gru_gates(c, h, 2), h, weight_hh, dy};
	Node *n = make(c, OP_gru_grad, in, 5);
	copy_attr(n, c->n, "reverse");
	done(n);
	Value *dx = &n->out[0], *dh = &n->out[1];
	if (wants(c, 0))
		give(c, 0, op2(c, OP_linear_dx, dx, c->n->in[1]));
	if (wants(c, 1))
		give(c, 1, op2(c, OP_linear_dw, x, dx));
	if (wants(c, 2))
		give(c, 2, op2(c, OP_linear_dw, h, dh));
	give(c, 3, dx);
	give(c, 4, dh);
}

/* The same draws, applied to the gradient. */
static void grad_dropout(Grad *c, Value *dy)
{
	Value *in[] = {dy, c->n->nin > 1 ? c->n->in[1] : NULL};
	Node *n = make(c, OP_dropout, in, 2);
	copy_attr(n, c->n, "p");
	copy_attr(n, c->n, "stream");
	copy_attr(n, c->n, "share");
	give(c, 0, done(n));
}

/* ---- the walk ---- */

static GradFn *const grad_fn[NOPS] = {
#define EW(name, ...) [OP_##name] = grad_ew,
#define OP(name, ...) [OP_##name] = grad_##name,
#include "ops.def"
#undef EW
#undef OP
};

/* Marks what depends on the values asked for; ids must be positions. */
static void find_needs(Grad *c, Value *const *wrt, int nwrt)
{
	for (int i = 0; i < nwrt; i++)
		c->needs[wrt[i]->node->id] = true;
	for (int i = 0; i < c->g->nodes.n; i++) {
		const Node *n = c->g->nodes.at[i];
		for (int k = 0; k < n->nin; k++)
			if (n->in[k] && c->needs[n->in[k]->node->id])
				c->needs[i] = true;
	}
}

static bool is_source(const Node *n)
{
	return node_info(n)->flags & F_SOURCE;
}

/* Only the first output of a node has a gradient: the others of batch_norm_train are statistics. */
static void differentiate(Grad *c, int count)
{
	for (int i = count - 1; i >= 0 && !c->failed; i--) {
		c->n = c->g->nodes.at[i];
		if (!c->needs[i] || is_source(c->n))
			continue;
		Value *dy = gather(c, &c->n->out[0]);
		if (dy)
			grad_fn[c->n->op](c, dy);
	}
}

static Value *ones(Grad *c, const Type *t)
{
	const double one = 1;
	Value *v = zeros(c, t);
	attr_set_floats(v->node, "value", &one, 1);
	return v;
}

bool ir_grad(Graph *g, Value *loss, Value *const *wrt, int nwrt, Value **grad)
{
	const int count = g->nodes.n;
	Grad c = {.g = g, .scratch = arena_new()};
	c.needs = NEW_ARRAY(c.scratch, bool, count);
	c.parts = NEW_ARRAY(c.scratch, Parts, (size_t)count * MAX_OUT);
	find_needs(&c, wrt, nwrt);
	c.n = loss->node;
	if (c.needs[loss->node->id])
		add_part(&c, loss, (Part){.v = ones(&c, &loss->type), .axis = -1});
	differentiate(&c, count);
	for (int i = 0; i < nwrt && !c.failed; i++) {
		c.n = wrt[i]->node;
		Value *total = gather(&c, wrt[i]);
		grad[i] = total ? total : zeros(&c, &wrt[i]->type);
	}
	arena_free(c.scratch);
	return !c.failed;
}
