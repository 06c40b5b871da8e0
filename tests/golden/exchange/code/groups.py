# Quantoscope: int4, per_group_symmetric
import torch

scale = torch.tensor([
    0.5208333, 0.51640624, 0.49036458, 0.51197916, 0.5127604, 0.48151043, 0.5171875, 0.5203125,
    0.47265625, 0.5158854, 0.51145834, 0.46380207,
], dtype=torch.float32)
zero_point = torch.tensor([
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
], dtype=torch.int32)
quant_min, quant_max = -8, 7
axis = -1
group_size = 32


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


# PyTorch has no module that observes like this: observer minmax, int4, per_group_symmetric.
