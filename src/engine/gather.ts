// Brings the samples of a batch to where a program reads them.

import type { MemorySamples, SampleSource } from '../base/samples.ts';
import type { SampleOffsets } from '../ir/tensor-binding.ts';
import { cropAt, cropImage } from '../train/augment.ts';
import type { SharedSplit } from './shared-data.ts';

/** Offsets are in elements of the memory. */
export interface SamplePlaces {
  readonly samples: number;
  readonly sample: SampleOffsets;
  readonly label: SampleOffsets;
  /** By sample. */
  readonly weight: Int32Array;
}

/** Which samples a pass shows, and how. */
export interface Shown {
  readonly labels: SharedSplit['labels'];
  /** Sample numbers in the order in which the pass visits them. */
  readonly order: Uint32Array;
  /** Entries of `order`; the last batch is filled with samples of weight 0. */
  readonly count: number;
  /** How the images are changed, in its order (train/augment.ts). Absent: not at all. */
  readonly crops?: Int32Array | undefined;
  /** What the losses of samples are multiplied by, by class. Absent: 1. */
  readonly lossWeights?: Float32Array | undefined;
}

/** f32 of byte / 255. */
const byteValues = Float32Array.from({ length: 256 }, (_, byte) => byte / 255);

/** Answers what brings samples `from` .. `to - 1` of a batch to their places. */
export function gatherer({ samples, sample, label, weight }: SamplePlaces, { labels, order, count, crops, lossWeights }: Shown, memory: Float32Array, { held, locate }: SampleSource): (batch: number, from: number, to: number) => void {
  const { shape, starts, elements } = sample;
  const { starts: labelStarts, elements: labelElements } = label;
  const [, rows = 1, columns = 1] = shape;

  const copySample = (start: number, from: MemorySamples, first: number): void => {
    if (from instanceof Uint8Array) {
      for (let e = 0; e < elements.length; e++) memory[start + (elements[e] as number)] = byteValues[from[first + e] as number] as number;
    } else {
      for (let e = 0; e < elements.length; e++) memory[start + (elements[e] as number)] = from[first + e] as number;
    }
  };
  /** An image as it is shown. */
  const shown = held instanceof Uint8Array ? new Uint8Array(elements.length) : new Float32Array(elements.length);

  return (batch, from, to) => {
    for (let i = from; i < to; i++) {
      const position = batch * samples + i;
      const isSample = position < count;
      // A sample to fill up with: any finite one does.
      const index = order[isSample ? position : 0] as number;
      const firstLabel = index * labelElements.length;
      const first = locate(index);
      if (crops) {
        cropImage(held.subarray(first, first + elements.length), shown, rows, columns, cropAt(crops, isSample ? position : 0));
        copySample(starts[i] as number, shown, 0);
      } else {
        copySample(starts[i] as number, held, first);
      }
      for (let e = 0; e < labelElements.length; e++) memory[(labelStarts[i] as number) + (labelElements[e] as number)] = labels[firstLabel + e] as number;
      memory[weight[i] as number] = isSample ? (lossWeights?.[labels[firstLabel] as number] ?? 1) : 0;
    }
  };
}
