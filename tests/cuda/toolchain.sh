#!/bin/bash
# toolchain.sh [NAME]: what surrounds the kernels, without a GPU: what is in a program, which compiler runs
# when, what is said when a compiler, driver, GPU or architecture is not there. The driver is the
# emulator's, the compilers are wrapped. Prints "ok NAME" or "not ok NAME". Needs a CUDA toolkit.
# NAME: only the checks whose name contains it.
set -u
only=${1:-}
cd "$(dirname "$0")/../.." || exit 2
PATH=$PATH:/usr/local/cuda/bin
seldc=$PWD/${B:-build}/seldc
python=${PYTHON:-/usr/bin/python3}
emulate=tests/cuda/emulate
tiny=models/seld_mamba_tiny.json
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
nvcc=$(command -v nvcc) || { echo "not ok toolchain: no nvcc"; exit 1; }
shared=$PWD/${B:-build}/cuda/cache # between runs; checks of the cache use their own
export XDG_CACHE_HOME=$shared

failed=0
check() {
	local name=$1; shift
	[[ $name = *"$only"* ]] || return 0
	if "$@" >"$work/out" 2>&1; then echo "ok $name"; else
		echo "not ok $name"; tail -30 "$work/out" | sed 's/^/    /'; failed=1; fi
}
# says STATUS TEXT COMMAND...: that exit status and, in a line of stderr, TEXT (a regular expression)
says() {
	local want=$1 text=$2; shift 2
	"$@" >/dev/null 2>"$work/err"; local got=$?
	cat "$work/err"
	[ $got = "$want" ] || { echo "exit $got, wanted $want"; return 1; }
	grep -Eq "$text" "$work/err" || { echo "wanted: $text"; return 1; }
}
build() { "$seldc" build "$tiny" --target cuda --save-temps "$work/temps" "$@"; }
new_cache() { rm -rf "$work/cache"; export XDG_CACHE_HOME=$work/cache; }

# ---- architectures by name ---------------------------------------------------------------------
names() {
	local pair
	for pair in ampere:80 a100:80 ada:89 hopper:90 h100:90 h200:90 sm_86:86 sm_100:100 sm_120:120 \
		90:90; do
		build --arch "${pair%:*}" --emit cubin -o "$work/${pair%:*}" &&
			ls "$work/${pair%:*}/"*".map.sm_${pair#*:}.cubin" || return 1
	done
	build --arch 86,89,90,sm_90 --emit cubin -o "$work/numbers" &&
		[ "$(ls "$work/numbers/"*.map.*.cubin | grep -o 'sm_[0-9]*' | xargs)" = "sm_86 sm_89 sm_90" ]
}
unknown() {
	says 1 "did you mean 'hopper'" build --arch hoper -o "$work/p" &&
		says 1 "did you mean 'h100'" build --arch H100 -o "$work/p" &&
		says 1 "did you mean 'sm_90'" build --arch sm90,sm_80 -o "$work/p" &&
		says 1 "known are .*sm_80.*a100" build --arch 7 -o "$work/p" &&
		says 1 "unknown GPU architecture '75'" build --arch 90,75 -o "$work/p" &&
		says 1 "unknown GPU architecture ''" build --arch "" -o "$work/p" &&
		says 1 "bf16 needs --target cuda" "$seldc" build $tiny --target cpu --precision bf16 -o "$work/p"
}

# What no kernel can do is not made by a pass: 160 elements are too many for the one of attention.
wide_heads() {
	"$seldc" build models/einv2_tiny.json --target cuda --emit cuda --set heads=1 --set "widths=[8,8,16,$1]" \
		-o "$work/heads.cu" && [ "$(grep -c '	attention<k' "$work/heads.cu")" -$2 0 ]
}

