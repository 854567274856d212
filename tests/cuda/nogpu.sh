#!/bin/sh
# nogpu.sh [-q] [FILE.sir...]: what can be checked of the CUDA back end without a GPU: each kernel
# file and kernels_test.cu compile; given graphs compile in every precision for every architecture
# with NVRTC, and the first of them with nvcc; no kernel spills or uses local memory. With -q for
# every architecture in one precision or another, with NVRTC alone. Needs a CUDA toolkit, python3
# and build/cuda/cuda_check.
cd "$(dirname "$0")/../.." || exit 2
PATH=$PATH:/usr/local/cuda/bin
check=${B:-build}/cuda/cuda_check
all=sm_80,sm_86,sm_89,sm_90,sm_100,sm_120
fp32=$all tf32=$all bf16=$all quick=
if [ "${1:-}" = -q ]; then
	fp32=sm_86,sm_100 tf32=sm_89,sm_120 bf16=sm_80,sm_90 quick=1
	shift
fi
failed=0

alone=$(mktemp -d)
trap 'rm -r "$alone"' EXIT
for f in backend_cuda/kernels/*.cuh; do
	echo "#include \"$PWD/$f\"" >"$alone/one.cu"
	nvcc -std=c++17 -arch=sm_80 -Werror all-warnings -c -o "$alone/one.o" "$alone/one.cu" ||
		failed=1
done
nvcc -std=c++17 -I. -arch=sm_90 -o "$alone/kernels_test" tests/cuda/kernels_test.cu || failed=1
echo "kernel files: $(ls backend_cuda/kernels/*.cuh | wc -l) compiled alone"

for sir in "$@"; do
	for way in fp32:$fp32 tf32:$tf32 bf16:$bf16 bf16:sm_90; do
		out=$($check -c -l -p ${way%:*} -a ${way#*:} "$sir" 2>&1) || failed=1
		echo "$way: $out" | grep -v 'image '
		"${PYTHON:-python3}" tests/cuda/frames.py $(echo "$out" | sed -n 's/^   image //p') || failed=1
	done
done
[ $# = 0 ] || [ -n "$quick" ] || $check -c -N -a sm_90 "$1" || failed=1
exit $failed
