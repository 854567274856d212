/* feed.c: recordings cut into examples, their order in an epoch, and batches of them, which a
 * thread of its own prepares, and sends to the device, while the one before is computed. */
#define _XOPEN_SOURCE 700
#include "runtime/train/train.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* ---- index ------------------------------------------------------------------------------- */

/* Chunks of n samples without overlap. A rest of less than half a chunk becomes, for training, a
 * chunk that ends with the recording; any other rest is padded. */
static int64_t cut(const RtRecording *r, int recording, int64_t n, RtIndex kind, RtChunk *out)
{
	const int64_t full = r->samples / n, rest = r->samples % n;
	for (int64_t i = 0; out && i < full; i++)
		out[i] = (RtChunk){recording, i * n, (i + 1) * n};
	if (rest == 0)
		return full;
	const bool pad = full == 0 || kind == RT_VALIDATION || rest >= n / 2;
	if (out)
		out[full] = (RtChunk){recording, pad ? full * n : r->samples - n, r->samples};
	return full + 1;
}

RtStatus rt_feed_open(RtFeed *f, const RtModel *m, const RtDataset *d, unsigned folds, RtIndex kind,
		      RtError *err)
{
	*f = (RtFeed){.model = m, .data = d};
	for (int pass = 0; pass < 2; pass++) {
		int64_t n = 0;
		for (int i = 0; i < d->n; i++) {
			const RtRecording *const r = &d->at[i];
			if (rt_recording_kept(r) && folds >> r->fold & 1)
				n += cut(r, i, m->audio.samples, kind,
					 f->chunks ? f->chunks + n : NULL);
		}
		f->n = n;
		if (pass == 0)
			f->chunks = rt_alloc((uint64_t)n, sizeof *f->chunks);
		if (!f->chunks)
			return rt_no_memory(err);
	}
	f->batches = (f->n + m->batch - 1) / m->batch;
	return RT_OK;
}

void rt_feed_release(RtFeed *f)
{
	free(f->chunks);
	*f = (RtFeed){0};
}

/* Fisher-Yates. */
RtStatus rt_feed_order(const RtFeed *f, int64_t epoch, int64_t *order, RtError *err)
{
	for (int64_t i = 0; i < f->n; i++)
		order[i] = i;
	if (!f->shuffle)
		return RT_OK;
	double *const u = rt_alloc((uint64_t)f->n, sizeof *u);
	if (!u)
		return rt_no_memory(err);
	char name[48];
	snprintf(name, sizeof name, "order.%lld", (long long)epoch);
	rt_random_uniform(f->seed, name, 0, (uint64_t)f->n, u);
	for (int64_t i = f->n - 1; i > 0; i--) {
		const int64_t j = (int64_t)(u[i] * (double)(i + 1)), kept = order[i];
		order[i] = order[j];
		order[j] = kept;
	}
	free(u);
	return RT_OK;
}

/* ---- batches ----------------------------------------------------------------------------- */

RtStatus rt_batch_open(RtBatch *b, const RtFeed *f, RtError *err)
{
	const RtGraph *const g = rt_first_graph(f->model);
	*b = (RtBatch){.slot = -1, .nin = g->ninputs, .ntargets = f->step ? f->step->ninputs : 0};
	b->in = rt_alloc((uint64_t)b->nin, sizeof *b->in);
	b->target = rt_alloc((uint64_t)b->ntargets, sizeof *b->target);
	bool ok = b->in && b->target;
	for (int i = 0; ok && i < b->nin; i++) {
		b->in[i] = rt_alloc(rt_tensor_numel(&g->inputs[i]), sizeof *b->in[i]);
		ok = b->in[i] != NULL;
	}
	for (int i = 0; ok && i < b->ntargets; i++) {
		const RtTensor *const t = &f->step->inputs[i];
		if (!rt_target_known(t->name))
			continue;
		b->target[i] = rt_alloc(rt_tensor_numel(t), sizeof *b->target[i]);
		ok = b->target[i] != NULL;
	}
	return ok ? RT_OK : rt_no_memory(err);
}

/* In memory of the program's device. */
static RtStatus open_slot(RtBatch *b, const RtSession *s, const RtFeed *f, int slot, RtError *err)
{
	RtSlot m;
	*b = (RtBatch){
	    .slot = slot, .nin = rt_first_graph(f->model)->ninputs, .ntargets = f->step->ninputs};
	b->in = rt_alloc((uint64_t)b->nin, sizeof *b->in);
	b->target = rt_alloc((uint64_t)b->ntargets, sizeof *b->target);
	if (!b->in || !b->target)
		return rt_no_memory(err);
	const RtStatus status = s->model->ops.slot(s->self, slot, &m, err);
	if (status)
		return status;
	b->pcm = m.audio;
	for (int i = 0; i < b->nin; i++)
		b->in[i] = m.in[i];
	for (int i = 0; i < b->ntargets; i++)
		if (rt_target_known(f->step->inputs[i].name))
			b->target[i] = m.target[i];
	return RT_OK;
}

