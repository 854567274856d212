#!/usr/bin/env python3
"""One optimiser step in float64: loss, grad.NAME, new.NAME as safetensors. Dropout is off, or
drops with --dropout SEED what a program drops in its first step.

With --against O.safetensors, or with --program (whose `step` then runs on random weights and a
random batch), the errors ||a-b|| / (||b|| + 1e-6 ||all||) are printed, all = the tensors of that
kind, beside those of PyTorch in float32. A first step of Adam is little more than the gradient's
sign, so new.NAME is checked against the update by the given gradient, not by the reference's.
Gradients that vanish (biases before a batch norm, keys' biases) are rounding noise.

With --rounding FILE weights and batch are those for which rounding.py found what rounding to float32
does to each tensor, and no tensor may err more than a multiple of that: the limit is the same for every
processor. Without it the errors are printed beside those of PyTorch in float32 on this processor, which
is one draw and no measure: it depends on processor, library and luck, as a rectifier's input that
changes sign with rounding moves whole layers.

With --precision bf16 or tf32 single tensors say little, as rectifiers and stacks amplify rounding:
all gradients are compared as one vector, with the error of PyTorch's autocast to bf16 as the
measure, an eighth of it for tf32, which keeps three more bits; likewise the loss and the running
statistics. float32 keeps 16 bits more; there, what is left are rectifiers that turn: their number goes
with rounding, and the error of what they add up to with its root, so that it is a 256th. That is for
full-size networks, for which rounding.py finds no clear comparisons. The error of one loss is one number, and near 0 as often as not: a program is judged by
the medians over DRAWS steps of random weights and batches, SEED and those behind it. So a step
counts once, too, in which rounding made the loss prefer another permutation, or met variances near
0. New weights follow from the given gradients as exactly as ever.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

import numpy as np
import torch

import dropout
import nets
import rounding
import stio
from optim import AdamW
from random_weights import randomise

VANISHING = 1e-9  # share of the norm of all gradients
NEW_LIMIT = 1e-6  # of a new weight, from the gradient given
DRAWS = 9  # with --precision


def without_dropout(model):
    for module in model.modules():
        if isinstance(module, (torch.nn.Dropout, torch.nn.Dropout2d)):
            module.p = 0.0
        elif isinstance(getattr(module, "dropout", None), float):
            module.dropout = 0.0
    return model


def update(net, model, grads):
    """{name: value after the step} for all parameters; the model's own are changed."""
    parameters = dict(model.named_parameters())
    AdamW(parameters.values(), **net.optimiser_options).step(
        [grads[name].to(p) for name, p in parameters.items()])
    return {name: p.detach().clone() for name, p in parameters.items()}


def loss_of(net, model, data, count, seed):
    """Of one batch, the model's `count`th from 1."""
    if seed is None:
        out = without_dropout(model)(data["features"])
    else:
        with dropout.drawn(model, count, seed):
            out = model(data["features"])
    if net.name == "dcase2024_baseline":
        return net.loss(out["accddoa"], data["adpit"], **net.loss_options)
    return net.loss(out, data, **net.loss_options)


def backward(net, weights, batch, dtype, seed=None, accumulate=1):
    """The model with its gradients, and the loss; dropouts drop as in the first step with `seed`. The
    batch goes through the model in `accumulate` equal parts, one after the other."""
    model = nets.load_weights(net.make().to(dtype), weights).train()
    parts = {name: torch.from_numpy(x).to(dtype).chunk(accumulate) for name, x in batch.items()}
    total = 0
    for k in range(accumulate):
        loss = loss_of(net, model, {n: p[k] for n, p in parts.items()}, k + 1, seed) / accumulate
        loss.backward()
        total = total + loss.detach()
    return model, total


