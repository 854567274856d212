/* compile.c: CUDA C to machine code with NVRTC or nvcc, in parallel, with a cache.
 *
 * A job is one family's unit for one architecture, or as PTX for the newest. Each runs in a child
 * process that leaves image and log in a folder of this compile's own; a copy of a good image goes
 * to the cache under a name made of everything that it depends on. What the cache holds is copied
 * from there and not compiled again, so that nothing that others do to the cache reaches this
 * compile. NVRTC is opened at run time. */
#define _GNU_SOURCE
#include "backend_cuda.h"
#include "cache.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

typedef struct NvrtcObject *NvrtcProgram;

#define NVRTC(X)                                                                                   \
	X(nvrtcVersion, version, (int *, int *))                                                   \
	X(nvrtcCreateProgram, create,                                                              \
	  (NvrtcProgram *, const char *, const char *, int, const char *const *,                   \
	   const char *const *))                                                                   \
	X(nvrtcCompileProgram, compile, (NvrtcProgram, int, const char *const *))                  \
	X(nvrtcGetProgramLogSize, log_size, (NvrtcProgram, size_t *))                              \
	X(nvrtcGetProgramLog, log, (NvrtcProgram, char *))                                         \
	X(nvrtcGetCUBINSize, cubin_size, (NvrtcProgram, size_t *))                                 \
	X(nvrtcGetCUBIN, cubin, (NvrtcProgram, char *))                                            \
	X(nvrtcGetPTXSize, ptx_size, (NvrtcProgram, size_t *))                                     \
	X(nvrtcGetPTX, ptx, (NvrtcProgram, char *))

typedef struct Nvrtc {
	void *library;
#define FIELD(symbol, name, params) int(*name) params;
	NVRTC(FIELD)
#undef FIELD
} Nvrtc;

typedef struct Job {
	CudaFamily family;
	int arch; /* 90: sm_90 */
	bool ptx;
	const char *image, *unit, *log; /* in the folder of this compile */
	const char *cached;             /* the image in the cache; NULL: there is no cache */
	const char *kept; /* the unit's name for messages; with --save-temps its place */
	const Buf *text;
	pid_t pid;
} Job;

typedef LIST(int) ArchList;

typedef struct Compiler {
	Arena *arena;
	Diag *diag;
	const CudaCode *code;
	const CudaCompileOptions *opt;
	Nvrtc nvrtc;
	const char *nvcc, *name, *cache;
	const char *identity; /* what tells this compiler from others of its name */
	int version;
	Buf unit[NFAMILIES];
	bool failed[NFAMILIES]; /* reported once, whatever the number of architectures */
	bool unkept;            /* said once, whatever the number of images */
	ArchList archs;
	LIST(Job) jobs;
} Compiler;

/* ---- architectures ---- */

typedef struct ArchName {
	const char *name;
	int arch;
} ArchName;

static const ArchName arch_name[] = {
    {"sm_80", 80},   {"sm_86", 86},   {"sm_89", 89},  {"sm_90", 90},      {"sm_90a", 90},
    {"sm_100", 100}, {"sm_120", 120}, {"ampere", 80}, {"a100", 80},       {"a30", 80},
    {"a10", 86},     {"a40", 86},     {"rtx30", 86},  {"ada", 89},        {"l4", 89},
    {"l40", 89},     {"rtx40", 89},   {"hopper", 90}, {"h100", 90},       {"h200", 90},
    {"gh200", 90},   {"b100", 100},   {"b200", 100},  {"blackwell", 100}, {"rtx50", 120},
};

static void unknown_arch(Arena *a, Diag *d, const char *name)
{
	const char *known[COUNT(arch_name)];
	Buf all;
	buf_init(&all, a);
	for (size_t i = 0; i < COUNT(arch_name); i++) {
		known[i] = arch_name[i].name;
		buf_printf(&all, " %s", known[i]);
	}
	diag_error(d, E502, (Loc){0}, "unknown GPU architecture '%s'", name);
	const char *near = closest_name(name, known, (int)COUNT(known));
	if (near)
		diag_note(d, (Loc){0}, "did you mean '%s'?", near);
	else
		diag_note(d, (Loc){0}, "known are%s; 90 is sm_90", all.s);
}

