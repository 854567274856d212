/* instance.c: nodes of a model file to IR nodes: conditions, loops, values, instances of modules.
 *
 * A frame is one instance of a module. Its values and variables are its own; only its inputs and
 * outputs connect it to the frame around it. */
#include <string.h>

#include "reader.h"

/* ---- limits ---- */

static bool step(Reader *r, const Frame *f, Json *j)
{
	if (r->stop || ++r->nsteps <= MAX_STEPS)
		return !r->stop;
	reader_error(r, f, E222, json_loc(r->arena, j),
		     "the model needs more than %d steps to build", MAX_STEPS);
	r->stop = true;
	return false;
}

/* ---- loops ---- */

typedef bool Body(Reader *r, Frame *f, Json *j, void *ctx);

/* The values that a variable of "for" takes: strings in a list are texts, a string by itself is
 * an expression that gives a list. */
static bool loop_values(Reader *r, Frame *f, Json *j, Val *list)
{
	if (j->kind != JSON_LIST) {
		*list = reader_eval(r, f, j);
		if (list->kind == VAL_LIST || list->kind == VAL_BAD)
			return list->kind == VAL_LIST;
		reader_error(r, f, E209, json_loc(r->arena, j),
			     "'for' needs a list or a range a..b, not %s",
			     val_show(r->arena, list));
		return false;
	}
	Val *const at = NEW_ARRAY(r->arena, Val, j->n);
	*list = (Val){.kind = VAL_LIST, .n = j->n, .at = at};
	for (Json *i = json_first(j); i; i = i->next) {
		at[i->index] = i->kind == JSON_STRING ? val_text(i->text) : reader_eval(r, f, i);
		if (at[i->index].kind == VAL_BAD)
			return false;
	}
	return true;
}

/* Calls the body for all combinations of the variables from `var` on, the first slowest. */
static bool loop(Reader *r, Frame *f, Json *var, Json *j, Body *body, void *ctx)
{
	if (!var)
		return step(r, f, j) && body(r, f, j, ctx);
	if (!reader_is_name(var->key, false)) {
		reader_error(r, f, E205, json_key_loc(r->arena, var),
			     "'%.60s' is not a name for a variable", var->key);
		return false;
	}
	Val list;
	if (!loop_values(r, f, var, &list))
		return false;
	if (list.n > MAX_REPEAT) {
		reader_error(r, f, E222, json_loc(r->arena, var),
			     "'for' over %d values; at most %d", list.n, MAX_REPEAT);
		return false;
	}
	bool ok = true;
	for (int i = 0; i < list.n && ok; i++) {
		const Var v = {var->key, list.at[i]};
		list_push(r->arena, &f->vars, v);
		ok = loop(r, f, var->next, j, body, ctx);
		f->vars.n--;
	}
	return ok;
}

/* ---- inputs ---- */

typedef struct Inputs {
	LIST(Value *) v;
	bool poisoned; /* one of them is NULL */
} Inputs;

static bool add_input(Reader *r, Frame *f, Json *j, void *ctx);

static bool count_node(Reader *r, const Frame *f, Json *j)
{
	if (++r->nnodes <= MAX_NODES)
		return true;
	if (!r->stop)
		reader_error(r, f, E222, json_loc(r->arena, j), "the model has more than %d nodes",
			     MAX_NODES);
	r->stop = true;
	return false;
}

static bool add_number(Reader *r, Frame *f, Json *j, Inputs *in)
{
	double x;
	if (!reader_num(r, f, j, "a constant", &x) || !count_node(r, f, j))
		return false;
	list_push(r->arena, &in->v, build_const(r->graph, NULL, x, json_loc(r->arena, j)));
	return true;
}

/* {"for", "if", "in"} gives several names, {"const": number} a number. */
static bool add_element(Reader *r, Frame *f, Json *j, void *ctx)
{
	Json *const cond = json_get(j, "if"), *const in = json_get(j, "in");
	bool take = true;
	if (cond && !reader_bool(r, f, cond, "'if'", &take))
		return false;
	if (!take)
		return true;
	Json *const number = json_get(j, "const");
	if (number)
		return add_number(r, f, number, ctx);
	if (in && in->kind != JSON_OBJECT)
		return add_input(r, f, in, ctx);
	reader_error(r, f, E202, json_loc(r->arena, j), "an object in 'in' needs 'in' or 'const'");
	return false;
}

