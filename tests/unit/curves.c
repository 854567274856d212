/* curves.c: what names in a model and a log become on the page of curves and on a terminal. */
#define _XOPEN_SOURCE 700
#include "runtime/verbs/verbs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int failures;

static void check(bool ok, const char *what, const char *got)
{
	if (!ok)
		printf("%s: %s\n", what, got);
	failures += !ok;
}

/* Two stages by hostile names, times that are none. */
static char *page(void)
{
	static const RtModel m = {
	    .name = "<b>\"m'", .target = "cpu", .precision = "fp32", .batch = 1};
	RtHistory h = {.nparts = 2, .part = {"loss", "loss.</span><script>"}};
	RtError err;
	RtOut out;
	RtEpoch e = {.stage = "<script>alert(1)</script>", .epoch = 1, .seconds = 1e20, .lr = 1};
	for (int i = 0; i < 4; i++) {
		e.parts[0] = e.parts[1] = i;
		e.seconds = i == 1 ? NAN : i == 2 ? -1e300 : i == 3 ? 3725 : 1e20;
		if (i == 2)
			strcpy(e.stage, "a&b\xff\033");
		rt_history_add(&h, &e, &err);
	}
	rt_out_memory(&out);
	rt_curves_write(&out, &m, &h);
	rt_history_release(&h);
	return rt_out_take(&out, NULL, &err);
}

static void check_shown(const char *text, const char *want)
{
	RtOut out;
	RtError err;
	rt_out_memory(&out);
	rt_put_text(&out, text);
	char *got = rt_out_take(&out, NULL, &err);
	check(!strcmp(got, want), "shown", got);
	free(got);
}

int main(void)
{
	char *p = page();
	check(!strstr(p, "<script"), "a tag in the page", p);
	check(!strstr(p, "<b>") && strstr(p, "&#60;b&#62;&#34;m&#39;"), "the name", p);
	check(strstr(p, "a&#38;b??") && !strchr(p, '\033'), "a stage", p);
	check(strstr(p, "4 epochs in 1:02:05,") != NULL, "hours", p);
	free(p);
	check_shown("a\033[2J\nb: error: c\n  item é", "a\\x1b[2J\\x0ab: error: c\n  item é");
	check_shown("\xc2\x9b\xe2\x80\xae\xed\xa0\x80\xf0\x9f\x8e\xb5",
		    "\\xc2\\x9b\\xe2\\x80\\xae\\xed\\xa0\\x80\xf0\x9f\x8e\xb5");
	return failures > 0;
}
