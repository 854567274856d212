/* attention. C for the CPU, written by seldc; not for editing. Above each function stands the IR
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

/* kernels/sinusoid.h */

/* kernels/update.h */

/* kernels/attention.h */

/* kernels/roof.h */

/* Sizes in floats; SCRATCH is for each thread. */
#define ARENA INT64_C(128)
#define LOAD INT64_C(80)
#define PACK INT64_C(32)
#define SCRATCH INT64_C(24368)

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

/* %table = sinusoid {positions=5 features=12} : f32[5,12] @load:0 */
OUTLINE void main_table(float *restrict y)
{
	sinusoid(y, 5, 12, 10000);
}

/* %state = const {shape=[2] value=[0,-1]} : f32[2] @load:256 */
OUTLINE void main_state(float *restrict y)
{
	static const float value[] = {
	    0.0f, -1.0f};
	memory_copy(y, value, 2);
}

/* %a = attention "block" %qs, %ks, %vs, %state, %r, %u, %w {scale=0.5} : f32[2,5,3,4] @arena:0 */
OUTLINE void main_block(const Self *s, const float *restrict q, const float *restrict k_,
                        const float *restrict v, const float *restrict r, const float *restrict u,
                        const float *restrict w, float *restrict y)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int i = 0; i < 6; i++) {
		const Attention k = {.b = 2, .t = 5, .s = 5, .h = 3, .d = 4, .e = 4, .blocks = 1,
		                     .qb = 60, .qt = 12, .qh = 4, .qd = 1, .kb = 60, .ks = 12,
		                     .kh = 4, .kd = 1, .vb = 60, .vs = 12, .vh = 4, .ve = 1,
		                     .rt = 12, .rh = 4, .rd = 1, .scale = 0.5f, .relative = 1,
		                     .drop = 0};
		attn_tile(k, q, k_, v, NULL, 0, r, u, w, y, NULL, i, self_scratch(s));
	}
}

static void run_main(const Self *s, float *const *out)
{
	main_block(s, s->in[0], s->in[1], s->in[2], s->load, s->pack, s->pack + 16, s->arena);
	memory_copy(out[0], s->arena + 0, 120);
}

static void load(const Self *s)
{
	main_table(s->load);
	main_state(s->load + 64);
	memory_copy(s->pack + 0, s->params[0] + 0, 12);
	memory_copy(s->pack + 16, s->params[1] + 0, 12);
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
	    {1800, 1740, 2264},
	};
	Self *s = self;
	return roof_of(&s->limits, s->threads, work[graph]);
}

static const RtParam params[] = {
	{{"u", 2, {3, 4}}, "zeros", 0, 0, 0, 0, 0},
	{{"w", 2, {3, 4}}, "zeros", 0, 0, 0, 0, 0},
};

static const RtTensor main_inputs[] = {
	{"q", 3, {2, 5, 12}},
	{"k", 3, {2, 5, 12}},
	{"v", 3, {2, 5, 12}},
};

static const RtTensor main_outputs[] = {
	{"y", 3, {2, 5, 12}},
};

static const RtGraph graphs[] = {
	{"main", 3, 1, main_inputs, main_outputs, 512, 1800, 5340},
};

static const RtModel model = {
	.abi = RT_ABI,
	.name = "attention",
	.doc = NULL,
	.version = "0.0.0",
	.target = "cpu",
	.precision = "fp32",
	.batch = 1,
	.nparams = 2,
	.params = params,
	.ngraphs = 1,
	.graphs = graphs,
	.nsettings = 0,
	.settings = NULL,
	.load_bytes = 448,
	.ops = {.open = model_open, .run = model_run, .close = model_close,
	        .device = model_device, .roof = model_roof},
};

int main(int argc, char **argv)
{
	return rt_main(&model, argc, argv);
}
