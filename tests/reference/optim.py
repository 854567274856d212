"""AdamW with amsgrad and Adam, spelled out in the order of operations that is the definition.

Run as a program it compares itself with PyTorch's over a few steps.
"""
import math

import torch


class AdamW:
    def __init__(self, params, lr=3e-4, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01,
                 amsgrad=True):
        self.params = list(params)
        self.lr, self.betas, self.eps = lr, betas, eps
        self.weight_decay, self.amsgrad = weight_decay, amsgrad
        self.t = 0
        self.m = [torch.zeros_like(p) for p in self.params]
        self.v = [torch.zeros_like(p) for p in self.params]
        self.vmax = [torch.zeros_like(p) for p in self.params]

    @torch.no_grad()
    def step(self, grads):
        b1, b2 = self.betas
        self.t += 1
        for p, g, m, v, vmax in zip(self.params, grads, self.m, self.v, self.vmax):
            p.mul_(1 - self.lr * self.weight_decay)
            m.mul_(b1).add_((1 - b1) * g)
            v.mul_(b2).add_((1 - b2) * g * g)
            vmax.copy_(torch.maximum(vmax, v) if self.amsgrad else v)
            scale = vmax.sqrt() / math.sqrt(1 - b2 ** self.t) + self.eps
            p.sub_(self.lr / (1 - b1 ** self.t) * m / scale)


def check(ours, theirs_class, **options):
    start = torch.randn(100, dtype=torch.float64)
    p, q = start.clone(), torch.nn.Parameter(start.clone())
    ours, theirs = ours([p]), theirs_class([q], **options)
    for i in range(20):
        g = torch.randn(100, dtype=torch.float64) / (1 + i)
        q.grad = g.clone()
        ours.step([g])
        theirs.step()
    return float((p - q.detach()).abs().max())


def adam(params):
    return AdamW(params, lr=1e-3, weight_decay=0, amsgrad=False)


if __name__ == "__main__":
    print("AdamW amsgrad, largest difference to torch: %.1e" % check(
        AdamW, torch.optim.AdamW, lr=3e-4, weight_decay=0.01, amsgrad=True))
    print("Adam, largest difference to torch: %.1e" % check(adam, torch.optim.Adam, lr=1e-3))
