/* train_test.c: training with a small hand-written model whose step is real: linear regression with
 * momentum. With arguments it is that model's program; without, it runs the tests and prints what
 * failed. Files go to a folder of their own under TMPDIR, which is removed at the end. */
#define _XOPEN_SOURCE 700
#include "runtime/verbs/verbs.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <math.h>
#include <signal.h>
#include <sndfile.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "train_expect.h"

/* ---- the model: 4 channels, segments of half a second, 5 frames of 0.1 s ------------------ */

enum { BATCH = 4, CHANNELS = 4, SAMPLES = 12000, FRAME = 2400, FRAMES = 5, BINS = 4, KINDS = 2 };
enum { TRACKS = 3, CLASSES = 13, IN = KINDS * BINS, EACH = CLASSES + 3 + 1, OUT = TRACKS * EACH };
enum {
	P_WEIGHT,
	P_BIAS,
	P_MEAN,
	P_STD,
	P_RUNNING,
	NPARAMS,
	S_M_WEIGHT = NPARAMS,
	S_M_BIAS,
	S_ACC_WEIGHT,
	S_ACC_BIAS,
	NSTATE
};

static const RtParam fake_params[NPARAMS] = {
    {{"head.weight", 2, {OUT, IN}}, "normal", 0, 0.1, 0, 0, 0},
    {{"head.bias", 1, {OUT}}, "zeros", 0, 0, 0, 0, 0},
    {{"scaler.mean", 2, {KINDS, BINS}}, "zeros", 0, 0, 0, 1, 1},
    {{"scaler.std", 2, {KINDS, BINS}}, "ones", 0, 0, 0, 1, 1},
    {{"running_mean", 1, {IN}}, "zeros", 0, 0, 0, 1, 0},
};
static const RtTensor fake_state[NSTATE] = {
    {"head.weight", 2, {OUT, IN}},     {"head.bias", 1, {OUT}},
    {"scaler.mean", 2, {KINDS, BINS}}, {"scaler.std", 2, {KINDS, BINS}},
    {"running_mean", 1, {IN}},         {"opt.m.head.weight", 2, {OUT, IN}},
    {"opt.m.head.bias", 1, {OUT}},     {"opt.acc.head.weight", 2, {OUT, IN}},
    {"opt.acc.head.bias", 1, {OUT}},
};

#define FEATURES                                                                                   \
	{                                                                                          \
		BATCH, KINDS, FRAMES, BINS                                                         \
	}
static const RtTensor f_in[] = {{"audio", 3, {BATCH, CHANNELS, SAMPLES}}};
static const RtTensor f_out[] = {{"features", 4, FEATURES}, {"standardized", 4, FEATURES}};
static const RtTensor m_in[] = {{"features", 4, FEATURES}};
static const RtTensor m_out[] = {{"sed", 4, {BATCH, FRAMES, TRACKS, CLASSES}},
				 {"doa", 4, {BATCH, FRAMES, TRACKS, 3}},
				 {"sde", 4, {BATCH, FRAMES, TRACKS, 1}}};
enum { I_FEATURES, I_SED, I_DOA, I_SDE, I_LR, I_STEP, I_SEED, I_WEIGHT, I_MICRO, I_ALL, NIN };
static const RtTensor s_in[NIN] = {
    {"features", 4, FEATURES},
    {"sed", 4, {BATCH, FRAMES, TRACKS, CLASSES}},
    {"doa", 4, {BATCH, FRAMES, TRACKS, 3}},
    {"sde", 4, {BATCH, FRAMES, TRACKS, 1}},
    {"opt.lr", 0, {0}},
    {"opt.step", 0, {0}},
    {"opt.seed", 0, {0}},
    {"w_sde", 0, {0}},
    {"opt.micro", 0, {0}},
    {"opt.accumulate", 0, {0}},
};
enum { O_LOSS, O_SED, O_DOA, O_SDE, O_NORM, O_GWEIGHT, O_GBIAS, O_WEIGHT, O_BIAS, NOUT };
static const RtTensor s_out[NOUT] = {
    {"loss", 1, {1}},
    {"loss.sed", 1, {1}},
    {"loss.doa", 1, {1}},
    {"loss.sde", 1, {1}},
    {"grad_norm", 1, {1}},
    {"grad.head.weight", 2, {OUT, IN}},
    {"grad.head.bias", 1, {OUT}},
    {"new.head.weight", 2, {OUT, IN}},
    {"new.head.bias", 1, {OUT}},
};
static const RtGraph fake_graphs[] = {
    {"features", 1, 2, f_in, f_out, 1000, 1e6, 2e6},
    {"main", 1, 3, m_in, m_out, 2000, 3e6, 6e6},
    {"step", NIN, NOUT, s_in, s_out, 4000, 9e6, 18e6},
};

/* state: as fake_state; used: the parameters that main uses, since the last refresh */
typedef struct Fake {
	float *state[NSTATE], *used[NPARAMS];
	int sleep; /* microseconds a step */
} Fake;

static uint64_t state_bytes(int i)
{
	return sizeof(float) * rt_tensor_numel(&fake_state[i]);
}

static RtStatus fake_refresh(void *self, RtError *err)
{
	(void)err;
	Fake *const f = self;
	for (int i = 0; i < NPARAMS; i++)
		memcpy(f->used[i], f->state[i], state_bytes(i));
	return RT_OK;
}

static RtStatus fake_open(void **self, const RtSource *weights, int threads, RtError *err)
{
	const float *const *params = weights->params;
	(void)threads;
	Fake *const f = rt_alloc(1, sizeof *f);
	for (int i = 0; i < NSTATE; i++) {
		f->state[i] = rt_alloc(1, state_bytes(i));
		if (i < NPARAMS) {
			f->used[i] = rt_alloc(1, state_bytes(i));
			memcpy(f->state[i], params[i], state_bytes(i));
		}
	}
	f->sleep = getenv("FAKE_SLEEP") ? atoi(getenv("FAKE_SLEEP")) : 0;
	*self = f;
	return fake_refresh(f, err);
}

static void fake_close(void *self)
{
	Fake *const f = self;
	for (int i = 0; i < NSTATE; i++)
		free(f->state[i]);
	for (int i = 0; i < NPARAMS; i++)
		free(f->used[i]);
	free(f);
}

static RtStatus fake_get(void *self, int i, float *out, RtError *err)
{
	(void)err;
	memcpy(out, ((Fake *)self)->state[i], state_bytes(i));
	return RT_OK;
}

static RtStatus fake_set(void *self, int i, const float *in, RtError *err)
{
	(void)err;
	memcpy(((Fake *)self)->state[i], in, state_bytes(i));
	return RT_OK;
}

/* Kind 0: mean of |x| of a channel in a frame; kind 1: of its square. */
static double fake_feature(int kind, const float *x)
{
	double sum = 0;
	for (int k = 0; k < FRAME; k++)
		sum += kind ? (double)x[k] * x[k] : fabs((double)x[k]);
	return sum / FRAME;
}

static void fake_features(const Fake *f, const float *audio, float *raw, float *standardized)
{
	for (int i = 0; i < BATCH * KINDS * FRAMES * BINS; i++) {
		const int bin = i % BINS, t = i / BINS % FRAMES, kind = i / BINS / FRAMES % KINDS;
		const int b = i / BINS / FRAMES / KINDS, at = kind * BINS + bin;
		const float v =
		    (float)fake_feature(kind, audio + (b * CHANNELS + bin) * SAMPLES + t * FRAME);
		if (raw)
			raw[i] = v;
		if (standardized)
			standardized[i] = (v - f->used[P_MEAN][at]) / f->used[P_STD][at];
	}
}

/* x [batch, kinds, frames, bins]: inputs of one frame */
static void frame_inputs(const float *x, int frame, double in[IN])
{
	const int b = frame / FRAMES, t = frame % FRAMES;
	for (int i = 0; i < IN; i++)
		in[i] = x[((b * KINDS + i / BINS) * FRAMES + t) * BINS + i % BINS];
}

static double predict(const float *weight, const float *bias, int o, const double in[IN])
{
	double sum = bias[o];
	for (int i = 0; i < IN; i++)
		sum += (double)weight[o * IN + i] * in[i];
	return sum;
}

static float *place(float *sed, float *doa, float *sde, int frame, int o)
{
	const int k = frame * TRACKS + o / EACH, e = o % EACH;
	return e < CLASSES       ? &sed[k * CLASSES + e]
	       : e < CLASSES + 3 ? &doa[k * 3 + e - CLASSES]
				 : &sde[k];
}

static void fake_main(const Fake *f, const float *x, float *const *out)
{
	double in[IN];
	for (int t = 0; t < BATCH * FRAMES; t++) {
		frame_inputs(x, t, in);
		for (int o = 0; o < OUT; o++) {
			const double v = predict(f->used[P_WEIGHT], f->used[P_BIAS], o, in);
			*place(out[0], out[1], out[2], t, o) =
			    (float)(o % EACH < CLASSES ? 4 * v - 2 : v);
		}
	}
}

