// The encoder against two independent readers: wabt (validation and the text format, which names every
// opcode) and the engine of Node.

import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import loadWabt from 'wabt';
import { ByteWriter } from '../../src/targets/wasm/encoder/byte-writer.ts';
import type { FunctionBody } from '../../src/targets/wasm/encoder/function-body.ts';
import { ModuleBuilder } from '../../src/targets/wasm/encoder/module-builder.ts';
import { opcodes } from '../../src/targets/wasm/encoder/opcodes.ts';
import type { ImmediateKind, Immediates, Mnemonic } from '../../src/targets/wasm/encoder/opcodes.ts';
import type { FunctionType } from '../../src/targets/wasm/encoder/types.ts';

let wabt: Awaited<ReturnType<typeof loadWabt>>;
beforeAll(async () => {
  wabt = await loadWabt();
});

const features = {
  simd: true, threads: true, bulk_memory: true, sat_float_to_int: true, mutable_globals: true, relaxed_simd: true,
};

/** Text format, after validation by wabt and by the engine. */
function textOf(bytes: Uint8Array<ArrayBuffer>): string {
  expect(WebAssembly.validate(bytes)).toBe(true);
  const module = wabt.readWasm(bytes, { ...features, readDebugNames: true });
  // wabt takes features here as well; its types do not say so.
  const checked: { validate(enabled: object): void } = module;
  checked.validate(features);
  const text = module.toText({});
  module.destroy();
  return text;
}

function written(write: (out: ByteWriter) => void): number[] {
  const out = new ByteWriter(1);
  write(out);
  return [...out.view()];
}

/** A module of one exported function `f`, with a memory of one page exported as `memory`. */
function single(type: FunctionType, write: (body: FunctionBody) => void): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder();
  module.memory({ initial: 1 }, 'memory');
  module.function('f', type, write, { exported: true });
  return module.encode();
}

function run(type: FunctionType, write: (body: FunctionBody) => void, ...args: number[]): unknown {
  const bytes = single(type, write);
  textOf(bytes);
  const { f } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
  if (typeof f !== 'function') throw new Error('no function f');
  return f(...args);
}

describe('LEB128', () => {
  const decode = (bytes: readonly number[]): bigint =>
    bytes.reduce((sum, byte, i) => sum | (BigInt(byte & 0x7f) << BigInt(7 * i)), 0n);

  test.each([
    [0, [0x00]], [127, [0x7f]], [128, [0x80, 0x01]], [16383, [0xff, 0x7f]], [16384, [0x80, 0x80, 0x01]],
    [624485, [0xe5, 0x8e, 0x26]], [2 ** 32 - 1, [0xff, 0xff, 0xff, 0xff, 0x0f]],
  ])('unsigned %d', (value, bytes) => {
    expect(written((out) => out.unsigned(value))).toEqual(bytes);
  });

  test.each([
    [0, [0x00]], [-1, [0x7f]], [63, [0x3f]], [64, [0xc0, 0x00]], [-64, [0x40]], [-65, [0xbf, 0x7f]],
    [-123456, [0xc0, 0xbb, 0x78]], [2 ** 31 - 1, [0xff, 0xff, 0xff, 0xff, 0x07]],
    [-(2 ** 31), [0x80, 0x80, 0x80, 0x80, 0x78]], [2 ** 32 - 1, [0x7f]],
  ])('signed %d', (value, bytes) => {
    expect(written((out) => out.signed(value))).toEqual(bytes);
  });

  test('round trip', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (n) => {
        const unsigned = n >>> 0;
        expect(decode(written((out) => out.unsigned(unsigned)))).toBe(BigInt(unsigned));
        const bytes = written((out) => out.signed(n | 0));
        expect(BigInt.asIntN(7 * bytes.length, decode(bytes))).toBe(BigInt(n | 0));
      }),
    );
  });

  test.each([-1, 1.5, NaN, 2 ** 32])('no u32: %d', (value) => {
    expect(() => written((out) => out.unsigned(value))).toThrow('u32');
  });
});

