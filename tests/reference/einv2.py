"""EINV2 widened to three branches: stitched convolutional branches, Conformer blocks per track."""
import math

import torch
import torch.nn.functional as F
from torch import nn

from branches import BranchNet, count_parameters


class FeedForward(nn.Module):
    def __init__(self, d, hidden, dropout):
        super().__init__()
        self.norm = nn.LayerNorm(d)
        self.up = nn.Linear(d, hidden)
        self.down = nn.Linear(hidden, d)
        self.drop_hidden = nn.Dropout(dropout)
        self.drop = nn.Dropout(dropout)

    def forward(self, x):
        x = self.drop_hidden(F.silu(self.up(self.norm(x))))
        return self.drop(self.down(x))


def position_table(length, d, like):
    """[length,d]: sines in the even columns, cosines in the odd ones."""
    p = torch.arange(length, dtype=torch.float64)[:, None]
    angle = p * 10000 ** (-torch.arange(0, d, 2, dtype=torch.float64) / d)
    return torch.stack([angle.sin(), angle.cos()], 2).reshape(length, d).to(like)


def relative_shift(s):
    """[...,T,T]: a zero column in front, read as if it were rows of T, the first row dropped.

    out[i,j] = s[i,T-1-i+j] for j <= i, 0 for j = i+1, s[i+1,j-i-2] for j > i+1.
    """
    length = s.shape[-1]
    padded = F.pad(s, (1, 0)).reshape(*s.shape[:-2], length + 1, length)
    return padded[..., 1:, :]


class Attention(nn.Module):
    """Self-attention with relative positions counted from 0. The divisor is sqrt(d), all heads."""

    def __init__(self, d, heads, dropout):
        super().__init__()
        self.norm = nn.LayerNorm(d)
        self.q = nn.Linear(d, d)
        self.k = nn.Linear(d, d)
        self.v = nn.Linear(d, d)
        self.pos = nn.Linear(d, d, bias=False)
        self.u = nn.Parameter(torch.empty(heads, d // heads))
        self.v_bias = nn.Parameter(torch.empty(heads, d // heads))
        self.out = nn.Linear(d, d)
        self.drop_weights = nn.Dropout(dropout)
        self.drop = nn.Dropout(dropout)
        nn.init.xavier_uniform_(self.u)
        nn.init.xavier_uniform_(self.v_bias)

    def forward(self, x):
        batch, length, d = x.shape
        heads = self.u.shape[0]

        def split(y):
            return y.reshape(-1, length, heads, d // heads).transpose(1, 2)

        x = self.norm(x)
        q, k, v = split(self.q(x)), split(self.k(x)), split(self.v(x))
        r = split(self.pos(position_table(length, d, x)))
        content = (q + self.u[:, None]) @ k.transpose(2, 3)
        position = relative_shift((q + self.v_bias[:, None]) @ r.transpose(2, 3))
        p = self.drop_weights(torch.softmax((content + position) / math.sqrt(d), 3))
        y = (p @ v).transpose(1, 2).reshape(batch, length, d)
        return self.drop(self.out(y))


class ConvModule(nn.Module):
    def __init__(self, d, kernel, dropout):
        super().__init__()
        self.norm = nn.LayerNorm(d)
        self.pw1 = nn.Conv1d(d, 2 * d, 1)
        self.dw = nn.Conv1d(d, d, kernel, groups=d, padding=kernel // 2, bias=False)
        self.bn = nn.BatchNorm1d(d)
        self.pw2 = nn.Conv1d(d, d, 1)
        self.drop = nn.Dropout(dropout)

    def forward(self, x):
        x = F.glu(self.pw1(self.norm(x).transpose(1, 2)), 1)
        x = self.pw2(F.silu(self.bn(self.dw(x))))
        return self.drop(x.transpose(1, 2))


class ConformerLayer(nn.Module):
    def __init__(self, d, heads=8, expand=4, kernel=31, dropout=0.1):
        super().__init__()
        self.ff1 = FeedForward(d, expand * d, dropout)
        self.attn = Attention(d, heads, dropout)
        self.conv = ConvModule(d, kernel, dropout)
        self.ff2 = FeedForward(d, expand * d, dropout)
        self.norm = nn.LayerNorm(d)

    def forward(self, x):
        x = x + 0.5 * self.ff1(x)
        x = x + self.attn(x)
        x = x + self.conv(x)
        x = x + 0.5 * self.ff2(x)
        return self.norm(x)


class Conformer(nn.Sequential):
    def __init__(self, d, layers=2, **options):
        super().__init__()
        for i in range(layers):
            self.add_module("l%d" % (i + 1), ConformerLayer(d, **options))


def einv2(layers=2, heads=8, expand=4, kernel=31, dropout=0.1, **options):
    """The options are those of BranchNet."""
    return BranchNet(lambda d: Conformer(d, layers=layers, heads=heads, expand=expand,
                                         kernel=kernel, dropout=dropout), **options)


def check_shift(length=7):
    s = torch.randn(2, length, length)
    out = relative_shift(s)
    for i in range(length):
        for j in range(length):
            want = (s[:, i, length - 1 - i + j] if j <= i else
                    torch.zeros(2) if j == i + 1 else s[:, i + 1, j - i - 2])
            assert torch.equal(out[:, i, j], want)


if __name__ == "__main__":
    check_shift()
    assert count_parameters(einv2()) == 127926963
    print("einv2: 127,926,963 parameters")
