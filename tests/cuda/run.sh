#!/bin/bash
# run.sh [GROUP...]: `make test-cuda`: the CUDA back end on this machine's GPU; all groups in turn:
#   programs   programs as users get them: outputs against PyTorch in float64, and their times
#   launches   the time of each launch of the full models, and of a training step of 32 segments
#   graphs     graphs against the float64 evaluator, each optional pass left out in turn
#   kernels    the hot kernels by themselves, without the compiler
#   num        every numeric case, with all and without optional passes, in reduced precisions
#   arch       PTX of an older architecture, machine code of another
#   sanitize   compute-sanitizer on small sizes
#   train      a step, training and `seldc check` of the tiny models; a step of the full ones, a
#              hundred of SELD-Mamba; twice a step of 32 segments in bf16, and its time
# Needs a GPU, a CUDA toolkit and a C compiler; runs from a checkout and from the tarball of
# `make dist`. Log and summary go to bench/results/cuda-DEVICE-DATE.log and .md, of some groups alone
# to build/cuda. Status 1 if anything failed, 3 if something needed is missing.
set -u
cd "$(dirname "$0")/../.." || exit 2
PATH=$PATH:/usr/local/cuda/bin
build=${B:-build}
[ -x bin/seldc ] && build=bin
seldc=$PWD/$build/seldc
work=${B:-build}/cuda
check=$PWD/$work/cuda_check
[ -x bin/cuda_check ] && check=$PWD/bin/cuda_check
logs=$work/log
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
jobs=$(($(nproc) < 32 ? $(nproc) : 32))
# PyTorch's threads, when references of a few models are computed side by side. Those that wait
# leave the processor to others.
export OMP_WAIT_POLICY=passive PYTHONWARNINGS=ignore
threads=$(((jobs + 3) / 4))
precisions="fp32 tf32 bf16"
limit_fp32=3e-6 limit_tf32=1e-3 limit_bf16=1e-2
# Of gradients that are zero, the norm that rounding gives: tests/reference/attention_rounding.py
# --draws 300 has at most 2.4e-3 and 1.8e-2 of attention_l1, 9.4e-4 and 7.9e-3 of all others.
limit_vanishing_tf32=2.4e-3 limit_vanishing_bf16=1.8e-2
models=${MODELS:-seld_mamba_tiny seld_mamba einv2 dcase2024_baseline}

# Steps that run side by side leave NAME.log and, last, NAME.status; `report` shows both in order.
# step NAME COMMAND...
step() {
	local name=$1; shift
	"$@" >"$logs/$name.log" 2>&1
	echo $? >"$logs/$name.status"
}
# report NAME [FILTER...]: "ok NAME" or "not ok NAME", and what the filter leaves of the log
report() {
	local name=$1; shift
	if [ "$(cat "$logs/$name.status" 2>/dev/null)" = 0 ]; then echo "ok $name"; else echo "not ok $name"; fi
	[ $# = 0 ] || "$@" <"$logs/$name.log" | sed 's/^/    /'
}
# Up to $jobs steps side by side, each a line of standard input
side_by_side() {
	local line
	while read -r line; do
		while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do wait -n; done
		eval "step $line" &
	done
	wait
}

# ---- programs ----------------------------------------------------------------------------------
build_program() { # MODEL PRECISION
	local start=$(date +%s%N)
	rm -f $work/$1.$2
	"$seldc" build models/$1.json --target cuda --arch $arch --precision $2 --save-temps $work/src/$1.$2 -o $work/$1.$2 &&
		echo "built in $((($(date +%s%N) - start) / 1000000)) ms"
}
# The programs of a model that were built, all with one reference.
compare() { # MODEL
	local p limit programs=() limits=()
	for p in $precisions; do
		limit=limit_$p
		[ ! -x $work/$1.$p ] || { programs+=($work/$1.$p); limits+=(${!limit}); }
	done
	OMP_NUM_THREADS=$threads "$python" tests/reference/check_run.py "${programs[@]}" --limit "${limits[@]}" \
		--model "${1%_tiny}" --params models/$1.json
}
run_programs() {
	local m p
	{
		for m in $models; do for p in $precisions; do echo "build.$m.$p build_program $m $p"; done; done
		case " $chosen " in *" kernels "*) echo "build.kernels build_kernels" ;; esac
	} | side_by_side
	[ -z "$python" ] || for m in $models; do echo "outputs.$m compare $m"; done | side_by_side
	for m in $models; do
		for p in $precisions; do report build.$m.$p tail -1; done
		[ -z "$python" ] || report outputs.$m cat
		for p in $precisions; do
			step bench.$m.$p $work/$m.$p bench --runs 200
			report bench.$m.$p cat
		done
	done
	[ -n "$python" ] || echo "skipped: outputs against PyTorch (no python3 with torch)"
}

