/* sweep_page.h: the results of a sweep as a page that needs no other file. */
#ifndef SELDC_SWEEP_PAGE_H
#define SELDC_SWEEP_PAGE_H

#include "ir/base.h"

/* One program. mask: which passes were on. Times in seconds; median, least and most of the rounds.
 */
typedef struct SweepRow {
	unsigned mask;
	const char *name; /* "all but layout" */
	bool verified;    /* else it has no times */
	double median, least, most;
	int launches;
	double moved_bytes, arena_bytes;
	double difference; /* ||a - b|| / ||b||, worst output */
} SweepRow;

typedef struct SweepResult {
	const char *model, *target, *device, *precision;
	int64_t batch;
	int rounds, runs; /* of each program; runs a round */
	int left_out;     /* subsets that are the program of another */
	double limit;     /* of the difference */
	int npasses;
	const char *const *pass;
	unsigned vary;        /* passes that were swept */
	const double *effect; /* by pass: mean seconds with it less mean without; NAN: unknown */
	const double *share;  /* that of the mean without */
	int nrows;
	const SweepRow *row; /* best first */
} SweepResult;

void sweep_page(Buf *b, const SweepResult *r);

#endif
