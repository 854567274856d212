/* single.h: the ops of a module one by one: every distinct node as a graph of its own. */
#ifndef SELDC_SINGLE_H
#define SELDC_SINGLE_H

#include "ir/ir.h"

typedef struct Single {
	Graph *graph;      /* "op0", "op1", ...: sources, the node, its outputs */
	Op op;             /* of the node */
	const char *where; /* label or name of the first node that it stands for */
} Single;

typedef struct Singles {
	Module *module; /* holds the graphs */
	Arena *arena;
	Diag quiet; /* of the module: sizes that do not fit are tried and dropped */
	LIST(Single) at;
	LIST(const char *) keys; /* text of each, by which nodes are the same */
} Singles;

/* `singles_add` needs the modules that it is given alive as long as *s. False with errno. */
bool singles_open(Singles *s, Arena *a, const OpTable *ops, const char *name);
void singles_close(Singles *s);

/* The nodes of g but inputs, parameters and constants. Extents above 3 `tile` become 2 tile and
 * what the extent leaves when divided by tile, where the op allows it; groups stay whole. Values
 * that g computes when weights are loaded are parameters here. Ids of g must be positions. */
void singles_add(Singles *s, const Graph *g, int64_t tile);

#endif
