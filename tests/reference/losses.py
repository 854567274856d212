"""The training losses: permutation invariant over tracks (PIT), and auxiliary-target ADPIT."""
import itertools

import torch
import torch.nn.functional as F


def tracks(x, order):
    """x's tracks, its third axis, in that order. An index of Python numbers would be copied to the
    device, which no CUDA graph may do."""
    return torch.stack([x[:, :, k] for k in order], 2)


def pit(out, target, w_sed=0.8, w_doa=0.2, w_sde=1.0, pit_select="weighted", sde_masked=False):
    """out, target: sed [B,T,K,classes], doa [B,T,K,3], sde [B,T,K,1].

    Each frame takes the permutation of the target tracks with the least loss, the first on ties.
    pit_select "unweighted": the choice is by sed + doa without weights.
    sde_masked: distances count for a frame's active target tracks only.
    """
    active = (target["sed"].sum(3, keepdim=True) > 0).to(out["sde"])
    totals, choices = [], []
    for p in itertools.permutations(range(out["sed"].shape[2])):
        sed = F.binary_cross_entropy_with_logits(out["sed"], tracks(target["sed"], p),
                                                 reduction="none").mean((2, 3))
        doa = (out["doa"] - tracks(target["doa"], p)).square().mean((2, 3))
        sde = (out["sde"] - tracks(target["sde"], p)).abs()
        mask = tracks(active, p) if sde_masked else torch.ones_like(sde)
        sde = (sde * mask).sum((2, 3)) / mask.sum((2, 3)).clamp(min=1)
        totals.append(w_sed * sed + w_doa * doa + w_sde * sde)
        choices.append(totals[-1] if pit_select == "weighted" else sed + doa)
    best = torch.stack(choices).argmin(0, keepdim=True)
    return torch.stack(totals).gather(0, best).mean()


B_TRACKS = ((0, 0, 1), (0, 1, 0), (0, 1, 1), (1, 0, 0), (1, 0, 1), (1, 1, 0))


def adpit(out, target):
    """out [B,T,3*4*classes]; target [B,T,6,5,classes]: slots A0 B0 B1 C0 C1 C2, members activity,
    x, y, z, distance. 13 candidate targets per frame and class, the least loss, the first on ties.
    """
    batch, frames, _, _, classes = target.shape
    out = out.view(batch, frames, 3, 4, classes)
    slots = target[:, :, :, :1] * target[:, :, :, 1:]

    a = tracks(slots, (0, 0, 0))
    b = [tracks(slots, [1 + i for i in order]) for order in B_TRACKS]
    c = [tracks(slots, [3 + i for i in order]) for order in itertools.permutations(range(3))]
    # What is added keeps a candidate that does not apply from being a target of zeros.
    candidates = [a + b[0] + c[0]] + [x + a + c[0] for x in b] + [x + a + b[0] for x in c]
    losses = torch.stack([(out - x).square().mean((2, 3)) for x in candidates])
    return losses.gather(0, losses.argmin(0, keepdim=True)).mean()
