#!/usr/bin/env python3
"""What the documents say is so. In a folder that looks like the repository: every command of the
README's ```sh blocks, in order; every `build/seldc` line of HACKING.md that can run as it stands;
the example of models/FORMAT.md, and its message for a mistake, byte for byte. All links lead
somewhere, and all checks that are named exist."""
import glob
import json
import os
import re
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
failures = []


def read(path):
    with open(os.path.join(TOP, path), encoding="utf-8") as f:
        return f.read()


def run(folder, line):
    return subprocess.run(["bash", "-c", line], cwd=folder, capture_output=True, text=True)


def all_run(folder, lines):
    if not lines:
        failures.append("no commands")
    for line in lines:
        p = run(folder, line)
        if p.returncode:
            failures.append("%s\nexit %d\n%s" % (line, p.returncode, p.stderr[-2000:]))
            return


def readme_commands():
    blocks = re.findall(r"^```sh\n(.*?)^```", read("README.md"), re.S | re.M)
    return [line for b in blocks for line in b.splitlines() if line.strip() and line[0] != "#"]


def hacking_commands():
    """Indented ones without placeholders in capitals."""
    lines = re.findall(r"^    (build/seldc .*)", read("HACKING.md"), re.M)
    return [line for line in lines if not re.search(r"\b(MODEL|PROGRAM|[A-Z])\b", line.split("#")[0])]


def format_example(folder):
    text = read("models/FORMAT.md")
    example = re.search(r"^```json\n(.*?)^```", text, re.S | re.M)[1]
    with open(os.path.join(folder, "small.json"), "w") as f:
        f.write(example)
    os.symlink(os.path.join(TOP, "models", "lib"), os.path.join(folder, "lib"))
    p = run(folder, "build/seldc inspect small.json --set d=64 --json")
    outputs = json.loads(p.stdout)["graphs"][0]["outputs"] if not p.returncode else p.stderr
    if outputs != [{"name": "sed", "dtype": "f32", "shape": [1, 50, 2, 13]}]:
        failures.append("FORMAT.md: the example gives %s" % outputs)
    with open(os.path.join(folder, "small.json"), "w") as f:
        f.write(example.replace('"silu"', '"sofmax"'))
    want = re.search(r"^    small\.json:.*?\n(?=\n)", text, re.S | re.M)[0]
    got = run(folder, "build/seldc inspect small.json").stderr
    if got != re.sub(r"^    ", "", want, flags=re.M):
        failures.append("FORMAT.md: the message is now\n" + got)


def names(path):
    """Dead links, and checks or make targets that are not there."""
    text, checks, targets = read(path), read("tests/models"), read("Makefile")
    for link in re.findall(r"\]\(([^)#]+)\)", text):
        if "://" not in link and not os.path.exists(os.path.join(TOP, os.path.dirname(path), link)):
            failures.append("%s links to %s, which does not exist" % (path, link))
    for name in re.findall(r"\btests/models ([a-z_]+)", text):
        if not re.search(r"^(%s\(\)|%s\))" % (name, name), checks, re.M):
            failures.append("%s: there is no check %s" % (path, name))
    for name in re.findall(r"`(?:    )?make ([a-z-]+)", text):
        if not re.search(r"^%s:" % name, targets, re.M):
            failures.append("%s: there is no target %s" % (path, name))


def main():
    with tempfile.TemporaryDirectory() as folder:
        for name in ("build", "models", "tests", "bench"):
            os.symlink(os.path.join(TOP, name), os.path.join(folder, name))
        all_run(folder, readme_commands())
        all_run(folder, hacking_commands())
        format_example(folder)
    for path in glob.glob("**/*.md", root_dir=TOP, recursive=True):
        if not path.startswith(("build", "demo", "bench/results")):
            names(path)
    print("\n".join(failures))
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
