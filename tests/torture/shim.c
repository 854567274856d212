/* shim.c: preloaded, makes one call of a kind fail: the FAIL_AT-th of FAIL_KIND (alloc, write,
 * open) in the program of the name FAIL_COMM. With FAIL_COUNT, the number of calls goes to that
 * file. Allocations that libsndfile makes are left alone: version 1.2.0 of Debian 12 does not check
 * the one for its table of chunks, and crashes in itself. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t),
    *__libc_memalign(size_t, size_t);

enum { NONE, ALLOC, WRITE, OPEN };
static int kind;
static long at, calls;
static uintptr_t spared, spared_end; /* where libsndfile lies */

static int find_spared(struct dl_phdr_info *info, size_t size, void *ctx)
{
	if (!strstr(info->dlpi_name, "libsndfile"))
		return 0;
	spared = info->dlpi_addr;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const uintptr_t e =
		    spared + info->dlpi_phdr[i].p_vaddr + info->dlpi_phdr[i].p_memsz;
		spared_end = e > spared_end ? e : spared_end;
	}
	return 1;
}

__attribute__((constructor)) static void begin(void)
{
	const char *comm = getenv("FAIL_COMM"), *k = getenv("FAIL_KIND"), *n = getenv("FAIL_AT");
	if (!comm || !k || strcmp(comm, program_invocation_short_name))
		return;
	at = n ? atol(n) : 0;
	dl_iterate_phdr(find_spared, NULL);
	kind = *k == 'a' ? ALLOC : *k == 'w' ? WRITE : OPEN;
}

__attribute__((destructor)) static void end(void)
{
	char text[32];
	const char *path = getenv("FAIL_COUNT");
	const int fd = path && kind ? (int)syscall(SYS_openat, AT_FDCWD, path,
						   O_WRONLY | O_CREAT | O_APPEND, 0666)
				    : -1;
	if (fd < 0)
		return;
	const int n = snprintf(text, sizeof text, "%ld\n", calls);
	syscall(SYS_write, fd, text, n);
	syscall(SYS_close, fd);
}

static int fails(int which, int why)
{
	if (kind != which || __sync_add_and_fetch(&calls, 1) != at)
		return 0;
	errno = why;
	return 1;
}

static int alloc_fails(const void *caller)
{
	const uintptr_t c = (uintptr_t)caller;
	return !(c >= spared && c < spared_end) && fails(ALLOC, ENOMEM);
}

#define CALLER __builtin_return_address(0)
void *malloc(size_t n)
{
	return alloc_fails(CALLER) ? NULL : __libc_malloc(n);
}
void *calloc(size_t n, size_t m)
{
	return alloc_fails(CALLER) ? NULL : __libc_calloc(n, m);
}
void *realloc(void *p, size_t n)
{
	return alloc_fails(CALLER) ? NULL : __libc_realloc(p, n);
}
void *aligned_alloc(size_t align, size_t n)
{
	return alloc_fails(CALLER) ? NULL : __libc_memalign(align, n);
}
ssize_t write(int fd, const void *p, size_t n)
{
	return fd != 2 && fails(WRITE, ENOSPC) ? -1 : syscall(SYS_write, fd, p, n);
}
int fsync(int fd)
{
	return fails(WRITE, EIO) ? -1 : (int)syscall(SYS_fsync, fd);
}
int ftruncate(int fd, off_t n)
{
	return fails(WRITE, EIO) ? -1 : (int)syscall(SYS_ftruncate, fd, n);
}
int rename(const char *a, const char *b)
{
	return fails(WRITE, ENOSPC) ? -1 : (int)syscall(SYS_rename, a, b);
}

int open(const char *path, int flags, ...)
{
	va_list ap;
	va_start(ap, flags);
	const int mode = flags & O_CREAT ? va_arg(ap, int) : 0;
	va_end(ap);
	return fails(OPEN, EMFILE) ? -1 : (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

FILE *fopen(const char *path, const char *mode)
{
	FILE *(*const real)(const char *, const char *) =
	    (FILE * (*)(const char *, const char *)) dlsym(RTLD_NEXT, "fopen");
	return fails(OPEN, EMFILE) ? NULL : real(path, mode);
}
