/* attention.h: attention and its gradients, of one head and ATTN_ROWS queries at a time.
 *
 * Vector lanes are queries: scores st[key][query] need no transposed keys or values, and softmax
 * goes down the rows. Keys are taken ATTN_KEYS at a time with a running maximum, so that no memory
 * but the operands grows with the length. Products with positions stand in rows by position; lane l
 * of key j meets row j - l + constant, so the shift moves each lane by its number (attn_shear). */
#ifndef CPU_ATTENTION_H
#define CPU_ATTENTION_H

#include "gemm.h"
#include "math.h"
#include "update.h"

/* ATTN_LANES: from row to row of transposed queries; the one behind a block is there, too.
 * ATTN_SPAN: rows by position that NR queries and a block of keys meet. */
enum {
	ATTN_ROWS = 64,
	ATTN_KEYS = 128,
	ATTN_LANES = ATTN_ROWS + 16,
	ATTN_SPAN = ATTN_KEYS + NR - 1
};

/* q[b, t, h, d], k[b, s, h, d], v[b, s, h, e] and, for gradients, g[b, t, h, e], r[t, h, d] with
 * strides. limit: of 2^32 draws as many drop; the others are multiplied by keep. */
typedef struct Attention {
	int b, t, s, h, d, e;
	int64_t qb, qt, qh, qd, kb, ks, kh, kd, vb, vs, vh, ve, gb, gt, gh, ge, rt, rh, rd;
	float scale;
	bool relative, drop;
	uint64_t limit;
	float keep;
} Attention;

/* ---- products ---- */

/* c[mr][NR] += or = sum over j < k of a[i * row + j * col] b[j][NR] */
INLINE void attn_rows(int mr, const float *a, int64_t row, int64_t col, const float *b, int64_t ldb,
		      int k, float *c, int64_t ldc, bool add)
{
	Vf acc[GEMM_ROWS][2];
#pragma GCC unroll 16
	for (int i = 0; i < mr; i++) {
		acc[i][0] = add ? vload(c + i * ldc) : (Vf){0};
		acc[i][1] = add ? vload(c + i * ldc + VL) : (Vf){0};
	}
	for (int j = 0; j < k; j++) {
		const Vf b0 = vload(b + j * ldb), b1 = vload(b + j * ldb + VL);
#pragma GCC unroll 16
		for (int i = 0; i < mr; i++) {
			const Vf s = vset(a[i * row + j * col]);
			acc[i][0] += s * b0;
			acc[i][1] += s * b1;
		}
	}
#pragma GCC unroll 16
	for (int i = 0; i < mr; i++) {
		vstore(c + i * ldc, acc[i][0]);
		vstore(c + i * ldc + VL, acc[i][1]);
	}
}

#define ATTN_CASE(n)                                                                               \
	case n:                                                                                    \
		attn_rows(n, a, row, col, b, ldb, k, c, ldc, add);                                 \
		break

/* rows <= GEMM_ROWS */
OUTLINE void attn_few(int rows, const float *a, int64_t row, int64_t col, const float *b,
		      int64_t ldb, int k, float *c, int64_t ldc, bool add)
{
	switch (rows) {
		ATTN_CASE(1);
		ATTN_CASE(2);
		ATTN_CASE(3);
		ATTN_CASE(4);
		ATTN_CASE(5);
		ATTN_CASE(6);
#if defined(__AVX512F__)
		ATTN_CASE(7);
		ATTN_CASE(8);
		ATTN_CASE(9);
		ATTN_CASE(10);
		ATTN_CASE(11);
		ATTN_CASE(12);
		ATTN_CASE(13);
		ATTN_CASE(14);
#endif
	}
}

/* c[rows][n], columns rounded up to NR */
INLINE void attn_product(int rows, const float *a, int64_t row, int64_t col, const float *b,
			 int64_t ldb, int k, float *c, int64_t ldc, int n, bool add)
{
	const int groups = (rows + GEMM_ROWS - 1) / GEMM_ROWS;
	for (int g = 0; g < groups; g++)
		for (int p = 0; p < n; p += NR) {
			const int r0 = rows * g / groups, r1 = rows * (g + 1) / groups;
			attn_few(r1 - r0, a + r0 * row, row, col, b + p, ldb, k, c + r0 * ldc + p,
				 ldc, add);
		}
}

/* ---- operands ---- */

/* Dense copy of x[n, width] with rows `pitch` apart, zeros behind n rows up to `rows` and behind
 * width; times scale, after adding bias[width] or nothing (NULL) */