static bool add_input(Reader *r, Frame *f, Json *j, void *ctx)
{
	static const char *const keys[] = {"for", "if", "in", "const"};
	Inputs *const in = ctx;
	if (j->kind == JSON_NUMBER)
		return add_number(r, f, j, in);
	if (j->kind == JSON_OBJECT) {
		Json *const vars = json_get(j, "for");
		return reader_keys(r, j, keys, COUNT(keys), "an object in 'in'") &&
		       (!vars || reader_member(r, j, "for", JSON_OBJECT, false)) &&
		       loop(r, f, vars ? vars->first : NULL, j, add_element, in);
	}
	const char *const name = reader_text(r, f, j);
	Value *v;
	if (!name || !frame_find(r, f, j, name, &v))
		return false;
	in->poisoned |= !v;
	list_push(r->arena, &in->v, v);
	return true;
}

static bool read_inputs(Reader *r, Frame *f, Json *node, Inputs *in)
{
	Json *const j = json_get(node, "in");
	*in = (Inputs){0};
	if (!j)
		return true;
	if (j->kind != JSON_LIST)
		return add_input(r, f, j, in);
	bool ok = true;
	for (Json *i = json_first(j); i; i = i->next)
		ok = add_input(r, f, i, in) && ok;
	return ok;
}

/* ---- outputs ---- */

typedef struct Outputs {
	int n;
	const char *name[MAX_OUT];
	Json *at[MAX_OUT];
	Value *v[MAX_OUT];
} Outputs;

static bool add_output(Reader *r, Frame *f, Json *j, Outputs *out)
{
	const char *const name = reader_text(r, f, j);
	if (!name)
		return false;
	if (!reader_is_name(name, false)) {
		reader_error(r, f, E205, json_loc(r->arena, j), "'%.60s' is not a name for a value",
			     name);
		return false;
	}
	if (out->n == MAX_OUT) {
		reader_error(r, f, E220, json_loc(r->arena, j), "more than %d names in 'out'",
			     MAX_OUT);
		return false;
	}
	out->name[out->n] = name;
	out->at[out->n++] = j;
	return true;
}

static bool read_outputs(Reader *r, Frame *f, Json *node, Outputs *out)
{
	Json *const own = json_get(node, "out");
	Json *const j = own ? own : json_get(node, "param");
	*out = (Outputs){0};
	if (!j)
		return false; /* reported by check_nodes */
	if (j->kind != JSON_LIST)
		return add_output(r, f, j, out);
	bool ok = true;
	for (Json *i = json_first(j); i; i = i->next)
		ok = add_output(r, f, i, out) && ok;
	return ok;
}

static bool expect_outputs(Reader *r, const Frame *f, Json *node, const Outputs *out, int n,
			   const char *what)
{
	if (out->n == n)
		return true;
	Json *const j = json_get(node, "out");
	reader_error(r, f, E220, json_loc(r->arena, j ? j : node),
		     "%s gives %d value%s, 'out' names %d", what, n, n == 1 ? "" : "s", out->n);
	return false;
}

/* ---- labels ---- */

static const char *join(Reader *r, const char *prefix, const char *name)
{
	if (!*prefix || !*name)
		return *prefix ? prefix : name;
	return arena_printf(r->arena, "%s.%s", prefix, name);
}

/* The frame's label with the text of j appended; NULL after a diagnostic. */
static const char *label_of(Reader *r, Frame *f, Json *j)
{
	const char *const name = reader_text(r, f, j);
	const char *const label = name ? join(r, f->label, name) : NULL;
	if (!name || (reader_is_name(name, true) && strlen(label) <= 4 * MAX_NAME))
		return label;
	reader_error(r, f, E205, json_loc(r->arena, j), "'%.60s' is not a name of dotted words",
		     name);
	return NULL;
}

/* A node without a name is labelled by what it defines; the result of a module has the label of
 * the module. */
static const char *default_label(Reader *r, const Frame *f, const char *out)
{
	for (Json *j = json_first(f->def ? f->def->out : NULL); j; j = j->next)
		if (!strcmp(j->text, out))
			return f->label;
	return join(r, f->label, out);
}

/* ---- op nodes ---- */

