/* score.c: the DCASE2024 metrics from sorted lists of events. Counts are kept as doubles, which
 * hold them exactly; sums follow frame order, so that results do not depend on anything else. */
#include "runtime/events/events.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double near_degrees = 20, near_relative = 1;
static const double pi = 3.14159265358979323846;

static int by_place(const void *pa, const void *pb)
{
	const ScoreRow *const a = pa, *const b = pb;
	if (a->frame != b->frame)
		return a->frame < b->frame ? -1 : 1;
	if (a->class != b->class)
		return a->class < b->class ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

void score_sort(ScoreRows *r)
{
	if (r->n > 1)
		qsort(r->at, (size_t)r->n, sizeof *r->at, by_place);
}

/* ---- assignment -------------------------------------------------------------------------- */

/* Crouse, "On implementing 2D rectangular assignment algorithms", 2016: shortest augmenting paths
 * with dual variables u, v. Needs rows <= columns. */
typedef struct Assign {
	int rows, columns;
	const double *cost;
	double u[SCORE_MAX_SAME], v[SCORE_MAX_SAME], shortest[SCORE_MAX_SAME];
	int path[SCORE_MAX_SAME], column[SCORE_MAX_SAME], row[SCORE_MAX_SAME];
	bool row_seen[SCORE_MAX_SAME], column_seen[SCORE_MAX_SAME];
} Assign;

/* Of the columns left, the nearest; among equals the last one that is free, else the first. */
static int nearest(const Assign *a, const int *left, int nleft)
{
	double lowest = INFINITY;
	int best = 0;
	for (int k = 0; k < nleft; k++) {
		const double d = a->shortest[left[k]];
		if (d < lowest || (d == lowest && a->row[left[k]] < 0)) {
			lowest = d;
			best = k;
		}
	}
	return best;
}

/* Shortest path from row i to a free column, which is returned; its length in *length. */
static int augment(Assign *a, int i, double *length)
{
	int left[SCORE_MAX_SAME], nleft = a->columns;
	for (int j = 0; j < nleft; j++) {
		left[j] = nleft - j - 1;
		a->shortest[j] = INFINITY;
		a->column_seen[j] = false;
	}
	memset(a->row_seen, 0, sizeof a->row_seen);
	double low = 0;
	for (;;) {
		a->row_seen[i] = true;
		for (int k = 0; k < nleft; k++) {
			const int j = left[k];
			const double d = low + a->cost[i * a->columns + j] - a->u[i] - a->v[j];
			if (d < a->shortest[j]) {
				a->path[j] = i;
				a->shortest[j] = d;
			}
		}
		const int best = nearest(a, left, nleft), j = left[best];
		low = a->shortest[j];
		a->column_seen[j] = true;
		left[best] = left[--nleft];
		if (a->row[j] < 0) {
			*length = low;
			return j;
		}
		i = a->row[j];
	}
}

static void update_duals(Assign *a, int current, double length)
{
	a->u[current] += length;
	for (int i = 0; i < a->rows; i++)
		if (a->row_seen[i] && i != current)
			a->u[i] += length - a->shortest[a->column[i]];
	for (int j = 0; j < a->columns; j++)
		if (a->column_seen[j])
			a->v[j] -= length - a->shortest[j];
}

static void assign_wide(Assign *a)
{
	memset(a->column, -1, sizeof a->column);
	memset(a->row, -1, sizeof a->row);
	for (int current = 0; current < a->rows; current++) {
		double length;
		int j = augment(a, current, &length);
		update_duals(a, current, length);
		for (int i = -1; i != current;) {
			i = a->path[j];
			a->row[j] = i;
			const int next = a->column[i];
			a->column[i] = j;
			j = next;
		}
	}
}

void score_assign(int rows, int columns, const double *cost, int *column)
{
	double turned[SCORE_MAX_SAME * SCORE_MAX_SAME];
	const bool tall = rows > columns;
	for (int i = 0; tall && i < rows; i++)
		for (int j = 0; j < columns; j++)
			turned[j * rows + i] = cost[i * columns + j];
	Assign a = {.rows = tall ? columns : rows,
		    .columns = tall ? rows : columns,
		    .cost = tall ? turned : cost};
	assign_wide(&a);
	for (int i = 0; i < rows; i++)
		column[i] = tall ? a.row[i] : a.column[i];
}

/* ---- counting ---------------------------------------------------------------------------- */

/* Degrees; the small term is that of the official scorer. */
static double angle(const double *a, const double *b)
{
	const double na = sqrt(a[0] * a[0] + a[1] * a[1] + a[2] * a[2] + 1e-10);
	const double nb = sqrt(b[0] * b[0] + b[1] * b[1] + b[2] * b[2] + 1e-10);
	const double cosine =
	    a[0] / na * (b[0] / nb) + a[1] / na * (b[1] / nb) + a[2] / na * (b[2] / nb);
	return acos(fmin(fmax(cosine, -1), 1)) * 180 / pi;
}

/* Events of one class in one frame. */
typedef struct Group {
	const ScoreRow *at;
	int n;
} Group;

static void count_pair(ScoreCount *c, const ScoreRow *ref, const ScoreRow *pred, double degrees)
{
	const double metres = fabs(ref->metres - pred->metres);
	const double relative = metres / (ref->metres + DBL_EPSILON);
	const bool far = degrees > near_degrees || relative > near_relative;
	c->pairs++;
	c->angle += degrees;
	if (!isnan(metres)) {
		c->distances++;
		c->metres += metres;
		c->relative += relative;
	}
	c->tp += !far;
	c->far_fp += far;
}

static void count_pairs(ScoreCount *c, Group ref, Group pred)
{
	double cost[SCORE_MAX_SAME * SCORE_MAX_SAME] = {0};
	int column[SCORE_MAX_SAME];
	if (!ref.n || !pred.n)
		return;
	for (int i = 0; i < ref.n; i++)
		for (int j = 0; j < pred.n; j++)
			cost[i * pred.n + j] = angle(ref.at[i].v, pred.at[j].v);
	score_assign(ref.n, pred.n, cost, column);
	for (int i = 0; i < ref.n; i++)
		if (column[i] >= 0)
			count_pair(c, &ref.at[i], &pred.at[column[i]],
				   cost[i * pred.n + column[i]]);
}

/* The rows at the front of the list that are of this frame and class. */
static Group take_group(const ScoreRows *r, int64_t *at, int64_t frame, int class)
{
	Group g = {r->at + *at, 0};
	while (*at < r->n && r->at[*at].frame == frame && r->at[*at].class == class) {
		++*at;
		g.n += g.n < SCORE_MAX_SAME;
	}
	return g;
}

static bool in_frame(const ScoreRows *r, int64_t at, int64_t frame)
{
	return at < r->n && r->at[at].frame == frame;
}

static void count_frame(ScoreCounts *c, const ScoreRows *ref, int64_t *i, const ScoreRows *pred,
			int64_t *j, int64_t frame)
{
	double missed = 0, wrong = 0;
	for (;;) {
		const bool a = in_frame(ref, *i, frame), b = in_frame(pred, *j, frame);
		if (!a && !b)
			break;
		const int ca = a ? ref->at[*i].class : SCORE_MAX_CLASSES;
		const int cb = b ? pred->at[*j].class : SCORE_MAX_CLASSES,
			  class = ca < cb ? ca : cb;
		const Group r = take_group(ref, i, frame, class),
			    p = take_group(pred, j, frame, class);
		ScoreCount *const k = &c->class[class];
		const double far_before = k->far_fp, extra = fmax(p.n - r.n, 0),
			     lost = fmax(r.n - p.n, 0);
		count_pairs(k, r, p);
		k->nref += r.n;
		k->fp += extra;
		k->fn += lost;
		missed += lost;
		wrong += extra + (k->far_fp - far_before);
	}
	c->substitutions += fmin(wrong, missed);
	c->deletions += fmax(missed - wrong, 0);
	c->insertions += fmax(wrong - missed, 0);
}

void score_count(ScoreCounts *c, const ScoreRows *ref, const ScoreRows *pred)
{
	const int64_t end = ref->n ? ref->at[ref->n - 1].frame : 0;
	int64_t i = 0, j = 0;
	while (i < ref->n || j < pred->n) {
		const int64_t a = i < ref->n ? ref->at[i].frame : INT64_MAX;
		const int64_t b = j < pred->n ? pred->at[j].frame : INT64_MAX,
			      frame = a < b ? a : b;
		if (frame >= end)
			return;
		count_frame(c, ref, &i, pred, &j, frame);
	}
}

/* ---- scores ------------------------------------------------------------------------------ */

/* Mean of what is defined; NaN if nothing is. */
static double mean_defined(const double *x, int n)
{
	double sum = 0;
	int count = 0;
	for (int i = 0; i < n; i++) {
		if (isnan(x[i]))
			continue;
		sum += x[i];
		count++;
	}
	return count ? sum / count : NAN;
}

static double ratio(double sum, double n)
{
	return n > 0 ? sum / (n + DBL_EPSILON) : NAN;
}

/* All but the error rate, into out[0], out[stride], ... */
static void scores_of(const ScoreCount *c, double *out, int stride)
{
	const double eps = DBL_EPSILON;
	const double f = c->tp / (eps + c->tp + c->far_fp + 0.5 * (c->fp + c->fn));
	const double doae = ratio(c->angle, c->pairs), rde = ratio(c->relative, c->distances);
	const double parts[3] = {1 - f, doae / 180, rde};
	out[SCORE_F * stride] = f;
	out[SCORE_DOAE * stride] = doae;
	out[SCORE_DistE * stride] = ratio(c->metres, c->distances);
	out[SCORE_RDE * stride] = rde;
	out[SCORE_LR * stride] = c->pairs / (eps + c->pairs + c->fn);
	out[SCORE_SELD * stride] = mean_defined(parts, 3);
}

static void add_count(ScoreCount *to, const ScoreCount *c)
{
	to->nref += c->nref;
	to->tp += c->tp;
	to->far_fp += c->far_fp;
	to->fp += c->fp;
	to->fn += c->fn;
	to->pairs += c->pairs;
	to->angle += c->angle;
	to->distances += c->distances;
	to->metres += c->metres;
	to->relative += c->relative;
}

static void add_counts(ScoreCounts *to, const ScoreCounts *c, int classes)
{
	for (int k = 0; k < classes; k++)
		add_count(&to->class[k], &c -> class[k]);
	to->substitutions += c->substitutions;
	to->deletions += c->deletions;
	to->insertions += c->insertions;
}

void score_from_counts(Scores *s, const ScoreCounts *c, int classes, bool micro)
{
	ScoreCount sum = {0};
	for (int k = 0; k < classes; k++)
		add_count(&sum, &c->class[k]);
	const double er =
	    (c->substitutions + c->deletions + c->insertions) / (sum.nref + DBL_EPSILON);
	for (int k = 0; k < classes; k++) {
		s->class[SCORE_ER][k] = er;
		scores_of(&c->class[k], &s -> class[0][k], SCORE_MAX_CLASSES);
	}
	if (micro)
		scores_of(&sum, s->all, 1);
	else
		for (int i = 0; i < SCORE_KINDS; i++)
			s->all[i] = mean_defined(s->class[i], classes);
	s->all[SCORE_ER] = er;
}

static void count_set(const ScoreSet *s, int from, int to, ScoreCounts *c)
{
	for (int i = from; i < to; i++)
		score_count(c, &s->at[i].ref, &s->at[i].pred);
}

RtStatus score_compute(const ScoreSet *s, bool micro, Scores *out, RtError *err)
{
	ScoreCounts *const c = rt_alloc(1, sizeof *c);
	if (!c)
		return rt_no_memory(err);
	count_set(s, 0, s->n, c);
	score_from_counts(out, c, s->classes, micro);
	free(c);
	return RT_OK;
}

/* ---- jackknife --------------------------------------------------------------------------- */

/* P(|T| <= t) at t = sqrt(freedom) tan(theta): Abramowitz and Stegun 26.7.3 and 26.7.4. */
static double t_inside(int64_t freedom, double theta)
{
	const double c2 = cos(theta) * cos(theta);
	const bool odd = freedom % 2;
	double term = odd ? cos(theta) : 1, sum = 0;
	for (int64_t k = odd ? 1 : 0; k <= freedom - 2; k += 2) {
		sum += term;
		term *= c2 * (double)(k + 1) / (double)(k + 2);
	}
	return odd ? 2 / pi * (theta + sin(theta) * sum) : sin(theta) * sum;
}

double score_t_quantile(int64_t freedom)
{
	if (freedom < 1)
		return NAN;
	double low = 0, high = pi / 2;
	for (int i = 0; i < 100; i++) {
		const double middle = 0.5 * (low + high);
		if (t_inside(freedom, middle) < 0.95)
			low = middle;
		else
			high = middle;
	}
	return sqrt((double)freedom) * tan(0.5 * (low + high));
}

/* Value `at` of each of n scores; g over all files. */
static ScoreInterval interval(const Scores *left_out, int n, size_t at, double g, double t)
{
	double mean = 0, square = 0;
	for (int i = 0; i < n; i++)
		mean += ((const double *)&left_out[i])[at] / n;
	for (int i = 0; i < n; i++) {
		const double d = ((const double *)&left_out[i])[at] - mean;
		square += d * d / n;
	}
	ScoreInterval r = {.bias = (n - 1) * (mean - g), .std_err = sqrt((n - 1) * square)};
	r.estimate = g - r.bias;
	r.low = r.estimate - t * r.std_err;
	r.high = r.estimate + t * r.std_err;
	return r;
}

/* Scores without file i, for each i: counts before it plus counts after it. */
static void leave_out(const ScoreSet *s, bool micro, ScoreCounts *after, Scores *out)
{
	for (int i = s->n - 1; i >= 0; i--) {
		after[i] = after[i + 1];
		count_set(s, i, i + 1, &after[i]);
	}
	ScoreCounts before = {0};
	for (int i = 0; i < s->n; i++) {
		ScoreCounts c = before;
		add_counts(&c, &after[i + 1], s->classes);
		score_from_counts(&out[i], &c, s->classes, micro);
		count_set(s, i, i + 1, &before);
	}
}

RtStatus score_jackknife(const ScoreSet *s, bool micro, ScoreIntervals *out, RtError *err)
{
	if (s->n < 2)
		return rt_fail(err, RT_INPUT, "a jackknife needs at least 2 files, there is %d",
			       s->n);
	Scores all;
	RtStatus status = score_compute(s, micro, &all, err);
	if (status)
		return status;
	ScoreCounts *const after = rt_alloc((uint64_t)s->n + 1, sizeof *after);
	Scores *const left = rt_alloc((uint64_t)s->n, sizeof *left);
	if (after && left) {
		const double t = score_t_quantile(s->n - 1);
		leave_out(s, micro, after, left);
		for (int k = 0; k < SCORE_KINDS; k++) {
			out->all[k] = interval(left, s->n, (size_t)k, all.all[k], t);
			for (int c = 0; c < s->classes; c++) {
				const size_t at = offsetof(Scores, class) / sizeof(double) +
						  (size_t)k * SCORE_MAX_CLASSES + (size_t)c;
				out->class[k][c] = interval(left, s->n, at, all.class[k][c], t);
			}
		}
	} else {
		status = rt_no_memory(err);
	}
	free(after);
	free(left);
	return status;
}
