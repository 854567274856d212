/* kind.c: what a file is that is not what was wanted, told by its content alone. The readers ask
 * only after they have failed: the length at the start of a safetensors file can look like anything
 * here. */
#define _GNU_SOURCE
#include "runtime/core/core.h"

#include <ctype.h>
#include <string.h>

/* How far into a file, and before its end, names are searched. */
enum { NEAR = 1 << 16 };

static bool at(const RtBytes *b, size_t offset, const char *magic, size_t n)
{
	return b->n >= offset + n && memcmp(b->at + offset, magic, n) == 0;
}

/* Near the start or the end, where archives list what they hold. */
static bool names(const RtBytes *b, const char *text)
{
	const size_t n = b->n < NEAR ? b->n : NEAR, len = strlen(text);
	return memmem(b->at, n, text, len) || memmem(b->at + b->n - n, n, text, len);
}

static bool is_pointer(const RtBytes *b)
{
	return at(b, 0, "version https://git-lfs.github.com/", 35);
}

static bool is_annex(const RtBytes *b)
{
	return at(b, 0, "/annex/objects/", 15);
}

static bool is_zip(const RtBytes *b)
{
	return at(b, 0, "PK\3\4", 4);
}

static bool is_torch_zip(const RtBytes *b)
{
	return is_zip(b) && names(b, "/data.pkl");
}

static bool is_keras_zip(const RtBytes *b)
{
	return is_zip(b) && names(b, ".weights.h5");
}

static bool is_npz(const RtBytes *b)
{
	return is_zip(b) && names(b, ".npy");
}

static bool is_npy(const RtBytes *b)
{
	return at(b, 0, "\x93NUMPY", 6);
}

/* The magic number, pickled, with which PyTorch began before version 1.6. */
static bool is_torch_pickle(const RtBytes *b)
{
	return at(b, 0, "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", 14);
}

/* Protocol 2 to 5; the first opcode of what follows, or a frame. */
static bool is_pickle(const RtBytes *b)
{
	static const char first[] = "}]()cK\x8a\x8c\x95X";
	return b->n > 2 && b->at[0] == 0x80 && b->at[1] >= 2 && b->at[1] <= 5 &&
	       memchr(first, b->at[2], sizeof first - 1);
}

/* A block of the user's own may stand before the signature. */
static bool is_hdf5(const RtBytes *b)
{
	for (size_t i = 0; i < NEAR; i = i ? 2 * i : 512)
		if (at(b, i, "\x89HDF\r\n\x1a\n", 8))
			return true;
	return false;
}

/* A protobuf number of at most ten bytes. */
static bool varint(const RtBytes *b, size_t *i, uint64_t *v)
{
	*v = 0;
	for (int shift = 0; *i < b->n && shift < 64; shift += 7) {
		const unsigned char c = b->at[(*i)++];
		*v |= (uint64_t)(c & 127) << shift;
		if (c < 128)
			return true;
	}
	return false;
}

/* Key of a protobuf field of so many bytes. */
static uint64_t field(int number)
{
	return (uint64_t)number << 3 | 2;
}

/* Protobuf has no signature. onnx.ModelProto begins with the version of its format (1), then come
 * texts (2, 3, 4, 6) and the model's version (5), then the graph (7) or the sets of operators (8).
 */
static bool is_onnx(const RtBytes *b)
{
	size_t i = 0;
	uint64_t key, v;
	if (!varint(b, &i, &key) || key != 1 << 3 || !varint(b, &i, &v) || v == 0 || v > 100)
		return false;
	while (varint(b, &i, &key) && varint(b, &i, &v)) {
		if (key == field(7) || key == field(8))
			return v > 0;
		if (key == 5 << 3)
			continue;
		if (key < field(2) || key > field(6) || (key & 7) != 2 || v > b->n - i)
			return false;
		i += (size_t)v;
	}
	return false;
}

static bool is_gzip(const RtBytes *b)
{
	return at(b, 0, "\x1f\x8b\x08", 3);
}

static bool is_packed(const RtBytes *b)
{
	return at(b, 0, "BZh", 3) ||
	       at(b, 0,
		  "\xfd"
		  "7zXZ\0",
		  6) ||
	       at(b, 0, "\x28\xb5\x2f\xfd", 4) || at(b, 0, "7z\xbc\xaf\x27\x1c", 6) ||
	       at(b, 0, "Rar!", 4) || at(b, 257, "ustar", 5);
}

/* Text, after a byte order mark and blanks, in any case. */
static bool begins(const RtBytes *b, const char *text)
{
	size_t i = at(b, 0, "\xef\xbb\xbf", 3) ? 3 : 0;
	while (i < b->n && isspace(b->at[i]))
		i++;
	for (; *text && i < b->n && tolower(b->at[i]) == *text; text++)
		i++;
	return !*text;
}

static bool is_page(const RtBytes *b)
{
	return begins(b, "<!doctype html") || begins(b, "<html") || begins(b, "<head") ||
	       begins(b, "<?xml") || begins(b, "<error>");
}

static bool is_json(const RtBytes *b)
{
	return begins(b, "{") || begins(b, "[");
}

