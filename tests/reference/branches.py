"""What SELD-Mamba and EINV2 share: three convolutional branches with cross-stitches, and the heads.

Branches are event detection (sed), direction (doa) and distance (sde), in this order everywhere.
state_dict names are the names under which weights are stored.
"""
import torch
import torch.nn.functional as F
from torch import nn

BRANCHES = ("sed", "doa", "sde")
ACTIVATIONS = {"relu": F.relu, "identity": lambda x: x, "softplus": F.softplus}


class DualConv(nn.Module):
    """Twice conv 3x3, batch norm, ReLU; then average pooling. [B,cin,T,M] -> [B,cout,T/pt,M/pf]"""

    def __init__(self, cin, cout, pool):
        super().__init__()
        self.conv1 = nn.Conv2d(cin, cout, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(cout)
        self.conv2 = nn.Conv2d(cout, cout, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(cout)
        self.pool = pool

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        x = F.relu(self.bn2(self.conv2(x)))
        return F.avg_pool2d(x, self.pool)


class Stitch(nn.Module):
    """Mixes the branches channel by channel with one 3x3 matrix per channel.

    axis is the channel axis of the branches' tensors. Sequential: a branch sees the already
    mixed tensors of the branches before it.
    """

    def __init__(self, channels, axis, sequential):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(channels, 3, 3).uniform_(0.1, 0.9))
        self.axis = axis
        self.sequential = sequential

    def forward(self, xs):
        shape = [1] * xs[0].dim()
        shape[self.axis] = -1
        source, out = list(xs), []
        for i in range(3):
            out.append(sum(self.weight[:, i, j].view(shape) * source[j] for j in range(3)))
            if self.sequential:
                source[i] = out[i]
        return out


class BranchNet(nn.Module):
    """decoder(d) makes one [B,T,d] -> [B,T,d] block; there is one for each branch and track."""

    def __init__(self, decoder, widths=(64, 128, 256, 512), tracks=3, classes=13, sde_inputs=4,
                 sde_activation="relu", stitch_sequential=False):
        super().__init__()
        self.inputs = (4, 7, sde_inputs)
        self.sde_activation = ACTIVATIONS[sde_activation]
        self.tracks = ["t%d" % (k + 1) for k in range(tracks)]
        d = widths[-1]
        pools = [(2, 2)] * (len(widths) - 1) + [(1, 2)]

        def encoder(cin):
            ins = (cin,) + tuple(widths)
            return nn.ModuleDict({"b%d" % (i + 1): DualConv(ins[i], ins[i + 1], pool)
                                  for i, pool in enumerate(pools)})

        self.enc = nn.ModuleDict({b: encoder(cin) for b, cin in zip(BRANCHES, self.inputs)})
        self.stitch = nn.ModuleDict({
            "enc": nn.ModuleDict({str(i + 1): Stitch(c, 1, stitch_sequential)
                                  for i, c in enumerate(widths[:-1])}),
            "dec": nn.ModuleDict({str(k + 1): Stitch(d, 2, stitch_sequential)
                                  for k in range(tracks)})})
        self.dec = nn.ModuleDict({b: nn.ModuleDict({t: decoder(d) for t in self.tracks})
                                  for b in BRANCHES})
        self.head = nn.ModuleDict({b: nn.ModuleDict({t: nn.Linear(d, n) for t in self.tracks})
                                   for b, n in zip(BRANCHES, (classes, 3, 1))})

    def encode(self, features):
        """[B,7,frames,mel bins] -> three [B,T,d]"""
        xs = [features[:, :n] for n in self.inputs]
        blocks = list(self.enc["sed"])
        for i, block in enumerate(blocks):
            xs = [self.enc[b][block](x) for b, x in zip(BRANCHES, xs)]
            if i + 1 < len(blocks):
                xs = self.stitch["enc"][str(i + 1)](xs)
        return [x.mean(3).transpose(1, 2) for x in xs]

    def decode(self, xs):
        """three [B,T,d] -> sed [B,T,tracks,classes], doa [B,T,tracks,3], sde [B,T,tracks,1]"""
        heads = {b: [] for b in BRANCHES}
        for k, t in enumerate(self.tracks):
            ys = [self.dec[b][t](x) for b, x in zip(BRANCHES, xs)]
            ys = self.stitch["dec"][str(k + 1)](ys)
            for b, y in zip(BRANCHES, ys):
                heads[b].append(self.head[b][t](y))
        sed, doa, sde = (torch.stack(heads[b], 2) for b in BRANCHES)
        return {"sed": sed, "doa": torch.tanh(doa), "sde": self.sde_activation(sde)}

    def forward(self, features):
        return self.decode(self.encode(features))


def count_parameters(model):
    return sum(p.numel() for p in model.parameters())
