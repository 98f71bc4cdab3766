// A run on its way through a board: what is sent, what is not, and what is not believed.

import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { DiagnosticError } from '../../../../src/base/diagnostic.ts';
import { present } from '../../../../src/base/invariant.ts';
import { loadDataset } from '../../../../src/driver/data/load-dataset.ts';
import { hashOfIdentity } from '../../../../src/driver/run/run-identity.ts';
import { readState } from '../../../../src/driver/run/run-reader.ts';
import { train } from '../../../../src/driver/run/train.ts';
import type { JobRequest, RunState } from '../../../../src/driver/sweep/queue/board.ts';
import { mostRunBytes, receive, refuseLarge, send, snapshotOf } from '../../../../src/driver/sweep/queue/transfer.ts';
import { modelOf, temporaryFolder } from '../../../cli/support.ts';
import { writeStripes } from '../../../cli/stripes.ts';
import { memoryBoard } from './memory-board.ts';
import type { MemoryBoard } from './memory-board.ts';

const folder = temporaryFolder();
const run = join(folder, 'run');
let hash: string;

const codesOf = async (work: Promise<unknown>): Promise<readonly string[]> => {
  try {
    await work;
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostics.map(({ code }) => code);
    throw error;
  }
  return [];
};

const filesIn = (place: string): ReadonlyMap<string, string> => new Map(readdirSync(place).filter((name) => name !== 'report.html' && !name.startsWith('run.lock')).toSorted().map((name) => [name, readFileSync(join(place, name), 'hex')]));

/** The run as it is sent whole. */
async function sent(): Promise<{ readonly board: MemoryBoard; readonly state: RunState }> {
  const board = memoryBoard();
  await board.want({ hash } as JobRequest, 'sweep');
  const { committed, state } = await send({ board, hash, owner: 'owner', before: undefined }, await snapshotOf(run, hash), { kind: 'finished' });
  expect(committed).toBe('done');
  return { board, state };
}

beforeAll(async () => {
  writeStripes(join(folder, 'stripes'));
  const model = modelOf(`network Stripes(image: tensor[1, 6, 6]) { return dense(relu(conv(image, filters = 4, window = 3)), units = 2) }
train on "stripes" { baseline { epochs = 1, batch = 40, rate = 0.05 } }`);
  await train(model, await loadDataset({ kind: 'folder', path: 'stripes' }, { directory: folder }), { out: run, threads: 1 });
  hash = hashOfIdentity(readState(run).checkpoint.identity);
});

it('arrives as it was, in place of what was there', async () => {
  const { board, state } = await sent();
  const there = join(folder, 'there');
  cpSync(run, there, { recursive: true });
  writeFileSync(join(there, 'weights.safetensors'), 'half of it');
  writeFileSync(join(there, 'checkpoint-9-9.safetensors'), 'old');
  expect(await receive({ board, hash, state, folder: there })).toBe(true);
  expect(filesIn(there)).toEqual(filesIn(run));
});

it('is sent once, and what its dense part has is not sent at all', async () => {
  const { board, state } = await sent();
  const [snapshot, count] = [await snapshotOf(run, hash), board.written()];
  // Files of equal bytes are one.
  expect(count).toBeLessThanOrEqual(new Set(Object.values(state.files).map(({ sha256 }) => sha256)).size);
  board.states.clear();
  await send({ board, hash, owner: 'again', before: state }, snapshot);
  expect(board.written()).toBe(count);
  board.states.clear();
  const dense = { step: 0, files: { 'baseline.safetensors': present(state.files['baseline.safetensors'], 'file') } };
  await send({ board, hash, owner: 'beside', before: undefined, dense }, snapshot);
  expect(board.written()).toBe(2 * count - 1);
});

it('is not there where a piece is gone; what was there stays', async () => {
  const { board, state } = await sent();
  board.pieces.delete(`${hash} ${present(state.files['summary.json'], 'file').sha256} 0`);
  const there = join(folder, 'gone');
  cpSync(run, there, { recursive: true });
  rmSync(join(there, 'summary.json'));
  const before = filesIn(there);
  expect(await receive({ board, hash, state, folder: there })).toBe(false);
  expect(filesIn(there)).toEqual(before);
  expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
});

it.each([
  ['a piece that is another', (board: MemoryBoard, state: RunState) => {
    const [name, other] = ['weights.safetensors', 'summary.json'].map((each) => `${hash} ${present(state.files[each], 'file').sha256} 0`);
    board.pieces.set(name ?? '', present(board.pieces.get(other ?? ''), 'piece'));
    return state;
  }],
  ['a piece that is no piece', (board: MemoryBoard, state: RunState) => {
    board.pieces.set(`${hash} ${present(state.files['weights.safetensors'], 'file').sha256} 0`, new Uint8Array([1, 2, 3]));
    return state;
  }],
  ['a name that leads elsewhere', (_: MemoryBoard, state: RunState) => ({ ...state, files: { ...state.files, '../outside': present(state.files['summary.json'], 'file') } })],
])('is not believed: %s', async (_, damage) => {
  const { board, state } = await sent();
  const there = join(folder, 'damaged');
  expect(await codesOf(receive({ board, hash, state: damage(board, state), folder: there }))).toEqual(['queue/damaged']);
  expect([existsSync(there), existsSync(join(folder, 'outside'))]).toEqual([false, false]);
});

it('is not sent as another run, nor taken for one', async () => {
  const other = '0'.repeat(16);
  expect(await codesOf(snapshotOf(run, other))).toEqual(['queue/other']);
  const { board, state } = await sent();
  for (const [key, piece] of board.pieces) board.pieces.set(key.replace(hash, other), piece);
  expect(await codesOf(receive({ board, hash: other, state, folder: join(folder, 'other') }))).toEqual(['queue/damaged']);
});

it('has a cap', () => {
  expect(() => refuseLarge(mostRunBytes)).not.toThrow();
  expect(() => refuseLarge(mostRunBytes + 1)).toThrow('queue/too-large');
  expect(() => refuseLarge(NaN)).toThrow('queue/too-large');
});
