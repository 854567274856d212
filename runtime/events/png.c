/* png.c: the smallest writer of PNG that every viewer reads: palette colours, no compression. */
#include "runtime/events/events.h"

#include <stdlib.h>
#include <string.h>

enum { STORED = 65535 /* most bytes of a stored deflate block */ };

typedef struct Bytes {
	unsigned char *at;
	size_t n;
} Bytes;

static void put(Bytes *b, const void *p, size_t n)
{
	if (n)
		memcpy(b->at + b->n, p, n);
	b->n += n;
}

static void put_be32(Bytes *b, uint32_t v)
{
	const unsigned char p[4] = {(unsigned char)(v >> 24), (unsigned char)(v >> 16),
				    (unsigned char)(v >> 8), (unsigned char)v};
	put(b, p, 4);
}

static uint32_t crc32(const unsigned char *p, size_t n)
{
	uint32_t c = 0xffffffff;
	for (size_t i = 0; i < n; i++) {
		c ^= p[i];
		for (int k = 0; k < 8; k++)
			c = c >> 1 ^ (c & 1 ? 0xedb88320 : 0);
	}
	return ~c;
}

static uint32_t adler32(const unsigned char *p, size_t n)
{
	uint32_t a = 1, b = 0;
	for (size_t i = 0; i < n; i++) {
		a = (a + p[i]) % 65521;
		b = (b + a) % 65521;
	}
	return b << 16 | a;
}

static void put_chunk(Bytes *b, const char *type, const unsigned char *p, size_t n)
{
	put_be32(b, (uint32_t)n);
	const size_t start = b->n;
	put(b, type, 4);
	put(b, p, n);
	put_be32(b, crc32(b->at + start, n + 4));
}

/* zlib stream of stored blocks */
static void store(Bytes *z, const unsigned char *p, size_t n)
{
	put(z, "\x78\x01", 2);
	for (size_t at = 0; at < n;) {
		const size_t step = n - at < STORED ? n - at : STORED;
		const unsigned char head[5] = {at + step == n, (unsigned char)step,
					       (unsigned char)(step >> 8), (unsigned char)~step,
					       (unsigned char)(~step >> 8)};
		put(z, head, 5);
		put(z, p + at, step);
		at += step;
	}
	put_be32(z, adler32(p, n));
}

static void write_base64(RtOut *f, const unsigned char *p, size_t n)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	for (size_t i = 0; i < n; i += 3) {
		const size_t left = n - i;
		const uint32_t v = (uint32_t)p[i] << 16 | (left > 1 ? (uint32_t)p[i + 1] << 8 : 0) |
				   (left > 2 ? p[i + 2] : 0);
		const char four[4] = {digits[v >> 18], digits[v >> 12 & 63],
				      left > 1 ? digits[v >> 6 & 63] : '=',
				      left > 2 ? digits[v & 63] : '='};
		rt_out_write(f, four, 4);
	}
}

RtStatus rt_png_base64(RtOut *f, int w, int h, const unsigned char *pixels,
		       const unsigned char palette[256][3], RtError *err)
{
	const size_t row = (size_t)w + 1, n = row * (size_t)h, room = n + n / STORED * 5 + 64;
	Bytes lines = {rt_alloc(n, 1), 0}, z = {rt_alloc(room, 1), 0};
	Bytes png = {rt_alloc(room + 1024, 1), 0};
	const bool ok = lines.at && z.at && png.at;
	if (ok) {
		for (int y = 0; y < h; y++) {
			put(&lines, "", 1); /* no filter */
			put(&lines, pixels + (size_t)y * (size_t)w, (size_t)w);
		}
		store(&z, lines.at, lines.n);
		Bytes header = {(unsigned char[16]){0}, 0};
		put_be32(&header, (uint32_t)w);
		put_be32(&header, (uint32_t)h);
		put(&header, "\x08\x03\0\0\0", 5); /* 8 bits, palette */
		put(&png, "\x89PNG\r\n\x1a\n", 8);
		put_chunk(&png, "IHDR", header.at, header.n);
		put_chunk(&png, "PLTE", palette[0], 768);
		put_chunk(&png, "IDAT", z.at, z.n);
		put_chunk(&png, "IEND", NULL, 0);
		write_base64(f, png.at, png.n);
	}
	free(lines.at);
	free(z.at);
	free(png.at);
	return ok ? RT_OK : rt_no_memory(err);
}
