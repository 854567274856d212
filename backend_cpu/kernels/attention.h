/* attention.h: attention and its gradients, of one head and blocks of ATTN_ROWS queries.
 *
 * Vector lanes are queries: scores st[key][query] need no transposed keys or values, and softmax
 * goes down the rows. Keys are taken ATTN_KEYS at a time with a running maximum, so that no memory
 * but the operands grows with the length and scores stay in the first-level cache; a copy of keys
 * and values, which lie far apart in memory, serves several blocks. Products with positions stand
 * in rows by key less query; lane l of key j meets row j - l + constant, so the shift moves each
 * lane by its number (attn_shift). */
#ifndef CPU_ATTENTION_H
#define CPU_ATTENTION_H

#include "gemm.h"
#include "math.h"
#include "update.h"

/* ATTN_LANES: from row to row of transposed queries; the one behind a block is there, too.
 * ATTN_SPAN: rows by position that NR queries and ATTN_KEYS keys meet; ATTN_REACH: a block and
 * they. */
enum {
	ATTN_ROWS = 64,
	ATTN_KEYS = 128,
	ATTN_LANES = ATTN_ROWS + 16,
	ATTN_SPAN = ATTN_KEYS + NR - 1,
	ATTN_REACH = ATTN_KEYS + ATTN_ROWS - 1
};

/* q[b, t, h, d], k[b, s, h, d], v[b, s, h, e] and, for gradients, g[b, t, h, e], r[t, h, d] with
 * strides. blocks: of queries to a tile, forward. limit: of 2^32 draws as many drop; the others are
 * multiplied by keep. */
