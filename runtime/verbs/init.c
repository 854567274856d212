/* init.c: the verb that writes initial weights. */
#include "runtime/verbs/verbs.h"

RtStatus rt_verb_init(const RtModel *m, const RtOptions *o, RtError *err)
{
	RtProgress p;
	rt_progress_open(&p, o->quiet);
	const RtStatus s = rt_init_write(m, (uint64_t)o->seed, (int)o->threads, o->output, &p, err);
	rt_progress_clear(&p);
	return s;
}
