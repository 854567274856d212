/* kernels_test.cu: the hot kernel families by themselves, without the compiler: sizes that no tile
 * divides, random inputs, results filled with NaN before each run, two runs equal to the bit, and
 * plain loops in double to compare with. Status 1 if anything is wrong. */
#include "backend_cuda/kernels/conv.cuh"
#include "backend_cuda/kernels/gru.cuh"
#include "backend_cuda/kernels/product.cuh"
#include "backend_cuda/kernels/scan.cuh"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

typedef std::vector<float> Floats;

static void must(cudaError_t e)
{
	if (e == cudaSuccess)
		return;
	printf("CUDA: %s\n", cudaGetErrorString(e));
	exit(3);
}

static Floats random_floats(size_t n, float scale, unsigned seed)
{
	Floats v(n);
	for (size_t i = 0; i < n; i++) {
		seed = seed * 1664525u + 1013904223u;
		v[i] = scale * ((float)(seed >> 8) / 8388608.0f - 1.0f);
	}
	return v;
}

static float as_stored(float v, float)
{
	return v;
}

static float as_stored(float v, bf16)
{
	unsigned u;
	memcpy(&u, &v, 4);
	u = (u + 0x7fff + (u >> 16 & 1)) & 0xffff0000u;
	memcpy(&v, &u, 4);
	return v;
}

/* Device copy with element type T; v is rounded to what is stored. */
template <class T> static T *upload(Floats &v)
{
	std::vector<T> t(v.size());
	for (size_t i = 0; i < v.size(); i++) {
		v[i] = as_stored(v[i], T());
		memcpy(&t[i], (char *)&v[i] + 4 - sizeof(T), sizeof(T));
	}
	T *d;
	must(cudaMalloc(&d, v.size() * sizeof(T)));
	must(cudaMemcpy(d, t.data(), v.size() * sizeof(T), cudaMemcpyHostToDevice));
	return d;
}

/* Runs twice into poisoned memory; ||got - want|| / ||want||, or NaN if the runs differ. */
template <class Launch> static double compare(const std::vector<double> &want, Launch launch)
{
	Floats got[2];
	float *d;
	must(cudaMalloc(&d, want.size() * 4));
	for (int run = 0; run < 2; run++) {
		must(cudaMemset(d, 0xff, want.size() * 4));
		launch(d);
		must(cudaGetLastError());
		got[run].resize(want.size());
		must(cudaMemcpy(got[run].data(), d, want.size() * 4, cudaMemcpyDeviceToHost));
	}
	must(cudaFree(d));
	double num = 0, den = 0;
	for (size_t i = 0; i < want.size(); i++) {
		num += (got[0][i] - want[i]) * (got[0][i] - want[i]);
		den += want[i] * want[i];
	}
	return memcmp(got[0].data(), got[1].data(), want.size() * 4) ? NAN : sqrt(num / den);
}

static int verdict(const char *name, double error, double tolerance)
{
	printf("%s %s: %.3g\n", error <= tolerance ? "ok" : "not ok", name, error);
	return !(error <= tolerance);
}

template <class F> static void allow_smem(F *kernel, int bytes)
{
	must(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, bytes));
}

/* ---- convolution: 3 x 3, scale, shift, ReLU, 2 x 2 means ---------------------------------------- */

template <class T> struct ConvCase {
	enum { H = 21, W = 37, C = 40, OH = 21, OW = 37, O = 72, KH = 3, KW = 3, PH = 1, PW = 1 };
	enum { XH = W * C, XW = C, XC = 1, TH = 2, TW = 2, MAX = 0, YH = OW / TW * O, YW = O, YC = 1 };
	enum { ROWS = 8, BN = 64, WR = 2, WN = 2, STAGES = 4, SCALE = 1, SHIFT = 0, RELU = 1 };
	enum { VECTOR = 1, TAPS = 9, KC = 128 / sizeof(T), WO = C * TAPS, WC = TAPS, WT = 1 };
	typedef T In;
	typedef float Out;
};