# ---- the program ---------------------------------------------------------------------------------
program() { build --arch a100,sm_90 -o "$work/program"; }
# Machine code of both architectures, PTX of the newer alone.
images() {
	nm "$work/program" >"$work/symbols"
	strings -n 8 "$work/program" | grep '^\.target' | sort | uniq -c
	grep -q ' seldc_map_sm80$' "$work/symbols" && grep -q ' seldc_map_sm90$' "$work/symbols" &&
		grep -q ' seldc_map_ptx90$' "$work/symbols" && ! grep -q '_ptx80$' "$work/symbols" &&
		[ "$(strings -n 8 "$work/program" | grep -c '^\.target sm_90')" = \
			"$(grep -c '_ptx90$' "$work/symbols")" ]
}
# Of NVIDIA's libraries none is linked, and the driver alone is named, to be opened when it runs.
libraries() {
	! ldd "$work/program" | grep -Ei 'cuda|cublas|cudnn|cufft|nvrtc' &&
		strings "$work/program" | grep -q 'libcuda\.so\.1' &&
		! strings "$work/program" | grep -Ei 'lib(cublas|cudnn|cufft|nvrtc)'
}
# No driver, no GPU, a GPU older than all machine code, one newer with a driver older than the PTX.
driver() {
	if ! ldconfig -p | grep -q 'libcuda\.so\.1'; then
		says 3 "no NVIDIA driver" "$work/program" bench || return 1
	fi
	EMULATOR_DEVICES=0 says 3 "there is no NVIDIA GPU" $emulate "$work/program" bench &&
		EMULATOR_ARCH=75 says 3 "is sm_75, but .*machine code for sm_80, sm_90 and PTX of sm_90, which is newer" \
			$emulate "$work/program" bench &&
		EMULATOR_ARCH=120 EMULATOR_CUDA=12040 says 3 \
			"is sm_120, but .*PTX of sm_90, which needs a driver for CUDA 1[3-9].* \(this one: 12\.4\)" \
			$emulate "$work/program" bench
}

# ---- precision: the instructions, in the PTX of each --------------------------------------------
mma() { # PRECISION: kinds of matrix instructions
	build --arch sm_90 --precision $1 --emit ptx -o "$work/ptx.$1" &&
		cat "$work/ptx.$1"/*.ptx | grep -o 'mma\.sync[a-z0-9.]*' | grep -oE '\.(tf32|bf16)\.(tf32|bf16)' | sort -u
}
strict() {
	[ -z "$(mma fp32)" ] && ls "$work/ptx.fp32"/*.conv.*.ptx && [ "$(mma tf32)" = .tf32.tf32 ] &&
		mma bf16 | grep -qx .bf16.bf16 && ! cat "$work"/ptx.*/*.ptx | grep -E 'mma[a-z0-9.]*\.f16|(div|sqrt|rcp)\.full'
}

# What the notes in machine code say that it is for.
target() { # ARCHS
	rm -rf "$work/own"
	build --arch $1 --precision bf16 --emit cubin -o "$work/own" &&
		strings "$work/own"/*.conv.sm_90.cubin | grep -oE 'arch sm_[0-9a-z]+' | sort -u
}
# Programs for sm_90 alone have its own matrix instructions; their PTX, and programs for others, too, have
# those of all.
own_instructions() {
	local archs
	for archs in sm_90 h100 90,hopper sm_90a; do
		[ "$(target $archs)" = "arch sm_90a" ] || { echo "not for $archs"; return 1; }
	done
	for archs in sm_80,sm_90 sm_90a,sm_120; do
		[ "$(target $archs)" = "arch sm_90" ] || { echo "also for $archs"; return 1; }
	done
	build --arch sm_90 --precision bf16 --emit ptx -o "$work/own" &&
		[ "$(strings "$work/own"/*.ptx | grep '^\.target' | sort -u)" = ".target sm_90" ]
}

# ---- emitted kernels: above each stands the IR that it implements ------------------------------------
comments() {
	"$seldc" build "$tiny" --target cuda --emit ir -o "$work/ir.sir" &&
		"$seldc" build "$tiny" --target cuda --emit cuda -o "$work/tiny.cu" &&
		"$python" - "$work/ir.sir" "$work/tiny.cu" <<-'PY'
			import re, sys
			def words(text): # of comments, which are broken into lines
			    return " ".join(text.replace("\n * ", " ").replace("*/", "* /").split())
			ir = {words(line) for line in open(sys.argv[1])}
			text = open(sys.argv[2]).read()
			kernels = re.findall(r"__launch_bounds__\(\d+, \d+\) (k\d+)_\w+\(const Mem m\)", text)
			above = {k: words(c) for c, k in re.findall(r"/\* ((?:(?!\*/).)*) \*/\nstruct (k\d+) \{", text, re.S)}
			wrong = [k for k in kernels if above.get(k) not in ir]
			print(len(kernels), "kernels, without their IR:", wrong)
			sys.exit(len(kernels) < 30 or bool(wrong))
		PY
}

