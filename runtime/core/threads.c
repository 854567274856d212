/* threads.c: how many threads a process may use, and how they wait for each other. */
#define _GNU_SOURCE
#include "runtime/core/core.h"

#include <limits.h>
#include <omp.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* ---- how many ---- */

static int processors(void)
{
	for (int most = 1024; most <= 1 << 20; most *= 2) {
		cpu_set_t *const set = CPU_ALLOC(most);
		const size_t size = CPU_ALLOC_SIZE(most);
		const int n =
		    set && sched_getaffinity(0, size, set) == 0 ? CPU_COUNT_S(size, set) : 0;
		CPU_FREE(set);
		if (n > 0)
			return n;
	}
	return 1;
}

/* The two numbers of version 2's "QUOTA PERIOD", or of version 1's two files; -1: no limit. */
static double share(const char *folder, const char *quota_file, const char *period_file)
{
	char path[PATH_MAX];
	double quota = -1, period = 0;
	snprintf(path, sizeof path, "%s/%s", folder, quota_file);
	FILE *f = fopen(path, "r");
	if (!f)
		return -1;
	int n = fscanf(f, "%lf %lf", &quota, &period);
	fclose(f);
	if (n == 1 && period_file) {
		snprintf(path, sizeof path, "%s/%s", folder, period_file);
		f = fopen(path, "r");
		n += f && fscanf(f, "%lf", &period) == 1;
		if (f)
			fclose(f);
	}
	return n == 2 && quota > 0 && period > 0 ? quota / period : -1;
}

/* The least share of the group `path`, of those that it lies in, and of `mount`, which in a
 * container may be the group itself; not more than `most`. */
static double least_share(const char *mount, char *path, bool old, double most)
{
	for (;;) {
		char folder[PATH_MAX];
		snprintf(folder, sizeof folder, "%s%s", mount, path);
		const double s = old ? share(folder, "cpu.cfs_quota_us", "cpu.cfs_period_us")
				     : share(folder, "cpu.max", NULL);
		most = s > 0 && s < most ? s : most;
		char *const last = strrchr(path, '/');
		if (!last)
			return most;
		*last = '\0';
	}
}

/* Whether the word is one of a list with commas. */
static bool lists(const char *list, const char *word)
{
	const size_t n = strlen(word);
	for (; list; list = strchr(list, ','), list += list != NULL)
		if (!strncmp(list, word, n) && (!list[n] || list[n] == ','))
			return true;
	return false;
}

/* A line of /proc/self/cgroup, "NUMBER:CONTROLLERS:PATH"; version 2 has no controllers. */
static double group_share(const char *root, char *line, double most)
{
	char mount[PATH_MAX];
	line[strcspn(line, "\n")] = '\0';
	char *const controllers = strchr(line, ':');
	char *const path = controllers ? strchr(controllers + 1, ':') : NULL;
	if (!path)
		return most;
	*path = '\0';
	const bool old = controllers[1] != '\0';
	if (old && !lists(controllers + 1, "cpu"))
		return most;
	snprintf(mount, sizeof mount, "%s/sys/fs/cgroup%s", root, old ? "/cpu" : "");
	return least_share(mount, path + 1, old, most);
}

int rt_threads_allowed(const char *root)
{
	char path[PATH_MAX], line[PATH_MAX];
	double most = processors();
	snprintf(path, sizeof path, "%s/proc/self/cgroup", root);
	FILE *const f = fopen(path, "r");
	while (f && fgets(line, sizeof line, f))
		most = group_share(root, line, most);
	if (f)
		fclose(f);
	const int whole = (int)most;
	return whole + (whole < most);
}

int rt_threads(int asked)
{
	if (asked > 0)
		return asked;
	const int allowed = rt_threads_allowed(""), wanted = omp_get_max_threads();
	return wanted < allowed ? wanted : allowed;
}

/* ---- how they wait ---- */

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Looks of a waiting thread in a tenth of a millisecond. That is longer than the other threads of a
 * parallel loop usually take to end, and short beside what the scheduler gives a process. */
static int looks(void)
{
	enum { TRIES = 5, TIMES = 200, MOST = 200000 }; /* the library itself: 300000 */
	double least = 1;
	for (int i = 0; i < TRIES; i++) {
		const double start = now();
		for (int k = 0; k < TIMES; k++)
#if defined __x86_64__ || defined __i386__
			__builtin_ia32_pause();
#else
			__asm__ volatile("" ::: "memory");
#endif
		const double each = (now() - start) / TIMES;
		least = each < least ? each : least;
	}
	const double n = 1e-4 / (least > 0 ? least : 1e-9);
	return n < MOST ? (int)n : MOST;
}

void rt_wait_briefly(char **argv)
{
	char exe[PATH_MAX], count[32];
	const ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
	if (n <= 0 || getenv("GOMP_SPINCOUNT") || getenv("OMP_WAIT_POLICY"))
		return;
	exe[n] = '\0';
	snprintf(count, sizeof count, "%d", looks());
	if (setenv("GOMP_SPINCOUNT", count, 1) == 0)
		execv(exe, argv);
}
