#!/usr/bin/env python3
"""One optimiser step in float64: loss, grad.NAME, new.NAME as safetensors. Dropout is off, or
drops with --dropout SEED what a program drops in its first step.

With --against O.safetensors, or with --program (whose `step` then runs on random weights and a
random batch), the errors ||a-b|| / (||b|| + 1e-6 ||all||) are printed, all = the tensors of that
kind, beside those of PyTorch in float32. A first step of Adam is little more than the gradient's
sign, so new.NAME is checked against the update by the given gradient, not by the reference's.
Gradients that vanish (biases before a batch norm, keys' biases) are rounding noise and have a
limit of their own.

No tensor may be farther from float64 than twice what PyTorch is. One run of PyTorch is a draw of
that: what rounding does to a tensor is luck, and a rectifier's input that changes sign with it moves
whole layers. So PyTorch takes the step six times, on this processor and as it would on two older
ones (PROCESSORS), on each with both of its libraries for products and convolutions, with oneDNN and
without. These runs are equally exact on the whole; channels-last ones are not, and numbers of threads
hardly change a bit. A tensor's limit is twice the largest of the six errors. Median and largest error
over the tensors of a kind have it without exception; single tensors may be beyond it where PyTorch's
runs are, too: not more of them than of that one of the six of which most are beyond twice what the
other five and the program are.

With --precision bf16 or tf32 single tensors say little, as rectifiers and stacks amplify rounding:
all gradients are compared as one vector, with the error of PyTorch's autocast to bf16 as the
measure, an eighth of it for tf32, which keeps three more bits; likewise the loss and the running
statistics. The error of one loss is one number, and near 0 as often as not: a program is judged by
the medians over DRAWS steps of random weights and batches, SEED and those behind it. So a step
counts once, too, in which rounding made the loss prefer another permutation, or met variances near
0. New weights follow from the given gradients as exactly as ever.
"""
import argparse
import contextlib
import multiprocessing
import os
import subprocess
import sys
import tempfile
import unittest.mock

import numpy as np
import torch

import dropout
import nets
import stio
from optim import AdamW
from random_weights import randomise

VANISHING, NOISE_LIMIT = 1e-9, 0.1  # shares of the norm of all gradients; of 1e-6 of it
LOSS_LIMIT = 1e-6
PROCESSORS = (  # environment: instructions that PyTorch, BLAS and oneDNN use
    {},
    {"ATEN_CPU_CAPABILITY": "avx2", "MKL_ENABLE_INSTRUCTIONS": "AVX2",
     "OPENBLAS_CORETYPE": "Haswell", "DNNL_MAX_CPU_ISA": "AVX2"},
    {"ATEN_CPU_CAPABILITY": "default", "MKL_CBWR": "COMPATIBLE",
     "OPENBLAS_CORETYPE": "Nehalem", "DNNL_MAX_CPU_ISA": "SSE41"})
FACTOR, FLOOR = 2, 3e-7  # of PyTorch's error; what is as good as exact
NEW_LIMIT = 1e-6  # of a new weight, from the gradient given
DRAWS = 9  # in reduced precision


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


def step(net, weights, batch, dtype, seed=None, accumulate=1):
    """{loss, grad.NAME, new.NAME} as NumPy arrays; dropouts drop as in the first step with `seed`.
    The batch goes through the model in `accumulate` equal parts, one after the other."""
    model = nets.load_weights(net.make().to(dtype), weights).train()
    parts = {name: torch.from_numpy(x).to(dtype).chunk(accumulate) for name, x in batch.items()}
    total = 0
    for k in range(accumulate):
        loss = loss_of(net, model, {n: p[k] for n, p in parts.items()}, k + 1, seed) / accumulate
        loss.backward()
        total = total + loss.detach()
    grads = {name: p.grad for name, p in model.named_parameters()}
    result = {"loss": total.reshape(1)}
    result.update(("grad." + name, g) for name, g in grads.items())
    update(net, model, grads)
    result.update(("new." + name, t) for name, t in model.state_dict().items()
                  if not name.endswith("num_batches_tracked"))
    return {name: t.detach().numpy() for name, t in result.items()}


