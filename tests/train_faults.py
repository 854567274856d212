#!/usr/bin/env python3
"""train_faults.py PROGRAM DATA: a compiled training program under what can go wrong: a full disk, a
folder that cannot be written, a loss that is not a number, a damaged checkpoint, more epochs than
there were, signals, and kill -9 at 30 random moments, after which it goes on to the same bits."""
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time

program, data = (os.path.abspath(p) for p in sys.argv[1:])


def command(out, *more):
    words = [program, "train", "--quiet", "--data", data, "--out", out, "--set", "schedule.epochs=2",
             "--threads", "1"]
    return words + list(more)


def read(path):
    with open(path, "rb") as f:
        return f.read()


def limit_files(size):
    """Of a child: a write beyond `size` bytes fails as on a full disk."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def run(out, *more, size=None):
    done = subprocess.run(command(out, *more), stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True,
                          preexec_fn=size and (lambda: limit_files(size)))
    return done.returncode, done.stderr


def fails(said, result, want=1):
    """This exit status and a message with these words."""
    status, text = result
    assert status == want and all(word in text for word in said), (status, text)


def disk_full(whole):
    """No room for a checkpoint: nothing half written stays, and the run goes on when there is."""
    size = os.path.getsize(whole + "/checkpoint.safetensors")
    fails(["checkpoint.safetensors", "File too large"],
          run("full", "--set", "checkpoint_steps=5", size=size // 2), 3)
    assert not [f for f in os.listdir("full") if ".tmp" in f], os.listdir("full")
    run("full", "--resume", "--set", "checkpoint_steps=5", size=size + size // 8)
    assert run("full", "--resume")[0] == 0
    same("full", whole)


def unwritable():
    fails(["/proc/none"], run("/proc/none"))
    with open("file", "w"):
        pass
    fails(["file"], run("file"))
    fails(["file/deeper"], run("file/deeper"))


def not_a_number():
    """The step and the first bad tensor are named; the checkpoint before stays, and is finite."""
    fails(["step ", "first bad tensor is", "nan/checkpoint.safetensors is the last good state"],
          run("nan", "--set", "optimizer.lr=1e9", "--set", "checkpoint_steps=1"))
    sys.path.insert(0, os.path.join(here, "reference"))
    import numpy as np
    import stio
    kept = stio.load("nan/checkpoint.safetensors")
    assert kept and all(np.isfinite(t).all() for t in kept.values())


def damaged(whole):
    """Any damaged byte of a checkpoint, of its header too, is found. The sound one still goes on."""
    shutil.copytree(whole, "hurt")
    path = "hurt/checkpoint.safetensors"
    sound = read(path)
    start = 8 + int.from_bytes(sound[:8], "little")
    last = json.loads(sound[8:start])["checksum"]
    assert last["dtype"] == "U8" and last["shape"] == [8] and start + last["data_offsets"][1] == len(sound), last
    places = [random.randrange(start) for i in range(20)] + [random.randrange(len(sound)) for i in range(20)]
    for i in places + [0, start - 1, start, len(sound) - 8, len(sound) - 1]:
        with open(path, "wb") as f:
            f.write(sound[:i] + bytes([sound[i] ^ 1 << random.randrange(8)]) + sound[i + 1:])
        fails(["hurt/checkpoint.safetensors: the checkpoint is damaged", "best.safetensors"], run("hurt", "--resume"))
    for text in (b"", sound[:-1], sound[:start], sound + b"\0"):
        with open(path, "wb") as f:
            f.write(text)
        fails(["hurt/checkpoint.safetensors: the checkpoint is damaged"], run("hurt", "--resume"))
    with open(path, "wb") as f:
        f.write(sound)
    assert run("hurt", "--resume")[0] == 0
    same("hurt", whole)


def same(a, b):
    for name in ("checkpoint", "best", "last"):
        paths = ["%s/%s.safetensors" % (d, name) for d in (a, b)]
        assert read(paths[0]) == read(paths[1]), paths


def stopped(whole, seconds):
    """A signal makes a checkpoint between two batches, and the run goes on to the same bits. One that
    comes too late, as the processor is faster now than when the whole run was timed, comes earlier
    the next time."""
    for sig in (signal.SIGTERM, signal.SIGINT):
        out, status, latest = "stopped%d" % sig, 0, 0.5 * seconds
        for i in range(100):
            child = subprocess.Popen(command(out, "--resume"), stderr=subprocess.PIPE, text=True)
            while child.poll() is None and not os.path.exists(out + "/checkpoint.safetensors"):
                time.sleep(0.002)
            time.sleep(random.uniform(0, latest))
            child.send_signal(sig)
            status, said = child.wait(), child.stderr.read()
            if status == 128 + sig and "--resume goes on" in said:
                break
            # -sig: before the program has begun to hold it
            assert status in (0, 128 + sig, -sig), (status, said)
            if status == 0:
                shutil.rmtree(out)
                latest /= 2
        assert status == 128 + sig, status
        assert run(out, "--resume")[0] == 0
        same(out, whole)


def extended(whole):
    """More epochs than there were, as if asked for at once. What was done cannot be changed."""
    assert run("extended", "--set", "schedule.epochs=1")[0] == 0
    assert run("extended", "--resume", "--set", "schedule.epochs=2")[0] == 0
    same("extended", whole)
    fails(["schedule.epochs: 1, but 2 have begun\n  --weights begins a new run"], run("extended", "--resume", "--set", "schedule.epochs=1"))
    fails(["optimizer.lr: "], run("extended", "--resume", "--set", "schedule.epochs=3", "--set", "optimizer.lr=1"))


def leftovers(whole):
    """Temporary files of ours that a killed run left are removed, files of others are not; a log
    that has lost lines is told."""
    shutil.copytree(whole, "left")
    ours, others = "best.safetensors.tmp0", "mine.safetensors.tmp0"
    for name in (ours, others):
        open("left/" + name, "w").close()
    with open("left/log.jsonl") as f:
        lines = f.readlines()
    with open("left/log.jsonl", "w") as f:
        f.writelines(lines[:-2])
    words = [w for w in command("left", "--resume") if w != "--quiet"]
    done = subprocess.run(words, stderr=subprocess.PIPE, text=True)
    said = "log.jsonl has %d lines, the checkpoint was written after %d" % (len(lines) - 2, len(lines))
    assert done.returncode == 0 and said in done.stderr, done
    assert os.path.exists("left/" + others) and not os.path.exists("left/" + ours)


def killed(whole, seconds):
    """seconds: how long a whole run takes."""
    kills = runs = 0
    while kills < 30 or runs == 0:
        out = "killed%d" % runs
        child = subprocess.Popen(command(out, "--resume", "--set", "checkpoint_steps=3"),
                                 stdout=subprocess.DEVNULL)
        try:
            child.wait(random.uniform(0.02, 0.3 * seconds) if kills < 30 else None)
        except subprocess.TimeoutExpired:
            child.kill()
            kills += child.wait() == -signal.SIGKILL
            continue
        assert child.returncode == 0, child.returncode
        same(out, whole)
        runs += 1
        seconds *= 0.8
    print("%d kills, %d runs to the end" % (kills, runs))


for s in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(s, signal.SIG_DFL)  # whoever runs the tests may ignore them
here = os.path.dirname(os.path.abspath(__file__))
with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    begin = time.monotonic()
    assert run("whole")[0] == 0
    took = time.monotonic() - begin
    disk_full("whole")
    unwritable()
    not_a_number()
    damaged("whole")
    extended("whole")
    leftovers("whole")
    stopped("whole", took)
    killed("whole", took)
