#!/usr/bin/env python3
"""Compares one step of the float64 evaluator (tests/tool_step.c) with step.py's in float64.

usage: check_step_eval.py STEP_TOOL MODEL.json [--model NAME] [--set NAME=VALUE]... [--passes]
                          [--dropout SEED]
Errors are ||a-b|| / (||b|| + 1e-6 ||all||) as step.py has them; new weights are compared with the
update that the given gradients lead to.
"""
import argparse
import os
import subprocess
import sys
import tempfile

import numpy as np
import torch

import nets
import step
from random_weights import randomise


def save(path, tensors):
    with open(path, "wb") as f:
        for name, x in tensors.items():
            f.write((" ".join([name, str(x.ndim)] + [str(d) for d in x.shape]) + "\n").encode())
            f.write(np.ascontiguousarray(x, np.float64).tobytes())


def load(path):
    tensors = {}
    with open(path, "rb") as f:
        for line in iter(f.readline, b""):
            name, _, *dims = line.decode().split()
            shape = [int(d) for d in dims]
            data = f.read(8 * int(np.prod(shape, dtype=int)))
            tensors[name] = np.frombuffer(data).reshape(shape)
    return tensors


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tool")
    nets.add_arguments(parser)
    parser.add_argument("--batch-size", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limit", type=float, default=1e-9)
    parser.add_argument("--dropout", type=int, metavar="SEED", help="default: off")
    parser.add_argument("--passes", action="store_true", help="after all passes")
    options = parser.parse_args()
    path = nets.MODELS / (options.model + "_tiny.json") if options.tiny else options.params
    net = nets.from_arguments(options)
    weights = nets.weights(randomise(net.make(), options.seed))
    batch = step.random_batch(net, options.batch_size, net.label_frames(), options.seed)
    want = step.step(net, weights, batch, torch.float64, options.dropout)
    with tempfile.TemporaryDirectory() as folder:
        ins, outs = (os.path.join(folder, name) for name in ("in", "out"))
        seed = np.float64(-1 if options.dropout is None else options.dropout)
        save(ins, {**weights, **batch, "opt.seed": seed})
        sets = [w for text in options.set for w in ("--set", text)]
        subprocess.run([options.tool, str(path), ins, outs, "--batch", str(options.batch_size)]
                       + sets + ["--passes"] * options.passes, check=True)
        got = load(outs)
    given = {k: v for k, v in got.items() if k == "loss" or k.split(".")[0] in ("grad", "new")}
    found = step.judge(net, weights, want, given)
    total = np.sqrt(sum(float((g ** 2).sum()) for k, g in want.items() if k[:5] == "grad."))
    print("loss %.15g, gradient norm %.15g, wanted %.15g" % (
        given["loss"][0], got["grad_norm"], total))
    ok = abs(got["grad_norm"] / total - 1) < options.limit
    for name in sorted(found, key=lambda n: -found[n][0])[:3]:
        print("%-50s %.2e" % (name, found[name][0]))
    bad = [n for n, (e, vanishes) in found.items() if e > (0.1 if vanishes else options.limit)]
    print("%d tensors, %d above %g" % (len(found), len(bad), options.limit))
    sys.exit(0 if ok and not bad else 1)


if __name__ == "__main__":
    main()
