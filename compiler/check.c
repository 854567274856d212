/* check.c: what can be said about nodes and modules without building them. Done once for each
 * node in the text, whether or not its module is used, so a mistake in a module that has eighteen
 * instances is reported once. */
#include <string.h>

#include "reader.h"

static const char *const kinds[] = {"op", "param", "use"};
static const char *const common[] = {"in", "out", "name", "if", "for", "doc"};
static const char *const weight_keys[] = {"param",    "out", "shape", "init", "buffer",
					  "optional", "if",  "for",   "doc"};
static const char *const module_keys[] = {"doc", "in", "out", "params", "nodes"};

typedef LIST(const char *) KeyList;

static KeyList common_keys(Reader *r, const char *kind)
{
	KeyList keys = {0};
	list_push(r->arena, &keys, kind);
	for (size_t i = 0; i < COUNT(common); i++)
		list_push(r->arena, &keys, common[i]);
	return keys;
}

/* ---- nodes ---- */

/* Which of `kinds` the node has; -1 after a diagnostic if not exactly one. */
static int kind_of(Reader *r, Json *node)
{
	int kind = -1, n = 0;
	for (int i = 0; i < (int)COUNT(kinds); i++) {
		if (json_get(node, kinds[i])) {
			kind = i;
			n++;
		}
	}
	if (n == 1)
		return kind;
	reader_error(r, NULL, E217, json_loc(r->arena, node),
		     "a node has one of 'op', 'param' and 'use', not %s", n ? "several" : "none");
	return -1;
}

static bool usable(const OpInfo *info, int op)
{
	return !(info->flags & F_FUSED) && op != OP_input && op != OP_param;
}

static void report_unknown_op(Reader *r, Json *j, int op)
{
	const char *names[NOPS];
	int n = 0;
	for (int i = 0; i < NOPS; i++)
		if (usable(&r->ops->op[i], i))
			names[n++] = r->ops->op[i].name;
	const char *why = reader_hint(r, closest_name(j->text, names, n));
	Entry *e;
	if (op >= 0)
		why = op == OP_input   ? "; inputs are listed in \"in\" of the graph"
		      : op == OP_param ? "; weights are written {\"param\": name, ...}"
				       : "; fused ops are made by passes only";
	else if (names_find(&r->modules, j->text, &e))
		why = "; it is a module: write \"use\"";
	reader_error(r, NULL, E216, json_loc(r->arena, j), "%s '%.60s'%s",
		     op >= 0 ? "a model file cannot use op" : "unknown op", j->text, why);
}

static bool check_attributes(Reader *r, Json *node, const OpInfo *info)
{
	KeyList keys = common_keys(r, "op");
	bool ok = true;
	for (int i = 0; i < info->nattrs; i++) {
		list_push(r->arena, &keys, info->attrs[i].name);
		if (!info->attrs[i].required || json_get(node, info->attrs[i].name))
			continue;
		reader_error(r, NULL, E202, json_loc(r->arena, json_get(node, "op")),
			     "op '%s' needs the attribute '%s'", info->name, info->attrs[i].name);
		ok = false;
	}
	return reader_keys(r, node, keys.at, keys.n,
			   arena_printf(r->arena, "op '%s'", info->name)) &&
	       ok;
}

static bool check_op(Reader *r, Json *node)
{
	Json *const j = reader_member(r, node, "op", JSON_STRING, true);
	if (!j)
		return false;
	const int op = ops_find(r->ops, j->text);
	if (op < 0 || !usable(&r->ops->op[op], op)) {
		report_unknown_op(r, j, op);
		return false;
	}
	return check_attributes(r, node, &r->ops->op[op]);
}

static bool check_weight(Reader *r, Json *node)
{
	bool ok = reader_keys(r, node, weight_keys, COUNT(weight_keys), "a weight");
	ok = reader_member(r, node, "param", JSON_STRING, true) && ok;
	if (json_get(node, "shape"))
		return ok;
	reader_error(r, NULL, E202, json_loc(r->arena, node), "key 'shape' is missing");
	return false;
}

void check_unknown_use(Reader *r, const Frame *f, Json *j, const char *name)
{
	if (r->incomplete)
		return;
	const char *why = reader_hint(r, names_hint(r, &r->modules, name));
	if (ops_find(r->ops, name) >= 0)
		why = "; it is an op: write \"op\"";
	reader_error(r, f, E215, json_loc(r->arena, j), "unknown module '%.60s'%s", name, why);
}

