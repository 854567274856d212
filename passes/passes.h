/* passes.h: the driver of the passes and what passes share. A pass is
 * `int pass_<name>(PassCtx *cx, Graph *g)`: IR to IR in place, returns the number of changes; a
 * second run changes nothing. Dumps, timing and checks belong to the driver alone. */
#ifndef SELDC_PASSES_H
#define SELDC_PASSES_H

#include "ir/ir.h"

/* ---- passes.c -------------------------------------------------------------------------------- */

/* What a back end tells about its kernels; each may be NULL, meaning never. */
typedef struct PassHooks {
	/* The back end makes its own copy of load-time input `input` of n while loading, just after
	 * the value was computed, and does not read the value itself later. */
	bool (*packs)(const Node *n, int input);
	/* The kernel of n reads input `input` with any strides. */
	bool (*strided)(const Node *n, int input);
	/* The kernel of n may write the outputs that renew inputs over these (F_RENEWS). */
	bool (*renews)(const Node *n);
	/* For what operands of n, which a pass made of other nodes, there is no kernel ("heads of
	 * more than 128 elements") or none as fast as theirs, or NULL. Groups and layouts make no
	 * difference. */
	const char *(*refuses)(const Node *n);
	/* Sets narrow, by value slot (id * MAX_OUT + index), where values are stored as bf16; home
	 * is the value whose storage one lies in, NULL for those not in the arena. All of a home or
	 * none. */
	void (*narrow)(const Graph *g, const Value *const *home, bool *narrow, Arena *scratch);
	/* What a share of the memory for activations is worth in training, as a share of the
	 * time: 0.5: a hundredth of the one half a hundredth of the other. 0: nothing. */
	double memory_worth;
} PassHooks;

/* Bytes that the fastest memory moves in the time of a launch. */
enum { LAUNCH_BYTES = 8 << 20 };

/* Lists are comma-separated pass names; NULL is an empty list or no folder. */
typedef struct PassOptions {
	const char *only;       /* optional passes to run; NULL: all */
	const char *skip;       /* optional passes to leave out */
	const char *stop_after; /* last pass to run */
	const char *dump;       /* passes to dump before and after, to standard error */
	const char *dump_all;   /* folder for NN-name.before.sir and .after.sir */
	bool verify;            /* verify and round-trip the text after each pass; check the plan */
	bool eval;              /* evaluate after each pass and compare */
	bool time;              /* print the time of each pass to standard error */
	bool shuffle;           /* reorder independent nodes before each pass */
	uint64_t seed;          /* of shuffle and of the values that eval takes */
	PassHooks hooks;
} PassOptions;

/* One line of what a pass did, or refused and why. */
typedef struct ReportLine {
	const char *pass, *graph;
	bool refused;
	Loc loc;
	const char *text;
} ReportLine;

typedef struct PassStat {
	const char *pass, *graph;
	int changes, nodes_before, nodes_after;
	double seconds;
} PassStat;

/* `lines` and `stats` in the order of running; lives in the module's arena. */
typedef struct Report {
	LIST(ReportLine) lines;
	LIST(PassStat) stats;
} Report;

typedef struct PassCtx {
	Arena *scratch; /* freed after the pass */
	const PassOptions *opt;
	const char *pass;
	Graph *graph;
	Report *report;
} PassCtx;

/* Runs the enabled passes over every graph of m. false after diagnostics: unknown pass name,
 * dump that cannot be written. A pass that breaks the IR is a BUG that names it. */
bool passes_run(Module *m, const PassOptions *opt, Report *report);
/* One line a pass in running order: name, optional or required, doc. */
void passes_list(Buf *b);
/* Lines of the report as text, refusals marked; one line each. */
void report_text(Buf *b, const Report *r);

