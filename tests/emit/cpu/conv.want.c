/* conv. C for the CPU, written by seldc; not for editing. Above each function stands the IR that it
 * implements, with the place in the model file that it comes from. */
#include "seldrt.h"

#include <omp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* kernels/memory.h */

/* kernels/vec.h */

/* kernels/gemm.h */

/* kernels/conv.h */

/* kernels/winograd.h */

/* kernels/reduce.h */

/* kernels/roof.h */

/* Sizes in floats; SCRATCH is for each thread. */
#define ARENA INT64_C(2560)
#define LOAD INT64_C(0)
#define PACK INT64_C(37824)
#define SCRATCH INT64_C(15056)

typedef struct Self {
	int threads;
	float *arena;   /* activations */
	float *load;    /* values computed once, when weights are loaded */
	float *pack;    /* weights in the order in which the kernels read them */
	float *scratch; /* of the threads */
	const float *const *params; /* while loading */
	const RtSource *weights;    /* while loading */
	const float *const *in;     /* while running */
	char device[64];
	RoofLimits limits; /* of the processor */
} Self;

static inline float *self_scratch(const Self *s)
{
	return s->scratch + omp_get_thread_num() * SCRATCH;
}

/* %y1 = conv2d_act "conv1" %x, %w1, %s1, %b1 {pad=[1,1] channels_last=1 act=relu pool=[2,2]} :
 * f32[1,5,8,32] @arena:0  !conv.json:9:5+7 */
OUTLINE void main_conv1(const Self *s, const float *restrict scale, const float *restrict shift,
                        const float *restrict x, const float *restrict w, float *restrict y)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int i = 0; i < 5; i++) {
		const Conv k = {.b = 1, .h = 10, .w = 16, .c = 3, .o = 32, .kh = 3, .kw = 3,
		                .sh = 1, .sw = 1, .ph = 1, .pw = 1, .xb = 480, .xh = 48, .xw = 3,
		                .xc = 1, .yb = 1280, .yh = 256, .yw = 32, .yc = 1, .oh = 5, .ow = 8,
		                .th = 2, .tw = 2, .relu = 1, .max = 0, .far = 0, .rows = 1};
		conv_tile(k, x, w, scale, shift, y, i, self_scratch(s));
	}
}

/* %y2 = conv2d "conv2" %y1, %w2, %b2 {pad=[1,1] channels_last=1} : f32[1,5,8,32] @arena:5120
 * !conv.json:10:5+7 */
OUTLINE void main_conv2(const Self *s, const float *restrict bias, const float *restrict x,
                        const float *restrict w, float *restrict y)
{
	const Winograd k = {.b = 1, .h = 5, .w = 8, .c = 32, .o = 32, .oh = 5, .ow = 8, .th = 1,
	                    .tw = 1, .relu = 0, .max = 0, .taps = 0, .far = 0, .tiles = 4,
	                    .cols = 32, .span = 32};
	wino_tile(k, x, w, NULL, bias, y, 0, self_scratch(s));
}

/* %m = mean "mean" %y2 {axes=[1]} : f32[1,8,32] @arena:0 */
OUTLINE void main_mean(const Self *s, const float *restrict x, float *restrict y)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int i = 0; i < 4; i++) {
		const Reduce k = {.n = 256, .step = 1, .nkeep = 0, .nover = 1, .over_dim = {5},
		                  .over = {256}};
		sum_tile(k, 5.0, x, y, i);
	}
}

static void run_main(const Self *s, float *const *out)
{
	main_conv1(s, s->pack + 37728, s->pack + 37760, s->in[0], s->pack, s->arena);
	main_conv2(s, s->pack + 37792, s->arena, s->pack + 864, s->arena + 1280);
	main_mean(s, s->arena + 1280, s->arena);
	memory_copy(out[0], s->arena + 0, 256);
}

static void load(const Self *s)
{
	conv_pack(s->pack + 0, s->params[0] + 0, 32, 3, 3, 3, s->threads);
	wino_pack(s->pack + 864, s->params[3] + 0, 32, 32, 32, s->threads);
	memory_copy(s->pack + 37728, s->params[1] + 0, 32);
	memory_copy(s->pack + 37760, s->params[2] + 0, 32);
	memory_copy(s->pack + 37792, s->params[4] + 0, 32);
}

static void model_close(void *self)
{
	Self *s = self;
	if (!s)
		return;
	free(s->arena);
	free(s->load);
	free(s->pack);
	free(s->scratch);
	free(s);
}

static RtStatus model_open(void **self, const RtSource *weights, int threads,
                           RtError *err)
{
	Self *s = calloc(1, sizeof *s);
	if (s) {
		s->threads = rt_threads(threads);
		s->arena = memory_new(ARENA);
		s->load = memory_new(LOAD);
		s->pack = memory_new(PACK);
		s->scratch = memory_new(s->threads * SCRATCH);
	}
	if (!s || !s->arena || !s->load || !s->pack || !s->scratch) {
		model_close(s);
		snprintf(err->text, sizeof err->text, "not enough memory for the model");
		return RT_DEVICE;
	}
	snprintf(s->device, sizeof s->device, "CPU, %d thread%s", s->threads,
	         s->threads == 1 ? "" : "s");
	s->weights = weights;
	s->params = weights->params;
	load(s);
	s->params = NULL;
	*self = s;
	return RT_OK;
}

static RtStatus model_run(void *self, int graph, const float *const *in, float *const *out,
                          RtError *err)
{
	Self *s = self;
	s->in = in;
	switch (graph) {
	case 0:
		run_main(s, out);
		break;
	default:
		snprintf(err->text, sizeof err->text, "there is no graph %d", graph);
		return RT_BUG;
	}
	s->in = NULL;
	return RT_OK;
}

static const char *model_device(void *self)
{
	return ((Self *)self)->device;
}

/* work: of a run of each graph, as roof_of takes it */
static RtRoof model_roof(void *self, int graph)
{
	static const double work[][3] = {
	    {230400, 24576, 43648},
	};
	Self *s = self;
	return roof_of(&s->limits, s->threads, work[graph]);
}

static const RtParam params[] = {
	{{"conv1.weight", 4, {32, 3, 3, 3}}, "normal", 0, 0.1, 0, 0, 0},
	{{"conv1.scale", 1, {32}}, "ones", 0, 0, 0, 0, 0},
	{{"conv1.shift", 1, {32}}, "zeros", 0, 0, 0, 0, 0},
	{{"conv2.weight", 4, {32, 32, 3, 3}}, "normal", 0, 0.1, 0, 0, 0},
	{{"conv2.bias", 1, {32}}, "zeros", 0, 0, 0, 0, 0},
};

static const RtTensor main_inputs[] = {
	{"x", 4, {1, 10, 16, 3}},
};

static const RtTensor main_outputs[] = {
	{"m", 3, {1, 8, 32}},
};

static const RtGraph graphs[] = {
	{"main", 1, 1, main_inputs, main_outputs, 10240, 506880, 1038336},
};

static const RtModel model = {
	.abi = RT_ABI,
	.name = "conv",
	.doc = NULL,
	.version = "0.0.0",
	.target = "cpu",
	.precision = "fp32",
	.batch = 1,
	.nparams = 5,
	.params = params,
	.ngraphs = 1,
	.graphs = graphs,
	.nsettings = 0,
	.settings = NULL,
	.load_bytes = 151296,
	.ops = {.open = model_open, .run = model_run, .close = model_close,
	        .device = model_device, .roof = model_roof},
};

int main(int argc, char **argv)
{
	return rt_main(&model, argc, argv);
}
