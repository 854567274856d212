/* runtime_test.c: libseldrt with a small hand-written model. With arguments it is that model's
 * program; without, it runs the tests and prints what failed. Files go to a folder of their own
 * under TMPDIR, which is removed at the end. */
#define _XOPEN_SOURCE 700
#include "runtime/verbs/verbs.h"

#include <fcntl.h>
#include <ftw.h>
#include <math.h>
#include <sndfile.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime_expect.h"

/* ---- the model: 4 channels, segments of half a second, 5 frames of 0.1 s ------------------ */

enum { BATCH = 2, CHANNELS = 4, SAMPLES = 12000, FRAMES = 5, BINS = 8, TRACKS = 3, CLASSES = 13 };
enum { P_WEIGHT, P_BIAS, P_MEAN, P_STD, P_ALOG, P_STEPS, NPARAMS };

static const RtParam fake_params[NPARAMS] = {
    {{"head.weight", 2, {CLASSES, BINS}}, "normal", 0, 0.5, 0, 0, 0},
    {{"head.bias", 1, {CLASSES}}, "uniform", -1, 1, 0, 0, 0},
    {{"scaler.mean", 2, {1, BINS}}, "zeros", 0, 0, 0, 1, 1},
    {{"scaler.std", 2, {1, BINS}}, "ones", 0, 0, 0, 1, 1},
    {{"A_log", 2, {3, 16}}, "log_arange", 0, 0, 0, 0, 0},
    {{"steps", 1, {5}}, "constant", 2.5, 0, 0, 1, 0},
};

static const RtTensor f_in[] = {{"audio", 3, {BATCH, CHANNELS, SAMPLES}}};
static const RtTensor f_out[] = {{"features", 4, {BATCH, 1, FRAMES, BINS}},
				 {"standardized", 4, {BATCH, 1, FRAMES, BINS}}};
static const RtTensor m_in[] = {{"features", 4, {BATCH, 1, FRAMES, BINS}}};
static const RtTensor m_out[] = {{"sed", 4, {BATCH, FRAMES, TRACKS, CLASSES}},
				 {"doa", 4, {BATCH, FRAMES, TRACKS, 3}},
				 {"sde", 4, {BATCH, FRAMES, TRACKS, 1}}};
static const RtGraph fake_graphs[] = {
    {"features", 1, 2, f_in, f_out, 1000, 1e6, 2e6},
    {"main", 1, 3, m_in, m_out, 2000, 3e6, 6e6},
};

typedef struct Fake {
	float weight[CLASSES * BINS], bias[CLASSES], mean[BINS], std[BINS];
} Fake;

static RtStatus fake_open(void **self, const RtSource *weights, int threads, RtError *err)
{
	const float *const *params = weights->params;
	(void)threads;
	Fake *const f = rt_alloc(1, sizeof *f);
	if (!f)
		return rt_no_memory(err);
	memcpy(f->weight, params[P_WEIGHT], sizeof f->weight);
	memcpy(f->bias, params[P_BIAS], sizeof f->bias);
	memcpy(f->mean, params[P_MEAN], sizeof f->mean);
	memcpy(f->std, params[P_STD], sizeof f->std);
	*self = f;
	return RT_OK;
}

/* Bin f of frame t: mean of channel f % 4 over the frame, plus f / 100. */
static void fake_features(const Fake *f, const float *audio, float *raw, float *standardized)
{
	for (int i = 0; i < BATCH * FRAMES * BINS; i++) {
		const int bin = i % BINS, t = i / BINS % FRAMES, b = i / BINS / FRAMES;
		const float *const x = audio + (b * CHANNELS + bin % CHANNELS) * SAMPLES + t * 2400;
		double sum = 0;
		for (int k = 0; k < 2400; k++)
			sum += x[k];
		raw[i] = (float)(sum / 2400 + bin * 0.01);
		standardized[i] = (raw[i] - f->mean[bin]) / f->std[bin];
	}
}

static void fake_main(const Fake *f, const float *x, float *sed, float *doa, float *sde)
{
	for (int i = 0; i < BATCH * FRAMES * TRACKS; i++) {
		const float *const row = x + i / TRACKS * BINS;
		for (int c = 0; c < CLASSES; c++) {
			float sum = f->bias[c] - (float)(i % TRACKS) * 100;
			for (int k = 0; k < BINS; k++)
				sum += f->weight[c * BINS + k] * row[k];
			sed[i * CLASSES + c] = sum;
		}
		for (int k = 0; k < 3; k++)
			doa[i * 3 + k] = row[k + 1];
		sde[i] = row[0];
	}
}

static RtStatus fake_run(void *self, int graph, const float *const *in, float *const *out,
			 RtError *err)
{
	(void)err;
	if (graph == 0)
		fake_features(self, in[0], out[0], out[1]);
	else
		fake_main(self, in[0], out[0], out[1], out[2]);
	return RT_OK;
}

static void fake_close(void *self)
{
	free(self);
}

static const char *const class_names[CLASSES] = {
    "female speech",   "male speech", "clapping", "telephone", "laughter",
    "domestic sounds", "footsteps",   "door",     "music",     "musical instrument",
    "water tap",       "bell",        "knock",
};
static const char *const fake_settings[] = {"classes=13", "norm=none"};

static const RtModel fake = {
    .abi = RT_ABI,
    .name = "fake",
    .doc = "a model for tests",
    .version = "0.0",
    .target = "cpu",
    .precision = "fp32",
    .batch = BATCH,
    .nparams = NPARAMS,
    .params = fake_params,
    .ngraphs = 2,
    .graphs = fake_graphs,
    .nsettings = 2,
    .settings = fake_settings,
    .audio = {24000, CHANNELS, SAMPLES, 2400, FRAMES},
    .decode = {"tracks", "sed", "doa", "sde", 0.5, 0, CLASSES, TRACKS, class_names},
    .ops = {fake_open, fake_run, NULL, fake_close, NULL},
};

/* ---- the tests' own tools ---------------------------------------------------------------- */

typedef struct Test {
	int checks, failures;
	char dir[64];
	RtError *err;
	char *said; /* stderr of the last program run */
	size_t said_room;
} Test;

static void check_at(Test *t, int line, bool ok, const char *what)
{
	t->checks++;
	if (ok)
		return;
	t->failures++;
	printf("runtime_test.c:%d: failed: %s\n", line, what);
}

#define CHECK(t, e) check_at((t), __LINE__, (e), #e)

static void spew(const char *path, const void *p, size_t n)
{
	FILE *const f = fopen(path, "wb");
	if (!f || fwrite(p, 1, n, f) != n || fclose(f) != 0)
		abort();
}

/* Runs the program in this process: a command line split at blanks. stderr goes to t->said,
 * stdout to the file "stdout". */
static int program_with(Test *t, const RtModel *m, const char *line)
{
	char copy[1024], *args[32] = {(char[]){"fake"}};
	int n = 1;
	snprintf(copy, sizeof copy, "%s", line);
	for (char *w = strtok(copy, " "); w; w = strtok(NULL, " "))
		args[n++] = w;
	args[n] = NULL;
	fflush(stdout);
	const int out = dup(1), err = dup(2);
	const int to_out = open("stdout", O_RDWR | O_CREAT | O_TRUNC, 0666);
	const int to_err = open("stderr", O_RDWR | O_CREAT | O_TRUNC, 0666);
	dup2(to_out, 1);
	dup2(to_err, 2);
	const int status = rt_main(m, n, args);
	fflush(stdout);
	dup2(out, 1);
	dup2(err, 2);
	close(out);
	close(err);
	close(to_out);
	const ssize_t got = pread(to_err, t->said, t->said_room - 1, 0);
	t->said[got > 0 ? got : 0] = '\0';
	close(to_err);
	return status;
}

static int program(Test *t, const char *line)
{
	return program_with(t, &fake, line);
}

static bool said(const Test *t, const char *text)
{
	if (strstr(t->said, text))
		return true;
	printf("  said instead: %s", t->said);
	return false;
}

static bool error_says(const Test *t, const char *text)
{
	if (strstr(t->err->text, text))
		return true;
	printf("  said instead: %s\n", t->err->text);
	return false;
}

static bool exists(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0;
}

/* One line and no more. */
static bool one_line(const Test *t)
{
	const char *const end = strchr(t->said, '\n');
	return end && !end[1];
}

/* ---- safetensors and weights ------------------------------------------------------------- */

/* A deterministic sequence for mutations. */
static uint32_t next_random(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*state >> 33);
}

/* A safetensors file: header text, then n zero bytes. */
static RtStatus parse_text(Test *t, const char *json, size_t ndata)
{
	const size_t n = strlen(json);
	unsigned char *const b = rt_alloc(8 + n + ndata, 1);
	for (int i = 0; i < 8; i++)
		b[i] = (unsigned char)(n >> 8 * i);
	memcpy(b + 8, json, n);
	RtSafetensors st;
	t->err->text[0] = '\0';
	const RtStatus s = rt_st_parse(&st, b, 8 + n + ndata, "x", t->err);
	if (!s)
		rt_st_release(&st);
	free(b);
	return s;
}

