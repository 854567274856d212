/* eval.h: what the files of the reference evaluator share. Private to eval*.c. */
#ifndef SELDC_EVAL_H
#define SELDC_EVAL_H

#include "ir.h"

/* One instance of a node at work. Output data is allocated and zero on entry. */
typedef struct Eval {
	const Node *n;
	int nin;          /* inputs that are present */
	const Tensor *in; /* without the group dimension */
	Tensor *out;      /* likewise */
	int64_t instance; /* of the group */
	bool reverse;     /* of this instance; AXES_TIME ops only */
	Arena *tmp;       /* freed when the node is done */
} Eval;

/* Visits all index vectors of a shape in row-major order while n operands, each with its own
 * strides (0 where it broadcasts), step along: off[k] is the element offset of operand k. */
typedef struct Walk {
	int rank, n;
	int64_t dim[MAX_RANK], index[MAX_RANK];
	int64_t *off;
	int64_t (*stride)[MAX_RANK];
} Walk;

Walk walk_new(Arena *a, const Type *over, int n);
/* Strides of operand k, of type t, which broadcasts to the shape walked over. */
void walk_broadcast(Walk *w, int k, const Type *t);
void walk_next(Walk *w);
/* Elements from one index to the next along each axis of a dense tensor. */
void type_strides(const Type *t, int64_t *stride);
/* The attribute `name` as an axis of `rank` dimensions; negative ones count from the end. */
int attr_axis(const Node *n, const char *name, int rank);

/* Extents and strides of [B, C, H, W] or, with channels_last, [B, H, W, C]. */
typedef struct Image {
	int64_t b, c, h, w;
	int64_t sb, sc, sh, sw;
} Image;

Image image_of(const Eval *e, const Type *t);
double *image_at(double *data, const Image *m, int64_t b, int64_t c, int64_t h, int64_t w);

/* What draw i of a dropout multiplies by: 0, 1 / (1 - p), or 1 without the input `state` or with a
 * negative seed. */
double eval_kept(const Eval *e, int state, int64_t i);

/* An op's function computes out from in. */
#define EW(name, ...)
#define OP(name, ...) void eval_##name(const Eval *e);
#include "ops.def"
#undef EW
#undef OP

#endif
