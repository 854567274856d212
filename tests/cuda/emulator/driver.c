/* driver.c: a libcuda.so.1 without a GPU, for tests: the functions of the driver that
 * runtime/cuda/rt_cuda.c uses, with host memory as device memory. "Machine code" is a shared object
 * that the compiler wrapper `nvcc` beside this file makes.
 *
 * Streams are lazy: work is done when somebody waits for it, so a host that does not wait where it
 * must sees old values. Copies from and to pinned memory happen then; others when they are called,
 * as with a GPU. Device memory starts as NaN and lies between pages that cannot be touched.
 *   EMULATOR_TRACE=1     names each launch on stderr
 *   EMULATOR_BACKWARD=1  the first graph runs forwards, the second backwards; else the opposite
 *   EMULATOR_DEVICES=0   a driver without a GPU
 *   EMULATOR_ARCH=80     compute capability, 90
 *   EMULATOR_CUDA=12040  version of CUDA that the driver is for, 13000 */
#define _GNU_SOURCE
#include "emulator.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

typedef unsigned long long Ptr;

enum {
	OK = 0,
	INVALID = 1,
	OUT_OF_MEMORY = 2,
	NOT_FOUND = 500,
	ILLEGAL_ADDRESS = 700,
	INVALID_IMAGE = 200,
	NOT_PERMITTED = 800,
	ATTR_MAJOR = 75,
	ATTR_MINOR = 76,
	ATTR_CLOCK = 13,
	ATTR_SMS = 16,
	ATTR_MEMORY_CLOCK = 36,
	ATTR_BUS_WIDTH = 37,
	ATTR_SMEM_OPTIN = 97,
	FUNC_DYNAMIC_SMEM = 8,
	SMEM_DEFAULT = 48 * 1024,
	SMEM_MOST = 99 * 1024, /* what every GPU has, not this one's */
	PAGE = 4096,
};

typedef struct Block {
	char *at;
	size_t bytes, mapped; /* mapped: with the page behind */
	bool pinned;          /* memory of the host */
	struct Block *next;
} Block;

typedef struct Module {
	void *library;
	char *statics;
	size_t statics_bytes, param_bytes;
} Module;

typedef struct Function {
	Module *module;
	void (*code)(Params);
	unsigned smem; /* most that was asked for */
	char name[128];
	struct Function *next;
} Function;

typedef enum OpKind { OP_LAUNCH, OP_COPY, OP_FILL, OP_GRAPH, OP_RECORD, OP_WAIT } OpKind;

typedef struct Op {
	OpKind kind;
	Function *function;
	unsigned grid[3], block, smem;
	Params params;
	void *to;
	const void *from;
	void *own; /* copy of what `from` was; freed with the op */
	size_t bytes;
	unsigned value; /* of OP_FILL, each `width` bytes */
	int width;
	struct Graph *graph;
	struct Event *event;
	unsigned long number; /* of the recording of the event */
} Op;

typedef struct Ops {
	Op *at;
	int n, room;
} Ops;

typedef struct Graph {
	Ops ops;
} Graph;

typedef struct Stream {
	Ops ops;
	int next;         /* first that is not done */
	Graph *recording; /* NULL: not capturing */
	struct Stream *link;
} Stream;

typedef struct Event {
	Stream *stream; /* of the last recording */
	unsigned long recorded, done;
	double seconds;
} Event;

static struct Driver {
	pthread_mutex_t lock;
	Block *blocks;
	Stream *streams, null_stream;
	Function *functions;
	char error[1024]; /* of the launch that failed */
	int failed;
	bool backward; /* every other graph runs in the opposite order */
} cu = {.lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP};

#define API __attribute__((visibility("default"))) int
#define LOCKED(expression)                                                                         \
	do {                                                                                       \
		pthread_mutex_lock(&cu.lock);                                                      \
		const int locked_ = (expression);                                                  \
		pthread_mutex_unlock(&cu.lock);                                                    \
		return locked_;                                                                    \
	} while (0)

_Noreturn void emulator_die(const char *why)
{
	fprintf(stderr, "emulator: %s\n", why);
	abort();
}

