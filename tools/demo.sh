#!/bin/sh
# demo.sh SELDC: builds the DCASE2024 baseline and detects events in a real recording with its
# official weights; then builds SELD-Mamba, for which no weights were published, and shows that it
# runs. Everything goes to the folder demo/.
set -eu
seldc=$(realpath "$1")
top=$(cd "$(dirname "$0")/.." && pwd)
clips=$top/tests/data/clips official=$top/tests/data/dcase2024_baseline
mkdir -p "$top/demo" && cd "$top/demo"
title() { printf '\n== %s\n' "$1"; }
build() { # MODEL
	title "seldc build models/$1.json"
	$seldc build "$top/models/$1.json" --target cpu --save-temps emitted -o "$1"
	title "what was built"
	$seldc inspect "$top/models/$1.json"
	"./$1" info
}

build dcase2024_baseline
title "a TRAINED network: the baseline with its official weights, on real recordings"
set -- --weights "$official/foa_multiaccddoa.safetensors" --statistics "$official/scaler.safetensors"
./dcase2024_baseline infer "$@" -o events "$clips"/eigenmike_rec*.wav
./dcase2024_baseline infer "$@" -o events --table --svg starss23_excerpt.svg "$clips/starss23_excerpt.wav"
cat <<TXT

The weights are those that the organisers published. The mean and deviation of the features that
belong to them were not published: they are ESTIMATED, half from these five recordings, half from
synthetic mixtures (tests/data/dcase2024_baseline/README.md). So expect less than the published
scores. The excerpt has no annotation to score against; the picture shows the harmonics of a voice
where the table says so.
TXT
title "its speed"
./dcase2024_baseline bench --weights "$official/foa_multiaccddoa.safetensors"

build seld_mamba
title "an UNTRAINED network: fresh weights, ./seld_mamba init --seed 1 -o fresh.safetensors"
./seld_mamba init --seed 1 -o fresh.safetensors
./seld_mamba infer --weights fresh.safetensors -o untrained "$clips"/*.wav
title "its speed"
./seld_mamba bench --weights fresh.safetensors
cat <<TXT

No weights of SELD-Mamba were published: these are random numbers, NOTHING IS TRAINED, and what it
detects means nothing. Its speed does not depend on the weights.

  events as DCASE CSV  demo/events/*.csv
  picture              demo/starss23_excerpt.svg
  the emitted C        demo/emitted/*.c
TXT
