/* attention.cuh: attention and its gradients. Scores live in registers and shared memory only.
 *
 * A CTA takes ROWS queries of one head, a warp 16 of them; keys come KEYS at a time, with a running
 * maximum. Sums are held as the matrix instructions hold them, whatever computes them: of 16 rows
 * and 8 columns a lane has rows lane/4 and lane/4 + 8, columns 2 (lane%4) and the next.
 *
 * With relative positions a block of queries i and keys j meets ROWS + KEYS rows of r, one for each
 * x = i - j: T - 1 - x with query i where x >= 0, else -x - 2 with query i + 1, none for x = -1.
 * Their products with the queries are made row by row of that span, and score (i, j) picks column
 * i - j.
 *
 * P: B NQ NK H D E       extents: batch, queries, keys, heads, sizes
 *    ROWS KEYS           of a block, multiples of 16
 *    QB QR QH QC ...     strides of q, k, v, r (R, H, C alone), g along batch, rows, heads, columns
 *    QV KV VV RV GV      columns can be read 4 at a time
 *    RELATIVE LSE        with positions; lse is wanted
 *    DRAWS LIMIT keep()  dropout: draws below LIMIT of 2^32 drop, what stays is multiplied by keep()
 *    STRICT              float32 throughout; else matrix instructions on T
 *    scale()
 *    T, Q, K, V, R, G, Out   element types in shared memory, of the operands and of y
 * Pointers at the instance. y, lse and gradients are dense; u, w: [H][D]. */
#pragma once
#include "common.cuh"

template <class P> struct Attn {
	typedef typename P::T T;
	enum {
		WARPS = P::ROWS / 16,
		THREADS = 32 * WARPS,
		PIECE = 16 / sizeof(T), /* pitches are odd multiples of 16 bytes: 8 rows, 32 banks */
		DN = (P::D + 15) / 16 * 16,
		EN = (P::E + 15) / 16 * 16,
		DP = DN + PIECE,
		EP = EN + PIECE,
		KP = P::KEYS + PIECE,
		SPAN = P::RELATIVE ? P::ROWS + P::KEYS : 0,
		NEXT = P::RELATIVE ? P::ROWS + 1 : 0, /* queries for positions */
		COLS = P::KEYS + 16,                  /* of the span that a warp's queries meet */
		CP = COLS + 4,                        /* pitch of their products, floats */
	};
};

/* ---- products of a warp ---------------------------------------------------------------------- */

/* Fragments of a: 16 rows from shared memory, as the instructions want them at depth k. `turned`:
 * rows of the matrix are columns in memory. */
template <bool TURNED>
__device__ __forceinline__ void attn_fragment(unsigned f[4], const bf16 *a, int pitch, int k)
{
	const int lane = threadIdx.x & 31;
	if (TURNED)
		ldmatrix4_turned(f, shared_address(a + (k + (lane >> 4) * 8 + (lane & 7)) * pitch +
		                                   (lane >> 3 & 1) * 8));
	else
		ldmatrix4(f, shared_address(a + (lane & 15) * pitch + k + (lane >> 4) * 8));
}

template <bool TURNED>
__device__ __forceinline__ void attn_fragment(unsigned f[4], const float *a, int pitch, int k)
{
	const int lane = threadIdx.x & 31;
	if (TURNED) {
#pragma unroll
		for (int i = 0; i < 4; i++)
			f[i] = __float_as_uint(a[(k + (lane & 3) + i / 2 * 4) * pitch + (lane >> 2) + i % 2 * 8]);
	} else {
		ldmatrix4(f, shared_address(a + (lane & 15) * pitch + k + (lane >> 4) * 4));
	}
}

/* Two fragments of b, of 8 columns each; rows of memory are columns of b unless turned. */
template <bool TURNED>
__device__ __forceinline__ void attn_columns(unsigned f[4], const bf16 *b, int pitch, int k)
{
	const int lane = threadIdx.x & 31;
	if (TURNED)
		ldmatrix4_turned(f, shared_address(b + (k + (lane & 15)) * pitch + (lane >> 4) * 8));
	else
		ldmatrix4(f, shared_address(b + ((lane >> 4) * 8 + (lane & 7)) * pitch + k +
		                            (lane >> 3 & 1) * 8));
}

