/* rt_cuda_train.c: training on a GPU. Weights and the optimiser's state live in device memory,
 * where the graph "step" renews them. A batch travels in a slot: 16-bit audio and targets cross to
 * the device on a stream of their own while the step before is computed; features and step are one
 * CUDA graph for each slot. */
#include "runtime/cuda/cuda.h"

#include <stdlib.h>
#include <string.h>

/* ---- state --------------------------------------------------------------------------------- */

static CuPtr state_at(const Rt *r, int i)
{
	return r->mem.state + (CuPtr)r->program->state[i];
}

/* Parameters come first in the state. */
RtStatus cu_state_open(Rt *r, const float *const *params, RtError *err)
{
	const RtCudaProgram *p = r->program;
	const RtModel *m = p->model;
	if (m->nstate == 0)
		return RT_OK;
	PASS_ON(cu_take(r, &r->mem.state, p->state_bytes, "memory for weights and optimiser", err));
	TRY(r, fill(r->mem.state, 0, (size_t)p->state_bytes, r->stream), "clearing the optimiser");
	for (int i = 0; i < m->nparams; i++)
		TRY(r, upload(state_at(r, i), params[i], cu_tensor_bytes(&m->state[i]), r->stream),
		    "copying weights to the GPU");
	TRY(r, stream_wait(r->stream), "copying weights to the GPU");
	return RT_OK;
}

RtStatus rt_cuda_get_state(void *self, int i, float *out, RtError *err)
{
	Rt *r = self;
	const size_t n = cu_tensor_bytes(&r->program->model->state[i]);
	TRY(r, context_set(r->context), "using the GPU");
	TRY(r, download(out, state_at(r, i), n, r->stream), "copying weights from the GPU");
	TRY(r, stream_wait(r->stream), "copying weights from the GPU");
	return RT_OK;
}

RtStatus rt_cuda_set_state(void *self, int i, const float *in, RtError *err)
{
	Rt *r = self;
	const size_t n = cu_tensor_bytes(&r->program->model->state[i]);
	TRY(r, context_set(r->context), "using the GPU");
	TRY(r, upload(state_at(r, i), in, n, r->stream), "copying weights to the GPU");
	TRY(r, stream_wait(r->stream), "copying weights to the GPU");
	return RT_OK;
}

RtStatus rt_cuda_refresh(void *self, RtError *err)
{
	Rt *r = self;
	const RtCudaProgram *p = r->program;
	TRY(r, context_set(r->context), "using the GPU");
	for (int i = 0; i < p->nuploads; i++) {
		const RtCudaUpload *u = &p->uploads[i];
		TRY(r,
		    copy(r->mem.params + (CuPtr)u->at, state_at(r, u->param),
			 cu_tensor_bytes(&p->model->params[u->param].tensor), r->stream),
		    "passing weights on");
	}
	return cu_prepare(r, err);
}

/* ---- slots --------------------------------------------------------------------------------- */

enum { ALIGN = 256 };

static size_t aligned(size_t bytes)
{
	return (bytes + ALIGN - 1) / ALIGN * ALIGN;
}

static bool is_audio(const RtTensor *t)
{
	return strcmp(t->name, "audio") == 0;
}

static const RtGraph *features_of(const RtModel *m)
{
	return &m->graphs[rt_graph_find(m, "features")];
}

static int audio_input(const RtModel *m)
{
	const RtGraph *f = features_of(m);
	return rt_tensor_find(f->ninputs, f->inputs, "audio");
}

/* As float, which is the room that it has. */
static size_t audio_bytes(const RtModel *m)
{
	return cu_tensor_bytes(&features_of(m)->inputs[audio_input(m)]);
}

/* Bytes of what stands before input i of the features, or with all their inputs behind the audio.
 */
static size_t beside_audio(const RtModel *m, int i)
{
	const RtGraph *f = features_of(m);
	size_t at = 0;
	for (int k = 0; k < i; k++)
		at += is_audio(&f->inputs[k]) ? 0 : aligned(cu_tensor_bytes(&f->inputs[k]));
	return at;
}

