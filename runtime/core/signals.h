/* signals.h: SIGINT, SIGTERM and SIGHUP. Conventions are those of core.h. */
#ifndef SELDRT_SIGNALS_H
#define SELDRT_SIGNALS_H

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#include "runtime/core/core.h"

/* At the start of a program: a signal removes temporary files and ends with RT_SIGNAL and its
 * number; so does a library that calls exit, with RT_DEVICE, unless the program has set what is
 * returned: it is about to end itself. NULL: no memory. Freed as the process ends. */
bool *rt_signals_prepare(void);

/* Lets a verb end in order: once `holds` is set, the first signal is only noted in `seen`, and the
 * second one ends the program at once. Before any other thread is started, as threads inherit what
 * they do not see. Begins as zeros. */
typedef struct RtWatch {
	atomic_bool holds;
	atomic_int seen; /* 0: none */
	atomic_bool open;
	pthread_t thread;
	sigset_t awaited, before;
} RtWatch;

RtStatus rt_watch_open(RtWatch *w, RtError *err);
void rt_watch_close(RtWatch *w);

#endif
