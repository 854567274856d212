#!/usr/bin/env python3
"""Compares `PROGRAM features CLIP -o X.npy` with features.py in float64.

Level differences count where a band is within 80 dB of the clip's loudest. A clip of 1.7 s, cut
from the first one given, is checked as well: it is padded with zeros.
"""
import argparse
import os
import subprocess
import sys
import tempfile

import numpy as np

import features
import nets

RANGE_DB, LIMIT_DB, LIMIT_IV = 80, 1e-3, 1e-5


def program_features(program, clip, folder):
    path = os.path.join(folder, "x.npy")
    subprocess.run([program, "features", clip, "-o", path], check=True)
    return np.load(path)


def compare(name, got, want):
    if got.dtype != np.float32 or got.shape != want.shape:
        print("%s: %s %s, wanted float32 %s" % (name, got.dtype, got.shape, want.shape))
        return False
    level, want_level = got[:, :4], want[:, :4]
    loud = want_level > want_level.max() - RANGE_DB
    db = np.abs(level - want_level)[loud].max()
    iv = np.abs(got[:, 4:] - want[:, 4:]).max()
    ok = db <= LIMIT_DB and iv <= LIMIT_IV
    print("%-28s %-20s %10.2e %10.2e  %s" % (name, got.shape, db, iv, "ok" if ok else "FAILED"))
    return ok


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("clips", nargs="+")
    nets.add_arguments(parser)
    options = parser.parse_args()
    program = os.path.abspath(options.program)
    net = nets.from_arguments(options)
    print("clip                         shape                        dB         IV")
    ok = True
    with tempfile.TemporaryDirectory() as folder:
        short = os.path.join(folder, "short.wav")
        features.write_wav(short, features.read_wav(options.clips[0])[0][:40800])
        for clip in options.clips + [short]:
            x, rate = features.read_wav(clip)
            if rate != features.RATE:
                parser.error("%s: %d Hz, wanted %d" % (clip, rate, features.RATE))
            want = features.clip_features(x, net.name, **net.features)
            got = program_features(program, clip, folder)
            ok = compare(os.path.basename(clip), got, want) and ok
    sys.exit(0 if ok else 1)


if __name__ == "__main__":
    main()
