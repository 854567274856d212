#!/bin/bash
# run_test.sh: run.sh without a GPU: stand-ins take the place of GPU, compilers and checks. Every
# group runs through, and when one stand-in fails, just that is counted. Prints "ok NAME" or
# "not ok NAME".
set -u
cd "$(dirname "$0")/../.." || exit 2
mkdir -p build
home=$(mktemp -d build/run_test.XXXXXX) && trap 'rm -rf "$home"' EXIT
mkdir "$home/bin" "$home/cuda"

# Under each name what its namesake prints and leaves. Regular expressions: of commands that fail
# (PLANTED), that are killed (DIES), of a case that is wrong (WRONG).
cat >"$home/bin/stand-in" <<'END'
#!/bin/bash
name=${0##*/} line="${0##*/} $*" out=
planted() { [ "${PLANTED:-}" ] && [[ "$1" =~ $PLANTED ]]; }
[ "${DIES:-}" ] && [[ "$line" =~ $DIES ]] && kill -9 $$
case $name in
nvidia-smi) case $1 in *compute_cap) echo 9.0 ;; *) echo stand-in ;; esac ;;
compute-sanitizer) planted "$line" && exit 9; shift 4; exec "$@" ;;
cuda_check)
	planted "$line" && failed=1
	for f; do
		case $f in
		*.sir) if [ "${failed:-}" ] || [[ "$f" =~ ${WRONG:-^$} ]] || [[ $line = *"-a sm_120"* ]]; then
			echo "not ok $f: machine code for sm_120"; status=1
			else echo "ok $f"; fi ;;
		esac
	done
	exit ${status:-0} ;;
*)
	planted "$line" && { echo "planted"; exit 1; }
	[ "$*" = --list-passes ] && printf '%s\n' "one optional" "two optional" "three required"
	while [ $# -gt 0 ]; do [ "$1" = -o ] && out=$2; shift; done
	[ -z "$out" ] || ln -sf "$(realpath "$0")" "$out" ;;
esac
END
chmod +x "$home/bin/stand-in"
for name in nvidia-smi nvcc compute-sanitizer python; do ln -s stand-in "$home/bin/$name"; done
for name in seldc cuda/cuda_check; do ln -s "$PWD/$home/bin/stand-in" "$home/$name"; done

# counts NAME STATUS FAILED GROUP...: run.sh ends with that status and that many failures.
counts() {
	local name=$1 status=$2 failed=$3 got; shift 3
	B=$home MODELS=seld_mamba_tiny PYTHON=$PWD/$home/bin/python PATH=$PWD/$home/bin:$PATH \
		tests/cuda/run.sh "$@" >"$home/out" 2>&1
	got=$?
	if [ $got = $status ] && tail -1 "$home/out" | grep -q "^[0-9]* passed, $failed failed, " &&
		[ "$(grep -c '^== .* took' "$home/out")" = $# ]; then echo "ok $name"; else
		echo "not ok $name: status $got"; tail -20 "$home/out" | sed 's/^/    /'; fi
}
# planted FAILED GROUP COMMAND: a regular expression
planted() { PLANTED=$3 counts "$2: $3" 1 $1 $2; }

counts "all is right" 0 0 programs launches graphs kernels num arch sanitize
planted 2 programs 'seldc build .*--precision tf32' # and its times
planted 1 programs 'python .*check_run'
planted 1 programs 'seld_mamba_tiny.bf16 bench'
planted 1 launches 'cuda_check .*-x.*einv2.sir'
planted 1 graphs 'cuda_check .*-k one .*einv2'
planted 2 kernels 'nvcc .*kernels_test'
planted 1 kernels '^kernels_test'
WRONG=cases/conv_1x1.sir counts "num: a case in three precisions, in bf16 by wgmma and by mma" 1 4 num
planted 20 num 'cuda_check .*-0 tests/num/abs'
DIES='cuda_check .*-0 tests/num/abs' counts "num: a check that dies" 1 20 num
planted 1 arch 'cuda_check .*-P'
planted 1 sanitize 'compute-sanitizer .*racecheck.*fp32.*tiny'
planted 19 train 'seldc build .*--train'
