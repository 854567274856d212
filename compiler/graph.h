/* graph.h: a model file, checked and expanded into IR. */
#ifndef SELDC_GRAPH_H
#define SELDC_GRAPH_H

#include "ir/model.h"

/* What the command line says about a model. Zero: nothing. */
typedef struct ModelOptions {
	int64_t batch;          /* 0: 1 */
	double seconds;         /* of a segment; 0: the model's own */
	const char *const *set; /* nset texts NAME=VALUE, the later one wins */
	int nset;
	const char *const *include; /* ninclude folders to look for imports in */
	int ninclude;
	bool train; /* also the graph "loss" and the training section */
} ModelOptions;

/* Reads a model file and the libraries it imports. NULL if there were errors, which are all in
 * the diagnostics. models/FORMAT.md is the manual of the language. */
Model *model_read(Arena *a, Diag *d, const OpTable *ops, const char *path, const ModelOptions *opt);

#endif
