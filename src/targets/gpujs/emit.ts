// Assembles what a build for gpu.js writes: an ES module that imports nothing, for the app gives `load` its
// own gpu.js; declarations; and the weights beside it where they are large. The same arguments give the
// same bytes.
//
//   const facts, plan      what the network is, where inputs and outputs go
//   export load()          starts the kernels in the caller's gpu.js
//   the runtime            src/runtime, what is needed of it
//   const kernels          text, shape and operands of each kernel
//   const weights          base64

import { invariant } from '../../base/invariant.ts';
import { encodeBase64 } from '../../emit/base64.ts';
import { buildId, buildIdLength, withBuildId } from '../../emit/build-id.ts';
import { fileBase, insideLimit } from '../../emit/emit-module.ts';
import type { EmittedFile, EmittedModule, ModuleRequest } from '../../emit/emit-module.ts';
import { literalText } from '../../emit/literal.ts';
import type { Json } from '../../emit/literal.ts';
import { factsOf, identityOfFacts } from '../../emit/module-facts.ts';
import { moduleText } from '../../emit/module-text.ts';
import { weightsFileRoots, weightsFileText } from '../../emit/part.ts';
import { inPlanes, widenedWeights } from '../../emit/stored-weights.ts';
import type { StoredWeights } from '../../emit/stored-weights.ts';
import type { WeightType } from '../../emit/weight-types/weight-type.ts';
import type { ThreadModule } from '../../ir/thread-kernel.ts';
import { gpujsDeclarations } from './declarations.ts';
import { planModule } from './plan.ts';
import type { PlannedKernel } from './plan.ts';

export interface EmitGpujsOptions extends Omit<ModuleRequest, 'inline'> {
  readonly module: ThreadModule;
}

export async function emitGpujs(options: EmitGpujsOptions): Promise<EmittedModule> {
  const { module, weightType } = options;
  const file = fileBase(options.file);
  const about = factsOf({ ...options, kernels: { bindings: module } });
  const { kernels, weights: numbers } = planModule(module);
  const stored = weightType ? widenedNumbers(numbers, weightType) : floats(numbers);
  const build = await buildId([JSON.stringify([identityOfFacts(about), kernels, module.outputs.map(({ kernel }) => kernel)]), stored.bytes]);
  const facts = { ...about, build };
  const inside = stored.bytes.length <= insideLimit;
  const bin = `${file}.bin`;
  const found = inside ? stored.fromText.call('decodeBase64(weights)') : weightsFileText(bin, stored.bytes.length);
  const text = moduleText(facts, {
    constants: [],
    load: {
      doc: 'Compiles the network in the gpu.js that the caller gives: `load({ GPU, mode: "webgl2" })`.',
      options: ['GPU', 'mode', ...(inside ? [] : ['weights'])],
      statements: [
        ...stored.fill(found),
        `const extents = ${literalText(module.inputs.map((input) => input.extents))};`,
        `const answers = ${literalText(module.outputs.map(({ kernel }) => kernel))};`,
        "const inputs = portsOf(plan.input, 'input', facts.name).map((port, i) => ({ ...port, extents: extents[i] }));",
        "const outputs = portsOf(plan.output, 'output', facts.name).map((port, i) => ({ ...port, kernel: answers[i] }));",
        `return startGpuNet(options, facts, kernels, ${stored.numbers(found)}, inputs, outputs);`,
      ],
    },
    roots: ['portsOf', 'startGpuNet', stored.root, ...(inside ? [...stored.fromText.roots, 'decodeBase64'] : weightsFileRoots)],
    rest: [kernelsText(kernels), ...(inside ? [`const weights = ${literalText(encodeBase64(stored.inText()))};`] : [])],
    runtime: options.runtime,
  });
  const beside: readonly EmittedFile[] = inside ? [] : [{ path: bin, content: withBuildId(stored.whole, build) }];
  return { files: [{ path: `${file}.js`, content: text }, { path: `${file}.d.ts`, content: gpujsDeclarations(facts, !inside) }, ...beside] };
}

/** The constant numbers of all kernels, which become one list. */
interface StoredNumbers extends Omit<StoredWeights, 'ranges' | 'fill'> {
  /** Lines of `load` before the list is there. @param bytes As an expression. */
  readonly fill: (bytes: string) => readonly string[];
  /** The list, as an expression. */
  readonly numbers: (bytes: string) => string;
}

/** Little-endian, whatever the machine. */
function floats(numbers: Float32Array): StoredNumbers {
  const view = new DataView(new ArrayBuffer(numbers.byteLength + buildIdLength));
  for (const [i, value] of numbers.entries()) view.setFloat32(4 * i, value, true);
  const whole = new Uint8Array(view.buffer);
  const bytes = whole.subarray(0, numbers.byteLength);
  return { bytes, whole, ...inPlanes(bytes), fill: () => [], numbers: (from) => `floatsOf(${from})`, root: 'floatsOf' };
}

function widenedNumbers(numbers: Float32Array, weightType: WeightType): StoredNumbers {
  const { fill, ...stored } = widenedWeights(weightType, { segments: [{ offset: 0, data: numbers }] });
  return { ...stored, fill: (bytes) => [`const memory = new ArrayBuffer(${numbers.byteLength});`, fill(bytes)], numbers: () => 'new Float32Array(memory)' };
}

function kernelsText(kernels: readonly PlannedKernel[]): string {
  return `const kernels = [\n${kernels.map(kernelText).join('')}];`;
}

function kernelText({ source, ...fields }: PlannedKernel): string {
  // All of it is ours: no name of a model, nothing that a template would read.
  invariant(!/[`\\$]/.test(source), 'text of a kernel');
  const lines = Object.entries<Json>(fields).map(([name, value]) => `    ${name}: ${literalText(value)},\n`);
  return `  {\n${lines.join('')}    source: \`${source.trimEnd()}\`,\n  },\n`;
}
