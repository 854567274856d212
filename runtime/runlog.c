/* runlog.c: the log of a training, a JSON object a line, written as things happen. A run that is
 * resumed cuts off what came after its checkpoint and takes the epochs before it from the log. */
#define _XOPEN_SOURCE 700
#include "train.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const score_names[SCORE_KINDS] = {
    [SCORE_ER] = "ER",   [SCORE_F] = "F",   [SCORE_DOAE] = "DOAE", [SCORE_DistE] = "DistE",
    [SCORE_RDE] = "RDE", [SCORE_LR] = "LR", [SCORE_SELD] = "SELD",
};

cJSON *rt_epoch_json(const RtHistory *h, const RtEpoch *e)
{
	cJSON *const o = cJSON_CreateObject();
	cJSON_AddStringToObject(o, "kind", "epoch");
	cJSON_AddStringToObject(o, "stage", e->stage);
	cJSON_AddNumberToObject(o, "epoch", (double)e->epoch);
	for (int i = 0; i < h->nparts; i++)
		cJSON_AddNumberToObject(o, h->part[i], e->parts[i]);
	cJSON_AddNumberToObject(o, "lr", e->lr);
	cJSON_AddNumberToObject(o, "seconds", e->seconds);
	for (int i = 0; i < SCORE_KINDS; i++)
		if (!isnan(e->scores[SCORE_SELD]))
			cJSON_AddNumberToObject(o, score_names[i], e->scores[i]);
	return o;
}

static double number(const cJSON *o, const char *name)
{
	const cJSON *const j = cJSON_GetObjectItemCaseSensitive(o, name);
	return cJSON_IsNumber(j) ? j->valuedouble : NAN;
}

static RtStatus read_epoch(RtHistory *h, const char *line, RtError *err)
{
	cJSON *const o = cJSON_Parse(line);
	const char *const kind = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, "kind"));
	const char *const stage =
	    cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, "stage"));
	RtStatus s = RT_OK;
	if (kind && stage && strcmp(kind, "epoch") == 0) {
		const double epoch = number(o, "epoch");
		RtEpoch e = {.epoch = epoch >= 0 && epoch < 1e15 ? (int64_t)epoch : 0,
			     .lr = number(o, "lr"),
			     .seconds = number(o, "seconds")};
		snprintf(e.stage, sizeof e.stage, "%s", stage);
		for (int i = 0; i < h->nparts; i++)
			e.parts[i] = number(o, h->part[i]);
		for (int i = 0; i < SCORE_KINDS; i++)
			e.scores[i] = number(o, score_names[i]);
		s = rt_history_add(h, &e, err);
	}
	cJSON_Delete(o);
	return s;
}

static RtStatus fail(const RtLog *l, RtError *err)
{
	return rt_fail(err, RT_INPUT, "%s: %s", l->path, strerror(errno));
}

/* Cuts the file where reading stopped. */
static RtStatus cut(RtLog *l, RtError *err)
{
	const off_t at = ftello(l->file);
	if (at < 0 || ftruncate(fileno(l->file), at) != 0 || fseeko(l->file, 0, SEEK_END) != 0)
		return fail(l, err);
	return RT_OK;
}

RtStatus rt_log_open(RtLog *l, const char *path, int64_t lines, RtHistory *h, RtError *err)
{
	*l = (RtLog){.path = strdup(path)};
	if (!l->path)
		return rt_no_memory(err);
	l->file = fopen(path, "a+e");
	if (!l->file)
		return fail(l, err);
	rewind(l->file);
	char *line = NULL;
	size_t room = 0;
	RtStatus s = RT_OK;
	for (; !s && l->lines < lines && getline(&line, &room, l->file) > 0; l->lines++)
		s = read_epoch(h, line, err);
	free(line);
	return s ? s : cut(l, err);
}

RtStatus rt_log_write(RtLog *l, cJSON *line, RtError *err)
{
	char *const text = line ? cJSON_PrintUnformatted(line) : NULL;
	cJSON_Delete(line);
	if (!text)
		return rt_no_memory(err);
	const bool ok = fprintf(l->file, "%s\n", text) >= 0 && fflush(l->file) == 0;
	cJSON_free(text);
	l->lines += ok;
	return ok ? RT_OK : fail(l, err);
}

void rt_log_close(RtLog *l)
{
	if (l->file)
		fclose(l->file);
	free(l->path);
	*l = (RtLog){0};
}
