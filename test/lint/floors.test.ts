import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { floorViolations, floors } from './floors.ts';

let root = '';
beforeAll(() => {
  root = mkdtempSync(path.join(os.tmpdir(), 'floors-'));
});
afterAll(() => {
  rmSync(root, { recursive: true });
});

let trees = 0;
function violations(files: Readonly<Record<string, string>>): string[] {
  const src = path.join(root, String(trees++));
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(src, file)), { recursive: true });
    writeFileSync(path.join(src, file), text);
  }
  return floorViolations(src);
}

describe('floors', () => {
  test('src keeps them', () => {
    expect(floorViolations(path.join(import.meta.dirname, '../../src'))).toEqual([]);
  });

  test('each floor imports its own and those above, and none below', () => {
    for (const [height, from] of floors.entries()) {
      if (from === 'runtime') continue;
      for (const [depth, to] of floors.entries()) {
        const found = violations({ [`${from}/a.ts`]: `import { b } from '../${to}/shared/b.ts';` });
        const fault = `src/${from}/a.ts:1 imports ${to} from ${from}: a file imports only from floors above it`;
        expect(found, `${from} -> ${to}`).toEqual(depth > height ? [fault] : []);
      }
    }
  });

  test.each([
    ['a type', `import type { Plan } from '../driver/plan.ts';`],
    ['a list over lines', `import {\n  plan,\n} from '../driver/plan.ts';`],
    ['a bare import', `import '../driver/plan.ts';`],
    ['a re-export', `export { plan } from '../driver/plan.ts';`],
    ['everything', `export * from '../driver/plan.ts';`],
    ['a dynamic import', `export const load = () => import('../driver/plan.ts');`],
    ['an import type', `export type Plan = import('../driver/plan.ts').Plan;`],
    ['no extension', `import { plan } from '../driver/plan';`],
  ])('%s counts', (_, text) => {
    expect(violations({ 'ir/graph.ts': text })).toEqual([
      expect.stringMatching(/^src\/ir\/graph\.ts:[13] imports driver from ir: /),
    ]);
  });

  test('text that merely looks like an import does not', () => {
    expect(
      violations({
        'emit/module.ts': [
          `// import { plan } from '../driver/plan.ts';`,
          `/* import('node:fs') */`,
          "export const code = `const { readFile } = await import('node:fs/promises');`;",
          `export const line = "import x from '../driver/plan.ts'";`,
        ].join('\n'),
      }),
    ).toEqual([]);
  });

  test('the place is named', () => {
    expect(violations({ 'base/a.ts': `// one\n// two\nimport { x } from '../cli/x.ts';\n` })).toEqual([
      'src/base/a.ts:3 imports cli from base: a file imports only from floors above it',
    ]);
  });

  test('outside src, on no floor, and the entry', () => {
    expect(violations({ 'cli/a.ts': `import { x } from '../../bench/x.ts';` })).toEqual([
      'src/cli/a.ts:1 imports ../../bench/x.ts: it is outside src',
    ]);
    expect(violations({ 'util/a.ts': `import { x } from '../base/x.ts';` })).toEqual(['src/util/a.ts:1 is on no floor']);
    expect(violations({ 'index.ts': `export { x } from './driver/x.ts';`, 'cli/a.ts': `import '../index.ts';` })).toHaveLength(1);
  });
});

describe('Node', () => {
  test('is for driver and cli', () => {
    expect(violations({ 'driver/a.ts': `import 'node:fs';`, 'cli/a.ts': `import os from 'os';` })).toEqual([]);
    expect(violations({ 'data/a.ts': `import 'node:fs';`, 'ir/a.ts': `import path from 'path';` })).toEqual([
      'src/data/a.ts:1 imports node:fs: only driver and cli reach files, clocks and processes',
      'src/ir/a.ts:1 imports path: only driver and cli reach files, clocks and processes',
    ]);
  });

  test('has one door in the engine, for threads', () => {
    const text = `import { Worker } from 'node:worker_threads';`;
    expect(violations({ 'engine/node-threads.ts': text })).toEqual([]);
    expect(violations({ 'engine/phases.ts': text })).toHaveLength(1);
    expect(violations({ 'engine/node-threads.ts': `import 'node:fs';` })).toHaveLength(1);
  });
});

test('runtime imports nothing from outside itself', () => {
  expect(
    violations({
      'runtime/a.ts': `import '../base/x.ts';\nimport 'chevrotain';\nimport 'node:fs';\nimport('../base/x.ts');\nimport('node:fs');`,
    }).map((line) => line.split(' ')[0]),
  ).toEqual(['src/runtime/a.ts:1', 'src/runtime/a.ts:2', 'src/runtime/a.ts:3', 'src/runtime/a.ts:4', 'src/runtime/a.ts:5']);
  expect(violations({ 'runtime/a.ts': `import './b.ts';` })).toEqual([]);
});

describe('siblings', () => {
  test('ops: the list names them, what it does not name is shared', () => {
    const ops = {
      'ops/index.ts': `import type { Op } from '../ir/op.ts';\nimport { conv } from './layers/conv.ts';\nimport { relu } from './activations/relu.ts';`,
      'ir/op.ts': '',
      'ops/support/windows.ts': '',
      'ops/layers/conv.ts': `import '../support/windows.ts';\nimport '../../ir/op.ts';`,
    };
    const relu = 'ops/activations/relu.ts';
    expect(violations({ ...ops, [relu]: `import '../../ir/op.ts';\nimport '../support/windows.ts';` })).toEqual([]);
    expect(violations({ ...ops, [relu]: `import '../layers/conv.ts';` })).toEqual([
      'src/ops/activations/relu.ts:1 imports ops/layers/conv.ts: members of ops do not import one another',
    ]);
    expect(violations({ ...ops, [relu]: '', 'ops/support/windows.ts': `import '../activations/relu.ts';` })).toHaveLength(1);
  });

  test('passes', () => {
    const passes = { 'passes/pipeline.ts': `import './fold.ts';\nimport './fuse.ts';`, 'passes/fold.ts': '' };
    expect(violations({ ...passes, 'passes/fuse.ts': '' })).toEqual([]);
    expect(violations({ ...passes, 'passes/fuse.ts': `import { fold } from './fold.ts';` })).toHaveLength(1);
    expect(violations({ 'passes/fold.ts': '', 'passes/fuse.ts': `import './fold.ts';` })).toHaveLength(1);
  });

  test('targets: folders', () => {
    const targets = { 'targets/registry.ts': `import './wasm/target.ts';\nimport './js/target.ts';`, 'targets/js/target.ts': '' };
    expect(violations({ ...targets, 'targets/wasm/target.ts': `import './a.ts';\nimport '../target.ts';` })).toEqual([]);
    expect(violations({ ...targets, 'targets/wasm/target.ts': `import '../js/target.ts';` })).toEqual([
      'src/targets/wasm/target.ts:1 imports targets/js: members of targets do not import one another',
    ]);
  });
});
