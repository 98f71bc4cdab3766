// Small networks with random weights and random zero groups, compacted and emitted for gpu.js, each with an
// input and what the float64 reference makes of it.

import { readFileSync } from 'node:fs';
import { present } from '../../src/base/invariant.ts';
import { sizeOf } from '../../src/base/tensor.ts';
import { check } from '../../src/check/check.ts';
import { runtimeFunctions } from '../../src/driver/build/runtime-functions.ts';
import { emitGpujs } from '../../src/targets/gpujs/emit.ts';
import type { EmittedModule } from '../../src/emit/emit-module.ts';
import { evaluate } from '../../src/ir/evaluate.ts';
import type { Program } from '../../src/ir/graph.ts';
import { lowerThreads } from '../../src/lower/threads/lower-threads.ts';
import { ops } from '../../src/ops/index.ts';
import { compaction, runPasses } from '../../src/passes/pipeline.ts';
import { parse } from '../../src/syntax/parse.ts';
import { rebatch } from '../../src/train/rebatch.ts';
import { feedsOf } from '../random/build.ts';
import { draws } from '../random/draw.ts';
import { withRandomMasks } from '../random/masks.ts';

export interface GpujsCase {
  readonly name: string;
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

interface Source {
  readonly name: string;
  readonly text: string;
  readonly samples: number;
  /** What elimination has to leave. */
  readonly leaves: readonly string[];
}

const sources: readonly Source[] = [
  { name: 'lenet', text: example('lenet'), samples: 1, leaves: ['conv', 'tap_dense'] },
  { name: 'lenet-shapes', text: example('lenet-shapes'), samples: 1, leaves: ['tap_conv'] },
  { name: 'mlp', text: example('mlp'), samples: 1, leaves: ['tap_dense', 'dense'] },
  { name: 'residual', text: residual, samples: 1, leaves: ['normalize_input', 'conv', 'tap_conv', 'add', 'batch_norm', 'avg_pool', 'max_pool', 'softmax'] },
  { name: 'residual-batch', text: residual, samples: 3, leaves: ['tap_conv', 'add', 'softmax'] },
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

interface Trial {
  readonly program: Program;
  readonly input: Float64Array;
  readonly expected: Float64Array;
}

/** The first random weights and masks that leave what a source asks for, and an output that the input decides. */
function firstThatLeaves({ leaves, samples }: Source, dense: Program): Trial {
  for (let seed = 1; seed <= 500; seed++) {
    const masked = withRandomMasks(randomWeights(dense, seed), seed, ops);
    const compacted = runPasses(masked, compaction, ops, { verify: true });
    if (!leaves.every((op) => compacted.graph.nodes.some((node) => node.op === op))) continue;
    const program = { ...compacted, graph: rebatch(compacted.graph, { samples, shards: 1 }, ops) };
    const [trial, other] = [trialOf(program, seed), trialOf(program, seed + 1)];
    if (differenceOf(trial.expected, other.expected) > 1e-2) return trial;
  }
  throw new Error(`no seed leaves ${leaves.join(', ')}`);
}

function trialOf(program: Program, seed: number): Trial {
  const feeds = feedsOf(program, seed);
  const input = present(program.graph.nodes.find((node) => node.op === 'input'), 'input');
  const [output] = evaluate(program.graph, ops, feeds).outputs.values();
  return { program, input: present(feeds.get(String(input.attrs['name'])), 'feed').data, expected: present(output, 'output').data };
}

async function caseOf(source: Source): Promise<GpujsCase> {
  const { name, text } = source;
  const { network } = present(check(parse({ name: `${name}.ssl`, text }).file, ops).model, name);
  const blank = new Map(network.parameters.map((parameter) => [parameter.name, { shape: parameter.shape, data: new Float64Array(0) }]));
  const { program, input, expected } = firstThatLeaves(source, { graph: network.graph, parameters: blank });
  const emitted = await emitGpujs({ module: lowerThreads(program, ops), name: network.name, file: name, layout: 'chw', meta: {}, runtime: await runtimeFunctions() });
  return { name, emitted, input: [...input], expected: [...expected] };
}

export const gpujsCases = async (): Promise<readonly GpujsCase[]> => Promise.all(sources.map(caseOf));

/** Of the largest value. */
export const gpujsBound = 1e-4;

/** Largest difference over the largest value expected; NaN where one is not a number. */
export function differenceOf(expected: ArrayLike<number>, found: ArrayLike<number>): number {
  const values = Array.from(expected);
  return Math.max(...values.map((value, i) => Math.abs(value - (found[i] ?? NaN)))) / Math.max(...values.map(Math.abs));
}
