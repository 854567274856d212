#!/bin/bash
# train.sh [-e] [-p PRECISION] [BUILD OPTION...]: a training program of the tiny model on the GPU or,
# with -e, in the emulator: one step against PyTorch in float64, the same bits whatever the order in
# which blocks run, two epochs twice with equal bits, and once more killed and resumed. Prints "ok
# NAME" or "not ok NAME" and why. Needs python3 with torch.
set -u
cd "$(dirname "$0")/../.." || exit 2
build=${B:-build}
[ -x bin/seldc ] && build=bin
seldc=$PWD/$build/seldc
python=${PYTHON:-/usr/bin/python3}
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
run= precision=fp32 options=() sets=() batch=()
while [ $# -gt 0 ]; do
	case $1 in
	-e) run=$PWD/tests/cuda/emulate options+=(--compiler nvcc --arch sm_90) ;;
	-p) precision=$2; shift ;;
	--set)
		options+=(--set "$2")
		case $2 in
		accumulate=*) batch=(--batch-size $((2 * ${2#*=})) --accumulate "${2#*=}") ;;
		*) sets+=(--set "$2") ;;
		esac
		shift ;;
	*) options+=("$1") ;;
	esac
	shift
done
program=$work/program

check() {
	local name="train $precision: $1"; shift
	if "$@" >"$work/out" 2>&1; then echo "ok $name"; else
		echo "not ok $name"; tail -20 "$work/out" | sed 's/^/    /'; fi
}
build_program() {
	$run "$seldc" build models/seld_mamba_tiny.json --train --target cuda --precision "$precision" \
		"${options[@]}" --save-temps "$work/src" -o "$program"
}
# A seed for which no gradient is ill-conditioned.
step() {
	$run "$python" tests/reference/step.py --tiny --seed 3 --precision "$precision" \
		"${sets[@]}" "${batch[@]}" --program "$program"
}
one_step() { # OUTPUT
	$run "$program" step --weights "$work/w" --batch "$work/batch" --output "$1"
}
same_bits() {
	$run "$program" init --seed 1 -o "$work/w" &&
		"$python" tests/reference/step.py --tiny --seed 3 --write-batch "$work/batch" \
			"${sets[@]}" "${batch[@]}" &&
		one_step "$work/o1" && EMULATOR_BACKWARD=1 one_step "$work/o2" && cmp "$work/o1" "$work/o2"
}
data() {
	"$seldc" synth -q -o "$work/data" --length 2 --hours 0.0011 --seed 1 &&
		"$seldc" synth -q -o "$work/data" --split test --length 2 --hours 0.0006 --seed 2
}
command_for() { # OUT OPTION...: the words of a command
	local out=$1; shift
	words=($run "$program" train -q --data "$work/data" --out "$work/$out" --set schedule.epochs=2
		--set checkpoint_steps=1 "$@")
}
train() { command_for "$@"; "${words[@]}"; }
twice() {
	train a && EMULATOR_BACKWARD=1 train b && cmp "$work/a/last.safetensors" "$work/b/last.safetensors"
}
# Killed in the middle of the first epoch.
resumed() {
	command_for c
	"${words[@]}" & local pid=$!
	until grep -q '"kind":"step"' "$work/c/log.jsonl" 2>/dev/null; do
		kill -0 $pid || return 1
		sleep 0.02
	done
	kill -9 $pid
	wait $pid
	[ ! -e "$work/c/last.safetensors" ] && train c --resume &&
		cmp "$work/a/last.safetensors" "$work/c/last.safetensors" &&
		[ "$(wc -l <"$work/c/log.jsonl")" = "$(wc -l <"$work/a/log.jsonl")" ]
}

check "builds" build_program
[ -x "$program" ] || exit 1
check "one step against float64" step
check "the same bits in any order" same_bits
check "data" data
check "two epochs twice" twice
check "killed and resumed" resumed
