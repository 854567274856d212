#!/usr/bin/env python3
"""Writes the numeric cases tests/num/<op>/<case>.sir and .want.

Expected values come from NumPy, SciPy and PyTorch in float64, or from loops written here; never
from seldc. Inputs lie on a coarse binary grid, so they are exact in single precision too.

    usage: make_cases.py [OP...]      those of these ops; without arguments all
"""
import os
import shutil
import sys
import zlib

import numpy as np
import torch
import torch.nn.functional as F
from scipy import special

import attention_cases
import special_cases
import train_cases

ROOT = os.path.dirname(os.path.abspath(__file__))
NAN, INF = float("nan"), float("inf")
made = {}
named = set()  # (op, case), also those that are not wanted


def wanted(op):
    return len(sys.argv) == 1 or op in sys.argv[1:]


# ---- writing ----------------------------------------------------------------------------------

def number(v):
    v = float(v)
    if v != v:
        return "nan"
    return repr(v)[:-2] if repr(v).endswith(".0") else repr(v)


def type_text(a):
    return "f32[%s]" % ",".join(str(d) for d in a.shape)


def list_text(v):
    return "[%s]" % ",".join(number(x) if isinstance(x, float) else str(int(x)) for x in v)


def attr_text(v):
    if isinstance(v, str):
        return '"%s"' % v if " " in v else v
    if isinstance(v, (list, tuple)):
        return list_text(v)
    return number(v) if isinstance(v, float) else str(int(v))


def attrs_text(attrs, group=0):
    words = ["%s=%s" % (k, attr_text(v)) for k, v in attrs.items()]
    if group:
        words.append("group=%d" % group)
    return " {%s}" % " ".join(words) if words else ""


def source_line(name, kind, a):
    return '  %%%s = %s "%s" {shape=%s} : %s' % (name, kind, name, list_text(a.shape), type_text(a))


def write(op, case, lines, ins, outs, f32=1e-5):
    """f32: relative tolerance of a single-precision back end; the absolute one is a fifth of it
    times the largest finite magnitude of the output."""
    named.add((op, case))
    if not wanted(op):
        return
    folder = os.path.join(ROOT, op)
    os.makedirs(folder, exist_ok=True)
    stem = os.path.join(folder, case)
    assert stem not in made, stem
    with open(stem + ".sir", "w") as f:
        print("module %s" % op, file=f)
        print("graph main arena=0 load=0 {", file=f)
        for line in lines:
            print(line, file=f)
        for name, _ in outs:
            print('  output "%s" %%%s' % (name, name), file=f)
        print("}", file=f)
    with open(stem + ".want", "w") as f:
        print("tol eval 1e-12 1e-13", file=f)
        print("tol f32 %g %g" % (f32, f32 / 5), file=f)
        for word, tensors in (("in", ins), ("out", outs)):
            for name, a in tensors:
                a = np.asarray(a, np.float64)
                if word == "in":
                    assert np.array_equal(a, a.astype(np.float32).astype(np.float64),
                                          equal_nan=True), (op, case, name)
                dims = " ".join(str(d) for d in (a.ndim,) + a.shape)
                print(word, name, dims, *[number(v) for v in a.ravel()], file=f)
    made[stem] = os.path.getsize(stem + ".sir") + os.path.getsize(stem + ".want")


