// A data set as IDX files: 6 x 6 pictures with a bright row (class 0) or a bright column (class 1).

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { idxBytes } from '../data/files.ts';

/** @param labelOf What a picture is said to be, where that is otherwise. @param folder It is made. */
export function writeStripes(folder: string, labelOf: (label: number, picture: number) => number = (label) => label): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, count] of [['train', 240], ['t10k', 60]] as const) {
    const labels = Array.from({ length: count }, (_, i) => i % 2);
    const samples = labels.flatMap((label, i) => {
      const line = (i >> 1) % 6;
      return Array.from({ length: 36 }, (_, p) => ((label === 0 ? Math.floor(p / 6) : p % 6) === line ? 255 - (i % 50) : (i * 7 + p * 13) % 60));
    });
    writeFileSync(join(folder, `${name}-images-idx3-ubyte`), idxBytes([count, 6, 6], samples));
    writeFileSync(join(folder, `${name}-labels-idx1-ubyte`), idxBytes([count], labels.map(labelOf)));
  }
}
