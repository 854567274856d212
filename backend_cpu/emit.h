/* emit.h: what the files of the CPU emitter share. Private to backend_cpu.
 *
 * An op's function gets a Fn: it names operands, the kernel's shape and its tiles; the Fn becomes a
 * C function that runs the tiles of all instances of the node in parallel. */
#ifndef SELDC_CPU_EMIT_H
#define SELDC_CPU_EMIT_H

#include "backend_cpu.h"

/* Kernel texts, in the order in which they stand in a program. */
/* clang-format off */
#define KERNELS(X) \
	X(memory) X(vec) X(math) X(gemm) X(linear) X(conv) X(winograd) X(onednn) X(pool) X(norm) \
	X(reduce) \
	X(scan) X(gru) X(stft) X(mel) X(sinusoid) \
	X(outer) X(conv_grad) X(batch) X(rows_grad) X(pool_grad) X(scan_grad) X(gru_grad) \
	X(update) X(attention) X(roof)
/* clang-format on */

typedef enum Kernel {
#define X(name) K_##name,
	KERNELS(X)
#undef X
	    NKERNELS
} Kernel;

/* A value in the weights that stays readable after loading, at `offset` floats of Self.pack. */
typedef struct Kept {
	const Value *value;
	int64_t offset;
} Kept;

/* Where the packed form of a node's weight is: instance d at offset + d * floats of Self.pack. */
typedef struct Packed {
	const Node *node;
	int input;
	int64_t offset, floats;
} Packed;

/* A C function of the program. What differs between nodes of one shape, where their operands are,
 * are its arguments: such nodes share it. */
typedef struct Function {
	const char *name, *params, *text; /* text: between the braces */
} Function;

typedef struct Emit {
	Arena *arena;
	const Model *model;
	const CpuOptions *opt;
	LIST(const Node *) params; /* one for each label, in the model's order */
	LIST(Function) functions;  /* so far */
	LIST(Kept) kept;
	LIST(Packed) packed;
	LIST(const char *) primitives; /* oneDNN's: C for "opened", in the order of Self.dnn */
	States state;                  /* in Self.state */
	Buf body;                      /* the functions of the nodes */
	Buf load; /* statements that compute and pack what is known at load time */
	Buf run;  /* calls of the graph at hand */
	bool kernel[NKERNELS], ew[NOPS];
	int64_t load_floats, pack_floats, scratch_floats, work_floats;
	int64_t undropped; /* floats packed since the weights read were let go */
	/* of the graph at hand */
	const Graph *graph;
	const bool *loadtime; /* by node id */
	int64_t load_base;    /* floats of Self.load before this graph's */
} Emit;

/* Where a value is: `base` is C, `offset` and strides are elements. */
typedef struct Ref {
	const char *base;
	int64_t offset, stride[MAX_RANK];
	bool dense;
} Ref;

/* An argument of a function. */
typedef struct Arg {
	const char *type, *name, *base; /* base + offset: C for its value */
	int64_t offset;
} Arg;

/* A function in the making. */
typedef struct Fn {
	Emit *e;
	const Node *n;
	bool at_load;
	LIST(Arg) args;
	int64_t held;  /* floats of Self.work that fn_hold gave out */
	bool instance; /* the loop at hand uses g */
	int loops;     /* written so far by fn_tiles */
	Buf decl, body;
} Fn;

/* ---- text.c: pieces of C ---- */

int64_t emit_ceil(int64_t a, int64_t b);    /* a / b rounded up */
const char *emit_float(Arena *a, double v); /* literal of a float */
/* A statement after `tabs` tabs, broken behind commas and aligned behind the first bracket. */
void emit_line(Buf *b, int tabs, const char *s);

/* ---- ref.c: values in memory ---- */

