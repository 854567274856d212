#!/bin/sh
# dist.sh BUILD VERSION: seldc-VERSION-linux-x86_64.tar.gz: the compiler, its runtime library, the
# models, the tests and every shared library they need but the C library, so that a machine
# without a package registry can compile models. Unpack it anywhere; bin/seldc finds the rest.
set -eu
B=$1 name=seldc-$2-linux-$(uname -m)
top=$B/dist/$name
rm -rf "$top" && mkdir -p "$top/bin" "$top/lib/seldc/include" "$top/lib/seldc/deps" "$top/share/seldc"

cp "$B/seldc" "$top/bin/"
cp "$B/lib/seldc/libseldrt.a" "$B/lib/seldc/seldrt.h" "$top/lib/seldc/"
cp -rL /usr/include/dnnl*.h /usr/include/oneapi "$top/lib/seldc/include/"
cp -r models "$top/share/seldc/"
cp -r Makefile README.md LICENSE bench tests "$top/"

# The libraries by their link names, and everything those need.
deps=$top/lib/seldc/deps
for l in dnnl sndfile samplerate cjson; do
	so=$(${CC:-cc} -print-file-name=lib$l.so)
	soname=$(objdump -p "$so" | awk '/SONAME/ {print $2}')
	cp -L "$so" "$deps/$soname" && ln -sf "$soname" "$deps/lib$l.so"
	ldd "$so" | awk '$3 ~ /^\// {print $3}' |
		grep -vE '/(libc|libm|libdl|libpthread|librt|ld-linux.*)\.so' |
		while read -r f; do cp -Ln "$f" "$deps/"; done
done
tar -C "$B/dist" -czf "$name.tar.gz" "$name"
echo "$name.tar.gz: $(du -h "$name.tar.gz" | cut -f1)"
