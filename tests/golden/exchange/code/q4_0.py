# Quantoscope: q4_0, per_group_symmetric
import torch

# PyTorch has no operator for this quantizer; its parameters:
axis = -1
group_size = 32


def fake_quantize(x):
    raise NotImplementedError("PyTorch has no q4_0, per_group_symmetric")


# PyTorch has no module that observes like this: observer minmax, q4_0, per_group_symmetric.