# Sums are added in a fixed order: no kernel lets the first to come go first.
atomics() { ! grep -nE '\b(atomic[A-Z]|red\.|atom\.)' backend_cuda/kernels/*.cuh; }
# What looks for local memory sees an array that is indexed at run time.
local_memory() {
	cat >"$work/local.cu" <<-'END'
		extern "C" __global__ void indexed(int *p, int n)
		{
			int v[64] = {0};
			for (int i = 0; i < n; i++)
				v[p[i] & 63] += i;
			p[0] = v[n & 63] + v[p[1] & 63];
		}
	END
	"$nvcc" -arch=sm_90 -cubin -o "$work/local.cubin" "$work/local.cu" || return 1
	! "$python" tests/cuda/frames.py "$work/local.cubin" >"$work/frames" && grep 'indexed keeps' "$work/frames"
}

# ---- the cache and the jobs -----------------------------------------------------------------------
# An nvcc that notes when it begins and ends. VERSION is what it says of itself; without EDIT it
# makes no machine code, with it the unit is edited and compiled.
cat >"$work/nvcc" <<-END
	#!/bin/sh
	[ "\$1" = --version ] && { echo "release \${VERSION:-13.0}, V13.0.\${PATCH:-88}"; exit; }
	echo "begin \$*" >>"$work/calls"
	for unit; do :; done
	if [ "\${EDIT:-}" ]; then sed -E -i "\$EDIT" "\$unit"; "$nvcc" "\$@"; status=\$?; else
		sleep 0.3
		while [ \$# -gt 0 ]; do [ "\$1" = -o ] && echo image >"\$2"; shift; done
		status=0
	fi
	echo end >>"$work/calls"
	exit \$status
END
chmod +x "$work/nvcc"
# count ARGUMENT...: sets `calls`: how often a build to machine code with the wrapped nvcc runs it
count() {
	: >"$work/calls"
	NVCC=$work/nvcc build --compiler nvcc --emit cubin -o "$work/cubin" "$@" || return 1
	calls=$(grep -c begin "$work/calls")
	echo "$calls calls: $*"
}
# A unit is compiled to machine code for each architecture and to PTX for the newest; again only if
# its source, the flags, the toolkit or the architecture is another.
cache() {
	local all
	new_cache
	count --arch sm_90 && all=$calls && [ "$all" -gt 0 ] &&
		count --arch sm_90 && [ "$calls" = 0 ] &&
		count --arch h100 && [ "$calls" = 0 ] &&
		count --arch sm_80 && [ "$calls" = "$all" ] &&
		count --arch sm_80,sm_90 && [ "$calls" -gt 0 ] && [ "$calls" -lt "$all" ] &&
		! grep -q arch=sm_80 "$work/calls" && count --arch sm_80,sm_90 && [ "$calls" = 0 ] &&
		VERSION=13.1 count --arch sm_90 && [ "$calls" = "$all" ] &&
		PATCH=48 count --arch sm_90 && [ "$calls" = "$all" ] &&
		NVCC_PREPEND_FLAGS=-G count --arch sm_90 && [ "$calls" = "$all" ] &&
		NVCC_APPEND_FLAGS=-G count --arch sm_90 && [ "$calls" = "$all" ] &&
		count --arch sm_90 --precision bf16 && [ "$calls" -gt 0 ] && [ "$calls" -lt "$all" ]
}
# NVRTC is known by its file and takes flags from the environment, too.
nvrtc_cache() {
	local lib=$(ls -d /usr/local/cuda/lib64) entries=$work/cache/seldc
	new_cache
	cp -L $lib/libnvrtc.so $lib/libnvrtc-builtins.so.[0-9]* "$work/" || return 1
	kept() { # NUMBER ENTRIES COMMAND...: so many entries are there after a build
		local want=$1; shift
		LD_LIBRARY_PATH=$work "$@" "$seldc" build "$work/relu.json" --target cuda --save-temps "$work/temps" \
			--arch sm_90 --emit cubin -o "$work/cubin" || return 1
		ls "$entries" | grep -c 'cubin$'
		[ "$(ls "$entries" | grep -c 'cubin$')" = "$want" ]
	}
	cat >"$work/relu.json" <<-'END'
		{"seldc": 1, "name": "one", "graphs": {"main": {"in": {"x": ["batch", 8]},
		 "nodes": [{"op": "relu", "in": "x", "out": "y"}], "out": {"y": "y"}}}}
	END
	kept 1 env && kept 1 env && touch "$work/libnvrtc.so" && kept 2 env && kept 2 env &&
		kept 3 env NVRTC_APPEND_FLAGS=-G
	local status=$?
	rm -f "$work"/libnvrtc*
	return $status
}
# An entry that is not as it was written is compiled again, and so is one whose sum is missing, as
# after a kill between the two; what cannot be replaced is compiled without the cache.
damaged() {
	new_cache
	rm -rf "$work/cubin"
	count --arch sm_90 || return 1
	local entry=("$work"/cache/seldc/*.cubin) good=$work/good
	[ ${#entry[@]} -ge 6 ] && rm -rf "$good" && mv "$work/cubin" "$good" || return 1
	truncate -s -1 "${entry[0]}"
	: >"${entry[1]}"
	printf X | dd of="${entry[2]}" conv=notrunc status=none
	rm "${entry[3]}.sum"
	: >"${entry[4]}.sum"
	count --arch sm_90 && [ "$calls" = 5 ] && diff -r "$good" "$work/cubin" || return 1
	count --arch sm_90 && [ "$calls" = 0 ] && rm -r "$work/cubin" "${entry[5]}" && mkdir "${entry[5]}" || return 1
	for _ in first again; do
		NVCC=$work/nvcc says 0 "warning: .*${entry[5]}: Is a directory" build --compiler nvcc --arch sm_90 \
			--emit cubin -o "$work/cubin" && diff -r "$good" "$work/cubin" || return 1
	done
}
# A cache that cannot be written costs the time of compiling, and one warning.
unwritable() {
	: >"$work/plain"
	export XDG_CACHE_HOME=$work/plain
	NVCC=$work/nvcc says 0 "warning: .*plain/seldc.*: Not a directory" build --compiler nvcc --arch sm_90 \
		-o "$work/p" && [ "$(grep -c warning "$work/err")" = 1 ] && [ -x "$work/p" ] &&
		! ls "$work/temps" | grep -E '[0-9]\.(tmp|cu|log)$'
}
# As many jobs at a time as there are cores.
parallel() {
	new_cache
	count --arch sm_80,sm_90 || return 1
	local most=$(awk '/begin/ {n++; if (n > m) m = n} /end/ {n--} END {print m}' "$work/calls")
	local cores=$(nproc)
	echo "$most at a time, $cores cores, $calls jobs"
	[ "$most" = $((calls < cores ? calls : cores)) ]
}

# ---- a compiler that fails ------------------------------------------------------------------------
# blamed COMPILER: kernel, node and kept file are named; of what the compiler said one line is shown.
blamed() {
	local line="^models/.*json:[0-9]+:[0-9]+: error: $1 1[0-9.]+ failed for sm_90 on kernel "
	line+="'k[0-9]+_enc_[a-z0-9_]*conv[12]' of node 'enc\..*conv[12]' \(conv2d"
	grep -Eq "$line" "$work/err" || { echo "wanted: $line"; return 1; }
	[ "$(grep -c undefined_name "$work/err")" = 1 ] && [ "$(wc -l <"$work/err")" -lt 12 ] || return 1
	local kept=$(sed -n 's/.*source kept as \([^,]*\),.*/\1/p' "$work/err" | head -1)
	local log=$(sed -n 's/.*compiler said in \([^ ]*\).*/\1/p' "$work/err" | head -1)
	grep -q conv_fma "$kept" && grep -q undefined_name "$log" && lines_fit "$kept"
}
# lines_fit KEPT: the line shown of what the compiler said is about that file, and about the wrong line.
lines_fit() {
	local line=$(sed -n "s|.*note: $1(\([0-9]*\)): error.*undefined_name.*|\1|p" "$work/err")
	sed -n "${line:-0}p" "$1" | grep -q conv_fma
}
nvcc_fails() {
	new_cache
	EDIT='s/^(\tconv_fma<k[0-9]+>)/\tundefined_name(1); \1/' NVCC=$work/nvcc \
		says 3 error build --compiler nvcc --arch sm_90 -o "$work/p" && blamed nvcc
}
# NVRTC behind a library that changes the source on its way.
nvrtc_fails() {
	local real=$(ls /usr/local/cuda/lib64/libnvrtc.so.[0-9]* | head -1)
	cat >"$work/nvrtc.c" <<-'END'
		#define _GNU_SOURCE
		#include <dlfcn.h>
		#include <stdlib.h>
		#include <string.h>
		typedef int Create(void **, const char *, const char *, int, const char *const *,
		                   const char *const *);
		int nvrtcCreateProgram(void **p, const char *text, const char *name, int n,
		                       const char *const *h, const char *const *i)
		{
			Create *create = (Create *)dlsym(RTLD_NEXT, "nvrtcCreateProgram");
			const char *at = strstr(text, "\tconv_fma<k");
			if (!at)
				return create(p, text, name, n, h, i);
			char *wrong = calloc(strlen(text) + 32, 1);
			memcpy(wrong, text, (size_t)(at - text));
			strcat(strcat(wrong, "undefined_name(1);"), at);
			return create(p, wrong, name, n, h, i);
		}
	END
	new_cache
	${CC:-cc} -shared -fPIC -o "$work/libnvrtc.so" "$work/nvrtc.c" -Wl,--no-as-needed "$real" -ldl &&
		LD_LIBRARY_PATH=$work says 3 error build --arch sm_90 -o "$work/p" && blamed nvrtc
}
# ended COMMAND TEXT [SAID]: an nvcc that does that in place of compiling is said to have ended so; the
# kernels are named, source and log are there.
ended() {
	printf '#!/bin/sh\n[ "$1" = --version ] && { echo "release 13.0"; exit; }\n%s\n' "$1" >"$work/ends"
	chmod +x "$work/ends" && new_cache
	NVCC=$work/ends says 3 "error: nvcc 13.0 failed for sm_90 on [0-9]+ conv kernels: $2" \
		build --compiler nvcc --arch sm_90 -o "$work/p" &&
		grep -Eq "note: 'k[0-9]+_[a-z0-9_]*' of node '[^']*' \(conv2d.*\), .* and [0-9]+ more" "$work/err" &&
		grep -q "note: ${3:-}" "$work/err" || return 1
	local kept=$(sed -n 's/.*source kept as \([^,]*\),.*/\1/p' "$work/err" | head -1)
	local log=$(sed -n 's/.*compiler said in \([^ ]*\).*/\1/p' "$work/err" | head -1)
	grep -q conv_fma "$kept" && [ -f "$log" ]
}
nvcc_ends() {
	ended 'exit 1' 'it ended with exit status 1' && ended 'kill -SEGV $$' 'it was ended by signal 11 \(Seg' &&
		ended 'exit 0' 'it ended with exit status 0, but wrote nothing' &&
		ended 'echo nvcc fatal: no licence >&2; exit 2' 'it ended with exit status 2' 'nvcc fatal: no licence'
}
no_nvcc() { NVCC=$work/missing says 3 "cannot be started as '.*/missing'" \
	build --compiler nvcc --arch sm_90 -o "$work/p"; }

check "architectures by name" names
check "unknown architectures" unknown
check "attention with heads of 128" wide_heads 128 gt
check "attention with heads of 160 stays in its parts" wide_heads 160 eq
check "a program for two architectures" program
check "machine code for each, PTX of the newest" images
check "no library is linked" libraries
check "no driver, no GPU, no fitting architecture" driver
check "fp32 uses no matrix instructions, tf32 and bf16 their own" strict
check "sm_90 alone has instructions of its own" own_instructions
check "IR above each kernel" comments
check "no atomics" atomics
check "local memory is found" local_memory
check "cache: by source, flags, toolkit, architecture" cache
check "cache: NVRTC's file and flags" nvrtc_cache
check "cache: damaged entries" damaged
check "cache: cannot be written" unwritable
check "jobs run side by side" parallel
check "nvcc fails" nvcc_fails
check "NVRTC fails" nvrtc_fails
check "nvcc ends without a line" nvcc_ends
check "no nvcc" no_nvcc
exit $failed
