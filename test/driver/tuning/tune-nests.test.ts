import { describe, expect, it } from 'vitest';
import { entrantsOf, unrollingsOf } from '../../../src/driver/tuning/entrants.ts';
import { tuneNests } from '../../../src/driver/tuning/tune-nests.ts';
import type { NestSchedule } from '../../../src/lower/nests-alone.ts';
import { fakeClock, nestTaking, noOther, sweep, tile, tiles } from './trials.ts';

/** 1 ms, but for those named. */
const taking = (times: Readonly<Record<string, number>>) => ({ text }: NestSchedule): number => times[text] ?? 1;

describe('entrants', () => {
  const chosen = tile(4, 3, 8, 1 / 12);

  it('begin with the chosen one, hold the best by cost and some of every sort, and leave unrolling alone', () => {
    const entrants = entrantsOf({ chosen, schedules: tiles });
    expect(entrants[0]?.text).toBe(chosen.text);
    expect(new Set(entrants.map(({ text }) => text)).size).toBe(entrants.length);
    expect(entrants.length).toBeLessThanOrEqual(16);
    expect(entrants.every(({ schedule }) => schedule.kind === 'tile' && schedule.unroll === 8)).toBe(true);
    const widths = entrants.map(({ schedule }) => (schedule.kind === 'tile' ? schedule.vectors : 0));
    expect(new Set(widths)).toEqual(new Set([1, 2, 3]));
  });

  it('are sweeps where there is no contraction, and only there', () => {
    expect(entrantsOf({ chosen: sweep(true), schedules: [sweep(true), sweep(false)] }).map(({ text }) => text)).toEqual(['sweep n, unrolled', 'sweep n']);
    expect(entrantsOf({ chosen, schedules: [chosen, sweep(false)] })).toEqual([chosen]);
  });

  it('are unrolled otherwise in the end', () => {
    expect(unrollingsOf(chosen, tiles).map(({ schedule }) => schedule)).toMatchObject([{ points: 4, vectors: 3, unroll: 1 }, { unroll: 2 }, { unroll: 4 }]);
    expect(unrollingsOf(sweep(true), [sweep(true), sweep(false)])).toEqual([]);
  });
});

