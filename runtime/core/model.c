/* model.c: names in a model. */
#include "runtime/core/core.h"

#include <string.h>

int rt_graph_find(const RtModel *m, const char *name)
{
	for (int i = 0; i < m->ngraphs; i++)
		if (strcmp(m->graphs[i].name, name) == 0)
			return i;
	return -1;
}

int rt_tensor_find(int n, const RtTensor *t, const char *name)
{
	for (int i = 0; i < n; i++)
		if (strcmp(t[i].name, name) == 0)
			return i;
	return -1;
}
