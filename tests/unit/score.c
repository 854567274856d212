/* score.c: the assignment against all permutations, and quantiles of Student's t against a table.
 * Prints what went wrong; status 1 if anything did. */
#include "runtime/verbs/verbs.h"

#include <math.h>
#include <string.h>

static double least(int n, int m, const double *cost, int row, unsigned used)
{
	if (row == n)
		return 0;
	double best = INFINITY;
	for (int j = 0; j < m; j++)
		if (!(used >> j & 1))
			best = fmin(best,
				    cost[row * m + j] + least(n, m, cost, row + 1, used | 1u << j));
	return best;
}

/* Sum of the assignment; NaN if a column is used twice or the number of pairs is wrong. */
static double assigned(int n, int m, const double *cost)
{
	int column[SCORE_MAX_SAME];
	unsigned used = 0;
	int pairs = 0;
	double sum = 0;
	score_assign(n, m, cost, column);
	for (int i = 0; i < n; i++) {
		if (column[i] < 0)
			continue;
		if (column[i] >= m || used >> column[i] & 1)
			return NAN;
		used |= 1u << column[i];
		sum += cost[i * m + column[i]];
		pairs++;
	}
	return pairs == (n < m ? n : m) ? sum : NAN;
}

static int check_assign(uint64_t seed)
{
	double x[64 + 2], cost[64], turned[64];
	rt_random_uniform(seed, "assign", 0, RT_COUNT(x), x);
	const int n = 1 + (int)(7 * x[64]), m = 1 + (int)(7 * x[65]);
	for (int i = 0; i < n * m; i++)
		cost[i] = seed % 3 ? 180 * x[i] : floor(4 * x[i]);
	for (int i = 0; i < n * m; i++)
		turned[i % m * n + i / m] = cost[i];
	const double got = assigned(n, m, cost);
	const double want = n <= m ? least(n, m, cost, 0, 0) : least(m, n, turned, 0, 0);
	if (fabs(got - want) <= 1e-9)
		return 0;
	printf("assignment %d x %d, seed %llu: %g, want %g\n", n, m, (unsigned long long)seed, got,
	       want);
	return 1;
}

/* scipy.stats.t.ppf(0.975, n) */
static const struct {
	int64_t freedom;
	double t;
} table[] = {
    {1, 12.706204736174694},    {2, 4.302652729749462},  {3, 3.1824463052837078},
    {5, 2.5705818356363146},    {10, 2.228138851986274}, {77, 1.9912543953883846},
    {1000, 1.9623390808264083},
};

static int check_quantiles(void)
{
	int bad = 0;
	for (size_t i = 0; i < RT_COUNT(table); i++) {
		const double got = score_t_quantile(table[i].freedom);
		if (fabs(got / table[i].t - 1) < 1e-12)
			continue;
		printf("t quantile %lld: %.15g, want %.15g\n", (long long)table[i].freedom, got,
		       table[i].t);
		bad++;
	}
	return bad + !isnan(score_t_quantile(0));
}

int main(void)
{
	int bad = check_quantiles();
	for (uint64_t seed = 0; seed < 5000; seed++)
		bad += check_assign(seed);
	return bad > 0;
}