template <bool TURNED>
__device__ __forceinline__ void attn_columns(unsigned f[4], const float *b, int pitch, int k)
{
	const int lane = threadIdx.x & 31;
	if (TURNED) {
#pragma unroll
		for (int i = 0; i < 4; i++)
			f[i] = __float_as_uint(b[(k + (lane & 3) + i % 2 * 4) * pitch + (lane >> 2) + i / 2 * 8]);
	} else {
		ldmatrix4(f, shared_address(b + ((lane >> 4) * 8 + (lane & 7)) * pitch + k +
		                            (lane >> 3 & 1) * 4));
	}
}

/* acc[16][8 N] += a[16][depth] b[8 N][depth] transposed; A, B: that operand is turned in memory,
 * [depth][..]. depth: a multiple of 16. */
template <int N, bool A, bool B, class T>
__device__ __forceinline__ void attn_mma(float (*acc)[4], const T *a, int ap, const T *b, int bp,
                                         int depth)
{
#pragma unroll(N > 8 ? 1 : 4)
	for (int k = 0; k < depth; k += 32 / sizeof(T)) {
		unsigned fa[4];
		attn_fragment<A>(fa, a, ap, k);
#pragma unroll
		for (int j = 0; j < N; j += 2) {
			unsigned fb[4];
			attn_columns<B>(fb, b + j * 8 * (B ? 1 : bp), bp, k);
			mma(acc[j], fa, fb, T());
			mma(acc[j + 1], fa, fb + 2, T());
		}
	}
}

/* The same in float32 arithmetic. */
template <int N, bool A, bool B>
__device__ __forceinline__ void attn_fma(float (*acc)[4], const float *a, int ap, const float *b,
                                         int bp, int depth)
{
	const int lane = threadIdx.x & 31, ar = A ? 1 : ap, ak = A ? ap : 1, br = B ? 1 : bp,
	          bk = B ? bp : 1;
	a += (lane >> 2) * ar;
	b += (lane & 3) * 2 * br;
#pragma unroll 2
	for (int k = 0; k < depth; k += 4) {
		float low[4], high[4];
#pragma unroll
		for (int i = 0; i < 4; i++) {
			low[i] = a[(k + i) * ak];
			high[i] = a[(k + i) * ak + 8 * ar];
		}
#pragma unroll
		for (int j = 0; j < N; j++)
#pragma unroll
			for (int i = 0; i < 4; i++) {
				const float x = b[(k + i) * bk + j * 8 * br], y = b[(k + i) * bk + (j * 8 + 1) * br];
				acc[j][0] = fmaf(low[i], x, acc[j][0]);
				acc[j][1] = fmaf(low[i], y, acc[j][1]);
				acc[j][2] = fmaf(high[i], x, acc[j][2]);
				acc[j][3] = fmaf(high[i], y, acc[j][3]);
			}
	}
}

template <class P, bool STRICT = P::STRICT> struct AttnProduct {
	template <int N, bool A, bool B>
	static __device__ __forceinline__ void add(float (*acc)[4], const typename P::T *a, int ap,
	                                           const typename P::T *b, int bp, int depth)
	{
		attn_mma<N, A, B>(acc, a, ap, b, bp, depth);
	}
	/* An element as the products want it: tf32 is rounded here, once. */
	static __device__ __forceinline__ float round(float v)
	{
		return sizeof(typename P::T) == 4 ? __uint_as_float(round_tf32(__float_as_uint(v))) : v;
	}
};

template <class P> struct AttnProduct<P, true> {
	template <int N, bool A, bool B>
	static __device__ __forceinline__ void add(float (*acc)[4], const float *a, int ap,
	                                           const float *b, int bp, int depth)
	{
		attn_fma<N, A, B>(acc, a, ap, b, bp, depth);
	}
	static __device__ __forceinline__ float round(float v)
	{
		return v;
	}
};

/* ---- operands -------------------------------------------------------------------------------- */

/* What of an operand lies where in memory: columns, rounded up with zeros, and strides. */
template <int WIDTH, int WIDE, int PITCH, int ROW, int COL, bool VECTOR> struct AttnRows {
	enum { width = WIDTH, wide = WIDE, pitch = PITCH, row = ROW, col = COL, vector = VECTOR };
};

/* Rows first .. first + rows - 1 to shared memory, plus bias[width] or nothing; zeros for those
 * that do not exist. SPAN: `first` is the x of the first row, rows are those of positions. */
