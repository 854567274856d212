/* sequence. C for the CPU, written by seldc; not for editing. Above each function stands the IR
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

/* kernels/linear.h */

/* kernels/reduce.h */

/* kernels/scan.h */

/* kernels/roof.h */

/* Sizes in floats; SCRATCH is for each thread. */
#define ARENA INT64_C(5440)
#define LOAD INT64_C(512)
#define PACK INT64_C(6528)
#define SCRATCH INT64_C(1712)

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

INLINE float ew_neg(float a)
{
	return -a;
}

INLINE float ew_exp(float a)
{
	return m_exp(a);
}

/* %u, %z = inproj_conv_silu "in_proj" %x, %w, %cw, %cb {pad=[3,0] reverse=[0,1] group=2} :
 * f32[2,1,20,32] @arena:6400, f32[2,1,20,32] @arena:11520  !seq.json:7:3 */
OUTLINE void main_in_proj(const Self *s, const float *restrict x, const float *restrict w,
                          const float *restrict conv_w, const float *restrict conv_b,
                          float *restrict u, float *restrict z)
{
	static const bool reverse[] = {0, 1};
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int i = 0; i < 2; i++) {
		const int g = i;
		const InProj k = {.b = 1, .l = 20, .k = 16, .e = 32, .taps = 4, .before = 3,
		                  .after = 0, .xb = 320, .xl = 16, .xc = 1};
		if (reverse[g])
			inproj_tile(k, true, x, w + g * INT64_C(1024), conv_w + g * INT64_C(128),
			            conv_b + g * INT64_C(32), u + g * INT64_C(640),
			            z + g * INT64_C(640), 0, self_scratch(s));
		else
			inproj_tile(k, false, x, w + g * INT64_C(1024), conv_w + g * INT64_C(128),
			            conv_b + g * INT64_C(32), u + g * INT64_C(640),
			            z + g * INT64_C(640), 0, self_scratch(s));
	}
}

/* %p = linear "x_proj" %u, %xw {group=2} : f32[2,1,20,40] @arena:0 */
OUTLINE void main_x_proj(const Self *s, const float *restrict x, const float *restrict w,
                         float *restrict y)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int i = 0; i < 4; i++) {
		const int g = i / 2;
		const Linear k = {.batch = 1, .rows = 20, .n = 40, .k = 32, .xbatch = 0, .xrow = 32,
		                  .xcol = 1, .block = 20, .cols = 32};
		linear_tile(k, x + g * INT64_C(640), w + g * INT64_C(2048), NULL,
		            y + g * INT64_C(800), i % 2, self_scratch(s));
	}
}

/* %Ae = exp %Al : f32[2,32,4] @load:0 */
OUTLINE void main_Ae(const float *restrict in0, float *restrict y)
{
	{
		const float *const p0 = in0;
		float *const restrict q0 = y;
#pragma omp simd
		for (int64_t j = 0; j < 256; j++) {
			const float x0 = p0[j];
			const float y0 = ew_exp(x0);
			q0[j] = y0;
		}
	}
}

/* %A = neg %Ae : f32[2,32,4] @load:1024 */
OUTLINE void main_A(const float *restrict in0, float *restrict y)
{
	{
		const float *const p0 = in0;
		float *const restrict q0 = y;
#pragma omp simd
		for (int64_t j = 0; j < 256; j++) {
			const float x0 = p0[j];
			const float y0 = ew_neg(x0);
			q0[j] = y0;
		}
	}
}

/* %g = scan_gate "scan" %u, %dt, %A, %B, %C, %D, %z {softplus=1 reverse=[0,1] group=2} :
 * f32[2,1,20,32] @arena:16640  !seq.json:12:3 */
OUTLINE void main_scan(const Self *s, const float *restrict u, const float *restrict dt,
                       const float *restrict A, const float *restrict B, const float *restrict C,
                       const float *restrict D, const float *restrict z, float *restrict y)
{
	static const bool reverse[] = {0, 1};
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int i = 0; i < 2; i++) {
		const int g = i;
		const Scan k = {.b = 1, .l = 20, .e = 32, .n = 4, .softplus = 1, .gate = 1,
		                .ub = 640, .ul = 32, .ue = 1, .db = 800, .dl = 40, .de = 1,
		                .Bb = 800, .Bl = 40, .Bn = 1, .Cb = 800, .Cl = 40, .Cn = 1,
		                .zb = 640, .zl = 32, .ze = 1};
		if (reverse[g])
			scan_tile(k, true, u + g * INT64_C(640), dt + g * INT64_C(800),
			          A + g * INT64_C(128), B + g * INT64_C(800), C + g * INT64_C(800),
			          D + g * INT64_C(32), z + g * INT64_C(640), y + g * INT64_C(640),
			          0, self_scratch(s));
		else
			scan_tile(k, false, u + g * INT64_C(640), dt + g * INT64_C(800),
			          A + g * INT64_C(128), B + g * INT64_C(800), C + g * INT64_C(800),
			          D + g * INT64_C(32), z + g * INT64_C(640), y + g * INT64_C(640),
			          0, self_scratch(s));
	}
}

