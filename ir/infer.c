/* infer.c: shape inference of a node: ir_infer checks input counts and attribute lists, strips the
 * group dimension, calls the op's function on the types of one instance and adds the group
 * dimension to what it returns. The functions stand in infer_ops.c and infer_grad.c. */
#include "infer.h"

typedef bool InferFn(Infer *c);

static InferFn *const infer_fn[NOPS] = {
#define EW(name, ...) [OP_##name] = infer_ew,
#define OP(name, ...) [OP_##name] = infer_##name,
#include "ops.def"
#undef EW
#undef OP
};

/* Number of inputs; absent ones only trail. Sets c->nin. */
static bool check_inputs(Infer *c)
{
	const Node *n = c->n;
	int nin = n->nin;
	while (nin > 0 && !n->in[nin - 1])
		nin--;
	for (int i = 0; i < nin; i++)
		if (!n->in[i])
			return fail(c, E301, -1, -1, "input %d is missing", i);
	const int lo = c->info->nin_min, hi = c->info->nin_max;
	c->nin = nin;
	if (hi < 0 && nin < 1)
		return fail(c, E301, -1, -1, "takes at least 1 input, not 0");
	if (nin >= lo && (hi < 0 || nin <= hi))
		return true;
	if (lo == hi)
		return fail(c, E301, -1, -1, "takes %d input%s, not %d", lo, lo == 1 ? "" : "s",
			    nin);
	return fail(c, E301, -1, -1, "takes %d to %d inputs, not %d", lo, hi, nin);
}

/* Entries for one or for all instances, which are known if the group is. */
static bool check_each(const Infer *c, const AttrDef *d)
{
	const int64_t len = attr_len(c->n, d->name);
	if (len == 1 || len == c->n->group)
		return true;
	return fail(c, E307, -1, -1, "'%s' has %lld entries, not 1%s", d->name, (long long)len,
		    c->n->group > 0 ? " or one for each instance of the group" : "");
}

/* Required attributes are there, lists have the length they need. */
static bool check_attrs(const Infer *c)
{
	for (int i = 0; i < c->info->nattrs; i++) {
		const AttrDef *d = &c->info->attrs[i];
		const Attr *a = &c->n->attr[i];
		if (d->required && !a->set)
			return fail(c, E304, -1, -1, "attribute '%s' is missing", d->name);
		const bool fixed_list = (d->kind == A_INTS || d->kind == A_FLOATS) && d->n >= 0;
		if (fixed_list && a->set && a->n != d->n)
			return fail(c, E304, -1, -1, "'%s' needs %d numbers, not %d", d->name, d->n,
				    a->n);
		if (d->n == ATTR_EACH && !check_each(c, d))
			return false;
	}
	return c->info->axes != AXES_TIME || need_range(c, "reverse", 0, 1);
}

/* Type of one instance of input i. */
static bool instance_type(const Infer *c, int i, Type *t)
{
	*t = c->n->in[i]->type;
	const int64_t group = c->n->group;
	if (group == 0)
		return true;
	if (t->rank == 0)
		return fail(c, E307, i, -1, "'%s' has no group dimension", in_name(c, i));
	if (group % t->dim[0] != 0)
		return fail(c, E307, i, -1,
			    "leading extent %lld of '%s' does not divide the group of %lld",
			    (long long)t->dim[0], in_name(c, i), (long long)group);
	t->rank--;
	memmove(t->dim, t->dim + 1, (size_t)t->rank * sizeof t->dim[0]);
	t->dim[t->rank] = 0;
	return true;
}

/* Adds the group dimension and checks the size; stores the output types. */
static bool set_outputs(const Infer *c)
{
	const int64_t group = c->n->group;
	for (int i = 0; i < c->n->nout; i++) {
		Type t = c->out[i];
		if (group > 0 && t.rank == MAX_RANK)
			return fail(c, E302, 0, -1, "the result would have more than %d dimensions",
				    (int)MAX_RANK);
		if (group > 0) {
			memmove(t.dim + 1, t.dim, (size_t)t.rank * sizeof t.dim[0]);
			t.dim[0] = group;
			t.rank++;
		}
		if (!type_valid(&t))
			return fail(c, E306, 0, 1, "the result %s is too large", text_of(c, &t));
		c->out[i] = t;
	}
	for (int i = 0; i < c->n->nout; i++)
		c->n->out[i].type = c->out[i];
	return true;
}

static bool infer_types(Infer *c, Type *in)
{
	if (!check_attrs(c))
		return false;
	if (c->n->group < 0 || c->n->group > MAX_EXTENT)
		return fail(c, E307, -1, -1, "group %lld is not possible", (long long)c->n->group);
	if (c->n->group > 0 && (c->info->flags & F_SOURCE))
		return fail(c, E307, -1, -1, "cannot have a group");
	for (int i = 0; i < c->nin; i++)
		if (!instance_type(c, i, &in[i]))
			return false;
	return infer_fn[c->n->op](c) && set_outputs(c);
}

bool ir_infer(Node *n)
{
	enum { FEW = 8 };
	Type few[FEW], out[MAX_OUT];
	Infer c = {.n = n, .info = node_info(n), .in = few, .out = out};
	bool ok = check_inputs(&c);
	for (int i = 0; ok && i < c.nin; i++)
		if (n->in[i]->type.rank < 0)
			ok = false; /* the producer failed, and said so */
	if (ok) {
		Type *in = c.nin <= FEW ? few : NEW_ARRAY(arena_of(&c), Type, c.nin);
		c.in = in;
		ok = infer_types(&c, in);
	}
	for (int i = 0; !ok && i < n->nout; i++)
		n->out[i].type.rank = -1;
	return ok;
}