template <class P, class S, bool SPAN, class From>
__device__ __forceinline__ void attn_fetch(typename P::T *to, const From *from, int rows, int first,
                                           int limit, const float *bias)
{
	typedef typename P::T T;
	for (int e = threadIdx.x; e < rows * (S::wide / 4); e += Attn<P>::THREADS) {
		const int n = e / (S::wide / 4), c = e % (S::wide / 4) * 4;
		const int x = first + n, row = !SPAN ? x : x >= 0 ? limit - 1 - x : -x - 2;
		float v[4] = {};
		if (row >= 0 && row < limit) {
			const From *at = from + (long long)row * S::row + c * S::col;
			if (S::vector && S::width % 4 == 0) {
				if (c < S::width)
					*(float4 *)v = get4(at);
			} else {
#pragma unroll
				for (int i = 0; i < 4; i++)
					v[i] = c + i < S::width ? widen(at[i * S::col]) : 0.0f;
			}
#pragma unroll
			for (int i = 0; i < 4; i++)
				v[i] += bias && c + i < S::width ? bias[c + i] : 0.0f;
		}
#pragma unroll
		for (int i = 0; i < 4; i++)
			v[i] = AttnProduct<P>::round(v[i]);
		put4((T *)to + n * S::pitch + c, *(float4 *)v);
	}
}

/* What a block is made of: rows of q, k, v, r, g. */
template <class P> struct AttnOf {
	typedef Attn<P> A;
	typedef AttnRows<P::D, A::DN, A::DP, P::QR, P::QC, P::QV> Q;
	typedef AttnRows<P::D, A::DN, A::DP, P::KR, P::KC, P::KV> K;
	typedef AttnRows<P::E, A::EN, A::EP, P::VR, P::VC, P::VV> V;
	typedef AttnRows<P::D, A::DN, A::DP, P::RR, P::RC, P::RV> R;
};

template <class P> struct AttnIn {
	const typename P::Q *q;
	const typename P::K *k;
	const typename P::V *v;
	const typename P::R *r;
	const float *u, *w, *state;
	unsigned stream;
};

/* At batch entry b and head h. */
template <class P> __device__ __forceinline__ void attn_head(AttnIn<P> &in, int b, int h)
{
	in.q += (long long)b * P::QB + (long long)h * P::QH;
	in.k += (long long)b * P::KB + (long long)h * P::KH;
	in.v += (long long)b * P::VB + (long long)h * P::VH;
	if (P::RELATIVE) {
		in.r += (long long)h * P::RH;
		in.u += h * P::D;
		in.w += h * P::D;
	}
}

/* What dropout multiplies weight `at` of the instance by. */
template <class P>
__device__ __forceinline__ float attn_kept(const AttnIn<P> &in, unsigned long long at)
{
	if (!P::DRAWS || in.state[1] < 0.0f)
		return 1.0f;
	unsigned c[4] = {(unsigned)(at / 4), (unsigned)(at >> 34), (unsigned)in.state[0], 0};
	philox((unsigned)in.state[1], in.stream, c);
	const unsigned word = at % 4 < 2 ? (at % 4 ? c[1] : c[0]) : (at % 4 == 2 ? c[2] : c[3]);
	return word < P::LIMIT ? 0.0f : P::keep();
}

/* Factors of a lane's neighbours at `at` and `at` + 1, which mostly share a counter. */
template <class P>
__device__ __forceinline__ float2 attn_kept2(const AttnIn<P> &in, unsigned long long at)
{
	if (!P::DRAWS || in.state[1] < 0.0f)
		return make_float2(1.0f, 1.0f);
	if (at % 2)
		return make_float2(attn_kept<P>(in, at), attn_kept<P>(in, at + 1));
	unsigned c[4] = {(unsigned)(at / 4), (unsigned)(at >> 34), (unsigned)in.state[0], 0};
	philox((unsigned)in.state[1], in.stream, c);
	return make_float2((at & 2 ? c[2] : c[0]) < P::LIMIT ? 0.0f : P::keep(),
	                   (at & 2 ? c[3] : c[1]) < P::LIMIT ? 0.0f : P::keep());
}

/* ---- scores ---------------------------------------------------------------------------------- */

/* s[16][KEYS] of a warp. qc, qp: its first row; span: row 0 of the block, of x = first; buf: 16 rows
 * of CP floats of its own. */
