"""The cases of attention and its gradients; see make_cases.py. The shift of relative positions is
made as models make it, by a zero column and a reshape; gradients of that come from autograd."""
import numpy as np
import torch
import torch.nn.functional as F

from train_cases import dropout, vjp


def kept(b, h, t, s, state, p, stream):
    """What dropout multiplies the probabilities by."""
    if state[1] < 0:
        return np.ones((b, h, t, s))
    return dropout(np.ones((b, h, t, s)), state, p, stream)


def single(a):
    return a.astype(np.float32).astype(np.float64)


def position_scores(q, r, w):
    position = (q.transpose(1, 2) + w[:, None]) @ r.permute(1, 2, 0)
    b, h, t, _ = position.shape
    return F.pad(position, (1, 0)).reshape(b, h, t + 1, t)[:, :, 1:]


def scores(q, k, r=None, u=None, w=None):
    """[B, H, T, S] of q[B, T, H, D], k[B, S, H, D], without scale"""
    if r is None:
        return q.transpose(1, 2) @ k.permute(0, 2, 3, 1)
    return scores(q + u, k) + position_scores(q, r, w)


def attention(q, k, v, *rest, scale=1.0, mask=1.0):
    c = scale * scores(q, k, *rest)
    p = torch.softmax(c, -1) * mask
    top = c.max(-1, True)[0]
    lse = top[..., 0] + torch.exp(c - top).sum(-1).log()  # logsumexp has a value beside infinities
    return (p @ v.transpose(1, 2)).transpose(1, 2), lse


def gradients(q, k, v, y, lse, g, r=None, u=None, w=None, scale=1.0, mask=1.0):
    """From given y and lse, which single precision has rounded."""
    t = lambda a: torch.tensor(np.ascontiguousarray(a))
    rest = [t(a) for a in (r, u, w)] if r is not None else []
    p = torch.exp(scale * scores(t(q), t(k), *rest) - t(lse)[..., None])
    d = torch.einsum("bthe,bshe->bhts", t(g), t(v)) * mask
    dv = torch.einsum("bhts,bthe->bshe", p * mask, t(g))
    s = scale * p * (d - (t(y) * t(g)).sum(-1).transpose(1, 2)[..., None])
    if r is None:
        return vjp(scores, [q, k], s.numpy()) + (dv.numpy(),)
    # the queries of either term, and the positions of each batch entry, as values of their own
    rows = np.broadcast_to(r, (len(q),) + r.shape)

    def both(content, keys, position, each):
        parts = []
        for i in range(len(q)):
            a = scores(content[i:i + 1] + t(u), keys[i:i + 1])
            parts.append(a + position_scores(position[i:i + 1], each[i], t(w)))
        return torch.cat(parts)

    dq, dk, dp, dr = vjp(both, [q, k, q, rows], s.numpy())
    return dq, dk, dv.numpy(), dp, dr


CASES = (
    # case, (B, T, S, H, D, E), relative positions, attributes, state
    ("plain", (2, 5, 7, 3, 4, 6), False, {"scale": 0.25}, None),
    ("relative", (2, 7, 7, 2, 5, 3), True, {"scale": 0.5}, None),
    ("one", (1, 1, 1, 1, 1, 1), False, {}, None),
    ("relative1", (1, 1, 1, 2, 3, 2), True, {}, None),
    ("relative2", (1, 2, 2, 2, 3, 2), True, {}, None),
    ("relative3", (2, 3, 3, 1, 2, 5), True, {}, None),
    ("frames", (1, 50, 50, 1, 64, 16), True, {"scale": 0.0441941738241592}, None),
    ("frames_plain", (1, 50, 50, 2, 16, 16), False, {"scale": 0.25}, None),
    ("long", (1, 203, 203, 1, 4, 4), True, {"scale": 0.25}, None),
    ("long_plain", (1, 131, 301, 1, 4, 4), False, {"scale": 0.5}, None),
    ("wide", (1, 3, 2, 1, 67, 35), False, {"scale": 0.125}, None),
    ("peaked", (1, 9, 9, 2, 8, 4), True, {"scale": 40.0}, None),
    ("drop", (2, 6, 5, 3, 4, 6), False, {"scale": 0.5, "p": 0.3, "stream": [5]}, [7, 11]),
    ("drop_relative", (2, 7, 7, 2, 5, 3), True, {"scale": 0.5, "p": 0.6}, [12345, 99]),
    ("drop_long", (1, 150, 150, 1, 4, 4), True, {"scale": 0.5, "p": 0.1}, [1, 2]),
    ("drop_none", (1, 5, 5, 2, 4, 4), True, {"p": 0.5}, [3, -1]),
)

# so many heads and queries that blocks of queries share keys; no gradients, which are head by head
MANY = (
    ("many", (2, 130, 130, 11, 1, 1), True, {"scale": 0.75}, None),
    ("many_plain", (1, 66, 9, 32, 1, 1), False, {"scale": 0.5}, None),
)


