// Suite `stored`: the paper's LeNets with weights in f32, f16 and int8: bytes of the files that a program loads, and how long
// a process that has loaded nothing takes to import and load them.

import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { encodeSafetensors } from '../../src/engine/safetensors.ts';
import { build, loadModel, writeFiles } from '../../src/index.ts';
import type { WeightTypeName } from '../../src/index.ts';
import { median } from '../measure.ts';
import type { Network } from '../network.ts';
import { sslSource } from '../peers/ssl-source.ts';
import { inTemporaryFolder } from '../process.ts';
import { distinct, formatMs, formatRatio, ratio, rowOf } from '../report.ts';
import type { Result, Row, Table } from '../report.ts';
import type { Measured, Suite, SuiteContext } from '../suite.ts';
import { leNets, wholeNetwork } from './lenet.ts';

const types: readonly { readonly name: string; readonly weightsAs?: WeightTypeName }[] = [{ name: 'f32' }, { name: 'f16', weightsAs: 'f16' }, { name: 'int8', weightsAs: 'int8' }];

/** Times that each module is loaded, in turns. */
const rounds = 25;

const loader = new URL('../load-module.mjs', import.meta.url).pathname;

interface StoredModule {
  readonly name: string;
  readonly file: string;
  readonly bytes: number;
}

/** Built as a user builds it. Declarations are not loaded. */
async function modulesOf(network: Network, folder: string, context: SuiteContext): Promise<readonly StoredModule[]> {
  const { text, parameters } = sslSource('LeNet', network);
  const [source, weights] = [join(folder, 'lenet.ssl'), join(folder, 'lenet.safetensors')];
  writeFileSync(source, text);
  writeFileSync(weights, Buffer.concat([...encodeSafetensors(parameters)]));
  const model = loadModel(source, weights);
  const modules: StoredModule[] = [];
  for (const { name, weightsAs } of types.filter((type) => context.wantsCandidate(type.name))) {
    const { files } = await build(model, weightsAs ? { weightsAs } : {});
    const out = join(folder, name);
    mkdirSync(out);
    writeFiles(out, files);
    modules.push({ name, file: join(out, 'lenet.js'), bytes: files.filter((file) => !file.name.endsWith('.d.ts')).reduce((sum, { bytes }) => sum + bytes.length, 0) });
  }
  return modules;
}

async function runCase(name: string, network: Network, context: SuiteContext): Promise<readonly Row[]> {
  return inTemporaryFolder(async (folder) => {
    const modules = await modulesOf(network, folder, context);
    const times = modules.map((): number[] => []);
    for (let round = 0; round < rounds; round++) {
      for (const [i, { file }] of modules.entries()) times[i]?.push(Number(execFileSync(process.execPath, [loader, pathToFileURL(file).href], { encoding: 'utf8' })));
    }
    const rows = modules.map(({ name: candidate, bytes }, i): Row => ({ case: name, candidate, threads: 1, ms: median(times[i] ?? []), bytes }));
    context.progress(`${name}: ${rows.map(({ candidate, ms, bytes = NaN }) => `${candidate} ${bytes} bytes, ${formatMs(ms)} ms`).join(', ')}`);
    return rows;
  });
}

async function run(context: SuiteContext): Promise<Measured> {
  const rows: Row[] = [];
  for (const net of leNets) if (context.wantsCase(`lenet/${net.number}`)) rows.push(...(await runCase(`lenet/${net.number}`, wholeNetwork(net), context)));
  return { rows };
}

function tables({ rows }: Result): readonly Table[] {
  const names = types.map(({ name }) => name);
  const share = (of: string, name: string): string => formatRatio(ratio(rowOf(rows, of, name)?.bytes, rowOf(rows, of, 'f32')?.bytes));
  const body = distinct(rows.map((row) => row.case)).map((of) => [of, ...names.map((name) => String(rowOf(rows, of, name)?.bytes ?? '')), ...names.slice(1).map((name) => share(of, name)), ...names.map((name) => formatMs(rowOf(rows, of, name)?.ms))]);
  return [{ title: 'Bytes of a module, shares of those of f32, and milliseconds until it is loaded', head: ['case', ...names, ...names.slice(1).map((name) => `${name} / f32`), ...names.map((name) => `${name} ms`)], body }];
}

export const storedSuite: Suite = {
  name: 'stored',
  doc: 'LeNet with weights stored in f32, f16 and int8: bytes, and how long a new process takes to load them',
  candidates: types.map(({ name }) => name),
  cases: leNets.map(({ number }) => `lenet/${number}`),
  packages: () => [],
  run,
  tables,
};
