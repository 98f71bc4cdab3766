// Faults planted into records of ops: random networks show each, and what is shrunk is a handful of layers.

import { expect, it } from 'vitest';
import { present } from '../../src/base/invariant.ts';
import { constant, mul } from '../../src/ir/nest.ts';
import type { Op, OpRegistry } from '../../src/ir/op.ts';
import { ops } from '../../src/ops/index.ts';
import { checks } from './checks.ts';
import { drawRecipe } from './draw-recipe.ts';
import { failureOf } from './failure.ts';
import type { Failure, Trial } from './failure.ts';
import { faultOf, shrink } from './shrink.ts';

interface Fault {
  readonly name: string;
  readonly op: string;
  readonly planted: (op: Op) => Partial<Op>;
  /** The check that sees it. */
  readonly kind: string;
  /** Layers that it takes to show it. */
  readonly most: number;
}

const faults: readonly Fault[] = [
  {
    name: 'kept weights that are taken one place too early',
    op: 'dense',
    planted: ({ pruning }) => ({
      pruning: pruning.kind !== 'weights' ? pruning : {
        ...pruning,
        gather: (...given) => {
          const made = pruning.gather(...given);
          return { ...made, weightSource: made.weightSource.map((at) => Math.max(0, at - 1)) };
        },
      },
    }),
    kind: 'reference',
    most: 3,
  },
  {
    name: 'constants below zero that a rectifier is said to keep',
    op: 'relu',
    planted: ({ pruning }) => ({
      pruning: pruning.kind !== 'channels' ? pruning : { ...pruning, constant: (_attrs, [values], _known, [shape]) => values ?? new Float64Array(shape?.[1] ?? 0).fill(NaN) },
    }),
    kind: 'reference',
    most: 4,
  },
  {
    name: 'kernels that are off in the third digit',
    op: 'add',
    planted: ({ lowering }) => ({
      lowering: lowering.kind !== 'nests' ? lowering : {
        ...lowering,
        lower: (...given) => {
          const lowered = lowering.lower(...given);
          return { ...lowered, nests: lowered.nests.map((nest) => ({ ...nest, value: mul(nest.value, constant(1.001)) })) };
        },
      },
    }),
    kind: 'wasm',
    most: 3,
  },
];

/** @param kind Of a check: some networks show a fault to others alone. */
async function firstFailure(registry: OpRegistry, kind: string): Promise<{ readonly trial: Trial; readonly failure: Failure }> {
  for (let seed = 1; seed <= 100; seed++) {
    const trial = { recipe: drawRecipe(seed, registry), checks: checks.small.filter(({ name }) => name !== 'threads'), ops: registry };
    const failure = await failureOf(trial);
    if (failure?.kind === kind) return { trial, failure };
  }
  throw new Error('no network shows the fault');
}

it.each(faults)('shrinks to a few layers: $name', { timeout: 60_000 }, async ({ op, planted, kind, most }) => {
  const record = present(ops.get(op), op);
  const { trial, failure } = await firstFailure(new Map([...ops, [op, { ...record, ...planted(record) }]]), kind);
  const recipe = await shrink(trial, failure);
  expect(recipe.layers.map((layer) => layer.op)).toContain(op);
  expect(recipe.layers.length).toBeLessThanOrEqual(most);
  expect((await failureOf({ ...trial, recipe }))?.kind).toBe(kind);
  expect(await failureOf({ ...trial, recipe, ops })).toBeUndefined();
});

it('tells the network, its masks and the command', { timeout: 60_000 }, async () => {
  const record = present(ops.get('dense'), 'dense');
  const { trial } = await firstFailure(new Map([...ops, ['dense', { ...record, ...faults[0]?.planted(record) }]]), 'reference');
  const text = await faultOf(trial);
  expect(text).toMatch(/^reference: difference \S+, allowed 1e-12$/m);
  expect(text).toMatch(/^ {2}%\d+ = dense\(/m);
  expect(text).toMatch(/^zero: /m);
  expect(text).toMatch(new RegExp(`^again: npm run test:random -- --graphs 1 --seed ${trial.recipe.seed}$`, 'm'));
});
