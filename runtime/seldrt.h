/* seldrt.h: what a compiled program is made of, and the library that runs it.
 *
 * An emitted program defines one constant RtModel and calls rt_main. The library does everything
 * that does not depend on the network: command line, audio, weights, decoding, timing.
 * No function here prints (but rt_main), exits or aborts: they return an RtStatus and leave a
 * message in an RtError. */
#ifndef SELDRT_H
#define SELDRT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { RT_ABI = 7, RT_MAX_RANK = 8, RT_ERROR_BYTES = 1 << 17, RT_SLOTS = 2 };

/* Exit statuses of a program, too. */
typedef enum RtStatus {
	RT_OK = 0,
	RT_INPUT = 1, /* the user's input is at fault */
	RT_USAGE = 2,
	RT_DEVICE = 3, /* toolchain, device, driver, memory */
	RT_BUG = 4,
	RT_SIGNAL = 128, /* plus the number of the signal that ended a program */
} RtStatus;

typedef struct RtError {
	/* One or more lines, no newline at the end. */
	char text[RT_ERROR_BYTES];
} RtError;

typedef struct RtTensor {
	const char *name;
	int rank;
	int64_t dim[RT_MAX_RANK]; /* float32, row-major */
} RtTensor;

typedef struct RtParam {
	RtTensor tensor;
	const char *init; /* initialiser and its numbers: models/FORMAT.md */
	double a, b, c;
	int buffer;   /* a statistic: not counted, not trained */
	int optional; /* may be missing from a weights file */
} RtParam;

/* One entry point: inputs to outputs, each in the model's order. */
typedef struct RtGraph {
	const char *name; /* "features", "main", "step" */
	int ninputs, noutputs;
	const RtTensor *inputs, *outputs;
	int64_t arena_bytes; /* planned activations */
	double macs, flops;  /* for one run */
} RtGraph;

typedef struct RtAudio {
	int rate, channels; /* rate 0: the model takes no audio */
	int64_t samples, frame_samples, frames;
} RtAudio;

typedef struct RtDecode {
	const char *kind; /* "tracks", "accddoa" or NULL */
	const char *sed, *doa, *sde;
	double threshold, merge_degrees;
	int classes, tracks;
	const char *const *class_names;
} RtDecode;

/* The weights while a program opens. */
typedef struct RtSource {
	const float *const *params; /* params[i]: the values of parameter i, in the model's order */
	/* What was read of the values so far need not stay in memory: it can be read again. Keeps
	 * the peak near one copy of the weights, the packed one. */
	void (*drop)(const struct RtSource *s);
	void *file; /* of drop */
	uint64_t file_bytes;
} RtSource;

/* In place of a graph's number: "features", then "main" on what it made. */
enum { RT_INFER = -1 };

typedef struct RtRoof {
	double arithmetic, memory; /* seconds; 0: unknown */
	int measured; /* the limits were, by short loops; else those that the maker states */
} RtRoof;

/* Host memory for a batch to train on, valid until close. */
typedef struct RtSlot {
	int16_t *audio;       /* [batch, samples, channels], samples as of the input "audio" */
	float *const *in;     /* by input of "features"; the audio's is in place of `audio` */
	float *const *target; /* by input of "step": targets; what is no target is not read */
} RtSlot;

/* What the emitted code does. `self` is made by open and owned by the caller. Buffers passed to
 * run are host memory, float32, as large as RtGraph says. */
