/* launch.c: memory, launches and captured graphs of a CUDA program. */
#include "runtime/cuda/cuda.h"

#include <stdlib.h>
#include <string.h>

RtStatus cu_fail(const Rt *r, CuResult code, const char *what, RtError *err)
{
	const char *name = "?", *text = "?";
	r->cu.error_name(code, &name);
	r->cu.error_string(code, &text);
	return rt_fail(err, RT_DEVICE, "%s: %s (%s)", what, text, name);
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

RtStatus cu_launch_all(Rt *r, const RtCudaGraph *g, Mem *mem, RtError *err)
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
	PASS_ON(cu_launch_all(r, f, &r->mem, err));
	for (int i = 0; i < m->graphs[next].ninputs; i++) {
		const int from = cu_fed_by(m, features, next, i);
		if (from >= 0)
			TRY(r,
			    copy(mem->in + (CuPtr)g->inputs[i], cu_output_at(r, f, from),
				 cu_tensor_bytes(&m->graphs[next].inputs[i]), r->stream),
			    "passing features on");
	}
	return cu_launch_all(r, g, mem, err);
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
