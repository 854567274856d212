#!/bin/sh
# deps.sh build|test: installs the Debian packages that a build or the tests need and that are
# missing. Needs root or sudo only when something is missing. Elsewhere it names what to install.
set -eu
build="gcc libc6-dev make pkg-config libcjson-dev libsndfile1-dev libsamplerate0-dev libkissfft-dev libdnnl-dev"
tests="$build g++ python3 python3-numpy python3-scipy python3-torch python3-jsonschema libopenblas0-pthread clang-format"

case "${1:-build}" in
build) want=$build ;;
test) want=$tests ;;
*) echo "usage: deps.sh build|test" >&2; exit 2 ;;
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
