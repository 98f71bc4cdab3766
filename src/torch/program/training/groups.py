"""Groups of weights that a penalty brings to zero together.

Group g of a set is the union, over the set's members, of the elements of the member's parameter that are numbered g: by the kept
axes of its view, by the tiles of a matrix, or by a table of those numbers.
"""

import math

import torch


class Member:
    """The part of one parameter in the groups of a set."""

    def __init__(self, spec, count, device):
        self.parameter = spec['parameter']
        self.count = count
        self.view = spec['view']
        self.kept = spec['keep']
        self.others = [axis for axis in range(len(self.view)) if axis not in self.kept]
        self.spread = [extent if axis in self.kept else 1 for axis, extent in enumerate(self.view)]
        self.tiles = None
        if 'tiling' in spec:
            self.tiles = tile_numbers(spec['tiling']).to(device)
        self.table = None
        if 'groups' in spec:
            table = torch.tensor(spec['groups'], dtype=torch.int64, device=device)
            # What is in no group is in one behind the others.
            self.table = torch.where(table < 0, torch.full_like(table, count), table)

    def sums(self, values):
        """[count]: the sum of `values`, which is of the parameter's shape, over each group."""
        if self.tiles is not None:
            return values.new_zeros(self.count).index_add_(0, self.tiles, values.reshape(-1))
        lines = values.reshape(self.view)
        lines = lines.sum(dim=self.others) if self.others else lines
        lines = lines.reshape(-1)
        if self.table is None:
            return lines
        return values.new_zeros(self.count + 1).index_add_(0, self.table, lines)[: self.count]

    def each(self, numbers, shape, otherwise):
        """Of a parameter's shape: the number of each element's group, of `numbers` [count]; `otherwise` where it is in none."""
        if self.tiles is not None:
            return numbers[self.tiles].reshape(shape)
        if self.table is not None:
            numbers = torch.cat([numbers, numbers.new_full((1,), otherwise)])[self.table]
        return numbers.reshape(self.spread).expand(self.view).reshape(shape)


def tile_numbers(tiling):
    """int64, one an element of the weight as a matrix: the number of its tile."""
    parts, rows, columns, (height, width) = tiling['parts'], tiling['rows'], tiling['columns'], tiling['tile']
    down, across = math.ceil(rows / height), math.ceil(columns / width)
    row = torch.arange(parts * rows)
    tile_row = row // rows * down + row % rows // height
    tile_column = torch.arange(columns) // width
    return (tile_row[:, None] * across + tile_column).reshape(-1)


class GroupSet:
    """The groups of one penalty."""

    def __init__(self, spec, device):
        self.layer = spec['layer']
        self.structure = spec['structure']
        self.count = spec['count']
        #: Of a lasso: lambda times the weight of a group. The threshold of a step is rate times this.
        self.threshold = spec.get('threshold')
        #: Of a budget: how many groups stay.
        self.keep = spec.get('keep')
        self.members = [Member(member, self.count, device) for member in spec['members']]

    def squares(self, values):
        """[count]: ||w_g||^2 of each group. `values`: tensors by the name of their parameter."""
        return sum(member.sums(values[member.parameter] ** 2) for member in self.members)

    def norms(self, values):
        """float64 [count]: ||w_g||_2 of each group."""
        return sum(member.sums(values[member.parameter].double() ** 2) for member in self.members).sqrt()

    def magnitudes(self, values):
        """float64 [count]: the sum of |w| of each group (Mao et al., 2017)."""
        return sum(member.sums(values[member.parameter].double().abs()) for member in self.members)

    def alive(self, values):
        """bool [count]: whether a group has an element that is not exactly zero."""
        return sum(member.sums((values[member.parameter] != 0).double()) for member in self.members) > 0

    def least(self, sizes, kept):
        """bool [count]: groups that are not among the `kept` largest. Of equal ones those with smaller numbers stay."""
        order = torch.sort(-sizes, stable=True).indices
        least = torch.ones(self.count, dtype=torch.bool, device=sizes.device)
        least[order[:kept]] = False
        return least
