/* train.c: main in training mode, loss, gradients and optimiser become one graph, "step".
 *
 * Weights are inputs there, not params: they change from step to step, so nothing that depends on
 * them is computed at load time. The graph is a function; a runtime that wants its weights updated
 * in place gives the same memory to NAME and new.NAME. */
#include "train.h"

#include <math.h>
#include <string.h>

/* A weight or statistic of main, by its input of the step. */
typedef struct Weight {
	const char *name;
	Value *value;
	bool trained; /* no buffer */
} Weight;

typedef struct Step {
	Model *model;
	Arena *arena;
	Graph *g;
	Value *lr, *count, *clip;
	Value *micro, *batches; /* which of how many batches of the step; NULL: there is one */
	Value *draws;           /* state of the dropouts, NULL without any */
	LIST(Weight) weights;
	int streams; /* dropouts so far, each with draws of its own */
} Step;

/* ---- making nodes ---- */

static Value *add_input(Step *s, const char *name, const Type *t, Loc loc)
{
	Node *n = node_new(s->g, OP_input, NULL, 0, loc, name);
	attr_set_ints(n, "shape", t->dim, t->rank);
	if (!ir_infer(n))
		BUG("input '%s' of the step", name);
	return &n->out[0];
}

/* What the program keeps; the output of its name, or new.NAME, is its next value. */
static Value *add_state(Step *s, const char *name, const Type *t, Loc loc)
{
	Value *v = add_input(s, name, t, loc);
	attr_set_bool(v->node, "state", true);
	return v;
}

static Value *add_scalar(Step *s, const char *name)
{
	const Type scalar = {.dtype = F32};
	return add_input(s, name, &scalar, (Loc){0});
}

static void add_output(Step *s, const char *name, Value *v)
{
	graph_add_output(s->g, name, v, v->node->loc);
}

static Value *op(Step *s, Op o, Value *a, Value *b)
{
	Value *in[] = {a, b};
	return build_op(s->g, NULL, o, in, 2, (Loc){0}, NULL);
}

static Value *number(Step *s, double v)
{
	return build_const(s->g, NULL, v, (Loc){0});
}

static Value *stack(Step *s, Value **in, int n)
{
	return build_op(s->g, NULL, OP_stack, in, n, (Loc){0}, NULL);
}

/* ---- copies of main and loss ---- */

static Value *add_weight(Step *s, const Node *n)
{
	Weight w = {n->label, add_state(s, n->label, &n->out[0].type, n->loc),
		    !attr_bool(n, "buffer")};
	list_push(s->arena, &s->weights, w);
	return w.value;
}

static void train_batch_norm(Step *s, Node *n)
{
	attr_set_float(n, "momentum", s->model->train.momentum);
	const char *const stat[] = {n->in[3]->node->label, n->in[4]->node->label};
	for (int i = 0; i < 2; i++)
		if (stat[i])
			add_output(s, arena_printf(s->arena, "new.%s", stat[i]), &n->out[3 + i]);
}

/* Batches so far, this one counted. */
static Value *batch_count(Step *s)
{
	if (!s->micro)
		return s->count;
	Value *before = op(s, OP_mul, op(s, OP_sub, s->count, number(s, 1)), s->batches);
	return op(s, OP_add, op(s, OP_add, before, s->micro), number(s, 1));
}

static void train_dropout(Step *s, Node *n)
{
	const int64_t stream = s->streams++;
	if (!s->draws) {
		Value *in[] = {batch_count(s), add_scalar(s, "opt.seed")};
		s->draws = stack(s, in, 2);
	}
	Value *in[] = {n->in[0], s->draws};
	node_set_inputs(n, in, 2);
	attr_set_ints(n, "stream", &stream, 1);
}

/* Attributes go by name: batch_norm_train has those of batch_norm in another order. */
static void copy_attrs(Node *to, const Node *from)
{
	const OpInfo *a = node_info(from), *b = node_info(to);
	for (int i = 0; i < a->nattrs; i++)
		for (int k = 0; k < b->nattrs; k++)
			if (!strcmp(a->attrs[i].name, b->attrs[k].name))
				to->attr[k] = from->attr[i];
}

