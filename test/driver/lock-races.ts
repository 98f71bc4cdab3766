// Races for the lock of a run between processes: how often one, none, or more than one of them took it.

import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, rm, rmdir, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { claimLock, prepareLock } from '../../src/driver/lock/lock-folder.ts';
import { thisProcess } from '../../src/driver/lock/lock-holder.ts';
import type { Holder } from '../../src/driver/lock/lock-holder.ts';
import { lockName } from '../../src/driver/lock/run-lock.ts';
import type { LockPace } from '../../src/driver/lock/run-lock.ts';
import type { RacerAnswer, RacerCommand } from './lock-racer.ts';

/** Much faster than in earnest, so that hundreds of locks can fall silent. */
export const racePace: LockPace = { beat: 25, silent: 500 };

export interface Racer {
  readonly child: ChildProcess;
  readonly ask: (command: RacerCommand) => Promise<RacerAnswer>;
}

/** @param before A command that the racer is started by, say `unshare` with its options. */
export async function startRacer(before: readonly string[] = []): Promise<Racer> {
  const [command, ...args] = [...before, process.execPath, join(import.meta.dirname, 'lock-racer.ts')];
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const answered = (): Promise<RacerAnswer> => new Promise((resolve) => void child.once('message', (message) => resolve(message as RacerAnswer)));
  await answered();
  return {
    child,
    ask: (request) => {
      const answer = answered();
      child.send(request);
      return answer;
    },
  };
}

/** What lies in the folder before the race. */
type Start = (folder: string) => Promise<void>;

const nothing: Start = async () => {};

async function leave(folder: string, text: string): Promise<string> {
  const path = join(folder, lockName);
  const prepared = await prepareLock(path, text);
  await claimLock(path, prepared);
  return join(path, prepared.token, 'holder.json');
}

function leaveHolder(change: (self: Holder) => Holder, secondsAgo = 0): Start {
  return async (folder) => {
    const file = await leave(folder, JSON.stringify(change(await thisProcess())));
    await makeOlder(file, secondsAgo);
  };
}

async function makeOlder(file: string, seconds: number): Promise<void> {
  const then = new Date(Date.now() - 1000 * seconds);
  await utimes(file, then, then);
}

export interface Race {
  readonly start: Start;
  /** Stops this one of the racers for a while, at a random moment. */
  readonly slow?: number;
  /** Only a process that sees the lock's holder can tell that it is dead, or that it lives. */
  readonly near?: true;
  /** How many should take the lock: 0 where its holder lives. */
  readonly winners: 0 | 1;
}

/** No process has a number beyond four million. */
const gone = 2 ** 22 + 1;

export const races: Readonly<Record<string, Race>> = {
  'a free folder': { start: nothing, winners: 1 },
  'a free folder, one taker stopped': { start: nothing, slow: 0, winners: 1 },
  'a dead lock': { start: leaveHolder((self) => ({ ...self, pid: gone })), near: true, winners: 1 },
  'a dead lock, one taker stopped': { start: leaveHolder((self) => ({ ...self, pid: gone })), slow: 0, near: true, winners: 1 },
  "a dead lock whose holder's number has another process": { start: leaveHolder((self) => ({ ...self, started: '1' })), near: true, winners: 1 },
  'a lock of a process that lives': { start: leaveHolder((self) => self, 3600), near: true, winners: 0 },
  'a silent lock of another host': { start: leaveHolder((self) => ({ ...self, host: 'elsewhere', place: 'elsewhere' }), 10), winners: 1 },
  'a lock of another host that has just beaten': { start: leaveHolder((self) => ({ ...self, host: 'elsewhere', place: 'elsewhere' })), winners: 0 },
  'an empty folder in its place': { start: (folder) => mkdir(join(folder, lockName)), winners: 1 },
  'a silent lock whose text is lost': { start: async (folder) => makeOlder(await leave(folder, ''), 10), winners: 1 },
  'a lock whose text is half written': { start: async (folder) => void (await leave(folder, '{"pid": 12')), winners: 0 },
  'a silent lock without its file': {
    start: async (folder) => {
      const file = await leave(folder, '');
      await rm(file);
      await makeOlder(join(file, '..'), 10);
    },
    winners: 1,
  },
  'the empty file of an earlier version': { start: (folder) => writeFile(join(folder, lockName), ''), winners: 0 },
};

export interface Tally {
  /** Races by how many took the lock. */
  readonly winners: readonly [none: number, one: number, both: number];
  /** Races that ended otherwise than the race is to end. */
  readonly wrong: number;
}

export async function race({ start, slow, winners }: Race, racers: readonly Racer[], count: number): Promise<Tally> {
  const root = await mkdtemp(join(tmpdir(), 'ssl-race-'));
  const tally: [number, number, number] = [0, 0, 0];
  let wrong = 0;
  for (let i = 0; i < count; i++) {
    const folder = join(root, String(i));
    await mkdir(folder);
    await start(folder);
    const answers = racers.map((racer) => racer.ask({ kind: 'take', folder }));
    const stopped = slow === undefined ? undefined : racers[slow]?.child;
    if (stopped) {
      // Taking a lock takes a few milliseconds.
      await sleep(5 * Math.random());
      stopped.kill('SIGSTOP');
      await Promise.all(answers.filter((_, racer) => racer !== slow));
      stopped.kill('SIGCONT');
    }
    const took = (await Promise.all(answers)).filter(({ kind }) => kind === 'took').length;
    tally[Math.min(took, 2) as 0 | 1 | 2]++;
    if (took !== winners) wrong++;
    for (const racer of racers) await racer.ask({ kind: 'release' });
    if (took > 0) await rmdir(folder).catch(() => wrong++);
  }
  await rm(root, { recursive: true, force: true });
  return { winners: tally, wrong };
}
