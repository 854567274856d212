#!/usr/bin/env python3
"""What rounding the operands of its matrix products alone does to attention and its gradients.

Float64 throughout, with the operands of every product rounded as backend_cuda/kernels/attention.cuh
rounds them: queries with their biases added, keys, values, positions, the gradient of the result,
the weights (forward over the running maximum, backward normalised, after dropout) and the gradients
of the scores. What is made of the products is not rounded. Prints ||a-b||/||b|| of each output, the
largest of --draws draws for each of tests/cuda/cases/attention*.sir, and of all. Where the exact
result is zero, as the gradients of a single key's score are, it is ||a||: the source of
limit_vanishing_tf32 and _bf16 in tests/cuda/run.sh.
"""
import argparse
import pathlib
import re

import numpy as np

CASES = pathlib.Path(__file__).resolve().parent.parent / "cuda" / "cases"
WIDE = 32  # narrower heads stay in float32 (WIDE_PRODUCT in backend_cuda/emit.h)
KEYS = 64  # of a block
OUTPUTS = ("y", "lse", "dq", "dk", "dv", "dp", "dr")
BITS = {"tf32": 10, "bf16": 7}  # of the mantissa, the leading one aside


def rounded(x, precision):
    """To nearest: tf32 away from zero where two are as near (cvt.rna), bf16 to the even one."""
    fraction, exponent = np.frexp(x)
    scaled = np.ldexp(fraction, BITS[precision] + 1)
    if precision == "tf32":
        scaled = np.copysign(np.floor(np.abs(scaled) + 0.5), scaled)
    return np.ldexp(np.rint(scaled), exponent - BITS[precision] - 1)


def exact(x):
    return x


def positions(t):
    """Row of r and whether the query is the next one, for query i and key j; row -1: none."""
    x = np.arange(t)[:, None] - np.arange(t)[None, :]
    return np.where(x >= 0, t - 1 - x, -x - 2), x < 0


def shifted(qp, r):
    """Products of queries and positions, [.. h, i, j]."""
    t = r.shape[-2]
    row, following = positions(t)
    table = np.concatenate([qp @ r.swapaxes(-1, -2), np.zeros(qp.shape[:-2] + (1, t))], -2)
    picked = table[..., np.arange(t)[:, None] + following, row]
    return np.where(row < 0, 0, picked)


def unshifted(ds, t):
    """The transpose of shifted: gradients by that table without its last row."""
    row, following = positions(t)
    table = np.zeros(ds.shape[:-2] + (t + 1, t))
    query = np.broadcast_to(np.arange(t)[:, None] + following, row.shape)
    there = row >= 0
    np.add.at(table, (Ellipsis, query[there], row[there]), ds[..., there])
    return table[..., :t, :]


def attention(c, rnd):
    """{output: value} of operands [group, batch, head, row, column]."""
    q, k, v, g, mask = c["q"], rnd(c["k"]), rnd(c["v"]), c["g"], c["mask"]
    relative, scale = "r" in c, c["scale"]
    qc = rnd(q + c["u"]) if relative else rnd(q)
    s = qc @ k.swapaxes(-1, -2)
    if relative:
        qp, r = rnd(q + c["w"]), rnd(c["r"])
        s = s + shifted(qp, r)
    s = s * scale
    result, total, top = 0, 0, np.full(s.shape[:-1] + (1,), -np.inf)
    for j in range(0, s.shape[-1], KEYS):
        block = np.s_[..., j:j + KEYS]
        higher = np.maximum(top, s[block].max(-1, keepdims=True))
        e, less, top = np.exp(s[block] - higher), np.exp(top - higher), higher
        total = total * less + e.sum(-1, keepdims=True)
        result = result * less + rnd(e * mask[block]) @ v[..., j:j + KEYS, :]
    y = result / total
    lse = top + np.log(total)
    w = np.exp(s - lse)
    d = rnd(g) @ v.swapaxes(-1, -2)
    ds = rnd(w * (d * mask - (g * y).sum(-1, keepdims=True)))
    out = {"y": y, "lse": lse, "dv": rnd(w * mask).swapaxes(-1, -2) @ rnd(g),
           "dk": scale * ds.swapaxes(-1, -2) @ qc, "dq": scale * ds @ k}
    if relative:
        table = unshifted(ds, r.shape[-2])
        out["dp"] = scale * table @ r
        out["dr"] = scale * table.swapaxes(-1, -2) @ qp
    return out


def read_case(path):
    """{name: shape}, scale and p."""
    text = path.read_text()
    shapes = {name: [int(n) for n in shape.split(",")] for name, shape in
              re.findall(r'input "(\w+)" \{shape=\[([\d,]+)\]', text)}
    scale = float(re.search(r"scale=([\d.e-]+)", text).group(1))
    p = re.search(r" p=([\d.]+)", text)
    return shapes, scale, float(p.group(1)) if p else 0.0


def draw(shapes, scale, p, rng):
    """Values as cuda_check draws them, uniform in -1 .. 1, in float32."""
    c = {name: rng.uniform(-1, 1, shape).astype(np.float32).astype(np.float64)
         for name, shape in shapes.items()}
    for name in "qkvg":
        c[name] = c[name].swapaxes(-2, -3)  # [group, batch, head, row, column]
    if "r" in c:
        c["r"] = c["r"].swapaxes(-2, -3)[:, None]
        c["u"], c["w"] = (c[name][:, None, :, None] for name in "uw")
    scores = c["q"].shape[:-1] + (c["k"].shape[-2],)
    c["mask"] = (rng.random(scores) >= p) / (1 - p)
    c["scale"] = scale
    return c


def error(a, b):
    """The gradient of a single key's score is a difference of equal numbers, zero but for float64."""
    size = np.linalg.norm(b)
    return np.linalg.norm(a - b) / (size if size > 1e-9 else 1)


def print_errors(name, errors):
    for precision, e in errors.items():
        columns = ["%9.1e" % e[n] if n in e else "" for n in OUTPUTS]
        print(("%-22s %-5s" % (name, precision) + "".join("%9s" % c for c in columns)).rstrip())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", type=pathlib.Path)
    parser.add_argument("--draws", type=int, default=20)
    options = parser.parse_args()
    print("%-22s %-5s" % ("", "") + "".join("%9s" % n for n in OUTPUTS))
    worst = {p: {} for p in BITS}
    for path in options.cases or sorted(CASES.glob("attention*.sir")):
        shapes, scale, p = read_case(path)
        if min(shapes["q"][-1], shapes["v"][-1]) < WIDE:
            continue
        found = {precision: {} for precision in BITS}
        for seed in range(options.draws):
            c = draw(shapes, scale, p, np.random.default_rng(seed))
            want = attention(c, exact)
            for precision in BITS:
                got = attention(c, lambda x: rounded(x, precision))
                for name in want:
                    e = error(got[name], want[name])
                    for table in found[precision], worst[precision]:
                        table[name] = max(table.get(name, 0), e)
        print_errors(path.stem, found)
    print_errors("all", worst)


if __name__ == "__main__":
    main()
