// A train block -> the plan of a training.

import type { DatasetReference, Network, TrainSpec } from '../../ir/network.ts';
import { phaseTraits } from '../../ir/phase.ts';
import type { TrainDeclaration } from '../../syntax/ast.ts';
import { taskPart } from '../../train/tasks/index.ts';
import { bindSettings } from '../values/bind.ts';
import type { Constants } from '../values/constants.ts';
import { trainDiagnostics } from '../diagnostics.ts';
import type { Report } from '../diagnostics.ts';
import { checkAugment } from './augment.ts';
import { checkClassWeights } from './class-weights.ts';
import { judgingSetting } from './phase-options.ts';
import { checkPhases } from './phases.ts';
import { checkResize } from './resize.ts';
import { taskName, taskOfBlock } from './task.ts';
import { readTrainValue } from './train-value.ts';
import type { TrainScope } from './train-value.ts';
import { seedValue, share } from '../values/values.ts';

const trainSettings = ['task', 'seed', 'held_out', 'class_weights', 'resize'] as const;
/** Of MNIST's training set this leaves 55,000 to train on. */
const DEFAULT_HELD_OUT = 1 / 12;

/** What else of the file a training is about. */
export interface Trained {
  /** Absent: it has been reported. */
  readonly network: Network | undefined;
  /** Whether the file has penalties. */
  readonly penalized: boolean;
  /** In which groups go. */
  readonly rounds: number;
}

export function checkTrain(declaration: TrainDeclaration, { network, penalized, rounds }: Trained, constants: Constants, report: Report): TrainSpec | undefined {
  const task = taskOfBlock(declaration);
  const scope: TrainScope = { constants, report, task };
  const settings = bindSettings(declaration.entries.filter((entry) => entry.kind === 'setting'), trainSettings, 'train-setting', trainDiagnostics, report);
  const checkedPhases = checkPhases(declaration, scope);
  const phases = checkedPhases?.phases;
  const taskSetting = settings.get('task');
  const taskRead = taskSetting ? readTrainValue(taskSetting.value, 'task', taskName, scope) : task.name;
  const seed = settings.get('seed');
  const heldOut = settings.get('held_out');
  const seedNumber = seed ? readTrainValue(seed.value, 'seed', seedValue, scope) : 1;
  const heldOutShare = heldOut ? readTrainValue(heldOut.value, 'held_out', share, scope) : DEFAULT_HELD_OUT;
  const weights = settings.get('class_weights');
  const classWeights = weights && checkClassWeights(weights, network, scope);
  const augment = checkAugment(declaration, network, scope);

  const sparsify = declaration.entries.find((entry) => entry.kind === 'section' && entry.name.text === 'sparsify');
  if (sparsify && !penalized) {
    const help = 'a `sparsity` block says what: `sparsity { lasso filters of conv1 strength 5e-3 }`';
    report(trainDiagnostics['nothing-to-sparsify']({ span: sparsify.name.span, args: [], help, severity: 'warning' }));
  }
  if (!sparsify && phases && penalized) {
    report(trainDiagnostics['never-sparsified']({ span: declaration.dataset.span, args: [], help: 'for example `sparsify { epochs = 6 }`', severity: 'warning' }));
  }
  const sparsifying = phases?.find(({ kind }) => phaseTraits[kind].penalizes);
  if (sparsify && sparsifying && penalized && rounds > 1 && rounds > sparsifying.epochs) {
    report(trainDiagnostics.rounds({ span: sparsify.name.span, args: [sparsifying.name, sparsifying.epochs, rounds], help: 'each round has an epoch at least: write more `epochs` here, or fewer `rounds` in `sparsity`' }));
  }
  if (heldOut && heldOutShare === 0) {
    for (const entry of declaration.entries) {
      const spec = phases?.find(({ name }) => entry.name.text === name);
      const judging = spec && entry.kind === 'section' ? judgingSetting(entry, spec) : undefined;
      if (judging) report(trainDiagnostics['nothing-held-out']({ span: judging.name.span, args: [judging.name.text], related: [{ message: 'nothing is held out here', span: heldOut.span }], help: 'hold out a share of the training samples: `held_out = 0.1`' }));
    }
  }
  const { dataset } = declaration;
  const reference: DatasetReference = dataset.kind === 'name' ? { kind: 'named', name: dataset.text } : { kind: 'folder', path: dataset.value };
  if (dataset.kind === 'string' && dataset.value === '') return report(trainDiagnostics['no-data-set']({ span: dataset.span, args: [], help: 'for example `train on digits`, or on a folder: `train on "data/mine"`' }));
  const resize = settings.get('resize');
  const resizes = resize ? checkResize(resize, reference, network, scope) : false;
  if (!checkedPhases || taskRead === undefined || seedNumber === undefined || heldOutShare === undefined || resizes === undefined) return undefined;
  return {
    ...taskPart({ task: task.name }),
    dataset: reference,
    span: dataset.span,
    ...checkedPhases,
    seed: seedNumber,
    heldOut: heldOutShare,
    ...(heldOut && { heldOutSpan: heldOut.span }),
    ...(resizes && { resize: true }),
    ...(augment && { augment }),
    ...(classWeights && { classWeights }),
  };
}

