#!/usr/bin/env python3
"""torture.py SELDC PROGRAM DATA [SAMPLES]: every allocation, write and open of the commands below made to
fail once, or SAMPLES of each kind, evenly spread. Wanted: exit status 3 and a message that blames the machine,
with what was there before untouched and nothing half written; or status 0 and the very output of the run in
which nothing failed. PROGRAM is one that trains; ONLY names some of the commands."""
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile

seldc, program, data = (os.path.abspath(p) for p in sys.argv[1:4])
samples = int(sys.argv[4]) if len(sys.argv) > 4 else 0
here = os.path.dirname(os.path.abspath(__file__))
clip = sorted(os.path.join(d, f) for d, _, files in os.walk(data) for f in files if f.endswith(".wav"))[0]
model = os.path.join(here, "../../tests/data/plain.json")
blames = re.compile(r"memory|No space|Too many open|Input/output|thread|Cannot allocate", re.I)
epochs = ["--set", "schedule.epochs=1", "--threads", "1"]
train = ["train", "-q", "--data", data, "--out", "out"] + epochs

commands = [
    ("init", [program, "init", "--seed", "1", "-o", "out/w", "--threads", "1"]),
    ("features", [program, "features", clip, "-o", "out/x.npy", "--threads", "1"]),
    ("infer", [program, "infer", "-q", "--weights", "w.safetensors", "-o", "out", clip, "--threads", "1"]),
    ("info", [program, "info", "--json"]),
    ("score", [seldc, "score", "-q", data + "/metadata_dev/dev-test-synth", "found", "--json"]),
    ("inspect", [seldc, "inspect", model, "--json"]),
    ("eval", [program, "eval", "-q", "--data", data, "--weights", "w.safetensors", "--json", "--threads", "1"]),
    ("train", [program] + train),
    ("resume", [program] + train + ["--resume", "--set", "schedule.epochs=2"]),
    ("emit", [seldc, "build", model, "--target", "cpu", "--emit", "c", "-o", "out/m.c"]),
    ("build", [seldc, "build", model, "--target", "cpu", "-o", "out/m"]),
]
# Times, which no two runs have in common, and what holds them.
clocks = re.compile(rb'"(seconds|clips_per_second|gflops|roofline_share)":[^,}]*')
unequal = ("curves.html",)


def tree():
    found = {}
    for d, _, files in os.walk("out"):
        for f in files:
            with open(os.path.join(d, f), "rb") as g:
                text = clocks.sub(b"", g.read())
            found[os.path.join(d, f)] = "" if f in unequal else hashlib.sha256(text).hexdigest()
    return found


def prepare(name):
    shutil.rmtree("out", ignore_errors=True)
    if name == "resume":
        shutil.copytree("begun", "out")
    else:
        os.mkdir("out")


def run(words, kind, at, count=None):
    env = dict(os.environ, LD_PRELOAD=os.path.abspath("shim.so"), FAIL_COMM=os.path.basename(words[0]),
               FAIL_KIND=kind, FAIL_AT=str(at), OMP_NUM_THREADS="1")
    if count:
        env["FAIL_COUNT"] = count
    done = subprocess.run(words, env=env, capture_output=True, timeout=120)
    return done.returncode, done.stdout, done.stderr.decode(errors="replace")


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
    after = tree()
    if status == 0:
        return None if (out, after) == good else "status 0, other output"
    if status != 3:
        return "status %d" % status
    if not blames.search(said):
        return "does not say what lacked"
    if name not in ("train", "resume"):
        # each file is the one from before, the good one, or not there
        good_files = good[1]
        for path, text in after.items():
            if text not in (before.get(path), good_files.get(path)):
                return "half written: " + path
        if out and out != good[0] and name in ("info", "score", "inspect", "eval"):
            return "part of the output, though told"
    return next(("half written: " + p for p in after if not whole(p)), None)


def points(name, n):
    """Evenly spread; a build takes as long as the C compiler."""
    most = min(samples or 60, 60) if name == "build" else samples
    if not most or n <= most:
        return range(1, n + 1)
    return sorted({1 + i * (n - 1) // (most - 1) for i in range(most)})


def torture(name, words):
    bad = tried = 0
    for kind in ("alloc", "write", "open"):
        if os.path.exists("count"):
            os.unlink("count")
        prepare(name)
        before = tree()
        status, out, said = run(words, kind, 0, "count")
        assert status == 0, (name, status, said)
        good = (out, tree())
        with open("count") as f:
            n = max(int(line) for line in f)
        for at in points(name, n):
            prepare(name)
            got = run(words, kind, at)
            why = wrong(name, got, good, before)
            tried += 1
            if why:
                bad += 1
                print("%s, %s %d of %d: %s\n    %s" % (name, kind, at, n, why, got[2].strip()[-300:].replace("\n", "\n    ")))
        print("%s: %s: %d calls" % (name, kind, n), flush=True)
    return bad, tried


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    subprocess.run([os.environ.get("CC", "cc"), "-O1", "-fPIC", "-shared", "-o", "shim.so", os.path.join(here, "shim.c"), "-ldl"], check=True)
    subprocess.run([program, "init", "--seed", "1", "-o", "w.safetensors"], check=True)
    subprocess.run([program, "infer", "-q", "--weights", "w.safetensors", "-o", "found", clip], check=False)
    subprocess.run([program, "infer", "-q", "--threshold", "0.1", "--weights", "w.safetensors", "-o", "found"] +
                   sorted(os.path.join(data, "foa_dev/dev-test-synth", f) for f in os.listdir(data + "/foa_dev/dev-test-synth")), check=True)
    subprocess.run([program] + train[:-len(epochs)] + epochs, check=True)
    shutil.move("out", "begun")
    only = os.environ.get("ONLY", "").split()
    totals = [torture(name, words) for name, words in commands if not only or name in only]
    bad, tried = (sum(t[i] for t in totals) for i in (0, 1))
    print("%d of %d failures made were handled wrongly" % (bad, tried))
    sys.exit(bad > 0)
