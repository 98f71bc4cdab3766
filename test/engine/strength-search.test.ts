// Budgets of the whole network where penalties are lassos: strengths are found that leave nearly the budget, and the run is that
// of a file with these strengths.

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { present } from '../../src/base/invariant.ts';
import { epochLines, phaseCourses } from '../../src/driver/report/course.ts';
import { readState } from '../../src/driver/run/run-reader.ts';
import type { TrainEvent } from '../../src/driver/run/run-events.ts';
import type { RunSummary } from '../../src/driver/run/run-summary.ts';
import { train } from '../../src/driver/run/train.ts';
import type { TrainOptions } from '../../src/driver/run/train-options.ts';
import { modelOf, smallSource, stripes } from './fixture.ts';

const [before = '', , after = ''] = smallSource.split(/(sparsity \{[^}]*\}\n)/);
const lassos = (filters: number, neurons: number, keep = ''): string => `${before}sparsity {\n  weighting = one\n  lasso filters of conv1 strength ${filters}\n  lasso neurons of fc1 strength ${neurons}\n  ${keep}\n}\n${after}`;
/** Weaker than the budget wants. */
const source = lassos(0.004, 0.002, 'keep 45% of macs');

let root = '';
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'ssl-search-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function run(out: string, text: string, options: Partial<TrainOptions> = {}): Promise<RunSummary | undefined> {
  const result = await train(modelOf(text), stripes(400, 60), { out: path.join(root, out), threads: 2, ...options });
  return result.status === 'finished' ? result.summary : undefined;
}
const weights = (out: string): Promise<Buffer> => readFile(path.join(root, out, 'weights.safetensors'));

test('one factor of all strengths is searched, and the run ends as one with these strengths', { timeout: 60_000 }, async () => {
  const events: TrainEvent[] = [];
  const summary = present(await run('searched', source, { onProgress: (event) => void events.push(event) }), 'summary');
  const { macs } = summary;
  expect(macs.compacted).toBeLessThanOrEqual(0.45 * macs.dense);
  expect(macs.compacted).toBeGreaterThan(0.35 * macs.dense);
  const attempts = events.filter((event) => event.kind === 'attempt');
  expect(attempts[0]).toMatchObject({ phase: 'sparsify', number: 1, factor: 1, dense: macs.dense, limit: 0.45 * macs.dense });
  expect(attempts.length).toBeGreaterThan(2);
  const [found, ...others] = events.filter((event) => event.kind === 'strengths');
  expect(others).toEqual([]);
  const { attempt, factor, reached, strengths } = present(found, 'end of the search');
  expect(attempts[attempt - 1]).toMatchObject({ factor, reached });
  expect(reached).toBe(macs.compacted);
  // The test set was looked at when the search had ended.
  expect(events.filter((event) => event.kind === 'phase').map(({ phase }) => phase)).toEqual(['baseline', 'sparsify', 'finetune']);
  // The report follows the attempt that was chosen.
  const folder = path.join(root, 'searched');
  const { checkpoint } = readState(folder);
  const lines = epochLines(folder, checkpoint);
  expect(lines.filter(({ phase }) => phase === 'sparsify')).toHaveLength(3 * attempts.length);
  const course = phaseCourses(modelOf(source), checkpoint, lines).find(({ name }) => name === 'sparsify')?.course;
  expect(course).toHaveLength(3);
  expect(course?.at(-1)?.alive).toEqual(lines.find((line) => line.attempt === attempt && line.epoch === 3)?.groups.map(({ alive }) => alive));
  expect(summary.search).toMatchObject({ budget: { percent: 45, of: 'macs' }, chosen: attempt - 1, attempts: attempts.map(({ factor: tried }) => ({ factor: tried })) });
  // In this order.
  const [filters, neurons] = strengths.map(({ strength }) => strength);
  await run('written', lassos(present(filters, 'filters'), present(neurons, 'neurons')));
  expect((await weights('written')).equals(await weights('searched'))).toBe(true);
});

test('stopped in any attempt, a search goes on to the same bits', { timeout: 60_000 }, async () => {
  for (const attempt of [1, 3]) {
    const stop = new AbortController();
    await run('stopped', source, { resume: attempt > 1, signal: stop.signal, onProgress: (event) => void (event.kind === 'epoch' && event.attempt === attempt && event.epoch === 2 && stop.abort()) });
    expect(stop.signal.aborted).toBe(true);
  }
  const events: TrainEvent[] = [];
  await run('stopped', source, { resume: true, threads: 1, onProgress: (event) => void events.push(event) });
  expect(events.find(({ kind }) => kind === 'attempt')).toMatchObject({ number: 3 });
  expect((await weights('stopped')).equals(await weights('searched'))).toBe(true);
});

test('where no strengths are found, it is said which came nearest', { timeout: 60_000 }, async () => {
  // Of fc1 alone nearly all can go, and conv1 has most of the products.
  const text = lassos(0, 0.05, 'keep 40% of macs');
  const failure = { diagnostics: [{ code: 'run/no-strength', message: expect.stringMatching(/^no factor of the strengths was found for `keep 40% of macs`, at most 1,234 macs: 1, .* were tried, and [\d.]+ times the strengths leaves [\d,]+ macs of 3,084 macs$/) }] };
  await expect(run('unmet', text)).rejects.toMatchObject(failure);
  // Nothing is tried again.
  await expect(run('unmet', text, { resume: true })).rejects.toMatchObject(failure);
});
