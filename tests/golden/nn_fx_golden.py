# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the scripts make_nn_*_golden.py about torch.ao's graphs share: the qconfigs, and nodes as
JSON."""
from torch.ao.quantization import (
    FakeQuantize,
    FakeQuantizeBase,
    MinMaxObserver,
    MovingAverageMinMaxObserver,
    QConfig,
    default_per_channel_weight_fake_quant,
    default_weight_fake_quant,
    default_weight_observer,
    get_default_qat_qconfig_mapping,
    get_default_qconfig_mapping,
)
from torch.ao.quantization.observer import ObserverBase

from nn_golden import exact

# torch.ao's defaults for qnnpack without the fused modules, which do the same.
ACTIVATION = FakeQuantize.with_args(observer=MovingAverageMinMaxObserver, quant_min=0,
                                    quant_max=255, reduce_range=False)
TENSOR = QConfig(activation=ACTIVATION, weight=default_weight_fake_quant)
CHANNEL = QConfig(activation=ACTIVATION, weight=default_per_channel_weight_fake_quant)


STATIC = QConfig(activation=MinMaxObserver.with_args(quant_min=0, quant_max=255),
                 weight=default_weight_observer)


def mapping_of(qconfig, qat=True):
    """The default mapping of qnnpack (with its fixed parameters of sigmoid and others)."""
    mapping = (get_default_qat_qconfig_mapping if qat else get_default_qconfig_mapping)("qnnpack")
    default = mapping.global_qconfig
    for kind, own in list(mapping.object_type_qconfigs.items()):
        if own == default:
            mapping.set_object_type(kind, qconfig)
    return mapping.set_global(qconfig)


def quantizer_json(m, ranges=True):
    observer = m.activation_post_process if isinstance(m, FakeQuantizeBase) else m
    content = {"module": type(m).__name__, "observer": type(observer).__name__,
               "dtype": str(m.dtype).removeprefix("torch."),
               "qscheme": str(observer.qscheme).removeprefix("torch."),
               "quant_min": observer.quant_min, "quant_max": observer.quant_max}
    if ranges and isinstance(m, FakeQuantizeBase):
        content |= {"scale": exact(m.scale), "zero_point": m.zero_point.flatten().tolist()}
    return content


def nodes_json(model, ranges=True):
    """The graph in order: each node with its inputs and, of modules, the type, and what quantizes
    there. `same_as` names the first node with the same module object."""
    modules = dict(model.named_modules(remove_duplicate=False))
    seen, nodes = {}, []
    for node in model.graph.nodes:
        target = getattr(node.target, "__name__", None) or str(node.target)
        content = {"name": node.name, "op": node.op, "target": target,
                   "inputs": [n.name for n in node.all_input_nodes]}
        if node.op == "call_module":
            m = modules[node.target]
            content["type"] = type(m).__module__ + "." + type(m).__name__
            if isinstance(m, (FakeQuantizeBase, ObserverBase)):
                content["quantizer"] = quantizer_json(m, ranges)
            if hasattr(m, "weight_fake_quant"):
                content["weight_quantizer"] = quantizer_json(m.weight_fake_quant, ranges)
            if id(m) in seen:
                content["same_as"] = seen[id(m)]
            seen.setdefault(id(m), node.name)
        nodes.append(content)
    return nodes


def fake_quants_json(model):
    return {n: {"scale": exact(m.scale), "zero_point": m.zero_point.flatten().tolist()}
            for n, m in model.named_modules() if isinstance(m, FakeQuantizeBase)}