INLINE void attn_copy(const float *x, int64_t row, int64_t col, int n, int rows, int width,
		      const float *bias, float scale, float *to, int pitch)
{
	memset(to, 0, (size_t)rows * (size_t)pitch * sizeof *to);
	for (int i = 0; i < n; i++)
		for (int c = 0; c < width; c++)
			to[i * pitch + c] = (x[i * row + c * col] + (bias ? bias[c] : 0)) * scale;
}

/* The same, transposed to lanes: to[width][ATTN_LANES] */
INLINE void attn_lanes(const float *x, int64_t row, int64_t col, int n, int width,
		       const float *bias, float scale, float *to)
{
	memset(to, 0, (size_t)width * ATTN_LANES * sizeof *to);
	for (int i = 0; i < n; i++)
		for (int c = 0; c < width; c++)
			to[c * ATTN_LANES + i] =
			    (x[i * row + c * col] + (bias ? bias[c] : 0)) * scale;
}

/* What dropout multiplies the weights of n queries and `keys` keys by, mask[key][query]; those of
 * the first query begin with draw e. */
INLINE void attn_mask(const Attention s, const float *state, uint32_t stream, int64_t e, int n,
		      int keys, float *mask)
{
	for (int i = 0; i < n; i++, e += s.s) {
		uint32_t c[4] = {0};
		for (int j = 0; j < keys; j++) {
			const int64_t at = e + j;
			if (j == 0 || at % 4 == 0) {
				c[0] = (uint32_t)(at / 4);
				c[1] = (uint32_t)((uint64_t)at >> 34);
				c[2] = (uint32_t)state[0];
				c[3] = 0;
				philox((uint32_t)state[1], stream, c);
			}
			mask[j * ATTN_ROWS + i] = state[1] < 0          ? 1.0f
						  : c[at % 4] < s.limit ? 0
									: s.keep;
		}
	}
}

/* ---- positions ---- */

/* Which rows by position the queries i .. i + NR - 1 and the keys j.. meet: for keys up to the
 * query m = t - 1 - i + j, and for those `beyond` the next one, with the next query, m = j - i - 2.
 * Row n of a span is position `first` + n; low .. high - 1 exist. No row is in both. */
typedef struct AttnSpan {
	int first, low, high;
} AttnSpan;

INLINE AttnSpan attn_span(const Attention s, bool beyond, int i, int j, int keys)
{
	const int first = (beyond ? -2 : s.t - 1) - i + j - (NR - 1), last = first + keys + NR - 1;
	return (AttnSpan){first, first < 0 ? -first : 0, (last < s.t ? last : s.t) - first};
}

/* Lane l of row n of x[rows][NR] comes from row n + NR - 1 - l; `up`: goes back there. */
INLINE void attn_shear(float *x, int rows, bool up)
{
	for (int v = 0; v < NR; v += VL) {
		const int far = NR - VL - v; /* what all lanes of the vector move by */
		for (int i = 0; i < rows - far && far > 0; i++) {
			const int to = up ? rows - 1 - i : i, from = up ? to - far : to + far;
			vstore(x + to * NR + v, vload(x + from * NR + v));
		}
		for (int i = 0; i < far && up; i++)
			vstore(x + i * NR + v, (Vf){0});
#pragma GCC unroll 4
		for (int bit = 1; bit < VL; bit *= 2) {
			Vi lanes;
			for (int l = 0; l < VL; l++)
				lanes[l] = l & bit ? 0 : -1;
			for (int i = 0; i < rows - bit; i++) {
				const int to = up ? rows - 1 - i : i,
					  from = up ? to - bit : to + bit;
				float *const at = x + to * NR + v;
				const Vi stay = ~lanes & (Vi)vload(at);
				vstore(at, (Vf)(stay | (lanes & (Vi)vload(x + from * NR + v))));
			}
			for (int i = 0; i < bit && up; i++)
				vstore(x + i * NR + v, (Vf)(~lanes & (Vi)vload(x + i * NR + v)));
		}
	}
}

/* Rows of r that exist in the span, dense. */
INLINE void attn_span_rows(const Attention s, AttnSpan at, const float *r, float *rows)
{
	const int count = at.high - at.low;
	attn_copy(r + (at.first + at.low) * s.rt, s.rt, s.rd, count, count, s.d, NULL, 1, rows,
		  s.d);
}

