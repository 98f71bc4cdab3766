import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { bench, build, check, DiagnosticError, explain, format, importModel, loadDataset, loadModel, parse, readTuning, renderDiagnostic, train, tune, verify, writeFiles } from '../../src/index.ts';
import { present } from '../../src/base/invariant.ts';
import { smallFiles, smallSource } from '../cli/support.ts';
import { floats, modelBytes, node, value } from '../onnx/build.ts';

const out = mkdtempSync(join(tmpdir(), 'ssl-compile-api-'));
afterAll(() => rmSync(out, { recursive: true }));

describe('the compiler as a library', () => {
  const { source, weights } = smallFiles();

  it('parses and checks text', () => {
    const { file, diagnostics } = parse(smallSource);
    expect(diagnostics).toEqual([]);
    expect(check(file).model?.network.outputs).toEqual([{ name: 'output', shape: [3] }]);
    const faulty = parse('network N(x: tensor[4]) {\n  return dens(x, units = 2)\n}\n', 'n.ssl');
    const [fault] = check(faulty.file).diagnostics;
    expect(fault && renderDiagnostic(fault)).toContain('--> n.ssl:2:10');
    expect(format({ name: 'n.ssl', text: 'network   N(x:tensor[4]){return dense(x,units=2)}' })).toBe('network N(x: tensor[4]) {\n  return dense(x, units = 2)\n}\n');
  });

  it('imports bytes of a model', () => {
    const graph = { name: 'g', node: [node('Relu', ['x'], ['r']), node('MatMul', ['r', 'w'], ['y'])], initializer: [floats('w', [3, 2], [1, 2, 3, 4, 5, 6])], input: [value('x', ['N', 3])], output: [value('y', ['N', 2])] };
    const { network, source: text, proof } = importModel(modelBytes(graph), { file: 'two.onnx' });
    expect({ network, proof }).toMatchObject({ network: 'Two', proof: { samples: 3 } });
    expect(check(parse(text).file).model?.network.outputs).toEqual([{ name: 'output', shape: [2] }]);
    expect(() => importModel(new TextEncoder().encode('<!DOCTYPE html>'))).toThrow(DiagnosticError);
  });

  it('builds, writes, verifies and explains', async () => {
    const model = loadModel(source, weights);
    const { files, equivalence } = await build(model, { target: 'js', batch: 2 });
    expect(equivalence.maxAbsDifference).toBeLessThan(1e-12);
    writeFiles(out, files);
    expect(await verify(out, model)).toMatchObject({ ok: true, faults: [] });
    expect(explain(model).trained?.structure.layers[0]).toMatchObject({ name: 'conv1', filters: [2, 4] });
    expect(explain(model)).not.toHaveProperty('storage');
    expect(explain(model, { storage: true }).storage?.layers[0]).toMatchObject({ name: 'conv1', weights: 36, nonzero: 18 });
  });

  it('times dense against compacted', async () => {
    const layers: string[] = [];
    const { target, batch, whole } = await bench(loadModel(source, weights), { target: 'js', batch: 2, onLayer: (name) => void layers.push(name) });
    expect({ target, batch, layers }).toEqual({ target: 'js', batch: 2, layers: ['conv1', 'conv2', 'fc1', 'output', 'whole'] });
    expect(whole.compacted.macs).toBeLessThan(whole.dense.macs);
    expect(whole.compacted.microseconds).toBeGreaterThan(0);
  });

  it('measures schedules, here none since it is stopped at once, and builds with them', async () => {
    const model = loadModel(source, weights);
    const { record, left } = await tune(model, { target: 'js', stop: AbortSignal.abort() });
    expect(left).toContain('conv1');
    expect(record).toMatchObject({ target: 'js', dense: false, batch: 1, nests: {} });
    const { files } = await build(model, { target: 'js', tuning: record });
    writeFiles(out, files);
    expect(readTuning(join(out, 'tuning.json'))).toEqual(record);
    await expect(build(model, { tuning: record })).rejects.toThrow('tuning/target');
    await expect(build(model, { target: 'js', tuning: {} as typeof record })).rejects.toThrow('tuning/corrupt');
    await expect(tune(model, { batch: 0 })).rejects.toThrow('request/integer');
  });

  it('throws what is wrong with the input', async () => {
    await expect(build(loadModel(source))).rejects.toBeInstanceOf(DiagnosticError);
    expect(() => loadModel(join(out, 'nothing.ssl'))).toThrow(DiagnosticError);
  });

  it('throws what is wrong with a request', async () => {
    const model = loadModel(source, weights);
    for (const batch of [0, 1.5, NaN, 100_000]) {
      await expect(build(model, { batch })).rejects.toThrow(`request/integer: batch is ${batch}, expected an integer from 1 to 65536`);
      await expect(bench(model, { batch })).rejects.toThrow(`request/integer: batch is ${batch}`);
    }
    await expect(build(model, { target: 'c' as 'js' })).rejects.toMatchObject({ diagnostics: [{ code: 'request/name', message: 'there is no target "c"', help: 'known: wasm, js, gpujs' }] });
    await expect(bench(model, { target: 'gpujs' as 'js' })).rejects.toThrow('request/name: there is no target "gpujs"');
    await expect(build(model, { threads: 4 as unknown as boolean })).rejects.toThrow('request/flag: threads is 4, expected true or false');
    await expect(build(model, { winograd: 2 })).rejects.toThrow('request/share: winograd is 2');
    await expect(build(model, { layout: 'nhwc' as 'hwc' })).rejects.toMatchObject({ diagnostics: [{ message: 'there is no layout "nhwc"', help: 'known: chw, hwc' }] });
    const { model: trained } = check(parse('network N(x: tensor[1, 16, 16]) { return dense(x, units = 10) } train on digits { baseline { epochs = 1, rate = 0.1 } }').file);
    const dataset = await loadDataset('digits');
    for (const threads of [0, -1, 1.5]) {
      await expect(train(present(trained, 'model'), dataset, { out: join(out, 'run'), threads })).rejects.toThrow(`request/integer: threads is ${threads}, expected an integer from 1 to 64`);
    }
    await expect(train(present(trained, 'model'), dataset, { out: join(out, 'run'), threads: '2' as unknown as number })).rejects.toThrow('request/integer: threads is "2"');
    const spec = present(trained?.train, 'train');
    for (const [changes, message] of [
      ...[Infinity, NaN, -1, 0.5, 2 ** 32].map((seed) => [{ seed }, `seed is ${seed}, expected an integer from 0 to 4294967295`] as const),
      [{ seed: '1' as unknown as number }, 'seed is "1"'],
      [{ heldOut: NaN }, 'heldOut is NaN, expected a number from 0 to below 1'],
      [{ augment: { pad: [1.5, 0], mirror: true } }, 'pad[0] of augment is 1.5, expected an integer from 0 to 15'],
      [{ augment: { pad: [0, 16], mirror: true } }, 'pad[1] of augment is 16, expected an integer from 0 to 15'],
      [{ classWeights: [1, 2] }, 'classWeights is [1, 2], expected 10 numbers above 0, one a class'],
      [{ task: 'detect' as 'regress' }, 'there is no task "detect"'],
      [{ task: 'regress', classWeights: 'balanced' }, 'classWeights is of classes, and there are none where task is regress'],
      [{ task: 'regress', phases: spec.phases.map((phase) => ({ ...phase, labelSmoothing: 0.1 })) }, 'labelSmoothing is of classes'],
      [{ phases: spec.phases.map((phase) => ({ ...phase, batch: 1.5 })) }, 'batch of baseline is 1.5'],
      [{ phases: spec.phases.map((phase) => ({ ...phase, epochs: Infinity })) }, 'epochs of baseline is Infinity'],
    ] as const) {
      await expect(train({ ...present(trained, 'model'), train: { ...spec, ...changes } }, dataset, { out: join(out, 'run') })).rejects.toThrow(message);
    }
    const { model: images } = check(parse('network N(x: tensor[1, 28, 28]) { return conv(x, filters = 1, window = 1) } train on digits { task = regress baseline { epochs = 1, rate = 0.1 } }').file);
    const moved = { ...present(images, 'model'), train: { ...present(images?.train, 'train'), augment: { pad: [0, 0] as const, mirror: true } } };
    await expect(train(moved, dataset, { out: join(out, 'run') })).rejects.toThrow('augment moves and mirrors images, but not the [1, 28, 28] that each is to be answered with');
    const asClasses = { ...present(images, 'model'), train: { ...present(images?.train, 'train'), task: 'classify' as const } };
    await expect(train(asClasses, dataset, { out: join(out, 'run') })).rejects.toThrow('request/classifier: the output of N is no vector of class scores');
  });
});
