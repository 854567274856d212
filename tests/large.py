#!/usr/bin/env python3
"""tests/large.py SELDC: graphs of many nodes compile within memory that grows with their number.

Each shape is one that some pass once walked with the square or cube of the nodes. The two of 16,000
have 300 MB. The processor's time has a limit only so that such a walk ends the test: it is a
hundred times what is needed."""
import json
import resource
import subprocess
import sys
import tempfile

LIMIT_SECONDS = 120
ADDRESSES = 300 << 20


def op(name, inputs, out, **attributes):
    return {"op": name, "in": inputs, "out": out, **attributes}


def times(i, of="x", out="v"):
    return op("mul", [of, {"const": 1.5 + i}], f"{out}{i}")


def wide(n):
    """n outputs x c"""
    return [times(i) for i in range(n)], [f"v{i}" for i in range(n)]


def chain(n):
    """((x c) c) c ..."""
    return [times(i, f"v{i - 1}" if i else "x") for i in range(n)], [f"v{n - 1}"]


def residual(n):
    """x + tanh(softmax(x)), again and again"""
    nodes = []
    for i in range(n // 3):
        x = f"v{i - 1}" if i else "x"
        nodes += [op("softmax", [x], f"s{i}", axis=-1), op("tanh", [f"s{i}"], f"t{i}"),
                  op("add", [x, f"t{i}"], f"v{i}")]
    return nodes, [f"v{n // 3 - 1}"]


def rails(n):
    """two values that cross all the time"""
    nodes, a, b = [], "x", "x"
    for i in range(n // 2):
        nodes += [op("mul", [a, b], f"a{i}"), op("add", [b, {"const": 1.0 + i}], f"b{i}")]
        a, b = f"b{i}", f"a{i}"
    return nodes, [a, b]


def flips(n):
    nodes = []
    for i in range(n // 2):
        nodes += [op("flip", [f"v{i - 1}" if i else "x"], f"f{i}", axis=1),
                  op("add", [f"f{i}", "x"], f"v{i}")]
    return nodes, [f"v{n // 2 - 1}"]


def joined(n):
    """n pieces side by side"""
    pieces = [f"v{i}" for i in range(n)]
    return [times(i) for i in range(n)] + [op("concat", pieces, "y", axis=-1)], ["y"]


def sliced(n):
    nodes = []
    for i in range(n // 2):
        nodes += [times(i), op("slice", [f"v{i}"], f"s{i}", axis=1, start=1, stop=3)]
    return nodes, [f"s{i}" for i in range(n // 2)]


def model(nodes, outputs):
    return {"seldc": 1, "name": "large", "graphs": {"main": {
        "in": {"x": ["batch", 4]}, "nodes": nodes, "out": {f"y{i}": v for i, v in enumerate(outputs)}}}}


def inspect(seldc, nodes, outputs, addresses):
    def limit():
        resource.setrlimit(resource.RLIMIT_CPU, (LIMIT_SECONDS, LIMIT_SECONDS))
        if addresses:
            resource.setrlimit(resource.RLIMIT_AS, (addresses, addresses))
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(model(nodes, outputs), file)
        file.flush()
        return subprocess.run([seldc, "inspect", file.name], preexec_fn=limit, text=True,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)


def main():
    seldc = sys.argv[1]
    # sanitizers reserve addresses by the terabyte
    limited = 0 if "asan" in seldc else ADDRESSES
    failed = False
    for shape, n in ((wide, 16000), (chain, 16000), (residual, 4000), (rails, 4000), (flips, 4000),
                     (joined, 4000), (sliced, 4000)):
        run = inspect(seldc, *shape(n if limited else n // 8), limited)
        good = run.returncode == 0
        failed |= not good
        print(f"{'ok' if good else 'not ok'} {n} nodes, {shape.__name__}")
        if not good:
            print(f"    status {run.returncode}: {run.stderr[-400:]}")
    return failed


if __name__ == "__main__":
    sys.exit(main())
