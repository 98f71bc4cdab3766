// Nests with few weights left, of a real network, by a clock that says what leaving zeros out takes and what multiplying
// by them does.

import { describe, expect, it } from 'vitest';
import { present } from '../../../src/base/invariant.ts';
import { pinsOf } from '../../../src/driver/tuning/tune-counterpart.ts';
import type { PlanWith } from '../../../src/driver/tuning/tune-counterpart.ts';
import { tuneNests } from '../../../src/driver/tuning/tune-nests.ts';
import type { TunedNests, TuneOptions } from '../../../src/driver/tuning/tune-nests.ts';
import type { ParameterData, Program } from '../../../src/ir/graph.ts';
import type { NestSchedule } from '../../../src/lower/nests-alone.ts';
import { unpinned } from '../../../src/lower/schedule/pins.ts';
import { leavesZerosOut } from '../../../src/lower/schedule/schedule.ts';
import { ops } from '../../../src/ops/index.ts';
import { timedTargets } from '../../../src/targets/index.ts';
import type { NestOnTrial, Target } from '../../../src/targets/target.ts';
import { wasmTarget } from '../../../src/targets/wasm/target.ts';
import { targets as engines } from '../../lower/harness.ts';
import { kernelError } from '../../random/kernels.ts';
import { convAttrs, networkOf, normals } from '../../train/networks.ts';
import { fakeClock } from './trials.ts';

/** Convolutions of 3 x 3 that stride over one image and are added up; one weight in `every` is left. */
function network(every: number, layers: readonly string[] = ['first']): Program {
  const attrs = convAttrs(24, 3, { padding: [1, 1], stride: [2, 2] });
  const { graph, parameters } = networkOf([2, 12, 12], 24, (image, layer) => {
    const from = layer('before', 'conv', [image], convAttrs(12, 1, {}));
    const [head, ...others] = layers.map((name) => layer(name, 'conv', [from], attrs));
    return layer('scores', 'global_avg_pool', [others.reduce((sum, each, i) => layer(`sum${i}`, 'add', [sum, each]), present(head, 'layer'))]);
  });
  const thinned = (name: string, value: ParameterData): ParameterData => (layers.some((layer) => name === `${layer}.weight`) ? { ...value, data: value.data.map((weight, i) => ((7 * i) % 11 % every === 0 ? weight : 0)), sparse: true } : value);
  return { graph, parameters: new Map(parameters.map(({ name, shape }) => [name, thinned(name, normals(name, shape))])) };
}

/** So few weights are left that the model leaves zeros out; so many that it does not. */
const [few, many] = [11, 1];

/** Milliseconds of a nest. */
type Taking = (nest: string, schedule: NestSchedule) => number;

/** One for what leaves zeros out, another for what does not, and for copies. */
const taking = (sparse: number, tile: number, copy = 0.01): Taking => (nest, { schedule }) => (nest.includes('.rows') ? copy : leavesZerosOut(schedule) ? sparse : tile);

interface Measured extends TunedNests {
  /** By name, what the model has chosen. */
  readonly byModel: ReadonlyMap<string, string>;
  /** The same where all that was found is pinned. */
  readonly pinned: ReadonlyMap<string, string>;
}

async function measure(target: Target, program: Program, msOf: Taking, options: TuneOptions = {}): Promise<Measured> {
  const clock = fakeClock();
  const planWith: PlanWith = async (pins) =>
    (await present(target.nests, 'nests')(program, ops, pins)).map((nest) => ({ ...nest, start: async (schedule) => ({ run: () => clock.pass(msOf(nest.name, schedule)) }) }));
  const first = await planWith(unpinned);
  const found = await tuneNests(first, planWith, { ...options, clock });
  const textsOf = (nests: readonly NestOnTrial[]): ReadonlyMap<string, string> => new Map(nests.map(({ name, chosen }) => [name, chosen.text]));
  return { ...found, byModel: textsOf(first), pinned: textsOf(await planWith(pinsOf(found.nests))) };
}

const copiesOf = ({ pinned }: Measured): readonly string[] => [...pinned.keys()].filter((name) => name.includes('.rows'));
const sortOf = ({ nests }: Measured, nest: string): string | undefined => nests.get(nest)?.schedule.split(' ')[0];