/* st[keys][ROWS] += what positions give to queries i0.. and keys j0..; r: of the head, qp: queries
 * as lanes; scratch: ATTN_SPAN * (d + NR) floats */
INLINE void attn_positions(const Attention s, const float *qp, const float *r, int i0, int n,
			   int j0, int keys, float *st, float *scratch)
{
	float *const rows = scratch, *const span = rows + ATTN_SPAN * s.d;
	for (int p = 0; p < n; p += NR) {
		memset(span, 0, ATTN_SPAN * NR * sizeof *span);
		for (int beyond = 0; beyond < 2; beyond++) {
			const AttnSpan at = attn_span(s, beyond, i0 + p, j0, keys);
			if (at.low >= at.high)
				continue;
			attn_span_rows(s, at, r, rows);
			attn_product(at.high - at.low, rows, s.d, 1, qp + p + beyond, ATTN_LANES,
				     s.d, span + at.low * NR, NR, NR, false);
		}
		attn_shear(span, keys + NR - 1, false);
		for (int j = 0; j < keys; j++)
			for (int v = 0; v < NR; v += VL) {
				float *const to = st + j * ATTN_ROWS + p + v;
				vstore(to, vload(to) + vload(span + j * NR + v));
			}
	}
}

/* ---- forward ---- */

/* Scratch of attn_tile: queries for content and for positions, keys, values, scores, mask,
 * result, maximum and sum, what attn_positions needs */
INLINE int64_t attn_scratch(const Attention s)
{
	return (int64_t)ATTN_LANES * 2 * s.d + ATTN_KEYS * (s.d + s.e + 2 * ATTN_ROWS) +
	       ATTN_ROWS * (s.e + 2) + ATTN_SPAN * (s.d + NR);
}

/* Exponentials of st[keys][lanes] over a running maximum; o[e][lanes], of the keys so far, and sum
 * are brought to it. */
INLINE void attn_softmax(const Attention s, int keys, int lanes, bool first, float *st, float *o,
			 float *top, float *sum)
{
	for (int l = 0; l < lanes; l += VL) {
		const Vf before = first ? vset(-INFINITY) : vload(top + l);
		Vf most = before, add = {0};
		for (int j = 0; j < keys; j++) {
			const Vf v = vload(st + j * ATTN_ROWS + l);
			const Vi more = v > most;
			most = (Vf)((more & (Vi)v) | (~more & (Vi)most));
		}
		for (int j = 0; j < keys; j++) {
			const Vf v = vexp(vload(st + j * ATTN_ROWS + l) - most);
			vstore(st + j * ATTN_ROWS + l, v);
			add += v;
		}
		const Vf less = vexp(before - most);
		vstore(top + l, most);
		vstore(sum + l, first ? add : add + less * vload(sum + l));
		for (int c = 0; !first && c < s.e; c++)
			vstore(o + c * ATTN_ROWS + l, less * vload(o + c * ATTN_ROWS + l));
	}
}

/* y[b, t, h, e], lse[b, h, t] or NULL; r, u, w[h, d] NULL without positions, state NULL without
 * dropout. A tile is ATTN_ROWS queries of one head. */