template <class P> __global__ void pack_fma_kernel(const float *w, float *p)
{
	conv_pack_fma<P>(w, p);
}

template <class P> __global__ void pack_mma_kernel(const float *w, typename P::In *p)
{
	conv_pack_mma<P>(w, p);
}

template <class P>
__global__ void __launch_bounds__(128, 2)
    conv_fma_kernel(const typename P::In *x, const float *w, const float *s, const float *b, float *y)
{
	conv_fma<P>(x, w, s, b, y);
}

template <class P>
__global__ void __launch_bounds__(128, 2)
    conv_mma_kernel(const typename P::In *x, const typename P::In *w, const float *s, const float *b,
                    float *y)
{
	conv_mma<P>(x, w, s, b, y);
}

template <class P>
static std::vector<double> conv_loops(const Floats &x, const Floats &w, const Floats &s,
                                      const Floats &b)
{
	std::vector<double> y((P::OH / 2) * (P::OW / 2) * P::O, 0.0);
	for (int oy = 0; oy < P::OH / 2 * 2; oy++)
		for (int ox = 0; ox < P::OW / 2 * 2; ox++)
			for (int o = 0; o < P::O; o++) {
				double v = 0;
				for (int t = 0; t < 9; t++) {
					const int iy = oy + t / 3 - 1, ix = ox + t % 3 - 1;
					for (int c = 0; c < P::C && iy >= 0 && iy < P::H && ix >= 0 && ix < P::W; c++)
						v += (double)x[(iy * P::W + ix) * P::C + c] * w[(o * P::C + c) * 9 + t];
				}
				y[(oy / 2 * (P::OW / 2) + ox / 2) * P::O + o] += fmax(v * s[o] + b[o], 0.0) / 4;
			}
	return y;
}

template <class T, bool MMA> static int test_conv(const char *name, double tolerance)
{
	typedef ConvCase<T> P;
	Floats x = random_floats(P::H * P::W * P::C, 1, 1), w = random_floats(P::O * P::C * 9, 0.1f, 2);
	Floats s = random_floats(P::O, 1, 3), b = random_floats(P::O, 1, 4);
	T *dx = upload<T>(x);
	float *dw = upload<float>(w), *ds = upload<float>(s), *db = upload<float>(b), *packed;
	must(cudaMalloc(&packed, 64 * 128 * 9 * 4));
	const int blocks = 64 * 128 * 9 / 256;
	const dim3 grid(ceil_div(P::OH, P::ROWS) * ceil_div(P::OW, 16), ceil_div(P::O, P::BN));
	if (MMA)
		pack_mma_kernel<P><<<blocks, 256>>>(dw, (T *)packed);
	else
		pack_fma_kernel<P><<<blocks, 256>>>(dw, packed);
	allow_smem(conv_fma_kernel<P>, ConvFma<P>::SMEM);
	allow_smem(conv_mma_kernel<P>, ConvMma<P>::SMEM);
	const double e = compare(conv_loops<P>(x, w, s, b), [&](float *y) {
		if (MMA)
			conv_mma_kernel<P><<<grid, 128, ConvMma<P>::SMEM>>>(dx, (T *)packed, ds, db, y);
		else
			conv_fma_kernel<P><<<grid, 128, ConvFma<P>::SMEM>>>(dx, packed, ds, db, y);
	});
	return verdict(name, e, tolerance);
}

