// Round trips of real models: imported, exported, computed by onnxruntime beside the model itself, and exported once more.

import { describe, expect, test } from 'vitest';
import { present } from '../../../src/base/invariant.ts';
import { stream } from '../../../src/base/random.ts';
import { sizeOf, tensor } from '../../../src/base/tensor.ts';
import type { Shape } from '../../../src/base/tensor.ts';
import { check } from '../../../src/check/check.ts';
import { randomInputs } from '../../../src/driver/build/random-input.ts';
import { evaluate } from '../../../src/ir/evaluate.ts';
import type { Program } from '../../../src/ir/graph.ts';
import type { F64Tensor } from '../../../src/ir/op.ts';
import { exportGraph } from '../../../src/onnx/export/export-graph.ts';
import { importGraph } from '../../../src/onnx/import/import-model.ts';
import type { ImportedModel } from '../../../src/onnx/import/import-model.ts';
import { readModel } from '../../../src/onnx/model/read-model.ts';
import { floats } from '../../../src/onnx/reference/value.ts';
import type { Value } from '../../../src/onnx/reference/value.ts';
import { ops } from '../../../src/ops/index.ts';
import { compaction, runPasses, simplification } from '../../../src/passes/pipeline.ts';
import { parse } from '../../../src/syntax/parse.ts';
import { deployed, only } from '../export/single.ts';
import { bytesOf, folder } from './files.ts';
import { runByOnnxruntime } from './onnxruntime.ts';
import { storedModel } from './stored.ts';

const listed = folder === undefined ? [] : (JSON.parse(new TextDecoder().decode(bytesOf('models/models.json'))) as readonly { readonly name: string }[]);
/** Some the import refuses; the reference of one takes half a minute. */
const others: ReadonlySet<string> = new Set(['ultraface-slim-320', 'fastestdet', 'super-resolution']);
const names = listed.map(({ name }) => name).filter((name) => !others.has(name));

function programOf({ text, weights }: ImportedModel): Program {
  const { model } = check(parse({ name: 'imported.ssl', text }).file, ops);
  if (!model) throw new Error(`does not check:\n${text}`);
  return { graph: model.network.graph, parameters: new Map([...weights].map(([name, { shape, data }]) => [name, tensor(shape, Float64Array.from(data))])) };
}

const exported = (program: Program): Uint8Array => exportGraph(program, { producerVersion: '0', metadata: new Map() }).bytes;
const compacted = (program: Program): Uint8Array => exported(runPasses(program, compaction, ops));

/** Of a batch as the model has it, what the imported network is given. */
function inOrder({ data }: Value, sample: Shape, order: Int32Array | undefined): Value {
  const size = sizeOf(sample);
  const given = Float64Array.from(data as ArrayLike<number>, Number);
  return floats([given.length / size, ...sample], order ? given.map((_, at) => given[Math.floor(at / size) * size + (order[at % size] as number)] as number) : given);
}

function differenceOf(found: ArrayLike<number | bigint> | undefined, wanted: ArrayLike<number | bigint> | undefined): number {
  const [a, b] = [found, wanted].map((each) => Array.from(each ?? [], Number)) as [number[], number[]];
  if (a.length !== b.length || a.length === 0) return Infinity;
  const largest = b.reduce((most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most), 0);
  const apart = (value: number, i: number): number => (Object.is(value, a[i]) ? 0 : Math.abs(value - (a[i] as number)));
  return b.reduce((most, value, i) => Math.max(most, apart(value, i)), 0) / (largest || 1);
}

/** Of every filter a part at random holds zeros. */
function pruned({ graph, parameters }: Program): Program {
  const kept = new Map([...parameters].map(([name, { shape, data }]) => {
    const [filters = 0] = shape;
    if (shape.length !== 4) return [name, tensor(shape, data)] as const;
    const draws = stream(1, name);
    const row = data.length / filters;
    return [name, tensor(shape, data.map((value, at) => (draws.uniform(Math.floor(at / row)) < 0.4 ? 0 : value)))] as const;
  }));
  return { graph, parameters: kept };
}

describe('every operation in onnxruntime', () => {
  test.each(deployed.map((op) => [op.name, op] as const))('%s', async (_, op) => {
    for (let seed = 0; seed < 12; seed++) {
      const program = only(op, seed);
      const feeds = randomInputs(program.graph, seed);
      const found = await runByOnnxruntime(exported(program), new Map([...feeds].map(([name, { shape, data }]) => [name, floats(shape, data)])));
      const wanted = evaluate(program.graph, ops, new Map<string, F64Tensor>([...program.parameters, ...feeds])).outputs;
      expect(differenceOf(found.get('y')?.data, wanted.get('y')?.data)).toBeLessThan(1e-4);
    }
  });
});

const weightsOf = ({ parameters }: Program): number => [...parameters.values()].reduce((sum, { data }) => sum + data.length, 0);

describe.skipIf(folder === undefined)('real models', () => {
  test.each(names)('%s to a source and back, and once more', { timeout: 120_000 }, async (name) => {
    const { model, sets: [stored] } = storedModel(`models/${name}`);
    const imported = importGraph(model, { file: name });
    const first = compacted(programOf(imported));
    const second = importGraph(readModel(first, 'second.onnx'), { file: 'second.onnx' });
    expect(Buffer.from(compacted(programOf(second))).equals(first)).toBe(true);
    const inputs = new Map(imported.inputs.map(({ name: given, as, sample, order }) => [as, inOrder(present(stored?.inputs.get(given), given), sample, order)]));
    const found = await runByOnnxruntime(first, inputs);
    for (const { name: output, as } of imported.outputs) expect(differenceOf(found.get(imported.outputs.length === 1 ? 'output' : as)?.data, stored?.outputs.get(output)?.data)).toBeLessThan(2e-4);
  });

  test.each(names)('%s, some filters of zeros, compacted: smaller, and the same', { timeout: 120_000 }, async (name) => {
    const { model } = storedModel(`models/${name}`);
    const imported = importGraph(model, { file: name });
    const masked = pruned(programOf(imported));
    const [dense, left] = [runPasses(masked, simplification, ops), runPasses(masked, compaction, ops)];
    const [whole, small] = [exported(dense), exported(left)];
    // Filters whose channels are an output stay.
    expect(small.length < whole.length).toBe(weightsOf(left) < weightsOf(dense));
    expect(small.length).toBeLessThanOrEqual(whole.length);
    const sample = new Map([...randomInputs(masked.graph, 1)].map(([input, { shape, data }]) => [input, floats(shape, data)]));
    const [wanted, found] = [await runByOnnxruntime(whole, sample), await runByOnnxruntime(small, sample)];
    for (const [output, { data }] of wanted) expect(differenceOf(found.get(output)?.data, data)).toBeLessThan(1e-4);
  });
});
