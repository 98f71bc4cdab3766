// What elimination relies on, checked on random samples of every op: gathered nodes compute the function of
// the masked ones, constants are constant, slices are parts of the whole, structures split parameters.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { present } from '../../src/base/invariant.ts';
import { sizeOf, stridesOf, tensor } from '../../src/base/tensor.ts';
import type { F64Tensor, Op } from '../../src/ir/op.ts';
import type { ConstantRule, KeptMatrices, WeightMatrices, WeightPruning } from '../../src/ir/pruning-rules.ts';
import { partitionOf } from '../../src/ir/partition.ts';
import { groupView, structuresOf } from '../../src/ir/structure.ts';
import { ops } from '../../src/ops/index.ts';
import { draw, relativeDifference, uniformOf } from './support.ts';

/** The tensor on kept indices of one axis. */
function take(whole: F64Tensor, axis: number, kept: readonly number[] | undefined): F64Tensor {
  if (kept === undefined) return whole;
  const extent = present(whole.shape[axis], 'axis');
  const stride = present(stridesOf(whole.shape)[axis], 'stride');
  const places = new Set(kept);
  return tensor(whole.shape.with(axis, kept.length), whole.data.filter((_, at) => places.has(Math.floor(at / stride) % extent)));
}

/** Each index with probability `share`, at least one. */
function some(random: () => number, count: number, share: number): readonly number[] {
  const all = Array.from({ length: count }, (_, i) => i);
  const kept = all.filter(() => random() < share);
  return kept.length > 0 ? kept : all.slice(0, 1);
}

/** Zeros weights outside the kept rows and columns. */
function masked(weight: F64Tensor, { parts }: WeightMatrices, kept: KeptMatrices): F64Tensor {
  const stays = new Uint8Array(weight.data.length);
  let start = 0;
  for (const [p, part] of parts.entries()) {
    for (const row of kept.parts[p]?.rows ?? []) for (const column of kept.parts[p]?.columns ?? []) stays[start + row * part.channels.length + column] = 1;
    start += part.rows * part.channels.length;
  }
  return { shape: weight.shape, data: weight.data.map((value, at) => value * (stays[at] as number)) };
}

/** Zeros the other channels. */
function zeroedBut(kept: readonly number[], { shape, data }: F64Tensor): F64Tensor {
  const places = sizeOf(shape.slice(2));
  return tensor(shape, data.map((value, at) => (kept.includes(Math.floor(at / places) % (shape[1] ?? 1)) ? value : 0)));
}

function checkGather(op: Op, rules: WeightPruning, seed: number): string {
  const { attrs, inputs, batch, operands } = draw(op, seed);
  const random = uniformOf(seed + 1);
  const matrices = rules.matrices(attrs, inputs);
  const channels = present(inputs[0]?.[1], 'channels');
  const stay = random() < 0.5 ? undefined : some(random, channels, 0.6);
  const wholeChannels = random() < 0.5;
  const parts = matrices.parts.map((part) => ({
    rows: some(random, part.rows, 0.7),
    columns: part.channels.flatMap((channel, column) => ((stay === undefined || stay.includes(channel)) && (wholeChannels || random() < 0.7) ? [column] : [])),
  }));
  const kept: KeptMatrices = { parts, ...(stay && { channels: stay }) };
  const [x, weight, bias] = operands as [F64Tensor, F64Tensor, F64Tensor | undefined];
  const [whole] = op.reference(attrs, [x, masked(weight, matrices, kept), ...(bias ? [bias] : [])], batch);
  let first = 0;
  const rows = matrices.parts.flatMap((part, p) => {
    const from = first;
    first += part.rows;
    return (parts[p]?.rows ?? []).map((row) => from + row);
  });
  const gathered = rules.gather(attrs, inputs, kept);
  const other = present(ops.get(gathered.op), gathered.op);
  const compact = [take(x, 1, stay), tensor(gathered.weightShape, Float64Array.from(gathered.weightSource, (at) => weight.data[at] as number)), ...(bias ? [take(bias, 0, rows)] : [])];
  other.infer(gathered.attrs, compact.map(({ shape }) => shape), batch);
  const [found] = other.reference(gathered.attrs, compact, batch);
  expect(relativeDifference(present(found, 'result').data, take(present(whole, 'result'), 1, rows).data)).toBeLessThan(1e-12);
  return gathered.op;
}

