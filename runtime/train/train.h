/* train.h: what the verbs train, eval and step share: data, choices, batches, evaluation,
 * checkpoints and the log. Conventions are those of core.h.
 *
 * Everything random is a function of the seed and a counter, and nothing depends on the number of
 * threads or on the clock, so that a run which was interrupted goes on to the same bits. */
#ifndef SELDRT_TRAIN_H
#define SELDRT_TRAIN_H

#include <sys/types.h>

#include "runtime/events/events.h"

/* ---- dataset.c -------------------------------------------------------------------------- */

enum { RT_FOLDS = 32 };
#define RT_ALL_FOLDS UINT32_MAX

typedef struct RtRecording {
	char *stem, *wav, *csv;
	char *twin; /* a file of the same name; NULL: none */
	int fold;   /* -1: the name does not say */
	int64_t samples;
	int16_t *x;         /* [samples, channels]; NULL where the fold is not used */
	float *wide;        /* in its place where 16 bits do not hold the samples exactly */
	float *whole;       /* rt_dataset_whole; NULL: nothing is needed */
	ScoreRows rows;     /* by frame, in the order of the file within */
	ScoreDoubts doubts; /* about rows */
	int64_t crowded, dropped, crowd_line; /* frames with more events than the targets hold, the
						 events left out of them, a line of the first */
	uint64_t hash;                        /* of samples and rows */
	char *said;                           /* lines about the file; NULL: none */
	int nerrors;
} RtRecording;

/* Whether its samples are in memory. */
bool rt_recording_kept(const RtRecording *r);

/* Recordings with their annotations, by name. */
typedef struct RtDataset {
	const RtModel *model;
	unsigned folds; /* bits; those kept in memory */
	bool distances; /* rows without one are errors */
	bool trains;    /* what is left out of training is told */
	bool quiet;     /* no warnings */
	int n;
	RtRecording *at;
	RtPaths others; /* files that are neither recording nor annotation */
	char *report;   /* errors and warnings, "file:line:column: error: ..." */
} RtDataset;

/* Recordings and files that nothing uses, by name, for messages and the log. */
typedef struct RtUnused {
	int64_t n;
	const char *first[3]; /* NULL behind the last */
} RtUnused;
RtUnused rt_dataset_unused(const RtDataset *d);

/* Reads and checks every file below root/foa_dev and root/metadata_dev. d->folds, distances, trains
 * and quiet are set by the caller. If any file is bad RT_INPUT, and all of them are in d->report;
 * release d in any case. */
RtStatus rt_dataset_open(RtDataset *d, const RtModel *m, const char *root, int threads,
			 RtError *err);
void rt_dataset_release(RtDataset *d);
/* Of the recordings in memory. */
uint64_t rt_dataset_hash(const RtDataset *d);

/* ---- labels.c --------------------------------------------------------------------------- */

/* Samples begin .. end-1 of a recording: one example. */
typedef struct RtChunk {
	int recording;
	int64_t begin, end;
} RtChunk;

/* Of the n events of one frame, those that no target of the graph "step" holds. */
int64_t rt_target_dropped(const RtModel *m, const ScoreRow *rows, int64_t n);
bool rt_target_known(const char *name);
/* RT_BUG if the shape is not that of the target. */
RtStatus rt_target_check(const RtModel *m, const RtTensor *t, RtError *err);
/* Target `t` for one chunk: the values of one example. */
void rt_target_fill(const RtTensor *t, const RtAudio *a, const RtRecording *r, const RtChunk *chunk,
		    float *out);

/* ---- choices.c -------------------------------------------------------------------------- */

/* How one stage is trained. */
typedef struct RtPlan {
	const char *stage; /* "" where the model has no stages */
	cJSON *json;       /* all choices of the stage */
	int64_t seed, epochs, evaluate_epochs, checkpoint_steps;
	int64_t step, step_after_batches, warmup_steps; /* of the schedule; batches: of steps */
	int64_t accumulate;                             /* batches for one step */
	double lr, gamma, checkpoint_minutes;
	unsigned train_folds, validate_folds, scaler_folds;
	bool shuffle, fill, keep_best, keep_last;
	ScoreKind best;
} RtPlan;

/* The stages to run, in order. */
typedef struct RtPlans {
	int n;
	RtPlan *at;
	cJSON *base;   /* as compiled; owns stage names */
	cJSON *limits; /* [least, most] by path, null for none */
} RtPlans;

/* The wanted stage (o->stage, else the model's default) and, unless `alone`, those that it starts
 * from. */
RtStatus rt_plans_open(RtPlans *p, const RtModel *m, const RtOptions *o, bool alone, RtError *err);
void rt_plans_release(RtPlans *p);
/* The rate in `batch` of `epoch`, the stage's `step`, all counted from 0. */
double rt_plan_lr(const RtPlan *p, int64_t epoch, int64_t batch, int64_t step);
/* Those that the result depends on, of all stages, as text to be freed; NULL where memory
 * lacks. */
