#!/bin/bash
# run.sh [quick]: `make test-cuda`: the CUDA back end on this machine's GPU. Every numeric case with
# all and with no optional passes, reduced precisions on the ops that have them, the shipped models
# at tiny and full size against the float64 evaluator, each optional pass left out in turn, whole
# programs against PyTorch in float64 with their times, compute-sanitizer on small sizes.
# Needs a GPU, a CUDA toolkit and a C compiler; runs from a checkout and from the tarball of `make
# dist`. Log and summary go to bench/results/cuda-DEVICE-DATE.log and .md. Status 1 if anything
# failed, 3 if something needed is missing. quick leaves compute-sanitizer out.
set -u
cd "$(dirname "$0")/../.." || exit 2
quick=${1:-}
PATH=$PATH:/usr/local/cuda/bin
build=${B:-build}
[ -x bin/seldc ] && build=bin
seldc=$PWD/$build/seldc
check=$PWD/build/cuda/cuda_check
[ -x bin/cuda_check ] && check=$PWD/bin/cuda_check
work=build/cuda
logs=$work/log
mkdir -p "$logs" bench/results
export XDG_CACHE_HOME=$PWD/$work/cache

for tool in nvidia-smi nvcc "${CC:-cc}"; do
	command -v "$tool" >/dev/null && continue
	echo "test-cuda: no $tool on this machine" >&2
	exit 3
done
ask() { nvidia-smi --query-gpu="$1" --format=csv,noheader -i 0; }
device=$(ask name) && driver=$(ask driver_version) || exit 3
toolkit=$(nvcc --version | sed -n 's/.*release \([0-9.]*\).*/\1/p')
capability=$(ask compute_cap)
case $capability in
8.0) arch=sm_80 ;; 8.6 | 8.7) arch=sm_86 ;; 8.9) arch=sm_89 ;;
9.*) arch=sm_90 ;; 10.*) arch=sm_100 ;; *) arch=sm_120 ;;
esac
foreign=sm_120
[ $arch = sm_120 ] && foreign=sm_80
python=
for p in ${PYTHON:-} /usr/bin/python3 python3; do
	if "$p" -c 'import numpy, torch' 2>/dev/null; then python=$p; break; fi
done
jobs=$(($(nproc) < 8 ? $(nproc) : 8))

passed=0 failed=0
verdict() { # NAME STATUS
	if [ "$2" = 0 ]; then passed=$((passed + 1)); echo "ok $1"
	else failed=$((failed + 1)); echo "not ok $1"; fi
}

