// A board in memory, which does what its interface says and no more.

import type { Board, JobRequest, Progress, RunState, SweepFacts, TakenJob, WorkerFacts } from '../../../../src/driver/sweep/queue/board.ts';

export interface MemoryBoard extends Board {
  readonly states: Map<string, RunState>;
  readonly jobs: Map<string, { readonly request: JobRequest; token?: string | undefined }>;
  readonly pieces: Map<string, Uint8Array>;
  /** How many pieces have been written. */
  readonly written: () => number;
  /** Whoever has a job has it no more. */
  readonly stall: (hash: string) => void;
}

export function memoryBoard(): MemoryBoard {
  const states = new Map<string, RunState>();
  const jobs: MemoryBoard['jobs'] = new Map();
  const wants = new Map<string, Set<string>>();
  const data = new Map<string, JobRequest>();
  const pieces = new Map<string, Uint8Array>();
  const progress = new Map<string, Progress>();
  const workers = new Map<string, WorkerFacts>();
  const sweeps = new Map<string, SweepFacts>();
  const news: string[] = [];
  let [count, tokens] = [0, 0];
  const isOurs = ({ request, token }: TakenJob): boolean => jobs.get(request.hash)?.token === token;
  const takenOf = (request: JobRequest, token: string): TakenJob => {
    const taken: TakenJob = {
      request,
      token,
      renew: async () => isOurs(taken),
      complete: async () => void (isOurs(taken) && jobs.delete(request.hash)),
      putBack: async () => void (isOurs(taken) && jobs.set(request.hash, { request })),
    };
    return taken;
  };
  const want: Board['want'] = async (request, sweep) => {
    data.set(request.fingerprint, request);
    wants.set(request.hash, (wants.get(request.hash) ?? new Set()).add(sweep));
  };
  return {
    states,
    jobs,
    pieces,
    written: () => count,
    stall: (hash) => {
      const job = jobs.get(hash);
      if (job) job.token = undefined;
    },
    shown: 'a queue in memory',
    fatal: new AbortController().signal,
    admit: async () => true,
    close: async () => {},
    want,
    ask: async (request, sweep) => {
      await want(request, sweep);
      if (!jobs.has(request.hash)) jobs.set(request.hash, { request });
    },
    hasJob: async ({ hash }) => jobs.has(hash),
    stateOf: async (hash) => states.get(hash),
    forgetEnd: async (hash) => {
      const { end: _, ...rest } = states.get(hash) ?? { step: 0, files: {} };
      states.set(hash, rest);
    },
    release: async ({ hash }, sweep) => {
      wants.get(hash)?.delete(sweep);
      if (wants.get(hash)?.size === 0) for (const held of [states, jobs, wants]) held.delete(hash);
    },
    leave: async (sweep) => void sweeps.delete(sweep),
    news: async (after) => ({ after: String(news.length), hashes: after === undefined ? [] : news.slice(Number(after)) }),
    progress: async () => progress,
    dataAsked: async () => [...data.values()],
    take: async (fingerprints) => {
      for (const job of jobs.values()) {
        if (job.token !== undefined || !fingerprints.includes(job.request.fingerprint)) continue;
        job.token = `token-${tokens++}`;
        return takenOf(job.request, job.token);
      }
      return undefined;
    },
    tellProgress: async ({ request }, told) => void progress.set(request.hash, told),
    writePiece: async (owner, sha256, index, piece) => {
      count++;
      pieces.set(`${owner} ${sha256} ${index}`, piece);
    },
    readPiece: async (hash, sha256, index) => pieces.get(`${hash} ${sha256} ${index}`),
    commit: async (owner, { hash, taken, state, written }) => {
      if (taken ? !isOurs(taken) : states.has(hash)) return 'lost';
      if ((wants.get(hash)?.size ?? 0) === 0) return 'unwanted';
      for (const [sha256, number] of written) {
        for (let i = 0; i < number; i++) {
          const piece = pieces.get(`${owner} ${sha256} ${i}`);
          if (!piece) return 'incomplete';
          pieces.set(`${hash} ${sha256} ${i}`, piece);
        }
      }
      states.set(hash, state);
      if (state.end) news.push(hash);
      return 'done';
    },
    tellWorker: async (facts) => void workers.set(facts.id, facts),
    forgetWorker: async (id) => void workers.delete(id),
    tellSweep: async (facts) => void sweeps.set(facts.id, facts),
    workers: async () => [...workers.values()],
    sweeps: async () => [...sweeps.values()],
    counts: async () => new Map(),
  };
}