/* Rounding moves from tap to tap: the sum of a window is off by one rounding, not by nine. */
template <class T> static int test_pack(const char *name, double ulp)
{
	typedef ConvCase<T> P;
	const int KC = 128 / sizeof(T), OP = round_up(P::O, P::BN), SLABS = ceil_div(P::C, KC);
	const int windows = SLABS * KC * OP;
	Floats w = random_floats(P::O * P::C * 9, 0.5f, 2);
	std::vector<T> packed(windows * 9);
	T *d;
	must(cudaMalloc(&d, packed.size() * sizeof(T)));
	pack_mma_kernel<P><<<ceil_div(windows, 256), 256>>>(upload<float>(w), d);
	must(cudaMemcpy(packed.data(), d, packed.size() * sizeof(T), cudaMemcpyDeviceToHost));
	double worst = 0;
	for (int n = 0; n < P::O; n++)
		for (int c = 0; c < P::C; c++) {
			double sum = 0;
			for (int t = 0; t < 9; t++) {
				unsigned bits = 0;
				memcpy((char *)&bits + 4 - sizeof(T),
				       &packed[((c / KC * 9 + t) * OP + n) * KC + c % KC], sizeof(T));
				float v;
				memcpy(&v, &bits, 4);
				sum += v - w[(n * P::C + c) * 9 + t];
			}
			worst = fmax(worst, fabs(sum));
		}
	return verdict(name, worst, 0.51 * ulp);
}

/* ---- product ---------------------------------------------------------------------------------- */

template <class T> struct ProductCase {
	enum { M = 51, N = 75, K = 136, XR = K, WR = K, YR = N, BM = 64, BN = 64, WM = 2, WN = 2 };
	enum { WK = 1, BIAS = 1, STAGES = 3 };
	typedef T In;
	typedef float Out;
};

template <class P> __global__ void fma_kernel(const float *x, const float *w, const float *b, float *y)
{
	product_fma<P>(x, w, b, y);
}

template <class P>
__global__ void mma_kernel(const typename P::In *x, const typename P::In *w, const float *b, float *y)
{
	product_mma<P>(x, w, b, y);
}

static void launch_product(ProductCase<float>, bool tf32, const float *x, const float *w,
                           const float *b, float *y)
{
	typedef ProductCase<float> P;
	if (tf32)
		mma_kernel<P><<<dim3(2, 1), 128, ProductMma<P>::SMEM>>>(x, w, b, y);
	else
		fma_kernel<P><<<dim3(2, 1), 128, ProductFma<P>::SMEM>>>(x, w, b, y);
}

static void launch_product(ProductCase<bf16>, bool, const bf16 *x, const bf16 *w, const float *b,
                           float *y)
{
	typedef ProductCase<bf16> P;
	mma_kernel<P><<<dim3(2, 1), 128, ProductMma<P>::SMEM>>>(x, w, b, y);
}

template <class T> static int test_product(const char *name, bool tf32, double tolerance)
{
	typedef ProductCase<T> P;
	Floats x = random_floats(P::M * P::K, 1, 5), w = random_floats(P::N * P::K, 1, 6);
	Floats b = random_floats(P::N, 1, 7);
	T *dx = upload<T>(x), *dw = upload<T>(w);
	float *db = upload<float>(b);
	std::vector<double> want(P::M * P::N);
	for (int i = 0; i < P::M * P::N; i++) {
		want[i] = b[i % P::N];
		for (int k = 0; k < P::K; k++)
			want[i] += (double)x[i / P::N * P::K + k] * w[i % P::N * P::K + k];
	}
	allow_smem(fma_kernel<ProductCase<float>>, ProductFma<ProductCase<float>>::SMEM);
	allow_smem(mma_kernel<P>, ProductMma<P>::SMEM);
	const double e =
	    compare(want, [&](float *y) { launch_product(P(), tf32, dx, dw, db, y); });
	return verdict(name, e, tolerance);
}

/* ---- scan -------------------------------------------------------------------------------------- */

template <int LENGTH, int STATES> struct ScanCase {
	enum { L = LENGTH, E = 40, N = STATES, TC = L < 64 ? L : 64, UR = E, DR = E, ZR = E, YR = E };
	enum { BR = N, CR = N, UC = 1, DC = 1, BC = 1, CC = 1, ZC = 1 };
	enum { GATE = 1, SOFTPLUS = 1, ASYNC = N % 4 == 0 };
	typedef float U, Z, Out;
};

template <class P> __global__ void scan_kernel(ScanInputs<P> in, float *y, bool rev)
{
	scan<P>(in, y, rev);
}

