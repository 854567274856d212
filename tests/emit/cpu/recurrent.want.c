/* recurrent. C for the CPU, written by seldc; not for editing. Above each function stands the IR
 * that it implements, with the place in the model file that it comes from. */
#include "seldrt.h"

#include <omp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* kernels/memory.h */

/* kernels/vec.h */

/* kernels/math.h */

/* kernels/gemm.h */

/* kernels/gru.h */

/* kernels/gru_grad.h */

/* kernels/roof.h */

/* Sizes in floats; SCRATCH is for each thread. */
#define ARENA INT64_C(3024)
#define LOAD INT64_C(0)
#define PACK INT64_C(2464)
#define SCRATCH INT64_C(384)

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

/* %y = gru "gru" %x, %wi, %wh, %bi, %bh {reverse=[0,1] group=2} : f32[2,3,9,8] @arena:10368
 * !rnn.json:7:3 */
OUTLINE void main_gru(const Self *s, const float *restrict x, const float *restrict weight_ih,
                      const float *restrict weight_hh, const float *restrict bias_ih,
                      const float *restrict bias_hh, float *restrict y)
{
	static const bool reverse[] = {0, 1};
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int i = 0; i < 6; i++) {
		const int g = i / 3;
		const Gru k = {.b = 3, .l = 9, .in = 5, .h = 8, .xb = 45, .xl = 5, .xc = 1,
		               .rows = 1, .steps = 9};
		if (reverse[g])
			gru_tile(k, true, x, weight_ih + g * INT64_C(160),
			         weight_hh + g * INT64_C(256), bias_ih + g * INT64_C(24),
			         bias_hh + g * INT64_C(24), y + g * INT64_C(216), i % 3,
			         self_scratch(s));
		else
			gru_tile(k, false, x, weight_ih + g * INT64_C(160),
			         weight_hh + g * INT64_C(256), bias_ih + g * INT64_C(24),
			         bias_hh + g * INT64_C(24), y + g * INT64_C(216), i % 3,
			         self_scratch(s));
	}
}

/* %dx, %dh = gru_grad "gru.grad" %gx, %gh, %before, %wh, %y {reverse=[0,1] group=2} : f32[2,3,9,24]
 * @arena:0, f32[2,3,9,24] @arena:5184  !rnn.json:7:3 */
OUTLINE void main_gru_grad(const Self *s, const float *restrict gates_x,
                           const float *restrict gates_h, const float *restrict h,
                           const float *restrict weight_hh, const float *restrict g_,
                           float *restrict dgates_x, float *restrict dgates_h)
{
	static const bool reverse[] = {0, 1};
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int i = 0; i < 6; i++) {
		const int g = i / 3;
		const GruGrad k = {.b = 3, .l = 9, .h = 8, .gb = 72, .gl = 8, .gc = 1, .rows = 1};
		if (reverse[g])
			gru_grad_tile(k, true, gates_x + g * INT64_C(648),
			              gates_h + g * INT64_C(648), h + g * INT64_C(216),
			              weight_hh + g * INT64_C(768), g_ + g * INT64_C(216),
			              dgates_x + g * INT64_C(648), dgates_h + g * INT64_C(648),
			              i % 3, self_scratch(s));
		else
			gru_grad_tile(k, false, gates_x + g * INT64_C(648),
			              gates_h + g * INT64_C(648), h + g * INT64_C(216),
			              weight_hh + g * INT64_C(768), g_ + g * INT64_C(216),
			              dgates_x + g * INT64_C(648), dgates_h + g * INT64_C(648),
			              i % 3, self_scratch(s));
	}
}

static void run_main(const Self *s, float *const *out)
{
	main_gru(s, s->in[0], s->pack, s->pack + 320, s->pack + 2368, s->pack + 2416,
	         s->arena + 2592);
	main_gru_grad(s, s->in[1], s->in[2], s->in[3], s->pack + 832, s->arena + 2592, s->arena,
	              s->arena + 1296);
	memory_copy(out[0], s->arena + 0, 1296);
	memory_copy(out[1], s->arena + 1296, 1296);
}

static void load(const Self *s)
{
	gemm_pack(s->pack + 0, s->params[0] + 0, 24, 5, 5, 1, s->threads);
	gemm_pack(s->pack + 160, s->params[0] + 120, 24, 5, 5, 1, s->threads);
	gemm_pack(s->pack + 320, s->params[1] + 0, 24, 8, 8, 1, s->threads);
	gemm_pack(s->pack + 576, s->params[1] + 192, 24, 8, 8, 1, s->threads);
	gemm_pack(s->pack + 832, s->params[1] + 0, 8, 24, 1, 8, s->threads);
	gemm_pack(s->pack + 1600, s->params[1] + 192, 8, 24, 1, 8, s->threads);
	memory_copy(s->pack + 2368, s->params[2] + 0, 48);
	memory_copy(s->pack + 2416, s->params[3] + 0, 48);
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
	    {27216, 28944, 25884},
	};
	Self *s = self;
	return roof_of(&s->limits, s->threads, work[graph]);
}

static const RtParam params[] = {
	{{"weight_ih", 3, {2, 24, 5}}, "uniform", -0.3, 0.3, 0, 0, 0},
	{{"weight_hh", 3, {2, 24, 8}}, "uniform", -0.3, 0.3, 0, 0, 0},
	{{"bias_ih", 2, {2, 24}}, "uniform", -0.3, 0.3, 0, 0, 0},
	{{"bias_hh", 2, {2, 24}}, "uniform", -0.3, 0.3, 0, 0, 0},
};

static const RtTensor main_inputs[] = {
	{"x", 4, {1, 3, 9, 5}},
	{"gates_x", 4, {2, 3, 9, 24}},
	{"gates_h", 4, {2, 3, 9, 24}},
	{"before", 4, {2, 3, 9, 8}},
};

static const RtTensor main_outputs[] = {
	{"dx", 4, {2, 3, 9, 24}},
	{"dh", 4, {2, 3, 9, 24}},
};

static const RtGraph graphs[] = {
	{"main", 4, 2, main_inputs, main_outputs, 12096, 27216, 83376},
};

static const RtModel model = {
	.abi = RT_ABI,
	.name = "recurrent",
	.doc = NULL,
	.version = "0.0.0",
	.target = "cpu",
	.precision = "fp32",
	.batch = 1,
	.nparams = 4,
	.params = params,
	.ngraphs = 1,
	.graphs = graphs,
	.nsettings = 0,
	.settings = NULL,
	.load_bytes = 9856,
	.ops = {.open = model_open, .run = model_run, .close = model_close,
	        .device = model_device, .roof = model_roof},
};

int main(int argc, char **argv)
{
	return rt_main(&model, argc, argv);
}
