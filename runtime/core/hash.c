/* hash.c: 64 bits that stand for many bytes; not against those who mean harm. A step is reversible
 * in the state for any word, and in the word for any state, so bytes that differ within one word
 * never have the same hash; others do once in 2^64. Words go to LANES states in turn, because one
 * would wait for its multiplier. */
#include "runtime/core/core.h"

#include <string.h>

enum { LANES = RT_COUNT(((RtHash *)0)->lane), BLOCK = 8 * LANES };

static uint64_t mix(uint64_t h, uint64_t word)
{
	h = (h ^ word) * UINT64_C(0x9E3779B97F4A7C15);
	return h ^ h >> 29;
}

static void add_blocks(RtHash *h, const unsigned char *p, size_t n)
{
	uint64_t lane[LANES];
	memcpy(lane, h->lane, sizeof lane);
	for (size_t b = 0; b < n; b++)
		for (int i = 0; i < LANES; i++, p += 8) {
			uint64_t word;
			memcpy(&word, p, sizeof word);
			lane[i] = mix(lane[i], word);
		}
	memcpy(h->lane, lane, sizeof lane);
}

void rt_hash_add(RtHash *h, const void *bytes, size_t n)
{
	const unsigned char *p = bytes;
	while (n > 0) {
		const size_t have = h->n % BLOCK, room = BLOCK - have;
		const size_t take = have || n < BLOCK ? (n < room ? n : room) : n - n % BLOCK;
		if (take >= BLOCK)
			add_blocks(h, p, take / BLOCK);
		else
			memcpy(h->block + have, p, take);
		if (take < BLOCK && take == room)
			add_blocks(h, h->block, 1);
		h->n += take;
		p += take;
		n -= take;
	}
}

uint64_t rt_hash_end(const RtHash *h)
{
	RtHash last = *h;
	memset(last.block + h->n % BLOCK, 0, BLOCK - h->n % BLOCK);
	if (h->n % BLOCK)
		add_blocks(&last, last.block, 1);
	uint64_t all = h->n;
	for (int i = 0; i < LANES; i++)
		all = mix(all, last.lane[i]);
	return all;
}

uint64_t rt_hash(uint64_t from, const void *bytes, size_t n)
{
	RtHash h = {.lane = {from}};
	rt_hash_add(&h, bytes, n);
	return rt_hash_end(&h);
}
