"""The networks by name, with sizes and options from a model file's params and the command line."""
import inspect
import json

import numpy as np

import losses
from branches import BranchNet
from dcase2024_baseline import dcase2024_baseline
from einv2 import einv2
from optim import AdamW
from seld_mamba import seld_mamba

# name: factory, classes whose options it passes on, loss, optimiser, frames and bands of features
NETS = {
    "seld_mamba": (seld_mamba, BranchNet, losses.pit, {}, (401, 128)),
    "einv2": (einv2, BranchNet, losses.pit, {}, (401, 128)),
    "dcase2024_baseline": (dcase2024_baseline, dcase2024_baseline, losses.adpit,
                           {"lr": 1e-3, "decay": 0, "amsgrad": False}, (250, 64)),
}


def options_of(function):
    parameters = inspect.signature(function).parameters.values()
    return {p.name for p in parameters if p.default is not inspect.Parameter.empty}


class Net:
    """A network's name, the settings that say how it is built and trained, its features' shape."""

    def __init__(self, name, settings):
        factory, base, self.loss, defaults, shape = NETS[name]
        self.name = name
        self.factory = factory
        settings = dict(settings)
        self.shape = (7, settings.pop("frames", shape[0]), settings.get("mels", shape[1]))
        takes = [options_of(factory) | options_of(base), options_of(self.loss), options_of(AdamW)]
        if "mels" not in takes[0]:
            settings.pop("mels", None)
        unknown = set(settings).difference(*takes)
        if unknown:
            raise SystemExit("unknown settings: " + ", ".join(sorted(unknown)))
        self.sizes, self.loss_options, optimiser = [
            {k: v for k, v in settings.items() if k in names} for names in takes]
        self.optimiser_options = dict(defaults, **optimiser)

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


def value(text):
    try:
        return json.loads(text)
    except ValueError:
        return text


def add_arguments(parser):
    parser.add_argument("--model", choices=sorted(NETS), required=True)
    parser.add_argument("--params", metavar="MODEL.json",
                        help="take the defaults of this model file's params")
    parser.add_argument("--set", metavar="NAME=VALUE", action="append", default=[],
                        help="a size or option, as in --set widths=[8,16] or --set norm=post_plain")


def from_arguments(options):
    settings = {}
    if options.params:
        settings.update(read_params(options.params))
    for text in options.set:
        name, _, v = text.partition("=")
        settings[name] = value(v)
    return Net(options.model, settings)


def read_params(path):
    with open(path) as f:
        params = json.load(f).get("params", {})
    return {k: v["default"] if isinstance(v, dict) else v for k, v in params.items()}
