#!/bin/sh
# statistics.sh SELDC [OUT]: estimates scaler.safetensors, which was not published with the weights:
# mean and deviation of each channel and mel bin. Half of the frames are of the recordings in
# ../clips, given 26 times; half of ten minutes of synthetic mixtures whose loudest samples lie
# between those of the recordings (-28.2 to -13.8 dB of full scale).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
seldc=$(realpath "$1") out=$(realpath -m "${2:-$here/scaler.safetensors}")
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT

$seldc build "$here/../../../models/dcase2024_baseline.json" --target cpu --save-temps "$work/src" \
	-o "$work/program"
$seldc synth -q -o "$work/mix" --hours 0.16667 --length 30 --seed 1 --peak=-28:-14
set --
while [ $# -lt $((26 * 5)) ]; do set -- "$@" "$here"/../clips/*.wav; done
"$work/program" statistics -o "$out" "$work"/mix/foa_dev/*/*.wav "$@"
