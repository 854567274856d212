/* graph.c: a model file from the top: libraries, modules, graphs. */
#define _XOPEN_SOURCE 700
#include "graph.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "library.h"
#include "reader.h"

/* "$schema" is for editors. */
static const char *const model_keys[] = {"seldc",     "name",     "doc",    "import",      "params",
					 "audio",     "modules",  "graphs", "postprocess", "parts",
					 "published", "training", "$schema"};
static const char *const library_keys[] = {"seldc", "name", "doc", "import", "modules", "$schema"};
static const char *const graph_keys[] = {"in", "nodes", "out", "doc"};
static const char *const graph_names[] = {"features", "main", "loss"};

/* ---- modules and libraries ---- */

static void add_module(Reader *r, Json *j)
{
	ModuleDef *const m = NEW(r->arena, ModuleDef);
	Entry *e;
	*m = (ModuleDef){.name = j->key, .json = j};
	if (j->kind != JSON_OBJECT) {
		reader_error(r, NULL, E203, json_loc(r->arena, j), "a module is an object, not %s",
			     json_kind_name(j->kind));
		m->bad = true;
	} else if (!reader_is_name(j->key, false)) {
		reader_error(r, NULL, E205, json_key_loc(r->arena, j),
			     "'%.60s' is not a module name", j->key);
	}
	if (names_add(r->arena, &r->modules, j->key, m, json_key_loc(r->arena, j), &e))
		return;
	reader_error(r, NULL, E214, json_key_loc(r->arena, j), "module '%.60s' is defined twice",
		     j->key);
	diag_note(r->diag, e->loc, "the other one");
}

/* `name` beside the file `from`, without "." and "..", so that one file has one path. */
static const char *beside(Reader *r, const char *from, const char *name)
{
	const char *const slash = strrchr(from, '/');
	const char *const path =
	    *name == '/' || !slash
		? name
		: arena_printf(r->arena, "%.*s/%s", (int)(slash - from), from, name);
	const bool absolute = *path == '/';
	LIST(const char *) parts = {0};
	char *const copy = arena_strdup(r->arena, path);
	for (char *p = copy, *end; p; p = end) {
		end = strchr(p, '/');
		if (end)
			*end++ = 0;
		const char *const last = parts.n ? parts.at[parts.n - 1] : "..";
		if (!strcmp(p, "..") && strcmp(last, ".."))
			parts.n--;
		else if (*p && strcmp(p, "."))
			list_push(r->arena, &parts, p);
	}
	Buf b;
	buf_init(&b, r->arena);
	for (int i = 0; i < parts.n; i++)
		buf_printf(&b, "%s%s", i || absolute ? "/" : "", parts.at[i]);
	return b.s;
}

static void read_file(Reader *r, Json *root, const char *path);

static void read_library(Reader *r, const char *path, Loc from)
{
	Json *const root = json_read(r->arena, r->diag, path, from);
	r->incomplete |= !root;
	if (!root)
		return;
	if (root->kind == JSON_OBJECT)
		reader_keys(r, root, library_keys, COUNT(library_keys), "a library");
	read_file(r, root, path);
}

typedef LIST(const char *) Paths;

/* Where `name` may be: beside the importing file, in the folders of -I, in the library. */
static Paths import_paths(Reader *r, const char *from, const char *name)
{
	Paths p = {0};
	const char *const library = library_folder(r->arena);
	list_push(r->arena, &p, beside(r, from, name));
	if (*name == '/')
		return p;
	for (int i = 0; i < r->opt->ninclude; i++)
		list_push(r->arena, &p,
			  beside(r, arena_printf(r->arena, "%s/.", r->opt->include[i]), name));
	if (library) {
		list_push(r->arena, &p, beside(r, arena_printf(r->arena, "%s/.", library), name));
		list_push(r->arena, &p,
			  beside(r, arena_printf(r->arena, "%s/lib/.", library), name));
	}
	return p;
}

/* The first of these that is there. NULL after a diagnostic. */
static const char *find_import(Reader *r, Json *j, const char *from)
{
	const Paths p = import_paths(r, from, j->text);
	for (int i = 0; i < p.n; i++)
		if (access(p.at[i], F_OK) == 0)
			return p.at[i];
	r->incomplete = true;
	reader_error(r, NULL, E106, json_loc(r->arena, j), "cannot find '%.200s'", j->text);
	for (int i = 0; i < p.n; i++)
		diag_note(r->diag, (Loc){0}, "it is not %s", p.at[i]);
	return NULL;
}

/* One file has one name, whatever ways lead to it. */
static const char *identity(Reader *r, const char *path)
{
	char real[PATH_MAX];
	return realpath(path, real) ? arena_strdup(r->arena, real) : path;
}

