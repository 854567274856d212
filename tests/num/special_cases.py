"""What is not finite, in every operand of every op; see make_cases.py.

A case is a group: each instance is an ordinary case with one element of one operand replaced, and what
comes out of it is that case's reference, PyTorch or loops of IEEE arithmetic, asked again. So a NaN
reaches the elements that read it and no others."""
import numpy as np
import torch
import torch.nn.functional as F

# Operands that stay: whole numbers, no element of a tensor that a network computes.
KEPT = ("state",)
# Where an infinity meets others in sums, their order decides whether it stays one or becomes NaN.
NAN_ALONE = ("batch_norm", "batch_norm_train", "batch_norm_grad", "layer_norm_grad",
             "selective_scan_grad", "scan_gate_grad", "gru_grad", "attention_grad")
# Instead of an op's first case.
CASES = {"conv2d_dx": ["same"], "conv2d_act": ["relu_pool", "relu_pool_nhwc", "max_relu", "relu"],
         "batch_norm_train": ["relu_pool"], "batch_norm_grad": ["nchw", "relu_pool", "relu_pool_nhwc"],
         "layer_norm_grad": ["odd"], "max_pool2d_grad": ["two", "two_nhwc"], "max_pool2d": ["two", "two_nhwc"],
         "dropout": ["half", "share"], "scan_gate": ["softplus"], "scan_gate_grad": ["softplus"],
         "attention": ["plain", "relative", "drop"], "attention_grad": ["plain"], "stft": []}
LARGEST = float(np.finfo(np.float32).max)


def place(op, shape):
    """Which element is replaced: the middle one; of sequences the last, of kernels the tap in the
    middle, as these meet more than the zeros beside an image or a sequence. Whether a NaN does that
    meets those alone is not defined."""
    if "conv1d" in op or "inproj" in op:
        return tuple(n - 1 for n in shape)
    return tuple(n // 2 for n in shape)


def planted(m, op, operands, ref):
    """The operands, an instance for each special value in each of them."""
    each = []
    for k, o in enumerate(operands):
        for v in (m.NAN, m.INF, -m.INF, -0.0, 2.0**-140):
            if o[0] in KEPT or (np.isinf(v) and op in NAN_ALONE):
                continue
            arrays = [np.array(p[1], np.float64) for p in operands]
            arrays[k][place(op, arrays[k].shape)] = v
            with np.errstate(all="ignore"):
                out = np.concatenate([np.ravel(y) for y in m.tuple_of(ref(*arrays))])
            if not np.any(np.abs(out[np.isfinite(out)]) > LARGEST):
                each.append(arrays)
    return each


def add(m, op, case, operands, ref, attrs, f32, outs):
    """For an ordinary case, its special one if it shall have one."""
    if case not in CASES.get(op, [case]) or case == "rounding":
        return
    if op not in CASES and (op, "special") in m.named:
        return
    each = planted(m, op, operands, ref)
    grouped = [(o[0], np.stack([arrays[k] for arrays in each])) + tuple(o[2:])
               for k, o in enumerate(operands)]
    name = "special_" + case if op in CASES else "special"
    m.add(op, name, grouped, ref, attrs, group=len(each), f32=f32, outs=outs)


def image(m, d, spoilt):
    """[2, 9, 11, 16], the first of two images with NaN where spoilt(rows, columns) says, in a channel"""
    x = d.coarse(2, 9, 11, 16)
    x[0, ..., 5] = np.where(spoilt(*np.ogrid[:9, :11]), m.NAN, x[0, ..., 5])
    return x


def winograd_cases(m):
    """Convolutions of 3 x 3 that a back end may compute in squares of 4 x 4 outputs, over which it then
    spreads a NaN."""
    for case, act, pool, largest in (("plain", 0, (1, 1), 0), ("relu", 1, (1, 1), 0),
                                     ("relu_pool", 1, (2, 2), 0), ("relu_max", 1, (1, 2), 1)):
        d = m.Data("winograd_" + case)
        # one in each window of 3 x 3: no output of the first image is a number, all others are
        x = image(m, d, lambda i, j: (i % 3 == 1) & (j % 3 == 1))
        attrs = {"pad": [1, 1], "channels_last": 1}
        if act:
            attrs["act"] = "relu"
        attrs.update({"pool": list(pool), "max": largest} if pool != (1, 1) else {})

        def ref(x, w, scale, shift, act=act, pool=pool, largest=largest):
            y = F.conv2d(torch.tensor(x).permute(0, 3, 1, 2), torch.tensor(w), padding=1)
            y = y * torch.tensor(scale)[:, None, None] + torch.tensor(shift)[:, None, None]
            y = F.relu(y) if act else y
            y = (F.max_pool2d if largest else F.avg_pool2d)(y, pool)
            return y.permute(0, 2, 3, 1).contiguous().numpy()

        ops = [("x", x), ("w", d.coarse(32, 16, 3, 3), "param"), ("scale", d.coarse(32), "param"),
               ("shift", d.coarse(32), "param")]
        m.add("conv2d_act", "winograd_" + case, ops, ref, attrs)
    d = m.Data("winograd_near")
    x, w = image(m, d, lambda i, j: (i == 0) & (j == 0)), d.coarse(32, 16, 3, 3)
    y = F.conv2d(torch.tensor(x).permute(0, 3, 1, 2), torch.tensor(w), padding=1)
    y = y.permute(0, 2, 3, 1).numpy()
    text = lambda name, of, axis, a, b, v: "  %%%s = slice %%%s {axis=%d%s stop=%d} : %s" % (
        name, of, axis, " start=%d" % a if a else "", b, m.type_text(v))
    lines = [m.source_line("x", "input", x), m.source_line("w", "param", w),
             "  %%y = conv2d %%x, %%w {pad=[1,1] channels_last=1} : %s" % m.type_text(y),
             text("top", "y", 1, 0, 2, y[:, :2]), text("read", "top", 2, 0, 2, y[:, :2, :2]),
             text("right", "y", 2, 4, 11, y[:, :, 4:]), text("below", "y", 1, 4, 9, y[:, 4:])]
    m.write("conv2d", "winograd_near", lines, [("x", x), ("w", w)],
            [("read", y[:, :2, :2]), ("right", y[:, :, 4:]), ("below", y[:, 4:])])


def stft_case(m):
    """Of bins and places where no part of a wave is 0: transforms need not multiply with that. The frames
    that read a NaN are 4 and 5, 0 and 1: frames may be transformed in pairs."""
    d = m.Data("stft_special")
    x = d.normal(2, 70)
    x[0, 27], x[1, 1] = m.NAN, m.NAN
    y = m.stft(x, 16, 16, 6)
    lines = [m.source_line("x", "input", x),
             "  %%y = stft %%x {n_fft=16 win=16 hop=6} : %s" % m.type_text(y),
             "  %%z = slice %%y {axis=2 start=1 stop=4} : %s" % m.type_text(y[:, :, 1:4])]
    m.write("stft", "special", lines, [("x", x)], [("z", y[:, :, 1:4])])


def write(m):
    winograd_cases(m)
    stft_case(m)