static void *take(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size ? size : 1);
	if (!p)
		emulator_die("no memory");
	return p;
}

/* ---- memory --------------------------------------------------------------------------------- */

static size_t whole(size_t bytes, size_t unit)
{
	return (bytes + unit - 1) / unit * unit;
}

/* Ends, up to 256 bytes, at a page that cannot be touched; another lies before. */
static int memory_take(void **p, size_t bytes, bool pinned)
{
	if (bytes == 0)
		return INVALID;
	Block *b = take(1, sizeof *b);
	const size_t used = whole(bytes, 256);
	b->mapped = whole(used, PAGE) + 2 * PAGE;
	char *base =
	    mmap(NULL, b->mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (base == MAP_FAILED) {
		free(b);
		return OUT_OF_MEMORY;
	}
	mprotect(base, PAGE, PROT_NONE);
	mprotect(base + b->mapped - PAGE, PAGE, PROT_NONE);
	b->at = base + b->mapped - PAGE - used;
	b->bytes = bytes;
	b->pinned = pinned;
	b->next = cu.blocks;
	cu.blocks = b;
	memset(b->at, 0xff, bytes);
	*p = b->at;
	return OK;
}

static void streams_finish(void);

static int memory_drop(void *p, bool pinned)
{
	streams_finish();
	for (Block **b = &cu.blocks; *b; b = &(*b)->next) {
		Block *gone = *b;
		if (gone->at != p || gone->pinned != pinned)
			continue;
		char *end = gone->at + whole(gone->bytes, 256) + PAGE;
		munmap(end - gone->mapped, gone->mapped);
		*b = gone->next;
		free(gone);
		return OK;
	}
	return INVALID;
}

static bool inside(const void *p, size_t bytes, bool pinned)
{
	for (const Block *b = cu.blocks; b; b = b->next)
		if (b->pinned == pinned && (const char *)p >= b->at &&
		    (const char *)p + bytes <= b->at + b->bytes)
			return true;
	return false;
}

void emulator_locate(const void *address, char *what, size_t bytes)
{
	const char *p = address;
	for (const Block *b = cu.blocks; b; b = b->next) {
		if (p >= b->at && p < b->at + b->mapped)
			snprintf(what, bytes, "touches byte %zu of a buffer of %zu",
				 (size_t)(p - b->at), b->bytes);
		else if (p < b->at && p >= b->at - 2 * PAGE)
			snprintf(what, bytes, "touches byte -%zu of a buffer of %zu",
				 (size_t)(b->at - p), b->bytes);
		else
			continue;
		return;
	}
	snprintf(what, bytes, "touches address %p, which is no buffer's; shared memory is at %p",
		 address, (void *)emulator_shared);
}

API cuMemAlloc_v2(Ptr *p, size_t bytes)
{
	void *at = NULL;
	pthread_mutex_lock(&cu.lock);
	const int code = memory_take(&at, bytes, false);
	pthread_mutex_unlock(&cu.lock);
	*p = (Ptr)(uintptr_t)at;
	return code;
}

API cuMemFree_v2(Ptr p)
{
	LOCKED(memory_drop((void *)(uintptr_t)p, false));
}

API cuMemHostAlloc(void **p, size_t bytes, unsigned flags)
{
	(void)flags;
	LOCKED(memory_take(p, bytes, true));
}

API cuMemFreeHost(void *p)
{
	LOCKED(memory_drop(p, true));
}

API cuMemGetInfo_v2(size_t *unused, size_t *total)
{
	*unused = *total = (size_t)1 << 30;
	return OK;
}

/* ---- work ----------------------------------------------------------------------------------- */

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void ops_add(Ops *o, const Op *op)
{
	if (o->n == o->room) {
		o->room = o->room ? 2 * o->room : 16;
		o->at = realloc(o->at, (size_t)o->room * sizeof *o->at);
		if (!o->at)
			emulator_die("no memory");
	}
	o->at[o->n++] = *op;
}

static void ops_drop(Ops *o)
{
	for (int i = 0; i < o->n; i++)
		free(o->at[i].own);
	free(o->at);
	*o = (Ops){0};
}

static void run_launch(const Op *op)
{
	const Module *m = op->function->module;
	const Launch l = {.function = op->function->code,
			  .name = op->function->name,
			  .params = &op->params,
			  .grid = {op->grid[0], op->grid[1], op->grid[2]},
			  .block = op->block,
			  .smem = op->smem,
			  .statics = m->statics,
			  .statics_bytes = m->statics_bytes,
			  .backward = cu.backward};
	const double start = now();
	if (!emulator_run(&l, cu.error, sizeof cu.error))
		cu.failed = ILLEGAL_ADDRESS;
	if (getenv("EMULATOR_TRACE"))
		fprintf(stderr, "%9.3f ms  %-40s %u,%u,%u x %u, %u bytes\n", (now() - start) * 1e3,
			l.name, l.grid[0], l.grid[1], l.grid[2], l.block, l.smem);
}

static void stream_step(Stream *s);

static void op_run(const Op *op)
{
	switch (op->kind) {
	case OP_LAUNCH:
		run_launch(op);
		break;
	case OP_COPY:
		memcpy(op->to, op->own ? op->own : op->from, op->bytes);
		break;
	case OP_FILL:
		for (size_t i = 0; i < op->bytes; i += (size_t)op->width)
			memcpy((char *)op->to + i, &op->value, (size_t)op->width);
		break;
	case OP_GRAPH:
		cu.backward = !cu.backward;
		for (int i = 0; i < op->graph->ops.n && !cu.failed; i++)
			op_run(&op->graph->ops.at[i]);
		break;
	case OP_RECORD:
		op->event->done = op->number;
		op->event->seconds = now();
		break;
	case OP_WAIT:
		while (op->event->done < op->number)
			stream_step(op->event->stream);
		break;
	}
}

/* The next op of the stream; after a failure nothing runs any more. */
static void stream_step(Stream *s)
{
	if (s->next >= s->ops.n)
		return;
	const Op op = s->ops.at[s->next++];
	if (!cu.failed || op.kind == OP_RECORD)
		op_run(&op);
	free(op.own);
	s->ops.at[s->next - 1].own = NULL;
	if (s->next == s->ops.n)
		s->next = s->ops.n = 0;
}

static void stream_finish(Stream *s)
{
	while (s->next < s->ops.n)
		stream_step(s);
}

static void streams_finish(void)
{
	for (Stream *s = cu.streams; s; s = s->link)
		stream_finish(s);
	stream_finish(&cu.null_stream);
}

static int finish(Stream *s)
{
	stream_finish(s);
	const int code = cu.failed;
	cu.failed = OK;
	return code;
}

static Stream *stream_of(Stream *s)
{
	return s ? s : &cu.null_stream;
}

/* To the stream, or to the graph that it records. */
static int submit(Stream *s, const Op *op)
{
	s = stream_of(s);
	ops_add(s->recording ? &s->recording->ops : &s->ops, op);
	return OK;
}

/* ---- copies --------------------------------------------------------------------------------- */

/* From memory that is not pinned: what it holds now. */
static int copy_up(Ptr to, const void *from, size_t bytes, Stream *s)
{
	Op op = {.kind = OP_COPY, .to = (void *)(uintptr_t)to, .from = from, .bytes = bytes};
	if (!inside(op.to, bytes, false))
		return INVALID;
	if (!inside(from, bytes, true)) {
		op.own = take(bytes, 1);
		memcpy(op.own, from, bytes);
	}
	return submit(s, &op);
}

/* To memory that is not pinned: done when this returns. */
static int copy_down(void *to, Ptr from, size_t bytes, Stream *s)
{
	const Op op = {.kind = OP_COPY, .to = to, .from = (void *)(uintptr_t)from, .bytes = bytes};
	if (!inside(op.from, bytes, false))
		return INVALID;
	submit(s, &op);
	if (!inside(to, bytes, true))
		return stream_of(s)->recording ? NOT_PERMITTED : finish(stream_of(s));
	return OK;
}

static int copy_across(Ptr to, Ptr from, size_t bytes, Stream *s)
{
	const Op op = {.kind = OP_COPY,
		       .to = (void *)(uintptr_t)to,
		       .from = (void *)(uintptr_t)from,
		       .bytes = bytes};
	if (!inside(op.to, bytes, false) || !inside(op.from, bytes, false))
		return INVALID;
	return submit(s, &op);
}

static int fill(Ptr to, unsigned value, int width, size_t bytes, Stream *s)
{
	const Op op = {.kind = OP_FILL,
		       .to = (void *)(uintptr_t)to,
		       .bytes = bytes,
		       .value = value,
		       .width = width};
	return inside(op.to, bytes, false) ? submit(s, &op) : INVALID;
}

API cuMemcpyHtoDAsync_v2(Ptr to, const void *from, size_t bytes, Stream *s)
{
	LOCKED(copy_up(to, from, bytes, s));
}

API cuMemcpyDtoHAsync_v2(void *to, Ptr from, size_t bytes, Stream *s)
{
	LOCKED(copy_down(to, from, bytes, s));
}

API cuMemcpyDtoDAsync_v2(Ptr to, Ptr from, size_t bytes, Stream *s)
{
	LOCKED(copy_across(to, from, bytes, s));
}

API cuMemsetD8Async(Ptr to, unsigned char value, size_t n, Stream *s)
{
	LOCKED(fill(to, value, 1, n, s));
}

API cuMemsetD32Async(Ptr to, unsigned value, size_t n, Stream *s)
{
	LOCKED(fill(to, value, 4, n * 4, s));
}

/* ---- streams, graphs, events ---------------------------------------------------------------- */

API cuStreamCreate(Stream **s, unsigned flags)
{
	(void)flags;
	pthread_mutex_lock(&cu.lock);
	*s = take(1, sizeof **s);
	(*s)->link = cu.streams;
	cu.streams = *s;
	pthread_mutex_unlock(&cu.lock);
	return OK;
}

static int stream_drop(Stream *s)
{
	const int code = finish(s);
	for (Stream **p = &cu.streams; *p; p = &(*p)->link)
		if (*p == s) {
			*p = s->link;
			break;
		}
	ops_drop(&s->ops);
	free(s);
	return code;
}

API cuStreamDestroy_v2(Stream *s)
{
	LOCKED(stream_drop(s));
}

API cuStreamSynchronize(Stream *s)
{
	LOCKED(stream_of(s)->recording ? NOT_PERMITTED : finish(stream_of(s)));
}

API cuStreamBeginCapture_v2(Stream *s, int mode)
{
	(void)mode;
	if (!s || s->recording)
		return INVALID;
	s->recording = take(1, sizeof *s->recording);
	return OK;
}

API cuStreamEndCapture(Stream *s, Graph **g)
{
	*g = s->recording;
	s->recording = NULL;
	return *g ? OK : INVALID;
}

/* Ops of a graph own nothing: a captured copy reads its source when the graph runs. */
API cuGraphInstantiateWithFlags(Graph **made, const Graph *g, unsigned long long flags)
{
	(void)flags;
	*made = take(1, sizeof **made);
	for (int i = 0; i < g->ops.n; i++) {
		Op op = g->ops.at[i];
		if (op.own)
			return NOT_PERMITTED;
		ops_add(&(*made)->ops, &op);
	}
	return OK;
}

API cuGraphLaunch(Graph *g, Stream *s)
{
	const Op op = {.kind = OP_GRAPH, .graph = g};
	LOCKED(submit(s, &op));
}

static int graph_drop(Graph *g)
{
	streams_finish();
	ops_drop(&g->ops);
	free(g);
	return OK;
}

API cuGraphDestroy(Graph *g)
{
	LOCKED(graph_drop(g));
}

API cuGraphExecDestroy(Graph *g)
{
	LOCKED(graph_drop(g));
}

API cuEventCreate(Event **e, unsigned flags)
{
	(void)flags;
	*e = take(1, sizeof **e);
	return OK;
}

static int event_record(Event *e, Stream *s)
{
	const Op op = {.kind = OP_RECORD, .event = e, .number = ++e->recorded};
	e->stream = stream_of(s);
	return submit(s, &op);
}

static int event_finish(Event *e)
{
	while (e->done < e->recorded)
		stream_step(e->stream);
	const int code = cu.failed;
	cu.failed = OK;
	return code;
}

static int event_wait_for(Stream *s, Event *e)
{
	const Op op = {.kind = OP_WAIT, .event = e, .number = e->recorded};
	return e->recorded ? submit(s, &op) : OK;
}

static int event_drop(Event *e)
{
	streams_finish();
	free(e);
	return OK;
}

API cuEventRecord(Event *e, Stream *s)
{
	LOCKED(event_record(e, s));
}

API cuEventSynchronize(Event *e)
{
	LOCKED(event_finish(e));
}

API cuStreamWaitEvent(Stream *s, Event *e, unsigned flags)
{
	(void)flags;
	LOCKED(event_wait_for(s, e));
}

API cuEventElapsedTime(float *ms, const Event *from, const Event *to)
{
	if (from->done < from->recorded || to->done < to->recorded)
		return NOT_PERMITTED;
	*ms = (float)((to->seconds - from->seconds) * 1e3);
	return OK;
}

API cuEventDestroy_v2(Event *e)
{
	LOCKED(event_drop(e));
}

/* ---- code ----------------------------------------------------------------------------------- */

static size_t image_bytes(const void *data)
{
	const Elf64_Ehdr *h = data;
	if (memcmp(h->e_ident, ELFMAG, SELFMAG) != 0 || h->e_machine != EM_X86_64)
		return 0;
	return h->e_shoff + (size_t)h->e_shnum * h->e_shentsize;
}

/* Under a name of its own: the loader opens no name twice. */
static void *open_image(const void *data, size_t bytes)
{
	char path[256];
	const char *folder = getenv("TMPDIR");
	snprintf(path, sizeof path, "%s/kernels.XXXXXX", folder ? folder : "/tmp");
	const int fd = mkstemp(path);
	if (fd < 0 || write(fd, data, bytes) != (ssize_t)bytes)
		emulator_die("cannot write kernels to a file");
	void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!library)
		fprintf(stderr, "emulator: %s\n", dlerror());
	close(fd);
	unlink(path);
	return library;
}

