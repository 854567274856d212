"""The counter-based generator of the runtime, from its definition."""
import numpy as np


def philox(seed, low, high):
    c = [low & 0xffffffff, low >> 32, high & 0xffffffff, high >> 32]
    k = [seed & 0xffffffff, seed >> 32]
    for _ in range(10):
        a, b = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(b >> 32) ^ c[1] ^ k[0], b & 0xffffffff, (a >> 32) ^ c[3] ^ k[1], a & 0xffffffff]
        k = [(k[0] + 0x9E3779B9) & 0xffffffff, (k[1] + 0xBB67AE85) & 0xffffffff]
    return c


# known answers of Random123's kat_vectors, philox4x32-10
assert philox(0, 0, 0) == [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]
ones = 2**64 - 1
assert philox(ones, ones, ones) == [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd]
assert philox(0x299f31d0a4093822, 0x85a308d3243f6a88, 0x0370734413198a2e) == \
    [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1]


def name_hash(name):
    h, m = 0xcbf29ce484222325, 2**64 - 1
    for b in name.encode():
        h = (h ^ b) * 0x100000001b3 & m
    h = (h ^ h >> 30) * 0xbf58476d1ce4e5b9 & m
    h = (h ^ h >> 27) * 0x94d049bb133111eb & m
    return h ^ h >> 31


def uniforms(seed, name, n):
    words = [w for i in range((n + 3) // 4) for w in philox(seed, i, name_hash(name))]
    return (np.array(words[:n], dtype=np.float64) + 0.5) / 2**32