bool check_use(Reader *r, const Frame *f, Json *node, const ModuleDef *m)
{
	KeyList keys = common_keys(r, "use");
	bool ok = true;
	list_push(r->arena, &keys, "repeat");
	for (Json *decl = json_first(m->params); decl; decl = decl->next) {
		list_push(r->arena, &keys, decl->key);
		const bool has_default = decl->kind != JSON_OBJECT || json_get(decl, "default");
		if (has_default || json_get(node, decl->key))
			continue;
		reader_error(r, f, E202, json_loc(r->arena, json_get(node, "use")),
			     "module '%s' needs the parameter '%s'", m->name, decl->key);
		ok = false;
	}
	return reader_keys(r, node, keys.at, keys.n,
			   arena_printf(r->arena, "a use of module '%s'", m->name)) &&
	       ok;
}

static bool check_instance(Reader *r, Json *node)
{
	Json *const j = reader_member(r, node, "use", JSON_STRING, true);
	if (!j)
		return false;
	if (strchr(j->text, '{'))
		return true; /* which module it is, is known in an instance only */
	Entry *e;
	if (!names_find(&r->modules, j->text, &e)) {
		check_unknown_use(r, NULL, j, j->text);
		return false;
	}
	const ModuleDef *const m = e->item;
	return m->bad || check_use(r, NULL, node, m);
}

static bool check_node(Reader *r, Json *node)
{
	if (node->kind != JSON_OBJECT) {
		reader_error(r, NULL, E203, json_loc(r->arena, node), "a node is an object, not %s",
			     json_kind_name(node->kind));
		return false;
	}
	const int kind = kind_of(r, node);
	if (kind < 0)
		return false;
	bool ok = kind == 0   ? check_op(r, node)
		  : kind == 1 ? check_weight(r, node)
			      : check_instance(r, node);
	if (kind != 1 && !json_get(node, "out")) {
		reader_error(r, NULL, E202, json_loc(r->arena, node), "key 'out' is missing");
		ok = false;
	}
	if (json_get(node, "for"))
		ok = reader_member(r, node, "for", JSON_OBJECT, false) && ok;
	return ok;
}

void check_nodes(Reader *r, Json *nodes)
{
	for (Json *node = json_first(nodes); node; node = node->next)
		node->bad = !check_node(r, node);
}

/* ---- modules ---- */

static bool check_names(Reader *r, Json *list)
{
	Names seen = {0};
	bool ok = true;
	for (Json *j = json_first(list); j; j = j->next) {
		Entry *e;
		if (j->kind != JSON_STRING) {
			reader_error(r, NULL, E203, json_loc(r->arena, j),
				     "expected a name, found %s", json_kind_name(j->kind));
			ok = false;
		} else if (!reader_is_name(j->text, false)) {
			reader_error(r, NULL, E205, json_loc(r->arena, j), "'%.60s' is not a name",
				     j->text);
			ok = false;
		} else if (!names_add(r->arena, &seen, j->text, NULL, json_loc(r->arena, j), &e)) {
			reader_error(r, NULL, E219, json_loc(r->arena, j), "'%s' is listed twice",
				     j->text);
			ok = false;
		}
	}
	return ok;
}

/* Names that a node's own keys need cannot be parameters. */
static bool check_params(Reader *r, const ModuleDef *m)
{
	bool ok = true;
	for (Json *decl = json_first(m->params); decl; decl = decl->next) {
		bool reserved = !strcmp(decl->key, "repeat");
		ok = settings_check(r, decl) && ok;
		for (size_t i = 0; i < COUNT(common) + COUNT(kinds); i++)
			reserved |= !strcmp(
			    decl->key, i < COUNT(common) ? common[i] : kinds[i - COUNT(common)]);
		if (!reserved)
			continue;
		reader_error(r, NULL, E205, json_key_loc(r->arena, decl),
			     "'%s' is a key of every node and cannot be a parameter", decl->key);
		ok = false;
	}
	return ok;
}

bool check_definition(Reader *r, ModuleDef *m)
{
	const int before = r->diag->nerrors;
	reader_keys(r, m->json, module_keys, COUNT(module_keys), "a module");
	reader_member(r, m->json, "doc", JSON_STRING, false);
	m->params = reader_member(r, m->json, "params", JSON_OBJECT, false);
	m->in = reader_member(r, m->json, "in", JSON_LIST, true);
	m->out = reader_member(r, m->json, "out", JSON_LIST, true);
	m->nodes = reader_member(r, m->json, "nodes", JSON_LIST, true);
	check_names(r, m->in);
	check_names(r, m->out);
	check_params(r, m);
	return r->diag->nerrors == before;
}
