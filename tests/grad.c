/* grad.c: grad [DIR]: the gradient of every op of ops.def against central differences in float64.
 *
 * The graphs are those of the numeric cases, DIR/<op>/<case>.sir (tests/num unless given), with
 * groups, reversal and odd sizes; the values are drawn here. The scalar differentiated is the sum
 * of the first output times random weights. Fails for an op without F_NOGRAD that has no case. */
#define _POSIX_C_SOURCE 200809L
#include "../ir/ir.h"

#include <glob.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name;
	unsigned flags;
} ops[] = {
#define EW(name, operands, value, da, db, dc, flops, flags, doc) {#name, flags},
#define OP(name, in, out, attrs, flags, doc) {#name, flags},
#include "../ir/ops.def"
#undef EW
#undef OP
};

enum { MAX_TRIED = 6, MAX_ELEMENTS = 20000 };
static const double step = 1e-5, tolerance = 2e-7;

/* Where the ordinary values, of either sign and not near 0, are not in the op's domain. */
static bool positive(const char *op, const char *label)
{
	static const char *const all[] = {"log", "log10", "log1p", "sqrt", "rsqrt"};
	for (size_t i = 0; i < COUNT(all); i++)
		if (!strcmp(op, all[i]))
			return true;
	return !strcmp(op, "batch_norm") && !strcmp(label, "v");
}

/* ---- values -----------------------------------------------------------------------------------
 */

typedef struct Values {
	const char *op;
	LIST(const Node *) source;
	LIST(Tensor) tensor;
} Values;

static double next(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

static Tensor draw(Arena *a, const char *op, const Node *n, uint64_t *state)
{
	const bool sign = !positive(op, n->label);
	Tensor t = {n->out[0].type, NEW_ARRAY(a, double, type_count(&n->out[0].type))};
	for (int64_t i = 0; i < type_count(&t.type); i++) {
		const double v = 0.3 + next(state);
		t.data[i] = sign && next(state) < 0.5 ? -v : v;
		if (!strcmp(n->label, "state"))
			t.data[i] = (double)(i + 3);
	}
	return t;
}

static bool lookup(void *ctx, const Node *source, Tensor *out)
{
	const Values *v = ctx;
	for (int i = 0; i < v->source.n; i++)
		if (v->source.at[i] == source)
			*out = v->tensor.at[i];
	return true;
}

/* ---- one case ----------------------------------------------------------------------------------
 */

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

static double loss_at(Graph *g, Values *v, double *element, double shift)
{
	Arena *a = arena_new();
	Tensor *out = NEW_ARRAY(a, Tensor, g->outputs.n);
	const double before = *element;
	g->outputs.n = 1;
	*element += shift;
	ir_eval(g, a, lookup, v, out);
	*element = before;
	const double loss = out[0].data[0];
	arena_free(a);
	return loss;
}

/* NULL, or what is wrong with the gradient by source i. */
static const char *compare(Arena *a, Graph *g, Values *v, int i, const Tensor *grad)
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
		const double want = (loss_at(g, v, x, step) - loss_at(g, v, x, -step)) / (2 * step);
		if (!(fabs(grad->data[k] - want) <= tolerance * largest))
			return arena_printf(
			    a, "element %lld of '%s' has gradient %.12g, by differences %.12g",
			    (long long)k, v->source.at[i]->label, grad->data[k], want);
	}
	return NULL;
}

static Module *read_case(Arena *a, Diag *d, const char *path)
{
	Source *src = NEW(a, Source);
	src->name = path;
	src->text = file_read(a, path, &src->len);
	return src->text ? ir_parse(a, d, ops_new(a), src) : NULL;
}

/* NULL if the gradients by all inputs and parameters are right. Skipped: too large, or a constant
 * of the case is NaN or infinite. */
static const char *run_case(Arena *a, const char *op, const char *path, bool *skipped)
{
	Diag d = {.arena = a, .out = stderr};
	Module *m = read_case(a, &d, path);
	Graph *g = m ? module_graph(m, "main") : NULL;
	if (!g)
		return "cannot be read";
	Values v = {.op = op};
	Value *wrt[64], *grad[64];
	Value *loss = make_loss(g, g->outputs.at[0].value);
	uint64_t state = 1;
	for (int i = 0; i < g->nodes.n; i++) {
		Node *n = g->nodes.at[i];
		*skipped |= n->nout && type_count(&n->out[0].type) > MAX_ELEMENTS;
		if (n->op != OP_input && n->op != OP_param)
			continue;
		wrt[v.source.n] = &n->out[0];
		list_push(a, &v.source, n);
		list_push(a, &v.tensor, draw(a, op, n, &state));
	}
	if (!loss || v.source.n > 64)
		return "no loss";
	if (*skipped)
		return NULL;
	if (!ir_grad(g, loss, wrt, v.source.n, grad))
		return "no gradient";
	g->outputs.at[0].value = loss;
	g->outputs.n = 1;
	for (int i = 0; i < v.source.n; i++)
		list_push(a, &g->outputs, ((Output){"grad", grad[i], {0}}));
	Tensor *out = NEW_ARRAY(a, Tensor, g->outputs.n);
	if (!ir_eval(g, a, lookup, &v, out))
		return "cannot be evaluated";
	const char *why = NULL;
	*skipped = !isfinite(out[0].data[0]);
	for (int i = 0; i < v.source.n && !why && !*skipped; i++)
		if (strcmp(v.source.at[i]->label, "state"))
			why = compare(a, g, &v, i, &out[i + 1]);
	return why;
}

/* Cases of one op that were checked; *failed counts the wrong ones. */
static int run_op(const char *dir, const char *op, int *failed)
{
	char pattern[512];
	glob_t found = {0};
	int checked = 0;
	snprintf(pattern, sizeof pattern, "%s/%s/*.sir", dir, op);
	glob(pattern, 0, NULL, &found);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		Arena *a = arena_new();
		bool skipped = false;
		const char *why = run_case(a, op, found.gl_pathv[i], &skipped);
		if (why)
			printf("not ok grad %s: %s\n", found.gl_pathv[i], why);
		*failed += why != NULL;
		checked += !skipped;
		arena_free(a);
	}
	globfree(&found);
	return checked;
}

int main(int argc, char **argv)
{
	const char *dir = argc > 1 ? argv[1] : "tests/num";
	int failed = 0;
	for (size_t i = 0; i < COUNT(ops); i++) {
		if ((ops[i].flags & F_NOGRAD) || (argc > 2 && strcmp(argv[2], ops[i].name)))
			continue;
		const int before = failed, checked = run_op(dir, ops[i].name, &failed);
		if (!checked)
			printf("not ok grad %s: no case in %s/%s\n", ops[i].name, dir, ops[i].name);
		else if (failed == before)
			printf("ok grad %s, %d cases\n", ops[i].name, checked);
		failed += !checked;
	}
	return failed > 0;
}