static void test_safetensors(Test *t)
{
	static const struct {
		const char *json;
		size_t ndata;
	} bad[] = {
	    {"", 0},
	    {"[]", 0},
	    {"{", 0},
	    {"{} x", 0},
	    {"{}", 4},
	    {"{\"a\":1}", 0},
	    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4},
	    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0]}}", 4},
	    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,8]}}", 4},
	    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}", 4},
	    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", 4},
	    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}", 4},
	    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,4]}}", 4},
	    {"{\"a\":{\"dtype\":\"Q9\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4},
	    {"{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
	     4},
	    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4],\"x\":0}}", 4},
	    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296,4294967296],"
	     "\"data_offsets\":[0,0]}}",
	     0},
	    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
	     "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
	     4},
	    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
	     "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[8,12]}}",
	     12},
	    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
	     "\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
	     8},
	};
	for (size_t i = 0; i < RT_COUNT(bad); i++)
		CHECK(t, parse_text(t, bad[i].json, bad[i].ndata) == RT_INPUT && t->err->text[0]);
	CHECK(t, parse_text(t, "{}", 0) == RT_OK);
	CHECK(t, parse_text(t,
			    "{\"__metadata__\":{\"format\":\"pt\"},\"a\":{\"dtype\":\"F32\","
			    "\"shape\":[],\"data_offsets\":[0,4]}}  ",
			    4) == RT_OK);
	CHECK(t, parse_text(t,
			    "{\"a\":{\"dtype\":\"F32\",\"shape\":[0,3],\"data_offsets\":[0,0]},"
			    "\"b\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[0,3]}}",
			    3) == RT_OK);
	static const unsigned char huge[16] = {255, 255, 255, 255, 255, 255, 255, 255, '{'};
	RtSafetensors st;
	for (size_t n = 0; n <= sizeof huge; n++)
		CHECK(t, rt_st_parse(&st, huge, n, "x", t->err) == RT_INPUT);
}

/* Any damage to a file must give an error or a sound result, and an error must say something. */
static void test_fuzz(Test *t)
{
	RtBytes b;
	RtProgress silent = {0};
	CHECK(t, rt_init_write(&fake, 1, 0, "w.safetensors", &silent, t->err) == RT_OK);
	CHECK(t, rt_bytes_open(&b, "w.safetensors", t->err) == RT_OK);
	uint64_t state = 2024, header = 0;
	memcpy(&header, b.at, 8);
	for (int i = 0; i < 20000; i++) {
		size_t n = b.n;
		if (i % 4 == 0)
			n = next_random(&state) % (b.n + 1);
		unsigned char *const copy =
		    malloc(n ? n : 1); /* exact, so that overruns are seen */
		memcpy(copy, b.at, n);
		const int edits = 1 + (int)(next_random(&state) % 4);
		for (int k = 0; k < edits && n; k++) {
			static const char likely[] = "0123456789{}[],:\"-e.";
			const size_t at = next_random(&state) % (n < 8 + header ? n : 8 + header);
			const uint32_t r = next_random(&state);
			copy[at] = r & 256 ? (unsigned char)likely[r % 20] : (unsigned char)r;
		}
		RtWeights w;
		t->err->text[0] = '\0';
		const RtStatus s = rt_weights_parse(&w, &fake, copy, n, "fuzz", t->err);
		if (s == RT_OK)
			rt_weights_release(&w);
		else if (s != RT_INPUT || !t->err->text[0])
			CHECK(t, !"a mutation gave no proper error");
		free(copy);
	}
	rt_bytes_release(&b);
}

static void write_tensors(const char *path, int n, const RtTensor *list)
{
	RtError *const err = rt_alloc(1, sizeof *err);
	RtOut f;
	if (rt_out_open(&f, path, err))
		abort();
	rt_st_header(&f, n, list);
	uint64_t values = 0;
	for (int i = 0; i < n; i++)
		values += rt_tensor_numel(&list[i]);
	for (; values > 0; values--)
		rt_out_write(&f, "\0\0\0\0", 4);
	rt_out_commit(&f, err);
	free(err);
}

static int lines_in(const char *text)
{
	int n = 1;
	for (; *text; text++)
		n += *text == '\n';
	return n;
}

/* All are counted, ten of both kinds listed. */
static void test_many_names(Test *t)
{
	enum { MANY = 5000 };
	RtTensor *const list = rt_alloc(MANY, sizeof *list);
	char(*const names)[64] = rt_alloc(MANY, sizeof *names);
	for (int i = 0; i < MANY; i++) {
		snprintf(names[i], sizeof names[i], "dec.sed.t1.fwd.l1.norm.weight.number.%d", i);
		list[i] = (RtTensor){names[i], 2, {1, 1}};
	}
	RtWeights w;
	write_tensors("many.safetensors", MANY, list);
	CHECK(t, rt_weights_open(&w, &fake, "many.safetensors", t->err) == RT_INPUT);
	CHECK(t, error_says(t, "many.safetensors: 5004 tensors do not fit the model 'fake': "
			       "4 missing, 5000 left over\n"));
	CHECK(t, error_says(t, "\n  missing: 'steps', F32 [5]"));
	CHECK(t, error_says(t, "\n  left over: 'dec.sed.t1.fwd.l1.norm.weight.number.0', F32"));
	CHECK(t, error_says(t, "\n  and 4994 more") && lines_in(t->err->text) == 12);
	free(names);
	free(list);
}

/* ---- weights of other types, under other names, of bad values ---------------------------- */

/* A file with the parameters that the fake model needs, each behind `prefix`, of values that take
 * `size` bytes: `value` everywhere, and `odd` as the last of head.weight. `more`: a name of its
 * own, or NULL. */
static void write_typed(const char *prefix, const char *type, int size, const void *value,
			const void *odd, const char *more)
{
	static const int which[] = {P_WEIGHT, P_BIAS, P_ALOG, P_STEPS};
	char header[2048];
	unsigned char start[8] = {0};
	int n = 0, at = 0;
	FILE *const f = fopen("typed.safetensors", "wb");
	for (size_t i = 0; i < RT_COUNT(which); i++) {
		char shape[RT_SHAPE_TEXT];
		const RtTensor *const p = &fake_params[which[i]].tensor;
		const int bytes = (int)rt_tensor_numel(p) * size;
		n += snprintf(header + n, sizeof header - (size_t)n,
			      "%s\"%s%s\":{\"dtype\":\"%s\",\"shape\":%s,"
			      "\"data_offsets\":[%d,%d]}",
			      i ? "," : "{", prefix, p->name, type,
			      rt_shape_text(shape, p->rank, p->dim), at, at + bytes);
		at += bytes;
	}
	if (more)
		n += snprintf(header + n, sizeof header - (size_t)n,
			      ",\"%s\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[%d,%d]}",
			      more, at, at + 8);
	n += snprintf(header + n, sizeof header - (size_t)n, "}");
	start[0] = (unsigned char)n;
	start[1] = (unsigned char)(n >> 8);
	fwrite(start, 1, sizeof start, f);
	fwrite(header, 1, (size_t)n, f);
	for (int i = 0; i < at / size; i++)
		fwrite(i == CLASSES * BINS - 1 ? odd : value, 1, (size_t)size, f);
	if (more)
		fwrite("\0\0\0\0\0\0\0\0", 1, 8, f);
	fclose(f);
}

static RtStatus open_typed(Test *t, float *last, char note[256])
{
	RtWeights w;
	RtError *const text = rt_alloc(1, sizeof *text);
	const RtStatus s = rt_weights_open(&w, &fake, "typed.safetensors", t->err);
	if (!s) {
		*last = w.params[P_WEIGHT][CLASSES * BINS - 1];
		rt_weights_note(&w, text);
		snprintf(note, 256, "%.255s", text->text);
		rt_weights_release(&w);
	}
	free(text);
	return s;
}

