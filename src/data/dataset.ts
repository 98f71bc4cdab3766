// A data set, and the split of its training samples into those trained on and those held out.

import { fail } from '../base/diagnostic.ts';
import type { Diagnostic } from '../base/diagnostic.ts';
import { invariant } from '../base/invariant.ts';
import { permutation } from '../base/random.ts';
import { areBytes, elementCount } from '../base/samples.ts';
import type { Samples } from '../base/samples.ts';
import { formatShape, sameShape, sizeOf } from '../base/tensor.ts';
import type { Shape } from '../base/tensor.ts';
import { dataDiagnostics } from './diagnostics.ts';

/** A class for each sample. */
export type Labels = Uint8Array | Uint16Array;

/** Numbers for each sample, `[count, ...targetShape]`. */
export type Targets = Float32Array;

export interface Split {
  readonly count: number;
  /** `[count, ...shape]`, row-major, images CHW; in memory, or in files that hold them so. */
  readonly samples: Samples;
  /** `count` class indices; where the data set has a `targetShape`, numbers of that shape. */
  readonly labels: Labels | Targets;
}

export interface Dataset {
  readonly name: string;
  /** Of one sample; images are CHW. */
  readonly shape: Shape;
  /** 0 of one with a `targetShape`. */
  readonly classes: number;
  /** Of the numbers that a sample is to be answered with; absent: with a class. */
  readonly targetShape?: Shape;
  /** Names of the classes, where the data gives them. */
  readonly labels?: readonly string[];
  readonly training: Split;
  readonly test: Split;
  /** So many of the training samples, the last ones, are for judging and not trained on; absent: a share that the source says. */
  readonly heldOut?: number;
  /** Everybody knows the order of the classes, so that a source may call them otherwise, by position. */
  readonly namesByPosition?: boolean;
  /** Where it was read from, or how it came about, for people. */
  readonly origin?: string;
  /** What its reader wondered at. */
  readonly warnings?: readonly Diagnostic[];
}

/** A split read from somewhere, with the name of the place for messages. */
export interface ReadSplit {
  readonly place: string;
  readonly shape: Shape;
  readonly targetShape?: Shape;
  readonly split: Split;
}

/** Two splits made one data set. Fails with `data/*` diagnostics where they do not agree. */
export function datasetOf(name: string, training: ReadSplit, test: ReadSplit, labels?: readonly string[]): Dataset {
  for (const { place, split, shape, targetShape = [] } of [training, test]) {
    invariant(elementCount(split.samples) === split.count * sizeOf(shape), `${place}: samples do not fill their shape`);
    invariant(split.labels.length === split.count * sizeOf(targetShape), `${place}: labels do not match samples`);
    if (elementCount(split.samples) === 0) fail(dataDiagnostics.empty({ args: [place, 'at least one sample'] }));
  }
  checkSameShape(training, test);
  checkSameType({ place: training.place, samples: training.split.samples }, { place: test.place, samples: test.split.samples });
  const { targetShape } = training;
  return {
    name,
    shape: training.shape,
    classes: targetShape ? 0 : (labels?.length ?? 1 + Math.max(largest(training.split.labels), largest(test.split.labels))),
    ...(targetShape && { targetShape }),
    ...(labels && { labels }),
    training: training.split,
    test: test.split,
  };
}

type Shapes = Pick<ReadSplit, 'place' | 'shape' | 'targetShape'>;

/** Fails with `data/sample-shape` and `data/target-shape`. */
export function checkSameShape(training: Shapes, test: Shapes): void {
  if (!sameShape(training.shape, test.shape)) {
    fail(
      dataDiagnostics['sample-shape']({
        args: [test.place, `shape ${formatShape(test.shape)}`, `${formatShape(training.shape)} as in ${training.place}`],
        help: 'give training and test samples one shape',
      }),
    );
  }
  const [taught, judged] = [training.targetShape ?? [], test.targetShape ?? []];
  if (!sameShape(taught, judged)) fail(dataDiagnostics['target-shape']({ args: [test.place, formatShape(judged), `${formatShape(taught)} as in ${training.place}`], help: 'give training and test targets one shape' }));
}

interface PlacedSamples {
  readonly place: string;
  readonly samples: Samples;
}

/** Fails with `data/sample-type`. */
export function checkSameType(training: PlacedSamples, test: PlacedSamples): void {
  const typeOf = ({ samples }: PlacedSamples): string => (areBytes(samples) ? 'bytes' : 'numbers that are not bytes');
  if (typeOf(training) === typeOf(test)) return;
  fail(
    dataDiagnostics['sample-type']({
      args: [test.place, typeOf(test), `${typeOf(training)} as in ${training.place}`],
      help: 'save both with one type: bytes (u1) stand for byte / 255, other numbers for themselves',
    }),
  );
}

function largest(labels: Labels | Targets): number {
  let most = 0;
  for (const label of labels) if (label > most) most = label;
  return most;
}

export interface HeldOutSplit {
  /** Indices of the training samples to train on, ascending. */
  readonly training: Uint32Array;
  /** Indices of the training samples held out, ascending. */
  readonly heldOut: Uint32Array;
  /** Which these are follows from a share, and not from the data. */
  readonly byShare: boolean;
}

/** The division that a data set says itself: its last `taken` training samples are held out. */
export function lastHeldOut({ count }: Pick<Split, 'count'>, taken: number): HeldOutSplit {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  return { training: order.slice(0, count - taken), heldOut: order.slice(count - taken), byShare: false };
}

/**
 * Splits the training samples by indices, copying none. The same (count, share, seed) gives the same
 * split. `share` is the fraction held out, rounded to whole samples; fails with `data/held-out` where it
 * leaves nothing to train on.
 */
export function heldOut(split: Pick<Split, 'count'>, share: number, seed: number): HeldOutSplit {
  const taken = Math.round(split.count * share);
  if (!(share >= 0 && share < 1 && taken < split.count)) {
    fail(dataDiagnostics['held-out']({ args: [share, split.count], help: 'use a share such as 1/12' }));
  }
  const order = permutation(seed, 'held-out', 0, split.count);
  // Sorted, so that a pass over either part walks memory forwards.
  return { training: order.slice(taken).sort(), heldOut: order.slice(0, taken).sort(), byShare: true };
}
