#!/usr/bin/env python3
"""progress.py SELDC PROGRAM WEIGHTS CLIP: what takes long shows a line of progress on a terminal,
which is gone at the end, and says nothing of it where stderr is a file."""
import os
import pty
import subprocess
import sys
import tempfile

seldc, program, weights, clip = (os.path.abspath(p) for p in sys.argv[1:])
model = os.path.abspath("models/seld_mamba_tiny.json")
WIPE = b"\r\x1b[K"
COMMANDS = [
    [seldc, "build", model, "--target", "cpu", "--emit", "c", "-o", "x.c"],
    [seldc, "inspect", model],
    [seldc, "opt", model],
    [seldc, "synth", "-o", "mix", "--hours", "0.002", "--length", "4"],
    [program, "init", "-o", "w"],
    [program, "features", "-o", "x.npy", clip],
    [program, "run", "--weights", weights, "--input", "x.npy", "--output", "y"],
    [program, "infer", "--weights", weights, "-o", "csv", clip],
    [program, "bench", "--weights", weights, "--runs", "3"],
]


def on_terminal(command):
    """What comes on stderr when that is a terminal."""
    master, slave = pty.openpty()
    p = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=slave)
    os.close(slave)
    text = b""
    while True:
        try:
            part = os.read(master, 1 << 16)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        text += part
    os.close(master)
    assert p.wait() == 0, (command, text)
    return text


def check(command):
    name = " ".join(command[:2])
    text = on_terminal(command)
    assert WIPE in text, "%s: no progress: %r" % (name, text)
    last = text.split(WIPE)[-1]
    assert last == b"" or last.endswith(b"\n"), "%s: a line is left: %r" % (name, text)
    plain = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert plain.returncode == 0 and b"\r" not in plain.stderr, (name, plain.stderr)


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    for command in COMMANDS:
        check(command)
    os.chdir("/")
