/* differences.c: gradients against central differences in float64. The graphs are small: a node or
 * two, on values that are drawn here. */
#include "ir.h"

#include <math.h>
#include <string.h>

enum { MAX_TRIED = 6 };
static const double step = 1e-5;

/* ---- values ---- */

/* In [0, 1) */
static double next(uint64_t *state)
{
	return (double)(random_bits(state) >> 11) * 0x1p-53;
}

static bool is_one_of(const char *name, const char *const *all, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(name, all[i]))
			return true;
	return false;
}

/* Ops that want positive operands, by themselves or in a map, and operands that are. */
static bool positive(const Node *n, const char *operand)
{
	static const char *const ops[] = {"log", "log10", "log1p", "sqrt", "rsqrt"};
	static const char *const operands[] = {"var",  "running_var", "rstd", "v",
					       "vmax", "scalars",     "lse",  "delta"};
	if (is_one_of(node_info(n)->name, ops, COUNT(ops)))
		return true;
	for (size_t i = 0; n->op == OP_map && i < COUNT(ops); i++) {
		const char *at = strstr(attr_str(n, "f"), ops[i]);
		if (at && at[strlen(ops[i])] == '(')
			return true;
	}
	return is_one_of(operand, operands, COUNT(operands));
}

/* The node that takes v, and the name of the operand. */
static const Node *user_of(const Graph *g, const Value *v, const char **operand)
{
	for (int i = 0; i < g->nodes.n; i++) {
		const Node *n = g->nodes.at[i];
		const char *const *names = node_info(n)->in_names;
		for (int k = 0; k < n->nin; k++)
			if (n->in[k] == v) {
				*operand = k < MAX_IN_NAMES && names[k] ? names[k] : "";
				return n;
			}
	}
	return NULL;
}

/* Of either sign and not near 0, where the operand may be so: no kink is near, no quotient large.
 * They are floats, so that every back end starts from the same numbers. The A of a scan decays. */
Tensor ir_draw(Arena *a, const Graph *g, const Node *source, uint64_t *state)
{
	const char *operand = "";
	const Node *user = user_of(g, &source->out[0], &operand);
	const bool draws = !strcmp(operand, "state"), decays = !strcmp(operand, "A");
	const bool sign = !user || !(decays || positive(user, operand));
	Tensor t = {source->out[0].type, NEW_ARRAY(a, double, type_count(&source->out[0].type))};
	for (int64_t i = 0; i < type_count(&t.type); i++) {
		const double v = (double)(float)(0.3 + next(state));
		t.data[i] = draws                                   ? (double)(i + 3)
			    : decays || (sign && next(state) < 0.5) ? -v
								    : v;
	}
	return t;
}

/* ---- one graph ---- */

typedef struct Values {
	LIST(const Node *) source;
	LIST(Tensor) tensor;
} Values;

static bool lookup(void *ctx, const Node *source, Tensor *out)
{
	const Values *v = ctx;
	for (int i = 0; i < v->source.n; i++)
		if (v->source.at[i] == source)
			*out = v->tensor.at[i];
	return true;
}

/* Appends sum(y * w) for weights w given as an input. */
static Value *make_loss(Graph *g, Value *y)
{
	Node *w = node_new(g, OP_input, NULL, 0, y->node->loc, "loss.weights");
	attr_set_ints(w, "shape", y->type.dim, y->type.rank);
	if (!ir_infer(w))
		return NULL;
	Value *in[] = {y, &w->out[0]};
	Value *p = build_op(g, NULL, OP_mul, in, 2, y->node->loc, NULL);
	if (p->type.rank == 0)
		return p;
	int64_t axes[MAX_RANK];
	for (int i = 0; i < p->type.rank; i++)
		axes[i] = i;
	Node *s = node_new(g, OP_sum, &p, 1, y->node->loc, NULL);
	attr_set_ints(s, "axes", axes, p->type.rank);
	return ir_infer(s) ? &s->out[0] : NULL;
}

