/* onednn.h: convolutions and products by oneDNN (version 2), through its C API.
 *
 * A primitive is made once, when a program opens, for one thread and a tile of fixed size, and is
 * called from our own parallel loops: the results depend on shapes alone, not on the number of
 * threads. Weights are put in the order that it wants while they are loaded. */
#ifndef CPU_ONEDNN_H
#define CPU_ONEDNN_H

#include "conv.h"
#include "linear.h"

#include <dnnl.h>
#include <omp.h>

/* What a thread needs to run a primitive: memory objects say where its operands are. */
typedef struct DnnThread {
	dnnl_stream_t stream;
	dnnl_memory_t x, w, y, scratch;
} DnnThread;

typedef struct DnnPrimitive {
	dnnl_engine_t engine;
	dnnl_primitive_desc_t desc;
	dnnl_primitive_t run;
	int threads;
	DnnThread *thread;
} DnnPrimitive;

/* x[height, width, c] to y[rows, columns, o], all of it given: there is no border */
typedef struct DnnConv {
	int c, o, kh, kw, sh, sw, height, width, rows, columns;
} DnnConv;

/* x[m, k] to y[m, n]; rows lie xrow and yrow apart */
typedef struct DnnProduct {
	int m, n, k;
	int64_t xrow, yrow;
} DnnProduct;

static bool dnn_ok(dnnl_status_t status)
{
	return status == dnnl_success;
}

static const dnnl_memory_desc_t *dnn_query(const DnnPrimitive *d, dnnl_query_t what)
{
	return dnnl_primitive_desc_query_md(d->desc, what, 0);
}

static bool dnn_memory(const DnnPrimitive *d, dnnl_query_t what, void *at, dnnl_memory_t *memory)
{
	return dnn_ok(dnnl_memory_create(memory, dnn_query(d, what), d->engine, at));
}

/* Its scratch memory is ours, as threads run it at the same time. `floats` have been kept for its
 * weights. */
static bool dnn_open_op(DnnPrimitive *d, const_dnnl_op_desc_t op, int threads, int64_t floats)
{
	dnnl_primitive_attr_t attr;
	if (!dnn_ok(dnnl_primitive_attr_create(&attr)))
		return false;
	bool good =
	    dnn_ok(dnnl_primitive_attr_set_scratchpad_mode(attr, dnnl_scratchpad_mode_user)) &&
	    dnn_ok(dnnl_primitive_desc_create(&d->desc, op, attr, d->engine, NULL)) &&
	    dnn_ok(dnnl_primitive_create(&d->run, d->desc));
	dnnl_primitive_attr_destroy(attr);
	if (!good || dnnl_memory_desc_get_size(dnn_query(d, dnnl_query_weights_md)) >
			 (size_t)floats * sizeof(float))
		return false;
	d->threads = threads;
	d->thread = calloc((size_t)threads, sizeof *d->thread);
	for (int i = 0; d->thread && good && i < threads; i++) {
		DnnThread *t = &d->thread[i];
		good =
		    dnn_ok(dnnl_stream_create(&t->stream, d->engine, dnnl_stream_default_flags)) &&
		    dnn_memory(d, dnnl_query_src_md, NULL, &t->x) &&
		    dnn_memory(d, dnnl_query_weights_md, NULL, &t->w) &&
		    dnn_memory(d, dnnl_query_dst_md, NULL, &t->y) &&
		    dnn_memory(d, dnnl_query_scratchpad_md, DNNL_MEMORY_ALLOCATE, &t->scratch);
	}
	return good && d->thread;
}

/* As dnn_open_op, which chooses its code for the number of threads that it sees. */
static bool dnn_open_alone(DnnPrimitive *d, const_dnnl_op_desc_t op, int threads, int64_t floats)
{
	const int before = omp_get_max_threads();
	omp_set_num_threads(1);
	const bool good =
	    dnn_ok(dnnl_engine_create(&d->engine, dnnl_cpu, 0)) && dnn_open_op(d, op, threads, floats);
	omp_set_num_threads(before);
	return good;
}

