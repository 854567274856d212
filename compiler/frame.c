/* frame.c: the names that an expression sees: variables and values. */
#include "reader.h"

Frame *frame_new(Reader *r)
{
	Frame *const f = NEW(r->arena, Frame);
	f->label = "";
	f->vars.at = r->settings.at;
	f->vars.n = f->vars.cap = r->settings.n; /* full: a push copies the shared list */
	return f;
}

bool frame_bind(Reader *r, Frame *f, const char *name, Value *v, Loc loc)
{
	Entry *e;
	if (names_add(r->arena, &f->values, name, v, loc, &e))
		return true;
	reader_error(r, f, E219, loc, "value '%s' is defined twice", name);
	diag_note(r->diag, e->loc, "defined here before");
	return false;
}

bool frame_find(Reader *r, Frame *f, Json *j, const char *name, Value **v)
{
	Entry *e;
	*v = NULL;
	if (names_find(&f->values, name, &e))
		*v = e->item;
	else if (!f->holes)
		reader_error(r, f, E218, json_loc(r->arena, j),
			     "value '%.60s' is not defined here%s", name,
			     reader_hint(r, names_hint(r, &f->values, name)));
	return e || f->holes;
}
