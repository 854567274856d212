/* toolchain.h: the C compiler that turns emitted source into a program, and where our own files
 * are. */
#ifndef SELDC_TOOLCHAIN_H
#define SELDC_TOOLCHAIN_H

#include "ir/base.h"

/* Folder with seldrt.h and libseldrt.a: lib/seldc beside the running seldc, or ../lib/seldc of it.
 * Diagnostic E601 and NULL if there is none. */
const char *tool_home(Arena *a, Diag *d);

typedef struct LinkJob {
	const char *dir;        /* private: sources, what the compiler says, the result */
	const char *output;     /* where the result will be */
	const Buf *source;      /* emitted C */
	const Buf *more;        /* assembler text, or NULL */
	const char *weights;    /* safetensors to embed, or NULL */
	bool shared;            /* a shared library instead of a program */
	const char *flags;      /* of the back end, for the C compiler */
	const char *libs;       /* more libraries, "-lx -ly" */
	const char *save_temps; /* folder for what the compiler says when it fails, or NULL */
	const char *name;       /* of that file, without its suffix */
} LinkJob;

/* Compiles and links; the path of the result, in `dir`, or NULL after a diagnostic. CC and
 * SELDC_CFLAGS of the environment are respected. */
const char *tool_link(Arena *a, Diag *d, const LinkJob *job);

/* The C compiler finds the header. */
bool tool_has_header(Arena *a, const char *name);

/* Runs argv, which ends with NULL, with stdout and stderr in the file `log`; its exit status, or -1
 * if it could not start. */
int tool_run(char *const *argv, const char *log);

/* The folder that a file lies in: "." for a name alone. */
const char *folder_of(Arena *a, const char *path);
/* mkdir -p; false with errno. */
bool make_folders(Arena *a, const char *path);

#endif
