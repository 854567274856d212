/* compile.c: CUDA C to machine code with NVRTC or nvcc, in parallel, with a cache.
 *
 * A job is one family's unit for one architecture, or as PTX for the newest. Each runs in a child
 * process that leaves its result in the cache under a name made of everything that it depends on;
 * what is there already is not compiled again. NVRTC is opened at run time. */
#define _GNU_SOURCE
#include "backend_cuda.h"

#include <dlfcn.h>
#include <errno.h>
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
	int arch;
	bool ptx;
	const char *path, *log; /* files of the cache */
	const char *kept;       /* where the text stays if it does not compile */
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
	const char *nvcc, *name, *dir;
	int version;
	Buf unit[NFAMILIES];
	bool failed[NFAMILIES]; /* reported once, whatever the number of architectures */
	ArchList archs;
	LIST(Job) jobs;
} Compiler;

/* ---- architectures ---- */

typedef struct ArchName {
	const char *name;
	int arch;
} ArchName;

static const ArchName arch_name[] = {
    {"sm_80", 80},   {"sm_86", 86},  {"sm_89", 89},      {"sm_90", 90},  {"sm_100", 100},
    {"sm_120", 120}, {"ampere", 80}, {"a100", 80},       {"a30", 80},    {"a10", 86},
    {"a40", 86},     {"rtx30", 86},  {"ada", 89},        {"l4", 89},     {"l40", 89},
    {"rtx40", 89},   {"hopper", 90}, {"h100", 90},       {"h200", 90},   {"gh200", 90},
    {"b100", 100},   {"b200", 100},  {"blackwell", 100}, {"rtx50", 120},
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
		diag_note(d, (Loc){0}, "known are%s", all.s);
}

static bool add_arch(Arena *a, Diag *d, const char *name, ArchList *archs)
{
	for (size_t i = 0; i < COUNT(arch_name); i++) {
		if (strcmp(name, arch_name[i].name) != 0)
			continue;
		for (int k = 0; k < archs->n; k++)
			if (archs->at[k] == arch_name[i].arch)
				return true;
		list_push(a, archs, arch_name[i].arch);
		return true;
	}
	unknown_arch(a, d, name);
	return false;
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

/* "release 13.0" of `nvcc --version`. */
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
	return true;
}

/* ---- the cache ---- */

static bool make_dir(Arena *a, const char *path)
{
	char *p = arena_strdup(a, path);
	for (char *s = p + 1; *s; s++)
		if (*s == '/') {
			*s = 0;
			mkdir(p, 0777);
			*s = '/';
		}
	return mkdir(p, 0777) == 0 || errno == EEXIST;
}

static bool open_cache(Compiler *c)
{
	const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	if (xdg && *xdg == '/')
		c->dir = arena_printf(c->arena, "%s/seldc", xdg);
	else
		c->dir = arena_printf(c->arena, "%s/.cache/seldc", home && *home ? home : "/tmp");
	if (make_dir(c->arena, c->dir))
		return true;
	diag_error(c->diag, E553, (Loc){0}, "%s: %s", c->dir, strerror(errno));
	return false;
}

/* Two 64-bit FNV-1a sums over the same bytes from different starts. */
static void hash_bytes(uint64_t h[2], const void *data, size_t n)
{
	const unsigned char *p = data;
	for (size_t i = 0; i < n; i++) {
		h[0] = (h[0] ^ p[i]) * 0x100000001b3u;
		h[1] = (h[1] ^ (uint64_t)(p[i] + 0x9e)) * 0x100000001b3u;
		h[1] ^= h[1] >> 29;
	}
}

static const char *flags_of(Arena *a, const Job *j)
{
	return arena_printf(a, "--std=c++17 --gpu-architecture=%s_%d --fmad=true",
			    j->ptx ? "compute" : "sm", j->arch);
}

static const char *cache_name(const Compiler *c, const Job *j)
{
	uint64_t h[2] = {0xcbf29ce484222325u, 0x84222325cbf29ce4u};
	const char *flags = flags_of(c->arena, j);
	hash_bytes(h, j->text->s, j->text->len);
	hash_bytes(h, flags, strlen(flags) + 1);
	hash_bytes(h, c->name, strlen(c->name) + 1);
	return arena_printf(c->arena, "%s/%016llx%016llx", c->dir, (unsigned long long)h[0],
			    (unsigned long long)h[1]);
}

