"""`seldc synth` against theory: rooms (delay, gain, direction, images, decay), mixtures (labels, levels,
same bytes), errors, and speed.

Usage: synth.py SELDC. Prints what failed, and the speed; status 1 if anything failed."""
import hashlib
import json
import resource
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from scipy.io import wavfile
from scipy.signal import butter, sosfiltfilt

RATE, FRAME, C = 24000, 2400, 343.0
seldc, failed = sys.argv[1], []


def run(*args, **kw):
    return subprocess.run([seldc, "synth", *map(str, args)], capture_output=True, text=True, **kw)


def expect(name, ok, detail=""):
    if not ok:
        failed.append(name)
        print(f"not ok {name} {detail}")


def unit(azimuth, elevation):
    a, e = np.radians([azimuth, elevation])
    return np.array([np.cos(e) * np.cos(a), np.cos(e) * np.sin(a), np.sin(e)])


def angle(a, b):
    return np.degrees(np.arccos(np.clip(a @ b / np.linalg.norm(a) / np.linalg.norm(b), -1, 1)))


def intensity(x):
    """x [n, 4] as W Y Z X: direction that the sound comes from."""
    return x[:, [3, 1, 2]].T @ x[:, 0]


def read(path):
    rate, x = wavfile.read(path)
    assert rate == RATE and x.shape[1] == 4
    return x.astype(float) / (32768 if x.dtype == np.int16 else 1)


def response(tmp, room, rt60, source, *more):
    got = run("--response", f"{tmp}/r.wav", "--room", ",".join(map(str, room)), "--rt60", rt60,
              "--source", ",".join(map(str, source)), *more)
    assert got.returncode == 0, got.stderr
    return read(f"{tmp}/r.wav")


# ---- responses


def dry_rooms(tmp):
    """Delay by the phase, gain 1/r from 100 Hz to 9 kHz, direction by the intensity vector."""
    rng = np.random.default_rng(1)
    worst = np.zeros(3)
    for i in range(60):
        az, el, metres = rng.uniform(-180, 180), np.degrees(np.arcsin(rng.uniform(-1, 1))), rng.uniform(0.3, 6)
        x = response(tmp, (14, 14, 14), 0, (az, el, metres))
        w = np.fft.rfft(x[:, 0], 4096)
        f = np.fft.rfftfreq(4096, 1 / RATE)
        use = (f > 100) & (f < 9000)
        turn = np.angle(w[use] * np.exp(2j * np.pi * f[use] * metres / C))
        delay = np.polyfit(f[use], turn, 1)[0] / (2 * np.pi) * RATE
        worst = np.maximum(worst, [np.abs(np.abs(w[use]) * metres - 1).max(), abs(delay),
                                   angle(intensity(x), unit(az, el))])
    expect("direct gain", worst[0] < 2e-3, worst)
    expect("direct delay in samples", worst[1] < 2e-3, worst)
    expect("direction in degrees", worst[2] < 0.01, worst)


def between_octaves(gain, f):
    """Gains at 125 Hz .. 8 kHz along a cosine of log frequency."""
    x = np.clip(np.log2(np.maximum(f, 1e-9) / 125), 0, 6)
    low = np.minimum(x.astype(int), 5)
    part = 0.5 - 0.5 * np.cos(np.pi * (x - low))
    return gain[low] * (1 - part) + gain[low + 1] * part


def images(room, receiver, source, rt60, until, taps):
    """W Y Z X spectra of all images that arrive before `until` seconds: Allen and Berkley, walls alike; rt60
    at the seven octaves."""
    lx = np.array(room)
    volume, area = lx.prod(), 2 * (lx.prod() / lx).sum()
    factor = np.exp(-12 * np.log(10) * volume / (C * area * rt60))
    f = np.fft.rfftfreq(taps, 1 / RATE)
    out = np.zeros((4, len(f)), complex)
    n = np.arange(-4, 5)
    for q in np.ndindex(2, 2, 2):
        for k in np.stack(np.meshgrid(n, n, n), -1).reshape(-1, 3):
            v = (1 - 2 * np.array(q)) * source + 2 * k * lx - receiver
            d = np.linalg.norm(v)
            if d < until * C:
                gain = between_octaves(factor ** (np.abs(k - q).sum() + np.abs(k).sum()), f) / d
                out += np.outer([1, v[1] / d, v[2] / d, v[0] / d], gain * np.exp(-2j * np.pi * f * d / C))
    return f, out


