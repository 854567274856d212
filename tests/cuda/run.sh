#!/bin/sh
# run.sh [quick]: checks the CUDA back end on a machine with a GPU: every numeric case with all and
# with no optional passes, reduced precisions on the ops that have them, models at full size with
# times, compute-sanitizer on small cases. build/cuda holds cuda_check, models as .sir with their
# references as .ref, and the cache of machine code. Status 1 if anything failed.
cd "$(dirname "$0")/../.." || exit 2
out=${OUT:-build/cuda/log}
mkdir -p "$out"
XDG_CACHE_HOME=$PWD/build/cuda/cache
export XDG_CACHE_HOME
check=build/cuda/cuda_check
failed=0
passes=$(sed -n 's/^PASS(\([a-z_]*\), optional.*/\1/p' passes/passes.def)

# batch NAME OPTION... -- FILE...: prints failures and a count
batch() {
	name=$1
	shift
	opts=
	while [ "$1" != -- ]; do
		opts="$opts $1"
		shift
	done
	shift
	printf '%s\n' "$@" | xargs -P 4 -n 60 $check $opts >"$out/$name.log" 2>&1 || failed=1
	echo "$name: $(grep -c '^ok' "$out/$name.log") ok of $#"
	grep -v '^ok\|^   ' "$out/$name.log" | head -"${LINES_SHOWN:-25}"
}

heavy() {
	for op in conv2d conv2d_act linear matmul inproj_conv_silu scan_gate map avg_pool2d \
		rms_norm; do
		ls tests/num/$op/*.sir
	done
}

build/cuda/kernels_test >"$out/kernels.log" 2>&1 || failed=1
cat "$out/kernels.log"
nvidia-smi --query-gpu=name,driver_version --format=csv,noheader
# Random weights rectify distances about 0, so errors count twice as much as in a trained model.
for p in fp32:3e-6 tf32:1e-3 bf16:2e-2; do
	for model in tiny tiny_b2 full; do
		$check -p "${p%:*}" -t "${p#*:}" -r build/cuda/$model.ref -n 100 \
			build/cuda/$model.sir >"$out/$model.${p%:*}.log" 2>&1 || failed=1
		echo "--- $model ${p%:*}"
		if [ $model = full ]; then cat "$out/$model.${p%:*}.log"
		else grep -v ' us ' "$out/$model.${p%:*}.log"; fi
	done
done
batch all_passes -- tests/num/*/*.sir
batch no_passes -0 -- tests/num/*/*.sir
batch tf32 -p tf32 -t 4e-3 -- $(heavy)
for p in fp32:3e-6 tf32:1e-3 bf16:1e-2; do
	batch "edges_${p%:*}" -p "${p%:*}" -t "${p#*:}" -- tests/cuda/cases/*.sir
done
batch bf16 -p bf16 -t 3e-2 -- $(heavy)
for pass in $passes; do
	batch "without_$pass" -k $pass -r build/cuda/tiny.ref -- build/cuda/tiny.sir
done
# PTX of an older architecture runs; machine code of another says why it does not.
$check -a sm_80 -P tests/num/scan_gate/group.sir || failed=1
$check -a sm_120 tests/num/add/*.sir 2>&1 | head -1 | tee "$out/arch.log"
grep -q "machine code for sm_120" "$out/arch.log" || failed=1
if [ "$1" != quick ] && command -v compute-sanitizer >/dev/null; then
	for tool in memcheck racecheck initcheck; do
		for p in fp32 bf16; do
			compute-sanitizer --tool $tool --error-exitcode 9 \
				$check -p $p -x build/cuda/tiny.sir >"$out/$tool.$p.log" 2>&1 || failed=1
			echo "$tool $p: $(tail -1 "$out/$tool.$p.log")"
		done
	done
fi
exit $failed
