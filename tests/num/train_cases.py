"""The cases of what only training needs; see make_cases.py. Gradients come from PyTorch's autograd."""
import numpy as np
import torch
import torch.nn.functional as F


def vjp(fn, args, g, wrt=None):
    """Gradients of fn (on tensors) by its arguments, or those numbered in wrt, given that by its
    value."""
    t = [torch.tensor(np.ascontiguousarray(a), requires_grad=True) for a in args]
    grads = torch.autograd.grad(fn(*t), t if wrt is None else [t[i] for i in wrt],
                                torch.tensor(np.ascontiguousarray(g)))
    return tuple(v.contiguous().numpy() for v in grads)


def part(fn, k, *args):
    """Derivative of the elementwise fn by operand k. Where two operands are equal PyTorch gives each
    a half; ours gives all to the second."""
    args = np.broadcast_arrays(*args)
    d = vjp(fn, args, np.ones_like(args[0]))[k]
    return d if len(args) == 1 else np.where(args[0] == args[1], float(k), d)


# ---- elementwise ------------------------------------------------------------------------------

# Those whose operands are of both signs.
SIGNED = ("abs_da", "relu_da", "silu_da", "softplus_da")
DERIVATIVES = {
    "div_da": lambda b: 1 / b,
    "div_db": lambda b, y: -y / b,
    "maximum_da": lambda a, b: part(torch.maximum, 0, a, b),
    "maximum_db": lambda a, b: part(torch.maximum, 1, a, b),
    "minimum_da": lambda a, b: part(torch.minimum, 0, a, b),
    "minimum_db": lambda a, b: part(torch.minimum, 1, a, b),
    "where_db": lambda a: np.where(a != 0, 1.0, 0.0),
    "where_dc": lambda a: np.where(a != 0, 0.0, 1.0),
    "abs_da": lambda a: part(torch.abs, 0, a),
    "square_da": lambda a: 2 * a,
    "sqrt_da": lambda y: 0.5 / y,
    "rsqrt_da": lambda a, y: -0.5 * y / a,
    "expm1_da": lambda y: y + 1,
    "log_da": lambda a: 1 / a,
    "log10_da": lambda a: 1 / (a * np.log(10)),
    "log1p_da": lambda a: 1 / (1 + a),
    "tanh_da": lambda y: 1 - y * y,
    "sigmoid_da": lambda y: y * (1 - y),
    "silu_da": lambda a: part(F.silu, 0, a),
    "softplus_da": lambda a: 1 / (1 + np.exp(-a)),
    "relu_da": lambda y: part(torch.relu, 0, y),
}


def derivative_cases(m):
    for op, ref in DERIVATIVES.items():
        d = m.Data(op)
        names = ref.__code__.co_varnames if hasattr(ref, "__code__") else ("a",)

        def operands(*shapes):
            make = d.normal if op in SIGNED else d.positive
            return [("in_" + name, make(*s)) for name, s in zip(names, shapes)]

        m.add(op, "odd", operands((3, 5, 7), (3, 5, 7)), ref)
        m.add(op, "bcast", operands((3, 1, 5), (4, 1)), ref)
        m.add(op, "group", operands((2, 3, 5), (6, 1, 5)), ref, group=6)
    d = m.Data("relu_da_zero")
    m.add("relu_da", "zero", [("in_y", np.array([0, -0.0, 1, m.INF, m.NAN]))],
          DERIVATIVES["relu_da"])
    m.add("silu_da", "extreme", [("a", np.array([0, 30, -30, 80, -80, 2.0**-20]))],
          DERIVATIVES["silu_da"])


# ---- reductions -------------------------------------------------------------------------------

def first_equal(x, y, axes, keep=0):
    """NaN equals NaN: the place that torch.max and torch.min give the gradient to."""
    axes = sorted(a % x.ndim for a in axes)
    rest = [a for a in range(x.ndim) if a not in axes]
    flat = np.transpose(x, rest + axes).reshape([x.shape[a] for a in rest] + [-1])
    y = np.asarray(y).reshape(flat.shape[:-1] + (1,))
    hit = (flat == y) | (np.isnan(flat) & np.isnan(y))
    first = hit & (np.cumsum(hit, -1) == 1)
    shape = [x.shape[a] for a in rest + axes]
    return np.transpose(first.reshape(shape), np.argsort(rest + axes)).astype(float)


def first_equal_cases(m):
    d = m.Data("first_equal")
    for case, shape, axes, keep in (("last", (3, 7), [1], 0), ("first", (5, 3), [0], 0),
                                    ("middle_keep", (2, 5, 3), [-2], 1),
                                    ("two", (3, 4, 5), [2, 0], 0), ("all", (4, 4), [0, 1], 1),
                                    ("one", (1,), [0], 0), ("long", (2, 301), [1], 0)):
        x = np.round(d.normal(*shape) * 2)
        y = np.min(x, axis=tuple(axes), keepdims=bool(keep))
        a = {"axes": axes, "keep": keep} if keep else {"axes": axes}
        m.add("first_equal", case, [("x", x), ("top", y)], lambda v, w, a=a: first_equal(v, w, **a),
              a)
    x = np.round(d.normal(2, 3, 5) * 2)
    m.add("first_equal", "group", [("x", x), ("top", np.max(np.repeat(x, 2, 0), 2))],
          lambda v, w: first_equal(v, w, [1]), {"axes": [1]}, group=4)
    m.add("first_equal", "none", [("x", np.array([[1, 2], [m.NAN, 2]])), ("top", np.array([3, 1]))],
          lambda v, w: np.zeros((2, 2)), {"axes": [1]})
    x = np.array([[1, m.NAN, m.NAN], [m.INF, 2, m.INF], [-m.INF, -m.INF, -m.INF], [-0.0, 0, -1]])
    m.add("first_equal", "extreme", [("x", x), ("top", torch.tensor(x).max(1)[0].numpy())],
          lambda v, w: vjp(lambda t: t.max(1)[0], [v], np.ones(4))[0], {"axes": [1]})


