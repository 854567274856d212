#!/bin/bash
# train.sh [-e] [-q] [-1] [-c] [-m MODEL] [-s SEED] [-p PRECISION] [BUILD OPTION...]: a training
# program of models/MODEL.json (seld_mamba_tiny) on the GPU or, with -e, in the emulator: one step
# against PyTorch in float64 (not with -q), the same bits whatever the order in which blocks run and,
# not with -1, some epochs twice with equal bits, the scores of its evaluation from its weights, once
# more killed and resumed, a loss that is no number; with -c the loss of a hundred steps, PyTorch on
# the GPU, too. SEED is that of the one step's weights and data in tf32 and bf16, the first of several;
# in fp32 they are those of tests/data/rounding. Prints "ok NAME" or "not ok NAME" and why;
# status 1 after any of these. Needs python3 with torch.
set -u
cd "$(dirname "$0")/../.." || exit 2
build=${B:-build}
[ -x bin/seldc ] && build=bin
seldc=$PWD/$build/seldc
python=${PYTHON:-/usr/bin/python3}
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
run= model=seld_mamba_tiny accumulate=1 seed=3 precision=fp32 quick= single= curve= options=() sets=()
epochs=20 # that of a GPU can be caught running; in the emulator a step takes seconds
while [ $# -gt 0 ]; do
	case $1 in
	-e) run=$PWD/tests/cuda/emulate epochs=2 options+=(--compiler nvcc --arch sm_${EMULATOR_ARCH:-90}) ;;
	-q) quick=1 ;;
	-1) single=1 ;;
	-c) curve=1 ;;
	-m) model=$2; shift ;;
	-s) seed=$2; shift ;;
	-p) precision=$2; shift ;;
	--set)
		options+=(--set "$2")
		case $2 in
		accumulate=*) accumulate=${2#*=} ;;
		*) sets+=(--set "$2") ;;
		esac
		shift ;;
	*) options+=("$1") ;;
	esac
	shift
done
program=$work/program out=$work/out failed=0

# show=LINES check NAME COMMAND...: so many lines of what it prints are shown if all is well.
check() {
	local name="train $model $precision: $1" start=$(date +%s) status; shift
	"$@" >"$out" 2>&1; status=$?
	if [ $status = 0 ]; then
		echo "ok $name, $(($(date +%s) - start)) s"
		head -n "${show:-0}" "$out" | sed 's/^/    /'
	else
		echo "not ok $name"; tail -20 "$out" | sed 's/^/    /'; failed=1
	fi
	return $status
}
build_program() {
	$run "$seldc" build "models/$model.json" --train --target cuda --precision "$precision" \
		"${options[@]}" --save-temps "$work/src" -o "$program"
}
reference() {
	$run "$python" tests/reference/step.py --seed "$seed" --model "${model%_tiny}" --params "models/$model.json" \
		"${sets[@]}" --batch-size $((batch * accumulate)) --accumulate "$accumulate" "$@"
}
# In float32 no tensor of a tiny network may be farther than rounding explains, as
# tests/reference/rounding.py found.
step() {
	local name="$model${sets[*]}" file
	file=tests/data/rounding/$(echo "$name" | sed 's/ *--set /-/g').json
	case $precision.$model in
	fp32.*_tiny) reference --rounding "$file" --program "$program" ;;
	fp32.*) reference --precision fp32 --draws 3 --program "$program" ;;
	*) reference --precision "$precision" --program "$program" ;;
	esac
}
hundred_steps() {
	"$python" tests/reference/curve.py --model "${model%_tiny}" --params "models/$model.json" \
		--batch-size "$batch" --program "$program" --device cuda
}
one_step() { # OUTPUT
	$run "$program" step --weights "$work/w" --batch "$work/batch" --output "$1"
}
same_bits() {
	$run "$program" init --seed 1 -o "$work/w" &&
		reference --write-batch "$work/batch" &&
		one_step "$work/o1" && EMULATOR_BACKWARD=1 one_step "$work/o2" && cmp "$work/o1" "$work/o2"
}
data() {
	"$seldc" synth -q -o "$work/data" --length 2 --hours 0.0011 --seed 1 &&
		"$seldc" synth -q -o "$work/data" --split test --length 2 --hours 0.0006 --seed 2
}
command_for() { # OUT OPTION...: the words of a command
	local out=$1; shift
	words=($run "$program" train -q --data "$work/data" --out "$work/$out" --set schedule.epochs=$epochs
		--set checkpoint_steps=1 "$@")
}
train() { command_for "$@"; "${words[@]}"; }
twice() {
	train a && EMULATOR_BACKWARD=1 train b && cmp "$work/a/last.safetensors" "$work/b/last.safetensors"
}
# The scores of the last epoch are those of its weights.
evaluated() {
	$run "$program" eval -q --data "$work/data" --weights "$work/a/last.safetensors" --json >"$work/scores" &&
		"$python" - "$work/a/log.jsonl" "$work/scores" <<'P'
import json, sys
epoch = [e for e in map(json.loads, open(sys.argv[1])) if e["kind"] == "epoch"][-1]
scores = json.load(open(sys.argv[2]))
for name in "F", "SELD", "ER":
    print(name, epoch[name], scores[name])
    assert epoch[name] == scores[name]
P
}
# Killed soon after the first step.
resumed() {
	command_for c
	"${words[@]}" & local pid=$!
	until grep -q '"kind":"step"' "$work/c/log.jsonl" 2>/dev/null; do
		kill -0 $pid || return 1
		sleep 0.02
	done
	kill -9 $pid
	wait $pid
	[ $? = 137 ] && train c --resume &&
		cmp "$work/a/last.safetensors" "$work/c/last.safetensors" &&
		[ "$(wc -l <"$work/c/log.jsonl")" = "$(wc -l <"$work/a/log.jsonl")" ]
}
no_number() {
	train d --set lr=1e9
	[ $? = 1 ] && grep -q 'first bad tensor is' "$out" && [ -s "$work/d/checkpoint.safetensors" ]
}

check "builds" build_program || exit 1
batch=$($run "$program" info --json | "$python" -c 'import json, sys; print(json.load(sys.stdin)["batch"])')
[ -z "$curve" ] || (out=$work/out.curve; show=3 check "a hundred steps" hundred_steps) >"$work/curve" &
[ "$quick" ] || show=8 check "one step against float64" step
check "the same bits in any order" same_bits
if [ -z "$single" ]; then
	check "data" data
	check "epochs twice" twice
	check "evaluation" evaluated
	check "killed and resumed" resumed
	check "a loss that is no number" no_number
fi
if [ "$curve" ]; then
	wait
	cat "$work/curve"
	! grep -q '^not ok' "$work/curve" || failed=1
fi
exit $failed
