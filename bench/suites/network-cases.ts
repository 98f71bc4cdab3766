// Whole networks of the papers: the examples of this repository, with random weights and the sparsity that a table
// names. What is zero is drawn at random, evenly over the groups of a convolution and of the one that reads it, since
// libraries ask for groups of one size.

import { join } from 'node:path';
import { invariant, present } from '../../src/base/invariant.ts';
import { sizeOf } from '../../src/base/tensor.ts';
import { checkFile } from '../../src/driver/model/source.ts';
import type { ParameterData, Program } from '../../src/ir/graph.ts';
import type { Parameter } from '../../src/ir/network.ts';
import { ops } from '../../src/ops/index.ts';
import { rewrite } from '../../src/passes/rewrite.ts';
import { randomIndices, randomValues } from '../masks.ts';

/** What a table says of a convolution: shares of its weight matrix that are zero. */
interface LayerSparsity {
  readonly layer: string;
  readonly rows?: number;
  readonly columns?: number;
  /** Groups of this convolution; default 1. */
  readonly groups?: number;
  /** Equal parts that lose rows alike: its groups, or those of its reader; default 1. */
  readonly parts?: number;
  /** The convolution whose rows are its channels; absent: the image. */
  readonly reads?: string;
  /** Its rows go at both ends, because an lrn behind it mixes neighbours, and peers cut no channel from between them. */
  readonly atEnds?: true;
}

export interface NetworkCase {
  readonly name: string;
  /** A file of `examples/`. */
  readonly example: string;
  readonly sparsity?: readonly LayerSparsity[];
  /** Layers all of whose parameters are zero, so that the branch they are in adds nothing. */
  readonly removed?: readonly string[];
}

const convNet = (number: 2 | 3, rows: readonly number[], columns: readonly number[]): NetworkCase => ({
  name: `convnet/${number}`,
  example: 'convnet.ssl',
  sparsity: [
    { layer: 'conv1', rows: rows[0] ?? 0 },
    { layer: 'conv2', rows: rows[1] ?? 0, columns: columns[1] ?? 0, reads: 'conv1' },
    { layer: 'conv3', rows: rows[2] ?? 0, columns: columns[2] ?? 0, reads: 'conv2' },
  ],
});

const alexNet = (number: 2 | 5, rows: readonly number[], columns: readonly number[]): NetworkCase => ({
  name: `alexnet/${number}`,
  example: 'alexnet.ssl',
  sparsity: [
    { layer: 'conv1', rows: rows[0] ?? 0, parts: 2, atEnds: true },
    { layer: 'conv2', rows: rows[1] ?? 0, columns: columns[1] ?? 0, groups: 2, parts: 2, reads: 'conv1', atEnds: true },
    { layer: 'conv3', rows: rows[2] ?? 0, columns: columns[2] ?? 0, parts: 2, reads: 'conv2' },
    { layer: 'conv4', rows: rows[3] ?? 0, columns: columns[3] ?? 0, groups: 2, parts: 2, reads: 'conv3' },
    { layer: 'conv5', columns: columns[4] ?? 0, groups: 2, parts: 2, reads: 'conv4' },
  ],
});

export const networkCases: readonly NetworkCase[] = [
  { name: 'convnet/dense', example: 'convnet.ssl' },
  convNet(2, [0.5, 0.281, 0.016], [0, 0.593, 0.351]),
  convNet(3, [0.313, 0, 0.016], [0, 0.428, 0.098]),
  { name: 'alexnet/dense', example: 'alexnet.ssl' },
  alexNet(2, [0.094, 0.129, 0.406, 0.469], [0, 0.632, 0.769, 0.847, 0.807]),
  alexNet(5, [], [0, 0.209, 0.397, 0.397, 0.246]),
  { name: 'resnet20/dense', example: 'resnet20.ssl' },
  // Figure 6 names 14 layers; that the last unit of each stage goes is our choice.
  { name: 'resnet20/14', example: 'resnet20.ssl', removed: ['stage1.2', 'stage2.2', 'stage3.2'] },
  { name: 'mobilenet/dense', example: 'mobilenet.ssl' },
];

