import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { structures } from '../../src/ir/structure.ts';
import { ops } from '../../src/ops/index.ts';
import { methods } from '../../src/train/methods/index.ts';
import { optimizers } from '../../src/train/optimizers/index.ts';
import { tasks } from '../../src/train/tasks/index.ts';
import { allowed, isExcused, namesIn } from './names.ts';

const names: ReadonlySet<string> = new Set([...ops.keys(), ...structures.map(({ name }) => name), ...Object.keys(methods), ...Object.keys(optimizers), ...Object.keys(tasks)]);
const src = path.join(import.meta.dirname, '../../src');

test('src knows no structure, method, optimizer, task or op by name outside its record', () => {
  expect(namesIn(src, names).filter((found) => !isExcused(found)).map(({ file, line, name }) => `${file}:${line} ${name}`)).toEqual([]);
});

test('every excuse is needed', () => {
  const found = namesIn(src, names);
  const unused = allowed.flatMap(({ names: excused, files }) => (excused === 'all' ? [] : excused).filter((name) => !found.some((each) => each.name === name && files.test(each.file))).map((name) => `${name} in ${files.source}`));
  expect(unused).toEqual([]);
});

test('planted names are found: compared, in a switch, in a type, as a key, in a template without parts', () => {
  const root = mkdtempSync(path.join(tmpdir(), 'names-'));
  const plant = (file: string, text: string): void => {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
  };
  plant('passes/a.ts', "if (node.op === 'max_pool') go();\nswitch (op) { case \"tap_conv\": }\n");
  plant('sparsity/b.ts', "type Kind = 'fibers';\nconst t = { 'subgradient': 1 };\nconst n = `softmax`;\n");
  plant('sparsity/c.ts', "if (pruning.kind === 'channels') go({ kind: 'filters' });\nif (set.structure === 'channels') go();\n");
  plant('ops/softmax.ts', "export const name = 'softmax';\n");
  expect(namesIn(root, names).map(({ file, line, name }) => `${file}:${line} ${name}`)).toEqual(['passes/a.ts:1 max_pool', 'passes/a.ts:2 tap_conv', 'sparsity/b.ts:1 fibers', 'sparsity/b.ts:2 subgradient', 'sparsity/b.ts:3 softmax', 'sparsity/c.ts:2 channels']);
});