/* "90" is short for "sm_90". */
static bool names_arch(const char *name, const char *known)
{
	return strcmp(name, known) == 0 ||
	       (strncmp(known, "sm_", 3) == 0 && strcmp(name, known + 3) == 0);
}

/* 0: it is none. */
static int find_arch(const char *name)
{
	for (size_t i = 0; i < COUNT(arch_name); i++)
		if (names_arch(name, arch_name[i].name))
			return arch_name[i].arch;
	return 0;
}

static bool add_arch(Arena *a, Diag *d, const char *name, ArchList *archs)
{
	const int arch = find_arch(name);
	if (!arch) {
		unknown_arch(a, d, name);
		return false;
	}
	for (int k = 0; k < archs->n; k++)
		if (archs->at[k] == arch)
			return true;
	list_push(a, archs, arch);
	return true;
}

/* All unknown names of a comma-separated list are reported; an empty name is one. */
static bool read_archs(Arena *a, Diag *d, const char *list, ArchList *archs)
{
	bool ok = true;
	for (bool more = true; more;) {
		const size_t n = strcspn(list, ",");
		ok = add_arch(a, d, arena_strndup(a, list, n), archs) && ok;
		more = list[n] == ',';
		list += n + more;
	}
	return ok;
}

bool cuda_archs_known(Arena *a, Diag *d, const char *list)
{
	ArchList archs = {0};
	return read_archs(a, d, list, &archs);
}

bool cuda_archs_wgmma(Arena *a, const char *list)
{
	for (const char *p = list; p; p = strchr(p, ',') ? strchr(p, ',') + 1 : NULL)
		if (find_arch(arena_strndup(a, p, strcspn(p, ","))) != 90)
			return false;
	return list != NULL;
}

/* ---- the compilers ---- */

