// What a run knows of its data reaches the module that is built from it.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { idxBytes, npyBytes, pngBytes } from '../data/files.ts';
import { runCli, temporaryFolder } from './support.ts';

const pixels = (label: number, i: number): Uint8Array => Uint8Array.from({ length: 4 }, (_, k) => (k === label ? 200 : 10 + i));
const parts = ['train', 'test'] as const;
const classes = ['bird', 'cat', 'dog'];
const samples = Array.from({ length: 12 }, (_, i) => ({ label: i % 3, bytes: pixels(i % 3, i) }));
const labels = Uint8Array.from(samples, ({ label }) => label);
const bytes = Uint8Array.from(samples.flatMap((sample) => [...sample.bytes]));

/** A data set for `tensor[1, 2, 2]`, in one of the formats. */
const writers: Readonly<Record<'png' | 'idx' | 'npy u1' | 'npy f4', (folder: string) => void>> = {
  png: (folder) => {
    for (const part of parts) for (const [i, { label, bytes: [a = 0, b = 0, c = 0, d = 0] }] of samples.entries()) {
      const place = path.join(folder, part, classes[label] ?? '');
      mkdirSync(place, { recursive: true });
      writeFileSync(path.join(place, `${i}.png`), pngBytes({ width: 2, height: 2, colour: 0, rows: Uint8Array.of(a, b, c, d) }));
    }
  },
  idx: (folder) => {
    for (const name of ['train', 't10k']) {
      writeFileSync(path.join(folder, `${name}-images-idx3-ubyte`), idxBytes([12, 2, 2], bytes));
      writeFileSync(path.join(folder, `${name}-labels-idx1-ubyte`), idxBytes([12], labels));
    }
  },
  'npy u1': (folder) => {
    for (const part of parts) {
      writeFileSync(path.join(folder, `${part}-images.npy`), npyBytes('|u1', [12, 1, 2, 2], bytes));
      writeFileSync(path.join(folder, `${part}-labels.npy`), npyBytes('|u1', [12], labels));
    }
  },
  'npy f4': (folder) => {
    for (const part of parts) {
      writeFileSync(path.join(folder, `${part}-images.npy`), npyBytes('<f4', [12, 1, 2, 2], new Uint8Array(Float32Array.from(bytes, (byte) => byte / 100 - 1).buffer)));
      writeFileSync(path.join(folder, `${part}-labels.npy`), npyBytes('|u1', [12], labels));
    }
  },
};

const source = (given = ''): string => `network Pets(image: tensor[1, 2, 2]) {
  ${given}
  return dense(image, units = 3)
}
train on "pets" { baseline { epochs = 1, batch = 4, rate = 0.1 } held_out = 0 }
`;

/** Trains and builds; answers the places of run and module. */
async function built(format: keyof typeof writers, given?: string): Promise<{ readonly run: string; readonly out: string; readonly declarations: string }> {
  const folder = temporaryFolder();
  mkdirSync(path.join(folder, 'pets'));
  writers[format](path.join(folder, 'pets'));
  const [file, run, out] = [path.join(folder, 'pets.ssl'), path.join(folder, 'run'), path.join(folder, 'out')];
  writeFileSync(file, source(given));
  expect(await runCli(['train', file, '--data', folder, '--out', run, '--no-timing'])).toMatchObject({ code: 0 });
  expect(await runCli(['build', run, '--out', out])).toMatchObject({ code: 0 });
  return { run, out, declarations: readFileSync(path.join(out, 'pets.d.ts'), 'utf8') };
}

const labelsOf = async (out: string): Promise<readonly string[] | undefined> => {
  const { load } = (await import(pathToFileURL(path.join(out, 'pets.js')).href)) as { load: () => Promise<{ labels?: readonly string[] }> };
  return (await load()).labels;
};

describe('the range of the samples', () => {
  it.each(['png', 'idx', 'npy u1'] as const)('is from 0 to 1 where they were bytes: %s', async (format) => {
    const { declarations, run } = await built(format);
    expect(declarations).toContain('@param input 4 numbers: 1 x 2 x 2, channels, rows, columns (CHW), from 0 to 1');
    expect(JSON.parse(readFileSync(path.join(run, 'summary.json'), 'utf8'))).toMatchObject({ samples: 'bytes' });
  });

  it('is unknown where they were floats, and of weights from elsewhere', async () => {
    const { declarations, run } = await built('npy f4');
    expect(declarations).not.toContain('from 0 to 1');
    const other = path.join(temporaryFolder(), 'out');
    await runCli(['build', path.join(run, 'model.ssl'), '--weights', path.join(run, 'weights.safetensors'), '--out', other]);
    expect(readFileSync(path.join(other, 'pets.d.ts'), 'utf8')).not.toContain('from 0 to 1');
  });
});

describe('the names of the classes', () => {
  it('come from the folders where the source has none', async () => {
    const { run, out, declarations } = await built('png');
    expect(await labelsOf(out)).toEqual(classes);
    expect(declarations).toContain('export type Label = "bird" | "cat" | "dog";');
    expect(JSON.parse(readFileSync(path.join(run, 'summary.json'), 'utf8'))).toMatchObject({ labels: classes });
    expect((await runCli(['verify', out, '--weights', run])).code).toBe(0);
  });

  it('are those of the source, in its order', async () => {
    const { out } = await built('png', 'labels ["dog", "bird", "cat"]');
    expect(await labelsOf(out)).toEqual(['dog', 'bird', 'cat']);
  });

  it('are absent where nobody has given any', async () => {
    const { out } = await built('npy u1');
    expect(await labelsOf(out)).toBeUndefined();
  });
});
