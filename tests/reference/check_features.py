#!/usr/bin/env python3
"""Compares `PROGRAM features CLIP -o X.npy` with features.py in float64.

Level differences count where a band is within 80 dB of the clip's loudest. Checked as well: a clip of
1.7 s, cut from the first one given, which is padded with zeros; all clips one after another, the
second half 60 dB lower; the statistics of all; and of the baseline standardised features.
"""
import argparse
import os
import subprocess
import sys
import tempfile

import numpy as np

import features
import nets
import stio
from random_weights import randomise

RANGE_DB, LIMIT_DB, LIMIT_IV = 80, 1e-3, 1e-5


def program_features(program, clip, folder, *options):
    path = os.path.join(folder, "x.npy")
    subprocess.run([program, "features", clip, "-o", path, *options], check=True)
    return np.load(path)


def compare(name, got, want, floor):
    """floor: the features' own, below the highest level of a channel: there is nothing lower."""
    if got.dtype != np.float32 or got.shape != want.shape:
        print("%s: %s %s, wanted float32 %s" % (name, got.dtype, got.shape, want.shape))
        return False
    level, want_level = got[:, :4], want[:, :4]
    loud = want_level > np.nanmax(want_level) - RANGE_DB if floor is None else ~np.isnan(want_level)
    db = np.abs(level - want_level)[loud].max()
    iv = np.nanmax(np.abs(got[:, 4:] - want[:, 4:]))
    ok = db <= LIMIT_DB and iv <= LIMIT_IV
    if floor is not None:
        lowest = np.nanmax(want_level, (0, 2, 3)) - floor
        reached = (np.abs(want_level - lowest[:, None, None]) < 1e-9).mean()
        name = "%s, %.0f%% at floor" % (name, 100 * reached)
    print("%-38s %-20s %10.2e %10.2e  %s" % (name, got.shape, db, iv, "ok" if ok else "FAILED"))
    return ok


def join(clips, path):
    """Writes all clips in a row. The second half begins in the middle of a segment."""
    x = np.concatenate([features.read_wav(clip)[0] for clip in clips])
    x[len(x) // 2:] *= 1e-3
    features.write_wav(path, x)


def statistics(net, program, clips, folder):
    """Mean and population deviation over all frames of all clips."""
    path = os.path.join(folder, "s.safetensors")
    subprocess.run([program, "statistics", "-o", path, *clips], check=True)
    got = stio.load(path)
    want = np.concatenate([features.clip_features(features.read_wav(clip)[0], net.name,
                                                  **net.features) for clip in clips])
    mean, std = np.nanmean(want, (0, 2)), np.nanstd(want, (0, 2))
    e = max(np.abs(got["scaler.mean"] - mean).max(), np.abs(got["scaler.std"] / std - 1).max())
    print("%-38s %-20s %10.2e" % ("statistics of %d clips" % len(clips), mean.shape, e))
    return e <= LIMIT_DB


def standardized(net, program, clip, folder):
    """Features with statistics from a weights file; what is beyond the end has the value 1e-6."""
    weights = nets.weights(randomise(net.make(), 1))
    rng = np.random.default_rng(1)
    shape = (7, net.shape[2])
    mean, std = rng.normal(size=shape).astype(np.float32), rng.uniform(1, 2, shape).astype(np.float32)
    path = os.path.join(folder, "w.safetensors")
    stio.save(path, {**weights, "scaler.mean": mean, "scaler.std": std})
    got = program_features(program, clip, folder, "--standardized", "--weights", path)
    want = features.clip_features(features.read_wav(clip)[0], net.name, **net.features)
    beyond = np.isnan(want)
    want = np.where(beyond, 1e-6, (want - mean[:, None].astype(float)) / std[:, None])
    e = np.abs(got - want).max()
    print("%-38s %-20s %10.2e" % ("standardized", got.shape, e))
    return e <= LIMIT_DB and (got[beyond] == np.float32(1e-6)).all() and beyond.any()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("clips", nargs="+")
    nets.add_arguments(parser)
    options = parser.parse_args()
    program = os.path.abspath(options.program)
    net = nets.from_arguments(options)
    floor = RANGE_DB if net.name == "dcase2024_baseline" else None
    print("%-38s %-20s %10s %10s" % ("clip", "shape", "dB", "IV"))
    ok = True
    with tempfile.TemporaryDirectory() as folder:
        short, joined = (os.path.join(folder, name + ".wav") for name in ("short", "joined"))
        features.write_wav(short, features.read_wav(options.clips[0])[0][:40800])
        join(options.clips, joined)
        for clip in options.clips + [short, joined]:
            x, rate = features.read_wav(clip)
            if rate != features.RATE:
                parser.error("%s: %d Hz, wanted %d" % (clip, rate, features.RATE))
            want = features.clip_features(x, net.name, **net.features)
            got = program_features(program, clip, folder)
            ok = compare(os.path.basename(clip), got, want, floor) and ok
        ok = statistics(net, program, options.clips + [short, joined], folder) and ok
        if net.name == "dcase2024_baseline":
            ok = standardized(net, program, joined, folder) and ok
    sys.exit(0 if ok else 1)


if __name__ == "__main__":
    main()
