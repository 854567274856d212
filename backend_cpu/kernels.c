/* kernels.c: the table kernels.def. */
#include "emit.h"

#define ALL (~0u)
#define I(i) (1u << (i))

typedef struct Reads {
	unsigned packed, strided;
} Reads;

static const Reads reads[NOPS] = {
#define KERNEL(name, packed, strided) [OP_##name] = {packed, strided},
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

bool cpu_packs(const Node *n, int input)
{
	const bool weight = n->op != OP_matmul || n->in[1]->type.rank == 2 + (n->group > 0);
	return weight && reads[n->op].packed >> input & 1;
}

bool cpu_strided(const Node *n, int input)
{
	return node_info(n)->flags & F_EW || reads[n->op].strided >> input & 1;
}
