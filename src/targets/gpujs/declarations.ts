// The declarations of a module for gpu.js. They name no type of gpu.js, so an app type-checks without it.

import { aboutMembers, declarationFile, metaMember, optionMember, promisedRunDoc, promisedRunSignature, weightsOption } from '../../emit/declarations.ts';
import { documented, interfaceText } from '../../emit/documented.ts';
import { quoted } from '../../emit/literal.ts';
import type { ModuleFacts } from '../../emit/module-facts.ts';

const modes = ['webgpu', 'webgl2', 'webgl', 'headlessgl', 'webasm', 'cpu'];

export function gpujsDeclarations(facts: ModuleFacts, weightsBeside: boolean): string {
  return declarationFile(facts, [
    documented('Where gpu.js computes. Its mode `cpu` needs a page that allows `new Function`.', `export type Mode = ${modes.map(quoted).join(' | ')};`),
    interfaceText('LoadOptions', [
      { signature: 'readonly GPU: new (settings: { mode: Mode }) => object', doc: 'The class `GPU` of the app\'s own gpu.js (2.24 or later).' },
      { signature: 'readonly mode: Mode', doc: 'What cannot compute the network is refused; there is no silent change to another mode.' },
      ...(weightsBeside ? [optionMember(weightsOption)] : []),
    ]),
    documented('A loaded network: one pipeline of kernels, whose intermediate values stay on the device.', interfaceText('Net', [
      ...aboutMembers(facts),
      metaMember(facts),
      { signature: 'readonly mode: Mode', doc: 'Where it computes.' },
      {
        signature: promisedRunSignature(facts),
        doc: promisedRunDoc(facts),
      },
      { signature: 'destroy(): Promise<void>', doc: 'Frees what the network holds on the device. It cannot run after that.' },
    ])),
    documented('Compiles the kernels of the network and runs them once.', 'export declare function load(options: LoadOptions): Promise<Net>;'),
  ]);
}