def instances(arrays, group):
    """The arrays that each instance of a group reads."""
    for g in range(group):
        yield [a[g * a.shape[0] // group] for a in arrays]


def tuple_of(v):
    return v if isinstance(v, tuple) else (v,)


def add(op, case, operands, ref, attrs={}, group=0, f32=1e-5, outs=("y",)):
    """One node. operands: (name, array) for inputs, (name, array, "param") for weights; ref gets
    the arrays of one instance and, where it has it, `reverse` of that instance."""
    arrays = [np.asarray(o[1], np.float64) for o in operands]
    rev = attrs.get("reverse", [0])
    rev = rev if isinstance(rev, list) else [rev]

    def call(args, g):
        kw = {"reverse": bool(rev[g % len(rev)])} if "reverse" in attrs else {}
        return [np.asarray(y, np.float64) for y in tuple_of(ref(*args, **kw))]

    with np.errstate(all="ignore"):
        if group:
            parts = [call(a, g) for g, a in enumerate(instances(arrays, group))]
            want = [np.stack(ys) for ys in zip(*parts)]
        else:
            want = call(arrays, 0)
    lines = [source_line(o[0], o[2] if len(o) > 2 else "input", a)
             for o, a in zip(operands, arrays)]
    lines.append("  %s = %s %s%s : %s" % (
        ", ".join("%" + o for o in outs), op, ", ".join("%" + o[0] for o in operands),
        attrs_text(attrs, group), ", ".join(type_text(y) for y in want)))
    write(op, case, lines, [(o[0], a) for o, a in zip(operands, arrays)], list(zip(outs, want)),
          f32)
    if not group:
        special_cases.add(sys.modules[__name__], op, case, operands, ref, attrs, f32, outs)


# ---- data -------------------------------------------------------------------------------------

class Data:
    """Values on a grid of 1/64, seeded by the name of the case."""

    def __init__(self, name):
        self.rng = np.random.default_rng(zlib.crc32(name.encode()))

    def normal(self, *shape, scale=1.0):
        return np.round(self.rng.normal(size=shape) * scale * 64) / 64

    def positive(self, *shape, lo=0.25, hi=4.0):
        return np.round(self.rng.uniform(lo, hi, size=shape) * 64) / 64

    def coarse(self, *shape):
        """Multiples of 1/4 below 2: sums of products are exact in single precision."""
        return self.rng.integers(-7, 8, size=shape) / 4.0


def f32(v):
    return np.float64(np.float32(v))


def by_torch(fn):
    """fn, on tensors, as a function on arrays"""
    return lambda *a: fn(*[torch.tensor(np.array(v)) for v in a]).numpy()


# ---- elementwise ------------------------------------------------------------------------------

UNARY = {
    "neg": lambda a: -a,
    "abs": np.abs,
    "square": np.square,
    "sqrt": np.sqrt,
    "rsqrt": by_torch(torch.rsqrt),
    "exp": np.exp,
    "expm1": np.expm1,
    "log": np.log,
    "log10": np.log10,
    "log1p": np.log1p,
    "tanh": np.tanh,
    "sigmoid": special.expit,
    "silu": lambda a: a * special.expit(a),
    "softplus": lambda a: np.logaddexp(0, a),
    "relu": by_torch(torch.relu),
}
POSITIVE = {"sqrt", "rsqrt", "log", "log10", "log1p"}
ANY = [0, -0.0, INF, -INF, NAN, 100, -100, 2.0**-30]
EXTREME = {  # where ANY is not the choice
    "neg": [0, -0.0, INF, -INF, NAN, f32(1e38), f32(-1e-38)],
    "abs": [0, -0.0, INF, -INF, NAN, f32(-1e38), f32(-1e-38)],
    "square": [0, -0.0, INF, -INF, NAN, 2.0**60, -2.0**60, 2.0**-60],
    "sqrt": [0, INF, NAN, -1, 2.0**100, 2.0**-100, 2.0**-126],
    "rsqrt": [0, INF, NAN, -1, 2.0**100, 2.0**-100, 2.0**-126],
    "expm1": [0, -0.0, INF, -INF, NAN, 80, -80, 2.0**-30, -2.0**-20, 2.0**-60],
    "exp": [0, -0.0, INF, -INF, NAN, 80, -80, 2.0**-30, -104],
    "log": [0, 1, INF, NAN, -1, 2.0**120, 2.0**-120, 1 + 2.0**-23, 1 - 2.0**-24],
    "log10": [0, 1, 10, 1000, INF, NAN, -1, 2.0**120, 2.0**-120],
    "log1p": [0, -1, -2, INF, NAN, 2.0**120, 2.0**-60, -2.0**-60, 2.0**-12],
    "tanh": [0, INF, -INF, NAN, 100, -100, 2.0**-40, -2.0**-20],
    "sigmoid": [0, INF, -INF, NAN, 100, -100, 30, -30, 2.0**-20],
    "silu": [0, INF, -INF, NAN, 100, -100, 30, -30, 2.0**-20],
    "softplus": [0, INF, -INF, NAN, 20, 20.5, 25, 100, -20, -100, 19.5],
    "relu": [0, -0.0, INF, -INF, NAN, 2.0**-126, -2.0**-126],
}


def unary_cases():
    for op, ref in UNARY.items():
        d = Data(op)
        make = d.positive if op in POSITIVE else d.normal
        add(op, "odd", [("x", make(3, 5, 7))], ref)
        add(op, "one", [("x", make(1))], ref)
        add(op, "scalar", [("x", make())], ref)
        add(op, "tail", [("x", make(131))], ref)
        add(op, "group", [("x", make(2, 3, 5))], ref, group=6)
        add(op, "extreme", [("x", np.array(EXTREME.get(op, ANY), np.float64))], ref)


BINARY = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
    "maximum": by_torch(torch.maximum),
    "minimum": by_torch(torch.minimum),
    "greater": lambda a, b: (a > b).astype(float),
    "equal": lambda a, b: (a == b).astype(float),
}
SPECIAL = np.array([0, 1, -1, 3, INF, -INF, NAN, 2.0**50, -2.0**-50])


def binary_cases():
    for op, ref in BINARY.items():
        d = Data(op)

        def two(sa, sb):
            a, b = d.normal(*sa), d.normal(*sb)
            if op == "div":
                b = np.where(b == 0, 1, b)
            if op in ("equal", "greater"):
                a, b = np.round(a), np.round(b)
            return [("a", a), ("b", b)]

        add(op, "odd", two((3, 5, 7), (3, 5, 7)), ref)
        add(op, "one", two((1,), (1,)), ref)
        add(op, "bcast", two((3, 1, 5), (4, 1)), ref)
        add(op, "bcast_both", two((1, 6, 1, 3), (2, 1, 5, 1)), ref)
        add(op, "channel", [two((2, 3, 5), (3, 1))[0], two((2, 3, 5), (3, 1))[1] + ("param",)], ref)
        add(op, "scalar", two((2, 7), ()), ref)
        add(op, "group", two((6, 3, 4), (2, 4)), ref, group=6)
        add(op, "group_bcast", two((3, 5, 1), (6, 1, 4)), ref, group=6)
        add(op, "extreme", [("a", np.repeat(SPECIAL, len(SPECIAL))),
                            ("b", np.tile(SPECIAL, len(SPECIAL)))], ref)
    d = Data("same")
    x = d.normal(2, 9)
    lines = [source_line("x", "input", x), "  %y = mul %x, %x : f32[2,9]"]
    write("mul", "same_twice", lines, [("x", x)], [("y", x * x)])


def where_cases():
    ref = lambda a, b, c: np.where(a != 0, b, c)
    d = Data("where")
    mask = lambda *s: d.rng.integers(-1, 2, size=s).astype(float)
    add("where", "odd", [("a", mask(3, 5)), ("b", d.normal(3, 5)), ("c", d.normal(3, 5))], ref)
    add("where", "one", [("a", mask(1)), ("b", d.normal(1)), ("c", d.normal(1))], ref)
    add("where", "bcast", [("a", mask(3, 1)), ("b", d.normal(5)), ("c", d.normal(2, 1, 1))], ref)
    add("where", "scalar", [("a", mask(7)), ("b", d.normal()), ("c", d.normal())], ref)
    add("where", "group", [("a", mask(4, 3)), ("b", d.normal(2, 3)), ("c", d.normal(1, 3))], ref,
        group=4)
    add("where", "extreme", [("a", np.array([NAN, 0, -0.0, INF, 1])),
                             ("b", np.array([1, NAN, 2, NAN, INF])),
                             ("c", np.array([NAN, 3, NAN, 4, NAN]))], ref)


def map_cases():
    d = Data("map")
    relu, silu = UNARY["relu"], UNARY["silu"]
    add("map", "one_line", [("a", d.normal(3, 5))], relu, {"f": "y0 = relu(x0)"})
    add("map", "bn_relu", [("a", d.normal(2, 3, 4, 5)), ("s", d.positive(3, 1, 1), "param"),
                           ("t", d.normal(3, 1, 1), "param")],
        lambda a, s, t: relu(a * s + t), {"f": "t0 = mul(x0, x1); t1 = add(t0, x2); y0 = relu(t1)"})
    add("map", "two_outs", [("a", d.normal(3, 1)), ("b", d.normal(1, 7))],
        lambda a, b: (a + b, (a + b) * np.tanh(a) - 0.5),
        {"f": "y0 = add(x0, x1); t0 = tanh(x0); t1 = mul(y0, t0); y1 = sub(t1, 0.5)"},
        outs=("y", "z"))
    add("map", "numbers", [("a", d.positive(11))],
        lambda a: 10 * np.log10(np.maximum(a, 1e-10)) + np.where(a > 2, 1.0, -1.0),
        {"f": "t0 = maximum(x0, 1e-10); t1 = log10(t0); t2 = mul(t1, 10); t3 = greater(x0, 2); "
              "t4 = where(t3, 1, -1); y0 = add(t2, t4)"})
    add("map", "group", [("a", d.normal(6, 3, 4)), ("b", d.normal(2, 4)), ("c", d.normal(3, 1, 1))],
        lambda a, b, c: silu(a * b) + c,
        {"f": "t0 = mul(x0, x1); t1 = silu(t0); y0 = add(t1, x2)"}, group=6)
    add("map", "unused_input", [("a", d.normal(4)), ("b", d.normal(3, 1))],
        lambda a, b: np.broadcast_to(2 * a, (3, 4)), {"f": "y0 = add(x0, x0)"})
    add("map", "tail", [("a", d.normal(131)), ("b", d.normal(131))],
        lambda a, b: special.expit(a) * np.tanh(b),
        {"f": "t0 = sigmoid(x0); t1 = tanh(x1); y0 = mul(t0, t1)"})


# ---- sources ----------------------------------------------------------------------------------

def source_cases():
    d = Data("sources")
    for case, shape in (("odd", (3, 5)), ("scalar", ()), ("rank8", (1, 2, 1, 3, 1, 1, 2, 1))):
        x, w = d.normal(*shape), d.normal(*shape)
        lines = [source_line("x", "input", x), source_line("w", "input", w),
                 "  %%y = add %%x, %%w : %s" % type_text(x)]
        write("input", case, lines, [("x", x), ("w", w)], [("y", x + w)])
        lines[1] = source_line("w", "param", w)
        write("param", case, lines, [("x", x), ("w", w)], [("y", x + w)])
    x, w, s = d.normal(2, 3), d.normal(3), d.positive(3)
    lines = [source_line("x", "input", x),
             '  %w = param "enc.bn.weight" {shape=[3] init=normal b=0.5} : f32[3]',
             '  %s = param "enc.bn.running_var" {shape=[3] init=constant a=1 buffer=1} : f32[3]',
             "  %e = neg %w : f32[3]",
             "  %t = mul %e, %s : f32[3]",
             "  %y = add %x, %t : f32[2,3]"]
    write("param", "load_time", lines,
          [("x", x), ("enc.bn.weight", w), ("enc.bn.running_var", s)], [("y", x - w * s)])
    for case, shape, value in (("scalar", (), [0.1]), ("fill", (2, 3), [-2.5]),
                               ("list", (2, 3), [1.0, 0.1, 1e-10, -3.0, 1e10, 0.0]),
                               ("special", (3,), [INF, -INF, NAN]), ("one", (1, 1), [7.0])):
        c = np.full(shape, value[0]) if len(value) == 1 else np.array(value).reshape(shape)
        x = d.normal(4, *shape)
        lines = [source_line("x", "input", x),
                 "  %%c = const%s : %s" % (
                     attrs_text({"shape": shape, "value": value} if shape else {"value": value}),
                     type_text(c)),
                 "  %%y = add %%x, %%c : %s" % type_text(x)]
        write("const", case, lines, [("x", x)], [("y", x + c)])


def mel_filterbank(bins, mels, rate, fmin, fmax):
    """Slaney's scale and area normalisation."""
    def to_mel(f):
        return np.where(f < 1000, 3 * f / 200, 15 + 27 * np.log(np.maximum(f, 1) / 1000) /
                        np.log(6.4))

    def to_hz(m):
        return np.where(m < 15, 200 * m / 3, 1000 * np.exp(np.log(6.4) / 27 * (m - 15)))

    f = to_hz(np.linspace(to_mel(np.float64(fmin)), to_mel(np.float64(fmax)), mels + 2))
    k = np.linspace(0, rate / 2, bins)[:, None]
    up = (k - f[None, :-2]) / np.diff(f)[None, :-1]
    down = (f[None, 2:] - k) / np.diff(f)[None, 1:]
    return np.maximum(0, np.minimum(up, down)) * 2 / (f[2:] - f[:-2])


def mel_cases():
    x = np.zeros(1)
    for case, p in (("foa", (33, 16, 24000.0, 20.0, 12000.0)), ("low", (65, 7, 8000.0, 0.0, 900.0)),
                    ("one", (2, 1, 16000.0, 0.0, 8000.0)),
                    ("high", (51, 5, 48000.0, 1500.0, 20000.0))):
        m = mel_filterbank(*p)
        attrs = dict(zip(("bins", "mels", "rate", "fmin", "fmax"), p))
        lines = [source_line("x", "input", x),
                 "  %%m = mel_filterbank%s : %s" % (attrs_text(attrs), type_text(m)),
                 "  %%y = add %%m, %%x : %s" % type_text(m)]
        write("mel_filterbank", case, lines, [("x", x)], [("y", m)], f32=1e-4)
    d = Data("mel_product")
    x = d.positive(3, 17)
    m = mel_filterbank(17, 4, 24000.0, 20.0, 12000.0)
    lines = [source_line("x", "input", x),
             "  %m = mel_filterbank {bins=17 mels=4 rate=24000 fmin=20 fmax=12000} : f32[17,4]",
             "  %y = matmul %x, %m : f32[3,4]"]
    write("mel_filterbank", "product", lines, [("x", x)], [("y", x @ m)])


def sinusoid_cases():
    """Waves by complex exponentials: the real part is the cosine."""
    x = np.zeros(1)
    for case, rows, cols, base in (("even", 9, 6, 10000.0), ("odd", 5, 7, 10000.0),
                                   ("one", 1, 1, 10000.0), ("base", 40, 4, 100.0),
                                   ("long", 700, 2, 10000.0)):
        wave = np.exp(1j * np.arange(rows)[:, None] * base ** (-np.arange(0, cols, 2) / cols))
        table = np.stack([wave.imag, wave.real], 2).reshape(rows, -1)[:, :cols]
        attrs = {"positions": rows, "features": cols}
        lines = [source_line("x", "input", x),
                 "  %%m = sinusoid%s : %s" % (
                     attrs_text(dict(attrs, base=base) if base != 10000 else attrs),
                     type_text(table)),
                 "  %%y = add %%m, %%x : %s" % type_text(table)]
        write("sinusoid", case, lines, [("x", x)], [("y", table)], f32=1e-6)


# ---- movement ---------------------------------------------------------------------------------

def take(x, axis, start, stop, step=1):
    at = [slice(None)] * x.ndim
    at[axis] = slice(start, stop, step)
    return x[tuple(at)]


def view_cases():
    d = Data("views")
    n = d.normal
    for case, x, shape in (("odd", n(3, 5, 2), [5, 6]), ("infer", n(2, 3, 5), [-1, 10]),
                           ("one", n(1), [1, 1, 1]), ("to_scalar", n(1, 1), []),
                           ("flat", n(3, 1, 7), [-1])):
        add("reshape", case, [("x", x)], lambda a, s=shape: a.reshape(s), {"shape": shape})
    add("reshape", "group", [("x", n(3, 4, 2))], lambda a: a.reshape(2, 2, 2),
        {"shape": [2, -1, 2]}, group=6)
    for case, x, perm in (("matrix", n(3, 5), [1, 0]), ("nhwc", n(2, 3, 4, 5), [0, 2, 3, 1]),
                          ("negative", n(2, 3, 5), [-1, 0, -2]), ("same", n(2, 3), [0, 1]),
                          ("one", n(1, 1), [1, 0]), ("wide", n(33, 35), [1, 0]),
                          ("rank6", n(2, 1, 3, 2, 1, 2), [5, 3, 0, 2, 4, 1])):
        add("transpose", case, [("x", x)],
            lambda a, p=perm: np.transpose(a, [q % a.ndim for q in p]), {"perm": perm})
    add("transpose", "group", [("x", n(2, 3, 4))], lambda a: a.T, {"perm": [1, 0]}, group=4)
    for case, x, a in (("middle", n(3, 7, 2), dict(axis=1, start=2, stop=5)),
                       ("negative", n(3, 7), dict(axis=-1, start=-4, stop=-1)),
                       ("step", n(11), dict(axis=0, start=1, stop=11, step=3)),
                       ("first", n(5, 3), dict(axis=0, stop=1)),
                       ("one", n(1), dict(axis=0, stop=1)),
                       ("step_past", n(2, 5), dict(axis=1, stop=5, step=9))):
        add("slice", case, [("x", x)],
            lambda v, a=a: take(v, a["axis"], a.get("start", 0), a["stop"], a.get("step", 1)), a)
    add("slice", "group", [("x", n(2, 5, 4))], lambda v: v[:, 1:3], dict(axis=1, start=1, stop=3),
        group=2)
    for case, x, axis in (("odd", n(3, 5, 2), 1), ("last", n(3, 5), -1), ("one", n(1, 1), 0)):
        add("flip", case, [("x", x)], lambda v, a=axis: np.flip(v, a), {"axis": axis})
    add("flip", "group", [("x", n(3, 4, 2))], lambda v: np.flip(v, 0), {"axis": 0}, group=3)
    for case, xs, axis in (("two", [n(3, 2), n(3, 5)], 1),
                           ("three", [n(2, 3), n(1, 3), n(4, 3)], 0),
                           ("one", [n(2, 1)], -1), ("middle", [n(2, 1, 3), n(2, 4, 3)], -2)):
        add("concat", case, [("x%d" % i, x) for i, x in enumerate(xs)],
            lambda *v, a=axis: np.concatenate(v, a), {"axis": axis})
    add("concat", "group", [("p", n(4, 3)), ("q", n(2, 1)), ("r", n(1, 2))],
        lambda *v: np.concatenate(v, 0), {"axis": 0}, group=4)
    x = n(3)
    write("concat", "same_twice", [source_line("x", "input", x),
                                   "  %y = concat %x, %x {axis=0} : f32[6]"],
          [("x", x)], [("y", np.concatenate([x, x]))])
    for case, xs, axis in (("first", [n(3, 2), n(3, 2)], 0),
                           ("last", [n(3, 2), n(3, 2), n(3, 2)], -1),
                           ("scalars", [n(), n()], 0), ("middle", [n(2, 3), n(2, 3)], 1)):
        add("stack", case, [("x%d" % i, x) for i, x in enumerate(xs)],
            lambda *v, a=axis: np.stack(v, a), {"axis": axis} if axis else {})
    add("stack", "group", [("p", n(4, 3)), ("q", n(2, 3))], lambda *v: np.stack(v, 1), {"axis": 1},
        group=4)
    for case, x, shape in (("lead", n(3), [2, 3]), ("middle", n(2, 1, 3), [2, 4, 3]),
                           ("scalar", n(), [2, 2]), ("same", n(3, 2), [3, 2]),
                           ("both", n(1, 5, 1), [4, 3, 5, 2])):
        add("broadcast", case, [("x", x)], lambda v, s=shape: np.broadcast_to(v, s),
            {"shape": shape})
    add("broadcast", "group", [("x", n(2, 3, 1))], lambda v: np.broadcast_to(v, (3, 4)),
        {"shape": [3, 4]}, group=4)
    for case, x, a in (("both", n(3, 5), dict(axis=1, before=2, after=1)),
                       ("value", n(2, 3), dict(axis=0, before=1, value=-1.5)),
                       ("nothing", n(4), dict(axis=-1)),
                       ("nan", n(3), dict(axis=0, after=2, value=NAN)),
                       ("middle", n(2, 3, 4), dict(axis=-2, after=3))):
        def ref(v, a=a):
            w = [(0, 0)] * v.ndim
            w[a["axis"]] = (a.get("before", 0), a.get("after", 0))
            return np.pad(v, w, constant_values=a.get("value", 0.0))
        add("pad", case, [("x", x)], ref, a)
    add("pad", "group", [("x", n(2, 3))], lambda v: np.pad(v, (1, 0)), dict(axis=0, before=1),
        group=2)


# ---- reductions -------------------------------------------------------------------------------

def reduce_cases():
    for op, ref in (("sum", np.sum), ("mean", np.mean), ("max", np.max), ("min", np.min)):
        d = Data(op)
        for case, x, axes, keep in (
                ("last", d.normal(3, 7), [1], 0), ("first", d.normal(5, 3), [0], 0),
                ("middle_keep", d.normal(2, 5, 3), [-2], 1), ("two", d.normal(3, 4, 5), [0, 2], 0),
                ("two_keep", d.normal(2, 3, 4, 5), [3, 1], 1), ("all", d.normal(3, 5), [0, 1], 0),
                ("one", d.normal(1), [0], 0), ("long", d.normal(2, 301), [1], 0),
                ("extreme", np.array([[1, INF], [-INF, NAN], [-INF, -INF], [2, -3], [NAN, 1]]), [1],
                 0)):
            add(op, case, [("x", x)],
                lambda a, ax=axes, k=keep: ref(a, axis=tuple(ax), keepdims=bool(k)),
                {"axes": axes, "keep": keep} if keep else {"axes": axes})
        add(op, "group", [("x", d.normal(2, 3, 5))], lambda a: ref(a, axis=1), {"axes": [1]},
            group=4)
    d = Data("sum_product")
    for case, shape, axes, keep in (("last", (3, 7), [1], 0), ("first", (70, 3), [0], 0),
                                    ("channels", (2, 3, 4, 36), [0, 1, 2], 0),
                                    ("middle_keep", (2, 5, 3), [-2], 1), ("one", (1,), [0], 0),
                                    ("all", (4, 301), [0, 1], 0), ("group", (2, 3, 5), [1], 0)):
        add("sum_product", case, [("a", d.normal(*shape)), ("b", d.normal(*shape))],
            lambda a, b, ax=axes, k=keep: np.sum(a * b, axis=tuple(ax), keepdims=bool(k)),
            {"axes": axes, "keep": keep} if keep else {"axes": axes},
            **({"group": 4} if case == "group" else {}))
    # Sums of more digits than single precision holds: adding one after the other shows.
    d = Data("rounding")
    a, b = (np.float64(d.rng.integers(-4095, 4096, (2, 20, 16, 8))) for _ in range(2))
    add("sum_product", "rounding", [("a", a), ("b", b)], lambda x, y: (x * y).sum((0, 1, 2)),
        {"axes": [0, 1, 2]}, f32=4e-7)
    d = Data("sum_squares")

    def squares(*xs):
        return np.float64(sum(np.sum(np.square(x)) for x in xs))
    for case, xs in (("one", [d.normal(3, 7)]), ("scalar", [d.normal()]),
                     ("long", [d.normal(2, 1037), d.normal(1), d.normal(3, 5, 67)]),
                     ("extreme", [np.array([1e10, -2.5, 0]), np.array([[INF]])])):
        add("sum_squares", case, [("x%d" % i, x) for i, x in enumerate(xs)], squares)
    add("sum_squares", "group", [("p", d.normal(4, 3, 5)), ("q", d.normal(2, 7))], squares, group=4)
    x, y = d.normal(4, 6), d.normal(6)
    write("sum_squares", "views",
          [source_line("x", "input", x), source_line("y", "param", y),
           "  %t = transpose %x {perm=[1,0]} : f32[6,4]",
           "  %u = slice %t {axis=0 start=1 stop=3} : f32[2,4]",
           "  %v = exp %x : f32[4,6]", "  %w = slice %v {axis=0 start=2 stop=4} : f32[2,6]",
           "  %s = sum_squares %u, %w, %y, %x, %u : f32[]"],
          [("x", x), ("y", y)],
          [("s", squares(x.T[1:3], np.exp(x)[2:4], y, x, x.T[1:3]))])
    d = Data("softmax")
    for case, x, axis in (("last", d.normal(3, 7), -1), ("first", d.normal(5, 3), 0),
                          ("middle", d.normal(2, 5, 3), 1), ("one", d.normal(1), 0),
                          ("long", d.normal(2, 131), 1),
                          ("extreme", np.array([[1000, 999, -1000], [-1000, -1000, -1000],
                                                [-INF, 0, 1], [NAN, 1, 2]], float), -1)):
        add("softmax", case, [("x", x)],
            lambda a, ax=axis: torch.softmax(torch.tensor(a), ax).numpy(),
            {} if axis == -1 else {"axis": axis})
    add("softmax", "group", [("x", d.normal(2, 3, 5))], lambda a: special.softmax(a, 0),
        {"axis": 0},
        group=2)

    d = Data("cumsum")

    def cumsum(axis):
        def of(a, reverse=False):
            return np.flip(np.cumsum(np.flip(a, axis), axis), axis) if reverse else np.cumsum(a, axis)
        return of
    for case, x, axis in (("last", d.normal(3, 7), -1), ("first", d.normal(5, 3), 0),
                          ("middle", d.normal(2, 5, 3), 1), ("one", d.normal(1), 0),
                          ("long", d.normal(2, 1031), 1),
                          ("extreme", np.array([[2.0 ** 100, 1, -2.0 ** 100], [INF, 1, -INF], [1, NAN, 2],
                                                [-0.0, -0.0, 0]], float), -1)):
        attrs = {} if axis == -1 else {"axis": axis}
        add("cumsum", case, [("x", x)], cumsum(axis), attrs)
        add("cumsum", case + "_reverse", [("x", x)], cumsum(axis), dict(attrs, reverse=1))
    add("cumsum", "group", [("x", d.normal(2, 3, 5))], cumsum(0), {"axis": 0}, group=2)
    add("cumsum", "group_reverse", [("x", d.normal(4, 3, 5))], cumsum(1), {"reverse": 1}, group=4)


# ---- products ---------------------------------------------------------------------------------

def product_cases():
    d = Data("matmul")
    c = d.coarse
    swap = lambda v, t: np.swapaxes(v, -1, -2) if t else v
    for case, a, b, ta, tb in (
            ("odd", c(3, 5), c(5, 7), 0, 0), ("one", c(1, 1), c(1, 1), 0, 0),
            ("ta", c(5, 3), c(5, 7), 1, 0), ("tb", c(3, 5), c(7, 5), 0, 1),
            ("both", c(5, 3), c(7, 5), 1, 1), ("batch", c(2, 3, 4), c(2, 4, 5), 0, 0),
            ("lead_bcast", c(2, 1, 3, 4), c(3, 4, 2), 0, 0),
            ("matrix_right", c(2, 3, 4), c(4, 5), 0, 0),
            ("matrix_left_tb", c(3, 4), c(2, 5, 4), 0, 1), ("row", c(1, 33), c(33, 1), 0, 0),
            ("outer", c(9, 1), c(1, 11), 0, 0), ("tiles", c(37, 35), c(35, 70), 0, 0),
            ("tiles_ta", c(35, 67), c(35, 34), 1, 0),
            ("attention", c(2, 2, 9, 4), c(2, 2, 9, 4), 0, 1)):
        attrs = {k: 1 for k, v in (("ta", ta), ("tb", tb)) if v}
        add("matmul", case, [("a", a), ("b", b)],
            lambda x, y, s=ta, t=tb: np.matmul(swap(x, s), swap(y, t)), attrs)
    add("matmul", "group", [("a", c(2, 3, 4)), ("b", c(6, 4, 5), "param")], np.matmul, group=6)
    add("matmul", "group_bcast", [("a", c(4, 2, 3, 4)), ("b", c(2, 4, 5))], np.matmul, group=4)
    add("matmul", "fine", [("a", d.normal(5, 9)), ("b", d.normal(9, 6))], np.matmul)
    d = Data("linear")
    c = d.coarse
    ref = lambda x, w, b=None: x @ w.T + (0 if b is None else b)
    for case, x, w, b in (("odd", c(3, 5), c(7, 5), c(7)), ("no_bias", c(2, 3, 5), c(4, 5), None),
                          ("one", c(1), c(1, 1), c(1)), ("vector", c(9), c(5, 9), None),
                          ("tiles", c(37, 35), c(70, 35), c(70)),
                          ("rank4", c(2, 1, 3, 4), c(2, 4), c(2)),
                          ("fine", d.normal(6, 33), d.normal(13, 33), d.normal(13))):
        ops = [("x", x), ("w", w, "param")] + ([("b", b, "param")] if b is not None else [])
        add("linear", case, ops, ref)
    add("linear", "group", [("x", c(2, 3, 5)), ("w", c(6, 4, 5), "param"), ("b", c(6, 4), "param")],
        ref, group=6)
    add("linear", "group_shared", [("x", c(1, 2, 3, 5)), ("w", c(4, 3, 5), "param")], ref, group=4)
    add("linear", "nan", [("x", np.array([[1, NAN], [2, 3]], float)), ("w", c(3, 2), "param")], ref)


def conv2d(x, w, b=None, stride=(1, 1), pad=(0, 0), last=False):
    t = torch.tensor(x)
    t = t.permute(0, 3, 1, 2) if last else t
    y = F.conv2d(t, torch.tensor(w), None if b is None else torch.tensor(b), tuple(stride),
                 tuple(pad))
    return (y.permute(0, 2, 3, 1) if last else y).contiguous().numpy()


def conv_cases():
    for last in (0, 1):
        d = Data("conv2d%d" % last)
        c = d.coarse
        tail = {"channels_last": 1} if last else {}
        image = lambda b, ch, h, w: c(b, h, w, ch) if last else c(b, ch, h, w)
        for case, x, w, bias, a in (
                ("plain", image(1, 3, 5, 7), c(4, 3, 3, 3), False, {}),
                ("same", image(2, 3, 5, 7), c(5, 3, 3, 3), True, {"pad": [1, 1]}),
                ("stride", image(1, 2, 9, 8), c(3, 2, 3, 2), True,
                 {"stride": [2, 3], "pad": [1, 0]}),
                ("one", image(1, 1, 1, 1), c(1, 1, 1, 1), True, {}),
                ("pointwise", image(2, 5, 3, 3), c(7, 5, 1, 1), False, {}),
                ("wide_pad", image(1, 1, 2, 3), c(2, 1, 3, 5), False, {"pad": [2, 4]}),
                ("row", image(1, 2, 1, 11), c(3, 2, 1, 5), False, {"pad": [0, 2]}),
                ("column", image(1, 2, 11, 1), c(3, 2, 4, 1), True, {"stride": [3, 1]}),
                ("tiles", image(1, 5, 9, 20), c(33, 5, 3, 3), False, {"pad": [1, 1]}),
                ("seven", image(1, 7, 6, 8), c(16, 7, 3, 3), True, {"pad": [1, 1]})):
            ops = [("x", x), ("w", w, "param")]
            if bias:
                ops.append(("b", c(w.shape[0]), "param"))
            add("conv2d", case + ("_nhwc" if last else ""), ops,
                lambda *v, a=a: conv2d(*v, last=last, **a), dict(a, **tail))
        suffix = "_nhwc" if last else ""
        add("conv2d", "group" + suffix, [("x", c(2, 1, 4, 5, 3) if last else c(2, 1, 3, 4, 5)),
                                        ("w", c(4, 2, 3, 3, 3), "param"), ("b", c(1, 2), "param")],
            lambda *v: conv2d(*v, pad=(1, 1), last=last), dict({"pad": [1, 1]}, **tail), group=4)
        fused_conv_cases(last, tail, suffix, image)
    d = Data("conv2d_fine")
    add("conv2d", "fine", [("x", d.normal(1, 16, 4, 6)), ("w", d.normal(4, 16, 3, 3), "param")],
        lambda x, w: conv2d(x, w, pad=(1, 1)), {"pad": [1, 1]})
    x = d.normal(1, 1, 4, 4)
    x[0, 0, 1, 2] = NAN
    add("conv2d", "nan", [("x", x), ("w", d.normal(1, 1, 2, 2), "param")], conv2d)


def conv2d_act(x, w, scale, shift, stride=(1, 1), pad=(0, 0), last=False, act="none", pool=(1, 1),
               max=False):
    t = torch.tensor(x)
    t = t.permute(0, 3, 1, 2) if last else t
    y = F.conv2d(t, torch.tensor(w), None, tuple(stride), tuple(pad))
    y = y * torch.tensor(scale)[:, None, None] + torch.tensor(shift)[:, None, None]
    y = F.relu(y) if act == "relu" else y
    y = (F.max_pool2d if max else F.avg_pool2d)(y, tuple(pool))
    return (y.permute(0, 2, 3, 1) if last else y).contiguous().numpy()


def add_fused_conv(d, case, x, w, a, last, tail):
    o = w.shape[0]
    add("conv2d_act", case,
        [("x", x), ("w", w, "param"), ("scale", d.coarse(o), "param"),
         ("shift", d.coarse(o), "param")],
        lambda *v: conv2d_act(*v, last=last, **a), dict(
            {k: v for k, v in a.items() if k in ("stride", "pad")},
            **tail, **{k: v for k, v in a.items() if k in ("act", "pool", "max")}))


def fused_conv_cases(last, tail, suffix, image):
    d = Data("conv2d_act%d" % last)
    c = d.coarse
    for case, x, w, a in (
            ("relu_pool", image(2, 3, 7, 9), c(5, 3, 3, 3),
             {"pad": [1, 1], "act": "relu", "pool": [2, 2]}),
            ("freq_pool", image(1, 4, 3, 8), c(6, 4, 3, 3),
             {"pad": [1, 1], "act": "relu", "pool": [1, 2]}),
            ("relu", image(1, 2, 5, 5), c(3, 2, 3, 3), {"act": "relu"}),
            ("plain", image(1, 2, 5, 4), c(3, 2, 1, 1), {}),
            ("pool_only", image(1, 2, 6, 7), c(3, 2, 2, 2), {"pool": [2, 3]}),
            ("stride", image(1, 2, 9, 9), c(3, 2, 3, 3),
             {"stride": [2, 2], "pad": [1, 1], "act": "relu",
                                                         "pool": [2, 1]}),
            ("one", image(1, 1, 1, 1), c(1, 1, 1, 1), {"act": "relu"}),
            ("seven", image(1, 7, 9, 8), c(16, 7, 3, 3),
             {"pad": [1, 1], "act": "relu", "pool": [2, 2]}),
            ("tiles", image(1, 5, 8, 34), c(33, 5, 3, 3),
             {"pad": [1, 1], "act": "relu", "pool": [2, 2]})):
        add_fused_conv(d, case + suffix, x, w, a, last, tail)
    add("conv2d_act", "group" + suffix,
        [("x", c(3, 1, 4, 6, 2) if last else c(3, 1, 2, 4, 6)), ("w", c(3, 4, 2, 3, 3), "param"),
         ("scale", c(3, 4), "param"), ("shift", c(1, 4), "param")],
        lambda *v: conv2d_act(*v, pad=(1, 1), last=last, act="relu", pool=(2, 2)),
        dict({"pad": [1, 1]}, **tail, act="relu", pool=[2, 2]), group=3)
    pooled_conv_cases(last, tail, suffix)


def pooled_conv_cases(last, tail, suffix):
    d = Data("conv2d_pool%d" % last)
    c = d.coarse

    def image(b, ch, h, w):
        return c(b, h, w, ch) if last else c(b, ch, h, w)

    for case, x, w, a in (
            ("quarter", image(1, 4, 3, 21), c(6, 4, 3, 3), {"pad": [1, 1], "pool": [1, 4]}),
            ("max", image(2, 3, 7, 9), c(5, 3, 3, 3), {"pad": [1, 1], "pool": [2, 2], "max": True}),
            ("max_relu", image(1, 4, 5, 21), c(6, 4, 3, 3),
             {"pad": [1, 1], "act": "relu", "pool": [2, 4], "max": True}),
            ("max_odd", image(1, 7, 11, 10), c(5, 7, 3, 3),
             {"pad": [1, 1], "act": "relu", "pool": [5, 3], "max": True}),
            ("max_stride", image(1, 2, 9, 9), c(3, 2, 3, 3),
             {"stride": [2, 1], "pad": [1, 1], "pool": [2, 1], "max": True}),
            ("max_tiles", image(1, 5, 7, 35), c(33, 5, 3, 3),
             {"pad": [1, 1], "pool": [1, 4], "max": True}),
            ("max_many", image(1, 16, 9, 11), c(32, 16, 3, 3),
             {"pad": [1, 1], "act": "relu", "pool": [1, 4], "max": True}),
            ("max_many_pairs", image(1, 16, 5, 7), c(32, 16, 3, 3),
             {"pad": [1, 1], "pool": [4, 2], "max": True}),
            ("many_quarter", image(1, 16, 5, 9), c(32, 16, 3, 3),
             {"pad": [1, 1], "pool": [1, 4]})):
        add_fused_conv(d, case + suffix, x, w, a, last, tail)
    x = image(1, 1, 4, 5)
    x[(0, 1, 2, 0) if last else (0, 0, 1, 2)] = NAN
    add_fused_conv(d, "max_nan" + suffix, x, c(2, 1, 1, 1), {"pool": [2, 2], "max": True}, last, tail)


# ---- norms, pools -----------------------------------------------------------------------------

def norm_cases():
    d = Data("batch_norm")

    def batch_norm(x, w, b, m, v, eps=1e-5, axis=1):
        s = [1] * x.ndim
        s[axis] = -1
        t = [torch.tensor(np.moveaxis(x, axis, 1) if x.ndim > 1 else x[None])]
        t += [torch.tensor(a) for a in (m, v, w, b)]
        y = F.batch_norm(t[0], t[1], t[2], t[3], t[4], False, 0.0, eps).numpy()
        return np.moveaxis(y, 1, axis) if x.ndim > 1 else y[0]

    for case, shape, a in (("nchw", (2, 3, 4, 5), {}), ("last", (2, 5, 3), {"axis": -1}),
                           ("nhwc", (1, 4, 5, 3), {"axis": 3}), ("eps", (3, 2), {"eps": 0.25}),
                           ("one", (1, 1), {}), ("first", (3, 7), {"axis": 0})):
        n = shape[a.get("axis", 1)]
        ops = [("x", d.normal(*shape)), ("w", d.normal(n), "param"), ("b", d.normal(n), "param"),
               ("m", d.normal(n), "param"), ("v", d.positive(n), "param")]
        add("batch_norm", case, ops, lambda *t, a=a: batch_norm(*t, **a), a)
    ops = [("x", d.normal(2, 2, 3, 4)), ("w", d.normal(4, 3), "param"),
           ("b", d.normal(4, 3), "param"),
           ("m", d.normal(2, 3), "param"), ("v", d.positive(1, 3), "param")]
    add("batch_norm", "group", ops, batch_norm, group=4)
    add("batch_norm", "small_var", [("x", d.normal(3, 2)), ("w", d.normal(2), "param"),
                                    ("b", d.normal(2), "param"), ("m", d.normal(2), "param"),
                                    ("v", np.array([0, 2.0**-20]), "param")], batch_norm)

    d = Data("rms_norm")
    rms = lambda x, w, eps=1e-5: x * (np.mean(x * x, -1, keepdims=True) + eps) ** -0.5 * w
    ln = lambda x, w, b, eps=1e-5: F.layer_norm(torch.tensor(x), x.shape[-1:], torch.tensor(w),
                                                torch.tensor(b), eps).numpy()
    for case, shape, a in (("odd", (3, 7), {}), ("rank3", (2, 3, 33), {}), ("one", (1,), {}),
                           ("eps", (2, 5), {"eps": 0.5}), ("long", (2, 259), {})):
        n = shape[-1]
        add("rms_norm", case, [("x", d.normal(*shape)), ("w", d.normal(n), "param")],
            lambda *t, a=a: rms(*t, **a), a)
        add("layer_norm", case, [("x", d.normal(*shape)), ("w", d.normal(n), "param"),
                                 ("b", d.normal(n), "param")], lambda *t, a=a: ln(*t, **a), a)
    x = np.array([[0, 0, 0], [2.0**40, -2.0**40, 2.0**39], [2.0**-20, 0, -2.0**-20], [NAN, 1, 2]])
    add("rms_norm", "extreme", [("x", x), ("w", np.ones(3), "param")], rms)
    x = np.array([[0, 0, 0], [5, 5, 5], [2.0**40, -2.0**40, 2.0**39], [NAN, 1, 2]])
    add("layer_norm", "extreme", [("x", x), ("w", np.ones(3), "param"), ("b", np.ones(3), "param")],
        ln)
    add("rms_norm", "group", [("x", d.normal(2, 3, 5)), ("w", d.normal(6, 5), "param")], rms,
        group=6)
    add("layer_norm", "group", [("x", d.normal(2, 3, 5)), ("w", d.normal(6, 5), "param"),
                                ("b", d.normal(3, 5), "param")], ln, group=6)


def pool_cases():
    for op, fn in (("avg_pool2d", F.avg_pool2d), ("max_pool2d", F.max_pool2d)):
        d = Data(op)
        for last in (0, 1):
            def ref(x, k, last=last):
                t = torch.tensor(x)
                t = t.permute(0, 3, 1, 2) if last else t
                y = fn(t, tuple(k), tuple(k))
                return (y.permute(0, 2, 3, 1) if last else y).contiguous().numpy()
            for case, (b, c, h, w), k in (("two", (2, 3, 4, 6), [2, 2]),
                                          ("dropped", (1, 2, 7, 5), [2, 2]),
                                          ("freq", (1, 3, 3, 8), [1, 2]),
                                          ("one", (1, 1, 1, 1), [1, 1]),
                                          ("whole", (1, 2, 5, 3), [5, 3]),
                                          ("odd", (2, 1, 9, 10), [3, 4])):
                x = d.normal(b, h, w, c) if last else d.normal(b, c, h, w)
                add(op, case + ("_nhwc" if last else ""), [("x", x)], lambda v, k=k: ref(v, k),
                    dict({"kernel": k}, **({"channels_last": 1} if last else {})))
            add(op, "group" + ("_nhwc" if last else ""), [("x", d.normal(2, 1, 4, 6, 3))],
                lambda v: ref(v, [2, 2] if last else [2, 3]),
                dict({"kernel": [2, 2] if last else [2, 3]},
                     **({"channels_last": 1} if last else {})),
                group=4)
        x = d.normal(1, 1, 4, 4)
        x[0, 0, 0, 1], x[0, 0, 3, 3], x[0, 0, 0, 2] = NAN, INF, -INF
        add(op, "extreme", [("x", x)], lambda v: fn(torch.tensor(v), 2, 2).numpy(),
            {"kernel": [2, 2]})


# ---- sequences --------------------------------------------------------------------------------

def conv1d(x, w, b=None, pad=(0, 0), reverse=False):
    x = np.flip(x, 1) if reverse else x
    t = F.pad(torch.tensor(x.transpose(0, 2, 1).copy()), tuple(pad))
    y = F.conv1d(t, torch.tensor(w), None if b is None else torch.tensor(b), groups=w.shape[0])
    y = y.numpy().transpose(0, 2, 1)
    return np.flip(y, 1) if reverse else y


def conv1d_cases():
    d = Data("conv1d")
    c = d.coarse
    for case, x, k, bias, a in (("causal", c(2, 7, 3), 4, True, {"pad": [3, 0]}),
                                ("reverse", c(2, 7, 3), 4, True, {"pad": [3, 0], "reverse": [1]}),
                                ("same", c(1, 9, 5), 5, False, {"pad": [2, 2]}),
                                ("valid", c(1, 8, 33), 3, False, {}),
                                ("valid_reverse", c(2, 6, 3), 3, True, {"reverse": [1]}),
                                ("uneven_reverse", c(1, 5, 2), 4, True,
                                 {"pad": [1, 4], "reverse": [1]}),
                                ("one", c(1, 1, 1), 1, True, {}),
                                ("short", c(1, 2, 3), 4, False, {"pad": [3, 0]}),
                                ("tail", c(1, 5, 131), 4, True, {"pad": [3, 0]})):
        n = x.shape[2]
        ops = [("x", x), ("w", c(n, 1, k), "param")] + ([("b", c(n), "param")] if bias else [])
        add("conv1d_depthwise", case, ops,
            lambda *v, a=a, **kw: conv1d(*v, pad=a.get("pad", (0, 0)), **kw), a)
    add("conv1d_depthwise", "group", [("x", c(2, 1, 5, 3)), ("w", c(4, 3, 1, 4), "param"),
                                      ("b", c(1, 3), "param")],
        lambda *v, **kw: conv1d(*v, pad=(3, 0), **kw), {"pad": [3, 0], "reverse": [0, 1, 1, 0]},
        group=4)
    add("conv1d_depthwise", "group_all_reverse", [("x", c(2, 1, 5, 3)),
                                                  ("w", c(2, 3, 1, 4), "param")],
        lambda *v, **kw: conv1d(*v, pad=(3, 0), **kw), {"pad": [3, 0], "reverse": [1]}, group=2)


def gru(x, *weights, reverse=False):
    with torch.no_grad():
        cell = torch.nn.GRU(x.shape[2], weights[1].shape[1], batch_first=True).double()
        for p, w in zip(cell.parameters(), weights):
            p.copy_(torch.tensor(w))
        y = cell(torch.tensor(np.flip(x, 1).copy() if reverse else x))[0].numpy()
    return np.flip(y, 1) if reverse else y


def gru_operands(d, b, l, i, h, lead=((),) * 5, scale=0.5):
    """lead: group extents of x, weight_ih, weight_hh, bias_ih, bias_hh."""
    shapes = ((b, l, i), (3 * h, i), (3 * h, h), (3 * h,), (3 * h,))
    return [(name, d.normal(*g, *s, scale=scale if k else 1.0)) + (("param",) if k else ())
            for k, (name, g, s) in enumerate(zip(
                ("x", "weight_ih", "weight_hh", "bias_ih", "bias_hh"), lead, shapes))]


def gru_cases():
    d = Data("gru")
    for case, shape, a in (("odd", (2, 7, 5, 3), {}), ("reverse", (2, 7, 5, 3), {"reverse": [1]}),
                           ("one", (1, 1, 1, 1), {}), ("wide", (1, 4, 3, 37), {}),
                           ("wide_batch", (3, 4, 3, 37), {}),
                           ("long_reverse", (1, 75, 2, 4), {"reverse": [1]})):
        add("gru", case, gru_operands(d, *shape), gru, a)
    add("gru", "many", gru_operands(d, 50, 2, 3, 2), gru)
    add("gru", "group", gru_operands(d, 2, 5, 3, 4, ((2,), (4,), (4,), (2,), (1,))), gru,
        {"reverse": [0, 1, 1, 0]}, group=4)
    add("gru", "group_shared", gru_operands(d, 1, 6, 3, 2, ((1,), (2,), (2,), (2,), (2,))), gru,
        {"reverse": [0, 1]}, group=2)
    add("gru", "extreme", gru_operands(d, 1, 6, 2, 3, scale=40), gru)
    x = gru_operands(d, 2, 5, 2, 3)
    x[0][1][0, 2, 1] = NAN  # spoils one batch entry from frame 2 on
    add("gru", "nan", x, gru)


def scan(u, delta, A, B, C, D, reverse=False):
    nb, L, E = u.shape
    y = np.zeros_like(u)
    for b in range(nb):
        h = np.zeros(A.shape)
        for t in (range(L - 1, -1, -1) if reverse else range(L)):
            a = np.exp(delta[b, t][:, None] * A)
            h = a * h + (delta[b, t] * u[b, t])[:, None] * B[b, t][None, :]
            y[b, t] = h @ C[b, t] + D * u[b, t]
    return y


def scan_operands(d, b, l, e, n, lead=((),) * 6):
    """lead: group extents of u, delta, A, B, C, D."""
    delta = d.positive(*lead[1], b, l, e, lo=0.015625, hi=1.5)
    return [("u", d.normal(*lead[0], b, l, e)), ("delta", delta),
            ("A", -d.positive(*lead[2], e, n, lo=0.0625, hi=3.0), "param"),
            ("B", d.normal(*lead[3], b, l, n)), ("C", d.normal(*lead[4], b, l, n)),
            ("D", d.normal(*lead[5], e), "param")]


SHARED = ((2,), (4,), (4,), (2,), (1,), (4,))


def scan_cases():
    d = Data("scan")
    for case, shape, a in (("odd", (2, 7, 3, 5), {}), ("reverse", (2, 7, 3, 5), {"reverse": [1]}),
                           ("one", (1, 1, 1, 1), {}), ("state16", (1, 11, 67, 16), {}),
                           ("state16_reverse", (1, 9, 33, 16), {"reverse": [1]}),
                           ("state1", (1, 6, 5, 1), {}), ("long", (1, 131, 2, 4), {})):
        add("selective_scan", case, scan_operands(d, *shape), scan, a)
    add("selective_scan", "group", scan_operands(d, 1, 5, 3, 4, SHARED), scan,
        {"reverse": [0, 1, 1, 0]}, group=4)
    add("selective_scan", "group_forward", scan_operands(d, 2, 4, 3, 2, SHARED), scan, group=4)
    ops = scan_operands(d, 1, 6, 2, 3)
    ops[1][1][0, 2, 0] = 80.0  # the state is forgotten: exp(delta A) underflows
    ops[1][1][0, 4, 1] = 0.0   # the state is kept
    add("selective_scan", "extreme", ops, scan)
    ops = scan_operands(d, 1, 5, 2, 3)
    ops[0][1][0, 2, 1] = NAN   # spoils one channel from frame 2 on
    add("selective_scan", "nan", ops, scan)


def scan_gate(u, dt, A, B, C, D, z, softplus=False, reverse=False):
    delta = np.logaddexp(0, dt) if softplus else dt
    return scan(u, delta, A, B, C, D, reverse) * UNARY["silu"](z)


def scan_gate_cases():
    d = Data("scan_gate")
    for case, shape, a in (("odd", (2, 7, 3, 5), {}), ("softplus", (2, 7, 3, 5), {"softplus": 1}),
                           ("reverse", (1, 7, 3, 4), {"softplus": 1, "reverse": [1]}),
                           ("one", (1, 1, 1, 1), {"softplus": 1}),
                           ("state16", (1, 9, 67, 16), {"softplus": 1})):
        ops = scan_operands(d, *shape)
        ops.append(("z", d.normal(*shape[:3], scale=2)))
        if a.get("softplus"):
            ops[1] = ("dt", d.normal(*shape[:3], scale=2))
        add("scan_gate", case, ops,
            lambda *v, a=a, **kw: scan_gate(*v, softplus=bool(a.get("softplus")), **kw), a)
    ops = scan_operands(d, 1, 5, 3, 4, SHARED) + [("z", d.normal(4, 1, 5, 3))]
    ops[1] = ("dt", d.normal(4, 1, 5, 3))
    add("scan_gate", "group", ops, lambda *v, **kw: scan_gate(*v, softplus=True, **kw),
        {"softplus": 1, "reverse": [0, 1, 1, 0]}, group=4)
    ops = scan_operands(d, 1, 5, 2, 3) + [("z", np.array([[[50, -50], [0, 1], [-100, 100], [2, 3],
                                                           [1, 1]]], float))]
    ops[1] = ("dt", np.array([[[-50, 25], [0, 20.5], [-100, 1], [2, -2], [30, -30]]], float))
    add("scan_gate", "extreme", ops, lambda *v: scan_gate(*v, softplus=True), {"softplus": 1})
    # delta of 1e-3 and less, where log(1 + e^p) rounds e^p away; no D beside it
    ops = scan_operands(d, 1, 9, 3, 4) + [("z", d.normal(1, 9, 3))]
    ops[1], ops[5] = ("dt", d.normal(1, 9, 3) / 4 - 7.5), ("D", np.zeros(3), "param")
    add("scan_gate", "small_delta", ops, lambda *v: scan_gate(*v, softplus=True), {"softplus": 1})


def inproj(x, w, cw, cb, pad=(0, 0), reverse=False):
    az = x @ w.T
    e = w.shape[0] // 2
    return UNARY["silu"](conv1d(az[..., :e], cw, cb, pad, reverse)), az[..., e:]


def inproj_cases():
    d = Data("inproj")
    c = d.coarse
    for case, (b, l, k, e, n), a in (("causal", (2, 7, 5, 3, 4), {"pad": [3, 0]}),
                                     ("reverse", (2, 7, 5, 3, 4), {"pad": [3, 0], "reverse": [1]}),
                                     ("valid", (1, 6, 3, 2, 3), {}), ("one", (1, 1, 1, 1, 1), {}),
                                     ("longer", (1, 4, 3, 2, 3), {"pad": [2, 3]}),
                                     ("tiles", (1, 9, 19, 67, 4), {"pad": [3, 0]})):
        add("inproj_conv_silu", case,
            [("x", c(b, l, k)), ("w", c(2 * e, k) / 4, "param"), ("cw", c(e, 1, n) / 4, "param"),
             ("cb", c(e), "param")],
            lambda *v, a=a, **kw: inproj(*v, pad=a.get("pad", (0, 0)), **kw), a, outs=("u", "z"))
    add("inproj_conv_silu", "group",
        [("x", c(2, 1, 5, 3)), ("w", c(4, 4, 3) / 4, "param"), ("cw", c(4, 2, 1, 4) / 4, "param"),
         ("cb", c(2, 2), "param")],
        lambda *v, **kw: inproj(*v, pad=(3, 0), **kw), {"pad": [3, 0], "reverse": [0, 1, 1, 0]},
        group=4, outs=("u", "z"))


def stft(x, n_fft, win, hop, center=1, reflect=1):
    left = (n_fft - win) // 2
    window = np.zeros(n_fft)
    window[left:left + win] = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(win) / win)
    if center:
        w = [(0, 0)] * (x.ndim - 1) + [(n_fft // 2, n_fft // 2)]
        x = np.pad(x, w, mode="reflect" if reflect else "constant")
    frames = 1 + (x.shape[-1] - n_fft) // hop
    y = np.stack([np.fft.rfft(x[..., t * hop:t * hop + n_fft] * window) for t in range(frames)], -2)
    return np.stack([y.real, y.imag], -1)


def stft_cases():
    d = Data("stft")
    for case, shape, a in (
            ("reflect", (2, 50), dict(n_fft=16, win=16, hop=7)),
            ("zero", (50,), dict(n_fft=32, win=32, hop=10, reflect=0)),
            ("short_win", (1, 3, 40), dict(n_fft=32, win=21, hop=16)),
            ("no_center", (45,), dict(n_fft=32, win=32, hop=5, center=0)),
            ("one_frame", (16,), dict(n_fft=16, win=16, hop=99, center=0)),
            ("least_reflect", (9,), dict(n_fft=16, win=16, hop=4)),
            ("least_zero", (1,), dict(n_fft=16, win=16, hop=1, reflect=0)),
            ("narrow", (33,), dict(n_fft=64, win=1, hop=8)),
            ("foa", (1, 2, 120), dict(n_fft=64, win=60, hop=30)),
            ("large", (1, 1200), dict(n_fft=1024, win=960, hop=700, center=0))):
        x = d.normal(*shape)
        add("stft", case, [("x", x)], lambda v, a=a: stft(v, **a), a)
    add("stft", "group", [("x", d.normal(2, 1, 20))], lambda v: stft(v, 16, 12, 10),
        dict(n_fft=16, win=12, hop=10), group=2)
    n = np.arange(64)
    tone = np.round(np.cos(2 * np.pi * 4 * n / 16) * 64) / 64
    add("stft", "tone", [("x", tone)], lambda v: stft(v, 16, 16, 16),
        dict(n_fft=16, win=16, hop=16))
    x = d.normal(3, 200)
    for win in (64, 50):
        ours = stft(x, 64, win, 13)
        theirs = torch.stft(torch.tensor(x), 64, 13, win,
                            torch.hann_window(win, dtype=torch.float64),
                            center=True, pad_mode="reflect", return_complex=False)
        assert np.allclose(ours, theirs.numpy().transpose(0, 2, 1, 3), atol=1e-12)


def main():
    for entry in os.listdir(ROOT):
        if os.path.isdir(os.path.join(ROOT, entry)) and wanted(entry):
            shutil.rmtree(os.path.join(ROOT, entry))
    for cases in (unary_cases, binary_cases, where_cases, map_cases, source_cases, mel_cases,
                  sinusoid_cases,
                  view_cases,
                  reduce_cases, product_cases, conv_cases, norm_cases, pool_cases, conv1d_cases,
                  gru_cases, scan_cases, scan_gate_cases, inproj_cases, stft_cases):
        cases()
    train_cases.write(sys.modules[__name__])
    attention_cases.write(sys.modules[__name__])
    special_cases.write(sys.modules[__name__])
    print("%d cases, %d bytes, largest %d" % (len(made), sum(made.values()), max(made.values())))


if __name__ == "__main__":
    main()
