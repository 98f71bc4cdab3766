import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { startModule } from '../../src/driver/module-thread.ts';

function moduleOf(text: string): { readonly folder: string; readonly name: string } {
  const folder = mkdtempSync(join(tmpdir(), 'ssl-compile-thread-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'net.js'), text);
  return { folder, name: 'net' };
}

it('a module that is still at work after all patience is stopped', async () => {
  await expect(startModule(moduleOf('for (;;);'), 1000)).rejects.toThrow('no answer within 1 s');
  const net = await startModule(moduleOf('export const load = async () => ({ meta: {}, run: () => { for (;;); } });'), 20_000);
  await expect(net.run(new Float64Array(1), 500)).rejects.toThrow('no answer within 1 s');
});

it('a module that sends messages of its own answers nothing with them', async () => {
  const net = await startModule(moduleOf(`import { parentPort } from 'node:worker_threads';
export const load = async () => ({ meta: {}, run: () => { parentPort.postMessage(3); return [3]; } });`), 20_000);
  expect(await net.run(new Float64Array(1), 20_000)).toEqual(new Float32Array());
  await net.close();
});
