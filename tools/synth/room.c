/* room.c: shoebox rooms: images of the source in the walls (Allen and Berkley 1979) until they are
 * dense, then a diffuse tail.
 *
 * The walls absorb so that Millington's formula gives the wanted decay in every octave: what a ray
 * loses at a wall, averaged over walls by area, is 24 ln 10 V / (c S T60) in power. At time t the
 * images' power is 4 pi c / V * 10^(-6 t / T60) a second, and that is how loud the tail is. */
#include "synth.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double pi = 3.14159265358979323846, speed = 343 /* m/s */;
static const double max_mixing = 0.08, echoes_a_second = 8000;
enum { MAX_AXIS = 64 }; /* coordinates of images along one axis, near enough to count */

static double volume(const Room *r)
{
	return r->size[0] * r->size[1] * r->size[2];
}

static double wall_area(const Room *r, int axis)
{
	return volume(r) / r->size[axis];
}

void room_set(Room *r, const double size[3], double rt60, double tilt, const double walls[6])
{
	*r = (Room){.size = {size[0], size[1], size[2]}};
	double area = 0, weighted = 0;
	for (int w = 0; w < 6; w++) {
		area += wall_area(r, w / 2);
		weighted += walls[w] * wall_area(r, w / 2);
	}
	if (rt60 <= 0)
		return;
	for (int b = 0; b < SYNTH_BANDS; b++) {
		r->rt60[b] = rt60 * exp2(-tilt * (b - 3));
		const double power = 24 * log(10) * volume(r) / (speed * area * r->rt60[b]);
		for (int w = 0; w < 6; w++)
			r->loss[w][b] = 0.5 * power * walls[w] * area / weighted;
	}
	/* 4 pi c^3 t^2 / V images a second arrive at time t */
	r->mixing = sqrt(echoes_a_second * volume(r) / (4 * pi * speed * speed * speed));
	const double across = sqrt(size[0] * size[0] + size[1] * size[1] + size[2] * size[2]);
	r->mixing = fmin(fmax(r->mixing, across / speed), max_mixing);
}

void room_draw(Room *r, Draw *d, const double rt60[2])
{
	const double size[3] = {draw_between(d, 4, 10), draw_between(d, 3.2, 8),
				draw_between(d, 2.5, 4)};
	const double seconds = rt60[0] * pow(rt60[1] / fmax(rt60[0], 1e-9), draw_unit(d));
	double walls[6];
	for (int w = 0; w < 6; w++)
		walls[w] = draw_between(d, 0.5, 1.5);
	room_set(r, size, rt60[0] > 0 ? seconds : 0, draw_between(d, 0, 0.15), walls);
}

void room_listener(const Room *r, Draw *d, Listener *l)
{
	for (int a = 0; a < 2; a++)
		l->at[a] = r->size[a] * draw_between(d, 0.35, 0.65);
	l->at[2] = draw_between(d, 1.1, fmin(1.7, r->size[2] - 0.8));
	l->yaw = draw_between(d, -pi, pi);
}

static void direction(double azimuth, double elevation, double out[3])
{
	const double a = azimuth * pi / 180, e = elevation * pi / 180;
	out[0] = cos(a) * cos(e);
	out[1] = sin(a) * cos(e);
	out[2] = sin(e);
}

static void turn(double v[3], double yaw)
{
	const double x = v[0] * cos(yaw) - v[1] * sin(yaw);
	v[1] = v[0] * sin(yaw) + v[1] * cos(yaw);
	v[0] = x;
}

double room_reach(const Room *r, const Listener *l, double azimuth, double elevation)
{
	const double margin = 0.15;
	double v[3], reach = INFINITY;
	direction(azimuth, elevation, v);
	turn(v, l->yaw);
	for (int a = 0; a < 3; a++) {
		const double room = v[a] > 0 ? r->size[a] - margin - l->at[a] : l->at[a] - margin;
		if (fabs(v[a]) > 1e-9)
			reach = fmin(reach, room / fabs(v[a]));
	}
	return reach;
}

/* Images along one axis: distance from the listener, and gains of the reflections. */
typedef struct Axis {
	int n;
	double d[MAX_AXIS], gain[MAX_AXIS][SYNTH_BANDS];
} Axis;

static void axis_images(const Room *r, int axis, double source, double listener, double reach,
			Axis *out)
{
	const double length = r->size[axis];
	const int last = (int)(reach / (2 * length)) + 1;
	out->n = 0;
	for (int i = -last; i <= last; i++)
		for (int q = 0; q < 2; q++) {
			const double d = (q ? -source : source) + 2 * i * length - listener;
			if (fabs(d) > reach || out->n == MAX_AXIS)
				continue;
			for (int b = 0; b < SYNTH_BANDS; b++)
				out->gain[out->n][b] = exp(-abs(i - q) * r->loss[2 * axis][b] -
							   abs(i) * r->loss[2 * axis + 1][b]);
			out->d[out->n++] = d;
		}
}

static void add_image(const Kernels *k, const double v[3], double yaw, const Axis axis[3],
		      const int at[3], float *x)
{
	double w[3] = {v[0], v[1], v[2]}, gain[SYNTH_BANDS];
	turn(w, -yaw);
	const double metres = fmax(sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]), 0.05);
	for (int b = 0; b < SYNTH_BANDS; b++)
		gain[b] = axis[0].gain[at[0]][b] * axis[1].gain[at[1]][b] * axis[2].gain[at[2]][b];
	const double enc[SYNTH_CHANNELS] = {1 / metres, w[1] / metres / metres,
					    w[2] / metres / metres, w[0] / metres / metres};
	kernels_add(k, x, metres / speed * SYNTH_RATE, gain, enc);
}

