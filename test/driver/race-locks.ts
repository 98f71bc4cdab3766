// Many races for the lock of a run, by hand:
//
//   node test/driver/race-locks.ts [count]
//
// Where this is root on Linux, also between two PID namespaces, whose processes do not see each other.

import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { race, racePace, races, startRacer } from './lock-races.ts';
import type { Race, Racer } from './lock-races.ts';

const count = Number(process.argv[2] ?? 500);
const namespace = ['unshare', '--pid', '--fork', '--mount-proc', '--kill-child'];
const mayUnshare = process.platform === 'linux' && process.getuid?.() === 0;

const near = await Promise.all([startRacer(), startRacer(), startRacer()]);
const far = mayUnshare ? await Promise.all([startRacer(namespace), startRacer(namespace)]) : [];
const [one] = near;

async function show(name: string, each: Race, racers: readonly Racer[]): Promise<number> {
  const { winners: [none, some, both], wrong } = await race(each, racers, count);
  process.stdout.write(`${name}: ${count} races of ${racers.length}, none took it ${none}, one ${some}, more ${both}; wrong ${wrong}\n`);
  return both + wrong;
}

/** Locks of the first, who lives and beats, against all others. */
async function showHeld(holder: Racer, others: readonly Racer[]): Promise<number> {
  const root = await mkdtemp(join(tmpdir(), 'ssl-race-'));
  let took = 0;
  for (let i = 0; i < count; i++) {
    const folder = join(root, String(i));
    await mkdir(folder);
    await holder.ask({ kind: 'take', folder });
    // As long as a lock has to be silent, now and then.
    if (i % 10 === 0) await sleep(racePace.silent);
    const answers = await Promise.all(others.map((racer) => racer.ask({ kind: 'take', folder })));
    took += answers.filter(({ kind }) => kind === 'took').length;
    await holder.ask({ kind: 'release' });
  }
  await rm(root, { recursive: true });
  process.stdout.write(`a lock that is held, between namespaces: ${count} races of ${others.length} against its holder, taken ${took}\n`);
  return took;
}

let faults = 0;
for (const [name, each] of Object.entries(races)) faults += await show(name, each, near);
if (one && far.length > 0) {
  // A racer in a namespace of its own is stopped by the process that waits for it, and so goes on: no `slow`.
  for (const [name, each] of Object.entries(races)) {
    if (each.slow === undefined && !each.near) faults += await show(`${name}, between namespaces`, each, [one, ...far]);
  }
  faults += await showHeld(one, far);
}
for (const { child } of [...near, ...far]) child.kill('SIGKILL');
process.exitCode = faults > 0 ? 1 : 0;
