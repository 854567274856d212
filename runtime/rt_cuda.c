/* rt_cuda.c: runs emitted CUDA programs through the driver, which is opened when a program is.
 *
 * The driver's functions are declared here, so that nothing of CUDA is needed to build or link.
 * All work goes to one stream in launch order; addresses never change, so the captured graph of
 * each entry point is valid for the life of the program. */
#include "rt_cuda.h"
#include "internal.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

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
	X(cuMemcpyHtoDAsync_v2, upload, (CuPtr, const void *, size_t, CuHandle))                   \
	X(cuMemcpyDtoHAsync_v2, download, (void *, CuPtr, size_t, CuHandle))                       \
	X(cuMemcpyDtoDAsync_v2, copy, (CuPtr, CuPtr, size_t, CuHandle))                            \
	X(cuMemsetD8Async, fill, (CuPtr, unsigned char, size_t, CuHandle))                         \
	X(cuStreamCreate, stream_create, (CuHandle *, unsigned))                                   \
	X(cuStreamDestroy_v2, stream_destroy, (CuHandle))                                          \
	X(cuStreamSynchronize, stream_wait, (CuHandle))                                            \
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
	CuPtr arena, load, params, in, out;
} Mem;

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
	CuPtr made; /* inputs of main, made by features */
} Rt;

static RtStatus cuda_fail(const Rt *r, CuResult code, const char *what, RtError *err)
{
	const char *name = "?", *text = "?";
	r->cu.error_name(code, &name);
	r->cu.error_string(code, &text);
	return rt_fail(err, RT_DEVICE, "%s: %s (%s)", what, text, name);
}

#define TRY(r, call, what)                                                                         \
	do {                                                                                       \
		const CuResult code_ = (r)->cu.call;                                               \
		if (code_ != 0)                                                                    \
			return cuda_fail(r, code_, what, err);                                     \
	} while (0)

#define PASS_ON(call)                                                                              \
	do {                                                                                       \
		const RtStatus status_ = (call);                                                   \
		if (status_ != RT_OK)                                                              \
			return status_;                                                            \
	} while (0)

/* ---- driver and device ------------------------------------------------------------------------
 */