/* %y = sum "y" %g {axes=[0,1]} : f32[20,32] @arena:0 */
OUTLINE void main_y(const Self *s, const float *restrict x, float *restrict y)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int i = 0; i < 10; i++) {
		const Reduce k = {.n = 640, .step = 1, .nkeep = 0, .nover = 1, .over_dim = {2},
		                  .over = {640}};
		sum_tile(k, 1.0, x, y, i);
	}
}

static void run_main(const Self *s, float *const *out)
{
	main_in_proj(s, s->in[0], s->pack, s->pack + 2048, s->pack + 2304, s->arena + 1600,
	             s->arena + 2880);
	main_x_proj(s, s->arena + 1600, s->pack + 2368, s->arena);
	main_scan(s, s->arena + 1600, s->arena, s->load + 256, s->arena + 32, s->arena + 36,
	          s->pack + 6464, s->arena + 2880, s->arena + 4160);
	main_y(s, s->arena + 4160, s->arena);
	memory_copy(out[0], s->arena + 0, 640);
}

static void load(const Self *s)
{
	inproj_pack(s->pack + 0, s->params[0] + 0, 32, 16, 16, 1, s->threads);
	inproj_pack(s->pack + 1024, s->params[1] + 0, 32, 16, 16, 1, s->threads);
	memory_copy(s->pack + 2048, s->params[2] + 0, 256);
	memory_copy(s->pack + 2304, s->params[3] + 0, 64);
	gemm_pack(s->pack + 2368, s->params[4] + 0, 40, 32, 32, 1, s->threads);
	gemm_pack(s->pack + 4416, s->params[4] + 1280, 40, 32, 32, 1, s->threads);
	main_Ae(s->params[5], s->load);
	main_A(s->load, s->load + 256);
	memory_copy(s->pack + 6464, s->params[6] + 0, 64);
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
	    {97280, 85760, 24832},
	};
	Self *s = self;
	return roof_of(&s->limits, s->threads, work[graph]);
}

static const RtParam params[] = {
	{{"fwd.in_proj", 2, {64, 16}}, "uniform", -0.2, 0.2, 0, 0, 0},
	{{"bwd.in_proj", 2, {64, 16}}, "uniform", -0.2, 0.2, 0, 0, 0},
	{{"conv.weight", 4, {2, 32, 1, 4}}, "uniform", -0.5, 0.5, 0, 0, 0},
	{{"conv.bias", 2, {2, 32}}, "zeros", 0, 0, 0, 0, 0},
	{{"x_proj", 3, {2, 40, 32}}, "uniform", -0.1, 0.1, 0, 0, 0},
	{{"A_log", 3, {2, 32, 4}}, "log_arange", 0, 0, 0, 0, 0},
	{{"D", 2, {2, 32}}, "ones", 0, 0, 0, 0, 0},
};

static const RtTensor main_inputs[] = {
	{"x", 4, {1, 1, 20, 16}},
};

static const RtTensor main_outputs[] = {
	{"y", 2, {20, 32}},
};

static const RtGraph graphs[] = {
	{"main", 1, 1, main_inputs, main_outputs, 21760, 97280, 280320},
};

static const RtModel model = {
	.abi = RT_ABI,
	.name = "sequence",
	.doc = NULL,
	.version = "0.0.0",
	.target = "cpu",
	.precision = "fp32",
	.batch = 1,
	.nparams = 7,
	.params = params,
	.ngraphs = 1,
	.graphs = graphs,
	.nsettings = 0,
	.settings = NULL,
	.load_bytes = 28160,
	.ops = {.open = model_open, .run = model_run, .close = model_close,
	        .device = model_device, .roof = model_roof},
};

int main(int argc, char **argv)
{
	return rt_main(&model, argc, argv);
}
