#!/bin/sh
# run.sh SELDC [MODEL...]: times models (all three) and, in turns, the same networks in eager PyTorch
# on this machine; tables go to bench/results/. PYTHON chooses the Python that has PyTorch.
set -eu
seldc=$1 && shift
exec "${PYTHON:-/usr/bin/python3}" "$(dirname "$0")/compare_cpu.py" --seldc "$seldc" "$@"