static void set_attribute(Node *n, const AttrDef *d, const Attr *v)
{
	switch (d->kind) {
	case A_INT:
		attr_set_int(n, d->name, v->i);
		break;
	case A_FLOAT:
		attr_set_float(n, d->name, v->f);
		break;
	case A_BOOL:
		attr_set_bool(n, d->name, v->i);
		break;
	case A_STR:
		attr_set_str(n, d->name, v->s);
		break;
	case A_INTS:
		attr_set_ints(n, d->name, v->is, v->n);
		break;
	case A_FLOATS:
		attr_set_floats(n, d->name, v->fs, v->n);
	}
}

/* One number for a list of fixed length fills it. */
static void fill_list(Reader *r, const AttrDef *d, const Json *j, Attr *v)
{
	if (d->kind != A_INTS || d->n <= 1 || v->n != 1 || j->kind == JSON_LIST)
		return;
	const int64_t one = v->is[0];
	v->n = d->n;
	v->is = NEW_ARRAY(r->arena, int64_t, d->n);
	for (int i = 0; i < d->n; i++)
		v->is[i] = one;
}

static bool read_attribute(Reader *r, Frame *f, Json *j, const AttrDef *d, Attr *v)
{
	const char *const what = arena_printf(r->arena, "attribute '%s'", d->name);
	bool flag = false, ok = false;
	switch (d->kind) {
	case A_INT:
		return reader_int(r, f, j, what, &v->i);
	case A_FLOAT:
		return reader_num(r, f, j, what, &v->f);
	case A_BOOL:
		ok = reader_bool(r, f, j, what, &flag);
		v->i = flag;
		return ok;
	case A_STR:
		v->s = reader_text(r, f, j);
		return v->s;
	case A_INTS:
		ok = reader_ints(r, f, j, what, &v->is, &v->n);
		if (ok)
			fill_list(r, d, j, v);
		return ok;
	default:
		return reader_nums(r, f, j, what, &v->fs, &v->n);
	}
}

static bool read_attributes(Reader *r, Frame *f, Json *node, Node *n)
{
	const OpInfo *const info = node_info(n);
	bool ok = true;
	for (int i = 0; i < info->nattrs; i++) {
		Json *const j = json_get(node, info->attrs[i].name);
		Attr v = {0};
		if (!j || (n->op == OP_param && info->attrs[i].kind == A_STR))
			continue;
		if (read_attribute(r, f, j, &info->attrs[i], &v))
			set_attribute(n, &info->attrs[i], &v);
		else
			ok = false;
	}
	return ok;
}

/* The place of a node: the text of its kind, with the pointer to the whole object. */
static Loc node_loc(Reader *r, Json *node, const char *kind)
{
	Loc l = json_loc(r->arena, json_get(node, kind));
	l.pointer = json_loc(r->arena, node).pointer;
	return l;
}

/* Sets the attributes of a fresh node and infers it; takes it out again, after a diagnostic, if
 * that fails. */
static bool finish_node(Reader *r, Frame *f, Json *node, Node *n)
{
	const int before = r->diag->nerrors;
	const bool read = read_attributes(r, f, node, n);
	if (read && ir_infer(n))
		return true;
	if (read && r->diag->nerrors > before)
		reader_notes(r, f);
	node_drop(n);
	return false;
}

static bool expect_inputs(Reader *r, const Frame *f, Json *node, const OpInfo *info, int n)
{
	if (n >= info->nin_min && (info->nin_max < 0 || n <= info->nin_max))
		return true;
	Buf b;
	buf_init(&b, r->arena);
	for (int i = 0; i < info->nin_max && i < MAX_IN_NAMES; i++)
		buf_printf(&b, "%s%s%s", i ? ", " : " (", info->in_names[i],
			   i >= info->nin_min ? "?" : "");
	Json *const in = json_get(node, "in");
	reader_error(r, f, E220, json_loc(r->arena, in ? in : json_get(node, "op")),
		     "op '%s' takes %s%d input%s%s%s, not %d", info->name,
		     info->nin_min == info->nin_max ? "" : "at least ", info->nin_min,
		     info->nin_min == 1 ? "" : "s", b.s, info->nin_max > 0 ? ")" : "", n);
	return false;
}

