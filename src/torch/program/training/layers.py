"""Layers whose arithmetic torch has not, or not in this form. Images are NCHW."""

import math

import torch
import torch.distributed as dist
import torch.nn.functional as F

from . import counter


class Draws:
    """What the layers of a network draw at random, or sum over all processes, in the step that is taken."""

    def __init__(self):
        self.seed = 0
        self.step = 0
        #: The number of this process's first sample in the batch of all.
        self.first_sample = 0
        self.processes = 1


def dropout(x, rate, stream, draws):
    """Zeros with probability `rate`, all else divided by 1 - rate. What an element draws follows from its place in the whole batch."""
    size = math.prod(x.shape[1:])
    first = draws.first_sample * size
    places = torch.arange(first, first + x.numel(), dtype=torch.int64, device=x.device)
    drawn = (counter.hash32(draws.seed, stream & counter.WORD, draws.step, places) >> 8).to(x.dtype) / 2**24
    return x * ((drawn >= rate).to(x.dtype) * (1 / (1 - rate))).reshape(x.shape)


class SumOverProcesses(torch.autograd.Function):
    """The sum over all processes of a tensor that each has. Its gradient is that sum of theirs."""

    @staticmethod
    def forward(ctx, x):
        x = x.clone()
        dist.all_reduce(x)
        return x

    @staticmethod
    def backward(ctx, gradient):
        gradient = gradient.clone()
        dist.all_reduce(gradient)
        return gradient


def batch_norm(x, gamma, beta, mean, variance, epsilon, momentum, training, draws):
    """By the statistics of the whole batch, which move the running ones; by the running ones outside of training.

    `torch.nn.SyncBatchNorm` takes tensors on GPUs alone; this one sums over processes wherever they are.
    """
    count = x.numel() // x.shape[1] * draws.processes
    if not training or (draws.processes == 1 and count > 1):
        return F.batch_norm(x, mean, variance, gamma, beta, training, momentum, epsilon)
    axes = [axis for axis in range(x.dim()) if axis != 1]
    shape = [1, -1] + [1] * (x.dim() - 2)
    over_all = SumOverProcesses.apply if draws.processes > 1 else torch.clone
    of_batch = over_all(x.sum(axes)) / count
    centred = x - of_batch.reshape(shape)
    spread = over_all((centred * centred).sum(axes)) / count
    with torch.no_grad():
        mean.lerp_(of_batch.detach(), momentum)
        variance.lerp_(spread.detach() * (count / max(1, count - 1)), momentum)
    return centred * (gamma / torch.sqrt(spread + epsilon)).reshape(shape) + beta.reshape(shape)


def per_channel(values, x):
    """[channels] beside an activation."""
    return values.reshape([1, -1] + [1] * (x.dim() - 2))


def listed(values, x):
    """Numbers of the source, one a channel or one for all, beside an activation."""
    return per_channel(torch.tensor(values, dtype=x.dtype, device=x.device), x)


