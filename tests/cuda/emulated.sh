#!/bin/bash
# emulated.sh [GROUP...]: the CUDA back end without a GPU, in the emulator: what the emulator finds
# (faults), what the cases find (pitfalls), every numeric case in fp32 (num), those whose kernels
# differ with the precision in tf32 and bf16 (reduced), matrix instructions of sm_90 (wgmma), the
# shipped models at tiny size against the float64 evaluator in all three (models); if named, gradients
# of larger operands (edges), training of the tiny models (train). Prints "ok NAME" or "not ok NAME:
# reason". Needs g++ and build/cuda/cuda_check.
set -u
cd "$(dirname "$0")/../.." || exit 2
seldc=$PWD/${B:-build}/seldc
check=$PWD/${B:-build}/cuda/cuda_check
emulate=tests/cuda/emulate
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT

# checked ARCH OPTION... FILE...: cuda_check on a GPU of that architecture; in bf16 sm_90 has matrix
# instructions of its own, the others have those of sm_80.
checked() { EMULATOR_ARCH=${1#sm_} $emulate "$check" -N -a "$@"; }
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
	fault "tf32 operands are not rounded" "differs by" 's/round_operand\(.*T\(\)\);//' -p tf32 -t 2e-4 \
		tests/cuda/cases/linear_200x512x200.sir
}
# What is easy to get wrong in these kernels (HACKING.md): a case fails when it is.
run_pitfalls() {
	local mamba=tests/cuda/cases/mamba conv=tests/cuda/cases/conv_3x3
	fault "softplus without log1p" "wrong)" 's/log1pf\((expf\(-fabsf\(v\)\))\)/logf(1.0f + \1)/' \
		tests/num/scan_gate/small_delta.sir
	fault "exponentials of half precision" "differs by" \
		's/exp2_ftz\(delta \* a\[n\]\)/roundf(2048 * exp2_ftz(delta * a[n])) \/ 2048/' ${mamba}_l50.sir
	fault "exponentials of base e" "differs by" 's/ \* 1.4426950408889634f//' ${mamba}_l4.sir
	fault "gates that overflow" "wrong)" 's/v \/ \(1.0f \+ expf\(-v\)\)/v * expf(v) \/ (1.0f + expf(v))/' \
		tests/num/scan_gate/extreme.sir
	fault "taps of a reversed stack" "differs by" 's/rev \? t \+ P::TAPS - 1 - j : t \+ j/t + j/' ${mamba}_l4.sir
	fault "the end of a reversed sequence" "differs by" \
		's/rev \? len - 1 - i - j : i \+ j/rev ? (len - 1 - i - j + 1) % len : i + j/' ${mamba}_l3.sir
	fault "rows of the next sequence" "differs by" \
		's/row0 \+ r >= 0 && row0 \+ r < limit/(row0 + r >= 0 || blockIdx.z) \&\& row0 + r < limit/' ${mamba}_batch.sir
	fault "rows of the next image" "touches byte" 's/valid = iy >= 0 && iy < P::H/valid = (iy >= 0 || blockIdx.z)/' \
		${conv}_many.sir
	fault "a halo refilled too early" "two runs differ" 's/HALOS = .*,/HALOS = 1,/' \
		-p tf32 -t 1e-3 ${conv}_wide.sir
	fault "variance as a difference" "wrong)" \
		's/(float d = v\[r\]\[e\]) - mean\[e\]/\1/; s/m2\[e\] \+= fmaf.*;/m2[e] += square;/; s/fmaf\(step, share, mean/fmaf(step - mean[e], share, mean/; s/(make_float2\(s.mean\[e\], s.m2\[e\])/\1 - s.n * s.mean[e] * s.mean[e]/' \
		tests/num/batch_norm_train/offset.sir
	fault "long sums in one accumulator" "wrong)" 's/lost \+= \(sum - had.*;//' tests/num/sum_product/rounding.sir
	fault "statistics in single precision" "wrong)" 's/double (sum = 0, square)/float \1/' \
		tests/num/batch_norm_train/rounding.sir
	fault "a convolution's sum in one piece" "differs by" 's/DEEP = 1,/DEEP = 100,/' -t 1.5e-7 ${conv}_wide.sir
	fault "an odd row of a pool" "touches byte" 's/py >= P::OH \/ P::TH \|\|/py >= ceil_div(P::OH, P::TH) ||/' ${conv}_pool22.sir
	fault "half of a wide tile" "differs by" 's/q \*= 2/q *= 4/' -p tf32 -t 1e-3 ${conv}_max14.sir
	fault "a value that nobody wrote" "differs by -nan" 's/t0 \+ t < P::M; t/t0 + t < P::M - 1; t/' ${mamba}_l50.sir
}

# The matrix instructions of sm_90; more in `edges`.
run_wgmma() {
	local half="-a sm_90 -p bf16 -t 1e-2" grad=tests/cuda/cases/conv_grad_wide.sir
	local product="-m 1 tests/cuda/cases/linear_grad_large.sir" mamba=tests/cuda/cases/mamba_computed
	$emulate "$check" -N $half tests/cuda/cases/{conv_between_pool22,conv_grad_2x3,linear_grad_odd}.sir |
		grep -v '^   ' | sed "s/sir/& sm_90/"
	$emulate "$check" -N $half -m 1 $mamba*.sir tests/cuda/cases/linear_grad_{large,rows}.sir |
		grep -v '^   ' | sed "s/sir/& sm_90 1/"
	fault "wgmma is not waited for" "more wgmma under way" 's/wgmma_wait\(\);/;/' $half $grad
	fault "rows of the stage before" "touches address" 's/\? last \+ F::G_BYTES : now/? now : now/' $half $grad
	fault "weights of other channels" "differs by" 's/wgmma_rows\(wt \+ ks/wgmma_rows(wt + (ks ^ 1)/' $half $grad
	fault "depth of a product" "differs by" 's/BM \* 128 \+ ks \* 32/BM * 128/' $half $product
	fault "columns of the next panel" "differs by" 's/(xs \+ k \* 128), panel/\1, 1024/' $half $product
	fault "taps of the sequence before" "differs by" 's/then >= 0 && then/then/' $half -m 1 ${mamba}_wide.sir
}

run_num() { $emulate "$check" -N tests/num/*/*.sir; }

run_reduced() {
	local p op files=()
	for op in $(cat tests/cuda/reduced); do
		files+=(tests/num/$op/*.sir)
	done
	for p in tf32:4e-3 bf16:3e-2; do
		checked sm_80 -p "${p%:*}" -t "${p#*:}" "${files[@]}" | sed "s/sir/& ${p%:*}/"
	done
}

# Gradients and matrix instructions at the edges of tiles, with the tiles of many and of one
# multiprocessor.
run_edges() {
	local p m
	for m in 132 1; do
		checked sm_90 -m $m -p bf16 -t 1e-2 \
			tests/cuda/cases/{conv_between*,conv_grad*,linear_[2-9]*,linear_grad*,mamba_*}.sir |
			grep -v '^   ' | sed "s/sir/& sm_90 $m/"
	done
	for p in fp32:3e-6 tf32:1e-3 bf16:1e-2; do
		for m in 132 1; do
			checked sm_80 -m $m -p "${p%:*}" -t "${p#*:}" tests/cuda/cases/*{gru,grad,norm,adamw,accumulate,sum,max}*.sir |
				grep -v '^   ' | sed "s/sir/& ${p%:*} $m/"
		done
	done
}

run_models() {
	local model p
	for model in seld_mamba einv2 dcase2024_baseline; do
		"$seldc" opt models/${model}_tiny.json >"$work/$model.sir" &&
			"$check" -w "$work/$model.ref" "$work/$model.sir" >/dev/null
		for p in fp32:3e-6 tf32:1e-3 bf16:2e-2; do
			checked sm_80 -p "${p%:*}" -t "${p#*:}" -r "$work/$model.ref" "$work/$model.sir" |
				sed "s|$work/$model.sir|$model ${p%:*}|"
		done
		checked sm_90 -p bf16 -t 2e-2 -r "$work/$model.ref" "$work/$model.sir" |
			sed "s|$work/$model.sir|$model bf16 sm_90|"
	done
}

# Small, as a step of these takes seconds; precision:seed.
run_train() {
	local p
	local -x EMULATOR_ARCH=80
	for p in fp32:1 bf16:3; do
		tests/cuda/train.sh -e -p ${p%:*} -s ${p#*:} --batch 2 --set mel=16 --set layers=1
	done
	for p in fp32:1 tf32:3 bf16:3; do
		tests/cuda/train.sh -e -m einv2_tiny -p ${p%:*} -s ${p#*:} --batch 2 --set layers=1
		tests/cuda/train.sh -e -m dcase2024_baseline_tiny -s 1 -p ${p%:*} --batch 2
	done
}

command -v "${EMULATOR_CXX:-g++}" >/dev/null || { echo "not ok cuda_emulated: no g++"; exit 1; }
[ $# -gt 0 ] || set -- faults pitfalls num reduced wgmma models
for group; do run_$group; done