static bool nvrtc_load(Nvrtc *v)
{
	static const char *const file[] = {"libnvrtc.so",
					   "libnvrtc.so.13",
					   "libnvrtc.so.12",
					   "/usr/local/cuda/lib64/libnvrtc.so",
					   "/usr/local/cuda/lib64/libnvrtc.so.13",
					   "/usr/local/cuda/lib64/libnvrtc.so.12"};
	for (size_t i = 0; !v->library && i < COUNT(file); i++)
		v->library = dlopen(file[i], RTLD_NOW | RTLD_LOCAL);
	if (!v->library)
		return false;
#define LOAD(symbol, name, params)                                                                 \
	*(void **)&v->name = dlsym(v->library, #symbol);                                           \
	if (!v->name)                                                                              \
		return false;
	NVRTC(LOAD)
#undef LOAD
	return true;
}

/* NVRTC tells no patch release, so its file stands for it. */
static const char *library_identity(Arena *a, void *library)
{
	struct link_map *map = NULL;
	struct stat st;
	char real[PATH_MAX];
	if (dlinfo(library, RTLD_DI_LINKMAP, &map) != 0 || !realpath(map->l_name, real) ||
	    stat(real, &st) != 0)
		return "";
	return arena_printf(a, "%s %lld %lld.%09ld", real, (long long)st.st_size,
			    (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
}

static bool open_nvrtc(Compiler *c)
{
	int major = 0, minor = 0;
	if (!nvrtc_load(&c->nvrtc) || c->nvrtc.version(&major, &minor) != 0) {
		diag_error(c->diag, E605, (Loc){0},
			   "NVRTC (libnvrtc.so, 12 or newer) was not found");
		return false;
	}
	c->version = major * 1000 + minor * 10;
	c->name = arena_printf(c->arena, "nvrtc %d.%d", major, minor);
	c->identity = library_identity(c->arena, c->nvrtc.library);
	return true;
}

static const char *find_nvcc(Arena *a)
{
	const char *path = getenv("NVCC") ? getenv("NVCC") : "";
	if (*path)
		return path;
	const char *dirs = getenv("PATH") ? getenv("PATH") : "";
	while (*dirs) {
		const size_t n = strcspn(dirs, ":");
		const char *p = arena_printf(a, "%.*s/nvcc", (int)n, dirs);
		if (access(p, X_OK) == 0)
			return p;
		dirs += n + (dirs[n] == ':');
	}
	return access("/usr/local/cuda/bin/nvcc", X_OK) == 0 ? "/usr/local/cuda/bin/nvcc" : NULL;
}

/* `nvcc --version`: "release 13.0", and all of it, patch release and build included, is hashed. */
static bool open_nvcc(Compiler *c)
{
	int fd[2], major = 0, minor = 0;
	char text[1024] = "";
	c->nvcc = find_nvcc(c->arena);
	if (!c->nvcc || pipe(fd)) {
		diag_error(c->diag, E605, (Loc){0},
			   "nvcc was not found in PATH or /usr/local/cuda");
		return false;
	}
	const pid_t pid = fork();
	if (pid == 0) {
		dup2(fd[1], 1);
		execlp(c->nvcc, c->nvcc, "--version", (char *)NULL);
		_exit(127);
	}
	close(fd[1]);
	for (size_t n = 0; n < sizeof text - 1;) {
		const ssize_t got = read(fd[0], text + n, sizeof text - 1 - n);
		if (got <= 0)
			break;
		n += (size_t)got;
	}
	close(fd[0]);
	int status = 0;
	waitpid(pid, &status, 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127) {
		diag_error(c->diag, E605, (Loc){0}, "nvcc cannot be started as '%s'", c->nvcc);
		return false;
	}
	const char *at = strstr(text, "release ");
	if (!at || sscanf(at, "release %d.%d", &major, &minor) != 2) {
		diag_error(c->diag, E605, (Loc){0}, "'%s --version' says nothing of a release",
			   c->nvcc);
		return false;
	}
	c->version = major * 1000 + minor * 10;
	c->name = arena_printf(c->arena, "nvcc %d.%d", major, minor);
	c->identity = arena_strdup(c->arena, text);
	return true;
}

/* ---- jobs ---- */

/* Machine code for sm_90 runs on no other GPUs, and all of these have what sm_90a names; PTX is for
 * later GPUs, too, which lack it. */
static const char *target_of(const Compiler *c, const Job *j)
{
	const bool own = c->code->opt.wgmma && j->arch == 90 && !j->ptx;
	return arena_printf(c->arena, "%s_%d%s", j->ptx ? "compute" : "sm", j->arch,
			    own ? "a" : "");
}

static const char *flags_of(const Compiler *c, const Job *j)
{
	return arena_printf(c->arena, "--std=c++17 --gpu-architecture=%s --fmad=true",
			    target_of(c, j));
}

/* What nvcc and NVRTC take from the environment. */
static const char *const read_by_compiler[] = {"NVCC_PREPEND_FLAGS", "NVCC_APPEND_FLAGS",
					       "NVCC_CCBIN", "NVRTC_APPEND_FLAGS"};

/* A name of all that the image depends on. */
static const char *key_of(const Compiler *c, const Job *j)
{
	CacheHash s = cache_hash();
	cache_hash_bytes(&s, j->text->s, j->text->len);
	cache_hash_text(&s, flags_of(c, j));
	cache_hash_text(&s, c->name);
	cache_hash_text(&s, c->identity);
	for (size_t i = 0; i < COUNT(read_by_compiler); i++) {
		const char *value = getenv(read_by_compiler[i]);
		cache_hash_text(&s, value ? value : "");
	}
	return cache_hash_name(c->arena, s);
}

static void add_job(Compiler *c, CudaFamily f, int arch, bool ptx)
{
	Job j = {.family = f, .arch = arch, .ptx = ptx, .text = &c->unit[f]};
	Arena *a = c->arena;
	const char *kind = ptx ? "ptx" : "cubin", *family = cuda_family_name(f);
	const char *keep = c->opt->save_temps;
	if (c->cache)
		j.cached = arena_printf(a, "%s/%s.%s", c->cache, key_of(c, &j), kind);
	j.kept = arena_printf(a, "%s%s%s.%s.cu", keep ? keep : "", keep ? "/" : "",
			      c->code->model->name, family);
	j.image = arena_printf(a, "%s/%s.sm_%d.%s", c->opt->dir, family, arch, kind);
	j.unit = arena_printf(a, "%s.cu", j.image);
	j.log = arena_printf(a, "%s.log", j.image);
	list_push(a, &c->jobs, j);
}

/* The heavy families first, so that no long job is left for the end. */
static void list_jobs(Compiler *c)
{
	int newest = 0;
	for (int i = 0; i < c->archs.n; i++)
		if (c->archs.at[i] > newest)
			newest = c->archs.at[i];
	for (int f = NFAMILIES - 1; f >= 0; f--) {
		if (c->code->unit[f].len == 0)
			continue;
		buf_init(&c->unit[f], c->arena);
		cuda_unit(&c->unit[f], c->code, (CudaFamily)f);
		for (int i = 0; i < c->archs.n; i++)
			add_job(c, (CudaFamily)f, c->archs.at[i], false);
		if (!c->opt->no_ptx)
			add_job(c, (CudaFamily)f, newest, true);
	}
}

/* ---- one job, in a child: what it says goes to the log, the image to its file ---- */

static int print_log(const Nvrtc *v, NvrtcProgram p)
{
	size_t n = 0;
	char *text = v->log_size(p, &n) == 0 && n > 0 ? malloc(n) : NULL;
	if (text && v->log(p, text) == 0)
		dprintf(2, "%s", text);
	return 1;
}

static int run_nvrtc(const Compiler *c, const Job *j)
{
	const Nvrtc *v = &c->nvrtc;
	NvrtcProgram p;
	const char *arch = arena_printf(c->arena, "--gpu-architecture=%s", target_of(c, j));
	const char *const flags[] = {"--std=c++17", arch, "--fmad=true"};
	if (v->create(&p, j->text->s, j->kept, 0, NULL, NULL) != 0)
		return 1;
	if (v->compile(p, (int)COUNT(flags), flags) != 0)
		return print_log(v, p);
	size_t n = 0;
	if ((j->ptx ? v->ptx_size(p, &n) : v->cubin_size(p, &n)) != 0)
		return 1;
	char *data = malloc(n);
	if (!data || (j->ptx ? v->ptx(p, data) : v->cubin(p, data)) != 0)
		return 1;
	if (file_write(j->image, data, n))
		return 0;
	dprintf(2, "%s: %s\n", j->image, strerror(errno));
	return 1;
}

static int run_nvcc(const Compiler *c, const Job *j)
{
	const char *arch = arena_printf(c->arena, "-arch=%s", target_of(c, j));
	execlp(c->nvcc, c->nvcc, "-std=c++17", arch, "-fmad=true", j->ptx ? "-ptx" : "-cubin", "-o",
	       j->image, j->unit, (char *)NULL);
	dprintf(2, "%s: %s\n", c->nvcc, strerror(errno));
	return 127;
}

/* The text for nvcc, whose messages then name the kept file and its lines. */
static bool write_unit(const Compiler *c, const Job *j)
{
	Buf b;
	buf_init(&b, c->arena);
	buf_puts(&b, "#line 1 ");
	buf_c_string(&b, j->kept);
	buf_putc(&b, '\n');
	buf_write(&b, j->text->s, j->text->len);
	return file_write(j->unit, b.s, b.len);
}

static bool start_job(Compiler *c, Job *j)
{
	const int log = open(j->log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (log < 0 || (c->opt->nvcc && !write_unit(c, j))) {
		diag_error(c->diag, diag_by_errno(E553), (Loc){0}, "%s: %s",
			   log < 0 ? j->log : j->unit, strerror(errno));
		if (log >= 0)
			close(log);
		return false;
	}
	j->pid = fork();
	if (j->pid == 0) {
		dup2(log, 1);
		dup2(log, 2);
		_exit(c->opt->nvcc ? run_nvcc(c, j) : run_nvrtc(c, j));
	}
	if (j->pid < 0)
		diag_error(c->diag, E605, (Loc){0}, "cannot start a process: %s", strerror(errno));
	close(log);
	return j->pid > 0;
}

/* ---- failures: the kernel, its node, the kept file ---- */

/* The kernel whose text line `line` of a unit belongs to: the last one that begins before it. */
static const CudaLaunch *launch_at_line(const Compiler *c, const Job *j, int line)
{
	const char *p = j->text->s, *type = NULL;
	size_t len = 0;
	for (int i = 1; i <= line && *p; i++) {
		if (strncmp(p, "struct k", 8) == 0 && p[8] >= '0' && p[8] <= '9') {
			type = p + 7;
			len = strcspn(type, " {");
		}
		p += strcspn(p, "\n");
		p += *p == '\n';
	}
	for (int i = 0; type && i < c->code->launches.n; i++) {
		const CudaLaunch *l = &c->code->launches.at[i];
		if (strncmp(l->kernel, type, len) == 0 && l->kernel[len] == '_')
			return l;
	}
	return NULL;
}

/* By a kernel's name in the log, or by the last line number that lies inside a kernel. */
static const CudaLaunch *failed_launch(const Compiler *c, const Job *j, const char *log)
{
	for (int i = 0; i < c->code->launches.n; i++) {
		const CudaLaunch *l = &c->code->launches.at[i];
		if (l->family == j->family && strstr(log, l->kernel))
			return l;
	}
	const CudaLaunch *found = NULL;
	for (const char *p = log; *p; p++) {
		int line = 0;
		if ((*p == '(' && sscanf(p, "(%d)", &line) == 1) ||
		    (strncmp(p, "at line ", 8) == 0 && sscanf(p, "at line %d", &line) == 1)) {
			const CudaLaunch *l = launch_at_line(c, j, line);
			found = l ? l : found;
		}
	}
	return found;
}

static const char *node_title(Arena *a, const Node *n)
{
	return arena_printf(a, "node '%s' (%s)", n->label ? n->label : n->out[0].name,
			    node_info(n)->name);
}

/* The kernels of a unit: how many, and the first few with their nodes. */
static int list_kernels(const Compiler *c, CudaFamily family, Buf *few)
{
	enum { SHOWN = 3 };
	int n = 0;
	for (int i = 0; i < c->code->launches.n; i++) {
		const CudaLaunch *l = &c->code->launches.at[i];
		bool again = l->family != family;
		for (int k = 0; k < i && !again; k++)
			again = strcmp(c->code->launches.at[k].kernel, l->kernel) == 0;
		if (!again && n++ < SHOWN)
			buf_printf(few, "%s'%s' of %s", n > 1 ? ", " : "", l->kernel,
				   node_title(c->arena, l->node));
	}
	if (n > SHOWN)
		buf_printf(few, " and %d more", n - SHOWN);
	return n;
}

/* The line that says most: the first error, or the first of all. */
static const char *telling_line(Arena *a, const char *log)
{
	const char *at = strstr(log, "error");
	at = at ? at : strstr(log, "fatal");
	at = at ? at : log + strspn(log, " \n");
	while (at > log && at[-1] != '\n')
		at--;
	return arena_strndup(a, at, strcspn(at, "\n"));
}

/* Source and log where they were asked for. */
static void keep_failure(const Compiler *c, const Job *j, const char *log, size_t len)
{
	if (!c->opt->save_temps) {
		diag_note(c->diag, (Loc){0},
			  "--save-temps DIR keeps source and everything the compiler said");
		return;
	}
	const char *kept_log =
	    arena_printf(c->arena, "%s.sm_%d.%s.log", j->kept, j->arch, j->ptx ? "ptx" : "cubin");
	if (!file_replace(kept_log, log, len) || !file_replace(j->kept, j->text->s, j->text->len))
		diag_error(c->diag, diag_by_errno(E553), (Loc){0}, "%s: %s", j->kept,
			   strerror(errno));
	else
		diag_note(c->diag, (Loc){0},
			  "source kept as %s, everything the compiler said in %s", j->kept,
			  kept_log);
}

static void report(const Compiler *c, const Job *j, const char *why)
{
	size_t len = 0;
	const char *log = file_read(c->arena, j->log, &len);
	log = log ? log : "";
	const CudaLaunch *l = failed_launch(c, j, log);
	if (l) {
		diag_error(c->diag, E606, l->node->loc, "%s failed for sm_%d on kernel '%s' of %s",
			   c->name, j->arch, l->kernel, node_title(c->arena, l->node));
	} else {
		Buf few;
		buf_init(&few, c->arena);
		const int n = list_kernels(c, j->family, &few);
		diag_error(c->diag, E606, (Loc){0}, "%s failed for sm_%d on %d %s kernel%s: %s",
			   c->name, j->arch, n, cuda_family_name(j->family), n == 1 ? "" : "s",
			   why);
		diag_note(c->diag, (Loc){0}, "%s", few.s);
	}
	const char *line = telling_line(c->arena, log);
	if (*line)
		diag_note(c->diag, (Loc){0}, "%s", line);
	keep_failure(c, j, log, len);
}

/* ---- all jobs ---- */

/* How a compiler ended that left no image; NULL: well. */
static const char *failure(const Compiler *c, const Job *j, int status)
{
	struct stat st;
	if (WIFSIGNALED(status))
		return arena_printf(c->arena, "it was ended by signal %d (%s)", WTERMSIG(status),
				    strsignal(WTERMSIG(status)));
	if (WEXITSTATUS(status) != 0)
		return arena_printf(c->arena, "it ended with exit status %d", WEXITSTATUS(status));
	if (stat(j->image, &st) != 0 || st.st_size == 0)
		return "it ended with exit status 0, but wrote nothing";
	return NULL;
}

/* Copies the image to the cache, for other builds. */
static void keep_image(Compiler *c, const Job *j)
{
	if (!j->cached)
		return;
	Arena *a = arena_new();
	size_t n = 0;
	const char *data = file_read(a, j->image, &n);
	if (!(data && cache_keep(j->cached, data, n)) && !c->unkept) {
		diag_warning(c->diag, (Loc){0},
			     "compiled kernels cannot be kept for other builds: %s: %s", j->cached,
			     strerror(errno));
		c->unkept = true;
	}
	arena_free(a);
}

static bool finish_job(Compiler *c, const Job *j, int status)
{
	const char *why = failure(c, j, status);
	if (!why)
		keep_image(c, j);
	else if (!c->failed[j->family])
		report(c, j, why);
	c->failed[j->family] = c->failed[j->family] || why;
	return !why;
}

static bool finish_one(Compiler *c)
{
	int status = 0;
	const pid_t pid = wait(&status);
	for (int i = 0; i < c->jobs.n; i++)
		if (c->jobs.at[i].pid == pid)
			return finish_job(c, &c->jobs.at[i], status);
	return true;
}

static void show(const Compiler *c, int done)
{
	if (c->opt->show)
		c->opt->show(c->opt->show_ctx, done, c->jobs.n);
}

static bool run_jobs(Compiler *c, int *cached)
{
	const int most = c->opt->jobs > 0 ? c->opt->jobs : 1;
	int running = 0;
	bool ok = true;
	for (int i = 0; i < c->jobs.n; i++) {
		Job *j = &c->jobs.at[i];
		if (j->cached && cache_take(j->cached, j->image)) {
			++*cached;
			continue;
		}
		if (running == most) {
			ok = finish_one(c) && ok;
			running--;
		}
		show(c, i - running);
		if (c->failed[j->family])
			continue;
		if (!start_job(c, j)) {
			ok = false;
			break;
		}
		running++;
	}
	for (; running > 0; running--) {
		show(c, c->jobs.n - running);
		ok = finish_one(c) && ok;
	}
	return ok;
}

static double seconds_now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

bool cuda_compile(const CudaCode *code, const CudaCompileOptions *opt, Diag *d, CudaImages *out)
{
	Compiler c = {.arena = code->arena, .diag = d, .code = code, .opt = opt};
	c.cache = cache_folder(c.arena);
	const double start = seconds_now();
	*out = (CudaImages){0};
	const char *archs = opt->archs ? opt->archs : "sm_80,sm_86,sm_89,sm_90,sm_100,sm_120";
	if (!read_archs(c.arena, d, archs, &c.archs) ||
	    !(opt->nvcc ? open_nvcc(&c) : open_nvrtc(&c)))
		return false;
	list_jobs(&c);
	const bool ok = run_jobs(&c, &out->cached);
	for (int i = 0; ok && i < c.jobs.n; i++) {
		const Job *j = &c.jobs.at[i];
		const CudaImage image = {j->arch, j->ptx, j->family, j->image, j->cached};
		list_push(code->arena, &out->at, image);
	}
	if (c.nvrtc.library)
		dlclose(c.nvrtc.library);
	out->compiler = c.name;
	out->version = c.version;
	out->seconds = seconds_now() - start;
	return ok;
}