describe.each(timedTargets)('$name', (target) => {
  const error = (program: Program, { nests }: Measured): number => kernelError(program, 1, ops, present(engines.find(({ name }) => name === target.name), 'engine'), pinsOf(nests));

  it('multiplies by zeros where leaving them out takes longer, copies nothing for that any more, and computes the same', async () => {
    const program = network(few);
    const found = await measure(target, program, taking(1, 0.8));
    expect(found.byModel.get('first')).toMatch(/^sparse /);
    expect(found.nests.get('first')).toMatchObject({ schedule: expect.stringMatching(/^tile /), tuned: expect.closeTo(800) });
    expect(found.left).toEqual([]);
    expect(copiesOf(found)).toEqual([]);
    expect(error(program, found)).toBeLessThanOrEqual(1);
  });

  it('leaves zeros out where multiplying by them takes longer, and computes the same', async () => {
    const program = network(many);
    const found = await measure(target, program, taking(0.8, 1));
    expect(found.byModel.get('first')).toMatch(/^tile /);
    expect(found.nests.get('first')).toMatchObject({ schedule: expect.stringMatching(/^sparse /), byDefault: expect.closeTo(1000) });
    expect(found.pinned.get('first')).toMatch(/^sparse /);
    expect(error(program, found)).toBeLessThanOrEqual(1);
  });

  it.each([
    ['leaves out', few, taking(1, 0.985, 0.001)],
    ['multiplies by', many, taking(0.985, 1, 0.001)],
  ])('stays where it %s zeros and the gain is below 2%%', async (_, every, msOf) => {
    const found = await measure(target, network(every), msOf);
    expect(found.nests.get('first')?.schedule).toBe(found.byModel.get('first'));
  });

  it('takes the fastest of the other sort, however the model ranks it', async () => {
    const found = await measure(target, network(few), (nest, schedule) => (nest === 'first' && schedule.schedule.kind === 'tile' && schedule.schedule.points === 1 ? 0.5 : taking(1, 0.9)(nest, schedule)));
    expect(found.nests.get('first')?.schedule).toMatch(/^tile 1 of /);
    expect(found.nests.get('first')?.tuned).toBeCloseTo(500);
  });

  it('tells how many schedules it measures, and the fastest so far', async () => {
    const seen: (readonly [number, string | undefined])[] = [];
    const found = await measure(target, network(few), taking(1, 0.8), { onProgress: ({ nest, candidates, best }) => void (nest === 'first' && seen.push([candidates, best])) });
    const counts = seen.map(([count]) => count);
    expect(counts).toEqual(counts.toSorted((a, b) => a - b));
    expect(counts.at(-1)).toBeGreaterThan(present(counts[0], 'count'));
    // The other sort has not won before its final.
    expect(seen.at(-1)?.[1]).toBe(found.byModel.get('first'));
  });

  it('keeps what it has found of its own sort where it is stopped while it measures the other', async () => {
    const stop = new AbortController();
    let own = 0;
    const found = await measure(target, network(few), (nest, { schedule }) => {
      if (nest === 'first' && leavesZerosOut(schedule)) own++;
      else if (nest === 'first') stop.abort();
      return taking(1, 0.8)(nest, { schedule } as NestSchedule);
    }, { stop: stop.signal });
    expect(own).toBeGreaterThan(0);
    expect(found.nests.get('first')?.schedule).toMatch(/^sparse /);
    expect(found.left).not.toContain('first');
  });

  it('gives up soon on what takes more than twice as long', async () => {
    const tried = new Set<string>();
    await measure(target, network(few), (nest, schedule) => {
      if (nest === 'first' && !leavesZerosOut(schedule.schedule)) tried.add(schedule.text);
      return taking(1, 2.5)(nest, schedule);
    });
    expect(tried.size).toBe(1);
  });
});

describe('copies', () => {
  const pair = ['first', 'second'];

  it('count with the nest that wants them: two phases of .2 ms each', async () => {
    expect(sortOf(await measure(wasmTarget, network(few), taking(1, 1.2, 0.2)), 'first')).toBe('tile');
    expect(sortOf(await measure(wasmTarget, network(few), taking(1, 1.5, 0.2)), 'first')).toBe('sparse');
    expect(sortOf(await measure(wasmTarget, network(many), taking(1, 1.2, 0.2)), 'first')).toBe('tile');
    expect(sortOf(await measure(wasmTarget, network(many), taking(1, 1.5, 0.2)), 'first')).toBe('sparse');
  });

  it('are measured where another schedule wants them', async () => {
    const found = await measure(wasmTarget, network(many), taking(0.8, 1, 0.05));
    expect(copiesOf(found)).toEqual(['first.rows', 'first.rows#2']);
    expect([...found.nests.keys()]).toEqual(expect.arrayContaining([...copiesOf(found)]));
  });

  it('are made by the next reader, and are no gain, where the first wants them no longer', async () => {
    const found = await measure(wasmTarget, network(few, pair), (nest, schedule) => (nest === 'first' ? taking(1, 0.9)(nest, schedule) : taking(1, 1.5, 0.3)(nest, schedule)));
    expect([sortOf(found, 'first'), sortOf(found, 'second')]).toEqual(['tile', 'sparse']);
    expect(copiesOf(found)).toEqual(['second.rows', 'second.rows#2']);
    expect([...found.nests.keys()].filter((name) => name.startsWith('first.rows'))).toEqual([]);
    const shared = await measure(wasmTarget, network(few, pair), (nest, schedule) => (nest === 'first' ? taking(1, 1.1)(nest, schedule) : taking(1, 1.5, 0.3)(nest, schedule)));
    expect([sortOf(shared, 'first'), sortOf(shared, 'second')]).toEqual(['sparse', 'sparse']);
  });
});