/* Values from the definitions of the formats, IEEE 754 and bfloat16. */
static void test_types(Test *t)
{
	static const struct {
		const char *type;
		int size;
		uint64_t bits;
		float want;
	} good[] = {
	    {"F16", 2, 0x3c00, 1},
	    {"F16", 2, 0xc000, -2},
	    {"F16", 2, 0x3555, 0x1.554p-2f},
	    {"F16", 2, 0x7bff, 65504},
	    {"F16", 2, 0x0400, 0x1p-14f},
	    {"F16", 2, 0x03ff, 1023 * 0x1p-24f},
	    {"F16", 2, 0x0001, 0x1p-24f},
	    {"F16", 2, 0x8001, -0x1p-24f},
	    {"BF16", 2, 0x3f80, 1},
	    {"BF16", 2, 0xc049, -3.140625f},
	    {"BF16", 2, 0x7f7f, 0x1.fep127f},
	    {"BF16", 2, 0x0001, 0x1p-133f},
	    {"F64", 8, 0x3ff0000000000000, 1},
	    {"F64", 8, 0x3fb999999999999a, 0.1f},
	    {"F64", 8, 0x47efffffe0000000, 0x1.fffffep127f},
	    {"F64", 8, 0x3690000000000000, 0}, /* half the least: to even */
	    {"F64", 8, 0x36a0000000000000, 0x1p-149f},
	    {"F64", 8, 0x0000000000000001, 0},
	};
	static const struct {
		const char *type;
		int size;
		uint64_t bits;
		const char *said;
	} bad[] = {
	    {"F16", 2, 0x7c00, "is not finite, the first (inf) at [12,7]"},
	    {"F16", 2, 0x7e00, "is not finite, the first (nan) at [12,7]"},
	    {"BF16", 2, 0xff80, "is not finite, the first (-inf) at [12,7]"},
	    {"BF16", 2, 0x7fc0, "is not finite, the first (nan) at [12,7]"},
	    {"F64", 8, 0x7ff8000000000000, "is not finite, the first (nan) at [12,7]"},
	    {"F64", 8, 0x47effffff0000000, "is infinite as float32, the first (3.40282357e+38)"},
	    {"F64", 8, 0x7e37e43c8800759c, "is infinite as float32, the first (1e+300)"},
	    {"F32", 4, 0x7f800001, "'head.weight' has 1 of 104 values that is not finite"},
	    {"I64", 8, 0, "4 of a wrong type"},
	    {"F8_E4M3", 1, 0, "wrong type: 'steps' is F8_E4M3 [5], need F32 [5]"},
	};
	const uint64_t zero = 0;
	float last = 0;
	char note[256], want[64];
	for (size_t i = 0; i < RT_COUNT(good); i++) {
		write_typed("", good[i].type, good[i].size, &zero, &good[i].bits, NULL);
		CHECK(t, open_typed(t, &last, note) == RT_OK);
		CHECK(t, last == good[i].want && !signbit(last) == !signbit(good[i].want));
		snprintf(want, sizeof want, "4 tensors of %s converted to F32", good[i].type);
		CHECK(t, strcmp(note, want) == 0);
	}
	for (size_t i = 0; i < RT_COUNT(bad); i++) {
		write_typed("", bad[i].type, bad[i].size, &zero, &bad[i].bits, NULL);
		CHECK(t, open_typed(t, &last, note) == RT_INPUT && error_says(t, bad[i].said));
	}
	const float nan = NAN;
	write_typed("", "F32", 4, &nan, &zero, NULL);
	CHECK(t, open_typed(t, &last, note) == RT_INPUT && lines_in(t->err->text) == 5);
	CHECK(t, error_says(t, "typed.safetensors: 4 tensors have values that cannot be right\n"));
	CHECK(t, error_says(t, "'head.weight' has 103 of 104 values that are not finite, the "
			       "first (nan) at [0,0]"));
}

static void test_prefixes(Test *t)
{
	static const char *const taken[] = {
	    "module.",           "_orig_mod.",        "model.",        "net.",
	    "module._orig_mod.", "_orig_mod.module.", "module.model.", "model.net.module."};
	static const char *const not [] = {"encoder.", "modulo.", "modul", "module", "Module."};
	const uint64_t one = 0x3ff0000000000000;
	float last = 0;
	char note[256], want[128], more[64];
	for (size_t i = 0; i < RT_COUNT(taken); i++) {
		snprintf(want, sizeof want,
			 "4 tensors of F64 converted to F32, all names begin "
			 "with '%s', which is left out",
			 taken[i]);
		snprintf(more, sizeof more, "%sbn.num_batches_tracked", taken[i]);
		write_typed(taken[i], "F64", 8, &one, &one, i % 2 ? more : NULL);
		CHECK(t, open_typed(t, &last, note) == RT_OK && strcmp(note, want) == 0);
		write_typed(taken[i], "F64", 8, &one, &one, "n_averaged");
		CHECK(t, open_typed(t, &last, note) == RT_OK && strcmp(note, want) == 0);
		write_typed(taken[i], "F64", 8, &one, &one, "epoch"); /* not all names */
		CHECK(t, open_typed(t, &last, note) == RT_INPUT);
		CHECK(t, error_says(t, "4 missing, 5 left over"));
		snprintf(more, sizeof more, "%sextra", taken[i]);
		write_typed(taken[i], "F64", 8, &one, &one, more);
		CHECK(t, open_typed(t, &last, note) == RT_INPUT &&
			     error_says(t, "\n  left over: 'extra', I64 []"));
		snprintf(want, sizeof want,
			 "1 tensor does not fit the model 'fake' without the "
			 "'%s' of all names",
			 taken[i]);
		CHECK(t, error_says(t, want));
	}
	for (size_t i = 0; i < RT_COUNT(not ); i++) {
		write_typed(not [i], "F64", 8, &one, &one, NULL);
		CHECK(t, open_typed(t, &last, note) == RT_INPUT);
		CHECK(t, error_says(t, ": 4 missing, 4 left over\n"));
	}
	/* names of the model itself that begin so stay */
	static const RtParam own[] = {{{"model.w", 1, {2}}, "zeros", 0, 0, 0, 0, 0},
				      {{"model.model.w", 1, {2}}, "zeros", 0, 0, 0, 0, 0}};
	static const RtTensor file[] = {{"model.model.w", 1, {2}}, {"model.w", 1, {2}}};
	static const RtTensor wrapped[] = {{"model.model.model.w", 1, {2}},
					   {"model.model.w", 1, {2}}};
	const RtModel m = {.name = "own", .nparams = 2, .params = own};
	RtWeights w;
	write_tensors("own.safetensors", 2, file);
	CHECK(t, rt_weights_open(&w, &m, "own.safetensors", t->err) == RT_OK && !w.prefix[0]);
	rt_weights_release(&w);
	write_tensors("own.safetensors", 2, wrapped);
	CHECK(t, rt_weights_open(&w, &m, "own.safetensors", t->err) == RT_OK);
	CHECK(t, strcmp(w.prefix, "model.") == 0);
	rt_weights_release(&w);
}

/* Statistics outside their domain. */
static void test_domains(Test *t)
{
	static const struct {
		const char *name;
		float value;
		const char *said; /* NULL: it may be */
	} cases[] = {
	    {"running_var", 0, NULL},
	    {"running_var", -1,
	     "'running_var' has 2 of 6 values that are below zero, as no "
	     "variance is, the first (-1) at [0,0]"},
	    {"bn.1.running_var", -1e-40f, "2 of 6 values that are below zero"},
	    {"bn.1.running_var", NAN, "2 of 6 values that are not finite, the first (nan)"},
	    {"bn.1.rerunning_var", -1, NULL},
	    {"running_mean", -1, NULL},
	    {"scaler.mean", -1, NULL},
	    {"scaler.std", 0, "2 of 6 values that are not above zero, as a deviation is"},
	    {"scaler.std", -2, "the first (-2) at [0,0]"},
	    {"scaler.std", 1e-39f, NULL},
	    {"scaler.std", 0.1f, NULL},
	};
	for (size_t i = 0; i < RT_COUNT(cases); i++) {
		const RtParam p = {{cases[i].name, 2, {2, 3}}, "zeros", 0, 0, 0, 1, 0};
		const RtModel m = {.name = "one", .nparams = 1, .params = &p};
		RtWeights w;
		RtOut f;
		if (rt_out_open(&f, "one.safetensors", t->err))
			abort();
		rt_st_header(&f, 1, &p.tensor);
		for (int k = 0; k < 6; k++)
			rt_out_write(&f, k % 5 ? &(float){1} : &cases[i].value, sizeof(float));
		CHECK(t, rt_out_commit(&f, t->err) == RT_OK);
		const RtStatus s = rt_weights_open(&w, &m, "one.safetensors", t->err);
		CHECK(t, s == (cases[i].said ? RT_INPUT : RT_OK));
		CHECK(t, !s || error_says(t, cases[i].said));
		rt_weights_release(&w);
	}
}

