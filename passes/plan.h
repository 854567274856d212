/* plan.h: where values are after plan_memory. */
#ifndef SELDC_PASSES_PLAN_H
#define SELDC_PASSES_PLAN_H

#include "passes/hooks.h"

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

#endif
