/* sinusoid.h: a table of sines and cosines of falling frequency, in double precision. */
#ifndef CPU_SINUSOID_H
#define CPU_SINUSOID_H

#include <math.h>
#include <stdint.h>

/* y[rows, cols]: sin(p base^(-i/cols)) in even column i, the cosine in column i + 1 */
static void sinusoid(float *y, int rows, int cols, double base)
{
	for (int i = 0; i < cols; i++) {
		const double frequency = pow(base, -(double)(i - i % 2) / cols);
		for (int p = 0; p < rows; p++)
			y[(int64_t)p * cols + i] = (float)(i % 2 ? cos(p * frequency) : sin(p * frequency));
	}
}

#endif /* CPU_SINUSOID_H */