template <class P>
__device__ __forceinline__ void attn_scores(float (*s)[4], const typename P::T *qc,
                                            const typename P::T *qp, const typename P::T *keys,
                                            const typename P::T *span, float *buf, int first)
{
	typedef Attn<P> A;
	const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5, row = lane >> 2;
#pragma unroll
	for (int j = 0; j < P::KEYS / 8; j++)
#pragma unroll
		for (int i = 0; i < 4; i++)
			s[j][i] = 0;
	AttnProduct<P>::template add<P::KEYS / 8, false, false>(s, qc, A::DP, keys, A::DP, A::DN);
	if (!P::RELATIVE)
		return;
	__syncwarp();
	for (int c = 0; c < A::COLS; c += 16) {
		float part[2][4] = {};
		const bool beyond = first + warp * 16 + c < 0;
		AttnProduct<P>::template add<2, false, false>(part, qp + (beyond ? A::DP : 0), A::DP,
		                                              span + (warp * 16 + c) * A::DP, A::DP, A::DN);
#pragma unroll
		for (int j = 0; j < 2; j++)
#pragma unroll
			for (int i = 0; i < 2; i++)
				*(float2 *)(buf + (row + i * 8) * A::CP + c + j * 8 + (lane & 3) * 2) =
				    make_float2(part[j][i * 2], part[j][i * 2 + 1]);
	}
	__syncwarp();
#pragma unroll
	for (int j = 0; j < P::KEYS / 8; j++)
#pragma unroll
		for (int i = 0; i < 4; i++) {
			const int r = row + i / 2 * 8, n = j * 8 + (lane & 3) * 2 + i % 2;
			s[j][i] += buf[r * A::CP + P::KEYS + r - n];
		}
	__syncwarp();
}

/* Two neighbours of a lane to shared memory, as the products want them. */
template <class P> __device__ __forceinline__ void attn_put2(typename P::T *to, float a, float b)
{
	put2(to, AttnProduct<P>::round(a), AttnProduct<P>::round(b));
}

/* ---- forward --------------------------------------------------------------------------------- */

/* Elements of T before the warps' own memory, and bytes of that of one warp. */
template <class P> struct AttnForward {
	typedef Attn<P> A;
	enum {
		QC = 0,
		QP = QC + P::ROWS * A::DP,
		K = QP + A::NEXT * A::DP,
		W = K + P::KEYS * A::DP,
		V = W + A::SPAN * A::DP,
		END = V + P::KEYS * A::EP,
		OWN_W = P::RELATIVE ? 16 * A::CP * 4 : 0,
		OWN_P = 16 * A::KP * (int)sizeof(typename P::T),
		OWN = OWN_W > OWN_P ? OWN_W : OWN_P,
	};
};

/* Running maximum (in units of log2) and sum of rows lane/4 and lane/4 + 8. */
struct AttnRun {
	float top[2], sum[2];
};

/* s to exponentials over the running maximum; o is brought to it. keys: those that exist. */
template <class P>
__device__ __forceinline__ void attn_softmax(float (*s)[4], float (*o)[4], AttnRun &run, int keys)
{
	typedef Attn<P> A;
	const int lane = threadIdx.x & 31;
	const float none = -infinite(), unit = P::scale() * 1.44269504f;
#pragma unroll
	for (int i = 0; i < 2; i++) {
		float top = run.top[i], sum = 0;
#pragma unroll
		for (int j = 0; j < P::KEYS / 8; j++)
#pragma unroll
			for (int c = 0; c < 2; c++) {
				float &v = s[j][i * 2 + c];
				v = j * 8 + (lane & 3) * 2 + c < keys ? v * unit : none;
				top = larger(top, v);
			}
		top = larger(top, __shfl_xor_sync(~0u, top, 1));
		top = larger(top, __shfl_xor_sync(~0u, top, 2));
		const float less = exp2_ftz(run.top[i] - top);
#pragma unroll
		for (int j = 0; j < P::KEYS / 8; j++)
#pragma unroll
			for (int c = 0; c < 2; c++)
				sum += s[j][i * 2 + c] = exp2_ftz(s[j][i * 2 + c] - top);
		run.sum[i] = fmaf(run.sum[i], less, sum);
		run.top[i] = top;
#pragma unroll
		for (int j = 0; j < A::EN / 8; j++) {
			o[j][i * 2] *= less;
			o[j][i * 2 + 1] *= less;
		}
	}
}

/* s after dropout to p[16][KP]; draw: of row 0, key 0 of the warp's block */
template <class P>
__device__ __forceinline__ void attn_put_weights(const AttnIn<P> &in, float (*s)[4],
                                                 typename P::T *p, unsigned long long draw)
{
	typedef Attn<P> A;
	const int lane = threadIdx.x & 31;
#pragma unroll
	for (int j = 0; j < P::KEYS / 8; j++)
#pragma unroll
		for (int i = 0; i < 2; i++) {
			const int r = (lane >> 2) + i * 8, n = j * 8 + (lane & 3) * 2;
			const float2 kept = attn_kept2<P>(in, draw + (unsigned long long)r * P::NK + n);
			attn_put2<P>(p + r * A::KP + n, s[j][i * 2] * kept.x, s[j][i * 2 + 1] * kept.y);
		}
}

