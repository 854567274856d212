/* edit.h: small pieces of graph surgery that several passes need. */
#ifndef SELDC_PASSES_EDIT_H
#define SELDC_PASSES_EDIT_H

#include "passes/pass.h"

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

#endif