INLINE void attn_tile(const Attention s, const float *q, const float *k, const float *v,
		      const float *state, uint32_t stream, const float *r, const float *u,
		      const float *w, float *y, float *lse, int tile, float *scratch)
{
	const int blocks = (s.t + ATTN_ROWS - 1) / ATTN_ROWS, h = tile / blocks % s.h;
	const int b = tile / blocks / s.h, i0 = tile % blocks * ATTN_ROWS;
	const int n = s.t - i0 < ATTN_ROWS ? s.t - i0 : ATTN_ROWS;
	const int lanes = (n + NR - 1) / NR * NR;
	float *const qc = scratch, *const qp = qc + ATTN_LANES * s.d;
	float *const keys = qp + ATTN_LANES * s.d, *const values = keys + ATTN_KEYS * s.d;
	float *const st = values + ATTN_KEYS * s.e, *const mask = st + ATTN_KEYS * ATTN_ROWS;
	float *const o = mask + ATTN_KEYS * ATTN_ROWS, *const top = o + ATTN_ROWS * s.e;
	float *const sum = top + ATTN_ROWS;
	q += b * s.qb + i0 * s.qt + h * s.qh;
	k += b * s.kb + h * s.kh;
	v += b * s.vb + h * s.vh;
	attn_lanes(q, s.qt, s.qd, n, s.d, u ? u + h * s.d : NULL, s.scale, qc);
	if (s.relative)
		attn_lanes(q, s.qt, s.qd, i0 + n < s.t ? n + 1 : n, s.d, w + h * s.d, s.scale, qp);
	for (int j = 0; j < s.s; j += ATTN_KEYS) {
		const int m = s.s - j < ATTN_KEYS ? s.s - j : ATTN_KEYS;
		attn_copy(k + j * s.ks, s.ks, s.kd, m, m, s.d, NULL, 1, keys, s.d);
		attn_copy(v + j * s.vs, s.vs, s.ve, m, m, s.e, NULL, 1, values, s.e);
		attn_product(m, keys, s.d, 1, qc, ATTN_LANES, s.d, st, ATTN_ROWS, n, false);
		if (s.relative)
			attn_positions(s, qp, r + h * s.rh, i0, n, j, m, st, sum + ATTN_ROWS);
		attn_softmax(s, m, lanes, j == 0, st, o, top, sum);
		if (s.drop) {
			const int64_t e = (((int64_t)b * s.h + h) * s.t + i0) * s.s + j;
			attn_mask(s, state, stream, e, n, m, mask);
			for (int i = 0; i < m; i++)
				for (int l = 0; l < n; l++)
					st[i * ATTN_ROWS + l] *= mask[i * ATTN_ROWS + l];
		}
		attn_product(s.e, values, 1, s.e, st, ATTN_ROWS, m, o, ATTN_ROWS, n, j > 0);
	}
	for (int i = 0; i < n; i++) {
		float *const to = y + (((int64_t)b * s.t + i0 + i) * s.h + h) * s.e;
		const float part = 1.0f / sum[i];
		for (int c = 0; c < s.e; c++)
			to[c] = o[c * ATTN_ROWS + i] * part;
		if (lse)
			lse[((int64_t)b * s.h + h) * s.t + i0 + i] = top[i] + m_log(sum[i]);
	}
}

/* ---- gradients ---- */

/* n floats rounded up to whole panels */
INLINE int attn_wide(int n)
{
	return (n + NR - 1) / NR * NR;
}

/* Scratch of attn_grad_tile, in the order of its pointers; the last line grows with the length. */
INLINE int64_t attn_grad_scratch(const Attention s)
{
	const int64_t d = attn_wide(s.d), e = attn_wide(s.e);
	return ATTN_LANES * (3 * (int64_t)s.d + s.e) + (ATTN_ROWS + 1) * (2 * d + e) +
	       ATTN_KEYS * ((int64_t)s.d + s.e + 3 * ATTN_ROWS) + ATTN_ROWS * ((int64_t)s.d + 2) +
	       ATTN_SPAN * ((int64_t)s.d + NR) + s.s * (d + e) + (s.relative ? s.t * d : 0);
}

typedef struct AttnGrad {
	float *qc, *qp, *g, *dp;           /* lanes */
	float *qc_rows, *qp_rows, *g_rows; /* rows of whole panels */
	float *keys, *values;
	float *st, *mask, *ds; /* [key][query] */
	float *dq, *mean, *lse, *span;
	float *dk, *dv, *dr; /* rows of whole panels */
} AttnGrad;

INLINE AttnGrad attn_grad_places(const Attention s, float *scratch)
{
	const int d = attn_wide(s.d), e = attn_wide(s.e);
	AttnGrad a;
	a.qc = scratch;
	a.qp = a.qc + ATTN_LANES * s.d;
	a.dp = a.qp + ATTN_LANES * s.d;
	a.g = a.dp + ATTN_LANES * s.d;
	a.qc_rows = a.g + ATTN_LANES * s.e;
	a.qp_rows = a.qc_rows + (ATTN_ROWS + 1) * d;
	a.g_rows = a.qp_rows + (ATTN_ROWS + 1) * d;
	a.keys = a.g_rows + (ATTN_ROWS + 1) * e;
	a.values = a.keys + ATTN_KEYS * s.d;
	a.st = a.values + ATTN_KEYS * s.e;
	a.mask = a.st + ATTN_KEYS * ATTN_ROWS;
	a.ds = a.mask + ATTN_KEYS * ATTN_ROWS;
	a.dq = a.ds + ATTN_KEYS * ATTN_ROWS;
	a.mean = a.dq + ATTN_ROWS * s.d;
	a.lse = a.mean + ATTN_ROWS;
	a.span = a.lse + ATTN_ROWS;
	a.dk = a.span + ATTN_SPAN * (s.d + NR);
	a.dv = a.dk + (int64_t)s.s * d;
	a.dr = a.dv + (int64_t)s.s * e;
	return a;
}