/* y and lse of a warp's rows, the first of which is query i0 */
template <class P>
__device__ __forceinline__ void attn_finish(float (*o)[4], AttnRun &run, int i0, int b, int h,
                                            typename P::Out *y, float *lse)
{
	typedef Attn<P> A;
	const int lane = threadIdx.x & 31;
#pragma unroll
	for (int i = 0; i < 2; i++) {
		float sum = run.sum[i] + __shfl_xor_sync(~0u, run.sum[i], 1);
		sum += __shfl_xor_sync(~0u, sum, 2);
		const float part = 1.0f / sum;
		const int row = i0 + (lane >> 2) + i * 8;
		if (row >= P::NQ)
			continue;
		typename P::Out *to = y + (((long long)b * P::NQ + row) * P::H + h) * P::E;
#pragma unroll
		for (int j = 0; j < A::EN / 8; j++) {
			const int c = j * 8 + (lane & 3) * 2;
			const float v0 = o[j][i * 2] * part, v1 = o[j][i * 2 + 1] * part;
			if (P::E % 2 == 0 && c < P::E)
				put2(to + c, v0, v1);
			else if (c < P::E)
				put(to + c, v0);
			if (P::E % 2 && c + 1 < P::E)
				put(to + c + 1, v1);
		}
		if (P::LSE && (lane & 3) == 0)
			lse[((long long)b * P::H + h) * P::NQ + row] =
			    fmaf(run.top[i], 0.693147181f, logf(sum));
	}
}

/* grid: (NQ / ROWS, H, instances x B); b: batch entry. */
template <class P>
__device__ __forceinline__ void attention(AttnIn<P> in, typename P::Out *y, float *lse, int b)
{
	typedef Attn<P> A;
	typedef AttnForward<P> F;
	typedef AttnOf<P> Of;
	typedef typename P::T T;
	extern __shared__ float4 shared4[];
	T *const shared = (T *)shared4;
	const int warp = threadIdx.x >> 5, h = blockIdx.y, i0 = blockIdx.x * P::ROWS;
	float *const own = (float *)((char *)(shared + F::END) + warp * F::OWN);
	float o[A::EN / 8][4] = {};
	const float none = -infinite();
	AttnRun run = {{none, none}, {0, 0}};
	attn_head<P>(in, b, h);
	attn_fetch<P, typename Of::Q, false>(shared + F::QC, in.q, P::ROWS, i0, P::NQ, in.u);
	if (P::RELATIVE)
		attn_fetch<P, typename Of::Q, false>(shared + F::QP, in.q, P::ROWS + 1, i0, P::NQ, in.w);
	for (int j0 = 0; j0 < P::NK; j0 += P::KEYS) {
		float s[P::KEYS / 8][4];
		if (j0)
			__syncthreads();
		attn_fetch<P, typename Of::K, false>(shared + F::K, in.k, P::KEYS, j0, P::NK, nullptr);
		attn_fetch<P, typename Of::V, false>(shared + F::V, in.v, P::KEYS, j0, P::NK, nullptr);
		if (P::RELATIVE)
			attn_fetch<P, typename Of::R, true>(shared + F::W, in.r, A::SPAN, i0 - j0 - P::KEYS,
			                                    P::NQ, nullptr);
		__syncthreads();
		attn_scores<P>(s, shared + F::QC + warp * 16 * A::DP, shared + F::QP + warp * 16 * A::DP,
		               shared + F::K, shared + F::W, own, i0 - j0 - P::KEYS);
		attn_softmax<P>(s, o, run, P::NK - j0);
		attn_put_weights<P>(in, s, (T *)own,
		                    (((unsigned long long)b * P::H + h) * P::NQ + i0 + warp * 16) * P::NK + j0);
		__syncwarp();
		AttnProduct<P>::template add<A::EN / 8, false, true>(o, (T *)own, A::KP, shared + F::V,
		                                                     A::EP, P::KEYS);
		__syncwarp();
	}
	attn_finish<P>(o, run, i0 + warp * 16, b, h, y, lse);
}

/* ---- gradients -------------------------------------------------------------------------------- */

