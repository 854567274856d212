/* parse.c: reads the text that print.c writes. One statement a line; blanks and '#' comments are
 * free. Reading goes on at the next line after a mistake; nothing recurses, so any bytes are safe.
 *
 * Names are looked up when a graph ends: a value used before its definition is the verifier's to
 * report, as are wrong types, arities and places. */
#include "ir.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* A use of a value by name: input `index` of `node`, or graph output `index` if node is NULL. */
typedef struct Ref {
	Node *node;
	int index;
	const char *name;
	Loc loc;
} Ref;

typedef struct Parser {
	Arena *arena;
	Diag *diag;
	const OpTable *ops;
	const Source *src;
	const char *p, *end; /* next byte, end of the text */
	const char *line_start;
	int line;
	Module *module;
	Graph *graph;               /* being read, NULL between graphs */
	int errors_before;          /* when the graph began */
	LIST(Ref) refs;             /* of the graph */
	LIST(const Value *) values; /* of the graph, in order */
} Parser;

/* ---- bytes and messages ------------------------------------------------------------------- */

enum { END_OF_LINE = -1 };

/* Next byte of the line after blanks and a comment. */
static int peek(Parser *p)
{
	while (p->p < p->end && (*p->p == ' ' || *p->p == '\t' || *p->p == '\r'))
		p->p++;
	if (p->p < p->end && *p->p == '#')
		while (p->p < p->end && *p->p != '\n')
			p->p++;
	return p->p < p->end && *p->p != '\n' ? (unsigned char)*p->p : END_OF_LINE;
}

static Loc loc_from(const Parser *p, const char *from)
{
	const int len = p->p > from ? (int)(p->p - from) : 1;
	const int col = (int)(from - p->line_start) + 1;
	return (Loc){.src = p->src, .line = p->line, .col = col, .len = len};
}

/* Reports at the text from `from` to the next byte; false. */
__attribute__((format(printf, 4, 5))) static bool fail(Parser *p, DiagCode code, const char *from,
						       const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	diag_error(p->diag, code, loc_from(p, from), "%s", arena_vprintf(p->arena, fmt, ap));
	va_end(ap);
	return false;
}

static bool fail_expected(Parser *p, const char *what)
{
	const int c = peek(p);
	const char *from = p->p;
	if (c == END_OF_LINE)
		return fail(p, E401, from, "expected %s, found the end of the line", what);
	while (p->p < p->end && p->p - from < 32 && ir_word_byte((unsigned char)*p->p))
		p->p++;
	if (p->p > from)
		return fail(p, E401, from, "expected %s, found '%.*s'", what, (int)(p->p - from),
			    from);
	if (c > 0x20 && c < 0x7f)
		return fail(p, E401, from, "expected %s, found '%c'", what, c);
	return fail(p, E401, from, "expected %s, found byte 0x%02x", what, (unsigned)c);
}

static bool accept(Parser *p, char c)
{
	if (peek(p) != c)
		return false;
	p->p++;
	return true;
}

static bool expect(Parser *p, char c)
{
	const char what[] = {'\'', c, '\'', '\0'};
	return accept(p, c) || fail_expected(p, what);
}

/* ---- words, names, numbers ---------------------------------------------------------------- */

/* NULL, silently, if no word is next. */
static const char *parse_word(Parser *p)
{
	peek(p);
	const char *from = p->p;
	while (p->p < p->end && ir_word_byte((unsigned char)*p->p))
		p->p++;
	return p->p > from ? arena_strndup(p->arena, from, (size_t)(p->p - from)) : NULL;
}

static int hex_digit(const char *at, const char *end)
{
	static const char digits[] = "0123456789abcdef";
	const char *d = at < end && *at ? strchr(digits, *at) : NULL;
	return d ? (int)(d - digits) : -1;
}

