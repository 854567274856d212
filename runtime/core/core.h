/* core.h: the ground floor of libseldrt: errors, files, tensors, weights, audio, sessions; not
 * installed.
 *
 * Conventions: functions return an RtStatus and describe a failure in `err` (never NULL); objects
 * are plain structs that a *_release or *_close function makes empty again, and releasing a zeroed
 * object does nothing. Only program.c, and the verbs it lists, write to the terminal. */
#ifndef SELDRT_CORE_H
#define SELDRT_CORE_H

#include <cjson/cJSON.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>

#include "runtime/seldrt.h"

#define RT_COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* ---- error.c ---------------------------------------------------------------------------- */

/* Sets the message and returns `status`, so that `return rt_fail(...)` reads well. */
RtStatus rt_fail(RtError *err, RtStatus status, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Adds to the message; what does not fit is cut. */
void rt_error_append(RtError *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
RtStatus rt_no_memory(RtError *err);
/* n * size bytes, zeroed; NULL on overflow or lack of memory. Never NULL for n == 0. */
void *rt_alloc(uint64_t n, uint64_t size);
/* Seconds of a monotonic clock. */
double rt_seconds(void);

/* ---- hash.c ----------------------------------------------------------------------------- */

/* Of bytes that come in pieces; which pieces does not matter. Begins as zeros. */
typedef struct RtHash {
	uint64_t lane[4], n; /* n: bytes so far */
	unsigned char block[32];
} RtHash;

void rt_hash_add(RtHash *h, const void *bytes, size_t n);
uint64_t rt_hash_end(const RtHash *h);
/* Of n bytes, going on from another hash or a number. */
uint64_t rt_hash(uint64_t from, const void *bytes, size_t n);

/* ---- file.c ----------------------------------------------------------------------------- */

/* A whole file, mapped where it is a regular one, else read to its end. */
typedef struct RtBytes {
	const unsigned char *at;
	size_t n;
	bool mapped;
} RtBytes;

RtStatus rt_bytes_open(RtBytes *b, const char *path, RtError *err);
void rt_bytes_release(RtBytes *b);

/* Makes a folder and those above it. */
RtStatus rt_make_dirs(const char *path, RtError *err);
/* Last component of a path; points into it. */
const char *rt_base_name(const char *path);

/* ---- kind.c ----------------------------------------------------------------------------- */

typedef enum RtWanted { RT_WANT_WEIGHTS, RT_WANT_ARRAYS, RT_WANT_RECORDING } RtWanted;

/* Fails with what the file is instead of what was wanted, as far as its content tells, and what to
 * do about it. */
RtStatus rt_fail_kind(const RtBytes *b, const char *path, RtWanted wanted, RtError *err);

/* ---- out.c ------------------------------------------------------------------------------ */

/* "PATH: why", by errno: RT_DEVICE where memory, disk or descriptors lack, else RT_INPUT. */
RtStatus rt_fail_errno(RtError *err, const char *path, int why);

/* Bytes being written to a file, standard output or memory. A file has a temporary name beside
 * `path` until rt_out_commit flushes it to disk and renames it; devices and pipes are written
 * directly. After a failure, whatever is written is dropped and rt_out_commit reports it. */
typedef struct RtOut {
	int fd;            /* -1: memory */
	int failed;        /* errno of the first failure, 0: none */
	char *path, *temp; /* temp NULL: written directly */
	char *at;          /* n bytes are waiting in a buffer of cap */
	size_t n, cap;
} RtOut;

RtStatus rt_out_open(RtOut *o, const char *path, RtError *err);
RtStatus rt_out_stdout(RtOut *o, RtError *err);
void rt_out_memory(RtOut *o);
void rt_out_write(RtOut *o, const void *p, size_t n);
void rt_out_puts(RtOut *o, const char *text);
void rt_out_print(RtOut *o, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void rt_out_vprint(RtOut *o, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
/* Ends the file; after a failure it is removed, and the failure reported. */
RtStatus rt_out_commit(RtOut *o, RtError *err);
/* What went to memory, with a NUL after it, to be freed; NULL where memory lacked. n may be
 * NULL. */
char *rt_out_take(RtOut *o, size_t *n, RtError *err);
/* Adds what went to memory, and ends that. */
void rt_out_move(RtOut *o, RtOut *memory);
/* Gives up what is written; does nothing after rt_out_commit and rt_out_take. */
void rt_out_cancel(RtOut *o);

/* ---- folder.c --------------------------------------------------------------------------- */

typedef struct RtPaths {
	char **at;
	int n, cap;
} RtPaths;

/* Files below `dir` whose names end in `suffix`, in whatever case, hidden ones left out, by name;
 * RT_INPUT if there are none. The other files there are added to `others`, if it is not NULL.
 * Release p in any case. */
RtStatus rt_find_files(const char *dir, const char *suffix, RtPaths *p, RtPaths *others,
		       RtError *err);
/* The files have the same name but for folders and suffix. */
bool rt_same_stem(const char *a, const char *b);
void rt_paths_release(RtPaths *p);
/* "dir/name", to be freed; NULL where memory lacks. */
char *rt_path_join(const char *dir, const char *name);

/* ---- tensor.c --------------------------------------------------------------------------- */

enum { RT_SHAPE_TEXT = 24 * RT_MAX_RANK + 16 };

/* Product of dims; false if negative or over 2^53. */
bool rt_numel(int rank, const int64_t *dim, uint64_t *n);
/* Values of a tensor of a model, whose sizes the compiler has checked. */
uint64_t rt_tensor_numel(const RtTensor *t);
/* "[3,4]" */
const char *rt_shape_text(char out[RT_SHAPE_TEXT], int rank, const int64_t *dim);
bool rt_same_shape(const RtTensor *t, int rank, const int64_t *dim);

typedef enum RtFloat { RT_F32, RT_F64, RT_F16, RT_BF16, RT_FLOATS } RtFloat;

/* Whether it is the name of a type of these in a safetensors file; then which. */
bool rt_float_known(const char *name);
RtFloat rt_float_named(const char *name);
const char *rt_float_name(RtFloat type);
int rt_float_bytes(RtFloat type);

/* Numbers in a file, of any alignment. The bytes belong to someone else. */
typedef struct RtArray {
	int rank;
	int64_t dim[RT_MAX_RANK];
	RtFloat type;
	const unsigned char *data;
} RtArray;

/* Those of a tensor in memory. */
RtArray rt_array_of(const RtTensor *t, const float *x);
/* Values first .. first+n-1 in row-major order as float32. */
void rt_array_get(const RtArray *a, uint64_t first, uint64_t n, float *out);
/* Value i as it is there. */
double rt_array_value(const RtArray *a, uint64_t i);

/* ---- npy.c ------------------------------------------------------------------------------ */

/* Reads the header of a .npy file (versions 1 to 3, '<f4', '<f8' or '<f2', C order) and checks that
 * the file is exactly as long as it says. `label` names the file in messages. */
RtStatus rt_npy_parse(RtArray *a, const RtBytes *b, const char *label, RtError *err);
/* Version 1 header of a float32 array; the values follow in row-major order. */
void rt_npy_header(RtOut *f, int rank, const int64_t *dim);

/* ---- safetensors.c ---------------------------------------------------------------------- */

typedef struct RtEntry {
	const char *name, *dtype;
	int rank; /* more than RT_MAX_RANK: dim holds the first ones only */
	int64_t dim[RT_MAX_RANK];
	uint64_t begin, end; /* within the data part */
	const unsigned char *data;
	bool used;
} RtEntry;

/* A safetensors file, checked: sizes agree with types and shapes, the data part is covered
 * without overlap or gap, names are unique. Entries are sorted by name. */
typedef struct RtSafetensors {
	int n;
	RtEntry *entries;
	void *json; /* owns the strings */
} RtSafetensors;

/* `bytes` must outlive st. */
RtStatus rt_st_parse(RtSafetensors *st, const unsigned char *bytes, uint64_t n, const char *label,
		     RtError *err);
void rt_st_release(RtSafetensors *st);
RtEntry *rt_st_find(const RtSafetensors *st, const char *name);
/* Takes a prefix off all names that have it, which must leave them unique. */
void rt_st_strip(RtSafetensors *st, const char *prefix);
/* The values of an entry whose type is a float and whose rank is at most RT_MAX_RANK. */
RtArray rt_st_array(const RtEntry *e);
/* Writes the header for float32 tensors, whose values must follow in the same order. */
void rt_st_header(RtOut *f, int n, const RtTensor *tensors);

/* An entry of __metadata__. */
typedef struct RtMeta {
	const char *key, *value;
} RtMeta;

/* checksum: name of a last entry, of eight bytes; NULL: none. */
void rt_st_header_meta(RtOut *f, int n, const RtTensor *tensors, int nmeta, const RtMeta *meta,
		       const char *checksum);
/* The text stored under `key`, or NULL. */
const char *rt_st_meta(const RtSafetensors *st, const char *key);

/* ---- fit.c ------------------------------------------------------------------------------ */

/* Lists stop after so many lines of so many bytes. */
enum { RT_LISTED = 10, RT_LINE = 320 };

typedef enum RtMisfit {
	RT_MISSING,
	RT_WRONG_SHAPE,
	RT_WRONG_TYPE,
	RT_LEFT_OVER,
	RT_MISFITS
} RtMisfit;

/* What does not fit between a file and what is wanted of it. Begins as zeros. */
typedef struct RtMisfits {
	int n[RT_MISFITS];
	char line[RT_MISFITS][RT_LISTED][RT_LINE]; /* of the first ones */
} RtMisfits;

/* Marks the entry for t as used; notes if there is none or one of another shape or type. */
void rt_misfits_want(RtMisfits *m, const RtSafetensors *st, const RtTensor *t);
/* Notes each entry that is not used. */
void rt_misfits_left_over(RtMisfits *m, const RtSafetensors *st);
/* "LABEL: n tensors do not fit WHAT", counts and a list; RT_OK if all fit. */
RtStatus rt_misfits_status(const RtMisfits *m, const char *label, const char *what, RtError *err);

/* Tensors with values that nothing can be computed with. Begins as zeros. */
typedef struct RtBadValues {
	int n;
	char line[RT_LISTED][RT_LINE]; /* of the first ones */
} RtBadValues;

/* Notes the values that are not finite as float32, or else outside the domain that a statistic of
 * this name has. */
void rt_values_check(RtBadValues *v, const char *name, const RtArray *a);
/* "LABEL: 'NAME' has 2 of 8 values that are not finite, the first (nan) at [3]"; a list where there
 * are more tensors; RT_OK where there are none. */
RtStatus rt_values_status(const RtBadValues *v, const char *label, RtError *err);

/* ---- json.c --------------------------------------------------------------------------------- */

/* Parses n bytes; `end` (may be NULL) gets the place after the value. RT_INPUT: the text is not
 * JSON; RT_DEVICE: memory lacks. */
RtStatus rt_json_read(cJSON **j, const char *text, size_t n, const char **end, RtError *err);

enum { RT_JSON_PATH = 256 };
/* The member of that name, or NULL. */
cJSON *rt_json_member(const cJSON *o, const char *name);
/* What stands at a path of names with dots between, or NULL. */
cJSON *rt_json_find(const cJSON *root, const char *path);
/* The number, or flag as 0 or 1, at that path; false if there is none. */
bool rt_json_number_at(const cJSON *root, const char *path, double *v);

/* A value being written. Members of objects have a key, those of lists NULL. At most 63 deep. */
typedef struct RtJson {
	RtOut *out;
	bool pretty; /* over several lines */
	int depth;
	uint64_t any; /* bit d: something stands before at depth d */
} RtJson;

RtJson rt_json_begin(RtOut *out, bool pretty);
void rt_json_object(RtJson *j, const char *key);
void rt_json_end_object(RtJson *j);
void rt_json_list(RtJson *j, const char *key);
void rt_json_end_list(RtJson *j);
/* NaN and infinity become null. */
void rt_json_number(RtJson *j, const char *key, double v);
void rt_json_numbers(RtJson *j, const char *key, const double *v, int n);
void rt_json_string(RtJson *j, const char *key, const char *text);
void rt_json_bool(RtJson *j, const char *key, bool v);
void rt_json_null(RtJson *j, const char *key);
/* A text that is JSON itself. */
void rt_json_raw(RtJson *j, const char *key, const char *text);
/* A tree in memory. */
void rt_json_value(RtJson *j, const char *key, const cJSON *v);

enum { RT_NUMBER_TEXT = 32 };
/* As few digits, from 15 on, as read back to the same number. */
const char *rt_number_text(char out[RT_NUMBER_TEXT], double v);

/* ---- progress.c ------------------------------------------------------------------------- */

enum { RT_PROGRESS_ROWS = 24 };

/* A text on stderr that is rewritten in place; silent unless stderr is a terminal. It takes as many
 * rows as it needs, broken at spaces, but no more than the terminal or `length` has. */
typedef struct RtProgress {
	bool on;
	const atomic_int *stop; /* not 0: the user wants what takes long to end; may be NULL */
	double last;            /* when it was written */
	int rows;               /* shown; 0: nothing */
	int length[RT_PROGRESS_ROWS]; /* bytes in each */
} RtProgress;

void rt_progress_open(RtProgress *p, bool quiet);
void rt_progress_show(RtProgress *p, const char *what, int64_t done, int64_t total);
/* The same with a text of one's own. */
void rt_progress_text(RtProgress *p, const char *text);
/* Wipes the text, before other output and at the end. */
void rt_progress_clear(RtProgress *p);

/* ---- init.c ----------------------------------------------------------------------------- */

/* Values first .. first+n-1 of the stream that (seed, name) stands for: uniform in (0,1), or
 * standard normal. Any part of a stream can be made alone, so threads and order do not matter. */
void rt_random_uniform(uint64_t seed, const char *name, uint64_t first, uint64_t n, double *out);
void rt_random_normal(uint64_t seed, const char *name, uint64_t first, uint64_t n, double *out);
/* Initial values of a parameter. threads 0: all. */
RtStatus rt_init_param(const RtParam *p, uint64_t seed, int threads, float *out, RtError *err);
/* A weights file of initial values, optional parameters left out: without them it means the
 * same. */
RtStatus rt_init_write(const RtModel *m, uint64_t seed, int threads, const char *path,
		       RtProgress *progress, RtError *err);

/* ---- threads.c -------------------------------------------------------------------------- */

/* Processors that this process may use: those of its affinity, less if its cgroups have a quota of
 * CPU time. root: "", or a folder with proc/ and sys/. */
int rt_threads_allowed(const char *root);
/* Bounds how long OpenMP's threads wait by looking before they sleep: unbounded, they keep the
 * processor from the very thread that they wait for, where other processes run, too. Its library
 * reads the bound before main, so the program is started again with it; a user's own is obeyed. */
void rt_wait_briefly(char **argv);

/* ---- weights.c -------------------------------------------------------------------------- */

/* Pointers to the values of each parameter, in model order: into the file, or into memory. */
typedef struct RtWeights {
	int n;
	const float **params;
	float **owned; /* those that are in memory */
	RtBytes file;
	int converted[RT_FLOATS]; /* tensors, by the type they had */
	char prefix[64];          /* taken off all names */
} RtWeights;

/* From a safetensors file, or with path NULL from those embedded in the program. Names missing,
 * left over, of wrong shape or type are counted and listed, and so are values that are not finite
 * or outside their domain. Other floats are converted; a prefix of all names is taken off. */
RtStatus rt_weights_open(RtWeights *w, const RtModel *m, const char *path, RtError *err);
/* As rt_weights_open, then statistics of the features from a file of their own. path or statistics
 * NULL: those of the program. */
RtStatus rt_weights_load(RtWeights *w, const RtModel *m, const char *path, const char *statistics,
			 RtError *err);
/* What was done to make the file fit, in one line; false if nothing was. */
bool rt_weights_note(const RtWeights *w, RtError *text);
/* The model standardises its features, by what is not known. */
bool rt_weights_unscaled(const RtWeights *w, const RtModel *m);
/* Parameter of that name, or -1. */
int rt_param_find(const RtModel *m, const char *name);
/* As rt_weights_open on bytes in memory, which must outlive w. */
RtStatus rt_weights_parse(RtWeights *w, const RtModel *m, const unsigned char *bytes, uint64_t n,
			  const char *label, RtError *err);
/* As a program's open takes them; valid as long as w. */
RtSource rt_weights_source(const RtWeights *w);
/* Initial values. */
RtStatus rt_weights_init(RtWeights *w, const RtModel *m, uint64_t seed, int threads, RtError *err);
/* For graphs whose results do not depend on weights: optional ones get initial values, all
 * others zeros. */
RtStatus rt_weights_none(RtWeights *w, const RtModel *m, RtError *err);
void rt_weights_release(RtWeights *w);

/* ---- container.c ------------------------------------------------------------------------ */

enum { RT_MAX_NOTES = 6 };

/* What is to be said of a file that can be used: "warning" or "note", and the text. */
typedef struct RtNotes {
	int n;
	struct {
		const char *kind;
		char text[200];
	} at[RT_MAX_NOTES];
} RtNotes;

void rt_note(RtNotes *notes, const char *kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#define RT_NOT_SAID UINT64_MAX

/* Which bytes of a file are given to the decoder: `head` in place of those before `begin`, then
 * those before `end`. */
typedef struct RtContainer {
	unsigned char *head;
	size_t nhead, begin, end;
	uint64_t samples; /* bytes of them; RT_NOT_SAID: the container does not tell */
	bool endless;     /* the end of the stream is missing */
	bool fuma;        /* it says that the channels are W X Y Z in FuMa's scale */
	uint32_t mask;    /* the loudspeakers that it gives the channels to; 0: none */
} RtContainer;

/* RT_INPUT where samples are missing, or more than the header explains. b must outlive c. */
RtStatus rt_container_open(RtContainer *c, const RtBytes *b, const char *path, RtNotes *notes,
			   RtError *err);
void rt_container_release(RtContainer *c);

/* ---- audio.c ---------------------------------------------------------------------------- */

/* A recording at the model's rate: interleaved, finite, full scale 1; of ambisonic ones the
 * channels are in ACN order, scaled as SN3D. */
typedef struct RtClip {
	float *x;
	int64_t frames; /* samples a channel, at least 1 */
	int channels, rate;
	int file_rate; /* differs from rate where it was resampled */
	RtNotes notes;
} RtClip;

/* A recording, [n, channels]: x or, where that is NULL, x16 as of 16-bit files. */
typedef struct RtSamples {
	const float *x;
	const int16_t *x16;
	int64_t n;
	int channels;
} RtSamples;

RtStatus rt_clip_open(RtClip *c, const char *path, const RtAudio *want, RtError *err);
RtSamples rt_clip_samples(const RtClip *c);
void rt_clip_release(RtClip *c);

/* ---- model.c -------------------------------------------------------------------------------- */

/* Index of the graph, or of the tensor among n, of that name; -1: there is none. */
int rt_graph_find(const RtModel *m, const char *name);
int rt_tensor_find(int n, const RtTensor *t, const char *name);

/* ---- segment.c -------------------------------------------------------------------------- */

/* A clip is cut into segments of a->samples without overlap, the last one padded with zeros. */
int64_t rt_segment_count(const RtAudio *a, int64_t clip_frames);
/* Label frames of the clip: the last one may be incomplete. */
int64_t rt_label_frames(const RtAudio *a, int64_t clip_frames);
/* The graph that takes audio: "features" or, without it, "main". */
const RtGraph *rt_first_graph(const RtModel *m);
/* Whether all its inputs can be made from audio. */
bool rt_segments_fit(const RtModel *m);
/* Its inputs for example `example` of a batch, the segment that begins at sample `begin`. r NULL:
 * silence. whole: see below; NULL: the segment is all there is of the recording. pcm: the audio
 * goes there, not to its input, in 16 bits as [batch, samples, channels]; NULL: it does not. */
void rt_segment_fill(const RtModel *m, const RtSamples *r, const float *whole, int64_t begin,
		     int64_t example, float *const *in, int16_t *pcm);

/* Of `frames` feature frames of a segment with `length` samples, those within the recording; all
 * where the graph does not take a length. */
int64_t rt_segment_frames(const RtModel *m, int64_t frames, int64_t length);

/* What the graph takes of a whole recording, not of a segment: numbers that are the largest of all
 * segments. 0 where it takes none. */
uint64_t rt_whole_count(const RtModel *m);
/* As many numbers, before any segment has been seen; to be freed. NULL where memory lacks. */
float *rt_whole_new(const RtModel *m);
/* Takes in what the graph gave for an example: outputs of the names of these inputs. */
void rt_whole_add(const RtModel *m, float *const *out, int64_t example, float *whole);

/* ---- session.c -------------------------------------------------------------------------- */

/* Buffers for one graph, one batch. */
typedef struct RtIo {
	int nin, nout;
	float **in, **out;
} RtIo;

RtStatus rt_io_open(RtIo *io, const RtGraph *g, RtError *err);
void rt_io_release(RtIo *io);

/* An opened program. */
typedef struct RtSession {
	const RtModel *model;
	void *self;
	int features, main; /* graph indices; features -1 where the model has none */
	RtIo fio, mio;
} RtSession;

/* Checks what every verb takes for granted of a model; RT_BUG where it does not hold. */
RtStatus rt_model_check(const RtModel *m, RtError *err);
/* Whether the sizes of all inputs and outputs begin with the batch. */
bool rt_graph_batched(const RtModel *m, const RtGraph *g);
/* Opens the program and makes its buffers; w can be released afterwards. */
RtStatus rt_session_open(RtSession *s, const RtModel *m, const RtWeights *w, int threads,
			 RtError *err);
void rt_session_close(RtSession *s);
RtStatus rt_session_run(RtSession *s, int graph, RtError *err);
/* Buffers for the inputs of the graph that takes audio. */
float **rt_session_in(RtSession *s);
/* Segments first .. first+batch-1 into them. whole: what rt_session_whole made, or NULL. */
void rt_session_fill(RtSession *s, const RtSamples *r, const float *whole, int64_t first);
/* The same, through the features graph (out: s->fio). */
RtStatus rt_session_features(RtSession *s, const RtSamples *r, const float *whole, int64_t first,
			     RtError *err);
/* What the graph takes of the whole recording; *whole is to be freed, NULL if that is nothing. */
RtStatus rt_session_whole(RtSession *s, const RtSamples *r, float **whole, RtError *err);
/* The output of the features graph that feeds an input of main: "features" takes the standardised
 * ones where the model makes them, any other the output of its own name. -1: there is none. */
int rt_feeding_output(const RtGraph *f, const char *input);
/* Roofline of one run of `graph` or RT_INFER; zeros where the program does not know. */
RtRoof rt_session_roof(const RtSession *s, int graph);
/* Seconds of it: the slower of arithmetic and memory. */
double rt_roof_seconds(RtRoof r);
/* What rt_session_features left, through main (out: s->mio). */
RtStatus rt_session_main(RtSession *s, RtError *err);
/* Whether example `index` of every output of main is finite; RT_NUMERIC that names those that are
 * not. */
RtStatus rt_session_check(const RtSession *s, int64_t index, RtError *err);
/* Inputs as rt_segment_fill fills them, through both graphs (out: s->mio; s->fio may be as it
 * was). */
RtStatus rt_session_infer(RtSession *s, float *const *in, RtError *err);

/* ---- text.c: for a place that is not ours ---- */

/* Between tags or in an attribute in quotes. */
void rt_put_html(RtOut *f, const char *s);
/* To a terminal: bytes that are not for showing as \xHH. An end of line stays before two blanks: a
 * list below its message cannot be taken for another message. */
void rt_put_text(RtOut *f, const char *s);
/* The same to stderr; and lines of ours, whose ends all stay. */
void rt_say_text(const char *s);
void rt_say_whole_lines(const char *s);

/* ---- say.c ---------------------------------------------------------------------------------- */

enum { RT_MAX_SETS = 64 };

/* The command line, parsed. */
typedef struct RtOptions {
	const char *program; /* as it was called, without folders */
	bool json, quiet, table, standardized, resume, no_dropout, micro, jackknife;
	int64_t seed, threads, runs, warmup, repeat;
	double threshold, merge; /* negative: the model's own */
	const char *weights, *statistics, *input, *output, *svg, *data, *out, *batch, *stage, *only;
	int nsets;
	const char *set[RT_MAX_SETS]; /* NAME=VALUE */
	int nargs;
	char **args;
} RtOptions;

/* "PROGRAM: KIND: TEXT" on stderr. */
void rt_say(const RtOptions *o, const char *kind, const char *text);
/* A failure or warning that does not end the verb; shown as rt_main shows the last one. */
void rt_say_error(const RtOptions *o, const char *text);
void rt_say_warning(const RtOptions *o, const char *text);
/* Lines that are diagnostics already. */
void rt_say_lines(const char *lines);
/* Warns that features are not standardised for lack of statistics. */
void rt_say_unscaled(const RtOptions *o);
/* What there is to say of a clip. */
void rt_say_clip(const RtOptions *o, const RtClip *c, const char *path);

#endif
