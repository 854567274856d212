#!/usr/bin/env python3
"""Runs every command of the README's ```sh blocks, in order, in a folder that looks like the
repository; fails at the first that fails, and on a link to a file that does not exist."""
import os
import re
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def commands(text):
    for block in re.findall(r"^```sh\n(.*?)^```", text, re.S | re.M):
        for line in block.splitlines():
            if line.strip() and not line.startswith("#"):
                yield line


def dead_links(text):
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        if "://" not in target and not os.path.exists(os.path.join(TOP, target)):
            yield target


def main():
    text = open(os.path.join(TOP, "README.md"), encoding="utf-8").read()
    dead = list(dead_links(text))
    for target in dead:
        print("README.md links to %s, which does not exist" % target)
    ran = 0
    with tempfile.TemporaryDirectory() as folder:
        for name in ("build", "models", "tests", "bench"):
            os.symlink(os.path.join(TOP, name), os.path.join(folder, name))
        for line in commands(text):
            p = subprocess.run(["bash", "-c", line], cwd=folder, capture_output=True, text=True)
            ran += 1
            if p.returncode:
                print("%s\nexit %d\n%s" % (line, p.returncode, p.stderr[-2000:]))
                sys.exit(1)
    sys.exit(1 if dead or not ran else 0)


if __name__ == "__main__":
    main()
