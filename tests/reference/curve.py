#!/usr/bin/env python3
"""A hundred optimiser steps on one batch: the losses of a program beside PyTorch's in float32, both
against PyTorch's in float64. Dropout is off.

    tests/reference/curve.py --program P --device cuda        # full size, PyTorch on the GPU, too
    tests/reference/curve.py --tiny --write tests/data/curves/seld_mamba.json
    tests/reference/curve.py --tiny --program P --curve tests/data/curves/seld_mamba.json

PyTorch's curves of the tiny models, which take minutes, are kept in tests/data/curves. The distance
of two curves is ||a - b|| / ||b|| over all steps. Every step rounds anew and the way of the weights
adds it up, so that one run in float32 is a draw: PyTorch takes the batch in each of its rotations,
which are the same in exact arithmetic, each with a library's convolutions (oneDNN, cuDNN) and with
its own. A distance is a product of what a hundred steps make of a first rounding, so that its logarithm is
taken as normal. Its deviation is that of the draws of the three models in tests/data/curves, each from
its own mean: 12 of them, with nine degrees of freedom. The limit lies QUANTILE times that, and the error
of the mean, above the mean of the draws at hand: a right program exceeds it once in a million runs.
"""
import argparse
import json
import multiprocessing
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import torch

import nets
import stio
from optim import AdamW
from random_weights import randomise
from step import loss_of, random_batch


QUANTILE = 10.72  # of Student's t at nine degrees of freedom for 1e-6
CURVES = pathlib.Path(__file__).resolve().parent.parent / "data" / "curves"


def torch_curve(net, weights, batch, dtype, steps, device, threads, shift, library):
    """The loss of every step, as it was before the step. Sets the process's switches."""
    torch.set_num_threads(threads)
    torch.backends.mkldnn.set_flags(library)
    torch.backends.cudnn.enabled = library
    # PyTorch's convolutions on a GPU are not float32 by default
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    model = nets.load_weights(net.make().to(dtype), weights).train().to(device)
    data = {n: torch.from_numpy(np.roll(x, shift, 0)).to(device, dtype) for n, x in batch.items()}
    parameters = list(model.parameters())
    optimiser = AdamW(parameters, **net.optimiser_options)
    losses = []
    for count in range(steps):
        loss = loss_of(net, model, data, count + 1, None)
        losses.append(loss.item())
        optimiser.step(torch.autograd.grad(loss, parameters))
    return losses


def torch_curves(net, weights, batch, steps, device, rotations):
    """Of float64 and of the draws in float32, each in a process of its own, side by side."""
    runs = [(torch.float64, 0, True)]
    runs += [(torch.float32, k, library) for k in range(rotations) for library in (True, False)]
    with multiprocessing.get_context("spawn").Pool(len(runs), maxtasksperchild=1) as pool:
        first, *others = pool.starmap(torch_curve, [
            (net, weights, batch, dtype, steps, device, torch.get_num_threads(), shift, library)
            for dtype, shift, library in runs], chunksize=1)
    return {"float64": first, "float32": others}


def program_curve(program, weights, batch, steps):
    with tempfile.TemporaryDirectory() as folder:
        w, b, o = (os.path.join(folder, name + ".safetensors") for name in "wbo")
        stio.save(w, weights)
        stio.save(b, batch)
        subprocess.run([os.path.abspath(program), "step", "--weights", w, "--batch", b, "--output", o,
                        "--no-dropout", "--repeat", str(steps)], check=True)
        return stio.load(o)["loss"]


def distance(given, want):
    given, want = np.asarray(given, np.float64), np.asarray(want)
    return np.linalg.norm(given - want) / np.linalg.norm(want)


def deviation():
    """Of the logarithm of a draw's distance, over the models whose curves are kept."""
    squares = freedom = 0
    for path in sorted(CURVES.glob("*.json")):
        with open(path) as f:
            curves = json.load(f)
        logs = np.log([distance(c, curves["float64"]) for c in curves["float32"]])
        squares += ((logs - logs.mean()) ** 2).sum()
        freedom += len(logs) - 1
    return np.sqrt(squares / freedom)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    nets.add_arguments(parser)
    parser.add_argument("--program", help="run this program's steps and check its losses")
    parser.add_argument("--curve", metavar="FILE", help="PyTorch's curves, as --write left them")
    parser.add_argument("--write", metavar="FILE")
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--batch-size", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--device", default="cpu", help="of PyTorch")
    options = parser.parse_args()
    net = nets.from_arguments(options)
    weights = nets.weights(randomise(net.make(), options.seed))
    batch = random_batch(net, options.batch_size, net.label_frames(), options.seed)

    if options.curve:
        with open(options.curve) as f:
            curves = json.load(f)
    else:
        curves = torch_curves(net, weights, batch, options.steps, options.device,
                              options.batch_size)
    if options.write:
        with open(options.write, "w") as f:
            json.dump(curves, f, indent=1)
            f.write("\n")
    want = curves["float64"]
    apart = [distance(c, want) for c in curves["float32"]]
    print("float64: a loss of %.6f at first, of %.6f after %d steps" % (want[0], want[-1], len(want)))
    print("pytorch, float32: " + " ".join("%.2e" % a for a in apart))
    if options.program:
        error = distance(program_curve(options.program, weights, batch, len(want)), want)
        logs = np.log(apart)
        limit = np.exp(logs.mean() + QUANTILE * deviation() * np.sqrt(1 + 1 / len(logs)))
        good = error <= limit
        print("program:          %.2e, at most %.2e%s" % (error, limit, "" if good else "  FAILED"))
        sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
