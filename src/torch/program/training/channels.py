"""Which channels of a network's values vary with its input at all.

Those of a filter that is zero do not, nor does what only such channels feed. plan.json has the way of the channels through the
network as a list of nodes in their order: those with weights, those that pass channels on one by one, those that mix them.
"""

import torch


def walk(nodes, values, before):
    """Goes through the network once.

    `values`: tensors by the name of their parameter. `before(layer, unread)` is called with the layer of each node before that is
    looked at, and may change its weights; `unread()` makes zero what they have on channels that do not vary.
    """
    varying = {}
    for node in nodes:
        if node['kind'] == 'input':
            varying[node['result']] = torch.ones(node['channels'], dtype=torch.bool)
            continue
        if node['kind'] == 'weights':
            weight, parts, read = values[node['parameter']], node['parts'], varying[node['operand']]
            before(node['layer'], lambda weight=weight, parts=parts, read=read: zero_unread(weight, parts, read))
            varying[node['result']] = varying_rows(weight, parts, read)
            continue
        before(node.get('layer'), lambda: None)
        if node['kind'] == 'mixes':
            varies = any(bool(varying[operand].any()) for operand in node['operands'])
            varying[node['result']] = torch.full((node['channels'],), varies)
        else:
            varying[node['result']] = passed_on(node, values, varying)


def matrices(weight, parts):
    """The matrix of each part, [rows, columns], a view of the weight; with the channel that each column reads."""
    flat, start = weight.view(-1), 0
    for part in parts:
        rows, channels = part['rows'], part['channels']
        yield flat[start : start + rows * len(channels)].view(rows, len(channels)), torch.tensor(channels, dtype=torch.int64)
        start += rows * len(channels)


def zero_unread(weight, parts, read):
    for matrix, channels in matrices(weight, parts):
        matrix[:, ~read[channels].to(matrix.device)] = 0


def varying_rows(weight, parts, read):
    """Rows with a weight other than zero on a channel that varies."""
    return torch.cat([((matrix != 0) & read[channels].to(matrix.device)).any(dim=1).cpu() for matrix, channels in matrices(weight, parts)])


def passed_on(node, values, varying):
    result = torch.zeros(node['channels'], dtype=torch.bool)
    scale = values[node['scale']].cpu() != 0 if 'scale' in node else torch.ones_like(result)
    for link in node['links']:
        source = varying[link['operand']]
        if 'table' in link:
            targets = torch.tensor(link['table'], dtype=torch.int64)
            targets = targets[source & (targets >= 0)]
        else:
            first = link['offset'] + torch.nonzero(source).reshape(-1) * link['factor']
            targets = (first[:, None] + torch.arange(link['factor'])).reshape(-1)
        result[targets] |= scale[targets]
    return result
