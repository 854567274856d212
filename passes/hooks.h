/* hooks.h: what a back end tells the passes about its kernels. */
#ifndef SELDC_PASSES_HOOKS_H
#define SELDC_PASSES_HOOKS_H

#include "ir/ir.h"

/* Each may be NULL, meaning never. */
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

#endif
