// Sweeps over a Redis server that runs here: what is refused, what is waited for, and what is killed.

import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DiagnosticError } from '../../src/base/diagnostic.ts';
import { present } from '../../src/base/invariant.ts';
import type { Board, JobRequest, TakenJob } from '../../src/driver/sweep/queue/board.ts';
import { readPlace } from '../../src/driver/sweep/queue/queue-place.ts';
import { openBoard } from '../../src/driver/sweep/queue/redis-board.ts';
import { trainOverQueue } from '../../src/driver/sweep/queue/train-over-queue.ts';
import { sweep } from '../../src/driver/sweep/sweep.ts';
import type { SweepOptions } from '../../src/driver/sweep/sweep.ts';
import { readAxis } from '../../src/driver/sweep/values.ts';
import { temporaryFolder } from '../cli/support.ts';
import { writeStripes } from '../cli/stripes.ts';
import { packages, startFake, startServer } from './server.ts';
import type { OwnServer } from './server.ts';

const folder = temporaryFolder();
process.env['NODE_COMPILE_CACHE'] = join(folder, 'compiled');
/** A busy machine may take long to start so many processes. */
const patience = 180_000;
const running: ChildProcess[] = [];
const servers: OwnServer[] = [];
const started = async (settings?: readonly string[]): Promise<OwnServer> => {
  const server = await startServer(settings);
  servers.push(server);
  return server;
};
afterAll(async () => {
  for (const each of running) each.kill('SIGKILL');
  for (const each of servers) await each.stop();
});

const boardOf = (url: string, troubles: (string | undefined)[] = []): Promise<Board> => openBoard({ place: readPlace(url, 'tests', {}), packages, onTrouble: (trouble) => troubles.push(trouble), pace: { lock: 1000, stalled: 200 } });
const faultOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
  } catch (error) {
    if (error instanceof DiagnosticError) return error.message;
    throw error;
  }
  return 'none';
};

describe('a server that is not fit', () => {
  it.each([
    ['old', ['redis_version:6.0.16', 'maxmemory_policy:noeviction'], /^queue\/old: .* runs Redis 6\.0\.16, and 6\.2 or later is needed$/],
    ['a cluster', ['redis_version:7.2.4', 'redis_mode:cluster', 'maxmemory_policy:noeviction'], /^queue\/cluster: /],
    ['one that evicts', ['redis_version:6.2.0', 'maxmemory_policy:allkeys-lru'], /^queue\/evicting: .* has maxmemory-policy allkeys-lru: /],
  ])('%s', async (_, info, message) => {
    const fake = await startFake(info);
    expect(await faultOf(boardOf(fake.url))).toMatch(message);
    fake.stop();
  });

  it('wants the right password, and nothing shows it', async () => {
    const { port } = await started(['--requirepass', 'the right one']);
    const address = (user: string): string => `redis://${user}127.0.0.1:${port}`;
    expect(await faultOf(boardOf(address(':the%20wrong%20one@')))).toBe(`queue/refused: ${address('')} does not let us in: user or password is wrong`);
    expect(await faultOf(boardOf(address('')))).toBe(`queue/refused: ${address('')} does not let us in: it asks for a password`);
    const board = await boardOf(address(':the%20right%20one@'));
    expect(board.shown).toBe(`queue tests on ${address('')}`);
    await board.close();
  });

  it('is not there', async () => {
    expect(await faultOf(boardOf('redis://127.0.0.1:1'))).toBe('queue/unreachable: redis://127.0.0.1:1 cannot be reached: nothing listens there');
  });
});

