// Each fixture `NAME.ssl`, with every second of its penalised groups at zero and those that are alone, goes through the
// passes; `NAME.expect.md` holds the graph before them and after each. `vitest run test/passes -u` rewrites it.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Program } from '../../src/ir/graph.ts';
import { printGraph } from '../../src/ir/print.ts';
import { ops } from '../../src/ops/index.ts';
import { compaction, runPasses } from '../../src/passes/pipeline.ts';
import { modelOf, weightsOf } from '../cli/support.ts';
import { largestDifference } from '../random/checks.ts';

const folder = join(import.meta.dirname, 'fixtures');

const block = (title: string, text: string): string => `## ${title}\n\n\`\`\`text\n${text.trimEnd()}\n\`\`\`\n`;

test.each(readdirSync(folder).filter((name) => name.endsWith('.ssl')))('%s', async (name) => {
  const text = readFileSync(join(folder, name), 'utf8');
  const parameters = new Map([...weightsOf(text)].map(([parameter, { shape, data }]) => [parameter, { shape, data: Float64Array.from(data) }]));
  const trained: Program = { graph: modelOf(text).network.graph, parameters };
  let graph = printGraph(trained.graph);
  const sections = [block('Source', text), block('Before', graph)];
  const compacted = runPasses(trained, compaction, ops, {
    verify: true,
    onAfter: (pass, after) => {
      const found = printGraph(after.graph);
      sections.push(found === graph ? `## After ${pass.name}: the same\n` : block(`After ${pass.name}`, found));
      graph = found;
    },
  });
  expect(largestDifference(trained, compacted, 1, ops)).toBeLessThan(1e-12);
  await expect(sections.join('\n')).toMatchFileSnapshot(join(folder, name.replace(/\.ssl$/, '.expect.md')));
});