# ---- graphs against the evaluator ---------------------------------------------------------------
sir() { # MODEL [OPTION...]: its graphs as text, once
	local m=$1; shift
	mkdir -p $work/sir
	"$seldc" opt models/$m.json "$@" >$work/sir/$m.sir
}
# Compiled side by side, timed one after the other.
run_launches() {
	local m p name
	for m in seld_mamba einv2 dcase2024_baseline; do
		sir $m
		for p in $([ $m = seld_mamba ] && echo $precisions || echo bf16); do
			echo "launches.$m.$p '$check' -a $arch -p $p -x -n 100 $work/sir/$m.sir"
		done
		"$seldc" opt models/$m.json --train --batch 32 >$work/sir/$m.step.sir
		echo "launches.$m.step '$check' -a $arch -p bf16 -x -n 10 $work/sir/$m.step.sir"
	done >$work/launches
	sed 's/ -x / -c /' $work/launches | side_by_side
	while read -r name p; do
		eval "step $name $p"
		report $name cat
	done <$work/launches
}
reference() { rm -f $work/$1.ref; "$seldc" opt "${@:2}" >$work/sir/$1.sir && "$check" -w $work/$1.ref $work/sir/$1.sir; }
graph() { # NAME PRECISION OPTION...
	local limit=limit_$2
	"$check" -a $arch -p $2 -t ${!limit} -r $work/$1.ref "${@:3}" $work/sir/$1.sir
}
# Random weights rectify distances about 0, so that bf16 errs more than in a trained model.
run_graphs() {
	local limit_bf16=2e-2 g p pass full=
	mkdir -p $work/sir
	[ -n "$python" ] || full=full
	{
		echo "reference.tiny reference tiny models/seld_mamba_tiny.json"
		echo "reference.tiny_b2 reference tiny_b2 models/seld_mamba_tiny.json --batch 2"
		echo "reference.einv2 reference einv2_tiny models/einv2_tiny.json"
		echo "reference.baseline reference baseline_tiny models/dcase2024_baseline_tiny.json"
		[ -z "$full" ] || echo "reference.full reference full models/seld_mamba.json"
	} | side_by_side
	for g in tiny tiny_b2 einv2_tiny baseline_tiny $full; do
		for p in $precisions; do echo "graph.$g.$p graph $g $p"; done
		case $g in *_b2 | full) continue ;; esac
		for pass in $("$seldc" --list-passes | awk '$2 == "optional" {print $1}'); do
			echo "graph.$g.without_$pass graph $g fp32 -k $pass"
		done
	done >$work/graphs
	side_by_side <$work/graphs
	while read -r g _; do report $g grep -v '^ok'; done <$work/graphs
}

# ---- kernels and cases --------------------------------------------------------------------------
build_kernels() { rm -f $work/kernels_test; nvcc -std=c++17 -I. -O2 -arch=$arch -o $work/kernels_test tests/cuda/kernels_test.cu; }
run_kernels() {
	[ -f "$logs/build.kernels.status" ] || step build.kernels build_kernels
	report build.kernels
	step kernels $work/kernels_test
	report kernels cat
}

