/* weights.c: fits a safetensors file to the parameters of a model. Values stay in the mapped file
 * where alignment allows, so loading needs no second copy of the weights. */
#define _DEFAULT_SOURCE
#include "runtime/core/core.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static RtStatus weights_alloc(RtWeights *w, const RtModel *m, RtError *err)
{
	*w = (RtWeights){.n = m->nparams};
	w->params = rt_alloc((uint64_t)w->n, sizeof *w->params);
	w->owned = rt_alloc((uint64_t)w->n, sizeof *w->owned);
	return w->params && w->owned ? RT_OK : rt_no_memory(err);
}

void rt_weights_release(RtWeights *w)
{
	for (int i = 0; w->owned && i < w->n; i++)
		free(w->owned[i]);
	free(w->owned);
	free(w->params);
	if (w->file.mapped) /* lets the pages go even where another mapping keeps them */
		madvise((void *)(uintptr_t)w->file.at, w->file.n, MADV_DONTNEED);
	rt_bytes_release(&w->file);
	*w = (RtWeights){0};
}

/* Memory of its own for parameter i. */
static float *own(RtWeights *w, const RtModel *m, int i)
{
	w->owned[i] = rt_alloc(rt_tensor_numel(&m->params[i].tensor), sizeof(float));
	w->params[i] = w->owned[i];
	return w->owned[i];
}

static RtStatus own_init(RtWeights *w, const RtModel *m, int i, uint64_t seed, int threads,
			 RtError *err)
{
	float *const x = own(w, m, i);
	return x ? rt_init_param(&m->params[i], seed, threads, x, err) : rt_no_memory(err);
}

/* PyTorch counts in these, batches and averaged models; no network here reads them. */
static bool ignored(const char *name)
{
	static const char *const tails[] = {"num_batches_tracked", "n_averaged"};
	const size_t n = strlen(name);
	for (size_t i = 0; i < RT_COUNT(tails); i++) {
		const size_t k = strlen(tails[i]);
		if (n >= k && strcmp(name + n - k, tails[i]) == 0)
			return true;
	}
	return false;
}

/* ---- names that wrappers have put something before --------------------------------------------
 */

/* DataParallel, torch.compile, and what trainers call the network that they hold. */
static const char *const wrappers[] = {"module.", "_orig_mod.", "model.", "net."};

/* Bytes of the wrapper's name that stands behind the first `at` bytes of all names; 0: none does.
 */
static size_t wrapper_at(const RtSafetensors *st, size_t at)
{
	for (size_t w = 0; w < RT_COUNT(wrappers); w++) {
		const size_t n = strlen(wrappers[w]);
		int with = 0, without = 0;
		for (int i = 0; i < st->n; i++) {
			const char *const name = st->entries[i].name;
			if (strlen(name) > at && strncmp(name + at, wrappers[w], n) == 0)
				with++;
			else if (!ignored(name))
				without++;
		}
		if (with && !without)
			return n;
	}
	return 0;
}

/* Parameters that the file has under their names behind so many bytes of a prefix. */
static int matches(const RtModel *m, const RtSafetensors *st, const char *prefix, size_t n)
{
	int found = 0;
	for (int i = 0; i < st->n; i++) {
		const char *const name = st->entries[i].name;
		found += strncmp(name, prefix, n) == 0 && rt_param_find(m, name + n) >= 0;
	}
	return found;
}

/* Takes off what stands before all names, one wrapper or several, where more names fit then. */
static void unwrap(RtWeights *w, const RtModel *m, RtSafetensors *st)
{
	size_t best = 0, at = wrapper_at(st, 0);
	const char *first = NULL;
	for (int i = 0; at && !first; i++)
		first = ignored(st->entries[i].name) ? NULL : st->entries[i].name;
	int most = at ? matches(m, st, "", 0) : 0;
	for (size_t n = at; n && at < sizeof w->prefix; at += n = wrapper_at(st, at)) {
		const int found = matches(m, st, first, at);
		best = found > most ? at : best;
		most = found > most ? found : most;
	}
	if (best)
		rt_st_strip(st, memcpy(w->prefix, first, best));
}

