/* score_print.c: scores as a table for people, and as JSON with every digit. */
#include "score.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const dcase[SCORE_CLASSES] = {
    "female speech",   "male speech", "clapping", "telephone", "laughter",
    "domestic sounds", "footsteps",   "door",     "music",     "musical instrument",
    "water tap",       "bell",        "knock",
};

/* As tables and JSON call them; the scale and unit are those of the table. */
static const struct {
	const char *key, *unit, *what;
	double scale;
	int digits;
} kinds[SCORE_KINDS] = {
    [SCORE_ER] = {"ER", "", "error rate", 1, 3},
    [SCORE_F] = {"F", "%", "found within 20 degrees and 100 % of the distance", 100, 1},
    [SCORE_DOAE] = {"DOAE", "deg", "error of the direction", 1, 1},
    [SCORE_DistE] = {"DistE", "m", "error of the distance", 1, 2},
    [SCORE_RDE] = {"RDE", "%", "relative error of the distance", 100, 1},
    [SCORE_LR] = {"LR", "%", "found at all", 100, 1},
    [SCORE_SELD] = {"SELD", "", "mean of 1 - F, DOAE / 180, RDE; 0 is best", 1, 3},
};

static const ScoreKind order[] = {SCORE_F,     SCORE_DOAE, SCORE_RDE, SCORE_SELD,
				  SCORE_DistE, SCORE_LR,   SCORE_ER};

static const char *class_name(const ScoreReport *r, int class, char buf[32])
{
	if (r->names)
		return r->names[class];
	if (r->set->classes == SCORE_CLASSES)
		return dcase[class];
	snprintf(buf, 32, "class %d", class);
	return buf;
}

static void print_value(FILE *f, int width, ScoreKind k, double v)
{
	if (isnan(v))
		fprintf(f, "%*s", width, "-");
	else
		fprintf(f, "%*.*f", width, kinds[k].digits, kinds[k].scale * v);
}

static void print_totals(FILE *f, const ScoreReport *r)
{
	for (size_t i = 0; i < RT_COUNT(order); i++) {
		const ScoreKind k = order[i];
		fprintf(f, "%-6s", kinds[k].key);
		print_value(f, 8, k, r->scores->all[k]);
		fprintf(f, " %-4s", kinds[k].unit);
		if (r->intervals) {
			fputs(" [", f);
			print_value(f, 0, k, r->intervals->all[k].low);
			fputs(", ", f);
			print_value(f, 0, k, r->intervals->all[k].high);
			fputs("]", f);
		}
		fprintf(f, "  %s\n", kinds[k].what);
	}
}

static double frames_of(const ScoreSet *s, int class, bool predicted)
{
	double n = 0;
	for (int i = 0; i < s->n; i++) {
		const ScoreRows *const rows = predicted ? &s->at[i].pred : &s->at[i].ref;
		for (int64_t k = 0; k < rows->n; k++)
			n += rows->at[k].class == class;
	}
	return n;
}

void score_print_table(FILE *f, const ScoreReport *r)
{
	fprintf(f, "DCASE2024 metrics, %s average, %d recording%s%s\n\n",
		r->micro ? "micro" : "macro", r->set->n, r->set->n == 1 ? "" : "s",
		r->intervals ? ", 95 % jackknife intervals" : "");
	print_totals(f, r);
	fprintf(f, "\n%-20s", "class");
	for (size_t i = 0; i + 1 < RT_COUNT(order); i++)
		fprintf(f, "%7s ", kinds[order[i]].key);
	fprintf(f, "%9s %9s\n", "rows", "predicted");
	for (int c = 0; c < r->set->classes; c++) {
		char buf[32];
		fprintf(f, "%-20.20s", class_name(r, c, buf));
		for (size_t i = 0; i + 1 < RT_COUNT(order); i++) {
			print_value(f, 7, order[i], r->scores->class[order[i]][c]);
			fputc(' ', f);
		}
		fprintf(f, "%9.0f %9.0f\n", frames_of(r->set, c, false),
			frames_of(r->set, c, true));
	}
}

static cJSON *interval_json(const ScoreInterval *v)
{
	cJSON *const o = cJSON_CreateObject();
	cJSON_AddNumberToObject(o, "estimate", v->estimate);
	cJSON_AddNumberToObject(o, "bias", v->bias);
	cJSON_AddNumberToObject(o, "std_err", v->std_err);
	cJSON_AddNumberToObject(o, "low", v->low);
	cJSON_AddNumberToObject(o, "high", v->high);
	return o;
}

static cJSON *jackknife_json(const ScoreReport *r)
{
	cJSON *const o = cJSON_CreateObject(), *const rows = cJSON_CreateArray();
	for (int k = 0; k < SCORE_KINDS; k++) {
		cJSON *const row = cJSON_CreateArray();
		cJSON_AddItemToObject(o, kinds[k].key, interval_json(&r->intervals->all[k]));
		for (int c = 0; c < r->set->classes; c++)
			cJSON_AddItemToArray(row, interval_json(&r->intervals->class[k][c]));
		cJSON_AddItemToArray(rows, row);
	}
	cJSON_AddItemToObject(o, "classwise", rows);
	return o;
}

static cJSON *classwise_json(const ScoreReport *r)
{
	cJSON *const rows = cJSON_CreateArray();
	for (int k = 0; k < SCORE_KINDS; k++)
		cJSON_AddItemToArray(
		    rows, cJSON_CreateDoubleArray(r->scores->class[k], r -> set -> classes));
	return rows;
}

static cJSON *report_json(const ScoreReport *r)
{
	cJSON *const o = cJSON_CreateObject(), *const names = cJSON_CreateArray();
	for (size_t i = 0; i < RT_COUNT(order); i++)
		cJSON_AddNumberToObject(o, kinds[order[i]].key, r->scores->all[order[i]]);
	cJSON_AddStringToObject(o, "average", r->micro ? "micro" : "macro");
	cJSON_AddNumberToObject(o, "files", r->set->n);
	cJSON_AddItemToObject(o, "classwise", classwise_json(r));
	cJSON_AddItemToObject(
	    o, "classwise_rows",
	    cJSON_CreateStringArray(
		(const char *const[]){"ER", "F", "DOAE", "DistE", "RDE", "LR", "SELD"},
		SCORE_KINDS));
	for (int c = 0; c < r->set->classes; c++) {
		char buf[32];
		cJSON_AddItemToArray(names, cJSON_CreateString(class_name(r, c, buf)));
	}
	cJSON_AddItemToObject(o, "classes", names);
	if (r->intervals)
		cJSON_AddItemToObject(o, "jackknife", jackknife_json(r));
	return o;
}

RtStatus score_print_json(FILE *f, const ScoreReport *r, RtError *err)
{
	cJSON *const o = report_json(r);
	char *const text = o ? cJSON_Print(o) : NULL;
	cJSON_Delete(o);
	if (!text)
		return rt_no_memory(err);
	fprintf(f, "%s\n", text);
	cJSON_free(text);
	return RT_OK;
}
