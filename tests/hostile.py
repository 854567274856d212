#!/usr/bin/python3
"""hostile.py SELDC [COUNT]: names, documentation and paths that try to be code, options or other
files. COUNT random models and pieces of text IR are refused with status 1, or what is emitted for
them in C, CUDA and as a header compiles and holds no word of theirs outside comments and literals;
nothing is written but what was asked for. Then programs of odd paths, compilers and install folders."""
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

SELDC = os.path.abspath(sys.argv[1])
SANITIZED = "asan" in os.path.basename(os.path.dirname(SELDC))
HOME = os.path.join(os.path.dirname(SELDC), "lib", "seldc")
COUNT = int(sys.argv[2]) if len(sys.argv) > 2 else 6
PIECES = ["*/", "/*", "*\\\n/", "*??/\n/", "\\", "\n", "\"", "'", "\0x", "evil", "int evil;", "#include",
          "//", "\\\"", "%s%n", "../", "/", " ", "-", "@", "\x1b[2J", "\u202e", "é", ".", "1", "x" * 300,
          "<script>", "?" "?/", "{1}", "main", "inputs", "int", "\r"]
failures = []


def run(*command, **env):
    # what is compiled is hardly run; a runtime with sanitizers wants programs that have them, too
    full = dict(os.environ, SELDC_CFLAGS="-O0" + " -fsanitize=address,undefined" * SANITIZED, **env)
    return subprocess.run(command, capture_output=True, text=True, errors="replace", env=full)


def expect(ok, *what):
    if not ok:
        failures.append(" ".join(map(str, what)))


def odd(r, word):
    return word if r.random() < 0.5 else "".join(r.choices(PIECES, k=r.randint(1, 4))).replace("\0x", "")


def model(r):
    main = {"in": {odd(r, "x"): ["batch", 4]}, "out": {odd(r, "y"): "y"},
            "nodes": [{"op": "relu", "in": "x", "out": "y", "name": odd(r, "r")}]}
    m = {"seldc": 1, "name": r.choice(["t", "t", odd(r, "t")]), "graphs": {"main": main},
         "doc": "".join(r.choices(PIECES, k=8)).replace("\0x", "").replace("\x1b", "").replace("\u202e", "")
         .replace("\r", "")}
    if r.random() < 0.7:  # names that are sound, so that the documentation gets through
        main["in"], main["out"] = {"x": ["batch", 4]}, {"y": "y"}
        main["nodes"][0]["name"], m["name"] = "r", "t"
    return json.dumps(m)


def quoted(s):
    return '"' + "".join(c if c not in '"\\' and c >= " " else "\\x%02x" % ord(c) for c in s) + '"'


def text_ir(r):
    name = lambda w: quoted(odd(r, w))
    x, y = name("x"), name("y")
    module, graph = (name("t"), name("main")) if r.random() < 0.3 else ("t", r.choice(["main", "size", "ew"]))
    return (f'module {module}\ngraph {graph} arena=0 load=0 {{\n  %x = input {x} {{shape=[1,4]}} : f32[1,4]\n'
            f'  %r = relu {name("t")} %x : f32[1,4]  !{name("a.json")}:1:2\n'
            f'  %q = exp {name("inputs")} %r : f32[1,4]\n  output {y} %q\n}}\n')


def compiles(source, *flags):
    p = run("cc", "-fsyntax-only", "-w", "-fopenmp", "-I", HOME, *flags, source)
    expect(p.returncode == 0, "does not compile:", source, p.stderr[:600])
    p = run("cpp", "-P", "-I", HOME, source)
    for line in p.stdout.splitlines():
        code = [s for i, s in enumerate(line.replace('\\\\', '').replace('\\"', '').split('"')) if i % 2 == 0]
        expect(not re.search(r"\bevil\b", "".join(code)), "code of a name:", line)


def emit(case, source):
    """The same for C, CUDA and a library; whether it was refused."""
    listed = lambda: sorted(os.path.join(d, f) for d, _, fs in os.walk("..") for f in fs)
    before = listed()
    for kind, target, out in (("c", "cpu", "o.c"), ("cuda", "cuda", "o.cu")):
        p = run(SELDC, "build", source, "--target", target, "--emit", kind, "-o", out)
        expect(p.returncode in (0, 1), case, "exit", p.returncode, p.stderr[:600])
        expect(not any(ord(c) < 32 and c != "\n" for c in p.stderr), case, "controls the terminal")
        if p.returncode:
            return True
    compiles("o.c")
    p = run("cpp", "-P", "-x", "c++", "o.cu")
    expect("int evil" not in p.stdout, case, "CUDA of a name")
    os.remove("o.c"), os.remove("o.cu")
    expect(listed() == before, case, "wrote", set(listed()) ^ set(before))
    return False


