#!/usr/bin/env python3
"""make_cases.py: writes tests/cuda/cases/*.sir: graphs whose sizes meet the edges of the CUDA
kernels' tiles. cuda_check compares them with the float64 evaluator on seeded random values."""
import os

here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "cases")


def shape(s):
    return "[" + ",".join(map(str, s)) + "]"


def param(name, s, init=""):
    attrs = f"shape={shape(s)}" + (f" init={init}" if init else "")
    return f'  %{name} = param "{name}" {{{attrs}}} : f32{shape(s)}'


def source(name, s):
    return f'  %{name} = input "{name}" {{shape={shape(s)}}} : f32{shape(s)}'


def negative(name, of, s, group):
    tail = f" {{group={group}}}" if group else ""
    return f"  %{name} = neg %{of}{tail} : f32{shape(s)}"


def given(name, s, group, computed):
    """Lines that give %name: an input or, if computed, a result, which can be bf16."""
    return [source(name + "s", s), negative(name, name + "s", s, group)] if computed else [source(name, s)]


def write(name, lines, outputs):
    text = [f"module {name}", "graph main arena=0 load=0 {"] + lines
    text += [f'  output "{o}" %{o}' for o in outputs] + ["}"]
    with open(os.path.join(here, name + ".sir"), "w") as f:
        f.write("\n".join(text) + "\n")


