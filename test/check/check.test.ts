// Each fixture `NAME.ssl` is checked and compared with `NAME.expect.md`: the source, then the diagnostics as
// rendered, then the model. `vitest run test/check -u` rewrites the expectations.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { renderDiagnostic } from '../../src/base/frame.ts';
import type { Source } from '../../src/base/span.ts';
import { check } from '../../src/check/check.ts';
import type { Checked } from '../../src/check/check.ts';
import { parseProgram } from '../../src/check/program/imports.ts';
import type { Model } from '../../src/ir/network.ts';
import type { Graph } from '../../src/ir/graph.ts';
import { parseGraph } from '../../src/ir/parse.ts';
import { printGraph } from '../../src/ir/print.ts';
import { verifyGraph } from '../../src/ir/verify.ts';
import { ops } from '../../src/ops/index.ts';
import { parse } from '../../src/syntax/parse.ts';

const folder = join(import.meta.dirname, 'fixtures');
const examples = join(import.meta.dirname, '../../examples');

const sourcesIn = (path: string): string[] => readdirSync(path).filter((name) => name.endsWith('.ssl'));

function checkText(name: string, text: string): Checked {
  const { file, diagnostics } = parse({ name, text });
  expect(diagnostics).toEqual([]);
  return check(file, ops);
}

const withoutSpan = (value: object): object => Object.fromEntries(Object.entries(value).filter(([key]) => key !== 'span'));

const withoutSpans = (graph: Graph): object => ({ ...graph, nodes: graph.nodes.map(withoutSpan) });

/** The graph verifies, and its text reads back as the same graph. */
function expectSound(graph: Graph): void {
  verifyGraph(graph, ops, 'checking');
  expect(parseGraph({ name: 'graph', text: printGraph(graph) })).toEqual(withoutSpans(graph));
}

function describeModel({ network, penalties, method, train }: Model): string {
  const { graph, parameters, ...rest } = network;
  return [
    printGraph(graph),
    ...parameters.map((parameter) => `parameter ${JSON.stringify(parameter)}`),
    `network ${JSON.stringify(rest)}`,
    `method ${method}`,
    ...penalties.map((penalty) => `penalty ${JSON.stringify(withoutSpan(penalty))}`),
    ...(train ? [`train ${JSON.stringify(withoutSpan({ ...train, phases: undefined, batchSpans: undefined, heldOutSpan: undefined }))}`] : []),
    ...(train?.phases ?? []).map((phase) => `phase ${JSON.stringify(phase)}`),
  ].join('\n');
}

const block = (title: string, language: string, lines: string): string => `## ${title}\n\n\`\`\`${language}\n${lines.trimEnd()}\n\`\`\`\n`;

describe('fixtures', () => {
  test.each(sourcesIn(folder))('%s', async (name) => {
    const text = readFileSync(join(folder, name), 'utf8');
    const { model, diagnostics } = checkText(name, text);
    const sections = [
      block('Source', 'text', text),
      ...(diagnostics.length > 0 ? [block('Diagnostics', 'text', diagnostics.map(renderDiagnostic).join('\n\n'))] : []),
      ...(model ? [block('Model', 'text', describeModel(model))] : []),
    ];
    if (model) expectSound(model.network.graph);
    await expect(sections.join('\n')).toMatchFileSnapshot(join(folder, name.replace(/\.ssl$/, '.expect.md')));
  });
});

test.each(sourcesIn(examples))('example %s has no fault', (name) => {
  const read = (path: string): Source => ({ name: path, text: readFileSync(join(examples, path), 'utf8') });
  const program = parseProgram(read(name), read);
  expect(program.diagnostics).toEqual([]);
  const { model, diagnostics } = check(program.main, ops, { imported: program.imported });
  expect(diagnostics.map(renderDiagnostic)).toEqual([]);
  expect(model).toBeDefined();
});
