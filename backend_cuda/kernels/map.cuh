/* map.cuh: elementwise work and the movement of elements. The kernels themselves are written out
 * by the emitter, straight-line, from the rows of ops.def; this is what they call.
 *
 * A thread computes WIDTH elements that follow each other in the result. */
#pragma once
#include "common.cuh"

#define K(x) ((float)(x))

/* WIDTH elements from p, STRIDE 1; or one element repeated, STRIDE 0. */
template <int WIDTH, int STRIDE, class T>
__device__ __forceinline__ void map_get(float *v, const T *p)
{
	if (WIDTH == 4 && STRIDE == 1) {
		const float4 f = get4(p);
		v[0] = f.x;
		v[1] = f.y;
		v[2] = f.z;
		v[3] = f.w;
		return;
	}
	const float f = widen(*p);
#pragma unroll
	for (int i = 0; i < WIDTH; i++)
		v[i] = f;
}

template <int WIDTH, class T> __device__ __forceinline__ void map_put(T *p, const float *v)
{
	if (WIDTH == 4)
		put4(p, make_float4(v[0], v[1], v[2], v[3]));
	else
		put(p, v[0]);
}

/* 16-bit x[BATCH][SAMPLES][CHANNELS] to y[BATCH][CHANNELS][SAMPLES] in [-1, 1); grid: (SAMPLES / 256,
 * BATCH). */
template <class P> __device__ __forceinline__ void map_pcm(const short *x, float *y)
{
	const int t = blockIdx.x * blockDim.x + threadIdx.x;
	if (t >= P::SAMPLES)
		return;
	x += ((long long)blockIdx.y * P::SAMPLES + t) * P::CHANNELS;
	y += (long long)blockIdx.y * P::CHANNELS * P::SAMPLES + t;
#pragma unroll
	for (int c = 0; c < P::CHANNELS; c++)
		y[(long long)c * P::SAMPLES] = x[c] * (1.0f / 32768);
}
