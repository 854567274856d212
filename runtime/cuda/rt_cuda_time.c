/* rt_cuda_time.c: how long graphs and launches take, and how long they would at the device's
 * limits.
 */
#include "runtime/cuda/cuda.h"

#include <stdlib.h>
#include <string.h>

/* ---- timing -------------------------------------------------------------------------------- */

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

RtRoof rt_cuda_roof(void *self, int graph)
{
	const Rt *const r = self;
	const RtGraph *g = &r->program->model->graphs[graph];
	const char *precision =
	    strcmp(g->name, "features") == 0 ? "fp32" : r->program->model->precision;
	const double rate = peak_rate(r, precision), plain = peak_rate(r, "fp32");
	const double bytes = memory_rate(r), rest = g->flops - 2 * g->macs;
	const double products = rate > 0 ? g->macs / rate : 0,
		     others = plain > 0 ? rest / (2 * plain) : 0;
	return (RtRoof){products > others ? products : others,
			bytes > 0 ? r->program->graphs[graph].bytes / bytes : 0, 0};
}

static RtStatus profile_launch(Rt *r, int i, int n, double *seconds, CuHandle *event, RtError *err)
{
	float ms = 0;
	PASS_ON(cu_launch(r, i, &r->mem, err));
	TRY(r, event_record(event[0], r->stream), "timing");
	for (int k = 0; k < n; k++)
		PASS_ON(cu_launch(r, i, &r->mem, err));
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