static RtStatus check_names(const RtWeights *w, const RtModel *m, RtSafetensors *st,
			    const char *label, RtError *err)
{
	char what[400];
	RtMisfits *const misfits = rt_alloc(1, sizeof *misfits);
	if (!misfits)
		return rt_no_memory(err);
	for (int i = 0; i < m->nparams; i++) {
		const RtTensor *const t = &m->params[i].tensor;
		if (rt_st_find(st, t->name) || !m->params[i].optional)
			rt_misfits_want(misfits, st, t);
	}
	for (int i = 0; i < st->n; i++)
		st->entries[i].used |= ignored(st->entries[i].name);
	rt_misfits_left_over(misfits, st);
	snprintf(what, sizeof what,
		 w->prefix[0] ? "the model '%s' without the '%s' of all names" : "the model '%s'",
		 m->name, w->prefix);
	const RtStatus s = rt_misfits_status(misfits, label, what, err);
	free(misfits);
	return s;
}

/* ---- values -----------------------------------------------------------------------------------
 */

static RtStatus check_values(const RtWeights *w, const RtModel *m, const RtSafetensors *st,
			     const char *label, RtError *err)
{
	RtBadValues bad = {0};
	const RtSource source = rt_weights_source(w);
	for (int i = 0; i < m->nparams; i++) {
		const RtEntry *const e = rt_st_find(st, m->params[i].tensor.name);
		if (!e)
			continue;
		const RtArray a = rt_st_array(e);
		rt_values_check(&bad, e->name, &a);
		source.drop(&source);
	}
	return rt_values_status(&bad, label, err);
}

static RtStatus take_entry(RtWeights *w, const RtModel *m, int i, const RtEntry *e, RtError *err)
{
	const RtArray a = rt_st_array(e);
	if (a.type == RT_F32 && (uintptr_t)a.data % sizeof(float) == 0) {
		w->params[i] = (const float *)(const void *)a.data;
		return RT_OK;
	}
	float *const x = own(w, m, i);
	if (!x)
		return rt_no_memory(err);
	rt_array_get(&a, 0, rt_tensor_numel(&m->params[i].tensor), x);
	w->converted[a.type] += a.type != RT_F32;
	return RT_OK;
}

static RtStatus take_values(RtWeights *w, const RtModel *m, const RtSafetensors *st, RtError *err)
{
	RtStatus s = RT_OK;
	for (int i = 0; !s && i < m->nparams; i++) {
		const RtEntry *const e = rt_st_find(st, m->params[i].tensor.name);
		s = e ? take_entry(w, m, i, e, err) : own_init(w, m, i, 0, 1, err);
	}
	return s;
}

static RtStatus parse(RtWeights *w, const RtModel *m, const unsigned char *bytes, uint64_t n,
		      const char *label, RtError *err)
{
	RtSafetensors st;
	RtStatus s = rt_st_parse(&st, bytes, n, label, err);
	if (s)
		return s;
	unwrap(w, m, &st);
	s = check_names(w, m, &st, label, err);
	if (!s)
		s = check_values(w, m, &st, label, err);
	if (!s)
		s = take_values(w, m, &st, err);
	rt_st_release(&st);
	return s;
}

bool rt_weights_note(const RtWeights *w, RtError *text)
{
	const char *join = "";
	text->text[0] = '\0';
	for (int k = 0; k < RT_FLOATS; k++) {
		if (!w->converted[k])
			continue;
		rt_error_append(text, "%s%d tensor%s of %s converted to F32", join, w->converted[k],
				w->converted[k] == 1 ? "" : "s", rt_float_name((RtFloat)k));
		join = ", ";
	}
	if (w->prefix[0])
		rt_error_append(text, "%sall names begin with '%s', which is left out", join,
				w->prefix);
	return text->text[0] != '\0';
}

RtStatus rt_weights_parse(RtWeights *w, const RtModel *m, const unsigned char *bytes, uint64_t n,
			  const char *label, RtError *err)
{
	RtStatus s = weights_alloc(w, m, err);
	if (!s)
		s = parse(w, m, bytes, n, label, err);
	if (s)
		rt_weights_release(w);
	return s;
}

RtStatus rt_weights_open(RtWeights *w, const RtModel *m, const char *path, RtError *err)
{
	*w = (RtWeights){0};
	if (!path && m->weights)
		return rt_weights_parse(w, m, m->weights, m->weights_bytes, "embedded weights",
					err);
	if (!path && m->nparams == 0)
		return weights_alloc(w, m, err);
	if (!path)
		return rt_fail(err, RT_USAGE,
			       "no weights: give --weights W.safetensors (this program "
			       "has none embedded; 'init' makes fresh ones)");
	RtStatus s = weights_alloc(w, m, err);
	if (!s)
		s = rt_bytes_open(&w->file, path, err);
	if (!s)
		s = parse(w, m, w->file.at, w->file.n, path, err);
	if (s)
		rt_weights_release(w);
	return s;
}

