/* emit.h: what the files of the CUDA emitter share. Private to backend_cuda.
 *
 * An emitter function gets a node and writes kernels: kernel_begin, a struct of constants, the
 * body, kernel_end. Operands name places in memory; a Sweep turns a linear index into offsets. */
#ifndef SELDC_CUDA_EMIT_H
#define SELDC_CUDA_EMIT_H

#include "backend_cuda.h"

enum { MAX_DIMS = MAX_RANK + 2, MAX_SWEEP = MAX_MAP_IN + MAX_OUT };

/* Outputs of a product from which reduced precision pays: below, a product takes no time, and it
 * often ends in results, where rounding shows most. */
enum { WIDE_PRODUCT = 32 };

/* Bytes of shared memory that a block can have on every GPU: sm_86, sm_89 and sm_120 have least. */
enum { MOST_SMEM = 99 * 1024 };

typedef struct Emit {
	CudaCode *code;
	Arena *arena;
	const Graph *graph;
	int graph_index;
	bool load;             /* the node at hand is load-time */
	bool *loadtime;        /* by node id */
	int64_t load_base;     /* of the graph's load arena in the program's */
	int64_t param_base;    /* likewise its weights */
	int64_t scratch_used;  /* bytes that the kernels of the node at hand need for a while */
	int64_t scratch_bytes; /* most of any node of the graph */
	LIST(const Value *) packed;   /* load-time values that have a packed copy, */
	LIST(const char *) packed_as; /* of this form, */
	LIST(int64_t) packed_at;      /* at this byte of the load arena */
	int nkernels;
	int updated; /* nodes below this id whose optimiser's step is emitted */
} Emit;

/* A node's input or output: where instance 0 lies and how to step. Elements. */
typedef struct Operand {
	const Value *value;
	const char *at; /* C text: byte address of element 0 */
	PlaceKind space;
	bool narrow;
	bool dense;                /* the instance is contiguous, and so are the instances */
	int64_t offset;            /* bytes from an address that is a multiple of 256 */
	int64_t lead, lead_stride; /* group dimension: extent (1: shared) and stride */
	int rank;
	int64_t dim[MAX_RANK], stride[MAX_RANK];
} Operand;

/* v as an input or output of n. */
Operand operand_of(const Emit *e, const Node *n, const Value *v);
Operand operand_in(const Emit *e, const Node *n, int i);
Operand operand_out(const Emit *e, const Node *n, int i);
/* "float" or "bf16" */
const char *operand_type(const Operand *o);
/* "((const float *)(m.arena + 1024))" */
const char *operand_text(const Emit *e, const Operand *o, bool write);
/* Element offset and all strides but `unit` (-1: none) are multiples of n, stride `unit` is 1. */
bool operand_aligned(const Operand *o, int unit, int n);
int64_t group_of(const Node *n);   /* instances: at least 1 */
bool emit_stored(const Node *n);   /* an output has storage of its own, so there is work to do */
int64_t cuda_align(int64_t bytes); /* up to a multiple of 256 */

/* Nested loops as one linear index. Dimension 0 is the outermost; operand k moves by
 * (coordinate / div) * stride. */
typedef struct Sweep {
	int nd, nops;
	int64_t dim[MAX_DIMS];
	struct {
		int64_t stride[MAX_DIMS], div[MAX_DIMS];
	} op[MAX_SWEEP];
} Sweep;

/* Adds a dimension; strides follow by sweep_set. Extent 1 is dropped (returns -1). */
int sweep_dim(Sweep *s, int64_t extent);
void sweep_set(Sweep *s, int op, int dim, int64_t stride, int64_t div);
/* The group dimension of `group` instances, moving operand k as o[k] says. */
void sweep_group(Sweep *s, int64_t group, const Operand *const *o, int n);
/* Merges dimensions that all operands cross in one stride. */
void sweep_merge(Sweep *s);
/* Puts the first dimension, instances often, before the last where a large operand is the same all
 * along it: what is shared is then read once, and not from memory again for each instance. */
void sweep_share(Sweep *s);
int64_t sweep_count(const Sweep *s);
/* C text of operand op's offset at linear index `index`. */
const char *sweep_text(const Emit *e, const Sweep *s, int op, const char *index);

/* ---- kernels.c: what kernels read and write ---- */

/* A row of kernels.def, which says what each bit means. */
typedef struct KernelFacts {
	unsigned strided, out, in, train, may, wide_in, wide_out;
} KernelFacts;
const KernelFacts *kernel_facts(const Node *n);

