/* toolchain.c: runs the C compiler. Commands are argument vectors, never shell text, so that any
 * file name works; what the compiler prints goes to a log beside the source. */
#define _GNU_SOURCE
#include "toolchain.h"

#include <errno.h>
#include <ftw.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

typedef LIST(char *) Command;

static bool is_home(const char *dir)
{
	char path[PATH_MAX];
	snprintf(path, sizeof path, "%s/libseldrt.a", dir);
	return access(path, R_OK) == 0;
}

const char *tool_home(Arena *a, Diag *d)
{
	char exe[PATH_MAX];
	const ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
	if (n > 0) {
		exe[n] = '\0';
		*strrchr(exe, '/') = '\0';
		const char *beside = arena_printf(a, "%s/lib/seldc", exe);
		if (is_home(beside))
			return beside;
		*strrchr(exe, '/') = '\0';
		const char *above = arena_printf(a, "%s/lib/seldc", exe);
		if (is_home(above))
			return above;
	}
	diag_error(d, E601, (Loc){0}, "libseldrt.a not found in lib/seldc beside or above seldc");
	return NULL;
}

bool make_folders(Arena *a, const char *path)
{
	char *p = arena_strdup(a, path);
	for (char *s = p + 1; *s; s++) {
		if (*s != '/')
			continue;
		*s = '\0';
		if (mkdir(p, 0777) && errno != EEXIST)
			return false;
		*s = '/';
	}
	return mkdir(p, 0777) == 0 || errno == EEXIST;
}

static void add(Arena *a, Command *c, const char *word)
{
	list_push(a, c, arena_strdup(a, word));
}

/* Words of a variable such as CFLAGS, separated by blanks. */
static void add_words(Arena *a, Command *c, const char *words)
{
	while (words && *words) {
		words += strspn(words, " \t");
		const size_t n = strcspn(words, " \t");
		if (n)
			list_push(a, c, arena_strndup(a, words, n));
		words += n;
	}
}

int tool_run(char *const *argv, const char *log)
{
	posix_spawn_file_actions_t fa;
	posix_spawn_file_actions_init(&fa);
	posix_spawn_file_actions_addopen(&fa, 1, log, O_WRONLY | O_CREAT | O_TRUNC, 0666);
	posix_spawn_file_actions_adddup2(&fa, 1, 2);
	pid_t pid;
	const int failed = posix_spawnp(&pid, argv[0], &fa, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&fa);
	int status;
	if (failed || waitpid(pid, &status, 0) < 0)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

/* The weights as an object file: a few lines of assembler that include the file. */
static const char *weights_source(Arena *a, Diag *d, const LinkJob *job)
{
	const char *path = arena_printf(a, "%s.weights.s", job->source);
	char full[PATH_MAX];
	if (!realpath(job->weights, full)) {
		diag_error(d, E701, (Loc){0}, "%s: %s", job->weights, strerror(errno));
		return NULL;
	}
	for (const char *p = full; *p; p++) {
		if (*p != '"' && *p != '\\' && (unsigned char)*p >= 0x20)
			continue;
		diag_error(d, E701, (Loc){0}, "%s: cannot embed a file of such a name",
			   job->weights);
		return NULL;
	}
	const char *text =
	    arena_printf(a,
			 "\t.section .rodata\n\t.balign 64\n"
			 "\t.globl seldc_weights, seldc_weights_end\n"
			 "seldc_weights:\n\t.incbin \"%s\"\nseldc_weights_end:\n\t.byte 0\n"
			 "\t.section .note.GNU-stack,\"\",@progbits\n",
			 full);
	if (file_write(path, text, strlen(text)))
		return path;
	diag_error(d, E553, (Loc){0}, "%s: %s", path, strerror(errno));
	return NULL;
}

static void report(Arena *a, Diag *d, const LinkJob *job, const char *cc, int status,
		   const char *log)
{
	if (status < 0) {
		diag_error(d, E601, (Loc){0}, "cannot run the C compiler '%s'", cc);
		return;
	}
	size_t len;
	const char *text = file_read(a, log, &len);
	const char *first = text ? strstr(text, "error") : NULL;
	while (first && first > text && first[-1] != '\n')
		first--;
	diag_error(d, E603, (Loc){0}, "%s failed on %s (everything it said: %s)", cc, job->source,
		   log);
	if (first)
		diag_note(d, (Loc){0}, "%.*s", (int)strcspn(first, "\n"), first);
}

static const char *c_compiler(void)
{
	return getenv("CC") && *getenv("CC") ? getenv("CC") : "cc";
}

bool tool_has_header(Arena *a, const char *name)
{
	Command c = {0};
	add_words(a, &c, c_compiler());
	add_words(a, &c, "-E -o /dev/null -include");
	add(a, &c, name);
	add_words(a, &c, "-x c /dev/null");
	list_push(a, &c, NULL);
	return tool_run(c.at, "/dev/null") == 0;
}

bool tool_link(Arena *a, Diag *d, const LinkJob *job)
{
	const char *home = tool_home(a, d);
	if (!home)
		return false;
	const char *cc = c_compiler();
	const char *log = arena_printf(a, "%s.log", job->source);
	Command c = {0};
	add_words(a, &c, cc);
	add_words(a, &c, job->flags);
	add_words(a, &c, getenv("SELDC_CFLAGS"));
	if (job->shared)
		add_words(a, &c, "-shared -fPIC");
	add(a, &c, arena_printf(a, "-I%s", home));
	add(a, &c, arena_printf(a, "-I%s/include", home));
	add_words(a, &c, "-o");
	add(a, &c, job->output);
	add(a, &c, job->source);
	if (job->more)
		add(a, &c, job->more);
	if (job->weights) {
		const char *s = weights_source(a, d, job);
		if (!s)
			return false;
		add(a, &c, s);
	}
	add(a, &c, arena_printf(a, "%s/libseldrt.a", home));
	add(a, &c, arena_printf(a, "-L%s/deps", home));
	add(a, &c, arena_printf(a, "-Wl,--disable-new-dtags,-rpath,%s/deps", home));
	add_words(a, &c, job->libs);
	add_words(a, &c, "-lsndfile -lsamplerate -lcjson -ldl -lm");
	list_push(a, &c, NULL);
	const int status = tool_run(c.at, log);
	if (status) {
		report(a, d, job, cc, status, log);
		return false;
	}
	unlink(log);
	return true;
}

const char *make_temporary(Arena *a, const char *verb)
{
	const char *temp = getenv("TMPDIR") && *getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp";
	return mkdtemp(arena_printf(a, "%s/seldc-%s-XXXXXX", temp, verb));
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st, (void)kind, (void)ftw;
	return remove(path);
}

void remove_temporary(const char *dir)
{
	nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