template <class P> struct AttnBackward {
	typedef Attn<P> A;
	enum {
		QC = 0,
		QP = QC + P::ROWS * A::DP,
		K = QP + A::NEXT * A::DP,
		W = K + P::KEYS * A::DP,
		V = W + A::SPAN * A::DP,
		G = V + P::KEYS * A::EP,
		PW = G + P::ROWS * A::EP, /* weights after dropout */
		DS = PW + P::ROWS * A::KP,
		END = DS + P::ROWS * A::KP,
		XP = A::COLS + A::PIECE, /* pitch of gradients by column of the span */
		OWN_X = 16 * XP * (int)sizeof(typename P::T),
		OWN = !P::RELATIVE ? 0 : OWN_X > 16 * A::CP * 4 ? OWN_X : 16 * A::CP * 4,
		/* floats behind the warps' own: sums of g y, lse, dp */
		FLOATS = 2 * P::ROWS + A::NEXT * A::DN,
	};
};

template <class P> struct AttnOut {
	float *dq, *dk, *dv, *dp, *dr;
};

/* Rows row0 .. of to[rows][H][n] += acc times `by`, or = if not `more`; dir: from row to row. */
template <int N, int WIDTH, int H>
__device__ __forceinline__ void attn_store(float (*acc)[4], float *to, int row0, int dir, int limit,
                                           float by, bool more)
{
	const int lane = threadIdx.x & 31;
#pragma unroll
	for (int i = 0; i < 2; i++) {
		const int row = row0 + dir * ((lane >> 2) + i * 8);
		if (row < 0 || row >= limit)
			continue;
		float *at = to + (long long)row * H * WIDTH;
#pragma unroll
		for (int j = 0; j < N; j++)
#pragma unroll
			for (int c = 0; c < 2; c++) {
				const int col = j * 8 + (lane & 3) * 2 + c;
				if (col < WIDTH)
					at[col] = (more ? at[col] : 0.0f) + acc[j][i * 2 + c] * by;
			}
	}
}

/* Scores s to weights after dropout, d to gradients by scores over scale(); both also to shared
 * memory, the gradients once more by column of the span. */
template <class P>
__device__ __forceinline__ void attn_grad_scores(const AttnIn<P> &in, float (*s)[4], float (*d)[4],
                                                 typename P::T *shared, typename P::T *own,
                                                 const float *mean, const float *lse, int keys,
                                                 unsigned long long draw)
{
	typedef Attn<P> A;
	typedef AttnBackward<P> F;
	typedef typename P::T T;
	const int lane = threadIdx.x & 31, row0 = (threadIdx.x >> 5) * 16;
	T *const weights = shared + F::PW + row0 * A::KP, *const ds = shared + F::DS + row0 * A::KP;
	for (int e = lane; P::RELATIVE && e < 16 * F::XP / 4; e += 32)
		put4(own + e * 4, make_float4(0, 0, 0, 0));
	__syncwarp();
#pragma unroll
	for (int j = 0; j < P::KEYS / 8; j++)
#pragma unroll
		for (int i = 0; i < 2; i++) {
			const int r = (lane >> 2) + i * 8, n = j * 8 + (lane & 3) * 2;
			const float2 kept = attn_kept2<P>(in, draw + (unsigned long long)r * P::NK + n);
			const float f[2] = {kept.x, kept.y};
			float p[2], g[2];
#pragma unroll
			for (int c = 0; c < 2; c++) {
				const float w =
				    n + c < keys ? exp2_ftz(fmaf(s[j][i * 2 + c], P::scale(), -lse[row0 + r]) *
				                            1.44269504f)
				                 : 0.0f;
				p[c] = w * f[c];
				g[c] = w * (d[j][i * 2 + c] * f[c] - mean[row0 + r]);
				if (P::RELATIVE)
					put(own + r * F::XP + P::KEYS + r - n - c, AttnProduct<P>::round(g[c]));
			}
			attn_put2<P>(weights + r * A::KP + n, p[0], p[1]);
			attn_put2<P>(ds + r * A::KP + n, g[0], g[1]);
		}
}

/* dv and dk of a block of keys; first: nothing was added to them before */
template <class P>
__device__ __forceinline__ void attn_grad_keys(const typename P::T *shared, float *dk, float *dv,
                                               int j0, bool first)
{
	typedef Attn<P> A;
	typedef AttnBackward<P> F;
	for (int c = (threadIdx.x >> 5) * 16; c < P::KEYS; c += A::WARPS * 16) {
		float v[A::EN / 8][4] = {};
		AttnProduct<P>::template add<A::EN / 8, true, true>(v, shared + F::PW + c, A::KP,
		                                                    shared + F::G, A::EP, P::ROWS);
		attn_store<A::EN / 8, P::E, P::H>(v, dv, j0 + c, 1, P::NK, 1.0f, !first);
		float k[A::DN / 8][4] = {};
		AttnProduct<P>::template add<A::DN / 8, true, true>(k, shared + F::DS + c, A::KP,
		                                                    shared + F::QC, A::DP, P::ROWS);
		attn_store<A::DN / 8, P::D, P::H>(k, dk, j0 + c, 1, P::NK, P::scale(), !first);
	}
}

