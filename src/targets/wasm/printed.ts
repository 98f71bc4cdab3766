// Printed WebAssembly: both versions of the code in one file, how an ES module carries it, and how it starts.

import type { LoadOption } from '../../emit/declarations.ts';
import type { CarriedKernels, PrintedKernels, StartedCode } from '../../emit/kernel-printer.ts';
import { literalText } from '../../emit/literal.ts';
import { foundFileText, partConstant, partRoot } from '../../emit/part.ts';
import type { Part } from '../../emit/part.ts';
import type { KernelModule } from '../../ir/kernel.ts';
import { relaxedVersion } from '../../runtime/wasm.ts';
import type { ByteRange, StartedWasm } from '../../runtime/wasm.ts';
import { withCustomSection } from './encoder/custom-section.ts';
import { withSecondCode } from './encoder/second-code.ts';
import type { TwoVersions } from './encoder/second-code.ts';
import { printWasm } from './print.ts';

/** The custom section that holds the id of the build: runtime/wasm reads it. */
const buildSection = 'ssl-compile';
/** The custom section that holds weights in fewer bits than memory: runtime/wasm reads it. */
const weightsSection = 'ssl-compile weights';
/** The custom section that holds the relaxed version's own code. */
const relaxedSection = 'ssl-compile relaxed';

export const versions: readonly StartedWasm['runs'][] = ['relaxed', 'strict'];

// WebAssembly.Module is a type of the DOM library, which not every project has.
const wasmOption: LoadOption = {
  name: 'wasm',
  type: 'object',
  doc: 'The `.wasm` file: bytes (an ArrayBuffer or a view of one) or a compiled WebAssembly.Module, which is the strict version.',
  isFile: true,
};
const relaxedOption: LoadOption = {
  name: 'relaxed',
  type: 'boolean',
  doc: '`false` runs the strict version, which gives the same bits on every engine. Else the relaxed one runs where the\nengine has relaxed SIMD: it is faster on most machines and rounds no worse. `meta.runs` tells.',
  isFile: false,
};

export function printed(module: KernelModule, weights: 'inside' | 'separate'): PrintedKernels {
  const { bytes, second } = printVersions(module, weights, false);
  return {
    content: bytes,
    carry: (build, place, _, aboard) => {
      const { start, statements, ...parts } = carriedWasm(build, bytes, second, place, aboard);
      return { ...parts, statements: [...statements, `const { memory, compute, runs } = ${start};`], compute: 'compute', versions };
    },
    start: (version) => startVersion(bytes, second, version),
  };
}

/** @param stages Whether one task of a stage can be called. */
export function printVersions(module: KernelModule, weights: 'inside' | 'separate', stages: boolean): TwoVersions {
  const strict = printWasm(module, { memory: 'own', weights, stages });
  return withSecondCode(strict, printWasm(module, { memory: 'own', weights: 'separate', relaxed: true, stages }), relaxedSection);
}

interface CarriedWasm extends Pick<CarriedKernels, 'options' | 'statements' | 'roots' | 'rest' | 'aboard'> {
  /** What starts the code, as an expression behind the statements. */
  readonly start: string;
}

export function carriedWasm(build: string, bytes: Uint8Array, second: readonly ByteRange[], place: (bytes: Uint8Array<ArrayBuffer>, extension: string) => Part, aboard?: Uint8Array): CarriedWasm {
  const loaded = aboard ? withCustomSection(bytes, weightsSection, aboard) : bytes;
  const part = place(withCustomSection(loaded, buildSection, new TextEncoder().encode(build)), 'wasm');
  return {
    options: [wasmOption, relaxedOption],
    statements: ['const relax = mayRelax(options);', `const file = givenFile(options, "wasm") ?? ${foundFileText('code', part)};`],
    start: `await startWasm(file, facts.build, relax, ${literalText(second)})`,
    roots: ['startWasm', 'givenFile', 'mayRelax', partRoot(part)],
    rest: partConstant('code', part),
    ...(aboard && { aboard: { bytes: `weightsAboard(file, ${loaded.length - aboard.length})`, root: 'weightsAboard' } }),
  };
}

export async function startVersion(bytes: Uint8Array<ArrayBuffer>, second: readonly ByteRange[], version: string): Promise<StartedCode> {
  const { instance } = await WebAssembly.instantiate(version === 'relaxed' ? relaxedVersion(bytes, second) : bytes);
  const { memory, run } = instance.exports;
  if (!(memory instanceof WebAssembly.Memory) || typeof run !== 'function') throw new TypeError('the kernels export no memory or no program');
  return { memory: memory.buffer, run: () => void run() };
}
