// The board in Redis. Keys, all of which begin with `ssl-compile:<queue>`:
//
//   :meta                      versions
//   :data                      by fingerprint, a request that asks for this data
//   :wants:<hash>              sweeps that want a run
//   :wanted                    hashes of all runs that somebody wants
//   :run:<hash>                RunState
//   :file:<hash>:<sha256>      pieces of a file, by number
//   :written:<owner>:<sha256>  pieces that no commit has taken yet; they go by themselves
//   :progress                  Progress, by hash
//   :news                      stream of what has ended
//   :workers, :sweeps          who is there
//   :jobs-<fingerprint>:...    BullMQ's, a queue for each data (bull-jobs.ts)

import { fail } from '../../../base/diagnostic.ts';
import { compilerVersion } from '../../model/version.ts';
import { trainingVersion } from '../../../train/version.ts';
import { bullJobs } from './bull-jobs.ts';
import type { Pace } from './bull-jobs.ts';
import type { Board, JobRequest, Progress, RunState, SweepFacts, WorkerFacts } from './board.ts';
import { queueDiagnostics } from './diagnostics.ts';
import type { QueuePackages } from './packages.ts';
import type { QueuePlace } from './queue-place.ts';
import { openServer } from './redis-server.ts';
import * as scripts from './scripts.ts';

/** Of the keys above. */
const format = 1;
/** Milliseconds until pieces go that no commit has taken. */
const writtenFor = 600_000;
/** Milliseconds of silence after which a worker or a sweep is gone. */
const silent = 60_000;

export interface BoardRequest {
  readonly place: QueuePlace;
  readonly packages: QueuePackages;
  readonly onTrouble: (trouble: string | undefined) => void;
  readonly pace?: Pace | undefined;
}

