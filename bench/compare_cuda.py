#!/usr/bin/env python3
"""Times programs built for CUDA and PyTorch on this GPU, in turns, features in.

Inference of batch 1, and a training step where the program has one (its batch), both with features
on the device. PyTorch runs eagerly, compiled (torch.compile), and each of these as one CUDA graph;
in bf16 under autocast and, for inference, with all weights in bf16: what is fastest counts. Its scan
is the reference's plain loop over time, not the official CUDA extension, so for a network with
scans these figures are no measure of PyTorch at its best. Writes a table to --output.
"""
import argparse
import copy
import datetime
import json
import os
import pathlib
import statistics
import subprocess
import sys
import types

import torch

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests/reference"))
import einv2
import nets
from random_weights import randomise
from step import random_batch

# The reference makes its table of positions anew in each layer; here it is made once.
TABLES = {}
make_table = einv2.position_table


def position_table(length, d, like):
    key = length, d, like.device, like.dtype
    if key not in TABLES:
        TABLES[key] = make_table(length, d, like)
    return TABLES[key]


einv2.position_table = position_table


def whole_gru(model, x, layer):
    return model.gru(x)[0] if layer == 0 else x


def network(net):
    """The reference's, with random weights, and PyTorch's own GRU of all layers in one call: the
    reference calls each layer by itself, for a dropout between them with numbers of its own."""
    model = randomise(net.make()).cuda()
    if hasattr(model, "gru"):
        model.gru.dropout, model.drop_between = model.drop_between.p, torch.nn.Identity()
        model.gru_layer = types.MethodType(whole_gru, model)
    return model


AUTOCAST = {"fp32": None, "tf32": None, "bf16": torch.bfloat16}


def program_times(program, runs):
    """(report, {graph: median seconds})"""
    report = json.loads(subprocess.run([program, "bench", "--json", "--runs", str(runs)],
                                       check=True, stdout=subprocess.PIPE).stdout)
    return report, {r["name"]: r["latency_seconds"]["median"] for r in report["results"]}


def times(call, runs):
    """Median seconds of single calls, by events, after 5 to warm up."""
    found = []
    for i in range(runs + 5):
        start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        torch.cuda.synchronize()
        start.record()
        call()
        end.record()
        torch.cuda.synchronize()
        if i >= 5:
            found.append(start.elapsed_time(end) * 1e-3)
    return statistics.median(found)


def captured(call):
    """The call as one CUDA graph."""
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(3):
            call()
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        call()
    return graph.replay


def inference(net, precision, compiled):
    """{variant: call}"""
    x = torch.from_numpy(net.random_features(1)).cuda()
    model = network(net).eval()
    variants = {"": (model, x, AUTOCAST[precision])}
    if precision == "bf16":
        half = copy.deepcopy(model).bfloat16()
        variants = {"autocast": variants[""], "bf16 weights": (half, x.bfloat16(), None)}

    def call(m, x, autocast):
        m = torch.compile(m) if compiled else m

        def forward():
            with torch.no_grad(), torch.autocast("cuda", autocast, enabled=autocast is not None):
                return m(x)
        return forward
    return {name: call(*v) for name, v in variants.items()}


def training(net, precision, batch, compiled):
    """{"": call} of one step: forward, loss, backward, optimiser"""
    data = {n: torch.from_numpy(t).cuda()
            for n, t in random_batch(net, batch, net.label_frames()).items()}
    model = network(net).train()
    run = torch.compile(model) if compiled else model
    options = net.optimiser_options
    optimiser = torch.optim.AdamW(model.parameters(), lr=options.get("lr", 3e-4), fused=True,
                                  amsgrad=options.get("amsgrad", True), capturable=True)
    autocast = AUTOCAST[precision]

    def step():
        optimiser.zero_grad(set_to_none=True)
        with torch.autocast("cuda", autocast, enabled=autocast is not None):
            out = run(data["features"])
        if net.name == "dcase2024_baseline":
            loss = net.loss(out["accddoa"].float(), data["adpit"], **net.loss_options)
        else:
            loss = net.loss({n: t.float() for n, t in out.items()}, data, **net.loss_options)
        loss.backward()
        optimiser.step()
    return {"": step}


def pytorch_times(make, runs):
    """{variant: seconds or why there is none}; make(compiled) gives the calls"""
    found = {}
    for compiled in (False, True):
        torch._dynamo.reset()
        kind = "compiled" if compiled else "eager"
        try:
            calls = make(compiled)
        except Exception as e:
            found[kind] = "fails: " + type(e).__name__
            continue
        for name, call in calls.items():
            for graph in (False, True):
                variant = " ".join(w for w in (kind, "graph" if graph else "", name) if w)
                try:
                    found[variant] = times(captured(call) if graph else call, runs)
                except Exception as e:
                    print("%s: %s" % (variant, e), file=sys.stderr)
                    torch.cuda.synchronize()
                    found[variant] = "fails: " + type(e).__name__
        del calls
        torch.cuda.empty_cache()
    return found


def rows(report, graph, ours, theirs):
    """Table rows; ours: two medians, before and after PyTorch's turn."""
    what = "%s, %s" % (report["model"], report["precision"])
    what += ", batch %d" % report["batch"] + (", training step" if graph == "step" else "")
    yield "| %s | **compiled program** | **%.3f** (%.3f) | |" % (what, 1e3 * ours[0], 1e3 * ours[1])
    mine = max(ours)
    for variant, t in theirs.items():
        if isinstance(t, str):
            yield "| | PyTorch %s | %s | |" % (variant, t)
        else:
            yield "| | PyTorch %s | %.3f | %.2f |" % (variant, 1e3 * t, t / mine)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("programs", nargs="+", help="of models/, --target cuda")
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--output", type=pathlib.Path)
    options = parser.parse_args()
    lines = ["# Compiled programs and PyTorch on %s, %s" % (
        torch.cuda.get_device_name(), datetime.date.today()), "",
        "PyTorch %s, CUDA %s; medians of %d runs in milliseconds; the program's second figure is from "
        "after PyTorch's turn, the last column PyTorch's time over the larger of these." % (
            torch.__version__, torch.version.cuda, options.runs), "",
        "| | | ms | ratio |", "|---|---|---|---|"]
    torch.backends.cudnn.benchmark = True
    for program in map(os.path.abspath, options.programs):
        report, before = program_times(program, options.runs)
        precision = report["precision"]
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = precision != "fp32"
        net = nets.Net(report["model"], {})
        graph = "step" if "step" in before else "main"
        if graph == "step":
            theirs = pytorch_times(
                lambda c: training(net, precision, int(report["batch"]), c), options.runs)
        else:
            theirs = pytorch_times(lambda c: inference(net, precision, c), options.runs)
        after = program_times(program, options.runs)[1]
        for row in rows(report, graph, (before[graph], after[graph]), theirs):
            print(row, flush=True)
            lines.append(row)
    lines += ["", "Repeat: `python3 bench/compare_cuda.py PROGRAM...`", ""]
    if options.output:
        options.output.write_text("\n".join(lines))


if __name__ == "__main__":
    main()
