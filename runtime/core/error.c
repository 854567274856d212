/* error.c: messages, memory and time, the least that every other file of the library needs. */
#define _POSIX_C_SOURCE 200809L
#include "runtime/core/core.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

const char *rt_status_text(RtStatus s)
{
	switch (s) {
	case RT_OK:
		return "done";
	case RT_INPUT:
		return "bad input";
	case RT_USAGE:
		return "wrong usage";
	case RT_DEVICE:
		return "device, driver or memory failure";
	case RT_BUG:
		return "internal error";
	case RT_SIGNAL:
		break;
	}
	return s > RT_SIGNAL ? "ended by a signal" : "unknown status";
}

RtStatus rt_fail(RtError *err, RtStatus status, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof err->text, fmt, ap);
	va_end(ap);
	return status;
}

void rt_error_append(RtError *err, const char *fmt, ...)
{
	const size_t len = strnlen(err->text, sizeof err->text - 1);
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(err->text + len, sizeof err->text - len, fmt, ap);
	va_end(ap);
}

RtStatus rt_no_memory(RtError *err)
{
	return rt_fail(err, RT_DEVICE, "out of memory");
}

void *rt_alloc(uint64_t n, uint64_t size)
{
	uint64_t bytes;
	if (__builtin_mul_overflow(n, size, &bytes) || bytes > PTRDIFF_MAX)
		return NULL;
	return calloc(bytes ? (size_t)bytes : 1, 1);
}

double rt_seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}
