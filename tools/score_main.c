/* score_main.c: `seldc score`: the DCASE2024 metrics of two folders of CSV files. */
#define _GNU_SOURCE
#include "tools.h"

#include "runtime/events/events.h"

#include <getopt.h>
#include <stdlib.h>

typedef struct Options {
	bool json, jackknife, micro, quiet;
	const char *refs, *preds;
} Options;

static const char usage_line[] =
    "usage: seldc score REFERENCES PREDICTIONS [--json] [--jackknife] [--micro] [--quiet]\n";

static const char help_text[] =
    "\n"
    "The DCASE2024 metrics of predictions against references: two folders of CSV files, searched\n"
    "with the folders in them; files belong together by name. An event is found when its "
    "direction\n"
    "is within 20 degrees and its distance within 100 % of the reference's.\n"
    "\n"
    "  --json       print JSON: fractions, degrees and metres with every digit; null: undefined\n"
    "  --jackknife  95 % intervals, leaving out one recording at a time\n"
    "  --micro      counts of all classes together (default: macro, the mean of the classes)\n"
    "  --quiet      no warnings and no progress\n"
    "  --help       this text\n"
    "\n"
    "Rows, without header: frame,class,source,azimuth,elevation,distance; frame in 100 ms from 0,\n"
    "angles in degrees, distance in centimetres for references, in metres for predictions. Also\n"
    "frame,class,source,x,y,z,distance; and without distance, or without source and distance.\n"
    "\n"
    "Exit status: 0 done, 1 bad input, 2 wrong usage, 3 out of memory.\n";

enum { JSON = 256, JACKKNIFE, MICRO };

static const struct option longs[] = {
    {"json", no_argument, NULL, JSON},   {"jackknife", no_argument, NULL, JACKKNIFE},
    {"micro", no_argument, NULL, MICRO}, {"quiet", no_argument, NULL, 'q'},
    {"help", no_argument, NULL, 'h'},    {0},
};

/* -1: go on; else the exit status. */
static int parse(Options *o, int argc, char **argv)
{
	optind = 0; /* start afresh */
	for (int c; (c = getopt_long(argc, argv, "qh", longs, NULL)) != -1;)
		switch (c) {
		case JSON:
			o->json = true;
			break;
		case JACKKNIFE:
			o->jackknife = true;
			break;
		case MICRO:
			o->micro = true;
			break;
		case 'q':
			o->quiet = true;
			break;
		case 'h':
			printf("%s%s", usage_line, help_text);
			return RT_OK;
		default:
			fputs(usage_line, stderr);
			return RT_USAGE;
		}
	if (argc - optind != 2) {
		fprintf(stderr, "seldc score: error: %d folders given, need 2\n%s", argc - optind,
			usage_line);
		return RT_USAGE;
	}
	o->refs = argv[optind];
	o->preds = argv[optind + 1];
	return -1;
}

static RtStatus report(const Options *o, const ScoreSet *set, RtError *err)
{
	Scores scores;
	ScoreIntervals intervals;
	RtStatus s = score_compute(set, o->micro, &scores, err);
	if (!s && o->jackknife)
		s = score_jackknife(set, o->micro, &intervals, err);
	if (s)
		return s;
	const ScoreReport r = {set, &scores, o->jackknife ? &intervals : NULL, o->micro, NULL};
	return score_print(&r, o->json, err);
}

int score_main(int argc, char **argv)
{
	Options o = {0};
	const int done = parse(&o, argc, argv);
	if (done >= 0)
		return done;
	RtError *const err = rt_alloc(1, sizeof *err);
	if (!err) {
		fputs("seldc score: error: out of memory\n", stderr);
		return RT_DEVICE;
	}
	ScoreSet set = {.quiet = o.quiet};
	RtStatus s = score_open(&set, o.refs, o.preds, SCORE_CLASSES, err);
	rt_say_lines(set.log);
	if (!s)
		s = report(&o, &set, err);
	if (s)
		rt_say_error(&(RtOptions){.program = "seldc score"}, err->text);
	score_release(&set);
	free(err);
	return s;
}
