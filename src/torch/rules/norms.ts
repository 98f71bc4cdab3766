// Normalizations, what multiplies channels, and dropout.

import { invariant } from '../../base/invariant.ts';
import { number, numbers, optional, set } from '../../ir/attributes.ts';
import { streamOf } from '../../base/random.ts';
import { lrnAttributes } from '../../ops/support/lrn.ts';
import { pythonCall, pythonNumber } from '../python-text.ts';
import type { TorchNode, TorchRules } from '../torch-node.ts';

function batchNorm(of: TorchNode): string {
  const { epsilon, momentum } = of.attrs({ epsilon: number, momentum: number });
  return pythonCall('layers.batch_norm', [of.x.text, ...of.parameters, pythonNumber(epsilon), pythonNumber(momentum), 'self.training', 'self.draws']);
}

function scale({ x, parameters: [factor = '', shift] }: TorchNode): string {
  const product = `${x.text} * layers.per_channel(${factor}, ${x.text})`;
  return shift === undefined ? product : `${product} + layers.per_channel(${shift}, ${x.text})`;
}

/** Over groups of channels, of each sample. */
function sampleNorm(of: TorchNode, groups: number): string {
  const [gamma = 'None', beta = 'None'] = of.parameters;
  return pythonCall('torch.group_norm', [of.x.text, String(groups), gamma, beta, pythonNumber(of.attrs({ epsilon: number }).epsilon)]);
}

function normalizeInput(of: TorchNode): string {
  const { mean, deviation, pixels } = of.attrs({ mean: optional(numbers), deviation: optional(numbers), pixels: optional(set) });
  const x = of.x.text;
  const owned = [...of.parameters];
  const statistic = (list: readonly number[] | undefined, isPixels: boolean): string => {
    if (list) return list.every((value) => value === list[0]) ? pythonNumber(list[0] ?? 0) : `layers.listed([${list.map(pythonNumber).join(', ')}], ${x})`;
    const parameter = owned.shift() ?? '';
    return isPixels ? parameter : `layers.per_channel(${parameter}, ${x})`;
  };
  return `(${x} - ${statistic(mean, pixels ?? false)}) / ${statistic(deviation, false)}`;
}

function localResponse(of: TorchNode): string {
  const { size, alpha, beta, k, within, positions } = of.attrs(lrnAttributes);
  invariant(positions === undefined, 'channels go missing where a network is compacted, not where it is trained');
  const given = [of.x.text, ...[size, alpha, beta, k].map(pythonNumber)];
  return pythonCall(within ? 'layers.local_response' : 'F.local_response_norm', given);
}

function dropout(of: TorchNode): string {
  const { layer, id } = of.node;
  const dropped = pythonCall('layers.dropout', [of.x.text, pythonNumber(of.attrs({ rate: number }).rate), String(streamOf(layer ?? `node${id}`)), 'self.draws']);
  return `${dropped} if self.training else ${of.x.text}`;
}

export const normRules: TorchRules = {
  batch_norm: batchNorm,
  instance_norm: (of) => sampleNorm(of, of.x.shape[1] ?? 1),
  group_norm: (of) => sampleNorm(of, of.attrs({ groups: number }).groups),
  normalize_input: normalizeInput,
  scale,
  lrn: localResponse,
  dropout,
};