describe('opcodes', () => {
  const sample: { readonly [K in ImmediateKind]: Immediates[K] } = {
    none: [], index: [0], i32: [-7], f32: [1.5], memory: [4], lane: [1], memoryLane: [1, 4],
    vector: [Float32Array.of(1, 2, 3, 4)], shuffle: [Array.from({ length: 16 }, (_, i) => 2 * i)],
    memory0: [], memory00: [],
  };
  const cases = Object.entries(opcodes).flatMap(([kind, rows]) =>
    Object.keys(rows).map((mnemonic) => [mnemonic as Mnemonic, kind as ImmediateKind] as const),
  );

  // After `unreachable` the stack has whatever an instruction pops, so that one body takes them all, and
  // wabt's text names the instruction each opcode means.
  test('every one is read back under its name', () => {
    const module = new ModuleBuilder();
    module.memory({ initial: 1 });
    module.global(0, { mutable: true });
    for (const [mnemonic, kind] of cases) {
      module.function(mnemonic, { params: ['i32'], results: [] }, (body) => {
        body.emit('unreachable');
        // The table pairs each mnemonic with its kind; its type does not say so for a union of them.
        (body.emit as (m: Mnemonic, ...immediates: Immediates[ImmediateKind]) => unknown).call(body, mnemonic, ...sample[kind]);
        body.emit('unreachable');
      });
    }
    const bodies = textOf(module.encode()).split('\n  (func ').slice(1);
    const read = bodies.map((body) => body.split('\n')[2]?.trim().split(/[ )]/)[0]);
    expect(read).toEqual(cases.map(([mnemonic]) => mnemonic));
  });

  test('immediates', () => {
    const text = textOf(
      single({ params: [], results: [] }, (body) => {
        body.emit('i32.const', -129).emit('f32.load', 1024).emit('drop');
        body.emit('i32.const', 0).emit('v128.load', 16, 4).emit('f32x4.extract_lane', 3).emit('drop');
        body.emit('i32.const', 0).emit('v128.const', Int32Array.of(1, -1, 0, 7)).emit('v128.store64_lane', 1, 8);
        body.emit('i32.const', 0).emit('i32.load16_u', 2 ** 31, 1).emit('drop');
      }),
    );
    expect(text).toContain('i32.const -129');
    expect(text).toContain('f32.load offset=1024');
    expect(text).toContain('v128.load offset=16 align=4');
    expect(text).toContain('f32x4.extract_lane 3');
    expect(text).toContain('v128.const i32x4 0x00000001 0xffffffff 0x00000000 0x00000007');
    expect(text).toMatch(/v128\.store64_lane offset=8 1/);
    expect(text).toContain('i32.load16_u offset=2147483648 align=1');
  });

  test('impossible immediates are our own bug', () => {
    const type: FunctionType = { params: [], results: [] };
    expect(() => single(type, (body) => body.emit('v128.load', 0, 3))).toThrow('alignment 3');
    expect(() => single(type, (body) => body.emit('f32.load', 0, 8))).toThrow('alignment 8');
    expect(() => single(type, (body) => body.emit('f32x4.extract_lane', 4))).toThrow('lane 4 of 4');
    expect(() => single(type, (body) => body.emit('v128.const', Float32Array.of(1)))).toThrow('4 bytes');
    expect(() => single(type, (body) => body.emit('i8x16.shuffle', [0]))).toThrow('1 lanes');
  });

  test('a wrong mnemonic or immediate does not compile', () => {
    const wrong = (body: FunctionBody): void => {
      // @ts-expect-error no such instruction
      body.emit('f32x4.fma');
      // @ts-expect-error an index is missing
      body.emit('local.get');
      // @ts-expect-error nothing follows an addition
      body.emit('i32.add', 1);
    };
    expect(wrong).toBeTypeOf('function');
  });
});

describe('function bodies', () => {
  test('loop, block and branches: sum of 0..n-1', () => {
    const sum = (n: number): unknown =>
      run({ params: ['i32'], results: ['i32'] }, (body) => {
        const i = body.local('i32');
        const total = body.local('i32');
        body.block((exit) => {
          body.loop((again) => {
            body.emit('local.get', i).emit('local.get', body.param(0)).emit('i32.ge_s').brIf(exit);
            body.emit('local.get', total).emit('local.get', i).emit('i32.add').emit('local.set', total);
            body.emit('local.get', i).emit('i32.const', 1).emit('i32.add').emit('local.set', i).br(again);
          });
        });
        body.emit('local.get', total);
      }, n);
    expect(sum(0)).toBe(0);
    expect(sum(101)).toBe(5050);
  });

  test('if with a result, with and without else', () => {
    const sign = (x: number): unknown =>
      run({ params: ['f32'], results: ['f32'] }, (body) => {
        body.emit('local.get', 0).emit('f32.const', 0).emit('f32.lt');
        body.if(() => body.emit('f32.const', -1), () => body.emit('f32.const', 1), 'f32');
        body.emit('local.get', 0).emit('f32.const', 0).emit('f32.eq');
        body.if(() => body.emit('f32.const', 0).emit('return'));
      }, x);
    expect([-2.5, 0, 3].map(sign)).toEqual([-1, 0, 1]);
  });

  test('br_table', () => {
    const pick = (i: number): unknown =>
      run({ params: ['i32'], results: ['i32'] }, (body) => {
        body.block((outer) => {
          body.block((middle) => {
            body.block((inner) => body.emit('local.get', 0).brTable([inner, middle], outer));
            body.emit('i32.const', 10).emit('return');
          });
          body.emit('i32.const', 20).emit('return');
        });
        body.emit('i32.const', 30);
      }, i);
    expect([0, 1, 2, -1].map(pick)).toEqual([10, 20, 30, 30]);
  });

  test('a branch to a label that is closed is our own bug', () => {
    const type: FunctionType = { params: [], results: [] };
    expect(() =>
      single(type, (body) => {
        const labels: Parameters<FunctionBody['br']>[0][] = [];
        body.block((exit) => labels.push(exit));
        body.block(() => labels.forEach((label) => body.br(label)));
      }),
    ).toThrow('not open');
  });

  test('vectors: load, multiply, add, shuffle, store', () => {
    const bytes = single({ params: ['f32'], results: [] }, (body) => {
      const x = body.local('v128');
      body.emit('i32.const', 0).emit('v128.load').emit('local.tee', x);
      body.emit('local.get', 0).emit('f32x4.splat').emit('f32x4.mul');
      body.emit('v128.const', Float32Array.of(1, 2, 3, 4)).emit('f32x4.add').emit('local.set', x);
      body.emit('i32.const', 16).emit('local.get', x).emit('local.get', x);
      body.emit('i8x16.shuffle', [12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3]).emit('v128.store');
    });
    textOf(bytes);
    const { f, memory } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
    if (!(memory instanceof WebAssembly.Memory) || typeof f !== 'function') throw new Error('missing exports');
    const floats = new Float32Array(memory.buffer);
    floats.set([10, 20, 30, 40]);
    f(0.5);
    expect([...floats.subarray(4, 8)]).toEqual([24, 18, 12, 6]);
  });

  test('locals are written in runs of one type', () => {
    const text = textOf(
      single({ params: ['i32'], results: [] }, (body) => {
        for (const type of ['i32', 'i32', 'v128', 'f32', 'i32'] as const) body.local(type);
        expect(body.local('v128')).toBe(6);
      }),
    );
    expect(text).toContain('(local i32 i32 v128 f32 i32 v128)');
  });
});

