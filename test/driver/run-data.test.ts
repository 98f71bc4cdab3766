import { expect, test } from 'vitest';
import type { Dataset } from '../../src/data/dataset.ts';
import { runData } from '../../src/driver/run/run-data.ts';
import type { TrainSpec } from '../../src/ir/network.ts';

const fingerprint = (dataset: Dataset): string => runData(dataset, { heldOut: 0, seed: 1 } as TrainSpec).fingerprint;

const made = () => ({
  name: 'made',
  shape: [3, 1, 1],
  classes: 4,
  training: { count: 3, samples: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9), labels: Uint8Array.of(0, 1, 2) },
  test: { count: 1, samples: Uint8Array.of(7, 7, 7), labels: Uint8Array.of(3) },
});

test('a run knows its data by every sample, every label and their shape', () => {
  const own = fingerprint(made());
  expect(fingerprint({ ...made(), name: 'called otherwise' })).toBe(own);
  const others = new Set<string>([fingerprint({ ...made(), shape: [1, 3, 1] })]);
  for (const split of ['training', 'test'] as const) {
    for (const part of ['samples', 'labels'] as const) {
      for (const i of made()[split][part].keys()) {
        const changed = made();
        changed[split][part][i] = (changed[split][part][i] ?? 0) ^ 1;
        others.add(fingerprint(changed));
      }
    }
  }
  expect(others.size).toBe(1 + 9 + 3 + 3 + 1);
  expect(others).not.toContain(own);
});

test('classes are the same in lists of any numbers, and other than numbers to be answered with', () => {
  const own = fingerprint(made());
  const asFloats = (split: Dataset['test']): Dataset['test'] => ({ ...split, labels: Float32Array.from(split.labels) });
  const floats = { ...made(), training: asFloats(made().training), test: asFloats(made().test) };
  expect(fingerprint(floats)).toBe(own);
  expect(fingerprint({ ...floats, classes: 0, targetShape: [1] })).not.toBe(own);
});
