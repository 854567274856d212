"""The networks by name, with sizes and options from a model file's params and the command line."""
import inspect
import json
import pathlib

import numpy as np
import torch

import losses
from branches import BranchNet
from dcase2024_baseline import Baseline, dcase2024_baseline
from einv2 import einv2
from optim import AdamW
from seld_mamba import seld_mamba

# name: factory, class whose options it passes on, loss, optimiser
NETS = {
    "seld_mamba": (seld_mamba, BranchNet, losses.pit, {}),
    "einv2": (einv2, BranchNet, losses.pit, {}),
    "dcase2024_baseline": (dcase2024_baseline, Baseline, losses.adpit,
                           {"lr": 1e-3, "weight_decay": 0, "amsgrad": False}),
}
RATE = 24000
MODELS = pathlib.Path(__file__).resolve().parent.parent.parent / "models"
WORDS = ("norm", "sde_activation", "pit_select")  # settings whose values are words


def options_of(function):
    parameters = inspect.signature(function).parameters.values()
    return {p.name for p in parameters if p.default is not inspect.Parameter.empty}


def known_settings(name):
    """Four sets: the network's, its loss's, the optimiser's, the features'."""
    factory, base, loss, _ = NETS[name]
    return (options_of(factory) | options_of(base), options_of(loss), options_of(AdamW),
            {"seconds", "hop", "mel"})


class Net:
    """A network's name, the settings that say how it is built and trained, its features' shape."""

    def __init__(self, name, settings):
        self.name = name
        self.factory, _, self.loss, optimiser = NETS[name]
        known = known_settings(name)
        unknown = set(settings).difference(*known)
        if unknown:
            raise SystemExit("unknown settings: " + ", ".join(sorted(unknown)))
        self.sizes, self.loss_options, changed, self.features = [
            {k: v for k, v in settings.items() if k in names} for names in known]
        self.optimiser_options = dict(optimiser, **changed)
        self.shape = self.features_shape(**self.features)

    def features_shape(self, seconds=5, hop=None, mel=None):
        samples = round(seconds * RATE)
        if self.name == "dcase2024_baseline":
            return 7, samples // (hop or 480), mel or 64
        return 7, 1 + samples // (hop or 300), mel or 128

    def make(self):
        return self.factory(**self.sizes)

    def label_frames(self):
        frames = self.shape[1]
        if self.name == "dcase2024_baseline":
            return frames // 5
        for _ in self.sizes.get("widths", range(4))[1:]:
            frames //= 2
        return frames

    def random_features(self, batch, seed=1):
        """Noise whose level in each channel changes every 8 frames, so that time matters."""
        rng = np.random.default_rng(seed)
        channels, frames, _ = self.shape
        level = rng.standard_normal((batch, channels, frames // 8 + 1, 1)).repeat(8, 2)
        noise = rng.standard_normal((batch,) + self.shape)
        return (noise + level[:, :, :frames]).astype(np.float32)


def weights(model):
    """Everything that is stored: parameters and running statistics as float32 arrays."""
    return {name: t.detach().numpy().astype(np.float32) for name, t in model.state_dict().items()
            if not name.endswith("num_batches_tracked")}


def load_weights(model, weights):
    """From {name: array}; names that the model lacks, num_batches_tracked aside, are errors."""
    state = {name: torch.from_numpy(w) for name, w in weights.items()
             if not name.endswith("num_batches_tracked") and not name.startswith("scaler.")}
    missing, left_over = model.load_state_dict(state, strict=False)
    missing = [name for name in missing if not name.endswith("num_batches_tracked")]
    if missing or left_over:
        raise SystemExit("weights: missing %s, left over %s" % (missing, left_over))
    return model


def value(text):
    try:
        return json.loads(text)
    except ValueError:
        return text


def add_arguments(parser):
    parser.add_argument("--model", choices=sorted(NETS), default="seld_mamba")
    parser.add_argument("--params", metavar="MODEL.json",
                        help="take the defaults of this model file's params")
    parser.add_argument("--tiny", action="store_true", help="--params models/MODEL_tiny.json")
    parser.add_argument("--set", metavar="NAME=VALUE", action="append", default=[],
                        help="a size or option, as in --set widths=[8,16] or --set norm=post_plain")


def from_arguments(options):
    path = MODELS / (options.model + "_tiny.json") if options.tiny else options.params
    settings = read_params(options.model, path) if path else {}
    for text in options.set:
        name, _, v = text.partition("=")
        settings[name] = value(v)
    return Net(options.model, settings)


def read_params(model, path):
    """What a model file sets that the reference has a setting for; formulas are left out."""
    with open(path) as f:
        file = json.load(f)
    found = {k: v["default"] if isinstance(v, dict) else v
             for k, v in file.get("params", {}).items()}
    if "seconds" in file.get("audio", {}):
        found["seconds"] = file["audio"]["seconds"]
    known = set().union(*known_settings(model))
    return {k: v for k, v in found.items()
            if k in known and (not isinstance(v, str) or k in WORDS)}
