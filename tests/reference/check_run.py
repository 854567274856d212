#!/usr/bin/env python3
"""Compares `PROGRAM run` with the float64 reference on random weights and features.

Prints ||a-b||/||b|| of every output, of the program and of PyTorch in float32; fails above --limit.
"""
import argparse
import os
import subprocess
import sys
import tempfile

import numpy as np
import torch

import nets
import stio
from random_weights import randomise


def error(a, b):
    return float(np.linalg.norm(np.float64(a) - b) / np.linalg.norm(b))


def forward(model, x, dtype):
    with torch.no_grad():
        out = model.to(dtype)(torch.from_numpy(x).to(dtype))
    return {name: t.numpy() for name, t in out.items()}


def run(program, folder, weights, x):
    paths = [os.path.join(folder, name) for name in ("w.safetensors", "x.npy", "y.safetensors")]
    stio.save(paths[0], weights)
    np.save(paths[1], x)
    subprocess.run([program, "run", "--weights", paths[0], "--input", paths[1],
                    "--output", paths[2]], check=True)
    return stio.load(paths[2])


def check(net, program, weights, batch, seed, limit):
    model = nets.load_weights(net.make(), weights).eval()
    x = net.random_features(batch, seed)
    single = forward(model, x, torch.float32)
    with tempfile.TemporaryDirectory() as folder:
        got = run(program, folder, weights, x) if program else single
    want = forward(model, x, torch.float64)
    ok = set(got) == set(want)
    if not ok:
        print("outputs %s, wanted %s" % (sorted(got), sorted(want)))
    for name in sorted(set(got) & set(want)):
        if got[name].shape != want[name].shape:
            print("%s: shape %s, wanted %s" % (name, got[name].shape, want[name].shape))
            ok = False
            continue
        e = error(got[name], want[name])
        good = e <= limit
        ok = ok and good
        print("%5d  %-8s %-18s %10.2e %10.2e  %s" % (
            batch, name, want[name].shape, e, error(single[name], want[name]),
            "ok" if good else "FAILED"))
    return ok


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", nargs="?", help="left out: PyTorch's float32 is checked")
    nets.add_arguments(parser)
    parser.add_argument("--batches", type=int, nargs="+", default=[1, 3])
    parser.add_argument("--weights", help="default: random ones")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limit", type=float, default=3e-6)
    options = parser.parse_args()
    torch.set_num_threads(1 if options.tiny else len(os.sched_getaffinity(0)))
    net = nets.from_arguments(options)
    print("batch  output   shape                 program    pytorch")
    weights = (stio.load(options.weights) if options.weights
               else nets.weights(randomise(net.make(), options.seed)))
    program = options.program and os.path.abspath(options.program)
    results = [check(net, program, weights, batch, options.seed, options.limit)
               for batch in options.batches]
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
