// `normalize(image, mean = 0.13, deviation = 0.31)`: (x - mean[c]) / deviation[c] on an input of the network. It is
// the only reader of that input, so that whoever feeds the network knows what the values mean. What is said to be of the
// training set, as `mean = per_channel`, is a parameter that a run measures.

import { present } from '../../base/invariant.ts';
import type { Span } from '../../base/span.ts';
import { formatShape } from '../../base/tensor.ts';
import type { Value } from '../../ir/graph.ts';
import type { InputStatistic, Normalization } from '../../ir/network.ts';
import type { Building } from './build-layer.ts';
import { argumentDiagnostics } from '../diagnostics.ts';
import type { Instance } from '../elaborate/instance.ts';
import { perPixel } from '../program/callable.ts';
import { sampleShape } from './layer.ts';
import type { Layer } from './layer.ts';

export interface Normalized {
  readonly span: Span;
  readonly value: Value;
  readonly normalization: Normalization;
}

const primitive = 'normalize_input';

/** @param input Undefined: it has been reported. */
export function buildNormalize({ path: layer, call, given, operands: [name], args, sound, trail }: Instance, input: Value | undefined, building: Building): Layer['checked'] {
  const { builder, list, ops } = building;
  const report = list.reportWithin(trail);
  const shape = input && builder.shapeOf(input);
  const channels = shape && present(shape[1], 'channel axis');
  /** One number a channel; a single number stands for all. A word stands for itself. */
  const read = (argument: string): readonly number[] | string | undefined => {
    const found = args.get(argument) as readonly number[] | string | undefined;
    if (!found || channels === undefined) return undefined;
    if (typeof found === 'string' || found.length === channels) return found;
    if (found.length === 1) return Array.from({ length: channels }, () => found[0] ?? 0);
    return report(argumentDiagnostics['normalize-length']({ span: given.get(argument)?.span ?? call.span, args: [argument, found.length, channels] }));
  };
  const [mean, deviation] = [read('mean'), read('deviation')];
  if (!sound || !input || !shape || !mean || !deviation || typeof name !== 'string') return undefined;
  const before = building.normalized.get(name);
  if (before) {
    const related = [{ message: 'first normalized here', span: before.span }];
    return report(argumentDiagnostics['normalize-twice']({ span: call.span, args: [name], related }));
  }
  const pixels = mean === perPixel;
  if (pixels && shape.length !== 4) {
    const help = 'a feature is a channel here: `mean = per_channel`';
    return report(argumentDiagnostics['normalize-pixels']({ span: given.get('mean')?.span ?? call.span, args: [formatShape(sampleShape(shape))], help }));
  }
  const attrs = { ...(typeof mean !== 'string' && { mean }), ...(typeof deviation !== 'string' && { deviation }), ...(pixels && { pixels }) };
  const specs = present(ops.get(primitive)?.parameters, `parameters of ${primitive}`)(attrs, [shape]);
  const parameters = specs.map((spec) => ({ ...spec, name: `${layer}.${spec.suffix}`, layer }));
  building.parameters.push(...parameters);
  const origin = { layer, span: call.span };
  const value = builder.one(primitive, [input, ...parameters.map(({ name, shape: own }) => builder.parameter(name, own, origin))], attrs, origin);
  const statistic = (suffix: string, of: readonly number[] | string): InputStatistic => (typeof of === 'string' ? { measured: `${layer}.${suffix}` } : of);
  building.normalized.set(name, { span: call.span, value, normalization: { mean: statistic('mean', mean), deviation: statistic('deviation', deviation) } });
  return { value, structures: [] };
}
