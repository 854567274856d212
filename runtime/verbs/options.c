/* options.c: what several verbs take from the command line. */
#include "runtime/verbs/verbs.h"

RtStatus rt_options_weights(const RtOptions *o, const RtModel *m, RtWeights *w, RtError *err)
{
	const RtStatus s = rt_weights_load(w, m, o->weights, o->statistics, err);
	RtError text;
	if (!s && o->weights && !o->quiet && rt_weights_note(w, err)) {
		rt_fail(&text, RT_OK, "%s: %s", o->weights, err->text);
		rt_say(o, "note", text.text);
	}
	err->text[0] = s ? err->text[0] : '\0';
	return s;
}

RtDecode rt_decode_chosen(const RtModel *m, const RtOptions *o)
{
	RtDecode d = m->decode;
	if (o->threshold >= 0)
		d.threshold = o->threshold;
	if (o->merge >= 0)
		d.merge_degrees = o->merge;
	return d;
}