static bool build_op_node(Reader *r, Frame *f, Json *node, Outputs *out)
{
	const int op = ops_find(r->ops, json_get(node, "op")->text);
	const OpInfo *const info = &r->ops->op[op];
	Inputs in;
	if (!read_inputs(r, f, node, &in) || !expect_inputs(r, f, node, info, in.v.n) ||
	    !expect_outputs(r, f, node, out, info->nout_min,
			    arena_printf(r->arena, "op '%s'", info->name)))
		return false;
	Json *const name = json_get(node, "name");
	const char *const label = name ? label_of(r, f, name) : default_label(r, f, out->name[0]);
	if (!label || in.poisoned || !count_node(r, f, node))
		return false;
	Node *const n = node_new(r->graph, (Op)op, in.v.at, in.v.n, node_loc(r, node, "op"), label);
	if (!finish_node(r, f, node, n))
		return false;
	for (int i = 0; i < out->n; i++)
		out->v[i] = &n->out[i];
	return true;
}

/* ---- weights ---- */

static bool build_weight(Reader *r, Frame *f, Json *node, Outputs *out)
{
	const char *const label = label_of(r, f, json_get(node, "param"));
	const Loc loc = node_loc(r, node, "param");
	Entry *e;
	if (!label || !expect_outputs(r, f, node, out, 1, "a weight") || !count_node(r, f, node))
		return false;
	if (!names_add(r->arena, &r->weights, label, NULL, loc, &e)) {
		reader_error(r, f, E223, loc, "two weights are called '%s'", label);
		diag_note(r->diag, e->loc, "the other one");
		return false;
	}
	Node *const n = node_new(r->graph, OP_param, NULL, 0, loc, label);
	Json *const init = json_get(node, "init");
	const bool ok = !init || weights_init(r, f, init, n);
	if (!finish_node(r, f, node, n) || !ok)
		return false;
	out->v[0] = &n->out[0];
	return true;
}

/* ---- instances of modules ---- */

static const ModuleDef *find_module(Reader *r, Frame *f, Json *node)
{
	Json *const j = json_get(node, "use");
	const char *const name = reader_text(r, f, j);
	Entry *e;
	if (!name)
		return NULL;
	if (!names_find(&r->modules, name, &e)) {
		check_unknown_use(r, f, j, name);
		return NULL;
	}
	const ModuleDef *const m = e->item;
	if (m->bad || (strchr(j->text, '{') && !check_use(r, f, node, m)))
		return NULL;
	for (const Frame *g = f; g; g = g->up) {
		if (g->def != m)
			continue;
		reader_error(r, f, E221, json_loc(r->arena, j), "module '%s' uses itself", m->name);
		return NULL;
	}
	if (f->depth < MAX_DEPTH)
		return m;
	reader_error(r, f, E221, json_loc(r->arena, j), "modules nested more than %d deep",
		     MAX_DEPTH);
	return NULL;
}

/* Variables of a new frame; false if one that the node gives is wrong. */
static bool bind_params(Reader *r, Frame *f, Frame *callee, Json *node)
{
	bool ok = true;
	for (Json *decl = json_first(callee->def->params); decl; decl = decl->next) {
		Json *const given = json_get(node, decl->key);
		Var v = {decl->key, {0}};
		const int before = r->diag->nerrors;
		if (given || !decl->bad)
			v.val = settings_param(r, f, callee, decl, given);
		if (r->diag->nerrors > before && given)
			ok = false;
		else if (r->diag->nerrors > before)
			decl->bad = true;
		list_push(r->arena, &callee->vars, v);
	}
	return ok;
}

/* The values of the module's outputs after its nodes were built. */
static void take_outputs(Reader *r, Frame *callee, Value **out)
{
	for (Json *j = json_first(callee->def->out); j; j = j->next) {
		Entry *e;
		if (names_find(&callee->values, j->text, &e)) {
			out[j->index] = e->item;
		} else if (!callee->holes && !j->bad && !r->stop) {
			reader_error(r, callee, E224, json_loc(r->arena, j),
				     "module '%s' does not define its output '%s'%s",
				     callee->def->name, j->text,
				     reader_hint(r, names_hint(r, &callee->values, j->text)));
			j->bad = true;
		}
	}
}

static bool instantiate(Reader *r, Frame *f, Json *node, const ModuleDef *m, Value *const *in,
			Value **out)
{
	Frame *const callee = NEW(r->arena, Frame);
	Json *const name = json_get(node, "name");
	const char *const label = name ? label_of(r, f, name) : f->label;
	*callee = (Frame){.up = f, .def = m, .site = node, .label = label, .depth = f->depth + 1};
	if (!label)
		return false;
	for (Json *j = json_first(m->in); j; j = j->next)
		frame_bind(r, callee, j->text, in[j->index], json_loc(r->arena, j));
	if (!bind_params(r, f, callee, node))
		return false;
	instance_nodes(r, callee, m->nodes);
	take_outputs(r, callee, out);
	return true;
}