describe('a queue', () => {
  let server: OwnServer;
  let board: Board;
  const troubles: (string | undefined)[] = [];
  const request = (hash: string): JobRequest => ({ hash, what: hash, part: 'whole', main: { name: 'a.ssl', text: '' }, imported: [], fingerprint: 'f'.repeat(64) });
  const taken = async (): Promise<TakenJob> => present(await board.take(['f'.repeat(64)]), 'job');

  beforeAll(async () => {
    server = await started();
    board = await boardOf(server.url, troubles);
  });
  afterAll(() => board.close());

  it('of another version is refused', async () => {
    await board.admit(true);
    await server.command('HSET', 'ssl-compile:tests:meta', 'compiler', '0.0.9');
    expect(await faultOf(board.admit(false))).toMatch(/^queue\/version: queue tests on redis:.* is of ssl-compile 0\.0\.9 \(version \d+ of training\), and this is ssl-compile /);
    await server.command('DEL', 'ssl-compile:tests:meta');
    expect(await board.admit(false)).toBe(false);
  });

  it('gives a job to one, and again where its lock has run out; what counts comes under the lock', async () => {
    // Digits alone: ids of jobs are not.
    const [hash, sha256] = ['1234567890123456', 'c'.repeat(64)];
    await board.admit(true);
    await board.ask(request(hash), 'a');
    await board.ask(request(hash), 'b');
    const first = await taken();
    expect(await board.take(['f'.repeat(64)])).toBeUndefined();
    expect(await first.renew()).toBe(true);
    let second: TakenJob | undefined;
    while (!second) {
      await sleep(100);
      second = await board.take(['f'.repeat(64)]);
    }
    expect(await first.renew()).toBe(false);
    const { after } = await board.news(undefined);
    const commit = { hash, state: { step: 1, files: { 'weights.safetensors': { bytes: 3, sha256 } }, end: { kind: 'finished' } as const }, written: new Map([[sha256, 1]]), dropped: [] };
    await board.writePiece('first', sha256, 0, new Uint8Array([1, 2, 255]));
    expect(await board.commit('first', { ...commit, taken: first })).toBe('lost');
    expect(await board.stateOf(hash)).toBeUndefined();
    expect(await board.commit('second', { ...commit, taken: second })).toBe('incomplete');
    await board.writePiece('second', sha256, 0, new Uint8Array([1, 2, 255]));
    expect(await board.commit('second', { ...commit, taken: second })).toBe('done');
    await second.complete();
    expect((await board.news(after)).hashes).toEqual([hash]);
    expect([...(await board.readPiece(hash, sha256, 0)) ?? []]).toEqual([1, 2, 255]);
    // Two have asked for it: it stays until both have it.
    await board.release(request(hash), 'a');
    expect((await board.stateOf(hash))?.end).toEqual({ kind: 'finished' });
    await board.release(request(hash), 'b');
    expect([await board.stateOf(hash), await board.readPiece(hash, sha256, 0)]).toEqual([undefined, undefined]);
  });

  it('leaves nothing once the last sweep has ended', async () => {
    await server.command('DEL', 'ssl-compile:tests:written:first:' + 'c'.repeat(64));
    await board.leave('a');
    expect(await server.command('KEYS', '*')).toEqual([]);
  });

  it('waits where the server is full, and where it is away', async () => {
    troubles.length = 0;
    await board.admit(true);
    await server.command('CONFIG', 'SET', 'maxmemory', '1mb');
    let written = false;
    const writing = board.ask(request('a'.repeat(16)), 'a').then(() => (written = true));
    while (troubles.length === 0) await sleep(50);
    expect([troubles, written]).toEqual([[`${server.url} is full`], false]);
    await server.command('CONFIG', 'SET', 'maxmemory', '0');
    await writing;
    expect(troubles[1]).toBeUndefined();
    await server.kill();
    while (troubles.length < 3) await sleep(50);
    expect(troubles[2]).toMatch(/^redis:.* is away/);
    const state = board.counts();
    await server.restart();
    // From the append-only file.
    expect([...(await state).values()]).toEqual([{ waiting: 1, taken: 0 }]);
    expect(troubles.slice(3)).toEqual([undefined]);
    await board.release(request('a'.repeat(16)), 'a');
    await board.leave('a');
  });

  it('is left where its server begins to evict', async () => {
    await server.command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
    await server.command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await once(board.fatal, 'abort');
    expect(board.fatal.reason).toMatchObject({ message: expect.stringMatching(/^queue\/evicting: /) });
  });
});

const text = `const strength = 0.1
network Stripes(image: tensor[1, 6, 6]) {
  conv1 = relu(conv(image, filters = 16, window = 3))
  return dense(relu(dense(conv1, units = 64)), units = 2)
}
sparsity { lasso filters of conv1 strength strength }
train on "stripes" {
  held_out = 0.3
  baseline { epochs = 20, batch = 8, optimizer = sgd(rate = 0.05, momentum = 0.9) }
  sparsify { epochs = 40 }
  finetune { epochs = 20 }
  control {}
}
`;

interface Played {
  readonly process: ChildProcess;
  readonly lines: string[];
}

