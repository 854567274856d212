"""Dropouts that drop what a compiled program drops: masks of Philox4x32-10 (Salmon et al., SC11).

A dropout is a stream: element e is dropped if word e mod 4 of philox(key (seed, stream), counter
(e/4, e/2^34, step, 0)) is below 2^32 p. Streams are numbered as dropouts stand in the model.
"""
import contextlib

import numpy as np
import torch
import torch.nn.functional as F

MASK = np.uint64(0xFFFFFFFF)


def philox(key, counter):
    """Arrays of words: key two, counter four; returns four."""
    k0, k1 = (np.uint64(k) for k in key)
    c0, c1, c2, c3 = (np.asarray(c, np.uint64) for c in counter)
    for _ in range(10):
        p, q = np.uint64(0xD2511F53) * c0, np.uint64(0xCD9E8D57) * c2
        c0, c1, c2, c3 = ((q >> np.uint64(32)) ^ c1 ^ k0, q & MASK,
                          (p >> np.uint64(32)) ^ c3 ^ k1, p & MASK)
        k0, k1 = (k0 + np.uint64(0x9E3779B9)) & MASK, (k1 + np.uint64(0xBB67AE85)) & MASK
    return c0, c1, c2, c3


def keep(stream, step, seed, p, shape):
    """0 for what is dropped, 1 / (1 - p) for the rest."""
    count = int(np.prod(shape))
    block = np.arange(-(-count // 4), dtype=np.uint64)
    words = philox((seed, stream), (block & MASK, block >> np.uint64(32), step, 0))
    words = np.stack(np.broadcast_arrays(*words), 1).ravel()[:count]
    return ((words >= p * 2.0 ** 32) / (1 - p)).reshape(shape)


def streams(model):
    """{module: its stream}, in the order in which modules are registered: the model's."""
    kinds = torch.nn.Dropout, torch.nn.Dropout2d, torch.nn.MultiheadAttention
    return {m: i for i, m in enumerate(m for m in model.modules() if isinstance(m, kinds))}


@contextlib.contextmanager
def drawn(model, step, seed):
    """Inside, the model's dropouts drop as those of a program do in this step."""
    stream = [None]  # of the module at work

    def masked(x, p, shape):
        return x * torch.from_numpy(keep(stream[0], step, seed, p, shape)).to(x)

    hooks = [m.register_forward_pre_hook(lambda *_, n=n: stream.__setitem__(0, n))
             for m, n in streams(model).items()]

    own = F.dropout, F.dropout2d
    F.dropout = lambda x, p=0.5, *_, **__: masked(x, p, tuple(x.shape))
    F.dropout2d = lambda x, p=0.5, *_, **__: masked(x, p, tuple(x.shape[:2]) + (1, 1))
    try:
        yield
    finally:
        F.dropout, F.dropout2d = own
        for hook in hooks:
            hook.remove()
