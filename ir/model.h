/* model.h: what a model file says besides its graphs: audio, decoding, parts, training. Plain data,
 * filled by compiler/graph.c, read by the back ends, which write it into the program; and the list
 * of what a program for training keeps. */
#ifndef SELDC_MODEL_H
#define SELDC_MODEL_H

#include "ir.h"

/* The recordings that the model takes. A clip is cut into segments of `samples`, the last one
 * padded with zeros; each gives `frames` label frames of `frame_samples`. */
typedef struct AudioSpec {
	bool present;
	int rate; /* Hz */
	int channels;
	int64_t samples;       /* per segment */
	int64_t frame_samples; /* per label frame */
	int64_t frames;        /* label frames per segment */
} AudioSpec;

/* How outputs become events. kind "tracks": per track the most probable class, active above
 * `threshold`, direction by `doa`, metres by `sde`. kind "accddoa": vectors whose length is the
 * activity. models/FORMAT.md describes both. */
typedef struct DecodeSpec {
	const char *kind;            /* NULL: the model has none */
	const char *sed, *doa, *sde; /* output names; accddoa uses `sed` alone */
	double threshold;
	double merge_degrees; /* tracks of one class nearer than this are merged; 0: never */
	int classes, tracks;
	const char *const *class_names; /* classes of them, or NULL */
} DecodeSpec;

/* A named part of the model for `inspect`: all nodes and parameters whose label is `prefix` or
 * starts with it and a dot. hidden: why a counter hooked to framework modules does not see it
 * (fused kernels that take raw weights), or NULL. */
typedef struct PartSpec {
	const char *prefix, *title, *hidden;
} PartSpec;

/* What was published about the model, for `inspect` to show beside its own counts. */
typedef struct PublishedSpec {
	const char *source, *note; /* NULL: nothing was; no more to say */
	double params, macs_per_second;
} PublishedSpec;

/* A number that a training program takes at run time, and its default. */
typedef struct TrainScalar {
	const char *name;
	double value;
} TrainScalar;

/* What the graph "step" is made from, beside the graphs. Schedule, data and stages stay in
 * Model.training. */
typedef struct TrainSpec {
	bool present;
	const char *text; /* the section as JSON with all expressions evaluated */
	const char *kind; /* adam or adamw */
	double lr, beta1, beta2, eps, decay,
	    clip_norm; /* lr, clip_norm: defaults; 0 clips nothing */
	bool amsgrad;
	int64_t accumulate; /* batches whose gradients make one step; above 1 its default */
	double momentum;    /* of the running statistics of batch norms */
	LIST(TrainScalar)
	scalars; /* inputs of the graph "loss" that are neither outputs nor targets */
} TrainSpec;

typedef struct Model {
	Module *
	    module; /* graphs "features" (optional) and "main"; to train also "loss", then "step" */
	const char *name;
	const char *doc; /* one line */
	int64_t batch;
	AudioSpec audio;
	DecodeSpec decode;
	LIST(PartSpec) parts;
	PublishedSpec published;
	/* declared parameters with the values in force, for `info`: name=value texts */
	LIST(const char *) settings;
	TrainSpec train;
	const void *training; /* Json object "training" (compiler/json.h), or NULL */
} Model;

/* ---- state.c ------------------------------------------------------------------------------ */

/* What a training program keeps, at byte `offset`. */
typedef struct State {
	const char *name;
	Type type;
	int64_t offset;
} State;

/* All parameters in the model's order, nparams of them, then what the optimiser has. Empty for a
 * model that is not built for training. */
typedef struct States {
	LIST(State) at;
	int nparams;
	int64_t bytes;
} States;

/* Memory must have been planned. */
States model_states(Arena *a, const Model *m);
/* The output is of the optimiser's and not the caller's. */
bool state_hidden(const States *s, const Graph *g, const char *output);
/* The state whose next value the output of this name is, or NULL. */
const State *state_renewed(const States *s, const Graph *g, const char *output);

#endif
