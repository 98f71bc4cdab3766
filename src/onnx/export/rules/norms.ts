// Normalizations and what multiplies channels.

import { flag, number, numbers, optional, set } from '../../../ir/attributes.ts';
import { lrnAttributes, lrnGeometry } from '../../../ops/support/lrn.ts';
import type { LrnAttributes, LrnGeometry } from '../../../ops/support/lrn.ts';
import type { ExportedNode, ExportRules } from '../exported-node.ts';

function scale(of: ExportedNode): void {
  const hasShift = of.operands.length > 2;
  if (!hasShift) of.last('Mul', [of.x.name, of.perChannel(1)]);
  else of.last('Add', [of.before('Mul', [of.x.name, of.perChannel(1)]), of.perChannel(2)]);
}

/** Over groups of channels; `gamma` and `beta` are left out where they are 1 and 0. */
function sampleNorm(of: ExportedNode, opType: string, groups: number | undefined, since?: number): void {
  const { epsilon } = of.attrs({ epsilon: number });
  const [, channels = 1] = of.x.shape;
  const isFlat = of.x.shape.length === 2;
  const vector = (i: number, value: number): string => {
    if (of.operands[i]) return of.weight(i);
    return of.writer.floats(of.inner(i === 1 ? 'ones' : 'zeros'), [channels], new Float64Array(channels).fill(value));
  };
  const attributes = { epsilon: { float: epsilon }, num_groups: groups };
  const operands = (x: string): readonly string[] => [x, vector(1, 1), vector(2, 0)];
  if (!isFlat) {
    of.last(opType, operands(of.x.name), attributes, since);
    return;
  }
  // Features are channels of one place.
  const axes = of.integers('axes', [2]);
  of.last('Squeeze', [of.before(opType, operands(of.before('Unsqueeze', [of.x.name, axes])), attributes, since), axes]);
}

function normalizeInput(of: ExportedNode): void {
  const { mean, deviation } = of.attrs({ mean: optional(numbers), deviation: optional(numbers), pixels: optional(set) });
  const [, channels = 1, ...places] = of.x.shape;
  const listed = (what: string, list: readonly number[]): string => {
    const isOne = list.every((value) => value === list[0]);
    return of.writer.floats(of.inner(what), isOne ? [] : [channels, ...places.map(() => 1)], isOne ? list.slice(0, 1) : list);
  };
  const centred = of.before('Sub', [of.x.name, mean ? listed('mean', mean) : of.perChannel(1)]);
  of.last('Div', [centred, deviation ? listed('deviation', deviation) : of.perChannel(mean ? 1 : 2)]);
}

function lrn(of: ExportedNode): void {
  const attrs: LrnAttributes = of.attrs(lrnAttributes);
  const geometry = lrnGeometry(attrs, of.x.shape, 'lrn');
  if (attrs.within) {
    withinChannels(of, geometry);
    return;
  }
  const { size, alpha, beta, k } = attrs;
  const attributes = { size, alpha: { float: alpha }, beta: { float: beta }, bias: { float: k } };
  if (geometry.whole) {
    of.last('LRN', [of.x.name], attributes);
    return;
  }
  // Where channels have gone their places are held by zeros, which are a channel behind the others.
  const { positions } = geometry;
  const zeros = positions.length;
  const places = Array.from({ length: (positions.at(-1) ?? 0) + 1 }, (_, at) => (positions.includes(at) ? positions.indexOf(at) : zeros));
  const padded = of.before('Pad', [of.x.name, of.integers('pads', [0, 0, 0, 0, 0, 1, 0, 0])]);
  const spread = of.before('Gather', [padded, of.integers('places', places)], { axis: 1 });
  of.last('Gather', [of.before('LRN', [spread], attributes), of.integers('kept', positions)], { axis: 1 });
}

/** x / D^beta, D = k + share * (sum of the squares around) */
function withinChannels(of: ExportedNode, { half, share, terms, beta, k }: LrnGeometry): void {
  const squares = of.before('Mul', [of.x.name, of.x.name]);
  const means = of.before('AveragePool', [squares], { kernel_shape: [2 * half + 1, 2 * half + 1], pads: [half, half, half, half], strides: [1, 1], count_include_pad: 1 });
  const denominator = of.before('Add', [of.before('Mul', [means, of.own('share', [], Float64Array.of(share * terms))]), of.scalar(k)]);
  of.last('Div', [of.x.name, of.before('Pow', [denominator, of.scalar(beta)])]);
}

export const normRules: ExportRules = {
  scale,
  batch_norm: (of) => of.last('BatchNormalization', [of.x.name, ...[1, 2, 3, 4].map((i) => of.weight(i))], { epsilon: { float: of.attrs({ epsilon: number }).epsilon } }),
  instance_norm: (of) => sampleNorm(of, 'InstanceNormalization', undefined),
  group_norm: (of) => sampleNorm(of, 'GroupNormalization', of.attrs({ groups: number, affine: flag }).groups, 21),
  normalize_input: normalizeInput,
  lrn,
  // What it drops is dropped in training alone.
  dropout: (of) => of.last('Identity', [of.x.name]),
};