/* A module has no writable data but shared memory of a fixed size. */
static int find_statics(struct dl_phdr_info *info, size_t size, void *arg)
{
	Module *m = arg;
	(void)size;
	struct link_map *map = NULL;
	if (dlinfo(m->library, RTLD_DI_LINKMAP, &map) || info->dlpi_addr != map->l_addr)
		return 0;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];
		if (p->p_type != PT_LOAD || p->p_memsz <= p->p_filesz)
			continue;
		m->statics = (char *)(info->dlpi_addr + p->p_vaddr + p->p_filesz);
		m->statics_bytes = p->p_memsz - p->p_filesz;
	}
	return 1;
}

API cuModuleLoadData(Module **m, const void *data)
{
	const size_t bytes = image_bytes(data);
	if (bytes == 0)
		return INVALID_IMAGE;
	*m = take(1, sizeof **m);
	(*m)->library = open_image(data, bytes);
	if (!(*m)->library)
		return INVALID_IMAGE;
	const unsigned *n = dlsym((*m)->library, "emulator_param_bytes");
	if (!n || *n <= 16 || *n > sizeof(Params))
		emulator_die("kernels need a parameter of 17 to 256 bytes");
	(*m)->param_bytes = *n;
	dl_iterate_phdr(find_statics, *m);
	return OK;
}

