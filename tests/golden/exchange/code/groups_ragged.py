# Quantoscope: uint4, per_group_affine
import torch

scale = torch.tensor([
    0.5101563, 0.5101563, 0.24518229, 0.5101563, 0.5101563, 0.24075522, 0.5101563, 0.5101563,
    0.23632812, 0.5101563, 0.5101563, 0.23190103,
], dtype=torch.float32)
zero_point = torch.tensor([
    8, 8, 15, 8, 7, 15, 7, 8, 15, 8, 8, 15,
], dtype=torch.int32)
quant_min, quant_max = 0, 15
axis = -1
group_size = 40


# PyTorch has no operator of groups: one scale for each group_size elements along the axis.
def spread(values, x):
    shape = list(x.shape)
    shape[axis] = -(-x.shape[axis] // group_size)
    values = values.reshape(shape).repeat_interleave(group_size, dim=axis)
    return values.narrow(axis, 0, x.shape[axis])


def quantize(x):
    t = x * (1 / spread(scale, x))
    codes = torch.round(t) + spread(zero_point, x)
    return codes.clamp(quant_min, quant_max).to(torch.int32)


def fake_quantize(x):
    return (quantize(x) - spread(zero_point, x)) * spread(scale, x)


# PyTorch has no module that observes like this: observer minmax, uint4, per_group_affine.
