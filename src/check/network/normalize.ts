// `normalize(image, mean = 0.13, deviation = 0.31)`: (x - mean[c]) / deviation[c] on the network's input. It is
// the only reader of the input, so that whoever feeds the network knows what the values mean. What is said to be of the
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
export function buildNormalize({ path: layer, call, given, args, sound, trail }: Instance, input: Value | undefined, building: Building): Layer['checked'] {
  const { builder, list, ops } = building;
  const report = list.reportWithin(trail);
  const shape = input && builder.shapeOf(input);
  const channels = shape && present(shape[1], 'channel axis');
  /** One number a channel; a single number stands for all. A word stands for itself. */
  const read = (name: string): readonly number[] | string | undefined => {
    const found = args.get(name) as readonly number[] | string | undefined;
    if (!found || channels === undefined) return undefined;
    if (typeof found === 'string' || found.length === channels) return found;
    if (found.length === 1) return Array.from({ length: channels }, () => found[0] ?? 0);
    return report(argumentDiagnostics['normalize-length']({ span: given.get(name)?.span ?? call.span, args: [name, found.length, channels] }));
  };
  const [mean, deviation] = [read('mean'), read('deviation')];
  if (!sound || !input || !shape || !mean || !deviation) return undefined;
  if (building.normalized) {
    const related = [{ message: 'first normalized here', span: building.normalized.span }];
    return report(argumentDiagnostics['normalize-twice']({ span: call.span, args: [building.inputName], related }));
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
  const statistic = (name: string, of: readonly number[] | string): InputStatistic => (typeof of === 'string' ? { measured: `${layer}.${name}` } : of);
  building.normalized = { span: call.span, value, normalization: { mean: statistic('mean', mean), deviation: statistic('deviation', deviation) } };
  return { value, structures: [] };
}