static int module_drop(Module *m)
{
	streams_finish();
	for (Function **f = &cu.functions; *f;) {
		Function *gone = *f;
		if (gone->module != m) {
			f = &gone->next;
			continue;
		}
		*f = gone->next;
		free(gone);
	}
	dlclose(m->library);
	free(m);
	return OK;
}

API cuModuleUnload(Module *m)
{
	LOCKED(module_drop(m));
}

API cuModuleGetFunction(Function **f, Module *m, const char *name)
{
	void *code = dlsym(m->library, name);
	if (!code)
		return NOT_FOUND;
	*f = take(1, sizeof **f);
	(*f)->module = m;
	*(void **)&(*f)->code = code;
	(*f)->smem = SMEM_DEFAULT;
	snprintf((*f)->name, sizeof(*f)->name, "%s", name);
	pthread_mutex_lock(&cu.lock);
	(*f)->next = cu.functions;
	cu.functions = *f;
	pthread_mutex_unlock(&cu.lock);
	return OK;
}

API cuFuncSetAttribute(Function *f, int attribute, int value)
{
	if (attribute == FUNC_DYNAMIC_SMEM && value > SMEM_MOST)
		return INVALID;
	if (attribute == FUNC_DYNAMIC_SMEM)
		f->smem = (unsigned)value;
	return OK;
}

