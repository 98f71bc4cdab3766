// Networks and nests at the edges of what schedules take: nothing to compute, padding that must not be seen,
// tables that are long, contractions that are almost none.

import { describe, expect, test } from 'vitest';
import { present } from '../../src/base/invariant.ts';
import { sizeOf, tensor } from '../../src/base/tensor.ts';
import type { Shape } from '../../src/base/tensor.ts';
import type { Graph, Program, Value } from '../../src/ir/graph.ts';
import { interpretLowered } from '../../src/ir/interpret-nest.ts';
import type { KernelModule } from '../../src/ir/kernel.ts';
import { verifyKernels } from '../../src/ir/verify-kernel.ts';
import { accumulator, add, along, index, input, load, looked, mul, result } from '../../src/ir/nest.ts';
import type { Axis, Nest, NestExpr } from '../../src/ir/nest.ts';
import { constantPool } from '../../src/lower/memory/constant-pool.ts';
import { offsetsOf, orderedLayout, planarLayout, type TensorLayout } from '../../src/lower/layouts/tensor-layout.ts';
import { lowerDeployed } from '../../src/lower/lower.ts';
import { resolveNest } from '../../src/lower/accesses/resolve.ts';
import { divideNest, type Division } from '../../src/lower/accesses/divide.ts';
import { renameTensors } from '../../src/lower/nests/placed-nest.ts';
import { applySchedule } from '../../src/lower/schedule/apply-schedule.ts';
import { candidatesOf } from '../../src/lower/schedule/candidates.ts';
import { printSchedule } from '../../src/lower/schedule/schedule-text.ts';
import { ops } from '../../src/ops/index.ts';
import { wasmMachine } from '../../src/targets/wasm/machine.ts';
import { rebatch } from '../../src/train/rebatch.ts';
import { kernelError } from '../random/kernels.ts';
import { convAttrs, networkOf, normals } from '../train/networks.ts';
import type { AddLayer } from '../train/networks.ts';
import { interpreters, start, targets } from './harness.ts';

const engines = [...targets, ...interpreters];

function programOf(inputShape: Shape, build: (image: Value, layer: AddLayer) => Value, bias = 0): Program {
  const { graph, parameters } = networkOf(inputShape, 2, build);
  const valuesOf = (name: string, shape: Shape): Float64Array => (name.endsWith('.bias') ? new Float64Array(sizeOf(shape)).fill(bias) : normals(name, shape).data);
  return { graph: rebatch(graph, { samples: 2, shards: 1 }, ops), parameters: new Map(parameters.map(({ name, shape }) => [name, { shape, data: valuesOf(name, shape) }])) };
}

const scoresOfConv = (image: Value, layer: AddLayer): Value => layer('scores', 'softmax', [layer('flat', 'flatten', [layer('conv', 'conv', [image], convAttrs(5, 3))])]);
const reluOf = (image: Value, layer: AddLayer): Value => layer('act', 'relu', [image]);

function withOutputs({ graph, parameters }: Program, more: (graph: Graph) => Graph['outputs']): Program {
  return { graph: { ...graph, outputs: [...graph.outputs, ...more(graph)] }, parameters };
}

const first = (graph: Graph): Value => present(graph.outputs[0], 'output').value;
const image: Value = { node: 0, result: 0 };

describe.each(engines)('$name', (engine) => {
  test.each([
    ['the input itself', programOf([3, 4, 5], (value) => value)],
    ['the input flattened', programOf([3, 4, 5], (value, layer) => layer('flat', 'flatten', [value]))],
    ['one value under two names, and the input', withOutputs(programOf([3, 4, 5], reluOf), (graph) => [{ name: 'again', value: first(graph) }, { name: 'image', value: image }])],
    ['scores below zero, beside zeros of padding', programOf([1, 6, 6], scoresOfConv, -200)],
  ])('%s', (_name, program) => {
    expect(kernelError(program, 1, ops, engine)).toBeLessThanOrEqual(1);
  });
});

test('outputs have names of their own', () => {
  const program = withOutputs(programOf([3, 4, 5], reluOf), () => [{ name: 'scores', value: image }]);
  expect(() => lowerDeployed(program, ops, wasmMachine)).toThrow('two tensors are named "scores"');
});

test('many flattened features', () => {
  const module = lowerDeployed(programOf([1, 180, 180], scoresOfConv), ops, wasmMachine);
  expect(() => verifyKernels(module, wasmMachine)).not.toThrow();
});

