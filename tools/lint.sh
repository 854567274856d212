#!/bin/sh
# lint.sh BUILD: no writable data in the objects, formatting, floors, and that no file but the models
# knows a model's name. Prints what is wrong; exit status 1 if anything is.
set -u
B=${1:-build}
bad=0
say() { echo "lint: $*"; bad=1; }

# Objects in sections that can be written. (.data.rel.ro holds const tables of pointers: the loader
# relocates them, then write-protects them.)
for o in $(find "$B" -name '*.o' -not -path '*/tests/*' | sort); do
	found=$(objdump -t "$o" | awk '$2 ~ /^[gl]$/ && $3 == "O" && $4 ~ /^\.(data|bss|tdata|tbss)/ &&
		$4 !~ /^\.data\.rel\.ro/ {print $NF}')
	[ -z "$found" ] || say "$o: writable globals:" $found
done

if command -v clang-format >/dev/null; then
	found=$(git ls-files '*.c' '*.h' | grep -v -e ^generated/ -e /kernels/ -e ^tests/emit/ -e _expect |
		xargs clang-format --dry-run -Werror 2>&1 | sed -n 's/:[0-9]*:[0-9]*: error:.*//p' | sort -u)
	[ -z "$found" ] || say "run clang-format -i on" $found
fi

found=$(python3 tools/floors.py "$B") || say "floors:" "$found"

names=$(git grep -liE 'seld[_-]?mamba|einv2|dcase2024_baseline' -- ir passes backend_cpu backend_cuda runtime compiler)
[ -z "$names" ] || say "a model's name outside models/:" $names

wide=$(git ls-files '*.c' '*.h' | grep -v -e ^generated/ -e ^tests/emit/ -e /kernels/ -e _expect | xargs awk \
	'{ t = $0; gsub(/\t/, "        ", t); if (length(t) > 100) print FILENAME ":" FNR }')
[ -z "$wide" ] || say "over 100 columns:" $wide
[ "$bad" = 0 ] && echo "lint: clean"
exit $bad
