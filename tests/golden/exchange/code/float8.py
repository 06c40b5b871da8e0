# Quantoscope: float8_e4m3fn, per_tensor_affine
import torch

# float8 needs PyTorch 2.1 or later.
scale = torch.tensor(0.008719308, dtype=torch.float32)
largest = 448.0


def quantize(x):
    t = x * (1 / scale)
    return t.clamp(-largest, largest).to(torch.float8_e4m3fn)


def fake_quantize(x):
    return quantize(x).to(torch.float32) * scale


# PyTorch has no module that observes like this: observer minmax, float8_e4m3fn, per_tensor_affine.