/* A copy in the step of a node whose inputs have copies `of`. */
static Node *copy_node(Step *s, const Node *n, Value **of)
{
	const Op o = n->op == OP_batch_norm ? OP_batch_norm_train : n->op;
	Value **in = NEW_ARRAY(s->arena, Value *, n->nin + 1);
	for (int i = 0; i < n->nin; i++)
		in[i] = of[n->in[i]->node->id * MAX_OUT + n->in[i]->index];
	Node *copy = node_new(s->g, o, in, n->nin, n->loc, n->label);
	copy_attrs(copy, n);
	copy->group = n->group;
	if (o == OP_batch_norm_train)
		train_batch_norm(s, copy);
	if (o == OP_dropout)
		train_dropout(s, copy);
	return ir_infer(copy) ? copy : NULL;
}

/* What stands in the step for a source of a copied graph; NULL after a diagnostic. */
typedef Value *BindSource(Step *s, const Node *source);

/* Copies all nodes; copies of values by slot, or NULL after a diagnostic. */
static Value **copy_graph(Step *s, const Graph *from, BindSource *bind)
{
	Value **of = NEW_ARRAY(s->arena, Value *, (size_t)from->nodes.n * MAX_OUT);
	for (int i = 0; i < from->nodes.n; i++) {
		const Node *n = from->nodes.at[i];
		const bool source = n->op == OP_input || n->op == OP_param;
		Value *bound = source ? bind(s, n) : NULL;
		Node *copy = source ? NULL : copy_node(s, n, of);
		if (!bound && !copy)
			return NULL;
		for (int k = 0; k < n->nout; k++)
			of[n->id * MAX_OUT + k] = source ? bound : &copy->out[k];
	}
	return of;
}

static Value *bind_main(Step *s, const Node *source)
{
	if (source->op == OP_param)
		return add_weight(s, source);
	return add_input(s, source->label, &source->out[0].type, source->loc);
}

static const Output *find_output(const Graph *g, const char *name)
{
	for (int i = 0; i < g->outputs.n; i++)
		if (!strcmp(g->outputs.at[i].name, name))
			return &g->outputs.at[i];
	return NULL;
}

static bool is_scalar(const Model *m, const char *name)
{
	for (int i = 0; i < m->train.scalars.n; i++)
		if (!strcmp(m->train.scalars.at[i].name, name))
			return true;
	return false;
}

static const char target_prefix[] = "target_";

/* The outputs of main stand in the step graph's outputs until all of loss is copied. */
static Value *bind_loss(Step *s, const Node *source)
{
	Diag *d = s->model->module->diag;
	const Type *want = &source->out[0].type;
	const char *name = source->label;
	const Output *o = find_output(s->g, name);
	if (source->op == OP_param) {
		diag_error(d, E231, source->loc, "a loss has no weights of its own");
		return NULL;
	}
	if (!strncmp(name, target_prefix, strlen(target_prefix)))
		return add_input(s, name + strlen(target_prefix), want, source->loc);
	if (o && type_equal(&o->value->type, want))
		return o->value;
	if (!o && want->rank == 0 && is_scalar(s->model, name))
		return add_input(s, name, want, source->loc);
	diag_error(d, E231, source->loc, "input '%s' is %s, but %s", name,
		   type_text(s->arena, want),
		   o ? arena_printf(s->arena, "main gives %s", type_text(s->arena, &o->value->type))
		     : "no output of main or scalar is called so");
	return NULL;
}

/* ---- loss ------------------------------------------------------------------------------------ */

/* Outputs of the graph loss, under their names in the step; returns the loss itself. */
static Value *loss_outputs(Step *s, const Graph *loss, Value **of)
{
	const int64_t one = 1;
	Value *total = NULL;
	for (int i = 0; i < loss->outputs.n; i++) {
		const Output *o = &loss->outputs.at[i];
		Value *v = of[o->value->node->id * MAX_OUT + o->value->index];
		if (strcmp(o->name, "loss")) {
			add_output(s, arena_printf(s->arena, "loss.%s", o->name), v);
			continue;
		}
		if (type_count(&v->type) == 1)
			total = v;
		Node *r = node_new(s->g, OP_reshape, &v, 1, o->loc, NULL);
		attr_set_ints(r, "shape", &one, 1);
		if (total && ir_infer(r))
			add_output(s, "loss", &r->out[0]);
	}
	if (!total)
		diag_error(s->model->module->diag, E231, loss->nodes.at[0]->loc,
			   "the graph 'loss' has no output 'loss' of one element");
	return total;
}

