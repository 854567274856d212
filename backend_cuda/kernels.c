/* kernels.c: the table kernels.def. */
#include "emit.h"

#define ALL (~0u)
#define I(i) (1u << (i))
#define O(i) (1u << (i))

static const KernelFacts facts[NOPS] = {
#define EW(name, ...) [OP_##name] = {.strided = ALL, .out = ALL},
#define OP(name, ...)
#include "ir/ops.def"
#undef EW
#undef OP
#define KERNEL(name, ...) [OP_##name] = {__VA_ARGS__},
#include "kernels.def"
#undef KERNEL
};

/* An op without a row is an undeclared name here. */
enum {
#define KERNEL(name, ...) ROW_##name,
#include "kernels.def"
#undef KERNEL
};
_Static_assert(1
#define EW(name, ...)
#define OP(name, ...) +ROW_##name
#include "ir/ops.def"
#undef EW
#undef OP
	       ,
	       "every op has a row");

const KernelFacts *kernel_facts(const Node *n)
{
	return &facts[n->op];
}
