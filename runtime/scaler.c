/* scaler.c: the statistics by which features are standardised, from one pass over the training
 * data. They are part of the weights, under the names scaler.mean and scaler.std. */
#include "train.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Sums over frames, [channels, bins]. Batches are added in order, so the result is always the
 * same bits. */
typedef struct Sums {
	int64_t channels, frames, bins;
	double n, *x, *xx; /* of x - shift and its square */
	float *shift;      /* the first frame seen: keeps the difference of the sums exact */
	bool shifted;
	int output; /* of the features graph: what has not been standardised */
} Sums;

static int raw_output(const RtModel *m)
{
	const int f = rt_graph_find(m, "features");
	if (f < 0)
		return -1;
	return rt_tensor_find(m->graphs[f].noutputs, m->graphs[f].outputs, "features");
}

bool rt_scaler_wanted(const RtModel *m)
{
	return rt_tensor_find(m->nstate, m->state, "scaler.mean") >= 0 &&
	       rt_tensor_find(m->nstate, m->state, "scaler.std") >= 0 && raw_output(m) >= 0;
}

static void sums_release(Sums *s)
{
	free(s->x);
	free(s->xx);
	free(s->shift);
}

static RtStatus sums_open(Sums *s, const RtModel *m, RtError *err)
{
	*s = (Sums){.output = raw_output(m)};
	const RtTensor *const t = &m->graphs[rt_graph_find(m, "features")].outputs[s->output];
	const RtTensor *const mean = &m->state[rt_tensor_find(m->nstate, m->state, "scaler.mean")];
	const RtTensor *const std = &m->state[rt_tensor_find(m->nstate, m->state, "scaler.std")];
	s->channels = t->dim[1];
	s->frames = t->dim[2];
	s->bins = t->dim[3];
	const uint64_t n = (uint64_t)(s->channels * s->bins);
	if (t->rank != 4 || rt_tensor_numel(mean) != n || rt_tensor_numel(std) != n)
		return rt_fail(err, RT_BUG, "scaler.mean and scaler.std do not fit the features");
	s->x = rt_alloc(n, sizeof *s->x);
	s->xx = rt_alloc(n, sizeof *s->xx);
	s->shift = rt_alloc(n, sizeof *s->shift);
	return s->x && s->xx && s->shift ? RT_OK : rt_no_memory(err);
}

/* f [channels, frames, bins] */
static void add_example(Sums *s, const float *f)
{
	for (int64_t c = 0; c < s->channels; c++)
		for (int64_t t = 0; t < s->frames; t++) {
			const float *const row = f + (c * s->frames + t) * s->bins;
			float *const shift = s->shift + c * s->bins;
			double *const x = s->x + c * s->bins, *const xx = s->xx + c * s->bins;
			if (!s->shifted && t == 0)
				memcpy(shift, row, sizeof *row * (size_t)s->bins);
			for (int64_t b = 0; b < s->bins; b++) {
				const double v = (double)row[b] - shift[b];
				x[b] += v;
				xx[b] += v * v;
			}
		}
	s->shifted = true;
	s->n += (double)s->frames;
}

static RtStatus add_all(Sums *sums, RtSession *s, const RtFeed *f, RtProgress *progress,
			RtError *err)
{
	const int64_t batch = s->model->batch, each = sums->channels * sums->frames * sums->bins;
	float **const out = rt_alloc((uint64_t)s->fio.nout, sizeof *out); /* the one that is read */
	if (!out)
		return rt_no_memory(err);
	out[sums->output] = s->fio.out[sums->output];
	RtBatch b;
	RtStatus status = rt_batch_open(&b, f, err);
	for (int64_t at = 0; !status && at < f->n; at += batch) {
		rt_progress_show(progress, "statistics of the features", at, f->n);
		rt_batch_fill_plain(&b, f, at);
		status =
		    s->model->ops.run(s->self, s->features, (const float *const *)b.in, out, err);
		for (int64_t i = 0; !status && i < batch && at + i < f->n; i++)
			add_example(sums, s->fio.out[sums->output] + i * each);
	}
	rt_progress_clear(progress);
	rt_batch_release(&b);
	free(out);
	return status;
}

/* A bin that never changes keeps its scale. */
static RtStatus store(const Sums *sums, RtSession *s, RtError *err)
{
	const RtModel *const m = s->model;
	const uint64_t n = (uint64_t)(sums->channels * sums->bins);
	float *const v = rt_alloc(2 * n, sizeof *v);
	if (!v)
		return rt_no_memory(err);
	bool finite = true;
	for (uint64_t i = 0; i < n; i++) {
		const double mean = sums->x[i] / sums->n, var = sums->xx[i] / sums->n - mean * mean;
		v[i] = (float)(sums->shift[i] + mean);
		v[n + i] = var > 0 ? (float)sqrt(var) : 1;
		if (!(v[n + i] > 0))
			v[n + i] = 1;
		finite = finite && isfinite(v[i]) && isfinite(var) && isfinite(v[n + i]);
	}
	RtStatus status = finite ? RT_OK
				 : rt_fail(err, RT_INPUT,
					   "features of the training data are "
					   "not finite");
	if (!status)
		status =
		    rt_state_set(s, rt_tensor_find(m->nstate, m->state, "scaler.mean"), v, err);
	if (!status)
		status =
		    rt_state_set(s, rt_tensor_find(m->nstate, m->state, "scaler.std"), v + n, err);
	free(v);
	return status ? status : rt_state_refresh(s, err);
}

RtStatus rt_scaler_compute(RtSession *s, const RtFeed *f, RtProgress *progress, RtError *err)
{
	Sums sums;
	RtStatus status = sums_open(&sums, s->model, err);
	if (!status)
		status = add_all(&sums, s, f, progress, err);
	if (!status)
		status = store(&sums, s, err);
	sums_release(&sums);
	return status;
}
