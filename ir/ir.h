/* ir.h: the intermediate representation: a Module of Graphs of Nodes of Values.
 *
 * A Node applies one op of ops.def to Values and defines Values; a Graph lists its nodes in
 * topological order; a Module holds the graphs of one model (`features`: audio to network input,
 * `main`: network input to outputs, ...). Everything that a pass may rely on can be printed by
 * print.c and read back by parse.c to the same bytes: no pass keeps state beside the IR. */
#ifndef SELDC_IR_H
#define SELDC_IR_H

#include "base.h"

enum { MAX_RANK = 8, MAX_OUT = 16, MAX_MAP_IN = 24 /* operands of one map */ };

typedef enum DType { F32, BF16, I32, I16, NDTYPES } DType;

/* Shape and element type. Row-major, outermost dimension first; rank 0 is a scalar. */
typedef struct Type {
	DType dtype;
	int rank;
	int64_t dim[MAX_RANK];
} Type;

/* ---- ops.c: the op table, made from ops.def --------------------------------------------- */

typedef enum Op {
#define EW(name, ...) OP_##name,
#define OP(name, ...) OP_##name,
#include "ops.def"
#undef EW
#undef OP
	NOPS
} Op;

/* Facts about an op that passes ask for. */
enum {
	F_EW = 1 << 0,       /* elementwise row of ops.def: broadcasting, one output */
	F_COMMUTES = 1 << 1, /* first two inputs may be exchanged */
	F_SOURCE = 1 << 2,   /* defines values from nothing: input, param, const, generators */
	F_VIEW = 1 << 3,     /* moves no arithmetic: output elements are input elements */
	F_FUSED = 1 << 4,    /* made by passes and gradients only; not accepted from JSON */
	F_NOGRAD = 1 << 5,   /* has no gradient, by nature */
	F_EFFECT = 1 << 6,   /* kept alive without uses */
	F_RENEWS = 1 << 7,   /* output new_X is an element-by-element renewal of input X */
};

/* How the axes of an op's inputs become those of its outputs. The inputs and outputs that a row
 * names have all axes; other inputs are weights, other outputs sums over the axes. */
typedef enum AxesKind {
	AXES_NONE,        /* nothing is known */
	AXES_ELEMENTWISE, /* aligned at the end, as they broadcast */
	AXES_TIME,        /* [B, L, C]: each batch entry alone, along L in the order that the
			     attribute `reverse` says */
	AXES_LAST,        /* all positions but those of the last axis are treated alike */
	AXES_AXIS,        /* all positions but those of the attribute `axis` are treated alike */
	AXES_REDUCE,      /* those of the attribute `axes` go, or stay with extent 1 */
	AXES_JOIN,        /* joined along `axis` */
	AXES_STACK,       /* `axis` is new */
	AXES_PERMUTE,     /* axis perm[i] becomes axis i */
	AXES_RESHAPE,     /* elements in order */
	AXES_IMAGE,       /* [B, C, H, W] or, with channels_last, [B, H, W, C] */
	AXES_POOL,        /* likewise; nothing is gained by channels_last alone */
	NAXES
} AxesKind;

typedef enum AttrKind { A_INT, A_FLOAT, A_BOOL, A_STR, A_INTS, A_FLOATS } AttrKind;

enum { ATTR_ANY = -1, ATTR_EACH = -2 };

/* One attribute of an op's schema. ints/floats have n numbers (2 for "int[2]"), ATTR_ANY number
 * ("int[]"), or ATTR_EACH: one, or one for each instance of the node's group ("int[G]"). */
typedef struct AttrDef {
	const char *name;
	AttrKind kind;
	int n;
	bool required;
	const char *dflt; /* text of the default, NULL if required */
} AttrDef;

typedef struct Attr {
	bool set; /* false: the default holds */
	int n;
	int64_t i;
	double f;
	const char *s;
	int64_t *is;
	double *fs;
} Attr;

