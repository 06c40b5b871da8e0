#!/usr/bin/python3
# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes qat_network.json, converted.json and prepare_nodes.json in tests/golden/nn with PyTorch
1.13 (Debian's python3-torch), engine qnnpack: where prepare_qat_fx puts fake-quantize modules, a
training with them, and what convert_fx makes of it. Run in any folder."""
import copy
import warnings

import torch
from torch import nn
from torch.ao.quantization import (
    FakeQuantize,
    FakeQuantizeBase,
    MinMaxObserver,
    MovingAverageMinMaxObserver,
    QConfig,
    QConfigMapping,
    default_per_channel_weight_fake_quant,
    default_weight_fake_quant,
    default_weight_observer,
    get_default_qat_qconfig_mapping,
    quantize_dynamic,
)
from torch.ao.quantization.observer import ObserverBase
from torch.ao.quantization.quantize_fx import convert_fx, prepare_fx, prepare_qat_fx

from nn_golden import Layers, coarse, exact, fill_coarsely, model_json, short, state_json, write

# torch.ao's defaults for qnnpack without the fused modules, which do the same.
ACTIVATION = FakeQuantize.with_args(observer=MovingAverageMinMaxObserver, quant_min=0,
                                    quant_max=255, reduce_range=False)
TENSOR = QConfig(activation=ACTIVATION, weight=default_weight_fake_quant)
CHANNEL = QConfig(activation=ACTIVATION, weight=default_per_channel_weight_fake_quant)


def qat_mapping(qconfig):
    """The default mapping of qnnpack (with its fixed parameters of sigmoid and others)."""
    mapping = get_default_qat_qconfig_mapping("qnnpack")
    default = mapping.global_qconfig
    for kind, own in list(mapping.object_type_qconfigs.items()):
        if own == default:
            mapping.set_object_type(kind, qconfig)
    return mapping.set_global(qconfig)


def twin():
    """The article's network in small."""
    return [nn.Conv2d(1, 4, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(4, 6, 3), nn.ReLU(),
            nn.MaxPool2d(2), nn.Flatten(), nn.Linear(24, 5)]


def quantizer_json(m):
    observer = m.activation_post_process if isinstance(m, FakeQuantizeBase) else m
    content = {"module": type(m).__name__, "observer": type(observer).__name__,
               "dtype": str(m.dtype).removeprefix("torch."),
               "qscheme": str(observer.qscheme).removeprefix("torch."),
               "quant_min": observer.quant_min, "quant_max": observer.quant_max}
    if isinstance(m, FakeQuantizeBase):
        content |= {"scale": exact(m.scale), "zero_point": m.zero_point.flatten().tolist()}
    return content


def nodes_json(model):
    """The graph in order: each node with its inputs and, of modules, the type; the quantizers' and
    the layers' weights' descriptions. `same_as` names the first node with the same module object."""
    modules = dict(model.named_modules(remove_duplicate=False))
    seen, nodes = {}, []
    for node in model.graph.nodes:
        content = {"name": node.name, "op": node.op, "target": getattr(node.target, "__name__", None)
                   or str(node.target), "inputs": [n.name for n in node.all_input_nodes]}
        if node.op == "call_module":
            m = modules[node.target]
            content["type"] = type(m).__module__ + "." + type(m).__name__
            if isinstance(m, (FakeQuantizeBase, ObserverBase)):
                content["quantizer"] = quantizer_json(m)
            if hasattr(m, "weight_fake_quant"):
                content["weight_quantizer"] = quantizer_json(m.weight_fake_quant)
            if id(m) in seen:
                content["same_as"] = seen[id(m)]
            seen.setdefault(id(m), node.name)
        nodes.append(content)
    return nodes


def fake_quants_json(model):
    return {n: {"scale": exact(m.scale), "zero_point": m.zero_point.flatten().tolist()}
            for n, m in model.named_modules() if isinstance(m, FakeQuantizeBase)}


def train(qconfig):
    layers = twin()
    model = Layers(*layers)
    fill_coarsely(model)
    case = {"model": model_json("twin", layers, [1, 14, 14]), "lr": 0.1, "batch": 11,
            "weight_qscheme": str(qconfig.weight().qscheme).removeprefix("torch."),
            "state": state_json(model), "steps": []}
    model.train()
    prepared = prepare_qat_fx(model, qat_mapping(qconfig), coarse(1, 1, 14, 14))
    optimizer = torch.optim.SGD(prepared.parameters(), lr=case["lr"])
    for _ in range(5):
        x = coarse(11, 1, 14, 14)
        labels = torch.randint(0, 5, (11,))
        optimizer.zero_grad()
        logits = prepared(x)
        loss = nn.functional.cross_entropy(logits, labels)
        loss.backward()
        gradients = {n: short(p.grad) for n, p in prepared.named_parameters()}
        optimizer.step()
        case["steps"].append({"x": exact(x), "labels": labels.tolist(), "logits": short(logits),
                              "loss": float(loss), "gradients": gradients,
                              "fake_quants": fake_quants_json(prepared)})
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
    """Weights (codes and parameters), biases and output parameters of a converted model's layers."""
    layers = {}
    for name, m in model.named_modules():
        if not hasattr(m, "weight") or not callable(m.weight):
            continue
        w, b = m.weight(), m.bias() if callable(m.bias) else m.bias
        channel = w.qscheme() in (torch.per_channel_affine, torch.per_channel_symmetric)
        content = {"type": type(m).__module__ + "." + type(m).__name__,
                   "weight_shape": list(w.shape), "weight_int_repr": w.int_repr().flatten().tolist(),
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
            "layers": weights_json(converted), "nodes": nodes_json(converted),
            "outputs": run_with_intermediates(converted, x)}


def static_ptq():
    layers = twin()
    model = Layers(*layers).eval()
    fill_coarsely(model)
    qconfig = QConfig(activation=MinMaxObserver.with_args(quant_min=0, quant_max=255),
                      weight=default_weight_observer)
    prepared = prepare_fx(model, QConfigMapping().set_global(qconfig), coarse(1, 1, 14, 14))
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
    torch.manual_seed(16)
    tensor_case, tensor_model = train(TENSOR)
    channel_case, channel_model = train(CHANNEL)
    write("qat_network.json", {"cases": [tensor_case, channel_case]})
    batch = coarse(16, 1, 14, 14)
    write("converted.json", {"cases": [
        converted_json("qat", {"state": tensor_case["state_after"]}, tensor_model, batch),
        converted_json("qat per channel", {"state": channel_case["state_after"]}, channel_model,
                       batch),
        static_ptq(), dynamic()]})