/* After the backslash; -1 if it is no escape that stands for a byte but NUL. */
static int parse_escape(Parser *p)
{
	const char c = p->p < p->end ? *p->p : '\0';
	if (c == 'x') {
		const int hi = hex_digit(p->p + 1, p->end);
		const int lo = hi < 0 ? -1 : hex_digit(p->p + 2, p->end);
		if (lo < 0 || hi + lo == 0)
			return -1;
		p->p += 3;
		return 16 * hi + lo;
	}
	if (c != 'n' && c != 't' && c != '"' && c != '\\')
		return -1;
	p->p++;
	return c == 'n' ? '\n' : c == 't' ? '\t' : c;
}

static const char *parse_quoted(Parser *p)
{
	if (!expect(p, '"'))
		return NULL;
	const char *from = p->p - 1;
	Buf b;
	buf_init(&b, p->arena);
	for (;;) {
		const char c = p->p < p->end ? *p->p : '\n';
		if (c == '\n') {
			fail(p, E401, from, "string is not closed");
			return NULL;
		}
		p->p++;
		if (c == '"')
			return b.s;
		const int byte = c == '\\' ? parse_escape(p) : (unsigned char)c;
		if (byte <= 0) {
			const char *what =
			    c ? "escape is none of \\\\ \\\" \\n \\t \\xHH" : "NUL in a string";
			fail(p, E401, p->p - 1, "%s", what);
			return NULL;
		}
		buf_putc(&b, (char)byte);
	}
}

/* A word or a quoted string. */
static const char *parse_name(Parser *p, const char *what)
{
	if (peek(p) == '"')
		return parse_quoted(p);
	const char *word = parse_word(p);
	if (!word)
		fail_expected(p, what);
	return word;
}

static bool parse_int(Parser *p, int64_t *v)
{
	peek(p);
	const char *from = p->p;
	const bool minus = p->p < p->end && *p->p == '-';
	const uint64_t limit = (uint64_t)INT64_MAX + minus;
	uint64_t u = 0;
	bool fits = true;
	p->p += minus;
	const char *digits = p->p;
	for (; p->p < p->end && *p->p >= '0' && *p->p <= '9'; p->p++) {
		const uint64_t d = (uint64_t)(*p->p - '0');
		fits = fits && u <= (limit - d) / 10;
		u = fits ? u * 10 + d : u;
	}
	if (p->p == digits) {
		p->p = from;
		return fail_expected(p, "a whole number");
	}
	if (!fits)
		return fail(p, E401, from, "number does not fit in 64 bits");
	*v = minus ? (u ? -(int64_t)(u - 1) - 1 : 0) : (int64_t)u;
	return true;
}

static bool parse_float(Parser *p, double *v)
{
	char text[64];
	peek(p);
	const char *from = p->p;
	while (p->p < p->end && ir_word_byte((unsigned char)*p->p))
		p->p++;
	const size_t n = (size_t)(p->p - from);
	const bool fits = n < sizeof text;
	memcpy(text, from, fits ? n : 0);
	text[fits ? n : 0] = '\0';
	char *end = text;
	const bool named = !strcmp(text, "nan") || !strcmp(text, "inf") || !strcmp(text, "-inf");
	if (named || (*text && strspn(text, "0123456789.eE+-") == n))
		*v = strtod(text, &end);
	if (end > text && !*end)
		return true;
	p->p = from;
	return fail_expected(p, "a number");
}

/* A line, column or length. */
static bool parse_small(Parser *p, int *v)
{
	int64_t i;
	peek(p);
	const char *from = p->p;
	if (!parse_int(p, &i))
		return false;
	if (i < 0 || i > INT_MAX)
		return fail(p, E401, from, "line, column or length is out of range");
	*v = (int)i;
	return true;
}

/* ---- attributes --------------------------------------------------------------------------- */

static bool parse_ints(Parser *p, int64_t **v, int *n)
{
	LIST(int64_t) list = {0};
	int64_t x;
	if (!expect(p, '['))
		return false;
	if (peek(p) != ']') {
		do {
			if (!parse_int(p, &x))
				return false;
			list_push(p->arena, &list, x);
		} while (accept(p, ','));
	}
	*v = list.at;
	*n = list.n;
	return expect(p, ']');
}

