/* emulator.h: what the two halves of the emulator share: the driver's functions (driver.c) and the
 * execution of a launch (block.c). */
#ifndef EMULATOR_H
#define EMULATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* A kernel has one parameter, a struct, which the calling convention puts on the stack when it is
 * larger than 16 bytes: a larger struct of the same beginning does no harm. */
typedef struct Params {
	char bytes[256];
} Params;

typedef struct Launch {
	void (*function)(Params);
	const char *name;
	const Params *params;
	unsigned grid[3], block, smem;
	char *statics; /* the module's own shared memory */
	size_t statics_bytes;
	bool backward;
} Launch;

/* false: it failed, and *why names kernel, block and thread. */
bool emulator_run(const Launch *l, char *why, size_t why_bytes);
/* Of the block that runs. */
extern char *emulator_shared;
/* Says which allocation of the device `address` belongs to or is near. */
void emulator_locate(const void *address, char *what, size_t bytes);
/* The emulator itself cannot go on. */
_Noreturn void emulator_die(const char *why);

#endif