API cuLaunchKernel(Function *f, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by,
		   unsigned bz, unsigned smem, Stream *s, void **params, void **extra)
{
	(void)extra;
	Op op = {.kind = OP_LAUNCH, .function = f, .grid = {gx, gy, gz}, .block = bx, .smem = smem};
	if (by != 1 || bz != 1 || bx < 1 || bx > 1024 || !gx || !gy || !gz || gy > 65535 ||
	    gz > 65535 || smem > f->smem)
		return INVALID;
	memcpy(&op.params, params[0], f->module->param_bytes);
	LOCKED(submit(s, &op));
}

/* ---- device --------------------------------------------------------------------------------- */

/* A number from the environment, or what holds without it. */
static int setting(const char *name, int otherwise)
{
	const char *text = getenv(name);
	return text && *text ? atoi(text) : otherwise;
}

API cuInit(unsigned flags)
{
	cu.backward = getenv("EMULATOR_BACKWARD") != NULL;
	return flags ? INVALID : OK;
}

API cuDriverGetVersion(int *version)
{
	*version = setting("EMULATOR_CUDA", 13000);
	return OK;
}

API cuDeviceGetCount(int *n)
{
	*n = setting("EMULATOR_DEVICES", 1);
	return OK;
}

API cuDeviceGet(int *device, int i)
{
	*device = 0;
	return i == 0 ? OK : INVALID;
}

