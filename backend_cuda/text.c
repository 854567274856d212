/* text.c: the files of kernels/ as text inside the compiler, so that it needs no files at run
 * time. Built from the repository's root, to which the names are relative. */
#include "emit.h"

#include <string.h>

#define TEXT(name)                                                                                 \
	__asm__(".section .rodata\n"                                                               \
		".global cuda_text_" #name "\n.global cuda_text_" #name "_end\n"                   \
		"cuda_text_" #name ":\n.incbin \"backend_cuda/kernels/" #name ".cuh\"\n"           \
		"cuda_text_" #name "_end:\n.byte 0\n.previous\n");                                 \
	extern const char cuda_text_##name[], cuda_text_##name##_end[];

TEXT(common)
#define X(id, name) TEXT(name)
CUDA_FAMILIES(X)
#undef X

KernelText kernel_text(const char *family)
{
#define ROW(name)                                                                                  \
	{                                                                                          \
#name, cuda_text_##name, cuda_text_##name##_end                                    \
	}
	static const struct {
		const char *name, *from, *to;
	} row[] = {ROW(common),
#define X(id, name) ROW(name),
		   CUDA_FAMILIES(X)
#undef X
	};
#undef ROW
	for (size_t i = 0; i < COUNT(row); i++)
		if (strcmp(row[i].name, family) == 0)
			return (KernelText){row[i].from, (size_t)(row[i].to - row[i].from)};
	BUG("no kernel text '%s'", family);
}