/* ---- kernels ---- */

/* For what operands of n there is none, or NULL. */
const char *kernel_refuses(const Node *n);
/* Shared memory suffices for gradients of a scan with that many states. */
bool scan_grad_fits(int64_t states);

typedef struct Kernel {
	Buf *b;
	const char *name, *type; /* k012_conv1, k012 */
	CudaLaunch launch;
} Kernel;

/* The IR line of one more node that the next kernel of f computes. */
void kernel_comment(Emit *e, const Node *n, CudaFamily f);
/* Comment with the IR line, then `struct kNNN {`. */
Kernel kernel_begin(Emit *e, const Node *n, CudaFamily f);
void kernel_const(const Kernel *k, const char *name, int64_t v);
void kernel_typedef(const Kernel *k, const char *name, const char *type);
/* static unsigned NAME(unsigned i) { return TEXT; } */
void kernel_function(const Kernel *k, const char *name, const char *text);
void kernel_double(const Kernel *k, const char *name, double v);
void kernel_float(const Kernel *k, const char *name, double v);
/* Ends the struct and opens the function. blocks: at least that many on a multiprocessor. */
void kernel_open(Kernel *k, unsigned threads, unsigned blocks);
/* Closes the function; the launch is recorded. */
void kernel_end(Emit *e, Kernel *k, int64_t gx, int64_t gy, int64_t gz, unsigned smem);
_Noreturn void emit_bug(const Node *n, const char *why);

/* Bytes behind the graph's arena for the kernels of the node at hand alone, others with each call:
 * text of a byte address that is a multiple of 256. */
const char *scratch_text(Emit *e, int64_t bytes);

/* The packed form of load-time value v: text of its address as `type` pointer. */
const char *packed_text(const Emit *e, const Value *v, const char *form, const char *type);
/* Reserves bytes in the load arena for a packed form; -1 if it exists already. */
int64_t pack_reserve(Emit *e, const Value *v, const char *form, int64_t bytes);
/* Emits the packing of load-time input `input` of n, if n's kernel wants one. */
void pack_conv(Emit *e, const Node *n, int input);
void pack_product(Emit *e, const Node *n, int input);
/* conv2d_dx where no convolution will do. */
void emit_conv_dx_any(Emit *e, const Node *n);
/* The kernels of convolution n read packed weights. */
bool conv_packs(const Node *n);
/* n, a conv2d_act, goes to a slow kernel only because of its pooling. */
bool cuda_pools_apart(const Node *n);

/* Features, load-time nodes and the precision fp32 use no reduced precision. n may be NULL. */
bool emit_strict(const Emit *e, const Node *n);
const char *emit_reverse(const Emit *e, const Node *n, const char *g);
/* C for the number of the stream of draws of instance z. */
const char *emit_stream(const Emit *e, const Node *n);
int emit_sms(const Emit *e);
/* n / d, rounded up. */
int64_t ceil_of(int64_t n, int64_t d);

/* y = x times transposed w + bias, for all instances of n. */
void emit_linear(Emit *e, const Node *n, const Operand *x, const Operand *w, const Operand *bias,
		 const Operand *y);

/* y, dense and of `count` elements over all instances, = the sum in order of `parts` such at byte
 * address `from`, float. */
void emit_sum_parts(Emit *e, const Node *n, const char *from, int64_t parts, int64_t count,
		    const Operand *y);

/* Copies `from` to `to`, which has its shape, for all instances. */
void emit_copy(Emit *e, const Node *n, const Operand *from, const Operand *to, int64_t group);
/* n ungrouped copies in one launch. */
void emit_copies(Emit *e, const Node *node, const Operand *from, const Operand *to, int n);
/* Of a program for training: 16-bit audio becomes the input of the graph "features". */
void emit_pcm(Emit *e);

/* For PassHooks, of programs of precision bf16. */
void narrow_choose(const Graph *g, const Value *const *home, bool *narrow, Arena *scratch);

/* The kernels of a node; the linker names an op without one. */
#define EW(name, ...)
#define OP(name, ...) void cuda_##name(Emit *e, const Node *n);
#include "ir/ops.def"
#undef EW
#undef OP
void cuda_elementwise(Emit *e, const Node *n);

/* ---- text.c: the files of kernels/ ---- */

typedef struct KernelText {
	const char *s;
	size_t len;
} KernelText;
KernelText kernel_text(const char *family); /* "common", "conv", ... */

#endif
