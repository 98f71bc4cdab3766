// Suite `compile`: how long the command line takes, process start included, and how large its output is.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { present } from '../../src/base/invariant.ts';
import type { Tensor } from '../../src/base/tensor.ts';
import { encodeSafetensors } from '../../src/engine/safetensors.ts';
import { median } from '../measure.ts';
import type { Network } from '../network.ts';
import { sslSource } from '../peers/ssl-source.ts';
import { inTemporaryFolder, measureCommand, timeCommand } from '../process.ts';
import { formatMs } from '../report.ts';
import type { Result, Row, Table } from '../report.ts';
import { shrink } from '../shrink.ts';
import type { Measured, Suite, SuiteContext } from '../suite.ts';
import { blockSource } from './block-source.ts';
import { caffeNetStack } from './caffenet-stack.ts';
import { leNets, wholeNetwork } from './lenet.ts';
import { caseProgram, networkCases } from './network-cases.ts';

const OURS = 'ssl-wasm';
const WEIGHTS = 'weights';
const RUNS = 5;

interface Case {
  readonly name: string;
  readonly network: () => Network;
  /** What compaction leaves of it. */
  readonly compacted: (network: Network) => Network;
  /** Source with names of its own for the layers; absent: as `sslSource` writes it. */
  readonly example?: { readonly file: string; readonly layers: readonly string[] };
}

const leNet2 = present(leNets.find(({ number }) => number === 2), 'LeNet 2');

const cases: readonly Case[] = [
  {
    name: 'lenet',
    network: () => wholeNetwork(leNet2),
    compacted: (network) => shrink(network).network,
    example: { file: 'lenet.ssl', layers: ['conv1', 'conv2', 'fc1', 'fc2'] },
  },
  { name: 'caffenet', network: caffeNetStack, compacted: (network) => network },
];

interface Input {
  readonly text: string;
  readonly parameters: ReadonlyMap<string, Tensor<Float32Array>>;
}

function inputOf({ example }: Case, network: Network): Input {
  const { text, parameters } = sslSource('CaffeNet', network);
  if (!example) return { text, parameters };
  const layers = [...new Set([...parameters.keys()].map((name) => name.replace(/\..*/, '')))];
  const renamed = [...parameters].map(([name, tensor]) => {
    const [layer = '', suffix = ''] = name.split('.');
    return [`${example.layers[layers.indexOf(layer)]}.${suffix}`, tensor] as const;
  });
  return { text: readFileSync(new URL(`../../examples/${example.file}`, import.meta.url), 'utf8'), parameters: new Map(renamed) };
}

interface Size {
  readonly bytes: number;
  readonly gzipBytes: number;
}

function sizeOfFiles(contents: readonly Uint8Array[]): Size {
  return {
    bytes: contents.reduce((sum, content) => sum + content.length, 0),
    gzipBytes: contents.reduce((sum, content) => sum + gzipSync(content, { level: 9 }).length, 0),
  };
}

/** The files that are loaded; declarations are for editors. */
function moduleSize(folder: string): Size {
  return sizeOfFiles(readdirSync(folder).filter((file) => !file.endsWith('.d.ts')).map((file) => readFileSync(join(folder, file))));
}

/** Weights and biases as f32, one after another. */
function weightsSize({ layers }: Network): Size {
  const parts = layers.flatMap((layer) => ('weights' in layer ? [layer.weights, layer.bias] : []));
  return sizeOfFiles([Buffer.concat(parts.map((part) => new Uint8Array(part.buffer, part.byteOffset, part.byteLength)))]);
}

function rowNames({ name }: Case): { readonly check: string; readonly build: string } {
  return { check: `${name}/check`, build: `${name}/check+build` };
}

async function runCase(each: Case, context: SuiteContext): Promise<readonly Row[]> {
  const names = rowNames(each);
  const network = each.network();
  const { text, parameters } = inputOf(each, network);
  return inTemporaryFolder(async (folder) => {
    const [source, weights, out] = ['net.ssl', 'net.safetensors', 'out'].map((name) => join(folder, name)) as [string, string, string];
    writeFileSync(source, text);
    writeFileSync(weights, Buffer.concat(encodeSafetensors(parameters)));
    const checks: number[] = [];
    const builds: number[] = [];
    for (let turn = 0; turn < RUNS; turn++) {
      checks.push(await timeCommand(['check', source]));
      builds.push(await timeCommand(['build', source, '--weights', weights, '--out', out]));
    }
    const both = median(checks.map((ms, turn) => ms + (builds[turn] ?? NaN)));
    context.progress(`${each.name}: check ${formatMs(median(checks))}, check and build ${formatMs(both)}`);
    const rows: readonly Row[] = [
      { case: names.check, candidate: OURS, threads: 1, ms: median(checks) },
      { case: names.build, candidate: OURS, threads: 1, ms: both, ...moduleSize(out) },
      { case: names.build, candidate: WEIGHTS, threads: 1, ms: 0, ...weightsSize(each.compacted(network)) },
    ];
    return rows.filter((row) => context.wantsCase(row.case) && context.wantsCandidate(row.candidate));
  });
}

