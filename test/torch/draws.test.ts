// What is drawn at random, by an exported program and here: the same bits.

import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { present } from '../../src/base/invariant.ts';
import { hash32, permutation, streamOf } from '../../src/base/random.ts';
import { inNaturalOrder } from '../../src/driver/data/class-folders.ts';
import { ops } from '../../src/ops/index.ts';
import { cropSize, epochCrops } from '../../src/train/augment.ts';
import { initialParameters } from '../../src/train/initialize.ts';
import { planRun, positionOf } from '../../src/train/plan.ts';
import { draws } from '../random/draw.ts';
import { modelOf } from '../engine/fixture.ts';
import { runPython, temporaryFolder, writeProgramOf } from './program.ts';

const source = `network Small(image: tensor[3, 8, 6]) {
  conv1 = batch_norm(conv(image, filters = 6, window = 3))
  fc1   = dropout(relu(dense(conv1, units = 20)), rate = 0.3)
  return dense(fc1, units = 3)
}
sparsity {
  rounds = 3
  magnitude filters of conv1 keep 3
}
train on digits {
  augment { pad = [2, 1], mirror = true }
  baseline { epochs = 3, batch = 16, optimizer = sgd(rate = step(0.05, at = [0.3, 0.6], factor = 0.2)), warmup = 0.5 }
  sparsify { epochs = 7, rate = cosine(0.05) }
  finetune { epochs = 2, rate = 0.01 }
  control { rate = cosine(0.05) }
  seed = 4000000000
}
`;

const model = modelOf(source);
const spec = present(model.train, 'train');
const folder = temporaryFolder();

interface Drawn {
  readonly words: readonly number[];
  readonly streams: readonly number[];
  readonly permutation: readonly number[];
  readonly initial: Readonly<Record<string, readonly number[]>>;
  readonly crops: readonly (readonly (readonly number[])[])[];
  readonly rates: readonly (readonly number[])[];
  readonly names: readonly string[];
  readonly numbers: readonly string[];
  readonly masks: readonly (readonly number[])[];
}

/** As 32 bits. */
const bits = (values: ArrayLike<number>): readonly number[] => [...new Uint32Array(Float32Array.from(values).buffer)];

describe('an exported program draws', async () => {
  writeProgramOf(model, join(folder, 'program'));
  const random = draws(1, 'names');
  const characters = ' _-,;:!?.\'"()[]{}@*/\\&#%`^+<=>|~$0123456789abcdefXYZ';
  const names = [...new Map(Array.from({ length: 400 }, () => Array.from({ length: random.integer(1, 6) }, () => characters[random.integer(0, characters.length - 1)]).join('')).map((name) => [name.toLowerCase(), name])).values()];
  const numbers = [0, 1, -1.5, 0.1, 1e-5, 1e-6, 1e-7, 1.25e-9, 2 ** 53, 2 ** 60, 553745838590988540, 1e20, 1e21, 1.5e300, 123456.789, 5e-324];
  const { out, err } = await runPython([join(import.meta.dirname, 'draws.py'), join(folder, 'program'), JSON.stringify(names), JSON.stringify(numbers)]);
  const drawn = (out === '' ? err : JSON.parse(out)) as Drawn;
  const plan = planRun(spec.phases, 1000, 3);

  it('nothing else where names are ordered, and numbers become text', () => {
    expect(drawn.names).toEqual(inNaturalOrder(names));
    expect(drawn.numbers).toEqual(numbers.map(String));
  });

  it('the same words and streams', () => {
    expect(drawn.words).toEqual([hash32(0, 0, 0, 0), hash32(1, 2, 3, 4), hash32(2 ** 31, 2 ** 32 - 1, 7, 12345)].map((word) => word >>> 0));
    expect(drawn.streams).toEqual(['initial conv1.weight', '', 'é 😀'].map((name) => streamOf(name) >>> 0));
  });

  it('the same order of samples', () => expect(drawn.permutation).toEqual([...permutation(spec.seed, 'order sparsify', 4, 1000)]));

  it('the same initial weights', () => {
    for (const [name, { data }] of initialParameters(model.network, spec.seed)) expect(drawn.initial[name]).toEqual(bits(data));
  });

  it('the same crops, in each phase its own', () => {
    const order = Uint32Array.of(5, 3, 8, 999);
    const crops = plan.phases.map(({ key }) => epochCrops(present(spec.augment, 'augmentation'), spec.seed, key, 2, order));
    expect(drawn.crops).toEqual(crops.map((of) => Array.from(order, (_, i) => [...of.subarray(i * cropSize, (i + 1) * cropSize)])));
  });

  it('the same rates, with their rounds and their warmup', () => {
    const rates = plan.phases.map(({ firstStep, steps }) => Array.from({ length: Math.ceil(steps / 7) }, (_, i) => positionOf(plan, firstStep + 7 * i).rate));
    for (const [phase, of] of rates.entries()) for (const [i, rate] of of.entries()) expect(drawn.rates[phase]?.[i]).toBeCloseTo(rate, 14);
  });

  it('the same dropout masks, whichever process a sample is with', () => {
    const op = present(ops.get('dropout_mask'), 'dropout_mask');
    const maskOf = (step: number): Float64Array => present(op.reference({ rate: 0.3, stream: streamOf('fc1.dropout') }, [{ shape: [6, 7, 3], data: new Float64Array(126) }, { shape: [], data: Float64Array.of(spec.seed) }, { shape: [], data: Float64Array.of(step) }], { samples: 6, shards: 1 })[0], 'mask').data;
    expect(drawn.masks).toEqual([bits(maskOf(0)), bits(maskOf(3)), bits(maskOf(3).subarray(2 * 21))]);
  });
});
