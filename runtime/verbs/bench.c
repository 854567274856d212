/* bench.c: the verb `bench`. Latency: the time of runs that start when the one before has ended.
 * Throughput: runs back to back. Devices time themselves without transfers, through RtOps.time;
 * "with transfers" is the wall time of features and main from host memory to host memory.
 * What share of the device's limits that is says RtOps.roof. */
#define _DEFAULT_SOURCE
#include "runtime/verbs/verbs.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

typedef struct Stats {
	double least, median, p5, p95, mean; /* seconds */
} Stats;

typedef struct Result {
	int graph;
	const char *name;
	double macs;
	bool wall;
	int runs;
	Stats latency, throughput;
	RtRoof roof;
} Result;

/* What is timed: a graph or RT_INFER; wall: on the host's clock even if the device has one. */
typedef struct Timed {
	int graph;
	const char *name;
	double macs;
	bool wall;
} Timed;

typedef struct Bench {
	RtSession *session;
	const RtOptions *options;
	RtProgress progress;
	RtStep step; /* graph NULL: the program cannot be trained */
	Result results[8];
	int n;
	double open_seconds, peak_bytes;
} Bench;

static int by_value(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* Between the two nearest of sorted values. */
static double quantile(const double *v, int n, double q)
{
	const double at = q * (n - 1);
	const int i = (int)at;
	return i + 1 < n ? v[i] + (at - i) * (v[i + 1] - v[i]) : v[n - 1];
}

static Stats stats_of(double *v, int n)
{
	qsort(v, (size_t)n, sizeof *v, by_value);
	double sum = 0;
	for (int i = 0; i < n; i++)
		sum += v[i];
	return (Stats){v[0], quantile(v, n, 0.5), quantile(v, n, 0.05), quantile(v, n, 0.95),
		       sum / n};
}

static RtStatus run_once(const Bench *b, int graph, RtError *err)
{
	RtSession *const s = b->session;
	if (graph == RT_INFER)
		return rt_session_infer(s, rt_session_in(s), err);
	if (b->step.graph && graph == b->step.index)
		return s->model->ops.run(s->self, graph, b->step.in, b->step.out, err);
	return rt_session_run(s, graph, err);
}

static bool timed_by_device(const Bench *b, const Timed *t)
{
	const RtOps *const ops = &b->session->model->ops;
	return ops->time && !t->wall && (t->graph != RT_INFER || ops->infer);
}

static RtStatus measure(Bench *b, const Timed *t, int n, bool isolated, double *seconds,
			RtError *err)
{
	RtSession *const s = b->session;
	if (timed_by_device(b, t))
		return s->model->ops.time(s->self, t->graph, n, isolated, seconds, err);
	double start = rt_seconds();
	for (int i = 0; i < n; i++) {
		if (isolated) {
			rt_progress_show(&b->progress, "bench", i, n);
			start = rt_seconds();
		}
		const RtStatus status = run_once(b, t->graph, err);
		if (status)
			return status;
		const double now = rt_seconds();
		seconds[i] = now - start;
		start = now;
	}
	return RT_OK;
}

/* Warms up, and picks a number of runs that fills about three seconds. */
static RtStatus warm_up(const Bench *b, int graph, int *runs, RtError *err)
{
	double last = 0;
	for (int64_t i = 0; i <= b->options->warmup; i++) {
		const double start = rt_seconds();
		const RtStatus s = run_once(b, graph, err);
		if (s)
			return s;
		last = rt_seconds() - start;
	}
	const double fill = 3 / (last > 1e-6 ? last : 1e-6);
	*runs = (int)(fill < 10 ? 10 : fill > 500 ? 500 : fill);
	if (b->options->runs)
		*runs = (int)b->options->runs;
	return RT_OK;
}

static RtStatus bench_one(Bench *b, Timed t, RtError *err)
{
	if (b->options->only && strcmp(b->options->only, t.name) != 0)
		return RT_OK;
	Result *const r = &b->results[b->n++];
	*r = (Result){.graph = t.graph, .name = t.name, .macs = t.macs, .wall = t.wall};
	RtStatus s = warm_up(b, t.graph, &r->runs, err);
	if (s)
		return s;
	double *const v = rt_alloc((uint64_t)r->runs, sizeof *v);
	if (!v)
		return rt_no_memory(err);
	s = measure(b, &t, r->runs, true, v, err);
	if (!s)
		r->latency = stats_of(v, r->runs);
	if (!s)
		s = measure(b, &t, r->runs, false, v, err);
	if (!s)
		r->throughput = stats_of(v, r->runs);
	free(v);
	return s;
}

static RtStatus fill_inputs(const RtGraph *g, RtIo *io, double scale, uint64_t seed, RtError *err)
{
	for (int i = 0; i < g->ninputs; i++) {
		const uint64_t n = rt_tensor_numel(&g->inputs[i]);
		double *const v = rt_alloc(n, sizeof *v);
		if (!v)
			return rt_no_memory(err);
		rt_random_normal(seed, g->inputs[i].name, 0, n, v);
		for (uint64_t k = 0; k < n; k++)
			io->in[i][k] = (float)(scale * v[k]);
		free(v);
	}
	return RT_OK;
}

/* One step of the optimiser, whose rate is 0, on random data. */
static RtStatus bench_step(Bench *b, RtError *err)
{
	const RtModel *const m = b->session->model;
	RtPlans plans;
	RtStatus s = rt_plans_open(&plans, m, b->options, true, err);
	if (s)
		return s;
	s = rt_step_open(&b->step, m, err);
	if (!s)
		s = rt_step_random(&b->step, (uint64_t)b->options->seed, err);
	if (!s) {
		rt_step_scalars(&b->step, &plans.at[0], 0, 1, plans.at[0].accumulate - 1);
		s = bench_one(b, (Timed){b->step.index, "step", b->step.graph->macs, false}, err);
	}
	rt_step_release(&b->step);
	rt_plans_release(&plans);
	return s;
}

static RtStatus bench_both(Bench *b, double macs, RtError *err)
{
	RtStatus s = bench_one(b, (Timed){RT_INFER, "features+main", macs, false}, err);
	if (!s && b->session->model->ops.time)
		s = bench_one(b, (Timed){RT_INFER, "with transfers", macs, true}, err);
	return s;
}

static RtStatus bench_all(Bench *b, RtError *err)
{
	RtSession *const s = b->session;
	const RtModel *const m = s->model;
	const RtGraph *const g = m->graphs, *const main = &g[s->main];
	const uint64_t seed = (uint64_t)b->options->seed;
	RtStatus status = fill_inputs(main, &s->mio, 1, seed, err);
	if (!status && s->features >= 0) /* quiet noise */
		status = fill_inputs(&g[s->features], &s->fio, 0.1, seed, err);
	if (!status && s->features >= 0)
		status =
		    bench_one(b, (Timed){s->features, "features", g[s->features].macs, false}, err);
	if (!status)
		status = bench_one(b, (Timed){s->main, "main", main->macs, false}, err);
	if (!status && s->features >= 0)
		status = bench_both(b, g[s->features].macs + main->macs, err);
	if (!status && m->training)
		status = rt_trainable_check(m, err);
	if (!status && m->training)
		status = bench_step(b, err);
	rt_progress_clear(&b->progress);
	if (!status && b->n == 0)
		return rt_fail(err, RT_USAGE, "nothing that is timed is called '%s'",
			       b->options->only);
	return status;
}

/* Seconds of audio that one run takes; 0 where the model takes none. */
static double audio_seconds(const RtModel *m)
{
	return m->audio.rate > 0 ? (double)(m->batch * m->audio.samples) / m->audio.rate : 0;
}

static double peak_bytes(void)
{
	struct rusage u;
	return getrusage(RUSAGE_SELF, &u) == 0 ? 1024.0 * (double)u.ru_maxrss : 0;
}

/* Of a device with memory of its own; 0 for others. */
static double device_bytes(const RtSession *s)
{
	const RtOps *const ops = &s->model->ops;
	return ops->memory ? (double)ops->memory(s->self) : 0;
}

static const char *device_name(const RtSession *s)
{
	const char *const name = s->model->ops.device ? s->model->ops.device(s->self) : NULL;
	return name ? name : s->model->target;
}

static void add_stats(RtJson *j, const char *name, const Stats *s, int runs)
{
	rt_json_object(j, name);
	rt_json_number(j, "least", s->least);
	rt_json_number(j, "median", s->median);
	rt_json_number(j, "p5", s->p5);
	rt_json_number(j, "p95", s->p95);
	rt_json_number(j, "mean", s->mean);
	rt_json_number(j, "runs", runs);
	rt_json_end_object(j);
}

/* Last, as measuring takes memory. With transfers there is none. */
static void find_roofs(Bench *b)
{
	b->peak_bytes = peak_bytes();
	for (int i = 0; i < b->n; i++)
		if (!b->results[i].wall)
			b->results[i].roof = rt_session_roof(b->session, b->results[i].graph);
}

static const char *bound_of(const Result *r)
{
	return r->roof.memory > r->roof.arithmetic ? "memory" : "arithmetic";
}

static void result_json(RtJson *j, const Result *r, const RtModel *m)
{
	const double audio = audio_seconds(m);
	rt_json_object(j, NULL);
	rt_json_string(j, "name", r->name);
	rt_json_number(j, "macs", r->macs);
	add_stats(j, "latency_seconds", &r->latency, r->runs);
	add_stats(j, "throughput_seconds", &r->throughput, r->runs);
	rt_json_number(j, "segments_per_second", (double)m->batch / r->throughput.mean);
	rt_json_number(j, "gflops", 2e-9 * r->macs / r->latency.median);
	const double roof = rt_roof_seconds(r->roof);
	if (roof > 0) {
		rt_json_number(j, "roofline_seconds", roof);
		rt_json_string(j, "roofline_bound", bound_of(r));
		rt_json_bool(j, "roofline_measured", r->roof.measured);
		rt_json_number(j, "roofline_share", roof / r->throughput.median);
	}
	if (audio > 0) {
		rt_json_number(j, "real_time_factor", r->latency.median / audio);
		rt_json_number(j, "audio_seconds_per_second", audio / r->throughput.mean);
	}
	rt_json_end_object(j);
}

static RtStatus print_json(const Bench *b, RtError *err)
{
	const RtModel *const m = b->session->model;
	RtOut out;
	const RtStatus s = rt_out_stdout(&out, err);
	if (s)
		return s;
	RtJson writer = rt_json_begin(&out, true), *const j = &writer;
	rt_json_object(j, NULL);
	rt_json_string(j, "model", m->name);
	rt_json_string(j, "target", m->target);
	rt_json_string(j, "device", device_name(b->session));
	rt_json_string(j, "precision", m->precision);
	rt_json_number(j, "batch", (double)m->batch);
	rt_json_number(j, "threads", rt_threads((int)b->options->threads));
	rt_json_number(j, "audio_seconds", audio_seconds(m));
	rt_json_number(j, "open_seconds", b->open_seconds);
	rt_json_number(j, "peak_memory_bytes", b->peak_bytes);
	if (device_bytes(b->session) > 0)
		rt_json_number(j, "device_memory_bytes", device_bytes(b->session));
	rt_json_list(j, "results");
	for (int i = 0; i < b->n; i++)
		result_json(j, &b->results[i], m);
	rt_json_end_list(j);
	rt_json_end_object(j);
	rt_out_puts(&out, "\n");
	return rt_out_commit(&out, err);
}

static void print_stats(const char *name, const Stats *s)
{
	printf("  %-12s median %9.3f ms, 5 %% %9.3f, 95 %% %9.3f\n", name, 1e3 * s->median,
	       1e3 * s->p5, 1e3 * s->p95);
}

static void print_text(const Bench *b)
{
	const RtModel *const m = b->session->model;
	const double audio = audio_seconds(m);
	printf("%s, %s, %s, batch %lld: opened in %.3f s, peak memory %.0f MB", m->name,
	       device_name(b->session), m->precision, (long long)m->batch, b->open_seconds,
	       1e-6 * b->peak_bytes);
	if (device_bytes(b->session) > 0)
		printf(", %.0f MB on the device", 1e-6 * device_bytes(b->session));
	putchar('\n');
	for (int i = 0; i < b->n; i++) {
		const Result *const r = &b->results[i];
		printf("%s (%d runs)\n", r->name, r->runs);
		print_stats("latency", &r->latency);
		print_stats("back to back", &r->throughput);
		printf("  %.4g segments/s, %.4g GFLOP/s", (double)m->batch / r->throughput.mean,
		       2e-9 * r->macs / r->latency.median);
		if (audio > 0)
			printf(", real-time factor %.4g (%.4g s of audio a second)",
			       r->latency.median / audio, audio / r->throughput.mean);
		putchar('\n');
		const double roof = rt_roof_seconds(r->roof);
		if (roof > 0)
			printf("  %.3g %% of the roofline (%s: %.3g ms%s)\n",
			       100 * roof / r->throughput.median, bound_of(r), 1e3 * roof,
			       r->roof.measured ? "; limits measured" : "");
	}
}

RtStatus rt_verb_bench(const RtModel *m, const RtOptions *o, RtError *err)
{
	RtWeights w;
	RtSession s = {0};
	RtStatus status;
	if (o->weights || m->weights)
		status = rt_options_weights(o, m, &w, err);
	else
		status = rt_weights_init(&w, m, (uint64_t)o->seed, (int)o->threads, err);
	if (status)
		return status;
	const double start = rt_seconds();
	status = rt_session_open(&s, m, &w, (int)o->threads, err);
	rt_weights_release(&w);
	if (status)
		return status;
	Bench b = {.session = &s, .options = o, .open_seconds = rt_seconds() - start};
	rt_progress_open(&b.progress, o->quiet);
	status = bench_all(&b, err);
	if (!status)
		find_roofs(&b);
	if (!status && o->json)
		status = print_json(&b, err);
	else if (!status)
		print_text(&b);
	rt_session_close(&s);
	return status;
}