# ---- products ---------------------------------------------------------------------------------

def product_cases(m):
    d = m.Data("linear_grad")
    c = d.coarse
    for case, lead, n, k in (("odd", (3,), 7, 5), ("rank3", (2, 3), 4, 5), ("one", (1,), 1, 1),
                             ("vector", (), 5, 9), ("tiles", (37,), 70, 35),
                             ("rows", (2, 67), 3, 2)):
        x, w, g = c(*lead, k), c(n, k), c(*lead, n)
        m.add("linear_dx", case, [("g", g), ("w", w, "param")],
              lambda g_, w_, x_=x: vjp(F.linear, [x_, w_], g_)[0])
        m.add("linear_dw", case, [("x", x), ("g", g)],
              lambda x_, g_, w_=w: vjp(F.linear, [x_, w_], g_)[1])
    m.add("linear_dx", "group", [("g", c(2, 3, 5)), ("w", c(6, 5, 4), "param")],
          lambda g, w: g @ w, group=6)
    m.add("linear_dw", "group", [("x", c(2, 2, 3, 5)), ("g", c(6, 2, 3, 4))],
          lambda x, g: np.einsum("abk,abn->nk", x, g), group=6)


# ---- images -----------------------------------------------------------------------------------

def swap(t, last):
    return t.permute(0, 2, 3, 1) if last else t


def nchw(t, last):
    return t.permute(0, 3, 1, 2) if last else t


def conv_cases(m):
    for last in (0, 1):
        d = m.Data("conv2d_grad%d" % last)
        c = d.coarse
        tail, suffix = ({"channels_last": 1}, "_nhwc") if last else ({}, "")
        image = lambda b, ch, h, w: c(b, h, w, ch) if last else c(b, ch, h, w)
        for case, (b, ch, h, w), o, kernel, a in (
                ("plain", (1, 3, 5, 7), 4, (3, 3), {}),
                ("same", (2, 3, 5, 7), 5, (3, 3), {"pad": [1, 1]}),
                ("stride", (1, 2, 9, 8), 3, (3, 2), {"stride": [2, 3], "pad": [1, 0]}),
                ("one", (1, 1, 1, 1), 1, (1, 1), {}),
                ("pointwise", (2, 5, 3, 3), 7, (1, 1), {}),
                ("wide_pad", (1, 1, 2, 3), 2, (3, 5), {"pad": [2, 4]}),
                ("row", (1, 2, 1, 11), 3, (1, 5), {"pad": [0, 2]}),
                ("tiles", (1, 5, 9, 20), 33, (3, 3), {"pad": [1, 1]}),
                ("seven", (2, 7, 6, 8), 16, (3, 3), {"pad": [1, 1]})):
            x, weight = image(b, ch, h, w), c(o, ch, *kernel)
            fn = lambda t, v, a=a, last=last: swap(
                F.conv2d(nchw(t, last), v, None, a.get("stride", 1), a.get("pad", 0)), last)
            g = c(*fn(torch.tensor(x), torch.tensor(weight)).shape)
            m.add("conv2d_dx", case + suffix, [("g", g), ("w", weight, "param")],
                  lambda g_, w_, x_=x, fn=fn: vjp(fn, [x_, w_], g_)[0],
                  dict({"size": [h, w]}, **a, **tail))
            m.add("conv2d_dw", case + suffix, [("x", x), ("g", g)],
                  lambda x_, g_, w_=weight, fn=fn: vjp(fn, [x_, w_], g_)[1],
                  dict({"kernel": list(kernel)}, **a, **tail))
        fn = lambda t, v, last=last: swap(F.conv2d(nchw(t, last), v, padding=1), last)
        x, g = c(1, *image(1, 3, 4, 5).shape), c(4, *image(1, 2, 4, 5).shape)
        weight = c(2, 2, 3, 3, 3)
        m.add("conv2d_dx", "group" + suffix, [("g", g), ("w", weight, "param")],
              lambda g_, w_, x_=x[0], fn=fn: vjp(fn, [x_, w_], g_)[0],
              dict({"size": [4, 5], "pad": [1, 1]}, **tail), group=4)
        m.add("conv2d_dw", "group" + suffix, [("x", x), ("g", g)],
              lambda x_, g_, w_=weight[0], fn=fn: vjp(fn, [x_, w_], g_)[1],
              dict({"kernel": [3, 3], "pad": [1, 1]}, **tail), group=4)


