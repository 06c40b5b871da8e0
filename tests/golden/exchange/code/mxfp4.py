# Quantoscope: mxfp4, per_group_symmetric
import torch

# PyTorch has no operator for this quantizer; its parameters:
scale = torch.tensor([
    0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5,
], dtype=torch.float32)
axis = -1
group_size = 32


def fake_quantize(x):
    raise NotImplementedError("PyTorch has no mxfp4, per_group_symmetric")


# PyTorch has no module that observes like this: observer minmax, mxfp4, per_group_symmetric.
