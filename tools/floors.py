#!/usr/bin/env python3
"""floors.py BUILD: includes and calls go down only, and no files use one another in a circle.

HACKING.md holds the table of floors: a line `FOLDER: what it may include and call`, under the line
that begins with "Floors". Includes are those of the compiler's own dependency files (*.d), calls
the symbols that `nm` finds in the objects. Prints one line for each offence, with the two files;
exit status 1 if there is any."""
import collections
import re
import subprocess
import sys
from pathlib import Path


def read_floors(path):
    """{folder: folders that it may use}, from the table in the document."""
    text = path.read_text().split("\nFloors", 1)[1]
    floors = {}
    for line in text.splitlines():
        row = re.fullmatch(r"    ([a-z_/]+): +(.*)", line)
        if row:
            names = row[2].split()
            floors[row[1]] = set(names) - {"-"} | {row[1]}
        elif floors and line.strip():
            break
    return floors


def floor_of(floors, file):
    """The folder of the table that the file lies in, or None: the deepest."""
    fits = [f for f in floors if file.startswith(f + "/")]
    return max(fits, key=len, default=None)


def includes(build):
    """(file, header) pairs of the project's own files."""
    for dependencies in sorted(build.rglob("*.d")):
        text = dependencies.read_text().replace("\\\n", " ")
        files = text.split("\n", 1)[0].split(":", 1)[1].split()
        if Path(files[0]).exists():
            yield from ((files[0], f) for f in files[1:] if Path(f).exists())


def symbols(build):
    """What each object defines, and what it lacks."""
    defined, lacks = {}, {}
    for found in sorted(build.rglob("*.o")):
        file = str(found.relative_to(build).with_suffix(""))
        if not Path(file + ".c").exists():  # of a file that has moved, or made by the build
            continue
        lines = subprocess.run(["nm", "-P", found], capture_output=True, text=True, check=True).stdout
        rows = [line.split()[:2] for line in lines.splitlines()]
        defined.update((name, file) for name, kind in rows if kind in "TDRBV")
        lacks[file] = {name for name, kind in rows if kind in "Uw"}
    return defined, lacks


def uses(build):
    """{file: {file that it calls: a symbol}}"""
    defined, lacks = symbols(build)
    edges = collections.defaultdict(dict)
    for file, names in lacks.items():
        for name in sorted(names):
            if defined.get(name, file) != file:
                edges[file][defined[name]] = name
    return edges


def circles(edges):
    """Sets of files that use one another (Tarjan, on an explicit stack of iterators)."""
    index, low, stack, found = {}, {}, [], []

    def open_node(v):
        index[v] = low[v] = len(index)
        stack.append(v)
        return v, iter(sorted(edges.get(v, ())))
    for root in sorted(edges):
        path = [open_node(root)] if root not in index else []
        while path:
            v, rest = path[-1]
            w = next(rest, None)
            if w is None:
                path.pop()
                if path:
                    low[path[-1][0]] = min(low[path[-1][0]], low[v])
                if low[v] == index[v]:
                    at = stack.index(v)
                    if len(stack) - at > 1:
                        found.append(sorted(stack[at:]))
                    del stack[at:]
            elif w not in index:
                path.append(open_node(w))
            elif w in stack:
                low[v] = min(low[v], index[w])
    return found


def main():
    build = Path(sys.argv[1])
    floors = read_floors(Path("HACKING.md"))
    bad = set()
    for file, header in includes(build):
        here, there = floor_of(floors, file), floor_of(floors, header)
        if here and there and there not in floors[here]:
            bad.add(f"{file} includes {header}: {here} may not use {there}")
    edges = uses(build)
    for file, used in edges.items():
        for other, symbol in used.items():
            here, there = floor_of(floors, file), floor_of(floors, other)
            if here and there and there not in floors[here]:
                bad.add(f"{file} calls {symbol} of {other}: {here} may not use {there}")
    for circle in circles({f: e for f, e in edges.items() if floor_of(floors, f)}):
        bad.add("files use one another in a circle: " + " ".join(circle))
    for line in sorted(bad):
        print(line)
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
