// The networks of examples/ against what is published of them: parameters and multiply-accumulates.

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { summarizeNetwork } from '../../src/driver/model/network-summary.ts';
import { checkFile } from '../../src/driver/model/source.ts';
import { ops } from '../../src/ops/index.ts';

const folder = join(import.meta.dirname, '../../examples');

interface Published {
  readonly file: string;
  readonly parameters: number;
  readonly macs: number;
}

const published: readonly Published[] = [
  // Caffe's cifar10_full.
  { file: 'convnet.ssl', parameters: 89_578, macs: 12_298_240 },
  // 0.27M in Table 6 of He et al. 2015, without projections; with them these, at 40.81M.
  { file: 'resnet20.ssl', parameters: 272_474, macs: 40_813_184 },
];

test.each(published)('$file has as many parameters as published', ({ file, parameters, macs }) => {
  const { model, warnings } = checkFile(join(folder, file), ops);
  expect(warnings).toEqual([]);
  expect(summarizeNetwork(model.network, ops)).toMatchObject({ parameters, macs });
});