template <int L, int N> static int test_scan(bool rev)
{
	typedef ScanCase<L, N> P;
	Floats v[7] = {random_floats(L * P::E, 1, 1), random_floats(L * P::E, 3, 2),
	               random_floats(P::E * N, 1, 3), random_floats(L * N, 1, 4),
	               random_floats(L * N, 1, 5),    random_floats(P::E, 1, 6),
	               random_floats(L * P::E, 2, 7)};
	for (float &a : v[2])
		a = -fabsf(a);
	float *d[7];
	for (int i = 0; i < 7; i++)
		d[i] = upload<float>(v[i]);
	std::vector<double> want(L * P::E);
	for (int e = 0; e < P::E; e++) {
		double h[N] = {};
		for (int step = 0; step < L; step++) {
			const int t = rev ? L - 1 - step : step, i = t * P::E + e;
			const double delta = log1p(exp((double)v[1][i]));
			double sum = v[5][e] * (double)v[0][i];
			for (int n = 0; n < N; n++) {
				h[n] = exp(delta * v[2][e * N + n]) * h[n] + delta * v[3][t * N + n] * v[0][i];
				sum += v[4][t * N + n] * h[n];
			}
			want[i] = sum * v[6][i] / (1 + exp(-(double)v[6][i]));
		}
	}
	allow_smem(scan_kernel<P>, Scan<P>::SMEM);
	const double error = compare(want, [&](float *y) {
		scan_kernel<P><<<ceil_div(P::E, Scan<P>::CH), 128, Scan<P>::SMEM>>>(
		    {d[0], d[1], d[2], d[3], d[4], d[5], d[6]}, y, rev);
	});
	char name[64];
	snprintf(name, sizeof name, "scan L=%d N=%d%s", L, N, rev ? " reversed" : "");
	return verdict(name, error, 1e-6);
}

/* ---- GRU -------------------------------------------------------------------------------------- */

template <int UNITS> struct GruCase {
	enum { L = 50, H = UNITS, VECTOR = H % 4 == 0 };
	typedef float Out;
};

template <class P>
__global__ void __launch_bounds__(Gru<P>::THREADS, 1)
    gru_kernel(const float *gates, const float *w, const float *b, float *y, bool rev)
{
	gru<P>(gates, w, b, y, rev);
}

template <int H> static int test_gru(bool rev)
{
	typedef GruCase<H> P;
	Floats g = random_floats(P::L * 3 * H, 2, 1), w = random_floats(3 * H * H, 0.2f, 2);
	Floats b = random_floats(3 * H, 1, 3);
	const float *dg = upload<float>(g), *dw = upload<float>(w), *db = upload<float>(b);
	std::vector<double> want(P::L * H), h(H, 0.0);
	for (int step = 0; step < P::L; step++) {
		const int t = rev ? P::L - 1 - step : step;
		const float *in = &g[t * 3 * H];
		for (int u = 0; u < H; u++) {
			double s[3] = {b[u], b[H + u], b[2 * H + u]};
			for (int k = 0; k < 3 * H; k++)
				s[k / H] += (double)w[(k / H * H + u) * H + k % H] * h[k % H];
			const double r = 1 / (1 + exp(-in[u] - s[0])), z = 1 / (1 + exp(-in[H + u] - s[1]));
			want[t * H + u] = (1 - z) * tanh(in[2 * H + u] + r * s[2]) + z * h[u];
		}
		for (int u = 0; u < H; u++)
			h[u] = want[t * H + u];
	}
	const double error = compare(
	    want, [&](float *y) { gru_kernel<P><<<1, Gru<P>::THREADS>>>(dg, dw, db, y, rev); });
	char name[64];
	snprintf(name, sizeof name, "gru H=%d%s", H, rev ? " reversed" : "");
	return verdict(name, error, 1e-6);
}

/* ---- functions ------------------------------------------------------------------------------- */

/* The farthest of exp2_ftz from the correctly rounded result in units of that result's last place,
 * over all floats from -126 to -0: at most 2 by PTX ISA, ex2. */
