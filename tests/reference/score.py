"""The DCASE2024 metrics in NumPy and SciPy, written from their definition: what `seldc score` must give.

Usage: score.py REFERENCES PREDICTIONS [--micro] [--jackknife]: prints JSON."""
import json
import sys
from pathlib import Path

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.stats import t as student

CLASSES, EPS = 13, np.finfo(float).eps
KINDS = ["ER", "F", "DOAE", "DistE", "RDE", "LR", "SELD"]


def read(path, scale):
    """{(frame, class): array of x, y, z, metres}, and the largest frame (0 in an empty file)."""
    events, last = {}, 0
    for line in Path(path).read_text().splitlines():
        word = [w.strip() for w in line.split(",")]
        if word == [""]:
            continue
        frame, cls = int(word[0]), int(word[1])
        value = [float(w) for w in word[2 if len(word) == 4 else 3:]]
        metres = value.pop() * scale if len(word) >= 6 else np.nan
        if len(value) == 2:
            azimuth, elevation = np.radians(value)
        else:
            azimuth = np.arctan2(value[1], value[0])
            elevation = np.arctan2(value[2], np.hypot(value[0], value[1]))
        events.setdefault((frame, cls), []).append(
            [np.cos(azimuth) * np.cos(elevation), np.sin(azimuth) * np.cos(elevation), np.sin(elevation), metres])
        last = max(last, frame)
    return {k: np.array(v) for k, v in events.items()}, last


def count(ref, pred):
    """Per class: tp, far, fp, fn, pairs, angle, distances, metres, relative, nref; and S + D + I."""
    (ref, last), pred = ref, pred[0]
    total, errors = np.zeros((CLASSES, 10)), 0
    for frame in range(last):
        missed = wrong = 0
        for c in range(CLASSES):
            r, p = ref.get((frame, c), np.zeros((0, 4))), pred.get((frame, c), np.zeros((0, 4)))
            fp, fn = max(0, len(p) - len(r)), max(0, len(r) - len(p))
            total[c] += [0, 0, fp, fn, 0, 0, 0, 0, 0, len(r)]
            missed, wrong = missed + fn, wrong + fp
            if not len(r) or not len(p):
                continue
            unit = [a[:, :3] / np.sqrt((a[:, :3] ** 2).sum(1, keepdims=True) + 1e-10) for a in (r, p)]
            u, v = unit[0][:, None], unit[1][None]
            dot = u[..., 0] * v[..., 0] + u[..., 1] * v[..., 1] + u[..., 2] * v[..., 2]
            cost = np.arccos(np.clip(dot, -1, 1)) * 180 / np.pi
            i, j = linear_sum_assignment(cost)
            metres = np.abs(r[i, 3] - p[j, 3])
            relative = metres / (r[i, 3] + EPS)
            far = (cost[i, j] > 20) | (relative > 1)
            total[c] += [(~far).sum(), far.sum(), 0, 0, len(i), cost[i, j].sum(), (~np.isnan(metres)).sum(),
                         np.nansum(metres), np.nansum(relative), 0]
            wrong += far.sum()
        errors += max(missed, wrong)
    return total, errors


def ratio(a, n):
    return np.where(n > 0, a / (n + EPS), np.nan)


def mean(a, axis=None):
    """Mean of what is defined; NaN where nothing is."""
    n = (~np.isnan(a)).sum(axis)
    return np.where(n > 0, np.nansum(a, axis) / np.maximum(n, 1), np.nan)


def rows(t, er):
    tp, far, fp, fn, pairs, angle, distances, metres, relative, _ = np.atleast_2d(t).T
    f = tp / (EPS + tp + far + 0.5 * (fp + fn))
    doae, rde = ratio(angle, pairs), ratio(relative, distances)
    seld = mean(np.stack([1 - f, doae / 180, rde]), 0)
    return np.stack([np.full_like(f, er), f, doae, ratio(metres, distances), rde, pairs / (EPS + pairs + fn), seld])


def score(counts, micro):
    """[7, 1 + classes]: all, then each class."""
    total, errors = sum(c[0] for c in counts), sum(c[1] for c in counts)
    er = errors / (total[:, 9].sum() + EPS)
    classes = rows(total, er)
    return np.column_stack([rows(total.sum(0), er)[:, 0] if micro else mean(classes, 1), classes])


def jackknife(counts, micro):
    g = score(counts, micro)
    parts = np.stack([score(counts[:i] + counts[i + 1:], micro) for i in range(len(counts))])
    n = len(counts)
    bias = (n - 1) * (parts.mean(0) - g)
    err = np.sqrt((n - 1) * parts.var(0))
    width = student.ppf(0.975, n - 1) * err
    return {"estimate": g - bias, "bias": bias, "std_err": err, "low": g - bias - width, "high": g - bias + width}


def plain(a):
    return None if np.isnan(a) else float(a)


def report(references, predictions, micro=False, intervals=False):
    pred = {p.stem: p for p in Path(predictions).rglob("*.csv")}
    counts = []
    for ref in sorted(Path(references).rglob("*.csv"), key=lambda p: p.stem):
        found = read(pred[ref.stem], 1) if ref.stem in pred else ({}, 0)
        counts.append(count(read(ref, 0.01), found))
    s = score(counts, micro)
    out = {k: plain(s[i, 0]) for i, k in enumerate(KINDS)}
    out["classwise"] = [[plain(v) for v in row[1:]] for row in s]
    if intervals:
        j = jackknife(counts, micro)
        at = lambda i, c: {k: plain(v[i, c]) for k, v in j.items()}
        out["jackknife"] = {k: at(i, 0) for i, k in enumerate(KINDS)}
        out["jackknife"]["classwise"] = [[at(i, 1 + c) for c in range(CLASSES)] for i in range(len(KINDS))]
    return out


if __name__ == "__main__":
    folders = [a for a in sys.argv[1:] if not a.startswith("--")]
    print(json.dumps(report(*folders, "--micro" in sys.argv, "--jackknife" in sys.argv), indent=1))