def steps_of_libraries(threads, *task):
    """step() in float32 with and without oneDNN."""
    torch.set_num_threads(threads)
    found = []
    for onednn in (True, False):
        with torch.backends.mkldnn.flags(enabled=onednn):
            found.append(step(*task))
    return found


def drawn_steps(net, weights, batch, seed=None, accumulate=1):
    """PyTorch's steps in float32, as the head of this file says; each processor is a process, as
    the environment is read when PyTorch is loaded. They run side by side."""
    task = (torch.get_num_threads(), net, weights, batch, torch.float32, seed, accumulate)
    with contextlib.ExitStack() as stack:
        waiting = []
        for variables in PROCESSORS:
            with unittest.mock.patch.dict(os.environ, variables):
                pool = stack.enter_context(multiprocessing.get_context("spawn").Pool(1))
            waiting.append(pool.apply_async(steps_of_libraries, task))
        return [found for two in waiting for found in two.get()]


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
    share = {"bf16": 1.5, "tf32": 1.5 / 8}[precision]
    ok = True
    for kind in found[0][0]:
        e, auto = (np.median([f[i][kind] for f in found]) for i in range(2))
        good = e <= share * auto
        ok = ok and good
        print("%-12s %10.2e  autocast %10.2e%s" % (kind, e, auto, "" if good else "  FAILED"))
    e, name = max(f[2] for f in found)
    print("%-12s %10.2e  %s%s" % ("new weights", e, name, "" if e <= NEW_LIMIT else "  FAILED"))
    return ok and e <= NEW_LIMIT


def beyond(found, others):
    """Names of the tensors farther than twice all others are."""
    return [name for name, (e, vanishes) in found.items() if not vanishes and
            e > FACTOR * max([FLOOR] + [o[name][0] for o in others if name in o])]


def report(found, draws, all_found, all_drawn, worst):
    """Prints figures of the program and of PyTorch's runs; true if none is above its limit."""
    ok = True

    def line(what, e, others, limit):
        nonlocal ok
        good = e <= limit
        ok = ok and good
        print("%-48s %10.3g %s%s" % (what, e, " ".join("%10.3g" % o for o in others),
                                     "" if good else "  FAILED"))

    def of(name):
        return [d[name][0] if name in d else np.inf for d in draws]

    print("%-48s %10s %s" % ("", "program", " ".join(["%10s" % "pytorch"] * len(draws))))
    line("loss", found["loss"][0], of("loss"), LOSS_LIMIT)
    for kind in ("grad", "new"):
        drawn = np.array([summary(d, kind) for d in draws])
        for what, e, others in zip(("median", "largest"), summary(found, kind), drawn.T):
            line("%s, %s of tensors" % (kind, what), e, others, FACTOR * max(FLOOR, *others))
    line("grad, all as one vector", all_found, all_drawn, np.inf)
    far = beyond(found, draws)
    fair = [len(beyond(d, [found] + [o for o in draws if o is not d])) for d in draws]
    line("tensors more than twice as far as the others", len(far), fair, max(fair))
    for name in sorted(found, key=lambda n: -found[n][0]):
        if found[name][1]:
            line("vanishing " + name, found[name][0], of(name), NOISE_LIMIT)
    for name in sorted(found, key=lambda n: -found[n][0])[:worst]:
        line(name, found[name][0], of(name), np.inf)
    print("%d tensors, %s" % (len(found), "ok" if ok else "FAILED"))
    return ok


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
    parser.add_argument("--precision", choices=["fp32", "tf32", "bf16"], default="fp32",
                        help="of the program")
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
    if options.precision != "fp32":
        if not options.program:
            parser.error("--precision is that of a program")
        found = [reduced_draw(net, *inputs_and_steps(net, options, options.seed + i))
                 for i in range(DRAWS)]
        sys.exit(0 if report_reduced(found, options.precision) else 1)
    weights, batch, want, given = inputs_and_steps(net, options, options.seed)
    if options.output:
        stio.save(options.output, want)
    draws = drawn_steps(net, weights, batch, options.dropout, options.accumulate)
    if options.against:
        given = stio.load(options.against)
    elif not options.program:
        given = draws[0]
    ok = report(judge(net, weights, want, given), [judge(net, weights, want, d) for d in draws],
                whole(given, want), [whole(d, want) for d in draws], options.worst)
    sys.exit(0 if ok else 1)


if __name__ == "__main__":
    main()
