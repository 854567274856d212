"""The audio-only baseline of DCASE2024 Task 3 (FOA, Multi-ACCDDOA), with its official names.

usage: dcase2024_baseline.py FOLDER    checks it on the published weights and output in FOLDER
"""
import sys

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

import stio
from branches import count_parameters


class ConvBlock(nn.Module):
    def __init__(self, cin, cout):
        super().__init__()
        self.conv = nn.Conv2d(cin, cout, 3, padding=1)
        self.bn = nn.BatchNorm2d(cout)

    def forward(self, x):
        return F.relu(self.bn(self.conv(x)))


class Baseline(nn.Module):
    """[B,7,frames,mel] -> accddoa [B,frames/5,tracks*4*classes]; axes are x, y, z, distance."""

    def __init__(self, filters=64, hidden=128, heads=8, mel=64, tracks=3, classes=13,
                 dropout=0.05):
        super().__init__()
        self.conv_block_list = nn.ModuleList()
        for cin, pool in ((7, (5, 4)), (filters, (1, 4)), (filters, (1, 2))):
            self.conv_block_list += [ConvBlock(cin, filters), nn.MaxPool2d(pool),
                                     nn.Dropout2d(dropout)]
        self.gru = nn.GRU(filters * (mel // 32), hidden, num_layers=2, batch_first=True,
                          bidirectional=True)
        self.drop_between = nn.Dropout(dropout)
        self.mhsa_block_list = nn.ModuleList(
            nn.MultiheadAttention(hidden, heads, dropout, batch_first=True) for _ in range(2))
        self.layer_norm_list = nn.ModuleList(nn.LayerNorm(hidden) for _ in range(2))
        self.fnn_list = nn.ModuleList([nn.Linear(hidden, hidden),
                                       nn.Linear(hidden, tracks * 4 * classes)])

    def gru_layer(self, x, layer):
        """Both directions: what nn.GRU does between its dropouts."""
        weights = [getattr(self.gru, "%s_l%d%s" % (name, layer, way))
                   for way in ("", "_reverse")
                   for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
        h = x.new_zeros(2, x.shape[0], self.gru.hidden_size)
        return torch.gru(x, h, weights, True, 1, 0.0, self.training, True, True)[0]

    def forward(self, x):
        for layer in self.conv_block_list:
            x = layer(x)
        x = x.transpose(1, 2).flatten(2)
        x = self.gru_layer(self.drop_between(self.gru_layer(x, 0)), 1)
        first, second = torch.tanh(x).chunk(2, 2)
        x = first * second
        for attention, norm in zip(self.mhsa_block_list, self.layer_norm_list):
            x = norm(x + attention(x, x, x)[0])
        for linear in self.fnn_list:
            x = linear(x)
        return {"accddoa": x}


def dcase2024_baseline(**options):
    return Baseline(**options)


def check_golden(folder):
    weights = {name: torch.from_numpy(w.reshape(()) if name.endswith("tracked") else w)
               for name, w in stio.load(folder + "/foa_multiaccddoa.safetensors").items()}
    model = dcase2024_baseline()
    model.load_state_dict(weights)
    x = torch.from_numpy(np.load(folder + "/golden_input.npy")).double()
    want = torch.from_numpy(np.load(folder + "/golden_output_f64.npy"))
    with torch.no_grad():
        got = model.double().eval()(x)["accddoa"]
    return float((got - want).norm() / want.norm())


if __name__ == "__main__":
    assert count_parameters(dcase2024_baseline()) == 742172
    print("dcase2024_baseline: 742,172 parameters")
    if len(sys.argv) > 1:
        print("error on the published output: %.2e" % check_golden(sys.argv[1]))
