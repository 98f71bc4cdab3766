// What a network's input is normalised by, where it is said to be of the training set: measured of the samples that the
// run trains on, not of those held out, before its first step. From then on it is a parameter like the others.

import type { Diagnostic } from '../../base/diagnostic.ts';
import { sizeOf } from '../../base/tensor.ts';
import { withSamples } from '../../engine/sample-reader.ts';
import { onlyInput } from '../../ir/network.ts';
import type { Network, Parameter } from '../../ir/network.ts';
import { measure } from '../../train/statistics.ts';
import type { Measured } from '../../train/statistics.ts';
import type { InitReport } from '../weights/initial-weights.ts';
import type { RunData } from './run-data.ts';
import { runDiagnostics } from './run-diagnostics.ts';

const nothing: Measured = { parameters: new Map(), constant: [] };

export function measureInput(network: Network, { shared: { training }, division }: RunData): Measured {
  const measured = network.parameters.filter(({ role }) => role === 'measured');
  if (measured.length === 0) return nothing;
  const { shape } = onlyInput(network);
  return withSamples(training.samples, sizeOf(shape), 'ascending', (source) => measure(measured, { source, shape, chosen: division.training }));
}

/** @param report What was given to begin with instead. */
export function measureWarnings({ parameters, graph }: Network, { constant }: Measured, report: InitReport | undefined): readonly Diagnostic[] {
  const deviation = parameters.find(isDeviation);
  if (constant.length === 0 || !deviation || report?.taken.some(({ parameter }) => parameter === deviation.name)) return [];
  const span = graph.nodes.find(({ layer, span: place }) => layer === deviation.layer && place)?.span;
  return [runDiagnostics['constant-channel']({ ...(span && { span }), args: [constant], help: 'a channel that is the same in all samples teaches nothing: leave it out of the data', severity: 'warning' })];
}

function isDeviation({ initial }: Parameter): boolean {
  return initial.kind === 'statistic' && initial.of === 'deviation';
}