void ref_dense(const Type *t, int64_t *stride);
bool ref_is_dense(const Type *t, const int64_t *stride);
/* at_load: while params are readable. */
Ref ref_of(Emit *e, const Value *v, bool at_load);
/* Slice `index` of the leading dimension of a load-time weight, or all of it (index -1). */
Ref ref_slice(Emit *e, const Value *v, int64_t index, bool at_load);
/* Reserves floats of Self.pack; the offset is a multiple of 16. */
int64_t ref_pack(Emit *e, int64_t floats);
void ref_scratch(Emit *e, int64_t floats); /* each thread needs as many */
void ref_work(Emit *e, int64_t floats);    /* the function at hand needs as many */

/* ---- fn.c: functions ---- */

Fn *fn_new(Emit *e, const Node *n, bool at_load);
void kernel_use(Emit *e, Kernel k); /* its text becomes part of the program */
void fn_use(Fn *f, Kernel k);
int64_t fn_group(const Fn *f); /* instances, at least 1 */
/* The attribute `axis` of an instance of `rank` axes, counted from the front. */
int fn_axis(const Fn *f, int rank);
/* Type of one instance of a value, and where input i lies with the instance's strides. */
Type fn_type(const Fn *f, const Value *v);
Ref fn_ref(const Fn *f, int i);
/* Makes a pointer an argument under its name, once. Whatever depends on where values lie has to be
 * one. */
void fn_declare(Fn *f, const char *type, const char *name, const char *base, int64_t offset);
bool fn_has(const Fn *f, const char *name); /* it is an argument */
/* Names of the operands, made arguments. */
const char *fn_name_in(Fn *f, int i);
const char *fn_name_out(Fn *f, int k);
/* C for a pointer to the instance's input or output, "NULL" for an absent input. The dense form
 * copies the value first where it has strides. */
const char *fn_in(Fn *f, int i);
const char *fn_in_dense(Fn *f, int i);
const char *fn_out(Fn *f, int k);
/* As fn_out; the input itself where output k is written over the input that it renews. Called
 * before that input is named. */
const char *fn_out_over(Fn *f, int k);
/* The operand called `name`, with leading extent and strides of v, at the instance. */
const char *fn_at(Fn *f, const char *name, const Value *v, const int64_t *stride);
/* " + g * 50": from instance to instance of a value with leading extent `lead`, `stride` apart */
const char *fn_step(Fn *f, int64_t lead, int64_t stride);
/* C for the number of the instance's stream of draws: the attribute `stream` */
const char *fn_stream(Fn *f);
const char *fn_tile(const Fn *f, int64_t tiles); /* C for the number of the tile */
const char *fn_scratch(Fn *f, int64_t floats);
/* Makes memory of the function that all threads see an argument, before fn_work is called. */
void fn_hold(Fn *f, const char *name, int64_t floats);
/* What all uses in the function share of such memory, `floats` for each instance: C for the
 * instance's. */
