/* say.c: messages to the terminal. */
#include "runtime/core/core.h"

#include <string.h>

void rt_say(const RtOptions *o, const char *kind, const char *text)
{
	rt_say_text(o->program);
	fprintf(stderr, ": %s: ", kind);
	rt_say_text(text);
	fputc('\n', stderr);
}

void rt_say_error(const RtOptions *o, const char *text)
{
	rt_say(o, "error", text);
}

void rt_say_warning(const RtOptions *o, const char *text)
{
	if (!o->quiet)
		rt_say(o, "warning", text);
}

void rt_say_unscaled(const RtOptions *o)
{
	rt_say_warning(o, "no mean and deviation of the features: they go into the network as they "
			  "are ('statistics' makes them)");
}

void rt_say_lines(const char *lines)
{
	if (lines)
		rt_say_whole_lines(lines);
}

void rt_say_clip(const RtOptions *o, const RtClip *c, const char *path)
{
	RtError text;
	for (int i = 0; i < c->notes.n && !o->quiet; i++) {
		rt_fail(&text, RT_OK, "%s: %s", path, c->notes.at[i].text);
		rt_say(o, c->notes.at[i].kind, text.text);
	}
}