static bool parse_floats(Parser *p, double **v, int *n)
{
	LIST(double) list = {0};
	double x;
	if (!expect(p, '['))
		return false;
	if (peek(p) != ']') {
		do {
			if (!parse_float(p, &x))
				return false;
			list_push(p->arena, &list, x);
		} while (accept(p, ','));
	}
	*v = list.at;
	*n = list.n;
	return expect(p, ']');
}

/* Reading goes on after a name that is reported. */
static const char *parse_word_name(Parser *p, const char *what)
{
	peek(p);
	const char *from = p->p, *name = parse_name(p, what);
	if (name && !text_is_word(name))
		fail(p, E406, from, "%s is a word of letters, digits and '_', not '%.60s'", what,
		     name);
	return name;
}

/* The quoted name of an input, a parameter or an output: weights files and messages have it. */
static const char *parse_tensor_name(Parser *p)
{
	peek(p);
	const char *from = p->p, *name = parse_quoted(p);
	if (name && !text_is_plain(name))
		fail(p, E406, from,
		     "the name of a tensor has 1 to %d bytes and no control characters",
		     TEXT_MAX_NAME);
	return name;
}

static bool parse_bool(Parser *p, int64_t *v)
{
	peek(p);
	const char *from = p->p;
	if (!parse_int(p, v))
		return false;
	return *v == 0 || *v == 1 || fail(p, E404, from, "expected 0 or 1, found %" PRId64, *v);
}

static bool parse_value(Parser *p, AttrKind kind, Attr *a)
{
	switch (kind) {
	case A_INT:
		return parse_int(p, &a->i);
	case A_FLOAT:
		return parse_float(p, &a->f);
	case A_BOOL:
		return parse_bool(p, &a->i);
	case A_STR:
		return (a->s = parse_name(p, "a word or a string")) != NULL;
	case A_INTS:
		return parse_ints(p, &a->is, &a->n);
	case A_FLOATS:
		return parse_floats(p, &a->fs, &a->n);
	}
	return false;
}

