// node test/redis/kill-queue-sweeps.ts --runs 24 --kills 3: a sweep on drawn digits over a Redis server of its own by two workers,
// of which one, the sweep or the server is killed at random moments and started again, against a sweep here that is left alone.
// Prints what was killed when, whether every run has come to the same bits, and how much went through Redis. Some minutes of two
// cores.

import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { writeDigits } from '../driver/sweep/digits.ts';
import { installLocked } from '../../bench/install.ts';

installLocked(import.meta.dirname);
const { startServer } = await import('./server.ts');

const { values } = parseArgs({ options: { runs: { type: 'string', default: '24' }, kills: { type: 'string', default: '3' } } });
const [runs, kills] = [Number(values.runs), Number(values.kills)];
const main = join(import.meta.dirname, '../../src/cli/main.ts');
const folder = mkdtempSync(join(tmpdir(), 'ssl-compile-sweeps-'));
const source = writeDigits(folder);
const seeds = Math.ceil(runs / 8);
const argsOf = (out: string): string[] => [source, '--out', join(folder, out), '--set', `strength=geom(0.005, 0.05, ${Math.ceil(runs / seeds)})`, '--set', `seed=1..${seeds}`];
interface Found { readonly hash: string; readonly state: string; readonly result: { readonly seconds: number } }
const found = (out: string): Found[] => (JSON.parse(readFileSync(join(folder, out, 'sweep.json'), 'utf8')) as { runs: Found[] }).runs;
const server = await startServer();
const statistics = async (): Promise<ReadonlyMap<string, number>> => new Map(String(await server.command('INFO')).split('\r\n').map((line) => [line.split(':')[0] ?? '', Number(line.split(':')[1])]));
const started = new Set<ChildProcess>();
const start = (args: readonly string[], cwd: string): ChildProcess => {
  const child = spawn(process.execPath, [main, ...args], { cwd, stdio: ['ignore', 'ignore', 'ignore'] });
  started.add(child);
  return child;
};
// The packages are looked for from there; the folders of workers are their own.
const startWorker = (): ChildProcess => start(['worker', '--queue', server.url, '--workers', '1'], import.meta.dirname);
try {
  const begun = performance.now();
  spawnSync(process.execPath, [main, 'sweep', ...argsOf('alone'), '--workers', '2'], { stdio: ['ignore', 'inherit', 'inherit'] });
  const seconds = (performance.now() - begun) / 1000;
  console.log(`left alone, here: ${found('alone').length} runs in ${seconds.toFixed(0)} s`);

  const workers = [startWorker(), startWorker()];
  const sweep = (): ChildProcess => start(['sweep', ...argsOf('killed'), '--queue', server.url], import.meta.dirname);
  let sweeping = sweep();
  const again = performance.now();
  let [input, output, most] = [0, 0, 0];
  const count = async (): Promise<void> => {
    const facts = await statistics();
    input += facts.get('total_net_input_bytes') ?? 0;
    output += facts.get('total_net_output_bytes') ?? 0;
    most = Math.max(most, facts.get('used_memory_peak') ?? 0);
  };
  for (const what of Array.from({ length: kills }, (_, i) => (['worker', 'sweep', 'server'] as const)[i % 3])) {
    const after = Math.random() * ((1000 * seconds) / kills);
    await Promise.race([sleep(after), once(sweeping, 'exit')]);
    console.log(`kill -9 of ${what === 'worker' ? 'a worker' : `the ${what}`} after ${(after / 1000).toFixed(0)} s`);
    if (what === 'worker') {
      const index = Math.floor(Math.random() * workers.length);
      workers[index]?.kill('SIGKILL');
      workers[index] = startWorker();
    } else if (what === 'sweep') {
      sweeping.kill('SIGKILL');
      await once(sweeping, 'exit');
      sweeping = sweep();
    } else {
      await count();
      await server.kill();
      await sleep(2000);
      await server.restart();
    }
  }
  const code = sweeping.exitCode ?? ((await once(sweeping, 'exit')) as [number | null])[0];
  console.log(`over Redis: the last sweep ended with ${code} after ${((performance.now() - again) / 1000).toFixed(0)} s`);
  await count();
  const weights = (out: string, hash: string): Buffer => readFileSync(join(folder, out, 'runs', hash, 'weights.safetensors'));
  const [alone, over] = [found('alone'), found('killed')];
  const same = alone.filter(({ hash }, i) => over[i]?.hash === hash && weights('alone', hash).equals(weights('killed', hash)) && JSON.stringify({ ...over[i].result, seconds: 0 }) === JSON.stringify({ ...alone[i]?.result, seconds: 0 }));
  console.log(`${same.length} of ${alone.length} runs have the same results and the same bytes of weights`);
  const lying = readdirSync(join(folder, 'killed'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && entry.parentPath.includes('runs')).reduce((sum, entry) => sum + readFileSync(join(entry.parentPath, entry.name)).length, 0);
  const kilobytes = (bytes: number): string => `${(bytes / alone.length / 1000).toFixed(0)} KB`;
  console.log(`a run is ${kilobytes(lying)} of files; ${kilobytes(input)} went into Redis for it and ${kilobytes(output)} out of it; Redis had ${(most / 1e6).toFixed(1)} MB at most`);
  console.log(`left in Redis: ${((await server.command('KEYS', '*')) as readonly string[]).join(', ')}`);
  process.exitCode = same.length === alone.length && code === 0 ? 0 : 1;
} finally {
  for (const child of started) child.kill('SIGKILL');
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
