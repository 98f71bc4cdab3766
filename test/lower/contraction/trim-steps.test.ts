// Rows of a padded convolution take the steps that read the image, and no others.

import { describe, expect, test } from 'vitest';
import { present } from '../../../src/base/invariant.ts';
import { tensor } from '../../../src/base/tensor.ts';
import { compact } from '../../../src/driver/build/compact.ts';
import type { Attrs, Program } from '../../../src/ir/graph.ts';
import type { KernelModule, Stmt } from '../../../src/ir/kernel.ts';
import { lowerDeployed } from '../../../src/lower/lower.ts';
import { ops } from '../../../src/ops/index.ts';
import { wasmMachine } from '../../../src/targets/wasm/machine.ts';
import { rebatch } from '../../../src/train/rebatch.ts';
import { kernelError } from '../../random/kernels.ts';
import { convAttrs, networkOf, normals } from '../../train/networks.ts';
import { interpreters, start, targets, type Engine } from '../harness.ts';

const engines = [...targets, ...interpreters];

interface Case {
  readonly attrs: Attrs;
  /** Whether a weight, by its number, was removed. */
  readonly removed?: (weight: number) => boolean;
  readonly channels?: number;
}

/** One convolution of images of 7 x 8, of which what is zero is removed. */
function programOf({ attrs, removed = () => false, channels = 8 }: Case, samples: number): Program {
  const { graph, parameters } = networkOf([channels, 7, 8], 2, (image, layer) => layer('conv', 'conv', [image], attrs));
  const values = parameters.map(({ name, shape }) => [name, { shape, data: normals(name, shape).data.map((value, i) => (name === 'conv.weight' && removed(i) ? 0 : value)) }] as const);
  return compact({ graph: rebatch(graph, { samples, shards: 1 }, ops), parameters: new Map(values) }, ops);
}

const cases: Readonly<Record<string, Case>> = {
  'padding of one': { attrs: convAttrs(9, 3, { padding: [1, 1] }) },
  'padding of two, every other row': { attrs: convAttrs(6, 5, { padding: [2, 2], stride: [2, 1] }) },
  'rows of nothing but padding': { attrs: convAttrs(6, 3, { padding: [4, 0] }) },
  'dilated': { attrs: convAttrs(6, 3, { padding: [2, 2], dilation: [2, 1] }) },
  'two groups': { attrs: convAttrs(10, 3, { padding: [1, 1], groups: 2 }) },
  'planar, whose rows of a window are not neighbours': { attrs: convAttrs(6, 3, { padding: [1, 1] }), channels: 3 },
  'some fibers': { attrs: convAttrs(9, 3, { padding: [1, 1] }), removed: (i) => (i * 7) % 72 % 5 < 2 },
  'fibers of the last row of the window alone': { attrs: convAttrs(9, 3, { padding: [2, 1] }), removed: (i) => i % 9 < 6 },
};

describe.each(engines)('$name', (engine) => {
  test.each(Object.entries(cases))('%s', (_name, each) => {
    for (const samples of [1, 2]) expect(kernelError(programOf(each, samples), 1, ops, engine)).toBeLessThanOrEqual(1);
  });
});

/** The output where all memory but constants and the image holds `rest`. */
function runOver(rest: number, module: KernelModule, engine: Engine, image: Float64Array): Float32Array {
  const constants = module.segments.map(({ offset, data }) => [offset, offset + data.length] as const);
  const running = start(module, {
    ...engine,
    start: (each) => {
      const kernels = engine.start(each);
      for (const i of kernels.memory.keys()) if (!constants.some(([from, to]) => from <= i && i < to)) kernels.memory[i] = rest;
      return kernels;
    },
  });
  running.write(new Map([['image', tensor([1, 8, 7, 8], image)]]));
  running.run('run');
  return running.read('scores').data;
}

test.each(engines)('no row above or below the image is read: $name', (engine) => {
  const program = programOf({ attrs: convAttrs(8, 3, { padding: [2, 0] }), removed: (i) => i % 3 === 0 }, 1);
  const module = lowerDeployed(program, ops, engine.machine);
  const { data } = normals('image', [1, 8, 7, 8]);
  const expected = runOver(0, module, engine, data);
  expect(expected.some((value) => value !== 0)).toBe(true);
  expect(runOver(NaN, module, engine, data)).toEqual(expected);
});

/** Which steps of the table the calls of a kernel take, in order, each change once. */
function spansOf({ functions, segments }: KernelModule, kernel: string): readonly (readonly [from: number, to: number])[] {
  const spans: (readonly [number, number])[] = [];
  const visit = (statements: readonly Stmt[]): void => {
    for (const statement of statements) {
      if (statement.kind === 'repeat') visit(statement.body);
      if (statement.kind !== 'call' || statement.callee.name !== kernel) continue;
      const [from, to] = statement.args.slice(-2).map((arg) => (arg.kind === 'int' ? arg.value / wasmMachine.unit : NaN));
      const table = present(segments.find(({ offset, data }) => offset <= (from ?? NaN) && (to ?? NaN) <= offset + data.length), 'table').offset;
      const span = [(from ?? NaN) - table, (to ?? NaN) - table] as const;
      if (spans.at(-1)?.join() !== span.join()) spans.push(span);
    }
  };
  visit(present(functions.at(-1), 'entry').body);
  return spans;
}

test.each([
  ['24 steps to a row of the window, six turns', 8, [[24, 72], [0, 72], [0, 48]]],
  ['30 steps to a row, of which seven turns fall away', 10, [[28, 90], [0, 90], [0, 62]]],
])('rows share the microkernels of a tile: %s', (_name, channels, spans) => {
  const module = lowerDeployed(programOf({ attrs: convAttrs(8, 3, { padding: [1, 1] }), channels }, 1), ops, wasmMachine);
  expect(spansOf(module, 'run0_conv_4x2')).toEqual(spans);
});