void report_did(PassCtx *cx, const Node *n, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void report_refused(PassCtx *cx, const Node *n, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#define PASS(name, kind, doc) int pass_##name(PassCtx *cx, Graph *g);
#define BEFORE(a, b, reason)
#include "passes.def"
#undef PASS
#undef BEFORE

/* ---- edit.c: small pieces of graph surgery --------------------------------------------------- */

/* Infers a node built by a pass; BUG if it does not type-check. Returns its first output. */
Value *edit_infer(Node *n);
/* As edit_infer, of an op that can also stay in its parts. Where the target has no kernel for it
 * the node goes, the report says why, and the answer is false: to be asked before anything uses it.
 */
bool edit_fused(PassCtx *cx, Node *n);
/* Each makes one ungrouped node before `at`, or returns x itself where nothing would change. */
Value *edit_reshape(Node *at, Value *x, int rank, const int64_t *dim);
Value *edit_transpose(Node *at, Value *x, const int *perm);
Value *edit_slice(Node *at, Value *x, int axis, int64_t start, int64_t stop, int64_t step);
Value *edit_flip(Node *at, Value *x, int axis);
/* As edit_reshape, per instance of a grouped value: rank and dim without the leading extent. */
Value *edit_group_reshape(Node *at, Value *x, int64_t group, int rank, const int64_t *dim);
/* Scalar constant that a node of this group takes: f32[], or f32[1] for group > 0. */
Value *edit_scalar(Node *at, double v, int64_t group);
/* Two-input elementwise node of a group. */
Value *edit_ew(Node *at, Op op, Value *a, Value *b, int64_t group);
/* Value of `axis` counted from the front for `rank` axes. */
int edit_axis(int64_t axis, int rank);
/* Type of one instance of v as an input or output of n (without the leading extent of groups). */
Type edit_instance(const Node *n, const Value *v);
/* Label of n for messages: its label, else the name of its first output. */
const char *edit_name(const Node *n);
/* The node that has the only use of v, or NULL if it has none or several or is a graph output. */
Node *edit_single_user(const Value *v);
int edit_count_uses(const Value *v);
/* The nodes that use v, each once, in the order in which they were last numbered. */
typedef LIST(Node *) Nodes;
Nodes edit_users(const Value *v, Arena *a);
/* Which nodes run once, at load time, for a pass that makes others meanwhile: ids must stay. */
typedef struct LoadTime {
	Arena *arena;
	LIST(char) of; /* by id: 0 unknown, 'y' or 'n' */
} LoadTime;
/* Of the nodes of g as they are; numbers them. */
LoadTime edit_load_time(Graph *g, Arena *a);
bool edit_at_load(LoadTime *l, const Node *n);
/* Index of v among the inputs of n, or -1. */
int edit_input(const Node *n, const Value *v);
/* Renumbers ids by position without reordering. */
void edit_renumber(Graph *g);
/* The nodes as they are now, for a walk that inserts others. */
Node **edit_nodes(const Graph *g, Arena *a);
/* Removes what nothing uses, except inputs, params and ops with effects. Returns how many. */
int edit_prune(Graph *g);
/* v is a const whose elements are all x. */
bool edit_const_is(const Value *v, double x);
/* Ungrouped and identical in what they do, whatever the names. */
bool edit_same_const(const Value *a, const Value *b);

/* ---- plan_memory.c, plan_check.c ------------------------------------------------------------- */

/* Where a value's bytes are: the place of the value that owns them, the byte offset of element 0
 * in that space, and element strides. */
typedef struct Resolved {
	PlaceKind kind;
	const Value *owner; /* for PLACE_IO and to name the space */
	int64_t offset;     /* bytes */
	int64_t stride[MAX_RANK];
	bool contiguous, narrow;
} Resolved;
Resolved plan_resolve(const Value *v);
/* Node n (stack or concat) needs no copy of input i: it was computed where it must end up. */
bool plan_in_place(const Node *n, int i);

/* values value[first[id] .. first[id + 1]) own arena bytes that nothing reads after node id. */
typedef struct Deaths {
	int *first;
	Value **value;
} Deaths;
Deaths plan_deaths(const Graph *g, Arena *a);

/* Simulates the schedule byte by byte, independent of the planner: overlaps of live values,
 * alignment, bounds. NULL, or what is wrong (in a). */
const char *plan_check(const Graph *g, const PassHooks *hooks, Arena *a);

/* ---- guard.c: what the driver checks after a pass -------------------------------------------- */

typedef struct RandomValues {
	Arena *arena; /* of the tensors */
	uint64_t seed;
} RandomValues;
/* EvalLookup whose ctx is a RandomValues: values depend on seed, label and initialiser. */
bool passes_random(void *ctx, const Node *source, Tensor *out);

#endif
