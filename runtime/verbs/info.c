/* info.c: the verb `info`: what the program holds, for people and as JSON. */
#include "runtime/verbs/verbs.h"

static double count_params(const RtModel *m, bool buffers)
{
	double n = 0;
	for (int i = 0; i < m->nparams; i++)
		if (!m->params[i].buffer == !buffers)
			n += (double)rt_tensor_numel(&m->params[i].tensor);
	return n;
}

static void tensors_json(RtJson *j, const char *key, int n, const RtTensor *t)
{
	rt_json_list(j, key);
	for (int i = 0; i < n; i++) {
		rt_json_object(j, NULL);
		rt_json_string(j, "name", t[i].name);
		rt_json_list(j, "shape");
		for (int k = 0; k < t[i].rank; k++)
			rt_json_number(j, NULL, (double)t[i].dim[k]);
		rt_json_end_list(j);
		rt_json_end_object(j);
	}
	rt_json_end_list(j);
}

static void graphs_json(RtJson *j, const RtModel *m)
{
	rt_json_list(j, "graphs");
	for (int i = 0; i < m->ngraphs; i++) {
		const RtGraph *const g = &m->graphs[i];
		rt_json_object(j, NULL);
		rt_json_string(j, "name", g->name);
		tensors_json(j, "inputs", g->ninputs, g->inputs);
		tensors_json(j, "outputs", g->noutputs, g->outputs);
		rt_json_number(j, "macs", g->macs);
		rt_json_number(j, "flops", g->flops);
		rt_json_number(j, "arena_bytes", (double)g->arena_bytes);
		rt_json_end_object(j);
	}
	rt_json_end_list(j);
}

static void audio_json(RtJson *j, const RtAudio *a)
{
	if (a->rate <= 0) {
		rt_json_null(j, "audio");
		return;
	}
	rt_json_object(j, "audio");
	rt_json_number(j, "rate", a->rate);
	rt_json_number(j, "channels", a->channels);
	rt_json_number(j, "samples", (double)a->samples);
	rt_json_number(j, "frame_samples", (double)a->frame_samples);
	rt_json_number(j, "frames", (double)a->frames);
	rt_json_end_object(j);
}

static void decode_json(RtJson *j, const RtDecode *d)
{
	if (!d->kind) {
		rt_json_null(j, "decode");
		return;
	}
	rt_json_object(j, "decode");
	rt_json_string(j, "kind", d->kind);
	rt_json_number(j, "tracks", d->tracks);
	rt_json_number(j, "threshold", d->threshold);
	rt_json_number(j, "merge_degrees", d->merge_degrees);
	rt_json_list(j, "classes");
	char buf[32];
	for (int i = 0; i < d->classes; i++)
		rt_json_string(j, NULL, rt_class_name(d, i, buf));
	rt_json_end_list(j);
	rt_json_end_object(j);
}

static void info_json(RtJson *j, const RtModel *m)
{
	rt_json_object(j, NULL);
	rt_json_string(j, "name", m->name);
	rt_json_string(j, "doc", m->doc ? m->doc : "");
	rt_json_string(j, "version", m->version);
	rt_json_string(j, "target", m->target);
	rt_json_string(j, "precision", m->precision);
	rt_json_number(j, "batch", (double)m->batch);
	rt_json_number(j, "parameters", count_params(m, false));
	rt_json_number(j, "buffers", count_params(m, true));
	rt_json_number(j, "load_bytes", (double)m->load_bytes);
	rt_json_bool(j, "weights_embedded", m->weights != NULL);
	audio_json(j, &m->audio);
	graphs_json(j, m);
	decode_json(j, &m->decode);
	rt_json_list(j, "settings");
	for (int i = 0; i < m->nsettings; i++)
		rt_json_string(j, NULL, m->settings[i]);
	rt_json_end_list(j);
	rt_json_end_object(j);
}

static void print_tensors(const char *title, int n, const RtTensor *t)
{
	enum { MOST = 12 }; /* a graph for training has thousands */
	char shape[RT_SHAPE_TEXT];
	for (int i = 0; i < n && i < MOST; i++)
		printf("%s%s %s", i ? ", " : title, t[i].name,
		       rt_shape_text(shape, t[i].rank, t[i].dim));
	if (n > MOST)
		printf(" and %d more", n - MOST);
}

static void print_graph(const RtGraph *g)
{
	printf("graph %s:", g->name);
	print_tensors(" ", g->ninputs, g->inputs);
	print_tensors(" -> ", g->noutputs, g->outputs);
	printf("\n  %.4g GMAC, %.1f MB of activations\n", g->macs * 1e-9,
	       (double)g->arena_bytes * 1e-6);
}

static void print_info(const RtModel *m)
{
	printf("%s: %s\n", m->name, m->doc ? m->doc : "");
	printf("compiled by seldc %s for %s, %s, batch %lld\n", m->version, m->target, m->precision,
	       (long long)m->batch);
	printf("%.0f parameters, %.0f buffer values, weights %s\n", count_params(m, false),
	       count_params(m, true), m->weights ? "embedded" : "from a file");
	const RtAudio *const a = &m->audio;
	if (a->rate > 0)
		printf("audio: %d channels, %d Hz, segments of %g s, %lld frames of %g s\n",
		       a->channels, a->rate, (double)a->samples / a->rate, (long long)a->frames,
		       (double)a->frame_samples / a->rate);
	for (int i = 0; i < m->ngraphs; i++)
		print_graph(&m->graphs[i]);
	char buf[32];
	for (int i = 0; m->decode.kind && i < m->decode.classes; i++)
		printf("%s%d %s", i ? ", " : "classes: ", i, rt_class_name(&m->decode, i, buf));
	if (m->decode.kind)
		printf("\ndecoding: %s, %d tracks, threshold %g\n", m->decode.kind,
		       m->decode.tracks, m->decode.threshold);
	for (int i = 0; i < m->nsettings; i++)
		printf("%s%s%s", i ? ", " : "settings: ", m->settings[i],
		       i + 1 == m->nsettings ? "\n" : "");
}

RtStatus rt_verb_info(const RtModel *m, const RtOptions *o, RtError *err)
{
	if (!o->json) {
		print_info(m);
		return RT_OK;
	}
	RtOut out;
	const RtStatus s = rt_out_stdout(&out, err);
	if (s)
		return s;
	RtJson j = rt_json_begin(&out, true);
	info_json(&j, m);
	rt_out_puts(&out, "\n");
	return rt_out_commit(&out, err);
}
