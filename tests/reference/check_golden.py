#!/usr/bin/env python3
"""Runs PROGRAM, the DCASE2024 baseline, on the official weights and compares with the official
network's output in float64; fails above a relative error of --limit."""
import argparse
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

import stio

DATA = pathlib.Path(__file__).resolve().parent.parent / "data" / "dcase2024_baseline"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("--limit", type=float, default=3e-6)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        output = folder + "/y.safetensors"
        subprocess.run([options.program, "run", "--weights",
                        str(DATA / "foa_multiaccddoa.safetensors"), "--input",
                        str(DATA / "golden_input.npy"), "--output", output], check=True)
        got = stio.load(output)["accddoa"]
    want = np.load(DATA / "golden_output_f64.npy")
    error = np.linalg.norm(got - want) / np.linalg.norm(want)
    print("shape %s, wanted %s; error %.2e" % (got.shape, want.shape, error))
    sys.exit(0 if got.shape == want.shape and error <= options.limit else 1)


if __name__ == "__main__":
    main()
