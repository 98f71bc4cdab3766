// Convolutions most of whose weights are zero, as every schedule that leaves them out.

import { describe, expect, test } from 'vitest';
import { present } from '../../../src/base/invariant.ts';
import type { ParameterData, Program } from '../../../src/ir/graph.ts';
import type { TargetMachine } from '../../../src/ir/kernel.ts';
import { planDeployed } from '../../../src/lower/lower.ts';
import type { ScheduledNest } from '../../../src/lower/schedule/schedule-nests.ts';
import { printSchedule } from '../../../src/lower/schedule/schedule-text.ts';
import { tapRunsOf } from '../../../src/lower/sparse/tap-runs.ts';
import type { Tap } from '../../../src/lower/sparse/sparse-sum.ts';
import { ops } from '../../../src/ops/index.ts';
import { jsMachine } from '../../../src/targets/js/machine.ts';
import { wasmMachine } from '../../../src/targets/wasm/machine.ts';
import { kernelError } from '../../random/kernels.ts';
import { convAttrs, networkOf, normals } from '../../train/networks.ts';
import { deployed, interpreters } from '../harness.ts';

interface Layer {
  readonly filters: number;
  readonly channels: number;
  readonly extent: readonly [rows: number, columns: number];
  readonly window: number;
  readonly stride?: number;
  readonly dilation?: number;
  readonly groups?: number;
  readonly padding?: number;
  /** The image is what another convolution makes of the input. */
  readonly inside?: boolean;
  /** Its image is added to what it answers, as at the end of a shortcut. */
  readonly isResidual?: boolean;
  /** Which weights stay, by their place among those of a filter and the number of the filter. */
  readonly keeps?: (place: number, filter: number) => boolean;
}

const oneInNine = (place: number, filter: number): boolean => (place + 2 * filter) % 9 === 1;
/** Of 3 x 3. */
const planes = (place: number, filter: number): boolean => (Math.floor(place / 9) + filter) % 6 === 0;

/** Padded so that windows reach over every edge; relu is fused. */
function sparse({ filters, channels, extent, window, stride = 1, dilation = 1, groups = 1, padding = 1, inside = false, isResidual = false, keeps = oneInNine }: Layer): Program {
  const attrs = convAttrs(filters, window, { groups, stride: [stride, stride], dilation: [dilation, dilation], padding: [padding, padding] });
  const { graph, parameters } = networkOf([inside ? 2 : channels, ...extent], filters, (image, layer) => {
    const from = inside ? layer('before', 'conv', [image], convAttrs(channels, 1, {})) : image;
    const sum = layer('conv', 'conv', [from], attrs);
    return layer('scores', 'global_avg_pool', [layer('act', 'relu', [isResidual ? layer('sum', 'add', [from, sum]) : sum])]);
  });
  const perFilter = (channels / groups) * window ** 2;
  return {
    graph,
    parameters: new Map(parameters.map(({ name, shape }): [string, ParameterData] => {
      const value = normals(name, shape);
      if (name !== 'conv.weight') return [name, value];
      return [name, { ...value, data: value.data.map((weight, i) => (keeps(i % perFilter, Math.floor(i / perFilter)) ? weight : 0)), sparse: true }];
    })),
  };
}

function nestOf(program: Program, machine: TargetMachine): ScheduledNest {
  return present(planDeployed(program, ops, machine).programs[0]?.nests.find(({ name }) => /^conv(\.group0)?$/.test(name)), 'conv');
}

/** Of the schedules that leave zeros out, some of every sort. */
function sparseTexts(program: Program, machine: TargetMachine): readonly string[] {
  const { candidates, domain } = nestOf(program, machine);
  const texts = candidates.filter(({ schedule }) => schedule.kind === 'sparse').map(({ schedule }) => printSchedule(schedule, domain.nest.axes));
  const every = Math.ceil(texts.length / 12);
  return texts.filter((_, i) => i % every === 0 || i === texts.length - 1);
}

const layers: readonly (readonly [string, Layer])[] = [
  ['rows of whole vectors', { filters: 8, channels: 4, extent: [5, 8], window: 3 }],
  ['a last vector that is moved back', { filters: 8, channels: 2, extent: [5, 13], window: 3 }],
  ['rows shorter than a vector', { filters: 8, channels: 5, extent: [6, 3], window: 3 }],
  ['rows and columns that stride', { filters: 24, channels: 5, extent: [9, 14], window: 3, stride: 2 }],
  ['phases of unequal length', { filters: 24, channels: 3, extent: [11, 17], window: 5, stride: 3, padding: 2 }],
  ['a window that is dilated', { filters: 6, channels: 4, extent: [8, 9], window: 3, dilation: 2, padding: 2 }],
  ['groups', { filters: 16, channels: 4, extent: [6, 7], window: 3, groups: 2 }],
  ['an image that is computed before', { filters: 8, channels: 6, extent: [6, 7], window: 3, inside: true }],
  ['the end of a shortcut', { filters: 12, channels: 12, extent: [6, 7], window: 3, inside: true, isResidual: true }],
  ['whole 2-D filters', { filters: 8, channels: 6, extent: [9, 9], window: 3, keeps: planes }],
  ['a filter without weights', { filters: 8, channels: 4, extent: [5, 6], window: 3, keeps: (place, filter) => filter !== 1 && oneInNine(place, filter) }],
];

