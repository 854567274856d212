#!/bin/sh
# run.sh SELDC [MODEL]: builds a model, times it and, in turns, the same network in eager PyTorch on
# this machine; the table goes to bench/results/. PYTHON chooses the Python that has PyTorch.
set -eu
seldc=$(realpath "$1") model=${2:-seld_mamba}
top=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT

$seldc build "$top/models/$model.json" --target cpu --save-temps "$work/src" -o "$work/$model"
"$work/$model" bench
"${PYTHON:-/usr/bin/python3}" "$top/bench/compare_cpu.py" "$work/$model"