describe('gathered nodes compute what the masked ones do', () => {
  for (const [name, op] of ops) {
    const { pruning } = op;
    if (pruning.kind !== 'weights') continue;
    test(`gather of ${name}`, () => {
      // Fixed seeds, so that both answers are sure to come up.
      const answers = new Set(Array.from({ length: 150 }, (_, seed) => checkGather(op, pruning, seed)));
      const whole = op.name.endsWith('conv_transpose') ? 'conv_transpose' : op.name.endsWith('conv') ? 'conv' : 'dense';
      expect([...answers].sort()).toEqual([whole, `tap_${whole}`]);
    });
  }
});

/** Draws operands of which some channels are constant and some weights zero, and checks what the op says of its result. */
function checkConstant(op: Op, rule: ConstantRule, seed: number): number {
  const { attrs, inputs, batch, operands } = draw(op, seed);
  const random = uniformOf(seed + 1);
  const owned = op.parameters?.(attrs, inputs);
  const activations = owned ? inputs.length - owned.length : op.syntax?.more ? inputs.length : op.syntax?.operands.length ?? (op.pruning.kind === 'weights' ? 1 : inputs.length);
  const mayBeZero = !owned?.some(({ least }) => least !== undefined);
  const constants = operands.map(({ shape }) => Float64Array.from({ length: shape[1] ?? 0 }, () => (random() < 0.4 ? NaN : random() < 0.5 ? 0 : random() - 0.5)));
  const values = operands.map(({ shape, data }, i): F64Tensor => {
    if (i >= activations) return { shape, data: data.map((value) => (random() < 0.6 && mayBeZero ? 0 : value)) };
    const positions = sizeOf(shape.slice(2));
    return {
      shape,
      data: data.map((value, at) => {
        const held = present(constants[i]?.[Math.floor(at / positions) % (shape[1] ?? 1)], 'channel');
        return Number.isNaN(held) ? value : held;
      }),
    };
  });
  const known = values.map((value, i) => (i < activations ? undefined : value));
  const said = rule(attrs, constants.slice(0, activations), known, inputs);
  const [result] = op.reference(attrs, values, batch);
  const { shape, data } = present(result, 'result');
  expect(said.length).toBe(shape[1]);
  const positions = sizeOf(shape.slice(2));
  const differences = data.map((value, at) => Math.abs(value - (said[Math.floor(at / positions) % said.length] as number)));
  expect(differences.filter((difference) => difference > 1e-12)).toEqual(new Float64Array());
  return said.filter((value) => !Number.isNaN(value)).length;
}

describe('channels said to be constant are', () => {
  for (const [name, op] of ops) {
    const { pruning } = op;
    if (pruning.kind === 'opaque') continue;
    test(`constants of ${name}`, () => {
      const found = Array.from({ length: 60 }, (_, seed) => checkConstant(op, pruning.constant, seed));
      expect(found.some((count) => count > 0)).toBe(true);
    });
  }
});

describe('slices are parts of the whole', () => {
  for (const [name, op] of ops) {
    const { pruning } = op;
    if (pruning.kind !== 'channels') continue;
    test(`slices of ${name}`, () => {
      fc.assert(
        fc.property(fc.nat(), (seed) => {
          const { attrs, inputs, batch, operands } = draw(op, seed);
          const links = pruning.axes(attrs, inputs);
          const axis = links[0]?.findIndex((link) => (link.kind === 'identity' || link.kind === 'expand') && link.axis === 1) ?? -1;
          const linkOf = links[0]?.[axis];
          if (!linkOf || (linkOf.kind !== 'identity' && linkOf.kind !== 'expand')) return;
          const channels = some(uniformOf(seed + 1), present(inputs[0]?.[axis], 'channels'), 0.5);
          const factor = linkOf.kind === 'expand' ? linkOf.factor : 1;
          const results = channels.flatMap((c) => Array.from({ length: factor }, (_, i) => c * factor + i));
          // Every axis that meets axis 1 of the result is sliced with it.
          const keptAxes = links.map((link) => link.map((l) => ((l.kind === 'identity' || l.kind === 'expand') && l.axis === 1 ? channels : undefined)));
          const parts = operands.map((value, i) => (keptAxes[i] ?? []).reduce((part, kept, axis) => take(part, axis, kept), value));
          const sliced = pruning.slice?.(attrs, keptAxes, inputs) ?? attrs;
          const others = pruning.onlyZeros?.(attrs) ? operands.map((value) => zeroedBut(channels, value)) : operands;
          const [whole] = op.reference(attrs, others, batch);
          const [part] = op.reference(sliced, parts, batch);
          expect(part).toEqual(take(present(whole, 'result'), 1, results));
        }),
        { numRuns: 20 },
      );
    });
  }
});