def conv(name, group, b, h, w, c, o, kh, kw, pad, pool, act, computed=False):
    g = [group] if group else []
    oh, ow = h + 2 * pad[0] - kh + 1, w + 2 * pad[1] - kw + 1
    y = g + [b, oh // pool[0], ow // pool[1], o]
    a = [f"pad={shape(pad)}"] if pad != (0, 0) else []
    a += ["channels_last=1"]
    a += [f"act={act}"] if act != "none" else []
    a += [f"pool={shape(pool)}"] if pool != (1, 1) else []
    a += [f"group={group}"] if group else []
    write(name, given("x", g + [b, h, w, c], group, computed) + [param("w", g + [o, c, kh, kw]),
                 param("s", g + [o], "ones"), param("t", g + [o]),
                 f"  %y = conv2d_act %x, %w, %s, %t {{{' '.join(a)}}} : f32{shape(y)}"], ["y"])


def linear(name, m, k, n, bias):
    lines = [source("x", [m, k]), param("w", [n, k])] + ([param("b", [n])] if bias else [])
    lines.append(f"  %y = linear %x, %w{', %b' if bias else ''} : f32{shape([m, n])}")
    write(name, lines, ["y"])


def mamba(name, group, b, length, d, e, n, reverse, computed=False):
    """in_proj, convolution, scan and gate: everything that runs along time. computed: x is; u and z are outputs,
    too, and the taps of the convolution not small."""
    g = [group]
    rev = f" reverse={shape(reverse)}" if any(reverse) else ""
    grp = f"group={group}"
    write(name, given("x", g + [b, length, d], group, computed) + [
        param("w", g + [2 * e, d]),
        param("cw", g + [e, 1, 4], "ones" if computed else ""),
        param("cb", g + [e]), source("dt", g + [b, length, e]), param("a_log", g + [e, n]),
        source("B", g + [b, length, n]), source("C", g + [b, length, n]), param("D", g + [e], "ones"),
        f"  %ea = exp %a_log {{{grp}}} : f32{shape(g + [e, n])}",
        f"  %A = neg %ea {{{grp}}} : f32{shape(g + [e, n])}",
        f"  %u, %z = inproj_conv_silu %x, %w, %cw, %cb {{pad=[3,0]{rev} {grp}}} : "
        f"f32{shape(g + [b, length, e])}, f32{shape(g + [b, length, e])}",
        f"  %y = scan_gate %u, %dt, %A, %B, %C, %D, %z {{softplus=1{rev} {grp}}} : "
        f"f32{shape(g + [b, length, e])}",
    ], ["y", "u", "z"] if computed else ["y"])


def conv_grad(name, group, b, h, w, c, o, kh, kw, pad, last=1):
    """Gradients of a convolution. Operands are computed, so that they can be bf16 and nothing is
    known at load time."""
    g = [group] if group else []
    oh, ow = h + 2 * pad[0] - kh + 1, w + 2 * pad[1] - kw + 1
    x = g + ([b, h, w, c] if last else [b, c, h, w])
    y = g + ([b, oh, ow, o] if last else [b, o, oh, ow])
    wt = g + [o, c, kh, kw]
    a = (f"pad={shape(pad)} " if pad != (0, 0) else "") + ("channels_last=1" if last else "")
    a, tail = a.strip(), f"group={group}" if group else ""
    attrs = lambda *v: " {" + " ".join(t for t in v if t) + "}" if any(v) else ""
    write(name, [
        source("xs", x), source("gs", y), source("ws", wt),
        f"  %x = neg %xs{attrs(tail)} : f32{shape(x)}",
        f"  %g = neg %gs{attrs(tail)} : f32{shape(y)}",
        f"  %w = neg %ws{attrs(tail)} : f32{shape(wt)}",
        f"  %y = conv2d %x, %w{attrs(a, tail)} : f32{shape(y)}",
        f"  %dx = conv2d_dx %g, %w{attrs(f'size={shape([h, w])}', a, tail)} : f32{shape(x)}",
        f"  %dw = conv2d_dw %x, %g{attrs(f'kernel={shape([kh, kw])}', a, tail)} : f32{shape(wt)}",
    ], ["y", "dx", "dw"])


def linear_grad(name, group, rows, n, k):
    """As conv_grad."""
    g, tail = ([group], f" {{group={group}}}") if group else ([], "")
    x, y, wt = g + rows + [k], g + rows + [n], g + [n, k]
    write(name, [
        source("xs", x), source("gs", y), source("ws", wt),
        f"  %x = neg %xs{tail} : f32{shape(x)}", f"  %g = neg %gs{tail} : f32{shape(y)}",
        f"  %w = neg %ws{tail} : f32{shape(wt)}",
        f"  %y = linear %x, %w{tail} : f32{shape(y)}",
        f"  %dx = linear_dx %g, %w{tail} : f32{shape(x)}",
        f"  %dw = linear_dw %x, %g{tail} : f32{shape(wt)}",
    ], ["y", "dx", "dw"])


def mamba_grad(name, group, b, length, e, n, reverse):
    """Gradients of scan with gate and of the convolution before it."""
    g, rev = [group], f" reverse={shape(reverse)}" if any(reverse) else ""
    seq, states, tail = g + [b, length, e], g + [b, length, n], f"{rev} group={group}"
    f = lambda *shapes: ", ".join(f"f32{shape(s)}" for s in shapes)
    write(name, [
        source("u", seq), source("dt", seq), param("a_log", g + [e, n]), source("B", states),
        source("C", states), param("D", g + [e], "ones"), source("z", seq), source("g", seq),
        param("w", g + [e, 1, 4]), param("bias", g + [e]),
        f"  %ea = exp %a_log {{group={group}}} : {f(g + [e, n])}",
        f"  %A = neg %ea {{group={group}}} : {f(g + [e, n])}",
        f"  %du, %ddt, %dA, %dB, %dC, %dD, %dz = scan_gate_grad %u, %dt, %A, %B, %C, %D, %z, %g "
        f"{{softplus=1{tail}}} : "
        f"{f(seq, seq, g + [e, n], states, states, g + [e], seq)}",
        f"  %dx, %dw, %dbias = conv1d_silu_grad %u, %w, %bias, %g {{pad=[3,0]{tail}}} : "
        f"{f(seq, g + [e, 1, 4], g + [e])}",
    ], ["du", "ddt", "dA", "dB", "dC", "dD", "dz", "dx", "dw", "dbias"])


def reduction(name, op, x, axes, group=0):
    """Long enough to be cut into parts."""
    g = [group] if group else []
    y = g + [d for i, d in enumerate(x) if i not in axes]
    tail = f" group={group}" if group else ""
    write(name, [source("x", g + x),
                 f"  %y = {op} %x {{axes={shape(axes)}{tail}}} : f32{shape(y)}"], ["y"])


def batch_norm(name, x, axis, pool, group=0, between=False, act="relu"):
    """In training with ReLU, and its gradient, on more rows than one CTA takes. between: what is read
    and written are results of others and for others, which can be bf16; where few rows are summed,
    one that ReLU cuts in bf16 and not in float64 shows, so without it."""
    g, spatial, y = [group] if group else [], 0, []
    for i, d in enumerate(x):
        tiled = 0 < i != axis and spatial < 2
        y.append(d // pool[spatial] if tiled else d)
        spatial += tiled
    c, pooled = g + [x[axis]], "" if pool == (1, 1) else f" pool={shape(pool)}"
    attrs = f"axis={axis} " if axis != 1 else ""
    attrs += ("act=relu" if act == "relu" else "") + pooled
    attrs += f" group={group}" if group else ""
    attrs = attrs.strip()
    outs = ["y", "mean", "rstd", "new_mean", "new_var", "dx", "dw", "db"]
    f = [f"f32{shape(s)}" for s in (g + y, c, c, c, c)]
    last = []
    if between:
        last = [negative("y_out", "y", g + y, group), negative("dx_out", "dx", g + x, group)]
        outs = [o + "_out" if o in ("y", "dx") else o for o in outs]
    write(name, given("x", g + x, group, between) + given("dy", g + y, group, between) + [
        param("w", c, "ones"), param("b", c), param("m", c), param("v", c, "ones"),
        f"  %y, %mean, %rstd, %new_mean, %new_var = batch_norm_train %x, %w, %b, %m, %v "
        f"{{{attrs}}} : {', '.join(f)}",
        f"  %dx, %dw, %db = batch_norm_grad %x, %w, %mean, %rstd, %dy, %b {{{attrs}}} : "
        f"f32{shape(g + x)}, {f[1]}, {f[1]}"] + last, outs)


def row_norm_grad(name, op, rows, cols, group):
    s = [group, rows, cols]
    outs = ["dx", "dw"] + (["db"] if op == "layer_norm_grad" else [])
    f = [f"f32{shape(s)}"] + [f"f32{shape([group, cols])}"] * (len(outs) - 1)
    write(name, [source("x", s), source("g", s), param("w", [group, cols], "ones"),
                 f"  {', '.join('%' + o for o in outs)} = {op} %x, %w, %g {{group={group}}} : "
                 f"{', '.join(f)}"], outs)


def attention(name, group, b, t, s, h, d, e, relative, p=0.0):
    """With its gradients; positions where there are as many keys as queries."""
    g, scale = [group], 1 / d ** 0.5
    q, k, v, y = g + [b, t, h, d], g + [b, s, h, d], g + [b, s, h, e], g + [b, t, h, e]
    attrs = f"scale={scale!r}" + (f" p={p} stream={shape(range(group))}" if p else "")
    lines = [source("q", q), source("k", k), source("v", v), source("g", y)]
    ins, outs, grads = [], ["dq", "dk", "dv"], [q, k, v]
    if relative or p:
        lines.append("  %state = const {shape=[1,2] value=[3,7]} : f32[1,2]")
        ins = ["state"]
    if relative:
        lines += [source("r", g + [t, h, d]), source("u", g + [h, d]), source("w", g + [h, d])]
        ins, outs, grads = ins + ["r", "u", "w"], outs + ["dp", "dr"], grads + [q, q]
    f = lambda *shapes: ", ".join(f"f32{shape(x)}" for x in shapes)
    more = "".join(", %" + i for i in ins)
    lines += [f"  %y, %lse = attention %q, %k, %v{more} {{{attrs} group={group}}} : "
              f"{f(y, g + [b, h, t])}",
              f"  {', '.join('%' + o for o in outs)} = attention_grad %q, %k, %v, %y, %lse, %g{more} "
              f"{{{attrs} group={group}}} : {f(*grads)}"]
    write(name, lines, ["y", "lse"] + outs)


def accumulate(name, sizes):
    """Tensors of one launch; slices start at odd places."""
    lines, outs = [source("s", [2])], [f"y{i}" for i in range(len(sizes))]
    for i, (n, skip) in enumerate(sizes):
        lines += [source(f"a{i}", [n]), source(f"all{i}", [n + skip]),
                  f"  %g{i} = slice %all{i} {{axis=0 start={skip} stop={n + skip}}} : f32[{n}]"]
    lines += [f"  %y{i} = accumulate %a{i}, %g{i}, %s : f32[{n}]" for i, (n, _) in enumerate(sizes)]
    write(name, lines, outs)


def adamw(name, sizes):
    """Tensors of one launch; slices start at odd places."""
    lines, outs = [source("s", [4])], []
    for i, (n, skip) in enumerate(sizes):
        lines += [source(f"{t}{i}", [n]) for t in "pm"] + [source(f"all{i}", [n + skip])]
        lines += [source(f"sv{i}", [n]), source(f"sx{i}", [n])]
        lines += [f"  %v{i} = square %sv{i} : f32[{n}]", f"  %x{i} = square %sx{i} : f32[{n}]",
                  f"  %g{i} = slice %all{i} {{axis=0 start={skip} stop={n + skip}}} : f32[{n}]"]
    lines += ["  %s2 = square %s : f32[4]"]
    for i, (n, _) in enumerate(sizes):
        out = [f"n{t}{i}" for t in "pmvx"]
        lines.append(f"  {', '.join('%' + o for o in out)} = adamw %p{i}, %g{i}, %m{i}, %v{i}, "
                     f"%s2, %x{i} {{decay=0.01}} : {', '.join([f'f32[{n}]'] * 4)}")
        outs += out
    write(name, lines, outs)


def gru(name, group, b, length, h):
    """A layer that reads 24 values a frame, and from values of their own its gradient."""
    g, rev = [group], f"reverse={shape([i % 2 for i in range(group)])} group={group}"
    gates, states = shape(g + [b, length, 3 * h]), shape(g + [b, length, h])
    write(f"gru_{name}", [
        source("x", g + [b, length, 24]), param("wi", g + [3 * h, 24]), param("wh", g + [3 * h, h]),
        param("bi", g + [3 * h]), param("bh", g + [3 * h]),
        f"  %y = gru %x, %wi, %wh, %bi, %bh {{{rev}}} : f32{states}"], ["y"])
    write(f"gru_grad_{name}", [
        source("gx", g + [b, length, 3 * h]), source("gh", g + [b, length, 3 * h]),
        source("h", g + [b, length, h]), param("wh", g + [3 * h, h]), source("g", g + [b, length, h]),
        f"  %dx, %dh = gru_grad %gx, %gh, %h, %wh, %g {{{rev}}} : f32{gates}, f32{gates}"],
        ["dx", "dh"])


os.makedirs(here, exist_ok=True)
conv("conv_3x3_pool22", 3, 1, 19, 35, 64, 64, 3, 3, (1, 1), (2, 2), "relu")
conv("conv_3x3_pool12", 3, 2, 21, 16, 40, 72, 3, 3, (1, 1), (1, 2), "relu")
conv("conv_3x3_wide", 0, 1, 17, 33, 136, 200, 3, 3, (1, 1), (1, 1), "none")
conv("conv_3x3_many", 2, 3, 50, 64, 32, 128, 3, 3, (1, 1), (2, 2), "relu")
conv("conv_1x1", 0, 2, 7, 13, 64, 48, 1, 1, (0, 0), (1, 1), "relu")
conv("conv_1x3", 0, 1, 5, 40, 24, 24, 1, 3, (0, 1), (1, 2), "relu")
conv("conv_3x1", 0, 1, 23, 9, 16, 17, 3, 1, (1, 0), (2, 1), "none")
conv("conv_few_channels", 2, 2, 18, 31, 7, 64, 3, 3, (1, 1), (1, 1), "relu")
conv("conv_few_pool22", 2, 2, 18, 31, 7, 72, 3, 3, (1, 1), (2, 2), "relu", True)
conv("conv_few_images", 0, 17, 37, 20, 4, 33, 3, 3, (1, 1), (1, 1), "none", True)
conv("conv_few_1x4", 0, 1, 9, 23, 8, 64, 1, 4, (0, 1), (1, 2), "relu", True)
conv("conv_between_pool22", 3, 1, 19, 35, 64, 64, 3, 3, (1, 1), (2, 2), "relu", True)
conv("conv_between_wide", 0, 1, 17, 33, 136, 200, 3, 3, (1, 1), (1, 1), "none", True)
conv("conv_between_many", 0, 17, 21, 20, 72, 64, 3, 3, (1, 1), (2, 1), "relu", True)
conv("conv_odd_channels", 0, 1, 12, 20, 19, 33, 3, 3, (1, 1), (2, 2), "relu")
for m, k, n, bias in ((1, 64, 64, True), (50, 72, 40, True), (51, 32, 1024, False),
                      (50, 1024, 64, False), (65, 520, 33, True), (3, 7, 5, True),
                      (200, 512, 200, True), (64, 36, 65, False)):
    linear(f"linear_{m}x{k}x{n}", m, k, n, bias)
for length in (1, 2, 3, 4, 49, 50, 51, 255, 257):
    mamba(f"mamba_l{length}", 2, 1, length, 48, 64, 16, (0, 1))
mamba("mamba_batch", 4, 3, 70, 64, 128, 16, (0, 0, 1, 1))
mamba("mamba_computed", 2, 2, 67, 136, 64, 16, (0, 1), True)
mamba("mamba_computed_wide", 2, 8, 70, 136, 128, 16, (0, 1), True)
mamba("mamba_states5", 2, 2, 33, 24, 64, 5, (0, 1))
mamba("mamba_narrow", 3, 2, 20, 24, 24, 8, (1, 0, 1))
reduction("sum_all", "sum", [70001], [0])
reduction("sum_rows", "mean", [3, 9000], [1])
reduction("sum_columns", "sum", [5000, 40], [0], 3)
reduction("max_columns", "max", [90, 50, 70], [0, 1])
batch_norm("batch_norm_nhwc", [3, 33, 50, 64], 3, (2, 2), 2)
batch_norm("batch_norm_wide", [2, 30, 17, 200], 3, (1, 1))
batch_norm("batch_norm_between", [3, 33, 50, 64], 3, (2, 2), 2, True)
batch_norm("batch_norm_between_wide", [2, 30, 17, 200], 3, (1, 1), 0, True, "none")
batch_norm("batch_norm_nchw", [2, 5, 61, 40], 1, (1, 2))
batch_norm("batch_norm_rows", [3000, 6], 1, (1, 1))
row_norm_grad("rms_norm_grad", "rms_norm_grad", 300, 100, 3)
row_norm_grad("layer_norm_grad", "layer_norm_grad", 1200, 40, 1)
many = [(5000, 0), (3, 1), (4099, 3), (8192, 4), (1, 0)]
adamw("adamw_many", many)
accumulate("accumulate_many", many)
for length in (1, 4, 17, 50, 51):
    mamba_grad(f"mamba_grad_l{length}", 2, 3, length, 72, 16, (0, 1))
mamba_grad("mamba_grad_batch", 3, 40, 20, 40, 8, (0, 0, 1))
mamba_grad("mamba_grad_states5", 2, 2, 33, 150, 5, (0, 1))
conv_grad("conv_grad_3x3", 3, 2, 19, 35, 64, 64, 3, 3, (1, 1))
conv_grad("conv_grad_wide", 0, 1, 13, 16, 136, 72, 3, 3, (1, 1))
conv_grad("conv_grad_few", 2, 3, 18, 31, 7, 64, 3, 3, (1, 1))
conv_grad("conv_grad_4", 0, 2, 21, 20, 4, 40, 3, 3, (1, 1))
conv_grad("conv_grad_1x1", 0, 2, 7, 13, 64, 48, 1, 1, (0, 0))
conv_grad("conv_grad_2x3", 0, 2, 12, 21, 24, 32, 2, 3, (0, 2))
conv_grad("conv_grad_odd", 0, 1, 12, 20, 19, 33, 3, 3, (1, 1))
conv_grad("conv_grad_first", 0, 2, 11, 9, 20, 24, 3, 3, (1, 1), 0)
linear_grad("linear_grad_rows", 2, [3, 50], 192, 64)
linear_grad("linear_grad_many", 0, [1100], 256, 136)
linear_grad("linear_grad_narrow", 3, [70], 32, 200)
linear_grad("linear_grad_odd", 0, [5, 33], 37, 53)
linear_grad("linear_grad_few", 2, [2, 70], 200, 32)
for t in (1, 2, 15, 16, 17, 49, 50, 51, 65):
    attention(f"attention_l{t}", 2, 2, t, t, 3, 64, 64, True)
attention("attention_long", 1, 1, 203, 203, 2, 32, 48, True)
attention("attention_drop", 2, 2, 70, 70, 2, 40, 32, True, 0.1)
attention("attention_plain", 2, 2, 70, 131, 2, 64, 64, False)
attention("attention_plain_drop", 3, 1, 33, 50, 2, 36, 33, False, 0.3)
attention("attention_wide", 1, 1, 40, 40, 1, 128, 100, True)
attention("attention_narrow", 2, 3, 50, 50, 4, 16, 16, False, 0.05)
for n in (64, 128, 256):
    mamba(f"mamba_states{n}", 2, 1, 70, 24, 40, n, (0, 1))
    mamba_grad(f"mamba_grad_states{n}", 2, 2, 13, 40, n, (0, 1))
mamba("mamba_states67", 1, 1, 70, 24, 40, 67, (0,))
mamba_grad("mamba_grad_states67", 1, 2, 13, 40, 67, (0,))
conv_grad("conv_grad_images", 2, 8, 5, 17, 64, 72, 3, 3, (1, 1))
conv_grad("conv_grad_images_wide", 0, 16, 3, 9, 72, 136, 3, 3, (1, 1))
linear_grad("linear_grad_large", 2, [3, 175], 136, 264)
for h in (33, 128, 130, 300):
    gru(str(h), 2, 2, 7, h)
