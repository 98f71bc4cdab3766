// node test/driver/sweep/kill-sweeps.ts --runs 24 --kills 3: a sweep on drawn digits by two workers, killed at random
// moments and gone on with, against one that is left alone. Prints what was killed when, and whether every run has
// come to the same bits. Some minutes of two cores.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeDigits } from './digits.ts';
import { killSweep } from './kill-sweep.ts';

const { values } = parseArgs({ options: { runs: { type: 'string', default: '24' }, kills: { type: 'string', default: '3' } } });
const [runs, kills] = [Number(values.runs), Number(values.kills)];
const root = join(import.meta.dirname, '../../..');
const folder = mkdtempSync(join(tmpdir(), 'ssl-compile-sweeps-'));
const source = writeDigits(folder);

const seeds = Math.ceil(runs / 8);
const argsOf = (out: string): string[] => [source, '--out', join(folder, out), '--workers', '2', '--set', `strength=geom(0.005, 0.05, ${Math.ceil(runs / seeds)})`, '--set', `seed=1..${seeds}`];
interface Found { readonly hash: string; readonly state: string; readonly result: { readonly seconds: number } }
const found = (out: string): Found[] => (JSON.parse(readFileSync(join(folder, out, 'sweep.json'), 'utf8')) as { runs: Found[] }).runs;
try {
  const begun = performance.now();
  spawnSync(process.execPath, [join(root, 'src/cli/main.ts'), 'sweep', ...argsOf('alone')], { stdio: ['ignore', 'inherit', 'inherit'] });
  const seconds = (performance.now() - begun) / 1000;
  console.log(`left alone: ${found('alone').length} runs in ${seconds.toFixed(0)} s`);
  const killed = await killSweep(argsOf('killed'), Array.from({ length: kills }, (_, i) => (i % 2 === 0 ? 'sweep' : 'worker')), (1000 * seconds) / kills);
  console.log(`killed: ${killed.kills.join(', ')}; ${killed.calls} calls, the last ended with ${killed.code}`);
  const weights = (out: string, hash: string): Buffer => readFileSync(join(folder, out, 'runs', hash, 'weights.safetensors'));
  const [alone, again] = [found('alone'), found('killed')];
  const same = alone.filter(({ hash }, i) => again[i]?.hash === hash && weights('alone', hash).equals(weights('killed', hash)) && JSON.stringify({ ...again[i].result, seconds: 0 }) === JSON.stringify({ ...alone[i]?.result, seconds: 0 }));
  console.log(`${same.length} of ${alone.length} runs have the same results and the same bytes of weights`);
  process.exitCode = same.length === alone.length ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