test('weights that every group reads are in a module once', () => {
  const { segments } = lowerDeployed(programOf([16, 6, 6], (value, layer) => layer('conv', 'conv', [value], convAttrs(16, 3, { groups: 16 }))), ops, wasmMachine);
  expect(segments.reduce((elements, { data }) => elements + data.length, 0)).toBe(16 * 9 + 16);
});

const axis = (name: string, extent: number, kind: Axis['kind'], role?: Axis['role']): Axis => ({ name, extent, kind, ...(role && { role }) });
const product = (a: NestExpr, b: NestExpr): Pick<Nest, 'combine' | 'initial' | 'value'> => ({ combine: 'sum', initial: 0, value: mul(a, b) });
const [zero, one, two] = [along(0), along(1), along(2)];

/** What is not planar, and compile-time data. */
interface Placement {
  readonly layouts: Readonly<Record<string, TensorLayout>>;
  readonly baked: string;
}

/** Shapes of the operands and of the result, the nest, and how it is divided. */
const nests: Readonly<Record<string, readonly [inputs: readonly Shape[], out: Shape, nest: Nest, division: Division, placement?: Placement]>> = {
  'a finish that reads a counter': [[[3, 4], [4, 6]], [3, 6], {
    name: 'counter',
    axes: [axis('n', 3, 'parallel'), axis('o', 6, 'parallel'), axis('k', 4, 'reduce')],
    write: { tensor: result(0), index: [zero, one] },
    ...product(load(input(0), [zero, two]), load(input(1), [two, one])),
    finish: add(accumulator, { kind: 'index', index: one }),
  }, { kind: 'whole' }],
  'a finish that walks the tile by a table': [[[3, 4], [4, 8], [9, 8]], [3, 8], {
    name: 'table',
    axes: [axis('n', 3, 'parallel'), axis('o', 8, 'parallel'), axis('k', 4, 'reduce')],
    write: { tensor: result(0), index: [zero, one] },
    ...product(load(input(0), [zero, two]), load(input(1), [two, one])),
    finish: add(accumulator, load(input(2), [{ offset: 0, terms: [{ axis: 0, table: [8, 0, 5] }] }, one])),
  }, { kind: 'whole' }],
  'a finish that walks rows beside padding by a table': [[[8, 7, 4], [8, 8, 3, 3], [9, 8]], [8, 7, 4], {
    name: 'rows',
    axes: [axis('o', 8, 'parallel'), axis('y', 7, 'parallel'), axis('x', 4, 'parallel'), axis('c', 8, 'reduce'), axis('kh', 3, 'reduce'), axis('kw', 3, 'reduce')],
    write: { tensor: result(0), index: [zero, one, two] },
    ...product(load(input(0), [along(3), index(-1, [1, 1], [4, 1]), index(-1, [2, 1], [5, 1])], 0), load(input(1), [zero, along(3), along(4), along(5)])),
    finish: add(accumulator, load(input(2), [{ offset: 0, terms: [{ axis: 1, table: [8, 0, 5, 2, 7, 1, 3] }] }, zero])),
  }, { kind: 'whole' }, {
    layouts: {
      input0: orderedLayout([8, 7, 4], [1, 2, 0], 4, [{ before: 0, after: 0 }, { before: 1, after: 1 }, { before: 1, after: 1 }]),
      result0: orderedLayout([8, 7, 4], [1, 2, 0], 4),
    },
    baked: 'input1',
  }],
  'a reduce axis that moves neither operand': [[[3], [8]], [3, 8], {
    name: 'repeated',
    axes: [axis('n', 3, 'parallel'), axis('o', 8, 'parallel'), axis('k', 4, 'reduce')],
    write: { tensor: result(0), index: [zero, one] },
    ...product(load(input(0), [zero]), load(input(1), [one])),
  }, { kind: 'whole' }],
  'elements that every operand chooses by the same table': [[[3, 9], [3, 9]], [3], {
    name: 'chosen',
    axes: [axis('n', 3, 'parallel'), axis('k', 3, 'reduce')],
    write: { tensor: result(0), index: [zero] },
    ...product(load(input(0), [zero, looked(1, [0, 3, 7])]), load(input(1), [zero, looked(1, [0, 3, 7])])),
  }, { kind: 'whole' }],
  'an axis of one point that a table moves': [[[3, 9]], [3, 1, 5], {
    name: 'one place',
    axes: [axis('n', 3, 'parallel'), axis('y', 1, 'parallel'), axis('x', 5, 'parallel')],
    write: { tensor: result(0), index: [zero, one, two] },
    combine: 'store',
    initial: 0,
    value: add(load(input(0), [zero, looked(1, [4])]), { kind: 'index', index: looked(1, [7]) }),
  }, { kind: 'whole' }],
  'a place that a table of one entry writes': [[[3]], [3, 5], {
    name: 'written',
    axes: [axis('n', 3, 'parallel'), axis('y', 1, 'parallel')],
    write: { tensor: result(0), index: [zero, looked(1, [3])] },
    combine: 'store',
    initial: 0,
    value: load(input(0), [zero]),
  }, { kind: 'whole' }],
  'a sum of one point that a table moves': [[[3, 9], [9, 8]], [3, 8], {
    name: 'one step',
    axes: [axis('n', 3, 'parallel'), axis('o', 8, 'parallel'), axis('k', 1, 'reduce')],
    write: { tensor: result(0), index: [zero, one] },
    ...product(load(input(0), [zero, looked(2, [4])]), load(input(1), [looked(2, [7]), one])),
  }, { kind: 'whole' }],
  'samples as lanes, divided in the middle of a vector': [[[5], [5, 12]], [12], {
    name: 'lanes',
    axes: [axis('n', 12, 'parallel', 'batch'), axis('k', 5, 'reduce')],
    write: { tensor: result(0), index: [zero] },
    ...product(load(input(0), [one]), load(input(1), [one, zero])),
  }, { kind: 'shards', shards: 2, tasks: 1 }],
};

