// `resize = true`: images of a folder are scaled to what the network reads.

import { onlyInput } from '../../ir/network.ts';
import type { DatasetReference, Network } from '../../ir/network.ts';
import { formatShape } from '../../base/tensor.ts';
import type { Setting } from '../../syntax/ast.ts';
import { trainDiagnostics } from '../diagnostics.ts';
import { flag } from '../values/values.ts';
import { readTrainValue } from './train-value.ts';
import type { TrainScope } from './train-value.ts';

/** @param network Absent: it has been reported. Undefined where a fault was reported. */
export function checkResize({ span, value }: Setting, dataset: DatasetReference, network: Network | undefined, scope: TrainScope): boolean | undefined {
  const resizes = readTrainValue(value, 'resize', flag, scope);
  if (!resizes) return resizes;
  const nothing = (why: string): undefined => scope.report(trainDiagnostics['no-resize']({ span, args: [why], help: 'leave it out' }));
  if (dataset.kind === 'named') return nothing(`the images of \`${dataset.name}\` have one size`);
  if (!scope.task.classes) return nothing(`\`task = ${scope.task.name}\` takes no folders of classes`);
  const shape = network && onlyInput(network).shape;
  if (shape && shape.length !== 3) return nothing(`the network reads ${formatShape(shape)}, which has no height and width`);
  return true;
}