/** A worker with data of its own, in a folder of its own. */
function startWorker(name: string, url: string, change: (images: Buffer) => void = () => {}): Played {
  const data = join(folder, name);
  writeStripes(join(data, 'stripes'));
  const images = join(data, 'stripes', 'train-images-idx3-ubyte');
  const bytes = readFileSync(images);
  change(bytes);
  writeFileSync(images, bytes);
  const child = spawn(process.execPath, [join(import.meta.dirname, 'worker-process.ts'), url, data], { stdio: ['ignore', 'pipe', 'inherit'], cwd: data });
  running.push(child);
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  return { process: child, lines };
}

async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await what())) await sleep(20);
}

it('comes to the bits of a sweep here, whoever is killed', async () => {
  const source = join(folder, 'stripes.ssl');
  writeFileSync(source, text);
  const home = join(folder, 'home');
  writeStripes(join(home, 'stripes'));
  const request = (out: string): SweepOptions => ({ file: source, axes: [readAxis('strength=0.01,0.1'), readAxis('seed=3')], out: join(folder, out), search: { directory: home }, confirmed: false });
  const alone = sweep({ ...request('alone'), workers: 1 });
  const server = await started();

  const [first, second] = [startWorker('first', server.url), startWorker('second', server.url)];
  const other = startWorker('other', server.url, (images) => void (images[100] = (images[100] ?? 0) ^ 1));
  const open = async (): Promise<Board> => openBoard({ place: readPlace(server.url), packages, onTrouble: () => {} });
  const pace = { look: 100, search: 1000 };
  const stop = new AbortController();
  const sweepOver = async (options: Partial<SweepOptions>): ReturnType<typeof sweep> => {
    const board = await open();
    const training = trainOverQueue(board, { out: join(folder, 'over'), file: source, onNote: () => {}, pace });
    const outcome = await sweep({ ...request('over'), ...options }, training);
    await training.end(!outcome.interrupted);
    await board.close();
    return outcome;
  };
  const interrupted = sweepOver({ signal: stop.signal });

  // Whoever has the dense part is killed after its first checkpoint has come, and whoever sweeps is stopped.
  await until(() => first.lines.some((line) => line.startsWith('begin')) || second.lines.some((line) => line.startsWith('begin')));
  const victim = first.lines.some((line) => line.startsWith('begin')) ? first : second;
  const heir = victim === first ? second : first;
  const hash = present(victim.lines.find((line) => line.startsWith('begin')), 'run').slice('begin '.length);
  const sentStep = async (): Promise<number> => (JSON.parse(String(await server.command('GET', `ssl-compile:sweeps:run:${hash}`))) as { step?: number } | null)?.step ?? 0;
  await until(async () => (await sentStep()) > 0);
  victim.process.kill('SIGKILL');
  stop.abort();
  expect((await interrupted).interrupted).toBe(true);
  const again = sweepOver({});
  // The other one goes on with it, and Redis goes away meanwhile.
  await until(() => heir.lines.some((line) => line.startsWith('begin')));
  await sleep(300);
  await server.kill();
  await sleep(500);
  await server.restart();

  const [mine, theirs] = [await alone, await again];
  expect(theirs.runs.map(({ state }) => state)).toEqual(['finished', 'finished']);
  expect(theirs.runs.map(({ result, hash }) => ({ hash, ...result, seconds: 0 }))).toEqual(mine.runs.map(({ result, hash }) => ({ hash, ...result, seconds: 0 })));
  for (const [i, { run }] of theirs.runs.entries()) {
    const same = present(mine.runs[i], 'run').run;
    const weights = readdirSync(same).filter((name) => name.endsWith('.safetensors')).toSorted();
    expect(readdirSync(run).filter((name) => name.endsWith('.safetensors')).toSorted()).toEqual(weights);
    for (const name of weights) expect(readFileSync(join(run, name)).equals(readFileSync(join(same, name)))).toBe(true);
  }
  expect(other.lines.filter((line) => line.startsWith('data'))).toEqual([expect.stringMatching(/^data what is here has sha256 [\da-f]{12}\.\.\., asked for is [\da-f]{12}\.\.\.$/)]);
  expect(other.lines.some((line) => line.startsWith('begin'))).toBe(false);
  // Nothing is left but who is there, once they have seen that all is over.
  await until(() => heir.lines.at(-1) === 'waiting');
  expect(((await server.command('KEYS', '*')) as readonly string[]).filter((key) => !key.includes(':written:'))).toEqual(['ssl-compile:sweeps:workers']);
  heir.process.kill('SIGTERM');
  await once(heir.process, 'exit');
}, patience);