char *rt_plans_text(const RtPlans *p, RtError *err);
/* Whether the stage is evaluated when `done` epochs are. */
bool rt_plan_evaluates(const RtPlan *p, int64_t done);
/* What the checkpoint at `at` was made with (such a text) against the plans of now: what was done
 * must have been the same with them. RT_INPUT: it would not, and lines that say why are added to
 * err. */
typedef struct RtPosition RtPosition;
RtStatus rt_plans_continue(const RtPlans *p, const char *then, const RtPosition *at, RtError *err);

/* ---- feed.c ----------------------------------------------------------------------------- */

/* The examples of some folds. */
typedef struct RtFeed {
	const RtModel *model;
	const RtDataset *data;
	const RtGraph *step; /* whose targets are made; NULL: none */
	uint64_t seed;
	bool shuffle;
	int64_t n, batches; /* examples; batches of an epoch */
	RtChunk *chunks;
} RtFeed;

typedef enum RtIndex { RT_TRAINING, RT_VALIDATION } RtIndex;

RtStatus rt_feed_open(RtFeed *f, const RtModel *m, const RtDataset *d, unsigned folds, RtIndex kind,
		      RtError *err);
void rt_feed_release(RtFeed *f);
/* The order of an epoch, n numbers: it depends on the seed and the epoch alone. */
RtStatus rt_feed_order(const RtFeed *f, int64_t epoch, int64_t *order, RtError *err);

typedef struct RtBatch {
	int nin;
	float **in;   /* by input of the graph that takes audio */
	int16_t *pcm; /* the audio, [batch, samples, channels], for a device: RtOps.slot */
	bool wide;    /* it is in `in`, as some of it does not fit into 16 bits */
	int slot;     /* of the device, -1: none; its memory is the program's */
	int ntargets;
	float **target; /* by input of the graph step; NULL for those that are no targets */
} RtBatch;

RtStatus rt_batch_open(RtBatch *b, const RtFeed *f, RtError *err);
void rt_batch_release(RtBatch *b);
/* Example i of the batch is chunk index[i]; -1: silence, whose targets are not made. */
void rt_batch_fill(RtBatch *b, const RtFeed *f, const int64_t *index);
/* Chunks first, first + 1, ... as they stand. */
void rt_batch_fill_plain(RtBatch *b, const RtFeed *f, int64_t first);

/* What is done with a batch, which holds the n chunks from `at` on. */
typedef RtStatus RtBatchUse(void *ctx, const RtBatch *b, int64_t at, int64_t n, RtError *err);
/* All chunks in order, batch by batch. `what` is for the progress. */
RtStatus rt_feed_each(const RtFeed *f, const char *what, RtProgress *progress, RtBatchUse *use,
		      void *ctx, RtError *err);

/* Finds what the features take of a whole recording, for all that are in memory. Comes before any
 * batch of them. */
RtStatus rt_dataset_whole(RtSession *s, RtDataset *d, RtProgress *progress, RtError *err);

/* A thread that prepares the batch after the one in use. */
typedef struct RtLoader RtLoader;

/* Begins with batch `batch` of `epoch`. Batches go to the session's device, if it has slots. */
RtStatus rt_loader_open(RtLoader **l, const RtSession *s, const RtFeed *f, int64_t epoch,
			int64_t batch, RtError *err);
/* The next batch, which is valid until the next call. */
RtStatus rt_loader_next(RtLoader *l, const RtBatch **b, RtError *err);
void rt_loader_close(RtLoader *l);

/* ---- checkpoint.c ----------------------------------------------------------------------- */

enum { RT_MAX_PARTS = 16 }; /* of the loss, with the whole and the norm of the gradient */
enum { RT_PROGRAM_TEXT = 64 };

/* The batch that comes next, and what a run must remember besides its state. */
struct RtPosition {
	int stage;
	int64_t epoch, batch, step; /* step: done in this stage */
	double sums[RT_MAX_PARTS];  /* over the steps of this epoch */
	double part[RT_MAX_PARTS];  /* over the batches of an unfinished step */
	double best;                /* score of the best epoch of this stage; NaN: none yet */
	int64_t best_epoch;         /* which that is; 0: none yet */
	int64_t log_lines;
	char program[RT_PROGRAM_TEXT]; /* target and precision of what wrote it: "cuda, bf16" */
};

/* What a checkpoint must agree with. */
typedef struct RtIdentity {
	char model[17], data[17]; /* hashes; of the model without target and precision */
	char program[RT_PROGRAM_TEXT];
	char *choices; /* rt_plans_text */
} RtIdentity;

RtStatus rt_identity_make(RtIdentity *id, const RtModel *m, const RtPlans *p, const RtDataset *d,
			  RtError *err);
