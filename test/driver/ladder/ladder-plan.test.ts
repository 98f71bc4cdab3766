import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, describe } from 'vitest';
import { DiagnosticError } from '../../../src/base/diagnostic.ts';
import { checkSource } from '../../../src/driver/model/source.ts';
import { planLadder } from '../../../src/driver/ladder/ladder-plan.ts';
import type { LadderRequest } from '../../../src/driver/ladder/ladder-plan.ts';
import { ops } from '../../../src/ops/index.ts';
import { temporaryFolder } from '../../cli/support.ts';

const folder = temporaryFolder();
const network = `network Net(image: tensor[1, 8, 8]) {
  conv1 = relu(conv(image, filters = 4, window = 3))
  inner = repeat 2 with x = conv1 { relu(conv(x, filters = 4, window = 3, padding = 1)) }
  return dense(inner, units = 2)
}
`;
const sparsity = `const strength = 0.1
sparsity { lasso filters of conv1 strength strength }
sparsity other {
  weighting = one // alike
  lasso neurons of output strength strength
}
`;
const train = `train on digits {
  baseline { epochs = 1, rate = 0.1 }
  sparsify { epochs = 2 }
}
`;

function fileOf(text: string): string {
  const file = join(folder, 'net.ssl');
  writeFileSync(file, text);
  return file;
}

/** Of the fault that a call ends with. */
function codeOf(call: () => void): string | undefined {
  try {
    call();
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostics[0]?.code;
    throw error;
  }
  return undefined;
}

describe('the programs of a ladder', () => {
  it.each([
    ['with blocks of penalties', `${network}${sparsity}${train}`],
    ['with no penalties', `${network}${train}`],
  ])('of a file %s prune all convolutions at one grain, to one share', (_, text) => {
    const { rungs, layers } = planLadder({ file: fileOf(text), keep: [40, 7.5], seeds: [3, 4] });
    expect(layers).toEqual(['conv1', 'inner.0', 'inner.1']);
    expect(rungs.map(({ grain, keep, seed }) => [grain, keep, seed]).slice(0, 9)).toEqual([
      ...[40, 7.5].flatMap((keep) => ['elements', 'vectors', 'filters_2d', 'filters'].map((grain) => [grain, keep, 3])),
      ['elements', 40, 4],
    ]);
    for (const { grain, keep, seed, program: { source, values } } of rungs) {
      expect(values).toEqual({ grain, keep, seed });
      const { model } = checkSource(source, ops);
      expect(model).toMatchObject({ method: 'magnitude', methodSettings: { rounds: 2 }, total: { percent: keep, of: 'conv_weights' }, train: { seed } });
      expect(model.penalties).toMatchObject(layers.map((layer) => ({ kind: 'budget', keep: 'shared', structure: grain, layer })));
    }
  });

  it.each<[string, string, Partial<LadderRequest>, string]>([
    ['a grain that is none', `${network}${train}`, { grains: ['fibers'] }, 'request/name'],
    ['a grain twice', `${network}${train}`, { grains: ['vectors', 'vectors'] }, 'sweep/equal'],
    ['no grain', `${network}${train}`, { grains: [] }, 'ladder/none'],
    ['a share twice', `${network}${train}`, { keep: [30, 30] }, 'sweep/equal'],
    ['all weights', `${network}${train}`, { keep: [100] }, 'ladder/keep'],
    ['no number', `${network}${train}`, { keep: [NaN] }, 'ladder/keep'],
    ['half a seed', `${network}${train}`, { seeds: [0.5] }, 'request/integer'],
    ['no round', `${network}${train}`, { rounds: 0 }, 'request/integer'],
    ['thousands of runs', `${network}${train}`, { seeds: Array.from({ length: 300 }, (_, i) => i) }, 'ladder/many'],
    ['dense layers alone', `network Net(image: tensor[1, 8, 8]) { return dense(image, units = 2) }\n${train}`, {}, 'ladder/no-convolutions'],
    ['no phase that prunes', `${network}${train.replace(/ {2}sparsify.*\n/, '')}`, {}, 'ladder/no-sparsify'],
    ['no training', network, {}, 'run/no-train'],
  ])('%s', (_, text, request, code) => {
    expect(codeOf(() => planLadder({ file: fileOf(text), ...request }))).toBe(code);
  });
});
