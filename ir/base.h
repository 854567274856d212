/* base.h: memory, text and diagnostics shared by the whole compiler.
 *
 * Everything a compile allocates lives in one Arena and is freed with it. Every message to the
 * user goes through Diag. There is no other state: no function here touches a global. */
#ifndef SELDC_BASE_H
#define SELDC_BASE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* ---- arena.c ---------------------------------------------------------------------------- */

typedef struct Arena Arena;

/* Creates an arena; out of memory ends the process with a message and status 4. */
Arena *arena_new(void);
void arena_free(Arena *a);
/* Zeroed, 16-byte aligned memory that lives as long as the arena. */
void *arena_alloc(Arena *a, size_t bytes);
/* n * size with overflow checked (overflow is treated as out of memory). */
void *arena_array(Arena *a, size_t n, size_t size);
/* Returns a block of new_bytes that starts with the old_bytes of p; p stays valid. */
void *arena_grow(Arena *a, const void *p, size_t old_bytes, size_t new_bytes);
char *arena_strdup(Arena *a, const char *s);
char *arena_strndup(Arena *a, const char *s, size_t n);
char *arena_printf(Arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(Arena *a, const char *fmt, va_list ap);

#define NEW(a, T) ((T *)arena_alloc((a), sizeof(T)))
#define NEW_ARRAY(a, T, n) ((T *)arena_array((a), (size_t)(n), sizeof(T)))

/* A growable array in an arena: declare `LIST(Node *) nodes;`, append with list_push. */
#define LIST(T)                                                                                    \
	struct {                                                                                   \
		T *at;                                                                             \
		int n, cap;                                                                        \
	}
#define list_push(a, l, v)                                                                         \
	((l)->n == (l)->cap                                                                        \
	     ? (void)((l)->at = list_grow((a), (l)->at, (l)->n, &(l)->cap, sizeof *(l)->at))       \
	     : (void)0,                                                                            \
	 (l)->at[(l)->n++] = (v))
void *list_grow(Arena *a, const void *at, int n, int *cap, size_t size);

/* ---- buf.c ------------------------------------------------------------------------------ */

/* Growing text. `s` is always NUL terminated once something was written. */
typedef struct Buf {
	Arena *arena;
	char *s;
	size_t len, cap;
} Buf;

void buf_init(Buf *b, Arena *a);
void buf_putc(Buf *b, char c);
void buf_puts(Buf *b, const char *s);
void buf_write(Buf *b, const void *p, size_t n);
void buf_printf(Buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The shortest decimal that reads back as exactly v; nan, inf and -inf are spelled so. */
void buf_double(Buf *b, double v);

enum { BUF_COLUMNS = 100 };
/* A line of C after `tabs` tabs, broken behind commas, or at any blank, before column 100; what
 * follows starts with `next`. */
void buf_wrap(Buf *b, int tabs, const char *s, const char *next, bool anywhere);

/* Whole file as NUL-terminated text in the arena; NULL when it cannot be read (errno says why). */
char *file_read(Arena *a, const char *path, size_t *len);
/* Writes beside, flushes, renames; false (errno) on failure, in which case path is untouched. A
 * link is followed; a device or a pipe is written to, not replaced. */
bool file_write(const char *path, const void *data, size_t len);
/* The same, but a link or device of that name is replaced: for names that we made up, in a folder
 * that others may write to. */
bool file_replace(const char *path, const void *data, size_t len);
/* Renames a finished file to `path`, with links and devices as in file_write; false (errno). */
bool file_move(const char *from, const char *path);
/* Whether file_write has a folder to write to, or a device or pipe; else errno says why. */
bool file_writable(const char *path);

/* ---- text.c: a writer for each place that text of a user goes to ------------------------- */

enum { TEXT_MAX_WORD = 200, TEXT_MAX_NAME = 1000 }; /* bytes */

/* The character is for showing: no control character, end of a line, change of direction. */
bool text_shows(unsigned code);
/* Bytes of the UTF-8 character at s, 1 to 4; 0 if it is none, or not for showing. */
int text_char(const char *s);
/* [A-Za-z_][A-Za-z0-9_]*, at most TEXT_MAX_WORD bytes. */
bool text_is_word(const char *s);
/* Characters for showing, at least one, at most TEXT_MAX_NAME bytes. */
bool text_is_plain(const char *s);
/* Letters and digits, and '_' between them: "enc.*.b1.conv1" is enc_b1_conv1. For the middle or the
 * end of an identifier of C; two names can have the same. */
const char *text_ident(Arena *a, const char *name);
/* For a terminal: bytes that are not for showing as \xHH. An end of line stays before two blanks:
 * a list below its message cannot be taken for another message. */
const char *text_shown(Arena *a, const char *s);
/* For the middle of a comment of C: without its marks, trigraphs, backslashes at the end of a word,
 * and characters that are not for showing. */
const char *text_comment(Arena *a, const char *s);
/* A comment of C after `tabs` tabs, broken before column 100; blanks in front go. */
void buf_comment(Buf *b, int tabs, const char *s);
/* A literal of C, also of assembler; NULL: the word. */
void buf_c_string(Buf *b, const char *s);
void buf_json_string(Buf *b, const char *s);
/* Between tags or in an attribute in quotes. */
void buf_html(Buf *b, const char *s);

/* ---- random numbers ------------------------------------------------------------------------ */

/* splitmix64 (Steele, Lea, Flood 2014); any state will do. */
static inline uint64_t random_bits(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

/* ---- diag.c ----------------------------------------------------------------------------- */

/* One input text. text is NULL where only the name is known (places read from text IR). */
typedef struct Source {
	const char *name;
	const char *text;
	size_t len;
} Source;

/* A place in a Source: line and column from 1 (bytes), len bytes marked. src NULL: no place. */
typedef struct Loc {
	const Source *src;
	int line, col, len;
	const char *pointer; /* JSON pointer (RFC 6901) of the place, or NULL */
} Loc;

/* Diagnostic codes: rows of diag.def, in steps that never change meaning. */
typedef enum DiagCode {
#define CODE(num, title, text) E##num = num,
#include "diag.def"
#undef CODE
} DiagCode;

enum { DIAG_MAX_ERRORS = 20 };

/* Exit statuses of seldc. */
enum { EXIT_DONE = 0, EXIT_INPUT = 1, EXIT_USAGE = 2, EXIT_TOOLCHAIN = 3, EXIT_BUG = 4 };

typedef struct Diag {
	Arena *arena;
	FILE *out; /* stderr, or where a test wants it */
	int nerrors;
	int status;      /* by the first error: EXIT_TOOLCHAIN for codes 6xx, else EXIT_INPUT */
	bool suppressed; /* more than DIAG_MAX_ERRORS were found; said once */
	void (*before)(void *ctx); /* before each message, or NULL: wipes a line of progress */
	void *before_ctx;
	jmp_buf *fatal; /* where diag_fatal goes */
} Diag;

/* Message wording: lower case, no full stop, problem first, names in 'single quotes', both the
 * wanted and the found value. Printed as
 *     file:line:col: error: MESSAGE [E0412]
 *        41 |     "in": ["a", "b"],
 *           |             ^~~
 *        at /nodes/3/in/0                                                                     */
void diag_error(Diag *d, DiagCode code, Loc loc, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
void diag_warning(Diag *d, Loc loc, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Belongs to the error or warning before it; dropped with it when that was suppressed. */
void diag_note(Diag *d, Loc loc, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* As diag_error, then returns to the setjmp in compile(). */
_Noreturn void diag_fatal(Diag *d, DiagCode code, Loc loc, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* Ends the phase: returns to compile() if any error was reported. */
void diag_check(Diag *d);
/* The code for a call of the system that failed: E602 if errno says that memory, room or the like
 * lack, which is nobody's fault, else the one given. */
DiagCode diag_by_errno(DiagCode otherwise);
/* Title and explanation of a code ("E0412", "0412" or "412"); false if there is none. */
bool diag_explain(const char *code, const char **title, const char **text);

/* The entry of names[0..n) nearest to `word` (edit distance at most a third of its length plus
 * one), or NULL. For "did you mean". */
const char *closest_name(const char *word, const char *const *names, int n);

/* A broken invariant of ours: prints where and what, exits with status 4. */
#define BUG(...) bug_at(__FILE__, __LINE__, __VA_ARGS__)
_Noreturn void bug_at(const char *file, int line, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