static CuPtr device_pcm(const Rt *r, const Slot *s)
{
	return s->device + (CuPtr)aligned((size_t)r->program->in_bytes);
}

static CuPtr device_first(const Rt *r, const Slot *s, int i)
{
	const RtModel *m = r->program->model;
	return device_pcm(r, s) + (CuPtr)(aligned(audio_bytes(m)) + beside_audio(m, i));
}

static bool is_number(const RtTensor *t)
{
	return rt_tensor_numel(t) == 1;
}

/* From where it was sent to where the features take it. */
static RtStatus record_audio(Rt *r, const Slot *s, bool wide, RtError *err)
{
	const RtCudaProgram *p = r->program;
	const int features = rt_graph_find(p->model, "features");
	Mem mem = r->mem;
	mem.pcm = device_pcm(r, s);
	if (!wide)
		return cu_launch(r, p->pcm, &mem, err);
	TRY(r,
	    copy(r->mem.in + (CuPtr)p->graphs[features].inputs[audio_input(p->model)], mem.pcm,
		 audio_bytes(p->model), r->stream),
	    "passing audio on");
	return RT_OK;
}

/* Audio of the slot to features to a step. */
static RtStatus record(Rt *r, const Slot *s, bool wide, RtError *err)
{
	const RtCudaProgram *p = r->program;
	const int features = rt_graph_find(p->model, "features");
	const RtGraph *f = features_of(p->model);
	Mem mem = r->mem;
	PASS_ON(record_audio(r, s, wide, err));
	for (int i = 0; i < f->ninputs; i++)
		if (!is_audio(&f->inputs[i]))
			TRY(r,
			    copy(r->mem.in + (CuPtr)p->graphs[features].inputs[i],
				 device_first(r, s, i), cu_tensor_bytes(&f->inputs[i]), r->stream),
			    "passing inputs on");
	mem.in = s->device;
	return cu_launch_chain(r, features, rt_graph_find(p->model, "step"), &mem, err);
}

static RtStatus record_pcm(Rt *r, int slot, RtError *err)
{
	return record(r, &r->slot[slot], false, err);
}

static RtStatus record_wide(Rt *r, int slot, RtError *err)
{
	return record(r, &r->slot[slot], true, err);
}

/* Inputs of the features, and of the step those that features do not make, follow the audio in host
 * memory. Returns all its bytes. */
static size_t place_inputs(const Rt *r, Slot *s)
{
	const RtModel *m = r->program->model;
	const int features = rt_graph_find(m, "features"), step = rt_graph_find(m, "step");
	const RtGraph *f = features_of(m);
	size_t at = aligned(audio_bytes(m));
	for (int i = 0; i < f->ninputs; i++)
		if (s->host)
			s->first[i] = is_audio(&f->inputs[i])
					  ? s->host
					  : (float *)((char *)s->host + at + beside_audio(m, i));
	at += beside_audio(m, f->ninputs);
	for (int i = 0; i < m->graphs[step].ninputs; i++) {
		if (cu_fed_by(m, features, step, i) >= 0)
			continue;
		s->in[i] = s->host ? (float *)((char *)s->host + at) : NULL;
		at += aligned(cu_tensor_bytes(&m->graphs[step].inputs[i]));
	}
	return at;
}

static RtStatus slot_open(Rt *r, int i, RtError *err)
{
	const RtCudaProgram *p = r->program;
	const RtGraph *step = &p->model->graphs[rt_graph_find(p->model, "step")];
	Slot *s = &r->slot[i];
	const int nfirst = features_of(p->model)->ninputs;
	const size_t device = (size_t)device_first(r, s, nfirst); /* from 0: not there yet */
	s->first = rt_alloc((uint64_t)nfirst, sizeof *s->first);
	s->in = rt_alloc((uint64_t)step->ninputs, sizeof *s->in);
	if (!s->first || !s->in)
		return rt_no_memory(err);
	if (!r->side)
		TRY(r, stream_create(&r->side, STREAM_NON_BLOCKING), "making a stream");
	TRY(r, event_create(&s->sent, EVENT_DISABLE_TIMING), "making an event");
	TRY(r, host_alloc(&s->host, place_inputs(r, s), 0), "memory for a batch on the host");
	place_inputs(r, s);
	PASS_ON(cu_take(r, &s->device, (int64_t)device, "memory for a batch", err));
	PASS_ON(cu_capture(r, &s->graph[false], record_pcm, i, err));
	PASS_ON(cu_capture(r, &s->graph[true], record_wide, i, err));
	s->open = true;
	return RT_OK;
}