/* What columns x >= 0 of the span give to dp and dr or, `beyond`, the others. first: x of row 0 */
template <class P>
__device__ __forceinline__ void attn_grad_span(const typename P::T *shared, const char *owns,
                                               float *dp, float *dr, int first, bool beyond)
{
	typedef Attn<P> A;
	typedef AttnBackward<P> F;
	typedef typename P::T T;
	const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
	float q[A::DN / 8][4] = {};
	for (int c = 0; c < A::COLS; c += 16)
		if ((first + warp * 16 + c < 0) == beyond)
			AttnProduct<P>::template add<A::DN / 8, false, true>(
			    q, (const T *)(owns + warp * F::OWN) + c, F::XP,
			    shared + F::W + (warp * 16 + c) * A::DP, A::DP, 16);
#pragma unroll
	for (int j = 0; j < A::DN / 8; j++)
#pragma unroll
		for (int i = 0; i < 4; i++) {
			const int row = warp * 16 + (lane >> 2) + i / 2 * 8 + beyond;
			dp[row * A::DN + j * 8 + (lane & 3) * 2 + i % 2] += q[j][i];
		}
	for (int n = warp * 16; n < A::SPAN; n += A::WARPS * 16) {
		if ((first + n < 0) != beyond)
			continue;
		float r[A::DN / 8][4] = {};
		for (int w = 0; w < A::WARPS; w++)
			if (n >= w * 16 && n - w * 16 < A::COLS)
				AttnProduct<P>::template add<A::DN / 8, true, true>(
				    r, (const T *)(owns + w * F::OWN) + n - w * 16, F::XP,
				    shared + F::QP + (w * 16 + beyond) * A::DP, A::DP, 16);
		const int x = first + n;
		attn_store<A::DN / 8, P::D, P::H>(r, dr, beyond ? -x - 2 : P::NQ - 1 - x, -1, P::NQ,
		                                  P::scale(), true);
	}
}

/* sums of g y, and lse, of a block of queries; rows that do not exist weigh nothing */
template <class P>
__device__ __forceinline__ void attn_grad_rows(float *mean, float *lses, const typename P::Out *y,
                                               const float *lse, const typename P::G *g, int i0)
{
	typedef Attn<P> A;
	const int lane = threadIdx.x & 31;
	for (int r = threadIdx.x >> 5; r < P::ROWS; r += A::WARPS) {
		float sum = 0;
		for (int c = lane; i0 + r < P::NQ && c < P::E; c += 32)
			sum = fmaf(widen(g[(long long)(i0 + r) * P::GR + c * P::GC]),
			           widen(y[(long long)(i0 + r) * P::H * P::E + c]), sum);
		sum = warp_sum(sum);
		if (lane == 0) {
			mean[r] = sum;
			lses[r] = i0 + r < P::NQ ? lse[i0 + r] : infinite();
		}
	}
}

/* Rows i0 .. of dp to memory; what the block gave to the query behind it begins the next. */
template <class P> __device__ __forceinline__ void attn_grad_flush(float *dp, float *to, int i0)
{
	typedef Attn<P> A;
	__syncthreads();
	for (int e = threadIdx.x; e < P::ROWS * A::DN; e += A::THREADS) {
		const int row = e / A::DN, c = e % A::DN;
		if (i0 + row < P::NQ && c < P::D)
			to[(long long)(i0 + row) * P::H * P::D + c] = dp[e] * P::scale();
	}
	__syncthreads();
	for (int e = threadIdx.x; e < A::DN; e += A::THREADS) {
		dp[e] = dp[P::ROWS * A::DN + e];
		dp[P::ROWS * A::DN + e] = 0;
	}
	__syncthreads();
	for (int e = A::DN + threadIdx.x; e < P::ROWS * A::DN; e += A::THREADS)
		dp[e] = 0;
}

/* A CTA takes one head, its blocks of queries one after another: what they add to dk, dv and dr is
 * added in that order. grid: (1, H, instances x B). */