API cuDeviceGetName(char *name, int bytes, int device)
{
	(void)device;
	snprintf(name, (size_t)bytes, "emulator");
	return OK;
}

API cuDeviceGetAttribute(int *value, int attribute, int device)
{
	(void)device;
	const int arch = setting("EMULATOR_ARCH", 90);
	*value = attribute == ATTR_MAJOR          ? arch / 10
		 : attribute == ATTR_MINOR        ? arch % 10
		 : attribute == ATTR_SMS          ? 132
		 : attribute == ATTR_CLOCK        ? 1980000
		 : attribute == ATTR_MEMORY_CLOCK ? 2619000
		 : attribute == ATTR_BUS_WIDTH    ? 5120
		 : attribute == ATTR_SMEM_OPTIN   ? SMEM_MOST
						  : 0;
	return OK;
}

API cuDevicePrimaryCtxRetain(void **context, int device)
{
	(void)device;
	*context = &cu;
	return OK;
}

API cuDevicePrimaryCtxRelease_v2(int device)
{
	(void)device;
	return OK;
}

API cuCtxSetCurrent(void *context)
{
	(void)context;
	return OK;
}

API cuGetErrorName(int code, const char **name)
{
	*name = code == ILLEGAL_ADDRESS ? "CUDA_ERROR_ILLEGAL_ADDRESS"
		: code == OUT_OF_MEMORY ? "CUDA_ERROR_OUT_OF_MEMORY"
		: code == NOT_FOUND     ? "CUDA_ERROR_NOT_FOUND"
		: code == INVALID_IMAGE ? "CUDA_ERROR_INVALID_IMAGE"
		: code == NOT_PERMITTED ? "CUDA_ERROR_NOT_PERMITTED"
					: "CUDA_ERROR_INVALID_VALUE";
	return OK;
}

API cuGetErrorString(int code, const char **text)
{
	*text = code == ILLEGAL_ADDRESS ? cu.error
		: code == OUT_OF_MEMORY ? "out of memory"
		: code == NOT_FOUND     ? "named symbol not found"
		: code == INVALID_IMAGE ? "no shared object made for the emulator"
		: code == NOT_PERMITTED ? "operation not permitted now"
					: "invalid argument";
	return OK;
}
