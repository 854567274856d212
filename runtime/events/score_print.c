/* score_print.c: scores as a table for people, and as JSON with every digit. */
#include "runtime/events/events.h"

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

static void print_value(RtOut *f, int width, ScoreKind k, double v)
{
	if (isnan(v))
		rt_out_print(f, "%*s", width, "-");
	else
		rt_out_print(f, "%*.*f", width, kinds[k].digits, kinds[k].scale * v);
}

static void print_totals(RtOut *f, const ScoreReport *r)
{
	for (size_t i = 0; i < RT_COUNT(order); i++) {
		const ScoreKind k = order[i];
		rt_out_print(f, "%-6s", kinds[k].key);
		print_value(f, 8, k, r->scores->all[k]);
		rt_out_print(f, " %-4s", kinds[k].unit);
		if (r->intervals) {
			rt_out_puts(f, " [");
			print_value(f, 0, k, r->intervals->all[k].low);
			rt_out_puts(f, ", ");
			print_value(f, 0, k, r->intervals->all[k].high);
			rt_out_puts(f, "]");
		}
		rt_out_print(f, "  %s\n", kinds[k].what);
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

static void print_table(RtOut *f, const ScoreReport *r)
{
	rt_out_print(f, "DCASE2024 metrics, %s average, %d recording%s%s\n\n",
		     r->micro ? "micro" : "macro", r->set->n, r->set->n == 1 ? "" : "s",
		     r->intervals ? ", 95 % jackknife intervals" : "");
	print_totals(f, r);
	rt_out_print(f, "\n%-20s", "class");
	for (size_t i = 0; i + 1 < RT_COUNT(order); i++)
		rt_out_print(f, "%7s ", kinds[order[i]].key);
	rt_out_print(f, "%9s %9s\n", "rows", "predicted");
	for (int c = 0; c < r->set->classes; c++) {
		char buf[32];
		rt_out_print(f, "%-20.20s", class_name(r, c, buf));
		for (size_t i = 0; i + 1 < RT_COUNT(order); i++) {
			print_value(f, 7, order[i], r->scores->class[order[i]][c]);
			rt_out_puts(f, " ");
		}
		rt_out_print(f, "%9.0f %9.0f\n", frames_of(r->set, c, false),
			     frames_of(r->set, c, true));
	}
}

static void interval_json(RtJson *j, const char *key, const ScoreInterval *v)
{
	rt_json_object(j, key);
	rt_json_number(j, "estimate", v->estimate);
	rt_json_number(j, "bias", v->bias);
	rt_json_number(j, "std_err", v->std_err);
	rt_json_number(j, "low", v->low);
	rt_json_number(j, "high", v->high);
	rt_json_end_object(j);
}

static void jackknife_json(RtJson *j, const ScoreReport *r)
{
	rt_json_object(j, "jackknife");
	for (int k = 0; k < SCORE_KINDS; k++)
		interval_json(j, kinds[k].key, &r->intervals->all[k]);
	rt_json_list(j, "classwise");
	for (int k = 0; k < SCORE_KINDS; k++) {
		rt_json_list(j, NULL);
		for (int c = 0; c < r->set->classes; c++)
			interval_json(j, NULL, &r->intervals->class[k][c]);
		rt_json_end_list(j);
	}
	rt_json_end_list(j);
	rt_json_end_object(j);
}

static void classwise_json(RtJson *j, const ScoreReport *r)
{
	static const char *const rows[] = {"ER", "F", "DOAE", "DistE", "RDE", "LR", "SELD"};
	rt_json_list(j, "classwise");
	for (int k = 0; k < SCORE_KINDS; k++)
		rt_json_numbers(j, NULL, r->scores->class[k], r -> set -> classes);
	rt_json_end_list(j);
	rt_json_list(j, "classwise_rows");
	for (int k = 0; k < SCORE_KINDS; k++)
		rt_json_string(j, NULL, rows[k]);
	rt_json_end_list(j);
}

static void report_json(RtJson *j, const ScoreReport *r)
{
	rt_json_object(j, NULL);
	for (size_t i = 0; i < RT_COUNT(order); i++)
		rt_json_number(j, kinds[order[i]].key, r->scores->all[order[i]]);
	rt_json_string(j, "average", r->micro ? "micro" : "macro");
	rt_json_number(j, "files", r->set->n);
	classwise_json(j, r);
	rt_json_list(j, "classes");
	for (int c = 0; c < r->set->classes; c++) {
		char buf[32];
		rt_json_string(j, NULL, class_name(r, c, buf));
	}
	rt_json_end_list(j);
	if (r->intervals)
		jackknife_json(j, r);
	rt_json_end_object(j);
}

RtStatus score_print(const ScoreReport *r, bool json, RtError *err)
{
	RtOut out;
	const RtStatus s = rt_out_stdout(&out, err);
	if (s)
		return s;
	RtJson j = rt_json_begin(&out, true);
	if (json)
		report_json(&j, r);
	else
		print_table(&out, r);
	if (json)
		rt_out_puts(&out, "\n");
	return rt_out_commit(&out, err);
}
