// Activations where their textbook forms would fail: next to 0, where digits are lost, and far out, where exponentials
// overflow. What kernels answer is right to a few units in the last place of the answer itself.

import { describe, expect, test } from 'vitest';
import { present } from '../../src/base/invariant.ts';
import { tensor } from '../../src/base/tensor.ts';
import { graphBuilder } from '../../src/ir/builder.ts';
import type { Attrs, Graph, Program } from '../../src/ir/graph.ts';
import { lowerDeployed, lowerTraining } from '../../src/lower/lower.ts';
import { lowerThreads } from '../../src/lower/threads/lower-threads.ts';
import { ops } from '../../src/ops/index.ts';
import { planModule } from '../../src/targets/gpujs/plan.ts';
import { jsMachine } from '../../src/targets/js/machine.ts';
import { printJs } from '../../src/targets/js/print.ts';
import { deployed, start, targets } from '../lower/harness.ts';
import type { Engine, Running } from '../lower/harness.ts';

const magnitudes = [0, 1e-30, 1e-7, 3e-4, 0.01, 0.3, 0.59, 0.61, 1.1, 1.3, 2.9, 3, 3.1, 9, 30, 87, 89, 300, 1e30, Infinity];
const inputs = Float64Array.from([...magnitudes, ...magnitudes.map((x) => -x), NaN], Math.fround);
/** Close enough together that some meet the worst roundings. */
const close = Float64Array.from([...inputs.filter((x) => Math.abs(x) <= 1e30), ...Array.from({ length: 6000 }, (_, i) => (i - 3000) / 256)], Math.fround);

/** Relative errors where exponentials of squares and products with logarithms are taken: their arguments are rounded, and are up to 90. */
const roughly: ReadonlyMap<string, number> = new Map([['gelu', 1e-5], ['pow', 1e-5]]);

interface Answer {
  readonly x: number;
  readonly found: number;
  readonly wanted: number;
}

interface Started {
  readonly running: Running;
  readonly program: string;
  readonly output: string;
}

/** An op of operands `x0`, `x1` and so on that answers `y`. */
function graphOf(op: string, attrs: Attrs, operands: number, length: number): Graph {
  const builder = graphBuilder('activation', { samples: 1, shards: 1 }, ops);
  builder.output('y', builder.one(op, Array.from({ length: operands }, (_, i) => builder.input(`x${i}`, 'sample', [1, length])), attrs));
  return builder.finish();
}

/** What a program answers to these operands, x the last, beside the reference. */
function answersOf(op: string, attrs: Attrs, operands: readonly Float64Array[], { running, program, output }: Started): readonly Answer[] {
  const feeds = operands.map((data) => tensor([1, data.length], data));
  running.write(new Map(feeds.map((feed, i) => [`x${i}`, feed])));
  running.run(program);
  const found = running.read(output).data;
  const [wanted] = present(ops.get(op), op).reference(attrs, feeds, { samples: 1, shards: 1 });
  return [...present(operands.at(-1), 'operand')].map((at, i) => ({ x: at, found: found[i] ?? NaN, wanted: wanted?.data[i] ?? NaN }));
}

function answers(op: string, attrs: Attrs, engine: Engine): readonly Answer[] {
  const module = lowerDeployed({ graph: graphOf(op, attrs, 1, inputs.length), parameters: new Map() }, ops, engine.machine);
  return answersOf(op, attrs, [inputs], { running: start(module, engine), program: 'run', output: 'y' });
}

/** What the gradient op makes of gradients of 1. */
function slopes(op: string, attrs: Attrs, engine: Engine): readonly Answer[] {
  const module = lowerTraining({ step: graphOf(`${op}_grad`, attrs, 2, close.length) }, ops, engine.machine);
  return answersOf(`${op}_grad`, attrs, [new Float64Array(close.length).fill(1), close], { running: start(module, engine), program: 'step', output: 'step/y' });
}

/** The op behind a convolution. */
function behindConvolution(op: string, attrs: Attrs): Program {
  const builder = graphBuilder('layers', { samples: 1, shards: 1 }, ops);
  const weight = tensor([8, 8, 3, 3], new Float64Array(8 * 8 * 9).fill(0.5));
  const conv = builder.one('conv', [builder.input('x', 'sample', [1, 8, 6, 6]), builder.parameter('w', weight.shape)], { filters: 8, window: [3, 3], stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1, bias: false });
  builder.output('y', builder.one(op, [conv], attrs));
  return { graph: builder.finish(), parameters: new Map([['w', weight]]) };
}

