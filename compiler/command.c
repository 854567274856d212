/* command.c: see command.h. The verb runs in a child that leads a process group of its own, with
 * the compilers that it starts. The parent only waits, for the child or a signal: it needs no
 * handlers, and cleans up after a child that was killed as after one that is done. */
#define _GNU_SOURCE
#include "command.h"

#include "toolchain.h"

#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* ---- the private folder ---- */

/* A name that nobody can foresee; the folder is made when it is first wanted. */
static const char *private_name(Arena *a, const CompileOptions *o, bool beside)
{
	uint64_t bits = 0;
	if (getrandom(&bits, sizeof bits, 0) != sizeof bits)
		bits = (uint64_t)getpid() ^ (uint64_t)clock();
	if (beside) {
		char real[PATH_MAX];
		const char *to = o->output && realpath(o->output, real) ? real : o->output;
		return arena_printf(a, "%s/.seldc-%016llx", folder_of(a, to ? to : ""),
				    (unsigned long long)bits);
	}
	const char *temp = getenv("TMPDIR") && *getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp";
	return arena_printf(a, "%s/seldc-%016llx", temp, (unsigned long long)bits);
}

const char *command_folder(Arena *a, const CompileOptions *o)
{
	if (mkdir(o->work, 0700) && errno != EEXIST)
		return NULL;
	return mkdtemp(arena_printf(a, "%s/XXXXXX", o->work));
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st, (void)kind, (void)ftw;
	return remove(path);
}

void command_remove(const char *dir)
{
	nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* ---- the processes ---- */

int command_end(int status)
{
	if (!fflush(stdout) && !ferror(stdout))
		return status;
	fprintf(stderr, "seldc: error: standard output: %s\n", strerror(errno));
	return status ? status : EXIT_TOOLCHAIN;
}

/* The signals that the parent waits for; those that seldc was started to ignore stay ignored. */
static sigset_t signals_awaited(void)
{
	static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	for (size_t i = 0; i < COUNT(ends); i++) {
		struct sigaction was;
		sigaction(ends[i], NULL, &was);
		if (was.sa_handler != SIG_IGN)
			sigaddset(&set, ends[i]);
	}
	return set;
}

/* A compiler's temporary files go to the private folder, too. The group may write to a terminal of
 * which it is not the foreground. */
static _Noreturn void be_child(const CompileOptions *o, Verb *verb, const sigset_t *mask,
			       pid_t parent)
{
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(EXIT_TOOLCHAIN);
	signal(SIGTTOU, SIG_IGN);
	sigprocmask(SIG_SETMASK, mask, NULL);
	setenv("TMPDIR", o->work, 1);
	exit(command_end(verb(o)));
}

/* Ends the group and waits until no process of it is left: orphans of the child's are ours. Those
 * that still run after 2 seconds are killed. */
static void end_group(pid_t group)
{
	const struct timespec pause = {.tv_nsec = 5000000};
	kill(-group, SIGTERM);
	kill(-group, SIGCONT); /* one that is stopped does not see it */
	for (int i = 0; waitpid(-group, NULL, WNOHANG) >= 0; i++) {
		if (i == 400)
			kill(-group, SIGKILL);
		nanosleep(&pause, NULL);
	}
}

/* The child stops and goes on with its parent. */
static void stop(pid_t child)
{
	kill(-child, SIGSTOP);
	raise(SIGSTOP);
	kill(-child, SIGCONT);
}

/* Waits for the child's end or a signal; the signal, or 0 and the child's status. */
static int wait_for(pid_t child, const sigset_t *awaited, int *status)
{
	for (;;) {
		if (waitpid(child, status, WNOHANG) == child)
			return 0;
		const int sig = sigwaitinfo(awaited, NULL);
		if (sig == SIGTSTP)
			stop(child);
		else if (sig > 0 && sig != SIGCHLD)
			return sig;
	}
}

static int status_of(int status)
{
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	const int sig = WTERMSIG(status);
	fprintf(stderr, "seldc: %s: ended by signal %d (%s)\n",
		sig == SIGKILL ? "error" : "internal error", sig, strsignal(sig));
	return sig == SIGKILL ? EXIT_TOOLCHAIN : EXIT_BUG;
}

/* As if there had been no handling of the signal. */
static void die_of(int sig, const sigset_t *mask)
{
	signal(sig, SIG_DFL);
	raise(sig);
	sigprocmask(SIG_SETMASK, mask, NULL);
}

static int supervise(const CompileOptions *o, Verb *verb)
{
	const sigset_t awaited = signals_awaited();
	sigset_t mask;
	int status = 0;
	signal(SIGCHLD, SIG_DFL); /* it may be ignored, which would hide the status */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	fflush(NULL);
	sigprocmask(SIG_BLOCK, &awaited, &mask);
	const pid_t parent = getpid(), child = fork();
	if (child == 0)
		be_child(o, verb, &mask, parent);
	if (child < 0) {
		fprintf(stderr, "seldc: error: cannot start a process: %s\n", strerror(errno));
		return EXIT_TOOLCHAIN;
	}
	setpgid(child, child);
	const int sig = wait_for(child, &awaited, &status);
	end_group(child);
	command_remove(o->work);
	if (sig)
		die_of(sig, &mask);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	return sig ? 128 + sig : status_of(status);
}

int command_run(const CompileOptions *o, Verb *verb, bool beside)
{
	Arena *a = arena_new();
	CompileOptions mine = *o;
	mine.work = private_name(a, o, beside);
	const int status = supervise(&mine, verb);
	arena_free(a);
	return status;
}