template <class P>
__device__ __forceinline__ void attention_grad(AttnIn<P> in, const typename P::Out *y,
                                               const float *lse, const typename P::G *g,
                                               AttnOut<P> out, int b)
{
	typedef Attn<P> A;
	typedef AttnBackward<P> F;
	typedef AttnOf<P> Of;
	typedef typename P::T T;
	typedef AttnRows<P::E, A::EN, A::EP, P::GR, P::GC, P::GV> Rows;
	extern __shared__ float4 shared4[];
	T *const shared = (T *)shared4;
	char *const owns = (char *)(shared + F::END);
	float *const mean = (float *)(owns + A::WARPS * F::OWN), *const lses = mean + P::ROWS;
	float *const dp = lses + P::ROWS;
	const int warp = threadIdx.x >> 5, h = blockIdx.y;
	const long long q_row = (long long)b * P::NQ * P::H + h, k_row = (long long)b * P::NK * P::H + h;
	attn_head<P>(in, b, h);
	y += q_row * P::E;
	lse += ((long long)b * P::H + h) * P::NQ;
	g += (long long)b * P::GB + (long long)h * P::GH;
	out.dq += q_row * P::D;
	out.dk += k_row * P::D;
	out.dv += k_row * P::E;
	if (P::RELATIVE) {
		out.dp += q_row * P::D;
		out.dr += q_row * P::D;
		for (int e = threadIdx.x; e < A::NEXT * A::DN; e += A::THREADS)
			dp[e] = 0;
		for (int e = threadIdx.x; e < P::NQ * P::D; e += A::THREADS)
			out.dr[(long long)(e / P::D) * P::H * P::D + e % P::D] = 0;
	}
	for (int i0 = 0; i0 < P::NQ; i0 += P::ROWS) {
		float dq[A::DN / 8][4] = {};
		__syncthreads();
		attn_fetch<P, typename Of::Q, false>(shared + F::QC, in.q, P::ROWS, i0, P::NQ, in.u);
		attn_fetch<P, Rows, false>(shared + F::G, g, P::ROWS, i0, P::NQ, nullptr);
		if (P::RELATIVE)
			attn_fetch<P, typename Of::Q, false>(shared + F::QP, in.q, P::ROWS + 1, i0, P::NQ, in.w);
		attn_grad_rows<P>(mean, lses, y, lse, g, i0);
		for (int j0 = 0; j0 < P::NK; j0 += P::KEYS) {
			const int first = i0 - j0 - P::KEYS;
			float s[P::KEYS / 8][4], d[P::KEYS / 8][4] = {};
			if (j0)
				__syncthreads();
			attn_fetch<P, typename Of::K, false>(shared + F::K, in.k, P::KEYS, j0, P::NK, nullptr);
			attn_fetch<P, typename Of::V, false>(shared + F::V, in.v, P::KEYS, j0, P::NK, nullptr);
			if (P::RELATIVE)
				attn_fetch<P, typename Of::R, true>(shared + F::W, in.r, A::SPAN, first, P::NQ,
				                                    nullptr);
			__syncthreads();
			attn_scores<P>(s, shared + F::QC + warp * 16 * A::DP,
			               shared + F::QP + warp * 16 * A::DP, shared + F::K, shared + F::W,
			               (float *)(owns + warp * F::OWN), first);
			AttnProduct<P>::template add<P::KEYS / 8, false, false>(
			    d, shared + F::G + warp * 16 * A::EP, A::EP, shared + F::V, A::EP, A::EN);
			attn_grad_scores<P>(
			    in, s, d, shared, (T *)(owns + warp * F::OWN), mean, lses, P::NK - j0,
			    (((unsigned long long)b * P::H + h) * P::NQ + i0 + warp * 16) * P::NK + j0);
			__syncthreads();
			attn_grad_keys<P>(shared, out.dk, out.dv, j0, i0 == 0);
			AttnProduct<P>::template add<A::DN / 8, false, true>(
			    dq, shared + F::DS + warp * 16 * A::KP, A::KP, shared + F::K, A::DP, P::KEYS);
			if (P::RELATIVE) {
				attn_grad_span<P>(shared, owns, dp, out.dr, first, false);
				__syncthreads();
				attn_grad_span<P>(shared, owns, dp, out.dr, first, true);
			}
		}
		attn_store<A::DN / 8, P::D, P::H>(dq, out.dq, i0 + warp * 16, 1, P::NQ, P::scale(), false);
		if (P::RELATIVE)
			attn_grad_flush<P>(dp, out.dp, i0);
	}
}