/* st: scores to weights; ds: gradients by weights after dropout to those by scores */
INLINE void attn_grad_scores(const Attention s, AttnGrad a, int keys, int lanes)
{
	for (int j = 0; j < keys; j++)
		for (int l = 0; l < lanes; l += VL) {
			float *const st = a.st + j * ATTN_ROWS + l;
			float *const ds = a.ds + j * ATTN_ROWS + l;
			const Vf p = vexp(vload(st) - vload(a.lse + l));
			const Vf kept = s.drop ? vload(a.mask + j * ATTN_ROWS + l) : vset(1.0f);
			vstore(st, p * kept);
			vstore(ds, p * (vload(ds) * kept - vload(a.mean + l)));
		}
}

/* dp[d][lanes] and dr[t][..] += of queries i0.. and keys j0.. */
INLINE void attn_grad_positions(const Attention s, AttnGrad a, const float *r, int i0, int n,
				int j0, int keys)
{
	const int d = attn_wide(s.d);
	float *const rows = a.span, *const span = rows + ATTN_SPAN * s.d;
	for (int p = 0; p < n; p += NR) {
		memset(span + keys * NR, 0, (NR - 1) * NR * sizeof *span);
		for (int j = 0; j < keys; j++)
			for (int v = 0; v < NR; v += VL)
				vstore(span + j * NR + v, vload(a.ds + j * ATTN_ROWS + p + v));
		attn_shear(span, keys + NR - 1, true);
		for (int beyond = 0; beyond < 2; beyond++) {
			const AttnSpan at = attn_span(s, beyond, i0 + p, j0, keys);
			const int count = at.high - at.low, queries = n - p < NR ? n - p : NR;
			if (count <= 0)
				continue;
			attn_span_rows(s, at, r, rows);
			attn_product(s.d, rows, 1, s.d, span + at.low * NR, NR, count,
				     a.dp + p + beyond, ATTN_LANES, NR, true);
			attn_product(count, span + at.low * NR, NR, 1, a.qp_rows + (p + beyond) * d,
				     d, queries, a.dr + (int64_t)(at.first + at.low) * d, d, s.d,
				     true);
		}
	}
}

/* x[rows, n] of a head to its places in to[b, rows, h, n] */
INLINE void attn_put(const float *x, int64_t row, int64_t col, int rows, int n, int heads,
		     float scale, float *to)
{
	for (int i = 0; i < rows; i++)
		for (int c = 0; c < n; c++)
			to[(int64_t)i * heads * n + c] = x[i * row + c * col] * scale;
}

/* Queries i0 .. i0 + n - 1 of one head: pointers at the head, q and g at its first query. */
INLINE void attn_grad_block(const Attention s, AttnGrad a, const float *q, const float *k,
			    const float *v, const float *y, const float *lse, const float *g,
			    const float *state, uint32_t stream, int64_t draw, const float *r,
			    const float *u, const float *w, int i0, int n)
{
	const int d = attn_wide(s.d), e = attn_wide(s.e), lanes = attn_wide(n);
	const int next = i0 + n < s.t ? n + 1 : n;
	q += i0 * s.qt;
	g += i0 * s.gt;
	attn_lanes(q, s.qt, s.qd, n, s.d, u, s.scale, a.qc);
	attn_lanes(g, s.gt, s.ge, n, s.e, NULL, 1, a.g);
	attn_copy(q, s.qt, s.qd, n, ATTN_ROWS, s.d, u, s.scale, a.qc_rows, d);
	attn_copy(g, s.gt, s.ge, n, ATTN_ROWS, s.e, NULL, 1, a.g_rows, e);
	if (s.relative) {
		attn_lanes(q, s.qt, s.qd, next, s.d, w, s.scale, a.qp);
		attn_copy(q, s.qt, s.qd, next, ATTN_ROWS + 1, s.d, w, s.scale, a.qp_rows, d);
	}
	memset(a.mean, 0, 2 * ATTN_ROWS * sizeof *a.mean);
	for (int i = 0; i < n; i++) {
		for (int c = 0; c < s.e; c++)
			a.mean[i] += a.g_rows[i * e + c] * y[(int64_t)(i0 + i) * s.h * s.e + c];
		a.lse[i] = lse[i0 + i];
	}
	for (int j = 0; j < s.s; j += ATTN_KEYS) {
		const int m = s.s - j < ATTN_KEYS ? s.s - j : ATTN_KEYS;
		attn_copy(k + j * s.ks, s.ks, s.kd, m, m, s.d, NULL, 1, a.keys, s.d);
		attn_copy(v + j * s.vs, s.vs, s.ve, m, m, s.e, NULL, 1, a.values, s.e);
		attn_product(m, a.keys, s.d, 1, a.qc, ATTN_LANES, s.d, a.st, ATTN_ROWS, n, false);
		if (s.relative)
			attn_positions(s, a.qp, r, i0, n, j, m, a.st, a.span);
		attn_product(m, a.values, s.e, 1, a.g, ATTN_LANES, s.e, a.ds, ATTN_ROWS, n, false);
		if (s.drop)
			attn_mask(s, state, stream, draw + (int64_t)i0 * s.s + j, n, m, a.mask);
		attn_grad_scores(s, a, m, lanes);
		attn_product(m, a.st, ATTN_ROWS, 1, a.g_rows, e, n, a.dv + (int64_t)j * e, e, s.e,
			     true);
		attn_product(m, a.ds, ATTN_ROWS, 1, a.qc_rows, d, n, a.dk + (int64_t)j * d, d, s.d,
			     true);
		attn_product(s.d, a.keys, 1, s.d, a.ds, ATTN_ROWS, m, a.dq, ATTN_ROWS, n, j > 0);
		if (s.relative)
			attn_grad_positions(s, a, r, i0, n, j, m);
	}
}