enum { MAX_ATTRS = 16, MAX_IN_NAMES = 12 };

/* The derivative of an elementwise op by one input: a constant, or a value of the op (`operand` is
 * its letter), or an elementwise op on such values (its in_names). */
typedef struct Deriv {
	enum { DERIV_CONST, DERIV_OPERAND, DERIV_OP } kind;
	int number; /* 0, 1 or -1 */
	char operand;
	Op op;
} Deriv;

/* A row of ops.def, parsed. */
typedef struct OpInfo {
	const char *name, *doc;
	unsigned flags;
	int nin_min, nin_max;   /* nin_max -1: any number */
	int nout_min, nout_max; /* likewise */
	const char *in_names[MAX_IN_NAMES], *out_names[MAX_OUT];
	int nattrs;
	AttrDef attrs[MAX_ATTRS];
	AxesKind axes;
	unsigned axes_in, axes_out; /* bits of the inputs and outputs that have all axes */
	/* elementwise rows only */
	const char *value; /* C expression in in_names (of a, b, c, y) and K(constant) */
	Deriv deriv[3];    /* by each input */
	int flops;
} OpInfo;

/* The table of all ops; built once for a compile and kept in its arena. */
typedef struct OpTable {
	OpInfo op[NOPS];
} OpTable;

const OpTable *ops_new(Arena *a);
int ops_find(const OpTable *t, const char *name); /* Op, or -1 */
/* Value of an elementwise op in float64; a, b, c: its inputs in order. */
double ew_eval(Op op, double a, double b, double c);

const char *dtype_name(DType t);
bool dtype_find(const char *name, DType *t);
int dtype_bytes(DType t);
Type type_make(DType t, int rank, const int64_t *dim);
bool type_equal(const Type *a, const Type *b);
int64_t type_count(const Type *t); /* number of elements; checked when the type was made */
int64_t type_bytes(const Type *t);
/* "f32[1,7,401,128]" */
const char *type_text(Arena *a, const Type *t);
/* false when an extent is not positive or the element count passes 2^40 */
bool type_valid(const Type *t);
/* Shape that both broadcast to (NumPy rules); false if they do not. dtype taken from a. */
bool type_broadcast(const Type *a, const Type *b, Type *out);

/* ---- Module, Graph, Node, Value ---------------------------------------------------------- */

typedef struct Node Node;
typedef struct Graph Graph;
typedef struct Module Module;

/* Where a value lives, decided by plan_memory. Offsets in bytes. */
typedef enum PlaceKind {
	PLACE_NONE,  /* not planned yet */
	PLACE_ARENA, /* in the activation arena, at offset */
	PLACE_PARAM, /* in the weights, at offset */
	PLACE_LOAD,  /* in the arena of values computed once when weights are loaded, at offset */
	PLACE_STATE, /* in what the program keeps between runs of the graph, at offset */
	PLACE_IO,    /* a graph input's own buffer */
	PLACE_VIEW,  /* the storage of its node's first input, element offset and strides below */
} PlaceKind;

typedef struct Place {
	PlaceKind kind;
	int64_t offset;           /* bytes; for PLACE_VIEW elements, relative to the viewed value */
	int64_t stride[MAX_RANK]; /* elements; PLACE_VIEW only */
	bool narrow;              /* stored as bf16, computed with as its type; PLACE_ARENA only */
} Place;

/* One place that uses a value: input `index` of `node`, or output `index` of the graph where node
 * is NULL. The uses of a value are a list, the newest first, which the functions below that set
 * inputs and outputs keep; `link` is what points to this one, NULL outside a list. */
typedef struct Use Use;
struct Use {
	Node *node;
	int index;
	Use *next, **link;
};

typedef struct Value {
	Node *node;       /* that defines it */
	int index;        /* which of the node's outputs */
	Use *uses;        /* by nodes of the graph and by its outputs */
	const char *name; /* unique in the graph, without '%' */
	Type type;
	Place place;
} Value;

