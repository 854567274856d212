#!/usr/bin/env python3
"""Times a network in eager PyTorch on the CPU, 5-second clips, features in; JSON to stdout.

Weights are random and so are the features. PyTorch without MKL (as in Debian) takes its matrix
products from the system's BLAS, which may be the slow reference one.
"""
import argparse
import copy
import json
import os
import pathlib
import statistics
import sys
import time

import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests/reference"))
import nets
from random_weights import randomise


def seconds(call):
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def measure(calls, repeats):
    """Interleaved, after two warm-ups each: {name: {median, min, max}}"""
    times = {name: [] for name in calls}
    for i in range(repeats + 2):
        for name, call in calls.items():
            t = seconds(call)
            if i > 1:
                times[name].append(t)
    return {name: {"median": statistics.median(t), "min": min(t), "max": max(t)}
            for name, t in times.items()}


def calls(model, x):
    """In both memory layouts; encoder and decoder apart where the network has them."""
    last = copy.deepcopy(model).to(memory_format=torch.channels_last)
    x_last = x.contiguous(memory_format=torch.channels_last)
    found = {"whole": lambda: model(x), "whole_channels_last": lambda: last(x_last)}
    if hasattr(model, "encode"):
        encoded = model.encode(x)
        found.update(encoder=lambda: model.encode(x), decoder=lambda: model.decode(encoded),
                     encoder_channels_last=lambda: last.encode(x_last))
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", choices=sorted(nets.NETS), default="seld_mamba")
    parser.add_argument("--repeats", type=int, default=10)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--batch", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    net = nets.Net(options.model, {})
    model = randomise(net.make()).eval()
    x = torch.from_numpy(net.random_features(options.batch))
    with torch.no_grad():
        results = measure(calls(model, x), options.repeats)
    print(json.dumps({"model": options.model, "torch": torch.__version__,
                      "mkl": torch.backends.mkl.is_available(),
                      "threads": torch.get_num_threads(), "batch": options.batch,
                      "repeats": options.repeats, "seconds": results}, indent=1))


if __name__ == "__main__":
    main()