typedef struct Attention {
	int b, t, s, h, d, e, blocks;
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
	if (rows > n || pitch > width)
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

/* Rows of r[t][d] of a head for keys less queries of first .. first + n - 1, dense. For keys up to
 * the query it is row t - 1 and those before; the keys from the second behind it on meet rows 0..
 * and the next query; nothing meets the first behind it. Zeros where there is no row. */
INLINE void attn_reach(const Attention s, const float *r, int first, int n, float *rows)
{
	for (int i = 0; i < n; i++) {
		const int less = first + i, m = less <= 0 ? s.t - 1 + less : less - 2;
		const bool there = m >= 0 && m < s.t;
		for (int c = 0; c < s.d; c++)
			rows[i * s.d + c] = there ? r[m * s.rt + c * s.rd] : 0;
	}
}

/* How many of n rows from key less query `first` on belong to the query itself, not to the next */
INLINE int attn_own(int first, int n)
{
	return first > 0 ? 0 : 1 - first < n ? 1 - first : n;
}

/* Lanes that stay where the others move by `bit` rows */
INLINE Vi attn_stay(int bit)
{
	Vi stay;
	for (int l = 0; l < VL; l++)
		stay[l] = l & bit ? -1 : 0;
	return stay;
}

/* st[keys][ATTN_ROWS] += x[keys + NR - 1][NR], where lane l of row j comes from row j + NR - 1 - l.
 * Lanes move by 1, 2, 4, .. rows; of those that move by `bit` rows, as many wait for their partner.
 */
INLINE void attn_shift(const float *x, int keys, float *st)
{
	for (int v = 0; v < NR; v += VL) {
		const float *const from = x + (NR - VL - v) * NR + v;
		Vf wait[VL] = {0};
		for (int i = 0; i < keys + VL - 1; i += VL / 2)
#pragma GCC unroll 8
			for (int k = 0; k < VL / 2; k++) {
				Vf row = vload(from + (i + k) * NR);
#pragma GCC unroll 4
				for (int bit = 1; bit < VL; bit *= 2) {
					const Vi stay = attn_stay(bit);
					const Vf before = wait[bit + k % bit];
					wait[bit + k % bit] = row;
					row = (Vf)((stay & (Vi)before) | (~stay & (Vi)row));
				}
				const int j = i + k - (VL - 1);
				float *const to = st + j * ATTN_ROWS + v;
				if (j >= 0 && j < keys)
					vstore(to, vload(to) + row);
			}
	}
}

/* The way back: x[keys + NR - 1][NR] of st[keys][ATTN_ROWS], zeros where no lane comes from. */
INLINE void attn_shift_back(const float *st, int keys, float *x)
{
	memset(x + keys * NR, 0, (NR - 1) * NR * sizeof *x);
	for (int j = 0; j < keys; j++)
		for (int v = 0; v < NR; v += VL)
			vstore(x + j * NR + v, vload(st + j * ATTN_ROWS + v));
	for (int v = 0; v < NR; v += VL) {
		const int rows = keys + NR - 1,
			  far = NR - VL - v; /* what all of a vector move by */
		for (int i = rows - 1; i >= far && far > 0; i--)
			vstore(x + i * NR + v, vload(x + (i - far) * NR + v));
		for (int i = 0; i < far; i++)
			vstore(x + i * NR + v, (Vf){0});
#pragma GCC unroll 4
		for (int bit = 1; bit < VL; bit *= 2) {
			const Vi stay = attn_stay(bit);
			for (int i = rows - 1; i >= 0; i--) {
				float *const at = x + i * NR + v;
				const Vf from = i < bit ? (Vf){0} : vload(at - bit * NR);
				vstore(at, (Vf)((stay & (Vi)vload(at)) | (~stay & (Vi)from)));
			}
		}
	}
}

/* st[keys][ATTN_ROWS] += what positions give to n queries, qp as lanes; first: the first key less
 * the first query. rows, ATTN_REACH * d floats: of r for n rounded up to NR, the last query's
 * first. span: ATTN_SPAN * NR floats */
INLINE void attn_positions(const Attention s, const float *qp, const float *r, int first, int n,
			   int keys, float *st, float *rows, float *span)
{
	const int last = (n - 1) / NR * NR, count = keys + NR - 1;
	attn_reach(s, r, first - last - (NR - 1), last + count, rows);
	for (int p = last; p >= 0; p -= NR, rows += NR * s.d) {
		const int own = attn_own(first - p - (NR - 1), count);
		attn_product(own, rows, s.d, 1, qp + p, ATTN_LANES, s.d, span, NR, NR, false);
		attn_product(count - own, rows + own * s.d, s.d, 1, qp + p + 1, ATTN_LANES, s.d,
			     span + own * NR, NR, NR, false);
		attn_shift(span, keys, st + p);
	}
}

/* ---- forward ---- */

/* A block of queries: for content and for positions as lanes [d][ATTN_LANES], result
 * [e][ATTN_ROWS], maximum and sum */
typedef struct AttnBlock {
	float *qc, *qp, *o, *top, *sum;
} AttnBlock;

INLINE int64_t attn_block_size(const Attention s)
{
	return (s.relative ? 2 : 1) * ATTN_LANES * (int64_t)s.d + ATTN_ROWS * ((int64_t)s.e + 2);
}

INLINE AttnBlock attn_block(const Attention s, float *scratch, int i)
{
	AttnBlock a;
	a.qc = scratch + i / ATTN_ROWS * attn_block_size(s);
	a.qp = a.qc + ATTN_LANES * s.d;
	a.o = a.qp + (s.relative ? ATTN_LANES * s.d : 0);
	a.top = a.o + ATTN_ROWS * s.e;
	a.sum = a.top + ATTN_ROWS;
	return a;
}

/* Maxima of NR columns of st[keys][ATTN_ROWS]; of two rows at a time, as each waits for the last */
INLINE void attn_most(const float *st, int keys, Vf *most)
{
	Vf m[4] = {vset(-INFINITY), vset(-INFINITY), vset(-INFINITY), vset(-INFINITY)};
	for (int j = 0; j < keys; j += 2, st += 2 * ATTN_ROWS) {
		const float *const next = j + 1 < keys ? st + ATTN_ROWS : st;
		m[0] = vmax(m[0], vload(st));
		m[1] = vmax(m[1], vload(st + VL));
		m[2] = vmax(m[2], vload(next));
		m[3] = vmax(m[3], vload(next + VL));
	}
	most[0] = vmax(m[0], m[2]);
	most[1] = vmax(m[1], m[3]);
}

/* Powers of 2 of st[keys][n rounded up to NR] less the running maximum; result and sum, of the keys
 * so far, are brought to it. */
INLINE void attn_softmax(const Attention s, const AttnBlock a, int keys, int n, bool first,
			 float *st)
{
	for (int p = 0; p < n; p += NR) {
		Vf top[2], sum[2] = {0};
		attn_most(st + p, keys, top);
		for (int v = 0; v < 2 && !first; v++) {
			const int l = p + v * VL;
			const Vf before = vload(a.top + l);
			top[v] = vmax(top[v], before);
			const Vf less = vexp2(before - top[v]);
			sum[v] = less * vload(a.sum + l);
			for (float *o = a.o + l; o < a.o + s.e * ATTN_ROWS; o += ATTN_ROWS)
				vstore(o, less * vload(o));
		}
		for (int j = 0; j < keys; j++)
			for (int v = 0; v < 2; v++) {
				float *const at = st + j * ATTN_ROWS + p + v * VL;
				const Vf x = vexp2(vload(at) - top[v]);
				vstore(at, x);
				sum[v] += x;
			}
		for (int v = 0; v < 2; v++) {
			vstore(a.top + p + v * VL, top[v]);
			vstore(a.sum + p + v * VL, sum[v]);
		}
	}
}

/* y[b, t, h, e], lse[b, h, t] or NULL; r, u, w[h, d] NULL without positions, state NULL without
 * dropout. A tile is `blocks` blocks of queries of one head. Scores count in powers of 2. */
INLINE void attn_tile(const Attention s, const float *q, const float *k, const float *v,
		      const float *state, uint32_t stream, const float *r, const float *u,
		      const float *w, float *y, float *lse, int tile, float *scratch)
{
	const int all = s.blocks * ATTN_ROWS, tiles = (s.t + all - 1) / all, h = tile / tiles % s.h;
	const int b = tile / tiles / s.h, i0 = tile % tiles * all;
	const int end = s.t - i0 < all ? s.t - i0 : all;
	const float scale = s.scale * 1.44269504f; /* log2(e) */
	float *const keys = scratch + s.blocks * attn_block_size(s);
	float *const values = keys + ATTN_KEYS * s.d, *const st = values + ATTN_KEYS * s.e;
	float *const mask = st + ATTN_KEYS * ATTN_ROWS, *const span = mask + ATTN_KEYS * ATTN_ROWS;
	float *const rows = span + ATTN_SPAN * NR;
	q += b * s.qb + i0 * s.qt + h * s.qh;
	k += b * s.kb + h * s.kh;
	v += b * s.vb + h * s.vh;
	for (int i = 0; i < end; i += ATTN_ROWS) {
		const AttnBlock a = attn_block(s, scratch, i);
		const int n = end - i < ATTN_ROWS ? end - i : ATTN_ROWS;
		const int next = i0 + i + n < s.t ? n + 1 : n;
		attn_lanes(q + i * s.qt, s.qt, s.qd, n, s.d, u ? u + h * s.d : NULL, scale, a.qc);
		if (s.relative)
			attn_lanes(q + i * s.qt, s.qt, s.qd, next, s.d, w + h * s.d, scale, a.qp);
	}
	for (int j = 0; j < s.s; j += ATTN_KEYS) {
		const int m = s.s - j < ATTN_KEYS ? s.s - j : ATTN_KEYS;
		attn_copy(k + j * s.ks, s.ks, s.kd, m, m, s.d, NULL, 1, keys, s.d);
		attn_copy(v + j * s.vs, s.vs, s.ve, m, m, s.e, NULL, 1, values, s.e);
		for (int i = 0; i < end; i += ATTN_ROWS) {
			const AttnBlock a = attn_block(s, scratch, i);
			const int n = end - i < ATTN_ROWS ? end - i : ATTN_ROWS;
			attn_product(m, keys, s.d, 1, a.qc, ATTN_LANES, s.d, st, ATTN_ROWS, n,
				     false);
			if (s.relative)
				attn_positions(s, a.qp, r + h * s.rh, j - i0 - i, n, m, st, rows,
					       span);
			attn_softmax(s, a, m, n, j == 0, st);
			if (s.drop) {
				const int64_t row = ((int64_t)b * s.h + h) * s.t + i0 + i;
				attn_mask(s, state, stream, row * s.s + j, n, m, mask);
				for (int c = 0; c < m; c++)
					for (int l = 0; l < n; l++)
						st[c * ATTN_ROWS + l] *= mask[c * ATTN_ROWS + l];
			}
			attn_product(s.e, values, 1, s.e, st, ATTN_ROWS, m, a.o, ATTN_ROWS, n,
				     j > 0);
		}
	}
	for (int i = 0; i < end; i++) {
		const AttnBlock a = attn_block(s, scratch, i);
		const int l = i % ATTN_ROWS;
		const float part = 1.0f / a.sum[l];
		float *const to = y + (((int64_t)b * s.t + i0 + i) * s.h + h) * s.e;
		for (int c = 0; c < s.e; c++)
			to[c] = a.o[c * ATTN_ROWS + l] * part;
		if (lse)
			lse[((int64_t)b * s.h + h) * s.t + i0 + i] =
			    a.top[l] * 0.693147181f + m_log(a.sum[l]);
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
	       ATTN_SPAN * NR + ATTN_REACH * (int64_t)s.d + s.s * (d + e) +
	       (s.relative ? s.t * d : 0);
}

typedef struct AttnGrad {
	float *qc, *qp, *g, *dp;           /* lanes */
	float *qc_rows, *qp_rows, *g_rows; /* rows of whole panels */
	float *keys, *values;
	float *st, *mask, *ds; /* [key][query] */
	float *dq, *mean, *lse, *span, *rows;
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
	a.rows = a.span + ATTN_SPAN * NR;
	a.dk = a.rows + ATTN_REACH * s.d;
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

/* dp[d][lanes] and dr[t][..] += of n queries; first: the first key less the first query; rows as
 * attn_positions left them */
INLINE void attn_grad_positions(const Attention s, AttnGrad a, int first, int n, int keys)
{
	const int d = attn_wide(s.d), last = (n - 1) / NR * NR, count = keys + NR - 1;
	const float *rows = a.rows, *const span = a.span;
	for (int p = last; p >= 0; p -= NR, rows += NR * s.d) {
		const int less = first - p - (NR - 1), own = attn_own(less, count);
		const int queries = n - p < NR ? n - p : NR;
		/* rows that exist */
		const int low = less < 1 - s.t ? 1 - s.t - less : 0,
			  high = less + own == 1 ? own + 1 : own;
		attn_shift_back(a.ds + p, keys, a.span);
		attn_product(s.d, rows, 1, s.d, span, NR, own, a.dp + p, ATTN_LANES, NR, true);
		attn_product(s.d, rows + own * s.d, 1, s.d, span + own * NR, NR, count - own,
			     a.dp + p + 1, ATTN_LANES, NR, true);
		attn_product(own - low, span + low * NR, NR, 1, a.qp_rows + p * d, d, queries,
			     a.dr + (int64_t)(s.t - 1 + less + low) * d, d, s.d, true);
		attn_product(count - high, span + high * NR, NR, 1, a.qp_rows + (p + 1) * d, d,
			     queries, a.dr + (int64_t)(less + high - 2) * d, d, s.d, true);
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
			attn_positions(s, a.qp, r, j - i0, n, m, a.st, a.rows, a.span);
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
			attn_grad_positions(s, a, j - i0, n, m);
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
