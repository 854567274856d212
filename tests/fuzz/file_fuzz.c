/* file_fuzz.c: file_fuzz SEED COUNT: COUNT mutants of the files that a program is given, the same
 * ones for the same SEED: weights, arrays, annotations, recordings, logs of a training. Each is
 * read or refused as bad input with a message. Meant to run under the address and undefined
 * behaviour sanitizers. What failed stays in file_fuzz.bad. */
#define _XOPEN_SOURCE 700
#include "runtime/verbs/verbs.h"
#include "mutate.h"

#include <sndfile.h>
#include <unistd.h>

#define MUTANT "file_fuzz.bad"

enum { PARAMS = 2, CHANNELS = 4, RATE = 24000 };

static const RtParam params[PARAMS] = {
    {{"head.weight", 2, {3, 5}}, "zeros", 0, 0, 0, 0, 0},
    {{"scaler.mean", 1, {5}}, "zeros", 0, 0, 0, 1, 1},
};
static const RtModel model = {.name = "fake", .nparams = PARAMS, .params = params};

/* libsndfile does not free what libvorbis holds of a file that it refuses. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libvorbis\n";
}

/* The file is at MUTANT, its bytes are t. The status, and what there is to say of a bad one. */
typedef RtStatus Reader(Text t, RtError *err);

static RtStatus read_weights(Text t, RtError *err)
{
	RtWeights w = {0};
	const RtStatus s =
	    rt_weights_parse(&w, &model, (const unsigned char *)t.s, t.len, MUTANT, err);
	rt_weights_release(&w);
	return s;
}

static RtStatus read_array(Text t, RtError *err)
{
	const RtBytes b = {(const unsigned char *)t.s, t.len, false};
	RtArray a;
	const RtStatus s = rt_npy_parse(&a, &b, MUTANT, err);
	uint64_t n = 0;
	if (!s && rt_numel(a.rank, a.dim, &n) && n > 0) {
		float last;
		rt_array_get(&a, n - 1, 1, &last);
	}
	return s;
}

static RtStatus read_annotation(Text t, RtError *err)
{
	(void)t;
	ScoreSet set = {.classes = 13, .quiet = true};
	ScoreRows rows = {0};
	const RtStatus s = score_read_rows(&set, &rows, MUTANT, true, &(ScoreDoubts){0}, err);
	const bool bad = set.nerrors > 0 && !set.log_n;
	free(rows.at);
	score_release(&set);
	return bad ? RT_BUG : s;
}

static RtStatus read_recording(Text t, RtError *err)
{
	(void)t;
	const RtAudio want = {.rate = RATE, .channels = CHANNELS};
	RtClip c = {0};
	const RtStatus s = rt_clip_open(&c, MUTANT, &want, err);
	const bool none = !s && c.frames < 1;
	if (!s)
		rt_clip_release(&c);
	return none ? RT_BUG : s;
}

static RtStatus read_log(Text t, RtError *err)
{
	(void)t;
	RtLog l;
	RtHistory h = {.nparts = 1, .part = {"loss"}};
	RtStatus s = rt_log_open(&l, MUTANT, 3, &h, err);
	RtOut page;
	rt_out_memory(&page);
	if (!s)
		rt_curves_write(&page, &model, &h);
	rt_out_cancel(&page);
	rt_log_close(&l);
	rt_history_release(&h);
	return s;
}

/* ---- whole files, to be mutated ---- */

static bool seed_of(Arena *a, RtOut *f, Texts *seeds, RtError *err)
{
	Text t = {0};
	char *const text = rt_out_take(f, &t.len, err);
	if (!text)
		return false;
	t.s = arena_strndup(a, text, t.len);
	free(text);
	list_push(a, seeds, t);
	return true;
}

static bool make_weights(Arena *a, Texts *seeds, RtError *err)
{
	const RtTensor t[PARAMS] = {params[0].tensor, params[1].tensor};
	const float zeros[20] = {0};
	RtOut f;
	rt_out_memory(&f);
	rt_st_header(&f, PARAMS, t);
	rt_out_write(&f, zeros, sizeof zeros);
	return seed_of(a, &f, seeds, err);
}

static bool make_array(Arena *a, Texts *seeds, RtError *err)
{
	const int64_t dim[] = {2, 5};
	const float zeros[10] = {0};
	RtOut f;
	rt_out_memory(&f);
	rt_npy_header(&f, 2, dim);
	rt_out_write(&f, zeros, sizeof zeros);
	return seed_of(a, &f, seeds, err);
}

static bool make_recording(Arena *a, Texts *seeds, RtError *err)
{
	(void)err;
	static const int formats[] = {
	    SF_FORMAT_WAV | SF_FORMAT_PCM_16,
	    SF_FORMAT_WAVEX | SF_FORMAT_FLOAT,
	    SF_FORMAT_WAV | SF_ENDIAN_BIG | SF_FORMAT_PCM_16,
	    SF_FORMAT_RF64 | SF_FORMAT_PCM_16,
	    SF_FORMAT_W64 | SF_FORMAT_PCM_16,
	    SF_FORMAT_AIFF | SF_FORMAT_PCM_24,
	    SF_FORMAT_CAF | SF_FORMAT_PCM_16,
	    SF_FORMAT_AU | SF_FORMAT_PCM_16,
	    SF_FORMAT_FLAC | SF_FORMAT_PCM_16,
	    SF_FORMAT_OGG | SF_FORMAT_VORBIS,
	};
	const float x[CHANNELS * 24] = {0.5f};
	for (size_t i = 0; i < COUNT(formats); i++) {
		SF_INFO info = {.samplerate = RATE, .channels = CHANNELS, .format = formats[i]};
		SNDFILE *s = sf_open(MUTANT, SFM_WRITE, &info);
		if (!s)
			return false;
		sf_writef_float(s, x, 24);
		sf_close(s);
		Text t;
		if (!(t.s = file_read(a, MUTANT, &t.len)))
			return false;
		list_push(a, seeds, t);
	}
	return true;
}