__global__ void exp2_kernel(unsigned *worst)
{
	const unsigned first = 0x80000000u, last = 0xc2fc0000u;
	float most = 0;
	for (size_t i = first + blockIdx.x * blockDim.x + threadIdx.x; i <= last;
	     i += (size_t)gridDim.x * blockDim.x) {
		const float v = __uint_as_float((unsigned)i);
		const float want = (float)exp2((double)v);
		most = fmaxf(most, fabsf(exp2_ftz(v) - want) / ldexpf(1, ilogbf(want) - 23));
	}
	atomicMax(worst, __float_as_uint(most));
}

static int test_exp2()
{
	unsigned *d;
	float most;
	must(cudaMalloc(&d, 4));
	must(cudaMemset(d, 0, 4));
	exp2_kernel<<<2048, 256>>>(d);
	must(cudaMemcpy(&most, d, 4, cudaMemcpyDeviceToHost));
	return verdict("ex2.approx of every float in [-126, 0], ulp", most, 2);
}

/* Gates where exponentials overflow; infinities must be met exactly. */
__global__ void gates_kernel(const float *v, int n, float *y)
{
	const int i = threadIdx.x;
	if (i >= n)
		return;
	y[i] = silu(v[i]);
	y[n + i] = softplus(v[i]);
	y[2 * n + i] = gru_sigmoid(v[i]);
}

static int test_gates()
{
	Floats v = {0, -0.0f, 1, -1, -7, 20.5f, -20.5f, 88, -88, 100, -100, 1e30f, -1e30f, INFINITY};
	const int n = (int)v.size();
	Floats got(3 * n);
	float *d;
	must(cudaMalloc(&d, got.size() * 4));
	gates_kernel<<<1, 32>>>(upload<float>(v), n, d);
	must(cudaMemcpy(got.data(), d, got.size() * 4, cudaMemcpyDeviceToHost));
	double worst = 0;
	for (int i = 0; i < n; i++) {
		const double x = v[i], sigmoid = 1 / (1 + exp(-x));
		const double want[3] = {x * sigmoid, fmax(x, 0) + log1p(exp(-fabs(x))), sigmoid};
		for (int k = 0; k < 3; k++) {
			const double e = fabs(got[k * n + i] - want[k]);
			if (got[k * n + i] != want[k])
				worst = fmax(worst, isfinite(e) ? e / fmax(fabs(want[k]), 1e-2) : INFINITY);
		}
	}
	return verdict("gates at 0, +-100, 1e30, infinity", worst, 1e-6);
}

int main()
{
	int bad = test_exp2() + test_gates();
	bad += test_conv<float, false>("conv_fma", 1e-6);
	bad += test_conv<bf16, false>("conv_fma of bf16", 1e-6);
	bad += test_pack<float>("sums of packed tf32 weights", 0x1p-10 * 0.5);
	bad += test_pack<bf16>("sums of packed bf16 weights", 0x1p-7 * 0.5);
	bad += test_conv<float, true>("conv_mma tf32", 1e-3);
	bad += test_conv<bf16, true>("conv_mma bf16", 4e-3);
	bad += test_product<float>("product_fma", false, 1e-6);
	bad += test_product<float>("product_mma tf32", true, 1e-3);
	bad += test_product<bf16>("product_mma bf16", false, 1e-6);
	for (int rev = 0; rev < 2; rev++) {
		bad += test_scan<1, 16>(rev) + test_scan<2, 16>(rev) + test_scan<3, 16>(rev);
		bad += test_scan<49, 16>(rev) + test_scan<50, 16>(rev) + test_scan<51, 16>(rev);
		bad += test_scan<255, 16>(rev) + test_scan<257, 16>(rev) + test_scan<67, 8>(rev);
		bad += test_scan<33, 5>(rev);
		bad += test_gru<128>(rev) + test_gru<131>(rev) + test_gru<20>(rev);
	}
	return bad > 0;
}
