# pool.sh: for the runners, which source it: checks side by side, one a processor (JOBS=N: N of
# them), with what they print in the order in which they were started.
#   job NAME COMMAND...    in the background; prints "ok NAME" or "not ok NAME" for each check
#   check NAME COMMAND...  inside a job: one check; the output is shown if it fails
#   finish                 waits for all jobs: for what needs the machine, or their results
#   summary                the last line, "N passed, N failed"; fails if anything did
# $tmp is a folder of the job's own, $pool one for all. V=1 prints the passing checks, too, and the
# time of each job. A terminal shows what is running.
pool=$(mktemp -d) && trap 'rm -rf "$pool"' EXIT
trap 'trap "" TERM; kill 0; exit 130' INT TERM # background jobs do not see the interrupt
export OMP_WAIT_POLICY=passive # threads that wait do not take the processor from others
TIMEFORMAT="%R s, %U s user, %S s system"
declare -a names
njobs=0 shown=0 passed=0 failed=0

job() {
	local name=$1; shift
	while [ "$(jobs -rp | wc -l)" -ge "${JOBS:-$(nproc)}" ]; do wait -n; show; done
	njobs=$((njobs + 1)); names[njobs]=$name
	tmp=$pool/$njobs; mkdir "$tmp"
	{ time "$@" >"$tmp.out" 2>&1 </dev/null; echo $? >"$tmp.status"; } 2>"$tmp.time" &
	show
}

# Prints the results that are there and follow those printed; a job that fails and says nothing of
# it, or checks nothing, is a failure.
show() {
	while [ -s "$pool/$((shown + 1)).status" ]; do
		shown=$((shown + 1))
		local out=$pool/$shown.out bad
		[ -t 2 ] && printf '\r\033[K' >&2
		bad=$(grep -ac '^not ok ' "$out")
		if [ "$bad" = 0 ] && { [ "$(cat "$pool/$shown.status")" != 0 ] || ! grep -aq '^ok ' "$out"; }; then
			echo "not ok ${names[shown]}: exit status $(cat "$pool/$shown.status")"; bad=1
		fi
		if [ -n "${V:-}" ]; then cat "$out" && echo "# ${names[shown]}: $(cat "$pool/$shown.time")"
		else grep -av '^ok ' "$out"; fi
		failed=$((failed + bad)); passed=$((passed + $(grep -ac '^ok ' "$out")))
		rm -rf "${pool:?}/$shown"
	done
	[ -t 2 ] || return 0
	local i running=
	for ((i = shown + 1; i <= njobs; i++)); do
		[ -s "$pool/$i.status" ] || running="$running${running:+, }${names[i]}"
	done
	printf '\r\033[K%.79s' "  $passed passed${running:+; $running}" >&2
}

check() {
	local name=$1; shift
	if "$@" >"$tmp/log" 2>&1; then echo "ok $name"; else
		echo "not ok $name"; tail -40 "$tmp/log" | sed 's/^/    /'; echo "    repeat: ${repeat:-} $*"; fi
}

finish() {
	local i
	while [ $shown -lt $njobs ]; do
		wait -n
		[ $? != 127 ] || for ((i = shown + 1; i <= njobs; i++)); do
			[ -s "$pool/$i.status" ] || echo killed >"$pool/$i.status"
		done
		show
	done
}

summary() {
	finish
	[ -t 2 ] && printf '\r\033[K' >&2
	echo "$passed passed, $failed failed"
	[ $failed = 0 ]
}
