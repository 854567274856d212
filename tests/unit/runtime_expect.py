#!/usr/bin/env python3
"""Writes runtime_expect.h: what decoding and initialisers must give, computed here with NumPy from
the definitions (DCASE2024 baseline, Random123), not by the library.

    python3 tests/unit/runtime_expect.py > tests/unit/runtime_expect.h
"""
import numpy as np

from runtime_expect_core import uniforms

CLASSES, TRACKS, FRAMES = 13, 3, 12


def normals(seed, name, n):
    u = uniforms(seed, name, (n + 3) // 4 * 4)
    r, a = np.sqrt(-2 * np.log(u[0::2])), 2 * np.pi * u[1::2]
    return np.stack([r * np.cos(a), r * np.sin(a)], 1).ravel()[:n]


def event(frame, cls, v, metres):
    az = np.degrees(np.arctan2(v[1], v[0]))
    el = np.degrees(np.arctan2(v[2], np.sqrt(v[0]**2 + v[1]**2)))
    return frame, cls, az, el, metres


def decode_tracks(sed, doa, sde):
    out = []
    p = 1 / (1 + np.exp(-sed.astype(np.float64)))
    for t in range(FRAMES):
        for k in range(TRACKS):
            c = int(np.argmax(p[t, k]))
            if p[t, k, c] > 0.5:
                out.append(event(t, c, doa[t, k].astype(np.float64), max(0.0, float(sde[t, k]))))
    return out


def near(a, b):
    a, b = a / np.sqrt(np.sum(a**2) + 1e-10), b / np.sqrt(np.sum(b**2) + 1e-10)
    return np.degrees(np.arccos(np.clip(np.dot(a, b), -1, 1))) < 15


def decode_accddoa(x):
    """x [frames, 3, 4, classes]; the baseline's case distinction, written out."""
    x = x.astype(np.float64)
    v = [np.moveaxis(x[:, k, :3], 1, 2) for k in range(3)]
    d = [np.maximum(x[:, k, 3], 0) for k in range(3)]
    on = [np.sqrt(np.sum(vk**2, 2)) > 0.5 for vk in v]
    out = []
    for t in range(FRAMES):
        for c in range(CLASSES):
            w, dist, act = [a[t, c] for a in v], [a[t, c] for a in d], [bool(a[t, c]) for a in on]
            sim = {(i, j): act[i] and act[j] and near(w[i], w[j])
                   for i, j in ((0, 1), (1, 2), (2, 0))}
            count = sum(sim.values())
            rows = []
            if count == 0:
                rows = [(w[k], dist[k]) for k in range(3) if act[k]]
            elif count == 1:
                i, j = next(p for p in sim if sim[p])
                k = 3 - i - j
                rows = [((w[i] + w[j]) / 2, (dist[i] + dist[j]) / 2)]
                if act[k]:
                    rows.append((w[k], dist[k]))
            else:
                rows = [(sum(w) / 3, sum(dist) / 3)]
            out += [event(t, c, a, b) for a, b in rows]
    return out


def c_floats(name, a):
    vals = ", ".join(np.format_float_scientific(v, unique=True) for v in np.ravel(a))
    print(f"static const float {name}[{a.size}] = {{{vals}}};")


def c_doubles(name, a):
    print(f"static const double {name}[{len(a)}] = {{{', '.join(repr(float(v)) for v in a)}}};")


def c_events(name, rows):
    print(f"static const double {name}[{len(rows)}][5] = {{")
    for r in rows:
        print("{" + ", ".join(repr(float(v)) for v in r) + "},")
    print("};")


def main():
    g = np.random.default_rng(7)
    sed = (3 * g.standard_normal((FRAMES, TRACKS, CLASSES)) - 3.5).astype(np.float32)
    sed[1, 0, 4] = sed[1, 0, 9] = 6         # a tie: the first class
    sed[2, :, :] = -4
    sed[2, 1, 0] = 0                        # exactly one half: not active
    sed[3, 2, 12] = 80                      # saturated
    doa = np.tanh(g.standard_normal((FRAMES, TRACKS, 3))).astype(np.float32)
    doa[1, 0] = [-0.5, 0, 0]
    doa[3, 2] = [0, 0, -0.9]
    sde = (2 * g.standard_normal((FRAMES, TRACKS)) + 1).astype(np.float32)
    x = (0.2 * g.standard_normal((FRAMES, 3, 4, CLASSES))).astype(np.float32)
    for t in range(FRAMES):                 # loud ones, some near each other
        c = int(g.integers(CLASSES))
        base = g.standard_normal(3)
        base /= np.linalg.norm(base)
        for k in range(3):
            spread = [0.02, 0.15, 0.6][t % 3]
            x[t, k, :3, c] = base * g.uniform(0.4, 1.1) + spread * g.standard_normal(3)
            x[t, k, 3, c] = g.uniform(-0.5, 5)
    print("/* runtime_expect.h: made by runtime_expect.py with NumPy. */")
    print(f"enum {{ X_CLASSES = {CLASSES}, X_TRACKS = {TRACKS}, X_FRAMES = {FRAMES} }};")
    for name, a in (("x_sed", sed), ("x_doa", doa), ("x_sde", sde), ("x_accddoa", x)):
        c_floats(name, a)
    c_events("x_tracks_events", decode_tracks(sed, doa, sde))
    c_events("x_accddoa_events", decode_accddoa(x))
    c_doubles("x_uniform", uniforms(42, "head.sed.t1.weight", 10))
    c_doubles("x_normal", normals(2**40 + 3, "enc.sed.b1.conv1.weight", 10))
    u = uniforms(5, "dt", 8)
    dt = np.maximum(np.exp(u * (np.log(0.1) - np.log(0.001)) + np.log(0.001)), 0.004)
    c_doubles("x_dt_bias", dt + np.log(1 - np.exp(-dt)))


main()