void rt_identity_release(RtIdentity *id);
RtStatus rt_checkpoint_write(const RtSession *s, const char *path, const RtIdentity *id,
			     const RtPosition *at, RtError *err);
/* Settings may differ from the checkpoint's in what is still to come. */
RtStatus rt_checkpoint_read(RtSession *s, const char *path, const RtIdentity *id, const RtPlans *p,
			    RtPosition *at, RtError *err);
/* The parameters as they are now, as a weights file. */
RtStatus rt_weights_write(const RtSession *s, const char *path, RtError *err);
bool rt_all_finite(const float *x, uint64_t n);
RtStatus rt_state_get(const RtSession *s, int i, float *out, RtError *err);
RtStatus rt_state_set(const RtSession *s, int i, const float *in, RtError *err);
RtStatus rt_state_refresh(const RtSession *s, RtError *err);
/* Zeroes what belongs to no parameter: the optimiser begins anew. */
RtStatus rt_state_fresh(const RtSession *s, RtError *err);

/* ---- curves.c --------------------------------------------------------------------------- */

/* One epoch of the log. NaN: not known. */
typedef struct RtEpoch {
	char stage[208];
	int64_t epoch; /* from 1, within the stage */
	double lr, seconds;
	double parts[RT_MAX_PARTS];
	double scores[SCORE_KINDS];
} RtEpoch;

typedef struct RtHistory {
	int nparts;
	const char *part[RT_MAX_PARTS]; /* "loss", "loss.sed", ..., "grad_norm" */
	RtEpoch *at;
	int64_t n, cap;
} RtHistory;

RtStatus rt_history_add(RtHistory *h, const RtEpoch *e, RtError *err);
void rt_history_release(RtHistory *h);
/* A page of curves that needs no other file. */
void rt_curves_write(RtOut *f, const RtModel *m, const RtHistory *h);

/* ---- runlog.c --------------------------------------------------------------------------- */

/* A JSON object a line. */
typedef struct RtLog {
	int fd;
	char *path;
	int64_t lines;
	off_t bytes; /* of these lines */
	RtOut line;  /* the one being made */
} RtLog;

/* Goes on after the first `lines` lines of the file, or all there are (l->lines); reads the epochs
 * among them into h. */
RtStatus rt_log_open(RtLog *l, const char *path, int64_t lines, RtHistory *h, RtError *err);
void rt_log_close(RtLog *l);
/* A line of this kind: members are added to what rt_log_begin returns. */
RtJson rt_log_begin(RtLog *l, const char *kind);
RtStatus rt_log_end(RtLog *l, RtJson *j, RtError *err);
RtStatus rt_log_epoch(RtLog *l, const RtHistory *h, const RtEpoch *e, RtError *err);

/* ---- step.c ----------------------------------------------------------------------------- */

typedef enum RtRole { RT_FEATURES, RT_TARGET, RT_LR, RT_STEP, RT_MICRO, RT_SEED, RT_CHOICE } RtRole;

/* The graph "step" made ready: which of its inputs is what, and its small outputs. */
typedef struct RtStep {
	const RtGraph *graph;
	int index;
	RtRole *role;
	float *scalar;    /* by input */
	const float **in; /* by input; NULL: not in host memory */
	float **out;      /* by output; NULL: not wanted */
	int nparts;
	int part[RT_MAX_PARTS]; /* outputs: loss, its parts, grad_norm */
	float value[RT_MAX_PARTS];
	bool dropout; /* as trained; else none */
	bool owned;   /* big inputs, and outputs, are freed with it */
} RtStep;

/* Whether the program can be trained, and its graph "step" and state are sound. */
RtStatus rt_trainable_check(const RtModel *m, RtError *err);
RtStatus rt_step_open(RtStep *s, const RtModel *m, RtError *err);
void rt_step_release(RtStep *s);
/* Features and targets uniform in (0,1): for timing. */
RtStatus rt_step_random(RtStep *s, uint64_t seed, RtError *err);
/* Input `input` is a single number, which rt_step_scalars sets. */
bool rt_step_scalar(const RtStep *s, int input);
/* Whether an input of the graph takes the choice at `path`, so that it is not compiled in. */
bool rt_step_takes(const RtModel *m, const cJSON *choices, const char *path);
/* Sets the scalars for batch `micro`, from 0, of a step, counted from 1. */
void rt_step_scalars(RtStep *s, const RtPlan *p, double lr, int64_t step, int64_t micro);
/* The parts over the batches of a step, of which `count` come before this one: sum[i] is their sum
 * so far, and with the last of `all` value[i] becomes the mean. The norm of the gradient, which is
 * of all batches, stays. */
void rt_step_average(RtStep *s, double *sum, int64_t count, int64_t all);

#endif
