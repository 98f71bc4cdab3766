// `normalize(image, mean = 0.13, deviation = 0.31)`: (x - mean[c]) / deviation[c] on the network's input. It is
// the only reader of the input, so that whoever feeds the network knows what the values mean.

import { present } from '../../base/invariant.ts';
import type { Span } from '../../base/span.ts';
import type { Value } from '../../ir/graph.ts';
import type { Network } from '../../ir/network.ts';
import type { Building } from './build-layer.ts';
import { argumentDiagnostics } from '../diagnostics.ts';
import type { Instance } from '../elaborate/instance.ts';
import type { Layer } from './layer.ts';

export interface Normalized {
  readonly span: Span;
  readonly value: Value;
  readonly normalization: NonNullable<Network['normalization']>;
}

const primitive = 'normalize_input';

/** @param input Undefined: it has been reported. */
export function buildNormalize({ path: layer, call, given, args, sound, trail }: Instance, input: Value | undefined, building: Building): Layer['checked'] {
  const { builder, list } = building;
  const report = list.reportWithin(trail);
  const channels = input && present(builder.shapeOf(input)[1], 'channel axis');
  /** One number a channel; a single number stands for all. */
  const read = (name: string): readonly number[] | undefined => {
    const list = args.get(name) as readonly number[] | undefined;
    if (!list || channels === undefined) return undefined;
    if (list.length === 1) return Array.from({ length: channels }, () => list[0] ?? 0);
    if (list.length === channels) return list;
    return report(argumentDiagnostics['normalize-length']({ span: given.get(name)?.span ?? call.span, args: [name, list.length, channels] }));
  };
  const [mean, deviation] = [read('mean'), read('deviation')];
  if (!sound || !input || !mean || !deviation) return undefined;
  if (building.normalized) {
    const related = [{ message: 'first normalized here', span: building.normalized.span }];
    return report(argumentDiagnostics['normalize-twice']({ span: call.span, args: [building.inputName], related }));
  }
  const value = builder.one(primitive, [input], { mean, deviation }, { layer, span: call.span });
  building.normalized = { span: call.span, value, normalization: { mean, deviation } };
  return { value, structures: [] };
}
