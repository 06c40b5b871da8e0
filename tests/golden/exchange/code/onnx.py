# Quantoscope: qint8, per_tensor_affine
# Not the same: dialect onnx has steps of its own; PyTorch computes x * (1 / scale), rounded half to
# even, so that some elements' codes differ by one.
import torch

scale = torch.tensor(0.030530024, dtype=torch.float32)
zero_point = torch.tensor(0, dtype=torch.int32)
quant_min, quant_max = -128, 127


def quantize(x):
    t = x * (1 / scale)
    codes = torch.round(t) + zero_point
    return codes.clamp(quant_min, quant_max).to(torch.int32)


def fake_quantize(x):
    return torch.fake_quantize_per_tensor_affine(x, scale, zero_point, quant_min, quant_max)


# PyTorch has no module that observes like this: observer minmax, qint8, per_tensor_affine.
