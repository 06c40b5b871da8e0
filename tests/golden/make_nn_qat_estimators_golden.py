#!/usr/bin/python3
# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes tests/golden/nn/qat_estimators_perceptron.json and …_cnn.json with PyTorch 1.13 (Debian's
python3-torch): small networks whose quantizers learn, three steps of SGD. The estimators are written here from the
papers' formulas (sources in core/gradient), as torch.autograd.Functions; `learnable` is torch's own
_LearnableFakeQuantize. Run in any folder."""
import math

import torch
from torch import nn
from torch.ao.quantization import MinMaxObserver, PerChannelMinMaxObserver
from torch.ao.quantization._learnable_fake_quantize import _LearnableFakeQuantize

from nn_golden import coarse, exact, fill_coarsely, model_json, short, state_json, write


class Step(torch.autograd.Function):
    """LSQ and LSQ+: round(clip((x - beta) / scale)) * scale + beta. scale and beta have x's
    dimensions, of size 1 where they are shared."""

    @staticmethod
    def forward(ctx, x, scale, beta, low, high, factor):
        t = (x - beta) / scale
        ctx.save_for_backward(t, scale)
        ctx.bounds = low, high, factor
        return t.clamp(low, high).round() * scale + beta

    @staticmethod
    def backward(ctx, dy):
        t, scale = ctx.saved_tensors
        low, high, factor = ctx.bounds
        inside = (low < t) & (t < high)
        by_scale = torch.where(inside, t.round() - t, t.clamp(low, high))
        dscale = (dy.double() * by_scale.double()).sum_to_size(scale.shape) * factor
        dbeta = (dy.double() * ~inside).sum_to_size(scale.shape) * factor
        return dy * inside, dscale.float(), dbeta.float(), None, None, None


class Clip(torch.autograd.Function):
    """PACT."""

    @staticmethod
    def forward(ctx, x, alpha, bits):
        ctx.save_for_backward(x, alpha)
        scale = (2**bits - 1) / alpha
        return (x.clamp(min=0).minimum(alpha) * scale).round() / scale

    @staticmethod
    def backward(ctx, dy):
        x, alpha = ctx.saved_tensors
        return dy * ((x >= 0) & (x < alpha)), (dy * (x >= alpha)).sum().reshape(1), None


class Round(torch.autograd.Function):
    """DoReFa's quantize_k of 0 … 1, whose gradient is 1."""

    @staticmethod
    def forward(ctx, x, bits):
        return (x * (2**bits - 1)).round() / (2**bits - 1)

    @staticmethod
    def backward(ctx, dy):
        return dy, None


class StepSize(nn.Module):
    def __init__(self, spec, weight):
        super().__init__()
        self.bits, self.weight, self.plus = spec["bits"], weight, spec["estimator"] == "lsq_plus"
        self.signed, self.channels = spec["signed"], spec.get("channels", False)
        self.low = -2**(self.bits - 1) if self.signed else 0
        self.high = self.low + 2**self.bits - 1
        self.scale = nn.Parameter(torch.zeros(1))
        if self.plus and not weight:
            self.beta = nn.Parameter(torch.zeros(1))
        self.ready = False

    def first(self, x):
        if not self.plus:
            size = (x.shape[0], -1) if self.channels else (1, -1)
            self.scale.data = 2 * x.reshape(size).abs().mean(1) / math.sqrt(self.high)
        elif self.weight:
            mean, deviation = x.mean(), x.std()
            ends = torch.stack([(mean - 3 * deviation).abs(), (mean + 3 * deviation).abs()])
            self.scale.data = (ends.max() / 2**(self.bits - 1)).reshape(1)
        else:
            self.scale.data = ((x.max() - x.min()) / (self.high - self.low)).reshape(1)
            self.beta.data = x.min() - self.low * self.scale.data
        self.ready = True

    def forward(self, x):
        if not self.ready:
            self.first(x.detach())
        n = x.numel() if self.weight else x[0].numel()
        if self.channels:
            n //= x.shape[0]
        shape = [-1] + [1] * (x.dim() - 1)
        beta = self.beta if self.plus and not self.weight else torch.zeros_like(self.scale)
        return Step.apply(x, self.scale.reshape(shape), beta.reshape(shape), self.low, self.high,
                          1 / math.sqrt(n * self.high))


