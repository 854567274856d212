#!/usr/bin/env python3
"""tests/datasets.py SELDC PROGRAM: annotations, recordings and sounds as people have them. PROGRAM
trains the tiny baseline. Each case makes its files, runs a command and looks for what must be said,
and what must not."""
import json
import os
import struct
import subprocess
import sys
import tempfile
import wave

import numpy as np

RATE = 24000
failed = []


def wav(path, seconds=1.0):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    rng = np.random.default_rng(1)
    data = (rng.standard_normal((int(seconds * RATE), 4)) * 1000).astype("<i2")
    with wave.open(path, "wb") as f:
        f.setnchannels(4)
        f.setsampwidth(2)
        f.setframerate(RATE)
        f.writeframes(data.tobytes())


def text(path, content, encoding="utf-8"):
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "w", encoding=encoding, newline="") as f:
        f.write(content)


def rows(*lines, end="\n"):
    return "".join(line + end for line in lines)


def run(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False)
    return done.returncode, done.stdout


def check(name, good, said=""):
    print("%s %s" % ("ok" if good else "not ok", name))
    if not good:
        failed.append(name)
        print("    " + said.replace("\n", "\n    ")[:1500])


def says(name, found, status, words=(), silent=()):
    got, said = found
    check(name, got == status and all(w in said for w in words)
          and not any(w in said for w in silent), "status %d\n%s" % (got, said))


# ---- score ------------------------------------------------------------------------------------

SOUND = rows("0,1,0,40,20,150", "1,1,0,40,20,150", "2,1,0,40,20,150")
FOUND = rows("0,1,0,40,20,1.5", "1,1,0,40,20,1.5", "2,1,0,40,20,1.5")


def score(seldc, name, ref, pred, words, status=0, silent=(), suffix=".csv", encoding="utf-8"):
    with tempfile.TemporaryDirectory() as folder:
        text(folder + "/ref/a" + suffix, ref, encoding)
        text(folder + "/pred/a.csv", pred)
        says(name, run(seldc, "score", folder + "/ref", folder + "/pred"), status, words, silent)


