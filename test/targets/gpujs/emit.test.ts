import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { runtimeFunctions } from '../../../src/driver/build/runtime-functions.ts';
import { emitGpujs } from '../../../src/targets/gpujs/emit.ts';
import type { EmitGpujsOptions } from '../../../src/targets/gpujs/emit.ts';
import type { EmittedModule } from '../../../src/emit/emit-module.ts';
import { graphBuilder } from '../../../src/ir/builder.ts';
import type { ThreadModule } from '../../../src/ir/thread-kernel.ts';
import { lowerThreads } from '../../../src/lower/threads/lower-threads.ts';
import { ops } from '../../../src/ops/index.ts';
import type { GpuNet, GpuOptions } from '../../../src/runtime/gpujs-net.ts';
import { bytesOf } from '../../emit/written.ts';
import { PlainGpu } from './plain-gpu.ts';

/** A convolution under a pool, then a dense layer of `units`, on an image of two channels. */
function small(units: number): ThreadModule {
  const builder = graphBuilder('small', { samples: 1, shards: 1 }, ops);
  const image = builder.input('image', 'sample', [1, 2, 5, 6]);
  const weight = builder.parameter('conv"];alert(1)//.weight', [3, 2, 2, 3]);
  const conv = builder.one('conv', [image, weight], { filters: 3, window: [2, 3], stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1, bias: false }, { layer: '"];alert(1)//' });
  const pool = builder.one('max_pool', [builder.one('relu', [conv], {})], { window: [2, 2], stride: [2, 2], padding: [0, 0] });
  const dense = builder.parameter('dense.weight', [units, 12]);
  builder.output('output', builder.one('dense', [builder.one('flatten', [pool], {}), dense], { units, bias: false }));
  const numbers = (size: number): Float64Array => Float64Array.from({ length: size }, (_, i) => Math.fround(Math.sin(i + 1)));
  const parameters = new Map([
    ['conv"];alert(1)//.weight', { shape: [3, 2, 2, 3], data: numbers(36) }],
    ['dense.weight', { shape: [units, 12], data: numbers(units * 12) }],
  ]);
  return lowerThreads({ graph: builder.finish(), parameters }, ops);
}

const emit = async (options: Partial<EmitGpujsOptions> = {}): Promise<EmittedModule> =>
  emitGpujs({ module: small(2), name: 'Small', file: 'small', layout: 'chw', meta: { seed: 1 }, runtime: await runtimeFunctions(), ...options });
const textOf = ({ files }: EmittedModule, extension: string): string => String(files.find((file) => file.path.endsWith(extension))?.content);

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

interface Loaded {
  readonly load: (options: GpuOptions & { readonly weights?: ArrayBuffer }) => Promise<GpuNet & { readonly labels?: readonly string[]; readonly inputShape: readonly number[] }>;
}

async function imported({ files }: EmittedModule): Promise<Loaded> {
  const folder = mkdtempSync(path.join(tmpdir(), 'ssl-compile-emit-'));
  folders.push(folder);
  writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }');
  for (const { path: name, content } of files) writeFileSync(path.join(folder, name), content);
  return (await import(pathToFileURL(path.join(folder, files[0]?.path ?? '')).href)) as Loaded;
}

const plain = { GPU: PlainGpu, mode: 'plain' };
const image = Array.from({ length: 60 }, (_, i) => Math.cos(i));

