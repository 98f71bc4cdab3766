// A data set as a run uses it: in shared memory or in files, divided, and with a fingerprint that tells it from others.

import { createHash } from 'node:crypto';
import { fail } from '../../base/diagnostic.ts';
import { areBytes } from '../../base/samples.ts';
import type { Dataset, HeldOutSplit } from '../../data/dataset.ts';
import { heldOut, lastHeldOut } from '../../data/dataset.ts';
import { dataDiagnostics } from '../../data/diagnostics.ts';
import { sampleBlocks } from '../../engine/sample-reader.ts';
import { shareSplit } from '../../engine/shared-data.ts';
import type { SharedData, SharedSplit } from '../../engine/shared-data.ts';
import { sizeOf } from '../../base/tensor.ts';
import type { TrainSpec } from '../../ir/network.ts';
import { classCounts, lossWeights } from '../../train/class-weights.ts';
import { chanceOf } from '../evaluation/classes.ts';
import { spreadOf } from '../evaluation/squares.ts';
import { runDiagnostics } from './run-diagnostics.ts';
import type { SampleKind } from './run-facts.ts';

export interface RunData {
  readonly name: string;
  /** Names of the classes. */
  readonly labels: readonly string[] | undefined;
  readonly samples: SampleKind;
  readonly shared: SharedData;
  /** Of the training samples. */
  readonly division: HeldOutSplit;
  /** What the losses of training are multiplied by, by class; undefined: 1. */
  readonly lossWeights: Float32Array | undefined;
  /** The test error of always answering the most frequent class, or the mean. */
  readonly chance: number;
  /** SHA-256 in hex. */
  readonly fingerprint: string;
}

/**
 * Keeps nothing of `dataset` but what lies in shared memory already, or in files. Fails with `data/held-out`, `data/held-out-twice`,
 * `run/no-class` and `data/changed`.
 */
export function runData(dataset: Dataset, spec: TrainSpec): RunData {
  const division = divisionOf(dataset, spec);
  const numbers = dataset.targetShape && sizeOf(dataset.targetShape);
  const shared = { training: shareSplit(dataset.training, numbers), test: shareSplit(dataset.test, numbers) };
  const samples = areBytes(shared.training.samples) ? 'bytes' : 'floats';
  return { name: dataset.name, labels: dataset.labels, samples, shared, division, lossWeights: weightsOf(dataset, division, spec), chance: guessing(dataset), fingerprint: fingerprintOf(dataset, [shared.training, shared.test]) };
}

/** Fails with `run/no-class`. */
function weightsOf({ training, classes, labels }: Dataset, division: HeldOutSplit, { classWeights, span }: TrainSpec): Float32Array | undefined {
  if (!classWeights) return undefined;
  const counts = classCounts(training.labels, division.training, classes);
  const empty = counts.indexOf(0);
  if (classWeights === 'balanced' && empty >= 0) {
    const help = 'take the class out of the network, or give weights as a list: `class_weights = [1, 2, ...]`';
    fail(runDiagnostics['no-class']({ span, args: [labels?.[empty] ?? String(empty), division.heldOut.length], help }));
  }
  return lossWeights(classWeights, counts);
}

function divisionOf({ name, training, heldOut: taken }: Dataset, { heldOut: share, heldOutSpan, seed }: TrainSpec): HeldOutSplit {
  if (taken === undefined) return heldOut(training, share, seed);
  if (heldOutSpan) fail(dataDiagnostics['held-out-twice']({ span: heldOutSpan, args: [name], help: 'leave `held_out` out; a folder of images says it by its folder val' }));
  return lastHeldOut(training, taken);
}

function guessing({ classes, targetShape, test }: Dataset): number {
  if (targetShape) return spreadOf(test.labels, sizeOf(targetShape));
  const counts = Array.from({ length: classes }, () => 0);
  for (const label of test.labels) counts[label] = (counts[label] ?? 0) + 1;
  return chanceOf(counts);
}

function fingerprintOf({ shape, targetShape, heldOut: taken }: Dataset, splits: readonly SharedSplit[]): string {
  // What is held out by a share follows from the rest of what a run is.
  const hash = createHash('sha256').update(JSON.stringify(taken === undefined ? shape : [shape, taken]));
  if (targetShape) hash.update(JSON.stringify({ targetShape }));
  for (const { count, samples, labels } of splits) {
    hash.update(JSON.stringify([count, areBytes(samples) ? 'Uint8Array' : 'Float32Array']));
    for (const block of sampleBlocks(samples)) hash.update(block);
    hash.update(labels);
  }
  return hash.digest('hex');
}
