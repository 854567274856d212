#!/usr/bin/env python3
"""Compares `PROGRAM run` with the float64 reference on random weights and features.

Prints ||a-b||/||b|| of every output, of the program and of PyTorch in float32; fails above --limit.
The clips of a smaller batch are the first of the largest one: for all programs the reference runs
once. OMP_NUM_THREADS says on how many threads.
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


def run(program, folder, x):
    """The outputs on the weights in `folder`; none if the program fails."""
    paths = [os.path.join(folder, name) for name in ("w.safetensors", "x.npy", "y.safetensors")]
    np.save(paths[1], x)
    done = subprocess.run([os.path.abspath(program), "run", "--weights", paths[0],
                           "--input", paths[1], "--output", paths[2]])
    return stio.load(paths[2]) if done.returncode == 0 else {}


def check(program, got, want, single, limit):
    """One line an output; true if all are there, of the right shape and within the limit."""
    batch = len(next(iter(want.values())))
    name = os.path.basename(program) if program else "pytorch"
    ok = set(got) == set(want)
    if not ok:
        print("%s: outputs %s, wanted %s" % (name, sorted(got), sorted(want)))
    for output in sorted(set(got) & set(want)):
        a, b = got[output], want[output]
        same = a.shape == b.shape
        e = error(a, b) if same else np.inf
        ok = ok and e <= limit
        print("%-28s %5d  %-8s %-18s %10.2e %10.2e  %s" % (
            name, batch, output, a.shape, e, error(single[output], b),
            "ok" if e <= limit else "FAILED" if same else "FAILED: wanted %s" % (b.shape,)))
    return ok


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("programs", nargs="*", metavar="program",
                        help="of the same network; left out: PyTorch's float32 is checked")
    nets.add_arguments(parser)
    parser.add_argument("--batches", type=int, nargs="+", default=[1, 3])
    parser.add_argument("--weights", help="default: random ones")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limit", type=float, nargs="+", default=[3e-6],
                        help="one for all programs, or one for each")
    options = parser.parse_args()
    programs = options.programs or [None]
    if len(options.limit) not in (1, len(programs)):
        parser.error("%d limits for %d programs" % (len(options.limit), len(programs)))
    limits = options.limit * (len(programs) // len(options.limit))
    if options.tiny:
        torch.set_num_threads(1)
    net = nets.from_arguments(options)
    weights = (stio.load(options.weights) if options.weights
               else nets.weights(randomise(net.make(), options.seed)))
    model = nets.load_weights(net.make(), weights).eval()
    x = net.random_features(max(options.batches), options.seed)
    single, want = forward(model, x, torch.float32), forward(model, x, torch.float64)
    print("%-28s batch  output   shape                 program    pytorch" % "")
    results = []
    with tempfile.TemporaryDirectory() as folder:
        stio.save(os.path.join(folder, "w.safetensors"), weights)
        for program, limit in zip(programs, limits):
            for n in options.batches:
                part, some = [{name: y[:n] for name, y in out.items()} for out in (want, single)]
                got = run(program, folder, x[:n]) if program else some
                results.append(check(program, got, part, some, limit))
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
