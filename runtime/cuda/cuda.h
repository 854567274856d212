/* cuda.h: what the files of the CUDA runtime share. The driver's functions are declared
 * here, so that nothing of CUDA is needed to build or link. */
#ifndef SELDRT_CUDA_CUDA_H
#define SELDRT_CUDA_CUDA_H

#include "runtime/core/core.h"
#include "runtime/rt_cuda.h"

typedef int CuResult, CuDevice;
typedef unsigned long long CuPtr;
typedef struct CuObject *CuHandle; /* context, module, function, stream, event, graph */

enum {
	ATTR_CLOCK = 13, /* kHz */
	ATTR_SMS = 16,
	ATTR_MEMORY_CLOCK = 36, /* kHz */
	ATTR_BUS_WIDTH = 37,    /* bits */
	ATTR_MAJOR = 75,
	ATTR_MINOR = 76,
	ATTR_SMEM_OPTIN = 97,
	FUNC_DYNAMIC_SMEM = 8,
	CAPTURE_RELAXED = 2,
	STREAM_NON_BLOCKING = 1,
	EVENT_DISABLE_TIMING = 2,
};

/* Name in libcuda, name here, parameters. */
#define DRIVER(X)                                                                                  \
	X(cuInit, init, (unsigned))                                                                \
	X(cuDriverGetVersion, version, (int *))                                                    \
	X(cuDeviceGetCount, device_count, (int *))                                                 \
	X(cuDeviceGet, device_get, (CuDevice *, int))                                              \
	X(cuDeviceGetName, device_name, (char *, int, CuDevice))                                   \
	X(cuDeviceGetAttribute, attribute, (int *, int, CuDevice))                                 \
	X(cuDevicePrimaryCtxRetain, context_retain, (CuHandle *, CuDevice))                        \
	X(cuDevicePrimaryCtxRelease_v2, context_release, (CuDevice))                               \
	X(cuCtxSetCurrent, context_set, (CuHandle))                                                \
	X(cuModuleLoadData, module_load, (CuHandle *, const void *))                               \
	X(cuModuleUnload, module_unload, (CuHandle))                                               \
	X(cuModuleGetFunction, module_function, (CuHandle *, CuHandle, const char *))              \
	X(cuFuncSetAttribute, function_set, (CuHandle, int, int))                                  \
	X(cuMemAlloc_v2, alloc, (CuPtr *, size_t))                                                 \
	X(cuMemFree_v2, free, (CuPtr))                                                             \
	X(cuMemHostAlloc, host_alloc, (void **, size_t, unsigned))                                 \
	X(cuMemFreeHost, host_free, (void *))                                                      \
	X(cuMemcpyHtoDAsync_v2, upload, (CuPtr, const void *, size_t, CuHandle))                   \
	X(cuMemcpyDtoHAsync_v2, download, (void *, CuPtr, size_t, CuHandle))                       \
	X(cuMemcpyDtoDAsync_v2, copy, (CuPtr, CuPtr, size_t, CuHandle))                            \
	X(cuMemsetD8Async, fill, (CuPtr, unsigned char, size_t, CuHandle))                         \
	X(cuStreamCreate, stream_create, (CuHandle *, unsigned))                                   \
	X(cuStreamDestroy_v2, stream_destroy, (CuHandle))                                          \
	X(cuStreamSynchronize, stream_wait, (CuHandle))                                            \
	X(cuStreamWaitEvent, stream_wait_event, (CuHandle, CuHandle, unsigned))                    \
	X(cuStreamBeginCapture_v2, capture_begin, (CuHandle, int))                                 \
	X(cuStreamEndCapture, capture_end, (CuHandle, CuHandle *))                                 \
	X(cuGraphInstantiateWithFlags, graph_make, (CuHandle *, CuHandle, unsigned long long))     \
	X(cuGraphLaunch, graph_launch, (CuHandle, CuHandle))                                       \
	X(cuGraphDestroy, graph_destroy, (CuHandle))                                               \
	X(cuGraphExecDestroy, graph_exec_destroy, (CuHandle))                                      \
	X(cuEventCreate, event_create, (CuHandle *, unsigned))                                     \
	X(cuEventRecord, event_record, (CuHandle, CuHandle))                                       \
	X(cuEventSynchronize, event_wait, (CuHandle))                                              \
	X(cuEventElapsedTime, event_elapsed, (float *, CuHandle, CuHandle))                        \
	X(cuEventDestroy_v2, event_destroy, (CuHandle))                                            \
	X(cuLaunchKernel, launch,                                                                  \
	  (CuHandle, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned,         \
	   CuHandle, void **, void **))                                                            \
	X(cuGetErrorName, error_name, (CuResult, const char **))                                   \
	X(cuGetErrorString, error_string, (CuResult, const char **))

