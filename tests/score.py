"""`seldc score`: the official cases, random folders against tests/reference/score.py, and bad files.

Usage: score.py SELDC [CASES [FIRST_SEED]]. Prints what failed; status 1 if anything did."""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

here = Path(__file__).parent
sys.path.insert(0, str(here / "reference"))
import score as reference  # noqa: E402

seldc, failed = sys.argv[1], []


def run(*args):
    return subprocess.run([seldc, "score", *map(str, args)], capture_output=True, text=True)


def expect(name, ok, detail=""):
    if not ok:
        failed.append(name)
        print(f"not ok {name} {detail}")


def differ(a, b, where=""):
    """First difference of two JSON values beyond 1e-9, over the keys of b. Interval ends get 1e-7, as SciPy's
    quantiles have no more."""
    if isinstance(b, dict):
        return next((d for k in b if (d := differ(a[k], b[k], f"{where}/{k}"))), None)
    if isinstance(b, list):
        pairs = enumerate(zip(a, b))
        return f"{where}: length" if len(a) != len(b) else next(
            (d for i, (x, y) in pairs if (d := differ(x, y, f"{where}/{i}"))), None)
    near = 1e-7 if where.endswith(("/low", "/high")) else 1e-9
    if (a is None) != (b is None) or (b is not None and not abs(a - b) <= near * max(1, abs(b))):
        return f"{where}: {a}, want {b}"
    return None


def official():
    for case in sorted((here / "data/dcase2024_metrics").glob("case*")):
        want = json.loads((case / "expected.json").read_text())
        for shape in ([], ["--quiet"]):
            got = run(case / "ref", case / "pred", "--json", *shape)
            # real annotations have rows that come again
            others = [line for line in got.stderr.splitlines() if " again in one frame (" not in line]
            expect(case.name, got.returncode == 0 and not others, got.stderr)
            expect(case.name, not differ(json.loads(got.stdout), want), differ(json.loads(got.stdout), want))
        expect(case.name + " by the reference",
               not differ(reference.report(case / "ref", case / "pred"), want))


def row(rng, fields, frame, cls, source, azimuth, elevation, distance):
    if fields == 7:
        length = rng.uniform(0.3, 2)
        a, e = np.radians([azimuth, elevation])
        place = length * np.array([np.cos(e) * np.cos(a), np.cos(e) * np.sin(a), np.sin(e)])
        return f"{frame},{cls},{source}," + ",".join(f"{v:.12f}" for v in place) + f",{distance}"
    head = [frame, cls] + ([source] if fields > 4 else [])
    tail = [azimuth, elevation] + ([distance] if fields > 5 else [])
    sep = rng.choice([",", ", ", " ,"])
    return sep.join(str(v) for v in head + tail)


def write(rng, path, rows):
    end = str(rng.choice(["\n", "\r\n"]))
    text = end.join(rows) + (end if rows and rng.random() < 0.8 else "")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())


def random_file(rng, ref, pred, distances):
    """Events of a recording with gaps, crowds, repeated sources, some found, some made up."""
    frames = np.sort(rng.choice(60, rng.integers(0, 40), replace=False))
    fields_ref = rng.choice([6, 7]) if distances else rng.choice([4, 5, 6, 7])
    fields_pred = rng.choice([6, 7]) if distances else rng.choice([4, 5, 6, 7])
    some = rng.choice(13, 4, replace=False)
    a, b = [], []
    for f in frames:
        for _ in range(rng.integers(1, 6)):
            c, az, el = rng.choice(some), rng.integers(-180, 181), rng.integers(-80, 81)
            cm = rng.integers(20, 600)
            a.append(row(rng, fields_ref, f, c, rng.integers(-2, 3), az, el, cm))
            if rng.random() < 0.7:  # reals, so that no two costs are equal
                b.append(row(rng, fields_pred, f, c, 0, az + rng.normal(0, 15), np.clip(el + rng.normal(0, 8), -89, 89),
                             cm / 100 * np.exp(rng.normal(0, 0.5))))
        if rng.random() < 0.3:
            b.append(row(rng, fields_pred, f, rng.integers(13), 0, rng.uniform(-180, 180), rng.uniform(-89, 89), 2.5))
    for _ in range(rng.integers(0, 5)):  # in frames without references, and beyond the last
        b.append(row(rng, fields_pred, rng.integers(0, 80), rng.choice(some), 1, rng.uniform(-180, 180), 10.5, 1.25))
    rng.shuffle(a)
    write(rng, ref, a)
    if rng.random() < 0.9:
        rng.shuffle(b)
        write(rng, pred, b)


def random_case(seed):
    rng = np.random.default_rng(seed)
    distances = rng.random() < 0.8
    with tempfile.TemporaryDirectory() as tmp:
        n = rng.integers(2, 7)
        for i in range(n):
            random_file(rng, Path(tmp, "ref", str(rng.choice(["dev", "a/b", "."])), f"fold4_room1_mix{i:03}.csv"),
                        Path(tmp, "pred", str(rng.choice([".", "x"])), f"fold4_room1_mix{i:03}.csv"), distances)
        write(rng, Path(tmp, "pred/no_such_recording.csv"), ["1,2,0,10,10,1"])
        if len(list(Path(tmp, "pred").rglob("fold4*.csv"))) == 0:
            return
        micro = bool(seed % 2)
        want = reference.report(tmp + "/ref", tmp + "/pred", micro, True)
        got = run(tmp + "/ref", tmp + "/pred", "--json", "--jackknife", *(["--micro"] if micro else []))
        name = f"seed {seed}"
        expect(name, got.returncode == 0 and "no_such_recording.csv: warning: no reference" in got.stderr, got.stderr)
        if got.returncode == 0:
            expect(name, not differ(json.loads(got.stdout), want), differ(json.loads(got.stdout), want))
        table = run(tmp + "/ref", tmp + "/pred", "--quiet")
        expect(name + " table", table.returncode == 0 and not table.stderr and "domestic sounds" in table.stdout)


