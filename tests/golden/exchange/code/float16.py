# Quantoscope: float16, per_tensor_affine
import torch

scale = torch.tensor(1.0, dtype=torch.float32)
largest = 65504.0


def quantize(x):
    t = x * (1 / scale)
    return t.clamp(-largest, largest).to(torch.float16)


def fake_quantize(x):
    return quantize(x).to(torch.float32) * scale


# PyTorch has no module that observes like this: observer minmax, float16, per_tensor_affine.