def pool_cases(m):
    for last in (0, 1):
        d = m.Data("pool_grad%d" % last)
        tail, suffix = ({"channels_last": 1}, "_nhwc") if last else ({}, "")
        image = lambda b, c, h, w: d.normal(b, h, w, c) if last else d.normal(b, c, h, w)
        for case, (b, c, h, w), k in (("two", (2, 3, 4, 6), [2, 2]),
                                      ("dropped", (1, 2, 7, 5), [2, 2]),
                                      ("freq", (1, 3, 3, 8), [1, 2]),
                                      ("one", (1, 1, 1, 1), [1, 1]),
                                      ("odd", (2, 1, 9, 10), [3, 4])):
            x, g = image(b, c, h, w), image(b, c, h // k[0], w // k[1])

            def fn(t, pool, k=k, last=last):
                return swap(pool(nchw(t, last), tuple(k), tuple(k)), last)

            m.add("avg_pool2d_grad", case + suffix, [("g", g)],
                  lambda g_, x_=x, fn=fn: vjp(lambda t: fn(t, F.avg_pool2d), [x_], g_)[0],
                  dict({"size": [h, w], "kernel": k}, **tail))
            m.add("max_pool2d_grad", case + suffix, [("x", np.round(x * 2)), ("g", g)],
                  lambda x_, g_, fn=fn: vjp(lambda t: fn(t, F.max_pool2d), [x_], g_)[0],
                  dict({"kernel": k}, **tail))
    d = m.Data("pool_grad_group")
    m.add("avg_pool2d_grad", "group", [("g", d.normal(2, 1, 3, 2, 3))],
          lambda g: vjp(lambda t: F.avg_pool2d(t, 2), [np.zeros((1, 3, 5, 6))], g)[0],
          {"size": [5, 6], "kernel": [2, 2]}, group=4)
    m.add("max_pool2d_grad", "group", [("x", d.normal(2, 1, 3, 5, 6)),
                                       ("g", d.normal(4, 1, 3, 2, 3))],
          lambda x, g: vjp(lambda t: F.max_pool2d(t, 2), [x], g)[0], {"kernel": [2, 2]}, group=4)


# ---- norms ------------------------------------------------------------------------------------

def batch_norm(axis, eps, momentum, x, w, b, mean=None, var=None):
    """In training; returns y and, as it changes them, the running statistics."""
    t = x.movedim(axis, 1) if x.dim() > 1 else x[:, None]
    running = [None if v is None else v.clone() for v in (mean, var)]
    y = F.batch_norm(t, running[0], running[1], w, b, True, momentum, eps)
    return y.movedim(1, axis) if x.dim() > 1 else y[:, 0], running


def statistics_backward(axis, x, w, mean, rstd, g):
    """Gradients by x, weight and bias, with the statistics given"""
    x, g = (v.movedim(axis, 1) if v.dim() > 1 else v[:, None] for v in (x, g))
    dx, dw, db = torch.ops.aten.native_batch_norm_backward(
        g, x, w, None, None, mean, rstd, True, 0.0, [True] * 3)
    return (dx.movedim(1, axis) if dx.dim() > 1 else dx[:, 0]).contiguous().numpy(), dw.numpy(), db.numpy()


def batch_norm_cases(m):
    d = m.Data("batch_norm_train")
    for case, shape, a in (("nchw", (2, 3, 4, 5), {}), ("last", (2, 5, 3), {"axis": -1}),
                           ("nhwc", (1, 4, 5, 3), {"axis": 3}), ("eps", (3, 2), {"eps": 0.25}),
                           ("momentum", (4, 3, 2), {"momentum": 0.5}), ("first", (3, 7),
                                                                        {"axis": 0}),
                           ("long", (2, 2, 131, 5), {}), ("group", (3, 2, 4), {}),
                           ("offset", (2, 3, 40, 7), {})):
        axis, eps, mo = a.get("axis", 1), a.get("eps", 1e-5), a.get("momentum", 0.1)
        n = shape[axis]

        def forward(x, w, b, mean, var, axis=axis, eps=eps, mo=mo):
            t = [torch.tensor(v) for v in (x, w, b, mean, var)]
            y, (new_mean, new_var) = batch_norm(axis, eps, mo, *t)
            others = tuple(i for i in range(x.ndim) if i != axis % x.ndim)
            rstd = 1 / np.sqrt(x.var(others) + eps)
            return y.numpy(), x.mean(others), rstd, new_mean.numpy(), new_var.numpy()

        def backward(x, w, mean, rstd, g, axis=axis, eps=eps, mo=mo):
            return vjp(lambda *t: batch_norm(axis, eps, mo, *t)[0], [x, w, 0 * w], g)

        groups = (4, (2,), (4,), (1,)) if case == "group" else (0, (), (), ())
        # a mean of 64 deviations: the mean of squares less the square of the mean has 4 digits left
        x = d.normal(*groups[1], *shape) + (64 if case == "offset" else 0)
        vectors = [d.normal(*groups[2], n) for _ in range(2)]
        running = [d.normal(*groups[3], n), d.positive(*groups[3], n)]
        names = ("w", "b", "m", "v")
        m.add("batch_norm_train", case,
              [("x", x)] + [(k, v, "param") for k, v in zip(names, vectors + running)], forward, a,
              group=groups[0], outs=("y", "mean", "rstd", "new_mean", "new_var"))
        if case == "group":
            continue
        # mean and rstd are inputs, so they must be single-precision numbers: x is made to give them
        g = d.normal(*shape)
        exact = np.sign(d.rng.normal(size=shape)) if case != "eps" else None
        if exact is None or x.size // n % 2:
            continue
        flat = np.moveaxis(exact, axis, 0).reshape(n, -1)
        flat[:] = np.where(np.arange(flat.shape[1]) % 2, 1.0, -1.0)
        for row in flat:
            d.rng.shuffle(row)
        moved = flat.reshape([n] + [s for i, s in enumerate(shape) if i != axis % len(shape)])
        scale, shift = 2.0 ** d.rng.integers(-2, 3, n), d.normal(n)
        along = [-1] + [1] * (len(shape) - 1)
        x = np.moveaxis(moved * scale.reshape(along) + shift.reshape(along), 0, axis)
        m.add("batch_norm_grad", case,
              [("x", x), ("w", vectors[0], "param"), ("mean", shift), ("rstd", 1 / scale),
               ("g", g)],
              lambda *t, axis=axis: statistics_backward(axis, *map(torch.tensor, t)),
              {"axis": axis} if axis != 1 else {}, outs=("dx", "dw", "db"))
    w, scale = d.normal(4, 2), np.array([[1.0, 4.0]])
    x = np.array([1.0, -1, -1, 1, 1, -1])[None, :, None] * scale[0]
    m.add("batch_norm_grad", "group",
          [("x", x), ("w", w, "param"), ("mean", np.zeros((1, 2))), ("rstd", 1 / scale),
           ("g", d.normal(2, 6, 2))],
          lambda *t: vjp(lambda *v: batch_norm(1, 0.0, 0.1, *v)[0], [t[0], t[1], 0 * t[1]], t[4]),
          group=4, outs=("dx", "dw", "db"))


def rounding_cases(m):
    """Sums over thousands of rows whose digits single precision cannot hold."""
    d = m.Data("norm_rounding")
    shape = (2, 4, 40, 25)
    x = m.f32(d.rng.normal(1, 1, shape))
    g = m.f32(d.rng.normal(0.5, 1, shape) + x / 2)  # so that neither of its sums is small
    w, b, mean, var = (m.f32(d.rng.uniform(0.5, 1.5, 4)) for _ in range(4))

    def forward(x, w, b, mean, var):
        y, (new_mean, new_var) = batch_norm(1, 1e-5, 0.1, *map(torch.tensor, (x, w, b, mean, var)))
        rstd = 1 / np.sqrt(x.var((0, 2, 3)) + 1e-5)
        return y.numpy(), x.mean((0, 2, 3)), rstd, new_mean.numpy(), new_var.numpy()

    def backward(x, w, mean, rstd, g):
        """By the formula: given statistics are rounded, so they are not quite those of x."""
        mean, rstd, w = (v[:, None, None] for v in (mean, rstd, w))
        xn, every = (x - mean) * rstd, (0, 2, 3)
        db, dw = g.sum(every), (g * xn).sum(every)
        both = db[:, None, None] + xn * dw[:, None, None]
        return w * rstd * (g - both / (x.size / 4)), dw, db

    m.add("batch_norm_train", "rounding",
          [("x", x), ("w", w, "param"), ("b", b, "param"), ("m", mean, "param"), ("v", var, "param")],
          forward, f32=3e-7, outs=("y", "mean", "rstd", "new_mean", "new_var"))
    m.add("batch_norm_grad", "rounding",
          [("x", x), ("w", w, "param"), ("mean", m.f32(x.mean((0, 2, 3)))),
           ("rstd", m.f32(1 / x.std((0, 2, 3)))), ("g", g)],
          backward, f32=7e-7, outs=("dx", "dw", "db"))
    x, g = m.f32(d.rng.normal(0, 1, (1200, 4))), m.f32(d.rng.normal(0.5, 1, (1200, 4)))
    m.add("layer_norm_grad", "rounding", [("x", x), ("w", w, "param"), ("g", g)],
          lambda x, w, g: vjp(lambda *t: F.layer_norm(t[0], (4,), t[1], t[2], 1e-5),
                              [x, w, 0 * w], g), f32=2.5e-7, outs=("dx", "dw", "db"))


def pooled_backward(pooled, last, x, w, mean, rstd, g, b):
    """statistics_backward behind activation and pool"""
    t = [v if last else v[:, None, None] for v in map(torch.tensor, (w, mean, rstd, b))]
    y = (torch.tensor(np.ascontiguousarray(x)) - t[1]) * t[2] * t[0] + t[3]
    g = vjp(pooled, [y.numpy()], g)[0]
    return statistics_backward(3 if last else 1, *map(torch.tensor, (x, w, mean, rstd, g)))


def norm_act_cases(m):
    """batch_norm_train and its gradient with activation and pool."""
    d = m.Data("batch_norm_act")
    for case, (b, c, h, w), last, a in (
            ("relu", (2, 3, 4, 5), 0, {"act": "relu"}),
            ("relu_pool", (2, 3, 5, 6), 0, {"act": "relu", "pool": [2, 2]}),
            ("relu_pool_nhwc", (1, 5, 6, 7), 1, {"act": "relu", "pool": [2, 3]}),
            ("pool", (2, 2, 4, 8), 0, {"pool": [1, 2]})):
        act = F.relu if "act" in a else lambda v: v
        pool = a.get("pool", [1, 1])
        x = np.where(np.arange(b * h * w) % 2, 1.0, -1.0)
        x = np.stack([d.rng.permutation(x) for _ in range(c)]).reshape(c, b, h, w)
        scale, shift = 2.0 ** d.rng.integers(-2, 3, c), d.normal(c)
        x = (x * scale[:, None, None, None] + shift[:, None, None, None]).transpose(1, 0, 2, 3)
        x = x.transpose(0, 2, 3, 1) if last else x
        weight, bias = d.normal(c), d.normal(c)

        def pooled(y, act=act, pool=pool, last=last):
            return swap(F.avg_pool2d(act(nchw(y, last)), pool), last)

        def value(x, w, b, eps=0.0, pooled=pooled, last=last):
            y = F.batch_norm(nchw(x, last), None, None, w, b, True, 0.1, eps)
            return pooled(swap(y, last))

        def forward(x, w, b, mean, var, last=last, value=value):
            y = value(*[torch.tensor(np.ascontiguousarray(v)) for v in (x, w, b)], eps=1e-5)
            others = (0, 1, 2) if last else (0, 2, 3)
            n = x.size / len(w)
            return (y.contiguous().numpy(), x.mean(others), 1 / np.sqrt(x.var(others) + 1e-5),
                    0.9 * mean + 0.1 * x.mean(others),
                    0.9 * var + 0.1 * x.var(others) * n / (n - 1))

        attrs = dict({"axis": 3} if last else {}, **a)
        m.add("batch_norm_train", case,
              [("x", x), ("w", weight, "param"), ("b", bias, "param"),
               ("m", d.normal(c), "param"), ("v", d.positive(c), "param")], forward, attrs,
              outs=("y", "mean", "rstd", "new_mean", "new_var"))
        g = d.normal(*value(*[torch.tensor(v) for v in (x, weight, bias)]).shape)
        m.add("batch_norm_grad", case,
              [("x", x), ("w", weight, "param"), ("mean", shift), ("rstd", 1 / scale), ("g", g),
               ("b", bias, "param")],
              lambda *t, last=last, pooled=pooled: pooled_backward(pooled, last, *t), attrs,
              outs=("dx", "dw", "db"))


def row_norm_cases(m):
    d = m.Data("row_norm_grad")

    def rms(x, w, eps):
        return x * (x.square().mean(-1, keepdim=True) + eps).rsqrt() * w

    def ln(x, w, b, eps):
        return F.layer_norm(x, x.shape[-1:], w, b, eps)

    for case, shape, a in (("odd", (3, 7), {}), ("rank3", (2, 3, 33), {}), ("vector", (5,), {}),
                           ("eps", (2, 5), {"eps": 0.5}), ("long", (2, 259), {}),
                           ("rows", (37, 2), {}), ("group", (3, 5), {})):
        group, lead, each = (6, (2,), (6,)) if case == "group" else (0, (), ())
        eps = a.get("eps", 1e-5)
        ops = [("x", d.normal(*lead, *shape)), ("w", d.normal(*each, shape[-1]), "param"),
               ("g", d.normal(*each, *shape))]
        m.add("rms_norm_grad", case, ops,
              lambda x, w, g, eps=eps: vjp(lambda *t: rms(*t, eps), [x, w], g), a, group=group,
              outs=("dx", "dw"))
        m.add("layer_norm_grad", case, ops,
              lambda x, w, g, eps=eps: vjp(lambda *t: ln(*t, eps), [x, w, 0 * w], g), a,
              group=group, outs=("dx", "dw", "db"))


# ---- sequences --------------------------------------------------------------------------------

def conv1d(x, w, pad, reverse):
    x = x.flip(1) if reverse else x
    y = F.conv1d(F.pad(x.transpose(1, 2), tuple(pad)), w, groups=w.shape[0]).transpose(1, 2)
    return y.flip(1) if reverse else y


def conv1d_cases(m):
    d = m.Data("conv1d_grad")
    c = d.coarse
    for case, (b, length, n), k, a in (("causal", (2, 7, 3), 4, {"pad": [3, 0]}),
                                       ("reverse", (2, 7, 3), 4, {"pad": [3, 0], "reverse": [1]}),
                                       ("same", (1, 9, 5), 5, {"pad": [2, 2]}),
                                       ("valid", (1, 8, 33), 3, {}),
                                       ("uneven", (1, 5, 2), 4, {"pad": [1, 4], "reverse": [1]}),
                                       ("one", (1, 1, 1), 1, {}),
                                       ("tail", (1, 5, 131), 4, {"pad": [3, 0]})):
        pad = a.get("pad", [0, 0])
        x, g = c(b, length, n), c(b, length + sum(pad) - k + 1, n)
        m.add("conv1d_depthwise_dw", case, [("x", x), ("g", g)],
              lambda x_, g_, k=k, pad=pad, reverse=False: vjp(
                  lambda t, w: conv1d(t, w, pad, reverse), [x_, np.zeros((x_.shape[2], 1, k))],
                  g_)[1], dict({"kernel": k}, **a))
    m.add("conv1d_depthwise_dw", "group", [("x", c(2, 1, 5, 3)), ("g", c(4, 1, 5, 3))],
          lambda x, g, reverse: vjp(lambda t, w: conv1d(t, w, [3, 0], reverse),
                                    [x, np.zeros((3, 1, 4))], g)[1],
          {"kernel": 4, "pad": [3, 0], "reverse": [0, 1, 1, 0]}, group=4)


def scan(u, delta, A, B, C, D, reverse=False):
    order = range(u.shape[1])
    h, ys = 0, []
    for t in (reversed(order) if reverse else order):
        h = torch.exp(delta[:, t, :, None] * A) * h + (
            delta[:, t] * u[:, t])[..., None] * B[:, t, None, :]
        ys.append((h * C[:, t, None, :]).sum(-1) + D * u[:, t])
    return torch.stack(ys[::-1] if reverse else ys, 1)


def scan_cases(m):
    d = m.Data("scan_grad")
    outs = ("du", "ddelta", "dA", "dB", "dC", "dD")

    def ref(*t, reverse=False):
        return vjp(lambda *v: scan(*v, reverse=reverse), t[:6], t[6])

    for case, shape, a in (("odd", (2, 7, 3, 5), {}), ("reverse", (2, 7, 3, 5), {"reverse": [1]}),
                           ("one", (1, 1, 1, 1), {}), ("state16", (1, 11, 67, 16), {}),
                           ("state16_reverse", (1, 9, 33, 16), {"reverse": [1]}),
                           ("state1", (1, 6, 5, 1), {}), ("long", (1, 131, 2, 4), {})):
        ops = m.scan_operands(d, *shape) + [("g", d.normal(*shape[:3]))]
        m.add("selective_scan_grad", case, ops, ref, a, outs=outs, f32=1e-4)
    ops = m.scan_operands(d, 1, 5, 3, 4, m.SHARED) + [("g", d.normal(4, 1, 5, 3))]
    m.add("selective_scan_grad", "group", ops, ref, {"reverse": [0, 1, 1, 0]}, group=4, outs=outs,
          f32=1e-4)


class Way(torch.autograd.Function):
    """0, with the gradient of x"""
    @staticmethod
    def forward(ctx, x):
        return torch.zeros_like(x)

    @staticmethod
    def backward(ctx, g):
        return g


def gru_grad(i, s, h, w, g, reverse=False):
    """By autograd. States and gates have the values given, gradients flow as in a GRU."""
    i, s, h, w, g = [torch.tensor(np.ascontiguousarray(v)) for v in (i, s, h, w, g)]
    i.requires_grad_(), s.requires_grad_()
    last, loss, n = torch.zeros_like(h[:, 0]), 0, h.shape[2]
    for t in (range(h.shape[1] - 1, -1, -1) if reverse else range(h.shape[1])):
        st = s[:, t] + Way.apply(F.linear(last, w))
        r, z = (torch.sigmoid(i[:, t, k * n:k * n + n] + st[:, k * n:k * n + n]) for k in (0, 1))
        new = torch.tanh(i[:, t, 2 * n:] + r * st[:, 2 * n:])
        last = (1 - z) * new + z * (h[:, t] + Way.apply(last))
        loss = loss + (last * g[:, t]).sum()
    return tuple(v.contiguous().numpy() for v in torch.autograd.grad(loss, (i, s)))


def gru_grad_cases(m):
    d = m.Data("gru_grad")

    def operands(b, l, h, lead=((),) * 5, scale=1.0):
        shapes = ((b, l, 3 * h), (b, l, 3 * h), (b, l, h), (3 * h, h), (b, l, h))
        names = ("gates_x", "gates_h", "h", "weight_hh", "g")
        scales = (scale, scale, 0.5, 0.5, 1.0)
        return [(name, d.normal(*k, *s, scale=c)) + (("param",) if name == "weight_hh" else ())
                for name, k, s, c in zip(names, lead, shapes, scales)]

    def add(case, ops, a={}, **more):
        m.add("gru_grad", case, ops, gru_grad, a, outs=("dgates_x", "dgates_h"), **more)

    for case, shape, a in (("odd", (2, 7, 3), {}), ("reverse", (2, 7, 3), {"reverse": [1]}),
                           ("one", (1, 1, 1), {}), ("wide", (1, 4, 37), {}),
                           ("wide_batch", (3, 4, 37), {"reverse": [1]}),
                           ("long", (1, 75, 4), {}), ("many", (50, 2, 2), {})):
        add(case, operands(*shape), a)
    add("group", operands(2, 5, 4, ((4,), (2,), (4,), (2,), (1,))), {"reverse": [0, 1, 1, 0]},
        group=4)
    add("extreme", operands(2, 6, 3, scale=np.array([40, 1])[:, None, None]))


def fused_cases(m):
    d = m.Data("conv1d_silu_grad")
    c = d.coarse
    outs = ("dx", "dw", "db")

    def conv(*t, pad, reverse=False):
        return vjp(lambda x, w, b: F.silu(conv1d(x, w, pad, reverse) + b), t[:3], t[3])

    for case, (b, length, n), k, a in (("causal", (2, 7, 3), 4, {"pad": [3, 0]}),
                                       ("reverse", (2, 7, 3), 4, {"pad": [3, 0], "reverse": [1]}),
                                       ("same", (1, 9, 5), 5, {"pad": [2, 2]}),
                                       ("one", (1, 1, 1), 1, {}),
                                       ("short", (1, 2, 3), 4, {"pad": [3, 0]}),
                                       ("tail", (1, 5, 131), 4, {"pad": [3, 0]})):
        pad = a.get("pad", [0, 0])
        m.add("conv1d_silu_grad", case,
              [("x", c(b, length, n)), ("w", c(n, 1, k), "param"), ("bias", c(n), "param"),
               ("g", c(b, length, n))], lambda *t, pad=pad, **kw: conv(*t, pad=pad, **kw), a,
              outs=outs)
    m.add("conv1d_silu_grad", "group",
          [("x", c(2, 1, 5, 3)), ("w", c(4, 3, 1, 4), "param"), ("bias", c(1, 3), "param"),
           ("g", c(4, 1, 5, 3))], lambda *t, **kw: conv(*t, pad=[3, 0], **kw),
          {"pad": [3, 0], "reverse": [0, 1, 1, 0]}, group=4, outs=outs)

    d = m.Data("scan_gate_grad")
    outs = ("du", "ddt", "dA", "dB", "dC", "dD", "dz")

    def gated(*t, softplus=False, reverse=False):
        def value(u, dt, A, B, C, D, z):
            return scan(u, F.softplus(dt) if softplus else dt, A, B, C, D, reverse) * F.silu(z)
        return vjp(value, t[:7], t[7])

    for case, shape, a in (("odd", (2, 7, 3, 5), {}), ("softplus", (2, 7, 3, 5), {"softplus": 1}),
                           ("reverse", (1, 7, 3, 4), {"softplus": 1, "reverse": [1]}),
                           ("one", (1, 1, 1, 1), {"softplus": 1}),
                           ("state16", (1, 9, 67, 16), {"softplus": 1})):
        ops = m.scan_operands(d, *shape) + [("z", d.normal(*shape[:3])),
                                            ("g", d.normal(*shape[:3]))]
        if a.get("softplus"):
            ops[1] = ("dt", d.normal(*shape[:3], scale=2))
        m.add("scan_gate_grad", case, ops,
              lambda *t, s=bool(a.get("softplus")), **kw: gated(*t, softplus=s, **kw), a,
              outs=outs, f32=1e-4)
    ops = m.scan_operands(d, 1, 5, 3, 4, m.SHARED)
    ops[1] = ("dt", d.normal(4, 1, 5, 3))
    m.add("scan_gate_grad", "group", ops + [("z", d.normal(4, 1, 5, 3)), ("g", d.normal(2, 1, 5, 3))],
          lambda *t, **kw: gated(*t, softplus=True, **kw),
          {"softplus": 1, "reverse": [0, 1, 1, 0]}, group=4, outs=outs, f32=1e-4)


# ---- dropout, optimiser -----------------------------------------------------------------------

def philox(k0, k1, c):
    """Philox4x32-10 after Salmon et al., SC11; c: four arrays of uint64 below 2^32."""
    low = np.uint64(0xFFFFFFFF)
    c = [np.asarray(v, np.uint64) for v in c]
    for _ in range(10):
        p, q = np.uint64(0xD2511F53) * c[0], np.uint64(0xCD9E8D57) * c[2]
        c = [q >> np.uint64(32) ^ c[1] ^ np.uint64(k0), q & low,
             p >> np.uint64(32) ^ c[3] ^ np.uint64(k1), p & low]
        k0, k1 = (k0 + 0x9E3779B9) % 2**32, (k1 + 0xBB67AE85) % 2**32
    return [int(v) if v.ndim == 0 else v for v in c]


# Known answers of the authors' Random123 (kat_vectors).
assert philox(0, 0, [0] * 4) == [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]
assert philox(0xA4093822, 0x299F31D0, [0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344]) == [
    0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1]


def dropout(x, state=None, p=0.5, stream=0, share=0):
    if state is None:
        return x
    run = int(np.prod(x.shape[x.ndim - share:], dtype=int))
    e = np.arange(x.size) // run
    words = philox(int(state[1]), stream, [e // 4, 0 * e, 0 * e + int(state[0]), 0 * e])
    drawn = np.choose(e % 4, words)
    return x * (drawn >= p * 2.0**32).reshape(x.shape) / (1 - p)


def dropout_cases(m):
    d = m.Data("dropout")
    for case, shape, a, state in (("half", (3, 7, 5), {"p": 0.5}, [1, 0]),
                                  ("tenth", (2, 131), {"p": 0.1, "stream": [7]}, [12345, 99]),
                                  ("never", (5,), {"p": 0.0}, [0, 0]),
                                  ("often", (4, 9), {"p": 0.95}, [16777215, 16777215]),
                                  ("share", (3, 4, 2, 5), {"p": 0.3, "share": 2}, [2, 1]),
                                  ("scalar", (), {"p": 0.5}, [3, 3])):
        kw = dict(a, stream=a.get("stream", [0])[0])
        m.add("dropout", case, [("x", d.normal(*shape)), ("state", np.array(state, float))],
              lambda x, s, kw=kw: dropout(x, s, **kw), a)
    m.add("dropout", "off", [("x", d.normal(3, 5))], dropout, {"p": 0.5})
    x = d.normal(1, 3, 5)
    want = np.stack([dropout(x[0], [4, 5], 0.4, stream) for stream in (3, 1, 2)])
    lines = [m.source_line("x", "input", x), m.source_line("state", "input", np.zeros((1, 2))),
             "  %y = dropout %x, %state {p=0.4 stream=[3,1,2] group=3} : f32[3,3,5]"]
    m.write("dropout", "group", lines, [("x", x), ("state", np.array([[4, 5]]))], [("y", want)])


def accumulate_cases(m):
    d = m.Data("accumulate")

    def accumulate(acc, g, s):
        return g * s[1] if s[0] == 0 else acc + g * s[1]
    for case, shape, s in (("first", (3, 7), [0, 0.25]), ("next", (131,), [1, 0.25]),
                           ("scalar", (), [1, 1]), ("long", (2, 4100), [1, 0.125])):
        m.add("accumulate", case, [("acc", d.normal(*shape)), ("g", d.normal(*shape)),
                                   ("s", m.f32(s))], accumulate, outs=("new_acc",))
    m.add("accumulate", "forgets", [("acc", np.array([m.NAN, m.INF, 1])), ("g", d.normal(3)),
                                    ("s", m.f32([0, 0.5]))], accumulate, outs=("new_acc",))
    m.add("accumulate", "group", [("acc", d.normal(4, 3)), ("g", d.normal(2, 3)),
                                  ("s", m.f32([[1, 0.5]]))], accumulate, group=4,
          outs=("new_acc",))


def adamw(p, g, m, v, s, vmax=None, beta1=0.9, beta2=0.999, eps=1e-8, decay=0.0):
    """PyTorch's order of operations (torch.optim.AdamW), on a state in the middle of a run."""
    if len(s) > 4 and s[4] == 0:
        return p, m, v, v if vmax is None else vmax
    g = s[3] * g
    p = p * (1 - s[0] * decay)
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g * g
    top = v if vmax is None else np.maximum(vmax, v)
    return p - s[0] / s[1] * m / (np.sqrt(top) / np.sqrt(s[2]) + eps), m, v, top


def check_adamw():
    """Against the optimiser itself, from its first step on."""
    rng = np.random.default_rng(5)
    for decay, amsgrad in ((0.01, True), (0.0, False)):
        p = rng.normal(size=20)
        q = torch.nn.Parameter(torch.tensor(p))
        torch_adamw = torch.optim.AdamW([q], lr=0.01, weight_decay=decay, amsgrad=amsgrad)
        state = [0 * p, 0 * p, 0 * p]
        for t in range(1, 6):
            g = rng.normal(size=20) / t
            q.grad = torch.tensor(g)
            torch_adamw.step()
            s = [0.01, 1 - 0.9**t, 1 - 0.999**t, 1]
            out = adamw(p, g, *state[:2], s, state[2] if amsgrad else None, decay=decay)
            p, state = out[0], list(out[1:])
        assert np.allclose(p, q.detach().numpy(), rtol=1e-12, atol=1e-14)


def adamw_cases(m):
    check_adamw()
    d = m.Data("adamw")
    outs = ("p2", "m2", "v2", "vmax2")
    for case, shape, a, amsgrad in (("amsgrad", (3, 7), {"decay": 0.01}, True),
                                    ("adam", (131,), {}, False), ("scalar", (), {}, True),
                                    ("betas", (2, 3, 5), {"beta1": 0.5, "beta2": 0.75,
                                                          "eps": 0.125, "decay": 0.25}, True)):
        s = m.f32([3e-4, 0.271, 0.00299, 0.75])
        ops = [("p", d.normal(*shape)), ("g", d.normal(*shape)), ("m", d.normal(*shape)),
               ("v", d.positive(*shape)), ("s", s)]
        if amsgrad:
            ops.append(("vmax", d.positive(*shape)))
        m.add("adamw", case, ops, lambda *t, a=a: adamw(*t, **a), a, outs=outs)
    for case, last, amsgrad in (("last", 1, True), ("not_last", 0, True),
                                ("not_last_adam", 0, False)):
        ops = [(k, d.positive(2, 5)) for k in ("p", "g", "m", "v")]
        ops.append(("s", m.f32([1e-3, 0.1, 0.001, 1, last])))
        if amsgrad:
            ops.append(("vmax", d.positive(2, 5)))
        m.add("adamw", case, ops, lambda *t: adamw(*t, decay=0.125), {"decay": 0.125}, outs=outs)
    m.add("adamw", "group", [(k, d.positive(4, 3)) for k in ("p", "g", "m", "v")] +
          [("s", m.f32([[1e-3, 0.1, 0.001, 1]])), ("vmax", d.positive(4, 3))], adamw, group=4,
          outs=outs)


def write(m):
    for cases in (derivative_cases, first_equal_cases, product_cases, conv_cases, pool_cases,
                  batch_norm_cases, rounding_cases, norm_act_cases, row_norm_cases, conv1d_cases,
                  scan_cases, gru_grad_cases, fused_cases, dropout_cases, accumulate_cases,
                  adamw_cases):
        cases(m)
