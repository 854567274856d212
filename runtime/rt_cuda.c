/* rt_cuda.c: runs emitted CUDA programs through the driver, which is opened when a program is.
 *
 * All work goes to one stream in launch order; addresses never change, so the captured graph of
 * each entry point is valid for the life of the program. */
#include "rt_cuda_internal.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

RtStatus cu_fail(const Rt *r, CuResult code, const char *what, RtError *err)
{
	const char *name = "?", *text = "?";
	r->cu.error_name(code, &name);
	r->cu.error_string(code, &text);
	return rt_fail(err, RT_DEVICE, "%s: %s (%s)", what, text, name);
}

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

RtStatus cu_take(Rt *r, CuPtr *p, int64_t bytes, const char *what, RtError *err)
{
	const size_t n = bytes > 0 ? (size_t)bytes : 256;
	const CuResult code = r->cu.alloc(p, n);
	if (code == 0) {
		r->taken += n;
		return RT_OK;
	}
	cu_fail(r, code, what, err);
	rt_error_append(err, "; %.1f MB were wanted", (double)n / 1e6);
	return RT_DEVICE;
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

RtStatus cu_launch(Rt *r, int i, Mem *mem, RtError *err)
{
	const RtCudaLaunch *l = &r->program->launches[i];
	void *args[] = {mem};
	const CuResult code = r->cu.launch(r->function[i], l->grid[0], l->grid[1], l->grid[2],
					   l->block, 1, 1, l->smem, r->stream, args, NULL);
	if (code == 0)
		return RT_OK;
	cu_fail(r, code, l->kernel, err);
	rt_error_append(err, ", computing %s", l->node);
	return RT_DEVICE;
}

RtStatus cu_prepare(Rt *r, RtError *err)
{
	for (int i = 0; i < r->program->nload; i++)
		PASS_ON(cu_launch(r, i, &r->mem, err));
	TRY(r, stream_wait(r->stream), "preparing weights");
	return RT_OK;
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
	return cu_prepare(r, err);
}

static RtStatus launch_all(Rt *r, const RtCudaGraph *g, Mem *mem, RtError *err)
{
	for (int i = 0; i < g->nlaunches; i++)
		PASS_ON(cu_launch(r, g->first + i, mem, err));
	return RT_OK;
}

size_t cu_tensor_bytes(const RtTensor *t)
{
	return (size_t)rt_tensor_numel(t) * sizeof(float);
}

CuPtr cu_output_at(const Rt *r, const RtCudaGraph *g, int i)
{
	const CuPtr base[] = {[RT_CUDA_ARENA] = r->mem.arena,
			      [RT_CUDA_OUT] = r->mem.out,
			      [RT_CUDA_STATE] = r->mem.state};
	return base[g->outputs[i].space] + (CuPtr)g->outputs[i].at;
}

int cu_fed_by(const RtModel *m, int features, int next, int i)
{
	const RtGraph *f = &m->graphs[features];
	const RtTensor *t = &m->graphs[next].inputs[i];
	const int from = rt_feeding_output(f, t->name);
	const bool fits =
	    from >= 0 && rt_same_shape(t, f->outputs[from].rank, f->outputs[from].dim);
	return fits ? from : -1;
}

void cu_find_chain(const RtModel *m, int *features, int *main)
{
	*features = rt_graph_find(m, "features");
	*main = rt_graph_find(m, "main");
	for (int i = 0; *features >= 0 && *main >= 0 && i < m->graphs[*main].ninputs; i++)
		if (cu_fed_by(m, *features, *main, i) < 0)
			*main = -1;
}

RtStatus cu_launch_chain(Rt *r, int features, int next, Mem *mem, RtError *err)
{
	const RtModel *m = r->program->model;
	const RtCudaGraph *f = &r->program->graphs[features], *g = &r->program->graphs[next];
	PASS_ON(launch_all(r, f, &r->mem, err));
	for (int i = 0; i < m->graphs[next].ninputs; i++) {
		const int from = cu_fed_by(m, features, next, i);
		if (from >= 0)
			TRY(r,
			    copy(mem->in + (CuPtr)g->inputs[i], cu_output_at(r, f, from),
				 cu_tensor_bytes(&m->graphs[next].inputs[i]), r->stream),
			    "passing features on");
	}
	return launch_all(r, g, mem, err);
}

/* Graph number `which`; behind the last features and main as one. */
static RtStatus record(Rt *r, int which, RtError *err)
{
	int features, main;
	if (which < r->program->model->ngraphs)
		return launch_all(r, &r->program->graphs[which], &r->mem, err);
	Mem mem = r->mem;
	mem.in = r->made;
	cu_find_chain(r->program->model, &features, &main);
	return cu_launch_chain(r, features, main, &mem, err);
}

RtStatus cu_capture(Rt *r, CuHandle *graph, CuRecord *launches, int which, RtError *err)
{
	CuHandle captured = NULL;
	TRY(r, capture_begin(r->stream, CAPTURE_RELAXED), "recording the launches");
	const RtStatus status = launches(r, which, err);
	const CuResult code = r->cu.capture_end(r->stream, &captured);
	if (status != RT_OK || code != 0) {
		if (captured)
			r->cu.graph_destroy(captured);
		return status != RT_OK ? status : cu_fail(r, code, "recording the launches", err);
	}
	const CuResult made = r->cu.graph_make(graph, captured, 0);
	r->cu.graph_destroy(captured);
	return made == 0 ? RT_OK : cu_fail(r, made, "making a CUDA graph", err);
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

RtStatus cu_results(Rt *r, int graph, float *const *out, RtError *err)
{
	const RtGraph *g = &r->program->model->graphs[graph];
	for (int i = 0; i < g->noutputs; i++)
		if (out[i])
			TRY(r,
			    download(out[i], cu_output_at(r, &r->program->graphs[graph], i),
				     cu_tensor_bytes(&g->outputs[i]), r->stream),
			    "copying outputs from the GPU");
	TRY(r, stream_wait(r->stream), "running the kernels");
	return RT_OK;
}

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
