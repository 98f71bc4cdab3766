// A few random networks on WebGL 2, of the many that `node test/browser/random.ts --graphs 100 --seed 1` runs.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { gpujsTrial } from '../gpujs/random.ts';
import { faultOf } from '../random/shrink.ts';
import { openWebgl, type WebglPage } from './webgl2.ts';

let page: WebglPage;
beforeAll(async () => {
  page = await openWebgl();
}, 60_000);
afterAll(() => page.close());

it.each(Array.from({ length: 10 }, (_, i) => 1 + i))('random network %i', async (seed) => {
  expect(await faultOf(gpujsTrial(seed, page.run))).toBeUndefined();
}, 120_000);
