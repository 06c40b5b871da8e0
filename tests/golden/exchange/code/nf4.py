# Quantoscope: nf4, per_group_symmetric
import torch

# PyTorch has no operator for this quantizer; its parameters:
scale = torch.tensor([
    3.90625, 3.8730469, 3.8398438, 3.8457031, 3.8789062, 3.9023438, 3.8691406, 3.8359375,
], dtype=torch.float32)
codebook = torch.tensor([
    -1.0, -0.6961928, -0.52507305, -0.3949175, -0.28444138, -0.18477343, -0.091050036, 0.0,
    0.0795803, 0.1609302, 0.2461123, 0.33791524, 0.44070983, 0.562617, 0.72295684, 1.0,
], dtype=torch.float32)
axis = -1
group_size = 48


def fake_quantize(x):
    raise NotImplementedError("PyTorch has no nf4, per_group_symmetric")


# PyTorch has no module that observes like this: observer minmax, nf4, per_group_symmetric.
