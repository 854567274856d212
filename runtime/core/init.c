/* init.c: fresh weights. Every value is a function of the seed, the tensor's name and its index,
 * through the counter-based generator Philox4x32-10 (Salmon et al. 2011): key = seed, counter =
 * (index / 4, hash of the name). So adding a tensor, or using other threads, changes no value. */
#include "runtime/core/core.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 4096 }; /* values made at a time, a multiple of 4 */

static void philox(uint64_t seed, uint64_t low, uint64_t high, uint32_t out[4])
{
	uint32_t c[4] = {(uint32_t)low, (uint32_t)(low >> 32), (uint32_t)high,
			 (uint32_t)(high >> 32)};
	uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
	for (int round = 0; round < 10; round++) {
		const uint64_t p0 = (uint64_t)0xD2511F53 * c[0], p1 = (uint64_t)0xCD9E8D57 * c[2];
		const uint32_t next[4] = {(uint32_t)(p1 >> 32) ^ c[1] ^ k0, (uint32_t)p1,
					  (uint32_t)(p0 >> 32) ^ c[3] ^ k1, (uint32_t)p0};
		memcpy(c, next, sizeof c);
		k0 += 0x9E3779B9;
		k1 += 0xBB67AE85;
	}
	memcpy(out, c, sizeof c);
}

/* FNV-1a, then the finaliser of SplitMix64. */
static uint64_t hash_name(const char *name)
{
	uint64_t h = 0xcbf29ce484222325;
	for (; *name; name++)
		h = (h ^ (unsigned char)*name) * 0x100000001b3;
	h = (h ^ h >> 30) * 0xbf58476d1ce4e5b9;
	h = (h ^ h >> 27) * 0x94d049bb133111eb;
	return h ^ h >> 31;
}

static double unit(uint32_t u)
{
	return ((double)u + 0.5) * 0x1p-32;
}

void rt_random_uniform(uint64_t seed, const char *name, uint64_t first, uint64_t n, double *out)
{
	const uint64_t hash = hash_name(name);
	uint32_t r[4];
	for (uint64_t i = first; i < first + n; i++) {
		if (i == first || i % 4 == 0)
			philox(seed, i / 4, hash, r);
		out[i - first] = unit(r[i % 4]);
	}
}

/* Box-Muller: values 2k and 2k+1 are cosine and sine of one pair of uniforms. */
void rt_random_normal(uint64_t seed, const char *name, uint64_t first, uint64_t n, double *out)
{
	const double tau = 6.283185307179586;
	const uint64_t hash = hash_name(name);
	uint32_t r[4];
	for (uint64_t i = first; i < first + n; i++) {
		if (i == first || i % 4 == 0)
			philox(seed, i / 4, hash, r);
		const uint32_t *const pair = &r[i % 4 / 2 * 2];
		const double radius = sqrt(-2 * log(unit(pair[0]))), angle = tau * unit(pair[1]);
		out[i - first] = radius * (i % 2 ? sin(angle) : cos(angle));
	}
}

typedef void Fill(const RtParam *p, uint64_t seed, uint64_t first, uint64_t n, double *out);

static void fill_value(double v, uint64_t n, double *out)
{
	for (uint64_t i = 0; i < n; i++)
		out[i] = v;
}

static void fill_zeros(const RtParam *p, uint64_t seed, uint64_t first, uint64_t n, double *out)
{
	(void)p, (void)seed, (void)first;
	fill_value(0, n, out);
}

static void fill_ones(const RtParam *p, uint64_t seed, uint64_t first, uint64_t n, double *out)
{
	(void)p, (void)seed, (void)first;
	fill_value(1, n, out);
}

static void fill_constant(const RtParam *p, uint64_t seed, uint64_t first, uint64_t n, double *out)
{
	(void)seed, (void)first;
	fill_value(p->a, n, out);
}

static void fill_uniform(const RtParam *p, uint64_t seed, uint64_t first, uint64_t n, double *out)
{
	rt_random_uniform(seed, p->tensor.name, first, n, out);
	for (uint64_t i = 0; i < n; i++)
		out[i] = p->a + (p->b - p->a) * out[i];
}

static void fill_normal(const RtParam *p, uint64_t seed, uint64_t first, uint64_t n, double *out)
{
	rt_random_normal(seed, p->tensor.name, first, n, out);
	for (uint64_t i = 0; i < n; i++)
		out[i] = p->a + p->b * out[i];
}

