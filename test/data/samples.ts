// What samples are, wherever they lie.

import { areBytes, areInFiles, elementCount } from '../../src/base/samples.ts';
import type { MemorySamples, Samples } from '../../src/base/samples.ts';
import { sampleBlocks } from '../../src/engine/sample-reader.ts';

/** Samples in memory are answered themselves. */
export function contentsOf(samples: Samples): MemorySamples {
  if (!areInFiles(samples)) return samples;
  const all = areBytes(samples) ? new Uint8Array(elementCount(samples)) : new Float32Array(elementCount(samples));
  let end = 0;
  for (const block of sampleBlocks(samples)) {
    all.set(block, end);
    end += block.length;
  }
  return all;
}
