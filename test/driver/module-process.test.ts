import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { startModule } from '../../src/driver/module/module-process.ts';

function moduleOf(text: string): { readonly folder: string; readonly name: string } {
  const folder = mkdtempSync(join(tmpdir(), 'ssl-compile-thread-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'net.js'), text);
  return { folder, name: 'net' };
}

const given = [['', new Float64Array(1)]] as const;

it('a module that is still at work after all patience is stopped', async () => {
  await expect(startModule(moduleOf('for (;;);'), 1000)).rejects.toThrow('no answer within 1 s');
  const net = await startModule(moduleOf('export const load = async () => ({ meta: {}, run: () => { for (;;); } });'), 20_000);
  await expect(net.run(given, 500)).rejects.toThrow('no answer within 1 s');
});

it('times what answers at once, and nothing that is broken', async () => {
  const net = await startModule(moduleOf('export const load = async () => ({ meta: {}, run: () => [3] });'), 20_000);
  expect(await net.time(given, 20_000)).toBeGreaterThan(0);
  await net.close();
  const broken = await startModule(moduleOf("export const load = async () => ({ meta: {}, run: () => { throw new Error('no answer at all'); } });"), 20_000);
  await expect(broken.time(given, 20_000)).rejects.toThrow('no answer at all');
});

it('a module that sends messages of its own answers nothing with them', async () => {
  const net = await startModule(moduleOf('export const load = async () => ({ meta: {}, run: () => { process.send(3); return [3]; } });'), 20_000);
  expect(await net.run(given, 20_000)).toEqual([]);
  await net.close();
});

it('a module that kills its process, ends it or throws later on is broken', async () => {
  await expect(startModule(moduleOf("process.kill(process.pid, 'SIGKILL');"), 20_000)).rejects.toThrow('it ends before it has answered');
  await expect(startModule(moduleOf('process.exit(0);'), 20_000)).rejects.toThrow('it ends before it has answered');
  await expect(startModule(moduleOf("setTimeout(() => { throw new Error('too late'); }); await new Promise(() => setTimeout(() => {}, 60_000));"), 20_000)).rejects.toThrow('too late');
  const net = await startModule(moduleOf("export const load = async () => ({ meta: {}, run: () => process.kill(process.pid, 'SIGKILL') });"), 20_000);
  await expect(net.run(given, 20_000)).rejects.toThrow('it ends before it has answered');
});