class Pact(nn.Module):
    def __init__(self, spec, weight):
        super().__init__()
        self.bits = spec["bits"]
        self.alpha = nn.Parameter(torch.tensor([6.0]))

    def forward(self, x):
        return Clip.apply(x, self.alpha, self.bits)


class Dorefa(nn.Module):
    def __init__(self, spec, weight):
        super().__init__()
        self.bits, self.weight = spec["bits"], weight

    def forward(self, x):
        if not self.weight:
            return Round.apply(x.clamp(0, 1), self.bits)
        t = torch.tanh(x.double())
        return (2 * Round.apply(t / (2 * t.abs().max()) + 0.5, self.bits) - 1).float()


class Learnable(nn.Module):
    """torch's module, its parameters from minmax of the first batch. Its gradients are scaled by
    1 / sqrt(n quant_max) with n as in the program: torch takes the elements of the whole batch."""

    def __init__(self, spec, weight):
        super().__init__()
        low = -2**(spec["bits"] - 1) if spec["signed"] else 0
        self.high, self.weight = low + 2**spec["bits"] - 1, weight
        self.channels, self.symmetric = spec.get("channels", False), spec["symmetric"]
        observer = PerChannelMinMaxObserver if self.channels else MinMaxObserver
        kind = "per_channel" if self.channels else "per_tensor"
        self.module = _LearnableFakeQuantize(
            observer, low, self.high, channel_len=spec["outputs"] if self.channels else -1,
            dtype=torch.qint8 if spec["signed"] else torch.quint8,
            qscheme=getattr(torch, kind + ("_symmetric" if spec["symmetric"] else "_affine")))
        self.module.enable_static_estimate()
        self.ready = False

    def scaled(self, gradient):
        return gradient / math.sqrt(self.n * self.high)

    def forward(self, x):
        self.n = x.numel() if self.weight else x[0].numel()
        if not self.ready:
            with torch.no_grad():
                self.module(x)
            self.module.enable_param_learning()
            self.module.zero_point.requires_grad = not self.symmetric
            for p in self.module.parameters():
                if p.requires_grad:
                    p.register_hook(self.scaled)
            self.ready = True
        return self.module(x)


KINDS = {"lsq": StepSize, "lsq_plus": StepSize, "pact": Pact, "dorefa": Dorefa,
         "learnable": Learnable}


class Quantized(nn.Module):
    """Weights are quantized, and activations behind a ReLU, but not the last layer's."""

    def __init__(self, layers, weight, activation):
        super().__init__()
        self.layers = nn.Sequential(*layers)
        self.weights, self.activations = nn.ModuleDict(), nn.ModuleDict()
        for i, m in enumerate(layers):
            if not isinstance(m, (nn.Conv2d, nn.Linear)):
                continue
            spec = {**weight, "outputs": m.weight.shape[0]}
            self.weights[str(i)] = KINDS[weight["estimator"]](spec, True)
            if i + 1 < len(layers):
                self.activations[str(i)] = KINDS[activation["estimator"]](activation, False)

    def forward(self, x):
        behind = None
        for i, m in enumerate(self.layers):
            if str(i) not in self.weights:
                x = m(x)
                if isinstance(m, nn.ReLU):
                    x = self.activations[behind](x)
                continue
            behind, w = str(i), self.weights[str(i)](m.weight)
            x = (nn.functional.conv2d(x, w, m.bias) if isinstance(m, nn.Conv2d)
                 else nn.functional.linear(x, w, m.bias))
        return x


