// Command lines in this process, and the files that they need.

import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, vi } from 'vitest';
import { runCommandLine } from '../../src/cli/run.ts';
import type { Shell } from '../../src/cli/shell.ts';
import { checkSource } from '../../src/driver/model/source.ts';
import type { Tensor } from '../../src/base/tensor.ts';
import type { Model } from '../../src/ir/network.ts';
import { ops } from '../../src/ops/index.ts';
import { groupSets } from '../../src/sparsity/groups.ts';
import { groupOfElements } from '../group-of-elements.ts';
import { initialParameters } from '../../src/train/initialize.ts';
import { safetensorsFile } from '../safetensors-file.ts';

// A busy machine may take long to start processes and to emit modules.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Nobody presses Ctrl-C. */
const undisturbed: Shell['interruptible'] = async (work) => ({ result: await work(new AbortController().signal) });

export async function runCli(args: readonly string[], environment: Readonly<Record<string, string>> = {}, interruptible: Shell['interruptible'] = undisturbed): Promise<Ran> {
  let [out, err] = ['', ''];
  const code = await runCommandLine(args, {
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    interactive: false,
    progress: () => {},
    environment,
    interruptible,
  });
  return { code, out, err };
}

/** A new folder, removed after the tests of the file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ssl-compile-cli-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Names of everything under a folder. */
export function listing(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true }).map(String).toSorted();
}

/** Two convolutions and two dense layers, filters and channels penalised. */
export const smallSource = `network Small(image: tensor[1, 12, 12]) {
  conv1 = conv(image, filters = 4, window = 3)
  pool1 = max_pool(conv1, window = 2)
  conv2 = conv(pool1, filters = 5, window = 2)
  fc1   = relu(dense(conv2, units = 8))
  labels ["a", "b", "c"]
  return dense(fc1, units = 3)
}

sparsity {
  lasso filters of conv1, conv2 strength 0.01
  lasso channels of conv2 strength 0.01
}
`;

export function modelOf(text: string): Model {
  return checkSource({ name: 'test.ssl', text }, ops).model;
}

/** Initial weights with every second penalised group at zero, and every one that is alone. */
export function weightsOf(text: string): Map<string, Tensor<Float32Array>> {
  const model = modelOf(text);
  const parameters = new Map([...initialParameters(model.network, 1)].map(([name, { shape, data }]) => [name, { shape, data: Float32Array.from(data) }]));
  for (const { members, count } of groupSets(model.network, ops, model.penalties)) {
    for (const member of members) {
      const data = parameters.get(member.parameter)?.data;
      for (const [element, group] of groupOfElements(member).entries()) if (data && (count === 1 || group % 2 === 1)) data[element] = 0;
    }
  }
  return parameters;
}

export interface SmallFiles {
  readonly folder: string;
  readonly source: string;
  readonly weights: string;
}

/** `small.ssl` and `small.safetensors` in a folder of their own. */
export function smallFiles(text: string = smallSource): SmallFiles {
  const folder = temporaryFolder();
  const [source, weights] = [join(folder, 'small.ssl'), join(folder, 'small.safetensors')];
  writeFileSync(source, text);
  writeFileSync(weights, safetensorsFile(weightsOf(text)));
  return { folder, source, weights };
}
