// What of a tuned network comes into its record, by a clock that says what kernels take.

import { expect, test } from 'vitest';
import { present } from '../../../src/base/invariant.ts';
import { buildModule } from '../../../src/driver/build/build.ts';
import type { BuildInput } from '../../../src/driver/build/build.ts';
import { checkSource } from '../../../src/driver/model/source.ts';
import { pinnedBy } from '../../../src/driver/tuning/pinned.ts';
import { tuneNetwork } from '../../../src/driver/tuning/tune.ts';
import type { Tuned } from '../../../src/driver/tuning/tune.ts';
import type { TuningRecord } from '../../../src/driver/tuning/tuning-record.ts';
import type { ParameterData } from '../../../src/ir/graph.ts';
import { leavesZerosOut } from '../../../src/lower/schedule/schedule.ts';
import { ops } from '../../../src/ops/index.ts';
import type { Target } from '../../../src/targets/target.ts';
import { wasmTarget } from '../../../src/targets/wasm/target.ts';
import { initialParameters } from '../../../src/train/initialize.ts';
import { fakeClock } from './trials.ts';

/** One weight in eleven of the second convolution is left, so that it reads rows of a copy. */
function input(): BuildInput {
  const text = `network Thin(image: tensor[2, 12, 12]) {
    wide = conv(image, filters = 12, window = 1)
    thin = conv(wide, filters = 24, window = 3, padding = 1)
    return dense(relu(thin), units = 3)
  }`;
  const { model } = checkSource({ name: 'thin.ssl', text }, ops);
  const parameters = new Map([...initialParameters(model.network, 1)].map(([name, { shape, data }]): [string, ParameterData] => [name, { shape, data: Float64Array.from(data, (value, i) => (name === 'thin.weight' && (7 * i) % 11 !== 0 ? 0 : Math.fround(value))) }]));
  return { model, weights: { file: 'thin.safetensors', hash: '', notices: [], parameters } };
}

/** @param wholeMs What a run of the network takes by its schedules. */
async function tune(wholeMs: (pins: ReadonlyMap<string, string>) => number): Promise<Tuned> {
  const clock = fakeClock();
  const target: Target = {
    ...wasmTarget,
    nests: async (...of) => (await wasmTarget.nests?.(...of) ?? []).map((nest) => ({ ...nest, start: async ({ schedule }) => ({ run: () => clock.pass(leavesZerosOut(schedule) ? 1 : 0.8) }) })),
    start: async (program, registry, given, version, pins) => {
      const started = await wasmTarget.start(program, registry, given, version, pins);
      return { ...started, ...(started.net && { net: { ...started.net, compute: () => clock.pass(wholeMs(pins?.schedules ?? new Map())) } }) };
    },
  };
  return tuneNetwork(input(), { target, dense: false, batch: 1 }, ops, { clock });
}

async function wasmOf(record?: TuningRecord): Promise<Uint8Array> {
  const tuning = record && { tuning: pinnedBy(record, 'tuning.json') };
  const { files } = await buildModule(input(), { target: wasmTarget, dense: false, batch: 1, layout: 'chw', inline: false, threads: false, ...tuning }, ops);
  return present(files.find(({ name }) => name === 'thin.wasm'), 'thin.wasm').bytes;
}

test('a tile in place of what leaves zeros out is recorded, without the copy that nothing reads any more, and builds', async () => {
  const { record, isInVain } = await tune((pins) => (pins.get('thin')?.startsWith('tile') ? 8 : 10));
  expect(isInVain).toBe(false);
  expect(record.whole).toMatchObject({ default: expect.closeTo(10_000), tuned: expect.closeTo(8000) });
  expect(record.nests['thin']?.schedule).toMatch(/^tile /);
  expect(Object.keys(record.nests)).not.toContain('thin.rows');
  expect(await wasmOf(record)).not.toHaveLength((await wasmOf()).length);
});

test('what is no gain in the network leaves the schedules of the model, and their copy', async () => {
  const { record, isInVain } = await tune((pins) => (pins.get('thin')?.startsWith('tile') ? 11 : 10));
  expect(isInVain).toBe(true);
  expect(record.nests['thin']?.schedule).toMatch(/^sparse /);
  expect(await wasmOf(record)).toHaveLength((await wasmOf()).length);
});
