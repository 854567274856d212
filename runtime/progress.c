/* progress.c: one line on a terminal that tells how far a long job is. */
#define _DEFAULT_SOURCE
#include "internal.h"

#include <sys/ioctl.h>
#include <unistd.h>

void rt_progress_open(RtProgress *p, bool quiet)
{
	*p = (RtProgress){.on = !quiet && isatty(STDERR_FILENO)};
}

/* Ten times a second at most. */
static bool due(RtProgress *p)
{
	const double now = p->on ? rt_seconds() : 0;
	if (!p->on || (p->shown && now - p->last < 0.1))
		return false;
	p->last = now;
	p->shown = true;
	return true;
}

/* A line that wraps cannot be rewritten. */
static int columns(void)
{
	struct winsize w;
	return ioctl(STDERR_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col > 1 ? w.ws_col - 1 : 79;
}

void rt_progress_text(RtProgress *p, const char *text)
{
	if (!due(p))
		return;
	fprintf(stderr, "\r\033[K%.*s", columns(), text);
	fflush(stderr);
}

void rt_progress_show(RtProgress *p, const char *what, int64_t done, int64_t total)
{
	if (!due(p))
		return;
	fprintf(stderr, "\r\033[K%s: %lld of %lld (%d %%)", what, (long long)done, (long long)total,
		(int)(total > 0 ? 100 * done / total : 0));
	fflush(stderr);
}

void rt_progress_clear(RtProgress *p)
{
	if (p->shown)
		fputs("\r\033[K", stderr);
	p->shown = false;
}
