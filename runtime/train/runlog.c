/* runlog.c: the log of a training, a JSON object a line, written as things happen. A run that is
 * resumed cuts off what came after its checkpoint and takes the epochs before it from the log. */
#define _XOPEN_SOURCE 700
#include "runtime/train/train.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const score_names[SCORE_KINDS] = {
    [SCORE_ER] = "ER",   [SCORE_F] = "F",   [SCORE_DOAE] = "DOAE", [SCORE_DistE] = "DistE",
    [SCORE_RDE] = "RDE", [SCORE_LR] = "LR", [SCORE_SELD] = "SELD",
};

static RtStatus failure(RtLog *l, RtError *err)
{
	return rt_fail_errno(err, l->path, errno);
}

/* ---- writing ------------------------------------------------------------------------------ */

RtJson rt_log_begin(RtLog *l, const char *kind)
{
	rt_out_memory(&l->line);
	RtJson j = rt_json_begin(&l->line, false);
	rt_json_object(&j, NULL);
	rt_json_string(&j, "kind", kind);
	return j;
}

static bool write_all(int fd, const char *p, size_t n)
{
	while (n) {
		const ssize_t got = write(fd, p, n);
		if (got < 0 && errno != EINTR)
			return false;
		p += got > 0 ? got : 0;
		n -= got > 0 ? (size_t)got : 0;
	}
	return true;
}

/* A line that could not be written whole is taken back. */
RtStatus rt_log_end(RtLog *l, RtJson *j, RtError *err)
{
	size_t n;
	rt_json_end_object(j);
	rt_out_puts(&l->line, "\n");
	char *const text = rt_out_take(&l->line, &n, err);
	if (!text)
		return RT_DEVICE;
	RtStatus s = RT_OK;
	if (write_all(l->fd, text, n)) {
		l->lines++;
		l->bytes += (off_t)n;
	} else {
		s = failure(l, err);
		if (ftruncate(l->fd, l->bytes) != 0)
			rt_error_append(err, "; its last line is not whole");
	}
	free(text);
	return s;
}

RtStatus rt_log_epoch(RtLog *l, const RtHistory *h, const RtEpoch *e, RtError *err)
{
	RtJson j = rt_log_begin(l, "epoch");
	rt_json_string(&j, "stage", e->stage);
	rt_json_number(&j, "epoch", (double)e->epoch);
	for (int i = 0; i < h->nparts; i++)
		rt_json_number(&j, h->part[i], e->parts[i]);
	rt_json_number(&j, "lr", e->lr);
	rt_json_number(&j, "seconds", e->seconds);
	for (int i = 0; i < SCORE_KINDS; i++)
		if (!isnan(e->scores[SCORE_SELD]))
			rt_json_number(&j, score_names[i], e->scores[i]);
	return rt_log_end(l, &j, err);
}

/* ---- reading ------------------------------------------------------------------------------ */

static double number(const cJSON *o, const char *name)
{
	const cJSON *const j = cJSON_GetObjectItemCaseSensitive(o, name);
	return cJSON_IsNumber(j) ? j->valuedouble : NAN;
}

/* n bytes of a line. */
static RtStatus read_epoch(RtHistory *h, const char *line, size_t n, RtError *err)
{
	cJSON *o;
	RtStatus s = rt_json_read(&o, line, n, NULL, err);
	if (s == RT_DEVICE)
		return s;
	const char *const kind = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, "kind"));
	const char *const stage =
	    cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, "stage"));
	s = RT_OK;
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

/* The first `lines` whole lines. */
static RtStatus read_lines(RtLog *l, const RtBytes *b, int64_t lines, RtHistory *h, RtError *err)
{
	RtStatus s = RT_OK;
	while (!s && l->lines < lines) {
		const char *const at = (const char *)b->at + l->bytes;
		const char *const end = memchr(at, '\n', b->n - (size_t)l->bytes);
		if (!end)
			break;
		s = read_epoch(h, at, (size_t)(end - at), err);
		l->bytes += end - at + 1;
		l->lines++;
	}
	return s;
}

RtStatus rt_log_open(RtLog *l, const char *path, int64_t lines, RtHistory *h, RtError *err)
{
	*l = (RtLog){.fd = -1, .path = strdup(path)};
	if (!l->path)
		return rt_no_memory(err);
	l->fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
	if (l->fd < 0)
		return failure(l, err);
	RtBytes b;
	RtStatus s = rt_bytes_open(&b, path, err);
	if (s)
		return s;
	s = read_lines(l, &b, lines, h, err);
	rt_bytes_release(&b);
	if (!s && ftruncate(l->fd, l->bytes) != 0)
		s = failure(l, err);
	return s;
}

void rt_log_close(RtLog *l)
{
	if (l->fd >= 0)
		close(l->fd);
	free(l->path);
	*l = (RtLog){.fd = -1};
}