/* ln(n+1) along the last axis: the state matrix of Mamba (A_log). */
static void fill_log_arange(const RtParam *p, uint64_t seed, uint64_t first, uint64_t n,
			    double *out)
{
	(void)seed;
	const int rank = p->tensor.rank;
	const uint64_t last =
	    rank && p->tensor.dim[rank - 1] ? (uint64_t)p->tensor.dim[rank - 1] : 1;
	for (uint64_t i = 0; i < n; i++)
		out[i] = log((double)((first + i) % last + 1));
}

/* Mamba's step bias: inverse softplus of dt, log-uniform in [a, b], at least c. */
static void fill_dt_bias(const RtParam *p, uint64_t seed, uint64_t first, uint64_t n, double *out)
{
	rt_random_uniform(seed, p->tensor.name, first, n, out);
	for (uint64_t i = 0; i < n; i++) {
		const double dt = fmax(exp(out[i] * (log(p->b) - log(p->a)) + log(p->a)), p->c);
		out[i] = dt + log(-expm1(-dt));
	}
}

static const struct {
	const char *name;
	Fill *fill;
} kinds[] = {
    {"zeros", fill_zeros},     {"ones", fill_ones},     {"constant", fill_constant},
    {"uniform", fill_uniform}, {"normal", fill_normal}, {"log_arange", fill_log_arange},
    {"dt_bias", fill_dt_bias},
};

static Fill *find_kind(const char *name)
{
	for (size_t i = 0; i < RT_COUNT(kinds); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return kinds[i].fill;
	return NULL;
}

static void fill_chunk(const RtParam *p, Fill *fill, uint64_t seed, uint64_t first, uint64_t n,
		       float *out)
{
	double v[CHUNK];
	fill(p, seed, first, n, v);
	for (uint64_t i = 0; i < n; i++)
		out[first + i] = (float)v[i];
}

RtStatus rt_init_param(const RtParam *p, uint64_t seed, int threads, float *out, RtError *err)
{
	Fill *const fill = find_kind(p->init);
	if (!fill)
		return rt_fail(err, RT_BUG, "parameter '%s': unknown initialiser '%s'",
			       p->tensor.name, p->init);
	const uint64_t n = rt_tensor_numel(&p->tensor);
	const int64_t nchunks = (int64_t)((n + CHUNK - 1) / CHUNK);
	threads = rt_threads(threads);
#pragma omp parallel for num_threads(threads) if (nchunks > 1)
	for (int64_t i = 0; i < nchunks; i++) {
		const uint64_t first = (uint64_t)i * CHUNK;
		fill_chunk(p, fill, seed, first, n - first < CHUNK ? n - first : CHUNK, out);
	}
	return RT_OK;
}

/* Optional parameters are left out: without them a file means the same. */
static RtStatus write_header(RtOut *f, const RtModel *m, RtError *err)
{
	RtTensor *const t = rt_alloc((uint64_t)m->nparams, sizeof *t);
	if (!t)
		return rt_no_memory(err);
	int n = 0;
	for (int i = 0; i < m->nparams; i++)
		if (!m->params[i].optional)
			t[n++] = m->params[i].tensor;
	rt_st_header(f, n, t);
	free(t);
	return RT_OK;
}

static RtStatus write_params(RtOut *f, const RtModel *m, uint64_t seed, int threads,
			     RtProgress *progress, RtError *err)
{
	uint64_t largest = 0;
	for (int i = 0; i < m->nparams; i++) {
		const uint64_t n = rt_tensor_numel(&m->params[i].tensor);
		largest = n > largest ? n : largest;
	}
	float *const x = rt_alloc(largest, sizeof *x);
	RtStatus s = x ? RT_OK : rt_no_memory(err);
	for (int i = 0; !s && i < m->nparams; i++) {
		const RtParam *const p = &m->params[i];
		rt_progress_show(progress, "init", i, m->nparams);
		if (p->optional)
			continue;
		s = rt_init_param(p, seed, threads, x, err);
		if (!s)
			rt_out_write(f, x, sizeof *x * rt_tensor_numel(&p->tensor));
	}
	free(x);
	return s;
}

RtStatus rt_init_write(const RtModel *m, uint64_t seed, int threads, const char *path,
		       RtProgress *progress, RtError *err)
{
	RtOut out;
	RtStatus s = rt_out_open(&out, path, err);
	if (s)
		return s;
	s = write_header(&out, m, err);
	if (!s)
		s = write_params(&out, m, seed, threads, progress, err);
	if (!s)
		return rt_out_commit(&out, err);
	rt_out_cancel(&out);
	return s;
}
