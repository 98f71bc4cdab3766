// The larger networks of examples/, each from its source to a verified module with structures of it gone, and through
// a step of training: what their users do, in small.

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { present } from '../../src/base/invariant.ts';
import { build, loadModel, train, verify, writeFiles } from '../../src/index.ts';
import type { TargetName } from '../../src/index.ts';
import { safetensorsFile } from '../safetensors-file.ts';
import { examples, modelWithoutWarnings, noise, oneStep, sparseWeights } from './support.ts';

// A busy machine is no failure.
vi.setConfig({ testTimeout: 240_000 });

const folder = mkdtempSync(join(tmpdir(), 'ssl-compile-examples-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Example {
  readonly name: string;
  /** All of the small ones, of others the one that most people build. */
  readonly targets: readonly TargetName[];
  /** What its widths are divided by here, since the float64 reference takes long; no divisor of 10, which are classes. */
  readonly narrower: number;
}

const networks: readonly Example[] = [
  { name: 'convnet', targets: ['wasm', 'js', 'gpujs'], narrower: 4 },
  { name: 'resnet20', targets: ['wasm'], narrower: 4 },
  { name: 'vgg16-cifar', targets: ['wasm'], narrower: 16 },
  { name: 'mobilenet', targets: ['wasm'], narrower: 4 },
  { name: 'squeezenet', targets: ['wasm'], narrower: 4 },
  { name: 'keyword-spotting', targets: ['wasm', 'js', 'gpujs'], narrower: 4 },
];

cpSync(join(examples, 'blocks'), join(folder, 'blocks'), { recursive: true });

/** The file, narrower, beside copies of what it imports. */
function sourceOf({ name, narrower }: Example): string {
  const path = join(folder, `${name}.ssl`);
  const text = readFileSync(join(examples, `${name}.ssl`), 'utf8');
  const widths = /(?<=\b(?:filters|channels|squeeze|expand|width) = )\d+/g;
  writeFileSync(path, text.replaceAll(widths, (width) => (Number(width) % narrower === 0 ? String(Number(width) / narrower) : width)));
  return path;
}

describe.each(networks)('$name', (example) => {
  const { name, targets } = example;
  const source = sourceOf(example);
  const weights = join(folder, `${name}.safetensors`);
  const model = modelWithoutWarnings(source);

  it('loses what its penalties name, and is verified', async () => {
    writeFileSync(weights, safetensorsFile(sparseWeights(model, 0.7)));
    const opened = loadModel(source, weights);
    for (const target of targets) {
      const { files, structure } = await build(opened, { target });
      expect(structure.macs.compacted).toBeLessThan(0.7 * structure.macs.dense);
      // A peer dependency, which the tests in a browser have.
      if (target === 'gpujs') continue;
      const out = join(folder, `${name}-${target}`);
      writeFiles(out, files);
      expect(await verify(out, opened)).toMatchObject({ ok: true, faults: [] });
    }
  });

  it('trains a step under its penalties', async () => {
    const batch = 4;
    const out = join(folder, `${name}-run`);
    const result = await train({ ...model, train: oneStep(present(model.train, 'train'), batch) }, noise(model.network, batch), { out });
    expect(result).toMatchObject({ status: 'finished', summary: { epochs: { sparsify: 1 } } });
  });
});