/* n instances in a chain, numbered i = 1..n. */
static bool repeat(Reader *r, Frame *f, Json *node, const ModuleDef *m, Value *in, Value **out)
{
	Json *const j = json_get(node, "repeat");
	int64_t n;
	if (!reader_int(r, f, j, "'repeat'", &n))
		return false;
	if (n < 0 || n > MAX_REPEAT) {
		reader_error(r, f, E222, json_loc(r->arena, j),
			     "'repeat' must be 0 to %d, not %lld", MAX_REPEAT, (long long)n);
		return false;
	}
	*out = in;
	for (int64_t i = 1; i <= n; i++) {
		const Var v = {"i", val_int(i)};
		Value *const last = *out;
		*out = NULL;
		list_push(r->arena, &f->vars, v);
		const bool ok = step(r, f, node) && instantiate(r, f, node, m, &last, out);
		f->vars.n--;
		if (!ok)
			return false;
	}
	return true;
}

static bool build_use(Reader *r, Frame *f, Json *node, Outputs *out)
{
	const ModuleDef *const m = find_module(r, f, node);
	Inputs in;
	if (!m || !read_inputs(r, f, node, &in))
		return false;
	const char *const what = arena_printf(r->arena, "module '%s'", m->name);
	if (in.v.n != m->in->n) {
		Json *const j = json_get(node, "in");
		reader_error(r, f, E220, json_loc(r->arena, j ? j : node),
			     "%s takes %d input%s, not %d", what, m->in->n,
			     m->in->n == 1 ? "" : "s", in.v.n);
		return false;
	}
	if (!expect_outputs(r, f, node, out, m->out->n, what))
		return false;
	if (!json_get(node, "repeat"))
		return instantiate(r, f, node, m, in.v.at, out->v);
	if (m->in->n == 1 && m->out->n == 1)
		return repeat(r, f, node, m, in.v.at[0], out->v);
	reader_error(r, f, E220, json_loc(r->arena, json_get(node, "repeat")),
		     "'repeat' needs a module with one input and one output; %s has %d and %d",
		     what, m->in->n, m->out->n);
	return false;
}

/* ---- nodes ---- */

static bool build_kind(Reader *r, Frame *f, Json *node, Outputs *out)
{
	if (json_get(node, "op"))
		return build_op_node(r, f, node, out);
	if (json_get(node, "param"))
		return build_weight(r, f, node, out);
	return build_use(r, f, node, out);
}

/* One instance of a node. Whatever fails, its outputs are bound, to NULL if need be. */
static bool build_one(Reader *r, Frame *f, Json *node, void *ctx)
{
	(void)ctx;
	Json *const cond = json_get(node, "if");
	const int before = r->diag->nerrors;
	bool take = true, known = true;
	Outputs out = {0};
	if (cond && !node->bad)
		known = reader_bool(r, f, cond, "'if'", &take);
	if (!take)
		return true;
	if (node->kind != JSON_OBJECT || !read_outputs(r, f, node, &out)) {
		f->holes = true;
		node->bad |= r->diag->nerrors > before;
		return true;
	}
	const bool ok = known && !node->bad && build_kind(r, f, node, &out);
	if (!ok && r->diag->nerrors > before)
		node->bad = true;
	Entry *e;
	for (int i = 0; i < out.n; i++) /* which of two nodes is meant is unknown: not both are */
		if ((known || !names_find(&f->values, out.name[i], &e)) &&
		    !frame_bind(r, f, out.name[i], ok ? out.v[i] : NULL,
				json_loc(r->arena, out.at[i])))
			node->bad = true;
	return true;
}

void instance_nodes(Reader *r, Frame *f, Json *nodes)
{
	for (Json *node = nodes ? nodes->first : NULL; node && !r->stop; node = node->next) {
		Json *const vars = json_get(node, "for");
		const bool looped = vars && vars->kind == JSON_OBJECT;
		const int before = r->diag->nerrors;
		if (!loop(r, f, looped ? vars->first : NULL, node, build_one, NULL)) {
			f->holes = true;
			node->bad |= r->diag->nerrors > before;
		}
	}
}