def early_part(tmp):
    """Images one by one, before the mixing time (30 ms here), below 9 kHz."""
    room, receiver = (6.1, 4.3, 2.9), np.array([2.5, 2.1, 1.4])
    az, el, metres, until = 35, 12, 1.7, 0.0235
    for tilt, near in ((0, 3e-3), (0.4, 2e-2), (-0.4, 2e-2)):
        x = response(tmp, room, 0.4, (az, el, metres), "--receiver", ",".join(map(str, receiver)), "--tilt", tilt)
        f, want = images(room, receiver, receiver + metres * unit(az, el), 0.4 * 2 ** (-tilt * np.arange(-3, 4)),
                         until, 2048)
        cut = int(until * RATE) - 16
        low = lambda t: np.fft.irfft(np.fft.rfft(np.pad(t[:, :cut], ((0, 0), (0, 2048 - cut)))) * (f < 9000))
        a, b = low(x[:2048].T)[:, :cut - 60], low(np.fft.irfft(want, 2048))[:, :cut - 60]
        error = np.abs(a - b).max() / np.abs(b).max()
        expect(f"early images, tilt {tilt}", error < near, error)


def t30(w):
    """Schroeder's backward integral, -5 to -35 dB."""
    level = 10 * np.log10(np.cumsum(w[::-1] ** 2)[::-1] / np.sum(w ** 2) + 1e-30)
    use = (level < -5) & (level > -35)
    return -60 / np.polyfit(np.flatnonzero(use) / RATE, level[use], 1)[0]


def decays(tmp):
    rng = np.random.default_rng(2)
    for i, rt60 in enumerate([0.15, 0.25, 0.35, 0.5, 0.7, 0.9, 1.2, 1.5] * 2):
        room = rng.uniform([4, 3.2, 2.5], [10, 8, 4])
        source = (rng.uniform(-180, 180), rng.uniform(-20, 20), rng.uniform(0.8, 1.4))
        x = response(tmp, np.round(room, 2), rt60, source, "--seed", i)
        expect(f"reverberation {rt60} s", abs(t30(x[:, 0]) / rt60 - 1) < 0.1, f"room {room}: {t30(x[:, 0])}")
    for band, hz in enumerate([125, 250, 500, 1000, 2000, 4000, 8000]):
        x = response(tmp, (7, 5, 3), 0.5, (30, 0, 1.2), "--tilt", 0.2)
        sos = butter(3, [hz / 2 ** 0.5, min(hz * 2 ** 0.5, 11900)], "band", fs=RATE, output="sos")
        got = t30(sosfiltfilt(sos, np.pad(x[:, 0], 4000))[4000:])
        want = 0.5 * 2 ** (-0.2 * (band - 3))
        expect(f"reverberation at {hz} Hz", abs(got / want - 1) < (0.2 if hz < 250 else 0.1), f"{got}, want {want}")


def tails(tmp):
    """Isotropic, and as loud as the images before."""
    x, ratio = [], []
    for seed in range(12):
        room = (5 + seed % 4, 4 + seed % 3, 3)
        volume = np.prod(room)
        r = response(tmp, room, 0.6, (40 * seed, 5, 1), "--seed", seed)
        mixing = max(np.sqrt(8000 * volume / (4 * np.pi * C ** 3)), np.linalg.norm(room) / C)
        at = int(mixing * RATE)
        late = r[at + 20:at + 4000]
        x.append(late / np.sqrt((late[:, 0] ** 2).mean()))
        w = sosfiltfilt(butter(2, 300, "high", fs=RATE, output="sos"), r[:, 0])  # images add up at 0 Hz
        power, n = w ** 2 * 10 ** (6 * np.arange(len(w)) / RATE / 0.6), int(0.012 * RATE)
        ratio.append(power[at - n:at].sum() / power[at:at + n].sum())
    x = np.concatenate(x)
    cov = x.T @ x / len(x)
    want = np.diag([1, 1 / 3, 1 / 3, 1 / 3])
    expect("isotropic tail", np.abs(cov - want).max() < 0.03, cov.round(3))
    expect("level of the tail", abs(10 * np.log10(np.mean(ratio))) < 1.5, 10 * np.log10(np.mean(ratio)))


