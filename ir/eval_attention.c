/* eval_attention.c: the reference evaluator for attention and its gradients. Plain float64 loops
 * from the formulas; the names of values are those of ops.def. */
#include "eval.h"

#include <math.h>

/* Inputs of either op; r, u, w NULL without relative positions, state: the input's number. */
typedef struct Attention {
	int64_t batch, T, S, H, D, E;
	const double *q, *k, *v, *r, *u, *w;
	double scale;
	int state;
} Attention;

static Attention attention_of(const Eval *e, int state)
{
	const int64_t *q = e->in[0].type.dim, *v = e->in[2].type.dim;
	Attention a = {.batch = q[0], .T = q[1], .S = v[1], .H = q[2], .D = q[3], .E = v[3]};
	a.q = e->in[0].data;
	a.k = e->in[1].data;
	a.v = e->in[2].data;
	a.scale = attr_float(e->n, "scale");
	a.state = state;
	if (state + 1 < e->nin) {
		a.r = e->in[state + 1].data;
		a.u = e->in[state + 2].data;
		a.w = e->in[state + 3].data;
	}
	return a;
}

/* Row t of head h of batch entry b of x[B, rows, H, n] */
static int64_t row_of(const Attention *a, int64_t b, int64_t rows, int64_t t, int64_t h, int64_t n)
{
	return ((b * rows + t) * a->H + h) * n;
}

/* (x + bias) y over n elements; bias may be NULL */
static double dot(const double *x, const double *bias, const double *y, int64_t n)
{
	double sum = 0;
	for (int64_t i = 0; i < n; i++)
		sum += (x[i] + (bias ? bias[i] : 0)) * y[i];
	return sum;
}

/* Query and position that meet in the relative term of query i and key j; false where it is 0. */
static bool shifted(const Attention *a, int64_t i, int64_t j, int64_t *query, int64_t *m)
{
	*query = j <= i ? i : i + 1;
	*m = j <= i ? a->T - 1 - i + j : j - i - 2;
	return j != i + 1;
}

/* c[i, j] of head h */
static double score(const Attention *a, int64_t b, int64_t h, int64_t i, int64_t j)
{
	const int64_t D = a->D;
	int64_t query, m;
	const double *u = a->u ? a->u + h * D : NULL;
	double c =
	    dot(a->q + row_of(a, b, a->T, i, h, D), u, a->k + row_of(a, b, a->S, j, h, D), D);
	if (a->r && shifted(a, i, j, &query, &m))
		c += dot(a->q + row_of(a, b, a->T, query, h, D), a->w + h * D,
			 a->r + row_of(a, 0, a->T, m, h, D), D);
	return c;
}

/* dropout(softmax(scale c))[i, j] for all j to p[S]; returns log sum_j exp(scale c[i, j]). */
static double weights(const Eval *e, const Attention *a, int64_t b, int64_t h, int64_t i, double *p)
{
	double top = -INFINITY, sum = 0;
	for (int64_t j = 0; j < a->S; j++) {
		p[j] = a->scale * score(a, b, h, i, j);
		top = fmax(top, p[j]);
	}
	for (int64_t j = 0; j < a->S; j++)
		sum += p[j] = exp(p[j] - top);
	for (int64_t j = 0; j < a->S; j++)
		p[j] *= eval_kept(e, a->state, ((b * a->H + h) * a->T + i) * a->S + j) / sum;
	return top + log(sum);
}

/* q, k, v, state, r, u, w -> y, lse */
void eval_attention(const Eval *e)
{
	const Attention a = attention_of(e, 3);
	double *p = NEW_ARRAY(e->tmp, double, a.S);
	for (int64_t n = 0; n < a.batch * a.H * a.T; n++) {
		const int64_t b = n / (a.H * a.T), h = n / a.T % a.H, i = n % a.T;
		double *y = e->out[0].data + row_of(&a, b, a.T, i, h, a.E);
		const double lse = weights(e, &a, b, h, i, p);
		for (int64_t j = 0; j < a.S; j++)
			for (int64_t c = 0; c < a.E; c++)
				y[c] += p[j] * a.v[row_of(&a, b, a.S, j, h, a.E) + c];
		if (e->n->nout > 1)
			e->out[1].data[n] = lse;
	}
}

/* to[n] += f (from[n] + bias[n]); bias may be NULL */
static void add_times(double *to, double f, const double *from, const double *bias, int64_t n)
{
	for (int64_t i = 0; i < n; i++)
		to[i] += f * (from[i] + (bias ? bias[i] : 0));
}

/* What s, the gradient by c[i, j], gives to dq, dk, dp and dr */
static void add_score_grads(const Eval *e, const Attention *a, int64_t b, int64_t h, int64_t i,
			    int64_t j, double s)
{
	const int64_t D = a->D, q = row_of(a, b, a->T, i, h, D), k = row_of(a, b, a->S, j, h, D);
	int64_t query, m;
	add_times(e->out[0].data + q, s, a->k + k, NULL, D);
	add_times(e->out[1].data + k, s, a->q + q, a->u ? a->u + h * D : NULL, D);
	if (!a->r || !shifted(a, i, j, &query, &m))
		return;
	const int64_t p = row_of(a, b, a->T, query, h, D);
	add_times(e->out[3].data + p, s, a->r + row_of(a, 0, a->T, m, h, D), NULL, D);
	add_times(e->out[4].data + row_of(a, b, a->T, m, h, D), s, a->q + p, a->w + h * D, D);
}

/* q, k, v, y, lse, g, state, r, u, w -> dq, dk, dv, dp, dr */
void eval_attention_grad(const Eval *e)
{
	const Attention a = attention_of(e, 6);
	const double *y = e->in[3].data, *lse = e->in[4].data, *g = e->in[5].data;
	for (int64_t n = 0; n < a.batch * a.H * a.T; n++) {
		const int64_t b = n / (a.H * a.T), h = n / a.T % a.H, i = n % a.T;
		const int64_t row = row_of(&a, b, a.T, i, h, a.E);
		const double mean = dot(y + row, NULL, g + row, a.E);
		for (int64_t j = 0; j < a.S; j++) {
			const int64_t v = row_of(&a, b, a.S, j, h, a.E);
			const double p = exp(a.scale * score(&a, b, h, i, j) - lse[n]);
			const double kept = eval_kept(e, a.state, n * a.S + j);
			const double d = kept * dot(g + row, NULL, a.v + v, a.E);
			add_times(e->out[2].data + v, p * kept, g + row, NULL, a.E);
			add_score_grads(e, &a, b, h, i, j, a.scale * p * (d - mean));
		}
	}
}
