#!/bin/sh
# dist.sh BUILD VERSION: seldc-VERSION-linux-x86_64.tar.gz: the compiler, its runtime library, the
# models, the tests and every shared library they need but the C library, so that a machine
# without a package registry can compile models and check a GPU. Unpack it anywhere; bin/seldc
# finds the rest beside it.
set -eu
B=$1 name=seldc-$2-linux-$(uname -m)
top=$B/dist/$name
rm -rf "$top" && mkdir -p "$top/bin" "$top/lib/seldc/deps" "$top/share/seldc" "$top/backend_cuda"

cp "$B/seldc" "$B/cuda/cuda_check" "$top/bin/"
strip "$top/bin/seldc" "$top/bin/cuda_check"
cp "$B"/lib/seldc/libseldrt.a "$B"/lib/seldc/*.h "$top/lib/seldc/"
cp -r models "$top/share/seldc/"
ln -s share/seldc/models "$top/models"
cp -r README.md LICENSE bench tests "$top/"
cp -r backend_cuda/kernels "$top/backend_cuda/"
cp tools/dist.mk "$top/Makefile"
find "$top" -name __pycache__ -prune -exec rm -r {} +

# The libraries that seldc needs, and those that programs are linked with under their link names.
deps=$top/lib/seldc/deps
ldd "$B/seldc" | awk '$3 ~ /^\// {print $3}' |
	grep -vE '/(libc|libm|libdl|libpthread|librt|ld-linux.*)\.so' |
	while read -r f; do cp -Ln "$f" "$deps/"; done
mkdir "$deps/seldc" && mv "$deps"/libgomp.so.* "$deps/seldc/"
for l in sndfile samplerate cjson; do
	ln -sf "$(basename "$(ls "$deps/lib$l".so.*)")" "$deps/lib$l.so"
done
tar -C "$B/dist" -czf "$name.tar.gz" "$name"
echo "$name.tar.gz: $(du -h "$name.tar.gz" | cut -f1)"