void rt_batch_release(RtBatch *b)
{
	for (int i = 0; b->slot < 0 && b->target && i < b->ntargets; i++)
		free(b->target[i]);
	for (int i = 0; b->slot < 0 && b->in && i < b->nin; i++)
		free(b->in[i]);
	free(b->target);
	free(b->in);
	*b = (RtBatch){0};
}

static void fill_example(RtBatch *b, const RtFeed *f, int64_t i, const RtChunk *c)
{
	const RtModel *const m = f->model;
	const RtRecording *const r = &f->data->at[c->recording];
	const RtSamples samples = {
	    .x = r->wide, .x16 = r->x, .n = r->samples, .channels = m->audio.channels};
	rt_segment_fill(m, &samples, r->whole, c->begin, i, b->in, b->wide ? NULL : b->pcm);
	for (int k = 0; k < b->ntargets; k++) {
		if (!b->target[k])
			continue;
		const RtTensor *const t = &f->step->inputs[k];
		const uint64_t each = rt_tensor_numel(t) / (uint64_t)m->batch;
		rt_target_fill(t, &m->audio, r, c, b->target[k] + (uint64_t)i * each);
	}
}

static void fill_one(RtBatch *b, const RtFeed *f, int64_t i, int64_t index)
{
	if (index >= 0)
		fill_example(b, f, i, &f->chunks[index]);
	else
		rt_segment_fill(f->model, NULL, NULL, 0, i, b->in, b->wide ? NULL : b->pcm);
}

void rt_batch_fill(RtBatch *b, const RtFeed *f, const int64_t *index)
{
	b->wide = false;
	for (int64_t i = 0; i < f->model->batch; i++)
		b->wide = b->wide || (index[i] >= 0 &&
				      f->data->at[f->chunks[index[i]].recording].wide != NULL);
	for (int64_t i = 0; i < f->model->batch; i++)
		fill_one(b, f, i, index[i]);
}

void rt_batch_fill_plain(RtBatch *b, const RtFeed *f, int64_t first)
{
	for (int64_t i = 0; i < f->model->batch; i++)
		fill_one(b, f, i, first + i < f->n ? first + i : -1);
}

RtStatus rt_feed_each(const RtFeed *f, const char *what, RtProgress *progress, RtBatchUse *use,
		      void *ctx, RtError *err)
{
	const int64_t batch = f->model->batch;
	RtBatch b;
	RtStatus status = rt_batch_open(&b, f, err);
	for (int64_t at = 0; !status && at < f->n; at += batch) {
		const int stop = progress->stop ? atomic_load(progress->stop) : 0;
		if (stop) {
			status = rt_fail(err, (RtStatus)(RT_SIGNAL + stop), "stopped");
			break;
		}
		rt_progress_show(progress, what, at, f->n);
		rt_batch_fill_plain(&b, f, at);
		status = use(ctx, &b, at, f->n - at < batch ? f->n - at : batch, err);
	}
	rt_progress_clear(progress);
	rt_batch_release(&b);
	return status;
}

/* ---- whole recordings ---------------------------------------------------------------------- */

/* The results of the features are added to their recording's. */
typedef struct Whole {
	RtSession *session;
	const RtFeed *feed;
} Whole;

static RtStatus add_whole(void *ctx, const RtBatch *b, int64_t at, int64_t n, RtError *err)
{
	const Whole *const w = ctx;
	const RtSession *const s = w->session;
	const RtStatus status =
	    s->model->ops.run(s->self, s->features, (const float *const *)b->in, s->fio.out, err);
	for (int64_t i = 0; !status && i < n; i++)
		rt_whole_add(s->model, s->fio.out, i,
			     w->feed->data->at[w->feed->chunks[at + i].recording].whole);
	return status;
}

RtStatus rt_dataset_whole(RtSession *s, RtDataset *d, RtProgress *progress, RtError *err)
{
	RtFeed f;
	if (s->features < 0 || rt_whole_count(s->model) == 0)
		return RT_OK;
	for (int i = 0; i < d->n; i++) {
		if (rt_recording_kept(&d->at[i]) && !(d->at[i].whole = rt_whole_new(s->model)))
			return rt_no_memory(err);
	}
	RtStatus status = rt_feed_open(&f, s->model, d, RT_ALL_FOLDS, RT_VALIDATION, err);
	Whole whole = {s, &f};
	if (!status)
		status =
		    rt_feed_each(&f, "levels of the recordings", progress, add_whole, &whole, err);
	rt_feed_release(&f);
	return status;
}

/* ---- loader ------------------------------------------------------------------------------ */

enum { SLOTS = RT_SLOTS };

struct RtLoader {
	const RtSession *session;
	const RtFeed *feed;
	int64_t epoch, batch;   /* to be prepared next */
	int64_t order_epoch;    /* whose order `order` is; -1: none */
	int64_t *order, *first; /* first: the order of epoch 0, which fills last batches */
	int64_t *index;
	RtBatch slot[SLOTS];
	int head, ready; /* slots head .. head+ready-1 hold batches */
	bool held;       /* the one at head is in use */
	bool stop, started;
	RtError *err;
	RtStatus status; /* of the thread, when it has failed */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
};