static void add_direct(const Kernels *k, const double v[3], double yaw, float *x)
{
	static const Axis none[3] = {{1, {0}, {{1, 1, 1, 1, 1, 1, 1}}},
				     {1, {0}, {{1, 1, 1, 1, 1, 1, 1}}},
				     {1, {0}, {{1, 1, 1, 1, 1, 1, 1}}}};
	const int first[3] = {0, 0, 0};
	add_image(k, v, yaw, none, first, x);
}

static void add_images(const Room *r, const Kernels *k, const Listener *l, const Axis axis[3],
		       float *x)
{
	const double reach = r->mixing * speed;
	int at[3];
	for (at[0] = 0; at[0] < axis[0].n; at[0]++)
		for (at[1] = 0; at[1] < axis[1].n; at[1]++) {
			const double dx = axis[0].d[at[0]], dy = axis[1].d[at[1]];
			const double left = reach * reach - dx * dx - dy * dy;
			for (at[2] = 0; left > 0 && at[2] < axis[2].n; at[2]++) {
				const double v[3] = {dx, dy, axis[2].d[at[2]]};
				if (v[2] * v[2] < left)
					add_image(k, v, l->yaw, axis, at, x);
			}
		}
}

void room_early(const Room *r, const Kernels *k, const Listener *l, const Place *p, float *x)
{
	memset(x, 0, sizeof *x * SYNTH_CHANNELS * EARLY_TAPS);
	double v[3];
	direction(p->azimuth, p->elevation, v);
	turn(v, l->yaw);
	for (int a = 0; a < 3; a++)
		v[a] *= p->metres;
	if (r->mixing <= 0) {
		add_direct(k, v, l->yaw, x);
		return;
	}
	Axis axis[3];
	for (int a = 0; a < 3; a++)
		axis_images(r, a, l->at[a] + v[a], l->at[a], r->mixing * speed, &axis[a]);
	add_images(r, k, l, axis, x);
}

static int tail_start(const Room *r)
{
	return EARLY_PRE + (int)ceil(r->mixing * SYNTH_RATE);
}

int room_taps(const Room *r)
{
	double longest = 0;
	for (int b = 0; b < SYNTH_BANDS; b++)
		longest = fmax(longest, r->rt60[b]);
	const int taps = EARLY_PRE + (int)(longest * SYNTH_RATE);
	return taps > EARLY_TAPS ? taps : EARLY_TAPS;
}

/* Gains of the octaves in noise, [SYNTH_BANDS][n / 2 + 1]; their sum is 1 / n. */
static void band_masks(int n, float *mask)
{
	const int bins = n / 2 + 1;
	for (int i = 0; i < bins; i++) {
		const double hz = (double)i * SYNTH_RATE / n;
		double below = 0;
		for (int b = 0; b < SYNTH_BANDS; b++) {
			const double low = b < SYNTH_BANDS - 1 ? band_low(b, hz) : 1;
			mask[b * bins + i] = (float)((low - below) / n);
			below = low;
		}
	}
}

/* One channel; noise in f->bins. */
static void add_decays(const Room *r, Fft *f, const float *mask, double level, float *x)
{
	const int first = tail_start(r), taps = room_taps(r), bins = f->n / 2 + 1;
	for (int b = 0; b < SYNTH_BANDS; b++, mask += bins) {
		for (int i = 0; i < bins; i++) {
			f->product[i].r = mask[i] * f->bins[i].r;
			f->product[i].i = mask[i] * f->bins[i].i;
		}
		kiss_fftri(f->inverse, f->product, f->time);
		const double rate = 3 * log(10) / (r->rt60[b] * SYNTH_RATE), step = exp(-rate);
		double envelope = level * exp(-rate * (first - EARLY_PRE));
		for (int i = first; i < taps; i++, envelope *= step)
			x[i] += (float)envelope * f->time[i];
	}
}

RtStatus room_tail(const Room *r, uint64_t seed, const char *name, float *x, RtError *err)
{
	const int taps = room_taps(r);
	memset(x, 0, sizeof *x * SYNTH_CHANNELS * (size_t)taps);
	if (r->mixing <= 0)
		return RT_OK;
	Fft f = {0};
	double *const noise = rt_alloc((uint64_t)taps, sizeof *noise);
	float *const narrow = rt_alloc((uint64_t)taps, sizeof *narrow);
	const int n = kiss_fftr_next_fast_size_real(taps);
	float *const mask = rt_alloc(SYNTH_BANDS * ((uint64_t)n / 2 + 1), sizeof *mask);
	const bool ok = noise && narrow && mask && fft_open(&f, n);
	if (ok)
		band_masks(n, mask);
	const double level = sqrt(4 * pi * speed / volume(r) / SYNTH_RATE);
	for (int c = 0; ok && c < SYNTH_CHANNELS; c++) {
		rt_random_normal(seed, name, (uint64_t)c << 32, (uint64_t)taps, noise);
		for (int i = 0; i < taps; i++)
			narrow[i] = (float)noise[i];
		fft_spectrum(&f, narrow, taps, f.bins);
		add_decays(r, &f, mask, c ? level / sqrt(3) : level, x + (size_t)c * (size_t)taps);
	}
	fft_release(&f);
	free(noise);
	free(narrow);
	free(mask);
	return ok ? RT_OK : rt_no_memory(err);
}
