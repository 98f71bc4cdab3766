// ssl-compile export: the file, and what is said of it.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodeSafetensors } from '../../src/engine/safetensors.ts';
import { exportModel, loadModel } from '../../src/index.ts';
import { readModel } from '../../src/onnx/model/read-model.ts';
import { listing, runCli, temporaryFolder } from './support.ts';

const folder = temporaryFolder();
const [source, weights] = [join(folder, 'net.ssl'), join(folder, 'net.safetensors')];

beforeAll(() => {
  writeFileSync(source, 'network Net(image: tensor[1, 6, 6]) {\n  conv1 = relu(conv(image, filters = 4, window = 3))\n  fc = dense(conv1, units = 3)\n  return softmax(fc)\n}\n');
  const numbers = (count: number): Float32Array => Float32Array.from({ length: count }, (_, i) => Math.sin(i + 1));
  // Of four filters the second and the third are zero.
  const filters = numbers(36).map((value, i) => (i >= 9 && i < 27 ? 0 : value));
  const tensors = new Map([['conv1.weight', { shape: [4, 1, 3, 3], data: filters }], ['conv1.bias', { shape: [4], data: new Float32Array(4) }], ['fc.weight', { shape: [3, 64], data: numbers(192) }], ['fc.bias', { shape: [3], data: numbers(3) }]]);
  writeFileSync(weights, Buffer.concat(encodeSafetensors(tensors)));
});

describe('export', () => {
  it('writes what is left, as the library does, and says how it is proved', async () => {
    const out = join(folder, 'new', 'net.onnx');
    const told = await runCli(['export', source, '--weights', weights, '--out', out]);
    expect(told.code).toBe(0);
    expect(told.out.replaceAll(folder, 'DIR').replace(/differ by \S+/, 'differ by LITTLE')).toMatchInlineSnapshot(`
      "DIR/new/net.onnx: 940 bytes, opset 17, 5 nodes, any size of batch
      MACs 768 -> 384, weights 228 -> 114
      proved: read back, in float64 the outputs for a batch of 3 random inputs differ by LITTLE at most, the largest being 1.00
      "
    `);
    const bytes = readFileSync(out);
    const { graph } = readModel(bytes, out);
    expect([...graph.initializers].map(([name, { shape }]) => [name, ...shape])).toEqual([['conv1.weight', 2, 1, 3, 3], ['conv1.bias', 2], ['fc.weight', 3, 32], ['fc.bias', 3]]);
    expect(bytes.equals(exportModel(loadModel(source, weights)).bytes)).toBe(true);
  });

  it('writes the network as it is trained with --dense', async () => {
    const out = join(folder, 'dense.onnx');
    const { code, out: told } = await runCli(['export', source, '--weights', weights, '--dense', '--out', out, '--json']);
    expect([code, JSON.parse(told)]).toMatchObject([0, { ok: true, file: out, opset: 17, nodes: 5, proof: { samples: 3 } }]);
    expect(readModel(readFileSync(out), out).graph.initializers.get('conv1.weight')?.shape).toEqual([4, 1, 3, 3]);
  });

  it('leaves what is there where it cannot be written', async () => {
    expect(await runCli(['export', source, '--weights', weights, '--out', folder])).toMatchObject({ code: 1, err: expect.stringContaining('error[file/not-writable]') });
    expect(await runCli(['export', source, '--out', join(folder, 'x.onnx')])).toMatchObject({ code: 1, err: expect.stringContaining('error[fit/no-weights]') });
    expect(existsSync(join(folder, 'x.onnx'))).toBe(false);
    expect(listing(folder).filter((name) => name.includes('partial'))).toEqual([]);
  });

  it('knows one format, and wants a place', async () => {
    expect(await runCli(['export', source, '--to', 'tflite', '--out', 'x'])).toMatchObject({ code: 2 });
    expect(await runCli(['export', source])).toMatchObject({ code: 2, err: expect.stringContaining('--out') });
  });
});