/* Each file is read once, whatever the number of imports; one being read is a cycle. */
static void import_file(Reader *r, Json *j, const char *from)
{
	if (j->kind != JSON_STRING) {
		reader_error(r, NULL, E203, json_loc(r->arena, j),
			     "an import is a file name, not %s", json_kind_name(j->kind));
		return;
	}
	const char *const path = find_import(r, j, from);
	const Loc loc = json_loc(r->arena, j);
	Entry *e;
	if (!path)
		return;
	if (names_add(r->arena, &r->files, identity(r, path), r, loc, &e)) {
		const int index = r->files.list.n - 1;
		if (r->nimports++ < MAX_DEPTH)
			read_library(r, path, loc);
		else
			reader_error(r, NULL, E213, loc, "more than %d files are imported",
				     MAX_DEPTH);
		r->files.list.at[index].item = NULL;
	} else if (e->item) {
		reader_error(r, NULL, E213, loc, "'%s' imports itself, directly or through others",
			     path);
		if (e->loc.src)
			diag_note(r->diag, e->loc, "imported here");
	}
}

/* What models and libraries share: version, imports, modules. */
static void read_file(Reader *r, Json *root, const char *path)
{
	if (root->kind != JSON_OBJECT) {
		reader_error(r, NULL, E203, json_loc(r->arena, root),
			     "a model file holds an object, not %s", json_kind_name(root->kind));
		return;
	}
	Json *const version = reader_member(r, root, "seldc", JSON_NUMBER, true);
	if (version && version->num != 1)
		reader_error(r, NULL, E204, json_loc(r->arena, version),
			     "version %g of the model language is not known; this is version 1",
			     version->num);
	reader_member(r, root, "doc", JSON_STRING, false);
	Json *const import = reader_member(r, root, "import", JSON_LIST, false);
	Json *const modules = reader_member(r, root, "modules", JSON_OBJECT, false);
	for (Json *j = json_first(import); j; j = j->next)
		import_file(r, j, path);
	for (Json *j = json_first(modules); j; j = j->next)
		add_module(r, j);
	list_push(r->arena, &r->model->module->sources, root->src);
}

static void check_texts(Reader *r)
{
	for (int i = 0; i < r->modules.list.n; i++) {
		ModuleDef *const m = r->modules.list.at[i].item;
		m->bad = m->bad || !check_definition(r, m);
	}
	for (int i = 0; i < r->modules.list.n; i++)
		check_nodes(r, ((ModuleDef *)r->modules.list.at[i].item)->nodes);
}

/* ---- graphs ---- */

static void add_graph_input(Reader *r, Frame *f, Json *j)
{
	int64_t *dim;
	int n;
	Value *v = NULL;
	if (!reader_is_name(j->key, false)) {
		reader_error(r, f, E205, json_key_loc(r->arena, j),
			     "'%.60s' is not a name for an input", j->key);
		return;
	}
	if (reader_ints(r, f, j, "a shape", &dim, &n)) {
		Node *const node =
		    node_new(r->graph, OP_input, NULL, 0, json_key_loc(r->arena, j), j->key);
		attr_set_ints(node, "shape", dim, n);
		v = ir_infer(node) ? &node->out[0] : NULL;
		if (!v)
			node_drop(node);
	}
	frame_bind(r, f, j->key, v, json_key_loc(r->arena, j));
}

static void add_graph_output(Reader *r, Frame *f, Json *j)
{
	Value *v = NULL;
	const char *const name = reader_text(r, f, j);
	if (!reader_is_name(j->key, false))
		reader_error(r, f, E205, json_key_loc(r->arena, j),
			     "'%.60s' is not a name for an output", j->key);
	if (!name || !frame_find(r, f, j, name, &v) || !v)
		return;
	graph_add_output(r->graph, j->key, v, json_loc(r->arena, j));
}

static void build_graph(Reader *r, Json *j)
{
	if (j->kind != JSON_OBJECT) {
		reader_error(r, NULL, E203, json_loc(r->arena, j), "a graph is an object, not %s",
			     json_kind_name(j->kind));
		return;
	}
	reader_keys(r, j, graph_keys, COUNT(graph_keys), "a graph");
	Json *const in = reader_member(r, j, "in", JSON_OBJECT, true);
	Json *const out = reader_member(r, j, "out", JSON_OBJECT, true);
	Json *const nodes = reader_member(r, j, "nodes", JSON_LIST, true);
	Frame *const f = frame_new(r);
	r->graph = graph_new(r->model->module, j->key);
	r->weights = (Names){0};
	f->holes = !in || !nodes;
	for (Json *i = json_first(in); i; i = i->next)
		add_graph_input(r, f, i);
	check_nodes(r, nodes);
	instance_nodes(r, f, nodes);
	f->holes |= r->stop;
	for (Json *o = json_first(out); o; o = o->next)
		add_graph_output(r, f, o);
	if (out && out->n == 0)
		reader_error(r, NULL, E224, json_loc(r->arena, out), "a graph needs an output");
}

static const Output *find_output(const Graph *g, const char *name)
{
	for (int i = 0; g && i < g->outputs.n; i++)
		if (!strcmp(g->outputs.at[i].name, name))
			return &g->outputs.at[i];
	return NULL;
}

