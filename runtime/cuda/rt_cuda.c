/* rt_cuda.c: runs emitted CUDA programs through the driver, which is opened when a program is.
 *
 * All work goes to one stream in launch order; addresses never change, so the captured graph of
 * each entry point is valid for the life of the program. */
#include "runtime/cuda/cuda.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

/* ---- driver and device ---- */

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
	for (int i = 0; i < p->nimages; i++) {
		const RtCudaImage *m = &p->images[i];
		if (m->family != family || !m->ptx)
			continue;
		rt_error_append(err, " and PTX of sm_%d, ", m->arch);
		if (m->arch > r->arch)
			rt_error_append(err, "which is newer");
		else
			rt_error_append(err,
					"which needs a driver for CUDA %d.%d (this one: %d.%d)",
					p->toolkit_version / 1000, p->toolkit_version % 1000 / 10,
					r->version / 1000, r->version % 1000 / 10);
	}
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

/* ---- code, memory ---- */

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
			return cu_fail(r, code, "loading kernels", err);
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

static RtStatus take_memory(Rt *r, RtError *err)
{
	const RtCudaProgram *p = r->program;
	PASS_ON(cu_take(r, &r->mem.arena, p->arena_bytes, "memory for activations", err));
	PASS_ON(cu_take(r, &r->mem.load, p->load_bytes, "memory for packed weights", err));
	PASS_ON(cu_take(r, &r->mem.params, p->param_bytes, "memory for weights", err));
	PASS_ON(cu_take(r, &r->mem.in, p->in_bytes, "memory for inputs", err));
	PASS_ON(cu_take(r, &r->made, p->in_bytes, "memory for features", err));
	PASS_ON(cu_take(r, &r->mem.out, p->out_bytes, "memory for outputs", err));
	/* Defined contents, so that timing before the first run sees numbers. */
	TRY(r, fill(r->mem.in, 0, p->in_bytes > 0 ? (size_t)p->in_bytes : 256, r->stream),
	    "inputs");
	return RT_OK;
}

/* ---- launches -------------------------------------------------------------------------------- */

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
	return cu_prepare(r, err);
}

/* Graph number `which`; behind the last features and main as one. */
static RtStatus record(Rt *r, int which, RtError *err)
{
	int features, main;
	if (which < r->program->model->ngraphs)
		return cu_launch_all(r, &r->program->graphs[which], &r->mem, err);
	Mem mem = r->mem;
	mem.in = r->made;
	cu_find_chain(r->program->model, &features, &main);
	return cu_launch_chain(r, features, main, &mem, err);
}

static RtStatus open_program(Rt *r, const float *const *params, RtError *err)
{
	const int ngraphs = r->program->model->ngraphs;
	int features, main;
	cu_find_chain(r->program->model, &features, &main);
	r->graph = rt_alloc((uint64_t)ngraphs + 1, sizeof *r->graph);
	if (!r->graph)
		return rt_no_memory(err);
	PASS_ON(device_open(r, err));
	PASS_ON(load_modules(r, err));
	PASS_ON(find_functions(r, err));
	PASS_ON(take_memory(r, err));
	PASS_ON(load_weights(r, params, err));
	PASS_ON(cu_state_open(r, params, err));
	for (int g = 0; g < ngraphs + (features >= 0 && main >= 0); g++)
		PASS_ON(cu_capture(r, &r->graph[g], record, g, err));
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
		cu_slots_close(r);
		const CuPtr mem[] = {r->mem.arena, r->mem.load, r->mem.params, r->mem.in,
				     r->made,      r->mem.out,  r->mem.state};
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
	const RtGraph *from = &p->model->graphs[first];
	TRY(r, context_set(r->context), "using the GPU");
	if (p->poison && p->arena_bytes > 0)
		TRY(r, fill(r->mem.arena, 0xff, (size_t)p->arena_bytes, r->stream), "poison");
	for (int i = 0; i < from->ninputs; i++)
		TRY(r,
		    upload(r->mem.in + (CuPtr)p->graphs[first].inputs[i], in[i],
			   cu_tensor_bytes(&from->inputs[i]), r->stream),
		    "copying inputs to the GPU");
	TRY(r, graph_launch(r->graph[graph], r->stream), "running the kernels");
	return cu_results(r, last, out, err);
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
	cu_find_chain(r->program->model, &features, &main);
	if (!r->graph[whole])
		return rt_fail(err, RT_BUG, "the features graph does not feed main");
	return replay(r, whole, features, main, in, out, err);
}

uint64_t rt_cuda_memory(const void *self)
{
	return ((const Rt *)self)->taken;
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
