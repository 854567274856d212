/* info.c: the verb `info`: what the program holds, for people and as JSON. */
#include "internal.h"

#include <cjson/cJSON.h>
#include <stdlib.h>

static double count_params(const RtModel *m, bool buffers)
{
	double n = 0;
	for (int i = 0; i < m->nparams; i++)
		if (!m->params[i].buffer == !buffers)
			n += (double)rt_tensor_numel(&m->params[i].tensor);
	return n;
}

static cJSON *tensors_json(int n, const RtTensor *t)
{
	cJSON *const list = cJSON_CreateArray();
	for (int i = 0; i < n; i++) {
		cJSON *const item = cJSON_CreateObject(), *const shape = cJSON_CreateArray();
		cJSON_AddStringToObject(item, "name", t[i].name);
		for (int k = 0; k < t[i].rank; k++)
			cJSON_AddItemToArray(shape, cJSON_CreateNumber((double)t[i].dim[k]));
		cJSON_AddItemToObject(item, "shape", shape);
		cJSON_AddItemToArray(list, item);
	}
	return list;
}

static cJSON *graphs_json(const RtModel *m)
{
	cJSON *const list = cJSON_CreateArray();
	for (int i = 0; i < m->ngraphs; i++) {
		const RtGraph *const g = &m->graphs[i];
		cJSON *const item = cJSON_CreateObject();
		cJSON_AddStringToObject(item, "name", g->name);
		cJSON_AddItemToObject(item, "inputs", tensors_json(g->ninputs, g->inputs));
		cJSON_AddItemToObject(item, "outputs", tensors_json(g->noutputs, g->outputs));
		cJSON_AddNumberToObject(item, "macs", g->macs);
		cJSON_AddNumberToObject(item, "flops", g->flops);
		cJSON_AddNumberToObject(item, "arena_bytes", (double)g->arena_bytes);
		cJSON_AddItemToArray(list, item);
	}
	return list;
}

static cJSON *audio_json(const RtAudio *a)
{
	cJSON *const o = cJSON_CreateObject();
	cJSON_AddNumberToObject(o, "rate", a->rate);
	cJSON_AddNumberToObject(o, "channels", a->channels);
	cJSON_AddNumberToObject(o, "samples", (double)a->samples);
	cJSON_AddNumberToObject(o, "frame_samples", (double)a->frame_samples);
	cJSON_AddNumberToObject(o, "frames", (double)a->frames);
	return o;
}

static cJSON *decode_json(const RtDecode *d)
{
	cJSON *const o = cJSON_CreateObject();
	cJSON_AddStringToObject(o, "kind", d->kind);
	cJSON_AddNumberToObject(o, "tracks", d->tracks);
	cJSON_AddNumberToObject(o, "threshold", d->threshold);
	cJSON_AddNumberToObject(o, "merge_degrees", d->merge_degrees);
	cJSON *const names = cJSON_AddArrayToObject(o, "classes");
	char buf[32];
	for (int i = 0; i < d->classes; i++)
		cJSON_AddItemToArray(names, cJSON_CreateString(rt_class_name(d, i, buf)));
	return o;
}

static cJSON *info_json(const RtModel *m)
{
	cJSON *const o = cJSON_CreateObject();
	cJSON_AddStringToObject(o, "name", m->name);
	cJSON_AddStringToObject(o, "doc", m->doc ? m->doc : "");
	cJSON_AddStringToObject(o, "version", m->version);
	cJSON_AddStringToObject(o, "target", m->target);
	cJSON_AddStringToObject(o, "precision", m->precision);
	cJSON_AddNumberToObject(o, "batch", (double)m->batch);
	cJSON_AddNumberToObject(o, "parameters", count_params(m, false));
	cJSON_AddNumberToObject(o, "buffers", count_params(m, true));
	cJSON_AddNumberToObject(o, "load_bytes", (double)m->load_bytes);
	cJSON_AddBoolToObject(o, "weights_embedded", m->weights != NULL);
	cJSON_AddItemToObject(o, "audio",
			      m->audio.rate > 0 ? audio_json(&m->audio) : cJSON_CreateNull());
	cJSON_AddItemToObject(o, "graphs", graphs_json(m));
	cJSON_AddItemToObject(o, "decode",
			      m->decode.kind ? decode_json(&m->decode) : cJSON_CreateNull());
	cJSON *const settings = cJSON_AddArrayToObject(o, "settings");
	for (int i = 0; i < m->nsettings; i++)
		cJSON_AddItemToArray(settings, cJSON_CreateString(m->settings[i]));
	return o;
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
	cJSON *const root = info_json(m);
	char *const text = cJSON_Print(root);
	cJSON_Delete(root);
	if (!text)
		return rt_no_memory(err);
	puts(text);
	cJSON_free(text);
	return RT_OK;
}
