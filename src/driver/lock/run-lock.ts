// One process at a time in the folder of a run, which may lie on a disk that several machines or containers share.
// lock-folder.ts says how the lock lies there and why no two can take it at once. What is decided here is when a
// lock is dead, so that the next process may remove it:
//
// - Its holder is of our boot and PID namespace (elsewhere than on Linux: of our host): when that process is gone,
//   or another has its number. This is exact, and takes no time.
// - Its holder is of another host, container or boot, or cannot be read: when it is silent. A holder beats every
//   two seconds; after sixty of silence it is gone, or so stuck that it may be taken for gone: a training process
//   computes on other threads, and what its own does in one go takes a few seconds. Silence is counted on the clock
//   of the file server alone, by which both the beats and a file that we write now are stamped; and since that
//   clock may be set, the lock is also watched for three beats.
//
// A holder that was stopped for more than a minute and goes on may so have lost its lock without knowing. It can
// do no harm: whatever it writes to the run is renamed out of the folder of its own lock, which is then no longer
// there (`RunLock.folder`). That, too, is one atomic step; nothing lies between a look at the lock and a write.
//
// All of it rests on rename, which is atomic on local disks and for the clients of one file server (NFS, SMB). On
// Windows a lock cannot be moved while somebody looks into it: a taker may then be refused a dead one and has to try
// again. Tried on Linux, between processes and between PID namespaces (test/driver/race-locks.ts).

import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { DiagnosticError, fail } from '../../base/diagnostic.ts';
import { notWritable } from '../files/atomic-file.ts';
import { beatLock, claimLock, discardLock, failForeign, lookAtLock, prepareLock, removeLock, sweepLocks } from './lock-folder.ts';
import type { FoundLock, PreparedLock } from './lock-folder.ts';
import { isAlive, parseHolder, thisProcess } from './lock-holder.ts';
import type { Holder } from './lock-holder.ts';
import { runDiagnostics } from '../run/run-diagnostics.ts';

export const lockName = 'run.lock';

/** In milliseconds. */
export interface LockPace {
  readonly beat: number;
  /** From then on a lock is dead. */
  readonly silent: number;
}

const usualPace: LockPace = { beat: 2000, silent: 60_000 };
const watchedBeats = 3;
/** Looks that find no lock, although none can be claimed. */
const mostMissed = 1000;

export interface RunLock {
  /** There as long as the lock is ours. */
  readonly folder: string;
  /** Aborted once a beat has found the lock gone. */
  readonly lost: AbortSignal;
  readonly release: () => Promise<void>;
}

/** The folder is there. Fails with `run/in-use`, `run/foreign-lock` and `run/not-writable`. */
export async function lockRun(folder: string, pace: LockPace = usualPace): Promise<RunLock> {
  const path = join(folder, lockName);
  const self = await thisProcess();
  let prepared: PreparedLock | undefined;
  try {
    prepared = await prepareLock(path, `${JSON.stringify(self)}\n`);
    for (let missed = 0; !(await claimLock(path, prepared)); ) {
      const found = await lookAtLock(path);
      if (found) await removeDead(folder, found, { self, prepared, pace });
      // Its holder was just through; but it may also be that nothing can be renamed there.
      else if (++missed > mostMissed) failForeign(path);
    }
    const now = await beatLock(path, prepared);
    if (now !== undefined) await sweepLocks(path, (text) => isDead(text, self), now - pace.silent);
    return hold(path, prepared, pace);
  } catch (error) {
    if (prepared) await discardLock(path, prepared);
    if (error instanceof DiagnosticError) throw error;
    return notWritable(path, error);
  }
}

interface Taker {
  readonly self: Holder;
  readonly prepared: PreparedLock;
  readonly pace: LockPace;
}

/** Fails with `run/in-use` where the lock's holder lives. */
async function removeDead(folder: string, found: FoundLock, { self, prepared, pace }: Taker): Promise<void> {
  const path = join(folder, lockName);
  const holder = parseHolder(found.text);
  const alive = holder && (await isAlive(holder, self));
  if (alive === true) failInUse(folder, holder, 'wait for it, or choose another folder');
  if (alive === undefined) {
    const now = await beatLock(prepared.folder, prepared);
    const silence = (now ?? 0) - found.beat;
    const restSeconds = Math.ceil((pace.silent - silence) / 1000);
    if (silence < pace.silent) failInUse(folder, holder, `wait for it, or choose another folder; if it was killed, try again in ${restSeconds} seconds: a lock from elsewhere counts until it has been silent for ${pace.silent / 1000}`);
    await sleep(watchedBeats * pace.beat);
    const later = await lookAtLock(path);
    if (later?.token === found.token && later.beat !== found.beat) failInUse(folder, holder, 'wait for it, or choose another folder');
  }
  await removeLock(path, found.token);
}

async function isDead(text: string, self: Holder): Promise<boolean> {
  const holder = parseHolder(text);
  return holder !== undefined && (await isAlive(holder, self)) === false;
}

function failInUse(folder: string, holder: Holder | undefined, help: string): never {
  fail(runDiagnostics['in-use']({ args: [folder, holder ? `process ${holder.pid} on ${holder.host}` : 'a process whose name is lost'], help }));
}

function hold(path: string, prepared: PreparedLock, pace: LockPace): RunLock {
  const lost = new AbortController();
  let beating = Promise.resolve();
  const beat = async (): Promise<void> => {
    try {
      if ((await beatLock(path, prepared)) === undefined) lost.abort();
    } catch {
      // A disk that is full or away for a moment: the next beat may succeed.
    }
  };
  const timer = setInterval(() => void (beating = beating.then(beat)), pace.beat);
  // A process that has nothing else to do may end.
  timer.unref();
  return {
    folder: join(path, prepared.token),
    lost: lost.signal,
    release: async () => {
      clearInterval(timer);
      await beating;
      // What cannot be removed now is dead once this process has ended.
      await removeLock(path, prepared.token).catch(() => {});
    },
  };
}
