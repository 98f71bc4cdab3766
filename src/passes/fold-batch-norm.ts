// Affine maps per channel go into the weights before them (fold-affine.ts).
//
//   %3 = conv(%0, %1) {bias: false, ...}
//   %8 = batch_norm(%3, ...)                    ->   %3 = conv(%0, %1', %2') {bias: true, ...}

import { foldAffine } from './fold-affine.ts';
import type { Pass } from './pass.ts';

export const foldBatchNorm: Pass = {
  name: 'fold-batch-norm',
  doc: 'folds batch norm into the convolution or dense layer before it',
  requires: ['no-identities'],
  ensures: ['affine-folded'],
  run: (program, { ops }) => foldAffine(program, ops),
};