def header():
    with open("lib.json", "w") as f:
        json.dump({"seldc": 1, "name": "t", "doc": "x */ int evil; /* *\\\n/ int evil; /*", "graphs": {"main": {
            "in": {"x": ["batch", 4]}, "out": {"y": "y"},
            "nodes": [{"op": "relu", "in": "x", "out": "y", "name": "inputs"}]}}}, f)
    p = run(SELDC, "build", "lib.json", "--target", "cpu", "--emit", "lib", "-o", "libt.so")
    expect(p.returncode == 0, "library:", p.stderr)
    with open("use.c", "w") as f:
        f.write('#include "libt.h"\nconst RtModel *use(void) { return t_model(); }\n')
    compiles("use.c")


def program(out, seldc=SELDC, **env):
    p = run(seldc, "build", "m.json", "--target", "cpu", "-o", out, **env)
    expect(p.returncode == 0 and os.path.isfile(out), "-o", out, env, p.stderr)
    if p.returncode == 0:
        expect(run("./" + out, "info").returncode == 0, out, "does not run")


def programs():
    with open("m.json", "w") as f:
        json.dump({"seldc": 1, "name": "t", "graphs": {"main": {"in": {"x": ["batch", 4]}, "out": {"y": "y"},
                  "nodes": [{"op": "relu", "in": "x", "out": "y"}]}}}, f)
    with open("resp", "w") as f:
        f.write("-o stolen\n")
    os.makedirs("my tools, new")
    cc = os.path.join(os.getcwd(), "my tools, new", "cc")
    os.symlink(shutil.which("cc"), cc)
    home = os.path.join(os.getcwd(), "my tools, new", "lib", "seldc")
    shutil.copytree(HOME, home)
    seldc = os.path.join(os.getcwd(), "my tools, new", "seldc")
    shutil.copy(SELDC, seldc)
    program("@resp", seldc=seldc, CC=cc)
    program("-o", CC="'" + cc + "' -DX=1")
    expect(not os.path.exists("stolen"), "-o @resp took its options from a file")
    p = run(SELDC, "build", "m.json", "--target", "cpu", "-o", "p", CC="cc;touch stolen")
    expect(p.returncode == 3 and not os.path.exists("stolen"), "CC was given to a shell")


def imports():
    """A model anywhere finds the library, and -I; a miss says where it looked."""
    os.makedirs("own/inc")
    with open("own/inc/mine.json", "w") as f:
        json.dump({"seldc": 1, "name": "mine", "import": ["lib/nn.json"], "modules": {"three": {
            "in": ["x"], "out": ["y"],
            "nodes": [{"use": "linear", "in": "x", "out": "y", "name": "l", "features": 3}]}}}, f)
    with open("own/m.json", "w") as f:
        json.dump({"seldc": 1, "name": "t", "import": ["mine.json", "nn.json", "lib/nn.json"], "graphs": {"main": {
            "in": {"x": ["batch", 4]}, "nodes": [{"use": "three", "in": "x", "out": "y", "name": "a"}],
            "out": {"y": "y"}}}}, f)
    p = run(SELDC, "opt", "-I", "own/inc", "own/m.json")
    expect(p.returncode == 0 and '"a.l.weight"' in p.stdout, "imports:", p.stderr)
    p = run(SELDC, "opt", "own/m.json")
    expect(p.returncode == 1 and "own/mine.json" in p.stderr and "lib/mine.json" in p.stderr, p.stderr)
    p = run(SELDC, "--list-modules")
    expect(p.returncode == 0 and "\nlinear(" in p.stdout, "--list-modules:", p.stdout[:200], p.stderr)


def terminals():
    """Names of files and folders neither steer a terminal nor begin a message of their own."""
    odd_name = "a\x1b[31m\nseldc: error: b"
    os.makedirs(f"{odd_name}/knock"), os.makedirs("none")
    for f in ("c.csv", "knock/\x1b]0;t\x07.wav", "knock/d.wav"):
        with open(f"{odd_name}/{f}", "w") as g:
            g.write("x\n")
    for words in (("score", odd_name, "none"), ("score", "no" + odd_name, "none"), ("synth", "-o", "q", "--events", odd_name),
                  ("synth", "-o", "/proc/none/" + odd_name)):
        p = run(SELDC, *words)
        expect(p.returncode == 1 and "error: " in p.stderr, words, p.returncode, p.stderr)
        expect("\x1b" not in p.stderr and "\nseldc: error: b" not in p.stderr, words, repr(p.stderr))


def main():
    r = random.Random(1)
    refused = 0
    for i in range(COUNT):
        source = "hostile.json" if i % 2 else "hostile.sir"
        text = model(r) if i % 2 else text_ir(r)
        with open(source, "w", encoding="utf-8") as f:
            f.write(text)
        refused += emit(f"case {i}: {text[:400]!r}:", source)
    header()
    programs()
    imports()
    terminals()
    print(f"{COUNT} cases, {refused} refused, {len(failures)} failures")
    print("\n".join(failures[:10]))
    return len(failures) > 0


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as top:
        os.makedirs(os.path.join(top, "a", "b"))
        os.chdir(os.path.join(top, "a", "b"))
        sys.exit(main())