GOOD = "0,1,0,10,20,150\n1,1,0,10,20,150\n"
BAD = [  # text, where and what of a reference; the same with no marks for a prediction
    ("0,1,0,10,20,150\n1,1,0,nan,20,150\n", ":2:7: error: azimuth is nan"),
    ("0,1,0,10,20,inf\n", ":1:13: error: distance (cm) is inf"),
    ("0,1,0,10,20,150\n\n1,13,0,10,20,150\n", ":3:3: error: class 13 is not in 0..12"),
    ("-1,1,0,10,20,150\n", ":1:1: error: frame -1 is not in"),
    ("1.5,1,0,10,20,150\n", ":1:1: error: frame '1.5' is not a whole number"),
    ("frame,class,source,azimuth,elevation,distance\n", ":1:1: error: frame 'frame' is not a whole number"),
    ("0,1,0,10,20,150\r\n1,1,0\r\n", ":2:1: error: 3 fields, need 4 to 7"),
    ("0,1,0,10,20,150,7,8\n", ":1:1: error: 8 fields, need 4 to 7"),
    ("0,1,0,10,20,150\n1,1,0,10,2\n", ":2:1: error: 5 fields, but line 1 has 6"),
    ("0,1,0,10, 95 ,150\n", ":1:11: error: elevation 95 is not in -90..90"),
    ("0,1,0,,20,150\n", ":1:7: error: azimuth '' is not a number"),
    ("0,1,0,10,20,-150\n", ":1:13: error: distance (cm) -150 is not in 0.."),
    ("0,1,0,0,0,0,150\n", ":1:7: error: x, y and z are all 0"),
    ("99999999999999999999,1,0,10,20,150\n", ":1:1: error: frame 99999999999999999999 is not in"),
    ("0,1,0,10,20,0x10\n", ":1:13: error: distance (cm) '0x10' is not a number"),
    ("0,1,0,10,20,150\n" * 65, "error: more than 64 rows of class 1 in frame 0"),
    ("\0\0\0\0", ":1:1: error: 1 field, need 4 to 7"),
]


def bad_files():
    with tempfile.TemporaryDirectory() as tmp:
        ref, pred = Path(tmp, "ref"), Path(tmp, "pred")
        for d in (ref, pred):
            d.mkdir()
            (d / "a.csv").write_text(GOOD)
        for text, message in BAD:
            (ref / "b.csv").write_text(text)
            got = run(ref, pred)
            expect(repr(text[:40]), got.returncode == 1 and f"b.csv{message}".replace("b.csverror", "b.csv: error")
                   in got.stderr and not got.stdout, got.stderr)
        (pred / "a.csv").write_text("x\n")
        (ref / "b.csv").write_text("0,1\n" * 30)
        got = run(ref, pred)
        expect("all in one run", "a.csv:1:1" not in got.stderr and "11 more errors are not shown" in got.stderr
               and "31 errors in 2 files" in got.stderr, got.stderr)
        (ref / "b.csv").write_text("")
        (pred / "a.csv").write_text(GOOD)
        got = run(ref, pred)
        expect("empty reference", got.returncode == 0 and "b.csv: warning: no events" in got.stderr, got.stderr)
        (ref / "sub").mkdir()
        (ref / "sub/a.csv").write_text(GOOD)
        got = run(ref, pred)
        expect("same name twice", got.returncode == 1 and "sub/a.csv: error: same name as" in got.stderr, got.stderr)
        for args, status, text in [((ref,), 2, "need 2"), ((ref, pred, "--nothing"), 2, "usage"),
                                   ((ref, tmp + "/none"), 1, "No such file"), (("--help",), 0, ""),
                                   ((pred, pred, "--jackknife"), 1, "at least 2 files")]:
            got = run(*args)
            expect(f"status of {args}", got.returncode == status and text in got.stderr, got.stderr)
        (pred / "a.csv").rename(pred / "c.csv")
        got = run(ref / "sub", pred)
        expect("nothing matches", got.returncode == 1 and "has the name of a reference" in got.stderr, got.stderr)
        (pred / "c.csv").unlink()
        expect("no files", "no .csv files" in run(ref / "sub", pred).stderr)


def ties():
    """Equal directions with different distances are paired as SciPy pairs them. (At right angles, so that
    no rounding decides.)"""
    rng = np.random.default_rng(5)
    for i in range(30):
        with tempfile.TemporaryDirectory() as tmp:
            for d, scale in (("ref", 100), ("pred", 1)):
                rows = [f"{f},1,0,{rng.integers(4) * 90},0,{(rng.integers(9) + 1) * scale}"
                        for f in range(20) for _ in range(rng.integers(1, 7))]
                write(rng, Path(tmp, d, "a.csv"), rows + [f"20,1,0,0,0,{scale}"])
            got = run(tmp + "/ref", tmp + "/pred", "--json")
            d = differ(json.loads(got.stdout), reference.report(tmp + "/ref", tmp + "/pred"))
            expect(f"ties {i}", not d, d)


official()
bad_files()
ties()
numbers = [int(a) for a in sys.argv[2:]]
cases, first = (numbers + [40, 0][len(numbers):])[:2]
for seed in range(first, first + cases):
    random_case(seed)
print(f"{len(failed)} failures")
sys.exit(bool(failed))
