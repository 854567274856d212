/* signals.c: how a program ends before its time. A signal's handler and the thread that watches for
 * signals keep nothing: which temporary files there are, the kernel knows. Those of ours are open
 * for writing, closed on exec, and named PATH.tmpN, from rt_out_open to rt_out_commit. */
#define _GNU_SOURCE
#include "runtime/core/core.h"

#include "runtime/core/signals.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_DESCRIPTORS = 1024, MOST_PATH = 4096 };
static const int ends[] = {SIGINT, SIGTERM, SIGHUP};

static bool is_temporary(const char *path)
{
	size_t n = strlen(path);
	const size_t all = n;
	while (n && path[n - 1] >= '0' && path[n - 1] <= '9')
		n--;
	return n < all && n >= 4 && memcmp(path + n - 4, ".tmp", 4) == 0;
}

static void put_number(char *out, int v)
{
	char digits[12];
	int n = 0;
	do
		digits[n++] = (char)('0' + v % 10);
	while (v /= 10);
	while (n)
		*out++ = digits[--n];
	*out = '\0';
}

/* Calls only what a handler may call. */
static void remove_temporaries(void)
{
	char link[32] = "/proc/self/fd/", path[MOST_PATH];
	for (int fd = STDERR_FILENO + 1; fd < MOST_DESCRIPTORS; fd++) {
		if (!(fcntl(fd, F_GETFD) & FD_CLOEXEC) ||
		    (fcntl(fd, F_GETFL) & O_ACCMODE) != O_WRONLY)
			continue;
		put_number(link + strlen("/proc/self/fd/"), fd);
		const ssize_t n = readlink(link, path, sizeof path - 1);
		if (n <= 0)
			continue;
		path[n] = '\0';
		if (is_temporary(path))
			unlink(path);
	}
}

static void end_at_once(int sig)
{
	remove_temporaries();
	_exit(RT_SIGNAL + sig);
}

static bool ignored(int sig)
{
	struct sigaction was;
	return sigaction(sig, NULL, &was) == 0 && was.sa_handler == SIG_IGN;
}

/* OpenMP's library ends a program for which it finds no memory or threads by exit(1). */
static void end_of_program(int status, void *p)
{
	const bool finished = *(const bool *)p;
	free(p);
	if (finished)
		return;
	remove_temporaries();
	_exit(status ? RT_DEVICE : status);
}

bool *rt_signals_prepare(void)
{
	bool *const finished = rt_alloc(1, sizeof *finished);
	if (!finished || on_exit(end_of_program, finished) != 0) {
		free(finished);
		return NULL;
	}
	struct sigaction act = {.sa_handler = end_at_once};
	sigfillset(&act.sa_mask);
	for (size_t i = 0; i < RT_COUNT(ends); i++)
		if (!ignored(ends[i]))
			sigaction(ends[i], &act, NULL);
	signal(SIGXFSZ, SIG_IGN); /* a write beyond `ulimit -f` fails as on a full disk */
	return finished;
}

/* ---- the watch ----------------------------------------------------------------------------- */

static void *watch(void *p)
{
	RtWatch *const w = p;
	for (int sig; sigwait(&w->awaited, &sig) == 0;) {
		if (sig == SIGURG && !atomic_load(&w->open))
			return NULL;
		if (sig == SIGURG)
			continue;
		int none = 0;
		if (!atomic_load(&w->holds) ||
		    !atomic_compare_exchange_strong(&w->seen, &none, sig))
			end_at_once(sig);
	}
	return NULL;
}

RtStatus rt_watch_open(RtWatch *w, RtError *err)
{
	sigemptyset(&w->awaited);
	sigaddset(&w->awaited, SIGURG); /* wakes the thread */
	for (size_t i = 0; i < RT_COUNT(ends); i++)
		if (!ignored(ends[i]))
			sigaddset(&w->awaited, ends[i]);
	pthread_sigmask(SIG_BLOCK, &w->awaited, &w->before);
	atomic_store(&w->open, true);
	if (pthread_create(&w->thread, NULL, watch, w) != 0) {
		atomic_store(&w->open, false);
		pthread_sigmask(SIG_SETMASK, &w->before, NULL);
		return rt_fail(err, RT_DEVICE, "no thread can be started");
	}
	return RT_OK;
}

void rt_watch_close(RtWatch *w)
{
	if (!w->open)
		return;
	atomic_store(&w->open, false);
	pthread_kill(w->thread, SIGURG);
	pthread_join(w->thread, NULL);
	pthread_sigmask(SIG_SETMASK, &w->before, NULL);
}