/** Exponentials in the code of an element. */
const exponentials = (code: string): number => code.split('Math.exp(').length - 1;

describe('what stands at several places of an expression is computed once', () => {
  test.each([
    ['tanh', {}],
    ['elu', { alpha: 1 }],
    ['softplus', {}],
    ['gelu', { approximate: false }],
    ['mish', {}],
  ] as const)('%s takes one exponential', (op, attrs) => {
    const program = { graph: graphOf(op, attrs, 1, 8), parameters: new Map() };
    expect(exponentials(printJs(lowerDeployed(program, ops, jsMachine)))).toBe(1);
    expect(planModule(lowerThreads(program, ops)).kernels.map(({ source }) => exponentials(source))).toEqual([1]);
    // Microkernels write out all elements of a tile.
    const layers = (of: Program): string => printJs(lowerDeployed(of, ops, jsMachine));
    expect(exponentials(layers(behindConvolution(op, attrs)))).toBe(exponentials(layers(behindConvolution('exp', {}))));
  });

  test.each([
    ['swish_grad', { beta: 1 }, 1],
    ['gelu_grad', { approximate: true }, 1],
    ['gelu_grad', { approximate: false }, 2],
    ['mish_grad', {}, 2],
  ] as const)('%s %o', (op, attrs, count) => {
    expect(exponentials(printJs(lowerTraining({ step: graphOf(op, attrs, 2, 8) }, ops, jsMachine)))).toBe(count);
  });
});

describe.each(deployed)('$name', (engine) => {
  test.each([
    ['sigmoid', {}],
    ['tanh', {}],
    ['elu', { alpha: 1 }],
    ['hard_sigmoid', {}],
    ['hard_swish', {}],
    ['leaky_relu', { slope: 0.01 }],
    ['clip', { low: -1, high: 1 }],
    ['selu', { alpha: 1.6732632423543772, gamma: 1.0507009873554805 }],
    ['softplus', {}],
    ['softsign', {}],
    ['gelu', { approximate: false }],
    ['gelu', { approximate: true }],
    ['swish', { beta: 1 }],
    ['mish', {}],
    ['exp', {}],
    ['log', {}],
    ['sqrt', {}],
    ['abs', {}],
    ['pow', { exponent: 3 }],
    ['pow', { exponent: -2 }],
    ['pow', { exponent: 0.5 }],
    ['pow', { exponent: 0.3 }],
    ['pow', { exponent: 21 }],
  ] as const)('%s %o', (op, attrs) => {
    // Of NaN comparisons make what they like; hard_swish multiplies infinity by 0.
    const known = answers(op, attrs, engine).filter(({ x, wanted }) => !Number.isNaN(x) && !Number.isNaN(wanted));
    const wrong = known.filter(({ x, found, wanted }) => Math.fround(wanted) !== found && !(Math.abs(found - wanted) <= (roughly.get(op) ?? 1e-6) * Math.abs(wanted) + 2 ** -126 * (1 + Math.min(Math.abs(x), 100))));
    expect(wrong.map(({ x, found, wanted }) => `${op}(${x}) is ${wanted}, not ${found}`)).toEqual([]);
  });

  test.each([['sigmoid', {}], ['tanh', {}], ['elu', { alpha: 1 }], ['softplus', {}], ['gelu', { approximate: false }], ['exp', {}], ['log', {}]] as const)('%s of NaN is NaN', (op, attrs) => {
    expect(answers(op, attrs, engine).at(-1)?.found).toBeNaN();
  });
});

describe.each(targets)('slopes on $name', (engine) => {
  // They turn, so they are 0 somewhere: what is off is measured against 1.
  test.each([
    ['gelu', { approximate: false }],
    ['gelu', { approximate: true }],
    ['swish', { beta: 1 }],
    ['swish', { beta: 4 }],
    ['mish', {}],
    ['softplus', {}],
    ['softsign', {}],
  ] as const)('%s %o', (op, attrs) => {
    const wrong = slopes(op, attrs, engine).filter(({ x, found, wanted }) => !Number.isNaN(x) && !(Math.abs(found - wanted) <= 4 * 2 ** -24 * Math.max(1, Math.abs(wanted))));
    expect(wrong.map(({ x, found, wanted }) => `${op}'(${x}) is ${wanted}, not ${found}`)).toEqual([]);
  });
});