struct Node {
	Op op;
	Graph *graph;
	int nin, nout;
	Value *const *in;     /* optional inputs that are absent are NULL and only trail */
	Use *use;             /* one for each input */
	Value *out;           /* nout values */
	Attr attr[MAX_ATTRS]; /* in the order of the op's schema */
	/* 0: plain. G > 0: G independent instances in one node; every output has a leading
	 * dimension G, every input a leading dimension that divides G, and instance g reads slice
	 * g * dim / G of it. Attributes that are ATTR_EACH may have G entries. */
	int64_t group;
	const char *label; /* dotted name from the model file ("enc.sed.b1.conv1"), or NULL */
	Loc loc;
	int id;   /* position in the graph; kept by graph_renumber */
	int mark; /* scratch for the running pass; 0 on entry */
};

typedef struct Output {
	const char *name;
	Value *value;
	Loc loc;
	Use *use; /* of value */
} Output;

struct Graph {
	Module *module;
	const char *name;
	LIST(Node *) nodes; /* topological order */
	LIST(Output) outputs;
	struct {
		const char **at;
		int n, cap;
	} names;                         /* hash set of value names in use */
	int64_t arena_bytes, load_bytes; /* set by plan_memory, printed in the header */
};

/* Initialiser of a parameter: `kind` and up to three numbers. See models/FORMAT.md. */
typedef struct Init {
	const char *kind;
	double a, b, c;
} Init;

struct Module {
	Arena *arena;
	Diag *diag;
	const OpTable *ops;
	const char *name;
	LIST(Graph *) graphs;
	LIST(const Source *) sources;
	/* The text IR that the module was read from, or NULL: nodes written there without a place
	 * of their own have their place in it, and print.c leaves such places out again. */
	const Source *text;
};

/* ---- ir.c: building and editing ----------------------------------------------------------- */

Module *module_new(Arena *a, Diag *d, const OpTable *ops, const char *name);
Graph *graph_new(Module *m, const char *name);
Graph *module_graph(const Module *m, const char *name); /* NULL if there is none */
/* The graph's name in C, where "_" and a word may follow it. */
const char *graph_ident(const Graph *g);

/* Appends a node with unset attributes and outputs named from `label` or freshly; types are not
 * inferred yet. in may hold trailing NULLs. */
Node *node_new(Graph *g, Op op, Value *const *in, int nin, Loc loc, const char *label);
/* As node_new, placed before `at` in the list (NULL: at the end). */
Node *node_insert(Graph *g, Node *at, Op op, Value *const *in, int nin, Loc loc, const char *label);
/* Another node with the same op, inputs, attributes, label and output types, before `at`. */
Node *node_copy(Graph *g, Node *at, const Node *n);
/* Gives a node n fresh outputs; a new one has those that are not optional. */
void node_set_nout(Node *n, int nout);

/* Attributes by name; BUG if the op has no such attribute or it is of another kind. */
int64_t attr_int(const Node *n, const char *name);
double attr_float(const Node *n, const char *name);
bool attr_bool(const Node *n, const char *name);
const char *attr_str(const Node *n, const char *name);
/* n-th list element (list length by attr_len) */
int attr_len(const Node *n, const char *name);
int64_t attr_int_at(const Node *n, const char *name, int i);
double attr_float_at(const Node *n, const char *name, int i);
const int64_t *attr_ints(const Node *n, const char *name);
bool attr_has(const Node *n, const char *name); /* the op's schema has it */
void attr_set_int(Node *n, const char *name, int64_t v);
void attr_set_float(Node *n, const char *name, double v);
void attr_set_bool(Node *n, const char *name, bool v);
void attr_set_str(Node *n, const char *name, const char *v);
void attr_set_ints(Node *n, const char *name, const int64_t *v, int len);
void attr_set_floats(Node *n, const char *name, const double *v, int len);
/* Same op, group and attribute values (set or defaulted alike); but_each: those that may differ
 * between the instances of a group are ignored. */
