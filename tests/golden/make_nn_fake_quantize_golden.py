#!/usr/bin/python3
# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes tests/golden/nn/fake_quantize_more.json with PyTorch 1.13 (Debian's python3-torch): 50
steps of its default fake-quantize modules. Run in any folder."""
import torch
from torch.ao.quantization import fake_quantize as fq
from torch.ao.quantization.observer import MovingAverageMinMaxObserver

from nn_golden import coarse, exact, write

SHAPE = (3, 4)


def spec_of(module):
    observer = module.activation_post_process
    spec = {"dtype": str(module.dtype).removeprefix("torch."),
            "qscheme": str(module.qscheme).removeprefix("torch."),
            "observer": type(observer).__name__,
            "quant_min": observer.quant_min, "quant_max": observer.quant_max}
    if module.is_per_channel:
        spec["axis"] = module.ch_axis
    return spec


def case(name, module, **more):
    content = {"name": name, "spec": {**spec_of(module), **more}, "shape": list(SHAPE),
               "steps": []}
    for step in range(50):
        flags = {"observer": step < 25, "fake_quant": not 40 <= step < 45}
        module.enable_observer(flags["observer"])
        module.enable_fake_quant(flags["fake_quant"])
        x = (torch.randn(*SHAPE) * (1 + step / 10)).requires_grad_()
        y = module(x)
        dy = coarse(*SHAPE)
        y.backward(dy)
        content["steps"].append({
            **flags, "x": exact(x), "y": exact(y), "dy": exact(dy), "dx": exact(x.grad),
            "scale": exact(module.scale), "zero_point": module.zero_point.flatten().tolist()})
    return content


if __name__ == "__main__":
    torch.manual_seed(14)
    # Of reduce_range=True they make 0 to 127, although quant_max=255 is given, too.
    full = fq.FakeQuantize.with_args(observer=MovingAverageMinMaxObserver, quant_min=0,
                                     quant_max=255, reduce_range=False)
    write("fake_quantize_more.json", {"cases": [
        case("default_fake_quant", fq.default_fake_quant()),
        case("default_fake_quant without reduce_range", full()),
        case("default_weight_fake_quant", fq.default_weight_fake_quant()),
        case("default_per_channel_weight_fake_quant", fq.default_per_channel_weight_fake_quant()),
        case("default_histogram_fake_quant", fq.default_histogram_fake_quant(), bins=2048),
        case("sigmoid", fq.default_fixed_qparams_range_0to1_fake_quant(), preset="sigmoid"),
        case("tanh", fq.default_fixed_qparams_range_neg1to1_fake_quant(), preset="tanh"),
    ]})