/* False if oneDNN cannot; dnn_close in any case, of what held zeros before. */
__attribute__((unused)) static bool dnn_open_conv(DnnPrimitive *d, const DnnConv s, int threads,
						  int64_t floats)
{
	const dnnl_dims_t in = {1, s.c, s.height, s.width}, out = {1, s.o, s.rows, s.columns};
	const dnnl_dims_t taps = {s.o, s.c, s.kh, s.kw}, stride = {s.sh, s.sw}, none = {0, 0};
	dnnl_memory_desc_t x, w, y;
	dnnl_convolution_desc_t op;
	return dnn_ok(dnnl_memory_desc_init_by_tag(&x, 4, in, dnnl_f32, dnnl_nhwc)) &&
	       dnn_ok(dnnl_memory_desc_init_by_tag(&w, 4, taps, dnnl_f32, dnnl_format_tag_any)) &&
	       dnn_ok(dnnl_memory_desc_init_by_tag(&y, 4, out, dnnl_f32, dnnl_nhwc)) &&
	       dnn_ok(dnnl_convolution_forward_desc_init(&op, dnnl_forward_inference,
							 dnnl_convolution_direct, &x, &w, NULL, &y,
							 stride, none, none)) &&
	       dnn_open_alone(d, &op, threads, floats);
}

__attribute__((unused)) static bool dnn_open_product(DnnPrimitive *d, const DnnProduct s,
						     int threads, int64_t floats)
{
	const dnnl_dims_t in = {s.m, s.k}, weights = {s.k, s.n}, out = {s.m, s.n};
	const dnnl_dims_t x_step = {s.xrow, 1}, y_step = {s.yrow, 1};
	dnnl_memory_desc_t x, w, y;
	dnnl_matmul_desc_t op;
	return dnn_ok(dnnl_memory_desc_init_by_strides(&x, 2, in, dnnl_f32, x_step)) &&
	       dnn_ok(
		   dnnl_memory_desc_init_by_tag(&w, 2, weights, dnnl_f32, dnnl_format_tag_any)) &&
	       dnn_ok(dnnl_memory_desc_init_by_strides(&y, 2, out, dnnl_f32, y_step)) &&
	       dnn_ok(dnnl_matmul_desc_init(&op, &x, &w, NULL, &y)) &&
	       dnn_open_alone(d, &op, threads, floats);
}

static void dnn_close(DnnPrimitive *d)
{
	for (int i = 0; d->thread && i < d->threads; i++) {
		DnnThread *t = &d->thread[i];
		dnnl_memory_destroy(t->x);
		dnnl_memory_destroy(t->w);
		dnnl_memory_destroy(t->y);
		dnnl_memory_destroy(t->scratch);
		dnnl_stream_destroy(t->stream);
	}
	free(d->thread);
	dnnl_primitive_destroy(d->run);
	dnnl_primitive_desc_destroy(d->desc);
	dnnl_engine_destroy(d->engine);
}

/* Weights as `plain` says, from w to the order of the primitive. NaN where oneDNN has no memory for
 * that, so that it shows. */
static void dnn_reorder(const DnnPrimitive *d, float *to, const float *w,
			const dnnl_memory_desc_t *plain)
{
	const dnnl_memory_desc_t *wanted = dnn_query(d, dnnl_query_weights_md);
	dnnl_primitive_desc_t desc = NULL;
	dnnl_primitive_t reorder = NULL;
	dnnl_memory_t from = NULL, packed = NULL;
	if (dnn_ok(dnnl_reorder_primitive_desc_create(&desc, plain, d->engine, wanted, d->engine,
						      NULL)) &&
	    dnn_ok(dnnl_primitive_create(&reorder, desc)) &&
	    dnn_ok(dnnl_memory_create(&from, plain, d->engine, (void *)(uintptr_t)w)) &&
	    dnn_ok(dnnl_memory_create(&packed, wanted, d->engine, to))) {
		const dnnl_exec_arg_t args[] = {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, packed}};
		dnnl_primitive_execute(reorder, d->thread[0].stream, 2, args);
		dnnl_stream_wait(d->thread[0].stream);
	} else {
		memset(to, 0xff, dnnl_memory_desc_get_size(wanted));
	}
	dnnl_memory_destroy(from);
	dnnl_memory_destroy(packed);
	dnnl_primitive_destroy(reorder);
	dnnl_primitive_desc_destroy(desc);
}

/* w[o, c, kh, kw] */
OUTLINE void dnn_pack_conv(float *to, const float *w, const DnnPrimitive *d, int o, int c, int kh,
			   int kw)
{
	const dnnl_dims_t taps = {o, c, kh, kw};
	dnnl_memory_desc_t plain;
	dnnl_memory_desc_init_by_tag(&plain, 4, taps, dnnl_f32, dnnl_oihw);
	dnn_reorder(d, to, w, &plain);
}

