#!/bin/sh
# deps.sh build|test: installs the Debian packages that a build or the tests need and that are
# missing. Needs root or sudo only when something is missing. Elsewhere it names what to install.
# deps.sh headers COMPILER [OPTION...]: installs nothing; headers that the compiler does not find are
# told with the packages that hold them and the command that installs those.
set -eu
build="gcc libc6-dev make pkg-config libcjson-dev libsndfile1-dev libsamplerate0-dev libkissfft-dev libdnnl-dev"
tests="$build g++ python3 python3-numpy python3-scipy python3-torch python3-jsonschema libopenblas0-pthread clang-format"

# "HEADER PACKAGE" lines
headers="cjson/cJSON.h libcjson-dev
sndfile.h libsndfile1-dev
samplerate.h libsamplerate0-dev
kissfft/kiss_fftr.h libkissfft-dev"

# Whether the compiler "$@" finds the headers on standard input.
finds() { sed 's/\(.*\)/#include <\1>/' | "$@" -E -x c - >/dev/null 2>&1; }

check_headers() { # COMPILER [OPTION...]
	echo "$headers" | cut -d ' ' -f 1 | finds "$@" && return
	command -v "$1" >/dev/null || return 0 # make says so itself
	missing=$(echo "$headers" | while read -r header package; do
		echo "$header" | finds "$@" || printf ' %s' "$package"
	done)
	[ -n "$missing" ] || return 0
	cat >&2 <<-END
		seldc needs libraries whose headers $1 does not find. On Debian or Ubuntu install, as root:
		  apt-get install$missing
		or let "make demo" do it. Headers elsewhere: CPATH=FOLDER and LIBRARY_PATH=FOLDER in the environment.
	END
	return 1
}

case "${1:-build}" in
headers) shift; check_headers "$@"; exit ;;
build) want=$build ;;
test) want=$tests ;;
*) echo "usage: deps.sh build|test|headers COMPILER [OPTION...]" >&2; exit 2 ;;
esac

if ! command -v dpkg-query >/dev/null; then
	echo "deps.sh: not a Debian system; needed: $want" >&2
	exit 0
fi
missing=
for p in $want; do
	dpkg-query -W -f '${Status}\n' "$p" 2>/dev/null | grep -q 'ok installed' || missing="$missing $p"
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" != 0 ]; then
	command -v sudo >/dev/null || { echo "deps.sh: as root: apt-get install$missing" >&2; exit 1; }
	as_root=sudo
fi
echo "installing$missing"
$as_root apt-get update -qq
DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null