describe.each([...deployed, ...interpreters])('$name', (engine) => {
  test.each(layers)('%s', { timeout: 60_000 }, (_, layer) => {
    const program = sparse(layer);
    const texts = sparseTexts(program, engine.machine);
    expect(texts.length).toBeGreaterThan(0);
    const name = (layer.groups ?? 1) > 1 ? 'conv.group0' : 'conv';
    const errors = texts.map((text) => [text, kernelError(program, 1, ops, engine, { schedules: new Map([[name, text]]) })] as const);
    expect(errors.filter(([, error]) => !(error <= 1))).toEqual([]);
  });
});

/** A dense layer with few weights; every third row has none. */
function sparseDense(inputs: number, units: number): Program {
  const { graph, parameters } = networkOf([inputs], units, (image, layer) => layer('act', 'relu', [layer('scores', 'dense', [image], { units, bias: true })]));
  return {
    graph,
    parameters: new Map(parameters.map(({ name, shape }): [string, ParameterData] => {
      const value = normals(name, shape);
      return name === 'scores.weight' ? [name, { ...value, data: value.data.map((weight, i) => (i % 13 === 2 && Math.floor(i / inputs) % 3 !== 1 ? weight : 0)), sparse: true }] : [name, value];
    })),
  };
}

describe.each([...deployed, ...interpreters])('row by row, $name', (engine) => {
  test.each([
    ['a dense layer', sparseDense(70, 9), 'scores'],
    ['a dense layer of one unit', sparseDense(30, 1), 'scores'],
    ['a convolution', sparse({ filters: 6, channels: 4, extent: [5, 6], window: 3 }), 'conv'],
  ])('%s', (_, program, name) => {
    expect(kernelError(program, 1, ops, engine, { schedules: new Map([[name, 'sparse rows']]) })).toBeLessThanOrEqual(1);
  });
});

test('dense layers are walked row by row where few weights are left', () => {
  const { choice, domain } = present(planDeployed(sparseDense(200, 30), ops, wasmMachine).programs[0]?.nests[0], 'nest');
  expect(printSchedule(choice.schedule, domain.nest.axes)).toBe('sparse rows');
});

test.each([
  ['in WebAssembly', wasmMachine, 'sparse 4 of y, 2 vectors of x, runs of 3'],
  ['in JavaScript', jsMachine, 'sparse 4 of x, 2 vectors of y, runs of 3'],
])('2-D filters are taken in runs %s', (_, machine, text) => {
  const { choice, domain } = nestOf(sparse({ filters: 8, channels: 8, extent: [12, 8], window: 3, inside: true, keeps: planes }), machine);
  expect(printSchedule(choice.schedule, domain.nest.axes)).toBe(text);
});

test('a network that is not marked keeps its zeros', () => {
  const { graph, parameters } = sparse({ filters: 8, channels: 4, extent: [5, 8], window: 3 });
  const plain = { graph, parameters: new Map([...parameters].map(([name, { shape, data }]) => [name, { shape, data }])) };
  expect(nestOf(plain, wasmMachine).candidates.filter(({ schedule }) => schedule.kind === 'sparse')).toEqual([]);
});

const tapsAt = (...offsets: readonly number[]): readonly Tap[] => offsets.map((offset) => ({ offset, weight: offset + 1 }));

test('runs take each weight once, stay within the window, and hold zeros where a tap is missing', () => {
  const window = new Set([0, 1, 5, 10, 11, 15, 20, 21, 25, 30]);
  expect(tapRunsOf(tapsAt(0, 1, 10, 20, 30), window, 10, 3)).toEqual([
    { offset: 0, weights: [1, 11, 21] },
    { offset: 1, weights: [2, 0, 0] },
    { offset: 10, weights: [0, 0, 31] },
  ]);
});

test('a row without taps has one run of zeros', () => {
  expect(tapRunsOf([], new Set([3, 13]), 10, 2)).toEqual([{ offset: 3, weights: [0, 0] }]);
});

test('no run reaches past the window', () => {
  expect(tapRunsOf(tapsAt(1), new Set([0, 1, 10]), 10, 2)).toBeUndefined();
});