/* Leaves the outputs from `loss` on, and behind them the first n. */
static void leave_outputs(Step *s, int loss, int n)
{
	const int after = s->g->outputs.n - loss;
	Output *list = NEW_ARRAY(s->arena, Output, after + n);
	for (int i = 0; i < after + n; i++)
		list[i] = s->g->outputs.at[i < after ? loss + i : i - after];
	graph_set_outputs(s->g, list, after + n);
}

/* Copies main and loss. The outputs are those of loss and then the new statistics of main. The
 * loss, or NULL after a diagnostic. */
static Value *build_loss(Step *s, const Graph *main, const Graph *loss)
{
	Value **of = copy_graph(s, main, bind_main);
	if (!of)
		return NULL;
	const int statistics = s->g->outputs.n;
	for (int i = 0; i < main->outputs.n; i++) {
		const Output *o = &main->outputs.at[i];
		add_output(s, o->name, of[o->value->node->id * MAX_OUT + o->value->index]);
	}
	of = copy_graph(s, loss, bind_loss);
	Value *total = of ? loss_outputs(s, loss, of) : NULL;
	leave_outputs(s, statistics + main->outputs.n, statistics);
	return total;
}

/* ---- optimiser ------------------------------------------------------------------------------- */

/* 1 - beta^t without cancellation: -(e^(t log beta) - 1) */
static Value *correction(Step *s, double beta)
{
	if (beta == 0)
		return number(s, 1);
	Value *power = op(s, OP_mul, s->count, number(s, log(beta)));
	return op(s, OP_neg, op(s, OP_expm1, power, NULL), NULL);
}

static Value *grad_norm(Step *s, Value **grad, int n)
{
	Value *sum = build_op(s->g, NULL, OP_sum_squares, grad, n, (Loc){0}, "grad_norm");
	return op(s, OP_sqrt, sum, NULL);
}

/* Factor on all gradients: min(1, clip / (norm + 1e-6)), or 1 where clip is 0. */
static Value *clip_factor(Step *s, Value *norm)
{
	Value *ratio = op(s, OP_div, s->clip, op(s, OP_add, norm, number(s, 1e-6)));
	Value *in[] = {s->clip, op(s, OP_minimum, ratio, number(s, 1)), number(s, 1)};
	return build_op(s->g, NULL, OP_where, in, 3, (Loc){0}, NULL);
}

/* grad[i] becomes the mean over the batches of the step so far, all divided by their number. */
static void accumulate(Step *s, const Weight *w, int n, Value **grad)
{
	Value *share = op(s, OP_div, number(s, 1), s->batches);
	Value *in[] = {op(s, OP_greater, s->micro, number(s, 0)), share};
	Value *scalars = stack(s, in, 2);
	for (int i = 0; i < n; i++) {
		const char *name = arena_printf(s->arena, "opt.acc.%s", w[i].name);
		const Loc loc = w[i].value->node->loc;
		Value *acc[] = {add_state(s, name, &w[i].value->type, loc), grad[i], scalars};
		Node *sum = node_new(s->g, OP_accumulate, acc, 3, loc,
				     arena_printf(s->arena, "%s.accumulate", w[i].name));
		if (!ir_infer(sum))
			BUG("mean gradient of '%s'", w[i].name);
		grad[i] = &sum->out[0];
		add_output(s, name, grad[i]);
	}
}

/* What adamw takes beside its tensors: with several batches, also whether this is the last. */
static Value *update_scalars(Step *s, Value *norm)
{
	const TrainSpec *t = &s->model->train;
	Value *in[] = {s->lr, correction(s, t->beta1), correction(s, t->beta2),
		       clip_factor(s, norm), NULL};
	if (s->micro)
		in[4] = op(s, OP_greater, op(s, OP_add, s->micro, number(s, 1.5)), s->batches);
	return stack(s, in, s->micro ? 5 : 4);
}

