#!/bin/sh
# learn.sh SELDC EVENTS ANNOTATIONS OUT [MODEL[:STAGE]...]: trains networks on synthetic mixtures and
# scores them on others.
#   EVENTS        mono sounds, a folder for each class, events.csv with the split of each
#   ANNOTATIONS   CSV files of real recordings in dev-train* and dev-test* folders: who sounds, where
#   OUT           data, runs and scores; OUT/MODEL-STAGE/ is one run
# A stage that starts from another trains that first. Settings by environment:
#   HOURS=5 TEST_HOURS=1 EPOCHS=40 SEED=1
#   VARY="--even P --turn DEGREES --speed SEMITONES --tone DB" (of the mixtures to train on)
#   BUILD="--target cuda --precision bf16" SET="NAME=VALUE..."
# Test mixtures share no sound, no recording's annotation and no room with the training mixtures.
set -eu
seldc=$(realpath "$1") events=$(realpath "$2") annotations=$(realpath "$3")
mkdir -p "$4" && out=$(realpath "$4") && shift 4
top=$(cd "$(dirname "$0")/.." && pwd)
[ $# -gt 0 ] || set -- seld_mamba:unified

if [ ! -e "$out/data/made" ]; then
	$seldc synth -o "$out/data" --events "$events" --annotations "$annotations" \
		--split train --hours "${HOURS:-5}" --seed "${SEED:-1}" ${VARY:-}
	$seldc synth -o "$out/data" --events "$events" --annotations "$annotations" \
		--split test --hours "${TEST_HOURS:-1}" --seed "$((${SEED:-1} + 1))"
	touch "$out/data/made"
fi

sets="--set schedule.epochs=${EPOCHS:-40}"
for s in ${SET:-}; do sets="$sets --set $s"; done
for run; do
	model=${run%%:*} stage=${run#*:}
	[ "$stage" != "$run" ] || stage=unified
	dir=$out/$model-$stage
	[ -x "$out/$model" ] || $seldc build "$top/models/$model.json" --train ${BUILD:---target auto} \
		--save-temps "$out/src-$model" -o "$out/$model"
	"$out/$model" train --data "$out/data" --out "$dir" --stage "$stage" --seed "${SEED:-1}" $sets --resume
	"$out/$model" eval --data "$out/data" --weights "$dir/best.safetensors" --json >"$dir/score.json"
	"$out/$model" eval --data "$out/data" --weights "$dir/best.safetensors"
done