def scores(seldc):
    perfect = ["F          7.7 %", "DOAE       0.0 deg"]  # one class of thirteen
    quiet = ["warning", "error:"]
    score(seldc, "plain", SOUND, FOUND, perfect, silent=quiet)
    score(seldc, "byte order mark", SOUND, FOUND, perfect, silent=quiet, encoding="utf-8-sig")
    score(seldc, "CR", SOUND.replace("\n", "\r"), FOUND, perfect, silent=quiet)
    score(seldc, "CR LF", SOUND.replace("\n", "\r\n"), FOUND, perfect, silent=quiet)
    score(seldc, "no-break spaces", SOUND.replace(",", "\u00a0,\u00a0"), FOUND, perfect, silent=quiet)
    score(seldc, ".CSV", SOUND, FOUND, perfect, silent=quiet, suffix=".CSV")
    score(seldc, "a place of a mistake behind a mark", "0,1,0,40,20,x\n", FOUND,
          ["a.csv:1:13: error: distance (cm) 'x' is not a number"], 1, encoding="utf-8-sig")
    score(seldc, "metres in a reference", FOUND, FOUND,
          ["ref/a.csv:1:1: warning: all distances of the file are below 20", "(3 rows in 1 file)"])
    score(seldc, "centimetres in a prediction", SOUND, SOUND,
          ["pred/a.csv:1:1: warning: all distances of the file are above 20", "(3 rows in 1 file)"])
    score(seldc, "a distance of 15 cm among others", rows("0,1,0,40,20,15", "1,1,0,40,20,150"), FOUND,
          [], silent=["warning: all"])
    score(seldc, "distance 0", SOUND + rows("3,1,0,40,20,0"), FOUND,
          ["ref/a.csv:4:1: warning: distance 0", "(1 row in 1 file)"])
    score(seldc, "a predicted distance of 0", SOUND, rows("0,1,0,40,20,0", "1,1,0,40,20,1.5"), [],
          silent=["warning"])
    score(seldc, "negative distance", SOUND, rows("0,1,0,40,20,-1", "1,1,0,40,20,1.5"),
          ["pred/a.csv:1:1: warning: negative distance"])
    x, y, z = (float("%.6f" % v) for v in (0.754407, 0.633022, 0.173648))
    score(seldc, "x, y, z of 2022", SOUND, rows(*("%d,1,0,%f,%f,%f" % (i, x, y, z) for i in range(3))),
          ["pred/a.csv:1:1: warning: the last three fields are unit vectors", "(3 rows in 1 file)"])
    score(seldc, "one unit vector among others", SOUND, rows("0,1,0,1,0,0", "1,1,0,40,20,1.5"), [],
          silent=["unit vectors"])
    score(seldc, "columns of 2025", SOUND, rows("0,1,0,40,80,1", "1,1,0,40,80,0"),
          ["warning: the last field is 0 or 1 throughout"])
    score(seldc, "azimuth beyond 180", SOUND, rows("0,1,0,-320,20,1.5", "1,1,0,40,20,1.5"),
          ["pred/a.csv:1:1: warning: azimuth beyond 180 degrees", "(1 row in 1 file)"])
    score(seldc, "azimuth beyond 360", SOUND, rows("0,1,0,400,20,1.5"),
          ["pred/a.csv:1:7: error: azimuth 400 is not in -360..360"], 1)
    score(seldc, "elevation beyond 90", SOUND, rows("0,1,0,40,95,1.5"),
          ["pred/a.csv:1:10: error: elevation 95 is not in -90..90"], 1)
    score(seldc, "repeated rows", SOUND + SOUND, FOUND,
          ["warning: the same source of the same class again in one frame (3 rows in 1 file)"])
    score(seldc, "two sources of a class", SOUND + SOUND.replace(",1,0,", ",1,1,"), FOUND, [],
          silent=["again"])
    with tempfile.TemporaryDirectory() as folder:
        for name in "abc":
            text("%s/ref/%s.csv" % (folder, name), FOUND)
            text("%s/pred/%s.csv" % (folder, name), FOUND)
        status, said = run(seldc, "score", folder + "/ref", folder + "/pred")
        check("once a kind", status == 0 and said.count("warning") == 1
              and "(9 rows in 3 files)" in said, said)


# ---- train ------------------------------------------------------------------------------------

def train(program, folder):
    """status, what is said, the first line of the log"""
    status, said = run(program, "train", "--data", folder, "--out", folder + "/out", "--threads", "1",
                       "--set", "schedule.epochs=1")
    try:
        with open(folder + "/out/log.jsonl") as f:
            return (status, said), json.loads(f.readline())
    except (OSError, ValueError):
        return (status, said), {}


def dataset(folder, names, wavs=".wav", csvs=".csv", annotation=SOUND):
    for name in names:
        wav("%s/foa_dev/dev/%s%s" % (folder, name, wavs))
        text("%s/metadata_dev/dev/%s%s" % (folder, name, csvs), annotation)