bool attr_equal(const Node *a, const Node *b, bool but_each);
/* Of op, group and attribute values: the same for nodes that attr_equal finds equal. */
uint64_t attr_hash(const Node *n);
/* h, or 0 to begin with, with v taken in. */
uint64_t hash_add(uint64_t h, uint64_t v);
/* `reverse` of instance g of an AXES_TIME node */
bool node_reverse(const Node *n, int g);

/* Bytes of a value's storage: those of its type, fewer where it is narrow. */
int64_t value_bytes(const Value *v);
/* The input that output `index` of a node with F_RENEWS renews, or NULL. */
Value *node_renewed(const Node *n, int index);

bool node_is(const Value *v, Op op); /* v non-NULL and defined by an op node */
const OpInfo *node_info(const Node *n);

/* Inputs and outputs are set by these alone, so that every value knows its uses. */
void node_set_in(Node *n, int i, Value *v);
/* Gives n other inputs, nin of them, all NULL where in is. */
void node_set_inputs(Node *n, Value *const *in, int nin);
void graph_add_output(Graph *g, const char *name, Value *v, Loc loc); /* v may be NULL for now */
void graph_set_output(Graph *g, int i, Value *v);
/* Leaves the outputs list[0..n) of g in that order, which may be some of those that it has. */
void graph_set_outputs(Graph *g, const Output *list, int n);
bool value_is_output(const Value *v);
/* All that use old but the node `except`, NULL for none, use `with`. */
void value_replace(Value *old, Value *with, const Node *except);

/* n, which is to leave the graph, uses nothing any more. */
void node_end_uses(Node *n);
/* Takes the unused node n out of the list; the ids of others stay. */
void node_drop(Node *n);
/* Removes nodes whose mark is negative from the list. Nodes that stay must not use them. */
void graph_sweep(Graph *g);
/* Restores topological order after edits (stable) and numbers ids from 0. */
void graph_sort(Graph *g);
/* Depends on params, constants and generators only, so it is computed once, at load time. Fills
 * flags by node id. */
bool *graph_loadtime(const Graph *g, Arena *scratch);
/* The output that is the next value of a state input: "new.NAME" or NAME; NULL if there is none. */
const Output *graph_renewal(const Graph *g, const Node *input);
/* A fresh value name that no value of the graph has: base, base.2, base.3 ... */
const char *graph_fresh(Graph *g, const char *base);
/* Takes exactly this name (it must outlive the graph); false if a value has it already. */
bool graph_claim(Graph *g, const char *name);

/* ---- infer.c ------------------------------------------------------------------------------ */

/* Checks inputs and attributes and sets the output types (and group dimension). Errors go to
 * the diagnostics with the node's place and a note at each producer; false if any. Outputs of a
 * node that failed get rank -1, and its users fail silently. */
bool ir_infer(Node *n);

/* ---- build.c ------------------------------------------------------------------------------ */

/* Scalar const node before `at`. */
Value *build_const(Graph *g, Node *at, double v, Loc loc);
/* One-output node without attributes before `at`, inferred; BUG if inference fails. With
 * attributes: node_insert, attr_set_..., ir_infer. */
Value *build_op(Graph *g, Node *at, Op op, Value *const *in, int nin, Loc loc, const char *label);

/* ---- cost.c ------------------------------------------------------------------------------- */

typedef struct Cost {
	double macs;  /* multiply-accumulates of products and convolutions */
	double flops; /* all arithmetic, an exponential counted as its row says */
	double bytes; /* read and written once, at the types' sizes */
} Cost;
Cost ir_cost(const Node *n);
/* Bytes that a run of g moves even if caches hold everything else: inputs, outputs, and what it
 * reads of values known at load time, of which `bytes` says how many. */
double graph_moved_bytes(const Graph *g, Arena *scratch,
			 double (*bytes)(const void *cx, const Value *v), const void *cx);

