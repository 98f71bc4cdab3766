// Schedules read back as what they were, and can be pinned.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DiagnosticError } from '../../../src/base/diagnostic.ts';
import type { Axis } from '../../../src/ir/nest.ts';
import { graphBuilder } from '../../../src/ir/builder.ts';
import type { Program } from '../../../src/ir/graph.ts';
import { dumpSchedules } from '../../../src/lower/dump.ts';
import { lowerDeployed, planDeployed } from '../../../src/lower/lower.ts';
import type { Schedule } from '../../../src/lower/schedule/schedule.ts';
import { parseSchedule, printSchedule } from '../../../src/lower/schedule/schedule-text.ts';
import { ops } from '../../../src/ops/index.ts';
import { printWasm } from '../../../src/targets/wasm/print.ts';
import { randomCase } from '../../random/checks.ts';
import { targets } from '../harness.ts';

/** Axes of which two may have one name. */
const axesDrawn = fc.array(fc.constantFrom('n', 'o', 'y', 'x', 'c', 'kh', 'd0'), { minLength: 1, maxLength: 6 }).map((names): readonly Axis[] => names.map((name) => ({ name, extent: 4, kind: 'parallel' })));

function scheduleOver(axes: readonly Axis[]): fc.Arbitrary<Schedule> {
  const axis = fc.nat(axes.length - 1);
  const count = fc.integer({ min: 1, max: 99 });
  const tile = fc.record({ kind: fc.constant('tile' as const), vectorAxis: axis, vectors: count, tileAxis: fc.option(axis, { nil: undefined }), points: count, unroll: fc.option(count, { nil: undefined }) });
  const sweep = fc.record({ kind: fc.constant('sweep' as const), order: fc.shuffledSubarray([...axes.keys()]), strip: fc.option(fc.record({ axis, points: count }), { nil: undefined }), vectorAxis: fc.option(axis, { nil: undefined }), unrolled: fc.boolean() });
  const sparse = fc.record({ kind: fc.constant('sparse' as const), vectorAxis: axis, vectors: count, tileAxis: fc.option(axis, { nil: undefined }), points: count, run: count });
  const withoutPoints = <T extends { readonly tileAxis: number | undefined; readonly points: number }>(each: T): T => (each.tileAxis === undefined ? { ...each, points: 1 } : each);
  return fc.oneof(tile.map(withoutPoints), sparse.map(withoutPoints), fc.constant({ kind: 'sparse rows' as const }), sweep);
}

test('any schedule reads back', () => {
  fc.assert(
    fc.property(axesDrawn.chain((axes) => fc.tuple(fc.constant(axes), scheduleOver(axes))), ([axes, schedule]) => {
      expect(parseSchedule(printSchedule(schedule, axes), axes)).toEqual(schedule);
    }),
  );
});

test.each(['', 'tile', 'tile of x', 'tile 0 of x, 2 vectors of o', 'tile 3 of z, 2 vectors of o', 'tile 3 of x, 2 vectors of o, unroll', 'sweep z', 'sweep  x', 'sweep x, unrolled, vectors of o', 'sweep x, 0 of o', 'sweep x, 4 of z', 'sweep x\n', 'sparse', 'sparse 2 vectors of o, unroll 4', 'tile 2 vectors of o, runs of 3'])('%j is no schedule', (text) => {
  expect(parseSchedule(text, [{ name: 'x', extent: 4, kind: 'parallel' }, { name: 'o', extent: 4, kind: 'parallel' }])).toBeUndefined();
});

const seeds = Array.from({ length: 5 }, (_, i) => 500 + i);

describe.each(targets)('$name', ({ machine }) => {
  test('every candidate has a text of its own, and reads back', () => {
    for (const seed of seeds) {
      for (const { candidates, domain: { nest: { axes } } } of planDeployed(randomCase(seed, ops).compacted, ops, machine).programs.flatMap(({ nests }) => nests)) {
        const texts = candidates.map(({ schedule }) => printSchedule(schedule, axes));
        expect(new Set(texts).size).toBe(texts.length);
        expect(texts.map((text) => parseSchedule(text, axes))).toEqual(candidates.map(({ schedule }) => schedule));
      }
    }
  });
});

const { compacted } = randomCase(3, ops);
const wasm = targets[0]!.machine;

test('pinned as they are dumped, schedules give the same bytes', () => {
  const lines = dumpSchedules(planDeployed(compacted, ops, wasm)).trimEnd().split('\n');
  const schedules = new Map(lines.map((line): [string, string] => [line.slice(0, line.lastIndexOf(': ')), line.slice(line.lastIndexOf(': ') + 2)]));
  expect(schedules.size).toBeGreaterThan(0);
  const bytes = (module: ReturnType<typeof lowerDeployed>): Buffer => Buffer.from(printWasm(module, { memory: 'own' }));
  expect(Buffer.compare(bytes(lowerDeployed(compacted, ops, wasm, { schedules })), bytes(lowerDeployed(compacted, ops, wasm)))).toBe(0);
});

test('a pin chooses among what fits', () => {
  const plan = planDeployed(compacted, ops, wasm);
  for (const { name, candidates, domain } of plan.programs.flatMap(({ nests }) => nests)) {
    const text = printSchedule(candidates.at(-1)!.schedule, domain.nest.axes);
    expect(dumpSchedules(planDeployed(compacted, ops, wasm, { schedules: new Map([[name, text]]) }))).toContain(`${name}: ${text}\n`);
  }
});

function faultOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostics.map(({ code, message, help }) => `${code}: ${message}\n  help: ${help ?? ''}`).join('\n');
    throw error;
  }
  return '';
}

/** A network that stays as it is, whatever random ones are drawn. */
function single(): Program {
  const builder = graphBuilder('single', { samples: 2, shards: 1 }, ops);
  const image = builder.input('image', 'sample', [2, 3, 8, 7]);
  builder.output('output', builder.one('max_pool', [image], { window: [2, 2], stride: [1, 1], padding: [0, 0] }, { layer: 'pool1' }));
  return { graph: builder.finish(), parameters: new Map() };
}

test('pins that fit nothing', async () => {
  const pin = (name: string, text: string) => () => planDeployed(single(), ops, wasm, { schedules: new Map([[name, text]]) });
  const faults = [faultOf(pin('pool1', 'tile 99 of x, 2 vectors of o')), faultOf(pin('pool1', 'sweep upside down')), faultOf(pin('pool1s', 'sweep n'))];
  await expect(`${faults.join('\n')}\n`).toMatchFileSnapshot('golden/faults.txt');
});