static void give(float *const *out, int i, const float *x, uint64_t bytes)
{
	if (out[i])
		memcpy(out[i], x, bytes);
}

/* Adds the share g/n of a gradient; with the last batch, momentum and weights follow. Returns the
 * square of the norm. */
static double fake_update(Fake *f, int weight, int count, const double *g, const float *const *in)
{
	const int of = weight - P_WEIGHT;
	float *const w = f->state[weight], *const m = f->state[S_M_WEIGHT + of];
	float *const acc = f->state[S_ACC_WEIGHT + of];
	const bool last = in[I_MICRO][0] + 1 >= in[I_ALL][0];
	double norm = 0;
	for (int i = 0; i < count; i++) {
		acc[i] = (in[I_MICRO][0] > 0 ? acc[i] : 0) + (float)(g[i] / in[I_ALL][0]);
		norm += (double)acc[i] * acc[i];
		if (!last)
			continue;
		m[i] = 0.9f * m[i] + acc[i];
		w[i] -= in[I_LR][0] * m[i];
	}
	return norm;
}

/* Squared errors: sum over parts of weight times mean over batch, frames and tracks. */
static void fake_step(Fake *f, const float *const *in, float *const *out)
{
	double x[IN], gw[OUT * IN] = {0}, gb[OUT] = {0}, part[3] = {0};
	const double weight[3] = {0.8, 0.2, in[I_WEIGHT][0]}, n = BATCH * FRAMES * TRACKS;
	float *const w = f->state[P_WEIGHT], *const b = f->state[P_BIAS];
	for (int t = 0; t < BATCH * FRAMES; t++) {
		frame_inputs(in[I_FEATURES], t, x);
		if (in[I_SEED][0] >= 0) /* a dropout of its own kind */
			x[(int)(in[I_STEP][0] + in[I_MICRO][0] + in[I_SEED][0]) % IN] = 0;
		for (int i = 0; i < IN; i++)
			f->state[P_RUNNING][i] += (float)(0.01 * (x[i] - f->state[P_RUNNING][i]));
		for (int o = 0; o < OUT; o++) {
			const int e = o % EACH, p = e < CLASSES ? 0 : e < CLASSES + 3 ? 1 : 2;
			const double want =
			    *place((float *)(uintptr_t)in[I_SED], (float *)(uintptr_t)in[I_DOA],
				   (float *)(uintptr_t)in[I_SDE], t, o);
			const double d = predict(w, b, o, x) - want;
			part[p] += d * d / n;
			gb[o] += 2 * weight[p] * d / n;
			for (int i = 0; i < IN; i++)
				gw[o * IN + i] += 2 * weight[p] * d * x[i] / n;
		}
	}
	const double norm =
	    fake_update(f, P_WEIGHT, OUT * IN, gw, in) + fake_update(f, P_BIAS, OUT, gb, in);
	const float small[5] = {
	    (float)(weight[0] * part[0] + weight[1] * part[1] + weight[2] * part[2]),
	    (float)part[0], (float)part[1], (float)part[2], (float)sqrt(norm)};
	for (int i = 0; i < 5; i++)
		give(out, O_LOSS + i, &small[i], sizeof small[i]);
	give(out, O_GWEIGHT, f->state[S_ACC_WEIGHT], state_bytes(P_WEIGHT));
	give(out, O_GBIAS, f->state[S_ACC_BIAS], state_bytes(P_BIAS));
	give(out, O_WEIGHT, w, state_bytes(P_WEIGHT));
	give(out, O_BIAS, b, state_bytes(P_BIAS));
	if (f->sleep)
		nanosleep(&(struct timespec){0, 1000L * f->sleep}, NULL);
}

static RtStatus fake_run(void *self, int graph, const float *const *in, float *const *out,
			 RtError *err)
{
	(void)err;
	if (graph == 0)
		fake_features(self, in[0], out[0], out[1]);
	else if (graph == 1)
		fake_main(self, in[0], out);
	else
		fake_step(self, in, out);
	return RT_OK;
}

static const char fake_training[] =
    "{\"scalars\":{\"w_sed\":0.8,\"w_doa\":0.2,\"w_sde\":1.0},"
    "\"optimizer\":{\"kind\":\"sgd\",\"lr\":0.05,\"momentum\":0.9,\"clip_norm\":0,\"accumulate\":1}"
    ","
    "\"schedule\":{\"kind\":\"step\",\"epochs\":4,\"step\":2,\"gamma\":0.5,"
    "\"step_after_batches\":1},\"batch\":8,"
    "\"data\":{\"train_folds\":[1,3],\"validate_folds\":[4],\"scaler_folds\":[1,3],"
    "\"shuffle\":true,\"last_batch\":\"fill\"},\"keep\":[\"best\",\"last\"],"
    "\"stages\":{\"unified\":{},\"stage1\":{\"set\":{\"w_sde\":0.0}},"
    "\"stage2\":{\"start\":\"stage1\",\"set\":{\"w_sde\":3.0}},"
    "\"other\":{\"set\":{\"w_doa\":0.5}}},\"default_stage\":\"unified\","
    "\"limits\":{\"scalars.w_sde\":[0,null],\"schedule.gamma\":[null,1]}}";

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
    .ngraphs = 3,
    .graphs = fake_graphs,
    .audio = {24000, CHANNELS, SAMPLES, FRAME, FRAMES},
    .decode = {"tracks", "sed", "doa", "sde", 0.5, 0, CLASSES, TRACKS, NULL},
    .ops = {.open = fake_open,
	    .run = fake_run,
	    .close = fake_close,
	    .get_state = fake_get,
	    .set_state = fake_set,
	    .refresh = fake_refresh},
    .training = fake_training,
    .nstate = NSTATE,
    .state = fake_state,
};

/* ---- the tests' own tools ---------------------------------------------------------------- */

typedef struct Test {
	int checks, failures;
	char dir[64];
	RtError *err;
	char *said, *printed; /* of the last program run */
} Test;

enum { SAID = 1 << 16 };

static void check_at(Test *t, int line, bool ok, const char *what)
{
	t->checks++;
	if (ok)
		return;
	t->failures++;
	printf("train_test.c:%d: failed: %s\n", line, what);
}

#define CHECK(t, e) check_at((t), __LINE__, (e), #e)

static uint32_t next_random(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*state >> 33);
}

static void spew(const char *path, const void *p, size_t n)
{
	FILE *const f = fopen(path, "wb");
	if (!f || fwrite(p, 1, n, f) != n || fclose(f) != 0)
		abort();
}

static void spew_text(const char *path, const char *text)
{
	spew(path, text, strlen(text));
}

static void slurp(const char *path, char *out, size_t room)
{
	FILE *const f = fopen(path, "rb");
	const size_t n = f ? fread(out, 1, room - 1, f) : 0;
	out[n] = '\0';
	if (f)
		fclose(f);
}

/* Starts the program in a process of its own: a command line split at blanks. */
static pid_t start(const char *line, rlim_t file_limit)
{
	char copy[1024], *args[32] = {(char[]){"fake"}};
	int n = 1;
	snprintf(copy, sizeof copy, "%s", line);
	for (char *w = strtok(copy, " "); w; w = strtok(NULL, " "))
		args[n++] = w;
	args[n] = NULL;
	fflush(stdout);
	const pid_t pid = fork();
	if (pid)
		return pid;
	dup2(open("stdout", O_RDWR | O_CREAT | O_TRUNC, 0666), 1);
	dup2(open("stderr", O_RDWR | O_CREAT | O_TRUNC, 0666), 2);
	if (file_limit) {
		signal(SIGXFSZ, SIG_IGN);
		setrlimit(RLIMIT_FSIZE, &(struct rlimit){file_limit, file_limit});
	}
	const int status = rt_main(&fake, n, args);
	fflush(stdout);
	_exit(status);
}