const char *fn_work(Fn *f, int64_t floats);
/* The loop over the tiles of all instances; `shape` declares the constant k, or is NULL. */
void fn_tiles(Fn *f, int64_t tiles, const char *shape, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* Calls kernel(k, direction, args) of an AXES_TIME op. */
void fn_tiles_directed(Fn *f, int64_t tiles, const char *shape, const char *kernel,
		       const char *args);
/* Writes the function, unless one of the same text is there, and its call. */
void fn_end(Fn *f);

/* ---- nest.c: loops over elements ---- */

enum { NEST_RANK = 2 * MAX_RANK, NEST_ARGS = 48 };

/* Loops over dim[rank]; operand i is at ptr[i] (C) with its strides, inputs first. ptr NULL: an
 * input that is not read. */
typedef struct Nest {
	int rank, nin, nout;
	int64_t dim[NEST_RANK];
	const char *ptr[NEST_ARGS];
	int64_t stride[NEST_ARGS][NEST_RANK];
} Nest;

/* Adds the loops to the function. `lines` computes y0, y1 ... from x0, x1 ..., one statement a
 * line; NULL copies x0. */
void nest_write(Fn *f, Nest *t, const char *lines);
/* Copies of the elements of `over` from one place to another. */
void nest_copy(Fn *f, const char *from, const int64_t *from_stride, const char *to,
	       const int64_t *to_stride, const Type *over);

/* ---- pack.c: weights in the kernels' forms ---- */

/* Packed form of weight `input` of the node: reserves it, and writes the packing into the load
 * statements, or into the function where the weight is computed at run time. Returns C for the
 * instance's weights. */
const char *pack_operand(Fn *f, int input);
/* Statements that pack what users of load-time value v need, once it is computed. */
void pack_users(Emit *e, const Value *v);

/* ---- emit_*.c: one function for each op ---- */

/* The code of a node; the linker names an op without one. */
#define EW(name, ...)
#define OP(name, ...) void cpu_##name(Fn *f);
#include "ir/ops.def"
#undef EW
#undef OP
void cpu_ew(Fn *f);
/* The C functions of the elementwise ops that were used. */
void emit_ew_functions(Emit *e, Buf *b);

/* Batch entries that the kernels of gru and its gradient take together. */
int64_t emit_gru_rows(const Fn *f, int64_t batch);

/* Rows of a[..., m, k] as [batch][m] with one stride each. */
typedef struct RowsOf {
	int64_t batch, rows, batch_stride, row_stride;
} RowsOf;
/* Merges dim[0..rank) of strides into at most two levels; false if more are needed. */
bool rows_of(const Type *t, const int64_t *stride, int rank, RowsOf *r);

/* How conv2d and conv2d_act are computed. */
typedef struct ConvPlan {
	bool onednn, winograd;
	bool taps, far; /* of kernels/winograd.h */
	int64_t b, h, w, c, o, kh, kw, sh, sw, ph, pw, oh, ow, th, tw;
	bool last, relu, max;
	int64_t tiles, cols, span, rows;
	/* conv2d_dx: g is spread out first, by stretch_h and stretch_w, from row `top` on */
	bool spread;
	int64_t top, left, stretch_h, stretch_w;
} ConvPlan;
ConvPlan conv_plan(const Emit *e, const Node *n);
/* The convolution of n, conv2d_act, is faster, and pooling a node of its own; whatever the layout.
 */
bool cpu_pools_apart(const Node *n);

/* How x[batch, rows, k] times packed w[n, k] is computed, in tiles of `block` rows, `cols` columns.
 */
typedef struct ProductPlan {
	bool onednn;
	bool dense; /* x is copied first */
	int64_t batch, rows, n, k, xbatch, xrow, xcol, block, cols;
} ProductPlan;
ProductPlan product_plan(Fn *f);
/* The node's product has weights that are packed. */
bool product_packs(const Fn *f);

/* ---- emit_onednn.c ---- */

/* It computes a convolution that Winograd's transform fits or not; products. */
bool onednn_takes_conv(const Emit *e, bool winograd);
bool onednn_takes_product(const Emit *e);
/* Floats that hold the packed weights, and C for the primitive, made once for all like it. */
int64_t onednn_conv_floats(const ConvPlan *p);
int64_t onednn_product_floats(const ProductPlan *p); /* of `cols` columns */
const char *onednn_conv(Emit *e, const ConvPlan *p);
const char *onednn_product(Emit *e, const ProductPlan *p);
void onednn_open(const Emit *e, Buf *b); /* the function that makes them */

/* ---- emit_state.c: training ---- */

void state_update(Emit *e); /* at the end of a run of the graph at hand */
void state_places(const Emit *e, Buf *b);
void state_open(const Emit *e, Buf *b);
void state_functions(const Emit *e, Buf *b);

/* ---- roof.c ---- */

void roof_function(const Emit *e, Buf *b); /* what RtOps.roof is */

/* ---- emit_model.c: tables ---- */

void emit_tables(Emit *e, Buf *b);

#endif