# cases NAME EACH OPTION... -- FILE...: verdicts of all files in NAME.log, of EACH files by one call
cases() {
	local name=$1 each=$2 opts=() part=0
	shift 2
	while [ "$1" != -- ]; do opts+=("$1"); shift; done
	shift
	printf '%s\n' "$@" >"$logs/$name.files"
	echo "$name" >>$work/sets
	while [ $# -gt 0 ]; do
		echo "$name.$((part++)) '$check' -a $arch ${opts[*]} ${*:1:each}" >>$work/calls
		shift $(($# < each ? $# : each))
	done
}
run_cases() {
	local name
	side_by_side <$work/calls
	while read -r name; do
		cat "$logs/$name".[0-9]*.log >"$logs/$name.log"
		rm "$logs/$name".[0-9]*
		# what died or was not reached
		grep -vxFf <(sed -nE 's/^(ok|not ok) ([^:]*).*/\2/p' "$logs/$name.log") "$logs/$name.files" |
			sed 's/.*/not ok &: no verdict/' >>"$logs/$name.log"
		echo "$name: $(grep -c '^ok' "$logs/$name.log") ok of $(wc -l <"$logs/$name.files")"
		# one line for each op with a failure
		grep '^not ok' "$logs/$name.log" | awk -F/ '!seen[$(NF - 1)]++' | sed 's/^/    first of its op: /'
	done <$work/sets
}
# Ops whose kernels differ with the precision.
heavy() {
	local op
	for op in $(cat tests/cuda/reduced); do
		ls tests/num/$op/*.sir
	done
}
run_num() {
	local p limit
	rm -f $work/calls $work/sets
	for p in $precisions; do # what takes longest to compile first
		limit=limit_$p
		cases edges_$p 5 -p $p -t ${!limit} -- $(ls tests/cuda/cases/*.sir | grep -v /attention_l1.sir)
		[ $p = fp32 ] || limit=limit_vanishing_$p
		[ $p$arch != bf16sm_90 ] || cases edges_mma 5 -a sm_80,sm_90 -p $p -t ${!limit} -- tests/cuda/cases/{conv,linear,mamba}*.sir
		cases edges_vanishing_$p 1 -p $p -t ${!limit} -- tests/cuda/cases/attention_l1.sir
	done
	cases tf32 20 -p tf32 -t 4e-3 -- $(heavy)
	cases bf16 20 -p bf16 -t 3e-2 -- $(heavy)
	cases all_passes 20 -- tests/num/*/*.sir
	cases no_passes 20 -0 -- tests/num/*/*.sir
	run_cases
}
# A line for each op: cases that pass of those that ran, in each of the columns
by_op() {
	local f
	[ -f "$logs/all_passes.log" ] || return
	printf '%-24s %12s %12s %12s %12s\n' op "all passes" "no passes" tf32 bf16
	for f in all_passes no_passes tf32 bf16; do
		[ -f "$logs/$f.log" ] && sed -nE "s#^(ok|not ok) tests/num/([a-z0-9_]*)/.*#$f \2 \1#p" "$logs/$f.log"
	done | awk '{n[$1, $2]++; ops[$2]; if ($3 == "ok") ok[$1, $2]++}
		END {for (o in ops) {
			printf "%-24s", o
			for (i = 1; i <= 4; i++) {
				f = i == 1 ? "all_passes" : i == 2 ? "no_passes" : i == 3 ? "tf32" : "bf16"
				printf " %12s", (f, o) in n ? ok[f, o] + 0 "/" n[f, o] : "-"
			}
			print ""
		}}' | sort
}

# ---- architectures, sanitizers -----------------------------------------------------------------
older() { "$check" -a sm_80 -P tests/num/scan_gate/group.sir; }
refused() {
	"$check" -a $foreign tests/num/add/bcast_both.sir >$logs/foreign 2>&1
	grep "machine code for $foreign" $logs/foreign
}
foreign_build() {
	"$seldc" build models/seld_mamba_tiny.json --target cuda --arch $foreign --emit cubin \
		--save-temps $work/src/foreign -o $work/foreign
}
run_arch() {
	side_by_side <<-'END'
		ptx_of_sm_80_runs older
		machine_code_of_another_is_refused refused
		builds_for_another foreign_build
	END
	report ptx_of_sm_80_runs
	report machine_code_of_another_is_refused
	report builds_for_another
}

sanitize() { # TOOL PRECISION FILE...
	compute-sanitizer --tool $1 --error-exitcode 9 "$check" -a $arch -p $2 -x "${@:3}"
}
run_sanitize() {
	local tool p name
	local small="tests/cuda/cases/conv_1x1.sir tests/cuda/cases/conv_3x3_pool22.sir tests/cuda/cases/conv_odd_channels.sir \
		tests/cuda/cases/linear_51x32x1024.sir tests/cuda/cases/linear_3x7x5.sir tests/cuda/cases/mamba_l3.sir \
		tests/cuda/cases/mamba_batch.sir tests/cuda/cases/mamba_states5.sir tests/cuda/cases/sum_rows.sir \
		tests/num/gru/group.sir tests/num/gru/wide.sir tests/num/softmax/long.sir tests/num/stft/*.sir"
	if ! command -v compute-sanitizer >/dev/null; then
		echo "skipped: compute-sanitizer is not on this machine"
		return
	fi
	mkdir -p $work/sir
	sir seld_mamba_tiny
	for tool in memcheck racecheck initcheck; do
		for p in fp32 bf16; do
			echo "$tool.tiny.$p sanitize $tool $p $work/sir/seld_mamba_tiny.sir"
			echo "$tool.cases.$p sanitize $tool $p $small"
		done
	done >$work/sanitizers
	side_by_side <$work/sanitizers
	while read -r name _; do report $name tail -1; done <$work/sanitizers
}

# ---- training ------------------------------------------------------------------------------------
run_train() {
	local m p name train="tests/cuda/train.sh --arch $arch --batch 2"
	if [ -z "$python" ]; then
		echo "skipped: no python3 with torch"
		return
	fi
	for m in seld_mamba einv2 dcase2024_baseline; do
		echo "step.$m env OMP_NUM_THREADS=$threads $train -1 $([ $m != seld_mamba ] || echo -c) -s 1 -m $m"
	done >$work/train
	for m in seld_mamba einv2 dcase2024_baseline; do
		echo "step32.$m tests/cuda/train.sh --arch $arch --batch 32 -q -1 -p bf16 -m $m"
		echo "check.${m}_tiny $seldc check models/${m}_tiny.json --target cuda"
	done >>$work/train
	for m in seld_mamba einv2 dcase2024_baseline; do
		for p in $precisions; do echo "train.$m.$p $train -s 2 -p $p -m ${m}_tiny"; done
	done >>$work/train
	echo "train.accumulate $train --set accumulate=2" >>$work/train
	PYTHON=$python OMP_NUM_THREADS=1 side_by_side <$work/train
	while read -r name _; do report $name cat; done <$work/train
	for m in seld_mamba einv2 dcase2024_baseline; do
		step bench32.$m bench_step $m
		report bench32.$m cat
	done
}
# Alone on the machine, with kernels from the cache.
bench_step() { # MODEL
	"$seldc" build models/$1.json --train --target cuda --arch $arch --precision bf16 --batch 32 -o $work/$1.b32 &&
		$work/$1.b32 bench --runs 20
}

# ---- the whole -----------------------------------------------------------------------------------
groups="programs launches graphs kernels num arch sanitize train"
for g; do case " $groups " in *" $g "*) ;; *) echo "test-cuda: groups are $groups" >&2; exit 2 ;; esac; done
rm -rf "$logs" && mkdir -p "$logs" bench/results

body() {
	local g start
	for g; do
		start=$(date +%s)
		echo "== $g"
		run_$g
		echo "== $g took $(($(date +%s) - start)) s"
	done
}
count() { # PATTERN: verdicts of steps, and those of cases
	echo $(($(grep -c "^$1" "$work/body") + $(cat "$logs"/{edges_*,tf32,bf16,all_passes,no_passes}.log 2>/dev/null | grep -c "^$1")))
}
title() {
	echo "device $device, compute capability $capability; driver $driver; toolkit $toolkit;" \
		"$("$seldc" --version); $(nproc) cores; $(date -u +%Y-%m-%dT%H:%MZ)"
	echo "$passed passed, $failed failed"
}
times() {
	local f
	echo "| program | graph | latency | 5 % | 95 % | back to back | of the roofline |"
	echo "|---|---|---|---|---|---|---|"
	for f in $(ls "$logs"/bench.*.log 2>/dev/null); do
		awk -v name="$(basename "$f" .log)" '
			function row() { if (graph) print "| " substr(name, 7) " | " graph " | " latency " | " back " | " share " |" }
			/ runs\)$/ {row(); graph = $1 == "with" ? "with transfers" : $1; share = ""}
			/latency/ {latency = $3 " | " $7 + 0 " | " $10}
			/back to back/ {back = $5}
			/of the roofline/ {share = $1 " %"}
			END {row()}' "$f"
	done
}
summary() {
	echo "# CUDA back end on $device"
	echo
	echo "$(date -u +%Y-%m-%d), driver $driver, CUDA toolkit $toolkit, $("$seldc" --version):"
	echo "$passed passed, $failed failed. The whole log is beside this file."
	echo
	echo "Batch 1, 5 seconds, one CUDA graph a run, random weights; milliseconds of the median run."
	echo
	times
	if [ "$failed" != 0 ]; then
		printf '\nFailed:\n\n'
		sed -n 's/^not ok/-/p; s/^    first of its op: not ok/-/p' "$work/body"
	fi
}

start=$(date +%s)
chosen=${*:-$groups}
body $chosen 2>&1 | tee "$work/body"
passed=$(count ok) failed=$(count "not ok")
result=$work/some-groups
[ $# -gt 0 ] || result=bench/results/cuda-$(echo "$device" | tr 'A-Z ' 'a-z-' | tr -cd 'a-z0-9-')-$(date -u +%Y%m%d)
{ title; by_op; cat "$work/body"; } >"$result.log"
summary >"$result.md"
cat "$result.md"
echo "$passed passed, $failed failed, in $(($(date +%s) - start)) s"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
