/* draw.c: one random number after another out of the stream that a seed and a name stand for. */
#include "synth.h"

#include <stdarg.h>

Draw draw_open(uint64_t seed, const char *fmt, ...)
{
	Draw d = {.seed = seed};
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(d.name, sizeof d.name, fmt, ap);
	va_end(ap);
	return d;
}

double draw_unit(Draw *d)
{
	double x;
	rt_random_uniform(d->seed, d->name, d->next++, 1, &x);
	return x;
}

double draw_between(Draw *d, double low, double high)
{
	return low + (high - low) * draw_unit(d);
}

int draw_index(Draw *d, int n)
{
	const int i = (int)(draw_unit(d) * n);
	return i < n ? i : n - 1;
}

bool draw_chance(Draw *d, double p)
{
	return draw_unit(d) < p;
}
