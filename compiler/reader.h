/* reader.h: what the parts of the model reader share (graph.c, settings.c, sections.c,
 * training.c, scope.c, check.c, instance.c, weights.c).
 *
 * Errors never cascade: a node that fails is marked in its JSON object, so that its other
 * instances are passed over, and the values it would define are bound to NULL ("poisoned"), which
 * makes their users silent too. */
#ifndef SELDC_READER_H
#define SELDC_READER_H

#include "expr.h"
#include "graph.h"
#include "json.h"

enum {
	MAX_NODES = 100000,
	MAX_STEPS = 1000000, /* instances of nodes looked at, left out ones included */
	MAX_REPEAT = 10000,
	MAX_DEPTH = 64, /* nesting of instances */
	MAX_NOTES = 5,
	MAX_NAME = 200,
	MAX_BATCH = 1 << 20,
};

/* A set of names in order of insertion, each with a place and a pointer. */
typedef struct Entry {
	const char *name;
	void *item;
	Loc loc;
} Entry;

typedef struct Names {
	LIST(Entry) list;
	int *slot; /* open addressing: index in list + 1, 0 free */
	int cap;
} Names;

typedef struct Var {
	const char *name;
	Val val;
} Var;

typedef struct ModuleDef {
	const char *name;
	Json *json, *params, *in, *out, *nodes; /* params may be NULL */
	bool bad;                               /* too malformed to be used */
} ModuleDef;

/* An instance of a module, or the graph itself (def and up NULL). */
typedef struct Frame Frame;
struct Frame {
	Frame *up;
	const ModuleDef *def;
	Json *site;        /* the node that uses the module */
	const char *label; /* dotted, "" for the graph */
	int depth;
	LIST(Var) vars;
	Names values; /* item: Value *, NULL when poisoned */
	bool holes;   /* a node failed before its outputs were known: any name may be missing */
};

/* An error that was shown: what a module does wrong is shown once, not for each instance. */
typedef struct Reported {
	const char *text;
	Loc loc;
} Reported;

typedef struct Reader {
	Arena *arena;
	Diag *diag;
	const OpTable *ops;
	const ModelOptions *opt;
	Model *model;
	Json *root;
	Names modules; /* item: ModuleDef * */
	Names files;   /* imported, by path; item: not NULL while being read */
	int nimports;
	bool incomplete; /* a library could not be read: any module may be missing */
	LIST(Var) globals, settings;
	Graph *graph;  /* being built */
	Names weights; /* of that graph, by label */
	int nnodes, nsteps;
	bool stop; /* a limit was passed: nothing more is built */
	LIST(Reported) reported;
} Reader;

/* ---- scope.c: names, values of JSON, messages ---- */

bool names_find(const Names *s, const char *name, Entry **e);
/* false (and nothing done) if the name is there already; *e is the entry either way. */
bool names_add(Arena *a, Names *s, const char *name, void *item, Loc loc, Entry **e);
const char *names_hint(Reader *r, const Names *s, const char *word);
/* "; did you mean 'x'?" or "" */
const char *reader_hint(Reader *r, const char *near);
/* An error, with notes about the instances around it; dropped, with notes that follow, if this
 * place had the same one before. */
void reader_error(Reader *r, const Frame *f, DiagCode code, Loc loc, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
void reader_notes(Reader *r, const Frame *f);
/* The members of an object are among keys[0..n); all others are errors. */
bool reader_keys(Reader *r, Json *object, const char *const *keys, int n, const char *what);
/* The member, if it is there and of the kind wanted. Absent ones are errors if required. */
Json *reader_member(Reader *r, Json *object, const char *key, JsonKind kind, bool required);
bool reader_is_name(const char *s, bool dots);

ExprEnv scope_env(Reader *r, Frame *f);
/* Values of JSON: numbers, true and false, expressions in strings, lists of these. VAL_BAD after
 * a diagnostic, or quietly where something poisoned is used. */
Val reader_eval(Reader *r, Frame *f, Json *j);
/* A text with {expressions} replaced. NULL as eval. */
const char *reader_text(Reader *r, Frame *f, Json *j);
bool reader_int(Reader *r, Frame *f, Json *j, const char *what, int64_t *v);
bool reader_num(Reader *r, Frame *f, Json *j, const char *what, double *v);
bool reader_bool(Reader *r, Frame *f, Json *j, const char *what, bool *v);
/* A list of numbers; a single number counts as a list of one. */
bool reader_ints(Reader *r, Frame *f, Json *j, const char *what, int64_t **v, int *n);
bool reader_nums(Reader *r, Frame *f, Json *j, const char *what, double **v, int *n);

/* ---- frame.c ---- */

/* A frame that sees the model's parameters. */
Frame *frame_new(Reader *r);
/* Makes `name` known in the frame; v NULL: poisoned. false after a diagnostic. */
bool frame_bind(Reader *r, Frame *f, const char *name, Value *v, Loc loc);
/* The value called `name`, NULL if poisoned; false after a diagnostic at j. */
bool frame_find(Reader *r, Frame *f, Json *j, const char *name, Value **v);

/* ---- settings.c: parameters ---- */

/* Value of a parameter declared by `decl`: a default, or an object with default, choices, min,
 * max. `given` (of the caller) replaces the default. */
Val settings_param(Reader *r, Frame *caller, Frame *callee, Json *decl, Json *given);
/* Keys and kinds of a declaration. */
bool settings_check(Reader *r, Json *decl);
/* The model's own parameters, with --set; into r->settings. */
void settings_read(Reader *r);

/* ---- sections.c: audio, postprocess, parts, training ---- */

void sections_audio(Reader *r);
void sections_read(Reader *r);

/* ---- training.c: the training section ---- */

/* Into r->model->train, of a section that passes training_check. */
void training_read(Reader *r, Json *training);

/* ---- training_keys.c ---- */

/* Keys, kinds of values, words, names of stages; false after diagnostics. */
bool training_check(Reader *r, Json *training);

/* ---- check.c: what can be said about nodes without building them ---- */

/* Fills in the parts of a module from its JSON; false after a diagnostic. */
bool check_definition(Reader *r, ModuleDef *m);
void check_nodes(Reader *r, Json *nodes);
/* Keys of a `use` node against the module's parameters. */
bool check_use(Reader *r, const Frame *f, Json *node, const ModuleDef *m);
void check_unknown_use(Reader *r, const Frame *f, Json *j, const char *name);

/* ---- instance.c: nodes ---- */

void instance_nodes(Reader *r, Frame *f, Json *nodes);

/* ---- weights.c: initialisers ---- */

bool weights_init(Reader *r, Frame *f, Json *init, Node *param);

#endif
