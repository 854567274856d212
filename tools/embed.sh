#!/bin/sh
# embed.sh SYMBOL FILE: C source that defines the text of FILE as `const char *const SYMBOL`.
# Include guards (CPU_..._H, CUDA_..._H) and includes of our own headers are left out: the
# emitter puts the texts together in order.
set -eu
printf '/* Made by tools/embed.sh from %s. */\n' "$(basename "$2")"
printf 'extern const char *const %s;\nconst char *const %s =\n' "$1" "$1"
name='\(CPU\|CUDA\)_[A-Z0-9_]*_H'
sed -e "/^#ifndef $name\$/d" -e "/^#define $name\$/d" -e "/^#endif \/\* $name \*\/\$/d" \
	-e '/^#include "/d' "$2" |
	cat -s | sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/??/?\\?/g' -e 's/^.*$/"&\\n"/'
echo ';'
