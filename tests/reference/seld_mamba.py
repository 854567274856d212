"""SELD-Mamba: three stitched convolutional branches, bidirectional Mamba blocks per track.

Written for reading: the selective scan is a loop over time.
"""
import math

import torch
import torch.nn.functional as F
from torch import nn

from branches import BranchNet, count_parameters

NORMS = ("pre_residual", "post_residual", "post_plain")


def selective_scan(u, delta, A, B, C, D, z):
    """u, delta, z [B,di,L]; A [di,N]; B, C [B,N,L]; D [di] -> [B,di,L]"""
    deltaA = torch.exp(torch.einsum("bdl,dn->bdln", delta, A))
    deltaB_u = torch.einsum("bdl,bnl,bdl->bdln", delta, B, u)
    h = torch.zeros_like(deltaA[:, :, 0])
    ys = []
    for t in range(u.shape[2]):
        h = deltaA[:, :, t] * h + deltaB_u[:, :, t]
        ys.append(torch.einsum("bdn,bn->bd", h, C[:, :, t]))
    y = torch.stack(ys, 2) + u * D[:, None]
    return y * F.silu(z)


class Mamba(nn.Module):
    """One Mamba layer, [B,L,d] -> [B,L,d]."""

    def __init__(self, d, state=16, rank=None, d_conv=4, expand=2):
        super().__init__()
        di = expand * d
        self.rank = rank or math.ceil(d / 16)
        self.state = state
        self.in_proj = nn.Linear(d, 2 * di, bias=False)
        self.conv1d = nn.Conv1d(di, di, d_conv, groups=di, padding=d_conv - 1)
        self.x_proj = nn.Linear(di, self.rank + 2 * state, bias=False)
        self.dt_proj = nn.Linear(self.rank, di)
        self.A_log = nn.Parameter(torch.log(torch.arange(1.0, state + 1)).repeat(di, 1))
        self.D = nn.Parameter(torch.ones(di))
        self.out_proj = nn.Linear(di, d, bias=False)

    def forward(self, h):
        length = h.shape[1]
        x, z = self.in_proj(h).transpose(1, 2).chunk(2, 1)
        u = F.silu(self.conv1d(x)[:, :, :length])
        dt, B, C = self.x_proj(u.transpose(1, 2)).split([self.rank, self.state, self.state], 2)
        delta = F.softplus(self.dt_proj(dt)).transpose(1, 2)
        A = -torch.exp(self.A_log)
        y = selective_scan(u, delta, A, B.transpose(1, 2), C.transpose(1, 2), self.D, z)
        return self.out_proj(y.transpose(1, 2))


class RMSNorm(nn.Module):
    def __init__(self, d, eps=1e-5):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(d))
        self.eps = eps

    def forward(self, x):
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + self.eps) * self.weight


class MambaLayer(Mamba):
    """A Mamba layer with its norm and residual."""

    def __init__(self, d, placement, **sizes):
        super().__init__(d, **sizes)
        self.norm = RMSNorm(d)
        self.placement = placement

    def forward(self, x):
        if self.placement == "pre_residual":
            return x + super().forward(self.norm(x))
        if self.placement == "post_residual":
            return self.norm(x + super().forward(x))
        return self.norm(super().forward(x))


class BMamba(nn.Module):
    """Layers run forwards in time plus other layers run backwards, added."""

    def __init__(self, d, layers=2, **options):
        super().__init__()
        for direction in ("fwd", "bwd"):
            self.add_module(direction, nn.Sequential())
            for i in range(layers):
                getattr(self, direction).add_module("l%d" % (i + 1), MambaLayer(d, **options))

    def forward(self, x):
        return self.fwd(x) + self.bwd(x.flip(1)).flip(1)


def seld_mamba(layers=2, state=16, rank=None, d_conv=4, expand=2, norm="pre_residual",
               **options):
    """The options are those of BranchNet. rank None means d/16, rounded up."""
    if norm not in NORMS:
        raise ValueError("norm: one of " + ", ".join(NORMS))
    return BranchNet(lambda d: BMamba(d, layers=layers, state=state, rank=rank, d_conv=d_conv,
                                      expand=expand, placement=norm), **options)


if __name__ == "__main__":
    assert count_parameters(seld_mamba()) == 75137715
    print("seld_mamba: 75,137,715 parameters")