/** Fails as `openServer`. */
export async function openBoard({ place, packages, onTrouble, pace }: BoardRequest): Promise<Board> {
  const server = await openServer(packages, place, onTrouble);
  const { call, callBytes } = server;
  const prefix = `ssl-compile:${place.name}`;
  const key = (...parts: readonly string[]): string => [prefix, ...parts].join(':');
  const shown = `queue ${place.name} on ${place.shown}`;
  const jobs = bullJobs(server, packages, prefix, pace);
  const run = (script: string, keys: readonly string[], ...args: readonly (string | number)[]): Promise<unknown> => call('EVAL', script, keys.length, ...keys, ...args);
  const filesOf = ({ files }: RunState): readonly string[] => [...new Set(Object.values(files).map(({ sha256 }) => sha256))];

  const stateOf = async (hash: string): Promise<RunState | undefined> => {
    const text = await call('GET', key('run', hash));
    return typeof text === 'string' ? (JSON.parse(text) as RunState) : undefined;
  };
  /** What a hash holds, as JSON. */
  const entriesOf = async <T>(name: string): Promise<ReadonlyMap<string, T>> => {
    const flat = (await call('HGETALL', key(name))) as readonly string[];
    return new Map(Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i] ?? '', JSON.parse(flat[2 * i + 1] ?? '') as T]));
  };
  const now = async (): Promise<number> => 1000 * Number(((await call('TIME')) as readonly string[])[0]);
  const tellOf = async (name: string, facts: { readonly id: string }): Promise<void> => void (await call('HSET', key(name), facts.id, JSON.stringify({ ...facts, seen: await now() })));
  /** Those that are not silent. */
  const present = async <T>(name: string): Promise<readonly T[]> => {
    const [time, all] = [await now(), await entriesOf<T & { readonly seen: number }>(name)];
    const gone = [...all].filter(([, { seen }]) => time - seen > silent).map(([id]) => id);
    if (gone.length > 0) await call('HDEL', key(name), ...gone);
    return [...all].filter(([id]) => !gone.includes(id)).map(([, facts]) => facts);
  };
  const dataAsked = async (): Promise<readonly JobRequest[]> => [...(await entriesOf<JobRequest>('data')).values()];
  const want: Board['want'] = async (request, sweep) => void (await run(scripts.want, [key('data'), key('wants', request.hash), key('wanted')], request.fingerprint, JSON.stringify(request), sweep, request.hash));

  return {
    shown,
    fatal: server.fatal,
    close: async () => {
      server.close();
      await jobs.close();
    },
    admit: async (begin) => {
      const expected = { format: String(format), compiler: compilerVersion(), training: String(trainingVersion) };
      const found = (await run(scripts.admit, [key('meta')], begin ? 1 : 0, ...Object.entries(expected).flat())) as readonly (string | null)[];
      if (found.length === 0) return false;
      if (Object.values(expected).some((value, i) => value !== found[i])) {
        const said = (compiler: string | null = null, training: string | null = null): string => `ssl-compile ${compiler ?? '?'} (version ${training ?? '?'} of training)`;
        const help = 'use the version that has begun it, or another --queue-name; a queue goes when the last of its sweeps has ended';
        fail(queueDiagnostics.version({ args: [shown, said(found[1], found[2]), said(expected.compiler, expected.training)], help }));
      }
      return true;
    },

    want,
    ask: async (request, sweep) => {
      await want(request, sweep);
      await jobs.add(request);
    },
    hasJob: (request) => jobs.has(request),
    stateOf,
    forgetEnd: async (hash) => {
      const state = await stateOf(hash);
      if (!state?.end) return;
      const { end: _, ...rest } = state;
      await call('SET', key('run', hash), JSON.stringify(rest));
    },
    release: async (request, sweep) => {
      const state = await stateOf(request.hash);
      const files = state ? filesOf(state).map((sha256) => key('file', request.hash, sha256)) : [];
      const isUnwanted = await run(scripts.release, [key('wants', request.hash), key('run', request.hash), key('progress'), key('wanted'), ...files], sweep, request.hash);
      if (isUnwanted === 1) await jobs.remove(request);
    },
    leave: async (sweep) => {
      await call('HDEL', key('sweeps'), sweep);
      const asked = await dataAsked();
      const isOver = await run(scripts.dissolve, [key('wanted'), ...['meta', 'data', 'progress', 'news'].map((name) => key(name))]);
      if (isOver === 1) for (const { fingerprint } of asked) await jobs.dissolve(fingerprint);
    },
    news: async (after) => {
      if (after === undefined) {
        const last = (await call('XREVRANGE', key('news'), '+', '-', 'COUNT', 1)) as readonly (readonly [string])[];
        return { after: last[0]?.[0] ?? '0-0', hashes: [] };
      }
      const found = (await call('XRANGE', key('news'), `(${after}`, '+')) as readonly (readonly [string, readonly string[]])[];
      return { after: found.at(-1)?.[0] ?? after, hashes: found.map(([, [, hash]]) => hash ?? '') };
    },
    progress: () => entriesOf<Progress>('progress'),

    dataAsked,
    take: async (fingerprints) => {
      const left = await jobs.narrow(fingerprints);
      if (left.length > 0) await run(scripts.dissolve, [key('wanted'), ...left]);
      return jobs.take(fingerprints);
    },
    tellProgress: async ({ request, token }, progress) => void (await run(scripts.tell, [jobs.lockOf(request), key('progress')], token, request.hash, JSON.stringify(progress))),
    writePiece: async (owner, sha256, index, piece) => {
      const place = key('written', owner, sha256);
      await call('HSET', place, index, piece);
      await call('PEXPIRE', place, writtenFor);
    },
    readPiece: (hash, sha256, index) => callBytes('HGET', key('file', hash, sha256), index),
    commit: async (owner, { hash, taken, state, written, dropped }) => {
      const lock = taken ? jobs.lockOf(taken.request) : key('none');
      const files = [...written.keys()].flatMap((sha256) => [key('written', owner, sha256), key('file', hash, sha256)]);
      const keys = [lock, key('run', hash), key('wants', hash), key('progress'), key('news'), ...files, ...dropped.map((sha256) => key('file', hash, sha256))];
      return (await run(scripts.commit, keys, taken?.token ?? '', hash, JSON.stringify(state), state.end ? 1 : 0, written.size, ...written.values())) as 'done';
    },

    tellWorker: (facts) => tellOf('workers', facts),
    forgetWorker: async (id) => void (await call('HDEL', key('workers'), id)),
    tellSweep: (facts) => tellOf('sweeps', facts),
    workers: () => present<WorkerFacts>('workers'),
    sweeps: () => present<SweepFacts>('sweeps'),
    counts: async () => {
      const asked = await dataAsked();
      return new Map(await Promise.all(asked.map(async ({ fingerprint }) => [fingerprint, await jobs.counts(fingerprint)] as const)));
    },
  };
}
