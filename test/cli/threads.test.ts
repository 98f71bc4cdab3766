// Modules that run on several threads, from the command line: built, verified, evaluated.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { safetensorsFile } from '../safetensors-file.ts';
import { listing, runCli, temporaryFolder, weightsOf } from './support.ts';

/** Worth two threads. */
const text = `network Wide(image: tensor[1, 28, 28]) {
  conv1 = relu(conv(image, filters = 48, window = 5, padding = 2))
  pool1 = max_pool(conv1, window = 2)
  conv2 = relu(conv(pool1, filters = 48, window = 5, padding = 2))
  return dense(conv2, units = 10)
}

sparsity {
  lasso filters of conv1, conv2 strength 0.01
}
`;

const folder = temporaryFolder();
const [source, weights, out] = [join(folder, 'wide.ssl'), join(folder, 'w.safetensors'), join(folder, 'out')];
const build = (...more: string[]): ReturnType<typeof runCli> => runCli(['build', source, '--weights', weights, ...more]);
const verify = async (): Promise<{ readonly ok: boolean; readonly diagnostics: readonly { readonly code: string; readonly message: string }[]; readonly files: readonly object[] }> =>
  JSON.parse((await runCli(['verify', out, '--weights', weights, '--source', source, '--json'])).out) as Awaited<ReturnType<typeof verify>>;

beforeAll(async () => {
  writeFileSync(source, text);
  writeFileSync(weights, safetensorsFile(weightsOf(text)));
  await build('--threads', '--out', out);
});

it.each(['js', 'gpujs'])('target %s is refused', async (target) => {
  const { code, err } = await build('--threads', '--target', target, '--out', join(folder, target));
  expect(code).toBe(1);
  expect(err).toBe(`error[module/no-threads]: modules of target ${target} run on one thread only\n   = help: build it for target wasm, or without threads\n\n`);
});

describe('a module that can run on several threads', () => {
  it('is a file more', () => {
    expect(listing(out)).toEqual(['package.json', 'wide.d.ts', 'wide.js', 'wide.wasm', 'wide.worker.js']);
  });

  it('is what it was built from, on two threads too', async () => {
    expect(await verify()).toMatchObject({ ok: true, diagnostics: [], files: ['wide.js', 'wide.d.ts', 'wide.wasm', 'wide.worker.js'].map((name) => ({ name, same: true })) });
  });

  it('classifies as one without threads', async () => {
    const plain = join(folder, 'plain');
    await build('--out', plain);
    const results = await Promise.all([out, plain].map(async (place) => JSON.parse((await runCli(['evaluate', place, '--on', 'digits', '--json'])).out) as { readonly error: number }));
    expect(results[0]?.error).toBeTypeOf('number');
    expect(results[0]?.error).toBe(results[1]?.error);
  });

  it('is not ok where its workers leave out a task, or end', async () => {
    const worker = join(out, 'wide.worker.js');
    const right = readFileSync(worker, 'utf8');
    try {
      writeFileSync(worker, right.replace('runTask(stage, task)', 'stage === 2 && task === 0 || runTask(stage, task)'));
      const { ok, diagnostics } = await verify();
      expect(ok).toBe(false);
      expect(diagnostics.map(({ code }) => code)).toContain('module/changed');
      expect(diagnostics.map(({ message }) => message)).toContain(`${join(out, 'wide.js')} (strict) answers other bits on 2 threads than on one`);
      writeFileSync(worker, 'process.exit(3)');
      expect((await verify()).diagnostics.map(({ message }) => message)).toContain(`${join(out, 'wide.js')} (strict) on 2 threads does not run: a thread has ended: exit code 3. Load the network again`);
    } finally {
      writeFileSync(worker, right);
    }
  });
});