/* ---- eval.c: what every op means ---------------------------------------------------------- */

typedef struct Tensor {
	Type type;
	double *data;
} Tensor;

/* Evaluates graph g in float64. `lookup` gives the tensor of an input or param node (by label).
 * Results in out[0..g->outputs.n). Memory from `scratch`. false with a diagnostic if a lookup
 * fails. */
typedef bool EvalLookup(void *ctx, const Node *source, Tensor *out);
bool ir_eval(const Graph *g, Arena *scratch, EvalLookup *lookup, void *ctx, Tensor *out);
/* One node on given inputs (absent ones have data NULL). */
void ir_eval_node(const Node *n, Arena *scratch, const Tensor *in, Tensor *out);

/* ---- random.c ----------------------------------------------------------------------------- */

typedef struct RandomValues {
	Arena *arena; /* of the tensors */
	uint64_t seed;
} RandomValues;
/* EvalLookup whose ctx is a RandomValues: values depend on seed, label and initialiser. */
bool ir_random(void *ctx, const Node *source, Tensor *out);

/* ---- grad.c ------------------------------------------------------------------------------- */

/* Appends to g what computes the gradient of `loss` (one element) by each of the values wrt, into
 * grad[0..nwrt): a value of the same shape. Ids must be positions. Made to run before the passes:
 * fused ops have no gradient. false after a diagnostic at a node on the way without one. */
bool ir_grad(Graph *g, Value *loss, Value *const *wrt, int nwrt, Value **grad);

/* ---- differences.c: gradients against central differences ----------------------------------- */

/* Values for an input or parameter that suit the operand of its first user: of magnitude 0.3 to
 * 1.3, positive where the op wants it. */
Tensor ir_draw(Arena *a, const Graph *g, const Node *source, uint64_t *state);

/* Of the largest element of a gradient, at least of 1. */
#define DIFFERENCES_LIMIT 2e-7

typedef struct Differences {
	double worst;   /* found, in the unit of DIFFERENCES_LIMIT */
	bool undefined; /* the outputs are not finite, whatever the inputs */
} Differences;
/* NULL, or which gradient is wrong and by how much: those of the sum of the first output of g times
 * random numbers, by some elements of every input and parameter but those labelled "state", in
 * float64. g grows by all that takes. */
const char *ir_differences(Graph *g, Arena *a, Differences *d);

/* ---- map.c: the program inside a fused elementwise node ------------------------------------ */

/* `map {f="t0 = mul(x0, x1); y0 = relu(t0)"}`: straight-line code over elementwise ops. Operands:
 * xI input I, tI/yI an earlier line, or a number. */
typedef struct MapArg {
	enum { MAP_IN, MAP_LINE, MAP_NUM } kind;
	int index;
	double num;
} MapArg;
typedef struct MapLine {
	Op op;
	int nargs;
	MapArg arg[3];
	int out; /* output number, or -1 for a temporary */
} MapLine;
typedef struct MapCode {
	int nlines, nout;
	MapLine *line;
} MapCode;
/* false if the text is malformed (error in *why). */
bool map_parse(Arena *a, const OpTable *ops, const char *text, int nin, MapCode *code,
	       const char **why);
const char *map_text(Arena *a, const OpTable *ops, const MapCode *code);

/* ---- print.c, parse.c, verify.c ------------------------------------------------------------ */

void ir_print(Buf *b, const Module *m);
void ir_print_node(Buf *b, const Node *n);
/* c may stand in a name or string of the text without quotes: [A-Za-z0-9_./+-] */
bool ir_word_byte(int c);
/* Reads what ir_print writes. NULL after diagnostics if the text is malformed. */
Module *ir_parse(Arena *a, Diag *d, const OpTable *ops, const Source *src);
/* Structure, types (inferred again and compared), names, order, places. Reports every violation
 * as an error; returns their number. */
int ir_verify(const Module *m);

#endif
