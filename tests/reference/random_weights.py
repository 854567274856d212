"""Fills a network with random values, statistics included, so that no value is special.

Scales keep activations near 1. A draw is a function of shape and generator.
"""
import argparse
import math

import torch

import nets
import stio


def uniform(lo, hi):
    return lambda shape, g: torch.rand(shape, generator=g, dtype=torch.float64) * (hi - lo) + lo


def normal(scale, mean=0.0):
    return lambda shape, g: torch.randn(shape, generator=g, dtype=torch.float64) * scale + mean


def dt_bias(shape, g):
    """Inverse softplus of steps that are log-uniform in 0.001..0.1."""
    dt = torch.exp(uniform(math.log(0.001), math.log(0.1))(shape, g)).clamp(min=1e-4)
    return dt + torch.log(-torch.expm1(-dt))


def a_log(shape, g):
    return torch.log(torch.arange(1.0, shape[-1] + 1, dtype=torch.float64)) + normal(0.1)(shape, g)


def fan_in(shape):
    return max(1, math.prod(shape[1:]))


def rule(name, shape):
    last = name.rsplit(".", 1)[-1]
    if last == "running_mean":
        return normal(0.1)
    if last == "running_var":
        return uniform(0.5, 1.5)
    if last == "A_log":
        return a_log
    if last == "D":
        return uniform(0.5, 1.5)
    if name.endswith("dt_proj.bias"):
        return dt_bias
    if name.endswith("x_proj.weight"):
        # Larger, so that the state counts in the output beside the skip.
        return normal(2 * fan_in(shape) ** -0.5)
    if name.startswith("stitch."):
        return normal(3 ** -0.5)
    if name.startswith("head.sde."):
        # Mostly positive distances: a rectifier hides nothing.
        return uniform(1, 3) if last == "bias" else normal(0.3 * fan_in(shape) ** -0.5)
    if len(shape) == 1 and last == "weight":
        return uniform(0.5, 1.5)
    if len(shape) == 1:
        return normal(0.1)
    if len(shape) == 4:
        return normal(math.sqrt(2 / fan_in(shape)))
    return normal(fan_in(shape) ** -0.5)


def randomise(model, seed=1):
    """In place; values are those of float32, whatever the model's type."""
    g = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, tensor in model.state_dict().items():
            if not name.endswith("num_batches_tracked"):
                tensor.copy_(rule(name, tuple(tensor.shape))(tuple(tensor.shape), g).float())
    return model


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    nets.add_arguments(parser)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("-o", "--output", required=True, help="safetensors file to write")
    options = parser.parse_args()
    model = randomise(nets.from_arguments(options).make(), options.seed)
    stio.save(options.output, nets.weights(model))


if __name__ == "__main__":
    main()
