# Quantoscope: qint32, per_channel_affine
import torch

scale = torch.tensor([
    1e-05, 1e-06, 0.1, 2.0,
], dtype=torch.float32)
zero_point = torch.tensor([
    0, 0, 0, 0,
], dtype=torch.int32)
quant_min, quant_max = -2147483648, 2147483647
axis = 0


def quantized(x):
    return torch.quantize_per_channel(x, scale, zero_point, axis % x.dim(), torch.qint32)


def quantize(x):
    return quantized(x).int_repr()


def fake_quantize(x):
    return quantized(x).dequantize()
