# Quantoscope: qint8, per_channel_symmetric
import torch

scale = torch.tensor([
    0.030637255, 0.030162377, 0.030606618, 0.030346202,
], dtype=torch.float32)
zero_point = torch.tensor([
    0, 0, 0, 0,
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


def make_fake_quantize():
    from torch.ao.quantization import FakeQuantize, PerChannelMinMaxObserver
    return FakeQuantize(
        observer=PerChannelMinMaxObserver,
        dtype=torch.qint8,
        qscheme=torch.per_channel_symmetric,
        ch_axis=0,
    )