/** The largest example, at the sparsity of Table 4, row 2. */
const alexNet = present(networkCases.find(({ name }) => name === 'alexnet/2'), 'AlexNet 2');
const alexNetRows = { check: 'alexnet/check', build: 'alexnet/build' } as const;

async function runAlexNet(context: SuiteContext): Promise<readonly Row[]> {
  return inTemporaryFolder(async (folder) => {
    const source = join(import.meta.dirname, '../../examples', alexNet.example);
    const [weights, out] = [join(folder, 'alexnet.safetensors'), join(folder, 'out')];
    const rows: Row[] = [];
    if (context.wantsCase(alexNetRows.check)) {
      const ms: number[] = [];
      for (let turn = 0; turn < RUNS; turn++) ms.push(await timeCommand(['check', source]));
      rows.push({ case: alexNetRows.check, candidate: OURS, threads: 1, ms: median(ms) });
      context.progress(`alexnet: check ${formatMs(median(ms))}`);
    }
    if (context.wantsCase(alexNetRows.build)) {
      const parameters = [...caseProgram(alexNet).parameters].map(([name, { shape, data }]) => [name, { shape, data: Float32Array.from(data) }] as const);
      writeFileSync(weights, Buffer.concat(encodeSafetensors(new Map(parameters))));
      const { ms, resident } = await measureCommand(['build', source, '--weights', weights, '--out', out]);
      // Throws if the module is not what was built, or computes something else.
      await timeCommand(['verify', out, '--source', source, '--weights', weights]);
      rows.push({ case: alexNetRows.build, candidate: OURS, threads: 1, ms, resident });
      context.progress(`alexnet: build ${formatMs(ms)}, verified`);
    }
    return rows;
  });
}

/** A source that is checked alone. */
const BLOCKS_CHECK = 'blocks/check';

async function runBlocks(context: SuiteContext): Promise<readonly Row[]> {
  return inTemporaryFolder(async (folder) => {
    const source = join(folder, 'net.ssl');
    writeFileSync(source, blockSource());
    const checks: number[] = [];
    for (let turn = 0; turn < RUNS; turn++) checks.push(await timeCommand(['check', source]));
    context.progress(`blocks: check ${formatMs(median(checks))}`);
    return [{ case: BLOCKS_CHECK, candidate: OURS, threads: 1, ms: median(checks) }];
  });
}

async function run(context: SuiteContext): Promise<Measured> {
  const rows: Row[] = [];
  for (const each of cases) {
    if (Object.values(rowNames(each)).some(context.wantsCase)) rows.push(...(await runCase(each, context)));
  }
  if (Object.values(alexNetRows).some(context.wantsCase) && context.wantsCandidate(OURS)) rows.push(...(await runAlexNet(context)));
  if (context.wantsCase(BLOCKS_CHECK) && context.wantsCandidate(OURS)) rows.push(...(await runBlocks(context)));
  return { rows };
}

function tables({ rows }: Result): readonly Table[] {
  const times = rows.filter(({ candidate }) => candidate === OURS);
  const sizes = rows.filter(({ bytes }) => bytes !== undefined);
  return [
    {
      title: 'Whole processes',
      head: ['case', 'seconds', 'process, MiB'],
      body: times.map(({ case: name, ms, resident }) => [name, (ms / 1000).toFixed(2), resident === undefined ? '' : (resident / 2 ** 20).toFixed(0)]),
    },
    {
      title: 'Emitted module beside its weights, bytes',
      head: ['case', 'raw', 'gzip'],
      body: sizes.map(({ case: name, candidate, bytes, gzipBytes }) => [`${name} ${candidate}`, String(bytes), String(gzipBytes)]),
    },
  ].filter(({ body }) => body.length > 0);
}

export const compileSuite: Suite = {
  name: 'compile',
  doc: 'check, and check + build, as whole processes; size of the emitted module',
  candidates: [OURS, WEIGHTS],
  cases: [...cases.flatMap((each) => Object.values(rowNames(each))), ...Object.values(alexNetRows), BLOCKS_CHECK],
  packages: () => [],
  run,
  tables,
};