void cu_slots_close(Rt *r)
{
	for (int i = 0; i < RT_SLOTS; i++) {
		Slot *s = &r->slot[i];
		for (int wide = 0; wide < 2; wide++)
			if (s->graph[wide])
				r->cu.graph_exec_destroy(s->graph[wide]);
		if (s->sent)
			r->cu.event_destroy(s->sent);
		if (s->device)
			r->cu.free(s->device);
		if (s->host)
			r->cu.host_free(s->host);
		free(s->first);
		free(s->in);
	}
	if (r->side)
		r->cu.stream_destroy(r->side);
}

RtStatus rt_cuda_slot(void *self, int slot, RtSlot *out, RtError *err)
{
	Rt *r = self;
	Slot *s = &r->slot[slot];
	TRY(r, context_set(r->context), "using the GPU");
	if (!s->open)
		PASS_ON(slot_open(r, slot, err));
	*out = (RtSlot){.audio = s->host, .in = s->first, .target = s->in};
	return RT_OK;
}

/* What the step takes of the slot's host memory, all but single numbers or these alone. */
static RtStatus send_inputs(Rt *r, const Slot *s, bool numbers, CuHandle stream, RtError *err)
{
	const RtModel *m = r->program->model;
	const int step = rt_graph_find(m, "step");
	for (int i = 0; i < m->graphs[step].ninputs; i++) {
		const RtTensor *t = &m->graphs[step].inputs[i];
		if (s->in[i] && is_number(t) == numbers)
			TRY(r,
			    upload(s->device + (CuPtr)r->program->graphs[step].inputs[i], s->in[i],
				   cu_tensor_bytes(t), stream),
			    "copying a batch to the GPU");
	}
	return RT_OK;
}

RtStatus rt_cuda_send(void *self, int slot, int wide, RtError *err)
{
	Rt *r = self;
	Slot *s = &r->slot[slot];
	const RtGraph *f = features_of(r->program->model);
	const size_t bytes = audio_bytes(r->program->model);
	s->wide = wide;
	TRY(r, context_set(r->context), "using the GPU");
	TRY(r,
	    upload(device_pcm(r, s), s->host,
		   wide ? bytes : bytes / sizeof(float) * sizeof(int16_t), r->side),
	    "copying audio to the GPU");
	for (int i = 0; i < f->ninputs; i++)
		if (!is_audio(&f->inputs[i]))
			TRY(r,
			    upload(device_first(r, s, i), s->first[i],
				   cu_tensor_bytes(&f->inputs[i]), r->side),
			    "copying a batch to the GPU");
	PASS_ON(send_inputs(r, s, false, r->side, err));
	TRY(r, event_record(s->sent, r->side), "copying a batch to the GPU");
	return RT_OK;
}

RtStatus rt_cuda_step(void *self, int slot, const float *const *in, float *const *out, RtError *err)
{
	Rt *r = self;
	Slot *s = &r->slot[slot];
	const RtModel *m = r->program->model;
	const int step = rt_graph_find(m, "step");
	TRY(r, context_set(r->context), "using the GPU");
	for (int i = 0; i < m->graphs[step].ninputs; i++)
		if (s->in[i] && is_number(&m->graphs[step].inputs[i]))
			*s->in[i] = *in[i];
	PASS_ON(send_inputs(r, s, true, r->stream, err));
	TRY(r, stream_wait_event(r->stream, s->sent, 0), "waiting for a batch");
	TRY(r, graph_launch(s->graph[s->wide], r->stream), "running the kernels");
	return cu_results(r, step, out, err);
}