def local_response(x, size, alpha, beta, k):
    """x over a power of the mean square around it, within each channel (Krizhevsky et al., 2012, as Caffe has it)."""
    return x / (k + alpha * F.avg_pool2d(x * x, size, 1, size // 2)) ** beta


def max_pool(x, window, stride, sides, dilation, output):
    """With padding (left, right, top, bottom) of any width; rows and columns of the result are `output`."""
    rows, columns = output
    return F.max_pool2d(F.pad(x, sides, value=-math.inf), window, stride, 0, dilation, True)[:, :, :rows, :columns]


def avg_pool(x, window, stride, sides, dilation, output, divisor):
    """Means over windows. `divisor`: the elements that count of each, 'inside' the image, 'padded' or all of the 'window'."""
    (rows, columns), channels = output, x.shape[1]
    left, right, top, bottom = sides

    def sums(values):
        beyond = [max(0, (out - 1) * step + reach * (size - 1) + 1 - extent) for out, step, reach, size, extent in zip(output, stride, dilation, window, values.shape[2:])]
        values = F.pad(values, (0, beyond[1], 0, beyond[0]))
        ones = values.new_ones(values.shape[1], 1, *window)
        return F.conv2d(values, ones, None, stride, 0, dilation, values.shape[1])[:, :, :rows, :columns]

    total = sums(F.pad(x, sides))
    if divisor == 'window':
        return total / math.prod(window)
    inside = F.pad(x.new_ones(1, 1, *x.shape[2:]), sides, value=0 if divisor == 'inside' else 1)
    return total / sums(inside)


def conv_transpose(x, weight, bias, stride, sides, dilation, output_padding, groups):
    """Of a weight [filters, channels of a group, rows, columns]; the result lacks `sides` (left, right, top, bottom)."""
    filters, channels = weight.shape[:2]
    turned = weight.reshape(groups, filters // groups, channels, *weight.shape[2:]).transpose(1, 2).reshape(groups * channels, filters // groups, *weight.shape[2:])
    whole = F.conv_transpose2d(x, turned, bias, stride, 0, output_padding, groups, dilation)
    left, right, top, bottom = sides
    return whole[:, :, top : whole.shape[2] - bottom, left : whole.shape[3] - right]


def upsample(x, rows, columns):
    return x.repeat_interleave(rows, dim=2).repeat_interleave(columns, dim=3)


def resize(x, size, scale, mode, coordinates, rounding):
    """Rows and columns as the ONNX operator Resize takes them; beyond the edge it is the element at the edge."""
    for axis, (extent, factor) in enumerate(zip(size, scale), start=2):
        places = [coordinate(coordinates, o, x.shape[axis], extent, factor) for o in range(extent)]

        def taken(indices):
            held = [min(max(i, 0), x.shape[axis] - 1) for i in indices]
            return x.index_select(axis, torch.tensor(held, device=x.device))

        if mode == 'nearest':
            x = taken([rounded(place, rounding) for place in places])
            continue
        below = [math.floor(place) for place in places]
        weight = torch.tensor([place - floor for place, floor in zip(places, below)], dtype=x.dtype, device=x.device)
        weight = weight.reshape([-1 if a == axis else 1 for a in range(4)])
        x = (1 - weight) * taken(below) + weight * taken([i + 1 for i in below])
    return x


def coordinate(mode, o, extent, size, scale):
    """Where position `o` of the result stands in the operand."""
    if mode == 'asymmetric':
        return o / scale
    if mode == 'align_corners':
        return 0 if scale * extent == 1 else o * (extent - 1) / (scale * extent - 1)
    if mode == 'tf_half_pixel_for_nn':
        return (o + 0.5) / scale
    if mode == 'pytorch_half_pixel' and size == 1:
        return 0
    middle = extent / 2 * (1 - size / (scale * extent)) if mode == 'half_pixel_symmetric' else 0
    return middle + (o + 0.5) / scale - 0.5


def rounded(x, rounding):
    if rounding == 'prefer_floor':
        return math.ceil(x - 0.5)
    if rounding == 'prefer_ceil':
        return math.floor(x + 0.5)
    return math.floor(x) if rounding == 'floor' else math.ceil(x)


def channel_shuffle(x, groups):
    """The channels of groups dealt out, one of each in turn."""
    channels = x.shape[1]
    return x.unflatten(1, (groups, channels // groups)).transpose(1, 2).reshape(x.shape)


def depth_to_space(x, block):
    """Channels become blocks of places; those of a place stand together."""
    n, channels, rows, columns = x.shape
    own = channels // block**2
    return x.reshape(n, block, block, own, rows, columns).permute(0, 3, 4, 1, 5, 2).reshape(n, own, rows * block, columns * block)


def space_to_depth(x, block, by_place):
    """Blocks of places become channels; those of a place stand together, or else those of a channel."""
    n, channels, rows, columns = x.shape
    split = x.reshape(n, channels, rows // block, block, columns // block, block)
    order = (0, 3, 5, 1, 2, 4) if by_place else (0, 1, 3, 5, 2, 4)
    return split.permute(order).reshape(n, channels * block**2, rows // block, columns // block)