/* Of a graph whose first output is the loss. */
static double loss_at(Graph *g, Values *v, double *element, double shift)
{
	Arena *a = arena_new();
	Tensor *out = NEW_ARRAY(a, Tensor, g->outputs.n);
	const double before = *element;
	*element += shift;
	ir_eval(g, a, lookup, v, out);
	*element = before;
	const double loss = out[0].data[0];
	arena_free(a);
	return loss;
}

/* NULL, or what is wrong with the gradient by source i. forward: the loss alone. */
static const char *compare(Arena *a, Graph *forward, Values *v, int i, const Tensor *grad,
			   double *worst)
{
	const int64_t count = type_count(&grad->type);
	double largest = 1;
	if (!type_equal(&grad->type, &v->tensor.at[i].type))
		return arena_printf(a, "the gradient is %s", type_text(a, &grad->type));
	for (int64_t k = 0; k < count; k++)
		largest = fmax(largest, fabs(grad->data[k]));
	uint64_t state = (uint64_t)count;
	for (int t = 0; t < MAX_TRIED && t < count; t++) {
		const int64_t k = count <= MAX_TRIED ? t : (int64_t)(next(&state) * (double)count);
		double *x = &v->tensor.at[i].data[k];
		const double want =
		    (loss_at(forward, v, x, step) - loss_at(forward, v, x, -step)) / (2 * step);
		const double error = fabs(grad->data[k] - want) / largest;
		*worst = fmax(*worst, error == error ? error : INFINITY);
		if (!(error <= DIFFERENCES_LIMIT))
			return arena_printf(
			    a, "element %lld of '%s' has gradient %.12g, by differences %.12g",
			    (long long)k, v->source.at[i]->label, grad->data[k], want);
	}
	return NULL;
}

/* The nodes of g so far, as a graph of the same values. */
static Graph *without_gradient(const Graph *g, Value *loss, Arena *a)
{
	Graph *f = NEW(a, Graph);
	*f = *g;
	f->nodes.at = NEW_ARRAY(a, Node *, g->nodes.n);
	memcpy(f->nodes.at, g->nodes.at, (size_t)g->nodes.n * sizeof *g->nodes.at);
	f->outputs.at = NEW(a, Output);
	*f->outputs.at = (Output){"loss", loss, {0}, NULL};
	f->outputs.n = f->outputs.cap = 1;
	return f;
}

const char *ir_differences(Graph *g, Arena *a, Differences *d)
{
	Values *v = NEW(a, Values);
	LIST(Value *) wrt = {0};
	uint64_t state = 1;
	Value *loss = make_loss(g, g->outputs.at[0].value);
	*d = (Differences){0};
	for (int i = 0; loss && i < g->nodes.n; i++) {
		Node *n = g->nodes.at[i];
		if (n->op != OP_input && n->op != OP_param)
			continue;
		list_push(a, &wrt, &n->out[0]);
		list_push(a, &v->source, n);
		list_push(a, &v->tensor, ir_draw(a, g, n, &state));
	}
	if (!loss)
		return "no loss";
	graph_sort(g);
	Graph *forward = without_gradient(g, loss, a);
	Value **grad = NEW_ARRAY(a, Value *, wrt.n);
	if (!ir_grad(g, loss, wrt.at, wrt.n, grad))
		return "no gradient";
	graph_set_outputs(g, &(Output){"loss", loss, {0}, NULL}, 1);
	for (int i = 0; i < wrt.n; i++)
		graph_add_output(g, "grad", grad[i], (Loc){0});
	Tensor *out = NEW_ARRAY(a, Tensor, g->outputs.n);
	if (!ir_eval(g, a, lookup, v, out))
		return "it cannot be evaluated";
	d->undefined = !isfinite(out[0].data[0]);
	const char *why = NULL;
	for (int i = 0; i < wrt.n && !why && !d->undefined; i++)
		if (strcmp(v->source.at[i]->label, "state"))
			why = compare(a, forward, v, i, &out[i + 1], &d->worst);
	return why;
}
