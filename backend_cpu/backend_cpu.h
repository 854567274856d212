/* backend_cpu.h: planned IR to one C file for the CPU.
 *
 * The file holds a function for each node with all shapes as constants, the kernels it uses, and
 * an RtModel; it needs seldrt.h, the C library and OpenMP. The same model gives the same bytes, and
 * the program the same results for any number of threads: work is cut into tiles by shape alone. */
#ifndef SELDC_BACKEND_CPU_H
#define SELDC_BACKEND_CPU_H

#include "ir/model.h"
#include "passes/hooks.h"

/* What oneDNN computes in place of our own kernels. */
typedef enum CpuOnednn {
	ONEDNN_NOTHING,
	ONEDNN_DIRECT,   /* convolutions that Winograd's transform does not fit */
	ONEDNN_PRODUCTS, /* these, and matrix products */
	ONEDNN_ALL,      /* all convolutions and products but those inside a fused kernel */
} CpuOnednn;

typedef struct CpuOptions {
	CpuOnednn onednn;
	bool library; /* no main; the RtModel is what <name>_model() returns */
	bool weights; /* safetensors are linked in, from seldc_weights to seldc_weights_end */
	bool poison;  /* for tests: memory holds NaN before its value is computed and after its last
			 use */
} CpuOptions;

/* Flags for the C compiler beside those for warnings. The two -fno change no result; without
 * them loops with square roots and comparisons are not vectorised. */
#define CPU_CFLAGS "-std=gnu11 -O3 -march=native -fopenmp -fno-math-errno -fno-trapping-math"

/* ---- emit.c: the module, load and run, tables ---- */

/* What is best given to oneDNN on this machine, if it is installed. */
CpuOnednn cpu_onednn_best(void);
/* Writes the program for a model whose graphs are planned; false after diagnostics. */
bool cpu_emit(Buf *out, const Model *m, const CpuOptions *opt);
/* The libraries that an emitted file needs beside the runtime's: flags of the linker. */
const char *cpu_libs(const Buf *emitted);
/* The header of a library: how to get at the model, and what goes in and out. */
void cpu_emit_header(Buf *out, const Model *m);

/* ---- hooks.c ---- */

/* What the passes ask. */
PassHooks cpu_hooks(void);

/* ---- kernels.c ---- */

/* Input `input` of n, if known at load time, is copied to a form of the kernel's own while
 * loading. */
bool cpu_packs(const Node *n, int input);
/* Input `input` of n may have any strides. */
bool cpu_strided(const Node *n, int input);

#endif
