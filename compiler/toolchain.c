/* toolchain.c: runs the C compiler. Commands are argument vectors, never shell text, so that any
 * file name works; what the compiler prints goes to a log beside the source. All that is ours lies
 * in a private folder under names of ours. */
#define _GNU_SOURCE
#include "toolchain.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
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

const char *folder_of(Arena *a, const char *path)
{
	const char *slash = strrchr(path, '/');
	if (!slash)
		return ".";
	return slash == path ? "/" : arena_strndup(a, path, (size_t)(slash - path));
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

/* A path, which must not be taken for an option or a file of options. */
static void add_path(Arena *a, Command *c, const char *path)
{
	const bool option = *path == '-' || *path == '@';
	list_push(a, c, arena_printf(a, "%s%s", option ? "./" : "", path));
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

/* A file of the job's folder; NULL after a diagnostic. */
static const char *write_file(Arena *a, Diag *d, const LinkJob *job, const char *name,
			      const Buf *text)
{
	const char *path = arena_printf(a, "%s/%s", job->dir, name);
	if (file_write(path, text->s, text->len))
		return path;
	diag_error(d, diag_by_errno(E553), (Loc){0}, "%s: %s", path, strerror(errno));
	return NULL;
}

/* The weights as an object file: a few lines of assembler that include the file. */
static const char *weights_source(Arena *a, Diag *d, const LinkJob *job)
{
	char full[PATH_MAX];
	Buf b;
	if (!realpath(job->weights, full)) {
		diag_error(d, diag_by_errno(E701), (Loc){0}, "%s: %s", job->weights,
			   strerror(errno));
		return NULL;
	}
	buf_init(&b, a);
	buf_puts(&b, "\t.section .rodata\n\t.balign 64\n"
		     "\t.globl seldc_weights, seldc_weights_end\n"
		     "seldc_weights:\n\t.incbin ");
	buf_c_string(&b, full);
	buf_puts(&b, "\nseldc_weights_end:\n\t.byte 0\n"
		     "\t.section .note.GNU-stack,\"\",@progbits\n");
	return write_file(a, d, job, "weights.s", &b);
}

static const char *line_of(const char *text, const char *at)
{
	while (at > text && at[-1] != '\n')
		at--;
	return at;
}

/* The first line about an error, without our folder's name; where that is only collect2's, who
 * drives the linker, what the linker said last; where there is none, the last line. */
static const char *first_error(Arena *a, const LinkJob *job, const char *text)
{
	size_t all = strlen(text);
	while (all > 0 && text[all - 1] == '\n')
		all--;
	const char *at = strcasestr(text, "error");
	at = line_of(text, at ? at : text + all);
	if (!strncmp(at, "collect2:", 9) && at > text)
		at = line_of(text, at - 1);
	const size_t n = strlen(job->dir);
	if (!strncmp(at, job->dir, n) && at[n] == '/')
		at += n + 1;
	return *at ? arena_strndup(a, at, strcspn(at, "\n")) : NULL;
}

static void report(Arena *a, Diag *d, const LinkJob *job, const char *cc, int status,
		   const char *log)
{
	if (status < 0) {
		diag_error(d, E601, (Loc){0}, "cannot run the C compiler '%s'", cc);
		return;
	}
	size_t len = 0;
	const char *text = file_read(a, log, &len);
	const char *first = text ? first_error(a, job, text)
				 : arena_printf(a, "what it said is lost: %s", strerror(errno));
	diag_error(d, E603, (Loc){0}, "%s failed on the emitted source", cc);
	if (first)
		diag_note(d, (Loc){0}, "%s", first);
	if (!job->save_temps) {
		diag_note(d, (Loc){0}, "--save-temps DIR keeps source and everything it said");
		return;
	}
	const char *kept = arena_printf(a, "%s/%s.c.log", job->save_temps, job->name);
	if (text && file_replace(kept, text, len))
		diag_note(d, (Loc){0}, "everything it said is kept as %s", kept);
	else
		diag_error(d, diag_by_errno(E553), (Loc){0}, "%s: %s", kept, strerror(errno));
}

static const char *c_compiler(void)
{
	return getenv("CC") && *getenv("CC") ? getenv("CC") : "cc";
}

/* A word of *text as the shell sees it: quotes and backslashes keep blanks, nothing is expanded. */
static char *next_word(Arena *a, const char **text)
{
	const char *p = *text;
	char quote = '\0';
	Buf word;
	buf_init(&word, a);
	for (; *p && (quote || !strchr(" \t", *p)); p++) {
		if (*p == quote)
			quote = '\0';
		else if (!quote && (*p == '\'' || *p == '"'))
			quote = *p;
		else if (*p == '\\' && quote != '\'' && p[1])
			buf_putc(&word, *++p);
		else
			buf_putc(&word, *p);
	}
	*text = p + strspn(p, " \t");
	return word.s;
}

/* CC is the path of a program, blanks and all, if there is one of that name; else words, as in
 * "ccache gcc" or "'/opt/my gcc/gcc' -m64". */
static void add_compiler(Arena *a, Command *c)
{
	const char *cc = c_compiler();
	if (strchr(cc, '/') && access(cc, X_OK) == 0) {
		add(a, c, cc);
		return;
	}
	for (cc += strspn(cc, " \t"); *cc;)
		list_push(a, c, next_word(a, &cc));
	if (c->n == 0)
		add(a, c, "cc");
}

bool tool_has_header(Arena *a, const char *name)
{
	Command c = {0};
	add_compiler(a, &c);
	add_words(a, &c, "-E -o /dev/null -include");
	add(a, &c, name);
	add_words(a, &c, "-x c /dev/null");
	list_push(a, &c, NULL);
	return tool_run(c.at, "/dev/null") == 0;
}

/* The sources, written to the job's folder; false after a diagnostic. */
static bool add_sources(Arena *a, Diag *d, const LinkJob *job, Command *c)
{
	const char *const path[] = {
	    write_file(a, d, job, "program.c", job->source),
	    job->more ? write_file(a, d, job, "images.s", job->more) : "",
	    job->weights ? weights_source(a, d, job) : "",
	};
	for (size_t i = 0; i < COUNT(path); i++) {
		if (!path[i])
			return false;
		if (*path[i])
			add_path(a, c, path[i]);
	}
	return true;
}

/* The way from the folder of `output` to the folder `to`; NULL if there is none. */
static const char *way_from(Arena *a, const char *output, const char *to)
{
	char from[PATH_MAX], real[PATH_MAX], link[PATH_MAX];
	if (realpath(output, link))
		output = link;
	if (!realpath(folder_of(a, output), from) || !realpath(to, real))
		return NULL;
	size_t same = 0; /* bytes of the folders that both lie in */
	for (size_t i = 0;; i++) {
		const bool end = !from[i] || from[i] == '/', other = !real[i] || real[i] == '/';
		if (end && other)
			same = i;
		if (!from[i] || from[i] != real[i])
			break;
	}
	const char *way = "";
	for (const char *p = from + same; *p; p++)
		if (*p == '/' && p[1])
			way = arena_printf(a, "%s/..", way);
	return arena_printf(a, "%s%s%s", way, real[same] == '/' ? "" : "/", real + same);
}

/* Libraries that came with seldc. A program finds them by their place beside its own, so that all
 * can be moved together; a colon would end the place's name. */
static void add_deps(Arena *a, Command *c, const char *home, const char *output)
{
	const char *deps = arena_printf(a, "%s/deps", home);
	if (access(deps, X_OK))
		return;
	add(a, c, arena_printf(a, "-L%s", deps));
	/* what these libraries need lies beside them; this is for the linker and stays out of
	 * programs */
	add_words(a, c, "-Xlinker -rpath-link -Xlinker");
	add(a, c, deps);
	const char *way = way_from(a, output, deps);
	if (!way || strchr(way, ':'))
		return;
	add_words(a, c, "-Wl,--disable-new-dtags -Xlinker -rpath -Xlinker");
	add(a, c, arena_printf(a, "$ORIGIN%s", way));
}

/* Whether an ELF file is there to its end, and on the disk: a linker does not notice when the last
 * of its buffers, with the table of sections, finds no room. False with errno. */
static bool is_whole(const char *path)
{
	Elf64_Ehdr h = {0};
	struct stat st;
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool ok = fd >= 0 && fsync(fd) == 0 && fstat(fd, &st) == 0 && read(fd, &h, sizeof h) >= 0;
	int why = errno;
	const bool elf = !memcmp(h.e_ident, ELFMAG, SELFMAG) && h.e_ident[EI_CLASS] == ELFCLASS64;
	const uint64_t end = h.e_shoff + (uint64_t)h.e_shnum * h.e_shentsize;
	if (ok && elf && end > (uint64_t)st.st_size) {
		why = ENOSPC;
		ok = false;
	}
	if (fd >= 0)
		close(fd);
	errno = why;
	return ok;
}

/* Runs the compiler, which is to make `result`; false after a diagnostic. The log is in memory: a
 * full disk would not keep what is said of it. */
static bool make(Arena *a, Diag *d, const LinkJob *job, char *const *argv, const char *result)
{
	const int memory = memfd_create("log", MFD_CLOEXEC);
	const char *log = memory < 0 ? arena_printf(a, "%s/program.log", job->dir)
				     : arena_printf(a, "/proc/self/fd/%d", memory);
	const int status = tool_run(argv, log);
	const bool ok = status == 0 && is_whole(result);
	if (status)
		report(a, d, job, c_compiler(), status, log);
	else if (!ok)
		diag_error(d, diag_by_errno(E553), (Loc){0}, "%s: %s", result, strerror(errno));
	if (memory >= 0)
		close(memory);
	return ok;
}

const char *tool_link(Arena *a, Diag *d, const LinkJob *job)
{
	const char *home = tool_home(a, d);
	if (!home)
		return NULL;
	const char *result = arena_printf(a, "%s/program", job->dir);
	Command c = {0};
	add_compiler(a, &c);
	add_words(a, &c, job->flags);
	add_words(a, &c, getenv("SELDC_CFLAGS"));
	if (job->shared)
		add_words(a, &c, "-shared -fPIC");
	add(a, &c, arena_printf(a, "-I%s", home));
	add(a, &c, arena_printf(a, "-I%s/include", home));
	add_words(a, &c, "-o");
	add_path(a, &c, result);
	if (!add_sources(a, d, job, &c))
		return NULL;
	add(a, &c, arena_printf(a, "%s/libseldrt.a", home));
	add_deps(a, &c, home, job->output);
	add_words(a, &c, job->libs);
	add_words(a, &c, "-lsndfile -lsamplerate -lcjson -ldl -lm");
	list_push(a, &c, NULL);
	return make(a, d, job, c.at, result) ? result : NULL;
}
