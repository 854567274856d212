#!/usr/bin/env python3
"""Times a compiled network and eager PyTorch in turns on this machine, features in.

Prints a table and writes it to bench/results/cpu-MODEL-DATE.md. The ratio is against the faster of
PyTorch's two memory layouts. The two never run at the same time.
"""
import argparse
import datetime
import json
import os
import pathlib
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent


def output_of(command):
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def program_times(options, threads):
    """(model, batch, seconds of the main graph)"""
    report = output_of([os.path.abspath(options.program), "bench", "--json", "--runs",
                        str(options.repeats), "--threads", str(threads)])
    times = {r["name"]: r["latency_seconds"]["median"] for r in report["results"]}
    return report["model"], int(report["batch"]), times["main"]


def pytorch_times(options, model, threads, batch):
    return output_of([options.python, str(HERE / "pytorch_cpu.py"), "--model", model,
                      "--repeats", str(options.repeats), "--threads", str(threads),
                      "--batch", str(batch)])


def processor():
    for line in open("/proc/cpuinfo"):
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return "unknown processor"


def spread(values):
    return "%.1f (%.1f to %.1f)" % tuple(1e3 * x for x in (
        statistics.median(values), min(values), max(values)))


def table(ours, theirs, threads, batch, options):
    best = min(("whole", "whole_channels_last"),
               key=lambda name: statistics.median(r["seconds"][name]["median"] for r in theirs))
    rows = [("compiled program", ours)]
    rows += [("PyTorch: " + name.replace("_", " "), [r["seconds"][name]["median"] for r in theirs])
             for name in theirs[0]["seconds"]]
    ratios = [r["seconds"][best]["median"] / t for r, t in zip(theirs, ours)]
    lines = ["# %s on a CPU, %s" % (theirs[0]["model"], datetime.date.today()), "",
             "%s, %d threads, batch %d of 5 s, fp32, features in. PyTorch %s, eager, %s MKL." % (
                 processor(), threads, batch, theirs[0]["torch"],
                 "with" if theirs[0]["mkl"] else "WITHOUT"),
             "%d rounds in turns of %d runs each: median and range of the rounds' medians." % (
                 len(ours), options.repeats), "",
             "| | milliseconds |", "|---|---|"]
    lines += ["| %s | %s |" % (name, spread(values)) for name, values in rows]
    lines += ["", "PyTorch (%s) takes **%.2f times** as long (%.2f to %.2f by round)." % (
        best.replace("_", " "), statistics.median(ratios), min(ratios), max(ratios)), "",
        "Repeat: `python3 bench/compare_cpu.py PROGRAM`", ""]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", help="a model of models/ built for the CPU")
    parser.add_argument("--python", default=sys.executable, help="the one that has PyTorch")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--output", type=pathlib.Path,
                        help="default: bench/results/cpu-MODEL-DATE.md")
    options = parser.parse_args()
    ours, theirs = [], []
    for _ in range(options.rounds):
        model, batch, seconds = program_times(options, options.threads)
        ours.append(seconds)
        theirs.append(pytorch_times(options, model, options.threads, batch))
    text = table(ours, theirs, options.threads, batch, options)
    print(text)
    output = options.output or HERE / "results" / ("cpu-%s-%s.md" % (model, datetime.date.today()))
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(text)


if __name__ == "__main__":
    main()