describe('modules', () => {
  function full(): ModuleBuilder {
    const module = new ModuleBuilder();
    const report = module.importFunction('env', 'report', { params: ['i32'], results: [] });
    module.importMemory('env', 'memory', { initial: 2, maximum: 4, shared: true });
    const counter = module.global(40, { mutable: true });
    module.global(7, { exported: 'seven' });
    const bump = module.function('bump', { params: [], results: ['i32'] }, (body) => {
      body.emit('global.get', counter).emit('i32.const', 1).emit('i32.add').emit('global.set', counter);
      body.emit('global.get', counter);
    });
    module.function('main', { params: ['i32'], results: [] }, (body) => {
      body.call(bump).emit('i32.const', 0).emit('i32.load8_u').emit('i32.add').call(report);
    }, { exported: true });
    module.data(0, Uint8Array.of(2, 3));
    module.data(70000, new Uint8Array(3000).fill(9));
    return module;
  }

  test('imports, shared memory, globals, exports, data', () => {
    const bytes = full().encode();
    const text = textOf(bytes);
    expect(text).toContain('(memory (;0;) 2 4 shared)');
    expect(text.match(/\(type /g)?.length).toBe(2 + 3); // two types, used by three functions

    const memory = new WebAssembly.Memory({ initial: 2, maximum: 4, shared: true });
    const reported: number[] = [];
    const env = { memory, report: (value: number) => void reported.push(value) };
    const { main, seven } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env }).exports;
    if (typeof main !== 'function' || !(seven instanceof WebAssembly.Global)) throw new Error('missing exports');
    main(0);
    main(0);
    expect(reported).toEqual([43, 44]);
    expect(seven.value).toBe(7);
    expect([...new Uint8Array(memory.buffer, 72999, 2)]).toEqual([9, 0]);
  });

  test('the same calls give the same bytes', () => {
    expect(full().encode()).toEqual(full().encode());
  });

  test('names are written only on demand', () => {
    const named = full().encode({ names: true });
    expect(textOf(named)).toContain('(func $bump');
    expect(named.length - full().encode().length).toBe('report'.length + 'bump'.length + 'main'.length + 16);
  });

  test('an empty module is its header', () => {
    expect([...new ModuleBuilder().encode()]).toEqual([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  });

  test('contradictions are our own bug', () => {
    const module = full();
    expect(() => module.memory({ initial: 1 })).toThrow('second memory');
    expect(() => module.importFunction('env', 'late', { params: [], results: [] })).toThrow('after a function');
    expect(() => module.global(1, { exported: 'main' })).toThrow('two exports named main');
    expect(() => new ModuleBuilder().memory({ initial: 1, shared: true })).toThrow('without a maximum');
  });

  test('megabytes of data are encoded at once', () => {
    const module = new ModuleBuilder();
    module.memory({ initial: 160 });
    module.data(16, new Uint8Array(9_000_000).fill(5));
    const bytes = module.encode();
    expect(WebAssembly.validate(bytes)).toBe(true);
    expect(bytes.length).toBeLessThan(9_000_064);
  });
});
