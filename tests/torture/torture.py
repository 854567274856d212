#!/usr/bin/env python3
"""torture.py SELDC PROGRAM DATA [SAMPLES]: the commands below with every allocation, write and open made to
fail once, or SAMPLES of each kind, evenly spread; with files that may be no larger than so many bytes, as on a
full disk; and with so many descriptors. Wanted: exit status 3 and a message that blames the machine, with what
was there before untouched and nothing half written; or status 0 and the very output of the run in which
nothing failed. Samples leave `sweep` out, which takes seconds each time. PROGRAM is one that trains; ONLY names
some of the commands."""
import hashlib
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time

seldc, program, data = (os.path.abspath(p) for p in sys.argv[1:4])
samples = int(sys.argv[4]) if len(sys.argv) > 4 else 0
here = os.path.dirname(os.path.abspath(__file__))
clip = sorted(os.path.join(d, f) for d, _, files in os.walk(data) for f in files if f.endswith(".wav"))[0]
model = os.path.join(here, "../../tests/data/plain.json")
blames = re.compile(r"memory|No space|too large|Too many open|Input/output|thread|Cannot allocate", re.I)
epochs = ["--set", "schedule.epochs=1", "--threads", "1"]
train = ["train", "-q", "--data", data, "--out", "out"] + epochs
weights = ["--weights", "w.safetensors", "--threads", "1"]
build = [seldc, "build", model, "--target", "cpu"]

commands = [
    ("init", [program, "init", "--seed", "1", "-o", "out/w", "--threads", "1"]),
    ("features", [program, "features", clip, "-o", "out/x.npy", "--threads", "1"]),
    ("statistics", [program, "statistics", clip, "-o", "out/s", "--threads", "1"]),
    ("run", [program, "run", "-q", "--input", "x.npy", "-o", "out/y"] + weights),
    ("infer", [program, "infer", "-q", "--threshold", "0.1", "--svg", "out/e.svg", "-o", "out", clip] + weights),
    ("bench", [program, "bench", "-q", "--json", "--runs", "2", "--warmup", "1"] + weights),
    ("info", [program, "info", "--json"]),
    ("score", [seldc, "score", "-q", data + "/metadata_dev/dev-test-synth", "found", "--json"]),
    ("inspect", [seldc, "inspect", model, "--json"]),
    ("opt", [seldc, "opt", model]),
    ("synth", [seldc, "synth", "-q", "-o", "out", "--hours", "0.001", "--length", "2", "-j", "1"]),
    ("eval", [program, "eval", "-q", "--data", data, "--json"] + weights),
    ("train", [program] + train),
    ("resume", [program] + train + ["--resume", "--set", "schedule.epochs=2"]),
    ("step", [program, "step", "-q", "--batch", "b.safetensors", "-o", "out/o"] + weights),
    ("emit", build + ["--emit", "c", "-o", "out/m.c"]),
    ("emit CUDA", [seldc, "build", model, "--target", "cuda", "--arch", "sm_90", "--emit", "cuda", "-o", "out/m.cu"]),
    ("build", build + ["-o", "out/m"]),
    ("library", build + ["--emit", "lib", "-o", "out/m.so"]),
    ("check", [seldc, "check", model, "--target", "cpu"]),
    ("sweep", [seldc, "sweep", model, "--target", "cpu", "--max", "1", "--json", "out/s.json", "--html", "out/s.html"]),
]
# Times, which no two runs have in common, and what holds them.
clocks = re.compile(rb'"(seconds|clips_per_second|gflops|roofline_share)":[^,}]*')
timed = ("bench", "check", "sweep")
unequal = ("curves.html", "s.html")
goes_on = ("train", "resume")  # begin with what is in their folder


def without_times(name, text):
    return re.sub(rb"[\d.e+ -]+", b"", text) if name in timed else clocks.sub(b"", text)


def tree(name):
    found = {}
    for d, _, files in os.walk("out"):
        for f in files:
            path = os.path.join(d, f)
            with open(path, "rb") as g:
                text = g.read()
            if f in unequal and text != b"old":
                text = text[-9:]  # a whole page ends as it should
            found[path] = hashlib.sha256(without_times(name, text)).hexdigest()
    return found


def prepare(name, outputs=()):
    """A folder with files of other contents in place of the outputs."""
    shutil.rmtree("out", ignore_errors=True)
    if name == "resume":
        shutil.copytree("begun", "out")
    else:
        os.mkdir("out")
    for path in () if name in goes_on else outputs:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as f:
            f.write("old")


def run(words, limit=None, **env):
    full = dict(os.environ, OMP_NUM_THREADS="1", **env)
    with open("stdout", "w+b") as out:
        done = subprocess.run(words, env=full, stdout=out, stderr=subprocess.PIPE, timeout=120,
                              preexec_fn=limit and (lambda: resource.setrlimit(limit[0], (limit[1], limit[1]))))
        out.seek(0)
        return done.returncode, out.read(), done.stderr.decode(errors="replace")


