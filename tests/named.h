/* named.h: tensors by name, as two tests of whole steps keep them. */
#ifndef TESTS_NAMED_H
#define TESTS_NAMED_H

#include "ir/ir.h"

#include <string.h>

typedef struct Named {
	const char *name;
	Tensor tensor;
} Named;

typedef LIST(Named) NamedList;

/* NULL: there is none of that name. */
static inline Tensor *named_find(const NamedList *l, const char *name)
{
	for (int i = 0; i < l->n; i++)
		if (!strcmp(l->at[i].name, name))
			return &l->at[i].tensor;
	return NULL;
}

#endif