/* w[n, k], element (i, j) at w[i * row + j * col], in n / cols blocks that lie `floats` apart */
OUTLINE void dnn_pack_product(float *to, const float *w, const DnnPrimitive *d, int64_t n,
			      int64_t k, int64_t row, int64_t col, int64_t cols, int64_t floats)
{
	const dnnl_dims_t weights = {k, cols}, step = {col, row};
	dnnl_memory_desc_t plain;
	dnnl_memory_desc_init_by_strides(&plain, 2, weights, dnnl_f32, step);
	for (int64_t i = 0; i < n; i += cols, to += floats)
		dnn_reorder(d, to, w + i * row, &plain);
}

/* y = x w for one tile */
OUTLINE void dnn_run(const DnnPrimitive *d, const float *x, const float *w, float *y)
{
	const DnnThread *t = &d->thread[omp_get_thread_num()];
	const dnnl_exec_arg_t args[] = {{DNNL_ARG_SRC, t->x},
					{DNNL_ARG_WEIGHTS, t->w},
					{DNNL_ARG_DST, t->y},
					{DNNL_ARG_SCRATCHPAD, t->scratch}};
	dnnl_memory_set_data_handle(t->x, (void *)(uintptr_t)x);
	dnnl_memory_set_data_handle(t->w, (void *)(uintptr_t)w);
	dnnl_memory_set_data_handle(t->y, y);
	dnnl_primitive_execute(d->run, t->stream, 4, args);
	dnnl_stream_wait(t->stream);
}

/* As conv_tile. The primitive's tile is s.rows pooled rows of the whole width; of the last tile
 * not all of them exist. scratch: the padded input of a tile, its products, and a vector. */
INLINE void dnn_conv_tile(const Conv s, const DnnPrimitive *d, const float *x, const float *w,
			  const float *scale, const float *shift, float *y, int tile,
			  float *scratch)
{
	const int b = tile % s.b, y0 = tile / s.b * s.rows;
	const int rows = s.oh - y0 < s.rows ? s.oh - y0 : s.rows;
	const int height = (s.rows * s.th - 1) * s.sh + s.kh;
	const int64_t width = s.w + 2 * s.pw, row = ((width - s.kw) / s.sw + 1) * s.o;
	float *m = scratch + (height * width * s.c + VL - 1) / VL * VL;
	conv_fill(s, x + b * s.xb, y0 * s.th * s.sh - s.ph, height, scratch);
	dnn_run(d, scratch, w, m);
	for (int r = 0; r < rows; r++)
		conv_drain(s, m + r * s.th * row, row, s.o, scale, shift,
			   y + b * s.yb + (y0 + r) * s.yh, s.o);
	if (s.far)
		vstream_end();
}

/* As linear_tile for tiles of s.block rows and s.cols columns, a divisor of n, whose weights are
 * `floats` apart. The last rows are computed with some before them, beside y. scratch: block * n
 * floats, and block * k where xcol is not 1. */
INLINE void dnn_linear_tile(const Linear s, const DnnPrimitive *d, const float *x, const float *w,
			    int64_t floats, const float *bias, float *y, int tile, float *scratch)
{
	const int blocks = (s.rows + s.block - 1) / s.block;
	const int batch = tile % s.batch, part = tile / s.batch / blocks;
	const int r0 = tile / s.batch % blocks * s.block;
	const int first = r0 + s.block <= s.rows ? r0 : s.rows - s.block;
	const float *a = x + batch * s.xbatch + first * s.xrow;
	float *out = y + ((int64_t)batch * s.rows + first) * s.n + part * s.cols;
	if (s.xcol != 1) {
		float *dense = scratch + (int64_t)s.block * s.n;
		gemm_gather(a, s.xrow, s.xcol, s.block, s.k, dense);
		a = dense;
	}
	dnn_run(d, a, w + part * floats, first == r0 ? out : scratch);
	if (first == r0 && !bias)
		return;
	for (int i = r0 - first; i < s.block; i++)
		for (int j = 0; j < s.cols; j++) {
			const int64_t at = (int64_t)i * s.n + j;
			const float v = first == r0 ? out[at] : scratch[at];
			out[at] = bias ? v + bias[part * s.cols + j] : v;
		}
}

#endif /* CPU_ONEDNN_H */