static void add_job(Compiler *c, CudaFamily f, int arch, bool ptx)
{
	Job j = {.family = f, .arch = arch, .ptx = ptx, .text = &c->unit[f]};
	const char *base = cache_name(c, &j);
	j.path = arena_printf(c->arena, "%s.%s", base, ptx ? "ptx" : "cubin");
	j.log = arena_printf(c->arena, "%s.log", base);
	j.kept = arena_printf(c->arena, "%s/%s.%s.cu", c->opt->save_dir ? c->opt->save_dir : c->dir,
			      c->code->model->name, cuda_family_name(f));
	list_push(c->arena, &c->jobs, j);
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

/* ---- one job, in a child ---- */

static int write_log(const Nvrtc *v, NvrtcProgram p, const char *path)
{
	size_t n = 0;
	if (v->log_size(p, &n) != 0 || n == 0)
		return 1;
	char *text = malloc(n);
	if (!text || v->log(p, text) != 0)
		return 1;
	file_write(path, text, n - 1);
	return 1;
}

static int run_nvrtc(const Compiler *c, const Job *j)
{
	const Nvrtc *v = &c->nvrtc;
	NvrtcProgram p;
	const char *arch =
	    arena_printf(c->arena, "--gpu-architecture=%s_%d", j->ptx ? "compute" : "sm", j->arch);
	const char *const flags[] = {"--std=c++17", arch, "--fmad=true"};
	if (v->create(&p, j->text->s, j->kept, 0, NULL, NULL) != 0)
		return 1;
	if (v->compile(p, (int)COUNT(flags), flags) != 0)
		return write_log(v, p, j->log);
	size_t n = 0;
	if ((j->ptx ? v->ptx_size(p, &n) : v->cubin_size(p, &n)) != 0)
		return 1;
	char *data = malloc(n);
	if (!data || (j->ptx ? v->ptx(p, data) : v->cubin(p, data)) != 0)
		return 1;
	return file_write(j->path, data, n) ? 0 : 1;
}

/* nvcc reads and writes files of this process alone beside the final name, which appears only when
 * the result is whole. */
static int run_nvcc(const Compiler *c, const Job *j)
{
	const char *unit = arena_printf(c->arena, "%s.%d.cu", j->path, (int)getpid());
	const char *temp = arena_printf(c->arena, "%s.%d.tmp", j->path, (int)getpid());
	if (!file_write(unit, j->text->s, j->text->len))
		return 1;
	const char *arch =
	    arena_printf(c->arena, "-arch=%s_%d", j->ptx ? "compute" : "sm", j->arch);
	const pid_t pid = fork();
	if (pid == 0) {
		if (!freopen(j->log, "w", stderr))
			_exit(127);
		dup2(2, 1);
		execlp(c->nvcc, c->nvcc, "-std=c++17", arch, "-fmad=true",
		       j->ptx ? "-ptx" : "-cubin", "-o", temp, unit, (char *)NULL);
		_exit(127);
	}
	int status = 1;
	waitpid(pid, &status, 0);
	if (status == 0)
		unlink(j->log);
	unlink(unit);
	return status == 0 && rename(temp, j->path) == 0 ? 0 : 1;
}

static int run_job(const Compiler *c, const Job *j)
{
	return c->opt->nvcc ? run_nvcc(c, j) : run_nvrtc(c, j);
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
	for (int i = 0; i < c->code->launches.n; i++)
		if (strstr(log, c->code->launches.at[i].kernel))
			return &c->code->launches.at[i];
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

static void report(const Compiler *c, const Job *j)
{
	size_t len = 0;
	const char *log = file_read(c->arena, j->log, &len);
	const CudaLaunch *l = log ? failed_launch(c, j, log) : NULL;
	const char *first = log ? strstr(log, "error") : NULL;
	const Loc loc = l ? l->node->loc : (Loc){0};
	while (first && first > log && first[-1] != '\n')
		first--;
	if (l)
		diag_error(c->diag, E606, loc,
			   "%s failed for sm_%d on kernel '%s' of node '%s' (%s)", c->name, j->arch,
			   l->kernel, l->node->label ? l->node->label : l->node->out[0].name,
			   node_info(l->node)->name);
	else
		diag_error(c->diag, E606, loc, "%s failed for sm_%d on the %s kernels", c->name,
			   j->arch, cuda_family_name(j->family));
	if (first)
		diag_note(c->diag, (Loc){0}, "%.*s", (int)strcspn(first, "\n"), first);
	if (file_write(j->kept, j->text->s, j->text->len))
		diag_note(c->diag, (Loc){0},
			  "source kept as %s, everything the compiler said in %s", j->kept, j->log);
	else
		diag_error(c->diag, E553, (Loc){0}, "%s: %s", j->kept, strerror(errno));
}

/* ---- all jobs ---- */

static bool finish_one(Compiler *c)
{
	int status = 0;
	const pid_t pid = wait(&status);
	for (int i = 0; i < c->jobs.n; i++) {
		Job *j = &c->jobs.at[i];
		if (j->pid != pid)
			continue;
		if (status != 0 && !c->failed[j->family])
			report(c, j);
		c->failed[j->family] = c->failed[j->family] || status != 0;
		return status == 0;
	}
	return true;
}

static void show(const Compiler *c, int done)
{
	if (c->opt->show)
		c->opt->show(c->opt->show_ctx, done, c->jobs.n);
}

static bool run_jobs(Compiler *c, int *cached)
{
	const long cores = sysconf(_SC_NPROCESSORS_ONLN);
	const int most = cores > 0 ? (int)cores : 1;
	int running = 0;
	bool ok = true;
	for (int i = 0; i < c->jobs.n; i++) {
		Job *j = &c->jobs.at[i];
		if (access(j->path, R_OK) == 0) {
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
		j->pid = fork();
		if (j->pid == 0)
			_exit(run_job(c, j));
		if (j->pid < 0) {
			diag_error(c->diag, E605, (Loc){0}, "cannot start a process: %s",
				   strerror(errno));
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
	const double start = seconds_now();
	*out = (CudaImages){0};
	const char *archs = opt->archs ? opt->archs : "sm_80,sm_86,sm_89,sm_90,sm_100,sm_120";
	if (!read_archs(c.arena, d, archs, &c.archs) ||
	    !(opt->nvcc ? open_nvcc(&c) : open_nvrtc(&c)) || !open_cache(&c))
		return false;
	list_jobs(&c);
	const bool ok = run_jobs(&c, &out->cached);
	for (int i = 0; ok && i < c.jobs.n; i++) {
		const Job *j = &c.jobs.at[i];
		const CudaImage image = {j->arch, j->ptx, j->family, j->path};
		list_push(code->arena, &out->at, image);
	}
	if (c.nvrtc.library)
		dlclose(c.nvrtc.library);
	out->compiler = c.name;
	out->version = c.version;
	out->seconds = seconds_now() - start;
	return ok;
}
