/* stft.cuh: short-time Fourier transform, one CTA of 128 threads a frame, in double: the sum of a
 * thousand squares of a quiet band beside a loud one is what features are made of.
 *
 * P: SAMPLES FRAMES NFFT WIN HOP CENTER REFLECT, XS stride of samples; grid: (FRAMES, sequences).
 * y: [FRAMES][NFFT / 2 + 1][2]. NFFT a power of two for stft, any for stft_any. */
#pragma once
#include "common.cuh"

/* Sample n of frame f, windowed (periodic Hann of WIN samples in the middle of NFFT). */
template <class P> __device__ __forceinline__ double stft_sample(const float *x, int f, int n)
{
	const int w = n - (P::NFFT - P::WIN) / 2;
	int s = f * P::HOP + n - (P::CENTER ? P::NFFT / 2 : 0);
	if (w < 0 || w >= P::WIN)
		return 0;
	if (s < 0 || s >= P::SAMPLES) {
		if (!P::REFLECT)
			return 0;
		s = s < 0 ? -s : 2 * (P::SAMPLES - 1) - s;
	}
	return x[(long long)s * P::XS] * (0.5 - 0.5 * cospi(2.0 * w / P::WIN));
}

/* Stockham radix-2: each pass reads one half of shared memory and writes the other. */
template <class P> __device__ __forceinline__ void stft(const float *x, float *y)
{
	extern __shared__ double2 shared2[];
	double2 *from = shared2, *to = shared2 + P::NFFT, *root = shared2 + 2 * P::NFFT;
	const int f = blockIdx.x, BINS = P::NFFT / 2 + 1;
	for (int n = threadIdx.x; n < P::NFFT; n += 128)
		from[n] = make_double2(stft_sample<P>(x, f, n), 0);
	for (int n = threadIdx.x; n < P::NFFT / 2; n += 128)
		sincospi(-2.0 * n / P::NFFT, &root[n].y, &root[n].x);
	__syncthreads();
	for (int half = P::NFFT / 2, stride = 1; half > 0; half /= 2, stride *= 2) {
		for (int i = threadIdx.x; i < P::NFFT / 2; i += 128) {
			const int p = i / stride, q = i % stride;
			const double2 a = from[q + stride * p], b = from[q + stride * (p + half)];
			const double2 w = root[p * stride], d = make_double2(a.x - b.x, a.y - b.y);
			to[q + stride * 2 * p] = make_double2(a.x + b.x, a.y + b.y);
			to[q + stride * (2 * p + 1)] =
			    make_double2(d.x * w.x - d.y * w.y, d.x * w.y + d.y * w.x);
		}
		__syncthreads();
		double2 *t = from;
		from = to;
		to = t;
	}
	for (int k = threadIdx.x; k < BINS; k += 128) {
		y[((long long)f * BINS + k) * 2] = (float)from[k].x;
		y[((long long)f * BINS + k) * 2 + 1] = (float)from[k].y;
	}
}

template <class P> __device__ __forceinline__ void stft_any(const float *x, float *y)
{
	extern __shared__ double2 shared2[];
	double *frame = (double *)shared2;
	const int f = blockIdx.x, BINS = P::NFFT / 2 + 1;
	for (int n = threadIdx.x; n < P::NFFT; n += 128)
		frame[n] = stft_sample<P>(x, f, n);
	__syncthreads();
	for (int k = threadIdx.x; k < BINS; k += 128) {
		double re = 0, im = 0;
		for (int n = 0; n < P::NFFT; n++) {
			double s, c;
			sincospi(-2.0 * ((long long)k * n % P::NFFT) / P::NFFT, &s, &c);
			re += frame[n] * c;
			im += frame[n] * s;
		}
		y[((long long)f * BINS + k) * 2] = (float)re;
		y[((long long)f * BINS + k) * 2 + 1] = (float)im;
	}
}
