#!/bin/sh
# embed.sh SYMBOL FILE: C source that defines the text of FILE as `const char *const SYMBOL`. Include
# guards (CPU_..._H, CUDA_..._H) and includes of our own headers are left out: texts are put together
# in order by the emitter.
set -eu
printf '/* Made by tools/embed.sh from %s. */\nextern const char *const %s;\nconst char *const %s =\n' \
	"$(basename "$2")" "$1" "$1"
sed -e '/^#ifndef \(CPU\|CUDA\)_[A-Z0-9_]*_H$/d' -e '/^#define \(CPU\|CUDA\)_[A-Z0-9_]*_H$/d' \
	-e '/^#endif \/\* \(CPU\|CUDA\)_[A-Z0-9_]*_H \*\/$/d' -e '/^#include "/d' "$2" |
	cat -s | sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/??/?\\?/g' -e 's/^.*$/"&\\n"/'
echo ';'
