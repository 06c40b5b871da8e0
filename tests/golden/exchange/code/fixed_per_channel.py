# Quantoscope: qint8, per_channel_affine
import torch

scale = torch.tensor([
    0.02, 0.01, 0.03, 0.5,
], dtype=torch.float32)
zero_point = torch.tensor([
    0, -7, 100, 5,
], dtype=torch.int32)
quant_min, quant_max = -128, 127
axis = 0


def along_axis(values, x):
    shape = [1] * x.dim()
    shape[axis] = -1
    return values.reshape(shape)


def quantize(x):
    t = x * (1 / along_axis(scale, x))
    codes = torch.round(t) + along_axis(zero_point, x)
    return codes.clamp(quant_min, quant_max).to(torch.int32)


def fake_quantize(x):
    return torch.fake_quantize_per_channel_affine(x, scale, zero_point, axis % x.dim(),
                                                   quant_min, quant_max)