/** The checked example with random parameters, zero where the case says so. */
export function caseProgram({ name, example, sparsity = [], removed = [] }: NetworkCase): Program {
  const { network } = checkFile(join(import.meta.dirname, '../../examples', example), ops).model;
  const isRemoved = ({ layer }: Parameter): boolean => removed.some((unit) => layer.startsWith(`${unit}.`));
  const parameters = new Map(network.parameters.map((parameter) => [parameter.name, randomParameter(parameter, example, isRemoved(parameter))]));
  const zeroRows = new Map<string, ReadonlySet<number>>();
  for (const layer of sparsity) {
    const weight = present(parameters.get(`${layer.layer}.weight`), `weight of ${layer.layer}`);
    const rows = rowsRemoved(name, layer, weight.shape[0] ?? 0);
    zeroRows.set(layer.layer, rows);
    const columns = columnsKept(name, layer, weight.shape, zeroRows.get(layer.reads ?? '') ?? new Set());
    const fibers = sizeOf(weight.shape.slice(1));
    const perGroup = (weight.shape[0] ?? 0) / (layer.groups ?? 1);
    const keeps = (row: number, fiber: number): boolean => !rows.has(row) && present(columns[Math.floor(row / perGroup)], 'group').has(fiber);
    parameters.set(`${layer.layer}.weight`, { ...weight, data: weight.data.map((value, at) => (keeps(Math.floor(at / fibers), at % fibers) ? value : 0)) });
    const bias = present(parameters.get(`${layer.layer}.bias`), `bias of ${layer.layer}`);
    parameters.set(`${layer.layer}.bias`, { ...bias, data: bias.data.map((value, row) => (rows.has(row) ? 0 : value)) });
  }
  return { graph: network.graph, parameters };
}

/** The same network without its response normalisations. */
export function withoutLrn(program: Program): Program {
  return rewrite(program, ops, ({ op, inputs: [operand] }, { copied }) => (op === 'lrn' && operand ? [copied(operand)] : undefined));
}

/** Of longer lists so many values are drawn and repeated: a prime, so that they meet no extent of a layer. */
const MOST_DRAWN = 1_048_583;

/** Drawn about what it starts from in training, no value zero; weights such that maps keep their size. */
function randomParameter({ name, shape, initial }: Parameter, stream: string, isZero: boolean): ParameterData {
  const size = sizeOf(shape);
  // A running variance stays one: its branch is zero by gamma and beta alone.
  if (isZero && !name.endsWith('.variance')) return { shape, data: new Float64Array(size) };
  const scale = initial.kind === 'xavier' ? Math.sqrt(2 / initial.fanIn) : 0.1;
  const middle = initial.kind === 'constant' ? initial.value : initial.kind === 'statistic' && initial.of === 'deviation' ? 1 : 0;
  const drawn = Float64Array.from(randomValues(`${stream}/${name}`, Math.min(size, MOST_DRAWN), scale), (value) => Math.fround(middle + value));
  const data = new Float64Array(size);
  for (let at = 0; at < size; at += drawn.length) data.set(drawn.subarray(0, size - at), at);
  return { shape, data };
}

function rowsRemoved(name: string, { layer, rows = 0, parts = 1, atEnds }: LayerSparsity, filters: number): ReadonlySet<number> {
  const perPart = filters / parts;
  const removed = perPart - Math.round(perPart * (1 - rows));
  const inPart = (part: number): readonly number[] => {
    if (!atEnds) return randomIndices(`${name}/${layer}/rows${part}`, perPart, removed);
    return Array.from({ length: removed }, (_, i) => (part === 0 ? i : perPart - 1 - i));
  };
  invariant(!atEnds || parts === 2, 'there are two ends');
  return new Set(Array.from({ length: parts }, (_, part) => inPart(part).map((row) => part * perPart + row)).flat());
}

/** By group, the fibers that stay: every channel that is not zero keeps one, so that all groups read as many. */
function columnsKept(name: string, { layer, columns = 0, groups = 1 }: LayerSparsity, [, channels = 0, ...window]: readonly number[], zeroChannels: ReadonlySet<number>): readonly ReadonlySet<number>[] {
  const area = sizeOf(window);
  return Array.from({ length: groups }, (_, group) => {
    const live = Array.from({ length: channels }, (_each, channel) => channel).filter((channel) => !zeroChannels.has(group * channels + channel));
    const kept = Math.min(Math.round(channels * area * (1 - columns)), live.length * area);
    const others = randomIndices(`${name}/${layer}/fibers${group}`, live.length * (area - 1), kept - live.length);
    const first = live.map((channel) => channel * area + Math.floor(area / 2));
    const rest = others.map((at) => {
      const place = at % (area - 1);
      return (live[Math.floor(at / (area - 1))] ?? 0) * area + (place < Math.floor(area / 2) ? place : place + 1);
    });
    return new Set([...first, ...rest]);
  });
}
