/* block.c: runs the blocks of one launch, one after another, each thread a fiber on a stack of its
 * own. A warp runs until all its lanes wait, then the next one does.
 *
 * What a GPU would leave undefined is an error here: a barrier that not all threads reach, lanes
 * that miss an exchange, an access outside memory. Shared memory is NaN when a block starts and
 * ends at a page that cannot be touched; asynchronous copies happen when they are waited for, as
 * late as they may. In a backward launch blocks, warps and lanes run in the opposite order, so a
 * result that depends on the order differs. */
#define _GNU_SOURCE
#include "emulator.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/mman.h>

enum {
	MOST_WGMMAS = 64,
	STACK_BYTES = 1 << 18,
	SIGNAL_STACK_BYTES = 1 << 16,
	GIVEN_BYTES = 32, /* most that a lane gives */
};

typedef enum State { FRESH, READY, AT_BARRIER, AT_EXCHANGE, DONE } State;

typedef struct Copy {
	unsigned to;
	const void *from; /* NULL: zeros */
	int bytes, group;
} Copy;

typedef struct Wgmma {
	float (*d)[4];
	unsigned a[16]; /* registers 4 q .. 4 q + 3 of lane q of the row's four */
	unsigned long long a_rows, b_rows;
	int n;
	bool in_shared, turned; /* A lies as B does */
} Wgmma;

typedef struct Thread {
	State state;
	int line; /* where it waits */
	void *sp;
	char *stack;
	Copy *copy; /* under way, oldest first */
	int ncopies, room, groups;
	Wgmma *wgmma; /* under way */
	int nwgmmas;
} Thread;

typedef struct Warp {
	unsigned exchanges;
	char given[2][32 * GIVEN_BYTES]; /* one is read while the next one is written */
} Warp;

typedef struct Index {
	unsigned x, y, z;
} Index;

/* What the kernels see; one launch runs at a time. */
Index threadIdx, blockIdx, blockDim, gridDim;
char *emulator_shared;

static struct Block {
	const Launch *launch;
	Thread thread[1024];
	Warp warp[32];
	Thread *current;
	void *scheduler; /* its stack pointer while a fiber runs */
	char *free_stack[1024];
	int nfree;
	bool running;
	sigjmp_buf failed;
	char *why;
	size_t why_bytes;
} self;

/* ---- fibers --------------------------------------------------------------------------------- */

/* Saves the registers that a call preserves and the stack pointer, and takes on others. */
void emulator_switch(void **save, void *to);
__asm__(".globl emulator_switch\n.hidden emulator_switch\nemulator_switch:\n"
	" push %rbp\n push %rbx\n push %r12\n push %r13\n push %r14\n push %r15\n"
	" mov %rsp, (%rdi)\n mov %rsi, %rsp\n"
	" pop %r15\n pop %r14\n pop %r13\n pop %r12\n pop %rbx\n pop %rbp\n ret\n");

static void give_way(void)
{
	emulator_switch(&self.current->sp, self.scheduler);
}

static void thread_main(void)
{
	self.launch->function(*self.launch->params);
	self.current->state = DONE;
	give_way();
}

static char *take_stack(void)
{
	if (self.nfree > 0)
		return self.free_stack[--self.nfree];
	char *s = mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (s == MAP_FAILED || mprotect(s, 4096, PROT_NONE))
		emulator_die("no memory for the stack of a thread");
	return s;
}

static void thread_start(Thread *t)
{
	t->stack = take_stack();
	void **sp = (void **)(t->stack + STACK_BYTES) - 1; /* as after a call */
	*sp = NULL;
	*--sp = (void *)thread_main;
	t->sp = sp - 6;
}

/* Runs a thread until it waits or ends. */
static void thread_resume(int i)
{
	Thread *t = &self.thread[i];
	if (t->state == FRESH)
		thread_start(t);
	t->state = READY;
	threadIdx.x = (unsigned)i;
	self.current = t;
	emulator_switch(&self.scheduler, t->sp);
	if (t->state == DONE)
		self.free_stack[self.nfree++] = t->stack;
}

/* ---- failures ------------------------------------------------------------------------------- */

static void describe(const char *fmt, ...)
{
	va_list ap;
	const int n = snprintf(self.why, self.why_bytes, "%s, block %u,%u,%u: ", self.launch->name,
			       blockIdx.x, blockIdx.y, blockIdx.z);
	va_start(ap, fmt);
	vsnprintf(self.why + n, self.why_bytes - (size_t)n, fmt, ap);
	va_end(ap);
}

_Noreturn void emulator_fail(const char *what)
{
	describe("thread %u: %s", threadIdx.x, what);
	siglongjmp(self.failed, 1);
}

static void on_signal(int sig, siginfo_t *info, void *context)
{
	char what[256];
	(void)context;
	if (!self.running) {
		signal(sig, SIG_DFL);
		raise(sig);
		return;
	}
	if (sig == SIGFPE)
		emulator_fail("divides an integer by zero");
	/* An unaligned vector access has no address. */
	if (!info->si_addr)
		emulator_fail("vector access at an address that is not aligned, or at NULL");
	emulator_locate(info->si_addr, what, sizeof what);
	emulator_fail(what);
}