static void test_weights(Test *t)
{
	static const RtTensor wrong[] = {
	    {"head.weight", 2, {BINS, CLASSES}},
	    {"extra", 1, {2}},
	    {"bn.num_batches_tracked", 1, {1}},
	    {"A_log", 2, {3, 16}},
	};
	RtWeights w;
	write_tensors("wrong.safetensors", 4, wrong);
	CHECK(t, rt_weights_open(&w, &fake, "wrong.safetensors", t->err) == RT_INPUT);
	const char *const text = t->err->text;
	CHECK(t,
	      strstr(text, "wrong.safetensors: 4 tensors do not fit the model 'fake': 2 missing, "
			   "1 of a wrong shape, 1 left over\n"));
	CHECK(t, strstr(text, "\n  wrong shape: 'head.weight' is [8,13], need [13,8]"));
	CHECK(t, strstr(text, "\n  missing: 'head.bias', F32 [13]"));
	CHECK(t, strstr(text, "\n  missing: 'steps', F32 [5]"));
	CHECK(t, strstr(text, "\n  left over: 'extra', F32 [2]"));
	CHECK(t, !strstr(text, "num_batches") && !strstr(text, "scaler"));

	CHECK(t, rt_weights_open(&w, &fake, "w.safetensors", t->err) == RT_OK);
	CHECK(t, w.owned[P_WEIGHT] == NULL && w.owned[P_MEAN] != NULL);
	CHECK(t, w.params[P_STEPS][4] == 2.5f && w.params[P_STD][0] == 1.0f);
	CHECK(t, w.params[P_ALOG][16 + 15] == (float)log(16));
	rt_weights_release(&w);
	CHECK(t, rt_weights_open(&w, &fake, "no such file", t->err) == RT_INPUT);
	CHECK(t, rt_weights_open(&w, &fake, NULL, t->err) == RT_USAGE);

	RtBytes b; /* values that are not aligned are copied */
	CHECK(t, rt_bytes_open(&b, "w.safetensors", t->err) == RT_OK);
	unsigned char *const moved = malloc(b.n + 1);
	memcpy(moved + 1, b.at, b.n);
	CHECK(t, rt_weights_parse(&w, &fake, moved + 1, b.n, "moved", t->err) == RT_OK);
	CHECK(t, w.owned[P_WEIGHT] && w.params[P_STEPS][4] == 2.5f);
	rt_weights_release(&w);
	RtModel embedded = fake;
	embedded.weights = b.at;
	embedded.weights_bytes = b.n;
	CHECK(t, rt_weights_open(&w, &embedded, NULL, t->err) == RT_OK);
	rt_weights_release(&w);
	free(moved);
	rt_bytes_release(&b);
}

/* ---- npy --------------------------------------------------------------------------------- */

static RtStatus parse_npy(Test *t, int version, const char *dict, size_t ndata)
{
	unsigned char b[1024] = "\x93NUMPY";
	const size_t n = strlen(dict), start = version == 1 ? 10 : 12;
	b[6] = (unsigned char)version;
	b[8] = (unsigned char)n;
	b[9] = (unsigned char)(n >> 8);
	memcpy(b + start, dict, n);
	RtBytes bytes = {b, start + n + ndata, false};
	RtArray a;
	return rt_npy_parse(&a, &bytes, "x.npy", t->err);
}

static void test_npy(Test *t)
{
	static const char *const bad[] = {
	    "",
	    "{}",
	    "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)",
	    "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), } x",
	    "{'descr': '>f4', 'fortran_order': False, 'shape': (2,), }",
	    "{'descr': '<i4', 'fortran_order': False, 'shape': (2,), }",
	    "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), }",
	    "{'descr': '<f4', 'fortran_order': True, 'shape': (1, 2), }",
	    "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }",
	    "{'descr': '<f4', 'fortran_order': False, 'shape': (-2,), }",
	    "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2,), }",
	    "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }",
	    "{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296), }",
	    "{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,2), }",
	};
	for (size_t i = 0; i < RT_COUNT(bad); i++)
		CHECK(t, parse_npy(t, 1, bad[i], 8) == RT_INPUT);
	const char *const good = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }   \n";
	for (int version = 1; version <= 3; version++)
		CHECK(t, parse_npy(t, version, good, 8) == RT_OK);
	CHECK(t, parse_npy(t, 4, good, 8) == RT_INPUT);
	CHECK(t, parse_npy(t, 1, good, 9) == RT_INPUT);
	CHECK(t,
	      parse_npy(t, 1, "{'shape': (), 'fortran_order': True, 'descr': '<f8'}", 8) == RT_OK);
	RtArray a;
	for (size_t n = 0; n < 12; n++) {
		const RtBytes cut = {(const unsigned char *)"\x93NUMPY\1\0\x76\0{'", n, false};
		CHECK(t, rt_npy_parse(&a, &cut, "x.npy", t->err) == RT_INPUT);
	}
}

static void write_npy(const char *path, int64_t n, int first_bad)
{
	RtOut f;
	RtError *const err = rt_alloc(1, sizeof *err);
	const int64_t dim[4] = {n, 1, FRAMES, BINS};
	if (rt_out_open(&f, path, err))
		abort();
	rt_npy_header(&f, 4, dim);
	for (int64_t i = 0; i < n * FRAMES * BINS; i++) {
		const float v = i == first_bad ? NAN : (float)(i % 37) / 37;
		rt_out_write(&f, &v, sizeof v);
	}
	rt_out_commit(&f, err);
	free(err);
}

/* ---- audio ------------------------------------------------------------------------------- */

/* 1 kHz on every channel, amplitude 0.5, with a phase for each. */
static double tone(int64_t i, int channel, int rate)
{
	return 0.5 * sin(6.283185307179586 * 1000 * (double)i / rate + channel);
}

static void write_wav(const char *path, int channels, int rate, int64_t n, int format, double bad)
{
	SF_INFO info = {.channels = channels, .samplerate = rate, .format = format};
	SNDFILE *const f = sf_open(path, SFM_WRITE, &info);
	float *const x = rt_alloc((uint64_t)(n * channels), sizeof *x);
	for (int64_t i = 0; i < n * channels; i++)
		x[i] = (float)tone(i / channels, (int)(i % channels), rate);
	if (bad != 0 && n > 77)
		x[77 * channels + 2] = (float)bad;
	if (!f || sf_writef_float(f, x, n) != n)
		abort();
	sf_close(f);
	free(x);
}

static RtStatus open_clip(Test *t, const char *path)
{
	RtClip c;
	t->err->text[0] = '\0';
	const RtStatus s = rt_clip_open(&c, path, &fake.audio, t->err);
	if (!s)
		rt_clip_release(&c);
	return s;
}

/* Files as they lie around, in place of weights, of an array and of a recording: what is said of
 * each. Real ones begin (or end) with these bytes. */