def operands(d, sizes, relative, state, group=0):
    """group: instances; then k is each one's own, positions are shared by pairs, q by all"""
    b, t, s, h, n, e = sizes
    lead = lambda of: (of,) if group else ()
    ops = [("q", d.normal(*lead(1), b, t, h, n)), ("k", d.normal(*lead(group), b, s, h, n)),
           ("v", d.normal(*lead(group), b, s, h, e))]
    if relative or state is not None:
        ops.append(("state", np.array([state or [0, -1]] if group else state or [0, -1], float)))
    if relative:
        ops += [("r", d.normal(*lead(2), t, h, n)), ("u", d.normal(*lead(2), h, n)),
                ("w", d.normal(*lead(2), h, n))]
    return ops


def values(arrays, sizes, attrs, stream):
    """y, lse and the mask of the probabilities for one instance's q, k, v, state, r, u, w"""
    b, t, s, h, _, _ = sizes
    mask = torch.tensor(kept(b, h, t, s, arrays[3], attrs["p"], stream)) if "p" in attrs else 1.0
    out = attention(*[torch.tensor(np.ascontiguousarray(a)) for a in arrays[:3] + arrays[4:]],
                    scale=attrs.get("scale", 1.0), mask=mask)
    return [o.numpy() for o in out], mask


def grad_values(arrays, results, g, sizes, attrs, stream):
    (y, lse), mask = values(arrays, sizes, attrs, stream)
    scale, rest = attrs.get("scale", 1.0), arrays[4:]
    got = gradients(*arrays[:3], *results, g, *rest, scale=scale, mask=mask)
    # with exact y and lse this is what autograd says
    auto = vjp(lambda *a: attention(*a, scale=scale, mask=mask)[0], arrays[:3] + rest, g)
    exact = gradients(*arrays[:3], y, lse, g, *rest, scale=scale, mask=mask)
    whole = list(exact[:3])
    if rest:
        whole = [exact[0] + exact[3]] + whole[1:] + [exact[4].sum(0), exact[0].sum((0, 1)),
                                                     exact[3].sum((0, 1))]
    for a, b in zip(whole, auto):
        if np.isfinite(a).all():
            assert np.allclose(a, b, rtol=1e-9, atol=1e-10 * np.abs(b).max())
    return got


def write(m):
    for case, sizes, relative, attrs, state in CASES + MANY:
        d = m.Data("attention_" + case)
        ops, stream = operands(d, sizes, relative, state), attrs.get("stream", [0])[0]
        f32 = 1e-4 if case == "peaked" else 1e-5

        def forward(*a, s=sizes, t=attrs, stream=stream):
            return tuple(values(list(a), s, t, stream)[0])

        def backward(*a, s=sizes, t=attrs, stream=stream):
            return grad_values(list(a[:3] + a[6:]), a[3:5], a[5], s, t, stream)

        m.add("attention", case, ops, forward, attrs, outs=("y", "lse"), f32=f32)
        if (case, sizes, relative, attrs, state) in MANY:
            continue
        y, lse = [single(a) for a in forward(*[o[1] for o in ops])]
        g = d.normal(*y.shape)
        m.add("attention_grad", case, ops[:3] + [("y", y), ("lse", lse), ("g", g)] + ops[3:],
              backward, attrs, outs=("dq", "dk", "dv") + (("dp", "dr") if relative else ()),
              f32=1e-3 if case == "peaked" else 1e-5)
    d = m.Data("attention_weights")
    ops = operands(d, (2, 5, 7, 3, 4, 6), False, None)
    m.add("attention", "weights_lost", ops,
          lambda *a: values(list(a), (2, 5, 7, 3, 4, 6), {}, 0)[0][0])
    group_cases(m)


def group_cases(m):
    """Streams of draws of their own, which is more than m.add knows"""
    sizes, attrs = (2, 5, 5, 2, 4, 3), {"scale": 0.5, "p": 0.4, "stream": [3, 1, 2, 8]}
    d = m.Data("attention_group")
    ops = operands(d, sizes, True, [4, 5], 4)
    each = [list(a) for a in m.instances([o[1] for o in ops], 4)]
    stream = attrs["stream"]
    results = [[single(a) for a in values(e, sizes, attrs, s)[0]] for e, s in zip(each, stream)]
    want = [values(e, sizes, attrs, s)[0] for e, s in zip(each, stream)]
    write_group(m, "attention", ops, [("y", 0), ("lse", 1)], want, attrs)
    g = d.normal(4, *want[0][0].shape)
    more = [("y", np.stack([r[0] for r in results])), ("lse", np.stack([r[1] for r in results])),
            ("g", g)]
    want = [grad_values(e, r, v, sizes, attrs, s)
            for e, r, v, s in zip(each, results, g, stream)]
    outs = [(k, i) for i, k in enumerate(("dq", "dk", "dv", "dp", "dr"))]
    write_group(m, "attention_grad", ops[:3] + more + ops[3:], outs, want, attrs)


def write_group(m, op, ops, outs, want, attrs):
    joined = [(name, np.stack([w[i] for w in want])) for name, i in outs]
    lines = [m.source_line(name, "input", a) for name, a in ops]
    lines.append("  %s = %s %s%s : %s" % (
        ", ".join("%" + name for name, _ in outs), op, ", ".join("%" + o[0] for o in ops),
        m.attrs_text(attrs, len(want)), ", ".join(m.type_text(a) for _, a in joined)))
    m.write(op, "group", lines, ops, joined)