static void catch_signals(struct sigaction old[3])
{
	static char stack[SIGNAL_STACK_BYTES];
	const stack_t ss = {.ss_sp = stack, .ss_size = sizeof stack};
	struct sigaction sa = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK};
	sigaltstack(&ss, NULL);
	sigaction(SIGSEGV, &sa, &old[0]);
	sigaction(SIGBUS, &sa, &old[1]);
	sigaction(SIGFPE, &sa, &old[2]);
}

static void release_signals(const struct sigaction old[3])
{
	sigaction(SIGSEGV, &old[0], NULL);
	sigaction(SIGBUS, &old[1], NULL);
	sigaction(SIGFPE, &old[2], NULL);
}

/* ---- waiting -------------------------------------------------------------------------------- */

void emulator_barrier(int line)
{
	self.current->state = AT_BARRIER;
	self.current->line = line;
	give_way();
}

const void *emulator_exchange(unsigned mask, const void *give, size_t bytes, int line)
{
	Warp *w = &self.warp[threadIdx.x / 32];
	char *given = w->given[w->exchanges & 1];
	if (mask != ~0u)
		emulator_fail("only whole warps can exchange values");
	if (bytes > GIVEN_BYTES)
		emulator_fail("a value is too large to exchange");
	memcpy(given + threadIdx.x % 32 * bytes, give, bytes);
	self.current->state = AT_EXCHANGE;
	self.current->line = line;
	give_way();
	return given;
}

void emulator_copy(unsigned to, const void *from, int bytes, bool valid)
{
	Thread *t = self.current;
	if (to % (unsigned)bytes || (uintptr_t)from % (unsigned)bytes)
		emulator_fail("asynchronous copy at an address that is not aligned");
	if (t->ncopies == t->room) {
		t->room = t->room ? 2 * t->room : 64;
		t->copy = realloc(t->copy, (size_t)t->room * sizeof *t->copy);
		if (!t->copy)
			emulator_die("no memory for asynchronous copies");
	}
	t->copy[t->ncopies++] = (Copy){to, valid ? from : NULL, bytes, t->groups};
}

void emulator_copy_commit(void)
{
	self.current->groups++;
}

void emulator_copy_wait(int groups)
{
	Thread *t = self.current;
	int done = 0;
	for (; done < t->ncopies && t->copy[done].group < t->groups - groups; done++) {
		const Copy *c = &t->copy[done];
		char *to = (char *)(uintptr_t)c->to;
		if (c->from)
			memcpy(to, c->from, (size_t)c->bytes);
		else
			memset(to, 0, (size_t)c->bytes);
	}
	t->ncopies -= done;
	memmove(t->copy, t->copy + done, (size_t)t->ncopies * sizeof *t->copy);
}

/* ---- wgmma: d, a and the lanes as in mma, bf16 ---------------------------------------------- */

void emulator_wgmma(float (*d)[4], const unsigned *a, unsigned long long a_rows,
		    unsigned long long b_rows, int n, bool turned)
{
	Thread *t = self.current;
	if (!t->wgmma && !(t->wgmma = malloc(MOST_WGMMAS * sizeof *t->wgmma)))
		emulator_die("no memory for wgmma");
	if (t->nwgmmas == MOST_WGMMAS)
		emulator_fail("more wgmma under way than are emulated");
	Wgmma *w = &t->wgmma[t->nwgmmas++];
	*w = (Wgmma){
	    .d = d, .a_rows = a_rows, .b_rows = b_rows, .n = n, .in_shared = !a, .turned = turned};
	if (a)
		memcpy(w->a, a, sizeof w->a);
}

static float wide(unsigned half)
{
	const uint32_t bits = half << 16;
	float v;
	memcpy(&v, &bits, sizeof v);
	return v;
}

/* Element (k, n) of B, in the PTX manual's layout of 128-byte swizzling: rows of 128 bytes, 8 of
 * them 1,024 bytes; turned, 64 columns are followed by the next panel's; bits 4 to 6 of the address
 * are exchanged by bits 7 to 9. */
static float wgmma_at(unsigned long long rows, bool turned, unsigned k, unsigned n)
{
	const unsigned panel = (unsigned)(rows >> 32);
	const unsigned row = turned ? k : n, column = turned ? n % 64 : k;
	const unsigned start = (unsigned)rows - (unsigned)(uintptr_t)emulator_shared;
	if (panel % 1024 || start % (turned ? 1024 : 32) || start % 1024 >= 128)
		emulator_fail("wgmma: rows are not where the descriptor says");
	const unsigned byte = start + (turned ? n / 64 * panel : 0) + row * 128 + column * 2;
	uint16_t half;
	memcpy(&half, emulator_shared + (byte ^ (byte >> 7 & 7) << 4), 2);
	return wide(half);
}