def trains(program):
    four = ["fold3_room1_mix001", "fold3_room1_mix002", "fold4_room1_mix001", "fold4_room1_mix002"]
    with tempfile.TemporaryDirectory() as folder:
        dataset(folder, four)
        found, start = train(program, folder)
        says("a plain data set", found, 0, silent=["neither", "not used"])
        check("nothing unused in the log", start["recordings"] == 4 and "unused" not in start, str(start))
    with tempfile.TemporaryDirectory() as folder:
        dataset(folder, four[:2], ".WAV", ".CSV")
        dataset(folder, four[2:], ".Wav", ".csv")
        found, start = train(program, folder)
        says("suffixes in another case", found, 0)
        check("all four of them", start.get("recordings") == 4, str(start))
    with tempfile.TemporaryDirectory() as folder:
        dataset(folder, four + ["fold5_a", "fold10_b", "fold31_c"])
        text(folder + "/foa_dev/dev/fold3_room1_mix003.flac", "")
        text(folder + "/foa_dev/dev/._fold3_room1_mix001.wav", "")
        found, start = train(program, folder)
        says("folds that no setting uses", found, 0, [
            "3 of 7 recordings are of folds that are neither trained on nor validated: "
            "fold10_b, fold31_c, fold5_a\n",
            "1 files are neither .wav below foa_dev nor .csv below metadata_dev and are not used: "
            "fold3_room1_mix003.flac\n"])
        check("unused in the log", start.get("unused") == {
            "count": 4, "first": ["fold10_b", "fold31_c", "fold5_a"]}, str(start))
    with tempfile.TemporaryDirectory() as folder:
        dataset(folder, four + ["fold32_a"])
        says("a fold of no bit", train(program, folder)[0], 1, ["folds have numbers from 0 to 31"])
    with tempfile.TemporaryDirectory() as folder:
        dataset(folder, four)
        wav(folder + "/foa_dev/dev/fold3_room1_mix001.WAV")
        says("two files of one name", train(program, folder)[0], 1, ["same name as"])
    with tempfile.TemporaryDirectory() as folder:
        dataset(folder, four)
        wav(folder + "/foa_dev/dev/fold3_room1_mix009.wav")
        text(folder + "/metadata_dev/dev/fold3_room1_mix008.csv", SOUND)
        says("one without the other", train(program, folder)[0], 1, [
            "fold3_room1_mix009.wav: no annotation of this name",
            "fold3_room1_mix008.csv: no recording of this name"])
    crowd = rows(*("0,1,%d,%d,0,150" % (i, 10 * i) for i in range(5)))
    with tempfile.TemporaryDirectory() as folder:
        dataset(folder, four, annotation=crowd)
        says("more events than the targets hold", train(program, folder)[0], 0, [
            "fold3_room1_mix001.csv:1:1: warning: more events in a frame than the targets hold: "
            "8 of 4 frames are left out"])
    with tempfile.TemporaryDirectory() as folder:
        dataset(folder, four, annotation=FOUND)
        says("metres in annotations", train(program, folder)[0], 0, [
            "warning: all distances of the file are below 20", "(12 rows in 4 files)"])


# ---- synth ------------------------------------------------------------------------------------

def sound(path):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    x = (np.random.default_rng(2).standard_normal(RATE) * 8000).astype("<i2").tobytes()
    with open(path, "wb") as f:
        f.write(b"RIFF" + struct.pack("<I", 36 + len(x)) + b"WAVEfmt "
                + struct.pack("<IHHIIHH", 16, 1, 1, RATE, 2 * RATE, 2, 16) + b"data"
                + struct.pack("<I", len(x)) + x)


def synth(seldc):
    with tempfile.TemporaryDirectory() as folder:
        sound(folder + "/events/female_speech/train/clip/a.wav")
        sound(folder + "/events/female_speech/test/b.Wav")
        sound(folder + "/events/1/deep/er/c.wav")
        for split in "train", "test":
            says("nested sounds, " + split, run(
                seldc, "synth", "-q", "-o", folder + "/" + split, "--hours", "0.001", "--length", "2",
                "--split", split, "--events", folder + "/events"), 0)
        os.remove(folder + "/events/1/deep/er/c.wav")
        os.remove(folder + "/events/female_speech/test/b.Wav")
        says("none of the split", run(
            seldc, "synth", "-q", "-o", folder + "/none", "--hours", "0.001", "--length", "2",
            "--split", "test", "--events", folder + "/events"), 1, ["no folder named as a class"])
        for option, value, words in (
                ("--length", "0.5", "a number from 1 to 3600"), ("--rt60", "3", "from 0 to 1.5"),
                ("--hours", "x", "from 0.0001 to 10000"), ("--fold", "40", "from 0 to 31"),
                ("--rooms", "1.5", "a whole number from 1 to 100000"), ("--snr", "9:1", "from -60 to 300"),
                ("--seed", "-1", "a whole number from 0"), ("--split", "dev", "train or test")):
            says("range of " + option, run(seldc, "synth", "-o", folder + "/x", option, value), 2,
                 ["%s: '%s' is not " % (option, value), words])


def main():
    seldc, program = (os.path.abspath(p) for p in sys.argv[1:3])
    scores(seldc)
    trains(program)
    synth(seldc)
    print("%d failed" % len(failed))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
