#!/usr/bin/env python3
"""Writes train_expect.h: labels, chunks, epoch orders and learning rates as training must make
them, computed here from their definitions (DCASE layout, EINV2's and the baseline's label rules,
Random123), not by the library.

    python3 tests/unit/train_expect.py > tests/unit/train_expect.h
"""
import math
import random
import textwrap

from runtime_expect_core import uniforms

RATE, SAMPLES, FRAME, FRAMES, TRACKS, CLASSES = 24000, 12000, 2400, 5, 3, 13


def annotation():
    """Rows in file order: crowded frames, equal classes, frames out of order, gaps."""
    r = random.Random(7)
    rows = []
    for frame in [0, 1, 1, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4, 7, 9, 9, 9, 9, 6, 11, 11, 12, 1]:
        cls = r.choice([3, 3, 3, 5, 12, 0])
        rows.append((frame, cls, r.randrange(4), r.randint(-180, 180), r.randint(-90, 90),
                     r.randint(10, 900)))
    return rows


def vector(az, el):
    a, e = math.radians(az), math.radians(el)
    return [math.cos(e) * math.cos(a), math.cos(e) * math.sin(a), math.sin(e)]


def by_frame(rows, begin, end):
    """Rows of each of the chunk's frames, in file order."""
    first, last = begin // FRAME, end // FRAME
    table = [[] for _ in range(FRAMES)]
    for row in rows:
        if first <= row[0] < last:
            table[row[0] - first].append(row)
    return table


def tracks(table):
    sed = [[[0.0] * CLASSES for _ in range(TRACKS)] for _ in range(FRAMES)]
    doa = [[[0.0] * 3 for _ in range(TRACKS)] for _ in range(FRAMES)]
    sde = [[0.0] * TRACKS for _ in range(FRAMES)]
    for t, rows in enumerate(table):
        for k, row in enumerate(rows[:5]):
            if k >= TRACKS:
                continue
            sed[t][k][row[1]] = 1.0
            doa[t][k] = vector(row[3], row[4])
            sde[t][k] = row[5] / 100
    return sed, doa, sde


def adpit(table):
    out = [[[[0.0] * CLASSES for _ in range(5)] for _ in range(6)] for _ in range(FRAMES)]
    for t, rows in enumerate(table):
        for c in range(CLASSES):
            same = [r for r in rows if r[1] == c]
            slots = {0: [], 1: [0], 2: [1, 2]}.get(len(same), [3, 4, 5])
            for slot, row in zip(slots, same):
                for i, v in enumerate([1.0] + vector(row[3], row[4]) + [row[5] / 100]):
                    out[t][slot][i][c] = v
    return out


def flat(x):
    return [v for y in x for v in flat(y)] if isinstance(x, list) else [x]


def chunks(n, training):
    if n < SAMPLES:
        return [(0, n)]
    out = [(i * SAMPLES, (i + 1) * SAMPLES) for i in range(1 + (n - SAMPLES) // SAMPLES)]
    rest = n - len(out) * SAMPLES
    if rest and training and rest < SAMPLES // 2:
        out.append((n - SAMPLES, n))
    elif rest:
        out.append((len(out) * SAMPLES, n))
    return out


def order(seed, epoch, n):
    u, x = uniforms(seed, f"order.{epoch}", n), list(range(n))
    for i in range(n - 1, 0, -1):
        j = int(u[i] * (i + 1))
        x[i], x[j] = x[j], x[i]
    return x


def rates(lr, step, gamma, epochs, batches, warmup=0):
    """A scheduler that steps after the first batch of each epoch but the first."""
    out, count = [], 0
    for epoch in range(epochs):
        for batch in range(batches):
            warm = min(1, (len(out) + 1) / warmup) if warmup else 1
            out.append(lr * gamma ** (count // step) * warm)
            if epoch > 0 and batch == 0:
                count += 1
    return out


def numbers(kind, name, values):
    print(f"static const {kind} {name}[{len(values)}] = {{")
    print(textwrap.fill(", ".join(f"{v:.17g}" for v in values), 96, initial_indent="    ",
                        subsequent_indent="    ") + "};")


print("/* train_expect.h: made by train_expect.py. */\n/* clang-format off */")
rows = annotation()
print('static const char x_csv[] =')
for row in rows:
    print('    "' + ",".join(map(str, row)) + '\\n"')
print("    ;")
# 13 frames and a half: whole chunks, the padded rest, a chunk that ends with the recording
places = [(0, 12000), (12000, 24000), (24000, 32400), (20400, 32400)]
print(f"enum {{ X_CHUNKS = {len(places)} }};")
numbers("int64_t", "x_places", flat([list(p) for p in places]))
for name, pick in (("sed", 0), ("doa", 1), ("sde", 2)):
    numbers("double", "x_" + name, flat([tracks(by_frame(rows, *p))[pick] for p in places]))
numbers("double", "x_adpit", flat([adpit(by_frame(rows, *p)) for p in places]))
lengths = [1, 11999, 12000, 12001, 17999, 18000, 24000, 29999, 30000, 36001]
numbers("int64_t", "x_lengths", lengths)
for kind in (True, False):
    listed = [(i, *c) for i, n in enumerate(lengths) for c in chunks(n, kind)]
    numbers("int64_t", "x_training" if kind else "x_validation", flat([list(c) for c in listed]))
numbers("int64_t", "x_order", [v for e in range(3) for v in order(5, e, 17)])
numbers("double", "x_rates", rates(3e-4, 3, 0.5, 10, 4))
numbers("double", "x_warm_rates", rates(2.0**-10, 1, 0.5, 10, 4, warmup=16))