def results(net, model, loss):
    """{loss, grad.NAME, new.NAME} as NumPy arrays."""
    grads = {name: p.grad for name, p in model.named_parameters()}
    result = {"loss": loss.reshape(1)}
    result.update(("grad." + name, g) for name, g in grads.items())
    update(net, model, grads)
    result.update(("new." + name, t) for name, t in model.state_dict().items()
                  if not name.endswith("num_batches_tracked"))
    return {name: t.detach().numpy() for name, t in result.items()}


def step(net, weights, batch, dtype, seed=None, accumulate=1):
    return results(net, *backward(net, weights, batch, dtype, seed, accumulate))


def update_by_given(net, weights, given):
    """new.NAME in float64 that the gradients in `given` lead to."""
    model = nets.load_weights(net.make().double(), weights)
    grads = {name[5:]: torch.from_numpy(g) for name, g in given.items() if name[:5] == "grad."}
    return {"new." + name: t.numpy() for name, t in update(net, model, grads).items()}


def unit(x, axis):
    return x / np.linalg.norm(x, axis=axis, keepdims=True)


def random_batch(net, size, frames, seed=1):
    """features and labels; every number of simultaneous events occurs."""
    rng = np.random.default_rng(seed)
    batch = {"features": net.random_features(size, seed)}
    classes = net.sizes.get("classes", 13)
    if net.name == "dcase2024_baseline":
        slots = np.zeros((size, frames, 6, 5, classes), np.float32)
        count = rng.integers(0, 4, (size, frames, 1, 1, classes))
        slot = np.arange(6).reshape(1, 1, 6, 1, 1)
        active = (slot >= count * (count - 1) // 2) & (slot < count * (count + 1) // 2)
        slots[:, :, :, :1] = active
        slots[:, :, :, 1:4] = unit(rng.standard_normal((size, frames, 6, 3, classes)), 3) * active
        slots[:, :, :, 4:] = rng.uniform(0.5, 5, (size, frames, 6, 1, classes)) * active
        return dict(batch, adpit=slots)
    tracks = net.sizes.get("tracks", 3)
    shape = (size, frames, tracks)
    active = np.arange(tracks) < rng.integers(0, tracks + 1, (size, frames, 1))
    active = active[..., None].astype(np.float32)
    batch["sed"] = np.eye(classes, dtype=np.float32)[rng.integers(0, classes, shape)] * active
    batch["doa"] = unit(rng.standard_normal(shape + (3,)), 3).astype(np.float32) * active
    batch["sde"] = rng.uniform(0.5, 5, shape + (1,)).astype(np.float32) * active
    return batch


def errors(got, want):
    """{name: (error, vanishes)}; missing, left over or of the wrong shape: infinite."""
    total = {}
    for name, b in want.items():
        kind = name.split(".")[0]
        total[kind] = np.hypot(total.get(kind, 0), np.linalg.norm(b))
    result = {name: (np.inf, False) for name in set(got) | set(want)}
    for name in set(got) & set(want):
        b, every = want[name], total[name.split(".")[0]]
        if got[name].shape == b.shape:
            e = np.linalg.norm(got[name].astype(np.float64) - b)
            e /= np.linalg.norm(b) + 1e-6 * every
            vanishes = name.startswith("grad.") and np.linalg.norm(b) < VANISHING * every
            result[name] = (e if e == e else np.inf, vanishes)
    return result


def whole(got, want):
    """Error of all gradients as one vector."""
    pairs = [(got[n].astype(np.float64), w) for n, w in want.items() if n[:5] == "grad."]
    return (np.sqrt(sum(((g - w) ** 2).sum() for g, w in pairs))
            / np.sqrt(sum((w ** 2).sum() for _, w in pairs)))


def judge(net, weights, want, given):
    """errors() of `given`, its updated parameters compared as the head of this file says."""
    updated = dict(want)
    if {name for name in want if name[:5] == "grad."} <= set(given):
        updated.update(update_by_given(net, weights, given))
    return errors(given, updated)


def summary(found, kind):
    """Median and largest error of the tensors of a kind that do not vanish."""
    e = [e for name, (e, vanishes) in found.items() if name.split(".")[0] == kind and not vanishes]
    return np.median(e), max(e)


def autocast_step(net, weights, batch):
    """Layer norms get float32, as on GPUs; older PyTorch fails on a CPU otherwise."""
    def widen(module, inputs):
        return (inputs[0].float(),) if isinstance(module, torch.nn.LayerNorm) else None

    hook = torch.nn.modules.module.register_module_forward_pre_hook(widen)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        result = step(net, weights, batch, torch.float32)
    hook.remove()
    return result


def groups(result, want):
    """{gradients, statistics, loss: relative error of all their numbers as one vector}"""
    kinds = {"loss": "loss", "gradients": "grad.", "statistics": "new."}
    found = {}
    for kind, prefix in kinds.items():
        names = sorted(n for n in want if n.startswith(prefix)
                       and (kind != "statistics" or "running_" in n))
        a, b = (np.concatenate([np.asarray(r[n], np.float64).ravel() for n in names])
                for r in (result, want))
        found[kind] = np.linalg.norm(a - b) / np.linalg.norm(b)
    return found


def reduced_draw(net, weights, batch, want, given):
    """Of one step: groups() of the program and of autocast, the largest (error, name) of what
    should follow from the given gradients."""
    new = errors({n: t for n, t in given.items() if n[:4] == "new." and "running_" not in n},
                 update_by_given(net, weights, given))
    return (groups(given, want), groups(autocast_step(net, weights, batch), want),
            max((e, n) for n, (e, _) in new.items() if "running_" not in n))


def report_reduced(found, precision):
    """As report, of draws of a program that rounds more than float32."""
    share = {"bf16": 1.5, "tf32": 1.5 / 8, "fp32": 1.5 / 256}[precision]
    ok = True
    for kind in found[0][0]:
        e, auto = (np.median([f[i][kind] for f in found]) for i in range(2))
        good = e <= share * auto
        ok = ok and good
        print("%-12s %10.2e  autocast %10.2e%s" % (kind, e, auto, "" if good else "  FAILED"))
    e, name = max(f[2] for f in found)
    print("%-12s %10.2e  %s%s" % ("new weights", e, name, "" if e <= NEW_LIMIT else "  FAILED"))
    return ok and e <= NEW_LIMIT


def show(found, pytorch, all_found, all_pytorch, worst):
    """Prints figures of a result and of PyTorch's in float32."""
    def line(what, e, other):
        print("%-48s %10.3g %10.3g" % (what, e, other))

    print("%-48s %10s %10s" % ("", "error", "pytorch"))
    line("loss", found["loss"][0], pytorch["loss"][0])
    for kind in ("grad", "new"):
        for what, e, other in zip(("median", "largest"), summary(found, kind), summary(pytorch, kind)):
            line("%s, %s of tensors" % (kind, what), e, other)
    line("grad, all as one vector", all_found, all_pytorch)
    for name in sorted(found, key=lambda n: -found[n][0])[:worst]:
        line(name, found[name][0], pytorch[name][0])


def within(found, allowed, worst):
    """Whether no tensor errs more than rounding.py allows; prints those that come nearest."""
    factor, rms = rounding.QUANTILES[allowed["draws"]], allowed["rms"]
    limit = {name: factor * max(rounding.UNIT, rms[name]) if name in rms else 0 for name in found}
    for name in set(rms) - set(found):
        found[name], limit[name] = (np.inf, False), 0
    share = {name: e / limit[name] if limit[name] else np.inf for name, (e, _) in found.items()}
    print("%-48s %10s %10s" % ("", "error", "limit"))
    for name in sorted(found, key=lambda n: -share[n])[:worst]:
        print("%-48s %10.3g %10.3g%s" % (name, found[name][0], limit[name],
                                         "" if share[name] <= 1 else "  FAILED"))
    bad = sum(s > 1 for s in share.values())
    print("%d tensors, %d farther than rounding, half of them below %.2g of the limit" % (
        len(found), bad, np.median(list(share.values()))))
    return not bad


def run_program(program, folder, weights, batch, seed=None):
    paths = [os.path.join(folder, name + ".safetensors") for name in "wbo"]
    stio.save(paths[0], weights)
    stio.save(paths[1], batch)
    draws = ["--no-dropout"] if seed is None else ["--set", "seed=%d" % seed]
    subprocess.run([program, "step", "--weights", paths[0], "--batch", paths[1],
                    "--output", paths[2]] + draws, check=True)
    given = stio.load(paths[2])
    return {name: t for name, t in given.items()
            if name == "loss" or name.split(".")[0] in ("grad", "new")}


def inputs(net, options, seed):
    """weights, batch: those given, or random ones"""
    if options.rounding:
        return rounding.draw_inputs(net, options.batch_size, seed)
    weights = (stio.load(options.weights) if options.weights
               else nets.weights(randomise(net.make(), seed)))
    batch = (stio.load(options.batch) if options.batch
             else random_batch(net, options.batch_size, net.label_frames(), seed))
    return weights, batch


def inputs_and_steps(net, options, seed):
    """weights, batch, the step in float64, the program's or None"""
    weights, batch = inputs(net, options, seed)
    want = step(net, weights, batch, torch.float64, options.dropout, options.accumulate)
    given = None
    if options.program:
        with tempfile.TemporaryDirectory() as folder:
            given = run_program(os.path.abspath(options.program), folder, weights, batch,
                                options.dropout)
    return weights, batch, want, given


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    nets.add_arguments(parser)
    parser.add_argument("--weights", help="default: random ones")
    parser.add_argument("--batch", help="default: a random one")
    parser.add_argument("--batch-size", type=int, default=2, help="of the random one")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("-o", "--output", help="write the float64 result here")
    parser.add_argument("--against", help="a result to check")
    parser.add_argument("--program", help="run this program's step and check its result")
    parser.add_argument("--rounding", metavar="FILE", help="of rounding.py: judge by it")
    parser.add_argument("--precision", choices=["fp32", "tf32", "bf16"],
                        help="of the program: judge it by groups of tensors")
    parser.add_argument("--draws", type=int, default=DRAWS, help="steps that --precision takes")
    parser.add_argument("--write-batch", help="write the batch here, and stop")
    parser.add_argument("--dropout", type=int, metavar="SEED")
    parser.add_argument("--accumulate", type=int, default=1, metavar="N",
                        help="take the batch in N parts")
    parser.add_argument("--worst", type=int, default=5, help="how many tensors to print")
    options = parser.parse_args()
    net = nets.from_arguments(options)
    if options.write_batch:
        stio.save(options.write_batch, inputs(net, options, options.seed)[1])
        return
    if options.precision:
        if not options.program:
            parser.error("--precision is that of a program")
        found = [reduced_draw(net, *inputs_and_steps(net, options, options.seed + i))
                 for i in range(options.draws)]
        sys.exit(0 if report_reduced(found, options.precision) else 1)
    if options.rounding:
        with open(options.rounding) as f:
            allowed = json.load(f)
        options.seed = allowed["seed"]
    weights, batch, want, given = inputs_and_steps(net, options, options.seed)
    if options.output:
        stio.save(options.output, want)
    if options.against:
        given = stio.load(options.against)
    if options.rounding and not given:
        parser.error("--rounding judges --program or --against")
    if options.rounding:
        sys.exit(0 if within(judge(net, weights, want, given), allowed, options.worst) else 1)
    pytorch = step(net, weights, batch, torch.float32, options.dropout, options.accumulate)
    given = given or pytorch
    show(judge(net, weights, want, given), judge(net, weights, want, pytorch),
         whole(given, want), whole(pytorch, want), options.worst)


if __name__ == "__main__":
    main()