static void update(Step *s, const Weight *w, Value *grad, Value *scalars)
{
	static const char *const state[] = {"opt.m", "opt.v", "opt.vmax"};
	const TrainSpec *t = &s->model->train;
	const int nstate = t->amsgrad ? 3 : 2;
	Value *st[3];
	const char *name[3];
	for (int i = 0; i < nstate; i++) {
		name[i] = arena_printf(s->arena, "%s.%s", state[i], w->name);
		st[i] = add_state(s, name[i], &w->value->type, w->value->node->loc);
	}
	Value *in[] = {w->value, grad, st[0], st[1], scalars, t->amsgrad ? st[2] : NULL};
	Node *n = node_new(s->g, OP_adamw, in, 6, w->value->node->loc,
			   arena_printf(s->arena, "%s.update", w->name));
	attr_set_float(n, "beta1", t->beta1);
	attr_set_float(n, "beta2", t->beta2);
	attr_set_float(n, "eps", t->eps);
	attr_set_float(n, "decay", t->decay);
	if (!ir_infer(n))
		BUG("update of '%s'", w->name);
	add_output(s, arena_printf(s->arena, "grad.%s", w->name), grad);
	add_output(s, arena_printf(s->arena, "new.%s", w->name), &n->out[0]);
	for (int i = 0; i < nstate; i++)
		add_output(s, name[i], &n->out[i + 1]);
}

static bool build_updates(Step *s, Value *loss)
{
	LIST(Weight) trained = {0};
	for (int i = 0; i < s->weights.n; i++)
		if (s->weights.at[i].trained)
			list_push(s->arena, &trained, s->weights.at[i]);
	Value **wrt = NEW_ARRAY(s->arena, Value *, trained.n + 1);
	Value **grad = NEW_ARRAY(s->arena, Value *, trained.n + 1);
	for (int i = 0; i < trained.n; i++)
		wrt[i] = trained.at[i].value;
	graph_sort(s->g);
	if (!ir_grad(s->g, loss, wrt, trained.n, grad))
		return false;
	if (s->micro)
		accumulate(s, trained.at, trained.n, grad);
	Value *norm = grad_norm(s, grad, trained.n);
	add_output(s, "grad_norm", norm);
	Value *scalars = update_scalars(s, norm);
	for (int i = 0; i < trained.n; i++)
		update(s, &trained.at[i], grad[i], scalars);
	return true;
}

/* ---- the step -------------------------------------------------------------------------------- */

/* Takes the graph out of the module. */
static void drop_graph(Module *m, const Graph *g)
{
	int n = 0;
	for (int i = 0; i < m->graphs.n; i++)
		if (m->graphs.at[i] != g)
			m->graphs.at[n++] = m->graphs.at[i];
	m->graphs.n = n;
}

bool train_build(Model *model)
{
	Module *m = model->module;
	Graph *main = module_graph(m, "main"), *loss = module_graph(m, "loss");
	if (!loss || !model->train.present) {
		diag_error(m->diag, E230, (Loc){0}, "the model has no %s",
			   loss ? "section 'training'" : "graph 'loss'");
		return false;
	}
	graph_sort(main);
	graph_sort(loss);
	Step s = {.model = model, .arena = m->arena, .g = graph_new(m, "step")};
	s.lr = add_scalar(&s, "opt.lr");
	s.count = add_scalar(&s, "opt.step");
	s.clip = add_scalar(&s, "opt.clip");
	if (model->train.accumulate > 1) {
		s.micro = add_scalar(&s, "opt.micro");
		s.batches = add_scalar(&s, "opt.accumulate");
	}
	Value *total = build_loss(&s, main, loss);
	const bool ok = total && build_updates(&s, total);
	graph_sort(s.g);
	drop_graph(m, loss);
	return ok;
}

double train_default(const Model *m, const char *input)
{
	for (int i = 0; i < m->train.scalars.n; i++)
		if (!strcmp(m->train.scalars.at[i].name, input))
			return m->train.scalars.at[i].value;
	return !strcmp(input, "opt.lr")           ? m->train.lr
	       : !strcmp(input, "opt.step")       ? 1
	       : !strcmp(input, "opt.clip")       ? m->train.clip_norm
	       : !strcmp(input, "opt.accumulate") ? 1
						  : 0;
}