static int finish(Test *t, pid_t pid)
{
	int status = 0;
	waitpid(pid, &status, 0);
	slurp("stderr", t->said, SAID);
	slurp("stdout", t->printed, SAID);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int program(Test *t, const char *line)
{
	return finish(t, start(line, 0));
}

static bool said(const Test *t, const char *text)
{
	if (strstr(t->said, text))
		return true;
	printf("  '%s' not in: %s", text, t->said);
	return false;
}

static bool exists(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0;
}

static bool same_files(const char *a, const char *b)
{
	RtBytes x = {0}, y = {0};
	RtError *const err = rt_alloc(1, sizeof *err);
	const bool same = !rt_bytes_open(&x, a, err) && !rt_bytes_open(&y, b, err) && x.n == y.n &&
			  x.n > 0 && memcmp(x.at, y.at, x.n) == 0;
	rt_bytes_release(&x);
	rt_bytes_release(&y);
	free(err);
	return same;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *where)
{
	(void)st, (void)kind, (void)where;
	return remove(path);
}

static void remove_all(const char *path)
{
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* ---- data -------------------------------------------------------------------------------- */

/* Loud where an event is, so that there is something to learn. */
static void write_wav(const char *path, int64_t frames, uint64_t seed, const char *csv)
{
	bool loud[64] = {false};
	for (const char *p = csv; p && *p; p = strchr(p, '\n') ? strchr(p, '\n') + 1 : NULL)
		if (atoi(p) < 64)
			loud[atoi(p)] = true;
	int16_t *const x = rt_alloc((uint64_t)frames * CHANNELS, sizeof *x);
	for (int64_t i = 0; i < frames * CHANNELS; i++) {
		const int64_t frame = i / CHANNELS / FRAME;
		const int range = frame < 64 && loud[frame] ? 12000 : 800;
		x[i] = (int16_t)((int)(next_random(&seed) % (unsigned)range) - range / 2);
	}
	SF_INFO info = {
	    .samplerate = 24000, .channels = CHANNELS, .format = SF_FORMAT_WAV | SF_FORMAT_PCM_16};
	SNDFILE *const f = sf_open(path, SFM_WRITE, &info);
	if (!f || sf_writef_short(f, x, frames) != frames)
		abort();
	sf_close(f);
	free(x);
}

static void make_csv(char *out, size_t room, uint64_t seed, int frames)
{
	size_t n = 0;
	for (int t = 0; t < frames; t++)
		if (next_random(&seed) % 3 == 0)
			n += (size_t)snprintf(out + n, room - n, "%d,%d,0,%d,%d,%d\n", t,
					      (int)(next_random(&seed) % 2 * 4), 30, -10, 250);
}

static void make_recording(const char *root, const char *split, const char *stem, int64_t frames,
			   uint64_t seed)
{
	char path[512], csv[4096] = "";
	make_csv(csv, sizeof csv, seed, (int)(frames / FRAME));
	snprintf(path, sizeof path, "%s/foa_dev/%s/%s.wav", root, split, stem);
	write_wav(path, frames, seed, csv);
	snprintf(path, sizeof path, "%s/metadata_dev/%s/%s.csv", root, split, stem);
	spew_text(path, csv);
}

static void make_folders(const char *root, RtError *err)
{
	static const char *const kinds[] = {"foa_dev", "metadata_dev"};
	static const char *const splits[] = {"dev-train-sony", "dev-test-sony"};
	char path[256];
	for (int i = 0; i < 4; i++) {
		snprintf(path, sizeof path, "%s/%s/%s", root, kinds[i / 2], splits[i % 2]);
		rt_make_dirs(path, err);
	}
}

static void make_data(const char *root, RtError *err)
{
	make_folders(root, err);
	make_recording(root, "dev-train-sony", "fold1_room1_mix001", 50000, 1);
	make_recording(root, "dev-train-sony", "fold3_room1_mix001", 100000, 2);
	make_recording(root, "dev-train-sony", "fold3_room2_mix002", 31000, 3);
	make_recording(root, "dev-test-sony", "fold4_room2_mix001", 80000, 4);
	make_recording(root, "dev-test-sony", "fold4_room2_mix002", 26500, 5);
}

/* ---- labels, chunks, order ---------------------------------------------------------------- */

static bool near(double a, double b)
{
	return fabs(a - b) <= 1e-6 * (1 + fabs(b));
}

static bool fits(const RtTensor *t, const RtRecording *r, const double *want)
{
	const uint64_t each = rt_tensor_numel(t) / BATCH;
	float *const x = rt_alloc(each, sizeof *x);
	bool ok = true;
	for (int i = 0; i < X_CHUNKS; i++) {
		const RtChunk c = {0, x_places[2 * i], x_places[2 * i + 1]};
		rt_target_fill(t, &fake.audio, r, &c, x);
		for (uint64_t k = 0; k < each; k++)
			ok = ok && near(x[k], want[(uint64_t)i * each + k]);
	}
	free(x);
	return ok;
}

static void test_labels(Test *t)
{
	static const RtTensor adpit = {"adpit", 5, {BATCH, FRAMES, 6, 5, CLASSES}};
	make_folders("labels", t->err);
	write_wav("labels/foa_dev/dev-train-sony/fold1_a.wav", 32400, 1, "");
	spew_text("labels/metadata_dev/dev-train-sony/fold1_a.csv", x_csv);
	RtDataset d = {.folds = RT_ALL_FOLDS, .distances = true};
	CHECK(t, rt_dataset_open(&d, &fake, "labels", 1, t->err) == RT_OK);
	CHECK(t, d.n == 1 &&
		     !strcmp(d.report,
			     "labels/metadata_dev/dev-train-sony/fold1_a.csv:5:1: warning: the "
			     "same source of the same class again in one frame (4 rows in 1 "
			     "file)\n"));
	CHECK(t, fits(&s_in[I_SED], &d.at[0], x_sed));
	CHECK(t, fits(&s_in[I_DOA], &d.at[0], x_doa));
	CHECK(t, fits(&s_in[I_SDE], &d.at[0], x_sde));
	CHECK(t, fits(&adpit, &d.at[0], x_adpit));
	CHECK(t, rt_target_check(&fake, &adpit, t->err) == RT_OK);
	rt_dataset_release(&d);
}

static bool chunks_are(const RtDataset *d, RtIndex kind, const int64_t *want, size_t n)
{
	RtError *const err = rt_alloc(1, sizeof *err);
	RtFeed f;
	bool ok = rt_feed_open(&f, &fake, d, RT_ALL_FOLDS, kind, err) == RT_OK;
	ok = ok && f.n == (int64_t)(n / 3);
	for (size_t i = 0; ok && i < n / 3; i++)
		ok = f.chunks[i].recording == want[3 * i] && f.chunks[i].begin == want[3 * i + 1] &&
		     f.chunks[i].end == want[3 * i + 2];
	rt_feed_release(&f);
	free(err);
	return ok;
}

static void test_chunks(Test *t)
{
	int16_t sample = 0;
	RtRecording r[RT_COUNT(x_lengths)] = {{0}};
	for (size_t i = 0; i < RT_COUNT(r); i++)
		r[i] = (RtRecording){.samples = x_lengths[i], .x = &sample};
	const RtDataset d = {.model = &fake, .n = RT_COUNT(r), .at = r};
	CHECK(t, chunks_are(&d, RT_TRAINING, x_training, RT_COUNT(x_training)));
	CHECK(t, chunks_are(&d, RT_VALIDATION, x_validation, RT_COUNT(x_validation)));
}

static void test_order(Test *t)
{
	enum { N = RT_COUNT(x_order) / 3 };
	const RtFeed f = {.model = &fake, .seed = 5, .shuffle = true, .n = N};
	int64_t order[N];
	for (int epoch = 2; epoch >= 0; epoch--) {
		CHECK(t, rt_feed_order(&f, epoch, order, t->err) == RT_OK);
		CHECK(t, memcmp(order, x_order + epoch * N, sizeof order) == 0);
	}
}

static void test_rates(Test *t)
{
	const RtPlan p = {.lr = 3e-4, .step = 3, .gamma = 0.5, .step_after_batches = 1};
	for (size_t i = 0; i < RT_COUNT(x_rates); i++)
		CHECK(t, rt_plan_lr(&p, (int64_t)i / 4, i % 4, i) == x_rates[i]);
	const RtPlan warm = {
	    .lr = 1.0 / 1024, .step = 1, .gamma = 0.5, .step_after_batches = 1, .warmup_steps = 16};
	for (size_t i = 0; i < RT_COUNT(x_warm_rates); i++)
		CHECK(t, rt_plan_lr(&warm, (int64_t)i / 4, i % 4, i) == x_warm_rates[i]);
	const RtPlan paper = {.lr = 3e-4, .step = 65, .gamma = 0.5, .step_after_batches = 1};
	CHECK(t, rt_plan_lr(&paper, 65, 0, 6500) == 3e-4);
	CHECK(t, rt_plan_lr(&paper, 65, 1, 6501) == 1.5e-4);
}

/* A device whose slots are memory of the host; `sent` counts the transfers. */
typedef struct FakeDevice {
	float audio[RT_SLOTS][BATCH * SAMPLES * CHANNELS], *in[RT_SLOTS][1];
	float targets[RT_SLOTS][NIN][4096], *target[RT_SLOTS][NIN];
	int sent, wide;
} FakeDevice;

static RtStatus device_slot(void *self, int slot, RtSlot *out, RtError *err)
{
	FakeDevice *const d = self;
	(void)err;
	for (int i = 0; i < NIN; i++)
		d->target[slot][i] = d->targets[slot][i];
	d->in[slot][0] = d->audio[slot];
	*out = (RtSlot){(int16_t *)d->audio[slot], d->in[slot], d->target[slot]};
	return RT_OK;
}

static RtStatus device_send(void *self, int slot, int wide, RtError *err)
{
	FakeDevice *const d = self;
	(void)err;
	d->sent += slot >= 0;
	d->wide += wide;
	return RT_OK;
}

static bool same_audio(const RtBatch *b, const RtBatch *want)
{
	if (!b->pcm || b->wide)
		return !memcmp(b->in[0], want->in[0], sizeof(float) * BATCH * CHANNELS * SAMPLES);
	for (int64_t i = 0; i < BATCH * CHANNELS * SAMPLES; i++) {
		const int64_t e = i / (CHANNELS * SAMPLES), c = i / SAMPLES % CHANNELS;
		const int16_t x = b->pcm[(e * SAMPLES + i % SAMPLES) * CHANNELS + c];
		if (want->in[0][i] != (float)x / 32768)
			return false;
	}
	return true;
}

/* The loader gives the order's chunks, and fills the last batch from the order of epoch 0; to
 * a device as 16-bit samples in its memory, or as float where they are. */
static void check_loader(Test *t, const RtSession *session, const char *root)
{
	RtDataset d = {.folds = RT_ALL_FOLDS};
	RtFeed f;
	CHECK(t, rt_dataset_open(&d, &fake, root, 2, t->err) == RT_OK);
	CHECK(t, rt_feed_open(&f, &fake, &d, RT_ALL_FOLDS, RT_TRAINING, t->err) == RT_OK);
	f.step = &fake_graphs[2];
	f.shuffle = true;
	f.seed = 9;
	CHECK(t, f.n % BATCH != 0);
	int64_t *const order = rt_alloc((uint64_t)f.n, sizeof *order);
	int64_t *const first = rt_alloc((uint64_t)f.n, sizeof *first);
	CHECK(t, !rt_feed_order(&f, 0, first, t->err) && !rt_feed_order(&f, 3, order, t->err));
	RtLoader *l;
	RtBatch want;
	const RtBatch *b;
	CHECK(t, rt_loader_open(&l, session, &f, 3, 1, t->err) == RT_OK);
	CHECK(t, rt_batch_open(&want, &f, t->err) == RT_OK);
	for (int64_t i = 1; i < f.batches; i++) {
		int64_t index[BATCH];
		for (int64_t k = 0; k < BATCH; k++)
			index[k] =
			    i * BATCH + k < f.n ? order[i * BATCH + k] : first[i * BATCH + k - f.n];
		rt_batch_fill(&want, &f, index);
		CHECK(t, rt_loader_next(l, &b, t->err) == RT_OK);
		CHECK(t, same_audio(b, &want));
		CHECK(t, memcmp(b->target[I_SED], want.target[I_SED],
				sizeof(float) * rt_tensor_numel(&s_in[I_SED])) == 0);
	}
	rt_batch_release(&want);
	rt_loader_close(l);
	rt_feed_release(&f);
	rt_dataset_release(&d);
	free(order);
	free(first);
}

static const double gains[] = {1, 1.5, 1e-4, 1e-30, 100};

/* What 16 bits would clip, or round to a few steps; negative zeros, too. */
static void make_float(int i)
{
	enum { LENGTH = 30000 };
	SF_INFO info = {
	    .samplerate = 24000, .channels = CHANNELS, .format = SF_FORMAT_WAV | SF_FORMAT_FLOAT};
	float *const x = rt_alloc(LENGTH * CHANNELS, sizeof *x);
	char path[256];
	for (uint64_t k = 0, seed = 1 + (uint64_t)i; k < LENGTH * CHANNELS; k++)
		x[k] = (float)(gains[i] * ((double)(next_random(&seed) % 65537) / 32768 - 1));
	x[5] = -0.0f;
	snprintf(path, sizeof path, "wide/foa_dev/dev-train-sony/fold1_float%d.wav", i);
	SNDFILE *const f = sf_open(path, SFM_WRITE, &info);
	if (!f || sf_writef_float(f, x, LENGTH) != LENGTH)
		abort();
	sf_close(f);
	free(x);
	snprintf(path, sizeof path, "wide/metadata_dev/dev-train-sony/fold1_float%d.csv", i);
	spew_text(path, "");
}

/* A recording is the same bits in training as `infer` opens it. */
static void check_heard(Test *t)
{
	RtDataset d = {.folds = RT_ALL_FOLDS};
	CHECK(t, rt_dataset_open(&d, &fake, "wide", 2, t->err) == RT_OK && d.n == 6);
	int nwide = 0;
	for (int i = 0; i < d.n; i++) {
		const RtRecording *const r = &d.at[i];
		RtClip c;
		CHECK(t, rt_clip_open(&c, r->wav, &fake.audio, t->err) == RT_OK);
		CHECK(t, c.frames == r->samples && rt_recording_kept(r));
		for (int64_t k = 0; k < c.frames * CHANNELS; k++) {
			const float x = r->wide ? r->wide[k] : (float)r->x[k] / 32768;
			if (memcmp(&x, &c.x[k], sizeof x) != 0) {
				CHECK(t, !"training hears another sample");
				break;
			}
		}
		nwide += r->wide != NULL;
		rt_clip_release(&c);
	}
	CHECK(t, nwide == 5);
	rt_dataset_release(&d);
}

static void test_loader(Test *t)
{
	FakeDevice *const device = rt_alloc(1, sizeof *device);
	RtModel other = fake;
	other.ops.slot = device_slot;
	other.ops.send = device_send;
	const RtSession host = {.model = &fake}, slots = {.model = &other, .self = device};
	check_loader(t, &host, "data");
	check_loader(t, &slots, "data");
	CHECK(t, device->sent > 1 && device->wide == 0);
	make_folders("wide", t->err);
	make_recording("wide", "dev-train-sony", "fold1_plain", 70000, 1);
	for (int i = 0; i < 5; i++)
		make_float(i);
	check_loader(t, &host, "wide");
	check_loader(t, &slots, "wide");
	CHECK(t, device->wide > 0 && device->wide < device->sent);
	check_heard(t);
	free(device);
}

/* ---- the dataset -------------------------------------------------------------------------- */

static void put(const char *name, const char *text)
{
	char path[256];
	snprintf(path, sizeof path, "bad/metadata_dev/dev-train-sony/%s.csv", name);
	spew_text(path, text);
}

static void make_bad(RtError *err)
{
	static const char *const stems[] = {
	    "fold1_good", "fold1_truncated", "fold1_fields",   "fold1_class", "fold1_late",
	    "fold1_nan",  "fold1_alone",     "fold1_distance", "nofold",      "fold1_slack",
	};
	char path[256];
	make_folders("bad", err);
	for (size_t i = 0; i < RT_COUNT(stems); i++) {
		snprintf(path, sizeof path, "bad/foa_dev/dev-train-sony/%s.wav", stems[i]);
		write_wav(path, 24000, i, "");
		if (strcmp(stems[i], "fold1_alone") != 0)
			put(stems[i], "0,1,0,10,20,300\n");
	}
	FILE *const f = fopen("bad/foa_dev/dev-train-sony/fold1_truncated.wav", "r+b");
	if (!f || ftruncate(fileno(f), 3001) != 0)
		abort();
	fclose(f);
	spew_text("bad/foa_dev/dev-train-sony/fold1_text.wav", "this is no recording");
	put("fold1_text", "0,1,0,10,20,300\n");
	put("fold1_fields", "0,1,0,10,20,300\n1,2\n");
	put("fold1_class", "0,1,0,10,20,300\n0,13,0,10,20,300\n1,x,0,10,20,300\n");
	put("fold1_late", "0,1,0,10,20,300\n40,1,0,10,20,300\n");
	put("fold1_slack", "0,1,0,10,20,300\n10,1,0,10,20,300\n");
	put("fold1_nan", "0,1,0,nan,20,300\n0,1,0,0,99,300\n");
	put("fold1_distance", "0,1,0,10,20\n");
	put("fold1_orphan", "0,1,0,10,20,300\n");
	for (int i = 0; i < 4; i++) {
		const char *const stem = i / 2 ? "fold1_second" : "fold1_twin";
		snprintf(path, sizeof path, "bad/foa_dev/dev-%s-sony/%s.wav",
			 i % 2 ? "test" : "train", stem);
		write_wav(path, 24000, 0, "");
		put(stem, "0,1,0,10,20,300\n");
	}
	spew_text("bad/metadata_dev/dev-test-sony/fold1_twin.csv", "");
}

static void test_dataset(Test *t)
{
	static const char *const lines[] = {
	    "fold1_truncated.wav: truncated",
	    "fold1_text.wav: not a recording that can be read but text",
	    "fold1_fields.csv:2:1: error: 2 fields",
	    "fold1_class.csv:2:3: error: class 13",
	    "fold1_class.csv:3:3: error: class 'x'",
	    "fold1_late.csv:2:1: error: frame 40, but the recording ends after frame 9",
	    "fold1_nan.csv:1:7: error: azimuth",
	    "fold1_nan.csv:2:9: error: elevation",
	    "fold1_alone.wav: no annotation of this name",
	    "fold1_orphan.csv: no recording of this name",
	    "fold1_distance.csv:1:1: error: no distances",
	    "nofold.wav: the name does not begin",
	    "fold1_slack.csv:2:1: warning: frame 10 is beyond",
	    "foa_dev/dev-train-sony/fold1_twin.wav: same name as 'bad/foa_dev/dev-test-sony/",
	    "foa_dev/dev-train-sony/fold1_second.wav: same name as",
	    "metadata_dev/dev-train-sony/fold1_twin.csv: same name as",
	    "13 of 17 recordings cannot be used",
	};
	make_bad(t->err);
	CHECK(t, program(t, "train --data bad --out never") == RT_INPUT);
	for (size_t i = 0; i < RT_COUNT(lines); i++)
		CHECK(t, said(t, lines[i]));
	CHECK(t, !strstr(t->said, "fold1_good"));
	CHECK(t, !exists("never/checkpoint.safetensors"));
	CHECK(t, program(t, "eval --data bad --weights nothing") == RT_INPUT);
	CHECK(t, said(t, "fold1_fields.csv:2:1: error"));
	CHECK(t, program(t, "train --data nowhere --out never") == RT_INPUT);
	CHECK(t, said(t, "nowhere/foa_dev: No such file or directory"));
}

/* Mean and deviation over all frames of the training chunks, in two passes. */
static void expected_scaler(const RtFeed *f, int kind, int bin, double *mean, double *deviation)
{
	double sum = 0, squares = 0, n = (double)f->n * FRAMES;
	RtBatch b;
	RtError *const err = rt_alloc(1, sizeof *err);
	if (rt_batch_open(&b, f, err))
		abort();
	for (int pass = 0; pass < 2; pass++)
		for (int64_t i = 0; i < f->n * FRAMES; i++) {
			if (i / FRAMES % BATCH == 0 && i % FRAMES == 0)
				rt_batch_fill_plain(&b, f, i / FRAMES);
			const float *const x =
			    b.in[0] + (i / FRAMES % BATCH * CHANNELS + bin) * SAMPLES;
			const float v = (float)fake_feature(kind, x + i % FRAMES * FRAME);
			if (pass == 0)
				sum += v / n;
			else
				squares += (v - sum) * (v - sum) / n;
		}
	*mean = sum;
	*deviation = sqrt(squares);
	rt_batch_release(&b);
	free(err);
}

static void test_scaler(Test *t)
{
	RtWeights w;
	RtDataset d = {.folds = 1 << 1 | 1 << 3};
	RtFeed f;
	CHECK(t, program(t, "train --data data --out scaled --set epochs=1 --set lr=0") == RT_OK);
	CHECK(t, rt_weights_open(&w, &fake, "scaled/last.safetensors", t->err) == RT_OK);
	CHECK(t, rt_dataset_open(&d, &fake, "data", 1, t->err) == RT_OK);
	CHECK(t, rt_feed_open(&f, &fake, &d, d.folds, RT_TRAINING, t->err) == RT_OK);
	for (int i = 0; i < IN; i++) {
		double mean, deviation;
		expected_scaler(&f, i / BINS, i % BINS, &mean, &deviation);
		CHECK(t, near(w.params[P_MEAN][i] / mean, 1) &&
			     near(w.params[P_STD][i] / deviation, 1));
	}
	rt_feed_release(&f);
	rt_dataset_release(&d);
	rt_weights_release(&w);
}

/* ---- runs -------------------------------------------------------------------------------- */

/* The value after `"name":` in the last line of kind `kind` of a log. */
static double logged(const char *path, const char *kind, const char *name)
{
	char *const text = rt_alloc(1 << 20, 1), *line = text;
	char key[64];
	double v = NAN;
	slurp(path, text, 1 << 20);
	snprintf(key, sizeof key, "\"kind\":\"%s\"", kind);
	for (char *next; line && *line; line = next ? next + 1 : NULL) {
		next = strchr(line, '\n');
		if (next)
			*next = '\0';
		cJSON *const o = strstr(line, key) ? cJSON_Parse(line) : NULL;
		const cJSON *const j = cJSON_GetObjectItemCaseSensitive(o, name);
		v = cJSON_IsNumber(j) ? j->valuedouble : v;
		cJSON_Delete(o);
	}
	free(text);
	return v;
}

static double number_in(const char *json, const char *name)
{
	cJSON *const o = cJSON_Parse(json);
	const cJSON *const j = cJSON_GetObjectItemCaseSensitive(o, name);
	const double v = cJSON_IsNumber(j) ? j->valuedouble : NAN;
	cJSON_Delete(o);
	return v;
}

static void test_train(Test *t)
{
	CHECK(t, program(t, "train --data data --out a --set epochs=30") == RT_OK);
	CHECK(t, t->printed[0] == '\0');
	CHECK(t, said(t, "warning: a step takes 4 clips, not the model's 8"));
	CHECK(t, said(t, "\nbest epoch"));
	CHECK(t, exists("a/best.safetensors") && exists("a/curves.html"));
	CHECK(t, logged("a/log.jsonl", "epoch", "epoch") == 30);
	CHECK(t, logged("a/log.jsonl", "epoch", "loss") < 0.8);
	CHECK(t, logged("a/log.jsonl", "epoch", "F") > 0);
	/* another number of threads */
	CHECK(t, program(t, "train -q --data data --out b --threads 1 --set epochs=30") == RT_OK);
	CHECK(t, t->printed[0] == '\0' && t->said[0] == '\0');
	CHECK(t, same_files("a/checkpoint.safetensors", "b/checkpoint.safetensors"));
	CHECK(t, same_files("a/best.safetensors", "b/best.safetensors"));
	CHECK(t, program(t, "train --data data --out a --set epochs=30") == RT_INPUT);
	CHECK(t, said(t, "there is a run in this folder"));
	CHECK(t, program(t, "train --data data --out a --resume --set epochs=30") == RT_OK);
	CHECK(t, same_files("a/checkpoint.safetensors", "b/checkpoint.safetensors"));
}

static void test_eval(Test *t)
{
	CHECK(t, program(t, "eval --data data --weights a/last.safetensors --json") == RT_OK);
	const double seld = number_in(t->printed, "SELD"), f = number_in(t->printed, "F");
	CHECK(t, number_in(t->printed, "files") == 2);
	CHECK(t, seld == logged("a/log.jsonl", "epoch", "SELD"));
	CHECK(t, program(t, "infer --weights a/last.safetensors -o predicted "
			    "data/foa_dev/dev-test-sony/fold4_room2_mix001.wav "
			    "data/foa_dev/dev-test-sony/fold4_room2_mix002.wav") == RT_OK);
	ScoreSet set = {0};
	Scores scores;
	CHECK(t,
	      !score_open(&set, "data/metadata_dev/dev-test-sony", "predicted", CLASSES, t->err));
	CHECK(t, !score_compute(&set, false, &scores, t->err));
	CHECK(t, scores.all[SCORE_SELD] == seld && scores.all[SCORE_F] == f);
	score_release(&set);
	CHECK(t, program(t, "eval --data data --weights a/last.safetensors") == RT_OK);
	CHECK(t, strstr(t->printed, "SELD") != NULL);
	CHECK(t, program(t, "eval --data data --weights a/last.safetensors --json --set "
			    "validate_folds=[1,3,4] --micro --jackknife") == RT_OK);
	CHECK(t, number_in(t->printed, "files") == 5);
	CHECK(t, program(t, "eval --data data --weights a/last.safetensors --set "
			    "validate_folds=7") == RT_INPUT);
	CHECK(t, said(t, "no recording is of the validation folds"));
}

static bool weights_close(const char *a, const char *b, double limit)
{
	RtError *const err = rt_alloc(1, sizeof *err);
	RtWeights x, y;
	if (rt_weights_open(&x, &fake, a, err) || rt_weights_open(&y, &fake, b, err))
		abort();
	double most = 0;
	for (int i = 0; i < NPARAMS; i++)
		for (uint64_t k = 0; k < rt_tensor_numel(&fake_state[i]); k++)
			most = fmax(most, fabs((double)x.params[i][k] - y.params[i][k]));
	rt_weights_release(&x);
	rt_weights_release(&y);
	free(err);
	return most <= limit;
}

/* Each line's loss is made of its parts, with weight w1 or w2 of the distances in stage 1 or 2.
 * Returns the steps. */
static int check_weights(Test *t, const char *path, double w1, double w2)
{
	char *const log = rt_alloc(1 << 20, 1);
	slurp(path, log, 1 << 20);
	int steps = 0;
	for (char *line = strtok(log, "\n"); line; line = strtok(NULL, "\n")) {
		cJSON *const o = cJSON_Parse(line);
		const cJSON *const kind = cJSON_GetObjectItemCaseSensitive(o, "kind");
		const cJSON *const stage = cJSON_GetObjectItemCaseSensitive(o, "stage");
		if (!stage) { /* the log's beginning */
			cJSON_Delete(o);
			continue;
		}
		const double w = strcmp(stage->valuestring, "stage1") == 0 ? w1 : w2;
		const double want = 0.8 * number_in(line, "loss.sed") +
				    0.2 * number_in(line, "loss.doa") +
				    w * number_in(line, "loss.sde");
		CHECK(t, near(number_in(line, "loss"), want));
		steps += strcmp(kind->valuestring, "step") == 0;
		cJSON_Delete(o);
	}
	free(log);
	return steps;
}

static void test_stages(Test *t)
{
	CHECK(t, program(t, "train --data data --out s --stage stage2 --set epochs=3") == RT_OK);
	CHECK(t, exists("s/stage1.last.safetensors") && exists("s/stage1.best.safetensors"));
	CHECK(t,
	      logged("s/log.jsonl", "step", "step") * 2 == check_weights(t, "s/log.jsonl", 0, 3));
	/* the command line's weight is the second stage's */
	CHECK(t, program(t, "train --data data --out w --stage stage2 --set epochs=1 "
			    "--set w_sde=4") == RT_OK);
	CHECK(t, check_weights(t, "w/log.jsonl", 0, 4) > 0);
	/* the same in two runs, from weights */
	CHECK(t, program(t, "train --data data --out s1 --stage stage1 --set epochs=3") == RT_OK);
	CHECK(t, same_files("s1/last.safetensors", "s/stage1.last.safetensors"));
	CHECK(t, program(t, "train --data data --out s2 --stage stage2 --set epochs=3 "
			    "--weights s1/last.safetensors") == RT_OK);
	CHECK(t, same_files("s2/last.safetensors", "s/last.safetensors"));
	CHECK(t, program(t, "train --data data --out x --stage other") == RT_INPUT);
	CHECK(t, said(t, "scalars.w_doa is to be 0.5, but this program is built for 0.2"));
	CHECK(t, program(t, "train --data data --out x --stage nothing") == RT_USAGE);
	CHECK(t, said(t, "no stage 'nothing'; there are unified, stage1, stage2, other"));
}

static void test_choices(Test *t)
{
	static const struct {
		const char *set, *message;
	} bad[] = {
	    {"speed=3", "no choice 'speed'"},
	    {"step=3", NULL},
	    {"kind=step", "'kind' can mean"},
	    {"epochs", "not NAME=VALUE"},
	    {"epochs=0", "'schedule.epochs' must be"},
	    {"epochs=many", "which is not a number"},
	    {"epochs=1.5", "whole number"},
	    {"train_folds=[32]", "list folds"},
	    {"schedule.kind=cosine", "is 'cosine'"},
	    {"batch=16", "for 4: make one with 'seldc build --train --batch 16'"},
	    {"batch=4", NULL},
	    {"momentum=0.5", "for 0.9: make one with 'seldc build --train --set momentum=0.5'"},
	    {"default_stage=stage1", "--stage chooses"},
	    {"train_folds=[8]", "0 examples in the folds"},
	    {"last_batch=drop", NULL},
	    {"scalars.w_sde=2", NULL},
	    {"w_sde=2", NULL},
	    {"w_sde=-1", "'scalars.w_sde' must be at least 0, not -1"},
	    {"gamma=2", "'schedule.gamma' must be at most 1, not 2"},
	    {"clip_norm=1", "clip_norm is to be 1"},
	    {"seed=7", NULL},
	    {"shuffle=false", NULL},
	    {"train_folds=3", NULL},
	};
	char line[256];
	for (size_t i = 0; i < RT_COUNT(bad); i++) {
		remove_all("choice");
		snprintf(line, sizeof line,
			 "train --data data --out choice --set schedule.epochs=1 "
			 "--set scaler_folds=[1,3] --set %s",
			 bad[i].set);
		const int status = program(t, line);
		CHECK(t,
		      bad[i].message ? status == RT_INPUT || status == RT_USAGE : status == RT_OK);
		CHECK(t, !bad[i].message || said(t, bad[i].message));
	}
	RtModel plain = fake;
	plain.training = NULL;
	CHECK(t, rt_trainable_check(&plain, t->err) == RT_INPUT);
	CHECK(t, strstr(t->err->text, "seldc build --train") != NULL);
}

/* ---- one step ---------------------------------------------------------------------------- */

static const float *tensor_of(const RtSafetensors *st, const char *name)
{
	return (const float *)(const void *)rt_st_find(st, name)->data;
}

/* The first n inputs: examples first .. end - 1, in batches, of a fixed series. */
static void write_examples(const char *path, int n, int first, int end)
{
	RtOut f;
	RtError *const err = rt_alloc(1, sizeof *err);
	RtTensor t[NIN];
	if (rt_out_open(&f, path, err))
		abort();
	for (int i = 0; i < n; i++) {
		t[i] = s_in[i];
		t[i].dim[0] *= t[i].rank ? end - first : 1;
	}
	rt_st_header(&f, n, t);
	for (int i = 0; i < n; i++) {
		const uint64_t each = rt_tensor_numel(&s_in[i]);
		for (uint64_t k = each * (uint64_t)first; k < each * (uint64_t)end; k++) {
			uint64_t seed = k + 100000 * (uint64_t)i;
			const float v = (float)(next_random(&seed) % 1000) / 1000;
			rt_out_write(&f, &v, sizeof v);
		}
	}
	rt_out_commit(&f, err);
	free(err);
}

static void write_batch(const char *path, int n)
{
	write_examples(path, n, 0, 1);
}

/* The new values are the old ones less lr times the gradient, as the momentum begins at 0. */
static void test_step(Test *t)
{
	write_batch("b.safetensors", 4);
	CHECK(t, program(t, "init --seed 3 -o w.safetensors") == RT_OK);
	CHECK(t, program(t, "step --weights w.safetensors --batch b.safetensors --output "
			    "o.safetensors --no-dropout") == RT_OK);
	RtBytes b;
	RtSafetensors st;
	RtWeights w;
	CHECK(t, !rt_bytes_open(&b, "o.safetensors", t->err) &&
		     !rt_st_parse(&st, b.at, b.n, "o", t->err) && st.n == NOUT);
	CHECK(t, rt_weights_open(&w, &fake, "w.safetensors", t->err) == RT_OK);
	const float *const g = tensor_of(&st, "grad.head.weight");
	const float *const new = tensor_of(&st, "new.head.weight");
	bool ok = true, any = false;
	for (int i = 0; i < OUT * IN; i++) {
		ok = ok && near(new[i], w.params[P_WEIGHT][i] - 0.05 * g[i]);
		any = any || g[i] != 0;
	}
	CHECK(t, ok && any && tensor_of(&st, "loss")[0] > 0);
	rt_weights_release(&w);
	rt_st_release(&st);
	rt_bytes_release(&b);
	CHECK(t, program(t, "step --weights w.safetensors --batch b.safetensors --output "
			    "dropped.safetensors") == RT_OK);
	CHECK(t, !same_files("o.safetensors", "dropped.safetensors"));
	write_batch("b3.safetensors", 3);
	CHECK(t, program(t, "step --weights w.safetensors --batch b3.safetensors --output "
			    "o.safetensors") == RT_INPUT);
	CHECK(t, said(t, "b3.safetensors: 1 tensor does not fit the step\n  missing: 'sde', F32 "
			 "[4,5,3,1]"));
	write_batch("b2.safetensors", 2);
	CHECK(t, program(t, "step --weights w.safetensors --batch b2.safetensors --output "
			    "o.safetensors") == RT_INPUT);
	CHECK(t, said(t, "2 tensors do not fit the step: 2 missing\n  missing: 'doa'") &&
		     said(t, "\n  missing: 'sde'"));
	write_batch("b5.safetensors", 5);
	CHECK(t, program(t, "step --weights w.safetensors --batch b5.safetensors --output "
			    "o.safetensors") == RT_INPUT);
	CHECK(t, said(t, "left over: 'opt.lr'"));
}

/* Values of an output of a step on batches first .. end - 1, one step for all of them. */
static void step_values(Test *t, int first, int end, const char *name, int n, float *out)
{
	char line[160];
	RtBytes b;
	RtSafetensors st;
	write_examples("part.safetensors", 4, first, end);
	snprintf(line, sizeof line,
		 "step --weights w.safetensors --batch part.safetensors --output o.safetensors "
		 "--no-dropout --set accumulate=%d",
		 end - first);
	CHECK(t, program(t, line) == RT_OK);
	CHECK(t, !rt_bytes_open(&b, "o.safetensors", t->err) &&
		     !rt_st_parse(&st, b.at, b.n, "o", t->err));
	memcpy(out, tensor_of(&st, name), (size_t)n * sizeof *out);
	rt_st_release(&st);
	rt_bytes_release(&b);
}

/* A step on three batches takes the mean of their gradients and shows the mean of their losses. */
static void test_accumulate(Test *t)
{
	static const struct {
		const char *name;
		int n;
	} outputs[] = {{"loss", 1}, {"loss.doa", 1}, {"grad.head.weight", OUT * IN}};
	for (size_t k = 0; k < RT_COUNT(outputs); k++) {
		float part[3][OUT * IN], all[OUT * IN];
		bool ok = true;
		for (int i = 0; i < 3; i++)
			step_values(t, i, i + 1, outputs[k].name, outputs[k].n, part[i]);
		step_values(t, 0, 3, outputs[k].name, outputs[k].n, all);
		for (int i = 0; i < outputs[k].n; i++)
			ok = ok &&
			     near(all[i], ((double)part[0][i] + part[1][i] + part[2][i]) / 3) &&
			     part[0][i] != part[1][i];
		CHECK(t, ok);
	}
	write_examples("part.safetensors", 4, 0, 2);
	CHECK(t, program(t, "step --weights w.safetensors --batch part.safetensors --output "
			    "o.safetensors --set accumulate=3") == RT_INPUT);
	CHECK(t, said(t, "wrong shape: 'features' is [8,2,5,4], need [12,2,5,4]"));
	/* as many steps as the larger batch takes, the last one filled or dropped */
	RtFeed f;
	RtDataset d = {.model = &fake, .folds = RT_ALL_FOLDS, .quiet = true};
	CHECK(t, !rt_dataset_open(&d, &fake, "data", 1, t->err) &&
		     !rt_feed_open(&f, &fake, &d, 1 << 1 | 1 << 3, RT_TRAINING, t->err));
	const int64_t n = f.n, all = 3 * BATCH;
	rt_feed_release(&f);
	rt_dataset_release(&d);
	CHECK(t,
	      program(t, "train --data data --out acc --set epochs=2 --set accumulate=3") == RT_OK);
	CHECK(t, logged("acc/log.jsonl", "step", "step") == 2 * (double)((n + all - 1) / all));
	CHECK(t, program(t, "train --data data --out acc2 --set epochs=2 --set accumulate=3 "
			    "--set last_batch=drop") == RT_OK);
	CHECK(t, logged("acc2/log.jsonl", "step", "step") == 2 * (double)(n / all) && n % all);
}

static void test_bench(Test *t)
{
	CHECK(t, program(t, "bench --runs 5 --json") == RT_OK);
	CHECK(t, strstr(t->printed, "\"step\"") != NULL);
	CHECK(t, program(t, "info") == RT_OK);
	CHECK(t, strstr(t->printed, "graph step: features [4,2,5,4], sed [4,5,3,13]") != NULL);
}

/* ---- failures ---------------------------------------------------------------------------- */

static void test_wrong_checkpoint(Test *t)
{
	const char *const again = "train --data data --out b --resume";
	CHECK(t, program(t, again) == RT_INPUT);
	CHECK(t, said(t, "was made with other choices\n"
			 "  unified.schedule.epochs: 4, but 30 have begun"));
	make_data("data2", t->err);
	spew_text("data2/metadata_dev/dev-train-sony/fold1_room1_mix001.csv", "0,1,0,0,0,100\n");
	CHECK(t, program(t, "train --data data2 --out b --resume --set epochs=30") == RT_INPUT);
	CHECK(t, said(t, "with other data"));
	RtModel other = fake;
	other.name = "another";
	RtPlans plans = {0};
	RtDataset d = {.model = &fake};
	RtIdentity id;
	RtPosition at;
	RtSession s = {.model = &other};
	CHECK(t, rt_identity_make(&id, &other, &plans, &d, t->err) == RT_OK);
	CHECK(t, rt_checkpoint_read(&s, "b/checkpoint.safetensors", &id, &plans, &at, t->err) ==
		     RT_INPUT);
	CHECK(t, strstr(t->err->text, "of another model") != NULL);
	CHECK(t,
	      rt_checkpoint_read(&s, "b/last.safetensors", &id, &plans, &at, t->err) == RT_INPUT);
	CHECK(t, strstr(t->err->text, "not a checkpoint") != NULL);
	rt_identity_release(&id);
}

/* More epochs than there were come to the same as if they had been asked for at once; what was done
 * cannot be changed. */
static void test_extended(Test *t)
{
	CHECK(t, program(t, "train --data data --out x1 --set epochs=3") == RT_OK);
	CHECK(t, program(t, "train --data data --out x2 --set epochs=1") == RT_OK);
	CHECK(t, program(t, "train --data data --out x2 --resume --set epochs=3") == RT_OK);
	CHECK(t, same_files("x1/checkpoint.safetensors", "x2/checkpoint.safetensors"));
	CHECK(t, same_files("x1/last.safetensors", "x2/last.safetensors"));
	CHECK(t, same_files("x1/best.safetensors", "x2/best.safetensors"));
	CHECK(t, logged("x1/log.jsonl", "epoch", "lr") == logged("x2/log.jsonl", "epoch", "lr"));
	const char *const kept = "train --data data --out x2 --resume --set epochs=";
	const char *const wrong[][2] = {
	    {"2", "schedule.epochs: 2, but 3 have begun"},
	    {"4 --set lr=0.5", "optimizer.lr: "},
	    {"4 --set evaluate_epochs=4", " is the best one"},
	};
	for (size_t i = 0; i < RT_COUNT(wrong); i++) {
		char line[160];
		snprintf(line, sizeof line, "%s%s", kept, wrong[i][0]);
		CHECK(t, program(t, line) == RT_INPUT && said(t, wrong[i][1]));
	}
}

/* Pieces do not matter; every bit and the length do. */
static void test_hash(Test *t)
{
	unsigned char x[203] = {0};
	uint64_t seed = 3, lengths[sizeof x + 1];
	for (size_t n = 0; n <= sizeof x; n++) { /* of zeros */
		lengths[n] = rt_hash(0, x, n);
		for (size_t k = 0; k < n; k++)
			CHECK(t, lengths[k] != lengths[n]);
	}
	for (size_t i = 0; i < sizeof x; i++)
		x[i] = (unsigned char)next_random(&seed);
	const uint64_t whole = rt_hash(0, x, sizeof x);
	CHECK(t, rt_hash(1, x, sizeof x) != whole);
	for (int i = 0; i < 500; i++) {
		RtHash h = {0};
		for (size_t at = 0, n; at < sizeof x; at += n) {
			const size_t left = sizeof x - at;
			n = next_random(&seed) % (i % 2 ? 90 : 12);
			n = n < left ? n : left;
			rt_hash_add(&h, x + at, n);
		}
		CHECK(t, rt_hash_end(&h) == whole);
	}
	for (size_t i = 0; i < 8 * sizeof x; i++) {
		x[i / 8] ^= (unsigned char)(1 << i % 8);
		CHECK(t, rt_hash(0, x, sizeof x) != whole);
		x[i / 8] ^= (unsigned char)(1 << i % 8);
	}
}

/* Each byte of a checkpoint changed alone; a few of them at once; cut short. */
static void test_damaged(Test *t)
{
	RtBytes b;
	RtPlans plans = {0};
	RtDataset d = {.model = &fake};
	RtIdentity id;
	RtPosition at;
	RtWeights w;
	RtSession s;
	uint64_t seed = 11;
	CHECK(t, !rt_identity_make(&id, &fake, &plans, &d, t->err) &&
		     !rt_weights_init(&w, &fake, 0, 1, t->err) &&
		     !rt_session_open(&s, &fake, &w, 1, t->err));
	const RtPosition mine = {.stage = 0,
				 .epoch = 3,
				 .batch = 1,
				 .best = NAN,
				 .sums = {0.1 + 0.2, 1e23, nextafter(1.0 / 3, 0)},
				 .part = {nextafter(2.0 / 3, 1)}};
	CHECK(t, rt_checkpoint_write(&s, "c.safetensors", &id, &mine, t->err) == RT_OK);
	CHECK(t, rt_checkpoint_read(&s, "c.safetensors", &id, &plans, &at, t->err) == RT_OK);
	CHECK(t, at.epoch == 3 && at.batch == 1 && isnan(at.best));
	CHECK(t, memcmp(at.sums, mine.sums, sizeof at.sums) == 0);
	CHECK(t, memcmp(at.part, mine.part, sizeof at.part) == 0);
	CHECK(t, strcmp(at.program, "cpu, fp32") == 0);
	CHECK(t, !rt_bytes_open(&b, "c.safetensors", t->err));
	CHECK(t, b.n > 1400);
	for (size_t i = 0; i < b.n + 600; i++) {
		char *const copy = malloc(b.n);
		memcpy(copy, b.at, b.n);
		const size_t n = i % 3 || i < b.n ? b.n : next_random(&seed) % b.n;
		if (i < b.n)
			copy[i] ^= (char)(1 << next_random(&seed) % 8);
		for (int k = 0; i >= b.n && k < 3; k++)
			copy[next_random(&seed) % 1400] ^= (char)(1 + next_random(&seed) % 255);
		spew("damaged.safetensors", copy, n);
		free(copy);
		t->err->text[0] = '\0';
		const RtStatus status =
		    rt_checkpoint_read(&s, "damaged.safetensors", &id, &plans, &at, t->err);
		CHECK(t, status == RT_INPUT &&
			     strstr(t->err->text, "damaged.safetensors: the checkpoint is "
						  "damaged: its bytes do not fit"));
	}
	rt_bytes_release(&b);
	rt_session_close(&s);
	rt_weights_release(&w);
	rt_identity_release(&id);
}

/* Lines that someone took out of the log do not make later ones pass for older than a checkpoint.
 */
static void test_short_log(Test *t)
{
	RtLog l;
	RtHistory h = {.nparts = 1, .part = {"loss"}};
	RtError *const err = rt_alloc(1, sizeof *err);
	spew_text("short.jsonl", "{\"kind\":\"epoch\",\"stage\":\"\",\"epoch\":1}\n{}\nnot\n");
	CHECK(t, rt_log_open(&l, "short.jsonl", 50, &h, err) == RT_OK);
	CHECK(t, l.lines == 3 && h.n == 1 && h.at[0].epoch == 1);
	rt_log_close(&l);
	rt_history_release(&h);
	CHECK(t, rt_log_open(&l, "short.jsonl", 1, &h, err) == RT_OK);
	CHECK(t, l.lines == 1 && h.n == 1);
	rt_log_close(&l);
	rt_history_release(&h);
	free(err);
}

static void test_nan(Test *t)
{
	CHECK(t, program(t, "train --data data --out n --set lr=1e9 --set checkpoint_steps=1") ==
		     RT_INPUT);
	CHECK(t, said(t, "step ") && said(t, "first bad tensor is"));
	CHECK(t, said(t, "n/checkpoint.safetensors is the last good state"));
	/* which is finite, as it was before the first bad step */
	RtBytes b;
	RtSafetensors st;
	CHECK(t, !rt_bytes_open(&b, "n/checkpoint.safetensors", t->err) &&
		     !rt_st_parse(&st, b.at, b.n, "n", t->err));
	CHECK(t, rt_all_finite(tensor_of(&st, "head.weight"), OUT * IN));
	rt_st_release(&st);
	rt_bytes_release(&b);
}

static bool no_leftovers(void)
{
	RtPaths p;
	RtError *const err = rt_alloc(1, sizeof *err);
	const bool none = rt_find_files("f", ".tmp0", &p, NULL, err) == RT_INPUT;
	rt_paths_release(&p);
	free(err);
	return none;
}

static void test_disk_full(Test *t)
{
	const char *const line = "train --data data --out f --resume --set epochs=2";
	CHECK(t, finish(t, start(line, 500)) == RT_DEVICE);
	CHECK(t, said(t, "f/checkpoint.safetensors: File too large") && no_leftovers());
	/* room for the first checkpoint and no more: the log fills it */
	CHECK(t, program(t, line) == RT_OK);
	const char *const more = "train --data data --out f2 --resume --set epochs=20";
	CHECK(t, finish(t, start(more, 8000)) == RT_DEVICE);
	CHECK(t, said(t, "File too large"));
	CHECK(t, program(t, more) == RT_OK);
	CHECK(t, program(t, "train --data data --out f3 --set epochs=20") == RT_OK);
	CHECK(t, same_files("f2/checkpoint.safetensors", "f3/checkpoint.safetensors"));
	CHECK(t, program(t, "train --data data --out stderr/x") == RT_INPUT);
	CHECK(t, said(t, "stderr/x: Not a directory"));
	CHECK(t, program(t, "step --weights w.safetensors --batch b.safetensors --output "
			    "/dev/full") == RT_DEVICE);
	CHECK(t, said(t, "/dev/full: No space left on device"));
}

/* The checkpoint stands between the batches of a step. */
static bool inside_step(int accumulate)
{
	RtBytes b;
	RtSafetensors st;
	RtError *const err = rt_alloc(1, sizeof *err);
	double batch = 0;
	if (!rt_bytes_open(&b, "k/checkpoint.safetensors", err) &&
	    !rt_st_parse(&st, b.at, b.n, "k", err)) {
		batch = number_in(rt_st_meta(&st, "position"), "batch");
		rt_st_release(&st);
		rt_bytes_release(&b);
	}
	free(err);
	return (int)batch % accumulate != 0;
}

/* Killed at random moments and resumed, until it is through, the run gives the same files. */
static void kill_often(Test *t, int times, int accumulate, const char *checkpoints)
{
	char line[256];
	const char *const run = "train --data data --resume --stage stage2 --set epochs=4";
	uint64_t seed = (uint64_t)time(NULL);
	snprintf(line, sizeof line, "%s --out whole --set accumulate=%d", run, accumulate);
	CHECK(t, program(t, line) == RT_OK);
	snprintf(line, sizeof line, "%s --out k --set accumulate=%d --set %s", run, accumulate,
		 checkpoints);
	setenv("FAKE_SLEEP", "3000", 1);
	int kills = 0, runs = 0, inside = 0, status = -1;
	/* Where within a step the kills fall is luck: more of them until one has. */
	while (kills < times || status != 0 || (accumulate > 1 && !inside && kills < 10 * times)) {
		const pid_t pid = start(line, 0);
		const unsigned wait_us = 1000 * (10 + next_random(&seed) % 120);
		nanosleep(&(struct timespec){0, 1000L * wait_us}, NULL);
		if (kills < times || (accumulate > 1 && !inside))
			kill(pid, SIGKILL);
		status = finish(t, pid);
		inside += inside_step(accumulate);
		CHECK(t, status == 0 || status == 128 + SIGKILL);
		kills += status != 0;
		if (status != 0)
			continue;
		runs++;
		CHECK(t, same_files("k/checkpoint.safetensors", "whole/checkpoint.safetensors"));
		CHECK(t, same_files("k/best.safetensors", "whole/best.safetensors"));
		CHECK(t, same_files("k/last.safetensors", "whole/last.safetensors"));
		CHECK(t, same_files("k/stage1.last.safetensors", "whole/stage1.last.safetensors"));
		CHECK(t, logged("k/log.jsonl", "epoch", "loss") ==
			     logged("whole/log.jsonl", "epoch", "loss"));
		remove_all("k");
	}
	unsetenv("FAKE_SLEEP");
	CHECK(t, runs > 0 && (inside > 0) == (accumulate > 1));
	remove_all("whole");
}

static void test_kill(Test *t)
{
	kill_often(t, 30, 1, "checkpoint_steps=2");
	kill_often(t, 10, 3, "checkpoint_minutes=1e-9");
}

/* Two runs cannot share a folder. */
static void test_lock(Test *t)
{
	setenv("FAKE_SLEEP", "20000", 1);
	const pid_t pid = start("train --data data --out locked", 0);
	while (!exists("locked/checkpoint.safetensors"))
		nanosleep(&(struct timespec){0, 1000000}, NULL);
	unsetenv("FAKE_SLEEP");
	CHECK(t, program(t, "train --data data --out locked --resume") == RT_INPUT);
	CHECK(t, said(t, "another run is at work"));
	kill(pid, SIGKILL);
	finish(t, pid);
	CHECK(t, program(t, "train --data data --out locked --resume") == RT_OK);
	CHECK(t, weights_close("locked/last.safetensors", "locked/last.safetensors", 0));
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return rt_main(&fake, argc, argv);
	setvbuf(stdout, NULL, _IOLBF, 0);
	static void (*const tests[])(Test *) = {
	    test_labels,     test_chunks,    test_order,
	    test_rates,      test_loader,    test_dataset,
	    test_scaler,     test_train,     test_eval,
	    test_stages,     test_choices,   test_step,
	    test_accumulate, test_bench,     test_damaged,
	    test_short_log,  test_nan,       test_wrong_checkpoint,
	    test_extended,   test_disk_full, test_kill,
	    test_lock,       test_hash,
	};
	Test t = {.err = rt_alloc(1, sizeof(RtError)),
		  .said = rt_alloc(SAID, 1),
		  .printed = rt_alloc(SAID, 1)};
	const char *const tmp = getenv("TMPDIR");
	snprintf(t.dir, sizeof t.dir, "%.40s/train_test.XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(t.dir) || chdir(t.dir) != 0) {
		perror(t.dir);
		return 1;
	}
	make_data("data", t.err);
	for (size_t i = 0; i < RT_COUNT(tests); i++)
		tests[i](&t);
	if (getenv("KEEP"))
		printf("files in %s\n", t.dir);
	else if (chdir("/") == 0)
		remove_all(t.dir);
	free(t.said);
	free(t.printed);
	free(t.err);
	printf("train_test: %d checks, %d failed\n", t.checks, t.failures);
	return t.failures > 0;
}