describe('slices of channels that move', () => {
  for (const [name, op] of ops) {
    const { pruning } = op;
    if (pruning.kind !== 'channels') continue;
    const tableOf = (seed: number): readonly number[] | undefined => {
      const { attrs, inputs } = draw(op, seed);
      const link = pruning.axes(attrs, inputs)[0]?.[1];
      return link?.kind === 'table' ? link.table : undefined;
    };
    if (!tableOf(0)) continue;
    test(`slices of ${name}`, () => {
      for (let seed = 0; seed < 40; seed++) {
        const { attrs, inputs, batch, operands } = draw(op, seed);
        const table = present(tableOf(seed), 'table');
        const random = uniformOf(seed + 1);
        const results = some(random, Math.max(...table) + 1, 0.6);
        // What becomes of nothing may go or stay.
        const channels = [...table.keys()].filter((c) => (table[c] === -1 ? random() < 0.5 : results.includes(table[c] ?? NaN)));
        const sliced = pruning.slice?.(attrs, [[undefined, channels, undefined, undefined]], inputs) ?? attrs;
        const [whole] = op.reference(attrs, operands, batch);
        const [part] = op.reference(sliced, operands.map((value) => take(value, 1, channels)), batch);
        expect(part).toEqual(take(present(whole, 'result'), 1, results));
      }
    });
  }
});

test('structures split the parameters they name, with as many groups in each member', () => {
  const squares = present(ops.get('group_squares'), 'group_squares');
  const kinds = new Set<string>();
  for (const op of ops.values()) {
    const { syntax, parameters } = op;
    if (!syntax?.weightAxes) continue;
    for (let seed = 0; seed < 40; seed++) {
      const { attrs, inputs, batch } = draw(op, seed);
      const shapes = new Map(parameters?.(attrs, inputs.slice(0, 1)).map(({ suffix, shape }) => [suffix, shape]));
      const axes = syntax.weightAxes(attrs, inputs.slice(0, 1));
      for (const { name, key } of structuresOf(axes)) {
        kinds.add(name);
        if (typeof key === 'string') continue;
        const counts = axes.flatMap((parameter) => {
          const view = groupView(parameter, key);
          return view ? [squares.infer({ ...view }, [present(shapes.get(parameter.suffix), parameter.suffix)], batch)[0]?.[0]] : [];
        });
        expect(new Set(counts).size).toBe(1);
      }
    }
  }
  expect([...kinds]).toEqual(['filters', 'channels', 'fibers', 'filters_2d', 'vectors', 'blocks', 'elements', 'layers', 'inputs', 'neurons']);
});

test('grouped convolutions count channels and fibers apart by group', () => {
  const { weightAxes } = present(ops.get('conv')?.syntax, 'syntax');
  const attrs = { filters: 4, window: [3, 2], stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 2, bias: false };
  const axes = present(weightAxes, 'axes')(attrs, [[1, 6, 5, 5]]);
  const found = structuresOf(axes).map((structure) => {
    const { rows, columns } = partitionOf(structure, { rows: 3, columns: 4 }, axes);
    return [structure.name, rows.count * columns.count];
  });
  expect(found).toEqual([['filters', 4], ['channels', 6], ['fibers', 36], ['filters_2d', 12], ['vectors', 36], ['blocks', 10], ['elements', 72], ['layers', 1]]);
});
