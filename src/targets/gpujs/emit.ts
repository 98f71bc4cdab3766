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
import { encodeBase64, splitPlanes } from '../../emit/base64.ts';
import { buildId, buildIdLength, withBuildId } from '../../emit/build-id.ts';
import { fileBase, insideLimit } from '../../emit/emit-module.ts';
import type { EmittedFile, EmittedModule, ModuleRequest } from '../../emit/emit-module.ts';
import { literalText } from '../../emit/literal.ts';
import type { Json } from '../../emit/literal.ts';
import { factsOf } from '../../emit/module-facts.ts';
import { moduleText } from '../../emit/module-text.ts';
import { weightsFileRoots, weightsFileText } from '../../emit/part.ts';
import type { ThreadModule } from '../../ir/thread-kernel.ts';
import { gpujsDeclarations } from './declarations.ts';
import { planModule } from './plan.ts';
import type { PlannedKernel } from './plan.ts';

export interface EmitGpujsOptions extends Omit<ModuleRequest, 'inline'> {
  readonly module: ThreadModule;
}

export async function emitGpujs(options: EmitGpujsOptions): Promise<EmittedModule> {
  const { module } = options;
  const file = fileBase(options.file);
  const about = factsOf({ ...options, kernels: { bindings: [module.input, module.output] } });
  const { kernels, weights: values } = planModule(module);
  const whole = bytesOf(values, buildIdLength);
  const weights = whole.subarray(0, whole.length - buildIdLength);
  const build = await buildId([JSON.stringify([about, kernels]), weights]);
  const facts = { ...about, build };
  const inside = weights.length <= insideLimit;
  const bin = `${file}.bin`;
  const bytes = inside ? 'joinPlanes(decodeBase64(weights))' : weightsFileText(bin, weights.length);
  const text = moduleText(facts, {
    constants: [],
    load: {
      doc: 'Compiles the network in the gpu.js that the caller gives: `load({ GPU, mode: "webgl2" })`.',
      options: ['GPU', 'mode', ...(inside ? [] : ['weights'])],
      statements: [
        `const places = { input: addressesOf(plan.input), output: addressesOf(plan.output), inputExtents: ${literalText(module.input.extents)} };`,
        `return startGpuNet(options, facts, kernels, floatsOf(${bytes}), places);`,
      ],
    },
    roots: ['addressesOf', 'floatsOf', 'startGpuNet', ...(inside ? ['joinPlanes', 'decodeBase64'] : weightsFileRoots)],
    rest: [kernelsText(kernels), ...(inside ? [`const weights = ${literalText(encodeBase64(splitPlanes(weights)))};`] : [])],
    runtime: options.runtime,
  });
  const beside: readonly EmittedFile[] = inside ? [] : [{ path: bin, content: withBuildId(whole, build) }];
  return { files: [{ path: `${file}.js`, content: text }, { path: `${file}.d.ts`, content: gpujsDeclarations(facts, !inside) }, ...beside] };
}

/** Little-endian, whatever the machine, and so many bytes of room behind. */
function bytesOf(weights: Float32Array, room: number): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(weights.byteLength + room));
  for (let i = 0; i < weights.length; i++) view.setFloat32(4 * i, weights[i] as number, true);
  return new Uint8Array(view.buffer);
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
