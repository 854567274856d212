/* compile.h: what the command line asks of the compiler. */
#ifndef SELDC_COMPILE_H
#define SELDC_COMPILE_H

#include "ir/model.h"
#include "passes/passes.h"

typedef enum Target { TARGET_AUTO, TARGET_CPU, TARGET_CUDA } Target;
typedef enum Emit { EMIT_PROGRAM, EMIT_IR, EMIT_C, EMIT_CUDA, EMIT_PTX, EMIT_CUBIN, EMIT_LIB } Emit;

typedef struct CompileOptions {
	const char *input;  /* model.json; `opt` also takes text IR (.sir) */
	const char *output; /* NULL: the model's name */
	Target target;
	Emit emit;
	const char *precision;  /* "fp32", "tf32", "bf16" */
	const char *arch;       /* "sm_90,sm_80" or names; NULL: the visible GPU's */
	const char *compiler;   /* "nvrtc", "nvcc" */
	const char *library;    /* of products on the CPU: "auto", "own", "onednn" */
	const char *weights;    /* safetensors to embed, or NULL */
	const char *save_temps; /* folder for emitted sources and compilers' messages, or NULL */
	const char *work;       /* the command's private folder; command_folder makes it */
	int64_t batch;          /* 0: 1 */
	double seconds;         /* 0: the model's own segment */
	int nsets;
	const char *const *sets; /* "name=value" */
	int nincludes;
	const char *const *includes; /* folders to look for imports in */
	bool train;                  /* also the graph "step" */
	PassOptions pass;
	bool verbose, json;
	bool poison;            /* cpu: dead memory holds NaN */
	bool quiet;             /* no line about the program built */
	const char *sweep_json; /* file for the results of a sweep, or NULL */
	const char *sweep_html; /* the same as a page */
	const char *sweep_only; /* passes to sweep; NULL: all */
	int64_t sweep_max;      /* programs at most; 0: all */
} CompileOptions;

/* A model after the passes, for who does not need it built. */
typedef struct CompilePlan {
	const Model *model;
	const Report *report;
	bool cuda;
	int launches; /* nodes of `main` that run for one inference; kernels for CUDA */
	double bytes; /* that those nodes read and write */
} CompilePlan;

/* Each runs one verb and returns the exit status; results on stdout, messages on stderr. */
int compile_build(const CompileOptions *o);
int compile_inspect(const CompileOptions *o);
int compile_opt(const CompileOptions *o);
/* Reads the model, runs the passes and shows the plan, which lives as long as `see` runs. */
int compile_plan(const CompileOptions *o, void (*see)(void *ctx, const CompilePlan *p), void *ctx);

#endif