def whole(path):
    """A file that appears complete or not at all; the log has whole lines, one after the other."""
    if path.endswith("log.jsonl"):
        with open(path, "rb") as f:
            text = f.read()
        return not text or text.endswith(b"\n")
    return ".tmp" not in path and "seldc-" not in path


def wrong(name, got, good, before):
    """What is wrong with a run; None: nothing."""
    status, out, said = got
    after = tree(name)
    if status == 0:
        return None if (without_times(name, out), after) == good else "status 0, other output"
    if status != 3:
        return "status %d" % status
    if not blames.search(said):
        return "does not say what lacked"
    if name not in goes_on:
        lost = set(before) - set(after)
        if lost:
            return "lost: %s" % lost
        for path, text in after.items():
            if text not in (before.get(path), good[1].get(path)):
                return "half written: " + path
    return next(("half written: " + p for p in after if not whole(p)), None)


def shim(kind, at, **more):
    return dict(more, LD_PRELOAD=os.path.abspath("shim.so"), FAIL_KIND=kind, FAIL_AT=str(at))


def spread(n, most):
    """1 .. n, or `most` of them."""
    return range(1, n + 1) if not most or n <= most else sorted({1 + i * (n - 1) // (most - 1) for i in range(most)})


def failures(name, words, most, largest):
    """(what is made to fail, limit, environment) of each run."""
    comm = os.path.basename(words[0])
    for kind in ("alloc", "write", "open"):
        if os.path.exists("count"):
            os.unlink("count")
        prepare(name)
        run(words, None, **shim(kind, 0, FAIL_COMM=comm, FAIL_COUNT=os.path.abspath("count")))
        with open("count") as f:
            n = max(int(line) for line in f)
        print("%s: %s: %d calls" % (name, kind, n), flush=True)
        for at in spread(n, most):
            yield "%s %d of %d" % (kind, at, n), None, shim(kind, at, FAIL_COMM=comm)
    for size in spread(largest, most or 20) if largest else ():
        yield "file of %d bytes" % (size - 1), (resource.RLIMIT_FSIZE, size - 1), {}
    for n in range(4, 4 + (most or 12)):  # fewer do not load the libraries
        yield "%d descriptors" % n, (resource.RLIMIT_NOFILE, n), {}


def torture(name, words):
    bad = tried = 0
    prepare(name)
    start = time.monotonic()
    status, out, said = run(words)
    assert status == 0, (name, status, said)
    slow = time.monotonic() - start > 0.2  # the C compiler's time
    good = (without_times(name, out), tree(name))
    largest = max([len(out)] + [os.path.getsize(p) for p in good[1]])
    most = (2 if samples else 60) if slow else samples
    for what, limit, env in failures(name, words, most, largest):
        prepare(name, good[1])
        before = tree(name)
        got = run(words, limit, **env)
        why = wrong(name, got, good, before)
        tried += 1
        if why:
            bad += 1
            print("%s, %s: %s\n    %s" % (name, what, why, got[2].strip()[-300:].replace("\n", "\n    ")))
    return bad, tried


def inputs():
    """Weights, features, a batch, detections and a run that has begun."""
    subprocess.run([os.environ.get("CC", "cc"), "-O1", "-fPIC", "-shared", "-o", "shim.so", os.path.join(here, "shim.c"), "-ldl"], check=True)
    subprocess.run([program, "init", "--seed", "1", "-o", "w.safetensors"], check=True)
    subprocess.run([program, "features", clip, "-o", "x.npy"], check=True)
    subprocess.run([program, "infer", "-q", "--threshold", "0.1", "--weights", "w.safetensors", "-o", "found"] +
                   sorted(os.path.join(data, "foa_dev/dev-test-synth", f) for f in os.listdir(data + "/foa_dev/dev-test-synth")), check=True)
    sys.path.insert(0, os.path.join(here, "../reference"))
    import numpy as np
    import stio
    graphs = json.loads(subprocess.check_output([program, "info", "--json"]))["graphs"]
    wanted = {i["name"]: i["shape"] for g in graphs for i in g["inputs"]}
    main = next(g for g in graphs if g["name"] == "main")["inputs"][0]
    stio.save("b.safetensors", {n: np.ones([2] + s[1:], "f4") for n, s in wanted.items() if n in (main["name"], "adpit")})
    subprocess.run([program] + train, check=True)
    shutil.move("out", "begun")


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    inputs()
    only = os.environ.get("ONLY", "").split()
    totals = [torture(*c) for c in commands if (c[0] in only if only else c[0] != "sweep" or not samples)]
    bad, tried = (sum(t[i] for t in totals) for i in (0, 1))
    print("%d of %d failures made were handled wrongly" % (bad, tried))
    sys.exit(bad > 0)