describe.each(engines)('nests: $name', (engine) => {
  test.each(Object.entries(nests))('%s', (_name, [inputs, out, nest, division, placement]) => {
    const operands = inputs.map((shape, i) => normals(`operand ${i}`, shape));
    const names = [...inputs.map((_, i) => `input${i}`), 'result0'];
    let end = 0;
    const places = [...inputs, out].map((shape, i) => {
      const name = present(names[i], 'name');
      const layout = placement?.layouts[name] ?? planarLayout(shape);
      const binding = { name, shape, offset: end + layout.origin, axes: offsetsOf(layout) };
      const memory = { layout, zeros: false, ...(name === placement?.baked && { data: present(operands[i], name).data }) };
      const place = end;
      end += Math.ceil(layout.size / 4) * 4;
      return { binding, memory, place };
    });
    const tensorOf = (slot: string): (typeof places)[number] => present(places.find(({ binding }) => binding.name === slot), 'tensor');
    const resolved = resolveNest(renameTensors(nest, (ref) => `${ref.kind}${ref.index}`), (slot) => tensorOf(slot).memory);
    const { domain } = divideNest(resolved, division);
    const [expected] = interpretLowered({ nests: [nest], temporaries: [] }, operands, [out]);
    // What no point writes is no number in the reference.
    const written = [...present(expected, 'result').data].flatMap((value, element) => (Number.isNaN(value) ? [] : [{ element, value }]));
    expect(written.length).toBeGreaterThan(0);
    const cuts = division.kind === 'whole' ? [Infinity, 1] : [Infinity];
    for (const [candidate, cutFrom] of candidatesOf(domain, engine.machine).flatMap((each) => cuts.map((cut) => [each, cut] as const))) {
      const pool = constantPool(end, engine.machine.unit);
      const { functions, items } = applySchedule('nest', domain, candidate, { machine: engine.machine, constants: pool, placeOf: (slot) => ({ first: tensorOf(slot).place }), cutFrom });
      const module: KernelModule = { functions, programs: new Map([['run', [{ items: items.toReversed(), points: 1 }]]]), elements: pool.end() + 64, segments: pool.segments(), bindings: { inputs: places.map(({ binding }) => binding), outputs: places.map(({ binding }) => binding) }, padded: () => [] };
      const running = start(module, engine);
      running.write(new Map(operands.map(({ shape, data }, i) => [`input${i}`, tensor(shape, data)])));
      running.run('run');
      const found = running.read('result0').data;
      const wrong = written.filter(({ element, value }) => !(Math.abs((found[element] ?? NaN) - value) < 5e-5));
      expect({ schedule: printSchedule(candidate.schedule, domain.nest.axes), cutFrom, wrong }).toMatchObject({ wrong: [] });
    }
  });
});
