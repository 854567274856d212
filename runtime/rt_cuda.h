/* rt_cuda.h: what an emitted CUDA program is made of, and the functions that run it.
 *
 * The program is tables: machine code of each family of kernels for each architecture, launches in
 * order, offsets. All memory is taken when it opens; one run is one replay of a CUDA graph. */
#ifndef SELDRT_CUDA_H
#define SELDRT_CUDA_H

#include "seldrt.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Machine code, or PTX text that the driver compiles, of one family of kernels. arch 90: sm_90. */
typedef struct RtCudaImage {
	int family, arch, ptx;
	const unsigned char *data, *end;
} RtCudaImage;

typedef struct RtCudaLaunch {
	const char *kernel;
	int family;
	unsigned grid[3], block, smem;
	const char *node; /* what it computes, for messages */
} RtCudaLaunch;

/* Parameter number `param` goes to byte `at` of the weights. */
typedef struct RtCudaUpload {
	int param;
	int64_t at;
} RtCudaUpload;

/* An output: float32, dense, at a byte of the arena, of the output buffer or of the state. */
enum { RT_CUDA_ARENA, RT_CUDA_OUT, RT_CUDA_STATE };
typedef struct RtCudaOutput {
	int space;
	int64_t at;
} RtCudaOutput;

typedef struct RtCudaGraph {
	int first, nlaunches;  /* of RtCudaProgram.launches */
	const int64_t *inputs; /* byte of each input in the input buffer */
	const RtCudaOutput *outputs;
	double bytes; /* weights as stored, inputs and outputs: what a run cannot but move */
} RtCudaGraph;

typedef struct RtCudaProgram {
	const RtModel *model;
	const char *toolkit; /* "nvrtc 13.0": its version bounds the PTX */
	int toolkit_version; /* 13000 */
	int nfamilies, nimages;
	const RtCudaImage *images;
	int nload, nlaunches; /* launches[0 .. nload) run once, when weights are loaded */
	const RtCudaLaunch *launches;
	const RtCudaGraph *graphs; /* as many as the model's */
	int nuploads;
	const RtCudaUpload *uploads;
	int64_t param_bytes, load_bytes, arena_bytes, in_bytes, out_bytes;
	/* Of a program for training: byte of each of RtModel.state, parameters first in their
	 * order; the launch that turns 16-bit audio into the input of the features graph, -1: none.
	 */
	int64_t state_bytes;
	const int64_t *state;
	int pcm;
	int poison; /* fill the arena with NaN before each run: for tests */
} RtCudaProgram;

/* The functions of RtOps; open needs the program, too. */
RtStatus rt_cuda_open(void **self, const RtCudaProgram *p, const float *const *params,
		      RtError *err);
RtStatus rt_cuda_run(void *self, int graph, const float *const *in, float *const *out,
		     RtError *err);
RtStatus rt_cuda_get_state(void *self, int i, float *out, RtError *err);
RtStatus rt_cuda_set_state(void *self, int i, const float *in, RtError *err);
RtStatus rt_cuda_refresh(void *self, RtError *err);
RtStatus rt_cuda_slot(void *self, int slot, RtSlot *out, RtError *err);
RtStatus rt_cuda_send(void *self, int slot, int wide, RtError *err);
RtStatus rt_cuda_step(void *self, int slot, const float *const *in, float *const *out,
		      RtError *err);
RtStatus rt_cuda_infer(void *self, const float *const *in, float *const *out, RtError *err);
RtStatus rt_cuda_time(void *self, int graph, int n, int isolated, double *seconds, RtError *err);
RtRoof rt_cuda_roof(void *self, int graph);
void rt_cuda_close(void *self);
const char *rt_cuda_device(void *self);
uint64_t rt_cuda_memory(const void *self);

/* Mean seconds of each launch of the graph, repeated n times by itself: nlaunches numbers. */
RtStatus rt_cuda_profile(void *self, int graph, int n, double *seconds, RtError *err);

/* Number of usable GPUs and, in *arch, the first one's architecture (90); 0 without a driver. */
int rt_cuda_devices(int *arch);

#ifdef __cplusplus
}
#endif
#endif
