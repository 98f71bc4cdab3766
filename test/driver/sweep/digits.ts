// A small network on drawn digits, whose sweeps are killed.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const text = `const strength = 0.02
network Digits(image: tensor[1, 28, 28]) {
  conv1 = max_pool(conv(image, filters = 8, window = 5, stride = 2), window = 2)
  conv2 = conv(conv1, filters = 16, window = 3)
  fc1 = relu(dense(conv2, units = 32))
  return dense(fc1, units = 10)
}
sparsity { lasso filters of conv1, conv2 strength strength }
train on digits {
  baseline { epochs = 2, batch = 64, optimizer = sgd(rate = 0.02, momentum = 0.9) }
  sparsify { epochs = 2 }
  finetune { epochs = 1 }
  control {}
}
`;

/** @returns Its path. */
export function writeDigits(folder: string): string {
  const source = join(folder, 'digits.ssl');
  writeFileSync(source, text);
  return source;
}
