/* progress.c: some lines at the end of a terminal that tell how far a long job is. */
#define _DEFAULT_SOURCE
#include "runtime/core/core.h"

#include <string.h>
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
	if (!p->on || (p->rows && now - p->last < 0.1))
		return false;
	p->last = now;
	return true;
}

static struct winsize terminal(void)
{
	struct winsize w;
	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &w) != 0)
		w = (struct winsize){0};
	w.ws_col = w.ws_col > 1 ? w.ws_col : 80;
	w.ws_row = w.ws_row > 0 ? w.ws_row : 24;
	return w;
}

/* Back to the first of the rows shown. A terminal that has become narrower has wrapped them. */
static void go_back(const RtProgress *p, int columns)
{
	int up = -1;
	for (int i = 0; i < p->rows; i++)
		up += 1 + (p->length[i] - 1) / columns;
	fputs("\r", stderr);
	if (up > 0)
		fprintf(stderr, "\033[%dA", up);
}

/* Bytes of `text` for a row of `width` columns, of which no character takes more than it has
 * bytes: up to a comma near its end, else up to a space, else as many as there is room for. */
static int row_length(const char *text, int width)
{
	int n = (int)strnlen(text, (size_t)width + 1), comma = 0, space = 0;
	if (n <= width)
		return n;
	for (int i = 1; i <= width; i++)
		if (text[i] == ' ') {
			space = i;
			comma = text[i - 1] == ',' ? i : comma;
		}
	if (space)
		return 2 * comma > width ? comma : space;
	for (n = width; n > 1 && (text[n] & 0xc0) == 0x80;) /* within a character of UTF-8 */
		n--;
	return n;
}

/* Over what is there, so that nothing flickers. Only rows that all fit on the terminal can be
 * gone back over, and only those that end before its last column take one row each. */
static void draw(RtProgress *p, const char *text)
{
	const struct winsize w = terminal();
	const int most = w.ws_row < RT_PROGRESS_ROWS ? w.ws_row : RT_PROGRESS_ROWS;
	go_back(p, w.ws_col);
	for (p->rows = 0; p->rows < most && *text; p->rows++) {
		const int n = row_length(text, w.ws_col - 1);
		fprintf(stderr, "%s%.*s", p->rows ? "\033[K\n" : "", n, text);
		p->length[p->rows] = n;
		text += n;
		text += strspn(text, " ");
	}
	fputs("\033[J", stderr);
	fflush(stderr);
}

void rt_progress_text(RtProgress *p, const char *text)
{
	if (due(p))
		draw(p, text);
}

void rt_progress_show(RtProgress *p, const char *what, int64_t done, int64_t total)
{
	char text[4096]; /* `what` may be a path */
	if (!due(p))
		return;
	snprintf(text, sizeof text, "%s: %lld of %lld (%d %%)", what, (long long)done,
		 (long long)total, (int)(total > 0 ? 100 * done / total : 0));
	draw(p, text);
}

void rt_progress_clear(RtProgress *p)
{
	if (p->rows) {
		go_back(p, terminal().ws_col);
		fputs("\033[J", stderr);
	}
	p->rows = 0;
}