/* i: 0 to 3, as of d[j]. */
static float wgmma_a(const Wgmma *w, unsigned i, unsigned k)
{
	if (w->in_shared)
		return wgmma_at(w->a_rows, w->turned, k,
				threadIdx.x / 32 % 4 * 16 + threadIdx.x % 32 / 4 + i / 2 * 8);
	const unsigned pair = w->a[k % 8 / 2 * 4 + i / 2 + k / 8 * 2];
	return wide(k % 2 ? pair >> 16 : pair & 0xffff);
}

void emulator_wgmma_wait(void)
{
	Thread *t = self.current;
	const unsigned q = threadIdx.x % 4;
	for (const Wgmma *w = t->wgmma; w < t->wgmma + t->nwgmmas; w++)
		for (unsigned e = 0; e < (unsigned)w->n / 2; e++) {
			const unsigned j = e / 4, i = e % 4;
			for (unsigned k = 0; k < 16; k++)
				w->d[j][i] += wgmma_a(w, i, k) * wgmma_at(w->b_rows, w->turned, k,
									  j * 8 + q * 2 + i % 2);
		}
	t->nwgmmas = 0;
}

/* ---- blocks --------------------------------------------------------------------------------- */

static int in_order(int i, int n)
{
	return self.launch->backward ? n - 1 - i : i;
}

/* All lanes wait for each other at one place: they may go on. */
static bool warp_release(int w)
{
	Thread *t = &self.thread[w * 32];
	for (int l = 0; l < 32; l++)
		if (t[l].state != AT_EXCHANGE || t[l].line != t[0].line)
			return false;
	for (int l = 0; l < 32; l++)
		t[l].state = READY;
	self.warp[w].exchanges++;
	return true;
}

static void warp_run(int w, int lanes)
{
	do
		for (int l = 0; l < lanes; l++) {
			const int i = w * 32 + in_order(l, lanes);
			if (self.thread[i].state <= READY)
				thread_resume(i);
		}
	while (lanes == 32 && warp_release(w));
}

static const char *state_text(const Thread *t)
{
	return t->state == DONE         ? "has ended"
	       : t->state == AT_BARRIER ? "is at a barrier"
					: "waits for its warp";
}

/* Every thread waits at the same barrier. false: all have ended. */
static bool block_release(int threads)
{
	const Thread *a = &self.thread[0];
	for (int i = 0; i < threads; i++) {
		const Thread *b = &self.thread[i];
		if (b->state == a->state && b->state != AT_EXCHANGE &&
		    (b->state == DONE || b->line == a->line))
			continue;
		describe("threads wait for each other in vain: thread 0 %s (line %d), thread %d %s "
			 "(line %d)",
			 state_text(a), a->line, i, state_text(b), b->line);
		siglongjmp(self.failed, 1);
	}
	if (a->state == DONE)
		return false;
	for (int i = 0; i < threads; i++)
		self.thread[i].state = READY;
	return true;
}

static void block_run(void)
{
	const int threads = (int)blockDim.x, warps = (threads + 31) / 32;
	for (int i = 0; i < threads; i++) {
		Thread *t = &self.thread[i];
		t->state = FRESH;
		t->ncopies = t->groups = t->nwgmmas = 0;
	}
	do
		for (int k = 0; k < warps; k++) {
			const int w = in_order(k, warps);
			warp_run(w, threads - w * 32 < 32 ? threads - w * 32 : 32);
		}
	while (block_release(threads));
}

/* Dynamic shared memory below 4 GB, so that its address is a number of 32 bits. */
static void shared_open(unsigned bytes)
{
	enum { PAGE = 4096, MOST = 256 * 1024 };
	static char *base;
	if (!base) {
		base = mmap(NULL, MOST + PAGE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
		if (base == MAP_FAILED || mprotect(base + MOST, PAGE, PROT_NONE))
			emulator_die("no memory below 4 GB");
	}
	emulator_shared = base + MOST - (bytes + 127) / 128 * 128;
}

bool emulator_run(const Launch *l, char *why, size_t why_bytes)
{
	struct sigaction old[3];
	const int64_t blocks = (int64_t)l->grid[0] * l->grid[1] * l->grid[2];
	self.launch = l;
	self.why = why;
	self.why_bytes = why_bytes;
	blockDim = (Index){l->block, 1, 1};
	gridDim = (Index){l->grid[0], l->grid[1], l->grid[2]};
	shared_open(l->smem);
	catch_signals(old);
	self.running = true;
	const bool failed = sigsetjmp(self.failed, 1) != 0;
	for (int64_t k = 0; !failed && k < blocks; k++) {
		const int64_t b = l->backward ? blocks - 1 - k : k;
		blockIdx =
		    (Index){(unsigned)(b % l->grid[0]), (unsigned)(b / l->grid[0] % l->grid[1]),
			    (unsigned)(b / l->grid[0] / l->grid[1])};
		memset(emulator_shared, 0xff, l->smem);
		memset(l->statics, 0xff, l->statics_bytes);
		block_run();
	}
	self.running = false;
	for (unsigned i = 0; failed && i < l->block; i++)
		if (self.thread[i].state != DONE && self.thread[i].state != FRESH)
			self.free_stack[self.nfree++] = self.thread[i].stack;
	release_signals(old);
	return !failed;
}