static void test_kinds(Test *t)
{
#define FILE_OF(s) s, sizeof s - 1
	static const struct {
		const char *bytes;
		size_t n;
		const char *said;
	} files[] = {
	    {FILE_OF(""), "the file is empty"},
	    {FILE_OF("version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 1\n"),
	     "a Git LFS pointer, not the file that it stands for: fetch it: git lfs pull"},
	    {FILE_OF("/annex/objects/SHA256E-s1--ab.safetensors\n"), "a git-annex pointer"},
	    {FILE_OF("PK\3\4\24\0\0\0\0\0archive/data.pkl\x80\2}q\0."),
	     "a PyTorch checkpoint (zip)"},
	    {FILE_OF("PK\3\4\24\0\0\0\0\0a.npy"), "NumPy arrays (.npz)"},
	    {FILE_OF("PK\3\4\24\0\0\0\0\0metadata.json PK\1\2 model.weights.h5"),
	     "a Keras model (zip)"},
	    {FILE_OF("PK\3\4\24\0\0\0\0\0x.txt"), "a zip archive: unpack it first"},
	    {FILE_OF("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19\x2e\x80\x02M"),
	     "a PyTorch checkpoint (a pickle"},
	    {FILE_OF("\x80\x04\x95\x0a\0\0\0\0\0\0\0}\x94."), "a Python pickle"},
	    {FILE_OF("\x89HDF\r\n\x1a\n\0\0\0\0\0\x08"), "an HDF5 file"},
	    {FILE_OF("MATLAB 5.0 MAT-file, Platform: GLNXA64"), "a MATLAB file"},
	    {FILE_OF("\x08\x07\x12\x07pytorch\x1a\x05"
		     "2.1.0:\x02"
		     "ab"),
	     "an ONNX model"},
	    {FILE_OF("\x08\x08:\xff\xff\x03xx"), "an ONNX model"},
	    {FILE_OF("\x1f\x8b\x08\0\0\0\0\0"), "compressed with gzip: unpack it first: gunzip"},
	    {FILE_OF("\x28\xb5\x2f\xfd\x24\x01"), "a compressed file or archive"},
	    {FILE_OF("\n<!DOCTYPE html><html>"), "a web page, saved in place of the file"},
	    {FILE_OF("\xef\xbb\xbf<?xml version=\"1.0\"?><Error>"), "a web page"},
	    {FILE_OF("{\"error\": \"not found\"}"), "JSON text"},
	    {FILE_OF("not weights"), "text"},
	    {FILE_OF("\x7f"
		     "ELF\2\1\1\0\0\0\0\0"),
	     "a program"},
	    {FILE_OF("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), "zeros"},
	};
	RtSafetensors st;
	RtArray a;
	for (size_t i = 0; i < RT_COUNT(files); i++) {
		const RtBytes b = {(const unsigned char *)files[i].bytes, files[i].n, false};
		spew("kind", b.at, b.n);
		CHECK(t, rt_st_parse(&st, b.at, b.n, "kind", t->err) == RT_INPUT &&
			     error_says(t, files[i].said));
		CHECK(t, rt_npy_parse(&a, &b, "kind", t->err) == RT_INPUT &&
			     error_says(t, files[i].said));
		CHECK(t, program(t, "run -w w.safetensors -i kind -o y") == RT_INPUT &&
			     said(t, files[i].said));
		CHECK(t, open_clip(t, "kind") == RT_INPUT && error_says(t, files[i].said));
	}
	spew("kind", "RIFF\4\0\0\0WAVE", 12);
	CHECK(t, program(t, "run -w kind -i x.npy -o y") == RT_INPUT);
	CHECK(t, program(t, "run -w w.safetensors -i kind -o y") == RT_INPUT &&
		     said(t, "not an .npy or a safetensors file but a recording"));
#undef FILE_OF
}

enum { PCM16 = SF_FORMAT_WAV | SF_FORMAT_PCM_16, FLOAT32 = SF_FORMAT_WAV | SF_FORMAT_FLOAT };

static void test_formats(Test *t)
{
	static const struct {
		int format;
		double tolerance;
	} kinds[] = {
	    {PCM16, 1.0 / 32768},
	    {SF_FORMAT_WAV | SF_FORMAT_PCM_U8, 1.0 / 128},
	    {SF_FORMAT_WAV | SF_FORMAT_PCM_24, 1.0 / 8388608},
	    {SF_FORMAT_WAV | SF_FORMAT_PCM_32, 1e-7},
	    {FLOAT32, 0},
	    {SF_FORMAT_WAV | SF_FORMAT_DOUBLE, 0},
	    {SF_FORMAT_WAVEX | SF_FORMAT_PCM_16, 1.0 / 32768},
	    {SF_FORMAT_RF64 | SF_FORMAT_PCM_16, 1.0 / 32768},
	    {SF_FORMAT_W64 | SF_FORMAT_PCM_24, 1.0 / 8388608},
	};
	for (size_t k = 0; k < RT_COUNT(kinds); k++) {
		write_wav("a.wav", 4, 24000, 1000, kinds[k].format, 0);
		RtClip c;
		const RtStatus s = rt_clip_open(&c, "a.wav", &fake.audio, t->err);
		CHECK(t, s == RT_OK && c.frames == 1000 && c.file_rate == 24000);
		double worst = 0;
		for (int64_t i = 0; !s && i < 4000; i++)
			worst = fmax(worst, fabs(c.x[i] - (float)tone(i / 4, (int)(i % 4), 24000)));
		CHECK(t, worst <= kinds[k].tolerance);
		if (!s)
			rt_clip_release(&c);
	}
}

static void test_rates(Test *t)
{
	static const int rates[] = {8000, 11025, 16000, 22050, 32000, 44100, 48000, 96000, 192000};
	for (size_t k = 0; k < RT_COUNT(rates); k++) {
		const int64_t n = rates[k] / 4;
		write_wav("r.wav", 4, rates[k], n, FLOAT32, 0);
		RtClip c;
		const RtStatus s = rt_clip_open(&c, "r.wav", &fake.audio, t->err);
		CHECK(t, s == RT_OK && c.rate == 24000 && c.file_rate == rates[k]);
		CHECK(t, c.frames == (n * 24000 + rates[k] - 1) / rates[k]);
		double worst = 0; /* away from the ends, where the filter sees silence */
		for (int64_t i = 1200; !s && i < c.frames - 1200; i++)
			for (int ch = 0; ch < 4; ch++)
				worst = fmax(worst, fabs(c.x[i * 4 + ch] - tone(i, ch, 24000)));
		CHECK(t, worst < 1e-4);
		if (!s)
			rt_clip_release(&c);
	}
	write_wav("r.wav", 4, 7999, 100, PCM16, 0);
	CHECK(t, open_clip(t, "r.wav") == RT_INPUT && strstr(t->err->text, "rate 7999 Hz"));
	write_wav("r.wav", 4, 384000, 100, PCM16, 0);
	CHECK(t, open_clip(t, "r.wav") == RT_INPUT);
	write_wav("r.wav", 4, 44100, 1, PCM16, 0);
	CHECK(t, open_clip(t, "r.wav") == RT_OK);
}

static void test_bad_audio(Test *t)
{
	static const struct {
		int channels;
		const char *text;
	} counts[] = {
	    {1, "c.wav: 1 channel, the model needs 4"},
	    {2, "c.wav: 2 channels, the model needs 4"},
	    {3, "c.wav: 3 channels"},
	    {16, "c.wav: 16 channels, the model needs 4"},
	};
	for (size_t k = 0; k < RT_COUNT(counts); k++) {
		write_wav("c.wav", counts[k].channels, 24000, 100, PCM16, 0);
		CHECK(t, open_clip(t, "c.wav") == RT_INPUT && strstr(t->err->text, counts[k].text));
	}
	write_wav("n.wav", 4, 24000, 100, FLOAT32, NAN);
	CHECK(t, open_clip(t, "n.wav") == RT_INPUT &&
		     strcmp(t->err->text, "n.wav: sample 77 of channel 2 is not a number") == 0);
	write_wav("n.wav", 4, 24000, 100, FLOAT32, -INFINITY);
	CHECK(t, open_clip(t, "n.wav") == RT_INPUT && strstr(t->err->text, "infinite"));
	write_wav("z.wav", 4, 24000, 0, PCM16, 0);
	CHECK(t, open_clip(t, "z.wav") == RT_INPUT &&
		     strcmp(t->err->text, "z.wav: the recording has no samples") == 0);
	spew("e.wav", "", 0);
	CHECK(t, open_clip(t, "e.wav") == RT_INPUT &&
		     strcmp(t->err->text, "e.wav: the file is empty") == 0);
	CHECK(t, open_clip(t, "no.wav") == RT_INPUT && strstr(t->err->text, "No such file"));
	CHECK(t, open_clip(t, ".") == RT_INPUT && strstr(t->err->text, "Is a directory"));
	spew("text.wav", "this is no recording, whatever its name says", 44);
	CHECK(t, open_clip(t, "text.wav") == RT_INPUT);
	write_wav("f.wav", 4, 24000, 5000, SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 0);
	CHECK(t, open_clip(t, "f.wav") == RT_OK);
}

/* Cut or damaged anywhere, a recording gives an error or samples, never a crash. */
static void test_damaged_audio(Test *t)
{
	RtBytes b;
	write_wav("whole.wav", 4, 24000, 500, PCM16, 0);
	CHECK(t, rt_bytes_open(&b, "whole.wav", t->err) == RT_OK);
	for (size_t n = 0; n < b.n; n += n < 60 ? 1 : 97) {
		spew("cut.wav", b.at, n);
		CHECK(t, open_clip(t, "cut.wav") == RT_INPUT && t->err->text[0]);
	}
	spew("cut.wav", b.at, b.n - 100);
	CHECK(t, open_clip(t, "cut.wav") == RT_INPUT && strstr(t->err->text, "truncated"));
	uint64_t state = 7;
	for (int i = 0; i < 600; i++) {
		unsigned char copy[8192];
		memcpy(copy, b.at, b.n);
		for (int k = 0; k < 2; k++)
			copy[next_random(&state) % 60] = (unsigned char)next_random(&state);
		spew("hurt.wav", copy, b.n);
		const RtStatus s = open_clip(t, "hurt.wav");
		if (s != RT_OK && (s != RT_INPUT || !t->err->text[0]))
			CHECK(t, !"a damaged recording gave no proper error");
	}
	rt_bytes_release(&b);
}

/* ---- segments, decoding, initialisers ------------------------------------------------------ */

static void test_segments(Test *t)
{
	const RtAudio a = {24000, 2, 5, 2, 3};
	CHECK(t, rt_segment_count(&a, 1) == 1 && rt_segment_count(&a, 5) == 1);
	CHECK(t, rt_segment_count(&a, 6) == 2 && rt_label_frames(&a, 5) == 3);
	float x[14], out[10];
	for (int i = 0; i < 14; i++)
		x[i] = (float)(i + 1);
	static const RtTensor in[] = {{"audio", 3, {1, 2, 5}}};
	static const RtGraph g = {"main", 1, 0, in, NULL, 0, 0, 0};
	const RtModel m = {.batch = 1, .ngraphs = 1, .graphs = &g, .audio = a};
	const RtSamples r = {.x = x, .n = 7, .channels = 2};
	static const float want[3][10] = {{1, 3, 5, 7, 9, 2, 4, 6, 8, 10},
					  {11, 13, 0, 0, 0, 12, 14}};
	CHECK(t, rt_segments_fit(&m) && rt_whole_count(&m) == 0);
	for (int i = 0; i < 3; i++) {
		rt_segment_fill(&m, &r, NULL, i * 5, 0, (float *[]){out}, NULL);
		CHECK(t, memcmp(out, want[i], sizeof out) == 0);
	}
}

/* Samples around the segment, its length, and what is known of the whole recording. */
static void test_context(Test *t)
{
	static const RtTensor in[] = {
	    {"length", 1, {2}}, {"audio", 3, {2, 1, 9}}, {"peak", 2, {2, 2}}};
	static const RtTensor out[] = {{"features", 1, {2}}, {"peak", 2, {2, 2}}};
	static const RtGraph g = {"features", 3, 2, in, out, 0, 0, 0};
	const RtModel m = {.batch = 2, .ngraphs = 1, .graphs = &g, .audio = {24000, 1, 5, 5, 1}};
	const int16_t x[] = {256, 512, 768, 1024, 1280, 1536, 1792};
	const RtSamples r = {.x16 = x, .n = 7, .channels = 1};
	float length[2], audio[18], peak[4], *const to[] = {length, audio, peak};
	static const float first[] = {3, 2, 1, 2, 3, 4, 5, 6, 7}, second[] = {4, 5, 6, 7};
	CHECK(t, rt_segments_fit(&m) && rt_whole_count(&m) == 2);
	float *const whole = rt_whole_new(&m);
	rt_whole_add(&m, (float *[]){NULL, (float[]){1, 2, -3, 4}}, 0, whole);
	rt_whole_add(&m, (float *[]){NULL, (float[]){1, 2, -3, 4}}, 1, whole);
	rt_segment_fill(&m, &r, whole, 0, 0, to, NULL);
	rt_segment_fill(&m, &r, NULL, 5, 1, to, NULL);
	for (int i = 0; i < 9; i++) {
		CHECK(t, audio[i] * 128 == first[i]);
		CHECK(t, audio[9 + i] * 128 == (i < 4 ? second[i] : 0));
	}
	CHECK(t, length[0] == 5 && length[1] == 2);
	CHECK(t, peak[0] == 1 && peak[1] == 4 && isinf(peak[2]) && peak[2] < 0);
	rt_segment_fill(&m, NULL, NULL, 0, 0, to, NULL);
	CHECK(t, length[0] == 0 && audio[0] == 0 && audio[9] * 128 == 4);
	int16_t pcm[18] = {0};
	rt_segment_fill(&m, &r, whole, 0, 1, to, pcm);
	for (int i = 0; i < 9; i++)
		CHECK(t, pcm[i] == 0 && pcm[9 + i] == first[i] * 256 && audio[i] == 0);
	free(whole);
}

static void same_events(Test *t, const RtEvents *e, const double (*want)[5], size_t n)
{
	CHECK(t, e->n == (int64_t)n);
	for (size_t i = 0; i < n && e->n == (int64_t)n; i++) {
		const RtEvent *const v = &e->at[i];
		CHECK(t, v->frame == (int64_t)want[i][0] + 100 && v->class == (int)want[i][1]);
		CHECK(t, fabs(v->azimuth - want[i][2]) < 1e-9 &&
			     fabs(v->elevation - want[i][3]) < 1e-9);
		CHECK(t, fabs(v->metres - want[i][4]) < 1e-9);
	}
}

static void test_decode(Test *t)
{
	RtDecode d = fake.decode;
	RtEvents e = {0};
	CHECK(t, rt_decode(&d, x_sed, x_doa, x_sde, X_FRAMES, 100, &e, t->err) == RT_OK);
	same_events(t, &e, x_tracks_events, RT_COUNT(x_tracks_events));
	rt_events_release(&e);
	d.kind = "accddoa";
	d.merge_degrees = 15;
	CHECK(t, rt_decode(&d, x_accddoa, NULL, NULL, X_FRAMES, 100, &e, t->err) == RT_OK);
	same_events(t, &e, x_accddoa_events, RT_COUNT(x_accddoa_events));
	rt_events_release(&e);
	float bad[X_CLASSES * X_TRACKS];
	memcpy(bad, x_sed, sizeof bad);
	bad[5] = NAN;
	CHECK(t, rt_decode(&fake.decode, bad, x_doa, x_sde, 1, 3, &e, t->err) == RT_INPUT);
	CHECK(t, strstr(t->err->text, "output 'sed' is not a number in frame 3") && e.n == 0);
	rt_events_release(&e);
}

/* Tracks of one class 10 degrees apart, with and without merging; distances below zero. */
static void test_merge(Test *t)
{
	const RtDecode d = {"tracks", "sed", "doa", "sde", 0.5, 15, 2, 2, NULL};
	const float sed[] = {5, -5, 5, -5}, sde[] = {3, -1};
	const float doa[] = {cosf(0.1f), sinf(0.1f), 0, cosf(0.2f), sinf(0.2f), 0};
	RtEvents e = {0};
	CHECK(t, rt_decode(&d, sed, doa, sde, 1, 0, &e, t->err) == RT_OK && e.n == 1);
	CHECK(t, e.n == 1 && fabs(e.at[0].azimuth - 0.15 * 57.29577951308232) < 1e-5);
	CHECK(t, e.n == 1 && fabs(e.at[0].metres - 1.5) < 1e-12);
	RtDecode apart = d;
	apart.merge_degrees = 0;
	e.n = 0;
	CHECK(t, rt_decode(&apart, sed, doa, sde, 1, 0, &e, t->err) == RT_OK && e.n == 2);
	CHECK(t, e.n == 2 && e.at[1].metres == 0);
	rt_events_release(&e);
}

static void test_init(Test *t)
{
	double v[10], one;
	rt_random_uniform(42, "head.sed.t1.weight", 0, 10, v);
	for (int i = 0; i < 10; i++) {
		rt_random_uniform(42, "head.sed.t1.weight", (uint64_t)i, 1, &one);
		CHECK(t, v[i] == x_uniform[i] && one == v[i]);
	}
	rt_random_normal(((uint64_t)1 << 40) + 3, "enc.sed.b1.conv1.weight", 0, 10, v);
	for (int i = 0; i < 10; i++) {
		rt_random_normal(((uint64_t)1 << 40) + 3, "enc.sed.b1.conv1.weight", (uint64_t)i, 1,
				 &one);
		CHECK(t, fabs(v[i] - x_normal[i]) < 1e-13 && one == v[i]);
	}
	float dt[8];
	const RtParam step = {{"dt", 1, {8}}, "dt_bias", 0.001, 0.1, 0.004, 0, 0};
	CHECK(t, rt_init_param(&step, 5, 1, dt, t->err) == RT_OK);
	for (int i = 0; i < 8; i++)
		CHECK(t, fabs(dt[i] - x_dt_bias[i]) < 1e-6 * fabs(x_dt_bias[i]));
	const RtParam odd = {{"odd", 1, {8}}, "magic", 0, 0, 0, 0, 0};
	CHECK(t, rt_init_param(&odd, 5, 1, dt, t->err) == RT_BUG);
}

/* Moments of 200,003 values, and the same bits for any number of threads. */
static void test_distribution(Test *t)
{
	enum { N = 200003 };
	const RtParam kinds[] = {
	    {{"n", 1, {N}}, "normal", 1, 2, 0, 0, 0},
	    {{"u", 1, {N}}, "uniform", -0.5, 1.5, 0, 0, 0},
	};
	float *const a = rt_alloc(N, sizeof *a), *const b = rt_alloc(N, sizeof *b);
	for (size_t k = 0; k < RT_COUNT(kinds); k++) {
		CHECK(t, rt_init_param(&kinds[k], 9, 1, a, t->err) == RT_OK);
		CHECK(t, rt_init_param(&kinds[k], 9, 3, b, t->err) == RT_OK);
		CHECK(t, memcmp(a, b, N * sizeof *a) == 0);
		double sum = 0, squares = 0;
		for (int i = 0; i < N; i++) {
			sum += a[i];
			squares += (double)a[i] * a[i];
		}
		const double mean = sum / N, var = squares / N - mean * mean;
		const double want_mean = k ? 0.5 : 1, want_var = k ? 4.0 / 12 : 4;
		CHECK(t, fabs(mean - want_mean) < 4 * sqrt(want_var / N));
		CHECK(t, fabs(var / want_var - 1) < 4 * sqrt(2.0 / N));
		CHECK(t, rt_init_param(&kinds[k], 10, 1, b, t->err) == RT_OK);
		CHECK(t, memcmp(a, b, N * sizeof *a) != 0);
	}
	free(a);
	free(b);
}

/* ---- the program ------------------------------------------------------------------------- */

static void test_usage(Test *t)
{
	static const struct {
		const char *line;
		int status;
	} cases[] = {
	    {"", RT_USAGE},
	    {"--help", RT_OK},
	    {"--version", RT_OK},
	    {"run --help", RT_OK},
	    {"infer -h", RT_OK},
	    {"dance", RT_USAGE},
	    {"info", RT_OK},
	    {"info --json", RT_OK},
	    {"info extra", RT_USAGE},
	    {"info --jsom", RT_USAGE},
	    {"info --json=1", RT_USAGE},
	    {"info -z", RT_USAGE},
	    {"init", RT_USAGE},
	    {"init -o", RT_USAGE},
	    {"init --seed x -o w2", RT_USAGE},
	    {"init --seed -1 -o w2", RT_USAGE},
	    {"init --seed 3 -o w2", RT_OK},
	    {"init --seed 3 -o no/such/folder/w", RT_INPUT},
	    {"init --seed 3 -o /dev/full", RT_DEVICE},
	    {"init --seed 3 -o /dev/null", RT_OK},
	    {"run --weights w2 --input x.npy", RT_USAGE},
	    {"run --weights w2 --input x.npy --output y", RT_OK},
	    {"run -w w2 --input x.npy -o y --threads 99999", RT_USAGE},
	    {"run --input x.npy -o y", RT_USAGE},
	    {"run --weights w2 --input w2 --output y", RT_INPUT},
	    {"run --weights x.npy --input x.npy --output y", RT_INPUT},
	    {"run --weights w2 --input none --output y", RT_INPUT},
	    {"run --weights w2 --input zero.npy --output y", RT_INPUT},
	    {"run --weights w2 --input a.wav --output y", RT_INPUT},
	    {"features a.wav", RT_USAGE},
	    {"features -o x2.npy", RT_USAGE},
	    {"features a.wav b.wav -o x2.npy", RT_USAGE},
	    {"features a.wav -o x2.npy", RT_OK},
	    {"features c.wav -o x2.npy", RT_INPUT},
	    {"features a.wav -o x2.npy --standardized", RT_USAGE},
	    {"features a.wav -o x2.npy --standardized -w w2", RT_OK},
	    {"infer --weights w2", RT_USAGE},
	    {"infer a.wav", RT_USAGE},
	    {"statistics -o s", RT_USAGE},
	    {"statistics a.wav c.wav -o s", RT_INPUT},
	    {"statistics a.wav a.wav -o s", RT_OK},
	    {"infer --weights w2 --statistics w2 -o out a.wav", RT_INPUT},
	    {"infer --weights w2 --statistics x.npy -o out a.wav", RT_INPUT},
	    {"infer --weights w2 --statistics s -o out/deep a.wav", RT_OK},
	    {"infer --weights w2 -o w2 a.wav", RT_INPUT},
	    {"infer --weights w2 -o out a.wav ./a.wav", RT_INPUT},
	    {"infer --weights w2 -o out --svg p.svg a.wav b.wav", RT_USAGE},
	    {"infer --weights w2 --statistics s -o out --table --svg p.svg a.wav", RT_OK},
	    {"bench --runs 2 --warmup 0", RT_OK},
	    {"bench --runs 0", RT_USAGE},
	    {"bench --runs 1 --only main", RT_OK},
	    {"bench --runs 1 --only mane", RT_USAGE},
	    {"bench --runs 2 --json -w w2", RT_OK},
	};
	write_npy("x.npy", 3, -1);
	write_npy("zero.npy", 0, -1);
	write_wav("a.wav", 4, 24000, 30001, PCM16, 0);
	for (size_t i = 0; i < RT_COUNT(cases); i++) {
		const int got = program(t, cases[i].line);
		if (got != cases[i].status)
			printf("  'fake %s' gave %d: %s\n", cases[i].line, got, t->said);
		CHECK(t, got == cases[i].status);
		CHECK(t, (got == 0) == (t->said[0] == '\0'));
		CHECK(t, got != RT_INPUT || one_line(t) || strstr(t->said, "not fit"));
	}
	CHECK(t, exists("out/deep/a.csv") && exists("p.svg") && !exists("y.tmp0"));
}

/* Features standardised by their own statistics have mean 0 and deviation 1, or 0 where they never
 * change: all but those of the channel with a click. */
static void test_statistics(Test *t)
{
	enum { N = 2 * FRAMES };
	RtBytes b;
	RtArray a;
	float x[N * BINS];
	write_wav("s.wav", 4, 24000, 2 * SAMPLES, PCM16, 1);
	CHECK(t, program(t, "init --seed 3 -o w2") == 0);
	CHECK(t, program(t, "infer -w w2 -o out s.wav") == 0 && strstr(t->said, "no mean and"));
	CHECK(t, program(t, "statistics s.wav -o s") == 0);
	CHECK(t, program(t, "features s.wav --standardized -w w2 --statistics s -o x2.npy") == 0);
	CHECK(t, rt_bytes_open(&b, "x2.npy", t->err) == RT_OK);
	CHECK(t, rt_npy_parse(&a, &b, "x2.npy", t->err) == RT_OK && a.dim[0] == 2);
	rt_array_get(&a, 0, N * BINS, x);
	for (int bin = 0; bin < BINS; bin++) {
		double sum = 0, squares = 0;
		for (int i = 0; i < N; i++) {
			sum += x[i * BINS + bin] / N;
			squares += x[i * BINS + bin] * x[i * BINS + bin] / N;
		}
		CHECK(t, fabs(sum) < 1e-4 && fabs(squares - (bin % CHANNELS == 2)) < 1e-3);
	}
	rt_bytes_release(&b);
}

/* Examples one by one and in batches that do not come out even give the same. */
static void test_run(Test *t)
{
	CHECK(t, program(t, "init --seed 3 -o w2") == 0);
	CHECK(t, program(t, "run -w w2 -i x.npy -o y3") == 0);
	RtBytes y, x;
	RtSafetensors st;
	CHECK(t, rt_bytes_open(&y, "y3", t->err) == RT_OK);
	CHECK(t, rt_st_parse(&st, y.at, y.n, "y3", t->err) == RT_OK && st.n == 3);
	const RtEntry *const sed = rt_st_find(&st, "sed"), *const sde = rt_st_find(&st, "sde");
	CHECK(t, sed && sed->rank == 4 && sed->dim[0] == 3 && sed->dim[3] == CLASSES);
	CHECK(t, rt_bytes_open(&x, "x.npy", t->err) == RT_OK);
	RtArray a;
	CHECK(t, rt_npy_parse(&a, &x, "x.npy", t->err) == RT_OK);
	float in[3 * FRAMES * BINS], distance; /* sde is bin 0 of the frame, for each track */
	rt_array_get(&a, 0, 3 * FRAMES * BINS, in);
	for (int i = 0; i < 3 * FRAMES * TRACKS; i++) {
		memcpy(&distance, sde->data + 4 * i, 4);
		CHECK(t, distance == in[i / TRACKS * BINS]);
	}
	rt_st_release(&st);
	rt_bytes_release(&x);
	rt_bytes_release(&y);
}

/* ---- a graph without parameters or batch: sums of columns, and all values' product ------- */

static RtStatus plain_open(void **self, const RtSource *weights, int threads, RtError *err)
{
	(void)weights, (void)threads;
	*self = rt_alloc(1, 1);
	return *self ? RT_OK : rt_no_memory(err);
}

static RtStatus plain_run(void *self, int graph, const float *const *in, float *const *out,
			  RtError *err)
{
	(void)self, (void)graph, (void)err;
	out[1][0] = 1;
	for (int i = 0; i < 6; i++) {
		out[0][i % 2] = in[0][i] + (i < 2 ? 0 : out[0][i % 2]);
		out[1][0] *= in[0][i];
	}
	return RT_OK;
}

static const RtTensor plain_in[] = {{"x", 2, {3, 2}}};
static const RtTensor plain_out[] = {{"sums", 1, {2}}, {"product", 0, {0}}};
static const RtGraph plain_graph = {"main", 1, 2, plain_in, plain_out, 0, 0, 0};
static const RtModel plain = {
    .abi = RT_ABI,
    .name = "plain",
    .version = "0.0",
    .target = "cpu",
    .precision = "fp32",
    .batch = 1,
    .ngraphs = 1,
    .graphs = &plain_graph,
    .ops = {.open = plain_open, .run = plain_run, .close = fake_close},
};

/* Writes x, [rows, 2], and runs the graph on it. */
static int run_plain(Test *t, int64_t rows, const float *x)
{
	RtOut f;
	const int64_t dim[] = {rows, 2};
	if (rt_out_open(&f, "plain.npy", t->err))
		abort();
	rt_npy_header(&f, 2, dim);
	rt_out_write(&f, x, sizeof *x * (size_t)rows * 2);
	CHECK(t, rt_out_commit(&f, t->err) == RT_OK);
	unlink("plain.out");
	return program_with(t, &plain, "run -i plain.npy -o plain.out");
}

static float value_of(const char *path, const char *name, int i, RtError *err)
{
	RtBytes b;
	RtSafetensors st = {0};
	float v = -1;
	if (rt_bytes_open(&b, path, err))
		return v;
	const RtEntry *const e =
	    rt_st_parse(&st, b.at, b.n, path, err) ? NULL : rt_st_find(&st, name);
	if (e)
		memcpy(&v, e->data + 4 * i, 4);
	rt_st_release(&st);
	rt_bytes_release(&b);
	return v;
}

/* No weights are asked for; values that are not finite are told and what came out is kept. */
static void test_plain(Test *t)
{
	const float good[] = {1, 2, 3, 4, 5, 6}, nan[] = {1, 2, 3, NAN, 5, INFINITY},
		    large[] = {1e30f, 2, 1e30f, 4, 5, 6}, ninf[] = {-INFINITY, 0, 1, 1, 1, 1};
	CHECK(t, run_plain(t, 3, good) == RT_OK && !t->said[0]);
	CHECK(t, value_of("plain.out", "sums", 0, t->err) == 9);
	CHECK(t, value_of("plain.out", "sums", 1, t->err) == 12);
	CHECK(t, value_of("plain.out", "product", 0, t->err) == 720);
	CHECK(t, run_plain(t, 2, good) == RT_INPUT && said(t, "input 'x' is [2,2], need [3,2]"));
	CHECK(t, run_plain(t, 3, nan) == RT_INPUT);
	CHECK(t,
	      said(t,
		   "fake: error: plain.npy: 'x' has 2 of 6 values that are not finite, the first "
		   "(nan) at [1,1]\n"));
	CHECK(t, said(t, "error: plain.out: 2 tensors have values that cannot be right\n"));
	CHECK(t, value_of("plain.out", "sums", 0, t->err) == 9);
	CHECK(t, isnan(value_of("plain.out", "sums", 1, t->err)));
	CHECK(t, run_plain(t, 3, ninf) == RT_INPUT && said(t, "the first (-inf) at [0,0]"));
	CHECK(t, run_plain(t, 3, large) == RT_INPUT);
	CHECK(t, strcmp(t->said, "fake: error: plain.out: 'product' has 1 of 1 values that is not "
				 "finite, the first (inf) at []\n") == 0);
	/* batches: the example that is wrong, of three in batches of two */
	write_npy("x1.npy", 3, 2 * FRAMES * BINS + 8);
	CHECK(t, program(t, "init --seed 3 -o w2") == 0);
	CHECK(t, program(t, "run -w w2 -i x1.npy -o y3") == RT_INPUT);
	CHECK(t,
	      said(t, "x1.npy: 'features' has 1 of 120 values that is not finite, the first (nan) "
		      "at [2,0,1,0]"));
	CHECK(t,
	      said(t,
		   "'sed' has 39 of 585 values that are not finite, the first (nan) at [2,1,0,0]"));
}

static long lines_of(const char *path)
{
	FILE *const f = fopen(path, "r");
	long n = 0;
	for (int c; f && (c = fgetc(f)) != EOF;)
		n += c == '\n';
	if (f)
		fclose(f);
	return f ? n : -1;
}

static void test_infer(Test *t)
{
	/* 30001 samples: 3 segments, 13 frames; track 0 is active in each, the others never */
	static const RtTensor shapes[] = {
	    {"head.weight", 2, {CLASSES, BINS}},
	    {"head.bias", 1, {CLASSES}},
	    {"A_log", 2, {3, 16}},
	    {"steps", 1, {5}},
	};
	RtError *const err = t->err;
	RtOut f;
	CHECK(t, rt_out_open(&f, "sure.safetensors", err) == RT_OK);
	rt_st_header(&f, 4, shapes);
	for (int i = 0; i < CLASSES * BINS + CLASSES + 48 + 5; i++) {
		const float v = i == CLASSES * BINS + 7 ? 4 : 0;
		rt_out_write(&f, &v, sizeof v);
	}
	CHECK(t, rt_out_commit(&f, err) == RT_OK);
	CHECK(t, program(t, "infer -w sure.safetensors -o out --table a.wav") == 0);
	CHECK(t, lines_of("out/a.csv") == 13);
	/* bad clips are named, the others done */
	unlink("out/a.csv");
	CHECK(t,
	      program(t, "infer -w sure.safetensors -o out n.wav a.wav c.wav no.wav") == RT_INPUT);
	CHECK(t, lines_of("out/a.csv") == 13 && !exists("out/n.csv") && !exists("out/c.csv"));
	CHECK(t, said(t, "fake: error: n.wav: sample 77") && said(t, "c.wav: 16 channels"));
	CHECK(t, said(t, "no.wav: No such file"));
	/* resampling is said, unless told to be quiet */
	write_wav("hi.wav", 4, 48000, 48000, PCM16, 0);
	CHECK(t, program(t, "infer -w sure.safetensors -o out hi.wav") == 0);
	CHECK(t, said(t, "fake: warning: hi.wav: resampled from 48000 to 24000 Hz"));
	CHECK(t, lines_of("out/hi.csv") == 10);
	CHECK(t, program(t, "infer -w sure.safetensors -q -o out hi.wav") == 0 && !t->said[0]);
	CHECK(t, program(t, "infer -w sure.safetensors --threshold 0.99 -o out hi.wav -q") == 0);
	CHECK(t, lines_of("out/hi.csv") == 0);
}

static RtStatus more_run(void *self, int graph, const float *const *in, float *const *out,
			 RtError *err)
{
	if (graph == 1)
		for (int i = 0; i < 2 * BATCH; i++)
			out[3][i] = i == 3 ? INFINITY : 0;
	return fake_run(self, graph, in, out, err);
}

/* An output that is not decoded is not finite in the second segment. */
static void test_outputs(Test *t)
{
	const RtTensor outputs[] = {m_out[0], m_out[1], m_out[2], {"more", 2, {BATCH, 2}}};
	RtGraph graphs[] = {fake_graphs[0], fake_graphs[1]};
	RtModel m = fake;
	graphs[1].outputs = outputs;
	graphs[1].noutputs = 4;
	m.graphs = graphs;
	m.ops.run = more_run;
	write_wav("short.wav", 4, 24000, SAMPLES, PCM16, 0);
	CHECK(t, program(t, "init --seed 3 -o w2") == 0);
	CHECK(t, program_with(t, &m, "infer -w w2 -o out short.wav") == 0);
	unlink("out/a.csv");
	CHECK(t, program_with(t, &m, "infer -w w2 -o out a.wav") == RT_INPUT);
	CHECK(t, said(t, "'more' has 1 of 2 values that is not finite, the first (inf) at [0,1]"));
	CHECK(t, !exists("out/a.csv"));
}

static void test_models(Test *t)
{
	RtModel m = fake;
	m.abi = 99;
	CHECK(t, program_with(t, &m, "info") == RT_BUG);
	m = fake;
	m.batch = 3;
	CHECK(t, program_with(t, &m, "info") == RT_BUG);
	m = fake;
	m.decode.sde = "distance";
	CHECK(t, program_with(t, &m, "info") == RT_BUG);
	m = fake; /* no audio, no decoding */
	m.ngraphs = 1;
	m.graphs = &fake_graphs[1];
	m.audio = (RtAudio){0};
	m.decode = (RtDecode){0};
	CHECK(t, program_with(t, &m, "info --json") == RT_OK);
	CHECK(t, program_with(t, &m, "infer -w w2 a.wav") == RT_INPUT);
	CHECK(t, program_with(t, &m, "features a.wav -o f.npy") == RT_INPUT);
	CHECK(t, rt_status_text(RT_BUG) && rt_status_text((RtStatus)77));
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *w)
{
	(void)st, (void)type, (void)w;
	return remove(path);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return rt_main(&fake, argc, argv);
	static void (*const tests[])(Test *) = {
	    test_safetensors, test_fuzz,      test_weights,       test_many_names,   test_types,
	    test_prefixes,    test_domains,   test_npy,           test_kinds,        test_formats,
	    test_rates,       test_bad_audio, test_damaged_audio, test_segments,     test_context,
	    test_decode,      test_merge,     test_init,          test_distribution, test_usage,
	    test_statistics,  test_run,       test_plain,         test_infer,        test_outputs,
	    test_models,
	};
	Test t = {.said_room = 1 << 18};
	const char *const tmp = getenv("TMPDIR");
	snprintf(t.dir, sizeof t.dir, "%.40s/runtime_testXXXXXX", tmp ? tmp : "/tmp");
	t.err = rt_alloc(1, sizeof *t.err);
	t.said = rt_alloc(t.said_room, 1);
	if (!mkdtemp(t.dir) || chdir(t.dir) < 0)
		return 1;
	for (size_t i = 0; i < RT_COUNT(tests); i++)
		tests[i](&t);
	if (chdir("/") == 0)
		nftw(t.dir, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
	printf("runtime_test: %d checks, %d failed\n", t.checks, t.failures);
	free(t.err);
	free(t.said);
	return t.failures != 0;
}
