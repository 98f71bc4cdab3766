// Deployed networks to models: every operation, and random networks, dense and compacted, read back and computed by the reference.

import { describe, expect, it, test } from 'vitest';
import { present } from '../../../src/base/invariant.ts';
import type { Program } from '../../../src/ir/graph.ts';
import { exportGraph } from '../../../src/onnx/export/export-graph.ts';
import { proveExport } from '../../../src/onnx/export/prove.ts';
import type { ExportProof } from '../../../src/onnx/export/prove.ts';
import { readModel } from '../../../src/onnx/model/read-model.ts';
import { ops } from '../../../src/ops/index.ts';
import { randomInputs } from '../../../src/driver/build/random-input.ts';
import { rebatch } from '../../../src/train/rebatch.ts';
import { randomCase } from '../../random/checks.ts';
import { alone, deployed, only } from './single.ts';

const options = { producerVersion: '0', metadata: new Map<string, string>() };

function proved(program: Program): ExportProof {
  return proveExport(exportGraph(program, options), program, [1, 2, 3].map((seed) => randomInputs(program.graph, seed)), ops);
}

describe('every operation that a deployed network has', () => {
  test.each(deployed.map((op) => [op.name, op] as const))('%s', (_, op) => {
    for (let seed = 0; seed < 12; seed++) expect(proved(only(op, seed)).samples).toBe(3);
  });
});

describe('random networks', () => {
  test.each(Array.from({ length: 40 }, (_, i) => i + 1))('%i, as it is and compacted', (seed) => {
    const { masked, compacted } = randomCase(seed, ops);
    for (const { graph, parameters } of [masked, compacted]) expect(proved({ graph: rebatch(graph, alone, ops), parameters }).samples).toBe(3);
  });
});

describe('the file', () => {
  it('says what it is, has the names of the layers, and is the same each time', () => {
    const program = only(present(ops.get('conv'), 'conv'), 1);
    const written = exportGraph(program, { producerVersion: '1.2', metadata: new Map([['labels', '["a"]']]) });
    const again = exportGraph(program, { producerVersion: '1.2', metadata: new Map([['labels', '["a"]']]) });
    expect(again.bytes).toEqual(written.bytes);
    const { producer, opset, graph } = readModel(written.bytes, 'x.onnx');
    expect([producer, opset, graph.nodes.map(({ op }) => op), graph.outputs.map(({ name }) => name)]).toEqual(['ssl-compile 1.2', 17, ['Conv'], ['y']]);
  });
});
