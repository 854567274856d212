#!/usr/bin/env python3
"""Times compiled networks and the same ones in eager PyTorch in turns on this machine, 5 s clips,
features in: the whole network, its encoder alone, convolutions and products by oneDNN, and 60 s in
one pass.

Prints a table for each model and writes it to bench/results/cpu-MODEL-DATE.md. Ratios are against
the faster of PyTorch's two memory layouts. No two ever run at the same time.
"""
import argparse
import datetime
import json
import os
import pathlib
import shlex
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
MODELS = HERE.parent / "models"
NAMES = ["seld_mamba", "einv2", "dcase2024_baseline"]
LAYOUTS = ["", "_channels_last"]
LONG = "compiled, 60 s in one pass"


def encoder_of(name, path):
    """A model file of the first node of `main`, if that is an encoder; else None."""
    model = json.loads((MODELS / (name + ".json")).read_text())
    main = model["graphs"]["main"]
    if main["nodes"][0].get("use") != "encoder":
        return None
    main["nodes"] = main["nodes"][:1]
    main["out"] = {out: out for out in main["nodes"][0]["out"]}
    model["import"] = [str(MODELS / file) for file in model["import"]]
    del model["graphs"]["loss"]
    for part in ("$schema", "training", "postprocess", "parts"):
        model.pop(part, None)
    path.write_text(json.dumps(model, indent=1))
    return path


def programs(options, name, folder):
    """{row of the table: program}"""
    def build(row, file, *flags):
        program = folder / ("p%d" % len(found))
        command = [options.seldc, "build", str(file), "--target", "cpu", "-o", str(program),
                   "--save-temps", str(folder / "src"), *flags]
        if subprocess.run(command, stderr=subprocess.DEVNULL).returncode == 0:
            found[row] = program
        else:
            print("not built: " + " ".join(command), file=sys.stderr)
    found = {}
    file = MODELS / (name + ".json")
    build("compiled", file)
    build("compiled, all convolutions and products by oneDNN", file, "--library", "onednn")
    encoder = encoder_of(name, folder / "encoder.json")
    if encoder:
        build("compiled: encoder alone", encoder)
    build(LONG, file, "--seconds", "60")
    return found


def output_of(options, command):
    command = shlex.split(options.under) + [str(word) for word in command]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def program_time(options, program, long):
    runs = max(1, options.repeats // 3) if long else options.repeats
    report = output_of(options, [program, "bench", "--json", "--warmup", 1, "--runs", runs,
                                 "--threads", options.threads])
    times = {r["name"]: r["latency_seconds"]["median"] for r in report["results"]}
    return times["main"]


def pytorch_times(options, name):
    return output_of(options, [options.python, HERE / "pytorch_cpu.py", "--model", name,
                               "--repeats", options.repeats, "--threads", options.threads])


def processor():
    for line in open("/proc/cpuinfo"):
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return "unknown processor"


def spread(values):
    digits = "%.1f" if min(values) > 0.01 else "%.2f"
    return " | ".join(digits % (1e3 * x) for x in (
        statistics.median(values), min(values), max(values)))


def ratio(title, ours, theirs, part):
    """The two times in turns, PyTorch's in the layout that is faster for this part"""
    times = {part + layout: [r["seconds"][part + layout]["median"] for r in theirs]
             for layout in LAYOUTS}
    best = min(times, key=lambda name: statistics.median(times[name]))
    ratios = {name: statistics.median(t / o for t, o in zip(times[name], ours)) for name in times}
    return "%s: PyTorch takes **%.2f times** as long (%s; %.2f contiguous)." % (
        title, ratios[best], best.replace("_", " "), ratios[part])


def table(ours, theirs, options):
    rows = list(ours.items())
    rows += [("PyTorch: " + name.replace("_", " "), [r["seconds"][name]["median"] for r in theirs])
             for name in theirs[0]["seconds"]]
    lines = ["# %s on a CPU, %s" % (theirs[0]["model"], datetime.date.today()), "",
             "%s, %d threads, batch 1 of 5 s, fp32, features in. PyTorch %s, eager, %s MKL." % (
                 processor(), options.threads, theirs[0]["torch"],
                 "with" if theirs[0]["mkl"] else "WITHOUT"),
             "%d rounds in turns of %d runs each; milliseconds, of the rounds' medians." % (
                 options.rounds, options.repeats), "",
             "| | median | least | most |", "|---|---|---|---|"]
    lines += ["| %s | %s |" % (name, spread(values)) for name, values in rows]
    lines += ["", ratio("Whole network", ours["compiled"], theirs, "whole")]
    if "compiled: encoder alone" in ours:
        lines += [ratio("Encoder", ours["compiled: encoder alone"], theirs, "encoder")]
    if LONG in ours:
        times = zip(ours[LONG], ours["compiled"])
        lines += ["60 s in one pass cost **%.2f times** 5 s." % statistics.median(
            long / short for long, short in times)]
    return "\n".join(lines + ["", "Repeat: `python3 bench/compare_cpu.py %s`" %
                              theirs[0]["model"], ""])


def compare(options, name, folder):
    built = programs(options, name, folder)
    ours, theirs = {row: [] for row in built}, []
    for _ in range(options.rounds):
        for row, program in built.items():
            ours[row].append(program_time(options, program, row == LONG))
        theirs.append(pytorch_times(options, name))
    text = table(ours, theirs, options)
    print(text)
    (options.output / ("cpu-%s-%s.md" % (name, datetime.date.today()))).write_text(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", nargs="*", default=NAMES, help="default: %s" % " ".join(NAMES))
    parser.add_argument("--seldc", default=str(HERE.parent / "build/seldc"))
    parser.add_argument("--python", default=sys.executable, help="the one that has PyTorch")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--under", default="", metavar="COMMAND",
                        help="that runs what is timed, as in --under 'nice -n -20'")
    parser.add_argument("--output", type=pathlib.Path, default=HERE / "results", help="folder")
    options = parser.parse_args()
    options.seldc = os.path.abspath(options.seldc)
    options.output.mkdir(parents=True, exist_ok=True)
    for name in options.model:
        with tempfile.TemporaryDirectory() as folder:
            compare(options, name, pathlib.Path(folder))


if __name__ == "__main__":
    main()