typedef struct RtOps {
	/* The weights may be released after open returns. The rest of the state begins as zeros.
	 * threads: 0 for all. */
	RtStatus (*open)(void **self, const RtSource *weights, int threads, RtError *err);
	/* out[i] NULL: that output is not copied. A run of "step" changes the state. */
	RtStatus (*run)(void *self, int graph, const float *const *in, float *const *out,
			RtError *err);
	/* As n runs of `graph` on the data of the last run, without transfers: seconds for each in
	 * `seconds`. isolated: wait between runs. NULL where run itself can be timed (CPU).
	 * graph may be RT_INFER where there is `infer`. */
	RtStatus (*time)(void *self, int graph, int n, int isolated, double *seconds, RtError *err);
	void (*close)(void *self);
	/* Device name and the like, one line; valid until close. May be NULL. */
	const char *(*device)(void *self);
	/* Training; NULL where RtModel.nstate is 0. Values of state[i] from and to host memory. */
	RtStatus (*get_state)(void *self, int i, float *out, RtError *err);
	RtStatus (*set_state)(void *self, int i, const float *in, RtError *err);
	/* Makes the graphs other than "step" use the parameters as they now are. */
	RtStatus (*refresh)(void *self, RtError *err);
	/* Training from audio on a device; NULL where that gains nothing (CPU). Batches are on
	 * their way in RT_SLOTS slots: `slot` gives one's memory; `send`, from any thread, begins
	 * the transfer of what was put there, wide: with the audio as float32; `step` runs
	 * "features" and then "step" on it, and when it returns the slot may be filled again. in:
	 * the single numbers, by input of "step"; the rest is not looked at. out: as of run. */
	RtStatus (*slot)(void *self, int slot, RtSlot *out, RtError *err);
	RtStatus (*send)(void *self, int slot, int wide, RtError *err);
	RtStatus (*step)(void *self, int slot, const float *const *in, float *const *out,
			 RtError *err);
	/* RT_INFER as one run: inputs of "features", outputs of "main"; what passes between them
	 * stays on the device. NULL where that gains nothing (CPU). */
	RtStatus (*infer)(void *self, const float *const *in, float *const *out, RtError *err);
	/* Roofline of one run of `graph`: the least seconds that this device needs for the
	 * arithmetic, and to move what no cache holds. The first call may measure, for about a
	 * tenth of a second. May be NULL. */
	RtRoof (*roof)(void *self, int graph);
	/* Bytes of the device's own memory that are taken. May be NULL. */
	uint64_t (*memory)(const void *self);
} RtOps;

/* A program that can be trained has a graph "step": one step of the optimiser. Its inputs are
 *   features              what the graph "main" takes under this name, here [batch, ...]
 *   sed, doa, sde, adpit  targets; those that the loss asks for
 *   opt.lr, opt.step      learning rate; number of the step, from 1: bias correction, dropout
 *   opt.clip              largest norm of the gradient; 0: any
 *   opt.seed              of the dropouts, below 2^24; negative: no dropout
 *   any other             a number of "scalars" in RtModel.training, so that stages and the
 *                         command line can change it without compiling anew
 * (each but the targets and `features` one number; the state is no input, it stays where the
 * program keeps it). Its outputs are `loss`, the parts of the loss
 * ("loss.sed", ...), `grad_norm`, "grad.NAME" and "new.NAME". */
typedef struct RtModel {
	int abi;                          /* RT_ABI */
	const char *name, *doc, *version; /* version of the compiler */
	const char *target;               /* "cpu", "cuda" */
	const char *precision;            /* "fp32", ... */
	int64_t batch;
	int nparams;
	const RtParam *params;
	int ngraphs;
	const RtGraph *graphs;
	int nsettings;
	const char *const *settings; /* "name=value" */
	RtAudio audio;
	RtDecode decode;
	int64_t load_bytes; /* weights as packed at load */
	RtOps ops;
	/* safetensors embedded at build, or NULL */
	const unsigned char *weights;
	uint64_t weights_bytes;
	/* The "training" object of the model file as JSON, expressions evaluated: its values
	 * outside "stages" are those compiled into "step". NULL: not built for training. */
	const char *training;
	/* What "step" keeps between runs: every parameter and buffer by its name, then what the
	 * optimiser has ("opt.m.NAME", ...). */
	int nstate;
	const RtTensor *state;
} RtModel;

/* The whole program: verbs info, init, run, infer, train, ... Returns the exit status. */
int rt_main(const RtModel *m, int argc, char **argv);
/* Threads to run: as many as asked; for 0, one for each processor that the process may use
 * (affinity, CPU quota of its cgroups), or OMP_NUM_THREADS if that is fewer. */
int rt_threads(int asked);

/* Whether a safetensors file holds exactly the parameters of m (only nparams and params are
 * looked at); what is wrong is counted and listed. RT_OK: err says what is done to make it fit, in
 * one line, or is empty. */
RtStatus rt_weights_check(const RtModel *m, const char *path, RtError *err);

const char *rt_status_text(RtStatus s);

#ifdef __cplusplus
}
#endif
#endif