static bool fail_attr(Parser *p, const char *from, const OpInfo *info, const char *name)
{
	const char *names[MAX_ATTRS + 1] = {"group"};
	for (int i = 0; i < info->nattrs; i++)
		names[i + 1] = info->attrs[i].name;
	const char *near = closest_name(name, names, info->nattrs + 1);
	return fail(p, E403, from, "'%s' has no attribute '%s'%s%s%s", info->name, name,
		    near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static bool parse_attr(Parser *p, Node *n)
{
	const OpInfo *info = node_info(n);
	peek(p);
	const char *from = p->p, *name = parse_word(p);
	if (!name)
		return fail_expected(p, "an attribute or '}'");
	const bool group = !strcmp(name, "group");
	int i = 0;
	while (i < info->nattrs && strcmp(info->attrs[i].name, name))
		i++;
	if (i == info->nattrs && !group)
		return fail_attr(p, from, info, name);
	if (group ? n->group != 0 : n->attr[i].set)
		return fail(p, E404, from, "attribute '%s' is given twice", name);
	if (!expect(p, '='))
		return false;
	if (group)
		return parse_int(p, &n->group);
	n->attr[i].set = true;
	return parse_value(p, info->attrs[i].kind, &n->attr[i]);
}

static bool parse_attrs(Parser *p, Node *n)
{
	if (!accept(p, '{'))
		return true;
	while (!accept(p, '}'))
		if (!parse_attr(p, n))
			return false;
	return true;
}

/* ---- types and places --------------------------------------------------------------------- */

static bool parse_type(Parser *p, Type *t)
{
	DType dtype;
	int64_t *dim;
	int rank;
	peek(p);
	const char *from = p->p, *word = parse_word(p);
	if (!word)
		return fail_expected(p, "a type");
	if (!dtype_find(word, &dtype))
		return fail(p, E401, from, "'%s' is no element type", word);
	if (!parse_ints(p, &dim, &rank))
		return false;
	if (rank > MAX_RANK)
		return fail(p, E401, from, "more than %d dimensions: %d", (int)MAX_RANK, rank);
	*t = type_make(dtype, rank, dim);
	return type_valid(t) ||
	       fail(p, E401, from, "extents must be positive and their product at most 2^40");
}

static bool parse_view(Parser *p, Value *v)
{
	int64_t *stride;
	int n;
	peek(p);
	const char *from = p->p;
	if (!expect(p, ':') || !parse_ints(p, &stride, &n))
		return false;
	if (n != v->type.rank)
		return fail(p, E401, from, "%d strides for %d dimensions", n, v->type.rank);
	for (int i = 0; i < n; i++)
		v->place.stride[i] = stride[i];
	return true;
}

static bool parse_place(Parser *p, Value *v)
{
	static const struct {
		const char *name;
		PlaceKind kind;
	} kinds[] = {{"arena", PLACE_ARENA}, {"param", PLACE_PARAM}, {"load", PLACE_LOAD},
		     {"state", PLACE_STATE}, {"io", PLACE_IO},       {"view", PLACE_VIEW}};
	if (!accept(p, '@'))
		return true;
	peek(p);
	const char *from = p->p, *word = parse_word(p);
	size_t i = 0;
	while (word && i < COUNT(kinds) && strcmp(kinds[i].name, word))
		i++;
	if (!word || i == COUNT(kinds)) {
		p->p = from;
		return fail_expected(p, "arena, param, load, state, io or view");
	}
	v->place.kind = kinds[i].kind;
	if (v->place.kind == PLACE_IO)
		return true;
	if (!expect(p, ':') || !parse_int(p, &v->place.offset))
		return false;
	if (v->place.kind == PLACE_ARENA && accept(p, ':')) {
		const char *how = parse_word(p);
		v->place.narrow = how && !strcmp(how, dtype_name(BF16));
		return v->place.narrow || fail_expected(p, dtype_name(BF16));
	}
	return v->place.kind != PLACE_VIEW || parse_view(p, v);
}

static bool parse_types(Parser *p, Node *n)
{
	if (!expect(p, ':'))
		return false;
	for (int i = 0; i < n->nout; i++) {
		if (i && !expect(p, ','))
			return false;
		if (!parse_type(p, &n->out[i].type) || !parse_place(p, &n->out[i]))
			return false;
	}
	return true;
}

static const Source *source_named(Parser *p, const char *name)
{
	Module *m = p->module;
	for (int i = m->sources.n - 1; i >= 0; i--)
		if (!strcmp(m->sources.at[i]->name, name))
			return m->sources.at[i];
	Source *s = NEW(p->arena, Source);
	s->name = name;
	list_push(p->arena, &m->sources, s);
	return s;
}

/* "!file:line:col" or "!file:line:col+len"; without one *loc stays, a place in this text. */
static bool parse_loc(Parser *p, Loc *loc)
{
	if (!accept(p, '!'))
		return true;
	const char *file = parse_name(p, "a file name");
	Loc l = {0};
	if (!file || !expect(p, ':') || !parse_small(p, &l.line) || !expect(p, ':') ||
	    !parse_small(p, &l.col))
		return false;
	if (accept(p, '+') && !parse_small(p, &l.len))
		return false;
	l.src = source_named(p, file);
	*loc = l;
	return true;
}

/* ---- statements --------------------------------------------------------------------------- */

static bool parse_ref(Parser *p, Ref *r)
{
	peek(p);
	const char *from = p->p;
	if (!expect(p, '%') || !(r->name = parse_name(p, "a value name")))
		return false;
	r->loc = loc_from(p, from);
	return true;
}

static bool parse_op(Parser *p, Op *op)
{
	peek(p);
	const char *from = p->p, *name = parse_word(p);
	if (!name)
		return fail_expected(p, "an op");
	const int found = ops_find(p->ops, name);
	if (found >= 0) {
		*op = (Op)found;
		return true;
	}
	const char *names[NOPS];
	for (int i = 0; i < NOPS; i++)
		names[i] = p->ops->op[i].name;
	const char *near = closest_name(name, names, NOPS);
	return fail(p, E402, from, "unknown op '%s'%s%s%s", name, near ? ", did you mean '" : "",
		    near ? near : "", near ? "'?" : "");
}

static bool parse_results(Parser *p, Node *n)
{
	Ref name[MAX_OUT];
	const char *from = p->p;
	do {
		if (n->nout == MAX_OUT)
			return fail(p, E401, from, "more than %d outputs", (int)MAX_OUT);
		if (!parse_ref(p, &name[n->nout++]))
			return false;
	} while (accept(p, ','));
	n->loc = name[0].loc;
	n->out = NEW_ARRAY(p->arena, Value, n->nout);
	for (int i = 0; i < n->nout; i++) {
		n->out[i].node = n;
		n->out[i].index = i;
		n->out[i].name = name[i].name;
	}
	return expect(p, '=');
}

/* Inputs stay NULL until the graph ends. */
static bool parse_inputs(Parser *p, Node *n)
{
	int nin = 0;
	if (peek(p) == '%') {
		do {
			Ref r = {.node = n, .index = nin++};
			if (!parse_ref(p, &r))
				return false;
			list_push(p->arena, &p->refs, r);
		} while (accept(p, ','));
	}
	node_set_inputs(n, NULL, nin);
	return true;
}

static bool parse_node(Parser *p)
{
	Node *n = NEW(p->arena, Node);
	n->graph = p->graph;
	if (!parse_results(p, n) || !parse_op(p, &n->op))
		return false;
	const bool tensor = n->op == OP_input || n->op == OP_param;
	if (peek(p) == '"' && !(n->label = tensor ? parse_tensor_name(p) : parse_quoted(p)))
		return false;
	if (!parse_inputs(p, n) || !parse_attrs(p, n) || !parse_types(p, n) ||
	    !parse_loc(p, &n->loc))
		return false;
	n->id = p->graph->nodes.n;
	list_push(p->arena, &p->graph->nodes, n);
	for (int i = 0; i < n->nout; i++) {
		graph_claim(p->graph, n->out[i].name);
		list_push(p->arena, &p->values, &n->out[i]);
	}
	return true;
}

static bool parse_output(Parser *p, const char *from)
{
	Loc loc = loc_from(p, from);
	Ref r = {.index = p->graph->outputs.n};
	const char *name = parse_tensor_name(p);
	if (!name || !parse_ref(p, &r) || !parse_loc(p, &loc))
		return false;
	list_push(p->arena, &p->refs, r);
	graph_add_output(p->graph, name, NULL, loc);
	return true;
}

/* "arena=BYTES" or "load=BYTES" */
static bool parse_bytes(Parser *p)
{
	peek(p);
	const char *from = p->p, *word = parse_word(p);
	const bool arena = word && !strcmp(word, "arena");
	if (!word || (!arena && strcmp(word, "load"))) {
		p->p = from;
		return fail_expected(p, "'arena=', 'load=' or '{'");
	}
	int64_t *bytes = arena ? &p->graph->arena_bytes : &p->graph->load_bytes;
	if (!expect(p, '=') || !parse_int(p, bytes))
		return false;
	return *bytes >= 0 || fail(p, E401, from, "'%s' is negative", word);
}

/* "graph NAME arena=BYTES load=BYTES {" */
static bool parse_graph(Parser *p)
{
	peek(p);
	const char *from = p->p, *name = parse_word_name(p, "a graph name");
	if (!name)
		return false;
	if (module_graph(p->module, name))
		fail(p, E412, from, "two graphs are named '%s'", name);
	p->graph = graph_new(p->module, name);
	p->errors_before = p->diag->nerrors;
	p->refs.n = p->values.n = 0;
	while (!accept(p, '{'))
		if (!parse_bytes(p))
			return false;
	return true;
}

/* ---- names to values ---------------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
	const Value *const *x = a, *const *y = b;
	const int order = strcmp((*x)->name, (*y)->name);
	if (order)
		return order;
	if ((*x)->node != (*y)->node)
		return (*x)->node->id < (*y)->node->id ? -1 : 1;
	return (*x)->index - (*y)->index;
}

/* First of the values of that name in sorted order, NULL if there is none. */
static Value *find_value(const Parser *p, const char *name)
{
	int lo = 0, hi = p->values.n;
	while (lo < hi) {
		const int mid = lo + (hi - lo) / 2;
		if (strcmp(p->values.at[mid]->name, name) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == p->values.n || strcmp(p->values.at[lo]->name, name))
		return NULL;
	const Value *v = p->values.at[lo];
	return &v->node->out[v->index];
}

static void fail_undefined(Parser *p, const Ref *r)
{
	enum { MOST = 4096 }; /* candidates looked at */
	const int n = p->values.n < MOST ? p->values.n : MOST;
	const char **names = NEW_ARRAY(p->arena, const char *, n);
	for (int i = 0; i < n; i++)
		names[i] = p->values.at[i]->name;
	const char *near = closest_name(r->name, names, n);
	diag_error(p->diag, E405, r->loc, "graph '%s' has no value '%s'%s%s%s", p->graph->name,
		   r->name, near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "");
}

/* After a mistake in the graph a missing name tells nothing. */
static void resolve(Parser *p)
{
	if (p->diag->nerrors > p->errors_before)
		return;
	if (p->values.n)
		qsort(p->values.at, (size_t)p->values.n, sizeof *p->values.at, by_name);
	for (int i = 0; i < p->refs.n && p->diag->nerrors <= DIAG_MAX_ERRORS; i++) {
		const Ref *r = &p->refs.at[i];
		Value *v = find_value(p, r->name);
		if (!v)
			fail_undefined(p, r);
		else if (r->node)
			node_set_in(r->node, r->index, v);
		else
			graph_set_output(p->graph, r->index, v);
	}
}

/* ---- lines -------------------------------------------------------------------------------- */

static bool parse_inside(Parser *p)
{
	const int c = peek(p);
	const char *from = p->p;
	if (c == '%')
		return parse_node(p);
	if (accept(p, '}')) {
		resolve(p);
		p->graph = NULL;
		return true;
	}
	const char *word = parse_word(p);
	if (word && !strcmp(word, "output"))
		return parse_output(p, from);
	p->p = from;
	return fail_expected(p, "a node, 'output' or '}'");
}

/* Says once that there is no module line, then goes on without. */
static bool parse_outside(Parser *p)
{
	peek(p);
	const char *from = p->p, *word = parse_word(p);
	const bool graph = word && !strcmp(word, "graph");
	if (!p->module->name) {
		if (word && !strcmp(word, "module"))
			return (p->module->name = parse_word_name(p, "a module name")) != NULL;
		p->p = from;
		fail_expected(p, "'module'");
		p->module->name = "";
	} else if (!graph) {
		p->p = from;
		return fail_expected(p, "'graph'");
	}
	return graph && parse_graph(p);
}

static void parse_line(Parser *p)
{
	if (peek(p) == END_OF_LINE)
		return;
	if (!(p->graph ? parse_inside(p) : parse_outside(p)))
		return;
	if (peek(p) != END_OF_LINE)
		fail_expected(p, "the end of the line");
}

/* False at the end of the text. */
static bool next_line(Parser *p)
{
	while (p->p < p->end && *p->p != '\n')
		p->p++;
	if (p->p == p->end)
		return false;
	p->line_start = ++p->p;
	p->line++;
	return true;
}

Module *ir_parse(Arena *a, Diag *d, const OpTable *ops, const Source *src)
{
	Parser p = {.arena = a, .diag = d, .ops = ops, .src = src, .p = src->text, .line = 1};
	const int before = d->nerrors;
	p.end = p.p + src->len;
	p.line_start = p.p;
	p.module = module_new(a, d, ops, NULL);
	p.module->text = src;
	do
		parse_line(&p);
	while (d->nerrors - before <= DIAG_MAX_ERRORS && next_line(&p));
	if (d->nerrors > before)
		return NULL;
	if (p.graph)
		fail(&p, E401, p.p, "graph '%s' is not closed with '}'", p.graph->name);
	else if (!p.module->name)
		fail(&p, E401, p.p, "the text is empty");
	return d->nerrors > before ? NULL : p.module;
}