# batch NAME OPTION... -- FILE...: prints failures and a count
batch() {
	local name=$1 opts=() ok=0
	shift
	while [ "$1" != -- ]; do opts+=("$1"); shift; done
	shift
	printf '%s\n' "$@" | xargs -P "$jobs" -n 20 "$check" -a $arch "${opts[@]}" \
		>"$logs/$name.log" 2>&1
	ok=$(grep -c '^ok' "$logs/$name.log")
	passed=$((passed + ok)) failed=$((failed + $# - ok))
	echo "$name: $ok ok of $#"
	grep -v '^ok\|^   ' "$logs/$name.log" | head -25
}

# Ops whose kernels differ with the precision.
heavy() {
	local op
	for op in $(cat tests/cuda/reduced); do
		ls tests/num/$op/*.sir
	done
}

references() {
	local model
	"$seldc" opt models/seld_mamba_tiny.json >$work/tiny.sir
	"$seldc" opt models/seld_mamba_tiny.json --batch 2 >$work/tiny_b2.sir
	"$seldc" opt models/seld_mamba.json >$work/full.sir
	for model in tiny tiny_b2 full; do
		"$check" -w $work/$model.ref $work/$model.sir >"$logs/$model.ref.log" || return 1
	done
}

kernels() {
	nvcc -std=c++17 -I. -O2 -arch=$arch -o $work/kernels_test tests/cuda/kernels_test.cu &&
		$work/kernels_test >"$logs/kernels.log" 2>&1
	verdict "kernels alone" $?
	cat "$logs/kernels.log"
}

# Random weights rectify distances about 0, so errors count twice as much as in a trained model.
graphs() {
	local p model
	for p in fp32:3e-6 tf32:1e-3 bf16:2e-2; do
		for model in tiny tiny_b2 full; do
			"$check" -a $arch -p "${p%:*}" -t "${p#*:}" -r $work/$model.ref -n 100 \
				$work/$model.sir >"$logs/$model.${p%:*}.log" 2>&1
			verdict "$model ${p%:*}" $?
			if [ $model = full ]; then cat "$logs/$model.${p%:*}.log"
			else grep -v ' us ' "$logs/$model.${p%:*}.log"; fi
		done
	done
}

# Programs as users get them.
programs() {
	local p model name tiny
	for model in seld_mamba_tiny seld_mamba; do
		tiny=; [ $model = seld_mamba_tiny ] && tiny=--tiny
		for p in fp32:3e-6 tf32:1e-3 bf16:1e-2; do
			name=$model.${p%:*}
			local start=$(date +%s%N)
			"$seldc" build models/$model.json --target cuda --precision "${p%:*}" \
				--save-temps "$work/src/$name" -o "$work/$name"
			verdict "$name: builds" $?
			echo "$name: built in $((($(date +%s%N) - start) / 1000000)) ms"
			if [ -n "$python" ]; then
				"$python" tests/reference/check_run.py $tiny --limit "${p#*:}" "$work/$name"
				verdict "$name: outputs" $?
			fi
			"$work/$name" bench | tee "$logs/$name.bench.log"
			verdict "$name: bench" "${PIPESTATUS[0]}"
		done
	done
	[ -n "$python" ] || echo "skipped: outputs against PyTorch (no python3 with torch)"
}

architectures() {
	local status
	# PTX of an older architecture runs; machine code of another says why it does not.
	"$check" -a sm_80 -P tests/num/scan_gate/group.sir
	verdict "PTX of sm_80" $?
	"$check" -a $foreign tests/num/add/*.sir 2>&1 | head -1 | tee "$logs/arch.log"
	grep -q "machine code for $foreign" "$logs/arch.log"
	verdict "machine code of another architecture is refused" $?
	"$seldc" build models/seld_mamba_tiny.json --target cuda --arch $foreign --emit cubin \
		--save-temps $work/src/foreign -o $work/foreign
	status=$?
	verdict "builds for another architecture" $status
}

sanitizers() {
	local tool p
	if ! command -v compute-sanitizer >/dev/null; then
		echo "skipped: compute-sanitizer is not on this machine"
		return
	fi
	for tool in memcheck racecheck initcheck; do
		for p in fp32 bf16; do
			compute-sanitizer --tool $tool --error-exitcode 9 \
				"$check" -a $arch -p $p -x $work/tiny.sir >"$logs/$tool.$p.log" 2>&1
			verdict "$tool, tiny $p" $?
			tail -1 "$logs/$tool.$p.log"
		done
	done
}

all() {
	local p pass
	echo "device $device, compute capability $capability; driver $driver; toolkit $toolkit;" \
		"$("$seldc" --version); $(date -u +%Y-%m-%dT%H:%MZ)"
	references & local refs=$!
	programs
	wait $refs
	verdict "references" $?
	kernels
	graphs
	architectures
	for p in fp32:3e-6 tf32:1e-3 bf16:1e-2; do
		batch "edges_${p%:*}" -p "${p%:*}" -t "${p#*:}" -- tests/cuda/cases/*.sir
		batch "edges_large_${p%:*}" -m 1 -p "${p%:*}" -t "${p#*:}" -- tests/cuda/cases/*.sir
	done
	batch tf32 -p tf32 -t 4e-3 -- $(heavy)
	batch bf16 -p bf16 -t 3e-2 -- $(heavy)
	for pass in $("$seldc" --list-passes | awk '$2 == "optional" {print $1}'); do
		batch "without_$pass" -k $pass -r $work/tiny.ref -- $work/tiny.sir
	done
	batch all_passes -- tests/num/*/*.sir
	batch no_passes -0 -- tests/num/*/*.sir
	[ "$quick" = quick ] || sanitizers
	echo "$passed passed, $failed failed"
}

summary() {
	echo "# CUDA back end on $device"
	echo
	echo "$(date -u +%Y-%m-%d), driver $driver, CUDA toolkit $toolkit, $("$seldc" --version):"
	echo "$(tail -1 "$1"). The whole log is beside this file."
	echo
	echo "Batch 1, one CUDA graph a run, random weights; milliseconds of the median run."
	echo
	echo "| program | graph | latency | back to back |"
	echo "|---|---|---|---|"
	for f in "$logs"/*.bench.log; do
		awk -v name="$(basename "$f" .bench.log)" '
			/ runs\)$/ {graph = $1}
			/latency/ {latency = $3}
			/back to back/ {print "| " name " | " graph " | " latency " | " $5 " |"}' "$f"
	done
	if grep -q '^not ok' "$1"; then
		printf '\nFailed:\n\n'
		sed -n 's/^not ok/-/p' "$1"
	fi
}

slug=$(echo "$device" | tr 'A-Z ' 'a-z-' | tr -cd 'a-z0-9-')
result=bench/results/cuda-$slug-$(date -u +%Y%m%d)
all 2>&1 | tee "$result.log"
summary "$result.log" >"$result.md"
cat "$result.md"
tail -1 "$result.log" | grep -q ', 0 failed$'