/* dq, dp, dr[b, t, h, d], dk[b, s, h, d], dv[b, s, h, e]; dp and dr NULL without positions. The
 * other operands as in attn_tile. A tile is one head. */
INLINE void attn_grad_tile(const Attention s, const float *q, const float *k, const float *v,
			   const float *y, const float *lse, const float *g, const float *state,
			   uint32_t stream, const float *r, const float *u, const float *w,
			   float *dq, float *dk, float *dv, float *dp, float *dr, int tile,
			   float *scratch)
{
	const int h = tile % s.h, b = tile / s.h, d = attn_wide(s.d), e = attn_wide(s.e);
	const int64_t rows = ((int64_t)b * s.t * s.h + h), keys = ((int64_t)b * s.s * s.h + h);
	const AttnGrad a = attn_grad_places(s, scratch);
	memset(a.dp, 0, ATTN_LANES * (size_t)s.d * sizeof *a.dp);
	memset(a.dk, 0, (size_t)s.s * (size_t)(d + e) * sizeof *a.dk);
	if (s.relative)
		memset(a.dr, 0, (size_t)s.t * (size_t)d * sizeof *a.dr);
	for (int i = 0; i < s.t; i += ATTN_ROWS) {
		const int n = s.t - i < ATTN_ROWS ? s.t - i : ATTN_ROWS;
		attn_grad_block(s, a, q + b * s.qb + h * s.qh, k + b * s.kb + h * s.kh,
				v + b * s.vb + h * s.vh, y + rows * s.e, lse + (int64_t)tile * s.t,
				g + b * s.gb + h * s.gh, state, stream, (int64_t)tile * s.t * s.s,
				s.relative ? r + h * s.rh : NULL, s.relative ? u + h * s.d : NULL,
				s.relative ? w + h * s.d : NULL, i, n);
		const int64_t at = (rows + (int64_t)i * s.h) * s.d;
		attn_put(a.dq, 1, ATTN_ROWS, n, s.d, s.h, s.scale, dq + at);
		if (!s.relative)
			continue;
		attn_put(a.dp, 1, ATTN_LANES, n, s.d, s.h, s.scale, dp + at);
		/* what the block gave to the query behind it */
		for (int c = 0; c < s.d; c++) {
			float *const lane = a.dp + c * ATTN_LANES;
			const float more = lane[ATTN_ROWS];
			memset(lane, 0, ATTN_LANES * sizeof *lane);
			lane[0] = more;
		}
	}
	attn_put(a.dk, d, 1, s.s, s.d, s.h, 1, dk + keys * s.d);
	attn_put(a.dv, e, 1, s.s, s.e, s.h, 1, dv + keys * s.e);
	if (s.relative)
		attn_put(a.dr, d, 1, s.t, s.d, s.h, 1, dr + rows * s.d);
}

#endif /* CPU_ATTENTION_H */
