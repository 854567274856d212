/* backend_cuda.h: planned IR to CUDA C, CUDA C to machine code.
 *
 * cuda_emit writes one specialised kernel for each node and the order of launches; cuda_compile
 * turns the kernels into machine code for any set of architectures, without a GPU; cuda_host
 * writes the C part of the program: launches, tables, the RtModel. */
#ifndef SELDC_BACKEND_CUDA_H
#define SELDC_BACKEND_CUDA_H

#include "ir/model.h"
#include "passes/hooks.h"

typedef enum CudaPrecision { CUDA_FP32, CUDA_TF32, CUDA_BF16 } CudaPrecision;

/* Kernel families: each has its file kernels/<name>.cuh and is compiled as a unit of its own. */
#define CUDA_FAMILIES(X)                                                                           \
	X(MAP, map)                                                                                \
	X(REDUCE, reduce)                                                                          \
	X(NORM, norm)                                                                              \
	X(POOL, pool)                                                                              \
	X(PACK, pack)                                                                              \
	X(STFT, stft)                                                                              \
	X(SCAN, scan)                                                                              \
	X(GRU, gru)                                                                                \
	X(ATTENTION, attention)                                                                    \
	X(PRODUCT, product)                                                                        \
	X(CONV, conv)                                                                              \
	X(CONV_GRAD, conv_grad)                                                                    \
	X(PRODUCT_GRAD, product_grad)                                                              \
	X(NORM_GRAD, norm_grad)                                                                    \
	X(BATCH_NORM, batch_norm)                                                                  \
	X(SCAN_GRAD, scan_grad)                                                                    \
	X(UPDATE, update)

typedef enum CudaFamily {
#define X(id, name) FAM_##id,
	CUDA_FAMILIES(X)
#undef X
	    NFAMILIES
} CudaFamily;

typedef struct CudaOptions {
	CudaPrecision precision; /* of the graph `main`; features are always computed in fp32 */
	const char *version;     /* of the compiler, for the program */
	int sms;                 /* multiprocessors to choose tiles for; 0: 132 */
	bool wgmma;              /* matrix instructions that sm_90 alone has */
	bool library;            /* no main; the RtModel is what <name>_model() returns */
	bool weights; /* safetensors are linked in, from seldc_weights to seldc_weights_end */
} CudaOptions;

/* One launch: an instance of kernel text, its place among the launches, what it is for. */
typedef struct CudaLaunch {
	const char *kernel;
	CudaFamily family;
	const Node *node;
	int graph; /* index of the module's graph; behind the last: of 16-bit audio */
	bool load; /* runs once, when weights are loaded */
	unsigned grid[3], block, smem;
} CudaLaunch;

/* An input of graph number `graph` that the caller gives, at a byte of the input buffer. */
typedef struct CudaInput {
	int graph;
	const Node *node;
	int64_t at;
} CudaInput;

typedef enum CudaSpace { CUDA_ARENA, CUDA_OUT, CUDA_STATE } CudaSpace;

/* An output of graph number `graph` that the caller gets, and where it lies. */
typedef struct CudaOutput {
	int graph;
	const Output *output;
	CudaSpace space;
	int64_t at;
} CudaOutput;

/* Parameter `param` of the model's list goes to byte `at` of the weights. */
typedef struct CudaUpload {
	int param;
	int64_t at;
} CudaUpload;

typedef struct CudaCode {
	Arena *arena;
	const Model *model;
	CudaOptions opt;
	Buf unit[NFAMILIES]; /* kernels of each family; .len 0: none */
	LIST(CudaLaunch) launches;
	LIST(const Node *) params; /* in the model's order, each label once */
	LIST(CudaUpload) uploads;
	int64_t param_bytes, arena_bytes, load_bytes, in_bytes, out_bytes;
	LIST(CudaInput) inputs;   /* of all graphs, in order */
	LIST(CudaOutput) outputs; /* likewise */
	States state;             /* of a program for training */
	LIST(double) moved;       /* by graph: bytes of weights as read, of inputs and outputs */
} CudaCode;

/* Kernels for every node of every graph; places must have been planned. */
CudaCode *cuda_emit(Arena *a, const Model *m, const CudaOptions *opt);
/* The whole as one readable .cu: shared text, then each family used and its kernels. */
void cuda_source(Buf *out, const CudaCode *code);
/* The text of one family's unit, complete in itself. */
void cuda_unit(Buf *out, const CudaCode *code, CudaFamily f);
const char *cuda_family_name(CudaFamily f);

/* What the passes ask about kernels before any is written. */
PassHooks cuda_hooks(CudaPrecision p);

/* ---- compile.c ---------------------------------------------------------------------------- */

/* Machine code of one unit for one architecture, 90: sm_90; ptx: text for the driver. */
typedef struct CudaImage {
	int arch;
	bool ptx;
	CudaFamily family;
	const char *path;   /* in CudaCompileOptions.dir */
	const char *cached; /* in the cache; NULL: there is none */
} CudaImage;

typedef struct CudaImages {
	LIST(CudaImage) at;
	const char *compiler; /* "nvrtc 13.0" */
	int version;          /* 13000 */
	double seconds;
	int cached; /* how many came from the cache */
} CudaImages;

typedef struct CudaCompileOptions {
	const char *archs;      /* "sm_90,a100,86"; NULL: all */
	bool nvcc;              /* default: nvrtc */
	int jobs;               /* compilers side by side; 0: one */
	bool no_ptx;            /* machine code alone */
	const char *dir;        /* a folder of this compile's own, for images and sources */
	const char *save_temps; /* a folder for source and log of what fails, or NULL */
	void (*show)(void *ctx, int done, int all); /* as jobs end; or NULL */
	void *show_ctx;
} CudaCompileOptions;

/* Every name of a list such as "sm_90,a100" is one of an architecture; false after diagnostics. */
bool cuda_archs_known(Arena *a, Diag *d, const char *list);
/* What CudaOptions.wgmma should be: the list, which may be NULL (all), names sm_90 alone. */
bool cuda_archs_wgmma(Arena *a, const char *list);
/* false after diagnostics. */
bool cuda_compile(const CudaCode *code, const CudaCompileOptions *opt, Diag *d, CudaImages *out);

/* ---- emit_host.c --------------------------------------------------------------------------- */

/* The C part: tables, the RtModel, main. */
void cuda_host(Buf *out, const CudaCode *code, const CudaImages *images);
/* Assembler text that embeds the images under the symbols that cuda_host refers to. */
void cuda_images_asm(Buf *out, const CudaImages *images);

#endif