describe('a module for gpu.js', () => {
  it('is text that a person can read', async () => {
    const text = textOf(await emit(), '.js');
    expect(text.slice(text.indexOf('const kernels = [\n'), text.indexOf('const weights'))).toMatchInlineSnapshot(`
      "const kernels = [
        {
          output: [3, 2, 2],
          operands: [-1],
          data: [[[36], 0]],
          rounds: 2,
          source: \`function k0_conv_max_pool(v0) {
        let best_0 = (-3.4028234663852886e+38);
        for (let kh_1 = 0; kh_1 < 2; kh_1++) {
          for (let kw_2 = 0; kw_2 < 2; kw_2++) {
            let sum_3 = 0;
            for (let c_4 = 0; c_4 < 2; c_4++) {
              sum_3 += v0[this.thread.z * 2 + kh_1][this.thread.y * 2 + kw_2][c_4] * this.constants.d0[this.thread.x * 12 + c_4];
            }
            for (let c_5 = 0; c_5 < 2; c_5++) {
              sum_3 += v0[this.thread.z * 2 + kh_1][this.thread.y * 2 + kw_2 + 1][c_5] * this.constants.d0[this.thread.x * 12 + c_5 + 2];
            }
            for (let c_6 = 0; c_6 < 2; c_6++) {
              sum_3 += v0[this.thread.z * 2 + kh_1][this.thread.y * 2 + kw_2 + 2][c_6] * this.constants.d0[this.thread.x * 12 + c_6 + 4];
            }
            for (let c_7 = 0; c_7 < 2; c_7++) {
              sum_3 += v0[this.thread.z * 2 + kh_1 + 1][this.thread.y * 2 + kw_2][c_7] * this.constants.d0[this.thread.x * 12 + c_7 + 6];
            }
            for (let c_8 = 0; c_8 < 2; c_8++) {
              sum_3 += v0[this.thread.z * 2 + kh_1 + 1][this.thread.y * 2 + kw_2 + 1][c_8] * this.constants.d0[this.thread.x * 12 + c_8 + 8];
            }
            for (let c_9 = 0; c_9 < 2; c_9++) {
              sum_3 += v0[this.thread.z * 2 + kh_1 + 1][this.thread.y * 2 + kw_2 + 2][c_9] * this.constants.d0[this.thread.x * 12 + c_9 + 10];
            }
            best_0 = Math.max(best_0, Math.max(sum_3, 0));
          }
        }
        return best_0;
      }\`,
        },
        {
          output: [2],
          operands: [0],
          data: [[[24], 36]],
          rounds: 3,
          source: \`function k1_dense(v0) {
        let sum_0 = 0;
        for (let i0_1 = 0; i0_1 < 3; i0_1++) {
          sum_0 += v0[0][0][i0_1] * this.constants.d0[this.thread.x * 12 + i0_1];
        }
        for (let i0_2 = 0; i0_2 < 3; i0_2++) {
          sum_0 += v0[0][1][i0_2] * this.constants.d0[this.thread.x * 12 + i0_2 + 3];
        }
        for (let i0_3 = 0; i0_3 < 3; i0_3++) {
          sum_0 += v0[1][0][i0_3] * this.constants.d0[this.thread.x * 12 + i0_3 + 6];
        }
        for (let i0_4 = 0; i0_4 < 3; i0_4++) {
          sum_0 += v0[1][1][i0_4] * this.constants.d0[this.thread.x * 12 + i0_4 + 9];
        }
        return sum_0;
      }\`,
        },
      ];

      "
    `);
  });

  it('loads in the gpu.js that it is given, and runs', async () => {
    const { load } = await imported(await emit());
    const net = await load(plain);
    const into = new Float32Array(2);
    expect(await net.run(image, into)).toBe(into);
    const convolved = (y: number, x: number, o: number): number => {
      let sum = 0;
      for (let c = 0; c < 2; c++) for (let h = 0; h < 2; h++) for (let w = 0; w < 3; w++) sum += (image[30 * c + 6 * (y + h) + x + w] ?? NaN) * Math.sin(12 * o + 6 * c + 3 * h + w + 1);
      return Math.max(0, sum);
    };
    const pooled = Array.from({ length: 12 }, (_, i) => {
      const [o, y, x] = [Math.floor(i / 4), Math.floor(i / 2) % 2, i % 2];
      return Math.max(...[0, 1].flatMap((h) => [0, 1].map((w) => convolved(2 * y + h, 2 * x + w, o))));
    });
    for (const k of [0, 1]) expect(into[k]).toBeCloseTo(pooled.reduce((sum, value, i) => sum + value * Math.sin(12 * k + i + 1), 0), 4);
  });

  it('takes rows of pixels where the layout is HWC', async () => {
    const expected = await (await (await imported(await emit())).load(plain)).run(image);
    const net = await (await imported(await emit({ layout: 'hwc' }))).load(plain);
    expect(net.inputShape).toEqual([5, 6, 2]);
    expect(await net.run(Array.from({ length: 60 }, (_, i) => image[(i % 2) * 30 + Math.floor(i / 2)] ?? NaN))).toEqual(expected);
  });

  it('says what it wants where it is not given', async () => {
    const { load } = await imported(await emit());
    const message = 'Small: load({ GPU, mode }) takes the class GPU of gpu.js and one of its modes, such as "webgl2"';
    for (const options of [undefined, {}, { GPU: PlainGpu }, { GPU: {}, mode: 'cpu' }]) await expect(load(options as never)).rejects.toThrow(new TypeError(message));
  });

  it('refuses options that there are not, and what is no list of numbers', async () => {
    const { load } = await imported(await emit());
    await expect(load(null as never)).rejects.toThrow(new TypeError('load takes { GPU, mode }, found null'));
    await expect(load({ ...plain, moed: 'cpu' } as never)).rejects.toThrow(new TypeError('load takes { GPU, mode }, found moed'));
    const net = await load(plain);
    await expect(net.run(image.slice(1))).rejects.toThrow(new RangeError('input of Small: expected 60 numbers, found 59'));
    await expect(net.run(image.map(String) as never)).rejects.toThrow(new TypeError('input of Small: element 0 is string, expected a number'));
    await expect(net.run(image, [0, 0] as never)).rejects.toThrow(new TypeError('output of Small: expected a Float32Array, found Array'));
  });

  it('refuses a gpu.js that falls back to another mode, and frees it', async () => {
    const made: PlainGpu[] = [];
    class Fallback extends PlainGpu {
      constructor(settings: { mode: string }) {
        super(settings);
        made.push(this);
        this.kernels.push({ fallbackRequested: true, fallbackReason: 'no such context' });
      }
    }
    await expect((await imported(await emit())).load({ ...plain, GPU: Fallback })).rejects.toThrow('Small: gpu.js does not run these kernels in mode plain: no such context');
    expect(made.map((gpu) => gpu.destroyed)).toEqual([1]);
  });

  it('destroys what it made', async () => {
    const made: PlainGpu[] = [];
    class Watched extends PlainGpu {
      constructor(settings: { mode: string }) {
        super(settings);
        made.push(this);
      }
    }
    const net = await (await imported(await emit())).load({ ...plain, GPU: Watched });
    await net.destroy();
    expect(made.map((gpu) => gpu.destroyed)).toEqual([1]);
  });

  it('keeps names that look like code inside strings', async () => {
    const names = ['"];alert(1)//', '__proto__', '`${alert(1)}`', '</script><script>alert(1)</script>', '\u2028'];
    const module = await emit({ name: names.join(''), labels: names });
    const net = await (await imported(module)).load(plain);
    expect([net.name, net.labels]).toEqual([names.join(''), names]);
    for (const text of [textOf(module, '.js'), textOf(module, '.d.ts')]) {
      expect(text).not.toMatch(/<\/script|\u2028/);
      expect(text).not.toMatch(/^[^"]*alert/m);
    }
  });

  it('gives the same bytes twice, and imports nothing', async () => {
    expect(await emit()).toEqual(await emit());
    expect(textOf(await emit(), '.js')).not.toMatch(/\beval\b|new Function|^import\b|Date/m);
  });

  it('takes and answers several lists by name', async () => {
    const builder = graphBuilder('two', { samples: 1, shards: 1 }, ops);
    const [a, b] = [builder.input('a', 'sample', [1, 3]), builder.input('b', 'sample', [1, 3])];
    const sum = builder.one('add', [a, b], {});
    for (const [name, value] of [['sum', sum], ['positive', builder.one('relu', [sum], {})], ['again', sum], ['b', b]] as const) builder.output(name, value);
    const module = await emit({ module: lowerThreads({ graph: builder.finish(), parameters: new Map() }, ops) });
    expect(textOf(module, '.d.ts')).toContain('run(input: Inputs, into?: Partial<Outputs>): Promise<Outputs>;');
    const net = (await (await imported(module)).load(plain)) as object as GpuNet<object, object>;
    expect(await net.run({ b: [-1, -2, -3], a: [3, 2, 1] })).toEqual({ sum: Float32Array.of(2, 0, -2), positive: Float32Array.of(2, 0, 0), again: Float32Array.of(2, 0, -2), b: Float32Array.of(-1, -2, -3) });
    await expect(net.run({ a: [3, 2, 1] })).rejects.toThrow(new RangeError('input b of Small: expected 3 numbers, found no array but undefined'));
  });

  it('puts large weights in a file of their own', async () => {
    const large = small(360_000);
    const module = await emit({ module: large });
    expect(module.files.map((file) => file.path)).toEqual(['small.js', 'small.d.ts', 'small.bin']);
    expect(textOf(module, '.js').length).toBeLessThan(13_000);
    expect(textOf(module, '.d.ts')).toContain('readonly weights?: ArrayBuffer | ArrayBufferView;');
    const { load } = await imported(module);
    const stale = await emit({ module: large, meta: { seed: 2 } });
    await expect(load({ ...plain, weights: bytesOf(stale, '.bin').buffer })).rejects.toThrow(/^load\({ weights }\) is of build [\da-f]{12}, this module of build [\da-f]{12}\./);
    expect(await (await load({ ...plain, weights: bytesOf(module, '.bin').buffer })).run(image)).toHaveLength(360_000);
  }, 120_000);

  it('declares what it takes and answers', async () => {
    const text = textOf(await emit({ range: [0, 1] }), '.d.ts');
    expect(text).toContain('readonly inputShape: readonly [2, 5, 6];');
    expect(text).toContain('@param input 60 numbers: 2 x 5 x 6, channels, rows, columns (CHW), from 0 to 1');
    expect(text).toContain('run(input: ArrayLike<number>, into?: Float32Array): Promise<Float32Array>;');
    expect(text).toContain('export declare function load(options: LoadOptions): Promise<Net>;');
  });
});