def ours(name):
    """"weights.0.scale" is "0.weight_fake_quant.scale" in the program."""
    kind, layer, *rest = name.split(".")
    middle = {"layers": [], "weights": ["weight_fake_quant"],
              "activations": ["activation_post_process"]}[kind]
    return ".".join([layer, *middle, rest[-1]])


def config(layers, weight, activation):
    def spec(s, is_weight):
        symmetric = s["symmetric"] if "symmetric" in s else is_weight
        kind = "per_channel" if s.get("channels") else "per_tensor"
        content = {"estimator": s["estimator"], "dtype": s["dtype"],
                   "qscheme": kind + ("_symmetric" if symmetric else "_affine")}
        return content | ({"axis": 0} if s.get("channels") else {})

    last = str(len(layers) - 1)
    return {"weight": spec(weight, True), "activation": spec(activation, False), "input": "float",
            "layers": {last: {"activation": "float"}}}


def perceptron():
    return [nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 3)]


def cnn():
    return [nn.Conv2d(2, 4, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(4, 5, 2), nn.ReLU(),
            nn.Flatten(), nn.Linear(5, 3)]


def case(name, make, shape, weight, activation, lr, seed):
    torch.manual_seed(seed)
    layers = make()
    model = Quantized(layers, weight, activation)
    fill_coarsely(model)
    content = {"name": name, "lr": lr, "model": model_json(name, layers, shape[1:]),
               "config": config(layers, weight, activation), "state": state_json(model.layers),
               "x_shape": list(shape), "steps": []}
    for step in range(3):
        # Values above PACT's first alpha, 6, move it.
        x = coarse(*shape) * (4 if activation["estimator"] == "pact" else 1)
        labels = torch.randint(0, 3, shape[:1])
        model.zero_grad()
        logits = model(x)
        loss = nn.functional.cross_entropy(logits, labels)
        loss.backward()
        learns = {ours(n): p for n, p in model.named_parameters() if p.grad is not None}
        before = {n: exact(p) for n, p in learns.items() if "_fake_quant" in n or "_post_" in n}
        with torch.no_grad():
            for p in learns.values():
                p -= lr * p.grad
        content["steps"].append({
            "x": exact(x), "labels": labels.tolist(), "logits": short(logits), "loss": float(loss),
            "learned_before": before, "gradients": {n: short(p.grad) for n, p in learns.items()},
            **({"parameters_after": {n: exact(p) for n, p in learns.items()}} if step == 2 else {})})
    return content


def spec(estimator, bits, dtype, signed=True, **more):
    return {"estimator": estimator, "bits": bits, "dtype": dtype, "signed": signed, **more}


SPECS = {
    "lsq": (spec("lsq", 4, "int4"), spec("lsq", 4, "uint4", False)),
    "lsq per channel": (spec("lsq", 4, "int4", channels=True), spec("lsq", 4, "uint4", False)),
    "lsq_plus": (spec("lsq_plus", 4, "int4"), spec("lsq_plus", 4, "uint4", False)),
    "learnable": (spec("learnable", 4, "int4", symmetric=True),
                  spec("learnable", 4, "uint4", False, symmetric=False)),
    "learnable affine weights": (spec("learnable", 4, "uint4", False, symmetric=False),
                                 spec("learnable", 4, "uint4", False, symmetric=False)),
    "learnable per channel": (spec("learnable", 4, "int4", symmetric=True, channels=True),
                              spec("learnable", 4, "uint4", False, symmetric=False)),
    "pact": (spec("dorefa", 4, "int4"), spec("pact", 4, "uint4", False)),
    "dorefa": (spec("dorefa", 4, "int4"), spec("dorefa", 4, "uint4", False)),
}
SEEDS = {}

if __name__ == "__main__":
    for kind, make, shape in (("perceptron", perceptron, (11, 6)), ("cnn", cnn, (9, 2, 6, 6))):
        write(f"qat_estimators_{kind}.json", {"cases": [
            case(name, make, shape, *specs, 0.01, SEEDS.get((kind, name), 33))
            for name, specs in SPECS.items()]})
