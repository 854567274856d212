#!/usr/bin/env python3
"""progress.py SELDC PROGRAM WEIGHTS CLIP TRAINER DATA: what takes long shows on a terminal how far it
is, whole whatever the terminal's size, which is gone at the end, and says nothing of it where stderr
is a file. TRAINER: a program to train; DATA: something short to train on."""
import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import tempfile
import termios

seldc, program, weights, clip, trainer, data = (os.path.abspath(p) for p in sys.argv[1:])
model = os.path.abspath("models/seld_mamba_tiny.json")
COMMANDS = [
    [seldc, "build", model, "--target", "cpu", "--emit", "c", "-o", "x.c"],
    [seldc, "inspect", model],
    [seldc, "opt", model],
    [seldc, "synth", "-o", "mix", "--hours", "0.002", "--length", "4"],
    [program, "init", "-o", "w"],
    [program, "features", "-o", "x.npy", clip],
    [program, "run", "--weights", weights, "--input", "x.npy", "--output", "y"],
    [program, "infer", "--weights", weights, "-o", "csv", clip],
    [program, "bench", "--weights", weights, "--runs", "3"],
]
PARTS = [r"unified epoch \d/2 step \d+/\d+,", r"\d:\d\d:\d\d left:", r"loss \S+ \(sed \S+, doa \S+, sde \S+\),",
         r"gradient \S+,", r"lr \S+,", r"\S+ clips/s,", r"\S+ GFLOP/s,", r"\S+ % of the roofline"]
EPOCH = r"unified epoch %d: loss \S+ \(.*\), gradient \S+, lr \S+, \d+ s; F .* %%, DOAE .* deg, RDE .* %%, SELD \S+"
LEFT = [EPOCH % 1, EPOCH % 2, r"best epoch .*", r"out.*: weights in .*"]


class Terminal:
    """A screen of so many columns and rows, what has scrolled off above it. Knows \\r, \\n, ESC[K,
    ESC[J and ESC[nA; wraps long lines, and again when its width changes."""

    def __init__(self, columns, rows):
        self.columns, self.rows = columns, rows
        self.text, self.wraps = [""], [False]  # by row; wraps: goes on in the next one
        self.x = self.y = self.top = 0
        self.rest = ""  # an escape sequence that has begun
        self.seen = []  # the screen at each \r

    def down(self):
        self.y += 1
        if self.y == len(self.text):
            self.text.append("")
            self.wraps.append(False)
        self.top = max(self.top, self.y - self.rows + 1)

    def put(self, c):
        if self.x == self.columns:
            self.wraps[self.y] = True
            self.down()
            self.x = 0
        row = self.text[self.y].ljust(self.x)
        self.text[self.y] = row[:self.x] + c + row[self.x + 1:]
        self.x += 1

    def escape(self, number, what):
        if what == "A":
            self.y = max(self.top, self.y - int(number or 1))
        else:
            assert what in "KJ" and not number, (number, what)
            self.text[self.y] = self.text[self.y][:self.x]
            self.wraps[self.y] = False
            if what == "J":
                del self.text[self.y + 1:], self.wraps[self.y + 1:]

    def write(self, text):
        text = self.rest + text
        self.rest = re.search(r"(\x1b(\[\d*)?)?$", text).group()
        for number, what, c in re.findall(r"\x1b\[(\d*)([A-Z])|([^\x1b])", text[:len(text) - len(self.rest)], re.S):
            if what:
                self.escape(number, what)
            elif c == "\r":
                self.seen.append(" ".join(t.rstrip() for t in self.text[self.top:]))
                self.x = 0
            elif c == "\n":
                self.down()
            else:
                self.put(c)

    def lines(self):
        """What has been written, from the beginning, wrapped rows put together."""
        out = [""]
        for text, wraps in zip(self.text, self.wraps):
            out[-1] += text
            if not wraps:
                out.append("")
        return out[:-1]

    def resize(self, columns):
        assert self.y == len(self.text) - 1 and self.x == len(self.text[-1])
        lines, self.columns, self.text, self.wraps = self.lines(), columns, [], []
        for line in lines:
            self.text += [line[i:i + columns] for i in range(0, max(len(line), 1), columns)]
            self.wraps += [True] * (len(self.text) - len(self.wraps))
            self.wraps[-1] = False
        self.y, self.x = len(self.text) - 1, len(self.text[-1])
        self.top = max(0, self.y - self.rows + 1)


def set_size(tty, columns, rows):
    fcntl.ioctl(tty, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def on_terminal(command, columns=80, rows=24, then=None):
    """A terminal after the command. then: so many columns, once it has shown the first step."""
    master, slave = pty.openpty()
    set_size(slave, columns, rows)
    screen = Terminal(columns, rows)
    p = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=slave)
    os.close(slave)
    while True:
        try:
            part = os.read(master, 1 << 16)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        screen.write(part.decode())
        if then and screen.text[-1].endswith("roofline"):  # the whole text
            os.kill(p.pid, signal.SIGSTOP)  # nothing is written meanwhile
            os.waitpid(p.pid, os.WUNTRACED)
            os.set_blocking(master, False)
            try:
                screen.write(os.read(master, 1 << 16).decode())
            except BlockingIOError:
                pass
            os.set_blocking(master, True)
            screen.resize(then)
            set_size(master, then, rows)
            then = None
            os.kill(p.pid, signal.SIGCONT)
    os.close(master)
    assert p.wait() == 0 and not then, (command, screen.text)
    assert screen.text[-1] == "" and screen.y == len(screen.text) - 1, (command, screen.text)
    return screen


def shown(screen, parts):
    """Whether all of them were on the screen at once, in this order."""
    return any(re.search(" ".join(parts), s) for s in screen.seen)


def check(command):
    screen = on_terminal(command, columns=20)
    name = " ".join(command[:2])
    progress = r"\d+ of \d+ \(\d+ %\)"
    left = " ".join(t.rstrip() for t in screen.text)
    assert not all(left.startswith(s) for s in screen.seen), "%s: no progress: %r" % (name, screen.seen)
    assert not any(re.search(progress, t) for t in screen.lines()), "%s: some is left: %r" % (name, screen.text)
    plain = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert plain.returncode == 0 and not re.search(rb"[\r\x1b]", plain.stderr), (name, plain.stderr)


def train(columns, rows, parts, then=None):
    out = "out%d.%d.%s" % (columns, rows, then)
    command = [trainer, "train", "--data", data, "--out", out, "--set", "schedule.epochs=2",
               "--threads", "1"]
    screen = on_terminal(command, columns, rows, then)
    assert shown(screen, parts), "%s: not all is shown: %s" % (out, "\n".join(screen.seen[::20]))
    got = screen.lines()[:-1]
    while got and got[0].startswith("train: warning"):
        del got[0]
    assert len(got) == len(LEFT) and all(map(re.fullmatch, LEFT, got)), "%s: %s" % (out, "\n".join(got))


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    for command in COMMANDS:
        check(command)
    for columns in (200, 80, 40):
        train(columns, 24, PARTS)
    train(40, 2, PARTS[:2])
    train(100, 24, PARTS, then=40)
    train(40, 24, PARTS, then=100)
    os.chdir("/")
