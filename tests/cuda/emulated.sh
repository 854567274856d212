#!/bin/bash
# emulated.sh [GROUP...]: the CUDA back end without a GPU, in the emulator: what the emulator finds
# (faults), every numeric case in fp32 (num), those whose kernels differ with the precision in tf32
# and bf16 (reduced), the shipped models at tiny size against the float64 evaluator in all three
# (models). Prints "ok NAME" or "not ok NAME: reason". Needs g++ and build/cuda/cuda_check.
set -u
cd "$(dirname "$0")/../.." || exit 2
seldc=$PWD/${B:-build}/seldc
check=$PWD/${B:-build}/cuda/cuda_check
emulate=tests/cuda/emulate
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT

# fault NAME REASON EDIT OPTION... FILE: with this edit of the kernels the case fails for the reason.
fault() {
	local name=$1 reason=$2 edit=$3
	shift 3
	EMULATOR_EDIT=$edit $emulate env XDG_CACHE_HOME="$work/$RANDOM" "$check" -N "$@" >"$work/out" 2>&1
	if grep -q "^not ok .*$reason" "$work/out"; then echo "ok fault: $name"; else
		echo "not ok fault: $name: is not found"; sed 's/^/    /' "$work/out"; fi
}
run_faults() {
	local fma=tests/cuda/cases/linear_50x72x40.sir any=tests/num/linear/tiles.sir
	fault "a barrier is missing" "two runs differ" 's/__syncthreads\(\);//' $any
	fault "a barrier for some of the threads" "k001_linear.* in vain" \
		's/__syncthreads\(\);/if (threadIdx.x < 32) __syncthreads();/' $any
	fault "a copy is not waited for" "differs by" 's/(async_wait<F::STAGES) - 2>/\1 - 1>/' $fma
	fault "reads behind a buffer" "k001_linear.* byte 18256 of a buffer of 14592" \
		's/row0 \+ r < limit && k < K;/true;/' $fma
	fault "writes behind shared memory" "k001_linear.* touches address" 's/(r \* PITCH) \+/\1 * 2 +/' $fma
	fault "tf32 operands are not rounded" "differs by" 's/round_operand\(.*T\(\)\);//' -p tf32 -t 1e-4 $fma
}

run_num() { $emulate "$check" -N tests/num/*/*.sir; }

run_reduced() {
	local p op files=()
	for op in conv2d conv2d_act linear matmul inproj_conv_silu scan_gate map avg_pool2d rms_norm; do
		files+=(tests/num/$op/*.sir)
	done
	for p in tf32:4e-3 bf16:3e-2; do
		$emulate "$check" -N -p "${p%:*}" -t "${p#*:}" "${files[@]}" | sed "s/sir/& ${p%:*}/"
	done
}

run_models() {
	local model p
	for model in seld_mamba einv2 dcase2024_baseline; do
		"$seldc" opt models/${model}_tiny.json >"$work/$model.sir" &&
			"$check" -w "$work/$model.ref" "$work/$model.sir" >/dev/null
		for p in fp32:3e-6 tf32:1e-3 bf16:2e-2; do
			$emulate "$check" -N -p "${p%:*}" -t "${p#*:}" -r "$work/$model.ref" "$work/$model.sir" |
				sed "s|$work/$model.sir|$model ${p%:*}|"
		done
	done
}

command -v "${EMULATOR_CXX:-g++}" >/dev/null || { echo "not ok cuda_emulated: no g++"; exit 1; }
[ $# -gt 0 ] || set -- faults num reduced models
for group; do run_$group; done
