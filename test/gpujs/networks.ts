// Small networks with random weights and random zero groups, compacted and emitted for gpu.js, each with an
// input and what the float64 reference makes of it.

import { readFileSync } from 'node:fs';
import { present } from '../../src/base/invariant.ts';
import { sizeOf } from '../../src/base/tensor.ts';
import { check } from '../../src/check/check.ts';
import { runtimeTexts } from '../../src/driver/runtime-texts.ts';
import { emitGpujs } from '../../src/emit/emit-gpujs.ts';
import type { EmittedModule } from '../../src/emit/emit-module.ts';
import { evaluate } from '../../src/ir/evaluate.ts';
import type { Program } from '../../src/ir/graph.ts';
import { lowerThreads } from '../../src/lower/lower-threads.ts';
import { ops } from '../../src/ops/index.ts';
import { compaction, runPasses } from '../../src/passes/pipeline.ts';
import { parse } from '../../src/syntax/parse.ts';
import { rebatch } from '../../src/train/rebatch.ts';
import { draws, feedsOf, withRandomZeros } from '../random/network.ts';

export interface GpujsCase {
  readonly name: string;
  readonly program: Program;
  readonly emitted: EmittedModule;
  readonly input: readonly number[];
  readonly expected: readonly number[];
}

/** Shortcuts, strides, padding, a batch norm that nothing folds, and softmax over several kernels. */
const residual = `
const width = 8

network Residual(image: tensor[3, 12, 12]) {
  x     = normalize(image, mean = [0.5, 0.25, 0.125], deviation = [0.5, 0.25, 0.5])
  stem  = relu(batch_norm(conv(x, width, 3, padding = 1, bias = false)))
  a1    = relu(batch_norm(conv(stem, width, 3, padding = 1, bias = false)))
  a2    = batch_norm(conv(a1, width, 3, padding = 1, bias = false))
  one   = relu(add(a2, stem))
  two   = relu(batch_norm(one))
  b1    = relu(batch_norm(conv(two, 2 * width, 3, stride = 2, padding = 1, bias = false)))
  b2    = batch_norm(conv(b1, 2 * width, 3, padding = 1, groups = 2, bias = false))
  skip  = batch_norm(conv(two, 2 * width, 1, stride = 2, bias = false))
  three = relu(add(b2, skip))
  pool  = avg_pool(max_pool(three, window = 3, stride = 2, padding = 1), window = 3)
  return softmax(dense(pool, units = 10))
}
`;

const example = (name: string): string => readFileSync(new URL(`../../examples/${name}.ssl`, import.meta.url), 'utf8');

/** Seeds are chosen for what they leave; the tests say what that is. */
const sources: readonly { readonly name: string; readonly text: string; readonly seed: number; readonly samples: number }[] = [
  { name: 'lenet', text: example('lenet'), seed: 35, samples: 1 },
  { name: 'lenet-shapes', text: example('lenet-shapes'), seed: 10, samples: 1 },
  { name: 'mlp', text: example('mlp'), seed: 26, samples: 1 },
  { name: 'residual', text: residual, seed: 21, samples: 1 },
  { name: 'residual-batch', text: residual, seed: 31, samples: 3 },
];

/** Normal weights, as large as keeps activations near one. */
function randomWeights(program: Program, seed: number): Program {
  const draw = draws(seed, 'weights');
  const parameters = [...program.parameters].map(([name, { shape }]) => {
    const scale = shape.length > 1 ? 1 / Math.sqrt(sizeOf(shape.slice(1))) : 0.5;
    const value = (): number => (name.endsWith('.variance') ? 0.5 + draw.uniform() : scale * draw.normal());
    return [name, { shape, data: Float64Array.from({ length: sizeOf(shape) }, value) }] as const;
  });
  return { graph: program.graph, parameters: new Map(parameters) };
}

async function caseOf({ name, text, seed, samples }: (typeof sources)[number]): Promise<GpujsCase> {
  const { network } = present(check(parse({ name: `${name}.ssl`, text }).file, ops).model, name);
  const blank = new Map(network.parameters.map((parameter) => [parameter.name, { shape: parameter.shape, data: new Float64Array(0) }]));
  const masked = withRandomZeros(randomWeights({ graph: network.graph, parameters: blank }, seed), seed, ops);
  const compacted = runPasses(masked, compaction, ops, { verify: true });
  const program = { ...compacted, graph: rebatch(compacted.graph, { samples, shards: 1 }, ops) };
  const feeds = feedsOf(program, seed);
  const input = present(program.graph.nodes.find((node) => node.op === 'input'), 'input');
  const [output] = [...evaluate(program.graph, ops, feeds).outputs.values()];
  const emitted = await emitGpujs({ module: lowerThreads(program, ops), name: network.name, file: name, layout: 'chw', meta: {}, runtime: runtimeTexts() });
  return { name, program, emitted, input: [...present(feeds.get(String(input.attrs['name'])), 'feed').data], expected: [...present(output, 'output').data] };
}

export const gpujsCases = async (): Promise<readonly GpujsCase[]> => Promise.all(sources.map(caseOf));

/** Of the largest value. */
export const gpujsBound = 1e-4;

/** Largest difference over the largest value expected; NaN where one is not a number. */
export function differenceOf(expected: readonly number[], found: ArrayLike<number>): number {
  const largest = Math.max(...expected.map(Math.abs));
  return Math.max(...expected.map((value, i) => Math.abs(value - (found[i] ?? NaN)))) / largest;
}