static bool make_annotation(Arena *a, Texts *seeds, RtError *err)
{
	(void)err;
	static const char *const text[] = {
	    "3,8,0,122,-7,89\n4,8,0,119,-7,86\n4,0,1,-30,20,250\n17,12,0,180,0,500\n",
	    "0,1,0,0.5,-0.5,0.7,120\r\n1,1,0,0.5,-0.5,0.7,120\r\n",
	};
	for (size_t i = 0; i < COUNT(text); i++)
		list_push(a, seeds, ((Text){arena_strdup(a, text[i]), strlen(text[i])}));
	return true;
}

static bool make_log(Arena *a, Texts *seeds, RtError *err)
{
	(void)err;
	const char *text =
	    "{\"kind\":\"start\",\"seed\":1}\n{\"kind\":\"epoch\",\"stage\":\"a\",\"epoch\":1,"
	    "\"loss\":1.5,\"lr\":1e-3,\"seconds\":2,\"F\":0.1,\"SELD\":0.5}\n"
	    "{\"kind\":\"epoch\",\"stage\":\"a\",\"epoch\":2,\"loss\":1e-300,\"lr\":0}\n";
	list_push(a, seeds, ((Text){arena_strdup(a, text), strlen(text)}));
	return true;
}

static const struct {
	const char *name;
	bool (*make)(Arena *a, Texts *seeds, RtError *err);
	Reader *read;
} kinds[] = {
    {"weights", make_weights, read_weights},
    {"array", make_array, read_array},
    {"annotation", make_annotation, read_annotation},
    {"recording", make_recording, read_recording},
    {"log", make_log, read_log},
};

static const char *const tokens[] = {
    "-1",
    "0",
    "9223372036854775807",
    "99999999999999999999",
    "1e999",
    "nan",
    "inf",
    "\"",
    ",",
    "{",
    "}",
    "[",
    "]",
    ":",
    "\n",
    "\r",
    "null",
    "true",
    "F32",
    "BF16",
    "(3,",
    "<f8",
    "'shape'",
    "\"shape\":[",
    "\"data_offsets\":[0,8]",
    "__metadata__",
    "\\u0000",
    "\xff\xff\xff\xff",
    "\x01",
    "fmt ",
    "data",
    "RIFF",
    "RF64",
    "ds64",
    "LIST",
    "FORM",
    "COMM",
    "SSND",
    "caff",
    "chan",
    ".snd",
    "OggS",
    "\x7f\xff\xf0\x00",
    "RIFX",
    "riff\x2e\x91\xcf\x11",
    "AIFC",
    "desc",
    "fLaC",
    "\xff\xff\xff\x7f",
    "PK\x03\x04",
    "\x89HDF\r\n\x1a\n",
    "version https://git-lfs",
    "\x80",
    ".5",
};

/* In a block of exactly its size, so that reading past it is seen. */
static bool survives(Reader *read, Text t, RtError *err)
{
	char *exact = malloc(t.len + !t.len);
	if (!exact || !write_text(MUTANT, t))
		return free(exact), false;
	memcpy(exact, t.s, t.len);
	*err->text = '\0';
	const RtStatus s = read((Text){exact, t.len}, err);
	free(exact);
	return s == RT_OK || (s == RT_INPUT && *err->text);
}

int main(int argc, char **argv)
{
	Arena *a = arena_new();
	RtError *err = NEW(a, RtError);
	Texts seeds[COUNT(kinds)] = {0};
	char folder[] = "/tmp/file_fuzz-XXXXXX";
	if (argc != 3 || !mkdtemp(folder) || chdir(folder)) {
		fputs("usage: file_fuzz SEED COUNT\n", stderr);
		return 2;
	}
	for (size_t k = 0; k < COUNT(kinds); k++)
		if (!kinds[k].make(a, &seeds[k], err))
			return fprintf(stderr, "file_fuzz: no %s\n", kinds[k].name), 2;
	const long count = atol(argv[2]);
	uint64_t r = strtoull(argv[1], NULL, 10);
	long i = 0, good = 0;
	for (bool ok = true; ok && i < count; i += ok) {
		Arena *own = arena_new();
		const size_t k = below(&r, COUNT(kinds));
		Text t = seeds[k].at[below(&r, (size_t)seeds[k].n)];
		for (size_t n = 1 + below(&r, 3); n > 0; n--)
			t = mutate_text(own, &r, t, &seeds[k], tokens, COUNT(tokens));
		ok = survives(kinds[k].read, t, err);
		good += ok && !*err->text;
		if (!ok)
			printf("file_fuzz: %s: mutant %ld of seed %s fails, see %s/" MUTANT "\n",
			       kinds[k].name, i, argv[1], folder);
		arena_free(own);
	}
	if (i == count) {
		printf("file_fuzz: %ld mutants, %ld good\n", count, good);
		unlink(MUTANT), rmdir(folder);
	}
	arena_free(a);
	return i < count;
}
