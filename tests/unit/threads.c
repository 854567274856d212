/* threads.c: the processors that a process may use, by its affinity and by the quotas of cgroups
 * in a folder made here. */
#define _GNU_SOURCE
#include "runtime/verbs/verbs.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int failures;

static void put(const char *root, const char *path, const char *text)
{
	char full[512];
	snprintf(full, sizeof full, "%s/%s", root, path);
	for (char *p = full + 1; (p = strchr(p, '/')); p++) {
		*p = '\0';
		mkdir(full, 0777);
		*p = '/';
	}
	FILE *f = fopen(full, "w");
	if (!f || fputs(text, f) < 0 || fclose(f))
		abort();
}

static void want(const char *what, int got, int wanted)
{
	failures += got != wanted;
	if (got != wanted)
		printf("%s: %d processors, not %d\n", what, got, wanted);
}

typedef struct Case {
	const char *what, *cgroup, *file[4]; /* pairs of path and text */
	int wanted;                          /* of any number that affinity allows, if fewer */
} Case;

static const Case cases[] = {
    {"version 2, one processor", "0::/a\n", {"a/cpu.max", "100000 100000\n"}, 1},
    {"version 2, a part of one", "0::/a\n", {"a/cpu.max", "10000 100000\n"}, 1},
    {"version 2, one and a bit", "0::/a\n", {"a/cpu.max", "100001 100000\n"}, 2},
    {"version 2, no limit", "0::/a\n", {"a/cpu.max", "max 100000\n"}, 1 << 20},
    {"version 2, of a group around", "0::/a/b/c\n", {"a/cpu.max", "50000 50000\n"}, 1},
    {"version 2, the least",
     "0::/a/b\n",
     {"a/cpu.max", "50000 50000\n", "a/b/cpu.max", "400000 50000\n"},
     1},
    {"version 2, of a container", "0::/\n", {"cpu.max", "50000 100000\n"}, 1},
    {"version 1",
     "5:memory:/m\n3:cpuset,cpu,cpuacct:/a\n",
     {"cpu/a/cpu.cfs_quota_us", "20000\n", "cpu/a/cpu.cfs_period_us", "20000\n"},
     1},
    {"version 1, no limit",
     "3:cpu:/a\n",
     {"cpu/a/cpu.cfs_quota_us", "-1\n", "cpu/a/cpu.cfs_period_us", "100000\n"},
     1 << 20},
    {"version 1, of a container that sees its host's names",
     "3:cpu:/docker/1\n",
     {"cpu/cpu.cfs_quota_us", "100000\n", "cpu/cpu.cfs_period_us", "100000\n"},
     1},
    {"version 1, controllers of a like name",
     "3:cpuset,cpuacct:/a\n",
     {"cpu/a/cpu.cfs_quota_us", "20000\n", "cpu/a/cpu.cfs_period_us", "20000\n"},
     1 << 20},
    {"no cgroups", "", {NULL}, 1 << 20},
    {"what is no limit", "rubbish\n0::/a\n", {"a/cpu.max", "rubbish\n"}, 1 << 20},
};

static void try_case(const char *dir, int i, int all)
{
	const Case *const c = &cases[i];
	char root[64], path[256];
	snprintf(root, sizeof root, "%s/%d", dir, i);
	put(root, "proc/self/cgroup", c->cgroup);
	for (int k = 0; k < 4 && c->file[k]; k += 2) {
		snprintf(path, sizeof path, "sys/fs/cgroup/%s", c->file[k]);
		put(root, path, c->file[k + 1]);
	}
	want(c->what, rt_threads_allowed(root), c->wanted < all ? c->wanted : all);
}

int main(void)
{
	char dir[] = "/tmp/seldc-threads-XXXXXX", nowhere[64], remove[64];
	cpu_set_t set;
	if (!mkdtemp(dir) || sched_getaffinity(0, sizeof set, &set))
		return 1;
	snprintf(nowhere, sizeof nowhere, "%s/nowhere", dir);
	const int all = CPU_COUNT(&set);
	want("affinity", rt_threads_allowed(nowhere), all);
	for (int i = 0; i < (int)RT_COUNT(cases); i++)
		try_case(dir, i, all);
	int first = 0;
	while (!CPU_ISSET(first, &set))
		first++;
	CPU_ZERO(&set);
	CPU_SET(first, &set);
	sched_setaffinity(0, sizeof set, &set);
	want("affinity to one", rt_threads_allowed(nowhere), 1);
	want("no number asked for", rt_threads(0), 1);
	want("a number asked for", rt_threads(3), 3);
	snprintf(remove, sizeof remove, "rm -r %s", dir);
	return system(remove) || failures;
}
