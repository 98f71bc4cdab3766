// ssl-compile import: files of a model, and what is said of it.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { floats, ints, modelBytes, node, value } from '../onnx/build.ts';
import { listing, runCli, temporaryFolder } from './support.ts';

const folder = temporaryFolder();
const model = join(folder, 'small-net.onnx');

beforeAll(() => {
  const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => Math.sin(i + 1));
  writeFileSync(
    model,
    modelBytes({
      name: 'main',
      node: [
        node('Transpose', ['image'], ['t'], { perm: [0, 3, 1, 2] }),
        node('Conv', ['t', 'features.0.weight'], ['c'], { kernel_shape: [3, 3] }, 'conv\u0007'),
        node('Relu', ['c'], ['r']),
        node('Reshape', ['r', 'shape'], ['f']),
        node('MatMul', ['f', 'w'], ['scores']),
      ],
      initializer: [floats('features.0.weight', [4, 3, 3, 3], numbers(108)), ints('shape', [2], [0, -1]), floats('w', [64, 5], numbers(320))],
      input: [value('image', ['N', 6, 6, 3])],
      output: [value('scores', ['N', 5])],
    }),
  );
});

describe('import', () => {
  it('writes a source and weights that build and verify, and says how', async () => {
    const out = join(folder, 'imported');
    const imported = await runCli(['import', model, '--out', out, '--name', 'Small']);
    expect(imported.code).toBe(0);
    expect(imported.out.replaceAll(folder, 'DIR')).toMatchInlineSnapshot(`
      "DIR/small-net.onnx, by a test, opset 17: network Small

      node                            becomes
      ------------------------------  ----------------------------------------------
      Transpose node of output "t"    nothing: it only changes how elements are seen
      Conv node "conv\\u0007"          features_0
      Relu node of output "r"         features_0
      Reshape node of output "f"      nothing: it only changes how elements are seen
      MatMul node of output "scores"  w

      input "image" [1, 6, 6, 3] is \`image\` [3, 6, 6]; it is channels last in the model: build with --layout hwc, and callers give it as before
      output "scores" [1, 5] is \`w\` [5]
      proved: in float64 the outputs for 3 random inputs differ by 7.1e-15 at most, the largest being 19.3
      DIR/imported/net.ssl: 337 bytes
      DIR/imported/weights.safetensors: 1,872 bytes

      build it: ssl-compile build DIR/imported/net.ssl --weights DIR/imported/weights.safetensors --out DIR --layout hwc
      "
    `);
    const module = join(folder, 'module');
    const [source, weights] = [join(out, 'net.ssl'), join(out, 'weights.safetensors')];
    expect((await runCli(['build', source, '--weights', weights, '--out', module, '--layout', 'hwc'])).code).toBe(0);
    expect((await runCli(['verify', module, '--source', source, '--weights', weights])).code).toBe(0);
    expect(await runCli(['import', model, '--out', out, '--name', 'Small'])).toMatchObject({ code: 0 });
  });

  it('writes nothing over a source that was changed, nor with --list', async () => {
    const out = join(folder, 'changed');
    await runCli(['import', model, '--out', out]);
    writeFileSync(join(out, 'net.ssl'), '// mine\n');
    expect(await runCli(['import', model, '--out', out])).toMatchObject({ code: 1, err: expect.stringContaining('there is another one already') });
    expect(readFileSync(join(out, 'net.ssl'), 'utf8')).toBe('// mine\n');
    const { code, out: text } = await runCli(['import', model, '--list', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(text)).toMatchObject({ ok: true, network: 'SmallNet', files: [], inputs: [{ name: 'image', sample: [3, 6, 6], reordered: true }], outputs: [{ name: 'scores', sample: [5] }] });
  });

  it('leaves nothing of a model that cannot be imported', async () => {
    const bad = join(folder, 'bad.onnx');
    writeFileSync(bad, readFileSync(model).subarray(0, 700));
    const out = join(folder, 'bad');
    expect(await runCli(['import', bad, '--out', out])).toMatchObject({ code: 1, err: expect.stringContaining('error[onnx/truncated]') });
    expect(existsSync(out)).toBe(false);
    expect(listing(folder).filter((name) => name.includes('partial'))).toEqual([]);
  });

  it.each([
    [['import', 'x.onnx'], 'where shall it go?'],
    [['import', 'x.onnx', '--out', 'o', '--name', '2nd'], '--name takes letters'],
    [['import', 'x.onnx', '--out', 'o', '--input', 'data'], 'expected a name and its extents'],
    [['import', 'x.onnx', '--out', 'o', '--input', 'data=1,0'], 'expected a name and its extents'],
  ])('%j is refused', async (args, why) => expect(await runCli(args)).toMatchObject({ code: 2, err: expect.stringContaining(why) }));
});
