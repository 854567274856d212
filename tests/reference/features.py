"""Input features in float64: log-mel energies and intensity vectors of first-order Ambisonics.

seld() is what SELD-Mamba and EINV2 take, baseline() what the DCASE2024 baseline takes.
"""
import struct

import numpy as np

RATE = 24000


def read_wav(path):
    """float64 [samples,channels] in -1..1, and the rate. PCM of 16, 24, 32 bits, and floats."""
    data = open(path, "rb").read()
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise ValueError(path + ": not a WAV file")
    at, body = 12, None
    while at + 8 <= len(data):
        name, size = struct.unpack("<4sI", data[at:at + 8])
        chunk = data[at + 8:at + 8 + size]
        if name == b"fmt ":
            code, channels, rate, _, _, bits = struct.unpack("<HHIIHH", chunk[:16])
            code = struct.unpack("<H", chunk[24:26])[0] if code == 0xFFFE else code
        elif name == b"data":
            body = chunk
        at += 8 + size + size % 2
    width = bits // 8
    body = body[:len(body) // (width * channels) * width * channels]
    if code == 3:
        x = np.frombuffer(body, "<f%d" % width).astype(np.float64)
    else:
        # To the top of an int32, so that all widths have the sign in the same place.
        raw = np.frombuffer(body, np.uint8).reshape(-1, width)
        wide = np.zeros((len(raw), 4), np.uint8)
        wide[:, 4 - width:] = raw
        x = wide.view("<i4")[:, 0] / 2.0 ** 31
    return x.reshape(-1, channels), rate


def write_wav(path, x, rate=RATE):
    """x [samples,channels] in -1..1, as 16-bit PCM."""
    s = np.clip(np.rint(x * 32768), -32768, 32767).astype("<i2")
    channels = s.shape[1]
    fmt = struct.pack("<HHIIHH", 1, channels, rate, rate * channels * 2, channels * 2, 16)
    body = b"WAVEfmt " + struct.pack("<I", 16) + fmt + b"data" + struct.pack("<I", s.nbytes)
    with open(path, "wb") as f:
        f.write(b"RIFF" + struct.pack("<I", len(body) + s.nbytes) + body + s.tobytes())


def stft(x, hop, window, nfft=1024, padding="reflect"):
    """x [samples,channels] -> [channels,frames,nfft/2+1]; frame t is centred on sample hop*t."""
    n = np.arange(window)
    w = np.zeros(nfft)
    w[(nfft - window) // 2:][:window] = 0.5 - 0.5 * np.cos(2 * np.pi * n / window)
    x = np.pad(x, ((nfft // 2, nfft // 2), (0, 0)), mode=padding)
    starts = hop * np.arange(1 + (len(x) - nfft) // hop)
    frames = x.T[:, starts[:, None] + np.arange(nfft)]
    return np.fft.rfft(frames * w)


def hz_to_mel(f):
    return np.where(f < 1000, 3 * f / 200, 15 + 27 * np.log(np.maximum(f, 1) / 1000) / np.log(6.4))


def mel_to_hz(m):
    return np.where(m < 15, 200 * m / 3, 1000 * np.exp(np.log(6.4) * (m - 15) / 27))


def mel_matrix(bands, fmin, fmax, nfft=1024):
    """[nfft/2+1,bands]: Slaney's scale, triangles of unit area."""
    edges = mel_to_hz(np.linspace(hz_to_mel(fmin), hz_to_mel(fmax), bands + 2))
    f = np.arange(nfft // 2 + 1)[:, None] * RATE / nfft
    lo, mid, hi = edges[:-2], edges[1:-1], edges[2:]
    triangle = np.minimum((f - lo) / (mid - lo), (hi - f) / (hi - mid))
    return np.maximum(0, triangle) * 2 / (hi - lo)


def decibels(power):
    return 10 * np.log10(np.maximum(power, 1e-10))


def intensity(X):
    """[3,frames,bins]: of the omnidirectional channel with the three others."""
    return (X[:1].conj() * X[1:]).real


def seld(x, hop=300, mel=128):
    """One segment [samples,4] -> [7,frames,mel]: log-mel of 4 channels, intensity vectors of 3."""
    M = mel_matrix(mel, 20, 12000)
    X = stft(x, hop, 1024)
    I = intensity(X)
    norm = np.sqrt((I ** 2).sum(0)) + 2.0 ** -23
    return np.concatenate([decibels(np.abs(X) ** 2 @ M), (I / norm) @ M])


def baseline(x, hop=480, mel=64, padding="reflect", top_db=80):
    """[samples,4] -> [7,samples/hop,mel]. padding: "reflect" or "constant" (zeros)."""
    M = mel_matrix(mel, 0, 12000)
    X = stft(x + 1e-8, hop, 960, padding=padding)[:, :len(x) // hop]
    power = np.abs(X) ** 2
    logmel = decibels(power @ M)
    logmel = np.maximum(logmel, logmel.max((1, 2), keepdims=True) - top_db)
    energy = 1e-8 + power[0] + power[1:].sum(0) / 3
    return np.concatenate([logmel, (intensity(X) / energy) @ M])


def segments(x, samples):
    """[n,samples,channels], the last one filled up with zeros."""
    n = max(1, -(-len(x) // samples))
    x = np.pad(x, ((0, n * samples - len(x)), (0, 0)))
    return x.reshape(n, samples, -1)


def clip_features(x, model="seld_mamba", seconds=5, **options):
    """[samples,4] -> [segments,7,frames,bands]: of each segment by itself, but for the baseline of
    the whole clip, cut into segments afterwards; NaN for frames that it does not have."""
    samples = round(seconds * RATE)
    if model != "dcase2024_baseline":
        return np.stack([seld(s, **options) for s in segments(x, samples)])
    whole = baseline(x, **options)
    n, frames = -(-len(x) // samples), samples // options.get("hop", 480)
    padded = np.pad(whole, ((0, 0), (0, n * frames - whole.shape[1]), (0, 0)),
                    constant_values=np.nan)
    return padded.reshape(7, n, frames, -1).transpose(1, 0, 2, 3)