static bool is_safetensors(const RtBytes *b)
{
	return b->n > 9 && b->at[7] == 0 && b->at[6] == 0 && b->at[5] == 0 && b->at[4] == 0 &&
	       b->at[8] == '{' && b->at[9] == '"';
}

static bool is_audio(const RtBytes *b)
{
	return ((at(b, 0, "RIFF", 4) || at(b, 0, "RF64", 4)) && at(b, 8, "WAVE", 4)) ||
	       at(b, 0, "fLaC", 4) || at(b, 0, "OggS", 4) || at(b, 0, "caff", 4) ||
	       (at(b, 0, "FORM", 4) && at(b, 8, "AIF", 3));
}

static bool is_film(const RtBytes *b)
{
	return at(b, 4, "ftyp", 4) || at(b, 0, "ID3", 3) || at(b, 0, "\x1a\x45\xdf\xa3", 4);
}

static bool is_program(const RtBytes *b)
{
	return at(b, 0,
		  "\x7f"
		  "ELF",
		  4);
}

static bool is_matlab(const RtBytes *b)
{
	return at(b, 0, "MATLAB 5.0 MAT-file", 19);
}

static bool is_zeros(const RtBytes *b)
{
	const size_t n = b->n < NEAR ? b->n : NEAR;
	return n >= 16 && b->at[0] == 0 && memcmp(b->at, b->at + 1, n - 1) == 0;
}

static bool is_text(const RtBytes *b)
{
	for (size_t i = 0; i < b->n && i < 512; i++)
		if (b->at[i] < ' ' && !isspace(b->at[i]))
			return false;
	return b->n > 0;
}

#define TORCH                                                                                      \
	"save its tensors as safetensors:\n  python3 -c \"import sys, torch, safetensors.torch "   \
	"as s; d = torch.load(sys.argv[1], 'cpu', weights_only=True); s.save_file({k: "            \
	"v.contiguous() for k, v in d.get('state_dict', d).items()}, sys.argv[2])\" FILE "         \
	"OUT.safetensors"
#define ARRAYS "in Python, read it and save the tensors by name with safetensors.numpy.save_file"

/* The first that fits. What to do differs where tensors are wanted and where anything else is. */
static const struct {
	bool (*is)(const RtBytes *b);
	const char *name, *tensors, *others;
} kinds[] = {
    {is_pointer, "a Git LFS pointer, not the file that it stands for", "fetch it: git lfs pull",
     "fetch it: git lfs pull"},
    {is_annex, "a git-annex pointer, not the file that it stands for", "fetch it: git annex get",
     "fetch it: git annex get"},
    {is_torch_zip, "a PyTorch checkpoint (zip)", TORCH, NULL},
    {is_keras_zip, "a Keras model (zip)", ARRAYS, NULL},
    {is_npz, "NumPy arrays (.npz)", ARRAYS, NULL},
    {is_zip, "a zip archive", "unpack it first", "unpack it first"},
    {is_npy, "a NumPy array (.npy)", "tensors have names: " ARRAYS, NULL},
    {is_torch_pickle, "a PyTorch checkpoint (a pickle, as before version 1.6)", TORCH, NULL},
    {is_pickle, "a Python pickle", ARRAYS, NULL},
    {is_hdf5, "an HDF5 file, as Keras and MATLAB write them", ARRAYS " (package h5py reads it)",
     NULL},
    {is_matlab, "a MATLAB file", ARRAYS " (scipy.io.loadmat reads it)", NULL},
    {is_gzip, "compressed with gzip", "unpack it first: gunzip", "unpack it first: gunzip"},
    {is_packed, "a compressed file or archive", "unpack it first", "unpack it first"},
    {is_page, "a web page, saved in place of the file", "download the file itself",
     "download the file itself"},
    {is_safetensors, "a safetensors file", NULL, NULL},
    {is_audio, "a recording", NULL, NULL},
    {is_film, "compressed audio or video", NULL, "convert it: ffmpeg -i FILE OUT.wav"},
    {is_program, "a program", NULL, NULL},
    {is_onnx, "an ONNX model", ARRAYS " (onnx.numpy_helper reads its initializers)", NULL},
    {is_zeros, "zeros: never written or lost", "copy it again", "copy it again"},
    {is_json, "JSON text", NULL, NULL},
    {is_text, "text", NULL, NULL},
};

RtStatus rt_fail_kind(const RtBytes *b, const char *path, RtWanted wanted, RtError *err)
{
	static const char *const need[] = {"a safetensors file", "an .npy or a safetensors file",
					   "a recording that can be read"};
	if (b->n == 0)
		return rt_fail(err, RT_INPUT, "%s: the file is empty", path);
	for (size_t i = 0; i < RT_COUNT(kinds); i++) {
		if (!kinds[i].is(b))
			continue;
		if (kinds[i].is == is_audio && wanted == RT_WANT_RECORDING)
			break; /* a damaged one */
		const char *const advice =
		    wanted == RT_WANT_RECORDING ? kinds[i].others : kinds[i].tensors;
		return rt_fail(err, RT_INPUT, "%s: not %s but %s%s%s", path, need[wanted],
			       kinds[i].name, advice ? ": " : "", advice ? advice : "");
	}
	return rt_fail(err, RT_INPUT, "%s: not %s", path, need[wanted]);
}
