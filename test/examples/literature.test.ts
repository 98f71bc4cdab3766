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
  // CaffeNet, with its convolutions in groups.
  { file: 'alexnet.ssl', parameters: 60_965_224, macs: 724_406_816 },
  // 15M and 313M in Table 1 of Li et al. 2017.
  { file: 'vgg16-cifar.ssl', parameters: 14_987_210, macs: 313_463_808 },
  // 1,235,496 with the 1000 classes of SqueezeNet 1.1.
  { file: 'squeezenet.ssl', parameters: 1_235_496 - 513 * (1000 - 10), macs: 23_511_040 },
  // 2.7M of DS-CNN-S in Table 5 of Zhang et al. 2017 (5.4M operations), whose convolutions have a bias before batch norm.
  { file: 'keyword-spotting.ssl', parameters: 23_756 - 9 * 64, macs: 2_656_768 },
];

test.each(published)('$file has as many parameters as published', ({ file, parameters, macs }) => {
  const { model, warnings } = checkFile(join(folder, file), ops);
  expect(warnings).toEqual([]);
  expect(summarizeNetwork(model, ops)).toMatchObject({ parameters, macs });
});