int rt_param_find(const RtModel *m, const char *name)
{
	for (int i = 0; i < m->nparams; i++)
		if (strcmp(m->params[i].tensor.name, name) == 0)
			return i;
	return -1;
}

static const char *const scaler[] = {"scaler.mean", "scaler.std"};

static RtStatus take_scaler(RtWeights *w, const RtModel *m, const RtSafetensors *st,
			    const char *path, RtError *err)
{
	RtBadValues bad = {0};
	for (size_t k = 0; k < RT_COUNT(scaler); k++) {
		const int i = rt_param_find(m, scaler[k]);
		const RtEntry *const e = rt_st_find(st, scaler[k]);
		char have[RT_SHAPE_TEXT], need[RT_SHAPE_TEXT];
		if (i < 0)
			return rt_fail(err, RT_INPUT,
				       "%s: the model '%s' does not standardise its features", path,
				       m->name);
		const RtTensor *const t = &m->params[i].tensor;
		if (!e || !rt_float_known(e->dtype) || !rt_same_shape(t, e->rank, e->dim) ||
		    st->n != RT_COUNT(scaler))
			return rt_fail(
			    err, RT_INPUT, "%s: need '%s' and '%s', F32 %s, and no more%s%s", path,
			    scaler[0], scaler[1], rt_shape_text(need, t->rank, t->dim),
			    e ? "; it is " : "", e ? rt_shape_text(have, e->rank, e->dim) : "");
		const RtArray a = rt_st_array(e);
		rt_values_check(&bad, e->name, &a);
		free(w->owned[i]);
		float *const x = own(w, m, i);
		if (!x)
			return rt_no_memory(err);
		rt_array_get(&a, 0, rt_tensor_numel(t), x);
	}
	return rt_values_status(&bad, path, err);
}

RtStatus rt_weights_load(RtWeights *w, const RtModel *m, const char *path, const char *statistics,
			 RtError *err)
{
	RtBytes b = {0};
	RtSafetensors st = {0};
	RtStatus s = rt_weights_open(w, m, path, err);
	if (s || !statistics)
		return s;
	s = rt_bytes_open(&b, statistics, err);
	if (!s)
		s = rt_st_parse(&st, b.at, b.n, statistics, err);
	if (!s)
		s = take_scaler(w, m, &st, statistics, err);
	rt_st_release(&st);
	rt_bytes_release(&b);
	if (s)
		rt_weights_release(w);
	return s;
}

/* The values that optional statistics have where nobody gives them. */
bool rt_weights_unscaled(const RtWeights *w, const RtModel *m)
{
	for (size_t k = 0; k < RT_COUNT(scaler); k++) {
		const int i = rt_param_find(m, scaler[k]);
		if (i < 0)
			return false;
		for (uint64_t n = rt_tensor_numel(&m->params[i].tensor); n--;)
			if (w->params[i][n] != (float)k)
				return false;
	}
	return true;
}

static void keep(const RtSource *s)
{
	(void)s;
}

/* Whole pages of a file mapping that nobody writes: the kernel reads them again when needed. */
static void drop_mapped(const RtSource *s)
{
	madvise(s->file, s->file_bytes, MADV_DONTNEED);
}

RtSource rt_weights_source(const RtWeights *w)
{
	RtSource s = {.params = w->params, .drop = keep};
	if (w->file.mapped) {
		s.drop = drop_mapped;
		s.file = (void *)(uintptr_t)w->file.at;
		s.file_bytes = w->file.n;
	}
	return s;
}

RtStatus rt_weights_check(const RtModel *m, const char *path, RtError *err)
{
	RtWeights w;
	const RtStatus s = rt_weights_open(&w, m, path, err);
	if (s)
		return s;
	rt_weights_note(&w, err);
	rt_weights_release(&w);
	return RT_OK;
}

RtStatus rt_weights_init(RtWeights *w, const RtModel *m, uint64_t seed, int threads, RtError *err)
{
	RtStatus s = weights_alloc(w, m, err);
	for (int i = 0; !s && i < m->nparams; i++)
		s = own_init(w, m, i, seed, threads, err);
	if (s)
		rt_weights_release(w);
	return s;
}

RtStatus rt_weights_none(RtWeights *w, const RtModel *m, RtError *err)
{
	RtStatus s = weights_alloc(w, m, err);
	for (int i = 0; !s && i < m->nparams; i++) {
		if (m->params[i].optional)
			s = own_init(w, m, i, 0, 1, err);
		else if (!own(w, m, i)) /* zeroed pages that nothing touches take no memory */
			s = rt_no_memory(err);
	}
	if (s)
		rt_weights_release(w);
	return s;
}
