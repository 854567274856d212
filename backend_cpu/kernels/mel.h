/* mel.h: the mel filterbank (Slaney's scale and area normalisation), in double precision. */
#ifndef CPU_MEL_H
#define CPU_MEL_H

#include <math.h>
#include <stdint.h>

/* Linear below 1000 Hz, logarithmic above: 27 mels for a factor of 6.4. */
static double mel_of_hz(double f)
{
	return f < 1000 ? 3 * f / 200 : 15 + 27 * log(f / 1000) / log(6.4);
}

static double mel_to_hz(double m)
{
	return m < 15 ? 200 * m / 3 : 1000 * exp((m - 15) * log(6.4) / 27);
}

/* y[bins, mels]: triangles between points equally spaced in mel, of area 1 in Hz */
static void mel_filterbank(float *y, int bins, int mels, double rate, double fmin, double fmax)
{
	const double m0 = mel_of_hz(fmin), dm = (mel_of_hz(fmax) - m0) / (mels + 1);
	for (int m = 0; m < mels; m++) {
		const double a = mel_to_hz(m0 + m * dm), b = mel_to_hz(m0 + (m + 1) * dm);
		const double c = mel_to_hz(m0 + (m + 2) * dm);
		for (int k = 0; k < bins; k++) {
			const double hz = k * rate / (2.0 * (bins - 1));
			const double up = (hz - a) / (b - a), down = (c - hz) / (c - b);
			const double v = up < down ? up : down;
			y[(int64_t)k * mels + m] = v > 0 ? (float)(v * 2 / (c - a)) : 0;
		}
	}
}

#endif /* CPU_MEL_H */
