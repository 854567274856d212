#!/bin/sh
# demo.sh SELDC: builds SELD-Mamba, runs it with fresh weights on real recordings, shows what came
# out. Everything goes to the folder demo/.
set -eu
seldc=$(realpath "$1")
top=$(cd "$(dirname "$0")/.." && pwd)
clips="$top/tests/data/clips"
mkdir -p "$top/demo" && cd "$top/demo"

echo "== seldc build models/seld_mamba.json"
$seldc build "$top/models/seld_mamba.json" --target cpu --save-temps emitted -o seld_mamba
echo
echo "== what was built"
$seldc inspect "$top/models/seld_mamba.json"
./seld_mamba info
echo
echo "== fresh weights: ./seld_mamba init --seed 1 -o fresh.safetensors"
./seld_mamba init --seed 1 -o fresh.safetensors
echo
echo "== five real recordings"
./seld_mamba infer --weights fresh.safetensors -o events "$clips"/eigenmike_rec*.wav "$clips/starss23_excerpt.wav"
./seld_mamba infer --weights fresh.safetensors -o events --table --svg starss23_excerpt.svg "$clips/starss23_excerpt.wav"
echo
./seld_mamba bench --weights fresh.safetensors
cat <<TXT

The weights are fresh random numbers: NOTHING IS TRAINED, so the events above mean nothing. What
you saw is the whole path: JSON, passes, C, program, recording, events.
  events as DCASE CSV  demo/events/*.csv
  picture              demo/starss23_excerpt.svg
  the emitted C        demo/emitted/seld_mamba.c
TXT
