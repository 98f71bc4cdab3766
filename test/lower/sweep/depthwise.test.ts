// Depthwise convolutions, as every sweep that fits them.

import { describe, expect, test } from 'vitest';
import { present } from '../../../src/base/invariant.ts';
import type { Program } from '../../../src/ir/graph.ts';
import type { TargetMachine } from '../../../src/ir/kernel.ts';
import { planDeployed } from '../../../src/lower/lower.ts';
import type { ScheduledNest } from '../../../src/lower/schedule/schedule-nests.ts';
import { printSchedule } from '../../../src/lower/schedule/schedule-text.ts';
import { ops } from '../../../src/ops/index.ts';
import { wasmMachine } from '../../../src/targets/wasm/machine.ts';
import { kernelError } from '../../random/kernels.ts';
import { convAttrs, networkOf, normals } from '../../train/networks.ts';
import { deployed, interpreters } from '../harness.ts';

interface Layer {
  readonly channels: number;
  readonly extent: number;
  readonly window: number;
  readonly stride?: number;
  readonly dilation?: number;
}

/** Padded so that windows reach over every edge; relu is fused. */
function depthwise({ channels, extent, window, stride = 1, dilation = 1 }: Layer): Program {
  const attrs = convAttrs(channels, window, { groups: channels, stride: [stride, stride], dilation: [dilation, dilation], padding: [1, 1] });
  const { graph, parameters } = networkOf([channels, extent, extent], channels, (image, layer) => layer('scores', 'global_avg_pool', [layer('act', 'relu', [layer('conv', 'conv', [image], attrs)])]));
  return { graph, parameters: new Map(parameters.map(({ name, shape }) => [name, normals(name, shape)])) };
}

function nestOf(program: Program, machine: TargetMachine): ScheduledNest {
  return present(planDeployed(program, ops, machine).programs[0]?.nests.find(({ name }) => name === 'conv'), 'conv');
}

describe.each([...deployed, ...interpreters])('$name', (engine) => {
  test.each([
    ['vectors that fill up', { channels: 8, extent: 7, window: 3 }],
    ['a last vector of two channels', { channels: 6, extent: 7, window: 3 }],
    ['strides', { channels: 6, extent: 9, window: 3, stride: 2 }],
    ['dilation', { channels: 5, extent: 8, window: 3, dilation: 2 }],
    ['a window of 25 points', { channels: 5, extent: 8, window: 5 }],
    ['a row of two points', { channels: 4, extent: 2, window: 3 }],
  ])('%s', { timeout: 60_000 }, (_, layer) => {
    const program = depthwise(layer);
    const { candidates, domain } = nestOf(program, engine.machine);
    const texts = candidates.map(({ schedule }) => printSchedule(schedule, domain.nest.axes));
    const errors = texts.map((text) => [text, kernelError(program, 1, ops, engine, { schedules: new Map([['conv', text]]) })] as const);
    expect(errors.filter(([, error]) => !(error <= 1))).toEqual([]);
  });
});

test.each([
  [{ channels: 6, extent: 12, window: 3 }, 'sweep n y, 4 of x, vectors of c, unrolled'],
  [{ channels: 6, extent: 12, window: 3, stride: 2 }, 'sweep n y, 4 of x, vectors of c, unrolled'],
  [{ channels: 6, extent: 3, window: 3 }, 'sweep n y, 2 of x, vectors of c, unrolled'],
] as const)('%o is one nest with vectors along channels', (layer, text) => {
  const { choice, domain } = nestOf(depthwise(layer), wasmMachine);
  expect(printSchedule(choice.schedule, domain.nest.axes)).toBe(text);
});