# ---- mixtures


def write_events(folder, seconds=1.0, classes=(0, 1)):
    rng = np.random.default_rng(3)
    for c in classes:
        (folder / str(c)).mkdir(parents=True)
        noise = 3000 * rng.standard_normal(int(seconds * RATE))
        wavfile.write(folder / str(c) / "a.wav", RATE, noise.astype(np.int16))


def labels(path):
    rows = [list(map(int, line.split(","))) for line in path.read_text().split()]
    return np.array(rows).reshape(-1, 6)


def labelled(tmp):
    """Annotated directions, still and moving, come out of the sound, frame by frame, and nothing between."""
    rng = np.random.default_rng(4)
    tmp = Path(tmp, "labelled")
    write_events(tmp / "events")
    rows, t = [], 3
    for k in range(40):
        az, el, n = int(rng.integers(-180, 181)), int(rng.integers(-50, 51)), int(rng.integers(3, 9))
        step = int(rng.integers(-4, 5)) if k % 2 else 0
        rows += [(t + i, k % 2, k % 3, (az + step * i + 180) % 360 - 180, el) for i in range(n)]
        t += n + 2
    (tmp / "notes").mkdir()
    (tmp / "notes/fold3_room7_mix001.csv").write_text("\n".join(",".join(map(str, r)) for r in rows))
    got = run("-o", tmp / "out", "--events", tmp / "events", "--annotations", tmp / "notes", "--rt60", 0, "--snr", 200,
              "--hours", (t - 2) / 36000, "--length", 60)
    expect("labelled", got.returncode == 0, got.stderr)
    wavs = sorted((tmp / "out/foa_dev/dev-train-synth").glob("*.wav"))
    expect("names", [w.stem for w in wavs] == ["fold3_room7_mix001"], wavs)
    x, label = read(wavs[0]), labels(tmp / "out/metadata_dev/dev-train-synth/fold3_room7_mix001.csv")
    expect("annotated rows", [tuple(r[:5]) for r in label] == rows)
    loud = np.abs(x[:, 0]).max()
    worst, last = 0, {r[0] for r in rows}
    for f, c, s, az, el, cm in label:
        delay = int(round(cm / 100 / C * RATE))
        part = x[f * FRAME + FRAME // 4 + delay:(f + 1) * FRAME - FRAME // 4 + delay]
        worst = max(worst, angle(intensity(part), unit(az, el)))
        if f - 1 not in last:
            start = x[f * FRAME:(f + 1) * FRAME, 0]
            onset = np.flatnonzero(np.abs(start) > 1e-3 * loud)[0]
            expect("onset", -20 <= onset - delay <= 80, f"{onset}, want {delay}")
    expect("direction of mixtures", worst < 1, worst)
    quiet = [f for f in range(t - 2) if f not in last and f - 1 not in last]
    expect("silence between", max(np.abs(x[f * FRAME:(f + 1) * FRAME]).max() for f in quiet) < 2e-4 * loud)
    keep = {(c, s): cm for f, c, s, az, el, cm in label if abs(el) < 10}
    expect("distances differ", len(set(keep.values())) > 1 and label[:, 5].min() >= 20, keep)


def moving(tmp):
    """On its way round the listener a sound stays as loud: W is that of the same sound standing still."""
    w = []
    for step in (0, 5):
        d = Path(tmp, f"moving{step}")
        write_events(d / "events", 3.0, (0,))
        (d / "notes").mkdir()
        (d / "notes/fold1_room1_mix001.csv").write_text("".join(f"{f},0,0,{step * f},0,150\n" for f in range(30)))
        run("-o", d / "out", "--events", d / "events", "--annotations", d / "notes", "--rt60", 0, "--snr", 200,
            "--hours", 3 / 3600)
        w.append(read(next((d / "out").rglob("*.wav")))[:, 0])
    a, b = w[0], w[1] * (w[0] @ w[1]) / (w[1] @ w[1])
    expect("level while moving", np.abs(a - b).max() < 3e-3 * np.abs(a).max(), np.abs(a - b).max() / np.abs(a).max())


def varied(tmp):
    """--even, --turn, --speed and --tone: what they change, by how much, and nothing else."""
    tmp = Path(tmp, "varied")
    tone = np.sin(2 * np.pi * 1000 * np.arange(RATE) / RATE)
    noise = np.random.default_rng(5).standard_normal(RATE) / 5
    for c, x in ((0, tone), (1, noise)):
        (tmp / f"events/{c}").mkdir(parents=True)
        wavfile.write(tmp / f"events/{c}/a.wav", RATE, (16000 * np.clip(x, -1, 1)).astype(np.int16))
    (tmp / "notes").mkdir()
    rows = [(k * 10 + i, 0, k % 2, 20 * k % 360 - 180, 10) for k in range(120) for i in range(8)]
    (tmp / "notes/fold1_room1_mix001.csv").write_text("".join("%d,%d,%d,%d,%d\n" % r for r in rows))

    def make(name, *more):
        got = run("-o", tmp / name, "--events", tmp / "events", "--annotations", tmp / "notes", "--rt60", 0,
                  "--snr", 200, "--hours", 120 / 3600, "--length", 12, *more)
        expect(f"run {more}", got.returncode == 0, got.stderr)
        paths = sorted((tmp / name).rglob("*.csv"))
        return [(labels(p), read(str(p).replace("metadata_dev", "foa_dev").replace(".csv", ".wav"))) for p in paths]

    def sounds(mixtures):
        for label, x in mixtures:
            for f, *place in label[::8]:
                yield place, x[f * FRAME + FRAME:(f + 6) * FRAME]

    plain = make("plain")
    even = make("even", "--even", 0.5)
    drawn = np.array([c for (c, *_), _ in sounds(even)])
    expect("--even 0.5 of two classes", abs(drawn.mean() - 0.25) < 4 * (0.25 * 0.75 / 120) ** 0.5, drawn.mean())
    expect("--even: same places", all((a[:, [0, 3, 4]] == b[:, [0, 3, 4]]).all() for (a, _), (b, _) in zip(plain, even)))
    expect("--even: sources apart", all(len({tuple(r[:3]) for r in a}) == len(a) for a, _ in even))
    pure = [np.abs(np.fft.rfft(x[:, 0]))[int(1000 * len(x) / RATE)] / np.abs(np.fft.rfft(x[:, 0])).sum() > 0.1
            for _, x in sounds(even)]
    expect("--even: sounds of the drawn class", (np.array(pure) == (drawn == 0)).all())
    turns = [(b[:, 3] - a[:, 3] + 180) % 360 - 180 for (a, _), (b, _) in zip(plain, make("turn", "--turn", 60))]
    expect("--turn: one angle a mixture", all(t.min() == t.max() and abs(t[0]) <= 60 for t in turns))
    expect("--turn: another each mixture", len({t[0] for t in turns}) > 5)
    turned = [angle(intensity(x), unit(az, el)) for (c, s, az, el, cm), x in sounds(make("turn2", "--turn", 180))]
    expect("--turn: direction of the sound", max(turned) < 1, max(turned))
    peaks = [np.argmax(np.abs(np.fft.rfft(x[:, 0] * np.hanning(len(x)), 1 << 16))) * RATE / (1 << 16)
             for _, x in sounds(make("speed", "--speed", 4))]
    low, high = 1000 * 2 ** (-4 / 12), 1000 * 2 ** (4 / 12)
    expect("--speed: pitch", low - 1 < min(peaks) < 830 and 1200 < max(peaks) < high + 1, (min(peaks), max(peaks)))

    def above(x):  # dB, 6..10 kHz to 50..150 Hz
        w, f = np.abs(np.fft.rfft(x[:, 0])) ** 2, np.fft.rfftfreq(len(x), 1 / RATE)
        return 10 * np.log10(w[(f > 6000) & (f < 10000)].mean() / w[(f > 50) & (f < 150)].mean())
    tones = [above(x) for (c, *_), x in sounds(make("tone", "--even", 1, "--tone", 12)) if c == 1]
    flat = [above(x) for (c, *_), x in sounds(make("flat", "--even", 1)) if c == 1]
    spread = np.std(tones) ** 2 - np.std(flat) ** 2
    expect("--tone: balance", 5 < spread ** 0.5 < 8 and abs(np.mean(tones)) < 2.5, (spread ** 0.5, np.mean(tones)))


def gain_and_noise(tmp):
    """1/r between sources of one mixture, and the ratio to the ambience."""
    tmp = Path(tmp, "gain")
    write_events(tmp / "events", 4.0, (0,))
    (tmp / "notes").mkdir()
    frames = [*range(100), 199]
    (tmp / "notes/fold1_room1_mix001.csv").write_text("".join(f"{f},0,0,20,0,150\n" for f in frames))
    got = run("-o", tmp / "out", "--events", tmp / "events", "--annotations", tmp / "notes", "--rt60", 0, "--snr", 10,
              "--hours", 20 / 3600)
    x = read(next((tmp / "out").rglob("*.wav")))
    expect("given distance", (labels(next((tmp / "out").rglob("*.csv")))[:, 5] == 150).all(), got.stderr)
    noise, event = x[110 * FRAME:190 * FRAME], x[FRAME:98 * FRAME]
    snr = 10 * np.log10((event[:, 0] ** 2).mean() / (noise[:, 0] ** 2).mean() - 1)
    expect("ratio to the ambience", abs(snr - 10) < 0.7, snr)
    cov = noise.T @ noise / (noise[:, 0] ** 2).sum()
    expect("isotropic ambience", np.abs(cov - np.diag([1, 1 / 3, 1 / 3, 1 / 3])).max() < 0.1, cov.round(3))
    expect("level", 0.25 < np.abs(x).max() < 0.9, np.abs(x).max())
    run("-o", tmp / "low", "--events", tmp / "events", "--annotations", tmp / "notes", "--rt60", 0, "--snr", 10,
        "--hours", 20 / 3600, "--peak", -30)
    low = read(next((tmp / "low").rglob("*.wav")))
    expect("given level", abs(20 * np.log10(np.abs(low).max()) + 30) < 0.01, np.abs(low).max())
    expect("only the level", np.abs(low - x * np.abs(low).max() / np.abs(x).max()).max() < 1.1 / 32768)


def digest(folder):
    h = hashlib.sha256()
    for p in sorted(Path(folder).rglob("*")):
        if p.is_file():
            h.update(str(p.relative_to(folder)).encode() + p.read_bytes())
    return h.hexdigest()


def same_bytes(tmp):
    def make(name, *more):
        got = run("-o", f"{tmp}/{name}", "--hours", 0.02, "--length", 9, *more)
        expect(f"run {name}", got.returncode == 0 and not got.stdout and not got.stderr, got.stderr)
        return digest(f"{tmp}/{name}")
    one = make("one", "-j", 1)
    expect("two threads, the same bytes", one == make("two", "-j", 2))
    expect("another run, the same bytes", one == make("three", "-j", 2))
    expect("another seed, other bytes", one != make("four", "-j", 2, "--seed", 1))
    wavs = sorted(Path(tmp, "one/foa_dev/dev-train-synth").glob("*.wav"))
    expect("hours", len(wavs) == 8 and sum(len(read(w)) for w in wavs) == 72 * RATE, len(wavs))
    for w in wavs:
        rows = labels(Path(tmp, "one/metadata_dev/dev-train-synth", w.stem + ".csv"))
        at_once = np.bincount(rows[:, 0]) if len(rows) else np.zeros(1)
        ok = at_once.max() <= 3 and (np.diff(rows[:, 0]) >= 0).all() and rows[:, 0].max(initial=0) < 90
        ok = ok and (np.abs(rows[:, 3]) <= 180).all() and (np.abs(rows[:, 4]) <= 50).all()
        expect("rows of " + w.stem, ok and (rows[:, 1] < 13).all() and (rows[:, 5] >= 20).all(), rows)
    expect("test split", run("-o", f"{tmp}/five", "--hours", 0.001, "--split", "test").returncode == 0
           and next(Path(tmp, "five/foa_dev/dev-test-synth").glob("*")).name.startswith("fold4_"))


# ---- errors


def errors(tmp):
    tmp = Path(tmp, "errors")
    write_events(tmp / "good", 0.5)
    for d in ("empty", "bad/0", "bad/1", "silent/3", "split/0"):
        (tmp / d).mkdir(parents=True)
    (tmp / "bad/0/x.wav").write_text("not a sound")
    (tmp / "bad/1/y.wav").write_bytes((tmp / "good/1/a.wav").read_bytes()[:20])
    wavfile.write(tmp / "silent/3/z.wav", RATE, np.zeros(1000, np.int16))
    (tmp / "split/events.csv").write_text('note,file,split\n"a, ""b""",0/a.wav,train\n')
    (tmp / "split/0/a.wav").write_bytes((tmp / "good/0/a.wav").read_bytes())
    (tmp / "file").write_text("")
    (tmp / "notes").mkdir()
    (tmp / "notes/a.csv").write_text("0,0,0,10,10,100\n1,0,0,x,10,100\n")
    out = ("-o", tmp / "out", "--hours", 0.002)
    for name, args, status, text in [
            ("no output", (), 2, "-o DIR is missing"),
            ("hours", (*out, "--hours", "x"), 2, "--hours: 'x'"),
            ("argument", (*out, "more"), 2, "unexpected argument 'more'"),
            ("output in a file", ("-o", tmp / "file/out"), 1, "Not a directory"),
            ("no events", (*out, "--events", tmp / "none"), 1, "No such file"),
            ("empty events", (*out, "--events", tmp / "empty"), 1, "no folder named as a class"),
            ("bad events", (*out, "--events", tmp / "bad"), 1, "2 bad files"),
            ("silent events", (*out, "--events", tmp / "silent"), 1, "nothing but silence"),
            ("no such split", (*out, "--events", tmp / "split", "--split", "test"), 1, "no file of split 'test'"),
            ("split", (*out, "--events", tmp / "split"), 0, "no sounds of class 12 (knock)"),
            ("bad annotations", (*out, "--annotations", tmp / "notes"), 1, "a.csv:2:7: error: azimuth 'x'"),
            ("no annotations", (*out, "--annotations", tmp / "empty"), 1, "no .csv files"),
            ("source outside", ("--response", tmp / "r.wav", "--room", "4,3,3", "--source", "0,0,5"), 2,
             "beyond the wall"),
            ("help", ("--help",), 0, "")]:
        got = run(*args)
        expect(name, got.returncode == status and text in got.stderr, f"{got.returncode} {got.stderr}")

    def small_disk():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100000, 100000))
    got = run("-o", tmp / "full", "--hours", 0.01, preexec_fn=small_disk)
    expect("disk full", got.returncode == 3 and ".wav: File too large" in got.stderr, got.stderr)
    expect("nothing half written", not [p for p in (tmp / "full").rglob("*") if p.is_file()])


def speed(tmp):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run("-o", f"{tmp}/speed", "--hours", 0.1, "-j", 1)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    times = 360 / (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    print(f"{times:.0f} times real time a core")


with tempfile.TemporaryDirectory() as folder:
    for part in (dry_rooms, early_part, decays, tails, labelled, moving, varied, gain_and_noise, same_bytes, errors):
        part(folder)
    speed(folder)
print(json.dumps({"failures": len(failed)}))
sys.exit(bool(failed))
