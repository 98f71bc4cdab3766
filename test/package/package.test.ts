// The package as others have it: packed, installed into an empty folder, and used there, on the Node that runs
// the tests and on the one that the machine has itself. Takes its dependencies from npm.

import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const root = path.join(import.meta.dirname, '../..');
const folder = mkdtempSync(path.join(tmpdir(), 'ssl-compile-package-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Folders with programs that are no project's own. */
const ownPath = (process.env['PATH'] ?? '').split(path.delimiter).filter((place) => !place.includes('node_modules'));
const machinesNode = ownPath.find((place) => existsSync(path.join(place, 'node')));
const nodes = [...new Set([path.dirname(process.execPath), ...(machinesNode === undefined ? [] : [machinesNode])])];

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** @param node The folder of the `node` that runs it all. */
function run(node: string, place: string, command: string, ...args: readonly string[]): Promise<Ran> {
  const settings = Object.entries(process.env).filter(([name]) => !name.startsWith('npm_') && !name.startsWith('NODE_') && !name.startsWith('VITEST'));
  const env = { ...Object.fromEntries(settings), PATH: [node, ...ownPath].join(path.delimiter) };
  return new Promise((resolve) => {
    execFile(command, args, { cwd: place, env, encoding: 'utf8' }, (error, out, err) => resolve({ code: error ? Number(error.code ?? 1) : 0, out, err }));
  });
}

const source = `network Net(image: tensor[1, 28, 28]) {
  conv1 = conv(image, filters = 4, window = 5)
  pool1 = max_pool(conv1, window = 4)
  return dense(pool1, units = 10)
}

sparsity { lasso filters of conv1 strength 0.02 }

train on digits {
  baseline { epochs = 1, rate = 0.02 }
  sparsify { epochs = 1 }
}
`;

// What a person writes who follows the README.
const script = `import { check, evaluate, loadDataset, parse } from 'ssl-compile';
import { load } from './out/net.js';

const { file } = parse('network N(x: tensor[2]) { return dense(x, units = 2) }');
const net = await load();
const report = await evaluate('out', await loadDataset('digits'));
console.log(JSON.stringify({ classes: check(file).model.network.outputs[0].shape[0], scores: net.run(new Float32Array(784)).length, wrong: report.wrong }));
`;

const typed = `import { build, check, evaluate, loadDataset, loadModel, parse, train, verify, writeFiles } from 'ssl-compile';
import type { Dataset, EvaluationReport, TrainResult } from 'ssl-compile';
import { load } from './out/net.js';

export const classes: number | undefined = check(parse('network N(x: tensor[2]) { return x }').file).model?.network.outputs[0]?.shape[0];
export async function all(file: string): Promise<EvaluationReport> {
  const data: Dataset = await loadDataset('digits');
  const result: TrainResult = await train(loadModel(file).model, data, { out: 'run' });
  if (result.status === 'finished') console.log(result.summary.error);
  writeFiles('out', (await build(loadModel('run'), { target: 'wasm' })).files);
  const shape: readonly [1, 28, 28] = (await load()).inputShape;
  console.log(shape, (await verify('out', loadModel('run'))).ok);
  return evaluate('out', data);
}
`;

/** @throws with all it has said where the command fails. */
async function done(running: Promise<Ran>): Promise<Ran> {
  const ran = await running;
  if (ran.code !== 0) throw new Error(`${ran.out}\n${ran.err}`);
  return ran;
}

interface Packed {
  readonly filename: string;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}
let packed: Packed;

beforeAll(async () => {
  const { out } = await done(run(path.dirname(process.execPath), root, 'npm', 'pack', '--json', '--pack-destination', folder));
  // Before it npm passes on what the build says.
  [packed] = JSON.parse(out.slice(out.indexOf('[\n'))) as [Packed];
});

it('holds what is used, and no more', () => {
  const names = packed.files.map((file) => file.path);
  expect(names).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'package.json', 'dist/index.js', 'dist/index.d.ts', 'dist/cli/main.js', 'examples/lenet.ssl', 'grammar/README.md']));
  expect(names.filter((name) => !/^(dist|examples)\/|^grammar\/[\w.]+\.(md|html|ebnf|json)$|^(LICENSE|README\.md|package\.json)$/.test(name))).toEqual([]);
  expect(packed.unpackedSize).toBeLessThan(2_700_000);
});

describe.each(nodes)('installed into an empty folder, with the node of %s', (node) => {
  const project = mkdtempSync(path.join(folder, 'project-'));
  const inProject = (command: string, ...args: readonly string[]): Promise<Ran> => run(node, project, command, ...args);
  const sslCompile = (...args: readonly string[]): Promise<Ran> => inProject('npx', '--no-install', 'ssl-compile', ...args);
  let installed: Ran;

  beforeAll(async () => {
    await done(inProject('npm', 'init', '-y'));
    installed = await done(inProject('npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', path.join(folder, packed.filename)));
    writeFileSync(path.join(project, 'net.ssl'), source);
  });

  it('npm has nothing to warn of, be it engines or scripts that want to run', () => {
    expect(installed.err).toBe('');
  });

  it('the commands work', async () => {
    expect(await sslCompile('check', 'net.ssl')).toMatchObject({ code: 0, err: '' });
    expect(await sslCompile('train', 'net.ssl', '--out', 'run', '--json', '--no-timing')).toMatchObject({ code: 0 });
    expect(await sslCompile('build', 'run', '--out', 'out')).toMatchObject({ code: 0, err: '' });
    expect(await sslCompile('verify', 'out', '--weights', 'run')).toMatchObject({ code: 0, err: '', out: expect.stringMatching(/\nok\n$/) });
    expect(await sslCompile('evaluate', 'out')).toMatchObject({ code: 0, err: '', out: expect.stringContaining('test samples of digits') });
  });

  it('the library and the module work', async () => {
    writeFileSync(path.join(project, 'use.mjs'), script);
    const { code, out, err } = await inProject('node', 'use.mjs');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const { wrong } = JSON.parse((await sslCompile('evaluate', 'run', '--json')).out) as { wrong: number };
    expect(JSON.parse(out)).toEqual({ classes: 2, scores: 10, wrong });
  });

  it('its types are right without the DOM', async () => {
    const options = { strict: true, module: 'nodenext', target: 'es2022', lib: ['es2022'], types: ['node'], typeRoots: [path.join(root, 'node_modules/@types')], noEmit: true };
    writeFileSync(path.join(project, 'typed.mts'), typed);
    writeFileSync(path.join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: ['typed.mts'] }));
    expect(await inProject(path.join(root, 'node_modules/.bin/tsc'), '-p', '.')).toEqual({ code: 0, out: '', err: '' });
  });

  it('says which Node it needs, and means it', () => {
    const { engines } = JSON.parse(readFileSync(path.join(project, 'node_modules/ssl-compile/package.json'), 'utf8')) as { engines: { node: string } };
    expect(engines.node).toBe('>=20.19');
  });
});
