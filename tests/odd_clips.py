#!/usr/bin/env python3
"""odd_clips.py PROGRAM WEIGHTS: recordings of every odd kind either work or give one clear line.

A case is a file, whether `infer` must accept it, and a word that the message must hold.
"""
import os
import struct
import subprocess
import sys
import tempfile

import numpy as np

PCM, FLOAT = 1, 3


def wav(samples, rate=24000, kind=PCM):
    """RIFF bytes of samples [n, channels]: 16-bit PCM or 32-bit float."""
    samples = np.asarray(samples)
    channels = samples.shape[1]
    data = (np.round(samples * 32767).astype("<i2") if kind == PCM else samples.astype("<f4")).tobytes()
    width = 2 if kind == PCM else 4
    fmt = struct.pack("<HHIIHH", kind, channels, rate, rate * channels * width, channels * width, 8 * width)
    body = b"WAVEfmt " + struct.pack("<I", len(fmt)) + fmt + b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


def noise(seconds, channels=4, rate=24000, seed=0):
    return 0.1 * np.random.default_rng(seed).standard_normal((int(seconds * rate), channels)).clip(-9, 9)


def with_nan(samples, row, value):
    samples = samples.copy()
    samples[row, 2] = value
    return samples


CASES = {
    "plain": (wav(noise(5)), True, ""),
    "one_sample": (wav(noise(5)[:1]), True, ""),
    "short": (wav(noise(0.31)), True, ""),
    "two_segments": (wav(noise(5.01)), True, ""),
    "long": (wav(noise(23.7)), True, ""),
    "silence": (wav(np.zeros((24000, 4))), True, ""),
    "loud": (wav(noise(2).clip(-1, 1) * 0 + 1), True, ""),
    "float": (wav(noise(2), kind=FLOAT), True, ""),
    "rate_8k": (wav(noise(2, rate=8000), rate=8000), True, "resampled"),
    "rate_44k": (wav(noise(2, rate=44100), rate=44100), True, "resampled"),
    "rate_192k": (wav(noise(1, rate=192000), rate=192000), True, "resampled"),
    "empty_file": (b"", False, "empty_file.wav"),
    "no_samples": (wav(np.zeros((0, 4))), False, "no_samples.wav"),
    "mono": (wav(noise(2, channels=1)), False, "1 channel"),
    "stereo": (wav(noise(2, channels=2)), False, "2 channels"),
    "channels_16": (wav(noise(1, channels=16)), False, "16 channels"),
    "nan": (wav(with_nan(noise(2), 777, np.nan), kind=FLOAT), False, "777"),
    "infinite": (wav(with_nan(noise(2), 5, np.inf), kind=FLOAT), False, "infinite.wav"),
    "nearly_too_large": (wav(noise(2) * 1e12, kind=FLOAT), True, ""),
    "too_large": (wav(noise(2) * 1e18, kind=FLOAT), False, "too large for features"),
    "text": (b"this is not a recording\n" * 40, False, "text.wav"),
    "png": (b"\x89PNG\r\n\x1a\n" + bytes(200), False, "png.wav"),
    "truncated_header": (wav(noise(1))[:30], False, "truncated_header.wav"),
}


def run(program, weights, folder, name):
    data, accepted, word = CASES[name]
    path = os.path.join(folder, name + ".wav")
    with open(path, "wb") as f:
        f.write(data)
    p = subprocess.run([program, "infer", "--weights", weights, "-o", folder, path],
                       capture_output=True, text=True, timeout=300)
    lines = p.stderr.strip().splitlines()
    if p.returncode != (0 if accepted else 1):
        return "exit %d: %s" % (p.returncode, p.stderr)
    if not accepted and len(lines) != 1:
        return "%d lines: %s" % (len(lines), p.stderr)
    if word not in p.stderr:
        return "message without '%s': %s" % (word, p.stderr)
    if os.path.exists(path[:-3] + "csv") != accepted:
        return "CSV there: %s" % (not accepted)
    return None


def truncated_data(program, weights, folder):
    """A recording cut off in the middle of its samples: either works or one line."""
    path = os.path.join(folder, "cut.wav")
    with open(path, "wb") as f:
        f.write(wav(noise(3))[:200001])
    p = subprocess.run([program, "infer", "--weights", weights, "-o", folder, path],
                       capture_output=True, text=True)
    return None if p.returncode in (0, 1) and len(p.stderr.splitlines()) <= 1 else p.stderr


def good_and_bad(program, weights, folder):
    """A bad clip does not stop the others, and the exit status tells."""
    paths = [os.path.join(folder, n + ".wav") for n in ("stereo", "short")]
    out = os.path.join(folder, "both")
    p = subprocess.run([program, "infer", "--weights", weights, "-o", out] + paths,
                       capture_output=True, text=True)
    if p.returncode != 1 or os.listdir(out) != ["short.csv"]:
        return "exit %d, %s" % (p.returncode, os.listdir(out))
    return None


def main():
    program, weights = os.path.abspath(sys.argv[1]), sys.argv[2]
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        results = [(name, run(program, weights, folder, name)) for name in CASES]
        results.append(("truncated data", truncated_data(program, weights, folder)))
        results.append(("good and bad", good_and_bad(program, weights, folder)))
    for name, why in results:
        if why:
            bad += 1
            print("%s: %s" % (name, why))
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