static RtStatus driver_open(Driver *d, RtError *err)
{
	d->library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
	if (!d->library)
		return rt_fail(err, RT_DEVICE, "no NVIDIA driver: %s", dlerror());
#define LOAD(symbol, name, params)                                                                 \
	*(void **)&d->name = dlsym(d->library, #symbol);                                           \
	if (!d->name)                                                                              \
		return rt_fail(err, RT_DEVICE, "the NVIDIA driver is too old: it has no " #symbol);
	DRIVER(LOAD)
#undef LOAD
	return RT_OK;
}

/* Families that launches need. */
static bool family_used(const RtCudaProgram *p, int family)
{
	for (int i = 0; i < p->nlaunches; i++)
		if (p->launches[i].family == family)
			return true;
	return false;
}

/* Machine code runs on its own major version from its minor on; PTX on all from its own on, if the
 * driver is not older than the compiler. NULL: none fits. */
static const RtCudaImage *find_image(const RtCudaProgram *p, int family, int arch, int version)
{
	const RtCudaImage *best = NULL;
	for (int i = 0; i < p->nimages; i++) {
		const RtCudaImage *m = &p->images[i];
		if (m->family != family || m->arch > arch)
			continue;
		if (m->ptx ? version < p->toolkit_version : m->arch / 10 != arch / 10)
			continue;
		if (!best || best->ptx > m->ptx || (best->ptx == m->ptx && best->arch < m->arch))
			best = m;
	}
	return best;
}

static RtStatus fail_arch(const Rt *r, int family, RtError *err)
{
	const RtCudaProgram *p = r->program;
	rt_fail(err, RT_DEVICE, "the GPU '%s' is sm_%d, but this program has machine code for",
		r->name, r->arch);
	const char *sep = " ";
	for (int i = 0; i < p->nimages; i++)
		if (p->images[i].family == family && !p->images[i].ptx) {
			rt_error_append(err, "%ssm_%d", sep, p->images[i].arch);
			sep = ", ";
		}
	if (sep[0] == ' ')
		rt_error_append(err, " none");
	for (int i = 0; i < p->nimages; i++)
		if (p->images[i].family == family && p->images[i].ptx)
			rt_error_append(
			    err,
			    " and PTX of sm_%d, which needs a driver for CUDA %d.%d (this one: "
			    "%d.%d)",
			    p->images[i].arch, p->toolkit_version / 1000,
			    p->toolkit_version % 1000 / 10, r->version / 1000,
			    r->version % 1000 / 10);
	return RT_DEVICE;
}

static RtStatus device_open(Rt *r, RtError *err)
{
	int count = 0, major = 0, minor = 0;
	PASS_ON(driver_open(&r->cu, err));
	TRY(r, init(0), "CUDA cannot start");
	TRY(r, version(&r->version), "driver version");
	TRY(r, device_count(&count), "counting GPUs");
	if (count == 0)
		return rt_fail(err, RT_DEVICE, "there is no NVIDIA GPU here");
	TRY(r, device_get(&r->device, 0), "first GPU");
	TRY(r, device_name(r->name, (int)sizeof r->name, r->device), "name of the GPU");
	TRY(r, attribute(&major, ATTR_MAJOR, r->device), "architecture of the GPU");
	TRY(r, attribute(&minor, ATTR_MINOR, r->device), "architecture of the GPU");
	r->arch = major * 10 + minor;
	snprintf(r->line, sizeof r->line, "%s (sm_%d), driver for CUDA %d.%d", r->name, r->arch,
		 r->version / 1000, r->version % 1000 / 10);
	for (int f = 0; f < r->program->nfamilies; f++)
		if (family_used(r->program, f) && !find_image(r->program, f, r->arch, r->version))
			return fail_arch(r, f, err);
	TRY(r, context_retain(&r->context, r->device), "cannot use the GPU");
	r->has_context = true;
	TRY(r, context_set(r->context), "cannot use the GPU");
	TRY(r, stream_create(&r->stream, STREAM_NON_BLOCKING), "making a stream");
	return RT_OK;
}

/* ---- code, memory ------------------------------------------------------------------------------
 */

static RtStatus load_modules(Rt *r, RtError *err)
{
	const RtCudaProgram *p = r->program;
	r->module = rt_alloc((uint64_t)p->nfamilies, sizeof *r->module);
	if (!r->module)
		return rt_no_memory(err);
	for (int f = 0; f < p->nfamilies; f++) {
		const RtCudaImage *m = find_image(p, f, r->arch, r->version);
		if (!m || !family_used(p, f))
			continue;
		/* The driver reads PTX as a string, and either may stand unaligned in the program.
		 */
		const size_t n = (size_t)(m->end - m->data);
		char *copy = rt_alloc(n + 1, 1);
		if (!copy)
			return rt_no_memory(err);
		memcpy(copy, m->data, n);
		const CuResult code = r->cu.module_load(&r->module[f], copy);
		free(copy);
		if (code != 0)
			return cuda_fail(r, code, "loading kernels", err);
	}
	return RT_OK;
}

static RtStatus find_functions(Rt *r, RtError *err)
{
	const RtCudaProgram *p = r->program;
	int most = 0;
	r->function = rt_alloc((uint64_t)p->nlaunches, sizeof *r->function);
	if (!r->function)
		return rt_no_memory(err);
	TRY(r, attribute(&most, ATTR_SMEM_OPTIN, r->device), "shared memory of the GPU");
	for (int i = 0; i < p->nlaunches; i++) {
		const RtCudaLaunch *l = &p->launches[i];
		TRY(r, module_function(&r->function[i], r->module[l->family], l->kernel),
		    l->kernel);
		if (l->smem > (unsigned)most)
			return rt_fail(
			    err, RT_DEVICE,
			    "%s (%s) needs %u bytes of shared memory, the GPU '%s' has %d",
			    l->kernel, l->node, l->smem, r->name, most);
		if (l->smem > 48 * 1024)
			TRY(r, function_set(r->function[i], FUNC_DYNAMIC_SMEM, (int)l->smem),
			    l->kernel);
	}
	return RT_OK;
}

static RtStatus take(Rt *r, CuPtr *p, int64_t bytes, const char *what, RtError *err)
{
	const size_t n = bytes > 0 ? (size_t)bytes : 256;
	const CuResult code = r->cu.alloc(p, n);
	if (code == 0)
		return RT_OK;
	cuda_fail(r, code, what, err);
	rt_error_append(err, "; %.1f MB were wanted", (double)n / 1e6);
	return RT_DEVICE;
}

static RtStatus take_memory(Rt *r, RtError *err)
{
	const RtCudaProgram *p = r->program;
	PASS_ON(take(r, &r->mem.arena, p->arena_bytes, "memory for activations", err));
	PASS_ON(take(r, &r->mem.load, p->load_bytes, "memory for packed weights", err));
	PASS_ON(take(r, &r->mem.params, p->param_bytes, "memory for weights", err));
	PASS_ON(take(r, &r->mem.in, p->in_bytes, "memory for inputs", err));
	PASS_ON(take(r, &r->made, p->in_bytes, "memory for features", err));
	PASS_ON(take(r, &r->mem.out, p->out_bytes, "memory for outputs", err));
	/* Defined contents, so that timing before the first run sees numbers. */
	TRY(r, fill(r->mem.in, 0, p->in_bytes > 0 ? (size_t)p->in_bytes : 256, r->stream),
	    "inputs");
	return RT_OK;
}

/* ---- launches -------------------------------------------------------------------------------- */

static RtStatus launch_on(Rt *r, int i, Mem *mem, RtError *err)
{
	const RtCudaLaunch *l = &r->program->launches[i];
	void *args[] = {mem};
	const CuResult code = r->cu.launch(r->function[i], l->grid[0], l->grid[1], l->grid[2],
					   l->block, 1, 1, l->smem, r->stream, args, NULL);
	if (code == 0)
		return RT_OK;
	cuda_fail(r, code, l->kernel, err);
	rt_error_append(err, ", computing %s", l->node);
	return RT_DEVICE;
}

static RtStatus launch(Rt *r, int i, RtError *err)
{
	return launch_on(r, i, &r->mem, err);
}

static RtStatus load_weights(Rt *r, const float *const *params, RtError *err)
{
	const RtCudaProgram *p = r->program;
	for (int i = 0; i < p->nuploads; i++) {
		const RtCudaUpload *u = &p->uploads[i];
		const size_t n =
		    (size_t)rt_tensor_numel(&p->model->params[u->param].tensor) * sizeof(float);
		TRY(r, upload(r->mem.params + (CuPtr)u->at, params[u->param], n, r->stream),
		    "copying weights to the GPU");
	}
	for (int i = 0; i < p->nload; i++)
		PASS_ON(launch(r, i, err));
	TRY(r, stream_wait(r->stream), "preparing weights");
	return RT_OK;
}

static RtStatus launch_all(Rt *r, const RtCudaGraph *g, Mem *mem, RtError *err)
{
	for (int i = 0; i < g->nlaunches; i++)
		PASS_ON(launch_on(r, g->first + i, mem, err));
	return RT_OK;
}

static size_t tensor_bytes(const RtTensor *t)
{
	return (size_t)rt_tensor_numel(t) * sizeof(float);
}

static CuPtr output_at(const Rt *r, const RtCudaGraph *g, int i)
{
	return (g->outputs[i].in_arena ? r->mem.arena : r->mem.out) + (CuPtr)g->outputs[i].at;
}

/* Graphs features and main, or -1 where one is missing or does not feed the other. */
static void find_chain(const RtModel *m, int *features, int *main)
{
	*features = rt_graph_find(m, "features");
	*main = rt_graph_find(m, "main");
	for (int i = 0; *features >= 0 && *main >= 0 && i < m->graphs[*main].ninputs; i++) {
		const RtGraph *f = &m->graphs[*features];
		const RtTensor *t = &m->graphs[*main].inputs[i];
		const int from = rt_feeding_output(f, t->name);
		if (from < 0 || !rt_same_shape(t, f->outputs[from].rank, f->outputs[from].dim))
			*main = -1;
	}
}

/* Features, a copy of what main wants of it out of its arena, main. */
static RtStatus launch_chain(Rt *r, int features, int main, RtError *err)
{
	const RtModel *m = r->program->model;
	const RtCudaGraph *f = &r->program->graphs[features], *g = &r->program->graphs[main];
	Mem mem = r->mem;
	mem.in = r->made;
	PASS_ON(launch_all(r, f, &r->mem, err));
	for (int i = 0; i < m->graphs[main].ninputs; i++) {
		const RtTensor *t = &m->graphs[main].inputs[i];
		const int from = rt_feeding_output(&m->graphs[features], t->name);
		TRY(r,
		    copy(r->made + (CuPtr)g->inputs[i], output_at(r, f, from), tensor_bytes(t),
			 r->stream),
		    "passing features on");
	}
	return launch_all(r, g, &mem, err);
}

/* Records graph `graph`; its number behind the last: both in a chain. */
static RtStatus record(Rt *r, int graph, RtError *err)
{
	int features, main;
	if (graph < r->program->model->ngraphs)
		return launch_all(r, &r->program->graphs[graph], &r->mem, err);
	find_chain(r->program->model, &features, &main);
	return launch_chain(r, features, main, err);
}

static RtStatus capture(Rt *r, int graph, RtError *err)
{
	CuHandle captured = NULL;
	TRY(r, capture_begin(r->stream, CAPTURE_RELAXED), "recording the launches");
	const RtStatus status = record(r, graph, err);
	const CuResult code = r->cu.capture_end(r->stream, &captured);
	if (status != RT_OK || code != 0) {
		if (captured)
			r->cu.graph_destroy(captured);
		return status != RT_OK ? status : cuda_fail(r, code, "recording the launches", err);
	}
	const CuResult made = r->cu.graph_make(&r->graph[graph], captured, 0);
	r->cu.graph_destroy(captured);
	return made == 0 ? RT_OK : cuda_fail(r, made, "making a CUDA graph", err);
}

static RtStatus open_program(Rt *r, const float *const *params, RtError *err)
{
	const int ngraphs = r->program->model->ngraphs;
	int features, main;
	find_chain(r->program->model, &features, &main);
	r->graph = rt_alloc((uint64_t)ngraphs + 1, sizeof *r->graph);
	if (!r->graph)
		return rt_no_memory(err);
	PASS_ON(device_open(r, err));
	PASS_ON(load_modules(r, err));
	PASS_ON(find_functions(r, err));
	PASS_ON(take_memory(r, err));
	PASS_ON(load_weights(r, params, err));
	for (int g = 0; g < ngraphs + (features >= 0 && main >= 0); g++)
		PASS_ON(capture(r, g, err));
	return RT_OK;
}

RtStatus rt_cuda_open(void **self, const RtCudaProgram *p, const float *const *params, RtError *err)
{
	Rt *r = rt_alloc(1, sizeof *r);
	*self = NULL;
	if (!r)
		return rt_no_memory(err);
	r->program = p;
	const RtStatus status = open_program(r, params, err);
	if (status != RT_OK)
		rt_cuda_close(r);
	else
		*self = r;
	return status;
}

void rt_cuda_close(void *self)
{
	Rt *r = self;
	if (!r)
		return;
	if (r->has_context) {
		r->cu.context_set(r->context);
		for (int i = 0; r->graph && i <= r->program->model->ngraphs; i++)
			if (r->graph[i])
				r->cu.graph_exec_destroy(r->graph[i]);
		for (int i = 0; r->module && i < r->program->nfamilies; i++)
			if (r->module[i])
				r->cu.module_unload(r->module[i]);
		const CuPtr mem[] = {r->mem.arena, r->mem.load, r->mem.params,
				     r->mem.in,    r->made,     r->mem.out};
		for (size_t i = 0; i < RT_COUNT(mem); i++)
			if (mem[i])
				r->cu.free(mem[i]);
		if (r->stream)
			r->cu.stream_destroy(r->stream);
		r->cu.context_release(r->device);
	}
	if (r->cu.library)
		dlclose(r->cu.library);
	free(r->module);
	free(r->function);
	free(r->graph);
	free(r);
}

/* ---- runs ------------------------------------------------------------------------------------ */

/* Replays graph `graph` on the inputs of `first` for the outputs of `last`. */
static RtStatus replay(Rt *r, int graph, int first, int last, const float *const *in,
		       float *const *out, RtError *err)
{
	const RtCudaProgram *p = r->program;
	const RtGraph *from = &p->model->graphs[first], *to = &p->model->graphs[last];
	TRY(r, context_set(r->context), "using the GPU");
	if (p->poison && p->arena_bytes > 0)
		TRY(r, fill(r->mem.arena, 0xff, (size_t)p->arena_bytes, r->stream), "poison");
	for (int i = 0; i < from->ninputs; i++)
		TRY(r,
		    upload(r->mem.in + (CuPtr)p->graphs[first].inputs[i], in[i],
			   tensor_bytes(&from->inputs[i]), r->stream),
		    "copying inputs to the GPU");
	TRY(r, graph_launch(r->graph[graph], r->stream), "running the kernels");
	for (int i = 0; i < to->noutputs; i++)
		if (out[i])
			TRY(r,
			    download(out[i], output_at(r, &p->graphs[last], i),
				     tensor_bytes(&to->outputs[i]), r->stream),
			    "copying outputs from the GPU");
	TRY(r, stream_wait(r->stream), "running the kernels");
	return RT_OK;
}

RtStatus rt_cuda_run(void *self, int graph, const float *const *in, float *const *out, RtError *err)
{
	return replay(self, graph, graph, graph, in, out, err);
}

RtStatus rt_cuda_infer(void *self, const float *const *in, float *const *out, RtError *err)
{
	Rt *r = self;
	const int whole = r->program->model->ngraphs;
	int features, main;
	find_chain(r->program->model, &features, &main);
	if (!r->graph[whole])
		return rt_fail(err, RT_BUG, "the features graph does not feed main");
	return replay(r, whole, features, main, in, out, err);
}

static RtStatus time_isolated(Rt *r, int graph, int n, double *seconds, CuHandle *event,
			      RtError *err)
{
	for (int i = 0; i < n; i++) {
		float ms = 0;
		TRY(r, event_record(event[0], r->stream), "timing");
		TRY(r, graph_launch(r->graph[graph], r->stream), "timing");
		TRY(r, event_record(event[1], r->stream), "timing");
		TRY(r, event_wait(event[1]), "timing");
		TRY(r, event_elapsed(&ms, event[0], event[1]), "timing");
		seconds[i] = ms * 1e-3;
	}
	return RT_OK;
}

static RtStatus time_stream(Rt *r, int graph, int n, double *seconds, CuHandle *event, RtError *err)
{
	TRY(r, event_record(event[0], r->stream), "timing");
	for (int i = 0; i < n; i++) {
		TRY(r, graph_launch(r->graph[graph], r->stream), "timing");
		TRY(r, event_record(event[i + 1], r->stream), "timing");
	}
	TRY(r, stream_wait(r->stream), "timing");
	for (int i = 0; i < n; i++) {
		float ms = 0;
		TRY(r, event_elapsed(&ms, event[i], event[i + 1]), "timing");
		seconds[i] = ms * 1e-3;
	}
	return RT_OK;
}

static RtStatus make_events(Rt *r, int n, CuHandle *event, RtError *err)
{
	for (int i = 0; i < n; i++)
		TRY(r, event_create(&event[i], 0), "timing");
	return RT_OK;
}

RtStatus rt_cuda_time(void *self, int graph, int n, int isolated, double *seconds, RtError *err)
{
	Rt *r = self;
	TRY(r, context_set(r->context), "using the GPU");
	if (graph == RT_INFER)
		graph = r->program->model->ngraphs;
	const int nevents = isolated ? 2 : n + 1;
	CuHandle *event = rt_alloc((uint64_t)nevents, sizeof *event);
	if (!event)
		return rt_no_memory(err);
	RtStatus status = make_events(r, nevents, event, err);
	if (status == RT_OK)
		status = isolated ? time_isolated(r, graph, n, seconds, event, err)
				  : time_stream(r, graph, n, seconds, event, err);
	for (int i = 0; i < nevents; i++)
		if (event[i])
			r->cu.event_destroy(event[i]);
	free(event);
	return status;
}

/* ---- roofline ------------------------------------------------------------------------------ */

/* Dense multiply-accumulates of a multiprocessor a clock with sums in float32, from the vendor's
 * tables of each architecture: plain float32, tf32, bf16. */
static const struct {
	int arch;
	double fp32, tf32, bf16;
} peak[] = {{80, 64, 512, 1024},   {86, 128, 256, 512},    {89, 128, 256, 512},
	    {90, 128, 1024, 2048}, {100, 128, 2048, 4096}, {120, 128, 256, 512}};

/* Multiply-accumulates a second at the highest clock. */
static double peak_rate(const Rt *r, const char *precision)
{
	int sms = 0, khz = 0;
	size_t i = RT_COUNT(peak) - 1;
	while (i > 0 && peak[i].arch > r->arch)
		i--;
	const double each = strcmp(precision, "bf16") == 0   ? peak[i].bf16
			    : strcmp(precision, "tf32") == 0 ? peak[i].tf32
							     : peak[i].fp32;
	if (r->cu.attribute(&sms, ATTR_SMS, r->device) ||
	    r->cu.attribute(&khz, ATTR_CLOCK, r->device))
		return 0;
	return each * sms * khz * 1e3;
}

/* Bytes a second: two transfers a clock over the whole bus. */
static double memory_rate(const Rt *r)
{
	int khz = 0, bits = 0;
	if (r->cu.attribute(&khz, ATTR_MEMORY_CLOCK, r->device) ||
	    r->cu.attribute(&bits, ATTR_BUS_WIDTH, r->device))
		return 0;
	return 2e3 * khz * bits / 8;
}

static RtRoof roof_of(const Rt *r, int graph)
{
	const RtGraph *g = &r->program->model->graphs[graph];
	const char *precision =
	    strcmp(g->name, "features") == 0 ? "fp32" : r->program->model->precision;
	const double rate = peak_rate(r, precision), plain = peak_rate(r, "fp32");
	const double bytes = memory_rate(r), rest = g->flops - 2 * g->macs;
	const double products = rate > 0 ? g->macs / rate : 0,
		     others = plain > 0 ? rest / (2 * plain) : 0;
	return (RtRoof){products > others ? products : others,
			bytes > 0 ? r->program->graphs[graph].bytes / bytes : 0};
}

RtRoof rt_cuda_roof(void *self, int graph)
{
	const Rt *r = self;
	int features, main;
	if (graph != RT_INFER)
		return roof_of(r, graph);
	find_chain(r->program->model, &features, &main);
	const RtRoof a = roof_of(r, features), b = roof_of(r, main);
	return (RtRoof){a.arithmetic + b.arithmetic, a.memory + b.memory};
}

static RtStatus profile_launch(Rt *r, int i, int n, double *seconds, CuHandle *event, RtError *err)
{
	float ms = 0;
	PASS_ON(launch(r, i, err));
	TRY(r, event_record(event[0], r->stream), "timing");
	for (int k = 0; k < n; k++)
		PASS_ON(launch(r, i, err));
	TRY(r, event_record(event[1], r->stream), "timing");
	TRY(r, event_wait(event[1]), r->program->launches[i].kernel);
	TRY(r, event_elapsed(&ms, event[0], event[1]), "timing");
	*seconds = ms * 1e-3 / n;
	return RT_OK;
}

RtStatus rt_cuda_profile(void *self, int graph, int n, double *seconds, RtError *err)
{
	Rt *r = self;
	const RtCudaGraph *g = &r->program->graphs[graph];
	CuHandle event[2] = {NULL, NULL};
	TRY(r, context_set(r->context), "using the GPU");
	RtStatus status = make_events(r, 2, event, err);
	for (int i = 0; status == RT_OK && i < g->nlaunches; i++)
		status = profile_launch(r, g->first + i, n, &seconds[i], event, err);
	for (int i = 0; i < 2; i++)
		if (event[i])
			r->cu.event_destroy(event[i]);
	return status;
}

const char *rt_cuda_device(void *self)
{
	return ((Rt *)self)->line;
}

int rt_cuda_devices(int *arch)
{
	Driver d = {0};
	RtError err;
	int count = 0, major = 0, minor = 0;
	CuDevice first;
	*arch = 0;
	if (driver_open(&d, &err) == RT_OK && d.init(0) == 0 && d.device_count(&count) == 0 &&
	    count > 0 && d.device_get(&first, 0) == 0 &&
	    d.attribute(&major, ATTR_MAJOR, first) == 0 &&
	    d.attribute(&minor, ATTR_MINOR, first) == 0)
		*arch = major * 10 + minor;
	if (d.library)
		dlclose(d.library);
	return *arch ? count : 0;
}