/* The chunks of the next batch; the last batch of an epoch is filled from the order of epoch 0. */
static RtStatus choose(RtLoader *l)
{
	const RtFeed *const f = l->feed;
	if (l->order_epoch != l->epoch) {
		const RtStatus s = rt_feed_order(f, l->epoch, l->order, l->err);
		if (s)
			return s;
		l->order_epoch = l->epoch;
	}
	for (int64_t i = 0; i < f->model->batch; i++) {
		const int64_t at = l->batch * f->model->batch + i;
		l->index[i] = at < f->n ? l->order[at] : l->first[(at - f->n) % f->n];
	}
	if (++l->batch == f->batches) {
		l->batch = 0;
		l->epoch++;
	}
	return RT_OK;
}

static void *load(void *p)
{
	RtLoader *const l = p;
	pthread_mutex_lock(&l->lock);
	while (!l->stop && !l->status) {
		if (l->ready == SLOTS) {
			pthread_cond_wait(&l->changed, &l->lock);
			continue;
		}
		RtBatch *const b = &l->slot[(l->head + l->ready) % SLOTS];
		pthread_mutex_unlock(&l->lock);
		RtStatus s = choose(l);
		if (!s)
			rt_batch_fill(b, l->feed, l->index);
		if (!s && b->slot >= 0)
			s = l->session->model->ops.send(l->session->self, b->slot, b->wide, l->err);
		pthread_mutex_lock(&l->lock);
		l->status = s;
		l->ready += !s;
		pthread_cond_broadcast(&l->changed);
	}
	pthread_mutex_unlock(&l->lock);
	return NULL;
}

static RtStatus loader_alloc(RtLoader *l, RtError *err)
{
	const uint64_t n = (uint64_t)l->feed->n;
	l->order = rt_alloc(n, sizeof *l->order);
	l->first = rt_alloc(n, sizeof *l->first);
	l->index = rt_alloc((uint64_t)l->feed->model->batch, sizeof *l->index);
	l->err = rt_alloc(1, sizeof *l->err);
	if (!l->order || !l->first || !l->index || !l->err)
		return rt_no_memory(err);
	RtStatus s = rt_feed_order(l->feed, 0, l->first, err);
	const bool device = l->session->model->ops.slot != NULL;
	for (int i = 0; !s && i < SLOTS; i++)
		s = device ? open_slot(&l->slot[i], l->session, l->feed, i, err)
			   : rt_batch_open(&l->slot[i], l->feed, err);
	return s;
}

RtStatus rt_loader_open(RtLoader **out, const RtSession *s, const RtFeed *f, int64_t epoch,
			int64_t batch, RtError *err)
{
	RtLoader *const l = *out = rt_alloc(1, sizeof *l);
	if (!l)
		return rt_no_memory(err);
	l->session = s;
	l->feed = f;
	l->epoch = batch < f->batches ? epoch : epoch + 1;
	l->batch = batch < f->batches ? batch : 0;
	l->order_epoch = -1;
	pthread_mutex_init(&l->lock, NULL);
	pthread_cond_init(&l->changed, NULL);
	RtStatus status = loader_alloc(l, err);
	if (!status && pthread_create(&l->thread, NULL, load, l) != 0)
		status = rt_fail(err, RT_DEVICE, "no thread for loading data can be started");
	l->started = !status;
	if (status) {
		rt_loader_close(l);
		*out = NULL;
	}
	return status;
}

RtStatus rt_loader_next(RtLoader *l, const RtBatch **b, RtError *err)
{
	pthread_mutex_lock(&l->lock);
	if (l->held) {
		l->head = (l->head + 1) % SLOTS;
		l->ready--;
		pthread_cond_broadcast(&l->changed);
	}
	while (l->ready == 0 && !l->status)
		pthread_cond_wait(&l->changed, &l->lock);
	const RtStatus s = l->ready ? RT_OK : l->status;
	l->held = !s;
	*b = &l->slot[l->head];
	pthread_mutex_unlock(&l->lock);
	return s ? rt_fail(err, s, "%s", l->err->text) : RT_OK;
}

void rt_loader_close(RtLoader *l)
{
	if (!l)
		return;
	pthread_mutex_lock(&l->lock);
	l->stop = true;
	pthread_cond_broadcast(&l->changed);
	pthread_mutex_unlock(&l->lock);
	if (l->started)
		pthread_join(l->thread, NULL);
	pthread_cond_destroy(&l->changed);
	pthread_mutex_destroy(&l->lock);
	for (int i = 0; i < SLOTS; i++)
		rt_batch_release(&l->slot[i]);
	free(l->order);
	free(l->first);
	free(l->index);
	free(l->err);
	free(l);
}
