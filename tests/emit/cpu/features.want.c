/* features. C for the CPU, written by seldc; not for editing. Above each function stands the IR
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

/* kernels/stft.h */

/* kernels/mel.h */

/* kernels/roof.h */

/* Sizes in floats; SCRATCH is for each thread. */
#define ARENA INT64_C(6336)
#define LOAD INT64_C(272)
#define PACK INT64_C(1440)
#define SCRATCH INT64_C(2096)

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

INLINE float ew_add(float a, float b)
{
	return a + b;
}

INLINE float ew_mul(float a, float b)
{
	return a * b;
}

INLINE float ew_maximum(float a, float b)
{
	return a > b || a != a ? a : b;
}

INLINE float ew_square(float a)
{
	return a * a;
}

INLINE float ew_log10(float a)
{
	return m_log10(a);
}

/* %s = stft "stft" %x {n_fft=64 win=64 hop=32} : f32[4,16,33,2] @arena:0  !feat.json:3:3 */
OUTLINE void features_stft(const Self *s, const float *restrict x, const float *restrict table,
                           float *restrict y)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->threads)
	for (int i = 0; i < 32; i++) {
		const Stft k = {.signals = 4, .frames = 16, .n = 64, .win = 64, .hop = 32,
		                .samples = 480, .row = 480, .centre = 1, .reflect = 1};
		stft_tile(k, x, (const double *)table, y, i, (double *)self_scratch(s));
	}
}

/* %p4 = map "power" %re, %im {f="t0 = square(x0); t1 = square(x1); y0 = add(t0, t1)"} :
 * f32[4,16,33,1] @arena:16896 */
OUTLINE void features_power(const float *restrict in0, const float *restrict in1,
                            float *restrict out0)
{
	{
		const float *const p0 = in0;
		const float *const p1 = in1;
		float *const restrict q0 = out0;
#pragma omp simd
		for (int64_t j = 0; j < 2112; j++) {
			const float x0 = p0[j * 2];
			const float x1 = p1[j * 2];
			const float t0 = ew_square(x0);
			const float t1 = ew_square(x1);
			const float y0 = ew_add(t0, t1);
			q0[j] = y0;
		}
	}
}

/* %f = mel_filterbank {bins=33 mels=8 rate=24000 fmin=50 fmax=12000} : f32[33,8] @load:0 */
OUTLINE void features_f(float *restrict y)
{
	mel_filterbank(y, 33, 8, 24000, 50, 12000);
}

/* %m = matmul "mel" %p, %f : f32[4,16,8] @arena:0 */
OUTLINE void features_mel(const Self *s, const float *restrict a, const float *restrict b,
                          float *restrict y)
{
	const Linear k = {.batch = 1, .rows = 64, .n = 8, .k = 33, .xbatch = 0, .xrow = 33,
	                  .xcol = 1, .block = 64, .cols = 32};
	linear_tile(k, a, b, NULL, y, 0, self_scratch(s));
}

/* %l = map "log" %m {f="t0 = maximum(x0, 1e-10); t1 = log10(t0); y0 = mul(t1, 10)"} : f32[4,16,8]
 * @arena:2048 */
OUTLINE void features_log(const float *restrict in0, float *restrict out0)
{
	{
		const float *const p0 = in0;
		float *const restrict q0 = out0;
#pragma omp simd
		for (int64_t j = 0; j < 512; j++) {
			const float x0 = p0[j];
			const float t0 = ew_maximum(x0, 1e-10f);
			const float t1 = ew_log10(t0);
			const float y0 = ew_mul(t1, 1e+01f);
			q0[j] = y0;
		}
	}
}

/* %t = transpose "t" %l {perm=[0,2,1]} : f32[4,8,16] @arena:0 */
OUTLINE void features_t(const float *restrict x, float *restrict y)
{
	for (int64_t r = 0; r < 32; r++) {
		const float *const p0 = x + r % 8 * 1 + r / 8 * 128;
		float *const restrict q0 = y + r % 8 * 16 + r / 8 * 128;
#pragma omp simd
		for (int64_t j = 0; j < 16; j++) {
			q0[j] = p0[j * 8];
		}
	}
}

static void run_features(const Self *s, float *const *out)
{
	features_stft(s, s->in[0], s->pack, s->arena);
	features_power(s->arena, s->arena + 1, s->arena + 4224);
	features_mel(s, s->arena + 4224, s->pack + 384, s->arena);
	features_log(s->arena, s->arena + 512);
	features_t(s->arena + 512, s->arena);
	memory_copy(out[0], s->arena + 0, 512);
}

static void load(const Self *s)
{
	stft_tables((double *)(s->pack + 0), 64, 64);
	features_f(s->load);
	gemm_pack(s->pack + 384, s->load + 0, 8, 33, 1, 8, s->threads);
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
		run_features(s, out);
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
	    {16896, 74944, 10784},
	};
	Self *s = self;
	return roof_of(&s->limits, s->threads, work[graph]);
}

static const RtTensor features_inputs[] = {
	{"audio", 2, {4, 480}},
};

static const RtTensor features_outputs[] = {
	{"logmel", 3, {4, 8, 16}},
};

static const RtGraph graphs[] = {
	{"features", 1, 1, features_inputs, features_outputs, 25344, 16896, 108736},
};

static const RtModel model = {
	.abi = RT_ABI,
	.name = "features",
	.doc = NULL,
	.version = "0.0.0",
	.target = "cpu",
	.precision = "fp32",
	.batch = 1,
	.nparams = 0,
	.params = NULL,
	.ngraphs = 1,
	.graphs = graphs,
	.nsettings = 0,
	.settings = NULL,
	.load_bytes = 6848,
	.ops = {.open = model_open, .run = model_run, .close = model_close,
	        .device = model_device, .roof = model_roof},
};

int main(int argc, char **argv)
{
	return rt_main(&model, argc, argv);
}
