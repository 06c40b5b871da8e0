#!/usr/bin/python3
# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes qat_network.json, qat_network_more.json and converted.json in tests/golden/nn with PyTorch
1.13 (Debian's python3-torch), engine qnnpack: networks trained with the fake-quantize modules of
prepare_qat_fx, and what convert_fx makes of one. Run in any folder."""
import copy
import warnings

import torch
from torch import nn
from torch.ao.quantization import FakeQuantizeBase, quantize_dynamic
from torch.ao.quantization.observer import ObserverBase
from torch.ao.quantization.quantize_fx import convert_fx, prepare_fx, prepare_qat_fx

from nn_fx_golden import CHANNEL, STATIC, TENSOR, fake_quants_json, mapping_of, nodes_json
from nn_golden import (
    Add, Layers, coarse, exact, fill_coarsely, model_json, short, state_json, write)


def twin():
    """The article's network in small."""
    return [nn.Conv2d(1, 4, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(4, 6, 3), nn.ReLU(),
            nn.MaxPool2d(2), nn.Flatten(), nn.Linear(24, 5)]


def residual():
    return [nn.Conv2d(2, 4, 3, padding=1, bias=False), nn.BatchNorm2d(4), nn.ReLU(),
            nn.Conv2d(4, 4, 3, padding=1, bias=False), nn.BatchNorm2d(4), Add(2), nn.ReLU(),
            nn.AvgPool2d(2), nn.Flatten(), nn.Linear(16, 3)]


def perceptron():
    return [nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 8, bias=False), nn.BatchNorm1d(8), nn.ReLU(),
            nn.Linear(8, 3)]


def gates():
    return [nn.Conv2d(2, 3, 3, padding=1), nn.Sigmoid(), nn.Conv2d(3, 3, 3), nn.Tanh(),
            nn.Conv2d(3, 3, 1), nn.Hardsigmoid(), nn.Conv2d(3, 3, 1), nn.ReLU6(), nn.Flatten(),
            nn.Linear(12, 3)]


def train(name, layers, shape, classes, qconfig, steps=5):
    """Steps of SGD with cross-entropy on random data. fake_quants, buffers and state_after are
    those after the step; names are the prepared model's."""
    model = Layers(*layers)
    fill_coarsely(model)
    case = {"name": name, "model": model_json(name, layers, shape[1:]), "lr": 0.1,
            "weight_qscheme": str(qconfig.weight().qscheme).removeprefix("torch."),
            "state": state_json(model), "x_shape": list(shape), "steps": []}
    model.train()
    prepared = prepare_qat_fx(model, mapping_of(qconfig), coarse(*shape))
    optimizer = torch.optim.SGD(prepared.parameters(), lr=case["lr"])
    for _ in range(steps):
        x = coarse(*shape)
        labels = torch.randint(0, classes, shape[:1])
        optimizer.zero_grad()
        logits = prepared(x)
        loss = nn.functional.cross_entropy(logits, labels)
        loss.backward()
        gradients = {n: short(p.grad) for n, p in prepared.named_parameters()}
        optimizer.step()
        case["steps"].append({"x": exact(x), "labels": labels.tolist(), "logits": short(logits),
                              "loss": float(loss), "gradients": gradients,
                              "fake_quants": fake_quants_json(prepared),
                              "running": {n: exact(b) for n, b in prepared.named_buffers()
                                          if "running" in n}})
    case["state_after"] = {n: exact(p) for n, p in prepared.named_parameters()}
    case["nodes"] = nodes_json(prepared)
    return case, prepared


def run_with_intermediates(converted, x):
    """All tensors of a converted model by node name: quantized ones as codes and parameters."""
    found = {}

    class Recorder(torch.fx.Interpreter):
        def run_node(self, node):
            value = super().run_node(node)
            if isinstance(value, torch.Tensor) and node.op in ("call_module", "call_function",
                                                               "call_method"):
                found[node.name] = (
                    {"shape": list(value.shape), "scale": value.q_scale(),
                     "zero_point": value.q_zero_point(),
                     "int_repr": value.int_repr().flatten().tolist()}
                    if value.is_quantized else {"shape": list(value.shape), "value": exact(value)})
            return value

    with torch.no_grad():
        Recorder(converted).run(x)
    return found


def weights_json(model):
    """A converted model's layers: weights (codes and parameters), biases, output parameters."""
    layers = {}
    for name, m in model.named_modules():
        if not hasattr(m, "weight") or not callable(m.weight):
            continue
        w, b = m.weight(), m.bias() if callable(m.bias) else m.bias
        channel = w.qscheme() in (torch.per_channel_affine, torch.per_channel_symmetric)
        content = {"type": type(m).__module__ + "." + type(m).__name__,
                   "weight_shape": list(w.shape),
                   "weight_int_repr": w.int_repr().flatten().tolist(),
                   "weight_scale": w.q_per_channel_scales().tolist() if channel else [w.q_scale()],
                   "weight_zero_point": w.q_per_channel_zero_points().tolist() if channel
                   else [w.q_zero_point()], "bias": exact(b)}
        if hasattr(m, "scale"):
            content |= {"scale": float(m.scale), "zero_point": int(m.zero_point)}
        layers[name] = content
    return layers


def converted_json(name, case, prepared, x):
    """convert_fx of a prepared model, its logits beside those of the prepared model."""
    prepared = copy.deepcopy(prepared).eval()
    for m in prepared.modules():
        if isinstance(m, FakeQuantizeBase):
            m.disable_observer()
    with torch.no_grad():
        fake = prepared(x)
        quantizers = fake_quants_json(prepared)
        converted = convert_fx(prepared)
        logits = converted(x)
    return {"name": name, **case, "x_shape": list(x.shape), "x": exact(x),
            "fake_quants": quantizers, "prepared_logits": short(fake), "logits": exact(logits),
            "logits_int_repr": run_with_intermediates(converted, x)["_7"]["int_repr"],
            "layers": weights_json(converted), "nodes": nodes_json(converted),
            "outputs_of_4": run_with_intermediates(converted, x[:4])}


def after(case):
    return {"model": case["model"], "state": case["state_after"]}


def static_ptq():
    layers = twin()
    model = Layers(*layers).eval()
    fill_coarsely(model)
    prepared = prepare_fx(model, mapping_of(STATIC, qat=False), coarse(1, 1, 14, 14))
    calibration = coarse(8, 1, 14, 14)
    with torch.no_grad():
        prepared(calibration)
    observers = {n: {"min_val": float(m.min_val), "max_val": float(m.max_val)}
                 for n, m in prepared.named_modules() if isinstance(m, ObserverBase)}
    case = {"model": model_json("twin", layers, [1, 14, 14]), "state": state_json(model),
            "calibration_shape": list(calibration.shape), "calibration": exact(calibration),
            "observers": observers, "prepared_nodes": nodes_json(prepared)}
    return converted_json("static", case, prepared, coarse(16, 1, 14, 14))


def dynamic():
    layers = [nn.Linear(12, 8), nn.ReLU(), nn.Linear(8, 5)]
    model = Layers(*layers).eval()
    fill_coarsely(model)
    converted = quantize_dynamic(model, {nn.Linear}, dtype=torch.qint8)
    x = coarse(16, 12)
    outputs, value = {}, x
    with torch.no_grad():
        for i, layer in enumerate(converted):
            value = layer(value)
            outputs[str(i)] = exact(value)
        one = [exact(converted(x[i:i + 1])) for i in range(3)]
    return {"name": "dynamic", "model": model_json("mlp", layers, [12]),
            "state": state_json(model), "x_shape": list(x.shape), "x": exact(x),
            "float_logits": short(model(x)), "logits": exact(value), "outputs": outputs,
            "logits_of_single_samples": one, "layers": weights_json(converted)}


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    torch.backends.quantized.engine = "qnnpack"
    # With this seed no value is so close to the border of two codes that another order of sums
    # (PyTorch's own with oneDNN and without) takes the other one; with 16 and 20 one is.
    torch.manual_seed(18)
    shape = (11, 1, 14, 14)
    tensor_case, tensor_model = train("twin", twin(), shape, 5, TENSOR)
    channel_case, channel_model = train("twin, per channel", twin(), shape, 5, CHANNEL)
    write("qat_network.json", {"cases": [tensor_case, channel_case]})
    batch = coarse(16, 1, 14, 14)
    write("converted.json", {"cases": [
        converted_json("qat", after(tensor_case), tensor_model, batch),
        converted_json("qat per channel", after(channel_case), channel_model, batch),
        static_ptq(), dynamic()]})
    write("qat_network_more.json", {"cases": [
        train("residual", residual(), (11, 2, 4, 4), 3, TENSOR)[0],
        train("residual, per channel", residual(), (11, 2, 4, 4), 3, CHANNEL)[0],
        train("multilayer perceptron", perceptron(), (11, 6), 3, TENSOR)[0],
        train("fixed parameters", gates(), (11, 2, 4, 4), 3, TENSOR)[0]]})