typedef struct Driver {
	void *library;
#define FIELD(symbol, name, params) CuResult(*name) params;
	DRIVER(FIELD)
#undef FIELD
} Driver;

/* As struct Mem of the kernels. */
typedef struct Mem {
	CuPtr arena, load, params, in, out, state, pcm;
} Mem;

/* A batch on its way from audio to a step of the optimiser. */
typedef struct Slot {
	void *host;    /* pinned: audio, then `first`, then `in` */
	float **first; /* by input of the graph "features"; audio as float in place of 16 bits */
	float **in;    /* by input of the step; NULL: made by the graph "features" */
	CuPtr device;  /* the step's inputs, then audio, then `first` */
	CuHandle graph[2]; /* features and step; of 16-bit audio, of float */
	bool wide;         /* which one */
	CuHandle sent;     /* event: everything has arrived */
	bool open;
} Slot;

typedef struct Rt {
	const RtCudaProgram *program;
	Driver cu;
	CuDevice device;
	bool has_context;
	int arch, version;
	char name[256], line[320];
	CuHandle context, stream;
	CuHandle *module;   /* by family; NULL: not needed */
	CuHandle *function; /* by launch */
	CuHandle *graph; /* by graph of the model; behind them features and main as one, or NULL */
	Mem mem;
	CuPtr made;    /* inputs of main, made by features */
	CuHandle side; /* stream of the slots' transfers */
	Slot slot[RT_SLOTS];
	uint64_t taken; /* bytes of device memory */
} Rt;

#define TRY(r, call, what)                                                                         \
	do {                                                                                       \
		const CuResult code_ = (r)->cu.call;                                               \
		if (code_ != 0)                                                                    \
			return cu_fail(r, code_, what, err);                                       \
	} while (0)

#define PASS_ON(call)                                                                              \
	do {                                                                                       \
		const RtStatus status_ = (call);                                                   \
		if (status_ != RT_OK)                                                              \
			return status_;                                                            \
	} while (0)

/* ---- launch.c ---- */

RtStatus cu_fail(const Rt *r, CuResult code, const char *what, RtError *err);
/* At least 256 bytes of device memory. */
RtStatus cu_take(Rt *r, CuPtr *p, int64_t bytes, const char *what, RtError *err);
RtStatus cu_launch(Rt *r, int i, Mem *mem, RtError *err);
size_t cu_tensor_bytes(const RtTensor *t);
CuPtr cu_output_at(const Rt *r, const RtCudaGraph *g, int i);
/* Copies the wanted outputs of a graph to the host, and waits. */
RtStatus cu_results(Rt *r, int graph, float *const *out, RtError *err);
/* Graphs features and main, or -1 where one is missing or does not feed the other. */
void cu_find_chain(const RtModel *m, int *features, int *main);
/* The output of the features graph that makes input i of graph `next`, or -1. */
int cu_fed_by(const RtModel *m, int features, int next, int i);
/* All launches of the graph. */
RtStatus cu_launch_all(Rt *r, const RtCudaGraph *g, Mem *mem, RtError *err);
/* Features, a copy of what `next` wants of it to mem->in, then `next` on mem. */
RtStatus cu_launch_chain(Rt *r, int features, int next, Mem *mem, RtError *err);
/* What `launches` puts into the stream, for `which`, becomes a graph. */
typedef RtStatus CuRecord(Rt *r, int which, RtError *err);
RtStatus cu_capture(Rt *r, CuHandle *graph, CuRecord *launches, int which, RtError *err);
/* Packed weights and the like from r->mem.params. */
RtStatus cu_prepare(Rt *r, RtError *err);

/* ---- rt_cuda_train.c ---- */

/* Does nothing for a program that keeps no state. */
RtStatus cu_state_open(Rt *r, const float *const *params, RtError *err);
void cu_slots_close(Rt *r);

#endif