/* What features gives as "standardized" is what main takes as "features". */
static void check_joint(Reader *r)
{
	const Graph *const main = module_graph(r->model->module, "main");
	const Output *const out =
	    find_output(module_graph(r->model->module, "features"), "standardized");
	for (int i = 0; out && main && i < main->nodes.n; i++) {
		const Node *const n = main->nodes.at[i];
		if (n->op != OP_input || strcmp(n->label, "features") ||
		    type_equal(&n->out[0].type, &out->value->type))
			continue;
		reader_error(r, NULL, E229, n->loc,
			     "input 'features' is %s, but the graph 'features' gives %s",
			     type_text(r->arena, &n->out[0].type),
			     type_text(r->arena, &out->value->type));
		diag_note(r->diag, out->loc, "the output 'standardized'");
	}
}

/* What the graph features can take (models/FORMAT.md): NULL if input n is that, else what it must
 * be. */
static const char *wanted_input(Reader *r, const Graph *g, const Node *n)
{
	const Model *m = r->model;
	const Type *t = &n->out[0].type;
	const int64_t length[] = {m->batch};
	const Type want = type_make(t->dtype, 1, length);
	const Output *out = find_output(g, n->label);
	if (!strcmp(n->label, "audio")) {
		const bool fits = t->rank == 3 && t->dim[0] == m->batch &&
				  t->dim[1] == m->audio.channels && t->dim[2] >= m->audio.samples &&
				  (t->dim[2] - m->audio.samples) % 2 == 0;
		return fits ? NULL
			    : "[batch, channels, samples] with as many samples more on both sides";
	}
	if (!strcmp(n->label, "length"))
		return type_equal(t, &want) ? NULL : "[batch]";
	if (!out)
		return "'audio', 'length' or of the name of an output";
	return type_equal(t, &out->value->type) ? NULL : "of the shape of the output of that name";
}

static void check_features(Reader *r)
{
	const Graph *const g = module_graph(r->model->module, "features");
	for (int i = 0; g && r->model->audio.present && i < g->nodes.n; i++) {
		const Node *const n = g->nodes.at[i];
		const char *const want = n->op == OP_input ? wanted_input(r, g, n) : NULL;
		if (want)
			reader_error(r, NULL, E229, n->loc, "input '%s', %s, must be %s", n->label,
				     type_text(r->arena, &n->out[0].type), want);
	}
}

static void build_graphs(Reader *r)
{
	Json *const graphs = reader_member(r, r->root, "graphs", JSON_OBJECT, true);
	if (!graphs)
		return;
	reader_keys(r, graphs, graph_names, COUNT(graph_names), "'graphs'");
	if (!json_get(graphs, "main"))
		reader_error(r, NULL, E202, json_loc(r->arena, graphs), "key 'main' is missing");
	for (size_t i = 0; i < COUNT(graph_names); i++) {
		Json *const j = json_get(graphs, graph_names[i]);
		if (j && !r->stop && (r->opt->train || strcmp(j->key, "loss") != 0))
			build_graph(r, j);
	}
	check_joint(r);
	check_features(r);
}

/* ---- the model ---- */

static void read_name(Reader *r)
{
	Json *const name = reader_member(r, r->root, "name", JSON_STRING, true);
	Json *const doc = json_get(r->root, "doc");
	r->model->doc = doc && doc->kind == JSON_STRING ? doc->text : "";
	if (!name)
		return;
	r->model->name = r->model->module->name = name->text;
	if (!reader_is_name(name->text, false))
		reader_error(r, NULL, E205, json_loc(r->arena, name), "'%.60s' is not a model name",
			     name->text);
}

static void read_model(Reader *r, const char *path)
{
	Entry *e;
	names_add(r->arena, &r->files, identity(r, path), r, (Loc){0}, &e);
	reader_keys(r, r->root, model_keys, COUNT(model_keys), "a model");
	read_name(r);
	read_file(r, r->root, path);
	check_texts(r);
	settings_read(r);
	sections_audio(r);
	build_graphs(r);
	sections_read(r);
}

Model *model_read(Arena *a, Diag *d, const OpTable *ops, const char *path, const ModelOptions *opt)
{
	const int before = d->nerrors;
	Model *const model = NEW(a, Model);
	Reader r = {.arena = a, .diag = d, .ops = ops, .opt = opt, .model = model};
	model->module = module_new(a, d, ops, "model");
	model->name = "model";
	model->batch = opt->batch ? opt->batch : 1;
	r.root = json_read(a, d, path, (Loc){0});
	if (!r.root)
		return NULL;
	if (model->batch < 1 || model->batch > MAX_BATCH)
		reader_error(&r, NULL, E227, (Loc){0}, "--batch must be 1 to %d, not %lld",
			     MAX_BATCH, (long long)opt->batch);
	else if (r.root->kind != JSON_OBJECT)
		read_file(&r, r.root, path);
	else
		read_model(&r, path);
	return d->nerrors == before ? model : NULL;
}
