/* random.c: values for the inputs and parameters of a graph when there are no weights. */
#include "ir/ir.h"

#include <math.h>
#include <string.h>

static uint64_t hash_text(const char *s, uint64_t h)
{
	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 1099511628211u;
	return h;
}

/* Params that start at one (scales, variances) and the state of an optimiser stay positive; the
 * rest is symmetric about 0 and shrinks with the fan-in, so that deep graphs neither vanish nor
 * overflow. */
bool ir_random(void *ctx, const Node *source, Tensor *out)
{
	const bool is_param = source->op == OP_param,
		   is_weight = is_param || attr_bool(source, "state");
	const Type *t = &source->out[0].type;
	const bool ones = is_param && !strcmp(attr_str(source, "init"), "ones");
	const bool opt = source->label && !strncmp(source->label, "opt.", 4);
	const double base = ones || opt ? 1 : 0;
	double fan_in = 1;
	for (int i = 1; i < t->rank; i++)
		fan_in *= (double)t->dim[i];
	const RandomValues *r = ctx;
	const double range = base != 0 ? 0.5 : is_weight ? 1.5 / sqrt(fan_in) : 1;
	uint64_t state = hash_text(source->label ? source->label : source->out[0].name,
				   r->seed ^ 14695981039346656037u);
	out->type = *t;
	out->data = NEW_ARRAY(r->arena, double, type_count(t));
	for (int64_t i = 0; i < type_count(t); i++)
		out->data[i] = base + range * ((double)(random_bits(&state) >> 11) * 0x1p-52 - 1);
	return true;
}