describe('measuring', () => {
  it('finds the fastest tile, and then how often its loop is best unrolled', async () => {
    const clock = fakeClock();
    const nest = nestTaking(clock, 'conv1', taking({ 'tile 4 of x, 2 vectors of o, unroll 8': 0.9, 'tile 4 of x, 2 vectors of o, unroll 2': 0.8 }));
    const { nests, left } = await tuneNests([nest], noOther, { clock });
    expect(left).toEqual([]);
    expect(nests.get('conv1')?.schedule).toBe('tile 4 of x, 2 vectors of o, unroll 2');
    expect(nests.get('conv1')?.byDefault).toBeCloseTo(1000);
    expect(nests.get('conv1')?.tuned).toBeCloseTo(800);
  });

  it('keeps the default where the gain is below 2%', async () => {
    const clock = fakeClock();
    const nest = nestTaking(clock, 'conv1', taking({ 'tile 4 of x, 2 vectors of o, unroll 8': 0.985 }));
    const { nests } = await tuneNests([nest], noOther, { clock });
    expect(nests.get('conv1')?.schedule).toBe('tile 4 of x, 3 vectors of o, unroll 8');
    expect(nests.get('conv1')?.tuned).toBeCloseTo(1000);
  });

  it('does not believe a win that does not come again', async () => {
    const clock = fakeClock();
    // Fast only when it is started for the first time.
    const nest = nestTaking(clock, 'conv1', ({ text }) => (text === 'tile 3 of x, 2 vectors of o, unroll 8' && nest.started.filter((each) => each === text).length < 3 ? 0.5 : 1));
    const { nests } = await tuneNests([nest], noOther, { clock });
    expect(nest.started).toContain('tile 3 of x, 2 vectors of o, unroll 1');
    expect(nests.get('conv1')?.schedule).toBe('tile 4 of x, 3 vectors of o, unroll 8');
  });

  it('is not led astray by what else runs on the machine', async () => {
    const clock = fakeClock();
    // It takes the core away from every eleventh call, whoever's that is.
    let calls = 0;
    const nest = nestTaking(clock, 'conv1', ({ text }) => (text.startsWith('tile 2 of x, 3 vectors of o') ? 0.7 : 1) + (calls++ % 11 === 0 ? 3 : 0));
    const { nests } = await tuneNests([nest], noOther, { clock });
    expect(nests.get('conv1')?.schedule).toContain('tile 2 of x, 3 vectors of o');
  });

  it('measures nests that are alike once, the longest first, and leaves alone what takes no time or is no choice', async () => {
    const clock = fakeClock();
    const short = nestTaking(clock, 'conv1', () => 1);
    const long = nestTaking(clock, 'conv2', taking({ 'tile 1 of x, 1 vectors of o, unroll 8': 1 }));
    const longer = { ...nestTaking(clock, 'conv2#2', () => 3), likeness: 'conv2' };
    const tiny = nestTaking(clock, 'fc', () => 0.001);
    const only = nestTaking(clock, 'softmax', () => 5, [sweep(false)], sweep(false));
    const pool = nestTaking(clock, 'pool', () => 9, [sweep(true), sweep(false)], sweep(true));
    const order: string[] = [];
    const { nests } = await tuneNests([pool, short, long, longer, tiny, only], noOther, { clock, onProgress: ({ nest, number, nests: count }) => void order.push(`${nest} ${number}/${count}`) });
    expect([...new Set(order)]).toEqual(['conv2 1/3', 'conv1 2/3', 'pool 3/3']);
    expect([...nests.keys()].toSorted()).toEqual(['conv1', 'conv2', 'conv2#2', 'pool']);
    expect(longer.started).toEqual([]);
  });

  it('says which schedule is the best so far', async () => {
    const clock = fakeClock();
    const seen: (string | undefined)[] = [];
    await tuneNests([nestTaking(clock, 'conv1', taking({ 'tile 4 of x, 2 vectors of o, unroll 8': 0.5 }))], noOther, { clock, onProgress: ({ best }) => void seen.push(best) });
    expect(seen).toEqual([undefined, 'tile 4 of x, 2 vectors of o, unroll 8', 'tile 4 of x, 2 vectors of o, unroll 8']);
  });

  it('begins no nest after two minutes', async () => {
    const clock = fakeClock();
    const slow = nestTaking(clock, 'conv1', () => 2000);
    const other = nestTaking(clock, 'conv2', () => 1000);
    const { nests, left } = await tuneNests([slow, other], noOther, { clock });
    expect([...nests.keys()]).toEqual(['conv1']);
    expect(left).toEqual(['conv2']);
  });
});

describe('interrupted', () => {
  it('keeps the nests that are measured, and names the others', async () => {
    const clock = fakeClock();
    const stop = new AbortController();
    const nests = ['conv1', 'conv2', 'conv3'].map((name, i) => nestTaking(clock, name, taking({ 'tile 4 of x, 1 vectors of o, unroll 8': 0.5 * (3 - i) }), tiles));
    const found = await tuneNests(nests, noOther, { clock, stop: stop.signal, onProgress: ({ number }) => number === 2 && stop.abort() });
    expect(found.nests.size).toBe(1);
    expect(found.left).toHaveLength(2);
  });

  it('in the second run, which is to tell whether the first was right: the default is kept', async () => {
    const clock = fakeClock();
    const stop = new AbortController();
    const nest = nestTaking(clock, 'conv1', taking({ 'tile 4 of x, 1 vectors of o, unroll 8': 0.5 }));
    // It is told of candidates, of the best tile, and of the best of all, before the final.
    let told = 0;
    const found = await tuneNests([nest], noOther, { clock, stop: stop.signal, onProgress: () => ++told === 3 && stop.abort() });
    expect(told).toBe(3);
    expect(found).toEqual({ nests: new Map(), left: ['conv1'] });
  });

  it('at once: all keep the default', async () => {
    const clock = fakeClock();
    const nest = nestTaking(clock, 'conv1', () => 1);
    expect(await tuneNests([nest], noOther, { clock, stop: AbortSignal.abort() })).toEqual({ nests: new Map(), left: ['conv1'] });
    expect(nest.started).toEqual([]);
  });
});
